//! `nrr diff`: why the figure of one period is another one in a later export.

mod exports;
mod places;
mod way;

use std::path::PathBuf;

use super::super::args::{DiffArgs, PeriodArgs};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::mapped::of_both;
use super::super::reading::{Context, prove};
use super::super::report;
use super::calc::with_files;
use super::customers::{period_needed, refuse_method};
use crate::error::{Code, Errors, Message};
use crate::input::FileSummary;
use crate::ledger::Units;
use crate::metrics::{Changes, Measured, changes};
use crate::output::{DiffReport, Report, render, shown_changes};
use exports::{ambiguous_renames, read_differently, refuse_unlike, unlike, unlike_choices};
use places::{Side, places};
use way::{Export, Way};

/// Reads both, computes, prints.
pub(in crate::cli) fn run(args: &DiffArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let periods = PeriodArgs {
        period: args.period.clone(),
        ..PeriodArgs::default()
    };
    let both = args.reading(&[&args.old, &args.new]);
    let mut config = config(&both, &periods, context.common, context.environment)?;
    refuse_segments(&config)?;
    config.load.columns.by.clear();
    context.refuse_unused(&config)?;
    refuse_method(&config.policies)?;
    refuse_two_pipes(args)?;
    config
        .read_from
        .extend(args.old_config.iter().map(PathBuf::from));
    let target = context.target(&both, &config)?;
    keep_old(args, &mut context)?;
    let read = args.reading(&[&args.new]);
    let (mut loaded, retrace) = context.read_files(&read, &config)?;
    prove(&mut loaded, &config)?;
    if config.ask.period.is_none() {
        let policies = report::detected(&loaded.policies, &loaded);
        let message = period_needed(context.command, &config, &policies, &loaded);
        return Err(with_files(Errors::from(message), &loaded).into());
    }
    let mut new = Export::measured((loaded, retrace), &config)?;
    refuse_method(&new.policies)?;
    let mut way = Way::new(args, &periods, &mut context, &config)?;
    way.by_settings()?;
    way.by_detection(&new)?;
    let (mut old, first, steps) = way.end();
    refuse_unlike(&old, &new)?;
    unlike_choices(&old, &new)?;
    let last = new.period.last();
    let parents = |export: &Export| report::by_parent(&new.policies, &export.loaded, last);
    let units = [parents(&old), parents(&new)];
    let units = [units[0].as_deref(), units[1].as_deref()];
    let found = compared(&old, &new, units)?;
    let top = args.top.map(|top| top as usize);
    let listed = found.listed(top.or_else(|| shown_changes(config.format)));
    let places = [
        places(&mut old, units[0], listed, Side::Old)?,
        places(&mut new, units[1], listed, Side::New)?,
    ];
    let warnings = warnings(args, &found, (&old, &new), &first.files);
    let report = Report {
        warnings,
        ..new.report
    };
    let document = DiffReport {
        old_input: old.report.input,
        first: first.total,
        old: old.total,
        new: new.total,
        steps,
        changes: found,
        top,
        places,
        fiscal_year: new.policies.fiscal_year,
        report,
    };
    context.write(target, |look, out| {
        render(&document, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        let lines = document.lines();
        context.write_words(&document.report, &lines, &document.report.warnings);
    }
    Ok(())
}

/// What is to be said of both: of the new export, and of the old one what is not to be said of the new one too.
fn warnings(
    args: &DiffArgs,
    found: &Changes,
    (old, new): (&Export, &Export),
    as_old: &[FileSummary],
) -> Vec<Message> {
    const OF_MAP: [Code; 2] = [Code::UnknownId, Code::MappedCustomers];
    let of_map = of_both((&old.loaded, &old.report), (&new.loaded, &new.report));
    let [of_old, of_new] = [old, new].map(|export| {
        let all = export.report.warnings.iter();
        all.filter(|warning| !OF_MAP.contains(&warning.code))
    });
    let is_own = |warning: &&Message| of_new.clone().all(|other| other.code != warning.code);
    let of_old = of_old.filter(is_own).chain(&of_map[0]);
    let about = format!("this is about the old export, `{}`", args.old);
    let mut warnings = Vec::new();
    warnings.extend(read_differently(as_old, &new.loaded.files));
    warnings.extend(ambiguous_renames(found, &new.loaded));
    warnings.extend(of_map[1].iter().chain(of_new.clone()).cloned());
    warnings.extend(of_old.map(|warning| warning.clone().note(about.clone())));
    warnings
}

/// Who makes the difference, both exports counted by parent where units are parents.
fn compared(old: &Export, new: &Export, units: [Option<&Units>; 2]) -> Result<Changes, Errors> {
    let books = [old, new].map(|export| &export.loaded.books);
    let totals = [&old.total, &new.total];
    let measured = [0, 1].map(|side: usize| Measured {
        books: units[side].map_or(books[side], |units| &units.books),
        total: totals[side],
    });
    changes(measured, new.period, &new.policies)
        .map_err(|why| with_files(unlike(&why, new.period, old, new).into(), &new.loaded))
}

/// Effects add up over everybody; those of a segment would be on a rate of its own.
fn refuse_segments(config: &Config) -> Result<(), Message> {
    let typed = config
        .set
        .iter()
        .find(|set| set.name == "by" && set.origin == "flag");
    let Some(set) = typed else { return Ok(()) };
    let column = set.values.join(",");
    let headline = "`nrr diff` is about the rate of everybody, and `--by` asks for segments";
    Err(Message::new(Code::Usage, headline).help(format!(
        "leave out `--by {column}`; `--where \"{column}=VALUE\"` compares one segment"
    )))
}

/// A pipe is read by its own settings, by those in force, and by what the new export shows.
fn keep_old(args: &DiffArgs, context: &mut Context<'_, '_>) -> Result<(), Message> {
    if args.old == "-" {
        context.keep_pipe()?;
    }
    Ok(())
}

fn refuse_two_pipes(args: &DiffArgs) -> Result<(), Message> {
    if args.old == "-" && args.new == "-" {
        let headline = "standard input was named twice";
        return Err(Message::new(Code::RepeatedFile, headline).help("name `-` once"));
    }
    Ok(())
}
