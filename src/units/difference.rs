//! How far two ratios are apart, exactly: what a customer moves a rate by.

use std::cmp::Ordering;

use super::wide::Wide;
use super::{Amount, Ratio};

/// One ratio less another, unrounded.
///
/// # Units
///
/// A fraction: 0.01 is one percentage point. Two of them are compared as they are, never as they are
/// printed.
///
/// # Example
///
/// ```
/// use nrr::units::{Amount, Ratio};
///
/// let ratio = |above, below| Ratio::new(Amount::new(above, 0), Amount::new(below, 0));
/// let difference = ratio(1, 2).minus(ratio(2, 3)).unwrap();
/// assert_eq!(difference.rounded(6), Some(Amount::new(-166_667, 6)));
/// assert!(ratio(1, 2).minus(ratio(1, 0)).is_none());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    is_negative: bool,
    numerator: Wide,
    denominator: Wide,
}

impl Difference {
    /// `left` less `right`; `None` where one of them is undefined, or one's sums outgrow 128 bits when
    /// written with the same decimals.
    pub(super) fn of(left: Ratio, right: Ratio) -> Option<Difference> {
        let (left, right) = (Parts::of(left)?, Parts::of(right)?);
        let denominator = left.denominator.times(right.denominator);
        let first = left.numerator.times(right.denominator);
        let second = right.numerator.times(left.denominator);
        let (is_negative, numerator) = match (left.is_negative, right.is_negative) {
            (true, false) | (false, true) => (left.is_negative, first.plus(second)),
            (sign, _) if first >= second => (sign, first.minus(second)),
            (sign, _) => (!sign, second.minus(first)),
        };
        Some(Difference {
            is_negative: is_negative && !numerator.is_zero(),
            numerator,
            denominator,
        })
    }

    /// True below zero: the first ratio is the smaller one.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.is_negative
    }

    /// True if both ratios are the same.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.numerator.is_zero()
    }

    /// Compares how far from zero two differences are, whatever their signs.
    #[must_use]
    pub fn cmp_magnitude(&self, other: &Difference) -> Ordering {
        if self.denominator == other.denominator {
            return self.numerator.cmp(&other.numerator);
        }
        let mine = self.numerator.times(other.denominator);
        mine.cmp(&other.numerator.times(self.denominator))
    }

    /// The value, rounded once from its exact value, half away from zero, to `decimals` places; `None` where
    /// 128 bits do not hold it.
    #[must_use]
    pub fn rounded(self, decimals: u8) -> Option<Amount> {
        let power = 10_u128.checked_pow(u32::from(decimals))?;
        let scaled = self.numerator.times(Wide::of(power));
        let (quotient, rest) = scaled.divided(self.denominator)?;
        let is_half = rest.plus(rest) >= self.denominator;
        let units = quotient.checked_add(u128::from(is_half))?;
        let units = i128::try_from(units).ok()?;
        Some(Amount::new(
            if self.is_negative { -units } else { units },
            decimals,
        ))
    }
}

/// A ratio as sign and two magnitudes of the same number of decimals.
struct Parts {
    is_negative: bool,
    numerator: Wide,
    denominator: Wide,
}

impl Parts {
    fn of(ratio: Ratio) -> Option<Parts> {
        let (above, below) = (ratio.numerator(), ratio.denominator());
        let scale = above.scale().max(below.scale());
        let (above, below) = (above.units_at(scale)?, below.units_at(scale)?);
        (below != 0).then(|| Parts {
            is_negative: (above < 0) != (below < 0),
            numerator: Wide::of(above.unsigned_abs()),
            denominator: Wide::of(below.unsigned_abs()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(above: i128, below: i128) -> Ratio {
        Ratio::new(Amount::new(above, 0), Amount::new(below, 0))
    }

    fn rounded(left: (i128, i128), right: (i128, i128)) -> String {
        let difference = ratio(left.0, left.1).minus(ratio(right.0, right.1));
        let rounded = difference.and_then(|difference| difference.rounded(6));
        rounded.map_or_else(|| "none".to_owned(), |amount| amount.to_string())
    }

    #[test]
    fn differences_are_rounded_once_and_half_away_from_zero() {
        for (left, right, expected) in [
            ((5, 6), (1, 3), "0.500000"),
            ((1, 3), (5, 6), "-0.500000"),
            ((1, 2_000_000), (0, 1), "0.000001"),
            ((0, 1), (1, 2_000_000), "-0.000001"),
            ((1, 2_000_001), (0, 1), "0.000000"),
            ((-1, 2), (1, 2), "-1.000000"),
            ((1, 2), (-1, 2), "1.000000"),
            ((-1, 2), (-1, -2), "-1.000000"),
            ((-1, 4), (-1, 2), "0.250000"),
            ((2, 4), (1, 2), "0.000000"),
            ((1, 0), (1, 2), "none"),
            ((1, 2), (0, 0), "none"),
        ] {
            assert_eq!(rounded(left, right), expected, "{left:?} less {right:?}");
        }
    }

    #[test]
    fn nothing_is_not_below_zero() {
        let nothing = ratio(-2, 4).minus(ratio(-1, 2)).unwrap();
        assert!(nothing.is_zero() && !nothing.is_negative());
    }

    #[test]
    fn magnitudes_are_compared_exactly_where_printing_shows_no_difference() {
        let large = i128::MAX / 2;
        let of = |left, right| Difference::of(left, right).unwrap();
        let near = of(ratio(large, large - 1), ratio(1, 1));
        let nearer = of(ratio(large + 1, large), ratio(1, 1));
        assert_eq!(near.rounded(6), nearer.rounded(6));
        assert_eq!(near.cmp_magnitude(&nearer), Ordering::Greater);
        let loss = of(ratio(1, 1), ratio(large, large - 1));
        assert_eq!(loss.cmp_magnitude(&near), Ordering::Equal);
        assert!(loss.is_negative());
        let half = of(ratio(1, 2), ratio(0, 7));
        assert_eq!(
            half.cmp_magnitude(&of(ratio(2, 4), ratio(0, 1))),
            Ordering::Equal
        );
    }

    #[test]
    fn the_largest_sums_do_not_overflow() {
        let (largest, less) = (i128::MAX, i128::MAX - 1);
        let one = ratio(largest, less).minus(ratio(less, largest)).unwrap();
        let other = ratio(less, largest).minus(ratio(largest, less)).unwrap();
        assert_eq!(one.cmp_magnitude(&other), Ordering::Equal);
        assert_eq!(one.rounded(6), Some(Amount::new(0, 6)));
        assert_eq!(
            rounded((largest, 1), (1, 3)),
            "none",
            "more than 128 bits hold"
        );
    }
}
