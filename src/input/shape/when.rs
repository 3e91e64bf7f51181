//! When a kept row counts: the cells of starts and ends, intervals, dates and balances.

use super::super::columns::Role;
use super::super::date::{self, DateOrder, When, read_when};
use super::super::header::folded;
use super::super::number::AmountFault;
use super::super::vocabulary::{self, MovementType, is_nothing};
use super::Shape;
use super::kept::{End, Fault, Span, Step, read_number};
use super::long::read_date_cell;
use super::money::{in_major_units, is_in_bounds};
use super::plan::{Found, Plan};
use super::raw_row::{RawRow, short};
use super::reader::Row;
use super::rules::{Months, Per};
use crate::error::{Code, Message};
use crate::ledger::RowPlace;
use crate::units::{Amount, Day};

/// The day a cell names and whether it is a label of a month; `None` for an empty cell.
fn read_day(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    role: Role,
    cell: &str,
    line: u64,
) -> Result<Option<When>, Fault> {
    let when = read_date_cell(plan, found, cell, line);
    when.map_err(|fault| raw.date(raw.column(role), cell, fault))
}

/// The first day of what a cell names.
fn first_day(when: When) -> Day {
    let first = Day::first_of(when.month.back(when.grain.months() - 1));
    match when.day {
        0 => first,
        day => Day::new(when.month, u32::from(day)).unwrap_or(first),
    }
}

