//! The customers that make a difference, and by how much the largest of them do.

use crate::ledger::Ledger;
use crate::units::{Amount, Ratio};

/// How many customers are named.
const NAMED: usize = 3;

/// The decimals by which parts are ranked.
const DECIMALS: u8 = 12;

/// What a customer puts into NRR: above and below the line, in smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) retained: i128,
    pub(super) opening: i128,
}

impl Share {
    /// Adds another one.
    pub(super) const fn add(&mut self, other: Share) {
        self.retained += other.retained;
        self.opening += other.opening;
    }

    /// What it is more than another one.
    pub(super) const fn less(self, other: Share) -> Share {
        Share {
            retained: self.retained - other.retained,
            opening: self.opening - other.opening,
        }
    }
}

/// The customers that make a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// How many count otherwise.
    pub customers: u64,
    /// Those that move NRR the most, by name, each with what it moves NRR by where that can be said of one
    /// customer: rounded to six decimals, and all together the whole difference.
    pub largest: Vec<(String, Option<Amount>)>,
}

/// What makes a customer's change its part in a difference.
///
/// With `a` below and `b` above the line of NRR, a customer's part is
///
/// ```text
/// ((b − nrr_before · a) − (b_before − nrr_before · a_before)) ÷ opening
/// ```
///
/// Over all customers that is the whole difference, for before their sum is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// False where rates are multiplied: then no part can be said of one customer.
    pub(super) adds_up: bool,
    /// NRR before.
    pub(super) nrr: Ratio,
    /// The opening of everybody after it.
    pub(super) opening: i128,
}

impl Part {
    /// What stands above the line of a part, and below it; `None` where that cannot be said of one customer.
    fn fraction(&self, moved: Share) -> Option<(i128, i128)> {
        let (above, below) = (self.nrr.numerator(), self.nrr.denominator());
        if !self.adds_up || above.scale() != below.scale() {
            return None;
        }
        let kept = moved.retained.checked_mul(below.units())?;
        let due = moved.opening.checked_mul(above.units())?;
        let whole = self.opening.checked_mul(below.units())?;
        Some((kept.checked_sub(due)?, whole))
    }
}

/// A customer among the largest.
#[derive(Clone, Debug)]
struct Largest<'a> {
    /// The size of its part as it is ranked by; of who has none, that of its change.
    weight: u128,
    name: &'a str,
    part: Option<Amount>,
    /// No smaller numerator than this can be of a part that is as large.
    least: u128,
}

/// The customers that differ, and those of them with the largest parts; of equals the first in byte order.
pub(super) struct Ranking<'a> {
    part: Part,
    customers: u64,
    largest: Vec<Largest<'a>>,
}

impl<'a> Ranking<'a> {
    pub(super) fn new(part: Part) -> Ranking<'a> {
        Ranking {
            part,
            customers: 0,
            largest: Vec::with_capacity(NAMED + 1),
        }
    }

    /// What makes a change a part here.
    pub(super) const fn part(&self) -> Part {
        self.part
    }

    /// Counts a customer, and names it if it is among the largest so far.
    pub(super) fn offer(&mut self, ledger: &'a Ledger, customer: u32, moved: Share) {
        self.customers += 1;
        let fraction = self.part.fraction(moved);
        let third = self.largest.get(NAMED - 1);
        // Most are no match for the third one named, and need no division to show it.
        if let (Some((above, _)), Some(third)) = (fraction, third)
            && above.unsigned_abs() < third.least
        {
            return;
        }
        let ratio = |(above, whole)| Ratio::new(Amount::new(above, 0), Amount::new(whole, 0));
        let part = fraction.and_then(|fraction| ratio(fraction).rounded(DECIMALS));
        let weight = part.map_or(moved.retained, Amount::units).unsigned_abs();
        if third.is_some_and(|third| weight < third.weight) {
            return;
        }
        let least = fraction
            .filter(|_| part.is_some())
            .map_or(0, |(above, whole)| {
                // Rounding lifts a part by half a unit at most, and cuts one by as much.
                let unit = whole.unsigned_abs() / 10_u128.pow(u32::from(DECIMALS)) + 1;
                above.unsigned_abs().saturating_sub(unit)
            });
        self.insert(Largest {
            weight,
            name: ledger.name(customer),
            part,
            least,
        });
    }

    fn insert(&mut self, own: Largest<'a>) {
        let is_before = |other: &Largest<'_>| (other.weight, own.name) > (own.weight, other.name);
        let place = self.largest.partition_point(is_before);
        self.largest.insert(place, own);
        self.largest.truncate(NAMED);
    }

    /// Adds the customers of another ranking of the same difference.
    pub(super) fn add(&mut self, other: Ranking<'a>) {
        self.customers += other.customers;
        for own in other.largest {
            self.insert(own);
        }
    }

    /// What was found.
    pub(super) fn touched(&self) -> Touched {
        let named = self.largest.iter();
        let rounded = |one: &Largest<'_>| one.part.map(|part| part.round(6));
        Touched {
            customers: self.customers,
            largest: named
                .map(|one| (one.name.to_owned(), rounded(one)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rankings_of_parts_make_that_of_the_whole() {
        let names: Vec<String> = (0..40).map(|number| format!("c{number} 1")).collect();
        let ledger = Ledger::from_table(&format!("2024-01\n{}", names.join("\n"))).unwrap();
        let amount = |units| Amount::new(units, 0);
        for adds_up in [true, false] {
            let part = Part {
                adds_up,
                nrr: Ratio::new(amount(90), amount(100)),
                opening: 1000,
            };
            let moved = |customer: u32| Share {
                retained: i128::from(customer * 7 % 5) - 2,
                opening: i128::from(customer % 3),
            };
            let ranked = |customers: std::ops::Range<u32>| {
                let mut ranking = Ranking::new(part);
                customers.for_each(|one| ranking.offer(&ledger, one, moved(one)));
                ranking
            };
            let whole = ranked(0..40).touched();
            for cut in [0, 1, 2, 20, 39, 40] {
                let mut parts = ranked(cut..40);
                parts.add(ranked(0..cut));
                assert_eq!(parts.touched(), whole);
            }
        }
    }
}
