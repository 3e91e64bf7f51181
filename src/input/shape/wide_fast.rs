//! The short way through the rows of a wide file: whole pieces at once, straight from their bytes.
//!
//! It takes the rows whose cells have plain forms, and does with them what [`wide`](super::wide) does. Every other row,
//! and every piece whose quotes need a closer look, goes to the general reader, which knows all forms and all errors. So
//! there is one meaning of a row, and this module only knows when it is simple.

mod cell;
mod row;

use super::super::columns::Role;
use super::super::ends::Ends;
use super::super::furniture::{Furniture, is_same};
use super::super::number::Plain;
use super::super::repeats::under;
use super::Shape;
use super::fast::{self, Detour};
use super::money::kept_currency;
use super::plan::{Found, Plan, layout};
use super::reader::RowReader;
use super::row_text::RowText;
use crate::ledger::{Layout, RowPlace, Shards, WideBatch};
use crate::policies::EmptyAmount;
use crate::units::{Amount, Month};
use cell::{Seen, short_bytes};
use row::{WideCell, WideText, each_line};

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

/// What a column is for: the number of its period among those that count, or one of the others below.
type Use = u16;

/// Nothing is read from it.
const UNUSED: Use = u16::MAX;
/// It names the customer.
const CUSTOMER: Use = u16::MAX - 1;
/// Its period lies behind the last month that counts.
const BEYOND: Use = u16::MAX - 2;
/// It is named as the sum of the periods.
const TOTAL: Use = u16::MAX - 3;

/// Reads pieces the short way; one a thread.
pub(in crate::input) struct WideReader<'a> {
    plan: &'a Plan<'a>,
    /// What each column is for, and how many columns that follow are those of the following periods.
    uses: Vec<(Use, u16)>,
    /// The headers of the periods, in one number.
    headers: u64,
    /// The currency that amounts are in.
    code: String,
    ends: Ends,
    is_by_rules: bool,
    batch: WideBatch<'a>,
    /// The periods that no row was noted of yet: the number among those that count, and among all.
    uncovered: Vec<(usize, usize)>,
    /// Room for a row some cells of which stand in quotes.
    cells: Vec<u32>,
    unquoted: Vec<u8>,
    /// Where the columns of totals state one in the row at hand, and which of them it proves.
    stated: Vec<Option<(usize, usize)>>,
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

/// What each column is for.
type Uses = Vec<(Use, u16)>;

/// What each column is for, and which periods count; `None` where there are too many.
fn uses(plan: &Plan<'_>) -> Option<(Uses, Vec<usize>)> {
    let mut uses = vec![(UNUSED, 0); plan.columns.header.len()];
    for column in plan.totals {
        uses[*column].0 = TOTAL;
    }
    uses[plan.columns.of(Role::Customer)?].0 = CUSTOMER;
    let mut counting = Vec::new();
    for (number, label) in plan.periods.iter().enumerate() {
        uses[label.index].0 = BEYOND;
        if plan.through.is_none_or(|through| label.last <= through) {
            uses[label.index].0 = Use::try_from(counting.len()).ok()?;
            counting.push(number);
        }
    }
    // From the last one: a column has one more behind it than the next.
    for column in (1..uses.len()).rev() {
        let ((before, _), (here, behind)) = (uses[column - 1], uses[column]);
        if here < TOTAL && before.checked_add(1) == Some(here) {
            uses[column - 1].1 = behind + 1;
        }
    }
    Some((uses, counting))
}

