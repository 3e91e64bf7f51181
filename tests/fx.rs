//! Amounts in several currencies: by hand, against a naive model, and what has to hold of any book.

#![allow(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test writes what the program reads; the model's parts share their names"
)]

mod support;

#[path = "oracle/fx.rs"]
mod model;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use model::{Ask, Book, Mode, Row};
use support::book::{month_label, months_of, text_of, units_of};
use support::random::Dice;
use support::run_in;
use support::runner::{Run, word};
use support::table::Table;

const SEED: u64 = 73_000;
const BOOKS: u64 = 100;

/// Four customers, two currencies, three months: see each test for what comes of it.
const REVENUE: &str = "customer,month,mrr,currency
acme,2024-01,100,USD
acme,2024-02,110,USD
acme,2024-03,110,USD
birch,2024-01,200,EUR
birch,2024-02,200,EUR
birch,2024-03,180,EUR
cedar,2024-01,50,EUR
cedar,2024-03,60,EUR
dune,2024-02,40,EUR
dune,2024-03,40,EUR
";

const RATES: &str = "month,currency,rate\n2024-01,EUR,1.10\n2024-02,EUR,1.20\n2024-03,EUR,1.25\n";

const CONVERT: [&str; 4] = ["--currency", "USD", "--fx-rates", "rates.csv"];

/// Runs a command on these files, written to a folder of their own.
fn nrr(command: &str, files: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let mut line = vec![command, files[0].0, "--no-config"];
    line.extend(args);
    run_in(folder.path(), &line)
}

fn calc(revenue: &str, rates: &str, args: &[&str]) -> Run {
    let mut line = vec!["--format", "csv"];
    line.extend(CONVERT);
    line.extend(args);
    nrr(
        "calc",
        &[("revenue.csv", revenue), ("rates.csv", rates)],
        &line,
    )
}

/// The cells of these fields, of the only record.
fn cells(revenue: &str, rates: &str, args: &[&str], fields: &[&str]) -> Vec<String> {
    let table = calc(revenue, rates, args).table();
    let record = table.only();
    let shown = |field: &&str| text_of(units_of(record.text(field)).expect("a number"));
    fields.iter().map(shown).collect()
}

const LINES: [&str; 9] = [
    "opening",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "fx",
    "closing",
    "nrr",
];

#[test]
fn at_constant_rates_both_ends_are_at_those_of_the_opening() {
    // Opening at 1.20: 110 + 240 + 48. Closing at 1.20 too: 110 + 216 + 72 (cedar is back) + 48.
    let found = cells(REVENUE, RATES, &["--period", "2024-03"], &LINES);
    assert_eq!(
        found,
        ["398", "0", "72", "0", "24", "0", "0", "446", "0.939698"]
    );
    // Two months before, at 1.10: 100 + 220 + 55 against 110 + 198 + 66, and dune new at 44.
    let found = cells(
        REVENUE,
        RATES,
        &["--period", "2024-03", "--lookback", "2"],
        &LINES,
    );
    assert_eq!(
        found,
        ["375", "44", "0", "21", "22", "0", "0", "418", "0.997333"]
    );
}

#[test]
fn at_floating_rates_what_rates_did_is_a_line_of_its_own() {
    let floating = ["--fx", "floating", "--period", "2024-03"];
    // NRR as above. cedar is back at its own 1.25: 75. Closing at 1.25: 110 + 225 + 75 + 50.
    // Of the 62 more than 398, birch and dune paid 220 EUR × 0.05 = 11 only because of the rate.
    let found = cells(REVENUE, RATES, &floating, &LINES);
    assert_eq!(
        found,
        ["398", "0", "75", "0", "24", "0", "11", "460", "0.939698"]
    );
    // Two months before: 180 + 60 EUR × 0.15 = 36, dune new at 50.
    let back = [&floating[..], &["--lookback", "2"]].concat();
    let found = cells(REVENUE, RATES, &back, &LINES);
    assert_eq!(
        found,
        ["375", "50", "0", "21", "22", "0", "36", "460", "0.997333"]
    );
}

#[test]
fn at_fixed_rates_all_is_at_those_of_one_month() {
    let fixed = ["--fx", "fixed=2024-03", "--period", "2024-03"];
    // At 1.25: 110 + 250 + 50 against 110 + 225 + 50, cedar back at 75.
    let found = cells(REVENUE, RATES, &fixed, &LINES);
    assert_eq!(
        found,
        ["410", "0", "75", "0", "25", "0", "0", "460", "0.939024"]
    );
    // No other month needs a rate then.
    let only = "month,currency,rate\n2024-03,EUR,1.25\n";
    assert_eq!(cells(REVENUE, only, &fixed, &LINES), found);
}

