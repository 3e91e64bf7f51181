//! The rows of a piece that are as wide as the header, as places in its text; and the lines that are none of these.

use super::super::super::scan::MAX_RECORD;
use super::super::super::structure::Structure;
use super::super::row_text::RowText;

/// A row of the right width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Where the place before its first cell stands among those of the piece.
    pub(super) first: u32,
    /// How many lines stand between the first line of the piece and its own.
    pub(super) line: u32,
}

/// The rows of a piece.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// The records of another width, each from its start to behind its end, with the lines before it.
    pub(super) others: Vec<(std::ops::Range<usize>, u64)>,
}

impl Rows {
    /// Tells the rows of `width` cells from other records; the last record may end without a line end. False for a
    /// piece that is too long to be looked at so.
    pub(super) fn find(&mut self, structure: &Structure, text: &[u8], width: usize) -> bool {
        self.rows.clear();
        self.others.clear();
        if text.len() > MAX_RECORD {
            return false;
        }
        let rest = if is_regular(structure, text, width) {
            let cells = structure.cells();
            let (rows, width) = (cells.len() / width, small(width));
            self.rows.extend((0..small(rows)).map(|line| Row {
                first: line.wrapping_mul(width),
                line,
            }));
            cells.last().map_or(0, |end| *end as usize + 1)
        } else {
            self.find_each(structure, text, width)
        };
        if rest < text.len() {
            let before = memchr::memchr_iter(b'\n', &text[..rest]).count();
            self.others.push((rest..text.len(), before as u64));
        }
        true
    }

    /// Finds them one by one, and says where the last record ends that ends with a line.
    fn find_each(&mut self, structure: &Structure, text: &[u8], width: usize) -> usize {
        let (mut first, mut start, mut line) = (0, 0, 0);
        for (number, end) in structure.cells().iter().enumerate() {
            let end = *end as usize;
            if text[end] != b'\n' {
                continue;
            }
            if number + 1 - first == width {
                self.rows.push(Row {
                    first: small(first),
                    line,
                });
            } else {
                self.others.push((start..end + 1, line.into()));
            }
            line += 1;
            if structure.has_inner_lines {
                let inner = memchr::memchr_iter(b'\n', &text[start..end]);
                line += small(inner.count());
            }
            (first, start) = (number + 1, end + 1);
        }
        start
    }
}

/// True if every record has so many cells and a line of its own.
fn is_regular(structure: &Structure, text: &[u8], width: usize) -> bool {
    let cells = structure.cells();
    let lines = structure.lines();
    // As many line ends as rows, and one at the end of each: none is left for elsewhere.
    !structure.has_inner_lines
        && Some(cells.len())
            == usize::try_from(lines)
                .ok()
                .and_then(|lines| lines.checked_mul(width))
        && cells
            .chunks_exact(width)
            .all(|ends| text[ends[width - 1] as usize] == b'\n')
}

/// A number of places in a piece, which is shorter than 2^32.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// A piece with the places of its cells.
#[derive(Clone, Copy)]
pub(super) struct Table<'t> {
    pub(super) text: &'t [u8],
    /// Where cells end, behind one that stands before the text.
    marks: &'t [u32],
    /// The number of the last column.
    pub(super) last: usize,
}

impl<'t> Table<'t> {
    /// A piece whose rows have `width` cells, at least one.
    pub(super) fn new(text: &'t [u8], structure: &'t Structure, width: usize) -> Table<'t> {
        Table {
            text,
            marks: structure.marks(),
            last: width.saturating_sub(1),
        }
    }

    /// Where a cell starts and ends, with all that is around it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call costs more than it does")]
    pub(super) fn marks_of(&self, row: Row, column: u32) -> Option<(u32, u32)> {
        // One comparison: the sum of two numbers of 32 bits is no less than they are.
        let at = (row.first as usize).wrapping_add(column as usize);
        match self.marks.get(at..at.wrapping_add(2))? {
            [before, end] => Some((before.wrapping_add(1), *end)),
            _ => None,
        }
    }

    /// The cells of a row.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call costs more than it does")]
    pub(super) fn line(&self, row: Row) -> Option<Line<'t>> {
        let first = row.first as usize;
        let marks = self.marks.get(first..)?.get(..self.last.wrapping_add(2))?;
        Some(Line {
            text: self.text,
            marks,
            last: self.last,
        })
    }

    /// Where a row starts and ends, without its line end.
    #[inline]
    pub(super) fn bounds(&self, row: Row) -> (usize, usize) {
        let line = self.line(row);
        line.map_or((0, 0), |line| (line.stored(0).0, line.stored(line.last).1))
    }
}

/// The cells of a row, as places in the text of its piece.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) text: &'t [u8],
    /// Where its cells end, behind the place before the first one.
    marks: &'t [u32],
    /// The number of the last column.
    last: usize,
}

impl<'t> Line<'t> {
    /// Where a cell starts and ends, with its quotes; the carriage return before a line feed is no part of it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call costs more than it does")]
    pub(super) fn stored(&self, column: usize) -> (usize, usize) {
        let Some([before, end]) = self.marks.get(column..).and_then(<[u32]>::first_chunk) else {
            return (0, 0);
        };
        let (start, end) = (before.wrapping_add(1) as usize, *end as usize);
        if column != self.last {
            return (start, end);
        }
        let is_return = end > start && self.text.get(end.wrapping_sub(1)) == Some(&b'\r');
        (start, end.wrapping_sub(is_return.into()))
    }

