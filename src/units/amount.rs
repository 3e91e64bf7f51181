//! Exact fixed-point amounts: an integer of smallest units and the number of decimals it stands for.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use rust_decimal::Decimal;

/// The most decimals an amount keeps: 18, enough for what a spreadsheet or a float column writes.
pub const SCALE_MAX: u8 = 18;

/// The largest amount of one row, in major units: 10^12.
pub const MAJOR_UNITS_MAX: i128 = 1_000_000_000_000;

/// An exact decimal in the ledger's currency: `units` × 10^−`scale`.
///
/// # Units
///
/// `Amount::new(1250, 2)` is 12.50. Two amounts of the same value but another scale are equal.
///
/// # Example
///
/// ```
/// use nrr::units::Amount;
///
/// let amount = Amount::new(1_250, 2) + Amount::new(5, 1);
/// assert_eq!(amount.to_string(), "13.00");
/// assert_eq!(amount, Amount::new(13, 0));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Amount {
    units: i128,
    scale: u8,
}

impl Amount {
    /// Nothing, without decimals.
    pub const ZERO: Amount = Amount { units: 0, scale: 0 };

    /// Gives `units` × 10^−`scale`.
    ///
    /// # Panics
    ///
    /// If `scale` is above [`SCALE_MAX`]: a bug of the caller, never of the data.
    #[must_use]
    pub const fn new(units: i128, scale: u8) -> Amount {
        assert!(scale <= SCALE_MAX, "an amount has at most 18 decimals");
        Amount { units, scale }
    }

    /// Reads a plain decimal as machines write it: `-1234.50`, no marks, no sign but `-`.
    ///
    /// Gives `None` for anything else, for more than [`SCALE_MAX`] decimals and for numbers beyond 128 bits.
    #[must_use]
    pub fn parse_plain(text: &str) -> Option<Amount> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let well_formed = !whole.is_empty() && (decimals.is_empty() != digits.contains('.'));
        if !well_formed || decimals.len() > usize::from(SCALE_MAX) {
            return None;
        }
        let mut units: i128 = 0;
        for byte in whole.bytes().chain(decimals.bytes()) {
            let digit = byte.is_ascii_digit().then(|| i128::from(byte - b'0'))?;
            units = units.checked_mul(10)?.checked_add(digit)?;
        }
        let scale = u8::try_from(decimals.len()).ok()?;
        Some(Amount {
            units: if negative { -units } else { units },
            scale,
        })
    }

    /// Reads a percentage as the fraction it is: `110%` is 1.10. No sign, at most four decimals and ten digits.
    ///
    /// Gives `None` for anything else, also for a number without `%`: 110 could be meant as 11,000%.
    #[must_use]
    pub fn parse_percent(text: &str) -> Option<Amount> {
        let percent = Amount::parse_plain(text.strip_suffix('%')?.trim_end())?;
        let is_sound =
            !text.starts_with('-') && percent.scale <= 4 && percent.units < 10_000_000_000;
        is_sound.then(|| Amount::new(percent.units, percent.scale + 2))
    }

    /// The integer of smallest units at this amount's own scale.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.units
    }

    /// How many decimals `units` stands for.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// True for exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }

    /// True below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.units < 0
    }

    /// The units at a scale that is at least this one's; `None` where 128 bits don't hold them.
    #[must_use]
    pub fn units_at(self, scale: u8) -> Option<i128> {
        let step = scale.checked_sub(self.scale)?;
        self.units
            .checked_mul(10_i128.checked_pow(u32::from(step))?)
    }

    /// The sum, or `None` where 128 bits don't hold it.
    #[must_use]
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        let scale = self.scale.max(other.scale);
        let units = self.units_at(scale)?.checked_add(other.units_at(scale)?)?;
        Some(Amount { units, scale })
    }

    /// This amount times a whole number, or `None` where 128 bits don't hold it.
    #[must_use]
    pub fn checked_mul(self, factor: i128) -> Option<Amount> {
        Some(Amount {
            units: self.units.checked_mul(factor)?,
            scale: self.scale,
        })
    }

    /// The exact product of two decimals, without zeros at the end that the scales alone would give; `None` where it
    /// has more than [`SCALE_MAX`] decimals or outgrows 128 bits.
    #[must_use]
    pub fn checked_product(self, other: Amount) -> Option<Amount> {
        let (left, right) = (self, other.trimmed());
        let scale = left.scale + right.scale;
        (scale <= SCALE_MAX).then_some(())?;
        let units = left.units.checked_mul(right.units)?;
        Some(Amount { units, scale })
    }

    /// The same amount without zeros at the end of its decimals.
    #[must_use]
    pub const fn trimmed(self) -> Amount {
        let Amount {
            mut units,
            mut scale,
        } = self;
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Amount { units, scale }
    }

    /// The difference, or `None` where 128 bits don't hold it.
    #[must_use]
    pub fn checked_sub(self, other: Amount) -> Option<Amount> {
        self.checked_add(Amount {
            units: other.units.checked_neg()?,
            scale: other.scale,
        })
    }

    /// This amount times a positive fraction, rounded once, half away from zero, to `scale` decimals; `None`
    /// where 128 bits don't hold it.
    #[must_use]
    pub fn times(self, numerator: i128, denominator: i128, scale: u8) -> Option<Amount> {
        let more = scale.saturating_sub(self.scale);
        let fewer = self.scale.saturating_sub(scale);
        let top = self.units.checked_mul(numerator)?;
        let top = top.checked_mul(10_i128.checked_pow(u32::from(more))?)?;
        let bottom = denominator.checked_mul(10_i128.checked_pow(u32::from(fewer))?)?;
        let (quotient, rest) = (top.checked_div(bottom)?, top.checked_rem(bottom)?);
        let is_half = rest.unsigned_abs() >= bottom.unsigned_abs() - rest.unsigned_abs();
        let away = if is_half { top.signum() } else { 0 };
        Some(Amount {
            units: quotient.checked_add(away)?,
            scale,
        })
    }

    /// The same amount rounded half away from zero to fewer decimals; unchanged if it has no more.
    #[must_use]
    pub fn round(self, scale: u8) -> Amount {
        if self.scale <= scale {
            return self;
        }
        let divisor = 10_i128.pow(u32::from(self.scale - scale));
        let (quotient, rest) = (self.units / divisor, self.units % divisor);
        let away = if rest.abs() * 2 >= divisor {
            self.units.signum()
        } else {
            0
        };
        Amount {
            units: quotient + away,
            scale,
        }
    }

    /// As a [`Decimal`], or `None` beyond its 96 bits.
    #[must_use]
    pub fn to_decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.units, u32::from(self.scale)).ok()
    }

    /// Adds the plain decimal to a text, as it is shown: `-1234.50`.
    pub fn push_to(self, text: &mut String) {
        text.push_str(Written::of(self).text());
    }

    fn aligned(self, other: Amount) -> (i128, i128, u8) {
        let scale = self.scale.max(other.scale);
        let at = |amount: Amount| amount.units_at(scale).expect("the ledger bounds its sums");
        (at(self), at(other), scale)
    }
}

