//! From the files read to one ledger: what they have to agree on, and what is worth a warning.

use std::collections::BTreeSet;

use super::columns::{Columns, Role};
use super::dialect::Dialect;
use super::findings::{
    assumed_encoding, clashes, equal_rows, mixed_grains, no_rows_left, one_currency,
    other_currencies, overlapping_files, split_by_filter, total_name, total_row, two_segments,
};
use super::load::{FileRead, LoadOptions, Loaded};
use super::repeats::Repeats;
use super::tally::Tally;
use crate::error::{Code, Errors, Message, Place};
use crate::ledger::{Part, RowPlace};
use crate::policies::{Duplicates, Policies};
use crate::units::Month;

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
    /// `flag`, a line of a settings file, or `detected: ` and the evidence.
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
    let columns = first.columns.clone();
    let column = |role: Role| columns.name(role).map(str::to_owned);
    let by = columns.by.iter();
    let by: Vec<String> = by.map(|index| columns.header[*index].clone()).collect();
    let product_column = column(Role::Product).filter(|_| columns.counts_products());
    let summaries: Vec<FileSummary> = files.iter().map(|file| summary(file, options)).collect();
    let mut warnings: Vec<Message> = files.iter().filter_map(assumed_encoding).collect();
    let mut all = Merged::of(files, policies.duplicates, by.len(), options.filters.len());
    let place = |row: RowPlace| Place {
        file_number: row.file,
        ..Place::line(&names[row.file], row.line)
    };
    let mut errors = Vec::new();
    errors.extend(mixed_grains(&all.part, column(Role::Date), &place));
    errors.extend(clashes(&all.part, &place));
    errors.extend(no_rows_left(&all, options, policies, &names));
    let currency =
        one_currency(&all.tally, column(Role::Currency), &place).unwrap_or_else(|message| {
            errors.push(message);
            None
        });
    if !errors.is_empty() {
        return Err(Errors::from(errors));
    }
    warnings.extend(
        std::mem::take(&mut all.repeats)
            .finish()
            .map(|repeated| equal_rows(&repeated, policies.duplicates, &place)),
    );
    warnings.extend(other_currencies(&all.other_currencies, policies, &place));
    warnings.extend(overlapping_files(&all.shared));
    warnings.extend(split_by_filter(&all.part));
    let in_first_file = |message: Message| message.at(Place::file(&names[0]));
    let closed = |part: Part, by: &[String]| {
        let ledger = part.finish(by, currency.clone(), policies.through);
        ledger.map_err(in_first_file)
    };
    let products = all.products.map(|products| closed(products, &by));
    let products = products.transpose()?;
    let ledger = closed(all.part, if products.is_some() { &[] } else { &by })?;
    if let Some(message) = total_row(&ledger, column(Role::Customer)) {
        return Err(Errors::from(message.at(Place::file(&names[0]))));
    }
    warnings.extend(total_name(&ledger, column(Role::Customer)));
    warnings.extend(two_segments(products.as_ref().unwrap_or(&ledger)));
    Ok(Loaded {
        ledger,
        files: summaries,
        amount_column: column(Role::Amount).unwrap_or_default(),
        products,
        product_column,
        by,
        warnings,
    })
}

/// What was found in all files.
pub(super) struct Merged {
    pub(super) part: Part,
    /// By customer and product, where `--by` names the product column.
    pub(super) products: Option<Part>,
    pub(super) repeats: Repeats,
    pub(super) tally: Tally,
    pub(super) other_currencies: Tally,
    pub(super) values: Vec<BTreeSet<String>>,
    pub(super) shared: Shared,
    pub(super) in_horizon: u64,
    pub(super) passed: u64,
}

/// Customers' months that rows of several files state: how many, and the first ones in byte order.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) count: u64,
    pub(super) first: BTreeSet<(String, Month)>,
}

impl Shared {
    /// As many as a message names.
    const NAMED: usize = 3;

