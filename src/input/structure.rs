//! Where the cells and records of a piece of text end, found for the whole piece at once.
//!
//! Only for text in which quotes stand as RFC 4180 has them: around whole cells, doubled inside. There a byte lies inside
//! quotes exactly if an odd number of them stands before it. Any other text is for
//! [`Records`](super::scan::Records), which goes byte by byte and knows what real exports add.

#![expect(
    clippy::inline_always,
    reason = "the walk over blocks is compiled for the processor at hand"
)]

use crate::machine::{Lanes, ROOM, Walk, with_widest};

/// Where cells and records end.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    /// The places of the delimiters and line ends outside quotes, in order, behind one that stands before the text;
    /// longer than what is used of it.
    cells: Places,
    /// How many line ends stand outside quotes.
    lines: u64,
    /// Those of the quotes that open.
    quotes: Places,
    /// Those of delimiters inside quotes, and of the second of two quotes there.
    inner: Places,
    /// True if some line end stands inside quotes: records then have more lines than one.
    pub(crate) has_inner_lines: bool,
    /// True if the quotes of the text stand as they should.
    pub(crate) is_by_rules: bool,
}

impl Structure {
    /// Where cells end.
    pub(crate) fn cells(&self) -> &[u32] {
        &self.marks()[1..]
    }

    /// The same behind one place before the text, where the first cell starts.
    pub(crate) fn marks(&self) -> &[u32] {
        &self.cells.places[..self.cells.count]
    }

    /// How many line ends stand outside quotes.
    pub(crate) const fn lines(&self) -> u64 {
        self.lines
    }

    /// Where quotes open.
    pub(crate) fn quotes(&self) -> &[u32] {
        &self.quotes.places[..self.quotes.count]
    }

    /// Where delimiters stand inside quotes, and the second of two quotes there.
    pub(crate) fn inner(&self) -> &[u32] {
        &self.inner.places[..self.inner.count]
    }

    /// Finds all ends in a text that starts at a record's start and in which line feeds end records; false where its
    /// quotes don't stand as they should.
    pub(crate) fn read(&mut self, text: &[u8], delimiter: u8) -> bool {
        (self.quotes.count, self.inner.count) = (0, 0);
        self.cells.places.resize(self.cells.places.len().max(1), 0);
        (self.cells.places[0], self.cells.count) = (u32::MAX, 1);
        (self.has_inner_lines, self.is_by_rules, self.lines) = (false, false, 0);
        if u32::try_from(text.len()).is_err() {
            return false;
        }
        self.is_by_rules = each_block(text, delimiter, &mut *self) == Some(false);
        self.is_by_rules
    }
}

impl See for &mut Structure {
    #[inline(always)]
    fn see(&mut self, block: &Block, lanes: impl Lanes) {
        self.cells.add(block.ends, block.base, lanes);
        self.lines += u64::from((block.ends & block.lines).count_ones());
        if block.quotes | block.inside != 0 {
            self.quotes
                .add(block.quotes & block.inside, block.base, lanes);
            self.inner.add(block.inner, block.base, lanes);
            self.has_inner_lines |= block.lines & block.inside != 0;
        }
    }
}

/// What stands in 64 bytes, one bit a byte.
pub(crate) struct Block {
    pub(crate) base: u32,
    /// Delimiters and line ends outside quotes.
    pub(crate) ends: u64,
    pub(crate) lines: u64,
    pub(crate) quotes: u64,
    /// What lies inside quotes, an opening one included.
    pub(crate) inside: u64,
    /// Delimiters there, and the second of two quotes.
    pub(crate) inner: u64,
}

/// Who is shown the blocks of a text. No closure: it may not be compiled into the walk, and then not for the processor at
/// hand.
pub(crate) trait See {
    /// Takes note of a block; to be inlined.
    fn see(&mut self, block: &Block, lanes: impl Lanes);
}

/// Shows every block of a text that starts at a record's start, and says whether the text ends inside quotes; `None` as
/// soon as quotes don't stand as they should.
pub(crate) fn each_block(text: &[u8], delimiter: u8, see: impl See) -> Option<bool> {
    with_widest(Blocks {
        text,
        delimiter,
        see,
    })
}

/// A walk over the blocks of a text.
struct Blocks<'t, S> {
    text: &'t [u8],
    delimiter: u8,
    see: S,
}

impl<S: See> Walk for Blocks<'_, S> {
    type Found = Option<bool>;

    #[inline(always)]
    fn walk(mut self, lanes: impl Lanes) -> Option<bool> {
        let mut quoting = Quoting {
            inside: 0,
            follows_end: 1,
            follows_closing: 0,
        };
        let (blocks, rest) = self.text.as_chunks::<64>();
        // Bytes of 0 behind the end: no text holds them.
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        let mut base = 0;
        for block in blocks.iter().chain([&last]) {
            self.read((block, base), &mut quoting, lanes)?;
            base += 64;
        }
        Some(quoting.inside != 0)
    }
}

impl<S: See> Blocks<'_, S> {
    #[inline(always)]
    fn read(
        &mut self,
        (bytes, base): (&[u8; 64], u32),
        quoting: &mut Quoting,
        lanes: impl Lanes,
    ) -> Option<()> {
        let line_ends = lanes.equal(bytes, b'\n');
        let mut block = Block {
            base,
            ends: lanes.equal(bytes, self.delimiter) | line_ends,
            lines: line_ends,
            quotes: lanes.equal(bytes, b'"'),
            inside: 0,
            inner: 0,
        };
        let is_right = quoting.read(&mut block, self.text);
        self.see.see(&block, lanes);
        is_right.then_some(())
    }
}

