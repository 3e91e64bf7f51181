//! What is worth a warning once all files were read together.

use super::columns::{ByWhom, Role, is_named, quoted};
use super::file::FileRead;
use super::repeats::Repeated;
use super::summary::Shared;
use super::tally::{Tally, TallyEntry};
use crate::error::{Code, Message, Place};
use crate::ledger::{Attribute, Ledger, Part, RowPlace};
use crate::policies::{Duplicates, Fx, Policies};
use crate::text;

/// A place as an editor jumps to it: `q3.csv:42`.
pub(super) fn line(place: &Place) -> String {
    format!("{}:{}", place.file, place.line.unwrap_or_default())
}

pub(super) fn assumed_encoding(file: &FileRead) -> Option<Message> {
    file.seen.assumed.then(|| {
        Message::new(
            Code::AssumedEncoding,
            format!("`{}` is no UTF-8 and was read as Windows-1252", file.name),
        )
        .at(Place {
            file_number: file.number(),
            ..Place::file(&file.name)
        })
        .help("if names look right, confirm it with `--encoding windows-1252`")
    })
}

/// Rows without a status among rows that have one: they count, and somebody should know.
pub(super) fn without_status(tally: &Tally, place: &impl Fn(RowPlace) -> Place) -> Option<Message> {
    let entries = tally.by_rows();
    let entry = entries.first()?;
    let verb = if entry.rows == 1 { "has" } else { "have" };
    let headline = format!(
        "{} {verb} no status, among others that have one",
        text::count(entry.rows, "row")
    );
    Some(
        Message::new(Code::WithoutStatus, headline)
            .at(place(entry.first))
            .note("they were counted")
            .counting(entry.rows),
    )
}

/// Rows whose quantity cannot be read, beside amounts that are of all units.
pub(super) fn without_quantity(
    tally: &Tally,
    place: &impl Fn(RowPlace) -> Place,
) -> Option<Message> {
    let entries = tally.by_rows();
    let entry = entries.first()?;
    let (verb, noun) = if entry.rows == 1 {
        ("has", "a quantity")
    } else {
        ("have", "quantities")
    };
    let rows = text::count(entry.rows, "row");
    Some(
        Message::new(
            Code::UnreadableQuantity,
            format!("{rows} {verb} {noun} that cannot be read as a number"),
        )
        .at(place(entry.first))
        .note("they count with their amounts, and their change is price, none of it volume")
        .help("if the column holds no quantities, pass `--quantity-column none`")
        .counting(entry.rows),
    )
}

/// Rows that their status or a rule leaves out.
pub(super) fn left_out(tally: &Tally, place: &impl Fn(RowPlace) -> Place) -> Option<Message> {
    let entries = tally.by_rows();
    let first = entries.iter().map(|entry| entry.first).min()?;
    let rows: u64 = entries.iter().map(|entry| entry.rows).sum();
    let verb = if rows == 1 { "was" } else { "were" };
    let reasons: Vec<String> = entries
        .iter()
        .take(12)
        .map(|entry| format!("{} in {}", entry.code, text::count(entry.rows, "row")))
        .collect();
    let message = Message::new(
        Code::RowsLeftOut,
        format!("{} {verb} left out", text::count(rows, "row")),
    );
    let message = message.at(place(first)).counting(rows);
    Some(reasons.into_iter().fold(message, Message::found))
}

/// An end that is only known as the day of a cancellation, which nearly always comes before it.
pub(super) fn canceled_as_end(file: &FileRead) -> Option<Message> {
    let columns = &file.columns;
    let name = columns.name(Role::End)?;
    let is_guessed = columns.by_whom[Role::End as usize] == ByWhom::Header;
    let is_cancel = is_named(name, Role::End, Role::End.synonyms()[1]);
    (is_guessed && is_cancel).then(|| {
        let headline = format!("`{name}` was taken as the end, and may be the day somebody clicked");
        Message::new(Code::CanceledAsEnd, headline)
            .at(file.header_place.clone())
            .note("what was paid runs to the end of its term: churn may be a month or a year too early")
            .help(format!(
                "if the export can hold the end itself, add it; to confirm, pass `--end-column {}`",
                quoted(name)
            ))
    })
}

/// Currencies with their rows: `EUR (1,204 rows) and USD (37 rows)`.
pub(super) fn counted(entries: &[&TallyEntry]) -> String {
    let counted: Vec<String> = entries
        .iter()
        .map(|entry| {
            format!(
                "{} ({})",
                shown_code(&entry.code),
                text::count(entry.rows, "row")
            )
        })
        .collect();
    text::list(&counted, "and")
}

pub(super) fn shown_code(code: &str) -> String {
    if code.is_empty() {
        "no currency".to_owned()
    } else {
        code.to_owned()
    }
}

pub(super) fn equal_rows(
    repeated: &Repeated,
    duplicates: Duplicates,
    place: &impl Fn(RowPlace) -> Place,
) -> Message {
    let pairs: Vec<String> = repeated
        .places
        .iter()
        .map(|(row, first)| format!("{} repeats {}", line(&place(*row)), line(&place(*first))))
        .collect();
    let at_least = if repeated.share > 1 { "at least " } else { "" };
    let verb = if repeated.rows == 1 {
        "repeats"
    } else {
        "repeat"
    };
    let headline = format!(
        "{at_least}{} {verb} another in every column",
        text::count(repeated.rows, "row")
    );
    let mut message = Message::new(Code::EqualRows, headline).counting(repeated.rows);
    if let Some((row, _)) = repeated.places.first() {
        message = message.at(place(*row));
    }
    for pair in pairs {
        message = message.found(pair);
    }
    if repeated.share > 1 {
        message = message.note(format!("1 in {} rows was looked at", repeated.share));
    }
    if duplicates != Duplicates::Sum {
        return message.note("the last of them counts, as `duplicates last` says");
    }
    message
        .note("they were added up, as line items are")
        .help("if the export holds rows twice, export it again, or list what shares a customer and month with `--duplicates error`")
}

