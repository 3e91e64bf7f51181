//! How large the amounts of a file are, for telling files in cents from files in dollars.

use crate::units::Amount;

/// The amounts of a file, added up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sizes {
    rows: u64,
    /// The sum of all magnitudes; `None` once 128 bits don't hold it.
    total: Option<Amount>,
    has_decimals: bool,
}

impl Sizes {
    /// Takes note of an amount that is not zero.
    pub fn add(&mut self, amount: Amount) {
        if amount.is_zero() {
            return;
        }
        let magnitude = if amount.is_negative() {
            -amount
        } else {
            amount
        };
        let before = if self.rows == 0 {
            Some(Amount::ZERO)
        } else {
            self.total
        };
        self.total = before.and_then(|total| total.checked_add(magnitude));
        self.rows += 1;
        self.has_decimals |= amount.units() % 10_i128.pow(u32::from(amount.scale())) != 0;
    }

    /// Takes in what another thread saw.
    pub fn merge(&mut self, other: Sizes) {
        if other.rows == 0 {
            return;
        }
        let mine = if self.rows == 0 {
            Some(Amount::ZERO)
        } else {
            self.total
        };
        self.total = mine
            .zip(other.total)
            .and_then(|(mine, theirs)| mine.checked_add(theirs));
        self.rows += other.rows;
        self.has_decimals |= other.has_decimals;
    }

    /// True if these are whole numbers and about a hundred times as large, on average, as the others: cents beside
    /// dollars, where they are of the same customers.
    #[must_use]
    pub fn are_cents_beside(&self, other: &Sizes) -> bool {
        let (Some(mine), Some(theirs)) = (self.total, other.total) else {
            return false;
        };
        let mine = mine.checked_mul(i128::from(other.rows));
        let is_between = |least: i128, most: i128| {
            let times = |times: i128| {
                theirs
                    .checked_mul(i128::from(self.rows))?
                    .checked_mul(times)
            };
            let bounds = times(least).zip(times(most));
            mine.zip(bounds)
                .is_some_and(|(mine, (least, most))| least <= mine && mine <= most)
        };
        !self.has_decimals && is_between(80, 125)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(amounts: &[(i128, u8)]) -> Sizes {
        let mut sizes = Sizes::default();
        for (units, scale) in amounts {
            sizes.add(Amount::new(*units, *scale));
        }
        sizes
    }

    #[test]
    fn cents_are_told_from_dollars_by_whole_numbers_that_are_much_larger() {
        let cents = sizes(&[(990_000, 0), (149_900, 0)]);
        let dollars = sizes(&[(990_050, 2), (149_900, 2)]);
        assert!(cents.are_cents_beside(&dollars));
        assert!(!dollars.are_cents_beside(&cents));
        assert!(cents.are_cents_beside(&sizes(&[(5_600, 0)])));
        assert!(!cents.are_cents_beside(&sizes(&[(99_000, 0)])));
        assert!(!sizes(&[(100, 0)]).are_cents_beside(&dollars));
        let mut merged = sizes(&[]);
        merged.merge(cents);
        assert!(merged.are_cents_beside(&dollars));
    }
}
