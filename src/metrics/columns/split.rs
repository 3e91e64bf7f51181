//! The roll-forwards of segments, block by block: those who stay in one segment are added up all at once.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

use super::super::anchors::{Anchor, Anchors};
use super::super::rollforward::Rollforward;
use super::super::segments::{Key, Places, add_between, find_ends};
use super::comparison::{Comparison, Pair, Payers, Shown};
use super::{Grid, and, and_not, has, number, or};
use crate::ledger::{Attribute, BLOCK, Bits, Ledger, each_bit};
use crate::policies::{Policies, SegmentAt, Zero};
use crate::units::Month;

/// Of a block with more segments than one for so many customers, and [`FEW`], each customer is added by itself.
const SHARE: u64 = 4;

/// So many segments are added up at once of any block.
const FEW: u64 = 2;

/// The months that a segment is read from.
type Months = (Month, Month);

/// The sums of the segments seen so far, of several comparisons.
pub(super) struct Split<'a> {
    ledger: &'a Ledger,
    asked: &'a [Anchors],
    policies: &'a Policies,
    places: Places,
    /// By comparison and place.
    sums: Vec<Vec<Rollforward>>,
    /// The months of every end, each once, with the segments of the block at hand there.
    ends: Vec<(Months, Vec<u32>)>,
}

