//! What all headers together settle: the order of day and month, days that are years, years that are
//! not named, and where counting starts.

use super::LabelAsk;
use super::kind::{Header, Kind, is_edge_of_month, is_last_day, is_sequence, read};
use super::problem;
use crate::error::Message;
use crate::input::date::{DateFault, DateOrder, When, Years};
use crate::units::{Grain, Month, Period};

/// Reads numeric dates in the one order that fits all headers; gives the order where they show it.
pub(super) fn orders(
    headers: &mut [Header<'_>],
    ask: &LabelAsk,
    problems: &mut Vec<Message>,
) -> Option<(DateOrder, String)> {
    let dates: Vec<&Header<'_>> = headers.iter().filter(|header| is_numeric(header)).collect();
    if dates.is_empty() {
        return None;
    }
    let reads = |order: DateOrder| dates.iter().all(|date| reading(date, order).is_ok());
    let (settled, shown) = match (ask.order, DateOrder::ALL.map(reads)) {
        (Some(order), _) => (Ok(order), None),
        (None, [true, false]) => proven(&dates, DateOrder::DayFirst),
        (None, [false, true]) => proven(&dates, DateOrder::MonthFirst),
        (None, [false, false]) => (Err(problem::mixed_orders(&dates)), None),
        (None, [true, true]) => {
            let fits = DateOrder::ALL.map(|order| follows(headers, order));
            let words =
                "detected: only in this order do the columns follow each other month by month";
            match fits {
                [true, false] => (Ok(DateOrder::DayFirst), Some(words.to_owned())),
                [false, true] => (Ok(DateOrder::MonthFirst), Some(words.to_owned())),
                _ => (Err(problem::ambiguous_order(&dates)), None),
            }
        }
    };
    match settled {
        Ok(order) => {
            for header in headers.iter_mut().filter(|header| is_numeric(header)) {
                let when = reading(header, order)
                    .ok()
                    .filter(|when| is_edge_of_month(*when));
                header.kind = when.map_or(Kind::Unclear, Kind::Period);
            }
            shown.map(|shown| (order, shown))
        }
        Err(message) => {
            problems.push(message);
            None
        }
    }
}

fn is_numeric(header: &Header<'_>) -> bool {
    matches!(header.kind, Kind::Numeric(_))
}

/// What a numeric date is in an order; a period is what it is in both.
fn reading(header: &Header<'_>, order: DateOrder) -> Result<When, DateFault> {
    match header.kind {
        Kind::Numeric([day_first, month_first]) => match order {
            DateOrder::DayFirst => day_first,
            DateOrder::MonthFirst => month_first,
        },
        Kind::Period(when) => Ok(when),
        _ => Err(DateFault::Unreadable),
    }
}

type Settled = (Result<DateOrder, Message>, Option<String>);

/// An order that some header leaves alone: the first of them is the proof.
fn proven(dates: &[&Header<'_>], order: DateOrder) -> Settled {
    let proof = dates
        .iter()
        .find(|date| reading(date, order.other()).is_err());
    let text = proof.map_or("", |date| date.text);
    (Ok(order), Some(format!("detected: `{text}` in the header")))
}

/// True if all months of the header are first or last days, different, and follow each other.
fn follows(headers: &[Header<'_>], order: DateOrder) -> bool {
    let months = headers
        .iter()
        .filter(|header| header.grain() == Some(Grain::Month));
    let dated = months.filter_map(|header| reading(header, order).ok());
    let dated: Vec<When> = dated.collect();
    let months: Vec<Month> = dated.iter().map(|when| when.month).collect();
    dated.iter().all(|when| is_edge_of_month(*when)) && is_sequence(&months, 1)
}

/// Reads `24-Jan` as January 2024 where the sequence shows it, or where the year set says the same.
pub(super) fn days_or_years(
    headers: &mut [Header<'_>],
    ask: &LabelAsk,
    problems: &mut Vec<Message>,
) {
    let numbers: Vec<(u32, u32)> = headers.iter().filter_map(day_or_year).collect();
    if numbers.is_empty() {
        return;
    }
    let as_year = |(number, month): (u32, u32)| month_when(2000 + number.cast_signed(), month);
    let in_year = |(_, month): (u32, u32)| month_when(ask.year?, month);
    let is_short_year = |year: i32| {
        numbers
            .iter()
            .all(|(number, _)| number.cast_signed() == year % 100)
    };
    let is_edge = |year: i32| {
        let mut days = numbers.iter();
        days.all(|(day, month)| {
            Month::new(year, *month).is_some_and(|month| *day == 1 || is_last_day(month, *day))
        })
    };
    let reader: &dyn Fn((u32, u32)) -> Option<When> = match ask.year {
        _ if rolls_over(headers) => &as_year,
        Some(year) if is_short_year(year) || is_edge(year) => &in_year,
        _ => {
            problems.push(problem::days_or_years(headers, ask.year));
            return;
        }
    };
    for header in headers {
        if let Some(number) = day_or_year(header) {
            header.kind = reader(number).map_or(Kind::Unclear, Kind::Period);
        }
    }
}

fn day_or_year(header: &Header<'_>) -> Option<(u32, u32)> {
    match header.kind {
        Kind::DayOrYear(number, month) => Some((number, month)),
        _ => None,
    }
}

fn month_when(year: i32, month: u32) -> Option<When> {
    Some(When {
        month: Month::new(year, month)?,
        grain: Grain::Month,
        day: 0,
    })
}

/// True if the numbers before months, read as years, make one sequence of all months of the header, and
/// as days they would not: it goes over the end of a year, or runs on from a month whose year is named.
fn rolls_over(headers: &[Header<'_>]) -> bool {
    let mut is_sure = false;
    let mut months = Vec::new();
    let mut years = Vec::new();
    for header in headers {
        match header.kind {
            Kind::Period(when) if when.grain == Grain::Month => {
                is_sure = true;
                months.push(when.month);
            }
            Kind::DayOrYear(number, month) => {
                let Some(month) = Month::new(2000 + number.cast_signed(), month) else {
                    return false;
                };
                years.push(number);
                months.push(month);
            }
            _ => {}
        }
    }
    years.dedup();
    (is_sure || years.len() > 1) && is_sequence(&months, 1)
}

/// Gives a year to periods that name none, from the year of the first on.
pub(super) fn yearless(
    headers: &mut [Header<'_>],
    ask: &LabelAsk,
    years: Years,
    problems: &mut Vec<Message>,
) {
    let part = |header: &Header<'_>| match header.kind {
        Kind::Yearless(grain, nth) => Some((grain, nth)),
        _ => None,
    };
    let parts: Vec<(Grain, u32)> = headers.iter().filter_map(part).collect();
    if parts.is_empty() {
        return;
    }
    let Some(first) = ask.year else {
        return problems.push(problem::yearless(headers));
    };
    let mut numbered = years_from(first, &parts).into_iter();
    for header in headers {
        let (Some((grain, nth)), true) = (part(header), numbered.len() > 0) else {
            continue;
        };
        let year = numbered.next().unwrap_or(first);
        let label = match grain {
            Grain::Month => format!("{year:04}-{nth:02}"),
            Grain::Quarter => format!("{year:04}-Q{nth}"),
            Grain::Half => format!("{year:04}-H{nth}"),
            Grain::Year => format!("{year:04}"),
        };
        let when = read(&label, DateOrder::DayFirst, years).ok();
        header.kind = when.map_or(Kind::Unclear, Kind::Period);
    }
}

/// The year of each part: where parts follow each other, one more after the last of a year, and one
/// less before the first where the newest stands in front.
fn years_from(first: i32, parts: &[(Grain, u32)]) -> Vec<i32> {
    let steps_by = |step: i64| {
        parts.windows(2).all(|pair| match pair {
            [(grain, one), (_, two)] => {
                let in_year = i64::from(12 / grain.months());
                (i64::from(*two) - i64::from(*one) - step).rem_euclid(in_year) == 0
            }
            _ => false,
        })
    };
    let direction = match (steps_by(1), steps_by(-1)) {
        (true, _) => 1,
        (false, true) => -1,
        (false, false) => 0,
    };
    let mut year = first;
    let mut years = vec![first];
    for pair in parts.windows(2) {
        if let [(_, one), (_, two)] = pair {
            let is_over = (direction == 1 && two <= one) || (direction == -1 && two >= one);
            year = year.saturating_add(if is_over { direction } else { 0 });
        }
        years.push(year);
    }
    years
}

/// Counts periods from the first one on, where that was said.
pub(super) fn counted(headers: &mut [Header<'_>], ask: &LabelAsk, problems: &mut Vec<Message>) {
    let number = |header: &Header<'_>| match header.kind {
        Kind::Relative(grain, number) => Some((grain, number)),
        _ => None,
    };
    let Some(lowest) = headers
        .iter()
        .filter_map(number)
        .map(|(_, number)| number)
        .min()
    else {
        return;
    };
    let has_grain = headers
        .iter()
        .filter_map(number)
        .all(|(grain, _)| grain.is_some());
    let Some(first) = ask.first_period.filter(|_| has_grain) else {
        return problems.push(problem::relative(headers, has_grain));
    };
    for header in headers {
        let Some((Some(grain), number)) = number(header) else {
            continue;
        };
        let months = grain.months() * (number - lowest).unsigned_abs();
        let when = When {
            month: Period::holding(first, grain, ask.fiscal)
                .last()
                .forward(months),
            grain,
            day: 0,
        };
        let is_near = when.month.year() <= 2100;
        header.kind = if is_near {
            Kind::Period(when)
        } else {
            Kind::Unclear
        };
    }
}
