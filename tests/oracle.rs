//! A second, naive model of `nrr calc` against the program, on random books under random settings.

#![allow(unreachable_pub, reason = "the model's parts share their names")]

mod support;

#[path = "oracle"]
mod oracle {
    pub mod ask;
    pub mod map;
    pub mod method;
    pub mod model;
    pub mod settings;
    pub mod span;
}

use std::collections::BTreeMap;

use oracle::model::{Answer, Cell, Expected, FIELDS, Model, multiplied, rounded};
use oracle::settings::Settings;
use oracle::span::Span;
use support::book::{Book, text_of, units_of};
use support::random::{Dice, Mix};
use support::table::{Record, Table};
use support::{calc, random, read_fixture, worked};

/// How many random books are measured.
const BOOKS: u64 = 2_000;
/// How many more where there is time.
const MANY_BOOKS: u64 = 60_000;
/// The first seed; a book's seed is printed when it fails.
const SEED: u64 = 20_240_331;
/// How many failing books are shown before the test gives up.
const SHOWN: usize = 5;

/// What moves inside customers: nothing to say in books without products and quantities; `tests/detail.rs` has them.
const INSIDE: [&str; 7] = [
    "upsell",
    "cross_sell",
    "downsell",
    "product_churn",
    "product_swap",
    "volume_change",
    "price_change",
];

/// One question to both sides.
#[derive(Clone, Debug)]
struct Trial {
    book: Book,
    files: usize,
    settings: Settings,
}

impl Trial {
    fn random(seed: u64) -> Trial {
        let mut dice = Dice::new(seed);
        let book = random::book(&mut dice, Mix::WILD);
        let settings = oracle::ask::settings(&mut dice, &book);
        let files = if dice.chance(15) { 2 } else { 1 };
        Trial {
            book,
            files,
            settings,
        }
    }

    /// Where the program differs from the model; empty if it doesn't.
    fn differences(&self) -> Vec<String> {
        let mut args = self.settings.args();
        args.extend(support::words(&["--format", "csv"]));
        let run = calc(&self.book, self.files, &args);
        match Model::new(&self.book, &self.settings).answer() {
            Answer::Errors(codes) => {
                let found = run.errors();
                let fits = run.code == 2
                    && !found.is_empty()
                    && found.iter().all(|code| codes.contains(code.as_str()));
                if fits && run.stdout.is_empty() {
                    return Vec::new();
                }
                vec![format!(
                    "expected an error of {codes:?}, found code {} {}",
                    run.code,
                    first_lines(&run.stderr)
                )]
            }
            Answer::Records(expected) if run.code == 0 => {
                compare(&expected, &Table::read(&run.stdout))
            }
            Answer::Records(_) => {
                vec![format!(
                    "expected records, found code {} {}",
                    run.code,
                    first_lines(&run.stderr)
                )]
            }
        }
    }

    /// A smaller trial that still differs: flags and rows are taken away while it does.
    fn shrink(mut self) -> Trial {
        for name in self.settings.flags.keys().cloned().collect::<Vec<_>>() {
            let mut smaller = self.clone();
            smaller.settings.flags.remove(&name);
            // Half of a range is no question.
            if !["from", "to", "every", "interval"].contains(&name.as_str()) {
                self = smaller.or(self);
            }
        }
        let mut size = self.book.rows.len() / 2;
        while size > 0 {
            let mut start = 0;
            while start < self.book.rows.len() {
                let mut smaller = self.clone();
                let end = (start + size).min(smaller.book.rows.len());
                smaller.book.rows.drain(start..end);
                let before = self.book.rows.len();
                self = smaller.or(self);
                if self.book.rows.len() == before {
                    start += size;
                }
            }
            size /= 2;
        }
        self
    }

    /// This trial if it still differs in the same way, else the other.
    fn or(self, other: Trial) -> Trial {
        // Without rows there is nothing to look at, and the program refuses an empty file.
        let same = !self.book.rows.is_empty() && self.fault() == other.fault();
        if same { self } else { other }
    }

