//! Customers counted as others: merged ids, and the units of a parent.

use std::rc::Rc;

use super::names::Names;
use super::{Attribute, Books, Bridged, IdMap, Ledger, NO_PARENT, UNIT_SEPARATOR};
use crate::units::Month;

/// The books by parent, as parents are at one closing.
#[derive(Debug)]
pub struct Units {
    /// The ledgers, each customer counted under its parent's name. A number that is a customer's is that of the
    /// same name in the books they were made of.
    pub books: Books,
    /// The months that were filled in the ledger of units.
    pub bridged: Vec<Bridged>,
    /// The unit of each customer, by number: what makes two closings the same.
    grouping: Vec<u32>,
}

/// Whom a customer's rows count as: ids that are merged, and then units of a parent.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    /// Which ids are merged.
    pub map: Option<&'a IdMap>,
    /// The units, and the ledger by customer that they were made of.
    pub units: Option<(&'a Units, &'a Ledger)>,
}

impl<'a> Whose<'a> {
    /// True where everybody counts as itself.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.map.is_none() && self.units.is_none()
    }

    /// The name that a customer's month counts under.
    #[must_use]
    pub fn name(&self, customer: &'a str, month: Month) -> &'a str {
        let merged = self.map.and_then(|map| map.name(customer, month));
        let name = merged.unwrap_or(customer);
        let unit = self.units.and_then(|(units, customers)| {
            let number = customers.find(name)?;
            let unit = units.grouping.get(number as usize)?;
            Some(units.books.customers.name(*unit))
        });
        unit.unwrap_or(name)
    }
}

impl Books {
    /// The books with the ids that a map names counted as those that they are.
    ///
    /// Rows, segments and parents of an id count as its successor's, month by month.
    #[must_use]
    pub fn mapped(&self, map: &IdMap) -> Books {
        let products = self.products.as_ref();
        Books {
            customers: self.customers.mapped(map),
            products: products.map(|products| products.mapped(map)),
            segments_are_products: self.segments_are_products,
        }
    }

    /// The books by parent at a closing, absences of at most `grace` months filled; those of `known` where they are
    /// the same.
    ///
    /// # Shape
    ///
    /// The parent of a customer, for all its months, is that of its latest row up to the closing's last month; of
    /// several in that month the one with the larger amount, then the first in byte order. Without any it is
    /// the customer itself.
    ///
    /// # Source
    ///
    /// `docs/definitions.md#level`.
    #[must_use]
    pub fn by_parent(&self, closing: Month, grace: u32, known: Option<Rc<Units>>) -> Rc<Units> {
        let grouping = self.customers.parents_at(closing);
        if let Some(known) = known.filter(|known| known.grouping == grouping) {
            return known;
        }
        let unit = |customer: u32| grouping[customer as usize];
        let mut customers = self.customers.of_units(self.customers.names.clone(), &unit);
        let mut products = self.products.as_ref().map(|products| {
            let (names, units) = products.units_of_products(&self.customers, &unit);
            products.of_units(names, &|number| units[number as usize])
        });
        let bridged = customers.bridge(grace);
        if let Some(products) = &mut products {
            products.bridge_products(&customers, &bridged);
        }
        Rc::new(Units {
            books: Books {
                customers,
                products,
                segments_are_products: self.segments_are_products,
            },
            bridged,
            grouping,
        })
    }
}

impl Ledger {
    /// Gives every parent a number, so that a unit has one before it is put together.
    pub(super) fn number_parents(&mut self) {
        let parents = self.parents.iter().flat_map(Attribute::values);
        let parents = parents.filter(|parent| *parent != NO_PARENT);
        for parent in parents {
            self.names.intern(parent);
        }
    }

    /// The number of each customer's parent at a closing; its own where it has none.
    fn parents_at(&self, closing: Month) -> Vec<u32> {
        let parent = |customer: u32| {
            let parents = self.parents.as_ref()?;
            let parent = parents.latest(customer, self.first, closing)?;
            let name = parents.value(parent);
            self.names.find(name).filter(|_| name != NO_PARENT)
        };
        let numbers = (0..).take(self.names.len());
        numbers
            .map(|customer| parent(customer).unwrap_or(customer))
            .collect()
    }

