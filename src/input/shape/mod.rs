//! What a row means, a file a shape.

mod contract;
mod end;
pub(in crate::input) mod fast;
mod follow;
mod history;
mod kept;
mod kind;
mod long;
mod money;
pub mod plan;
mod raw_row;
pub mod reader;
mod resolve;
mod row_text;
mod row_totals;
pub mod rules;
mod spans;
mod steps;
#[cfg(test)]
mod ways;
mod when;
mod wide;
pub(in crate::input) mod wide_fast;

pub use history::History;
pub use kept::Kept;
pub(super) use kind::Signs;
pub use kind::{Shape, is_surely_long};
pub(super) use raw_row::is_total;
pub(super) use resolve::{Ask, resolve};
pub use spans::EndRule;
