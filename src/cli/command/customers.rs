//! `nrr customers`: who moved the number, and how much of it stands with the largest.

use super::super::args::{CustomersArgs, PeriodArgs};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::calc::{bridge, compute, unusable_range, with_files};
use crate::error::{Code, Errors, Message};
use crate::input::Loaded;
use crate::metrics::{Class, Listing, SortBy, customers};
use crate::output::{CustomersReport, Format, Report, render, shown_customers};
use crate::policies::{Fx, Method, Policies};

/// Reads, computes, prints.
pub(in crate::cli) fn run(
    args: &CustomersArgs,
    mut context: Context<'_, '_>,
) -> Result<(), Failure> {
    let periods = PeriodArgs {
        period: args.period.clone(),
        ..PeriodArgs::default()
    };
    let config = config(&args.read, &periods, context.common, context.environment)?;
    context.refuse_unused(&config)?;
    refuse_method(&config.policies)?;
    let (mut loaded, target) = context.load(&args.read, &config)?;
    let bridged = bridge(&mut loaded)?;
    let policies = report::detected(&loaded.policies, &loaded);
    refuse_method(&policies)?;
    refuse_product(&loaded).map_err(|message| with_files(Errors::from(message), &loaded))?;
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
    let customers = customers(books, period, &policies, &listing)
        .map_err(|errors| with_files(errors, &loaded))?;
    let document = CustomersReport {
        report: with_rates(report, &policies),
        customers,
        classes: listing.classes,
        top: args.top.map(|top| top as usize),
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

/// Which customers are listed.
fn listing(args: &CustomersArgs, format: Format) -> Listing {
    let mut orders = SortBy::ALL.into_iter();
    let sort = orders.find(|order| order.word() == args.sort);
    let classes = args.class.iter().filter_map(|word| Class::parse(word));
    let classes: Vec<Class> = classes.collect();
    let top = args.top.map(|top| top as usize);
    Listing {
        sort: sort.unwrap_or_default(),
        top: top.or_else(|| shown_customers(format, &classes)),
        classes,
    }
}

/// The report with what is to be said of rates where each customer stands by itself.
fn with_rates(mut report: Report, policies: &Policies) -> Report {
    for warning in &mut report.warnings {
        if warning.code == Code::ConvertedCurrencies && policies.fx == Fx::Floating {
            *warning = warning.clone().note(
                "`closing` of who paid at the opening is at the opening's rates here; in `nrr calc` the line `fx` makes up for it",
            );
        }
    }
    report
}

/// Effects are differences of two quotients of sums over customers; other methods give no such quotient.
pub(super) fn refuse_method(policies: &Policies) -> Result<(), Message> {
    if policies.method == Method::PointToPoint {
        return Ok(());
    }
    let method = policies.method.word();
    let headline = format!("customers have no effect on a rate of `method {method}`");
    Err(Message::new(Code::MethodWithoutEffects, headline)
        .found(format!("`method {method}` ({})", policies.origin("method")))
        .expected("`method point-to-point`: one opening and one closing of each customer")
        .help("`--method point-to-point`"))
}

/// A customer has many products, and no one of them as its attribute.
fn refuse_product(loaded: &Loaded) -> Result<(), Message> {
    let Some(product) = &loaded.product_column else {
        return Ok(());
    };
    let headline =
        format!("`{product}` is the product column, and a customer can have several products");
    Err(Message::new(Code::ProductAsAttribute, headline)
        .note("each row of `nrr customers` is one customer with all its products")
        .help(format!("leave out `--by {product}`"))
        .help(format!(
            "if `{product}` is a trait of the customer, pass `--product none`"
        )))
}

/// No period was named; the latest one of the data is proposed.
pub(super) fn period_needed(
    command: &str,
    config: &Config,
    policies: &Policies,
    loaded: &Loaded,
) -> Message {
    let ledger = &loaded.books.customers;
    let asked = match config.ask.on(ledger, policies) {
        Ok(asked) => asked,
        Err(problem) => return unusable_range(problem, policies, loaded),
    };
    let message = Message::new(
        Code::PeriodNeeded,
        format!("`nrr {command}` is about one period, and none was named"),
    )
    .found(format!(
        "the data cover {} to {}",
        ledger.first(),
        ledger.last()
    ));
    match asked.periods.last() {
        Some(last) => {
            let label = last.label(policies.fiscal_year);
            message.help(format!("the latest is `--period {label}`"))
        }
        None => message,
    }
}
