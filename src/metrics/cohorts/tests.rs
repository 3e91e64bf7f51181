use std::fmt::Write;

use super::*;
use crate::metrics::Ask;
use crate::metrics::registry::Value;
use crate::policies::Origin;
use crate::units::FiscalYear;

/// One line a cohort and one for the average: label, then `amount capped active` of each age.
fn triangle(books: &Books, settings: &[(&str, &str)], signups: Option<&Signups>) -> Vec<String> {
    let found = measured(books, settings, signups).unwrap();
    let points = &found.triangles[0].points;
    let rows = points.chunk_by(|left, right| left.cohort == right.cohort);
    rows.map(|row| {
        let label = row[0].cohort.map_or("average".to_owned(), |cohort| {
            cohort.label(FiscalYear::CALENDAR)
        });
        let cells = row.iter().map(|point| {
            let capped = point
                .amount_capped
                .map_or("?".to_owned(), |amount| amount.to_string());
            format!("{} {capped} {}", point.amount, point.active_customers)
        });
        let cells: Vec<String> = cells.collect();
        format!("{label} of {}: {}", row[0].customers, cells.join(" | "))
    })
    .collect()
}

fn measured(
    books: &Books,
    settings: &[(&str, &str)],
    signups: Option<&Signups>,
) -> Result<Cohorts, Errors> {
    let mut policies = Policies::default();
    let mut ask = Ask::default();
    for (name, value) in settings {
        if *name == "every" {
            ask.every = Grain::ALL.into_iter().find(|grain| grain.word() == *value);
        } else {
            policies.set(name, value, Origin::Flag).unwrap();
        }
    }
    let asked = ask.on(&books.customers, &policies).unwrap();
    cohorts(books, &asked, &policies, signups)
}

fn books(table: &str) -> Books {
    Books::of(Ledger::from_table(table).unwrap())
}

fn rate(value: Value) -> String {
    match value {
        Value::Rate(ratio) => ratio.rounded(4).unwrap().to_string(),
        other => format!("{other:?}"),
    }
}

const BOOK: &str = "       2024-01 2024-02 2024-03 2024-04
    acme       100     120       .      90
    birch        .      50      70       .
    cedar       20       .      30       .
    dune         .       .       .      10";

#[test]
fn who_returns_stays_in_its_cohort_and_who_left_stays_in_the_average() {
    let expected = [
        "2024-01 of 2: 120 120 2 | 120 100 1 | 30 20 1 | 90 90 1",
        "2024-02 of 1: 50 50 1 | 70 50 1 | 0 0 0",
        "2024-04 of 1: 10 10 1",
        "average of 4: 180 180 4 | 190 150 2 | 30 20 1 | 90 90 1",
    ];
    assert_eq!(triangle(&books(BOOK), &[], None), expected);
}

#[test]
fn the_average_is_weighted_by_revenue_at_age_0() {
    let found = measured(&books(BOOK), &[], None).unwrap();
    let points = &found.triangles[0].points;
    let average = points
        .iter()
        .find(|point| point.cohort.is_none() && point.age == 2);
    let average = average.unwrap();
    assert_eq!(rate(average.nrr()), "0.1765"); // 30 of 170: February's cohort is at nothing
    assert_eq!(rate(average.grr()), "0.1176");
    assert_eq!(rate(average.logo_retention()), "0.3333");
    assert!(average.includes_older);
    assert!(
        points
            .iter()
            .all(|point| point.cohort.is_none() || point.age > 0 || rate(point.nrr()) == "1.0000")
    );
}

#[test]
fn quarters_are_read_in_their_last_month_or_summed() {
    let table = "       2024-01 2024-02 2024-03 2024-04 2024-05 2024-06
        acme       100     100       .      50       .      60
        birch        .       .      30      30      30       .";
    let books = books(table);
    let stock = [("every", "quarter"), ("basis", "stock")];
    let expected = [
        "2024-Q1 of 1: 30 30 1 | 0 0 0",
        "2024-Q2 of 1: 60 60 1",
        "average of 2: 90 90 2 | 0 0 0",
    ];
    assert_eq!(triangle(&books, &stock, None), expected);
    let flow = [("every", "quarter"), ("basis", "flow")];
    let expected = [
        "2024-Q1 of 2: 230 230 2 | 170 140 2",
        "average of 2: 230 230 2 | 170 140 2",
    ];
    assert_eq!(triangle(&books, &flow, None), expected);
}

