//! Columns that hold the sum of each row.

use super::row::{Row, Stated, stated};
use super::sums::is_same;
use super::words::{is_bare, key};
use super::{Body, message};
use crate::error::Message;
use crate::units::Amount;

/// The columns named like totals, each proved row by row.
///
/// # Errors
///
/// One [`unproven-total`](crate::error::Code::UnprovenTotal) a column with rows that it is not the sum of.
pub(super) fn total_columns(
    body: &Body<'_>,
    rows: &[Row<'_>],
) -> Result<Vec<usize>, Vec<(u64, Message)>> {
    let mut columns = Vec::new();
    let mut faults = Vec::new();
    for column in named(body) {
        match first_fault(body, rows, column) {
            None => columns.push(column),
            Some(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(columns)
    } else {
        Err(faults)
    }
}

/// Where one column alone holds amounts, a column of totals is no sum of it.
pub(super) fn named(body: &Body<'_>) -> Vec<usize> {
    if body.amounts.len() < 2 {
        return Vec::new();
    }
    let headers = body.header.iter().enumerate();
    headers
        .filter(|(column, name)| {
            !body.amounts.contains(column) && *column != body.customer && is_bare(&key(name))
        })
        .map(|(column, _)| column)
        .collect()
}

fn first_fault(body: &Body<'_>, rows: &[Row<'_>], column: usize) -> Option<(u64, Message)> {
    let mut first = None;
    let mut count = 0;
    for (row, line) in rows.iter().zip(body.lines) {
        if !row.has_amount {
            continue;
        }
        let Stated::Amount(total) = Stated::read(line.cell(column), body.mark) else {
            continue;
        };
        // A cell that is no amount is the row reader's to report.
        let Some(sum) = sum_of(&stated(body, line)) else {
            continue;
        };
        if !is_same(sum, total, body.amounts.len() as u64) {
            count += 1;
            first = first.or(Some((line, sum)));
        }
    }
    let (line, sum) = first?;
    let fault = message::unproven_column(body, line, column, sum, count);
    Some((line.number, fault))
}

fn sum_of(row: &[Stated]) -> Option<Amount> {
    row.iter().try_fold(Amount::ZERO, |sum, stated| {
        sum.checked_add(stated.amount()?)
    })
}
