//! `nrr inspect`: what the loader sees, in every form, and the findings.

#![expect(clippy::disallowed_methods, reason = "reads the schema")]

#[path = "formats/schema.rs"]
mod schema;
mod support;

use serde_json::Value;

use support::runner::written;
use support::{Run, run, run_in, run_with_stdin};

/// A quarter of nothing, snapshots twice a month, an equal row, a value below zero, a name as of a formula.
const BOOK: &str = "\
customer,date,mrr
=acme,2024-01-05,100
=acme,2024-01-19,100
birch,2024-01-05,50
birch,2024-01-05,50
cedar,2024-04-01,-20
=acme,2024-04-01,100
";

fn inspect(flags: &[&str]) -> Run {
    let args = [&["inspect", "-", "--no-config"], flags].concat();
    run_with_stdin(&args, BOOK.as_bytes())
}

fn document(flags: &[&str]) -> Value {
    let json = inspect(&[&["--format", "json"], flags].concat()).done();
    serde_json::from_str(&json).expect("a document")
}

fn codes(document: &Value) -> Vec<&str> {
    let results = document["results"].as_array().expect("findings");
    let codes = results.iter().map(|finding| finding["code"].as_str());
    codes.map(|code| code.expect("a code")).collect()
}

#[test]
fn months_are_counted_and_added_up() {
    let document = document(&[]);
    let expected = serde_json::json!([
        { "month": "2024-01", "rows": true, "customers": 2, "amount": 300 },
        { "month": "2024-02", "rows": false, "customers": 0, "amount": 0 },
        { "month": "2024-03", "rows": false, "customers": 0, "amount": 0 },
        { "month": "2024-04", "rows": true, "customers": 1, "amount": 80 },
    ]);
    assert_eq!(document["months"], expected);
}

#[test]
fn what_would_stop_a_calculation_is_a_finding_too() {
    let found = document(&[]);
    let codes = codes(&found);
    assert!(codes.contains(&"equal-rows"), "{codes:?}");
    assert!(codes.contains(&"several-dates"), "{codes:?}");
    let results = found["results"].as_array().expect("findings");
    let errors = results.iter().filter(|finding| finding["level"] == "error");
    let errors: Vec<&Value> = errors.map(|finding| &finding["code"]).collect();
    assert_eq!(errors, ["missing-month", "negative-revenue"]);
    // What only lenient choices would warn of is not said beside the error.
    assert!(!codes.contains(&"empty-month") && !codes.contains(&"clipped-revenue"));
}

#[test]
fn a_rule_leaves_its_findings_alone() {
    let found = document(&["--rule", "equal-rows"]);
    assert_eq!(codes(&found), ["equal-rows"]);
    assert_eq!(found["warnings"].as_array().map(Vec::len), Some(1));
    assert_eq!(codes(&document(&["--rule", "two-segments"])), [""; 0]);
    let table = inspect(&["--rule", "equal-rows"]).done();
    assert!(table.contains("1 finding of `equal-rows`"), "{table}");
    assert!(table.contains("warning[equal-rows]") && !table.contains("warning[several"));
    let slip = inspect(&["--rule", "equal-row"]);
    assert_eq!(slip.errors(), ["unknown-code"]);
    assert!(
        slip.stderr.contains("`--rule equal-rows`"),
        "{}",
        slip.stderr
    );
}

#[test]
fn records_are_the_same_in_every_form() {
    let expected = &document(&[])["results"];
    let lines = inspect(&["--format", "jsonl", "--quiet"]).done();
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(Value::from(lines), *expected);
    let csv = inspect(&["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
    let header: Vec<String> = reader
        .headers()
        .expect("a header")
        .iter()
        .map(str::to_owned)
        .collect();
    let first = &expected[0];
    assert_eq!(header.len(), first.as_object().expect("an object").len());
    let found: Vec<String> = reader
        .records()
        .map(|record| record.expect("a record")[0].to_owned())
        .collect();
    assert_eq!(found, codes(&document(&[])));
    // The findings are the result: said once, and the declaration beside them.
    assert!(!csv.stderr.contains("warning["), "{}", csv.stderr);
    assert!(csv.stderr.contains("basis stock"), "{}", csv.stderr);
}

#[test]
fn the_document_is_as_its_schema_says() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/inspect.json");
    let form = std::fs::read_to_string(page).expect("the schema");
    let form: Value = serde_json::from_str(&form).expect("JSON");
    for flags in [
        &[][..],
        &["--control-total", "380"],
        &["--rule", "equal-rows"],
    ] {
        let faults = schema::faults(&form, &document(flags));
        assert_eq!(faults, Vec::<String>::new(), "{flags:?}");
    }
}

#[test]
fn errors_of_the_data_are_those_of_calc() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    written(
        folder.path(),
        "a.csv",
        b"customer,month,mrr\nacme,2024-01,x\n",
    );
    let inspect = run_in(folder.path(), &["inspect", "a.csv"]);
    let calc = run_in(folder.path(), &["calc", "a.csv"]);
    assert_eq!((inspect.code, &inspect.stderr), (2, &calc.stderr));
    // What the beginning shows is shown to people.
    assert!(
        inspect
            .stdout
            .contains("  columns  customer   customer  its header"),
        "{}",
        inspect.stdout
    );
    let json = run_in(folder.path(), &["inspect", "a.csv", "--format", "json"]);
    assert_eq!((json.code, json.stdout.as_str()), (2, ""));
    let ledger = run_in(folder.path(), &["ledger", "a.csv"]);
    assert_eq!(ledger, calc);
}