/// The time that a contract, a version or a line of an invoice covers; nothing where it is left out.
pub(super) fn read_span(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Result<Option<Span>, Fault> {
    let line = place.line;
    let cell = row.cell(Role::Start);
    let start = read_day(plan, found, raw, Role::Start, cell, line)?
        .ok_or_else(|| Some(raw.empty_date(Role::Start)))?;
    let first = first_day(start);
    let mut start = first;
    let end = read_end(plan, found, row, raw, (first, line))?;
    if end == End::Open && plan.columns.shape == Shape::Invoices {
        found.leave_out(plan, "no end of a service (one-time)", place);
        return Ok(None);
    }
    note_reversed(found, row, line);
    if let Some(message) = reversed(plan, row, raw, start, end) {
        return Err(message);
    }
    let trial_end = row.cell(Role::TrialEnd);
    if !is_nothing(trial_end) {
        let trial_end = read_day(plan, found, raw, Role::TrialEnd, trial_end, line)?;
        start = trial_end.map_or(start, |trial_end| start.max(first_day(trial_end)));
        let is_over = matches!(end, End::On(last) | End::Through(last) if last <= start);
        if is_over && start > first {
            found.leave_out(plan, "a trial that nothing followed", place);
            return Ok(None);
        }
    }
    let billed = row.cell(Role::Date);
    let billed = read_day(plan, found, raw, Role::Date, billed, line)?.map(first_day);
    if end == End::Open && is_over(row.cell(Role::Status)) {
        return Err(Some(missing_end(row, raw)));
    }
    let per = read_per(plan, found, row, raw, line)?;
    Ok(Some(Span {
        start,
        end,
        billed,
        per,
    }))
}

fn is_over(status: &str) -> bool {
    vocabulary::status(status).is_some_and(|status| status.is_ended)
}

fn missing_end(row: &Row<'_>, raw: &RawRow<'_>) -> Message {
    let headline = format!(
        "a row with the status `{}` has no end",
        short(row.cell(Role::Status))
    );
    Message::new(Code::MissingEnd, headline)
        .at(raw.place(Role::End))
        .note("without one it would count as running")
        .help("export the column of the end, or leave such rows out with `--drop-status`")
}

/// When a row ends; a placeholder or a word for nothing means that it runs on.
fn read_end(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    (start, line): (Day, u64),
) -> Result<End, Fault> {
    let Some(column) = plan.columns.of(Role::End) else {
        return end_of_term(plan, row, raw, start);
    };
    let end = read_end_cell(plan, found, raw, column, row.cell(Role::End), line)?;
    if end != End::Open {
        return Ok(end);
    }
    let status = folded(row.cell(Role::Status));
    let holds =
        |(statuses, _): &&(Vec<String>, usize)| statuses.is_empty() || statuses.contains(&status);
    match plan.rules.end_fallback.iter().find(holds) {
        Some((_, column)) => read_end_cell(plan, found, raw, *column, &raw.text_at(*column), line),
        None => end_of_term(plan, row, raw, start),
    }
}

/// The most months that a term can have: all that dates can lie in.
const LONGEST_TERM: u32 = 12 * 111;

/// The end of a contract that says how many months it runs in place of when it ends.
fn end_of_term(plan: &Plan<'_>, row: &Row<'_>, raw: &RawRow<'_>, start: Day) -> Result<End, Fault> {
    let header = folded(plan.columns.name(Role::Interval).unwrap_or_default());
    if !header.contains("term") || is_nothing(row.cell(Role::Interval)) {
        return Ok(End::Open);
    }
    let (months, one) = interval(plan, row, raw)?;
    if one != 1 || months > LONGEST_TERM {
        return Err(Some(unreadable_interval(row, raw)));
    }
    Ok(End::Through(start.forward(months).before()))
}

fn read_end_cell(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    column: usize,
    cell: &str,
    line: u64,
) -> Result<End, Fault> {
    let (marks, when) = date::read_end(cell, plan.order.0, plan.fiscal_year);
    found.dates.add(marks, line, cell);
    match when {
        Ok(date::End::Open { is_sentinel }) => {
            if is_sentinel {
                found.open_ends.add(cell, raw.row_place());
            }
            Ok(End::Open)
        }
        Ok(date::End::At(when)) if when.day == 0 => Ok(End::Through(Day::last_of(when.month))),
        Ok(date::End::At(when)) => Ok(End::On(first_day(when))),
        Err(fault) => Err(raw.date(column, cell, fault)),
    }
}

/// Under an order of day and month that puts an end before its start, the dates are not written.
fn note_reversed(found: &mut Found, row: &Row<'_>, line: u64) {
    for order in DateOrder::ALL {
        let day = |role: Role| {
            let cell = row.cell(role);
            let (_, when) = read_when(cell, order, crate::units::FiscalYear::CALENDAR);
            Some(first_day(when.ok().flatten()?))
        };
        let (Some(start), Some(end)) = (day(Role::Start), day(Role::End)) else {
            continue;
        };
        if end < start {
            let seen = &mut found.reversed[order as usize];
            let text = format!("{} to {}", row.cell(Role::Start), row.cell(Role::End));
            if seen.as_ref().is_none_or(|(first, _)| line < *first) {
                *seen = Some((line, text));
            }
        }
    }
}

/// An error for an end before its start; `Some(None)` where the other order of dates may be meant.
fn reversed(
    plan: &Plan<'_>,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    start: Day,
    end: End,
) -> Option<Fault> {
    let (End::On(last) | End::Through(last)) = end else {
        return None;
    };
    if last >= start {
        return None;
    }
    let (start_cell, end_cell) = (row.cell(Role::Start), row.cell(Role::End));
    let other = plan.order.0.other();
    let day = |cell: &str| {
        let (_, when) = read_when(cell, other, plan.fiscal_year);
        when.ok().flatten().map(first_day)
    };
    let may_be_other = day(start_cell)
        .zip(day(end_cell))
        .is_some_and(|(start, end)| start <= end);
    if may_be_other && !plan.order.1 {
        return Some(None);
    }
    let headline = format!("a row ends on {last}, before it starts");
    Some(Some(
        Message::new(Code::EndBeforeStart, headline)
            .at(raw.place(Role::End))
            .found(format!("`{}` to `{}`", short(start_cell), short(end_cell))),
    ))
}

/// The months that the amount of a row is for; `None` for the whole time it covers.
fn read_per(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    line: u64,
) -> Result<Option<Months>, Fault> {
    match plan.rules.per {
        Per::Term => Ok(None),
        Per::Months(months) => Ok(Some(months)),
        Per::Column => interval(plan, row, raw).map(Some).map_err(Some),
        Per::Period => period(plan, found, row, raw, line).map(Some),
    }
}

/// The whole months of the billing period of a row.
fn period(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    line: u64,
) -> Result<Months, Fault> {
    let mut day = |role: Role| {
        let when = read_day(plan, found, raw, role, row.cell(role), line)?;
        Ok::<_, Fault>(when.map(first_day))
    };
    let (from, to) = (day(Role::PeriodStart)?, day(Role::PeriodEnd)?);
    from.zip(to).and_then(|(from, to)| whole_months(from, to)).ok_or_else(|| {
        let headline = "the billing period of a row is no whole number of months";
        let cells = (row.cell(Role::PeriodStart), row.cell(Role::PeriodEnd));
        Some(
            Message::new(Code::UnknownInterval, headline)
                .at(raw.place(Role::PeriodStart))
                .found(format!("`{}` to `{}`", short(cells.0), short(cells.1)))
                .help("if all rows have one interval, pass `--interval month` or `--interval year`"),
        )
    })
}

/// The months from a day to the same day of a later month, or to the last of a shorter one, or to the day
/// before.
fn whole_months(from: Day, to: Day) -> Option<Months> {
    let to = if to.next().number() == from.number() {
        to.next()
    } else {
        to
    };
    let is_same = to.number() == from.number() || to.ends_month() && from.number() > to.number();
    let months = from.month().until(to.month());
    (is_same && months > 0).then(|| (months.cast_unsigned(), 1))
}

fn interval(plan: &Plan<'_>, row: &Row<'_>, raw: &RawRow<'_>) -> Result<Months, Message> {
    let cell = row.cell(Role::Interval);
    let header = folded(plan.columns.name(Role::Interval).unwrap_or_default());
    let number = cell.parse::<u32>().ok().filter(|count| *count > 0);
    if let Some(count) = number.filter(|_| header.contains("month")) {
        return Ok((count, 1));
    }
    let count = row.cell(Role::IntervalCount);
    let count = if count.is_empty() {
        Some(1)
    } else {
        count.parse::<u32>().ok()
    };
    let interval = vocabulary::interval(cell);
    let months = interval
        .zip(count)
        .and_then(|(one, count)| one.times(count)?.months());
    months.ok_or_else(|| unreadable_interval(row, raw))
}

fn unreadable_interval(row: &Row<'_>, raw: &RawRow<'_>) -> Message {
    let cell = row.cell(Role::Interval);
    let is_two = vocabulary::interval(cell) == Some(vocabulary::Interval::Ambiguous);
    let headline = format!("cannot read `{}` as an interval", short(cell));
    let message = Message::new(Code::UnknownInterval, headline).at(raw.place(Role::Interval));
    let message = if is_two {
        message.note("it means twice in a period to some, every second period to others")
    } else {
        message.expected("a word such as monthly, quarterly or annual, or 3 months")
    };
    message.help("if all rows have one interval, pass `--interval month` or `--interval year`")
}

/// The change of a run rate.
pub(super) fn read_step(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Result<Step, Fault> {
    let line = place.line;
    let when = read_day(plan, found, raw, Role::Date, row.cell(Role::Date), line)?
        .ok_or_else(|| Some(raw.empty_date(Role::Date)))?;
    // A label of a month says that the change is in it; what counts is its end.
    let day = match when.day {
        0 => Day::last_of(when.month),
        _ => first_day(when),
    };
    let balance = read_balance(plan, found, row, raw, line)?;
    let word = row.cell(Role::Movement);
    let movement = vocabulary::movement(word);
    let is_open = movement.is_none() || movement == Some(MovementType::Ask);
    if plan.columns.of(Role::Movement).is_some() && !word.is_empty() && is_open {
        found.movements.add(word, place);
    }
    Ok(Step {
        day,
        balance,
        movement,
    })
}

/// The balance after a movement, in major units.
fn read_balance(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    line: u64,
) -> Result<Option<Amount>, Fault> {
    let Some(column) = plan.columns.of(Role::Balance) else {
        return Ok(None);
    };
    let cell = row.cell(Role::Balance);
    let Some(reading) = read_number(plan, found, raw, column, cell, line)? else {
        return Ok(None);
    };
    let amount = in_major_units(plan, reading.amount, row.cell(Role::Currency))
        .ok_or_else(|| Some(raw.too_many_decimals(column, cell)))?;
    let scaled = amount.checked_mul(plan.factor).filter(is_in_bounds);
    scaled
        .map(Some)
        .ok_or_else(|| raw.amount(column, cell, AmountFault::TooLarge))
}
