//! From the files read to one ledger: what they have to agree on, and what is worth a warning.

use std::collections::BTreeSet;

use super::columns::Role;
use super::filter::Filter;
use super::load::{FileRead, LoadOptions, Loaded};
use super::number::Mark;
use super::repeats::{Repeated, Repeats};
use super::shape::order_flag;
use super::tally::Tally;
use crate::error::{Code, Errors, Message, Place};
use crate::ledger::{Clash, Ledger, Part, RowPlace};
use crate::policies::{Duplicates, Policies};
use crate::text;
use crate::units::Grain;

/// One file and how it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSummary {
    /// As it was named.
    pub name: String,
    /// Its size as stored.
    pub bytes: u64,
    /// How many rows it has.
    pub rows: u64,
    /// BLAKE3 of its bytes as stored.
    pub fingerprint: [u8; 32],
    /// What was detected or set about it.
    pub traits: Vec<Trait>,
}

/// One thing that was detected or set about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trait {
    /// What it is: `delimiter`, `decimal`, `customer`.
    pub name: &'static str,
    /// Its value, as it would be typed.
    pub value: String,
    /// `set`, or `detected: ` and the evidence.
    pub origin: String,
}

/// Several failures as one, in order of file and line.
pub(super) fn joined(failures: Vec<Errors>) -> Errors {
    let total = failures.iter().map(|errors| errors.total).sum();
    let mut list: Vec<Message> = failures
        .into_iter()
        .flat_map(|errors| errors.list)
        .collect();
    list.sort_by_key(|message| {
        message
            .place
            .as_ref()
            .map_or((0, None), |place| (place.file_number, place.line))
    });
    list.truncate(Errors::KEPT);
    Errors { list, total }
}

/// Merges what was found in every file and closes the ledger.
pub(super) fn close(
    files: Vec<FileRead>,
    options: &LoadOptions,
    policies: &Policies,
) -> Result<Loaded, Errors> {
    let disagreements = disagreements(&files);
    if !disagreements.is_empty() {
        return Err(Errors::from(disagreements));
    }
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let Some(first) = files.first() else {
        return Err(Errors::from(Message::new(Code::Usage, "no file was given")));
    };
    let amount_column = first
        .columns
        .name(Role::Amount)
        .unwrap_or_default()
        .to_owned();
    let currency_column = first.columns.name(Role::Currency).map(str::to_owned);
    let by: Vec<String> = first
        .columns
        .by
        .iter()
        .map(|index| first.columns.header[*index].clone())
        .collect();
    let product = first.columns.name(Role::Product);
    let product_unit = product
        .filter(|_| first.columns.counts_products())
        .map(str::to_owned);
    let summaries: Vec<FileSummary> = files.iter().map(summary).collect();
    let mut warnings: Vec<Message> = files.iter().filter_map(assumed_encoding).collect();
    let mut all = Merged::of(files, policies.duplicates, by.len(), options.filters.len());
    let place = |row: RowPlace| Place {
        file_number: row.file,
        ..Place::line(&names[row.file], row.line)
    };
    let mut errors = Vec::new();
    errors.extend(mixed_grains(&all.part, &place));
    errors.extend(clashes(&all.part, &place));
    errors.extend(no_rows_left(&all, options, policies, &names));
    let currency = one_currency(&all.tally, currency_column, &place).unwrap_or_else(|message| {
        errors.push(message);
        None
    });
    if !errors.is_empty() {
        return Err(Errors::from(errors));
    }
    warnings.extend(
        std::mem::take(&mut all.repeats)
            .finish()
            .map(|repeated| equal_rows(&repeated, &place)),
    );
    warnings.extend(other_currencies(&all.other_currencies, policies, &place));
    warnings.extend(split_by_filter(&all.part));
    let ledger = all.part.finish(&by, currency, policies.through)?;
    warnings.extend(two_segments(&ledger));
    Ok(Loaded {
        ledger,
        files: summaries,
        amount_column,
        product_unit,
        by,
        warnings,
    })
}

/// What was found in all files.
struct Merged {
    part: Part,
    repeats: Repeats,
    tally: Tally,
    other_currencies: Tally,
    values: Vec<BTreeSet<String>>,
    in_horizon: u64,
    passed: u64,
}

impl Merged {
    fn of(files: Vec<FileRead>, duplicates: Duplicates, by: usize, filters: usize) -> Merged {
        let mut all = Merged {
            part: Part::new(duplicates, by),
            repeats: Repeats::default(),
            tally: Tally::default(),
            other_currencies: Tally::default(),
            values: vec![BTreeSet::new(); filters],
            in_horizon: 0,
            passed: 0,
        };
        for (number, file) in files.into_iter().enumerate() {
            let found = file.found;
            // The first file's part is taken as it is: merging would copy every cell.
            if number == 0 {
                all.part = found.part;
            } else {
                all.part.merge(found.part);
            }
            all.repeats.merge(found.repeats);
            all.tally.merge(found.tally);
            all.other_currencies.merge(found.other_currencies);
            for (mine, theirs) in all.values.iter_mut().zip(found.values) {
                mine.extend(theirs);
            }
            all.in_horizon += found.in_horizon;
            all.passed += found.passed;
        }
        all
    }
}

