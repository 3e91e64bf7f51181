//! What the numbers of a ledger are called.

use std::sync::{Arc, OnceLock};

use super::UNIT_SEPARATOR;
use super::intern::Interner;
use super::units::Units;

/// The names of a ledger, cheap to share with another.
#[derive(Clone, Debug)]
pub(super) enum Names {
    /// As they were read.
    Own(Arc<Interner>),
    /// Each a customer's and its product's.
    Pairs(Arc<Pairs>),
}

/// Names that are put together from others: two numbers each, and no text before one is asked for.
#[derive(Debug)]
pub(super) struct Pairs {
    units: Units,
    customers: Arc<Interner>,
    products: Interner,
    texts: OnceLock<Arc<Interner>>,
}

impl Names {
    pub(super) fn own(names: Interner) -> Names {
        Names::Own(Arc::new(names))
    }

    /// The names of units, whose customers have these names.
    pub(super) fn of_units(units: Units, customers: &Names, products: Interner) -> Names {
        Names::Pairs(Arc::new(Pairs {
            units,
            customers: Arc::clone(customers.texts()),
            products,
            texts: OnceLock::new(),
        }))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Names::Own(names) => names.len(),
            Names::Pairs(pairs) => pairs.units.len(),
        }
    }

    pub(super) fn name(&self, number: u32) -> &str {
        self.texts().name(number)
    }

    pub(super) fn find(&self, name: &str) -> Option<u32> {
        match self {
            Names::Own(names) => names.find(name),
            Names::Pairs(pairs) => {
                let (customer, product) = name.split_once(UNIT_SEPARATOR)?;
                let customer = pairs.customers.find(customer)?;
                pairs.units.find(customer, pairs.products.find(product)?)
            }
        }
    }

    /// The number of a name, given now if it has none.
    pub(super) fn intern(&mut self, name: &str) -> u32 {
        if let Some(number) = self.find(name) {
            return number;
        }
        if let Names::Pairs(pairs) = self {
            *self = Names::Own(Arc::clone(pairs.texts()));
        }
        match self {
            Names::Own(names) => Arc::make_mut(names).intern(name),
            Names::Pairs(_) => unreachable!("made its own above"),
        }
    }

    /// A name's parts, of a customer and its product where it is put together.
    pub(super) fn parts(&self, number: u32) -> (&str, Option<&str>) {
        match self {
            Names::Own(names) => {
                let name = names.name(number);
                let parts = name.split_once(UNIT_SEPARATOR);
                parts.map_or((name, None), |(customer, product)| {
                    (customer, Some(product))
                })
            }
            Names::Pairs(pairs) => match pairs.units.pair(number) {
                Some((customer, product)) => {
                    let customer = pairs.customers.name(customer);
                    (customer, Some(pairs.products.name(product)))
                }
                None => ("", None),
            },
        }
    }

    /// The number that the customer of a unit, or the name itself, has among others.
    pub(super) fn owner(&self, number: u32, customers: &Names) -> Option<u32> {
        if let (Names::Pairs(pairs), Names::Own(names)) = (self, customers)
            && Arc::ptr_eq(&pairs.customers, names)
        {
            return pairs.units.pair(number).map(|(customer, _)| customer);
        }
        customers.find(self.parts(number).0)
    }

    fn texts(&self) -> &Arc<Interner> {
        match self {
            Names::Own(names) => names,
            Names::Pairs(pairs) => pairs.texts(),
        }
    }
}

impl Pairs {
    fn texts(&self) -> &Arc<Interner> {
        self.texts.get_or_init(|| {
            let mut texts = Interner::default();
            let mut text = String::new();
            for number in (0..).take(self.units.len()) {
                text.clear();
                match self.units.pair(number) {
                    Some((customer, product)) => {
                        text.push_str(self.customers.name(customer));
                        text.push(UNIT_SEPARATOR);
                        text.push_str(self.products.name(product));
                    }
                    // Nobody is called so: the next one keeps its number.
                    None => text.extend([UNIT_SEPARATOR; 2]),
                }
                if texts.intern(&text) != number {
                    text.push_str(&number.to_string());
                    texts.intern(&text);
                }
            }
            Arc::new(texts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> (Names, Names) {
        let (mut customers, mut products) = (Interner::default(), Interner::default());
        let mut units = Units::default();
        for (customer, product) in [("acme", "a"), ("birch", "b"), ("acme", ""), ("birch", "a")] {
            units.number(customers.intern(customer), products.intern(product));
        }
        let customers = Names::own(customers);
        (Names::of_units(units, &customers, products), customers)
    }

    #[test]
    fn a_unit_is_found_by_the_name_that_it_has() {
        let (units, customers) = units();
        let names = ["acme\0a", "birch\0b", "acme\0", "birch\0a"];
        assert_eq!(units.len(), names.len());
        for (number, name) in (0..).zip(names) {
            assert_eq!(units.find(name), Some(number));
            assert_eq!(units.name(number), name);
            assert_eq!(units.parts(number).1, name.split('\0').nth(1));
            assert_eq!(units.owner(number, &customers), Some(number % 2));
        }
        for name in ["acme\0b", "acme", "cedar\0a", "acme\0a\0"] {
            assert_eq!(units.find(name), None);
        }
    }

    #[test]
    fn a_new_name_leaves_the_numbers_of_others() {
        let (mut units, mut customers) = units();
        let before = units.clone();
        assert_eq!(units.intern("birch\0b"), 1);
        assert_eq!(units.intern("cedar\0a"), 4);
        assert_eq!(units.intern("cedar\0a"), 4);
        assert_eq!((units.name(4), units.name(2)), ("cedar\0a", "acme\0"));
        assert_eq!((units.len(), before.len()), (5, 4));
        // The customers of another ledger have other numbers.
        customers.intern("cedar");
        let mut other = Interner::default();
        let numbers = ["cedar", "birch"].map(|name| other.intern(name));
        assert_eq!(numbers, [0, 1]);
        let other = Names::own(other);
        assert_eq!(units.owner(4, &other), Some(0));
        assert_eq!(before.owner(1, &other), Some(1));
        assert_eq!(before.owner(1, &customers), Some(1));
        assert_eq!(units.owner(0, &other), None);
    }
}
