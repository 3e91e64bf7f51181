//! What moves inside customers, from outside: products and quantities, by hand and against a second model.

#![allow(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test writes what the program reads"
)]

mod support;

#[path = "oracle"]
mod oracle {
    pub mod products;
}

use std::collections::BTreeMap;

use oracle::products::{FIELDS, Question, Row, answer, csv, rows};
use support::book::{ONE, months_of, text_of, units_of};
use support::random::Dice;
use support::table::{Record, Table};
use support::worked::cases;
use support::{read_fixture, run};

const BOOKS: u64 = 300;
const SEED: u64 = 20_240_229;
const DETAIL: [&str; 7] = [
    "upsell",
    "cross_sell",
    "downsell",
    "product_churn",
    "product_swap",
    "volume_change",
    "price_change",
];

/// The records of a file's text.
fn table(text: &str, args: &[String]) -> Table {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, text).expect("written");
    let path = file.to_str().expect("a plain path");
    let mut line = vec!["calc", path, "--no-config", "--format", "csv"];
    line.extend(args.iter().map(String::as_str));
    run(&line).table()
}

fn of(record: &Record, field: &str) -> i128 {
    let text = record.text(field);
    units_of(text).unwrap_or_else(|| panic!("`{field}` is `{text}`"))
}

fn by_hand(text: &str, args: &str) -> BTreeMap<String, String> {
    let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
    let table = table(text, &args);
    let record = table.records.first().expect("a record");
    let fields = DETAIL
        .iter()
        .chain(&["expansion", "contraction", "nrr", "grr"]);
    fields
        .map(|field| ((*field).to_owned(), record.text(field).to_owned()))
        .collect()
}

#[track_caller]
fn holds(found: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    for (field, value) in expected {
        assert_eq!(&found[*field], value, "{field}");
    }
}

/// Acme: Basic rises by 80 (10 seats at 10 become 15 at 12), Pro at 300 is dropped, an Add-on at 50 is new.
/// Birch: Pro falls from 300 for 5 seats to 260 for 4, and its discount, a line below zero, grows by 10.
const SWAP: &str = "customer,month,plan,seats,mrr
acme,2024-01,Basic,10,100
acme,2024-01,Pro,5,300
birch,2024-01,Pro,5,300
birch,2024-01,Discount,,-20
cedar,2024-01,Pro,2,100
acme,2024-02,Basic,15,180
acme,2024-02,Add-on,1,50
birch,2024-02,Pro,4,260
birch,2024-02,Discount,,-30
dune,2024-02,Pro,3,150
";

#[test]
fn a_swap_a_new_product_and_a_line_below_zero() {
    let found = by_hand(SWAP, "--period 2024-02 --amount-is total");
    // Acme 400 → 230: up 80 + 50, down 300, of which 130 offset. Birch 280 → 230: down 40 + 10.
    holds(
        &found,
        &[
            ("upsell", "80"),
            ("cross_sell", "50"),
            ("downsell", "50"),
            ("product_churn", "300"),
            ("product_swap", "130"),
            ("expansion", "0"),
            ("contraction", "220"),
            // Acme 5 seats more at 10, Birch one less at 60; what has no quantity at an end is price.
            ("volume_change", "-10"),
            ("price_change", "-210"),
            ("nrr", "0.589744"),
            ("grr", "0.589744"),
        ],
    );
}

#[test]
fn netting_products_shows_the_swap_in_the_lines() {
    let without = SWAP.replace("birch,2024-01,Discount,,-20\n", "");
    let without = without.replace("birch,2024-02,Discount,,-30\n", "");
    let found = by_hand(
        &without,
        "--period 2024-02 --amount-is total --netting product",
    );
    // Opening 800, closing of the kept 230 + 260; capped 100 + 260.
    holds(
        &found,
        &[
            ("expansion", "130"),
            ("contraction", "340"),
            ("product_swap", "0"),
            ("nrr", "0.612500"),
            ("grr", "0.450000"),
        ],
    );
    let customer = by_hand(&without, "--period 2024-02 --amount-is total");
    holds(
        &customer,
        &[
            ("nrr", "0.612500"),
            ("grr", "0.612500"),
            ("product_swap", "130"),
        ],
    );
}

