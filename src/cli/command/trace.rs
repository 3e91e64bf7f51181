//! `nrr trace`: from a period's figures to the rows behind them.

use std::collections::BTreeSet;

use super::super::args::{PeriodArgs, TraceArgs};
use super::super::config::config;
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::calc::{bridge, compute, with_files};
use super::customers::{period_needed, refuse_method};
use crate::error::{Code, Errors, Message};
use crate::input::columns::quoted;
use crate::input::{Loaded, Wanted};
use crate::ledger::{Bridged, Ledger, Units, Whose};
use crate::metrics::{Class, Listing, Traced, Trail, customers};
use crate::output::escape;
use crate::output::{Format, TraceReport, TracedPlace, render, shown_customers};
use crate::policies::Netting;
use crate::text;

/// Reads, computes, reads again for the rows, prints.
pub(in crate::cli) fn run(args: &TraceArgs, context: Context<'_, '_>) -> Result<(), Failure> {
    traced(args, context).map_err(|failure| match failure {
        Failure::Errors(errors) => Failure::Errors(naming_the_column(errors)),
        other @ (Failure::Missed(_) | Failure::Stdout(_)) => other,
    })
}

fn traced(args: &TraceArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    refuse_segments(args)?;
    let periods = PeriodArgs {
        period: args.period.clone(),
        ..PeriodArgs::default()
    };
    let mut config = config(&args.read, &periods, context.common, context.environment)?;
    context.refuse_unused(&config)?;
    refuse_method(&config.policies)?;
    config.load.columns.by.clear();
    let (mut loaded, mut retrace, target) = context.load_to_trace(&args.read, &config)?;
    let bridged = bridge(&mut loaded)?;
    let policies = report::detected(&loaded.policies, &loaded);
    refuse_method(&policies)?;
    if config.ask.period.is_none() {
        let message = period_needed(context.command, &config, &policies, &loaded);
        return Err(with_files(Errors::from(message), &loaded).into());
    }
    let report = compute(&config, &loaded.policies, &loaded, &bridged)?;
    let period = report.records.first().map(|record| record.period);
    let period = period.ok_or_else(|| Errors::from(Vec::new()))?;
    let units = report::by_parent(&policies, &loaded, period.last());
    let books = units.as_ref().map_or(&loaded.books, |units| &units.books);
    let listing = listing(args, config.format);
    let found = customers(books, period, &policies, &listing)
        .map_err(|errors| with_files(errors, &loaded))?;
    let bridged: &[Bridged] = match &units {
        Some(units) => &units.bridged,
        None => &bridged,
    };
    let whose = whose(&loaded, units.as_deref());
    let rates = loaded.rates.as_deref();
    let names = named(&args.customers, &books.customers);
    let trail = Trail::new(&found, &names, whose, rates, bridged);
    let sources = sources(&trail, &loaded);
    let wanted = Wanted::new(sources.iter().map(String::as_str), trail.months());
    let rows = retrace.rows(&wanted)?;
    let traced = trail.lines(&rows);
    known(&traced, &trail, &books.customers)
        .map_err(|message| with_files(message.into(), &loaded))?;
    let document = TraceReport {
        places: TracedPlace {
            files: report
                .input
                .files
                .iter()
                .map(|file| file.name.clone())
                .collect(),
            column: &|cited| retrace.column(cited).to_owned(),
        },
        report,
        fx: found.total.amount(found.total.fx),
        is_netted: policies.netting == Netting::Product,
        selected: found.selected,
        traced,
        classes: listing.classes,
        is_named: !args.customers.is_empty(),
        fiscal_year: policies.fiscal_year,
    };
    context.write(target, |look, out| {
        render(&document, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        let warnings = &document.report.warnings;
        context.write_words(&document.report, &[], warnings);
    }
    Ok(())
}

/// Which customers are traced, where none is named.
fn listing(args: &TraceArgs, format: Format) -> Listing {
    let classes = args.class.iter().filter_map(|word| Class::parse(word));
    let classes: Vec<Class> = classes.collect();
    let top = args.top.map(|top| top as usize);
    Listing {
        top: top.or_else(|| shown_customers(format, &classes)),
        classes,
        ..Listing::default()
    }
}

/// A figure of a segment has rows of everybody who is in it at one end.
fn refuse_segments(args: &TraceArgs) -> Result<(), Message> {
    let Some(column) = args.read.settings.value("by") else {
        return Ok(());
    };
    let headline = "`nrr trace` follows the figures of everybody, and takes no `--by`";
    Err(Message::new(Code::Usage, headline)
        .help(format!(
            "see who is in a segment with `nrr customers --by {column}`, and trace them with `--customer NAME`"
        ))
        .help(format!("or read one segment's rows alone: `--where {column}=VALUE`")))
}

/// Whom rows count as: ids that are merged, units of parents.
fn whose<'a>(loaded: &'a Loaded, units: Option<&'a Units>) -> Whose<'a> {
    let mapped = loaded.mapped.as_ref();
    Whose {
        map: mapped.map(|mapped| &mapped.file.map),
        units: units.map(|units| (units, &loaded.books.customers)),
    }
}

/// The customers whose rows are read, as the files name them.
fn sources<'a>(trail: &Trail<'a>, loaded: &'a Loaded) -> BTreeSet<String> {
    let mapped = loaded.mapped.as_ref();
    let ledger = mapped.map_or(&loaded.books, |mapped| &mapped.unmapped);
    let ledger = &ledger.customers;
    let numbers = ledger.customers().iter();
    trail.sources(&mut numbers.map(|number| ledger.name(*number)))
}

/// The customers that were named; one that the input does not name is whoever is shown by that name, such as one with
/// a line break in it.
fn named(typed: &[String], ledger: &Ledger) -> Vec<String> {
    let shown = |name: &str| escape::terminal(name).into_owned();
    let meant = |typed: &String| {
        if ledger.find(typed).is_some() {
            return typed.clone();
        }
        let mut names = ledger.customers().iter().map(|number| ledger.name(*number));
        let name = names.find(|name| shown(name) == *typed);
        name.map_or_else(|| typed.clone(), str::to_owned)
    };
    typed.iter().map(meant).collect()
}

/// Somebody who was named has to be somebody, and not somebody else.
fn known(traced: &[Traced], trail: &Trail<'_>, ledger: &Ledger) -> Result<(), Message> {
    let is_empty = |name: &str| {
        let own = traced.iter().find(|one| one.customer == name);
        own.is_none_or(|one| one.lines.is_empty())
    };
    let mut others = trail.counted_elsewhere();
    if let Some((name, unit)) = others.find(|(name, _)| is_empty(name)) {
        let headline = format!("`{name}` counts as `{unit}` here");
        return Err(Message::new(Code::UnknownCustomer, headline)
            .note(
                "its rows are among those of that customer, as ids are merged or parents are units",
            )
            .help(format!("`--customer {}`", quoted(unit))));
    }
    let is_nobody = |one: &&Traced| one.lines.is_empty() && ledger.find(&one.customer).is_none();
    let Some(nobody) = traced.iter().find(is_nobody) else {
        return Ok(());
    };
    let name = &nobody.customer;
    let headline = format!("no row names the customer `{name}`");
    let names = ledger.customers().iter().map(|number| ledger.name(*number));
    let message = Message::new(Code::UnknownCustomer, headline);
    Err(match text::nearest(name, names) {
        Some(near) => {
            let near = escape::terminal(near);
            message.help(format!("`--customer {}`", quoted(&near)))
        }
        None => message.help("`nrr customers` lists those of a period"),
    })
}

/// What proposes to name the column of the customer has to use this command's flag for it.
fn naming_the_column(mut errors: Errors) -> Errors {
    for message in &mut errors.list {
        if !matches!(message.code, Code::UnknownCustomer | Code::Usage) {
            for help in &mut message.help {
                *help = help.replace("`--customer ", "`--customer-column ");
            }
        }
    }
    errors
}
