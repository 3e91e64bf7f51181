//! Calendar months and the periods made of them: labels, fiscal years, steps.

use std::fmt;

use chrono::{Datelike, NaiveDate};

/// One calendar month, counted from year 0; the finest step of the ledger.
///
/// # Example
///
/// ```
/// use nrr::units::Month;
///
/// let march = Month::new(2024, 3).unwrap();
/// assert_eq!(march.back(12).to_string(), "2023-03");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month `number` (1 to 12) of a year from 0 to 9999; `None` for any other.
    #[must_use]
    pub fn new(year: i32, number: u32) -> Option<Month> {
        let valid = (1..=12).contains(&number) && (0..=9999).contains(&year);
        valid.then(|| Month(year * 12 + number.cast_signed() - 1))
    }

    /// Reads `2024-03`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Month> {
        let (year, number) = text.split_once('-')?;
        let digits =
            |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(number, 2) {
            return None;
        }
        Month::new(year.parse().ok()?, number.parse().ok()?)
    }

    /// Months since year 0: the integer of `12·year + month − 1`.
    #[must_use]
    pub const fn index(self) -> i32 {
        self.0
    }

    /// The month of an [`index`](Month::index).
    #[must_use]
    pub const fn from_index(index: i32) -> Month {
        Month(index)
    }

    /// The calendar year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1 for January to 12 for December.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0.rem_euclid(12).cast_unsigned() + 1
    }

    /// The month this many months later.
    #[must_use]
    pub const fn forward(self, months: u32) -> Month {
        Month(self.0 + months.cast_signed())
    }

    /// The month this many months earlier.
    #[must_use]
    pub const fn back(self, months: u32) -> Month {
        Month(self.0 - months.cast_signed())
    }

    /// How many months `later` lies after this one; negative if it lies before.
    #[must_use]
    pub const fn until(self, later: Month) -> i32 {
        later.0 - self.0
    }

    /// Every month from this one to `last`, both included; empty if `last` is earlier.
    pub fn through(self, last: Month) -> impl DoubleEndedIterator<Item = Month> + Clone {
        (self.0..=last.0).map(Month)
    }

    /// The first day, `2024-03-01`.
    #[must_use]
    pub fn first_day(self) -> String {
        format!("{self}-01")
    }

    /// The last day, `2024-02-29`.
    #[must_use]
    pub fn last_day(self) -> String {
        let next = self.forward(1);
        let day = NaiveDate::from_ymd_opt(next.year(), next.number(), 1)
            .and_then(|first| first.pred_opt())
            .map_or(31, |date| date.day());
        format!("{self}-{day:02}")
    }

    /// `Mar 2024`.
    #[must_use]
    pub fn short_name(self) -> String {
        format!("{} {}", self.abbreviation(), self.year())
    }

    fn abbreviation(self) -> &'static str {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        NAMES[self.0.rem_euclid(12).cast_unsigned() as usize]
    }
}

/// Writes `2024-03`.
impl fmt::Display for Month {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}", self.year(), self.number())
    }
}

/// The length of a calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// One month.
    Month,
    /// Three months.
    Quarter,
    /// Six months.
    Half,
    /// Twelve months.
    Year,
}

impl Grain {
    /// Every grain, shortest first.
    pub const ALL: [Grain; 4] = [Grain::Month, Grain::Quarter, Grain::Half, Grain::Year];

    /// How many months it has.
    #[must_use]
    pub const fn months(self) -> u32 {
        match self {
            Grain::Month => 1,
            Grain::Quarter => 3,
            Grain::Half => 6,
            Grain::Year => 12,
        }
    }

    /// The word for several: `quarters`.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Grain::Month => "months",
            Grain::Quarter => "quarters",
            Grain::Half => "halves",
            Grain::Year => "years",
        }
    }

    /// The word typed for it: `quarter`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Half => "half",
            Grain::Year => "year",
        }
    }
}

/// The calendar month in which fiscal years start; January means calendar years.
///
/// A fiscal year is named after the calendar year in which it ends: starting in February, `FY2024`
/// is February 2023 to January 2024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiscalYear(u8);

