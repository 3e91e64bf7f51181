//! What columns say of everybody is what each customer says for itself.

use std::fmt::Write;

use super::super::anchors::anchors;
use super::super::detail::Units;
use super::super::movements::{Movement, detailed, movements};
use super::super::rollforward::Rollforward;
use super::super::segments::by_segment;
use super::*;
use crate::ledger::{Books, Entry, Layout, Part, RowPlace};
use crate::policies::{Duplicates, Origin, Policies};
use crate::units::{Amount, FiscalYear, Grain, Month, Period};

/// Numbers drawn by a rule, the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }

    /// Nothing, a stated zero, a refund, and amounts of all widths.
    fn cell(&mut self, most: u64) -> String {
        match self.below(40) {
            0..16 => ".".to_owned(),
            16 => "0".to_owned(),
            17 if most > 3 => format!("-{}", self.below(50)),
            18 if most > 1 => format!("{}", self.below(1 << 40)),
            19 if most > 2 => "170141183460469231731687303".to_owned(),
            _ => format!("{}.5", self.below(9)),
        }
    }
}

/// Some more customers than a block holds over two years; `most` says how far amounts go.
fn ledger(drawn: &mut Drawn, most: u64) -> Ledger {
    let mut table = String::new();
    for month in 0..24 {
        write!(table, "{}-{:02} ", 2023 + month / 12, month % 12 + 1).unwrap();
    }
    for customer in 0..1200 {
        write!(table, "\nC-{customer}").unwrap();
        let start = drawn.below(20);
        for month in 0..24 {
            let cell = if month < start {
                ".".to_owned()
            } else {
                drawn.cell(most)
            };
            write!(table, " {cell}").unwrap();
        }
    }
    Ledger::from_table(&table).unwrap()
}

#[test]
fn changes_of_small_values_are_those_of_wide_ones() {
    let mut drawn = Drawn(7);
    let mut column = || {
        let mut values = Box::new([0; BLOCK]);
        for value in &mut *values {
            *value = match drawn.below(6) {
                0..3 => 0,
                3 => i32::MAX,
                _ => i32::try_from(drawn.below(5)).unwrap(),
            };
        }
        Values::Small(values)
    };
    for _ in 0..20 {
        let (opening, closing) = (column(), column());
        let wide = comparison::Changes::wide(&opening, &closing);
        assert_eq!(comparison::Changes::of(&opening, &closing), wide);
    }
}

fn policies(settings: &[(&str, &str)]) -> Policies {
    let mut policies = Policies::default();
    for (name, value) in settings {
        policies.set(name, value, Origin::Flag).unwrap();
    }
    policies
}

const CHOICES: &[&[(&str, &str)]] = &[
    &[("basis", "stock")],
    &[("basis", "flow")],
    &[("basis", "stock"), ("zero", "active")],
    &[("basis", "flow"), ("zero", "active")],
    &[("basis", "stock"), ("reactivation", "as-new")],
    &[("basis", "stock"), ("reactivation", "as-expansion")],
    &[
        ("basis", "stock"),
        ("reactivation", "in-nrr"),
        ("reactivation-window", "3"),
    ],
    &[("basis", "flow"), ("min-opening", "30")],
    &[("basis", "stock"), ("min-closing", "30")],
    &[("basis", "flow"), ("cohort-base", "survivors")],
    &[("basis", "flow"), ("cohort-base", "first-month")],
];

