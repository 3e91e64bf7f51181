//! The long shape: a row is a customer, a period or date, and an amount.

use super::super::columns::Role;
use super::super::date::{DateFault, When, read_when};
use super::super::filter::{Filter, passes};
use super::super::number::{AmountFault, Reading, read_amount};
use super::kept::{ended_status, is_left_out, of_all_units, without_less};
use super::money::{Money, Stated, in_kept_currency};
use super::plan::{Found, Plan, keep_first};
use super::raw_row::RawRow;
use super::reader::Row;
use crate::ledger::{Added, Became, Entry, RowPlace};
use crate::policies::EmptyAmount;
use crate::units::Amount;

/// Reads the cells of a row into what was found, or says what is wrong with it.
pub(super) fn read_row(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Option<crate::error::Message> {
    if is_left_out(plan, found, raw, place) {
        return None;
    }
    let (customer, date) = (row.cell(Role::Customer), row.cell(Role::Date));
    let reading = match read_amount_cell(plan, found, row.cell(Role::Amount), place.line) {
        Ok(reading) => reading,
        Err(fault) => {
            // Under the other mark the row may be sound, and then its date is evidence.
            let _ = read_date_cell(plan, found, date, place.line);
            return raw.amount(raw.column(Role::Amount), row.cell(Role::Amount), fault);
        }
    };
    let (reading, quantity) = match reading {
        Some(reading) => {
            let amount = without_less(plan, found, raw, reading.amount, place.line)
                .and_then(|amount| of_all_units(plan, found, raw, amount, place.line));
            match amount {
                Ok((amount, quantity)) => (Some(Reading { amount, ..reading }), quantity),
                Err(fault) => return fault,
            }
        }
        None => (None, None),
    };
    if let Some(message) = reading.and_then(|reading| raw.no_twin(reading.amount)) {
        return Some(message);
    }
    let is_nothing = reading.is_none_or(|reading| reading.amount.is_zero());
    if is_nothing && (customer.is_empty() || date.is_empty()) {
        found.skipped += 1;
        found.drop_row(plan, || NOTHING.to_owned());
        return None;
    }
    let Some(reading) = reading.or_else(|| zero(plan)) else {
        return Some(raw.empty_amount());
    };
    if customer.is_empty() {
        return Some(raw.empty_customer());
    }
    if is_damaged_id(customer) {
        return Some(raw.damaged_id(customer));
    }
    let when = match read_date_cell(plan, found, date, place.line) {
        Ok(Some(when)) => when,
        Ok(None) => return Some(raw.empty_date(Role::Date)),
        Err(fault) => return raw.date(raw.column(Role::Date), date, fault),
    };
    if plan.through.is_some_and(|through| when.month > through) {
        return None;
    }
    found.in_horizon += 1;
    found.part.cover(when.month, when.grain, place);
    if !passes_filters(plan, found, row) {
        found.part.leave_out(customer);
        found.drop_row(plan, || filtered(plan));
        return None;
    }
    add_row(plan, found, row, raw, place, (when, reading, quantity))
}

/// Adds a row that passes the filters to the ledger, or says what is wrong with its amount.
fn add_row(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
    (when, reading, quantity): (When, Reading, Option<Amount>),
) -> Option<crate::error::Message> {
    let customer = row.cell(Role::Customer);
    found.passed += 1;
    let stated = Stated {
        cell: (raw.column(Role::Amount), row.cell(Role::Amount)),
        currency: row.cell(Role::Currency),
        customer,
        place,
    };
    let Money { amount, currency } = match in_kept_currency(plan, found, raw, &stated, &reading) {
        Ok(Some(money)) => money,
        Ok(None) => return None,
        Err(fault) => return fault,
    };
    if !amount.is_zero()
        && let Some(status) = ended_status(plan, raw)
    {
        found.statuses.add(&status, place);
        return None;
    }
    raw.remember(&mut found.repeats, place);
    let product = row.cell(Role::Product);
    let entry = Entry {
        customer,
        month: when.month,
        day: when.day,
        amount,
        quantity,
        product,
        attributes: &row.by,
        place,
    };
    if plan.has_others {
        found.sizes.add(amount);
    }
    found.part.add_in(&currency, &entry);
    found.became(plan, stated.cell.0, || {
        Became::Added(Added::kept(when.month, amount, currency))
    });
    None
}

/// Why a row that names no customer or no date, and no amount either, adds to nothing.
pub(super) const NOTHING: &str = "it states nothing";

/// Why a row that does not pass the filters adds to nothing.
pub(super) fn filtered(plan: &Plan<'_>) -> String {
    let filters = plan.filters.iter().map(Filter::text);
    format!("`where {}`", filters.collect::<Vec<_>>().join("`, `where "))
}

pub(super) fn read_amount_cell(
    plan: &Plan<'_>,
    found: &mut Found,
    cell: &str,
    line: u64,
) -> Result<Option<Reading>, AmountFault> {
    let (marks, reading) = read_amount(cell, plan.mark.0);
    found.marks.add(marks, line, cell);
    reading
}

pub(super) fn read_date_cell(
    plan: &Plan<'_>,
    found: &mut Found,
    cell: &str,
    line: u64,
) -> Result<Option<When>, DateFault> {
    let (marks, when) = read_when(cell, plan.order.0, plan.fiscal_year);
    found.dates.add(marks, line, cell);
    when
}

/// What an empty amount stands for under `empty-amount zero`.
pub(super) fn zero(plan: &Plan<'_>) -> Option<Reading> {
    (plan.empty_amount == EmptyAmount::Zero).then_some(Reading {
        amount: Amount::ZERO,
        currency: None,
    })
}

pub(super) fn passes_filters(plan: &Plan<'_>, found: &mut Found, row: &Row<'_>) -> bool {
    for (values, value) in found.values.iter_mut().zip(&row.filters) {
        if !values.contains(*value) {
            values.insert((*value).to_owned());
            keep_first(values);
        }
    }
    passes(plan.filters, &plan.columns.filters, |number| {
        row.filters[number]
    })
}

/// True for an id as Excel writes large numbers: mantissa, `E`, sign, exponent.
pub(super) fn is_damaged_id(id: &str) -> bool {
    if id.starts_with('#') {
        return is_spreadsheet_error(id);
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Nearly every id ends the check here, at its first letter `E` or at none.
    let Some((mantissa, exponent)) = id.split_once('E') else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix(['+', '-']) else {
        return false;
    };
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(decimals) && digits(exponent)
}

/// True for what a spreadsheet writes in place of a value: `####` where a column was too narrow, `#REF!`.
pub(super) fn is_spreadsheet_error(cell: &str) -> bool {
    const WORDS: &[&str] = &[
        "#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
    ];
    cell.len() > 1 && cell.bytes().all(|byte| byte == b'#') || WORDS.contains(&cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_as_excel_writes_large_numbers_are_damaged() {
        for id in ["1.23457E+11", "1E+05", "1,23E+11", "4E-7", "####", "#REF!"] {
            assert!(is_damaged_id(id), "{id}");
        }
        for id in [
            "1e5", "007", "NaN", "null", "E+1", "AE+1", "1.2E11", "12E+", "#12", "#",
        ] {
            assert!(!is_damaged_id(id), "{id}");
        }
    }
}
