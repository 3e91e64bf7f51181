//! What must hold on every book: the properties of `definitions.md` §9, through the program.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests write files and say which seed failed"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use support::book::{Book, ONE, Row, month_label, text_of};
use support::random::{Dice, Mix, book, policies};
use support::table::{Record, Table};
use support::{calc, fixture, marks, measure, run, words};

/// How many random books each property is tried on.
const BOOKS: u64 = 64;

/// Rates of the customers at the opening, which nobody else may move.
const BASE_RATES: [&str; 9] = [
    "nrr",
    "grr",
    "gross_revenue_churn",
    "net_revenue_churn",
    "revenue_churn",
    "contraction_rate",
    "expansion_rate",
    "logo_retention",
    "logo_churn",
];

/// Amounts and counts of which the total is the sum of its segments.
const SUMMED: [&str; 17] = [
    "opening",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "closing",
    "retained",
    "retained_capped",
    "opening_customers",
    "new_customers",
    "reactivated_customers",
    "expanded_customers",
    "contracted_customers",
    "churned_customers",
    "retained_customers",
    "closing_customers",
];

/// What was cut or left out. A segment that holds nothing else may have no record, so its part can be missing.
const SET_ASIDE: [&str; 5] = [
    "clipped_opening",
    "clipped_closing",
    "excluded_customers",
    "excluded_opening",
    "excluded_closing",
];

/// Says which seed was at work when a property failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the property failed with seed {}", self.0);
        }
    }
}

fn each_book(mix: Mix, first: u64, property: impl Fn(&mut Dice, &Book)) {
    for seed in first * 1000..first * 1000 + BOOKS {
        let _seed = Seed(seed);
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, mix);
        property(&mut dice, &book);
    }
}

/// All months or all quarters of the book under these settings, by region.
fn random_records(dice: &mut Dice, book: &Book) -> (Vec<String>, Table) {
    let mut args = policies(dice);
    if dice.chance(40) {
        args.extend(words(&[
            "--from", "2022-Q3", "--to", "2022-Q4", "--every", "quarter",
        ]));
    }
    args.extend(words(&["--by", "region", "--format", "csv"]));
    let run = calc(book, 1, &args);
    // The one thing that may stop such a run is a quarter past the end of a short book.
    if run.errors() == ["period-after-data"] {
        return (
            args,
            Table {
                header: Vec::new(),
                records: Vec::new(),
            },
        );
    }
    assert_eq!(run.code, 0, "{args:?}\n{}\n{run:#?}", book.to_csv());
    (args, run.table())
}

/// A book that has nothing to hide but amounts below zero.
const NEGATIVE: Mix = Mix {
    negatives: 4,
    ..Mix::TAME
};

#[test]
fn opening_and_movements_are_closing_in_every_record() {
    each_book(NEGATIVE, 1, |dice, book| {
        let (args, table) = random_records(dice, book);
        for record in table.records.iter().filter(|record| record.is_defined()) {
            let of = |field: &str| record.amount(field);
            let gains =
                of("new") + of("reactivation") + of("expansion") + of("fx") + of("transfer_in");
            let losses = of("contraction") + of("churn") + of("transfer_out");
            let context = || format!("{args:?}\n{}\n{record:#?}", book.to_csv());
            assert_eq!(
                of("opening") + gains - losses,
                of("closing"),
                "{}",
                context()
            );
            let kept =
                of("expanded_customers") + of("contracted_customers") + of("unchanged_customers");
            assert_eq!(
                of("opening_customers"),
                kept + of("churned_customers"),
                "{}",
                context()
            );
            if record.segment().is_empty() {
                let customers =
                    of("opening_customers") + of("new_customers") + of("reactivated_customers");
                assert_eq!(
                    customers - of("churned_customers"),
                    of("closing_customers"),
                    "{}",
                    context()
                );
                assert_eq!(
                    (of("transfer_in"), of("transfer_out")),
                    (0, 0),
                    "{}",
                    context()
                );
            }
        }
    });
}

