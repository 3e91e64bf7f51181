//! Every rule on every period: what was found, what is required, and whether it holds.

use std::collections::BTreeSet;

use super::figures::Figures;
use super::losses::Losses;
use super::measure::{CustomerField, Direction, Measure};
use super::quantity::{Kind, Quantity};
use super::rule::{Comparison, Rule, Scope, kind_of};
use crate::metrics::registry::{Field, Unit, Value};
use crate::metrics::{Figures as Sums, Record};
use crate::text;
use crate::units::{Amount, FiscalYear, Period, Ratio};

/// One rule on one period and one part of the book.
#[derive(Clone)]
pub struct Target {
    /// Where the rule stands among the rules.
    pub rule: usize,
    /// The period.
    pub period: Period,
    /// How periods are named.
    pub fiscal_year: FiscalYear,
    /// Whose figure.
    pub subject: Subject,
    /// The figure, or why there is none.
    pub found: Result<Quantity, String>,
    /// What it is compared with.
    pub required: Quantity,
    /// True if the rule holds; never where there is no figure.
    pub passed: bool,
    /// What the figure is made of.
    pub basis: Basis,
    /// The customers that explain a failure, where that can be said.
    pub losses: Option<Losses>,
}

/// Whose figure it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Everybody's.
    Total,
    /// That of a segment: columns and values.
    Segment(Vec<(String, String)>),
    /// One customer's.
    Customer(String),
}

impl Subject {
    /// As a rule names it; nothing for everybody.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Subject::Total => String::new(),
            Subject::Segment(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(column, value)| format!("{column}={value}"))
                    .collect();
                parts.join(", ")
            }
            Subject::Customer(name) => format!("customer={name}"),
        }
    }
}

/// The sums behind a figure.
#[derive(Clone, Debug, Default)]
pub struct Basis {
    /// What stands above and below the line of a rate.
    pub sums: Option<(Amount, Amount)>,
    /// How many customers the base has.
    pub customers: Option<u64>,
    /// The period it is compared with.
    pub opening_period: Option<Period>,
    /// The currency.
    pub currency: Option<String>,
}

/// What a check of targets found.
#[derive(Default)]
pub struct Targets {
    /// In the order of rules, periods and segments.
    pub list: Vec<Target>,
    /// The periods that rules were not held against, because nobody named them and nothing lies before them.
    pub unchecked: BTreeSet<Period>,
    /// The segments that a rule on each was not held against, because they have nothing to be compared with yet.
    pub unasked: Vec<Unasked>,
    /// The rules that rules on single segments took the place of everywhere.
    pub replaced: BTreeSet<usize>,
}

/// A segment that began within the period, or within the one before where a change is asked for.
pub struct Unasked {
    /// Where the rule stands among the rules.
    pub rule: usize,
    /// The segment.
    pub subject: Subject,
    /// The period.
    pub period: Period,
}

/// Which periods rules are held against.
pub struct Periods<'a> {
    /// The periods, earliest first.
    pub list: &'a [Period],
    /// True if nobody named them: those that have nothing to be compared with are left out then.
    pub are_all: bool,
    /// How they are named.
    pub fiscal_year: FiscalYear,
}

