//! Which periods a run is about: one, a range, or all there are.

use crate::ledger::Ledger;
use crate::policies::{Basis, Partial, Policies};
use crate::units::{Grain, Period};

/// What was typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// One period.
    pub period: Option<Period>,
    /// The first period of a range.
    pub from: Option<Period>,
    /// The last period of a range.
    pub to: Option<Period>,
    /// The grain of a range.
    pub every: Option<Grain>,
}

/// What it comes to on a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The periods, earliest first.
    pub periods: Vec<Period>,
    /// False for one asked period: an opening before the data is an error there, an undefined row in a range.
    pub is_range: bool,
}

/// Why what was typed is no list of periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodProblem {
    /// The range ends before it starts.
    Reversed(Period, Period),
    /// An end of the range lies inside a period of the grain.
    Unaligned(Period, Grain),
    /// No whole period of the grain lies inside the data.
    NoneInData(Grain),
}

impl Asked {
    /// One period asked for, or the window that the policy `length` measures in its place.
    #[must_use]
    pub fn one(period: Period, policies: &Policies) -> Asked {
        Asked {
            periods: vec![measured(period, policies)],
            is_range: false,
        }
    }
}

impl Ask {
    /// Lists the periods meant.
    ///
    /// # Shape
    ///
    /// One period if one was asked for; else those of the grain from `from` to `to`, each end by
    /// default as far as whole periods lie in the data (a last one that is cut counts under
    /// `partial allow`). The grain is `every`, that of `from` or `to`, or the ledger's own. With the policy
    /// `length` each of them stands for the window of that length that ends with it.
    ///
    /// # Errors
    ///
    /// [`PeriodProblem`].
    pub fn on(self, ledger: &Ledger, policies: &Policies) -> Result<Asked, PeriodProblem> {
        if let Some(period) = self.period {
            return Ok(Asked::one(period, policies));
        }
        let fiscal = policies.fiscal_year;
        let named = [self.from, self.to]
            .into_iter()
            .flatten()
            .find_map(|period| period.grain(fiscal));
        let grain = self.every.or(named).unwrap_or_else(|| ledger.grain());
        let holding = |month| Period::holding(month, grain, fiscal);
        if let Some(from) = self
            .from
            .filter(|from| holding(from.first()).first() != from.first())
        {
            return Err(PeriodProblem::Unaligned(from, grain));
        }
        if let Some(to) = self.to.filter(|to| holding(to.last()).last() != to.last()) {
            return Err(PeriodProblem::Unaligned(to, grain));
        }
        let first = self.from.map_or_else(
            || first_whole(ledger, policies, grain),
            |from| holding(from.first()),
        );
        let last = self.to.map_or_else(
            || last_whole(ledger, policies, grain),
            |to| holding(to.last()),
        );
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from.first() > to.last()
        {
            return Err(PeriodProblem::Reversed(from, to));
        }
        let ends = first
            .last()
            .through(last.last())
            .step_by(grain.months() as usize);
        let periods: Vec<Period> = ends
            .map(|end| measured(Period::ending(end, grain), policies))
            .collect();
        if periods.is_empty() {
            Err(PeriodProblem::NoneInData(grain))
        } else {
            Ok(Asked {
                periods,
                is_range: true,
            })
        }
    }
}

/// What is measured of a period: itself, or the window of the length in force that ends with it.
fn measured(period: Period, policies: &Policies) -> Period {
    match policies.length {
        Some(months) if months != period.months() => Period::window(period.last(), months),
        _ => period,
    }
}

/// The first period of a grain whose closing can be read; with a length of their own the first that ends in
/// the data, for the window may reach further back than the period or less far.
fn first_whole(ledger: &Ledger, policies: &Policies, grain: Grain) -> Period {
    let first = Period::holding(ledger.first(), grain, policies.fiscal_year);
    let is_readable = policies.basis == Basis::Stock
        || policies.length.is_some()
        || first.first() >= ledger.first();
    if is_readable {
        first
    } else {
        first.later(grain.months())
    }
}

