//! Rows of the plainest form, as most are: their date is `2024-03-31`, their amount a number of up to eight bytes, their
//! currency three letters, all else a word, in quotes or not. They are read column by column, so that one instruction does
//! the same to several rows, where the processor can. What is not of this form is left to the reader, which looks at it
//! row by row.

#![expect(
    clippy::inline_always,
    reason = "the loops are compiled for the processor at hand, and what they call with them"
)]
#![expect(
    clippy::needless_bitwise_bool,
    reason = "`&&` is a branch, and loops with branches do one row at a time"
)]

use std::ops::Range;

use super::super::super::cell::is_ascii_word_between;
use super::super::super::date::common_month;
use super::super::super::number::{Mark, Marks, Short, Shown};
use super::super::super::repeats::hashed;
use super::super::super::structure::Structure;
use super::super::row_text::is_name;
use super::Cells;
use super::rows::{Row, Table};
use crate::ledger::ShortRow;
use crate::machine::{Lanes, Walk, with_widest};
use crate::units::Month;

/// How many rows are read together: what is known of them stays in the nearest cache.
pub(super) const AT_ONCE: usize = 256;

/// A number of each row.
type Of<T> = [T; AT_ONCE];

/// Where the cells stand, what most rows have in them, and what the rows at hand say.
#[derive(Clone, Debug)]
pub(super) struct LeanRows {
    date: usize,
    amount: usize,
    currency: Option<usize>,
    mark: Mark,
    /// The letters of the currency that rows are counted in, as a number; 0 if rows name none that has three.
    letters: u32,
    months: Months,
    said: Box<Said>,
    /// The cells that are words: the customer's name, then the product and the columns beside the amounts.
    words: Vec<Words>,
}

/// What the rows at hand say.
#[derive(Clone, Debug)]
struct Said {
    /// False for a row that has to be looked at more closely; all else says nothing of it then.
    is_read: Of<bool>,
    units: Of<i32>,
    scales: Of<u8>,
    /// The columns of the months in a ledger.
    columns: Of<u16>,
    days: Of<u8>,
    /// What rows are remembered by, and whether that is known.
    hashes: Of<u64>,
    are_hashed: Of<bool>,
}

/// A column of words: where they start and how many bytes they have.
#[derive(Clone, Debug)]
struct Words {
    column: usize,
    starts: Box<Of<u32>>,
    lengths: Box<Of<u32>>,
}

impl LeanRows {
    /// For rows with these columns, and these ones beside the amounts.
    pub(super) fn new(cells: &Cells, by: &[usize], mark: Mark, through: Option<Month>) -> LeanRows {
        let words = std::iter::once(&cells.customer)
            .chain(&cells.product)
            .chain(by);
        let words = words.map(|column| Words {
            column: *column,
            starts: Box::new([0; AT_ONCE]),
            lengths: Box::new([0; AT_ONCE]),
        });
        LeanRows {
            date: cells.date,
            amount: cells.amount,
            currency: cells.currency,
            mark,
            letters: 0,
            months: Months::new(through),
            said: Box::new(Said {
                is_read: [false; AT_ONCE],
                units: [0; AT_ONCE],
                scales: [0; AT_ONCE],
                columns: [0; AT_ONCE],
                days: [0; AT_ONCE],
                hashes: [0; AT_ONCE],
                are_hashed: [false; AT_ONCE],
            }),
            words: words.collect(),
        }
    }

    /// Says in which currency rows are counted.
    pub(super) fn count_in(&mut self, letters: Option<[u8; 3]>) {
        self.letters = letters.map_or(0, |[a, b, c]| u32::from_le_bytes([a, b, c, 0]));
    }

