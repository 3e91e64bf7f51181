//! `nrr cohorts` through the program: against a naive model, against `nrr calc`, and as people see it.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    unreachable_pub,
    reason = "tests write files and say which seed failed"
)]

mod support;

#[path = "oracle"]
mod oracle {
    pub mod cohorts;
}

#[path = "formats/schema.rs"]
mod schema;

use std::collections::BTreeMap;

use oracle::cohorts::{Answer, Question, answer, rate};
use support::book::{Book, Row, month_label, months_of};
use support::random::{Dice, Mix, book};
use support::table::{Record, Table};
use support::{Run, marks, run, words};

/// How many random books each property is tried on.
const BOOKS: u64 = 64;

/// How many the model is asked about.
const MODELLED: u64 = 400;

/// The lengths of periods, and what is typed for them.
const GRAINS: [(i32, &str); 4] = [(1, "month"), (3, "quarter"), (6, "half"), (12, "year")];

/// Months without rows, amounts below zero, regions that change.
const MIX: Mix = Mix {
    negatives: 2,
    zeros: 6,
    several: 15,
    holes: 8,
    blanks: 10,
    foreign: 0,
    coarse: 0,
    months_min: 1,
};

/// Runs a command on a book.
fn on(command: &str, book: &Book, args: &[String]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("book.csv");
    std::fs::write(&path, book.to_csv()).expect("the book is written");
    let path = path.to_str().expect("a plain path");
    let mut line = words(&[command, path, "--no-config"]);
    line.extend(marks(book));
    line.extend(args.iter().cloned());
    run(&line.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The records of a run that has to end well.
fn records(command: &str, book: &Book, args: &[&str]) -> Table {
    let args = [&words(args)[..], &words(&["--format", "csv"])].concat();
    let run = on(command, book, &args);
    assert_eq!(run.code, 0, "{args:?}\n{}\n{run:#?}", book.to_csv());
    run.table()
}

/// Says which seed was at work when a property failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the property failed with seed {}", self.0);
        }
    }
}

fn each_book(mix: Mix, first: u64, count: u64, property: impl Fn(&mut Dice, Book)) {
    for seed in first * 1000..first * 1000 + count {
        let _seed = Seed(seed);
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, mix);
        property(&mut dice, book);
    }
}

/// Gives some customers a signup, near their first row or far from it, now and then two.
fn add_signups(dice: &mut Dice, book: &mut Book) {
    let mut dates: BTreeMap<String, String> = BTreeMap::new();
    book.traits.push("joined".to_owned());
    for row in &mut book.rows {
        let fresh = |dice: &mut Dice, row: &Row| {
            let month = row.months().0 - dice.between(-3, 8);
            format!("{}-{:02}", month_label(month), dice.between(1, 28))
        };
        let date = match dates.get(&row.customer) {
            Some(date) if !dice.chance(5) => date.clone(),
            _ if dice.chance(15) => String::new(),
            _ => fresh(dice, row),
        };
        dates.insert(row.customer.clone(), date.clone());
        row.traits.push(date);
    }
}

/// A random question and how it is typed.
fn question(dice: &mut Dice) -> (Question, Vec<String>) {
    let (length, grain) = *dice.pick(&GRAINS);
    let question = Question {
        length,
        is_stock: dice.chance(50),
        allows_partial: dice.chance(40),
        clips: dice.chance(80),
        takes_missing_as_zero: dice.chance(80),
        counts_stated_zeros: dice.chance(30),
        segment_at: *dice.pick(&[
            None,
            Some("opening"),
            Some("closing"),
            Some("first"),
            Some("latest"),
        ]),
        is_by_signup: dice.chance(35),
    };
    let mut args = words(&["--every", grain, "--basis"]);
    args.push(if question.is_stock { "stock" } else { "flow" }.to_owned());
    let mut flag = |is_set: bool, typed: &[&str]| {
        if is_set {
            args.extend(words(typed));
        }
    };
    flag(question.allows_partial, &["--partial", "allow"]);
    flag(question.clips, &["--negatives", "clip"]);
    flag(
        question.takes_missing_as_zero,
        &["--missing-months", "zero"],
    );
    flag(question.counts_stated_zeros, &["--zero", "active"]);
    flag(question.is_by_signup, &["--signup", "joined"]);
    if let Some(at) = question.segment_at {
        flag(true, &["--by", "region", "--segment-at", at]);
    }
    (question, args)
}

