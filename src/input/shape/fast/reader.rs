//! The reader: column after column of some rows at once, so that each loop is short, and what is not plain is left.

#![expect(
    clippy::needless_range_loop,
    reason = "one number goes through the rows and several arrays: their bounds are looked at once"
)]

use super::super::super::date::DateMarks;
use super::super::super::number::{Mark, Marks, Plain, Reading, read_amount, read_plain_at};
use super::super::super::structure::Structure;
use super::super::money::kept_currency;
use super::super::plan::{Found, Plan};
use super::super::reader::RowReader;
use super::super::row_text::{RowText, is_name, text_of};
use super::rows::{Row, Rows, Table};
use super::seen::{AT_ONCE, Currency, Dates, ORIGIN, Seen, letters_of};
use super::{Cells, cells};
use crate::input::cell::is_ascii_word;
use crate::input::columns::Role;
use crate::ledger::{Batch, NO_PARENT, NO_VALUE, RowPlace, Shards, ShortRow};
use crate::units::{Amount, Grain, Month};

/// Reads pieces the short way; one a thread.
pub(in crate::input) struct FastReader<'a> {
    plan: &'a Plan<'a>,
    cells: Cells,
    structure: Structure,
    rows: Rows,
    seen: Box<Seen>,
    batch: Batch<'a>,
    dates: Dates,
    currency: Currency,
    /// The grains that were noted already of each month, one bit a grain.
    covered: Vec<u8>,
    /// The columns beside the amounts, that of the parent last.
    by: Vec<usize>,
    has_parents: bool,
    /// How a row is told from others, where its cells stand in quotes.
    unquoted: Vec<u8>,
    /// Where to go on looking for quotes of the piece at hand.
    quote: usize,
}