impl FiscalYear {
    /// Years from January.
    pub const CALENDAR: FiscalYear = FiscalYear(1);

    /// Years from the month with this number, 1 to 12.
    #[must_use]
    pub fn starting_in(number: u8) -> Option<FiscalYear> {
        (1..=12).contains(&number).then_some(FiscalYear(number))
    }

    /// The number of the month that years start in.
    #[must_use]
    pub const fn start(self) -> u8 {
        self.0
    }

    /// True if years start in January.
    #[must_use]
    pub const fn is_calendar(self) -> bool {
        self.0 == 1
    }

    /// The first month of the year with this name.
    fn first_month(self, name: i32) -> Option<Month> {
        let calendar_year = if self.is_calendar() { name } else { name - 1 };
        Month::new(calendar_year, u32::from(self.0))
    }

    /// The name of the year that `month` lies in, and how many months into it.
    fn locate(self, month: Month) -> (i32, u32) {
        let shifted = month.back(u32::from(self.0) - 1);
        let name = if self.is_calendar() {
            shifted.year()
        } else {
            shifted.year() + 1
        };
        (name, shifted.number() - 1)
    }
}

/// Why a label is no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodError {
    /// It has none of the known forms.
    Unreadable,
    /// It says `FY`, but fiscal years were not given a start.
    FiscalStartUnknown,
    /// It ends before it starts.
    Reversed,
}

/// A run of whole months with a name: a month, quarter, half, year, trailing year or free range.
///
/// # Example
///
/// ```
/// use nrr::units::{FiscalYear, Period};
///
/// let quarter = Period::parse("2024-Q1", FiscalYear::CALENDAR).unwrap();
/// assert_eq!((quarter.first().to_string(), quarter.last().to_string()), ("2024-01".into(), "2024-03".into()));
/// assert_eq!(quarter.earlier(3).label(FiscalYear::CALENDAR), "2023-Q4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    last: Month,
    months: u32,
    form: Form,
}

/// How a period is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    Calendar,
    Trailing,
    Range,
}

impl Period {
    /// The calendar (or fiscal) period of a grain that ends with `last`, named so where it is one
    /// and as a range where it is not.
    #[must_use]
    pub const fn ending(last: Month, grain: Grain) -> Period {
        Period {
            last,
            months: grain.months(),
            form: Form::Calendar,
        }
    }

    /// The months from `first` to `last`; `None` if `last` is earlier.
    #[must_use]
    pub fn range(first: Month, last: Month) -> Option<Period> {
        let months = u32::try_from(first.until(last)).ok()? + 1;
        Some(Period {
            last,
            months,
            form: Form::Range,
        })
    }

    /// The window of this many months that ends with `last`: a month, a quarter or half year where it is one,
    /// the twelve months ending with `last`, or else a range.
    #[must_use]
    pub const fn window(last: Month, months: u32) -> Period {
        let form = match months {
            12 => Form::Trailing,
            1 | 3 | 6 => Form::Calendar,
            _ => Form::Range,
        };
        Period { last, months, form }
    }

    /// The period of this grain that holds `month`.
    #[must_use]
    pub fn holding(month: Month, grain: Grain, fiscal: FiscalYear) -> Period {
        let (_, into_year) = fiscal.locate(month);
        let left = grain.months() - 1 - into_year % grain.months();
        Period::ending(month.forward(left), grain)
    }