impl<'a> WideReader<'a> {
    /// A reader that found nothing yet; `None` where rows need the general way.
    #[must_use]
    pub(in crate::input) fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<WideReader<'a>> {
        if refuse(plan).is_err() {
            return None;
        }
        let (uses, counting) = uses(plan)?;
        let months: Vec<Month> = counting.iter().map(|n| plan.periods[*n].last).collect();
        Some(WideReader {
            plan,
            uses,
            headers: under(plan.periods),
            code: kept_currency(plan, "")?,
            ends: Ends::default(),
            is_by_rules: false,
            batch: shards.wide_batch(&months)?,
            uncovered: counting.into_iter().enumerate().collect(),
            cells: Vec::new(),
            unquoted: Vec::new(),
            stated: vec![None; plan.totals.len()],
            proved: vec![false; plan.totals.len()],
            counted: Counted::default(),
        })
    }

    /// True if the quotes of the last piece stand by the rules: it ends where a record does.
    pub(in crate::input) fn is_by_rules(&self) -> bool {
        self.is_by_rules
    }

    /// Reads every row of a piece; false if a record cannot be told from the next, and what follows is lost.
    pub(in crate::input) fn read(
        &mut self,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        let mut ends = std::mem::take(&mut self.ends);
        self.is_by_rules = ends.read(text, self.plan.dialect.delimiter);
        let is_whole = if self.is_by_rules {
            self.read_rows(&ends, text, first_line, reader)
        } else {
            reader.read_text(text, first_line)
        };
        self.ends = ends;
        self.flush(&mut reader.found);
        self.batch.send(text);
        is_whole
    }

    fn read_rows(
        &mut self,
        ends: &Ends,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        each_line(ends, text, first_line, |line| {
            let row = line.row.as_ref();
            if row.is_some_and(|row| self.read_row(row, line.number, &mut reader.found)) {
                return true;
            }
            self.batch.drop_row();
            reader.read_text(line.text, line.number)
        })
    }

    /// Reads a row if all its cells have plain forms, and takes note of all that the general reader would. Where it
    /// gives up nothing is noted yet.
    #[inline]
    fn read_row(&mut self, row: &WideText<'_>, line: u64, found: &mut Found) -> bool {
        let is_other =
            |lines: &Furniture| lines.is_dropped(line) || lines.customer_at(line).is_some();
        if self.plan.furniture.is_some_and(is_other) {
            return false;
        }
        let Some(seen) = self.read_cells(row) else {
            return false;
        };
        let Some(name) = seen
            .customer
            .and_then(|cell| RowText::customer_at(row.text, cell))
        else {
            return false;
        };
        // The first cell of each kind is remembered with its text: the general way knows how.
        if found.marks.is_news(seen.marks, line) || !self.proves_totals(row, seen.total) {
            return false;
        }
        let place = RowPlace {
            file: self.plan.file.0,
            line,
        };
        let room = (&mut self.cells, &mut self.unquoted);
        let written = row.content(self.plan.dialect.delimiter, room);
        found.repeats.add(written, self.headers, place);
        found.totals.add_proved(&self.proved);
        if self.plan.has_others {
            for (amount, cells) in self.batch.waiting() {
                (0..cells).for_each(|_| found.sizes.add(amount));
            }
        }
        self.counted.add(&seen, self.batch.counts(), place);
        self.batch.end_row(row.text, name);
        true
    }

    /// Reads the cells of the periods into the batch; `None` if one of them is not plain, or there are not as many cells as
    /// the header has.
    #[inline]
    fn read_cells(&mut self, row: &WideText<'_>) -> Option<Seen> {
        let mut seen = Seen::NOTHING;
        self.stated.fill(None);
        let sums = !self.plan.totals.is_empty();
        // The last amount and its bytes: most customers pay the same from month to month.
        let mut last = (0, Plain::ZERO);
        let mut cells = row.cells();
        while let Some(cell) = cells.next() {
            let (period, behind) = *self.uses.get(cell.column)?;
            if period >= TOTAL || cell.is_empty() {
                self.read_other(row, &cell, &mut seen)?;
                continue;
            }
            let bytes = short_bytes(row.text, cell.place);
            if bytes != 0 && bytes == last.0 {
                self.batch.again(period);
            } else {
                let Some(plain) = cell::read(row.text, cell.place, self.plan.mark.0).ok()? else {
                    continue;
                };
                if plain.units.abs() > WideBatch::UNITS_MAX {
                    return None;
                }
                seen.note(&plain);
                self.batch.cell(period, plain.units, plain.scale);
                last = (bytes, plain);
            }
            let same = cells.skip_same(&cell, behind);
            self.batch.extend(same);
            if sums {
                (0..=same).try_for_each(|_| seen.add(&last.1))?;
            }
        }
        (cells.count() == self.uses.len()).then_some(seen)
    }

    /// Reads a cell of no period that counts.
    fn read_other(&mut self, row: &WideText<'_>, cell: &WideCell, seen: &mut Seen) -> Option<()> {
        match self.uses.get(cell.column)?.0 {
            CUSTOMER => seen.customer = Some(cell.place),
            TOTAL if !cell.is_empty() => {
                let totals = self.plan.totals.iter().zip(&mut self.stated);
                let stated = totals.filter(|(column, _)| **column == cell.column);
                stated.for_each(|(_, stated)| *stated = Some(cell.place));
            }
            BEYOND if !cell.is_empty() => {
                let plain = cell::read(row.text, cell.place, self.plan.mark.0).ok()?;
                if let Some(plain) = plain {
                    seen.note(&plain);
                    seen.add(&plain)?;
                }
            }
            _ => {}
        }
        Some(())
    }

    /// Whether every column of totals that states one is the sum of its row.
    #[inline]
    fn proves_totals(&mut self, row: &WideText<'_>, (units, scale): (i64, u8)) -> bool {
        let periods = self.plan.periods.len() as u64;
        let sum = Amount::new(units.into(), scale);
        for (stated, proved) in self.stated.iter().zip(&mut self.proved) {
            let read = |place| cell::read(row.text, place, self.plan.mark.0);
            let Ok(stated) = stated.map_or(Ok(None), read) else {
                return false;
            };
            *proved = stated.is_some();
            let is_other = |stated: Plain| {
                let stated = Amount::new(stated.units.into(), stated.scale);
                !is_same(sum, stated, periods)
            };
            if stated.is_some_and(is_other) {
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
        let mut is_stated = vec![false; self.plan.periods.len()];
        self.batch.note_stated(&mut is_stated);
        let periods = self.plan.periods;
        self.uncovered.retain(|(period, number)| {
            if is_stated[*period] {
                let label = &periods[*number];
                found.part.cover(label.last, label.grain, first);
            }
            !is_stated[*period]
        });
    }
}

impl Counted {
    /// Takes note of a row with so many amounts, so many of them not zero.
    #[inline]
    fn add(&mut self, seen: &Seen, (in_horizon, nonzero): (u64, u64), place: RowPlace) {
        self.rows += 1;
        self.skipped += u64::from(!seen.is_stated);
        self.in_horizon += in_horizon;
        self.nonzero += nonzero;
        if nonzero > 0 {
            self.first.get_or_insert(place);
        }
        if in_horizon > 0 {
            self.first_stated.get_or_insert(place);
        }
    }
}

#[cfg(test)]
mod tests;
