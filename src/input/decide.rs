//! What the whole column or file settles: the decimal mark and the order of day and month.

use super::columns::Role;
use super::date::{DateDecision, DateOrder};
use super::header::Scale;
use super::number::{Mark, MarkDecision, MarkEvidence};
use crate::error::{Code, Message, Place};
use crate::text;

/// How a setting of a file came about: its value and the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settled<T> {
    /// The value to read by.
    pub(super) value: T,
    /// `set`, or `detected: ` and the evidence.
    pub(super) origin: String,
}

/// The column that is decided, for the places of messages about it.
pub(super) struct Column<'a> {
    /// The file's number and name.
    pub(super) file: (usize, &'a str),
    /// The column by its header.
    pub(super) name: Option<&'a str>,
}

impl Column<'_> {
    pub(super) fn place(&self, line: u64) -> Place {
        Place {
            file_number: self.file.0,
            column: self.name.map(str::to_owned),
            ..Place::line(self.file.1, line)
        }
    }
}

/// The decimal mark of the amounts, once every row was seen.
///
/// # Errors
///
/// [`Code::AmbiguousDecimal`], [`Code::MixedDecimals`] and [`Code::MixedScales`], each with both readings.
pub(super) fn mark(decision: MarkDecision, column: &Column<'_>) -> Result<Settled<Mark>, Message> {
    match decision {
        MarkDecision::Proven { mark, line, cell, .. } => {
            Ok(Settled { value: mark, origin: format!("detected: `{cell}` in line {line}") })
        }
        MarkDecision::Borrowed { mark, column, line, cell } => Ok(Settled {
            value: mark,
            origin: format!("detected: `{cell}` in line {line} of the column `{column}`"),
        }),
        MarkDecision::MixedScales { first, second } => Err(mixed_scales(column, &first, &second)),
        MarkDecision::Neutral => Ok(Settled { value: Mark::Dot, origin: "detected: no amount depends on it".to_owned() }),
        MarkDecision::Ambiguous { line, cell } => Err(Message::new(
            Code::AmbiguousDecimal,
            format!("`{cell}` can be read with a decimal mark or with a thousands mark"),
        )
        .at(column.place(line))
        .found(both_amounts(&cell))
        .note("no other amount of the column settles it")
        .help("pass `--decimal .` or `--decimal ,`")),
        MarkDecision::Mixed { first, second } => Err(Message::new(
            Code::MixedDecimals,
            format!("`{}` and `{}` cannot both be written with one decimal mark", first.1, second.1),
        )
        .at(column.place(first.0))
        .found(format!("line {}, `{}`: {}", first.0, first.1, first.2))
        .found(format!("line {}, `{}`: {}", second.0, second.1, second.2))
        .help("mend the rows; if one mark does hold for all of them, pass `--decimal .` or `--decimal ,`")),
    }
}

fn mixed_scales(
    column: &Column<'_>,
    first: &(u64, String, &str),
    second: &(u64, String, &str),
) -> Message {
    Message::new(
        Code::MixedScales,
        format!("`{}` and `{}` are not of one scale", first.1, second.1),
    )
    .at(column.place(first.0))
    .found(format!("line {}, `{}`: {}", first.0, first.1, first.2))
    .found(format!("line {}, `{}`: {}", second.0, second.1, second.2))
    .expected("one suffix behind every amount, or amounts written in full")
}

/// Refuses amounts with a suffix where a scale was set that would multiply them once more.
///
/// # Errors
///
/// [`Code::MixedScales`].
pub(super) fn scale(
    evidence: &MarkEvidence,
    scale: Option<Scale>,
    column: &Column<'_>,
) -> Result<(), Message> {
    let scale = scale.unwrap_or_default();
    let Some((line, cell)) = evidence.suffixed().filter(|_| scale != Scale::Units) else {
        return Ok(());
    };
    let word = scale.word();
    Err(Message::new(
        Code::MixedScales,
        format!("`{cell}` names its scale, and `--scale {word}` would multiply it again"),
    )
    .at(column.place(line))
    .help("if the suffix alone holds, pass `--scale units`"))
}

