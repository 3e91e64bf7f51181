//! Figures that were reported before, read from a file and held against those of now.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::super::super::args::CheckArgs;
use super::super::super::environment::Environment;
use super::super::super::settings::{FileSettings, read_file};
use super::figures::Book;
use crate::check::baseline::{Baseline, Kept};
use crate::check::{Figures, Finding, Restatement, Subject};
use crate::error::{Code, Errors, Message, Place};
use crate::metrics::{Record, registry};
use crate::output::{Report, head};
use crate::units::{FiscalYear, Period};

/// How many digits of a definition's fingerprint stand in a record.
const DIGITS: usize = 12;

/// A baseline and its file.
pub(super) struct KeptFile {
    pub(super) baseline: Baseline,
    file: String,
    /// Where it stands.
    pub(super) path: PathBuf,
}

/// Reads the file that is named, from the working folder by flag, from that of the settings file else.
///
/// # Errors
///
/// [`Code::UnreadableBaseline`].
pub(super) fn read(
    args: &CheckArgs,
    settings: &FileSettings,
    environment: &Environment,
) -> Result<Option<KeptFile>, Message> {
    let working = environment.folder().cloned().unwrap_or_default();
    let named: Option<(String, PathBuf, Option<Place>)> = match &args.baseline {
        Some(name) => Some((name.clone(), working, None)),
        None => settings.check.baseline.as_ref().map(|value| {
            let place = Some(value.place.clone());
            (value.values.concat(), settings.folder.clone(), place)
        }),
    };
    let Some((file, folder, named_at)) = named else {
        return Ok(None);
    };
    let path = folder.join(&file);
    let text = read_file(&path).map_err(|error| {
        let headline = format!("cannot read the baseline `{file}`");
        let message = Message::new(Code::UnreadableBaseline, headline).note(format!("{error:#}"));
        message
            .at(named_at.unwrap_or_else(|| Place::file(&file)))
            .help(format!(
                "to make one: `nrr calc FILE --format json --output {file}`"
            ))
    })?;
    let baseline = Baseline::parse(&text).map_err(|(message, line)| {
        message.at(Place {
            line,
            ..Place::file(&file)
        })
    })?;
    Ok(Some(KeptFile {
        baseline,
        file,
        path,
    }))
}

/// Compares every record of the baseline with the one of now.
///
/// # Errors
///
/// [`Code::UnreadableBaseline`] where a record's period is none.
pub(super) fn compare(
    kept: &KeptFile,
    book: &mut Book<'_>,
    report: &Report,
) -> Result<Vec<Finding>, Errors> {
    let KeptFile { baseline, file, .. } = kept;
    if let Some(other) = other_definition(kept, report) {
        return Ok(vec![Finding::OtherDefinition(other)]);
    }
    let fiscal = book.policies.fiscal_year;
    let mut wanted: BTreeSet<Period> = BTreeSet::new();
    for record in &baseline.records {
        wanted.insert(period(record, fiscal, file)?);
    }
    let ledger = &book.loaded.books.customers;
    let (first, last) = (ledger.first(), ledger.last());
    let is_inside = |period: &Period| first <= period.last() && period.last() <= last;
    let (inside, outside): (Vec<Period>, Vec<Period>) = wanted.into_iter().partition(is_inside);
    let mut figures = Figures::default();
    let columns = &baseline.columns;
    let (records, absent) = book.by(columns, |book| book.records(&inside));
    figures.add(columns, records);
    let absent: BTreeMap<Period, String> = absent.into_iter().collect();
    let same_input = baseline.input.as_ref() == Some(&report.input.fingerprint);
    let (mut findings, mut compared) = (Vec::new(), 0);
    for record in &baseline.records {
        let period = period(record, fiscal, file)?;
        if !is_inside(&period) {
            continue;
        }
        compared += record.figures.len() as u64;
        let now = now(&figures, columns, record, period);
        let fields = record.restated(now);
        if fields.is_empty() {
            continue;
        }
        let has_gone = fields.iter().any(|field| field.new.is_none());
        let reason = match now {
            Some(now) => registry::undefined(now).filter(|_| has_gone),
            None => Some(
                absent
                    .get(&period)
                    .cloned()
                    .unwrap_or_else(|| "the data hold no such segment any more".to_owned()),
            ),
        };
        findings.push(Finding::Restated(Restatement {
            period: record.period.clone(),
            subject: subject(columns, record),
            fields,
            reason,
            same_input,
            place: Place::file(file),
        }));
    }
    if findings.is_empty() {
        findings.push(Finding::AsBefore {
            file: file.clone(),
            figures: compared,
            outside: outside.len() as u64,
        });
    }
    Ok(findings)
}

fn period(record: &Kept, fiscal: FiscalYear, file: &str) -> Result<Period, Message> {
    record.period(fiscal).ok_or_else(|| {
        let headline = format!("`{}` in the baseline is no period", record.period);
        Message::new(Code::UnreadableBaseline, headline).at(Place::file(file))
    })
}

fn now<'a>(
    figures: &'a Figures,
    columns: &[String],
    record: &Kept,
    period: Period,
) -> Option<&'a Record> {
    match &record.segments {
        None => figures.total(period),
        Some(values) => figures.segments(columns, period)?.get(values),
    }
}

fn subject(columns: &[String], record: &Kept) -> String {
    let Some(values) = &record.segments else {
        return String::new();
    };
    let pairs = columns.iter().cloned().zip(values.iter().cloned());
    Subject::Segment(pairs.collect()).text()
}

/// What is to be said where the baseline was made under other choices.
fn other_definition(kept: &KeptFile, report: &Report) -> Option<Message> {
    let now = head::definition(report, DIGITS);
    let old = kept
        .baseline
        .definition
        .as_ref()
        .filter(|old| **old != now)?;
    let headline =
        "the baseline was made under another definition, so its figures say nothing about the data";
    let mut message = Message::new(Code::OtherDefinition, headline)
        .at(Place::file(&kept.file))
        .found(now)
        .expected(old);
    for choice in &report.definition.choices {
        let old = kept.baseline.choices.get(choice.name);
        if let Some(old) = old.filter(|old| **old != choice.value) {
            message = message.difference(format!(
                "`{}` was `{old}` and is `{}` ({})",
                choice.name, choice.value, choice.origin
            ));
        }
    }
    Some(message.help(
        "check under the choices of the baseline, or write it again under these with `nrr calc`",
    ))
}
