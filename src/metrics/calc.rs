//! The main job: every record of the periods asked for, or every reason why not.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::anchors::{Anchors, Unreadable, anchor, anchors};
use super::columns::{Between, Details};
use super::confidence::{Confidence, Intervals, Member, intervals};
use super::method::Stop;
use super::movements::{Movement, Negative, detailed, of_products};
use super::periods::Asked;
use super::problems;
use super::record::{Annual, Figures, Record};
use super::rollforward::Rollforward;
use super::segments::{Bases, Segments, by_segment, members_by_segment};
use super::sides::Sides;
use crate::error::Errors;
use crate::ledger::{Books, Ledger, Units as Parents, Unrated};
use crate::policies::{Level, Method, Negatives, Netting, Policies, SegmentAt};
use crate::units::{Month, Period};

const YEAR: u32 = 12;

/// Why a base without customers has no intervals.
const NO_BASE: &str = "no customer has revenue at the opening";

/// Why a period that the data end in has no rates over twelve months: they would span fewer.
const CUT: &str = "the data end before the period does";

/// The records of a run, and what its warnings need to know.
#[derive(Clone, Debug, Default)]
pub struct Calculation {
    /// One record a period, or the total and then one a segment; earliest period first.
    pub records: Vec<Record>,
    /// The months that some anchor reads.
    pub months_read: BTreeSet<Month>,
    /// The customers of which `negatives clip` cut something.
    pub clipped: BTreeSet<u32>,
    /// True if each product was netted on its own.
    pub is_netted: bool,
    /// The ledgers by parent that the last period was computed from; `None` where units are customers.
    pub units: Option<Rc<Parents>>,
}

/// Computes every period asked for, with its segments where the ledger has attributes.
///
/// Where the segments are products, each product is a segment of its own; `netting` says what the total is.
///
/// # Shape
///
/// Records stand in order of the periods; the total of each first, then its segments in byte order.
///
/// # Errors
///
/// All that keep a period from being computed: ends before or after the data, months without rows,
/// customers below zero. In a range an opening before the data gives a record without rates instead.
///
/// # Source
///
/// `docs/definitions.md`.
pub fn calc(books: &Books, asked: &Asked, policies: &Policies) -> Result<Calculation, Errors> {
    calc_with(books, asked, policies, None)
}

/// The same, with how sure the rates are.
///
/// # Errors
///
/// Those of [`calc`].
pub fn calc_with(
    books: &Books,
    asked: &Asked,
    policies: &Policies,
    confidence: Option<Confidence>,
) -> Result<Calculation, Errors> {
    let mut sides = Sides::of(books);
    if confidence.is_none() {
        sides.look_ahead(asked, policies);
    }
    calc_on(books, &sides, asked, policies, confidence)
}

/// The same as [`calc_with`], with what other calculations of the same books worked out already.
pub(super) fn calc_on<'a>(
    books: &'a Books,
    sides: &'a Sides<'a>,
    asked: &Asked,
    policies: &'a Policies,
    confidence: Option<Confidence>,
) -> Result<Calculation, Errors> {
    let ledger = &books.customers;
    let mut run = Run {
        books,
        parents: RefCell::default(),
        ledger,
        has_products: books.products.is_some(),
        has_quantities: books.has_quantities(),
        sides,
        policies,
        everybody: policies.without_thresholds(),
        confidence,
        is_range: asked.is_range,
        faults: Faults::default(),
    };
    let mut calculation = Calculation {
        is_netted: policies.netting == Netting::Product,
        ..Calculation::default()
    };
    for period in &asked.periods {
        run.add_period(*period, &mut calculation);
    }
    problems::messages(ledger, policies, asked, &run.faults).map_or(Ok(calculation), Err)
}

/// What kept periods from being computed; one entry a cause.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub(super) before: Vec<Period>,
    pub(super) after: Vec<Period>,
    pub(super) finer: Vec<Period>,
    pub(super) not_one_month: Vec<Period>,
    pub(super) missing: BTreeSet<Month>,
    pub(super) unrated: BTreeSet<Unrated>,
    pub(super) negatives: Vec<Negative>,
}