    /// Reads `2024-03`, `2024-Q1`, `2024-H1`, `2024`, `FY2024`, `FY2024-Q1`, `TTM-2024-03` or
    /// `2024-01..2024-03`.
    ///
    /// # Errors
    ///
    /// [`PeriodError`]: no known form, an `FY` label while years are calendar years, a reversed range.
    pub fn parse(text: &str, fiscal: FiscalYear) -> Result<Period, PeriodError> {
        let text = text.trim();
        if let Some((first, last)) = text.split_once("..") {
            let month = |text: &str| Month::parse(text.trim()).ok_or(PeriodError::Unreadable);
            return Period::range(month(first)?, month(last)?).ok_or(PeriodError::Reversed);
        }
        if let Some(last) = text.strip_prefix("TTM-") {
            let last = Month::parse(last).ok_or(PeriodError::Unreadable)?;
            return Ok(Period {
                last,
                months: 12,
                form: Form::Trailing,
            });
        }
        if let Some(month) = Month::parse(text) {
            return Ok(Period::ending(month, Grain::Month));
        }
        let name = match text.strip_prefix("FY") {
            Some(_) if fiscal.is_calendar() => return Err(PeriodError::FiscalStartUnknown),
            Some(rest) => rest,
            None => text,
        };
        Period::parse_year_part(name, fiscal).ok_or(PeriodError::Unreadable)
    }

    fn parse_year_part(name: &str, fiscal: FiscalYear) -> Option<Period> {
        let (year, part) = match name.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (name, None),
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let first = fiscal.first_month(year.parse().ok()?)?;
        let (grain, nth) = match part {
            None => (Grain::Year, 1),
            Some("Q1") => (Grain::Quarter, 1),
            Some("Q2") => (Grain::Quarter, 2),
            Some("Q3") => (Grain::Quarter, 3),
            Some("Q4") => (Grain::Quarter, 4),
            Some("H1") => (Grain::Half, 1),
            Some("H2") => (Grain::Half, 2),
            Some(_) => return None,
        };
        Some(Period::ending(
            first.forward(grain.months() * nth - 1),
            grain,
        ))
    }

    /// Its first month.
    #[must_use]
    pub const fn first(self) -> Month {
        self.last.back(self.months - 1)
    }

    /// Its last month.
    #[must_use]
    pub const fn last(self) -> Month {
        self.last
    }

    /// How many months it has.
    #[must_use]
    pub const fn months(self) -> u32 {
        self.months
    }

    /// The period of the same length that ends this many months earlier.
    #[must_use]
    pub const fn earlier(self, months: u32) -> Period {
        Period {
            last: self.last.back(months),
            ..self
        }
    }

    /// The period of the same length that ends this many months later.
    #[must_use]
    pub const fn later(self, months: u32) -> Period {
        Period {
            last: self.last.forward(months),
            ..self
        }
    }

    /// The grain of a calendar period, if its months are one: `None` for trailing years, free
    /// ranges and shifted periods such as December to February.
    #[must_use]
    pub fn grain(self, fiscal: FiscalYear) -> Option<Grain> {
        let grain = Grain::ALL
            .into_iter()
            .find(|grain| grain.months() == self.months)?;
        let whole = Period::holding(self.last, grain, fiscal).last == self.last;
        (self.form == Form::Calendar && whole).then_some(grain)
    }

    /// The name it goes by in every output; fiscal quarters, halves and years carry `FY`.
    #[must_use]
    pub fn label(self, fiscal: FiscalYear) -> String {
        if self.form == Form::Trailing {
            return format!("TTM-{}", self.last);
        }
        let Some(grain) = self.grain(fiscal) else {
            return format!("{}..{}", self.first(), self.last);
        };
        let (year, into_year) = fiscal.locate(self.last);
        let prefix = if fiscal.is_calendar() { "" } else { "FY" };
        let nth = into_year / grain.months() + 1;
        match grain {
            Grain::Month => self.last.to_string(),
            Grain::Quarter => format!("{prefix}{year:04}-Q{nth}"),
            Grain::Half => format!("{prefix}{year:04}-H{nth}"),
            Grain::Year => format!("{prefix}{year:04}"),
        }
    }