impl<'a> Split<'a> {
    /// Nothing where there are no segments.
    pub(super) fn of(
        grid: &Grid<'a>,
        asked: &'a [Anchors],
        policies: &'a Policies,
    ) -> Option<Split<'a>> {
        let ledger = grid.ledger;
        if ledger.attributes().is_empty() {
            return None;
        }
        let whole = (ledger.first(), ledger.last());
        let mut ends: Vec<Months> = match policies.segment_at {
            SegmentAt::First | SegmentAt::Latest => vec![whole],
            SegmentAt::Opening | SegmentAt::Closing => {
                let both = asked.iter().flat_map(|ends| [ends.opening, ends.closing]);
                both.map(months).collect()
            }
        };
        ends.sort_unstable();
        ends.dedup();
        Some(Split {
            ledger,
            asked,
            policies,
            places: Places::default(),
            sums: vec![Vec::new(); asked.len()],
            ends: ends.into_iter().map(|end| (end, Vec::new())).collect(),
        })
    }

    /// Finds the segments of a block's customers at every end; `paid` says who has revenue at an end with this last
    /// month.
    pub(super) fn read(&mut self, block: usize, paid: impl Fn(Month) -> Bits) {
        let (ledger, places) = (self.ledger, &mut self.places);
        let at = self.policies.segment_at;
        let is_first = at == SegmentAt::First;
        let mut key = Key::new();
        for ((first, last), found) in &mut self.ends {
            // Only with `opening` is everybody's segment that of an end at which it has revenue.
            let slots = match at {
                SegmentAt::Opening => paid(*last),
                _ => [u64::MAX; BLOCK / 64],
            };
            found.clear();
            found.resize(BLOCK, 0);
            let known = ledger.numbers().saturating_sub(block * BLOCK);
            for slot in each_bit(&slots).take_while(|slot| *slot < known) {
                let customer = number(block, slot);
                let value = |attribute: &Attribute| {
                    if is_first {
                        attribute.earliest(customer, *first, *last)
                    } else {
                        attribute.latest(customer, *first, *last)
                    }
                };
                let place = if let [only] = ledger.attributes() {
                    places.of_value(value(only))
                } else {
                    key.clear();
                    key.extend(ledger.attributes().iter().map(value));
                    places.of(&key)
                };
                found[slot] = u32::try_from(place).unwrap_or(u32::MAX);
            }
        }
    }

    /// Adds a block to the segments of a comparison, where nobody can be left out.
    pub(super) fn add_block(
        &mut self,
        index: usize,
        comparison: &Comparison<'_>,
        block: &Pair<'_>,
    ) {
        let shown = Shown::of(comparison, block);
        let paid = or(&block.opening.paid, &block.closing.paid);
        let (opening, closing) = (&block.opening.values, &block.closing.values);
        let (groups, mut alone) = match (opening.small(), closing.small()) {
            // 1,024 values of 32 bits stay below 2^42.
            (Some(opening), Some(closing)) => self.groups(index, block, &paid, |slot| {
                (i64::from(opening[slot]), i64::from(closing[slot]))
            }),
            _ => self.groups(index, block, &paid, |slot| {
                (opening.get(slot), closing.get(slot))
            }),
        };
        alone = or(&alone, &and_not(&shown.all, &paid));
        let scale = self.ledger.scale();
        let is_split = groups.len() as u64 > FEW + super::count(&paid) / SHARE;
        for (place, payers) in groups {
            if is_split {
                alone = or(&alone, &payers.all);
                continue;
            }
            let sums = &mut self.sums[index];
            sums.resize_with(self.places.len(), || Rollforward::empty(scale));
            comparison.add_payers(block, &payers, &mut sums[place as usize]);
        }
        for slot in each_bit(&alone) {
            if let Some(movement) = comparison.movement(block, &shown, slot) {
                let (mut from, mut to) = (Key::new(), Key::new());
                let (ends, at) = (&self.asked[index], self.policies.segment_at);
                find_ends(self.ledger, ends, &movement, at, (&mut from, &mut to));
                let both = (self.places.of(&from), self.places.of(&to));
                let sums = &mut self.sums[index];
                sums.resize_with(self.places.len(), || Rollforward::empty(scale));
                add_between(sums, both, &movement, self.policies);
            }
        }
    }

    /// Those with revenue who stay in a segment, by segment; and those who are looked at one by one: who moves, who
    /// was cut, whose zero may be stated.
    fn groups<T>(
        &self,
        index: usize,
        block: &Pair<'_>,
        paid: &Bits,
        values: impl Fn(usize) -> (T, T),
    ) -> (Vec<(u32, Payers)>, Bits)
    where
        T: Copy + Default + Ord + AddAssign + Sub<Output = T> + Into<i128>,
    {
        let (opening, closing) = (block.opening, block.closing);
        let mut alone = and(paid, &or(&opening.cut_bits(), &closing.cut_bits()));
        if self.policies.zero == Zero::Active {
            alone = or(&alone, &and_not(&opening.paid, &closing.paid));
        }
        let ends = &self.asked[index];
        let (before, after) = (self.at(ends.opening), self.at(ends.closing));
        let is_at_opening = self.policies.segment_at == SegmentAt::Opening;
        let mut groups: Vec<(u32, Payers<T>)> = Vec::new();
        // By place, the number above that of its group.
        let mut known = vec![0_usize; self.places.len()];
        for slot in each_bit(&and_not(paid, &alone)) {
            let place = if is_at_opening && has(&opening.paid, slot) {
                before[slot]
            } else {
                after[slot]
            };
            let moves = has(&closing.paid, slot) && place != after[slot];
            if moves {
                alone[slot / 64] |= 1 << (slot % 64);
                continue;
            }
            let above = &mut known[place as usize];
            if *above == 0 {
                groups.push((place, Payers::default()));
                *above = groups.len();
            }
            let payers = &mut groups[*above - 1].1;
            payers.add(slot, values(slot));
        }
        let groups = groups.into_iter();
        let groups = groups.map(|(place, payers)| (place, payers.widened()));
        (groups.collect(), alone)
    }

    /// The segments of the block at hand at an end; those that do not change where they are read once.
    fn at(&self, anchor: Anchor) -> &[u32] {
        let place = self
            .ends
            .binary_search_by_key(&months(anchor), |end| end.0)
            .unwrap_or_default();
        &self.ends[place].1
    }

    /// The segments of each comparison by name.
    pub(super) fn named(self) -> Vec<BTreeMap<Vec<String>, Rollforward>> {
        let names = self.places.named(self.ledger);
        let of_comparison = |sums: Vec<Rollforward>| {
            let own = names.iter().map(|(name, place)| (name, sums.get(*place)));
            own.filter_map(|(name, sums)| Some((name.clone(), sums?.clone())))
                .collect()
        };
        self.sums.into_iter().map(of_comparison).collect()
    }
}

/// The months that a segment is read from at an end.
fn months(anchor: Anchor) -> Months {
    (anchor.period.first(), anchor.last)
}
