//! The short way through the rows of a long file: whole pieces at once, straight from their bytes.
//!
//! It takes the rows whose cells have plain forms, and does with them what [`long`](super::long) does. Every other row,
//! and every piece whose quotes need a closer look, goes to the general reader, which knows all forms and all errors. So
//! there is one meaning of a row, and this module only knows when it is simple.

use std::fmt;

use super::super::columns::Role;
use super::super::date::{DateMarks, When, read_common, read_when};
use super::super::dialect::Terminator;
use super::super::number::{Plain, Reading, read_amount, read_plain_at};
use super::super::structure::Structure;
use super::Shape;
use super::money::kept_currency;
use super::plan::{Found, Plan, layout};
use super::reader::RowReader;
use super::row_text::{RowText, each_line, text_of};
use crate::ledger::{Batch, Interner, NO_PARENT, NO_VALUE, RowPlace, Shards, ShortRow};
use crate::policies::Duplicates;
use crate::units::Amount;

/// How many different dates are remembered with what they mean.
const DATES_KEPT: usize = 4096;

/// Why the general reader reads every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detour {
    /// The shape is neither the long nor the wide one.
    Shape,
    /// Lines end with a carriage return alone.
    LineEnds,
    /// Lines around the rows, groups, or rows that a pattern leaves out.
    Furniture,
    /// A filter.
    Filter,
    /// Rows of one key are not added up.
    Duplicates,
    /// Empty amounts are zeros.
    EmptyAmount,
    /// Amounts in other currencies are converted or left out.
    Currency,
    /// Amounts are in minor units, or scaled.
    Scale,
    /// A column that changes what an amount means: a status, a quantity, a refund.
    Columns,
    /// Columns that are kept beside the periods of a wide file.
    Beside,
}

impl fmt::Display for Detour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Detour::Shape => "rows of this shape depend on each other",
            Detour::LineEnds => "lines end with a carriage return alone",
            Detour::Furniture => "lines that are no rows stand among them",
            Detour::Filter => "`where` filters rows",
            Detour::Duplicates => "`duplicates` is not `sum`",
            Detour::EmptyAmount => "`empty-amount` is `zero`",
            Detour::Currency => "amounts in other currencies are converted or left out",
            Detour::Scale => "amounts are in minor units or scaled",
            Detour::Columns => "a column says which rows count, or how",
            Detour::Beside => "columns beside the periods are read",
        })
    }
}

/// What stands against the short way of any shape.
pub(super) fn refuse(plan: &Plan<'_>) -> Result<(), Detour> {
    let rules = &plan.rules;
    let has_rules = !rules.keep.is_empty() || !rules.drop.is_empty() || !rules.less.is_empty();
    let is_other_line_end = plan.dialect.terminator != Terminator::Newline;
    let against = [
        (is_other_line_end, Detour::LineEnds),
        (plan.drop_row.is_some(), Detour::Furniture),
        (!plan.filters.is_empty(), Detour::Filter),
        (plan.duplicates != Duplicates::Sum, Detour::Duplicates),
        (plan.is_minor || plan.factor != 1, Detour::Scale),
        (
            has_rules || plan.columns.yearly_twin.is_some(),
            Detour::Columns,
        ),
    ];
    against
        .into_iter()
        .find_map(|(is_so, detour)| is_so.then_some(detour))
        .map_or(Ok(()), Err)
}

/// Where the cells that matter stand.
#[derive(Clone, Copy, Debug)]
struct Cells {
    width: usize,
    customer: usize,
    date: usize,
    amount: usize,
    currency: Option<usize>,
    product: Option<usize>,
}