pub(super) struct Run<'a> {
    books: &'a Books,
    /// The ledgers by parent of the comparison before; parents change from closing to closing.
    parents: RefCell<Option<Rc<Parents>>>,
    pub(super) ledger: &'a Ledger,
    sides: &'a Sides<'a>,
    has_products: bool,
    has_quantities: bool,
    pub(super) policies: &'a Policies,
    /// The policies without thresholds, for what stands before there is a base.
    everybody: Policies,
    /// How sure rates shall be said to be.
    confidence: Option<Confidence>,
    is_range: bool,
    faults: Faults,
}

/// The roll-forwards of one comparison: the total and its segments.
pub(super) struct Compared {
    pub(super) total: Rollforward,
    pub(super) segments: BTreeMap<Vec<String>, Rollforward>,
    /// The customers of which something was cut.
    pub(super) clipped: Vec<u32>,
    /// The customers that are left out of the base, and so of every figure.
    pub(super) left_out: BTreeSet<u32>,
    /// The members of the bases, where intervals were asked for.
    members: Members,
}

/// The bases of the total and of each segment.
#[derive(Default)]
struct Members {
    total: Vec<Member>,
    segments: BTreeMap<Vec<String>, Vec<Member>>,
}

/// What is compared on the way between two ends.
struct Way<'a> {
    /// The ends.
    ends: &'a Anchors,
    /// The ends at which segments are read.
    read_at: &'a Anchors,
    /// The month whose parents count.
    closing: Month,
    /// The customers that are in no figure.
    left_out: &'a BTreeSet<u32>,
}

