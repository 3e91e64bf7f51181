//! Ids that count as another's: the file of `map`, from outside.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests write files and say which seed failed"
)]

mod support;

use std::path::Path;

use serde_json::Value;
use support::book::{Book, Row};
use support::random::{Dice, Mix, book as random_book};
use support::runner::{word, written};
use support::table::Table;
use support::{calc, measure, run, run_in, words};

const BOOKS: u64 = 64;

const REVENUE: &str = "customer,month,mrr,region
elm,2024-01,70,EU
fern,2024-01,30,EU
elm-2,2024-02,90,US
fern,2024-02,30,EU
";

/// Says which seed was at work when a property failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the property failed with seed {}", self.0);
        }
    }
}

/// February of the small book under a map, with further arguments.
fn february(map: &[u8], more: &[&str]) -> support::Run {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "revenue.csv", REVENUE.as_bytes());
    written(folder.path(), "ids.csv", map);
    let line = [
        "calc",
        "revenue.csv",
        "--period",
        "2024-02",
        "--map",
        "ids.csv",
        "--no-config",
    ];
    run_in(folder.path(), &[&line, more].concat())
}

fn nrr(map: &[u8]) -> String {
    let table = february(map, &["--format", "csv"]).table();
    table.only().text("nrr").to_owned()
}

/// A table of ids, each merged into another one or not, without months.
fn random_ids(dice: &mut Dice, book: &Book) -> Vec<(String, String)> {
    let mut ids: Vec<String> = book.rows.iter().map(|row| row.customer.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    dice.shuffle(&mut ids);
    let mut pairs = Vec::new();
    for index in 1..ids.len() {
        if dice.chance(40) {
            pairs.push((ids[index].clone(), dice.pick(&ids[..index]).clone()));
        }
    }
    pairs
}

fn csv_of(pairs: &[(String, String)]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["from", "to"]).expect("written");
    for (from, to) in pairs {
        writer.write_record([from, to]).expect("written");
    }
    writer.into_inner().expect("written")
}

/// The book's table under the map in a folder.
fn mapped(folder: &Path, book: &Book, files: usize, args: &[&str]) -> Table {
    let ids = folder.join("ids.csv");
    let mut args = words(args);
    args.extend(words(&["--format", "csv", "--map", word(&ids)]));
    let run = calc(book, files, &args);
    let table = run.table();
    table.without("input_fingerprint").without("definition")
}

#[test]
fn a_map_gives_what_the_book_gives_under_the_new_ids() {
    for seed in 0..BOOKS {
        let _seed = Seed(seed);
        let mut dice = Dice::new(seed);
        let book = random_book(&mut dice, Mix::TAME);
        let pairs = random_ids(&mut dice, &book);
        if pairs.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), "ids.csv", &csv_of(&pairs));
        let named = |id: &str| {
            let mut id = id.to_owned();
            while let Some((_, to)) = pairs.iter().find(|pair| pair.0 == id) {
                id.clone_from(to);
            }
            id
        };
        let rename = |row: &Row| Row {
            customer: named(&row.customer),
            ..row.clone()
        };
        let renamed = Book {
            rows: book.rows.iter().map(rename).collect(),
            ..book.clone()
        };
        let args = ["--by", "region", "--zero", "active"];
        let due = measure(&renamed, &args).without("definition");
        assert_eq!(mapped(folder.path(), &book, 1, &args).records, due.records);
        assert_eq!(mapped(folder.path(), &book, 2, &args).records, due.records);
    }
}

#[test]
fn merging_never_lowers_nrr_or_grr_and_segments_add_up() {
    for seed in 1000..1000 + BOOKS {
        let _seed = Seed(seed);
        let mut dice = Dice::new(seed);
        let book = random_book(&mut dice, Mix::TAME);
        let pairs = random_ids(&mut dice, &book);
        if pairs.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), "ids.csv", &csv_of(&pairs));
        let apart = measure(&book, &["--by", "region"]);
        let together = mapped(folder.path(), &book, 1, &["--by", "region"]);
        let (apart, totals) = (apart.totals(), together.totals());
        assert_eq!(apart.len(), totals.len());
        for (apart, total) in apart.iter().zip(&totals) {
            for rate in ["nrr", "grr"] {
                if let (Some(before), Some(after)) = (apart.number(rate), total.number(rate)) {
                    assert!(after >= before, "{rate} of {}", total.text("period"));
                }
            }
            let is_part = |record: &&support::table::Record| {
                record.text("period") == total.text("period")
                    && !record.text("segment.region").is_empty()
            };
            let parts: Vec<_> = together.records.iter().filter(is_part).collect();
            for field in [
                "opening",
                "closing",
                "expansion",
                "churn",
                "retained_capped",
            ] {
                if total.is_defined() {
                    let sum: i128 = parts
                        .iter()
                        .map(|part| part.number(field).unwrap_or(0))
                        .sum();
                    assert_eq!(sum, total.amount(field), "{field}");
                }
            }
        }
    }
}

