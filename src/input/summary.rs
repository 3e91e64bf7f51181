//! From the files read to one ledger: what they have to agree on, and what is worth a warning.

use std::collections::BTreeSet;

use super::announce;
use super::chosen::Chosen;
use super::columns::{Columns, Role, typed};
use super::contracts::of_customers;
use super::disagreements::disagreements;
use super::file::FileRead;
use super::findings::{
    assumed_encoding, canceled_as_end, converted_currencies, currency_change, equal_rows, left_out,
    other_currencies, overlapping_files, split_by_filter, two_segments, without_quantity,
    without_status,
};
use super::header;
use super::load::{LoadOptions, Loaded, Mapped};
use super::map::MapFile;
use super::questions::{
    clashes, mixed_grains, mixed_units, no_history, no_rows_left, one_currency, undecided,
    unfit_settings, unnamed_currency,
};
use super::repeats::Repeats;
use super::shape::{Ask, History, Kept, Shape, resolve};
use super::tally::Tally;
use super::totals::{roll_forward, without_totals};
use super::trace::Log;
use super::traits::summary;
use crate::error::{Code, Errors, Message, Place};
use crate::ledger::{Attribute, Books, Contract, Layout, Part, RowPlace, in_two};
use crate::policies::{Basis, Duplicates, Policies};
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
    /// Which way its rows were read; it makes no difference to what they mean.
    pub way: Trait,
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

/// What all files are read by: that of the first one, which the others have to agree with.
pub(super) struct Head {
    options: LoadOptions,
    pub(super) policies: Policies,
    columns: Columns,
    better: Option<String>,
    /// What amounts are called beside the periods of a wide file, or in its titles.
    word: Option<&'static str>,
    basis: Option<(Basis, String)>,
    billed: Option<String>,
}

impl Head {
    pub(super) fn of(first: &FileRead) -> Head {
        let word = first.labels.amount_word.or(first.titles.amount_word);
        Head {
            options: first.options.clone(),
            policies: first.policies.clone(),
            better: first.chosen.as_ref().and_then(Chosen::better),
            basis: basis(&first.columns, word),
            columns: first.columns.clone(),
            billed: first.billed.clone(),
            word,
        }
    }

    fn column(&self, role: Role) -> Option<String> {
        self.columns.name(role).map(str::to_owned)
    }

    /// A column as it is typed: by its header, or by its number where that is empty.
    fn typed(&self, role: Role) -> Option<String> {
        let column = self.columns.of(role)?;
        Some(typed(&self.columns.header, column))
    }

    /// How kept rows become a ledger.
    fn ask<'a>(
        &'a self,
        history: Option<(History, String)>,
        place: &'a dyn Fn(RowPlace) -> Place,
        log: Option<&'a Log<'a>>,
    ) -> Ask<'a> {
        let options = &self.options;
        Ask {
            columns: &self.columns,
            policies: &self.policies,
            basis: in_force(&self.policies, self.basis.as_ref(), &self.columns),
            end: options.end.map(|end| (end, options.origin("end"))),
            history,
            allows_no_churn: options.allows_no_churn,
            keeps_contracts: options.keeps_contracts,
            place,
            log,
        }
    }
}

