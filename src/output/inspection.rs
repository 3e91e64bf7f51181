//! What the loader sees, as people and machines are shown it: traits, months and findings.

use super::document::{Document, More};
use super::escape;
use super::fields::Wire;
use super::message::effect_on_nrr;
use super::number;
use super::report::{InputFile, Report};
use super::sheet::{Cell, Column, Form, Group, Kind, SENTENCE_WIDTH, Sheet};
use crate::error::{Message, Place};
use crate::metrics::MonthTotal;
use crate::text;
use crate::units::{FiscalYear, Grain};

/// What was detected or set about a file, as name, value and origin.
type Trait = (&'static str, String, String);

/// The name of the JSON form of `nrr inspect`.
pub(super) const SCHEMA: &str = "nrr.inspect/1";

/// The fields of a finding.
pub(super) const FIELDS: [&str; 6] = [
    "code",
    "level",
    "message",
    "count",
    "places",
    "effect_on_nrr",
];

/// The fields of a month.
pub(super) const MONTH_FIELDS: [&str; 4] = ["month", "rows", "customers", "amount"];

/// The result of `nrr inspect`.
pub struct Inspection {
    /// What is declared with it; its warnings are the findings, and it has no records.
    pub report: Report,
    /// Every label of the horizon.
    pub months: Vec<MonthTotal>,
    /// The fiscal years that longer labels are named by.
    pub fiscal_year: FiscalYear,
    /// The code that findings were asked for by.
    pub rule: Option<&'static str>,
}

/// The steps from bytes to a ledger, and the traits that each finds; what is in none is of the shape.
const STEPS: [(&str, &[&str]); 4] = [
    ("source", &["encoding", "compression"]),
    (
        "dialect",
        &["delimiter", "decimal", "date-order", "scale", "unit"],
    ),
    (
        "columns",
        &[
            "customer",
            "date",
            "amount",
            "currency-column",
            "product",
            "parent",
        ],
    ),
    ("ledger", &["control-total"]),
];

/// The step of a trait; columns are told by their names too.
fn step(name: &str) -> &'static str {
    let found = STEPS.iter().find(|(_, names)| names.contains(&name));
    match found {
        Some((step, _)) => step,
        None if name.ends_with("-column") => "columns",
        None => "shape",
    }
}

impl Inspection {
    fn label(&self, month: &MonthTotal) -> String {
        month.period.label(self.fiscal_year)
    }

    /// Source, dialect, columns, shape and ledger: each answer with its evidence.
    fn traits(&self) -> Sheet {
        let mut sheet = traits_sheet();
        let input = &self.report.input;
        for file in &input.files {
            push_file(&mut sheet, file);
        }
        let months = text::count(self.months.len() as u64, noun(input.grain));
        let ledger = [
            ("customers", number::count(input.customers)),
            (
                "months",
                format!("{months}, {} to {}", input.first, input.last),
            ),
            ("currency", input.currency.clone().unwrap_or_default()),
        ];
        for (name, value) in ledger.iter().filter(|(_, value)| !value.is_empty()) {
            push(&mut sheet, ["ledger", name, value, "rows that count"]);
        }
        let choices = self.report.definition.choices.iter();
        for choice in choices.filter(|choice| choice.origin.starts_with("detected")) {
            let known = evidence(&choice.origin);
            push(&mut sheet, ["ledger", choice.name, &choice.value, known]);
        }
        blank_repeats(&mut sheet);
        sheet
    }

    /// Customers and revenue by month, the revenue as bars.
    fn chart(&self) -> Sheet {
        let column = |heading: &str, is_right, group| Column {
            heading: heading.to_owned(),
            is_right,
            group,
        };
        let amount_name = escape::terminal(&self.report.input.amount_name);
        let columns = vec![
            column("Month", false, Group::Core),
            column("Customers", true, Group::Core),
            column(&amount_name, true, Group::Core),
            column("", false, Group::Bars),
        ];
        let mut sheet = Sheet::new(Form::Grid, columns);
        let magnitude = |month: &MonthTotal| month.amount.units().unsigned_abs();
        let largest = self.months.iter().map(magnitude).max().unwrap_or(0);
        for month in &self.months {
            let label = Cell::Text(self.label(month));
            let cells = if month.has_rows {
                vec![
                    label,
                    Cell::Count(month.customers),
                    Cell::Amount(month.amount),
                    Cell::Bar(magnitude(month), largest),
                ]
            } else {
                let reason = || Cell::Undefined("no row of anybody".to_owned());
                vec![label, reason(), reason(), Cell::Blank]
            };
            sheet.push(Kind::Body, cells);
        }
        sheet.notes.push(self.count());
        sheet
    }

