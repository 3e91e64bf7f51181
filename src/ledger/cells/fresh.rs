//! Blocks of a wide file's customers, filled in their order.
//!
//! A row of a wide file is nearly always of a customer that no row was of before, and customers are numbered in the
//! order of their rows. So a month's cells come in the order of its block, and a packed block is written from its first
//! cell to its last. What is not so, a second row of a customer, is for the grid, which takes the block over first.

use super::Cells;
use super::block::{BLOCK, Bits, Block};

/// The block that is being filled, in every month that rows have a column of.
#[derive(Clone, Debug, Default)]
pub(in crate::ledger) struct Fresh {
    /// Which block of customers it is; none after it was taken over before it was full.
    block: Option<u32>,
    months: Vec<FreshMonth>,
}

#[derive(Clone, Debug)]
struct FreshMonth {
    /// One bit for each number with a cell.
    stated: Bits,
    /// Their amounts, in order.
    units: Vec<i64>,
    /// The number of the month's column in the grid.
    column: u16,
}

impl Fresh {
    /// True if the next cells are those of a customer, who has no cell yet: it is the next one, or opens a block.
    #[inline]
    pub(in crate::ledger) const fn takes(&self, customer: u32) -> bool {
        let Some(block) = self.block else {
            return false;
        };
        customer / BLOCK_NUMBERS == block
    }

    /// Starts the block that a customer is the first one of, the last one taken over; the months have these columns, each
    /// its own.
    pub(in crate::ledger) fn start(&mut self, customer: u32, columns: &[u16]) {
        debug_assert!(
            self.months.iter().all(|month| month.units.is_empty()),
            "the last block was taken over"
        );
        self.block = Some(customer / BLOCK_NUMBERS);
        let known = self.months.iter().map(|month| month.column);
        if !known.eq(columns.iter().copied()) {
            let month = |column: &u16| FreshMonth {
                stated: [0; BLOCK / 64],
                units: Vec::new(),
                column: *column,
            };
            self.months = columns.iter().map(month).collect();
        }
    }

    /// Adds one amount to cells of a customer, in the months from one to another.
    #[inline]
    pub(in crate::ledger) fn add(&mut self, customer: u32, (from, to): (u16, u16), units: i64) {
        let slot = (customer % BLOCK_NUMBERS) as usize;
        let months = self.months.get_mut(usize::from(from)..usize::from(to));
        debug_assert!(months.is_some(), "every month has a column");
        for month in months.unwrap_or_default() {
            month.stated[slot / 64] |= 1 << (slot % 64);
            month.units.push(units);
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "1,024")]
const BLOCK_NUMBERS: u32 = BLOCK as u32;

impl Cells {
    /// Takes over what a block holds, packed where it is full and open where more may come.
    pub(in crate::ledger) fn take_over(&mut self, fresh: &mut Fresh, is_full: bool) {
        let Some(block) = fresh.block.take() else {
            return;
        };
        for month in &mut fresh.months {
            if month.units.is_empty() {
                continue;
            }
            let stated = std::mem::replace(&mut month.stated, [0; BLOCK / 64]);
            let filled = Block::of(stated, &month.units, is_full);
            month.units.clear();
            self.put_block(usize::from(month.column), block as usize, filled);
        }
    }

    fn put_block(&mut self, column: usize, number: usize, block: Block) {
        if self.columns.len() <= column {
            self.columns.resize_with(column + 1, Vec::new);
        }
        let blocks = &mut self.columns[column];
        if blocks.is_empty() {
            self.opened.push(column);
        }
        if blocks.len() <= number {
            blocks.resize_with(number + 1, || None);
        }
        debug_assert!(blocks[number].is_none(), "no row was added to the grid");
        blocks[number] = Some(Box::new(block));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cell;
    use super::*;

    #[test]
    fn a_block_holds_what_its_rows_had() {
        for (is_full, large) in [(true, 1), (false, 1), (true, i64::MAX), (false, i64::MIN)] {
            let (mut fresh, mut cells) = (Fresh::default(), Cells::default());
            fresh.start(1024, &[7, 5, 9]);
            assert!(fresh.takes(1024) && fresh.takes(2047));
            assert!(!fresh.takes(1023) && !fresh.takes(2048));
            for customer in 1024..2048 {
                if customer % 3 == 0 {
                    fresh.add(customer, (0, 2), i64::from(customer));
                }
                fresh.add(customer, (2, 3), if customer == 1500 { large } else { 0 });
            }
            cells.take_over(&mut fresh, is_full);
            assert!(!fresh.takes(1024));
            for customer in 1024..2048 {
                let cell = |column| cells.cell(customer, Cells::month_of(column));
                let third = Cell {
                    units: if customer % 3 == 0 {
                        customer.into()
                    } else {
                        0
                    },
                    is_stated: customer % 3 == 0,
                };
                assert_eq!([cell(5), cell(6), cell(7)], [third, Cell::default(), third]);
                let units = if customer == 1500 { large } else { 0 };
                let stated = Cell {
                    units: units.into(),
                    is_stated: true,
                };
                assert_eq!(cell(9), stated);
            }
            assert_eq!(cells.cell(1023, Cells::month_of(9)), Cell::default());
            // The next block starts empty.
            fresh.start(2048, &[7, 5, 9]);
            fresh.add(2049, (0, 1), 3);
            cells.take_over(&mut fresh, false);
            assert_eq!(cells.units(2049, Cells::month_of(7)), 3);
            assert!(!cells.is_stated(2048, Cells::month_of(7)));
            assert!(cells.add_small(2048, 7, 4).is_ok() && cells.add_small(2049, 7, 4).is_ok());
            assert_eq!(cells.units(2049, Cells::month_of(7)), 7);
        }
    }
}
