//! One period under several definitions, as people and machines are shown it.

use super::certainty;
use super::document::{Document, More};
use super::escape;
use super::fields::{self, LAST, Wire};
use super::head;
use super::layout::cell;
use super::number;
use super::report::{Definition, Report};
use super::sheet::{Cell, Column, Form, Group, Kind, SENTENCE_WIDTH, Sheet};
use crate::metrics::{Comparison, Rule, Step, Sums, Touched};
use crate::text;
use crate::units::Amount;

/// The name of the JSON form of `nrr compare`.
pub(super) const SCHEMA: &str = "nrr.compare/1";

/// The fields of a record that `nrr calc` does not have; `definition` stands first, these stand last.
pub(super) const OWN: [&str; 2] = ["difference", "because"];

/// The fields of a step.
pub(super) const STEP_FIELDS: [&str; 9] = [
    "definition",
    "step",
    "rules",
    "difference",
    "opening",
    "retained",
    "customers",
    "largest",
    "because",
];

/// The field of a record that says which definition it is by.
const DEFINITION: &str = LAST[1];

/// The result of `nrr compare`.
pub struct CompareReport {
    /// What is declared with it: the definition in force, with its figures.
    pub report: Report,
    /// Every definition, by NRR from the highest to the lowest.
    pub rows: Vec<CompareRow>,
    /// What is to be said of definitions that make the same choices.
    pub notes: Vec<String>,
}

/// One definition with its figures.
pub struct CompareRow {
    /// Its choices.
    pub definition: Definition,
    /// What a reader has to know beside its number; empty if there is nothing.
    pub caution: &'static str,
    /// True if it is the one in force.
    pub is_in_force: bool,
    /// Its figures beside the standard ones.
    pub comparison: Comparison,
}

impl CompareRow {
    /// Which rules differ: `basis stock, lookback 12`.
    fn rules(&self) -> String {
        rules(&self.comparison.rules)
    }

    /// What is to be known beside the figures, or why there are none.
    fn note(&self) -> Option<&str> {
        match &self.comparison.reason {
            Some(reason) => Some(reason),
            None => (!self.caution.is_empty()).then_some(self.caution),
        }
    }

