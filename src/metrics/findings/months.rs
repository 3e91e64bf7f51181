//! Months that were exported in part: in the middle of the data, and at their end.

use super::View;
use crate::error::{Code, Message};
use crate::text;

/// Below so many customers half of them leave by chance.
const CUSTOMERS_MIN: u64 = 10;

/// How many days earlier than usual the latest row of a month over stands.
const DAYS: u8 = 7;

/// How many other months have to show what is usual.
const MONTHS_MIN: usize = 3;

impl View<'_> {
    /// Months in which half of the customers or more have no revenue any more; the last one is for
    /// [`View::unfinished_month`] to judge.
    pub(super) fn halved_months(&self) -> Option<Message> {
        let count = self.scan.months.len();
        let inner = 1..count.saturating_sub(1);
        let halved: Vec<(usize, usize)> = inner
            .filter_map(|index| self.halved_since(index).map(|before| (before, index)))
            .filter(|(before, index)| self.is_low_month_read(*before, *index))
            .collect();
        let (before, index) = *halved.first()?;
        let months: Vec<String> = halved
            .iter()
            .map(|(_, index)| self.month(*index).to_string())
            .collect();
        let headline = format!(
            "half of the customers or more have no revenue any more in {}",
            text::examples(&months, months.len())
        );
        let paying = |index: usize| text::count(self.scan.paying[index], "customer");
        Some(
            Message::new(Code::HalvedMonth, headline)
                .found(format!("{} in {}", paying(index), self.month(index)))
                .expected(format!(
                    "about the {} of {}",
                    paying(before),
                    self.month(before)
                ))
                .note("a month exported in part looks like this")
                .counting(months.len() as u64),
        )
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

    /// True if a figure reads one of the months until the customers are back.
    fn is_low_month_read(&self, before: usize, index: usize) -> bool {
        let then = self.scan.paying[before];
        let later = index..self.scan.months.len();
        let mut low = later.take_while(|later| self.scan.paying[*later] * 2 <= then);
        low.any(|index| self.is_read(self.month(index)))
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

    fn few_customers(&self, last: usize) -> Option<(String, String)> {
        let before = self.halved_since(last)?;
        let paying = |index: usize| text::count(self.scan.paying[index], "customer");
        let found = format!("{} with revenue", paying(last));
        Some((
            found,
            format!("about the {} of {}", paying(before), self.month(before)),
        ))
    }
}
