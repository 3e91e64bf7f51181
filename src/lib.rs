//! Net revenue retention from CSV exports: exact, declared, traceable.
//!
//! ```text
//!  bytes ─► input ─► ledger ─► metrics ─► output ─► bytes
//!             │         │         │          │
//!             └─────────┴── policies, units ─┘         cli runs it all, check holds it against rules
//! ```
//!
//! Data flows one way. `input` turns exports into a [`ledger::Ledger`] of customers × months,
//! [`metrics`] turns the ledger into records, [`output`] writes them. Between the first byte read and
//! the last one written everything is a value: no clock, no environment, no hash order, no float.
//!
//! Who may import whom is a table in `docs/design.md`, and `tests/tidy.rs` holds the code to it.

pub mod check;
pub mod cli;
pub mod error;
pub mod input;
pub mod ledger;
mod machine;
pub mod metrics;
pub mod output;
pub mod policies;
mod several;
pub mod text;
pub mod units;
