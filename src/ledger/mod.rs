//! Customers × months: one exact amount in each cell, in one currency, complete over its horizon.
//!
//! ```text
//! rows ─► Entry ─► Part (one a thread) ─► merge ─► Ledger
//! ```
//!
//! The ledger knows no policy but what its parts were built under; what a number means is for
//! `metrics` to say.

mod attributes;
mod books;
mod bridge;
mod build;
mod cells;
mod columns;
mod contract;
mod coverage;
mod currencies;
mod excerpt;
mod id_map;
mod intern;
mod lineage;
mod names;
mod parts;
mod regroup;
mod shards;
mod table;
mod twins;
mod units;

pub use attributes::{Attribute, NO_PARENT, NO_VALUE, ValueId};
pub use books::Books;
pub use bridge::Bridged;
pub use build::{Clash, Entry, Layout, Part, RowPlace};
pub use cells::{BLOCK, Bits, Cell, each_bit};
pub use columns::{Amounts, Column, Stated};
pub use contract::Contract;
pub use coverage::Coverage;
pub use currencies::{Rates, Unrated};
pub use id_map::{Cycle, IdMap};
pub use intern::Interner;
pub use lineage::{Added, Became, Cited, How, Over, TracedRow};
pub use parts::{in_parts, in_two};
pub use regroup::{Units, Whose};
pub use shards::{Batch, Shards, ShortRow, WideBatch};
pub use twins::{Twin, Twins};

use std::ops::Range;

use crate::units::{Amount, Grain, Month};
use cells::Cells;
use currencies::Converted;
use names::Names;

/// Stands between a customer and its product in the ledger by product. No cell holds it: a NUL stops the
/// reading of a file.
pub const UNIT_SEPARATOR: char = '\0';

/// Who paid how much in which month.
///
/// # Shape
///
/// Customers are numbers; [`Ledger::customers`] gives those with rows that count, in an order that
/// depends on how rows were read, so that no list is shown in it. The horizon
/// runs from [`Ledger::first`] to [`Ledger::last`] without gaps; absent is zero.
///
/// # Units
///
/// Every cell is an integer of smallest units at the one [`Ledger::scale`], in the one
/// [`Ledger::currency`].
#[derive(Debug)]
pub struct Ledger {
    names: Names,
    /// The customers with rows that count, by number.
    customers: Vec<u32>,
    cells: Cells,
    /// Of how many, by the same numbers; `None` where the input does not say, or another ledger holds them.
    quantities: Option<Cells>,
    attributes: Vec<Attribute>,
    /// Each customer's parent over time, where units are parents.
    parents: Option<Attribute>,
    coverage: Coverage,
    negatives: u64,
    currency: Option<String>,
    /// What is in other currencies, unless all of it is at the rates of one month.
    converted: Option<Converted>,
    first: Month,
    last: Month,
    /// How many threads may look at it at once.
    threads: usize,
}

impl Ledger {
    /// The bound on the sum of all magnitudes: any sum, twelvefold or of two ledgers, fits 128 bits.
    pub const MAGNITUDE_MAX: u128 = i128::MAX.unsigned_abs() / 64;

    /// Every customer with rows that count.
    #[must_use]
    pub fn customers(&self) -> &[u32] {
        &self.customers
    }

    /// Leaves a customer out, and in the ledger by product all its products; their rows still cover their months.
    pub fn leave_out(&mut self, name: &str) {
        let names = &self.names;
        self.customers
            .retain(|number| names.parts(*number).0 != name);
    }

    /// The name of a customer, as the input writes it.
    #[must_use]
    pub fn name(&self, customer: u32) -> &str {
        self.names.name(customer)
    }

