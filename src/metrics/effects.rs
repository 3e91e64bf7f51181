//! What each customer moves NRR and GRR by: the rate less the rate without the customer, exactly.

use std::collections::BTreeMap;

use super::anchors::Anchors;
use super::calc::owners;
use super::movements::{Movement, Negative, movements, netted};
use super::rollforward::Rollforward;
use crate::ledger::{Books, Ledger};
use crate::policies::{Netting, Policies, Reactivation};
use crate::units::{Difference, Ratio};

/// Why a customer has no effect that could be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEffect {
    /// Nobody has revenue at the opening, so there is no rate.
    NoBase,
    /// Without the customer nobody would, so there is no rate to compare with.
    WholeBase,
    /// A policy leaves the customer out of every figure.
    LeftOut,
}

impl NoEffect {
    /// The reason, for the `undefined` field of a record.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            NoEffect::NoBase => "no customer has revenue at the opening",
            NoEffect::WholeBase => "no other customer has revenue at the opening",
            NoEffect::LeftOut => "a policy leaves the customer out of the base",
        }
    }
}

/// What one customer moves both rates by.
#[derive(Clone, Debug)]
pub struct Effects {
    /// NRR less NRR without the customer.
    pub nrr: Difference,
    /// GRR less GRR without the customer.
    pub grr: Difference,
}

/// What one customer, or several, are of the sums of a total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) opening: i128,
    pub(super) closing: i128,
    pub(super) retained: i128,
    pub(super) retained_capped: i128,
}

impl Part {
    /// The same sums of a roll-forward.
    const fn of(sums: &Rollforward) -> Part {
        Part {
            opening: sums.opening,
            closing: sums.closing,
            retained: sums.retained,
            retained_capped: sums.retained_capped,
        }
    }

    /// Adds the sums of others.
    pub(super) fn add(&mut self, other: &Part) {
        self.opening += other.opening;
        self.closing += other.closing;
        self.retained += other.retained;
        self.retained_capped += other.retained_capped;
    }
}

/// What rises and falls of products offset inside kept customers, where each is netted on its own.
type Swapped = BTreeMap<u32, i128>;

/// The movements of one comparison, with what is netted inside each customer.
pub(super) struct Moved {
    pub(super) movements: Vec<Movement>,
    swapped: Swapped,
    policy: Reactivation,
    scale: u8,
}

impl Moved {
    /// Classifies every customer, as a calculation does.
    pub(super) fn of(
        books: &Books,
        ends: &Anchors,
        policies: &Policies,
    ) -> Result<Moved, Vec<Negative>> {
        let ledger = &books.customers;
        let is_netted = books.segments_are_products || policies.netting == Netting::Product;
        let (movements, swapped) = match books.products.as_ref().filter(|_| is_netted) {
            Some(products) => netted_by_customer(ledger, products, ends, policies)?,
            None => (movements(ledger, ends, policies)?, Swapped::new()),
        };
        Ok(Moved {
            movements,
            swapped,
            policy: policies.reactivation,
            scale: ledger.scale(),
        })
    }

    /// The roll-forward of everybody.
    pub(super) fn total(&self) -> Rollforward {
        let mut total = Rollforward::total(&self.movements, self.policy, self.scale);
        total.add_swapped(self.swapped.values().sum());
        total
    }

    /// What one customer is of the total, counted as the total counts everybody.
    pub(super) fn own(&self, movement: &Movement) -> Part {
        let mut own = Rollforward::empty(self.scale);
        own.add_opening_side(movement, self.policy);
        own.add_closing_side(movement);
        if let Some(swapped) = self.swapped.get(&movement.customer) {
            own.add_swapped(*swapped);
        }
        Part::of(&own)
    }
}

/// The customers' movements, and what offsets inside each one that is kept.
fn netted_by_customer(
    ledger: &Ledger,
    products: &Ledger,
    ends: &Anchors,
    policies: &Policies,
) -> Result<(Vec<Movement>, Swapped), Vec<Negative>> {
    let owners = owners(ledger, products);
    let netted = netted(ledger, (products, &owners), ends, policies)?;
    let mut sums: BTreeMap<u32, (i128, i128)> = BTreeMap::new();
    for unit in &netted.products {
        let (rises, falls) = sums.entry(owners[unit.customer as usize]).or_default();
        *rises += (unit.closing - unit.opening).max(0);
        *falls += (unit.opening - unit.closing).max(0);
    }
    let is_kept = |one: &&Movement| one.counts && one.opening > 0 && one.closing > 0;
    let kept = netted.customers.iter().filter(is_kept);
    let swapped = kept.filter_map(|one| {
        let (rises, falls) = *sums.get(&one.customer)?;
        Some((one.customer, rises.min(falls)))
    });
    let swapped = swapped.collect();
    Ok((netted.customers, swapped))
}

