//! The rows behind a period's figures: one record a row and month, and the customers they add up to.

use super::document::{Document, More};
use super::fields::{DIGITS, Wire, text_or_null};
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, SENTENCE_WIDTH, Sheet};
use super::{escape, head, layout, number};
use crate::ledger::Cited;
use crate::metrics::{Class, End, Line, Record, Selected, Traced};
use crate::text;
use crate::units::{Amount, FiscalYear, Period};

/// The name of the JSON form of `nrr trace`.
pub(super) const SCHEMA: &str = "nrr.trace/1";

/// The fields of a record.
pub(super) const FIELDS: [&str; 17] = [
    "customer",
    "class",
    "anchor",
    "month",
    "amount",
    "file",
    "line",
    "column",
    "raw_amount",
    "became",
    "why",
    "row_customer",
    "period",
    "opening_period",
    "currency",
    "definition",
    "input_fingerprint",
];

/// The fields of a customer that is traced.
pub(super) const CUSTOMER_FIELDS: [&str; 6] =
    ["customer", "class", "opening", "closing", "change", "rows"];

/// What a class is where products are netted each on its own.
const NETTED: &str = "with `netting product` what products of a customer gain and lose is expansion and contraction, whatever its own class is";

/// The result of `nrr trace`.
pub struct TraceReport<'a> {
    /// What is declared with it; its first record is that of the period.
    pub report: Report,
    /// What currencies did to the base between the two ends, which is no part of its rows.
    pub fx: Amount,
    /// True if each product was netted on its own.
    pub is_netted: bool,
    /// Everybody of the classes asked for, traced or not.
    pub selected: Selected,
    /// Those that are traced, in order.
    pub traced: Vec<Traced>,
    /// The classes asked for; all if there are none.
    pub classes: Vec<Class>,
    /// True if customers were named.
    pub is_named: bool,
    /// How places are called.
    pub places: TracedPlace<'a>,
    /// The fiscal years that periods are named by.
    pub fiscal_year: FiscalYear,
}

/// How the places of rows are called.
pub struct TracedPlace<'a> {
    /// The files, in their order.
    pub files: Vec<String>,
    /// The header of the column that a cell stands in.
    pub column: &'a dyn Fn(&Cited) -> String,
}

impl TracedPlace<'_> {
    fn file(&self, cited: &Cited) -> &str {
        self.files.get(cited.place.file).map_or("", String::as_str)
    }
}