/// Files that were given twice, and mapped columns with other names than in the first file.
fn disagreements(files: &[FileRead]) -> Vec<Message> {
    let mut messages = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let twin = files[..number]
            .iter()
            .find(|other| other.seen.fingerprint == file.seen.fingerprint);
        if let Some(twin) = twin {
            let headline = format!("`{}` and `{}` are the same file", twin.name, file.name);
            let place = Place {
                file_number: number,
                ..Place::file(&file.name)
            };
            messages.push(
                Message::new(Code::RepeatedFile, headline)
                    .at(place)
                    .help("name it once"),
            );
        } else if let Some(first) = files.first().filter(|_| number > 0) {
            messages.extend(
                Role::ALL
                    .into_iter()
                    .filter_map(|role| other_header(first, file, role)),
            );
        }
    }
    messages
}

fn other_header(first: &FileRead, file: &FileRead, role: Role) -> Option<Message> {
    let folded = |file: &FileRead| file.columns.name(role).map(super::header::folded);
    if folded(first) == folded(file) {
        return None;
    }
    let shown = |file: &FileRead| match file.columns.name(role) {
        Some(name) => format!("`{name}` in `{}`", file.name),
        None => format!("no such column in `{}`", file.name),
    };
    let headline = format!(
        "the {} stands under other headers in two files",
        role.noun()
    );
    let message = Message::new(Code::HeadersDiffer, headline).at(file.header_place.clone());
    Some(
        message
            .found(shown(first))
            .found(shown(file))
            .help("export both in the same way, or rename the column"),
    )
}

fn summary(file: &FileRead) -> FileSummary {
    let set_or = |is_set: bool, evidence: &str| {
        if is_set {
            "set".to_owned()
        } else {
            format!("detected: {evidence}")
        }
    };
    let text = |name, value: &str, origin: String| Trait {
        name,
        value: value.to_owned(),
        origin,
    };
    let mut traits = vec![text(
        "encoding",
        file.seen.encoding.name(),
        set_or(file.encoding_is_set, "its bytes"),
    )];
    if let Some(compression) = file.compression {
        traits.push(text(
            "compression",
            compression,
            "detected: its first bytes".to_owned(),
        ));
    }
    let delimiter = if file.dialect.delimiter == b'\t' {
        "tab".to_owned()
    } else {
        char::from(file.dialect.delimiter).to_string()
    };
    traits.push(text(
        "delimiter",
        &delimiter,
        set_or(file.dialect.set, &file.dialect.evidence),
    ));
    let mark = if file.mark.value == Mark::Dot {
        "."
    } else {
        ","
    };
    traits.push(text("decimal", mark, file.mark.origin.clone()));
    traits.push(text(
        "date-order",
        order_flag(file.order.value),
        file.order.origin.clone(),
    ));
    for role in Role::ALL {
        if let Some(name) = file.columns.name(role) {
            traits.push(text(
                role.setting(),
                name,
                set_or(file.columns.is_set[role as usize], "its header"),
            ));
        }
    }
    if file.is_minor {
        traits.push(text(
            "unit",
            "minor",
            "detected: the header of the amount".to_owned(),
        ));
    }
    FileSummary {
        name: file.name.clone(),
        bytes: file.seen.bytes_read,
        rows: file.found.rows,
        fingerprint: file.seen.fingerprint,
        traits,
    }
}

fn assumed_encoding(file: &FileRead) -> Option<Message> {
    file.seen.assumed.then(|| {
        Message::new(
            Code::AssumedEncoding,
            format!("`{}` is no UTF-8; it was read as Windows-1252", file.name),
        )
        .at(Place {
            file_number: file.found_number(),
            ..Place::file(&file.name)
        })
        .help("if names look right, confirm it with `--encoding windows-1252`")
    })
}

impl FileRead {
    fn found_number(&self) -> usize {
        self.header_place.file_number
    }
}

fn mixed_grains(part: &Part, place: &impl Fn(RowPlace) -> Place) -> Option<Message> {
    let grains: Vec<(Grain, RowPlace)> = part.coverage().grains().collect();
    let [(first, at), (second, other), ..] = grains.as_slice() else {
        return None;
    };
    let (early, late) = if at < other {
        ((first, at), (second, other))
    } else {
        ((second, other), (first, at))
    };
    let line = |row: &RowPlace| format!("{}:{}", place(*row).file, row.line);
    Some(
        Message::new(
            Code::MixedGrains,
            format!(
                "{} and {} stand in one column",
                first.plural(),
                second.plural()
            ),
        )
        .at(place(*late.1))
        .found(format!("a {} in {}", early.0.word(), line(early.1)))
        .found(format!("a {} in {}", late.0.word(), line(late.1)))
        .help("keep the rows of one grain: they would count the same revenue twice"),
    )
}

