//! One cell to one month or period, under an order of day and month that is given.

use super::calendar::{date, days, has_day, label, part, span};
use super::mark::{DateMarks, DateOrder, Shows};
use super::token::{Gap, Token, Tokens};
use super::word::Word;
use super::{clock, number};
use crate::input::cell::content;
use crate::input::number::value_of_eight;
use crate::units::{FiscalYear, Grain, Month};

/// The period a date or label stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The month of a date; the last month of a label.
    pub month: Month,
    /// How long the period is; a date is a month.
    pub grain: Grain,
    /// The day of a date, from 1; 0 for a label.
    pub day: u8,
}

/// When fiscal years start, and whether that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) struct Years {
    /// The month they start in.
    pub(in crate::input) fiscal: FiscalYear,
    /// True if labels with `FY` can be read.
    pub(in crate::input) is_known: bool,
}

impl Years {
    /// Years that start as given; the calendar's are taken as not said.
    pub(in crate::input) const fn starting(fiscal: FiscalYear) -> Years {
        Years {
            fiscal,
            is_known: !fiscal.is_calendar(),
        }
    }
}

/// Why a cell is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFault {
    /// It has none of the known forms.
    Unreadable,
    /// Its year, given here, lies outside 1990–2100.
    OutOfRange(i32),
    /// The calendar has no such day or month: `2024-02-31`, or `13/02/2024` read month first.
    NoSuchDay,
    /// A date that software writes for *none* or *open*: `9999-12-31`, `2099-12-31`, `0000-00-00`,
    /// `1900-01-00`.
    Placeholder,
    /// It says `FY`, but fiscal years were not given a start.
    FiscalStartUnknown,
    /// It names no year: `Jan`, `24-Jan`, `Q1`.
    YearUnknown,
    /// It counts periods from a beginning that is not named: `month_1`, `M1`, `Period 1`.
    Relative,
}

/// Reads one cell as a date or period label, and says what it shows about the dates of its column.
///
/// Dates are taken as written and never shifted to another zone. With `fiscal` years that do not
/// start in January, quarters, halves and years are fiscal ones, with and without `FY`; `CY` is
/// always the calendar's.
///
/// # Shape
///
/// The [`DateMarks`] are the same under both orders, and are given even where the date is not. A
/// period of `None` is an empty cell.
///
/// # Errors
///
/// [`DateFault`]: each variant says when.
///
/// # Example
///
/// ```
/// use nrr::input::date::{DateFault, DateOrder, read_when};
/// use nrr::units::FiscalYear;
///
/// let month = |cell| {
///     let (_, result) = read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR);
///     result.map(|when| when.map(|when| when.month.to_string()))
/// };
/// assert_eq!(month("03/04/2025"), Ok(Some("2025-04".into())));
/// assert_eq!(month("Q1 2024"), Ok(Some("2024-03".into())));
/// assert_eq!(month("Jan-24"), Ok(Some("2024-01".into())));
/// assert_eq!(month("24-Jan"), Err(DateFault::YearUnknown));
/// ```
pub fn read_when(
    cell: &str,
    order: DateOrder,
    fiscal: FiscalYear,
) -> (DateMarks, Result<Option<When>, DateFault>) {
    read_within(cell, order, Years::starting(fiscal))
}

/// As [`read_when`], where it may be known that fiscal years are the calendar's.
pub(in crate::input) fn read_within(
    cell: &str,
    order: DateOrder,
    years: Years,
) -> (DateMarks, Result<Option<When>, DateFault>) {
    if let Some(result) = read_plain(cell.as_bytes()) {
        return (DateMarks::TEXT, result.map(Some));
    }
    let text = content(cell);
    if text.is_empty() {
        return (DateMarks::NONE, Ok(None));
    }
    if let Some((marks, result)) = number::read(text, years.fiscal) {
        return (marks, result.map(Some));
    }
    let Some((date, clock)) = clock::split(text) else {
        let (marks, result) = read_text(text, false, order, years);
        return (marks, result.map(Some));
    };
    let (marks, result) = read_text(date, true, order, years);
    (marks.timed(clock, &result), result.map(Some))
}

