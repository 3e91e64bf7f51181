//! Numbers as text; the only file that rounds or formats one.
//!
//! For people: grouped amounts, percent with two decimals, `−` (U+2212) below zero, `–` where
//! undefined. For machines: plain decimals, exact for amounts and of six decimals for rates.

use crate::check::{Kind, Quantity};
use crate::metrics::registry::RATE_DECIMALS;
use crate::text;
use crate::units::{Amount, Difference, Ratio};

/// What stands where a value is undefined.
pub const UNDEFINED: &str = "–";

/// The decimals of a fraction that is shown as percent.
pub const PERCENT_DECIMALS: u8 = 4;

/// How many decimals tell two values apart that are nearly the same.
const DECIMALS_MAX: u8 = 12;

/// How many columns the longest bar has.
pub const BAR_WIDTH: usize = 30;

/// An amount for people: `1,204,300.00`, `−51,776.00`.
///
/// # Units
///
/// None or two decimals: as many as the amount keeps, but one becomes two, and more are rounded to
/// two, half away from zero.
#[must_use]
pub fn amount(amount: Amount) -> String {
    let shown = amount.round(2);
    let mut digits = decimal(shown.units().unsigned_abs(), shown.scale());
    if shown.scale() == 1 {
        digits.push('0');
    }
    signed(shown.is_negative(), digits)
}

/// A number with all its decimals and thousands marks: `1,000.125`.
#[must_use]
pub fn grouped(amount: Amount) -> String {
    let digits = decimal(amount.units().unsigned_abs(), amount.scale());
    signed(amount.is_negative(), digits)
}

/// A number of customers or rows: `14,203`.
#[must_use]
pub fn count(count: u64) -> String {
    text::grouped(count)
}

/// A rate as percent, rounded once from its exact value: `105.63%`.
#[must_use]
pub fn percent(ratio: Ratio) -> String {
    ratio.rounded(PERCENT_DECIMALS).map_or_else(
        || UNDEFINED.to_owned(),
        |fraction| {
            let digits = decimal(fraction.units().unsigned_abs(), 2);
            signed(fraction.is_negative(), format!("{digits}%"))
        },
    )
}

/// What a rate moves by, in percentage points with their sign: `+5.31`, `−0.20`.
///
/// # Units
///
/// Takes a fraction of six decimals, as rates are printed for machines.
#[must_use]
pub fn points(fraction: Amount) -> String {
    let decimals = fraction.scale().saturating_sub(2);
    let shown = Amount::new(fraction.units(), decimals).round(2);
    let digits = decimal(shown.units().unsigned_abs(), shown.scale());
    if shown.units() > 0 {
        format!("+{digits}")
    } else {
        signed(shown.is_negative(), digits)
    }
}

/// What a rate is moved by as percentage points, rounded once from its exact value: `−1.23 pp`, `+0.40 pp`.
#[must_use]
pub fn moved(difference: &Difference) -> String {
    difference.rounded(4).map_or_else(
        || UNDEFINED.to_owned(),
        |fraction| {
            let digits = decimal(fraction.units().unsigned_abs(), 2);
            let sign = if fraction.units() > 0 { "+" } else { "" };
            signed(fraction.is_negative(), format!("{sign}{digits} pp"))
        },
    )
}

/// A quotient that is no percentage: `3.15`.
#[must_use]
pub fn quotient(ratio: Ratio) -> String {
    ratio
        .rounded(2)
        .map_or_else(|| UNDEFINED.to_owned(), amount)
}

/// A value for people, with as many decimals as it takes to tell it from another: `97.40%`, `−2.60 pp`,
/// `1,204,300.00`, `7`.
#[must_use]
pub fn quantity(quantity: &Quantity, other: &Quantity) -> String {
    let fewest = match quantity.kind {
        Kind::Count => 0,
        Kind::Amount if quantity.scale.max(other.scale) == 0 => 0,
        _ => 2,
    };
    let digits = |value: &Difference, decimals: u8| match quantity.kind {
        Kind::Percent | Kind::Points => value.rounded(decimals + 2),
        _ => value.rounded(decimals),
    };
    let is_same = quantity.compare(other).is_eq();
    let hides = |decimals: &u8| {
        !is_same && digits(&quantity.value, *decimals) == digits(&other.value, *decimals)
    };
    let decimals = (fewest..DECIMALS_MAX).find(|decimals| !hides(decimals));
    let decimals = decimals.unwrap_or(DECIMALS_MAX);
    let Some(shown) = digits(&quantity.value, decimals) else {
        return UNDEFINED.to_owned();
    };
    let text = decimal(shown.units().unsigned_abs(), decimals);
    let sign = if quantity.kind == Kind::Points && shown.units() > 0 {
        "+"
    } else {
        ""
    };
    let unit = match quantity.kind {
        Kind::Percent => "%",
        Kind::Points => " pp",
        _ => "",
    };
    signed(shown.is_negative(), format!("{sign}{text}{unit}"))
}

/// A value for machines: amounts and counts exact, fractions and quotients with six decimals.
#[must_use]
pub fn plain_quantity(quantity: &Quantity) -> Option<String> {
    let decimals = match quantity.kind {
        Kind::Amount | Kind::Count => quantity.scale,
        _ => RATE_DECIMALS,
    };
    Some(quantity.value.rounded(decimals)?.to_string())
}

/// An amount for machines: exact, with all its decimals.
#[must_use]
pub fn plain_amount(amount: Amount) -> String {
    amount.to_string()
}

