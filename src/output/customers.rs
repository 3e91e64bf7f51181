//! Who moved the number, as people and machines are shown it: one record a customer, and concentration.

use super::csv::Lines;
use super::document::{Document, More};
use super::fields::{Fields, Wire, rate, text_or_null};
use super::layout::cell;
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use super::{Format, escape, head, number};
use crate::ledger::NO_VALUE;
use crate::metrics::{Class, Concentration, CustomerChange, Customers, NoEffect, Top};
use crate::text;
use crate::units::{Amount, FiscalYear, Ratio};

/// The name of the JSON form of `nrr customers`.
pub(super) const SCHEMA: &str = "nrr.customers/1";

/// The fields before those of the columns of `--by`.
pub(super) const FIELDS: [&str; 10] = [
    "rank",
    "customer",
    "class",
    "opening",
    "closing",
    "change",
    "effect_on_nrr",
    "effect_on_grr",
    "share_of_opening",
    "silent_since",
];

/// The fields after them: what a sheet without its command could not say.
pub(super) const LAST: [&str; 6] = [
    "period",
    "opening_period",
    "currency",
    "undefined",
    "definition",
    "input_fingerprint",
];

/// The fields of a line of the concentration.
pub(super) const CONCENTRATION_FIELDS: [&str; 10] = [
    "top",
    "closing_customers",
    "closing",
    "share_of_closing",
    "opening_customers",
    "opening",
    "share_of_opening",
    "nrr_without",
    "grr_without",
    "undefined",
];

/// How many digits of the definition's fingerprint a record carries.
const DIGITS: usize = 12;

/// How many customers people are shown where they did not say which.
const SHOWN: usize = 20;

/// The result of `nrr customers`.
pub struct CustomersReport<'a> {
    /// What is declared with it; its first record is that of the period.
    pub report: Report,
    /// Those asked for, in order.
    pub customers: Customers<'a>,
    /// The classes asked for; all if there are none.
    pub classes: Vec<Class>,
    /// How many customers were asked for.
    pub top: Option<usize>,
    /// The fiscal years that periods are named by.
    pub fiscal_year: FiscalYear,
}

/// How many customers a format shows at most where nobody said how many: people are not shown all.
#[must_use]
pub fn shown(format: Format, classes: &[Class]) -> Option<usize> {
    let is_for_people = matches!(format, Format::Table | Format::Markdown);
    (is_for_people && classes.is_empty()).then_some(SHOWN)
}

