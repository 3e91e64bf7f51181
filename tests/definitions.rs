//! Named definitions and windows of a length of their own: through the program, by name and by file.

#![allow(clippy::disallowed_methods, reason = "tests write files and read them")]

mod support;

use std::path::Path;

use nrr::policies::{DEFINITIONS, POLICIES};
use serde_json::Value;
use support::book::Book;
use support::random::{Dice, Mix, book};
use support::runner::written;
use support::{Run, fixture, measure, run, run_in};

fn book_path() -> String {
    let path = fixture("book/revenue.csv");
    path.to_str().expect("a plain path").to_owned()
}

/// The JSON document of `nrr calc` on the book, run in a folder.
fn document(folder: &Path, args: &[&str]) -> Value {
    let book = book_path();
    let mut line = vec!["calc", &book, "--format", "json"];
    line.extend(args);
    let run = run_in(folder, &line);
    serde_json::from_str(&run.done()).expect("JSON")
}

/// The same without the origins, which say who chose.
fn without_origins(mut document: Value) -> Value {
    let definition = document["definition"]
        .as_object_mut()
        .expect("a definition");
    definition.remove("origins");
    document
}

fn empty_folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[test]
fn a_definition_printed_as_a_file_is_the_definition() {
    let folder = empty_folder();
    for definition in DEFINITIONS {
        let text = run(&["definitions", definition.name]).done();
        let name = format!("{}.toml", definition.name);
        written(folder.path(), &name, text.as_bytes());
        let period = ["--period", "2024-12", "--no-config"];
        let by_name = document(
            folder.path(),
            &[&period[..], &["--definition", definition.name]].concat(),
        );
        let by_file = document(
            folder.path(),
            &[&period[..], &["--definition", &name]].concat(),
        );
        assert_eq!(by_name["definition"]["name"], definition.name);
        for (policy, value) in definition.choices {
            assert_eq!(by_name["definition"][policy], *value);
            let by = |document: &Value| document["definition"]["origins"][policy].clone();
            assert_eq!(by(&by_name), format!("definition {}", definition.name));
            let line = text
                .lines()
                .position(|line| line == format!("{policy} = \"{value}\""));
            let line = line.expect("the choice is a line") + 1;
            assert_eq!(by(&by_file), format!("{name}:{line}"));
        }
        assert_eq!(without_origins(by_name), without_origins(by_file));
    }
}

#[test]
fn a_printed_file_names_every_policy_once() {
    for definition in DEFINITIONS {
        let text = run(&["definitions", definition.name]).done();
        for policy in POLICIES {
            let key = format!("{} = ", policy.name);
            let lines = text.lines().map(|line| line.trim_start_matches("# "));
            assert_eq!(
                lines.filter(|line| line.starts_with(&key)).count(),
                1,
                "{} {}",
                definition.name,
                policy.name
            );
        }
    }
}

#[test]
fn the_standard_definition_is_none() {
    let folder = empty_folder();
    let none = document(folder.path(), &["--period", "2024-Q4"]);
    let standard = document(
        folder.path(),
        &["--period", "2024-Q4", "--definition", "standard"],
    );
    assert_eq!(none, standard);
}

#[test]
fn a_name_alone_changes_nothing_but_the_name() {
    let folder = empty_folder();
    written(folder.path(), "board.toml", b"name = \"board\"\n");
    let none = document(folder.path(), &["--period", "2024-Q4"]);
    let mut named = document(
        folder.path(),
        &["--period", "2024-Q4", "--definition", "board.toml"],
    );
    assert_eq!(named["definition"]["name"], "board");
    assert_eq!(
        none["definition"]["fingerprint"],
        named["definition"]["fingerprint"]
    );
    assert_eq!(none["results"][0]["nrr"], named["results"][0]["nrr"]);
    named["definition"]["name"] = none["definition"]["name"].clone();
    assert_eq!(none["definition"], named["definition"]);
}

#[test]
fn a_file_without_a_name_goes_by_its_own() {
    let folder = empty_folder();
    written(folder.path(), "board.toml", b"lookback = 12\n");
    let found = document(
        folder.path(),
        &["--period", "2024-12", "--definition", "board.toml"],
    );
    assert_eq!(found["definition"]["name"], "board");
    assert_eq!(found["definition"]["lookback"], "12");
    assert_eq!(found["definition"]["origins"]["lookback"], "board.toml:1");
}

