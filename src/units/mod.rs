//! The words everything else is written in: months and periods, exact amounts, ratios of two sums.
//!
//! Nothing here knows where a value came from: parsing gives an `Option`, the caller knows the place.

mod amount;
mod day;
mod difference;
mod period;
mod ratio;
mod wide;

pub use amount::{Amount, MAJOR_UNITS_MAX, SCALE_MAX};
pub use day::Day;
pub use difference::Difference;
pub use period::{FiscalYear, Grain, Month, Period, PeriodError};
pub use ratio::Ratio;
