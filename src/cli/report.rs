//! From what was loaded and computed to a report: everything declared, and the warnings.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::mapped::{choice_file, mapped_customers};
use super::warnings::{
    assumed_basis, billed_revenue, clipped, empty_months, flattering, no_history, partial,
    products_netted, several_dates, small_base, without_map,
};
use crate::error::{Code, Message};
use crate::input::columns::Role;
use crate::input::filter::Filter;
use crate::input::header;
use crate::input::shape::Shape;
use crate::input::{FileSummary, Loaded};
use crate::ledger::{Books, Bridged, Ledger, Units};
use crate::metrics::{Asked, Calculation, Confidence, Record, bridged_months, findings_for};
use crate::output::{Choice, ChoiceFile, Definition, Input, InputFile, Report};
use crate::policies::{Basis, Level, Origin, Policies};
use crate::units::Month;

/// The policies with those filled in that the input decides.
pub(super) fn detected(policies: &Policies, loaded: &Loaded) -> Policies {
    let mut policies = policies.clone();
    let (basis, evidence) = loaded
        .basis
        .clone()
        .unwrap_or_else(|| header::basis(&loaded.amount_column));
    let words = header::words(&loaded.amount_column);
    let yearly = ["arr", "acv", "annual"].into_iter();
    let mut yearly = yearly.filter(|name| words.iter().any(|word| word == name));
    let yearly = yearly.next();
    let mut found = Vec::new();
    let open = ["basis", "interval"].map(|name| *policies.origin(name) == Origin::Default);
    if open[0] {
        found.push(("basis", basis.word(), evidence));
    }
    if loaded.shape.has_spans() {
        // What a row's amount is for was said by then; those of the ledger are of a month.
        let taken = policies.set("interval", "month", Origin::Default);
        debug_assert!(taken.is_ok(), "a month is an interval");
    } else if let Some(word) = yearly.filter(|_| open[1]) {
        let evidence = format!("`{word}` in the amount column `{}`", loaded.amount_column);
        found.push(("interval", "year", evidence));
    }
    if let Some(product) = &loaded.product_column {
        let evidence = format!("`--by {product}` makes each product a unit of its own");
        found.push(("netting", "product", evidence));
    }
    for (name, value, evidence) in found {
        let taken = policies.set(name, value, Origin::Detected(evidence));
        debug_assert!(taken.is_ok(), "detected values are values");
    }
    policies
}

/// Fills short absences where `grace` asks for it, also in the ledger by product, and gives what was filled.
///
/// # Errors
///
/// [`Code::GraceOnFlow`]: revenue over time does not go on by itself.
pub(super) fn bridge(policies: &Policies, loaded: &mut Loaded) -> Result<Vec<Bridged>, Message> {
    if policies.grace == 0 {
        return Ok(Vec::new());
    }
    if policies.basis == Basis::Flow {
        let headline = "`grace` is set, and amounts are revenue over time";
        let (grace, basis) = (policies.origin("grace"), policies.origin("basis"));
        return Err(Message::new(Code::GraceOnFlow, headline)
            .found(format!("`grace {}` ({grace})", policies.grace))
            .found(format!("`basis flow` ({basis})"))
            .note("it would invent revenue in months in which nobody paid")
            .help(
                "leave it out with `--grace 0`, or pass `--basis stock` if amounts are run rates",
            ));
    }
    if policies.level == Level::Parent {
        // Units are put together at each closing, and filled then.
        return Ok(Vec::new());
    }
    if let Some(mapped) = &mut loaded.mapped {
        fill(&mut mapped.unmapped, policies.grace);
    }
    let bridged = fill(&mut loaded.books, policies.grace);
    let books = &loaded.books;
    let mut unrated = books.customers.unrated_months();
    unrated.extend(books.products.iter().flat_map(Ledger::unrated_months));
    match books.customers.missing_rates(&unrated) {
        Some(message) => {
            Err(message.note("`grace` filled months that have no row in the currency"))
        }
        None => Ok(bridged),
    }
}

fn fill(books: &mut Books, months: u32) -> Vec<Bridged> {
    let bridged = books.customers.bridge(months);
    if let Some(products) = &mut books.products {
        products.bridge_products(&books.customers, &bridged);
    }
    bridged
}

/// The books by parent as parents are at a closing, with absences filled; `None` where customers count by themselves.
pub(super) fn by_parent(policies: &Policies, loaded: &Loaded, closing: Month) -> Option<Rc<Units>> {
    let last = closing.min(loaded.books.customers.last());
    let is_asked = policies.level == Level::Parent;
    is_asked.then(|| loaded.books.by_parent(last, policies.grace, None))
}

