//! The short way through the rows of a long file: whole pieces at once, straight from their bytes.
//!
//! It takes the rows whose cells have plain forms, and does with them what [`long`](super::long) does. Every other row,
//! and every piece whose quotes need a closer look, goes to the general reader, which knows all forms and all errors. So
//! there is one meaning of a row, and this module only knows when it is simple.

use std::fmt;

use super::super::cell::is_ascii_word;
use super::super::columns::Role;
use super::super::date::{DateMarks, When, read_when};
use super::super::dialect::Terminator;
use super::super::number::{Reading, read_amount};
use super::super::repeats::content;
use super::super::structure::Structure;
use super::Shape;
use super::long::is_damaged_id;
use super::money::kept_currency;
use super::plan::{Found, Plan, layout};
use super::reader::{RowReader, trimmed};
use crate::ledger::{Batch, Interner, Layout, RowPlace, Shards, ShortRow};
use crate::policies::Duplicates;
use crate::units::Amount;

/// How many different dates are remembered with what they mean.
const DATES_KEPT: usize = 4096;

/// Why the general reader reads every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detour {
    /// The shape is not the long one.
    Shape,
    /// Lines end with a carriage return alone.
    LineEnds,
    /// Lines around the rows, groups, or rows that a pattern leaves out.
    Furniture,
    /// A filter.
    Filter,
    /// Rows of one key are not added up.
    Duplicates,
    /// Amounts in other currencies are converted.
    Rates,
    /// Amounts are in minor units, or scaled.
    Scale,
    /// A column that changes what an amount means: a status, a quantity, a refund.
    Columns,
    /// Something is kept beside the amounts of customers.
    Segments,
}

impl fmt::Display for Detour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Detour::Shape => "the shape is not long",
            Detour::LineEnds => "lines end with a carriage return alone",
            Detour::Furniture => "lines that are no rows stand among them",
            Detour::Filter => "`where` filters rows",
            Detour::Duplicates => "`duplicates` is not `sum`",
            Detour::Rates => "amounts are converted",
            Detour::Scale => "amounts are in minor units or scaled",
            Detour::Columns => "a column says which rows count, or how",
            Detour::Segments => "columns beside the amounts are kept",
        })
    }
}

/// Where the cells that matter stand.
#[derive(Clone, Copy, Debug)]
struct Cells {
    width: usize,
    customer: usize,
    date: usize,
    amount: usize,
    currency: Option<usize>,
}

/// Says where the cells stand, or why rows have to be read the general way.
fn cells(plan: &Plan<'_>) -> Result<Cells, Detour> {
    let of = |role: Role| plan.columns.of(role);
    let rules = &plan.rules;
    let has_rules = !rules.keep.is_empty() || !rules.drop.is_empty() || !rules.less.is_empty();
    let has_columns = has_rules
        || plan.columns.yearly_twin.is_some()
        || of(Role::Status).is_some()
        || of(Role::Quantity).is_some();
    let is_furnished = plan.furniture.is_some() || plan.drop_row.is_some();
    let layout = layout(plan.columns);
    for (is_so, detour) in [
        (plan.columns.shape != Shape::Long, Detour::Shape),
        (plan.dialect.terminator != Terminator::Newline, Detour::LineEnds),
        (is_furnished, Detour::Furniture),
        (!plan.filters.is_empty(), Detour::Filter),
        (plan.duplicates != Duplicates::Sum, Detour::Duplicates),
        (plan.rates.is_some(), Detour::Rates),
        (plan.is_minor || plan.factor != 1, Detour::Scale),
        (has_columns, Detour::Columns),
        (layout != Layout::default(), Detour::Segments),
    ] {
        if is_so {
            return Err(detour);
        }
    }
    let place = |role| of(role).ok_or(Detour::Columns);
    Ok(Cells {
        width: plan.columns.header.len(),
        customer: place(Role::Customer)?,
        date: place(Role::Date)?,
        amount: place(Role::Amount)?,
        currency: of(Role::Currency),
    })
}

/// The parts that threads fill on the short way, or why it cannot be taken.
///
/// # Errors
///
/// Why every row is read the general way.
pub fn shards(plan: &Plan<'_>, threads: usize) -> Result<Shards, Detour> {
    cells(plan)?;
    Ok(Shards::new(threads, plan.duplicates, layout(plan.columns)))
}

/// Reads pieces the short way; one a thread.
pub struct FastReader<'a> {
    plan: &'a Plan<'a>,
    cells: Cells,
    structure: Structure,
    batch: Batch<'a>,
    dates: Dates,
    currency: Currency,
    /// The months and grains that were noted already.
    covered: Vec<[bool; 4]>,
    /// How a row is told from others, where its cells stand in quotes.
    unquoted: Vec<u8>,
}