#[test]
fn netting_products_looks_at_each_product_below_zero() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    std::fs::write(&file, SWAP).expect("written");
    let path = file.to_str().expect("a plain path");
    let line = [
        "calc",
        path,
        "--no-config",
        "--period",
        "2024-02",
        "--amount-is",
        "total",
    ];
    let fails = run(&[&line[..], &["--netting", "product"]].concat());
    assert_eq!(fails.code, 2);
    assert!(
        fails.stderr.contains("birch / Discount"),
        "{}",
        fails.stderr
    );
    let clip = "--period 2024-02 --amount-is total --netting product --negatives clip";
    let clipped = by_hand(SWAP, clip);
    // The discount counts as nothing: birch 300 → 260.
    holds(
        &clipped,
        &[
            ("downsell", "40"),
            ("contraction", "340"),
            ("nrr", "0.612500"),
        ],
    );
}

#[test]
fn quantities_need_no_product() {
    let text = "customer,month,seats,price
acme,2024-01,3,10
acme,2024-02,4,11
birch,2024-01,0,0
birch,2024-02,2,10
";
    let found = by_hand(text, "--period 2024-02 --basis stock --amount-is unit");
    // 30 → 44: one seat more at 10, and four seats at 1 more each.
    holds(
        &found,
        &[
            ("volume_change", "10"),
            ("price_change", "4"),
            ("upsell", ""),
            ("product_swap", ""),
        ],
    );
}

#[test]
fn without_such_columns_the_fields_are_empty_and_need_no_reason() {
    let text = "customer,month,mrr\nacme,2024-01,10\nbirch,2024-01,5\nacme,2024-02,11\n";
    let table = table(text, &["--period".to_owned(), "2024-02".to_owned()]);
    let record = table.only();
    for field in DETAIL {
        assert_eq!(record.text(field), "", "{field}");
        assert!(!record.text("undefined").contains(field), "{field}");
    }
}

#[test]
fn a_contract_has_its_quantity_in_each_month_it_runs() {
    let text = "customer,plan,start,end,quantity,mrr
acme,Pro,2024-01-01,2024-02-29,10,100
acme,Pro,2024-03-01,2024-12-31,15,165
birch,Pro,2023-06-01,2023-12-31,1,50
cedar,Pro,2024-06-01,2024-12-31,1,50
";
    let args = "--period 2024-03 --amount-is total --interval month --end inclusive";
    let found = by_hand(text, args);
    // Five more at 10, and fifteen at 1 more each.
    holds(
        &found,
        &[
            ("volume_change", "50"),
            ("price_change", "15"),
            ("upsell", "65"),
        ],
    );
}

#[test]
fn a_bridged_month_keeps_products_and_quantities() {
    let text = "customer,month,plan,seats,mrr
acme,2024-01,Basic,10,100
acme,2024-03,Basic,20,300
birch,2024-01,Basic,1,10
birch,2024-02,Basic,1,10
birch,2024-03,Basic,1,10
";
    let found = by_hand(text, "--period 2024-03 --amount-is total --grace 1");
    holds(
        &found,
        &[
            ("volume_change", "100"),
            ("price_change", "100"),
            ("upsell", "200"),
        ],
    );
}

#[test]
fn products_of_other_shapes_are_kept_too() {
    let wide = "customer,plan,MRR 2024-01,MRR 2024-02\nacme,Basic,100,\nacme,Pro,,150\n";
    let lines = [
        ("product_churn", "100"),
        ("cross_sell", "150"),
        ("product_swap", "100"),
    ];
    holds(&by_hand(wide, "--period 2024-02"), &lines);
    let movements = "customer,plan,date,amount,type
acme,Basic,2024-01-05,100,new
acme,Basic,2024-02-05,-100,contraction
acme,Pro,2024-02-05,150,expansion
";
    holds(
        &by_hand(movements, "--period 2024-02 --shape movements"),
        &lines,
    );
}

