//! The rows of a piece as the places of the cells that hold something.

use super::super::super::filled::{Filled, FilledCell};
use super::super::super::scan::MAX_RECORD;
use super::super::row_text::RowText;

/// One record of a piece.
pub(super) struct Line<'t> {
    /// Its bytes, for the general way.
    pub(super) text: &'t [u8],
    /// The line it starts on.
    pub(super) number: u64,
    /// Its cells, if there are as many as the header has.
    pub(super) row: Option<WideText<'t>>,
}

/// Shows every record of a piece that starts on a line, until `see` says stop; false if it did.
#[inline]
pub(super) fn each_line<'t>(
    filled: &'t Filled,
    text: &'t [u8],
    (width, first_line): (usize, u64),
    mut see: impl FnMut(Line<'t>) -> bool,
) -> bool {
    let mut quotes = filled.quotes().iter().peekable();
    let (mut start, mut cell, mut at, mut number) = (0, 0, 0, first_line);
    for record in filled.records() {
        let end = record.end as usize;
        let line = &text[start..=end];
        let mut has_quotes = false;
        while quotes.next_if(|quote| **quote < record.end).is_some() {
            has_quotes = true;
        }
        let is_row = (record.cells - cell) as usize == width && line.len() <= MAX_RECORD;
        let row = is_row.then(|| WideText {
            text,
            start,
            end: end - usize::from(line.ends_with(b"\r\n")),
            first: cell,
            cells: &filled.cells()[at..record.filled as usize],
            width,
            has_quotes,
        });
        let seen = see(Line {
            text: line,
            number,
            row,
        });
        if !seen {
            return false;
        }
        number += 1;
        if filled.has_inner_lines {
            number += (memchr::memchr_iter(b'\n', line).count() as u64).saturating_sub(1);
        }
        (start, cell, at) = (end + 1, record.cells, record.filled as usize);
    }
    // The last record of a file may end without a line end.
    let rest = Line {
        text: &text[start..],
        number,
        row: None,
    };
    start == text.len() || see(rest)
}

/// A row of the right width.
pub(super) struct WideText<'t> {
    /// The whole piece.
    pub(super) text: &'t [u8],
    start: usize,
    /// Where it ends, without the carriage return before the line feed.
    end: usize,
    /// The number of its first cell.
    first: u32,
    /// The cells that hold something; the last one may hold that carriage return alone.
    cells: &'t [FilledCell],
    width: usize,
    has_quotes: bool,
}

impl<'t> WideText<'t> {
    /// Each cell that holds something: its column, and where it starts and ends, with its quotes.
    #[inline]
    pub(super) fn cells(&self) -> impl Iterator<Item = (usize, (usize, usize))> + use<'t> {
        // A cell starts behind the one before it and the ends of the empty ones between.
        let (first, row_end) = (self.first as usize, self.end);
        let (mut end, mut next) = (self.start, first);
        self.cells.iter().map(move |cell| {
            let number = cell.number() as usize;
            let start = end + (number - next);
            (end, next) = (cell.end() as usize + 1, number + 1);
            (number - first, (start, (end - 1).min(row_end)))
        })
    }

    /// Where a cell starts and ends, with its quotes; nothing for an empty one.
    pub(super) fn stored(&self, column: usize) -> Option<(usize, usize)> {
        let mut cells = self.cells();
        let cell = cells.find(|(number, _)| *number == column);
        cell.map(|(_, place)| place)
    }

    /// The row as it is told from others.
    #[inline]
    pub(super) fn content<'s>(
        &self,
        delimiter: u8,
        (ends, scratch): (&'s mut Vec<u32>, &'s mut Vec<u8>),
    ) -> &'s [u8]
    where
        't: 's,
    {
        if !self.has_quotes {
            return self.text.get(self.start..self.end).unwrap_or_default();
        }
        self.ends(ends);
        let row = RowText::new(self.text, self.start, ends, true);
        row.content(delimiter, scratch)
    }

    /// Where all cells end.
    fn ends(&self, into: &mut Vec<u32>) {
        into.clear();
        let mut number = self.first;
        for cell in self.cells {
            let last = into.last().map_or(self.start, |end| *end as usize + 1);
            // No piece has 2^32 bytes.
            let last = u32::try_from(last).unwrap_or(u32::MAX);
            into.extend(last..last + (cell.number() - number));
            into.push(cell.end());
            number = cell.number() + 1;
        }
        let last = into.last().map_or(self.start, |end| *end as usize + 1);
        let last = u32::try_from(last).unwrap_or(u32::MAX);
        let left = self.width.saturating_sub(into.len());
        into.extend((last..).take(left));
    }
}
