//! The naive model of `nrr diff`: both books measured by the other model, every customer's part of the change, and for
//! each month the customer measured again on a book that is new up to it and old after.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::oracle::customers::larger;
use crate::oracle::model::{Anchor, Class, Fact, Model};
use crate::oracle::settings::Settings;
use crate::support::book::{Book, Row};

/// Numerators of NRR and GRR, and their denominator.
pub type Sums = [i128; 3];

/// What a record should say.
#[derive(Clone, Debug)]
pub struct DueRow {
    pub customer: String,
    pub old_customer: String,
    pub month: Option<i32>,
    pub old: Option<i128>,
    pub new: Option<i128>,
    pub kind: &'static str,
    /// Effects on NRR and GRR, as numerator and denominator.
    pub effects: [Option<(i128, i128)>; 2],
}

/// What a run should say.
#[derive(Clone, Debug)]
pub struct Due {
    pub rows: Vec<DueRow>,
    /// The whole effect of each customer, by its name.
    pub customers: BTreeMap<String, [Option<(i128, i128)>; 2]>,
    pub old: Sums,
    pub new: Sums,
    pub elsewhere: usize,
    /// How many rows are of months that no end reads.
    pub of_the_past: usize,
}

/// Why there is nothing to compare.
#[derive(Debug, PartialEq, Eq)]
pub enum Unlike {
    Unreadable,
    OtherMonths,
}

fn anchors(model: &Model<'_>) -> Option<(Anchor, Anchor)> {
    let span = *model.settings.spans()?.first()?;
    let closing = model.anchor(span).ok()?;
    let opening = model.anchor(span.earlier(model.lookback(span))).ok()?;
    Some((opening, closing))
}

fn part(fact: &Fact, settings: &Settings) -> Sums {
    let adds_returns =
        settings.is("reactivation", "in-nrr") || settings.is("reactivation", "as-expansion");
    if fact.excluded {
        [0; 3]
    } else if fact.a > 0 {
        [fact.b, fact.a.min(fact.b), fact.a]
    } else if fact.class == Class::Reactivation && adds_returns {
        [fact.b, 0, 0]
    } else {
        [0; 3]
    }
}

fn parts(model: &Model<'_>, (opening, closing): (&Anchor, &Anchor)) -> BTreeMap<String, Sums> {
    let facts = model.facts(opening, closing).expect("nothing below zero");
    let facts = model.customers.iter().zip(facts);
    facts
        .map(|(customer, fact)| ((*customer).to_owned(), part(&fact, model.settings)))
        .collect()
}

fn less(left: Sums, right: Sums) -> Sums {
    [left[0] - right[0], left[1] - right[1], left[2] - right[2]]
}

fn total(parts: &BTreeMap<String, Sums>) -> Sums {
    let add = |sum: Sums, part: &Sums| [sum[0] + part[0], sum[1] + part[1], sum[2] + part[2]];
    parts.values().fold([0; 3], add)
}

/// One customer of both books.
struct Twin {
    name: String,
    old: Option<String>,
    new: Option<String>,
}

/// Everything that the run should say.
pub fn due(old: &Book, new: &Book, settings: &Settings) -> Result<Due, Unlike> {
    let (before, after) = (Model::new(old, settings), Model::new(new, settings));
    let (Some(of_old), Some(ends)) = (anchors(&before), anchors(&after)) else {
        return Err(Unlike::Unreadable);
    };
    if (&of_old.0.reads, &of_old.1.reads) != (&ends.0.reads, &ends.1.reads) {
        return Err(Unlike::OtherMonths);
    }
    let ends = (&ends.0, &ends.1);
    let (of_old, of_new) = (parts(&before, ends), parts(&after, ends));
    let (old_sums, new_sums) = (total(&of_old), total(&of_new));
    let effects = |moved: Sums| {
        let is_defined = old_sums[2] > 0 && new_sums[2] > 0;
        [0, 1].map(|which| {
            let above = moved[which] * old_sums[2] - old_sums[which] * moved[2];
            is_defined.then_some((above, old_sums[2] * new_sums[2]))
        })
    };
    let reads: BTreeSet<i32> = ends.0.reads.iter().chain(&ends.1.reads).copied().collect();
    let last_read = *ends.1.reads.last().expect("a month");
    let common = before.first.max(after.first)..=before.last.min(after.last);
    let months = before.first.min(after.first)..=before.last.max(after.last);
    let mut found = Due {
        rows: Vec::new(),
        customers: BTreeMap::new(),
        old: old_sums,
        new: new_sums,
        elsewhere: 0,
        of_the_past: 0,
    };
    let mut listed: Vec<(Sums, Vec<DueRow>)> = Vec::new();
    for twin in twins(&before, &after) {
        let side = |model: &Model<'_>, name: &Option<String>, month: i32| {
            let name = name.as_deref()?;
            let inside = (model.first..=model.last).contains(&month);
            model.cells.get(&(name, month)).copied().filter(|_| inside)
        };
        let cells = |month| {
            (
                side(&before, &twin.old, month),
                side(&after, &twin.new, month),
            )
        };
        let differing = months.clone().filter(|month| {
            let (old, new) = cells(*month);
            old != new
        });
        let is_renamed = twin.old.is_some() && twin.new.is_some() && twin.old != twin.new;
        let mut rows = Vec::new();
        let name = |month, kind, moved| DueRow {
            customer: twin.name.clone(),
            old_customer: twin.old.clone().filter(|_| is_renamed).unwrap_or_default(),
            month,
            old: month.and_then(|month| cells(month).0),
            new: month.and_then(|month| cells(month).1),
            kind,
            effects: effects(moved),
        };
        let mut now = twin.old.as_ref().map_or([0; 3], |name| of_old[name]);
        let start = now;
        for month in differing {
            if month > last_read {
                found.elsewhere += usize::from(common.contains(&month));
                continue;
            }
            let next = step((old, new), &twin, month, (&before, &after), ends);
            let moved = less(next, now);
            now = next;
            if reads.contains(&month) || moved != [0; 3] {
                found.of_the_past += usize::from(!reads.contains(&month));
                let kind = match cells(month) {
                    (None, _) => "added",
                    (_, None) => "removed",
                    _ => "changed",
                };
                rows.push(name(Some(month), kind, moved));
            } else {
                found.elsewhere += usize::from(common.contains(&month));
            }
        }
        let has_amount = || {
            reads.iter().any(|month| {
                let (old, new) = cells(*month);
                old.unwrap_or(0) != 0 || new.unwrap_or(0) != 0
            })
        };
        if is_renamed && (!rows.is_empty() || has_amount()) {
            rows.insert(0, name(None, "renamed", [0; 3]));
        }
        let whole = twin.new.as_ref().map_or([0; 3], |name| of_new[name]);
        let moved = less(whole, start);
        if !rows.is_empty() {
            found.customers.insert(twin.name.clone(), effects(moved));
            listed.push((moved, rows));
        }
    }
    sort(&mut listed, &effects);
    found.rows = listed.into_iter().flat_map(|(_, rows)| rows).collect();
    Ok(found)
}

