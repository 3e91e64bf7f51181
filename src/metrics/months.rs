//! What each month of a ledger holds: rows, customers with revenue, and the sum of its amounts.

use crate::ledger::Ledger;
use crate::units::{Amount, Month, Period};

/// One label of a ledger: a month, or the longer period that its rows are labelled by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthTotal {
    /// What its rows are labelled by.
    pub period: Period,
    /// True if a row of anybody stands in it.
    pub has_rows: bool,
    /// How many customers have revenue, an amount above zero.
    pub customers: u64,
    /// The sum of all amounts, also of those below zero.
    pub amount: Amount,
}

/// Adds up every label of the horizon, earliest first, also those without rows.
///
/// # Units
///
/// Amounts are in the ledger's currency; their sum over all labels is that of the whole ledger.
#[must_use]
pub fn months(ledger: &Ledger) -> Vec<MonthTotal> {
    let ends = ledger.first().through(ledger.last());
    let ends = ends.filter(|month| ledger.is_label_end(*month));
    ends.map(|end| total(ledger, end)).collect()
}

fn total(ledger: &Ledger, end: Month) -> MonthTotal {
    let (mut units, mut customers) = (0, 0);
    for customer in ledger.customers() {
        let held = ledger.units(*customer, end);
        units += held;
        customers += u64::from(held > 0);
    }
    MonthTotal {
        period: Period::ending(end, ledger.grain()),
        has_rows: ledger.has_rows(end),
        customers,
        amount: Amount::new(units, ledger.scale()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_counts_revenue_and_adds_up_all_amounts() {
        let ledger = Ledger::from_table(
            "       2024-01  2024-02  2024-03
             acme     100.5      .        0
             birch    -20        .       30
             cedar      .        .        .",
        )
        .unwrap();
        let found: Vec<(u64, String)> = months(&ledger)
            .iter()
            .map(|month| (month.customers, month.amount.to_string()))
            .collect();
        let expected = [(1, "80.5"), (0, "0.0"), (1, "30.0")];
        assert_eq!(found, expected.map(|(count, sum)| (count, sum.to_owned())));
    }
}
