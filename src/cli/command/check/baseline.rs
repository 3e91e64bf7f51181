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
use crate::text;
use crate::units::{FiscalYear, Month, Period};

/// How many digits of a definition's fingerprint stand in a record.
const DIGITS: usize = 12;

/// A baseline and its file.
pub(super) struct KeptFile {
    pub(super) baseline: Baseline,
    file: String,
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
    let Some((file, path, named_at)) = named(args, settings, environment) else {
        return Ok(None);
    };
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
    Ok(Some(KeptFile { baseline, file }))
}

/// The file as it was named, where it stands, and who named it; `None` if nobody did.
pub(super) fn named(
    args: &CheckArgs,
    settings: &FileSettings,
    environment: &Environment,
) -> Option<(String, PathBuf, Option<Place>)> {
    let working = environment.folder().cloned().unwrap_or_default();
    if let Some(name) = &args.baseline {
        return Some((name.clone(), working.join(name), None));
    }
    let value = settings.check.baseline.as_ref()?;
    let file = value.values.concat();
    let path = settings.folder.join(&file);
    Some((file, path, Some(value.place.clone())))
}

/// What comparing came to.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) findings: Vec<Finding>,
    /// What is to be said of what was left out.
    pub(super) note: Option<String>,
}

/// Compares every record of the baseline with the one of now. What the data no longer hold is a change, but for
/// periods before their first month: exports that move on leave those out.
///
/// # Errors
///
/// [`Code::UnreadableBaseline`] where a record's period is none.
pub(super) fn compare(
    kept: &KeptFile,
    book: &mut Book<'_>,
    report: &Report,
) -> Result<Compared, Errors> {
    let KeptFile { baseline, file } = kept;
    if let Some(other) = other_definition(kept, report) {
        return Ok(Compared {
            findings: vec![Finding::OtherDefinition(other)],
            note: None,
        });
    }
    let fiscal = book.policies.fiscal_year;
    let mut wanted: BTreeSet<Period> = BTreeSet::new();
    for record in &baseline.records {
        wanted.insert(period(record, fiscal, file)?);
    }
    let first = book.loaded.books.customers.first();
    let is_before = |period: &Period| period.last() < first;
    let (before, inside): (Vec<Period>, Vec<Period>) = wanted.into_iter().partition(is_before);
    let mut figures = Figures::default();
    let columns = &baseline.columns;
    let (records, absent) = book.by(columns, |book| book.records(&inside));
    figures.add(columns, records);
    let absent: BTreeMap<Period, String> = absent.into_iter().collect();
    let same_input = baseline.input.as_ref() == Some(&report.input.fingerprint);
    let (mut findings, mut compared) = (Vec::new(), 0);
    for record in &baseline.records {
        let period = period(record, fiscal, file)?;
        if is_before(&period) {
            continue;
        }
        let now = now(&figures, columns, record, period);
        compared += now.map_or(0, |_| record.figures.len() as u64);
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
            is_gone: now.is_none(),
            same_input,
            place: Place::file(file),
        }));
    }
    let note = left_out(before.len() as u64, first);
    if findings.is_empty() {
        findings.push(as_before(
            file,
            compared,
            before.len() as u64,
            note.as_ref(),
        ));
    }
    Ok(Compared { findings, note })
}

/// What to say where nothing changed, which is nothing good where nothing was compared.
fn as_before(file: &str, compared: u64, before: u64, note: Option<&String>) -> Finding {
    if compared == 0 {
        let message = Message::new(Code::Restated, "nothing of the baseline could be compared")
            .at(Place::file(file))
            .help("write the baseline again with `nrr calc`, of periods that the data hold");
        return Finding::Uncompared(match note {
            Some(note) => message.note(note),
            None => message.note("its records hold no figures"),
        });
    }
    Finding::AsBefore {
        file: file.to_owned(),
        figures: compared,
        before,
    }
}

/// What is to be said of periods that the data begin after.
fn left_out(before: u64, first: Month) -> Option<String> {
    let verb = if before == 1 { "lies" } else { "lie" };
    (before > 0).then(|| {
        let periods = text::count(before, "period");
        format!("{periods} of the baseline {verb} before the data, which begin with {first}, and could not be compared")
    })
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