impl Add for Amount {
    type Output = Amount;

    fn add(self, other: Amount) -> Amount {
        let (left, right, scale) = self.aligned(other);
        Amount {
            units: left + right,
            scale,
        }
    }
}

impl Sub for Amount {
    type Output = Amount;

    fn sub(self, other: Amount) -> Amount {
        self + -other
    }
}

impl Neg for Amount {
    type Output = Amount;

    fn neg(self) -> Amount {
        Amount {
            units: -self.units,
            scale: self.scale,
        }
    }
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Amount) {
        *self = *self + other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Amount>>(amounts: I) -> Amount {
        amounts.fold(Amount::ZERO, Add::add)
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Amount) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Amount {}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Amount) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Amount) -> Ordering {
        let (left, right, _) = self.aligned(*other);
        left.cmp(&right)
    }
}

/// The most bytes that an amount is written with: a sign, 39 digits and the decimal mark.
const LONGEST: usize = 41;

/// An amount as it is written, made from its last digit on.
struct Written {
    bytes: [u8; LONGEST],
    start: usize,
}

impl Written {
    fn of(amount: Amount) -> Written {
        let mut written = Written {
            bytes: [0; LONGEST],
            start: LONGEST,
        };
        let mut rest = amount.units.unsigned_abs();
        if amount.scale > 0 {
            for _ in 0..amount.scale {
                written.push_last_digit(&mut rest);
            }
            written.push(b'.');
        }
        loop {
            written.push_last_digit(&mut rest);
            if rest == 0 {
                break;
            }
        }
        if amount.units < 0 {
            written.push(b'-');
        }
        written
    }

