//! What one header alone can be: a period, a part of one, or nothing of the kind.

use super::word::{IS_PART_OF_MONTH, IS_TOTAL, peel};
use crate::input::date::{DateFault, DateOrder, When, Years, names_month_and_year, read_within};
use crate::input::header;
use crate::text;
use crate::units::{FiscalYear, Grain, Month};

/// What one header can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A period with its year.
    Period(When),
    /// A numeric date that both orders read alike not: day first, month first.
    Numeric([Result<When, DateFault>; 2]),
    /// A fiscal period while the start of fiscal years is not known.
    Fiscal(Grain),
    /// `Jan`, `Q1`: which part of a year, from 1.
    Yearless(Grain, u32),
    /// `24-Jan`: a number up to 31 that is a day or a year, and the month.
    DayOrYear(u32, u32),
    /// `month_1`: the number, and the grain where it is one.
    Relative(Option<Grain>, i32),
    /// `2024` alone: a year where several stand in sequence.
    Year(When),
    /// The number of a day as spreadsheets count: a month where several stand in sequence.
    Serial(When),
    /// Like a period, but none: a day inside a month, a month that does not exist.
    Unclear,
    /// No single period, for this reason.
    Aggregate(&'static str),
    /// A sum of other columns.
    Total,
    /// None of this.
    Other,
}

/// A header with what it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// Which column, from 0.
    pub(super) index: usize,
    /// As written.
    pub(super) text: &'a str,
    pub(super) kind: Kind,
    /// What amounts are called, if it says so.
    pub(super) amount: Option<&'static str>,
    /// The currency it ends with, if it names one.
    pub(super) currency: Option<&'static str>,
}

impl Header<'_> {
    /// How long its period is; `None` if it is none, or of a length that is not used.
    pub(super) fn grain(&self) -> Option<Grain> {
        match self.kind {
            Kind::Period(when) => Some(when.grain),
            Kind::Numeric(_) | Kind::DayOrYear(..) => Some(Grain::Month),
            Kind::Fiscal(grain) | Kind::Yearless(grain, _) => Some(grain),
            Kind::Relative(grain, _) => grain,
            _ => None,
        }
    }

    /// True if it is a period, perhaps one that more has to be known of.
    pub(super) fn is_label(&self) -> bool {
        match self.kind {
            Kind::Unclear | Kind::Relative(..) => true,
            Kind::Year(_) | Kind::Serial(_) | Kind::Aggregate(_) | Kind::Total | Kind::Other => {
                false
            }
            _ => self.grain().is_some(),
        }
    }
}

/// Every header with what it can be; years and serials only where they stand in sequence.
pub(super) fn headers(cells: &[String], years: Years) -> Vec<Header<'_>> {
    let mut headers: Vec<Header<'_>> = Vec::with_capacity(cells.len());
    let mut totals = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let peeled = peel(cell);
        let kind = kind_of(peeled.core, years);
        if peeled.aggregate == Some(IS_TOTAL) && kind != Kind::Other {
            totals.push((index, kind));
        }
        headers.push(Header {
            index,
            text: cell.trim(),
            kind: match peeled.aggregate {
                None if kind == Kind::Other && is_nearly(peeled.core, years) => Kind::Unclear,
                None => kind,
                Some(IS_TOTAL) if peeled.core.is_empty() => Kind::Total,
                Some(reason) if peeled.core.is_empty() || kind != Kind::Other => {
                    Kind::Aggregate(reason)
                }
                Some(_) => Kind::Other,
            },
            amount: peeled.amount,
            currency: header::currency_of(cell),
        });
    }
    // `Total Jan 2024` beside `Total Feb 2024` is the total of a month where no other column is a month.
    let is_none = |kind: Kind| matches!(kind, Kind::Aggregate(_) | Kind::Total | Kind::Other);
    if headers.iter().all(|header| is_none(header.kind)) {
        for (index, kind) in totals {
            headers[index].kind = kind;
        }
    }
    settle_numbers(&mut headers);
    headers
}

