//! Amounts that are odd by themselves or beside the customer's others.

use std::collections::BTreeSet;

use super::effect::alone;
use super::scan::Outlier;
use super::{View, customers};
use crate::error::{Code, Effect, Message};
use crate::ledger::Cell;
use crate::text;

impl View<'_> {
    pub(super) fn zero_amounts(&self) -> Option<Message> {
        let count = self.scan.zeros;
        (count > 0).then(|| {
            let verb = if count == 1 { "is" } else { "are" };
            let headline = format!(
                "{} {verb} stated to be zero",
                text::count(count, "customer month")
            );
            Message::new(Code::ZeroAmounts, headline)
                .note("no revenue is no customer, unless `zero active` is set")
                .counting(count)
        })
    }

    pub(super) fn negative_amounts(&self) -> Option<Message> {
        let count = self.ledger.negative_rows();
        (count > 0).then(|| {
            let verb = if count == 1 { "is" } else { "are" };
            let headline = format!("{} {verb} below zero", text::count(count, "amount"));
            Message::new(Code::NegativeAmounts, headline)
                .note("they were netted against the other rows of the customer's month")
                .counting(count)
        })
    }

    /// Customers' months below zero that a figure reads; those whose sum was cut to zero are told of elsewhere.
    pub(super) fn refunds_over_revenue(&self, clipped: &BTreeSet<u32>) -> Option<Message> {
        let cells = self.scan.below_zero.iter().copied();
        let cells: Vec<(u32, usize)> = cells
            .filter(|(customer, index)| {
                self.is_read(self.month(*index)) && !clipped.contains(customer)
            })
            .collect();
        let count = cells.len() as u64;
        (count > 0).then(|| {
            let verb = if count == 1 { "adds" } else { "add" };
            let headline = format!(
                "{} {verb} up to less than zero",
                text::count(count, "customer month")
            );
            Message::new(Code::RefundsOverRevenue, headline)
                .found(self.examples(&cells))
                .note("more was given back than was billed: the refund belongs to another month")
                .counting(count)
        })
    }

    pub(super) fn unit_mix_ups(&self) -> Option<Message> {
        let outliers = self.read_outliers(&self.scan.mixed_up)?;
        let places = places(&outliers);
        let count = places.len() as u64;
        let verb = if count == 1 { "is" } else { "are" };
        let headline = format!(
            "{} {verb} about 100 times the customer's usual one, or a hundredth of it",
            text::count(count, "amount")
        );
        let message = Message::new(Code::UnitMixUp, headline)
            .found(self.examples(&places))
            .note("cents read as whole units look like this, and so does a decimal mark that was lost")
            .counting(count);
        Some(message.effect(self.effect_of_usual(&outliers)))
    }

    pub(super) fn one_time_amounts(&self) -> Option<Message> {
        let outliers = self.read_outliers(&self.scan.one_time)?;
        let places = places(&outliers);
        let count = places.len() as u64;
        let verb = if count == 1 { "is" } else { "are" };
        let headline = format!(
            "{} {verb} more than 3 times the customer's usual one, in a single month",
            text::count(count, "amount")
        );
        let message = Message::new(Code::OneTimeAmounts, headline)
            .found(self.examples(&places))
            .note("a setup fee or a true-up reads as expansion, and as contraction after it")
            .counting(count);
        Some(message.effect(self.effect_of_usual(&outliers)))
    }

    /// The outliers whose months a figure reads; `None` without any.
    fn read_outliers(&self, outliers: &[Outlier]) -> Option<Vec<Outlier>> {
        let is_read = |outlier: &&Outlier| self.is_read(self.month(outlier.index));
        let read: Vec<Outlier> = outliers.iter().filter(is_read).copied().collect();
        (!read.is_empty()).then_some(read)
    }

    /// What NRR is with each of them at the customer's usual amount.
    fn effect_of_usual(&self, outliers: &[Outlier]) -> Option<Effect> {
        let measure = self.measure.as_ref()?;
        // An amount that was put in has no currency to be read at other rates in.
        if self.ledger.is_converted() {
            return None;
        }
        let touched = customers(&places(outliers));
        let mut other = alone(self.ledger, &touched);
        for outlier in outliers {
            let number = touched.binary_search(&outlier.customer).ok()?;
            let cell = Cell {
                units: outlier.usual,
                is_stated: true,
            };
            other.replace(u32::try_from(number).ok()?, self.month(outlier.index), cell);
        }
        measure.effect(&touched, &other, "with the customers' usual amounts there")
    }
}

/// Whose amounts they are, and in which column.
fn places(outliers: &[Outlier]) -> Vec<(u32, usize)> {
    let place = |outlier: &Outlier| (outlier.customer, outlier.index);
    outliers.iter().map(place).collect()
}
