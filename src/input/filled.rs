//! Where the cells that hold something stand, found for a whole piece of text at once.
//!
//! Most cells of a wide file are empty, and of an empty one nothing is to be known but that it is there. So only the
//! others are written down, each with the number of cells before it. It takes the same text as
//! [`Structure`](super::structure::Structure).

#![expect(
    clippy::inline_always,
    reason = "the walk over blocks is compiled for the processor at hand"
)]

use super::structure::{Block, See, each_block};

/// Room for as many cells as a block can have.
const BLOCK: usize = 64;

/// A cell that holds something: its number in the piece above the place where it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FilledCell(u64);

impl FilledCell {
    /// How many cells stand before it.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the upper half has 32 bits"
    )]
    pub(crate) const fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Where it ends.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
    pub(crate) const fn end(self) -> u32 {
        self.0 as u32
    }
}

/// Where a record ends, and how many cells the piece has up to there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordEnd {
    pub(crate) end: u32,
    /// How many cells.
    pub(crate) cells: u32,
    /// How many of them hold something.
    pub(crate) filled: u32,
}

/// The cells of a piece that hold something.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    /// Those cells, in order; longer than what is used of it.
    cells: Vec<FilledCell>,
    filled: u32,
    /// How many cells there are.
    count: u32,
    /// 1 where a cell has just ended: another end makes an empty one.
    follows_end: u64,
    records: Vec<RecordEnd>,
    /// Where quotes open.
    quotes: Vec<u32>,
    /// True if some line end stands inside quotes: records then have more lines than one.
    pub(crate) has_inner_lines: bool,
}

impl Filled {
    /// The cells that hold something.
    pub(crate) fn cells(&self) -> &[FilledCell] {
        &self.cells[..self.filled as usize]
    }

    /// Where records end.
    pub(crate) fn records(&self) -> &[RecordEnd] {
        &self.records
    }

    /// Where quotes open.
    pub(crate) fn quotes(&self) -> &[u32] {
        &self.quotes
    }

    /// Finds all of them in a text that starts at a record's start and in which line feeds end records; false where its
    /// quotes don't stand as they should.
    pub(crate) fn read(&mut self, text: &[u8], delimiter: u8) -> bool {
        (self.filled, self.count, self.follows_end) = (0, 0, 1);
        self.records.clear();
        self.quotes.clear();
        self.has_inner_lines = false;
        u32::try_from(text.len()).is_ok() && each_block(text, delimiter, self) == Some(false)
    }

    #[cold]
    fn make_room(&mut self) {
        let more = (self.cells.len() * 2).max(1 << 12);
        self.cells.resize(more, FilledCell::default());
    }

    /// Notes the records that end in a block, before its cells are counted.
    #[inline(always)]
    fn end_records(&mut self, block: &Block, filled: u64) {
        let mut bits = block.ends & block.lines;
        while bits != 0 {
            let through = bits ^ bits.wrapping_sub(1);
            self.records.push(RecordEnd {
                end: block.base + bits.trailing_zeros(),
                cells: self.count + (block.ends & through).count_ones(),
                filled: self.filled + (filled & through).count_ones(),
            });
            bits &= bits.wrapping_sub(1);
        }
    }
}

impl See for &mut Filled {
    #[inline(always)]
    fn see(&mut self, block: &Block) {
        let filled = block.ends & !(block.ends << 1 | self.follows_end);
        self.follows_end = block.ends >> 63;
        self.end_records(block, filled);
        if self.cells.len() < self.filled as usize + BLOCK {
            self.make_room();
        }
        let (count, mut bits) = (filled.count_ones(), filled);
        let room = &mut self.cells[self.filled as usize..][..count as usize];
        for cell in room {
            // The bits up to the cell's end: as many cells end there.
            let through = bits ^ bits.wrapping_sub(1);
            let number = self.count + (block.ends & through).count_ones() - 1;
            let end = block.base + bits.trailing_zeros();
            *cell = FilledCell(u64::from(number) << 32 | u64::from(end));
            bits &= bits.wrapping_sub(1);
        }
        self.filled += count;
        self.count += block.ends.count_ones();
        if block.quotes | block.inside != 0 {
            let mut bits = block.quotes & block.inside;
            while bits != 0 {
                self.quotes.push(block.base + bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
            self.has_inner_lines |= block.lines & block.inside != 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::structure::Structure;
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn it_finds_what_the_structure_finds_but_empty_cells(
            text in "([ab]{0,40}[,;]?|[a,\n]|,{0,70}|\"[a,\n]{0,50}(\"\")?[b]{0,3}\"|\"|\r?\n){0,30}",
            delimiter in prop::sample::select(vec![b',', b';']),
        ) {
            let (mut structure, mut filled) = (Structure::default(), Filled::default());
            let text = text.as_bytes();
            let is_right = structure.read(text, delimiter);
            prop_assert_eq!(filled.read(text, delimiter), is_right);
            if !is_right {
                return Ok(());
            }
            let starts = std::iter::once(0).chain(structure.cells().iter().map(|end| end + 1));
            let cells = (0..).zip(structure.cells()).zip(starts);
            let cells = cells.filter(|((_, end), start)| *end > start);
            let cells: Vec<(u32, u32)> = cells.map(|((number, end), _)| (number, *end)).collect();
            let found: Vec<(u32, u32)> =
                filled.cells().iter().map(|cell| (cell.number(), cell.end())).collect();
            prop_assert_eq!(&found, &cells);
            let is_line = |end: &&u32| text[**end as usize] == b'\n';
            let records: Vec<RecordEnd> = structure.cells().iter().filter(is_line).map(|end| {
                let up_to = |ends: &mut dyn Iterator<Item = u32>| {
                    u32::try_from(ends.filter(|at| at <= end).count()).unwrap()
                };
                RecordEnd {
                    end: *end,
                    cells: up_to(&mut structure.cells().iter().copied()),
                    filled: up_to(&mut cells.iter().map(|(_, end)| *end)),
                }
            }).collect();
            prop_assert_eq!(filled.records(), &records);
            prop_assert_eq!(filled.quotes(), structure.quotes());
            prop_assert_eq!(filled.has_inner_lines, structure.has_inner_lines);
        }
    }
}