#[test]
fn a_closing_is_the_next_opening_where_rates_float() {
    let table = calc(REVENUE, RATES, &["--fx", "floating"]).table();
    let cells = |field: &str| -> Vec<String> {
        let records = table.records.iter();
        let shown = |text: &str| units_of(text).map_or_else(String::new, text_of);
        records.map(|record| shown(record.text(field))).collect()
    };
    assert_eq!(cells("opening"), ["", "375", "398"]);
    // In February each of birch's 200 EUR rose by 0.10.
    assert_eq!(cells("fx"), ["", "20", "11"]);
    assert_eq!(cells("closing"), ["375", "398", "460"]);
}

#[test]
fn a_segment_keeps_the_currency_effect_of_those_who_left_it() {
    let revenue = "customer,month,mrr,currency,region
acme,2024-01,100,EUR,EU
acme,2024-02,120,EUR,US
birch,2024-01,50,USD,EU
birch,2024-02,50,USD,EU
";
    let args = ["--fx", "floating", "--period", "2024-02", "--by", "region"];
    let table = calc(revenue, RATES, &args).table();
    let names = [
        "opening",
        "expansion",
        "fx",
        "transfer_in",
        "transfer_out",
        "closing",
    ];
    let found: Vec<Vec<String>> = table
        .records
        .iter()
        .map(|one| {
            names
                .iter()
                .map(|name| text_of(units_of(one.text(name)).unwrap()))
                .collect()
        })
        .collect();
    // acme: 110, then 132 at 1.10 and 144 at 1.20, which leave for the US as they stand.
    assert_eq!(found[0], ["160", "22", "12", "0", "0", "194"]);
    assert_eq!(found[1], ["160", "22", "12", "0", "144", "50"]);
    assert_eq!(found[2], ["0", "0", "0", "144", "0", "144"]);
}

#[test]
fn a_month_that_grace_fills_keeps_its_currency() {
    let revenue = "customer,month,mrr,currency
acme,2024-01,100,EUR
acme,2024-03,100,EUR
birch,2024-01,10,USD
birch,2024-02,10,USD
birch,2024-03,10,USD
";
    let constant = ["--period", "2024-02", "--grace", "1"];
    let found = cells(
        revenue,
        RATES,
        &constant,
        &["opening", "fx", "closing", "nrr"],
    );
    assert_eq!(found, ["120", "0", "120", "1"]);
    let floating = [&constant[..], &["--fx", "floating"]].concat();
    let found = cells(
        revenue,
        RATES,
        &floating,
        &["opening", "fx", "closing", "nrr"],
    );
    assert_eq!(found, ["120", "10", "130", "1"]);
    let gap = "month,currency,rate\n2024-01,EUR,1.10\n2024-03,EUR,1.25\n";
    let run = calc(revenue, gap, &constant);
    assert_eq!(run.errors(), ["missing-rate"], "{}", run.stderr);
    assert!(
        run.stderr
            .contains("EUR for 2024-02, first needed in revenue.csv:2"),
        "{}",
        run.stderr
    );
}

#[test]
fn rows_are_netted_by_currency_before_they_are_converted() {
    let revenue = "customer,month,mrr,currency
acme,2024-01,100,EUR
acme,2024-01,100,EUR
acme,2024-01,90,USD
acme,2024-02,100,EUR
acme,2024-02,90,USD
";
    let last = ["--period", "2024-02", "--duplicates", "last"];
    assert_eq!(
        cells(revenue, RATES, &last, &["opening", "closing"]),
        ["200", "200"]
    );
    let sum = ["--period", "2024-02"];
    assert_eq!(
        cells(revenue, RATES, &sum, &["opening", "closing"]),
        ["310", "200"]
    );
    let run = calc(
        revenue,
        RATES,
        &["--period", "2024-02", "--duplicates", "error"],
    );
    assert_eq!(run.errors(), ["duplicate-rows"], "{}", run.stderr);
    assert!(
        run.stderr.contains("2 rows stand for `acme`"),
        "{}",
        run.stderr
    );
}

