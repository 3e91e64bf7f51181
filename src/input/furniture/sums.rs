//! Sums of rows, a column each, and whether a total states them.

use super::row::Stated;
use crate::units::Amount;

/// What rows add up to in each amount column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// One a column.
    pub(super) columns: Vec<Amount>,
    /// How many rows.
    pub(super) rows: u64,
    /// How many cells could not be read, so that the sums are not known.
    pub(super) unread: u64,
}

impl Sums {
    pub(super) fn new(columns: usize) -> Sums {
        Sums {
            columns: vec![Amount::ZERO; columns],
            rows: 0,
            unread: 0,
        }
    }

    /// Adds one row.
    pub(super) fn add(&mut self, row: &[Stated]) {
        self.rows += 1;
        for (sum, stated) in self.columns.iter_mut().zip(row) {
            match stated.amount().and_then(|amount| sum.checked_add(amount)) {
                Some(more) => *sum = more,
                None => self.unread += 1,
            }
        }
    }

    /// What was added since these sums were `before`.
    pub(super) fn since(&self, before: &Sums) -> Sums {
        let mut unread = self.unread - before.unread;
        let columns = self.columns.iter().zip(&before.columns);
        let columns = columns
            .map(|(now, then)| {
                now.checked_add(-*then).unwrap_or_else(|| {
                    unread += 1;
                    Amount::ZERO
                })
            })
            .collect();
        Sums {
            columns,
            rows: self.rows - before.rows,
            unread,
        }
    }

    /// These sums and others.
    pub(super) fn plus(&self, other: &Sums) -> Sums {
        let mut unread = self.unread + other.unread;
        let columns = self.columns.iter().zip(&other.columns);
        let columns = columns
            .map(|(one, two)| {
                one.checked_add(*two).unwrap_or_else(|| {
                    unread += 1;
                    Amount::ZERO
                })
            })
            .collect();
        Sums {
            columns,
            rows: self.rows + other.rows,
            unread,
        }
    }

    /// Whether a row states these sums, in every column.
    pub(super) fn is_stated_by(&self, row: &[Stated]) -> bool {
        self.unread == 0 && self.first_difference(row).is_none()
    }

    /// The first column whose sum is not what a row states.
    pub(super) fn first_difference(&self, row: &[Stated]) -> Option<usize> {
        self.compared(row).position(|is_same| !is_same)
    }

    /// In how many columns the sum is what a row states.
    pub(super) fn agreements(&self, row: &[Stated]) -> usize {
        self.compared(row).filter(|is_same| *is_same).count()
    }

    fn compared(&self, row: &[Stated]) -> impl Iterator<Item = bool> {
        let columns = self.columns.iter().zip(row);
        columns.map(|(sum, stated)| {
            let amount = stated.amount();
            amount.is_some_and(|amount| is_same(*sum, amount, self.rows))
        })
    }

    /// Whether every column adds up to nothing.
    pub(super) fn is_zero(&self) -> bool {
        self.unread == 0 && self.columns.iter().all(|sum| sum.is_zero())
    }
}

/// Whether a total is a sum of so many amounts: exactly, or a cent an amount beside it where each was rounded
/// for itself. Beyond one unit it is not, however many there are, for then a row may be missing.
pub(in crate::input) fn is_same(sum: Amount, stated: Amount, amounts: u64) -> bool {
    let Some(difference) = stated.checked_add(-sum) else {
        return false;
    };
    let allowed = Amount::new(i128::from(amounts.min(100)), 2);
    difference.is_zero() || (difference <= allowed && -difference <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse_plain(text).expect(text)
    }

    #[test]
    fn a_sum_may_be_off_by_what_rounding_does() {
        assert!(is_same(amount("100"), amount("100.00"), 0));
        assert!(is_same(amount("100.01"), amount("100.03"), 2));
        assert!(!is_same(amount("100.01"), amount("100.04"), 2));
        assert!(is_same(amount("5"), amount("4"), 1_000_000));
        assert!(!is_same(amount("5"), amount("3.99"), 1_000_000));
    }

    #[test]
    fn sums_beyond_128_bits_prove_nothing() {
        let mut sums = Sums::new(1);
        sums.columns[0] = Amount::new(i128::MAX, 0);
        sums.add(&[Stated::Amount(amount("1"))]);
        assert_eq!(sums.unread, 1);
        assert!(!sums.is_stated_by(&[Stated::Amount(amount("1"))]));
        assert!(!is_same(
            Amount::new(-i128::MAX, 0),
            Amount::new(i128::MAX, 0),
            1
        ));
    }
}
