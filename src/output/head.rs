//! What stands above every table and beside every stream: what was read, and by which choices.

use unicode_width::UnicodeWidthStr;

use super::escape;
use super::report::{Choice, Definition, Report};
use crate::metrics::Record;
use crate::policies::Method;
use crate::text;
use crate::units::{Grain, Period};

/// How many digits of a fingerprint people are shown.
const SHORT: usize = 6;

/// Where lists of choices break when no width is known.
pub const WORDS_WIDTH: usize = 100;

/// The declaration of a report, each text escaped for a terminal.
#[derive(Clone, Debug)]
pub struct Head {
    /// Files, rows, customers, currency, fingerprint.
    pub input: Vec<String>,
    /// The periods, what an amount is, the definition.
    pub scope: Vec<String>,
    /// Every choice that somebody set or that was detected, with its origin; then the filters.
    pub set: Vec<String>,
    /// Every other choice with its value.
    pub defaults: Vec<String>,
}

impl Head {
    /// Reads the declaration off a report.
    #[must_use]
    pub fn of(report: &Report) -> Head {
        let is_default = |choice: &&Choice| choice.is_default && choice.origin == "default";
        let choices = || report.definition.choices.iter();
        let set = choices()
            .filter(|choice| !is_default(choice))
            .map(|choice| {
                let shown = format!("{} {} ({})", choice.name, choice.value, choice.origin);
                escape::terminal(&shown).into_owned()
            });
        let reading = report.input.files.first().into_iter();
        let reading = reading.flat_map(|file| &file.traits);
        let reading = reading
            .filter(|(_, _, origin)| !origin.starts_with("detected"))
            .map(|(name, value, origin)| {
                escape::terminal(&format!("{name} {value} ({origin})")).into_owned()
            });
        let filters = report.definition.filters.iter().map(|filter| {
            let origin = &report.definition.filters_origin;
            escape::terminal(&format!("where {filter} ({origin})")).into_owned()
        });
        let defaults = choices()
            .filter(is_default)
            .map(|choice| escape::terminal(&format!("{} {}", choice.name, choice.value)).into());
        Head {
            input: input(report),
            scope: scope(report),
            set: set.chain(reading).chain(filters).collect(),
            defaults: defaults.collect(),
        }
    }

    /// What stands before the defaults.
    #[must_use]
    pub fn defaults_label(&self) -> &'static str {
        if self.set.is_empty() {
            "choices at their defaults: "
        } else {
            "other choices at their defaults: "
        }
    }
}

/// Items with ` · ` between them, broken between items so that lines stay within `width`.
#[must_use]
pub fn wrapped(label: &str, items: &[String], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = label.to_owned();
    for (index, item) in items.iter().enumerate() {
        let is_last = index + 1 == items.len();
        let item = format!("{item}{}", if is_last { "" } else { " ·" });
        if index > 0 && line.width() + 1 + item.width() > width {
            lines.push(std::mem::replace(&mut line, "  ".to_owned()));
        } else if index > 0 {
            line.push(' ');
        }
        line.push_str(&item);
    }
    lines.push(line);
    lines
}

/// A clause broken between words so that lines stay within `width`, later lines indented.
#[must_use]
pub fn folded(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if line.trim().is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut line, format!("  {word}")));
        } else {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.push(line);
    lines
}

/// The value of a choice in force.
#[must_use]
pub fn choice<'a>(report: &'a Report, name: &str) -> Option<&'a str> {
    let mut choices = report.definition.choices.iter();
    Some(&choices.find(|choice| choice.name == name)?.value)
}

/// The definition as `name@digits`.
#[must_use]
pub fn definition(report: &Report, digits: usize) -> String {
    of_definition(&report.definition, digits)
}

/// The same of one definition among several.
#[must_use]
pub fn of_definition(definition: &Definition, digits: usize) -> String {
    let fingerprint: String = definition.fingerprint.chars().take(digits).collect();
    format!("{}@{fingerprint}", definition.name)
}

