//! Reads the rows of chunks, whatever their shape.

use super::super::columns::Role;
use super::super::date::CommonDates;
use super::super::pattern::Pattern;
use super::super::scan::{Chunk, Record, Records};
use super::super::trace::Wanted;
use super::plan::{Found, Plan};
use super::raw_row::RawRow;
use super::{Shape, kept, long, wide};
use crate::ledger::{NO_PARENT, NO_VALUE, RowPlace};
use crate::text::unguarded;

/// Reads rows into what was found; one a thread.
pub struct RowReader<'a> {
    plan: &'a Plan<'a>,
    /// What was found so far.
    pub found: Found,
    record: Record,
    scratch: Scratch,
    /// The months of dates, where rows are followed.
    dates: CommonDates,
}

/// Room for cells whose quotes are doubled.
#[derive(Default)]
struct Scratch {
    roles: [String; Role::COUNT],
    by: Vec<String>,
    filters: Vec<String>,
}

/// The cells of one row that matter, blanks around them left out.
pub(super) struct Row<'r> {
    roles: [&'r str; Role::COUNT],
    /// The cells of the columns of `--by`, then that of the parent.
    pub(super) by: Vec<&'r str>,
    /// The cells of the columns of `--where`.
    pub(super) filters: Vec<&'r str>,
}

impl<'r> Row<'r> {
    pub(super) fn cell(&self, role: Role) -> &'r str {
        self.roles[role as usize]
    }

    /// Notes that a row names no parent: that is an answer, and not a missing one.
    fn settle_parent(&mut self, has_parents: bool) {
        let parent = self.by.last_mut().filter(|_| has_parents);
        if let Some(parent) = parent.filter(|parent| parent.is_empty() || **parent == NO_VALUE) {
            *parent = NO_PARENT;
        }
    }
}

impl<'a> RowReader<'a> {
    /// A reader that found nothing yet.
    #[must_use]
    pub fn new(plan: &'a Plan<'a>) -> RowReader<'a> {
        let scratch = Scratch {
            roles: Default::default(),
            by: vec![String::new(); plan.columns.attributes().count()],
            filters: vec![String::new(); plan.columns.filters.len()],
        };
        RowReader {
            plan,
            found: Found::new(plan),
            record: Record::new(),
            scratch,
            dates: CommonDates::default(),
        }
    }

    /// Reads every row of a chunk. False if a record cannot be told from the next: what follows is lost.
    pub fn read_chunk(&mut self, chunk: &Chunk) -> bool {
        self.read_text(&chunk.bytes, chunk.first_line)
    }

    /// Reads every row of a text that starts on a line.
    pub(in crate::input) fn read_text(&mut self, text: &[u8], first_line: u64) -> bool {
        let passes_by = |wanted: &Wanted| self.plan.furniture.is_none() && !wanted.may_hold(text);
        if self.plan.wanted.is_some_and(passes_by) {
            return true;
        }
        let mut records = Records::new(text, self.plan.dialect, first_line);
        loop {
            match records.next(&mut self.record) {
                Ok(true) => self.read_row(text),
                Ok(false) => return true,
                Err(fault) => {
                    let mut message = fault.message(self.plan.file.1);
                    if let Some(place) = &mut message.place {
                        place.file_number = self.plan.file.0;
                    }
                    self.found.errors.add_last(message);
                    return false;
                }
            }
        }
    }

    fn read_row(&mut self, bytes: &[u8]) {
        let RowReader {
            plan,
            found,
            record,
            scratch,
            dates,
        } = self;
        let raw = RawRow {
            plan,
            record,
            bytes,
        };
        if plan
            .furniture
            .is_some_and(|furniture| furniture.is_dropped(record.line()))
        {
            return;
        }
        if plan
            .wanted
            .is_some_and(|wanted| !raw.is_followed(wanted, dates))
        {
            return;
        }
        found.rows += 1;
        let place = RowPlace {
            file: plan.file.0,
            line: record.line(),
        };
        if let Some(pattern) = plan.drop_row
            && matches(pattern, record, bytes)
        {
            found.leave_out(plan, &format!("drop-row {pattern}"), place);
            return raw.follow(found, plan.wanted, dates);
        }
        if let Some(column) = first_extra_cell(record, bytes, plan.columns.header.len()) {
            return found.errors.add(raw.extra_cells(column));
        }
        let mut row = cells(record, bytes, plan, scratch);
        if let Some(group) = plan
            .furniture
            .and_then(|furniture| furniture.customer_at(place.line))
        {
            row.roles[Role::Customer as usize] = group;
        }
        row.settle_parent(plan.columns.of(Role::Parent).is_some());
        let fault = match plan.columns.shape {
            Shape::Long => long::read_row(plan, found, &row, &raw, place),
            Shape::Wide => wide::read_row(plan, found, &row, &raw, place),
            Shape::Contracts | Shape::Versions | Shape::Invoices | Shape::Movements => {
                kept::read_row(plan, found, &row, &raw, place)
            }
        };
        raw.follow(found, plan.wanted, dates);
        if let Some(message) = fault {
            found
                .errors
                .add(if is_header(record, bytes, &plan.columns.header) {
                    raw.repeated_header()
                } else {
                    message
                });
        }
    }
}

