//! What would have to be for a target to be reached, as people and machines are shown it: one record a lever.

mod words;

use super::document::{Document, More};
use super::fields::{Wire, amount_or_null, rate, segment_name, text_or_null};
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use super::{escape, head, number};
use crate::metrics::{Forward, Move, NoMove, Plan, PlanAsk};
use crate::text;
use crate::units::{Amount, Ratio};

/// The name of the JSON form of `nrr plan`.
pub(super) const SCHEMA: &str = "nrr.plan/1";

/// The fields before those of the columns of `--by`.
pub(super) const FIELDS: [&str; 13] = [
    "lever",
    "now",
    "needed",
    "change",
    "amount",
    "now_amount",
    "needed_amount",
    "rate_without",
    "scenario",
    "share",
    "rate",
    "target",
    "lacking",
];

/// The fields after them.
pub(super) const LAST: [&str; 6] = [
    "period",
    "opening_period",
    "currency",
    "undefined",
    "definition",
    "input_fingerprint",
];

/// The fields of a target after those of the columns of `--by`.
pub(super) const TARGET_FIELDS: [&str; 11] = [
    "rate",
    "target",
    "now",
    "opening",
    "retained",
    "lacking",
    "met",
    "churn",
    "multiple",
    "replacement_cost",
    "undefined",
];

/// The fields of a year after those of the columns of `--by`.
pub(super) const FORWARD_FIELDS: [&str; 7] = [
    "year",
    "month",
    "at_nrr",
    "at_grr",
    "annual_nrr",
    "annual_grr",
    "undefined",
];

/// How many digits of the definition's fingerprint a record carries.
const DIGITS: usize = 12;

/// The result of `nrr plan`.
pub struct PlanReport {
    /// What is declared with it; its records are those of the period.
    pub report: Report,
    /// One plan a record: everybody's, then that of each segment.
    pub plans: Vec<Plan>,
    /// What was asked.
    pub ask: PlanAsk,
}

impl PlanReport {
    fn is_segmented(&self) -> bool {
        !self.report.by.is_empty()
    }

