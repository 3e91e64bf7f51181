//! What is said about furniture: totals that prove nothing, and what was left out.

use super::super::columns::{quoted, typed};
use super::row::{self, Stated};
use super::sums::Sums;
use super::{Body, Dropped, Furniture, Kind, Line, Titles};
use crate::error::{Code, Message, Place};
use crate::text;
use crate::units::Amount;

/// A total and what it was compared with.
pub(super) struct Unproven<'a> {
    pub(super) line: &'a Line,
    pub(super) label: &'a str,
    /// What it states.
    pub(super) stated: &'a [Stated],
    /// What the rows add up to, and the first of their lines; `None` if it has no rows.
    pub(super) rows: Option<(Sums, Option<u64>)>,
    /// Whether every row is asked if it alone is too much: not for each of many totals.
    pub(super) asks_rows: bool,
}

/// A total row that is not the sum of its rows.
pub(super) fn unproven_row(body: &Body<'_>, total: &Unproven<'_>) -> Message {
    let Unproven {
        line,
        label,
        stated,
        rows,
        asks_rows,
    } = total;
    let headline = format!("`{label}` is not the sum of its rows");
    let ways = ways_out(body, line, label);
    let helped = |message: Message| {
        ways.iter()
            .fold(message, |message, way| message.help(way.clone()))
    };
    let place = place(body, line);
    let message = Message::new(Code::UnprovenTotal, headline);
    let Some((sums, first)) = rows else {
        return helped(message.at(place).note("no row above it is of that name"));
    };
    let count = text::count(sums.rows, "row");
    let of = match first {
        Some(first) if *first < line.number => format!("of the {count} from line {first}"),
        Some(_) => format!("of all {count}"),
        None => format!("of the {count} of that name"),
    };
    let Some(at) = sums.first_difference(stated) else {
        let unread = format!("of the cells {of}, {} cannot be read", sums.unread);
        return helped(message.at(place).note(unread));
    };
    let column = body.amounts[at];
    let cell = line.cell(column);
    let cell = if cell.is_empty() { "nothing" } else { cell };
    let sum = sums.columns[at];
    let message = message
        .at(Place {
            column: body.header.get(column).cloned(),
            ..place
        })
        .found(format!("`{cell}`"))
        .expected(format!("{}, the sum {of}", grouped(sum)));
    let message = differing(message, stated[at], sum);
    let row = asks_rows.then(|| too_much(body, line, stated, sums));
    helped(match row.flatten() {
        Some(row) => without(message, body, row),
        None => message,
    })
}

/// The one row without which a total would be the sum of its rows.
fn too_much<'b>(body: &Body<'b>, total: &Line, stated: &[Stated], sums: &Sums) -> Option<&'b Line> {
    let differences = sums.columns.iter().zip(stated);
    let differences: Vec<Amount> = differences
        .map(|(sum, stated)| sum.checked_add(-stated.amount()?))
        .collect::<Option<_>>()?;
    let is_difference = |row: &&Line| {
        let amounts = row::stated(body, row).into_iter().map(Stated::amount);
        row.number != total.number && amounts.eq(differences.iter().copied().map(Some))
    };
    let mut rows = body.lines.iter().filter(is_difference);
    let is_zero = differences.iter().all(|difference| difference.is_zero());
    rows.next().filter(|_| !is_zero && rows.next().is_none())
}

/// Adds which row is too much, and what to type if it is none.
fn without(message: Message, body: &Body<'_>, row: &Line) -> Message {
    let label = row.cell(body.customer);
    if label.is_empty() {
        return message.note(format!("without line {} it would be", row.number));
    }
    let message = message.note(format!(
        "without `{label}` in line {} it would be",
        row.number
    ));
    if !label.chars().all(|c| c.is_alphanumeric() || c == ' ') {
        return message;
    }
    let pattern = quoted(&format!("^{label}$"));
    message.help(format!(
        "if `{label}` is no customer, pass `--drop-row {pattern}`"
    ))
}

/// What to type for a total that is a customer, and for one that is not.
fn ways_out(body: &Body<'_>, line: &Line, label: &str) -> [String; 2] {
    // A word above its amounts stands where customers do.
    let column = line.cells.iter().position(|cell| cell == label);
    let column = typed(body.header, column.unwrap_or(body.customer));
    let filter = quoted(&format!("{column}!={label}"));
    [
        format!("if `{label}` is a customer, keep it with `--keep-totals`"),
        format!("if it is a total, leave it out with `--where {filter}`"),
    ]
}

/// A total that states another number of records than there are.
pub(super) fn unproven_count(body: &Body<'_>, line: &Line, stated: u64, rows: u64) -> Message {
    let label = line
        .cells
        .iter()
        .find(|cell| !cell.is_empty())
        .map_or("", String::as_str);
    let headline = format!("`{label}` does not count the rows there are");
    Message::new(Code::UnprovenTotal, headline)
        .at(place(body, line))
        .found(text::count(stated, "record"))
        .expected(text::count(rows, "row"))
        .help("export the report again, without a filter on its rows")
}

