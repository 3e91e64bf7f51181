//! `nrr compare`: every row is what `nrr calc` says, the steps add up, and what cannot be measured says why.

#![allow(clippy::disallowed_methods, reason = "tests write files and read them")]

#[path = "formats/schema.rs"]
mod schema;
mod support;

use std::collections::BTreeMap;
use std::path::Path;

use nrr::policies::DEFINITIONS;
use serde_json::Value;
use support::book::{Book, ONE, Row, month_label, text_of, units_of};
use support::random::Dice;
use support::runner::{word, written};
use support::table::Record;
use support::{Run, fixture, run, run_in, run_with_stdin};

/// A random book of up to three years, in which amounts, absences and thresholds all matter.
fn book(dice: &mut Dice) -> Book {
    let months = dice.between(24, 36);
    let mut rows = Vec::new();
    for number in 0..dice.between(3, 9) {
        let customer = format!("C-{number}");
        let mut amount = dice.between(100, 2_000);
        let (start, end) = (dice.between(-12, months / 2), dice.between(months / 2, 50));
        for month in start.max(0)..months.min(end) {
            if dice.chance(12) {
                amount = (amount + dice.between(-400, 400)).max(50);
            }
            if dice.chance(93) {
                rows.push(Row {
                    customer: customer.clone(),
                    label: month_label(2022 * 12 + month),
                    amount: text_of(i128::from(amount) * ONE / 4),
                    currency: String::new(),
                    traits: Vec::new(),
                });
            }
        }
    }
    // Somebody pays always, so that no month is missing.
    for month in 0..months {
        rows.push(Row {
            customer: "always".into(),
            label: month_label(2022 * 12 + month),
            amount: "900".into(),
            currency: String::new(),
            traits: Vec::new(),
        });
    }
    Book {
        date: "month".into(),
        amount: (*dice.pick(&["mrr", "revenue"])).into(),
        has_currency: false,
        traits: Vec::new(),
        rows,
    }
}

/// Some period of such a book, more often one that every definition can be measured for.
fn period(dice: &mut Dice) -> String {
    match dice.between(0, 3) {
        0 => "2023-Q4".into(),
        1 => "2023-H2".into(),
        2 => format!("2023-{:02}", dice.between(1, 12)),
        _ => "2023-12".into(),
    }
}

fn compared(file: &str, args: &[&str], format: &str) -> Run {
    let mut line = vec!["compare", file, "--no-config", "--format", format];
    line.extend(args);
    run(&line)
}

fn json(file: &str, args: &[&str]) -> Value {
    serde_json::from_str(&compared(file, args, "json").done()).expect("JSON")
}

/// The name before `@`.
fn name(record: &Record) -> &str {
    let text = record.text("definition");
    text.split_once('@').map_or(text, |(name, _)| name)
}

/// A book in a file of its own.
fn filed(book: &Book) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = written(folder.path(), "book.csv", book.to_csv().as_bytes());
    let path = word(&path).to_owned();
    (folder, path)
}

fn each_book(first: u64, property: impl Fn(&mut Dice, &str)) {
    for seed in first..first + 24 {
        let mut dice = Dice::new(seed);
        let book = book(&mut dice);
        let (_folder, path) = filed(&book);
        property(&mut dice, &path);
    }
}

#[test]
fn every_row_is_what_calc_says_under_its_definition() {
    each_book(91_000, |dice, path| {
        let period = period(dice);
        let common: &[&str] = dice.pick::<&[&str]>(&[
            &[],
            &["--negatives", "clip"],
            &["--zero", "active"],
            &["--missing-months", "zero"],
            &["--fiscal-year-start", "1"],
        ]);
        let args = [&["--period", &period][..], common].concat();
        let run = compared(path, &args, "csv");
        let table = run.table();
        assert_eq!(table.records.len(), DEFINITIONS.len());
        for row in &table.records {
            let own = ["--definition", name(row), "--no-config", "--format", "csv"];
            let line = [&["calc", path][..], &args, &own].concat();
            let calc = support::run(&line);
            if row.text("opening").is_empty() {
                let headline = calc.stderr.lines().next().unwrap_or_default();
                let reason = row.text("because");
                assert!(!reason.is_empty() && headline.contains(reason), "{calc:#?}");
                assert_ne!(calc.code, 0);
                continue;
            }
            let calc = calc.table();
            for field in &calc.header {
                assert_eq!(
                    calc.records[0].text(field),
                    row.text(field),
                    "{field} {line:?}"
                );
            }
        }
    });
}

