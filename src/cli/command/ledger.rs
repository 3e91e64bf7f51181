//! `nrr ledger`: the ledger as a file that reads back to itself.

use super::super::args::{LedgerArgs, PeriodArgs};
use super::super::config::config;
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use crate::error::{Code, Message, Place};
use crate::input::Loaded;
use crate::input::columns::{Columns, HeaderLine, Origins, Role, Wanted, assign, quoted};
use crate::input::header;
use crate::input::shape::{Shape, is_surely_long};
use crate::ledger::Ledger;
use crate::output::{LEDGER_FIELDS, LedgerReport, render};
use crate::policies::{Basis, Interval, Level, Policies};
use crate::units::Grain;

/// Reads and prints the rows.
pub(in crate::cli) fn run(args: &LedgerArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let config = config(
        &args.read,
        &PeriodArgs::default(),
        context.common,
        context.environment,
    )?;
    context.refuse_unused(&config)?;
    let (loaded, target) = context.load(&args.read, &config)?;
    let policies = report::detected(&loaded.policies, &loaded);
    holds_parents(&policies, &loaded)?;
    let origin = config.load.origin("where");
    let filters = (config.load.filters.as_slice(), origin.as_str());
    let ledger = loaded.books.by_unit();
    let attributes = names(&loaded.by);
    let report = LedgerReport {
        report: report::declared(&policies, filters, &loaded),
        ledger,
        read_back: read_back(&policies, ledger, &loaded, &attributes),
        attributes,
        fiscal_year: policies.fiscal_year,
    };
    context.write(target, |look, out| {
        render(&report, config.format, look, out)
    })?;
    if !config.format.is_declared() {
        let warnings = &report.report.warnings;
        context.write_words(&report.report, &[report.read_back_line()], warnings);
    }
    Ok(())
}

/// The column of parents, where units are parents.
fn parent_column(loaded: &Loaded) -> Option<&str> {
    let mut traits = loaded.files.first()?.traits.iter();
    let parent = traits.find(|found| found.name == Role::Parent.setting())?;
    Some(&parent.value)
}

/// A ledger is by customer; without the parents in it the numbers by parent could not be read back.
fn holds_parents(policies: &Policies, loaded: &Loaded) -> Result<(), Message> {
    let parent = parent_column(loaded).filter(|_| policies.level == Level::Parent);
    let Some(parent) = parent.filter(|parent| !loaded.by.iter().any(|name| name == parent)) else {
        return Ok(());
    };
    let headline = "`level parent` counts by parent, and a ledger by customer would not hold them";
    Err(Message::new(Code::UnfitSetting, headline)
        .found(format!("`level parent` ({})", policies.origin("level")))
        .help(format!(
            "write them beside the customers: `--by {}`",
            quoted(parent)
        ))
        .help("or leave them out: `--level customer`"))
}

/// The names of the columns of `--by` in the ledger: their own, with `segment.` before one that would be
/// taken for another column when the ledger is read back.
fn names(by: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for column in by {
        let mut name = column.clone();
        while is_taken(&name, &names) {
            name = format!("segment.{name}");
        }
        names.push(name);
    }
    names
}

/// True if a column of this name, or one read for it, would stand for something else.
fn is_taken(name: &str, before: &[String]) -> bool {
    let folded = header::folded(name);
    let mut known = LEDGER_FIELDS.iter().copied();
    folded.is_empty()
        || name.starts_with('#')
        || known.any(|field| field == folded)
        || before.iter().any(|other| header::folded(other) == folded)
        || !is_surely_long(&header_line(before.iter().chain([&name.to_owned()])))
        || !recognised(&[name.to_owned()]).is_some_and(|columns| {
            let stands = |role: Role| match role {
                Role::Product => true,
                _ => columns.of(role) == own_column(role),
            };
            Role::ALL.into_iter().all(stands)
        })
}

/// Where the ledger holds what has a job; `None` for a job that none of its own columns has.
fn own_column(role: Role) -> Option<usize> {
    [Role::Customer, Role::Date, Role::Amount, Role::Currency]
        .iter()
        .position(|own| *own == role)
}

/// The header of a ledger with these attributes.
fn header_line<'a>(attributes: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let own = LEDGER_FIELDS.iter().map(|field| (*field).to_owned());
    own.chain(attributes.into_iter().cloned()).collect()
}

/// What a ledger's header is read as; `None` where it would be asked about.
fn recognised(attributes: &[String]) -> Option<Columns> {
    let cells = header_line(attributes);
    let line = HeaderLine {
        cells: &cells,
        place: Place::default(),
        wider: None,
    };
    assign(
        &line,
        Shape::Long,
        None,
        &Wanted::default(),
        &Origins::new(),
    )
    .ok()
}

/// The flags under which the rows give the same numbers: what the column names of a ledger do not say.
fn read_back(
    policies: &Policies,
    ledger: &Ledger,
    loaded: &Loaded,
    attributes: &[String],
) -> Vec<String> {
    let mut flags = Vec::new();
    if policies.basis == Basis::Stock {
        flags.push("--basis stock".to_owned());
    }
    if policies.interval == Interval::Year {
        flags.push("--interval year".to_owned());
    }
    if ledger.grain() != Grain::Month && !policies.fiscal_year.is_calendar() {
        let start = policies.fiscal_year.start();
        flags.push(format!("--fiscal-year-start {start}"));
    }
    let is_stated = |customer: &u32| ledger.is_stated(*customer, ledger.last());
    if !ledger.customers().iter().any(is_stated) {
        flags.push(format!("--through {}", ledger.last()));
    }
    let parent = parent_column(loaded).and_then(|parent| {
        let index = loaded.by.iter().position(|name| name == parent)?;
        attributes.get(index)
    });
    if let Some(parent) = parent {
        flags.push(format!("--level parent --parent {}", quoted(parent)));
        // Ids are merged by then; parents that are merged ids stand there as they were.
        let map = loaded.mapped.iter().map(|mapped| &mapped.file.name);
        flags.extend(map.map(|name| format!("--map {}", quoted(name))));
    }
    let product = loaded.product_column.as_ref().and_then(|column| {
        let index = loaded.by.iter().position(|name| name == column)?;
        attributes.get(index)
    });
    let found = recognised(attributes);
    let found = found.as_ref().map(|columns| columns.name(Role::Product));
    if found != Some(product.map(String::as_str)) {
        let named = product.map_or("none", String::as_str);
        flags.push(format!("--product {}", quoted(named)));
    }
    let by = attributes
        .iter()
        .zip(LEDGER_FIELDS.len() + 1..)
        .map(|(name, number)| {
            // With a comma it would be two names.
            if name.contains(',') {
                format!("--by \"#{number}\"")
            } else {
                format!("--by {}", quoted(name))
            }
        });
    flags.extend(by);
    flags
}