/// The order of day and month, once every row was seen.
///
/// # Errors
///
/// [`Code::AmbiguousDates`], [`Code::MixedDateOrders`] and [`Code::MixedDateForms`].
pub(super) fn order(
    decision: DateDecision,
    column: &Column<'_>,
) -> Result<Settled<DateOrder>, Message> {
    match decision {
        DateDecision::Proven { order, line, cell } => Ok(Settled {
            value: order,
            origin: format!("detected: `{cell}` in line {line}"),
        }),
        DateDecision::Neutral => Ok(Settled {
            value: DateOrder::DayFirst,
            origin: "detected: no date depends on it".to_owned(),
        }),
        DateDecision::Ambiguous { line, cell, count } => {
            let name = column.name.unwrap_or(Role::Date.noun());
            let dates = if count == 1 {
                "the only numeric date".to_owned()
            } else {
                format!("all {} numeric dates", text::grouped(count))
            };
            let message = Message::new(
                Code::AmbiguousDates,
                format!("{dates} in `{name}` can be read day first or month first"),
            )
            .at(column.place(line))
            .counting(count);
            let message = match readings(&cell) {
                Some(readings) => message.found(readings),
                None => message.found(format!("`{cell}`")),
            };
            Err(message.help("pass `--date-order dmy` or `--date-order mdy`"))
        }
        DateDecision::MixedOrders {
            day_first,
            month_first,
        } => Err(Message::new(
            Code::MixedDateOrders,
            format!(
                "`{}` can only be day first, `{}` only month first",
                day_first.1, month_first.1
            ),
        )
        .at(column.place(day_first.0.min(month_first.0)))
        .found(format!("line {}: `{}`", day_first.0, day_first.1))
        .found(format!("line {}: `{}`", month_first.0, month_first.1))
        .help("write all dates as `2024-01-31`, or give the two sources as two files")),
        DateDecision::MixedForms { number, text } => Err(mixed_forms(column, &number, &text)),
        DateDecision::MonthNames {
            line,
            cell,
            numbers,
        } => Err(month_names(column, (line, &cell), numbers)),
    }
}

fn mixed_forms(column: &Column<'_>, number: &(u64, String), text: &(u64, String)) -> Message {
    Message::new(
        Code::MixedDateForms,
        format!(
            "`{}` is a date as a number and `{}` one as text",
            number.1, text.1
        ),
    )
    .at(column.place(number.0))
    .found(format!("line {}: `{}`", number.0, number.1))
    .found(format!("line {}: `{}`", text.0, text.1))
    .help("write all dates as `2024-01-31`")
}

fn month_names(
    column: &Column<'_>,
    (line, cell): (u64, &str),
    (smallest, largest): (u32, u32),
) -> Message {
    Message::new(
        Code::AmbiguousMonthNames,
        format!("`{cell}` can be a month with its year or a day without one"),
    )
    .at(column.place(line))
    .found(format!(
        "numbers from {smallest} to {largest} behind the names of months"
    ))
    .expected("years that follow each other")
    .help("write months as `2024-01` and dates as `2024-01-31`")
}

/// Both readings of an amount: `1399 or 1.399`.
fn both_amounts(cell: &str) -> String {
    let digits: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    let whole: String = digits.chars().filter(|c| !".,".contains(*c)).collect();
    format!("{whole} or {}", digits.replace(',', "."))
}

/// Both readings of a numeric date in words: `3 April 2025 or 4 March 2025`.
pub(super) fn readings(cell: &str) -> Option<String> {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let date = cell.split_whitespace().next()?;
    let mut parts = date.split(['/', '-', '.']);
    let (first, second) = (
        parts.next()?.parse::<usize>().ok()?,
        parts.next()?.parse::<usize>().ok()?,
    );
    let year = parts.next()?;
    let month = |number: usize| NAMES.get(number.checked_sub(1)?);
    Some(format!(
        "{first} {} {year} or {second} {} {year}",
        month(second)?,
        month(first)?
    ))
}
