//! One period under several definitions: how far each is from the standard one, by which rules, and by whom.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::calc::{Calculation, calc_on};
use super::confidence::Confidence;
use super::periods::Asked;
use super::ranking::Touched;
use super::record::{Figures, Record};
use super::registry::{RATE_DECIMALS, Value, field};
use super::sides::Sides;
use super::touched::{State, touched};
use crate::error::Errors;
use crate::ledger::Books;
use crate::policies::Policies;
use crate::units::{Amount, Period, Ratio};

/// The books that some choices are measured on, or why there are none.
pub type Readings<'a> = dyn Fn(&Policies) -> Result<&'a Books, String> + 'a;

/// One definition's figures beside the standard ones.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Where it stands in the list that was asked for.
    pub number: usize,
    /// Its figures; without any where the data do not allow it.
    pub record: Record,
    /// Its NRR less the standard one, both as they are printed: a fraction of six decimals.
    pub difference: Option<Amount>,
    /// The rules in which it differs from the standard one, as policy and value, in the order of the register.
    pub rules: Vec<Rule>,
    /// What each of them does, one after another; empty where a figure is missing. The differences add up.
    pub steps: Vec<Step>,
    /// Why there is no difference, where there is none.
    pub reason: Option<String>,
}

/// A policy and its value.
pub type Rule = (&'static str, String);

/// What one rule does on top of those before it; several, where only together they give a figure.
#[derive(Clone, Debug)]
pub struct Step {
    /// The rules.
    pub rules: Vec<Rule>,
    /// What it moves NRR by: a fraction of six decimals.
    pub difference: Amount,
    /// NRR's sums without it.
    pub before: Sums,
    /// NRR's sums with it.
    pub after: Sums,
    /// The customers that make the difference, where they can be told.
    pub touched: Option<Touched>,
}

/// The two sums of NRR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    /// Below the line.
    pub opening: Option<Amount>,
    /// Above the line; `None` where rates are multiplied.
    pub retained: Option<Amount>,
}

