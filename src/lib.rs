//! Net revenue retention from CSV exports.
#![allow(missing_docs)]

pub mod error;
pub mod ledger;
pub mod metrics;
pub mod output;
pub mod policies;
pub mod text;
pub mod units;
