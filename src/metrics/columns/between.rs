//! Everybody's movement between two ends.

use std::rc::Rc;

use super::super::anchors::Anchors;
use super::super::movements::Movement;
use super::super::rollforward::Rollforward;
use super::comparison::{Comparison, Pair, Shown};
use super::end::End;
use super::{Columns, Past, and};
use crate::ledger::{Bits, Ledger, each_bit};
use crate::policies::Policies;

/// A comparison of all customers of a ledger in one currency.
pub(in crate::metrics) struct Between<'a> {
    ledger: &'a Ledger,
    comparison: Comparison<'a>,
    past: &'a Past,
    opening: Rc<End>,
    closing: Rc<End>,
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

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.ledger.blocks()
    }

    /// Who of a block has revenue at the opening, and who at the closing.
    pub(super) fn paid(&self, block: usize) -> [Bits; 2] {
        [&self.opening, &self.closing].map(|end| end.worth(block).paid)
    }

    /// Who has revenue at both ends, block by block.
    pub(super) fn kept(&self) -> impl Iterator<Item = Bits> {
        (0..self.blocks()).map(|block| {
            let [opening, closing] = self.paid(block);
            and(&opening, &closing)
        })
    }

    /// What a customer is worth at both ends.
    pub(in crate::metrics) fn values(&self, number: u32) -> (i128, i128) {
        (self.opening.units(number), self.closing.units(number))
    }

    /// Shows every movement, in the order of numbers.
    pub(in crate::metrics) fn each(&self, mut see: impl FnMut(Movement)) {
        let view = self.view();
        for block in 0..self.ledger.blocks() {
            view.each(block, &mut see);
        }
    }

    /// Lets threads see every movement, each those of some blocks at a time in the order of numbers; what they make of
    /// them from `blank` on stands in that order too.
    pub(in crate::metrics) fn in_parts<T: Send>(
        &self,
        blank: impl Fn() -> T + Sync,
        see: impl Fn(&mut T, Movement) + Sync,
    ) -> Vec<T> {
        let view = self.view();
        self.ledger.each_part(|blocks| {
            let mut part = blank();
            for block in blocks {
                view.each(block, &mut |movement| see(&mut part, movement));
            }
            part
        })
    }

    fn view(&self) -> View<'_> {
        View {
            comparison: &self.comparison,
            past: self.past,
            opening: &self.opening,
            closing: &self.closing,
        }
    }

    /// The roll-forward of everybody, where nobody can be left out: what [`Between::each`] shows, added up.
    pub(in crate::metrics) fn total(&self) -> Rollforward {
        let view = self.view();
        let blank = || Rollforward::empty(self.ledger.scale());
        let parts = self.ledger.each_part(|blocks| {
            let mut total = blank();
            for block in blocks {
                view.comparison.add_block(&view.pair(block), &mut total);
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

/// The same for several threads at once.
struct View<'b> {
    comparison: &'b Comparison<'b>,
    past: &'b Past,
    opening: &'b End,
    closing: &'b End,
}

impl View<'_> {
    fn pair(&self, number: usize) -> Pair<'_> {
        Pair {
            number,
            opening: self.opening.worth(number),
            closing: self.closing.worth(number),
            past: &self.past.blocks[number],
        }
    }

    /// Shows the movements of a block.
    fn each(&self, block: usize, see: &mut impl FnMut(Movement)) {
        let block = self.pair(block);
        let shown = Shown::of(self.comparison, &block);
        for slot in each_bit(&shown.all) {
            let movement = self.comparison.movement(&block, &shown, slot);
            movement.into_iter().for_each(&mut *see);
        }
    }
}