/// Holds every rule against every period.
///
/// A rule on each segment leaves out those that a rule of their own on the same figure names.
///
/// # Units
///
/// Figures are compared as they are, before anything is rounded.
#[must_use]
pub fn targets(rules: &[Rule], periods: &Periods<'_>, figures: &Figures) -> Targets {
    let own: BTreeSet<Own> = rules.iter().filter_map(Own::of).collect();
    let mut found = Targets::default();
    for (number, rule) in rules.iter().enumerate() {
        if matches!(rule.measure, Measure::Finding(_)) {
            continue;
        }
        let before = found.list.len();
        let (mut left_out, mut is_covered) = (BTreeSet::new(), false);
        let unasked = found.unasked.len();
        for period in periods.list {
            let view = View {
                rule,
                number,
                period: *period,
                fiscal_year: periods.fiscal_year,
                figures,
            };
            is_covered |= view.has_own(&own);
            for (subject, record) in view.subjects(&own) {
                let target = view.target(subject, record);
                let is_blank = target.found.is_err() && view.has_nothing_before(record);
                if periods.are_all && is_blank {
                    left_out.insert(*period);
                } else if target.found.is_err() && view.is_new(&target.subject, record) {
                    found.unasked.push(Unasked {
                        rule: number,
                        subject: target.subject,
                        period: *period,
                    });
                } else {
                    found.list.push(target);
                }
            }
        }
        let is_bare = found.list.len() == before;
        if is_bare && is_covered && left_out.is_empty() {
            if found.unasked.len() == unasked {
                found.replaced.insert(number);
            }
        } else if is_bare {
            // Nothing at all was compared: what nobody looked at must not pass.
            found.list.extend(undecided(rule, number, periods, figures));
        } else {
            found.unchecked.append(&mut left_out);
        }
    }
    found
}

/// What to say of a rule that no period and no segment was held against.
fn undecided(
    rule: &Rule,
    number: usize,
    periods: &Periods<'_>,
    figures: &Figures,
) -> Option<Target> {
    let view = View {
        rule,
        number,
        period: *periods.list.last()?,
        fiscal_year: periods.fiscal_year,
        figures,
    };
    let mut target = view.target(Subject::Total, figures.total(view.period));
    if let Scope::Segment(_) = rule.scope {
        let columns = rule.scope.columns();
        let reason = match figures.segments(&columns, view.period) {
            Some(segments) if segments.values().any(has_revenue) => {
                format!(
                    "no segment of `{}` has an opening yet",
                    columns.join("`, `")
                )
            }
            Some(_) => format!("no customer has a value of `{}`", columns.join("`, `")),
            None => figures.why_absent(view.period),
        };
        target.found = Err(reason);
        target.passed = false;
    }
    Some(target)
}

/// A rule on one segment by its columns, values, figure and side.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Own {
    columns: Vec<String>,
    values: Vec<String>,
    measure: String,
    side: Option<bool>,
}

impl Own {
    fn of(rule: &Rule) -> Option<Own> {
        let values = rule.scope.values()?;
        Some(Own::at(rule, values))
    }

    fn at(rule: &Rule, values: Vec<String>) -> Own {
        Own {
            columns: rule.scope.columns(),
            values,
            measure: rule.measure.name(),
            side: rule.comparison.wants_more(),
        }
    }
}

/// One rule and one period.
struct View<'a> {
    rule: &'a Rule,
    number: usize,
    period: Period,
    fiscal_year: FiscalYear,
    figures: &'a Figures,
}

impl<'a> View<'a> {
    /// Whom the rule is about in this period.
    fn subjects(&self, own: &BTreeSet<Own>) -> Vec<(Subject, Option<&'a Record>)> {
        let total = self.figures.total(self.period);
        let parts = match &self.rule.scope {
            Scope::Total => return vec![(Subject::Total, total)],
            Scope::Customer(name) => return vec![(Subject::Customer(name.clone()), total)],
            Scope::Segment(parts) => parts,
        };
        let columns = self.rule.scope.columns();
        let segments = self.figures.segments(&columns, self.period);
        let named = |values: &[String]| {
            let pairs = columns.iter().cloned().zip(values.iter().cloned());
            Subject::Segment(pairs.collect())
        };
        if let Some(values) = self.rule.scope.values() {
            let record = segments.and_then(|segments| segments.get(&values));
            return vec![(named(&values), record)];
        }
        let Some(segments) = segments else {
            // Whoever there is in a period without figures, the rule is not held there.
            let any = |(_, value): &(String, Option<String>)| {
                value.clone().unwrap_or_else(|| "*".to_owned())
            };
            let values: Vec<String> = parts.iter().map(any).collect();
            return vec![(named(&values), None)];
        };
        let has_own = |values: &Vec<String>| own.contains(&Own::at(self.rule, values.clone()));
        let meant = segments
            .iter()
            .filter(|(values, record)| fits(parts, values) && has_revenue(record))
            .filter(|(values, _)| !has_own(values));
        meant
            .map(|(values, record)| (named(values), Some(record)))
            .collect()
    }

