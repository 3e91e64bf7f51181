//! Customers that were away for a month or two: late renewals, and what `grace` made of them.

use std::collections::BTreeSet;

use super::effect::{Measure, alone};
use super::scan::Gap;
use super::{View, customers};
use crate::error::{Code, Effect, Message};
use crate::ledger::{Bridged, Ledger};
use crate::policies::Basis;
use crate::text;
use crate::units::Month;

/// How many months the help offers: as long as the absences looked for.
const GRACE: u32 = 2;

impl View<'_> {
    /// Customers absent for a month or two that came back at the same amount or more.
    pub(super) fn late_renewals(&self) -> Option<Message> {
        let gaps = self.scan.gaps.iter();
        // Where half of the book is away with them, the month is at fault and not the customer.
        let low = self.low_months();
        let is_late =
            |gap: &&Gap| gap.is_late && !(gap.before + 1..gap.after).all(|at| low.contains(&at));
        let late = gaps.filter(is_late);
        let late: Vec<(u32, usize)> = late.filter_map(|gap| self.read_inside(gap)).collect();
        if late.is_empty() {
            return None;
        }
        let customers = customers(&late);
        let count = customers.len() as u64;
        let verb = if count == 1 { "was" } else { "were" };
        let headline = format!(
            "{} {verb} absent for 1 or 2 months and came back{}",
            text::count(count, "customer"),
            self.counted_as(&late)
        );
        let message = Message::new(Code::LateRenewals, headline)
            .found(self.examples(&late))
            .note(
                "a renewal signed late looks like this; they came back at the same amount or more",
            )
            .counting(count);
        if self.policies.basis == Basis::Flow || self.policies.grace >= GRACE {
            return Some(message);
        }
        // The effect is that of the flag, which does not look at amounts.
        let help = format!(
            "if they were customers all the time, pass `--grace {GRACE}`; it keeps those too who came back at less"
        );
        Some(message.effect(self.effect_of_grace()).help(help))
    }

    /// A month inside an absence that a figure reads.
    fn read_inside(&self, gap: &Gap) -> Option<(u32, usize)> {
        let inside = gap.before + 1..gap.after;
        let mut inside = inside.filter(|index| self.is_read(self.month(*index)));
        Some((gap.customer, inside.next()?))
    }

    /// What an absence counts as, where a figure reads one month at each end.
    fn counted_as(&self, late: &[(u32, usize)]) -> &'static str {
        let Some(measure) = self.measure.as_ref() else {
            return "";
        };
        if self.policies.basis == Basis::Flow {
            return "";
        }
        let opening = measure.ends().opening.last;
        let is_at_opening = |(_, index): &(u32, usize)| self.month(*index) == opening;
        let returned = late.iter().filter(|place| is_at_opening(place)).count();
        match (returned, late.len() - returned) {
            (0, _) => "; they count as churn",
            (_, 0) => "; they count as returning",
            _ => "; they count as churn or as returning",
        }
    }

    /// The flag fills every short absence, also of those that came back for less.
    fn effect_of_grace(&self) -> Option<Effect> {
        let measure = self.measure.as_ref()?;
        let away: Vec<(u32, usize)> = self
            .scan
            .gaps
            .iter()
            .filter_map(|gap| self.read_inside(gap))
            .collect();
        let away = customers(&away);
        let mut other = alone(self.ledger, &away);
        other.bridge(GRACE);
        measure.effect(&away, &other, format!("with `--grace {GRACE}`"))
    }
}

/// The months that were filled, with what NRR is without them.
pub(super) fn bridged_months(
    ledger: &Ledger,
    measure: Option<&Measure<'_>>,
    reads: &BTreeSet<Month>,
    bridged: &[Bridged],
) -> Option<Message> {
    if bridged.is_empty() {
        return None;
    }
    let read = bridged.iter().filter(|one| reads.contains(&one.month));
    let read: Vec<&Bridged> = read.collect();
    let mut names: Vec<String> = if read.is_empty() {
        bridged.iter().map(|one| shown(ledger, one)).collect()
    } else {
        read.iter().map(|one| shown(ledger, one)).collect()
    };
    names.sort_unstable();
    let (count, here) = (bridged.len() as u64, read.len() as u64);
    let headline = format!(
        "{} without revenue took the amount before {}",
        text::count(count, "customer month"),
        if count == 1 { "it" } else { "them" }
    );
    let note = match here {
        0 => "no figure here reads what was filled".to_owned(),
        _ if here == count => "as `grace` says, and read here".to_owned(),
        _ => format!("as `grace` says; {} of them read here", text::grouped(here)),
    };
    let message = Message::new(Code::BridgedMonths, headline)
        .found(text::examples(&names, names.len()))
        .note(note)
        .counting(count);
    // What stood there before was one amount, and has lost its currency.
    let can_undo = here > 0 && !ledger.is_converted();
    let effect = measure.filter(|_| can_undo).and_then(|measure| {
        let away: BTreeSet<u32> = read.iter().map(|one| one.customer).collect();
        let away: Vec<u32> = away.into_iter().collect();
        let mut other = alone(ledger, &away);
        for one in &read {
            if let Ok(number) = away.binary_search(&one.customer) {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                other.replace(number, one.month, one.before);
            }
        }
        measure.effect(&away, &other, "with `--grace 0`")
    });
    Some(message.effect(effect))
}

fn shown(ledger: &Ledger, bridged: &Bridged) -> String {
    format!(
        "{} in {}",
        ledger.shown_name(bridged.customer),
        bridged.month
    )
}