/// The largest effect on NRR first, then on GRR, then by name.
fn sort(listed: &mut [(Sums, Vec<DueRow>)], effects: &dyn Fn(Sums) -> [Option<(i128, i128)>; 2]) {
    listed.sort_by(|left, right| {
        let by_name = left.1[0].customer.cmp(&right.1[0].customer);
        let size = |sums: Sums, which: usize| effects(sums)[which].unwrap_or((0, 1));
        let larger = |which| larger(size(right.0, which), size(left.0, which));
        match larger(0).then_with(|| larger(1)) {
            Ordering::Equal => by_name,
            order => order,
        }
    });
}

/// What a customer is of the sums with its new months up to one and its old ones after.
fn step(
    (old, new): (&Book, &Book),
    twin: &Twin,
    month: i32,
    (before, after): (&Model<'_>, &Model<'_>),
    ends: (&Anchor, &Anchor),
) -> Sums {
    let rows = |book: &Book, name: &Option<String>, wanted: &dyn Fn(i32) -> bool, last: i32| {
        let own = book
            .rows
            .iter()
            .filter(|row| Some(&row.customer) == name.as_ref());
        let own = own.filter(|row| wanted(row.months().1) && row.months().1 <= last);
        let named = own.map(|row| Row {
            customer: twin.name.clone(),
            ..row.clone()
        });
        named.collect::<Vec<_>>()
    };
    let mut mixed = new.clone();
    mixed.rows = rows(new, &twin.new, &|at| at <= month, after.last);
    mixed
        .rows
        .extend(rows(old, &twin.old, &|at| at > month, before.last));
    // What would be below zero on the way is cut.
    let mut settings = after.settings.clone();
    settings.set("negatives", "clip");
    let mut model = Model::new(&mixed, &settings);
    model.first = before.first.min(after.first);
    model.last = before.last.max(after.last);
    parts(&model, ends).remove(&twin.name).unwrap_or([0; 3])
}

fn twins(before: &Model<'_>, after: &Model<'_>) -> Vec<Twin> {
    let common = before.first.max(after.first)..=before.last.min(after.last);
    let amounts = |model: &Model<'_>, name: &str| {
        let cells = common
            .clone()
            .map(|month| model.cells.get(&(name, month)).copied().unwrap_or(0));
        cells.collect::<Vec<i128>>()
    };
    let gone: Vec<&str> = before
        .customers
        .difference(&after.customers)
        .copied()
        .collect();
    let came: Vec<&str> = after
        .customers
        .difference(&before.customers)
        .copied()
        .collect();
    let mut twins: Vec<Twin> = before
        .customers
        .intersection(&after.customers)
        .map(|name| Twin {
            name: (*name).to_owned(),
            old: Some((*name).to_owned()),
            new: Some((*name).to_owned()),
        })
        .collect();
    let mut taken = BTreeSet::new();
    for name in &gone {
        let own = amounts(before, name);
        let same_old = gone
            .iter()
            .filter(|other| amounts(before, other) == own)
            .count();
        let same_new: Vec<&&str> = came
            .iter()
            .filter(|other| amounts(after, other) == own)
            .collect();
        let is_paying = own.iter().any(|amount| *amount != 0);
        let twin = match same_new.as_slice() {
            [other] if is_paying && same_old == 1 => Some((**other).to_owned()),
            _ => None,
        };
        taken.extend(twin.clone());
        twins.push(Twin {
            name: twin.clone().unwrap_or_else(|| (*name).to_owned()),
            old: Some((*name).to_owned()),
            new: twin,
        });
    }
    let others = came.iter().filter(|name| !taken.contains(**name));
    twins.extend(others.map(|name| Twin {
        name: (*name).to_owned(),
        old: None,
        new: Some((*name).to_owned()),
    }));
    twins.sort_by(|left, right| left.name.cmp(&right.name));
    twins
}