impl CustomersReport<'_> {
    /// The names of the columns of `--by`: their own, with `segment.` before one that a field has already.
    fn attribute_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for column in &self.report.by {
            let mut name = column.clone();
            while FIELDS.contains(&name.as_str())
                || LAST.contains(&name.as_str())
                || names.contains(&name)
            {
                name = format!("segment.{name}");
            }
            names.push(name);
        }
        names
    }

    /// The values of a record before those of [`Last`], in the order of its names.
    fn fill(&self, one: &CustomerChange<'_>, fields: &mut impl Fields) {
        fields.number(Amount::new(one.rank.into(), 0));
        fields.text(one.customer);
        fields.text(one.class.word());
        for amount in [one.opening, one.closing, one.change] {
            fields.number(amount);
        }
        let effects = one.effects.as_ref().ok();
        let effects = [effects.map(|own| &own.nrr), effects.map(|own| &own.grr)];
        for effect in effects {
            fields.number_or_null(effect.and_then(number::difference_fraction));
        }
        fields.number_or_null(one.share_of_opening.and_then(number::fraction));
        let silent = one
            .silent_since
            .map(|period| period.label(self.fiscal_year));
        fields.text_or_null(silent.as_deref());
        for value in &one.attributes {
            fields.text_or_null(*value);
        }
    }

    fn last(&self) -> Last {
        let record = self.report.records.first();
        let label = |period: fn(&crate::metrics::Record) -> crate::units::Period| {
            record.map(|record| period(record).label(self.fiscal_year))
        };
        Last {
            before: [
                label(|record| record.period),
                label(|record| record.opening_period),
                self.report.input.currency.clone(),
            ],
            after: [
                head::definition(&self.report, DIGITS),
                self.report.input.fingerprint.clone(),
            ],
        }
    }

    /// The rates of everybody, which the effects are on.
    fn rates(&self) -> Option<Sheet> {
        const RATES: [(&str, &str); 3] = [
            ("NRR", "nrr"),
            ("GRR", "grr"),
            ("Logo retention", "logo_retention"),
        ];
        let record = self.report.records.first()?;
        let mut columns = vec![column("", false, Group::Core)];
        columns.extend(RATES.map(|(heading, _)| column(heading, true, Group::Core)));
        let mut sheet = Sheet::new(Form::Line, columns);
        let values = RATES.iter().map(|(_, name)| cell(record, name));
        sheet.push(
            Kind::Body,
            std::iter::once(Cell::Blank).chain(values).collect(),
        );
        if record.partial {
            let label = record.period.label(record.fiscal_year);
            sheet
                .notes
                .push(format!("{label} is partial: the data end before it does"));
        }
        Some(sheet)
    }

    fn movers(&self) -> Sheet {
        let shown: Vec<CustomerChange<'_>> = self.customers.list().collect();
        let has_silent = shown.iter().any(|one| one.silent_since.is_some());
        let mut sheet = Sheet::new(Form::Grid, self.columns(has_silent));
        sheet.push(Kind::Total, self.sum_cells(has_silent));
        for one in &shown {
            let mut cells = vec![
                Cell::Count(one.rank),
                Cell::Text(escape::terminal(one.customer).into_owned()),
            ];
            cells.extend(one.attributes.iter().map(|value| {
                let value = value.unwrap_or(NO_VALUE);
                Cell::Text(escape::terminal(value).into_owned())
            }));
            cells.push(Cell::Text(one.class.word().to_owned()));
            cells.extend([one.opening, one.closing, one.change].map(Cell::Amount));
            match &one.effects {
                Ok(effects) => {
                    let both = [&effects.nrr, &effects.grr].map(Clone::clone);
                    cells.extend(both.map(Cell::Points));
                }
                Err(none) => {
                    cells
                        .extend([none, none].map(|none| Cell::Undefined(none.reason().to_owned())));
                }
            }
            cells.push(share_cell(one));
            if has_silent {
                let silent = one
                    .silent_since
                    .map(|period| period.label(self.fiscal_year));
                cells.push(silent.map_or(Cell::Blank, Cell::Text));
            }
            sheet.push(Kind::Body, cells);
        }
        sheet.notes = self.notes(shown.len());
        sheet
    }

    fn columns(&self, has_silent: bool) -> Vec<Column> {
        let mut columns = vec![
            column("Rank", true, Group::Core),
            column("Customer", false, Group::Core),
        ];
        let by = self.report.by.iter();
        columns.extend(by.map(|name| column(&escape::terminal(name), false, Group::Core)));
        columns.extend([
            column("Class", false, Group::Core),
            column("Opening", true, Group::Movements),
            column("Closing", true, Group::Movements),
            column("Change", true, Group::Core),
            column("Effect on NRR", true, Group::Core),
            column("Effect on GRR", true, Group::Detail),
            column("Share of opening", true, Group::Detail),
        ]);
        if has_silent {
            columns.push(column("Silent since", false, Group::Core));
        }
        columns
    }

    /// The sums of those selected, but for whoever is left out; effects do not add up to one of them all.
    fn sum_cells(&self, has_silent: bool) -> Vec<Cell> {
        let selected = &self.customers.selected;
        let mut cells = vec![
            Cell::Blank,
            Cell::Text(text::count(selected.counted, "customer")),
        ];
        cells.extend(self.report.by.iter().map(|_| Cell::Blank));
        cells.extend([
            Cell::Blank,
            Cell::Amount(selected.opening),
            Cell::Amount(selected.closing),
            Cell::Amount(selected.change),
            Cell::Blank,
            Cell::Blank,
        ]);
        let total = &self.customers.total;
        let share = Ratio::new(selected.opening, total.amount(total.opening));
        cells.push(if share.is_defined() {
            Cell::Percent(share)
        } else {
            Cell::Blank
        });
        cells.extend(has_silent.then_some(Cell::Blank));
        cells
    }

    fn notes(&self, shown: usize) -> Vec<String> {
        let selected = self.customers.selected.customers;
        let mut notes = Vec::new();
        if selected == 0 {
            let words: Vec<&str> = self.classes.iter().map(|class| class.word()).collect();
            let classes = if words.is_empty() {
                "that moved or stayed".to_owned()
            } else {
                format!("of class {}", text::list(&words, "or"))
            };
            notes.push(format!("there is no customer {classes}"));
            return notes;
        }
        notes.push(
            "effect: the rate less the rate without that customer, in percentage points".to_owned(),
        );
        let more = selected.saturating_sub(shown as u64);
        if more > 0 {
            notes.push(format!(
                "{} {}: `--top {selected}` shows all, and so does `--format csv`{}",
                text::count(more, "more customer"),
                if more == 1 { "follows" } else { "follow" },
                if self.top.is_some() {
                    " without `--top`"
                } else {
                    ""
                }
            ));
        }
        notes
    }

    fn concentration(&self) -> Option<Sheet> {
        let mut sheet = Sheet::new(
            Form::Grid,
            vec![
                column("Largest customers", false, Group::Core),
                column("Share of closing", true, Group::Core),
                column("Share of opening", true, Group::Detail),
                column("NRR without", true, Group::Core),
                column("GRR without", true, Group::Core),
            ],
        );
        let is_known = |one: &&Concentration| match one.top {
            Top::Customers(number) => one.closing_customers.max(one.opening_customers) >= number,
            Top::Fifth => one.closing_customers.max(one.opening_customers) > 0,
        };
        for one in self.customers.concentration.iter().filter(is_known) {
            let closing = NoConcentration::Closing.cell(one.share_of_closing);
            let opening = NoConcentration::Opening.cell(one.share_of_opening);
            let [nrr, grr] = [one.nrr_without, one.grr_without];
            let nobody = self.nobody_left();
            sheet.push(
                Kind::Body,
                vec![
                    Cell::Text(top_label(one)),
                    closing,
                    opening,
                    nobody.cell(nrr),
                    nobody.cell(grr),
                ],
            );
        }
        sheet.notes.push(
            "the largest by closing have the share of closing; the other columns are about the largest by opening"
                .to_owned(),
        );
        (!sheet.rows.is_empty()).then_some(sheet)
    }

    /// Why a rate without the largest is undefined.
    fn nobody_left(&self) -> NoConcentration {
        if self.customers.total.opening == 0 {
            NoConcentration::Opening
        } else {
            NoConcentration::NobodyLeft
        }
    }
}