#[test]
fn segments_add_up_to_the_total() {
    each_book(NEGATIVE, 2, |dice, book| {
        let (args, table) = random_records(dice, book);
        for total in table
            .totals()
            .into_iter()
            .filter(|record| record.is_defined())
        {
            let here = |record: &&Record| {
                record.text("period") == total.text("period") && !record.segment().is_empty()
            };
            let parts: Vec<&Record> = table.records.iter().filter(here).collect();
            for field in SUMMED {
                let sum: i128 = parts.iter().map(|part| part.amount(field)).sum();
                let period = total.text("period");
                assert_eq!(
                    sum,
                    total.amount(field),
                    "{period} {field} {args:?}\n{}",
                    book.to_csv()
                );
            }
            let sum = |field: &str| parts.iter().map(|part| part.amount(field)).sum::<i128>();
            assert_eq!(
                sum("transfer_in"),
                sum("transfer_out"),
                "{args:?}\n{}",
                book.to_csv()
            );
            for field in SET_ASIDE {
                assert!(
                    sum(field) <= total.amount(field),
                    "{field} {args:?}\n{}",
                    book.to_csv()
                );
            }
        }
    });
}

#[test]
fn gross_retention_is_at_most_net_retention_and_one() {
    each_book(NEGATIVE, 3, |dice, book| {
        let (args, table) = random_records(dice, book);
        let in_nrr = args
            .windows(2)
            .any(|pair| pair == ["--reactivation", "in-nrr"]);
        for record in table.records.iter().filter(|record| record.is_defined()) {
            let of = |field: &str| record.amount(field);
            let context = || format!("{args:?}\n{}\n{record:#?}", book.to_csv());
            if of("opening") == 0 {
                assert!(
                    BASE_RATES.iter().all(|rate| record.number(rate).is_none()),
                    "{}",
                    context()
                );
                continue;
            }
            assert!(
                0 <= of("grr") && of("grr") <= of("nrr").min(ONE),
                "{}",
                context()
            );
            let back = if in_nrr { of("reactivation") } else { 0 };
            assert_eq!(
                of("retained") - of("retained_capped"),
                of("expansion") + back,
                "{}",
                context()
            );
            let lost = of("contraction") + of("churn");
            assert_eq!(of("opening") - of("retained_capped"), lost, "{}", context());
        }
    });
}

#[test]
fn closing_is_the_next_opening_in_the_total_and_each_segment() {
    each_book(Mix::TAME, 4, |dice, book| {
        let basis = *dice.pick(&["stock", "flow"]);
        let table = measure(book, &["--basis", basis, "--by", "region"]);
        let mut closings: BTreeMap<(String, String), i128> = BTreeMap::new();
        for record in &table.records {
            let name = record.segment().into_values().collect::<String>();
            if let (Some(opening), false) = (record.number("opening"), name.is_empty()) {
                // A segment without customers may have no record.
                let before =
                    closings.get(&(record.text("opening_period").to_owned(), name.clone()));
                assert_eq!(
                    opening,
                    before.copied().unwrap_or(0),
                    "{record:#?}\n{}",
                    book.to_csv()
                );
            }
            closings.insert(
                (record.text("period").to_owned(), name),
                record.amount("closing"),
            );
        }
        let totals = table.totals();
        for pair in totals.windows(2) {
            assert_eq!(
                pair[0].text("closing"),
                pair[1].text("opening"),
                "{}",
                book.to_csv()
            );
        }
    });
}

#[test]
fn row_order_splitting_and_names_change_nothing() {
    each_book(NEGATIVE, 5, |dice, book| {
        let args = without(&policies(dice), "--duplicates");
        let args: Vec<&str> = args
            .iter()
            .map(String::as_str)
            .chain(["--by", "region"])
            .collect();
        let before = measure(book, &args);
        let mut shuffled = book.clone();
        dice.shuffle(&mut shuffled.rows);
        assert_eq!(
            measure(&shuffled, &args),
            before,
            "shuffled, {args:?}\n{}",
            book.to_csv()
        );
        let parts = split_rows(dice, book);
        assert_eq!(
            measure(&parts, &args).shortest(),
            before.clone().shortest(),
            "{args:?}\n{}\n{}",
            book.to_csv(),
            parts.to_csv()
        );
        let mut renamed = book.clone();
        for row in &mut renamed.rows {
            // Names turned round stand in another order.
            row.customer = format!("x{}", row.customer.chars().rev().collect::<String>());
        }
        assert_eq!(
            measure(&renamed, &args),
            before,
            "renamed, {args:?}\n{}",
            book.to_csv()
        );
    });
}

