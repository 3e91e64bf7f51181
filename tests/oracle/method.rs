//! The methods of §6 once more: the same facts at every step, multiplied, added up or averaged.

use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::model::{Anchor, Cell, Fact, Lacking, Model, Sums, is_in};
use crate::oracle::span::Span;

/// Everything about one comparison, by group: its figures, and whether anybody is in it.
pub type Outcome = Vec<(Option<Vec<String>>, BTreeMap<String, Cell>, bool)>;

/// Why there is none.
pub enum Fault {
    Lacking(Lacking),
    Code(&'static str),
}

/// The facts of one step.
type Facts = Vec<Fact>;

impl Model<'_> {
    pub fn outcome(
        &self,
        lookback: i32,
        opening: &Anchor,
        closing: &Anchor,
    ) -> Result<Outcome, Fault> {
        let negative = || Fault::Code("negative-revenue");
        let is_stepped = self
            .settings
            .get("method")
            .is_some_and(|name| name != "point-to-point");
        if is_stepped && !self.stock && closing.span.length != self.grain {
            return Err(Fault::Code("method-on-flow"));
        }
        if self.settings.is("method", "trailing-average") {
            let steps = self.twelve_months(closing, lookback)?;
            return Ok(self.added_up(&steps));
        }
        let whole = self.facts(opening, closing).ok_or_else(negative)?;
        let is_chain =
            self.settings.is("method", "compound") || self.settings.is("method", "summed");
        if !is_chain {
            return Ok(self.added_up(std::slice::from_ref(&whole)));
        }
        let mut steps = Vec::new();
        let (mut from, last) = (
            *opening.reads.last().expect("a month"),
            *closing.reads.last().expect("a month"),
        );
        while from + self.grain <= last {
            let ends = (self.label(from), self.label(from + self.grain));
            steps.push(self.step(&ends.0, &ends.1)?);
            from += self.grain;
        }
        Ok(if self.settings.is("method", "compound") {
            self.multiplied(&whole, &steps)
        } else {
            self.chained(&whole, steps)
        })
    }

    /// The data's own label that ends with a month.
    fn label(&self, last: i32) -> Span {
        Span::calendar(last, self.grain)
    }

    fn step(&self, from: &Span, to: &Span) -> Result<Facts, Fault> {
        let opening = self.anchor(*from).map_err(Fault::Lacking)?;
        let closing = self.anchor(*to).map_err(Fault::Lacking)?;
        if self.missing(&opening) || self.missing(&closing) {
            return Err(Fault::Code("missing-month"));
        }
        self.facts(&opening, &closing)
            .ok_or(Fault::Code("negative-revenue"))
    }

    fn twelve_months(&self, closing: &Anchor, lookback: i32) -> Result<Vec<Facts>, Fault> {
        let last = *closing.reads.last().expect("a month");
        (0..12 / self.grain)
            .map(|back| {
                let month = last - back * self.grain;
                self.step(&self.label(month - lookback), &self.label(month))
            })
            .collect()
    }

    /// One comparison, or several as one.
    fn added_up(&self, steps: &[Facts]) -> Outcome {
        let figures = |group: &Option<Vec<String>>| {
            let own = steps.iter().map(|facts| self.sums(facts, group.as_deref()));
            let (sums, seen) = own.fold((None::<Sums>, false), |(sum, seen), (one, there)| {
                (
                    Some(sum.map_or(one.clone(), |sum| sum.plus(&one))),
                    seen || there,
                )
            });
            (sums.expect("a step"), seen)
        };
        let groups = self.all_groups(steps);
        let outcome = groups.into_iter().map(|group| {
            let (sums, seen) = figures(&group);
            let mut cells = BTreeMap::new();
            sums.put(&mut cells);
            (group, cells, seen)
        });
        outcome.collect()
    }

