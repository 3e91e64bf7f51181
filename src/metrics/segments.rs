//! The same roll-forward by segment: whose movement it is, and who moved between segments.

use std::collections::BTreeMap;

use super::anchors::{Anchor, Anchors};
use super::confidence::Member;
use super::movements::Movement;
use super::rollforward::Rollforward;
use crate::ledger::{Attribute, Ledger, NO_VALUE, ValueId};
use crate::policies::{Policies, SegmentAt};

/// A segment while it is counted: a value for each column of `--by`.
type Key = Vec<Option<ValueId>>;

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
    let mut parts = Parts {
        scale: ledger.scale(),
        numbers: BTreeMap::new(),
        of_values: Vec::new(),
        sums: Vec::new(),
    };
    let (mut from, mut to) = (Key::new(), Key::new());
    for movement in movements {
        find_ends(
            ledger,
            anchors,
            movement,
            policies.segment_at,
            (&mut from, &mut to),
        );
        let moves = from != to && movement.counts;
        let source = parts.part(&from);
        source.add_opening_side(movement, policies.reactivation);
        if moves {
            source.transfer_out += movement.standing();
        }
        let target = parts.part(&to);
        target.add_closing_side(movement);
        if moves {
            target.transfer_in += movement.standing();
        }
    }
    parts.named(ledger)
}

/// The members of the base of each segment, for the intervals of its rates.
pub(super) fn members_by_segment(
    ledger: &Ledger,
    anchors: &Anchors,
    movements: &[Movement],
    policies: &Policies,
) -> BTreeMap<Vec<String>, Vec<Member>> {
    let mut members: BTreeMap<Key, Vec<Member>> = BTreeMap::new();
    let (mut from, mut to) = (Key::new(), Key::new());
    for movement in movements {
        if let Some(member) = Member::of(movement) {
            let keys = (&mut from, &mut to);
            find_ends(ledger, anchors, movement, policies.segment_at, keys);
            members.entry(from.clone()).or_default().push(member);
        }
    }
    let members = members.into_iter();
    members
        .map(|(key, own)| (named(ledger, key), own))
        .collect()
}

/// The values of a segment.
fn named(ledger: &Ledger, key: Key) -> Vec<String> {
    let value = |(attribute, id): (&Attribute, Option<ValueId>)| {
        id.map_or(NO_VALUE, |id| attribute.value(id)).to_owned()
    };
    ledger.attributes().iter().zip(key).map(value).collect()
}

/// The roll-forwards of the segments seen so far.
struct Parts {
    scale: u8,
    /// Where each segment stands in `sums`.
    numbers: BTreeMap<Key, usize>,
    /// The same where there is one column: by the number above that of its value, 0 for none.
    of_values: Vec<Option<usize>>,
    sums: Vec<Rollforward>,
}

impl Parts {
    fn part(&mut self, key: &Key) -> &mut Rollforward {
        let number = match key.as_slice() {
            [value] => {
                let place = value.map_or(0, |value| value as usize + 1);
                if self.of_values.len() <= place {
                    self.of_values.resize(place + 1, None);
                }
                let known = self.of_values[place];
                let number = known.unwrap_or_else(|| self.number(key));
                self.of_values[place] = Some(number);
                number
            }
            _ => self.number(key),
        };
        &mut self.sums[number]
    }

    fn number(&mut self, key: &Key) -> usize {
        self.numbers.get(key).copied().unwrap_or_else(|| {
            self.numbers.insert(key.clone(), self.sums.len());
            self.sums.push(Rollforward::empty(self.scale));
            self.sums.len() - 1
        })
    }

    /// By name; segments that nothing fell into are left out.
    fn named(self, ledger: &Ledger) -> BTreeMap<Vec<String>, Rollforward> {
        let Parts {
            numbers, mut sums, ..
        } = self;
        let mut segments = BTreeMap::new();
        for (key, number) in numbers {
            let part = std::mem::take(&mut sums[number]);
            part.assert_identity();
            if !part.is_empty() {
                segments.insert(named(ledger, key), part);
            }
        }
        segments
    }
}

/// The values of the segment that a movement belongs to, one a column of `--by`; `None` for one without.
pub(super) fn home<'a>(
    ledger: &'a Ledger,
    anchors: &Anchors,
    movement: &Movement,
    at: SegmentAt,
) -> Vec<Option<&'a str>> {
    let (mut from, mut to) = (Key::new(), Key::new());
    find_ends(ledger, anchors, movement, at, (&mut from, &mut to));
    let values = ledger.attributes().iter().zip(from);
    values
        .map(|(attribute, id)| id.map(|id| attribute.value(id)))
        .collect()
}

/// The segment that a movement belongs to, and the one that its closing value stands in.
fn find_ends(
    ledger: &Ledger,
    anchors: &Anchors,
    movement: &Movement,
    at: SegmentAt,
    (from, to): (&mut Key, &mut Key),
) {
    let customer = movement.customer;
    let in_period = |attribute: &Attribute, anchor: Anchor| {
        attribute.latest(customer, anchor.period.first(), anchor.last)
    };
    let (first, last) = (ledger.first(), ledger.last());
    let fill = |key: &mut Key, value: &dyn Fn(&Attribute) -> Option<ValueId>| {
        key.clear();
        key.extend(ledger.attributes().iter().map(value));
    };
    match at {
        SegmentAt::Opening if movement.opening > 0 => {
            fill(from, &|attribute| in_period(attribute, anchors.opening));
            // At its own rates something may stand where at the opening's there is nothing.
            if movement.is_retained() || movement.standing() > 0 {
                fill(to, &|attribute| in_period(attribute, anchors.closing));
                return;
            }
        }
        SegmentAt::Opening | SegmentAt::Closing => {
            fill(from, &|attribute| in_period(attribute, anchors.closing));
        }
        SegmentAt::First => fill(from, &|attribute| attribute.earliest(customer, first, last)),
        SegmentAt::Latest => fill(from, &|attribute| attribute.latest(customer, first, last)),
    }
    to.clone_from(from);
}