/// Adds an amount, a count or a rounded rate as machines get it to a text.
pub fn push_plain(number: Amount, text: &mut String) {
    number.push_to(text);
}

/// A rate or an average for machines: six decimals; `None` where undefined.
#[must_use]
pub fn plain_rate(ratio: Ratio) -> Option<String> {
    fraction(ratio).map(|fraction| fraction.to_string())
}

/// A rate rounded as machines get it; `None` where undefined.
#[must_use]
pub fn fraction(ratio: Ratio) -> Option<Amount> {
    ratio.rounded(RATE_DECIMALS)
}

/// What a rate is moved by, for machines: a fraction of six decimals; `None` where it cannot be written.
#[must_use]
pub fn plain_difference(difference: &Difference) -> Option<String> {
    difference_fraction(difference).map(|fraction| fraction.to_string())
}

/// What a rate is moved by, rounded as machines get it; `None` where it cannot be written.
#[must_use]
pub fn difference_fraction(difference: &Difference) -> Option<Amount> {
    difference.rounded(RATE_DECIMALS)
}

/// A bar of eighths of blocks, [`BAR_WIDTH`] columns for the whole; anything above zero shows.
#[must_use]
pub fn bar(part: u128, whole: u128) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    const LONGEST: u128 = BAR_WIDTH as u128 * 8;
    if part == 0 || whole == 0 {
        return String::new();
    }
    let exact = part.checked_mul(LONGEST).map(|scaled| scaled / whole);
    let eighths = exact
        .unwrap_or_else(|| part / (whole / LONGEST).max(1))
        .clamp(1, LONGEST);
    let eighths = usize::try_from(eighths).unwrap_or(0);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

fn signed(is_negative: bool, digits: String) -> String {
    if is_negative {
        format!("−{digits}")
    } else {
        digits
    }
}

/// `units` × 10^−`scale` with thousands marks.
fn decimal(units: u128, scale: u8) -> String {
    let divisor = 10_u128.pow(u32::from(scale));
    let whole = text::group_digits(&(units / divisor).to_string());
    if scale == 0 {
        return whole;
    }
    let width = usize::from(scale);
    format!("{whole}.{:0width$}", units % divisor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Amount {
        Amount::parse_plain(text).expect(text)
    }

    fn ratio(numerator: i128, denominator: i128) -> Ratio {
        Ratio::new(Amount::new(numerator, 0), Amount::new(denominator, 0))
    }

    #[test]
    fn amounts_are_grouped_and_keep_none_or_two_decimals() {
        for (exact, shown) in [
            ("0", "0"),
            ("1204300", "1,204,300"),
            ("1204300.5", "1,204,300.50"),
            ("1204300.50", "1,204,300.50"),
            ("1204300.505", "1,204,300.51"),
            ("-22310.00", "−22,310.00"),
            ("-0.001", "0.00"),
            ("-0.005", "−0.01"),
            ("999.9999", "1,000.00"),
            (
                "170141183460469231731687303715884105727",
                "170,141,183,460,469,231,731,687,303,715,884,105,727",
            ),
        ] {
            assert_eq!(amount(plain(exact)), shown);
        }
        assert_eq!(amount(Amount::new(i128::MAX, 1)).chars().last(), Some('0'));
    }

    #[test]
    fn percents_are_rounded_once() {
        assert_eq!(percent(ratio(10_563, 10_000)), "105.63%");
        assert_eq!(percent(ratio(2, 3)), "66.67%");
        assert_eq!(percent(ratio(-4_960, 10_000)), "−49.60%");
        assert_eq!(percent(ratio(-1, 1_000_000)), "0.00%");
        assert_eq!(percent(ratio(9_999_499, 10_000_000)), "99.99%"); // 99.99499, not 99.995
        assert_eq!(percent(ratio(12_345, 10)), "123,450.00%");
        assert_eq!(percent(ratio(1, 0)), "–");
    }

    #[test]
    fn differences_are_percentage_points_for_people_and_fractions_for_machines() {
        let by = |above, below| ratio(above, below).minus(ratio(1, 1)).unwrap();
        assert_eq!(moved(&by(9_877, 10_000)), "−1.23 pp");
        assert_eq!(moved(&by(2, 1)), "+100.00 pp");
        assert_eq!(moved(&by(99_999, 100_000)), "0.00 pp");
        assert_eq!(plain_difference(&by(2, 3)).as_deref(), Some("-0.333333"));
    }

    #[test]
    fn quotients_have_two_decimals() {
        assert_eq!(quotient(ratio(315, 100)), "3.15");
        assert_eq!(quotient(ratio(5, 0)), "–");
    }

    #[test]
    fn machines_get_all_digits() {
        assert_eq!(plain_amount(plain("-1204300.505")), "-1204300.505");
        assert_eq!(plain_rate(ratio(2, 3)).as_deref(), Some("0.666667"));
        assert_eq!(plain_rate(ratio(2, 0)), None);
    }

    #[test]
    fn bars_grow_by_eighths_and_never_vanish() {
        assert_eq!(bar(0, 100), "");
        assert_eq!(bar(1, 1_000_000), "▏");
        assert_eq!(bar(100, 100), "█".repeat(30));
        assert_eq!(bar(5, 100), "█▌");
        assert_eq!(bar(u128::MAX, u128::MAX), "█".repeat(30));
        assert_eq!(bar(u128::MAX / 2, u128::MAX).chars().count(), 15);
    }
}
