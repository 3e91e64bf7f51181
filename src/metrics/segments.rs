//! The same roll-forward by segment: whose movement it is, and who moved between segments.

use std::collections::BTreeMap;

use super::anchors::{Anchor, Anchors};
use super::movements::Movement;
use super::rollforward::Rollforward;
use crate::ledger::{Attribute, Ledger};
use crate::policies::{Policies, SegmentAt};

/// The value of a customer that has none.
const NONE: &str = "(none)";

/// Splits the movements of a period by the ledger's attributes.
///
/// # Shape
///
/// Gives one [`Rollforward`] a combination of values that occurs, in byte order of the values; one
/// value for each column. The parts add up to the total. With `segment-at opening` a customer's
/// movement stays where it was at the opening, and what it pays at the closing leaves there as
/// `transfer_out` and arrives in its new segment as `transfer_in`.
///
/// # Panics
///
/// If the identity does not hold for a segment: a bug of the program, never of the data.
///
/// # Source
///
/// `docs/definitions.md#segments`.
#[must_use]
pub fn by_segment(
    ledger: &Ledger,
    anchors: &Anchors,
    movements: &[Movement],
    policies: &Policies,
) -> BTreeMap<Vec<String>, Rollforward> {
    let mut segments: BTreeMap<Vec<String>, Rollforward> = BTreeMap::new();
    for movement in movements {
        let (from, to) = ends(ledger, anchors, movement, policies.segment_at);
        let moves = from != to && movement.counts;
        let empty = || Rollforward::empty(ledger.scale());
        let source = segments.entry(from).or_insert_with(empty);
        source.add_opening_side(movement, policies.reactivation);
        if moves {
            source.transfer_out += movement.closing;
        }
        let target = segments.entry(to).or_insert_with(empty);
        target.add_closing_side(movement);
        if moves {
            target.transfer_in += movement.closing;
        }
    }
    segments.retain(|_, segment| !segment.is_empty());
    segments.values().for_each(Rollforward::assert_identity);
    segments
}

/// The segment that a movement belongs to, and the one that its closing value stands in.
fn ends(
    ledger: &Ledger,
    anchors: &Anchors,
    movement: &Movement,
    at: SegmentAt,
) -> (Vec<String>, Vec<String>) {
    let at_closing = || {
        values(ledger, |attribute| {
            in_period(attribute, movement.customer, anchors.closing)
        })
    };
    if at == SegmentAt::Opening && movement.opening > 0 {
        let opening = values(ledger, |attribute| {
            in_period(attribute, movement.customer, anchors.opening)
        });
        let closing = if movement.is_retained() {
            at_closing()
        } else {
            opening.clone()
        };
        return (opening, closing);
    }
    let (first, last) = (ledger.first(), ledger.last());
    let segment = match at {
        SegmentAt::Opening | SegmentAt::Closing => at_closing(),
        SegmentAt::First => values(ledger, |attribute| {
            attribute.earliest(movement.customer, first, last)
        }),
        SegmentAt::Latest => values(ledger, |attribute| {
            attribute.latest(movement.customer, first, last)
        }),
    };
    (segment.clone(), segment)
}

fn in_period(attribute: &Attribute, customer: u32, anchor: Anchor) -> Option<&str> {
    attribute.latest(customer, anchor.period.first(), anchor.last)
}

fn values<'a>(ledger: &'a Ledger, value: impl Fn(&'a Attribute) -> Option<&'a str>) -> Vec<String> {
    ledger
        .attributes()
        .iter()
        .map(|attribute| value(attribute).unwrap_or(NONE).to_owned())
        .collect()
}
