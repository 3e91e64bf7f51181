//! The grid against what it stands for: a sum for every customer, month and value.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::super::{Entry, IdMap, Layout, Ledger, Part, Rates, RowPlace};
use super::*;
use crate::error::Place;
use crate::policies::{Duplicates, Fx};

const VALUES: [&str; 6] = ["", NO_VALUE, NO_PARENT, "a", "b", "c"];

/// Rates per month, for every row in the other currency.
const RATES: [&str; 3] = ["0.5", "1.25", "3"];

fn month(number: usize) -> Month {
    Month::new(2024, u32::try_from(number).unwrap() + 1).unwrap()
}

#[derive(Clone, Debug)]
struct Row {
    customer: usize,
    month: usize,
    value: usize,
    product: usize,
    amount: Amount,
    /// In which part it is read.
    part: usize,
    is_foreign: bool,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        (0..4_usize, 0..3_usize, 0..VALUES.len(), 0..2_usize),
        (-4..5_i128, 0..3_u8),
        (0..3_usize, any::<bool>()),
    );
    let row = row.prop_map(|((customer, month, value, product), amount, rest)| Row {
        customer,
        month,
        value,
        product,
        amount: Amount::new(amount.0, amount.1),
        part: rest.0,
        is_foreign: rest.1,
    });
    prop::collection::vec(row, 0..40)
}

/// What every value carries, and what that settles on.
#[derive(Debug, Default)]
struct Model(BTreeMap<(String, Month, String), Amount>);

impl Model {
    fn add(&mut self, unit: &str, month: Month, value: &str, amount: Amount) {
        if !value.is_empty() && value != NO_VALUE {
            let key = (unit.to_owned(), month, value.to_owned());
            *self.0.entry(key).or_insert(Amount::ZERO) += amount;
        }
    }

    fn values(&self, unit: &str, month: Month) -> Vec<&str> {
        let own = self
            .0
            .iter()
            .filter(|((other, at, _), _)| (other.as_str(), *at) == (unit, month));
        let mut own: Vec<(bool, Amount, &str)> = own
            .map(|((_, _, value), amount)| (value == NO_PARENT, -*amount, value.as_str()))
            .collect();
        own.sort_unstable();
        own.into_iter().map(|(_, _, value)| value).collect()
    }

    /// Each month counted for another unit, its value under another name.
    fn regrouped(&self, unit: &dyn Fn(&str) -> String, renamed: &dyn Fn(&str) -> String) -> Model {
        let mut model = Model::default();
        for ((own, month, value), amount) in &self.0 {
            model.add(&unit(own), *month, &renamed(value), *amount);
        }
        model
    }

    fn check(&self, ledger: &Ledger, attribute: &Attribute) {
        let mut contested = Vec::new();
        for number in (0..).take(ledger.numbers()) {
            let mut all = BTreeSet::new();
            for month in (0..3).map(month) {
                let values = self.values(ledger.name(number), month);
                let found = attribute.latest(number, month, month);
                let found = found.map(|value| attribute.value(value));
                assert_eq!(
                    found,
                    values.first().copied(),
                    "{} {month}",
                    ledger.name(number)
                );
                assert_eq!(
                    attribute.earliest(number, month, month),
                    attribute.latest(number, month, month)
                );
                contested.extend((values.len() > 1).then_some((number, month)));
                all.extend(values);
            }
            let found = attribute.values_of(number);
            let found: BTreeSet<&str> = found.map(|value| attribute.value(value)).collect();
            assert_eq!(found, all);
            let (first, last) = (month(0), month(2));
            let mut settled = (0..3).map(month).filter_map(|month| {
                let values = self.values(ledger.name(number), month);
                values.first().map(|value| (*value).to_owned())
            });
            let text =
                |value: Option<ValueId>| value.map(|value| attribute.value(value).to_owned());
            assert_eq!(
                text(attribute.earliest(number, first, last)),
                settled.clone().next()
            );
            assert_eq!(
                text(attribute.latest(number, first, last)),
                settled.next_back()
            );
        }
        assert_eq!(attribute.contested(), contested);
    }
}

const CUSTOMERS: [&str; 4] = ["acme", "birch", "cedar", "dune"];