impl TraceReport<'_> {
    fn label(&self, period: fn(&Record) -> Period) -> String {
        let record = self.report.records.first();
        let label = record.map(|record| period(record).label(self.fiscal_year));
        label.unwrap_or_default()
    }

    /// The values that all records have.
    fn last(&self) -> [Wire; 5] {
        let currency = self.report.input.currency.clone();
        [
            Wire::Text(self.label(|record| record.period)),
            Wire::Text(self.label(|record| record.opening_period)),
            text_or_null(currency),
            Wire::Text(head::definition(&self.report, DIGITS)),
            Wire::Text(self.report.input.fingerprint.clone()),
        ]
    }

    fn values(&self, one: &Traced, line: &Line, last: &[Wire; 5]) -> Vec<Wire> {
        let cited = line.cited.as_ref();
        let own = [
            Wire::Text(one.customer.clone()),
            text_or_null(one.class.map(|class| class.word().to_owned())),
            text_or_null(line.end.map(|end| end.word().to_owned())),
            text_or_null(line.month.map(|month| month.to_string())),
            Wire::Number(number::plain_amount(line.amount)),
            text_or_null(cited.map(|cited| self.places.file(cited).to_owned())),
            cited.map_or(Wire::Null, |cited| Wire::Number(cited.line.to_string())),
            text_or_null(cited.map(self.places.column)),
            text_or_null(cited.map(|cited| cited.raw.to_string())),
            Wire::Text(line.became.join(" ")),
            text_or_null((!line.why.is_empty()).then(|| line.why.clone())),
            text_or_null(cited.map(|cited| cited.customer.to_string())),
        ];
        own.into_iter().chain(last.iter().cloned()).collect()
    }

    /// The figures of everybody, which the rows are behind.
    fn figures(&self) -> Option<Sheet> {
        const FIGURES: [&str; 8] = [
            "opening",
            "new",
            "reactivation",
            "expansion",
            "contraction",
            "churn",
            "closing",
            "nrr",
        ];
        let record = self.report.records.first()?;
        let label = |name: &str| layout::label(name).to_owned();
        let mut columns = vec![column("", false, Group::Core)];
        columns.extend(FIGURES.map(|name| column(&label(name), true, Group::Core)));
        let mut sheet = Sheet::new(Form::Line, columns);
        let values = FIGURES.map(|name| layout::cell(record, name));
        let cells = std::iter::once(Cell::Blank).chain(values);
        sheet.push(Kind::Body, cells.collect());
        Some(sheet)
    }

    fn rows(&self) -> Sheet {
        let mut sheet = Sheet::new(
            Form::Grid,
            vec![
                column("Customer", false, Group::Core),
                column("End", false, Group::Core),
                column("Month", false, Group::Core),
                column("Amount", true, Group::Core),
                column("Where", false, Group::Core),
                column("Column", false, Group::Detail),
                column("As written", true, Group::Core),
                column("Became", false, Group::Core),
            ],
        );
        for one in &self.traced {
            for (end, value) in [(End::Opening, one.opening), (End::Closing, one.closing)] {
                sheet.push(Kind::Total, self.sum_cells(one, end, value));
                let lines = one.lines.iter().filter(|line| line.end == Some(end));
                lines.for_each(|line| sheet.push(Kind::Body, self.line_cells(line)));
            }
            let unplaced = one.lines.iter().filter(|line| line.end.is_none());
            unplaced.for_each(|line| sheet.push(Kind::Body, self.line_cells(line)));
        }
        sheet.text_width = SENTENCE_WIDTH;
        sheet.notes = self.notes();
        sheet
    }

    fn sum_cells(&self, one: &Traced, end: End, value: Amount) -> Vec<Cell> {
        let period = match end {
            End::Opening => self.label(|record| record.opening_period),
            End::Closing => self.label(|record| record.period),
        };
        let class = one.class.map_or("in no figure", Class::word);
        vec![
            Cell::Text(escape::terminal(&one.customer).into_owned()),
            Cell::Text(end.word().to_owned()),
            Cell::Text(period),
            Cell::Amount(value),
            Cell::Blank,
            Cell::Blank,
            Cell::Blank,
            Cell::Text(class.to_owned()),
        ]
    }

    fn line_cells(&self, line: &Line) -> Vec<Cell> {
        let safe = |text: &str| Cell::Text(escape::terminal(text).into_owned());
        let cited = line.cited.as_ref();
        let place = cited.map(|cited| format!("{}:{}", self.places.file(cited), cited.line));
        let became = if line.why.is_empty() {
            line.became.join(" ")
        } else {
            format!("{}: {}", line.became.join(" "), line.why)
        };
        let blank = |text: Option<String>| text.map_or(Cell::Blank, |text| safe(&text));
        vec![
            Cell::Blank,
            Cell::Blank,
            blank(line.month.map(|month| month.to_string())),
            Cell::Amount(line.amount),
            blank(place),
            blank(cited.map(self.places.column)),
            blank(cited.map(|cited| cited.raw.to_string())),
            safe(&became),
        ]
    }

    fn notes(&self) -> Vec<String> {
        if self.traced.is_empty() {
            let words: Vec<&str> = self.classes.iter().map(|class| class.word()).collect();
            let classes = if words.is_empty() {
                "with revenue at one of the two ends".to_owned()
            } else {
                format!("of class {}", text::list(&words, "or"))
            };
            let mut notes = vec![format!("there is no customer {classes}")];
            notes.extend(self.is_netted.then(|| NETTED.to_owned()));
            return notes;
        }
        let count = self.traced.len() as u64;
        let sum = |value: fn(&Traced) -> Amount| {
            let sum: Amount = self.traced.iter().map(value).sum();
            number::amount(sum)
        };
        let mut notes = vec![format!(
            "the rows of {} add up to {} at the opening and {} at the closing, exactly",
            text::count(count, "customer"),
            sum(|one| one.opening),
            sum(|one| one.closing),
        )];
        if !self.fx.is_zero() {
            notes.push(format!(
                "who paid at the opening is compared at its rates; what currencies did since, {}, is the line `fx` of `nrr calc` and in no row",
                number::amount(self.fx)
            ));
        }
        notes.extend(self.is_netted.then(|| NETTED.to_owned()));
        let more = self.selected.counted.saturating_sub(count);
        if more > 0 && !self.is_named {
            notes.push(format!(
                "{} {}: `--top {}` shows all, and so does `--format csv` without `--top`",
                text::count(more, "more customer"),
                if more == 1 { "follows" } else { "follow" },
                self.selected.counted
            ));
        }
        notes
    }
}

fn column(heading: &str, is_right: bool, group: Group) -> Column {
    Column {
        heading: heading.to_owned(),
        is_right,
        group,
    }
}

impl Document for TraceReport<'_> {
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
        let last = self.last();
        let traced = self.traced.iter();
        let lines = traced.flat_map(|one| one.lines.iter().map(move |line| (one, line)));
        Box::new(lines.map(move |(one, line)| self.values(one, line, &last)))
    }

    fn sheets(&self) -> Vec<Sheet> {
        self.figures().into_iter().chain([self.rows()]).collect()
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let amount = |amount: Amount| Wire::Number(number::plain_amount(amount));
        let customer = |one: &Traced| {
            let class = one.class.map(|class| Wire::Text(class.word().to_owned()));
            vec![
                Wire::Text(one.customer.clone()),
                class.unwrap_or(Wire::Null),
                amount(one.opening),
                amount(one.closing),
                amount(one.closing - one.opening),
                Wire::Number(one.lines.len().to_string()),
            ]
        };
        let customers = self.traced.iter().map(customer).collect();
        let names = CUSTOMER_FIELDS.map(str::to_owned).to_vec();
        vec![("customers", More::Records(names, customers))]
    }
}
