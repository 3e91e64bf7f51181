//! From a figure to the rows behind it: every customer's two values as lines that add up to them exactly.

use std::collections::{BTreeMap, BTreeSet};

use super::anchors::{Anchor, Anchors};
use super::customers::Customers;
use super::movements::{Class, Movement};
use crate::ledger::{Added, Became, Bridged, Cited, How, Interner, Over, Rates, TracedRow, Whose};
use crate::policies::{Fx, Negatives, Netting};
use crate::text;
use crate::units::{Amount, Month};

/// Which end of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The earlier one.
    Opening,
    /// The later one.
    Closing,
}

impl End {
    /// The word shown for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            End::Opening => "opening",
            End::Closing => "closing",
        }
    }
}

/// One row behind a customer's value at an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which end; `None` for a row of which no month is known, and that adds to nothing.
    pub end: Option<End>,
    /// The month of the end that it adds to.
    pub month: Option<Month>,
    /// What it adds, in the currency that is kept.
    pub amount: Amount,
    /// Where it stands; `None` for what no row states: the part of a value below zero that was cut.
    pub cited: Option<Cited>,
    /// What became of it, in order: `kept`, `spread`, `movement` or `balance`, then `merged`, `bridged`, `converted`;
    /// or `dropped` or `clipped` alone.
    pub became: Vec<&'static str>,
    /// Why, where the words leave that open.
    pub why: String,
}

/// A customer and the rows behind it.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Who.
    pub customer: String,
    /// What became of it; `None` for somebody without a part in the figures.
    pub class: Option<Class>,
    /// What it paid at the opening.
    pub opening: Amount,
    /// What it pays at the closing, at the rates that it is compared at.
    pub closing: Amount,
    /// The rows, by end, month and place; those without an end last.
    pub lines: Vec<Line>,
}

/// Whose rows are looked for, and how rows become what the figures are made of.
///
/// # Source
///
/// `docs/definitions.md#trace`.
pub struct Trail<'a> {
    found: &'a Customers<'a>,
    whose: Whose<'a>,
    rates: Option<&'a Rates>,
    /// The months that were filled, by customer and month, with the month whose amount each took.
    bridged: BTreeMap<(u32, Month), Month>,
    /// Those asked for, in order, with their movement where they have one.
    followed: Vec<(String, Option<Movement>)>,
}

