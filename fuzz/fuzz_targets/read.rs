//! Any bytes under any settings: an error with its place, or a ledger that reads back to itself.
#![no_main]

#[path = "../../tests/support/reading.rs"]
mod reading;

use libfuzzer_sys::fuzz_target;
use reading::{cut, judge};

fuzz_target!(|data: &[u8]| {
    let (bytes, settings) = cut(data);
    judge(bytes, &settings);
});
