//! What a customer was in a month: its segment by each column asked for.

mod grid;
#[cfg(test)]
mod tests;
mod values;

use super::bridge::Bridged;
use super::cells::Cells;
use crate::units::{Amount, Month};
use grid::{Grid, Share};

pub(super) use grid::Mark;
pub(super) use values::Values;

/// What a customer without a value is shown as; a cell that holds these very letters is none too.
pub const NO_VALUE: &str = "(none)";

/// What a row without a parent has; no cell holds it, for a NUL stops the reading of a file.
pub const NO_PARENT: &str = "\0";

/// The values of one column while rows come in: how much of a customer's month each value carries.
#[derive(Debug, Default)]
pub(super) struct AttributeDraft {
    values: Values,
    grid: Grid,
}

/// What the cells of two parts hold before they are put together, each by its own numbers.
pub(super) struct Totals<'a> {
    pub(super) mine: &'a dyn Fn(u32, Month) -> Amount,
    pub(super) theirs: &'a dyn Fn(u32, Month) -> Amount,
}

impl AttributeDraft {
    /// Adds a row's amount to its value; `before` says what its cell held until then. `None` where 128 bits do not
    /// hold the sum.
    #[inline]
    pub(super) fn add(
        &mut self,
        cell: (u32, Month),
        value: &str,
        amount: Amount,
        before: impl FnOnce() -> Amount,
    ) -> Option<()> {
        let mark = self.mark(value);
        self.add_marked(cell, mark, amount, before)
    }

    /// What stands for a value in [`AttributeDraft::add_marked`].
    #[inline]
    pub(super) fn mark(&mut self, value: &str) -> Mark {
        self.values.mark(value)
    }

    /// The same as [`AttributeDraft::add`] where the mark of the value is known.
    #[inline]
    pub(super) fn add_marked(
        &mut self,
        cell: (u32, Month),
        mark: Mark,
        amount: Amount,
        before: impl FnOnce() -> Amount,
    ) -> Option<()> {
        self.grid.add(cell, mark, amount, before)
    }

    /// True if a row's value is the only one of its cell, which it is from now on where nothing stood there; else it is to be
    /// [added](AttributeDraft::add_marked).
    #[inline]
    pub(super) fn settle(&mut self, (number, month): (u32, Month), mark: Mark) -> bool {
        self.grid.settle(number, month, mark) == Some(true)
    }

    /// Puts the values of another part behind these, its customers numbered from `first` on, which starts a block. Marks
    /// have to mean the same in both; `None` where 128 bits do not hold a sum.
    pub(super) fn append(&mut self, other: AttributeDraft, first: usize) -> Option<()> {
        self.grid.append(other.grid, first)
    }

    /// Says what marks stand for that were made elsewhere.
    pub(super) fn name_values(&mut self, values: Values) {
        self.values = values;
    }

    /// Adds what another part's rows carry; to be called before its cells are added to those here.
    pub(super) fn merge(
        &mut self,
        other: &AttributeDraft,
        renumbered: &[u32],
        totals: &Totals<'_>,
    ) -> Option<()> {
        self.merge_at(other, renumbered, totals, &|_| Some(Amount::new(1, 0)))
    }