/// The values of the last fields, the same for everybody but for what is undefined.
struct Last {
    before: [Option<String>; 3],
    after: [String; 2],
}

impl Last {
    /// The values before the one that says what is undefined.
    fn fill_before(&self, fields: &mut impl Fields) {
        for text in &self.before {
            fields.text_or_null(text.as_deref());
        }
    }

    /// Those after it.
    fn fill_after(&self, fields: &mut impl Fields) {
        for text in &self.after {
            fields.text(text);
        }
    }
}

/// Why a figure of the concentration is undefined.
#[derive(Clone, Copy)]
enum NoConcentration {
    Closing,
    Opening,
    NobodyLeft,
}

impl NoConcentration {
    const fn reason(self) -> &'static str {
        match self {
            NoConcentration::Closing => "no customer has revenue at the closing",
            NoConcentration::Opening => NoEffect::NoBase.reason(),
            NoConcentration::NobodyLeft => NoEffect::WholeBase.reason(),
        }
    }

    fn cell(self, ratio: Ratio) -> Cell {
        if ratio.is_defined() {
            Cell::Percent(ratio)
        } else {
            Cell::Undefined(self.reason().to_owned())
        }
    }
}

fn column(heading: &str, is_right: bool, group: Group) -> Column {
    Column {
        heading: heading.to_owned(),
        is_right,
        group,
    }
}

