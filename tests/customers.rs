//! `nrr customers`: cases worked by hand, what has to hold on random books, and a second model.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the models are shared with another test"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the test reads the project's schemas"
)]

#[path = "formats/schema.rs"]
mod schema;
mod support;

#[path = "oracle"]
mod oracle {
    pub mod ask;
    pub mod customers;
    pub mod method;
    pub mod model;
    pub mod settings;
    pub mod span;
}

use serde_json::Value;

use oracle::customers::{Due, concentration, millionths, records};
use oracle::model::{Answer, Model};
use oracle::settings::Settings;
use support::book::{Book, month_label, text_of, units_of};
use support::random::{Dice, Mix, book, policies};
use support::table::{Record, Table};
use support::{Run, marks, run_with_stdin, words};

/// How many random books each property looks at.
const BOOKS: u64 = 150;
/// How many random books the model is asked about.
const TRIALS: u64 = 1_500;

/// Runs a command on a book.
fn on(book: &Book, command: &str, args: &[String]) -> Run {
    let mut line = words(&[command, "-", "--no-config", "--quiet"]);
    line.extend(marks(book));
    line.extend(args.iter().cloned());
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    run_with_stdin(&line, book.to_csv().as_bytes())
}

fn listed(book: &Book, args: &[String]) -> Table {
    let args = [args, &words(&["--format", "csv"])].concat();
    on(book, "customers", &args).table()
}