    /// True if some segment that the rule is about has a rule of its own instead.
    fn has_own(&self, own: &BTreeSet<Own>) -> bool {
        let Scope::Segment(parts) = &self.rule.scope else {
            return false;
        };
        let segments = self
            .figures
            .segments(&self.rule.scope.columns(), self.period);
        let mut values = segments.into_iter().flatten().map(|(values, _)| values);
        values
            .any(|values| fits(parts, values) && own.contains(&Own::at(self.rule, values.clone())))
    }

    /// True if a record has no opening because the data start later.
    fn has_nothing_before(&self, record: Option<&Record>) -> bool {
        let total = record.or_else(|| self.figures.total(self.period));
        let is_blank = |record: &Record| matches!(record.figures, Sums::ClosingOnly { .. });
        if total.is_some_and(is_blank) {
            return true;
        }
        let is_change = matches!(self.rule.measure, Measure::Change(..));
        let before = self.figures.total(self.before());
        // One that is not there lies in the data, and could not be computed.
        is_change && before.is_some_and(is_blank)
    }

    /// True if a rule on each segment meets one that the data see begin: it has no opening, or none in the period
    /// before where a change is asked for.
    fn is_new(&self, subject: &Subject, record: Option<&Record>) -> bool {
        let (Subject::Segment(parts), None) = (subject, self.rule.scope.values()) else {
            return false;
        };
        let is_without = |record: &Record| match &record.figures {
            Sums::Full(sums) => sums.opening == 0,
            Sums::ClosingOnly { .. } => false,
        };
        if record.is_some_and(is_without) {
            return true;
        }
        let is_full = |record: &Record| matches!(record.figures, Sums::Full(_));
        let is_change = matches!(self.rule.measure, Measure::Change(..));
        if !is_change || !self.figures.total(self.before()).is_some_and(is_full) {
            return false;
        }
        let (columns, values): (Vec<String>, Vec<String>) = parts.iter().cloned().unzip();
        let segments = self.figures.segments(&columns, self.before());
        let earlier = segments.and_then(|segments| segments.get(&values));
        earlier.is_none_or(is_without)
    }

    /// The period right before this one, as long as it is.
    fn before(&self) -> Period {
        before(self.period)
    }

    fn target(&self, subject: Subject, record: Option<&Record>) -> Target {
        let required = self.rule.required();
        let found = self.found(&subject, record);
        let holds = |found: &Quantity| self.rule.comparison.holds(found.compare(&required));
        Target {
            rule: self.number,
            period: self.period,
            fiscal_year: self.fiscal_year,
            passed: found.as_ref().is_ok_and(holds),
            basis: self.basis(record),
            subject,
            found,
            required,
            losses: None,
        }
    }

    fn found(&self, subject: &Subject, record: Option<&Record>) -> Result<Quantity, String> {
        match self.rule.measure {
            Measure::Figure(field) => figure(field, self.known(subject, record)?),
            Measure::Change(field, direction) => self.change(field, direction, subject, record),
            Measure::Concentration(top) => {
                let people = self.figures.people(self.period)?;
                let mut known = people.concentration.iter();
                let share = known
                    .find(|one| one.top == top)
                    .map(|one| one.share_of_closing);
                let share = share.and_then(|share| Quantity::of_ratio(share, Kind::Percent));
                share.ok_or_else(|| "no customer has revenue at the closing".to_owned())
            }
            Measure::Customer(field) => self.customer(field),
            Measure::Finding(_) => Err("a finding is about the data".to_owned()),
        }
    }

