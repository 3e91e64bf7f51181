//! Who makes the differences between many measurements of one ledger: everybody's shares in all of them, in one pass.
//!
//! ```text
//! measurements ─► Plan (what each of them reads) ─► Sight (two ends, each looked at once) ─► row by row: Share ─► Ranking
//! ```

use std::ops::Range;

use super::anchors::{Anchor, Anchors, anchors};
use super::movements::{is_under, threshold};
use super::ranking::{Part, Ranking, Share, Touched};
use super::rollforward::Rollforward;
use super::shares::{Shares, YEAR};
use crate::ledger::{Books, Cell, Ledger};
use crate::policies::{CohortBase, Level, Method, Negatives, Netting, Policies, Reactivation};
use crate::units::{Month, Period, Ratio};

/// One measurement.
pub(super) struct State<'a> {
    /// What it was measured on.
    pub(super) books: &'a Books,
    /// Its period.
    pub(super) period: Period,
    /// Its choices.
    pub(super) policies: Policies,
    /// What came out.
    pub(super) total: Rollforward,
    /// NRR.
    pub(super) nrr: Ratio,
}

/// The customers that make the difference between the first and the second of each pair of measurements; `None`
/// where they cannot be told.
pub(super) fn touched(states: &[State<'_>], pairs: &[(usize, usize)]) -> Vec<Option<Touched>> {
    let mut ledgers: Vec<&Ledger> = Vec::new();
    for ledger in states.iter().map(|state| &state.books.customers) {
        if !ledgers.iter().any(|known| std::ptr::eq(*known, ledger)) {
            ledgers.push(ledger);
        }
    }
    let mut found: Vec<Found> = vec![Found::Nowhere; pairs.len()];
    for ledger in ledgers {
        in_one_pass(ledger, states, pairs, &mut found);
    }
    let all = found.into_iter().zip(pairs);
    all.map(|(found, (before, after))| match found {
        Found::Here(touched) => touched,
        Found::Nowhere => one_by_one(&states[*before], &states[*after]),
    })
    .collect()
}

/// What was found of a pair.
#[derive(Clone)]
enum Found {
    /// No pass over a ledger holds both.
    Nowhere,
    /// This; `None` if the customers cannot be told.
    Here(Option<Touched>),
}

/// The same of two ledgers, or where more than a customer's row decides.
fn one_by_one(before: &State<'_>, after: &State<'_>) -> Option<Touched> {
    let (old, new) = (Shares::of(before)?, Shares::of(after)?);
    Some(new.touched(&old, before.nrr))
}

/// Finds all pairs that a pass over one ledger holds.
fn in_one_pass(
    ledger: &Ledger,
    states: &[State<'_>],
    pairs: &[(usize, usize)],
    found: &mut [Found],
) {
    let mut pass = Pass::new(ledger);
    let plans: Vec<Option<usize>> = states.iter().map(|state| pass.plan(state)).collect();
    let mut asked = Vec::new();
    for ((before, after), found) in pairs.iter().zip(found) {
        if let Some(both) = plans[*before].zip(plans[*after]) {
            let (before, after) = (&states[*before], &states[*after]);
            let number = pass.compare(both, before.nrr, after);
            asked.push((number, (both.0, before), (both.1, after), found));
        }
    }
    pass.run();
    for (number, before, after, found) in asked {
        let adds_up = [before, after]
            .iter()
            .all(|(plan, state)| pass.adds_up_to(*plan, &state.total));
        *found = Found::Here(adds_up.then(|| pass.pairs[number].ranking.touched()));
    }
}

/// What a measurement makes of the ends that it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// Comparisons added up.
    Sum(Vec<usize>),
    /// The opening of the whole, and what every step makes of it.
    Steps {
        whole: usize,
        steps: Vec<usize>,
        /// True where each step asks for itself who counts.
        is_compound: bool,
    },
}

/// What a measurement reads, and what it sums up to.
#[derive(Clone)]
struct Plan {
    way: Way,
    is_negative_error: bool,
    sum: Share,
}

/// Two plans, and who differs between them.
struct Pair<'a> {
    plans: (usize, usize),
    ranking: Ranking<'a>,
}

