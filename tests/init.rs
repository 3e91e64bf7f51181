//! `nrr init`: the settings it writes give the same figures as what they were made from.

#![expect(
    clippy::disallowed_methods,
    reason = "reads the files that the program writes"
)]

mod support;

use std::path::{Path, PathBuf};

use support::runner::{word, written};
use support::{Run, fixture, run, run_in};

/// Every CSV file of some folders of fixtures.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["book", "inputs", "packed", "worked"] {
        for entry in std::fs::read_dir(fixture(folder)).expect("a folder of fixtures") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if name.contains(".csv") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The records of a run without what names the definition: columns that are named are part of it.
fn records(run: &Run) -> Result<serde_json::Value, Vec<String>> {
    if run.code != 0 {
        return Err(run.errors());
    }
    let mut document: serde_json::Value = serde_json::from_str(&run.stdout).expect("a document");
    let mut records = document["results"].take();
    for record in records.as_array_mut().expect("records") {
        record["definition"].take();
    }
    Ok(records)
}

/// Compares a calculation by flags alone with one by the settings made from them; false if there are none.
fn compared(files: &[&str], flags: &[&str]) -> bool {
    let init = run(&[&["init", "--no-config", "-o", "-"], files, flags].concat());
    if init.code != 0 {
        return false;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = written(folder.path(), "nrr.toml", init.stdout.as_bytes());
    let calc = |more: &[&str]| {
        let args = [&["calc", "--format", "json", "--quiet"], files, more].concat();
        records(&run(&args))
    };
    let by_flags = calc(&[&["--no-config"], flags].concat());
    let by_file = calc(&["--config", word(&settings)]);
    assert_eq!(by_file, by_flags, "{files:?} {flags:?}\n{}", init.stdout);
    true
}

#[test]
fn the_settings_of_a_fixture_give_its_figures() {
    let files = files();
    let compared = files
        .iter()
        .filter(|path| compared(&[word(path)], &[]))
        .count();
    assert!(compared > 20, "{compared} of {}", files.len());
}

#[test]
fn without_a_name_the_file_is_the_one_that_every_command_looks_for() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    written(
        folder.path(),
        "a.csv",
        b"customer,month,mrr\nacme,2024-01,1\n",
    );
    let init = run_in(folder.path(), &["init", "a.csv"]);
    assert_eq!((init.code, init.stdout.as_str()), (0, ""));
    assert!(
        init.stderr.starts_with("nrr.toml was written"),
        "{}",
        init.stderr
    );
    let settings = std::fs::read_to_string(folder.path().join("nrr.toml")).expect("nrr.toml");
    assert!(settings.contains("shape = \"long\""));
    let again = run_in(folder.path(), &["init", "a.csv"]);
    assert_eq!(again.errors(), ["usage"]);
}

#[test]
fn settings_that_were_typed_are_written() {
    let inputs = |name: &str| format!("fixtures/inputs/{name}");
    for (file, flags) in [
        (inputs("ambiguous-dates.csv"), &["--date-order", "mdy"][..]),
        (inputs("ambiguous-decimal.csv"), &["--decimal", ","]),
        (
            inputs("headers.csv"),
            &["--customer", "Kunde", "--date", "#2", "--amount", "#3"],
        ),
        (
            inputs("thousands.csv"),
            &["--scale", "thousands", "--basis", "flow"],
        ),
        (
            inputs("products.csv"),
            &["--by", "plan", "--duplicates", "last"],
        ),
        (
            "fixtures/book/revenue.csv".to_owned(),
            &[
                "--by",
                "region,owner",
                "--where",
                "region!=APAC",
                "--where",
                "plan=Team",
                "--lookback",
                "12",
                "--min-opening",
                "100.50",
                "--every",
                "quarter",
            ],
        ),
        (
            "fixtures/book/revenue.csv".to_owned(),
            &[
                "--control-total",
                "2024-12=104407.16",
                "--control-total",
                "2022-01=38015.24",
            ],
        ),
    ] {
        assert!(compared(&[&file], flags), "{file}");
    }
}