    /// The same with every amount at the rate of its month.
    pub(super) fn merge_at(
        &mut self,
        other: &AttributeDraft,
        renumbered: &[u32],
        totals: &Totals<'_>,
        rate: &dyn Fn(Month) -> Option<Amount>,
    ) -> Option<()> {
        let at_rate = |amount: Amount, month| {
            let rate = rate(month)?;
            let units = amount.units().checked_mul(rate.units())?;
            // Amounts and rates have no more decimals together than an amount can have.
            Some(Amount::new(units, amount.scale() + rate.scale()))
        };
        let alone = other.grid.cells();
        for (number, month, mark) in alone.filter(|(_, _, mark)| *mark != Mark::SEVERAL) {
            let mark = self.values.mark(other.values.text(mark));
            let mine = renumbered[number as usize];
            if !self.grid.settle(mine, month, mark)? {
                self.grid
                    .spill(mine, month, || (totals.mine)(mine, month))?;
                let theirs = at_rate((totals.theirs)(number, month), month)?;
                self.grid.add_share(mine, month, mark, theirs)?;
            }
        }
        for share in other.grid.shares() {
            let mark = self.values.mark(other.values.text(share.mark));
            let (mine, month) = (renumbered[share.number as usize], share.month);
            let amount = at_rate(Amount::new(share.units, other.grid.scale()), month)?;
            self.grid
                .spill(mine, month, || (totals.mine)(mine, month))?;
            self.grid.add_share(mine, month, mark, amount)?;
        }
        Some(())
    }

    /// Settles each customer's month on one value: the larger amount, then the first in byte order; no parent where
    /// nothing else stands. With `keeps_sums` the sums stay, so that customers can be put together later.
    pub(super) fn finish(self, column: String, keeps_sums: bool) -> Attribute {
        let AttributeDraft { values, mut grid } = self;
        let shares = grid.shares();
        grid.forget_shares();
        let is_none = |share: &&Share| values.text(share.mark) == NO_PARENT;
        let rank = |left: &&Share, right: &&Share| {
            let order = is_none(left).cmp(&is_none(right));
            order
                .then_with(|| right.units.cmp(&left.units))
                .then_with(|| values.text(left.mark).cmp(values.text(right.mark)))
        };
        let (mut contested, mut beaten) = (Vec::new(), Vec::new());
        let same_cell =
            |one: &Share, other: &Share| (one.number, one.month) == (other.number, other.month);
        for cell in shares.chunk_by(same_cell) {
            let valued = || cell.iter().filter(|share| share.mark.value().is_some());
            // Of several at most one is no value.
            let Some(first) = valued().min_by(rank) else {
                continue;
            };
            grid.put(first.number, first.month, first.mark);
            let others = valued().filter(|share| share.mark != first.mark);
            let known = beaten.len();
            beaten.extend(others.filter_map(|share| Some((share.number, share.mark.value()?))));
            if beaten.len() > known {
                contested.push((first.number, first.month));
            }
        }
        contested.sort_unstable();
        beaten.sort_unstable();
        Attribute {
            column,
            values,
            grid,
            contested,
            beaten,
            shares: if keeps_sums { shares } else { Vec::new() },
        }
    }
}

/// The values of one column over time, at most one a customer and month.
#[derive(Debug)]
pub struct Attribute {
    column: String,
    values: Values,
    /// One value a cell.
    grid: Grid,
    contested: Vec<(u32, Month)>,
    /// The values that do not count in a contested month, by customer.
    beaten: Vec<(u32, ValueId)>,
    /// How much each value carries in the cells with several, by month and number, where customers may be put
    /// together later; else empty.
    shares: Vec<Share>,
}

/// The number of a value of an [`Attribute`].
pub type ValueId = u32;

impl Attribute {
    /// The column it was read from, as the header writes it.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The text of a value.
    #[must_use]
    pub fn value(&self, id: ValueId) -> &str {
        self.values.name(id)
    }

    /// The value of the latest month from `first` to `last` that has one.
    #[must_use]
    pub fn latest(&self, customer: u32, first: Month, last: Month) -> Option<ValueId> {
        let mut months = first.through(last).rev();
        months.find_map(|month| self.at(customer, month))
    }

    /// The value of the earliest month from `first` to `last` that has one.
    #[must_use]
    pub fn earliest(&self, customer: u32, first: Month, last: Month) -> Option<ValueId> {
        let mut months = first.through(last);
        months.find_map(|month| self.at(customer, month))
    }

