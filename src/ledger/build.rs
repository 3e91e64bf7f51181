//! Entries become a ledger: parts that threads fill, merged and then closed.

mod close;
mod many;
mod wide;

use std::collections::BTreeMap;

use hashbrown::HashMap;

pub(super) use close::Draft;
pub(super) use many::{Numbers, Rows, Small};
pub(super) use wide::{WideRow, WideRows, WideRun, column};

use super::attributes::{AttributeDraft, Totals, held};
use super::cells::{Cells, Fresh, Overflow};
use super::coverage::Coverage;
use super::currencies::Foreign;
use super::intern::{Hashing, Interner};
use super::parts::in_parts;
use super::units::Units;
use crate::policies::Duplicates;
use crate::units::{Amount, Grain, Month};

/// Where a row stands: the number of its file and its line. Orders rows as they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    /// Where the file stands among the inputs.
    pub file: usize,
    /// The line the row starts on.
    pub line: u64,
}

/// One row after reading.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Who pays.
    pub customer: &'a str,
    /// The month it counts in; the last one of a longer label.
    pub month: Month,
    /// The day of its date, from 1; 0 if it has a label.
    pub day: u8,
    /// How much.
    pub amount: Amount,
    /// Of how many, where the row says so.
    pub quantity: Option<Amount>,
    /// What for; part of the key of `duplicates`.
    pub product: &'a str,
    /// The values of the columns of `--by`, in their order; then the parent, where there are parents.
    pub attributes: &'a [&'a str],
    /// Where it stands.
    pub place: RowPlace,
}

/// What is kept beside the amounts of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// How many columns of `--by` there are.
    pub attributes: usize,
    /// How many columns of parents there are: one, after those of `--by`, or none.
    pub parents: usize,
    /// True where the ledger is kept by product too.
    pub by_product: bool,
    /// True where the columns of `--by` are the products' and not the customers'.
    pub segments_are_products: bool,
    /// True where quantities are kept: by product, or by customer where products are not.
    pub by_quantity: bool,
}

impl Layout {
    /// Which of the two quantities are kept by: units, or customers where products are not kept.
    fn quantities_by<T>(self, units: T, customers: T) -> T {
        if self.by_product { units } else { customers }
    }

    /// Which of the two an attribute belongs to: the columns of `--by` may be the products', a parent is the
    /// customer's.
    fn attribute_by<T>(self, index: usize, units: T, customers: T) -> T {
        if self.segments_are_products && index < self.attributes {
            units
        } else {
            customers
        }
    }
}

/// A ledger in the making: one thread's rows, added up as they come.
///
/// Memory grows with customers × months, and with customers' products × months where products are kept. Only `duplicates last` and `error` also keep a record for
/// each customer, month and product.
#[derive(Debug)]
pub struct Part {
    customers: Interner,
    /// Whether a customer has rows inside and outside the filter.
    sides: Vec<Sides>,
    products: Interner,
    cells: Cells,
    /// The cells of a wide file's latest customers, on their way to the others.
    fresh: Fresh,
    layout: Layout,
    units: Units,
    /// The amounts of each unit.
    unit_cells: Cells,
    /// The quantities of each unit, or of each customer where products are not kept.
    quantities: Cells,
    /// By customer, or by unit where products are the segments; the parents, which come last, by customer.
    attributes: Vec<AttributeDraft>,
    coverage: Coverage,
    /// How many rows that count are below zero.
    negatives: u64,
    duplicates: Duplicates,
    keyed: HashMap<Key, Keyed>,
    /// The rows in other currencies, where those are converted.
    foreign: BTreeMap<Box<str>, Foreign>,
    /// True once a sum outgrew exact arithmetic.
    overflows: bool,
    /// True if customers may be put together later.
    is_regrouped: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sides {
    inside: bool,
    outside: bool,
    /// It has rows in a currency that is not kept.
    elsewhere: bool,
}

/// Stands for a number that no customer has, where parts were put together.
const NO_NUMBER: u32 = u32::MAX;

/// One in so many names is looked for in a table of each set that was put together; more are worth one table of all.
const FEW_NAMES: usize = 32;

/// How many names a thread looks at before it takes the next ones.
const NAMES_AT_ONCE: usize = 1 << 14;

type Key = (u32, Month, u32);

/// The rows of one key while it is not decided which of them counts.
#[derive(Debug)]
struct Keyed {
    place: RowPlace,
    amount: Amount,
    quantity: Option<Amount>,
    attributes: Box<[Box<str>]>,
    /// Every row's place, kept under `duplicates error` alone.
    places: Vec<RowPlace>,
}

/// Rows that stand for one key under `duplicates error`.
#[derive(Debug)]
pub struct Clash {
    /// Whose rows they are.
    pub customer: String,
    /// In which month.
    pub month: Month,
    /// Of which product; empty without a product column.
    pub product: String,
    /// Where they stand, in order.
    pub places: Vec<RowPlace>,
}

impl Part {
    /// A part without rows.
    #[must_use]
    pub fn new(duplicates: Duplicates, layout: Layout) -> Part {
        let attributes = 0..layout.attributes + layout.parents;
        Part {
            customers: Interner::default(),
            sides: Vec::new(),
            products: Interner::default(),
            cells: Cells::default(),
            fresh: Fresh::default(),
            layout,
            units: Units::default(),
            unit_cells: Cells::default(),
            quantities: Cells::default(),
            attributes: attributes.map(|_| AttributeDraft::default()).collect(),
            coverage: Coverage::default(),
            negatives: 0,
            duplicates,
            keyed: HashMap::new(),
            foreign: BTreeMap::new(),
            overflows: false,
            is_regrouped: false,
        }
    }

