//! What a block of customers adds to a roll-forward of everybody.

use std::ops::{AddAssign, Range, Sub};

use super::super::anchors::Anchors;
use super::super::movements::{Class, Ends, Movement, Past as Lookup, Reader, Value, class};
use super::super::rollforward::Rollforward;
use super::end::{Values, Worth};
use super::{Grid, NOBODY, and, and_not, any, count, has, number, or};
use crate::ledger::{BLOCK, Bits, each_bit};
use crate::machine::{Lanes, Walk, with_widest};
use crate::policies::{Policies, Reactivation, Zero};
use crate::units::Month;

/// A comparison of two ends, whoever it is of.
pub(super) struct Comparison<'a> {
    pub(super) reader: Reader<'a>,
    policies: &'a Policies,
    months: &'a [Month],
    /// Those of the ledger's months that are the opening's last one, or lie before it.
    to_opening: Range<usize>,
    /// Those between both ends.
    inner: Range<usize>,
}

/// A block of customers at both ends.
pub(super) struct Pair<'b> {
    pub(super) number: usize,
    pub(super) opening: &'b Worth,
    pub(super) closing: &'b Worth,
    /// By month, who had revenue.
    pub(super) past: &'b [Bits],
}

impl<'a> Comparison<'a> {
    pub(super) fn new(
        grid: &'a Grid<'_>,
        ends: &'a Anchors,
        policies: &'a Policies,
    ) -> Comparison<'a> {
        let (opening, closing) = (ends.opening, ends.closing);
        let end = opening.period.last();
        let months = &grid.months;
        let start = months.partition_point(|month| *month <= opening.last);
        Comparison {
            reader: Reader::new(grid.ledger, ends, policies),
            policies,
            months,
            to_opening: 0..months.partition_point(|month| *month <= end),
            inner: start..months.partition_point(|month| *month < closing.first),
        }
    }

    /// Who has revenue at the opening or before.
    pub(super) fn known(&self, past: &[Bits]) -> Bits {
        any(past.get(self.to_opening.clone()).unwrap_or_default())
    }

    /// Who has revenue after the opening and before the closing.
    pub(super) fn between(&self, past: &[Bits]) -> Bits {
        any(past.get(self.inner.clone()).unwrap_or_default())
    }

    /// What the customer of a place is that had revenue before: back within the window, or new again.
    pub(super) fn return_of(&self, past: &[Bits], slot: usize) -> Class {
        let is_new = self.policies.reactivation == Reactivation::AsNew;
        let window = self.policies.reactivation_window;
        if is_new || window.is_some_and(|window| self.absence(past, slot) > window.cast_signed()) {
            Class::New
        } else {
            Class::Reactivation
        }
    }

    /// How many months lie between the last revenue up to the opening and the first one after it.
    fn absence(&self, past: &[Bits], slot: usize) -> i32 {
        let (before, after) = past.split_at(self.to_opening.end.min(past.len()));
        let last = before.iter().rposition(|paid| has(paid, slot));
        let next = after.iter().position(|paid| has(paid, slot));
        let next = next.map(|next| next + before.len());
        let months = last.zip(next);
        months.map_or(0, |(last, next)| {
            self.months[last].until(self.months[next]) - 1
        })
    }

    /// Adds a block, where nobody can be left out.
    pub(super) fn add_block(&self, block: &Pair<'_>, total: &mut Rollforward) {
        let (opening, closing) = (block.opening, block.closing);
        let cut = |worth: &Worth| worth.cut.iter().map(|(_, units)| *units).sum::<i128>();
        total.clipped_opening += cut(opening);
        total.clipped_closing += cut(closing);
        let shown = or(&opening.paid, &closing.paid);
        total.transient_customers += count(&and_not(&self.between(block.past), &shown));
        self.add_paid(block, total);
    }

    /// Adds those of a block who have revenue at an end, where nobody can be left out.
    pub(super) fn add_paid(&self, block: &Pair<'_>, total: &mut Rollforward) {
        if or(&block.opening.paid, &block.closing.paid) != NOBODY {
            self.add_payers(block, &Payers::of(block), total);
        }
    }

    /// The same of some of them.
    pub(super) fn add_payers(&self, block: &Pair<'_>, payers: &Payers, total: &mut Rollforward) {
        // Everybody's rises, those who came among them; falls follow from the two sums.
        let changes = &payers.changes;
        let falls = changes.rises - (payers.closing - payers.opening);
        let [opening, closing] = payers.paid(block);
        let came = and_not(&closing, &opening);
        self.add_arrivals(block, (&came, changes.came), total);
        let gone = and_not(&opening, &closing);
        let gone = self.add_departures(block, (&gone, changes.gone), total);
        let base = count(&opening);
        let kept = base - gone.1;
        let more = changes.more - count(&came);
        total.opening += payers.opening;
        total.closing += payers.closing;
        total.opening_customers += base;
        total.closing_customers += count(&closing);
        total.paying_customers += count(&closing);
        total.retained += payers.closing - changes.came;
        total.retained_capped += payers.opening - falls;
        total.retained_customers += kept;
        total.expansion += changes.rises - changes.came;
        total.expanded_customers += more;
        total.contraction += falls - gone.0;
        total.unchanged_customers += changes.equal;
        total.contracted_customers += kept - more - changes.equal;
    }

    /// Adds who has nothing at the opening and revenue at the closing, which all together is `units`.
    fn add_arrivals(
        &self,
        block: &Pair<'_>,
        (came, units): (&Bits, i128),
        total: &mut Rollforward,
    ) {
        let returned = self.returned(block, came);
        let new = and_not(came, &returned);
        let (new_customers, returned_customers) = (count(&new), count(&returned));
        // The fewer are looked at, and the others are the rest.
        let values = &block.closing.values;
        let (new, returned) = if new_customers < returned_customers {
            let new = values.sum_of(&new);
            (new, units - new)
        } else {
            let returned = values.sum_of(&returned);
            (units - returned, returned)
        };
        total.new += new;
        total.new_customers += new_customers;
        total.reactivated_customers += returned_customers;
        match self.policies.reactivation {
            Reactivation::AsExpansion => {
                total.expansion += returned;
                total.retained += returned;
                total.beside_detail.0 += returned;
            }
            Reactivation::InNrr => {
                total.reactivation += returned;
                total.retained += returned;
            }
            _ => total.reactivation += returned,
        }
    }

    /// Who of those who came counts as back.
    fn returned(&self, block: &Pair<'_>, came: &Bits) -> Bits {
        if self.policies.reactivation == Reactivation::AsNew || *came == NOBODY {
            return NOBODY;
        }
        let mut returned = and(came, &self.known(block.past));
        if self.policies.reactivation_window.is_some() {
            for slot in each_bit(&returned.clone()) {
                if self.return_of(block.past, slot) == Class::New {
                    returned[slot / 64] &= !(1 << (slot % 64));
                }
            }
        }
        returned
    }

    /// Adds who has revenue at the opening, `units` all together, and none at the closing; gives what of it is
    /// churn, and how many.
    fn add_departures(
        &self,
        block: &Pair<'_>,
        (gone, units): (&Bits, i128),
        total: &mut Rollforward,
    ) -> (i128, u64) {
        let (mut churn, mut churned) = (units, count(gone));
        if self.policies.zero == Zero::Active {
            for slot in each_bit(gone) {
                let number = number(block.number, slot);
                let closing = Value {
                    units: 0,
                    clipped: block.closing.cut_of(number),
                };
                if self.reader.states_zero(number, closing) {
                    let units = block.opening.values.get(slot);
                    total.beside_detail.1 += units;
                    total.closing_customers += 1;
                    churn -= units;
                    churned -= 1;
                }
            }
        }
        total.churn += churn;
        total.churned_customers += churned;
        (churn, churned)
    }
}