    fn add<'p>(&mut self, cells: impl Iterator<Item = (&'p str, Month)>) {
        for (name, month) in cells {
            self.count += 1;
            self.first.insert((name.to_owned(), month));
            if self.first.len() > Shared::NAMED {
                self.first.pop_last();
            }
        }
    }
}

impl Merged {
    fn of(files: Vec<FileRead>, duplicates: Duplicates, by: usize, filters: usize) -> Merged {
        let mut all = Merged {
            part: Part::new(duplicates, by),
            products: None,
            repeats: Repeats::default(),
            tally: Tally::default(),
            other_currencies: Tally::default(),
            values: vec![BTreeSet::new(); filters],
            shared: Shared::default(),
            in_horizon: 0,
            passed: 0,
        };
        for (number, file) in files.into_iter().enumerate() {
            let found = file.found;
            // The first file's part is taken as it is: merging would copy every cell.
            if number == 0 {
                (all.part, all.products) = (found.part, found.products);
            } else {
                if let (Some(mine), Some(theirs)) = (&mut all.products, found.products) {
                    mine.merge(theirs);
                }
                all.shared.add(all.part.shared_with(&found.part));
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

/// What a file's first records settle: dialect and columns.
pub(super) fn beginning(dialect: &Dialect, columns: &Columns, options: &LoadOptions) -> Vec<Trait> {
    let delimiter = match dialect.delimiter {
        b'\t' => "tab".to_owned(),
        byte => char::from(byte).to_string(),
    };
    let origin = set_or(options, dialect.set, "delimiter", &dialect.evidence);
    let mut traits = vec![found("delimiter", &delimiter, origin)];
    traits.extend(column_traits(columns, options));
    traits
}

fn column_traits(columns: &Columns, options: &LoadOptions) -> impl Iterator<Item = Trait> {
    Role::ALL.into_iter().filter_map(|role| {
        let is_set = columns.is_set[role as usize];
        let origin = set_or(options, is_set, role.setting(), "its header");
        // A role that was set and has no column was set to none.
        let name = columns.name(role).or(is_set.then_some("none"))?;
        Some(found(role.setting(), name, origin))
    })
}

fn found(name: &'static str, value: &str, origin: String) -> Trait {
    Trait {
        name,
        value: value.to_owned(),
        origin,
    }
}

/// Who set something, or how it was detected.
fn set_or(options: &LoadOptions, is_set: bool, setting: &str, evidence: &str) -> String {
    if is_set {
        options.origin(setting)
    } else {
        format!("detected: {evidence}")
    }
}

fn summary(file: &FileRead, options: &LoadOptions) -> FileSummary {
    let mut traits = vec![found(
        "encoding",
        file.seen.encoding.name(),
        set_or(options, file.encoding_is_set, "encoding", "its bytes"),
    )];
    if let Some(compression) = file.compression {
        let origin = "detected: its first bytes".to_owned();
        traits.push(found("compression", compression, origin));
    }
    let mut settled = beginning(&file.dialect, &file.columns, options).into_iter();
    traits.extend(settled.next());
    let mark = file.mark.value.sign().to_string();
    traits.push(found("decimal", &mark, file.mark.origin.clone()));
    let order = file.order.value.word();
    traits.push(found("date-order", order, file.order.origin.clone()));
    traits.extend(settled);
    if let Some(scale) = options.scale {
        traits.push(found("scale", scale.word(), options.origin("scale")));
    }
    if file.is_minor {
        let origin = "detected: the header of the amount".to_owned();
        traits.push(found("unit", "minor", origin));
    }
    FileSummary {
        name: file.name.clone(),
        bytes: file.seen.bytes_read,
        rows: file.found.rows,
        fingerprint: file.seen.fingerprint,
        traits,
    }
}

impl FileRead {
    /// Where it stands among the inputs.
    pub(super) fn number(&self) -> usize {
        self.header_place.file_number
    }
}
