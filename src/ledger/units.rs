//! What one customer pays for one product, as a number, while rows come in.

use hashbrown::HashMap;

use crate::machine::bring_near;

/// Stands for the customer of a number that no unit has.
const NOBODY: u32 = u32::MAX;

/// Customers' products, each pair with a number from 0 in order of first appearance.
///
/// Most files have a few products: each customer has a place for every one of them then, and a row costs one wait for
/// memory. Pairs with products beyond these are found by hash.
#[derive(Debug, Default)]
pub(super) struct Units {
    numbered: Vec<Unit>,
    /// By customer, and in it by product, the number above that of the unit; 0 where it has none.
    places: Vec<u32>,
    /// How many products have a place, as a power of two.
    width: u32,
    /// The units of products that have none.
    others: HashMap<(u32, u32), u32>,
}

/// How many products may have a place, as a power of two: 64 bytes a customer.
const WIDTH_MAX: u32 = 4;

#[derive(Clone, Copy, Debug)]
struct Unit {
    customer: u32,
    product: u32,
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
        if product >> self.width > 0 {
            return self.others.get(&(customer, product)).copied();
        }
        let above = self.places.get(self.place(customer, product))?;
        above.checked_sub(1)
    }

    /// Asks for where the number of a customer's product stands.
    #[inline]
    pub(super) fn bring_near(&self, customer: u32, product: u32) {
        bring_near(&self.places, self.place(customer, product));
    }

    /// The number of a customer's product, given now if it has none.
    #[inline]
    pub(super) fn number(&mut self, customer: u32, product: u32) -> u32 {
        if product >> self.width == 0
            && let Some(above) = self.places.get(self.place(customer, product))
            && let Some(number) = above.checked_sub(1)
        {
            return number;
        }
        self.add(customer, product)
    }

    /// Where the number of a customer's product stands, if the product has a place.
    #[inline]
    const fn place(&self, customer: u32, product: u32) -> usize {
        ((customer as usize) << self.width).wrapping_add(product as usize)
    }

    /// The number of a customer's product that has no place, or none that is filled.
    #[inline(never)]
    fn add(&mut self, customer: u32, product: u32) -> u32 {
        let above = u32::try_from(self.numbered.len() + 1).expect("fewer than 2^32 units");
        if product >> WIDTH_MAX > 0 {
            let known = *self.others.entry((customer, product)).or_insert(above - 1);
            if known != above - 1 {
                return known;
            }
        } else {
            self.widen(u32::BITS - product.leading_zeros());
            let place = self.place(customer, product);
            if self.places.len() <= place {
                // For all of its products, so that the next ones find their places.
                self.places.resize((customer as usize + 1) << self.width, 0);
            }
            self.places[place] = above;
        }
        self.numbered.push(Unit { customer, product });
        above - 1
    }

    /// Gives so many products places, as a power of two.
    fn widen(&mut self, width: u32) {
        if width <= self.width {
            return;
        }
        let mut places = vec![0; self.places.len() << (width - self.width)];
        let customers = self.places.chunks(1 << self.width);
        for (room, known) in places.chunks_mut(1 << width).zip(customers) {
            room[..known.len()].copy_from_slice(known);
        }
        (self.places, self.width) = (places, width);
    }

    /// Makes room for so many customers and units.
    pub(super) fn reserve(&mut self, customers: usize, units: usize) {
        let places = customers << self.width;
        self.places
            .reserve(places.saturating_sub(self.places.len()));
        let more = units.saturating_sub(self.numbered.len());
        self.numbered.reserve(more);
    }

    /// Puts another part's units behind these: its customers start with the number `first_customer`, its units with
    /// `first`. No customer may be in both, and products have to mean the same.
    pub(super) fn append(&mut self, mut other: Units, first_customer: u32, first: u32) {
        let width = self.width.max(other.width);
        self.widen(width);
        other.widen(width);
        self.places.resize((first_customer as usize) << width, 0);
        let above = |above: u32| if above == 0 { 0 } else { above + first };
        self.places.extend(other.places.into_iter().map(above));
        let hole = Unit {
            customer: NOBODY,
            product: 0,
        };
        self.numbered.resize(first as usize, hole);
        let units = other.numbered.into_iter();
        self.numbered.extend(units.map(|unit| match unit.customer {
            NOBODY => unit,
            customer => Unit {
                customer: customer + first_customer,
                ..unit
            },
        }));
        let others = other.others.into_iter();
        self.others
            .extend(others.map(|((customer, product), number)| {
                ((customer + first_customer, product), number + first)
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
            units.append(theirs, 1024, 2048);
            prop_assert_eq!(units.numbers().count(), known + count);
            for (customer, product) in others {
                let pair = (customer + 1024, product);
                let number = units.find(pair.0, pair.1).unwrap();
                prop_assert!(number >= 2048);
                prop_assert_eq!(units.pair(number), Some(pair));
                prop_assert_eq!(units.number(pair.0, pair.1), number);
            }
            prop_assert_eq!((units.pair(2047), units.len()), (None, 2048 + count));
        }
    }
}