/// One pass over a ledger.
struct Pass<'a> {
    ledger: &'a Ledger,
    months: Vec<Month>,
    sights: Vec<Sight>,
    plans: Vec<Plan>,
    pairs: Vec<Pair<'a>>,
}

impl<'a> Pass<'a> {
    fn new(ledger: &'a Ledger) -> Pass<'a> {
        Pass {
            ledger,
            months: ledger.label_ends(),
            sights: Vec::new(),
            plans: Vec::new(),
            pairs: Vec::new(),
        }
    }

    /// The plan of a measurement; `None` where a customer's row does not hold all that it reads.
    fn plan(&mut self, state: &State<'_>) -> Option<usize> {
        let policies = &state.policies;
        let is_here = std::ptr::eq(&raw const state.books.customers, self.ledger);
        let is_plain = policies.level == Level::Customer && policies.netting == Netting::Customer;
        if !is_here || !is_plain || self.ledger.is_converted() {
            return None;
        }
        let plan = Plan {
            way: self.way(state)?,
            is_negative_error: policies.negatives == Negatives::Error,
            sum: Share::default(),
        };
        let is_same = |other: &Plan| {
            (&other.way, other.is_negative_error) == (&plan.way, plan.is_negative_error)
        };
        if let Some(known) = self.plans.iter().position(is_same) {
            return Some(known);
        }
        self.plans.push(plan);
        Some(self.plans.len() - 1)
    }

    fn way(&mut self, state: &State<'_>) -> Option<Way> {
        let (period, policies) = (state.period, &state.policies);
        let (ledger, grain) = (self.ledger, self.ledger.grain());
        let ends = |period, lookback| anchors(ledger, period, lookback, policies).ok();
        let lookback = policies.lookback_months(period);
        match policies.method {
            Method::PointToPoint => {
                let sight = self.sight(&ends(period, lookback)?, policies);
                Some(Way::Sum(vec![sight]))
            }
            Method::TrailingAverage => {
                let mut sights = Vec::new();
                for back in (0..YEAR).step_by(grain.months() as usize) {
                    let month = Period::ending(period.last().back(back), grain);
                    sights.push(self.sight(&ends(month, lookback)?, policies));
                }
                Some(Way::Sum(sights))
            }
            Method::Compound | Method::Summed => {
                let is_compound = policies.method == Method::Compound;
                let everybody = policies.without_thresholds();
                let of_step = if is_compound { policies } else { &everybody };
                let whole = ends(period, lookback)?;
                let mut steps = Vec::new();
                let mut last = whole.opening.last.forward(grain.months());
                while last <= whole.closing.last {
                    let step = ends(Period::ending(last, grain), grain.months())?;
                    steps.push(self.sight(&step, of_step));
                    last = last.forward(grain.months());
                }
                Some(Way::Steps {
                    whole: self.sight(&whole, policies),
                    steps,
                    is_compound,
                })
            }
        }
    }

    fn sight(&mut self, ends: &Anchors, policies: &Policies) -> usize {
        let sight = Sight::of(self.ledger, &self.months, ends, policies);
        if let Some(known) = self.sights.iter().position(|other| *other == sight) {
            return known;
        }
        self.sights.push(sight);
        self.sights.len() - 1
    }

    /// Asks for the difference between two plans.
    fn compare(&mut self, plans: (usize, usize), before: Ratio, after: &State<'_>) -> usize {
        let part = Part {
            adds_up: after.policies.method != Method::Compound,
            nrr: before,
            opening: after.total.opening,
        };
        let is_same = |pair: &Pair<'_>| pair.plans == plans && pair.ranking.part() == part;
        if let Some(known) = self.pairs.iter().position(is_same) {
            return known;
        }
        let ranking = Ranking::new(part);
        self.pairs.push(Pair { plans, ranking });
        self.pairs.len() - 1
    }

    fn run(&mut self) {
        if self.pairs.is_empty() {
            return;
        }
        let sights = self.sights.iter();
        let read = sights.flat_map(|sight| [&sight.opening, &sight.closing]);
        let start = read.clone().map(|slots| slots.start).min().unwrap_or(0);
        let end = read.map(|slots| slots.end).max().unwrap_or(0);
        let pass = &*self;
        let parts = self.ledger.each_part(|blocks| {
            let mut part = pass.blank();
            part.see_blocks(blocks, start..end);
            part
        });
        for part in parts {
            self.add(part);
        }
    }

    /// The same without anything seen.
    fn blank(&self) -> Pass<'a> {
        let pairs = self.pairs.iter().map(|pair| Pair {
            plans: pair.plans,
            ranking: Ranking::new(pair.ranking.part()),
        });
        Pass {
            ledger: self.ledger,
            months: self.months.clone(),
            sights: self.sights.clone(),
            plans: self.plans.clone(),
            pairs: pairs.collect(),
        }
    }