impl<'a> Trail<'a> {
    /// Follows those that `found` lists and that are in its figures; with `names` these alone, whatever they are.
    #[must_use]
    pub fn new(
        found: &'a Customers<'a>,
        names: &[String],
        whose: Whose<'a>,
        rates: Option<&'a Rates>,
        bridged: &[Bridged],
    ) -> Trail<'a> {
        let name = |movement: &Movement| found.ledger.name(movement.customer).to_owned();
        let followed = if names.is_empty() {
            let listed = found.movements();
            listed
                .map(|movement| (name(&movement), Some(movement)))
                .collect()
        } else {
            let asked = names
                .iter()
                .map(|name| (name.clone(), movement_of(found, name)));
            asked.collect()
        };
        let filled = bridged.iter();
        Trail {
            found,
            whose,
            rates,
            bridged: filled
                .map(|one| ((one.customer, one.month), one.from))
                .collect(),
            followed,
        }
    }

    /// The months whose rows are needed: those of both ends, and those whose amounts fill some of them.
    #[must_use]
    pub fn months(&self) -> BTreeSet<Month> {
        let Anchors {
            opening, closing, ..
        } = self.found.ends;
        let ends = [opening, closing].into_iter();
        let read = ends.flat_map(|end| end.first.through(end.last));
        let mut months: BTreeSet<Month> = read.collect();
        let can_fill = !self.bridged.is_empty();
        for (name, _) in self.followed.iter().filter(|_| can_fill) {
            let number = self.found.ledger.find(name);
            let from = |month: &Month| self.bridged.get(&(number?, *month)).copied();
            let filled: Vec<Month> = months.iter().filter_map(from).collect();
            months.extend(filled);
        }
        months
    }

    /// The customers whose rows are needed, as the input names them; `all` gives the names of the input.
    #[must_use]
    pub fn sources(&self, all: &mut dyn Iterator<Item = &'a str>) -> BTreeSet<String> {
        let asked: BTreeSet<&str> = self
            .followed
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let mut sources: BTreeSet<String> = asked.iter().map(|name| (*name).to_owned()).collect();
        if self.whose.is_plain() {
            return sources;
        }
        let months = self.months();
        for name in all {
            let mut units = months.iter().map(|month| self.whose.name(name, *month));
            if units.any(|unit| asked.contains(unit)) {
                sources.insert(name.to_owned());
            }
        }
        sources
    }

    /// What is somebody else's at the closing: the name that was asked for, and the one that it counts under.
    pub fn counted_elsewhere(&'a self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let closing = self.found.ends.closing.last;
        let both = self.followed.iter().map(move |(name, _)| {
            let name = name.as_str();
            (name, self.whose.name(name, closing))
        });
        both.filter(|(name, unit)| name != unit)
    }

    /// The lines behind everybody that is followed.
    ///
    /// # Panics
    ///
    /// If the lines of somebody do not add up to its figures: rows that a figure was made of cannot be lost.
    #[must_use]
    pub fn lines(&self, rows: &'a [TracedRow]) -> Vec<Traced> {
        let mut units = Interner::default();
        let mut by_unit: Vec<Vec<&TracedRow>> = Vec::new();
        let closing = self.found.ends.closing.last;
        for row in rows {
            let month = row.became.month().unwrap_or(closing);
            let unit = self.whose.name(&row.cited.customer, month);
            let number = units.intern(unit) as usize;
            by_unit.resize_with(units.len(), Vec::new);
            by_unit[number].push(row);
        }
        let followed = self.followed.iter();
        let traced = followed.map(|(name, movement)| {
            let number = units.find(name);
            let rows = number.map_or(&[][..], |number| &by_unit[number as usize]);
            self.traced(name, *movement, rows)
        });
        traced.collect()
    }

    fn traced(&self, name: &str, movement: Option<Movement>, rows: &[&TracedRow]) -> Traced {
        let total = &self.found.total;
        let values = movement.map_or((0, 0), |movement| (movement.opening, movement.closing));
        let mut traced = Traced {
            customer: name.to_owned(),
            class: movement.and_then(|movement| movement.class),
            opening: total.amount(values.0),
            closing: total.amount(values.1),
            lines: Vec::new(),
        };
        let pays = values.0 > 0;
        let ends = self.found.ends;
        let both = [
            (End::Opening, ends.opening, traced.opening),
            (End::Closing, ends.closing, traced.closing),
        ];
        for (end, anchor, value) in both {
            let mut lines = self.at_end(name, (end, anchor), pays, rows);
            self.clip(end, &mut lines);
            let sum: Amount = lines.iter().map(|(line, _)| line.amount).sum();
            assert!(
                sum == value || movement.is_none(),
                "the rows of a customer add up to its {}",
                end.word()
            );
            traced.lines.extend(lines.into_iter().map(|(line, _)| line));
        }
        let unplaced = rows.iter().filter(|row| row.became.month().is_none());
        traced.lines.extend(unplaced.map(|row| Line {
            end: None,
            ..dropped(row, None)
        }));
        traced
    }

    /// The lines behind a customer's value at an end, each with the product it is for.
    fn at_end<'r>(
        &self,
        name: &str,
        (end, anchor): (End, Anchor),
        pays: bool,
        rows: &[&'r TracedRow],
    ) -> Vec<(Line, &'r str)> {
        let number = self.found.ledger.find(name);
        let mut lines = Vec::new();
        for month in anchor.first.through(anchor.last) {
            let filled = number.and_then(|number| self.bridged.get(&(number, month)).copied());
            let from = filled.unwrap_or(month);
            let rate_month = self.rate_month(end, month, pays);
            for row in rows {
                let line = match &row.became {
                    Became::Added(added) if added.month == from => {
                        self.added(name, row, added, (month, rate_month))
                    }
                    became if filled.is_some() && became.month() == Some(month) => Line {
                        why: format!("`grace {}` fills the month", self.found.policies.grace),
                        ..dropped(row, Some(month))
                    },
                    Became::Dropped { month: named, .. } if *named == Some(month) => {
                        dropped(row, Some(month))
                    }
                    _ => continue,
                };
                let end = Some(end);
                lines.push((Line { end, ..line }, row.cited.product.as_ref()));
            }
        }
        lines
    }

    /// The line of a row that adds to a month.
    fn added(
        &self,
        name: &str,
        row: &TracedRow,
        added: &Added,
        (month, rate_month): (Month, Month),
    ) -> Line {
        let mut became = vec![match added.how {
            How::Kept => "kept",
            How::Spread => "spread",
            How::Movement => "movement",
            How::Balance => "balance",
        }];
        let mut why = Vec::new();
        why.extend(added.over.as_ref().map(over));
        if added.how == How::Balance {
            why.push("what its balance shows to have stood before it".to_owned());
        }
        if *row.cited.customer != *name {
            became.push("merged");
            why.push(format!("`{}` counts as `{name}`", row.cited.customer));
        }
        if added.month != month {
            became.push("bridged");
            let grace = self.found.policies.grace;
            why.push(format!(
                "`grace {grace}` keeps the amount of {}",
                added.month
            ));
        }
        let mut amount = added.amount;
        if let Some((rate, of)) = self.rate(added, rate_month) {
            became.push("converted");
            why.push(format!("{amount} {} at {rate} ({of})", added.currency));
            amount = product(amount, rate);
        }
        Line {
            end: None,
            month: Some(month),
            amount,
            cited: Some(row.cited.clone()),
            became,
            why: why.join("; "),
        }
    }

    /// The rate of a row's currency in a month, and the month it is of; `None` for what is not converted.
    fn rate(&self, added: &Added, month: Month) -> Option<(Amount, Month)> {
        let rates = self.rates.filter(|_| !added.currency.is_empty())?;
        let is_nothing = added.amount.is_zero();
        let rate = rates.of(&added.currency, month).filter(|_| !is_nothing)?;
        Some((rate, rates.month_of(month)))
    }

    /// The month whose rates a month of an end is compared at.
    fn rate_month(&self, end: End, month: Month, pays: bool) -> Month {
        if !self.found.ledger.is_converted() {
            return month;
        }
        match end {
            End::Opening => self.found.ends.opening_rates_of(month),
            End::Closing if pays || self.found.policies.fx != Fx::Floating => {
                self.found.ends.closing_rates_of(month)
            }
            End::Closing => month,
        }
    }

    /// Adds what was cut from values below zero: of the whole, or of each product where those are netted.
    fn clip(&self, end: End, lines: &mut Vec<(Line, &str)>) {
        let policies = self.found.policies;
        if policies.negatives != Negatives::Clip {
            return;
        }
        let is_by_product = policies.netting == Netting::Product;
        let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
        for (line, product) in lines.iter() {
            let product = if is_by_product { product } else { "" };
            *sums.entry(product).or_insert(Amount::ZERO) += line.amount;
        }
        for (product, sum) in sums.into_iter().filter(|(_, sum)| sum.is_negative()) {
            let whose = if is_by_product {
                product
            } else {
                "the customer"
            };
            let line = Line {
                end: Some(end),
                month: None,
                amount: -sum,
                cited: None,
                became: vec!["clipped"],
                why: format!("{sum} of {whose} counts as 0 (`negatives clip`)"),
            };
            lines.push((line, ""));
        }
    }
}

