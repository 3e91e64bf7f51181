//! The naive model of `nrr cohorts`: `definitions.md` §7 once more, in nested loops over rows, sharing nothing
//! with the program. Quarters, halves and years are the calendar's.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::book::{Book, Row, month_label, months_of};

/// What is asked of a book.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(Clone, Debug)]
pub struct Question {
    /// Months of a period: 1, 3, 6 or 12.
    pub length: i32,
    pub is_stock: bool,
    pub allows_partial: bool,
    pub clips: bool,
    pub takes_missing_as_zero: bool,
    pub counts_stated_zeros: bool,
    /// `opening`, `closing`, `first` or `latest`; without it there are no segments.
    pub segment_at: Option<&'static str>,
    /// True if the second trait of the rows is the signup.
    pub is_by_signup: bool,
}

/// What a run should give.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One of these codes.
    Errors(BTreeSet<&'static str>),
    /// Records by field, in their order.
    Records(Vec<BTreeMap<&'static str, String>>),
}

/// A quotient of whole numbers to six decimals, half away from zero; empty over zero.
pub fn rate(above: i128, below: i128) -> String {
    if below == 0 {
        return String::new();
    }
    let millionths = (2 * above * 1_000_000 + below) / (2 * below);
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

#[derive(Clone, Debug, Default)]
struct Point {
    customers: i128,
    active: i128,
    /// `None` where age 0 lies before the data.
    opening: Option<i128>,
    amount: i128,
    capped: i128,
    includes_older: bool,
    partial: bool,
}

struct Model<'a> {
    question: &'a Question,
    rows: Vec<(&'a Row, i32)>,
    first: i32,
    last: i32,
    /// The numbers of the periods that can be read.
    periods: Vec<i32>,
}

pub fn answer(book: &Book, question: &Question) -> Answer {
    let rows: Vec<(&Row, i32)> = book.rows.iter().map(|row| (row, row.months().0)).collect();
    let first = rows.iter().map(|row| row.1).min().unwrap_or(0);
    let last = rows.iter().map(|row| row.1).max().unwrap_or(0);
    let length = question.length;
    let can_be_read = |number: &i32| {
        let (start, end) = (number * length, number * length + length - 1);
        let begins = question.is_stock || start >= first;
        begins && (end <= last || question.allows_partial)
    };
    let all = first.div_euclid(length)..=last.div_euclid(length);
    let model = Model {
        question,
        rows,
        first,
        last,
        periods: all.filter(can_be_read).collect(),
    };
    model.answer()
}

impl Model<'_> {
    fn answer(&self) -> Answer {
        let mut errors = BTreeSet::new();
        if self.periods.is_empty() {
            errors.insert("unusable-range");
        }
        for period in &self.periods {
            for month in self.reads(*period) {
                let is_missing = !self.rows.iter().any(|row| row.1 == month);
                if is_missing && !self.question.takes_missing_as_zero {
                    errors.insert("missing-month");
                }
            }
            for customer in self.customers() {
                if self.sum(&customer, *period) < 0 && !self.question.clips {
                    errors.insert("negative-revenue");
                }
            }
        }
        if !errors.is_empty() {
            return Answer::Errors(errors);
        }
        let mut groups: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
        for customer in self.customers() {
            let Some(cohort) = self.cohort(&customer) else {
                continue;
            };
            groups.entry(None).or_default().push(customer.clone());
            if self.question.segment_at.is_some() {
                let segment = self.segment(&customer, cohort);
                groups.entry(Some(segment)).or_default().push(customer);
            }
        }
        let records = groups
            .into_iter()
            .flat_map(|(segment, members)| self.triangle(segment.as_deref(), &members));
        Answer::Records(records.collect())
    }

    fn customers(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.rows.iter().map(|row| &row.0.customer).collect();
        names.into_iter().cloned().collect()
    }

    /// The months that a period reads.
    fn reads(&self, period: i32) -> Vec<i32> {
        let length = self.question.length;
        let end = (period * length + length - 1).min(self.last);
        if self.question.is_stock {
            vec![end]
        } else {
            (period * length..=end).collect()
        }
    }

    fn of<'r>(&'r self, customer: &'r str) -> impl Iterator<Item = (&'r Row, i32)> {
        let rows = self.rows.iter();
        rows.filter(move |row| row.0.customer == customer).copied()
    }

    fn sum(&self, customer: &str, period: i32) -> i128 {
        let months = self.reads(period);
        let read = self.of(customer).filter(|row| months.contains(&row.1));
        read.map(|row| row.0.units()).sum()
    }

    fn value(&self, customer: &str, period: i32) -> i128 {
        self.sum(customer, period).max(0)
    }

    fn is_active(&self, customer: &str, period: i32, opening: i128) -> bool {
        if self.value(customer, period) > 0 {
            return true;
        }
        let is_stated = |month: &i32| {
            let mut rows = self.of(customer).filter(|row| row.1 == *month).peekable();
            rows.peek().is_some() && rows.map(|row| row.0.units()).sum::<i128>() == 0
        };
        self.question.counts_stated_zeros
            && opening > 0
            && self.sum(customer, period) == 0
            && self.reads(period).iter().any(is_stated)
    }

    /// The number of the period that a customer's cohort starts in.
    fn cohort(&self, customer: &str) -> Option<i32> {
        if self.question.is_by_signup {
            let dates = self.of(customer).map(|row| row.0.traits[2].clone());
            let months = dates
                .filter(|date| !date.is_empty())
                .map(|date| months_of(&date).0);
            return Some(months.min()?.div_euclid(self.question.length));
        }
        let mut periods = self.periods.iter().copied();
        periods.find(|period| self.value(customer, *period) > 0)
    }

    /// The region in one month: the one with the larger amount, then the first in byte order.
    fn region(&self, customer: &str, month: i32) -> Option<String> {
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for row in self.of(customer).filter(|row| row.1 == month) {
            if !row.0.traits[0].is_empty() {
                *sums.entry(&row.0.traits[0]).or_default() += row.0.units();
            }
        }
        let most = sums.values().max().copied()?;
        let region = sums.into_iter().find(|(_, sum)| *sum == most);
        region.map(|(region, _)| region.to_owned())
    }

    fn segment(&self, customer: &str, cohort: i32) -> String {
        let length = self.question.length;
        let in_period = |period: i32| {
            let months = (period * length..period * length + length).rev();
            months
                .filter(|month| *month <= self.last)
                .find_map(|month| self.region(customer, month))
        };
        let earliest = || (self.first..=self.last).find_map(|month| self.region(customer, month));
        let found = match self.question.segment_at {
            Some("closing") => self.periods.last().and_then(|last| in_period(*last)),
            Some("first") => earliest(),
            Some("latest") => {
                let mut months = (self.first..=self.last).rev();
                months.find_map(|month| self.region(customer, month))
            }
            _ if self.question.is_by_signup => {
                let is_read = self.periods.contains(&cohort);
                let there = if is_read { in_period(cohort) } else { None };
                there.or_else(earliest)
            }
            _ => in_period(cohort),
        };
        found.unwrap_or_else(|| "(none)".to_owned())
    }

    fn triangle(
        &self,
        segment: Option<&str>,
        members: &[String],
    ) -> Vec<BTreeMap<&'static str, String>> {
        let cohorts: BTreeSet<i32> = members.iter().filter_map(|one| self.cohort(one)).collect();
        let mut records = Vec::new();
        let mut averages: BTreeMap<i32, Point> = BTreeMap::new();
        for cohort in cohorts {
            let own: Vec<&String> = members
                .iter()
                .filter(|one| self.cohort(one) == Some(cohort))
                .collect();
            for period in self.periods.iter().filter(|period| **period >= cohort) {
                let point = self.point(cohort, *period, &own);
                let age = period - cohort;
                let average = averages.entry(age).or_insert_with(|| Point {
                    opening: Some(0),
                    ..Point::default()
                });
                average.customers += point.customers;
                average.active += point.active;
                average.includes_older |= point.includes_older;
                average.partial |= point.partial;
                if point.opening.is_some_and(|opening| opening > 0) {
                    average.opening = average.opening.zip(point.opening).map(|(a, b)| a + b);
                    average.amount += point.amount;
                    average.capped += point.capped;
                }
                let labels = (self.label(cohort), self.label(*period));
                records.push(record(segment, labels, age, &point));
            }
        }
        for (age, average) in averages {
            let labels = ("average".to_owned(), String::new());
            records.push(record(segment, labels, age, &average));
        }
        records
    }

    fn point(&self, cohort: i32, period: i32, members: &[&String]) -> Point {
        let length = self.question.length;
        let mut point = Point {
            opening: self.periods.contains(&cohort).then_some(0),
            includes_older: !self.question.is_by_signup && self.periods.first() == Some(&cohort),
            partial: period * length + length - 1 > self.last,
            ..Point::default()
        };
        for customer in members {
            let opening = match point.opening {
                Some(_) => self.value(customer, cohort),
                None => 0,
            };
            let value = self.value(customer, period);
            point.opening = point.opening.map(|sum| sum + opening);
            point.customers += 1;
            point.amount += value;
            point.capped += value.min(opening);
            point.active += i128::from(self.is_active(customer, period, opening));
        }
        point
    }

    fn label(&self, period: i32) -> String {
        let (year, nth) = match self.question.length {
            1 => return month_label(period),
            3 => (
                period.div_euclid(4),
                format!("-Q{}", period.rem_euclid(4) + 1),
            ),
            6 => (
                period.div_euclid(2),
                format!("-H{}", period.rem_euclid(2) + 1),
            ),
            _ => (period, String::new()),
        };
        format!("{year:04}{nth}")
    }
}

fn record(
    segment: Option<&str>,
    (cohort, period): (String, String),
    age: i32,
    point: &Point,
) -> BTreeMap<&'static str, String> {
    let millionths = |units: Option<i128>| units.map_or(String::new(), |units| units.to_string());
    let capped = point.opening.map(|_| point.capped);
    let opening = point.opening.unwrap_or(0);
    BTreeMap::from([
        ("segment", segment.unwrap_or_default().to_owned()),
        ("cohort", cohort),
        ("period", period),
        ("age", age.to_string()),
        ("customers", point.customers.to_string()),
        ("active_customers", point.active.to_string()),
        ("opening", millionths(point.opening)),
        ("amount", millionths(Some(point.amount))),
        ("amount_capped", millionths(capped)),
        ("nrr", rate(point.amount, opening)),
        ("grr", rate(point.capped, opening)),
        ("logo_retention", rate(point.active, point.customers)),
        ("includes_older", point.includes_older.to_string()),
        ("partial", point.partial.to_string()),
    ])
}