/// Merges what was found in every file and closes the ledger.
pub(super) fn close(files: Vec<FileRead>) -> Result<Loaded, Errors> {
    let mut disagreements = disagreements(&files);
    disagreements.extend(mixed_units(&files));
    if !disagreements.is_empty() {
        return Err(Errors::from(disagreements));
    }
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let Some(mut head) = files.first().map(Head::of) else {
        return Err(Errors::from(Message::new(Code::Usage, "no file was given")));
    };
    let policies = &head.policies;
    let by = head.columns.by.iter();
    let mut by: Vec<String> = by
        .map(|index| head.columns.header[*index].clone())
        .collect();
    let product_column = head
        .column(Role::Product)
        .filter(|_| head.columns.counts_products());
    let mut summaries: Vec<FileSummary> = files.iter().map(summary).collect();
    let mut warnings = of_files(&files);
    let mut all = Merged::of(files, policies.duplicates, head.options.filters.len());
    let place = |row: RowPlace| Place {
        file_number: row.file,
        ..Place::line(&names[row.file], row.line)
    };
    let currency = checked(&all, &head, &names, &place)?;
    let (history, traits, found) = resolved(&mut all, &head, &place)?;
    if history == History::None && head.options.is_strict {
        return Err(Errors::from(no_history(head.better.as_deref(), &names[0])));
    }
    warnings.extend(found);
    for summary in &mut summaries {
        summary.traits.extend(traits.iter().cloned());
    }
    let mut errors = Vec::new();
    errors.extend(mixed_grains(&all.part, head.column(Role::Date), &place));
    errors.extend(clashes(&all.part, &place));
    if !errors.is_empty() {
        return Err(Errors::from(errors));
    }
    let contracts = std::mem::take(&mut all.contracts);
    let (books, found) = of_all(all, &head, &by, currency.as_ref(), (&names[0], &place))?;
    warnings.extend(found);
    let map = head.options.map.as_ref().map(|file| &file.map);
    let contracts = of_customers(contracts, &books.customers, map);
    let (mut books, mapped) = mapped(books, head.options.map.take(), &mut warnings);
    let signup = take_signup(&mut books, &mut by, &head, &mut summaries);
    warnings.extend(two_segments(books.by_unit()));
    let amount = head.column(Role::Amount).or(head.word.map(str::to_owned));
    Ok(Loaded {
        books,
        mapped,
        files: summaries,
        amount_column: amount.unwrap_or_default(),
        product_column,
        by,
        signup,
        shape: head.columns.shape,
        history,
        basis: head.basis,
        policies: head.policies,
        better: head.better,
        rates: head.options.rates,
        contracts,
        warnings,
    })
}

/// Takes the column of the signup out of those of `--by`, and declares it.
fn take_signup(
    books: &mut Books,
    by: &mut Vec<String>,
    head: &Head,
    summaries: &mut [FileSummary],
) -> Option<Attribute> {
    head.options.columns.signup.as_ref()?;
    let signup = books.take_attribute()?;
    by.remove(0);
    for summary in summaries {
        summary.traits.push(Trait {
            name: "signup",
            value: signup.column().to_owned(),
            origin: head.options.origin("signup"),
        });
    }
    Some(signup)
}

/// The ledgers of all rows, and what is worth a warning about rows and ledgers. Rows that are equal are looked for while the ledger
/// is closed: neither needs the other.
fn of_all(
    all: Merged,
    head: &Head,
    by: &[String],
    currency: Option<&String>,
    (file, place): (&str, &dyn Fn(RowPlace) -> Place),
) -> Result<(Books, Vec<Message>), Errors> {
    let mut warnings = of_left_out(&all, &place);
    let others = of_rows(&all, &head.policies, &place);
    let (repeated, books) = in_two(
        head.options.threads,
        || all.repeats.finish(),
        || books_of(all.part, head, by, currency, (file, place)),
    );
    let (books, found) = books?;
    let duplicates = head.policies.duplicates;
    warnings.extend(repeated.map(|repeated| equal_rows(&repeated, duplicates, &place)));
    warnings.extend(others);
    warnings.extend(found);
    Ok((books, warnings))
}

/// The ledgers, without totals among their customers, and what is worth a warning about that.
fn books_of(
    mut part: Part,
    head: &Head,
    by: &[String],
    currency: Option<&String>,
    (file, place): (&str, &dyn Fn(RowPlace) -> Place),
) -> Result<(Books, Vec<Message>), Errors> {
    let in_file = |message: Message| {
        let is_placed = message.place.is_some();
        Errors::from(if is_placed {
            message
        } else {
            message.at(Place::file(file))
        })
    };
    let through = head.policies.through;
    if head.columns.of(Role::Parent).is_some() || head.options.map.is_some() {
        part.keep_for_regrouping();
    }
    let books = match &head.options.rates {
        Some(rates) => part.finish_at(rates, place, by, through),
        None => part.finish(by, currency.cloned(), through),
    };
    let mut books = books.map_err(in_file)?;
    books.set_threads(head.options.threads);
    let customer = head.typed(Role::Customer);
    if let Some(message) = roll_forward(&books.customers, customer.clone()) {
        return Err(in_file(message));
    }
    let keeps_totals = head.options.keeps_totals;
    let ledgers = (&mut books.customers, books.products.as_mut());
    let found = without_totals(ledgers, customer, keeps_totals).map_err(in_file)?;
    Ok((books, found))
}