/// Who of a block has something to show between two ends, and what decides of what class they are.
pub(super) struct Shown {
    known: Bits,
    pub(super) between: Bits,
    cut: Bits,
    /// Everybody of them.
    pub(super) all: Bits,
}

impl Shown {
    pub(super) fn of(comparison: &Comparison<'_>, block: &Pair<'_>) -> Shown {
        let (opening, closing) = (block.opening, block.closing);
        let between = comparison.between(block.past);
        let cut = or(&opening.cut_bits(), &closing.cut_bits());
        Shown {
            known: comparison.known(block.past),
            all: or(&or(&opening.paid, &closing.paid), &or(&between, &cut)),
            between,
            cut,
        }
    }
}

/// A customer whose past is read from the columns.
struct InColumns<'a> {
    comparison: &'a Comparison<'a>,
    number: u32,
    closing: Value,
    /// When the customers of its block had revenue, and its place among them.
    past: &'a [Bits],
    slot: usize,
    /// True with revenue in the opening's months or before.
    is_known: bool,
    /// True with revenue after the opening and before the closing.
    has_revenue_between: bool,
}

impl Lookup for InColumns<'_> {
    fn arrival(&self) -> Class {
        if self.is_known {
            self.comparison.return_of(self.past, self.slot)
        } else {
            Class::New
        }
    }

    fn states_zero(&self) -> bool {
        let reader = &self.comparison.reader;
        reader.states_zero(self.number, self.closing)
    }

    fn has_revenue_between(&self) -> bool {
        self.has_revenue_between
    }
}

impl Comparison<'_> {
    /// The movement of one who has something to show.
    pub(super) fn movement(
        &self,
        block: &Pair<'_>,
        shown: &Shown,
        slot: usize,
    ) -> Option<Movement> {
        let number = number(block.number, slot);
        let value = |worth: &Worth| Value {
            units: worth.values.get(slot),
            clipped: if has(&shown.cut, slot) {
                worth.cut_of(number)
            } else {
                0
            },
        };
        let closing = value(block.closing);
        let ends = Ends {
            opening: value(block.opening),
            closing,
            standing: closing,
        };
        let past = InColumns {
            comparison: self,
            number,
            closing,
            past: block.past,
            slot,
            is_known: has(&shown.known, slot),
            has_revenue_between: has(&shown.between, slot),
        };
        let class = class(ends.opening.units, closing.units, &past);
        self.reader.moved_as(number, ends, class)
    }
}

