//! `nrr trace`: cases worked by hand, and on random books that each figure is the sum of the rows that it cites.

#![allow(
    clippy::disallowed_methods,
    reason = "the test writes what the program reads, and reads the project's schemas"
)]

#[path = "formats/schema.rs"]
mod schema;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use nrr::error::Code;
use nrr::input::source::Source;
use nrr::input::{LoadOptions, Wanted, load_to_trace};
use nrr::policies::Policies;
use nrr::units::Month;
use serde_json::Value;

use support::book::{Book, units_of};
use support::random::{Dice, Mix, book, policies};
use support::table::{Record, Table};
use support::{Run, marks, run, run_in, run_with_stdin, words};

/// How many random books the property looks at.
const BOOKS: u64 = 300;

fn of(text: &str, command: &str, args: &[&str]) -> Run {
    let line = [
        &[command, "-", "--no-config", "--quiet", "--format", "csv"],
        args,
    ];
    run_with_stdin(&line.concat(), text.as_bytes())
}

fn traced(text: &str, args: &[&str]) -> Table {
    of(text, "trace", args).table()
}

/// Fields of each record, with blanks between them and `.` for an empty cell.
fn shown(table: &Table, fields: &[&str]) -> Vec<String> {
    let cell = |record: &Record, field: &str| match record.text(field) {
        "" => ".".to_owned(),
        text => text.to_owned(),
    };
    let line = |record: &Record| {
        let cells: Vec<String> = fields.iter().map(|field| cell(record, field)).collect();
        cells.join(" ")
    };
    table.records.iter().map(line).collect()
}

const PLACES: [&str; 8] = [
    "customer",
    "class",
    "anchor",
    "month",
    "amount",
    "line",
    "raw_amount",
    "became",
];

const LONG: &str = "\
customer,month,mrr
acme,2024-01,100
acme,2024-01,20
birch,2024-01,80
acme,2024-02,130
cedar,2024-02,\"1,000.50\"
";

#[test]
fn every_row_of_both_ends_is_cited_by_its_line() {
    assert_eq!(
        shown(&traced(LONG, &["--period", "2024-02"]), &PLACES),
        [
            "acme expansion opening 2024-01 100 2 100 kept",
            "acme expansion opening 2024-01 20 3 20 kept",
            "acme expansion closing 2024-02 130 5 130 kept",
            "birch churn opening 2024-01 80 4 80 kept",
            "cedar new closing 2024-02 1000.50 6 1,000.50 kept",
        ]
    );
    let churn = traced(LONG, &["--period", "2024-02", "--class", "churn"]);
    assert_eq!(
        shown(&churn, &PLACES),
        ["birch churn opening 2024-01 80 4 80 kept"]
    );
    let acme = traced(LONG, &["--period", "2024-02", "--customer", "acme"]);
    assert_eq!(acme.records.len(), 3);
    let top = traced(LONG, &["--period", "2024-02", "--top", "1"]);
    assert_eq!(shown(&top, &["customer"]), ["acme"; 3]);
    let (column, file) = (acme.only_value("column"), acme.only_value("file"));
    assert_eq!((column.as_str(), file.as_str()), ("mrr", "<stdin>"));
}

trait OnlyValue {
    fn only_value(&self, field: &str) -> String;
}

impl OnlyValue for Table {
    /// The value that all records have.
    fn only_value(&self, field: &str) -> String {
        let mut values: Vec<&str> = self.records.iter().map(|one| one.text(field)).collect();
        values.dedup();
        assert_eq!(values.len(), 1, "{values:?}");
        values[0].to_owned()
    }
}

#[test]
fn what_became_of_a_row_is_said_with_the_reason() {
    let text = "\
customer,month,mrr,status
acme,2024-01,100,active
acme,2024-02,5,void
acme,2024-02,90,active
birch,2024-01,70,active
birch,2024-02,-3,active
dune,2024-01,10,active
dune,2024-02,11,active
dune,2024-02,12,active
";
    let args = [
        "--period",
        "2024-02",
        "--negatives",
        "clip",
        "--duplicates",
        "last",
    ];
    let fields = ["customer", "month", "amount", "line", "became", "why"];
    assert_eq!(
        shown(&traced(text, &args), &fields),
        [
            "acme 2024-01 100 2 kept .",
            "acme 2024-02 0 3 dropped status `void`",
            "acme 2024-02 90 4 kept .",
            "birch 2024-01 70 5 kept .",
            "birch 2024-02 -3 6 kept .",
            "birch . 3 . clipped '-3 of the customer counts as 0 (`negatives clip`)",
            "dune 2024-01 10 7 kept .",
            "dune 2024-02 0 8 dropped `duplicates last` keeps <stdin>:9",
            "dune 2024-02 12 9 kept .",
        ]
    );
}