    /// Adds what was seen of other customers.
    fn add(&mut self, part: Pass<'a>) {
        for (sight, other) in self.sights.iter_mut().zip(part.sights) {
            sight.is_below |= other.is_below;
        }
        for (plan, other) in self.plans.iter_mut().zip(part.plans) {
            plan.sum.add(other.sum);
        }
        for (pair, other) in self.pairs.iter_mut().zip(part.pairs) {
            pair.ranking.add(other.ranking);
        }
    }

    /// Looks at the customers of some blocks, of whom only these months are read.
    fn see_blocks(&mut self, blocks: Range<usize>, slots: Range<usize>) {
        let Pass {
            ledger,
            months,
            sights,
            plans,
            pairs,
        } = self;
        let mut sums = vec![0; months.len() + 1];
        let mut seen = vec![Seen::default(); sights.len()];
        let mut shares = vec![Share::default(); plans.len()];
        ledger.each_row_of(blocks, &mut |customer, row| {
            if row[slots.clone()].iter().all(|cell| cell.units == 0) {
                return;
            }
            for slot in slots.clone() {
                sums[slot + 1] = sums[slot] + row[slot].units;
            }
            let row = Row {
                cells: row,
                sums: &sums,
                months,
            };
            for (seen, sight) in seen.iter_mut().zip(sights.iter_mut()) {
                *seen = sight.see(&row);
            }
            for (share, plan) in shares.iter_mut().zip(plans.iter_mut()) {
                *share = plan.way.share(&seen);
                plan.sum.add(*share);
            }
            for pair in pairs.iter_mut() {
                let (before, after) = pair.plans;
                if shares[before] != shares[after] {
                    let moved = shares[after].less(shares[before]);
                    pair.ranking.offer(ledger, customer, moved);
                }
            }
        });
    }

    /// True if the shares of a plan are those behind a figure.
    fn adds_up_to(&self, plan: usize, total: &Rollforward) -> bool {
        let Plan {
            way,
            is_negative_error,
            sum,
        } = &self.plans[plan];
        let (sights, is_compound) = match way {
            Way::Sum(sights) => (sights.clone(), false),
            Way::Steps {
                whole,
                steps,
                is_compound,
            } => ([&[*whole], steps.as_slice()].concat(), *is_compound),
        };
        let is_below = sights.iter().any(|sight| self.sights[*sight].is_below);
        let is_sum = (sum.retained, sum.opening) == (total.retained, total.opening);
        !(is_below && *is_negative_error) && (is_compound || is_sum)
    }
}

impl Way {
    fn share(&self, seen: &[Seen]) -> Share {
        let mut share = Share::default();
        match self {
            Way::Sum(sights) => {
                for seen in sights.iter().map(|sight| &seen[*sight]) {
                    share.add(seen.share());
                }
            }
            Way::Steps {
                whole,
                steps,
                is_compound,
            } => {
                let whole = &seen[*whole];
                if whole.counts {
                    share.opening = whole.opening;
                    share.retained = whole.opening;
                }
                if *is_compound || whole.counts {
                    for step in steps.iter().map(|step| seen[*step].share()) {
                        share.retained += step.retained - step.opening;
                    }
                }
            }
        }
        share
    }
}

/// Two ends, and what decides who counts between them: all of a comparison that its two sums depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sight {
    /// Where the cells of the ends stand in a row.
    opening: Range<usize>,
    closing: Range<usize>,
    /// What twelve times a value must reach.
    opening_min: i128,
    closing_min: i128,
    cohort_base: CohortBase,
    /// Where the first month of the opening stands.
    first: Option<usize>,
    /// How many cells stand up to the end of the opening's period.
    past: usize,
    /// True where who returns is in NRR.
    returns: bool,
    window: Option<u32>,
    /// True once a value below zero was met.
    is_below: bool,
}

