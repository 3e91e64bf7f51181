//! One file a command: config in, result into the given streams.

pub(super) mod calc;
pub(super) mod check;
pub(super) mod cohorts;
pub(super) mod compare;
pub(super) mod customers;
pub(super) mod definitions;
pub(super) mod diff;
pub(super) mod explain;
pub(super) mod init;
pub(super) mod inspect;
pub(super) mod ledger;
pub(super) mod plan;
pub(super) mod renewals;
pub(super) mod trace;