fn question(dice: &mut Dice) -> Question {
    let is_stock = dice.chance(60);
    let length = *dice.pick(&[1, 1, 2, 3]);
    let lookback = *dice.pick(&[length, 3, 6]);
    Question {
        is_stock,
        nets_products: dice.chance(50),
        length,
        lookback,
        last: 2024 * 12 + dice.between(8, 11),
        keeps_last_row: dice.chance(25),
        returns_expand: dice.chance(25),
        zero_stays: dice.chance(30),
        opening_min: i128::from(*dice.pick(&[0, 0, 150])) * ONE,
    }
}

#[test]
fn program_agrees_with_the_naive_model() {
    for seed in SEED..SEED + BOOKS {
        let mut dice = Dice::new(seed);
        let rows = rows(&mut dice, 12, true);
        let question = question(&mut dice);
        let mut args = question.args();
        args.extend(["--by".to_owned(), "region".to_owned()]);
        let table = table(&csv(&rows), &args);
        for record in &table.records {
            let region = Some(record.text("segment.region")).filter(|name| !name.is_empty());
            let expected = answer(&rows, &question, region);
            for field in FIELDS {
                assert_eq!(
                    units_of(record.text(field)).map(text_of),
                    Some(text_of(expected[field])),
                    "{field} of {region:?}, seed {seed}\n{}\n{}",
                    args.join(" "),
                    csv(&rows)
                );
            }
        }
    }
}

/// Without quantities and segments, what moved inside everybody is added up in one pass.
#[test]
fn program_agrees_with_the_naive_model_on_amounts_alone() {
    let mut moved = 0;
    for seed in SEED..SEED + BOOKS {
        let mut dice = Dice::new(seed);
        let mut rows = rows(&mut dice, 12, true);
        for row in &mut rows {
            row.quantity = None;
        }
        let question = question(&mut dice);
        let mut args = question.args();
        // Amounts can be of one or of all only where there are quantities.
        args.retain(|arg| !matches!(arg.as_str(), "--amount-is" | "total"));
        let text = csv(&rows);
        let lines = text.lines().filter_map(|line| line.rsplit_once(','));
        let lines: Vec<&str> = lines.map(|(cells, _)| cells).collect();
        let text = lines.join("\n");
        let table = table(&text, &args);
        let expected = answer(&rows, &question, None);
        let is_counted = |field: &&str| !matches!(*field, "volume_change" | "price_change");
        for field in FIELDS.into_iter().filter(is_counted) {
            assert_eq!(
                units_of(table.records[0].text(field)).map(text_of),
                Some(text_of(expected[field])),
                "{field}, seed {seed}\n{}\n{text}",
                args.join(" "),
            );
        }
        moved += usize::from(expected["product_swap"] > 0);
    }
    assert!(moved > 20, "products seldom offset each other: {moved}");
}

/// The worked case is a third reading of the same page.
#[test]
fn the_model_agrees_with_the_worked_answers() {
    let mut rows = Vec::new();
    for line in read_fixture("worked/product-swap.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        rows.push(Row {
            customer: cells[0].to_owned(),
            month: months_of(cells[1]).0,
            region: String::new(),
            product: cells[2].to_owned(),
            quantity: units_of(cells[3]),
            amount: units_of(cells[4]).expect("an amount"),
        });
    }
    let cases = cases().into_iter();
    let mut seen = 0;
    for case in cases.filter(|case| case.file == "product-swap.csv") {
        let question = Question {
            is_stock: true,
            nets_products: case.args.contains(&"--netting".to_owned()),
            length: 1,
            lookback: 1,
            last: months_of("2024-02").0,
            keeps_last_row: false,
            returns_expand: false,
            zero_stays: false,
            opening_min: 0,
        };
        let found = answer(&rows, &question, None);
        for answer in &case.answers {
            if let Some(amount) = found.get(answer.field.as_str()) {
                assert_eq!(Some(*amount), units_of(&answer.value), "{answer:?}");
                seen += 1;
            }
        }
    }
    assert!(seen >= 12, "only {seen} answers were looked at");
}

fn sound(seed: u64) -> (Vec<Row>, Vec<String>) {
    let mut dice = Dice::new(seed);
    let rows = rows(&mut dice, 12, false);
    // A row and its refund leave the product at zero, never below.
    let args = Question {
        nets_products: false,
        keeps_last_row: false,
        returns_expand: false,
        zero_stays: false,
        ..question(&mut dice)
    };
    (rows, args.args())
}