impl<'a> FastReader<'a> {
    /// A reader that found nothing yet.
    pub(in crate::input) fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<FastReader<'a>> {
        Some(FastReader {
            plan,
            cells: cells(plan).ok()?,
            structure: Structure::default(),
            rows: Rows::default(),
            seen: Box::default(),
            batch: shards.batch(),
            dates: Dates::default(),
            currency: Currency::default(),
            covered: Vec::new(),
            by: plan.columns.attributes().collect(),
            has_parents: plan.columns.of(Role::Parent).is_some(),
            unquoted: Vec::new(),
            quote: 0,
        })
    }

    /// True if the quotes of the last piece stand by the rules: it ends where a record does.
    pub(in crate::input) fn is_by_rules(&self) -> bool {
        self.structure.is_by_rules
    }

    /// Reads every row of a piece; false if a record cannot be told from the next, and what follows is lost.
    pub(in crate::input) fn read(
        &mut self,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        let (mut structure, mut rows) = (
            std::mem::take(&mut self.structure),
            std::mem::take(&mut self.rows),
        );
        let is_split = structure.read(text, self.plan.dialect.delimiter)
            && rows.find(&structure, text, self.cells.width);
        let is_whole = if is_split {
            self.read_rows((&structure, &rows), text, first_line, reader)
        } else {
            reader.read_text(text, first_line)
        };
        (self.structure, self.rows) = (structure, rows);
        self.batch.send();
        self.currency.flush(&mut reader.found);
        is_whole
    }

    fn read_rows(
        &mut self,
        (structure, rows): (&Structure, &Rows),
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        let table = Table::new(text, structure, self.cells.width);
        let mut is_whole = true;
        self.quote = 0;
        for some in rows.rows.chunks(AT_ONCE) {
            self.look(&table, some, first_line);
            let taken = self.take(&table, some, (first_line, structure), &mut reader.found);
            if taken == some.len() {
                continue;
            }
            for (row, is_plain) in some.iter().zip(&self.seen.is_plain) {
                if !is_plain {
                    let (start, end) = table.bounds(*row);
                    let line = first_line + u64::from(row.line);
                    is_whole &= reader.read_text(&text[start..end], line);
                }
            }
        }
        for (other, before) in &rows.others {
            is_whole &= reader.read_text(&text[other.clone()], first_line + before);
        }
        is_whole
    }

    /// Finds what the cells of some rows are, and which rows have plain ones alone.
    fn look(&mut self, table: &Table<'_>, rows: &[Row], first_line: u64) {
        self.look_at_amounts(table, rows);
        self.look_at_dates(table, rows);
        self.look_at_names(table, rows);
        self.look_at_others(table, rows);
        self.look_at_currencies(table, rows, first_line);
    }

    /// Counts the plain rows in their currency; those in one that is not kept are not plain.
    fn look_at_currencies(&mut self, table: &Table<'_>, rows: &[Row], first_line: u64) {
        let (letters, mut same) = (self.currency.letters(), 0);
        for number in 0..rows.len().min(AT_ONCE) {
            let row = &rows[number];
            if !self.seen.is_plain[number] {
                continue;
            }
            // Most rows have the three letters of the last one, and no blanks around them.
            if let (Some(letters), Some(column)) = (letters, self.cells.currency) {
                let ((start, end), _) = table.bare(*row, column);
                if table.text.get(start..end).and_then(letters_of) == Some(letters) {
                    same += 1;
                    continue;
                }
            }
            let is_zero = self.seen.units[number] == 0;
            let place = self.place(*row, first_line);
            let counted = self.count_currency(table, *row, is_zero, place);
            self.seen.is_plain[number] = counted.is_some();
        }
        self.currency.rows += same;
    }

    fn place(&self, row: Row, first_line: u64) -> RowPlace {
        RowPlace {
            file: self.plan.file.0,
            line: first_line + u64::from(row.line),
        }
    }

    /// Reads amounts: the cells as they stand, which are seldom among blanks, before a closer look.
    fn look_at_amounts(&mut self, table: &Table<'_>, rows: &[Row]) {
        let (column, mark) = (self.cells.amount, self.plan.mark.0);
        let seen = &mut *self.seen;
        let mut all = Marks::NONE;
        for number in 0..rows.len().min(AT_ONCE) {
            let row = rows[number];
            let (bare, _) = table.bare(row, column);
            let plain = read_plain_at(table.text, bare, mark);
            let Some(plain) = (match plain {
                Some(plain) => Some(plain),
                None => other_amount(&table.row(row, true), column, mark),
            }) else {
                seen.is_plain[number] = false;
                continue;
            };
            seen.is_plain[number] = true;
            // Field by field: a whole would be written and read again in parts of other sizes.
            seen.units[number] = plain.units;
            seen.scales[number] = plain.scale;
            seen.marks[number] = plain.marks;
            all = all.and(plain.marks);
        }
        seen.all_marks = all;
    }

    /// Reads dates; those that are too late to count are not plain.
    fn look_at_dates(&mut self, table: &Table<'_>, rows: &[Row]) {
        let (column, through) = (self.cells.date, self.plan.through);
        let latest = through.unwrap_or(Month::from_index(i32::MAX));
        let seen = &mut *self.seen;
        let mut all = DateMarks::TEXT;
        for number in 0..rows.len().min(AT_ONCE) {
            let row = rows[number];
            let ((start, end), _) = table.bare(row, column);
            let common = table.text.get(start..end);
            let common = common.and_then(|cell| self.dates.common.read(cell));
            let Some((shown, when)) = (match common {
                Some(when) => Some((DateMarks::TEXT, when)),
                None => self
                    .dates
                    .read(self.plan, table.row(row, true).cell(column)),
            }) else {
                seen.is_plain[number] = false;
                continue;
            };
            all = all.and(shown);
            seen.is_plain[number] &= when.month <= latest;
            seen.date_marks[number] = shown;
            seen.months[number] = when.month;
            seen.grains[number] = when.grain;
            seen.days[number] = when.day;
        }
        seen.all_date_marks = all;
    }

    fn look_at_names(&mut self, table: &Table<'_>, rows: &[Row]) {
        let column = self.cells.customer;
        let seen = &mut *self.seen;
        for number in 0..rows.len().min(AT_ONCE) {
            match place(table, rows[number], column) {
                Some(place) if is_name(table.text, place) => seen.names[number] = place,
                _ => seen.is_plain[number] = false,
            }
        }
    }

    /// Finds products and what stands in the columns beside the amounts.
    fn look_at_others(&mut self, table: &Table<'_>, rows: &[Row]) {
        let seen = &mut *self.seen;
        seen.values.clear();
        if self.cells.product.is_none() && self.by.is_empty() {
            return;
        }
        for (number, row) in rows.iter().enumerate() {
            if let Some(column) = self.cells.product {
                seen.products[number] = place(table, *row, column);
                seen.is_plain[number] &= seen.products[number].is_some();
            }
            for column in &self.by {
                let value = place(table, *row, *column);
                seen.is_plain[number] &= value.is_some();
                seen.values.push(value.unwrap_or_default());
            }
        }
    }

    /// Takes note of all plain rows as the general reader would, and says how many there are.
    fn take(
        &mut self,
        table: &Table<'_>,
        rows: &[Row],
        (first_line, structure): (u64, &Structure),
        found: &mut Found,
    ) -> usize {
        self.find_evidence(table, rows, first_line, found);
        let mut taken = 0;
        for number in 0..rows.len().min(AT_ONCE) {
            let row = &rows[number];
            if !self.seen.is_plain[number] {
                continue;
            }
            taken += 1;
            let place = self.place(*row, first_line);
            let (month, units) = (self.seen.months[number], self.seen.units[number]);
            let scale = self.seen.scales[number];
            self.cover(month, self.seen.grains[number], place, found);
            if self.plan.has_others {
                found.sizes.add(Amount::new(units.into(), scale));
            }
            self.remember((table, structure), *row, place, found);
            self.mark(table, number);
            let short = ShortRow {
                name: self.seen.names[number],
                month,
                day: self.seen.days[number],
                units: (units, scale),
                product: self.seen.products[number],
            };
            self.batch.add(table.text, &short);
        }
        for count in [
            &mut found.rows,
            &mut found.short,
            &mut found.in_horizon,
            &mut found.passed,
        ] {
            *count += taken as u64;
        }
        taken
    }

    /// Keeps what the amounts and dates show about their columns, if any of it is new.
    fn find_evidence(&self, table: &Table<'_>, rows: &[Row], first_line: u64, found: &mut Found) {
        let seen = &*self.seen;
        let plain = |number: &usize| seen.is_plain[*number];
        let (marks, dates) = (seen.all_marks, seen.all_date_marks);
        let line = first_line + rows.first().map_or(0, |row| u64::from(row.line));
        if !found.marks.is_news(marks, line) && !found.dates.is_news(dates, line) {
            return;
        }
        for number in (0..rows.len()).filter(plain) {
            let (row, line) = (rows[number], first_line + u64::from(rows[number].line));
            let cell = |column| text_of(table.row(row, true).cell(column).unwrap_or_default());
            let (marks, dates) = (seen.marks[number], seen.date_marks[number]);
            if found.marks.is_news(marks, line) {
                found.marks.add(marks, line, cell(self.cells.amount));
            }
            if found.dates.is_news(dates, line) {
                found.dates.add(dates, line, cell(self.cells.date));
            }
        }
    }

    /// Remembers a row, to find others that are equal to it.
    #[inline]
    fn remember(
        &mut self,
        (table, structure): (&Table<'_>, &Structure),
        row: Row,
        place: RowPlace,
        found: &mut Found,
    ) {
        let (start, end) = table.bounds(row);
        let quotes = structure.quotes();
        if quotes
            .get(self.quote)
            .is_some_and(|quote| (*quote as usize) < end)
        {
            let behind = |quote: &&u32| (**quote as usize) < end;
            self.quote += quotes[self.quote..].iter().take_while(behind).count();
            let row = table.row(row, true);
            let content = row.content(self.plan.dialect.delimiter, &mut self.unquoted);
            found.repeats.add(content, 0, place);
        } else {
            found.repeats.add(&table.text[start..end], 0, place);
        }
    }

    /// Says what a row has in the columns beside the amounts to the batch.
    #[inline]
    fn mark(&mut self, table: &Table<'_>, number: usize) {
        let count = self.by.len();
        for column in 0..count {
            let place = self.seen.values[number * count + column];
            if self.has_parents && column + 1 == count {
                let (start, length) = place;
                let value = text_of(&table.text[start..start + length]);
                if matches!(value, "" | NO_VALUE) {
                    self.batch.mark(NO_PARENT);
                    continue;
                }
            }
            self.batch.mark_at(table.text, place);
        }
    }

    /// Counts a row in its currency, if that is the one that is kept.
    #[inline]
    fn count_currency(
        &mut self,
        table: &Table<'_>,
        row: Row,
        is_zero: bool,
        place: RowPlace,
    ) -> Option<()> {
        let text = table.row(row, true);
        let cell = match self.cells.currency {
            None => &[],
            Some(column) => text.cell(column)?,
        };
        let currency = &mut self.currency;
        if currency.cell.as_deref() != Some(cell) {
            if currency.rows > 0 {
                // Counted with the rows before; the next piece may start with it.
                return None;
            }
            currency.cell = Some(cell.to_vec());
            currency.code = kept_currency(self.plan, text_of(cell));
        }
        currency.code.as_ref()?;
        // A row of nothing need not say in which currency.
        if !(is_zero && cell.is_empty()) {
            currency.rows += 1;
            currency.first.get_or_insert(place);
        }
        Some(())
    }

    /// Notes that a row covers a month; once for each month and grain, for rows come in order.
    #[inline]
    fn cover(&mut self, month: Month, grain: Grain, place: RowPlace, found: &mut Found) {
        let index = usize::try_from(month.index() - ORIGIN).unwrap_or_default();
        if self.covered.len() <= index {
            self.covered.resize(index + 1, 0);
        }
        let grains = &mut self.covered[index];
        if *grains >> (grain as u8) & 1 == 0 {
            *grains |= 1 << (grain as u8);
            found.part.cover(month, grain, place);
        }
    }
}

/// Where a cell starts and how many bytes it has, without what may stand around it; `None` where a quote is doubled.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call costs more than it does")]
fn place(table: &Table<'_>, row: Row, column: usize) -> Option<(usize, usize)> {
    let ((start, end), is_quoted) = table.bare(row, column);
    let cell = table.text.get(start..end)?;
    if is_ascii_word(cell) && !(is_quoted && memchr::memchr(b'"', cell).is_some()) {
        return Some((start, end - start));
    }
    table.row(row, true).place(column)
}

/// An amount of a less common form, without a currency beside it.
#[inline(never)]
fn other_amount(row: &RowText<'_>, column: usize, mark: Mark) -> Option<Plain> {
    let place = row.place(column)?;
    let range = (place.0, place.0 + place.1);
    if let Some(plain) = read_plain_at(row.text, range, mark) {
        return Some(plain);
    }
    let (marks, reading) = read_amount(text_of(row.at(place)), mark);
    match reading {
        Ok(Some(Reading {
            amount,
            currency: None,
        })) => Some(Plain {
            units: i64::try_from(amount.units()).ok()?,
            scale: amount.scale(),
            marks,
        }),
        _ => None,
    }
}
