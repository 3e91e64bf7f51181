//! The order of day and month in a file: what single cells show, and the decision over all of them.

use super::calendar::days;
use super::clock::{Clock, Zone};
use super::read::{DateFault, When};
use crate::input::evidence::Firsts;

/// Which of day and month stands first in `03/04/2025`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateOrder {
    /// 3 April.
    DayFirst,
    /// 4 March.
    MonthFirst,
}

impl DateOrder {
    /// Both orders.
    pub const ALL: [DateOrder; 2] = [DateOrder::DayFirst, DateOrder::MonthFirst];

    /// The other one.
    #[must_use]
    pub const fn other(self) -> DateOrder {
        match self {
            DateOrder::DayFirst => DateOrder::MonthFirst,
            DateOrder::MonthFirst => DateOrder::DayFirst,
        }
    }

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "dmy",
            DateOrder::MonthFirst => "mdy",
        }
    }
}

/// One thing a cell can show; its number is a bit of [`DateMarks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// `31/01/2024`.
    NeedsDayFirst,
    /// `01/31/2024`.
    NeedsMonthFirst,
    /// `03/04/2025`.
    Either,
    /// A day number of a spreadsheet: `45322`.
    Serial,
    /// Seconds or milliseconds since 1970.
    Epoch,
    /// Any other date or label.
    Text,
    /// A time with the abbreviation of a zone: `08:26 PST`.
    ZoneName,
    /// A time in UTC within 14 hours of another month.
    NearEdge,
    /// A month's name before a number that can be a day or a year: `Jan-24`.
    DayOrYear,
    /// A month's name before a number that no day has: `Jan-95`.
    ShortYear,
}

/// How many kinds there are.
const KINDS: usize = 10;

/// What one cell shows about the dates of its column: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateMarks {
    shows: u16,
    /// The number behind a month's name, where it can be a day or a year.
    number: u8,
}

impl DateMarks {
    /// An empty cell, or one that is no date in any form.
    pub const NONE: DateMarks = DateMarks {
        shows: 0,
        number: 0,
    };

    /// Any date whose form raises no question.
    pub(in crate::input) const TEXT: DateMarks = DateMarks::NONE.with(Shows::Text);

    pub(super) const fn with(self, shows: Shows) -> DateMarks {
        DateMarks {
            shows: self.shows | 1 << shows as u16,
            ..self
        }
    }

    pub(super) const fn has(self, shows: Shows) -> bool {
        self.shows >> shows as u16 & 1 == 1
    }

    /// With what the time of day shows. The marks of a date that depends on the order of day and month
    /// say nothing of the edges of months, so that they are the same in both orders.
    pub(super) fn timed(self, clock: Clock, date: &Result<When, DateFault>) -> DateMarks {
        let orders = [Shows::Either, Shows::NeedsDayFirst, Shows::NeedsMonthFirst];
        match (clock.zone, date) {
            (Zone::Name, Ok(_)) => self.with(Shows::ZoneName),
            (Zone::Name, Err(_)) if orders.into_iter().any(|order| self.has(order)) => {
                self.with(Shows::ZoneName)
            }
            (Zone::Utc, Ok(when))
                if !orders.into_iter().any(|order| self.has(order))
                    && clock
                        .is_near_edge(when.day, days(when.month.year(), when.month.number())) =>
            {
                self.with(Shows::NearEdge)
            }
            _ => self,
        }
    }

    /// With the number of two digits behind a month's name.
    pub(super) fn behind_month(self, number: u32) -> DateMarks {
        match u8::try_from(number) {
            Ok(number @ 0..=31) => DateMarks {
                number,
                ..self.with(Shows::DayOrYear)
            },
            _ => self.with(Shows::ShortYear),
        }
    }
}

