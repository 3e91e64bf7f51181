//! What every test stands on: the ways to run `nrr`.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(unreachable_pub, reason = "shared by several crates of tests")]
#![allow(unused_imports, reason = "each test binary uses a part of it")]

pub mod runner;

pub use runner::{Run, run, run_binary, run_in, run_with_stdin};
