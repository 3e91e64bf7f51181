//! Entries become a ledger: parts that threads fill, merged and then closed.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::attributes::AttributeDraft;
use super::cells::{Cells, Overflow};
use super::currencies::Foreign;
use super::intern::Interner;
use super::{Coverage, Ledger};
use crate::error::{Code, Message};
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
    /// What for; part of the key of `duplicates`.
    pub product: &'a str,
    /// The values of the columns of `--by`, in their order.
    pub attributes: &'a [&'a str],
    /// Where it stands.
    pub place: RowPlace,
}

/// A ledger in the making: one thread's rows, added up as they come.
///
/// Memory grows with customers × months. Only `duplicates last` and `error` also keep a record for
/// each customer, month and product.
#[derive(Debug)]
pub struct Part {
    customers: Interner,
    /// Whether a customer has rows inside and outside the filter.
    sides: Vec<Sides>,
    products: Interner,
    cells: Cells,
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
    /// True if the last of the attributes is the parent.
    has_parents: bool,
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

type Key = (u32, Month, u32);

/// A currency, the numbers of its part's customers in the whole, and what its attributes carry.
pub(super) type Draft = (Box<str>, Vec<u32>, Vec<AttributeDraft>);

/// The rows of one key while it is not decided which of them counts.
#[derive(Debug)]
struct Keyed {
    place: RowPlace,
    amount: Amount,
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
    /// A part without rows, for so many columns of `--by`.
    #[must_use]
    pub fn new(duplicates: Duplicates, attributes: usize) -> Part {
        Part {
            customers: Interner::default(),
            sides: Vec::new(),
            products: Interner::default(),
            cells: Cells::default(),
            attributes: (0..attributes).map(|_| AttributeDraft::default()).collect(),
            coverage: Coverage::default(),
            negatives: 0,
            duplicates,
            keyed: HashMap::new(),
            foreign: BTreeMap::new(),
            overflows: false,
            has_parents: false,
            is_regrouped: false,
        }
    }

    /// Says that customers will be put together once the ledger is closed, and whether the last attribute is each
    /// row's parent.
    pub fn keep_for_regrouping(&mut self, has_parents: bool) {
        self.is_regrouped = true;
        self.has_parents = has_parents;
    }

    /// How many attributes the rows have.
    #[must_use]
    pub fn width(&self) -> usize {
        self.attributes.len()
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
        let is_split = |number: &u32| {
            let sides = self.sides[*number as usize];
            sides.inside && sides.elsewhere
        };
        let sorted = self.customers.sorted().into_iter();
        sorted
            .filter(is_split)
            .map(|n| self.customers.name(n))
            .collect()
    }

    /// Adds a row that counts.
    pub fn add(&mut self, entry: &Entry<'_>) {
        let customer = self.note(entry);
        if self.duplicates == Duplicates::Sum {
            self.add_to_cell(customer, entry.month, entry.amount, entry.attributes);
            self.cells.note_day(customer, entry.month, entry.day);
            return;
        }
        let product = self.products.intern(entry.product);
        let keyed = Keyed {
            place: entry.place,
            amount: entry.amount,
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
        let renumbered: Vec<u32> = (0..)
            .take(other.customers.len())
            .map(|n| self.customer(other.customers.name(n)))
            .collect();
        for (sides, number) in other.sides.iter().zip(&renumbered) {
            self.sides[*number as usize].inside |= sides.inside;
            self.sides[*number as usize].outside |= sides.outside;
            self.sides[*number as usize].elsewhere |= sides.elsewhere;
        }
        let cells = self.cells.merge(&other.cells, &renumbered);
        let attributes = self.attributes.iter_mut().zip(other.attributes);
        let merged: Option<Vec<()>> = attributes
            .map(|(mine, theirs)| mine.merge(theirs, &renumbered))
            .collect();
        if cells == Err(Overflow) || merged.is_none() {
            self.overflows = true;
        }
        self.overflows |= other.overflows;
        self.negatives += other.negatives;
        self.coverage.merge(other.coverage);
        for ((customer, month, product), keyed) in other.keyed {
            let product = self.products.intern(other.products.name(product));
            self.add_keyed((renumbered[customer as usize], month, product), keyed);
        }
        for (currency, theirs) in other.foreign {
            match self.foreign.get_mut(&currency) {
                Some(mine) => mine.merge(theirs),
                None => drop(self.foreign.insert(currency, theirs)),
            }
        }
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
        let is_split = |number: &u32| {
            let sides = self.sides[*number as usize];
            sides.inside && sides.outside
        };
        self.customers
            .sorted()
            .into_iter()
            .filter(is_split)
            .map(|n| self.customers.name(n))
            .collect()
    }

    /// True if a customer has this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.customers.find(name).is_some()
    }

