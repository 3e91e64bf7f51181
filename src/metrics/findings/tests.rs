//! Findings on tables: what is found, where it is told of, and what it does to NRR.

use super::*;
use crate::ledger::Books;
use crate::metrics::{Ask, calc};
use crate::policies::Origin;
use crate::units::{FiscalYear, Period};

fn policies(settings: &[(&str, &str)]) -> Policies {
    let mut policies = Policies::default();
    for (name, value) in settings {
        policies.set(name, value, Origin::Flag).unwrap();
    }
    policies
}

const STOCK: (&str, &str) = ("basis", "stock");

/// The codes of all findings.
fn all(table: &str, settings: &[(&str, &str)]) -> Vec<&'static str> {
    let ledger = Ledger::from_table(table.trim_start()).unwrap();
    let found = findings(&ledger, &policies(settings));
    found.iter().map(|message| message.code.name()).collect()
}

/// The findings of one period, or of all months.
fn of_period(table: &str, period: &str, settings: &[(&str, &str)]) -> Vec<Message> {
    let books = Books::of(Ledger::from_table(table.trim_start()).unwrap());
    let ledger = &books.customers;
    let policies = policies(settings);
    let ask = Ask {
        period: Period::parse(period, FiscalYear::CALENDAR).ok(),
        ..Ask::default()
    };
    let asked = ask.on(ledger, &policies).unwrap();
    let calculation = calc(&books, &asked, &policies).unwrap();
    findings_for(ledger, &policies, &asked, &calculation)
}

/// Each finding of a period as its code and what NRR is under the other reading, in percent.
fn effects(table: &str, period: &str, settings: &[(&str, &str)]) -> Vec<String> {
    let shown = |message: &Message| {
        let after = message
            .effect
            .as_ref()
            .and_then(|effect| effect.after.rounded(2));
        let after = after.map_or_else(|| "-".to_owned(), |rate| rate.to_string());
        format!("{} {after}", message.code)
    };
    of_period(table, period, settings)
        .iter()
        .map(shown)
        .collect()
}

const NOTHING: [&str; 0] = [];

const LATE: &str = "
           2024-01 2024-02 2024-03 2024-04 2024-05
    acme       100     100       .     100     100
    birch      100     100     100     100     100
    cedar      100       .       .      90      90
    dune       100     100     100       .       .";

#[test]
fn late_renewals_are_told_of_where_their_absence_is_read() {
    assert_eq!(all(LATE, &[STOCK]), ["late-renewals"]);
    assert_eq!(effects(LATE, "2024-03", &[STOCK]), ["late-renewals 1.00"]);
    assert_eq!(effects(LATE, "2024-04", &[STOCK]), ["late-renewals 0.73"]);
    assert_eq!(effects(LATE, "2024-05", &[STOCK]), NOTHING);
    let year = [STOCK, ("lookback", "3")];
    assert_eq!(effects(LATE, "2024-04", &year), NOTHING);
}

#[test]
fn whoever_comes_back_for_less_or_was_away_for_longer_is_no_late_renewal() {
    let table = "
               2024-01 2024-02 2024-03 2024-04 2024-05
        acme       100       .      90       .       .
        birch      100       .       .       .     100
        cedar       10      -5      10      10      10";
    let found = all(table, &[STOCK]);
    assert_eq!(found, ["negative-amounts", "refunds-over-revenue"]);
}

#[test]
fn revenue_billed_by_quarter_has_no_late_renewals() {
    let table = "
               2024-01 2024-02 2024-03 2024-04 2024-05 2024-06 2024-07
        acme       300       .       .     300       .       .     300
        birch      100     100     100     100     100     100     100";
    assert_eq!(all(table, &[]), NOTHING);
    assert_eq!(all(table, &[STOCK]), ["late-renewals"]);
}

