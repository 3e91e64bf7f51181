//! NRR of the asked period under another reading of some customers.

use super::super::anchors::{Anchors, anchors, unrated};
use super::super::calc::Calculation;
use super::super::movements::movements;
use super::super::periods::Asked;
use super::super::rollforward::Rollforward;
use crate::error::Effect;
use crate::ledger::Ledger;
use crate::policies::{Method, Policies};
use crate::units::{Amount, Ratio};

/// One comparison with its figures, to be done again for the customers that a finding is about.
///
/// Numerator and denominator of NRR are sums over customers, so those that a finding does not touch need not be
/// looked at again.
pub(super) struct Measure<'a> {
    ledger: &'a Ledger,
    policies: &'a Policies,
    ends: Anchors,
    total: &'a Rollforward,
}

impl<'a> Measure<'a> {
    /// `None` where no single NRR was asked for, or it is undefined. Where products are cut at zero one by one,
    /// customers alone do not give the same figure again.
    pub(super) fn new(
        ledger: &'a Ledger,
        policies: &'a Policies,
        asked: &Asked,
        calculation: &'a Calculation,
    ) -> Option<Measure<'a>> {
        let [period] = asked.periods.as_slice() else {
            return None;
        };
        let total = calculation.records.first()?.rollforward()?;
        let cannot_repeat = calculation.is_netted && !calculation.clipped.is_empty();
        let has_steps = policies.method != Method::PointToPoint;
        if asked.is_range || cannot_repeat || has_steps || !total.nrr().is_defined() {
            return None;
        }
        let lookback = policies.lookback_months(*period);
        let ends = anchors(ledger, *period, lookback, policies).ok()?;
        Some(Measure {
            ledger,
            policies,
            ends,
            total,
        })
    }

    /// The two ends of the comparison.
    pub(super) const fn ends(&self) -> &Anchors {
        &self.ends
    }

    /// What NRR becomes if these customers were as `other` has them; `None` if that is undefined or not allowed.
    pub(super) fn effect(
        &self,
        customers: &[u32],
        other: &Ledger,
        reading: impl Into<String>,
    ) -> Option<Effect> {
        let before = self.rollforward(&alone(self.ledger, customers))?;
        let after = self.rollforward(other)?;
        let opening = self.total.opening - before.opening + after.opening;
        let retained = self.total.retained - before.retained + after.retained;
        let after = Ratio::new(self.total.amount(retained), self.total.amount(opening));
        after.is_defined().then(|| Effect {
            before: self.total.nrr(),
            after,
            reading: reading.into(),
        })
    }

    fn rollforward(&self, ledger: &Ledger) -> Option<Rollforward> {
        // Whoever is put together may pay in a currency that has no rate at the opening.
        if !unrated(ledger, &self.ends, self.policies).is_empty()
            || !ledger.unrated_months().is_empty()
        {
            return None;
        }
        let movements = movements(ledger, &self.ends, self.policies).ok()?;
        let (reactivation, scale) = (self.policies.reactivation, ledger.scale());
        Some(Rollforward::total(&movements, reactivation, scale))
    }
}

/// The ledger of these customers alone; their numbers in it are their places in the list.
pub(super) fn alone(ledger: &Ledger, customers: &[u32]) -> Ledger {
    let groups: Vec<Vec<u32>> = customers.iter().map(|customer| vec![*customer]).collect();
    ledger.excerpt(&groups)
}

/// True if an effect leaves NRR where it is.
pub(super) fn is_nothing(effect: &Effect) -> bool {
    let moved = effect.after.difference(effect.before, 6);
    moved.is_some_and(Amount::is_zero)
}
