//! Who moved the number: every customer's change, what it moves NRR and GRR by, and concentration.

use std::cmp::Ordering;

use super::anchors::{Anchors, anchors};
use super::calc::Faults;
use super::concentration::{Concentration, concentration};
use super::effects::{Effects, Moved, NoEffect, Part, effects};
use super::movements::{Class, Movement};
use super::periods::Asked;
use super::problems;
use super::rollforward::Rollforward;
use super::segments::home;
use crate::error::Errors;
use crate::ledger::{Books, Ledger};
use crate::policies::Policies;
use crate::units::{Amount, Difference, Period, Ratio};

/// By what customers are ordered, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// By how much they move NRR.
    #[default]
    Nrr,
    /// By how much they move GRR.
    Grr,
    /// By how much what they pay changed.
    Change,
}

impl SortBy {
    /// Every order, the default first.
    pub const ALL: [SortBy; 3] = [SortBy::Nrr, SortBy::Grr, SortBy::Change];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SortBy::Nrr => "nrr",
            SortBy::Grr => "grr",
            SortBy::Change => "change",
        }
    }
}

/// One customer between the two ends.
#[derive(Clone, Debug)]
pub struct CustomerChange {
    /// Its place in the order of everybody, from 1.
    pub rank: u64,
    /// Who.
    pub customer: String,
    /// What became of it.
    pub class: Class,
    /// What it paid at the opening.
    pub opening: Amount,
    /// What it pays at the closing.
    pub closing: Amount,
    /// closing − opening.
    pub change: Amount,
    /// What it moves NRR and GRR by, or why that cannot be said.
    pub effects: Result<Effects, NoEffect>,
    /// Its opening over that of the base; `None` for one that a policy leaves out.
    pub share_of_opening: Option<Ratio>,
    /// Without revenue at the closing, the first period of the ledger's grain after its last revenue.
    pub silent_since: Option<Period>,
    /// The values of the columns of `--by`, each `None` without one.
    pub attributes: Vec<Option<String>>,
}

/// Everybody between the two ends of one period.
#[derive(Clone, Debug)]
pub struct Customers {
    /// The sums of everybody that counts.
    pub total: Rollforward,
    /// Every customer with a class, in the order asked for.
    pub list: Vec<CustomerChange>,
    /// What stands with the largest.
    pub concentration: Vec<Concentration>,
}

/// Works out what each customer moves the rates of a period by.
///
/// # Shape
///
/// One [`CustomerChange`] for everybody that has a class, those left out of the base too. The largest magnitude
/// comes first, compared exactly; of equals the first in byte order. Whoever is the whole base comes before
/// everybody, whoever is left out after.
///
/// # Units
///
/// Effects are exact differences of fractions. A customer without revenue at the opening moves neither rate,
/// unless `reactivation` adds what it pays to NRR.
///
/// # Errors
///
/// All that keep the period from being computed, as of [`calc`](super::calc()).
///
/// # Source
///
/// `docs/definitions.md#customers-and-concentration`.
///
/// # Example
///
/// ```
/// use nrr::ledger::{Books, Ledger};
/// use nrr::metrics::{SortBy, customers};
/// use nrr::policies::Policies;
/// use nrr::units::{Amount, FiscalYear, Period};
///
/// let ledger = Ledger::from_table(
///     "       2024-01 2024-02
///      acme       100     150
///      birch      100       .
///      cedar      100     100",
/// ).unwrap();
/// let february = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
/// let found = customers(&Books::of(ledger), february, &Policies::default(), SortBy::Nrr).unwrap();
///
/// // NRR is 250 / 300; without birch it is 250 / 200, without acme 100 / 200.
/// let effect = |index: usize| found.list[index].effects.as_ref().unwrap().nrr.rounded(6).unwrap();
/// assert_eq!((found.list[0].customer.as_str(), effect(0)), ("birch", Amount::new(-416_667, 6)));
/// assert_eq!((found.list[1].customer.as_str(), effect(1)), ("acme", Amount::new(333_333, 6)));
/// assert_eq!((found.list[2].customer.as_str(), effect(2)), ("cedar", Amount::new(83_333, 6)));
/// ```
pub fn customers(
    books: &Books,
    period: Period,
    policies: &Policies,
    sort: SortBy,
) -> Result<Customers, Errors> {
    let ledger = &books.customers;
    let (ends, moved) = compared(books, period, policies)?;
    let total = moved.total();
    let owns: Vec<Part> = moved.movements.iter().map(|one| moved.own(one)).collect();
    let parts = moved.movements.iter().zip(&owns);
    let named: Vec<(&str, &Part)> = parts
        .clone()
        .map(|(one, own)| (ledger.name(one.customer), own))
        .collect();
    let concentration = concentration(&total, &named);
    let changes =
        parts.filter_map(|(one, own)| change(ledger, &ends, policies, &total, (one, own)));
    let mut list: Vec<CustomerChange> = changes.collect();
    list.sort_unstable_by(|left, right| {
        let by_size = right.cmp_size(left, sort);
        by_size.then_with(|| left.customer.cmp(&right.customer))
    });
    for (rank, one) in (1..).zip(&mut list) {
        one.rank = rank;
    }
    Ok(Customers {
        total,
        list,
        concentration,
    })
}

