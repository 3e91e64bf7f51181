//! Whole texts of every format, from ledgers a reader can check in the head.
//!
//! `SNAPSHOTS=overwrite cargo test --lib output::` rewrites the expected texts.
#![allow(
    clippy::needless_raw_string_hashes,
    clippy::too_many_lines,
    reason = "the expected texts are written by snapbox, and are long"
)]

use snapbox::data::Inline;
use snapbox::{IntoData, str};

use super::*;
use crate::error::{Code, Message};
use crate::ledger::{Books, Entry, Layout, Ledger, Part, RowPlace};
use crate::metrics::{Ask, calc};
use crate::policies::{Duplicates, Origin, Policies};
use crate::units::{Amount, FiscalYear, Grain, Month, Period};

/// 2024-03 against 2023-12: acme pays more, birch less, cedar left, dune is new.
const FOUR: &str = "       2023-03 2023-12 2024-01 2024-02 2024-03
     acme      1000.50 1000.50 1100.50 1100.50 1200.50
     birch         800     800     600     600     600
     cedar         200     200       .       .       .
     dune            .       .     500     500     500";

fn period(label: &str) -> Period {
    Period::parse(label, FiscalYear::CALENDAR).unwrap()
}

fn single(label: &str) -> Ask {
    Ask {
        period: Some(period(label)),
        ..Ask::default()
    }
}

fn from(label: &str) -> Ask {
    Ask {
        from: Some(period(label)),
        ..Ask::default()
    }
}

fn report(books: &Books, ask: Ask, settings: &[(&str, &str)]) -> Report {
    let ledger = &books.customers;
    let mut policies = Policies::default();
    let evidence = "the amount column is `mrr`".to_owned();
    policies
        .set("basis", "stock", Origin::Detected(evidence))
        .unwrap();
    for (name, value) in settings {
        policies.set(name, value, Origin::Flag).unwrap();
    }
    let asked = ask.on(ledger, &policies).expect("periods");
    let usual = Policies::default();
    let choices = policies.choices().zip(usual.choices());
    let choices = choices.map(|((policy, value, origin), (_, usual, _))| Choice {
        name: policy.name,
        is_default: value == usual,
        value,
        origin: origin.to_string(),
    });
    let attributes = ledger.attributes().iter();
    Report {
        definition: Definition {
            name: "standard".to_owned(),
            fingerprint: "0b6e7d".repeat(11)[..64].to_owned(),
            choices: choices.collect(),
            filters: Vec::new(),
            filters_origin: "flag".to_owned(),
        },
        input: Input {
            choices: Vec::new(),
            files: vec![InputFile {
                name: "revenue.csv".to_owned(),
                bytes: 1204,
                rows: 14_203,
                fingerprint: "6f1c2a".repeat(11)[..64].to_owned(),
                traits: vec![("delimiter", ",".to_owned(), "detected: line 1".to_owned())],
            }],
            rows: 14_203,
            customers: ledger.customers().len() as u64,
            currency: Some("USD".to_owned()),
            amount_name: "MRR".to_owned(),
            first: ledger.first(),
            last: ledger.last(),
            grain: Grain::Month,
            fingerprint: "6f1c2a".repeat(11)[..64].to_owned(),
        },
        by: attributes.map(|one| one.column().to_owned()).collect(),
        is_single: !asked.is_range,
        asked: Vec::new(),
        cohorts: None,
        records: calc(books, &asked, &policies).expect("records").records,
        confidence: None,
        sensitivity: None,
        warnings: Vec::new(),
    }
}

fn table(text: &str) -> Books {
    Books::of(Ledger::from_table(text).expect("a table"))
}

/// A ledger of `(customer, segment, month, amount)` with one attribute.
fn segmented(column: &str, rows: &[(&str, &str, &str, &str)]) -> Books {
    let mut part = Part::new(
        Duplicates::Sum,
        Layout {
            attributes: 1,
            ..Layout::default()
        },
    );
    for ((customer, segment, month, amount), line) in rows.iter().zip(2..) {
        let place = RowPlace { file: 0, line };
        let month = Month::parse(month).unwrap();
        part.cover(month, Grain::Month, place);
        part.add(&Entry {
            customer,
            day: 0,
            month,
            amount: Amount::parse_plain(amount).unwrap(),
            quantity: None,
            product: "",
            attributes: &[segment],
            place,
        });
    }
    part.finish(&[column.to_owned()], Some("USD".to_owned()), None)
        .unwrap()
}

