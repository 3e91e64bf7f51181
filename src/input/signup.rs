//! When customers signed up: the dates of a column, read once all rows are in.
//!
//! A column of signups holds one date a customer, repeated on each of its rows, so its cells are kept as
//! the values of a segment are, and read as dates at the end. Which line a cell stood on is not known then.

use std::collections::{BTreeMap, BTreeSet};

use super::date::{DateDecision, DateEvidence, DateFault, DateMarks, DateOrder, read_when};
use super::load::{LoadOptions, Loaded};
use crate::error::{Code, Errors, Message, Place};
use crate::policies::Policies;
use crate::units::{Grain, Month};

/// How many characters of a cell are quoted.
const LONGEST: usize = 60;

/// The earliest signup of each customer that has one, by its number in the ledger by customer.
///
/// # Errors
///
/// Cells that are no date of a day or a month, and dates that can be read day first or month first where
/// neither the column, nor the dates of the rows, nor `--date-order` says which.
pub fn signups(
    loaded: &Loaded,
    options: &LoadOptions,
    policies: &Policies,
) -> Result<BTreeMap<u32, Month>, Errors> {
    let Some(column) = &loaded.signup else {
        return Ok(BTreeMap::new());
    };
    let ledger = loaded.books.by_unit();
    let mut cells: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for unit in ledger.customers() {
        let Some(customer) = ledger.owner(*unit, &loaded.books.customers) else {
            continue;
        };
        for id in column.values_of(*unit) {
            cells.entry(column.value(id)).or_default().insert(customer);
        }
    }
    let place = loaded.files.first().map(|file| Place {
        column: Some(column.column().to_owned()),
        ..Place::file(&file.name)
    });
    let placed = |message: Message| match &place {
        Some(place) => message.at(place.clone()),
        None => message,
    };
    let order = order(cells.keys().copied(), loaded, options)
        .map_err(|message| Errors::from(placed(message)))?;
    let mut signups: BTreeMap<u32, Month> = BTreeMap::new();
    let mut unreadable = Vec::new();
    for (cell, customers) in &cells {
        match read_when(cell, order, policies.fiscal_year).1 {
            Ok(None) => {}
            Ok(Some(when)) if when.grain == Grain::Month => {
                for customer in customers {
                    let earliest = signups.entry(*customer).or_insert(when.month);
                    *earliest = when.month.min(*earliest);
                }
            }
            Ok(Some(_)) => unreadable.push((cell, None)),
            Err(fault) => unreadable.push((cell, Some(fault))),
        }
    }
    if unreadable.is_empty() {
        return Ok(signups);
    }
    let message = |(cell, fault): (&&str, Option<DateFault>)| placed(no_date(cell, fault));
    Err(Errors::from(
        unreadable.into_iter().map(message).collect::<Vec<_>>(),
    ))
}

/// The order of day and month: as it was set, as the column proves it, or as the dates of the rows do.
fn order<'a>(
    cells: impl Iterator<Item = &'a str>,
    loaded: &Loaded,
    options: &LoadOptions,
) -> Result<DateOrder, Message> {
    if let Some(order) = options.date_order {
        return Ok(order);
    }
    let mut evidence = DateEvidence::default();
    for (cell, number) in cells.zip(1..) {
        let (marks, _): (DateMarks, _) =
            read_when(cell, DateOrder::DayFirst, loaded.policies.fiscal_year);
        evidence.add(marks, number, cell);
    }
    match evidence.decide() {
        DateDecision::Proven { order, .. } => Ok(order),
        DateDecision::Neutral => Ok(DateOrder::DayFirst),
        DateDecision::Ambiguous { cell, .. } => of_rows(loaded).ok_or_else(|| {
            Message::new(
                Code::AmbiguousDates,
                "the signups can be read day first or month first",
            )
            .found(format!("`{cell}`"))
            .help("pass `--date-order dmy` or `--date-order mdy`")
        }),
        DateDecision::MixedOrders {
            day_first,
            month_first,
        } => Err(Message::new(
            Code::MixedDateOrders,
            format!(
                "`{}` can only be day first, `{}` only month first",
                day_first.1, month_first.1
            ),
        )
        .help("write all dates as `2024-01-31`")),
        DateDecision::MixedForms { number, text } => Err(Message::new(
            Code::MixedDateForms,
            format!(
                "`{}` is a date as a number and `{}` one as text",
                number.1, text.1
            ),
        )),
        DateDecision::MonthNames { cell, .. } => Err(no_date(&cell, Some(DateFault::YearUnknown))),
    }
}

/// The order that the dates of the rows have, where that is more than a convention.
fn of_rows(loaded: &Loaded) -> Option<DateOrder> {
    let mut traits = loaded.files.iter().flat_map(|file| &file.traits);
    let known = traits.find(|found| {
        found.name == "date-order" && !found.origin.ends_with("no date depends on it")
    })?;
    let mut orders = DateOrder::ALL.into_iter();
    orders.find(|order| order.word() == known.value)
}

fn no_date(cell: &str, fault: Option<DateFault>) -> Message {
    let (code, reason) = match fault {
        None => (Code::UnreadableDate, "it names no month"),
        Some(DateFault::OutOfRange(_)) => (Code::DateOutOfRange, "it lies outside 1990 to 2100"),
        Some(DateFault::Placeholder) => (Code::DateOutOfRange, "it is a placeholder, not a date"),
        Some(DateFault::NoSuchDay) => (
            Code::UnreadableDate,
            "the calendar has no such day or month",
        ),
        Some(DateFault::YearUnknown) => (Code::UnreadableDate, "it names no year"),
        Some(DateFault::Unreadable | DateFault::FiscalStartUnknown | DateFault::Relative) => {
            (Code::UnreadableDate, "it is none of the known forms")
        }
    };
    let mut shown: String = cell.chars().take(LONGEST).collect();
    if shown.len() < cell.len() {
        shown.push('…');
    }
    Message::new(code, format!("cannot read `{shown}` as a signup"))
        .note(reason)
        .expected("a date such as 2024-01-31 or a month such as 2024-01")
}
