//! What moved inside everybody between two ends, by product.

use std::cell::OnceCell;
use std::rc::Rc;

use super::super::anchors::Anchors;
use super::super::detail::{Detail, Units};
use super::super::rollforward::Rollforward;
use super::end::End;
use super::lines::{PaidAt, add_lines};
use super::{Between, and, number, or};
use crate::ledger::{BLOCK, each_bit};

/// The products of all customers at both ends of a comparison.
pub(in crate::metrics) struct Details<'a> {
    units: &'a Units<'a>,
    ends: &'a Anchors,
    opening: Rc<End>,
    closing: Rc<End>,
    of_customers: OnceCell<OfCustomers>,
}

/// What moved inside each customer.
struct OfCustomers {
    /// For each customer its place in `details`; [`UNTOUCHED`] where no product changed.
    places: Vec<u32>,
    details: Vec<Detail>,
}

/// The place of a customer whose products are all as they were.
const UNTOUCHED: u32 = u32::MAX;

impl<'a> Details<'a> {
    pub(in crate::metrics) fn new(units: &'a Units<'a>, ends: &'a Anchors) -> Details<'a> {
        let columns = units.columns();
        Details {
            units,
            ends,
            opening: columns.end(ends.opening),
            closing: columns.end(ends.closing),
            of_customers: OnceCell::new(),
        }
    }

    /// What moved inside a customer that is worth this at the two ends.
    ///
    /// # Panics
    ///
    /// If the customer's products do not add up to it: a bug of the program, never of the data.
    pub(in crate::metrics) fn of(&self, customer: u32, values: (i128, i128)) -> Detail {
        if self.units.ledger.has_quantities() {
            return self.units.detail(customer, self.ends, values);
        }
        let OfCustomers { places, details } = self.of_customers.get_or_init(|| self.of_customers());
        let place = places[customer as usize] as usize;
        let detail = details.get(place).copied().unwrap_or_default();
        assert_eq!(
            detail.rises() - detail.falls(),
            values.1 - values.0,
            "a customer's products add up to it"
        );
        detail
    }

    fn of_customers(&self) -> OfCustomers {
        let mut places = vec![UNTOUCHED; self.units.customers()];
        let mut details: Vec<Detail> = Vec::new();
        self.each_change(|owner, opening, closing| {
            let place = &mut places[owner as usize];
            if *place == UNTOUCHED {
                *place = u32::try_from(details.len()).unwrap_or(UNTOUCHED);
                details.push(Detail::default());
            }
            details[*place as usize].add_line(opening, closing);
        });
        details.iter_mut().for_each(Detail::settle_amounts);
        OfCustomers { places, details }
    }

    /// Sets what moved inside all customers that have revenue at both ends in the roll-forward of these ends.
    pub(in crate::metrics) fn set_in(&self, total: &mut Rollforward, between: &Between<'_>) {
        if !self.units.ledger.has_quantities() {
            return total.set_lines(&self.lines(between));
        }
        total.detail = Detail::default();
        for (block, kept) in between.kept().enumerate() {
            for slot in each_bit(&kept) {
                let customer = number(block, slot);
                let detail = self.of(customer, between.values(customer));
                total.detail.add(&detail);
            }
        }
    }

    /// The lines of all products of customers that have revenue at both ends.
    fn lines(&self, between: &Between<'_>) -> Detail {
        let mut paid = PaidAt::ends(2);
        (0..between.blocks()).for_each(|block| paid.add_block(&between.paid(block)));
        let mut lines = Detail::default();
        for (block, owners) in self.units.owners(0).chunks(BLOCK).enumerate() {
            let paid = paid.of(owners);
            let ends = [&self.opening, &self.closing].map(|end| end.worth(block));
            add_lines(&mut lines, ends, &and(&paid[0], &paid[1]));
        }
        lines
    }

    /// Shows every product that is worth more or less at the closing: whose it is, and both values.
    fn each_change(&self, mut see: impl FnMut(u32, i128, i128)) {
        for block in 0..self.opening.blocks().max(self.closing.blocks()) {
            let (opening, closing) = (self.opening.worth(block), self.closing.worth(block));
            let any = or(&opening.paid, &closing.paid);
            let first = block * BLOCK;
            let owners = self.units.owners(first);
            match (opening.values.small(), closing.values.small()) {
                (Some(opening), Some(closing)) => {
                    for slot in each_bit(&any) {
                        let (opening, closing) = (opening[slot], closing[slot]);
                        if opening != closing {
                            see(owners[slot], opening.into(), closing.into());
                        }
                    }
                }
                _ => {
                    for slot in each_bit(&any) {
                        let (opening, closing) =
                            (opening.values.get(slot), closing.values.get(slot));
                        if opening != closing {
                            see(owners[slot], opening, closing);
                        }
                    }
                }
            }
        }
    }
}