    /// The same, with customers' names hashed as others do.
    pub(super) fn hashing_as(duplicates: Duplicates, layout: Layout, hashing: Hashing) -> Part {
        Part {
            customers: Interner::hashing_as(hashing),
            ..Part::new(duplicates, layout)
        }
    }

    /// Says that customers will be put together once the ledger is closed.
    pub fn keep_for_regrouping(&mut self) {
        self.is_regrouped = true;
    }

    /// Notes that a row covers a month, whether or not it passes the filters: the horizon and the
    /// missing months are those of the whole input.
    pub fn cover(&mut self, month: Month, grain: Grain, place: RowPlace) {
        self.coverage.add(month, grain, place);
    }

    /// Notes that a customer has rows that a filter leaves out.
    pub fn leave_out(&mut self, customer: &str) {
        let number = self.customer(customer);
        self.sides[number as usize].outside = true;
    }

    /// Notes that a customer has rows in a currency that is not kept.
    pub fn leave_in_other_currency(&mut self, customer: &str) {
        let number = self.customer(customer);
        self.sides[number as usize].elsewhere = true;
    }

    /// Customers with rows both in the currency that is kept and in another, in byte order.
    #[must_use]
    pub fn in_two_currencies(&self) -> Vec<&str> {
        self.names_where(|sides| sides.inside && sides.elsewhere)
    }

    /// The names of these customers in byte order; few where nothing is wrong, so that few are sorted.
    fn names_where(&self, is_one: impl Fn(Sides) -> bool) -> Vec<&str> {
        let numbered = self.sides.iter().zip(0..);
        let found = numbered.filter(|(sides, _)| is_one(**sides));
        let mut names: Vec<&str> = found.map(|(_, n)| self.customers.name(n)).collect();
        names.sort_unstable();
        names
    }

    /// Adds a row that counts.
    pub fn add(&mut self, entry: &Entry<'_>) {
        let customer = self.note(entry);
        let is_keyed = self.duplicates != Duplicates::Sum;
        let product = if is_keyed || self.layout.by_product {
            self.products.intern(entry.product)
        } else {
            0
        };
        if !is_keyed {
            let row = (entry.amount, entry.quantity);
            self.add_to_cells((customer, entry.month, product), row, entry.attributes);
            self.cells.note_day(customer, entry.month, entry.day);
            return;
        }
        let keyed = Keyed {
            place: entry.place,
            amount: entry.amount,
            quantity: entry.quantity,
            attributes: entry
                .attributes
                .iter()
                .map(|value| Box::from(*value))
                .collect(),
            places: if self.duplicates == Duplicates::Error {
                vec![entry.place]
            } else {
                Vec::new()
            },
        };
        self.add_keyed((customer, entry.month, product), keyed);
    }

