//! Months that were exported in part: in the middle of the data, and at their end.

use std::collections::BTreeSet;

use super::View;
use crate::error::{Code, Message};
use crate::text;

/// Below so many customers half of them leave by chance.
const CUSTOMERS_MIN: u64 = 4;

/// How many days earlier than usual the latest row of a month over stands.
const DAYS: u8 = 7;

/// How many other months have to show what is usual.
const MONTHS_MIN: usize = 2;

impl View<'_> {
    /// Months in which half of the customers or more have no revenue any more; the last one is for
    /// [`View::unfinished_month`] to judge.
    pub(super) fn halved_months(&self) -> Option<Message> {
        let mut halved = self.halved();
        halved.retain(|(before, index)| {
            let mut low = self.low_from(*before, *index);
            low.any(|index| self.is_read(self.month(index)))
        });
        let (before, index) = *halved.first()?;
        let months: Vec<String> = halved
            .iter()
            .map(|(_, index)| self.month(*index).to_string())
            .collect();
        let headline = format!(
            "half of the customers or more have no revenue any more in {}",
            text::examples(&months, months.len())
        );
        Some(
            Message::new(Code::HalvedMonth, headline)
                .found(format!("{} in {}", self.paying(index), self.month(index)))
                .expected(self.as_before(before))
                .note("a month exported in part looks like this")
                .counting(months.len() as u64),
        )
    }

    /// The months in which half of the customers are missing and after which they are back.
    pub(super) fn low_months(&self) -> BTreeSet<usize> {
        let halved = self.halved().into_iter();
        let back = halved.filter(|(before, index)| !self.stays_low(*before, *index));
        back.flat_map(|(before, index)| self.low_from(before, index))
            .collect()
    }

    /// Each month that half of the customers are not in any more, after the month they were last in.
    fn halved(&self) -> Vec<(usize, usize)> {
        let inner = 1..self.scan.months.len().saturating_sub(1);
        let halved = inner.filter_map(|index| Some((self.halved_since(index)?, index)));
        // Invoices have their season: there only a month that is low between two others is odd.
        let is_odd = |(before, index): &(usize, usize)| {
            !(self.scan.is_flow && self.stays_low(*before, *index))
        };
        halved.filter(is_odd).collect()
    }

    fn stays_low(&self, before: usize, index: usize) -> bool {
        self.low_from(before, index).last() == self.scan.months.len().checked_sub(1)
    }

    /// The month with rows before this one, if half of its customers or more are gone.
    fn halved_since(&self, index: usize) -> Option<usize> {
        let has_rows = |index: &usize| self.ledger.has_rows(self.month(*index));
        let before = (0..index)
            .rev()
            .find(has_rows)
            .filter(|_| has_rows(&index))?;
        let (then, now) = (self.scan.paying[before], self.scan.paying[index]);
        (then >= CUSTOMERS_MIN && now * 2 <= then).then_some(before)
    }

    /// The months from one that was halved until the customers are back.
    fn low_from(&self, before: usize, index: usize) -> impl Iterator<Item = usize> {
        let then = self.scan.paying[before];
        let later = index..self.scan.months.len();
        later.take_while(move |later| self.scan.paying[*later] * 2 <= then)
    }

    fn paying(&self, index: usize) -> String {
        text::count(self.scan.paying[index], "customer")
    }

    fn as_before(&self, before: usize) -> String {
        format!(
            "about the {} of {}",
            self.paying(before),
            self.month(before)
        )
    }

    /// The last month, if its latest row stands early or half of the customers are not in it yet.
    pub(super) fn unfinished_month(&self) -> Option<Message> {
        let last = self.scan.months.len().checked_sub(1)?;
        // Who named the last month has looked at it.
        if self.policies.through.is_some() || !self.is_read(self.month(last)) {
            return None;
        }
        let evidence = self.early_end(last).or_else(|| self.few_customers(last))?;
        let month = self.month(last);
        let before = self.month(last.checked_sub(1)?);
        let headline = format!("{month}, the last month, may not be over");
        Some(
            Message::new(Code::UnfinishedMonth, headline)
                .found(evidence.0)
                .expected(evidence.1)
                .note("what is not billed yet reads as churn")
                .help(format!("leave it out with `--through {before}`")),
        )
    }

    /// What was found and expected if the latest row stands earlier in the month than in every other one.
    fn early_end(&self, last: usize) -> Option<(String, String)> {
        let day = self.ledger.latest_day(self.month(last))?;
        let others = (0..last).filter_map(|index| self.ledger.latest_day(self.month(index)));
        let mut others: Vec<u8> = others.collect();
        others.sort_unstable();
        let (earliest, usual) = (*others.first()?, others[others.len() / 2]);
        let is_early = others.len() >= MONTHS_MIN && day < earliest && day + DAYS <= usual;
        is_early.then(|| {
            let found = format!("the latest row is of day {day}");
            (
                found,
                format!("day {earliest} or later, as in every other month"),
            )
        })
    }

    /// What was found and expected if half of the customers are not in the last month; of invoices, which have
    /// their season, if it has half of the customers of every other month.
    fn few_customers(&self, last: usize) -> Option<(String, String)> {
        let before = self.halved_since(last)?;
        let now = self.scan.paying[last];
        let mut others = (0..last).filter(|index| self.ledger.has_rows(self.month(*index)));
        let is_season = self.scan.is_flow && others.any(|index| self.scan.paying[index] < now * 2);
        let found = format!("{} with revenue", self.paying(last));
        (!is_season).then(|| (found, self.as_before(before)))
    }
}