    /// What makes the difference; `None` for the standard figures themselves.
    fn because(&self) -> Option<String> {
        let comparison = &self.comparison;
        let mut parts: Vec<String> = comparison.steps.iter().map(step_line).collect();
        if let Some(reason) = &comparison.reason {
            parts.push(reason.clone());
        } else if parts.is_empty() && comparison.number > 0 {
            parts.push("the same choices as the standard ones here".to_owned());
        }
        if comparison.reason.is_none() && !self.caution.is_empty() {
            parts.push(self.caution.to_owned());
        }
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    fn values(&self, report: &Report) -> Vec<Wire> {
        let names = fields::names(report).into_iter();
        let values = fields::values(report, &self.comparison.record).into_iter();
        let calc = names.zip(values).filter(|(name, _)| name != DEFINITION);
        let definition = Wire::Text(head::of_definition(&self.definition, fields::DIGITS));
        let difference = self.comparison.difference;
        std::iter::once(definition)
            .chain(calc.map(|(_, value)| value))
            .chain([
                difference.map_or(Wire::Null, |moved| Wire::Number(moved.to_string())),
                self.because().map_or(Wire::Null, Wire::Text),
            ])
            .collect()
    }

    fn cells(&self) -> Vec<Cell> {
        let rate = |name| match cell(&self.comparison.record, name) {
            // The reason stands below, with the definition's name.
            Cell::Undefined(_) => Cell::Text(number::UNDEFINED.to_owned()),
            other => other,
        };
        let difference = match self.comparison.difference {
            Some(_) if self.comparison.number == 0 => Cell::Blank,
            Some(moved) => Cell::Text(number::points(moved)),
            None => Cell::Text(number::UNDEFINED.to_owned()),
        };
        vec![
            Cell::Text(escape::terminal(&self.definition.name).into_owned()),
            rate("nrr"),
            rate("grr"),
            difference,
            Cell::Text(escape::terminal(&self.rules()).into_owned()),
        ]
    }
}

fn rules(rules: &[Rule]) -> String {
    let rules: Vec<String> = rules
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    rules.join(", ")
}

/// What a step does, for people: its rules, the points, the sums and the customers.
fn step_line(step: &Step) -> String {
    let moved = number::points(step.difference);
    let line = format!("{} {moved} points", rules(&step.rules));
    let touched = step.touched.as_ref();
    if !moves(step) {
        return format!("{} changes nothing here", rules(&step.rules));
    }
    let said = [sums_line(step.before, step.after), touched.map(customers)];
    let said: Vec<String> = said.into_iter().flatten().collect();
    format!("{line}: {}", said.join(", "))
}

/// False for a rule that neither moves NRR nor touches anybody.
fn moves(step: &Step) -> bool {
    let touched = step.touched.as_ref();
    !step.difference.is_zero() || touched.is_some_and(|touched| touched.customers > 0)
}

/// How the two sums of NRR change.
fn sums_line(before: Sums, after: Sums) -> Option<String> {
    let changed = |name: &str, before: Option<Amount>, after: Option<Amount>| match (before, after)
    {
        (Some(before), Some(after)) if before != after => Some(format!(
            "{name} {} instead of {}",
            number::amount(after),
            number::amount(before)
        )),
        _ => None,
    };
    if before.retained.is_some() && after.retained.is_none() {
        return Some("rates are multiplied, each over the base of its own month".to_owned());
    }
    let opening = changed("opening", before.opening, after.opening);
    let retained = changed("retained", before.retained, after.retained);
    let parts: Vec<String> = opening.into_iter().chain(retained).collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

/// How many customers make a difference, and the largest by name.
fn customers(touched: &Touched) -> String {
    let count = text::count(touched.customers, "customer");
    let verb = if touched.customers == 1 {
        "counts"
    } else {
        "count"
    };
    let largest = largest(touched);
    let all = touched.largest.len() as u64 == touched.customers;
    match (largest.is_empty(), all) {
        (true, _) => format!("{count} {verb} otherwise"),
        (_, true) => format!("{count} {verb} otherwise, {largest}"),
        _ => format!("{count} {verb} otherwise, most of all {largest}"),
    }
}

fn largest(touched: &Touched) -> String {
    let named = touched.largest.iter().map(|(name, part)| match part {
        Some(part) => format!("{name} {}", number::points(*part)),
        None => name.clone(),
    });
    named.collect::<Vec<_>>().join(", ")
}

impl CompareReport {
    fn table(&self) -> Sheet {
        let column = |(heading, is_right): (&str, bool)| Column {
            heading: heading.to_owned(),
            is_right,
            group: Group::Core,
        };
        let headings = [
            ("Definition", false),
            ("NRR", true),
            ("GRR", true),
            ("Points", true),
            ("Differs from standard in", false),
        ];
        let mut sheet = Sheet::new(Form::Grid, headings.map(column).to_vec());
        sheet.text_width = SENTENCE_WIDTH;
        for row in &self.rows {
            let kind = if row.is_in_force {
                Kind::Total
            } else {
                Kind::Body
            };
            sheet.push(kind, row.cells());
        }
        sheet.notes.extend(self.notes.iter().cloned());
        let said = self.rows.iter().filter_map(|row| {
            let said = format!("{}: {}", row.definition.name, row.note()?);
            Some(escape::terminal(&said).into_owned())
        });
        sheet.notes.extend(said);
        sheet
    }

    /// What each rule does, one after another; those that move nothing are left out.
    fn steps(&self) -> Sheet {
        let column = |(heading, is_right, group): (&str, bool, Group)| Column {
            heading: heading.to_owned(),
            is_right,
            group,
        };
        let headings = [
            ("Definition", false, Group::Core),
            ("Rule", false, Group::Core),
            ("Points", true, Group::Core),
            ("Opening", true, Group::Movements),
            ("Retained", true, Group::Movements),
            ("Customers", true, Group::Core),
            ("Most of all", false, Group::Core),
        ];
        let mut sheet = Sheet::new(Form::Grid, headings.map(column).to_vec());
        let text = |text: &str| Cell::Text(escape::terminal(text).into_owned());
        let amount = |amount: Option<Amount>| amount.map_or(Cell::Blank, Cell::Amount);
        let standard = self.rows.iter().find(|row| row.comparison.number == 0);
        if let Some(row) = standard {
            let record = &row.comparison.record;
            let (opening, retained) = (cell(record, "opening"), cell(record, "retained"));
            let mut cells = vec![text(&row.definition.name), Cell::Blank, Cell::Blank];
            cells.extend([opening, retained, Cell::Blank, Cell::Blank]);
            sheet.push(Kind::Body, cells);
        }
        for row in &self.rows {
            let mut name = text(&row.definition.name);
            for step in row.comparison.steps.iter().filter(|step| moves(step)) {
                let touched = step.touched.as_ref();
                sheet.push(
                    Kind::Body,
                    vec![
                        std::mem::replace(&mut name, Cell::Blank),
                        text(&rules(&step.rules)),
                        Cell::Text(number::points(step.difference)),
                        amount(step.after.opening),
                        amount(step.after.retained),
                        touched.map_or(Cell::Blank, |touched| Cell::Count(touched.customers)),
                        touched.map_or(Cell::Blank, |touched| text(&largest(touched))),
                    ],
                );
            }
        }
        sheet.text_width = SENTENCE_WIDTH;
        sheet.notes.push(
            "rules are applied one after another, so the points of a definition add up; beside a name stands what that customer moves NRR by"
                .to_owned(),
        );
        sheet
    }

    fn step_records(&self) -> Vec<Vec<Wire>> {
        let amount = |value: Option<Amount>| {
            value.map_or(Wire::Null, |value| {
                Wire::Number(number::plain_amount(value))
            })
        };
        let mut records = Vec::new();
        for row in &self.rows {
            let name = head::of_definition(&row.definition, fields::DIGITS);
            for (number, step) in row.comparison.steps.iter().enumerate() {
                let touched = step.touched.as_ref();
                let customers = touched.map(|touched| touched.customers.to_string());
                records.push(vec![
                    Wire::Text(name.clone()),
                    Wire::Number((number + 1).to_string()),
                    Wire::Text(rules(&step.rules)),
                    Wire::Number(step.difference.to_string()),
                    amount(step.after.opening),
                    amount(step.after.retained),
                    customers.map_or(Wire::Null, Wire::Number),
                    touched.map_or(Wire::Null, |touched| Wire::Text(largest(touched))),
                    Wire::Text(step_line(step)),
                ]);
            }
        }
        records
    }
}

impl Document for CompareReport {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        let calc = fields::names(&self.report).into_iter();
        let calc = calc.filter(|name| name != DEFINITION);
        std::iter::once(DEFINITION.to_owned())
            .chain(calc)
            .chain(OWN.map(str::to_owned))
            .collect()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        Box::new(self.rows.iter().map(|row| row.values(&self.report)))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let steps = self.steps();
        if steps.rows.len() > 1 {
            vec![self.table(), steps]
        } else {
            vec![self.table()]
        }
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let names = STEP_FIELDS.map(str::to_owned).to_vec();
        let confidence = certainty::more(&self.report).into_iter();
        let confidence = confidence.filter(|(name, _)| *name == "confidence");
        let steps = ("steps", More::Records(names, self.step_records()));
        confidence.chain([steps]).collect()
    }
}
