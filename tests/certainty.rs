//! Intervals and sensitivity: deterministic, in step with `calc` itself, and as sure as they say.

#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a simulation draws from distributions"
)]

mod support;

use serde_json::Value;
use support::book::Book;
use support::random::{Dice, Mix};
use support::{calc, measure, random, run, words};

/// How many random books are asked.
const BOOKS: u64 = 60;
/// How many books are simulated for coverage.
const SIMULATED: u64 = 400;

fn books() -> impl Iterator<Item = Book> {
    (0..BOOKS).map(|seed| random::book(&mut Dice::new(seed), Mix::TAME))
}

fn json(book: &Book, args: &[&str]) -> Option<Value> {
    let mut args = words(args);
    args.extend(words(&["--format", "json"]));
    let run = calc(book, 1, &args);
    (run.code == 0).then(|| serde_json::from_str(&run.stdout).expect("a document"))
}

fn records(document: &Value) -> &Vec<Value> {
    document["results"].as_array().expect("records")
}

fn rate(record: &Value, field: &str) -> Option<f64> {
    record[field].as_f64()
}

#[test]
fn intervals_hold_the_rate_and_are_the_same_for_the_same_customers() {
    let args = [
        "--basis",
        "stock",
        "--every",
        "quarter",
        "--confidence",
        "99",
    ];
    let mut seen = 0;
    for book in books() {
        let Some(found) = json(&book, &args) else {
            continue;
        };
        let mut turned = book.clone();
        turned.rows.reverse();
        for row in &mut turned.rows {
            row.customer = format!("x{}", row.customer);
        }
        let again = json(&turned, &args).expect("the same");
        for (record, again) in records(&found).iter().zip(records(&again)) {
            for end in ["nrr_low", "nrr_high", "grr_low", "grr_high"] {
                assert_eq!(record[end], again[end], "{}", book.to_csv());
            }
        }
        for record in records(&found) {
            let Some(nrr) = rate(record, "nrr") else {
                assert!(record["nrr_low"].is_null(), "{record}");
                continue;
            };
            seen += 1;
            let [low, high] = ["nrr_low", "nrr_high"].map(|end| rate(record, end).expect("an end"));
            assert!(low <= high, "{record}");
            // One customer alone has no chance in it.
            if record["opening_customers"] == 1 && record["reactivation"] == 0 {
                assert!(
                    (low - nrr).abs() < 1e-9 && (high - nrr).abs() < 1e-9,
                    "{record}"
                );
            }
            let [low, high] = ["grr_low", "grr_high"].map(|end| rate(record, end).expect("an end"));
            assert!(
                (0.0..=1.0).contains(&low) && low <= high && high <= 1.0,
                "{record}"
            );
        }
    }
    assert!(seen > 50, "{seen} rates");
}

#[test]
fn a_higher_level_is_wider_and_another_seed_is_another_interval() {
    let book = simulated(7, 80);
    let interval = |level: &str, seed: &str| {
        let args = ["--period", "2024-02", "--confidence", level, "--seed", seed];
        let found = json(&book, &args).expect("a number");
        assert_eq!(found["confidence"]["draws"], 1999);
        let record = &found["results"][0];
        (
            rate(record, "nrr_low").unwrap(),
            rate(record, "nrr_high").unwrap(),
        )
    };
    let (narrow, wide, other) = (
        interval("80", "1"),
        interval("99", "1"),
        interval("80", "2"),
    );
    assert!(
        wide.0 < narrow.0 && narrow.1 < wide.1,
        "{narrow:?} {wide:?}"
    );
    assert_ne!(narrow, other);
    assert_eq!(narrow, interval("80", "1"));
}

