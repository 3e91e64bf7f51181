//! The files of `fixtures/presets`: each is recognised as what its folder is named after and becomes the ledger
//! beside it, or is refused with what its `stderr` says.
//!
//! `UPDATE_PRESETS=1 cargo test --test presets` writes those anew.

#![expect(
    clippy::disallowed_methods,
    reason = "a test reads its fixtures and a page of the project"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use support::runner::{Run, run_in};

use nrr::input::preset::{Recognised, builtin, list_without_periods, parse, recognise};

/// A list that is told apart by a rule and is no preset.
const LIST: &str = "customer-list";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn folders(below: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(below).expect("a folder of fixtures");
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

fn name(folder: &Path) -> String {
    folder
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

fn records(path: &Path) -> Vec<Vec<String>> {
    let bytes = fs::read(path).expect("a file");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let record = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.expect("a record");
        record.iter().map(str::to_owned).collect()
    };
    reader.records().map(record).collect()
}

/// True for the labels of the fixtures: `2024-01` and `Jan 2024`.
fn is_period(cell: &str) -> bool {
    let digits =
        |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    match (cell.split_once('-'), cell.split_once(' ')) {
        (Some((year, month)), _) => digits(year, 4) && digits(month, 2),
        (_, Some((month, year))) => month.len() == 3 && digits(year, 4),
        _ => false,
    }
}

/// The header, below the title where there is one, and the lines above it.
fn header(path: &Path) -> (Vec<String>, Vec<String>) {
    let records = records(path);
    let is_title = |record: &&Vec<String>| record.iter().skip(1).all(String::is_empty);
    let titles: Vec<String> = records
        .iter()
        .take_while(is_title)
        .map(|record| record[0].clone())
        .collect();
    (records[titles.len()].clone(), titles)
}

/// What a file is recognised as.
fn recognised(path: &Path) -> String {
    let (header, titles) = header(path);
    let periods = header.iter().filter(|cell| is_period(cell)).count();
    match recognise(builtin(), &header, &titles, periods) {
        Recognised::Preset(preset) | Recognised::Refused(preset) => preset.name.clone(),
        Recognised::Tie(_) => "several".to_owned(),
        Recognised::Nothing if list_without_periods(&header, periods).is_some() => LIST.to_owned(),
        Recognised::Nothing => "nothing".to_owned(),
    }
}

/// The input files that a folder's `cmd` names.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let cmd = fs::read_to_string(folder.join("cmd")).expect("a folder has a cmd");
    let files = cmd.split_whitespace().map(|word| folder.join(word));
    files.filter(|path| path.is_file()).collect()
}

#[test]
fn every_preset_has_a_folder_and_every_folder_a_preset() {
    let mut names: Vec<String> = builtin().iter().map(|preset| preset.name.clone()).collect();
    names.push(LIST.to_owned());
    names.sort();
    let found: Vec<String> = folders(&root().join("fixtures/presets"))
        .iter()
        .map(|folder| name(folder))
        .collect();
    assert_eq!(found, names);
}

#[test]
fn every_file_is_recognised_as_what_its_folder_says() {
    /// The sibling file of an export, and a report of a program that writes no title.
    const OTHERS: &[&str] = &["addons-alone", "desktop", "desktop-no-year"];
    for folder in folders(&root().join("fixtures/presets")) {
        for case in folders(&folder).into_iter().chain([folder.clone()]) {
            let files = inputs(&case);
            assert!(!files.is_empty(), "{}", case.display());
            let expected = if OTHERS.contains(&name(&case).as_str()) {
                "nothing".to_owned()
            } else {
                name(&folder)
            };
            for file in files {
                assert_eq!(recognised(&file), expected, "{}", file.display());
            }
        }
    }
}

#[test]
fn every_ledger_is_sorted_and_states_no_zero() {
    for folder in folders(&root().join("fixtures/presets")) {
        let readme = fs::read_to_string(folder.join("README.md")).expect("a README.md");
        assert!(readme.contains("Invented rows"), "{}", folder.display());
        for case in folders(&folder).into_iter().chain([folder.clone()]) {
            if case != folder {
                let named = format!("`{}`", name(&case));
                assert!(readme.contains(&named), "{} is explained", case.display());
            }
            let path = case.join("ledger.csv");
            if !path.is_file() {
                continue;
            }
            let rows = records(&path);
            let keys: Vec<(&str, &str)> = rows[1..]
                .iter()
                .map(|row| (row[0].as_str(), row[1].as_str()))
                .collect();
            assert!(keys.is_sorted() && !keys.is_empty(), "{}", path.display());
            let is_zero = |row: &Vec<String>| row[2].bytes().all(|b| b == b'0' || b == b'.');
            assert!(!rows[1..].iter().any(is_zero), "{}", path.display());
        }
    }
}

