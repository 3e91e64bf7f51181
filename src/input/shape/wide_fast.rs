//! The short way through the rows of a wide file: whole pieces at once, straight from their bytes.
//!
//! It takes the rows whose cells have plain forms, and does with them what [`wide`](super::wide) does. Every other row,
//! and every piece whose quotes need a closer look, goes to the general reader, which knows all forms and all errors. So
//! there is one meaning of a row, and this module only knows when it is simple.

use super::super::columns::Role;
use super::super::furniture::{Furniture, is_same};
use super::super::number::{Mark, Marks, Plain, read_plain_at};
use super::super::repeats::under;
use super::super::structure::Structure;
use super::Shape;
use super::fast::{self, Detour};
use super::money::kept_currency;
use super::plan::{Found, Plan, layout};
use super::reader::RowReader;
use super::row_text::{RowText, each_line};
use crate::ledger::{Layout, RowPlace, Shards, WideBatch};
use crate::policies::EmptyAmount;
use crate::units::Amount;

/// Says why rows of this plan cannot be read the short way, if they cannot.
fn refuse(plan: &Plan<'_>) -> Result<(), Detour> {
    if plan.columns.shape != Shape::Wide {
        return Err(Detour::Shape);
    }
    fast::refuse(plan)?;
    let is_other = |role: &Role| *role != Role::Customer && plan.columns.of(*role).is_some();
    let is_beside = Role::ALL.iter().any(is_other)
        || plan.columns.attributes().next().is_some()
        || layout(plan.columns) != Layout::default();
    let against = [
        (is_beside, Detour::Beside),
        (
            plan.columns.of(Role::Customer).is_none() || !is_ascending(plan),
            Detour::Columns,
        ),
        (plan.empty_amount == EmptyAmount::Zero, Detour::EmptyAmount),
        (kept_currency(plan, "").is_none(), Detour::Currency),
    ];
    against
        .into_iter()
        .find_map(|(is_so, detour)| is_so.then_some(detour))
        .map_or(Ok(()), Err)
}

/// True if every column has one use, and the periods stand in the order of their columns.
fn is_ascending(plan: &Plan<'_>) -> bool {
    let mut periods = plan.periods.windows(2);
    let customer = plan.columns.of(Role::Customer);
    periods.all(|pair| pair[0].index < pair[1].index)
        && plan
            .periods
            .iter()
            .all(|label| Some(label.index) != customer && label.index < plan.columns.header.len())
}

/// The parts that threads fill on the short way, or why it cannot be taken.
///
/// # Errors
///
/// Why every row is read the general way.
pub(in crate::input) fn shards(plan: &Plan<'_>, threads: usize) -> Result<Shards, Detour> {
    refuse(plan)?;
    Ok(Shards::new(threads, plan.duplicates, layout(plan.columns)))
}

/// Columns of periods that stand side by side.
#[derive(Debug)]
struct Run {
    /// The first column.
    first: usize,
    /// For each the column of its month in the ledger; none beyond the last month that counts.
    months: Vec<Option<u16>>,
}

/// Reads pieces the short way; one a thread.
pub(in crate::input) struct WideReader<'a> {
    plan: &'a Plan<'a>,
    customer: usize,
    /// The periods but one in the last column, the cells of which may end with a carriage return.
    runs: Vec<Run>,
    last: Option<Run>,
    /// The headers of the periods, in one number.
    headers: u64,
    /// The currency that amounts are in.
    code: String,
    structure: Structure,
    batch: WideBatch<'a>,
    /// The periods that no row was noted of yet, each with its month's column in the ledger.
    uncovered: Vec<(u16, usize)>,
    /// Room for a row some cells of which stand in quotes.
    unquoted: Vec<u8>,
    /// Which columns of totals the row at hand proves.
    proved: Vec<bool>,
    counted: Counted,
}

/// What the rows of one piece are.
#[derive(Default)]
struct Counted {
    rows: u64,
    skipped: u64,
    in_horizon: u64,
    /// Amounts that are not zero, and the row of the first.
    nonzero: u64,
    first: Option<RowPlace>,
    /// The first row with an amount inside the horizon.
    first_stated: Option<RowPlace>,
}

/// What the cells of a row show.
struct Cells {
    marks: Marks,
    /// The sum of all periods.
    total: (i64, u8),
    stated: u64,
    nonzero: u64,
    /// The last amount and its bytes: most customers pay the same from month to month.
    last: (u64, Plain),
}

