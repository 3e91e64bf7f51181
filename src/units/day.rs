//! Calendar days, for rows that cover a time from a day to a day.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::Month;

/// One day of the calendar, counted from 0001-01-01 as day 1.
///
/// # Example
///
/// ```
/// use nrr::units::{Day, Month};
///
/// let february = Month::new(2024, 2).unwrap();
/// assert_eq!(Day::last_of(february).to_string(), "2024-02-29");
/// assert_eq!(Day::last_of(february).next(), Day::first_of(february.forward(1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// A day of a month, from 1; `None` if the month has no such day.
    #[must_use]
    pub fn new(month: Month, day: u32) -> Option<Day> {
        let date = NaiveDate::from_ymd_opt(month.year(), month.number(), day)?;
        Some(Day(date.num_days_from_ce()))
    }

    /// The first day of a month.
    #[must_use]
    pub fn first_of(month: Month) -> Day {
        Day::new(month, 1).unwrap_or(Day(0))
    }

    /// The last day of a month.
    #[must_use]
    pub fn last_of(month: Month) -> Day {
        Day(Day::first_of(month.forward(1)).0 - 1)
    }

    /// The day after.
    #[must_use]
    pub const fn next(self) -> Day {
        Day(self.0 + 1)
    }

    /// The day before.
    #[must_use]
    pub const fn before(self) -> Day {
        Day(self.0 - 1)
    }

    /// The same day so many months later, or the last day of a shorter month.
    #[must_use]
    pub fn forward(self, months: u32) -> Day {
        let month = self.month().forward(months);
        Day::new(month, self.number()).unwrap_or_else(|| Day::last_of(month))
    }

    /// The same day so many months earlier, or the last day of a shorter month; the last day of a month stays one.
    #[must_use]
    pub fn back(self, months: u32) -> Day {
        let month = self.month().back(months);
        let day = Day::new(month, self.number()).filter(|_| !self.ends_month());
        day.unwrap_or_else(|| Day::last_of(month))
    }

    /// The day so many days later.
    #[must_use]
    pub const fn plus(self, days: u16) -> Day {
        Day(self.0 + days as i32)
    }

    /// The day so many days earlier.
    #[must_use]
    pub const fn minus(self, days: u16) -> Day {
        Day(self.0 - days as i32)
    }

    /// Reads `2024-03-01`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Day> {
        let (month, day) = text.rsplit_once('-')?;
        let is_plain = day.len() == 2 && day.bytes().all(|byte| byte.is_ascii_digit());
        let day = day.parse().ok().filter(|_| is_plain)?;
        Day::new(Month::parse(month)?, day)
    }

    /// How many days `later` lies after this one; negative if it lies before.
    #[must_use]
    pub const fn until(self, later: Day) -> i32 {
        later.0 - self.0
    }

    /// The month it lies in.
    #[must_use]
    pub fn month(self) -> Month {
        let month = self
            .date()
            .and_then(|date| Month::new(date.year(), date.month()));
        month.unwrap_or(Month::from_index(0))
    }

    /// Where it stands in its month, from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        self.date().map_or(1, |date| date.day())
    }

    /// True for the last day of its month.
    #[must_use]
    pub fn ends_month(self) -> bool {
        self.next().number() == 1
    }

    fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0)
    }
}

/// Writes `2024-03-01`.
impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{:02}", self.month(), self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_back_from_the_end_of_a_month_is_the_end_of_one() {
        let back = |day: &str, months| Day::parse(day).unwrap().back(months).to_string();
        assert_eq!(back("2025-02-28", 12), "2024-02-29");
        assert_eq!(back("2024-02-29", 12), "2023-02-28");
        assert_eq!(back("2024-06-30", 1), "2024-05-31");
        assert_eq!(back("2024-06-15", 12), "2023-06-15");
        assert_eq!(back("2024-03-30", 1), "2024-02-29");
    }

    #[test]
    fn days_are_read_in_one_form_alone() {
        let read = |text: &str| Day::parse(text).map(|day| day.to_string());
        assert_eq!(read("2024-02-29").as_deref(), Some("2024-02-29"));
        for text in [
            "2023-02-29",
            "2024-2-01",
            "2024-02-1",
            "2024-02",
            "01.02.2024",
            "2024-02-+1",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let day = Day::parse("2024-12-31").unwrap();
        assert_eq!(day.plus(90).minus(90), day);
        assert_eq!(day.plus(1).to_string(), "2025-01-01");
    }

    #[test]
    fn days_are_counted_through_months_and_leap_years() {
        let february = Month::new(2023, 2).unwrap();
        let last = Day::last_of(february);
        assert_eq!(
            (last.number(), last.month(), last.ends_month()),
            (28, february, true)
        );
        assert_eq!(last.next().to_string(), "2023-03-01");
        assert_eq!(Day::first_of(february).until(last), 27);
        assert_eq!(Day::new(february, 29), None);
        assert_eq!(last.next().before(), last);
        assert_eq!(Day::last_of(february.back(1)).forward(1), last);
        assert_eq!(
            Day::first_of(february).forward(12).to_string(),
            "2024-02-01"
        );
    }
}