/// Says where the cells stand, or why rows have to be read the general way.
fn cells(plan: &Plan<'_>) -> Result<Cells, Detour> {
    if plan.columns.shape != Shape::Long {
        return Err(Detour::Shape);
    }
    refuse(plan)?;
    let of = |role: Role| plan.columns.of(role);
    if plan.furniture.is_some() {
        return Err(Detour::Furniture);
    }
    if plan.rates.is_some() {
        return Err(Detour::Currency);
    }
    if of(Role::Status).is_some() || of(Role::Quantity).is_some() {
        return Err(Detour::Columns);
    }
    let place = |role| of(role).ok_or(Detour::Columns);
    Ok(Cells {
        width: plan.columns.header.len(),
        customer: place(Role::Customer)?,
        date: place(Role::Date)?,
        amount: place(Role::Amount)?,
        currency: of(Role::Currency),
        product: of(Role::Product),
    })
}

/// The parts that threads fill on the short way, or why it cannot be taken.
///
/// # Errors
///
/// Why every row is read the general way.
pub(in crate::input) fn shards(plan: &Plan<'_>, threads: usize) -> Result<Shards, Detour> {
    cells(plan)?;
    Ok(Shards::new(threads, plan.duplicates, layout(plan.columns)))
}

/// Reads pieces the short way; one a thread.
pub(in crate::input) struct FastReader<'a> {
    plan: &'a Plan<'a>,
    cells: Cells,
    structure: Structure,
    batch: Batch<'a>,
    dates: Dates,
    currency: Currency,
    /// The months and grains that were noted already.
    covered: Vec<[bool; 4]>,
    /// The columns beside the amounts, that of the parent last.
    by: Vec<usize>,
    has_parents: bool,
    values: Vec<(usize, usize)>,
    /// How a row is told from others, where its cells stand in quotes.
    unquoted: Vec<u8>,
}

/// The currency that the last rows were in.
#[derive(Default)]
struct Currency {
    cell: Option<Vec<u8>>,
    /// Its code, if it is one that is kept.
    code: Option<String>,
    rows: u64,
    first: Option<RowPlace>,
}

/// What dates mean that were read before.
#[derive(Default)]
struct Dates {
    texts: Interner,
    read: Vec<(DateMarks, When)>,
}

