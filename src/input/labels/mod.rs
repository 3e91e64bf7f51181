//! The period headers of a wide file: which columns are periods, of which months, and what is asked
//! before they can be.
//!
//! Nothing here reads rows: whether a column named `Total` is the sum of the others is the reader's to
//! prove.

mod kind;
mod problem;
mod settle;
mod word;

use self::kind::{Header, Kind, headers};
use super::date::{DateOrder, Years};
use crate::error::Message;
use crate::units::{FiscalYear, Grain, Month};

/// What is known before headers are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelAsk {
    /// The order of day and month, where it was set.
    pub order: Option<DateOrder>,
    /// The month in which fiscal years start.
    pub fiscal: FiscalYear,
    /// True if that was said: `FY24` can be read then, also where it is the calendar's year.
    pub is_fiscal_known: bool,
    /// The year of the first column that names none: `--year`.
    pub year: Option<i32>,
    /// A month of the counted period with the lowest number: `--first-period`.
    pub first_period: Option<Month>,
    /// The one grain to keep: `--periods`.
    pub periods: Option<Grain>,
}

impl Default for LabelAsk {
    fn default() -> LabelAsk {
        LabelAsk {
            order: None,
            fiscal: FiscalYear::CALENDAR,
            is_fiscal_known: false,
            year: None,
            first_period: None,
            periods: None,
        }
    }
}

/// A column of one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Which column, from 0.
    pub index: usize,
    /// The last month of its period.
    pub last: Month,
    /// How long the period is.
    pub grain: Grain,
    /// The header as written, for messages.
    pub text: String,
}

/// What the headers of a file say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelsFound {
    /// The columns of periods, all of one grain and none twice, in the order of the file: newest first
    /// is usual.
    pub labels: Vec<Label>,
    /// Columns that are left out because one grain was asked for, and why: the reason completes the
    /// sentence "the column …".
    pub left_out: Vec<(usize, &'static str)>,
    /// Columns named as sums of the others are; none where periods were left out, which such a sum may hold.
    pub totals: Vec<usize>,
    /// The order of day and month that the headers show, and how it shows; `None` where no header
    /// depends on it or where it was set.
    pub order: Option<(DateOrder, String)>,
    /// What amounts are called beside every period: `mrr`, `arr`, `acv`, `revenue`, `amount`, `sales` or
    /// `income`.
    pub amount_word: Option<&'static str>,
    /// The currency that every period ends with: `Jan 2024 (USD)`.
    pub currency: Option<&'static str>,
    /// True if some labels name no year: what gave it moves every amount.
    pub has_yearless: bool,
}

