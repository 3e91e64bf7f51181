//! What rows mean beyond their cells: settled from settings, preset and headers before any row is read.

use super::super::columns::{ByWhom, Columns, Role};
use super::super::header;
use super::Shape;
use crate::error::{Code, Message, Place};

/// A number of months as numerator and denominator.
pub type Months = (u32, u32);

/// How long a row's amount is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// So many months.
    Months(Months),
    /// The whole time from start to end.
    #[default]
    Term,
    /// What the interval's column says in each row.
    Column,
    /// As long as the billing period of each row.
    Period,
}

impl Per {
    /// As it would be typed, or as many months.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Per::Months((1, 1)) => "month".to_owned(),
            Per::Months((3, 1)) => "quarter".to_owned(),
            Per::Months((6, 1)) => "half".to_owned(),
            Per::Months((12, 1)) => "year".to_owned(),
            Per::Months((numerator, denominator)) => format!("{numerator}/{denominator} months"),
            Per::Term => "term".to_owned(),
            Per::Column => "column".to_owned(),
            Per::Period => "period".to_owned(),
        }
    }
}

/// What an amount beside a quantity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountIs {
    /// The price of one unit.
    Unit,
    /// The price of all units.
    Total,
}

impl AmountIs {
    /// Both.
    pub const ALL: [AmountIs; 2] = [AmountIs::Unit, AmountIs::Total];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            AmountIs::Unit => "unit",
            AmountIs::Total => "total",
        }
    }
}

/// A column and the values of it that rows are kept or dropped for, folded as headers are.
pub type Values = (usize, Vec<String>);

/// What rows mean beyond their cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Only rows with one of these values count.
    pub keep: Vec<Values>,
    /// Rows with one of these values don't.
    pub drop: Vec<Values>,
    /// Columns that are taken off the amount.
    pub less: Vec<usize>,
    /// Columns that hold the end where the end column is empty, each for some statuses or for all.
    pub end_fallback: Vec<(Vec<String>, usize)>,
    /// Statuses that count, whatever the list says.
    pub keep_status: Vec<String>,
    /// Statuses that don't.
    pub drop_status: Vec<String>,
    /// What the amount is beside a quantity; `None` asks where it matters.
    pub amount_is: Option<AmountIs>,
    /// How long an amount is for.
    pub per: Per,
}

/// True where a term in months stands in place of an end: it says how long a contract runs, not what its price is
/// for.
pub(in crate::input) fn says_the_end(columns: &Columns) -> bool {
    let interval = header::folded(columns.name(Role::Interval).unwrap_or_default());
    columns.of(Role::End).is_none() && interval.contains("term")
}

/// Without the columns of intervals that say nothing, because the amount's own name does.
pub(in crate::input) fn without_unused(mut columns: Columns, per: Per) -> Columns {
    let is_term = header::folded(columns.name(Role::Interval).unwrap_or_default()).contains("term");
    let unused = [
        (Role::Interval, per != Per::Column && !is_term),
        (Role::IntervalCount, per != Per::Column),
        (Role::PeriodStart, per != Per::Period),
        (Role::PeriodEnd, per != Per::Period),
    ];
    for (role, is_unused) in unused {
        if is_unused && columns.by_whom[role as usize] == ByWhom::Header {
            columns.roles[role as usize] = None;
        }
    }
    columns
}

/// How long the amounts of contracts are for, and what says so.
///
/// # Errors
///
/// [`Code::MissingInterval`] where nothing does.
pub(in crate::input) fn per(
    columns: &Columns,
    set: Option<Per>,
    header_place: &Place,
) -> Result<(Per, String), Message> {
    if columns.shape == Shape::Invoices {
        return Ok((Per::Term, "a line is for its service period".to_owned()));
    }
    if let Some(per) = set {
        return Ok((per, String::new()));
    }
    let amount = columns.name(Role::Amount).unwrap_or_default();
    let interval = columns.name(Role::Interval);
    let is_given =
        columns.by_whom[Role::Interval as usize] != ByWhom::Header && !says_the_end(columns);
    if let (Some(name), true) = (interval, is_given) {
        return Ok((Per::Column, format!("the column `{name}`")));
    }
    let words = header::words(amount);
    let says = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    if says(&["mrr", "monthly", "month"]) {
        return Ok((Per::Months((1, 1)), format!("the header `{amount}`")));
    }
    if says(&["arr", "acv", "annual", "annualized", "yearly", "year"]) {
        return Ok((Per::Months((12, 1)), format!("the header `{amount}`")));
    }
    if says(&["tcv"]) || (says(&["total"]) && says(&["contract"])) {
        return Ok((Per::Term, format!("the header `{amount}`")));
    }
    if let Some(name) = interval {
        return Ok((Per::Column, format!("the column `{name}`")));
    }
    if let (Some(start), Some(_)) = (columns.name(Role::PeriodStart), columns.of(Role::PeriodEnd)) {
        return Ok((Per::Period, format!("the billing period from `{start}` on")));
    }
    let headline = format!("nothing says how long `{amount}` is for");
    Err(Message::new(Code::MissingInterval, headline)
        .at(header_place.clone())
        .note("a price of a year read as one of a month is twelve times too high")
        .help("pass `--interval month`, `--interval year`, or `--interval term` for the whole contract")
        .help("or name the column that says it: `--interval-column COL`"))
}