#[test]
fn products_of_a_customer_that_stays_are_read_at_the_rates_of_both_ends() {
    let revenue = "customer,month,mrr,currency,plan
acme,2024-01,100,EUR,basic
acme,2024-02,100,EUR,basic
acme,2024-02,50,EUR,pro
";
    let args = ["--fx", "floating", "--period", "2024-02", "--by", "plan"];
    let table = calc(revenue, RATES, &args).table();
    let found: Vec<Vec<i128>> = table
        .records
        .iter()
        .map(|one| {
            ["opening", "new", "expansion", "fx", "closing"]
                .map(|name| one.amount(name) / 1_000_000)
                .to_vec()
        })
        .collect();
    // The customer grew by 50 EUR at 1.10; as a product of its own pro is new at 1.20.
    assert_eq!(
        found,
        [
            [110, 0, 55, 15, 180],
            [110, 0, 0, 10, 120],
            [0, 60, 0, 0, 60]
        ]
    );
}

#[test]
fn every_shape_is_converted() {
    let wide = "customer,currency,2024-01 MRR,2024-02 MRR\nacme,EUR,100,120\nbirch,USD,10,10\ncedar,EUR,0,0\n";
    let contracts = "customer,start,end,amount,currency,interval
acme,2024-01-01,2024-12-31,1200,EUR,year
birch,2023-11-01,2024-01-31,30,USD,month
cedar,2024-02-01,2025-01-31,10,EUR,month
";
    let movements = "customer,date,type,mrr change,currency
acme,2024-01-05,new,100,EUR
acme,2024-01-06,new,10,USD
acme,2024-02-05,expansion,20,EUR
acme,2024-02-06,contraction,-5,USD
";
    let floating = ["--fx", "floating", "--period", "2024-02"];
    let fields = ["opening", "fx", "closing"];
    assert_eq!(cells(wide, RATES, &floating, &fields), ["120", "12", "154"]);
    let found = cells(contracts, RATES, &floating, &fields);
    assert_eq!(found, ["140", "10", "132"]);
    let movements = cells(movements, RATES, &floating, &fields);
    assert_eq!(movements, ["120", "12", "149"]);
}

#[test]
fn a_sign_means_the_one_currency_with_rates_that_is_written_so() {
    let revenue = "customer,month,mrr\nacme,2024-01,€100\nacme,2024-02,€100\nbirch,2024-01,100 kr\nbirch,2024-02,100 kr\n";
    let rates =
        "month,currency,rate\n2024-01,EUR,2\n2024-02,EUR,2\n2024-01,SEK,0.5\n2024-02,SEK,0.5\n";
    let args = ["--period", "2024-02"];
    assert_eq!(
        cells(revenue, rates, &args, &["opening", "nrr"]),
        ["250", "1"]
    );
    let two = format!("{rates}2024-01,NOK,0.4\n2024-02,NOK,0.4\n");
    let run = calc(revenue, &two, &args);
    assert_eq!(run.errors(), ["missing-rate"], "{}", run.stderr);
}

#[test]
fn a_missing_rate_is_an_error_and_says_where_it_is_needed() {
    let rates = "month,currency,rate\n2024-01,EUR,1.10\n";
    let revenue = format!("{REVENUE}elm,2024-03,5,GBP\n");
    let run = calc(&revenue, rates, &["--period", "2024-03"]);
    assert_eq!(
        (run.code, run.errors()),
        (2, vec!["missing-rate".to_owned()])
    );
    for said in [
        "`rates.csv` lacks 3 rates",
        "--> revenue.csv:6",
        "EUR for 2024-02 to 2024-03, first needed in revenue.csv:6",
        "GBP for 2024-03, first needed in revenue.csv:12",
    ] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    assert!(run.stdout.is_empty());
}

#[test]
fn a_rate_of_the_opening_is_missed_only_where_something_is_read_at_it() {
    // elm is new in GBP, which has no rate before March.
    let revenue = format!("{REVENUE}elm,2024-03,5,GBP\n");
    let rates = format!("{RATES}2024-03,GBP,1.5\n");
    let run = calc(&revenue, &rates, &["--period", "2024-03"]);
    assert_eq!(run.errors(), ["missing-rate"], "{}", run.stderr);
    assert!(
        run.stderr.contains("no rate of GBP for 2024-02"),
        "{}",
        run.stderr
    );
    let floating = ["--period", "2024-03", "--fx", "floating"];
    assert_eq!(
        cells(&revenue, &rates, &floating, &["new", "closing"]),
        ["7.5", "467.5"]
    );
    // What was not asked for is undefined, and no reason to fail.
    let early = "customer,month,mrr,currency\nacme,2023-03,9,USD\nacme,2024-02,9,USD\nacme,2024-03,9,USD\nelm,2024-02,5,GBP\nelm,2024-03,5,GBP\n";
    let rates = "month,currency,rate\n2024-02,GBP,1.5\n2024-03,GBP,1.5\n";
    let table = calc(early, rates, &["--period", "2024-03"]).table();
    assert_eq!(
        (table.only().text("nrr"), table.only().text("annual_nrr")),
        ("1.000000", "")
    );
    assert!(
        table
            .only()
            .text("undefined")
            .contains("no rate of GBP for 2023-03")
    );
}