/// Reads the headers of a file with one column a period.
///
/// # Shape
///
/// All cells of the header in, the columns of periods out. Other columns, such as the customer, are not
/// mentioned. A period of two months, or of any other length than [`Grain`] has, is no label.
///
/// # Errors
///
/// One message a cause, none with a place: periods without a year, counted periods, fiscal periods
/// without a start, several grains or aggregates beside periods, one period twice, an order of day and
/// month that is not settled, and headers that look like periods and are none.
///
/// # Example
///
/// ```
/// use nrr::input::labels::{LabelAsk, read_headers};
///
/// let cells = ["customer", "MRR Feb-24", "MRR Jan-24"].map(str::to_owned);
/// let found = read_headers(&cells, &LabelAsk::default()).unwrap();
/// assert_eq!((found.labels[0].index, found.labels[0].last.to_string()), (1, "2024-02".into()));
/// assert_eq!(found.amount_word, Some("mrr"));
/// ```
pub fn read_headers(cells: &[String], ask: &LabelAsk) -> Result<LabelsFound, Vec<Message>> {
    let years = Years {
        fiscal: ask.fiscal,
        is_known: ask.is_fiscal_known || !ask.fiscal.is_calendar(),
    };
    let mut headers = headers(cells, years);
    let mut problems = Vec::new();
    let left_out = leave_out(&mut headers, ask.periods, &mut problems);
    problems.extend(problem::mixed(&headers));
    let order = settle::orders(&mut headers, ask, &mut problems);
    settle::days_or_years(&mut headers, ask, &mut problems);
    let has_yearless = headers
        .iter()
        .any(|header| matches!(header.kind, Kind::Yearless(..)));
    settle::yearless(&mut headers, ask, years, &mut problems);
    settle::counted(&mut headers, ask, &mut problems);
    problems.extend(problem::fiscal(&headers));
    problems.extend(problem::unclear(&headers));
    if problems.is_empty() {
        problems.extend(problem::repeated(&headers));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(LabelsFound {
        labels: headers.iter().filter_map(label).collect(),
        totals: totals(&headers, &left_out),
        left_out,
        order,
        amount_word: only_one(&headers),
        currency: common(&headers, |header| header.currency),
        has_yearless,
    })
}

/// The headers that name periods, where they are at least two.
pub(super) fn period_headers(cells: &[String]) -> Option<Vec<&str>> {
    let headers = headers(cells, Years::starting(FiscalYear::CALENDAR));
    let labels = headers.iter().filter(|header| header.is_label());
    let found: Vec<&str> = labels.map(|header| header.text).collect();
    (found.len() >= 2).then_some(found)
}

/// How many headers name periods.
pub(super) fn count(cells: &[String]) -> usize {
    let headers = headers(cells, Years::starting(FiscalYear::CALENDAR));
    headers.iter().filter(|header| header.is_label()).count()
}

/// True for a header that names a period.
pub(super) fn is_period(cell: &str) -> bool {
    let cells = [cell.to_owned()];
    let headers = headers(&cells, Years::starting(FiscalYear::CALENDAR));
    headers.iter().any(Header::is_label)
}

fn label(header: &Header<'_>) -> Option<Label> {
    let Kind::Period(when) = header.kind else {
        return None;
    };
    Some(Label {
        index: header.index,
        last: when.month,
        grain: when.grain,
        text: header.text.to_owned(),
    })
}

/// The columns of totals that can be proved by the periods kept.
fn totals(headers: &[Header<'_>], left_out: &[(usize, &'static str)]) -> Vec<usize> {
    if left_out.iter().any(|(_, reason)| *reason != word::IS_TOTAL) {
        return Vec::new();
    }
    let named = headers.iter().filter(|header| header.kind == Kind::Total);
    let named = named.map(|header| header.index);
    named
        .chain(left_out.iter().map(|(index, _)| *index))
        .collect()
}

/// What all periods have in common.
fn common(
    headers: &[Header<'_>],
    of: impl Fn(&Header<'_>) -> Option<&'static str>,
) -> Option<&'static str> {
    let mut words = headers.iter().filter(|header| header.is_label()).map(of);
    let first = words.next()??;
    words.all(|word| word == Some(first)).then_some(first)
}

/// The name for amounts beside periods, where they have no other; some may have none.
fn only_one(headers: &[Header<'_>]) -> Option<&'static str> {
    let labels = headers.iter().filter(|header| header.is_label());
    let mut words = labels.filter_map(|header| header.amount);
    let first = words.next()?;
    words.all(|word| word == first).then_some(first)
}

/// Leaves out what is no period of the grain asked for.
fn leave_out(
    headers: &mut [Header<'_>],
    periods: Option<Grain>,
    problems: &mut Vec<Message>,
) -> Vec<(usize, &'static str)> {
    let Some(kept) = periods else {
        return Vec::new();
    };
    if headers.iter().any(Header::is_label)
        && headers.iter().all(|header| header.grain() != Some(kept))
    {
        problems.push(problem::none_of(headers, kept));
    }
    let mut left_out = Vec::new();
    for header in headers {
        let reason = match (header.kind, header.grain()) {
            (Kind::Aggregate(reason), _) => reason,
            (Kind::Total, _) => word::IS_TOTAL,
            (Kind::Unclear, _) if kept != Grain::Month => "is no period",
            (_, Some(Grain::Month)) if kept != Grain::Month => "is a month",
            (_, Some(Grain::Quarter)) if kept != Grain::Quarter => "is a quarter",
            (_, Some(Grain::Half)) if kept != Grain::Half => "is a half",
            (_, Some(Grain::Year)) if kept != Grain::Year => "is a year",
            _ => continue,
        };
        left_out.push((header.index, reason));
        header.kind = Kind::Other;
    }
    left_out
}

#[cfg(test)]
mod tests;
