//! Same input, same bytes: whatever the number of threads, the order of rows, the packing, the pipe.
#![allow(
    clippy::disallowed_methods,
    reason = "tests prepare files of their own"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use support::runner::written;
use support::{Run, run, run_in, run_with_stdin};

const HEADER: &str = "Kunde;date;amount;currency;region;note\r\n";

/// Rows of more than 6 MiB. Only the last two prove that a comma is the decimal mark and that the day
/// stands first: the beginning suggests neither.
static ROWS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) % below
    };
    let mut rows = Vec::new();
    for number in 0..130_000 {
        let id = next(4_000);
        let customer = match id % 9 {
            0 => format!("\"Company; \"\"{id}\"\"\""),
            1 => format!("\"Two\r\nlines {id}\""),
            2 => format!("  Ünï {id} "),
            _ => format!("C-{id}"),
        };
        let (day, month) = (1 + next(12), 1 + next(12));
        let (whole, rest) = (1 + next(9), next(1000));
        let credit = if number % 23 == 0 { "-" } else { "" };
        let note = ["plain", "\"a;b ", "\"\r\n\r\n"][usize::try_from(next(3)).unwrap()];
        let close = if note == "plain" { "" } else { "\"" };
        let region = ["north", "south", "\"west; far\"", ""][usize::try_from(id % 4).unwrap()];
        rows.push(format!(
            "{customer};{day:02}/{month:02}/2023;{credit}{whole},{rest:03};EUR;{region};{note}{number}{close}\r\n"
        ));
    }
    rows.push("C-1;31/12/2023;1;EUR;south;\r\n".to_owned());
    rows.push("C-2;01/02/2023;1.234,5;EUR;north;\r\n".to_owned());
    rows
});

fn text(rows: &[String]) -> Vec<u8> {
    let text = format!("{HEADER}{}", rows.concat());
    text.into_bytes()
}

/// A large file, its rows in their first order.
static LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text = text(&ROWS);
    assert!(text.len() > 6 << 20, "{} bytes are no 6 MiB", text.len());
    text
});

fn read(bytes: &[u8], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), "large.csv", bytes);
    run_in(
        folder.path(),
        &[
            &[
                "calc",
                "large.csv",
                "--negatives",
                "clip",
                "--customer",
                "Kunde",
            ],
            args,
        ]
        .concat(),
    )
}

fn json(run: Run) -> Value {
    serde_json::from_str(&run.done()).unwrap()
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_twice() {
    for format in ["json", "jsonl", "csv", "table", "markdown"] {
        let args = ["--format", format, "--by", "region", "--threads", "1"];
        let one = read(&LARGE, &args);
        assert_eq!(one.code, 0, "{one:#?}");
        assert!(one.stdout.contains("west; far"));
        for threads in ["1", "2", "7"] {
            let args = ["--format", format, "--by", "region", "--threads", threads];
            assert!(read(&LARGE, &args) == one, "{format} by {threads} threads");
        }
    }
}

/// More customers than are put in order, and written, at a time; many of them move by the same.
static MANY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut text = "Kunde;date;amount;currency;region;note\n".to_owned();
    for number in 0..30_000_u32 {
        let customer = match number % 7 {
            0 => format!("\"={number}; \"\"x\"\", y\""),
            1 => format!("\"Two\nlines {number}\""),
            _ => format!("C-{number}"),
        };
        let region = ["north", "south", "\"west, \"\"far\"\"\""][number as usize % 3];
        for month in (1..=3).filter(|month| number % 11 != *month) {
            let amount = 1 + (number % 400) * (month + number % 5);
            writeln!(
                text,
                "{customer};2023-0{month}-01;{amount}.25;EUR;{region};"
            )
            .unwrap();
        }
    }
    text.into_bytes()
});

#[test]
fn any_number_of_threads_lists_customers_alike() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), "many.csv", &MANY);
    let listed = |format: &str, sort: &str, threads: &str| {
        let words = ["customers", "many.csv", "--period", "2023-03"];
        let words = [&words[..], &["--customer", "Kunde", "--by", "region"]].concat();
        let args = [
            "--sort",
            sort,
            "--format",
            format,
            "--threads",
            threads,
            "--quiet",
        ];
        run_in(folder.path(), &[&words[..], &args].concat()).done()
    };
    for (format, sort) in [
        ("csv", "nrr"),
        ("csv", "change"),
        ("jsonl", "nrr"),
        ("table", "grr"),
    ] {
        let one = listed(format, sort, "1");
        assert!(format == "table" || one.lines().count() >= 30_000);
        for threads in ["2", "7"] {
            let same = listed(format, sort, threads) == one;
            assert!(same, "{format} by {sort} with {threads} threads");
        }
    }
}