/// What the bytes before a block say about it.
struct Quoting {
    /// All bits, where the block starts inside quotes.
    inside: u64,
    /// 1 where a cell has just ended, or a quoted part of it: a quote may open.
    follows_end: u64,
    /// 1 where a quote has just closed.
    follows_closing: u64,
}

impl Quoting {
    /// Finds what of a block lies inside quotes, and whether every quote opens at the start of a cell, closes at its
    /// end or is one of two.
    #[inline(always)]
    fn read(&mut self, block: &mut Block, text: &[u8]) -> bool {
        if block.quotes | self.inside | self.follows_closing == 0 {
            self.follows_end = block.ends >> 63;
            return true;
        }
        let inside = prefix_xor(block.quotes) ^ self.inside;
        let (opening, closing) = (block.quotes & inside, block.quotes & !inside);
        block.inside = inside;
        block.inner =
            block.ends & !block.lines & inside | opening & (closing << 1 | self.follows_closing);
        block.ends &= !inside;
        let may_open = (block.ends | closing) << 1 | self.follows_end;
        let mut after_closing = (closing << 1 | self.follows_closing) & !(block.ends | opening);
        self.inside = 0_u64.wrapping_sub(inside >> 63);
        self.follows_end = (block.ends | closing) >> 63;
        self.follows_closing = closing >> 63;
        if opening & !may_open != 0 {
            return false;
        }
        while after_closing != 0 {
            let at = block.base as usize + after_closing.trailing_zeros() as usize;
            let is_line_end = text.get(at..at + 2) == Some(b"\r\n");
            if !is_line_end && at < text.len() {
                return false;
            }
            after_closing &= after_closing - 1;
        }
        true
    }
}

/// For each bit whether an odd number of bits up to it is set.
#[inline]
const fn prefix_xor(bits: u64) -> u64 {
    let mut sums = bits;
    sums ^= sums << 1;
    sums ^= sums << 2;
    sums ^= sums << 4;
    sums ^= sums << 8;
    sums ^= sums << 16;
    sums ^ sums << 32
}

/// Places in a text, in memory that is used again.
#[derive(Debug, Default)]
struct Places {
    places: Vec<u32>,
    count: usize,
}

impl Places {
    /// Notes the places of bits.
    #[inline(always)]
    fn add(&mut self, bits: u64, base: u32, lanes: impl Lanes) {
        if self.places.len() < self.count + ROOM {
            let more = (self.places.len() * 2).max(self.count + 1024);
            self.places.resize(more, 0);
        }
        let room = self.places.get_mut(self.count..);
        if let Some(room) = room.and_then(<[u32]>::first_chunk_mut) {
            self.count += lanes.places(bits, base, room);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::scan::{Record, Records};

    /// The ends of cells and of records as `Records` finds them; `None` where it refuses the text.
    fn expected(text: &[u8], delimiter: u8) -> Option<Vec<Vec<String>>> {
        let mut records = Records::with(text, delimiter, b'\n', 1);
        let (mut record, mut rows) = (Record::new(), Vec::new());
        while records.next(&mut record).ok()? {
            let cells = 0..record.len();
            let cell = |index| String::from_utf8_lossy(record.stored(text, index)).into_owned();
            rows.push(cells.map(cell).collect());
        }
        Some(rows)
    }

    /// The same by the structure.
    fn found(structure: &Structure, text: &[u8]) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut start) = (Vec::new(), Vec::new(), 0);
        let last = u32::try_from(text.len()).unwrap();
        let mut ends = structure.cells().iter().copied();
        let open = ends
            .rfind(|end| text[*end as usize] == b'\n')
            .is_none_or(|end| end + 1 < last);
        let cells = structure.cells().iter().copied();
        for end in cells.chain(open.then_some(last)) {
            let cell = &text[start..end as usize];
            let is_line = text.get(end as usize).is_none_or(|byte| *byte == b'\n');
            let cell = cell
                .strip_suffix(b"\r")
                .filter(|_| is_line && end < last)
                .unwrap_or(cell);
            let inner = cell
                .strip_prefix(b"\"")
                .and_then(|cell| cell.strip_suffix(b"\""));
            row.push(String::from_utf8_lossy(inner.unwrap_or(cell)).into_owned());
            start = end as usize + 1;
            if is_line {
                let row: Vec<String> = std::mem::take(&mut row);
                if row.len() > 1 || !row[0].trim_matches([' ', '\t']).is_empty() || inner.is_some()
                {
                    rows.push(row);
                }
            }
        }
        rows
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_it_takes_it_reads_as_the_general_way_does(
            text in "([ab]{0,40}[,;]?|[a,\n]|\"[a,\n]{0,50}(\"\")?[b]{0,3}\"|\"|\r?\n|,){0,30}",
            delimiter in prop::sample::select(vec![b',', b';']),
        ) {
            let mut structure = Structure::default();
            let text = text.as_bytes();
            if structure.read(text, delimiter) {
                prop_assert_eq!(Some(found(&structure, text)), expected(text, delimiter));
            }
        }

        #[test]
        fn text_by_the_rules_is_taken(
            rows in prop::collection::vec(prop::collection::vec("[ab]{0,30}|\"([ab,\n]|\"\"){0,70}\"", 1..4), 1..20),
            returns in any::<bool>(),
        ) {
            let end = if returns { "\r\n" } else { "\n" };
            let text: String = rows.iter().map(|row| row.join(",") + end).collect();
            let mut structure = Structure::default();
            prop_assert!(structure.read(text.as_bytes(), b','));
            prop_assert_eq!(structure.lines(), rows.len() as u64);
            prop_assert_eq!(structure.cells().len(), rows.iter().map(Vec::len).sum::<usize>());
        }
    }
}