#[test]
fn with_endless_grace_nobody_leaves_and_comes_back() {
    each_book(NEGATIVE, 31, |_, book| {
        let stock = ["--basis", "stock", "--negatives", "clip"];
        let before = measure(book, &stock);
        let none = measure(book, &[&stock[..], &["--grace", "0"]].concat());
        assert_eq!(none, before, "{}", book.to_csv());
        let endless = measure(book, &[&stock[..], &["--grace", "1200"]].concat());
        for (bridged, plain) in endless.totals().into_iter().zip(before.totals()) {
            if plain.is_defined() {
                assert_eq!(
                    bridged.amount("reactivated_customers"),
                    0,
                    "{}",
                    book.to_csv()
                );
            }
            let (more, less) = (bridged.amount("closing"), plain.amount("closing"));
            assert!(more >= less, "{}", book.to_csv());
        }
    });
}

/// The warning of a code in a JSON document, and NRR of its only total.
fn warning_and_nrr(book: &Book, args: &[String], code: &str) -> Option<(Option<Value>, f64)> {
    let args = [args, &words(&["--format", "json"])].concat();
    let run = calc(book, 1, &args);
    let json: Value = serde_json::from_str(&run.stdout).ok()?;
    let found = json["warnings"].as_array()?.iter();
    let mut found = found.filter(|warning| warning["code"] == code).cloned();
    Some((found.next(), json["results"][0]["nrr"].as_f64()?))
}

/// What a warning says of another reading is what the program gives under it.
#[test]
fn an_effect_of_grace_is_what_the_flag_does() {
    let told = std::cell::Cell::new(0);
    each_book(Mix::TAME, 32, |dice, book| {
        for month in ["2022-10", "2022-12", "2023-01"] {
            let mut args = without(&without(&policies(dice), "--grace"), "--basis");
            args.extend(words(&["--basis", "stock", "--period", month]));
            let with = |months: &str| [&args[..], &words(&["--grace", months])].concat();
            let plain = warning_and_nrr(book, &with("0"), "late-renewals");
            let filled = warning_and_nrr(book, &with("2"), "bridged-months");
            let (Some((late, before)), Some((bridged, after))) = (plain, filled) else {
                continue;
            };
            for (warning, moved) in [(late, after - before), (bridged, before - after)] {
                let effect = warning.and_then(|warning| warning["effect_on_nrr"].as_f64());
                if let Some(effect) = effect {
                    told.set(told.get() + 1);
                    // Three roundings to six decimals lie between.
                    let is_close = (effect - moved).abs() < 2e-6;
                    assert!(is_close, "{effect} {moved} {args:?}\n{}", book.to_csv());
                }
            }
        }
    });
    assert!(told.get() > 20, "{} effects were told", told.get());
}

/// The arguments without a flag and its value: with `--duplicates last` the order of rows is what counts.
fn without(args: &[String], flag: &str) -> Vec<String> {
    args.chunks(2)
        .filter(|pair| pair[0] != flag)
        .flatten()
        .cloned()
        .collect()
}

/// Some rows as two that add up to them.
fn split_rows(dice: &mut Dice, book: &Book) -> Book {
    let mut parts = book.clone();
    parts.rows.clear();
    for row in &book.rows {
        if dice.chance(30) {
            let part = i128::from(dice.between(1, 40)) * ONE / 2;
            parts.rows.push(Row {
                amount: text_of(part),
                ..row.clone()
            });
            parts.rows.push(Row {
                amount: text_of(row.units() - part),
                ..row.clone()
            });
        } else {
            parts.rows.push(row.clone());
        }
    }
    parts
}