pub(super) fn other_currencies(
    tally: &Tally,
    policies: &Policies,
    place: &impl Fn(RowPlace) -> Place,
) -> Option<Message> {
    let entries = tally.by_rows();
    let first = entries.iter().map(|entry| entry.first).min()?;
    let rows = entries.iter().map(|entry| entry.rows).sum();
    let kept = policies.currency.as_deref().unwrap_or_default();
    let verb = if rows == 1 { "is" } else { "are" };
    let headline = format!(
        "{} {verb} not in {kept} and left out",
        text::count(rows, "row")
    );
    Some(
        Message::new(Code::OtherCurrencies, headline)
            .at(place(first))
            .found(counted(&entries))
            .counting(rows),
    )
}

pub(super) fn converted_currencies(
    tally: &Tally,
    policies: &Policies,
    place: &impl Fn(RowPlace) -> Place,
) -> Option<Message> {
    let entries = tally.by_rows();
    let first = entries.iter().map(|entry| entry.first).min()?;
    let rows = entries.iter().map(|entry| entry.rows).sum();
    let kept = policies.currency.as_deref().unwrap_or_default();
    let verb = if rows == 1 { "was" } else { "were" };
    let headline = format!("{} {verb} converted to {kept}", text::count(rows, "row"));
    let note = match policies.fx {
        Fx::Constant => "both ends of a comparison are at the rates of its opening, as `fx constant` says".to_owned(),
        Fx::Floating => "each end is at its own rates, as `fx floating` says; what rates did stands in `fx`, not in NRR".to_owned(),
        Fx::Fixed(month) => format!("every month is at the rates of {month}, as `fx fixed` says"),
    };
    Some(
        Message::new(Code::ConvertedCurrencies, headline)
            .at(place(first))
            .found(counted(&entries))
            .note(note)
            .counting(rows),
    )
}

/// Only where rows add up: what else several rows mean was said by `duplicates`.
pub(super) fn overlapping_files(shared: &Shared) -> Option<Message> {
    let named: Vec<String> = shared
        .first
        .iter()
        .map(|(name, month)| format!("{name} in {month}"))
        .collect();
    (shared.count > 0).then(|| {
        let verb = if shared.count == 1 { "stands" } else { "stand" };
        let count = text::count(shared.count, "customer month");
        Message::new(
            Code::OverlappingFiles,
            format!("{count} {verb} in several files"),
        )
        .found(text::examples(
            &named,
            usize::try_from(shared.count).unwrap_or(usize::MAX),
        ))
        .note("their rows were added up")
        .help("if the files overlap, leave the older one out; `--duplicates last` keeps the last row of each customer, month and product, not of each file")
        .help("if each file holds a part of the revenue, `--duplicates sum` says so, and `nrr check` passes")
        .counting(shared.count)
    })
}

/// Customers that pay in the currency kept and in another: what they pay in the other looks like a loss.
pub(super) fn currency_change(part: &Part) -> Option<Message> {
    let names = part.in_two_currencies();
    let count = names.len() as u64;
    (count > 0).then(|| {
        let verb = if count == 1 { "has" } else { "have" };
        let headline = format!("{} {verb} rows in the currency kept and in another", text::count(count, "customer"));
        Message::new(Code::CurrencyChange, headline)
            .found(text::examples(&names, names.len()))
            .note("a customer that changes its currency reads as churn here, though it goes on paying")
            .help("export all amounts in one currency")
            .counting(count)
    })
}

pub(super) fn split_by_filter(part: &Part) -> Option<Message> {
    let split = part.split_customers();
    (!split.is_empty()).then(|| {
        let verb = if split.len() == 1 { "has" } else { "have" };
        let headline = format!(
            "{} {verb} rows inside and outside the filter",
            text::count(split.len() as u64, "customer")
        );
        Message::new(Code::SplitByFilter, headline)
            .found(text::examples(&split, split.len()))
            .note("what moves out of the filter counts as churn, what moves in as new or returning")
            .help("see such moves as transfers: use `--by` with the column instead of `--where`")
            .counting(split.len() as u64)
    })
}

pub(super) fn two_segments(ledger: &Ledger) -> Vec<Message> {
    let message = |attribute: &Attribute| {
        let contested = attribute.contested();
        let mut names: Vec<String> = contested
            .iter()
            .map(|(customer, month)| format!("{} in {month}", ledger.shown_name(*customer)))
            .collect();
        names.sort_unstable();
        let mut numbers: Vec<u32> = contested.iter().map(|(customer, _)| *customer).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let customers = numbers.len();
        let verb = if customers == 1 { "has" } else { "have" };
        let headline = format!(
            "{} {verb} several values of `{}` in one month",
            text::count(customers as u64, "customer"),
            attribute.column()
        );
        (!names.is_empty()).then(|| {
            Message::new(Code::TwoSegments, headline)
                .found(text::examples(&names, names.len()))
                .note("the value with the larger amount counts, then the first in byte order")
                .counting(names.len() as u64)
        })
    };
    ledger.attributes().iter().filter_map(message).collect()
}
