//! The register of named definitions: sets of choices that somebody publishes figures by.

use super::Origin;

/// A set of choices with a name. Whatever it does not name is left as it is, by default at its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedDefinition {
    /// What is typed for it.
    pub name: &'static str,
    /// What it makes of the numbers, in one clause.
    pub about: &'static str,
    /// Whose practice it follows.
    pub after: &'static str,
    /// What a reader has to know beside the number; empty if there is nothing.
    pub caution: &'static str,
    /// Its choices as policy and value, in the order of the register of policies.
    pub choices: &'static [(&'static str, &'static str)],
}

impl NamedDefinition {
    /// The definition of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static NamedDefinition> {
        DEFINITIONS
            .iter()
            .find(|definition| definition.name == name)
    }

    /// Where its choices come from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin::Definition(format!("definition {}", self.name))
    }
}

/// All defaults.
pub const STANDARD: NamedDefinition = NamedDefinition {
    name: "standard",
    about: "every choice at its default: the period against the one before, customer by customer",
    after: "docs/definitions.md",
    caution: "",
    choices: &[],
};

/// Every definition that comes with the program, the default first.
///
/// # Source
///
/// `docs/definitions.md#named-definitions`.
pub const DEFINITIONS: &[NamedDefinition] = &[
    STANDARD,
    NamedDefinition {
        name: "annual",
        about: "the same customers a year apart, at run rates",
        after: "the board figure; GitLab, Confluent and MongoDB report it so",
        caution: "",
        choices: &[("basis", "stock"), ("lookback", "12")],
    },
    NamedDefinition {
        name: "chartmogul",
        about: "month against month, with returning customers in NRR",
        after: "ChartMogul's net MRR churn",
        caution: "",
        choices: &[
            ("length", "1"),
            ("lookback", "period"),
            ("reactivation", "in-nrr"),
        ],
    },
    NamedDefinition {
        name: "chargebee",
        about: "against the period before, with returning customers as expansion",
        after: "Chargebee's growth metrics",
        caution: "",
        choices: &[("lookback", "period"), ("reactivation", "as-expansion")],
    },
    NamedDefinition {
        name: "maxio",
        about: "month against month; who returns within three months is in NRR, who returns later is new",
        after: "Maxio, formerly Chargify",
        caution: "",
        choices: &[
            ("length", "1"),
            ("lookback", "period"),
            ("reactivation", "in-nrr"),
            ("reactivation-window", "3"),
        ],
    },
    NamedDefinition {
        name: "twilio",
        about: "a quarter's revenue against the same quarter a year before",
        after: "Twilio's dollar-based net expansion rate",
        caution: "",
        choices: &[("basis", "flow"), ("length", "3"), ("lookback", "12")],
    },
    NamedDefinition {
        name: "snowflake",
        about: "a year's revenue against the year before, of those who paid in that year's first month",
        after: "Snowflake's net revenue retention, a window of two years",
        caution: "",
        choices: &[
            ("basis", "flow"),
            ("length", "12"),
            ("lookback", "12"),
            ("cohort-base", "first-month"),
        ],
    },
    NamedDefinition {
        name: "teamviewer",
        about: "a year's revenue against the year before, of everybody who paid in that year",
        after: "TeamViewer's net retention rate",
        caution: "who joined during the year before counts a part of a year against a whole one: it reads high",
        choices: &[("basis", "flow"), ("length", "12"), ("lookback", "12")],
    },
    NamedDefinition {
        name: "trailing-average",
        about: "the weighted average of the last twelve months' annual rates",
        after: "Datadog's gross retention; Box",
        caution: "every amount and count is the sum of twelve months",
        choices: &[
            ("basis", "stock"),
            ("lookback", "12"),
            ("method", "trailing-average"),
        ],
    },
    NamedDefinition {
        name: "posthog",
        about: "the same customers a year apart, of those who paid 5,000 a year or more",
        after: "PostHog's handbook for revenue operations, which also looks back 3 and 6 months",
        caution: "",
        choices: &[
            ("basis", "stock"),
            ("lookback", "12"),
            ("min-opening", "5000"),
        ],
    },
    NamedDefinition {
        name: "survivors",
        about: "a year apart, only of those who still pay, and 10,000 a year or more at both ends",
        after: "a filing for a listing in 2025",
        caution: "whoever left or shrank is left out of it: it hides churn",
        choices: &[
            ("lookback", "12"),
            ("min-opening", "10000"),
            ("min-closing", "10000"),
            ("cohort-base", "survivors"),
        ],
    },
    NamedDefinition {
        name: "compound",
        about: "the twelve monthly rates multiplied, each over its own month's base",
        after: "common in spreadsheets",
        caution: "customers who joined during the year count in the later months",
        choices: &[
            ("basis", "stock"),
            ("lookback", "12"),
            ("method", "compound"),
        ],
    },
    NamedDefinition {
        name: "summed",
        about: "twelve months of movements added up, over the opening a year before",
        after: "common in recipes for BI tools",
        caution: "what customers who joined during the year lose counts against an opening they were not in; it can be below zero",
        choices: &[("basis", "stock"), ("lookback", "12"), ("method", "summed")],
    },
];

/// True for a policy that some definition names: one that decides how is measured, not what is read.
pub(super) fn is_measuring(policy: &str) -> bool {
    let mut choices = DEFINITIONS.iter().flat_map(|definition| definition.choices);
    choices.any(|(name, _)| *name == policy)
}

#[cfg(test)]
mod tests {
    use super::super::{Policies, Policy};
    use super::*;

    #[test]
    fn every_choice_is_a_policy_with_a_value_in_the_order_of_the_register() {
        for definition in DEFINITIONS {
            let mut last = None;
            for (name, value) in definition.choices {
                let mut policies = Policies::default();
                assert_eq!(
                    policies.set(name, value, definition.origin()),
                    Ok(()),
                    "{name}"
                );
                assert_eq!(policies.value(name).as_deref(), Some(*value), "{name}");
                let index = Policy::index(name);
                assert!(index > last, "{} {name}", definition.name);
                last = index;
            }
        }
    }

    #[test]
    fn each_definition_has_a_fingerprint_of_its_own() {
        let standard = Policies::default();
        let mut seen = Vec::new();
        for definition in DEFINITIONS {
            let fingerprint = standard.under(definition).fingerprint(&[]);
            assert!(!seen.contains(&fingerprint), "{}", definition.name);
            seen.push(fingerprint);
        }
        assert_eq!(seen[0], standard.fingerprint(&[]));
    }

    #[test]
    fn a_name_alone_changes_no_fingerprint() {
        let mut named = Policies::default();
        "board".clone_into(&mut named.definition);
        assert_eq!(named.fingerprint(&[]), Policies::default().fingerprint(&[]));
    }

    #[test]
    fn as_standard_takes_back_what_definitions_choose_and_no_more() {
        let mut policies = Policies::default();
        policies
            .set("negatives", "clip", Origin::Flag)
            .expect("a value");
        policies
            .set("basis", "stock", Origin::Flag)
            .expect("a value");
        let kept = policies.fingerprint(&[]);
        for definition in DEFINITIONS {
            let basis = definition.choices.iter().any(|(name, _)| *name == "basis");
            let standard = policies.under(definition).as_standard();
            assert_eq!(
                standard.fingerprint(&[]) == kept,
                !basis,
                "{}",
                definition.name
            );
        }
    }
}