#[test]
fn what_goes_together_is_asked_for_together() {
    let files = [("revenue.csv", REVENUE), ("rates.csv", RATES)];
    for args in [
        vec!["--fx", "constant", "--currency", "USD"],
        vec!["--fx-rates", "rates.csv"],
    ] {
        let run = nrr("calc", &files, &args);
        assert_eq!(
            (run.code, run.errors()),
            (2, vec!["unfit-setting".to_owned()]),
            "{args:?}"
        );
    }
    let unnamed = format!("{REVENUE}elm,2024-03,5,\n");
    let run = calc(&unnamed, RATES, &["--period", "2024-03"]);
    assert_eq!(run.errors(), ["mixed-currencies"], "{}", run.stderr);
    assert!(run.stderr.contains("revenue.csv:12"), "{}", run.stderr);
    // Nothing is nothing in any currency.
    let nothing = format!("{REVENUE}elm,2024-03,0,\nfir,2024-03,0,GBP\n");
    let found = cells(&nothing, RATES, &["--period", "2024-03"], &["closing"]);
    assert_eq!(found, ["446"]);
}

#[test]
fn every_line_of_the_rates_that_cannot_be_used_is_shown() {
    let rates = "rate,Month,currency
1.1,2024-01,EUR
\"1,2\",2024-02,EUR
1.2,2024-13,EUR
0,2024-03,EUR
-1,2024-04,EUR
1.1,2024-01-31,USD
1,2024-02,USD
1.2,2024-01-31,eur
1.10,2024-01-01,EUR
2,2024-01,
";
    let run = calc(REVENUE, rates, &["--period", "2024-03"]);
    assert_eq!(run.errors(), ["unreadable-rates"; 7], "{}", run.stderr);
    for line in [3, 4, 5, 6, 7, 9, 11] {
        assert!(
            run.stderr.contains(&format!("rates.csv:{line}")),
            "{line}: {}",
            run.stderr
        );
    }
    for header in [
        "month,ccy,rate\n2024-01,EUR,1\n",
        "month,currency,rate,source\n2024-01,EUR,1,x\n",
        "month,currency,rate\n",
    ] {
        let run = calc(REVENUE, header, &[]);
        assert_eq!(
            run.errors(),
            ["unreadable-rates"],
            "{header}: {}",
            run.stderr
        );
    }
    let files = [("revenue.csv", REVENUE)];
    let run = nrr("calc", &files, &CONVERT);
    assert_eq!(run.errors(), ["file-not-found"], "{}", run.stderr);
}

#[test]
fn amounts_and_rates_keep_all_decimals_or_are_refused() {
    let revenue =
        "customer,month,mrr,currency\nacme,2024-01,0.0000001,EUR\nacme,2024-02,0.0000003,EUR\n";
    let rates =
        |rate: &str| format!("month,currency,rate\n2024-01,EUR,{rate}\n2024-02,EUR,{rate}\n");
    let table = calc(revenue, &rates("1.12345678901"), &["--period", "2024-02"]).table();
    assert_eq!(table.only().text("closing"), "0.000000337037036703");
    let run = calc(revenue, &rates("1.123456789012"), &["--period", "2024-02"]);
    assert_eq!(run.errors(), ["amount-too-large"], "{}", run.stderr);
    // Zeros at the end are no decimals.
    assert_eq!(
        calc(
            revenue,
            &rates("1.100000000000000000"),
            &["--period", "2024-02"]
        )
        .code,
        0
    );
    let run = calc(
        REVENUE,
        &rates("99999999999999999999999999999999999999"),
        &[],
    );
    assert_eq!(run.errors().len(), 1, "{}", run.stderr);
    // Large only at the rates of another month.
    let jump =
        "month,currency,rate\n2024-01,EUR,9999999999999999999999999999999999\n2024-02,EUR,1\n";
    let run = calc(
        "customer,month,mrr,currency\nacme,2024-01,0,EUR\nacme,2024-02,99999,EUR\n",
        jump,
        &[],
    );
    assert_eq!(run.errors(), ["amount-too-large"], "{}", run.stderr);
}

