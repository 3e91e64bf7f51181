//! The order of day and month as starts and ends show it: nothing ends before it starts.

use super::end::{End, read_end};
use super::mark::DateOrder;
use super::read::{When, read_when};
use crate::units::FiscalYear;

/// A row that ends before it starts in one order: its line, start and end as written.
type Reversed = (u64, Box<str>, Box<str>);

/// What the starts and ends of a file show about the order of day and month, where no date shows it by
/// itself.
///
/// This is evidence and no proof: a slip in one row can be the only row that shows anything. Say so where
/// it decides.
///
/// # Example
///
/// ```
/// use nrr::input::date::{DateOrder, TermEvidence};
///
/// let mut evidence = TermEvidence::default();
/// evidence.add(2, "05/01/2024", "04/02/2024"); // 5 January to 4 February, or 1 May to 2 April
/// assert_eq!(evidence.decide().map(|shown| shown.order), Some(DateOrder::DayFirst));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermEvidence {
    /// The first row that is reversed day first, and the first that is month first.
    reversed: [Option<Reversed>; 2],
}

/// The order that starts and ends show, and the row that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermOrder {
    /// The order in which no row ends before it starts.
    pub order: DateOrder,
    /// The first line that would in the other order.
    pub line: u64,
    /// Its start as written.
    pub start: String,
    /// Its end as written.
    pub end: String,
}

impl TermEvidence {
    /// Takes note of one row; cells that are no date in an order show nothing of it.
    pub fn add(&mut self, line: u64, start: &str, end: &str) {
        for (order, slot) in DateOrder::ALL.into_iter().zip(&mut self.reversed) {
            if is_reversed(start, end, order) {
                keep_first(slot, (line, start.into(), end.into()));
            }
        }
    }

    /// Takes in what other rows showed; the order of merging does not matter.
    pub fn merge(&mut self, other: TermEvidence) {
        for (slot, theirs) in self.reversed.iter_mut().zip(other.reversed) {
            if let Some(row) = theirs {
                keep_first(slot, row);
            }
        }
    }

    /// The one order in which nothing ends before it starts; `None` where both or neither are so.
    #[must_use]
    pub fn decide(&self) -> Option<TermOrder> {
        let (order, (line, start, end)) = match &self.reversed {
            [Some(row), None] => (DateOrder::MonthFirst, row),
            [None, Some(row)] => (DateOrder::DayFirst, row),
            _ => return None,
        };
        Some(TermOrder {
            order,
            line: *line,
            start: start.to_string(),
            end: end.to_string(),
        })
    }
}

fn keep_first(slot: &mut Option<Reversed>, row: Reversed) {
    if slot.as_ref().is_none_or(|first| row < *first) {
        *slot = Some(row);
    }
}

/// True if both are dates and the end lies before the start. Labels have no days to compare.
fn is_reversed(start: &str, end: &str, order: DateOrder) -> bool {
    let start = read_when(start, order, FiscalYear::CALENDAR).1;
    let end = read_end(end, order, FiscalYear::CALENDAR).1;
    let (Ok(Some(start)), Ok(End::At(end))) = (start, end) else {
        return false;
    };
    let day = |when: When| (when.month, when.day);
    start.day > 0 && end.day > 0 && day(end) < day(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(rows: &[(&str, &str)]) -> String {
        let mut evidence = TermEvidence::default();
        for (line, (start, end)) in (2..).zip(rows) {
            evidence.add(line, start, end);
        }
        match evidence.decide() {
            Some(shown) => format!("{} {}", shown.order.word(), shown.line),
            None => "open".to_owned(),
        }
    }

    #[test]
    fn terms_that_would_be_reversed_show_the_order() {
        for (rows, expected) in [
            (&[("05/01/2024", "04/02/2024")][..], "dmy 2"),
            (&[("01/05/2024", "02/04/2024")], "mdy 2"),
            (&[("01/02/2024", ""), ("01/05/2024", "02/04/2024")], "mdy 3"),
            (&[("01/02/2024", "01/02/2025")], "open"),
            (
                &[("05/01/2024", "04/02/2024"), ("01/05/2024", "02/04/2024")],
                "open",
            ),
            (&[("05/06/2024", "9999-12-31")], "open"),
            (&[("2024-05-01", "2024-04-01")], "open"),
            (&[("May 2024", "01/02/2024")], "open"),
        ] {
            assert_eq!(decided(rows), expected, "{rows:?}");
        }
    }

    #[test]
    fn evidence_does_not_depend_on_the_order_of_parts() {
        let part = |line, start, end| {
            let mut part = TermEvidence::default();
            part.add(line, start, end);
            part
        };
        let parts = [
            part(4, "05/01/2024", "04/02/2024"),
            part(2, "01/02/2024", "N/A"),
            part(3, "06/01/2024", "04/02/2024"),
        ];
        let mut forward = TermEvidence::default();
        let mut backward = TermEvidence::default();
        for part in &parts {
            forward.merge(part.clone());
        }
        for part in parts.iter().rev() {
            backward.merge(part.clone());
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.decide().map(|shown| shown.line), Some(3));
    }
}