#[test]
fn scaling_every_amount_changes_no_rate() {
    each_book(Mix::TAME, 6, |dice, book| {
        let kept = without(&without(&policies(dice), "--min-opening"), "--min-closing");
        let args: Vec<&str> = kept.iter().map(String::as_str).collect();
        let mut tripled = book.clone();
        for row in &mut tripled.rows {
            row.amount = text_of(row.units() * 3);
        }
        let (before, after) = (measure(book, &args), measure(&tripled, &args));
        let rates =
            BASE_RATES
                .into_iter()
                .chain(["quick_ratio", "net_growth", "annual_nrr", "annual_grr"]);
        for rate in rates {
            for (one, other) in before.records.iter().zip(&after.records) {
                assert_eq!(
                    one.text(rate),
                    other.text(rate),
                    "{rate} {args:?}\n{}",
                    book.to_csv()
                );
            }
        }
        for (one, other) in before
            .records
            .iter()
            .filter(|record| record.is_defined())
            .zip(after.records.iter().filter(|record| record.is_defined()))
        {
            assert_eq!(
                one.amount("retained") * 3,
                other.amount("retained"),
                "{args:?}\n{}",
                book.to_csv()
            );
        }
    });
}

/// The last month of a book.
fn last_month(book: &Book) -> i32 {
    book.rows
        .iter()
        .map(|row| row.months().1)
        .max()
        .expect("a book with rows")
}

fn row(book: &Book, customer: &str, month: i32, amount: &str) -> Row {
    Row {
        customer: customer.to_owned(),
        label: month_label(month),
        amount: amount.to_owned(),
        currency: if book.has_currency {
            "USD".to_owned()
        } else {
            String::new()
        },
        traits: vec!["US".to_owned(), "lee".to_owned()],
    }
}

#[test]
fn customer_that_was_not_there_changes_no_rate() {
    each_book(Mix::TAME, 7, |dice, book| {
        let closing = last_month(book) - dice.between(0, 1);
        let period = month_label(closing);
        let lookback = *dice.pick(&["1", "3", "12"]);
        let args = [
            "--period",
            &period,
            "--lookback",
            lookback,
            "--basis",
            *dice.pick(&["stock", "flow"]),
        ];
        let mut larger = book.clone();
        larger.rows.push(row(book, "newcomer", closing, "98765.5"));
        // One that left before the opening comes back.
        let opening = closing - lookback.parse::<i32>().expect("a number");
        larger
            .rows
            .push(row(book, "returner", opening - 1, "1234.5"));
        larger.rows.push(row(book, "returner", closing, "4321.5"));
        let (before, after) = (measure(book, &args), measure(&larger, &args));
        for rate in BASE_RATES {
            let (one, other) = (before.only().text(rate), after.only().text(rate));
            assert_eq!(one, other, "{rate} {args:?}\n{}", book.to_csv());
        }
    });
}

#[test]
fn customer_that_never_pays_changes_nothing() {
    each_book(Mix::TAME, 8, |dice, book| {
        let args = ["--basis", *dice.pick(&["stock", "flow"])];
        let mut larger = book.clone();
        for month in last_month(book) - 5..=last_month(book) {
            larger.rows.push(row(book, "guest", month, "0"));
        }
        assert_eq!(
            measure(book, &args),
            measure(&larger, &args),
            "{}",
            book.to_csv()
        );
    });
}

#[test]
fn merging_customers_never_lowers_retention() {
    each_book(Mix::TAME, 9, |dice, book| {
        let names: Vec<&str> = book.rows.iter().map(|row| row.customer.as_str()).collect();
        let (one, other) = (*dice.pick(&names), *dice.pick(&names));
        let mut merged = book.clone();
        for row in merged.rows.iter_mut().filter(|row| row.customer == one) {
            other.clone_into(&mut row.customer);
        }
        let (before, after) = (measure(book, &[]), measure(&merged, &[]));
        for (one, other) in before
            .records
            .iter()
            .zip(&after.records)
            .filter(|(one, _)| one.is_defined())
        {
            assert_eq!(
                one.text("opening"),
                other.text("opening"),
                "{}",
                book.to_csv()
            );
            for field in ["retained", "retained_capped"] {
                assert!(
                    one.amount(field) <= other.amount(field),
                    "{field} {one:#?} {other:#?}\n{}",
                    book.to_csv()
                );
            }
        }
    });
}