impl Run<'_> {
    fn add_period(&mut self, period: Period, calculation: &mut Calculation) {
        let lookback = self.policies.lookback_months(period);
        let ends = match anchors(self.ledger, period, lookback, self.policies) {
            Ok(ends) => ends,
            Err(Unreadable::BeforeData(_)) if self.is_range => {
                return self.add_closing_only(period, lookback, calculation);
            }
            Err(unreadable) => return self.faults.add(unreadable),
        };
        for end in [ends.opening, ends.closing] {
            calculation.months_read.extend(end.first.through(end.last));
        }
        match self.by_method(&ends, lookback) {
            Err(Stop::Unreadable(Unreadable::BeforeData(_))) if self.is_range => {
                self.add_closing_only(period, lookback, calculation);
            }
            Err(Stop::Unreadable(unreadable)) => self.faults.add(unreadable),
            Err(Stop::Negatives(negatives)) => self.faults.negatives.extend(negatives),
            Ok(compared) => {
                let annual = self.annual(&ends, lookback);
                calculation.units = self.parents_at(ends.closing.last);
                calculation.clipped.extend(&compared.clipped);
                self.push_records(&ends, compared, annual.as_ref(), calculation);
            }
        }
    }

    /// The total and its segments; where those are products, each of them is a unit of its own.
    pub(super) fn compare(
        &self,
        ends: &Anchors,
        policies: &Policies,
    ) -> Result<Compared, Vec<Negative>> {
        let way = Way {
            ends,
            read_at: ends,
            closing: ends.closing.last,
            left_out: &BTreeSet::new(),
        };
        self.compare_by_level(&way, policies)
    }

    /// One step on the way between the two ends of `whole`, without those whom that leaves out.
    pub(super) fn step(
        &self,
        step: &Anchors,
        whole: &Anchors,
        left_out: &BTreeSet<u32>,
    ) -> Result<Compared, Vec<Negative>> {
        // Segments that are read once stay the same on the whole way.
        let read_at = match self.policies.segment_at {
            SegmentAt::Opening => step,
            _ => whole,
        };
        let way = Way {
            ends: step,
            read_at,
            // Whoever belongs together at the end of the way does so on all of it.
            closing: whole.closing.last,
            left_out,
        };
        self.compare_by_level(&way, &self.everybody)
    }

    /// The comparison by customer, or by parent where units are parents.
    fn compare_by_level(
        &self,
        way: &Way<'_>,
        policies: &Policies,
    ) -> Result<Compared, Vec<Negative>> {
        let Some(parents) = self.parents_at(way.closing) else {
            return self.compare_without(self.sides, way, policies);
        };
        self.compare_without(&Sides::of(&parents.books), way, policies)
    }

    /// The comparison without some customers, its segments read at the ends of another one.
    fn compare_without(
        &self,
        sides: &Sides<'_>,
        way: &Way<'_>,
        policies: &Policies,
    ) -> Result<Compared, Vec<Negative>> {
        let compared = match self.by_columns(sides, way, policies) {
            Some(compared) => compared,
            None => self.one_by_one(sides, way, policies)?,
        };
        compared.total.assert_identity();
        compared.total.assert_customers();
        for sums in compared.segments.values().chain([&compared.total]) {
            sums.assert_detail(self.has_products, self.has_quantities);
        }
        Ok(compared)
    }

    /// The comparison of all customers at once; `None` where each of them has to be looked at for itself.
    fn by_columns(
        &self,
        sides: &Sides<'_>,
        way: &Way<'_>,
        policies: &Policies,
    ) -> Option<Compared> {
        let ledger = sides.ledger;
        let has_own_products = sides.units.is_some()
            && (policies.netting == Netting::Product || self.books.segments_are_products);
        if ledger.is_converted() || has_own_products {
            return None;
        }
        let is_total = ledger.attributes().is_empty() && self.confidence.is_none();
        let is_plain = way.read_at == way.ends && way.left_out.is_empty();
        let total = sides.totals.find(way.ends);
        if let Some(total) = total.filter(|_| is_plain && self.confidence.is_none()) {
            // Somebody has to be named then.
            let is_refused = !total.cut.is_empty() && policies.negatives == Negatives::Error;
            return (!is_refused).then(|| Compared {
                clipped: total.cut.clone(),
                segments: total.segments.clone(),
                ..Compared::of(total.sums.clone())
            });
        }
        let between = Between::new(&sides.columns, sides.past(), way.ends, policies);
        // Somebody has to be named then.
        if between.has_cut() && policies.negatives == Negatives::Error {
            return None;
        }
        let units = sides.units.as_ref();
        let details = units.map(|units| Details::new(units, way.ends));
        if is_total && between.counts_everybody() && way.left_out.is_empty() {
            let mut total = between.total();
            if let Some(details) = &details {
                details.set_in(&mut total, &between);
            }
            return Some(Compared {
                clipped: between.cut(),
                ..Compared::of(total)
            });
        }
        if is_total && details.is_none() {
            return Some(counted(&between, ledger.scale(), way, policies));
        }
        let mut compared = Compared::of(Rollforward::empty(ledger.scale()));
        let mut segments = Segments::new(ledger, way.read_at, policies);
        let mut bases = Bases::new(ledger, way.ends, policies);
        let is_segmented = !ledger.attributes().is_empty();
        between.each(|mut movement| {
            movement.counts &= !way.left_out.contains(&movement.customer);
            if let Some(details) = details.as_ref().filter(|_| movement.is_kept()) {
                let values = (movement.opening, movement.closing);
                movement.detail = details.of(movement.customer, values);
            }
            compared.add_movement(&movement, policies);
            if is_segmented {
                segments.add(&movement);
            }
            if self.confidence.is_some() {
                compared.members.total.extend(Member::of(&movement));
                if is_segmented {
                    bases.add(&movement);
                }
            }
        });
        compared.segments = segments.named();
        compared.members.segments = bases.named();
        Some(compared)
    }

    /// The comparison customer by customer: at the rates of several months, or with each product cut at zero.
    fn one_by_one(
        &self,
        sides: &Sides<'_>,
        way: &Way<'_>,
        policies: &Policies,
    ) -> Result<Compared, Vec<Negative>> {
        let Way {
            ends,
            read_at,
            left_out,
            ..
        } = *way;
        let (ledger, units) = (sides.ledger, sides.units.as_ref());
        let mut customers = detailed(ledger, units, ends, policies)?;
        leave_out(&mut customers, |customer| left_out.contains(&customer));
        let products;
        let segmented = match units {
            Some(units) if self.books.segments_are_products => {
                products = of_products(units, &customers, ends, policies)?;
                Some((units.ledger, &products))
            }
            _ => (!ledger.attributes().is_empty()).then_some((ledger, &customers)),
        };
        let mut compared = Compared::of(Rollforward::empty(ledger.scale()));
        if let Some((ledger, movements)) = segmented {
            compared.segments = by_segment(ledger, read_at, movements, policies);
            if self.confidence.is_some() {
                compared.members.segments = members_by_segment(ledger, ends, movements, policies);
            }
        }
        if self.confidence.is_some() {
            compared.members.total = customers.iter().filter_map(Member::of).collect();
        }
        for movement in &customers {
            compared.add_movement(movement, policies);
        }
        Ok(compared)
    }

    /// The ledgers by parent, as parents are in a month; `None` where units are customers.
    fn parents_at(&self, closing: Month) -> Option<Rc<Parents>> {
        if self.policies.level == Level::Customer {
            return None;
        }
        let known = self.parents.take();
        let units = self.books.by_parent(closing, self.policies.grace, known);
        self.parents.replace(Some(Rc::clone(&units)));
        Some(units)
    }

    /// The comparison with twelve months before, or why there is none; `None` if it is the asked one.
    fn annual(&self, asked: &Anchors, lookback: u32) -> Option<Result<Compared, String>> {
        if asked.partial {
            return Some(Err(CUT.to_owned()));
        }
        if lookback == YEAR {
            return None;
        }
        let ends = match anchors(self.ledger, asked.closing.period, YEAR, self.policies) {
            Ok(ends) => ends,
            Err(unreadable) => return Some(Err(problems::annual_reason(&unreadable))),
        };
        let compared = self.by_method(&ends, YEAR);
        Some(compared.map_err(|stop| match stop {
            Stop::Unreadable(unreadable) => problems::annual_reason(&unreadable),
            Stop::Negatives(_) => "a customer is below zero twelve months before".to_owned(),
        }))
    }

    fn push_records(
        &self,
        ends: &Anchors,
        compared: Compared,
        annual: Option<&Result<Compared, String>>,
        calculation: &mut Calculation,
    ) {
        let nobody = Rollforward::empty(self.ledger.scale());
        let annual_of = |own: &Rollforward, segment: Option<&Vec<String>>| match annual {
            None => Ok(Annual::of(own)),
            Some(Err(reason)) => Err(reason.clone()),
            Some(Ok(year)) => Ok(Annual::of(match segment {
                None => &year.total,
                Some(segment) => year.segments.get(segment).unwrap_or(&nobody),
            })),
        };
        let record = |own: Rollforward, segment: Option<Vec<String>>| Record {
            annual: annual_of(&own, segment.as_ref()),
            figures: Figures::Full(Box::new(own)),
            segments: segment,
            partial: ends.partial,
            ..self.blank(ends.closing.period, ends.opening.period)
        };
        let Compared {
            total,
            segments,
            mut members,
            ..
        } = compared;
        let base = std::mem::take(&mut members.total);
        calculation.records.push(Record {
            intervals: self.intervals(&total, base),
            ..record(total, None)
        });
        let segments = segments.into_iter().map(|(segment, own)| {
            let base = members.segments.remove(&segment).unwrap_or_default();
            Record {
                intervals: self.intervals(&own, base),
                ..record(own, Some(segment))
            }
        });
        calculation.records.extend(segments);
    }

    /// How sure the rates of a roll-forward of this base are, where that was asked.
    fn intervals(&self, own: &Rollforward, base: Vec<Member>) -> Option<Result<Intervals, String>> {
        let confidence = self.confidence?;
        if self.policies.method != Method::PointToPoint {
            let method = self.policies.method.word();
            return Some(Err(format!(
                "intervals are of two ends, and not of `method {method}`"
            )));
        }
        let in_base: i128 = base.iter().map(|member| member.retained).sum();
        let found = intervals(base, own.retained - in_base, own.scale, confidence);
        Some(found.ok_or_else(|| NO_BASE.to_owned()))
    }

    /// A record of a period whose opening lies before the data: what stands at the closing, no more.
    fn add_closing_only(&mut self, period: Period, lookback: u32, calculation: &mut Calculation) {
        let opening_period = period.earlier(lookback);
        let label = opening_period.label(self.policies.fiscal_year);
        let reason = format!(
            "{label} lies before the data, which start in {}",
            self.ledger.first()
        );
        let record = |closing, segments, partial| Record {
            figures: Figures::ClosingOnly {
                reason: reason.clone(),
                closing,
            },
            segments,
            partial,
            annual: Err(reason.clone()),
            ..self.blank(period, opening_period)
        };
        let (end, partial) = match anchor(self.ledger, period, self.policies) {
            Ok(found) => found,
            Err(Unreadable::BeforeData(_)) => {
                return calculation.records.push(record(None, None, false));
            }
            Err(unreadable) => return self.faults.add(unreadable),
        };
        if self.policies.method == Method::TrailingAverage {
            // A sum of twelve closings has no part that is there.
            return calculation.records.push(record(None, None, partial));
        }
        // Against itself every customer keeps its class and its segment, so this is what stands there.
        let still = Anchors::still(end, partial);
        // Without an opening there is no base that a threshold could leave anybody out of.
        let compared = match self.compare(&still, &self.everybody) {
            Ok(compared) => compared,
            Err(negatives) => return self.faults.negatives.extend(negatives),
        };
        let standing =
            |sums: &Rollforward| Some((sums.amount(sums.closing), sums.paying_customers));
        calculation.months_read.extend(end.first.through(end.last));
        calculation
            .records
            .push(record(standing(&compared.total), None, partial));
        let segments = compared.segments.into_iter();
        let segments = segments.map(|(name, sums)| record(standing(&sums), Some(name), partial));
        calculation.records.extend(segments);
    }

    fn blank(&self, period: Period, opening_period: Period) -> Record {
        Record {
            period,
            opening_period,
            fiscal_year: self.policies.fiscal_year,
            currency: self.ledger.currency().map(str::to_owned),
            segments: None,
            figures: Figures::ClosingOnly {
                reason: String::new(),
                closing: None,
            },
            annual: Err(String::new()),
            intervals: None,
            partial: false,
            has_products: self.has_products,
            has_quantities: self.has_quantities,
        }
    }
}

