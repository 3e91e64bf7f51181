//! How far two ratios are apart, exactly: what a customer moves a rate by.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

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
#[derive(Clone, Debug)]
pub struct Difference(Fraction);

/// A numerator and a denominator above zero.
#[derive(Clone, Debug)]
enum Fraction {
    /// Both in 128 bits, which nearly always hold them.
    Small(i128, i128),
    Large(BigInt, BigInt),
}

impl Difference {
    /// `left` less `right`; `None` where one of them is undefined.
    pub(super) fn of(left: Ratio, right: Ratio) -> Option<Difference> {
        if let Some(small) = small_difference(left, right) {
            return Some(Difference(small));
        }
        let (left, right) = (Parts::of(left)?, Parts::of(right)?);
        Some(Difference(Fraction::Large(
            left.above * &right.below - right.above * &left.below,
            left.below * right.below,
        )))
    }

    /// No difference.
    #[must_use]
    pub fn none() -> Difference {
        Difference(Fraction::Small(0, 1))
    }

    /// What a part of the changes of two sums moves their ratio by, on its way from `before` to `after`.
    ///
    /// ```text
    /// effect = (above − before · below) / after's denominator
    /// ```
    ///
    /// Linear in the two changes: the effects of parts that add up to all of it add up to `after` less `before`,
    /// exactly. `None` where one of the ratios is undefined.
    ///
    /// # Example
    ///
    /// ```
    /// use nrr::units::{Amount, Difference, Ratio};
    ///
    /// let whole = |units| Amount::new(units, 0);
    /// let (before, after) = (Ratio::new(whole(90), whole(100)), Ratio::new(whole(95), whole(110)));
    /// // One customer brings 10 to the base and keeps 10 of them, another one pays 5 less.
    /// let joined = Difference::of_part(before, after, whole(10), whole(10)).unwrap();
    /// let fell = Difference::of_part(before, after, whole(-5), whole(0)).unwrap();
    /// assert_eq!(joined.rounded(6), Some(Amount::new(9_091, 6)));
    /// assert!(joined.plus(&fell).is_same(&after.minus(before).unwrap()));
    /// ```
    #[must_use]
    pub fn of_part(
        before: Ratio,
        after: Ratio,
        above: Amount,
        below: Amount,
    ) -> Option<Difference> {
        let amounts = [before.numerator(), before.denominator()];
        let amounts = amounts
            .into_iter()
            .chain([after.denominator(), above, below]);
        let scale = amounts.map(Amount::scale).max().unwrap_or(0);
        let whole = |amount: Amount| {
            let more = u32::from(scale - amount.scale());
            BigInt::from(amount.units()) * BigInt::from(10_u8).pow(more)
        };
        let old_below = whole(before.denominator());
        let numerator = whole(above) * &old_below - whole(before.numerator()) * whole(below);
        let denominator = old_below * whole(after.denominator());
        Difference::of_whole(numerator, denominator)
    }

    /// One number over another; `None` over zero.
    fn of_whole(above: BigInt, below: BigInt) -> Option<Difference> {
        match below.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Difference(Fraction::Large(above, below))),
            Sign::Minus => Some(Difference(Fraction::Large(-above, -below))),
        }
    }

    /// Numerator and denominator as numbers without bounds.
    fn parts(&self) -> (Cow<'_, BigInt>, Cow<'_, BigInt>) {
        match &self.0 {
            Fraction::Small(above, below) => {
                let [above, below] = [*above, *below].map(BigInt::from).map(Cow::Owned);
                (above, below)
            }
            Fraction::Large(above, below) => (Cow::Borrowed(above), Cow::Borrowed(below)),
        }
    }

    /// Both together.
    #[must_use]
    pub fn plus(&self, other: &Difference) -> Difference {
        let ((above, below), (more, more_below)) = (self.parts(), other.parts());
        Difference(if below == more_below {
            Fraction::Large(&*above + &*more, below.into_owned())
        } else {
            let sum = &*above * &*more_below + &*more * &*below;
            Fraction::Large(sum, &*below * &*more_below)
        })
    }

    /// This one without another.
    #[must_use]
    pub fn less(&self, other: &Difference) -> Difference {
        let (above, below) = other.parts();
        let negated = Fraction::Large(-above.into_owned(), below.into_owned());
        self.plus(&Difference(negated))
    }

    /// True if both are exactly as far.
    #[must_use]
    pub fn is_same(&self, other: &Difference) -> bool {
        self.less(other).is_zero()
    }

    /// True below zero: the first ratio is the smaller one.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Fraction::Small(above, _) => *above < 0,
            Fraction::Large(above, _) => above.sign() == Sign::Minus,
        }
    }

    /// True if both ratios are the same.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        match &self.0 {
            Fraction::Small(above, _) => *above == 0,
            Fraction::Large(above, _) => above.sign() == Sign::NoSign,
        }
    }

    /// This difference over another, exactly; `None` over zero.
    #[must_use]
    pub fn over(&self, other: &Difference) -> Option<Difference> {
        let ((above, below), (other_above, other_below)) = (self.parts(), other.parts());
        Difference::of_whole(&*above * &*other_below, &*below * &*other_above)
    }

    /// Compares two differences by their values, exactly.
    #[must_use]
    pub fn compare(&self, other: &Difference) -> Ordering {
        let ((above, below), (other_above, other_below)) = (self.parts(), other.parts());
        (&*above * &*other_below).cmp(&(&*other_above * &*below))
    }

    /// Compares how far from zero two differences are, whatever their signs.
    #[must_use]
    pub fn cmp_magnitude(&self, other: &Difference) -> Ordering {
        let ((above, below), (other_above, other_below)) = (self.parts(), other.parts());
        if below == other_below {
            return above.magnitude().cmp(other_above.magnitude());
        }
        let mine = above.magnitude() * other_below.magnitude();
        mine.cmp(&(other_above.magnitude() * below.magnitude()))
    }

    /// The value, rounded once from its exact value, half away from zero, to `decimals` places; `None` where
    /// 128 bits do not hold it.
    #[must_use]
    pub fn rounded(&self, decimals: u8) -> Option<Amount> {
        let small = match &self.0 {
            Fraction::Small(above, below) => small_size(*above, *below, decimals),
            Fraction::Large(..) => None,
        };
        let units = small.or_else(|| self.large_size(decimals))?;
        Some(Amount::new(
            if self.is_negative() { -units } else { units },
            decimals,
        ))
    }

    /// How far from zero it is, rounded; `None` where 128 bits do not hold it.
    fn large_size(&self, decimals: u8) -> Option<i128> {
        let power = BigUint::from(10_u8).pow(u32::from(decimals));
        let (above, below) = self.parts();
        let (above, below) = (above.magnitude(), below.magnitude());
        let size = (above * power * 2_u8 + below) / (below * 2_u8);
        i128::try_from(BigInt::from(size)).ok()
    }
}

