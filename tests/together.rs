//! Products, quantities, two currencies, a map and parents at once, by hand.

#![allow(
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test writes what the program reads"
)]

mod support;

use support::run_in;
use support::runner::written;
use support::table::{Record, Table};

/// Acme's January stands partly under its old id. Holding owns Acme and Birch; Cedar stands alone. All names are
/// invented.
const ROWS: &str = "\
customer,parent,month,product,currency,seats,mrr
old-acme,holding,2024-01,core,EUR,4,50
acme,holding,2024-01,core,USD,2,20
birch,holding,2024-01,core,USD,4,80
birch,holding,2024-01,plus,EUR,3,30
cedar,,2024-01,core,USD,14,140
acme,holding,2024-02,core,EUR,9,40
acme,holding,2024-02,plus,USD,3,30
birch,holding,2024-02,core,USD,6,100
cedar,,2024-02,core,USD,12,120
cedar,,2024-02,plus,EUR,1,10
";
const RATES: &str = "month,currency,rate\n2024-01,EUR,2\n2024-02,EUR,1\n";
const MAP: &str = "from,to\nold-acme,acme\n";
const READ: &str = "rows.csv --no-config --format csv --period 2024-02 --basis stock --lookback period \
                    --customer customer --date month --amount mrr --product product --quantity-column seats --currency USD \
                    --fx-rates rates.csv --map ids.csv";

fn table(command: &str, args: &str) -> Table {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("rows.csv", ROWS), ("rates.csv", RATES), ("ids.csv", MAP)] {
        written(folder.path(), name, text.as_bytes());
    }
    let line: Vec<&str> = [command, READ, args]
        .iter()
        .flat_map(|words| words.split_whitespace())
        .collect();
    run_in(folder.path(), &line).table()
}

fn expect(record: &Record, fields: &[(&str, &str)]) {
    for (field, value) in fields {
        assert_eq!(record.text(field), *value, "{field}");
    }
}

/// What is the same whichever way units are netted: 400 in January; in February 350 at the rates of January, of
/// which 50 less at their own.
fn expect_sums(record: &Record, fx: &str) {
    expect(
        record,
        &[
            ("opening", "400"),
            ("retained", "350"),
            ("nrr", "0.875000"),
            ("churn", "0"),
            ("new", "0"),
        ],
    );
    let (moved, closing) = if fx == "floating" {
        ("-50", "300")
    } else {
        ("0", "350")
    };
    expect(record, &[("fx", moved), ("closing", closing)]);
}

#[test]
fn customers_fall_and_products_say_of_what() {
    // Acme 120 → 80 + 30, Birch 80 + 60 → 100, Cedar 140 → 120 + 20. Seats: 60 and 40 up, 20 down.
    for fx in ["constant", "floating"] {
        let table = table("calc", &format!("--fx {fx}"));
        expect_sums(&table.records[0], fx);
        expect(
            &table.records[0],
            &[
                ("expansion", "0"),
                ("contraction", "50"),
                ("upsell", "20"),
                ("cross_sell", "50"),
                ("downsell", "60"),
                ("product_churn", "60"),
                ("product_swap", "70"),
                ("volume_change", "80"),
                ("price_change", "-130"),
                ("grr", "0.875000"),
            ],
        );
        let each = self::table("calc", &format!("--fx {fx} --netting product"));
        expect_sums(&each.records[0], fx);
        expect(
            &each.records[0],
            &[
                ("expansion", "70"),
                ("contraction", "120"),
                ("product_swap", "0"),
                ("volume_change", "80"),
                ("grr", "0.700000"),
            ],
        );
    }
}

#[test]
fn a_parent_has_the_products_of_all_its_customers() {
    // Holding's core 200 → 180 with 10 seats → 15, its plus 60 → 30 with 3 seats at both ends.
    for fx in ["constant", "floating"] {
        let line = format!("--fx {fx} --level parent --parent parent");
        let record = &table("calc", &line).records[0];
        expect_sums(record, fx);
        expect(
            record,
            &[
                ("opening_customers", "2"),
                ("expansion", "0"),
                ("contraction", "50"),
                ("upsell", "0"),
                ("cross_sell", "20"),
                ("downsell", "70"),
                ("product_churn", "0"),
                ("product_swap", "20"),
                ("volume_change", "80"),
                ("price_change", "-130"),
                ("grr", "0.875000"),
            ],
        );
        let record = &table("calc", &format!("{line} --netting product")).records[0];
        expect_sums(record, fx);
        expect(
            record,
            &[
                ("expansion", "20"),
                ("contraction", "70"),
                ("product_swap", "0"),
                ("grr", "0.825000"),
            ],
        );
    }
}

#[test]
fn products_are_segments_of_parents_at_the_rates_that_are_compared() {
    // Core 200 + 140 → 180 + 120, of which 40 less at own rates; plus 60 → 30, and Cedar's 10 at the rate it is in.
    let line = "--fx floating --level parent --parent parent --by product";
    let table = table("calc", line);
    expect_sums(&table.records[0], "floating");
    let of = |product: &str| {
        let mut records = table.records.iter();
        let found = records.find(|record| record.text("segment.product") == product);
        found.expect("a segment")
    };
    let core = [
        ("opening", "340"),
        ("retained", "300"),
        ("fx", "-40"),
        ("closing", "260"),
        ("downsell", "40"),
        ("nrr", "0.882353"),
    ];
    expect(of("core"), &core);
    let plus = [
        ("opening", "60"),
        ("retained", "30"),
        ("new", "10"),
        ("fx", "0"),
        ("closing", "40"),
        ("downsell", "30"),
        ("nrr", "0.500000"),
    ];
    expect(of("plus"), &plus);
}

#[test]
fn effects_are_those_of_parents_with_their_products() {
    // NRR is 350 / 400: Cedar alone has 140 / 140, Holding 210 / 260. Product by product GRR is 330 / 400: 120 / 140
    // and 210 / 260.
    let line = "--level parent --parent parent --netting product";
    let table = table("customers", line);
    let found = |customer: &str| {
        let mut records = table.records.iter();
        let found = records.find(|record| record.text("customer") == customer);
        found.expect("a customer")
    };
    assert_eq!(table.records.len(), 2);
    let holding = [
        ("effect_on_nrr", "-0.125000"),
        ("effect_on_grr", "-0.032143"),
    ];
    expect(found("holding"), &holding);
    let cedar = [("effect_on_nrr", "0.067308"), ("effect_on_grr", "0.017308")];
    expect(found("cedar"), &cedar);
}
