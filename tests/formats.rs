//! One report in all five forms: the same numbers, each form well made, JSON as its schema says.

#![expect(
    clippy::disallowed_methods,
    reason = "reads the schema and a fixture of its own"
)]

#[path = "formats/schema.rs"]
mod schema;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Once;

use serde_json::Value;

/// Customers that move, a segment that a spreadsheet would run, one that Markdown and a terminal would
/// mistake, amounts with three decimals and beyond what a double keeps.
const BOOK: &str = "\
customer,month,mrr,currency,segment
acme,2024-01,1200.505,USD,=1+1
birch,2024-01,80,USD,\"a|b, \"\"c\"\"\"
cedar,2024-01,50.25,USD,@SUM(A1)
dune,2024-01,987654321012.345678,USD,-2
acme,2024-02,1300.755,USD,=1+1
birch,2024-02,60,USD,@SUM(A1)
dune,2024-02,987654321012.345679,USD,-2
elm,2024-02,40,USD,\"<b>\u{1b}[31m\"
acme,2024-03,1300.755,USD,=1+1
";

const FORMATS: [&str; 5] = ["table", "markdown", "json", "jsonl", "csv"];

fn nrr(args: &[&str]) -> String {
    static WRITTEN: Once = Once::new();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    WRITTEN.call_once(|| {
        std::fs::write(folder.join("formats.csv"), BOOK).expect("a book written");
    });
    let output = Command::new(env!("CARGO_BIN_EXE_nrr"))
        .args(["calc", "formats.csv", "--no-config", "--quiet"])
        .args(args)
        .env("COLUMNS", "400")
        .current_dir(folder)
        .output()
        .expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The report of both months by segment in a form.
fn report(format: &str) -> String {
    let range = ["--from", "2024-02", "--to", "2024-03", "--by", "segment"];
    nrr(&[&range[..], &["--format", format]].concat())
}

/// Every field as the text that stands in the file; `None` is null or an empty cell.
type Texts = BTreeMap<String, Option<String>>;

/// The text of each member of a JSON object, numbers as they are written.
fn texts(object: &str) -> Texts {
    let members: BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_str(object).expect("a JSON object");
    let text = |raw: &str| match serde_json::from_str(raw).expect("JSON") {
        Value::Null => None,
        Value::String(text) => Some(text),
        _ => Some(raw.to_owned()),
    };
    members
        .into_iter()
        .map(|(name, raw)| (name, text(raw.get())))
        .collect()
}

fn json_records() -> Vec<Texts> {
    let document: BTreeMap<String, Box<serde_json::value::RawValue>> =
        serde_json::from_str(&report("json")).expect("a document");
    let records: Vec<Box<serde_json::value::RawValue>> =
        serde_json::from_str(document["results"].get()).expect("records");
    records.iter().map(|record| texts(record.get())).collect()
}

fn csv_records() -> Vec<Texts> {
    let text = report("csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|row| row.expect("a row"));
    let cell = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    rows.map(|row| {
        header
            .iter()
            .map(str::to_owned)
            .zip(row.iter().map(cell))
            .collect()
    })
    .collect()
}

/// What is written without the guard against formulas, and without fields that are absent in JSON.
fn unguarded(record: &Texts) -> Texts {
    let guarded = |text: &String| text.strip_prefix('\'').unwrap_or(text).to_owned();
    let fields = record
        .iter()
        .filter(|(name, text)| !name.starts_with("segment.") || text.is_some());
    fields
        .map(|(name, text)| (name.clone(), text.as_ref().map(guarded)))
        .collect()
}

#[test]
fn json_lines_and_csv_hold_the_numbers_of_json_digit_by_digit() {
    let json = json_records();
    assert_eq!(json.len(), 11, "two totals and their segments");
    let lines: Vec<Texts> = report("jsonl").lines().map(texts).collect();
    assert_eq!(lines, json);
    let csv: Vec<Texts> = csv_records().iter().map(unguarded).collect();
    assert_eq!(csv, json);
}

#[test]
fn amounts_keep_every_digit() {
    let records = json_records();
    assert_eq!(
        records[0]["opening"].as_deref(),
        Some("987654322343.100678")
    );
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_neutralised_and_numbers_are_not() {
    let records = csv_records();
    let segments: Vec<&str> = records
        .iter()
        .filter_map(|one| one["segment.segment"].as_deref())
        .collect();
    for guarded in ["'=1+1", "'@SUM(A1)", "'-2"] {
        assert!(segments.contains(&guarded), "{guarded} in {segments:?}");
    }
    let losses = records
        .iter()
        .filter_map(|one| one["net_growth"].as_deref());
    assert!(
        losses.into_iter().any(|text| text.starts_with('-')),
        "negative numbers stay numbers"
    );
}

/// A number as people see it: half away from zero, grouped, with a true minus.
fn shown(text: &str, decimals: usize, is_percent: bool, is_loss: bool) -> String {
    let negative = text.starts_with('-');
    let (whole, fraction) = text
        .trim_start_matches('-')
        .split_once('.')
        .unwrap_or((text.trim_start_matches('-'), ""));
    let moved = if is_percent { decimals + 2 } else { decimals };
    let mut digits: u128 = format!("{whole}{:0<moved$}", &fraction[..fraction.len().min(moved)])
        .parse()
        .expect("digits");
    if fraction
        .as_bytes()
        .get(moved)
        .is_some_and(|digit| *digit >= b'5')
    {
        digits += 1;
    }
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if (negative || is_loss) && digits > 0 {
        "−"
    } else {
        ""
    };
    let point = if decimals > 0 { "." } else { "" };
    let unit = if is_percent { "%" } else { "" };
    format!("{sign}{grouped}{point}{fraction}{unit}")
}

/// The columns of the tables for people: heading, field, whether it is a loss, whether a percentage.
const COLUMNS: [(&str, &str, bool, bool); 11] = [
    ("Opening", "opening", false, false),
    ("New", "new", false, false),
    ("Expansion", "expansion", false, false),
    ("Contraction", "contraction", true, false),
    ("Churn", "churn", true, false),
    ("Transfer in", "transfer_in", false, false),
    ("Transfer out", "transfer_out", true, false),
    ("Closing", "closing", false, false),
    ("NRR", "nrr", false, true),
    ("GRR", "grr", false, true),
    ("Logo", "logo_retention", false, true),
];

/// Compares the rows of a table for people, already cut into cells, with the records.
fn assert_shows(heading: &[String], rows: &[Vec<String>]) {
    let records = json_records();
    assert_eq!(rows.len(), records.len());
    for (row, record) in rows.iter().zip(&records) {
        for (title, field, is_loss, is_percent) in COLUMNS {
            let column = heading
                .iter()
                .position(|cell| cell == title)
                .unwrap_or_else(|| panic!("{title} in {heading:?}"));
            let expected = record[field]
                .as_deref()
                .map_or("–".to_owned(), |text| shown(text, 2, is_percent, is_loss));
            assert_eq!(row[column], expected, "{field} of {record:?}");
        }
    }
}

#[test]
fn the_table_shows_the_same_numbers() {
    let text = report("table");
    assert!(!text.contains('\u{1b}'), "names cannot drive the terminal");
    let cut = |line: &str| -> Vec<String> {
        let cells = line
            .trim()
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty());
        cells.map(str::to_owned).collect()
    };
    let mut lines = text
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("Period"));
    let heading = cut(lines.next().expect("a heading"));
    let rows: Vec<Vec<String>> = lines
        .skip(1)
        .take_while(|line| line.trim_start().starts_with("2024-"))
        .map(cut)
        .collect();
    assert_shows(&heading, &rows);
}

#[test]
fn markdown_shows_the_same_numbers() {
    let text = report("markdown");
    assert!(!text.contains("<b>"), "text from the data is no HTML");
    let cut = |line: &str| -> Vec<String> {
        let line = line.replace("\\|", "¦");
        let cells = line.trim_matches('|').split('|');
        cells
            .map(|cell| cell.trim().trim_matches('*').to_owned())
            .collect()
    };
    let mut lines = text.lines().filter(|line| line.starts_with('|'));
    let heading = cut(lines.next().expect("a heading"));
    let rows: Vec<Vec<String>> = lines.skip(1).map(cut).collect();
    assert!(
        rows.iter().all(|row| row.len() == heading.len()),
        "`|` in a name ends no cell"
    );
    assert_shows(&heading, &rows);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(report(format), report(format), "{format}");
    }
}