/// A date without its time, or a label if it had none.
fn read_text(
    text: &str,
    has_time: bool,
    order: DateOrder,
    years: Years,
) -> (DateMarks, Result<When, DateFault>) {
    let unreadable = (DateMarks::NONE, Err(DateFault::Unreadable));
    if let Some(result) = read_plain(text.as_bytes()).filter(|_| !has_time || text.len() == 10) {
        return (DateMarks::TEXT, result);
    }
    let Some(tokens) = Tokens::of(text) else {
        return unreadable;
    };
    let (marks, result) = match tokens.tokens() {
        [Token::Number(..), Token::Number(..), Token::Number(..)] => numeric(&tokens, order),
        [Token::Number(..), Token::Word(_), Token::Number(..)]
        | [Token::Word(_), Token::Number(..), Token::Number(..)] => {
            (DateMarks::TEXT, day_or_label(&tokens, years, has_time))
        }
        _ if has_time => return unreadable,
        [Token::Word(Word::Month(_)), Token::Number(number, 2)]
            if tokens.gaps() != [Gap::Sign('\'')] =>
        {
            let marks = DateMarks::TEXT.behind_month(*number);
            (marks, labelled(&tokens, years))
        }
        _ => (DateMarks::TEXT, labelled(&tokens, years)),
    };
    match result {
        Err(DateFault::Unreadable) => unreadable,
        result => (marks, result),
    }
}

/// True for a text of words and numbers as dates have them, the name of a month and a year among them,
/// whether or not it is a date: `Jan - Feb 2024`, `Jan 1 - Jan 15, 2024`.
pub(in crate::input) fn names_month_and_year(text: &str) -> bool {
    Tokens::of(text).is_some_and(|tokens| {
        let has = |is_meant: fn(&Token) -> bool| tokens.tokens().iter().any(is_meant);
        has(|token| matches!(token, Token::Word(Word::Month(_))))
            && has(|token| matches!(token, Token::Number(_, 4)))
    })
}

/// The common forms `2024-01-31` and `2024-01`; `None` for any other.
#[inline]
fn read_plain(cell: &[u8]) -> Option<Result<When, DateFault>> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_u32, |number, digit| {
            digit
                .is_ascii_digit()
                .then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let (year, month, day) = match cell {
        [year @ .., b'-', m1, m2, b'-', d1, d2] => (year, [*m1, *m2], Some([*d1, *d2])),
        [year @ .., b'-', m1, m2] => (year, [*m1, *m2], None),
        _ => return None,
    };
    if year.len() != 4 {
        return None;
    }
    let (year, month) = (number(year)?.cast_signed(), number(&month)?);
    Some(match day {
        Some(day) => date(year, month, number(&day)?),
        None => label(year, month),
    })
}

/// Reads the dates that machines write, `2024-03-31`, and remembers what months are called.
#[derive(Debug)]
pub(in crate::input) struct CommonDates {
    /// By a hash of `2024-03-`: these bytes, the month, and how many days it has.
    months: [(u64, Month, u8); CommonDates::KEPT],
}

impl Default for CommonDates {
    fn default() -> CommonDates {
        CommonDates {
            months: [(0, Month::from_index(0), 0); CommonDates::KEPT],
        }
    }
}

impl CommonDates {
    /// How many months are remembered: more than most files have.
    const KEPT: usize = 256;

    /// Reads a cell as [`read_when`] does under either order, if it has that form; nothing is said of others.
    #[inline]
    pub(in crate::input) fn read(&mut self, cell: &[u8]) -> Option<When> {
        self.read_at(cell, (0, cell.len()))
    }

    /// The same of a cell of a text, given from where it starts to where it ends.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "what it gives is taken apart at once, and a call would write it to memory"
    )]
    pub(in crate::input) fn read_at(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
    ) -> Option<When> {
        if end.wrapping_sub(start) != 10 {
            return None;
        }
        let cell = text.get(start..)?.first_chunk::<10>()?;
        let label = u64::from_le_bytes(*cell.first_chunk::<8>()?);
        let (tens, ones) = (cell[8].wrapping_sub(b'0'), cell[9].wrapping_sub(b'0'));
        let place = (label.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize;
        let known = &mut self.months[place % CommonDates::KEPT];
        if known.0 != label {
            *known = common_month(label)?;
        }
        let day = tens.wrapping_mul(10).wrapping_add(ones);
        let is_day = tens <= 3 && ones <= 9 && day >= 1 && day <= known.2;
        is_day.then_some(When {
            month: known.1,
            grain: Grain::Month,
            day,
        })
    }
}