    fn segment_names(&self) -> impl Iterator<Item = String> + '_ {
        self.report.by.iter().map(|column| segment_name(column))
    }

    /// The values of the columns of `--by`, none for everybody.
    fn segment_values<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Wire> + 'a {
        (0..self.report.by.len()).map(|index| {
            let values = plan.segments.as_ref();
            let value = values.and_then(|values| values.get(index).cloned());
            value.map_or(Wire::Absent, Wire::Text)
        })
    }

    /// A lever's record.
    fn values(&self, plan: &Plan, one: &Move, scenario: &str) -> Vec<Wire> {
        let of_opening = |amount: Amount| Ratio::new(amount, plan.opening);
        let needed = one.needed.ok();
        let points = needed.and_then(|needed| of_opening(needed).minus(of_opening(one.now)));
        let points = points.as_ref().and_then(number::plain_difference);
        let record = self.report.records.first();
        let label = |period: fn(&crate::metrics::Record) -> crate::units::Period| {
            text_or_null(record.map(|record| period(record).label(record.fiscal_year)))
        };
        let own = [
            Wire::Text(one.lever.word().to_owned()),
            rate(of_opening(one.now)),
            needed.map_or(Wire::Null, |needed| rate(of_opening(needed))),
            points.map_or(Wire::Null, Wire::Number),
            amount_or_null(one.change()),
            amount_or_null(Some(one.now)),
            amount_or_null(needed),
            one.rate_without.map_or(Wire::Null, rate),
            Wire::Text(scenario.to_owned()),
            fraction(one.share),
            Wire::Text(self.ask.goal.word().to_owned()),
            fraction(self.ask.target),
            amount_or_null(plan.lacking.ok()),
        ];
        let last = [
            label(|record| record.period),
            label(|record| record.opening_period),
            text_or_null(self.report.input.currency.clone()),
            text_or_null(words::undefined(plan, one)),
            Wire::Text(head::definition(&self.report, DIGITS)),
            Wire::Text(self.report.input.fingerprint.clone()),
        ];
        let segments = self.segment_values(plan);
        own.into_iter().chain(segments).chain(last).collect()
    }

    fn target_values(&self, plan: &Plan) -> Vec<Wire> {
        let own = [
            Wire::Text(self.ask.goal.word().to_owned()),
            fraction(self.ask.target),
            rate(plan.now()),
            amount_or_null(Some(plan.opening)),
            amount_or_null(Some(plan.retained)),
            amount_or_null(plan.lacking.ok()),
            plan.is_met().map_or(Wire::Null, Wire::Flag),
            amount_or_null(Some(plan.churn)),
            self.ask.multiple.map_or(Wire::Null, fraction),
            amount_or_null(plan.replacement_cost),
            text_or_null(words::undefined_target(plan, &self.ask)),
        ];
        self.segment_values(plan).chain(own).collect()
    }

    fn forward_values(&self, plan: &Plan) -> Vec<Vec<Wire>> {
        let year = |own: [Wire; 7]| self.segment_values(plan).chain(own).collect();
        let annual = match &plan.annual {
            Ok(annual) => annual,
            Err(reason) => {
                let [null, other, nrr, grr] = [(); 4].map(|()| Wire::Null);
                let said = format!("annual_nrr, annual_grr, at_nrr, at_grr: {reason}");
                let none = Wire::Number("0".to_owned());
                let month = self.report.records.first();
                let month = month.map(|record| record.period.last().to_string());
                let own = [
                    none,
                    text_or_null(month),
                    null,
                    other,
                    nrr,
                    grr,
                    Wire::Text(said),
                ];
                return vec![year(own)];
            }
        };
        let one = |one: &Forward| {
            year([
                Wire::Number(one.year.to_string()),
                Wire::Text(one.month.to_string()),
                amount_or_null(one.at_nrr),
                amount_or_null(one.at_grr),
                rate(annual.nrr),
                rate(annual.grr),
                text_or_null(words::undefined_forward(one)),
            ])
        };
        plan.forward.iter().map(one).collect()
    }

    /// The cells of the columns of `--by`.
    fn segment_cells(&self, plan: &Plan) -> Vec<Cell> {
        let cells = (0..self.report.by.len()).map(|index| match &plan.segments {
            None if index == 0 => Cell::Text("total".to_owned()),
            None => Cell::Blank,
            Some(values) => {
                let value = values.get(index).map_or("", String::as_str);
                Cell::Text(escape::terminal(value).into_owned())
            }
        });
        cells.collect()
    }

    fn segment_columns(&self) -> Vec<Column> {
        let by = self.report.by.iter();
        by.map(|name| column(&escape::terminal(name), false))
            .collect()
    }

    fn kind(&self, plan: &Plan) -> Kind {
        if self.is_segmented() && plan.segments.is_none() {
            Kind::Total
        } else {
            Kind::Body
        }
    }

    /// The target, what there is and what is lacking.
    fn targets(&self) -> Sheet {
        let is_line = !self.is_segmented();
        let is_met = |plan: &Plan| plan.is_met() == Some(true);
        let has_margin = is_line && self.plans.iter().all(is_met);
        let label = self.ask.goal.label();
        let mut columns = self.segment_columns();
        if is_line {
            columns.push(column("", false));
        }
        columns.extend([
            column(&format!("Target {label}"), true),
            column(label, true),
            column(if has_margin { "Margin" } else { "Lacking" }, true),
            column("of", true),
        ]);
        if self.ask.multiple.is_some() {
            columns.push(column("Cost of replacing churn", true));
        }
        let form = if is_line { Form::Line } else { Form::Grid };
        let mut sheet = Sheet::new(form, columns);
        for plan in self.shown() {
            let mut cells = self.segment_cells(plan);
            if is_line {
                cells.push(Cell::Blank);
            }
            let lacking = plan
                .lacking
                .map(|lacking| if has_margin { -lacking } else { lacking });
            let undefined = |none| Cell::Undefined(words::reason(none).to_owned());
            cells.extend([
                Cell::Percent(Ratio::new(self.ask.target, Amount::new(1, 0))),
                lacking.map_or_else(undefined, |_| Cell::Percent(plan.now())),
                lacking.map_or_else(undefined, Cell::Amount),
                lacking.map_or_else(undefined, |_| Cell::Amount(plan.opening)),
            ]);
            if self.ask.multiple.is_some() {
                let too_large = || Cell::Undefined(words::TOO_LARGE.to_owned());
                cells.push(plan.replacement_cost.map_or_else(too_large, Cell::Amount));
            }
            sheet.push(self.kind(plan), cells);
        }
        sheet.notes = words::of_targets(self);
        sheet
    }

    /// The levers, each alone or with its share.
    fn levers(&self, is_shared: bool) -> Sheet {
        let mut columns = self.segment_columns();
        let heading = if is_shared {
            "Lever, with its share"
        } else {
            "Lever, each alone"
        };
        columns.push(column(heading, false));
        if is_shared {
            columns.push(column("Share", true));
        }
        let amounts = ["Now", "Needed", "Change"];
        columns.extend(amounts.map(|heading| column(heading, true)));
        let rates = ["Rate now", "Rate needed", "Points"];
        columns.extend(rates.map(|heading| column(heading, true)));
        if !is_shared {
            let heading = format!("{} without it", self.ask.goal.label());
            columns.push(column(&heading, true));
        }
        let mut sheet = Sheet::new(Form::Grid, columns);
        sheet.text_width = super::sheet::SENTENCE_WIDTH;
        for plan in self.shown() {
            let moves = if is_shared {
                plan.shared
            } else {
                Some(plan.alone)
            };
            for one in moves.iter().flatten() {
                let mut cells = self.segment_cells(plan);
                cells.extend(lever_cells(plan, one, is_shared));
                sheet.push(self.kind(plan), cells);
            }
        }
        sheet.notes = words::of_levers(self, is_shared);
        sheet
    }

    /// The plans that people see: a segment in which nobody has revenue at either end says nothing.
    fn shown(&self) -> impl Iterator<Item = &Plan> {
        let is_shown = |plan: &&Plan| plan.segments.is_none() || plan.is_there();
        self.plans.iter().filter(is_shown)
    }

    /// The base some years on.
    fn forward(&self) -> Sheet {
        let mut columns = self.segment_columns();
        columns.extend([
            column("Carried forward to", false),
            column("At NRR", true),
            column("At GRR", true),
        ]);
        let mut sheet = Sheet::new(Form::Grid, columns);
        let closing = self
            .report
            .records
            .first()
            .map(|record| record.period.last());
        for plan in self.shown() {
            if let Err(reason) = &plan.annual {
                let mut cells = self.segment_cells(plan);
                let reason = escape::terminal(reason).into_owned();
                let month = closing.map_or_else(String::new, |month| month.to_string());
                cells.extend([
                    Cell::Text(month),
                    Cell::Undefined(reason.clone()),
                    Cell::Undefined(reason),
                ]);
                sheet.push(self.kind(plan), cells);
            }
            for one in &plan.forward {
                let mut cells = self.segment_cells(plan);
                let too_large = || Cell::Undefined(words::TOO_LARGE.to_owned());
                let amount = |amount: Option<Amount>| amount.map_or_else(too_large, Cell::Amount);
                cells.push(Cell::Text(one.month.to_string()));
                cells.extend([one.at_nrr, one.at_grr].map(amount));
                sheet.push(self.kind(plan), cells);
            }
        }
        sheet.notes = words::of_forward(self);
        sheet
    }
}