#[test]
fn the_settings_file_names_rates_from_its_own_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    std::fs::create_dir(folder.path().join("finance")).expect("a folder");
    write("revenue.csv", REVENUE);
    write("finance/rates.csv", RATES);
    write(
        "finance/nrr.toml",
        "currency = \"USD\"\nfx-rates = \"rates.csv\"\nfx = \"floating\"\n",
    );
    let args = [
        "calc",
        "revenue.csv",
        "--config",
        "finance/nrr.toml",
        "--period",
        "2024-03",
    ];
    let run = run_in(folder.path(), &[&args[..], &["--format", "csv"]].concat());
    assert_eq!(run.table().only().amount("fx"), 11_000_000);
    let shown = run_in(folder.path(), &args).done();
    assert!(
        shown.contains("rates finance/rates.csv, 3 rows, "),
        "{shown}"
    );
    assert!(
        shown.contains("fx floating (finance/nrr.toml:3)"),
        "{shown}"
    );
}

#[test]
fn the_definition_is_that_of_the_rates_and_not_of_their_file() {
    let definition = |name: &str, rates: &str| {
        let files = [("revenue.csv", REVENUE), (name, rates)];
        let args = [
            "--currency",
            "USD",
            "--fx-rates",
            name,
            "--format",
            "csv",
            "--period",
            "2024-03",
        ];
        nrr("calc", &files, &args)
            .table()
            .only()
            .text("definition")
            .to_owned()
    };
    let own = definition("rates.csv", RATES);
    let turned = "currency;month;rate\nEUR;2024-03-31;1.250\nEUR;2024-01;1.1\nUSD;2024-01;1\nEUR;2024-02;1.2\n";
    let other = RATES.replace("1.25", "1.26");
    assert_eq!(definition("2024.csv", RATES), own);
    assert_ne!(definition("rates.csv", &other), own);
    assert_eq!(definition("rates.csv", turned), own);
}

#[test]
fn json_declares_the_rates_and_the_rows_that_were_converted() {
    let files = [("revenue.csv", REVENUE), ("rates.csv", RATES)];
    let args = [&CONVERT[..], &["--format", "json", "--period", "2024-03"]].concat();
    let text = nrr("calc", &files, &args).done();
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let file = &json["input"]["choice_files"][0];
    assert_eq!(
        (&file["choice"], &file["name"]),
        (&"fx-rates".into(), &"rates.csv".into())
    );
    assert_eq!(file["rows"], 3);
    assert_eq!(file["fingerprint"].as_str().map(str::len), Some(64));
    assert_eq!(json["input"]["currency"], "USD");
    assert_eq!(json["definition"]["fx"], "constant");
    assert_eq!(json["warnings"][0]["code"], "converted-currencies");
    let shown = nrr(
        "calc",
        &files,
        &[&CONVERT[..], &["--fx", "floating"]].concat(),
    )
    .done();
    assert!(shown.contains("Currency effect"), "{shown}");
    let shown = nrr("calc", &files, &CONVERT).done();
    assert!(!shown.contains("Currency effect"), "{shown}");
}

#[test]
fn the_ledger_is_written_at_each_months_own_rates() {
    let files = [("revenue.csv", REVENUE), ("rates.csv", RATES)];
    let args = [&CONVERT[..], &["--format", "csv"]].concat();
    let run = nrr("ledger", &files, &args);
    assert!(
        run.stderr.contains("each month at its own rates"),
        "{}",
        run.stderr
    );
    let ledger = run.done();
    assert!(ledger.contains("birch,2024-02,240.00,USD\n"), "{ledger}");
    let floating = calc(REVENUE, RATES, &["--fx", "floating", "--period", "2024-03"]).table();
    let back = nrr(
        "calc",
        &[("l.csv", &ledger)],
        &["--basis", "stock", "--period", "2024-03", "--format", "csv"],
    )
    .table();
    for field in ["opening", "closing", "new", "reactivation"] {
        assert_eq!(
            back.only().amount(field),
            floating.only().amount(field),
            "{field}"
        );
    }
    let fixed = [&args[..], &["--fx", "fixed=2024-01"]].concat();
    let run = nrr("ledger", &files, &fixed);
    assert!(
        run.stderr.contains("reads back to the same numbers"),
        "{}",
        run.stderr
    );
    let ledger = run.done();
    let back = nrr(
        "calc",
        &[("l.csv", &ledger)],
        &["--basis", "stock", "--period", "2024-03", "--format", "csv"],
    )
    .table();
    let fixed = calc(
        REVENUE,
        RATES,
        &["--fx", "fixed=2024-01", "--period", "2024-03"],
    )
    .table();
    for field in ["opening", "closing", "nrr", "grr", "reactivation"] {
        assert_eq!(
            back.only().number(field),
            fixed.only().number(field),
            "{field}"
        );
    }
}