    /// What kind of difference there is first, so that shrinking does not slip into another one.
    fn fault(&self) -> String {
        let first = self.differences().into_iter().next();
        first.map_or_else(String::new, |text| match text.split_once(']') {
            Some((start, _)) if text.starts_with("expected") => start.to_owned(),
            _ => "cells".to_owned(),
        })
    }

    fn show(&self, seed: u64) -> String {
        let files = self.book.split(self.files).join("--- second file\n");
        let command = self.settings.args().join(" ");
        let cells = self
            .differences()
            .into_iter()
            .take(20)
            .collect::<Vec<_>>()
            .join("\n  ");
        format!("seed {seed}\n{files}$ nrr calc book.csv {command}\n  {cells}\n")
    }
}

fn first_lines(text: &str) -> String {
    text.lines().take(3).collect::<Vec<_>>().join(" / ")
}

/// Every cell in which the records differ, and every record too many or too few.
fn compare(expected: &[Expected], found: &Table) -> Vec<String> {
    let known = |name: &&String| FIELDS.contains(&name.as_str()) || name.starts_with("segment.");
    let is_interval = |name: &str| name.ends_with("_low") || name.ends_with("_high");
    let others = |name: &&String| {
        !known(name)
            && !is_interval(name)
            && !["currency", "undefined", "definition", "input_fingerprint"]
                .contains(&name.as_str())
            && !INSIDE.contains(&name.as_str())
    };
    let mut differences: Vec<String> = found
        .header
        .iter()
        .filter(others)
        .map(|name| format!("column `{name}` is not expected"))
        .collect();
    let mut records = found.records.iter().peekable();
    for record in expected {
        let same = records
            .peek()
            .is_some_and(|found| place(found) == place_of(record));
        if same {
            differences.extend(compare_cells(record, records.next().expect("it was there")));
        } else if !record.optional {
            differences.push(format!("no record {:?} where one is due", place_of(record)));
        }
    }
    differences.extend(records.map(|record| format!("record {:?} is not expected", place(record))));
    differences
}

fn place(record: &Record) -> Vec<String> {
    let keys = record
        .cells
        .iter()
        .filter(|(name, _)| name.starts_with("segment.") || *name == "period");
    keys.map(|(_, value)| value.clone()).collect()
}

fn place_of(record: &Expected) -> Vec<String> {
    let keys = record
        .cells
        .iter()
        .filter(|(name, _)| name.starts_with("segment.") || *name == "period");
    keys.map(|(_, value)| written(value)).collect()
}

fn compare_cells(expected: &Expected, found: &Record) -> Vec<String> {
    let mut differences = Vec::new();
    for (field, cell) in &expected.cells {
        let Some(text) = found.cells.get(field) else {
            differences.push(format!("column `{field}` is missing"));
            continue;
        };
        if !agrees(cell, text) {
            let due = written(cell);
            differences.push(format!(
                "{:?} {field}: found `{text}`, the model says `{due}`",
                place(found)
            ));
        }
    }
    let said = INSIDE.iter().filter(|name| !found.text(name).is_empty());
    differences.extend(said.map(|name| format!("{:?} {name} is not empty", place(found))));
    differences.extend(compare_reason(expected, found));
    differences
}

/// A rate that has no value needs a reason; a record without such a rate has none to give.
fn compare_reason(expected: &Expected, found: &Record) -> Option<String> {
    let reason = found.cells.get("undefined")?;
    let undefined = |(name, cell): (&String, &Cell)| {
        !name.starts_with("annual_") && written(cell).is_empty() && !matches!(cell, Cell::Text(_))
    };
    let lacking = expected.cells.iter().any(undefined);
    let complete = expected
        .cells
        .iter()
        .all(|(_, cell)| matches!(cell, Cell::Text(_)) || !written(cell).is_empty());
    let place = place(found);
    if lacking && reason.is_empty() {
        return Some(format!("{place:?} has undefined rates and no reason"));
    }
    (complete && !reason.is_empty())
        .then(|| format!("{place:?} has the reason `{reason}` for nothing"))
}