    fn multiplied(&self, whole: &Facts, steps: &[Facts]) -> Outcome {
        let mut outcome = self.added_up(std::slice::from_ref(whole));
        for (group, cells, _) in &mut outcome {
            let own: Vec<Sums> = steps
                .iter()
                .map(|facts| self.sums(facts, group.as_deref()).0)
                .collect();
            let rates = |above: fn(&Sums) -> i128, below: fn(&Sums) -> i128| -> Vec<(i128, i128)> {
                own.iter().map(|sums| (above(sums), below(sums))).collect()
            };
            let nrr = rates(|sums| sums.retained, |sums| sums.opening);
            let grr = rates(|sums| sums.capped, |sums| sums.opening);
            let logo = rates(
                |sums| sums.retained_customers,
                |sums| sums.opening_customers,
            );
            for (field, loss, factors) in [
                ("nrr", "net_revenue_churn", nrr),
                ("grr", "gross_revenue_churn", grr),
                ("logo_retention", "logo_churn", logo),
            ] {
                cells.insert(field.into(), Cell::Product(factors.clone(), false));
                cells.insert(loss.into(), Cell::Product(factors, true));
            }
            cells.insert("retained".into(), Cell::Null);
            cells.insert("retained_capped".into(), Cell::Null);
        }
        outcome
    }

    /// Whoever is out of the whole comparison is out of every step, and nobody else.
    fn chained(&self, whole: &Facts, mut steps: Vec<Facts>) -> Outcome {
        let follows = ["closing", "first", "latest"]
            .iter()
            .any(|at| self.settings.is("segment-at", at));
        for facts in &mut steps {
            for (fact, of_whole) in facts.iter_mut().zip(whole) {
                fact.excluded = of_whole.excluded;
                if follows {
                    (fact.home, fact.end) = (of_whole.home.clone(), of_whole.end.clone());
                }
            }
        }
        let mut every = steps.clone();
        every.push(whole.clone());
        let groups = self.all_groups(&every);
        let one = |group: Option<Vec<String>>| {
            let own: Vec<(Sums, bool)> = steps
                .iter()
                .map(|facts| self.sums(facts, group.as_deref()))
                .collect();
            let (of_whole, mut seen) = self.sums(whole, group.as_deref());
            seen |= own.iter().any(|(_, there)| *there);
            let (first, last) = (&own[0].0, &own[own.len() - 1].0);
            let sum = own[1..]
                .iter()
                .fold(first.clone(), |sum, (one, _)| sum.plus(one));
            let gained: i128 = own.iter().map(|(one, _)| one.retained - one.opening).sum();
            let capped: i128 = own.iter().map(|(one, _)| one.capped - one.opening).sum();
            let left = first.opening_customers - sum.heads[4];
            let sums = Sums {
                opening: first.opening,
                closing: last.closing,
                retained: first.opening + gained,
                capped: first.opening + capped,
                opening_customers: first.opening_customers,
                // The numerator of logo retention, and no field.
                retained_customers: left,
                closing_customers: last.closing_customers,
                paying_customers: last.paying_customers,
                clipped: (first.clipped.0, last.clipped.1),
                excluded: of_whole.excluded,
                ..sum
            };
            let mut cells = BTreeMap::new();
            sums.put(&mut cells);
            cells.insert("retained_customers".into(), Cell::Null);
            cells.insert("unchanged_customers".into(), Cell::Null);
            (group, cells, seen)
        };
        groups.into_iter().map(one).collect()
    }

    fn all_groups(&self, steps: &[Facts]) -> Vec<Option<Vec<String>>> {
        let named: BTreeSet<Vec<String>> = steps
            .iter()
            .flat_map(|facts| self.groups(facts))
            .flatten()
            .collect();
        std::iter::once(None)
            .chain(named.into_iter().map(Some))
            .collect()
    }

    /// The sums of one group, and whether anybody is in it.
    fn sums(&self, facts: &[Fact], group: Option<&[String]>) -> (Sums, bool) {
        let home = facts.iter().filter(|fact| is_in(group, &fact.home));
        let (out, kept): (Vec<&Fact>, Vec<&Fact>) = home.partition(|fact| fact.excluded);
        let ends: Vec<&Fact> = facts
            .iter()
            .filter(|fact| is_in(group, &fact.end) && !fact.excluded)
            .collect();
        let mut sums = Sums::of(&kept, &ends, group.is_some(), self.settings);
        sums.clipped = (
            kept.iter().map(|fact| fact.cut_opening).sum(),
            kept.iter().map(|fact| fact.cut_closing).sum(),
        );
        sums.excluded = (
            i128::try_from(out.len()).expect("a count"),
            out.iter().map(|fact| fact.a).sum(),
            out.iter().map(|fact| fact.b).sum(),
        );
        let seen = kept.iter().any(|fact| fact.is_there())
            || ends.iter().any(|fact| fact.b > 0 || fact.stays);
        (sums, seen)
    }
}