    /// Adds everything another part holds. The order of merging shows in nothing but the numbers
    /// that customers have inside.
    pub fn merge(&mut self, other: Part) {
        if other.customers.len() > self.customers.len() / FEW_NAMES {
            self.unite_names();
        }
        let renumbered: Vec<u32> = (0..)
            .take(other.customers.len())
            .map(|n| self.customer_of(&other, n))
            .collect();
        let numbered = other.sides.iter().zip(&renumbered);
        for (sides, number) in numbered.filter(|(_, number)| **number != NO_NUMBER) {
            self.sides[*number as usize].inside |= sides.inside;
            self.sides[*number as usize].outside |= sides.outside;
            self.sides[*number as usize].elsewhere |= sides.elsewhere;
        }
        let (products, units) = self.renumber(&other, &renumbered);
        let of_quantities = self.layout.quantities_by(&units, &renumbered);
        self.overflows |= self.merge_attributes(&other, &units, &renumbered).is_none();
        let merged = [
            self.cells.merge(&other.cells, &renumbered),
            self.unit_cells.merge(&other.unit_cells, &units),
            self.quantities.merge(&other.quantities, of_quantities),
        ];
        self.overflows |= merged.contains(&Err(Overflow));
        self.overflows |= other.overflows;
        self.negatives += other.negatives;
        self.coverage.merge(other.coverage);
        for ((customer, month, product), keyed) in other.keyed {
            let (customer, product) = (renumbered[customer as usize], products[product as usize]);
            self.add_keyed((customer, month, product), keyed);
        }
        for (currency, theirs) in other.foreign {
            match self.foreign.get_mut(&currency) {
                Some(mine) => mine.merge(theirs),
                None => drop(self.foreign.insert(currency, theirs)),
            }
        }
    }

    /// Makes ready for many names to be looked for.
    pub fn unite_names(&mut self) {
        self.customers.unite();
    }

    /// Adds what another part's attributes carry, while its cells are not among those here yet; `None` where 128
    /// bits do not hold it.
    fn merge_attributes(&mut self, other: &Part, units: &[u32], customers: &[u32]) -> Option<()> {
        let both = self.attributes.iter_mut().zip(&other.attributes);
        for (index, (mine, theirs)) in both.enumerate() {
            let layout = self.layout;
            let numbers = layout.attribute_by(index, units, customers);
            let cells = layout.attribute_by(index, &self.unit_cells, &self.cells);
            let others = layout.attribute_by(index, &other.unit_cells, &other.cells);
            let totals = Totals {
                mine: &|number, month| held(cells, number, month),
                theirs: &|number, month| held(others, number, month),
            };
            mine.merge(theirs, numbers, &totals)?;
        }
        Some(())
    }

    /// The numbers that the products and units of another part have here, given now to those that have none.
    fn renumber(&mut self, other: &Part, customers: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let products: Vec<u32> = (0..)
            .take(other.products.len())
            .map(|n| self.products.intern(other.products.name(n)))
            .collect();
        let units = self.units.merge(&other.units, customers, &products);
        (products, units)
    }

    /// The customers' months that rows of another part state too.
    #[must_use]
    pub fn shared_with<'p>(
        &'p self,
        other: &'p Part,
    ) -> Box<dyn Iterator<Item = (&'p str, Month)> + 'p> {
        let both = self.foreign.iter();
        let both = both.filter_map(|(currency, mine)| Some((mine, other.foreign.get(currency)?)));
        let converted = both.flat_map(|(mine, theirs)| mine.part.shared_with(&theirs.part));
        let shared = other.cells.stated().filter_map(|(customer, month)| {
            let name = other.customers.name(customer);
            let number = self.customers.find(name)?;
            self.cells.is_stated(number, month).then_some((name, month))
        });
        Box::new(shared.chain(converted))
    }

    /// Customers with rows both inside and outside the filter, in byte order.
    #[must_use]
    pub fn split_customers(&self) -> Vec<&str> {
        self.names_where(|sides| sides.inside && sides.outside)
    }

    /// True if a customer has this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.customers.find(name).is_some()
    }

    /// True if some customer has such a name; so many threads look.
    #[must_use]
    pub fn has_customer(&self, threads: usize, is_one: impl Fn(&str) -> bool + Sync) -> bool {
        let parts = in_parts(self.customers.len(), NAMES_AT_ONCE, threads, |numbers| {
            let mut numbers = (0..).skip(numbers.start).take(numbers.len());
            numbers.any(|number| is_one(self.customers.name(number)))
        });
        parts.contains(&true)
    }

