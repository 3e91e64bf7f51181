//! The rows of a piece, whose cells are found one after the other.

use super::super::super::ends::Ends;
use super::super::super::scan::MAX_RECORD;
use super::super::row_text::RowText;

/// One record of a piece.
pub(super) struct Line<'t> {
    /// Its bytes, for the general way.
    pub(super) text: &'t [u8],
    /// The line it starts on.
    pub(super) number: u64,
    /// Its cells, if their ends can be told.
    pub(super) row: Option<WideText<'t>>,
}

/// Shows every record of a piece that starts on a line, until `see` says stop; false if it did.
#[inline]
pub(super) fn each_line<'t>(
    ends: &'t Ends,
    text: &'t [u8],
    first_line: u64,
    mut see: impl FnMut(Line<'t>) -> bool,
) -> bool {
    let mut quotes = ends.quotes().iter().peekable();
    let (mut start, mut number) = (0, first_line);
    while let Some(end) = ends.record_end(start) {
        let line = &text[start..=end];
        let mut has_quotes = false;
        while quotes.next_if(|quote| (**quote as usize) < end).is_some() {
            has_quotes = true;
        }
        let row = (line.len() <= MAX_RECORD).then_some(WideText {
            text,
            ends,
            start,
            end,
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
        if ends.has_inner_lines {
            number += (memchr::memchr_iter(b'\n', line).count() as u64).saturating_sub(1);
        }
        start = end + 1;
    }
    // The last record of a file may end without a line end.
    let rest = Line {
        text: &text[start..],
        number,
        row: None,
    };
    start == text.len() || see(rest)
}

/// A row, of however many cells.
pub(super) struct WideText<'t> {
    /// The whole piece.
    pub(super) text: &'t [u8],
    ends: &'t Ends,
    start: usize,
    /// Where its line feed stands.
    end: usize,
    has_quotes: bool,
}

/// A cell that holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WideCell {
    /// Its column.
    pub(super) column: usize,
    /// Where it starts and ends, with its quotes; without the carriage return before the line feed, which may leave
    /// nothing.
    pub(super) place: (usize, usize),
    /// True for the last one of its row.
    is_last: bool,
}

impl WideCell {
    /// True where the line ends with a carriage return and nothing else stands in the last cell.
    #[inline]
    pub(super) const fn is_empty(&self) -> bool {
        self.place.1 <= self.place.0
    }
}

/// The cells of a row that hold something, one after the other.
pub(super) struct WideCells<'r, 't> {
    row: &'r WideText<'t>,
    /// Where the next cell starts, and its column; behind the row once all were given.
    at: usize,
    column: usize,
}

impl WideCells<'_, '_> {
    /// The next one.
    #[inline]
    pub(super) fn next(&mut self) -> Option<WideCell> {
        let row = self.row;
        while self.at <= row.end {
            let empty = row.ends.empty_from(self.at);
            if empty > 0 {
                // Behind the row the next one starts, maybe with empty cells too.
                let empty = empty.min(row.end + 1 - self.at);
                (self.at, self.column) = (self.at + empty, self.column + empty);
                continue;
            }
            let end = row.ends.cell_end(self.at)?;
            let is_last = end == row.end;
            let is_return = is_last && row.text[end - 1] == b'\r';
            let cell = WideCell {
                column: self.column,
                place: (self.at, end - usize::from(is_return)),
                is_last,
            };
            (self.at, self.column) = (end + 1, self.column + 1);
            return Some(cell);
        }
        None
    }

    /// Goes on behind the cells that follow the one that was given last and are written as it is, at most so many, and
    /// says how many they are.
    #[inline]
    pub(super) fn skip_same(&mut self, last: &WideCell, most: u16) -> u16 {
        if last.is_last || most == 0 {
            return 0;
        }
        // Where two cells are the same and their ends too, every byte is that of a cell before.
        let width = self.at - last.place.0;
        let bytes = usize::from(most) * width;
        let same = same_bytes(self.row.text, (last.place.0, self.at), bytes) / width;
        (self.at, self.column) = (self.at + same * width, self.column + same);
        // Never more than `most`.
        u16::try_from(same).unwrap_or(most)
    }

    /// How many cells the row has, once all were given.
    pub(super) const fn count(&self) -> usize {
        self.column
    }
}

/// How many bytes are the same from two places on, up to a number; or fewer at the end of the text.
#[inline]
fn same_bytes(text: &[u8], (left, right): (usize, usize), most: usize) -> usize {
    let mut same = 0;
    while same < most {
        let bytes = |at: usize| text.get(at + same..).and_then(<[u8]>::first_chunk::<16>);
        let (Some(left), Some(right)) = (bytes(left), bytes(right)) else {
            break;
        };
        let differ = u128::from_le_bytes(*left) ^ u128::from_le_bytes(*right);
        if differ != 0 {
            same += differ.trailing_zeros() as usize / 8;
            break;
        }
        same += 16;
    }
    same.min(most)
}

impl<'t> WideText<'t> {
    /// Its cells.
    #[inline]
    pub(super) const fn cells(&self) -> WideCells<'_, 't> {
        WideCells {
            row: self,
            at: self.start,
            column: 0,
        }
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
            let line = self.text.get(self.start..self.end).unwrap_or_default();
            return line.strip_suffix(b"\r").unwrap_or(line);
        }
        ends.clear();
        let first = self.ends.cell_end(self.start);
        let all = std::iter::successors(first, |end| self.ends.cell_end(end + 1));
        let all = all.take_while(|end| *end <= self.end);
        // No piece has 2^32 bytes.
        ends.extend(all.map(|end| u32::try_from(end).unwrap_or(u32::MAX)));
        let row = RowText::new(self.text, self.start, ends, true);
        row.content(delimiter, scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_follow_and_are_the_same_are_skipped_together() {
        let row = "a,12.50,12.50,12.50,12.5,,,12.5,7,7,7\r\n";
        let text = format!("{row}{row}");
        let mut ends = Ends::default();
        assert!(ends.read(text.as_bytes(), b','));
        let mut rows = 0;
        each_line(&ends, text.as_bytes(), 1, |line| {
            let row = line.row.unwrap();
            for most in [0, 1, 2, 9] {
                let (mut cells, mut found) = (row.cells(), Vec::new());
                while let Some(cell) = cells.next() {
                    let same = cells.skip_same(&cell, most);
                    let written = &text[cell.place.0..cell.place.1];
                    found.push((cell.column, written, same));
                }
                assert_eq!(cells.count(), 11);
                let same: u16 = found.iter().map(|(_, _, same)| same).sum();
                let all = found.len() + usize::from(same);
                assert_eq!((all, found[1].2), (9, most.min(2)));
                assert_eq!(found.last(), Some(&(10, "7", 0)));
            }
            rows += 1;
            true
        });
        assert_eq!(rows, 2);
    }
}
