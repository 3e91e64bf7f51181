//! What the titles above the header say.

use super::Line;
use super::words::{basis_word, key};
use crate::input::header::Scale;
use crate::input::number::{Mark, read_amount};

/// What stands above the header, and what it says of the amounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Titles {
    /// The lines, in order.
    pub lines: Vec<u64>,
    /// Their texts, the cells of a line joined by blanks.
    pub text: Vec<String>,
    /// The year, where a range of dates names one alone: `January - December 2024`.
    pub year: Option<i32>,
    /// `Accrual` or `Cash`.
    pub basis_word: Option<&'static str>,
    /// What one unit stands for: `in thousands`.
    pub scale: Option<Scale>,
    /// The currency by its code, where it is named as one: `Currency: EUR`, `in USD`, `(GBP)`.
    pub currency: Option<&'static str>,
    /// The report, where it is one that is known: `Sales by Customer Summary`.
    pub report: Option<&'static str>,
    /// `mrr` or `arr`, where one of them is named and the other is not.
    pub amount_word: Option<&'static str>,
}

/// The reports that are known by their titles; a longer one stands before those it contains.
const REPORTS: &[&str] = &[
    "Sales by Customer Summary",
    "Sales by Customer Detail",
    "Sales by Customer",
    "Income by Customer Summary",
    "Income by Customer Detail",
    "Income by Customer",
    "Income by Contact",
    "Receivable Invoice Detail",
    "MRR Details",
    "ARR Details",
];

/// Reads the records above the header.
#[must_use]
pub fn read_titles(lines: &[Line]) -> Titles {
    let mut titles = Titles::default();
    for line in lines {
        let filled = line.cells.iter().filter(|cell| !cell.is_empty());
        let text = filled.map(String::as_str).collect::<Vec<_>>().join(" ");
        titles.lines.push(line.number);
        titles.text.push(text);
    }
    let first =
        |read: fn(&str) -> Option<&'static str>| titles.text.iter().find_map(|text| read(text));
    let (basis, currency, report) = (first(basis_word), first(currency_of), first(report_of));
    titles.scale = titles.text.iter().find_map(|text| scale_of(text));
    titles.year = year_of(&titles.text);
    titles.amount_word = amount_word(&titles.text);
    (titles.basis_word, titles.currency, titles.report) = (basis, currency, report);
    titles
}

fn report_of(text: &str) -> Option<&'static str> {
    let text = key(text);
    let mut reports = REPORTS.iter().copied();
    reports.find(|report| has_words(&text, &key(report)))
}

/// Whether the words of `part` follow each other in `text`; both are keys.
fn has_words(text: &str, part: &str) -> bool {
    format!(" {text} ").contains(&format!(" {part} "))
}

/// The one year that ranges of dates name. A title with a time of day says when it was printed.
fn year_of(text: &[String]) -> Option<i32> {
    let mut years = text
        .iter()
        .filter(|text| is_range(text))
        .flat_map(|text| text.split(|c: char| !c.is_ascii_digit()))
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .filter(|year| (1990..=2100).contains(year));
    let year = years.next()?;
    years.all(|other| other == year).then_some(year)
}

fn is_range(text: &str) -> bool {
    let words = key(text);
    let has_time = text
        .split(':')
        .zip(text.split(':').skip(1))
        .any(|(hours, minutes)| {
            hours.ends_with(|c: char| c.is_ascii_digit())
                && minutes.starts_with(|c: char| c.is_ascii_digit())
        });
    let is_year = words.len() == 4 && words.bytes().all(|byte| byte.is_ascii_digit());
    let joins = [" - ", "–", "—"].iter().any(|dash| text.contains(dash))
        || ["through", "thru", "to", "bis", "until"]
            .iter()
            .any(|word| has_words(&words, word));
    // Twelve months that end in another month belong to two years.
    let is_calendar_year = ["ended", "ending"]
        .iter()
        .any(|word| has_words(&words, word))
        && ["december", "dec", "12 31", "31 12"]
            .iter()
            .any(|word| has_words(&words, word));
    !has_time && (is_year || joins || is_calendar_year)
}

fn scale_of(text: &str) -> Option<Scale> {
    let words = key(text);
    let says = |said: &[&str]| said.iter().any(|said| has_words(&words, said));
    let bracketed = [
        "($000)", "(000)", "(000s)", "($000s)", "$000s", "(€000)", "(£000)",
    ];
    if says(&[
        "in thousands",
        "thousands of",
        "000s",
        "in tausend",
        "in thousand",
        "thousands",
        "tsd",
        "teur",
        "k€",
        "$k",
        "k$",
    ]) || bracketed.iter().any(|sign| text.contains(sign))
    {
        return Some(Scale::Thousands);
    }
    says(&[
        "in millions",
        "millions of",
        "in million",
        "in mio",
        "million",
        "millions",
        "mio",
    ])
    .then_some(Scale::Millions)
}

