//! The naive model: `definitions.md` §1 to §5 once more, in nested loops over rows, sharing nothing
//! with the program. Where the page leaves a choice, the comment says which reading stands here.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigInt;

use crate::oracle::method::{Fault, Outcome};
use crate::oracle::settings::Settings;
use crate::oracle::span::{Form, Span};
use crate::support::book::{Book, Row};

/// What a run should give.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Exit code 2, with one of these codes (several faults may hold at once).
    Errors(BTreeSet<&'static str>),
    /// Records in their order.
    Records(Vec<Expected>),
}

/// One record: cells by field. An optional one may be left out (a segment without customers).
#[derive(Clone, Debug)]
pub struct Expected {
    pub cells: BTreeMap<String, Cell>,
    pub optional: bool,
}

/// What a cell should hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// An amount in millionths.
    Amount(i128),
    Count(i128),
    /// A quotient, rounded when it is compared; over zero it is undefined.
    Rate(i128, i128),
    /// Several of them multiplied, or one less that.
    Product(Vec<(i128, i128)>, bool),
    Null,
}

/// One customer's move between two anchors.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The segment that its movement stands in, and the one its closing value stands in.
    pub home: Vec<String>,
    pub end: Vec<String>,
    pub a: i128,
    pub b: i128,
    pub cut_opening: i128,
    pub cut_closing: i128,
    pub class: Class,
    /// A zero that a row states, with `zero active`.
    pub stays: bool,
    pub excluded: bool,
}

impl Fact {
    pub fn is_there(&self) -> bool {
        self.class != Class::Absent
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    New,
    Reactivation,
    Expansion,
    Contraction,
    Churn,
    Unchanged,
    Transient,
    Absent,
}

/// A period and those of its months that are read.
#[derive(Clone, Debug)]
pub struct Anchor {
    pub span: Span,
    pub reads: Vec<i32>,
    pub cut: bool,
}

/// Why an anchor has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    Before,
    After,
}

const MOVEMENTS: [&str; 6] = [
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "unchanged",
];

/// Fields that a record holds besides its period, in no order.
pub const FIELDS: [&str; 47] = [
    "opening",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "fx",
    "transfer_in",
    "transfer_out",
    "closing",
    "clipped_opening",
    "clipped_closing",
    "retained",
    "retained_capped",
    "nrr",
    "grr",
    "gross_revenue_churn",
    "net_revenue_churn",
    "revenue_churn",
    "contraction_rate",
    "expansion_rate",
    "logo_retention",
    "logo_churn",
    "quick_ratio",
    "net_growth",
    "average_revenue_per_customer",
    "excluded_customers",
    "excluded_opening",
    "excluded_closing",
    "opening_customers",
    "new_customers",
    "reactivated_customers",
    "expanded_customers",
    "contracted_customers",
    "churned_customers",
    "unchanged_customers",
    "transient_customers",
    "retained_customers",
    "closing_customers",
    "annual_nrr",
    "annual_grr",
    "annual_logo_retention",
    "partial",
    "period",
    "period_start",
    "period_end",
    "opening_period",
];