#[test]
fn one_merged_id_makes_the_difference_and_says_so() {
    let run = february(b"from,to\nelm,elm-2\n", &[]);
    assert_eq!(run.code, 0, "{run:#?}");
    for said in [
        "NRR 120.00%    GRR 100.00%",
        "map ids.csv (flag)",
        "warning[mapped-customers]: 1 id counts as another's, as `map` says",
        "`elm → elm-2 from 2024-01`",
        "effect: NRR 120.00% → 30.00% without the map",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
}

#[test]
fn a_map_reads_in_whatever_form_it_comes() {
    let utf16: Vec<u8> = "\u{feff}from\tto\nelm\telm-2\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let forms: [&[u8]; 8] = [
        b"from,to\nelm,elm-2\n",
        b"\xef\xbb\xbffrom;to;effective\r\nelm;elm-2;\r\n",
        b"From,To,Effective\n\"elm\",\"elm-2\",2023-05-17\n",
        b"to,from\n elm-2 ,elm\n",
        b"from,to\nelm,middle\nmiddle,elm-2\n",
        b"from,to,effective\nelm,elm-2,2024-01\n",
        b"from,to,effective\nelm,fern,2023-01\nelm,elm-2,31.12.2023\n",
        &utf16,
    ];
    for form in forms {
        assert_eq!(nrr(form), "1.200000", "{}", String::from_utf8_lossy(form));
    }
    // From February on there is nothing left of `elm` to merge.
    assert_eq!(nrr(b"from,to,effective\nelm,elm-2,2024-02\n"), "0.300000");
}

#[test]
fn many_rows_are_read_in_several_blocks() {
    let line = |number: u32| format!("old-customer-{number},new-customer-{number}\n");
    let lines: Vec<String> = (0..90_000).map(line).collect();
    let mut map = format!("from,to\n{}", lines.concat());
    map.push_str("elm,elm-2\n");
    assert!(map.len() > 2 << 20);
    assert_eq!(nrr(map.as_bytes()), "1.200000");
}

#[test]
fn every_fault_of_a_map_is_said_at_once_with_its_line() {
    let run = february(
        b"from,to,effective\nelm,elm-2,soon\nfern,,\n,fern,\na,b,\nb,a,\nc,d,2024-01\nc,e,2024-01-09\nf,f,\n",
        &[],
    );
    assert_eq!(run.code, 2);
    let codes = [
        "unreadable-date",
        "empty-id",
        "empty-id",
        "map-cycle",
        "map-clash",
        "map-cycle",
    ];
    assert_eq!(run.errors(), codes);
    for line in [2, 3, 4, 6, 8, 9] {
        assert!(
            run.stderr.contains(&format!("ids.csv:{line}")),
            "{line}: {}",
            run.stderr
        );
    }
    assert_eq!(february(b"from,to\n", &[]).errors(), ["no-rows"]);
    assert_eq!(
        february(b"old,new\nelm,elm-2\n", &[]).errors(),
        ["missing-column"]
    );
    assert_eq!(
        february(b"from,to,efective\nelm,elm-2,\n", &[]).errors(),
        ["unknown-column"]
    );
    assert_eq!(
        february(b"from,to\nelm,elm-2,x\n", &[]).errors(),
        ["extra-cells"]
    );
    assert_eq!(
        february(b"from,to,effective\na,b,03/04/2024\n", &[]).errors(),
        ["ambiguous-dates"]
    );
    let order = ["--date-order", "mdy"];
    assert_eq!(
        february(b"from,to,effective\nelm,b,03/04/2024\n", &order).code,
        0
    );
}

#[test]
fn ids_that_nobody_has_are_a_warning() {
    let run = february(b"from,to\nElm,elm-2\nelm,elm-2\nfern,nobody\n", &[]);
    assert_eq!(run.code, 0, "{run:#?}");
    assert!(
        run.stdout
            .contains("warning[unknown-id]: 2 ids of the map are no customer")
    );
    assert!(run.stdout.contains("ids.csv:2"), "{}", run.stdout);
    assert!(
        run.stdout
            .contains("`Elm (from, line 2)` and `nobody (to, line 4)`")
    );
}

