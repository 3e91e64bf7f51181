//! What a customer was in a month: its segment by each column asked for.

use hashbrown::HashMap;

use super::bridge::Bridged;
use super::intern::Interner;
use crate::units::{Amount, Month, SCALE_MAX};

/// What a customer without a value is shown as; a cell that holds these very letters is none too.
pub const NO_VALUE: &str = "(none)";

/// What a row without a parent has; no cell holds it, for a NUL stops the reading of a file.
pub const NO_PARENT: &str = "\0";

/// The values of one column while rows come in: how much of a customer's month each value carries.
#[derive(Debug, Default)]
pub(super) struct AttributeDraft {
    values: Interner,
    /// Sums at the largest scale, by customer, month and value.
    sums: HashMap<(u32, Month, u32), i128>,
}

impl AttributeDraft {
    /// Adds a row's amount to its value; `None` where 128 bits do not hold the sum.
    pub(super) fn add(
        &mut self,
        customer: u32,
        month: Month,
        value: &str,
        amount: Amount,
    ) -> Option<()> {
        if value.is_empty() || value == NO_VALUE {
            return Some(());
        }
        let units = amount.units_at(SCALE_MAX)?;
        let value = self.values.intern(value);
        self.add_units((customer, month, value), units)
    }

    pub(super) fn merge(&mut self, other: AttributeDraft, renumbered: &[u32]) -> Option<()> {
        for ((customer, month, value), units) in other.sums {
            let value = self.values.intern(other.values.name(value));
            self.add_units((renumbered[customer as usize], month, value), units)?;
        }
        Some(())
    }

    /// The same with every amount at the rate of its month.
    pub(super) fn merge_at(
        &mut self,
        other: AttributeDraft,
        renumbered: &[u32],
        rate: &dyn Fn(Month) -> Option<Amount>,
    ) -> Option<()> {
        for ((customer, month, value), units) in other.sums {
            let value = self.values.intern(other.values.name(value));
            let rate = rate(month)?;
            // Amounts and rates have no more decimals together than this scale, so the quotient has no rest.
            let whole = units / 10_i128.pow(u32::from(rate.scale()));
            let units = whole.checked_mul(rate.units())?;
            self.add_units((renumbered[customer as usize], month, value), units)?;
        }
        Some(())
    }

    fn add_units(&mut self, key: (u32, Month, u32), units: i128) -> Option<()> {
        let sum = self.sums.entry(key).or_default();
        *sum = sum.checked_add(units)?;
        Some(())
    }

    /// Settles each customer's month on one value: the larger amount, then the first in byte order; no parent where
    /// nothing else stands. With
    /// `keeps_sums` the sums stay, so that customers can be put together later.
    pub(super) fn finish(self, column: String, keeps_sums: bool) -> Attribute {
        let AttributeDraft { values, sums } = self;
        let mut held: Vec<(u32, Month, i128, u32)> = Vec::with_capacity(sums.len());
        held.extend(
            sums.into_iter()
                .map(|((customer, month, value), units)| (customer, month, units, value)),
        );
        held.sort_unstable_by(|left, right| {
            let place = (left.0, left.1).cmp(&(right.0, right.1));
            let is_none = |value: u32| values.name(value) == NO_PARENT;
            let rank = || {
                let order = is_none(left.3).cmp(&is_none(right.3));
                order
                    .then_with(|| right.2.cmp(&left.2))
                    .then_with(|| values.name(left.3).cmp(values.name(right.3)))
            };
            place.then_with(rank)
        });
        let mut attribute = Attribute {
            column,
            values,
            starts: Vec::new(),
            held: Vec::new(),
            contested: Vec::new(),
            beaten: Vec::new(),
            sums: Vec::new(),
        };
        let mut last = None;
        for (customer, month, _, value) in &held {
            if last == Some((*customer, *month)) {
                attribute.contest(*customer, *month);
                attribute.beaten.push((*customer, *value));
            } else {
                attribute.push(*customer, *month, *value);
            }
            last = Some((*customer, *month));
        }
        if keeps_sums {
            attribute.sums = held;
        }
        attribute
    }
}