/// A book under settings.
pub struct Model<'a> {
    pub settings: &'a Settings,
    pub stock: bool,
    /// How many times an amount stands in a year, for the thresholds; 0 for a flow.
    yearly: i128,
    pub first: i32,
    pub last: i32,
    /// The grain of the labels in months.
    pub grain: i32,
    /// Months that any row of the input covers, whatever is filtered.
    covered: BTreeSet<i32>,
    /// Rows that count, with their segment and the month their amount is in.
    rows: Vec<(&'a Row, i32, Vec<String>)>,
    /// Sum and presence of each customer and month.
    pub cells: BTreeMap<(&'a str, i32), i128>,
    pub customers: BTreeSet<&'a str>,
    /// The month whose amount and segment a bridged month of a customer takes.
    lent: BTreeMap<(&'a str, i32), i32>,
    errors: BTreeSet<&'static str>,
}

impl<'a> Model<'a> {
    pub fn new(book: &'a Book, settings: &'a Settings) -> Model<'a> {
        let named = |words: &[&str]| words.contains(&book.amount.as_str());
        let stock = settings
            .get("basis")
            .map_or(named(&["mrr", "arr"]), |basis| basis == "stock");
        let annual = settings
            .get("interval")
            .map_or(named(&["arr"]), |interval| interval == "year");
        let through = settings
            .get("through")
            .map(|label| Span::parse(label, 1).last);
        let inside = |row: &&Row| through.is_none_or(|last| row.months().1 <= last);
        let input: Vec<&Row> = book.rows.iter().filter(inside).collect();
        let covered: BTreeSet<i32> = input
            .iter()
            .flat_map(|row| row.months().0..=row.months().1)
            .collect();
        let yearly = match (stock, annual) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => 12,
        };
        let mut model = Model {
            settings,
            stock,
            yearly,
            first: covered.first().copied().unwrap_or(0),
            last: through.unwrap_or_else(|| covered.last().copied().unwrap_or(0)),
            grain: input
                .iter()
                .map(|row| row.months().1 - row.months().0 + 1)
                .max()
                .unwrap_or(1),
            covered,
            rows: Vec::new(),
            cells: BTreeMap::new(),
            customers: BTreeSet::new(),
            lent: BTreeMap::new(),
            errors: BTreeSet::new(),
        };
        model.load(book, &input);
        model.bridge();
        model
    }

    /// Absences of at most `grace` months keep the last amount; a month in which nobody has a row stays as it is.
    fn bridge(&mut self) {
        let grace = self.settings.number("grace").unwrap_or(0);
        if grace > 0 && !self.stock {
            self.errors.insert("grace-on-flow");
            return;
        }
        let mut amounts = Vec::new();
        for &customer in &self.customers {
            for month in self.first..=self.last {
                let earlier = self.paying(customer).filter(|&other| other < month).max();
                let later = self.paying(customer).find(|&other| other > month);
                let (Some(before), Some(after)) = (earlier, later) else {
                    continue;
                };
                let pays = self.cells.get(&(customer, month)).is_some_and(|&r| r > 0);
                // Where labels are longer than a month, amounts stand in the last month of each.
                let is_end = (month - before) % self.grain == 0;
                let is_short = after - before - self.grain <= grace;
                if !pays && is_end && is_short && self.covered.contains(&month) {
                    self.lent.insert((customer, month), before);
                    amounts.push((customer, month, self.cells[&(customer, before)]));
                }
            }
        }
        for (customer, month, amount) in amounts {
            self.cells.insert((customer, month), amount);
        }
    }

    /// Filters and duplicates. Filters come first: a row that is filtered out is no duplicate of one that counts.
    fn load(&mut self, book: &'a Book, input: &[&'a Row]) {
        let column = |name: &str| {
            book.traits
                .iter()
                .position(|other| other == name)
                .expect("a column")
        };
        let by: Vec<usize> = self.settings.by().iter().map(|name| column(name)).collect();
        let filter = self
            .settings
            .get("where")
            .and_then(|text| text.split_once('='));
        let currency = self.settings.get("currency");
        for &row in input {
            let wanted = filter.is_none_or(|(name, value)| row.traits[column(name)] == value)
                && currency.is_none_or(|code| row.currency == code);
            if wanted {
                // A quarter's or year's amount stands in its last month, which is the one a stock reads.
                let segment = by.iter().map(|&index| row.traits[index].clone()).collect();
                self.rows.push((row, row.months().1, segment));
            }
        }
        if self.rows.is_empty() {
            self.errors.insert("no-rows-left");
        }
        let currencies: BTreeSet<&str> = self
            .rows
            .iter()
            .map(|(row, ..)| row.currency.as_str())
            .collect();
        if currencies.len() > 1 {
            self.errors.insert("mixed-currencies");
        }
        let same = |x: &(&Row, i32, Vec<String>), y: &(&Row, i32, Vec<String>)| {
            x.0.customer == y.0.customer && x.1 == y.1
        };
        let later = |rows: &[(&Row, i32, Vec<String>)], index: usize| {
            rows[index + 1..]
                .iter()
                .any(|other| same(&rows[index], other))
        };
        let repeated: Vec<bool> = (0..self.rows.len())
            .map(|index| later(&self.rows, index))
            .collect();
        if self.settings.is("duplicates", "error") && repeated.contains(&true) {
            self.errors.insert("duplicate-rows");
        }
        if self.settings.is("duplicates", "last") {
            let mut keep = repeated.iter().map(|repeated| !repeated);
            self.rows.retain(|_| keep.next().expect("a flag a row"));
        }
        for (row, month, _) in &self.rows {
            *self.cells.entry((&row.customer, *month)).or_insert(0) += row.units();
            self.customers.insert(&row.customer);
        }
    }

    /// Everything the run should give.
    pub fn answer(&mut self) -> Answer {
        let one = self.settings.get("period").is_some();
        let spans = self.settings.spans().unwrap_or_else(|| {
            (self.first..=self.last)
                .step_by(usize::try_from(self.grain).expect("a grain"))
                .map(|month| Span::calendar(month + self.grain - 1, self.grain))
                .collect()
        });
        let mut records = Vec::new();
        for span in spans.into_iter().map(|span| self.settings.window(span)) {
            // A free range or a shifted quarter inside coarser labels is finer than the data too.
            if span.length % self.grain != 0 || (span.last + 1).rem_euclid(self.grain) != 0 {
                self.errors.insert("finer-than-data");
                continue;
            }
            records.extend(self.measure(span, one));
        }
        if self.errors.is_empty() {
            Answer::Records(records)
        } else {
            Answer::Errors(self.errors.clone())
        }
    }

    /// The months an anchor reads, all of them there.
    pub fn anchor(&self, span: Span) -> Result<Anchor, Lacking> {
        let partial = self.settings.is("partial", "allow") && span.first() <= self.last;
        let cut = span.last > self.last;
        if cut && !partial {
            return Err(Lacking::After);
        }
        let last = span.last.min(self.last);
        let reads: Vec<i32> = if self.stock {
            vec![last]
        } else {
            span.months().filter(|&month| month <= last).collect()
        };
        if reads.iter().any(|&month| month < self.first) {
            return Err(Lacking::Before);
        }
        Ok(Anchor { span, reads, cut })
    }

    /// True if a month it reads has no row of anybody and that is not to count as zero.
    pub fn missing(&self, anchor: &Anchor) -> bool {
        !self.settings.is("missing-months", "zero")
            && anchor
                .reads
                .iter()
                .any(|month| !self.covered.contains(month))
    }

    fn measure(&mut self, span: Span, one: bool) -> Vec<Expected> {
        let lookback = self.lookback(span);
        let closing = self.anchor(span);
        let opening = self.anchor(span.earlier(lookback));
        for lacking in [closing.as_ref().err(), opening.as_ref().err()]
            .into_iter()
            .flatten()
        {
            match lacking {
                Lacking::After => self.errors.insert("period-after-data"),
                Lacking::Before if one => self.errors.insert("period-before-data"),
                Lacking::Before => false,
            };
        }
        for anchor in [&closing, &opening].into_iter().flatten() {
            if self.missing(anchor) {
                self.errors.insert("missing-month");
            }
        }
        let (Ok(closing), Ok(opening)) = (&closing, &opening) else {
            return self.undefined(span, lookback, closing.ok().as_ref());
        };
        // Cut to the same months, the two ends have nothing to compare.
        if opening.reads == closing.reads {
            self.errors.insert("period-after-data");
            return Vec::new();
        }
        let outcome = match self.outcome(lookback, opening, closing) {
            Ok(outcome) => outcome,
            Err(Fault::Lacking(Lacking::Before)) if !one => {
                return self.undefined(span, lookback, Some(closing));
            }
            Err(fault) => {
                self.errors.insert(match fault {
                    Fault::Lacking(Lacking::Before) => "period-before-data",
                    Fault::Lacking(Lacking::After) => "period-after-data",
                    Fault::Code(code) => code,
                });
                return Vec::new();
            }
        };
        let annual = self.annual(span, closing);
        let mut records = Vec::new();
        for (group, figures, seen) in outcome {
            let mut record = self.head(span, lookback, group.as_deref());
            record.extend(figures);
            Self::put_annual(annual.as_ref(), group.as_deref(), &mut record);
            record.insert("partial".into(), Cell::Text(closing.cut.to_string()));
            records.push(Expected {
                cells: record,
                optional: group.is_some() && !seen,
            });
        }
        records
    }

    /// How far the opening lies before the closing; an average over twelve months is one of rates over a year.
    pub fn lookback(&self, span: Span) -> i32 {
        let usual = if self.settings.is("method", "trailing-average") {
            12
        } else {
            span.length
        };
        self.settings.number("lookback").unwrap_or(usual)
    }

    /// The same closing against a year before; `None` where the data don't reach or don't allow it.
    /// What would stop the run at its own anchors leaves this side figure undefined.
    fn annual(&self, span: Span, closing: &Anchor) -> Option<Outcome> {
        let opening = self.anchor(span.earlier(12)).ok()?;
        // Cut short, the comparison would span fewer than twelve months.
        if self.missing(&opening) || closing.cut {
            return None;
        }
        self.outcome(12, &opening, closing).ok()
    }

    fn put_annual(
        annual: Option<&Outcome>,
        group: Option<&[String]>,
        cells: &mut BTreeMap<String, Cell>,
    ) {
        let own = annual.and_then(|annual| annual.iter().find(|one| one.0.as_deref() == group));
        for field in ["nrr", "grr", "logo_retention"] {
            let rate = own.and_then(|(_, figures, _)| figures.get(field).cloned());
            cells.insert(format!("annual_{field}"), rate.unwrap_or(Cell::Null));
        }
    }

    /// The total, then each segment in byte order.
    pub fn groups(&self, facts: &[Fact]) -> Vec<Option<Vec<String>>> {
        let mut groups = vec![None];
        if !self.settings.by().is_empty() {
            let cut = |fact: &&Fact| fact.cut_opening + fact.cut_closing > 0;
            let there = facts
                .iter()
                .filter(|fact| fact.class != Class::Absent || cut(fact));
            let names: BTreeSet<&Vec<String>> =
                there.flat_map(|fact| [&fact.home, &fact.end]).collect();
            groups.extend(names.into_iter().map(|name| Some(name.clone())));
        }
        groups
    }

    fn head(&self, span: Span, lookback: i32, group: Option<&[String]>) -> BTreeMap<String, Cell> {
        let fiscal = self.settings.fiscal();
        let currency = self
            .rows
            .first()
            .map_or("", |(row, ..)| row.currency.as_str());
        let mut cells = BTreeMap::from([
            ("period".to_owned(), Cell::Text(span.label(fiscal))),
            ("period_start".to_owned(), Cell::Text(span.first_day())),
            ("period_end".to_owned(), Cell::Text(span.last_day())),
            (
                "opening_period".to_owned(),
                Cell::Text(span.earlier(lookback).label(fiscal)),
            ),
            ("currency".to_owned(), Cell::Text(currency.to_owned())),
        ]);
        for (index, name) in self.settings.by().iter().enumerate() {
            let value = group.map_or(String::new(), |group| group[index].clone());
            cells.insert(format!("segment.{name}"), Cell::Text(value));
        }
        cells
    }

    /// A row of a range whose opening lies before the data: only the closing is known.
    fn undefined(&mut self, span: Span, lookback: i32, closing: Option<&Anchor>) -> Vec<Expected> {
        // A sum of twelve closings has no part that is there.
        let no_part = self.settings.is("method", "trailing-average");
        let facts: Option<Vec<Fact>> = match closing {
            _ if no_part => Some(Vec::new()),
            None => Some(Vec::new()),
            Some(closing) => {
                // Nobody has an opening value, so nobody is below a threshold and everybody has the closing segment.
                let before = Span {
                    last: self.first - 1,
                    length: 1,
                    form: Form::Calendar,
                };
                self.facts(
                    &Anchor {
                        span: before,
                        reads: Vec::new(),
                        cut: false,
                    },
                    closing,
                )
            }
        };
        let Some(facts) = facts else {
            self.errors.insert("negative-revenue");
            return Vec::new();
        };
        let mut records = Vec::new();
        for group in self.groups(&facts) {
            let mut cells = self.head(span, lookback, group.as_deref());
            for field in FIELDS {
                cells.entry(field.to_owned()).or_insert(Cell::Null);
            }
            let here: Vec<&Fact> = facts
                .iter()
                .filter(|fact| is_in(group.as_deref(), &fact.end))
                .collect();
            let present = here.iter().filter(|fact| fact.b > 0).count();
            let cut = closing.is_some_and(|closing| closing.cut);
            cells.insert("partial".into(), Cell::Text(cut.to_string()));
            if !no_part && closing.is_some() {
                let standing = here.iter().map(|fact| fact.b).sum();
                cells.insert("closing".into(), Cell::Amount(standing));
                cells.insert("closing_customers".into(), count(present));
            }
            records.push(Expected {
                cells,
                optional: group.is_some() && present == 0,
            });
        }
        records
    }

    /// Every customer's move; `None` if one is below zero and that is an error.
    pub fn facts(&self, opening: &Anchor, closing: &Anchor) -> Option<Vec<Fact>> {
        let mut facts = Vec::new();
        for &customer in &self.customers {
            let raw_a = self.value(customer, opening);
            let raw_b = self.value(customer, closing);
            if (raw_a < 0 || raw_b < 0) && !self.settings.is("negatives", "clip") {
                return None;
            }
            let (a, b) = (raw_a.max(0), raw_b.max(0));
            // A month's rows that add up to zero state a zero, as splitting a row changes nothing.
            let states = closing
                .reads
                .iter()
                .any(|&month| self.cells.get(&(customer, month)) == Some(&0));
            let stays = self.settings.is("zero", "active") && a > 0 && raw_b == 0 && states;
            let class = self.class(customer, a, b, stays, opening, closing);
            let (home, end) = self.segments(customer, a, b > 0 || stays, opening, closing);
            facts.push(Fact {
                home,
                end,
                a,
                b,
                cut_opening: a - raw_a,
                cut_closing: b - raw_b,
                class,
                stays,
                excluded: a > 0
                    && (self.below("min-opening", a, opening)
                        || self.below("min-closing", b, closing)
                        || self.outside(customer, b, opening)),
            });
        }
        Some(facts)
    }

    /// True for a customer that `cohort-base` leaves out.
    fn outside(&self, customer: &str, b: i128, opening: &Anchor) -> bool {
        match self.settings.get("cohort-base") {
            Some("survivors") => b == 0,
            Some("first-month") => opening.reads.first().is_some_and(|&first| {
                self.cells
                    .get(&(customer, first))
                    .is_none_or(|&amount| amount <= 0)
            }),
            _ => false,
        }
    }

    fn value(&self, customer: &str, anchor: &Anchor) -> i128 {
        anchor
            .reads
            .iter()
            .filter_map(|&month| self.cells.get(&(customer, month)))
            .sum()
    }

    /// True below a threshold, which is an amount a year. A flow counts the months that were read.
    fn below(&self, policy: &str, value: i128, anchor: &Anchor) -> bool {
        let months = i128::try_from(anchor.reads.len()).expect("few months");
        let limit = self.settings.units(policy);
        if self.yearly > 0 {
            value * self.yearly < limit
        } else {
            value * 12 < limit * months
        }
    }

    fn class(
        &self,
        customer: &str,
        a: i128,
        b: i128,
        stays: bool,
        opening: &Anchor,
        closing: &Anchor,
    ) -> Class {
        match (a, b) {
            (0, 0) => {
                let (after, before) = (opening.reads.last(), closing.reads.first());
                let between = |month: i32| {
                    after.is_none_or(|&last| month > last) && before.is_some_and(|&m| month < m)
                };
                let passed = !opening.reads.is_empty() && self.paying(customer).any(between);
                if passed {
                    Class::Transient
                } else {
                    Class::Absent
                }
            }
            (0, _) => {
                let had = self
                    .paying(customer)
                    .filter(|&month| month <= opening.span.last)
                    .max();
                match had {
                    Some(month) if !self.away_too_long(customer, month) => Class::Reactivation,
                    _ => Class::New,
                }
            }
            (_, 0) if stays => Class::Contraction,
            (_, 0) => Class::Churn,
            _ if b > a => Class::Expansion,
            _ if b < a => Class::Contraction,
            _ => Class::Unchanged,
        }
    }

    /// The months with revenue of a customer, in their order.
    pub fn paying(&self, customer: &str) -> impl Iterator<Item = i32> {
        (self.first..=self.last)
            .filter(move |&month| self.cells.get(&(customer, month)).is_some_and(|&r| r > 0))
    }

    fn away_too_long(&self, customer: &str, left: i32) -> bool {
        let back = self.paying(customer).find(|&month| month > left);
        let window = self.settings.number("reactivation-window");
        matches!((window, back), (Some(window), Some(back)) if back - left - 1 > window)
    }

    /// Where a customer's movement stands and where its closing value stands.
    fn segments(
        &self,
        customer: &str,
        a: i128,
        present: bool,
        from: &Anchor,
        to: &Anchor,
    ) -> (Vec<String>, Vec<String>) {
        let whole = || self.first..=self.last;
        let closing = || self.trait_in(customer, to.span.first()..=to.span.last, true);
        let one = |segment: Vec<String>| (segment.clone(), segment);
        match self.settings.get("segment-at").unwrap_or("opening") {
            "closing" => one(closing()),
            "first" => one(self.trait_in(customer, whole(), false)),
            "latest" => one(self.trait_in(customer, whole(), true)),
            _ if a == 0 => one(closing()),
            _ => {
                let home = self.trait_in(customer, from.span.first()..=from.span.last, true);
                let end = if present { closing() } else { home.clone() };
                (home, end)
            }
        }
    }

    /// Each column's value in the latest (or first) of these months that has a non-empty one.
    fn trait_in(
        &self,
        customer: &str,
        months: std::ops::RangeInclusive<i32>,
        latest: bool,
    ) -> Vec<String> {
        let mut order: Vec<i32> = months
            .filter(|month| (self.first..=self.last).contains(month))
            .collect();
        if latest {
            order.reverse();
        }
        let columns = 0..self.settings.by().len();
        columns
            .map(|column| {
                let found = order
                    .iter()
                    .find_map(|&month| self.trait_of(customer, month, column));
                found.map_or_else(|| "(none)".to_owned(), str::to_owned)
            })
            .collect()
    }

    /// Of the values in one month the one with the larger summed amount, then the first in byte order.
    fn trait_of(&self, customer: &str, month: i32, column: usize) -> Option<&str> {
        let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
        for (row, at, segment) in &self.rows {
            if row.customer == customer && *at == month && !segment[column].is_empty() {
                *sums.entry(&segment[column]).or_insert(0) += row.units();
            }
        }
        if sums.is_empty()
            && let Some((&(customer, _), &before)) = self.lent.get_key_value(&(customer, month))
        {
            return self.trait_of(customer, before, column);
        }
        let largest = sums.values().copied().max()?;
        sums.into_iter()
            .find(|(_, sum)| *sum == largest)
            .map(|(value, _)| value)
    }
}