    /// True if some customer has such a name.
    #[must_use]
    pub fn has_customer(&self, is_one: impl Fn(&str) -> bool) -> bool {
        (0..)
            .take(self.customers.len())
            .any(|number| is_one(self.customers.name(number)))
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

    /// Closes the part: decides the keyed rows, settles the attributes, fixes the horizon.
    ///
    /// `columns` are the columns of `--by` by their headers.
    ///
    /// # Errors
    ///
    /// [`Code::AmountTooLarge`] where a sum outgrows exact arithmetic.
    pub fn finish(
        mut self,
        columns: &[String],
        currency: Option<String>,
        through: Option<Month>,
    ) -> Result<Ledger, Message> {
        self.decide();
        let bounded = self
            .cells
            .magnitude()
            .is_ok_and(|magnitude| magnitude <= Ledger::MAGNITUDE_MAX);
        if self.overflows || !bounded {
            let headline = "the amounts add up to more than exact arithmetic holds";
            return Err(Message::new(Code::AmountTooLarge, headline).note(format!(
                "they are kept with {} decimals in 128 bits",
                self.cells.scale()
            )));
        }
        let keeps_sums = self.is_regrouped;
        let parents = self.attributes.pop_if(|_| self.has_parents);
        let parents = parents.map(|draft| draft.finish(String::new(), keeps_sums));
        let attributes = self.attributes.into_iter().zip(columns);
        let attributes = attributes
            .map(|(draft, column)| draft.finish(column.clone(), keeps_sums))
            .collect();
        let inside: Vec<bool> = self.sides.iter().map(|sides| sides.inside).collect();
        let (first, last) = self
            .coverage
            .horizon()
            .unwrap_or((Month::from_index(0), Month::from_index(-1)));
        let mut ledger = Ledger {
            customers: numbers(&inside),
            names: self.customers,
            cells: self.cells,
            attributes,
            parents,
            coverage: self.coverage,
            negatives: self.negatives,
            currency,
            converted: None,
            first,
            last: through.unwrap_or(last),
        };
        ledger.number_parents();
        Ok(ledger)
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

    /// What several rows mean, and how many columns of `--by` there are.
    pub(super) fn settings(&self) -> (Duplicates, usize) {
        (self.duplicates, self.attributes.len())
    }

    pub(super) fn foreign_mut(&mut self) -> &mut BTreeMap<Box<str>, Foreign> {
        &mut self.foreign
    }

    pub(super) fn cells_mut(&mut self) -> &mut Cells {
        &mut self.cells
    }

    /// Notes that a sum outgrew exact arithmetic.
    pub(super) fn overflow(&mut self) {
        self.overflows = true;
    }

    /// Decides which row of each key counts, where not all do.
    pub(super) fn decide(&mut self) {
        for ((customer, month, _), keyed) in std::mem::take(&mut self.keyed) {
            let attributes: Vec<&str> = keyed.attributes.iter().map(AsRef::as_ref).collect();
            self.add_to_cell(customer, month, keyed.amount, &attributes);
        }
    }

    /// The amounts of another part by the numbers of this one's customers, those numbers, and its attributes.
    pub(super) fn take_in(&mut self, mut other: Part) -> (Cells, Vec<u32>, Vec<AttributeDraft>) {
        other.decide();
        let names = (0..).take(other.customers.len());
        let renumbered: Vec<u32> = names
            .map(|number| self.customer(other.customers.name(number)))
            .collect();
        let mut cells = Cells::with_scale(other.cells.scale());
        self.overflows |= other.overflows || cells.merge(&other.cells, &renumbered).is_err();
        (cells, renumbered, other.attributes)
    }

    /// Adds what another part's attributes carry, each month's at its rate; `None` where 128 bits do not hold it.
    pub(super) fn weigh(
        &mut self,
        attributes: Vec<AttributeDraft>,
        renumbered: &[u32],
        rate: &dyn Fn(Month) -> Option<Amount>,
    ) -> Option<()> {
        let mut both = self.attributes.iter_mut().zip(attributes);
        both.try_for_each(|(mine, theirs)| mine.merge_at(theirs, renumbered, rate))
    }

    fn customer(&mut self, name: &str) -> u32 {
        let number = self.customers.intern(name);
        if self.sides.len() < self.customers.len() {
            self.sides.push(Sides::default());
        }
        number
    }

    fn add_to_cell(&mut self, customer: u32, month: Month, amount: Amount, attributes: &[&str]) {
        let mut held = self.cells.add(customer, month, amount).is_ok();
        for (draft, value) in self.attributes.iter_mut().zip(attributes) {
            held &= draft.add(customer, month, value, amount).is_some();
        }
        self.overflows |= !held;
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

/// The numbers of those that are inside.
fn numbers(inside: &[bool]) -> Vec<u32> {
    let is_inside = |(number, inside): (u32, &bool)| inside.then_some(number);
    (0..).zip(inside).filter_map(is_inside).collect()
}