/// What all cells of a column, or of a file's date columns, show: for each kind of evidence the
/// first line and its cell.
///
/// # Example
///
/// ```
/// use nrr::input::date::{DateDecision, DateEvidence, DateOrder, read_when};
/// use nrr::units::FiscalYear;
///
/// let mut evidence = DateEvidence::default();
/// for (line, cell) in [(2, "03/04/2025"), (3, "31/01/2025")] {
///     let (marks, _) = read_when(cell, DateOrder::MonthFirst, FiscalYear::CALENDAR);
///     evidence.add(marks, line, cell);
/// }
/// let decision = evidence.decide();
/// assert!(matches!(decision, DateDecision::Proven { order: DateOrder::DayFirst, line: 3, .. }));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateEvidence {
    firsts: Firsts<KINDS>,
    /// How many cells can be read in both orders.
    ambiguous: u64,
    /// How many times in UTC lie near another month.
    near_edges: u64,
    /// The numbers behind the names of months, a bit each.
    numbers: u32,
}

/// Something about the dates of a column that was read and is worth saying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What it is.
    pub what: Announcement,
    /// The first line that shows it.
    pub line: u64,
    /// The cell in that line, as written.
    pub cell: String,
}

/// What is worth saying about the dates of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// They are numbers of days, as spreadsheets count them.
    Serials,
    /// They are seconds or milliseconds since 1970.
    Epochs,
    /// Times name zones by abbreviations, which were not used.
    ZoneNames,
    /// Times in UTC lie within 14 hours of another month: how many.
    NearEdges(u64),
}

/// Which order the dates have, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateDecision {
    /// The cells leave one order.
    Proven {
        /// The order.
        order: DateOrder,
        /// The first line that proves it.
        line: u64,
        /// The cell in that line, as written.
        cell: String,
    },
    /// No cell depends on the order.
    Neutral,
    /// Every cell that depends on the order can be read in both.
    Ambiguous {
        /// The first such line.
        line: u64,
        /// The cell in that line, as written.
        cell: String,
        /// How many such cells there are.
        count: u64,
    },
    /// Some cells can only be day first, others only month first: line and cell as written.
    MixedOrders {
        /// The first that can only be day first.
        day_first: (u64, String),
        /// The first that can only be month first.
        month_first: (u64, String),
    },
    /// Dates as numbers stand among dates as text: line and cell as written.
    MixedForms {
        /// The first spreadsheet serial or epoch number.
        number: (u64, String),
        /// The first date in another form; an epoch number if `number` is a serial and there is no text.
        text: (u64, String),
    },
    /// Numbers behind the names of months that are too many, or too far apart, to be years: `Jan-05`,
    /// `Jan-19`.
    MonthNames {
        /// The first line with one.
        line: u64,
        /// The cell in that line, as written.
        cell: String,
        /// The smallest and the largest number.
        numbers: (u32, u32),
    },
}

impl DateEvidence {
    /// Takes note of what one cell shows.
    #[inline]
    pub fn add(&mut self, marks: DateMarks, line: u64, cell: &str) {
        if marks != DateMarks::TEXT {
            self.ambiguous += u64::from(marks.has(Shows::Either));
            self.near_edges += u64::from(marks.has(Shows::NearEdge));
            self.numbers |= u32::from(marks.has(Shows::DayOrYear)) << marks.number;
        }
        self.firsts.add(marks.shows, line, cell);
    }

    /// True for marks that change something if they are added.
    #[inline]
    #[must_use]
    pub fn is_news(&self, marks: DateMarks, line: u64) -> bool {
        marks != DateMarks::TEXT || self.firsts.is_news(marks.shows, line)
    }

    /// Takes in what another part or another column showed; the order of merging does not matter.
    pub fn merge(&mut self, other: DateEvidence) {
        self.ambiguous += other.ambiguous;
        self.near_edges += other.near_edges;
        self.numbers |= other.numbers;
        self.firsts.merge(other.firsts);
    }

    /// Decides one column: its form first, then the order of day and month.
    #[must_use]
    pub fn decide(&self) -> DateDecision {
        self.decide_form().unwrap_or_else(|| self.decide_order())
    }

    /// Says why the cells of one column cannot all be dates of one form, whatever the order of day and
    /// month; `None` if they can.
    #[must_use]
    pub fn decide_form(&self) -> Option<DateDecision> {
        let (serial, epoch) = (self.first(Shows::Serial), self.first(Shows::Epoch));
        let number = serial.into_iter().chain(epoch).min();
        let text = self.first(Shows::Text);
        match (number, text, serial, epoch) {
            (Some(number), Some(text), ..) | (_, None, Some(number), Some(text)) => {
                Some(DateDecision::MixedForms {
                    number: owned(number),
                    text: owned(text),
                })
            }
            _ => self.decide_month_names(),
        }
    }