/// The sums of one group.
#[derive(Clone)]
pub struct Sums {
    pub opening: i128,
    pub closing: i128,
    /// Amounts in the order of [`MOVEMENTS`], after the policy on reactivation.
    pub moved: [i128; 6],
    /// Customers likewise.
    pub heads: [i128; 6],
    pub transfer_in: i128,
    pub transfer_out: i128,
    pub retained: i128,
    pub capped: i128,
    pub opening_customers: i128,
    pub retained_customers: i128,
    pub closing_customers: i128,
    /// Customers with a closing amount, without those that a stated zero keeps.
    pub paying_customers: i128,
    pub transient: i128,
    /// What was cut at the two ends.
    pub clipped: (i128, i128),
    /// Customers left out, with their opening and closing.
    pub excluded: (i128, i128, i128),
}

impl Sums {
    pub fn of(kept: &[&Fact], ends: &[&Fact], grouped: bool, settings: &Settings) -> Sums {
        let base: Vec<&&Fact> = kept.iter().filter(|fact| fact.a > 0).collect();
        let classes = [
            Class::New,
            Class::Reactivation,
            Class::Expansion,
            Class::Contraction,
            Class::Churn,
            Class::Unchanged,
        ];
        let of = |class: Class| kept.iter().filter(move |fact| fact.class == class);
        let mut moved =
            classes.map(|class| of(class).map(|fact| (fact.b - fact.a).abs()).sum::<i128>());
        let mut heads = classes.map(|class| whole(of(class).count()));
        let mut retained: i128 = base.iter().map(|fact| fact.b).sum();
        match settings.get("reactivation").unwrap_or("separate") {
            "in-nrr" => retained += moved[1],
            "as-new" => {
                moved[0] += std::mem::take(&mut moved[1]);
                heads[0] += std::mem::take(&mut heads[1]);
            }
            // The amount moves to expansion; the customers stay where they are.
            "as-expansion" => {
                retained += moved[1];
                moved[2] += std::mem::take(&mut moved[1]);
            }
            _ => {}
        }
        let crossing = |facts: &[&Fact]| {
            facts
                .iter()
                .filter(|fact| fact.home != fact.end)
                .map(|fact| fact.b)
                .sum()
        };
        Sums {
            opening: base.iter().map(|fact| fact.a).sum(),
            closing: ends.iter().map(|fact| fact.b).sum(),
            moved,
            heads,
            transfer_in: if grouped { crossing(ends) } else { 0 },
            transfer_out: if grouped { crossing(kept) } else { 0 },
            retained,
            capped: base.iter().map(|fact| fact.a.min(fact.b)).sum(),
            opening_customers: whole(base.len()),
            retained_customers: whole(base.iter().filter(|fact| fact.b > 0 || fact.stays).count()),
            closing_customers: whole(ends.iter().filter(|fact| fact.b > 0 || fact.stays).count()),
            paying_customers: whole(ends.iter().filter(|fact| fact.b > 0).count()),
            transient: whole(of(Class::Transient).count()),
            clipped: (0, 0),
            excluded: (0, 0, 0),
        }
    }

