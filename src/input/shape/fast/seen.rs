//! What the reader knows of the rows at hand, and what it remembers of those before.

use super::super::super::date::{CommonDates, DateMarks, When, read_when};
use super::super::super::number::Marks;
use super::super::plan::{Found, Plan};
use super::super::row_text::text_of;
use crate::ledger::{Interner, RowPlace};
use crate::units::{Grain, Month};

/// How many rows are looked at together: what is known of them stays in the nearest cache.
pub(super) const AT_ONCE: usize = 256;

/// The first month that a date is read of.
pub(super) const ORIGIN: i32 = 1990 * 12;

/// How many different dates are remembered with what they mean.
const DATES_KEPT: usize = 4096;

/// What the cells of some rows are, column by column.
pub(super) struct Seen {
    /// True while no cell of the row needs the general way.
    pub(super) is_plain: [bool; AT_ONCE],
    /// Smallest units, how many decimals they are of, and what the amounts show about their column.
    pub(super) units: [i64; AT_ONCE],
    pub(super) scales: [u8; AT_ONCE],
    pub(super) marks: [Marks; AT_ONCE],
    pub(super) months: [Month; AT_ONCE],
    pub(super) grains: [Grain; AT_ONCE],
    pub(super) days: [u8; AT_ONCE],
    pub(super) date_marks: [DateMarks; AT_ONCE],
    /// Where names start and how many bytes they have.
    pub(super) names: [(usize, usize); AT_ONCE],
    pub(super) products: [Option<(usize, usize)>; AT_ONCE],
    /// The same of the columns beside the amounts, one after the other for each row.
    pub(super) values: Vec<(usize, usize)>,
    /// All that amounts and dates show, plain rows or not.
    pub(super) all_marks: Marks,
    pub(super) all_date_marks: DateMarks,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen {
            is_plain: [false; AT_ONCE],
            units: [0; AT_ONCE],
            scales: [0; AT_ONCE],
            marks: [Marks::NONE; AT_ONCE],
            months: [Month::from_index(ORIGIN); AT_ONCE],
            grains: [Grain::Month; AT_ONCE],
            days: [0; AT_ONCE],
            date_marks: [DateMarks::NONE; AT_ONCE],
            names: [(0, 0); AT_ONCE],
            products: [None; AT_ONCE],
            values: Vec::new(),
            all_marks: Marks::NONE,
            all_date_marks: DateMarks::NONE,
        }
    }
}

/// The currency that the last rows were in.
#[derive(Default)]
pub(super) struct Currency {
    pub(super) cell: Option<Vec<u8>>,
    /// Its code, if it is one that is kept.
    pub(super) code: Option<String>,
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
        cell: Option<&[u8]>,
    ) -> Option<(DateMarks, When)> {
        let cell = cell?;
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
    /// The three letters of the currency that rows are counted in, once there are any.
    pub(super) fn letters(&self) -> Option<[u8; 3]> {
        self.code.as_ref()?;
        letters_of(self.cell.as_deref()?).filter(|_| self.rows > 0)
    }

    /// Hands over what was counted.
    pub(super) fn flush(&mut self, found: &mut Found) {
        if let (Some(code), Some(first)) = (&self.code, self.first.take()) {
            found.tally.add_rows(code, self.rows, first);
        }
        self.rows = 0;
    }
}

/// A cell of three bytes.
#[inline]
pub(super) fn letters_of(cell: &[u8]) -> Option<[u8; 3]> {
    cell.try_into().ok()
}