fn document(book: &Book, args: &[String]) -> Value {
    let args = [args, &words(&["--format", "json"])].concat();
    serde_json::from_str(&on(book, "customers", &args).done()).expect("a document")
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

/// Six customers of which each class but transient has one; NRR is 460 / 500, GRR 410 / 500.
fn six() -> Book {
    Book::table(
        "        2024-01  2024-02  2024-03
         acme        .      200      250
         birch       .      100       60
         cedar       .       50        .
         dune        .      150      150
         elm         .        .       40
         fir        30        .       30",
    )
}

#[test]
fn each_customer_moves_the_rates_by_what_they_are_without_it() {
    let found = listed(&six(), &words(&["--period", "2024-03"]));
    let fields = ["rank", "customer", "class", "opening", "closing", "change"];
    assert_eq!(
        shown(&found, &fields),
        [
            "1 acme expansion 200 250 50",
            "2 cedar churn 50 0 -50",
            "3 birch contraction 100 60 -40",
            "4 dune unchanged 150 150 0",
            "5 elm new 0 40 40",
            "6 fir reactivation 0 30 30",
        ]
    );
    // NRR 460/500 less 210/300, 460/450, 400/400, 310/350. GRR 410/500 less 210/300, 410/450, 350/400, 260/350.
    let fields = [
        "effect_on_nrr",
        "effect_on_grr",
        "share_of_opening",
        "silent_since",
        "undefined",
    ];
    assert_eq!(
        shown(&found, &fields),
        [
            "0.220000 0.120000 0.400000 . .",
            "-0.102222 -0.091111 0.100000 2024-03 .",
            "-0.080000 -0.055000 0.200000 . .",
            "0.034286 0.077143 0.300000 . .",
            "0.000000 0.000000 0.000000 . .",
            "0.000000 0.000000 0.000000 . .",
        ]
    );
}

#[test]
fn concentration_is_of_closing_and_the_rates_are_without_the_largest_by_opening() {
    let found = document(&six(), &words(&["--period", "2024-03"]));
    let line = |line: &Value| {
        let fields = [
            "top",
            "closing_customers",
            "closing",
            "share_of_closing",
            "opening_customers",
            "opening",
            "nrr_without",
            "grr_without",
        ];
        fields.map(|field| line[field].to_string()).join(" ")
    };
    let lines = found["concentration"].as_array().expect("a list");
    // Closing 530: acme 250, dune 150, birch 60, elm 40, fir 30. Opening 500: acme 200, dune 150, birch 100, cedar 50.
    assert_eq!(
        lines.iter().map(line).collect::<Vec<_>>(),
        [
            r#""1" 1 250 0.471698 1 200 0.7 0.7"#,
            r#""5" 5 530 1.0 4 500 null null"#,
            r#""10" 5 530 1.0 4 500 null null"#,
            r#""20" 5 530 1.0 4 500 null null"#,
            r#""20%" 1 250 0.471698 1 200 0.7 0.7"#,
        ]
    );
    let reason = "nrr_without, grr_without: no other customer has revenue at the opening";
    assert_eq!(lines[1]["undefined"], reason);
}

#[test]
fn returning_customers_move_nrr_where_the_policy_counts_them() {
    for policy in ["in-nrr", "as-expansion"] {
        let found = listed(
            &six(),
            &words(&["--period", "2024-03", "--reactivation", policy]),
        );
        let fir = found
            .records
            .iter()
            .find(|one| one.text("customer") == "fir");
        let fir = fir.expect("a record");
        // NRR 490/500 less 460/500; GRR never counts it.
        assert_eq!(fir.text("effect_on_nrr"), "0.060000", "{policy}");
        assert_eq!(fir.text("effect_on_grr"), "0.000000", "{policy}");
        assert_eq!(fir.text("class"), "reactivation", "{policy}");
    }
}

#[test]
fn whoever_is_left_out_is_listed_last_without_an_effect() {
    let found = listed(
        &six(),
        &words(&["--period", "2024-03", "--min-opening", "720"]),
    );
    let last = found.records.last().expect("a record");
    assert_eq!(last.text("customer"), "cedar");
    assert_eq!(
        last.text("undefined"),
        "effect_on_nrr, effect_on_grr, share_of_opening: a policy leaves the customer out of the base"
    );
    for field in ["effect_on_nrr", "effect_on_grr", "share_of_opening"] {
        assert_eq!(last.text(field), "", "{field}");
    }
    assert_eq!(last.text("change"), "-50");
}

#[test]
fn without_the_whole_base_there_is_no_rate_to_compare_with() {
    let book = Book::table(
        "       2024-01  2024-02
         acme   10       20
         zinc   .        99",
    );
    let found = listed(&book, &words(&["--period", "2024-02"]));
    let fields = ["customer", "effect_on_nrr", "share_of_opening", "undefined"];
    assert_eq!(
        shown(&found, &fields),
        [
            "acme . 1.000000 effect_on_nrr, effect_on_grr: no other customer has revenue at the opening",
            "zinc 0.000000 0.000000 .",
        ]
    );
    let nobody = Book::table(
        "       2024-01  2024-02
         acme   0        20",
    );
    let found = listed(&nobody, &words(&["--period", "2024-02"]));
    assert_eq!(
        found.only().text("undefined"),
        "effect_on_nrr, effect_on_grr, share_of_opening: no customer has revenue at the opening"
    );
}

#[test]
fn lists_are_by_class_by_order_and_by_number() {
    let names = |args: &[&str]| {
        let found = listed(&six(), &words(&[&["--period", "2024-03"], args].concat()));
        shown(&found, &["rank", "customer"]).join(", ")
    };
    assert_eq!(
        names(&["--sort", "grr", "--top", "3"]),
        "1 acme, 2 cedar, 3 dune"
    );
    assert_eq!(
        names(&["--sort", "change"]),
        "1 acme, 2 cedar, 3 birch, 4 elm, 5 fir, 6 dune"
    );
    assert_eq!(names(&["--class", "contraction,churn"]), "2 cedar, 3 birch");
    assert_eq!(
        names(&["--class", "churn", "--class", "new", "--top", "1"]),
        "2 cedar"
    );
    assert_eq!(names(&["--class", "transient"]), "");
}

#[test]
fn attributes_are_those_of_the_end_that_the_policy_reads() {
    let text = "customer,month,mrr,owner,rank\n\
                acme,2024-01,10,kim,gold\nacme,2024-02,20,lee,\n\
                birch,2024-02,5,ada,tin\ncedar,2024-01,7,kim,tin\n";
    let found = |args: &[&str]| {
        let line = [
            &[
                "customers",
                "-",
                "--no-config",
                "--quiet",
                "--period",
                "2024-02",
            ],
            &["--by", "owner,rank", "--format", "csv", "--sort", "change"],
            args,
        ];
        let run = run_with_stdin(&line.concat(), text.as_bytes());
        shown(&run.table(), &["customer", "owner", "segment.rank"])
    };
    assert_eq!(
        found(&[]),
        ["acme kim gold", "cedar kim tin", "birch ada tin"]
    );
    assert_eq!(
        found(&["--segment-at", "closing"]),
        ["acme lee .", "cedar . .", "birch ada tin"]
    );
}

#[test]
fn silence_starts_after_the_last_revenue_before_the_closing_ends() {
    let book = Book::table(
        "        2024-01  2024-02  2024-03  2024-04  2024-05  2024-06  2024-07
         acme    10       10       10       10       .        .        10
         birch   .        .        .        5        5        .        .
         cedar   10       10       10       10       10       10       10
         dune    .        .        10       0        0        0        .",
    );
    let found = listed(&book, &words(&["--period", "2024-Q2"]));
    assert_eq!(
        shown(&found, &["customer", "class", "silent_since"]),
        [
            "cedar unchanged .",
            "acme churn 2024-05",
            "dune churn 2024-04",
            "birch transient 2024-06",
        ]
    );
    // Labelled by quarter, the silence starts with a quarter.
    let text = "customer,quarter,revenue\nacme,2023-Q3,5\nacme,2023-Q4,5\nbirch,2023-Q4,5\n\
                birch,2024-Q1,5\n";
    let line = [
        "customers",
        "-",
        "--no-config",
        "--quiet",
        "--format",
        "csv",
    ];
    let line = [&line[..], &["--period", "2024-Q1"]].concat();
    let quarters = run_with_stdin(&line, text.as_bytes()).table();
    assert_eq!(
        shown(&quarters, &["customer", "silent_since"]),
        ["acme 2024-Q1", "birch ."]
    );
}

#[test]
fn with_products_netted_a_swap_lowers_the_effect_on_grr() {
    let text = "customer,month,product,mrr\n\
                acme,2024-01,core,100\nacme,2024-02,core,60\nacme,2024-02,plus,40\n\
                birch,2024-01,core,100\nbirch,2024-02,core,100\n";
    let line = [
        "customers",
        "-",
        "--no-config",
        "--quiet",
        "--period",
        "2024-02",
    ];
    let of = |more: &[&str]| {
        let run = run_with_stdin(
            &[&line[..], &["--format", "csv"], more].concat(),
            text.as_bytes(),
        );
        shown(
            &run.table(),
            &["customer", "effect_on_nrr", "effect_on_grr"],
        )
    };
    assert_eq!(
        of(&[]),
        ["acme 0.000000 0.000000", "birch 0.000000 0.000000"]
    );
    // Netted by product acme loses 40 of 200: GRR is 80%, 100% without acme and 60% without birch.
    assert_eq!(
        of(&["--netting", "product"]),
        ["acme 0.000000 -0.200000", "birch 0.000000 0.200000"]
    );
    let refused = run_with_stdin(&[&line[..], &["--by", "product"]].concat(), text.as_bytes());
    assert_eq!(refused.errors(), ["product-as-attribute"]);
}

#[test]
fn the_document_is_as_its_schema_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/customers.json");
    let schema = std::fs::read_to_string(path).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    for args in [
        words(&["--period", "2024-03"]),
        words(&["--period", "2024-02", "--top", "2"]),
        words(&["--period", "2024-03", "--min-opening", "720"]),
    ] {
        let found = document(&six(), &args);
        assert_eq!(
            schema::faults(&schema, &found),
            Vec::<String>::new(),
            "{args:?}"
        );
    }
}

