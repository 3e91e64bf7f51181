//! The naive model of `nrr customers`: `definitions.md` §8 over the moves of the other model, each rate made
//! again from all customers but one.

use std::cmp::Ordering;

use crate::oracle::model::{Class, Model, rounded};
use crate::oracle::settings::Settings;
use crate::oracle::span::Span;

/// One customer's move under the one asked period.
#[derive(Clone, Debug)]
pub struct Move {
    pub customer: String,
    pub class: &'static str,
    pub a: i128,
    pub b: i128,
    pub excluded: bool,
    /// The segment that its movement stands in.
    pub home: Vec<String>,
    /// The month of its last revenue up to the end of the closing.
    pub last_paid: Option<i32>,
    /// The last month that the closing reads.
    pub closing_end: i32,
}

/// The moves of the one asked period, where it can be measured; whoever has none is left out.
fn moves(model: &Model<'_>) -> Option<Vec<Move>> {
    let span = *model.settings.spans()?.first()?;
    let closing = model.anchor(span).ok()?;
    let opening = model.anchor(span.earlier(model.lookback(span))).ok()?;
    let facts = model.facts(&opening, &closing)?;
    let closing_end = *closing.reads.last()?;
    let moves = model.customers.iter().zip(facts);
    let moves = moves.filter(|(_, fact)| fact.is_there());
    let moves = moves.map(|(customer, fact)| Move {
        customer: (*customer).to_owned(),
        class: word(fact.class, model.settings),
        a: fact.a,
        b: fact.b,
        excluded: fact.excluded,
        home: fact.home,
        last_paid: model.paying(customer).filter(|&at| at <= closing_end).max(),
        closing_end,
    });
    Some(moves.collect())
}

fn word(class: Class, settings: &Settings) -> &'static str {
    match class {
        Class::Reactivation if settings.is("reactivation", "as-new") => "new",
        Class::New => "new",
        Class::Reactivation => "reactivation",
        Class::Expansion => "expansion",
        Class::Contraction => "contraction",
        Class::Churn => "churn",
        Class::Unchanged => "unchanged",
        Class::Transient => "transient",
        Class::Absent => "absent",
    }
}

/// What a customer's record should say.
#[derive(Clone, Debug)]
pub struct Due {
    pub one: Move,
    /// NRR and GRR less the rates without it, as numerator and denominator; `None` where one has no value.
    pub effects: [Option<(i128, i128)>; 2],
    /// The opening of the base, for the share; 0 for whoever is left out.
    pub base: i128,
    pub silent_since: String,
}

/// A line of the concentration.
#[derive(Clone, Debug)]
pub struct Largest {
    pub top: &'static str,
    pub closing: i128,
    pub share: Option<i128>,
    pub without: [Option<i128>; 2],
}

/// Numerators of NRR and GRR and their denominator, over these customers.
fn sums<'a>(moves: impl Iterator<Item = &'a Move>, settings: &Settings) -> ([i128; 2], i128) {
    let adds_returns =
        settings.is("reactivation", "in-nrr") || settings.is("reactivation", "as-expansion");
    let (mut above, mut below) = ([0, 0], 0);
    for one in moves.filter(|one| !one.excluded) {
        if one.a > 0 {
            below += one.a;
            above[0] += one.b;
            above[1] += one.a.min(one.b);
        } else if one.class == "reactivation" && adds_returns {
            above[0] += one.b;
        }
    }
    (above, below)
}

