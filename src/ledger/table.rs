//! Ledgers as text tables: the language of tests.

use super::{Entry, Layout, Ledger, Part, RowPlace};
use crate::policies::Duplicates;
use crate::units::{Amount, Grain, Month};

impl Ledger {
    /// Reads a ledger from a table: a header of months, a row a customer, `.` for no entry and `0`
    /// for a zero that was stated.
    ///
    /// `None` for anything that is no such table. Meant for tests and examples.
    ///
    /// # Example
    ///
    /// ```
    /// use nrr::{ledger::Ledger, units::Month};
    ///
    /// let ledger = Ledger::from_table(
    ///     "          2024-03  2025-03
    ///      acme         100      120
    ///      dune           .       50",
    /// ).unwrap();
    /// assert_eq!(ledger.units(0, Month::parse("2025-03").unwrap()), 120);
    /// ```
    #[must_use]
    pub fn from_table(text: &str) -> Option<Ledger> {
        let mut lines = text.lines().map(str::split_whitespace);
        let months: Vec<Month> = lines.next()?.map(Month::parse).collect::<Option<_>>()?;
        let mut part = Part::new(Duplicates::Sum, Layout::default());
        for (cells, number) in lines.zip(2..) {
            let place = RowPlace {
                file: 0,
                line: number,
            };
            add_customer(&mut part, &months, cells, place)?;
        }
        let books = part.finish(&[], None, None).ok()?;
        Some(books.customers)
    }
}

fn add_customer<'a>(
    part: &mut Part,
    months: &[Month],
    mut cells: impl Iterator<Item = &'a str>,
    place: RowPlace,
) -> Option<()> {
    let customer = cells.next()?;
    for month in months {
        part.cover(*month, Grain::Month, place);
        let cell = cells.next()?;
        if cell != "." {
            let amount = Amount::parse_plain(cell)?;
            part.add(&Entry {
                customer,
                month: *month,
                day: 0,
                amount,
                quantity: None,
                product: "",
                attributes: &[],
                place,
            });
        }
    }
    cells.next().is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_one_cell_a_month() {
        for row in ["acme 1", "acme 1 2 3", "acme 1 x"] {
            let table = format!("2024-01 2024-02\n{row}");
            assert!(Ledger::from_table(&table).is_none(), "{row}");
        }
    }
}
