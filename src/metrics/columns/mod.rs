//! All customers of a ledger, month by month: what a comparison of all of them reads.
//!
//! A customer's state is looked up where it is needed; what everybody needs is worked out once, in columns.

mod between;
mod details;
mod end;

pub(super) use between::Between;
pub(super) use details::Details;
pub(super) use end::{End, Values};

use std::cell::RefCell;
use std::rc::Rc;

use super::anchors::Anchor;
use crate::ledger::{BLOCK, Bits, Ledger, each_bit};
use crate::units::Month;

/// How many ends are kept: a comparison's closing is often the opening of the next, and the closing of that with
/// twelve months before.
const KEPT: usize = 4;

/// The ledger by month, with what comparisons share.
pub(super) struct Columns<'a> {
    ledger: &'a Ledger,
    /// The months that an amount can stand in.
    months: Vec<Month>,
    /// For each block one bit a customer.
    inside: Vec<Bits>,
    /// Amounts below zero stay as they are; else they are cut to zero.
    keeps_below: bool,
    ends: RefCell<Vec<((Month, Month), Rc<End>)>>,
}

impl<'a> Columns<'a> {
    pub(super) fn of(ledger: &'a Ledger) -> Columns<'a> {
        Columns {
            ledger,
            months: ledger.label_ends(),
            inside: ledger.inside(),
            keeps_below: false,
            ends: RefCell::default(),
        }
    }

    /// The same with amounts below zero as they are.
    pub(super) fn with_below(ledger: &'a Ledger) -> Columns<'a> {
        Columns {
            keeps_below: true,
            ..Columns::of(ledger)
        }
    }

    /// What everybody is worth at an end.
    pub(super) fn end(&self, anchor: Anchor) -> Rc<End> {
        let months = (anchor.first, anchor.last);
        let mut ends = self.ends.borrow_mut();
        let place = ends.iter().position(|(known, _)| *known == months);
        let end = match place {
            Some(place) => ends.remove(place),
            None => (months, Rc::new(End::read(self, months))),
        };
        let shared = Rc::clone(&end.1);
        ends.push(end);
        if ends.len() > KEPT {
            ends.remove(0);
        }
        shared
    }
}

/// When customers had revenue.
pub(super) struct Past {
    months: Vec<Month>,
    /// By month and block, one bit for each customer with revenue.
    paid: Vec<Vec<Bits>>,
    /// For each customer the first of the months with revenue; [`NEVER`] without any.
    first: Vec<u16>,
}

/// After every month: there are fewer.
const NEVER: u16 = u16::MAX;

impl Past {
    pub(super) fn of(columns: &Columns<'_>) -> Past {
        let Columns {
            ledger,
            months,
            inside,
            ..
        } = columns;
        let mut first = vec![NEVER; inside.len() * BLOCK];
        let mut seen = vec![[0; BLOCK / 64]; inside.len()];
        let mut paid = Vec::with_capacity(months.len());
        for (month, index) in months.iter().zip(0..) {
            let mut bits = vec![[0; BLOCK / 64]; inside.len()];
            for (block, bits) in bits.iter_mut().enumerate() {
                let amounts = ledger.column(block, *month).amounts();
                let all = amounts.map_or([0; BLOCK / 64], |amounts| amounts.paid());
                *bits = and(&all, &inside[block]);
                let new = and_not(bits, &seen[block]);
                for slot in each_bit(&new) {
                    first[block * BLOCK + slot] = index;
                }
                seen[block] = or(&seen[block], bits);
            }
            paid.push(bits);
        }
        Past {
            months: months.clone(),
            paid,
            first,
        }
    }

    /// How many months there are up to this one.
    fn months_to(&self, month: Month) -> usize {
        self.months.partition_point(|other| *other <= month)
    }

    /// True if a customer had revenue in one of so many first months.
    fn paid_in(&self, number: u32, months: usize) -> bool {
        usize::from(self.first[number as usize]) < months
    }

    /// Of a block, who had revenue in some month after `first` and before `last`.
    fn paid_between(&self, block: usize, first: Month, last: Month) -> Bits {
        let start = self.months.partition_point(|month| *month <= first);
        let end = self.months.partition_point(|month| *month < last);
        let mut paid = [0; BLOCK / 64];
        for month in self.paid.get(start..end).unwrap_or_default() {
            paid = or(&paid, &month[block]);
        }
        paid
    }
}

/// The number of a place in a block.
pub(super) fn number(block: usize, slot: usize) -> u32 {
    u32::try_from(block * BLOCK + slot).expect("customers have numbers of 32 bits")
}

pub(super) fn and(left: &Bits, right: &Bits) -> Bits {
    std::array::from_fn(|word| left[word] & right[word])
}

pub(super) fn and_not(left: &Bits, right: &Bits) -> Bits {
    std::array::from_fn(|word| left[word] & !right[word])
}

pub(super) fn or(left: &Bits, right: &Bits) -> Bits {
    std::array::from_fn(|word| left[word] | right[word])
}

pub(super) fn count(bits: &Bits) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

pub(super) const fn has(bits: &Bits, slot: usize) -> bool {
    bits[slot / 64] >> (slot % 64) & 1 == 1
}

#[cfg(test)]
mod tests;