    /// Months are named in one year, or in years that follow each other, where numbers are years; days
    /// are many, or have gaps between them.
    fn decide_month_names(&self) -> Option<DateDecision> {
        const YEARS_MAX: u32 = 15;
        let (line, cell) = self.first(Shows::DayOrYear)?;
        let (smallest, largest) = (self.numbers.trailing_zeros(), self.numbers.checked_ilog2()?);
        let has_gap = self.numbers.count_ones() != largest - smallest + 1;
        let are_days = has_gap || self.numbers.count_ones() > YEARS_MAX;
        let is_year = self.first(Shows::ShortYear).is_some();
        (are_days && !is_year).then(|| DateDecision::MonthNames {
            line,
            cell: cell.to_owned(),
            numbers: (smallest, largest),
        })
    }

    /// What is to be said about the dates, though they were read.
    #[must_use]
    pub fn announced(&self) -> Vec<Announced> {
        let kinds = [
            (Shows::Serial, Announcement::Serials),
            (Shows::Epoch, Announcement::Epochs),
            (Shows::ZoneName, Announcement::ZoneNames),
            (Shows::NearEdge, Announcement::NearEdges(self.near_edges)),
        ];
        let seen = kinds.into_iter().filter_map(|(shows, what)| {
            let (line, cell) = owned(self.first(shows)?);
            Some(Announced { what, line, cell })
        });
        seen.collect()
    }

    /// Decides the order of day and month alone, as is done over all date columns of a file together.
    #[must_use]
    pub fn decide_order(&self) -> DateDecision {
        let proven = |order, (line, cell): (u64, &str)| DateDecision::Proven {
            order,
            line,
            cell: cell.to_owned(),
        };
        match (
            self.first(Shows::NeedsDayFirst),
            self.first(Shows::NeedsMonthFirst),
            self.first(Shows::Either),
        ) {
            (Some(day_first), Some(month_first), _) => DateDecision::MixedOrders {
                day_first: owned(day_first),
                month_first: owned(month_first),
            },
            (Some(first), None, _) => proven(DateOrder::DayFirst, first),
            (None, Some(first), _) => proven(DateOrder::MonthFirst, first),
            (None, None, Some((line, cell))) => DateDecision::Ambiguous {
                line,
                cell: cell.to_owned(),
                count: self.ambiguous,
            },
            (None, None, None) => DateDecision::Neutral,
        }
    }

    fn first(&self, shows: Shows) -> Option<(u64, &str)> {
        self.firsts.first(shows as usize)
    }
}

