//! Short absences filled with the amount before them: what `grace` does.

use super::{Cell, Ledger};
use crate::units::Month;

/// One month of a customer that was filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bridged {
    /// Whose.
    pub customer: u32,
    /// The month that was filled.
    pub month: Month,
    /// The last month with revenue before it, whose amount it took.
    pub from: Month,
    /// What stood there before: nothing, a zero, or less.
    pub before: Cell,
}

impl Ledger {
    /// Fills every absence of at most `months` months between two months with revenue with the last amount.
    ///
    /// Nothing is filled after a customer's last month with revenue, nor in a month in which nobody has a
    /// row: that stays a missing month. Segments go with the amount where the month states none.
    ///
    /// # Shape
    ///
    /// Gives what was filled, by customer and month. Where rows are labelled by quarter an absence is as long
    /// as the quarters between.
    ///
    /// # Source
    ///
    /// `docs/definitions.md#grace`.
    ///
    /// # Example
    ///
    /// ```
    /// use nrr::ledger::Ledger;
    ///
    /// let mut ledger = Ledger::from_table(
    ///     "       2024-01 2024-02 2024-03 2024-04
    ///      acme       100       .     120       .
    ///      birch       50       .       .      50",
    /// ).unwrap();
    /// let bridged = ledger.bridge(1);
    ///
    /// assert_eq!(bridged.len(), 1); // birch is away for two months, and acme's end is open
    /// assert_eq!(ledger.units(0, bridged[0].month), 100);
    /// ```
    pub fn bridge(&mut self, months: u32) -> Vec<Bridged> {
        let bridged = self.absences(months);
        self.fill(&bridged);
        bridged
    }

    /// Fills in the ledger by product what was filled in that by customer: each product of an absent customer
    /// is as it was in the month before the absence.
    pub fn bridge_products(&mut self, customers: &Ledger, bridged: &[Bridged]) {
        let mut filled = Vec::new();
        for unit in &self.customers {
            let Some(owner) = self.owner(*unit, customers) else {
                continue;
            };
            let start = bridged.partition_point(|bridged| bridged.customer < owner);
            let owners = bridged[start..].iter();
            let owners = owners.take_while(|bridged| bridged.customer == owner);
            filled.extend(owners.map(|bridged| Bridged {
                customer: *unit,
                before: self.cells.cell(*unit, bridged.month),
                ..*bridged
            }));
        }
        self.fill(&filled);
    }

    /// The absences of at most so many months, month by month.
    fn absences(&self, months: u32) -> Vec<Bridged> {
        let ends = self.label_ends();
        let grain = self.grain().months().cast_signed();
        let mut found = Vec::new();
        self.each_row(&mut |customer, row| {
            let mut paid: Option<usize> = None;
            let paying = row.iter().enumerate().filter(|(_, cell)| cell.units > 0);
            for (index, _) in paying {
                if let Some(before) = paid.replace(index) {
                    let away = ends[before].until(ends[index]) - grain;
                    let is_short = away > 0 && away.unsigned_abs() <= months;
                    let gap = (before + 1..index).filter(|_| is_short);
                    let gap = gap.filter(|between| self.has_rows(ends[*between]));
                    found.extend(gap.map(|between| Bridged {
                        customer,
                        month: ends[between],
                        from: ends[before],
                        before: row[between],
                    }));
                }
            }
        });
        found
    }

    fn fill(&mut self, bridged: &[Bridged]) {
        for one in bridged {
            let cell = self.cells.cell(one.customer, one.from);
            let cell = self.carry_currencies(one).unwrap_or(cell);
            self.cells.put(one.customer, one.month, cell);
            if let Some(quantities) = &mut self.quantities {
                let cell = quantities.cell(one.customer, one.from);
                quantities.put(one.customer, one.month, cell);
            }
        }
        for attribute in &mut self.attributes {
            attribute.carry(bridged);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::UNIT_SEPARATOR;

    fn bridged(table: &str, months: u32) -> Vec<String> {
        let mut ledger = Ledger::from_table(table).unwrap();
        let filled = ledger.bridge(months);
        filled
            .iter()
            .map(|one| {
                let amount = ledger.units(one.customer, one.month);
                format!("{} {} {amount}", ledger.name(one.customer), one.month)
            })
            .collect()
    }

    #[test]
    fn only_short_absences_between_revenue_are_filled() {
        let table = "
                   2024-01 2024-02 2024-03 2024-04 2024-05 2024-06
            acme        10       .      12       .       .      14
            birch        .      20       0      -5      30       .
            cedar        5       .       .       .       5       5";
        let table = table.trim_start();
        assert_eq!(bridged(table, 0), [""; 0]);
        assert_eq!(bridged(table, 1), ["acme 2024-02 10"]);
        let two = [
            "acme 2024-02 10",
            "acme 2024-04 12",
            "acme 2024-05 12",
            "birch 2024-03 20",
            "birch 2024-04 20",
        ];
        assert_eq!(bridged(table, 2), two);
        assert_eq!(bridged(table, 3).len(), two.len() + 3);
    }

    #[test]
    fn a_month_in_which_nobody_has_a_row_stays_missing() {
        let table = "        2024-01 2024-03 2024-04\n acme 10 . 10";
        assert_eq!(bridged(table, 1), [""; 0]);
        assert_eq!(bridged(table, 2), ["acme 2024-03 10"]);
    }

    #[test]
    fn what_stood_there_is_kept_beside_it() {
        let mut ledger = Ledger::from_table("2024-01 2024-02 2024-03\nacme 10 -5 10").unwrap();
        let filled = ledger.bridge(1);
        assert_eq!(filled[0].before.units, -5);
        assert!(filled[0].before.is_stated);
    }

    #[test]
    fn products_go_with_their_customer() {
        let products = format!(
            "2024-01 2024-02 2024-03\nacme{UNIT_SEPARATOR}a 10 . .\nacme{UNIT_SEPARATOR}b 5 . 20\nbirch{UNIT_SEPARATOR}a 7 . 7\nbirch{UNIT_SEPARATOR}b 1 1 1"
        );
        let mut products = Ledger::from_table(&products).unwrap();
        let mut customers =
            Ledger::from_table("2024-01 2024-02 2024-03\nbirch 8 1 8\nacme 15 . 20").unwrap();
        let filled = customers.bridge(1);
        products.bridge_products(&customers, &filled);
        let february = Month::new(2024, 2).unwrap();
        let held: Vec<i128> = (0..4).map(|unit| products.units(unit, february)).collect();
        assert_eq!(held, [10, 5, 0, 1]);
    }
}