#[test]
fn the_definition_holds_what_the_map_says_and_the_input_the_file() {
    let json = |map: &[u8]| -> Value {
        serde_json::from_str(&february(map, &["--format", "json"]).done()).expect("JSON")
    };
    let one = json(b"from,to\nelm,elm-2\nx,fern\n");
    let same = json(b"to;from\nfern;x\nelm-2;elm\n");
    let other = json(b"from,to\nelm,elm-2\n");
    let of = |value: &Value| {
        value["definition"]["fingerprint"]
            .as_str()
            .map(str::to_owned)
    };
    assert_eq!(of(&one), of(&same));
    assert_ne!(of(&one), of(&other));
    assert_eq!(one["definition"]["map"], "ids.csv");
    let file = &one["input"]["choice_files"][0];
    assert_eq!(
        (&file["choice"], &file["name"]),
        (&"map".into(), &"ids.csv".into())
    );
    assert_eq!(file["rows"], 2);
    let bytes = blake3::hash(b"from,to\nelm,elm-2\nx,fern\n")
        .to_hex()
        .to_string();
    assert_eq!(file["fingerprint"], bytes);
}

#[test]
fn a_map_lies_beside_the_settings_file_that_names_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("reports");
    std::fs::create_dir(&inner).expect("a folder");
    written(&inner, "revenue.csv", REVENUE.as_bytes());
    written(folder.path(), "nrr.toml", b"map = \"ids.csv\"\n");
    written(folder.path(), "ids.csv", b"from,to\nelm,elm-2\n");
    let line = [
        "calc",
        "revenue.csv",
        "--period",
        "2024-02",
        "--format",
        "csv",
    ];
    assert_eq!(run_in(&inner, &line).table().only().text("nrr"), "1.200000");
    // From elsewhere by its name, and a flag from where one is.
    let line = [
        "calc",
        "reports/revenue.csv",
        "--config",
        "nrr.toml",
        "--period",
        "2024-02",
    ];
    let named = run_in(folder.path(), &[&line[..], &["--format", "csv"]].concat());
    assert_eq!(named.table().only().text("nrr"), "1.200000");
    let none = run_in(
        &inner,
        &[
            "calc",
            "revenue.csv",
            "--period",
            "2024-02",
            "--map",
            "none",
        ],
    );
    assert!(none.stdout.contains("NRR 30.00%"), "{none:#?}");
    let flag = run_in(
        &inner,
        &[
            "calc",
            "revenue.csv",
            "--map",
            "../ids.csv",
            "--period",
            "2024-02",
        ],
    );
    assert!(flag.stdout.contains("NRR 120.00%"), "{flag:#?}");
}

#[test]
fn products_and_absences_follow_the_new_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = "customer,month,mrr,plan\nelm,2024-01,70,pro\nelm-2,2024-03,90,pro\nfern,2024-01,5,pro\nfern,2024-02,5,pro\nfern,2024-03,5,pro\n";
    let file = written(folder.path(), "revenue.csv", rows.as_bytes());
    let ids = written(folder.path(), "ids.csv", b"from,to\nelm,elm-2\n");
    let line = [
        "calc",
        word(&file),
        "--no-config",
        "--map",
        word(&ids),
        "--by",
        "plan",
        "--format",
        "csv",
    ];
    let table = run(&[&line[..], &["--period", "2024-02", "--grace", "1"]].concat()).table();
    for record in &table.records {
        assert_eq!(record.text("closing"), "75", "{record:?}");
        assert_eq!(record.text("nrr"), "1.000000");
    }
    let filled = run(&[
        "calc",
        word(&file),
        "--no-config",
        "--map",
        word(&ids),
        "--period",
        "2024-02",
        "--grace",
        "1",
    ]);
    assert!(
        filled
            .stdout
            .contains("effect: NRR 100.00% → 6.67% without the map"),
        "{}",
        filled.stdout
    );
}

#[test]
fn the_ledger_and_its_inspection_are_those_of_the_new_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "revenue.csv", REVENUE.as_bytes());
    written(folder.path(), "ids.csv", b"from,to\nelm,elm-2\n");
    let line = [
        "ledger",
        "revenue.csv",
        "--map",
        "ids.csv",
        "--no-config",
        "--format",
        "csv",
    ];
    let ledger = run_in(folder.path(), &line);
    assert!(
        ledger.stdout.contains("elm-2,2024-01,70"),
        "{}",
        ledger.stdout
    );
    assert!(!ledger.stdout.contains("elm,"), "{}", ledger.stdout);
    let seen = run_in(
        folder.path(),
        &["inspect", "revenue.csv", "--map", "ids.csv", "--no-config"],
    );
    assert!(seen.stdout.contains("mapped-customers"), "{}", seen.stdout);
}