/// Measures one period under each of several choices and compares them with the first of them.
///
/// # Shape
///
/// One [`Comparison`] each, by NRR from the highest to the lowest as printed, those without one last; ties stand
/// in the order asked for.
///
/// # Source
///
/// `docs/definitions.md#named-definitions`.
#[must_use]
pub fn compare(
    all: &[Policies],
    period: Period,
    readings: &Readings<'_>,
    confidence: Option<Confidence>,
) -> Vec<Comparison> {
    let Some(standard) = all.first() else {
        return Vec::new();
    };
    let mut bench = Bench {
        period,
        readings,
        confidence,
        known: BTreeMap::new(),
        sides: RefCell::default(),
        changes: Vec::new(),
    };
    let numbered = all.iter().enumerate();
    let mut rows: Vec<Comparison> = numbered
        .map(|(number, policies)| bench.row(number, policies, standard))
        .collect();
    // Who is behind the steps is asked for all of them at once.
    let steps = rows.iter_mut().flat_map(|row| &mut row.steps);
    for (step, touched) in steps.zip(bench.touched()) {
        step.touched = touched;
    }
    rows.sort_by(|left, right| match (printed(left), printed(right)) {
        (Some(left), Some(right)) => right.cmp(&left),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
    rows
}

fn printed(row: &Comparison) -> Option<Amount> {
    nrr(&row.record).ok()?.rounded(RATE_DECIMALS)
}

/// NRR of a record, or why there is none.
fn nrr(record: &Record) -> Result<Ratio, String> {
    match field("nrr").map(|field| (field.read)(record)) {
        Some(Value::Rate(ratio)) => Ok(ratio),
        Some(Value::Undefined(reason)) => Err(reason),
        _ => Err(String::new()),
    }
}

fn amount(record: &Record, name: &str) -> Option<Amount> {
    match field(name).map(|field| (field.read)(record))? {
        Value::Amount(amount) => Some(amount),
        _ => None,
    }
}

fn sums(record: &Record) -> Sums {
    Sums {
        opening: amount(record, "opening"),
        retained: amount(record, "retained"),
    }
}

/// One measurement.
struct Measured<'a> {
    policies: Policies,
    record: Record,
    /// What it was measured on.
    books: Option<&'a Books>,
}

/// What is measured again and again: one period, under choices that differ a little.
struct Bench<'a, 'r> {
    /// As it was asked for.
    period: Period,
    readings: &'r Readings<'a>,
    /// How sure the figures of the definitions are to be said to be; not those of the steps on the way.
    confidence: Option<Confidence>,
    /// What was measured already, by the fingerprint of its choices.
    known: BTreeMap<String, Rc<Measured<'a>>>,
    /// What all measurements of the same books share.
    sides: RefCell<Vec<(&'a Books, Rc<Sides<'a>>)>>,
    /// The measurements before and after each step, in the order of steps.
    changes: Vec<(Rc<Measured<'a>>, Rc<Measured<'a>>)>,
}

impl<'a> Bench<'a, '_> {
    fn row(&mut self, number: usize, policies: &Policies, standard: &Policies) -> Comparison {
        let rules = rules(policies, standard);
        let (own, base) = (self.measure(policies), self.measure(standard));
        let reason = match (nrr(&own.record), nrr(&base.record)) {
            (Err(reason), _) => Some(reason),
            (_, Err(reason)) => Some(format!("there is no standard figure: {reason}")),
            _ => None,
        };
        let steps = if reason.is_none() {
            self.steps(&rules, standard)
        } else {
            Vec::new()
        };
        Comparison {
            number,
            difference: difference(&own.record, &base.record),
            record: self.with_intervals(&own, policies),
            rules,
            steps,
            reason,
        }
    }

    /// What each rule does on top of those before it. A state without a figure is no step of its own.
    fn steps(&mut self, rules: &[Rule], standard: &Policies) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut state = standard.clone();
        let mut taken: Vec<Rule> = Vec::new();
        let mut before = self.measure(standard);
        for rule in rules {
            let origin = state.origin(rule.0).clone();
            let is_set = state.set(rule.0, &rule.1, origin);
            debug_assert!(is_set.is_ok(), "a value in force is a value");
            taken.push(rule.clone());
            let after = self.measure(&state);
            let Some(difference) = difference(&after.record, &before.record) else {
                continue;
            };
            steps.push(Step {
                rules: std::mem::take(&mut taken),
                difference,
                before: sums(&before.record),
                after: sums(&after.record),
                touched: None,
            });
            self.changes.push((before, Rc::clone(&after)));
            before = after;
        }
        steps
    }

    fn measure(&mut self, policies: &Policies) -> Rc<Measured<'a>> {
        let key = policies.fingerprint(&[]);
        if let Some(known) = self.known.get(&key) {
            return Rc::clone(known);
        }
        let measured = Rc::new(self.measured(policies));
        self.known.insert(key, Rc::clone(&measured));
        measured
    }

    fn measured(&self, policies: &Policies) -> Measured<'a> {
        let books = match (self.readings)(policies) {
            Ok(books) => books,
            Err(reason) => return self.refused(policies, None, reason),
        };
        let asked = Asked::one(self.period, policies);
        match calc_on(books, &self.sides_of(books), &asked, policies, None) {
            Ok(calculation) => match first(calculation) {
                Some(record) => Measured {
                    policies: policies.clone(),
                    record,
                    books: Some(books),
                },
                None => self.refused(policies, Some(books), String::new()),
            },
            Err(errors) => self.refused(policies, Some(books), said(&errors)),
        }
    }

    fn sides_of(&self, books: &'a Books) -> Rc<Sides<'a>> {
        let mut all = self.sides.borrow_mut();
        if let Some((_, known)) = all.iter().find(|(known, _)| std::ptr::eq(*known, books)) {
            return Rc::clone(known);
        }
        let sides = Rc::new(Sides::of(books));
        all.push((books, Rc::clone(&sides)));
        sides
    }

    /// The customers behind each step, in their order.
    fn touched(&self) -> Vec<Option<Touched>> {
        let mut states: Vec<State<'a>> = Vec::new();
        let mut numbers: Vec<(*const Measured<'a>, usize)> = Vec::new();
        let mut number = |measured: &Rc<Measured<'a>>| {
            let own = Rc::as_ptr(measured);
            let known = numbers.iter().find(|(other, _)| *other == own);
            known.map(|(_, number)| *number).or_else(|| {
                states.push(state(measured)?);
                numbers.push((own, states.len() - 1));
                Some(states.len() - 1)
            })
        };
        let pairs = self.changes.iter();
        let pairs = pairs.map(|(before, after)| number(before).zip(number(after)));
        // A step is there only where both have a figure.
        let pairs: Option<Vec<(usize, usize)>> = pairs.collect();
        touched(&states, &pairs.unwrap_or_default())
    }

    /// The record of a definition, with intervals where they were asked for.
    fn with_intervals(&self, measured: &Measured<'a>, policies: &Policies) -> Record {
        let again = self.confidence.and_then(|confidence| {
            let asked = Asked::one(self.period, policies);
            let books = measured.books?;
            let sides = self.sides_of(books);
            let calculation = calc_on(books, &sides, &asked, policies, Some(confidence));
            first(calculation.ok()?)
        });
        again.unwrap_or_else(|| measured.record.clone())
    }

    /// A record without figures, and why.
    fn refused(
        &self,
        policies: &Policies,
        books: Option<&'a Books>,
        reason: String,
    ) -> Measured<'a> {
        let asked = Asked::one(self.period, policies);
        let period = asked.periods.first().copied().unwrap_or(self.period);
        let record = Record {
            period,
            opening_period: period.earlier(policies.lookback_months(period)),
            fiscal_year: policies.fiscal_year,
            currency: books.and_then(|books| books.customers.currency().map(str::to_owned)),
            segments: None,
            has_products: books.is_some_and(|books| books.products.is_some()),
            has_quantities: books.is_some_and(Books::has_quantities),
            annual: Err(reason.clone()),
            figures: Figures::ClosingOnly {
                reason,
                closing: None,
            },
            intervals: None,
            partial: false,
        };
        Measured {
            policies: policies.clone(),
            record,
            books,
        }
    }
}

fn first(calculation: Calculation) -> Option<Record> {
    calculation.records.into_iter().next()
}

/// What the first of several errors says.
fn said(errors: &Errors) -> String {
    let first = errors.list.first();
    first.map_or_else(String::new, |error| error.headline.clone())
}

/// The policies whose values differ, with the values in force.
fn rules(policies: &Policies, standard: &Policies) -> Vec<Rule> {
    let pairs = policies.choices().zip(standard.choices());
    pairs
        .filter(|((_, own, _), (_, other, _))| own != other)
        .map(|((policy, own, _), _)| (policy.name, own))
        .collect()
}

/// How far two printed rates are apart.
fn difference(own: &Record, base: &Record) -> Option<Amount> {
    let printed = |record| nrr(record).ok()?.rounded(RATE_DECIMALS);
    printed(own)?.checked_add(-printed(base)?)
}

/// A measurement with a figure, for the shares behind it.
fn state<'a>(measured: &Measured<'a>) -> Option<State<'a>> {
    Some(State {
        books: measured.books?,
        period: measured.record.period,
        policies: measured.policies.clone(),
        total: measured.record.rollforward()?.clone(),
        nrr: nrr(&measured.record).ok()?,
    })
}
