//! What moved inside everybody between two ends, by product.

use std::rc::Rc;

use super::super::anchors::Anchors;
use super::super::detail::{Detail, Units};
use super::end::End;
use super::{has, number, or};
use crate::ledger::{BLOCK, Bits, each_bit};

/// The products of all customers at both ends of a comparison.
pub(in crate::metrics) struct Details<'a> {
    units: &'a Units<'a>,
    ends: &'a Anchors,
    opening: Rc<End>,
    closing: Rc<End>,
    /// Whose products changed; everybody where quantities may have.
    touched: Option<Vec<Bits>>,
}

impl<'a> Details<'a> {
    pub(in crate::metrics) fn new(units: &'a Units<'a>, ends: &'a Anchors) -> Details<'a> {
        let columns = units.columns();
        let mut details = Details {
            units,
            ends,
            opening: columns.end(ends.opening),
            closing: columns.end(ends.closing),
            touched: None,
        };
        if !units.ledger.has_quantities() {
            details.touched = Some(details.changed(columns.inside.len()));
        }
        details
    }

    /// The customers with a product that is worth more or less at the closing.
    fn changed(&self, blocks: usize) -> Vec<Bits> {
        let mut touched = vec![[0; BLOCK / 64]; self.units.customers() / BLOCK + 1];
        for block in 0..blocks {
            let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
            for slot in each_bit(&or(&opening.paid, &closing.paid)) {
                if opening.values.get(slot) != closing.values.get(slot) {
                    let owner = self.units.owner(number(block, slot)) as usize;
                    touched[owner / BLOCK][owner / 64 % (BLOCK / 64)] |= 1 << (owner % 64);
                }
            }
        }
        touched
    }

    /// What moved inside a customer that is worth this at the two ends.
    ///
    /// # Panics
    ///
    /// If the customer's products do not add up to it: a bug of the program, never of the data.
    pub(in crate::metrics) fn of(&self, customer: u32, values: (i128, i128)) -> Detail {
        match &self.touched {
            None => self.units.detail(customer, self.ends, values),
            Some(touched) => {
                let customer_index = customer as usize;
                if !has(&touched[customer_index / BLOCK], customer_index % BLOCK) {
                    return Detail::default();
                }
                let value = |unit: u32| (self.opening.units(unit), self.closing.units(unit));
                self.units.detail_of(customer, values, value)
            }
        }
    }

    /// The same for all customers that have revenue at both ends, added up.
    pub(in crate::metrics) fn total(&self, between: &super::Between<'_>) -> Detail {
        let mut total = Detail::default();
        for (block, mut kept) in between.kept().enumerate() {
            if let Some(touched) = &self.touched {
                kept = super::and(&kept, &touched[block]);
            }
            for slot in each_bit(&kept) {
                let customer = number(block, slot);
                total.add(&self.of(customer, between.values(customer)));
            }
        }
        total
    }
}
