//! The clauses of a plan: what is assumed, whether the target is met, and why a lever has no value.

use super::{PlanReport, shares_in_words};
use crate::metrics::{Forward, Goal, Move, NoMove, Plan, PlanAsk};
use crate::output::number;
use crate::units::{Amount, Ratio};

/// Why an amount cannot be written.
pub(super) const TOO_LARGE: &str = "larger than exact arithmetic holds";

const NO_OPENING: &str = "no customer has revenue at the opening";

/// Why there is nothing to say.
pub(super) const fn reason(none: NoMove) -> &'static str {
    match none {
        NoMove::NoOpening => NO_OPENING,
        NoMove::TooLarge => TOO_LARGE,
        NoMove::NotInRate => "expansion is no part of GRR",
        NoMove::OutOfReach => "out of reach alone, even without any of it",
        NoMove::BeyondShare => "its share of what is lacking is more than all there is of it",
    }
}

/// Why fields of a lever's record are null: their names, then the reason.
pub(super) fn undefined(plan: &Plan, one: &Move) -> Option<String> {
    let none = one.needed.err()?;
    let reason = reason(none);
    let mut fields = vec!["needed", "change", "amount", "needed_amount"];
    if plan.opening.is_zero() {
        fields.insert(0, "now");
        fields.extend(one.rate_without.map(|_| "rate_without"));
    }
    if plan.lacking.is_err() {
        fields.push("lacking");
    }
    Some(format!("{}: {reason}", fields.join(", ")))
}

/// Why fields of a target are null.
pub(super) fn undefined_target(plan: &Plan, ask: &PlanAsk) -> Option<String> {
    let mut reasons = Vec::new();
    if let Err(none) = plan.lacking {
        let no_rate = if plan.opening.is_zero() { "now, " } else { "" };
        let reason = reason(none);
        reasons.push(format!("{no_rate}lacking, met: {reason}"));
    }
    if ask.multiple.is_none() {
        reasons.push("multiple, replacement_cost: no `--multiple` was given".to_owned());
    } else if plan.replacement_cost.is_none() {
        reasons.push(format!("replacement_cost: {TOO_LARGE}"));
    }
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// Why amounts of a year are null.
pub(super) fn undefined_forward(one: &Forward) -> Option<String> {
    let fields = match (one.at_nrr, one.at_grr) {
        (Some(_), Some(_)) => return None,
        (None, Some(_)) => "at_nrr",
        (Some(_), None) => "at_grr",
        (None, None) => "at_nrr, at_grr",
    };
    Some(format!("{fields}: {TOO_LARGE}"))
}

/// What is assumed, in the order of the sheets.
pub(super) fn assumptions(report: &PlanReport) -> Vec<String> {
    let mut said = levers_alone(report);
    said.extend(levers_shared(report));
    said.extend(cost(report));
    said.extend(carried(report));
    said
}

/// Whether the target is met, and what replacing churn costs.
pub(super) fn of_targets(report: &PlanReport) -> Vec<String> {
    let mut said = Vec::new();
    let label = report.ask.goal.label();
    if report.is_segmented() {
        let is_met = |plan: &Plan| plan.is_met() == Some(true);
        if report.plans.iter().any(is_met) {
            said.push("lacking below zero: the target is met, with that margin".to_owned());
        }
    } else if let Some(plan) = report.plans.first() {
        let target = Ratio::new(report.ask.target, Amount::new(1, 0));
        match (plan.lacking, plan.now().minus(target)) {
            (Ok(lacking), Some(points)) if lacking <= Amount::ZERO => said.push(format!(
                "the target is met: {label} is {} above it, and {} more could be lost",
                number::moved(&points),
                number::amount(-lacking)
            )),
            (Ok(_), Some(points)) => said.push(format!(
                "lacking: target × opening − {} {}; {label} is {} from the target",
                if report.ask.goal == Goal::Grr {
                    "retained_capped"
                } else {
                    "retained"
                },
                number::amount(plan.retained),
                number::moved(&points)
            )),
            _ => {}
        }
    }
    said.extend(cost(report));
    said
}

/// What is assumed of the levers, and where shares do not do.
pub(super) fn of_levers(report: &PlanReport, is_shared: bool) -> Vec<String> {
    if !is_shared {
        return levers_alone(report);
    }
    let mut said = levers_shared(report);
    let falls_short = |plan: &&Plan| {
        let beyond = |one: &Move| one.needed == Err(NoMove::BeyondShare);
        plan.shared.iter().flatten().any(beyond)
    };
    if report.plans.iter().any(|plan| falls_short(&plan)) {
        said.push(
            "in these shares the target is out of reach: give another lever a larger share"
                .to_owned(),
        );
    }
    said
}

/// What is assumed of the years to come.
pub(super) fn of_forward(report: &PlanReport) -> Vec<String> {
    carried(report)
}

fn levers_alone(report: &PlanReport) -> Vec<String> {
    let mut said = vec![
        "each lever alone: the opening, the other two, and who is new or returns stay as they are; rates are of the opening".to_owned(),
    ];
    if report.ask.goal == Goal::Nrr && counts_returning(report) {
        said.push("customers that return count in NRR here, and stay as they are".to_owned());
    }
    said
}

/// True where a policy counts customers that return in NRR.
fn counts_returning(report: &PlanReport) -> bool {
    let policy = crate::output::head::choice(&report.report, "reactivation");
    policy.is_some_and(|value| value == "in-nrr")
}

fn levers_shared(report: &PlanReport) -> Vec<String> {
    let shared = report.plans.iter().find_map(|plan| plan.shared);
    let said = shared.map(|moves| {
        format!(
            "in shares: of what is lacking {}, all at once",
            shares_in_words(&moves)
        )
    });
    said.into_iter().collect()
}

fn cost(report: &PlanReport) -> Option<String> {
    let multiple = report.ask.multiple?;
    Some(format!(
        "cost of replacing churn: churn × {}, as `--multiple` says, of {} as it stands at the opening",
        multiple.trimmed(),
        report.report.input.amount_name
    ))
}

fn carried(report: &PlanReport) -> Vec<String> {
    let rates = report
        .plans
        .iter()
        .find_map(|plan| plan.annual.as_ref().ok());
    let (Some(annual), Some(record)) = (rates, report.report.records.first()) else {
        return Vec::new();
    };
    let last = record.period.last();
    let rates = if report.is_segmented() {
        "its own NRR and GRR".to_owned()
    } else {
        format!(
            "NRR {} and GRR {}",
            number::percent(annual.nrr),
            number::percent(annual.grr)
        )
    };
    vec![
        format!(
            "carried forward: the closing at {rates} over the 12 months to {last}, the same each year"
        ),
        "nobody new and nobody returning is added; at GRR, what stands without expansion"
            .to_owned(),
    ]
}
