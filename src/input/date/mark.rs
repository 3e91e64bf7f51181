//! The order of day and month in a file: what single cells show, and the decision over all of them.

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
}

/// What one cell shows about the dates of its column: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateMarks(u16);

impl DateMarks {
    /// An empty cell, or one that is no date in any form.
    pub const NONE: DateMarks = DateMarks(0);

    /// Any date whose form raises no question.
    pub(super) const TEXT: DateMarks = DateMarks::NONE.with(Shows::Text);

    pub(super) const fn with(self, shows: Shows) -> DateMarks {
        DateMarks(self.0 | 1 << shows as u16)
    }

    pub(super) const fn has(self, shows: Shows) -> bool {
        self.0 >> shows as u16 & 1 == 1
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
    firsts: Firsts<6>,
    /// How many cells can be read in both orders.
    ambiguous: u64,
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
}

impl DateEvidence {
    /// Takes note of what one cell shows.
    #[inline]
    pub fn add(&mut self, marks: DateMarks, line: u64, cell: &str) {
        self.ambiguous += u64::from(marks.has(Shows::Either));
        self.firsts.add(marks.0, line, cell);
    }

    /// Takes in what another part or another column showed; the order of merging does not matter.
    pub fn merge(&mut self, other: DateEvidence) {
        self.ambiguous += other.ambiguous;
        self.firsts.merge(other.firsts);
    }

    /// Decides one column: its form first, then the order of day and month.
    #[must_use]
    pub fn decide(&self) -> DateDecision {
        let (serial, epoch) = (self.first(Shows::Serial), self.first(Shows::Epoch));
        let number = serial.into_iter().chain(epoch).min();
        let text = self.first(Shows::Text);
        match (number, text, serial, epoch) {
            (Some(number), Some(text), ..) | (_, None, Some(number), Some(text)) => {
                DateDecision::MixedForms {
                    number: owned(number),
                    text: owned(text),
                }
            }
            _ => self.decide_order(),
        }
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
    fn evidence_does_not_depend_on_the_order_of_parts() {
        let cells = ["03/04/2025", "31/01/2025", "45322", "05/04/2025"];
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
        assert_eq!(parts(&[0, 1, 2, 3]), parts(&[3, 2, 1, 0]));
        assert_eq!(parts(&[0, 1, 2, 3]), evidence(&cells));
    }
}