/// The part of all rows, read in three parts, each with so many customers before its own.
fn part(rows: &[Row], layout: Layout, others: u32) -> Part {
    let mut parts: Vec<Part> = Vec::new();
    for own in 0..3 {
        let mut part = Part::new(Duplicates::Sum, layout);
        for other in 0..others * own {
            part.leave_out(&format!("other {other}"));
        }
        for row in rows.iter().filter(|row| row.part == own as usize) {
            let entry = Entry {
                customer: CUSTOMERS[row.customer],
                month: month(row.month),
                day: 0,
                amount: row.amount,
                quantity: None,
                product: ["x", "y"][row.product],
                attributes: &[VALUES[row.value]],
                place: RowPlace { file: 0, line: 2 },
            };
            part.cover(entry.month, crate::units::Grain::Month, entry.place);
            part.add_in(if row.is_foreign { "USD" } else { "" }, &entry);
        }
        part.keep_for_regrouping();
        parts.push(part);
    }
    let mut parts = parts.into_iter();
    let mut part = parts.next().unwrap();
    parts.for_each(|other| part.merge(other));
    part
}

fn rates() -> Arc<Rates> {
    let mut rates = Rates::new("rates.csv", "EUR", Fx::Floating);
    for (number, rate) in (0..).zip(RATES) {
        let _ = rates.state("USD", month(number), Amount::parse_plain(rate).unwrap());
    }
    Arc::new(rates)
}

fn converted(row: &Row) -> Amount {
    let rate = Amount::parse_plain(RATES[row.month]).unwrap();
    if row.is_foreign {
        let units = row.amount.units() * rate.units();
        Amount::new(units, row.amount.scale() + rate.scale())
    } else {
        row.amount
    }
}

proptest! {
    #[test]
    fn every_way_to_a_value_settles_on_the_same(
        rows in rows(),
        others in prop_oneof![Just(0_u32), Just(700)],
    ) {
        let layout = Layout { attributes: 1, ..Layout::default() };
        let books = part(&rows, layout, others).finish_at(&rates(), &|_| Place::default(), &["col".into()], None);
        let customers = books.unwrap().customers;
        let mut model = Model::default();
        for row in &rows {
            model.add(CUSTOMERS[row.customer], month(row.month), VALUES[row.value], converted(row));
        }
        model.check(&customers, &customers.attributes()[0]);
    }

    #[test]
    fn values_of_products_go_by_product(rows in rows()) {
        let layout = Layout {
            attributes: 1,
            by_product: true,
            segments_are_products: true,
            ..Layout::default()
        };
        let books = part(&rows, layout, 0).finish_at(&rates(), &|_| Place::default(), &["col".into()], None);
        let products = books.unwrap().products.unwrap();
        let mut model = Model::default();
        for row in &rows {
            let unit = format!("{}\0{}", CUSTOMERS[row.customer], ["x", "y"][row.product]);
            model.add(&unit, month(row.month), VALUES[row.value], converted(row));
        }
        model.check(&products, &products.attributes()[0]);
    }

    #[test]
    fn values_go_with_customers_that_are_put_together(rows in rows()) {
        let layout = Layout { attributes: 1, parents: 1, ..Layout::default() };
        let mut plain = rows.clone();
        for row in &mut plain {
            row.is_foreign = false;
        }
        let mut part = Part::new(Duplicates::Sum, layout);
        part.keep_for_regrouping();
        let mut model = Model::default();
        let mut parents = Model::default();
        for row in &plain {
            let parent = ["", "birch"][row.product];
            let place = RowPlace { file: 0, line: 2 };
            part.cover(month(row.month), crate::units::Grain::Month, place);
            part.add(&Entry {
                customer: CUSTOMERS[row.customer],
                month: month(row.month),
                day: 0,
                amount: row.amount,
                quantity: None,
                product: "",
                attributes: &[VALUES[row.value], parent],
                place: RowPlace { file: 0, line: 2 },
            });
            model.add(CUSTOMERS[row.customer], month(row.month), VALUES[row.value], row.amount);
            parents.add(CUSTOMERS[row.customer], month(row.month), parent, row.amount);
        }
        let books = part.finish(&["col".into()], None, None).unwrap();
        let mut map = IdMap::default();
        let _ = map.insert("birch", None, "acme");
        let to = |id: &str| if id == "birch" { "acme".to_owned() } else { id.to_owned() };
        let mapped = books.mapped(&map).customers;
        model.regrouped(&to, &str::to_owned).check(&mapped, &mapped.attributes()[0]);
        parents.regrouped(&to, &to).check(&mapped, mapped.parents.as_ref().unwrap());
        // And once more: what was put together has sums of its own.
        let all = |customer: u32, _: Month| Some(customer % 2);
        let name = |own: &str| mapped.name(mapped.find(own).unwrap() % 2).to_owned();
        let own = &mapped.attributes()[0];
        let again = own.regrouped(&mapped.cells, &all, &|_, _| None);
        let to_all = |own: &str| name(&to(own));
        model.regrouped(&to_all, &str::to_owned).check(&mapped, &again);
    }
}

