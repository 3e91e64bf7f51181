//! What the one period asked for would be under each other choice.

use super::calc::calc;
use super::periods::Asked;
use super::record::Record;
use super::rollforward::Rollforward;
use crate::ledger::{Books, Bridged, Ledger};
use crate::policies::{Basis, Level, Netting, Origin, POLICIES, Policies};

/// One figure set under another choice.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// The policy that is chosen otherwise.
    pub policy: &'static str,
    /// The other value, as it would be typed.
    pub value: String,
    /// What the total is then.
    pub total: Rollforward,
}

/// The other choices that can be tried on a ledger as it is. Those that say how rows become a ledger need the rows
/// again, and those that have no second value of their own, such as a threshold of 0, are left alone.
const CHOICES: &[(&str, &[&str])] = &[
    ("level", &["customer", "parent"]),
    ("fx", &["constant", "floating"]),
    ("basis", &["stock", "flow"]),
    ("lookback", &["period", "12"]),
    (
        "method",
        &["point-to-point", "compound", "summed", "trailing-average"],
    ),
    ("netting", &["customer", "product"]),
    ("min-opening", &["0"]),
    ("min-closing", &["0"]),
    ("cohort-base", &["opening", "first-month", "survivors"]),
    ("zero", &["inactive", "active"]),
    (
        "reactivation",
        &["separate", "in-nrr", "as-new", "as-expansion"],
    ),
    ("reactivation-window", &["unlimited", "3"]),
];

/// How many months of grace are tried where none is in force.
const GRACE: [u32; 3] = [1, 2, 3];

/// Every other choice under which NRR, GRR or logo retention of the total is another one.
///
/// # Shape
///
/// In the order of the register of policies. A choice under which the period cannot be measured is left out, and so
/// is one that changes nothing: no customer of these data is touched by it.
///
/// # Source
///
/// `docs/definitions.md#sensitivity`.
#[must_use]
pub fn alternatives(
    books: &Books,
    bridged: &[Bridged],
    asked: &Asked,
    policies: &Policies,
    now: &Record,
) -> Vec<Alternative> {
    let Some(now) = now.rollforward() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for policy in POLICIES {
        if policy.name == "grace" {
            found.extend(of_grace(books, bridged, asked, policies, now));
        }
        let choices = CHOICES.iter().filter(|(name, _)| *name == policy.name);
        for value in choices.flat_map(|(_, values)| *values) {
            let mut other = policies.clone();
            let is_set = other.set(policy.name, value, Origin::Default).is_ok();
            let filled = (policies.level, other.level) == (Level::Parent, Level::Customer);
            let filled = filled && policies.grace > 0;
            // Units are filled when they are put together; customers have to be now.
            let nets_products = other.netting == Netting::Product;
            let customers = filled.then(|| with_grace(books, &[], policies.grace, nets_products));
            let books = customers.as_ref().unwrap_or(books);
            let is_allowed = is_set && !(other.grace > 0 && other.basis == Basis::Flow);
            let total = total(books, asked, &other).filter(|_| is_allowed);
            found.extend(
                total
                    .filter(|total| differs(total, now))
                    .map(|total| Alternative {
                        policy: policy.name,
                        value: (*value).to_owned(),
                        total,
                    }),
            );
        }
    }
    found
}

/// True if a rate of one is not that of the other.
#[must_use]
pub fn differs(one: &Rollforward, other: &Rollforward) -> bool {
    let rates = |of: &Rollforward| {
        [of.nrr(), of.grr(), of.logo_retention()]
            .map(|rate| rate.rounded(super::registry::RATE_DECIMALS))
    };
    rates(one) != rates(other)
}

/// The total of the one period asked for; `None` where it cannot be measured so.
fn total(books: &Books, asked: &Asked, policies: &Policies) -> Option<Rollforward> {
    let calculation = calc(books, asked, policies).ok()?;
    calculation.records.first()?.rollforward().cloned()
}

/// Absences filled, or left as they were.
fn of_grace(
    books: &Books,
    bridged: &[Bridged],
    asked: &Asked,
    policies: &Policies,
    now: &Rollforward,
) -> Vec<Alternative> {
    let nets_products = policies.netting == Netting::Product;
    let by_parent = policies.level == Level::Parent;
    // What was filled in other currencies, or in a product's months, cannot be taken out again.
    let cannot_undo = (books.customers.is_converted() || nets_products) && !bridged.is_empty();
    if policies.basis == Basis::Flow || cannot_undo {
        return Vec::new();
    }
    let tried: &[u32] = if policies.grace == 0 { &GRACE } else { &[0] };
    let other = |months: &u32| {
        let total = if by_parent {
            let mut other = policies.clone();
            other.grace = *months;
            total(books, asked, &other)?
        } else {
            let books = with_grace(books, bridged, *months, nets_products);
            if !books.customers.unrated_months().is_empty() {
                return None;
            }
            total(&books, asked, policies)?
        };
        differs(&total, now).then(|| Alternative {
            policy: "grace",
            value: months.to_string(),
            total,
        })
    };
    let mut found: Vec<Alternative> = tried.iter().filter_map(other).collect();
    // More months that fill nothing more say the same again.
    found.dedup_by(|later, earlier| !differs(&later.total, &earlier.total));
    found
}

/// The ledger as it was read, and then with absences of so many months filled; with its products where those are
/// netted, as long as nothing was filled before.
fn with_grace(books: &Books, bridged: &[Bridged], months: u32, nets_products: bool) -> Books {
    let customers = books.customers.customers();
    let mut other = copy(&books.customers);
    for one in bridged {
        if let Ok(place) = customers.binary_search(&one.customer) {
            let number = u32::try_from(place).unwrap_or(u32::MAX);
            other.replace(number, one.month, one.before);
        }
    }
    let filled = other.bridge(months);
    let products = books
        .products
        .as_ref()
        .filter(|_| nets_products && bridged.is_empty());
    let mut products = products.map(copy);
    if let Some(products) = &mut products {
        products.bridge_products(&other, &filled);
    }
    Books {
        products,
        ..Books::of(other)
    }
}

/// The amounts of a ledger, to be changed.
fn copy(ledger: &Ledger) -> Ledger {
    let alone = ledger.customers().iter().map(|customer| vec![*customer]);
    ledger.excerpt(&alone.collect::<Vec<_>>())
}