/// The first cell beyond the header that is not empty.
fn first_extra_cell(record: &Record, bytes: &[u8], width: usize) -> Option<usize> {
    (width..record.len()).find(|index| !record.stored(bytes, *index).trim_ascii().is_empty())
}

/// True for a row one of whose cells matches.
fn matches(pattern: &Pattern, record: &Record, bytes: &[u8]) -> bool {
    let mut scratch = String::new();
    (0..record.len()).any(|index| pattern.matches(trimmed(record.cell(bytes, index, &mut scratch))))
}

fn is_header(record: &Record, bytes: &[u8], header: &[String]) -> bool {
    let mut scratch = String::new();
    header
        .iter()
        .enumerate()
        .all(|(index, name)| trimmed(record.cell(bytes, index, &mut scratch)) == name)
}

fn cells<'r>(
    record: &Record,
    bytes: &'r [u8],
    plan: &Plan<'_>,
    scratch: &'r mut Scratch,
) -> Row<'r> {
    let mut roles = [""; Role::COUNT];
    let has_few = matches!(plan.columns.shape, Shape::Long | Shape::Wide);
    let count = if has_few { Role::LONG } else { Role::COUNT };
    for ((cell, column), scratch) in roles
        .iter_mut()
        .zip(plan.columns.roles)
        .zip(&mut scratch.roles)
        .take(count)
    {
        if let Some(index) = column {
            *cell = trimmed(record.cell(bytes, index, scratch));
        }
    }
    let read =
        |(index, scratch): (usize, &'r mut String)| trimmed(record.cell(bytes, index, scratch));
    let by = plan
        .columns
        .attributes()
        .zip(&mut scratch.by)
        .map(read)
        .collect();
    let filters = plan
        .columns
        .filters
        .iter()
        .copied()
        .zip(&mut scratch.filters)
        .map(read)
        .collect();
    Row { roles, by, filters }
}

/// The text of a cell without blanks around it, and without the guards that keep a spreadsheet from
/// making a number of an id, `="00123"`, or a formula of a name, `'=acme`.
#[must_use]
pub fn trimmed(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.as_bytes().first() {
        Some(b'=') => cell
            .strip_prefix("=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .map_or(cell, str::trim),
        // An apostrophe before digits is how a number is typed as text.
        Some(b'\'') if cell.as_bytes().get(1).is_some_and(u8::is_ascii_digit) => &cell[1..],
        Some(b'\'') => unguarded(cell),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_and_blanks_are_left_out_of_ids() {
        assert_eq!(trimmed("\u{a0}=\"00123\" "), "00123");
        assert_eq!(trimmed(" a b "), "a b");
        assert_eq!(trimmed(" '=acme"), "=acme");
        assert_eq!(trimmed("'t Hart"), "'t Hart");
        assert_eq!(trimmed("'00123"), "00123");
    }
}
