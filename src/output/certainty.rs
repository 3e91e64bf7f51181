//! How sure a number is: its intervals, and what it would be under other choices.

use super::number;
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use super::{More, Wire};
use crate::metrics::{Alternative, Confidence, DRAWS, Record, Rollforward};
use crate::units::Ratio;

impl Alternative {
    /// It as a line of words: `NRR 112.40% (+0.28 pp) with --reactivation in-nrr`.
    #[must_use]
    pub fn line(&self, report: &Report) -> String {
        let Alternative {
            policy,
            value,
            total,
        } = self;
        let rate = number::percent(total.nrr());
        let moved = moved(report, total).map_or_else(String::new, |moved| format!(" ({moved})"));
        format!("NRR {rate}{moved} with `--{policy} {value}`")
    }
}

/// What an alternative adds to NRR: `+0.28 pp`.
fn moved(report: &Report, total: &Rollforward) -> Option<String> {
    let now = report.records.first()?.rollforward()?;
    Some(number::moved(&total.nrr().minus(now.nrr())?))
}

/// The other choices as a table; `None` where nobody asked.
pub(super) fn sheet(report: &Report) -> Option<Sheet> {
    let found = report.sensitivity.as_ref()?;
    let column = |heading: &str, is_right| Column {
        heading: heading.to_owned(),
        is_right,
        group: Group::Core,
    };
    let columns = vec![
        column("With another choice", false),
        column("NRR", true),
        column("Difference", true),
        column("GRR", true),
        column("Logo", true),
    ];
    let mut sheet = Sheet::new(Form::Grid, columns);
    let rate = |rate: Ratio| {
        if rate.is_defined() {
            Cell::Percent(rate)
        } else {
            Cell::Undefined("no customer has revenue at the opening".to_owned())
        }
    };
    for Alternative {
        policy,
        value,
        total,
    } in found
    {
        let moved = moved(report, total).map_or(Cell::Blank, Cell::Text);
        let cells = vec![
            Cell::Text(format!("{policy} {value}")),
            rate(total.nrr()),
            moved,
            rate(total.grr()),
            rate(total.logo_retention()),
        ];
        sheet.push(Kind::Body, cells);
    }
    if found.is_empty() {
        sheet
            .notes
            .push("no other choice changes NRR, GRR or logo retention here".to_owned());
    }
    Some(sheet)
}

/// The level and the draws behind the intervals, and the other choices, for machines.
pub(super) fn more(report: &Report) -> Vec<(&'static str, More)> {
    let confidence = report.confidence.map_or(More::Null, |confidence| {
        let names = ["level", "seed", "draws"].map(str::to_owned).to_vec();
        let values = [
            confidence.level(),
            confidence.seed.to_string(),
            DRAWS.to_string(),
        ];
        More::Record(names, values.map(Wire::Number).to_vec())
    });
    let names = [
        "policy",
        "value",
        "nrr",
        "difference",
        "grr",
        "logo_retention",
    ];
    let names = names.map(str::to_owned).to_vec();
    let rate = |rate: Ratio| number::plain_rate(rate).map_or(Wire::Null, Wire::Number);
    let now = report.records.first().and_then(Record::rollforward);
    let record = |one: &Alternative| {
        let (nrr, grr) = (one.total.nrr(), one.total.grr());
        let moved = now.and_then(|now| nrr.difference(now.nrr(), 6));
        vec![
            Wire::Text(one.policy.to_owned()),
            Wire::Text(one.value.clone()),
            rate(nrr),
            moved.map_or(Wire::Null, |moved| {
                Wire::Number(number::plain_amount(moved))
            }),
            rate(grr),
            rate(one.total.logo_retention()),
        ]
    };
    let sensitivity = report.sensitivity.as_ref().map_or(More::Null, |found| {
        More::Records(names, found.iter().map(record).collect())
    });
    vec![("confidence", confidence), ("sensitivity", sensitivity)]
}

/// The interval of a rate as people read it: `98.10% to 112.40%`; `None` where none was asked for.
pub(super) fn interval(
    record: &Record,
    pick: fn(&crate::metrics::Intervals) -> (Ratio, Ratio),
) -> Option<Cell> {
    Some(match record.intervals.as_ref()? {
        Ok(intervals) => {
            let (low, high) = pick(intervals);
            Cell::Text(format!(
                "{} to {}",
                number::percent(low),
                number::percent(high)
            ))
        }
        Err(reason) => Cell::Undefined(reason.clone()),
    })
}

/// What the interval is: `95% of 1,999 draws, seed 1`.
pub(super) fn named(confidence: Confidence) -> String {
    let draws = number::count(DRAWS as u64);
    format!(
        "{}% of {draws} draws, seed {}",
        confidence.level(),
        confidence.seed
    )
}