    /// How many findings follow.
    fn count(&self) -> String {
        let found = self.report.warnings.len() as u64;
        let of_rule = self
            .rule
            .map(|rule| format!(" of `{rule}`"))
            .unwrap_or_default();
        if found == 0 {
            format!("no finding{of_rule}")
        } else {
            format!("{}{of_rule}", text::count(found, "finding"))
        }
    }
}

/// What the beginning of a file shows.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The file as it was named.
    pub name: String,
    /// What was detected or set about it, as name, value and origin.
    pub traits: Vec<Trait>,
}

/// What the beginnings of files show, where reading them stopped.
pub(super) fn beginnings(files: &[Beginning]) -> Sheet {
    let mut sheet = traits_sheet();
    for file in files {
        push(&mut sheet, ["source", "file", &file.name, ""]);
        push_traits(&mut sheet, &file.traits);
    }
    blank_repeats(&mut sheet);
    let note = "as the beginning shows it; the errors say what stopped the reading";
    sheet.notes.push(note.to_owned());
    sheet
}

fn traits_sheet() -> Sheet {
    let column = |heading: &str| Column {
        heading: heading.to_owned(),
        is_right: false,
        group: Group::Core,
    };
    let headings = ["Step", "What", "Value", "Known by"];
    let mut sheet = Sheet::new(Form::Grid, headings.map(column).to_vec());
    sheet.text_width = SENTENCE_WIDTH;
    sheet
}

fn noun(grain: Grain) -> &'static str {
    match grain {
        Grain::Half => "half year",
        other => other.word(),
    }
}

/// What is known of a file: its size and every trait, in the order of the steps.
fn push_file(sheet: &mut Sheet, file: &InputFile) {
    let bytes = text::count(file.bytes, "byte");
    let rows = text::count(file.rows, "row");
    let fingerprint: String = file.fingerprint.chars().take(12).collect();
    push(sheet, ["source", "file", &file.name, ""]);
    push(sheet, ["source", "size", &format!("{bytes}, {rows}"), ""]);
    push(sheet, ["source", "fingerprint", &fingerprint, ""]);
    push_traits(sheet, &file.traits);
}

/// Adds traits in the order of the steps.
fn push_traits(sheet: &mut Sheet, traits: &[Trait]) {
    for wanted in ["source", "dialect", "columns", "shape", "ledger"] {
        let of_step = traits.iter().filter(|(name, ..)| step(name) == wanted);
        for (name, value, origin) in of_step {
            push(sheet, [wanted, name, value, evidence(origin)]);
        }
    }
}

fn push(sheet: &mut Sheet, texts: [&str; 4]) {
    let cell = |text: &str| Cell::Text(escape::terminal(text).into_owned());
    sheet.push(Kind::Body, texts.map(cell).to_vec());
}

/// What stands after `detected: `, or who set it.
fn evidence(origin: &str) -> &str {
    origin.strip_prefix("detected: ").unwrap_or(origin)
}

/// Leaves a step out that the row above has too.
fn blank_repeats(sheet: &mut Sheet) {
    let mut above = String::new();
    for row in &mut sheet.rows {
        let Some(cell) = row.cells.first_mut() else {
            continue;
        };
        let shown = cell.shown();
        if shown == above {
            *cell = Cell::Blank;
        }
        above = shown;
    }
}

/// Where a finding stands, as an editor jumps to it.
fn place(place: &Place) -> String {
    match place.line {
        Some(line) => format!("{}:{line}", place.file),
        None => place.file.clone(),
    }
}

fn finding(message: &Message) -> Vec<Wire> {
    let place = message.place.as_ref().map(place);
    let effect = message.effect.as_deref().and_then(effect_on_nrr);
    vec![
        Wire::Text(message.code.name().to_owned()),
        Wire::Text(message.code.level().word().to_owned()),
        Wire::Text(message.headline.clone()),
        message
            .count
            .map_or(Wire::Null, |count| Wire::Number(count.to_string())),
        place.map_or(Wire::Null, Wire::Text),
        effect.map_or(Wire::Null, |effect| Wire::Number(effect.get().to_owned())),
    ]
}

impl Document for Inspection {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        FIELDS.map(str::to_owned).to_vec()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        Box::new(self.report.warnings.iter().map(finding))
    }

    fn sheets(&self) -> Vec<Sheet> {
        vec![self.traits(), self.chart()]
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let names = MONTH_FIELDS.map(str::to_owned).to_vec();
        let record = |month: &MonthTotal| {
            vec![
                Wire::Text(self.label(month)),
                Wire::Flag(month.has_rows),
                Wire::Number(month.customers.to_string()),
                Wire::Number(number::plain_amount(month.amount)),
            ]
        };
        let records = self.months.iter().map(record).collect();
        vec![("months", More::Records(names, records))]
    }
}