/// The values of one column over time, at most one a customer and month.
#[derive(Debug)]
pub struct Attribute {
    column: String,
    values: Interner,
    /// For each customer, where its months start in `held`; the next one's start is their end.
    starts: Vec<usize>,
    /// Months and values, by customer and month.
    held: Vec<(Month, u32)>,
    contested: Vec<(u32, Month)>,
    /// The values that do not count in a contested month, by customer.
    beaten: Vec<(u32, ValueId)>,
    /// How much each value carries in a customer's month, where customers may be put together later; else empty.
    sums: Vec<(u32, Month, i128, ValueId)>,
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
        let held = self.of(customer);
        let after = held.partition_point(|(month, _)| *month <= last);
        let (month, value) = held.get(after.checked_sub(1)?)?;
        (*month >= first).then_some(*value)
    }

    /// The value of the earliest month from `first` to `last` that has one.
    #[must_use]
    pub fn earliest(&self, customer: u32, first: Month, last: Month) -> Option<ValueId> {
        let held = self.of(customer);
        let (month, value) = held.get(held.partition_point(|(month, _)| *month < first))?;
        (*month <= last).then_some(*value)
    }

    /// Every value that some row of a customer has, those that do not count too, in no order and perhaps
    /// several times.
    pub fn values_of(&self, customer: u32) -> impl Iterator<Item = ValueId> {
        let first = self.beaten.partition_point(|(other, _)| *other < customer);
        let beaten = self.beaten[first..].iter();
        let beaten = beaten.take_while(move |(other, _)| *other == customer);
        let held = self.of(customer).iter().map(|(_, value)| *value);
        held.chain(beaten.map(|(_, value)| *value))
    }

    /// The customers' months in which several values stood, each once, in order of number and month.
    #[must_use]
    pub fn contested(&self) -> &[(u32, Month)] {
        &self.contested
    }

    /// The same values, each counted for the number that `unit` gives for its customer and month, and under the
    /// name that `renamed` gives for it.
    pub(super) fn regrouped(
        &self,
        unit: &dyn Fn(u32, Month) -> Option<u32>,
        renamed: &dyn Fn(&str, Month) -> Option<String>,
    ) -> Attribute {
        let mut draft = AttributeDraft::default();
        for (customer, month, units, value) in &self.sums {
            let Some(number) = unit(*customer, *month) else {
                continue;
            };
            let value = self.value(*value);
            let value = match renamed(value, *month) {
                Some(name) => draft.values.intern(&name),
                None => draft.values.intern(value),
            };
            // Where 128 bits do not hold a sum it is the larger one without it too.
            let _ = draft.add_units((number, *month, value), *units);
        }
        draft.finish(self.column.clone(), true)
    }

    /// Every value that some month settled on.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        (0..).take(self.values.len()).map(|id| self.value(id))
    }

    /// Gives months without a value the one of an earlier month, both named with their customer.
    pub(super) fn carry(&mut self, bridged: &[Bridged]) {
        let one = |customer, month| self.latest(customer, month, month);
        let carried = bridged.iter().filter_map(|bridged| {
            let is_open = one(bridged.customer, bridged.month).is_none();
            let value = one(bridged.customer, bridged.from)?;
            is_open.then_some((bridged.customer, bridged.month, value))
        });
        let mut all: Vec<(u32, Month, ValueId)> = carried.collect();
        if all.is_empty() {
            return;
        }
        for customer in (0..).take(self.starts.len()) {
            let held = self.of(customer).iter();
            all.extend(held.map(|(month, value)| (customer, *month, *value)));
        }
        all.sort_unstable();
        self.starts.clear();
        self.held.clear();
        for (customer, month, value) in all {
            self.push(customer, month, value);
        }
    }

    /// A customer's months with a value.
    fn of(&self, customer: u32) -> &[(Month, ValueId)] {
        let index = customer as usize;
        let start = self.starts.get(index).copied().unwrap_or(self.held.len());
        let end = self
            .starts
            .get(index + 1)
            .copied()
            .unwrap_or(self.held.len());
        &self.held[start..end]
    }

    /// Adds a month; customers and their months come in order.
    fn push(&mut self, customer: u32, month: Month, value: ValueId) {
        self.starts.resize(
            (customer as usize + 1).max(self.starts.len()),
            self.held.len(),
        );
        self.held.push((month, value));
    }

    fn contest(&mut self, customer: u32, month: Month) {
        if self.contested.last() != Some(&(customer, month)) {
            self.contested.push((customer, month));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(number: u32) -> Month {
        Month::new(2024, number).unwrap()
    }

    #[test]
    fn the_value_with_the_larger_amount_wins_then_the_first_in_byte_order() {
        let mut draft = AttributeDraft::default();
        for (customer, at, value, units) in [
            (0, 1, "west", 3),
            (0, 1, "east", 2),
            (0, 1, "east", 2),
            (1, 1, "west", 1),
            (1, 1, "east", 1),
            (1, 3, "", 9),
        ] {
            draft
                .add(customer, month(at), value, Amount::new(units, 0))
                .unwrap();
        }
        let attribute = draft.finish("region".into(), false);
        assert_eq!(
            attribute
                .latest(0, month(1), month(3))
                .map(|id| attribute.value(id)),
            Some("east")
        );
        assert_eq!(
            attribute
                .latest(1, month(1), month(3))
                .map(|id| attribute.value(id)),
            Some("east")
        );
        assert_eq!(
            attribute
                .latest(1, month(2), month(3))
                .map(|id| attribute.value(id)),
            None
        );
        assert_eq!(
            attribute
                .earliest(1, month(1), month(3))
                .map(|id| attribute.value(id)),
            Some("east")
        );
        assert_eq!(attribute.contested(), [(0, month(1)), (1, month(1))]);
    }
}