/// What a calculation was about.
pub(super) struct Question<'a> {
    /// The choices in force, those detected too.
    pub(super) policies: &'a Policies,
    /// The filters, and where they came from.
    pub(super) filters: (&'a [Filter], &'a str),
    /// What was read.
    pub(super) loaded: &'a Loaded,
    /// The months that `grace` filled.
    pub(super) bridged: &'a [Bridged],
    /// The periods.
    pub(super) asked: &'a Asked,
    /// At which level intervals were asked for.
    pub(super) confidence: Option<Confidence>,
}

/// The report of a calculation.
pub(super) fn build(question: &Question<'_>, calculation: Calculation) -> Report {
    let Question {
        policies,
        filters,
        loaded,
        bridged,
        asked,
        confidence: _,
    } = *question;
    let units = calculation.units.clone();
    let (ledger, bridged) = match &units {
        Some(units) => (&units.books.customers, units.bridged.as_slice()),
        None => (&loaded.books.customers, bridged),
    };
    let mut warnings = loaded.warnings.clone();
    warnings.extend(mapped_customers(
        loaded,
        without_map(policies, loaded, asked, &calculation.records),
    ));
    warnings.extend(no_history(loaded));
    warnings.extend(assumed_basis(policies, loaded, asked, &calculation.records));
    warnings.extend(billed_revenue(policies, loaded, asked));
    warnings.extend(partial(&calculation.records, loaded.books.customers.last()));
    warnings.extend(empty_months(loaded, &calculation));
    warnings.extend(several_dates(policies, loaded));
    warnings.extend(products_netted(loaded));
    warnings.extend(flattering(policies, loaded));
    warnings.extend(clipped(&calculation, loaded));
    warnings.extend(
        question
            .confidence
            .and_then(|_| small_base(&calculation.records)),
    );
    warnings.extend(bridged_months(
        ledger,
        policies,
        asked,
        &calculation,
        bridged,
    ));
    warnings.extend(findings_for(ledger, policies, asked, &calculation));
    Report {
        definition: definition(policies, filters, loaded),
        input: input(loaded, policies.basis),
        by: loaded.by.clone(),
        is_single: !asked.is_range,
        asked: Vec::new(),
        cohorts: None,
        records: calculation.records,
        confidence: question.confidence,
        sensitivity: None,
        warnings,
    }
}

/// What has to be known beside one figure under choices that are compared with others.
pub(super) fn cautions(
    policies: &Policies,
    loaded: &Loaded,
    asked: &Asked,
    record: &Record,
) -> Vec<Message> {
    let records = std::slice::from_ref(record);
    let mut warnings = Vec::new();
    warnings.extend(assumed_basis(policies, loaded, asked, records));
    warnings.extend(billed_revenue(policies, loaded, asked));
    warnings.extend(partial(records, loaded.books.customers.last()));
    warnings
}

/// The declaration of what was read, without records: for commands that compute no figure.
pub(super) fn declared(policies: &Policies, filters: (&[Filter], &str), loaded: &Loaded) -> Report {
    let mut warnings = loaded.warnings.clone();
    warnings.extend(mapped_customers(loaded, None));
    warnings.extend(no_history(loaded));
    warnings.extend(several_dates(policies, loaded));
    Report {
        definition: definition(policies, filters, loaded),
        input: input(loaded, policies.basis),
        by: loaded.by.clone(),
        is_single: false,
        asked: Vec::new(),
        cohorts: None,
        records: Vec::new(),
        confidence: None,
        sensitivity: None,
        warnings,
    }
}

/// What is worth a warning about the months that were read, where no period is compared with another.
pub(super) fn about_months(question: &Question<'_>, read: &Calculation) -> Vec<Message> {
    let Question {
        policies,
        loaded,
        bridged,
        asked,
        ..
    } = *question;
    let ledger = &loaded.books.customers;
    let mut warnings = Vec::new();
    warnings.extend(assumed_basis(policies, loaded, asked, &[]));
    warnings.extend(billed_revenue(policies, loaded, asked));
    warnings.extend(empty_months(loaded, read));
    warnings.extend(products_netted(loaded));
    warnings.extend(flattering(&policies.without_thresholds(), loaded));
    warnings.extend(bridged_months(ledger, policies, asked, read, bridged));
    warnings.extend(findings_for(ledger, policies, asked, read));
    warnings
}