    /// For the ledger by product: the names of all units of a product, and the unit of each number.
    fn units_of_products(
        &self,
        customers: &Ledger,
        unit: &dyn Fn(u32) -> u32,
    ) -> (Names, Vec<u32>) {
        let mut names = self.names.clone();
        let mut units: Vec<u32> = (0..).take(self.names.len()).collect();
        for number in &self.customers {
            let (_, product) = self.names.parts(*number);
            if let (Some(product), Some(owner)) = (product, self.owner(*number, customers)) {
                let owner = customers.name(unit(owner));
                units[*number as usize] =
                    names.intern(&format!("{owner}{UNIT_SEPARATOR}{product}"));
            }
        }
        (names, units)
    }

    /// The ledger with every customer counted as its unit in all months.
    fn of_units(&self, names: Names, unit: &dyn Fn(u32) -> u32) -> Ledger {
        self.regrouped(names, &|customer, _| unit(customer), &|_, _| None)
    }

    /// The customers with rows that a map counts as another's, in byte order: which, whose, and from which month on.
    #[must_use]
    pub fn merged_by(&self, map: &IdMap) -> Vec<(String, String, Month)> {
        let mut merged = Vec::new();
        for customer in &self.customers {
            let id = self.name(*customer);
            let months = self.first.through(self.last).filter(|_| map.has(id));
            let mut stated = months.filter(|month| self.is_stated(*customer, *month));
            let first = stated.find_map(|month| Some((map.name(id, month)?.to_owned(), month)));
            merged.extend(first.map(|(to, month)| (id.to_owned(), to, month)));
        }
        merged.sort_unstable();
        merged
    }

    fn mapped(&self, map: &IdMap) -> Ledger {
        let mut names = self.names.clone();
        let mut moved: Vec<Vec<(Month, u32)>> = vec![Vec::new(); self.names.len()];
        let months = self.label_ends();
        for customer in &self.customers {
            let (id, product) = self.names.parts(*customer);
            let months = months.iter().filter(|_| map.has(id));
            for month in months {
                if let Some(to) = map.name(id, *month) {
                    let unit = match product {
                        Some(product) => names.intern(&format!("{to}{UNIT_SEPARATOR}{product}")),
                        None => names.intern(to),
                    };
                    moved[*customer as usize].push((*month, unit));
                }
            }
        }
        let unit = |customer: u32, month: Month| {
            let moved = &moved[customer as usize];
            let place = moved.binary_search_by_key(&month, |moved| moved.0);
            place.map_or(customer, |place| moved[place].1)
        };
        self.regrouped(names, &unit, &|parent, month| {
            map.name(parent, month).map(str::to_owned)
        })
    }

    /// The ledger with every customer's month counted as the unit's that `unit` gives, its parents renamed.
    fn regrouped(
        &self,
        names: Names,
        unit: &dyn Fn(u32, Month) -> u32,
        renamed: &dyn Fn(&str, Month) -> Option<String>,
    ) -> Ledger {
        let mut is_inside = vec![false; names.len()];
        for customer in &self.customers {
            is_inside[*customer as usize] = true;
        }
        // A customer that was left out has cells all the same.
        let unit =
            |customer: u32, month| is_inside[customer as usize].then(|| unit(customer, month));
        let cells = self.cells.regrouped(&unit);
        let mut is_unit = vec![false; names.len()];
        for (number, _) in cells.stated() {
            is_unit[number as usize] = true;
        }
        let attributes = self.attributes.iter();
        let parents = self.parents.as_ref();
        let own = &self.cells;
        let mut ledger = Ledger {
            customers: (0..)
                .zip(is_unit)
                .filter_map(|(number, is_unit)| is_unit.then_some(number))
                .collect(),
            names,
            cells,
            quantities: self.quantities.as_ref().map(|own| own.regrouped(&unit)),
            attributes: attributes
                .map(|one| one.regrouped(own, &unit, &|_, _| None))
                .collect(),
            parents: parents.map(|parents| parents.regrouped(own, &unit, renamed)),
            converted: self.converted.as_ref().map(|own| own.regrouped(&unit)),
            coverage: self.coverage.clone(),
            negatives: self.negatives,
            currency: self.currency.clone(),
            first: self.first,
            last: self.last,
            threads: self.threads,
        };
        ledger.number_parents();
        ledger
    }
}
