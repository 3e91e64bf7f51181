//! The one pass over a ledger that every finding draws on.

mod block;
mod edges;

use super::super::columns::number;
use crate::ledger::Ledger;
use crate::policies::{Basis, Policies};
use crate::units::Month;
use block::{Block, Span};
pub(super) use edges::Edge;
use edges::Edges;

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

/// An amount far from what the customer usually pays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outlier {
    pub(super) customer: u32,
    pub(super) index: usize,
    /// What it usually pays: the median of its months with revenue.
    pub(super) usual: i128,
}

/// What one pass over customers × months finds. Columns are months that an amount can stand in.
#[derive(Clone, Debug, Default)]
pub(super) struct Scan {
    pub(super) months: Vec<Month>,
    /// For each month, how many customers have revenue in it.
    pub(super) paying: Vec<u64>,
    /// How many cells a row states to be zero.
    pub(super) zeros: u64,
    /// Cells below zero.
    pub(super) below_zero: Vec<(u32, usize)>,
    pub(super) gaps: Vec<Gap>,
    /// The first months of who was not there from the start, by month, then amount: those that an end before them
    /// may be at the same amount as.
    pub(super) starts: Vec<Edge>,
    /// The last months of who left after several, by month, then amount: those that a start after them may be at
    /// the same amount as.
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
        let blank = Scan {
            paying: vec![0; months.len()],
            covered: months.iter().map(|month| ledger.has_rows(*month)).collect(),
            is_flow: policies.basis == Basis::Flow,
            months,
            kept,
            ..Scan::default()
        };
        let inside = ledger.inside();
        let parts = ledger.each_part(|blocks| {
            let (mut scan, mut edges) = (blank.clone(), Edges::default());
            for block in blocks {
                let block = Block::read(ledger, block, inside[block], &scan.months);
                scan.see(&block, &mut edges);
            }
            (scan, edges)
        });
        let (scans, edges): (Vec<Scan>, Vec<Edges>) = parts.into_iter().unzip();
        let mut scan = blank;
        for part in scans {
            scan.append(part);
        }
        (scan.starts, scan.ends) = Edges::that_may_match(&edges, ledger, &scan.months);
        scan
    }

    /// Adds what was seen of later blocks.
    fn append(&mut self, later: Scan) {
        for (paying, more) in self.paying.iter_mut().zip(later.paying) {
            *paying += more;
        }
        self.zeros += later.zeros;
        self.below_zero.extend(later.below_zero);
        self.gaps.extend(later.gaps);
        self.mixed_up.extend(later.mixed_up);
        self.one_time.extend(later.one_time);
    }

    fn see(&mut self, block: &Block, edges: &mut Edges) {
        for (index, paying) in self.paying.iter_mut().enumerate() {
            *paying += block.paying(index);
        }
        for (slot, index, units) in block.without_revenue() {
            if units < 0 {
                self.below_zero.push((number(block.number, slot), index));
            } else {
                self.zeros += 1;
            }
        }
        for (slot, before, after) in block.absences(ABSENCE_MAX) {
            // Revenue that is billed every other month or every quarter has gaps and no late renewals.
            let Span {
                first,
                last,
                paying,
            } = block.span(slot);
            if self.is_flow && paying * 3 < (last - first + 1) * 2 {
                continue;
            }
            let inside = before + 1..after;
            let is_empty = inside
                .into_iter()
                .all(|index| block.units(slot, index) == 0);
            let is_late = is_empty && block.units(slot, after) >= block.units(slot, before);
            self.add_gap(number(block.number, slot), (before, after), is_late);
        }
        self.add_edges(block, edges);
        for slot in block.uneven() {
            self.add_outliers(number(block.number, slot), &block.row(slot));
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
    fn add_edges(&self, block: &Block, edges: &mut Edges) {
        let kept = |index: usize| self.kept.contains(&index);
        for (slot, index) in block.starts() {
            if index > 0 && kept(index - 1) && kept(index) {
                edges.add_start(number(block.number, slot), index, block.units(slot, index));
            }
        }
        for (slot, index) in block.ends_of_several() {
            if index + 1 < self.months.len() && kept(index + 1) && kept(index) {
                edges.add_end(number(block.number, slot), index, block.units(slot, index));
            }
        }
    }

    fn add_outliers(&mut self, customer: u32, row: &[i128]) {
        self.positives.clear();
        let amounts = row.iter().copied();
        self.positives.extend(amounts.filter(|units| *units > 0));
        let middle = (self.positives.len() - 1) / 2;
        let usual = *self.positives.select_nth_unstable(middle).1;
        let paid = || row.iter().enumerate().filter(|(_, units)| **units > 0);
        let outlier = |(index, _): (usize, &i128)| Outlier {
            customer,
            index,
            usual,
        };
        let hundredfold = paid().filter(|(_, units)| is_hundredfold(**units, usual));
        let before = self.mixed_up.len();
        self.mixed_up.extend(hundredfold.map(outlier));
        // Where many months stand on another level, the level changed.
        if (self.mixed_up.len() - before) * 3 > self.positives.len() {
            self.mixed_up.truncate(before);
        }
        let mut high = paid().filter(|(_, units)| **units / 3 >= usual && **units > 3 * usual);
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