    pub fn plus(&self, other: &Sums) -> Sums {
        let both = |mine: &[i128; 6], theirs: &[i128; 6]| {
            std::array::from_fn(|index| mine[index] + theirs[index])
        };
        Sums {
            opening: self.opening + other.opening,
            closing: self.closing + other.closing,
            moved: both(&self.moved, &other.moved),
            heads: both(&self.heads, &other.heads),
            transfer_in: self.transfer_in + other.transfer_in,
            transfer_out: self.transfer_out + other.transfer_out,
            retained: self.retained + other.retained,
            capped: self.capped + other.capped,
            opening_customers: self.opening_customers + other.opening_customers,
            retained_customers: self.retained_customers + other.retained_customers,
            closing_customers: self.closing_customers + other.closing_customers,
            paying_customers: self.paying_customers + other.paying_customers,
            transient: self.transient + other.transient,
            clipped: (
                self.clipped.0 + other.clipped.0,
                self.clipped.1 + other.clipped.1,
            ),
            excluded: (
                self.excluded.0 + other.excluded.0,
                self.excluded.1 + other.excluded.1,
                self.excluded.2 + other.excluded.2,
            ),
        }
    }

    pub fn put(&self, cells: &mut BTreeMap<String, Cell>) {
        let heads = [
            "new",
            "reactivated",
            "expanded",
            "contracted",
            "churned",
            "unchanged",
        ];
        for index in 0..6 {
            // The unchanged have no amount.
            if index < 5 {
                cells.insert(MOVEMENTS[index].into(), Cell::Amount(self.moved[index]));
            }
            cells.insert(
                format!("{}_customers", heads[index]),
                Cell::Count(self.heads[index]),
            );
        }
        let [new, reactivation, expansion, contraction, churn, _] = self.moved;
        let amounts = [
            ("opening", self.opening),
            ("fx", 0),
            ("transfer_in", self.transfer_in),
            ("transfer_out", self.transfer_out),
            ("closing", self.closing),
            ("retained", self.retained),
            ("retained_capped", self.capped),
            ("clipped_opening", self.clipped.0),
            ("clipped_closing", self.clipped.1),
            ("excluded_opening", self.excluded.1),
            ("excluded_closing", self.excluded.2),
        ];
        cells.extend(amounts.map(|(field, amount)| (field.to_owned(), Cell::Amount(amount))));
        let counts = [
            ("opening_customers", self.opening_customers),
            ("retained_customers", self.retained_customers),
            ("closing_customers", self.closing_customers),
            ("transient_customers", self.transient),
            ("excluded_customers", self.excluded.0),
        ];
        cells.extend(counts.map(|(field, count)| (field.to_owned(), Cell::Count(count))));
        let (o, heads) = (self.opening, self.opening_customers);
        let rates = [
            ("nrr", self.retained, o),
            ("grr", self.capped, o),
            ("gross_revenue_churn", o - self.capped, o),
            ("net_revenue_churn", o - self.retained, o),
            ("revenue_churn", churn, o),
            ("contraction_rate", contraction, o),
            ("expansion_rate", expansion, o),
            ("logo_retention", self.retained_customers, heads),
            ("logo_churn", heads - self.retained_customers, heads),
            (
                "quick_ratio",
                new + reactivation + expansion,
                contraction + churn,
            ),
            ("net_growth", self.closing - o, o),
        ];
        cells.extend(
            rates.map(|(field, above, below)| (field.to_owned(), Cell::Rate(above, below))),
        );
        let average = Cell::Rate(
            self.closing,
            self.paying_customers * crate::support::book::ONE,
        );
        cells.insert("average_revenue_per_customer".into(), average);
    }
}

