//! From what was loaded and computed to a report: everything declared, and the warnings.

use crate::error::{Code, Message};
use crate::input::filter::Filter;
use crate::input::header;
use crate::input::{FileSummary, Loaded};
use crate::metrics::{Asked, Calculation, Record, Rollforward};
use crate::output::{Choice, Definition, Input, InputFile, Report};
use crate::policies::{Origin, Policies, SegmentAt};
use crate::text;
use crate::units::Month;

/// The policies with those filled in that the amount column's name decides.
pub(super) fn detected(policies: &Policies, amount_column: &str) -> Policies {
    let mut policies = policies.clone();
    let words = header::words(amount_column);
    let has = |names: &[&'static str]| {
        names
            .iter()
            .find(|name| words.iter().any(|word| word == *name))
            .copied()
    };
    let mut detect = |name: &str, value: &str, evidence: String| {
        if !policies.is_set(name) {
            let taken = policies.set(name, value, Origin::Detected(evidence));
            debug_assert!(taken.is_ok(), "detected values are values");
        }
    };
    match has(&["mrr", "arr", "acv", "recurring"]) {
        Some(word) => detect(
            "basis",
            "stock",
            format!("`{word}` in the amount column `{amount_column}`"),
        ),
        None => detect(
            "basis",
            "flow",
            format!("no run rate in the amount column's name `{amount_column}`"),
        ),
    }
    if let Some(word) = has(&["arr", "acv", "annual"]) {
        detect(
            "interval",
            "year",
            format!("`{word}` in the amount column `{amount_column}`"),
        );
    }
    policies
}

/// The report of a calculation.
pub(super) fn build(
    policies: &Policies,
    filters: &[Filter],
    loaded: &Loaded,
    asked: &Asked,
    calculation: Calculation,
) -> Report {
    let mut warnings = loaded.warnings.clone();
    warnings.extend(partial(&calculation.records));
    warnings.extend(empty_months(loaded, &calculation));
    warnings.extend(flattering(policies, loaded));
    warnings.extend(clipped(&calculation.records));
    Report {
        definition: definition(policies, filters, loaded.product_unit.as_deref()),
        input: input(loaded),
        by: loaded.by.clone(),
        is_single: !asked.is_range,
        records: calculation.records,
        warnings,
    }
}

fn definition(policies: &Policies, filters: &[Filter], product: Option<&str>) -> Definition {
    let filters: Vec<String> = filters.iter().map(Filter::text).collect();
    let defaults = Policies::default();
    let choices = policies.choices().zip(defaults.choices());
    let mut choices: Vec<Choice> = choices
        .map(|((policy, value, origin), (_, default, _))| Choice {
            name: policy.name,
            is_default: value == default,
            value,
            origin: origin.to_string(),
        })
        .collect();
    let mut scope = filters.clone();
    if let Some(product) = product {
        scope.push("netting product".to_owned());
        choices.push(Choice {
            name: "netting",
            value: "product".to_owned(),
            origin: format!("each product is a customer of its own, as `--by {product}` says"),
            is_default: false,
        });
    }
    Definition {
        name: "standard".to_owned(),
        fingerprint: policies.fingerprint(&scope),
        choices,
        filters,
    }
}

fn input(loaded: &Loaded) -> Input {
    let ledger = &loaded.ledger;
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
        rows: files.iter().map(|file| file.rows).sum(),
        files,
        customers: ledger.customers().len() as u64,
        currency: ledger.currency().map(str::to_owned),
        amount_name: amount_name(&loaded.amount_column),
        first: ledger.first(),
        last: ledger.last(),
        grain: ledger.grain(),
        fingerprint,
    }
}

fn input_file(file: &FileSummary) -> InputFile {
    InputFile {
        name: file.name.clone(),
        bytes: file.bytes,
        rows: file.rows,
        fingerprint: blake3::Hash::from_bytes(file.fingerprint)
            .to_hex()
            .to_string(),
        traits: file
            .traits
            .iter()
            .map(|found| (found.name, found.value.clone(), found.origin.clone()))
            .collect(),
    }
}

/// The amount as its column says it.
fn amount_name(amount_column: &str) -> String {
    let words = header::words(amount_column);
    let said = |name: &str| words.iter().any(|word| word == name);
    let name = ["mrr", "arr", "acv"].into_iter().find(|name| said(name));
    name.map_or_else(|| "Revenue".to_owned(), str::to_uppercase)
}

fn partial(records: &[Record]) -> Option<Message> {
    let cut: Vec<String> = records
        .iter()
        .filter(|record| record.partial && record.segments.is_none())
        .map(|record| record.period.label(record.fiscal_year))
        .collect();
    (!cut.is_empty()).then(|| {
        let verb = if cut.len() == 1 { "ends" } else { "end" };
        Message::new(
            Code::PartialPeriod,
            format!(
                "{} {verb} after the data do",
                text::examples(&cut, cut.len())
            ),
        )
        .note("only the months there are were read")
        .counting(cut.len() as u64)
    })
}

/// Months inside the horizon without any row; those that a figure reads were declared to be zero.
fn empty_months(loaded: &Loaded, calculation: &Calculation) -> Option<Message> {
    let ledger = &loaded.ledger;
    let empty: Vec<Month> = ledger
        .first()
        .through(ledger.last())
        .filter(|month| ledger.is_label_end(*month) && !ledger.has_rows(*month))
        .collect();
    let read = empty
        .iter()
        .filter(|month| calculation.months_read.contains(month))
        .count();
    let names: Vec<String> = empty.iter().map(Month::to_string).collect();
    (!names.is_empty()).then(|| {
        let verb = if names.len() == 1 { "has" } else { "have" };
        let headline = format!(
            "{} {verb} no rows of any customer",
            text::examples(&names, names.len())
        );
        let note = if read == 0 {
            "no figure here reads it"
        } else {
            "it counts as nothing paid, as `missing-months zero` says"
        };
        Message::new(Code::EmptyMonth, headline)
            .note(note)
            .counting(names.len() as u64)
    })
}

fn flattering(policies: &Policies, loaded: &Loaded) -> Vec<Message> {
    let mut messages = Vec::new();
    if !policies.min_closing.is_zero() {
        let headline = "`min-closing` leaves customers out that shrank or left, and hides losses";
        messages.push(
            Message::new(Code::FlatteringPolicy, headline)
                .note("what was left out stands in `excluded_opening` and `excluded_closing`")
                .help("`--min-closing 0`"),
        );
    }
    let is_biased = matches!(policies.segment_at, SegmentAt::Closing | SegmentAt::Latest);
    if is_biased && !loaded.by.is_empty() {
        let headline = format!(
            "`segment-at {}` reads segments late: customers that left have none or an old one",
            policies.segment_at.word()
        );
        messages.push(
            Message::new(Code::FlatteringPolicy, headline)
                .note("a segment that loses customers looks better than it is")
                .help("`--segment-at opening`"),
        );
    }
    messages
}

fn clipped(records: &[Record]) -> Option<Message> {
    let totals = records
        .iter()
        .filter(|record| record.segments.is_none())
        .filter_map(Record::rollforward);
    let is_clipped = |sums: &&Rollforward| sums.clipped_opening > 0 || sums.clipped_closing > 0;
    let count = totals.filter(is_clipped).count() as u64;
    (count > 0).then(|| {
        Message::new(
            Code::ClippedRevenue,
            format!(
                "values below zero were cut to zero in {}",
                text::count(count, "period")
            ),
        )
        .note("how much stands in `clipped_opening` and `clipped_closing`")
        .counting(count)
    })
}
