//! The totals of many comparisons, in one pass over all customers.
//!
//! A block's months are put side by side once and stay near while every comparison looks at two of them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::anchors::{Anchor, Anchors};
use super::super::detail::Units;
use super::super::rollforward::Rollforward;
use super::comparison::{Comparison, Pair};
use super::end::Worth;
use super::lines::{PaidAt, of_everybody};
use super::split::Split;
use super::{Columns, Grid, NOBODY, or};
use crate::ledger::Bits;
use crate::policies::Policies;
use crate::units::Month;

/// Comparisons and their totals.
#[derive(Default)]
pub(in crate::metrics) struct Totals {
    asked: Vec<Anchors>,
    found: Vec<Total>,
}

/// The roll-forward of everybody and of each segment, and the customers of which something was cut, perhaps twice.
#[derive(Clone, Default)]
pub(in crate::metrics) struct Total {
    pub(in crate::metrics) sums: Rollforward,
    pub(in crate::metrics) segments: BTreeMap<Vec<String>, Rollforward>,
    pub(in crate::metrics) cut: Vec<u32>,
}

impl Totals {
    /// Those of all comparisons asked for, with what moved inside customers where they have products; nothing under
    /// policies that leave somebody out.
    pub(in crate::metrics) fn of(
        columns: &Columns<'_>,
        units: Option<&Units<'_>>,
        asked: Vec<Anchors>,
        policies: &Policies,
    ) -> Totals {
        let grid = &columns.grid;
        let comparisons = asked.iter();
        let comparisons = comparisons.map(|ends| Comparison::new(grid, ends, policies));
        let comparisons: Vec<Comparison<'_>> = comparisons.collect();
        if !comparisons.iter().all(|one| one.reader.counts_everybody()) {
            return Totals::default();
        }
        let plan = Plan::of(&asked, &comparisons);
        let blank = vec![Total::empty(grid); asked.len()];
        let has_units = units.is_some();
        let nobody = || has_units.then(|| PaidAt::ends(plan.ends.len()));
        let parts = grid.ledger.each_part(|blocks| {
            let (mut found, mut paid) = (blank.clone(), nobody());
            let split = Split::of(grid, &asked, policies);
            plan.add_blocks(grid, blocks, (&mut found, paid.as_mut()), split)
                .map_or_else(Vec::new, Split::named)
                .into_iter()
                .zip(&mut found)
                .for_each(|(segments, total)| total.segments = segments);
            (found, paid)
        });
        let (mut found, mut paid) = (blank, nobody());
        if let Some(paid) = &mut paid {
            paid.reserve(grid.ledger.blocks());
        }
        for (part, payers) in parts {
            for (total, part) in found.iter_mut().zip(part) {
                total.add(part);
            }
            if let Some((paid, payers)) = paid.as_mut().zip(payers) {
                paid.append(payers);
            }
        }
        if let Some((units, paid)) = units.zip(paid) {
            let places: Vec<[usize; 2]> = plan.comparisons.iter().map(|(_, ends)| *ends).collect();
            let lines = of_everybody(units, &plan.ends, &paid, &places);
            for (total, lines) in found.iter_mut().zip(lines) {
                total.sums.set_lines(&lines);
            }
        }
        for total in &mut found {
            total.finish();
        }
        Totals { asked, found }
    }

    /// The total of a comparison, if it was asked for.
    pub(in crate::metrics) fn find(&self, ends: &Anchors) -> Option<&Total> {
        let place = self.asked.iter().position(|asked| asked == ends)?;
        self.found.get(place)
    }
}

impl Total {
    fn empty(grid: &Grid<'_>) -> Total {
        Total {
            sums: Rollforward::empty(grid.ledger.scale()),
            segments: BTreeMap::new(),
            cut: Vec::new(),
        }
    }

    fn add(&mut self, other: Total) {
        self.sums.add(&other.sums);
        self.cut.extend(other.cut);
        for (segment, sums) in other.segments {
            match self.segments.get_mut(&segment) {
                Some(own) => own.add(&sums),
                None => drop(self.segments.insert(segment, sums)),
            }
        }
    }

    /// Proves the sums; segments that nothing fell into go.
    fn finish(&mut self) {
        self.sums.assert_identity();
        self.sums.assert_customers();
        self.segments
            .values()
            .for_each(Rollforward::assert_identity);
        self.segments.retain(|_, sums| !sums.is_empty());
    }
}

/// What is to be added up.
struct Plan<'a> {
    /// The months of every end, each once.
    ends: Vec<(Month, Month)>,
    /// Each comparison, and where its two ends stand.
    comparisons: Vec<(&'a Comparison<'a>, [usize; 2])>,
}

impl<'a> Plan<'a> {
    fn of(asked: &[Anchors], comparisons: &'a [Comparison<'a>]) -> Plan<'a> {
        let months = |anchor: Anchor| (anchor.first, anchor.last);
        let both = |ends: &Anchors| [ends.opening, ends.closing].map(months);
        let mut ends: Vec<(Month, Month)> = asked.iter().flat_map(both).collect();
        ends.sort_unstable();
        ends.dedup();
        let place = |end: (Month, Month)| ends.binary_search(&end).unwrap_or_default();
        let placed = asked.iter().map(|ends| both(ends).map(place));
        Plan {
            comparisons: comparisons.iter().zip(placed).collect(),
            ends,
        }
    }

    fn add_blocks<'s>(
        &self,
        grid: &Grid<'_>,
        blocks: Range<usize>,
        (found, mut paid): (&mut [Total], Option<&mut PaidAt>),
        mut split: Option<Split<'s>>,
    ) -> Option<Split<'s>> {
        for number in blocks {
            let past = grid.paid(number);
            let ends = self.ends.iter();
            let worths = ends.map(|end| Worth::read(grid, number, *end));
            let worths: Vec<Worth> = worths.collect();
            if let Some(paid) = &mut paid {
                let ends: Vec<Bits> = worths.iter().map(|worth| worth.paid).collect();
                paid.add_block(&ends);
            }
            if let Some(split) = &mut split {
                split.read(number, |last| {
                    let ends = self.ends.iter().zip(&worths);
                    let ends = ends.filter(|(months, _)| months.1 == last);
                    ends.fold(NOBODY, |paid, (_, worth)| or(&paid, &worth.paid))
                });
            }
            let numbered = self.comparisons.iter().zip(&mut *found).zip(0..);
            for (((comparison, [opening, closing]), total), index) in numbered {
                let (opening, closing) = (&worths[*opening], &worths[*closing]);
                let block = Pair {
                    number,
                    opening,
                    closing,
                    past: &past,
                };
                comparison.add_block(&block, &mut total.sums);
                let cut = opening.cut.iter().chain(&closing.cut);
                total.cut.extend(cut.map(|(number, _)| *number));
                if let Some(split) = &mut split {
                    split.add_block(index, comparison, &block);
                }
            }
        }
        split
    }
}