/// The ledgers with the ids merged that a map names, and what that did.
fn mapped(
    books: Books,
    map: Option<MapFile>,
    warnings: &mut Vec<Message>,
) -> (Books, Option<Mapped>) {
    let Some(file) = map else {
        return (books, None);
    };
    warnings.extend(file.unknown_ids(&[&books.customers]));
    let mapped = Mapped {
        merged: books.customers.merged_by(&file.map),
        file,
        unmapped: books,
    };
    (mapped.unmapped.mapped(&mapped.file.map), Some(mapped))
}

/// What is worth a warning about each file by itself.
fn of_files(files: &[FileRead]) -> Vec<Message> {
    let mut warnings: Vec<Message> = files.iter().filter_map(assumed_encoding).collect();
    warnings.extend(files.iter().flat_map(announce::dates_of));
    warnings.extend(files.iter().flat_map(|file| file.furniture.clone()));
    warnings.extend(files.iter().filter_map(canceled_as_end));
    warnings
}

/// The currency of all rows, once nothing of what single rows leave open is wrong.
fn checked(
    all: &Merged,
    head: &Head,
    names: &[String],
    place: &impl Fn(RowPlace) -> Place,
) -> Result<Option<String>, Errors> {
    let mut errors = unfit_settings(&head.columns, &head.options, &head.policies, &names[0]);
    errors.extend(undecided(all, &head.columns, place));
    if errors.is_empty() {
        errors.extend(no_rows_left(all, &head.options, &head.policies, names));
    }
    let column = head.column(Role::Currency);
    let currency = match &head.options.rates {
        Some(rates) => unnamed_currency(&all.other_currencies, rates.kept(), column, place),
        None => one_currency(&all.tally, column, place),
    };
    match currency {
        Ok(currency) if errors.is_empty() => Ok(currency),
        Ok(_) => Err(Errors::from(errors)),
        Err(message) => {
            errors.push(message);
            Err(Errors::from(errors))
        }
    }
}

/// Makes a ledger of rows that were kept, where the shape keeps them: how much of the past they hold, what was
/// decided, and what is worth a warning.
fn resolved(
    all: &mut Merged,
    head: &Head,
    place: &impl Fn(RowPlace) -> Place,
) -> Result<(History, Vec<Trait>, Vec<Message>), Errors> {
    let options = &head.options;
    let history = options
        .history
        .map(|history| (history, options.origin("history")));
    if !head.columns.shape.keeps_rows() {
        let billed = || {
            Some((
                History::Billed,
                format!("detected: {}", head.billed.as_ref()?),
            ))
        };
        let history = history.or_else(billed);
        let found = history.as_ref().map(|(history, _)| *history);
        let trait_of = |(history, origin): (History, String)| Trait {
            name: "history",
            value: history.word().to_owned(),
            origin,
        };
        let traits = history.map(trait_of).into_iter().collect();
        return Ok((found.unwrap_or_default(), traits, Vec::new()));
    }
    let resolved = resolve(
        std::mem::take(&mut all.kept),
        &head.ask(history, place, None),
    )?;
    all.part = resolved.part;
    all.contracts = resolved.contracts;
    Ok((resolved.history, resolved.traits, resolved.warnings))
}

/// Lays out kept rows once more, and notes what became of those that are followed.
pub(super) fn lay(
    kept: Vec<Kept>,
    head: &Head,
    names: &[&str],
    log: &Log<'_>,
) -> Result<(), Errors> {
    let place = |row: RowPlace| Place {
        file_number: row.file,
        ..Place::line(names[row.file], row.line)
    };
    resolve(kept, &head.ask(None, &place, Some(log))).map(drop)
}

/// What is worth a warning about rows that do not count, or of which something is not known.
fn of_left_out(all: &Merged, place: &impl Fn(RowPlace) -> Place) -> Vec<Message> {
    let found = [
        left_out(&all.left_out, place),
        without_status(&all.without_status, place),
        without_quantity(&all.without_quantity, place),
    ];
    found.into_iter().flatten().collect()
}