/// The cells of a lever after those of the columns of `--by`.
fn lever_cells(plan: &Plan, one: &Move, is_shared: bool) -> Vec<Cell> {
    let of_opening = |amount: Amount| Ratio::new(amount, plan.opening);
    let percent = |ratio: Ratio| {
        if ratio.is_defined() {
            Cell::Percent(ratio)
        } else {
            Cell::Undefined(words::reason(NoMove::NoOpening).to_owned())
        }
    };
    let mut cells = vec![Cell::Text(one.lever.word().to_owned())];
    if is_shared {
        cells.push(Cell::Percent(Ratio::new(one.share, Amount::new(1, 0))));
    }
    cells.push(Cell::Amount(one.now));
    match one.needed {
        Ok(needed) => {
            let too_large = || Cell::Undefined(words::TOO_LARGE.to_owned());
            let points = of_opening(needed).minus(of_opening(one.now));
            cells.extend([
                Cell::Amount(needed),
                one.change().map_or_else(too_large, Cell::Amount),
                percent(of_opening(one.now)),
                percent(of_opening(needed)),
                points.map_or_else(too_large, Cell::Points),
            ]);
        }
        Err(none) => cells.extend([
            Cell::Undefined(words::reason(none).to_owned()),
            Cell::Blank,
            percent(of_opening(one.now)),
            Cell::Blank,
            Cell::Blank,
        ]),
    }
    if !is_shared {
        cells.push(one.rate_without.map_or(Cell::Blank, percent));
    }
    cells
}

fn column(heading: &str, is_right: bool) -> Column {
    Column {
        heading: heading.to_owned(),
        is_right,
        group: Group::Core,
    }
}

/// A fraction as it was typed, exactly.
fn fraction(fraction: Amount) -> Wire {
    Wire::Number(number::plain_amount(fraction.trimmed()))
}

impl Document for PlanReport {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        let own = FIELDS.iter().map(|name| (*name).to_owned());
        own.chain(self.segment_names())
            .chain(LAST.map(str::to_owned))
            .collect()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        Box::new(self.plans.iter().flat_map(move |plan| {
            let alone = plan.alone.iter().map(|one| (one, "alone"));
            let shared = plan.shared.iter().flatten().map(|one| (one, "shares"));
            alone
                .chain(shared)
                .map(move |(one, scenario)| self.values(plan, one, scenario))
        }))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = vec![self.targets(), self.levers(false)];
        if self.ask.shares.is_some() {
            sheets.push(self.levers(true));
        }
        sheets.push(self.forward());
        sheets
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let names = |fields: &[&str]| {
            let own = fields.iter().map(|name| (*name).to_owned());
            self.segment_names().chain(own).collect::<Vec<_>>()
        };
        let targets = self.plans.iter().map(|plan| self.target_values(plan));
        let forward = self.plans.iter().flat_map(|plan| self.forward_values(plan));
        vec![
            (
                "targets",
                More::Records(names(&TARGET_FIELDS), targets.collect()),
            ),
            (
                "forward",
                More::Records(names(&FORWARD_FIELDS), forward.collect()),
            ),
            ("assumptions", More::Texts(words::assumptions(self))),
        ]
    }
}

/// What a share is of the whole.
fn shares_of(moves: &[Move; 3]) -> Vec<String> {
    let whole = Amount::new(1, 0);
    let said = moves.iter().filter(|one| !one.share.is_zero());
    said.map(|one| {
        let share = number::percent(Ratio::new(one.share, whole));
        format!("{} {share}", one.lever.word())
    })
    .collect()
}

/// `churn 50.00%, contraction 20.00% and expansion 30.00%`.
fn shares_in_words(moves: &[Move; 3]) -> String {
    text::list(&shares_of(moves), "and")
}
