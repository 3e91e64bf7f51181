//! From a report to bytes in a writer: one typed model, many looks.

mod report;

pub use report::{Choice, Definition, Input, InputFile, Report};
