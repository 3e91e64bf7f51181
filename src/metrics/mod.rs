//! What the numbers mean: pure functions from a ledger and policies to records.
//!
//! ```text
//! Ledger + Period ─► Anchors ─► Movements ─► Rollforward (total, segments) ─► Record
//! ```
//!
//! Nothing here knows how a number came in or will look.

mod anchors;
mod calc;
mod cohorts;
mod columns;
mod compare;
mod concentration;
mod confidence;
mod control;
mod customers;
mod detail;
mod diff;
mod effects;
mod findings;
mod method;
mod months;
mod moved;
mod movements;
mod order;
mod periods;
mod plan;
mod problems;
mod ranking;
mod record;
pub mod registry;
mod renewals;
mod rollforward;
mod segments;
mod sensitivity;
mod shares;
mod sides;
mod touched;
mod trace;

pub use anchors::{Anchor, Anchors, Unreadable, anchor, anchors};
pub use calc::{Calculation, calc, calc_with};
pub use cohorts::{Cohorts, Point, SILENT, Signups, Triangle, cohorts};
pub use compare::{Comparison, Readings, Rule, Step, Sums, compare};
pub use concentration::{Concentration, Top};
pub use confidence::{Confidence, DRAWS, Intervals, SMALL_BASE};
pub use control::ControlTotal;
pub use customers::{CustomerChange, Customers, Listing, Selected, SortBy, Standing, customers};
pub use detail::Detail;
pub use diff::{
    ChangeKind, ChangedCustomer, ChangedMonth, Changes, Measured, NoRate, Unlike, changes,
};
pub use effects::{Effects, NoEffect};
pub use findings::{billed_once_a_year, bridged_months, findings, findings_for};
pub use method::Rates;
pub use months::{MonthTotal, months};
pub use movements::{Class, Movement, Negative, movements};
pub use periods::{Ask, Asked, PeriodProblem};
pub use plan::{Forward, Goal, Lever, Move, NoMove, Plan, PlanAsk, plan};
pub use ranking::Touched;
pub use record::{Annual, Figures, Record};
pub use renewals::{Renewal, RenewalSums, Renewals, RenewalsAsk, Status, renewals};
pub use rollforward::Rollforward;
pub use segments::by_segment;
pub use sensitivity::{Alternative, alternatives, differs};
pub use trace::{End, Line, Traced, Trail};
