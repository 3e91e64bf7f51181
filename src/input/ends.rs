//! Where cells and records end, as one bit a byte of a piece of text.
//!
//! It takes the same text as [`Structure`](super::structure::Structure), and is for rows of which few cells are looked
//! at one by one: most cells of a wide file are empty, or the same as the one before.

#![expect(
    clippy::inline_always,
    reason = "the walk over blocks is compiled for the processor at hand"
)]

use super::structure::{Block, See, each_block};
use crate::machine::Lanes;

/// One bit for each byte of a text.
#[derive(Debug, Default)]
struct Bits {
    /// At least one word behind the last byte's.
    words: Vec<u64>,
}

impl Bits {
    /// The bits from a place on.
    #[inline]
    fn window(&self, at: usize) -> u64 {
        let Some([word, next]) = self.words.get(at / 64..).and_then(<[u64]>::first_chunk) else {
            return 0;
        };
        word >> (at % 64) | next << 1 << (63 - at % 64)
    }

    /// The first bit that is set, from a place on.
    #[inline]
    fn next(&self, at: usize) -> Option<usize> {
        let window = self.window(at);
        if window != 0 {
            return Some(at + window.trailing_zeros() as usize);
        }
        let from = at / 64 + 1;
        let words = self.words.get(from..)?.iter();
        let (word, bits) = (from..).zip(words).find(|(_, bits)| **bits != 0)?;
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
}

/// Where cells and records end.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    cells: Bits,
    records: Bits,
    /// Where quotes open.
    quotes: Vec<u32>,
    /// True if some line end stands inside quotes: records then have more lines than one.
    pub(crate) has_inner_lines: bool,
}

impl Ends {
    /// Finds all ends in a text that starts at a record's start and in which line feeds end records; false where its
    /// quotes don't stand as they should.
    pub(crate) fn read(&mut self, text: &[u8], delimiter: u8) -> bool {
        for bits in [&mut self.cells, &mut self.records] {
            bits.words.clear();
            bits.words.reserve(text.len() / 64 + 2);
        }
        self.quotes.clear();
        self.has_inner_lines = false;
        if u32::try_from(text.len()).is_err() {
            return false;
        }
        let rest = each_block(text, delimiter, &mut *self);
        self.cells.words.push(0);
        self.records.words.push(0);
        rest == Some(false)
    }

    /// How many empty cells start at the start of a cell, one after the other, at most 64; they may be of several
    /// records.
    #[inline]
    pub(crate) fn empty_from(&self, at: usize) -> usize {
        self.cells.window(at).trailing_ones() as usize
    }

    /// Where the cell at a place ends.
    #[inline]
    pub(crate) fn cell_end(&self, at: usize) -> Option<usize> {
        self.cells.next(at)
    }

    /// Where the record at a place ends; `None` where it has no end.
    #[inline]
    pub(crate) fn record_end(&self, at: usize) -> Option<usize> {
        self.records.next(at)
    }

    /// Where quotes open.
    pub(crate) fn quotes(&self) -> &[u32] {
        &self.quotes
    }
}

impl See for &mut Ends {
    #[inline(always)]
    fn see(&mut self, block: &Block, _: impl Lanes) {
        self.cells.words.push(block.ends);
        self.records.words.push(block.ends & block.lines);
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
        fn it_finds_what_the_structure_finds(
            text in "([ab]{0,90}[,;]?|[a,\n]|,{0,90}|\"[a,\n]{0,50}(\"\")?[b]{0,3}\"|\"|\r?\n){0,30}",
            delimiter in prop::sample::select(vec![b',', b';']),
        ) {
            let (mut structure, mut ends) = (Structure::default(), Ends::default());
            let text = text.as_bytes();
            let is_right = structure.read(text, delimiter);
            prop_assert_eq!(ends.read(text, delimiter), is_right);
            if !is_right {
                return Ok(());
            }
            let all = |next: &dyn Fn(usize) -> Option<usize>| {
                let ends = std::iter::successors(next(0), |end| next(end + 1));
                ends.map(|end| u32::try_from(end).unwrap()).collect::<Vec<_>>()
            };
            prop_assert_eq!(&all(&|at| ends.cell_end(at)), structure.cells());
            let records = structure.cells().iter().copied();
            let records: Vec<u32> = records.filter(|end| text[*end as usize] == b'\n').collect();
            prop_assert_eq!(all(&|at| ends.record_end(at)), records);
            prop_assert_eq!(ends.quotes(), structure.quotes());
            prop_assert_eq!(ends.has_inner_lines, structure.has_inner_lines);
            for (at, end) in structure.cells().iter().enumerate() {
                let behind = structure.cells()[at..].iter().zip(*end..);
                let empty = behind.take_while(|(cell, place)| *cell == place).count();
                prop_assert_eq!(ends.empty_from(*end as usize), empty.min(64));
            }
        }
    }
}
