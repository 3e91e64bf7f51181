//! Which record is the header.

use super::Line;
use crate::input::number::{Mark, read_amount};

/// How many records are looked at, for the header and below it.
const LOOKED_AT: usize = 30;

/// The place of the header among the records: the first that names columns, with rows below it that are no
/// wider and titles above it that hold less. The first record where none does.
///
/// # Shape
///
/// `is_known` says whether a cell is a header that some role knows, `is_period` whether it names a period;
/// one of the first or two of the second make a header. What is returned counts records, not lines.
pub fn find_header(
    lines: &[Line],
    is_known: &dyn Fn(&str) -> bool,
    is_period: &dyn Fn(&str) -> bool,
) -> usize {
    let mut fullest_above = 0;
    for (at, line) in lines.iter().take(LOOKED_AT).enumerate() {
        let filled = line.filled();
        // A row below a header that nobody knows can look like a header, but holds no more than it.
        if filled >= 2
            && filled > fullest_above
            && names_columns(line, is_known, is_period)
            && has_rows_that_fit(&lines[at..])
        {
            return at;
        }
        fullest_above = fullest_above.max(filled);
    }
    0
}

fn names_columns(
    line: &Line,
    is_known: &dyn Fn(&str) -> bool,
    is_period: &dyn Fn(&str) -> bool,
) -> bool {
    let (mut known, mut periods) = (0, 0);
    for cell in line.cells.iter().filter(|cell| !cell.is_empty()) {
        if is_known(cell) {
            known += 1;
        } else if is_period(cell) {
            periods += 1;
        } else if Mark::ALL
            .into_iter()
            .any(|mark| matches!(read_amount(cell, mark).1, Ok(Some(_))))
        {
            return false;
        }
    }
    known >= 1 || periods >= 2
}

/// Whether at most every fourth row below is wider: `Currency,USD` above a table is none of its rows.
fn has_rows_that_fit(lines: &[Line]) -> bool {
    let Some((header, below)) = lines.split_first() else {
        return false;
    };
    let below = &below[..below.len().min(LOOKED_AT)];
    let width = header.cells.len().max(header.width());
    let wider = below.iter().filter(|line| line.width() > width).count();
    wider * 4 <= below.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rows: &[&str]) -> usize {
        let lines: Vec<Line> = (1..)
            .zip(rows)
            .map(|(number, row)| Line {
                number,
                cells: row.split('|').map(|cell| cell.trim().to_owned()).collect(),
            })
            .collect();
        let is_known = |cell: &str| {
            ["customer", "month", "mrr", "amount", "currency", "period"]
                .contains(&cell.to_lowercase().as_str())
        };
        let is_period = |cell: &str| cell.starts_with("Jan") || cell.starts_with("20");
        find_header(&lines, &is_known, &is_period)
    }

    #[test]
    fn titles_stand_above_the_header() {
        assert_eq!(found(&["customer|month|mrr", "a|2024-01|5"]), 0);
        assert_eq!(
            found(&["MRR Details", "customer|month|mrr", "a|2024-01|5"]),
            1
        );
        assert_eq!(
            found(&[
                "Example Inc||",
                "Sales||",
                "|Jan 2024|Jan 2025|Total",
                "a|5|6|11"
            ]),
            2
        );
    }

    #[test]
    fn pairs_above_a_table_are_not_its_header() {
        assert_eq!(
            found(&[
                "Currency|USD",
                "Period|2024",
                "customer|month|mrr",
                "a|2024-01|5",
                "a|2024-02|5",
                "a|2024-03|5",
            ]),
            2
        );
    }

    #[test]
    fn a_row_is_no_header() {
        assert_eq!(found(&["Kunde|Von|Bis", "month|2024-01|2024-02"]), 0);
        assert_eq!(found(&["Kunde|Umsatz", "mrr|2024-01|100"]), 0);
        assert_eq!(found(&["a|b", "c|d"]), 0);
        assert_eq!(found(&[]), 0);
    }

    #[test]
    fn a_row_with_a_cell_too_many_does_not_unseat_the_header() {
        let mut rows = vec!["customer|month|mrr"];
        rows.extend(["a|2024-01|5"; 6]);
        rows.push("a|b|2024-01|5");
        assert_eq!(found(&rows), 0);
    }
}
