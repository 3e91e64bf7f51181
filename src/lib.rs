//! Net revenue retention from CSV exports.
#![allow(missing_docs)]

pub mod error;
pub mod text;
pub mod units;
