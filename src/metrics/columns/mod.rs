//! All customers of a ledger, month by month: what a comparison of all of them reads.
//!
//! A customer's state is looked up where it is needed; what everybody needs is worked out once, in columns.

mod between;
mod comparison;
mod details;
mod end;
mod lines;
mod split;
mod totals;

pub(super) use between::Between;
pub(super) use details::Details;
pub(super) use end::{End, Values, Worth};
pub(super) use totals::Totals;

use std::cell::RefCell;
use std::rc::Rc;

use super::anchors::Anchor;
use crate::ledger::{BLOCK, Bits, Ledger};
use crate::units::Month;

/// How many ends are kept: a comparison's closing is often the opening of the next, and the closing of that with
/// twelve months before.
const KEPT: usize = 4;

/// The ledger by month, with what comparisons share.
pub(super) struct Columns<'a> {
    grid: Grid<'a>,
    ends: RefCell<Vec<Known>>,
}

/// The ledger by month and block.
struct Grid<'a> {
    ledger: &'a Ledger,
    /// The months that an amount can stand in.
    months: Vec<Month>,
    /// For each block one bit a customer.
    inside: Vec<Bits>,
    /// Amounts below zero stay as they are; else they are cut to zero.
    keeps_below: bool,
}

impl Grid<'_> {
    /// For each month one bit for each customer of a block with revenue.
    fn paid(&self, block: usize) -> Vec<Bits> {
        let paid = |month: &Month| {
            let amounts = self.ledger.column(block, *month).amounts();
            amounts.map_or(NOBODY, |amounts| and(&amounts.paid(), &self.inside[block]))
        };
        self.months.iter().map(paid).collect()
    }
}

/// The first and the last month of an end, and what everybody is worth there.
type Known = ((Month, Month), Rc<End>);

impl<'a> Columns<'a> {
    pub(super) fn of(ledger: &'a Ledger) -> Columns<'a> {
        let grid = Grid {
            ledger,
            months: ledger.label_ends(),
            inside: ledger.inside(),
            keeps_below: false,
        };
        Columns {
            grid,
            ends: RefCell::default(),
        }
    }

    /// The same with amounts below zero as they are.
    pub(super) fn with_below(ledger: &'a Ledger) -> Columns<'a> {
        let mut columns = Columns::of(ledger);
        columns.grid.keeps_below = true;
        columns
    }

    /// What everybody is worth at an end.
    pub(super) fn end(&self, anchor: Anchor) -> Rc<End> {
        let months = (anchor.first, anchor.last);
        let mut ends = self.ends.borrow_mut();
        let place = ends.iter().position(|(known, _)| *known == months);
        let end = match place {
            Some(place) => ends.remove(place),
            None => (months, Rc::new(End::read(&self.grid, months))),
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
    /// By block and month, one bit for each customer with revenue.
    blocks: Vec<Vec<Bits>>,
}

impl Past {
    pub(super) fn of(columns: &Columns<'_>) -> Past {
        let grid = &columns.grid;
        let parts = grid.ledger.each_part(|blocks| {
            let paid = blocks.map(|block| grid.paid(block));
            paid.collect::<Vec<_>>()
        });
        Past {
            blocks: parts.into_iter().flatten().collect(),
        }
    }
}

/// Shows each block of a ledger, what it is worth at some ends, and who of it ever had revenue; what is seen of several
/// blocks is collected in one.
pub(super) fn in_blocks<T: Send>(
    ledger: &Ledger,
    ends: &[Anchor],
    blank: impl Fn() -> T + Sync,
    see: impl Fn(&mut T, usize, &[Worth], &Bits) + Sync,
) -> Vec<T> {
    let columns = Columns::of(ledger);
    let grid = &columns.grid;
    ledger.each_part(|blocks| {
        let mut seen = blank();
        for block in blocks {
            let worth = |end: &Anchor| Worth::read(grid, block, (end.first, end.last));
            let worths: Vec<Worth> = ends.iter().map(worth).collect();
            see(&mut seen, block, &worths, &any(&grid.paid(block)));
        }
        seen
    })
}

/// No place of a block.
const NOBODY: Bits = [0; BLOCK / 64];

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

/// Everybody of several.
fn any(several: &[Bits]) -> Bits {
    several.iter().fold(NOBODY, |any, bits| or(&any, bits))
}

pub(super) fn count(bits: &Bits) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}

pub(super) const fn has(bits: &Bits, slot: usize) -> bool {
    bits[slot / 64] >> (slot % 64) & 1 == 1
}

#[cfg(test)]
mod tests;