    /// Moves the last digit of a number here.
    #[inline]
    fn push_last_digit(&mut self, number: &mut u128) {
        // Division is cheap in 64 bits, which hold nearly every amount.
        let digit = if let Ok(small) = u64::try_from(*number) {
            *number = (small / 10).into();
            u8::try_from(small % 10).unwrap_or_default()
        } else {
            let digit = u8::try_from(*number % 10).unwrap_or_default();
            *number /= 10;
            digit
        };
        self.push(b'0' + digit);
    }

    #[inline]
    fn push(&mut self, byte: u8) {
        self.start -= 1;
        self.bytes[self.start] = byte;
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes[self.start..]).unwrap_or_default()
    }
}

/// Writes the exact plain decimal with all its decimals: `-1234.50`.
impl fmt::Display for Amount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(Written::of(*self).text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Amount {
        Amount::parse_plain(text).expect(text)
    }

    #[test]
    fn plain_decimals_read_back_to_themselves() {
        for text in [
            "0",
            "0.00",
            "12",
            "-12.50",
            "1000000000000.000001",
            "0.000000000000000001",
            "-0.05",
            "18446744073709551615",
            "184467440737095516.16",
            "-170141183460469231731.687303715884105727",
        ] {
            assert_eq!(plain(text).to_string(), text);
            let mut line = "a,".to_owned();
            plain(text).push_to(&mut line);
            assert_eq!(line, format!("a,{text}"));
        }
        let smallest = "-170141183460469231731687303715884105728";
        assert_eq!(Amount::new(i128::MIN, 0).to_string(), smallest);
    }

    #[test]
    fn anything_but_a_plain_decimal_is_refused() {
        for text in [
            "",
            "-",
            ".5",
            "5.",
            "1,000",
            "+1",
            "1e5",
            "--1",
            "1.2.3",
            "٣",
            "0.0000000000000000001",
        ] {
            assert!(Amount::parse_plain(text).is_none(), "{text}");
        }
    }

    #[test]
    fn scales_align_in_sums_and_comparisons() {
        assert_eq!(plain("1.5") + plain("0.25"), plain("1.75"));
        assert_eq!(plain("1.50"), plain("1.5"));
        assert!(plain("-0.01") < plain("0"));
    }

    #[test]
    fn fractions_round_once_and_away_from_zero() {
        let parts = |units, numerator, denominator| {
            Amount::new(units, 2)
                .times(numerator, denominator, 6)
                .map(Amount::units)
        };
        assert_eq!(parts(120_000, 1, 12), Some(100_000_000));
        assert_eq!(parts(10_000, 1, 3), Some(33_333_333));
        assert_eq!(parts(20_000, 1, 3), Some(66_666_667));
        assert_eq!(parts(-20_000, 1, 3), Some(-66_666_667));
        assert_eq!(
            Amount::new(125, 2).times(1, 1, 1).map(Amount::units),
            Some(13)
        );
        assert_eq!(Amount::new(i128::MAX, 2).times(2, 1, 2), None);
    }

    #[test]
    fn products_are_exact_or_none() {
        let product = |left, right| plain(left).checked_product(plain(right));
        assert_eq!(
            product("81114.54", "1.10").unwrap().to_string(),
            "89225.994"
        );
        assert_eq!(product("5", "0.000").unwrap().to_string(), "0");
        assert_eq!(product("-2.5", "0.25").unwrap().to_string(), "-0.625");
        assert_eq!(product("0.0000000001", "0.000000001"), None);
        assert_eq!(
            Amount::new(i128::MAX, 0).checked_product(plain("1.1")),
            None
        );
        assert_eq!(
            plain("1").checked_sub(plain("1.25")).unwrap().to_string(),
            "-0.25"
        );
        assert_eq!(Amount::new(i128::MAX, 0).checked_sub(plain("-1")), None);
    }

    #[test]
    fn percentages_are_fractions_and_say_so() {
        let read = |text| Amount::parse_percent(text).map(|fraction| fraction.to_string());
        assert_eq!(read("110%").as_deref(), Some("1.10"));
        assert_eq!(read("107.25 %").as_deref(), Some("1.0725"));
        assert_eq!(read("0%").as_deref(), Some("0.00"));
        for text in [
            "110",
            "1.1",
            "-5%",
            "-0%",
            "%",
            "110%%",
            "1,5%",
            "1.00001%",
            "½%",
            "99999999999%",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn rounding_goes_half_away_from_zero() {
        for (text, rounded) in [
            ("0.125", "0.13"),
            ("-0.125", "-0.13"),
            ("0.1249", "0.12"),
            ("2", "2"),
        ] {
            assert_eq!(plain(text).round(2).to_string(), rounded);
        }
    }
}