#[test]
fn a_filled_month_cites_the_rows_of_the_month_before() {
    let text = "\
customer,month,mrr
acme,2024-01,100
acme,2024-02,0
acme,2024-03,120
steady,2024-01,1
steady,2024-02,1
steady,2024-03,1
";
    let found = traced(
        text,
        &["--period", "2024-03", "--grace", "1", "--customer", "acme"],
    );
    let fields = ["anchor", "month", "amount", "line", "became", "why"];
    assert_eq!(
        shown(&found, &fields),
        [
            "opening 2024-02 100 2 kept bridged `grace 1` keeps the amount of 2024-01",
            "opening 2024-02 0 3 dropped `grace 1` fills the month",
            "closing 2024-03 120 4 kept .",
        ]
    );
}

#[test]
fn merged_ids_parents_and_currencies_are_followed_to_their_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write(
        "book.csv",
        "customer,month,mrr,currency,parent\n\
         a,2024-01,100,USD,group\na,2024-02,110,USD,group\n\
         b,2024-01,50,EUR,group\nb,2024-02,60,EUR,group\n\
         old,2024-01,33,USD,\nnew,2024-02,34,USD,\n",
    );
    write(
        "rates.csv",
        "month,currency,rate\n2024-01,EUR,1.10\n2024-02,EUR,1.20\n",
    );
    write("map.csv", "from,to\nold,new\n");
    let line = [
        "trace",
        "book.csv",
        "--no-config",
        "--quiet",
        "--format",
        "csv",
        "--period",
        "2024-02",
        "--currency",
        "USD",
        "--fx-rates",
        "rates.csv",
        "--level",
        "parent",
        "--parent",
        "parent",
        "--map",
        "map.csv",
    ];
    let found = run_in(folder.path(), &line).table();
    let fields = [
        "customer",
        "amount",
        "line",
        "raw_amount",
        "became",
        "row_customer",
    ];
    // Constant rates: both ends at those of January.
    assert_eq!(
        shown(&found, &fields),
        [
            "group 100 2 100 kept merged a",
            "group 55.0 4 50 kept merged converted b",
            "group 110 3 110 kept merged a",
            "group 66.0 5 60 kept merged converted b",
            "new 33 6 33 kept merged old",
            "new 34 7 34 kept new",
        ]
    );
}

#[test]
fn somebody_in_no_figure_is_shown_with_the_reason() {
    let text = "customer,month,mrr,region\na,2024-01,10,EU\na,2024-02,12,EU\nb,2024-02,7,US\n";
    let args = [
        "--period",
        "2024-02",
        "--where",
        "region=EU",
        "--customer",
        "b",
    ];
    let found = traced(text, &args);
    let fields = [
        "customer", "class", "anchor", "amount", "line", "became", "why",
    ];
    assert_eq!(
        shown(&found, &fields),
        ["b . closing 0 4 dropped `where region=EU`"]
    );
}

#[test]
fn who_counts_as_another_is_told_as_whom() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("book.csv"), LONG).expect("written");
    std::fs::write(folder.path().join("map.csv"), "from,to\nbirch,acme\n").expect("written");
    let line = ["trace", "book.csv", "--no-config", "--period", "2024-02"];
    let more = ["--map", "map.csv", "--customer", "birch"];
    let refused = run_in(folder.path(), &[&line[..], &more].concat());
    assert_eq!(refused.errors(), ["unknown-customer"]);
    let said = "`birch` counts as `acme` here";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("`--customer acme`"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_name_over_two_lines_can_be_typed_as_it_is_shown() {
    let text = "customer,month,mrr\n\"Birne\nKG\",2024-01,5\n\"Birne\nKG\",2024-02,6\n";
    let found = traced(text, &["--period", "2024-02", "--customer", "Birne␊KG"]);
    assert_eq!(shown(&found, &["amount", "line"]), ["5 3", "6 5"]);
}

#[test]
fn what_an_amount_is_divided_by_is_said() {
    let text = "contract,customer,start,end,price,interval\n\
                K1,acme,2023-01-01,2024-12-31,12000,year\n\
                K2,late,2024-03-01,2024-12-31,10,month\nK3,gone,2023-01-01,2023-06-30,10,month\n";
    let found = traced(text, &["--period", "2024-03", "--customer", "acme"]);
    let fields = ["amount", "raw_amount", "became", "why"];
    let line = "1000.000000 12000 spread for 12 months, over 2023-01 to 2024-12";
    assert_eq!(shown(&found, &fields), [line, line]);
}

#[test]
fn what_currencies_did_is_told_apart_from_the_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write(
        "fx.csv",
        "customer,month,mrr,currency\nb,2024-01,100,EUR\nb,2024-02,120,EUR\n",
    );
    write(
        "rates.csv",
        "month,currency,rate\n2024-01,EUR,1.10\n2024-02,EUR,1.00\n",
    );
    let line = [
        "trace",
        "fx.csv",
        "--no-config",
        "--period",
        "2024-02",
        "--currency",
        "USD",
        "--fx-rates",
        "rates.csv",
        "--fx",
        "floating",
    ];
    let printed = run_in(folder.path(), &line).done();
    assert!(
        printed.contains("what currencies did since, −12.00"),
        "{printed}"
    );
}

