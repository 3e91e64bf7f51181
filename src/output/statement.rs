//! One period of everybody as a statement: the roll-forward line by line, then its rates.

use super::certainty;
use super::head;
use super::layout::{cell, is_annual, signed};
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use super::{escape, number};
use crate::metrics::registry;
use crate::metrics::{Record, Rollforward};
use crate::text;

/// One line of the statement.
#[derive(Clone, Copy)]
struct Line {
    label: &'static str,
    amount: &'static str,
    customers: &'static str,
    is_loss: bool,
    /// Left out if nothing falls into it.
    is_rare: bool,
}

const fn line(label: &'static str, amount: &'static str, customers: &'static str) -> Line {
    Line {
        label,
        amount,
        customers,
        is_loss: false,
        is_rare: false,
    }
}

const fn loss(line: Line) -> Line {
    Line {
        is_loss: true,
        ..line
    }
}

const fn rare(line: Line) -> Line {
    Line {
        is_rare: true,
        ..line
    }
}

const LINES: [Line; 8] = [
    line("+ New", "new", "new_customers"),
    rare(line(
        "+ Reactivation",
        "reactivation",
        "reactivated_customers",
    )),
    line("+ Expansion", "expansion", "expanded_customers"),
    loss(line("− Contraction", "contraction", "contracted_customers")),
    loss(line("− Churn", "churn", "churned_customers")),
    rare(line("+ Currency effect", "fx", "")),
    rare(line("+ Transfer in", "transfer_in", "")),
    rare(loss(line("− Transfer out", "transfer_out", ""))),
];

/// The roll-forward and the rates of one record.
pub(super) fn sheets(report: &Report, record: &Record) -> Vec<Sheet> {
    let mut sheets = vec![rollforward(report, record)];
    sheets.extend(detail(record));
    sheets.push(rates(report, record));
    sheets
}

/// What moved inside kept customers, where it says more than expansion and contraction do: by product where some
/// were added or dropped, by quantity where some changed.
fn detail(record: &Record) -> Vec<Sheet> {
    const PRODUCTS: [(&str, bool); 5] = [
        ("upsell", false),
        ("cross_sell", false),
        ("downsell", true),
        ("product_churn", true),
        ("product_swap", false),
    ];
    const QUANTITIES: [(&str, bool); 2] = [("volume_change", false), ("price_change", false)];
    let Some(sums) = record.rollforward() else {
        return Vec::new();
    };
    let inside = &sums.detail;
    let has_moved = inside.cross_sell != 0 || inside.product_churn != 0 || inside.product_swap != 0;
    let mut sheets = Vec::new();
    if record.has_products && has_moved {
        sheets.push(line_of(record, &PRODUCTS));
    }
    if record.has_quantities && (inside.volume_change != 0 || inside.is_too_large) {
        sheets.push(line_of(record, &QUANTITIES));
    }
    sheets
}

