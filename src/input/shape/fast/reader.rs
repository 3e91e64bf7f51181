//! The reader: row after row, each cell in the plainest form first and with a closer look where it has another.

use std::ops::Range;

use super::super::super::date::{DateMarks, When};
use super::super::super::number::{Mark, Marks, Plain, Reading, read_amount, read_plain_at};
use super::super::super::structure::Structure;
use super::super::money::kept_currency;
use super::super::plan::{Found, Plan};
use super::super::reader::RowReader;
use super::super::row_text::{is_name, text_of};
use super::lean::{AT_ONCE, LeanRows};
use super::rows::{Line, Row, Rows, Table, Unquoted};
use super::seen::{Currency, Dates, ORIGIN, Seen};
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
    /// What reads the rows of the plainest form, and whether the last ones of the piece at hand had any.
    lean: LeanRows,
    is_lean: bool,
    batch: Batch<'a>,
    dates: Dates,
    currency: Currency,
    /// The grains that were noted already of each month, one bit a grain.
    covered: Vec<u8>,
    /// The columns beside the amounts, that of the parent last.
    by: Vec<usize>,
    has_parents: bool,
    /// What the row at hand has in them: where it starts and how many bytes it has.
    values: Vec<(usize, usize)>,
    /// How a row is told from others, where its cells stand in quotes.
    unquoted: Unquoted,
    /// How many quotes opened in the piece at hand before the next row, and how much stood inside that has to.
    quotes_before: usize,
    inner_before: usize,
}

impl<'a> FastReader<'a> {
    /// A reader that found nothing yet.
    pub(in crate::input) fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<FastReader<'a>> {
        let cells = cells(plan).ok()?;
        let by: Vec<usize> = plan.columns.attributes().collect();
        Some(FastReader {
            plan,
            lean: LeanRows::new(&cells, &by, plan.mark.0, plan.through),
            is_lean: true,
            cells,
            structure: Structure::default(),
            rows: Rows::default(),
            batch: shards.batch(),
            dates: Dates::default(),
            currency: Currency::default(),
            covered: Vec::new(),
            by,
            has_parents: plan.columns.of(Role::Parent).is_some(),
            values: Vec::new(),
            unquoted: Unquoted::default(),
            quotes_before: 0,
            inner_before: 0,
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
        (self.quotes_before, self.inner_before) = (0, 0);
        self.is_lean = true;
        // The rows of those at hand that are the general reader's, by their places among them.
        let mut left = Vec::new();
        // The first one says which currency is counted.
        let (first, rest) = rows.rows.split_at(rows.rows.len().min(1));
        for some in std::iter::once(first).chain(rest.chunks(AT_ONCE)) {
            let mut marks = self.look((&table, structure), some);
            let mut number = 0;
            left.clear();
            while let Some(row) = some.get(number) {
                let run = self.lean.run(number, some.len());
                if !run.is_empty() {
                    let found = &mut reader.found;
                    number = run.end;
                    self.take_lean((&table, structure), some, run, (first_line, found));
                    continue;
                }
                if let Some(seen) = self.see(&table, *row, first_line) {
                    marks = marks.and(seen.amount.marks);
                    let found = &mut reader.found;
                    self.take((&table, structure), *row, &seen, (first_line, found));
                } else {
                    let (start, end) = table.bounds(*row);
                    let line = first_line + u64::from(row.line);
                    is_whole &= reader.read_text(&text[start..end], line);
                    left.push(number);
                }
                number += 1;
            }
            let found = &mut reader.found;
            let taken = (some.len() - left.len()) as u64;
            for count in [
                &mut found.rows,
                &mut found.short,
                &mut found.in_horizon,
                &mut found.passed,
            ] {
                *count += taken;
            }
            self.batch.send_much();
            let line = first_line + some.first().map_or(0, |row| u64::from(row.line));
            if found.marks.is_news(marks, line) || found.dates.is_news(DateMarks::TEXT, line) {
                self.find_news(&table, (some, &left), (first_line, found));
            }
        }
        for (other, before) in &rows.others {
            is_whole &= reader.read_text(&text[other.clone()], first_line + before);
        }
        is_whole
    }

    /// Reads the rows of the plainest form, once a row of the piece has said which currency is counted; gives what their
    /// amounts show.
    fn look(&mut self, table: (&Table<'_>, &Structure), rows: &[Row]) -> Marks {
        if self.currency.rows == 0 || !self.is_lean {
            self.lean.skip();
            return Marks::NONE;
        }
        self.lean.count_in(self.currency.letters);
        let marks = self.lean.read(table, rows);
        self.is_lean = self.lean.has_any(rows.len());
        marks
    }

    /// Takes note of rows of the plainest form that follow each other: of one thing after the other, for each row waits for
    /// memory and for products where loops over many do not.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call costs more than it does")]
    fn take_lean(
        &mut self,
        (table, structure): (&Table<'_>, &Structure),
        rows: &[Row],
        run: Range<usize>,
        (first_line, found): (u64, &mut Found),
    ) {
        for number in run.clone() {
            let (column, day) = self.lean.day(number);
            if self.batch.note_day(column, day) {
                let month = Month::from_index(ORIGIN + i32::from(column));
                let place = self.place(rows[number], first_line);
                found.part.cover(month, Grain::Month, place);
            }
        }
        if self.plan.has_others {
            for number in run.clone() {
                let (units, scale) = self.lean.units(number);
                found.sizes.add(Amount::new(units.into(), scale));
            }
        }
        self.currency.rows += run.len() as u64;
        for number in run.clone() {
            let place = self.place(rows[number], first_line);
            match self.lean.hash(number) {
                Some(hash) => found.repeats.add_hashed(hash, place),
                None => self.remember((table, structure), rows[number], place, found),
            }
        }
        if !self.by.is_empty() {
            let first = 1 + usize::from(self.cells.product.is_some());
            for number in run.clone() {
                for column in 0..self.by.len() {
                    let place = self.lean.word(first + column, number);
                    self.mark(table.text, column, place);
                }
            }
        }
        let (lean, has_product) = (&self.lean, self.cells.product.is_some());
        let rows = run.map(|number| lean.row(number, has_product));
        self.batch.add_all(table.text, rows);
    }

    /// Reads a row whose cells are all plain; others are for the general reader.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "what it gives would be written to memory"
    )]
    fn see(&mut self, table: &Table<'_>, row: Row, first_line: u64) -> Option<Seen> {
        let line = table.line(row)?;
        let amount = self.amount(&line)?;
        let (date_marks, when) = self.date(&line)?;
        // One that is too late to count is not plain.
        if self
            .plan
            .through
            .is_some_and(|through| when.month > through)
        {
            return None;
        }
        let name = place(&line, self.cells.customer)?;
        if !is_name(table.text, name) {
            return None;
        }
        let product = match self.cells.product {
            None => None,
            Some(column) => Some(place(&line, column)?),
        };
        self.values.clear();
        for column in &self.by {
            self.values.push(place(&line, *column)?);
        }
        if !self.is_in_last_currency(&line, amount.units == 0) {
            let place = self.place(row, first_line);
            self.count_currency(&line, amount.units == 0, place)?;
        }
        Some(Seen {
            amount,
            date_marks,
            when,
            name,
            product,
        })
    }

    /// The amount: the cell as it stands, which is seldom among blanks, before a closer look.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn amount(&self, line: &Line<'_>) -> Option<Plain> {
        let (column, mark) = (self.cells.amount, self.plan.mark.0);
        let (bare, _) = line.bare(column);
        read_plain_at(line.text, bare, mark).or_else(|| other_amount(line, column, mark))
    }