/// A record of the program as the model writes one.
fn as_modelled(
    record: &Record,
    due: &BTreeMap<&'static str, String>,
) -> BTreeMap<&'static str, String> {
    let fields = due.keys().map(|field| {
        let value = match *field {
            "segment" => record.segment().into_values().collect::<Vec<_>>().join(" "),
            "opening" | "amount" | "amount_capped" => {
                let units = record.number(field);
                units.map_or(String::new(), |units| units.to_string())
            }
            field => record.text(field).to_owned(),
        };
        (*field, value)
    });
    fields.collect()
}

#[test]
fn a_naive_model_gives_the_same_triangles() {
    let mut computed = 0;
    for seed in 0..MODELLED {
        let _seed = Seed(seed);
        let mut dice = Dice::new(seed);
        let mut book = book(&mut dice, MIX);
        add_signups(&mut dice, &mut book);
        let (question, args) = question(&mut dice);
        let run = on(
            "cohorts",
            &book,
            &[&args[..], &words(&["--format", "csv"])].concat(),
        );
        let context = || format!("{args:?}\n{}\n{run:#?}", book.to_csv());
        match answer(&book, &question) {
            Answer::Errors(codes) => {
                let found = run.errors();
                let is_due = found.iter().all(|code| codes.contains(code.as_str()));
                assert!(
                    run.code == 2 && !found.is_empty() && is_due,
                    "{codes:?} {}",
                    context()
                );
            }
            Answer::Records(due) => {
                assert_eq!(run.code, 0, "{}", context());
                let table = Table::read(&run.stdout);
                assert_eq!(table.records.len(), due.len(), "{}", context());
                for (found, due) in table.records.iter().zip(&due) {
                    assert_eq!(as_modelled(found, due), *due, "{}", context());
                }
                computed += 1;
            }
        }
    }
    assert!(
        computed > MODELLED / 2,
        "most books give triangles: {computed}"
    );
}

#[test]
fn cohorts_add_up_to_the_closing_of_every_period() {
    each_book(Mix::TAME, 1, BOOKS, |dice, book| {
        let (_, grain) = *dice.pick(&GRAINS);
        let basis = *dice.pick(&["stock", "flow"]);
        let args = ["--every", grain, "--basis", basis];
        if on("calc", &book, &words(&args)).errors() == ["unusable-range"] {
            return;
        }
        let triangles = records("cohorts", &book, &args);
        for closing in &records("calc", &book, &args).records {
            let period = closing.text("period");
            let cells = triangles.records.iter();
            let cells: Vec<&Record> = cells.filter(|cell| cell.text("period") == period).collect();
            for (of_cell, of_period) in [
                ("amount", "closing"),
                ("active_customers", "closing_customers"),
            ] {
                let sum: i128 = cells.iter().map(|cell| cell.amount(of_cell)).sum();
                assert_eq!(
                    sum,
                    closing.amount(of_period),
                    "{period} {args:?}\n{}",
                    book.to_csv()
                );
            }
        }
    });
}

/// A row of nothing, so that a book without most customers covers the same months.
fn cover(book: &Book) -> Vec<Row> {
    let row = |row: &Row| Row {
        customer: "nobody".to_owned(),
        amount: "0".to_owned(),
        ..row.clone()
    };
    book.rows.iter().map(row).collect()
}

