//! Everybody's movement between two ends.

use std::rc::Rc;

use super::super::anchors::Anchors;
use super::super::movements::{Class, Ends, Movement, Past as Lookup, Reader, Value, class};
use super::super::rollforward::Rollforward;
use super::end::{End, Values, Worth};
use super::{Columns, Past, and, and_not, count, has, number, or};
use crate::ledger::{BLOCK, Bits, Ledger, each_bit};
use crate::policies::{Policies, Reactivation, Zero};

/// A comparison of all customers of a ledger in one currency.
pub(in crate::metrics) struct Between<'a> {
    ledger: &'a Ledger,
    ends: &'a Anchors,
    policies: &'a Policies,
    reader: Reader<'a>,
    inside: &'a [Bits],
    past: &'a Past,
    /// How many of the months of the past lie before the opening's end, or are its last.
    months_to_opening: usize,
    opening: Rc<End>,
    closing: Rc<End>,
}

/// A customer whose past is read from the columns.
struct InColumns<'a> {
    between: &'a Between<'a>,
    number: u32,
    closing: Value,
    /// True with revenue after the opening and before the closing.
    has_revenue_between: bool,
}

impl Lookup for InColumns<'_> {
    fn arrival(&self) -> Class {
        self.between.arrival(self.number)
    }

    fn states_zero(&self) -> bool {
        self.between.reader.states_zero(self.number, self.closing)
    }

    fn has_revenue_between(&self) -> bool {
        self.has_revenue_between
    }
}

impl<'a> Between<'a> {
    pub(in crate::metrics) fn new(
        columns: &'a Columns<'a>,
        past: &'a Past,
        ends: &'a Anchors,
        policies: &'a Policies,
    ) -> Between<'a> {
        Between {
            ledger: columns.ledger,
            ends,
            policies,
            reader: Reader::new(columns.ledger, ends, policies),
            inside: &columns.inside,
            past,
            months_to_opening: past.months_to(ends.opening.period.last()),
            opening: columns.end(ends.opening),
            closing: columns.end(ends.closing),
        }
    }

    /// True if somebody is below zero at an end.
    pub(in crate::metrics) fn has_cut(&self) -> bool {
        !self.opening.cut.is_empty() || !self.closing.cut.is_empty()
    }

    /// The customers of which something was cut, perhaps twice.
    pub(in crate::metrics) fn cut(&self) -> Vec<u32> {
        let cut = self.opening.cut.iter().chain(&self.closing.cut);
        cut.map(|(number, _)| *number).collect()
    }

    /// True if nobody can be left out of the base.
    pub(in crate::metrics) fn counts_everybody(&self) -> bool {
        self.reader.counts_everybody()
    }

    /// Who has revenue at both ends, block by block.
    pub(in crate::metrics) fn kept(&self) -> impl Iterator<Item = Bits> {
        let blocks = 0..self.inside.len();
        blocks.map(|block| {
            let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
            and(&opening.paid, &closing.paid)
        })
    }

    /// What a customer is worth at both ends.
    pub(in crate::metrics) fn values(&self, number: u32) -> (i128, i128) {
        (self.opening.units(number), self.closing.units(number))
    }

    /// Shows every movement, in the order of numbers.
    pub(in crate::metrics) fn each(&self, mut see: impl FnMut(Movement)) {
        for block in 0..self.inside.len() {
            let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
            let between = self.between(block);
            let cut = self.cut_in(block);
            let shown = or(&or(&opening.paid, &closing.paid), &or(&between, &cut));
            for slot in each_bit(&shown) {
                let number = number(block, slot);
                let value = |end: &End, worth: &Worth| Value {
                    units: worth.values.get(slot),
                    clipped: if has(&cut, slot) {
                        end.cut_of(number)
                    } else {
                        0
                    },
                };
                let closing = value(&self.closing, closing);
                let ends = Ends {
                    opening: value(&self.opening, opening),
                    closing,
                    standing: closing,
                };
                let past = InColumns {
                    between: self,
                    number,
                    closing,
                    has_revenue_between: has(&between, slot),
                };
                let class = class(ends.opening.units, closing.units, &past);
                if let Some(movement) = self.reader.moved_as(number, ends, class) {
                    see(movement);
                }
            }
        }
    }

    /// The roll-forward of everybody, where nobody can be left out: what [`Between::each`] shows, added up.
    pub(in crate::metrics) fn total(&self) -> Rollforward {
        let mut total = Rollforward::empty(self.ledger.scale());
        for block in 0..self.inside.len() {
            self.add_block(block, &mut total);
        }
        let cut = |end: &End| end.cut.iter().map(|(_, units)| *units).sum();
        total.clipped_opening = cut(&self.opening);
        total.clipped_closing = cut(&self.closing);
        total.assert_identity();
        total.assert_customers();
        total
    }

    fn add_block(&self, block: usize, total: &mut Rollforward) {
        let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
        let stood = (opening.total, closing.total);
        let base = count(&opening.paid);
        let came = self.add_arrivals(block, total);
        let gone = self.add_departures(block, total);
        // Everybody's rises, those who came among them; falls follow from the two sums.
        let Rises {
            units,
            customers,
            equal,
        } = Rises::of(&opening.values, &closing.values);
        let falls = units - (stood.1 - stood.0);
        let nobody = BLOCK as u64 - count(&or(&opening.paid, &closing.paid));
        let kept = base - gone.1;
        let risen = customers - came.1;
        total.opening += stood.0;
        total.closing += stood.1;
        total.opening_customers += base;
        total.closing_customers += count(&closing.paid);
        total.paying_customers += count(&closing.paid);
        total.retained += stood.1 - came.0;
        total.retained_capped += stood.0 - falls;
        total.retained_customers += kept;
        total.expansion += units - came.0;
        total.expanded_customers += risen;
        total.contraction += falls - gone.0;
        total.unchanged_customers += equal - nobody;
        total.contracted_customers += kept - risen - (equal - nobody);
        let shown = or(&opening.paid, &closing.paid);
        total.transient_customers += count(&and_not(&self.between(block), &shown));
    }

    /// Adds who has nothing at the opening and revenue at the closing; gives their revenue and their number.
    fn add_arrivals(&self, block: usize, total: &mut Rollforward) -> (i128, u64) {
        let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
        let came = and_not(&closing.paid, &opening.paid);
        let mut new = (0, 0);
        let mut returned = (0, 0);
        for slot in each_bit(&came) {
            let place = match self.arrival(number(block, slot)) {
                Class::New => &mut new,
                _ => &mut returned,
            };
            place.0 += closing.values.get(slot);
            place.1 += 1;
        }
        total.new += new.0;
        total.new_customers += new.1;
        total.reactivated_customers += returned.1;
        match self.policies.reactivation {
            Reactivation::AsExpansion => {
                total.expansion += returned.0;
                total.retained += returned.0;
                total.beside_detail.0 += returned.0;
            }
            Reactivation::InNrr => {
                total.reactivation += returned.0;
                total.retained += returned.0;
            }
            _ => total.reactivation += returned.0,
        }
        (new.0 + returned.0, new.1 + returned.1)
    }

    /// Adds who has revenue at the opening and none at the closing; gives what of it is churn, and how many.
    fn add_departures(&self, block: usize, total: &mut Rollforward) -> (i128, u64) {
        let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
        let gone = and_not(&opening.paid, &closing.paid);
        let (mut churn, mut churned) = (0, 0);
        for slot in each_bit(&gone) {
            let units = opening.values.get(slot);
            if self.policies.zero == Zero::Active && self.is_kept_at_zero(number(block, slot)) {
                total.beside_detail.1 += units;
                total.closing_customers += 1;
                continue;
            }
            churn += units;
            churned += 1;
        }
        total.churn += churn;
        total.churned_customers += churned;
        (churn, churned)
    }

    /// True for a customer with nothing at the closing that a row states to be zero.
    fn is_kept_at_zero(&self, number: u32) -> bool {
        let closing = Value {
            units: 0,
            clipped: self.closing.cut_of(number),
        };
        self.reader.states_zero(number, closing)
    }

    /// New, or back within the window.
    fn arrival(&self, number: u32) -> Class {
        if !self.past.paid_in(number, self.months_to_opening) {
            return Class::New;
        }
        if self.policies.reactivation_window.is_some() {
            return self.reader.arrival(number);
        }
        if self.policies.reactivation == Reactivation::AsNew {
            Class::New
        } else {
            Class::Reactivation
        }
    }

    /// Who has revenue after the opening and before the closing.
    fn between(&self, block: usize) -> Bits {
        let (opening, closing) = (self.ends.opening.last, self.ends.closing.first);
        self.past.paid_between(block, opening, closing)
    }

    /// Who was cut at zero at an end.
    fn cut_in(&self, block: usize) -> Bits {
        let mut bits = [0; BLOCK / 64];
        for end in [&self.opening, &self.closing] {
            let from = |block: usize| {
                let is_before = |cut: &(u32, i128)| (cut.0 as usize) < block * BLOCK;
                end.cut.partition_point(is_before)
            };
            for (number, _) in &end.cut[from(block)..from(block + 1)] {
                let slot = *number as usize % BLOCK;
                bits[slot / 64] |= 1 << (slot % 64);
            }
        }
        bits
    }
}