/// True for a period with something behind it, `Mar 2024*` or `2024-03 (partial)`, and for a month that is misspelt
/// beside a year.
fn is_nearly(core: &str, years: Years) -> bool {
    const BEHIND: &[&str] = &[
        "est",
        "e",
        "a",
        "act",
        "actual",
        "actuals",
        "prelim",
        "preliminary",
        "partial",
        "tbc",
        "restated",
        "revised",
        "unaudited",
        "audited",
        "final",
        "draft",
        "provisional",
    ];
    let is_period = |text: &str| {
        let kind = kind_of(text.trim(), years);
        matches!(
            kind,
            Kind::Period(_) | Kind::Numeric(_) | Kind::Yearless(..)
        )
    };
    let bare = core.trim_end_matches(['*', '†', '?', '!', ' ']);
    // The bracket that closes it was taken off as the edge of the label.
    let bare = match bare.split_once('(') {
        Some((before, _)) if !before.trim().is_empty() => before.trim(),
        _ => bare,
    };
    if bare != core && is_period(bare) {
        return true;
    }
    let Some((before, last)) = bare.rsplit_once(' ') else {
        return false;
    };
    let word = last.trim_end_matches('.').to_lowercase();
    if BEHIND.contains(&word.as_str()) && is_period(before) {
        return true;
    }
    let is_year = matches!(last.parse(), Ok(1990..=2100_i32));
    is_year && is_misspelt_month(before)
}

fn is_misspelt_month(word: &str) -> bool {
    const MONTHS: &[&str] = &[
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_lowercase();
    word.len() >= 4 && MONTHS.iter().any(|month| text::is_slip(&word, month))
}

fn kind_of(core: &str, years: Years) -> Kind {
    if core.is_empty() {
        return Kind::Other;
    }
    if core.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(core, years);
    }
    if let Some((grain, number)) = relative(core) {
        return Kind::Relative(grain, number);
    }
    let readings = DateOrder::ALL.map(|order| read(core, order, years));
    let [day_first, month_first] = readings;
    if day_first != month_first {
        return Kind::Numeric(readings);
    }
    match day_first {
        Ok(when) if is_edge_of_month(when) => Kind::Period(when),
        Ok(_) | Err(DateFault::NoSuchDay | DateFault::OutOfRange(_)) => Kind::Unclear,
        Err(DateFault::FiscalStartUnknown) => {
            let known = Years {
                is_known: true,
                ..years
            };
            let grain = read(core, DateOrder::DayFirst, known).map(|when| when.grain);
            grain.map_or(Kind::Unclear, Kind::Fiscal)
        }
        Err(DateFault::YearUnknown) => yearless(core, years),
        Err(DateFault::Unreadable) if is_part_of_month(core) => Kind::Aggregate(IS_PART_OF_MONTH),
        Err(DateFault::Unreadable) if names_month_and_year(core) => {
            Kind::Aggregate("is no month, quarter, half or year")
        }
        Err(DateFault::Placeholder | DateFault::Unreadable | DateFault::Relative) => Kind::Other,
    }
}

pub(super) fn read(text: &str, order: DateOrder, years: Years) -> Result<When, DateFault> {
    read_within(text, order, years)
        .1
        .and_then(|when| when.ok_or(DateFault::Unreadable))
}

