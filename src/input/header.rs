//! Header names as they are compared: case, blanks, marks and units folded away.

use crate::policies::Basis;

/// The folded form of a header: `*Customer_ID` and `customer id` are one.
///
/// Strips a byte order mark and a leading `*`, lowers case, makes one blank of each run of blanks and
/// `_ - . : /`, and drops a trailing `(utc)`.
#[must_use]
pub fn folded(header: &str) -> String {
    let header = header
        .trim_start_matches('\u{feff}')
        .trim()
        .trim_start_matches('*')
        .to_lowercase();
    let words = header
        .split(|c: char| c.is_whitespace() || "_-.:/".contains(c))
        .filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ");
    text.strip_suffix(" (utc)").unwrap_or(&text).to_owned()
}

/// The forms a header is looked up by, most literal first: as folded, without a unit at its end
/// (`MRR (USD)`, `mrr_usd`), with words split at capitals (`customerId`).
#[must_use]
pub fn forms(header: &str) -> Vec<String> {
    let mut forms = vec![folded(header)];
    let split = folded(&split_capitals(header));
    forms.push(split);
    for index in 0..forms.len() {
        let base = forms[index].clone();
        if let Some((name, _)) = unit_at_end(&base) {
            forms.push(name.to_owned());
        }
    }
    forms.dedup();
    forms
}

/// The currency that a header names at its end: `MRR (USD)`, `mrr_usd`, `Revenue €`.
#[must_use]
pub fn currency_of(header: &str) -> Option<&'static str> {
    let folded = folded(header);
    let (_, unit) = unit_at_end(&folded)?;
    CURRENCIES
        .iter()
        .find(|(word, _)| *word == unit)
        .map(|(_, code)| *code)
}

/// True if the header says that amounts are in minor units: `amount_in_cents`, `mrr cents`.
#[must_use]
pub fn is_minor(header: &str) -> bool {
    without_minor(&folded(header)).is_some()
}

/// The name before words such as `in cents`.
#[must_use]
pub fn without_minor(folded: &str) -> Option<&str> {
    const UNITS: &[&str] = &[
        "cents",
        "minor",
        "minor units",
        "pence",
        "paise",
        "(cents)",
        "(in cents)",
    ];
    let name = UNITS
        .iter()
        .find_map(|unit| folded.strip_suffix(unit)?.strip_suffix(' '))?;
    Some(name.strip_suffix(" in").unwrap_or(name))
}

/// How many units an amount of 1 stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// One: amounts as they are written.
    #[default]
    Units,
    /// A thousand.
    Thousands,
    /// A million.
    Millions,
}

impl Scale {
    /// Every scale, the default first.
    pub const ALL: [Scale; 3] = [Scale::Units, Scale::Thousands, Scale::Millions];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Scale::Units => "units",
            Scale::Thousands => "thousands",
            Scale::Millions => "millions",
        }
    }

    /// What an amount is multiplied by.
    #[must_use]
    pub const fn factor(self) -> i128 {
        match self {
            Scale::Units => 1,
            Scale::Thousands => 1_000,
            Scale::Millions => 1_000_000,
        }
    }
}

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Dollars.
    Major,
    /// Cents.
    Minor,
}

impl Unit {
    /// Both.
    pub const ALL: [Unit; 2] = [Unit::Major, Unit::Minor];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Major => "major",
            Unit::Minor => "minor",
        }
    }
}

/// The scale that a header speaks of after its first word: `MRR ($000s)`, `Revenue in thousands`, `ARR (m)`.
#[must_use]
pub fn scale_of(header: &str) -> Option<Scale> {
    words(header)
        .iter()
        .skip(1)
        .find_map(|word| match word.as_str() {
            "thousand" | "thousands" | "000" | "000s" | "k" => Some(Scale::Thousands),
            "million" | "millions" | "mio" | "mn" | "mm" | "m" => Some(Scale::Millions),
            _ => None,
        })
}