    /// True if a carriage return stands before the line end.
    pub(super) fn has_return(&self) -> bool {
        let end = self.marks.last().map_or(0, |end| *end as usize);
        self.text.get(end.wrapping_sub(1)) == Some(&b'\r')
    }

    /// The same without the quotes around it, and whether there were any. Other quotes may stand inside.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call costs more than it does")]
    pub(super) fn bare(&self, column: usize) -> ((usize, usize), bool) {
        let (start, end) = self.stored(column);
        if self.text.get(start) == Some(&b'"')
            && end.wrapping_sub(start) >= 2
            && self.text.get(end.wrapping_sub(1)) == Some(&b'"')
        {
            return ((start.wrapping_add(1), end.wrapping_sub(1)), true);
        }
        ((start, end), false)
    }

    /// The row for a closer look.
    pub(super) fn row(&self) -> RowText<'t> {
        RowText::new(self.text, self.stored(0).0, &self.marks[1..], true)
    }
}

/// A row as it is told from others, where some of its cells stand in quotes; in memory that is used again.
#[derive(Debug)]
pub(super) struct Unquoted {
    bytes: Vec<u8>,
    short: Box<[u8; 2 * Unquoted::SHORT]>,
}

impl Default for Unquoted {
    fn default() -> Unquoted {
        Unquoted {
            bytes: Vec::new(),
            short: Box::new([0; 2 * Unquoted::SHORT]),
        }
    }
}

impl Unquoted {
    /// The longest row that is copied cell by cell without a look at how long cells are.
    const SHORT: usize = 128;

    /// How many bytes of a cell are copied then: the next cells are written over what is too much.
    const AT_ONCE: usize = 32;

    /// A row as [`content`](crate::input::repeats::content) writes it, given where delimiters and doubled quotes stand inside
    /// its quotes.
    pub(super) fn of(&mut self, line: &Line<'_>, inner: &[u32], delimiter: u8) -> &[u8] {
        if let Some(length) = self.copy_short(line, inner, delimiter) {
            return self.short.get(..length).unwrap_or_default();
        }
        let mut inner = inner.iter().map(|at| *at as usize).peekable();
        self.bytes.clear();
        for column in 0..=line.last {
            if column > 0 {
                self.bytes.push(delimiter);
            }
            let (bare, is_quoted) = line.bare(column);
            let mut has_inner = false;
            while is_quoted && inner.next_if(|at| *at < bare.1).is_some() {
                has_inner = true;
            }
            let (start, end) = if has_inner { line.stored(column) } else { bare };
            self.bytes.extend_from_slice(&line.text[start..end]);
        }
        &self.bytes
    }

    /// Copies a short row without needless quotes, and says how long it is then; `None` for another one.
    fn copy_short(&mut self, line: &Line<'_>, mut inner: &[u32], delimiter: u8) -> Option<usize> {
        let ((start, _), (_, end)) = (line.stored(0), line.stored(line.last));
        let from: &[u8; Unquoted::SHORT + Unquoted::AT_ONCE] =
            line.text.get(start..)?.first_chunk()?;
        if end.wrapping_sub(start) >= Unquoted::SHORT {
            return None;
        }
        let (mut begin, mut written) = (0, 0);
        for mark in line.marks.get(1..)? {
            let stop = (*mark as usize).min(end).wrapping_sub(start);
            let mut quote = usize::from(from[begin % Unquoted::SHORT] == b'"');
            while let Some((_, rest)) = inner.split_first().filter(|(at, _)| *at < mark) {
                (inner, quote) = (rest, 0);
            }
            let length = stop.wrapping_sub(begin).wrapping_sub(2 * quote);
            if length > Unquoted::AT_ONCE {
                return None;
            }
            let cell = &from[(begin + quote) % Unquoted::SHORT..];
            let room = &mut self.short[written % Unquoted::SHORT..];
            *room.first_chunk_mut::<{ Unquoted::AT_ONCE }>()? = *cell.first_chunk()?;
            written = written.wrapping_add(length);
            self.short[written % Unquoted::SHORT] = delimiter;
            (begin, written) = (stop.wrapping_add(1), written.wrapping_add(1));
        }
        written.checked_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::super::repeats::content;
    use super::*;

    proptest! {
        #[test]
        fn a_row_is_written_as_the_general_way_writes_it(
            cells in prop::collection::vec("[ab]{0,4}|\"([ab]|,|\"\"|\n){0,50}\"|[ab]{30,34}", 3),
            returns in any::<bool>(),
            behind in 0_usize..200,
        ) {
            let row = cells.join(",");
            let end = if returns { "\r\n" } else { "\n" };
            // What stands around the row decides how it is copied.
            let text = format!("x,y,z\n{row}{end}{}", "a,b,c\n".repeat(behind));
            let mut structure = Structure::default();
            prop_assert!(structure.read(text.as_bytes(), b','));
            let table = Table::new(text.as_bytes(), &structure, 3);
            let line = table.line(Row { first: 3, line: 1 }).unwrap();
            let mut expected = Vec::new();
            let parts = cells.iter().map(|cell| {
                let inner = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
                (inner.unwrap_or(cell).as_bytes(), inner.is_some())
            });
            content(parts, b',', &mut expected);
            let mut unquoted = Unquoted::default();
            prop_assert_eq!(unquoted.of(&line, structure.inner(), b','), &expected[..]);
        }
    }
}