/// True if the text is the cell's value; amounts and rates compare as numbers, to the last digit.
fn agrees(cell: &Cell, text: &str) -> bool {
    match cell {
        Cell::Text(due) => due == text,
        Cell::Null => text.is_empty(),
        Cell::Amount(due) => units_of(text) == Some(*due),
        Cell::Count(due) => text == due.to_string(),
        Cell::Rate(above, below) => match rounded(*above, *below) {
            None => text.is_empty(),
            due => units_of(text) == due,
        },
        Cell::Product(factors, complement) => match multiplied(factors, *complement) {
            None => text.is_empty(),
            due => units_of(text) == due,
        },
    }
}

fn written(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Null => String::new(),
        Cell::Amount(units) => text_of(*units),
        Cell::Count(count) => count.to_string(),
        Cell::Rate(above, below) => rounded(*above, *below).map_or_else(String::new, text_of),
        Cell::Product(factors, complement) => {
            multiplied(factors, *complement).map_or_else(String::new, text_of)
        }
    }
}

#[test]
fn program_agrees_with_the_naive_model() {
    agree(SEED..SEED + BOOKS);
}

#[test]
#[ignore = "takes minutes; `.ci/run --slow` runs it"]
fn program_agrees_with_the_naive_model_on_many_more_books() {
    agree(SEED + BOOKS..SEED + BOOKS + MANY_BOOKS);
}

