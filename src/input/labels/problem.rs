//! What to say where headers cannot be read as periods. The places are the caller's to add.

use super::kind::{Header, Kind};
use super::word::IS_PART_OF_MONTH;
use crate::error::{Code, Message};
use crate::input::date::{DateFault, When};
use crate::input::decide::readings;
use crate::text;
use crate::units::Grain;

/// The texts of the headers of a kind.
fn texts<'a>(headers: &[Header<'a>], is_meant: impl Fn(&Header<'a>) -> bool) -> Vec<&'a str> {
    let meant = headers.iter().filter(|header| is_meant(header));
    meant.map(|header| header.text).collect()
}

fn examples(texts: &[&str]) -> String {
    text::examples(texts, texts.len())
}

fn columns(texts: &[&str]) -> String {
    text::count(texts.len() as u64, "column")
}

/// One column has, several have: the verb for a count of columns.
fn verb<'a>(texts: &[&str], one: &'a str, several: &'a str) -> &'a str {
    if texts.len() == 1 { one } else { several }
}

/// The value of `--periods` for a grain, where there is one.
fn periods_word(grain: Grain) -> Option<&'static str> {
    match grain {
        Grain::Month => Some("monthly"),
        Grain::Quarter => Some("quarterly"),
        Grain::Half => None,
        Grain::Year => Some("annual"),
    }
}

/// The grains of the headers, each with its columns, shortest first.
fn grains<'a>(headers: &[Header<'a>]) -> Vec<(Grain, Vec<&'a str>)> {
    let all = Grain::ALL.into_iter().map(|grain| {
        let named = texts(headers, |header| header.grain() == Some(grain));
        (grain, named)
    });
    all.filter(|(_, named)| !named.is_empty()).collect()
}

/// `12 months: `Jan-24`, …` for each grain.
fn with_grains(mut message: Message, grains: &[(Grain, Vec<&str>)]) -> Message {
    for (grain, named) in grains {
        let noun = match named.len() {
            1 => grain.word(),
            _ => grain.plural(),
        };
        message = message.found(format!("{} {noun}: {}", named.len(), examples(named)));
    }
    message
}

/// The flag for each grain that a file has, as help.
fn with_periods(message: Message, grains: &[(Grain, Vec<&str>)]) -> Message {
    let words = grains.iter().filter_map(|(grain, _)| periods_word(*grain));
    let flags: Vec<String> = words.map(|word| format!("`--periods {word}`")).collect();
    if flags.is_empty() {
        return message;
    }
    message.help(format!("keep one kind with {}", text::list(&flags, "or")))
}