fn drawn(report: &Report, format: Format, width: Option<usize>) -> String {
    let look = Look {
        width,
        color: false,
    };
    let mut out = Vec::new();
    render(report, format, &look, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The table without the declaration above it.
fn body(report: &Report, width: Option<usize>) -> String {
    let text = drawn(report, Format::Table, width);
    text.split_once("\n\n").unwrap().1.to_owned()
}

#[track_caller]
fn assert_text(found: impl IntoData, expected: Inline) {
    snapbox::assert_data_eq!(found, expected.raw());
}

fn movers() -> Books {
    segmented(
        "region",
        &[
            ("acme", "EMEA", "2023-12", "100"),
            ("acme", "APAC", "2024-01", "120"),
            ("birch", "EMEA", "2023-12", "80"),
            ("birch", "EMEA", "2024-01", "60"),
            ("cedar", "APAC", "2023-12", "20"),
        ],
    )
}

/// Names that try what names can.
fn evil() -> Books {
    segmented(
        "seg|ment",
        &[
            ("a", "=cmd()|' /C calc'!A0", "2023-12", "10"),
            ("a", "=cmd()|' /C calc'!A0", "2024-01", "10"),
            ("b", "\u{1b}[31m<b>red</b>\u{202e}\n", "2023-12", "10"),
            ("b", "\u{1b}[31m<b>red</b>\u{202e}\n", "2024-01", "5"),
            ("c", &"株式会社".repeat(8), "2023-12", "10"),
            ("c", &"株式会社".repeat(8), "2024-01", "20"),
        ],
    )
}

/// One period with a choice, a filter and a warning.
fn declared() -> Report {
    let mut report = report(
        &table(FOUR),
        single("2024-Q1"),
        &[("missing-months", "zero")],
    );
    let warning = Message::new(Code::EqualRows, "7 rows are equal in every column")
        .note("they were added up")
        .help("refuse them with `--duplicates error`");
    report.warnings.push(warning);
    report.definition.filters.push("plan = pro".to_owned());
    report
}

#[test]
fn one_period_is_a_statement_with_everything_declared() {
    let report = declared();
    assert_text(
        drawn(&report, Format::Table, Some(100)),
        str![[r#"
revenue.csv · 14,203 rows · 4 customers · USD · 6f1c2a…
2024-Q1 (Jan–Mar 2024) against 2023-Q4 · stock: MRR of the last month, Dec 2023 → Mar 2024 ·
  definition standard@0b6e7d
basis stock (detected: the amount column is `mrr`) · missing-months zero (flag) ·
  where plan = pro (flag)

  Opening MRR    3 customers  2,000.50  ██████████████████████████
  + New          1              500.00  ██████▌
  + Expansion    1              200.00  ██▌
  − Contraction  1             −200.00  ██▌
  − Churn        1             −200.00  ██▌
  Closing MRR    3            2,300.50  ██████████████████████████████

  NRR 90.00%    GRR 80.00%    Logo retention 66.67%    Quick ratio 1.75
  12 months (Mar 2023 → Mar 2024):  NRR 90.00%    GRR 80.00%    Logo retention 66.67%

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · partial refuse · negatives error · netting customer ·
  min-opening 0 · min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

warning[equal-rows]: 7 rows are equal in every column
   = note: they were added up
   = help: refuse them with `--duplicates error`

"#]],
    );
    assert_text(
        drawn(&report, Format::Markdown, None),
        str![[r#"
**revenue.csv · 14,203 rows · 4 customers · USD · 6f1c2a…**

2024-Q1 (Jan–Mar 2024) against 2023-Q4 · stock: MRR of the last month, Dec 2023 → Mar 2024 · definition standard@0b6e7d

|  | Customers | MRR |
| :-- | --: | --: |
| **Opening MRR** | **3** | **2,000.50** |
| + New | 1 | 500.00 |
| + Expansion | 1 | 200.00 |
| − Contraction | 1 | −200.00 |
| − Churn | 1 | −200.00 |
| **Closing MRR** | **3** | **2,300.50** |

|  | NRR | GRR | Logo retention | Quick ratio |
| :-- | --: | --: | --: | --: |
|  | 90.00% | 80.00% | 66.67% | 1.75 |
| 12 months (Mar 2023 → Mar 2024) | 90.00% | 80.00% | 66.67% |  |

- basis stock (detected: the amount column is \`mrr\`)
- missing-months zero (flag)
- where plan = pro (flag)
- other choices at their defaults: empty-amount error · duplicates sum · overlap error · spread monthly · map none · level customer · currency all · fx-rates none · fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 · length period · lookback period · method point-to-point · partial refuse · negatives error · netting customer · min-opening 0 · min-closing 0 · cohort-base opening · zero inactive · reactivation separate · reactivation-window unlimited · segment-at opening

> ```text
> warning[equal-rows]: 7 rows are equal in every column
>    = note: they were added up
>    = help: refuse them with `--duplicates error`
> ```

"#]],
    );
}

#[test]
fn a_document_holds_definition_input_results_and_warnings() {
    let report = declared();
    assert_text(
        drawn(&report, Format::Json, None),
        str![[r#"
{
  "schema": "nrr.calc/1",
  "definition": {
    "name": "standard",
    "fingerprint": "0b6e7d0b6e7d0b6e7d0b6e7d0b6e7d0b6e7d0b6e7d0b6e7d0b6e7d0b6e7d0b6e",
    "empty-amount": "error",
    "duplicates": "sum",
    "overlap": "error",
    "spread": "monthly",
    "map": "none",
    "level": "customer",
    "currency": "all",
    "fx-rates": "none",
    "fx": "constant",
    "through": "data-end",
    "grace": "0",
    "basis": "stock",
    "interval": "month",
    "fiscal-year-start": "1",
    "length": "period",
    "lookback": "period",
    "method": "point-to-point",
    "partial": "refuse",
    "missing-months": "zero",
    "negatives": "error",
    "netting": "customer",
    "min-opening": "0",
    "min-closing": "0",
    "cohort-base": "opening",
    "zero": "inactive",
    "reactivation": "separate",
    "reactivation-window": "unlimited",
    "segment-at": "opening",
    "where": [
      "plan = pro"
    ],
    "origins": {
      "empty-amount": "default",
      "duplicates": "default",
      "overlap": "default",
      "spread": "default",
      "map": "default",
      "level": "default",
      "currency": "default",
      "fx-rates": "default",
      "fx": "default",
      "through": "default",
      "grace": "default",
      "basis": "detected: the amount column is `mrr`",
      "interval": "default",
      "fiscal-year-start": "default",
      "length": "default",
      "lookback": "default",
      "method": "default",
      "partial": "default",
      "missing-months": "flag",
      "negatives": "default",
      "netting": "default",
      "min-opening": "default",
      "min-closing": "default",
      "cohort-base": "default",
      "zero": "default",
      "reactivation": "default",
      "reactivation-window": "default",
      "segment-at": "default",
      "where": "flag"
    }
  },
  "input": {
    "files": [
      {
        "name": "revenue.csv",
        "bytes": 1204,
        "rows": 14203,
        "fingerprint": "6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c",
        "delimiter": {
          "value": ",",
          "origin": "detected: line 1"
        }
      }
    ],
    "rows": 14203,
    "customers": 4,
    "currency": "USD",
    "amount": "MRR",
    "first_month": "2023-03",
    "last_month": "2024-03",
    "grain": "month",
    "fingerprint": "6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c"
  },
  "confidence": null,
  "sensitivity": null,
  "results": [
    {
      "period": "2024-Q1",
      "period_start": "2024-01-01",
      "period_end": "2024-03-31",
      "opening_period": "2023-Q4",
      "currency": null,
      "opening": 2000.50,
      "new": 500.00,
      "reactivation": 0.00,
      "expansion": 200.00,
      "contraction": 200.00,
      "churn": 200.00,
      "fx": 0.00,
      "transfer_in": 0.00,
      "transfer_out": 0.00,
      "closing": 2300.50,
      "clipped_opening": 0.00,
      "clipped_closing": 0.00,
      "retained": 1800.50,
      "retained_capped": 1600.50,
      "nrr": 0.900025,
      "grr": 0.800050,
      "gross_revenue_churn": 0.199950,
      "net_revenue_churn": 0.099975,
      "revenue_churn": 0.099975,
      "contraction_rate": 0.099975,
      "expansion_rate": 0.099975,
      "logo_retention": 0.666667,
      "logo_churn": 0.333333,
      "quick_ratio": 1.750000,
      "net_growth": 0.149963,
      "average_revenue_per_customer": 766.833333,
      "excluded_customers": 0,
      "excluded_opening": 0.00,
      "excluded_closing": 0.00,
      "opening_customers": 3,
      "new_customers": 1,
      "reactivated_customers": 0,
      "expanded_customers": 1,
      "contracted_customers": 1,
      "churned_customers": 1,
      "unchanged_customers": 0,
      "transient_customers": 0,
      "retained_customers": 2,
      "closing_customers": 3,
      "annual_nrr": 0.900025,
      "annual_grr": 0.800050,
      "annual_logo_retention": 0.666667,
      "nrr_low": null,
      "nrr_high": null,
      "grr_low": null,
      "grr_high": null,
      "partial": false,
      "upsell": null,
      "cross_sell": null,
      "downsell": null,
      "product_churn": null,
      "product_swap": null,
      "volume_change": null,
      "price_change": null,
      "undefined": null,
      "definition": "standard@0b6e7d0b6e7d",
      "input_fingerprint": "6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c"
    }
  ],
  "warnings": [
    {
      "code": "equal-rows",
      "text": "7 rows are equal in every column",
      "count": null,
      "file": null,
      "line": null,
      "effect_on_nrr": null,
      "evidence": [
        "note: they were added up"
      ],
      "help": [
        "refuse them with `--duplicates error`"
      ]
    }
  ]
}

"#]],
    );
}

#[test]
fn bare_records_are_declared_beside_them() {
    let report = declared();
    let mut beside = Vec::new();
    render_declaration(&report, &Look::default(), &mut beside).unwrap();
    assert_text(
        String::from_utf8(beside).unwrap(),
        str![[r#"
revenue.csv · 14,203 rows · 4 customers · USD · 6f1c2a…
2024-Q1 (Jan–Mar 2024) against 2023-Q4 · stock: MRR of the last month, Dec 2023 → Mar 2024 · definition standard@0b6e7d
basis stock (detected: the amount column is `mrr`) · missing-months zero (flag) ·
  where plan = pro (flag)
other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · partial refuse · negatives error · netting customer ·
  min-opening 0 · min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
    );
}

#[test]
fn a_narrow_statement_has_no_bars_and_breaks_its_lines() {
    let report = report(
        &table(FOUR),
        single("2024-Q1"),
        &[("missing-months", "zero")],
    );
    assert_text(
        drawn(&report, Format::Table, Some(50)),
        str![[r#"
revenue.csv · 14,203 rows · 4 customers · USD ·
  6f1c2a…
2024-Q1 (Jan–Mar 2024) against 2023-Q4 ·
  stock: MRR of the last month, Dec 2023 → Mar 2024 ·
  definition standard@0b6e7d
basis stock (detected: the amount column is `mrr`) ·
  missing-months zero (flag)

  Opening MRR    3 customers  2,000.50
  + New          1              500.00
  + Expansion    1              200.00
  − Contraction  1             −200.00
  − Churn        1             −200.00
  Closing MRR    3            2,300.50

  NRR 90.00%    GRR 80.00%
  Logo retention 66.67%    Quick ratio 1.75
  12 months (Mar 2023 → Mar 2024):  NRR 90.00%
  GRR 80.00%    Logo retention 66.67%

other choices at their defaults: empty-amount error ·
  duplicates sum · overlap error ·
  spread monthly · map none · level customer ·
  currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month ·
  fiscal-year-start 1 · length period ·
  lookback period · method point-to-point ·
  partial refuse · negatives error ·
  netting customer · min-opening 0 ·
  min-closing 0 · cohort-base opening ·
  zero inactive · reactivation separate ·
  reactivation-window unlimited ·
  segment-at opening

"#]],
    );
}

#[test]
fn a_range_has_a_row_a_period_and_says_once_why_rates_are_undefined() {
    let ledger = table(
        "       2023-12 2024-01 2024-02 2024-03
     acme         100     120     120       .
     birch         80      60      60       .
     dune           .       .       5       5",
    );
    let report = report(&ledger, from("2023-12"), &[]);
    assert_text(
        drawn(&report, Format::Table, None),
        str![[r#"
revenue.csv · 14,203 rows · 3 customers · USD · 6f1c2a…
4 periods, 2023-12 to 2024-03, each against the period before · stock: MRR of the month ·
  definition standard@0b6e7d
basis stock (detected: the amount column is `mrr`)

  Period   Opening  New  Expansion  Contraction  Churn  Closing      NRR      GRR     Logo  NRR 12m  GRR 12m
  ──────────────────────────────────────────────────────────────────────────────────────────────────────────
  2023-12        –    –          –            –      –      180        –        –        –        –        –
  2024-01      180    0         20          −20      0      180  100.00%   88.89%  100.00%        –        –
  2024-02      180    5          0            0      0      185  100.00%  100.00%  100.00%        –        –
  2024-03      185    0          0            0   −180        5    2.70%    2.70%   33.33%        –        –
  – 2023-11 lies before the data, which start in 2023-12
  – NRR 12m, GRR 12m: twelve months before lies before the data

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · partial refuse · missing-months refuse ·
  negatives error · netting customer · min-opening 0 · min-closing 0 · cohort-base opening ·
  zero inactive · reactivation separate · reactivation-window unlimited · segment-at opening

"#]],
    );
    assert_text(
        drawn(&report, Format::Csv, None),
        str![[r#"
period,period_start,period_end,opening_period,currency,opening,new,reactivation,expansion,contraction,churn,fx,transfer_in,transfer_out,closing,clipped_opening,clipped_closing,retained,retained_capped,nrr,grr,gross_revenue_churn,net_revenue_churn,revenue_churn,contraction_rate,expansion_rate,logo_retention,logo_churn,quick_ratio,net_growth,average_revenue_per_customer,excluded_customers,excluded_opening,excluded_closing,opening_customers,new_customers,reactivated_customers,expanded_customers,contracted_customers,churned_customers,unchanged_customers,transient_customers,retained_customers,closing_customers,annual_nrr,annual_grr,annual_logo_retention,nrr_low,nrr_high,grr_low,grr_high,partial,upsell,cross_sell,downsell,product_churn,product_swap,volume_change,price_change,undefined,definition,input_fingerprint
2023-12,2023-12-01,2023-12-31,2023-11,,,,,,,,,,,180,,,,,,,,,,,,,,,,,,,,,,,,,,,,,2,,,,,,,,false,,,,,,,,"opening, new, reactivation, expansion, contraction, churn, fx, transfer_in, transfer_out, clipped_opening, clipped_closing, retained, retained_capped, nrr, grr, gross_revenue_churn, net_revenue_churn, revenue_churn, contraction_rate, expansion_rate, logo_retention, logo_churn, quick_ratio, net_growth, average_revenue_per_customer, excluded_customers, excluded_opening, excluded_closing, opening_customers, new_customers, reactivated_customers, expanded_customers, contracted_customers, churned_customers, unchanged_customers, transient_customers, retained_customers, annual_nrr, annual_grr, annual_logo_retention: 2023-11 lies before the data, which start in 2023-12",standard@0b6e7d0b6e7d,6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c
2024-01,2024-01-01,2024-01-31,2023-12,,180,0,0,20,20,0,0,0,0,180,0,0,180,160,1.000000,0.888889,0.111111,0.000000,0.000000,0.111111,0.111111,1.000000,0.000000,1.000000,0.000000,90.000000,0,0,0,2,0,0,1,1,0,0,0,2,2,,,,,,,,false,,,,,,,,"annual_nrr, annual_grr, annual_logo_retention: twelve months before lies before the data",standard@0b6e7d0b6e7d,6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c
2024-02,2024-02-01,2024-02-29,2024-01,,180,5,0,0,0,0,0,0,0,185,0,0,180,180,1.000000,1.000000,0.000000,0.000000,0.000000,0.000000,0.000000,1.000000,0.000000,,0.027778,61.666667,0,0,0,2,1,0,0,0,0,2,0,2,3,,,,,,,,false,,,,,,,,"quick_ratio: nothing was lost; annual_nrr, annual_grr, annual_logo_retention: twelve months before lies before the data",standard@0b6e7d0b6e7d,6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c
2024-03,2024-03-01,2024-03-31,2024-02,,185,0,0,0,0,180,0,0,0,5,0,0,5,5,0.027027,0.027027,0.972973,0.972973,0.972973,0.000000,0.000000,0.333333,0.666667,0.000000,-0.972973,5.000000,0,0,0,3,0,0,0,0,2,1,0,1,1,,,,,,,,false,,,,,,,,"annual_nrr, annual_grr, annual_logo_retention: twelve months before lies before the data",standard@0b6e7d0b6e7d,6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c2a6f1c

"#]],
    );
}

#[test]
fn columns_go_in_groups_when_there_is_no_room() {
    let report = report(&table(FOUR), from("2024-01"), &[("missing-months", "zero")]);
    for (width, expected) in [
        (
            120,
            str![[r#"
  Period    Opening     New  Expansion  Contraction    Churn   Closing      NRR      GRR     Logo  NRR 12m  GRR 12m
  ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  2024-01  2,000.50  500.00     100.00      −200.00  −200.00  2,200.50   85.00%   80.00%   66.67%        –        –
  2024-02  2,200.50    0.00       0.00         0.00     0.00  2,200.50  100.00%  100.00%  100.00%        –        –
  2024-03  2,200.50    0.00     100.00         0.00     0.00  2,300.50  104.54%  100.00%  100.00%   90.00%   80.00%
  – NRR 12m, GRR 12m: twelve months before lies before the data

other choices at their defaults: empty-amount error · duplicates sum · overlap error · spread monthly · map none ·
  level customer · currency all · fx-rates none · fx constant · through data-end · grace 0 · interval month ·
  fiscal-year-start 1 · length period · lookback period · method point-to-point · partial refuse · negatives error ·
  netting customer · min-opening 0 · min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
        ),
        (
            90,
            str![[r#"
  Period    Opening     New  Expansion  Contraction    Churn   Closing      NRR      GRR
  ──────────────────────────────────────────────────────────────────────────────────────
  2024-01  2,000.50  500.00     100.00      −200.00  −200.00  2,200.50   85.00%   80.00%
  2024-02  2,200.50    0.00       0.00         0.00     0.00  2,200.50  100.00%  100.00%
  2024-03  2,200.50    0.00     100.00         0.00     0.00  2,300.50  104.54%  100.00%
  left out for want of width: Logo, NRR 12m, GRR 12m; `--format csv` has all

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none ·
  fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 ·
  length period · lookback period · method point-to-point · partial refuse ·
  negatives error · netting customer · min-opening 0 · min-closing 0 ·
  cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
        ),
        (
            40,
            str![[r#"
  Period    Opening   Closing      NRR      GRR
  ─────────────────────────────────────────────
  2024-01  2,000.50  2,200.50   85.00%   80.00%
  2024-02  2,200.50  2,200.50  100.00%  100.00%
  2024-03  2,200.50  2,300.50  104.54%  100.00%
  left out for want of width: New,
    Expansion, Contraction, Churn, Logo,
    NRR 12m, GRR 12m; `--format csv` has
    all

other choices at their defaults: empty-amount error ·
  duplicates sum · overlap error ·
  spread monthly · map none ·
  level customer · currency all ·
  fx-rates none · fx constant ·
  through data-end · grace 0 ·
  interval month · fiscal-year-start 1 ·
  length period · lookback period ·
  method point-to-point ·
  partial refuse · negatives error ·
  netting customer · min-opening 0 ·
  min-closing 0 · cohort-base opening ·
  zero inactive ·
  reactivation separate ·
  reactivation-window unlimited ·
  segment-at opening

"#]],
        ),
    ] {
        assert_text(body(&report, Some(width)), expected);
    }
}

#[test]
fn segments_stand_below_their_total_with_transfers() {
    let report = report(&movers(), single("2024-01"), &[]);
    assert_text(
        drawn(&report, Format::Table, None),
        str![[r#"
revenue.csv · 14,203 rows · 3 customers · USD · 6f1c2a…
2024-01 (Jan 2024) against 2023-12 · stock: MRR of the month · definition standard@0b6e7d
basis stock (detected: the amount column is `mrr`)

  Period   region  Opening  New  Expansion  Contraction  Churn  Transfer in  Transfer out  Closing      NRR     GRR     Logo  NRR 12m  GRR 12m
  ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  2024-01  total       200    0         20          −20    −20            0             0      180   90.00%  80.00%   66.67%        –        –
  2024-01  APAC         20    0          0            0    −20          120             0      120    0.00%   0.00%    0.00%        –        –
  2024-01  EMEA        180    0         20          −20      0            0          −120       60  100.00%  88.89%  100.00%        –        –
  – NRR 12m, GRR 12m: twelve months before lies before the data

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · partial refuse · missing-months refuse ·
  negatives error · netting customer · min-opening 0 · min-closing 0 · cohort-base opening ·
  zero inactive · reactivation separate · reactivation-window unlimited · segment-at opening

"#]],
    );
    assert_text(
        drawn(&report, Format::Markdown, None),
        str![[r#"
**revenue.csv · 14,203 rows · 3 customers · USD · 6f1c2a…**

2024-01 (Jan 2024) against 2023-12 · stock: MRR of the month · definition standard@0b6e7d

| Period | region | Opening | New | Expansion | Contraction | Churn | Transfer in | Transfer out | Closing | NRR | GRR | Logo | NRR 12m | GRR 12m |
| :-- | :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
| **2024-01** | **total** | **200** | **0** | **20** | **−20** | **−20** | **0** | **0** | **180** | **90.00%** | **80.00%** | **66.67%** | **–** | **–** |
| 2024-01 | APAC | 20 | 0 | 0 | 0 | −20 | 120 | 0 | 120 | 0.00% | 0.00% | 0.00% | – | – |
| 2024-01 | EMEA | 180 | 0 | 20 | −20 | 0 | 0 | −120 | 60 | 100.00% | 88.89% | 100.00% | – | – |

– NRR 12m, GRR 12m: twelve months before lies before the data

- basis stock (detected: the amount column is \`mrr\`)
- other choices at their defaults: empty-amount error · duplicates sum · overlap error · spread monthly · map none · level customer · currency all · fx-rates none · fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 · length period · lookback period · method point-to-point · partial refuse · missing-months refuse · negatives error · netting customer · min-opening 0 · min-closing 0 · cohort-base opening · zero inactive · reactivation separate · reactivation-window unlimited · segment-at opening

"#]],
    );
    let csv = drawn(&report, Format::Csv, None);
    let starts: Vec<String> = csv.lines().map(|line| line[..80].to_owned()).collect();
    assert_text(
        starts.join("\n"),
        str![[r#"
period,period_start,period_end,opening_period,currency,segment.region,opening,ne
2024-01,2024-01-01,2024-01-31,2023-12,USD,,200,0,0,20,20,20,0,0,0,180,0,0,180,16
2024-01,2024-01-01,2024-01-31,2023-12,USD,APAC,20,0,0,0,0,20,0,120,0,120,0,0,0,0
2024-01,2024-01-01,2024-01-31,2023-12,USD,EMEA,180,0,0,20,20,0,0,0,120,60,0,0,18
"#]],
    );
    let lines = drawn(&report, Format::Jsonl, None);
    assert_eq!(lines.lines().count(), 3);
    assert!(!lines.lines().next().unwrap().contains("segment."));
    assert_eq!(lines.matches("\"segment.region\":\"APAC\"").count(), 1);
}

#[test]
fn names_from_the_data_do_no_harm() {
    let report = report(&evil(), single("2024-01"), &[]);
    assert_text(
        body(&report, None),
        str![[r#"
  Period   seg|ment                                 Opening  New  Expansion  Contraction  Churn  Closing      NRR      GRR     Logo  NRR 12m  GRR 12m
  ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  2024-01  total                                         30    0         10           −5      0       35  116.67%   83.33%  100.00%        –        –
  2024-01  ␛[31m<b>red</b><U+202E>␊                      10    0          0           −5      0        5   50.00%   50.00%  100.00%        –        –
  2024-01  =cmd()|' /C calc'!A0                          10    0          0            0      0       10  100.00%  100.00%  100.00%        –        –
  2024-01  株式会社株式会社株式会社株式会社株式会…       10    0         10            0      0       20  200.00%  100.00%  100.00%        –        –
  – NRR 12m, GRR 12m: twelve months before lies before the data

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · partial refuse · missing-months refuse ·
  negatives error · netting customer · min-opening 0 · min-closing 0 · cohort-base opening ·
  zero inactive · reactivation separate · reactivation-window unlimited · segment-at opening

"#]],
    );
    assert_text(
        body(&report, Some(60)),
        str![[r#"
  Period   seg|ment       Opening  Closing      NRR      GRR
  ──────────────────────────────────────────────────────────
  2024-01  total               30       35  116.67%   83.33%
  2024-01  ␛[31m<b>red<…       10        5   50.00%   50.00%
  2024-01  =cmd()|' /C …       10       10  100.00%  100.00%
  2024-01  株式会社株式…       10       20  200.00%  100.00%
  left out for want of width: New, Expansion, Contraction,
    Churn, Logo, NRR 12m, GRR 12m; `--format csv` has all

other choices at their defaults: empty-amount error ·
  duplicates sum · overlap error · spread monthly ·
  map none · level customer · currency all · fx-rates none ·
  fx constant · through data-end · grace 0 ·
  interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · partial refuse ·
  missing-months refuse · negatives error ·
  netting customer · min-opening 0 · min-closing 0 ·
  cohort-base opening · zero inactive ·
  reactivation separate · reactivation-window unlimited ·
  segment-at opening

"#]],
    );
    let markdown = drawn(&report, Format::Markdown, None);
    let rows: Vec<&str> = markdown
        .lines()
        .filter(|line| line.contains("2024-01 |"))
        .collect();
    assert_text(
        rows.join("\n"),
        str![[r#"
| 2024-01 | ␛\[31m&lt;b&gt;red&lt;/b&gt;&lt;U+202E&gt;␊ | 10 | 0 | 0 | −5 | 0 | 5 | 50.00% | 50.00% | 100.00% | – | – |
| 2024-01 | =cmd()\|' /C calc'\!A0 | 10 | 0 | 0 | 0 | 0 | 10 | 100.00% | 100.00% | 100.00% | – | – |
| 2024-01 | 株式会社株式会社株式会社株式会社株式会社株式会社株式会社株式会社 | 10 | 0 | 10 | 0 | 0 | 20 | 200.00% | 100.00% | 100.00% | – | – |
"#]],
    );
    let csv = drawn(&report, Format::Csv, None);
    assert!(csv.contains(",'=cmd()|' /C calc'!A0,"), "{csv}");
    let json = drawn(&report, Format::Json, None);
    assert!(
        json.contains(r#""segment.seg|ment": "\u001b[31m<b>red</b>"#),
        "{json}"
    );
    assert!(!json.contains('\u{1b}'));
}

#[test]
fn huge_amounts_keep_every_digit() {
    let ledger = table(
        "       2023-12                       2024-01
     acme   999999999999.999999999999999999 999999999999.000000000000000001
     birch  999999999999.999999999999999999 .",
    );
    let report = report(&ledger, single("2024-01"), &[]);
    assert_text(
        body(&report, Some(90)),
        str![[r#"
  Opening MRR    2 customers   2,000,000,000,000.00  ██████████████████████████████
  + New          0                             0.00
  + Expansion    0                             0.00
  − Contraction  1                            −1.00  ▏
  − Churn        1            −1,000,000,000,000.00  ███████████████
  Closing MRR    1               999,999,999,999.00  ██████████████▉

  NRR 50.00%    GRR 50.00%    Logo retention 50.00%    Quick ratio 0.00
  12 months (Jan 2023 → Jan 2024):  – twelve months before lies before the data

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none ·
  fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 ·
  length period · lookback period · method point-to-point · partial refuse ·
  missing-months refuse · negatives error · netting customer · min-opening 0 ·
  min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
    );
    let json = drawn(&report, Format::Jsonl, None);
    for exact in [
        r#""opening":1999999999999.999999999999999998"#,
        r#""closing":999999999999.000000000000000001"#,
        r#""net_growth":-0.500000"#,
    ] {
        assert!(json.contains(exact), "{json}");
    }
}

#[test]
fn what_is_not_in_the_sums_is_said() {
    let ledger = table(
        "       2023-12 2024-01
     acme        1000    1200
     birch         10      20
     cedar        100     -30",
    );
    let settings = [("negatives", "clip"), ("min-opening", "200")];
    let single = report(&ledger, single("2024-01"), &settings);
    assert_text(
        body(&single, Some(90)),
        str![[r#"
  Opening MRR    2 customers  1,100  ███████████████████████████▌
  + New          0                0
  + Expansion    1              200  █████
  − Contraction  0                0
  − Churn        1             −100  ██▌
  Closing MRR    1            1,200  ██████████████████████████████
  left out by thresholds: 1 customer, opening 10, closing 20
  cut to zero by `negatives clip`: 0 at the opening, 30 at the closing

  NRR 109.09%    GRR 90.91%    Logo retention 50.00%    Quick ratio 2.00
  12 months (Jan 2023 → Jan 2024):  – twelve months before lies before the data

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none ·
  fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 ·
  length period · lookback period · method point-to-point · partial refuse ·
  missing-months refuse · netting customer · min-closing 0 · cohort-base opening ·
  zero inactive · reactivation separate · reactivation-window unlimited ·
  segment-at opening

"#]],
    );
    let range = report(&ledger, from("2023-12"), &settings);
    assert_text(
        body(&range, Some(90)),
        str![[r#"
  Period   Opening  New  Expansion  Contraction  Churn  Closing      NRR     GRR    Logo
  ──────────────────────────────────────────────────────────────────────────────────────
  2023-12        –    –          –            –      –    1,110        –       –       –
  2024-01    1,100    0        200            0   −100    1,200  109.09%  90.91%  50.00%
  – 2023-11 lies before the data, which start in 2023-12
  thresholds leave customers out of 1 period: `excluded_customers` in `--format csv`
  revenue below zero was cut in 1 period: `clipped_opening` and `clipped_closing` in
    `--format csv`
  left out for want of width: NRR 12m, GRR 12m; `--format csv` has all

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none ·
  fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 ·
  length period · lookback period · method point-to-point · partial refuse ·
  missing-months refuse · netting customer · min-closing 0 · cohort-base opening ·
  zero inactive · reactivation separate · reactivation-window unlimited ·
  segment-at opening

"#]],
    );
}

#[test]
fn without_anybody_at_the_opening_nothing_is_zero_or_a_hundred_percent() {
    let ledger = table(
        "       2023-12 2024-01
     acme           0    1200",
    );
    let report = report(&ledger, single("2024-01"), &[]);
    assert_text(
        body(&report, Some(90)),
        str![[r#"
  Opening MRR    0 customers      0
  + New          1            1,200  ██████████████████████████████
  + Expansion    0                0
  − Contraction  0                0
  − Churn        0                0
  Closing MRR    1            1,200  ██████████████████████████████

  NRR –    GRR –    Logo retention –    Quick ratio –
  12 months (Jan 2023 → Jan 2024):  – twelve months before lies before the data
  – NRR, GRR, Logo retention: no customer has revenue at the opening
  – Quick ratio: nothing was lost

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none ·
  fx constant · through data-end · grace 0 · interval month · fiscal-year-start 1 ·
  length period · lookback period · method point-to-point · partial refuse ·
  missing-months refuse · negatives error · netting customer · min-opening 0 ·
  min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
    );
}

#[test]
fn color_is_there_only_when_it_is_wanted() {
    let mut report = report(&movers(), single("2024-01"), &[]);
    report
        .warnings
        .push(Message::new(Code::EqualRows, "7 rows"));
    for format in Format::ALL {
        assert!(!drawn(&report, format, None).contains('\u{1b}'));
    }
    let look = Look {
        width: None,
        color: true,
    };
    let mut out = Vec::new();
    render(&report, Format::Table, &look, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("\u{1b}[1mrevenue.csv"), "{text}");
    assert!(text.contains("\u{1b}[1m  2024-01  total"), "{text}");
    assert!(
        text.contains("\u{1b}[1m\u{1b}[33mwarning[equal-rows]\u{1b}[0m: 7 rows"),
        "{text}"
    );
    let plain = text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    let plain = plain.replace("\u{1b}[2m", "").replace("\u{1b}[33m", "");
    assert_eq!(plain, drawn(&report, Format::Table, None));
}

#[test]
fn a_range_over_twelve_months_says_so_once() {
    let report = report(
        &table(FOUR),
        Ask {
            to: Some(period("2024-03")),
            ..from("2024-03")
        },
        &[
            ("missing-months", "zero"),
            ("lookback", "12"),
            ("basis", "flow"),
        ],
    );
    assert_text(
        drawn(&report, Format::Table, Some(100)),
        str![[r#"
revenue.csv · 14,203 rows · 4 customers · USD · 6f1c2a…
2024-03 (Mar 2024) against 2023-03 · flow: MRR of the month · definition standard@0b6e7d
basis flow (flag) · lookback 12 (flag) · missing-months zero (flag)

  Opening MRR    3 customers  2,000.50  ██████████████████████████
  + New          1              500.00  ██████▌
  + Expansion    1              200.00  ██▌
  − Contraction  1             −200.00  ██▌
  − Churn        1             −200.00  ██▌
  Closing MRR    3            2,300.50  ██████████████████████████████

  NRR 90.00%    GRR 80.00%    Logo retention 66.67%    Quick ratio 1.75

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  method point-to-point · partial refuse · negatives error · netting customer · min-opening 0 ·
  min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
    );
}

#[test]
fn a_range_says_how_far_it_looks_back() {
    let settings = [("missing-months", "zero"), ("lookback", "12")];
    let report = report(&table(FOUR), from("2024-02"), &settings);
    assert_text(
        drawn(&report, Format::Table, Some(100)),
        str![[r#"
revenue.csv · 14,203 rows · 4 customers · USD · 6f1c2a…
2 periods, 2024-02 to 2024-03, each against 12 months before · stock: MRR of the month ·
  definition standard@0b6e7d
basis stock (detected: the amount column is `mrr`) · lookback 12 (flag) · missing-months zero (flag)

  Period    Opening     New  Expansion  Contraction    Churn   Closing     NRR     GRR    Logo
  ────────────────────────────────────────────────────────────────────────────────────────────
  2024-02         –       –          –            –        –  2,200.50       –       –       –
  2024-03  2,000.50  500.00     200.00      −200.00  −200.00  2,300.50  90.00%  80.00%  66.67%
  – 2023-02 lies before the data, which start in 2023-03

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  method point-to-point · partial refuse · negatives error · netting customer · min-opening 0 ·
  min-closing 0 · cohort-base opening · zero inactive · reactivation separate ·
  reactivation-window unlimited · segment-at opening

"#]],
    );
}

#[test]
fn a_cut_period_and_reactivation_are_shown() {
    let ledger = table(
        "       2023-10 2023-11 2023-12 2024-01 2024-02 2024-03 2024-04
     acme          10      10      10       .       .       .      20
     birch         30      30      30      30      30      30      30",
    );
    let settings = [("partial", "allow"), ("basis", "flow")];
    let quarters = Ask {
        every: Some(Grain::Quarter),
        ..Ask::default()
    };
    let range = report(&ledger, quarters, &settings);
    assert_text(
        body(&range, None),
        str![[r#"
  Period   Opening  New  Reactivation  Expansion  Contraction  Churn  Closing     NRR     GRR     Logo  NRR 12m  GRR 12m
  ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  2023-Q4        –    –             –          –            –      –      120       –       –        –        –        –
  2024-Q1      120    0             0          0            0    −30       90  75.00%  75.00%   50.00%        –        –
  2024-Q2       90    0            20          0          −60      0       50  33.33%  33.33%  100.00%        –        –
  – 2023-Q3 lies before the data, which start in 2023-10
  – NRR 12m, GRR 12m: twelve months before lies before the data
  – NRR 12m, GRR 12m: the data end before the period does
  2024-Q2 is partial: the data end before it does

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · missing-months refuse · negatives error ·
  netting customer · min-opening 0 · min-closing 0 · cohort-base opening · zero inactive ·
  reactivation separate · reactivation-window unlimited · segment-at opening

"#]],
    );
    let single = report(&ledger, single("2024-Q2"), &settings);
    assert_text(
        drawn(&single, Format::Table, Some(100)),
        str![[r#"
revenue.csv · 14,203 rows · 2 customers · USD · 6f1c2a…
2024-Q2 (Apr–Jun 2024) against 2024-Q1 · flow: MRR summed over the months ·
  definition standard@0b6e7d
basis flow (flag) · partial allow (flag)

  Opening MRR     1 customer   90  ██████████████████████████████
  + New           0             0
  + Reactivation  1            20  ██████▋
  + Expansion     0             0
  − Contraction   1           −60  ████████████████████
  − Churn         0             0
  Closing MRR     2            50  ████████████████▋
  2024-Q2 is partial: the data end before it does

  NRR 33.33%    GRR 33.33%    Logo retention 100.00%    Quick ratio 0.33
  12 months (Apr–Jun 2023 → Apr–Jun 2024):  – the data end before the period does

other choices at their defaults: empty-amount error · duplicates sum · overlap error ·
  spread monthly · map none · level customer · currency all · fx-rates none · fx constant ·
  through data-end · grace 0 · interval month · fiscal-year-start 1 · length period ·
  lookback period · method point-to-point · missing-months refuse · negatives error ·
  netting customer · min-opening 0 · min-closing 0 · cohort-base opening · zero inactive ·
  reactivation separate · reactivation-window unlimited · segment-at opening

"#]],
    );
}

#[test]
fn no_width_and_no_report_is_too_small() {
    let mut nothing = report(&evil(), single("2024-01"), &[]);
    nothing.records.clear();
    nothing.input.files.clear();
    nothing.definition.choices.clear();
    let whole = report(&evil(), single("2024-01"), &[]);
    let statement = report(
        &table(FOUR),
        single("2024-03"),
        &[("missing-months", "zero")],
    );
    for report in [nothing, whole, statement] {
        for format in Format::ALL {
            for width in (0..130).step_by(9) {
                let text = drawn(&report, format, Some(width));
                assert!(text.is_empty() || text.ends_with('\n'), "{text}");
            }
        }
    }
}

#[test]
fn formats_take_back_their_words() {
    for format in Format::ALL {
        assert_eq!(Format::parse(format.word()), Some(format));
    }
    assert_eq!(Format::parse("xml"), None);
}
