//! Retention triangles: for people a table a rate, for machines a record a cell.

use super::document::Document;
use super::escape;
use super::fields::{self, Wire};
use super::head;
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use crate::metrics::registry::Value;
use crate::metrics::{Cohorts, Point, Triangle};
use crate::text;
use crate::units::{FiscalYear, Grain, Period};

/// The name of the JSON form of `nrr cohorts`.
pub(super) const SCHEMA: &str = "nrr.cohorts/1";

/// The fields before those of the columns of `--by`.
pub(super) const FIRST: [&str; 4] = ["cohort", "age", "period", "currency"];

/// The fields after those of the columns of `--by`.
pub(super) const FIELDS: [&str; 10] = [
    "customers",
    "active_customers",
    "opening",
    "amount",
    "amount_capped",
    "nrr",
    "grr",
    "logo_retention",
    "includes_older",
    "partial",
];

/// The fields that can be undefined.
const RATES: [&str; 3] = ["nrr", "grr", "logo_retention"];

/// What stands in `cohort` where all cohorts that have reached an age are pooled.
const AVERAGE: &str = "average";

/// Which rate a triangle shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Net revenue retention.
    Nrr,
    /// Gross revenue retention.
    Grr,
    /// Customers with revenue.
    Logos,
}

impl Measure {
    /// Every triangle, in the order in which they are shown.
    pub const ALL: [Measure; 3] = [Measure::Nrr, Measure::Grr, Measure::Logos];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Measure::Nrr => "nrr",
            Measure::Grr => "grr",
            Measure::Logos => "logos",
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Measure::Nrr => "NRR by cohort",
            Measure::Grr => "GRR by cohort",
            Measure::Logos => "Logos by cohort",
        }
    }

    fn read(self, point: &Point) -> Value {
        match self {
            Measure::Nrr => point.nrr(),
            Measure::Grr => point.grr(),
            Measure::Logos => point.logo_retention(),
        }
    }
}

/// The result of `nrr cohorts`.
pub struct CohortsReport {
    /// What is declared with it; without records.
    pub report: Report,
    /// The triangles.
    pub cohorts: Cohorts,
    /// Which of them a table shows, in order.
    pub shown: Vec<Measure>,
    /// The fiscal years that periods are named by.
    pub fiscal_year: FiscalYear,
    /// The column of the signup, where it makes the cohorts.
    pub signup: Option<String>,
}

impl Document for CohortsReport {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        let own = |name: &&str| (*name).to_owned();
        let by = self.report.by.iter();
        let segments = by.map(|column| fields::segment_name(column));
        let last = fields::LAST.iter().map(own);
        let own_last = FIELDS.iter().map(own).chain(last);
        FIRST
            .iter()
            .map(own)
            .chain(segments)
            .chain(own_last)
            .collect()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        let triangles = self.cohorts.triangles.iter();
        Box::new(triangles.flat_map(move |triangle| {
            let points = triangle.points.iter();
            points.map(move |point| self.record(triangle, point))
        }))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let sheets = self.shown.iter().map(|measure| self.sheet(*measure));
        let mut sheets: Vec<Sheet> = sheets.collect();
        if let Some(last) = sheets.last_mut() {
            last.notes = self.notes();
        }
        sheets
    }
}

impl CohortsReport {
    fn label(&self, period: Period) -> String {
        period.label(self.fiscal_year)
    }

    fn record(&self, triangle: &Triangle, point: &Point) -> Vec<Wire> {
        let text = |period: Option<Period>| period.map(|period| Wire::Text(self.label(period)));
        let number = |number: u64| Wire::Number(number.to_string());
        let amount = |amount| fields::wire(Value::Amount(amount));
        let currency = self.report.input.currency.clone();
        let first = [
            text(point.cohort).unwrap_or_else(|| Wire::Text(AVERAGE.to_owned())),
            number(u64::from(point.age)),
            text(point.period).unwrap_or(Wire::Null),
            currency.map_or(Wire::Null, Wire::Text),
        ];
        let segments = (0..self.report.by.len()).map(|index| {
            let values = triangle.segments.as_ref();
            let value = values.and_then(|values| values.get(index).cloned());
            value.map_or(Wire::Absent, Wire::Text)
        });
        let rates = Measure::ALL.map(|measure| measure.read(point));
        let undefined = undefined(&rates);
        let own = [
            number(point.customers),
            number(point.active_customers),
            point.opening.map_or(Wire::Null, amount),
            amount(point.amount),
            point.amount_capped.map_or(Wire::Null, amount),
        ];
        let last = [
            Wire::Flag(point.includes_older),
            Wire::Flag(point.partial),
            undefined.map_or(Wire::Null, Wire::Text),
            Wire::Text(head::definition(&self.report, fields::DIGITS)),
            Wire::Text(self.report.input.fingerprint.clone()),
        ];
        let values = own.into_iter().chain(rates.map(fields::wire)).chain(last);
        first.into_iter().chain(segments).chain(values).collect()
    }

    /// A row a cohort, a column an age; the average below the cohorts.
    fn sheet(&self, measure: Measure) -> Sheet {
        let triangles = self.cohorts.triangles.iter();
        let points = || triangles.clone().flat_map(|triangle| &triangle.points);
        let oldest = points().map(|point| point.age).max().unwrap_or(0);
        let mut sheet = Sheet::new(Form::Grid, self.columns(measure, oldest));
        for triangle in triangles.clone() {
            let rows = triangle
                .points
                .chunk_by(|left, right| left.cohort == right.cohort);
            for row in rows {
                let kind = match row.first().and_then(|point| point.cohort) {
                    Some(_) => Kind::Body,
                    None => Kind::Total,
                };
                sheet.push(kind, self.cells(measure, triangle, row, oldest));
            }
        }
        sheet
    }

