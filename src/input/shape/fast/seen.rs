//! What the reader knows of the rows at hand, and what it remembers of those before.

use super::super::super::date::{CommonDates, DateMarks, When, read_when};
use super::super::super::number::Plain;
use super::super::plan::{Found, Plan};
use super::super::row_text::text_of;
use super::rows::Line;
use crate::ledger::{Interner, RowPlace};

/// The first month that a date is read of.
pub(super) const ORIGIN: i32 = 1990 * 12;

/// How many different dates are remembered with what they mean.
const DATES_KEPT: usize = 4096;

/// What a row says whose cells are all plain.
pub(super) struct Seen {
    pub(super) amount: Plain,
    pub(super) date_marks: DateMarks,
    pub(super) when: When,
    /// Where its customer's name starts and how many bytes it has.
    pub(super) name: (usize, usize),
    /// The same of its product.
    pub(super) product: Option<(usize, usize)>,
}

/// The currency that the last rows were in.
#[derive(Default)]
pub(super) struct Currency {
    pub(super) cell: Option<Vec<u8>>,
    /// Its code, if it is one that is kept.
    pub(super) code: Option<String>,
    /// Its cell, if it is one that is kept and the cell has three bytes.
    pub(super) letters: Option<[u8; 3]>,
    pub(super) rows: u64,
    pub(super) first: Option<RowPlace>,
}

/// What dates mean that were read before.
#[derive(Default)]
pub(super) struct Dates {
    pub(super) common: CommonDates,
    texts: Interner,
    read: Vec<(DateMarks, When)>,
}

impl Dates {
    /// Reads a date of a less common form. The same few stand in many rows.
    #[inline(never)]
    pub(super) fn read(
        &mut self,
        plan: &Plan<'_>,
        line: &Line<'_>,
        column: usize,
    ) -> Option<(DateMarks, When)> {
        let row = line.row();
        let cell = row.cell(column)?;
        if let Some(when) = self.common.read(cell) {
            return Some((DateMarks::TEXT, when));
        }
        let cell = text_of(cell);
        if let Some(number) = self.texts.find(cell) {
            return self.read.get(number as usize).copied();
        }
        let (marks, when) = read_when(cell, plan.order.0, plan.fiscal_year);
        let read = (marks, when.ok()??);
        if self.read.len() < DATES_KEPT {
            self.texts.intern(cell);
            self.read.push(read);
        }
        Some(read)
    }
}

impl Currency {
    /// Hands over what was counted.
    pub(super) fn flush(&mut self, found: &mut Found) {
        if let (Some(code), Some(first)) = (&self.code, self.first.take()) {
            found.tally.add_rows(code, self.rows, first);
        }
        self.rows = 0;
    }
}