#[test]
fn a_new_id_at_an_amount_that_nobody_else_pays_may_be_the_old_one() {
    let table = "
               2024-01 2024-02 2024-03 2024-04
        acme        77      77       .       .
        acme-2       .       .      77      77
        birch       33      33      33      33";
    assert_eq!(all(table, &[STOCK]), ["id-change"]);
    assert_eq!(effects(table, "2024-03", &[STOCK]), ["id-change 1.00"]);
    assert_eq!(effects(table, "2024-04", &[STOCK]), NOTHING);
    let third = format!("{table}\n dune 77 77 77 77");
    assert_eq!(all(&third, &[STOCK]), NOTHING);
    let second = format!("{table}\n elm . . 77 77");
    assert_eq!(all(&second, &[STOCK]), NOTHING);
}

#[test]
fn ids_that_look_alike_are_told_of_where_merging_them_moves_the_rate() {
    let table = "
               2024-01 2024-02 2024-03
        ACME        10      10       .
        acme         .       .      12
        7           20      20      20
        007         20      20      20";
    assert_eq!(all(table, &[STOCK]), ["similar-names"]);
    assert_eq!(effects(table, "2024-03", &[STOCK]), ["similar-names 1.04"]);
    assert_eq!(effects(table, "2024-02", &[STOCK]), NOTHING);
}

/// Twelve customers over so many months, of which those in `low` have four.
fn twelve(months: u32, low: &[u32]) -> String {
    let month = |number: u32| Month::new(2024, number).unwrap().to_string();
    let head: Vec<String> = (1..=months).map(month).collect();
    let mut table = vec![head.join(" ")];
    for customer in 0..12 {
        let amount = |number: u32| {
            let is_there = customer < 4 || !low.contains(&number);
            if is_there {
                (100 + customer).to_string()
            } else {
                ".".to_owned()
            }
        };
        let cells: Vec<String> = (1..=months).map(amount).collect();
        table.push(format!("C-{customer} {}", cells.join(" ")));
    }
    table.join("\n")
}

#[test]
fn a_month_with_half_of_the_customers_is_a_finding_and_they_are_no_late_renewals() {
    assert_eq!(all(&twelve(6, &[]), &[STOCK]), NOTHING);
    assert_eq!(all(&twelve(6, &[3]), &[STOCK]), ["halved-month"]);
    assert_eq!(all(&twelve(6, &[3]), &[]), ["halved-month"]);
    assert_eq!(
        effects(&twelve(6, &[3]), "2024-03", &[STOCK]),
        ["halved-month -"]
    );
    assert_eq!(effects(&twelve(6, &[3]), "2024-05", &[STOCK]), NOTHING);
}

#[test]
fn invoices_that_become_fewer_may_be_the_season() {
    assert_eq!(all(&twelve(6, &[4, 5, 6]), &[STOCK]), ["halved-month"]);
    assert_eq!(all(&twelve(6, &[4, 5, 6]), &[]), NOTHING);
    assert_eq!(all(&twelve(6, &[2, 6]), &[]), ["halved-month"]);
}

#[test]
fn a_last_month_with_half_of_the_customers_may_not_be_over() {
    let table = twelve(6, &[6]);
    assert_eq!(all(&table, &[STOCK]), ["unfinished-month"]);
    assert_eq!(effects(&table, "2024-06", &[STOCK]), ["unfinished-month -"]);
    assert_eq!(effects(&table, "2024-05", &[STOCK]), NOTHING);
}

#[test]
fn an_amount_of_a_hundred_times_the_usual_one_is_a_mix_up_and_not_one_time() {
    let table = "
               2024-01 2024-02 2024-03 2024-04 2024-05
        acme        50      50    5000      50      50
        birch      100     100     100       1     100
        cedar      100     100     100     100     100";
    assert_eq!(all(table, &[STOCK]), ["unit-mix-up"]);
    assert_eq!(effects(table, "2024-03", &[STOCK]), ["unit-mix-up 1.00"]);
    assert_eq!(effects(table, "2024-05", &[STOCK]), ["unit-mix-up 1.00"]);
    assert_eq!(effects(table, "2024-02", &[STOCK]), NOTHING);
}