/// The month that the eight bytes of `2024-03-` name, and how many days it has. No placeholder stands among the years
/// that are taken.
#[cold]
pub(in crate::input) fn common_month(label: u64) -> Option<(u64, Month, u8)> {
    // Those of the bytes that are no digits.
    const SIGNS: u64 = 0xFF00_00FF_0000_0000;
    const DASHES: u64 = 0x2D00_002D_0000_0000;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    if label & SIGNS != DASHES {
        return None;
    }
    // `YYYY0MM0`
    let number = value_of_eight(label & !SIGNS | ZEROS & SIGNS)?;
    let (year, month) = ((number / 10_000).cast_signed(), number % 1000 / 10);
    let is_common = (1990..2090).contains(&year);
    let month_of = Month::new(year, month).filter(|_| is_common)?;
    Some((label, month_of, days(year, month)))
}

/// A year of four digits, or of two: 70 to 99 are in the last century.
fn year((value, digits): (u32, usize)) -> Option<i32> {
    match digits {
        4 => Some(value.cast_signed()),
        2 if value >= 70 => Some(value.cast_signed() + 1900),
        2 => Some(value.cast_signed() + 2000),
        _ => None,
    }
}

/// Three numbers: year first, or day and month in the order of the file before the year.
fn numeric(tokens: &Tokens, order: DateOrder) -> (DateMarks, Result<When, DateFault>) {
    let marks = DateMarks::TEXT;
    let unreadable = (DateMarks::NONE, Err(DateFault::Unreadable));
    let (
        [
            Token::Number(a, a_digits),
            Token::Number(b, b_digits),
            Token::Number(c, c_digits),
        ],
        [one, two],
    ) = (tokens.tokens(), tokens.gaps())
    else {
        return unreadable;
    };
    let Gap::Sign(sign @ ('-' | '/' | '.' | '_')) = one else {
        return unreadable;
    };
    if one != two || *b_digits > 2 {
        return unreadable;
    }
    if *a_digits == 4 && *c_digits <= 2 {
        return (marks, date(a.cast_signed(), *b, *c));
    }
    // `24-01-31` is a date of 2024 to some and of 2031 to others.
    let is_short = *c_digits == 2 && matches!(sign, '-' | '_');
    let Some(year) = year((*c, *c_digits)).filter(|_| *a_digits <= 2 && !is_short) else {
        return unreadable;
    };
    if *sign == '.' {
        return (marks, date(year, *b, *a));
    }
    let marks = match (has_day(year, *b, *a), has_day(year, *a, *b)) {
        (true, true) if a != b => marks.with(Shows::Either),
        (true, false) => marks.with(Shows::NeedsDayFirst),
        (false, true) => marks.with(Shows::NeedsMonthFirst),
        _ => marks,
    };
    let result = match order {
        DateOrder::DayFirst => date(year, *b, *a),
        DateOrder::MonthFirst => date(year, *a, *b),
    };
    // Excel shows its day 0 as `1/0/1900`, in either order.
    let is_zero_day = year == 1900 && matches!((a, b), (0, 1) | (1, 0));
    (
        marks,
        if is_zero_day {
            Err(DateFault::Placeholder)
        } else {
            result
        },
    )
}

/// Two numbers and a word: a date with a month's name, or a label such as `1Q24` and `Q1 2024`.
fn day_or_label(tokens: &Tokens, years: Years, has_time: bool) -> Result<When, DateFault> {
    use Token::{Number, Word as Name};
    match *tokens.tokens() {
        [Number(y, 4), Name(Word::Month(month)), Number(day, 1 | 2)]
        | [Name(Word::Month(month)), Number(day, 1 | 2), Number(y, 4)] => {
            date(y.cast_signed(), month, day)
        }
        [
            Number(day, 1 | 2),
            Name(Word::Month(month)),
            Number(y, digits),
        ] => date(year((y, digits)).ok_or(DateFault::Unreadable)?, month, day),
        _ if has_time => Err(DateFault::Unreadable),
        _ => labelled(tokens, years),
    }
}

