//! From the files read to one ledger: what they have to agree on, and what is worth a warning.

use std::collections::BTreeSet;

use super::columns::{Role, quoted};
use super::load::{FileRead, LoadOptions, Loaded};
use super::number::Mark;
use super::repeats::{Repeated, Repeats};
use super::shape::{is_total, order_flag};
use super::tally::Tally;
use crate::error::{Code, Errors, Message, Place};
use crate::ledger::{Clash, Ledger, Part, RowPlace};
use crate::policies::{Duplicates, Policies};
use crate::text;
use crate::units::{Grain, Month};

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
    let date_column = first.columns.name(Role::Date).map(str::to_owned);
    let customer_column = first.columns.name(Role::Customer).map(str::to_owned);
    let by: Vec<String> = first
        .columns
        .by
        .iter()
        .map(|index| first.columns.header[*index].clone())
        .collect();
    let summaries: Vec<FileSummary> = files.iter().map(summary).collect();
    let mut warnings: Vec<Message> = files.iter().filter_map(assumed_encoding).collect();
    let mut all = Merged::of(files, policies.duplicates, by.len(), options.filters.len());
    let place = |row: RowPlace| Place {
        file_number: row.file,
        ..Place::line(&names[row.file], row.line)
    };
    let mut errors = Vec::new();
    errors.extend(mixed_grains(&all.part, date_column, &place));
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
    let ledger = all
        .part
        .finish(&by, currency, policies.through)
        .map_err(|message| message.at(Place::file(&names[0])))?;
    if let Some(message) = total_row(&ledger, customer_column) {
        return Err(Errors::from(message.at(Place::file(&names[0]))));
    }
    warnings.extend(two_segments(&ledger));
    Ok(Loaded {
        ledger,
        files: summaries,
        amount_column,
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
            let headline = format!("`{}` and `{}` hold the same bytes", twin.name, file.name);
            let place = Place {
                file_number: number,
                ..Place::file(&file.name)
            };
            messages.push(
                Message::new(Code::RepeatedFile, headline)
                    .at(place)
                    .note("their revenue would count twice")
                    .help("name one of them"),
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
            format!("`{}` is no UTF-8 and was read as Windows-1252", file.name),
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

fn mixed_grains(
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
    let line = |row: &RowPlace| format!("{}:{}", place(*row).file, row.line);
    Some(
        Message::new(
            Code::MixedGrains,
            format!(
                "{}s and {}s stand in one column",
                first.word(),
                second.word()
            ),
        )
        .at(Place {
            column,
            ..place(*late.1)
        })
        .found(format!("a {} in {}", early.0.word(), line(early.1)))
        .found(format!("a {} in {}", late.0.word(), line(late.1)))
        .note("together they would count the same revenue twice")
        .help("keep the rows of one grain"),
    )
}

/// A customer named as totals are that is the sum of all others in each of its months.
fn total_row(ledger: &Ledger, column: Option<String>) -> Option<Message> {
    let all = ledger.in_byte_order();
    let is_sum = |total: u32| {
        let months = ledger.first().through(ledger.last());
        let mut stated = months
            .filter(|month| ledger.units(total, *month) != 0)
            .peekable();
        let others = |month: Month| -> i128 {
            let others = all.iter().filter(|other| **other != total);
            others.map(|other| ledger.units(*other, month)).sum()
        };
        stated.peek().is_some() && stated.all(|month| ledger.units(total, month) == others(month))
    };
    let named = all.iter().filter(|number| is_total(ledger.name(**number)));
    let total = named.copied().find(|number| is_sum(*number))?;
    let (name, column) = (ledger.name(total), column.unwrap_or_default());
    let headline = format!("`{name}` is the sum of all other customers in each of its months");
    let filter = format!("{column}!={name}");
    Some(
        Message::new(Code::TotalRow, headline)
            .note("as a customer it would double the revenue")
            .help(format!("leave it out with `--where {}`", quoted(&filter))),
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

fn no_rows_left(
    all: &Merged,
    options: &LoadOptions,
    policies: &Policies,
    names: &[String],
) -> Option<Message> {
    let place = names.first().map(Place::file).unwrap_or_default();
    if all.passed == 0 && !options.filters.is_empty() {
        let filters: Vec<String> = options
            .filters
            .iter()
            .map(|filter| format!("`{}`", filter.text()))
            .collect();
        let mut message = Message::new(
            Code::NoRowsLeft,
            format!("no row passes {}", text::list(&filters, "and")),
        )
        .at(place);
        for (filter, values) in options.filters.iter().zip(&all.values) {
            let seen: Vec<&str> = values.iter().map(String::as_str).collect();
            message = message.found(format!(
                "`{}` holds {}",
                filter.column,
                text::examples(&seen, seen.len())
            ));
            let near = text::nearest(&filter.value, seen.iter().copied())
                .filter(|near| *near != filter.value);
            if let (Some(near), true) = (near, filter.is_equal) {
                let typed = format!("{}={near}", filter.column);
                message = message.help(format!("`--where {}`", quoted(&typed)));
            }
        }
        return Some(message);
    }
    let kept = policies.currency.as_deref()?;
    (all.tally.by_rows().is_empty() && !all.other_currencies.by_rows().is_empty()).then(|| {
        let codes: Vec<String> = all
            .other_currencies
            .by_rows()
            .iter()
            .map(|entry| shown_code(&entry.code))
            .collect();
        let message = Message::new(Code::UnknownCurrency, format!("no row is in {kept}"))
            .at(place)
            .found(format!("rows in {}", text::list(&codes, "and")));
        let most = all.other_currencies.by_rows();
        match most.iter().find(|entry| !entry.code.is_empty()) {
            Some(entry) => message.help(format!("`--currency {}`", quoted(&entry.code))),
            None => message,
        }
    })
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
        .note("they were added up")
        .help("if the export holds them twice, keep one of each with `--duplicates last`")
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
    let verb = if rows == 1 { "is" } else { "are" };
    let headline = format!(
        "{} {verb} not in {kept} and left out",
        text::count(rows, "row")
    );
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
            .counting(split.len() as u64)
    })
}

fn two_segments(ledger: &Ledger) -> Vec<Message> {
    let message = |attribute: &crate::ledger::Attribute| {
        let contested = attribute.contested();
        let mut names: Vec<String> = contested
            .iter()
            .map(|(customer, month)| format!("{} in {month}", ledger.name(*customer)))
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
