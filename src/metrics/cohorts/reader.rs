//! One customer's row as a value a period, under the policies that act on single values.

use std::collections::BTreeSet;
use std::ops::Range;

use super::super::anchors::Anchor;
use super::super::movements::Negative;
use crate::ledger::{Cell, Ledger};
use crate::policies::{Negatives, Policies, Zero};

/// The values of one customer or unit in every period that is read.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Smallest units, none below zero.
    pub(super) values: Vec<i128>,
    /// The same, none above the value at age 0.
    pub(super) capped: Vec<i128>,
    /// Where a value of zero keeps the customer, as `zero active` says; empty under another policy.
    pub(super) zeros: Vec<bool>,
}

impl Line {
    /// The first period with a value above zero.
    pub(super) fn first(&self) -> Option<i32> {
        let first = self.values.iter().position(|value| *value > 0)?;
        i32::try_from(first).ok()
    }

    /// Caps every value at that of age 0; at nothing where age 0 is not in the data.
    pub(super) fn cap(&mut self, cohort: i32) {
        let opening = self.opening(cohort);
        self.capped.clear();
        let capped = self.values.iter().map(|value| (*value).min(opening));
        self.capped.extend(capped);
    }

    /// True where a value of zero keeps the customer.
    pub(super) fn is_kept_at_zero(&self, index: usize) -> bool {
        self.zeros.get(index).is_some_and(|zero| *zero)
    }

    /// The value at age 0; 0 where that is not in the data.
    pub(super) fn opening(&self, cohort: i32) -> i128 {
        let index = usize::try_from(cohort).ok();
        let opening = index.and_then(|index| self.values.get(index));
        opening.copied().unwrap_or(0)
    }

    /// Adds the values of a product.
    pub(super) fn add(&mut self, product: &Line) {
        self.values.resize(product.values.len(), 0);
        self.capped.resize(product.values.len(), 0);
        self.zeros.resize(product.zeros.len(), false);
        for (sum, value) in self.values.iter_mut().zip(&product.values) {
            *sum += value;
        }
    }

    /// Adds the capped values of a product.
    pub(super) fn add_capped(&mut self, product: &Line) {
        for (sum, value) in self.capped.iter_mut().zip(&product.capped) {
            *sum += value;
        }
    }
}

/// Reads rows of a ledger.
pub(super) struct Reader<'a> {
    anchors: &'a [Anchor],
    policies: &'a Policies,
    /// Where the cells that each period reads stand in a row.
    slots: Vec<Range<usize>>,
    /// Values below zero, under `negatives error`.
    pub(super) negatives: Vec<Negative>,
    /// The customers of which something was cut, under `negatives clip`.
    pub(super) clipped: BTreeSet<u32>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        ledger: &Ledger,
        anchors: &'a [Anchor],
        policies: &'a Policies,
    ) -> Reader<'a> {
        let months = ledger.label_ends();
        let slot = |anchor: &Anchor| {
            let start = months.partition_point(|month| *month < anchor.first);
            start..months.partition_point(|month| *month <= anchor.last)
        };
        Reader {
            anchors,
            policies,
            slots: anchors.iter().map(slot).collect(),
            negatives: Vec::new(),
            clipped: BTreeSet::new(),
        }
    }

    /// Fills a line from the row of a unit; what is cut of it is its owner's.
    pub(super) fn read(
        &mut self,
        ledger: &Ledger,
        unit: u32,
        owner: u32,
        row: &[Cell],
        line: &mut Line,
    ) {
        line.values.clear();
        line.zeros.clear();
        let mut is_below = false;
        line.values.extend(self.slots.iter().map(|slot| {
            let units = sum(cells(row, slot));
            is_below |= units < 0;
            units.max(0)
        }));
        if is_below {
            self.note_below(ledger, unit, owner, row);
        }
        if self.policies.zero == Zero::Active {
            line.zeros.extend(self.slots.iter().map(|slot| {
                let cells = cells(row, slot);
                sum(cells) >= 0 && self.states_zero(cells)
            }));
        }
    }

    /// Notes what is below zero in the row of a unit.
    #[cold]
    fn note_below(&mut self, ledger: &Ledger, unit: u32, owner: u32, row: &[Cell]) {
        if self.policies.negatives != Negatives::Error {
            self.clipped.insert(owner);
            return;
        }
        for (slot, anchor) in self.slots.iter().zip(self.anchors) {
            let units = sum(cells(row, slot));
            if units < 0 {
                self.negatives.push(Negative {
                    customer: ledger.shown_name(unit),
                    anchor: *anchor,
                    units,
                });
            }
        }
    }

    /// Marks where the row of a customer states a zero.
    pub(super) fn note_zeros(&self, row: &[Cell], line: &mut Line) {
        for (slot, zero) in self.slots.iter().zip(&mut line.zeros) {
            *zero = self.states_zero(cells(row, slot));
        }
    }

    fn states_zero(&self, cells: &[Cell]) -> bool {
        self.policies.zero == Zero::Active
            && cells.iter().any(|cell| cell.is_stated && cell.units == 0)
    }
}

/// The cells of a row that a period reads.
fn cells<'a>(row: &'a [Cell], slot: &Range<usize>) -> &'a [Cell] {
    row.get(slot.clone()).unwrap_or_default()
}

fn sum(cells: &[Cell]) -> i128 {
    cells.iter().map(|cell| cell.units).sum()
}
