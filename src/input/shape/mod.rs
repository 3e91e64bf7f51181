//! What a row means, a file a shape.

pub mod long;
mod raw_row;

pub(super) use raw_row::is_total;
