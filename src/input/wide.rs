//! Files with one column a period, told by their header.

use super::date::{DateFault, DateOrder, read_when};
use super::header;
use crate::units::FiscalYear;

/// The headers that name periods, where they are at least two: the file is wide.
pub(super) fn period_headers(cells: &[String]) -> Option<Vec<&str>> {
    let found: Vec<&str> = cells
        .iter()
        .map(String::as_str)
        .filter(|cell| is_period(cell))
        .collect();
    (found.len() >= 2).then_some(found)
}

/// True for `2024-01`, `Jan-24`, `Q1 2024`, `FY24`, `Jan` and `M1`, also beside a word such as `mrr`.
fn is_period(cell: &str) -> bool {
    const BESIDE: &[&str] = &["mrr", "arr", "acv", "rev", "revenue", "amount", "sales"];
    let words: Vec<String> = header::folded(cell)
        .split(' ')
        .filter(|word| !BESIDE.contains(word))
        .map(str::to_owned)
        .collect();
    if cell.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number of four digits is a year; `202401` is read below.
        return matches!(cell.parse(), Ok(1990..=2100)) || reads(cell);
    }
    reads(cell) || reads(&words.join(" ")) || reads(&words.join("-"))
}

fn reads(label: &str) -> bool {
    let (_, when) = read_when(label, DateOrder::MonthFirst, FiscalYear::CALENDAR);
    matches!(
        when,
        Ok(Some(_))
            | Err(DateFault::FiscalStartUnknown | DateFault::YearUnknown | DateFault::Relative)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_name_periods_are_found_in_any_spelling() {
        for header in [
            "2024-01,2024-02",
            "Jan-24,Feb-24",
            "Jan,Feb",
            "mrr_2024_01,mrr_2024_02",
            "2024-Q1,2024-Q2",
            "Q1 2024,Q2 2024",
            "2023,2024",
            "FY23,FY24",
            "MRR 2024-01,MRR 2024-02",
        ] {
            let cells: Vec<String> = header.split(',').map(str::to_owned).collect();
            assert_eq!(
                period_headers(&cells).map(|found| found.len()),
                Some(2),
                "{header}"
            );
        }
    }

    #[test]
    fn other_headers_are_none() {
        let header = "customer,mrr,region,plan,month,2024-01,id 1,note 2,,#3";
        let cells: Vec<String> = header.split(',').map(str::to_owned).collect();
        assert_eq!(period_headers(&cells), None);
    }
}
