//! Blocks of a wide file's customers, filled in their order.
//!
//! A row of a wide file is nearly always of a customer that no row was of before, and customers are numbered in the
//! order of their rows. So a month's cells come in the order of its block, and a packed block is written from its first
//! cell to its last. What is not so, a second row of a customer, is for the grid, which takes the block over first.

use super::Cells;
use super::block::{BLOCK, Bits, Block};
use super::sums::Sums;

/// The block that is being filled, in every month that rows have a column of.
#[derive(Clone, Debug, Default)]
pub(in crate::ledger) struct Fresh {
    /// Which block of customers it is; none after it was taken over before it was full.
    block: Option<u32>,
    /// The numbers of the months' columns in the grid.
    columns: Vec<u16>,
    /// For each month one bit a number with a cell: those of the numbers at hand, and of those before them.
    now: Vec<u64>,
    before: Vec<Bits>,
    /// Which word of bits those at hand are.
    word: usize,
    units: Units,
}

/// For each month the amounts of its cells, in order.
#[derive(Clone, Debug)]
enum Units {
    Small(Vec<Vec<i32>>),
    /// Once one of them needs more bits.
    Medium(Vec<Vec<i64>>),
}

impl Default for Units {
    fn default() -> Units {
        Units::Small(Vec::new())
    }
}

impl Fresh {
    /// True if a customer's cells are those of the block.
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
        (self.block, self.word) = (Some(customer / BLOCK_NUMBERS), 0);
        if self.columns != columns {
            self.columns = columns.to_vec();
            self.now = vec![0; columns.len()];
            self.before = vec![[0; BLOCK / 64]; columns.len()];
            self.units = Units::Small(vec![Vec::new(); columns.len()]);
        }
    }

    /// Adds one amount to cells of a customer, in the months from one to another; customers come in their order.
    #[inline]
    pub(in crate::ledger) fn add(&mut self, customer: u32, (from, to): (u16, u16), units: i64) {
        let (slot, months) = (customer % BLOCK_NUMBERS, usize::from(from)..usize::from(to));
        let word = slot as usize / 64;
        if word != self.word {
            self.next_word(word);
        }
        for bits in &mut self.now[months.clone()] {
            *bits |= 1 << (slot % 64);
        }
        if let (Units::Small(all), Ok(units)) = (&mut self.units, i32::try_from(units)) {
            all[months].iter_mut().for_each(|month| month.push(units));
        } else {
            let all = &mut self.medium()[months];
            for month in all {
                month.push(units);
            }
        }
    }

    /// Puts the bits at hand to those before them.
    fn next_word(&mut self, word: usize) {
        for (now, before) in self.now.iter_mut().zip(&mut self.before) {
            before[self.word] |= std::mem::take(now);
        }
        self.word = word;
    }

    /// The amounts with room for 64 bits.
    #[cold]
    fn medium(&mut self) -> &mut [Vec<i64>] {
        if let Units::Small(all) = &self.units {
            let wider = |month: &Vec<i32>| month.iter().map(|units| i64::from(*units)).collect();
            self.units = Units::Medium(all.iter().map(wider).collect());
        }
        match &mut self.units {
            Units::Medium(all) => all,
            Units::Small(_) => &mut [],
        }
    }

    /// Takes what stands in a month, if anything; the memory of its amounts is used again.
    fn take(&mut self, month: usize) -> Option<(Bits, Sums)> {
        let sums = match &mut self.units {
            Units::Small(all) => taken(&mut all[month]).map(Sums::Small),
            Units::Medium(all) => taken(&mut all[month]).map(Sums::Medium),
        };
        let stated = std::mem::replace(&mut self.before[month], [0; BLOCK / 64]);
        Some((stated, sums?))
    }
}

/// What a list holds, if anything.
fn taken<T: Copy>(list: &mut Vec<T>) -> Option<Box<[T]>> {
    let taken: Box<[T]> = list.as_slice().into();
    list.clear();
    (!taken.is_empty()).then_some(taken)
}

#[expect(clippy::cast_possible_truncation, reason = "1,024")]
const BLOCK_NUMBERS: u32 = BLOCK as u32;

impl Cells {
    /// Takes over what a block holds, packed where it is full and open where more may come.
    pub(in crate::ledger) fn take_over(&mut self, fresh: &mut Fresh, is_full: bool) {
        let Some(block) = fresh.block.take() else {
            return;
        };
        fresh.next_word(0);
        for month in 0..fresh.columns.len() {
            if let Some((stated, sums)) = fresh.take(month) {
                let column = usize::from(fresh.columns[month]);
                self.put_block(column, block as usize, Block::of(stated, sums, is_full));
            }
        }
        // The next block may do with less again.
        if matches!(fresh.units, Units::Medium(_)) {
            fresh.units = Units::Small(vec![Vec::new(); fresh.columns.len()]);
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
