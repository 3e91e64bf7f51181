//! Dates written as digits alone: serials, epoch times, `20240131`, `202401`, `2024`.

use super::calendar::{YEARS, date, day_count, has_day, label, part};
use super::clock::Clock;
use super::mark::{DateMarks, Shows};
use super::read::{DateFault, When};
use crate::units::{FiscalYear, Grain};

/// The serials of spreadsheets from 2000-01-01 to 2049-12-31.
const SERIALS: std::ops::RangeInclusive<u64> = 36_526..=54_788;

/// The serials of 2099-12-31 and 9999-12-31.
const OPEN_SERIALS: [u64; 2] = [73_050, 2_958_465];

/// What a serial is more than the days since 1970-01-01.
const SERIAL_OF_1970: u64 = 25_569;

/// Seconds from 1970 to the first moment of 1990, and to the first of 2051.
const EPOCH_SECONDS: std::ops::Range<u64> = 631_152_000..2_556_144_000;

/// Reads a text of digits, perhaps with the `.0` or `.5` of a serial; `None` if it is no such text.
pub(super) fn read(text: &str, fiscal: FiscalYear) -> Option<(DateMarks, Result<When, DateFault>)> {
    let (digits, is_fraction) = match text.strip_suffix(".5").or_else(|| text.strip_suffix(".0")) {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    if digits.is_empty() || digits.len() > 13 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    let unreadable = (DateMarks::NONE, Err(DateFault::Unreadable));
    Some(match digits.len() {
        5 if SERIALS.contains(&number) => count(number - SERIAL_OF_1970, Shows::Serial),
        _ if is_fraction => return None,
        5 | 7 if OPEN_SERIALS.contains(&number) => (
            DateMarks::NONE.with(Shows::Serial),
            Err(DateFault::Placeholder),
        ),
        10 if EPOCH_SECONDS.contains(&number) => epoch(number),
        13 if EPOCH_SECONDS.contains(&(number / 1000)) => epoch(number / 1000),
        8 => compact_date(number).unwrap_or(unreadable),
        6 => compact_month(number).unwrap_or(unreadable),
        4 => {
            let year = i32::try_from(number).ok()?;
            (DateMarks::TEXT, part(year, Grain::Year, 1, fiscal))
        }
        _ => unreadable,
    })
}

fn epoch(seconds: u64) -> (DateMarks, Result<When, DateFault>) {
    let (marks, result) = count(seconds / 86_400, Shows::Epoch);
    (
        marks.timed(Clock::of_seconds(seconds % 86_400), &result),
        result,
    )
}

fn count(days: u64, form: Shows) -> (DateMarks, Result<When, DateFault>) {
    let days = i64::try_from(days).map_err(|_| DateFault::Unreadable);
    (DateMarks::NONE.with(form), days.and_then(day_count))
}

/// `20240131`; `None` if neither the year nor the day makes a date of it.
fn compact_date(number: u64) -> Option<(DateMarks, Result<When, DateFault>)> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let (year, month) = (i32::try_from(year).ok()?, u32::try_from(month).ok()?);
    let day = u32::try_from(day).ok()?;
    let result = date(year, month, day);
    let is_date =
        YEARS.contains(&year) || has_day(year, month, day) || result == Err(DateFault::Placeholder);
    is_date.then_some((DateMarks::TEXT, result))
}

/// `202401`; `None` if neither the year nor the month makes a label of it.
fn compact_month(number: u64) -> Option<(DateMarks, Result<When, DateFault>)> {
    let (year, month) = (
        i32::try_from(number / 100).ok()?,
        u32::try_from(number % 100).ok()?,
    );
    let is_label = YEARS.contains(&year) || (1..=12).contains(&month);
    is_label.then(|| (DateMarks::TEXT, label(year, month)))
}
