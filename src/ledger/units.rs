//! What one customer pays for one product, as a number, while rows come in.

use hashbrown::HashMap;

/// How many products of a customer are looked through one by one; those beyond are found by hash.
const LISTED: usize = 16;

/// Stands for the customer of a number that no unit has.
const NOBODY: u32 = u32::MAX;

/// Customers' products, each pair with a number from 0 in order of first appearance.
///
/// Most customers have a few: they are a list that starts with the newest, so that a row costs no hash, and no text
/// is formed for it.
#[derive(Debug, Default)]
pub(super) struct Units {
    /// By customer the number above that of its newest unit in the list; 0 where it has none.
    newest: Vec<u32>,
    numbered: Vec<Unit>,
    /// The units of customers with many products that are in no list.
    others: HashMap<(u32, u32), u32>,
}

#[derive(Clone, Copy, Debug)]
struct Unit {
    customer: u32,
    product: u32,
    /// The number above that of the customer's unit before this one; 0 where it is the first.
    before: u32,
}

impl Units {
    /// How many numbers there are.
    pub(super) fn len(&self) -> usize {
        self.numbered.len()
    }

    /// The customer and the product of a number, if it is a unit's.
    pub(super) fn pair(&self, number: u32) -> Option<(u32, u32)> {
        let unit = self.numbered.get(number as usize);
        let unit = unit.filter(|unit| unit.customer != NOBODY)?;
        Some((unit.customer, unit.product))
    }

    /// Every number that is a unit's.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        let numbers = (0..).take(self.numbered.len());
        numbers.filter(|number| self.pair(*number).is_some())
    }

    /// The number of a customer's product, if it has one.
    pub(super) fn find(&self, customer: u32, product: u32) -> Option<u32> {
        match self.listed(customer, product) {
            Ok(number) => Some(number),
            Err(LISTED) => self.others.get(&(customer, product)).copied(),
            Err(_) => None,
        }
    }

    /// The number of a customer's product, given now if it has none.
    #[inline]
    pub(super) fn number(&mut self, customer: u32, product: u32) -> u32 {
        match self.listed(customer, product) {
            Ok(number) => number,
            Err(listed) => self.add(customer, product, listed),
        }
    }

    /// The number of a customer's product in its list, or how many are in it.
    #[inline]
    fn listed(&self, customer: u32, product: u32) -> Result<u32, usize> {
        let newest = self.newest.get(customer as usize).copied();
        let (mut next, mut listed) = (newest.unwrap_or(0), 0);
        while let Some(number) = next.checked_sub(1) {
            let unit = &self.numbered[number as usize];
            if unit.product == product {
                return Ok(number);
            }
            (next, listed) = (unit.before, listed + 1);
        }
        Err(listed)
    }

    /// The number of a customer's product that is not among the listed ones.
    fn add(&mut self, customer: u32, product: u32, listed: usize) -> u32 {
        let above = u32::try_from(self.numbered.len() + 1).expect("fewer than 2^32 units");
        let number = above - 1;
        let mut unit = Unit {
            customer,
            product,
            before: 0,
        };
        if listed == LISTED {
            let known = *self.others.entry((customer, product)).or_insert(number);
            if known != number {
                return known;
            }
        } else {
            let customer = customer as usize;
            if self.newest.len() <= customer {
                self.newest.resize(customer + 1, 0);
            }
            unit.before = std::mem::replace(&mut self.newest[customer], above);
        }
        self.numbered.push(unit);
        number
    }

    /// Puts another part's units behind these: its customers start with the number `first_customer`, its units with
    /// `first`, its products have the numbers that `products` gives. No customer may be in both.
    pub(super) fn append(
        &mut self,
        other: Units,
        first_customer: u32,
        first: u32,
        products: impl Fn(u32) -> u32,
    ) {
        let hole = Unit {
            customer: NOBODY,
            product: 0,
            before: 0,
        };
        self.numbered.resize(first as usize, hole);
        self.newest.resize(first_customer as usize, 0);
        let above = |above: u32| if above == 0 { 0 } else { above + first };
        self.newest.extend(other.newest.into_iter().map(above));
        let units = other.numbered.into_iter();
        self.numbered.extend(units.map(|unit| match unit.customer {
            NOBODY => unit,
            customer => Unit {
                customer: customer + first_customer,
                product: products(unit.product),
                before: above(unit.before),
            },
        }));
        let others = other.others.into_iter();
        self.others
            .extend(others.map(|((customer, product), number)| {
                let pair = (customer + first_customer, products(product));
                (pair, number + first)
            }));
    }

    /// Takes in those of another part, whose customers and products have these numbers here, and gives the
    /// numbers that they have here themselves.
    pub(super) fn merge(&mut self, other: &Units, customers: &[u32], products: &[u32]) -> Vec<u32> {
        let units = other.numbered.iter();
        units
            .map(|unit| match customers.get(unit.customer as usize) {
                Some(customer) => self.number(*customer, products[unit.product as usize]),
                None => NOBODY,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_pair_keeps_its_number(
            pairs in prop::collection::vec((0..3_u32, 0..40_u32), 0..400),
            others in prop::collection::vec((0..3_u32, 0..40_u32), 0..400),
        ) {
            let (mut units, mut known) = (Units::default(), HashMap::new());
            for pair in &pairs {
                let number = u32::try_from(known.len()).unwrap();
                let expected = *known.entry(*pair).or_insert(number);
                prop_assert_eq!(units.find(pair.0, pair.1), (expected != number).then_some(expected));
                prop_assert_eq!(units.number(pair.0, pair.1), expected);
                prop_assert_eq!(units.pair(expected), Some(*pair));
            }
            prop_assert_eq!(units.numbers().count(), known.len());
            let mut theirs = Units::default();
            for (customer, product) in &others {
                theirs.number(*customer, *product);
            }
            // Customers 0 to 2 are 2 to 0 here, products one higher.
            let products: Vec<u32> = (1..=40).collect();
            let renumbered = units.merge(&theirs, &[2, 1, 0], &products);
            for (customer, product) in &others {
                let theirs = theirs.find(*customer, *product).unwrap();
                let mine = units.find(2 - *customer, *product + 1).unwrap();
                prop_assert_eq!(renumbered[theirs as usize], mine);
            }
            let count = theirs.numbers().count();
            let known = units.numbers().count();
            units.append(theirs, 1024, 2048, |product| products[product as usize]);
            prop_assert_eq!(units.numbers().count(), known + count);
            for (customer, product) in others {
                let pair = (customer + 1024, product + 1);
                let number = units.find(pair.0, pair.1).unwrap();
                prop_assert!(number >= 2048);
                prop_assert_eq!(units.pair(number), Some(pair));
                prop_assert_eq!(units.number(pair.0, pair.1), number);
            }
            prop_assert_eq!((units.pair(2047), units.len()), (None, 2048 + count));
        }
    }
}