    /// The date, likewise.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn date(&mut self, line: &Line<'_>) -> Option<(DateMarks, When)> {
        let ((start, end), _) = line.bare(self.cells.date);
        match self.dates.common.read_at(line.text, (start, end)) {
            Some(when) => Some((DateMarks::TEXT, when)),
            None => self.dates.read(self.plan, line, self.cells.date),
        }
    }

    /// True for a row that says its currency as the last one did; most rows do, in three letters and without blanks around
    /// them.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn is_in_last_currency(&mut self, line: &Line<'_>, is_zero: bool) -> bool {
        let currency = &mut self.currency;
        let is_same = match self.cells.currency {
            // Nothing says it, in no row.
            None => currency.rows > 0 && !is_zero,
            Some(column) => {
                let ((start, end), _) = line.bare(column);
                let letters = line.text.get(start..end);
                currency.rows > 0
                    && currency.letters.is_some()
                    && letters.and_then(|cell| cell.try_into().ok()) == currency.letters
            }
        };
        currency.rows += u64::from(is_same);
        is_same
    }

    fn place(&self, row: Row, first_line: u64) -> RowPlace {
        RowPlace {
            file: self.plan.file.0,
            line: first_line + u64::from(row.line),
        }
    }

    /// Takes note of a plain row as the general reader would.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    fn take(
        &mut self,
        (table, structure): (&Table<'_>, &Structure),
        row: Row,
        seen: &Seen,
        (first_line, found): (u64, &mut Found),
    ) {
        let place = self.place(row, first_line);
        let Plain { units, scale, .. } = seen.amount;
        self.cover(seen.when.month, seen.when.grain, place, found);
        if seen.date_marks != DateMarks::TEXT {
            self.note_date(table, row, seen.date_marks, (place.line, found));
        }
        if self.plan.has_others {
            found.sizes.add(Amount::new(units.into(), scale));
        }
        self.remember((table, structure), row, place, found);
        for column in 0..self.values.len() {
            self.mark(table.text, column, self.values[column]);
        }
        let Some(column) = ShortRow::column_of(seen.when.month) else {
            debug_assert!(false, "no date is read outside 1990 to 2100");
            return;
        };
        self.batch.note_day(column, seen.when.day);
        let short = ShortRow {
            name: seen.name,
            column,
            day: seen.when.day,
            units: (units, scale),
            product: seen.product,
        };
        self.batch.add_all(table.text, std::iter::once(short));
    }

    /// Keeps what the amounts of some rows show about their column, and that there are dates of the common form; not of those
    /// left to the general reader. In which currency a row counts was decided when it was taken, and is not asked again: what
    /// came after it may have settled another one.
    #[cold]
    fn find_news(
        &mut self,
        table: &Table<'_>,
        (rows, left): (&[Row], &[usize]),
        (first_line, found): (u64, &mut Found),
    ) {
        let numbered = rows.iter().enumerate();
        for (_, row) in numbered.filter(|(number, _)| left.binary_search(number).is_err()) {
            let number = first_line + u64::from(row.line);
            let Some(line) = table.line(*row) else {
                continue;
            };
            let seen = self.amount(&line).zip(self.date(&line));
            let Some((amount, (date_marks, _))) = seen else {
                debug_assert!(false, "a row that was taken has both");
                continue;
            };
            let row = line.row();
            let cell = |column| text_of(row.cell(column).unwrap_or_default());
            if found.marks.is_news(amount.marks, number) {
                found
                    .marks
                    .add(amount.marks, number, cell(self.cells.amount));
            }
            let is_common = date_marks == DateMarks::TEXT;
            if is_common && found.dates.is_news(date_marks, number) {
                found.dates.add(date_marks, number, cell(self.cells.date));
            }
        }
    }

    /// Keeps what a date of another form shows.
    #[inline(never)]
    fn note_date(
        &self,
        table: &Table<'_>,
        row: Row,
        marks: DateMarks,
        (number, found): (u64, &mut Found),
    ) {
        if let Some(line) = table.line(row)
            && found.dates.is_news(marks, number)
        {
            let cell = text_of(line.row().cell(self.cells.date).unwrap_or_default());
            found.dates.add(marks, number, cell);
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
        // Rows before it may have been left to the general reader.
        let quotes = behind(structure.quotes(), self.quotes_before, start);
        self.quotes_before = behind(structure.quotes(), quotes, end);
        let inner = behind(structure.inner(), self.inner_before, start);
        self.inner_before = behind(structure.inner(), inner, end);
        if quotes == self.quotes_before {
            found.repeats.add(&table.text[start..end], 0, place);
        } else if let Some(line) = table.line(row) {
            let inner = &structure.inner()[inner..self.inner_before];
            let content = self.unquoted.of(&line, inner, self.plan.dialect.delimiter);
            found.repeats.add(content, 0, place);
        }
    }

    /// Says what the row at hand has in a column beside the amounts to the batch.
    #[inline]
    fn mark(&mut self, text: &[u8], column: usize, place: (usize, usize)) {
        if self.has_parents && column + 1 == self.by.len() {
            let (start, length) = place;
            let value = text_of(&text[start..start + length]);
            if matches!(value, "" | NO_VALUE) {
                return self.batch.mark(column, NO_PARENT);
            }
        }
        self.batch.mark_at(column, text, place);
    }

    /// Counts a row in its currency, if that is the one that is kept.
    #[inline]
    fn count_currency(&mut self, line: &Line<'_>, is_zero: bool, place: RowPlace) -> Option<()> {
        let row = line.row();
        let cell = match self.cells.currency {
            None => &[],
            Some(column) => row.cell(column)?,
        };
        let currency = &mut self.currency;
        if currency.cell.as_deref() != Some(cell) {
            if currency.rows > 0 {
                // Counted with the rows before; the next piece may start with it.
                return None;
            }
            currency.cell = Some(cell.to_vec());
            currency.code = kept_currency(self.plan, text_of(cell));
            currency.letters = cell.try_into().ok().filter(|_| currency.code.is_some());
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

/// How many of some places stand before an end, so many of them at least.
#[inline]
fn behind(places: &[u32], mut count: usize, end: usize) -> usize {
    while places.get(count).is_some_and(|at| (*at as usize) < end) {
        count = count.wrapping_add(1);
    }
    count
}

/// Where a cell starts and how many bytes it has, without what may stand around it; `None` where a quote is doubled.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call costs more than it does")]
fn place(line: &Line<'_>, column: usize) -> Option<(usize, usize)> {
    let ((start, end), is_quoted) = line.bare(column);
    let cell = line.text.get(start..end)?;
    if is_ascii_word(cell) && !(is_quoted && memchr::memchr(b'"', cell).is_some()) {
        return Some((start, end.wrapping_sub(start)));
    }
    other_place(line, column)
}

#[inline(never)]
fn other_place(line: &Line<'_>, column: usize) -> Option<(usize, usize)> {
    line.row().place(column)
}

/// An amount of a less common form, without a currency beside it.
#[inline(never)]
fn other_amount(line: &Line<'_>, column: usize, mark: Mark) -> Option<Plain> {
    let row = line.row();
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