#[test]
fn everybodys_movements_are_each_customers() {
    for most in 0..5 {
        let mut ledger = ledger(&mut Drawn(most), most);
        if most == 0 {
            ledger.leave_out("C-7");
        }
        let mut books = Books::of(ledger);
        books.set_threads(if most % 2 == 0 { 1 } else { 3 });
        let ledger = &books.customers;
        let columns = Columns::of(ledger);
        let past = Past::of(&columns);
        for settings in CHOICES {
            let mut policies = policies(settings);
            policies.set("negatives", "clip", Origin::Flag).unwrap();
            for (label, lookback) in [
                ("2024-12", 1),
                ("2024-11", 12),
                ("2024-Q3", 3),
                ("2024", 12),
            ] {
                let period = Period::parse(label, FiscalYear::CALENDAR).unwrap();
                let ends = anchors(ledger, period, lookback, &policies).unwrap();
                let expected = movements(ledger, &ends, &policies).unwrap();
                let between = Between::new(&columns, &past, &ends, &policies);
                let mut found: Vec<Movement> = Vec::new();
                between.each(|movement| found.push(movement));
                assert_eq!(found, expected, "{label} under {settings:?}");
                let parts = between.in_parts(Vec::new, Vec::push);
                assert_eq!(parts.concat(), expected, "{label} under {settings:?}");
                assert_eq!(between.has_cut(), most > 3);
                let mut cut = between.cut();
                cut.sort_unstable();
                cut.dedup();
                let is_cut = |one: &&Movement| one.clipped_opening + one.clipped_closing > 0;
                assert!(
                    cut.iter()
                        .eq(expected.iter().filter(is_cut).map(|one| &one.customer))
                );
                if between.counts_everybody() {
                    let (reactivation, scale) = (policies.reactivation, ledger.scale());
                    let total = Rollforward::total(&expected, reactivation, scale);
                    assert_eq!(between.total(), total, "{label} under {settings:?}");
                }
                let totals = Totals::of(&columns, None, vec![ends], &policies);
                let in_one_pass = totals.find(&ends);
                assert_eq!(in_one_pass.is_some(), between.counts_everybody());
                if let Some(found) = in_one_pass {
                    assert_eq!(found.sums, between.total());
                    let mut own = found.cut.clone();
                    own.sort_unstable();
                    own.dedup();
                    assert_eq!(own, cut);
                }
            }
        }
    }
}

/// Customers of two columns of segments, of which some change theirs and some months name none.
fn segmented(drawn: &mut Drawn, values: u64) -> Ledger {
    let layout = Layout {
        attributes: 2,
        ..Layout::default()
    };
    let mut part = Part::new(Duplicates::Sum, layout);
    let place = RowPlace { file: 0, line: 2 };
    for customer in 0..1200 {
        let name = format!("C-{customer}");
        let (mut owner, start) = (drawn.below(values), drawn.below(20));
        for month in (0..24).filter(|month| *month >= start) {
            if drawn.below(20) == 0 {
                owner = drawn.below(values);
            }
            let month = Month::from_index(2023 * 12 + i32::try_from(month).unwrap());
            part.cover(month, Grain::Month, place);
            let units = match drawn.below(8) {
                0..3 => continue,
                3 => 0,
                4 if drawn.below(9) == 0 => -5,
                _ => i128::from(drawn.below(99)),
            };
            let owner = if drawn.below(15) == 0 {
                String::new()
            } else {
                format!("owner {owner}")
            };
            part.add(&Entry {
                customer: &name,
                month,
                day: 0,
                amount: Amount::new(units, 1),
                quantity: None,
                product: "",
                attributes: &[&owner, ["EU", "US"][customer % 2]],
                place,
            });
        }
    }
    let by = ["owner", "region"].map(str::to_owned);
    part.finish(&by, None, None).unwrap().customers
}

