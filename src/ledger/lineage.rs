//! What rows became: the month that each of them adds to, and how much, or why it adds to none.

use super::RowPlace;
use crate::units::{Amount, Month};

/// A cell of an amount as it stands in the input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cited {
    /// Where its row starts.
    pub place: RowPlace,
    /// The line that it stands on.
    pub line: u64,
    /// Its column, from 0.
    pub column: usize,
    /// The amount as it is written.
    pub raw: Box<str>,
    /// Whose row it is, as it is written.
    pub customer: Box<str>,
    /// Of which product; empty without a product column.
    pub product: Box<str>,
}

/// A cell of an amount and what became of it in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TracedRow {
    /// Where it stands and what it says.
    pub cited: Cited,
    /// What became of it.
    pub became: Became,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It adds to a month.
    Added(Added),
    /// It adds to none.
    Dropped {
        /// The month it names, where that is known.
        month: Option<Month>,
        /// Why.
        why: String,
    },
}

impl Became {
    /// The month it is about, where that is known.
    #[must_use]
    pub const fn month(&self) -> Option<Month> {
        match self {
            Became::Added(added) => Some(added.month),
            Became::Dropped { month, .. } => *month,
        }
    }
}

/// What a row adds to a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The month.
    pub month: Month,
    /// How much, in major units of its currency.
    pub amount: Amount,
    /// The currency that it is converted from; empty for the one that is kept.
    pub currency: Box<str>,
    /// By which way.
    pub how: How,
    /// The time that it is laid over, where it is.
    pub over: Option<Over>,
}

impl Added {
    /// An amount that stands in a month as it is.
    #[must_use]
    pub const fn kept(month: Month, amount: Amount, currency: Box<str>) -> Added {
        Added {
            month,
            amount,
            currency,
            how: How::Kept,
            over: None,
        }
    }
}

/// The time that an amount is laid over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// Its first month.
    pub first: Month,
    /// Its last month; `None` while it runs on.
    pub last: Option<Month>,
    /// How many months the amount is for, as a fraction; `None` where its days count.
    pub months: Option<(u32, u32)>,
}

/// How a row's amount comes into a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As it stands there.
    Kept,
    /// As its part of a time of several months, or as a run rate.
    Spread,
    /// As a change of a balance, from its month on.
    Movement,
    /// As the balance that a row shows to have stood before it.
    Balance,
}
