//! Sums by cohort and age, and the rates of them.

use std::collections::BTreeMap;

use super::super::registry::{Value, defined};
use super::reader::Line;
use crate::units::{Amount, Month, Period, Ratio};

/// Why a rate of one cohort is undefined.
const NO_OPENING: &str = "the cohort has no revenue at age 0";

/// Why a rate of the average is undefined.
const NO_COHORT: &str = "no cohort of this age has revenue at age 0";

/// One triangle: every cohort, each age that it has reached, then the average of each age.
#[derive(Clone, Debug)]
pub struct Triangle {
    /// The values of `--by`; `None` for everybody.
    pub segments: Option<Vec<String>>,
    /// The cells by cohort, then by age; those of the average come last.
    pub points: Vec<Point>,
}

/// One cohort at one age, or all cohorts that have reached it.
///
/// # Units
///
/// Amounts in major units of the ledger's currency, exact; counts are customers.
#[derive(Clone, Debug)]
pub struct Point {
    /// The period in which the cohort starts; `None` for the average.
    pub cohort: Option<Period>,
    /// How many periods later this is.
    pub age: u32,
    /// The period at this age; `None` for the average.
    pub period: Option<Period>,
    /// True if everybody older than the data is in it.
    pub includes_older: bool,
    /// How many customers the cohort has.
    pub customers: u64,
    /// How many of them have revenue at this age.
    pub active_customers: u64,
    /// Their revenue at age 0; `None` if age 0 lies before the data.
    pub opening: Option<Amount>,
    /// Their revenue at this age.
    pub amount: Amount,
    /// The same, each customer capped at its revenue at age 0; `None` if that lies before the data.
    pub amount_capped: Option<Amount>,
    /// True if the data end before the period does.
    pub partial: bool,
    /// Why its rates of revenue are undefined, where they are.
    pub reason: String,
}

impl Point {
    /// amount ÷ opening.
    #[must_use]
    pub fn nrr(&self) -> Value {
        self.over_opening(Some(self.amount))
    }

    /// amount capped ÷ opening.
    #[must_use]
    pub fn grr(&self) -> Value {
        self.over_opening(self.amount_capped)
    }

    /// Customers with revenue ÷ customers.
    #[must_use]
    pub fn logo_retention(&self) -> Value {
        let ratio = Ratio::of_counts(self.active_customers, self.customers);
        defined(ratio, &self.reason)
    }

    fn over_opening(&self, amount: Option<Amount>) -> Value {
        match (amount, self.opening) {
            (Some(amount), Some(opening)) => defined(Ratio::new(amount, opening), &self.reason),
            _ => Value::Undefined(self.reason.clone()),
        }
    }
}

/// What all triangles of a run have in common.
pub(super) struct Shape<'a> {
    pub(super) periods: &'a [Period],
    pub(super) scale: u8,
    /// The first month of the data.
    pub(super) first: Month,
    /// True if the last period is cut.
    pub(super) is_cut: bool,
    /// False where signups make the cohorts.
    pub(super) is_by_revenue: bool,
}

/// Sums by cohort while customers come in; cohorts are counted from the first period that is read.
#[derive(Debug, Default)]
pub(super) struct Tally {
    cohorts: BTreeMap<i32, Row>,
}

/// The sums of one cohort.
#[derive(Debug, Default)]
struct Row {
    customers: u64,
    /// By period, from that of age 0 or from the first one there is.
    sums: Vec<Sum>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    active: u64,
    amount: i128,
    capped: i128,
}

impl Sum {
    /// Adds a customer by its value and by what of it counts towards GRR.
    pub(super) const fn add(&mut self, value: i128, capped: i128) {
        self.amount += value;
        self.capped += capped;
        self.active += 1;
    }
}

impl Tally {
    /// Adds a customer to its cohort, capped as its line says; what it paid before stands in no cell.
    pub(super) fn add(&mut self, cohort: i32, line: &Line) {
        let capped = line.capped.iter().copied();
        self.row(cohort, line).add(cohort, line, capped);
    }

    /// Adds a customer to its cohort, capped as a whole.
    pub(super) fn add_whole(&mut self, cohort: i32, line: &Line) {
        let opening = line.opening(cohort);
        let capped = line.values.iter().map(|value| (*value).min(opening));
        self.row(cohort, line).add(cohort, line, capped);
    }

