//! The short way through the rows of a wide file: whole pieces at once, straight from their bytes.
//!
//! It takes the rows whose cells have plain forms, and does with them what [`wide`](super::wide) does. Every other row,
//! and every piece whose quotes need a closer look, goes to the general reader, which knows all forms and all errors. So
//! there is one meaning of a row, and this module only knows when it is simple.

mod cell;
mod row;

use super::super::columns::Role;
use super::super::filled::Filled;
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
use crate::units::Amount;
use cell::{Seen, short_bytes};
use row::{WideText, each_line};

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

/// What a column is for: the number of its period among those that count, or one of these.
type Use = u16;

/// Nothing is read from it.
const UNUSED: Use = u16::MAX;
/// It names the customer.
const CUSTOMER: Use = u16::MAX - 1;
/// Its period lies behind the last month that counts.
const BEYOND: Use = u16::MAX - 2;

/// Reads pieces the short way; one a thread.
pub(in crate::input) struct WideReader<'a> {
    plan: &'a Plan<'a>,
    /// What each column is for.
    uses: Vec<Use>,
    /// The headers of the periods, in one number.
    headers: u64,
    /// The currency that amounts are in.
    code: String,
    filled: Filled,
    is_by_rules: bool,
    batch: WideBatch<'a>,
    /// The periods that no row was noted of yet: the number among those that count, and among all.
    uncovered: Vec<(usize, usize)>,
    /// Room for a row some cells of which stand in quotes.
    ends: Vec<u32>,
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

impl<'a> WideReader<'a> {
    /// A reader that found nothing yet; `None` where rows need the general way.
    #[must_use]
    pub(in crate::input) fn new(plan: &'a Plan<'a>, shards: &'a Shards) -> Option<WideReader<'a>> {
        if refuse(plan).is_err() {
            return None;
        }
        let mut uses = vec![UNUSED; plan.columns.header.len()];
        uses[plan.columns.of(Role::Customer)?] = CUSTOMER;
        let (mut months, mut uncovered) = (Vec::new(), Vec::new());
        for (number, label) in plan.periods.iter().enumerate() {
            if plan.through.is_some_and(|through| label.last > through) {
                uses[label.index] = BEYOND;
                continue;
            }
            uncovered.push((months.len(), number));
            uses[label.index] = Use::try_from(months.len()).ok()?;
            months.push(label.last);
        }
        Some(WideReader {
            plan,
            uses,
            headers: under(plan.periods),
            code: kept_currency(plan, "")?,
            filled: Filled::default(),
            is_by_rules: false,
            batch: shards.wide_batch(&months)?,
            uncovered,
            ends: Vec::new(),
            unquoted: Vec::new(),
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
        let mut filled = std::mem::take(&mut self.filled);
        self.is_by_rules = filled.read(text, self.plan.dialect.delimiter);
        let is_whole = if self.is_by_rules {
            self.read_rows(&filled, text, first_line, reader)
        } else {
            reader.read_text(text, first_line)
        };
        self.filled = filled;
        self.flush(&mut reader.found);
        self.batch.send(text);
        is_whole
    }

    fn read_rows(
        &mut self,
        filled: &Filled,
        text: &[u8],
        first_line: u64,
        reader: &mut RowReader<'_>,
    ) -> bool {
        let shown = (self.plan.columns.header.len(), first_line);
        each_line(filled, text, shown, |line| {
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
        let room = (&mut self.ends, &mut self.unquoted);
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

    /// Reads the cells of the periods into the batch; `None` if one of them is not plain.
    #[inline]
    fn read_cells(&mut self, row: &WideText<'_>) -> Option<Seen> {
        let mut seen = Seen::NOTHING;
        let sums = !self.plan.totals.is_empty();
        // The last amount and its bytes: most customers pay the same from month to month.
        let mut last = (0, Plain::ZERO);
        for (column, (start, end)) in row.cells() {
            let period = *self.uses.get(column)?;
            if period >= BEYOND || end <= start {
                self.read_other(row, (column, (start, end)), &mut seen)?;
                continue;
            }
            let bytes = short_bytes(row.text, (start, end));
            if bytes != 0 && bytes == last.0 {
                self.batch.again(period);
            } else {
                let plain = cell::read(row.text, (start, end), self.plan.mark.0).ok()?;
                let Some(plain) = plain else { continue };
                if plain.units.abs() > WideBatch::UNITS_MAX {
                    return None;
                }
                seen.is_stated = true;
                seen.marks = seen.marks.and(plain.marks);
                self.batch.cell(period, plain.units, plain.scale);
                last = (bytes, plain);
            }
            if sums {
                seen.add(&last.1)?;
            }
        }
        Some(seen)
    }

    /// Reads a cell of no period that counts.
    fn read_other(
        &self,
        row: &WideText<'_>,
        (column, (start, end)): (usize, (usize, usize)),
        seen: &mut Seen,
    ) -> Option<()> {
        match *self.uses.get(column)? {
            CUSTOMER => seen.customer = Some((start, end)),
            BEYOND if end > start => {
                let plain = cell::read(row.text, (start, end), self.plan.mark.0).ok()?;
                let Some(plain) = plain else { return Some(()) };
                seen.is_stated = true;
                seen.marks = seen.marks.and(plain.marks);
                seen.add(&plain)?;
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
        for (column, proved) in self.plan.totals.iter().zip(&mut self.proved) {
            let stated = match row.stored(*column) {
                Some((start, end)) if end > start => {
                    cell::read(row.text, (start, end), self.plan.mark.0)
                }
                _ => Ok(None),
            };
            let Ok(stated) = stated else {
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