const CURRENCIES: [&str; 3] = ["USD", "EUR", "JPY"];
const FIRST: i32 = 2023 * 12;
const MONTHS: i32 = 18;

/// A random book with a customer that pays every month, so that none is missing.
fn book(dice: &mut Dice, currencies: &[&'static str]) -> Book {
    let mut rows = Vec::new();
    let mut row = |customer, month, currency, cents| {
        let region = if month % 5 < 3 { "EU" } else { "US" };
        rows.push(Row {
            customer,
            month,
            currency,
            cents,
            region,
        });
    };
    for month in FIRST..FIRST + MONTHS {
        row(0, month, currencies[0], 1_000);
    }
    for customer in 1..=usize::try_from(dice.between(1, 6)).expect("few") {
        let mut currency = *dice.pick(currencies);
        for month in FIRST..FIRST + MONTHS {
            if dice.chance(8) {
                currency = *dice.pick(currencies);
            }
            for _ in 0..dice.between(0, 2) {
                row(
                    customer,
                    month,
                    currency,
                    i128::from(dice.between(1, 500)) * 25,
                );
            }
            if dice.chance(4) {
                row(
                    customer,
                    month,
                    *dice.pick(currencies),
                    -i128::from(dice.between(1, 40_000)),
                );
            }
        }
    }
    let months = FIRST..FIRST + MONTHS;
    let rates = currencies
        .iter()
        .filter(|code| **code != "USD")
        .flat_map(|code| months.clone().map(move |month| (*code, month)));
    let rates: Vec<(&'static str, i32)> = rates.collect();
    let rates = rates
        .into_iter()
        .map(|key| (key, i128::from(dice.between(5_000, 20_000))));
    Book {
        rows,
        kept: "USD",
        rates: rates.collect(),
    }
}

fn revenue_csv(book: &Book) -> String {
    let mut text = "customer,month,mrr,currency,region\n".to_owned();
    for row in &book.rows {
        let (month, amount) = (month_label(row.month), text_of(row.cents * 10_000));
        writeln!(
            text,
            "C{},{month},{amount},{},{}",
            row.customer, row.currency, row.region
        )
        .expect("text");
    }
    text
}

fn rates_csv(book: &Book) -> String {
    let mut text = "month,currency,rate\n".to_owned();
    for ((currency, month), rate) in &book.rates {
        writeln!(
            text,
            "{},{currency},{}",
            month_label(*month),
            text_of(rate * 100)
        )
        .expect("text");
    }
    text
}

fn mode_word(mode: Mode) -> String {
    match mode {
        Mode::Constant => "constant".to_owned(),
        Mode::Floating => "floating".to_owned(),
        Mode::Fixed(month) => format!("fixed={}", month_label(month)),
    }
}

fn measured(book: &Book, ask: &Ask, more: &[&str]) -> Table {
    let (fx, lookback) = (mode_word(ask.mode), ask.lookback.to_string());
    let basis = if ask.is_flow { "flow" } else { "stock" };
    let every = if ask.length == 3 { "quarter" } else { "month" };
    let mut args = vec![
        "--fx",
        &fx,
        "--lookback",
        &lookback,
        "--basis",
        basis,
        "--every",
        every,
    ];
    args.extend(["--negatives", "clip", "--decimal", "."]);
    args.extend(more);
    calc(&revenue_csv(book), &rates_csv(book), &args).table()
}

fn asked(dice: &mut Dice, mode: Mode) -> Ask {
    Ask {
        mode,
        is_flow: dice.chance(50),
        length: *dice.pick(&[1, 3]),
        lookback: *dice.pick(&[1, 3, 6, 12]),
    }
}

fn modes(dice: &mut Dice) -> [Mode; 3] {
    [
        Mode::Constant,
        Mode::Floating,
        Mode::Fixed(FIRST + dice.between(0, MONTHS - 1)),
    ]
}

#[test]
fn a_naive_model_agrees() {
    for seed in SEED..SEED + BOOKS {
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, &CURRENCIES);
        for mode in modes(&mut dice) {
            let ask = asked(&mut dice, mode);
            for record in &measured(&book, &ask, &[]).records {
                let (_, last) = months_of(record.text("period"));
                for (field, due) in book.figures(last, &ask) {
                    let found = units_of(record.text(field));
                    assert_eq!(
                        found,
                        due,
                        "seed {seed} {ask:?} {} {field}\n{}\n{}",
                        record.text("period"),
                        revenue_csv(&book),
                        rates_csv(&book)
                    );
                }
            }
        }
    }
}

#[test]
fn floating_rates_give_the_rates_of_constant_ones_and_everything_adds_up() {
    for seed in SEED..SEED + BOOKS {
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, &CURRENCIES);
        let constant = asked(&mut dice, Mode::Constant);
        let floating = Ask {
            mode: Mode::Floating,
            ..constant
        };
        let more = ["--by", "region"];
        let (constant, floating) = (
            measured(&book, &constant, &more),
            measured(&book, &floating, &more),
        );
        assert_eq!(
            constant.records.len(),
            floating.records.len(),
            "seed {seed}"
        );
        for (one, other) in constant.records.iter().zip(&floating.records) {
            for field in [
                "nrr",
                "grr",
                "logo_retention",
                "annual_nrr",
                "opening",
                "retained",
            ] {
                assert_eq!(
                    one.text(field),
                    other.text(field),
                    "seed {seed} {field} {}",
                    one.text("period")
                );
            }
            assert!(!one.is_defined() || one.amount("fx") == 0, "seed {seed}");
        }
        for record in floating
            .records
            .iter()
            .chain(&constant.records)
            .filter(|one| one.is_defined())
        {
            let sum = |fields: &[&str]| {
                fields
                    .iter()
                    .map(|field| record.amount(field))
                    .sum::<i128>()
            };
            let rises = sum(&[
                "opening",
                "new",
                "reactivation",
                "expansion",
                "fx",
                "transfer_in",
            ]);
            assert_eq!(
                rises - sum(&["contraction", "churn", "transfer_out"]),
                record.amount("closing"),
                "seed {seed}"
            );
        }
        add_up(&floating, seed);
    }
}