fn input(report: &Report) -> Vec<String> {
    let input = &report.input;
    let files = match input.files.as_slice() {
        [only] => escape::terminal(&only.name).into_owned(),
        files => text::count(files.len() as u64, "file"),
    };
    let rows = text::count(input.rows, "row");
    let customers = text::count(input.customers, "customer");
    let mut parts = vec![files, rows, customers];
    if let Some(currency) = &input.currency {
        parts.push(escape::terminal(currency).into_owned());
    }
    let short = |fingerprint: &str| fingerprint.chars().take(SHORT).collect::<String>();
    parts.push(format!("{}…", short(&input.fingerprint)));
    for file in &input.choices {
        let (name, rows) = (escape::terminal(&file.name), text::count(file.rows, "row"));
        let digits = short(&file.fingerprint);
        parts.push(format!("{} {name}, {rows}, {digits}…", file.choice));
    }
    parts
}

fn scope(report: &Report) -> Vec<String> {
    let definition = format!("definition {}", definition(report, SHORT));
    let mut parts = vec![periods(report), basis(report)];
    parts.extend(method(report).map(str::to_owned));
    parts.push(definition);
    parts
        .iter()
        .map(|part| escape::terminal(part).into_owned())
        .collect()
}

/// `2024-Q1 (Jan–Mar 2024) against 2023-Q4`, how many periods from where to where, or what the data cover.
fn periods(report: &Report) -> String {
    if let [first, .., last] = report.asked.as_slice() {
        let periods = text::count(report.asked.len() as u64, "period");
        return format!(
            "{periods}, {first} to {last}, each against {}",
            against(report)
        );
    }
    if let [only] = report.asked.as_slice() {
        return only.clone();
    }
    let totals = || report.records.iter().filter(|one| one.segments.is_none());
    let (Some(first), Some(last)) = (totals().next(), totals().next_back()) else {
        let horizon = format!("{} to {}", report.input.first, report.input.last);
        return match report.cohorts {
            Some(grain) => format!("cohorts by {}, {horizon}", grain.word()),
            None => horizon,
        };
    };
    let label = |record: &Record| record.period.label(record.fiscal_year);
    if report.is_single || first.period == last.period {
        let opening = first.opening_period.label(first.fiscal_year);
        let (closing, months) = (label(first), first.period.months_label());
        return format!("{closing} ({months}) against {opening}");
    }
    let periods = text::count(totals().count() as u64, "period");
    let (first, last) = (label(first), label(last));
    format!(
        "{periods}, {first} to {last}, each against {}",
        against(report)
    )
}

/// What the periods of a range are each compared with.
fn against(report: &Report) -> String {
    match choice(report, "lookback") {
        Some("1") => "1 month before".to_owned(),
        Some("period") | None => "the period before".to_owned(),
        Some(months) => format!("{months} months before"),
    }
}

/// How the two ends become a rate, where it is not by comparing them.
fn method(report: &Report) -> Option<&'static str> {
    match Method::parse(choice(report, "method")?)? {
        Method::PointToPoint => None,
        Method::Compound => {
            Some("compound: rates of the steps multiplied, amounts from end to end")
        }
        Method::Summed => Some("summed: movements of the steps added up"),
        Method::TrailingAverage => Some("trailing average: twelve months' comparisons added up"),
    }
}

/// What an amount is: `stock: MRR of the last month`.
fn basis(report: &Report) -> String {
    let amount = &report.input.amount_name;
    let first = report.records.first();
    let is_month = match report.cohorts {
        Some(grain) => grain == Grain::Month,
        None => first.is_none_or(|record| record.period.months() == 1),
    };
    match (choice(report, "basis"), is_month) {
        (Some("stock"), true) => format!("stock: {amount} of the month"),
        (Some("stock"), false) => {
            match first.filter(|record| report.is_single && !record.partial) {
                Some(record) => {
                    let end = |period: Period| period.last().short_name();
                    let (opening, closing) = (end(record.opening_period), end(record.period));
                    format!("stock: {amount} of the last month, {opening} → {closing}")
                }
                None => format!("stock: {amount} of the last month"),
            }
        }
        (_, true) => format!("flow: {amount} of the month"),
        (_, false) => format!("flow: {amount} summed over the months"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_items() {
        let items = ["aaaa", "bbbb", "cccc"].map(str::to_owned);
        assert_eq!(wrapped("x: ", &items, 16), ["x: aaaa · bbbb ·", "  cccc"]);
        assert_eq!(wrapped("x: ", &items, 4).len(), 3);
    }
}
