//! `nrr check`: whether figures and data are as rules ask.

mod baseline;
mod data;
mod figures;
mod notes;
mod rules;

use super::super::args::CheckArgs;
use super::super::config::{Config, Set, config_with};
use super::super::exit::Failure;
use super::super::reading::{Context, missed};
use super::super::report;
use super::super::settings::read_settings;
use super::calc;
use crate::check::{Control, Finding, Measure, Periods, Rule, is_untied, targets};
use crate::error::{Code, Errors, Message};
use crate::input::Loaded;
use crate::metrics::Asked;
use crate::output::{CheckFormat, CheckReport, Format, render_check, render_check_errors};
use crate::policies::Policies;
use crate::units::Period;
use baseline::KeptFile;
use figures::Book;

/// Reads, compares, prints.
pub(in crate::cli) fn run(args: &CheckArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let mut known = None;
    let errors = match check(args, &mut context, &mut known) {
        Err(Failure::Errors(errors)) => errors,
        ended => return ended,
    };
    // Totals that do not tie stop the reading, and say something of the data all the same.
    let are_untied = errors.list.iter().all(|error| is_untied(error.code));
    let errors = if are_untied {
        let failed = errors.list.into_iter().map(Message::failed);
        Errors::from(failed.collect::<Vec<_>>())
    } else {
        errors
    };
    // An output that is refused, such as one of the inputs, stays as it is; the error itself says why.
    if let Some((format, true)) = known {
        write_errors(&mut context, args, &errors, format)?;
    }
    Err(if are_untied {
        Failure::Missed(errors)
    } else {
        Failure::Errors(errors)
    })
}

/// Shows what kept the check from being run where its format has a place for that, such as the line of an export.
fn write_errors(
    context: &mut Context<'_, '_>,
    args: &CheckArgs,
    errors: &Errors,
    format: CheckFormat,
) -> Result<(), Failure> {
    if matches!(format, CheckFormat::Plain(_)) {
        return Ok(());
    }
    // Where nothing can be written, that is the error already.
    let Ok(target) = context.open(&args.read) else {
        return Ok(());
    };
    let file = args.read.files.first().filter(|file| *file != "-");
    let file = file.map_or("<stdin>", String::as_str);
    context.write(target, |_, out| {
        render_check_errors(&errors.list, file, format, out)?;
        out.flush()
    })
}

fn check(
    args: &CheckArgs,
    context: &mut Context<'_, '_>,
    known: &mut Option<(CheckFormat, bool)>,
) -> Result<(), Failure> {
    let file = read_settings(context.common, context.environment)?;
    let mut rules = rules::read(args, &file.check)?;
    let selection = rules::selection(args, &file.check)?;
    let chosen = rules::periods(args, &file.check)?;
    let (common, environment) = (context.common, context.environment);
    let (periods, words) = (&chosen.periods, &CheckFormat::WORDS);
    let resolved = config_with(&args.read, periods, common, environment, words);
    let (mut config, other) = resolved.map_err(|errors| chosen.placed(errors))?;
    context.refuse_unused(&config)?;
    let format = format_of(other, &config);
    config
        .read_from
        .extend(baseline::named(args, &file, environment).map(|(_, path, _)| path));
    *known = Some((format, context.may_write(&args.read, &config)));
    // What `strict` stops elsewhere is a finding here.
    config.load.is_strict = false;
    let kept = baseline::read(args, &file, environment)?;
    let typed_by = config.load.columns.by.clone();
    add_columns(&mut config.load.columns.by, &rules, kept.as_ref());
    let read = context.read(&args.read, &config);
    let read = read.map_err(|failure| about_columns(failure, &rules, &typed_by));
    let (mut loaded, target) = read?;
    rules::refuse_products(&rules, &typed_by, &loaded)?;
    let controls = controls(&config, &loaded);
    let bridged = calc::bridge(&mut loaded)?;
    let policies = report::detected(&loaded.policies, &loaded);
    let selection = rules::answered(selection, &policies);
    let asked = asked(&config, &policies, &loaded, chosen.is_latest)?;
    let mut book = Book::new(&config, &policies, loaded, bridged, &config.load.columns.by);
    rules.extend(rules::for_each_segment(&rules, &typed_by));
    let looks_further = selection.looks_further() || rules.iter().any(is_of_findings);
    let mut sum = figures::gather(&mut book, &rules, &typed_by, &asked, looks_further)?;
    let periods = Periods {
        list: &asked.periods,
        are_all: chosen.are_all(),
        fiscal_year: policies.fiscal_year,
    };
    let mut found = targets(&rules, &periods, &sum.figures);
    let mut notes = notes::of(&found, &rules, &policies);
    figures::explain(&mut book, &rules, &mut found.list);
    let mut findings: Vec<Finding> = found.list.into_iter().map(Finding::Target).collect();
    data::counted(&rules, &sum, &mut findings);
    findings.extend(controls);
    data::select(&rules, &selection, &mut sum, &mut findings);
    if let Some(kept) = &kept {
        let compared = baseline::compare(kept, &mut book, &sum.report)?;
        findings.extend(compared.findings);
        notes.extend(compared.note);
    }
    let document = CheckReport {
        report: sum.report,
        rules,
        findings,
        tier: selection.tier(),
        notes,
        again: again(args, &config),
    };
    context.write(target, |look, out| {
        render_check(&document, format, look, out)
    })?;
    finish(context, &document, format, args.read.output.is_some())
}

