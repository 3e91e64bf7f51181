//! The published answers, the cases worked by hand and the answers of the book, against the program.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test says what it skips"
)]

mod support;

use std::process::Command;

use serde_json::Value;
use support::book::{months_of, text_of, units_of};
use support::table::{Record, Table};
use support::worked::{Answer, Case, cases};
use support::{fixture, read_fixture, run};

fn calc(file: &str, args: &[String], format: &str) -> String {
    let path = fixture(file);
    let mut line = vec![
        "calc",
        path.to_str().expect("a plain path"),
        "--no-config",
        "--format",
        format,
    ];
    line.extend(args.iter().map(String::as_str));
    let run = run(&line);
    assert_eq!(run.code, 0, "{line:?}: {}", run.stderr);
    run.stdout
}

fn segment(record: &Record) -> String {
    record.segment().into_values().collect::<Vec<_>>().join(" ")
}

/// True if the cell holds the published figure: as a number where it is one, else to the letter.
fn agrees(found: &str, answer: &str) -> bool {
    let due = if answer == "–" { "" } else { answer };
    match (units_of(found), units_of(due)) {
        (Some(found), Some(due)) => found == due,
        _ => found == due,
    }
}

fn misses(case: &Case, table: &Table) -> Vec<String> {
    let miss = |answer: &Answer| {
        let meant = |record: &&Record| {
            record.text("period") == answer.period && segment(record) == answer.segment
        };
        let Some(record) = table.records.iter().find(meant) else {
            return Some(format!("{}: no record for {answer:?}", case.name));
        };
        let found = record.text(&answer.field);
        (!agrees(found, &answer.value))
            .then(|| format!("{} {:?}: {answer:?}, found {found}", case.name, case.args))
    };
    case.answers.iter().filter_map(miss).collect()
}