#[test]
fn steps_add_up_and_rows_stand_by_their_nrr() {
    each_book(92_000, |dice, path| {
        let document = json(path, &["--period", &period(dice)]);
        let rows = document["results"].as_array().expect("rows");
        let steps = document["steps"].as_array().expect("steps");
        let units = |value: &Value| units_of(&value.to_string());
        let standard = rows.iter().find(|row| of(row).starts_with("standard@"));
        let base = units(&standard.expect("standard")["nrr"]);
        let order: Vec<&str> = DEFINITIONS.iter().map(|one| one.name).collect();
        let place = |row: &Value| {
            let name = of(row).split('@').next().unwrap_or_default();
            order.iter().position(|known| *known == name)
        };
        for pair in rows.windows(2) {
            match (units(&pair[0]["nrr"]), units(&pair[1]["nrr"])) {
                (Some(first), Some(second)) if first == second => {
                    assert!(place(&pair[0]) < place(&pair[1]), "{pair:#?}");
                }
                (Some(first), Some(second)) => assert!(first > second),
                (None, Some(_)) => panic!("undefined stands last"),
                (Some(_), None) => {}
                (None, None) => assert!(place(&pair[0]) < place(&pair[1])),
            }
        }
        for row in rows {
            let own = steps.iter().filter(|step| of(step) == of(row));
            let moved: Vec<i128> = own.filter_map(|step| units(&step["difference"])).collect();
            let due = units(&row["nrr"]).zip(base).map(|(nrr, base)| nrr - base);
            assert_eq!(units(&row["difference"]), due, "{row:#?}");
            assert_eq!(moved.iter().sum::<i128>(), due.unwrap_or(0), "{row:#?}");
        }
    });
}

fn of(record: &Value) -> &str {
    record["definition"].as_str().expect("a definition")
}

/// Revenue by customer and month of a file of three columns; nothing of the program is used.
fn ledger(path: &str) -> BTreeMap<String, BTreeMap<i32, i128>> {
    let text = std::fs::read_to_string(path).expect("the book");
    let mut ledger: BTreeMap<String, BTreeMap<i32, i128>> = BTreeMap::new();
    for row in Book::read(&text).rows {
        *ledger
            .entry(row.customer.clone())
            .or_default()
            .entry(row.months().0)
            .or_insert(0) += row.units();
    }
    ledger
}

/// What the rules of a step do to the customer with the largest part, worked out again from the book: a return
/// in NRR is its amount over the opening.
#[test]
fn a_return_is_its_amount_over_the_opening() {
    each_book(93_000, |_, path| {
        let document = json(path, &["--period", "2023-09", "--basis", "stock"]);
        let ledger = ledger(path);
        let september = 2023 * 12 + 8;
        let at = |months: &BTreeMap<i32, i128>, month| months.get(&month).copied().unwrap_or(0);
        let opening: i128 = ledger.values().map(|one| at(one, september - 1)).sum();
        let returned: Vec<i128> = ledger
            .values()
            .filter(|one| {
                at(one, september - 1) == 0 && one.range(..september).any(|(_, units)| *units > 0)
            })
            .map(|one| at(one, september))
            .filter(|units| *units > 0)
            .collect();
        let steps = document["steps"].as_array().expect("steps").iter();
        let mut steps = steps.filter(|step| of(step).starts_with("chargebee@"));
        let step = steps.next().expect("one rule differs");
        let moved = units_of(&step["difference"].to_string()).expect("a number");
        let due = returned.iter().sum::<i128>() * ONE / opening;
        assert!((moved - due).abs() <= 1, "{step:#?}");
        assert_eq!(step["customers"], returned.len());
    });
}