#[test]
fn a_cell_is_the_comparison_of_its_cohort_alone_with_age_0() {
    each_book(Mix::TAME, 2, BOOKS / 2, |dice, book| {
        let (length, grain) = *dice.pick(&GRAINS[..2]);
        let basis = *dice.pick(&["stock", "flow"]);
        let args = ["--every", grain, "--basis", basis];
        let triangles = records("cohorts", &book, &args);
        let cells = triangles.records.iter();
        let cells: Vec<&Record> = cells
            .filter(|cell| cell.text("cohort") != "average" && cell.text("age") != "0")
            .collect();
        if cells.is_empty() {
            return;
        }
        let cell = *dice.pick(&cells);
        // Who is in the cohort is known from the books of each customer by itself.
        let mut names: Vec<String> = book.rows.iter().map(|row| row.customer.clone()).collect();
        names.sort();
        names.dedup();
        let mut members = Book {
            rows: cover(&book),
            ..book.clone()
        };
        for name in names {
            let own = book.rows.iter().filter(|row| row.customer == name).cloned();
            let alone = Book {
                rows: cover(&book).into_iter().chain(own.clone()).collect(),
                ..book.clone()
            };
            let own_cohort = records("cohorts", &alone, &args);
            if own_cohort
                .records
                .first()
                .is_some_and(|one| one.text("cohort") == cell.text("cohort"))
            {
                members.rows.extend(own);
            }
        }
        let lookback = (cell.text("age").parse::<i32>().expect("an age") * length).to_string();
        let compared = [
            "--period",
            cell.text("period"),
            "--lookback",
            &lookback,
            "--basis",
            basis,
        ];
        let compared = records("calc", &members, &compared);
        let compared = compared.only();
        for (of_cell, of_calc) in [
            ("customers", "opening_customers"),
            ("active_customers", "retained_customers"),
            ("opening", "opening"),
            ("amount", "closing"),
            ("amount", "retained"),
            ("amount_capped", "retained_capped"),
            ("nrr", "nrr"),
            ("grr", "grr"),
            ("logo_retention", "logo_retention"),
        ] {
            let context = format!("{of_cell} {args:?} {cell:#?}\n{}", book.to_csv());
            assert_eq!(cell.number(of_cell), compared.number(of_calc), "{context}");
        }
        let of = |field: &str| compared.amount(field);
        assert_eq!(
            of("opening") + of("expansion") - of("contraction") - of("churn"),
            cell.amount("amount"),
            "{}",
            book.to_csv()
        );
    });
}

#[test]
fn rates_stay_in_their_bounds_and_segments_add_up() {
    each_book(Mix::TAME, 3, BOOKS, |dice, book| {
        let (_, grain) = *dice.pick(&GRAINS[..3]);
        let args = ["--every", grain, "--basis", "stock", "--by", "region"];
        let table = records("cohorts", &book, &args);
        let mut sums: BTreeMap<(String, String), [i128; 5]> = BTreeMap::new();
        for cell in &table.records {
            let of = |field: &str| cell.amount(field);
            let context = || format!("{cell:#?}\n{}", book.to_csv());
            assert!(
                0 <= of("grr") && of("grr") <= of("nrr").min(1_000_000),
                "{}",
                context()
            );
            assert!(of("logo_retention") <= 1_000_000, "{}", context());
            assert_eq!(
                cell.text("nrr"),
                rate(of("amount"), of("opening")),
                "{}",
                context()
            );
            let sign = if cell.segment().is_empty() { 1 } else { -1 };
            let place = (cell.text("cohort").to_owned(), cell.text("age").to_owned());
            let sum = sums.entry(place).or_default();
            let fields = [
                "customers",
                "active_customers",
                "opening",
                "amount",
                "amount_capped",
            ];
            for (sum, field) in sum.iter_mut().zip(fields) {
                *sum += sign * of(field);
            }
        }
        let rest: Vec<_> = sums.iter().filter(|(_, sum)| **sum != [0; 5]).collect();
        assert!(rest.is_empty(), "{rest:?}\n{}", book.to_csv());
    });
}

#[test]
fn order_and_names_change_nothing() {
    each_book(Mix::TAME, 4, BOOKS / 2, |dice, mut book| {
        add_signups(dice, &mut book);
        let (_, grain) = *dice.pick(&GRAINS);
        let mut args = vec!["--every", grain, "--partial", "allow", "--basis", "stock"];
        if dice.chance(50) {
            args.extend(["--signup", "joined"]);
        }
        let before = records("cohorts", &book, &args).without("input_fingerprint");
        let mut other = book.clone();
        dice.shuffle(&mut other.rows);
        for row in &mut other.rows {
            row.customer = format!("{} again", row.customer.chars().rev().collect::<String>());
        }
        let after = records("cohorts", &other, &args).without("input_fingerprint");
        assert_eq!(
            before.shortest(),
            after.shortest(),
            "{args:?}\n{}",
            book.to_csv()
        );
    });
}

