//! The naive model of `nrr plan`: `definitions.md` §8 over the cells of the other model's records, in fractions of
//! any size.

use std::collections::BTreeMap;

use num_bigint::BigInt;

use crate::oracle::model::{Cell, Expected};

/// What was asked: the field of the rate, the target in thousandths, shares in hundredths.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub rate: &'static str,
    pub target: i128,
    pub shares: Option<[i128; 3]>,
    pub years: u32,
}

/// What a lever's record should say; amounts in billionths, for a target has three decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub segment: Vec<String>,
    pub lever: &'static str,
    pub scenario: &'static str,
    pub now: i128,
    pub needed: Option<i128>,
    pub lacking: Option<i128>,
    pub opening: i128,
}

const LEVERS: [&str; 3] = ["churn", "contraction", "expansion"];

fn amount(cells: &BTreeMap<String, Cell>, field: &str) -> i128 {
    match cells.get(field) {
        Some(Cell::Amount(amount)) => *amount,
        other => panic!("`{field}` is {other:?}"),
    }
}

/// The columns of `--by` in the order asked for.
pub fn segment(record: &Expected, by: &[String]) -> Vec<String> {
    by.iter()
        .map(|name| match record.cells.get(&format!("segment.{name}")) {
            Some(Cell::Text(text)) => text.clone(),
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Each lever alone, then each with its share.
pub fn levers(record: &Expected, by: &[String], ask: Ask) -> Vec<Due> {
    let cells = &record.cells;
    let opening = amount(cells, "opening");
    let above = if ask.rate == "nrr" {
        "retained"
    } else {
        "retained_capped"
    };
    let lacking = ask.target * opening - 1000 * amount(cells, above);
    let mut due = Vec::new();
    let whole = [100, 100, 100];
    let scenarios = [("alone", Some(whole)), ("shares", ask.shares)];
    for (scenario, shares) in scenarios {
        for (lever, share) in LEVERS.into_iter().zip(shares.into_iter().flatten()) {
            let now = 1000 * amount(cells, lever);
            // Shares are whole percent, and amounts have at most three decimals: nothing is cut here.
            let part = lacking.max(0) * share / 100;
            let is_up = lever == "expansion";
            let at = if is_up { now + part } else { now - part };
            let can = at >= 0 && (part == 0 || !is_up || ask.rate == "nrr");
            due.push(Due {
                segment: segment(record, by),
                lever,
                scenario,
                now,
                needed: (opening > 0 && can).then_some(at),
                lacking: (opening > 0).then_some(lacking),
                opening,
            });
        }
    }
    due
}

/// The base of each year at a rate, in millionths, as long as the ledger's amounts have at most two decimals;
/// `None` where the rate is undefined or below zero.
pub fn forward(record: &Expected, rate: &str, ask: Ask, decimals: u32) -> Option<Vec<i128>> {
    let parts = match record.cells.get(rate) {
        Some(Cell::Rate(above, below)) if *below != 0 => (*above, *below),
        _ => return None,
    };
    let closing = amount(&record.cells, "closing");
    let ten = 10_i128.pow(6 - decimals);
    let at = |year: u32| {
        let above = BigInt::from(closing) * BigInt::from(parts.0).pow(year) * 2
            + BigInt::from(ten) * BigInt::from(parts.1).pow(year);
        let below = BigInt::from(parts.1).pow(year) * 2 * ten;
        i128::try_from(above / below).expect("a small number") * ten
    };
    Some((0..=ask.years).map(at).collect())
}