    /// Reads some rows, at most [`AT_ONCE`], and gives what their amounts show about their column.
    pub(super) fn read(
        &mut self,
        (table, structure): (&Table<'_>, &Structure),
        rows: &[Row],
    ) -> Marks {
        with_widest(Reading {
            lean: self,
            table,
            structure,
            rows,
        })
    }

    /// Reads none.
    pub(super) fn skip(&mut self) {
        self.said.is_read.fill(false);
    }

    /// True if one of so many rows was read.
    pub(super) fn has_any(&self, rows: usize) -> bool {
        self.said.is_read.iter().take(rows).any(|is_read| *is_read)
    }

    /// The rows that were read from one of so many on, up to one that was not.
    #[inline(always)]
    pub(super) fn run(&self, first: usize, rows: usize) -> Range<usize> {
        let are_read = self.said.is_read.get(first..rows.min(AT_ONCE));
        let mut are_read = are_read.unwrap_or_default().iter();
        let length = are_read.position(|is_read| !is_read);
        first..first + length.unwrap_or(rows.min(AT_ONCE).saturating_sub(first))
    }

    /// The column of the month of such a row, and the day of its date.
    #[inline(always)]
    pub(super) fn day(&self, number: usize) -> (u16, u8) {
        let (said, number) = (&*self.said, number % AT_ONCE);
        (said.columns[number], said.days[number])
    }

    /// Its amount, and the decimals of it.
    #[inline(always)]
    pub(super) fn units(&self, number: usize) -> (i64, u8) {
        let (said, number) = (&*self.said, number % AT_ONCE);
        (said.units[number].into(), said.scales[number])
    }

    /// What such a row is remembered by; `None` where it has to be written without quotes first.
    #[inline(always)]
    pub(super) fn hash(&self, number: usize) -> Option<u64> {
        let (said, number) = (&*self.said, number % AT_ONCE);
        said.are_hashed[number].then_some(said.hashes[number])
    }

    /// What such a row says, but for the columns beside the amounts.
    #[inline(always)]
    pub(super) fn row(&self, number: usize, has_product: bool) -> ShortRow {
        let (column, day) = self.day(number);
        ShortRow {
            name: self.word(0, number),
            column,
            day,
            units: self.units(number),
            product: has_product.then(|| self.word(1, number)),
        }
    }

    /// Where a word starts and how many bytes it has.
    #[inline(always)]
    pub(super) fn word(&self, which: usize, number: usize) -> (usize, usize) {
        let (words, number) = (&self.words[which], number % AT_ONCE);
        (
            words.starts[number] as usize,
            words.lengths[number] as usize,
        )
    }
}

/// The reading of some rows.
struct Reading<'r, 't> {
    lean: &'r mut LeanRows,
    table: &'r Table<'t>,
    structure: &'r Structure,
    rows: &'r [Row],
}

impl Walk for Reading<'_, '_> {
    type Found = Marks;

    #[inline(always)]
    fn walk(self, lanes: impl Lanes) -> Marks {
        let LeanRows {
            said,
            words,
            months,
            ..
        } = self.lean;
        let cells = Column::of(*self.table, self.rows);
        said.is_read = [true; AT_ONCE];
        if let Some(column) = self.lean.currency {
            see_currencies(cells(column), self.lean.letters, said);
        }
        see_dates(cells(self.lean.date), months, said);
        for (number, words) in words.iter_mut().enumerate() {
            see_words(cells(words.column), number == 0, words, said);
        }
        see_rows(cells(self.table.last), self.structure, said, lanes);
        // A row of nothing need not say in which currency: where no row says one, it is not counted in any.
        let may_be_zero = self.lean.currency.is_some();
        let amounts = cells(self.lean.amount);
        see_amounts(amounts, (self.lean.mark, may_be_zero), said)
    }
}

/// A column of some rows.
#[derive(Clone, Copy)]
struct Column<'r, 't> {
    table: Table<'t>,
    rows: &'r [Row],
    number: u32,
    /// True if a carriage return may stand at the end of its cells.
    has_returns: bool,
    /// True if they may stand in quotes.
    has_quotes: bool,
}

/// Where a cell starts and ends, without its quotes.
#[derive(Clone, Copy, Default)]
struct Place {
    start: u32,
    end: u32,
    is_quoted: bool,
}

impl<'r, 't> Column<'r, 't> {
    /// The columns of some rows by their numbers. What is so in the first row is nearly always so in all of them; else
    /// nothing is wrong, for a cell with something around it has no plain form.
    #[inline(always)]
    fn of(table: Table<'t>, rows: &'r [Row]) -> impl Fn(usize) -> Column<'r, 't> {
        let first = rows.first().and_then(|row| table.line(*row));
        move |number| Column {
            table,
            rows: rows.get(..AT_ONCE).unwrap_or(rows),
            // No file has as many columns.
            number: u32::try_from(number).unwrap_or(u32::MAX),
            has_returns: first.is_none_or(|line| line.has_return()) && number == table.last,
            has_quotes: first.is_none_or(|line| line.bare(number).1),
        }
    }