/// Periods of several grains, aggregates beside periods, or two names for amounts.
pub(super) fn mixed(headers: &[Header<'_>]) -> Option<Message> {
    let grains = grains(headers);
    let is_aggregate = |header: &Header<'_>| matches!(header.kind, Kind::Aggregate(_));
    let aggregates: Vec<&Header<'_>> = headers.iter().filter(|one| is_aggregate(one)).collect();
    let headline = match (grains.as_slice(), aggregates.as_slice()) {
        ([], _) => return None,
        ([_], []) => return two_amounts(headers),
        ([_], [first, ..]) => format!("`{}` stands beside columns of single periods", first.text),
        (several, _) => {
            let nouns: Vec<&str> = several.iter().map(|(grain, _)| grain.plural()).collect();
            format!(
                "columns of {} stand side by side",
                text::list(&nouns, "and")
            )
        }
    };
    let mut message = with_grains(Message::new(Code::MixedPeriods, headline), &grains);
    for header in aggregates.iter().take(3) {
        if let Kind::Aggregate(reason) = header.kind {
            message = message.found(format!("`{}` {reason}", header.text));
        }
    }
    let is_part = |header: &Header<'_>| header.kind == Kind::Aggregate(IS_PART_OF_MONTH);
    if grains.len() > 1 || !aggregates.iter().all(|header| is_part(header)) {
        message = message.note("together they would count the same revenue twice");
    }
    if aggregates.iter().any(|header| is_part(header)) {
        message = message.note("a part of a month beside whole ones would look like lost revenue");
    }
    Some(with_periods(message, &grains))
}

/// Columns of `mrr` beside columns of `arr`, or of one currency beside another.
fn two_amounts(headers: &[Header<'_>]) -> Option<Message> {
    let amounts = two(headers, |header| header.amount);
    let [(first, one), (other, two)] =
        amounts.or_else(|| two(headers, |header| header.currency))?;
    Some(
        Message::new(
            Code::MixedPeriods,
            format!("columns of `{one}` and of `{two}` stand side by side"),
        )
        .found(format!("`{first}` and `{other}`"))
        .expected("columns of one amount in one currency"),
    )
}

/// The first two periods that differ in a word, each with it.
fn two<'a>(
    headers: &[Header<'a>],
    of: impl Fn(&Header<'a>) -> Option<&'static str>,
) -> Option<[(&'a str, &'static str); 2]> {
    let labels = headers.iter().filter(|header| header.is_label());
    let mut named = labels.filter_map(|header| Some((header.text, of(header)?)));
    let first = named.next()?;
    let other = named.find(|(_, word)| *word != first.1)?;
    Some([first, other])
}

/// No column has the grain that was asked for.
pub(super) fn none_of(headers: &[Header<'_>], kept: Grain) -> Message {
    let grains = grains(headers);
    let headline = format!("no column is named after a {}", kept.word());
    let message = with_grains(Message::new(Code::MixedPeriods, headline), &grains);
    with_periods(message, &grains)
}

/// `Jan` to `Dec` without a year.
pub(super) fn yearless(headers: &[Header<'_>]) -> Message {
    let named = texts(headers, |header| matches!(header.kind, Kind::Yearless(..)));
    let first = named.first().copied().unwrap_or_default();
    Message::new(
        Code::YearlessPeriods,
        format!(
            "{} {} no year",
            columns(&named),
            verb(&named, "names", "name")
        ),
    )
    .found(examples(&named))
    .expected("periods with their year, such as `Jan 2024`")
    .help(format!("give the year of `{first}`, such as `--year 2024`"))
}

/// `month_1` without a beginning.
pub(super) fn relative(headers: &[Header<'_>], has_grain: bool) -> Message {
    let named = texts(headers, |header| matches!(header.kind, Kind::Relative(..)));
    let lowest = headers.iter().filter_map(|header| match header.kind {
        Kind::Relative(_, number) => Some((number, header.text)),
        _ => None,
    });
    let first = lowest.min().map(|(_, text)| text).unwrap_or_default();
    let message = Message::new(
        Code::RelativePeriods,
        format!(
            "{} {} periods from a beginning that is not named",
            columns(&named),
            verb(&named, "counts", "count")
        ),
    )
    .found(examples(&named));
    if has_grain {
        message.help(format!(
            "say which period `{first}` is, such as `--first-period 2024-01`"
        ))
    } else {
        message.expected("months, quarters or years")
    }
}

/// `FY24` without a start of fiscal years.
pub(super) fn fiscal(headers: &[Header<'_>]) -> Option<Message> {
    let named = texts(headers, |header| matches!(header.kind, Kind::Fiscal(_)));
    let first = named.first()?;
    Some(
        Message::new(
            Code::FiscalStartUnknown,
            format!("`{first}` is a fiscal period, and the start of fiscal years is not known"),
        )
        .found(format!("{}: {}", columns(&named), examples(&named)))
        .help("say in which month they start, such as `--fiscal-year-start 2`"),
    )
}

/// Headers that look like periods and are none.
pub(super) fn unclear(headers: &[Header<'_>]) -> Option<Message> {
    let named = texts(headers, |header| header.kind == Kind::Unclear);
    let first = named.first()?;
    Some(no_period(first).found(format!("{}: {}", columns(&named), examples(&named))))
}

fn no_period(text: &str) -> Message {
    Message::new(
        Code::AmbiguousPeriods,
        format!("the column `{text}` looks like a period and is none"),
    )
    .expected("a month such as `2024-01`, or its first or last day")
}

/// `24-Jan`, which is a day or a month.
pub(super) fn days_or_years(headers: &[Header<'_>], year: Option<i32>) -> Message {
    let is_meant = |header: &Header<'_>| matches!(header.kind, Kind::DayOrYear(..));
    let named = texts(headers, is_meant);
    let first = headers.iter().find(|header| is_meant(header));
    let (number, text) = match first {
        Some(Header {
            kind: Kind::DayOrYear(number, _),
            text,
            ..
        }) => (*number, *text),
        _ => (0, ""),
    };
    let name = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let message = Message::new(
        Code::AmbiguousPeriods,
        format!("`{text}` can be a day without its year or a month"),
    )
    .found(format!("{number} {name} or {name} {}", 2000 + number))
    .found(format!("{}: {}", columns(&named), examples(&named)))
    .note("spreadsheets turn `Jan-24` into the 24th of January");
    match year {
        None => message.help(format!(
            "if the months are of one year, name it: `--year {}`",
            2000 + number
        )),
        Some(_) => message.expected("periods with their year, such as `Jan 2024`"),
    }
}

/// Numeric dates that fit both orders.
pub(super) fn ambiguous_order(dates: &[&Header<'_>]) -> Message {
    let first = dates.first().map_or("", |date| date.text);
    let count = dates.len() as u64;
    let dates = if count == 1 {
        "the only numeric date".to_owned()
    } else {
        format!("all {} numeric dates", text::grouped(count))
    };
    let message = Message::new(
        Code::AmbiguousDates,
        format!("{dates} in the header can be read day first or month first"),
    )
    .counting(count)
    .found(readings(first).unwrap_or_else(|| format!("`{first}`")));
    message.help("pass `--date-order dmy` or `--date-order mdy`")
}

/// Numeric dates that need both orders.
pub(super) fn mixed_orders(dates: &[&Header<'_>]) -> Message {
    let only = |order: usize| {
        let is_only = |date: &&&Header<'_>| match date.kind {
            Kind::Numeric(readings) => is_read(readings, order) && !is_read(readings, 1 - order),
            _ => false,
        };
        dates.iter().find(is_only).map(|date| date.text)
    };
    let (Some(day_first), Some(month_first)) = (only(0), only(1)) else {
        return no_period(dates.first().map_or("", |date| date.text));
    };
    Message::new(
        Code::MixedDateOrders,
        format!("`{day_first}` can only be day first, `{month_first}` only month first"),
    )
    .expected("one order in the whole header, best as `2024-01-31`")
}

fn is_read(readings: [Result<When, DateFault>; 2], order: usize) -> bool {
    readings.get(order).is_some_and(Result::is_ok)
}

/// One period in two columns.
pub(super) fn repeated(headers: &[Header<'_>]) -> Option<Message> {
    let period = |header: &Header<'_>| match header.kind {
        Kind::Period(when) => Some((when.month, when.grain)),
        _ => None,
    };
    let mut seen: Vec<(&Header<'_>, (crate::units::Month, Grain))> = Vec::new();
    for header in headers {
        let Some(named) = period(header) else {
            continue;
        };
        let Some((first, _)) = seen.iter().find(|(_, other)| *other == named) else {
            seen.push((header, named));
            continue;
        };
        let headline = format!(
            "`{}` and `{}` name the same {}",
            first.text,
            header.text,
            named.1.word()
        );
        let place = format!("columns {} and {}", first.index + 1, header.index + 1);
        let last = match named.1 {
            Grain::Month => format!("{place} are {}", named.0),
            longer => format!(
                "{place} are the {} that ends with {}",
                longer.word(),
                named.0
            ),
        };
        return Some(
            Message::new(Code::RepeatedPeriod, headline)
                .found(last)
                .expected("one column a period"),
        );
    }
    None
}