/// Some of a block who have revenue at an end, and what all of them are worth.
#[derive(Default)]
pub(super) struct Payers<T = i128> {
    /// Who.
    pub(super) all: Bits,
    opening: T,
    closing: T,
    /// Of these alone.
    changes: Changes<T>,
}

impl<T: Copy + Default + Ord + AddAssign + Sub<Output = T>> Payers<T> {
    /// Adds one who has revenue at an end.
    #[inline]
    pub(super) fn add(&mut self, slot: usize, (opening, closing): (T, T)) {
        self.all[slot / 64] |= 1 << (slot % 64);
        self.opening += opening;
        self.closing += closing;
        self.changes.add(opening, closing);
    }
}

impl<T: Into<i128>> Payers<T> {
    /// The same in 128 bits.
    pub(super) fn widened(self) -> Payers {
        let changes = self.changes;
        Payers {
            all: self.all,
            opening: self.opening.into(),
            closing: self.closing.into(),
            changes: Changes {
                rises: changes.rises.into(),
                more: changes.more,
                equal: changes.equal,
                came: changes.came.into(),
                gone: changes.gone.into(),
            },
        }
    }
}

impl Payers {
    /// All of a block.
    fn of(block: &Pair<'_>) -> Payers {
        let (opening, closing) = (block.opening, block.closing);
        let all = or(&opening.paid, &closing.paid);
        let mut changes = Changes::of(&opening.values, &closing.values);
        changes.equal -= BLOCK as u64 - count(&all);
        Payers {
            all,
            opening: opening.total,
            closing: closing.total,
            changes,
        }
    }

    /// Who has revenue at the opening, and who at the closing.
    fn paid(&self, block: &Pair<'_>) -> [Bits; 2] {
        [block.opening, block.closing].map(|worth| and(&worth.paid, &self.all))
    }
}

/// How two columns of a block differ; nothing in them is below zero.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes<T = i128> {
    /// How much more those places are worth that are worth more.
    rises: T,
    /// How many these are.
    more: u64,
    /// How many places are worth the same, be it nothing.
    equal: u64,
    /// What those are worth then that were worth nothing.
    came: T,
    /// What those were worth that are worth nothing then.
    gone: T,
}

impl<T: Copy + Default + Ord + AddAssign + Sub<Output = T>> Changes<T> {
    #[inline]
    fn add(&mut self, opening: T, closing: T) {
        let nothing = T::default();
        self.rises += (closing - opening).max(nothing);
        self.more += u64::from(closing > opening);
        self.equal += u64::from(closing == opening);
        self.came += if opening == nothing { closing } else { nothing };
        self.gone += if closing == nothing { opening } else { nothing };
    }
}

impl Changes {
    pub(super) fn of(opening: &Values, closing: &Values) -> Changes {
        match (opening.small(), closing.small()) {
            (Some(opening), Some(closing)) => with_widest(Small { opening, closing }),
            _ => Changes::wide(opening, closing),
        }
    }

    pub(super) fn wide(opening: &Values, closing: &Values) -> Changes {
        let mut changes = Changes::default();
        for slot in 0..BLOCK {
            changes.add(opening.get(slot), closing.get(slot));
        }
        changes
    }
}

/// Two columns where 32 bits hold all, and so their differences.
struct Small<'b> {
    opening: &'b [i32; BLOCK],
    closing: &'b [i32; BLOCK],
}

impl Walk for Small<'_> {
    type Found = Changes;

    #[expect(
        clippy::inline_always,
        reason = "it has to be compiled for the processor"
    )]
    #[inline(always)]
    fn walk(self, _: impl Lanes) -> Changes {
        let (mut rises, mut came, mut gone) = (0_u64, 0_u64, 0_u64);
        let (mut more, mut equal) = (0_u32, 0_u32);
        for (opening, closing) in self.opening.iter().zip(self.closing) {
            // No sum of 1,024 outgrows its bits: wrapping leaves the loop to vectors.
            let rise = closing.wrapping_sub(*opening).max(0);
            let new = if *opening == 0 { *closing } else { 0 };
            let old = if *closing == 0 { *opening } else { 0 };
            rises = rises.wrapping_add(u64::from(rise.cast_unsigned()));
            came = came.wrapping_add(u64::from(new.cast_unsigned()));
            gone = gone.wrapping_add(u64::from(old.cast_unsigned()));
            more = more.wrapping_add(u32::from(closing > opening));
            equal = equal.wrapping_add(u32::from(closing == opening));
        }
        Changes {
            rises: rises.into(),
            more: more.into(),
            equal: equal.into(),
            came: came.into(),
            gone: gone.into(),
        }
    }
}
