//! From bytes to a ledger: source → dialect → columns → shape → ledger, each with what it found.
//!
//! Only `source` reads data; everything else is pure.

mod announce;
mod beside;
mod cell;
mod chosen;
pub mod columns;
pub mod date;
mod decide;
pub mod dialect;
pub mod encoding;
mod evidence;
mod file;
pub mod filter;
mod findings;
pub mod furniture;
mod head;
pub mod header;
pub mod labels;
mod load;
pub mod log;
pub mod map;
mod marks;
mod masks;
mod missing;
pub mod number;
mod opened;
mod packed;
mod passes;
pub mod pattern;
pub mod preset;
mod questions;
pub mod rates;
mod record;
pub mod repeats;
mod report;
mod role;
pub mod scan;
pub mod shape;
mod signup;
pub mod sizes;
mod sniff;
pub mod source;
mod split;
mod stream;
mod structure;
mod summary;
pub mod tally;
mod totals;
mod traits;
pub mod vocabulary;

pub use load::Mapped;
pub use load::{LoadOptions, Loaded, Progress, load, look};
pub(crate) use packed::reason;
pub use signup::signups;
pub use summary::{FileSummary, Trait};