fn share_cell(one: &CustomerChange<'_>) -> Cell {
    let share = one.share_of_opening.filter(|share| share.is_defined());
    let reason = one.effects.as_ref().err().map_or("", |none| none.reason());
    share.map_or_else(|| Cell::Undefined(reason.to_owned()), Cell::Percent)
}

fn top_label(one: &Concentration) -> String {
    match one.top {
        Top::Customers(_) => format!("top {}", one.top.name()),
        Top::Fifth => format!(
            "top {} ({} by closing, {} by opening)",
            one.top.name(),
            one.closing_customers,
            one.opening_customers
        ),
    }
}

/// Why fields of a record are null: their names, then the reason.
fn undefined(one: &CustomerChange<'_>) -> Option<String> {
    let none = one.effects.as_ref().err()?;
    let has_share = one.share_of_opening.is_some_and(Ratio::is_defined);
    let share = if has_share { "" } else { ", share_of_opening" };
    Some(format!(
        "effect_on_nrr, effect_on_grr{share}: {}",
        none.reason()
    ))
}

impl Document for CustomersReport<'_> {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        let own = FIELDS.iter().map(|name| (*name).to_owned());
        own.chain(self.attribute_names())
            .chain(LAST.map(str::to_owned))
            .collect()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        let last = self.last();
        let record = move |one: CustomerChange<'_>| {
            let mut values = Vec::new();
            self.fill(&one, &mut values);
            last.fill_before(&mut values);
            values.text_or_null(undefined(&one).as_deref());
            last.fill_after(&mut values);
            values
        };
        let parts = self.customers.parts(move |part| {
            let records = part.map(&record);
            records.collect::<Vec<Vec<Wire>>>()
        });
        Box::new(parts.flatten())
    }

    fn csv_lines(&self) -> Option<Box<dyn Iterator<Item = String> + '_>> {
        // What is the same in every line is put together once.
        let (last, mut before, mut after) = (self.last(), Lines::default(), Lines::default());
        last.fill_before(&mut before);
        last.fill_after(&mut after);
        let parts = self.customers.parts(move |part| {
            let mut lines = Lines::default();
            for one in part {
                self.fill(&one, &mut lines);
                lines.add(&before);
                lines.text_or_null(undefined(&one).as_deref());
                lines.add(&after);
                lines.end();
            }
            lines.into_text()
        });
        Some(Box::new(parts))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let sheets = [self.rates(), Some(self.movers()), self.concentration()];
        sheets.into_iter().flatten().collect()
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let nobody = self.nobody_left();
        let line = |one: &Concentration| {
            let amount = |amount: Amount| Wire::Number(number::plain_amount(amount));
            let mut reasons = Vec::new();
            if !one.share_of_closing.is_defined() {
                let reason = NoConcentration::Closing.reason();
                reasons.push(format!("share_of_closing: {reason}"));
            }
            if !one.nrr_without.is_defined() {
                let has_share = one.share_of_opening.is_defined();
                let share = if has_share { "" } else { "share_of_opening, " };
                reasons.push(format!(
                    "{share}nrr_without, grr_without: {}",
                    nobody.reason()
                ));
            }
            vec![
                Wire::Text(one.top.name()),
                Wire::Number(one.closing_customers.to_string()),
                amount(one.closing),
                rate(one.share_of_closing),
                Wire::Number(one.opening_customers.to_string()),
                amount(one.opening),
                rate(one.share_of_opening),
                rate(one.nrr_without),
                rate(one.grr_without),
                text_or_null((!reasons.is_empty()).then(|| reasons.join("; "))),
            ]
        };
        let lines = self.customers.concentration.iter().map(line).collect();
        let names = CONCENTRATION_FIELDS.map(str::to_owned).to_vec();
        vec![("concentration", More::Records(names, lines))]
    }
}
