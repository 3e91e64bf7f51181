//! What each customer moves NRR and GRR by: the rate less the rate without the customer, exactly.

use super::movements::{Class, Movement};
use super::rollforward::Rollforward;
use crate::policies::Reactivation;
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
    /// What one customer is of a total, counted as [`Rollforward`] counts everybody.
    pub(super) fn of_customer(movement: &Movement, policy: Reactivation) -> Part {
        if !movement.counts {
            return Part::default();
        }
        let (opening, closing) = (movement.opening, movement.closing);
        let mut part = Part {
            closing: movement.standing(),
            ..Part::default()
        };
        if opening > 0 {
            part.opening = opening;
            part.retained = closing;
            part.retained_capped = opening.min(closing) - movement.swapped;
        }
        let returns = matches!(policy, Reactivation::InNrr | Reactivation::AsExpansion);
        if returns && movement.class == Some(Class::Reactivation) {
            part.retained += closing - opening;
        }
        part
    }

    /// What these are more than others.
    pub(super) fn less(&self, other: &Part) -> Part {
        Part {
            opening: self.opening - other.opening,
            closing: self.closing - other.closing,
            retained: self.retained - other.retained,
            retained_capped: self.retained_capped - other.retained_capped,
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
    use super::super::moved::Moved;
    use super::*;
    use crate::ledger::{Books, Ledger, UNIT_SEPARATOR};
    use crate::metrics::anchors;
    use crate::policies::{Netting, Policies};
    use crate::units::{Amount, FiscalYear, Period};

    fn netting_by(netting: Netting) -> Policies {
        let mut policies = Policies::default();
        policies.netting = netting;
        policies
    }

    /// Effects on NRR and GRR in millionths, by customer.
    fn found(books: &Books, netting: Netting) -> Vec<(String, Option<[i128; 2]>)> {
        let policies = netting_by(netting);
        let period = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
        let ends = anchors(&books.customers, period, 1, &policies).unwrap();
        let moved = Moved::of(books, &ends, &policies).unwrap();
        let total = moved.total();
        let of = |one: Movement| {
            let effects = effects(total, &moved.own(&one)).ok();
            let units = |difference: Difference| difference.rounded(6).map(Amount::units).unwrap();
            let effects = effects.map(|effects| [units(effects.nrr), units(effects.grr)]);
            (books.customers.name(one.customer).to_owned(), effects)
        };
        moved.all().map(of).collect()
    }

    fn part_of(sums: &Rollforward) -> Part {
        Part {
            opening: sums.opening,
            closing: sums.closing,
            retained: sums.retained,
            retained_capped: sums.retained_capped,
        }
    }

    fn books() -> Books {
        let customers = "2024-01 2024-02\nacme 100 100\nbirch 100 100\ncedar . 30";
        let products = "2024-01 2024-02\nacme/core 100 60\nacme/plus . 40\n\
                        birch/core 100 100\ncedar/core . 30";
        let products = products.replace('/', &UNIT_SEPARATOR.to_string());
        Books {
            customers: Ledger::from_table(customers).unwrap(),
            products: Some(Ledger::from_table(&products).unwrap()),
            segments_are_products: false,
        }
    }

    #[test]
    fn a_swap_of_products_counts_in_the_effect_on_grr_alone() {
        let named = |effects: [Option<[i128; 2]>; 3]| {
            let names = ["acme", "birch", "cedar"].map(str::to_owned);
            names.into_iter().zip(effects).collect::<Vec<_>>()
        };
        let nothing = Some([0, 0]);
        assert_eq!(
            found(&books(), Netting::Customer),
            named([nothing, nothing, nothing])
        );
        // GRR is 160 / 200; without acme 100 / 100, without birch 60 / 100.
        let netted = [Some([0, -200_000]), Some([0, 200_000]), nothing];
        assert_eq!(found(&books(), Netting::Product), named(netted));
    }

    #[test]
    fn the_parts_of_everybody_add_up_to_the_whole() {
        let books = books();
        let policies = netting_by(Netting::Product);
        let period = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
        let ends = anchors(&books.customers, period, 1, &policies).unwrap();
        let moved = Moved::of(&books, &ends, &policies).unwrap();
        let mut sum = Part::default();
        for one in moved.all() {
            let alone = Rollforward::total(std::slice::from_ref(&one), policies.reactivation, 0);
            assert_eq!(moved.own(&one), part_of(&alone));
            sum.add(&moved.own(&one));
        }
        assert_eq!(sum, part_of(moved.total()));
    }
}
