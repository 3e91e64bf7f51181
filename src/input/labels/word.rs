//! The words beside a period in a header: what amounts are called, and what makes it no single period.

use crate::input::cell::{content, is_blank};

/// What amounts are called beside a period, with the name that is kept.
const AMOUNTS: &[(&str, &str)] = &[
    ("monthly recurring revenue", "mrr"),
    ("annual recurring revenue", "arr"),
    ("mrr", "mrr"),
    ("arr", "arr"),
    ("acv", "acv"),
    ("revenue", "revenue"),
    ("rev", "revenue"),
    ("amount", "amount"),
    ("amt", "amount"),
    ("sales", "sales"),
    ("income", "income"),
];

/// Words that say nothing about which period it is.
const FILLERS: &[&str] = &[
    "for",
    "in",
    "as of",
    "as at",
    "month ended",
    "month ending",
    "net",
    "ending",
    "closing",
    "actual",
    "actuals",
    "usd",
    "eur",
    "gbp",
    "chf",
    "cad",
    "aud",
    "us$",
    "$",
    "€",
    "£",
];

/// Words that make a column something else than the amounts of one period; the reason completes the
/// sentence "the column …".
const AGGREGATES: &[(&str, &str)] = &[
    ("year to date", "is a year to date"),
    ("ytd", "is a year to date"),
    ("qtd", "is a quarter to date"),
    ("mtd", "is a month to date"),
    ("ltm", "is a sum of twelve months"),
    ("ttm", "is a sum of twelve months"),
    ("average", "is an average"),
    ("avg", "is an average"),
    ("mean", "is an average"),
    ("durchschnitt", "is an average"),
    ("moyenne", "is an average"),
    ("budgeted", "is a budget"),
    ("budget", "is a budget"),
    ("forecasted", "is a forecast"),
    ("forecast", "is a forecast"),
    ("fcst", "is a forecast"),
    ("projected", "is a forecast"),
];

/// Words for a sum of other columns.
const TOTALS: &[&str] = &[
    "grand totals",
    "grand total",
    "report total",
    "overall total",
    "sum total",
    "sub total",
    "subtotal",
    "row total",
    "totals",
    "total",
    "sum",
    "gesamtsumme",
    "gesamtergebnis",
    "gesamt",
    "insgesamt",
    "summe",
    "somme",
    "suma",
    "totale",
    "totaal",
];

/// Why a column of some days of a month is left out.
pub(super) const IS_PART_OF_MONTH: &str = "covers a part of a month";

/// Why a column of totals is left out; also how one is told from other aggregates.
pub(super) const IS_TOTAL: &str = "is a total";

/// A header without the words around its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Peeled<'a> {
    /// What is left: a period, other text, or nothing.
    pub(super) core: &'a str,
    /// What amounts are called, if it says so.
    pub(super) amount: Option<&'static str>,
    /// Why it is no single period, if a word says so.
    pub(super) aggregate: Option<&'static str>,
}

/// Takes the words off both ends of a header.
pub(super) fn peel(header: &str) -> Peeled<'_> {
    let mut peeled = Peeled {
        core: content(header).trim_matches(is_edge),
        amount: None,
        aggregate: None,
    };
    // Every step makes the text shorter, so it ends.
    while peeled.step() {}
    peeled
}

impl Peeled<'_> {
    /// Takes one word off; false if none is there.
    fn step(&mut self) -> bool {
        if let Some((rest, name)) = strip_any(self.core, AMOUNTS) {
            (self.core, self.amount) = (rest, self.amount.or(Some(name)));
            return true;
        }
        if let Some((rest, reason)) = strip_any(self.core, AGGREGATES) {
            (self.core, self.aggregate) = (rest, Some(reason));
            return true;
        }
        if let Some(rest) = TOTALS.iter().find_map(|word| strip(self.core, word)) {
            (self.core, self.aggregate) = (rest, self.aggregate.or(Some(IS_TOTAL)));
            return true;
        }
        let filler = FILLERS.iter().find_map(|word| strip(self.core, word));
        match filler.or_else(|| strip_counter(self.core)) {
            Some(rest) => {
                self.core = rest;
                true
            }
            None => false,
        }
    }
}

fn strip_any<'a>(text: &'a str, words: &[(&str, &'static str)]) -> Option<(&'a str, &'static str)> {
    words
        .iter()
        .find_map(|(word, meaning)| Some((strip(text, word)?, *meaning)))
}

/// The text without a word at its beginning or end.
fn strip<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let is_letters = word.starts_with(char::is_alphabetic);
    if let Some((front, rest)) = text.split_at_checked(word.len())
        && front.eq_ignore_ascii_case(word)
        && !(is_letters && rest.starts_with(char::is_alphabetic))
    {
        return Some(rest.trim_matches(is_edge));
    }
    let (rest, end) = text.split_at_checked(text.len().checked_sub(word.len())?)?;
    let is_whole = !(is_letters && rest.ends_with(char::is_alphabetic));
    (end.eq_ignore_ascii_case(word) && is_whole).then(|| rest.trim_matches(is_edge))
}

/// `month_2024_01` names its month by the year behind it; `month_1` is counted.
fn strip_counter(text: &str) -> Option<&str> {
    let rest = ["month", "period"]
        .iter()
        .find_map(|word| strip(text, word))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (digits >= 4).then_some(rest)
}

fn is_edge(character: char) -> bool {
    is_blank(character) || "_-:/|.,()[]".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_around_a_period_are_taken_off() {
        for (header, core, amount) in [
            ("MRR 2024-01", "2024-01", Some("mrr")),
            ("2024-01 ARR", "2024-01", Some("arr")),
            ("mrr_2024_01", "2024_01", Some("mrr")),
            ("Rev2024-01", "2024-01", Some("revenue")),
            ("Net MRR for Jan-24", "Jan-24", Some("mrr")),
            ("Jan 2024 (USD)", "Jan 2024", None),
            ("Month ended Jan 31, 2024", "Jan 31, 2024", None),
            ("month_2024_01", "2024_01", None),
            ("month_1", "month_1", None),
            ("Revolution", "Revolution", None),
            ("\u{feff}2024-01", "2024-01", None),
            ("MRR", "", Some("mrr")),
            ("", "", None),
        ] {
            let peeled = peel(header);
            assert_eq!((peeled.core, peeled.amount), (core, amount), "{header}");
            assert_eq!(peeled.aggregate, None, "{header}");
        }
    }

    #[test]
    fn words_for_several_periods_are_told() {
        for (header, core, reason) in [
            ("YTD", "", "is a year to date"),
            ("2024 YTD", "2024", "is a year to date"),
            ("Avg MRR", "", "is an average"),
            ("Budget Jan-24", "Jan-24", "is a budget"),
            ("Grand Total", "", IS_TOTAL),
            ("TOTAL", "", IS_TOTAL),
            ("Total Wine", "Wine", IS_TOTAL),
            ("2024-01_forecast", "2024-01", "is a forecast"),
        ] {
            let peeled = peel(header);
            assert_eq!(
                (peeled.core, peeled.aggregate),
                (core, Some(reason)),
                "{header}"
            );
        }
    }
}
