//! One cell to one amount, under a decimal mark that is given.

use super::currency;
use super::fault::{AmountFault, explain, reason};
use super::layout::Layout;
use super::mark::{Mark, Marks, Shows, Suffix};
use crate::input::cell::{content, is_blank};
use crate::units::{Amount, MAJOR_UNITS_MAX, SCALE_MAX};

/// Trailing zeros are kept up to this many decimals and dropped beyond.
const ZEROS_KEPT: usize = 6;

/// An amount as a cell holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The exact amount, with as many decimals as written; zeros that trail beyond six are dropped.
    pub amount: Amount,
    /// The currency beside it, by ISO code where it is certain (`€` is `EUR`, `US$` is `USD`) and as
    /// written where several countries share it (`$`, `kr`, `¥`, `Rs`); `None` if the cell names none.
    pub currency: Option<&'static str>,
}

/// Reads one cell as an amount, and says what it shows about the decimal mark of its column.
///
/// Blanks around it, currencies beside it, thousands marks (`.` or `,`, blanks, apostrophes, in
/// threes or the Indian way), accountants' minuses (`(500)`, `500-`, `500 CR`), the suffixes `k`, `K`,
/// `M` and `mm`, and the guards of spreadsheets are understood. A dash alone is zero. Whether suffixes
/// stand behind every amount is the column's to say:
/// [`MarkEvidence::decide_scale`](super::MarkEvidence::decide_scale).
///
/// # Shape
///
/// The [`Marks`] are the same under both marks, and are given even where the amount is not. An
/// amount of `None` is an empty cell.
///
/// # Errors
///
/// [`AmountFault`]: the cell cannot be read under this mark, or is too large.
///
/// # Example
///
/// ```
/// use nrr::input::number::{Mark, read_amount};
///
/// let amount = |cell, mark| read_amount(cell, mark).1.unwrap().unwrap().amount.to_string();
/// assert_eq!(amount("($1,399)", Mark::Dot), "-1399");
/// assert_eq!(amount("1,399", Mark::Comma), "1.399");
/// assert_eq!(read_amount(" ", Mark::Dot).1, Ok(None));
/// ```
pub fn read_amount(cell: &str, mark: Mark) -> (Marks, Result<Option<Reading>, AmountFault>) {
    if let Some((marks, amount)) = read_plain(cell.as_bytes(), mark) {
        return (
            marks,
            Ok(Some(Reading {
                amount,
                currency: None,
            })),
        );
    }
    let text = content(cell);
    if text.is_empty() {
        return (Marks::NONE, Ok(None));
    }
    let peeled = match Peeled::of(text) {
        Ok(peeled) => peeled,
        Err(reason) => return (Marks::NONE, Err(AmountFault::Unreadable(reason))),
    };
    if peeled.is_dash {
        return (
            Marks::NONE,
            Ok(Some(Reading {
                amount: Amount::ZERO,
                currency: peeled.currency,
            })),
        );
    }
    let Some(layout) = Layout::of(peeled.core) else {
        return (
            Marks::NONE,
            Err(AmountFault::Unreadable(explain(text, peeled.core))),
        );
    };
    match layout.marks() {
        Err(reason) => (Marks::NONE, Err(AmountFault::Unreadable(reason))),
        Ok(marks) => {
            let result = read_digits(&peeled, &layout, marks, mark);
            (marks.with_scale(&peeled), result)
        }
    }
}

/// The common forms `1234.50` and `-12`, in one pass; `None` for any other.
#[inline]
pub(in crate::input) fn read_plain(cell: &[u8], mark: Mark) -> Option<(Marks, Amount)> {
    let (negative, digits) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    let sign = if mark == Mark::Dot { b'.' } else { b',' };
    let (mut units, mut whole, mut decimals) = (0_i64, 0_u8, None);
    if digits.len() > 18 {
        return None;
    }
    for byte in digits {
        if byte.is_ascii_digit() {
            units = units * 10 + i64::from(byte - b'0');
            *decimals.as_mut().unwrap_or(&mut whole) += 1;
        } else if *byte == sign && decimals.is_none() {
            decimals = Some(0_u8);
        } else {
            return None;
        }
    }
    if !(1..=12).contains(&whole) {
        return None;
    }
    let mut marks = if whole >= 4 {
        Marks::NONE.with(Shows::Ungrouped)
    } else {
        Marks::NONE
    };
    if units != 0 {
        marks = marks.with(Shows::Unsuffixed);
    }
    match decimals {
        None => {}
        Some(1 | 2) => marks = marks.with(Shows::Decimal(mark)),
        Some(4..=6) => {
            marks = marks
                .with(Shows::Decimal(mark))
                .with(Shows::LongDecimals(mark));
        }
        Some(_) => return None,
    }
    let units = i128::from(if negative { -units } else { units });
    Some((marks, Amount::new(units, decimals.unwrap_or(0))))
}

