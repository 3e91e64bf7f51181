//! The customers that explain a failure.

use std::collections::BTreeMap;

use crate::ledger::NO_VALUE;
use crate::metrics::{Customers, Effects};
use crate::units::Amount;

/// How many customers explain a failure.
const EXPLAINING: usize = 3;

/// The customers that made a figure worse, the one that lost most first.
#[derive(Clone, Debug, Default)]
pub struct Losses {
    /// The first of them.
    pub largest: Vec<Loss>,
    /// How many there are.
    pub customers: u64,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Loss {
    /// Who.
    pub customer: String,
    /// What it pays less.
    pub amount: Amount,
    /// What it moves NRR and GRR by.
    pub effects: Option<Effects>,
}

impl Losses {
    /// Those of everybody; the listing has to hold only customers of the classes meant.
    #[must_use]
    pub fn of(customers: &Customers<'_>) -> Losses {
        let largest = customers.list().take(EXPLAINING);
        Losses {
            largest: largest.map(|one| Loss::of(&one)).collect(),
            customers: customers.selected.customers,
        }
    }

    /// Those of each segment; what they move NRR by is that of everybody, and not said there.
    #[must_use]
    pub fn by_segment(customers: &Customers<'_>) -> BTreeMap<Vec<String>, Losses> {
        let mut found: BTreeMap<Vec<String>, Losses> = BTreeMap::new();
        for one in customers.list() {
            let values = one.attributes.iter();
            let values = values.map(|value| value.as_deref().unwrap_or(NO_VALUE).to_owned());
            let losses = found.entry(values.collect()).or_default();
            losses.customers += 1;
            if losses.largest.len() < EXPLAINING {
                losses.largest.push(Loss {
                    effects: None,
                    ..Loss::of(&one)
                });
            }
        }
        found
    }
}

impl Loss {
    fn of(one: &crate::metrics::CustomerChange<'_>) -> Loss {
        Loss {
            customer: one.customer.to_owned(),
            amount: -one.change,
            effects: one.effects.as_ref().ok().cloned(),
        }
    }
}
