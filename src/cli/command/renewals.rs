//! `nrr renewals`: what comes up for renewal, and the renewal rate of what already did.

use super::super::args::{ReadArgs, RenewalsArgs};
use super::super::config::{Config, config};
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::calc::with_files;
use crate::error::{Code, Errors, Message, Place};
use crate::input::Loaded;
use crate::input::shape::{History, Shape};
use crate::ledger::Ledger;
use crate::metrics::{RenewalsAsk, Status, renewals};
use crate::output::{RenewalsReport, render};
use crate::policies::{Level, Overlap, Policies};
use crate::units::Day;

/// The form that no other command has.
const CALENDAR: &str = "ics";

/// The most days ahead, or after an end: ten years.
const DAYS_MAX: u16 = 3_653;

/// The months of the window where none was named.
const MONTHS: u32 = 12;

/// Reads, computes, prints.
pub(in crate::cli) fn run(
    args: &RenewalsArgs,
    mut context: Context<'_, '_>,
) -> Result<(), Failure> {
    let within = days("within", &args.within)?;
    let late = days("late", &args.late)?;
    let as_of = args.as_of.as_deref().map(day).transpose()?;
    let (read, is_calendar) = read_args(&args.read);
    let mut config = config(&read, &args.periods(), context.common, context.environment)?;
    context.refuse_unused(&config)?;
    refuse_settings(&config.policies)?;
    config.load.keeps_contracts = true;
    let (loaded, target) = context.load(&read, &config)?;
    let policies = report::detected(&loaded.policies, &loaded);
    refuse_settings(&policies)?;
    refuse_shape(&loaded).map_err(|message| with_files(Errors::from(message), &loaded))?;
    let as_of = looked_from(as_of, &loaded.books.customers, &policies)
        .map_err(|message| in_first(message, &loaded))?;
    let ask = RenewalsAsk {
        as_of,
        within,
        window: window(&config, as_of, &policies).map_err(|message| in_first(message, &loaded))?,
        late,
        replaces: policies.overlap == Overlap::Latest,
        of_versions: loaded.shape == Shape::Versions,
    };
    let origin = config.load.origin("where");
    let filters = (config.load.filters.as_slice(), origin.as_str());
    let statuses = args.status.iter().filter_map(|word| Status::parse(word));
    let document = RenewalsReport {
        report: report::declared(&policies, filters, &loaded),
        renewals: renewals(&loaded.contracts, &ask),
        ask,
        statuses: statuses.collect(),
        no_rates: no_rates(&loaded),
    };
    context.write(target, |look, out| {
        if is_calendar {
            document.write_calendar(out)
        } else {
            render(&document, config.format, look, out)
        }
    })?;
    if is_calendar || !config.format.is_declared() {
        let warnings = &document.report.warnings;
        context.write_words(&document.report, &[], warnings);
    }
    Ok(())
}

/// What is read, without a format that only this command has, and whether it was asked for.
fn read_args(args: &ReadArgs) -> (ReadArgs, bool) {
    let mut read = args.clone();
    let typed = read.settings.value("format").map(str::to_owned);
    let by_ending = || {
        let output = args
            .output
            .as_deref()
            .and_then(|name| name.rsplit_once('.'));
        output.is_some_and(|(_, ending)| ending.eq_ignore_ascii_case(CALENDAR))
    };
    let is_calendar = typed
        .as_deref()
        .map_or_else(by_ending, |word| word == CALENDAR);
    if is_calendar {
        read.settings.typed.retain(|(name, _)| *name != "format");
    }
    (read, is_calendar)
}

/// A number of days, with or without its `d`.
fn days(flag: &str, typed: &str) -> Result<u16, Message> {
    let digits = typed.strip_suffix('d').unwrap_or(typed);
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let days = digits
        .parse::<u16>()
        .ok()
        .filter(|days| is_plain && *days <= DAYS_MAX);
    days.ok_or_else(|| {
        let headline = format!("`--{flag}` does not take `{typed}`");
        Message::new(Code::BadValue, headline)
            .expected(format!("a number of days up to {DAYS_MAX}, such as 90d"))
    })
}

