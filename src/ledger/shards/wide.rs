//! Rows of many months each on their way to the parts.

use std::sync::PoisonError;

use super::super::build::{WideRow, WideRows, WideRun, column};
use super::{Shards, shard};
use crate::units::{Amount, Month};

/// Rows of one thread, sorted by where their customers belong; the runs of all of them in one list.
#[derive(Debug)]
pub struct WideBatch<'s> {
    shards: &'s Shards,
    /// The columns of the periods' months, and whether no two are the same.
    columns: (Vec<u16>, bool),
    rows: Vec<Vec<WideRow>>,
    runs: Vec<WideRun>,
    /// How many runs are those of rows; those behind wait for theirs.
    taken: usize,
    /// The most decimals of any, and of those that wait.
    scale: u8,
    waiting_scale: u8,
    numbers: Vec<u32>,
    /// The part to begin with, another one each time: threads spread out.
    first: usize,
}

impl Shards {
    /// A thread's place to collect rows of many months in, the last month of each period given; `None` if one of them is
    /// a month that no date reaches.
    #[must_use]
    pub fn wide_batch(&self, months: &[Month]) -> Option<WideBatch<'_>> {
        let columns: Option<Vec<u16>> = months.iter().map(|month| column(*month)).collect();
        let columns = columns.filter(|columns| columns.len() <= WideBatch::PERIODS_MAX)?;
        let mut sorted = columns.clone();
        sorted.sort_unstable();
        let are_distinct = sorted.windows(2).all(|pair| pair[0] < pair[1]);
        Some(WideBatch {
            shards: self,
            columns: (columns, are_distinct),
            rows: self.parts.iter().map(|_| Vec::new()).collect(),
            runs: Vec::new(),
            taken: 0,
            scale: 0,
            waiting_scale: 0,
            numbers: Vec::new(),
            first: 0,
        })
    }
}

impl WideBatch<'_> {
    /// The largest magnitude of units that a cell is taken with.
    pub const UNITS_MAX: i64 = (1 << 47) - 1;

    /// The most periods.
    pub const PERIODS_MAX: usize = 1 << 15;

    /// Adds an amount to the row in the making: in a period behind all that it has amounts in.
    #[inline]
    pub fn cell(&mut self, period: u16, units: i64, scale: u8) {
        self.waiting_scale = self.waiting_scale.max(scale);
        self.runs.push(WideRun {
            units,
            scale,
            from: period,
            to: period + 1,
        });
    }

    /// Adds the amount that was added last once more, in a period behind.
    #[inline]
    pub fn again(&mut self, period: u16) {
        let Some(run) = self.runs.last_mut() else {
            debug_assert!(false, "there is an amount");
            return;
        };
        if run.to == period {
            run.to += 1;
        } else {
            let (from, to) = (period, period + 1);
            let another = WideRun { from, to, ..*run };
            self.runs.push(another);
        }
    }

    /// Adds the amount that was added last to so many periods that follow.
    #[inline]
    pub fn extend(&mut self, periods: u16) {
        if let Some(run) = self.runs.last_mut() {
            run.to += periods;
        }
    }

    /// Forgets the row in the making.
    pub fn drop_row(&mut self) {
        self.runs.truncate(self.taken);
        self.waiting_scale = 0;
    }

    /// The amounts of the row in the making, each with how many cells it stands in side by side.
    pub fn waiting(&self) -> impl Iterator<Item = (Amount, u64)> {
        let waiting = self.runs[self.taken..].iter();
        waiting.map(|run| (run.amount(), run.cells()))
    }

    /// How many amounts the row in the making has, and how many of them are not zero.
    #[must_use]
    pub fn counts(&self) -> (u64, u64) {
        let waiting = self.runs[self.taken..].iter();
        waiting.fold((0, 0), |(all, nonzero), run| {
            let cells = run.cells();
            (
                all + cells,
                nonzero + if run.units == 0 { 0 } else { cells },
            )
        })
    }

    /// Notes the periods that some row has an amount in.
    pub fn note_stated(&self, is_stated: &mut [bool]) {
        for run in &self.runs[..self.taken] {
            let periods = is_stated.get_mut(usize::from(run.from)..usize::from(run.to));
            periods.unwrap_or_default().fill(true);
        }
    }

    /// Ends the row in the making, whose name stands in `text`. A row without amounts is none.
    ///
    /// # Panics
    ///
    /// Beyond 2^32 amounts in a batch: there is a piece of text for each.
    #[inline]
    pub fn end_row(&mut self, text: &[u8], (start, length): (usize, usize)) {
        let count = self.runs.len() - self.taken;
        if count == 0 {
            return;
        }
        let name = self.shards.hashing.seek(text, start, length);
        let rows = &mut self.rows;
        let part = shard(&name, rows.len());
        let number = |count| u32::try_from(count).expect("fewer than 2^32 amounts");
        rows[part].push(WideRow {
            name,
            first: number(self.taken),
            count: number(count),
        });
        self.taken = self.runs.len();
        self.scale = self.scale.max(std::mem::take(&mut self.waiting_scale));
    }

    /// Adds up what was collected; every name of it stands in `text`.
    pub fn send(&mut self, text: &[u8]) {
        self.drop_row();
        let count = self.rows.len();
        self.first += 1;
        let order = (0..count).map(|number| (number + self.first) % count);
        let rows = |number: usize| WideRows {
            rows: &self.rows[number],
            runs: &self.runs,
            scale: self.scale,
            columns: (&self.columns.0, self.columns.1),
        };
        // The free ones first: no thread waits while it has something to do.
        let mut busy = Vec::new();
        for number in order {
            if self.rows[number].is_empty() {
                continue;
            }
            match self.shards.parts[number].try_lock() {
                Ok(mut part) => part.add_wide(&rows(number), text, &mut self.numbers),
                Err(_) => busy.push(number),
            }
        }
        for number in busy {
            let part = self.shards.parts[number].lock();
            let mut part = part.unwrap_or_else(PoisonError::into_inner);
            part.add_wide(&rows(number), text, &mut self.numbers);
        }
        self.rows.iter_mut().for_each(Vec::clear);
        self.runs.clear();
        (self.taken, self.scale) = (0, 0);
    }
}