impl Sight {
    fn of(ledger: &Ledger, months: &[Month], ends: &Anchors, policies: &Policies) -> Sight {
        let slots = |anchor: Anchor| {
            let start = months.partition_point(|month| *month < anchor.first);
            start..months.partition_point(|month| *month <= anchor.last)
        };
        let min = |amount, anchor| threshold(amount, anchor, ledger.scale(), policies);
        let opening_end = ends.opening.period.last();
        Sight {
            opening: slots(ends.opening),
            closing: slots(ends.closing),
            opening_min: min(policies.min_opening, ends.opening),
            closing_min: min(policies.min_closing, ends.closing),
            cohort_base: policies.cohort_base,
            first: months.binary_search(&ends.opening.first).ok(),
            past: months.partition_point(|month| *month <= opening_end),
            returns: returns(policies),
            window: policies.reactivation_window,
            is_below: false,
        }
    }

    fn see(&mut self, row: &Row<'_>) -> Seen {
        let (opening, closing) = (row.sum(&self.opening), row.sum(&self.closing));
        self.is_below |= opening < 0 || closing < 0;
        let (opening, closing) = (opening.max(0), closing.max(0));
        if opening > 0 {
            let is_below =
                is_under(opening, self.opening_min) || is_under(closing, self.closing_min);
            return Seen {
                opening,
                retained: closing,
                counts: !is_below && self.is_in_base(row, closing),
            };
        }
        let is_back = self.returns && closing > 0 && self.is_reactivated(row);
        Seen {
            opening,
            retained: if is_back { closing } else { 0 },
            counts: true,
        }
    }

    fn is_in_base(&self, row: &Row<'_>, closing: i128) -> bool {
        match self.cohort_base {
            CohortBase::Opening => true,
            CohortBase::FirstMonth => self.first.is_some_and(|slot| row.has_revenue(slot)),
            CohortBase::Survivors => closing > 0,
        }
    }

    /// True if who comes was there before, and not away for too long.
    fn is_reactivated(&self, row: &Row<'_>) -> bool {
        let Some(last) = (0..self.past).rev().find(|slot| row.has_revenue(*slot)) else {
            return false;
        };
        let next = (self.past..row.cells.len()).find(|slot| row.has_revenue(*slot));
        let absent = next.map_or(0, |next| row.months[last].until(row.months[next]) - 1);
        let is_too_long = |window: u32| absent > window.cast_signed();
        !self.window.is_some_and(is_too_long)
    }
}

/// True if who returns is in NRR.
pub(super) fn returns(policies: &Policies) -> bool {
    matches!(
        policies.reactivation,
        Reactivation::InNrr | Reactivation::AsExpansion
    )
}

/// A customer's cells, and their sums up to each of them.
struct Row<'a> {
    cells: &'a [Cell],
    sums: &'a [i128],
    months: &'a [Month],
}

impl Row<'_> {
    fn sum(&self, slots: &Range<usize>) -> i128 {
        self.sums[slots.end] - self.sums[slots.start]
    }

    fn has_revenue(&self, slot: usize) -> bool {
        self.cells[slot].units > 0
    }
}

/// A customer between two ends.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    opening: i128,
    retained: i128,
    counts: bool,
}

