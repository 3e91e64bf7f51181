//! The cells of a customer side by side.

use std::ops::Range;

use super::block::{BLOCK, Block};
use super::{Cell, Cells, position};
use crate::units::Month;

/// How many customers' rows are put together at once.
const ROWS: usize = 16;

impl Cells {
    /// Shows the cells of these months of each customer of some blocks, customers in the order of their numbers.
    pub(in crate::ledger) fn each_row(
        &self,
        months: &[Month],
        numbers: Range<usize>,
        see: &mut dyn FnMut(u32, &[Cell]),
    ) {
        if months.is_empty() {
            return;
        }
        let columns: Vec<Option<&super::Column>> = months
            .iter()
            .map(|month| self.columns.get(position(0, *month).0))
            .collect();
        let deepest = columns.iter().flatten().map(|column| column.len()).max();
        let width = months.len();
        let mut rows = vec![Cell::default(); width * ROWS];
        let end = numbers.end.min(deepest.unwrap_or(0));
        for number in numbers.start..end {
            let first = super::number(0, number * BLOCK);
            let mut blocks: Vec<Option<Walk<'_>>> = columns
                .iter()
                .map(|column| column.and_then(|column| column.get(number)?.as_deref()))
                .map(|block| block.map(Walk::new))
                .collect();
            for (slot, customer) in (0..BLOCK).zip(first..).step_by(ROWS) {
                // A few customers at a time: their rows fit into the nearest cache, and each block is found once.
                for (column, block) in blocks.iter_mut().enumerate() {
                    let places = rows.iter_mut().skip(column).step_by(width);
                    match block {
                        None => places.for_each(|place| *place = Cell::default()),
                        Some(block) => {
                            for (place, slot) in places.zip(slot..) {
                                *place = block.next(slot);
                            }
                        }
                    }
                }
                for (row, customer) in rows.chunks_exact(width).zip(customer..) {
                    see(customer, row);
                }
            }
        }
    }
}

/// One pass over the cells of a block in their order.
struct Walk<'a> {
    block: &'a Block,
    /// How many stated cells lie behind.
    rank: usize,
}

impl Walk<'_> {
    fn new(block: &Block) -> Walk<'_> {
        Walk { block, rank: 0 }
    }

    /// The cell of the slot after the last one asked for.
    fn next(&mut self, slot: usize) -> Cell {
        if !self.block.is_stated(slot) {
            return Cell::default();
        }
        let place = if self.block.is_packed() {
            self.rank
        } else {
            slot
        };
        self.rank += 1;
        Cell {
            units: self.block.sums().get(place),
            is_stated: true,
        }
    }
}
