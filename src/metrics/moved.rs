//! Everybody's movement of one comparison, in few bytes each: they are looked at several times, and in any order.

use std::ops::Range;

use super::anchors::Anchors;
use super::columns::{Between, Columns, Past};
use super::detail::{Detail, Units};
use super::effects::Part;
use super::movements::{Class, Movement, Negative, detailed};
use super::rollforward::Rollforward;
use crate::ledger::{Books, Ledger, in_parts};
use crate::policies::{Negatives, Policies, Reactivation};

/// How many movements a thread looks at at once.
const SHARE: usize = 1 << 13;

/// The movements of one comparison, numbered from 0 on.
///
/// What moved inside customers is in the total alone.
pub(super) struct Moved {
    kept: Vec<Kept>,
    whole: Vec<Movement>,
    total: Rollforward,
    policy: Reactivation,
}

/// A movement as it is kept.
#[derive(Clone, Copy)]
enum Kept {
    /// Amounts of 64 bits and nothing beside them, as nearly all are.
    Short {
        customer: u32,
        class: Option<Class>,
        counts: bool,
        opening: i64,
        closing: i64,
    },
    /// The place of any other one among those that are kept whole.
    Whole(u32),
}

const _: () = assert!(size_of::<Kept>() == 24, "they are kept for their size");

impl Moved {
    /// Classifies every customer, as a calculation does.
    pub(super) fn of(
        books: &Books,
        ends: &Anchors,
        policies: &Policies,
    ) -> Result<Moved, Vec<Negative>> {
        let ledger = &books.customers;
        let units = Units::of(books);
        let by_columns = units.is_none().then(|| in_columns(ledger, ends, policies));
        let mut moved = Moved::none(ledger, policies);
        if let Some(parts) = by_columns.flatten() {
            let count = parts.iter().map(Moved::len).sum();
            moved.kept.reserve_exact(count);
            for part in parts {
                moved.append(part);
            }
        } else {
            let movements = detailed(ledger, units.as_ref(), ends, policies)?;
            for movement in movements {
                moved.add(movement);
            }
        }
        moved.total.assert_identity();
        moved.total.assert_customers();
        Ok(moved)
    }

    fn none(ledger: &Ledger, policies: &Policies) -> Moved {
        Moved {
            kept: Vec::new(),
            whole: Vec::new(),
            total: Rollforward::empty(ledger.scale()),
            policy: policies.reactivation,
        }
    }

    fn add(&mut self, movement: Movement) {
        self.total.add_opening_side(&movement, self.policy);
        self.total.add_closing_side(&movement);
        let kept = Kept::short(&movement).unwrap_or_else(|| {
            let place = place(self.whole.len());
            self.whole.push(Movement {
                detail: Detail::default(),
                ..movement
            });
            Kept::Whole(place)
        });
        self.kept.push(kept);
    }

    /// Adds movements that come after these.
    fn append(&mut self, other: Moved) {
        let before = place(self.whole.len());
        self.kept.extend(other.kept.iter().map(|kept| match kept {
            Kept::Whole(place) => Kept::Whole(place + before),
            short @ Kept::Short { .. } => *short,
        }));
        self.whole.extend(other.whole);
        self.total.add(&other.total);
    }

    /// The roll-forward of everybody.
    pub(super) const fn total(&self) -> &Rollforward {
        &self.total
    }

    /// Whose movement has a number.
    pub(super) fn customer(&self, number: u32) -> u32 {
        match self.kept[number as usize] {
            Kept::Short { customer, .. } => customer,
            Kept::Whole(place) => self.whole[place as usize].customer,
        }
    }

