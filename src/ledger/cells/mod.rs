//! Amounts by customer and month, in blocks that exist only where something was added.
//!
//! A column is a month, a block 1,024 customers of it. Amounts are integers at one scale for the
//! whole grid; a block is 32 bits wide until a sum outgrows it, then 64, then 128. Files mostly go from month to
//! month: a column that others were opened after is packed, and opened again where a row comes late.

mod block;
mod days;
mod drafting;
mod drafts;
mod fresh;
mod rows;
mod sums;

use std::ops::Range;

use crate::units::{Amount, Month};
pub(super) use block::Block;
pub use block::{BLOCK, Bits, each_bit};
use days::SEVERAL;
use drafts::Drafts;
pub(super) use fresh::Fresh;
pub(super) use sums::Sums;

/// The first month a column can stand for: January 1990, the earliest date that is read.
const ORIGIN: i32 = 1990 * 12;

/// How many columns there can be: to the end of 2100, the latest date that is read.
const COLUMNS_MAX: usize = (2101 - 1990) * 12;

/// How many columns stay open beside a new one: rows of a few months may stand side by side in a file, or
/// be read at the same time.
const OPEN: usize = 3;

/// A sum that 128 bits do not hold, or a month that no date reaches.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow;

/// What stands in one cell of a ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The sum in smallest units; 0 where nothing was added.
    pub units: i128,
    /// True if a row stated it, be it zero.
    pub is_stated: bool,
}

/// A grid of sums, customers × months.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    scale: u8,
    columns: Vec<Column>,
    /// The columns with a block, in the order in which they got their first one.
    opened: Vec<usize>,
    /// What many rows are added to before it becomes a block; nothing once the grid is settled.
    drafts: Drafts,
}

/// The blocks of a month.
type Column = Vec<Option<Box<Block>>>;

impl Cells {
    /// How many customers share a block.
    pub(super) const BLOCK: usize = BLOCK;

    /// The decimals of every cell.
    pub(super) const fn scale(&self) -> u8 {
        self.scale
    }

    /// Adds an amount to a cell; the scale of the grid grows where the amount has more decimals.
    pub(super) fn add(
        &mut self,
        customer: u32,
        month: Month,
        amount: Amount,
    ) -> Result<(), Overflow> {
        if amount.scale() > self.scale {
            self.rescale(amount.scale())?;
        }
        let units = amount.units_at(self.scale).ok_or(Overflow)?;
        let column = Cells::column_of(month).ok_or(Overflow)?;
        if let Ok(units) = i64::try_from(units) {
            self.add_small(customer, column, units)?;
        } else {
            let (block, slot) = self.open(customer, month)?;
            block.add(slot, units)?;
        }
        Ok(())
    }

    /// The column of a month, for [`Cells::add_small`]; `None` for a month that no date reaches.
    pub(super) fn column_of(month: Month) -> Option<usize> {
        let column = usize::try_from(month.index() - ORIGIN).ok()?;
        (column < COLUMNS_MAX).then_some(column)
    }

    pub(super) fn month_of(column: usize) -> Month {
        Month::from_index(ORIGIN + i32::try_from(column).unwrap_or(i32::MAX - ORIGIN))
    }

    /// Adds units at the grid's own scale to the cell of a number and a column, and gives its sum.
    ///
    /// Nothing is looked up or made where the block is there, so that many of these in a row wait for memory at
    /// the same time.
    #[inline]
    pub(super) fn add_small(
        &mut self,
        number: u32,
        column: usize,
        units: i64,
    ) -> Result<i128, Overflow> {
        let slot = number as usize % BLOCK;
        let blocks = self.columns.get_mut(column);
        let block = blocks.and_then(|blocks| blocks.get_mut(number as usize / BLOCK));
        let block = match block {
            Some(Some(block)) => block,
            _ => self.open_at(column, number as usize / BLOCK)?,
        };
        block.add_small(slot, units)
    }

    /// Adds any amount that has no more decimals than the grid, and gives the sum.
    pub(super) fn add_large(
        &mut self,
        number: u32,
        column: usize,
        amount: Amount,
    ) -> Result<i128, Overflow> {
        let units = amount.units_at(self.scale).ok_or(Overflow)?;
        let block = self.open_at(column, number as usize / BLOCK)?;
        block.add(number as usize % BLOCK, units)
    }

    /// A grid without cells whose amounts have so many decimals.
    pub(super) fn with_scale(scale: u8) -> Cells {
        Cells {
            scale,
            ..Cells::default()
        }
    }

    /// Puts a sum into a cell, whatever stood there.
    pub(super) fn put(&mut self, customer: u32, month: Month, cell: Cell) {
        // No month is out of reach that was in a grid of the same horizon.
        if let Ok((block, slot)) = self.open(customer, month) {
            block.put(slot, cell);
        }
    }

    /// What stands in a cell.
    pub(super) fn cell(&self, customer: u32, month: Month) -> Cell {
        Cell {
            units: self.units(customer, month),
            is_stated: self.is_stated(customer, month),
        }
    }