impl<'a> WideReader<'a> {
    /// A reader that found nothing yet; `None` where rows need the general way.
    #[must_use]
    pub(in crate::input) fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<WideReader<'a>> {
        if refuse(plan).is_err() {
            return None;
        }
        let (mut runs, mut last): (Vec<Run>, _) = (Vec::new(), None);
        let mut uncovered = Vec::new();
        for (number, label) in plan.periods.iter().enumerate() {
            let month = WideBatch::column(label.last)?;
            uncovered.push((month, number));
            let counts = plan.through.is_none_or(|through| label.last <= through);
            let month = counts.then_some(month);
            let alone = || Run {
                first: label.index,
                months: vec![month],
            };
            if label.index + 1 == plan.columns.header.len() {
                last = Some(alone());
                continue;
            }
            match runs.last_mut() {
                Some(run) if run.first + run.months.len() == label.index => run.months.push(month),
                _ => runs.push(alone()),
            }
        }
        Some(WideReader {
            plan,
            customer: plan.columns.of(Role::Customer)?,
            runs,
            last,
            headers: under(plan.periods),
            code: kept_currency(plan, "")?,
            structure: Structure::of_records(),
            batch: shards.wide_batch(),
            uncovered,
            unquoted: Vec::new(),
            proved: vec![false; plan.totals.len()],
            counted: Counted::default(),
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
        let mut structure = std::mem::replace(&mut self.structure, Structure::of_records());
        let is_whole = if structure.read(text, self.plan.dialect.delimiter) {
            self.read_rows(&structure, text, first_line, reader)
        } else {
            reader.read_text(text, first_line)
        };
        self.structure = structure;
        self.flush(&mut reader.found);
        self.batch.send(text);
        is_whole
    }

    fn read_rows(
        &mut self,
        structure: &Structure,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        let shown = (self.plan.columns.header.len(), first_line);
        each_line(structure, text, shown, |line| {
            let row = line.row.as_ref();
            if row.is_some_and(|row| self.read_row(row, line.number, &mut reader.found)) {
                return true;
            }
            self.batch.drop_cells();
            reader.read_text(line.text, line.number)
        })
    }

    /// Reads a row if all its cells have plain forms, and takes note of all that the general reader would. Where it
    /// gives up nothing is noted yet.
    #[inline]
    fn read_row(&mut self, row: &RowText<'_>, line: u64, found: &mut Found) -> bool {
        let is_other =
            |lines: &Furniture| lines.is_dropped(line) || lines.customer_at(line).is_some();
        if self.plan.furniture.is_some_and(is_other) {
            return false;
        }
        let Some(name) = row.customer(self.customer) else {
            return false;
        };
        let Some(cells) = self.read_cells(row) else {
            return false;
        };
        // The first cell of each kind is remembered with its text: the general way knows how.
        if found.marks.is_news(cells.marks, line) || !self.proves_totals(row, cells.total) {
            return false;
        }
        let place = RowPlace {
            file: self.plan.file.0,
            line,
        };
        let written = row.content(self.plan.dialect.delimiter, &mut self.unquoted);
        found.repeats.add(written, self.headers, place);
        found.totals.add_proved(&self.proved);
        if self.plan.has_others {
            let amounts = self.batch.waiting();
            amounts.for_each(|amount| found.sizes.add(amount));
        }
        let counted = &mut self.counted;
        let in_horizon = self.batch.cells() as u64;
        counted.rows += 1;
        counted.skipped += u64::from(cells.stated == 0);
        counted.in_horizon += in_horizon;
        counted.nonzero += cells.nonzero;
        if cells.nonzero > 0 {
            counted.first.get_or_insert(place);
        }
        if in_horizon > 0 {
            counted.first_stated.get_or_insert(place);
        }
        self.batch.end_row(row.text, name);
        true
    }

    /// Reads the cells of the periods into the batch; `None` if one of them is not plain.
    #[inline]
    fn read_cells(&mut self, row: &RowText<'_>) -> Option<Cells> {
        let mut cells = Cells {
            marks: Marks::NONE,
            total: (0, 0),
            stated: 0,
            nonzero: 0,
            last: (0, Plain::ZERO),
        };
        for run in &self.runs {
            let ends = row.ends().get(run.first..run.first + run.months.len())?;
            let (mut start, mut at) = (row.start_of(run.first), 0);
            while let Some(end) = ends.get(at) {
                let end = *end as usize;
                if end == start {
                    // Many empty cells one after the other are the rule: customers come and go.
                    let eighth = ends.get(at + 7).map(|end| *end as usize);
                    let count = if eighth == Some(start + 7) { 8 } else { 1 };
                    (start, at) = (start + count, at + count);
                    continue;
                }
                let month = *run.months.get(at)?;
                cells.read(
                    self.plan.mark.0,
                    row.text,
                    (start, end),
                    month,
                    &mut self.batch,
                )?;
                (start, at) = (end + 1, at + 1);
            }
        }
        if let Some(run) = &self.last {
            let (start, end) = row.stored(run.first)?;
            if end > start {
                let month = *run.months.first()?;
                cells.read(
                    self.plan.mark.0,
                    row.text,
                    (start, end),
                    month,
                    &mut self.batch,
                )?;
            }
        }
        Some(cells)
    }

    /// Whether every column of totals that states one is the sum of its row.
    #[inline]
    fn proves_totals(&mut self, row: &RowText<'_>, (units, scale): (i64, u8)) -> bool {
        let periods = self.plan.periods.len() as u64;
        let sum = Amount::new(units.into(), scale);
        for (column, proved) in self.plan.totals.iter().zip(&mut self.proved) {
            let Ok(stated) = total(row, *column, self.plan.mark.0) else {
                return false;
            };
            *proved = stated.is_some();
            if stated.is_some_and(|stated| !is_same(sum, stated, periods)) {
                return false;
            }
        }
        true
    }

    /// Hands over what was counted in a piece, before its rows are sent.
    fn flush(&mut self, found: &mut Found) {
        let counted = std::mem::take(&mut self.counted);
        found.rows += counted.rows;
        found.short += counted.rows;
        found.skipped += counted.skipped;
        found.in_horizon += counted.in_horizon;
        found.passed += counted.in_horizon;
        if let Some(first) = counted.first {
            found.tally.add_rows(&self.code, counted.nonzero, first);
        }
        // Once there is a row of every period, later ones are news to nobody.
        let Some(first) = counted.first_stated.filter(|_| !self.uncovered.is_empty()) else {
            return;
        };
        let stated = self.batch.columns();
        let periods = self.plan.periods;
        let mut uncovered = std::mem::take(&mut self.uncovered);
        uncovered.retain(|(month, number)| {
            let is_stated = stated.contains(*month);
            if is_stated {
                let label = &periods[*number];
                found.part.cover(label.last, label.grain, first);
            }
            !is_stated
        });
        self.uncovered = uncovered;
    }
}

impl Cells {
    /// Reads a cell that is not empty into the batch; `None` if it is not plain.
    #[inline]
    fn read(
        &mut self,
        mark: Mark,
        text: &[u8],
        cell: (usize, usize),
        month: Option<u16>,
        batch: &mut WideBatch<'_>,
    ) -> Option<()> {
        let bytes = short_bytes(text, cell);
        let plain = if bytes != 0 && bytes == self.last.0 {
            self.last.1
        } else {
            let plain = match read_plain_at(text, cell, mark) {
                Some(plain) => plain,
                None => match read_rare(text, cell, mark).ok()? {
                    Some(plain) => plain,
                    None => return Some(()),
                },
            };
            self.last = (bytes, plain);
            plain
        };
        self.stated += 1;
        self.marks = self.marks.and(plain.marks);
        self.total = sum(self.total, &plain)?;
        if let Some(month) = month {
            if plain.units.abs() > WideBatch::UNITS_MAX {
                return None;
            }
            self.nonzero += u64::from(plain.units != 0);
            batch.cell(month, plain.units, plain.scale);
        }
        Some(())
    }
}

/// The bytes of a cell of up to eight as one number, another one for each; 0 for a longer one.
#[inline]
fn short_bytes(text: &[u8], (start, end): (usize, usize)) -> u64 {
    let length = end.wrapping_sub(start);
    let eight = end.checked_sub(8).and_then(|from| text.get(from..end));
    match eight.and_then(<[u8]>::first_chunk) {
        // No text holds a byte of 0.
        Some(eight) if (1..=8).contains(&length) => u64::from_le_bytes(*eight) >> (64 - 8 * length),
        _ => 0,
    }
}

/// A sum and an amount at one scale; `None` where 64 bits do not hold it.
#[inline]
fn sum((units, scale): (i64, u8), plain: &Plain) -> Option<(i64, u8)> {
    if plain.scale == scale {
        return Some((units.checked_add(plain.units)?, scale));
    }
    let most = scale.max(plain.scale);
    let at = |units: i64, scale: u8| units.checked_mul(10_i64.checked_pow((most - scale).into())?);
    let units = at(units, scale)?.checked_add(at(plain.units, plain.scale)?)?;
    Some((units, most))
}

/// A cell for the general way to look at.
struct NotPlain;

/// A cell in quotes, or a dash; nothing for one that is empty.
#[cold]
fn read_rare(
    text: &[u8],
    (start, end): (usize, usize),
    mark: Mark,
) -> Result<Option<Plain>, NotPlain> {
    match text.get(start..end) {
        Some(b"-") => Ok(Some(Plain::ZERO)),
        Some([b'"', b'"']) => Ok(None),
        Some([b'"', .., b'"']) => {
            let plain = read_plain_at(text, (start + 1, end - 1), mark);
            plain.map(Some).ok_or(NotPlain)
        }
        _ => Err(NotPlain),
    }
}

/// What a column of totals states, if anything.
fn total(row: &RowText<'_>, column: usize, mark: Mark) -> Result<Option<Amount>, NotPlain> {
    let (start, end) = row.stored(column).ok_or(NotPlain)?;
    if start == end {
        return Ok(None);
    }
    let plain = match read_plain_at(row.text, (start, end), mark) {
        Some(plain) => Some(plain),
        None => read_rare(row.text, (start, end), mark)?,
    };
    Ok(plain.map(|plain| Amount::new(plain.units.into(), plain.scale)))
}

#[cfg(test)]
mod tests;
