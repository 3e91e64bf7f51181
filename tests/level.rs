//! Customers counted by their parent: `level parent`, from outside.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests write files and say which seed failed"
)]

mod support;

use support::book::Book;
use support::random::{Dice, Mix, book as random_book};
use support::runner::{word, written};
use support::table::{Record, Table};
use support::{calc, measure, run, words};

const BOOKS: u64 = 64;

/// Says which seed was at work when a property failed.
struct Seed(u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the property failed with seed {}", self.0);
        }
    }
}

/// A book with a column of parents: some other customer, a holding, or nobody.
fn with_parents(dice: &mut Dice, mix: Mix, percent: i32) -> Book {
    let mut book = random_book(dice, mix);
    let mut ids: Vec<String> = book.rows.iter().map(|row| row.customer.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(3);
    ids.push("holding".to_owned());
    book.traits.push("parent_id".to_owned());
    for row in &mut book.rows {
        let parent = if dice.chance(percent) {
            dice.pick(&ids).clone()
        } else {
            String::new()
        };
        row.traits.push(parent);
    }
    book
}

fn by_parent(book: &Book, files: usize, args: &[&str]) -> Table {
    let mut args = words(args);
    args.extend(words(&["--level", "parent", "--format", "csv"]));
    let table = calc(book, files, &args).table();
    table.without("input_fingerprint").without("definition")
}

#[test]
fn counting_by_parent_never_lowers_nrr_or_grr() {
    for seed in 0..BOOKS {
        let _seed = Seed(seed);
        let book = with_parents(&mut Dice::new(seed), Mix::TAME, 50);
        let (apart, together) = (measure(&book, &[]), by_parent(&book, 1, &[]));
        assert_eq!(apart.records.len(), together.records.len());
        for (apart, together) in apart.records.iter().zip(&together.records) {
            for field in ["opening", "closing"] {
                assert_eq!(apart.text(field), together.text(field), "{field}");
            }
            for rate in ["nrr", "grr", "annual_nrr", "annual_grr"] {
                if let (Some(before), Some(after)) = (apart.number(rate), together.number(rate)) {
                    assert!(after >= before, "{rate} of {}", together.text("period"));
                }
            }
        }
    }
}

#[test]
fn segments_add_up_and_the_roll_forward_closes() {
    for seed in 1000..1000 + BOOKS {
        let _seed = Seed(seed);
        let book = with_parents(&mut Dice::new(seed), Mix::TAME, 60);
        let table = by_parent(&book, 1, &["--by", "region", "--every", "month"]);
        for total in table.totals().iter().filter(|total| total.is_defined()) {
            let is_part = |record: &&Record| {
                record.text("period") == total.text("period")
                    && !record.text("segment.region").is_empty()
            };
            let parts: Vec<&Record> = table.records.iter().filter(is_part).collect();
            let fields = [
                "opening",
                "new",
                "reactivation",
                "expansion",
                "contraction",
                "churn",
                "closing",
            ];
            for field in
                fields
                    .iter()
                    .chain(&["retained", "opening_customers", "closing_customers"])
            {
                let sum: i128 = parts
                    .iter()
                    .map(|part| part.number(field).unwrap_or(0))
                    .sum();
                assert_eq!(
                    sum,
                    total.amount(field),
                    "{field} of {}",
                    total.text("period")
                );
            }
            for record in parts.iter().chain([total]) {
                let of = |field: &str| record.amount(field);
                let moved = of("opening") + of("new") + of("reactivation") + of("expansion")
                    - of("contraction")
                    - of("churn")
                    + of("transfer_in")
                    - of("transfer_out");
                assert_eq!(moved, of("closing"), "{record:?}");
            }
        }
    }
}

#[test]
fn without_parents_units_are_customers_whatever_the_order_of_rows() {
    for seed in 2000..2000 + BOOKS / 2 {
        let _seed = Seed(seed);
        let mut dice = Dice::new(seed);
        let book = with_parents(&mut dice, Mix::TAME, 0);
        let own = measure(
            &book,
            &["--by", "region", "--grace", "2", "--basis", "stock"],
        )
        .without("definition");
        let args = ["--by", "region", "--grace", "2", "--basis", "stock"];
        assert_eq!(by_parent(&book, 1, &args).records, own.records);
        let mut book = with_parents(&mut dice, Mix::TAME, 50);
        let due = by_parent(&book, 1, &args);
        assert_eq!(by_parent(&book, 2, &args).records, due.records);
        dice.shuffle(&mut book.rows);
        assert_eq!(by_parent(&book, 1, &args).records, due.records);
    }
}

/// One record of a file under `level parent`.
fn of_file(text: &str, args: &[&str]) -> support::Run {
    let folder = tempfile::tempdir().expect("a folder");
    let file = written(folder.path(), "revenue.csv", text.as_bytes());
    run(&[&["calc", word(&file), "--no-config"], args].concat())
}

const PARENT: [&str; 4] = ["--level", "parent", "--format", "csv"];

#[test]
fn every_shape_knows_its_parents() {
    let wide =
        "customer,parent account,2024-01,2024-02\nacme,,10,10\nacme-inc,acme,30,\nbirch,,40,40\n";
    let contracts = "customer,start date,end date,mrr,parent_company\nacme,2024-01-01,,10,\nacme-inc,2024-01-01,2024-01-31,30,acme\nbirch,2024-01-01,,40,\nfir,2024-02-01,,1,\n";
    let movements = "customer,date,mrr change,parent id\nacme,2024-01-05,10,\nacme-inc,2024-01-06,30,acme\nbirch,2024-01-07,40,\nacme-inc,2024-02-03,-30,acme\n";
    for (text, basis) in [
        (wide, &["--basis", "stock"][..]),
        (contracts, &[]),
        (movements, &["--history", "full"]),
    ] {
        let run = of_file(
            text,
            &[&PARENT[..], &["--period", "2024-02"], basis].concat(),
        );
        let table = run.table();
        let record = table.only();
        let of = |field: &str| record.text(field);
        assert_eq!(
            [of("opening"), of("contraction"), of("churn"), of("nrr")],
            ["80", "30", "0", "0.625000"],
            "{text}"
        );
        assert_eq!(
            [of("opening_customers"), of("retained_customers")],
            ["2", "2"]
        );
    }
}

#[test]
fn the_parent_of_the_latest_row_up_to_the_closing_holds_at_both_ends() {
    let text = "customer,month,mrr,owner
acme,2024-01,10,north
birch,2024-01,20,south
acme,2024-02,10,south
birch,2024-02,10,south
acme,2024-03,10,(none)
birch,2024-03,30,south
";
    let rates = |parent: &[&str]| -> Vec<String> {
        let range = ["--from", "2024-02", "--to", "2024-03"];
        let run = of_file(text, &[&PARENT[..], &range, parent].concat());
        let table = run.table();
        let shown = |record: &Record| {
            format!(
                "{} {} {}",
                record.text("opening_customers"),
                record.text("nrr"),
                record.text("grr")
            )
        };
        table.records.iter().map(shown).collect()
    };
    // February: both are the south's, 30 to 20. March: acme is nobody's, 10 to 10 and 10 to 30.
    assert_eq!(
        rates(&["--parent", "owner"]),
        ["1 0.666667 0.666667", "2 2.000000 1.000000"]
    );
    // In one month the parent of the larger amount, then the first in byte order.
    let two = "customer,month,mrr,parent\nacme,2024-01,5,b\nacme,2024-01,5,a\na,2024-01,1,\nacme,2024-02,4,b\nacme,2024-02,5,a\na,2024-02,1,\n";
    let record = of_file(two, &[&PARENT[..], &["--period", "2024-02"]].concat()).table();
    assert_eq!(record.only().text("opening_customers"), "1");
}

#[test]
fn products_stay_apart_inside_a_parent() {
    let text = "customer,month,mrr,plan,parent_id
acme,2024-01,10,pro,
acme-inc,2024-01,30,pro,acme
acme-inc,2024-01,5,basic,acme
acme,2024-02,20,pro,
acme,2024-02,9,basic,
";
    let run = of_file(
        text,
        &[&PARENT[..], &["--period", "2024-02", "--by", "plan"]].concat(),
    );
    let table = run.table();
    let of = |index: usize, field: &str| table.records[index].text(field).to_owned();
    assert_eq!(
        [of(0, "opening"), of(0, "expansion"), of(0, "contraction")],
        ["45", "4", "20"]
    );
    assert_eq!(
        [of(1, "segment.plan"), of(1, "opening"), of(1, "closing")],
        ["basic", "5", "9"]
    );
    assert_eq!(
        [of(2, "segment.plan"), of(2, "churn"), of(2, "contraction")],
        ["pro", "0", "20"]
    );
}

#[test]
fn absences_are_filled_in_the_parents_and_findings_are_about_them() {
    // The parent pays in each month, so nobody was away, though each of its two was.
    let text = "customer,month,mrr,parent_id
acme,2024-01,10,group
birch,2024-02,10,group
acme,2024-03,10,group
cedar,2024-01,10,
cedar,2024-02,10,
cedar,2024-03,10,
";
    let alone = of_file(text, &["--period", "2024-02", "--grace", "1"]);
    assert!(
        alone.stdout.contains("warning[bridged-months]"),
        "{}",
        alone.stdout
    );
    let units = of_file(
        text,
        &["--period", "2024-02", "--grace", "1", "--level", "parent"],
    );
    assert!(
        units.stdout.contains("NRR 100.00%    GRR 100.00%"),
        "{}",
        units.stdout
    );
    assert!(!units.stdout.contains("bridged-months"), "{}", units.stdout);
    let gap = "customer,month,mrr,parent_id\nacme,2024-01,10,group\nacme,2024-03,10,group\ncedar,2024-01,10,\ncedar,2024-02,10,\ncedar,2024-03,10,\n";
    let filled = of_file(
        gap,
        &["--period", "2024-02", "--grace", "1", "--level", "parent"],
    );
    assert!(
        filled.stdout.contains("warning[bridged-months]"),
        "{}",
        filled.stdout
    );
    assert!(
        filled.stdout.contains("group in 2024-02"),
        "{}",
        filled.stdout
    );
    assert!(
        filled.stdout.contains("effect: NRR 100.00% → 50.00%"),
        "{}",
        filled.stdout
    );
    let flow = of_file(
        text,
        &[
            "--period", "2024-02", "--grace", "1", "--level", "parent", "--basis", "flow",
        ],
    );
    assert_eq!(flow.errors(), ["grace-on-flow"]);
}

#[test]
fn a_parent_below_zero_is_named() {
    let text = "customer,month,mrr,parent_id\nacme,2024-01,10,group\nacme,2024-02,-30,group\nbirch,2024-01,10,group\nbirch,2024-02,10,group\n";
    let refused = of_file(text, &["--period", "2024-02", "--level", "parent"]);
    assert_eq!(refused.errors(), ["negative-revenue"]);
    assert!(
        refused.stderr.contains("revenue of `group` in 2024-02"),
        "{}",
        refused.stderr
    );
    let cut = of_file(
        text,
        &[
            "--period",
            "2024-02",
            "--level",
            "parent",
            "--negatives",
            "clip",
        ],
    );
    assert!(cut.stdout.contains("`group`"), "{}", cut.stdout);
    // What one gives back another of the parent's pays.
    let fine = text.replace("-30", "-5");
    assert_eq!(
        of_file(&fine, &["--period", "2024-02", "--level", "parent"]).code,
        0
    );
}

#[test]
fn a_parent_is_looked_for_where_it_is_asked_for_alone() {
    let text = "customer,month,mrr,parent_id,parent\nacme,2024-01,10,x,y\nacme,2024-02,10,x,y\n";
    assert_eq!(of_file(text, &["--period", "2024-02"]).code, 0);
    assert_eq!(
        of_file(text, &["--period", "2024-02", "--level", "parent"]).code,
        0
    );
    let unused = of_file(text, &["--period", "2024-02", "--parent", "parent"]);
    assert_eq!(unused.errors(), ["unfit-setting"]);
    assert!(
        unused.stderr.contains("`--level parent --parent parent`"),
        "{}",
        unused.stderr
    );
    let without = "customer,month,mrr\nacme,2024-01,10\nacme,2024-02,10\n";
    let none = of_file(without, &["--period", "2024-02", "--level", "parent"]);
    assert_eq!(none.errors(), ["missing-column"]);
    assert!(none.stderr.contains("--parent COL"), "{}", none.stderr);
    let two = "customer,month,mrr,parent,parent account\nacme,2024-01,10,x,y\n";
    let asked = of_file(two, &["--period", "2024-01", "--level", "parent"]);
    assert_eq!(asked.errors(), ["ambiguous-column"]);
}

#[test]
fn a_ledger_holds_the_parents_and_reads_back_to_the_same_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = with_parents(&mut Dice::new(7), Mix::TAME, 60);
    let file = written(folder.path(), "book.csv", book.to_csv().as_bytes());
    let line = [
        "ledger",
        word(&file),
        "--no-config",
        "--level",
        "parent",
        "--format",
        "csv",
    ];
    let refused = run(&line);
    assert_eq!(refused.errors(), ["unfit-setting"]);
    assert!(
        refused.stderr.contains("`--by parent_id`"),
        "{}",
        refused.stderr
    );
    let ledger = run(&[&line[..], &["--by", "parent_id"]].concat());
    assert!(
        ledger.stderr.contains("--level parent --parent parent_id"),
        "{}",
        ledger.stderr
    );
    let copy = written(folder.path(), "ledger.csv", ledger.stdout.as_bytes());
    let figures = |path: &std::path::Path| {
        let line = ["calc", word(path), "--no-config", "--basis", "stock"];
        let table = run(&[&line[..], &PARENT].concat()).table();
        let shown = |record: &Record| {
            [
                "period",
                "opening",
                "churn",
                "nrr",
                "grr",
                "closing_customers",
            ]
            .map(|field| record.text(field).to_owned())
        };
        table.records.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(figures(&copy), figures(&file));
}