pub(super) fn definition(
    policies: &Policies,
    (filters, filters_origin): (&[Filter], &str),
    loaded: &Loaded,
) -> Definition {
    let filters: Vec<String> = filters.iter().map(Filter::text).collect();
    let defaults = Policies::default();
    let choices = policies.choices().zip(defaults.choices());
    let choices: Vec<Choice> = choices
        .map(|((policy, value, origin), (_, default, _))| Choice {
            name: policy.name,
            is_default: value == default,
            value,
            origin: origin.to_string(),
        })
        .collect();
    let more = filters.iter().map(|filter| format!("where={filter}"));
    // Their order makes no difference, and neither does one given twice.
    let more: BTreeSet<String> = more.collect();
    let mut more: Vec<String> = more.into_iter().collect();
    let counts = |choice: &String| {
        // Whose parent a customer has counts where units are parents.
        policies.level == Level::Parent || !choice.starts_with("parent=")
    };
    more.extend(columns_set(loaded).into_iter().filter(counts));
    more.extend(loaded.rates.as_ref().map(|rates| {
        let content = blake3::hash(rates.content().as_bytes());
        format!("fx-rates={}", content.to_hex())
    }));
    let mapped = loaded.mapped.iter();
    more.extend(mapped.flat_map(|mapped| mapped.file.content()));
    Definition {
        name: policies.definition.clone(),
        fingerprint: policies.fingerprint(&more),
        choices,
        filters,
        filters_origin: filters_origin.to_owned(),
    }
}

/// The columns that somebody named instead of leaving them to their headers, and the scale: another
/// column is another number.
fn columns_set(loaded: &Loaded) -> Vec<String> {
    const OTHERS: &[&str] = &[
        "scale",
        "shape",
        "end",
        "interval",
        "amount-is",
        "less",
        "keep-status",
        "drop-status",
        "drop-row",
        "unit",
        "year",
        "periods",
        "first-period",
        "keep-totals",
        "signup",
    ];
    let traits = loaded
        .files
        .first()
        .into_iter()
        .flat_map(|file| &file.traits);
    let is_column =
        |name: &str| OTHERS.contains(&name) || Role::ALL.iter().any(|role| role.setting() == name);
    let set = traits.filter(|found| is_column(found.name) && !found.origin.starts_with("detected"));
    set.map(|found| format!("{}={}", found.name, found.value))
        .collect()
}

fn input(loaded: &Loaded, basis: Basis) -> Input {
    let ledger = &loaded.books.customers;
    let files: Vec<InputFile> = loaded.files.iter().map(input_file).collect();
    let fingerprint = match files.as_slice() {
        [only] => only.fingerprint.clone(),
        several => {
            let mut hasher = blake3::Hasher::new();
            for file in several {
                hasher.update(file.fingerprint.as_bytes());
            }
            hasher.finalize().to_hex().to_string()
        }
    };
    Input {
        choices: choice_files(loaded),
        rows: files.iter().map(|file| file.rows).sum(),
        files,
        customers: ledger.customers().len() as u64,
        currency: ledger.currency().map(str::to_owned),
        amount_name: amount_name(loaded, basis),
        first: ledger.first(),
        last: ledger.last(),
        grain: ledger.grain(),
        fingerprint,
    }
}

/// The files that choices name.
fn choice_files(loaded: &Loaded) -> Vec<ChoiceFile> {
    let rates = loaded.rates.as_deref().map(|rates| ChoiceFile {
        choice: "fx-rates",
        name: rates.file.clone(),
        rows: rates.rows,
        fingerprint: hexadecimal(rates.fingerprint),
    });
    choice_file(loaded).into_iter().chain(rates).collect()
}

fn input_file(file: &FileSummary) -> InputFile {
    InputFile {
        name: file.name.clone(),
        bytes: file.bytes,
        rows: file.rows,
        fingerprint: hexadecimal(file.fingerprint),
        traits: file
            .traits
            .iter()
            .map(|found| (found.name, found.value.clone(), found.origin.clone()))
            .collect(),
    }
}

/// A fingerprint as text.
pub(super) fn hexadecimal(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// The amount as its column says it; run rates that are summed over time are no run rate any more.
fn amount_name(loaded: &Loaded, basis: Basis) -> String {
    if loaded.shape.has_spans() && basis == Basis::Stock {
        return "MRR".to_owned();
    }
    let is_by_preset = matches!(loaded.policies.origin("basis"), Origin::Detected(_));
    if loaded.shape == Shape::Wide && basis == Basis::Stock && is_by_preset {
        return "MRR".to_owned();
    }
    let words = header::words(&loaded.amount_column);
    let said = |name: &str| words.iter().any(|word| word == name);
    let is_rate = basis == Basis::Stock;
    let mut names = ["mrr", "arr", "acv"].into_iter();
    let name = names.find(|name| is_rate && said(name));
    name.map_or_else(|| "Revenue".to_owned(), str::to_uppercase)
}
