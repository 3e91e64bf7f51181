//! One record as places in the text it stands in, and the line of the file around a place.

use std::ops::Range;

use memchr::{memchr, memchr_iter, memrchr};

use crate::error::Excerpt;

/// How a cell stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Plain,
    Quoted,
    /// Quoted, with quotes inside that are written twice.
    Doubled,
}

/// Where a cell's text stands, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) form: Form,
}

/// The cells of one record, as places in the text it was read from. Reused from record to record, so
/// that reading allocates nothing a row.
///
/// The methods that take `bytes` want the very text that was given to [`Records::new`](crate::input::scan::Records::new); with another
/// one they give wrong or empty text, but do not fail.
#[derive(Debug, Default)]
pub struct Record {
    pub(crate) start: usize,
    pub(crate) end: usize,
    line: u64,
    line_end: u8,
    pub(crate) cells: Vec<Cell>,
}

impl Record {
    /// An empty record to read into.
    #[must_use]
    pub fn new() -> Record {
        Record::default()
    }

    /// How many cells it has; at least one after reading.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether nothing was read into it yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Where it stands in the text, without its line end.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The line it starts on.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The text of a cell, blanks kept; empty beyond the last cell. `scratch` is written only where
    /// quotes inside the cell are written twice.
    #[must_use]
    pub fn cell<'c>(&self, bytes: &'c [u8], index: usize, scratch: &'c mut String) -> &'c str {
        let text = std::str::from_utf8(self.stored(bytes, index)).unwrap_or_default();
        if self
            .cells
            .get(index)
            .is_none_or(|cell| cell.form != Form::Doubled)
        {
            return text;
        }
        scratch.clear();
        let mut rest = text;
        while let Some(quote) = memchr(b'"', rest.as_bytes()) {
            scratch.push_str(&rest[..=quote]);
            rest = rest.get(quote + 2..).unwrap_or_default();
        }
        scratch.push_str(rest);
        scratch
    }

    /// The bytes of a cell without a copy, or `None` where quotes inside it are written twice and
    /// [`Record::cell`] is needed.
    #[must_use]
    #[inline]
    pub fn bytes<'c>(&self, bytes: &'c [u8], index: usize) -> Option<&'c [u8]> {
        match self.cells.get(index) {
            Some(cell) if cell.form == Form::Doubled => None,
            Some(cell) => bytes.get(cell.start..cell.end),
            None => Some(&[]),
        }
    }

    /// The bytes of a cell as stored between its quotes; two cells that differ only in quoting are
    /// equal by it.
    #[must_use]
    pub fn stored<'c>(&self, bytes: &'c [u8], index: usize) -> &'c [u8] {
        self.cells
            .get(index)
            .and_then(|cell| bytes.get(cell.start..cell.end))
            .unwrap_or_default()
    }

    /// Whether a cell stands in quotes.
    #[must_use]
    pub fn is_quoted(&self, index: usize) -> bool {
        self.cells
            .get(index)
            .is_some_and(|cell| cell.form != Form::Plain)
    }

    /// The line a cell starts on. Counts line ends, so it is for messages.
    #[must_use]
    pub fn cell_line(&self, bytes: &[u8], index: usize) -> u64 {
        let (start, _) = self.cell_span(index);
        let before = bytes.get(self.start..start).unwrap_or_default();
        self.line + memchr_iter(self.line_end, before).count() as u64
    }

    /// The line a cell starts on as it stands in the file, with the part of the cell that is on it; for
    /// a cell beyond the last one, the end of the record.
    #[must_use]
    pub fn excerpt(&self, bytes: &[u8], index: usize) -> Excerpt {
        let (start, end) = self.cell_span(index);
        excerpt(bytes, start..end, self.line_end)
    }

    fn cell_span(&self, index: usize) -> (usize, usize) {
        self.cells
            .get(index)
            .map_or((self.end, self.end), |cell| (cell.start, cell.end))
    }

    pub(crate) fn begin(&mut self, start: usize, line: u64, line_end: u8) {
        (self.start, self.line, self.line_end) = (start, line, line_end);
        self.cells.clear();
    }

    /// Whether it is one unquoted cell of blanks only.
    pub(crate) fn is_blank(&self, bytes: &[u8]) -> bool {
        match self.cells.as_slice() {
            [
                Cell {
                    start,
                    end,
                    form: Form::Plain,
                },
            ] => bytes[*start..*end]
                .iter()
                .all(|byte| matches!(byte, b' ' | b'\t')),
            _ => false,
        }
    }
}

/// How much of a line is quoted before and after the start of a cell: errors of a wide file quote one line
/// again and again.
const QUOTED: usize = 2 << 10;

/// The line around a place in the text; of a long one, the part around it.
pub(crate) fn excerpt(bytes: &[u8], span: Range<usize>, line_end: u8) -> Excerpt {
    let start = span.start.min(bytes.len());
    let (least, most) = (
        start.saturating_sub(QUOTED),
        bytes.len().min(start + QUOTED),
    );
    let from = memrchr(line_end, &bytes[least..start]);
    let from = from.map_or_else(|| whole_from(bytes, least), |at| least + at + 1);
    let to = memchr(line_end, &bytes[start..most]);
    let to = to.map_or_else(|| whole_from(bytes, most), |at| start + at);
    let line = &bytes[from..to];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let within = |at: usize| at.saturating_sub(from).min(line.len());
    Excerpt {
        text: String::from_utf8_lossy(line).into_owned(),
        start: within(start),
        end: within(span.end.max(start)),
    }
}

/// The first place from here on at which a character starts.
fn whole_from(bytes: &[u8], at: usize) -> usize {
    let rest = bytes[at..].iter();
    let inside = rest.take_while(|byte| **byte & 0xC0 == 0x80).take(3);
    at + inside.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_quoted_and_of_a_long_one_the_part_around_the_cell() {
        let short = excerpt(b"a,b\r\nc,d\r\n", 7..8, b'\n');
        assert_eq!((short.text.as_str(), short.start, short.end), ("c,d", 2, 3));
        let text = format!("x\n{}cell{}\ny", "é".repeat(5_000), "é".repeat(5_000));
        let at = 2 + 10_000;
        let long = excerpt(text.as_bytes(), at..at + 4, b'\n');
        assert!(long.text.len() <= 2 * QUOTED + 4, "{}", long.text.len());
        assert_eq!(&long.text[long.start..long.end], "cell");
        assert!(!long.text.contains(['\u{fffd}', '\n']));
    }
}
