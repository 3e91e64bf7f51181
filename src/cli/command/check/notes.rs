//! What is to be said of rules that were not held against something.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Rule, Targets};
use crate::policies::Policies;
use crate::text;
use crate::units::Period;

/// How many segments a note names.
const SHOWN: usize = 3;

/// Every note about rules, in their order.
pub(super) fn of(found: &Targets, rules: &[Rule], policies: &Policies) -> Vec<String> {
    let mut notes = unchecked(&found.unchecked, policies);
    notes.extend(unasked(found, rules, policies));
    notes.extend(found.replaced.iter().map(|rule| {
        format!(
            "`{}` has no row of its own: every segment has a rule that takes its place",
            rules[*rule].text
        )
    }));
    notes
}

/// The segments that are too new for a rule on each.
fn unasked(found: &Targets, rules: &[Rule], policies: &Policies) -> Vec<String> {
    let mut by_rule: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for one in &found.unasked {
        let label = one.period.label(policies.fiscal_year);
        let said = format!("`{}` in {label}", one.subject.text());
        by_rule.entry(one.rule).or_default().push(said);
    }
    let said = |(rule, segments): (usize, Vec<String>)| {
        let verb = if segments.len() == 1 { "has" } else { "have" };
        format!(
            "`{}` was not asked of {}, which {verb} no opening to be compared with yet",
            rules[rule].text,
            shown(segments)
        )
    };
    by_rule.into_iter().map(said).collect()
}

/// What is to be said of periods that rules were not held against.
fn unchecked(periods: &BTreeSet<Period>, policies: &Policies) -> Vec<String> {
    if periods.is_empty() {
        return Vec::new();
    }
    let labels: Vec<String> = periods
        .iter()
        .map(|period| period.label(policies.fiscal_year))
        .collect();
    let verb = if labels.len() == 1 { "has" } else { "have" };
    vec![format!(
        "{} {verb} nothing to be compared with in the data, so rules that compare were not held against it; with `--period` they are",
        text::examples(&labels, labels.len())
    )]
}

/// The first of them, and how many more there are.
fn shown(mut segments: Vec<String>) -> String {
    let more = segments.len().saturating_sub(SHOWN) as u64;
    segments.truncate(SHOWN);
    if more > 0 {
        segments.push(format!("{} more", text::grouped(more)));
    }
    text::list(&segments, "and")
}