fn agree(seeds: std::ops::Range<u64>) {
    let mut failures = Vec::new();
    for seed in seeds {
        let trial = Trial::random(seed);
        if !trial.differences().is_empty() {
            failures.push(trial.shrink().show(seed));
        }
        if failures.len() == SHOWN {
            break;
        }
    }
    assert!(
        failures.is_empty(),
        "{} books differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Six months are two whole quarters, whichever way the ends of the range are named. Kept apart from
/// the random trials, which name both ends in the grain of the steps.
#[test]
fn range_may_end_in_the_month_that_ends_its_last_step() {
    let book = Book::table(
        "       2023-12  2024-03  2024-06
         acme   100      120      90
         birch  50       50       60",
    );
    for (from, to) in [
        ("2024-Q1", "2024-Q2"),
        ("2024-01", "2024-06"),
        ("2024-H1", "2024-H1"),
        ("2024-Q1", "2024-06"),
    ] {
        let words = support::words(&["--from", from, "--to", to, "--every", "quarter"]);
        let trial = Trial {
            book: book.clone(),
            files: 1,
            settings: Settings::parse(&words),
        };
        assert_eq!(trial.differences(), Vec::<String>::new(), "{from} to {to}");
    }
}

/// Trials that only ever end in the same error would test nothing.
#[test]
fn random_trials_reach_numbers_and_every_error() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for seed in SEED..SEED + BOOKS {
        let trial = Trial::random(seed);
        match Model::new(&trial.book, &trial.settings).answer() {
            Answer::Errors(codes) => {
                for code in codes {
                    *seen.entry(code.to_owned()).or_default() += 1;
                }
            }
            Answer::Records(records) => count_classes(&records, &mut seen),
        }
    }
    let codes = [
        "period-before-data",
        "period-after-data",
        "missing-month",
        "negative-revenue",
        "duplicate-rows",
        "grace-on-flow",
        "finer-than-data",
    ];
    for code in codes
        .into_iter()
        .chain(FIELDS.into_iter().filter(|field| *field != "fx"))
    {
        assert!(
            seen.get(code).is_some_and(|&times| times >= 20),
            "too few trials reach `{code}`: {seen:?}"
        );
    }
    assert!(
        seen["records"] > 800,
        "most trials should give numbers: {seen:?}"
    );
}

fn count_classes(records: &[Expected], seen: &mut BTreeMap<String, usize>) {
    *seen.entry("records".to_owned()).or_default() += 1;
    for field in FIELDS {
        let shown = |record: &Expected| {
            !["", "0", "false"].contains(&written(&record.cells[field]).as_str())
        };
        if records.iter().any(shown) {
            *seen.entry(field.to_owned()).or_default() += 1;
        }
    }
}

#[test]
fn model_agrees_with_the_worked_answers() {
    for case in worked::cases() {
        // What moves inside customers is in the model of `tests/detail.rs`.
        let is_inside = |answer: &worked::Answer| INSIDE.contains(&answer.field.as_str());
        if case.answers.iter().any(is_inside) {
            continue;
        }
        let text = read_fixture(&format!("worked/{}", case.file));
        if text.starts_with("customer,start,end,") {
            // Contracts are worked by hand alone: the model reads rows of months.
            continue;
        }
        let book = Book::read(&text);
        let settings = Settings::parse(&case.args);
        let Answer::Records(records) = oracle::map::answer(&book, &settings) else {
            panic!("{}: the model finds errors", case.name);
        };
        for answer in &case.answers {
            let by = settings.by();
            let segment = |record: &Expected| {
                by.iter()
                    .map(|name| written(&record.cells[&format!("segment.{name}")]))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let meant = |record: &&Expected| {
                written(&record.cells["period"]) == answer.period
                    && segment(record).trim() == answer.segment
            };
            let record = records
                .iter()
                .find(meant)
                .unwrap_or_else(|| panic!("{}: no record {answer:?}", case.name));
            let due = if answer.value == "–" {
                ""
            } else {
                &answer.value
            };
            let found = written(&record.cells[&answer.field]);
            assert!(
                found == due || units_of(&found) == units_of(due),
                "{}: {answer:?}, found {found}",
                case.name
            );
        }
    }
}

/// The Python script and this model are two readings of the same page; they have to agree as well.
#[test]
fn model_agrees_with_the_book_answers() {
    let book = Book::read(&read_fixture("book/revenue.csv"));
    let answers: serde_json::Value =
        serde_json::from_str(&read_fixture("book/answers.json")).expect("JSON");
    for question in answers.as_array().expect("questions") {
        let flags = question["flags"].as_str().expect("flags");
        let mut args: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
        args.extend(support::words(&["--by", "region"]));
        let settings = Settings::parse(&args);
        let Answer::Records(records) = Model::new(&book, &settings).answer() else {
            panic!("{flags}: errors")
        };
        for record in records {
            let name = written(&record.cells["segment.region"]);
            let due = if name.is_empty() {
                &question["total"]
            } else {
                &question["region"][&name]
            };
            for (field, value) in due
                .as_object()
                .unwrap_or_else(|| panic!("{flags}: `{name}` is not there"))
            {
                let found = written(&record.cells[field]);
                assert_eq!(
                    units_of(&found),
                    value.as_str().and_then(units_of),
                    "{flags} {name} {field}"
                );
            }
        }
    }
}

#[test]
fn model_labels_fiscal_periods_by_the_year_they_end_in() {
    let year = Span::parse("FY2024", 2);
    assert_eq!(
        (year.first_day().as_str(), year.last_day().as_str()),
        ("2023-02-01", "2024-01-31")
    );
    let quarter = Span::parse("2024-Q1", 2);
    assert_eq!(
        (quarter.first_day().as_str(), quarter.last_day().as_str()),
        ("2023-02-01", "2023-04-30")
    );
    assert_eq!(quarter.label(2), "FY2024-Q1");
    assert_eq!(quarter.earlier(3).label(2), "FY2023-Q4");
    assert_eq!(
        Span::parse("2024-Q1", 1).earlier(1).label(1),
        "2023-12..2024-02"
    );
}

#[test]
fn model_rounds_half_away_from_zero() {
    assert_eq!(rounded(1, 2_000_000), Some(1));
    assert_eq!(rounded(-1, 2_000_000), Some(-1));
    assert_eq!(rounded(1, 2_000_001), Some(0));
    assert_eq!(rounded(1, 0), None);
}