/// The segments of each period have the total's sums.
fn add_up(table: &Table, seed: u64) {
    let mut sums: BTreeMap<(&str, &str), [i128; 2]> = BTreeMap::new();
    for record in table.records.iter().filter(|one| one.is_defined()) {
        let side = usize::from(record.text("segment.region").is_empty());
        for field in ["opening", "fx", "closing", "expansion", "churn"] {
            sums.entry((record.text("period"), field)).or_default()[side] += record.amount(field);
        }
    }
    for (place, [parts, whole]) in sums {
        assert_eq!(parts, whole, "seed {seed} {place:?}");
    }
}

#[test]
fn every_method_adds_up_at_all_rates() {
    for seed in SEED..SEED + BOOKS / 3 {
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, &CURRENCIES);
        for (mode, method) in modes(&mut dice).into_iter().flat_map(|mode| {
            ["compound", "summed", "trailing-average"].map(|method| (mode, method))
        }) {
            let ask = Ask {
                mode,
                is_flow: false,
                length: 1,
                lookback: *dice.pick(&[3, 6]),
            };
            let found = measured(&book, &ask, &["--method", method, "--by", "region"]);
            for record in found.records.iter().filter(|one| one.is_defined()) {
                let sum = |fields: &[&str]| {
                    fields
                        .iter()
                        .map(|field| record.amount(field))
                        .sum::<i128>()
                };
                let rises = [
                    "opening",
                    "new",
                    "reactivation",
                    "expansion",
                    "fx",
                    "transfer_in",
                ];
                let falls = ["contraction", "churn", "transfer_out"];
                let closing = record.amount("closing");
                assert_eq!(
                    sum(&rises) - sum(&falls),
                    closing,
                    "seed {seed} {mode:?} {method}"
                );
            }
            if method == "summed" && mode == Mode::Constant {
                // All steps are at the rates of the opening, so the ends are those from point to point.
                let ends = measured(&book, &ask, &["--by", "region"]);
                for (one, other) in found.totals().into_iter().zip(ends.totals()) {
                    for field in ["opening", "closing"] {
                        assert_eq!(one.text(field), other.text(field), "seed {seed} {field}");
                    }
                }
            }
            add_up(&found, seed);
        }
    }
}

