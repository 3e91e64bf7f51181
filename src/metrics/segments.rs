//! The same roll-forward by segment: whose movement it is, and who moved between segments.

use std::collections::BTreeMap;

use super::anchors::{Anchor, Anchors};
use super::confidence::Member;
use super::movements::Movement;
use super::rollforward::Rollforward;
use crate::ledger::{Attribute, Ledger, NO_VALUE, ValueId};
use crate::policies::{Policies, SegmentAt};

/// A segment while it is counted: a value for each column of `--by`.
pub(super) type Key = Vec<Option<ValueId>>;

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
    let mut segments = Segments::new(ledger, anchors, policies);
    for movement in movements {
        segments.add(movement);
    }
    segments.named()
}

/// The members of the base of each segment, for the intervals of its rates.
pub(super) fn members_by_segment(
    ledger: &Ledger,
    anchors: &Anchors,
    movements: &[Movement],
    policies: &Policies,
) -> BTreeMap<Vec<String>, Vec<Member>> {
    let mut members = Bases::new(ledger, anchors, policies);
    for movement in movements {
        members.add(movement);
    }
    members.named()
}

/// The members of the base of each segment, while they are found.
pub(super) struct Bases<'a> {
    ledger: &'a Ledger,
    anchors: &'a Anchors,
    at: SegmentAt,
    members: BTreeMap<Key, Vec<Member>>,
}

impl<'a> Bases<'a> {
    pub(super) fn new(ledger: &'a Ledger, anchors: &'a Anchors, policies: &Policies) -> Bases<'a> {
        Bases {
            ledger,
            anchors,
            at: policies.segment_at,
            members: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, movement: &Movement) {
        if let Some(member) = Member::of(movement) {
            let (mut from, mut to) = (Key::new(), Key::new());
            let keys = (&mut from, &mut to);
            find_ends(self.ledger, self.anchors, movement, self.at, keys);
            self.members.entry(from).or_default().push(member);
        }
    }

    pub(super) fn named(self) -> BTreeMap<Vec<String>, Vec<Member>> {
        let members = self.members.into_iter();
        members
            .map(|(key, own)| (named(self.ledger, key), own))
            .collect()
    }
}

/// The values of a segment.
fn named(ledger: &Ledger, key: Key) -> Vec<String> {
    let value = |(attribute, id): (&Attribute, Option<ValueId>)| {
        id.map_or(NO_VALUE, |id| attribute.value(id)).to_owned()
    };
    ledger.attributes().iter().zip(key).map(value).collect()
}

/// The roll-forwards of the segments seen so far.
pub(super) struct Segments<'a> {
    ledger: &'a Ledger,
    anchors: &'a Anchors,
    policies: &'a Policies,
    places: Places,
    sums: Vec<Rollforward>,
    /// The segment of the movement in hand and that of its closing value, kept so that nothing is allocated.
    from: Key,
    to: Key,
}

impl<'a> Segments<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        anchors: &'a Anchors,
        policies: &'a Policies,
    ) -> Segments<'a> {
        Segments {
            ledger,
            anchors,
            policies,
            places: Places::default(),
            sums: Vec::new(),
            from: Key::new(),
            to: Key::new(),
        }
    }

    pub(super) fn add(&mut self, movement: &Movement) {
        let keys = (&mut self.from, &mut self.to);
        let at = self.policies.segment_at;
        find_ends(self.ledger, self.anchors, movement, at, keys);
        let source = self.places.of(&self.from);
        let target = self.places.of(&self.to);
        let nobody = || Rollforward::empty(self.ledger.scale());
        self.sums.resize_with(self.places.len(), nobody);
        add_between(&mut self.sums, (source, target), movement, self.policies);
    }

    /// By name; segments that nothing fell into are left out.
    pub(super) fn named(mut self) -> BTreeMap<Vec<String>, Rollforward> {
        let mut segments = BTreeMap::new();
        for (key, number) in self.places.numbers {
            let part = std::mem::take(&mut self.sums[number]);
            part.assert_identity();
            if !part.is_empty() {
                segments.insert(named(self.ledger, key), part);
            }
        }
        segments
    }
}

/// Adds a movement to the segment that it belongs to, and what stands at its closing to the one where it stands.
pub(super) fn add_between(
    sums: &mut [Rollforward],
    (source, target): (usize, usize),
    movement: &Movement,
    policies: &Policies,
) {
    let moves = source != target && movement.counts;
    let part = &mut sums[source];
    part.add_opening_side(movement, policies.reactivation);
    if moves {
        part.transfer_out += movement.standing();
    }
    let part = &mut sums[target];
    part.add_closing_side(movement);
    if moves {
        part.transfer_in += movement.standing();
    }
}

/// Where each segment stands among the sums.
#[derive(Default)]
pub(super) struct Places {
    numbers: BTreeMap<Key, usize>,
    /// The same for each value of the one column there is, found without a search: first that of no value.
    of_values: Vec<Option<usize>>,
}

impl Places {
    /// How many segments there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The segments by name, each with its place.
    pub(super) fn named(self, ledger: &Ledger) -> Vec<(Vec<String>, usize)> {
        let numbers = self.numbers.into_iter();
        numbers
            .map(|(key, place)| (named(ledger, key), place))
            .collect()
    }

    /// Where a segment stands, given a place now if it has none.
    pub(super) fn of(&mut self, key: &Key) -> usize {
        match key.as_slice() {
            [value] => self.of_value(*value),
            _ => self.find(key),
        }
    }

    /// The same of the segment of a value, where there is one column.
    #[inline]
    pub(super) fn of_value(&mut self, value: Option<ValueId>) -> usize {
        let number = value.map_or(0, |value| value as usize + 1);
        if let Some(Some(place)) = self.of_values.get(number) {
            return *place;
        }
        let place = self.find(&vec![value]);
        if self.of_values.len() <= number {
            self.of_values.resize(number + 1, None);
        }
        self.of_values[number] = Some(place);
        place
    }

    fn find(&mut self, key: &Key) -> usize {
        self.numbers.get(key).copied().unwrap_or_else(|| {
            let place = self.numbers.len();
            self.numbers.insert(key.clone(), place);
            place
        })
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
pub(super) fn find_ends(
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
