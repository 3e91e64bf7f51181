//! `nrr calc`: the main job.

use super::super::args::{CalcArgs, ReadArgs};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use crate::error::{Code, Errors, Message, Place};
use crate::input::Loaded;
use crate::ledger::Bridged;
use crate::metrics::{
    Alternative, Asked, PeriodProblem, Rollforward, alternatives, calc_with, differs,
};
use crate::output::{Report, render};
use crate::policies::{Origin, Policies};
use crate::text;
use crate::units::{Month, Period};

/// Reads, computes, prints.
pub(in crate::cli) fn run(args: &CalcArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let config = config(
        &args.read,
        &args.periods,
        context.common,
        context.environment,
    )?;
    let (mut loaded, target) = context.load(&args.read, &config)?;
    let bridged = bridge(&mut loaded)?;
    let mut report = compute(&config, &loaded.policies, &loaded, &bridged)?;
    let mut lines = Vec::new();
    if config.is_sensitive {
        let found = sensitivity(&args.read, &config, &context, &loaded, &bridged, &report)?;
        lines = found.iter().map(|one| one.line(&report)).collect();
        report.sensitivity = Some(found);
    }
    context.write(target, |look, out| {
        render(&report, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        context.write_words(&report, &lines, &report.warnings);
    }
    // The process ends now: to give millions of cells back one by one takes time and does nobody any good.
    std::mem::forget(loaded.books);
    Ok(())
}

/// The choices on rows: they are tried by reading the files once more.
const OF_ROWS: &[(&str, &[&str])] = &[
    ("duplicates", &["sum", "last"]),
    ("spread", &["monthly", "daily", "none"]),
];

/// What the one record would be under every other choice that changes it.
fn sensitivity(
    args: &ReadArgs,
    config: &Config,
    context: &Context<'_, '_>,
    loaded: &Loaded,
    bridged: &[Bridged],
    report: &Report,
) -> Result<Vec<Alternative>, Message> {
    let (true, Some(record)) = (report.is_single, report.records.first()) else {
        return Err(Message::new(
            Code::Usage,
            "`--sensitivity` tries every choice on one period, and many were asked for",
        )
        .help("name it with `--period`, such as `--period 2024-03`"));
    };
    let policies = report::detected(&loaded.policies, loaded);
    let asked = Asked {
        periods: vec![record.period],
        is_range: false,
    };
    let mut found = Vec::new();
    let tried = OF_ROWS.iter();
    let tried = tried.filter(|(name, _)| *name != "spread" || loaded.shape.has_spans());
    for (name, values) in tried {
        for value in *values {
            let mut other = config.policies.clone();
            let is_set = other.set(name, value, Origin::Flag).is_ok();
            let total = (is_set && policies.value(name).as_deref() != Some(value))
                .then(|| read_so(args, config, context, &other))
                .flatten();
            let total =
                total.filter(|total| record.rollforward().is_some_and(|now| differs(total, now)));
            found.extend(total.map(|total| Alternative {
                policy: name,
                value: (*value).to_owned(),
                total,
            }));
        }
    }
    found.extend(alternatives(
        &loaded.books,
        bridged,
        &asked,
        &policies,
        record,
    ));
    Ok(found)
}

/// The total of the one record, read once more under other choices; `None` where that cannot be.
fn read_so(
    args: &ReadArgs,
    config: &Config,
    context: &Context<'_, '_>,
    policies: &Policies,
) -> Option<Rollforward> {
    let mut loaded = context.read_again(args, config, policies)?.ok()?;
    let bridged = bridge(&mut loaded).ok()?;
    let report = compute(config, &loaded.policies, &loaded, &bridged).ok()?;
    report.records.first()?.rollforward().cloned()
}

/// Fills the short absences that `grace` asks for, and gives what was filled.
///
/// # Errors
///
/// [`Code::GraceOnFlow`].
pub(super) fn bridge(loaded: &mut Loaded) -> Result<Vec<Bridged>, Errors> {
    let policies = report::detected(&loaded.policies, loaded);
    report::bridge(&policies, loaded).map_err(|message| with_files(Errors::from(message), loaded))
}

/// The report of what was asked, on what was read, under these choices.
///
/// # Errors
///
/// Everything that a figure asked for cannot be read from.
pub(super) fn compute(
    config: &Config,
    policies: &Policies,
    loaded: &Loaded,
    bridged: &[Bridged],
) -> Result<Report, Errors> {
    let policies = report::detected(policies, loaded);
    let asked = asked(config, &policies, loaded)?;
    compute_asked(config, &policies, loaded, bridged, &asked)
}

/// The same of these periods, under choices of which those that the input decides are filled in.
///
/// # Errors
///
/// Those of [`compute`].
pub(super) fn compute_asked(
    config: &Config,
    policies: &Policies,
    loaded: &Loaded,
    bridged: &[Bridged],
    asked: &Asked,
) -> Result<Report, Errors> {
    let last = asked.periods.last().map(|period| period.last());
    let calculation = calc_with(&loaded.books, asked, policies, config.confidence)
        .map_err(|errors| within_files(errors, loaded, last))?;
    let question = report::Question {
        policies,
        filters: (&config.load.filters, &config.load.origin("where")),
        loaded,
        bridged,
        asked,
        confidence: config.confidence,
    };
    Ok(report::build(&question, calculation))
}

/// The periods asked for, on what was read.
///
/// # Errors
///
/// [`Code::UnusableRange`].
pub(super) fn asked(
    config: &Config,
    policies: &Policies,
    loaded: &Loaded,
) -> Result<Asked, Errors> {
    let asked = config.ask.on(&loaded.books.customers, policies);
    asked.map_err(|problem| {
        let errors = Errors::from(unusable_range(problem, policies, loaded));
        match problem {
            // The flags alone are at odds, whatever the file holds.
            PeriodProblem::Reversed(..) => errors,
            _ => with_files(errors, loaded),
        }
    })
}

/// Names the files in errors about what they hold together: no line can be named there.
pub(super) fn with_files(errors: Errors, loaded: &Loaded) -> Errors {
    within_files(errors, loaded, None)
}

/// The same; the last month asked for is known.
fn within_files(mut errors: Errors, loaded: &Loaded, asked: Option<Month>) -> Errors {
    let names: Vec<&str> = loaded.files.iter().map(|file| file.name.as_str()).collect();
    for message in errors
        .list
        .iter_mut()
        .filter(|message| message.place.is_none())
    {
        if message.code == Code::PeriodAfterData && loaded.shape.keeps_rows() {
            reach_further(message, loaded, asked);
        }
        message.place = names.first().map(|name| Place::file(*name));
        if names.len() > 1 {
            let more = text::examples(&names[1..], names.len() - 1);
            *message = message.clone().note(format!("read together with {more}"));
        }
    }
    errors
}

/// Where rows run on, the data end with the month of the last start or change, for an end in the future proves
/// nothing; whoever knows that the export is complete for longer can say so.
fn reach_further(message: &mut Message, loaded: &Loaded, asked: Option<Month>) {
    if loaded.policies.through.is_some() {
        // Somebody did: the data end where they said.
        return;
    }
    let last = loaded.books.customers.last();
    let what = if loaded.shape.has_spans() {
        "start"
    } else {
        "movement"
    };
    *message = message.clone().note(format!(
        "the data end with the month of the last {what}, {last}"
    ));
    let further =
        "if the export is complete for longer, say through which month, such as `--through ";
    let month = asked.unwrap_or_else(|| last.forward(1));
    message.help.insert(0, format!("{further}{month}`"));
}

pub(super) fn unusable_range(
    problem: PeriodProblem,
    policies: &Policies,
    loaded: &Loaded,
) -> Message {
    let horizon = format!(
        "the data cover {} to {}",
        loaded.books.customers.first(),
        loaded.books.customers.last()
    );
    match problem {
        PeriodProblem::Reversed(from, to) => {
            let label = |period: Period| period.label(policies.fiscal_year);
            let (from, to) = (label(from), label(to));
            let headline = format!("the range from {from} to {to} ends before it starts");
            Message::new(Code::UnusableRange, headline).help(format!("`--from {to} --to {from}`"))
        }
        PeriodProblem::Unaligned(period, grain) => {
            let label = period.label(policies.fiscal_year);
            let headline = format!("{label} is no whole number of {}", grain.plural());
            let whole = Period::holding(period.last(), grain, policies.fiscal_year);
            Message::new(Code::UnusableRange, headline)
                .found(horizon)
                .help(format!(
                    "the {} around it is `{}`",
                    grain.word(),
                    whole.label(policies.fiscal_year)
                ))
        }
        PeriodProblem::NoneInData(grain) => Message::new(
            Code::UnusableRange,
            format!("no whole {} lies in the data", grain.word()),
        )
        .found(horizon)
        .help("`--every month`, or take the months there are with `--partial allow`"),
    }
}