/// The last period of a grain whose closing can be read.
fn last_whole(ledger: &Ledger, policies: &Policies, grain: Grain) -> Period {
    let last = Period::holding(ledger.last(), grain, policies.fiscal_year);
    let is_readable = policies.partial == Partial::Allow || last.last() == ledger.last();
    if is_readable {
        last
    } else {
        last.earlier(grain.months())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::Origin;
    use crate::units::FiscalYear;

    fn labels(ask: Ask, settings: &[(&str, &str)]) -> Result<String, PeriodProblem> {
        let ledger = Ledger::from_table(
            "       2023-11 2023-12 2024-01 2024-02 2024-03 2024-04
             acme         1       1       1       1       1       1",
        )
        .unwrap();
        let mut policies = Policies::default();
        for (name, value) in settings {
            policies.set(name, value, Origin::Flag).unwrap();
        }
        let asked = ask.on(&ledger, &policies)?;
        let labels: Vec<String> = asked
            .periods
            .iter()
            .map(|period| period.label(policies.fiscal_year))
            .collect();
        Ok(labels.join(" "))
    }

    fn period(label: &str) -> Period {
        Period::parse(label, FiscalYear::CALENDAR).unwrap()
    }

    fn every(grain: Grain) -> Ask {
        Ask {
            every: Some(grain),
            ..Ask::default()
        }
    }

    #[test]
    fn all_months_of_the_data_are_the_default() {
        assert_eq!(
            labels(Ask::default(), &[]).unwrap(),
            "2023-11 2023-12 2024-01 2024-02 2024-03 2024-04"
        );
    }

    #[test]
    fn whole_quarters_only_unless_partial_ones_are_allowed() {
        assert_eq!(labels(every(Grain::Quarter), &[]).unwrap(), "2024-Q1");
        assert_eq!(
            labels(every(Grain::Quarter), &[("basis", "stock")]).unwrap(),
            "2023-Q4 2024-Q1"
        );
        assert_eq!(
            labels(every(Grain::Quarter), &[("partial", "allow")]).unwrap(),
            "2024-Q1 2024-Q2"
        );
        assert_eq!(
            labels(every(Grain::Year), &[]),
            Err(PeriodProblem::NoneInData(Grain::Year))
        );
    }

    #[test]
    fn a_range_takes_the_grain_of_its_ends() {
        let ask = Ask {
            from: Some(period("2023-Q4")),
            to: Some(period("2024-Q1")),
            ..Ask::default()
        };
        assert_eq!(labels(ask, &[]).unwrap(), "2023-Q4 2024-Q1");
        let months = Ask {
            every: Some(Grain::Month),
            from: Some(period("2024-Q1")),
            ..Ask::default()
        };
        assert_eq!(
            labels(months, &[]).unwrap(),
            "2024-01 2024-02 2024-03 2024-04"
        );
    }

    #[test]
    fn a_length_measures_the_window_that_ends_with_the_period() {
        let length = |months| [("length", months)];
        let month = Ask {
            period: Some(period("2024-04")),
            ..Ask::default()
        };
        assert_eq!(labels(month, &length("3")).unwrap(), "2024-02..2024-04");
        assert_eq!(labels(month, &length("12")).unwrap(), "TTM-2024-04");
        assert_eq!(labels(month, &length("1")).unwrap(), "2024-04");
        let quarter = Ask {
            period: Some(period("2024-Q1")),
            ..Ask::default()
        };
        assert_eq!(labels(quarter, &length("1")).unwrap(), "2024-03");
        assert_eq!(labels(quarter, &length("3")).unwrap(), "2024-Q1");
    }

    #[test]
    fn a_range_with_a_length_rolls_its_windows() {
        let length = [("length", "3")];
        assert_eq!(
            labels(Ask::default(), &length).unwrap(),
            "2023-09..2023-11 2023-Q4 2023-11..2024-01 2023-12..2024-02 2024-Q1 2024-02..2024-04"
        );
        assert_eq!(
            labels(every(Grain::Quarter), &[("length", "1")]).unwrap(),
            "2023-12 2024-03"
        );
    }

    #[test]
    fn months_bound_a_range_of_whole_quarters() {
        let ask = Ask {
            from: Some(period("2024-01")),
            to: Some(period("2024-03")),
            ..every(Grain::Quarter)
        };
        assert_eq!(labels(ask, &[]).unwrap(), "2024-Q1");
    }

    #[test]
    fn ends_inside_a_period_and_reversed_ranges_are_refused() {
        let ask = Ask {
            from: Some(period("2024-02")),
            ..every(Grain::Quarter)
        };
        assert!(matches!(
            labels(ask, &[]),
            Err(PeriodProblem::Unaligned(_, Grain::Quarter))
        ));
        let ask = Ask {
            from: Some(period("2024-03")),
            to: Some(period("2024-01")),
            ..Ask::default()
        };
        assert!(matches!(labels(ask, &[]), Err(PeriodProblem::Reversed(..))));
    }
}