#[test]
fn a_control_total_that_holds_is_declared_and_one_that_does_not_stops_every_command() {
    let file = "fixtures/book/revenue.csv";
    let table = run(&[
        "inspect",
        file,
        "--no-config",
        "--control-total",
        "2024-12=104407.16",
    ]);
    let shown = table.done();
    assert!(
        shown.contains("control-total 2024-12=104407.16 (flag: the amounts add up to it)"),
        "{shown}"
    );
    let json = document(&[
        "--control-total",
        "380",
        "--control-total",
        "2024-Q1=300.00",
    ]);
    let found = &json["input"]["files"][0]["control-total"];
    assert_eq!(found["value"], "380, 2024-Q1=300.00");
    for command in ["calc", "ledger", "init"] {
        let run = run(&[
            command,
            file,
            "--no-config",
            "--control-total",
            "1",
            "--control-total",
            "2024-12=5",
        ]);
        assert_eq!(run.errors(), ["control-total"; 2], "{command}");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{command}");
    }
    // The months, in which to look for it, are shown before.
    let missed = run(&["inspect", file, "--no-config", "--control-total", "1"]);
    assert_eq!(
        (missed.code, missed.errors()),
        (2, vec!["control-total".to_owned()])
    );
    assert!(
        missed.stdout.contains("2024-12        187  104,407.16"),
        "{}",
        missed.stdout
    );
    let slip = run(&["calc", file, "--no-config", "--control-total", "1,000.00"]);
    assert_eq!(slip.errors(), ["bad-value"]);
}

#[test]
fn a_control_total_of_the_settings_file_says_where_it_stands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    written(
        folder.path(),
        "a.csv",
        b"customer,month,mrr\nacme,2024-01,10\nacme,2024-02,12\n",
    );
    written(
        folder.path(),
        "nrr.toml",
        b"control-total = [22, \"2024-02=13\"]\n",
    );
    let run = run_in(folder.path(), &["calc", "a.csv"]);
    assert_eq!(run.errors(), ["control-total"]);
    assert!(
        run.stderr.contains("`control-total` was set by nrr.toml:1"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("difference: -1"), "{}", run.stderr);
}

#[test]
fn a_closed_pipe_and_a_full_disk_end_as_everywhere() {
    let args = [
        "ledger",
        "fixtures/book/revenue.csv",
        "--no-config",
        "-o",
        "/dev/full",
    ];
    if cfg!(target_os = "linux") {
        assert_eq!(run(&args).errors(), ["cannot-write"]);
    }
}

/// Every file below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let below = |path: std::path::PathBuf| {
        if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        }
    };
    paths.into_iter().flat_map(below).collect()
}

#[test]
fn whatever_a_file_holds_it_is_shown_or_refused_by_a_code() {
    let mut shown = 0;
    for path in files(&support::fixture("")) {
        let name = path.to_str().expect("a plain path");
        for command in ["inspect", "ledger", "init"] {
            for format in ["table", "json", "csv"] {
                let mut args = vec![command, name, "--no-config", "--format", format];
                // Without it a file would be written beside the tests.
                args.extend(
                    (command == "init")
                        .then_some(["-o", "-"])
                        .into_iter()
                        .flatten(),
                );
                let run = run(&args);
                match run.code {
                    0 => assert!(!run.stdout.is_empty(), "{command} {name}"),
                    2 => assert!(!run.errors().is_empty(), "{command} {name}\n{run:#?}"),
                    other => panic!("{command} {name}: {other}"),
                }
                shown += u32::from(run.code == 0);
            }
        }
    }
    assert!(shown > 200, "{shown}");
}
