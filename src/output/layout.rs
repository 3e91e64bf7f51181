//! From a report to sheets: which columns, in which order, with which notes.

use super::escape;
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use super::statement;
use crate::metrics::registry::{self, Unit, Value};
use crate::metrics::{Figures, Record, Rollforward};
use crate::text;

/// The movements with their sign: false leaves the amount as it is, true shows it as a loss.
const MOVEMENTS: [(&str, bool); 8] = [
    ("new", false),
    ("reactivation", false),
    ("expansion", false),
    ("contraction", true),
    ("churn", true),
    ("fx", false),
    ("transfer_in", false),
    ("transfer_out", true),
];

/// The sheets of a report: a statement for one period of everybody, else one row a record.
#[must_use]
pub fn sheets(report: &Report) -> Vec<Sheet> {
    match report.records.as_slice() {
        [] => Vec::new(),
        [only] if report.by.is_empty() && matches!(only.figures, Figures::Full(_)) => {
            statement::sheets(report, only)
        }
        _ => vec![rows(report)],
    }
}

/// What a field of a record is called for people.
pub(super) fn label(name: &str) -> &str {
    registry::field(name).map_or(name, |field| field.label)
}

/// The cell of a field of a record.
pub(super) fn cell(record: &Record, name: &str) -> Cell {
    let Some(field) = registry::field(name) else {
        return Cell::Blank;
    };
    match (field.read)(record) {
        Value::Text(text) => Cell::Text(escape::terminal(&text).into_owned()),
        Value::Amount(amount) => Cell::Amount(amount),
        Value::Count(count) => Cell::Count(count),
        Value::Rate(ratio) if field.unit == Unit::Fraction => Cell::Percent(ratio),
        Value::Rate(ratio) => Cell::Quotient(ratio),
        Value::Flag(flag) => Cell::Text(flag.to_string()),
        Value::Absent => Cell::Blank,
        Value::Undefined(reason) => Cell::Undefined(escape::terminal(&reason).into_owned()),
    }
}

/// The same with losses below zero.
pub(super) fn signed(record: &Record, name: &str, is_loss: bool) -> Cell {
    match cell(record, name) {
        Cell::Amount(amount) if is_loss => Cell::Amount(-amount),
        other => other,
    }
}

/// True if the comparison itself is over twelve months, so that the annual rates only repeat it.
pub(super) fn is_annual(record: &Record) -> bool {
    record.opening_period.last().until(record.period.last()) == 12
}

/// One column of [`rows`]: its field, its heading, and whether it is a loss.
struct Field {
    name: &'static str,
    column: Column,
    is_loss: bool,
}

fn field(name: &'static str, heading: Option<&str>, group: Group, is_loss: bool) -> Field {
    let column = Column {
        heading: heading.unwrap_or_else(|| label(name)).to_owned(),
        is_right: true,
        group,
    };
    Field {
        name,
        column,
        is_loss,
    }
}

/// The columns after period and segments.
fn fields(report: &Report) -> Vec<Field> {
    let sums = || report.records.iter().filter_map(Record::rollforward);
    let has_transfers = sums().any(|sums| sums.transfer_in != 0 || sums.transfer_out != 0);
    let has_returns = sums().any(|sums| sums.reactivation != 0);
    let mut fields = vec![field("opening", None, Group::Core, false)];
    for (name, is_loss) in MOVEMENTS {
        let is_shown = match name {
            "reactivation" => has_returns,
            "fx" => sums().any(|sums| sums.fx != 0),
            "transfer_in" | "transfer_out" => has_transfers,
            _ => true,
        };
        if is_shown {
            fields.push(field(name, None, Group::Movements, is_loss));
        }
    }
    fields.push(field("closing", None, Group::Core, false));
    fields.push(field("nrr", None, Group::Core, false));
    fields.push(field("grr", None, Group::Core, false));
    if report.confidence.is_some() {
        for name in ["nrr_low", "nrr_high", "grr_low", "grr_high"] {
            fields.push(field(name, None, Group::Annual, false));
        }
    }
    fields.push(field("logo_retention", Some("Logo"), Group::Logo, false));
    if !report.records.iter().all(is_annual) {
        fields.push(field("annual_nrr", Some("NRR 12m"), Group::Annual, false));
        fields.push(field("annual_grr", Some("GRR 12m"), Group::Annual, false));
    }
    fields
}

fn rows(report: &Report) -> Sheet {
    let fields = fields(report);
    let label = |heading: &str| Column {
        heading: escape::terminal(heading).into_owned(),
        is_right: false,
        group: Group::Core,
    };
    let mut columns = vec![label(registry::PERIOD.label)];
    columns.extend(report.by.iter().map(|name| label(name)));
    columns.extend(fields.iter().map(|field| field.column.clone()));
    let mut sheet = Sheet::new(Form::Grid, columns);
    for record in report.records.iter().filter(|record| !is_nothing(record)) {
        let mut cells = vec![cell(record, registry::PERIOD.name)];
        cells.extend(segment_cells(report, record));
        let values = fields
            .iter()
            .map(|field| signed(record, field.name, field.is_loss));
        cells.extend(values);
        let is_total = record.segments.is_none() && !report.by.is_empty();
        let kind = if is_total { Kind::Total } else { Kind::Body };
        sheet.push(kind, cells);
    }
    sheet.notes = notes(report);
    sheet
}

/// True for a segment without revenue at both ends: whoever came and went in between is in the total.
fn is_nothing(record: &Record) -> bool {
    let is_nobody = |sums: &Rollforward| {
        sums.opening_customers == 0 && sums.closing_customers == 0 && sums.excluded_customers == 0
    };
    record.segments.is_some() && record.rollforward().is_some_and(is_nobody)
}

/// The values of `--by`; `total` in the first for everybody.
fn segment_cells(report: &Report, record: &Record) -> Vec<Cell> {
    let value = |index: usize| match &record.segments {
        Some(values) => {
            let value = values.get(index).map_or("", String::as_str);
            Cell::Text(escape::terminal(value).into_owned())
        }
        None if index == 0 => Cell::Text("total".to_owned()),
        None => Cell::Blank,
    };
    (0..report.by.len()).map(value).collect()
}

/// What rows of a table have no room to say.
fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    let totals = || report.records.iter().filter(|one| one.segments.is_none());
    let partial: Vec<String> = totals()
        .filter(|record| record.partial)
        .map(|record| record.period.label(record.fiscal_year))
        .collect();
    if !partial.is_empty() {
        let (verb, end) = match partial.len() {
            1 => ("is", "it does"),
            _ => ("are", "they do"),
        };
        notes.push(format!(
            "{} {verb} partial: the data end before {end}",
            text::list(&partial, "and")
        ));
    }
    let sums = || totals().filter_map(Record::rollforward);
    let excluded = sums().filter(|sums| sums.excluded_customers > 0).count();
    if excluded > 0 {
        notes.push(format!(
            "thresholds leave customers out of {}: `excluded_customers` in `--format csv`",
            text::count(excluded as u64, "period")
        ));
    }
    let clipped = sums()
        .filter(|sums| sums.clipped_opening != 0 || sums.clipped_closing != 0)
        .count();
    if clipped > 0 {
        notes.push(format!(
            "revenue below zero was cut in {}: `clipped_opening` and `clipped_closing` in `--format csv`",
            text::count(clipped as u64, "period")
        ));
    }
    notes
}