fn clashes(part: &Part, place: &impl Fn(RowPlace) -> Place) -> Vec<Message> {
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
            .map(|row| format!("{}:{}", place(*row).file, row.line))
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
fn no_rows_left(
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
    let codes: Vec<String> = others.iter().map(|entry| shown_code(&entry.code)).collect();
    let found = format!("rows in {}", text::list(&codes, "and"));
    let (code, headline) = if options.filters.is_empty() {
        (Code::UnknownCurrency, format!("no row is in {kept}"))
    } else {
        (
            Code::NoRowsLeft,
            format!("no row that passes the filters is in {kept}"),
        )
    };
    Some(
        Message::new(code, headline)
            .at(place)
            .found(found)
            .help(format!("`--currency {}`", codes[0])),
    )
}

fn none_passes(all: &Merged, options: &LoadOptions) -> Message {
    let ticked = |filter: &Filter| format!("`{}`", filter.text());
    let filters: Vec<String> = options.filters.iter().map(ticked).collect();
    let headline = format!("no row passes {}", text::list(&filters, "and"));
    let mut message = Message::new(Code::NoRowsLeft, headline);
    for (filter, values) in options.filters.iter().zip(&all.values) {
        let seen: Vec<&str> = values.iter().map(String::as_str).collect();
        let held = text::examples(&seen, seen.len());
        message = message.found(format!("`{}` holds {held}", filter.column));
        let near = text::nearest(&filter.value, seen.iter().copied());
        let near = near.filter(|near| *near != filter.value && filter.is_equal);
        if let Some(near) = near {
            message = message.help(format!("`--where '{}={near}'`", filter.column));
        }
    }
    message
}

/// The one currency of the rows that count; `None` where they name none.
fn one_currency(
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
    let odd = entries[1];
    let headline = format!(
        "amounts are in {} currencies: {}",
        entries.len(),
        text::list(&counted, "and")
    );
    let message = Message::new(Code::MixedCurrencies, headline)
        .at(Place {
            column,
            ..place(odd.first)
        })
        .note(format!(
            "line {} is the first in {}; a retention ratio needs one currency",
            odd.first.line,
            shown_code(&odd.code)
        ));
    let codes: Vec<String> = entries
        .iter()
        .filter(|entry| !entry.code.is_empty())
        .map(|entry| format!("`--currency {}`", entry.code))
        .collect();
    Err(message.help(format!("keep one with {}", text::list(&codes, "or"))))
}

fn shown_code(code: &str) -> String {
    if code.is_empty() {
        "no currency".to_owned()
    } else {
        code.to_owned()
    }
}

fn equal_rows(repeated: &Repeated, place: &impl Fn(RowPlace) -> Place) -> Message {
    let line = |row: &RowPlace| format!("{}:{}", place(*row).file, row.line);
    let pairs: Vec<String> = repeated
        .places
        .iter()
        .map(|(row, first)| format!("{} repeats {}", line(row), line(first)))
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
    message
        .note("they were added up, as line items are")
        .help("if the export holds rows twice, export it again; `--duplicates error` lists what shares a customer and month")
}

fn other_currencies(
    tally: &Tally,
    policies: &Policies,
    place: &impl Fn(RowPlace) -> Place,
) -> Option<Message> {
    let entries = tally.by_rows();
    let first = entries.iter().map(|entry| entry.first).min()?;
    let rows = entries.iter().map(|entry| entry.rows).sum();
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
    let kept = policies.currency.as_deref().unwrap_or_default();
    let headline = format!("{} not in {kept} were left out", text::count(rows, "row"));
    Some(
        Message::new(Code::OtherCurrencies, headline)
            .at(place(first))
            .found(text::list(&counted, "and"))
            .counting(rows),
    )
}

fn split_by_filter(part: &Part) -> Option<Message> {
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
            .help("see moves as transfers with `--by` the column instead")
            .counting(split.len() as u64)
    })
}

fn two_segments(ledger: &Ledger) -> Vec<Message> {
    let message = |attribute: &crate::ledger::Attribute| {
        let contested = attribute.contested();
        let mut names: Vec<String> = contested
            .iter()
            .map(|(customer, month)| format!("{} in {month}", ledger.shown_name(*customer)))
            .collect();
        names.sort_unstable();
        let headline = format!(
            "`{}` has two values for a customer in {}",
            attribute.column(),
            text::count(names.len() as u64, "customer month")
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