impl<'a> FastReader<'a> {
    /// A reader that found nothing yet.
    pub(in crate::input) fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<FastReader<'a>> {
        Some(FastReader {
            plan,
            cells: cells(plan).ok()?,
            structure: Structure::default(),
            batch: shards.batch(),
            dates: Dates::default(),
            currency: Currency::default(),
            covered: Vec::new(),
            by: plan.columns.attributes().collect(),
            has_parents: plan.columns.of(Role::Parent).is_some(),
            values: Vec::new(),
            unquoted: Vec::new(),
        })
    }

    /// Reads every row of a piece; false if a record cannot be told from the next, and what follows is lost.
    pub(in crate::input) fn read(
        &mut self,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
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
        let shown = (self.cells.width, first_line);
        each_line(structure, text, shown, |line| {
            let row = line.row.as_ref();
            let is_read = row.is_some_and(|row| {
                let found = &mut reader.found;
                self.read_row(row, line.number, found).is_some()
            });
            is_read || reader.read_text(line.text, line.number)
        })
    }

    /// Reads a row if all its cells have plain forms, and takes note of all that the general reader would.
    #[inline]
    fn read_row(&mut self, row: &RowText<'_>, line: u64, found: &mut Found) -> Option<()> {
        let amount = row.place(self.cells.amount)?;
        let range = (amount.0, amount.0 + amount.1);
        let amount = row.at(amount);
        let value = match read_plain_at(row.text, range, self.plan.mark.0) {
            Some(plain) => plain,
            None => self.other_amount(amount)?,
        };
        let (date_marks, when) = self.when(row.cell(self.cells.date)?)?;
        let customer = row.customer(self.cells.customer)?;
        let place = RowPlace {
            file: self.plan.file.0,
            line,
        };
        let product = match self.cells.product {
            Some(column) => Some(row.place(column)?),
            None => None,
        };
        self.find_values(row)?;
        self.count_currency(row, value.units == 0, place)?;
        // From here on the row counts.
        found.rows += 1;
        found.short += 1;
        found.in_horizon += 1;
        found.passed += 1;
        if found.marks.is_news(value.marks, line) {
            found.marks.add(value.marks, line, text_of(amount));
        }
        if found.dates.is_news(date_marks, line) {
            let date = row.cell(self.cells.date).unwrap_or_default();
            found.dates.add(date_marks, line, text_of(date));
        }
        self.cover(when, place, found);
        if self.plan.has_others {
            found
                .sizes
                .add(Amount::new(value.units.into(), value.scale));
        }
        let delimiter = self.plan.dialect.delimiter;
        let content = row.content(delimiter, &mut self.unquoted);
        found.repeats.add(content, 0, place);
        let short = ShortRow {
            name: customer,
            month: when.month,
            day: when.day,
            units: (value.units, value.scale),
            product,
        };
        self.mark(row);
        self.batch.add(row.text, &short);
        Some(())
    }

    /// Finds what a row has in the columns beside the amounts, if all of it is plain.
    #[inline]
    fn find_values(&mut self, row: &RowText<'_>) -> Option<()> {
        self.values.clear();
        for column in &self.by {
            self.values.push(row.place(*column)?);
        }
        Some(())
    }

    /// Says what was found to the batch.
    #[inline]
    fn mark(&mut self, row: &RowText<'_>) {
        let last = self.by.len().saturating_sub(1);
        for (number, place) in self.values.iter().enumerate() {
            let value = match text_of(row.at(*place)) {
                "" | NO_VALUE if self.has_parents && number == last => NO_PARENT,
                value => value,
            };
            self.batch.mark(value);
        }
    }

    /// An amount of a less common form, without a currency beside it.
    #[inline(never)]
    fn other_amount(&self, cell: &[u8]) -> Option<Plain> {
        let (marks, reading) = read_amount(text_of(cell), self.plan.mark.0);
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

    /// What a date means, if it can be read and is not too late to count.
    #[inline]
    fn when(&mut self, cell: &[u8]) -> Option<(DateMarks, When)> {
        let (marks, when) = match read_common(cell) {
            Some(when) => (DateMarks::TEXT, when),
            None => self.other_date(text_of(cell))?,
        };
        let is_late = self
            .plan
            .through
            .is_some_and(|through| when.month > through);
        (!is_late).then_some((marks, when))
    }

    /// A date of a less common form. The same few stand in many rows.
    #[inline(never)]
    fn other_date(&mut self, cell: &str) -> Option<(DateMarks, When)> {
        if let Some(number) = self.dates.texts.find(cell) {
            return self.dates.read.get(number as usize).copied();
        }
        let (marks, when) = read_when(cell, self.plan.order.0, self.plan.fiscal_year);
        let read = (marks, when.ok()??);
        if self.dates.read.len() < DATES_KEPT {
            self.dates.texts.intern(cell);
            self.dates.read.push(read);
        }
        Some(read)
    }

    /// Counts the row in its currency, if that is the one that is kept.
    #[inline]
    fn count_currency(&mut self, row: &RowText<'_>, is_zero: bool, place: RowPlace) -> Option<()> {
        let cell = match self.cells.currency {
            None => &[],
            Some(column) => row.cell(column)?,
        };
        let currency = &mut self.currency;
        if !currency.is(cell) {
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
    /// True for the cell that the last rows had; most are of three letters.
    #[inline]
    fn is(&self, cell: &[u8]) -> bool {
        match (self.cell.as_deref(), cell) {
            // No call of a function for three letters.
            (Some(known @ [_, _, _]), [first, second, third]) => {
                [first, second, third].into_iter().eq(known)
            }
            (known, cell) => known == Some(cell),
        }
    }

    /// Hands over what was counted.
    fn flush(&mut self, found: &mut Found) {
        if let (Some(code), Some(first)) = (&self.code, self.first.take()) {
            found.tally.add_rows(code, self.rows, first);
        }
        self.rows = 0;
    }
}

#[cfg(test)]
mod tests;