#[test]
fn published_answers_come_out() {
    let all = cases();
    assert!(all.len() >= 20, "the page has its cases: {}", all.len());
    let mut missed = Vec::new();
    for case in all {
        assert!(
            !case.answers.is_empty(),
            "{}: a command without answers",
            case.name
        );
        let table = Table::read(&calc(&format!("worked/{}", case.file), &case.args, "csv"));
        missed.extend(misses(&case, &table));
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn every_worked_file_is_on_the_page() {
    let file = |arg: String| arg.strip_prefix("fixtures/worked/").map(str::to_owned);
    let named: Vec<String> = cases()
        .into_iter()
        .flat_map(|case| {
            let beside = case.args.into_iter().filter_map(file);
            beside.chain([case.file]).collect::<Vec<_>>()
        })
        .collect();
    for entry in std::fs::read_dir(fixture("worked")).expect("the folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a plain name");
        assert!(
            name == "README.md" || named.contains(&name),
            "{name} is on no page"
        );
    }
}

fn book_answers() -> Vec<Value> {
    let answers: Value = serde_json::from_str(&read_fixture("book/answers.json")).expect("JSON");
    answers.as_array().expect("a list of questions").clone()
}

/// Compares one record with what the independent script found; `null` is undefined.
fn compare(record: &Record, due: &Value, place: &str) {
    for (field, value) in due.as_object().expect("fields") {
        let (found, due) = (record.text(field), value.as_str().unwrap_or("–"));
        assert!(
            agrees(found, due),
            "{place} {field}: found `{found}`, the script says `{due}`"
        );
    }
}

#[test]
fn book_answers_come_out() {
    for question in book_answers() {
        let flags = question["flags"].as_str().expect("flags");
        let mut args: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
        args.extend(support::words(&["--by", "region"]));
        let table = Table::read(&calc("book/revenue.csv", &args, "csv"));
        let regions = question["region"].as_object().expect("regions");
        assert_eq!(table.records.len(), regions.len() + 1, "{flags}");
        compare(&table.records[0], &question["total"], flags);
        for (name, due) in regions {
            let meant = |record: &&Record| segment(record) == *name;
            let record = table
                .records
                .iter()
                .find(meant)
                .unwrap_or_else(|| panic!("{flags}: no record for {name}"));
            compare(record, due, &format!("{flags} {name}"));
        }
    }
}

/// What the JSON adds to the records: the definition, the input and the warnings stand there always.
#[test]
fn json_holds_the_same_records_as_csv() {
    let args = support::words(&[
        "--from", "2022-Q1", "--to", "2024-Q4", "--every", "quarter", "--by", "region",
    ]);
    let table = Table::read(&calc("book/revenue.csv", &args, "csv"));
    let json: Value = serde_json::from_str(&calc("book/revenue.csv", &args, "json")).expect("JSON");
    assert_eq!(json["schema"], "nrr.calc/1");
    assert_eq!(json["definition"]["name"], "standard");
    assert!(
        json["definition"]["fingerprint"].is_string()
            && json["input"].is_object()
            && json["warnings"].is_array()
    );
    let results = json["results"].as_array().expect("results");
    assert_eq!(results.len(), table.records.len());
    for (record, result) in table.records.iter().zip(results) {
        for (field, text) in &record.cells {
            let value = &result[field];
            // An absent key and a null both stand for an empty cell.
            let same = match value {
                Value::Null => text.is_empty(),
                Value::Number(number) => units_of(&number.to_string()) == units_of(text),
                Value::String(string) => string == text,
                Value::Bool(flag) => &flag.to_string() == text,
                _ => false,
            };
            assert!(same, "{field}: `{text}` in CSV, {value} in JSON");
        }
    }
    let jsonl = calc("book/revenue.csv", &args, "jsonl");
    let lines: Vec<Value> = jsonl
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(&lines, results, "one record a line");
}

/// Runs a script of `fixtures/book`; without Python it is skipped aloud, in CI that is a failure.
fn script(name: &str) -> Option<String> {
    let found = Command::new("python3")
        .arg(fixture("book").join(name))
        .arg("--stdout")
        .output();
    match found {
        Ok(output) => {
            assert!(
                output.status.success(),
                "{name}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(String::from_utf8(output.stdout).expect("UTF-8"))
        }
        Err(error) => {
            assert_ne!(
                std::env::var("CI").as_deref(),
                Ok("true"),
                "python3 is needed: {error}"
            );
            eprintln!("skipped {name}: no python3");
            None
        }
    }
}

#[test]
fn generator_reproduces_the_book() {
    if let Some(text) = script("generate.py") {
        assert!(
            text == read_fixture("book/revenue.csv"),
            "revenue.csv is not what generate.py writes"
        );
    }
}

#[test]
fn answers_are_those_of_the_script() {
    if let Some(text) = script("answers.py") {
        assert!(
            text == read_fixture("book/answers.json"),
            "answers.json is not what answers.py writes"
        );
    }
}

/// The page for people shows the figures of the file for programs.
#[test]
fn fixtures_page_shows_the_book_answers() {
    let page = read_fixture("README.md");
    for question in book_answers() {
        let regions = question["region"].as_object().expect("regions");
        for record in regions
            .values()
            .chain([&question["total"]])
            .filter(|record| !record["nrr"].is_null())
        {
            for field in ["nrr", "grr", "logo_retention"] {
                let value = record[field].as_str().expect("a rate");
                assert!(page.contains(value), "{field} {value} is not on the page");
            }
        }
    }
}

#[test]
fn book_is_as_large_and_as_varied_as_it_says() {
    let book = support::book::Book::read(&read_fixture("book/revenue.csv"));
    let customers: std::collections::BTreeSet<&str> =
        book.rows.iter().map(|row| row.customer.as_str()).collect();
    let months: std::collections::BTreeSet<(i32, i32)> =
        book.rows.iter().map(|row| months_of(&row.label)).collect();
    assert!(
        customers.len() >= 240 && months.len() == 36,
        "{} × {}",
        customers.len(),
        months.len()
    );
    assert!(book.rows.iter().any(|row| row.units() == 0), "stated zeros");
    let cells: std::collections::BTreeSet<(&str, &str)> = book
        .rows
        .iter()
        .map(|row| (row.customer.as_str(), row.label.as_str()))
        .collect();
    assert!(cells.len() + 100 < book.rows.len(), "months in two rows");
    let smallest = book
        .rows
        .iter()
        .map(support::book::Row::units)
        .min()
        .map(text_of);
    assert_eq!(smallest.as_deref(), Some("0"), "nothing below zero");
}