#[test]
fn minimum_of_totals_is_not_gross_retention() {
    let book = Book::table(
        "       2024-01  2024-02
         acme   100      150
         birch  100      50",
    );
    let table = measure(&book, &["--period", "2024-02"]);
    let record = table.only();
    assert_eq!(
        record.amount("opening").min(record.amount("closing")),
        record.amount("opening")
    );
    assert_eq!(record.amount("grr"), ONE * 3 / 4);
}

#[test]
fn constant_book_is_retained_in_full() {
    each_book(Mix::TAME, 10, |dice, book| {
        let last = last_month(book);
        let mut constant = book.clone();
        constant.rows.clear();
        for number in 0..dice.between(1, 8) {
            let amount = text_of(i128::from(dice.between(1, 90_000)) * ONE / 100);
            let name = format!("customer {number}");
            constant
                .rows
                .extend((last - 18..=last).map(|month| row(book, &name, month, &amount)));
        }
        let args = policies(dice);
        let args: Vec<&str> = args
            .iter()
            .map(String::as_str)
            .chain(["--by", "region"])
            .collect();
        for record in measure(&constant, &args)
            .records
            .iter()
            .filter(|record| record.is_defined())
        {
            // Thresholds may leave nobody in the base.
            for rate in ["nrr", "grr", "logo_retention"] {
                let whole = record.number(rate).is_none_or(|rate| rate == ONE);
                assert!(whole, "{rate} {args:?} {record:#?}\n{}", constant.to_csv());
            }
        }
    });
}

#[test]
fn weighted_segment_rates_are_the_rate_of_the_whole() {
    each_book(Mix::TAME, 11, |dice, book| {
        let lookback = *dice.pick(&["1", "3", "12"]);
        let table = measure(book, &["--by", "owner", "--lookback", lookback]);
        for total in table
            .totals()
            .into_iter()
            .filter(|record| record.is_defined())
        {
            let here = |record: &&Record| {
                record.text("period") == total.text("period") && !record.segment().is_empty()
            };
            // A rate is cut to 6 decimals, so the products may miss by half of the last one each.
            let (mut sum, mut slack) = (0, 0);
            for part in table.records.iter().filter(here) {
                let opening = part.amount("opening");
                sum += part.number("nrr").unwrap_or(0) * opening;
                slack += opening;
            }
            let missed = (sum - total.amount("retained") * ONE).abs();
            assert!(2 * missed <= slack, "{total:#?}\n{}", book.to_csv());
        }
    });
}

#[test]
fn monthly_rates_of_a_fixed_cohort_multiply_to_point_to_point() {
    each_book(Mix::TAME, 12, |dice, book| {
        let closing = last_month(book);
        let steps = dice.between(2, 12);
        let opening = closing - steps;
        let (period, lookback) = (month_label(closing), steps.to_string());
        let whole = measure(
            book,
            &[
                "--period",
                &period,
                "--lookback",
                &lookback,
                "--basis",
                "stock",
            ],
        );
        // The cohort is picked here, by adding up the rows of the opening month.
        let mut at_opening: BTreeMap<&str, i128> = BTreeMap::new();
        for row in book.rows.iter().filter(|row| row.months().0 == opening) {
            *at_opening.entry(&row.customer).or_insert(0) += row.units();
        }
        let cohort: BTreeSet<&str> = at_opening
            .into_iter()
            .filter(|(_, sum)| *sum > 0)
            .map(|(name, _)| name)
            .collect();
        let mut fixed = book.clone();
        fixed
            .rows
            .retain(|row| cohort.contains(row.customer.as_str()));
        let (from, to) = (month_label(opening + 1), month_label(closing));
        let range = [
            "--from", &from, "--to", &to, "--every", "month", "--basis", "stock",
        ];
        // Everybody of the cohort counts in each step, back or not: its rate is closing ÷ opening. The
        // product telescopes if each step starts where the last one ended.
        let chain = measure(&fixed, &range);
        for pair in chain.records.windows(2) {
            assert_eq!(
                pair[0].amount("closing"),
                pair[1].amount("opening"),
                "{}",
                book.to_csv()
            );
        }
        let (first, last) = (&chain.records[0], &chain.records[chain.records.len() - 1]);
        let whole = whole.only();
        let (above, below) = (whole.amount("retained"), whole.amount("opening"));
        assert_eq!(
            (last.amount("closing"), first.amount("opening")),
            (above, below),
            "{}",
            book.to_csv()
        );
    });
}