fn owned((line, cell): (u64, &str)) -> (u64, String) {
    (line, cell.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::date::read_when;
    use crate::units::FiscalYear;

    fn evidence(cells: &[&str]) -> DateEvidence {
        let mut evidence = DateEvidence::default();
        for (cell, line) in cells.iter().zip(2..) {
            evidence.add(
                read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR).0,
                line,
                cell,
            );
        }
        evidence
    }

    fn decided(cells: &[&str]) -> String {
        match evidence(cells).decide() {
            DateDecision::Proven { order, line, .. } => format!("{order:?} {line}"),
            DateDecision::Neutral => "neutral".to_owned(),
            DateDecision::Ambiguous { line, count, .. } => {
                format!("ambiguous {line}, {count} in all")
            }
            DateDecision::MixedOrders {
                day_first,
                month_first,
            } => {
                format!("day first {}, month first {}", day_first.0, month_first.0)
            }
            DateDecision::MixedForms { number, text } => {
                format!("number {}, text {}", number.0, text.0)
            }
            DateDecision::MonthNames { line, numbers, .. } => {
                format!("names {line}, {} to {}", numbers.0, numbers.1)
            }
        }
    }

    #[test]
    fn a_file_decides_its_order() {
        for (cells, expected) in [
            (
                &["2024-01-31", "", "31.01.2024", "05/05/2024", "Jan 2024"][..],
                "neutral",
            ),
            (&["03/04/2025", "31/01/2025"], "DayFirst 3"),
            (&["03/04/2025", "01/31/2025"], "MonthFirst 3"),
            (
                &["05/05/2025", "03/04/2025", "1/2/25 8:26"],
                "ambiguous 3, 2 in all",
            ),
            (&["13/02/2024", "02/13/2024"], "day first 2, month first 3"),
            (&["31/02/2024", "03/04/2025"], "ambiguous 3, 1 in all"),
            (&["45322", "45351.5"], "neutral"),
            (&["1706659200", "1706659200000"], "neutral"),
            (&["2024-01-31", "45322"], "number 3, text 2"),
            (&["45322", "1706659200"], "number 2, text 3"),
            (&["1706659200", "Jan-24", "45322"], "number 2, text 3"),
        ] {
            assert_eq!(decided(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn numbers_behind_months_are_years_where_they_follow_each_other() {
        for (cells, expected) in [
            (&["Jan-24", "Feb-24", "Mar-24"][..], "neutral"),
            (&["Nov-24", "Dec-24", "Jan-25"], "neutral"),
            (&["Jan-24", "Jan-25", "Jan-26"], "neutral"),
            (&["Jan-99", "Jan-24", "Jan-03"], "neutral"),
            (&["Jan'03", "Jan'24"], "neutral"),
            (&["Jan-2003", "Jan-2024"], "neutral"),
            (&["2024-01-31", "Jan-05", "Jan-12"], "names 3, 5 to 12"),
            (&["Jan-24", "Jan-26"], "names 2, 24 to 26"),
        ] {
            assert_eq!(decided(cells), expected, "{cells:?}");
        }
        let days: Vec<String> = (1..=31).map(|day| format!("Jan {day:02}")).collect();
        let cells: Vec<&str> = days.iter().map(String::as_str).collect();
        assert_eq!(decided(&cells[..15]), "neutral");
        assert_eq!(decided(&cells[..16]), "names 2, 1 to 16");
        assert_eq!(decided(&cells), "names 2, 1 to 31");
    }

    #[test]
    fn what_was_read_with_a_doubt_is_announced() {
        let announced = |cells: &[&str]| {
            let announced = evidence(cells).announced().into_iter();
            let lines = announced.map(|one| format!("{:?} {}", one.what, one.line));
            lines.collect::<Vec<_>>().join(", ")
        };
        for (cells, expected) in [
            (&["2024-01-31", "Jan 2024", "2024-01-31 08:26"][..], ""),
            (&["45322", "45351.5"], "Serials 2"),
            (&["1706659200", "1704067200"], "Epochs 2"),
            (&["1706659200", "1706745599"], "Epochs 2, NearEdges(1) 3"),
            (&["2024-01-15 08:26 PST", "2024-01-15 08:26"], "ZoneNames 2"),
            (&["1/31/24 8:26 PM EST"], "ZoneNames 2"),
            (&["2024-01-15T08:26:00Z"], ""),
            (&["2024-01-31T00:00:00Z", "2024-02-01T00:00:00Z"], ""),
            (
                &[
                    "2024-01-15T08:26:00Z",
                    "2024-01-31T23:26:00Z",
                    "2024-02-01 05:00 UTC",
                ],
                "NearEdges(2) 3",
            ),
            (&["2024-01-31T23:26:00+02:00"], ""),
        ] {
            assert_eq!(announced(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn evidence_does_not_depend_on_the_order_of_parts() {
        let cells = [
            "03/04/2025",
            "Jan-05",
            "Jan-24",
            "2024-01-31T23:26:00Z",
            "31/01/2025",
            "45322",
            "05/04/2025",
        ];
        let parts = |rows: &[usize]| {
            let mut whole = DateEvidence::default();
            for row in rows {
                let mut part = DateEvidence::default();
                let marks = read_when(cells[*row], DateOrder::DayFirst, FiscalYear::CALENDAR).0;
                part.add(marks, *row as u64 + 2, cells[*row]);
                whole.merge(part);
            }
            whole
        };
        let forward = parts(&[0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(forward, parts(&[6, 5, 4, 3, 2, 1, 0]));
        assert_eq!(forward, evidence(&cells));
    }
}
