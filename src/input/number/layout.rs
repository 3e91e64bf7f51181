//! Runs of digits and the signs between them: which signs can be decimal, which thousands marks.

use super::fault::reason;
use super::mark::{Mark, Marks, Shows};

/// A sign between two runs of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Mark(Mark),
    Apostrophe,
    Blank,
}

impl Sign {
    fn of(character: char) -> Option<Sign> {
        match character {
            '.' => Some(Sign::Mark(Mark::Dot)),
            ',' => Some(Sign::Mark(Mark::Comma)),
            '\'' | '’' => Some(Sign::Apostrophe),
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2007}' => Some(Sign::Blank),
            _ => None,
        }
    }
}

/// More signs than any amount up to 10^12 needs.
const SIGNS_MAX: usize = 16;

/// The runs of digits of an amount: one before each sign, and the last.
#[derive(Debug)]
pub(super) struct Layout {
    before: [(usize, Sign); SIGNS_MAX],
    signs: usize,
    last: usize,
    starts_with_zero: bool,
}

impl Layout {
    /// Measures a text of ASCII digits and signs; `None` if it holds anything else or no digit.
    pub(super) fn of(text: &str) -> Option<Layout> {
        let mut layout = Layout {
            before: [(0, Sign::Blank); SIGNS_MAX],
            signs: 0,
            last: 0,
            starts_with_zero: text.starts_with('0'),
        };
        let mut has_digit = false;
        for character in text.chars() {
            if character.is_ascii_digit() {
                layout.last += 1;
                has_digit = true;
            } else {
                let sign = Sign::of(character)?;
                *layout.before.get_mut(layout.signs)? = (layout.last, sign);
                layout.signs += 1;
                layout.last = 0;
            }
        }
        has_digit.then_some(layout)
    }

    /// What the signs show about the decimal mark.
    ///
    /// # Errors
    ///
    /// The reason why no mark makes an amount of them.
    pub(super) fn marks(&self) -> Result<Marks, &'static str> {
        let before = self.before.get(..self.signs).unwrap_or_default();
        let Some(((to_last, last), earlier)) = before.split_last() else {
            return Ok(if self.last >= 4 {
                Marks::NONE.with(Shows::Ungrouped)
            } else {
                Marks::NONE
            });
        };
        let Sign::Mark(mark) = *last else {
            return if is_grouped(before, self.last) {
                Ok(Marks::NONE)
            } else {
                Err(reason::GROUPS)
            };
        };
        let decimal = |marks: Marks| {
            let marks = marks.with(Shows::Decimal(mark));
            if self.last >= 3 {
                marks.with(Shows::LongDecimals(mark))
            } else {
                marks
            }
        };
        match earlier.last() {
            None => Ok(self.lone(mark, *to_last, decimal)),
            Some((_, sign)) if sign == last => {
                let thousands = Marks::NONE.with(Shows::Thousands(mark));
                if is_grouped(before, self.last) {
                    Ok(thousands)
                } else {
                    Err(reason::GROUPS)
                }
            }
            Some((_, sign)) if is_grouped(earlier, *to_last) => Ok(match sign {
                Sign::Mark(other) => decimal(Marks::NONE.with(Shows::Thousands(*other))),
                Sign::Apostrophe | Sign::Blank => decimal(Marks::NONE),
            }),
            Some(_) => Err(reason::GROUPS),
        }
    }

    /// The marks of an amount with one sign.
    fn lone(&self, mark: Mark, whole: usize, decimal: impl Fn(Marks) -> Marks) -> Marks {
        let ungrouped = if whole >= 4 {
            Marks::NONE.with(Shows::Ungrouped)
        } else {
            Marks::NONE
        };
        let has_two_readings = self.last == 3 && (1..=3).contains(&whole) && !self.starts_with_zero;
        if has_two_readings {
            Marks::NONE.with(Shows::Either(mark))
        } else {
            decimal(ungrouped)
        }
    }

    /// How many of the last digits are decimals under this mark.
    pub(super) fn decimals(&self, mark: Mark) -> usize {
        let last = self.signs.checked_sub(1).and_then(|at| self.before.get(at));
        if last.is_some_and(|(_, sign)| *sign == Sign::Mark(mark)) {
            self.last
        } else {
            0
        }
    }
}

/// True if one and the same sign stands between thousands: `1,234,567`, and the Indian `12,34,567`.
fn is_grouped(before: &[(usize, Sign)], last: usize) -> bool {
    let [(first, sign), inner @ ..] = before else {
        return true;
    };
    let uniform = |digits| {
        inner
            .iter()
            .all(|(run, other)| *run == digits && other == sign)
    };
    let indian = *sign == Sign::Mark(Mark::Comma) && *first <= 2 && !inner.is_empty() && uniform(2);
    last == 3 && (1..=3).contains(first) && (uniform(3) || indian)
}
