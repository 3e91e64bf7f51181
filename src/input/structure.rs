//! Where the cells and records of a piece of text end, found for the whole piece at once.
//!
//! Only for text in which quotes stand as RFC 4180 has them: around whole cells, doubled inside. There a byte lies inside
//! quotes exactly if an odd number of them stands before it. Any other text is for
//! [`Records`](super::scan::Records), which goes byte by byte and knows what real exports add.

use super::masks::equal;

/// Where cells and records end.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    /// The places of the delimiters and line ends outside quotes, in order; longer than what is used of it.
    cells: Places,
    /// Those of the line ends alone.
    records: Places,
    /// True if some line end stands inside quotes: records then have more lines than one.
    pub(crate) has_inner_lines: bool,
}

impl Structure {
    /// Where cells end.
    pub(crate) fn cells(&self) -> &[u32] {
        &self.cells.places[..self.cells.count]
    }

    /// Where records end.
    pub(crate) fn records(&self) -> &[u32] {
        &self.records.places[..self.records.count]
    }

    /// Finds all ends in a text that starts at a record's start and in which line feeds end records; false where its
    /// quotes don't stand as they should.
    pub(crate) fn read(&mut self, text: &[u8], delimiter: u8) -> bool {
        (self.cells.count, self.records.count) = (0, 0);
        self.has_inner_lines = false;
        if u32::try_from(text.len()).is_err() {
            return false;
        }
        let mut quoting = Quoting {
            inside: 0,
            follows_end: 1,
            follows_closing: 0,
        };
        let (blocks, rest) = text.as_chunks::<64>();
        for (block, base) in blocks.iter().zip((0..).step_by(64)) {
            if !self.read_block(block, delimiter, base, &mut quoting, text) {
                return false;
            }
        }
        let mut block = [0; 64];
        block[..rest.len()].copy_from_slice(rest);
        // Bytes of 0 behind the end: no text holds them.
        let base = text.len() - rest.len();
        #[expect(clippy::cast_possible_truncation, reason = "its length was looked at")]
        let is_right = self.read_block(&block, delimiter, base as u32, &mut quoting, text);
        is_right && quoting.inside == 0
    }

    #[inline]
    fn read_block(
        &mut self,
        block: &[u8; 64],
        delimiter: u8,
        base: u32,
        quoting: &mut Quoting,
        text: &[u8],
    ) -> bool {
        let (delimiters, lines) = (equal(block, delimiter), equal(block, b'\n'));
        let quotes = equal(block, b'"');
        let mut ends = delimiters | lines;
        if quotes | quoting.inside | quoting.follows_closing != 0 {
            let inside = prefix_xor(quotes) ^ quoting.inside;
            self.has_inner_lines |= lines & inside != 0;
            ends &= !inside;
            if !quoting.is_right(quotes, inside, ends, base, text) {
                return false;
            }
        } else {
            quoting.follows_end = ends >> 63;
        }
        self.cells.add(ends, base);
        self.records.add(ends & lines, base);
        true
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
    /// Whether every quote of the block opens at the start of a cell, closes at its end or is one of two; goes on to
    /// the next block.
    fn is_right(&mut self, quotes: u64, inside: u64, ends: u64, base: u32, text: &[u8]) -> bool {
        let (opening, closing) = (quotes & inside, quotes & !inside);
        let may_open = (ends | closing) << 1 | self.follows_end;
        let mut after_closing = (closing << 1 | self.follows_closing) & !(ends | opening);
        self.inside = 0_u64.wrapping_sub(inside >> 63);
        self.follows_end = (ends | closing) >> 63;
        self.follows_closing = closing >> 63;
        if opening & !may_open != 0 {
            return false;
        }
        while after_closing != 0 {
            let at = base as usize + after_closing.trailing_zeros() as usize;
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
    #[inline]
    fn add(&mut self, mut bits: u64, base: u32) {
        let count = bits.count_ones() as usize;
        if self.places.len() < self.count + count {
            let more = (self.places.len() * 2).max(self.count + 64);
            self.places.resize(more, 0);
        }
        for place in &mut self.places[self.count..self.count + count] {
            *place = base + bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        self.count += count;
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
        let open = structure.records().last().is_none_or(|end| *end + 1 < last);
        let cells = structure.cells().iter().copied();
        for end in cells.chain(open.then_some(last)) {
            let cell = &text[start..end as usize];
            let is_line = text.get(end as usize).is_none_or(|byte| *byte == b'\n');
            let cell = cell.strip_suffix(b"\r").filter(|_| is_line && end < last).unwrap_or(cell);
            let inner = cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\""));
            row.push(String::from_utf8_lossy(inner.unwrap_or(cell)).into_owned());
            start = end as usize + 1;
            if is_line {
                let row: Vec<String> = std::mem::take(&mut row);
                if row.len() > 1 || !row[0].trim_matches([' ', '\t']).is_empty() || inner.is_some() {
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
            prop_assert_eq!(structure.records().len(), rows.len());
            prop_assert_eq!(structure.cells().len(), rows.iter().map(Vec::len).sum::<usize>());
        }
    }
}
