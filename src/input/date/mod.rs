//! Dates and period labels as exports write them: the month of one cell, and what a column shows
//! about the order of day and month.
//!
//! One cell is read under an order that is given; which order that is, the file decides over all its
//! cells. No date is shifted between time zones.

mod calendar;
mod clock;
mod end;
mod mark;
mod number;
mod read;
mod token;
mod word;

pub use end::{End, read_end};
pub use mark::{Announced, Announcement, DateDecision, DateEvidence, DateMarks, DateOrder};
pub(in crate::input) use read::{
    CommonDates, Years, common_month, names_month_and_year, read_within,
};
pub use read::{DateFault, When, read_when};
