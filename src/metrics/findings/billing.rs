//! Who is billed once a year: in windows shorter than a year such a customer reads as churn.

use crate::ledger::Ledger;
use crate::units::Grain;

/// How many months may lie between two yearly invoices: one may come a month early or late.
const YEAR: std::ops::RangeInclusive<i32> = 11..=13;

/// The customers that have revenue in one month of every twelve, by their numbers.
///
/// # Shape
///
/// At least two such months, each a year after the one before, give or take a month; a customer with one month of
/// revenue proves nothing and is left out. Nobody where rows are labelled by longer periods.
///
/// # Example
///
/// ```
/// use nrr::ledger::Ledger;
/// use nrr::metrics::billed_once_a_year;
///
/// let ledger = Ledger::from_table(
///     "       2023-01 2023-02 2024-01 2024-02
///      acme     1200       .    1300       .
///      birch     100     100     100     100
///      cedar       .    1200       .       .",
/// ).unwrap();
/// assert_eq!(billed_once_a_year(&ledger), [0]);
/// ```
#[must_use]
pub fn billed_once_a_year(ledger: &Ledger) -> Vec<u32> {
    let mut found = Vec::new();
    if ledger.grain() != Grain::Month {
        return found;
    }
    let months = ledger.label_ends();
    ledger.each_row(&mut |customer, row| {
        let paid = row.iter().zip(&months).filter(|(cell, _)| cell.units > 0);
        let mut paid = paid.map(|(_, month)| *month);
        let Some(mut last) = paid.next() else { return };
        let mut years = 0;
        for month in paid {
            if !YEAR.contains(&last.until(month)) {
                return;
            }
            (last, years) = (month, years + 1);
        }
        if years > 0 {
            found.push(customer);
        }
    });
    found
}