#[test]
fn the_choices_in_force_are_a_row_of_their_own_where_they_are_another_definition() {
    let book = fixture("worked/definitions.csv");
    let path = word(&book);
    let names = |args: &[&str]| {
        let run = compared(path, &[&["--period", "2023-12"], args].concat(), "csv");
        let table = run.table();
        let own = table.records.iter().map(|row| name(row).to_owned());
        own.filter(|name| !DEFINITIONS.iter().any(|one| one.name == name))
            .collect::<Vec<_>>()
    };
    let none: [String; 0] = [];
    assert_eq!(names(&[]), none);
    assert_eq!(names(&["--definition", "annual"]), none);
    assert_eq!(names(&["--negatives", "clip"]), none);
    assert_eq!(names(&["--basis", "flow"]), none);
    assert_eq!(names(&["--lookback", "6"]), ["chosen"]);
    assert_eq!(
        names(&["--definition", "annual", "--min-opening", "1"]),
        ["chosen"]
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let board = written(folder.path(), "b.toml", b"name = \"board\"\nlookback = 6\n");
    assert_eq!(names(&["--definition", word(&board)]), ["board"]);
    let same = written(folder.path(), "c.toml", b"name = \"ours\"\nlookback = 12\n");
    let run = compared(
        path,
        &["--period", "2023-12", "--definition", word(&same)],
        "table",
    );
    let text = run.done();
    assert!(
        text.contains("`ours` makes the same choices as `annual`"),
        "{text}"
    );
}

#[test]
fn a_row_of_ones_own_is_what_calc_says_too() {
    let book = fixture("worked/definitions.csv");
    let args = [
        "--period",
        "2023-12",
        "--lookback",
        "6",
        "--reactivation",
        "in-nrr",
    ];
    let table = compared(word(&book), &args, "csv").table();
    let own = table.records.iter().find(|row| name(row) == "chosen");
    let own = own.expect("a row of its own");
    let line = [
        &["calc", word(&book), "--no-config", "--format", "csv"],
        &args[..],
    ]
    .concat();
    let calc = run(&line).table();
    for field in calc.header.iter().filter(|field| *field != "definition") {
        assert_eq!(own.text(field), calc.records[0].text(field), "{field}");
    }
}

#[test]
fn invoices_are_read_as_revenue_and_as_run_rates() {
    let text = "customer,invoice_date,service_start,service_end,amount\n\
        acme,2022-01-01,2022-01-01,2022-12-31,1000\nacme,2023-01-01,2023-01-01,2023-12-31,1300\n\
        birch,2022-01-01,2022-01-01,2022-12-31,500\nbirch,2023-01-01,2023-01-01,2023-06-30,250\n\
        cedar,2022-07-01,2022-07-01,2023-06-30,800\ncedar,2023-07-01,2023-07-01,2023-12-31,300\n\
        acme,2023-12-01,2023-12-01,2023-12-31,10\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = written(folder.path(), "invoices.csv", text.as_bytes());
    let shape = ["--shape", "invoices", "--period", "2023-12"];
    let run = compared(word(&path), &shape, "csv");
    let table = run.clone().table();
    let defined = table
        .records
        .iter()
        .filter(|row| !row.text("nrr").is_empty());
    assert!(defined.count() > 8, "{run:#?}");
    for row in table
        .records
        .iter()
        .filter(|row| !row.text("nrr").is_empty())
    {
        let own = ["--no-config", "--format", "csv", "--definition", name(row)];
        let line = [&["calc", word(&path)], &shape[..], &own].concat();
        let calc = support::run(&line).table();
        for field in &calc.header {
            assert_eq!(
                calc.records[0].text(field),
                row.text(field),
                "{field} {line:?}"
            );
        }
    }
    let piped = [
        &["compare", "-", "--no-config", "--format", "csv"],
        &shape[..],
    ]
    .concat();
    let piped = run_with_stdin(&piped, text.as_bytes()).table();
    let refused: Vec<&Record> = piped
        .records
        .iter()
        .filter(|row| {
            row.text("because")
                .contains("standard input can be read once")
        })
        .collect();
    assert!(!refused.is_empty());
    assert!(refused.iter().all(|row| row.text("nrr").is_empty()));
}

#[test]
fn revenue_under_grace_is_refused_by_the_row() {
    let book = fixture("worked/definitions.csv");
    let args = ["--period", "2023-12", "--grace", "2"];
    let table = compared(word(&book), &args, "csv").table();
    for row in &table.records {
        let is_flow = ["twilio", "snowflake", "teamviewer"].contains(&name(row));
        assert_eq!(row.text("nrr").is_empty(), is_flow, "{row:#?}");
        assert_eq!(row.text("because").contains("`grace` is set"), is_flow);
    }
}

#[test]
fn what_stops_every_definition_stops_the_run() {
    let book = fixture("worked/definitions.csv");
    let path = word(&book);
    let codes = |args: &[&str]| {
        let run = compared(path, args, "table");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:#?}");
        run.errors()
    };
    assert_eq!(codes(&["--period", "2021-03"]), ["period-before-data"]);
    assert_eq!(codes(&["--period", "2024-03"]), ["period-after-data"]);
    assert_eq!(codes(&["--period", "2023-12", "--by", "month"]), ["usage"]);
    assert_eq!(codes(&["--period", "2023-12", "--sensitivity"]), ["usage"]);
    assert_eq!(codes(&[]), ["usage"]);
    assert_eq!(
        codes(&["--period", "2023-12", "--every", "month"]),
        ["usage"]
    );
}

#[test]
fn settings_choose_and_columns_of_segments_there_are_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let toml = b"by = [\"month\"]\ndefinition = \"board.toml\"\nlookback = 6\n";
    written(folder.path(), "nrr.toml", toml);
    written(
        folder.path(),
        "board.toml",
        b"reactivation = \"as-new\"\nlookback = 12\n",
    );
    let book = fixture("worked/definitions.csv");
    let line = [
        "compare",
        word(&book),
        "--period",
        "2023-12",
        "--format",
        "json",
    ];
    let run = run_in(folder.path(), &line);
    let document: Value = serde_json::from_str(&run.done()).expect("JSON");
    let definition = &document["definition"];
    assert_eq!(definition["name"], "board");
    assert_eq!(definition["lookback"], "6");
    assert_eq!(definition["origins"]["lookback"], "nrr.toml:3");
    assert_eq!(definition["origins"]["reactivation"], "board.toml:1");
    let rows = document["results"].as_array().expect("rows").iter();
    assert_eq!(rows.filter(|row| of(row).starts_with("board@")).count(), 1);
}

#[test]
fn the_document_is_as_its_schema_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/compare.json");
    let text = std::fs::read_to_string(path).expect("the schema");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let book = fixture("book/revenue.csv");
    for period in ["2024-12", "2023-01", "2024-Q3"] {
        let document = json(word(&book), &["--period", period]);
        assert_eq!(schema::faults(&schema, &document), Vec::<String>::new());
    }
}

#[test]
fn every_format_holds_the_same_rows() {
    let book = fixture("worked/definitions.csv");
    let args = ["--period", "2023-12"];
    let table = compared(word(&book), &args, "csv").table();
    let lines = compared(word(&book), &args, "jsonl").done();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let document = json(word(&book), &args);
    assert_eq!(Value::from(lines.clone()), document["results"]);
    for (row, line) in table.records.iter().zip(&lines) {
        assert_eq!(row.text("definition"), of(line));
        let because = line["because"].as_str().unwrap_or_default();
        assert_eq!(row.text("because"), because);
    }
    for format in ["table", "markdown"] {
        let text = compared(word(&book), &args, format).done();
        for name in DEFINITIONS.iter().map(|one| one.name) {
            assert!(text.contains(name), "{format}: {name}");
        }
    }
}
