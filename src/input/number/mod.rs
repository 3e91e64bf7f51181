//! Amounts as exports write them: the value of one cell, and what a column shows about its marks.
//!
//! One cell is read under a decimal mark that is given; which mark that is, the column decides over
//! all its cells. What a fault means for the run is the caller's.

mod currency;
mod fault;
mod layout;
mod mark;
mod plain;
mod read;

pub use fault::AmountFault;
pub use mark::{Mark, MarkDecision, MarkEvidence, Marks};
pub(super) use plain::{Plain, Short, Shown, read_plain_at, value_of_eight};
pub use read::{Reading, read_amount};

/// True if a currency's code can be meant by what stands beside an amount: its own code, or a sign that
/// it shares with others, such as `$`.
#[must_use]
pub fn is_meant_by(code: &str, sign: &str) -> bool {
    code == sign || currency::writes_as(code, sign)
}