/// The currency that the last rows were in.
#[derive(Default)]
struct Currency {
    cell: Vec<u8>,
    /// Its code, if it is one that is kept.
    code: Option<String>,
    is_known: bool,
    rows: u64,
    first: Option<RowPlace>,
}

/// What dates mean that were read before.
#[derive(Default)]
struct Dates {
    texts: Interner,
    read: Vec<(DateMarks, When)>,
}

/// One row of plain cells.
struct Plain<'t> {
    customer: (usize, usize),
    when: (DateMarks, When),
    date: &'t [u8],
    units: (i64, u8),
}

impl<'a> FastReader<'a> {
    /// A reader that found nothing yet.
    pub fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<FastReader<'a>> {
        Some(FastReader {
            plan,
            cells: cells(plan).ok()?,
            structure: Structure::default(),
            batch: shards.batch(),
            dates: Dates::default(),
            currency: Currency::default(),
            covered: Vec::new(),
            unquoted: Vec::new(),
        })
    }

    /// Reads every row of a piece; false if a record cannot be told from the next, and what follows is lost.
    pub fn read(&mut self, text: &[u8], first_line: u64, reader: &mut RowReader<'_>) -> bool {
        let mut structure = std::mem::take(&mut self.structure);
        let is_whole = if structure.read(text, self.plan.dialect.delimiter) {
            self.read_rows(&structure, text, first_line, reader)
        } else {
            reader.read_text(text, first_line)
        };
        self.structure = structure;
        self.batch.send(text);
        self.currency.flush(&mut reader.found);
        is_whole
    }

    fn read_rows(
        &mut self,
        structure: &Structure,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        let (cells, width) = (structure.cells(), self.cells.width);
        let (mut start, mut cell, mut line) = (0, 0, first_line);
        for end in structure.records() {
            let record = start..*end as usize + 1;
            let is_even = cells.get(cell + width - 1) == Some(end);
            let ends = cells.get(cell..cell + width).unwrap_or_default();
            let is_read = is_even && self.read_row(text, start, ends, line, &mut reader.found);
            if !is_read && !reader.read_text(&text[record.clone()], line) {
                return false;
            }
            cell += if is_even {
                width
            } else {
                cells[cell..].iter().take_while(|at| *at <= end).count()
            };
            line += 1;
            if structure.has_inner_lines {
                let inner = memchr::memchr_iter(b'\n', &text[record.clone()]);
                line += (inner.count() as u64).saturating_sub(1);
            }
            start = record.end;
        }
        start == text.len() || reader.read_text(&text[start..], line)
    }

    /// Reads a row if all its cells have plain forms, and takes note of all that the general reader would.
    #[inline]
    fn read_row(
        &mut self,
        text: &[u8],
        start: usize,
        ends: &[u32],
        line: u64,
        found: &mut Found,
    ) -> bool {
        let row = RowText { text, start, ends };
        let Some(amount) = row.cell(self.cells.amount) else {
            return false;
        };
        let (marks, reading) = read_amount(amount, self.plan.mark.0);
        let Ok(Some(Reading {
            amount: value,
            currency: None,
        })) = reading
        else {
            return false;
        };
        let Some(plain) = self.plain(&row, value) else {
            return false;
        };
        let place = RowPlace {
            file: self.plan.file.0,
            line,
        };
        if !self.is_kept(&row, value, place) {
            return false;
        }
        found.rows += 1;
        found.in_horizon += 1;
        found.passed += 1;
        found.marks.add(marks, line, amount);
        let (marks, when) = plain.when;
        let date = std::str::from_utf8(plain.date).unwrap_or_default();
        found.dates.add(marks, line, date);
        self.cover(when, place, found);
        if self.plan.has_others {
            found.sizes.add(value);
        }
        let delimiter = self.plan.dialect.delimiter;
        let content = row.content(delimiter, &mut self.unquoted);
        found.repeats.add(content, 0, place);
        self.batch.add(
            text,
            &ShortRow {
                name: plain.customer,
                month: when.month,
                day: when.day,
                units: plain.units,
            },
        );
        true
    }

    /// The cells of a row, if they have plain forms.
    #[inline]
    fn plain<'t>(&mut self, row: &RowText<'t>, amount: Amount) -> Option<Plain<'t>> {
        let units = (i64::try_from(amount.units()).ok()?, amount.scale());
        let customer = row.text(self.cells.customer)?;
        let name = row.cell_of(customer)?;
        if name.is_empty() || is_damaged_id(name) {
            return None;
        }
        let date = row.text(self.cells.date)?;
        let date = row.text.get(date.0..date.0 + date.1)?;
        let when = self.when(date)?;
        if self.plan.through.is_some_and(|through| when.1.month > through) {
            return None;
        }
        Some(Plain {
            customer,
            when,
            date,
            units,
        })
    }

    /// What a date means, if it can be read.
    #[inline]
    fn when(&mut self, cell: &[u8]) -> Option<(DateMarks, When)> {
        let text = std::str::from_utf8(cell).ok()?;
        if let Some(number) = self.dates.texts.find(text) {
            return self.dates.read.get(number as usize).copied();
        }
        let (marks, when) = read_when(text, self.plan.order.0, self.plan.fiscal_year);
        let read = (marks, when.ok()??);
        if self.dates.read.len() < DATES_KEPT {
            self.dates.texts.intern(text);
            self.dates.read.push(read);
        }
        Some(read)
    }

    /// Whether the row is in the currency that is kept; counts it there.
    #[inline]
    fn is_kept(&mut self, row: &RowText<'_>, amount: Amount, place: RowPlace) -> bool {
        let cell = match self.cells.currency {
            None => "",
            Some(column) => match row.cell(column) {
                Some(cell) => cell,
                None => return false,
            },
        };
        let currency = &mut self.currency;
        if !currency.is_known || currency.cell != cell.as_bytes() {
            if currency.rows > 0 {
                // Counted with the rows before: another reader of this piece knows what they are in.
                return false;
            }
            currency.cell = cell.as_bytes().to_vec();
            currency.code = kept_currency(self.plan, cell);
            currency.is_known = true;
        }
        if currency.code.is_none() {
            return false;
        }
        // A row of nothing need not say in which currency.
        if !(amount.is_zero() && cell.is_empty()) {
            currency.rows += 1;
            currency.first.get_or_insert(place);
        }
        true
    }

    /// Notes that a row covers a month; once for each month and grain, for rows come in order.
    #[inline]
    fn cover(&mut self, when: When, place: RowPlace, found: &mut Found) {
        const ORIGIN: i32 = 1990 * 12;
        let index = usize::try_from(when.month.index() - ORIGIN).unwrap_or_default();
        if self.covered.len() <= index {
            self.covered.resize(index + 1, [false; 4]);
        }
        let known = &mut self.covered[index][when.grain as usize];
        if !*known {
            *known = true;
            found.part.cover(when.month, when.grain, place);
        }
    }
}