#[test]
fn what_differs_between_files_is_left_open() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    written(
        folder.path(),
        "a.csv",
        b"customer,month,mrr\nacme,2024-01,1.5\n",
    );
    written(
        folder.path(),
        "b.csv",
        b"customer;month;mrr\nacme;2024-02;1,5\n",
    );
    let text = run_in(folder.path(), &["init", "a.csv", "b.csv", "-o", "-"]).done();
    assert!(
        text.contains("\n# not the same in all files: detected: `,` splits"),
        "{text}"
    );
    assert!(text.contains("\n# delimiter = \",\"\n"), "{text}");
    assert!(text.contains("\n# decimal = \".\"\n"), "{text}");
    assert!(text.contains("\ncustomer = \"customer\"\n"), "{text}");
    assert!(text.contains("\nbasis = \"stock\"\n"), "{text}");
    assert!(text.contains("\n# lookback = \"period\"\n"), "{text}");
}

#[test]
fn text_from_the_data_stays_in_its_comment_or_its_value() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let header = "\"customer\nname\",month,\"mrr\r\nbasis = 1\"\"x\"\n";
    let text = format!("{header}\"ac\nme\",2024-01,1.5\n");
    written(folder.path(), "a\n#.csv", text.as_bytes());
    let flags = ["--customer", "#1", "--amount", "#3"];
    let args = [&["init", "a\n#.csv", "-o", "-"], &flags[..]].concat();
    let settings = run_in(folder.path(), &args).done();
    written(folder.path(), "nrr.toml", settings.as_bytes());
    run_in(
        folder.path(),
        &[
            "calc",
            "a\n#.csv",
            "--period",
            "2024-01",
            "--partial",
            "allow",
        ],
    );
    let run = run_in(folder.path(), &["inspect", "a\n#.csv"]);
    assert_eq!(run.code, 0, "{settings}\n{run:#?}");
}

#[test]
fn a_file_is_replaced_only_when_asked_to() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let book = b"customer,month,mrr\nacme,2024-01,1.5\n";
    written(folder.path(), "a.csv", book);
    let init = |args: &[&str]| run_in(folder.path(), &[&["init", "a.csv"], args].concat());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
    init(&["--output", "nrr.toml"]).done();
    let first = read("nrr.toml");
    assert!(first.contains("\ncustomer = \"customer\"\n"), "{first}");
    let refused = init(&["--output", "nrr.toml", "--lookback", "12"]);
    assert_eq!(
        (refused.code, refused.errors()),
        (2, vec!["usage".to_owned()])
    );
    assert!(refused.stderr.contains("`--force`"), "{}", refused.stderr);
    assert_eq!(read("nrr.toml"), first);
    init(&["--output", "nrr.toml", "--lookback", "12", "--force"]).done();
    assert!(read("nrr.toml").contains("\nlookback = \"12\"\n"));
    let over_input = init(&["--output", "a.csv", "--force"]);
    assert_eq!(over_input.code, 2);
    assert_eq!(read("a.csv").as_bytes(), book);
    // What is in force comes from the file that is there, and stays in force.
    let again = init(&["--output", "nrr.toml", "--force"]);
    assert_eq!(again.code, 0, "{again:#?}");
    assert!(read("nrr.toml").contains("\nlookback = \"12\"\n"));
}

#[test]
fn nothing_is_written_where_reading_fails() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    written(
        folder.path(),
        "a.csv",
        b"customer,month,mrr\nacme,2024-01,x\n",
    );
    let run = run_in(folder.path(), &["init", "a.csv", "-o", "nrr.toml"]);
    assert_eq!(run.code, 2);
    assert!(!Path::new(folder.path()).join("nrr.toml").exists());
}

#[test]
fn what_is_only_guessed_is_said_though_it_is_written() {
    let run = run(&[
        "init",
        "fixtures/inputs/windows-1252.csv",
        "--no-config",
        "-o",
        "-",
    ]);
    assert!(
        run.stderr.contains("warning[assumed-encoding]"),
        "{}",
        run.stderr
    );
    assert!(run.done().contains("\nencoding = \"Windows-1252\"\n"));
}