/// The comparison of those who count, by all threads.
fn counted(between: &Between<'_>, scale: u8, way: &Way<'_>, policies: &Policies) -> Compared {
    let nobody = || Compared::of(Rollforward::empty(scale));
    let parts = between.in_parts(nobody, |part, mut movement| {
        movement.counts &= !way.left_out.contains(&movement.customer);
        part.add_movement(&movement, policies);
    });
    let mut compared = nobody();
    let mut left_out = Vec::new();
    for part in parts {
        compared.total.add(&part.total);
        compared.clipped.extend(part.clipped);
        left_out.extend(part.left_out);
    }
    compared.left_out = left_out.into_iter().collect();
    compared
}

impl Compared {
    /// A comparison of a total alone.
    fn of(total: Rollforward) -> Compared {
        Compared {
            total,
            segments: BTreeMap::new(),
            clipped: Vec::new(),
            left_out: BTreeSet::new(),
            members: Members::default(),
        }
    }

    /// Adds a movement to the total, and notes whom it is of where something was cut or left out.
    fn add_movement(&mut self, movement: &Movement, policies: &Policies) {
        self.total.add_opening_side(movement, policies.reactivation);
        self.total.add_closing_side(movement);
        if movement.clipped_opening + movement.clipped_closing > 0 {
            self.clipped.push(movement.customer);
        }
        if !movement.counts {
            self.left_out.insert(movement.customer);
        }
    }
}

/// Takes customers out of every figure.
fn leave_out(movements: &mut [Movement], is_out: impl Fn(u32) -> bool) {
    for movement in movements {
        movement.counts &= !is_out(movement.customer);
    }
}

impl Faults {
    pub(super) fn add(&mut self, unreadable: Unreadable) {
        match unreadable {
            Unreadable::BeforeData(period) => self.before.push(period),
            Unreadable::AfterData(period) => self.after.push(period),
            Unreadable::FinerThanData(period) => self.finer.push(period),
            Unreadable::NotOneMonth(period) => self.not_one_month.push(period),
            Unreadable::Missing(months) => self.missing.extend(months),
            Unreadable::Unrated(rates) => self.unrated.extend(rates),
        }
    }
}
