//! Which findings about the data fail a check: a tier that always does, all of them, or those named.

use std::collections::BTreeSet;

use crate::error::{Code, Level};

/// The findings that fail every check: the export is cut, doubled, or not what it says it is.
pub const BASIC: &[Code] = &[
    Code::PeriodAfterData,
    Code::MissingMonth,
    Code::NegativeRevenue,
    Code::EqualRows,
    Code::OverlappingFiles,
    Code::EmptyMonth,
    Code::PartialPeriod,
    Code::ClippedRevenue,
    Code::NoHistory,
    Code::HalvedMonth,
    Code::UnfinishedMonth,
    Code::UnitMixUp,
];

/// Faults of the data that stop a calculation, and that a check reports like any other finding.
const STOPPING: [Code; 3] = [
    Code::PeriodAfterData,
    Code::MissingMonth,
    Code::NegativeRevenue,
];

/// True for a code that says something about the data, and not about a command or a rule.
#[must_use]
pub fn is_finding(code: Code) -> bool {
    code.level() == Level::Warning || STOPPING.contains(&code)
}

/// True for totals inside a report that do not add up: no figure can be trusted then, and none is computed.
#[must_use]
pub fn is_untied(code: Code) -> bool {
    matches!(code, Code::UnprovenTotal | Code::BalanceMismatch)
}

/// Which findings fail.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// True if all of them do.
    pub strict: bool,
    /// Those that do, whatever the tier.
    pub forbid: BTreeSet<Code>,
    /// Those that do not, whatever the tier.
    pub allow: BTreeSet<Code>,
}

impl Selection {
    /// True if a finding of this code fails the check.
    #[must_use]
    pub fn forbids(&self, code: Code) -> bool {
        if self.allow.contains(&code) {
            return false;
        }
        self.strict || self.forbid.contains(&code) || BASIC.contains(&code)
    }

    /// True if a finding fails the check only because it concerns so many: most of a book with new ids is no book to
    /// compare, a few are an everyday thing.
    #[must_use]
    pub fn forbids_many(&self, code: Code) -> bool {
        code == Code::IdChange && !self.allow.contains(&code)
    }

    /// True if findings count that no figure of the check reads.
    #[must_use]
    pub fn looks_everywhere(&self, code: Code) -> bool {
        self.strict || self.forbid.contains(&code)
    }

    /// True if some finding counts that no figure of the check reads.
    #[must_use]
    pub fn looks_further(&self) -> bool {
        self.strict || !self.forbid.is_empty()
    }

    /// The tier in words.
    #[must_use]
    pub const fn tier(&self) -> &'static str {
        if self.strict { "strict" } else { "basic" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_passes_and_what_is_forbidden_fails_in_every_tier() {
        let mut selection = Selection::default();
        assert!(selection.forbids(Code::EqualRows));
        assert!(!selection.forbids(Code::LateRenewals));
        selection.forbid.insert(Code::LateRenewals);
        selection.allow.insert(Code::EqualRows);
        assert!(selection.forbids(Code::LateRenewals));
        assert!(!selection.forbids(Code::EqualRows));
        selection.strict = true;
        assert!(selection.forbids(Code::SimilarNames));
        assert!(!selection.forbids(Code::EqualRows));
    }

    #[test]
    fn the_basic_tier_is_made_of_findings() {
        assert!(BASIC.iter().all(|code| is_finding(*code)));
        assert!(!is_finding(Code::Usage) && !is_finding(Code::TargetMissed));
    }
}