/// Runs on one file, so that paths in the output are the same.
fn bytes(path: &str, args: &[String]) -> String {
    let mut line = vec!["calc", path, "--no-config"];
    line.extend(args.iter().map(String::as_str));
    let run = run(&line);
    assert_eq!(run.code, 0, "{line:?}: {}", run.stderr);
    format!("{}{}", run.stdout, run.stderr)
}

fn assert_repeatable(path: &str, args: &[String]) {
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let with = |more: &[&str]| {
            bytes(
                path,
                &[args, &words(&["--format", format]), &words(more)].concat(),
            )
        };
        let first = with(&["--threads", "1"]);
        assert!(
            first == with(&["--threads", "1"]),
            "{format}: a second run differs, {args:?}"
        );
        assert!(
            first == with(&["--threads", "2"]),
            "{format}: two threads differ, {args:?}"
        );
    }
}

#[test]
fn same_input_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("book.csv");
    let path = path.to_str().expect("a plain path");
    each_book(NEGATIVE, 13, |dice, book| {
        std::fs::write(path, book.to_csv()).expect("the book is written");
        assert_repeatable(
            path,
            &[marks(book), policies(dice), words(&["--by", "region"])].concat(),
        );
    });
    // A file large enough to be cut into parts.
    let path = fixture("book/revenue.csv");
    assert_repeatable(
        path.to_str().expect("a plain path"),
        &words(&["--by", "region"]),
    );
}

#[test]
fn shuffled_rows_give_the_same_bytes_but_for_the_fingerprint() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("book.csv");
    let path = path.to_str().expect("a plain path");
    // One row a month and customer: which of two rows a warning names may depend on their order.
    let single = Mix {
        several: 0,
        zeros: 0,
        ..Mix::TAME
    };
    each_book(single, 14, |dice, book| {
        let args = [
            marks(book),
            policies(dice),
            words(&["--by", "region", "--format", "json"]),
        ]
        .concat();
        let document = |book: &Book| {
            std::fs::write(path, book.to_csv()).expect("the book is written");
            let mut json: Value = serde_json::from_str(&bytes_out(path, &args)).expect("JSON");
            blank_fingerprints(&mut json["input"]);
            blank_fingerprints(&mut json["results"]);
            json.to_string()
        };
        let before = document(book);
        let mut shuffled = book.clone();
        dice.shuffle(&mut shuffled.rows);
        assert!(before == document(&shuffled), "{args:?}\n{}", book.to_csv());
    });
}

fn bytes_out(path: &str, args: &[String]) -> String {
    let mut line = vec!["calc", path, "--no-config"];
    line.extend(args.iter().map(String::as_str));
    let run = run(&line);
    assert_eq!(run.code, 0, "{line:?}: {}", run.stderr);
    run.stdout
}

/// Fingerprints are of the input's bytes, and evidence names the first line that shows a thing: both
/// may differ, and nothing else.
fn blank_fingerprints(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name.contains("fingerprint") || name == "origin" {
                    *field = Value::Null;
                }
                blank_fingerprints(field);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blank_fingerprints),
        _ => {}
    }
}