    /// The block and the place in it of a cell, made if it is not there yet.
    fn open(&mut self, customer: u32, month: Month) -> Result<(&mut Block, usize), Overflow> {
        let (column, block, slot) = position(customer, month);
        Ok((self.open_at(column, block)?, slot))
    }

    #[cold]
    fn open_at(&mut self, column: usize, block: usize) -> Result<&mut Block, Overflow> {
        if column >= COLUMNS_MAX {
            return Err(Overflow);
        }
        self.note_opened(column);
        self.settle_block(column, block, false);
        let blocks = &mut self.columns[column];
        if blocks.len() <= block {
            blocks.resize_with(block + 1, || None);
        }
        Ok(blocks[block].get_or_insert_default())
    }

    /// Packs these blocks of every month: rows of many months each fill them from the first to the last.
    pub(super) fn pack_rows(&mut self, blocks: Range<usize>) {
        for column in &mut self.columns {
            let end = blocks.end.min(column.len());
            let behind = column.get_mut(blocks.start.min(end)..end);
            behind
                .into_iter()
                .flatten()
                .flatten()
                .for_each(|block| block.pack());
        }
    }

    /// Notes that a column gets a block; the one that was opened a few before its first is packed.
    fn note_opened(&mut self, column: usize) {
        if self.columns.len() <= column {
            self.columns.resize_with(column + 1, Vec::new);
        }
        if !self.columns[column].is_empty() || self.drafts.has_column(column) {
            return;
        }
        self.opened.push(column);
        let last = self.opened.len().checked_sub(1 + OPEN);
        if let Some(last) = last.map(|place| self.opened[place]) {
            self.settle_column(last);
            for block in self.columns[last].iter_mut().flatten() {
                block.pack();
            }
        }
    }

    /// Notes the day of a row that was added to a cell; 0 is none.
    pub(super) fn note_day(&mut self, customer: u32, month: Month, day: u8) {
        let (column, ..) = position(customer, month);
        self.note_day_at(customer, column, day);
    }

    /// The same for the column of a month.
    #[inline]
    pub(super) fn note_day_at(&mut self, number: u32, column: usize, day: u8) {
        let blocks = self.columns.get_mut(column);
        let block = blocks.and_then(|blocks| blocks.get_mut(number as usize / BLOCK));
        if let Some(Some(block)) = block {
            block.note_day(number as usize % BLOCK, day);
        }
    }

    /// Every cell whose rows have several dates, by month and number.
    pub(super) fn with_several_days(&self) -> Vec<(u32, Month)> {
        let mut found = Vec::new();
        for (month, first, block) in self.blocks() {
            if block.may_have_several_days() {
                let several = block.places();
                let several = several.filter(|cell| block.day_at(*cell) == SEVERAL);
                found.extend(several.map(|(slot, _)| (number(first, slot), month)));
            }
        }
        found
    }

    /// The sum of a cell in smallest units; 0 where nothing was added.
    pub(super) fn units(&self, customer: u32, month: Month) -> i128 {
        let (_, _, slot) = position(customer, month);
        let block = self.block(customer, month);
        block.map_or(0, |block| block.units(slot))
    }

    /// Every cell that a row was added to, by month and number.
    pub(super) fn stated(&self) -> impl Iterator<Item = (u32, Month)> {
        self.blocks().flat_map(|(month, first, block)| {
            let slots = block.places().map(|(slot, _)| slot);
            slots.map(move |slot| (number(first, slot), month))
        })
    }

    /// True if a row was added to the cell, be it of zero.
    pub(super) fn is_stated(&self, customer: u32, month: Month) -> bool {
        let (_, _, slot) = position(customer, month);
        self.block(customer, month)
            .is_some_and(|block| block.is_stated(slot))
    }

    /// Adds every cell of another grid, its customers renumbered.
    pub(super) fn merge(&mut self, other: &Cells, renumbered: &[u32]) -> Result<(), Overflow> {
        for (month, first, block) in other.blocks() {
            for (slot, place) in block.places() {
                let amount = Amount::new(block.sums().get(place), other.scale);
                let customer = renumbered[number(first, slot) as usize];
                self.add(customer, month, amount)?;
                self.note_day(customer, month, block.day(slot));
            }
        }
        Ok(())
    }

    /// Takes all blocks of another grid, whose numbers then start with `first_block` times 1,024. Nothing may stand
    /// there yet.
    pub(super) fn append(&mut self, mut other: Cells, first_block: usize) -> Result<(), Overflow> {
        self.widen_to(other.scale)?;
        other.widen_to(self.scale)?;
        if self.columns.len() < other.columns.len() {
            self.columns.resize_with(other.columns.len(), Vec::new);
        }
        for (column, theirs) in other.columns.into_iter().enumerate() {
            if theirs.is_empty() {
                continue;
            }
            let mine = &mut self.columns[column];
            if mine.is_empty() {
                self.opened.push(column);
            }
            debug_assert!(
                mine.iter().skip(first_block).all(Option::is_none),
                "blocks of two grids are not for the same numbers"
            );
            mine.resize_with(first_block, || None);
            mine.extend(theirs);
        }
        Ok(())
    }