/// Four customers over four months: small enough to check every figure by hand.
const BOOK: &str = "        2024-01 2024-02 2024-03 2024-04
    acme        100     120       .      90
    birch         .      50      70       .
    cedar        20       .      30       .
    dune          .       .       .      10";

fn shown(args: &[&str]) -> String {
    on("cohorts", &Book::table(BOOK), &words(args)).done()
}

#[test]
fn the_table_shows_the_triangles_asked_for() {
    let headings = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| line.contains("by cohort"));
        lines
            .map(|line| {
                line.split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(headings(&shown(&[])), ["NRR", "GRR", "Logos"]);
    assert_eq!(headings(&shown(&["--show", "logos,nrr"])), ["Logos", "NRR"]);
    assert_eq!(
        headings(&shown(&["--show", "grr", "--show", "grr"])),
        ["GRR"]
    );
    let refused = on("cohorts", &Book::table(BOOK), &words(&["--show", "churn"]));
    assert_eq!((refused.code, refused.errors()), (2, words(&["usage"])));
}

/// A text without the codes that color it.
fn uncolored(text: &str) -> String {
    let mut plain = String::new();
    let mut pieces = text.split('\u{1b}');
    plain.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        plain.push_str(piece.split_once('m').expect("a code ends with m").1);
    }
    plain
}

#[test]
fn the_heat_of_a_rate_stands_behind_the_same_figures() {
    let plain = shown(&["--color", "never"]);
    let colored = shown(&["--color", "always"]);
    assert!(!plain.contains('\u{1b}'));
    // The first line names the file, which stands in another folder each time.
    let below = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(below(&uncolored(&colored)), below(&plain));
    let ground = |rate: &str| {
        let at = colored.find(rate).expect("the rate is there");
        let (before, _) = colored[..at].rsplit_once('m').expect("a color");
        before.rsplit_once("48;5;").expect("a ground").1.to_owned()
    };
    // 100% is pale green, more is greener, next to nothing is red.
    assert_eq!(
        [ground("100.00%"), ground("140.00%"), ground("25.00%")],
        ["194", "114", "210"]
    );
}

#[test]
fn a_long_triangle_fits_the_terminal() {
    for columns in ["60", "80", "120"] {
        let path = support::fixture("book/revenue.csv");
        let run = support::runner::finish(
            support::runner::program()
                .env("COLUMNS", columns)
                .args([
                    "cohorts",
                    path.to_str().expect("a path"),
                    "--show",
                    "grr",
                    "--quiet",
                ])
                .args(["--no-config"]),
        );
        let text = run.done();
        let limit: usize = columns.parse().expect("a number");
        let rows = text.lines().filter(|line| line.contains('%'));
        assert!(rows.clone().count() > 30);
        assert!(
            rows.clone().all(|row| row.chars().count() <= limit),
            "{columns}\n{text}"
        );
        assert!(text.contains("left out for want of width"), "{text}");
        let heading = text
            .lines()
            .find(|line| line.contains("month 0"))
            .expect("a heading");
        // Whole years stay longest.
        assert!(heading.contains(" 12"), "{heading}");
    }
}

#[test]
fn the_document_is_as_its_schema_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/cohorts.json");
    let text = std::fs::read_to_string(path).expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let mut dice = Dice::new(7);
    let mut book = book(&mut dice, Mix::TAME);
    add_signups(&mut dice, &mut book);
    for args in [
        &["--every", "quarter"][..],
        &["--signup", "joined", "--by", "region"],
    ] {
        let args = [args, &["--format", "json"]].concat();
        let document = on("cohorts", &book, &words(&args)).done();
        let document: serde_json::Value = serde_json::from_str(&document).expect("JSON");
        assert_eq!(schema::faults(&schema, &document), [""; 0], "{args:?}");
        assert_eq!(document["schema"], "nrr.cohorts/1");
    }
}

#[test]
fn the_oldest_cohort_says_that_it_is_more_than_a_cohort() {
    let text = shown(&[]);
    assert!(text.contains("2024-01 and before"), "{text}");
    assert!(
        text.contains("2024-01 holds everyone older than the data"),
        "{text}"
    );
    let table = records("cohorts", &Book::table(BOOK), &[]);
    for cell in table
        .records
        .iter()
        .filter(|cell| cell.text("cohort") != "average")
    {
        let is_first = cell.text("cohort") == "2024-01";
        assert_eq!(cell.text("includes_older"), is_first.to_string());
    }
}