/// A book of one month against the next whose customers are all of one kind: 10% leave, the others pay between
/// 0.8 and 1.3 of what they did. NRR of all that could be is 0.9 · 1.05.
fn simulated(seed: u64, customers: i32) -> Book {
    let mut dice = Dice::new(seed);
    let mut lines = vec!["customer,month,mrr".to_owned()];
    for number in 0..customers {
        let before = dice.between(50, 2_000);
        lines.push(format!("c{number},2024-01,{before}"));
        if !dice.chance(10) {
            let factor = dice.between(800, 1_300);
            let thousandths = before * factor;
            let (whole, rest) = (thousandths / 1_000, thousandths % 1_000);
            lines.push(format!("c{number},2024-02,{whole}.{rest:03}"));
        }
    }
    Book::read(&(lines.join("\n") + "\n"))
}

#[test]
#[ignore = "simulates hundreds of books; `.ci/run --slow` runs it"]
fn intervals_cover_the_truth_as_often_as_they_say() {
    let truth = 0.9 * 1.05;
    let covered = (0..SIMULATED).filter(|seed| {
        let book = simulated(1_000 + seed, 150);
        let args = ["--period", "2024-02", "--confidence", "90"];
        let found = json(&book, &args).expect("a number");
        let record = &found["results"][0];
        rate(record, "nrr_low").unwrap() <= truth && truth <= rate(record, "nrr_high").unwrap()
    });
    let covered = covered.count() as f64 / SIMULATED as f64;
    // Four standard errors of a share of 90% over 400 books are 6 points.
    assert!((0.84..=0.96).contains(&covered), "{covered}");
}

#[test]
fn every_other_choice_is_what_calc_says_under_it() {
    let mut seen = 0;
    for book in books() {
        let months = book.rows.iter().map(|row| row.months().1);
        let Some(last) = months.max() else { continue };
        let period = support::book::month_label(last);
        let args = [
            "--basis",
            "stock",
            "--period",
            &period,
            "--missing-months",
            "zero",
            "--negatives",
            "clip",
        ];
        let Some(found) = json(&book, &[&args[..], &["--sensitivity"]].concat()) else {
            continue;
        };
        let now = &found["results"][0];
        for other in found["sensitivity"].as_array().expect("a list") {
            let flag = format!("--{}", other["policy"].as_str().unwrap());
            let value = other["value"].as_str().unwrap();
            let kept: Vec<&str> = args
                .chunks(2)
                .filter(|pair| pair[0] != flag)
                .flatten()
                .copied()
                .collect();
            let again =
                json(&book, &[&kept[..], &[&flag, value]].concat()).expect("it was measured");
            let again = &again["results"][0];
            for field in ["nrr", "grr", "logo_retention"] {
                assert_eq!(
                    other[field],
                    again[field],
                    "{flag} {value}\n{}",
                    book.to_csv()
                );
            }
            let fields = ["nrr", "grr", "logo_retention"];
            assert!(
                fields.iter().any(|field| now[field] != again[field]),
                "{other}"
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} choices");
}

#[test]
fn certainty_is_not_asked_of_what_has_none() {
    let book = simulated(1, 40);
    let methods = json(
        &book,
        &[
            "--period",
            "2024-02",
            "--method",
            "compound",
            "--confidence",
            "95",
        ],
    );
    let record = &methods.expect("a number")["results"][0];
    let reason = record["undefined"].as_str().unwrap();
    assert!(
        record["nrr_low"].is_null() && reason.contains("nrr_low"),
        "{reason}"
    );
    for (args, says) in [
        (&["--sensitivity"][..], "name it with `--period`"),
        (&["--seed", "4"][..], "--confidence"),
        (&["--confidence", "100"][..], "50 to 99.9"),
        (&["--confidence", "95", "--seed", "x"][..], "a whole number"),
    ] {
        let run = calc(&book, 1, &words(args));
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.stderr.contains(says), "{args:?}: {}", run.stderr);
    }
    let lines = calc(
        &book,
        1,
        &words(&["--period", "2024-02", "--sensitivity", "--format", "csv"]),
    );
    assert!(
        lines.stderr.contains("with `--cohort-base survivors`"),
        "{}",
        lines.stderr
    );
    let none = measure(&book, &["--period", "2024-02"]);
    assert_eq!(none.records[0].text("nrr_low"), "");
    assert_eq!(run(&["explain", "small-base"]).code, 0);
}
