//! Rows whose meaning depends on other rows: contracts, versions, lines of invoices, movements. Each is read
//! and checked by itself, and kept until all were read.

use super::super::columns::Role;
use super::super::date::{self, DateOrder, When, read_when};
use super::super::header::folded;
use super::super::number::{AmountFault, Reading, read_amount};
use super::super::vocabulary::{self, MovementType, Treatment, is_nothing};
use super::Shape;
use super::long::{is_damaged_id, passes_filters, read_date_cell, zero};
use super::money::{Currency, currency, in_major_units, is_in_bounds};
use super::plan::{Found, Plan};
use super::raw_row::{RawRow, short};
use super::reader::Row;
use super::rules::{AmountIs, Months, Per};
use crate::error::{Code, Message};
use crate::ledger::RowPlace;
use crate::units::{Amount, Day, SCALE_MAX};

/// A row that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it stands.
    pub place: RowPlace,
    /// Who pays.
    pub customer: Box<str>,
    /// What for.
    pub product: Box<str>,
    /// Under which contract.
    pub contract: Box<str>,
    /// The values of the columns of `--by`.
    pub attributes: Box<[Box<str>]>,
    /// False if a filter leaves it out.
    pub passes: bool,
    /// How much, in major units.
    pub amount: Amount,
    /// When.
    pub time: Time,
}

/// When a kept row counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// From a start to an end.
    Span(Span),
    /// From a day on.
    Step(Step),
}

/// The time a contract, a version or a line of an invoice covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first day.
    pub start: Day,
    /// When it ends.
    pub end: End,
    /// The day it was billed, where that is said.
    pub billed: Option<Day>,
    /// The months that its amount is for; `None` for all of them.
    pub per: Option<Months>,
}

/// How the end of a span is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It runs on.
    Open,
    /// A day that is the last one, or the first one after it.
    On(Day),
    /// The last day, without doubt: the end of a month that was written as one.
    Through(Day),
}

/// A change of a run rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The day of it.
    pub day: Day,
    /// The customer's run rate after it, where that is said.
    pub balance: Option<Amount>,
    /// What kind it is, where that is said.
    pub movement: Option<MovementType>,
}

/// What is wrong with a row: a message, or nothing where the whole file has to decide first.
type Fault = Option<Message>;

