//! What rules are held against: the records of every period and segment, and customers.

use std::collections::BTreeMap;

use crate::metrics::{Concentration, Record, Standing};
use crate::units::Period;

/// The records of one period by the values of their segment.
pub type Segments = BTreeMap<Vec<String>, Record>;

/// Every figure that some rule may ask for.
#[derive(Default)]
pub struct Figures {
    records: BTreeMap<Vec<String>, BTreeMap<Period, Segments>>,
    people: BTreeMap<Period, Result<People, String>>,
    absent: BTreeMap<Period, String>,
}

/// The customers of one period that rules name, and what stands with the largest.
#[derive(Default)]
pub struct People {
    /// Those named that the data have.
    pub named: BTreeMap<String, Standing>,
    /// Those named that the data do not have, with the nearest name there is.
    pub unknown: BTreeMap<String, Option<String>>,
    /// The concentration of everybody.
    pub concentration: Vec<Concentration>,
}

impl Figures {
    /// Adds the records of a calculation whose segments are those of these columns; totals count once.
    pub fn add(&mut self, columns: &[String], records: Vec<Record>) {
        for record in records {
            let (columns, values) = match record.segments.clone() {
                None => (Vec::new(), Vec::new()),
                Some(values) => (columns.to_vec(), values),
            };
            let periods = self.records.entry(columns).or_default();
            let segments = periods.entry(record.period).or_default();
            segments.entry(values).or_insert(record);
        }
    }

    /// Adds the customers of a period, or why there are no such figures.
    pub fn add_people(&mut self, period: Period, people: Result<People, String>) {
        self.people.insert(period, people);
    }

    /// Says why a period has no records.
    pub fn add_absent(&mut self, period: Period, reason: String) {
        self.absent.entry(period).or_insert(reason);
    }

    /// The total of a period.
    #[must_use]
    pub fn total(&self, period: Period) -> Option<&Record> {
        self.segments(&[], period)?.get(&Vec::new())
    }

    /// The segments of a period by these columns; the total, without a value, by none.
    #[must_use]
    pub fn segments(&self, columns: &[String], period: Period) -> Option<&Segments> {
        self.records.get(columns)?.get(&period)
    }

    /// The customers of a period.
    pub(super) fn people(&self, period: Period) -> Result<&People, String> {
        match self.people.get(&period) {
            Some(Ok(people)) => Ok(people),
            Some(Err(reason)) => Err(reason.clone()),
            None => Err(self.why_absent(period)),
        }
    }

    /// Why a period has no figures.
    pub(super) fn why_absent(&self, period: Period) -> String {
        let reason = self.absent.get(&period);
        reason.map_or_else(
            || "there is no such figure in the data".to_owned(),
            Clone::clone,
        )
    }
}
