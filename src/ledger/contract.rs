//! Contracts as they stand in the input: what a ledger of months does not say any more.

use super::RowPlace;
use crate::units::{Amount, Day};

/// A contract, or a version of one, from its first day to its last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// Where its row stands.
    pub place: RowPlace,
    /// Who pays.
    pub customer: Box<str>,
    /// What for; empty where the input does not say.
    pub product: Box<str>,
    /// What it is called; empty where the input does not say.
    pub name: Box<str>,
    /// The values of the columns of `--by`.
    pub attributes: Box<[Box<str>]>,
    /// Its first day.
    pub start: Day,
    /// The first day after it; `None` while it runs.
    pub after: Option<Day>,
    /// What it is worth a month, as the ledger has it.
    pub amount: Amount,
}

impl Contract {
    /// The last day that counts; `None` while it runs. A contract that ends before it starts ends on its first day.
    #[must_use]
    pub fn end(&self) -> Option<Day> {
        let end = self.after.map(Day::before);
        end.map(|end| end.max(self.start))
    }
}
