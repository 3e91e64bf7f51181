//! One cell of an end column: a date, or one of the ways to say that there is none yet.

use super::mark::{DateMarks, DateOrder};
use super::read::{DateFault, When, read_when};
use crate::input::vocabulary::is_nothing;
use crate::units::FiscalYear;

/// When something ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Not yet.
    Open {
        /// True for a date that stands for *open*, such as `9999-12-31`; false for an empty cell or a word
        /// for it.
        is_sentinel: bool,
    },
    /// On a date, or with a period.
    At(When),
}

/// Reads one cell of an end column.
///
/// An empty cell, `-`, `N/A`, `NULL`, `None`, `\N` and `NaN` mean that there is no end; so do the dates
/// that software writes for it: `9999-12-31`, `2099-12-31`, `0000-00-00` and `1900-01-00`, in any form.
/// Everywhere else those dates are [`DateFault::Placeholder`].
///
/// # Shape
///
/// The [`DateMarks`] are the same under both orders, and are given even where the date is not. A date
/// that stands for *open* shows the order of day and month as any other does.
///
/// # Errors
///
/// [`DateFault`], as for [`read_when`].
///
/// # Example
///
/// ```
/// use nrr::input::date::{DateOrder, End, read_end};
/// use nrr::units::FiscalYear;
///
/// let end = |cell| read_end(cell, DateOrder::MonthFirst, FiscalYear::CALENDAR).1;
/// assert_eq!(end("N/A"), Ok(End::Open { is_sentinel: false }));
/// assert_eq!(end("31/12/9999"), Ok(End::Open { is_sentinel: true }));
/// assert!(matches!(end("2024-01-31"), Ok(End::At(when)) if when.day == 31));
/// ```
pub fn read_end(
    cell: &str,
    order: DateOrder,
    fiscal: FiscalYear,
) -> (DateMarks, Result<End, DateFault>) {
    const NO_END: Result<End, DateFault> = Ok(End::Open { is_sentinel: false });
    if is_nothing(cell) {
        return (DateMarks::NONE, NO_END);
    }
    let (marks, result) = read_when(cell, order, fiscal);
    let end = match result {
        Ok(Some(when)) => Ok(End::At(when)),
        Ok(None) => NO_END,
        Err(DateFault::Placeholder) => Ok(End::Open { is_sentinel: true }),
        // The other order may be the file's; a date that no order reads is no end either way.
        Err(fault) => match read_when(cell, order.other(), fiscal).1 {
            Err(DateFault::Placeholder) => Ok(End::Open { is_sentinel: true }),
            _ => Err(fault),
        },
    };
    (marks, end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::date::DateEvidence;

    fn read(cell: &str, order: DateOrder) -> String {
        match read_end(cell, order, FiscalYear::CALENDAR).1 {
            Ok(End::Open { is_sentinel: true }) => "sentinel".to_owned(),
            Ok(End::Open { is_sentinel: false }) => "open".to_owned(),
            Ok(End::At(when)) => format!("{}-{:02}", when.month, when.day),
            Err(fault) => format!("{fault:?}"),
        }
    }

    #[test]
    fn no_end_is_written_in_many_ways() {
        for cell in [
            "", " ", "-", "–", "N/A", "n/a", "null", "NULL", "None", "\\N", "NaN", " n/a ",
        ] {
            assert_eq!(read(cell, DateOrder::DayFirst), "open", "{cell:?}");
        }
        for cell in [
            "9999-12-31",
            "2099-12-31",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "1900-01-00",
            "1/0/1900",
            "0/1/1900",
            "00/00/0000",
            "31/12/9999",
            "12/31/9999",
            "31.12.2099",
            "12/31/2099",
            "31/12/2099",
            "99991231",
            "31-Dec-9999",
            "9999-12-31T23:59:59Z",
        ] {
            for order in DateOrder::ALL {
                assert_eq!(read(cell, order), "sentinel", "{cell:?}");
            }
        }
    }

    #[test]
    fn other_cells_are_dates_or_faults() {
        for (cell, expected) in [
            ("2024-01-31", "2024-01-31"),
            ("31/01/2024", "2024-01-31"),
            ("2024-01", "2024-01-00"),
            ("2099-12-30", "2099-12-30"),
            ("2999-12-31", "OutOfRange(2999)"),
            ("1900-01-01", "OutOfRange(1900)"),
            ("13/13/2024", "NoSuchDay"),
            ("open", "Unreadable"),
            ("#N/A", "Unreadable"),
        ] {
            assert_eq!(read(cell, DateOrder::DayFirst), expected, "{cell:?}");
        }
        assert_eq!(read("31/01/2024", DateOrder::MonthFirst), "NoSuchDay");
    }

    #[test]
    fn sentinels_show_the_order_of_their_column() {
        let mut evidence = DateEvidence::default();
        for (line, cell) in (2..).zip(["03/04/2025", "31/12/9999", "N/A"]) {
            let marks = read_end(cell, DateOrder::MonthFirst, FiscalYear::CALENDAR).0;
            evidence.add(marks, line, cell);
        }
        let decision = format!("{:?}", evidence.decide());
        assert!(
            decision.contains("DayFirst") && decision.contains("line: 3"),
            "{decision}"
        );
    }

    proptest! {
        #[test]
        fn no_cell_panics(cell in any::<String>()) {
            let day_first = read_end(&cell, DateOrder::DayFirst, FiscalYear::CALENDAR);
            let month_first = read_end(&cell, DateOrder::MonthFirst, FiscalYear::CALENDAR);
            prop_assert_eq!(day_first.0, month_first.0);
        }
    }
}