/// The two ends of the period and everybody's movement between them.
fn compared(
    books: &Books,
    period: Period,
    policies: &Policies,
) -> Result<(Anchors, Moved), Errors> {
    let ledger = &books.customers;
    let lookback = policies.lookback_months(period);
    let mut faults = Faults::default();
    match anchors(ledger, period, lookback, policies) {
        Ok(ends) => match Moved::of(books, &ends, policies) {
            Ok(moved) => return Ok((ends, moved)),
            Err(negatives) => faults.negatives = negatives,
        },
        Err(unreadable) => faults.add(unreadable),
    }
    let asked = Asked {
        periods: vec![period],
        is_range: false,
    };
    let messages = problems::messages(ledger, policies, &asked, &faults);
    Err(messages.unwrap_or_else(|| Errors::from(Vec::new())))
}

/// One customer's change; `None` where nothing but a clipped value is there to show.
fn change(
    ledger: &Ledger,
    ends: &Anchors,
    policies: &Policies,
    total: &Rollforward,
    (movement, own): (&Movement, &Part),
) -> Option<CustomerChange> {
    let class = movement.class?;
    let effects = if movement.counts {
        effects(total, own)
    } else {
        Err(NoEffect::LeftOut)
    };
    let (opening, closing) = (movement.opening, movement.closing);
    let attributes = home(ledger, ends, movement, policies.segment_at);
    Some(CustomerChange {
        rank: 0,
        customer: ledger.name(movement.customer).to_owned(),
        class,
        opening: total.amount(opening),
        closing: total.amount(closing),
        change: total.amount(closing - opening),
        effects,
        share_of_opening: movement.counts.then(|| total.over_opening(opening)),
        silent_since: silent_since(ledger, ends, movement),
        attributes: attributes
            .into_iter()
            .map(|value| value.map(str::to_owned))
            .collect(),
    })
}

/// The period after a customer's last revenue, where it has none at the closing. Refunds can leave a closing
/// of nothing although its last month has revenue; nobody is silent then.
fn silent_since(ledger: &Ledger, ends: &Anchors, movement: &Movement) -> Option<Period> {
    if movement.closing > 0 {
        return None;
    }
    let closing_end = ends.closing.last;
    let last = ledger.last_revenue_through(movement.customer, closing_end)?;
    let grain = ledger.grain();
    let next = last.forward(grain.months());
    (next <= closing_end).then(|| Period::ending(next, grain))
}

impl CustomerChange {
    /// What it moves the rate of an order by; for the order by change there is none.
    fn effect(&self, sort: SortBy) -> Option<&Difference> {
        let effects = self.effects.as_ref().ok()?;
        match sort {
            SortBy::Nrr => Some(&effects.nrr),
            SortBy::Grr => Some(&effects.grr),
            SortBy::Change => None,
        }
    }

    /// Compares how much two customers move, whatever the direction.
    fn cmp_size(&self, other: &CustomerChange, sort: SortBy) -> Ordering {
        let place = |one: &CustomerChange| match one.effects {
            Err(NoEffect::WholeBase) if sort != SortBy::Change => 2,
            Err(NoEffect::LeftOut) => 0,
            _ => 1,
        };
        let by_place = place(self).cmp(&place(other));
        by_place.then_with(|| match (self.effect(sort), other.effect(sort)) {
            (Some(mine), Some(theirs)) => mine.cmp_magnitude(theirs),
            _ if sort == SortBy::Change => {
                let magnitude = |one: &CustomerChange| one.change.units().unsigned_abs();
                magnitude(self).cmp(&magnitude(other))
            }
            _ => Ordering::Equal,
        })
    }
}