impl Currency {
    /// Hands over what was counted.
    fn flush(&mut self, found: &mut Found) {
        if let (Some(code), Some(first)) = (&self.code, self.first.take()) {
            found.tally.add_rows(code, self.rows, first);
        }
        self.rows = 0;
    }
}

/// A row of the right width, as places in its text.
struct RowText<'t> {
    text: &'t [u8],
    start: usize,
    ends: &'t [u32],
}

impl<'t> RowText<'t> {
    /// Where a cell stands, without its quotes and the blanks and guards around it; `None` where a quote is doubled.
    #[inline]
    fn text(&self, column: usize) -> Option<(usize, usize)> {
        let (start, end) = self.stored(column)?;
        let cell = self.text.get(start..end)?;
        if is_ascii_word(cell) {
            return Some((start, end - start));
        }
        let (start, cell) = match cell {
            [b'"', inner @ .., b'"'] => {
                if memchr::memchr(b'"', inner).is_some() {
                    return None;
                }
                (start + 1, inner)
            }
            _ => (start, cell),
        };
        let cell = std::str::from_utf8(cell).ok()?;
        let text = trimmed(cell);
        let before = text.as_ptr().addr() - cell.as_ptr().addr();
        Some((start + before, text.len()))
    }

    /// The text of a cell.
    #[inline]
    fn cell(&self, column: usize) -> Option<&'t str> {
        self.cell_of(self.text(column)?)
    }

    #[inline]
    fn cell_of(&self, (start, length): (usize, usize)) -> Option<&'t str> {
        std::str::from_utf8(self.text.get(start..start + length)?).ok()
    }

    /// The row as it is told from others.
    #[inline]
    fn content<'s>(&self, delimiter: u8, scratch: &'s mut Vec<u8>) -> &'s [u8]
    where
        't: 's,
    {
        let last = self.stored(self.ends.len() - 1);
        let row = self.start..last.map_or(self.start, |(_, end)| end);
        let row = self.text.get(row).unwrap_or_default();
        if memchr::memchr(b'"', row).is_none() {
            return row;
        }
        let cells = (0..self.ends.len()).filter_map(|column| self.stored(column));
        let cells = cells.map(|(start, end)| {
            let cell = &self.text[start..end];
            match cell {
                [b'"', inner @ .., b'"'] => (inner, true),
                _ => (cell, false),
            }
        });
        content(cells, delimiter, scratch);
        scratch
    }

    /// Where a cell stands, with its quotes.
    #[inline]
    fn stored(&self, column: usize) -> Option<(usize, usize)> {
        let end = *self.ends.get(column)? as usize;
        let start = match column.checked_sub(1) {
            Some(before) => self.ends[before] as usize + 1,
            None => self.start,
        };
        let is_return = column + 1 == self.ends.len() && end > start && self.text[end - 1] == b'\r';
        Some((start, end - usize::from(is_return)))
    }
}
