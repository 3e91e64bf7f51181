//! What a rule came to: one entry a rule and what it was held against.

use super::baseline::Restated;
use super::targets::Target;
use crate::error::{Message, Place};

/// What one rule came to.
#[derive(Clone)]
pub enum Finding {
    /// A figure against a number.
    Target(Target),
    /// How many things a finding about the data concerns, against a number.
    Counted {
        /// Where the rule stands among the rules.
        rule: usize,
        /// How many there are.
        found: u64,
        /// True if the rule holds.
        passed: bool,
        /// The finding, if there is one.
        message: Option<Message>,
    },
    /// A total from another system.
    Control(Control),
    /// A finding about the data that fails the check.
    Data(Message),
    /// No finding of the tier was there.
    Clean(&'static str),
    /// Figures of a period that are no longer those of the baseline.
    Restated(Restatement),
    /// The baseline was made under other choices.
    OtherDefinition(Message),
    /// The figures are those of the baseline: how many, and how many of its periods lie before the data.
    AsBefore {
        /// The baseline's file.
        file: String,
        /// How many figures were compared.
        figures: u64,
        /// How many periods of it the data begin after.
        before: u64,
    },
    /// No figure of the baseline could be compared.
    Uncompared(Message),
}

/// A total from another system, and what came of it.
#[derive(Clone)]
pub struct Control {
    /// As it was typed.
    pub typed: String,
    /// What is wrong, if anything is.
    pub missed: Option<Message>,
}

/// What changed in one record of the baseline.
#[derive(Clone)]
pub struct Restatement {
    /// The label of its period.
    pub period: String,
    /// Its segment as a rule names it; nothing for the total.
    pub subject: String,
    /// Its fields that are others now.
    pub fields: Vec<Restated>,
    /// Why the record has no figures any more, if it has none.
    pub reason: Option<String>,
    /// True if the data hold no such period or segment any more.
    pub is_gone: bool,
    /// True if the input has the very bytes that the baseline was made from.
    pub same_input: bool,
    /// Where the baseline is.
    pub place: Place,
}

impl Finding {
    /// True if nothing is missed.
    #[must_use]
    pub fn passed(&self) -> bool {
        match self {
            Finding::Target(target) => target.passed,
            Finding::Counted { passed, .. } => *passed,
            Finding::Control(control) => control.missed.is_none(),
            Finding::Clean(_) | Finding::AsBefore { .. } => true,
            Finding::Data(_)
            | Finding::Restated(_)
            | Finding::OtherDefinition(_)
            | Finding::Uncompared(_) => false,
        }
    }

    /// The rule it is of, where it is one of the list of rules.
    #[must_use]
    pub fn rule(&self) -> Option<usize> {
        match self {
            Finding::Target(target) => Some(target.rule),
            Finding::Counted { rule, .. } => Some(*rule),
            _ => None,
        }
    }
}