#[test]
fn one_rate_for_all_months_has_no_effect_and_its_size_neither() {
    for seed in SEED..SEED + BOOKS {
        let mut dice = Dice::new(seed);
        let mut book = book(&mut dice, &["EUR", "JPY"]);
        for ((currency, _), rate) in &mut book.rates {
            *rate = if *currency == "EUR" { 11_000 } else { 70 };
        }
        let ask = asked(&mut dice, Mode::Constant);
        let first = measured(&book, &ask, &[]);
        let mut tripled = book.clone();
        tripled.rates.values_mut().for_each(|rate| *rate *= 3);
        for (book, mode) in [
            (&book, Mode::Floating),
            (&book, Mode::Fixed(FIRST)),
            (&tripled, Mode::Constant),
        ] {
            let other = measured(book, &Ask { mode, ..ask }, &[]);
            for (one, other) in first.records.iter().zip(&other.records) {
                for field in ["nrr", "grr", "annual_nrr", "logo_retention"] {
                    assert_eq!(
                        one.text(field),
                        other.text(field),
                        "seed {seed} {mode:?} {field}"
                    );
                }
                assert!(
                    !other.is_defined() || other.amount("fx") == 0,
                    "seed {seed} {mode:?}"
                );
            }
        }
    }
}

#[test]
fn one_currency_is_measured_as_without_rates() {
    for seed in SEED..SEED + BOOKS / 5 {
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, &["USD"]);
        let ask = asked(&mut dice, Mode::Floating);
        let basis = if ask.is_flow { "flow" } else { "stock" };
        let every = if ask.length == 3 { "quarter" } else { "month" };
        let lookback = ask.lookback.to_string();
        let args = [
            "--lookback",
            &lookback,
            "--basis",
            basis,
            "--every",
            every,
            "--negatives",
            "clip",
            "--format",
            "csv",
        ];
        let rates = "month,currency,rate\n2024-01,EUR,1.1\n";
        let plain = nrr("calc", &[("revenue.csv", &revenue_csv(&book))], &args);
        let with = calc(
            &revenue_csv(&book),
            rates,
            &[&args[..8], &["--fx", "floating"]].concat(),
        );
        let (plain, with) = (
            plain.table().without("definition"),
            with.table().without("definition"),
        );
        for (one, other) in plain.records.iter().zip(&with.records) {
            assert_eq!(one.cells, other.cells, "seed {seed}");
        }
        assert_eq!(plain.records.len(), with.records.len(), "seed {seed}");
    }
}

#[test]
fn neither_the_order_of_rows_nor_files_nor_threads_show() {
    for seed in SEED..SEED + BOOKS / 5 {
        let mut dice = Dice::new(seed);
        let mut book = book(&mut dice, &CURRENCIES);
        let ask = asked(&mut dice, Mode::Floating);
        let more = ["--by", "region"];
        let first = measured(&book, &ask, &more).without("input_fingerprint");
        dice.shuffle(&mut book.rows);
        let turned = measured(&book, &ask, &[&more[..], &["--threads", "3"]].concat());
        for (one, other) in first
            .records
            .iter()
            .zip(&turned.without("input_fingerprint").records)
        {
            assert_eq!(one.cells, other.cells, "seed {seed}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let split = split_in_two(&book, folder.path());
        let (fx, lookback) = (mode_word(ask.mode), ask.lookback.to_string());
        let mut args = vec![
            "calc",
            &split[0],
            &split[1],
            "--no-config",
            "--format",
            "csv",
            "--fx",
            &fx,
            "--by",
            "region",
        ];
        args.extend([
            "--lookback",
            &lookback,
            "--negatives",
            "clip",
            "--decimal",
            ".",
        ]);
        args.extend(["--basis", if ask.is_flow { "flow" } else { "stock" }]);
        args.extend(["--every", if ask.length == 3 { "quarter" } else { "month" }]);
        args.extend(CONVERT);
        let table = run_in(folder.path(), &args)
            .table()
            .without("input_fingerprint");
        for (one, other) in first.records.iter().zip(&table.records) {
            assert_eq!(one.cells, other.cells, "seed {seed}");
        }
    }
}

/// The book in two files, with its rates beside them.
fn split_in_two(book: &Book, folder: &Path) -> [String; 2] {
    std::fs::write(folder.join("rates.csv"), rates_csv(book)).expect("written");
    let (first, second) = book.rows.split_at(book.rows.len() / 2);
    [("first.csv", first), ("second.csv", second)].map(|(name, rows)| {
        let part = Book {
            rows: rows.to_vec(),
            ..book.clone()
        };
        let path = folder.join(name);
        std::fs::write(&path, revenue_csv(&part)).expect("written");
        word(&path).to_owned()
    })
}
