//! Everybody's movement between two ends.

use std::rc::Rc;

use super::super::anchors::Anchors;
use super::super::movements::{Class, Ends, Movement, Past as Lookup, Value, class};
use super::super::rollforward::Rollforward;
use super::comparison::{Comparison, Pair};
use super::end::{End, Worth};
use super::{Columns, NOBODY, Past, and, has, number, or};
use crate::ledger::{BLOCK, Bits, Ledger, each_bit};
use crate::policies::Policies;

/// A comparison of all customers of a ledger in one currency.
pub(in crate::metrics) struct Between<'a> {
    ledger: &'a Ledger,
    comparison: Comparison<'a>,
    past: &'a Past,
    opening: Rc<End>,
    closing: Rc<End>,
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

impl<'a> Between<'a> {
    pub(in crate::metrics) fn new(
        columns: &'a Columns<'a>,
        past: &'a Past,
        ends: &'a Anchors,
        policies: &'a Policies,
    ) -> Between<'a> {
        Between {
            ledger: columns.grid.ledger,
            comparison: Comparison::new(&columns.grid, ends, policies),
            past,
            opening: columns.end(ends.opening),
            closing: columns.end(ends.closing),
        }
    }

    /// True if somebody is below zero at an end.
    pub(in crate::metrics) fn has_cut(&self) -> bool {
        self.opening
            .cut()
            .chain(self.closing.cut())
            .next()
            .is_some()
    }

    /// The customers of which something was cut, perhaps twice.
    pub(in crate::metrics) fn cut(&self) -> Vec<u32> {
        let cut = self.opening.cut().chain(self.closing.cut());
        cut.map(|(number, _)| number).collect()
    }

    /// True if nobody can be left out of the base.
    pub(in crate::metrics) fn counts_everybody(&self) -> bool {
        self.comparison.reader.counts_everybody()
    }

    /// Who has revenue at both ends, block by block.
    pub(in crate::metrics) fn kept(&self) -> impl Iterator<Item = Bits> {
        let blocks = 0..self.ledger.blocks();
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
        for block in 0..self.ledger.blocks() {
            let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
            let past = &self.past.blocks[block];
            let known = self.comparison.known(past);
            let between = self.comparison.between(past);
            let cut = or(&cut_in(opening), &cut_in(closing));
            let shown = or(&or(&opening.paid, &closing.paid), &or(&between, &cut));
            for slot in each_bit(&shown) {
                let number = number(block, slot);
                let value = |worth: &Worth| Value {
                    units: worth.values.get(slot),
                    clipped: if has(&cut, slot) {
                        worth.cut_of(number)
                    } else {
                        0
                    },
                };
                let closing = value(closing);
                let ends = Ends {
                    opening: value(opening),
                    closing,
                    standing: closing,
                };
                let past = InColumns {
                    comparison: &self.comparison,
                    number,
                    closing,
                    past,
                    slot,
                    is_known: has(&known, slot),
                    has_revenue_between: has(&between, slot),
                };
                let class = class(ends.opening.units, closing.units, &past);
                let movement = self.comparison.reader.moved_as(number, ends, class);
                movement.into_iter().for_each(&mut see);
            }
        }
    }

    /// The roll-forward of everybody, where nobody can be left out: what [`Between::each`] shows, added up.
    pub(in crate::metrics) fn total(&self) -> Rollforward {
        let (opening, closing) = (&*self.opening, &*self.closing);
        let (comparison, past) = (&self.comparison, self.past);
        let blank = || Rollforward::empty(self.ledger.scale());
        let parts = self.ledger.each_part(|blocks| {
            let mut total = blank();
            for number in blocks {
                let block = Pair {
                    number,
                    opening: opening.worth(number),
                    closing: closing.worth(number),
                    past: &past.blocks[number],
                };
                comparison.add_block(&block, &mut total);
            }
            total
        });
        let mut total = blank();
        for part in &parts {
            total.add(part);
        }
        total.assert_identity();
        total.assert_customers();
        total
    }
}

/// Who of a block was cut to zero.
fn cut_in(worth: &Worth) -> Bits {
    let mut bits = NOBODY;
    for (number, _) in &worth.cut {
        let slot = *number as usize % BLOCK;
        bits[slot / 64] |= 1 << (slot % 64);
    }
    bits
}
