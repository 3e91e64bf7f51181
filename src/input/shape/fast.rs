//! The short way through the rows of a long file: whole pieces at once, straight from their bytes.
//!
//! It takes the rows whose cells have plain forms, and does with them what [`long`](super::long) does. Every other row,
//! and every piece whose quotes need a closer look, goes to the general reader, which knows all forms and all errors. So
//! there is one meaning of a row, and this module only knows when it is simple.

mod lean;
mod reader;
mod rows;
mod seen;

use std::fmt;

use super::super::columns::Role;
use super::super::dialect::Terminator;
use super::Shape;
use super::plan::{Plan, layout};
use crate::ledger::Shards;
use crate::policies::Duplicates;

pub(in crate::input) use reader::FastReader;

/// Why the general reader reads every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detour {
    /// The shape is neither the long nor the wide one.
    Shape,
    /// Lines end with a carriage return alone.
    LineEnds,
    /// Lines around the rows, groups, or rows that a pattern leaves out.
    Furniture,
    /// A filter.
    Filter,
    /// Rows of one key are not added up.
    Duplicates,
    /// Empty amounts are zeros.
    EmptyAmount,
    /// Amounts in other currencies are converted or left out.
    Currency,
    /// Amounts are in minor units, or scaled.
    Scale,
    /// A column that changes what an amount means: a status, a quantity, a refund.
    Columns,
    /// Columns that are kept beside the periods of a wide file.
    Beside,
    /// What becomes of each row is asked for.
    Trace,
}

impl fmt::Display for Detour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Detour::Shape => "rows of this shape depend on each other",
            Detour::LineEnds => "lines end with a carriage return alone",
            Detour::Furniture => "lines that are no rows stand among them",
            Detour::Filter => "`where` filters rows",
            Detour::Duplicates => "`duplicates` is not `sum`",
            Detour::EmptyAmount => "`empty-amount` is `zero`",
            Detour::Currency => "amounts in other currencies are converted or left out",
            Detour::Scale => "amounts are in minor units or scaled",
            Detour::Columns => "a column says which rows count, or how",
            Detour::Beside => "columns beside the periods are read",
            Detour::Trace => "rows are followed one by one",
        })
    }
}

/// What stands against the short way of any shape.
pub(super) fn refuse(plan: &Plan<'_>) -> Result<(), Detour> {
    let rules = &plan.rules;
    let has_rules = !rules.keep.is_empty() || !rules.drop.is_empty() || !rules.less.is_empty();
    let is_other_line_end = plan.dialect.terminator != Terminator::Newline;
    let against = [
        (is_other_line_end, Detour::LineEnds),
        (plan.drop_row.is_some(), Detour::Furniture),
        (!plan.filters.is_empty(), Detour::Filter),
        (plan.duplicates != Duplicates::Sum, Detour::Duplicates),
        (plan.is_minor || plan.factor != 1, Detour::Scale),
        (
            has_rules || plan.columns.yearly_twin.is_some(),
            Detour::Columns,
        ),
    ];
    against
        .into_iter()
        .find_map(|(is_so, detour)| is_so.then_some(detour))
        .map_or(Ok(()), Err)
}

/// Where the cells that matter stand.
#[derive(Clone, Copy, Debug)]
struct Cells {
    width: usize,
    customer: usize,
    date: usize,
    amount: usize,
    currency: Option<usize>,
    product: Option<usize>,
}

/// Says where the cells stand, or why rows have to be read the general way.
fn cells(plan: &Plan<'_>) -> Result<Cells, Detour> {
    if plan.columns.shape != Shape::Long {
        return Err(Detour::Shape);
    }
    refuse(plan)?;
    let of = |role: Role| plan.columns.of(role);
    if plan.furniture.is_some() {
        return Err(Detour::Furniture);
    }
    if plan.rates.is_some() {
        return Err(Detour::Currency);
    }
    if of(Role::Status).is_some() || of(Role::Quantity).is_some() {
        return Err(Detour::Columns);
    }
    let place = |role| of(role).ok_or(Detour::Columns);
    Ok(Cells {
        width: plan.columns.header.len(),
        customer: place(Role::Customer)?,
        date: place(Role::Date)?,
        amount: place(Role::Amount)?,
        currency: of(Role::Currency),
        product: of(Role::Product),
    })
}

/// The parts that threads fill on the short way, or why it cannot be taken.
///
/// # Errors
///
/// Why every row is read the general way.
pub(in crate::input) fn shards(plan: &Plan<'_>, threads: usize) -> Result<Shards, Detour> {
    cells(plan)?;
    Ok(Shards::new(threads, plan.duplicates, layout(plan.columns)))
}

#[cfg(test)]
mod tests;