#[test]
fn names_drive_neither_a_terminal_nor_a_spreadsheet() {
    let text = "customer,month,mrr\n=1+1,2024-01,10\n\u{1b}[2J|x,2024-01,10\n=1+1,2024-02,5\n";
    let shown = |format: &str| {
        let line = [
            "customers",
            "-",
            "--no-config",
            "--quiet",
            "--period",
            "2024-02",
        ];
        run_with_stdin(
            &[&line[..], &["--format", format]].concat(),
            text.as_bytes(),
        )
        .done()
    };
    assert!(
        shown("csv").contains("\n2,'=1+1,contraction,"),
        "{}",
        shown("csv")
    );
    assert!(shown("table").contains("␛[2J|x") && !shown("table").contains('\u{1b}'));
    assert!(
        shown("markdown").contains("␛\\[2J\\|x"),
        "{}",
        shown("markdown")
    );
    assert!(shown("jsonl").contains("\"\\u001b[2J|x\""));
}

/// What has no place in this book stops no property: a period that the data do not reach.
fn question(dice: &mut Dice) -> Vec<String> {
    let mut args = policies(dice);
    let period = if dice.chance(50) {
        format!("2023-{:02}", dice.between(1, 3))
    } else {
        "2022-Q4".to_owned()
    };
    args.extend(["--period".to_owned(), period]);
    args
}