    /// The same cells, each counted for the number that `unit` gives for its customer and month, or left out.
    ///
    /// Customers with rows of one date each are no customer with several: days of different numbers are not held
    /// against each other.
    pub(super) fn regrouped(&self, unit: &dyn Fn(u32, Month) -> Option<u32>) -> Cells {
        let mut regrouped = Cells::with_scale(self.scale);
        for (month, first, block) in self.blocks() {
            for (slot, place) in block.places() {
                let Some(number) = unit(number(first, slot), month) else {
                    continue;
                };
                // No sum is larger than that of all magnitudes, which was found to fit.
                let amount = Amount::new(block.sums().get(place), self.scale);
                let added = regrouped.add(number, month, amount);
                debug_assert!(added.is_ok(), "the magnitudes of a ledger are bounded");
                let day = block.day(slot);
                if day == SEVERAL || regrouped.day(number, month) == 0 {
                    regrouped.note_day(number, month, day);
                }
            }
        }
        regrouped
    }

    /// The day of a cell's dates; 0 where it has none.
    fn day(&self, customer: u32, month: Month) -> u8 {
        let (_, _, slot) = position(customer, month);
        let block = self.block(customer, month);
        block.map_or(0, |block| block.day(slot))
    }

    /// The sum of the magnitudes of all cells: no sum formed later is larger.
    pub(super) fn magnitude(&self) -> Result<u128, Overflow> {
        let mut total: u128 = 0;
        for block in self.columns.iter().flatten().flatten() {
            total = total.checked_add(block.magnitude()?).ok_or(Overflow)?;
        }
        Ok(total)
    }

    /// True if the sum of the magnitudes of all cells is no larger than this one. Cells are looked at only where their
    /// widths do not say it.
    pub(super) fn is_within(&self, most: u128) -> bool {
        let blocks = self.columns.iter().flatten().flatten();
        let bounds = blocks.map(|block| block.sums().bound());
        let bound = bounds
            .into_iter()
            .try_fold(0_u128, |all, bound| all.checked_add(bound?));
        if bound.is_some_and(|bound| bound <= most) {
            return true;
        }
        self.magnitude().is_ok_and(|magnitude| magnitude <= most)
    }

    /// Adds every cell of another grid over the same customers times the rate of its month; cells of a month
    /// without a rate are left out.
    pub(super) fn add_times(
        &mut self,
        other: &Cells,
        rate: impl Fn(Month) -> Option<Amount>,
    ) -> Result<(), Overflow> {
        for (month, first, block) in other.blocks() {
            let Some(rate) = rate(month) else { continue };
            for (slot, place) in block.places() {
                let units = block.sums().get(place).checked_mul(rate.units());
                let scale = other.scale + rate.scale();
                let amount = Amount::new(units.ok_or(Overflow)?, scale);
                self.add(number(first, slot), month, amount)?;
                self.note_day(number(first, slot), month, block.day(slot));
            }
        }
        Ok(())
    }

    /// Gives every amount at least so many decimals.
    pub(super) fn widen_to(&mut self, scale: u8) -> Result<(), Overflow> {
        if scale > self.scale {
            self.rescale(scale)?;
        }
        Ok(())
    }

    /// Every block with its month and the first number it is of, by month and number.
    fn blocks(&self) -> impl Iterator<Item = (Month, u32, &Block)> {
        let months = (ORIGIN..).map(Month::from_index).zip(&self.columns);
        months.flat_map(|(month, column)| {
            let numbered = column.iter().zip((0..).step_by(BLOCK));
            numbered.filter_map(move |(block, first)| Some((month, first, block.as_deref()?)))
        })
    }

    fn block(&self, customer: u32, month: Month) -> Option<&Block> {
        self.block_at(customer as usize / BLOCK, month)
    }

    /// The cells of a month from the number 1,024 × `block` on.
    pub(super) fn block_at(&self, block: usize, month: Month) -> Option<&Block> {
        let column = Cells::column_of(month)?;
        self.columns.get(column)?.get(block)?.as_deref()
    }

    fn rescale(&mut self, scale: u8) -> Result<(), Overflow> {
        let factor = 10_i128.pow(u32::from(scale - self.scale));
        self.settle();
        for block in self.columns.iter_mut().flatten().flatten() {
            block.multiply(factor)?;
        }
        self.scale = scale;
        Ok(())
    }

    /// How many bytes the blocks take.
    #[cfg(test)]
    fn bytes(&self) -> usize {
        let blocks = self.columns.iter().flatten().flatten();
        blocks.map(|block| block.bytes()).sum()
    }
}

/// The number of a slot in a block that starts with `first`.
fn number(first: u32, slot: usize) -> u32 {
    first + u32::try_from(slot).unwrap_or(0)
}

/// Which column, block and slot a cell stands in.
fn position(customer: u32, month: Month) -> (usize, usize, usize) {
    let column = usize::try_from(month.index() - ORIGIN).unwrap_or(usize::MAX - 1);
    let customer = customer as usize;
    (column, customer / BLOCK, customer % BLOCK)
}

#[cfg(test)]
mod tests;