/// True for some days of one month: `Dec 1-15, 2024`, `1 - 15 Dec 2024`. All days of a month are no part of it.
fn is_part_of_month(core: &str) -> bool {
    if !names_month_and_year(core) {
        return false;
    }
    let words = core.split(|letter: char| !letter.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let (mut days, mut others) = (Vec::new(), Vec::new());
    for word in words {
        match word.parse::<u32>() {
            Ok(day) if word.len() <= 2 => days.push(day),
            _ => others.push(word),
        }
    }
    let ([first, last], [_, _]) = (days.as_slice(), others.as_slice()) else {
        return false;
    };
    let month = read(
        &others.join(" "),
        DateOrder::DayFirst,
        Years::starting(FiscalYear::CALENDAR),
    );
    let is_whole = |when: When| *first == 1 && is_last_day(when.month, *last);
    *first >= 1 && first <= last && *last <= 31 && month.is_ok_and(|when| !is_whole(when))
}

/// A header of digits alone.
fn number(core: &str, years: Years) -> Kind {
    let Ok(when) = read(core, DateOrder::DayFirst, years) else {
        return Kind::Other;
    };
    match core.len() {
        4 => Kind::Year(when),
        5 => Kind::Serial(when),
        6 => Kind::Period(when),
        8 if is_edge_of_month(when) => Kind::Period(when),
        8 => Kind::Unclear,
        _ => Kind::Other,
    }
}

/// True for a label, and for the first or last day of a month.
pub(super) fn is_edge_of_month(when: When) -> bool {
    matches!(when.day, 0 | 1) || is_last_day(when.month, u32::from(when.day))
}

/// True for the last day of a month.
pub(super) fn is_last_day(month: Month, day: u32) -> bool {
    month.last_day().ends_with(&format!("-{day:02}"))
}

/// A period that is counted: `month_1`, `M1`, `Period 1`.
fn relative(core: &str) -> Option<(Option<Grain>, i32)> {
    let (word, number) = core.split_at_checked(core.find(|c: char| c.is_ascii_digit())?)?;
    let word = word
        .trim_end_matches([' ', '_', '-', '#', '.'])
        .to_lowercase();
    let grain = match word.as_str() {
        "m" | "month" | "mo" | "p" | "period" | "monat" | "mois" | "mes" | "maand" | "mese" => {
            Some(Grain::Month)
        }
        "quarter" => Some(Grain::Quarter),
        "year" | "y" => Some(Grain::Year),
        "week" | "day" => None,
        _ => return None,
    };
    let is_count = number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((grain, number.parse().ok().filter(|_| is_count)?))
}

/// A period that names no year: a month, a quarter or half, or a month beside a small number.
fn yearless(core: &str, years: Years) -> Kind {
    // Any year tells which part is meant; this one is a leap year.
    let with_year = |part: &str| {
        let calendar = Years {
            is_known: years.is_known,
            ..Years::starting(FiscalYear::CALENDAR)
        };
        let when = read(&format!("{part} 2024"), DateOrder::DayFirst, calendar).ok()?;
        (when.day == 0).then(|| (when.grain, when.month.number() / when.grain.months()))
    };
    if let Some((grain, nth)) = with_year(core) {
        return Kind::Yearless(grain, nth);
    }
    let digits = core.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = core.split_at_checked(digits).unwrap_or((core, ""));
    let month = rest.trim_start_matches([' ', '-', '/', '.', '_', '\'', '’', '–']);
    match (number.parse(), with_year(month)) {
        (Ok(number), Some((Grain::Month, month))) => Kind::DayOrYear(number, month),
        _ => Kind::Unclear,
    }
}

/// Leaves numbers as what they are unless several stand in sequence: years, and the first or last days
/// of months as spreadsheets count them.
fn settle_numbers(headers: &mut [Header<'_>]) {
    let years = months_of(headers, |kind| match kind {
        Kind::Year(when) => Some(when),
        _ => None,
    });
    let years: Vec<Month> = years.iter().map(|when| when.month).collect();
    let serials = months_of(headers, |kind| match kind {
        Kind::Serial(when) => Some(when),
        _ => None,
    });
    let is_start = serials.iter().all(|when| when.day == 1);
    let is_end = serials
        .iter()
        .all(|when| is_last_day(when.month, u32::from(when.day)));
    let serials: Vec<Month> = serials.iter().map(|when| when.month).collect();
    let has_years = is_sequence(&years, 12);
    let has_serials = (is_start || is_end) && is_sequence(&serials, 1);
    for header in headers {
        header.kind = match header.kind {
            Kind::Year(when) if has_years => Kind::Period(when),
            Kind::Serial(when) if has_serials => Kind::Period(when),
            // Several first days of months with a gap are no numbers either.
            Kind::Serial(_) if (is_start || is_end) && serials.len() > 1 => Kind::Unclear,
            Kind::Year(_) | Kind::Serial(_) => Kind::Other,
            other => other,
        };
    }
}

fn months_of(headers: &[Header<'_>], pick: impl Fn(Kind) -> Option<When>) -> Vec<When> {
    headers
        .iter()
        .filter_map(|header| pick(header.kind))
        .collect()
}

/// True if at least two months are all different and follow each other at this distance, in any order.
pub(super) fn is_sequence(months: &[Month], distance: i32) -> bool {
    let mut sorted = months.to_vec();
    sorted.sort_unstable();
    let follows = |pair: &[Month]| matches!(pair, [one, two] if one.until(*two) == distance);
    sorted.len() > 1 && sorted.windows(2).all(follows)
}