#[test]
fn a_single_high_month_is_one_time_and_a_new_level_is_none() {
    let table = "
               2024-01 2024-02 2024-03 2024-04 2024-05 2024-06
        acme        50      50      50     400      50      50
        birch      100     100     100     400     400     400
        cedar      100     100     100     100     100     400";
    assert_eq!(all(table, &[STOCK]), ["one-time-amounts"]);
    // Of acme alone; a run rate that is high at the end may stay there, an invoice is over.
    let shown = effects(table, "2024-04", &[STOCK]);
    assert_eq!(shown, ["one-time-amounts 2.20"]);
    assert_eq!(effects(table, "2024-06", &[STOCK]), NOTHING);
    assert_eq!(effects(table, "2024-06", &[]), ["one-time-amounts 1.00"]);
}

#[test]
fn zeros_and_credits_are_for_who_looks_at_the_data() {
    let table = "
               2024-01 2024-02 2024-03
        acme        50       0      50
        birch       50     -20      50";
    let found = all(table, &[STOCK]);
    let expected = [
        "late-renewals",
        "zero-amounts",
        "negative-amounts",
        "refunds-over-revenue",
    ];
    assert_eq!(found, expected);
    let clip = [STOCK, ("negatives", "clip")];
    assert_eq!(effects(table, "2024-02", &clip), ["late-renewals 1.00"]);
    let quarter = effects(
        &format!("{table}\n cedar 1 1 1"),
        "2024-02..2024-03",
        &[("lookback", "1")],
    );
    assert_eq!(quarter, ["late-renewals -", "refunds-over-revenue -"]);
}

#[test]
fn a_range_has_findings_and_no_effects() {
    let found = of_period(LATE, "all", &[STOCK]);
    assert_eq!(found.len(), 1);
    assert!(found[0].effect.is_none());
}

#[test]
fn what_grace_filled_says_what_the_rate_was() {
    let mut ledger = Ledger::from_table(LATE.trim_start()).unwrap();
    let policies = policies(&[STOCK, ("grace", "2")]);
    let bridged = ledger.bridge(policies.grace);
    let books = Books::of(ledger);
    let ledger = &books.customers;
    let ask = Ask {
        period: Period::parse("2024-03", FiscalYear::CALENDAR).ok(),
        ..Ask::default()
    };
    let asked = ask.on(ledger, &policies).unwrap();
    let calculation = calc(&books, &asked, &policies).unwrap();
    let message = bridged_months(ledger, &policies, &asked, &calculation, &bridged).unwrap();
    let effect = message.effect.unwrap();
    let both = (effect.before.rounded(4), effect.after.rounded(4));
    let rate = |units| Some(crate::units::Amount::new(units, 4));
    assert_eq!(
        (message.count, both),
        (Some(3), (rate(10_000), rate(6_667)))
    );
    assert_eq!(findings_for(ledger, &policies, &asked, &calculation), []);
}

#[test]
fn a_ledger_with_hardly_anything_in_it_has_nothing_to_find() {
    for table in [
        "2024-01",
        "2024-01\nacme .",
        "2024-01\nacme 5",
        "2024-01 2024-02\nacme . 5",
    ] {
        assert_eq!(all(table, &[]), NOTHING, "{table}");
        assert_eq!(all(table, &[STOCK]), NOTHING, "{table}");
    }
}

#[test]
fn amounts_at_the_edge_of_exact_arithmetic_are_compared_all_the_same() {
    let (large, half) = (i128::MAX / 1000, i128::MAX / 5000);
    let table = format!(
        "2024-01 2024-02 2024-03 2024-04 2024-05\nacme {half} {half} {large} {half} {half}\nbirch 1 1 1 1 {half}"
    );
    assert_eq!(all(&table, &[STOCK]), ["one-time-amounts"]);
    let shown = of_period(&table, "2024-03", &[STOCK]);
    assert_eq!(shown.len(), 1);
}