impl Seen {
    fn share(&self) -> Share {
        if !self.counts {
            return Share::default();
        }
        Share {
            retained: self.retained,
            opening: self.opening,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::calc::calc;
    use super::super::periods::Ask;
    use super::*;
    use crate::policies::Origin;
    use crate::units::{Amount, FiscalYear};
    use proptest::prelude::*;

    /// What may differ between two measurements.
    const SETTINGS: &[&[(&str, &str)]] = &[
        &[],
        &[("reactivation", "in-nrr")],
        &[
            ("reactivation", "as-expansion"),
            ("reactivation-window", "1"),
        ],
        &[("reactivation", "in-nrr"), ("reactivation-window", "2")],
        &[("lookback", "3")],
        &[("lookback", "3"), ("reactivation", "in-nrr")],
        &[("lookback", "3"), ("method", "summed")],
        &[
            ("lookback", "3"),
            ("method", "summed"),
            ("min-opening", "900"),
        ],
        &[("lookback", "3"), ("method", "compound")],
        &[("lookback", "1"), ("method", "trailing-average")],
        &[("basis", "flow"), ("length", "2")],
        &[
            ("basis", "flow"),
            ("length", "2"),
            ("cohort-base", "first-month"),
        ],
        &[("min-opening", "300")],
        &[
            ("lookback", "3"),
            ("min-opening", "300"),
            ("min-closing", "400"),
        ],
        &[("cohort-base", "survivors")],
    ];

    fn state<'a>(books: &'a Books, settings: &[(&str, &str)]) -> Option<State<'a>> {
        let mut policies = Policies::default();
        let stock = [("basis", "stock"), ("negatives", "clip")];
        for (name, value) in stock.iter().chain(settings) {
            policies.set(name, value, Origin::Flag).expect("a value");
        }
        let ask = Ask {
            period: Period::parse("2025-03", FiscalYear::CALENDAR).ok(),
            ..Ask::default()
        };
        let asked = ask.on(&books.customers, &policies).expect("a period");
        let calculation = calc(books, &asked, &policies).ok()?;
        let total = calculation.records[0].rollforward()?.clone();
        total.nrr().is_defined().then(|| State {
            books,
            period: asked.periods[0],
            policies,
            nrr: total.nrr(),
            total,
        })
    }

    fn table(rows: &[Vec<i32>]) -> Books {
        let months = Period::parse("2024-01", FiscalYear::CALENDAR)
            .expect("a month")
            .last();
        let header = months.through(months.forward(14));
        let header: Vec<String> = header.map(|month| month.to_string()).collect();
        let mut lines = vec![header.join(" ")];
        for (number, row) in rows.iter().enumerate() {
            let cells = row.iter().map(|cell| match cell {
                0 => ".".to_owned(),
                cell => cell.to_string(),
            });
            let cells: Vec<String> = cells.collect();
            lines.push(format!("c{number} {}", cells.join(" ")));
        }
        let text = lines.join("\n");
        Books::of(Ledger::from_table(&text).expect("a table"))
    }

    fn cell() -> impl Strategy<Value = i32> {
        prop_oneof![4 => Just(0), 4 => 1..60_i32, 3 => Just(30), 1 => -20..0_i32]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn one_pass_finds_what_one_customer_after_the_other_does(
            mut rows in prop::collection::vec(prop::collection::vec(cell(), 15), 1..12),
        ) {
            // Somebody pays in every month, so that the ledger has all of them.
            rows.push(vec![40; 15]);
            let books = table(&rows);
            let states = SETTINGS.iter().filter_map(|settings| state(&books, settings));
            let states: Vec<State<'_>> = states.collect();
            let all = 0..states.len();
            let pairs = all.clone().flat_map(|before| all.clone().map(move |after| (before, after)));
            let pairs: Vec<(usize, usize)> = pairs.collect();
            let found = touched(&states, &pairs);
            for ((before, after), found) in pairs.iter().zip(found) {
                let due = one_by_one(&states[*before], &states[*after]);
                let settings = |number: &usize| states[*number].policies.fingerprint(&[]);
                prop_assert!(due.is_some());
                prop_assert_eq!(found, due, "{} {}", settings(before), settings(after));
            }
        }
    }

    #[test]
    fn the_parts_of_customers_are_the_difference() {
        let books = table(&[
            vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50, 0, 0, 60],
            vec![100; 15],
            vec![0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 30, 20, 0],
        ]);
        let before = state(&books, &[]).expect("figures");
        for settings in SETTINGS
            .iter()
            .filter(|settings| !settings.contains(&("method", "compound")))
        {
            let states = [
                state(&books, &[]).expect("figures"),
                state(&books, settings).expect("figures"),
            ];
            let touched = touched(&states, &[(0, 1)]).remove(0).expect("customers");
            let parts = touched.largest.iter().filter_map(|(_, part)| *part);
            let sum: i128 = parts.map(Amount::units).sum();
            let due = states[1]
                .nrr
                .difference(before.nrr, 6)
                .expect("a difference");
            assert!((sum - due.units()).abs() <= 3, "{settings:?} {touched:?}");
        }
    }
}
