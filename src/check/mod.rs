//! Expectations about figures and data, and whether they hold.
//!
//! ```text
//! text ─► Rule ─┐
//!               ├─► Target      one figure of one period against one number
//! Figures ──────┘
//! Message ─► Selection ─► failed or not      what was found about the data
//! Baseline + records ─► Restated             what was reported before against what is now
//! ```
//!
//! Nothing here reads a file, says how a result looks or decides how a run ends.

pub mod baseline;
mod bound;
mod figures;
mod finding;
mod losses;
mod measure;
mod parse;
mod quality;
mod quantity;
mod rule;
mod targets;

pub use bound::{Bound, Sign};
pub use figures::{Figures, People, Segments};
pub use finding::{Control, Finding, Restatement};
pub use losses::{Loss, Losses};
pub use measure::{CustomerField, Direction, Measure};
pub use parse::Fault;
pub use quality::{BASIC, Selection, is_finding, is_untied};
pub use quantity::{Kind, Quantity};
pub use rule::{Comparison, Rule, Scope, kind_of};
pub use targets::{Basis, Periods, Subject, Target, Targets, Unasked, before, targets};