/// Every record in its order.
pub fn records(model: &Model<'_>, settings: &Settings, sort: &str) -> Option<Vec<Due>> {
    let moves = moves(model)?;
    let (above, below) = sums(moves.iter(), settings);
    let due = |one: &Move| {
        let others = moves.iter().filter(|other| other.customer != one.customer);
        let (rest, rest_below) = sums(others, settings);
        let effect = |which: usize| {
            let has_rates = below > 0 && rest_below > 0 && !one.excluded;
            let difference = above[which] * rest_below - rest[which] * below;
            has_rates.then_some((difference, below * rest_below))
        };
        let next = one.last_paid.map(|month| month + model.grain);
        let silent = next.filter(|next| one.b == 0 && *next <= one.closing_end);
        let label = |month| Span::holding(month, model.grain, 1).label(1);
        Due {
            effects: [effect(0), effect(1)],
            base: if one.excluded { 0 } else { below },
            silent_since: silent.map_or_else(String::new, label),
            one: one.clone(),
        }
    };
    let mut records: Vec<Due> = moves.iter().map(due).collect();
    records.sort_by(|left, right| {
        let by_size = size(right, left, sort, below);
        by_size.then_with(|| left.one.customer.cmp(&right.one.customer))
    });
    Some(records)
}

/// Whether one record moves more than another. Who is the whole base stands first, who is left out last.
fn size(left: &Due, right: &Due, sort: &str, below: i128) -> Ordering {
    let place = |due: &Due| match (due.one.excluded, due.effects[0]) {
        (true, _) => 0,
        (false, None) if below > 0 && sort != "change" => 2,
        _ => 1,
    };
    let magnitude = |due: &Due| match sort {
        "nrr" => due.effects[0].unwrap_or((0, 1)),
        "grr" => due.effects[1].unwrap_or((0, 1)),
        _ => (due.one.b - due.one.a, 1),
    };
    let by_place = place(left).cmp(&place(right));
    by_place.then_with(|| larger(magnitude(left), magnitude(right)))
}

/// Compares two quotients without their signs, by whole parts and then by what is left over, upside down.
pub fn larger(left: (i128, i128), right: (i128, i128)) -> Ordering {
    let (mine, theirs) = (left.0.abs(), right.0.abs());
    let whole = (mine / left.1).cmp(&(theirs / right.1));
    match (whole, mine % left.1, theirs % right.1) {
        (Ordering::Equal, 0, 0) => Ordering::Equal,
        (Ordering::Equal, 0, _) => Ordering::Less,
        (Ordering::Equal, _, 0) => Ordering::Greater,
        (Ordering::Equal, rest, other) => larger((right.1, other), (left.1, rest)),
        _ => whole,
    }
}

/// Every line of the concentration.
pub fn concentration(model: &Model<'_>, settings: &Settings) -> Option<Vec<Largest>> {
    let moves = moves(model)?;
    let counted = || moves.iter().filter(|one| !one.excluded);
    let closing: i128 = counted().map(|one| one.b).sum();
    let by = |value: fn(&Move) -> i128| {
        let mut found: Vec<&Move> = counted().filter(|one| value(one) > 0).collect();
        found.sort_by_key(|one| (-value(one), one.customer.clone()));
        found
    };
    let (paying, base) = (by(|one| one.b), by(|one| one.a));
    let line = |(top, number): (&'static str, Option<usize>)| {
        let of = |list: &[&Move]| number.unwrap_or_else(|| list.len().div_ceil(5));
        let largest: i128 = paying.iter().take(of(&paying)).map(|one| one.b).sum();
        let gone: Vec<&str> = base
            .iter()
            .take(of(&base))
            .map(|one| one.customer.as_str())
            .collect();
        let rest = moves
            .iter()
            .filter(|one| !gone.contains(&one.customer.as_str()));
        let (above, below) = sums(rest, settings);
        Largest {
            top,
            closing: largest,
            share: rounded(largest, closing),
            without: above.map(|above| rounded(above, below)),
        }
    };
    let tops = [
        ("1", Some(1)),
        ("5", Some(5)),
        ("10", Some(10)),
        ("20", Some(20)),
        ("20%", None),
    ];
    Some(tops.into_iter().map(line).collect())
}

/// An effect in millionths, rounded once, in steps that keep every number below 128 bits.
pub fn millionths((above, below): (i128, i128)) -> i128 {
    let (mut quotient, mut rest) = (above.abs() / below, above.abs() % below);
    for _ in 0..6 {
        rest *= 10;
        quotient = quotient * 10 + rest / below;
        rest %= below;
    }
    let size = quotient + i128::from(2 * rest >= below);
    if above < 0 { -size } else { size }
}
