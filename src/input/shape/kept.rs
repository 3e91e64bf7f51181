//! Rows whose meaning depends on other rows: contracts, versions, lines of invoices, movements. Each is read
//! and checked by itself, and kept until all were read.

use super::super::columns::Role;
use super::super::header::folded;
use super::super::number::{AmountFault, Reading, read_amount};
use super::super::trace::Fate;
use super::super::vocabulary::{self, MovementType, Treatment};
use super::Shape;
use super::long::{NOTHING, is_damaged_id, passes_filters, zero};
use super::money::{Money, Stated, in_kept_currency, is_in_bounds};
use super::plan::{Found, Plan};
use super::raw_row::{RawRow, short};
use super::reader::Row;
use super::rules::{AmountIs, Months};
use super::when::{read_span, read_step};
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
    /// Of how many, where the row says so.
    pub quantity: Option<Amount>,
    /// The currency that it is converted from; empty for the one that is kept.
    pub currency: Box<str>,
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
pub(super) type Fault = Option<Message>;

/// Reads a row and keeps it, or says what is wrong with it.
pub(super) fn read_row(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Option<Message> {
    if is_left_out(plan, found, raw, place) {
        return None;
    }
    match keep(plan, found, row, raw, place) {
        Ok(kept) => {
            if kept.is_some() && plan.wanted.is_some() {
                let column = raw.column(Role::Amount);
                found.fates.push((column, Fate::Open));
            }
            found.kept.extend(kept);
            None
        }
        Err(fault) => fault,
    }
}

/// True for a row that the preset's rules or its status leave out, or that has a status to be asked about.
pub(super) fn is_left_out(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> bool {
    if let Some(reason) = ruled_out(plan, raw) {
        found.leave_out(plan, &reason, place);
        return true;
    }
    let Some(column) = plan.columns.of(Role::Status) else {
        return false;
    };
    let status = raw.text_at(column);
    if status.is_empty() {
        found.without_status.add("", place);
        return false;
    }
    found.has_status = true;
    let word = folded(&status);
    let treatment = if plan.rules.keep_status.contains(&word) {
        Some(Treatment::Keep)
    } else if plan.rules.drop_status.contains(&word) {
        Some(Treatment::Drop)
    } else {
        vocabulary::status(&status).map(|status| status.treatment)
    };
    match treatment {
        Some(Treatment::Keep) => false,
        Some(Treatment::Drop) => {
            found.leave_out(plan, &format!("status `{status}`"), place);
            true
        }
        Some(Treatment::Ask) | None => {
            found.statuses.add(&status, place);
            true
        }
    }
}

/// The status of a row that says that it is over, unless it was said to count: in a row of one date no end says up to when an
/// amount was paid.
pub(super) fn ended_status(plan: &Plan<'_>, raw: &RawRow<'_>) -> Option<String> {
    let status = raw.text_at(plan.columns.of(Role::Status)?);
    let is_ended = vocabulary::status(&status).is_some_and(|status| status.is_ended);
    (is_ended && !plan.rules.keep_status.contains(&folded(&status))).then_some(status)
}

/// Why the rules leave a row out, if they do.
fn ruled_out(plan: &Plan<'_>, raw: &RawRow<'_>) -> Option<String> {
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
    let (reading, quantity) = read_money(plan, found, row, raw, place.line)?;
    let is_nothing = reading.is_none_or(|reading| reading.amount.is_zero());
    if is_nothing && (customer.is_empty() || date.is_empty()) {
        found.skipped += 1;
        found.drop_row(plan, || NOTHING.to_owned());
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
    let stated = Stated {
        cell: (raw.column(Role::Amount), row.cell(Role::Amount)),
        currency: row.cell(Role::Currency),
        customer,
        place,
    };
    let money = in_kept_currency(plan, found, raw, &stated, &reading)?;
    let Some(Money { amount, currency }) = money else {
        return Ok(None);
    };
    if plan.has_others {
        found.sizes.add(amount);
    }
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
        quantity,
        currency,
        time,
    }))
}

/// The amount, for all units, without what is taken off it, and how many they are.
fn read_money(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    line: u64,
) -> Result<(Option<Reading>, Option<Amount>), Fault> {
    let column = raw.column(Role::Amount);
    let Some(mut reading) = read_number(plan, found, raw, column, row.cell(Role::Amount), line)?
    else {
        return Ok((None, None));
    };
    if let Some(message) = raw.no_twin(reading.amount) {
        return Err(Some(message));
    }
    reading.amount = without_less(plan, found, raw, reading.amount, line)?;
    let (amount, quantity) = of_all_units(plan, found, raw, reading.amount, line)?;
    Ok((Some(Reading { amount, ..reading }), quantity))
}

/// An amount without what a preset takes off it, such as tax.
pub(super) fn without_less(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    amount: Amount,
    line: u64,
) -> Result<Amount, Fault> {
    let mut rest = amount;
    for less in &plan.rules.less {
        let cell = raw.text_at(*less);
        if let Some(part) = read_number(plan, found, raw, *less, &cell, line)? {
            let sum = rest.checked_add(-part.amount);
            rest = sum.ok_or_else(|| raw.amount(*less, &cell, AmountFault::TooLarge))?;
        }
    }
    Ok(rest)
}

/// The amount of all units, also where the row states the price of one, and how many they are.
pub(super) fn of_all_units(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    amount: Amount,
    line: u64,
) -> Result<(Amount, Option<Amount>), Fault> {
    let Some(column) = plan.columns.of(Role::Quantity) else {
        return Ok((amount, None));
    };
    let cell = raw.text_at(column);
    if plan.rules.amount_is == Some(AmountIs::Total) {
        return Ok((amount, quantity_beside(plan, found, &cell, line)));
    }
    let Some(reading) = read_number(plan, found, raw, column, &cell, line)? else {
        return Ok((amount, None));
    };
    let quantity = reading.amount;
    if plan.rules.amount_is.is_none() && quantity != Amount::new(1, 0) {
        return Err(Some(unit_or_total(plan, raw, &cell)));
    }
    let total = multiplied(amount, quantity).filter(|_| is_in_bounds(&quantity));
    let total = total.ok_or_else(|| raw.amount(column, &cell, AmountFault::TooLarge))?;
    Ok((total, Some(quantity)))
}

/// The quantity beside an amount that does not need it: one that is no number is noted, and refuses no row.
fn quantity_beside(plan: &Plan<'_>, found: &mut Found, cell: &str, line: u64) -> Option<Amount> {
    let quantity = match read_amount(cell, plan.mark.0).1 {
        Ok(reading) => reading?.amount,
        Err(_) => Amount::new(i128::MAX, 0),
    };
    if is_in_bounds(&quantity) {
        return Some(quantity);
    }
    let (file, _) = plan.file;
    found.without_quantity.add("", RowPlace { file, line });
    None
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

/// The number in a cell; `None` for an empty one.
pub(super) fn read_number(
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
