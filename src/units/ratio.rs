//! A numerator over a denominator, kept apart until the moment of printing.

use num_bigint::{BigInt, Sign};
use rust_decimal::Decimal;

use super::{Amount, Difference};

/// Two exact sums, one over the other; the only form in which a rate exists before it is printed.
///
/// # Units
///
/// A fraction: 1.04 is 104%. Over a zero denominator it is *undefined*, which is a value of its own
/// and never 0. Two ratios are equal if both their sums are: 1 over 2 is another one than 2 over 4.
///
/// # Example
///
/// ```
/// use nrr::units::{Amount, Ratio};
///
/// let nrr = Ratio::new(Amount::new(180, 0), Amount::new(200, 0));
/// assert_eq!(nrr.rounded(6), Some(Amount::new(900_000, 6)));
/// assert_eq!(Ratio::new(Amount::new(5, 0), Amount::ZERO).rounded(6), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: Amount,
    denominator: Amount,
}

impl Ratio {
    /// `numerator` over `denominator`.
    #[must_use]
    pub const fn new(numerator: Amount, denominator: Amount) -> Ratio {
        Ratio {
            numerator,
            denominator,
        }
    }

    /// A share of counted things, such as customers kept over customers at the opening.
    #[must_use]
    pub fn of_counts(numerator: u64, denominator: u64) -> Ratio {
        Ratio::new(
            Amount::new(i128::from(numerator), 0),
            Amount::new(i128::from(denominator), 0),
        )
    }

    /// The sum above the line.
    #[must_use]
    pub const fn numerator(self) -> Amount {
        self.numerator
    }

    /// The sum below the line.
    #[must_use]
    pub const fn denominator(self) -> Amount {
        self.denominator
    }

    /// One less this ratio, exactly: churn from retention.
    #[must_use]
    pub fn complement(self) -> Ratio {
        Ratio::new(self.denominator - self.numerator, self.denominator)
    }

    /// False over a zero denominator.
    #[must_use]
    pub const fn is_defined(self) -> bool {
        !self.denominator.is_zero()
    }

    /// The quotient, rounded once from its exact value, half away from zero, to `decimals` places.
    ///
    /// This is the integer identity `floor((2·|n|·10^k + d) / 2d)` with the sign put back, done a
    /// digit at a time where a product outgrows 128 bits.
    ///
    /// `None` over a zero denominator, and in the one case that cannot be written: a quotient that
    /// itself outgrows 128 bits.
    #[must_use]
    pub fn rounded(self, decimals: u8) -> Option<Amount> {
        let scale = self.numerator.scale().max(self.denominator.scale());
        let numerator = self.numerator.units_at(scale)?;
        let denominator = self.denominator.units_at(scale)?;
        if denominator == 0 {
            return None;
        }
        let negative = (numerator < 0) != (denominator < 0);
        let (above, divisor) = (numerator.unsigned_abs(), denominator.unsigned_abs());
        let power = 10_u128.checked_pow(u32::from(decimals));
        let (mut quotient, rest) = match power.and_then(|power| above.checked_mul(power)) {
            Some(above) => (above / divisor, above % divisor),
            None => divided(above, divisor, decimals)?,
        };
        if rest >= divisor - rest {
            quotient = quotient.checked_add(1)?;
        }
        let units = i128::try_from(quotient).ok()?;
        Some(Amount::new(if negative { -units } else { units }, decimals))
    }

    /// This ratio less another, exactly; `None` where one of them is undefined, or its sums outgrow 128 bits
    /// when written with the same decimals.
    #[must_use]
    pub fn minus(self, other: Ratio) -> Option<Difference> {
        Difference::of(self, other)
    }

    /// The quotient as an exact value to calculate with; `None` where it is undefined.
    #[must_use]
    pub fn exact(self) -> Option<Difference> {
        self.minus(Ratio::of_counts(0, 1))
    }

    /// How far this ratio is from another, rounded once from the exact difference to `decimals` places.
    ///
    /// `None` where one of them is undefined or the difference cannot be written.
    #[must_use]
    pub fn difference(self, other: Ratio, decimals: u8) -> Option<Amount> {
        self.minus(other)?.rounded(decimals)
    }

