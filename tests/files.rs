//! Several files as one input: which belong together, and which are one file twice.

#![allow(
    clippy::disallowed_methods,
    reason = "a test writes what the program reads"
)]

mod support;

use std::path::Path;

use support::runner::written;
use support::{Run, run_in};

const HEADER: &str = "customer,date,amount,currency,region\n";

fn calc(folder: &Path, args: &[&str]) -> Run {
    let line = ["calc", "a.csv", "b.csv", "--no-config", "--basis", "flow"];
    run_in(folder, &[&line[..], args].concat())
}

fn of(a: &str, b: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "a.csv", a.as_bytes());
    written(folder.path(), "b.csv", b.as_bytes());
    calc(folder.path(), args)
}

#[test]
fn a_copy_is_refused_whatever_its_order_and_quotes() {
    let a = format!("{HEADER}acme,2024-01-05,100,USD,EU\nbirch,2024-02-05,70,USD,US\n");
    let copies = [
        format!("{HEADER}birch,2024-02-05,70,USD,US\nacme,2024-01-05,100,USD,EU\n"),
        format!("{HEADER}\"acme\",2024-01-05,100,USD,EU\r\nbirch,\"2024-02-05\",70,USD,US"),
    ];
    for copy in copies {
        let run = of(&a, &copy, &["--period", "2024-02"]);
        assert_eq!(run.errors(), ["repeated-file"], "{copy}");
        assert!(run.stderr.contains("hold the same rows"), "{}", run.stderr);
    }
}

#[test]
fn rows_under_another_title_are_others() {
    let report = |year: u16| {
        let months = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec";
        let row = |name: &str| format!("{name}{}\n", ",100.00".repeat(12));
        let rows = row("Acme") + &row("Birch");
        format!("Sales by Customer\nJanuary - December {year}\n\nCustomer,{months}\n{rows}")
    };
    let run = of(
        &report(2023),
        &report(2024),
        &["--period", "2024-06", "--format", "csv"],
    );
    assert_eq!(run.errors(), [""; 0], "{}", run.stderr);
    let table = run.table();
    let [june] = table.records.as_slice() else {
        panic!("one period was asked for: {table:?}");
    };
    assert_eq!(
        (june.text("opening"), june.text("closing")),
        ("200.00", "200.00")
    );
}

#[test]
fn files_that_differ_in_what_is_left_out_are_not_called_the_same() {
    let file = |amount: u8| {
        format!(
            "{HEADER}acme,2024-01-05,100,USD,EU\nacme,2024-02-05,100,USD,EU\nbirch,2024-01-05,{amount},USD,US\n"
        )
    };
    let run = of(
        &file(70),
        &file(71),
        &["--period", "2024-02", "--where", "region=EU"],
    );
    assert_eq!(run.errors(), [""; 0], "{}", run.stderr);
    assert!(run.stdout.contains("warning[equal-rows]"), "{}", run.stdout);
}