#[test]
fn the_value_with_the_larger_amount_wins_then_the_first_in_byte_order() {
    let mut draft = AttributeDraft::default();
    let mut cells = Cells::default();
    for (customer, at, value, units) in [
        (0, 1, "west", 3),
        (0, 1, "east", 2),
        (0, 1, "east", 2),
        (1, 1, "west", 1),
        (1, 1, "east", 1),
        (1, 3, "", 9),
    ] {
        let amount = Amount::new(units, 0);
        let before = || held(&cells, customer, month(at));
        draft
            .add((customer, month(at)), value, amount, before)
            .unwrap();
        cells.add(customer, month(at), amount).unwrap();
    }
    let attribute = draft.finish("region".into(), false);
    let text = |value: Option<ValueId>| value.map(|id| attribute.value(id));
    assert_eq!(text(attribute.latest(0, month(1), month(3))), Some("east"));
    assert_eq!(text(attribute.latest(1, month(1), month(3))), Some("east"));
    assert_eq!(text(attribute.latest(1, month(2), month(3))), None);
    assert_eq!(
        text(attribute.earliest(1, month(1), month(3))),
        Some("east")
    );
    assert_eq!(attribute.contested(), [(0, month(1)), (1, month(1))]);
}

#[test]
fn blocks_hold_as_many_values_as_there_are() {
    let mut draft = AttributeDraft::default();
    let name = |number: u32| format!("value {number}");
    for number in 0..70_000 {
        let none = || Amount::ZERO;
        // The first block alone meets them all, in months of its own.
        let cell = (number % 1024, month(0).forward(number / 1024));
        draft.add(cell, &name(number), Amount::ZERO, none).unwrap();
        draft
            .add((5000, month(0)), "one", Amount::ZERO, none)
            .unwrap();
    }
    draft
        .add((0, month(0)), &name(69_999), Amount::new(-1, 0), || {
            Amount::new(7, 0)
        })
        .unwrap();
    draft
        .add((1, month(0)), &name(69_999), Amount::new(1, 0), || {
            Amount::ZERO
        })
        .unwrap();
    let attribute = draft.finish("plan".into(), false);
    for number in (0..70_000).filter(|number| *number != 1) {
        let month = month(0).forward(number / 1024);
        let value = attribute.at(number % 1024, month).unwrap();
        assert_eq!(attribute.value(value), name(number));
    }
    assert_eq!(
        attribute.at(1, month(0)).map(|id| attribute.value(id)),
        Some("value 69999")
    );
    assert_eq!(attribute.contested(), [(0, month(0)), (1, month(0))]);
}

#[test]
fn a_month_that_no_date_reaches_holds_nothing() {
    let mut draft = AttributeDraft::default();
    let none = || Amount::ZERO;
    let far = Month::new(2101, 1).unwrap();
    assert!(draft.add((0, far), "a", Amount::ZERO, none).is_none());
    assert!(
        draft
            .add((0, Month::new(1989, 12).unwrap()), "a", Amount::ZERO, none)
            .is_none()
    );
    let attribute = draft.finish("plan".into(), false);
    assert_eq!(attribute.latest(0, Month::new(1980, 1).unwrap(), far), None);
}