    /// Every value that some row of a customer has, those that do not count too, in no order and perhaps
    /// several times.
    pub fn values_of(&self, customer: u32) -> impl Iterator<Item = ValueId> {
        let first = self.beaten.partition_point(|(other, _)| *other < customer);
        let beaten = self.beaten[first..].iter();
        let beaten = beaten.take_while(move |(other, _)| *other == customer);
        let mut last = None;
        let held = self.grid.months();
        let held = held.filter_map(move |month| self.at(customer, month));
        let changes = held.filter(move |value| last.replace(*value) != Some(*value));
        changes.chain(beaten.map(|(_, value)| *value))
    }

    /// The customers' months in which several values stood, each once, in order of number and month.
    #[must_use]
    pub fn contested(&self) -> &[(u32, Month)] {
        &self.contested
    }

    /// The same values, each counted for the number that `unit` gives for its customer and month, and under the
    /// name that `renamed` gives for it; `cells` are the amounts that the values go with.
    ///
    /// Months that were filled count as rows: customers are put together first.
    pub(super) fn regrouped(
        &self,
        cells: &Cells,
        unit: &dyn Fn(u32, Month) -> Option<u32>,
        renamed: &dyn Fn(&str, Month) -> Option<String>,
    ) -> Attribute {
        let mut draft = AttributeDraft::default();
        // Where values meet is known when all have been seen; what they carry is added up then.
        for adds_up in [false, true] {
            self.each_share(&mut |customer, month, mark, units| {
                let Some(number) = unit(customer, month) else {
                    return;
                };
                let text = self.values.text(mark);
                let name = mark.value().and_then(|_| renamed(text, month));
                let mark = draft.mark(name.as_deref().unwrap_or(text));
                // Where 128 bits do not hold a sum it is the larger one without it too.
                if !adds_up {
                    if draft.grid.settle(number, month, mark) == Some(false) {
                        let _ = draft.grid.spill(number, month, || Amount::ZERO);
                    }
                } else if draft.grid.mark(number, month) == Some(Mark::SEVERAL) {
                    let amount = match units {
                        Some(units) => Amount::new(units, self.grid.scale()),
                        None => held(cells, customer, month),
                    };
                    let _ = draft.grid.add_share(number, month, mark, amount);
                }
            });
        }
        draft.finish(self.column.clone(), true)
    }

    /// Shows what each value carries in each cell; without an amount where it is all that the cell holds.
    fn each_share(&self, see: &mut dyn FnMut(u32, Month, Mark, Option<i128>)) {
        let mut shares = self.shares.iter().peekable();
        for (number, month, mark) in self.grid.cells() {
            let is_here = |share: &&Share| (share.number, share.month) == (number, month);
            if shares.peek().is_some_and(is_here) {
                while let Some(share) = shares.next_if(is_here) {
                    see(number, month, share.mark, Some(share.units));
                }
            } else {
                see(number, month, mark, None);
            }
        }
    }

    /// Every value that some row has.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        self.values.names()
    }

    /// Gives months without a value the one of an earlier month, both named with their customer.
    pub(super) fn carry(&mut self, bridged: &[Bridged]) {
        let carried = bridged.iter().filter_map(|bridged| {
            let is_open = self.at(bridged.customer, bridged.month).is_none();
            let value = self.at(bridged.customer, bridged.from)?;
            is_open.then_some((bridged.customer, bridged.month, value))
        });
        // All as they were before any was filled.
        let carried: Vec<(u32, Month, ValueId)> = carried.collect();
        for (customer, month, value) in carried {
            self.grid.put(customer, month, Mark::of(value));
        }
    }

    /// The value of a customer's month.
    fn at(&self, customer: u32, month: Month) -> Option<ValueId> {
        self.grid.mark(customer, month)?.value()
    }
}

/// What a cell holds.
pub(super) fn held(cells: &Cells, number: u32, month: Month) -> Amount {
    Amount::new(cells.units(number, month), cells.scale())
}