    /// The customer with this name, if there is one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        self.names.find(name)
    }

    /// How many numbers there are: every customer's is smaller.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.names.len()
    }

    /// The name of a customer for people: `acme / pro` in the ledger by product.
    #[must_use]
    pub fn shown_name(&self, customer: u32) -> String {
        match self.names.parts(customer) {
            (customer, Some(product)) => format!("{customer} / {product}"),
            (customer, None) => customer.to_owned(),
        }
    }

    /// The number that a unit's customer has in the ledger by customer; `None` if nobody there has its name.
    #[must_use]
    pub fn owner(&self, unit: u32, customers: &Ledger) -> Option<u32> {
        self.names.owner(unit, &customers.names)
    }

    /// The first month of the horizon.
    #[must_use]
    pub const fn first(&self) -> Month {
        self.first
    }

    /// The last month of the horizon.
    #[must_use]
    pub const fn last(&self) -> Month {
        self.last
    }

    /// The finest period that can be asked for.
    #[must_use]
    pub fn grain(&self) -> Grain {
        self.coverage.grain()
    }

    /// True if a row of anybody stands in this month, or in the longer label that ends with it.
    #[must_use]
    pub fn has_rows(&self, month: Month) -> bool {
        self.coverage.has_rows(month)
    }

    /// True for the last month of a label: of every month, or of every third where labels are quarters.
    #[must_use]
    pub fn is_label_end(&self, month: Month) -> bool {
        let grain = self.grain().months().cast_signed();
        (self.first.until(month) + 1).rem_euclid(grain) == 0
    }

    /// The months that an amount can stand in: every month, or the last one of each label.
    #[must_use]
    pub fn label_ends(&self) -> Vec<Month> {
        let months = self.first.through(self.last);
        months.filter(|month| self.is_label_end(*month)).collect()
    }

    /// Shows each customer's cells in the months of [`Ledger::label_ends`], in one pass over the ledger.
    pub fn each_row(&self, see: &mut dyn FnMut(u32, &[Cell])) {
        self.each_row_of(0..self.blocks(), see);
    }

    /// The same for the customers of some blocks.
    pub fn each_row_of(&self, blocks: Range<usize>, see: &mut dyn FnMut(u32, &[Cell])) {
        let is_before = |customer: &u32| (*customer as usize) < blocks.start * BLOCK;
        let start = self.customers.partition_point(is_before);
        let mut inside = self.customers[start..].iter().peekable();
        self.cells
            .each_row(&self.label_ends(), blocks, &mut |customer, row| {
                if inside.next_if(|next| **next == customer).is_some() {
                    see(customer, row);
                }
            });
    }

    /// The latest day of the dates in a month; `None` where no row that counts has a date.
    #[must_use]
    pub fn latest_day(&self, month: Month) -> Option<u8> {
        self.coverage.latest_day(month)
    }

    /// How many rows that count have an amount below zero.
    #[must_use]
    pub const fn negative_rows(&self) -> u64 {
        self.negatives
    }

    /// The decimals of every cell.
    #[must_use]
    pub const fn scale(&self) -> u8 {
        self.cells.scale()
    }

    /// The currency of every amount; `None` where the input names none.
    #[must_use]
    pub fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    /// The columns of `--by`, in their order.
    #[must_use]
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Puts others in the place of the columns of `--by`, and gives those that were there.
    pub(super) fn swap_attributes(&mut self, others: Vec<Attribute>) -> Vec<Attribute> {
        std::mem::replace(&mut self.attributes, others)
    }

    /// Takes out the values of the first column of `--by`.
    pub(super) fn take_attribute(&mut self) -> Option<Attribute> {
        (!self.attributes.is_empty()).then(|| self.attributes.remove(0))
    }

    /// A customer's amount in a month, in smallest units; 0 outside the horizon.
    #[must_use]
    pub fn units(&self, customer: u32, month: Month) -> i128 {
        if month > self.last {
            0
        } else {
            self.cells.units(customer, month)
        }
    }

    /// A customer's amount in a month.
    #[must_use]
    pub fn amount(&self, customer: u32, month: Month) -> Amount {
        Amount::new(self.units(customer, month), self.scale())
    }

    /// True where the cells have quantities beside their amounts.
    #[must_use]
    pub const fn has_quantities(&self) -> bool {
        self.quantities.is_some()
    }

    /// Of how many a customer's amount in a month is, in units that all cells share; 0 where no row says so.
    #[must_use]
    pub fn quantity(&self, customer: u32, month: Month) -> i128 {
        let quantities = self.quantities.as_ref();
        let quantities = quantities.filter(|_| month <= self.last);
        quantities.map_or(0, |quantities| quantities.units(customer, month))
    }

    /// True if a row states the customer's amount in this month, be it zero.
    #[must_use]
    pub fn is_stated(&self, customer: u32, month: Month) -> bool {
        month <= self.last && self.cells.is_stated(customer, month)
    }

    /// The customers' months inside the horizon whose rows have several dates: amounts that were added up
    /// and may be snapshots.
    #[must_use]
    pub fn with_several_dates(&self) -> Vec<(u32, Month)> {
        let mut found = self.cells.with_several_days();
        found.retain(|(_, month)| *month <= self.last);
        found
    }

    /// True if the customer has revenue in this month: an amount above zero.
    #[must_use]
    pub fn has_revenue(&self, customer: u32, month: Month) -> bool {
        self.units(customer, month) > 0
    }

    /// The customer's last month with revenue up to `month`.
    #[must_use]
    pub fn last_revenue_through(&self, customer: u32, month: Month) -> Option<Month> {
        self.first
            .through(month.min(self.last))
            .rev()
            .find(|month| self.has_revenue(customer, *month))
    }

    /// The customer's first month with revenue after `month`.
    #[must_use]
    pub fn next_revenue_after(&self, customer: u32, month: Month) -> Option<Month> {
        month
            .forward(1)
            .through(self.last)
            .find(|month| self.has_revenue(customer, *month))
    }
}