/// Runs what a folder's `cmd` says, with more arguments behind it.
fn run(folder: &Path, more: &[&str]) -> Run {
    let cmd = fs::read_to_string(folder.join("cmd")).expect("a folder has a cmd");
    let mut words: Vec<&str> = vec!["--no-config"];
    words.extend(cmd.split_whitespace());
    words.extend(more);
    run_in(folder, &words)
}

/// A row of a ledger: customer, month, amount, and the currency where it is said.
type Row = (String, String, Decimal, Option<String>);

/// The rows of a ledger that are not zero; its currencies only where they are asked for.
fn ledger(text: &str, has_currency: bool) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|record| {
        let record = record.expect("a record");
        let amount: Decimal = record[2].parse().expect("an amount");
        let currency = has_currency.then(|| record[3].to_owned());
        (record[0].to_owned(), record[1].to_owned(), amount, currency)
    });
    rows.filter(|row| !row.2.is_zero()).collect()
}

#[test]
fn every_export_becomes_the_ledger_worked_out_by_hand_or_is_asked_about() {
    let is_update = std::env::var_os("UPDATE_PRESETS").is_some();
    for folder in folders(&root().join("fixtures/presets")) {
        for case in folders(&folder).into_iter().chain([folder.clone()]) {
            let path = case.join("ledger.csv");
            let Ok(expected) = fs::read_to_string(&path) else {
                let refused = run(&case, &[]);
                assert_eq!(
                    (refused.code, refused.stdout.as_str()),
                    (2, ""),
                    "{}",
                    case.display()
                );
                let said = case.join("stderr");
                if is_update {
                    fs::write(&said, &refused.stderr).expect("the file is written");
                }
                let expected =
                    fs::read_to_string(&said).expect("a case without a ledger has a stderr");
                assert_eq!(refused.stderr, expected, "{}", case.display());
                continue;
            };
            let has_currency = expected.starts_with("customer,month,amount,currency");
            let found = run(&case, &["--format", "csv"]).done();
            assert_eq!(
                ledger(&found, has_currency),
                ledger(&expected, has_currency),
                "{}",
                case.display()
            );
        }
    }
}

#[test]
fn every_preset_stands_in_the_page_with_its_shape_and_history() {
    let page = fs::read_to_string(root().join("docs/inputs.md")).expect("the page");
    for preset in builtin() {
        let name = &preset.name;
        let Some((_, rest)) = page.split_once(&format!("\n### {name}\n")) else {
            assert!(
                page.contains(&format!("`{name}`")),
                "{name} in docs/inputs.md"
            );
            continue;
        };
        let section = rest.split("\n### ").next().unwrap_or_default();
        for key in ["shape", "history"] {
            let word = preset.setting(key).unwrap_or("refused");
            assert!(section.contains(word), "{name}: {key} {word}");
        }
    }
}

#[test]
fn the_example_of_an_own_preset_can_be_read() {
    let page = fs::read_to_string(root().join("docs/inputs.md")).expect("the page");
    let example = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("an example")
        .replace("[presets.", "[");
    let presets = parse(&example, "nrr.toml").expect("an example without slips");
    assert_eq!(presets[0].name, "ours");
    assert_eq!(presets[0].headers.len(), 3);
}

#[test]
fn what_a_preset_takes_off_the_amount_is_said_with_the_result() {
    let folder = root().join("fixtures/presets/stripe-invoices");
    let table = run_in(&folder, &["calc", "export.csv", "--no-config"]).done();
    assert!(
        table.contains("less Tax (preset stripe-invoices)"),
        "{table}"
    );
    let json = run_in(
        &folder,
        &["calc", "export.csv", "--no-config", "--format", "json"],
    )
    .done();
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["input"]["files"][0]["less"]["value"], "Tax");
}