    /// Its months for people: `Mar 2024`, `Jan–Mar 2024`, `Nov 2023–Jan 2024`.
    #[must_use]
    pub fn months_label(self) -> String {
        let (first, last) = (self.first(), self.last);
        if self.months == 1 {
            last.short_name()
        } else if first.year() == last.year() {
            format!("{}–{}", first.abbreviation(), last.short_name())
        } else {
            format!("{}–{}", first.short_name(), last.short_name())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str, start: u8) -> Period {
        Period::parse(text, FiscalYear::starting_in(start).unwrap()).expect(text)
    }

    #[test]
    fn labels_name_their_months() {
        for (label, first, last) in [
            ("2024-03", "2024-03", "2024-03"),
            ("2024-Q1", "2024-01", "2024-03"),
            ("2024-H2", "2024-07", "2024-12"),
            ("2024", "2024-01", "2024-12"),
            ("0001-Q1", "0001-01", "0001-03"),
            ("TTM-2024-03", "2023-04", "2024-03"),
            ("2024-01..2024-03", "2024-01", "2024-03"),
        ] {
            let period = period(label, 1);
            assert_eq!(period.first().to_string(), first, "{label}");
            assert_eq!(period.last().to_string(), last, "{label}");
            assert_eq!(period.label(FiscalYear::CALENDAR), label);
        }
    }

    #[test]
    fn fiscal_years_are_named_after_the_year_they_end_in() {
        let february = FiscalYear::starting_in(2).unwrap();
        let year = period("FY2024", 2);
        assert_eq!(
            (year.first().to_string(), year.last().to_string()),
            ("2023-02".into(), "2024-01".into())
        );
        let quarter = period("2024-Q1", 2);
        assert_eq!(
            (quarter.first().to_string(), quarter.last().to_string()),
            ("2023-02".into(), "2023-04".into())
        );
        assert_eq!(quarter.label(february), "FY2024-Q1");
        assert_eq!(period("FY2024-Q4", 2).last().to_string(), "2024-01");
    }

    #[test]
    fn fiscal_labels_need_a_start() {
        assert_eq!(
            Period::parse("FY2024", FiscalYear::CALENDAR),
            Err(PeriodError::FiscalStartUnknown)
        );
    }

    #[test]
    fn anything_else_is_no_period() {
        for text in [
            "",
            "2024-13",
            "2024-Q5",
            "24-Q1",
            "Q1 2024",
            "2024-3",
            "TTM-2024",
            "2024-01..",
            "2024-q1",
            "٢٠٢٤",
        ] {
            assert_eq!(
                Period::parse(text, FiscalYear::CALENDAR),
                Err(PeriodError::Unreadable),
                "{text}"
            );
        }
        let reversed = Period::parse("2024-03..2024-01", FiscalYear::CALENDAR);
        assert_eq!(reversed, Err(PeriodError::Reversed));
    }

    #[test]
    fn shifted_quarters_are_named_as_ranges() {
        assert_eq!(
            period("2024-Q1", 1).earlier(1).label(FiscalYear::CALENDAR),
            "2023-12..2024-02"
        );
        assert_eq!(
            period("2024-Q1", 1).earlier(12).label(FiscalYear::CALENDAR),
            "2023-Q1"
        );
    }

    #[test]
    fn windows_go_by_their_natural_names() {
        let february = FiscalYear::starting_in(2).unwrap();
        for (last, months, label, fiscal) in [
            ("2019-12", 1, "2019-12", FiscalYear::CALENDAR),
            ("2019-12", 3, "2019-Q4", FiscalYear::CALENDAR),
            ("2020-01", 3, "2019-11..2020-01", FiscalYear::CALENDAR),
            ("2020-01", 3, "FY2020-Q4", february),
            ("2019-12", 12, "TTM-2019-12", FiscalYear::CALENDAR),
            ("2019-12", 5, "2019-08..2019-12", FiscalYear::CALENDAR),
        ] {
            let window = Period::window(Month::parse(last).unwrap(), months);
            assert_eq!(window.label(fiscal), label);
            assert_eq!(window.months(), months);
        }
    }

    #[test]
    fn months_know_their_days() {
        assert_eq!(Month::parse("2024-02").unwrap().last_day(), "2024-02-29");
        assert_eq!(Month::parse("2023-12").unwrap().last_day(), "2023-12-31");
        assert_eq!(period("2024-Q1", 1).months_label(), "Jan–Mar 2024");
    }
}