    /// The record, or why it is not there.
    fn known<'r>(
        &self,
        subject: &Subject,
        record: Option<&'r Record>,
    ) -> Result<&'r Record, String> {
        record.ok_or_else(|| match subject {
            Subject::Segment(parts) => self.no_segment(parts),
            _ => self.figures.why_absent(self.period),
        })
    }

    /// No customer is in a segment: which there are.
    fn no_segment(&self, parts: &[(String, String)]) -> String {
        let columns: Vec<String> = parts.iter().map(|(column, _)| column.clone()).collect();
        let Some(segments) = self.figures.segments(&columns, self.period) else {
            return self.figures.why_absent(self.period);
        };
        let wanted = Subject::Segment(parts.to_vec()).text();
        let known: Vec<String> = segments.keys().map(|values| values.join(", ")).collect();
        let typed: Vec<&str> = parts.iter().map(|(_, value)| value.as_str()).collect();
        let label = self.period.label(self.fiscal_year);
        let near = text::nearest(&typed.join(", "), known.iter().map(String::as_str));
        match near {
            Some(near) => format!("no customer is in `{wanted}` in {label}; `{near}` comes close"),
            None => format!(
                "no customer is in `{wanted}` in {label}; there are {}",
                text::examples(&known, known.len())
            ),
        }
    }

    fn change(
        &self,
        field: &Field,
        direction: Direction,
        subject: &Subject,
        record: Option<&Record>,
    ) -> Result<Quantity, String> {
        let now = figure(field, self.known(subject, record)?)?;
        let period = self.before();
        let label = period.label(self.fiscal_year);
        let old = match subject {
            Subject::Segment(parts) => {
                let (columns, values): (Vec<String>, Vec<String>) = parts.iter().cloned().unzip();
                let segments = self.figures.segments(&columns, period);
                segments.and_then(|segments| segments.get(&values))
            }
            _ => self.figures.total(period),
        };
        let why = || {
            format!(
                "{label}, the period before: {}",
                self.figures.why_absent(period)
            )
        };
        let old = old.ok_or_else(why)?;
        let old =
            figure(field, old).map_err(|reason| format!("{label}, the period before: {reason}"))?;
        let moved = match direction {
            Direction::Drop => old.less(&now),
            Direction::Rise => now.less(&old),
        };
        if !self.rule.is_relative() {
            return Ok(moved);
        }
        let is_above = old.compare(&Quantity::count(0)).is_gt();
        let share = moved.value.over(&old.value).filter(|_| is_above);
        let share = share.map(|share| Quantity::exactly(share, Kind::Percent));
        share.ok_or_else(|| format!("`{}` of {label} is not above zero", field.name))
    }

    fn customer(&self, field: CustomerField) -> Result<Quantity, String> {
        let Scope::Customer(name) = &self.rule.scope else {
            return Err(self.figures.why_absent(self.period));
        };
        let people = self.figures.people(self.period)?;
        let Some(one) = people.named.get(name) else {
            let near = people.unknown.get(name).and_then(Option::as_ref);
            return Err(match near {
                Some(near) => format!("no customer is named `{name}`; `{near}` is one"),
                None => format!("no customer is named `{name}`"),
            });
        };
        let amount = |amount| Ok(Quantity::of(amount, Kind::Amount));
        let effects = one
            .effects
            .as_ref()
            .map_err(|none| none.reason().to_owned());
        match field {
            CustomerField::Opening => amount(one.opening),
            CustomerField::Closing => amount(one.closing),
            CustomerField::Change => amount(one.change),
            CustomerField::ShareOfOpening => {
                let share = one.share_of_opening;
                let share = share.and_then(|share| Quantity::of_ratio(share, Kind::Percent));
                let reason = || match &one.effects {
                    Err(none) => none.reason().to_owned(),
                    Ok(_) => "no customer has revenue at the opening".to_owned(),
                };
                share.ok_or_else(reason)
            }
            CustomerField::EffectOnNrr => {
                effects.map(|effects| Quantity::exactly(effects.nrr.clone(), Kind::Points))
            }
            CustomerField::EffectOnGrr => {
                effects.map(|effects| Quantity::exactly(effects.grr.clone(), Kind::Points))
            }
        }
    }

    /// What the figure is made of.
    fn basis(&self, record: Option<&Record>) -> Basis {
        let Some(record) = record else {
            return Basis::default();
        };
        let sums = match self.rule.measure {
            Measure::Figure(field) if field.unit == Unit::Fraction => match (field.read)(record) {
                Value::Rate(ratio) => Some((ratio.numerator(), ratio.denominator())),
                _ => None,
            },
            _ => None,
        };
        let is_of_amounts = match self.rule.measure {
            Measure::Figure(field) => matches!(field.name, "nrr" | "grr" | "revenue_churn"),
            _ => false,
        };
        let is_sum = record
            .rollforward()
            .is_some_and(|own| sums.is_some_and(|(_, below)| below == own.amount(own.opening)));
        Basis {
            sums: sums.filter(|_| is_of_amounts && is_sum),
            customers: record.rollforward().map(|sums| sums.opening_customers),
            opening_period: Some(record.opening_period),
            currency: record.currency.clone(),
        }
    }
}

