//! What only two books at hand can show.

use super::*;
use crate::ledger::{Ledger, UNIT_SEPARATOR};
use crate::metrics::movements::detailed;
use crate::policies::{Origin, Policies};
use crate::units::FiscalYear;

fn books(table: &str) -> Books {
    Books::of(Ledger::from_table(table).unwrap())
}

fn february() -> Period {
    Period::parse("2024-02", FiscalYear::CALENDAR).unwrap()
}

fn policies(settings: &[(&str, &str)]) -> Policies {
    let mut policies = Policies::default();
    for (name, value) in settings {
        policies.set(name, value, Origin::Flag).unwrap();
    }
    policies
}

fn found(old: &Books, new: &Books, policies: &Policies) -> Result<Changes, Unlike> {
    let total = |books: &Books| {
        let units = super::super::detail::Units::of(books);
        let ledger = &books.customers;
        let Ok(ends) = anchors(ledger, february(), 1, policies) else {
            return Rollforward::empty(ledger.scale());
        };
        let movements = detailed(ledger, units.as_ref(), &ends, policies).unwrap();
        Rollforward::total(&movements, policies.reactivation, ledger.scale())
    };
    let (of_old, of_new) = (total(old), total(new));
    let measured = [(old, &of_old), (new, &of_new)];
    changes(
        measured.map(|(books, total)| Measured { books, total }),
        february(),
        policies,
    )
}

/// Customers with their months, amounts and effects on both rates in millionths.
fn shown(changes: &Changes) -> Vec<String> {
    let millionths = |effects: &Result<Effects, NoRate>| match effects {
        Ok(effects) => {
            let units = |one: &Difference| one.rounded(6).unwrap().units();
            format!("{} {}", units(&effects.nrr), units(&effects.grr))
        }
        Err(none) => none.reason().to_owned(),
    };
    let amount = |amount: Option<Amount>| amount.map_or(".".to_owned(), |one| one.to_string());
    let mut lines = Vec::new();
    for one in &changes.customers {
        let name = &one.customer;
        if let Some(old) = &one.old_name {
            lines.push(format!("{name} was {old}"));
        }
        for month in &one.months {
            let (old, new) = (amount(month.old), amount(month.new));
            let effects = millionths(&month.effects);
            lines.push(format!("{name} {} {old} {new} {effects}", month.month));
        }
    }
    lines
}

#[test]
fn amounts_stand_at_the_decimals_of_both() {
    let old = books("2024-01 2024-02\nacme 100 90\nbirch 100 100");
    let new = books("2024-01 2024-02\nacme 100.00 90.125\nbirch 100 100");
    let changes = found(&old, &new, &Policies::default()).unwrap();
    assert_eq!(shown(&changes), ["acme 2024-02 90.000 90.125 625 625"]);
}

#[test]
fn a_value_below_zero_on_the_way_is_cut_and_the_steps_still_add_up() {
    let old = books("2023-12 2024-01 2024-02 2024-03\nacme 100 100 -80 90\nbirch 9 9 9 9");
    let new = books("2023-12 2024-01 2024-02 2024-03\nacme 10 100 90 -80\nbirch 9 9 9 9");
    let period = Period::parse("2024-02..2024-03", FiscalYear::CALENDAR).unwrap();
    let policies = policies(&[("basis", "flow")]);
    let total = |books: &Books| {
        let ledger = &books.customers;
        let ends = anchors(ledger, period, 2, &policies).unwrap();
        let movements = detailed(ledger, None, &ends, &policies).unwrap();
        Rollforward::total(&movements, policies.reactivation, ledger.scale())
    };
    let (of_old, of_new) = (total(&old), total(&new));
    let measured = [(&old, &of_old), (&new, &of_new)];
    let measured = measured.map(|(books, total)| Measured { books, total });
    let changes = changes(measured, period, &policies).unwrap();
    let months: Vec<Month> = changes.customers[0]
        .months
        .iter()
        .map(|month| month.month)
        .collect();
    assert_eq!(months.len(), 3);
    let whole = changes.effects.unwrap();
    let due = of_new.nrr().minus(of_old.nrr()).unwrap();
    assert!(whole.nrr.is_same(&due) && !whole.nrr.is_zero());
}

#[test]
fn what_is_unlike_is_said() {
    let plain = books("2024-01 2024-02\nacme 100 90");
    let products = format!("2024-01 2024-02\nacme{UNIT_SEPARATOR}core 100 90");
    let with_products = Books {
        products: Some(Ledger::from_table(&products).unwrap()),
        ..books("2024-01 2024-02\nacme 100 90")
    };
    let netted = policies(&[("netting", "product")]);
    let why = found(&plain, &with_products, &netted).unwrap_err();
    assert_eq!(why, Unlike::Products);
    assert!(found(&plain, &with_products, &Policies::default()).is_ok());
    let large = format!("2024-01 2024-02\nacme {} 90", 10_i128.pow(30));
    let fine = "2024-01 2024-02\nacme 100 90.000000000000000001";
    let why = found(&books(&large), &books(fine), &Policies::default()).unwrap_err();
    assert_eq!(why, Unlike::TooLarge);
}

#[test]
fn without_a_rate_there_is_no_effect_and_the_months_are_listed() {
    let none = books("2024-01 2024-02\nacme . 90\nbirch 0 5");
    let some = books("2024-01 2024-02\nacme 10 90\nbirch 0 5");
    let old = "no customer has revenue at the opening in the old export";
    let new = "no customer has revenue at the opening in the new export";
    for (before, after, reason) in [(&none, &some, old), (&some, &none, new)] {
        let changes = found(before, after, &Policies::default()).unwrap();
        assert!(
            shown(&changes)[0].ends_with(reason),
            "{:?}",
            shown(&changes)
        );
    }
}