fn document() -> Value {
    serde_json::from_str(&report("json")).expect("a document")
}

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/calc.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON")
}

#[test]
fn the_document_is_as_its_schema_says() {
    assert_eq!(schema::faults(&schema(), &document()), Vec::<String>::new());
    let all = nrr(&["--format", "json"]);
    let with_undefined: Value = serde_json::from_str(&all).expect("a document");
    assert_eq!(
        schema::faults(&schema(), &with_undefined),
        Vec::<String>::new()
    );
}

#[test]
fn a_document_that_is_otherwise_fails_its_schema() {
    let spoils = [
        ("const", "", "schema", Some("nrr.calc/2".into())),
        ("required", "", "warnings", None),
        ("additionalProperties", "", "extra", Some(1.into())),
        ("type", "/results/0", "nrr", Some("93%".into())),
        ("required in a record", "/results/0", "grr", None),
        (
            "patternProperties",
            "/results/1",
            "segment.segment",
            Some(7.into()),
        ),
        ("pattern", "/input", "fingerprint", Some("abc".into())),
        ("enum", "/input", "grain", Some("decade".into())),
        ("minimum", "/input", "rows", Some((-1).into())),
        (
            "propertyNames",
            "/definition/origins",
            "mood",
            Some("flag".into()),
        ),
    ];
    for (what, parent, name, value) in spoils {
        let mut document = document();
        let parent = document
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect(what);
        match value {
            Some(value) => parent.insert(name.to_owned(), value),
            None => parent.remove(name),
        };
        assert_eq!(schema::faults(&schema(), &document).len(), 1, "{what}");
    }
}