fn day(typed: &str) -> Result<Day, Message> {
    Day::parse(typed).ok_or_else(|| {
        let headline = format!("`--as-of` does not take `{typed}`");
        Message::new(Code::BadValue, headline).expected("a day such as 2024-12-31")
    })
}

/// Choices that say nothing of contracts, and that would change whose they are or what they are worth.
fn refuse_settings(policies: &Policies) -> Result<(), Message> {
    let (name, why, help) = if policies.fx_rates.is_some() {
        (
            "fx-rates",
            "a contract and its successor would be converted at rates of other months, and a rate that moved would read as a renewal",
            "keep one currency: `--currency USD` without `fx-rates`",
        )
    } else if policies.level == Level::Parent {
        (
            "level",
            "a contract is renewed by the customer that it is of",
            "`--level customer`",
        )
    } else {
        return Ok(());
    };
    let headline = format!("`nrr renewals` does not take `{name}`");
    Err(Message::new(Code::UnfitSetting, headline)
        .found(format!("`{name}` ({})", policies.origin(name)))
        .note(why)
        .help(help))
}

/// Only contracts have an end that somebody agreed on.
fn refuse_shape(loaded: &Loaded) -> Result<(), Message> {
    if matches!(loaded.shape, Shape::Contracts | Shape::Versions) {
        return Ok(());
    }
    let what = match loaded.shape {
        Shape::Invoices => {
            "the end of a service period that was billed is not the end of what was agreed"
        }
        Shape::Movements => "a movement has a day and no end",
        _ => "amounts by month do not say how long they were agreed for",
    };
    let shape = loaded.shape.word();
    Err(Message::new(
        Code::WithoutContracts,
        "the input holds no contracts that could be renewed",
    )
    .found(format!("rows of shape `{shape}`: {what}"))
    .expected("rows with the start and the end of a contract: shape `contracts` or `versions`")
    .help("export contracts with customer, start, end and amount"))
}

/// The day looked from, inside the data.
fn looked_from(asked: Option<Day>, ledger: &Ledger, policies: &Policies) -> Result<Day, Message> {
    let last = Day::last_of(ledger.last());
    let Some(day) = asked else {
        return Ok(last);
    };
    let horizon = format!("the data cover {} to {}", ledger.first(), ledger.last());
    if day < Day::first_of(ledger.first()) {
        let headline = format!("{day} lies before the data");
        return Err(Message::new(Code::PeriodBeforeData, headline).found(horizon));
    }
    if day <= last {
        return Ok(day);
    }
    let headline = format!("{day} lies after the data, and what was renewed since is not in them");
    let message = Message::new(Code::PeriodAfterData, headline).found(horizon);
    Err(if policies.through.is_some() {
        message.note(format!("`through` is set ({})", policies.origin("through")))
    } else {
        let further = "if the export is complete for longer, say through which month, such as";
        message
            .note("the data end with the month of the last start")
            .help(format!("{further} `--through {}`", day.month()))
    }
    .help(format!("`--as-of {last}`")))
}

/// Names the first file.
fn in_first(message: Message, loaded: &Loaded) -> Message {
    match loaded.files.first() {
        Some(file) => message.at(Place::file(&file.name)),
        None => message,
    }
}

/// The first and the last day that ended contracts lie between: what ends after the day looked from has not ended.
fn window(config: &Config, as_of: Day, policies: &Policies) -> Result<(Day, Day), Message> {
    let Some(period) = config.ask.period else {
        return Ok((as_of.back(MONTHS).next(), as_of));
    };
    let first = Day::first_of(period.first());
    if first <= as_of {
        return Ok((first, Day::last_of(period.last()).min(as_of)));
    }
    let label = period.label(policies.fiscal_year);
    let headline =
        format!("{label} begins after {as_of}, the day looked from, and nothing of it has ended");
    Err(Message::new(Code::PeriodAfterData, headline)
        .help("what is due after that day needs no period: `--within 365d`"))
}

/// Why an input gives no rates: what it does not hold cannot be counted as lost.
fn no_rates(loaded: &Loaded) -> Option<String> {
    (loaded.history == History::None).then(|| {
        "what was renewed is not in the file (`history none`); pass `--history full` if it is"
            .to_owned()
    })
}