/// What a part of the base moves both rates by; the part's sums are those of its customers.
///
/// # Units
///
/// Fractions, exact: `nrr = retained / opening − (retained − own.retained) / (opening − own.opening)`, and
/// likewise of the capped sum.
///
/// # Errors
///
/// [`NoEffect`] where one of the two rates is undefined.
pub(super) fn effects(total: &Rollforward, own: &Part) -> Result<Effects, NoEffect> {
    if total.opening == 0 {
        return Err(NoEffect::NoBase);
    }
    let (nrr, grr) = without(total, own);
    let pair = total.nrr().minus(nrr).zip(total.grr().minus(grr));
    let (nrr, grr) = pair.ok_or(NoEffect::WholeBase)?;
    Ok(Effects { nrr, grr })
}

/// NRR and GRR without a part of the base; undefined where nobody is left.
pub(super) fn without(total: &Rollforward, own: &Part) -> (Ratio, Ratio) {
    let opening = total.amount(total.opening - own.opening);
    let rate = |all: i128, own: i128| Ratio::new(total.amount(all - own), opening);
    (
        rate(total.retained, own.retained),
        rate(total.retained_capped, own.retained_capped),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::UNIT_SEPARATOR;
    use crate::metrics::anchors;
    use crate::units::{Amount, FiscalYear, Period};

    /// Effects on NRR and GRR in millionths, by customer.
    fn found(books: &Books) -> Vec<(String, Option<[i128; 2]>)> {
        let policies = Policies::default();
        let period = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
        let ends = anchors(&books.customers, period, 1, &policies).unwrap();
        let moved = Moved::of(books, &ends, &policies).unwrap();
        let total = moved.total();
        let of = |one: &Movement| {
            let effects = effects(&total, &moved.own(one)).ok();
            let units = |difference: Difference| difference.rounded(6).map(Amount::units).unwrap();
            let effects = effects.map(|effects| [units(effects.nrr), units(effects.grr)]);
            (books.customers.name(one.customer).to_owned(), effects)
        };
        moved.movements.iter().map(of).collect()
    }

    fn books(is_netted: bool) -> Books {
        let customers = "2024-01 2024-02\nacme 100 100\nbirch 100 100\ncedar . 30";
        let products = "2024-01 2024-02\nacme/core 100 60\nacme/plus . 40\n\
                        birch/core 100 100\ncedar/core . 30";
        let products = products.replace('/', &UNIT_SEPARATOR.to_string());
        Books {
            customers: Ledger::from_table(customers).unwrap(),
            products: Some(Ledger::from_table(&products).unwrap()),
            segments_are_products: is_netted,
        }
    }

    #[test]
    fn a_swap_of_products_counts_in_the_effect_on_grr_alone() {
        let named = |effects: [Option<[i128; 2]>; 3]| {
            let names = ["acme", "birch", "cedar"].map(str::to_owned);
            names.into_iter().zip(effects).collect::<Vec<_>>()
        };
        let nothing = Some([0, 0]);
        assert_eq!(found(&books(false)), named([nothing, nothing, nothing]));
        // GRR is 160 / 200; without acme 100 / 100, without birch 60 / 100.
        let netted = [Some([0, -200_000]), Some([0, 200_000]), nothing];
        assert_eq!(found(&books(true)), named(netted));
    }

    #[test]
    fn the_parts_of_everybody_add_up_to_the_whole() {
        let books = books(true);
        let policies = Policies::default();
        let period = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
        let ends = anchors(&books.customers, period, 1, &policies).unwrap();
        let moved = Moved::of(&books, &ends, &policies).unwrap();
        let mut sum = Part::default();
        for one in &moved.movements {
            sum.add(&moved.own(one));
        }
        assert_eq!(sum, Part::of(&moved.total()));
    }
}