    /// Several ratios multiplied, such as monthly rates compounded.
    ///
    /// The exact product has more digits than 128 bits hold, so it is cut behind 24 decimals with a mark where
    /// something was cut: rounded to fewer, it gives what the exact product gives. Undefined if one of them is.
    #[must_use]
    pub fn product(ratios: impl IntoIterator<Item = Ratio>) -> Ratio {
        const KEPT: u32 = 24;
        let ten = BigInt::from(10);
        let (mut top, mut bottom) = (BigInt::from(1), BigInt::from(1));
        for ratio in ratios {
            if !ratio.is_defined() {
                return Ratio::new(Amount::ZERO, Amount::ZERO);
            }
            let (above, below) = (ratio.numerator, ratio.denominator);
            top *= BigInt::from(above.units()) * ten.pow(u32::from(below.scale()));
            bottom *= BigInt::from(below.units()) * ten.pow(u32::from(above.scale()));
        }
        top *= ten.pow(KEPT);
        let (whole, rest) = (&top / &bottom, &top % &bottom);
        let mark = rest.cmp(&BigInt::from(0)) as i8;
        let digits = i128::try_from(whole * ten + mark).unwrap_or(i128::MAX);
        Ratio::new(
            Amount::new(digits, 0),
            Amount::new(10_i128.pow(KEPT + 1), 0),
        )
    }

    /// An amount times this ratio as often as said, rounded once from the exact value, half away from zero, to
    /// `decimals` places: what a year's rate makes of it after some years.
    ///
    /// `None` where the ratio is undefined or 128 bits do not hold the result.
    #[must_use]
    pub fn carried(self, amount: Amount, times: u32, decimals: u8) -> Option<Amount> {
        if !self.is_defined() {
            return None;
        }
        let ten = BigInt::from(10);
        let whole = |amount: Amount| BigInt::from(amount.units());
        let power = |scale: u8| ten.pow(u32::from(scale));
        let (above, below) = (self.numerator, self.denominator);
        let rise = (whole(above) * power(below.scale())).pow(times);
        let fall = (whole(below) * power(above.scale())).pow(times);
        let top = whole(amount) * rise * power(decimals);
        let bottom = fall * power(amount.scale());
        let size = (top.magnitude() * 2_u8 + bottom.magnitude()) / (bottom.magnitude() * 2_u8);
        let units = i128::try_from(BigInt::from(size)).ok()?;
        let is_negative = (top.sign() == Sign::Minus) != (bottom.sign() == Sign::Minus);
        Some(Amount::new(
            if is_negative { -units } else { units },
            decimals,
        ))
    }

    /// The unrounded fraction as a [`Decimal`] of 28 digits, for looking at; `None` if undefined.
    #[must_use]
    pub fn value(self) -> Option<Decimal> {
        self.numerator
            .to_decimal()?
            .checked_div(self.denominator.to_decimal()?)
    }
}

/// The quotient times 10^`decimals` and what is left, a digit at a time; `None` where it outgrows 128 bits.
fn divided(above: u128, divisor: u128, decimals: u8) -> Option<(u128, u128)> {
    let (mut quotient, mut rest) = (above / divisor, above % divisor);
    for _ in 0..decimals {
        let (digit, left) = next_digit(rest, divisor);
        quotient = quotient.checked_mul(10)?.checked_add(digit)?;
        rest = left;
    }
    Some((quotient, rest))
}

