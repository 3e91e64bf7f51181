//! Rows of many months each on their way to the parts.

use std::sync::PoisonError;

use super::super::build::{WideCell, WideRow};
use super::{Shards, shard};
use crate::units::{Amount, Month};

/// Rows of one thread, sorted by where their customers belong; the cells of all of them in one list.
#[derive(Debug)]
pub struct WideBatch<'s> {
    shards: &'s Shards,
    rows: Vec<Vec<WideRow>>,
    cells: Vec<WideCell>,
    /// How many cells are those of rows; those behind wait for theirs.
    taken: usize,
    /// The most decimals of any, and of those that wait.
    scale: u8,
    waiting_scale: u8,
    numbers: Vec<u32>,
    /// The part to begin with, another one each time: threads spread out.
    first: usize,
}

impl Shards {
    /// A thread's place to collect rows of many months in.
    #[must_use]
    pub fn wide_batch(&self) -> WideBatch<'_> {
        WideBatch {
            shards: self,
            rows: self.parts.iter().map(|_| Vec::new()).collect(),
            cells: Vec::new(),
            taken: 0,
            scale: 0,
            waiting_scale: 0,
            numbers: Vec::new(),
            first: 0,
        }
    }
}

impl WideBatch<'_> {
    /// The largest magnitude of units that a cell has room for.
    pub const UNITS_MAX: i64 = WideCell::UNITS_MAX;

    /// The number of a month's column; `None` for a month that no date reaches.
    #[must_use]
    pub fn column(month: Month) -> Option<u16> {
        WideCell::column(month)
    }

    /// Adds an amount of at most [`WideBatch::UNITS_MAX`] units to the row in the making.
    #[inline]
    pub fn cell(&mut self, column: u16, units: i64, scale: u8) {
        self.waiting_scale = self.waiting_scale.max(scale);
        self.cells.push(WideCell::new(column, units, scale));
    }

    /// Forgets the row in the making.
    pub fn drop_cells(&mut self) {
        self.cells.truncate(self.taken);
        self.waiting_scale = 0;
    }

    /// How many cells the row in the making has.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells.len() - self.taken
    }

    /// The amounts of the row in the making.
    pub fn waiting(&self) -> impl Iterator<Item = Amount> {
        self.cells[self.taken..].iter().map(|cell| cell.amount())
    }

    /// The columns of months that some row has a cell in.
    #[must_use]
    pub fn columns(&self) -> Columns {
        let mut columns = Columns::default();
        for cell in &self.cells[..self.taken] {
            columns.add(cell.month());
        }
        columns
    }

    /// Ends the row in the making, whose name stands in `text`. A row without cells is none.
    ///
    /// # Panics
    ///
    /// Beyond 2^32 cells in a batch: there is a piece of text for each.
    #[inline]
    pub fn end_row(&mut self, text: &[u8], (start, length): (usize, usize)) {
        let count = self.cells();
        if count == 0 {
            return;
        }
        let name = self.shards.hashing.seek(text, start, length);
        let rows = &mut self.rows;
        let part = shard(&name, rows.len());
        let number = |count| u32::try_from(count).expect("fewer than 2^32 cells");
        rows[part].push(WideRow {
            name,
            first: number(self.taken),
            count: number(count),
        });
        self.taken = self.cells.len();
        self.scale = self.scale.max(std::mem::take(&mut self.waiting_scale));
    }

    /// Adds up what was collected; every name of it stands in `text`.
    pub fn send(&mut self, text: &[u8]) {
        self.drop_cells();
        let count = self.rows.len();
        self.first += 1;
        let order = (0..count).map(|number| (number + self.first) % count);
        // The free ones first: no thread waits while it has something to do.
        let mut busy = Vec::new();
        for number in order {
            let rows = &self.rows[number];
            if rows.is_empty() {
                continue;
            }
            match self.shards.parts[number].try_lock() {
                Ok(mut part) => {
                    part.add_wide((rows, &self.cells, self.scale), text, &mut self.numbers);
                }
                Err(_) => busy.push(number),
            }
        }
        for number in busy {
            let part = self.shards.parts[number].lock();
            let mut part = part.unwrap_or_else(PoisonError::into_inner);
            let rows = &self.rows[number];
            part.add_wide((rows, &self.cells, self.scale), text, &mut self.numbers);
        }
        self.rows.iter_mut().for_each(Vec::clear);
        self.cells.clear();
        (self.taken, self.scale) = (0, 0);
    }
}

/// Columns of months.
#[derive(Debug, Default)]
pub struct Columns {
    words: [u64; 32],
}

impl Columns {
    /// True if one of them is this.
    #[must_use]
    pub fn contains(&self, column: u16) -> bool {
        let word = self.words.get(usize::from(column / 64));
        word.is_some_and(|word| word >> (column % 64) & 1 == 1)
    }

    #[inline]
    fn add(&mut self, column: u16) {
        self.words[usize::from(column / 64) % 32] |= 1 << (column % 64);
    }
}