    fn columns(&self, measure: Measure, oldest: u32) -> Vec<Column> {
        let column = |heading: &str, is_right, group| Column {
            heading: escape::terminal(heading).into_owned(),
            is_right,
            group,
        };
        let mut columns = vec![column(measure.heading(), false, Group::Core)];
        let by = self.report.by.iter();
        columns.extend(by.map(|name| column(name, false, Group::Core)));
        columns.push(column("Customers", true, Group::Logo));
        if measure != Measure::Logos {
            let opening = format!("Opening {}", self.report.input.amount_name);
            columns.push(column(&opening, true, Group::Movements));
        }
        let grain = self.cohorts.grain();
        let mut ranked: Vec<u32> = (0..=oldest).collect();
        ranked.sort_by_key(|age| rank(*age, grain));
        columns.extend((0..=oldest).map(|age| {
            let heading = if age == 0 {
                format!("{} 0", grain.word())
            } else {
                age.to_string()
            };
            let place = ranked.iter().position(|one| *one == age).unwrap_or(0);
            let group = match u32::try_from(place) {
                Ok(place) if place >= AGES_MIN => Group::Age(place),
                _ => Group::Core,
            };
            column(&heading, true, group)
        }));
        columns
    }

    fn cells(
        &self,
        measure: Measure,
        triangle: &Triangle,
        row: &[Point],
        oldest: u32,
    ) -> Vec<Cell> {
        let Some(first) = row.first() else {
            return Vec::new();
        };
        let label = match first.cohort {
            None => "Average".to_owned(),
            Some(cohort) if first.includes_older => format!("{} and before", self.label(cohort)),
            Some(cohort) => self.label(cohort),
        };
        let mut cells = vec![Cell::Text(label)];
        cells.extend(
            (0..self.report.by.len()).map(|index| match &triangle.segments {
                Some(values) => {
                    let value = values.get(index).map_or("", String::as_str);
                    Cell::Text(escape::terminal(value).into_owned())
                }
                None if index == 0 => Cell::Text("total".to_owned()),
                None => Cell::Blank,
            }),
        );
        let is_cohort = first.cohort.is_some();
        cells.push(if is_cohort {
            Cell::Count(first.customers)
        } else {
            Cell::Blank
        });
        if measure != Measure::Logos {
            let opening = first.opening.filter(|_| is_cohort);
            cells.push(match opening {
                Some(opening) => Cell::Amount(opening),
                None if is_cohort => Cell::Undefined(first.reason.clone()),
                None => Cell::Blank,
            });
        }
        let mut points = row.iter().peekable();
        cells.extend((0..=oldest).map(|age| {
            match points
                .next_if(|point| point.age == age)
                .map(|point| measure.read(point))
            {
                Some(Value::Rate(ratio)) => Cell::Heat(ratio),
                Some(Value::Undefined(reason)) => Cell::Undefined(reason),
                _ => Cell::Blank,
            }
        }));
        cells
    }

    /// What the triangles have no room to say.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let triangles = self.cohorts.triangles.iter();
        let mut points = triangles.flat_map(|triangle| &triangle.points);
        let older = points.find(|point| point.includes_older);
        if let Some(cohort) = older.and_then(|point| point.cohort) {
            let label = self.label(cohort);
            notes.push(format!(
                "{label} holds everyone older than the data, their ages counted from it"
            ));
        }
        if let Some(column) = &self.signup {
            let column = escape::terminal(column);
            notes.push(format!("cohorts are the periods of `{column}`"));
        }
        notes.push(
            "average: over the cohorts that have reached an age, weighted by what they had at age 0"
                .to_owned(),
        );
        if let Some(last) = self.cohorts.periods.last().filter(|_| self.cohorts.partial) {
            notes.push(format!(
                "{} is partial: the data end before it does",
                self.label(*last)
            ));
        }
        notes
    }
}

/// How many ages stay where there is no room.
const AGES_MIN: u32 = 3;

/// Which age stays longest where there is no room for all: whole years, then halves, then quarters, each from
/// the youngest on.
fn rank(age: u32, grain: Grain) -> (u8, u32) {
    let months = age.saturating_mul(grain.months());
    let class = match months {
        months if months.is_multiple_of(12) => 0,
        months if months.is_multiple_of(6) => 1,
        months if months.is_multiple_of(3) => 2,
        _ => 3,
    };
    (class, age)
}

/// Every reason why a rate is undefined, with the rates it concerns.
fn undefined(rates: &[Value; 3]) -> Option<String> {
    let mut clauses: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, rate) in RATES.iter().zip(rates) {
        let Value::Undefined(reason) = rate else {
            continue;
        };
        match clauses.iter_mut().find(|(known, _)| known == reason) {
            Some((_, names)) => names.push(name),
            None => clauses.push((reason, vec![name])),
        }
    }
    let clauses: Vec<String> = clauses
        .iter()
        .map(|(reason, names)| format!("{}: {reason}", text::list(names, "and")))
        .collect();
    (!clauses.is_empty()).then(|| clauses.join("; "))
}