#[test]
fn a_pipe_gives_the_bytes_of_the_file() {
    for threads in ["1", "2"] {
        let args = ["--format", "json", "--threads", threads];
        let file = read(&LARGE, &args).done();
        let words = [
            &["calc", "-", "--negatives", "clip", "--customer", "Kunde"],
            &args[..],
        ]
        .concat();
        let pipe = run_with_stdin(&words, &LARGE).done();
        assert_eq!(file.replace("large.csv", "<stdin>"), pipe);
        let found: Value = serde_json::from_str(&pipe).unwrap();
        let read = &found["input"]["files"][0];
        assert_eq!(
            (&read["decimal"]["value"], &read["date-order"]["value"]),
            (&",".into(), &"dmy".into())
        );
    }
}

/// Leaves out what tells one order of rows from another: fingerprints, line numbers, examples.
fn without_places(mut found: Value) -> Value {
    fn clear(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for name in [
                    "fingerprint",
                    "input_fingerprint",
                    "bytes",
                    "origin",
                    "line",
                    "places",
                    "evidence",
                    "text",
                    "name",
                ] {
                    fields.remove(name);
                }
                fields.values_mut().for_each(clear);
            }
            Value::Array(items) => items.iter_mut().for_each(clear),
            _ => {}
        }
    }
    let warnings = found["warnings"].take();
    let warned = warnings.as_array().into_iter().flatten();
    let warned: Vec<Value> = warned
        .map(|warning| serde_json::json!([warning["code"], warning["count"], warning["message"]]))
        .collect();
    clear(&mut found);
    found["warnings"] = warned.into();
    found
}

/// The rows in another order, the same for the same seed.
fn shuffled(rows: &[String], mut seed: u64) -> Vec<String> {
    let mut rows = rows.to_vec();
    for last in (1..rows.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let other = usize::try_from(seed >> 33).unwrap() % (last + 1);
        rows.swap(last, other);
    }
    rows
}

#[test]
fn the_order_of_rows_does_not_show() {
    let args = ["--format", "json", "--by", "region", "--threads", "2"];
    let first = without_places(json(read(&LARGE, &args)));
    for seed in [1, 2] {
        let other = text(&shuffled(&ROWS, seed));
        assert!(
            without_places(json(read(&other, &args))) == first,
            "seed {seed}"
        );
    }
}

#[test]
fn packed_files_give_the_records_of_the_plain_one_for_any_number_of_threads() {
    let answer = |bytes: &[u8], threads| {
        let args = ["--format", "csv", "--threads", threads];
        read(bytes, &args).done()
    };
    // The last column is the fingerprint of what was read.
    let records = |text: &str| {
        let lines = text.lines();
        let lines = lines.map(|line| line.rsplit_once(',').unwrap().0.to_owned());
        lines.collect::<Vec<_>>()
    };
    let plain = records(&answer(&LARGE, "2"));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&LARGE).unwrap();
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    for packed in [
        encoder.finish().unwrap(),
        ruzstd::encoding::compress_to_vec(&LARGE[..], level),
    ] {
        let one = answer(&packed, "1");
        assert_eq!(records(&one), plain);
        for threads in ["2", "7"] {
            assert!(answer(&packed, threads) == one, "{threads} threads");
        }
    }
}

#[test]
fn what_other_tools_packed_gives_the_records_of_the_plain_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packed");
    let results = |name: &str| {
        let mut records =
            json(run_in(&folder, &["calc", name, "--format", "json"]))["results"].take();
        for record in records.as_array_mut().into_iter().flatten() {
            record["input_fingerprint"].take();
        }
        records
    };
    let plain = results("revenue.csv");
    assert!(
        plain.as_array().is_some_and(|records| records.len() == 3),
        "{plain}"
    );
    for name in [
        "revenue.csv.zst",
        "revenue.csv.gz",
        "two-frames.csv.zst",
        "two-members.csv.gz",
    ] {
        assert_eq!(results(name), plain, "{name}");
    }
}