/// Labels of months, and of spans of months; other labels are parts of a year.
fn labelled(tokens: &Tokens, years: Years) -> Result<When, DateFault> {
    use Token::{Number, Word as Name};
    match (tokens.tokens(), tokens.gaps()) {
        (
            [Number(y, 4), Number(month, 1 | 2)] | [Number(month, 1 | 2), Number(y, 4)],
            [Gap::Sign('-' | '/' | '_')],
        )
        | ([Number(month, 2), Number(y, 4)], [Gap::Sign('.')])
        | ([Number(y, 4), Name(Word::M), Number(month, 1 | 2)], [_, Gap::Joined]) => {
            label(y.cast_signed(), *month)
        }
        (
            [Name(Word::Month(month)), Number(y, digits)]
            | [
                Number(y, digits @ 4) | Number(y @ 32.., digits @ 2),
                Name(Word::Month(month)),
            ],
            _,
        ) => label(year((*y, *digits)).ok_or(DateFault::YearUnknown)?, *month),
        ([Name(Word::Month(_))] | [Number(_, 1 | 2), Name(Word::Month(_))], _)
        | ([Number(_, 1 | 2), Number(_, 1 | 2)], [Gap::Sign('-' | '/')]) => {
            Err(DateFault::YearUnknown)
        }
        (
            [
                Name(Word::Month(first)),
                Name(Word::Month(last)),
                Number(y, digits),
            ],
            [Gap::Sign('-'), _],
        ) => span(
            year((*y, *digits)).ok_or(DateFault::Unreadable)?,
            *first,
            *last,
            years.fiscal,
        ),
        ([Name(Word::Calendar), Number(y, digits)], _) => {
            let year = year((*y, *digits)).ok_or(DateFault::Unreadable)?;
            part(year, Grain::Year, 1, FiscalYear::CALENDAR)
        }
        ([Name(Word::M | Word::P | Word::Counted), Number(_, 1..=3)], _) => {
            Err(DateFault::Relative)
        }
        (tokens, gaps) => year_part(tokens, gaps, years),
    }
}

/// Parts of a year, in either order and perhaps with `FY`: `2024-Q1`, `Q1 FY24`, `1H24`, `FY2024`.
fn year_part(tokens: &[Token], gaps: &[Gap], years: Years) -> Result<When, DateFault> {
    use Token::{Number, Word as Name};
    let (in_front, rest, rest_gaps) = split_part(tokens, gaps);
    let (is_fiscal, rest, rest_gaps) = match (rest, rest_gaps) {
        ([Name(Word::Fiscal), rest @ ..], [_, gaps @ ..]) => (true, rest, gaps),
        _ => (false, rest, rest_gaps),
    };
    let [Number(y, digits), behind @ ..] = rest else {
        let is_lone_part = in_front.is_some() && rest.is_empty();
        return Err(if is_lone_part {
            DateFault::YearUnknown
        } else {
            DateFault::Unreadable
        });
    };
    let part_named = match (in_front, behind, rest_gaps) {
        (Some(part), [], _) => Some(part),
        (None, [], _) if is_fiscal => Some((Word::Fiscal, 1)),
        // `24Q1` without FY is no year but 24 of something.
        (None, [Name(word), Number(nth, 1 | 2)], [_, Gap::Joined]) if is_fiscal || *digits == 4 => {
            Some((*word, *nth))
        }
        _ => None,
    };
    let (word, nth) = part_named.ok_or(DateFault::Unreadable)?;
    let year = year((*y, *digits)).ok_or(DateFault::Unreadable)?;
    let grain = match word {
        Word::Quarter => Grain::Quarter,
        Word::Half => Grain::Half,
        Word::Fiscal => Grain::Year,
        Word::P => Grain::Month,
        _ => return Err(DateFault::Unreadable),
    };
    let when = part(year, grain, nth, years.fiscal)?;
    let needs_start = is_fiscal || word == Word::P;
    if needs_start && !years.is_known {
        Err(DateFault::FiscalStartUnknown)
    } else {
        Ok(when)
    }
}

/// A part named before its year, `Q1` or `1Q`, and the tokens and gaps after it.
fn split_part<'a>(
    tokens: &'a [Token],
    gaps: &'a [Gap],
) -> (Option<(Word, u32)>, &'a [Token], &'a [Gap]) {
    use Token::{Number, Word as Name};
    let (part, rest) = match tokens {
        [
            Name(word @ (Word::Quarter | Word::Half)),
            Number(nth @ 1..=4, 1),
            rest @ ..,
        ]
        | [
            Number(nth @ 1..=4, 1),
            Name(word @ (Word::Quarter | Word::Half)),
            rest @ ..,
        ]
        | [Name(word @ Word::P), Number(nth, 1 | 2), rest @ ..] => ((*word, *nth), rest),
        _ => return (None, tokens, gaps),
    };
    match gaps {
        [Gap::Joined] => (Some(part), rest, &[]),
        [Gap::Joined, _, gaps @ ..] => (Some(part), rest, gaps),
        _ => (None, tokens, gaps),
    }
}

#[cfg(test)]
mod tests;
