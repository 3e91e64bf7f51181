//! `nrr ledger`: the file it writes reads back to the same ledger, the same bytes and the same figures.

#![expect(clippy::disallowed_methods, reason = "reads the schema")]

#[path = "formats/schema.rs"]
mod schema;
mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::Config;

use nrr::text::unguarded;
use support::random::{Dice, Mix, book, policies};
use support::table::Table;
use support::{Run, marks, run_with_stdin};

/// Runs a command on a text piped into it.
fn on(text: &str, words: &[&str]) -> Run {
    let (command, flags) = words.split_first().expect("a command");
    let args = [&[*command, "-", "--no-config", "--quiet"], flags].concat();
    run_with_stdin(&args, text.as_bytes())
}

fn ledger(text: &str, flags: &[&str]) -> String {
    on(text, &[&["ledger", "--format", "csv"], flags].concat()).done()
}

/// The flags that a ledger says it needs, as words.
fn read_back(text: &str, flags: &[&str]) -> Vec<String> {
    let json = on(text, &[&["ledger", "--format", "json"], flags].concat()).done();
    let document: serde_json::Value = serde_json::from_str(&json).expect("a document");
    let flags = document["read_back"].as_array().expect("a list");
    let texts = flags.iter().map(|flag| flag.as_str().expect("a text"));
    texts
        .flat_map(|flag| flag.split(' '))
        .map(|word| word.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn rows_add_up_by_customer_and_month_and_stand_in_order() {
    let text = "\
customer_id,month,mrr,region
birch,2024-02,80,US
acme,2024-02,1.5,EU
acme,2024-01,100,EU
acme,2024-01,20.25,EU
cedar,2024-01,0,EU
";
    let expected = "\
customer,month,amount,currency,region
acme,2024-01,120.25,,EU
acme,2024-02,1.50,,EU
birch,2024-02,80.00,,US
cedar,2024-01,0.00,,EU
";
    assert_eq!(ledger(text, &["--by", "region"]), expected);
    assert_eq!(ledger(expected, &["--by", "region"]), expected);
    assert_eq!(
        read_back(text, &["--by", "region"]),
        ["--basis", "stock", "--by", "region"]
    );
}

#[test]
fn three_decimals_become_four_for_they_could_be_thousands() {
    let text = "customer,month,mrr\nacme,2024-01,1.399\nbirch,2024-01,1\n";
    let written = ledger(text, &["--decimal", "."]);
    assert_eq!(
        written,
        "customer,month,amount,currency\nacme,2024-01,1.3990,\nbirch,2024-01,1.0000,\n"
    );
    assert_eq!(ledger(&written, &[]), written);
}

#[test]
fn longer_labels_stay_labels() {
    for (label, flags, expected) in [
        ("Q1 2024", &[][..], "2024-Q1"),
        ("H2 2024", &[], "2024-H2"),
        ("2024", &[], "2024"),
        ("2024-Q4", &["--fiscal-year-start", "2"], "FY2024-Q4"),
        ("FY2024", &["--fiscal-year-start", "7"], "FY2024"),
    ] {
        let text = format!("customer,period,revenue\nacme,{label},100\n");
        let written = ledger(&text, flags);
        assert_eq!(
            written,
            format!("customer,month,amount,currency\nacme,{expected},100,\n")
        );
        assert_eq!(ledger(&written, flags), written);
        assert_eq!(read_back(&text, flags), flags, "{label}");
    }
}

#[test]
fn a_horizon_that_ends_after_the_last_row_is_named() {
    let text = "customer,month,mrr\nacme,2024-01,100\n";
    let flags = ["--through", "2024-03"];
    let expected = ["--basis", "stock", "--through", "2024-03"];
    assert_eq!(read_back(text, &flags), expected);
}

#[test]
fn a_column_that_would_be_taken_for_another_gets_another_name() {
    let text = "\
customer name,customer id,month,mrr,arr,Amount,status,Segment,note
acme,7,2024-01,100,1200,5,active,EU,
";
    let flags = [
        "--customer",
        "customer name",
        "--amount",
        "mrr",
        "--by",
        "customer id,arr,Amount,Segment",
    ];
    let written = ledger(text, &flags);
    let header = written.lines().next().expect("a header");
    assert_eq!(
        header,
        "customer,month,amount,currency,segment.customer id,segment.arr,segment.Amount,Segment"
    );
    let by = "segment.customer id,segment.arr,segment.Amount,Segment";
    assert_eq!(ledger(&written, &["--by", by]), written);
}

#[test]
fn a_column_of_movement_types_does_not_make_movements_of_the_ledger() {
    let text = "\
customer,date,mrr change,type
acme,2024-01-05,100,new
acme,2024-03-05,20,expansion
";
    let expected = "\
customer,month,amount,currency,segment.type
acme,2024-01,100,,new
acme,2024-02,100,,new
acme,2024-03,120,,expansion
";
    assert_eq!(ledger(text, &["--by", "type"]), expected);
    assert_eq!(ledger(expected, &["--by", "segment.type"]), expected);
}

#[test]
fn products_stand_in_rows_of_their_own() {
    let text = "\
customer,month,mrr,plan
acme,2024-01,100,pro
acme,2024-01,20,add-on
acme,2024-02,110,pro
acme,2024-02,10,
birch,2024-02,5,pro
";
    let expected = "\
customer,month,amount,currency,plan
acme,2024-01,20,,add-on
acme,2024-01,100,,pro
acme,2024-02,10,,
acme,2024-02,110,,pro
birch,2024-02,5,,pro
";
    assert_eq!(ledger(text, &["--by", "plan"]), expected);
    assert_eq!(ledger(expected, &["--by", "plan"]), expected);
    assert_eq!(
        read_back(text, &["--by", "plan", "--product", "none"]),
        ["--basis", "stock", "--product", "none", "--by", "plan"]
    );
}

#[test]
fn formulas_are_neutralised_and_come_back() {
    let text =
        "customer,month,amount,=1+1\n=a,2024-01,5,@x\n'=a,2024-01,6,'t Hart\n\"-b\",2024-01,-7,\n";
    let written = ledger(text, &["--by", "#4"]);
    // The guard of the input is no part of the name: both rows are of one customer.
    assert_eq!(
        written,
        "customer,month,amount,currency,'=1+1\n'-b,2024-01,-7,,\n'=a,2024-01,11,,'t Hart\n"
    );
    assert_eq!(ledger(&written, &["--by", "=1+1"]), written);
}

#[test]
fn every_format_holds_the_same_rows() {
    let text = "customer,month,mrr,region\nacme,2024-01,100.5,EU\nbirch,2024-01,7,\n";
    let as_format = |format| on(text, &["ledger", "--by", "region", "--format", format]).done();
    let lines = as_format("jsonl");
    let expected = concat!(
        r#"{"customer":"acme","month":"2024-01","amount":100.5,"currency":null,"region":"EU"}"#,
        "\n",
        r#"{"customer":"birch","month":"2024-01","amount":7.0,"currency":null,"region":null}"#,
        "\n"
    );
    assert_eq!(lines, expected);
    for format in ["table", "markdown"] {
        let shown = as_format(format);
        assert!(
            shown.contains("acme") && shown.contains("100.50"),
            "{shown}"
        );
        assert!(shown.contains("reads back to the same numbers"), "{shown}");
    }
    let document: serde_json::Value = serde_json::from_str(&as_format("json")).expect("JSON");
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/ledger.json");
    let form = std::fs::read_to_string(page).expect("the schema");
    let form = serde_json::from_str(&form).expect("JSON");
    assert_eq!(schema::faults(&form, &document), Vec::<String>::new());
    let records = document["results"].as_array().expect("records");
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(*records, lines);
}

#[test]
fn figures_from_the_ledger_are_those_from_the_file() {
    const BOOKS: u64 = 200;
    let mix = Mix {
        foreign: 0,
        ..Mix::WILD
    };
    let mut with_figures = 0;
    for seed in 0..BOOKS {
        let mut dice = Dice::new(seed);
        let book = book(&mut dice, mix);
        let mut args = policies(&mut dice);
        args.extend(["--by".to_owned(), "region,owner".to_owned()]);
        let text = book.to_csv();
        let marks = marks(&book);
        let words: Vec<&str> = args.iter().chain(&marks).map(String::as_str).collect();
        let written = ledger(&text, &words);
        let again = ledger(&written, &["--by", "region,owner"]);
        assert_eq!(again, written, "seed {seed}\n{text}");
        let back = read_back(&text, &words);
        let has_figures = compared(&text, &words, &written, &back, &args, seed);
        with_figures += u64::from(has_figures);
    }
    assert!(with_figures * 3 > BOOKS, "{with_figures} of {BOOKS}");
}

/// Compares what `nrr calc` makes of a file and of the ledger of it; true if it is figures and no error.
fn compared(
    text: &str,
    words: &[&str],
    written: &str,
    back: &[String],
    args: &[String],
    seed: u64,
) -> bool {
    let of = |text: &str, flags: &[&str]| {
        let run = on(text, &[&["calc", "--format", "csv"], flags].concat());
        let errors = run.errors();
        let table = (run.code == 0).then(|| {
            let table = Table::read(&run.stdout);
            table
                .without("input_fingerprint")
                .without("definition")
                .shortest()
        });
        (errors, table)
    };
    // What the ledger needs is passed where the choices do not say it already.
    let is_said = |flag: &str| args.iter().any(|word| word == flag);
    let mut flags: Vec<&str> = args.iter().map(String::as_str).collect();
    for pair in back.chunks(2) {
        if !is_said(&pair[0]) {
            flags.extend(pair.iter().map(String::as_str));
        }
    }
    let (file, ledger) = (of(text, words), of(written, &flags));
    assert_eq!(ledger, file, "seed {seed}: {flags:?}\n{text}\n{written}");
    file.1.is_some()
}

/// Names that a terminal, a spreadsheet, a delimiter guess or a quote could trip over.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("="),
        Just("+"),
        Just("-"),
        Just("@"),
        Just("'"),
        Just("''="),
        Just("\""),
        Just("=\""),
        Just(","),
        Just(";"),
        Just(";;;"),
        Just("|"),
        Just("\t"),
        Just("\n"),
        Just("\r"),
        Just("\r\n"),
        Just(" "),
        Just("\u{a0}"),
        Just("\u{feff}"),
        Just("\u{200b}"),
        Just("a"),
        Just("Total"),
        Just("1E"),
        Just("5"),
        Just("#1"),
        Just("."),
        Just("株"),
        Just("sep="),
        Just("\u{1b}[31m"),
        Just("2024-01"),
        Just("(none)"),
        Just("amount"),
    ];
    prop::collection::vec(pieces, 1..5).prop_map(|pieces| pieces.concat())
}