/// One step of long division: `10·rest / divisor` and what is left, without forming `10·rest`.
fn next_digit(rest: u128, divisor: u128) -> (u128, u128) {
    let (mut digit, mut left) = (0, 0);
    for _ in 0..10 {
        if left >= divisor - rest {
            left -= divisor - rest;
            digit += 1;
        } else {
            left += rest;
        }
    }
    (digit, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(numerator: i128, denominator: i128, decimals: u8) -> Option<String> {
        let ratio = Ratio::new(Amount::new(numerator, 0), Amount::new(denominator, 0));
        ratio.rounded(decimals).map(|value| value.to_string())
    }

    #[test]
    fn quotients_round_half_away_from_zero() {
        assert_eq!(rounded(1, 2_000_000, 6).as_deref(), Some("0.000001"));
        assert_eq!(rounded(-1, 2_000_000, 6).as_deref(), Some("-0.000001"));
        assert_eq!(rounded(1, 2_000_001, 6).as_deref(), Some("0.000000"));
        assert_eq!(rounded(2, 3, 6).as_deref(), Some("0.666667"));
        assert_eq!(rounded(7, 7, 4).as_deref(), Some("1.0000"));
    }

    #[test]
    fn a_difference_of_thirds_is_exact_where_it_can_be() {
        let ratio = |above, below| Ratio::new(Amount::new(above, 0), Amount::new(below, 0));
        let difference = ratio(5, 6).difference(ratio(1, 3), 6);
        assert_eq!(difference, Some(Amount::new(500_000, 6)));
        assert_eq!(ratio(1, 0).difference(ratio(1, 3), 6), None);
    }

    #[test]
    fn a_product_rounds_as_the_exact_one_does() {
        let ratio = |above, below| Ratio::new(Amount::new(above, 2), Amount::new(below, 0));
        // (1/3)³ · 27/2 is a half to the last digit, and a third less than that rounds down.
        let thirds = [ratio(100, 3), ratio(100, 3), ratio(100, 3)];
        let half = Ratio::product(thirds.into_iter().chain([ratio(2_700, 2)]));
        assert_eq!(half.rounded(0), Some(Amount::new(1, 0)));
        let nearly = Ratio::product([
            ratio(1_499_999_999_999_999_999, 3),
            ratio(1, 100_000_000_000_000),
        ]);
        assert_eq!(nearly.rounded(0), Some(Amount::ZERO));
        let many = Ratio::product(
            (0..12).map(|_| Ratio::new(Amount::new(i128::MAX - 1, 9), Amount::new(i128::MAX, 9))),
        );
        assert_eq!(many.rounded(6), Some(Amount::new(1_000_000, 6)));
        assert!(!Ratio::product([half, ratio(1, 0)]).is_defined());
        assert_eq!(Ratio::product([]).rounded(2), Some(Amount::new(100, 2)));
    }

    #[test]
    fn an_amount_is_carried_on_exactly() {
        let rate = |above, below| Ratio::new(Amount::new(above, 1), Amount::new(below, 3));
        let carried = |ratio: Ratio, times| ratio.carried(Amount::new(10_000, 2), times, 2);
        let shown = |found: Option<Amount>| found.map(|amount| amount.to_string());
        // 100.00 at 9/8: 112.5, 126.5625, 142.3828…
        let rate = rate(9, 800);
        assert_eq!(shown(carried(rate, 0)).as_deref(), Some("100.00"));
        assert_eq!(shown(carried(rate, 1)).as_deref(), Some("112.50"));
        assert_eq!(shown(carried(rate, 2)).as_deref(), Some("126.56"));
        assert_eq!(shown(carried(rate, 3)).as_deref(), Some("142.38"));
        let of = |above, below| Ratio::new(Amount::new(above, 0), Amount::new(below, 0));
        // 100.00 at 401/400 twice is 100.500625; at 1/8 thrice 0.1953125, up; below zero away from it.
        assert_eq!(shown(carried(of(401, 400), 2)).as_deref(), Some("100.50"));
        assert_eq!(shown(carried(of(1, 8), 3)).as_deref(), Some("0.20"));
        assert_eq!(shown(carried(of(-1, 16), 1)).as_deref(), Some("-6.25"));
        assert_eq!(shown(carried(of(1, 0), 1)), None);
        assert_eq!(shown(carried(of(i128::MAX, 1), 2)), None);
    }

    #[test]
    fn over_zero_is_undefined() {
        assert_eq!(rounded(0, 0, 6), None);
        assert_eq!(rounded(5, 0, 6), None);
    }

    #[test]
    fn huge_sums_do_not_overflow() {
        let third = i128::MAX / 3;
        assert_eq!(rounded(third, i128::MAX, 6).as_deref(), Some("0.333333"));
        assert_eq!(rounded(i128::MAX, 1, 6), None);
    }
}
