//! What is wrong or worth a warning once all files were read together.

use super::columns::{ByWhom, Columns, Role, is_named, quoted};
use super::file::FileRead;
use super::filter::Filter;
use super::header;
use super::load::LoadOptions;
use super::repeats::Repeated;
use super::shape::rules::Per;
use super::shape::{Shape, is_total};
use super::summary::{Merged, Shared};
use super::tally::{Tally, TallyEntry};
use crate::error::{Code, Message, Place};
use crate::ledger::{Attribute, Clash, Ledger, Part, RowPlace};
use crate::policies::{Duplicates, Policies};
use crate::text;
use crate::units::{Grain, Month};

/// A place as an editor jumps to it: `q3.csv:42`.
fn line(place: &Place) -> String {
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

/// Files in cents beside files in dollars, as far as nobody said what amounts count.
pub(super) fn mixed_units(files: &[FileRead]) -> Option<Message> {
    // Lines of invoices differ by how long they are for, and movements by their kind.
    let is_level = |file: &FileRead| matches!(file.columns.shape, Shape::Long | Shape::Wide);
    let is_open =
        |file: &&FileRead| file.options.unit.is_none() && !file.is_minor && is_level(file);
    let files: Vec<&FileRead> = files.iter().filter(is_open).collect();
    let pair = files.iter().find_map(|cents| {
        let dollars = files
            .iter()
            .find(|other| cents.found.sizes.are_cents_beside(&other.found.sizes))?;
        Some((cents, dollars))
    });
    let (cents, dollars) = pair?;
    let headline = format!(
        "amounts of `{}` look like cents, those of `{}` like dollars",
        cents.name, dollars.name
    );
    Some(
        Message::new(Code::MixedUnits, headline)
            .at(cents.header_place.clone())
            .note("all are whole numbers and about a hundred times as large as the others")
            .help("export both in one unit; if they are, confirm it with `--unit major` or `--unit minor`"),
    )
}

/// Settings that have nothing to act on in a file of this shape, columns named for roles that it does not have
/// among them.
pub(super) fn unfit_settings(
    columns: &Columns,
    options: &LoadOptions,
    policies: &Policies,
    file: &str,
) -> Vec<Message> {
    let (shape, has_status) = (columns.shape, columns.of(Role::Status).is_some());
    let runs = matches!(shape, Shape::Contracts | Shape::Versions);
    let is_kept = shape.keeps_rows();
    let unfit = [
        ("overlap", policies.is_set("overlap") && !runs),
        ("spread", policies.is_set("spread") && !shape.has_spans()),
        ("duplicates", policies.is_set("duplicates") && is_kept),
        ("year", options.year.is_some() && shape != Shape::Wide),
        (
            "first-period",
            options.first_period.is_some() && shape != Shape::Wide,
        ),
        ("periods", options.periods.is_some() && shape != Shape::Wide),
        (
            "interval",
            options.per == Some(Per::Term) && !shape.has_spans(),
        ),
        ("end", options.end.is_some() && !shape.has_spans()),
        (
            "amount-is",
            options.amount_is.is_some() && columns.of(Role::Quantity).is_none(),
        ),
        (
            "keep-status",
            !options.keep_status.is_empty() && !has_status,
        ),
        (
            "drop-status",
            !options.drop_status.is_empty() && !has_status,
        ),
        (
            "allow-no-churn",
            options.allows_no_churn && shape != Shape::Contracts,
        ),
    ];
    let is_named = |role: &Role| {
        let name = options.columns.roles[*role as usize].as_deref();
        name.is_some_and(|name| name != "none") && !shape.has_use_for(*role)
    };
    let roles = Role::ALL.into_iter().filter(is_named).map(Role::setting);
    let message = |name: &str| {
        let headline = format!(
            "`{name}` has nothing to act on in the shape `{}`",
            shape.word()
        );
        Message::new(Code::UnfitSetting, headline)
            .at(Place::file(file))
            .note(format!("set by {}", options.origin(name)))
            .help(format!(
                "leave out `{name}`, or name the shape that it is for with `--shape`"
            ))
    };
    // What a preset says of a file was said with its shape in mind.
    let is_typed = |name: &str| !options.origin(name).starts_with("preset ");
    let unfit = unfit.iter().filter(|(_, is_unfit)| *is_unfit);
    unfit
        .map(|(name, _)| *name)
        .chain(roles)
        .filter(|name| is_typed(name))
        .map(message)
        .collect()
}

/// Statuses and kinds of movement of which it is not known what they mean.
pub(super) fn undecided(
    all: &Merged,
    columns: &Columns,
    place: &impl Fn(RowPlace) -> Place,
) -> Vec<Message> {
    let listed = |tally: &Tally| {
        let entries = tally.by_rows();
        let counted = entries.iter().take(12);
        let counted: Vec<String> = counted
            .map(|entry| format!("`{}` ({})", entry.code, text::count(entry.rows, "row")))
            .collect();
        let rows: u64 = entries.iter().map(|entry| entry.rows).sum();
        let first = entries.iter().map(|entry| entry.first).min();
        let names: Vec<String> = entries
            .iter()
            .take(12)
            .map(|entry| entry.code.clone())
            .collect();
        first.map(|first| (first, rows, counted, names))
    };
    let at = |row: RowPlace, role: Role| Place {
        column: columns.name(role).map(str::to_owned),
        ..place(row)
    };
    let mut messages = Vec::new();
    if let Some((first, rows, counted, names)) = listed(&all.statuses) {
        let headline = format!(
            "it is not known whether rows with the status {} count",
            text::list(&counted, "or")
        );
        let typed = quoted(&names.join(","));
        messages.push(
            Message::new(Code::UndecidedStatus, headline)
                .at(at(first, Role::Status))
                .counting(rows)
                .note("taking them for active would invent revenue, leaving them out would lose it")
                .help(format!("if they are paid, pass `--keep-status {typed}`; if not, `--drop-status {typed}`")),
        );
    }
    if let Some((first, rows, counted, _)) = listed(&all.movements) {
        let headline = format!("it is not known what {} mean", text::list(&counted, "and"));
        messages.push(
            Message::new(Code::UnknownMovement, headline)
                .at(at(first, Role::Movement))
                .counting(rows)
                .help("if the signed amounts hold whatever the kind says, pass `--movement-column none`"),
        );
    }
    messages
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

pub(super) fn mixed_grains(
    part: &Part,
    column: Option<String>,
    place: &impl Fn(RowPlace) -> Place,
) -> Option<Message> {
    let grains: Vec<(Grain, RowPlace)> = part.coverage().grains().collect();
    let [(first, at), (second, other), ..] = grains.as_slice() else {
        return None;
    };
    let (early, late) = if at < other {
        ((first, at), (second, other))
    } else {
        ((second, other), (first, at))
    };
    Some(
        Message::new(
            Code::MixedGrains,
            format!(
                "{} and {} stand in one column",
                first.plural(),
                second.plural()
            ),
        )
        .at(Place {
            column,
            ..place(*late.1)
        })
        .found(format!(
            "a {} in {}",
            early.0.word(),
            line(&place(*early.1))
        ))
        .found(format!("a {} in {}", late.0.word(), line(&place(*late.1))))
        .note("together they would count the same revenue twice")
        .help("keep the rows of one grain"),
    )
}

/// How a customer that is named as totals are relates to the others.
enum Sum {
    /// It is the sum of the others in each month that it states.
    EachMonth,
    /// It is their sum over all months.
    AllMonths,
    /// It is no sum of them.
    None,
}

fn sum_of_others(ledger: &Ledger, total: u32) -> Sum {
    let months = || ledger.first().through(ledger.last());
    let others = |month: Month| -> i128 {
        let others = ledger.customers().iter().filter(|other| **other != total);
        others.map(|other| ledger.units(*other, month)).sum()
    };
    let mut stated = months()
        .filter(|month| ledger.units(total, *month) != 0)
        .peekable();
    if stated.peek().is_none() {
        return Sum::None;
    }
    if stated.all(|month| ledger.units(total, month) == others(month)) {
        return Sum::EachMonth;
    }
    let sum: i128 = months().map(|month| ledger.units(total, month)).sum();
    if sum == months().map(others).sum::<i128>() {
        Sum::AllMonths
    } else {
        Sum::None
    }
}

/// Leaves out customers that are named as totals are and are the sum of all others in each of their months, and says
/// so: then they prove that the others are complete.
///
/// # Errors
///
/// [`Code::TotalRow`] for one that is their sum over all months alone, and [`Code::UnprovenTotal`] for one that is no
/// sum, unless such names are to be kept.
pub(super) fn without_totals(
    ledgers: (&mut Ledger, Option<&mut Ledger>),
    column: Option<String>,
    keeps_totals: bool,
) -> Result<Vec<Message>, Message> {
    let (ledger, mut products) = ledgers;
    let named = ledger.customers().iter().copied();
    let mut named: Vec<u32> = named
        .filter(|number| is_total(ledger.name(*number)))
        .collect();
    named.sort_unstable_by_key(|number| ledger.name(*number));
    let column = column.unwrap_or_default();
    let mut warnings = Vec::new();
    for total in named {
        let name = ledger.name(total).to_owned();
        let filter = quoted(&format!("{column}!={name}"));
        match sum_of_others(ledger, total) {
            Sum::EachMonth => {
                ledger.leave_out(&name);
                if let Some(products) = &mut products {
                    products.leave_out(&name);
                }
                let headline = format!(
                    "`{name}` is the sum of all other customers in each of its months, and was left out"
                );
                warnings.push(
                    Message::new(Code::Furniture, headline)
                        .note("it proves that the rows are complete"),
                );
            }
            Sum::AllMonths => {
                let headline =
                    format!("`{name}` is the sum of all other customers over all months");
                return Err(Message::new(Code::TotalRow, headline)
                    .note("as a customer it would double the revenue")
                    .help(format!("leave it out with `--where {filter}`")));
            }
            Sum::None if keeps_totals => warnings.push(total_name(&name, &filter)),
            Sum::None => {
                let headline = format!(
                    "`{name}` is named like a total and is not the sum of the other customers"
                );
                return Err(Message::new(Code::UnprovenTotal, headline)
                    .note("as a total it would count revenue twice; rows may be missing that it counts")
                    .help(format!("if it is a total, leave it out with `--where {filter}`"))
                    .help("if it is a customer, pass `--keep-totals`"));
            }
        }
    }
    Ok(warnings)
}

pub(super) fn clashes(part: &Part, place: &impl Fn(RowPlace) -> Place) -> Vec<Message> {
    let message = |clash: &Clash| {
        let product = if clash.product.is_empty() {
            String::new()
        } else {
            format!(" of `{}`", clash.product)
        };
        let lines: Vec<String> = clash
            .places
            .iter()
            .take(3)
            .map(|row| line(&place(*row)))
            .collect();
        let headline = format!(
            "{} stand for `{}`{product} in {}",
            text::count(clash.places.len() as u64, "row"),
            clash.customer,
            clash.month
        );
        let more = match clash.places.len() - lines.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Message::new(Code::DuplicateRows, headline)
            .at(place(clash.places[1]))
            .found(format!("{}{more}", lines.join(", ")))
            .help("add them up with `--duplicates sum`, or keep the last with `--duplicates last`")
    };
    part.clashes().iter().map(message).collect()
}

/// What leaves no row at all: the end of the horizon, the filters, the currency.
pub(super) fn no_rows_left(
    all: &Merged,
    options: &LoadOptions,
    policies: &Policies,
    names: &[String],
) -> Option<Message> {
    let place = names.first().map(Place::file).unwrap_or_default();
    if all.in_horizon == 0 {
        let headline = match policies.through {
            Some(through) => format!("no row lies in {through} or before"),
            None => "no row holds a customer, a date and an amount".to_owned(),
        };
        return Some(Message::new(Code::NoRowsLeft, headline).at(place));
    }
    if all.passed == 0 {
        return Some(none_passes(all, options).at(place));
    }
    let kept = policies.currency.as_deref()?;
    let others = all.other_currencies.by_rows();
    if !all.tally.by_rows().is_empty() || others.is_empty() {
        return None;
    }
    let (code, headline) = if options.filters.is_empty() {
        (Code::UnknownCurrency, format!("no row is in {kept}"))
    } else {
        let headline = format!("no row that passes the filters is in {kept}");
        (Code::NoRowsLeft, headline)
    };
    let codes: Vec<String> = others.iter().map(|entry| shown_code(&entry.code)).collect();
    let message = Message::new(code, headline)
        .at(place)
        .found(format!("rows in {}", text::list(&codes, "and")));
    Some(match others.iter().find(|entry| !entry.code.is_empty()) {
        Some(entry) => message.help(format!("`--currency {}`", quoted(&entry.code))),
        None => message,
    })
}

fn none_passes(all: &Merged, options: &LoadOptions) -> Message {
    let ticked = |filter: &Filter| format!("`{}`", filter.text());
    let filters: Vec<String> = options.filters.iter().map(ticked).collect();
    let headline = format!("no row passes {}", text::list(&filters, "and"));
    let mut message = Message::new(Code::NoRowsLeft, headline);
    for (filter, values) in options.filters.iter().zip(&all.values) {
        let named: Vec<&str> = values.iter().map(String::as_str).collect();
        let shown = |value: &&str| {
            if value.is_empty() {
                "(empty)".to_owned()
            } else {
                (*value).to_owned()
            }
        };
        let held: Vec<String> = named.iter().map(shown).collect();
        let held = text::examples(&held, held.len());
        message = message.found(format!("`{}` holds {held}", filter.column));
        let near = text::nearest(&filter.value, named.iter().copied());
        if let Some(near) = near.filter(|near| *near != filter.value && filter.is_equal) {
            let typed = format!("{}={near}", filter.column);
            message = message.help(format!("`--where {}`", quoted(&typed)));
        }
    }
    message
}

/// The one currency of the rows that count; `None` where they name none.
pub(super) fn one_currency(
    tally: &Tally,
    column: Option<String>,
    place: &impl Fn(RowPlace) -> Place,
) -> Result<Option<String>, Message> {
    let entries = tally.by_rows();
    let Some(most) = entries.first() else {
        return Ok(None);
    };
    if entries.len() == 1 {
        return Ok(Some(most.code.clone()).filter(|code| !code.is_empty()));
    }
    let odd = entries[1];
    let headline = format!(
        "amounts are in {} currencies: {}",
        entries.len(),
        counted(&entries)
    );
    let message = Message::new(Code::MixedCurrencies, headline)
        .at(Place {
            column,
            ..place(odd.first)
        })
        .counting(odd.rows)
        .note(format!(
            "line {} is the first in {}; a retention ratio needs one currency",
            odd.first.line,
            shown_code(&odd.code)
        ));
    let codes: Vec<String> = entries
        .iter()
        .filter(|entry| !entry.code.is_empty())
        .map(|entry| format!("`--currency {}`", quoted(&entry.code)))
        .collect();
    Err(message.help(format!("keep one with {}", text::list(&codes, "or"))))
}

/// Currencies with their rows: `EUR (1,204 rows) and USD (37 rows)`.
fn counted(entries: &[&TallyEntry]) -> String {
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

fn shown_code(code: &str) -> String {
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
        .help("if the files overlap, keep the rows of the last one with `--duplicates last`")
        .counting(shared.count)
    })
}

/// Lines of a roll-forward in place of customers: what the tool computes, not what it computes from.
pub(super) fn roll_forward(ledger: &Ledger, column: Option<String>) -> Option<Message> {
    const LINES: &[&str] = &[
        "beginning",
        "opening",
        "starting",
        "ending",
        "closing",
        "new",
        "new logo",
        "new logos",
        "new business",
        "expansion",
        "upsell",
        "contraction",
        "downsell",
        "churn",
        "churned",
        "reactivation",
        "net new",
    ];
    const AMOUNTS: &[&str] = &["arr", "mrr", "revenue", "balance", "customers"];
    const MANY: usize = 40;
    if ledger.customers().len() > MANY {
        return None;
    }
    let is_line = |name: &&str| {
        let words = header::words(name);
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|word| !AMOUNTS.contains(word))
            .collect();
        LINES.contains(&words.join(" ").as_str())
    };
    let names = ledger.customers().iter().map(|number| ledger.name(*number));
    let mut lines: Vec<&str> = names.filter(is_line).collect();
    lines.sort_unstable();
    (lines.len() >= 3 && lines.len() * 2 > ledger.customers().len()).then(|| {
        let headline = "the rows are the lines of a roll-forward, not customers";
        let message = Message::new(Code::RefusedExport, headline)
            .found(text::examples(&lines, lines.len()))
            .note("retention is counted customer by customer; sums of all of them hide who left")
            .help("export the customers behind it, one row a customer and month");
        match column {
            Some(column) => message.note(format!("`{column}` was taken as the customer")),
            None => message,
        }
    })
}

/// A customer named as totals are that is not the sum of the others.
fn total_name(name: &str, filter: &str) -> Message {
    let headline = format!("the customer `{name}` is named like a total");
    Message::new(Code::TotalName, headline)
        .note("it is not the sum of the others, and was counted as a customer")
        .help(format!(
            "if it is a total, leave it out with `--where {filter}`"
        ))
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