#[test]
fn what_cannot_be_traced_is_refused() {
    let refused = |args: &[&str]| of(LONG, "trace", args).errors();
    let period = ["--period", "2024-02"];
    assert_eq!(refused(&[]), ["period-needed"]);
    let nobody = of(
        LONG,
        "trace",
        &[&period[..], &["--customer", "acne"]].concat(),
    );
    assert_eq!(nobody.errors(), ["unknown-customer"]);
    assert!(
        nobody.stderr.contains("= help: `--customer acme`"),
        "{}",
        nobody.stderr
    );
    assert_eq!(
        refused(&[&period[..], &["--by", "mrr"]].concat()),
        ["usage"]
    );
    assert_eq!(
        refused(&[&period[..], &["--method", "compound"]].concat()),
        ["method-without-effects"]
    );
    // The column of the customer goes by a longer name here, in what is proposed too.
    let text = "who,buyer,month,mrr\na,x,2024-01,1\n";
    let message = of(text, "trace", &period).stderr;
    assert!(message.contains("--customer-column"), "{message}");
    let named = traced(
        &LONG.replace("customer", "whom"),
        &[
            &period[..],
            &["--customer-column", "whom", "--customer", "birch"],
        ]
        .concat(),
    );
    assert_eq!(named.records.len(), 1);
}

#[test]
fn a_file_that_changes_between_its_two_readings_is_not_traced() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("live.csv");
    std::fs::write(&path, LONG).expect("written");
    let options = LoadOptions {
        threads: 1,
        ..LoadOptions::default()
    };
    let sources = vec![Source::path(&path)];
    let (_, mut retrace) =
        load_to_trace(sources, &options, &Policies::default(), &|_| {}).expect("a ledger");
    let months = BTreeSet::from([Month::parse("2024-01").expect("a month")]);
    let wanted = Wanted::new(["acme"], months);
    assert_eq!(retrace.rows(&wanted).expect("rows").len(), 2);
    std::fs::write(&path, LONG.replace("80", "81")).expect("written");
    let errors = retrace.rows(&wanted).expect_err("another file");
    assert_eq!(errors.list[0].code, Code::ChangedFile);
}

/// The cells of a CSV text by the line that each record starts on.
fn by_line(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut lines = BTreeMap::new();
    for record in reader.records() {
        let record = record.expect("cells");
        let line = record.position().expect("a place").line();
        lines.insert(line.to_string(), record.iter().map(str::to_owned).collect());
    }
    lines
}

/// Every line is in the file as it is cited, and the lines of a customer add up to its two figures.
fn is_exact(text: &str, found: &Table, customers: &Table, context: &str) {
    let file = by_line(text);
    let header = file["1"].clone();
    let mut sums: BTreeMap<(String, String), i128> = BTreeMap::new();
    for line in &found.records {
        let key = (
            line.text("customer").to_owned(),
            line.text("anchor").to_owned(),
        );
        *sums.entry(key).or_default() += line.amount("amount");
        if line.text("line").is_empty() {
            assert_eq!(line.text("became"), "clipped", "{context}");
            continue;
        }
        let cells = &file[line.text("line")];
        let column = header.iter().position(|name| name == line.text("column"));
        let raw = &cells[column.expect("a column")];
        let said = line.text("raw_amount").trim_start_matches('\'');
        assert_eq!(said, raw.trim(), "{context}");
        assert!(
            cells.iter().any(|cell| cell == line.text("row_customer")),
            "{context}"
        );
        if line.text("became") == "kept" {
            assert_eq!(units_of(raw), Some(line.amount("amount")), "{context}");
        }
    }
    for one in &customers.records {
        if one.text("undefined").contains("leaves the customer out") {
            continue;
        }
        for end in ["opening", "closing"] {
            let key = (one.text("customer").to_owned(), end.to_owned());
            let sum = sums.remove(&key).unwrap_or_default();
            assert_eq!(sum, one.amount(end), "{end} of {} {context}", key.0);
        }
    }
    assert!(sums.values().all(|sum| *sum == 0), "{sums:?} {context}");
}

