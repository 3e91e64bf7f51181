//! Customers by their first period, and what each such cohort still pays at each age.
//!
//! ```text
//! Ledger + periods ─► Reader (one row a customer) ─► Tally (sums by cohort and period) ─► Triangle
//! ```
//!
//! A cell is a comparison of two ends like any other: age 0 is its opening, the later period its closing.
//! What returns stays in its cohort, so no policy on returning customers acts here.

mod blocks;
mod reader;
mod triangle;

use std::collections::{BTreeMap, BTreeSet};

pub use triangle::{Point, Triangle};

use super::anchors::{Anchor, anchor};
use super::calc::Faults;
use super::detail::owners;
use super::periods::Asked;
use super::problems;
use crate::error::Errors;
use crate::ledger::{Attribute, Books, Ledger, NO_VALUE, ValueId};
use crate::policies::{Negatives, Netting, Policies, SegmentAt, Zero};
use crate::units::{Grain, Month, Period};
use blocks::Blocks;
use reader::{Line, Reader};
use triangle::Tally;

/// The policies that say nothing about cohorts: a cell always compares its period with age 0, over
/// everybody who was there then.
pub const SILENT: [&str; 8] = [
    "length",
    "lookback",
    "method",
    "min-opening",
    "min-closing",
    "cohort-base",
    "reactivation",
    "reactivation-window",
];

/// The month in which each customer signed up, by number; customers without one are left out.
pub type Signups = BTreeMap<u32, Month>;

/// The triangles of a run, and what its warnings need to know.
#[derive(Clone, Debug, Default)]
pub struct Cohorts {
    /// The periods that were read, earliest first.
    pub periods: Vec<Period>,
    /// True if the data end before the last of them does.
    pub partial: bool,
    /// That of everybody, then one a segment in byte order.
    pub triangles: Vec<Triangle>,
    /// The months that some cell reads.
    pub months_read: BTreeSet<Month>,
    /// The customers of which `negatives clip` cut something.
    pub clipped: BTreeSet<u32>,
    /// The customers with revenue that have no signup, and so no cohort.
    pub unsigned: BTreeSet<u32>,
    /// Customers with revenue, and none in what any period reads: they come and go in between.
    pub unseen: BTreeSet<u32>,
    /// The customers with revenue before the period of their signup, which stands in no cell.
    pub early: BTreeSet<u32>,
}

/// Sorts customers into cohorts by the first period in which their value is above zero, and adds up what
/// each cohort pays at each age.
///
/// With `signups` a customer's cohort is the period of its signup instead; one without a signup is in
/// none. Where `netting product` is in force each product is capped on its own; where products are the
/// segments, each product of a customer is a unit with a first period of its own.
///
/// # Shape
///
/// The triangle of everybody, then one a segment. Cells past the horizon do not exist; `asked` has to
/// hold every period that can be read, earliest first.
///
/// # Units
///
/// Exact amounts in the ledger's currency; rates keep their sums.
///
/// # Errors
///
/// Periods finer than the data, months without rows, values below zero: as for
/// [`calc`](super::calc()).
///
/// # Source
///
/// `docs/definitions.md#cohorts`.
///
/// # Example
///
/// ```
/// use nrr::ledger::{Books, Ledger};
/// use nrr::metrics::{Ask, cohorts};
/// use nrr::policies::Policies;
///
/// let ledger = Ledger::from_table(
///     "       2024-01 2024-02 2024-03
///      acme       100     120       .
///      birch        .      50      40
///      cedar       20       .      30",
/// ).unwrap();
/// let policies = Policies::default();
/// let asked = Ask::default().on(&ledger, &policies).unwrap();
/// let found = cohorts(&Books::of(ledger), &asked, &policies, None).unwrap();
/// let amounts: Vec<String> = found.triangles[0].points.iter()
///     .filter(|point| point.cohort.is_some())
///     .map(|point| point.amount.to_string()).collect();
/// // January's 120 become 120 (cedar is away) and 30 (it is back, and in its cohort still).
/// assert_eq!(amounts, ["120", "120", "30", "50", "40"]);
/// ```
pub fn cohorts(
    books: &Books,
    asked: &Asked,
    policies: &Policies,
    signups: Option<&Signups>,
) -> Result<Cohorts, Errors> {
    let ledger = &books.customers;
    let mut faults = Faults::default();
    let mut anchors = Vec::new();
    let mut partial = false;
    for period in &asked.periods {
        match anchor(ledger, *period, policies) {
            Ok((end, is_cut)) => {
                anchors.push(end);
                partial |= is_cut;
            }
            Err(unreadable) => faults.add(unreadable),
        }
    }
    if let Some(errors) = problems::messages(ledger, policies, asked, &faults) {
        return Err(errors);
    }
    let mut run = Run {
        books,
        policies,
        signups,
        reader: Reader::new(ledger, &anchors, policies),
        anchors: &anchors,
        total: Tally::default(),
        segments: BTreeMap::new(),
        found: Cohorts {
            periods: asked.periods.clone(),
            partial,
            ..Cohorts::default()
        },
    };
    let products = books.products.as_ref();
    let is_netted = books.segments_are_products || policies.netting == Netting::Product;
    match products.filter(|_| is_netted) {
        Some(products) => run.add_products(products),
        None => run.add_customers(),
    }
    faults.negatives = std::mem::take(&mut run.reader.negatives);
    match problems::messages(ledger, policies, asked, &faults) {
        Some(errors) => Err(errors),
        None => Ok(run.finished()),
    }
}

