//! Everything that was read, in the ledgers that the numbers are made from.

use super::{Attribute, Ledger};

/// The ledger by customer, and what stands beside it.
#[derive(Debug)]
pub struct Books {
    /// By customer.
    pub customers: Ledger,
    /// The same by customer and product; the columns of `--by` are its own where products are the segments.
    pub products: Option<Ledger>,
    /// True where `--by` names the product column: each product is then a unit of its own.
    pub segments_are_products: bool,
}

impl Books {
    /// The books of a ledger that nothing stands beside.
    #[must_use]
    pub fn of(customers: Ledger) -> Books {
        Books {
            customers,
            products: None,
            segments_are_products: false,
        }
    }

    /// Segments by other columns from now on, or by none; gives those that were there. They have to be columns of these books.
    pub fn swap_attributes(&mut self, others: Vec<Attribute>) -> Vec<Attribute> {
        let ledger = match &mut self.products {
            Some(products) if self.segments_are_products => products,
            _ => &mut self.customers,
        };
        ledger.swap_attributes(others)
    }

    /// Takes out the values of the first column that was read beside the amounts.
    pub fn take_attribute(&mut self) -> Option<Attribute> {
        let ledger = match &mut self.products {
            Some(products) if self.segments_are_products => products,
            _ => &mut self.customers,
        };
        ledger.take_attribute()
    }

    /// True where the amounts have quantities beside them.
    #[must_use]
    pub fn has_quantities(&self) -> bool {
        let products = self.products.as_ref();
        self.customers.has_quantities() || products.is_some_and(Ledger::has_quantities)
    }

    /// The ledger that holds the columns of `--by`.
    #[must_use]
    pub fn by_unit(&self) -> &Ledger {
        match &self.products {
            Some(products) if self.segments_are_products => products,
            _ => &self.customers,
        }
    }
}
