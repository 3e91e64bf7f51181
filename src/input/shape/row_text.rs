//! The rows of a piece as places in its text, for the short ways.

use super::super::cell::is_ascii_word;
use super::super::repeats::content;
use super::long::is_damaged_id;
use super::reader::trimmed;

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

    /// Where the name in a cell of a text stands and how many bytes it has, the cell given from where it starts to where it ends;
    /// `None` if the general way has to look at it.
    #[inline]
    pub(super) fn customer_at(text: &[u8], cell: (usize, usize)) -> Option<(usize, usize)> {
        let row = RowText::new(text, cell.0, &[], false);
        let place = row.place_at(cell)?;
        is_name(text, place).then_some(place)
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

/// False for what stands at a place in a text if the general way has to look at it as a name.
#[inline]
pub(super) fn is_name(text: &[u8], (start, length): (usize, usize)) -> bool {
    let name = text.get(start..start + length).unwrap_or_default();
    match name.first() {
        None => false,
        // One that a spreadsheet made a number of has an exponent.
        Some(b'0'..=b'9') => memchr::memchr(b'E', name).is_none() || !is_damaged_id(text_of(name)),
        Some(b'#') => !is_damaged_id(text_of(name)),
        Some(_) => true,
    }
}

/// Part of a text that was cut at ASCII characters.
pub(super) fn text_of(cell: &[u8]) -> &str {
    std::str::from_utf8(cell).unwrap_or_default()
}
