//! A few customers as a ledger of their own, to be changed and measured beside the whole.

use super::cells::Cells;
use super::intern::Interner;
use super::names::Names;
use super::{Cell, Ledger};
use crate::units::Month;

impl Ledger {
    /// The ledger of some customers alone, each group of them as one customer under its first one's name.
    ///
    /// # Shape
    ///
    /// Numbers follow the order of the groups. Horizon and coverage are the whole ledger's; segments and
    /// quantities are left out.
    #[must_use]
    pub fn excerpt(&self, groups: &[Vec<u32>]) -> Ledger {
        let mut names = Interner::default();
        let mut cells = Cells::with_scale(self.scale());
        let months = self.label_ends();
        for group in groups {
            let Some(first) = group.first() else { continue };
            let number = names.intern(self.name(*first));
            for month in months.iter().copied() {
                let stated = group.iter().any(|one| self.is_stated(*one, month));
                if stated {
                    let cell = Cell {
                        units: group.iter().map(|one| self.units(*one, month)).sum(),
                        is_stated: true,
                    };
                    cells.put(number, month, cell);
                }
            }
        }
        Ledger {
            customers: (0..).take(names.len()).collect(),
            names: Names::own(names),
            cells,
            quantities: None,
            attributes: Vec::new(),
            parents: None,
            coverage: self.coverage.clone(),
            negatives: 0,
            currency: self.currency.clone(),
            converted: self.converted_of(groups, &months),
            first: self.first,
            last: self.last,
            threads: self.threads,
        }
    }

    /// Puts another amount, in smallest units, into a customer's month.
    pub fn replace(&mut self, customer: u32, month: Month, cell: Cell) {
        self.cells.put(customer, month, cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_one_customer() {
        let ledger =
            Ledger::from_table("2024-01 2024-02\nacme 10 .\nbirch 1 2\ncedar . 10").unwrap();
        let excerpt = ledger.excerpt(&[vec![2, 0], vec![1]]);
        let (january, february) = (ledger.first(), ledger.last());
        assert_eq!((excerpt.name(0), excerpt.numbers()), ("cedar", 2));
        assert_eq!(
            (excerpt.units(0, january), excerpt.units(0, february)),
            (10, 10)
        );
        assert_eq!(
            (excerpt.units(1, january), excerpt.units(1, february)),
            (1, 2)
        );
    }
}
