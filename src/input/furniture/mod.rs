//! What reports put around their rows: titles above the header, group rows, totals, footers.
//!
//! Everything is addressed by line numbers, so that the ordinary reader can read the file and pass over
//! the lines named here. A total is dropped only where its arithmetic holds, and then it proves that
//! what was kept is complete; one that does not add up is asked about.

mod head;
mod message;
mod names;
mod row;
mod strip;
mod subs;
mod sums;
#[cfg(test)]
mod tests;
mod titles;
mod totals;
mod words;

use super::number::Mark;
use crate::error::Place;

pub use head::find_header;
pub use message::furniture_warning;
pub(super) use message::grouped;
pub use strip::strip;
pub(super) use sums::is_same;
pub use titles::{Titles, read_titles};
pub use words::{is_total_like, may_hold_total};

/// One record as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The line it starts on, from 1.
    pub number: u64,
    /// Its cells without the blanks around them; there may be more or fewer than headers.
    pub cells: Vec<String>,
}

impl Line {
    /// A cell, empty where the record is cut short before it.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// How many cells hold something.
    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }

    /// How many cells there are up to the last one that holds something.
    fn width(&self) -> usize {
        let last = self.cells.iter().rposition(|cell| !cell.is_empty());
        last.map_or(0, |at| at + 1)
    }
}

/// The records below the header, and what is known of their columns.
#[derive(Clone, Copy, Debug)]
pub struct Body<'a> {
    /// The file as messages name it.
    pub file: &'a Place,
    /// The header's cells.
    pub header: &'a [String],
    /// Every record below the header, in order.
    pub lines: &'a [Line],
    /// The column of the customer; in reports nearly always the first.
    pub customer: usize,
    /// The column of the date where rows have one: a row with a date is never a total.
    pub date: Option<usize>,
    /// The columns whose sums totals state: the amount, or one column a period. Not a balance, a price or a
    /// quantity, and not the column of row totals, which the reader of rows proves.
    pub amounts: &'a [usize],
    /// The decimal mark of these columns.
    pub mark: Mark,
    /// Columns and the values that `!=` filters leave out of them, none of them empty.
    pub refused: &'a [(usize, &'a str)],
    /// Whether titles stand above the header, which makes the file a report.
    pub is_titled: bool,
}

/// What a dropped line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The name of a group over its rows.
    Group,
    /// A total that is the sum of its rows.
    Total,
    /// The row of a group's total that states no amount.
    Silent,
    /// A total that is no sum of its rows, which a filter leaves out by its name.
    Filtered,
    /// Text below the last row.
    Footer,
    /// Nothing but delimiters.
    Blank,
}

/// One line that is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// Its number.
    pub line: u64,
    /// What it is.
    pub kind: Kind,
    /// Its label as written; empty for blank lines.
    pub text: String,
}

/// Lines that take their customer from a group, whatever their own cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The first line.
    pub first: u64,
    /// The last line.
    pub last: u64,
    /// The customer.
    pub customer: String,
}

/// The sub-customers of a report, named after the customers that they belong to: `Acme:East`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subs {
    /// How many there are.
    pub count: u64,
    /// Of how many customers.
    pub parents: u64,
    /// The first ones in byte order.
    pub examples: Vec<String>,
}

/// What stands around the rows of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Furniture {
    /// The lines that are no rows, in order.
    pub dropped: Vec<Dropped>,
    /// The lines whose customer is a group's, in order and apart from each other.
    pub groups: Vec<Group>,
    /// The sub-customers, each a customer of its own.
    pub subs: Subs,
    /// The line of a total that is the sum of every row kept, if there is one.
    pub proof: Option<u64>,
    /// How many rows are left.
    pub rows: u64,
    /// `Accrual` or `Cash`, where a footer says so.
    pub basis_word: Option<&'static str>,
}

impl Furniture {
    /// Whether a line is passed over by the reader of rows.
    #[must_use]
    pub fn is_dropped(&self, line: u64) -> bool {
        let found = self.dropped.binary_search_by_key(&line, |drop| drop.line);
        found.is_ok()
    }

    /// The customer of a line that stands in a group; `None` where the row's own cell holds.
    #[must_use]
    pub fn customer_at(&self, line: u64) -> Option<&str> {
        let at = self.groups.partition_point(|group| group.last < line);
        let group = self.groups.get(at)?;
        (group.first <= line).then_some(&group.customer)
    }
}
