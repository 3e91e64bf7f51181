//! `nrr cohorts`: retention triangles by first period.

use std::collections::BTreeSet;

use super::super::args::{CohortsArgs, PeriodArgs, Triangle};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::calc;
use crate::error::{Code, Errors, Kind, Message};
use crate::input::{Loaded, signups};
use crate::ledger::{Books, Bridged};
use crate::metrics::{Asked, Calculation, Cohorts, SILENT, cohorts};
use crate::output::{CohortsReport, Measure, render};
use crate::policies::{Fx, Level, Policies};
use crate::text;

/// Reads, sorts customers into cohorts, prints.
pub(in crate::cli) fn run(args: &CohortsArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let mut config = config(
        &args.read,
        &PeriodArgs::default(),
        context.common,
        context.environment,
    )?;
    config.load.columns.signup.clone_from(&args.signup);
    let (mut loaded, target) = context.load(&args.read, &config)?;
    let bridged = calc::bridge(&mut loaded)?;
    let report = compute(&config, &loaded, &bridged, &shown(&args.show))?;
    context.write(target, |look, out| {
        render(&report, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        context.write_words(&report.report, &[], &report.report.warnings);
    }
    Ok(())
}

/// The triangles asked for, each once, in the order typed; all where none is.
fn shown(asked: &[Triangle]) -> Vec<Measure> {
    let mut shown = Vec::new();
    for triangle in asked {
        let measure = match triangle {
            Triangle::Nrr => Measure::Nrr,
            Triangle::Grr => Measure::Grr,
            Triangle::Logos => Measure::Logos,
        };
        if !shown.contains(&measure) {
            shown.push(measure);
        }
    }
    if shown.is_empty() {
        Measure::ALL.to_vec()
    } else {
        shown
    }
}

/// The triangles of what was read, with everything declared.
fn compute(
    config: &Config,
    loaded: &Loaded,
    bridged: &[Bridged],
    shown: &[Measure],
) -> Result<CohortsReport, Errors> {
    let policies = report::detected(&loaded.policies, loaded);
    refuse_unfit(&policies, loaded).map_err(|message| calc::with_files(message.into(), loaded))?;
    let asked = calc::asked(config, &policies, loaded)?;
    let by_signup = loaded.signup.as_ref();
    let signups = by_signup.map(|_| signups(loaded, &config.load, &policies));
    let signups = signups.transpose()?;
    let units = report::by_parent(&policies, loaded, loaded.books.customers.last());
    let books = units.as_ref().map_or(&loaded.books, |units| &units.books);
    let found = cohorts(books, &asked, &policies, signups.as_ref())
        .map_err(|errors| calc::with_files(errors, loaded))?;
    let origin = config.load.origin("where");
    let mut report = report::declared(&policies, (&config.load.filters, &origin), loaded);
    report.cohorts = Some(found.grain());
    report.warnings.extend(unused(config, &policies));
    report.warnings.extend(partial(&policies, loaded, &found));
    report.warnings.extend(clipped(loaded, &found));
    report.warnings.extend(without_signup(loaded, &found));
    report.warnings.extend(unseen(books, &found));
    report.warnings.extend(before_signup(loaded, &found));
    let read = Calculation {
        months_read: found.months_read.clone(),
        clipped: found.clipped.clone(),
        ..Calculation::default()
    };
    let question = report::Question {
        policies: &policies,
        filters: (&config.load.filters, &origin),
        loaded,
        bridged,
        asked: &asked,
        confidence: None,
    };
    report
        .warnings
        .extend(report::about_months(&question, &read));
    mend(&mut report.warnings, &asked, policies.fx);
    Ok(CohortsReport {
        report,
        cohorts: found,
        shown: shown.to_vec(),
        fiscal_year: policies.fiscal_year,
        signup: by_signup.map(|column| column.column().to_owned()),
    })
}

/// What has no meaning over many ages at once, or needs more than is known.
fn refuse_unfit(policies: &Policies, loaded: &Loaded) -> Result<(), Message> {
    if policies.fx_rates.is_some() && policies.fx == Fx::Constant {
        let headline = "`fx constant` takes the rates of one opening, and each cohort has another";
        return Err(Message::new(Code::UnfitSetting, headline)
            .note(format!("`fx constant` ({})", policies.origin("fx")))
            .help(format!(
                "take one month's rates for all: `--fx fixed={}`",
                loaded.books.customers.last()
            ))
            .help(
                "or each month's own, with what currencies did inside the rates: `--fx floating`",
            ));
    }
    if policies.level == Level::Parent && loaded.signup.is_some() {
        let headline = "`--signup` says when a customer signed up, and units are parents";
        return Err(Message::new(Code::UnfitSetting, headline)
            .note(format!("`level parent` ({})", policies.origin("level")))
            .help("leave out `--signup`, or pass `--level customer`"));
    }
    Ok(())
}

/// What helps a comparison of two periods helps no cohort.
fn mend(warnings: &mut [Message], asked: &Asked, fx: Fx) {
    let is_short = asked.periods.iter().any(|period| period.months() < 12);
    for warning in warnings {
        if warning.code == Code::BilledRevenue && is_short {
            warning.help = vec!["take years: `--every year`".to_owned()];
        }
        if warning.code == Code::ConvertedCurrencies && fx == Fx::Floating {
            warning
                .evidence
                .retain(|evidence| evidence.kind != Kind::Note);
            *warning = warning
                .clone()
                .note("each month is at its own rates: what currencies did is inside these rates");
        }
    }
}

/// The settings that ask how sure the rate of one comparison is.
const OF_RATES: &[&str] = &["confidence", "seed", "sensitivity"];

/// Choices that somebody made and that say nothing about cohorts.
fn unused(config: &Config, policies: &Policies) -> Option<Message> {
    let defaults = Policies::default();
    let choices = policies.choices().zip(defaults.choices());
    let made = choices.filter(|((_, value, _), (_, default, _))| value != default);
    let silent = made.filter(|((policy, ..), _)| SILENT.contains(&policy.name));
    let silent =
        silent.map(|((policy, value, origin), _)| (policy.name, value, origin.to_string()));
    let set = config.set.iter().filter(|set| OF_RATES.contains(&set.name));
    let set = set.map(|set| (set.name, set.values.join(", "), set.origin.clone()));
    let silent: Vec<String> = silent
        .chain(set)
        .map(|(name, value, origin)| format!("`{name} {value}` ({origin})"))
        .collect();
    (!silent.is_empty()).then(|| {
        let verb = if silent.len() == 1 { "says" } else { "say" };
        let named = text::list(&silent, "and");
        Message::new(
            Code::UnusedPolicy,
            format!("{named} {verb} nothing about cohorts"),
        )
        .note("a cell compares its period with age 0, over everybody who was there then; who returns stays in its cohort")
        .counting(silent.len() as u64)
    })
}

fn partial(policies: &Policies, loaded: &Loaded, found: &Cohorts) -> Option<Message> {
    let last = found.periods.last().filter(|_| found.partial)?;
    let headline = format!(
        "{} ends after the data do",
        last.label(policies.fiscal_year)
    );
    let end = loaded.books.customers.last();
    Some(
        Message::new(Code::PartialPeriod, headline)
            .note(format!("only the months to {end} were read"))
            .counting(1),
    )
}

/// Customers whose values below zero were cut to zero.
fn clipped(loaded: &Loaded, found: &Cohorts) -> Option<Message> {
    let (count, names) = named(loaded, &found.clipped)?;
    let customers = text::count(count, "customer");
    let headline = format!("values below zero of {customers} were cut to zero");
    Some(
        Message::new(Code::ClippedRevenue, headline)
            .found(names)
            .note("a customer cut to zero in a period counts as away in it")
            .counting(count),
    )
}

/// Customers with revenue that no signup puts into a cohort.
fn without_signup(loaded: &Loaded, found: &Cohorts) -> Option<Message> {
    let (count, names) = named(loaded, &found.unsigned)?;
    let verb = if count == 1 { "has" } else { "have" };
    let headline = format!(
        "{} with revenue {verb} no signup",
        text::count(count, "customer")
    );
    Some(
        Message::new(Code::MissingSignup, headline)
            .found(names)
            .note("they are in no cohort and in no average")
            .counting(count),
    )
}

/// Customers whose revenue comes and goes between what the periods read.
fn unseen(books: &Books, found: &Cohorts) -> Option<Message> {
    let name = |customer: &u32| books.customers.shown_name(*customer);
    let mut names: Vec<String> = found.unseen.iter().map(name).collect();
    names.sort_unstable();
    let count = names.len() as u64;
    let verb = if count == 1 { "has" } else { "have" };
    let headline = format!(
        "{} {verb} revenue, and none in a month that a {} reads",
        text::count(count, "customer"),
        found.grain().word()
    );
    (count > 0).then(|| {
        Message::new(Code::WithoutCohort, headline)
            .found(text::examples(&names, names.len()))
            .note("they came and left in between, or outside of whole periods: they are in no cohort, and rates look better for it")
            .help("a shorter grain sees more of them: `--every month`")
            .counting(count)
    })
}

/// Customers whose revenue starts before their cohort does.
fn before_signup(loaded: &Loaded, found: &Cohorts) -> Option<Message> {
    let (count, names) = named(loaded, &found.early)?;
    let verb = if count == 1 { "has" } else { "have" };
    let headline = format!(
        "{} {verb} revenue before the period of the signup",
        text::count(count, "customer")
    );
    Some(
        Message::new(Code::LateSignup, headline)
            .found(names)
            .note("what they paid before stands in no cell")
            .counting(count),
    )
}

/// How many customers these are, and some of their names in byte order; `None` for nobody.
fn named(loaded: &Loaded, customers: &BTreeSet<u32>) -> Option<(u64, String)> {
    let name = |customer: &u32| loaded.books.customers.shown_name(*customer);
    let mut names: Vec<String> = customers.iter().map(name).collect();
    names.sort_unstable();
    let shown = text::examples(&names, names.len());
    (!names.is_empty()).then_some((names.len() as u64, shown))
}
