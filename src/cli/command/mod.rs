//! One file a command: config in, result into the given streams.

pub(super) mod calc;
pub(super) mod explain;
