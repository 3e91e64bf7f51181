//! The one pass over a ledger that every finding draws on.

use crate::ledger::{Cell, Ledger};
use crate::policies::{Basis, Policies};
use crate::units::Month;

/// The longest absence, in months, that is taken for a renewal signed late.
pub(super) const ABSENCE_MAX: i32 = 2;

/// An absence between two months with revenue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    pub(super) customer: u32,
    /// The columns of the last month with revenue before it and of the first one after it.
    pub(super) before: usize,
    pub(super) after: usize,
    /// True if nothing was booked in between, and the customer came back at the same amount or more.
    pub(super) is_late: bool,
}

/// The first or the last month with revenue of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    /// Its column.
    pub(super) index: usize,
    pub(super) units: i128,
    pub(super) customer: u32,
}

/// An amount far from what the customer usually pays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlier {
    pub(super) customer: u32,
    pub(super) index: usize,
    /// What it usually pays: the median of its months with revenue.
    pub(super) usual: i128,
}

/// What one pass over customers × months finds. Columns are months that an amount can stand in.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) months: Vec<Month>,
    /// For each month, how many customers have revenue in it.
    pub(super) paying: Vec<u64>,
    /// How many cells a row states to be zero.
    pub(super) zeros: u64,
    /// Cells below zero.
    pub(super) below_zero: Vec<(u32, usize)>,
    pub(super) gaps: Vec<Gap>,
    /// By month, then amount.
    pub(super) starts: Vec<Edge>,
    /// By month, then amount.
    pub(super) ends: Vec<Edge>,
    /// About a hundred times the usual amount, or a hundredth.
    pub(super) mixed_up: Vec<Outlier>,
    /// More than three times the usual amount, in one month alone.
    pub(super) one_time: Vec<Outlier>,
    pub(super) is_flow: bool,
    /// True for each month in which anybody has a row.
    covered: Vec<bool>,
    /// The columns that starts and ends are kept of.
    kept: std::ops::Range<usize>,
    /// Kept between customers, so that nothing is allocated for each.
    positives: Vec<i128>,
}

impl Scan {
    /// Looks at every customer once; first and last months are kept only from `first` to `last`.
    pub(super) fn new(ledger: &Ledger, policies: &Policies, kept: Option<(Month, Month)>) -> Scan {
        let months = ledger.label_ends();
        let place = |month| months.partition_point(|other| *other < month);
        let kept = kept.map_or(0..months.len(), |(first, last)| {
            place(first)..place(last) + 1
        });
        let mut scan = Scan {
            paying: vec![0; months.len()],
            covered: months.iter().map(|month| ledger.has_rows(*month)).collect(),
            is_flow: policies.basis == Basis::Flow,
            months,
            kept,
            ..Scan::default()
        };
        ledger.each_row(&mut |customer, row| scan.see(customer, row));
        scan.starts.sort_unstable();
        scan.ends.sort_unstable();
        scan
    }

    fn see(&mut self, customer: u32, row: &[Cell]) {
        let (mut first, mut last, mut lowest, mut highest) = (None, None, i128::MAX, 0);
        let (gaps, mut paying) = (self.gaps.len(), 0_usize);
        for (index, cell) in row.iter().enumerate() {
            if cell.units < 0 {
                self.below_zero.push((customer, index));
            }
            if cell.units <= 0 {
                self.zeros += u64::from(cell.units == 0 && cell.is_stated);
                continue;
            }
            if let Some((before, amount)) = last
                && before + 1 < index
            {
                let is_empty = row[before + 1..index].iter().all(|cell| cell.units == 0);
                let is_late = is_empty && cell.units >= amount;
                self.add_gap(customer, (before, index), is_late);
            }
            self.paying[index] += 1;
            paying += 1;
            first = first.or(Some((index, cell.units)));
            last = Some((index, cell.units));
            (lowest, highest) = (lowest.min(cell.units), highest.max(cell.units));
        }
        let (Some(first), Some(last)) = (first, last) else {
            return;
        };
        // Revenue that is billed every other month or every quarter has gaps and no late renewals.
        if self.is_flow && paying * 3 < (last.0 - first.0 + 1) * 2 {
            self.gaps.truncate(gaps);
        }
        self.add_edges(customer, first, last, paying);
        if paying >= 3 && highest / 3 >= lowest {
            self.add_outliers(customer, row);
        }
    }

    fn add_gap(&mut self, customer: u32, (before, after): (usize, usize), is_late: bool) {
        let away = self.months[before].until(self.months[after]) - 1;
        let is_covered = self.covered[before + 1..after].contains(&true);
        // A quarter without revenue is longer than any absence looked for.
        if away <= ABSENCE_MAX && is_covered {
            self.gaps.push(Gap {
                customer,
                before,
                after,
                is_late,
            });
        }
    }

    /// Keeps the first month of who was not there from the start, and the last one of who left after several.
    fn add_edges(
        &mut self,
        customer: u32,
        first: (usize, i128),
        last: (usize, i128),
        paying: usize,
    ) {
        let edge = |(index, units)| Edge {
            index,
            units,
            customer,
        };
        if first.0 > 0 && self.kept.contains(&(first.0 - 1)) && self.kept.contains(&first.0) {
            self.starts.push(edge(first));
        }
        let is_over = last.0 + 1 < self.months.len() && self.kept.contains(&(last.0 + 1));
        if is_over && self.kept.contains(&last.0) && paying > 1 {
            self.ends.push(edge(last));
        }
    }

    fn add_outliers(&mut self, customer: u32, row: &[Cell]) {
        self.positives.clear();
        let amounts = row.iter().map(|cell| cell.units);
        self.positives.extend(amounts.filter(|units| *units > 0));
        let middle = (self.positives.len() - 1) / 2;
        let usual = *self.positives.select_nth_unstable(middle).1;
        let paid = || row.iter().enumerate().filter(|(_, cell)| cell.units > 0);
        let outlier = |(index, _): (usize, &Cell)| Outlier {
            customer,
            index,
            usual,
        };
        let hundredfold = paid().filter(|(_, cell)| is_hundredfold(cell.units, usual));
        let before = self.mixed_up.len();
        self.mixed_up.extend(hundredfold.map(outlier));
        // Where many months stand on another level, the level changed.
        if (self.mixed_up.len() - before) * 3 > self.positives.len() {
            self.mixed_up.truncate(before);
        }
        let mut high = paid().filter(|(_, cell)| cell.units / 3 >= usual && cell.units > 3 * usual);
        if let (Some(only), None) = (high.next(), high.next()) {
            // A run rate that is high at the end may stay there.
            let is_over = self.is_flow || only.0 + 1 < row.len();
            let is_mixed_up = self.mixed_up.len() > before;
            if self.positives.len() >= 4 && is_over && !is_mixed_up {
                self.one_time.push(outlier(only));
            }
        }
    }
}

/// True if one amount is about a hundred times the other.
fn is_hundredfold(units: i128, usual: i128) -> bool {
    let (low, high) = (units.min(usual), units.max(usual));
    (80..=125).contains(&(high / low))
}
