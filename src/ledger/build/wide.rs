//! Rows of many months each: a customer is looked for once a row, and its cells are added one after the other.

use super::super::cells::{BLOCK, Cells, Overflow};
use super::super::intern::Sought;
use super::{Part, Sides};
use crate::units::{Amount, Month};

/// A row of many months: whose it is, and where its runs stand among those of its batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct WideRow {
    pub(in crate::ledger) name: Sought,
    pub(in crate::ledger) first: u32,
    pub(in crate::ledger) count: u32,
}

/// The same amount in cells that stand side by side: most customers pay the same from month to month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct WideRun {
    pub(in crate::ledger) units: i64,
    pub(in crate::ledger) scale: u8,
    /// The first period, and the one behind the last.
    pub(in crate::ledger) from: u16,
    pub(in crate::ledger) to: u16,
}

impl WideRun {
    /// The amount in each of its cells.
    pub(in crate::ledger) fn amount(self) -> Amount {
        Amount::new(self.units.into(), self.scale)
    }

    /// How many cells it has.
    pub(in crate::ledger) fn cells(self) -> u64 {
        u64::from(self.to - self.from)
    }

    /// The units of each cell at a scale; `None` where 64 bits do not hold it.
    #[inline]
    fn units_at(self, factors: &[i64; SCALES]) -> Option<i64> {
        let factor = factors.get(usize::from(self.scale)).copied().unwrap_or(0);
        self.units.checked_mul(factor).filter(|_| factor > 0)
    }
}

/// Rows of one part, with the runs of their batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct WideRows<'b> {
    pub(in crate::ledger) rows: &'b [WideRow],
    pub(in crate::ledger) runs: &'b [WideRun],
    /// No amount has more decimals.
    pub(in crate::ledger) scale: u8,
    /// The column of each period's month, and whether no two are the same.
    pub(in crate::ledger) columns: (&'b [u16], bool),
}

/// The number of a month's column; `None` for a month that no date reaches.
pub(in crate::ledger) fn column(month: Month) -> Option<u16> {
    u16::try_from(Cells::column_of(month)?).ok()
}

/// Every scale that an amount of 64 bits can have, and more.
const SCALES: usize = 32;

impl Part {
    /// Adds many rows that count, the names of which stand in one text; only where rows of one key are added up.
    pub(in crate::ledger) fn add_wide(
        &mut self,
        batch: &WideRows<'_>,
        text: &[u8],
        numbers: &mut Vec<u32>,
    ) {
        let names = batch.rows.iter().map(|row| &row.name);
        let known = self.customers.len();
        self.customers.number_all(names, text, numbers);
        let inside = Sides {
            inside: true,
            ..Sides::default()
        };
        self.sides.resize(self.customers.len(), inside);
        let mut held = Ok(());
        if batch.scale > self.cells.scale() {
            self.give_block();
            held = self.cells.widen_to(batch.scale);
        }
        let factors = factors(self.cells.scale());
        let mut next = known;
        for (row, number) in batch.rows.iter().zip(numbers) {
            // New names are numbered in the order of their rows.
            let is_new = *number as usize == next;
            next += usize::from(is_new);
            let is_fresh = self.is_fresh(*number, is_new, batch.columns);
            let runs = &batch.runs[row.first as usize..(row.first + row.count) as usize];
            held = held.and(self.add_runs((*number, is_fresh), runs, batch.columns.0, &factors));
        }
        self.cells.pack_rows(known / BLOCK..next / BLOCK);
        self.overflows |= held.is_err();
    }

    /// True if a customer's cells are for the block that is filled in order, which is started where it is time; false if
    /// they are for the grid, which has the customer's block then.
    #[inline]
    fn is_fresh(
        &mut self,
        number: u32,
        is_new: bool,
        (columns, are_distinct): (&[u16], bool),
    ) -> bool {
        if is_new && (number as usize).is_multiple_of(BLOCK) {
            self.cells.take_over(&mut self.fresh, true);
            if are_distinct {
                self.fresh.start(number, columns);
            }
        }
        let is_of_it = self.fresh.takes(number);
        if is_of_it && !is_new {
            self.give_block();
        }
        is_of_it && is_new
    }

    /// Gives the block that is filled in order to the grid, which alone knows how to add to any cell.
    pub(in crate::ledger) fn give_block(&mut self) {
        self.cells.take_over(&mut self.fresh, false);
    }

    #[inline]
    fn add_runs(
        &mut self,
        (number, mut is_fresh): (u32, bool),
        runs: &[WideRun],
        columns: &[u16],
        factors: &[i64; SCALES],
    ) -> Result<(), Overflow> {
        let mut held = Ok(());
        for run in runs {
            if run.units < 0 {
                self.negatives += run.cells();
            }
            let units = run.units_at(factors);
            if let (true, Some(units)) = (is_fresh, units) {
                self.fresh.add(number, (run.from, run.to), units);
                continue;
            }
            if is_fresh {
                self.give_block();
                is_fresh = false;
            }
            for column in &columns[usize::from(run.from)..usize::from(run.to)] {
                let column = usize::from(*column);
                let added = match units {
                    Some(units) => self.cells.add_small(number, column, units),
                    None => self.cells.add_large(number, column, run.amount()),
                };
                held = held.and(added.map(|_| ()));
            }
        }
        held
    }
}

/// What units of each scale are multiplied by to be at this one; 0 where 64 bits do not hold it.
fn factors(scale: u8) -> [i64; SCALES] {
    let mut factors = [0; SCALES];
    for (factor, less) in factors.iter_mut().zip((0..=scale).rev()) {
        *factor = 10_i64.checked_pow(less.into()).unwrap_or(0);
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_that_is_read_has_a_column() {
        for (year, is_one) in [(1989, false), (1990, true), (2100, true), (2101, false)] {
            let month = Month::new(year, if is_one && year == 2100 { 12 } else { 1 }).unwrap();
            assert_eq!(column(month).is_some(), is_one, "{year}");
        }
    }
}
