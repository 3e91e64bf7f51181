//! What a careful colleague would mention about a ledger, with what it does to NRR where that can be said.
//!
//! ```text
//! Ledger ─► Scan (one pass) ─► renewals, ids, months, amounts ─► Message
//! ```
//!
//! A finding never changes a number: it is a pattern that a fault of an export leaves, and that an honest
//! book can hold too. [`findings`] gives all of them, [`findings_for`] those that can move the figures asked for.

mod amounts;
mod billing;
mod effect;
mod ids;
mod months;
mod names;
mod renewals;
mod scan;

use std::collections::BTreeSet;

pub use billing::billed_once_a_year;

use super::calc::Calculation;
use super::periods::Asked;
use crate::error::Message;
use crate::ledger::{Bridged, Ledger, in_two};
use crate::policies::Policies;
use crate::text;
use crate::units::Month;
use effect::{Measure, is_nothing};
use scan::Scan;

/// Every finding of a ledger, for whoever looks at the data and not at a figure.
///
/// # Shape
///
/// At most one message a code, in the order of the register of codes.
#[must_use]
pub fn findings(ledger: &Ledger, policies: &Policies) -> Vec<Message> {
    let view = View {
        ledger,
        policies,
        scan: Scan::new(ledger, policies, None),
        reads: None,
        measure: None,
    };
    let mut found = view.common();
    found.extend(view.zero_amounts());
    found.extend(view.negative_amounts());
    found.extend(view.refunds_over_revenue(&BTreeSet::new()));
    found.sort_by_key(|message| message.code);
    found
}

/// The findings that can move the figures asked for: those about months that these read, or lie between.
///
/// # Shape
///
/// At most one message a code, in the order of the register. Where one period was asked for, those with another
/// reading say what NRR would be under it.
#[must_use]
pub fn findings_for(
    ledger: &Ledger,
    policies: &Policies,
    asked: &Asked,
    calculation: &Calculation,
) -> Vec<Message> {
    let reads = &calculation.months_read;
    let (Some(first), Some(last)) = (reads.first(), reads.last()) else {
        return Vec::new();
    };
    let view = View {
        ledger,
        policies,
        scan: Scan::new(ledger, policies, Some((*first, *last))),
        reads: Some(reads),
        measure: Measure::new(ledger, policies, asked, calculation),
    };
    let mut found = view.common();
    found.extend(view.refunds_over_revenue(&calculation.clipped));
    found.sort_by_key(|message| message.code);
    found
}

/// The months that `grace` filled, with what NRR is without them; `None` if there are none.
#[must_use]
pub fn bridged_months(
    ledger: &Ledger,
    policies: &Policies,
    asked: &Asked,
    calculation: &Calculation,
    bridged: &[Bridged],
) -> Option<Message> {
    let measure = Measure::new(ledger, policies, asked, calculation);
    renewals::bridged_months(ledger, measure.as_ref(), &calculation.months_read, bridged)
}

/// A ledger as a question sees it.
struct View<'a> {
    ledger: &'a Ledger,
    policies: &'a Policies,
    scan: Scan,
    /// The months that the figures read; `None` where no figure was asked for.
    reads: Option<&'a BTreeSet<Month>>,
    /// How to work out an effect; `None` where there is no one NRR to move.
    measure: Option<Measure<'a>>,
}

impl View<'_> {
    /// The findings that both kinds of questions look for, without those known to leave NRR where it is.
    fn common(&self) -> Vec<Message> {
        // Names take as long as all else.
        let (names, others) = in_two(
            self.ledger.threads(),
            || self.similar_names(),
            || {
                [
                    self.late_renewals(),
                    self.id_changes(),
                    self.halved_months(),
                    self.unfinished_month(),
                    self.unit_mix_ups(),
                    self.one_time_amounts(),
                ]
            },
        );
        let moves = |message: &Message| !message.effect.as_deref().is_some_and(is_nothing);
        let messages = others.into_iter().flatten().chain(names);
        messages.filter(moves).collect()
    }

    /// True if a figure reads this month, or none was asked for.
    fn is_read(&self, month: Month) -> bool {
        self.reads.is_none_or(|reads| reads.contains(&month))
    }

    /// The month of a column of the scan.
    fn month(&self, index: usize) -> Month {
        self.scan.months[index]
    }

    /// Customers with the months meant, as they are shown: in byte order, three at most.
    fn examples(&self, places: &[(u32, usize)]) -> String {
        let shown = |(customer, index): &(u32, usize)| {
            let name = self.ledger.shown_name(*customer);
            format!("{name} in {}", self.month(*index))
        };
        let mut names: Vec<String> = places.iter().map(shown).collect();
        names.sort_unstable();
        text::examples(&names, names.len())
    }
}

/// How many different customers stand in these places.
fn customers(places: &[(u32, usize)]) -> Vec<u32> {
    let numbers: BTreeSet<u32> = places.iter().map(|(customer, _)| *customer).collect();
    numbers.into_iter().collect()
}

#[cfg(test)]
mod tests;