fn each_book(first: u64, property: impl Fn(&mut Dice, &Book, &[String])) {
    let mut measured = 0;
    for seed in first * 10_000..first * 10_000 + BOOKS {
        let mut dice = Dice::new(seed);
        let mix = Mix {
            negatives: 3,
            ..Mix::TAME
        };
        let book = book(&mut dice, mix);
        let args = question(&mut dice);
        let stops = on(&book, "calc", &args);
        if stops.code == 0 {
            measured += 1;
            property(&mut dice, &book, &args);
        }
    }
    assert!(measured * 2 > BOOKS, "{measured} books were measured");
}

fn record(book: &Book, args: &[String]) -> Record {
    let args = [args, &words(&["--format", "csv"])].concat();
    on(book, "calc", &args).table().only().clone()
}

#[test]
fn changes_add_up_to_the_roll_forward_and_shares_to_the_base() {
    each_book(1, |_, book, args| {
        let (total, found) = (record(book, args), listed(book, args));
        let counts = |one: &&Record| !one.text("undefined").contains("leaves the customer out");
        let counted = || found.records.iter().filter(counts);
        let sum = |field: &str| counted().map(|one| one.amount(field)).sum::<i128>();
        let context = || format!("{args:?}\n{}\n{found:#?}", book.to_csv());
        for field in ["opening", "closing"] {
            assert_eq!(sum(field), total.amount(field), "{field} {}", context());
        }
        let change = total.amount("closing") - total.amount("opening");
        assert_eq!(sum("change"), change, "{}", context());
        for (class, field) in [
            ("new", "new_customers"),
            ("reactivation", "reactivated_customers"),
            ("expansion", "expanded_customers"),
            ("contraction", "contracted_customers"),
            ("churn", "churned_customers"),
            ("unchanged", "unchanged_customers"),
            ("transient", "transient_customers"),
        ] {
            let number = counted().filter(|one| one.text("class") == class).count();
            assert_eq!(
                number.to_string(),
                total.text(field),
                "{class} {}",
                context()
            );
        }
        if total.amount("opening") > 0 {
            // Each share is rounded to a millionth, so the sum can be off by half of one a customer.
            let off = (sum("share_of_opening") - support::book::ONE).abs();
            let bound = i128::try_from(found.records.len()).expect("few");
            assert!(off <= bound, "{off} {}", context());
        }
    });
}