    /// Where rows of each grain first stand.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The keys that several rows stand for, in order of their first row; only under `duplicates error`.
    #[must_use]
    pub fn clashes(&self) -> Vec<Clash> {
        let clashing = self
            .keyed
            .iter()
            .filter(|(_, keyed)| keyed.places.len() > 1);
        let mut clashes: Vec<Clash> = clashing
            .map(|((customer, month, product), keyed)| {
                let mut places = keyed.places.clone();
                places.sort_unstable();
                let (customer, product) =
                    (self.customers.name(*customer), self.products.name(*product));
                Clash {
                    customer: customer.to_owned(),
                    month: *month,
                    product: product.to_owned(),
                    places,
                }
            })
            .collect();
        let others = self.foreign.values();
        clashes.extend(others.flat_map(|foreign| foreign.part.clashes()));
        clashes.sort_unstable_by(|left, right| left.places.cmp(&right.places));
        clashes
    }

    /// Notes that a customer has a row that counts.
    pub(super) fn note(&mut self, entry: &Entry<'_>) -> u32 {
        let customer = self.customer(entry.customer);
        self.sides[customer as usize].inside = true;
        self.coverage.note_day(entry.month, entry.day);
        self.negatives += u64::from(entry.amount.is_negative());
        customer
    }

    /// True for nothing, which is nothing in any currency, unless it may be the row that counts of several.
    pub(super) fn counts_in_any(&self, entry: &Entry<'_>) -> bool {
        entry.amount.is_zero() && self.duplicates == Duplicates::Sum
    }

    /// A part without rows that is otherwise as this one.
    pub(super) fn alike(&self) -> Part {
        Part::new(self.duplicates, self.layout)
    }

    pub(super) fn foreign_mut(&mut self) -> &mut BTreeMap<Box<str>, Foreign> {
        &mut self.foreign
    }

    /// The number of another part's customer here.
    pub(super) fn customer_of(&mut self, other: &Part, number: u32) -> u32 {
        if other.customers.is_hole(number) {
            return NO_NUMBER;
        }
        self.customer(other.customers.name(number))
    }

    fn customer(&mut self, name: &str) -> u32 {
        let number = self.customers.intern(name);
        if self.sides.len() < self.customers.len() {
            self.sides.push(Sides::default());
        }
        number
    }

    /// Adds amount and quantity of a row to the customer's cell, and to that of its product where those are kept.
    fn add_to_cells(
        &mut self,
        (customer, month, product): Key,
        (amount, quantity): (Amount, Option<Amount>),
        attributes: &[&str],
    ) {
        let layout = self.layout;
        let unit = if layout.by_product {
            self.units.number(customer, product)
        } else {
            customer
        };
        let mut holds = true;
        // Before the amount is added: where values meet, what stood in the cell is the first one's.
        let drafts = self.attributes.iter_mut().zip(attributes);
        for (index, (draft, value)) in drafts.enumerate() {
            let whose = layout.attribute_by(index, unit, customer);
            let cells = layout.attribute_by(index, &self.unit_cells, &self.cells);
            let before = || held(cells, whose, month);
            holds &= draft.add((whose, month), value, amount, before).is_some();
        }
        holds &= self.cells.add(customer, month, amount).is_ok();
        if layout.by_product {
            holds &= self.unit_cells.add(unit, month, amount).is_ok();
        }
        if let (true, Some(quantity)) = (layout.by_quantity, quantity) {
            holds &= self.quantities.add(unit, month, quantity).is_ok();
        }
        self.overflows |= !holds;
    }

    fn add_keyed(&mut self, key: Key, keyed: Keyed) {
        match self.keyed.entry(key) {
            hashbrown::hash_map::Entry::Vacant(entry) => {
                entry.insert(keyed);
            }
            hashbrown::hash_map::Entry::Occupied(mut entry) => {
                let held = entry.get_mut();
                held.places.extend(&keyed.places);
                if keyed.place > held.place {
                    let places = std::mem::take(&mut held.places);
                    *held = Keyed { places, ..keyed };
                }
            }
        }
    }
}