    #[inline(always)]
    fn places(self) -> impl Iterator<Item = Place> {
        self.rows.iter().map(move |row| {
            let Some((start, mut end)) = self.table.marks_of(*row, self.number) else {
                return Place::default();
            };
            if self.has_returns && self.byte(end.wrapping_sub(1)) == b'\r' {
                end = end.wrapping_sub(1);
            }
            let is_quoted = self.has_quotes && self.byte(start) == b'"';
            Place {
                start: start.wrapping_add(is_quoted.into()),
                end: end.wrapping_sub(is_quoted.into()),
                is_quoted,
            }
        })
    }

    /// The byte at a place, 0 if there is none.
    #[inline(always)]
    fn byte(self, at: u32) -> u8 {
        self.table.text.get(at as usize).copied().unwrap_or(0)
    }

    /// So many bytes from a place on, zeros if there are fewer.
    #[inline(always)]
    fn bytes<const N: usize>(self, at: u32) -> [u8; N] {
        // One comparison: the sum of a number of 32 bits and a small one is no less than it.
        let at = at as usize;
        let bytes = self.table.text.get(at..at.wrapping_add(N));
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.unwrap_or([0; N])
    }

    /// The eight bytes before a place, likewise.
    #[inline(always)]
    fn eight_before(self, end: u32) -> [u8; 8] {
        let end = end as usize;
        let before = self.table.text.get(end.wrapping_sub(8)..end);
        let before = before.and_then(|before| before.try_into().ok());
        before.unwrap_or([0; 8])
    }
}

/// Leaves rows in other currencies than the one that rows are counted in.
#[inline(always)]
fn see_currencies(column: Column<'_, '_>, letters: u32, said: &mut Said) {
    for (place, is_read) in column.places().zip(&mut said.is_read) {
        let letters_here = u32::from_le_bytes(column.bytes(place.start)) & 0xFF_FFFF;
        *is_read &= letters_here == letters && place.end.wrapping_sub(place.start) == 3;
    }
}

/// Reads dates; rows of months that do not count are left.
#[inline(always)]
fn see_dates(column: Column<'_, '_>, months: &mut Months, said: &mut Said) {
    let (mut labels, mut limits) = ([0; AT_ONCE], [0; AT_ONCE]);
    let (mut tens, mut ones) = ([0; AT_ONCE], [0; AT_ONCE]);
    let digits = tens.iter_mut().zip(&mut ones);
    let texts = labels.iter_mut().zip(digits);
    for ((place, (label, digits)), is_read) in column.places().zip(texts).zip(&mut said.is_read) {
        let [y1, y2, y3, y4, dash, m1, m2, other, d1, d2] = column.bytes(place.start);
        *label = u64::from_le_bytes([y1, y2, y3, y4, dash, m1, m2, other]);
        (*digits.0, *digits.1) = (d1, d2);
        *is_read &= place.end.wrapping_sub(place.start) == 10;
    }
    let count = column.rows.len().min(AT_ONCE);
    let (first, others) = (labels[0], labels[..count].iter());
    if others.fold(0, |other, label| other | label ^ first) == 0 {
        let known = months.of(first);
        (said.columns, limits) = ([known.column; AT_ONCE], [known.days; AT_ONCE]);
    } else {
        let known = said.columns.iter_mut().zip(&mut limits);
        for (label, (column, limit)) in labels[..count].iter().zip(known) {
            let known = months.of(*label);
            (*column, *limit) = (known.column, known.days);
        }
    }
    for number in 0..AT_ONCE {
        let (tens, ones) = (
            tens[number].wrapping_sub(b'0'),
            ones[number].wrapping_sub(b'0'),
        );
        let day = tens.wrapping_mul(10).wrapping_add(ones);
        let is_day = (tens <= 3) & (ones <= 9) & (day.wrapping_sub(1) < limits[number]);
        said.days[number] = day;
        said.is_read[number] &= is_day;
    }
}

/// Finds words; those that may be no names as they stand are left in the column of names.
#[inline(always)]
fn see_words(column: Column<'_, '_>, are_names: bool, words: &mut Words, said: &mut Said) {
    let mut odd = false;
    let places = words.starts.iter_mut().zip(words.lengths.iter_mut());
    for ((place, is_read), (start, length)) in column.places().zip(&mut said.is_read).zip(places) {
        let (first, last) = (
            column.byte(place.start),
            column.byte(place.end.wrapping_sub(1)),
        );
        (*start, *length) = (place.start, place.end.wrapping_sub(place.start));
        *is_read &= is_ascii_word_between(first, last) & (place.start < place.end);
        odd |= place.is_quoted | (are_names & (first <= b'9'));
    }
    if odd {
        see_odd_words(column.table.text, column.has_quotes, are_names, words, said);
    }
}

/// Takes a closer look at words that stand in quotes or start like no name.
#[inline(never)]
fn see_odd_words(text: &[u8], has_quotes: bool, are_names: bool, words: &Words, said: &mut Said) {
    let places = words.starts.iter().zip(words.lengths.iter());
    for ((start, length), is_read) in places.zip(&mut said.is_read) {
        let (start, length) = (*start as usize, *length as usize);
        let word = text
            .get(start..start.saturating_add(length))
            .unwrap_or_default();
        let has_inner = has_quotes && memchr::memchr(b'"', word).is_some();
        let is_plain = !are_names || is_name(text, (start, word.len()));
        *is_read &= is_plain && !has_inner;
    }
}

/// Hashes rows as they are remembered: without the quotes that they do not need.
#[inline(always)]
fn see_rows(last: Column<'_, '_>, structure: &Structure, said: &mut Said, lanes: impl Lanes) {
    let begins = |row: &Row| last.table.marks_of(*row, 0).map_or(0, |(start, _)| start);
    let first = last.rows.first().map_or(0, begins);
    let (mut quotes, mut inner) = (
        behind(structure.quotes(), first),
        behind(structure.inner(), first),
    );
    let hashes = said.hashes.iter_mut().zip(&mut said.are_hashed);
    for (row, (hash, is_hashed)) in last.rows.iter().zip(hashes) {
        let start = begins(row);
        let mut end = last
            .table
            .marks_of(*row, last.number)
            .map_or(0, |(_, end)| end);
        // Whatever the first row has: line ends may be mixed, and nobody else looks at this one if the column is not read.
        if last.byte(end.wrapping_sub(1)) == b'\r' {
            end = end.wrapping_sub(1);
        }
        let (opened, held) = (until(&mut quotes, end), until(&mut inner, end));
        // One quoted cell with a delimiter in it is written as it stands.
        let known = if opened == 0 || opened == 1 && held > 0 {
            let row = last.table.text.get(start as usize..end as usize);
            Some(hashed(row.unwrap_or_default(), 0))
        } else if held == 0 {
            hashed_without_quotes(last.table.text, (start, end), lanes)
        } else {
            None
        };
        (*hash, *is_hashed) = (known.unwrap_or(0), known.is_some());
    }
}

/// The places that are not before another one.
#[inline(always)]
fn behind(places: &[u32], first: u32) -> &[u32] {
    &places[places.partition_point(|place| *place < first)..]
}

/// How many of some places stand before an end; they are left out from there on.
#[inline(always)]
fn until(places: &mut &[u32], end: u32) -> usize {
    let mut count = 0;
    while places.get(count).is_some_and(|place| *place < end) {
        count += 1;
    }
    *places = places.get(count..).unwrap_or_default();
    count
}

/// The longest row that is written without quotes on the way.
const BLOCKS: usize = 3;

/// The hash of a row that needs none of its quotes; `None` where it is long, stands at the very end of a text, or the
/// processor has no instruction to write it so.
#[inline(always)]
fn hashed_without_quotes(text: &[u8], row: (u32, u32), lanes: impl Lanes) -> Option<u64> {
    let (start, end) = (row.0 as usize, row.1 as usize);
    let length = end
        .checked_sub(start)
        .filter(|length| *length <= 64 * BLOCKS)?;
    let mut written = [0; 64 * (BLOCKS + 1)];
    let mut count = 0;
    for block in 0..length.div_ceil(64) {
        let bytes: &[u8; 64] = text.get(start + 64 * block..)?.first_chunk()?;
        let rest = length - 64 * block;
        let of_row = u64::MAX >> 64_usize.saturating_sub(rest);
        let kept = of_row & !lanes.equal(bytes, b'"');
        let room = written.get_mut(count..)?.first_chunk_mut()?;
        count += lanes.picked(bytes, kept, room)?;
    }
    Some(hashed(written.get(..count)?, 0))
}

/// Reads amounts, and gives what they show in the rows that are read; no row but one that says a currency may be of nothing.
#[inline(always)]
fn see_amounts(
    column: Column<'_, '_>,
    (mark, may_be_zero): (Mark, bool),
    said: &mut Said,
) -> Marks {
    let (mut texts, mut lengths) = ([0; AT_ONCE], [0; AT_ONCE]);
    for (place, (text, length)) in column.places().zip(texts.iter_mut().zip(&mut lengths)) {
        *text = u64::from_le_bytes(column.eight_before(place.end));
        *length = u64::from(place.end.wrapping_sub(place.start));
    }
    let mut shown = Shown::default();
    for number in 0..AT_ONCE {
        let amount = Short::of_eight(texts[number], lengths[number], mark);
        let is_read = said.is_read[number] & amount.is_one & (may_be_zero | (amount.units != 0));
        said.units[number] = amount.units;
        said.scales[number] = amount.scale;
        said.is_read[number] = is_read;
        shown.add_if(is_read, amount);
    }
    shown.marks(mark)
}

/// What months are called.
#[derive(Clone, Debug)]
struct Months {
    known: Box<[KnownMonth; Months::KEPT]>,
    /// The last one that counts.
    through: Option<Month>,
}

/// The bytes of `2024-03-`, the column of the month in a ledger, and how many days it has; none for one that does not count.
#[derive(Clone, Copy, Debug, Default)]
struct KnownMonth {
    label: u64,
    column: u16,
    days: u8,
}

impl Months {
    /// How many are remembered: more than most files have.
    const KEPT: usize = 256;

    fn new(through: Option<Month>) -> Months {
        Months {
            known: Box::new([KnownMonth::default(); Months::KEPT]),
            through,
        }
    }

    #[inline(always)]
    fn of(&mut self, label: u64) -> KnownMonth {
        let place = (label.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize;
        if self.known[place].label != label {
            self.known[place] = self.read(label);
        }
        self.known[place]
    }

    #[cold]
    fn read(&self, label: u64) -> KnownMonth {
        let month = common_month(label)
            .filter(|(_, month, _)| self.through.is_none_or(|through| *month <= through));
        let known = month.and_then(|(label, month, days)| {
            let column = ShortRow::column_of(month)?;
            Some(KnownMonth {
                label,
                column,
                days,
            })
        });
        known.unwrap_or(KnownMonth {
            label,
            ..KnownMonth::default()
        })
    }
}
