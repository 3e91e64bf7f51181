//! Every figure that rules ask for, computed once each.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::config::Config;
use super::super::super::report;
use super::super::calc;
use crate::check::{
    Figures, Losses, Measure, People, Rule, Scope, Subject, Target, before, is_finding,
};
use crate::error::{Code, Errors, Message};
use crate::input::Loaded;
use crate::input::header::folded;
use crate::ledger::{Attribute, Bridged, Ledger};
use crate::metrics::{
    Asked, Class, Customers, Listing, Record, SortBy, calc_with, customers, findings,
};
use crate::output::Report;
use crate::policies::{Method, Policies};
use crate::text;
use crate::units::Period;

/// How many customers are compared with a name that nobody has.
const NEAR_AMONG: usize = 100_000;

/// What was read, segmented by any of its columns at a time.
pub(super) struct Book<'a> {
    pub(super) config: &'a Config,
    pub(super) policies: &'a Policies,
    pub(super) loaded: Loaded,
    bridged: Vec<Bridged>,
    /// The columns that were asked for as they are typed, each with its place among the attributes.
    columns: BTreeMap<String, usize>,
    attributes: Vec<Option<Attribute>>,
}

impl<'a> Book<'a> {
    pub(super) fn new(
        config: &'a Config,
        policies: &'a Policies,
        mut loaded: Loaded,
        bridged: Vec<Bridged>,
        asked: &[String],
    ) -> Book<'a> {
        let attributes = loaded.books.swap_attributes(Vec::new());
        let mut columns = BTreeMap::new();
        let mut open: Vec<usize> = (0..attributes.len()).collect();
        let each_is_another = attributes.len() == asked.len();
        for name in asked {
            let is_exact = |one: &Attribute| one.column() == name.trim();
            let is_folded = |one: &Attribute| folded(one.column()) == folded(name);
            let place = attributes.iter().position(is_exact);
            // A column can be named by its number; those come in the order in which they were asked for, where none is
            // named twice.
            let place = place
                .or_else(|| attributes.iter().position(is_folded))
                .or_else(|| open.first().copied().filter(|_| each_is_another));
            if let Some(place) = place {
                open.retain(|other| *other != place);
                columns.insert(name.clone(), place);
            }
        }
        Book {
            config,
            policies,
            loaded,
            bridged,
            columns,
            attributes: attributes.into_iter().map(Some).collect(),
        }
    }

    /// Does something with the book segmented by these columns.
    pub(super) fn by<T>(&mut self, columns: &[String], then: impl FnOnce(&mut Book<'a>) -> T) -> T {
        let places: Vec<usize> = columns
            .iter()
            .filter_map(|column| self.columns.get(column).copied())
            .collect();
        let mut chosen = Vec::new();
        let mut taken = Vec::new();
        for place in places {
            if let Some(attribute) = self.attributes[place].take() {
                taken.push(place);
                chosen.push(attribute);
            }
        }
        let names = chosen.iter().map(|one| one.column().to_owned()).collect();
        self.loaded.by = names;
        self.loaded.books.swap_attributes(chosen);
        let done = then(self);
        let chosen = self.loaded.books.swap_attributes(Vec::new());
        for (place, attribute) in taken.into_iter().zip(chosen) {
            self.attributes[place] = Some(attribute);
        }
        done
    }

    /// The records of these periods, and why those are not there that cannot be computed.
    pub(super) fn records(&self, periods: &[Period]) -> (Vec<Record>, Vec<(Period, String)>) {
        let compute = |periods: &[Period]| {
            let asked = Asked {
                periods: periods.to_vec(),
                is_range: true,
            };
            calc_with(
                &self.loaded.books,
                &asked,
                self.policies,
                self.config.confidence,
            )
        };
        if let Ok(calculation) = compute(periods) {
            return (calculation.records, Vec::new());
        }
        let (mut records, mut absent) = (Vec::new(), Vec::new());
        for period in periods {
            match compute(&[*period]) {
                Ok(calculation) => records.extend(calculation.records),
                Err(errors) => absent.push((*period, first_of(&errors))),
            }
        }
        (records, absent)
    }

    /// Everybody between the two ends of a period; a reason where there is no such thing.
    fn customers<T>(
        &self,
        period: Period,
        listing: &Listing,
        then: impl FnOnce(&Customers<'_>, &Ledger) -> T,
    ) -> Result<T, String> {
        if self.policies.method != Method::PointToPoint {
            let method = self.policies.method.word();
            return Err(format!(
                "customers have no figures of their own under `method {method}`"
            ));
        }
        let units = report::by_parent(self.policies, &self.loaded, period.last());
        let books = units
            .as_ref()
            .map_or(&self.loaded.books, |units| &units.books);
        let found = customers(books, period, self.policies, listing);
        let found = found.map_err(|errors| first_of(&errors))?;
        Ok(then(&found, &books.customers))
    }
}

fn first_of(errors: &Errors) -> String {
    let first = errors.list.first();
    first.map_or_else(String::new, |message| message.headline.clone())
}

/// What rules are held against, and what was found on the way.
pub(super) struct Gathered {
    pub(super) figures: Figures,
    /// What is declared; its warnings are the findings of the periods checked.
    pub(super) report: Report,
    /// Every further finding of the whole ledger, for those who ask for it.
    pub(super) everywhere: Vec<Message>,
}

/// Computes everything that some rule asks for.
///
/// # Errors
///
/// What keeps figures from being computed, but for what is a finding about the data.
pub(super) fn gather(
    book: &mut Book<'_>,
    rules: &[Rule],
    by: &[String],
    asked: &Asked,
    looks_everywhere: bool,
) -> Result<Gathered, Errors> {
    let mut figures = Figures::default();
    let report = book.by(by, |book| base(book, by, asked, &mut figures))?;
    let is_change = |rule: &Rule| matches!(rule.measure, Measure::Change(..));
    let earlier = earlier(&asked.periods);
    let mut sets: BTreeMap<Vec<String>, bool> = BTreeMap::new();
    for rule in rules {
        *sets.entry(rule.scope.columns()).or_default() |= is_change(rule);
    }
    for (columns, has_change) in sets {
        let mut periods = Vec::new();
        if !columns.is_empty() && columns != by {
            periods.extend_from_slice(&asked.periods);
        }
        if has_change {
            periods.extend_from_slice(&earlier);
        }
        if periods.is_empty() {
            continue;
        }
        let (records, absent) = book.by(&columns, |book| book.records(&periods));
        figures.add(&columns, records);
        for (period, reason) in absent {
            figures.add_absent(period, reason);
        }
    }
    book.by(&[], |book| {
        add_people(book, rules, &asked.periods, &mut figures);
    });
    let mut everywhere = Vec::new();
    if looks_everywhere {
        everywhere = findings(&book.loaded.books.customers, book.policies);
    }
    Ok(Gathered {
        figures,
        report,
        everywhere,
    })
}

/// The periods right before these that are not among them.
fn earlier(periods: &[Period]) -> Vec<Period> {
    let known: BTreeSet<Period> = periods.iter().copied().collect();
    let earlier: BTreeSet<Period> = periods.iter().map(|period| before(*period)).collect();
    earlier.difference(&known).copied().collect()
}

/// The report of the periods, as `nrr calc` has it; where the data stop it, of what can be computed all the same.
fn base(
    book: &mut Book<'_>,
    by: &[String],
    asked: &Asked,
    figures: &mut Figures,
) -> Result<Report, Errors> {
    let compute = |asked: &Asked| {
        calc::compute_asked(
            book.config,
            book.policies,
            &book.loaded,
            &book.bridged,
            asked,
        )
    };
    let ranged = Asked {
        is_range: true,
        ..asked.clone()
    };
    let computed = compute(asked).or_else(|errors| {
        // A period without an opening has figures that are undefined, and rules say so.
        let is_early = |message: &Message| message.code == Code::PeriodBeforeData;
        if errors.list.iter().all(is_early) {
            compute(&ranged)
        } else {
            Err(errors)
        }
    });
    let stopped = match computed {
        Ok(report) => {
            figures.add(by, report.records.clone());
            return Ok(report);
        }
        Err(errors) => errors,
    };
    if !stopped.list.iter().all(|message| is_finding(message.code)) {
        return Err(stopped);
    }
    let (records, absent) = book.records(&asked.periods);
    figures.add(by, records.clone());
    for (period, reason) in absent {
        figures.add_absent(period, reason);
    }
    let origin = book.config.load.origin("where");
    let filters = (book.config.load.filters.as_slice(), origin.as_str());
    let mut report = report::declared(book.policies, filters, &book.loaded);
    report.records = records;
    let labels = asked.periods.iter();
    report.asked = labels
        .map(|period| period.label(book.policies.fiscal_year))
        .collect();
    let mut warnings = stopped.list;
    warnings.append(&mut report.warnings);
    warnings.extend(findings(&book.loaded.books.customers, book.policies));
    report.warnings = warnings;
    Ok(report)
}

/// The customers that rules name, and concentration, in every period.
fn add_people(book: &Book<'_>, rules: &[Rule], periods: &[Period], figures: &mut Figures) {
    if !rules.iter().any(|rule| rule.measure.is_of_customers()) {
        return;
    }
    let names = rules.iter().filter_map(|rule| match &rule.scope {
        Scope::Customer(name) => Some(name.clone()),
        _ => None,
    });
    let names: BTreeSet<String> = names.collect();
    let nobody = Listing {
        top: Some(0),
        ..Listing::by(SortBy::Nrr)
    };
    for period in periods {
        let people = book.customers(*period, &nobody, |found, ledger| {
            let standings = found.standings(&names);
            let absent = names.iter().filter(|name| !standings.contains_key(*name));
            let unknown = absent.map(|name| (name.clone(), nearest(name, ledger)));
            People {
                unknown: unknown.collect(),
                concentration: found.concentration.clone(),
                named: standings,
            }
        });
        figures.add_people(*period, people);
    }
}

/// The customer whose name comes closest.
fn nearest(name: &str, ledger: &Ledger) -> Option<String> {
    let known = ledger.customers().iter().take(NEAR_AMONG);
    text::nearest(name, known.map(|number| ledger.name(*number))).map(str::to_owned)
}

/// Says of each failed target which customers made it so, where that can be said.
pub(super) fn explain(book: &mut Book<'_>, rules: &[Rule], targets: &mut [Target]) {
    type Key = (Vec<String>, Period, &'static [Class]);
    let mut open: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (number, target) in targets.iter().enumerate() {
        let rule = &rules[target.rule];
        let classes = rule.missed_by();
        if !target.passed && target.found.is_ok() && !classes.is_empty() {
            let key = (rule.scope.columns(), target.period, classes);
            open.entry(key).or_default().push(number);
        }
    }
    for ((columns, period, classes), numbers) in open {
        let is_total = columns.is_empty();
        if !is_total && book.loaded.books.segments_are_products {
            continue;
        }
        let listing = Listing {
            sort: SortBy::Change,
            classes: classes.to_vec(),
            top: is_total.then_some(3),
        };
        let found = book.by(&columns, |book| {
            book.customers(period, &listing, |found, _| {
                if is_total {
                    BTreeMap::from([(Vec::new(), Losses::of(found))])
                } else {
                    Losses::by_segment(found)
                }
            })
        });
        let Ok(found) = found else { continue };
        for number in numbers {
            let target = &mut targets[number];
            let values = match &target.subject {
                Subject::Segment(parts) => parts.iter().map(|(_, value)| value.clone()).collect(),
                _ => Vec::new(),
            };
            target.losses = found.get(&values).cloned();
        }
    }
}