pub fn is_in(group: Option<&[String]>, segment: &[String]) -> bool {
    group.is_none_or(|group| group == segment)
}

fn whole(count: usize) -> i128 {
    i128::try_from(count).expect("a count")
}

fn count(count: usize) -> Cell {
    Cell::Count(whole(count))
}

/// A quotient in millionths, rounded once, half away from zero; `None` over zero.
pub fn rounded(above: i128, below: i128) -> Option<i128> {
    if below == 0 {
        return None;
    }
    let (n, d) = (above.abs(), below.abs());
    let size = (2 * n * 1_000_000 + d) / (2 * d);
    Some(if (above < 0) == (below < 0) {
        size
    } else {
        -size
    })
}

/// Quotients multiplied, or one less that, in millionths, rounded once; `None` if one is over zero.
pub fn multiplied(factors: &[(i128, i128)], complement: bool) -> Option<i128> {
    let product = |pick: fn(&(i128, i128)) -> i128| -> BigInt {
        factors
            .iter()
            .map(|factor| BigInt::from(pick(factor)))
            .product()
    };
    let (above, below) = (product(|factor| factor.0), product(|factor| factor.1));
    if below == BigInt::from(0) {
        return None;
    }
    let above = if complement { &below - above } else { above };
    let (size, half) = (
        above.magnitude() * 2_000_000_u32 + below.magnitude(),
        below.magnitude() * 2_u32,
    );
    let rounded = i128::try_from(BigInt::from(size / half)).expect("a rate");
    Some(if above.sign() == below.sign() {
        rounded
    } else {
        -rounded
    })
}
