//! What help lists works, and what does not work is in no help.

mod support;

use support::{fixture, run, run_binary};

/// Each command that has flags it has no use for, as it runs.
const COMMANDS: [&[&str]; 11] = [
    &["calc", "--period", "2024-Q1"],
    &["check", "--period", "2024-Q1", "--require", "nrr >= 1%"],
    &["customers", "--period", "2024-Q1"],
    &["plan", "--period", "2024-Q1", "--target", "100%"],
    &["trace", "--period", "2024-Q1"],
    &["diff", "--period", "2024-Q1"],
    &["compare", "--period", "2024-Q1"],
    &["inspect"],
    &["ledger"],
    &["cohorts", "--every", "year"],
    &["renewals", "--period", "2024-Q1"],
];

/// Flags of settings that not every command shows anything of.
const FLAGS: [&[&str]; 4] = [
    &["--confidence", "90"],
    &["--seed", "3"],
    &["--sensitivity"],
    &["--by", "region"],
];

#[test]
fn a_flag_is_refused_exactly_where_help_does_not_list_it() {
    let book = fixture("book/revenue.csv");
    let book = book.to_str().expect("a plain path");
    for command in COMMANDS {
        let help = run(&[command[0], "--help"]).done();
        for flag in FLAGS {
            // A file for each side; what a flag needs beside it is given too.
            let files: &[&str] = if command[0] == "diff" {
                &[book, book]
            } else {
                &[book]
            };
            let beside: &[&str] = if flag[0] == "--seed" {
                &["--confidence", "90"]
            } else {
                &[]
            };
            let words = [command, files, flag, beside, &["--no-config"]].concat();
            let run = run_binary(&words);
            let is_refused = run.errors().iter().any(|code| code == "usage");
            let is_listed = help.contains(&format!(" {} ", flag[0]))
                || help.contains(&format!(" {}[", flag[0]));
            assert_ne!(is_listed, is_refused, "{words:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_list_of_months_takes_no_other_grain() {
    for command in ["inspect", "ledger"] {
        assert!(!run(&[command, "--help"]).done().contains("--every"));
        let refused = run(&[command, "fixtures/book/revenue.csv", "--every", "quarter"]);
        assert_eq!(
            (refused.code, refused.errors()),
            (2, vec!["usage".to_owned()])
        );
    }
}

#[test]
fn help_can_be_asked_for_in_words() {
    for command in ["calc", "trace"] {
        assert_eq!(
            run(&["help", command]).done(),
            run(&[command, "--help"]).done()
        );
    }
    assert!(run(&["help"]).done().contains("nrr [OPTIONS] <COMMAND>"));
}

#[test]
fn no_text_is_written_under_the_name_of_a_workbook() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| {
        folder
            .path()
            .join(name)
            .to_str()
            .expect("a plain path")
            .to_owned()
    };
    let calc = |output: &str, more: &[&str]| {
        let line = [
            "calc",
            "fixtures/book/revenue.csv",
            "--period",
            "2024-Q1",
            "--no-config",
            "-o",
            output,
        ];
        run(&[&line[..], more].concat())
    };
    for name in ["out.xlsx", "out.PDF", "out.tsv"] {
        let refused = calc(&path(name), &[]);
        assert_eq!(
            (refused.code, refused.errors()),
            (2, vec!["bad-value".to_owned()]),
            "{name}"
        );
        assert!(
            refused.stderr.contains("out.csv`, which spreadsheets open"),
            "{}",
            refused.stderr
        );
        assert!(!folder.path().join(name).exists());
        // Whoever says what it is may call it as they like.
        assert_eq!(calc(&path(name), &["--format", "csv"]).code, 0);
        assert!(folder.path().join(name).exists());
    }
    for name in ["out.txt", "out", "out.2024"] {
        assert_eq!(calc(&path(name), &[]).code, 0, "{name}");
    }
}