    /// Adds customers of a cohort, who add up to these sums from age 0 on.
    pub(super) fn add_sums(&mut self, cohort: i32, customers: u64, sums: &[Sum]) {
        let row = self.cohorts.entry(cohort).or_default();
        row.customers += customers;
        row.sums.resize(sums.len(), Sum::default());
        for (sum, more) in row.sums.iter_mut().zip(sums) {
            sum.active += more.active;
            sum.amount += more.amount;
            sum.capped += more.capped;
        }
    }

    fn row(&mut self, cohort: i32, line: &Line) -> &mut Row {
        let row = self.cohorts.entry(cohort).or_default();
        let ages = line.values.len().saturating_sub(start(cohort));
        row.sums.resize(ages, Sum::default());
        row
    }

    /// The cells, and the average of each age.
    pub(super) fn triangle(self, segments: Option<Vec<String>>, shape: &Shape<'_>) -> Triangle {
        let mut averages: BTreeMap<u32, Point> = BTreeMap::new();
        let mut points = Vec::new();
        for (cohort, row) in &self.cohorts {
            for point in row.points(*cohort, shape) {
                let blank = || Point::nobody(point.age, shape.scale);
                averages.entry(point.age).or_insert_with(blank).pool(&point);
                points.push(point);
            }
        }
        points.extend(averages.into_values());
        Triangle { segments, points }
    }
}

/// Where the ages of a cohort start among the periods that are read.
fn start(cohort: i32) -> usize {
    usize::try_from(cohort).unwrap_or(0)
}

impl Row {
    fn add(&mut self, cohort: i32, line: &Line, capped: impl Iterator<Item = i128>) {
        self.customers += 1;
        let start = start(cohort);
        let is_paying = line.opening(cohort) > 0;
        let values = line.values.iter().copied().zip(capped).skip(start);
        for (age, (sum, (value, capped))) in self.sums.iter_mut().zip(values).enumerate() {
            if value > 0 {
                sum.add(value, capped);
            } else if is_paying && line.is_kept_at_zero(start + age) {
                sum.active += 1;
            }
        }
    }

    fn points(&self, cohort: i32, shape: &Shape<'_>) -> Vec<Point> {
        let amount = |units: i128| Amount::new(units, shape.scale);
        let opening = self.sums.first().filter(|_| cohort >= 0);
        let opening = opening.map(|sum| amount(sum.amount));
        let start = start(cohort);
        let older = usize::try_from(-cohort.min(0)).unwrap_or(0);
        let Some(first) = shape.periods.first().map(|period| {
            let months = cohort.unsigned_abs() * period.months();
            if cohort < 0 {
                period.earlier(months)
            } else {
                period.later(months)
            }
        }) else {
            return Vec::new();
        };
        let reason = match opening {
            None => format!("age 0 lies before the data, which start in {}", shape.first),
            Some(_) => NO_OPENING.to_owned(),
        };
        let read = shape.periods.iter().enumerate().skip(start);
        let cells = self.sums.iter().zip(read).zip(0..);
        let point = |((sum, (index, period)), age): ((&Sum, (usize, &Period)), usize)| Point {
            cohort: Some(first),
            age: u32::try_from(age + older).unwrap_or(u32::MAX),
            period: Some(*period),
            includes_older: shape.is_by_revenue && cohort == 0,
            customers: self.customers,
            active_customers: sum.active,
            opening,
            amount: amount(sum.amount),
            amount_capped: opening.map(|_| amount(sum.capped)),
            partial: shape.is_cut && index + 1 == shape.periods.len(),
            reason: reason.clone(),
        };
        cells.map(point).collect()
    }
}

impl Point {
    /// The average of an age that no cohort has reached yet.
    fn nobody(age: u32, scale: u8) -> Point {
        let zero = Amount::new(0, scale);
        Point {
            cohort: None,
            age,
            period: None,
            includes_older: false,
            customers: 0,
            active_customers: 0,
            opening: Some(zero),
            amount: zero,
            amount_capped: Some(zero),
            partial: false,
            reason: NO_COHORT.to_owned(),
        }
    }

    /// Adds a cohort: its customers, and its revenue where it has some at age 0 that the later can be held
    /// against. One that is at nothing by now stays in.
    fn pool(&mut self, cohort: &Point) {
        self.customers += cohort.customers;
        self.active_customers += cohort.active_customers;
        self.includes_older |= cohort.includes_older;
        self.partial |= cohort.partial;
        let based = cohort.opening.filter(|opening| !opening.is_zero());
        if let (Some(opening), Some(capped)) = (based, cohort.amount_capped) {
            self.opening = self.opening.map(|sum| sum + opening);
            self.amount_capped = self.amount_capped.map(|sum| sum + capped);
            self.amount += cohort.amount;
        }
    }
}