/// A CSV of names, months, amounts and values of a column.
fn written(header: &str, rows: &[(String, u32, i32, String)]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(["customer", "month", "amount", header])
        .expect("a header");
    for (name, month, amount, value) in rows {
        let (month, amount) = (format!("2024-{month:02}"), amount.to_string());
        writer
            .write_record([name, &month, &amount, value])
            .expect("a row");
    }
    String::from_utf8(writer.into_inner().expect("no end")).expect("UTF-8")
}

proptest! {
    #![proptest_config(Config::with_cases(512))]

    #[test]
    fn hostile_names_read_back_to_the_same_bytes(
        header in hostile(),
        rows in prop::collection::vec((hostile(), 1..4_u32, -3..20_i32, hostile()), 1..8),
    ) {
        let text = written(&header, &rows);
        let first = on(&text, &["ledger", "--format", "csv", "--by", "#4"]);
        if first.code != 0 {
            // What cannot be read is refused, by a code; nothing else ends a run.
            prop_assert!(!first.errors().is_empty(), "{first:#?}");
            return Ok(());
        }
        let again = on(&first.stdout, &["ledger", "--format", "csv", "--by", "#5"]);
        prop_assert_eq!(&again.stdout, &first.stdout, "{}\n{}", text, again.stderr);
        let mut reader = csv::Reader::from_reader(first.stdout.as_bytes());
        let records = reader.records().map(|record| record.expect("a record"));
        let found: BTreeSet<String> = records.map(|record| unguarded(&record[0]).to_owned()).collect();
        let names = rows.iter().map(|(name, ..)| nrr::input::shape::reader::trimmed(name).to_owned());
        let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
        prop_assert!(found.is_subset(&names), "{found:?} {names:?}");
    }
}
