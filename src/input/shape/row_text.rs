//! The rows of a piece as places in its text, for the short ways.

use super::super::cell::is_ascii_word;
use super::super::repeats::content;
use super::super::scan::MAX_RECORD;
use super::super::structure::Structure;
use super::long::is_damaged_id;
use super::reader::trimmed;

/// One record of a piece.
pub(super) struct Line<'t> {
    /// Its bytes, for the general way.
    pub(super) text: &'t [u8],
    /// The line it starts on.
    pub(super) number: u64,
    /// Its cells, if there are as many as the header has.
    pub(super) row: Option<RowText<'t>>,
}

/// Shows every record of a piece that starts on a line, until `see` says stop; false if it did.
#[inline]
pub(super) fn each_line<'t>(
    structure: &'t Structure,
    text: &'t [u8],
    (width, first_line): (usize, u64),
    mut see: impl FnMut(Line<'t>) -> bool,
) -> bool {
    let cells = structure.cells();
    let mut quotes = structure.quotes().iter().peekable();
    let (mut start, mut cell, mut number) = (0, 0, first_line);
    for end in structure.records() {
        let record = start..*end as usize + 1;
        let line = &text[record.clone()];
        let mut has_quotes = false;
        while quotes.next_if(|quote| *quote < end).is_some() {
            has_quotes = true;
        }
        let ends = cells.get(cell..cell + width).unwrap_or_default();
        let is_even = ends.last() == Some(end);
        cell += if is_even {
            width
        } else {
            cells[cell..].iter().take_while(|at| *at <= end).count()
        };
        let is_row = is_even && line.len() <= MAX_RECORD;
        let row = is_row.then(|| RowText::new(text, start, ends, has_quotes));
        let seen = see(Line {
            text: line,
            number,
            row,
        });
        if !seen {
            return false;
        }
        number += 1;
        if structure.has_inner_lines {
            number += (memchr::memchr_iter(b'\n', line).count() as u64).saturating_sub(1);
        }
        start = record.end;
    }
    // The last record of a file may end without a line end.
    let rest = Line {
        text: &text[start..],
        number,
        row: None,
    };
    start == text.len() || see(rest)
}

/// A row of the right width, as places in its text.
pub(super) struct RowText<'t> {
    /// The whole piece.
    pub(super) text: &'t [u8],
    start: usize,
    /// Where it ends, without the carriage return before the line feed.
    end: usize,
    ends: &'t [u32],
    has_quotes: bool,
}

impl<'t> RowText<'t> {
    #[inline]
    pub(super) fn new(
        text: &'t [u8],
        start: usize,
        ends: &'t [u32],
        has_quotes: bool,
    ) -> RowText<'t> {
        let end = ends.last().map_or(start, |end| *end as usize);
        let is_return = end > start && text[end - 1] == b'\r';
        RowText {
            text,
            start,
            end: end - usize::from(is_return),
            ends,
            has_quotes,
        }
    }

    /// How many cells it has.
    #[inline]
    pub(super) const fn width(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn start_of(&self, column: usize) -> usize {
        match column
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
        {
            Some(end) => *end as usize + 1,
            None => self.start,
        }
    }

    /// Where a cell starts and ends, with its quotes.
    #[inline]
    pub(super) fn stored(&self, column: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(column)? as usize;
        Some((self.start_of(column), end.min(self.end)))
    }

    /// Where a cell starts and how many bytes it has, without its quotes and the blanks and guards around it; `None`
    /// where a quote is doubled.
    #[inline]
    pub(super) fn place(&self, column: usize) -> Option<(usize, usize)> {
        self.place_at(self.stored(column)?)
    }

    #[inline]
    fn place_at(&self, (start, end): (usize, usize)) -> Option<(usize, usize)> {
        if is_ascii_word(self.text.get(start..end)?) {
            return Some((start, end - start));
        }
        self.trimmed(start, end)
    }

    #[inline(never)]
    fn trimmed(&self, mut start: usize, mut end: usize) -> Option<(usize, usize)> {
        if let [b'"', inner @ .., b'"'] = &self.text[start..end] {
            if memchr::memchr(b'"', inner).is_some() {
                return None;
            }
            (start, end) = (start + 1, end - 1);
        }
        let cell = std::str::from_utf8(&self.text[start..end]).ok()?;
        let text = trimmed(cell);
        let before = text.as_ptr().addr() - cell.as_ptr().addr();
        Some((start + before, text.len()))
    }

    /// The bytes at a place.
    #[inline]
    pub(super) fn at(&self, (start, length): (usize, usize)) -> &'t [u8] {
        self.text.get(start..start + length).unwrap_or_default()
    }

    /// The bytes of a cell.
    #[inline]
    pub(super) fn cell(&self, column: usize) -> Option<&'t [u8]> {
        Some(self.at(self.place(column)?))
    }

    /// Where the name of the customer stands and how many bytes it has; `None` if the general way has to look at it.
    #[inline]
    pub(super) fn customer(&self, column: usize) -> Option<(usize, usize)> {
        RowText::customer_at(self.text, self.stored(column)?)
    }

    /// The same for a cell of a text, from where it starts to where it ends.
    #[inline]
    pub(super) fn customer_at(text: &[u8], cell: (usize, usize)) -> Option<(usize, usize)> {
        let row = RowText::new(text, cell.0, &[], false);
        let place = row.place_at(cell)?;
        let name = row.at(place);
        let may_be_damaged = matches!(name.first(), Some(b'0'..=b'9' | b'#'));
        let is_refused = name.is_empty() || may_be_damaged && is_damaged_id(text_of(name));
        (!is_refused).then_some(place)
    }

    /// The row as it is told from others.
    #[inline]
    pub(super) fn content<'s>(&self, delimiter: u8, scratch: &'s mut Vec<u8>) -> &'s [u8]
    where
        't: 's,
    {
        if !self.has_quotes {
            return self.text.get(self.start..self.end).unwrap_or_default();
        }
        let cells = (0..self.width()).filter_map(|column| self.stored(column));
        let cells = cells.map(|(start, end)| match &self.text[start..end] {
            [b'"', inner @ .., b'"'] => (inner, true),
            cell => (cell, false),
        });
        content(cells, delimiter, scratch);
        scratch
    }
}

/// Part of a text that was cut at ASCII characters.
pub(super) fn text_of(cell: &[u8]) -> &str {
    std::str::from_utf8(cell).unwrap_or_default()
}
