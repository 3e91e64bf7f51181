//! Each product netted on its own: `--by` on the product column, from outside.

#![allow(
    clippy::disallowed_methods,
    reason = "a test writes what the program reads"
)]

mod support;

use support::run;
use support::table::Table;

const BOOK: &str = "fixtures/book/revenue.csv";

fn table(args: &[&str]) -> Table {
    let mut line = vec!["calc", "--no-config", "--format", "csv"];
    line.extend(args);
    run(&line).table()
}

/// The records of one period each: the total, then its segments.
fn sum(records: &[&support::table::Record], field: &str) -> i128 {
    records
        .iter()
        .map(|record| support::book::units_of(record.text(field)).expect("an amount"))
        .sum()
}

#[test]
fn a_swap_inside_a_customer_is_both_and_leaves_its_nrr() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("swap.csv");
    let rows =
        "customer,month,mrr,plan\nA,2024-01,100,basic\nA,2024-02,50,basic\nA,2024-02,80,pro\n";
    std::fs::write(&file, rows).expect("written");
    let path = file.to_str().expect("a plain path");
    let records = table(&[path, "--period", "2024-02", "--by", "plan"]).records;
    let field = |index: usize, name: &str| records[index].text(name);
    // A pays 130 instead of 100: basic fell by 50, pro rose by 80.
    assert_eq!(
        [
            "nrr",
            "grr",
            "expansion",
            "contraction",
            "new",
            "closing_customers"
        ]
        .map(|name| field(0, name)),
        ["1.300000", "0.500000", "80", "50", "0", "1"]
    );
    assert_eq!(
        (
            field(1, "segment.plan"),
            field(1, "nrr"),
            field(1, "contraction")
        ),
        ("basic", "0.500000", "50")
    );
    assert_eq!(
        (field(2, "segment.plan"), field(2, "nrr"), field(2, "new")),
        ("pro", "", "80")
    );
}

#[test]
fn the_total_keeps_nrr_and_customers_and_the_products_add_up() {
    for settings in [
        &["--every", "quarter"][..],
        &["--every", "quarter", "--min-opening", "3000"],
        &["--every", "year", "--reactivation", "in-nrr"],
        &["--every", "month", "--grace", "3"],
        &["--every", "quarter", "--basis", "flow", "--zero", "active"],
    ] {
        let whole = table(&[&[BOOK], settings].concat());
        let by_plan = table(&[&[BOOK, "--by", "plan"], settings].concat());
        let is_total = |record: &&support::table::Record| record.text("segment.plan").is_empty();
        let totals: Vec<_> = by_plan.records.iter().filter(is_total).collect();
        assert_eq!(totals.len(), whole.records.len());
        for (own, total) in whole.records.iter().zip(&totals) {
            for field in [
                "opening",
                "closing",
                "new",
                "churn",
                "retained",
                "nrr",
                "logo_retention",
                "closing_customers",
            ] {
                assert_eq!(
                    own.text(field),
                    total.text(field),
                    "{field} of {} under {settings:?}",
                    own.text("period")
                );
            }
            let parts: Vec<_> = by_plan
                .records
                .iter()
                .filter(|record| record.text("period") == own.text("period") && !is_total(record))
                .collect();
            if own.text("opening").is_empty() {
                continue;
            }
            for field in ["opening", "closing", "retained_capped"] {
                assert_eq!(
                    sum(&[total], field),
                    sum(&parts, field),
                    "{field} of {} under {settings:?}",
                    own.text("period")
                );
            }
        }
    }
}

/// A customer whose name holds the separator of units would lend its products to another one.
#[test]
fn control_characters_in_names_do_not_mix_customers() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("control.csv");
    let rows = "customer,month,mrr,plan\nZ,2024-01,7,pro\nA\u{1f}B,2024-01,100,pro\nA\u{1f}B,2024-02,40,pro\nZ,2024-02,7,pro\nA,2024-02,5,B\u{1f}pro\n";
    std::fs::write(&file, rows).expect("written");
    let path = file.to_str().expect("a plain path");
    let whole = table(&[path, "--period", "2024-02"]);
    let by_plan = table(&[path, "--period", "2024-02", "--by", "plan"]);
    let (own, total) = (whole.only(), &by_plan.records[0]);
    for field in [
        "opening",
        "closing",
        "new",
        "contraction",
        "nrr",
        "closing_customers",
    ] {
        assert_eq!(own.text(field), total.text(field), "{field}");
    }
}