#[test]
fn a_cut_period_counts_only_where_it_may() {
    let books = books(BOOK);
    let whole = [("every", "quarter"), ("basis", "flow")];
    assert_eq!(triangle(&books, &whole, None).len(), 2);
    let found = measured(
        &books,
        &[
            ("every", "quarter"),
            ("basis", "flow"),
            ("partial", "allow"),
        ],
        None,
    )
    .unwrap();
    let points = &found.triangles[0].points;
    let cut: Vec<(u32, bool)> = points
        .iter()
        .map(|point| (point.age, point.partial))
        .collect();
    let expected = [(0, false), (1, true), (0, true), (0, true), (1, true)];
    assert_eq!(cut, expected);
}

#[test]
fn below_zero_is_refused_or_cut() {
    let books = books("2024-01 2024-02 2024-03\nacme 10 -5 10\nbirch -1 3 3");
    let errors = measured(&books, &[], None).unwrap_err();
    assert_eq!(errors.list.len(), 2);
    let expected = [
        "2024-01 of 1: 10 10 1 | 0 0 0 | 10 10 1",
        "2024-02 of 1: 3 3 1 | 3 3 1",
        "average of 2: 13 13 2 | 3 3 1 | 10 10 1",
    ];
    assert_eq!(triangle(&books, &[("negatives", "clip")], None), expected);
}

#[test]
fn a_stated_zero_keeps_the_customer_where_it_may() {
    let books = books("2024-01 2024-02 2024-03\nacme 10 0 .\nbirch 10 10 10");
    let active = |settings: &[(&str, &str)]| triangle(&books, settings, None)[0].clone();
    assert_eq!(active(&[]), "2024-01 of 2: 20 20 2 | 10 10 1 | 10 10 1");
    assert_eq!(
        active(&[("zero", "active")]),
        "2024-01 of 2: 20 20 2 | 10 10 2 | 10 10 1"
    );
}

#[test]
fn a_month_without_rows_is_an_error_unless_it_is_nothing() {
    let books = books("2024-01 2024-03\nacme 10 10");
    assert_eq!(measured(&books, &[], None).unwrap_err().list.len(), 1);
    let expected = ["2024-01 of 1: 10 10 1 | 0 0 0 | 10 10 1"];
    let found = triangle(&books, &[("missing-months", "zero")], None);
    assert_eq!(found[..1], expected);
}

#[test]
fn signups_make_cohorts_without_revenue_at_age_0_and_before_the_data() {
    let books = books(BOOK);
    let number = |name: &str| books.customers.find(name).unwrap();
    let month = |text: &str| Month::parse(text).unwrap();
    let signups = Signups::from([
        (number("acme"), month("2023-12")),
        (number("birch"), month("2024-01")),
        (number("cedar"), month("2024-02")),
    ]);
    let expected = [
        "2023-12 of 1: 100 ? 1 | 120 ? 1 | 0 ? 0 | 90 ? 1",
        "2024-01 of 1: 0 0 0 | 50 0 1 | 70 0 1 | 0 0 0",
        "2024-02 of 1: 0 0 0 | 30 0 1 | 0 0 0",
        // No cohort has revenue at age 0, so only customers are left to count.
        "average of 2: 0 0 0 | 0 0 3 | 0 0 2 | 0 0 0 | 0 0 1",
    ];
    assert_eq!(triangle(&books, &[], Some(&signups)), expected);
    let found = measured(&books, &[], Some(&signups)).unwrap();
    assert_eq!(found.unsigned, BTreeSet::from([number("dune")]));
    assert_eq!(found.early, BTreeSet::from([number("cedar")]));
    let first = &found.triangles[0].points[0];
    assert_eq!(first.age, 1);
    assert!(!first.includes_older);
    assert!(matches!(first.nrr(), Value::Undefined(_)));
    assert_eq!(rate(first.logo_retention()), "1.0000");
}