/// The words of a header, for finding `mrr` in `Net MRR (USD)`.
#[must_use]
pub fn words(header: &str) -> Vec<String> {
    let split = split_capitals(header).to_lowercase();
    split
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What amounts under this header are, and what says so: run rates where a word of it is of one, else revenue.
#[must_use]
pub fn basis(header: &str) -> (Basis, String) {
    let words = words(header);
    let rates = ["mrr", "arr", "acv", "recurring"];
    match rates
        .iter()
        .find(|rate| words.iter().any(|word| word == *rate))
    {
        Some(word) => (
            Basis::Stock,
            format!("`{word}` in the amount column `{header}`"),
        ),
        None => (
            Basis::Flow,
            format!("no run rate in the amount column's name `{header}`"),
        ),
    }
}

/// A name and the currency or bracketed unit at its end.
fn unit_at_end(folded: &str) -> Option<(&str, &str)> {
    if let Some(rest) = folded.strip_suffix(')') {
        let (name, unit) = rest.rsplit_once('(')?;
        return (!name.trim().is_empty()).then(|| (name.trim(), unit.trim()));
    }
    let (name, unit) = folded.rsplit_once(' ')?;
    CURRENCIES
        .iter()
        .any(|(word, _)| *word == unit)
        .then_some((name, unit))
}

/// Puts a blank before each capital that follows a small letter.
fn split_capitals(header: &str) -> String {
    let mut text = String::with_capacity(header.len() + 4);
    let mut was_small = false;
    for letter in header.chars() {
        if letter.is_uppercase() && was_small {
            text.push(' ');
        }
        was_small = letter.is_lowercase();
        text.push(letter);
    }
    text
}

/// The currencies recognised in headers.
const CURRENCIES: &[(&str, &str)] = &[
    ("usd", "USD"),
    ("us$", "USD"),
    ("eur", "EUR"),
    ("€", "EUR"),
    ("gbp", "GBP"),
    ("£", "GBP"),
    ("chf", "CHF"),
    ("jpy", "JPY"),
    ("cad", "CAD"),
    ("aud", "AUD"),
    ("nzd", "NZD"),
    ("sek", "SEK"),
    ("nok", "NOK"),
    ("dkk", "DKK"),
    ("pln", "PLN"),
    ("czk", "CZK"),
    ("inr", "INR"),
    ("brl", "BRL"),
    ("mxn", "MXN"),
    ("sgd", "SGD"),
    ("hkd", "HKD"),
    ("zar", "ZAR"),
    ("ils", "ILS"),
    ("krw", "KRW"),
    ("cny", "CNY"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_folded_away() {
        for header in [
            "\u{feff}Customer ID",
            "customer_id",
            "*Customer-Id",
            "CUSTOMER.ID",
            " customer  id ",
        ] {
            assert_eq!(folded(header), "customer id", "{header}");
        }
        assert_eq!(folded("Created (UTC)"), "created");
    }

    #[test]
    fn units_and_capitals_are_other_forms_of_a_name() {
        assert!(forms("MRR (USD)").contains(&"mrr".to_owned()));
        assert!(forms("mrr_usd").contains(&"mrr".to_owned()));
        assert!(forms("customerId").contains(&"customer id".to_owned()));
        assert_eq!(currency_of("MRR (USD)"), Some("USD"));
        assert_eq!(currency_of("Revenue €"), Some("EUR"));
        assert_eq!(currency_of("Revenue (net)"), None);
    }

    #[test]
    fn minor_units_are_said_by_the_header() {
        assert_eq!(without_minor("amount in cents"), Some("amount"));
        assert!(is_minor("mrr_cents"));
        assert!(!is_minor("accents"));
    }

    #[test]
    fn a_scale_is_said_after_the_name() {
        for header in [
            "mrr ($000s)",
            "Revenue (000)",
            "mrr (k)",
            "MRR (in USD thousands)",
            "mrr $000",
        ] {
            assert_eq!(scale_of(header), Some(Scale::Thousands), "{header}");
        }
        assert_eq!(scale_of("arr (m)"), Some(Scale::Millions));
        for header in ["mrr", "MRR (USD)", "k", "monthly amount", "mrr_cents"] {
            assert_eq!(scale_of(header), None, "{header}");
        }
    }

    #[test]
    fn words_are_found_inside_headers() {
        assert_eq!(words("Net MRR (USD)"), ["net", "mrr", "usd"]);
        assert_eq!(words("monthlyArr"), ["monthly", "arr"]);
    }
}
