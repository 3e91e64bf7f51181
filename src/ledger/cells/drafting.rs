//! Many rows into the drafts of a grid, and drafts into its blocks.

use super::block::{BLOCK, Block};
use super::drafts::{Draft, DraftCell};
use super::{COLUMNS_MAX, Cells, Overflow};

impl Cells {
    /// Asks for where a cell is kept.
    #[inline]
    pub(in crate::ledger) fn bring_near(&self, number: u32, column: usize) {
        let (block, slot) = (number as usize / BLOCK, number as usize % BLOCK);
        self.drafts.bring_near(column, block, slot);
    }

    /// Adds units as [`Cells::add_small`] does, for many rows in any order, with the day of the month of their dates; 0 is none.
    /// The grid is to be [settled](Cells::settle) before anything else is asked of it.
    #[inline]
    pub(in crate::ledger) fn add_dated(
        &mut self,
        number: u32,
        column: usize,
        units: i64,
        day: u8,
    ) -> Result<i128, Overflow> {
        let (block, slot) = (number as usize / BLOCK, number as usize % BLOCK);
        if let Some(cell) = self.drafts.cell(column, block, slot)
            && let Some(sum) = cell.add(units, day)
        {
            return Ok(sum.into());
        }
        self.add_beside((column, block, slot), units, day)
    }

    /// The same where the block has no draft yet, or the sum has no room in it.
    #[cold]
    fn add_beside(
        &mut self,
        (column, block, slot): (usize, usize, usize),
        units: i64,
        day: u8,
    ) -> Result<i128, Overflow> {
        if let Some(cells) = self.room_for_draft(column, block)? {
            self.drafts.begin(column, block, &cells);
            let cell = self.drafts.cell(column, block, slot);
            if let Some(sum) = cell.and_then(|cell| cell.add(units, day)) {
                return Ok(sum.into());
            }
        }
        let block = self.open_at(column, block)?;
        let sum = block.add_small(slot, units)?;
        block.note_day(slot, day);
        Ok(sum)
    }

    /// The cells to begin a draft with; `None` for a block that has one, or that is better added to as it is: packed
    /// with few rows that came late, or with sums that are too large.
    fn room_for_draft(
        &mut self,
        column: usize,
        block: usize,
    ) -> Result<Option<Box<Draft>>, Overflow> {
        if column >= COLUMNS_MAX {
            return Err(Overflow);
        }
        if self.drafts.cell(column, block, 0).is_some() {
            return Ok(None);
        }
        let place = self
            .columns
            .get_mut(column)
            .and_then(|blocks| blocks.get_mut(block));
        if let Some(place @ Some(_)) = place {
            let cells = place.as_ref().and_then(|block| block.as_draft());
            if cells.is_some() {
                *place = None;
            }
            return Ok(cells);
        }
        self.note_opened(column);
        Ok(Some(Box::new([DraftCell::default(); BLOCK])))
    }

    /// Makes a block of every draft.
    pub(in crate::ledger) fn settle(&mut self) {
        for column in 0..self.drafts.columns() {
            self.settle_column(column);
        }
        self.drafts.shrink();
    }

    pub(super) fn settle_column(&mut self, column: usize) {
        for block in 0..self.drafts.blocks(column) {
            self.settle_block(column, block, true);
        }
    }

    pub(super) fn settle_block(&mut self, column: usize, block: usize, packs: bool) {
        let ended = self
            .drafts
            .end(column, block, |draft| Block::from_draft(draft, packs));
        if let Some(ended) = ended {
            let blocks = &mut self.columns[column];
            if blocks.len() <= block {
                blocks.resize_with(block + 1, || None);
            }
            blocks[block] = Some(Box::new(ended));
        }
    }
}