/// Adds by how much a total is off, where it is known.
fn differing(message: Message, stated: Stated, sum: Amount) -> Message {
    let difference = stated.amount().and_then(|stated| stated.checked_add(-sum));
    match difference {
        Some(difference) => message.note(format!("they differ by {}", grouped(difference))),
        None => message,
    }
}

fn place(body: &Body<'_>, line: &Line) -> Place {
    Place {
        line: Some(line.number),
        ..body.file.clone()
    }
}

/// An amount with thousands marks.
pub(in crate::input) fn grouped(amount: Amount) -> String {
    let text = amount.to_string();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    match digits.split_once('.') {
        Some((whole, rest)) => format!("{sign}{}.{rest}", text::group_digits(whole)),
        None => format!("{sign}{}", text::group_digits(digits)),
    }
}

/// The warning that lists what was left out, if anything was.
#[must_use]
pub fn furniture_warning(furniture: &Furniture, titles: &Titles, file: &Place) -> Option<Message> {
    let of = |kind: Kind| -> Vec<&Dropped> {
        let dropped = furniture.dropped.iter();
        dropped.filter(|drop| drop.kind == kind).collect()
    };
    let (groups, totals) = (of(Kind::Group), of(Kind::Total));
    let (silent, filtered, footers) = (of(Kind::Silent), of(Kind::Filtered), of(Kind::Footer));
    let named = [&groups, &totals, &silent, &filtered, &footers];
    let dropped = titles.lines.len() + named.map(Vec::len).iter().sum::<usize>();
    if dropped == 0 {
        return None;
    }
    let headline = format!(
        "{} of `{}` {} around its rows and {} left out",
        text::count(dropped as u64, "line"),
        file.file,
        if dropped == 1 { "stands" } else { "stand" },
        if dropped == 1 { "was" } else { "were" },
    );
    let mut message = Message::new(Code::Furniture, headline)
        .at(file.clone())
        .counting(dropped as u64);
    let text = |dropped: &&Dropped| (dropped.line, dropped.text.clone());
    let listed = |dropped: &[&Dropped]| dropped.iter().map(text).collect::<Vec<_>>();
    let above = titles
        .lines
        .iter()
        .copied()
        .zip(titles.text.iter().cloned());
    for (noun, remark, lines) in [
        ("title", "", above.collect()),
        ("group", "", listed(&groups)),
        ("total", ", each the sum of its rows", listed(&totals)),
        ("total", ", without an amount", listed(&silent)),
        (
            "total",
            ", no sum of its rows, by `--where`",
            listed(&filtered),
        ),
        ("footer", "", listed(&footers)),
    ] {
        if !lines.is_empty() {
            message = message.found(part(noun, remark, &lines));
        }
    }
    Some(proof(subs(message, furniture), furniture))
}

/// Adds how many sub-customers count by themselves.
fn subs(message: Message, furniture: &Furniture) -> Message {
    let subs = &furniture.subs;
    if subs.count == 0 {
        return message;
    }
    let total = usize::try_from(subs.count).unwrap_or(usize::MAX);
    message.found(format!(
        "{} of {} {} by {}: {}",
        text::count(subs.count, "sub-customer"),
        text::count(subs.parents, "customer"),
        if subs.count == 1 { "counts" } else { "count" },
        if subs.count == 1 {
            "itself"
        } else {
            "themselves"
        },
        text::examples(&subs.examples, total)
    ))
}

fn proof(mut message: Message, furniture: &Furniture) -> Message {
    if let Some(line) = furniture.proof {
        message = message.note(format!(
            "the total in line {line} is the sum of the {} that are left",
            text::count(furniture.rows, "row")
        ));
    }
    message
}

/// `titles in lines 1 to 4: `A`, `B`, `C` and 1 more`.
fn part(noun: &str, remark: &str, lines: &[(u64, String)]) -> String {
    let numbers: Vec<u64> = lines.iter().map(|(line, _)| *line).collect();
    let named = lines.iter().filter(|(_, text)| !text.is_empty());
    let shown: Vec<String> = named
        .clone()
        .take(3)
        .map(|(_, text)| shortened(text))
        .collect();
    let plural = if lines.len() == 1 { "" } else { "s" };
    let start = format!("{noun}{plural} in {}{remark}", line_ranges(&numbers));
    if shown.is_empty() {
        return start;
    }
    format!("{start}: {}", text::examples(&shown, named.count()))
}

/// A text that is not longer than a line has room for.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", start.trim_end())
}

/// `line 4`, `lines 1 to 3, 7 and 9`, `lines 1, 4, 8, 12 and 20 more`.
fn line_ranges(lines: &[u64]) -> String {
    const SHOWN: usize = 4;
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let shown: Vec<String> = ranges
        .iter()
        .take(SHOWN)
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first}, {last}"),
            _ => format!("{first} to {last}"),
        })
        .collect();
    let count: u64 = ranges.iter().take(SHOWN).map(|(a, b)| b - a + 1).sum();
    let more = lines.len() as u64 - count;
    let word = if lines.len() == 1 { "line" } else { "lines" };
    if more > 0 {
        return format!(
            "{word} {} and {} more",
            shown.join(", "),
            text::grouped(more)
        );
    }
    format!("{word} {}", text::list(&shown, "and"))
}
