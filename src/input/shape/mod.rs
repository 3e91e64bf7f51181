//! What a row means, a file a shape.

mod faults;
pub mod long;

pub(super) use faults::is_total;