/// True if a segment has the values that a rule names.
fn fits(parts: &[(String, Option<String>)], values: &[String]) -> bool {
    let mut pairs = parts.iter().zip(values);
    pairs.all(|((_, fixed), value)| fixed.as_ref().is_none_or(|fixed| fixed == value))
}

/// False for a segment of customers that came and went in between: there is nothing at either end to ask about.
fn has_revenue(record: &Record) -> bool {
    match &record.figures {
        Sums::Full(sums) => sums.opening != 0 || sums.closing != 0,
        Sums::ClosingOnly { closing, .. } => closing.is_none_or(|(amount, _)| !amount.is_zero()),
    }
}

/// The period right before another, as long as that is.
#[must_use]
pub fn before(period: Period) -> Period {
    period.earlier(period.months())
}

/// A field of a record, or why it is undefined.
fn figure(field: &Field, record: &Record) -> Result<Quantity, String> {
    let kind = kind_of(field.unit);
    match (field.read)(record) {
        Value::Amount(amount) => Ok(Quantity::of(amount, kind)),
        Value::Count(count) => Ok(Quantity::count(count)),
        Value::Rate(ratio) => rate(ratio, kind),
        Value::Undefined(reason) => Err(reason),
        Value::Text(_) | Value::Flag(_) => Err(format!("`{}` is no number", field.name)),
        Value::Absent => Err(match field.name {
            "nrr_low" | "nrr_high" | "grr_low" | "grr_high" => {
                "no interval was asked for with `--confidence`".to_owned()
            }
            "volume_change" | "price_change" => "the input has no column of quantities".to_owned(),
            _ => "the input has no product column".to_owned(),
        }),
    }
}

fn rate(ratio: Ratio, kind: Kind) -> Result<Quantity, String> {
    Quantity::of_ratio(ratio, kind).ok_or_else(|| "nothing stands below the line".to_owned())
}

impl Rule {
    /// The classes of customers that explain why the rule is missed; none where it asks for the worse side.
    #[must_use]
    pub fn missed_by(&self) -> &'static [crate::metrics::Class] {
        let wants_more = match (self.measure, self.comparison.wants_more()) {
            (Measure::Change(_, direction), Some(wants_more)) => {
                let is_drop = direction == Direction::Drop;
                // A drop that has to be small is a figure that has to be high.
                wants_more != is_drop
            }
            (_, Some(wants_more)) => wants_more,
            (_, None) => return &[],
        };
        let is_better_high = match self.measure {
            Measure::Change(field, _) => Measure::Figure(field).is_better_high(),
            measure => measure.is_better_high(),
        };
        if wants_more == is_better_high && self.comparison != Comparison::Equal {
            self.measure.worsened_by()
        } else {
            &[]
        }
    }
}