#[test]
fn without_the_rows_of_a_customer_the_rate_is_what_its_effect_says() {
    each_book(2, |dice, book, args| {
        let (total, found) = (record(book, args), listed(book, args));
        let one = dice.pick(&found.records).clone();
        // Its rows stay as nothing paid by somebody else, so that no month and no horizon goes with them.
        let mut rest = book.clone();
        for row in &mut rest.rows {
            if row.customer == one.text("customer") {
                "nobody at all".clone_into(&mut row.customer);
                "0".clone_into(&mut row.amount);
            }
        }
        let without = record(&rest, args);
        let context = || {
            format!(
                "{args:?}\n{}\n{one:#?}\n{total:#?}\n{without:#?}",
                book.to_csv()
            )
        };
        for (rate, numerator) in [("nrr", "retained"), ("grr", "retained_capped")] {
            let effect = one.number(&format!("effect_on_{rate}"));
            let parts = |of: &Record| (of.amount(numerator), of.amount("opening"));
            let ((above, below), (above_rest, below_rest)) = (parts(&total), parts(&without));
            if one.text("undefined").contains("leaves the customer out") {
                assert_eq!((above, below), (above_rest, below_rest), "{}", context());
            } else if below == 0 || below_rest == 0 {
                assert_eq!(effect, None, "{}", context());
            } else {
                // Whole cents at the most, or the products would not fit.
                let exact = (above * below_rest - above_rest * below, below * below_rest);
                assert_eq!(effect, Some(millionths(exact)), "{rate} {}", context());
            }
        }
    });
}

#[test]
fn the_order_of_the_rows_makes_no_difference() {
    each_book(3, |dice, book, args| {
        if args.iter().any(|arg| arg == "last") {
            return;
        }
        let mut other = book.clone();
        dice.shuffle(&mut other.rows);
        let by = [args, &words(&["--by", "region"])].concat();
        let plain = |book: &Book| {
            let found = document(book, &by);
            let records = found["results"].as_array().expect("a list").iter();
            let records = records.map(|record| {
                let mut record = record.clone();
                record
                    .as_object_mut()
                    .expect("a record")
                    .remove("input_fingerprint");
                record
            });
            (records.collect::<Vec<_>>(), found["concentration"].clone())
        };
        assert_eq!(plain(book), plain(&other), "{args:?}\n{}", book.to_csv());
    });
}

#[test]
fn lists_of_classes_are_parts_of_the_whole_and_shares_never_fall() {
    each_book(4, |dice, book, args| {
        let whole = listed(book, args);
        let class = *dice.pick(&["new", "expansion", "contraction", "churn", "unchanged"]);
        let part = listed(
            book,
            &[args, &words(&["--class", class, "--top", "3"])].concat(),
        );
        let due = whole
            .records
            .iter()
            .filter(|one| one.text("class") == class);
        assert!(part.records.iter().eq(due.take(3)), "{args:?} {class}");
        let found = document(book, args);
        let lines = found["concentration"].as_array().expect("a list");
        let shares: Vec<i128> = lines[..4]
            .iter()
            .filter_map(|line| units_of(&line["share_of_closing"].to_string()))
            .collect();
        assert!(shares.is_sorted(), "{shares:?}");
    });
}

/// The settings of a trial, about one period.
fn settings(dice: &mut Dice, book: &Book) -> Settings {
    let mut settings = oracle::ask::settings(dice, book);
    if settings.get("period").is_none() {
        let last = book.rows.iter().map(|row| row.months().1).max();
        let label = month_label(last.unwrap_or(0) - dice.between(0, 3));
        settings.set("period", label);
    }
    for name in ["from", "to", "every", "method", "length"] {
        settings.flags.remove(name);
    }
    settings
}