/// Reads a row and keeps it, or says what is wrong with it.
pub(super) fn read_row(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Option<Message> {
    if is_left_out(plan, found, row, raw, place) {
        return None;
    }
    match keep(plan, found, row, raw, place) {
        Ok(kept) => {
            found.kept.extend(kept);
            None
        }
        Err(fault) => fault,
    }
}

/// True for a row that the preset's rules or its status leave out, or that has a status to be asked about.
fn is_left_out(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> bool {
    if let Some(reason) = ruled_out(plan, raw) {
        found.left_out.add(&reason, place);
        return true;
    }
    let status = row.cell(Role::Status);
    if plan.columns.of(Role::Status).is_none() || status.is_empty() {
        return false;
    }
    let word = folded(status);
    let treatment = if plan.rules.keep_status.contains(&word) {
        Some(Treatment::Keep)
    } else if plan.rules.drop_status.contains(&word) {
        Some(Treatment::Drop)
    } else {
        vocabulary::status(status).map(|status| status.treatment)
    };
    match treatment {
        Some(Treatment::Keep) => false,
        Some(Treatment::Drop) => {
            found.left_out.add(&format!("status `{status}`"), place);
            true
        }
        Some(Treatment::Ask) | None => {
            found.statuses.add(status, place);
            true
        }
    }
}

/// Why the rules leave a row out, if they do.
pub(super) fn ruled_out(plan: &Plan<'_>, raw: &RawRow<'_>) -> Option<String> {
    let rules = plan.rules;
    let reason = |column: usize, value: &str| {
        let shown = if value.is_empty() { "(empty)" } else { value };
        format!("{} `{}`", plan.columns.header[column], short(shown))
    };
    let kept =
        |(column, values): &&(usize, Vec<String>)| values.contains(&folded(&raw.text_at(*column)));
    let missed = rules.keep.iter().find(|rule| !kept(rule));
    let hit = rules.drop.iter().find(kept);
    let (column, _) = missed.or(hit)?;
    Some(reason(*column, &raw.text_at(*column)))
}

fn keep(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Result<Option<Kept>, Fault> {
    let dated_by = if plan.columns.shape == Shape::Movements {
        Role::Date
    } else {
        Role::Start
    };
    let (customer, date) = (row.cell(Role::Customer), row.cell(dated_by));
    let reading = read_money(plan, found, row, raw, place.line)?;
    let is_nothing = reading.is_none_or(|reading| reading.amount.is_zero());
    if is_nothing && (customer.is_empty() || date.is_empty()) {
        return Ok(None);
    }
    let reading = reading
        .or_else(|| zero(plan))
        .ok_or_else(|| Some(raw.empty_amount()))?;
    if customer.is_empty() {
        return Err(Some(raw.empty_customer()));
    }
    if is_damaged_id(customer) {
        return Err(Some(raw.damaged_id(customer)));
    }
    let time = if plan.columns.shape == Shape::Movements {
        Some(Time::Step(read_step(plan, found, row, raw, place)?))
    } else {
        read_span(plan, found, row, raw, place)?.map(Time::Span)
    };
    let Some(time) = time else {
        return Ok(None);
    };
    found.in_horizon += 1;
    let passes = passes_filters(plan, found, row);
    found.passed += u64::from(passes);
    let Some(amount) = in_kept_currency(plan, found, row, raw, place, &reading)? else {
        return Ok(None);
    };
    raw.remember(&mut found.repeats, place);
    let own = |text: &str| Box::from(text);
    Ok(Some(Kept {
        place,
        customer: own(customer),
        product: own(row.cell(Role::Product)),
        contract: own(row.cell(Role::Contract)),
        attributes: row.by.iter().map(|value| own(value)).collect(),
        passes,
        amount,
        time,
    }))
}

/// The amount in major units, or nothing where it is in a currency that is not kept.
fn in_kept_currency(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
    reading: &Reading,
) -> Result<Option<Amount>, Fault> {
    let code = row.cell(Role::Currency);
    match currency(plan, code, reading) {
        Currency::Conflict(sign) => return Err(Some(raw.currency_conflict(sign))),
        Currency::Other(code) => {
            found.other_currencies.add(&code, place);
            return Ok(None);
        }
        Currency::Kept(_) if reading.amount.is_zero() && code.is_empty() => {}
        Currency::Kept(code) => found.tally.add(&code, place),
    }
    let column = raw.column(Role::Amount);
    let cell = row.cell(Role::Amount);
    let amount = in_major_units(plan, reading.amount, code)
        .ok_or_else(|| Some(raw.too_many_decimals(column, cell)))?;
    let scaled = amount.checked_mul(plan.factor).filter(is_in_bounds);
    scaled
        .map(Some)
        .ok_or_else(|| raw.amount(column, cell, AmountFault::TooLarge))
}

/// The amount, for all units, without what is taken off it.
fn read_money(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    line: u64,
) -> Result<Option<Reading>, Fault> {
    let column = raw.column(Role::Amount);
    let Some(mut reading) = read_number(plan, found, raw, column, row.cell(Role::Amount), line)?
    else {
        return Ok(None);
    };
    let too_large = |cell: &str| raw.amount(column, cell, AmountFault::TooLarge);
    for less in &plan.rules.less {
        let cell = raw.text_at(*less);
        if let Some(part) = read_number(plan, found, raw, *less, &cell, line)? {
            let rest = reading.amount.checked_add(-part.amount);
            reading.amount = rest.ok_or_else(|| too_large(&cell))?;
        }
    }
    if let Some(units) = read_quantity(plan, found, row, raw, line)? {
        let cell = row.cell(Role::Quantity);
        let total = multiplied(reading.amount, units);
        reading.amount = total.ok_or_else(|| too_large(cell))?;
    }
    Ok(Some(reading))
}

/// The number of units that the amount is the price of one of.
fn read_quantity(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    line: u64,
) -> Result<Option<Amount>, Fault> {
    if plan.rules.amount_is == Some(AmountIs::Total) {
        return Ok(None);
    }
    let Some(column) = plan.columns.of(Role::Quantity) else {
        return Ok(None);
    };
    let cell = row.cell(Role::Quantity);
    let Some(quantity) = read_number(plan, found, raw, column, cell, line)? else {
        return Ok(None);
    };
    if plan.rules.amount_is.is_none() && quantity.amount != Amount::new(1, 0) {
        return Err(Some(unit_or_total(plan, raw, cell)));
    }
    Ok(Some(quantity.amount))
}

fn unit_or_total(plan: &Plan<'_>, raw: &RawRow<'_>, cell: &str) -> Message {
    let name = |role: Role| plan.columns.name(role).unwrap_or_default();
    let (amount, quantity) = (name(Role::Amount), name(Role::Quantity));
    let headline = format!("`{amount}` beside `{quantity}` may be the price of one unit or of all");
    Message::new(Code::UnitOrTotal, headline)
        .at(raw.place(Role::Quantity))
        .found(format!(
            "`{}` units at `{}`",
            short(cell),
            raw.text(Role::Amount)
        ))
        .help("pass `--amount-is unit` or `--amount-is total`")
}

fn multiplied(amount: Amount, units: Amount) -> Option<Amount> {
    let scale = amount.scale() + units.scale();
    let product = amount.units().checked_mul(units.units())?;
    (scale <= SCALE_MAX).then(|| Amount::new(product, scale))
}

fn read_number(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    column: usize,
    cell: &str,
    line: u64,
) -> Result<Option<Reading>, Fault> {
    let (marks, reading) = read_amount(cell, plan.mark.0);
    found.marks.add(marks, line, cell);
    reading.map_err(|fault| raw.amount(column, cell, fault))
}

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

fn read_span(
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
    let end = read_end(plan, found, row, raw, line)?;
    if end == End::Open && plan.columns.shape == Shape::Invoices {
        found.left_out.add("no end of a service (one-time)", place);
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
            found.left_out.add("a trial that nothing followed", place);
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
    line: u64,
) -> Result<End, Fault> {
    let end = read_end_cell(
        plan,
        found,
        raw,
        raw.column(Role::End),
        row.cell(Role::End),
        line,
    )?;
    if end != End::Open {
        return Ok(end);
    }
    let status = folded(row.cell(Role::Status));
    let holds =
        |(statuses, _): &&(Vec<String>, usize)| statuses.is_empty() || statuses.contains(&status);
    match plan.rules.end_fallback.iter().find(holds) {
        Some((_, column)) => read_end_cell(plan, found, raw, *column, &raw.text_at(*column), line),
        None => Ok(End::Open),
    }
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
        Ok(date::End::Open { .. }) => Ok(End::Open),
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
    months.ok_or_else(|| {
        let is_two = interval == Some(vocabulary::Interval::Ambiguous);
        let headline = format!("cannot read `{}` as an interval", short(cell));
        let message = Message::new(Code::UnknownInterval, headline).at(raw.place(Role::Interval));
        let message = if is_two {
            message.note("it means twice in a period to some, every second period to others")
        } else {
            message.expected("a word such as monthly, quarterly or annual, or 3 months")
        };
        message.help("if all rows have one interval, pass `--interval month` or `--interval year`")
    })
}

fn read_step(
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
    let balance = match plan.columns.of(Role::Balance) {
        None => None,
        Some(column) => {
            let cell = row.cell(Role::Balance);
            let reading = read_number(plan, found, raw, column, cell, line)?;
            let amount = reading
                .and_then(|reading| in_major_units(plan, reading.amount, row.cell(Role::Currency)));
            amount.and_then(|amount| amount.checked_mul(plan.factor))
        }
    };
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