#[test]
fn on_random_books_each_figure_is_the_sum_of_its_rows() {
    let mut measured = 0;
    for seed in 0..BOOKS {
        let mut dice = Dice::new(seed);
        let book = book(
            &mut dice,
            Mix {
                months_min: 6,
                ..Mix::WILD
            },
        );
        let mut args = policies(&mut dice);
        args.extend(marks(&book));
        let period = format!("2023-{:02}", dice.between(1, 3));
        args.extend(words(&["--period", &period, "--missing-months", "zero"]));
        if book.has_currency {
            args.extend(words(&["--currency", "USD"]));
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let text = book.to_csv();
        let customers = of(&text, "customers", &args);
        let found = of(&text, "trace", &args);
        assert_eq!(
            customers.code, found.code,
            "{args:?}\n{text}\n{}",
            found.stderr
        );
        if found.code == 0 {
            measured += 1;
            is_exact(
                &text,
                &found.table(),
                &customers.table(),
                &format!("{args:?}\n{text}"),
            );
        } else {
            assert_eq!(customers.errors(), found.errors());
        }
    }
    assert!(measured * 2 > BOOKS, "{measured} books were measured");
}

#[test]
fn packed_and_several_files_cite_the_same_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = LONG
        .replace("customer,", "customer_id,")
        .replace("\"1,000.50\"", "50");
    let book = Book::read(&text);
    let mut names = Vec::new();
    for (number, text) in book.split(2).iter().enumerate() {
        let path = folder.path().join(format!("{number}.csv.gz"));
        let file = std::fs::File::create(&path).expect("a file");
        let mut packer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        packer.write_all(text.as_bytes()).expect("written");
        packer.finish().expect("written");
        names.push(path.to_str().expect("a plain path").to_owned());
    }
    let mut line = vec!["trace"];
    line.extend(names.iter().map(String::as_str));
    line.extend([
        "--no-config",
        "--quiet",
        "--format",
        "csv",
        "--period",
        "2024-02",
    ]);
    let found = run(&line).table();
    let place = |one: &Record| {
        let (_, file) = one.text("file").rsplit_once('/').expect("a folder");
        format!("{} {file}:{}", one.text("customer"), one.text("line"))
    };
    assert_eq!(
        found.records.iter().map(place).collect::<Vec<_>>(),
        [
            "acme 0.csv.gz:2",
            "acme 0.csv.gz:3",
            "acme 1.csv.gz:2",
            "birch 0.csv.gz:4",
            "cedar 1.csv.gz:3",
        ]
    );
}

#[test]
fn the_document_is_as_its_schema_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/trace.json");
    let schema = std::fs::read_to_string(path).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    for more in [&["--class", "churn"][..], &["--customer", "acme"], &[]] {
        let line = [
            &[
                "trace",
                "-",
                "--no-config",
                "--format",
                "json",
                "--period",
                "2024-02",
            ],
            more,
        ];
        let printed = run_with_stdin(&line.concat(), LONG.as_bytes()).done();
        let found: Value = serde_json::from_str(&printed).expect("a document");
        assert_eq!(
            schema::faults(&schema, &found),
            Vec::<String>::new(),
            "{more:?}"
        );
    }
}

#[test]
fn neither_threads_nor_the_order_of_options_change_a_byte() {
    let mut dice = Dice::new(7);
    let text = book(&mut dice, Mix::TAME).to_csv();
    let args = [
        "--period", "2023-02", "--basis", "stock", "--format", "json",
    ];
    let printed = |threads: &str| {
        of(
            &text,
            "trace",
            &[&args[..], &["--threads", threads]].concat(),
        )
    };
    assert_eq!(printed("1"), printed("7"));
}
