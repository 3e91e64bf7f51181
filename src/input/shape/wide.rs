//! The wide shape: a row is a customer, with one column a period.

use super::super::columns::Role;
use super::super::labels::Label;
use super::kept::is_left_out;
use super::long::{filtered, is_damaged_id, passes_filters, read_amount_cell, zero};
use super::money::{Money, Stated, in_kept_currency};
use super::plan::{Found, Plan};
use super::raw_row::RawRow;
use super::reader::Row;
use crate::error::{Code, Message};
use crate::ledger::{Added, Became, Entry, RowPlace};
use crate::policies::EmptyAmount;

/// Reads a row into what was found, or says what is wrong with it. Every cell that cannot be read is an error
/// of its own; the row's other cells are read all the same.
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
    let customer = row.cell(Role::Customer);
    if customer.is_empty() {
        let is_nothing = |label: &Label| is_nothing(&raw.text_at(label.index));
        let has_revenue = !plan.periods.iter().all(is_nothing);
        return has_revenue.then(|| empty_customer(plan, raw));
    }
    if is_damaged_id(customer) {
        return Some(raw.damaged_id(customer));
    }
    let is_blank = |label: &Label| raw.text_at(label.index).is_empty();
    found.skipped += u64::from(plan.periods.iter().all(is_blank));
    let passes = passes_filters(plan, found, row);
    if passes {
        raw.remember(&mut found.repeats, place);
    } else {
        found.part.leave_out(customer);
        found.drop_row(plan, || filtered(plan));
    }
    for label in plan.periods {
        if let Some(message) = read_cell(plan, found, row, raw, place, (label, passes)) {
            found.errors.add(message);
        }
    }
    found.totals.add(plan, raw);
    None
}

/// A row of amounts without a customer, at the first of them.
fn empty_customer(plan: &Plan<'_>, raw: &RawRow<'_>) -> Message {
    let customer = plan.columns.name(Role::Customer).unwrap_or_default();
    let message = Message::new(Code::EmptyCustomer, "a row with revenue names no customer")
        .at(raw.place(Role::Customer));
    let stated = plan
        .periods
        .iter()
        .find(|label| !is_nothing(&raw.text_at(label.index)));
    match stated {
        Some(label) => message.found(format!(
            "`{}` in `{}`, nothing in `{customer}`",
            raw.text_at(label.index),
            label.text
        )),
        None => message,
    }
}

/// True for a cell without an amount, or with one of nothing.
fn is_nothing(cell: &str) -> bool {
    matches!(cell, "" | "-" | "–") || cell.bytes().all(|byte| matches!(byte, b'0' | b'.' | b','))
}

fn read_cell(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
    (label, passes): (&Label, bool),
) -> Option<Message> {
    let cell = raw.text_at(label.index);
    let reading = match read_amount_cell(plan, found, &cell, place.line) {
        Ok(reading) => reading,
        Err(fault) => return raw.amount(label.index, &cell, fault),
    };
    if plan.through.is_some_and(|through| label.last > through) {
        return None;
    }
    let stated_zero = (plan.empty_amount == EmptyAmount::Zero)
        .then(|| zero(plan))
        .flatten();
    // An empty cell is no row; a column in which every cell is empty is a month that was not exported.
    let reading = reading.or(stated_zero)?;
    found.in_horizon += 1;
    found.passed += u64::from(passes);
    found.part.cover(label.last, label.grain, place);
    if !passes {
        return None;
    }
    let customer = row.cell(Role::Customer);
    let stated = Stated {
        cell: (label.index, &cell),
        currency: row.cell(Role::Currency),
        customer,
        place,
    };
    let Money { amount, currency } = match in_kept_currency(plan, found, raw, &stated, &reading) {
        Ok(Some(money)) => money,
        Ok(None) => return None,
        Err(fault) => return fault,
    };
    if plan.has_others {
        found.sizes.add(amount);
    }
    let entry = Entry {
        customer,
        month: label.last,
        day: 0,
        amount,
        quantity: None,
        product: row.cell(Role::Product),
        attributes: &row.by,
        place,
    };
    found.part.add_in(&currency, &entry);
    found.became(plan, label.index, || {
        Became::Added(Added::kept(label.last, amount, currency))
    });
    None
}