/// These fields as one line of heading and value.
fn line_of(record: &Record, fields: &[(&'static str, bool)]) -> Sheet {
    let label = |name| registry::field(name).map_or(name, |field| field.label);
    let column = |heading: &str, is_right| Column {
        heading: heading.to_owned(),
        is_right,
        group: Group::Core,
    };
    let mut columns = vec![column("", false)];
    columns.extend(fields.iter().map(|(name, _)| column(label(name), true)));
    let mut sheet = Sheet::new(Form::Line, columns);
    let values = fields
        .iter()
        .map(|(name, is_loss)| signed(record, name, *is_loss));
    let cells = std::iter::once(Cell::Blank).chain(values).collect();
    sheet.push(Kind::Body, cells);
    sheet
}

fn rollforward(report: &Report, record: &Record) -> Sheet {
    let amount_name = escape::terminal(&report.input.amount_name);
    let column = |heading: &str, is_right, group| Column {
        heading: heading.to_owned(),
        is_right,
        group,
    };
    let columns = vec![
        column("", false, Group::Core),
        column("Customers", true, Group::Core),
        column("", false, Group::Word),
        column(&amount_name, true, Group::Core),
        column("", false, Group::Bars),
    ];
    let mut sheet = Sheet::new(Form::Plain, columns);
    let end = |label: &str, amount, customers| {
        let count = cell(record, customers);
        let noun = match count {
            Cell::Count(1) => "customer",
            _ => "customers",
        };
        vec![
            Cell::Text(format!("{label} {amount_name}")),
            count,
            Cell::Text(noun.to_owned()),
            cell(record, amount),
        ]
    };
    sheet.push(Kind::Total, end("Opening", "opening", "opening_customers"));
    for line in &LINES {
        let amount = signed(record, line.amount, line.is_loss);
        let customers = cell(record, line.customers);
        if line.is_rare && is_nothing(&amount) && is_nothing(&customers) {
            continue;
        }
        let label = Cell::Text(line.label.to_owned());
        sheet.push(Kind::Body, vec![label, customers, Cell::Blank, amount]);
    }
    let mut closing = end("Closing", "closing", "closing_customers");
    if let Some(word) = closing.get_mut(2) {
        *word = Cell::Blank;
    }
    sheet.push(Kind::Total, closing);
    add_bars(&mut sheet);
    sheet.notes = record.rollforward().map(notes).unwrap_or_default();
    if record.partial {
        let label = record.period.label(record.fiscal_year);
        sheet
            .notes
            .push(format!("{label} is partial: the data end before it does"));
    }
    sheet
}

fn is_nothing(cell: &Cell) -> bool {
    match cell {
        Cell::Amount(amount) => amount.is_zero(),
        Cell::Count(count) => *count == 0,
        _ => true,
    }
}

/// Adds to each row its amount as a part of the largest.
fn add_bars(sheet: &mut Sheet) {
    let magnitude = |cells: &[Cell]| match cells.last() {
        Some(Cell::Amount(amount)) => amount.units().unsigned_abs(),
        _ => 0,
    };
    let rows = sheet.rows.iter();
    let largest = rows.map(|row| magnitude(&row.cells)).max().unwrap_or(0);
    for row in &mut sheet.rows {
        let part = magnitude(&row.cells);
        row.cells.push(Cell::Bar(part, largest));
    }
}

/// What is not in the sums, where there is any.
fn notes(sums: &Rollforward) -> Vec<String> {
    let shown = |units: i128| number::amount(sums.amount(units));
    let mut notes = Vec::new();
    if sums.excluded_customers > 0 {
        notes.push(format!(
            "left out by thresholds: {}, opening {}, closing {}",
            text::count(sums.excluded_customers, "customer"),
            shown(sums.excluded_opening),
            shown(sums.excluded_closing)
        ));
    }
    if sums.clipped_opening != 0 || sums.clipped_closing != 0 {
        notes.push(format!(
            "cut to zero by `negatives clip`: {} at the opening, {} at the closing",
            shown(sums.clipped_opening),
            shown(sums.clipped_closing)
        ));
    }
    notes
}

fn rates(report: &Report, record: &Record) -> Sheet {
    const RATES: [(&str, &str, &str); 4] = [
        ("NRR", "nrr", "annual_nrr"),
        ("GRR", "grr", "annual_grr"),
        ("Logo retention", "logo_retention", "annual_logo_retention"),
        ("Quick ratio", "quick_ratio", ""),
    ];
    let column = |heading: &str, is_right| Column {
        heading: heading.to_owned(),
        is_right,
        group: Group::Core,
    };
    let mut columns = vec![column("", false)];
    columns.extend(RATES.iter().map(|(heading, ..)| column(heading, true)));
    let mut sheet = Sheet::new(Form::Line, columns);
    let row = |label: Cell, pick: fn(&(&str, &'static str, &'static str)) -> &'static str| {
        let values = RATES.iter().map(|rate| cell(record, pick(rate)));
        std::iter::once(label).chain(values).collect()
    };
    sheet.push(Kind::Body, row(Cell::Blank, |rate| rate.1));
    if let Some(confidence) = report.confidence {
        let interval = |pick| certainty::interval(record, pick).unwrap_or(Cell::Blank);
        let label = Cell::Text(certainty::named(confidence));
        let (nrr, grr) = (interval(|of| of.nrr), interval(|of| of.grr));
        let cells = vec![label, nrr, grr, Cell::Blank, Cell::Blank];
        sheet.push(Kind::Body, cells);
    }
    if !is_annual(record) {
        let closing = record.period;
        let opening = closing.earlier(12);
        let (from, to) = if head::choice(report, "basis") == Some("stock") {
            (opening.last().short_name(), closing.last().short_name())
        } else {
            (opening.months_label(), closing.months_label())
        };
        let label = Cell::Text(format!("12 months ({from} → {to})"));
        sheet.push(Kind::Body, row(label, |rate| rate.2));
    }
    sheet
}