#[test]
fn flags_win_over_a_definition_and_it_over_settings_and_these_over_one_they_name() {
    let folder = empty_folder();
    let lookback = |args: &[&str]| {
        let found = document(folder.path(), &[&["--period", "2024-12"], args].concat());
        let definition = &found["definition"];
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (
            text(&definition["name"]),
            text(&definition["lookback"]),
            text(&definition["origins"]["lookback"]),
        )
    };
    let due = |name: &str, value: &str, origin: &str| {
        (name.to_owned(), value.to_owned(), origin.to_owned())
    };
    written(folder.path(), "nrr.toml", b"lookback = 6\n");
    assert_eq!(lookback(&[]), due("standard", "6", "nrr.toml:1"));
    assert_eq!(
        lookback(&["--definition", "annual"]),
        due("annual", "12", "definition annual")
    );
    assert_eq!(
        lookback(&["--definition", "annual", "--lookback", "3"]),
        due("annual", "3", "flag")
    );
    let both = b"definition = \"annual\"\nlookback = 6\n";
    written(folder.path(), "nrr.toml", both);
    assert_eq!(lookback(&[]), due("annual", "6", "nrr.toml:2"));
    written(folder.path(), "nrr.toml", b"definition = \"annual\"\n");
    assert_eq!(lookback(&[]), due("annual", "12", "definition annual"));
    assert_eq!(
        lookback(&["--definition", "compound"]),
        due("compound", "12", "definition compound")
    );
}

#[test]
fn a_path_in_settings_is_looked_for_from_their_folder() {
    let folder = empty_folder();
    let inside = folder.path().join("data");
    std::fs::create_dir(&inside).expect("a folder");
    written(folder.path(), "board.toml", b"lookback = 12\n");
    written(folder.path(), "nrr.toml", b"definition = \"board.toml\"\n");
    let found = document(&inside, &["--period", "2024-12"]);
    assert_eq!(found["definition"]["name"], "board");
    let typed = run_in(
        &inside,
        &["calc", &book_path(), "--definition", "board.toml"],
    );
    assert_eq!(typed.errors(), ["unreadable-settings"]);
    let typed = document(
        &inside,
        &["--period", "2024-12", "--definition", "../board.toml"],
    );
    assert_eq!(typed["definition"]["lookback"], "12");
}

