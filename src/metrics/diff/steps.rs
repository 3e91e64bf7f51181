//! What each month of a customer does on the way from its old row to its new one.

use std::collections::BTreeMap;

use super::super::anchors::Anchors;
use super::super::detail::Units;
use super::super::effects::Part;
use super::super::movements::Reader;
use crate::ledger::{Books, Twins};
use crate::policies::{Netting, Policies};
use crate::units::Month;

/// One month put in place of another, and what the customer is of the sums more than before.
pub(super) struct Step {
    pub(super) month: Month,
    pub(super) moved: Part,
}

impl Step {
    /// True if it is of anything but the closing, which no rate reads.
    pub(super) fn moves_a_rate(&self) -> bool {
        let without_closing = Part {
            closing: 0,
            ..self.moved
        };
        without_closing != Part::default()
    }
}

/// Puts the new months in place of the old ones, one after the other in the order of the calendar.
///
/// Each time the whole customer is looked at again: a month that no end reads can decide whether somebody is new or
/// back, so what a month does is found out and not assumed. The steps of a customer add up to all of its change.
///
/// # Shape
///
/// Takes for each month the customers that differ in it, and gives for each customer its steps in order of the months.
///
/// # Panics
///
/// If a customer does not end as it is in the new books: a bug of the program, never of the data.
pub(super) fn steps(
    twins: &mut Twins,
    months: &BTreeMap<Month, Vec<u32>>,
    ends: &Anchors,
    policies: &Policies,
) -> Vec<Vec<Step>> {
    let everybody: Vec<u32> = twins.old.customers.customers().to_vec();
    let mut now = parts(&twins.old, &everybody, ends, policies);
    let mut steps: Vec<Vec<Step>> = everybody.iter().map(|_| Vec::new()).collect();
    for (month, differing) in months {
        for customer in differing {
            let new = &twins.new;
            twins.old.customers.take(*customer, *month, &new.customers);
            if let (Some(old), Some(new)) = (&mut twins.old.products, &new.products) {
                for unit in &twins.units[*customer as usize] {
                    old.take(*unit, *month, new);
                }
            }
        }
        let after = parts(&twins.old, differing, ends, policies);
        for (customer, after) in differing.iter().zip(after) {
            let before = std::mem::replace(&mut now[*customer as usize], after);
            steps[*customer as usize].push(Step {
                month: *month,
                moved: after.less(&before),
            });
        }
    }
    let new = parts(&twins.new, &everybody, ends, policies);
    assert_eq!(now, new, "a customer ends as it is in the new books");
    steps
}

/// What each of some customers is of the sums. A value below zero that would be an error at the ends of the way is cut
/// on it: nobody reads a row that is old and new in parts.
fn parts(books: &Books, customers: &[u32], ends: &Anchors, policies: &Policies) -> Vec<Part> {
    let reader = Reader::new(&books.customers, ends, policies);
    let units = Units::of(books).filter(|_| policies.netting == Netting::Product);
    let products = units
        .as_ref()
        .map(|units| (units, Reader::new(units.ledger, ends, policies)));
    let mut ignored = Vec::new();
    let part = |customer: &u32| {
        let movement = match &products {
            Some((units, products)) => reader.netted(*customer, (units, products), &mut ignored),
            None => reader.movement(*customer, &mut ignored),
        };
        ignored.clear();
        movement.map_or_else(Part::default, |movement| {
            Part::of_customer(&movement, policies.reactivation)
        })
    };
    customers.iter().map(part).collect()
}
