//! What one customer pays for one product, as a number, while rows come in.

use hashbrown::HashMap;

use super::UNIT_SEPARATOR;
use super::intern::Interner;

/// Customers' products, each pair with a number from 0 in order of first appearance.
///
/// Names are put together once, at the end: a row costs two numbers, and no text is formed for it.
#[derive(Debug, Default)]
pub(super) struct Units {
    numbers: HashMap<(u32, u32), u32>,
    pairs: Vec<(u32, u32)>,
}

impl Units {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The number of a customer's product, given now if it has none.
    pub(super) fn number(&mut self, customer: u32, product: u32) -> u32 {
        let Units { numbers, pairs } = self;
        *numbers.entry((customer, product)).or_insert_with(|| {
            pairs.push((customer, product));
            u32::try_from(pairs.len() - 1).expect("fewer than 2^32 units")
        })
    }

    /// Takes in those of another part, whose customers and products have these numbers here, and gives the
    /// numbers that they have here themselves.
    pub(super) fn merge(&mut self, other: &Units, customers: &[u32], products: &[u32]) -> Vec<u32> {
        let pairs = other.pairs.iter();
        pairs
            .map(|(customer, product)| {
                self.number(customers[*customer as usize], products[*product as usize])
            })
            .collect()
    }

    /// The name of each: its customer's and its product's.
    pub(super) fn names(&self, customers: &Interner, products: &Interner) -> Interner {
        let mut names = Interner::default();
        let mut name = String::new();
        for (customer, product) in &self.pairs {
            name.clear();
            name.push_str(customers.name(*customer));
            name.push(UNIT_SEPARATOR);
            name.push_str(products.name(*product));
            names.intern(&name);
        }
        names
    }
}