#[test]
fn products_are_capped_one_by_one_where_they_are_netted_so() {
    let products = format!(
        "2024-01 2024-02\nacme{0}a 10 5\nacme{0}b 10 30\nbirch{0}a 7 .\nbirch{0}b . 7",
        crate::ledger::UNIT_SEPARATOR
    );
    let customers = "2024-01 2024-02\nacme 20 35\nbirch 7 7";
    let mut books = books(customers);
    books.products = Some(Ledger::from_table(&products).unwrap());
    let whole = "2024-01 of 2: 27 27 2 | 42 27 2";
    assert_eq!(triangle(&books, &[], None)[0], whole);
    let each = "2024-01 of 2: 27 27 2 | 42 15 2";
    assert_eq!(triangle(&books, &[("netting", "product")], None)[0], each);
}

/// The month of everybody's first revenue in a period, found customer by customer.
fn first_revenue(books: &Books, settings: &[(&str, &str)]) -> Signups {
    let ledger = &books.customers;
    let found = measured(books, settings, None).unwrap();
    let is_stock = settings.contains(&("basis", "stock"));
    let first = |customer: &u32| {
        let value = |period: &&Period| {
            let first = if is_stock {
                period.last()
            } else {
                period.first()
            };
            let months = first.through(period.last());
            months
                .map(|month| ledger.units(*customer, month))
                .sum::<i128>()
        };
        let first = found.periods.iter().find(|period| value(period) > 0)?;
        Some((*customer, first.last()))
    };
    ledger.customers().iter().filter_map(first).collect()
}

#[test]
fn many_customers_at_once_are_one_after_the_other() {
    let mut state = 1_u64;
    let mut below = |end: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % end
    };
    let mut table = "2024-01 2024-02 2024-03 2024-04 2024-05 2024-06".to_owned();
    for customer in 0..2200 {
        write!(table, "\nC-{customer}").unwrap();
        for _ in 0..6 {
            let cell = match below(12) {
                0..5 => ".".to_owned(),
                5 => "0".to_owned(),
                6 => format!("-{}", below(9)),
                7 => below(1 << 40).to_string(),
                _ => format!("{}.5", below(9)),
            };
            write!(table, " {cell}").unwrap();
        }
    }
    let mut books = books(&table);
    for settings in [
        [
            ("every", "month"),
            ("basis", "stock"),
            ("negatives", "clip"),
        ],
        [
            ("every", "quarter"),
            ("basis", "stock"),
            ("negatives", "clip"),
        ],
        [
            ("every", "quarter"),
            ("basis", "flow"),
            ("negatives", "clip"),
        ],
    ] {
        // By a signup customers are read line by line.
        let by_line = first_revenue(&books, &settings);
        let lines = triangle(&books, &settings, Some(&by_line));
        let clipped = measured(&books, &settings, Some(&by_line)).unwrap().clipped;
        assert!(!clipped.is_empty());
        for threads in [1, 2, 3] {
            books.set_threads(threads);
            assert_eq!(triangle(&books, &settings, None), lines);
            let found = measured(&books, &settings, None).unwrap();
            assert_eq!(found.clipped, clipped);
            let in_some = |one: &u32| found.unseen.contains(one) || by_line.contains_key(one);
            let ledger = &books.customers;
            let last = ledger.last();
            let paid = |one: &&u32| ledger.last_revenue_through(**one, last).is_some();
            assert!(ledger.customers().iter().filter(paid).all(in_some));
            assert!(!found.unseen.iter().any(|one| by_line.contains_key(one)));
        }
        books.set_threads(1);
    }
    let stopped = [("every", "month"), ("negatives", "error")];
    assert!(measured(&books, &stopped, None).is_err());
}