fn with(args: &[String], flag: &str, value: &str) -> Vec<String> {
    let mut args = args.to_vec();
    let place = args.iter().position(|arg| arg == flag).expect("the flag");
    value.clone_into(&mut args[place + 1]);
    args
}

#[test]
fn netting_products_keeps_nrr_and_lowers_grr() {
    for seed in 0..40 {
        let (rows, args) = sound(seed);
        let text = csv(&rows);
        let customer = table(&text, &args);
        let product = table(&text, &with(&args, "--netting", "product"));
        let (own, netted) = (customer.only(), product.only());
        for field in [
            "opening",
            "closing",
            "new",
            "churn",
            "retained",
            "nrr",
            "logo_retention",
        ] {
            assert_eq!(own.text(field), netted.text(field), "{field}, seed {seed}");
        }
        let swap = of(own, "product_swap");
        assert_eq!(
            of(own, "retained_capped") - swap,
            of(netted, "retained_capped")
        );
        assert_eq!(of(own, "expansion") + swap, of(netted, "expansion"));
        assert_eq!(of(own, "contraction") + swap, of(netted, "contraction"));
        assert_eq!(of(netted, "product_swap"), 0);
        // `--by` on the product column is the same in the total.
        let mut by = args.clone();
        let place = by
            .iter()
            .position(|arg| arg == "--netting")
            .expect("the flag");
        by.drain(place..place + 2);
        by.extend(["--by".to_owned(), "plan".to_owned()]);
        let by_plan = table(&text, &by);
        for field in netted.cells.keys().filter(|name| {
            !["definition", "undefined", "input_fingerprint"].contains(&name.as_str())
        }) {
            assert_eq!(
                by_plan.records[0].text(field),
                netted.text(field),
                "{field}, seed {seed}"
            );
        }
    }
}

#[test]
fn the_lines_add_up_and_so_do_segments() {
    for seed in 100..140 {
        let (rows, mut args) = sound(seed);
        args.extend(["--by".to_owned(), "region".to_owned()]);
        let table = table(&csv(&rows), &args);
        for record in &table.records {
            let line = |field| of(record, field);
            let swap = line("product_swap");
            assert_eq!(
                line("expansion"),
                line("upsell") + line("cross_sell") - swap
            );
            assert_eq!(
                line("contraction"),
                line("downsell") + line("product_churn") - swap
            );
            let change = line("expansion") - line("contraction");
            assert_eq!(line("volume_change") + line("price_change"), change);
        }
        let (total, parts) = table.records.split_first().expect("a total");
        for field in DETAIL {
            let sum: i128 = parts.iter().map(|part| of(part, field)).sum();
            assert_eq!(of(total, field), sum, "{field}, seed {seed}");
        }
    }
}

#[test]
fn order_threads_and_scale_change_nothing() {
    for seed in 200..220 {
        let (rows, args) = sound(seed);
        let once = table(&csv(&rows), &args);
        let mut shuffled = rows.clone();
        Dice::new(seed).shuffle(&mut shuffled);
        let mut threads = args.clone();
        threads.extend(["--threads".to_owned(), "3".to_owned()]);
        let again = table(&csv(&shuffled), &threads);
        let times_ten: Vec<Row> = rows
            .iter()
            .map(|row| Row {
                amount: row.amount * 10,
                ..row.clone()
            })
            .collect();
        let scaled = table(&csv(&times_ten), &with(&args, "--min-opening", "0"));
        let unscaled = table(&csv(&rows), &with(&args, "--min-opening", "0"));
        for field in DETAIL {
            assert_eq!(once.only().text(field), again.only().text(field), "{field}");
            if !["volume_change", "price_change"].contains(&field) {
                assert_eq!(
                    of(unscaled.only(), field) * 10,
                    of(scaled.only(), field),
                    "{field}"
                );
            }
        }
        for field in ["nrr", "grr"] {
            assert_eq!(
                unscaled.only().text(field),
                scaled.only().text(field),
                "{field}"
            );
        }
    }
}