/// A segment while it is counted: a value for each column of `--by`.
type Key = Vec<Option<ValueId>>;

struct Run<'a> {
    books: &'a Books,
    policies: &'a Policies,
    signups: Option<&'a Signups>,
    reader: Reader<'a>,
    anchors: &'a [Anchor],
    total: Tally,
    segments: BTreeMap<Key, Tally>,
    found: Cohorts,
}

impl Run<'_> {
    /// Every customer as a whole.
    fn add_customers(&mut self) {
        let ledger = &self.books.customers;
        let has_segments = !ledger.attributes().is_empty();
        let is_plain =
            !has_segments && self.signups.is_none() && self.policies.zero != Zero::Active;
        if is_plain && self.add_blocks() {
            return;
        }
        let mut line = Line::default();
        ledger.each_row(&mut |customer, row| {
            self.reader.read(ledger, customer, customer, row, &mut line);
            let Some(cohort) = self.cohort(customer, &line) else {
                return;
            };
            self.total.add_whole(cohort, &line);
            if has_segments {
                let key = self.segment(ledger, customer, cohort);
                let part = self.segments.entry(key).or_default();
                part.add_whole(cohort, &line);
            }
        });
    }

    /// Every customer as a whole, many at once; false where somebody has to be named.
    fn add_blocks(&mut self) -> bool {
        let Blocks { total, cut, unseen } = Blocks::of(&self.books.customers, self.anchors);
        if !cut.is_empty() && self.policies.negatives == Negatives::Error {
            return false;
        }
        self.total = total;
        self.reader.clipped.extend(cut);
        self.found.unseen.extend(unseen);
        true
    }

    /// Every customer as the sum of its products, each of them capped on its own.
    fn add_products(&mut self, products: &Ledger) {
        let owners = owners(&self.books.customers, products);
        let owner = |unit: u32| owners[unit as usize];
        let mut lines: BTreeMap<u32, Line> = BTreeMap::new();
        let mut line = Line::default();
        products.each_row(&mut |unit, row| {
            self.reader
                .read(products, unit, owner(unit), row, &mut line);
            lines.entry(owner(unit)).or_default().add(&line);
        });
        // What was below zero was said once; reading it again says nothing new.
        let negatives = std::mem::take(&mut self.reader.negatives);
        self.books.customers.each_row(&mut |customer, row| {
            if let Some(line) = lines.get_mut(&customer) {
                self.reader.note_zeros(row, line);
            }
        });
        let cohorts: BTreeMap<u32, i32> = lines
            .iter()
            .filter_map(|(customer, line)| Some((*customer, self.cohort(*customer, line)?)))
            .collect();
        products.each_row(&mut |unit, row| {
            let customer = owner(unit);
            self.reader.read(products, unit, customer, row, &mut line);
            if let (Some(cohort), Some(whole)) = (cohorts.get(&customer), lines.get_mut(&customer))
            {
                line.cap(*cohort);
                whole.add_capped(&line);
            }
            let own = self.first_or_signup(customer, &line);
            if let Some(cohort) = own.filter(|_| self.books.segments_are_products) {
                line.cap(cohort);
                let key = self.segment(products, unit, cohort);
                self.segments.entry(key).or_default().add(cohort, &line);
            }
        });
        self.reader.negatives = negatives;
        let customers = &self.books.customers;
        for (customer, cohort) in cohorts {
            self.total.add(cohort, &lines[&customer]);
            if !self.books.segments_are_products && !customers.attributes().is_empty() {
                let key = self.segment(customers, customer, cohort);
                let part = self.segments.entry(key).or_default();
                part.add(cohort, &lines[&customer]);
            }
        }
    }

    /// The cohort of a customer, as [`Run::first_or_signup`]; notes what a signup leaves out.
    fn cohort(&mut self, customer: u32, line: &Line) -> Option<i32> {
        let cohort = self.first_or_signup(customer, line);
        let ledger = &self.books.customers;
        if line.first().is_none()
            && ledger
                .last_revenue_through(customer, ledger.last())
                .is_some()
        {
            self.found.unseen.insert(customer);
        }
        let first = line.first().filter(|_| self.signups.is_some());
        if let Some(first) = first {
            match cohort {
                None => drop(self.found.unsigned.insert(customer)),
                Some(cohort) if first < cohort => drop(self.found.early.insert(customer)),
                Some(_) => {}
            }
        }
        cohort
    }

    /// How many periods after the first one read the cohort of a line starts: negative for a signup before
    /// it. `None` for a customer without revenue, or without a signup where those count.
    fn first_or_signup(&self, customer: u32, line: &Line) -> Option<i32> {
        let Some(signups) = self.signups else {
            return line.first();
        };
        let first = self.found.periods.first()?;
        let grain = first.grain(self.policies.fiscal_year)?;
        let month = *signups.get(&customer)?;
        let period = Period::holding(month, grain, self.policies.fiscal_year);
        Some(first.last().until(period.last()) / grain.months().cast_signed())
    }

    /// Where a unit belongs for good: with `segment-at opening` where it was in the period of its cohort.
    fn segment(&self, ledger: &Ledger, unit: u32, cohort: i32) -> Key {
        let (first, last) = (ledger.first(), ledger.last());
        let ends = usize::try_from(cohort)
            .ok()
            .and_then(|index| self.anchors.get(index));
        let value = |attribute: &Attribute| match self.policies.segment_at {
            SegmentAt::Opening => {
                let at = ends.and_then(|end| attribute.latest(unit, end.period.first(), end.last));
                // Who signs up may have no row yet, and age 0 can lie before the data.
                at.or_else(|| {
                    attribute
                        .earliest(unit, first, last)
                        .filter(|_| self.signups.is_some())
                })
            }
            SegmentAt::Closing => {
                let closing = self.anchors.last()?;
                attribute.latest(unit, closing.period.first(), closing.last)
            }
            SegmentAt::First => attribute.earliest(unit, first, last),
            SegmentAt::Latest => attribute.latest(unit, first, last),
        };
        ledger.attributes().iter().map(value).collect()
    }

    fn finished(self) -> Cohorts {
        let Run {
            books,
            reader,
            anchors,
            total,
            segments,
            mut found,
            ..
        } = self;
        let ledger = books.by_unit();
        let shape = triangle::Shape {
            periods: &found.periods,
            scale: books.customers.scale(),
            first: books.customers.first(),
            is_cut: found.partial,
            is_by_revenue: self.signups.is_none(),
        };
        let value = |(attribute, id): (&Attribute, Option<ValueId>)| {
            id.map_or(NO_VALUE, |id| attribute.value(id)).to_owned()
        };
        let named: BTreeMap<Vec<String>, Tally> = segments
            .into_iter()
            .map(|(key, part)| {
                let names = ledger.attributes().iter().zip(key).map(value);
                (names.collect(), part)
            })
            .collect();
        let mut triangles = vec![total.triangle(None, &shape)];
        let parts = named.into_iter();
        triangles.extend(parts.map(|(name, part)| part.triangle(Some(name), &shape)));
        found.triangles = triangles;
        found.clipped = reader.clipped;
        let read = anchors.iter().flat_map(|end| end.first.through(end.last));
        found.months_read = read.collect();
        found
    }
}

impl Cohorts {
    /// The grain of the cohorts and of their ages.
    #[must_use]
    pub fn grain(&self) -> Grain {
        let months = self.periods.first().map(|period| period.months());
        let mut grains = Grain::ALL.into_iter();
        grains
            .find(|grain| Some(grain.months()) == months)
            .unwrap_or(Grain::Month)
    }
}

#[cfg(test)]
mod tests;