/// One ratio less another; `None` where one is undefined, or where 128 bits do not hold a step to it.
fn small_difference(left: Ratio, right: Ratio) -> Option<Fraction> {
    let whole = |ratio: Ratio| {
        let (above, below) = (ratio.numerator(), ratio.denominator());
        let scale = above.scale().max(below.scale());
        Some((above.units_at(scale)?, below.units_at(scale)?))
    };
    let ((left, left_below), (right, right_below)) = (whole(left)?, whole(right)?);
    let right = product(right, left_below)?;
    let left = product(left, right_below)?;
    let below = product(left_below, right_below)?;
    (below > 0).then_some(Fraction::Small(left.checked_sub(right)?, below))
}

/// A product; `None` where 128 bits do not hold it.
fn product(left: i128, right: i128) -> Option<i128> {
    // Those of 64 bits, as nearly all are, need no check, which is slow.
    match (i64::try_from(left), i64::try_from(right)) {
        (Ok(left), Ok(right)) => Some(i128::from(left) * i128::from(right)),
        _ => left.checked_mul(right),
    }
}

/// How far from zero a fraction is, rounded; `None` where 128 bits do not hold a step to it.
fn small_size(above: i128, below: i128, decimals: u8) -> Option<i128> {
    let power = 10_i64.checked_pow(u32::from(decimals))?;
    let twice = above.checked_abs()?.checked_mul(i128::from(power) * 2)?;
    twice.checked_add(below)?.checked_div(below.checked_mul(2)?)
}

/// A ratio as two whole numbers, the lower one above zero.
struct Parts {
    above: BigInt,
    below: BigInt,
}

impl Parts {
    fn of(ratio: Ratio) -> Option<Parts> {
        let whole = |amount: Amount, other: Amount| {
            let more = other.scale().saturating_sub(amount.scale());
            BigInt::from(amount.units()) * BigInt::from(10_u8).pow(u32::from(more))
        };
        let (numerator, denominator) = (ratio.numerator(), ratio.denominator());
        let above = whole(numerator, denominator);
        let below = whole(denominator, numerator);
        match below.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Parts { above, below }),
            Sign::Minus => Some(Parts {
                above: -above,
                below: -below,
            }),
        }
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
    fn parts_add_up_to_the_whole_at_any_scale() {
        let (before, after) = (ratio(80, 90), ratio(7, 11));
        let parts = [((-70, 0), (-75, 0)), ((-25, 1), (-4, 0)), ((-5, 1), (0, 2))];
        let mut sum = Difference::none();
        for ((above, above_scale), (below, below_scale)) in parts {
            let above = Amount::new(above, above_scale);
            let below = Amount::new(below, below_scale);
            sum = sum.plus(&Difference::of_part(before, after, above, below).unwrap());
        }
        assert!(sum.is_same(&after.minus(before).unwrap()));
        let nothing = Amount::ZERO;
        for (before, after) in [(ratio(1, 0), ratio(1, 1)), (ratio(1, 1), ratio(1, 0))] {
            assert!(Difference::of_part(before, after, nothing, nothing).is_none());
        }
        assert!(!Difference::none().is_same(&sum) && sum.less(&sum).is_zero());
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
    fn differences_are_taken_divided_and_compared_as_fractions() {
        let of = |above, below| ratio(above, below).exact().unwrap();
        let shown = |difference: Difference| difference.rounded(6).unwrap().to_string();
        assert_eq!(shown(of(5, 6).less(&of(1, 3))), "0.500000");
        assert_eq!(shown(of(1, 3).less(&of(5, 6))), "-0.500000");
        assert_eq!(shown(of(1, 3).over(&of(2, 3)).unwrap()), "0.500000");
        assert_eq!(shown(of(1, 3).over(&of(-2, 3)).unwrap()), "-0.500000");
        assert!(of(1, 3).over(&of(0, 3)).is_none());
        assert_eq!(of(2, 4).compare(&of(1, 2)), Ordering::Equal);
        assert_eq!(of(-1, 2).compare(&of(1, 1_000_000)), Ordering::Less);
        let large = i128::MAX / 2;
        let (above, below) = (of(large, large - 1), of(large + 1, large));
        assert_eq!(above.compare(&below), Ordering::Greater);
        assert!(ratio(1, 0).exact().is_none());
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