fn refused(text: &str) -> Run {
    let folder = empty_folder();
    written(folder.path(), "board.toml", text.as_bytes());
    let run = run_in(
        folder.path(),
        &["calc", &book_path(), "--definition", "board.toml"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:#?}");
    run
}

#[test]
fn a_definition_holds_its_name_and_policies_alone() {
    for (text, code, says) in [
        ("lookbak = 12", "unknown-setting", "`lookback` is one"),
        ("\nnames = \"x\"", "unknown-setting", "board.toml:2"),
        (
            "by = \"region\"",
            "unknown-setting",
            "put `by` into nrr.toml",
        ),
        ("definition = \"annual\"", "unknown-setting", "is no policy"),
        ("name = 1\nlookback = 0", "bad-value", "board.toml:2"),
        ("name = [\"a\", \"b\"]", "bad-value", "takes one text"),
        ("name = \"\"", "bad-value", "takes one text"),
        ("name = \"a\\nb\"", "bad-value", "takes one text"),
        ("lookback = [1, 2]", "bad-value", "board.toml:1"),
        ("[lookback]\nx = 1", "bad-value", "takes one text"),
        ("lookback = ", "unreadable-settings", "board.toml:1"),
    ] {
        let run = refused(text);
        assert_eq!(run.errors(), [code], "{text}");
        assert!(run.stderr.contains(says), "{text}: {}", run.stderr);
    }
}

#[test]
fn the_list_is_the_same_in_every_format() {
    let names: Vec<&str> = DEFINITIONS.iter().map(|one| one.name).collect();
    let json: Value =
        serde_json::from_str(&run(&["definitions", "--format", "json"]).done()).expect("JSON");
    assert_eq!(json["schema"], "nrr.definitions/1");
    let found = json["results"].as_array().expect("records").iter();
    let found: Vec<&str> = found.filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(found, names);
    for format in ["table", "jsonl", "csv", "markdown"] {
        let text = run(&["definitions", "--format", format]).done();
        let mut rest = text.as_str();
        for name in &names {
            let at = rest
                .find(name)
                .unwrap_or_else(|| panic!("{format}: {name}"));
            rest = &rest[at..];
        }
    }
    let run = run(&["definitions", "--format", "toml"]);
    assert_eq!(run.errors(), ["bad-value"]);
}

#[test]
fn a_length_measures_as_the_same_window_typed_does() {
    for seed in 0..48 {
        let mut dice = Dice::new(71_000 + seed);
        let book = book(&mut dice, Mix::TAME);
        let months = dice.between(2, 5).to_string();
        let basis = *dice.pick(&["stock", "flow"]);
        let lookback = *dice.pick(&["period", "1", "4"]);
        let args = ["--basis", basis, "--lookback", lookback];
        let windows = measure(&book, &[&args[..], &["--length", &months]].concat());
        let mut defined = 0;
        for window in &windows.records {
            let label = window.text("period");
            if window.text("opening").is_empty() {
                continue;
            }
            defined += 1;
            let typed = measure(&book, &[&args[..], &["--period", label]].concat());
            // A window goes by its natural name, a range by what was typed.
            let is_same =
                |name: &&String| !["definition", "opening_period"].contains(&name.as_str());
            for field in typed.header.iter().filter(is_same) {
                assert_eq!(
                    window.text(field),
                    typed.records[0].text(field),
                    "{label} {field} {args:?} {months}\n{}",
                    book.to_csv()
                );
            }
        }
        assert!(
            defined > 0 || windows.records.len() < 12,
            "{}",
            book.to_csv()
        );
    }
}

#[test]
fn a_window_is_compared_with_the_one_before_it_and_undefined_before_the_data() {
    let book = Book::table(
        "       2024-01 2024-02 2024-03 2024-04
         acme        10      20      30      40
         birch        1       1       1       1",
    );
    let table = measure(&book, &["--basis", "flow", "--length", "2"]);
    let shown: Vec<String> = table
        .records
        .iter()
        .map(|record| {
            let of = |name| record.text(name);
            format!(
                "{} {} {} {}",
                of("period"),
                of("opening_period"),
                of("opening"),
                of("closing")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2023-12..2024-01 2023-10..2023-11  ",
            "2024-01..2024-02 2023-11..2023-12  32",
            "2024-02..2024-03 2023-12..2024-01  52",
            "2024-03..2024-04 2024-01..2024-02 32 72",
        ]
    );
}

#[test]
fn the_page_lists_every_definition_with_its_choices() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/definitions.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let (_, section) = page
        .split_once("\n## Named definitions\n")
        .expect("the section");
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let found: Vec<(&str, String)> = rows
        .filter_map(|row| row.split_once("` | "))
        .take(DEFINITIONS.len())
        .map(|(name, rest)| {
            let choices = rest.split(" | ").next().unwrap_or_default();
            (name, choices.replace('`', ""))
        })
        .collect();
    let due: Vec<(&str, String)> = DEFINITIONS
        .iter()
        .map(|one| {
            let choices = one.choices.iter();
            let choices: Vec<String> = choices
                .map(|(policy, value)| format!("{policy} {value}"))
                .collect();
            let none = "every default".to_owned();
            (
                one.name,
                if choices.is_empty() {
                    none
                } else {
                    choices.join(", ")
                },
            )
        })
        .collect();
    assert_eq!(found, due);
}

#[test]
fn settings_written_under_a_definition_measure_by_it() {
    for board in [false, true] {
        let folder = empty_folder();
        written(
            folder.path(),
            "board.toml",
            b"lookback = 12\nbasis = \"flow\"\n",
        );
        let chosen = if board { "board.toml" } else { "twilio" };
        let line = ["init", &book_path(), "--definition", chosen, "--no-config"];
        assert_eq!(run_in(folder.path(), &line).code, 0);
        let settings = std::fs::read_to_string(folder.path().join("nrr.toml")).expect("settings");
        let says = "\ndefinition = \"twilio\"\n";
        assert_eq!(settings.contains(says), !board, "{settings}");
        // Under a file its choices are keys, for its path holds from one folder alone.
        assert_eq!(
            settings.contains("\nlookback = \"12\"\n"),
            board,
            "{settings}"
        );
        let period = ["--period", "2024-12"];
        let by_flag = [&period[..], &["--no-config", "--definition", chosen]].concat();
        let by_flag = document(folder.path(), &by_flag);
        let by_settings = document(folder.path(), &period);
        assert_eq!(
            by_flag["results"][0]["nrr"],
            by_settings["results"][0]["nrr"]
        );
        for policy in POLICIES {
            let of = |document: &Value| document["definition"][policy.name].clone();
            assert_eq!(of(&by_flag), of(&by_settings), "{}", policy.name);
        }
    }
}

#[test]
fn a_definition_that_names_a_basis_runs_on_it_and_says_so() {
    let run = run(&[
        "calc",
        &book_path(),
        "--period",
        "2024-12",
        "--definition",
        "teamviewer",
        "--no-config",
    ]);
    let text = run.done();
    assert!(
        text.contains("TTM-2024-12 (Jan–Dec 2024) against TTM-2023-12"),
        "{text}"
    );
    assert!(
        text.contains("basis flow (definition teamviewer)"),
        "{text}"
    );
    assert!(
        text.contains("warning[flattering-policy]: `teamviewer` reads high"),
        "{text}"
    );
}