#[test]
fn several_files_give_the_records_of_one() {
    let settled = ["--decimal", ",", "--date-order", "dmy", "--format", "json"];
    let results = |run: Run| without_places(json(run))["results"].take();
    let whole = results(read(&LARGE, &settled));
    let folder = tempfile::tempdir().unwrap();
    let mut words = vec!["calc".to_owned()];
    for (number, rows) in ROWS.chunks(ROWS.len() / 3 + 1).enumerate() {
        let name = format!("part{number}.csv");
        written(folder.path(), &name, &text(rows));
        words.push(name);
    }
    for threads in ["1", "2", "7"] {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.extend(settled);
        args.extend([
            "--negatives",
            "clip",
            "--customer",
            "Kunde",
            "--threads",
            threads,
        ]);
        let parts = results(run_in(folder.path(), &args));
        assert!(parts == whole, "{threads} threads");
    }
}

#[test]
fn errors_stand_in_order_of_line_for_any_number_of_threads() {
    let mut rows = ROWS.clone();
    let mut bad = Vec::new();
    for (count, at) in (500..rows.len()).step_by(2_900).enumerate() {
        rows[at] = match count % 3 {
            0 => "C-1;01/02/2023;#REF!;EUR;south;\r\n",
            1 => ";01/02/2023;5,00;EUR;south;\r\n",
            _ => "C-1;31/02/2023;5,00;EUR;south;\r\n",
        }
        .to_owned();
        let before: usize = rows[..at].iter().map(|row| row.matches('\n').count()).sum();
        bad.push(before as u64 + 2);
    }
    let text = text(&rows);
    let args = |threads| {
        [
            "--format",
            "json",
            "--message-format",
            "json",
            "--threads",
            threads,
        ]
    };
    let one = read(&text, &args("1"));
    assert_eq!(one.code, 2);
    let lines: Vec<u64> = one
        .stderr
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["line"]
                .as_u64()
                .unwrap()
        })
        .collect();
    assert_eq!(lines, bad, "{}", &one.stderr[..900]);
    for threads in ["2", "7"] {
        assert!(read(&text, &args(threads)) == one, "{threads} threads");
    }
    let drawn = |threads| read(&text, &["--threads", threads]).stderr;
    assert_eq!(drawn("1"), drawn("7"));
}

#[test]
fn an_unclosed_quote_is_the_same_error_for_any_number_of_threads() {
    let mut rows = ROWS.clone();
    let at = rows.len() / 2;
    rows[at] = "\"C-1;01/02/2023;5,00;EUR;south;\r\n".to_owned();
    let text = text(&rows);
    let one = read(&text, &["--threads", "1"]);
    assert_eq!(one.code, 2);
    for threads in ["2", "7"] {
        assert_eq!(read(&text, &["--threads", threads]), one);
    }
}

#[test]
fn one_last_row_can_prove_both_the_mark_and_the_order() {
    let mut rows = ROWS[..ROWS.len() - 2].to_vec();
    rows.push("C-1;31/12/2023;1.234,5;EUR;south;\r\n".to_owned());
    let found = json(read(&text(&rows), &["--format", "json"]));
    let read = &found["input"]["files"][0];
    assert_eq!(
        (&read["decimal"]["value"], &read["date-order"]["value"]),
        (&",".into(), &"dmy".into())
    );
}

#[test]
fn the_working_folder_shows_only_in_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"customer,date,amount\na,2024-01-31,5.00\na,2024-02-29,7.00\n";
    written(folder.path(), "a.csv", text);
    std::fs::create_dir(folder.path().join("below")).unwrap();
    let near = run_in(folder.path(), &["calc", "a.csv", "--format", "json"]).done();
    let far = run_in(
        &folder.path().join("below"),
        &["calc", "../a.csv", "--format", "json"],
    )
    .done();
    assert_eq!(near.replace("a.csv", "../a.csv"), far);
}

#[test]
fn help_is_the_same_twice() {
    assert_eq!(run(&["calc", "--help"]), run(&["calc", "--help"]));
}

#[test]
fn rows_are_written_as_meant() {
    let mut count = 0;
    let mut text = String::new();
    for row in ROWS.iter() {
        let _ = write!(text, "{row}");
        count += 1;
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(b';')
        .has_headers(false)
        .from_reader(text.as_bytes());
    let widths: Vec<usize> = reader.records().map(|row| row.unwrap().len()).collect();
    assert_eq!(
        (widths.len(), widths.iter().all(|width| *width == 6)),
        (count, true)
    );
}