fn read_digits(
    peeled: &Peeled<'_>,
    layout: &Layout,
    marks: Marks,
    mark: Mark,
) -> Result<Option<Reading>, AmountFault> {
    if marks.has(Shows::Thousands(mark)) {
        let reason = if mark == Mark::Dot {
            reason::DOT_THOUSANDS
        } else {
            reason::COMMA_THOUSANDS
        };
        return Err(AmountFault::Unreadable(reason));
    }
    if marks.has(Shows::Decimal(mark.other())) {
        let reason = if mark == Mark::Dot {
            reason::COMMA_DECIMAL
        } else {
            reason::DOT_DECIMAL
        };
        return Err(AmountFault::Unreadable(reason));
    }
    let core = peeled.core.as_bytes();
    let (whole, decimals) = core.split_at(core.len().saturating_sub(layout.decimals(mark)));
    let magnitude = scaled(magnitude(whole, decimals)?, peeled.suffix)?;
    let amount = if peeled.is_negative {
        -magnitude
    } else {
        magnitude
    };
    Ok(Some(Reading {
        amount,
        currency: peeled.currency,
    }))
}

/// The amount of the digits in `whole`, whatever else stands between them, and of `decimals`.
fn magnitude(whole: &[u8], decimals: &[u8]) -> Result<Amount, AmountFault> {
    let kept = decimals
        .iter()
        .rposition(|digit| *digit != b'0')
        .map_or(0, |at| at + 1);
    let decimals = decimals
        .get(..kept.max(decimals.len().min(ZEROS_KEPT)))
        .unwrap_or(decimals);
    let scale = u8::try_from(decimals.len())
        .ok()
        .filter(|scale| *scale <= SCALE_MAX);
    let scale = scale.ok_or(AmountFault::Unreadable(reason::DECIMALS))?;
    let mut units = 0_i128;
    for digit in whole.iter().filter(|byte| byte.is_ascii_digit()) {
        units = units * 10 + i128::from(digit - b'0');
        if units > MAJOR_UNITS_MAX {
            return Err(AmountFault::TooLarge);
        }
    }
    if units == MAJOR_UNITS_MAX && kept > 0 {
        return Err(AmountFault::TooLarge);
    }
    // At most 13 + 18 digits: far below the 38 of 128 bits.
    for digit in decimals {
        units = units * 10 + i128::from(digit - b'0');
    }
    Ok(Amount::new(units, scale))
}

/// The amount in units, where a suffix says thousands or millions.
fn scaled(amount: Amount, suffix: Option<Suffix>) -> Result<Amount, AmountFault> {
    let Some(suffix) = suffix else {
        return Ok(amount);
    };
    // Decimals are used up first: `1.5k` is 1500, not 1500.0.
    let moved = suffix.places().min(amount.scale());
    let zeros = 10_i128.pow(u32::from(suffix.places() - moved));
    let amount = Amount::new(amount.units(), amount.scale() - moved).checked_mul(zeros);
    let max = |amount: &Amount| MAJOR_UNITS_MAX * 10_i128.pow(u32::from(amount.scale()));
    amount
        .filter(|amount| amount.units() <= max(amount))
        .ok_or(AmountFault::TooLarge)
}

impl Marks {
    /// With what stands behind an amount, which zero doesn't need.
    fn with_scale(self, peeled: &Peeled<'_>) -> Marks {
        let is_zero = !peeled.core.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        match peeled.suffix {
            Some(suffix) => self.with(Shows::Suffixed(suffix)),
            None if is_zero => self,
            None => self.with(Shows::Unsuffixed),
        }
    }
}