/// A book whose customers signed up on these days.
fn signed(days: [&str; 4]) -> Book {
    let mut book = Book::table(BOOK);
    book.traits.push("joined".to_owned());
    for row in &mut book.rows {
        let number = ["acme", "birch", "cedar", "dune"]
            .iter()
            .position(|name| *name == row.customer);
        row.traits
            .push(days[number.expect("a customer")].to_owned());
    }
    book
}

#[test]
fn signups_are_read_as_dates_are() {
    let cohorts = |days, args: &[&str]| -> Vec<String> {
        let args = [&["--signup", "joined"], args].concat();
        let table = records("cohorts", &signed(days), &args);
        let mut labels: Vec<String> = Vec::new();
        for cell in &table.records {
            labels.push(cell.text("cohort").to_owned());
        }
        labels.dedup();
        labels
    };
    let iso = ["2023-11-30", "2024-02-01", "", "2024-04-02"];
    assert_eq!(
        cohorts(iso, &[]),
        ["2023-11", "2024-02", "2024-04", "average"]
    );
    // 30 can be no month, so the other two are day first as well.
    let days = ["30/11/2023", "01/02/2024", "", "02/04/2024"];
    assert_eq!(cohorts(days, &[]), cohorts(iso, &[]));
    let either = ["03/11/2023", "01/02/2024", "", "02/04/2024"];
    let run = on("cohorts", &signed(either), &words(&["--signup", "joined"]));
    assert_eq!(run.errors(), ["ambiguous-dates"]);
    let american = cohorts(either, &["--date-order", "mdy"]);
    assert_eq!(american, ["2023-03", "2024-01", "2024-02", "average"]);
    let years = ["2023", "2024-02-01", "", "2024-04-02"];
    let run = on("cohorts", &signed(years), &words(&["--signup", "joined"]));
    assert!(!run.errors().is_empty() && run.code == 2, "{run:#?}");
}

#[test]
fn a_signup_is_a_choice_that_is_declared() {
    let book = signed(["2023-11-30", "2024-02-01", "", "2024-04-02"]);
    let run = |args: &[&str]| on("cohorts", &book, &words(args)).done();
    let (with, without) = (run(&["--signup", "joined"]), run(&[]));
    assert!(with.contains("signup joined (flag)"), "{with}");
    let definition = |text: &str| {
        text.split("definition ")
            .nth(1)
            .map(|rest| rest[..15].to_owned())
    };
    assert_ne!(definition(&with), definition(&without));
    for warning in ["missing-signup", "late-signup"] {
        assert_eq!(
            with.contains(warning),
            warning == "missing-signup",
            "{with}"
        );
    }
    assert_eq!(months_of("2024-02-01").0, months_of("2024-02").0);
}

#[test]
fn a_product_is_a_unit_with_a_first_period_of_its_own() {
    let text = "customer,month,mrr,product\n\
        acme,2024-01,10,a\nacme,2024-01,10,b\nacme,2024-02,5,a\nacme,2024-02,30,b\n\
        birch,2024-01,7,a\nbirch,2024-02,7,b\n";
    let args = [
        "cohorts",
        "-",
        "--by",
        "product",
        "--format",
        "csv",
        "--no-config",
    ];
    let table = support::run_with_stdin(&args, text.as_bytes()).table();
    let cells = table
        .records
        .iter()
        .filter(|cell| cell.text("cohort") != "average");
    let cells: Vec<String> = cells
        .map(|cell| {
            let fields = [
                "segment.product",
                "cohort",
                "age",
                "amount",
                "amount_capped",
            ];
            fields.map(|field| cell.text(field)).join(" ")
        })
        .collect();
    let expected = [
        // Of acme 5 + 10 count, of birch nothing: its b is not the a that it had.
        " 2024-01 0 27 27",
        " 2024-01 1 42 15",
        "a 2024-01 0 17 17",
        "a 2024-01 1 5 5",
        "b 2024-01 0 10 10",
        "b 2024-01 1 30 10",
        "b 2024-02 0 7 7",
    ];
    assert_eq!(cells, expected);
}