/// The time that an amount is laid over, in words: what to divide it by, and where it counts.
fn over(over: &Over) -> String {
    let length = match over.months {
        Some((months, 1)) => text::count(months.into(), "month"),
        Some((months, one)) => format!("{months}/{one} months"),
        None => "its days".to_owned(),
    };
    match over.last {
        Some(last) => format!("for {length}, over {} to {last}", over.first),
        None => format!("for {length}, from {} on", over.first),
    }
}

/// The movement of somebody, also one that is in no figure.
fn movement_of(found: &Customers<'_>, name: &str) -> Option<Movement> {
    let number = found.ledger.find(name)?;
    let mut movements = found.moved.all();
    movements.find(|movement| movement.customer == number)
}

/// The line of a row that adds to nothing.
fn dropped(row: &TracedRow, month: Option<Month>) -> Line {
    let why = match &row.became {
        Became::Dropped { why, .. } => why.clone(),
        Became::Added(_) => String::new(),
    };
    Line {
        end: None,
        month,
        amount: Amount::ZERO,
        cited: Some(row.cited.clone()),
        became: vec!["dropped"],
        why,
    }
}

/// An amount at a rate, exactly.
fn product(amount: Amount, rate: Amount) -> Amount {
    Amount::new(amount.units() * rate.units(), amount.scale() + rate.scale())
}
