//! `nrr diff`: why the figure of one period is another one in a later export.

mod exports;
mod way;

use super::super::args::{DiffArgs, PeriodArgs};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::{Context, prove};
use super::super::report;
use super::calc::with_files;
use super::customers::{period_needed, refuse_method};
use crate::error::{Code, Errors, Message};
use crate::metrics::{Changes, Measured, changes};
use crate::output::{DiffReport, render};
use exports::{ambiguous_renames, read_differently, refuse_unlike, unlike, unlike_choices};
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
    context.refuse_certainty(&config)?;
    refuse_method(&config.policies)?;
    refuse_two_pipes(args)?;
    let target = context.target(&both)?;
    let mut loaded = context.read_files(&args.reading(&[&args.new]), &config)?;
    prove(&mut loaded, &config)?;
    if config.ask.period.is_none() {
        let policies = report::detected(&loaded.policies, &loaded);
        let message = period_needed("diff", &config, &policies, &loaded);
        return Err(with_files(Errors::from(message), &loaded).into());
    }
    let new = Export::measured(loaded, &config)?;
    refuse_method(&new.policies)?;
    let mut way = Way::new(args, &periods, &mut context, &config)?;
    way.by_settings()?;
    way.by_detection(&new)?;
    let (old, first, steps) = way.end();
    refuse_unlike(&old, &new)?;
    unlike_choices(&old, &new)?;
    let found = compared(&old, &new)?;
    let mut report = new.report;
    let of_old = old.report.warnings.iter();
    let codes: Vec<Code> = report.warnings.iter().map(|warning| warning.code).collect();
    let of_old = of_old.filter(|warning| !codes.contains(&warning.code));
    let mut warnings = Vec::new();
    warnings.extend(read_differently(&first.files, &new.loaded.files));
    warnings.extend(ambiguous_renames(&found, &new.loaded));
    warnings.extend(report.warnings);
    warnings.extend(of_old.cloned());
    report.warnings = warnings;
    let document = DiffReport {
        old_input: old.report.input,
        first: first.total,
        old: old.total,
        new: new.total,
        steps,
        changes: found,
        top: args.top.map(|top| top as usize),
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

/// Who makes the difference, both exports counted by parent where units are parents.
fn compared(old: &Export, new: &Export) -> Result<Changes, Errors> {
    let period = new.period;
    let units = [old, new].map(|one| report::by_parent(&new.policies, &one.loaded, period.last()));
    let of_old = units[0]
        .as_ref()
        .map_or(&old.loaded.books, |units| &units.books);
    let of_new = units[1]
        .as_ref()
        .map_or(&new.loaded.books, |units| &units.books);
    let measured = [(of_old, &old.total), (of_new, &new.total)];
    let measured = measured.map(|(books, total)| Measured { books, total });
    changes(measured, period, &new.policies)
        .map_err(|why| with_files(Errors::from(unlike(&why, period, old, new)), &new.loaded))
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

fn refuse_two_pipes(args: &DiffArgs) -> Result<(), Message> {
    if args.old == "-" && args.new == "-" {
        let headline = "standard input was named twice";
        return Err(Message::new(Code::RepeatedFile, headline).help("name `-` once"));
    }
    if args.old == "-" && args.old_config.is_some() {
        let headline =
            "with `--old-config` OLD is read several times, and standard input can be read once";
        return Err(Message::new(Code::Usage, headline).help("save it in a file"));
    }
    Ok(())
}