/// Adds the columns that rules and a baseline need to those that were asked for.
fn add_columns(by: &mut Vec<String>, rules: &[Rule], kept: Option<&KeptFile>) {
    let rule_columns = rules.iter().flat_map(|rule| rule.scope.columns());
    let kept_columns = kept
        .into_iter()
        .flat_map(|kept| kept.baseline.columns.clone());
    for column in rule_columns.chain(kept_columns) {
        if !by.contains(&column) {
            by.push(column);
        }
    }
}

fn is_of_findings(rule: &Rule) -> bool {
    matches!(rule.measure, Measure::Finding(_))
}

/// Says of columns that only rules name what to change in the rules.
fn about_columns(failure: Failure, rules: &[Rule], by: &[String]) -> Failure {
    match failure {
        Failure::Errors(errors) => Failure::Errors(rules::about_columns(errors, rules, by)),
        other => other,
    }
}

/// What is still to be said beside the result, and how the run ends.
fn finish(
    context: &mut Context<'_, '_>,
    document: &CheckReport,
    format: CheckFormat,
    is_in_file: bool,
) -> Result<(), Failure> {
    if matches!(format, CheckFormat::Plain(Format::Csv | Format::Jsonl)) {
        let mut lines = document.notes.clone();
        lines.push(document.summary());
        context.write_words(&document.report, &lines, &document.report.warnings);
    } else if is_in_file || !format.has_messages() {
        document.notes.iter().for_each(|note| context.say(note));
        context.say(&document.summary());
    }
    if document.passed() {
        return Ok(());
    }
    let is_said = format.has_messages() && !is_in_file;
    let failures = if is_said {
        Vec::new()
    } else {
        document.failures()
    };
    Err(Failure::Missed(Errors::from(failures)))
}

/// Every control total, held or missed.
fn controls(config: &Config, loaded: &Loaded) -> Vec<Finding> {
    let totals = config.control_totals.iter();
    let pairs = totals.zip(missed(loaded, config));
    let control = |(total, missed): (&crate::metrics::ControlTotal, Option<Message>)| {
        Finding::Control(Control {
            typed: total.typed.clone(),
            missed,
        })
    };
    pairs.map(control).collect()
}

/// The periods meant, on what was read.
fn asked(
    config: &Config,
    policies: &Policies,
    loaded: &Loaded,
    is_latest: bool,
) -> Result<Asked, Errors> {
    let asked = calc::asked(config, policies, loaded)?;
    if !is_latest {
        return Ok(asked);
    }
    let last: Vec<Period> = asked.periods.last().copied().into_iter().collect();
    Ok(Asked {
        periods: last,
        is_range: false,
    })
}

/// The format of a word that only this command has, or else the one that every command takes.
fn format_of(other: Option<&'static str>, config: &Config) -> CheckFormat {
    let plain = CheckFormat::Plain(config.format);
    other.and_then(CheckFormat::parse).unwrap_or(plain)
}

/// The files and choices of this run, to be typed again; `None` for a pipe.
fn again(args: &CheckArgs, config: &Config) -> Option<String> {
    const ELSEWHERE: [&str; 6] = [
        "format",
        "strict",
        "control-total",
        "by",
        "every",
        "threads",
    ];
    let files = &args.read.files;
    if files.is_empty() || files.iter().any(|file| file == "-") {
        return None;
    }
    let mut words: Vec<String> = files.iter().map(|file| quoted(file)).collect();
    let is_meant = |set: &&Set| set.origin == "flag" && !ELSEWHERE.contains(&set.name);
    for set in config.set.iter().filter(is_meant) {
        let values = set.values.iter();
        words.extend(values.map(|value| format!("--{} {}", set.name, quoted(value))));
    }
    Some(words.join(" "))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain =
        |character: char| character.is_alphanumeric() || "-_./=:,+@%".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// A rule that cannot be run as it stands.
fn unfit(rule: &Rule, message: Message) -> Message {
    let message = match &rule.place {
        Some(place) => message.at(place.clone()),
        None => message.found(format!("`{}` (flag)", rule.text)),
    };
    debug_assert!(message.code == Code::UnreadableRule, "{}", message.code);
    message
}
