//! Calendar arithmetic on years, months and days: what exists, what is in range.

use super::read::{DateFault, When};
use crate::units::{FiscalYear, Grain, Month, Period};

/// The years a date may lie in; anything else is a placeholder or a slip.
pub(super) const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The month of a full date.
///
/// # Errors
///
/// [`DateFault`]: a placeholder, a year out of range, a day that is not in the calendar.
#[inline]
pub(super) fn date(year: i32, month: u32, day: u32) -> Result<When, DateFault> {
    if is_placeholder(year, month, day) {
        return Err(DateFault::Placeholder);
    }
    if !has_day(year, month, day) {
        return Err(DateFault::NoSuchDay);
    }
    let month = label(year, month)?;
    Ok(When {
        day: u8::try_from(day).unwrap_or_default(),
        ..month
    })
}

/// The month of a label such as `2024-01`.
///
/// # Errors
///
/// [`DateFault`]: a month that is not in the calendar, a year out of range.
#[inline]
pub(super) fn label(year: i32, month: u32) -> Result<When, DateFault> {
    if !(1..=12).contains(&month) {
        return Err(DateFault::NoSuchDay);
    }
    if !YEARS.contains(&year) {
        return Err(DateFault::OutOfRange(year));
    }
    let month = Month::new(year, month).ok_or(DateFault::OutOfRange(year))?;
    Ok(When {
        month,
        grain: Grain::Month,
        day: 0,
    })
}

/// The last month of part `nth` (from 1) of a year, in years that start as `fiscal` says.
///
/// # Errors
///
/// [`DateFault::OutOfRange`]; [`DateFault::Unreadable`] if the year has no such part.
pub(super) fn part(
    year: i32,
    grain: Grain,
    nth: u32,
    fiscal: FiscalYear,
) -> Result<When, DateFault> {
    if nth == 0 || nth > 12 / grain.months() {
        return Err(DateFault::Unreadable);
    }
    if !YEARS.contains(&year) {
        return Err(DateFault::OutOfRange(year));
    }
    let calendar_year = if fiscal.is_calendar() { year } else { year - 1 };
    let first = Month::new(calendar_year, u32::from(fiscal.start()));
    let first = first.ok_or(DateFault::OutOfRange(year))?;
    Ok(When {
        month: first.forward(grain.months() * nth - 1),
        grain,
        day: 0,
    })
}

/// The quarter, half or year from one month of a year to a later one: `Jan - Mar 2024`.
///
/// # Errors
///
/// [`DateFault::Unreadable`] if the months are no such period, [`DateFault::OutOfRange`].
pub(super) fn span(
    year: i32,
    first: u32,
    last: u32,
    fiscal: FiscalYear,
) -> Result<When, DateFault> {
    let (from, month) = (label(year, first)?.month, label(year, last)?.month);
    let months = from.until(month) + 1;
    let grain = Grain::ALL
        .into_iter()
        .find(|grain| i64::from(grain.months()) == i64::from(months));
    let grain = grain.ok_or(DateFault::Unreadable)?;
    let is_whole = Period::holding(month, grain, fiscal).last() == month;
    if is_whole {
        Ok(When {
            month,
            grain,
            day: 0,
        })
    } else {
        Err(DateFault::Unreadable)
    }
}

/// The date of a day counted from 1970-01-01.
///
/// # Errors
///
/// [`DateFault::OutOfRange`].
pub(super) fn day_count(days: i64) -> Result<When, DateFault> {
    // Years from March put the leap day last; an era is the 400 years after which days repeat.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let year = i32::try_from(year).map_err(|_| DateFault::Unreadable)?;
    let month = u32::try_from(month).map_err(|_| DateFault::Unreadable)?;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    Ok(When {
        day: u8::try_from(day).unwrap_or_default(),
        ..label(year, month)?
    })
}

/// True if the calendar has the day, in any year.
pub(super) fn has_day(year: i32, month: u32, day: u32) -> bool {
    (1..=u32::from(days(year, month))).contains(&day)
}

/// How many days a month has; 0 if there is no such month.
pub(super) fn days(year: i32, month: u32) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Dates that software writes for "none" and "open".
fn is_placeholder(year: i32, month: u32, day: u32) -> bool {
    matches!(
        (year, month, day),
        (9999 | 2099, 12, 31) | (0, 0, 0) | (1900, 1, 0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_counts_fall_on_their_days() {
        for (days, expected) in [
            (7_305, "1990-01-01"),
            (10_957, "2000-01-01"),
            (19_753, "2024-01-31"),
            (19_782, "2024-02-29"),
            (19_783, "2024-03-01"),
        ] {
            assert_eq!(
                day_count(days).map(|when| format!("{}-{:02}", when.month, when.day)),
                Ok(expected.to_owned())
            );
        }
        assert_eq!(day_count(0), Err(DateFault::OutOfRange(1970)));
    }

    #[test]
    fn leap_years_have_their_day() {
        assert!(has_day(2024, 2, 29) && has_day(2000, 2, 29));
        assert!(
            !has_day(2023, 2, 29)
                && !has_day(2100, 2, 29)
                && !has_day(2024, 13, 1)
                && !has_day(2024, 4, 31)
        );
    }
}
