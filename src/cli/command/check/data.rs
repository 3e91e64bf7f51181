//! Findings about the data: which of them fail the check.

use std::collections::BTreeSet;

use super::figures::Gathered;
use crate::check::{Finding, Measure, Quantity, Rule, Selection};
use crate::error::{Code, Message};
use crate::metrics::Record;
use crate::units::Amount;

/// Holds every rule on a finding against what was found.
pub(super) fn counted(rules: &[Rule], sum: &Gathered, findings: &mut Vec<Finding>) {
    for (number, rule) in rules.iter().enumerate() {
        let Measure::Finding(code) = rule.measure else {
            continue;
        };
        // What is looked for in all months is counted in all of them, whichever of them the periods read.
        let is_meant = |message: &&Message| message.code == code;
        let everywhere = sum.everywhere.iter().filter(is_meant);
        let mut of_code: Vec<&Message> = everywhere.collect();
        if of_code.is_empty() {
            of_code = sum.report.warnings.iter().filter(is_meant).collect();
        }
        // A finding without a count is about one thing: the input.
        let counts = of_code.iter().map(|message| message.count.unwrap_or(1));
        let found = counts.sum::<u64>();
        let required = rule.required();
        let order = Quantity::count(found).compare(&required);
        findings.push(Finding::Counted {
            rule: number,
            found,
            passed: rule.comparison.holds(order),
            message: of_code.first().map(|message| (*message).clone()),
        });
    }
}

/// Takes out of the warnings what fails. A finding that has a rule of its own is left to that.
pub(super) fn select(
    rules: &[Rule],
    selection: &Selection,
    sum: &mut Gathered,
    findings: &mut Vec<Finding>,
) {
    let own = rules.iter().filter_map(|rule| match rule.measure {
        Measure::Finding(code) => Some(code),
        _ => None,
    });
    let own: BTreeSet<Code> = own.collect();
    let customers = most_at_opening(&sum.report.records);
    let fails = |message: &Message| {
        let is_many = || selection.forbids_many(message.code) && is_large(message, customers);
        !own.contains(&message.code) && (selection.forbids(message.code) || is_many())
    };
    let warnings = std::mem::take(&mut sum.report.warnings);
    let known: BTreeSet<Code> = warnings.iter().map(|message| message.code).collect();
    let (mut failing, rest): (Vec<Message>, Vec<Message>) = warnings.into_iter().partition(fails);
    sum.report.warnings = rest;
    let elsewhere = std::mem::take(&mut sum.everywhere).into_iter();
    let elsewhere = elsewhere.filter(|message| !known.contains(&message.code));
    failing.extend(
        elsewhere.filter(|message| selection.looks_everywhere(message.code) && fails(message)),
    );
    if failing.is_empty() {
        findings.push(Finding::Clean(selection.tier()));
    }
    findings.extend(failing.into_iter().map(Finding::Data));
}

/// The customers of the largest opening.
fn most_at_opening(records: &[Record]) -> u64 {
    let totals = records.iter().filter(|record| record.segments.is_none());
    let sums = totals.filter_map(Record::rollforward);
    sums.map(|sums| sums.opening_customers).max().unwrap_or(0)
}

/// True for a finding that concerns a tenth of the customers of an opening, or moves NRR by as many points.
fn is_large(message: &Message, customers: u64) -> bool {
    const PARTS: u64 = 10;
    let count = message.count.unwrap_or(0);
    let is_of_many = customers > 0 && count.saturating_mul(PARTS) >= customers;
    let effect = message.effect.as_deref();
    let moved = effect.and_then(|effect| effect.after.difference(effect.before, 6));
    let is_of_much = |moved: Amount| {
        let size = if moved.is_negative() { -moved } else { moved };
        size >= Amount::new(1, 1)
    };
    is_of_many || moved.is_some_and(is_of_much)
}
