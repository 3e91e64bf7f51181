//! The methods that make a rate of more than two ends: monthly rates multiplied, monthly movements added up,
//! and the average over twelve months.

use std::collections::BTreeMap;

use super::anchors::{Anchors, Unreadable, anchors, anchors_at};
use super::calc::{Compared, Run};
use super::movements::Negative;
use super::rollforward::Rollforward;
use crate::policies::{Basis, Fx, Method};
use crate::units::{Month, Period, Ratio};

/// The months of a year.
pub(super) const YEAR: u32 = 12;

/// What keeps a comparison from being made.
pub(super) enum Stop {
    /// An end of it, or of one of its steps, cannot be read.
    Unreadable(Unreadable),
    /// Customers are below zero.
    Negatives(Vec<Negative>),
}

impl From<Unreadable> for Stop {
    fn from(unreadable: Unreadable) -> Stop {
        Stop::Unreadable(unreadable)
    }
}

impl From<Vec<Negative>> for Stop {
    fn from(negatives: Vec<Negative>) -> Stop {
        Stop::Negatives(negatives)
    }
}

impl Run<'_> {
    /// The comparison of two ends by the method in force.
    ///
    /// # Source
    ///
    /// `docs/definitions.md#method`.
    pub(super) fn by_method(&self, ends: &Anchors, lookback: u32) -> Result<Compared, Stop> {
        if self.policies.method != Method::PointToPoint {
            self.refuse_sums(ends)?;
        }
        match self.policies.method {
            Method::PointToPoint => Ok(self.compare(ends, self.policies)?),
            Method::Compound => self.compounded(ends),
            Method::Summed => self.summed(ends),
            Method::TrailingAverage => self.averaged(ends, lookback),
        }
    }

    /// Amounts from end to end, and the product of the steps' rates, each over its own base.
    fn compounded(&self, ends: &Anchors) -> Result<Compared, Stop> {
        let mut whole = self.compare(ends, self.policies)?;
        let steps = self.steps(ends, None)?.into_iter();
        let steps = steps.map(|step| self.compare(&step, self.policies));
        let steps = steps.collect::<Result<Vec<Compared>, _>>()?;
        let totals: Vec<&Rollforward> = steps.iter().map(|step| &step.total).collect();
        whole.total.multiply(&totals);
        let nobody = Rollforward::empty(self.ledger.scale());
        for (name, segment) in &mut whole.segments {
            let of_step = |step: &'_ Compared| step.segments.get(name).cloned();
            let own: Vec<Rollforward> = steps
                .iter()
                .map(|step| of_step(step).unwrap_or_else(|| nobody.clone()))
                .collect();
            segment.multiply(&own.iter().collect::<Vec<_>>());
        }
        Ok(whole)
    }

    /// The movements of every step added up. Whom a threshold leaves out of the whole comparison is out of every
    /// step, so that the steps still lead from the opening to the closing.
    fn summed(&self, ends: &Anchors) -> Result<Compared, Stop> {
        let mut whole = self.compare(ends, self.policies)?;
        // Movements add up only at the same rates, or where each step's closing is the next one's opening.
        let is_constant = self.policies.fx == Fx::Constant;
        let steps = self.steps(ends, is_constant.then_some(ends.opening.last))?;
        let steps = steps
            .iter()
            .map(|step| self.step(step, ends, &whole.left_out));
        let steps = steps.collect::<Result<Vec<Compared>, _>>()?;
        let totals: Vec<&Rollforward> = steps.iter().map(|step| &step.total).collect();
        let of_whole = std::mem::take(&mut whole.total);
        whole.total = Rollforward::chained(&totals, &of_whole);
        let mut names: BTreeMap<Vec<String>, Rollforward> = std::mem::take(&mut whole.segments);
        let nobody = Rollforward::empty(self.ledger.scale());
        for name in steps.iter().flat_map(|step| step.segments.keys()) {
            names.entry(name.clone()).or_insert_with(|| nobody.clone());
        }
        for (name, of_whole) in names {
            let own = steps.iter().map(|step| step.segments.get(&name));
            let own: Vec<&Rollforward> = own.map(|own| own.unwrap_or(&nobody)).collect();
            let chained = Rollforward::chained(&own, &of_whole);
            whole.segments.insert(name, chained);
        }
        Ok(whole)
    }

    /// The comparisons of the last twelve months added up: Σ numerators over Σ denominators.
    fn averaged(&self, ends: &Anchors, lookback: u32) -> Result<Compared, Stop> {
        let grain = self.ledger.grain();
        let mut sum: Option<Compared> = None;
        for back in (0..YEAR).step_by(grain.months() as usize) {
            let period = Period::ending(ends.closing.last.back(back), grain);
            let month = anchors(self.ledger, period, lookback, self.policies)?;
            let own = self.compare(&month, self.policies)?;
            match &mut sum {
                None => sum = Some(own),
                Some(sum) => sum.add(own),
            }
        }
        sum.ok_or(Stop::Unreadable(Unreadable::BeforeData(
            ends.opening.period,
        )))
    }

    /// These methods go from month to month, and an end that is a sum of months is none.
    fn refuse_sums(&self, ends: &Anchors) -> Result<(), Unreadable> {
        let period = ends.closing.period;
        let is_one = period.months() == self.ledger.grain().months();
        if self.policies.basis == Basis::Stock || is_one {
            return Ok(());
        }
        Err(Unreadable::NotOneMonth(period))
    }

    /// Every step of the data's own grain from the opening to the closing, all at the rates of one month or each at
    /// those of its opening.
    fn steps(&self, ends: &Anchors, rates_of: Option<Month>) -> Result<Vec<Anchors>, Unreadable> {
        let grain = self.ledger.grain();
        let mut steps = Vec::new();
        let mut last = ends.opening.last.forward(grain.months());
        while last <= ends.closing.last {
            let period = Period::ending(last, grain);
            let step = (period, grain.months());
            steps.push(anchors_at(self.ledger, step, rates_of, self.policies)?);
            last = last.forward(grain.months());
        }
        Ok(steps)
    }
}

impl Compared {
    /// Adds another comparison, whoever it is of.
    fn add(&mut self, other: Compared) {
        self.total.add(&other.total);
        for (name, segment) in other.segments {
            let scale = segment.scale;
            let mine = self.segments.entry(name);
            mine.or_insert_with(|| Rollforward::empty(scale))
                .add(&segment);
        }
        self.clipped.extend(other.clipped);
    }
}

/// How the rates of a roll-forward are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Rates {
    /// Of the sums over its customers, at two ends or added up over several comparisons.
    #[default]
    OfSums,
    /// Multiplied, step by step.
    Multiplied {
        /// Net revenue retention.
        nrr: Ratio,
        /// Gross revenue retention.
        grr: Ratio,
        /// Logo retention.
        logo_retention: Ratio,
    },
    /// Of the movements of all steps over the opening, below zero where more was lost than there was.
    OfMovements,
}