/// A code counts only where a word or brackets say that it is one: `ALL` and `TOP` are codes too.
fn currency_of(text: &str) -> Option<&'static str> {
    const BEFORE: &[&str] = &["in", "currency", "currency:", "währung", "währung:"];
    let words: Vec<&str> = text.split_whitespace().collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let is_introduced = at > 0 && BEFORE.contains(&words[at - 1].to_lowercase().as_str());
        let bracketed = word
            .strip_prefix('(')
            .and_then(|word| word.strip_suffix(')'));
        let plain = word.trim_end_matches([',', ';', '.']);
        let code = bracketed.or(is_introduced.then_some(plain))?;
        let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let amount = is_code.then(|| format!("{code} 1"))?;
        read_amount(&amount, Mark::Dot).1.ok().flatten()?.currency
    })
}

fn amount_word(text: &[String]) -> Option<&'static str> {
    let says = |words: &[&str]| {
        let mut lines = text.iter().map(|text| key(text));
        lines.any(|line| words.iter().any(|word| has_words(&line, word)))
    };
    let monthly = says(&["mrr", "monthly recurring revenue"]);
    let annual = says(&["arr", "annual recurring revenue"]);
    match (monthly, annual) {
        (true, false) => Some("mrr"),
        (false, true) => Some("arr"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(rows: &[&str]) -> Titles {
        let lines: Vec<Line> = (1..)
            .zip(rows)
            .map(|(number, row)| Line {
                number,
                cells: row.split('|').map(str::to_owned).collect(),
            })
            .collect();
        read_titles(&lines)
    }

    #[test]
    fn a_title_block_is_read() {
        let found = titles(&[
            "Example Kites Inc||",
            "Sales by Customer Summary||",
            "January - December 2024||",
            "Accrual Basis|(USD)|in thousands",
        ]);
        assert_eq!(found.lines, [1, 2, 3, 4]);
        assert_eq!(found.text[3], "Accrual Basis (USD) in thousands");
        assert_eq!(found.year, Some(2024));
        assert_eq!(found.basis_word, Some("Accrual"));
        assert_eq!(found.scale, Some(Scale::Thousands));
        assert_eq!(found.currency, Some("USD"));
        assert_eq!(found.report, Some("Sales by Customer Summary"));
        assert_eq!(found.amount_word, None);
        assert_eq!(titles(&[]), Titles::default());
    }

    #[test]
    fn a_year_is_that_of_a_range() {
        for (text, year) in [
            ("January through December 2024", Some(2024)),
            ("01/01/2024 - 12/31/2024", Some(2024)),
            ("2024-01-01 to 2024-12-31", Some(2024)),
            ("For the 12 months ended 31 December 2024", Some(2024)),
            ("For the year ended 30 June 2024", None),
            ("April 2023 – March 2024", None),
            ("2024", Some(2024)),
            ("Monday - 3 August 2026 04:19 PM", None),
            ("Suite 2024, Main Street", None),
            ("Jan - Dec 24", None),
        ] {
            assert_eq!(titles(&["Sales", text]).year, year, "{text}");
        }
        assert_eq!(titles(&["2023", "Jan - Dec 2024"]).year, None);
    }

    #[test]
    fn words_of_amounts_are_found_where_they_are_meant() {
        assert_eq!(titles(&["Currency|EUR"]).currency, Some("EUR"));
        assert_eq!(titles(&["All amounts in GBP."]).currency, Some("GBP"));
        assert_eq!(titles(&["ALL DATES", "TOP Kites (ABC)"]).currency, None);
        assert_eq!(titles(&["$ in millions"]).scale, Some(Scale::Millions));
        assert_eq!(titles(&["Revenue ($000)"]).scale, Some(Scale::Thousands));
        assert_eq!(titles(&["Thousand Kites Inc"]).scale, None);
        assert_eq!(titles(&["MRR Details"]).amount_word, Some("mrr"));
        assert_eq!(titles(&["MRR and ARR"]).amount_word, None);
        assert_eq!(titles(&["Cash Register Kites"]).basis_word, None);
        assert_eq!(titles(&["Cash basis"]).basis_word, Some("Cash"));
    }
}