/// An amount without its signs and its currency.
struct Peeled<'a> {
    core: &'a str,
    is_negative: bool,
    /// True if nothing but a dash is left, which means zero.
    is_dash: bool,
    currency: Option<&'static str>,
    suffix: Option<Suffix>,
}

/// What was taken off so far.
#[derive(Default)]
struct Affixes {
    minuses: usize,
    pluses: usize,
    opened: usize,
    closed: usize,
    currency: Option<&'static str>,
    suffix: Option<Suffix>,
}

impl<'a> Peeled<'a> {
    fn of(text: &'a str) -> Result<Peeled<'a>, &'static str> {
        let mut affixes = Affixes::default();
        let core = affixes.peel_front(text)?;
        let core = affixes.peel_back(core)?;
        let signs = affixes.minuses + affixes.pluses + affixes.opened;
        let is_dash = match core {
            "" => affixes.minuses == 1 && signs == 1,
            "–" | "—" => signs == 0,
            _ => false,
        };
        if affixes.opened != affixes.closed {
            return Err(reason::PARENTHESIS);
        }
        if signs > 1 {
            return Err(reason::TWO_SIGNS);
        }
        Ok(Peeled {
            core,
            is_negative: affixes.pluses == 0 && signs == 1,
            is_dash,
            currency: affixes.currency,
            suffix: affixes.suffix,
        })
    }
}

impl Affixes {
    fn peel_front<'a>(&mut self, mut text: &'a str) -> Result<&'a str, &'static str> {
        loop {
            text = text.trim_start_matches(is_blank);
            let Some(first) = text.chars().next() else {
                return Ok(text);
            };
            match first {
                '0'..='9' | '.' | ',' => return Ok(text),
                '-' | '\u{2212}' => self.minuses += 1,
                '+' => self.pluses += 1,
                '(' => self.opened += 1,
                _ => {
                    let Some((name, rest)) = currency::strip_prefix(text) else {
                        return Ok(text);
                    };
                    self.name(name)?;
                    text = rest;
                    continue;
                }
            }
            text = text.get(first.len_utf8()..).unwrap_or_default();
        }
    }

    fn peel_back<'a>(&mut self, mut text: &'a str) -> Result<&'a str, &'static str> {
        loop {
            text = text.trim_end_matches(is_blank);
            let Some(last) = text
                .chars()
                .next_back()
                .filter(|last| !last.is_ascii_digit())
            else {
                return Ok(text);
            };
            text = if let Some(rest) = text.strip_suffix(['-', '\u{2212}']) {
                if rest.ends_with(['.', ',']) {
                    return Err(reason::NO_CENTS_DASH);
                }
                self.minuses += 1;
                rest
            } else if last == ')' {
                self.closed += 1;
                text.strip_suffix(')').unwrap_or_default()
            } else if let Some(rest) = text
                .strip_suffix("CR")
                .filter(|rest| !rest.ends_with(char::is_alphabetic))
            {
                self.minuses += 1;
                rest
            } else if let Some((suffix, rest)) = strip_scale(text) {
                self.suffix = Some(suffix);
                rest
            } else if let Some((name, rest)) = currency::strip_suffix(text) {
                self.name(name)?;
                rest
            } else {
                return Ok(text);
            };
        }
    }

    fn name(&mut self, name: &'static str) -> Result<(), &'static str> {
        self.currency = match self.currency {
            None => Some(name),
            Some(known) => Some(currency::joined(known, name).ok_or(reason::TWO_CURRENCIES)?),
        };
        Ok(())
    }
}

/// The suffix of a scale right behind a number, and what stands before it.
fn strip_scale(text: &str) -> Option<(Suffix, &str)> {
    let suffixes = Suffix::WRITTEN.into_iter();
    suffixes.into_iter().find_map(|(written, suffix)| {
        let rest = text.strip_suffix(written)?.trim_end_matches(is_blank);
        let is_number = rest.ends_with(|last: char| last.is_ascii_digit());
        is_number.then_some((suffix, rest))
    })
}

#[cfg(test)]
mod tests;