/// How much more a block is worth, of those places that are worth more.
#[derive(Default)]
struct Rises {
    units: i128,
    customers: u64,
    /// How many places are worth the same, be it nothing.
    equal: u64,
}

impl Rises {
    fn of(opening: &Values, closing: &Values) -> Rises {
        static NOTHING: [i32; BLOCK] = [0; BLOCK];
        match (opening, closing) {
            (Values::None, Values::None) => Rises {
                equal: BLOCK as u64,
                ..Rises::default()
            },
            (Values::Small(opening), Values::Small(closing)) => Rises::small(opening, closing),
            (Values::None, Values::Small(closing)) => Rises::small(&NOTHING, closing),
            (Values::Small(opening), Values::None) => Rises::small(opening, &NOTHING),
            _ => Rises::wide(opening, closing),
        }
    }

    /// Where 32 bits hold all, and so their differences, for nothing is below zero.
    fn small(opening: &[i32; BLOCK], closing: &[i32; BLOCK]) -> Rises {
        let (mut units, mut customers, mut equal) = (0_u64, 0_u32, 0_u32);
        for (opening, closing) in opening.iter().zip(closing) {
            // No sum of 1,024 outgrows its bits: wrapping leaves the loop to vectors.
            let rise = closing.wrapping_sub(*opening).max(0);
            units = units.wrapping_add(u64::from(rise.cast_unsigned()));
            customers = customers.wrapping_add(u32::from(closing > opening));
            equal = equal.wrapping_add(u32::from(closing == opening));
        }
        Rises {
            units: units.into(),
            customers: customers.into(),
            equal: equal.into(),
        }
    }

    fn wide(opening: &Values, closing: &Values) -> Rises {
        let mut rises = Rises::default();
        for slot in 0..BLOCK {
            let change = closing.get(slot) - opening.get(slot);
            rises.units += change.max(0);
            rises.customers += u64::from(change > 0);
            rises.equal += u64::from(change == 0);
        }
        rises
    }
}