fn cells(due: &Due, settings: &Settings) -> Vec<(String, String)> {
    let effect = |which: usize| {
        due.effects[which].map_or_else(String::new, |exact| text_of(millionths(exact)))
    };
    let share = oracle::model::rounded(due.one.a, due.base);
    let mut cells = vec![
        ("customer", due.one.customer.clone()),
        ("class", due.one.class.to_owned()),
        ("opening", text_of(due.one.a)),
        ("closing", text_of(due.one.b)),
        ("change", text_of(due.one.b - due.one.a)),
        ("effect_on_nrr", effect(0)),
        ("effect_on_grr", effect(1)),
        ("share_of_opening", share.map_or_else(String::new, text_of)),
        ("silent_since", due.silent_since.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect::<Vec<_>>();
    let by = settings.by().into_iter().zip(&due.one.home);
    cells.extend(by.map(|(name, value)| {
        let value = if value == "(none)" { "" } else { value };
        (name, value.to_owned())
    }));
    cells
}

/// Where the program and the model differ on one book.
fn difference(number: u64, seen: &mut [usize; 3]) -> Option<String> {
    let mut dice = Dice::new(number);
    let book = book(&mut dice, Mix::WILD);
    let settings = settings(&mut dice, &book);
    let sort = *dice.pick(&["nrr", "nrr", "grr", "change"]);
    let args = [settings.args(), words(&["--sort", sort])].concat();
    let mut model = Model::new(&book, &settings);
    let context = |what: String| Some(format!("seed {number} {args:?}\n{}\n{what}", book.to_csv()));
    if let Answer::Errors(codes) = model.answer() {
        seen[0] += 1;
        let errors = on(&book, "customers", &args).errors();
        let fits = !errors.is_empty() && errors.iter().all(|code| codes.contains(code.as_str()));
        return if fits {
            None
        } else {
            context(format!("{codes:?} {errors:?}"))
        };
    }
    let due = records(&model, &settings, sort).expect("moves");
    let found = listed(&book, &args);
    seen[1] += usize::from(
        due.iter()
            .any(|due| due.effects[0].is_some_and(|(above, _)| above != 0)),
    );
    seen[2] += usize::from(due.iter().any(|due| due.one.excluded));
    let is_name = |name: &str| ["customer", "class"].contains(&name);
    let plain = |name: &str, text: &str| match units_of(text) {
        Some(units) if !is_name(name) => text_of(units),
        _ => text.to_owned(),
    };
    let told: Vec<Vec<(String, String)>> = due.iter().map(|due| cells(due, &settings)).collect();
    let read = |(record, due): (&Record, &Vec<(String, String)>)| {
        due.iter()
            .map(|(name, _)| (name.clone(), plain(name, record.text(name))))
            .collect::<Vec<_>>()
    };
    let read: Vec<Vec<(String, String)>> = found.records.iter().zip(&told).map(read).collect();
    let pairs = read.iter().flatten().zip(told.iter().flatten());
    let unlike: Vec<String> = pairs
        .filter(|(found, due)| found != due)
        .map(|(found, due)| format!("program {found:?}, model {due:?}"))
        .collect();
    if !unlike.is_empty() || found.records.len() != told.len() {
        let numbers = (found.records.len(), told.len());
        return context(format!("{numbers:?} records\n{}", unlike.join("\n")));
    }
    let lines = document(&book, &args)["concentration"].clone();
    for (line, due) in lines
        .as_array()?
        .iter()
        .zip(concentration(&model, &settings)?)
    {
        let number = |name: &str| units_of(&line[name].to_string());
        let same = line["top"] == due.top
            && number("closing") == Some(due.closing)
            && number("share_of_closing") == due.share
            && [number("nrr_without"), number("grr_without")] == due.without;
        if !same {
            return context(format!("model {due:#?}\nprogram {line:#}"));
        }
    }
    None
}

#[test]
fn program_agrees_with_the_naive_model() {
    let mut seen = [0; 3];
    let differences: Vec<String> = (0..TRIALS)
        .filter_map(|trial| difference(77_000 + trial, &mut seen))
        .take(2)
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let [errors, effects, left_out] = seen;
    assert!(
        errors > 100 && effects > 300 && left_out > 30,
        "the trials reach too little: {seen:?}"
    );
}

#[test]
fn words_beside_the_records_declare_how_they_were_made() {
    let mut line = words(&["customers", "-", "--no-config", "--period", "2024-03"]);
    line.extend(words(&["--format", "csv"]));
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let run = run_with_stdin(&line, six().to_csv().as_bytes());
    for said in ["2024-03 (Mar 2024) against 2024-02", "definition standard@"] {
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}