    /// The movement of a number.
    #[inline]
    pub(super) fn movement(&self, number: u32) -> Movement {
        self.kept[number as usize].movement(&self.whole)
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = Movement> {
        self.kept.iter().map(|kept| kept.movement(&self.whole))
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.kept.len()
    }

    /// Lets threads see some numbers at a time; what they give stands in the order of numbers.
    pub(super) fn in_parts<T: Send>(
        &self,
        threads: usize,
        see: impl Fn(Range<u32>) -> T + Sync,
    ) -> Vec<T> {
        in_parts(self.len(), SHARE, threads, |part| {
            see(place(part.start)..place(part.end))
        })
    }

    /// What one customer is of the total.
    pub(super) fn own(&self, movement: &Movement) -> Part {
        Part::of_customer(movement, self.policy)
    }
}

impl Kept {
    /// A movement in short; `None` if more is to be said of it than what moved inside.
    fn short(movement: &Movement) -> Option<Kept> {
        let Movement {
            customer,
            opening,
            closing,
            fx,
            clipped_opening,
            clipped_closing,
            class,
            counts,
            swapped,
            detail: _,
        } = *movement;
        let is_plain = (fx | clipped_opening | clipped_closing | swapped) == 0;
        let amounts = i64::try_from(opening).ok().zip(i64::try_from(closing).ok());
        let (opening, closing) = amounts.filter(|_| is_plain)?;
        Some(Kept::Short {
            customer,
            class,
            counts,
            opening,
            closing,
        })
    }

    #[inline]
    fn movement(&self, whole: &[Movement]) -> Movement {
        match *self {
            Kept::Short {
                customer,
                class,
                counts,
                opening,
                closing,
            } => Movement {
                customer,
                opening: opening.into(),
                closing: closing.into(),
                fx: 0,
                clipped_opening: 0,
                clipped_closing: 0,
                class,
                counts,
                swapped: 0,
                detail: Detail::default(),
            },
            Kept::Whole(place) => whole[place as usize],
        }
    }
}

/// A place as a number: customers have numbers of 32 bits, and one movement at most.
fn place(place: usize) -> u32 {
    u32::try_from(place).expect("there are no more movements than customers")
}

/// Everybody's movements month by month, part by part; `None` where each customer has to be looked at.
fn in_columns(ledger: &Ledger, ends: &Anchors, policies: &Policies) -> Option<Vec<Moved>> {
    if ledger.is_converted() {
        return None;
    }
    let columns = Columns::of(ledger);
    let past = Past::of(&columns);
    let between = Between::new(&columns, &past, ends, policies);
    // Somebody has to be named then.
    if between.has_cut() && policies.negatives == Negatives::Error {
        return None;
    }
    Some(between.in_parts(|| Moved::none(ledger, policies), Moved::add))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::super::movements::movements;
    use super::*;
    use crate::metrics::anchors;
    use crate::units::{FiscalYear, Period};

    #[test]
    fn every_movement_is_kept_in_its_order_on_any_number_of_threads() {
        // Several blocks; some are below zero, and some are more than 64 bits hold.
        let mut table = "2024-01 2024-02".to_owned();
        for number in 0..5_000 {
            let closing = match number % 700 {
                3 => "-5",
                4 => "20000000000000000000",
                5 => ".",
                _ => "12",
            };
            write!(table, "\nc{number} {} {closing}", number % 25).unwrap();
        }
        let mut books = Books::of(Ledger::from_table(&table).unwrap());
        let mut policies = Policies::default();
        policies.negatives = Negatives::Clip;
        let february = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
        let ends = anchors(&books.customers, february, 1, &policies).unwrap();
        let expected = movements(&books.customers, &ends, &policies).unwrap();
        let total = Rollforward::total(&expected, policies.reactivation, books.customers.scale());
        for threads in [1, 2, 7] {
            books.set_threads(threads);
            let moved = Moved::of(&books, &ends, &policies).unwrap();
            assert!(!moved.whole.is_empty() && moved.whole.len() < 20);
            assert_eq!(moved.all().collect::<Vec<_>>(), expected);
            assert_eq!(moved.total(), &total);
            let numbers = moved.in_parts(threads, |numbers| {
                let customers = numbers.map(|number| moved.customer(number));
                customers.collect::<Vec<u32>>()
            });
            let customers: Vec<u32> = expected.iter().map(|one| one.customer).collect();
            assert_eq!(numbers.concat(), customers);
        }
    }
}