/// What is worth a warning about the rows that count.
fn of_rows(all: &Merged, policies: &Policies, place: &impl Fn(RowPlace) -> Place) -> Vec<Message> {
    let mut warnings = Vec::new();
    warnings.extend(other_currencies(&all.other_currencies, policies, place));
    warnings.extend(converted_currencies(&all.converted, policies, place));
    warnings.extend(currency_change(&all.part));
    warnings.extend(overlapping_files(&all.shared));
    warnings.extend(split_by_filter(&all.part));
    warnings
}

/// What the shape says that amounts are; `None` where the name of their column does. In a wide file it is the
/// word beside every period.
fn basis(columns: &Columns, word: Option<&str>) -> Option<(Basis, String)> {
    let evidence = match columns.shape {
        Shape::Wide => {
            let named = word.unwrap_or_default();
            let (basis, _) = header::basis(named);
            let evidence = match basis {
                Basis::Stock => format!("`{named}` in the headers of the periods"),
                Basis::Flow => "no run rate in the headers of the periods".to_owned(),
            };
            return Some((basis, evidence));
        }
        Shape::Contracts | Shape::Versions => "a contract is a monthly run rate",
        Shape::Movements => "movements make a running balance",
        Shape::Long | Shape::Invoices => return None,
    };
    Some((Basis::Stock, evidence.to_owned()))
}

/// The basis that spans are laid out by.
fn in_force(policies: &Policies, shape: Option<&(Basis, String)>, columns: &Columns) -> Basis {
    if policies.is_set("basis") {
        return policies.basis;
    }
    let amount = columns.name(Role::Amount).unwrap_or_default();
    shape.map_or_else(|| header::basis(amount).0, |(basis, _)| *basis)
}

/// What was found in all files.
pub(super) struct Merged {
    pub(super) part: Part,
    pub(super) repeats: Repeats,
    pub(super) tally: Tally,
    pub(super) other_currencies: Tally,
    pub(super) converted: Tally,
    pub(super) values: Vec<BTreeSet<String>>,
    pub(super) shared: Shared,
    pub(super) in_horizon: u64,
    pub(super) passed: u64,
    pub(super) kept: Vec<Kept>,
    pub(super) contracts: Vec<Contract>,
    pub(super) left_out: Tally,
    pub(super) statuses: Tally,
    pub(super) without_status: Tally,
    pub(super) without_quantity: Tally,
    pub(super) movements: Tally,
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
    fn of(files: Vec<FileRead>, duplicates: Duplicates, filters: usize) -> Merged {
        let mut all = Merged {
            part: Part::new(duplicates, Layout::default()),
            repeats: Repeats::default(),
            tally: Tally::default(),
            other_currencies: Tally::default(),
            converted: Tally::default(),
            values: vec![BTreeSet::new(); filters],
            shared: Shared::default(),
            in_horizon: 0,
            passed: 0,
            kept: Vec::new(),
            contracts: Vec::new(),
            left_out: Tally::default(),
            statuses: Tally::default(),
            without_status: Tally::default(),
            without_quantity: Tally::default(),
            movements: Tally::default(),
        };
        for (number, file) in files.into_iter().enumerate() {
            let found = file.found;
            // The first file's part is taken as it is: merging would copy every cell.
            if number == 0 {
                all.part = found.part;
            } else {
                all.part.unite_names();
                all.shared.add(all.part.shared_with(&found.part));
                all.part.merge(found.part);
            }
            all.repeats.merge(found.repeats);
            all.tally.merge(found.tally);
            all.other_currencies.merge(found.other_currencies);
            all.converted.merge(found.converted);
            for (mine, theirs) in all.values.iter_mut().zip(found.values) {
                mine.extend(theirs);
            }
            all.kept.extend(found.kept);
            all.left_out.merge(found.left_out);
            all.without_quantity.merge(found.without_quantity);
            all.statuses.merge(found.statuses);
            if found.has_status {
                all.without_status.merge(found.without_status);
            }
            all.movements.merge(found.movements);
            all.in_horizon += found.in_horizon;
            all.passed += found.passed;
        }
        all
    }
}