#[test]
fn segments_in_one_pass_are_those_of_each_movement() {
    for (seed, values) in [(1, 1), (2, 3), (3, 12), (4, 600)] {
        let mut books = Books::of(segmented(&mut Drawn(seed), values));
        books.set_threads(if seed == 2 { 1 } else { 3 });
        let ledger = &books.customers;
        let columns = Columns::of(ledger);
        for settings in CHOICES {
            for at in ["opening", "closing", "first", "latest"] {
                let mut policies = policies(settings);
                policies.set("negatives", "clip", Origin::Flag).unwrap();
                policies.set("segment-at", at, Origin::Flag).unwrap();
                let ends = |(label, lookback)| {
                    let period = Period::parse(label, FiscalYear::CALENDAR).unwrap();
                    anchors(ledger, period, lookback, &policies).unwrap()
                };
                let all = [
                    ("2024-12", 1),
                    ("2024-11", 12),
                    ("2024-Q3", 3),
                    ("2024", 12),
                ];
                let all: Vec<_> = all.into_iter().map(ends).collect();
                let totals = Totals::of(&columns, None, all.clone(), &policies);
                for ends in all {
                    let Some(found) = totals.find(&ends) else {
                        continue;
                    };
                    let movements = movements(ledger, &ends, &policies).unwrap();
                    let expected = by_segment(ledger, &ends, &movements, &policies);
                    assert!(values == 600 || expected.len() < 60);
                    assert_eq!(found.segments, expected, "{at}, {settings:?}");
                }
            }
        }
    }
}

/// More customers than a block holds, and more products, some of which lie below zero.
fn with_products(drawn: &mut Drawn) -> Books {
    let layout = Layout {
        by_product: true,
        ..Layout::default()
    };
    let mut part = Part::new(Duplicates::Sum, layout);
    let place = RowPlace { file: 0, line: 2 };
    for customer in 0..1200 {
        let name = format!("C-{customer}");
        let start = drawn.below(20);
        for month in (0..24).filter(|month| *month >= start) {
            let month = Month::from_index(2023 * 12 + i32::try_from(month).unwrap());
            part.cover(month, Grain::Month, place);
            for product in ["core", "seats", "api", "discount"] {
                let units = match drawn.below(10) {
                    0..5 => continue,
                    5 => 0,
                    6 if product == "discount" => -i128::from(drawn.below(90)),
                    7 if customer == 7 => i128::from(u64::MAX),
                    _ => i128::from(drawn.below(9)) * 10,
                };
                part.add(&Entry {
                    customer: &name,
                    month,
                    day: 0,
                    amount: Amount::new(units, 1),
                    quantity: None,
                    product,
                    attributes: &[],
                    place,
                });
            }
        }
    }
    part.finish(&[], None, None).unwrap()
}

#[test]
fn what_moved_inside_everybody_is_what_moved_inside_each() {
    for threads in [1, 3] {
        let mut books = with_products(&mut Drawn(threads as u64));
        books.set_threads(threads);
        let (ledger, units) = (&books.customers, Units::of(&books).unwrap());
        assert!(units.ledger.blocks() > ledger.blocks() && ledger.blocks() > 1);
        let columns = Columns::of(ledger);
        let past = Past::of(&columns);
        for settings in CHOICES {
            let mut policies = policies(settings);
            policies.set("negatives", "clip", Origin::Flag).unwrap();
            for (label, lookback) in [("2024-12", 1), ("2024-11", 12), ("2024-Q3", 3)] {
                let period = Period::parse(label, FiscalYear::CALENDAR).unwrap();
                let ends = anchors(ledger, period, lookback, &policies).unwrap();
                let between = Between::new(&columns, &past, &ends, &policies);
                if !between.counts_everybody() {
                    continue;
                }
                let movements = detailed(ledger, Some(&units), &ends, &policies).unwrap();
                let expected =
                    Rollforward::total(&movements, policies.reactivation, ledger.scale());
                assert!(expected.detail.product_swap > 0);
                let totals = Totals::of(&columns, Some(&units), vec![ends], &policies);
                assert_eq!(
                    totals.find(&ends).unwrap().sums,
                    expected,
                    "{label}, {settings:?}"
                );
                let mut total = between.total();
                Details::new(&units, &ends).set_in(&mut total, &between);
                assert_eq!(total, expected, "{label}, {settings:?}");
            }
        }
    }
}
