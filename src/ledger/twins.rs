//! A few customers of two ledgers side by side: the same numbers, the same decimals, so that months of one can be put
//! into the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cells::{Cell, Cells};
use super::currencies::Converted;
use super::intern::Interner;
use super::names::Names;
use super::{Books, Ledger, UNIT_SEPARATOR};
use crate::units::{Amount, Month, SCALE_MAX};

/// One customer and its number in each of two ledgers, where it is in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Twin {
    /// What it is called.
    pub name: String,
    /// Its number in the older ledger.
    pub old: Option<u32>,
    /// Its number in the newer one.
    pub new: Option<u32>,
}

/// The rows of some customers in two books.
///
/// # Shape
///
/// The customers are numbered from 0 in the order in which they were given, in all ledgers; one that is not in a book
/// has no cells there. Horizons are as long as both together, and nothing stands outside of a book's own. Segments and
/// quantities are left out.
#[derive(Debug)]
pub struct Twins {
    /// As they are in the older books.
    pub old: Books,
    /// As they are in the newer ones.
    pub new: Books,
    /// For each customer the numbers that its products have in both ledgers by product.
    pub units: Vec<Vec<u32>>,
}

impl Twins {
    /// Copies the rows of some customers; `None` where exact arithmetic does not hold them at the decimals of both.
    #[must_use]
    pub fn of(old: &Books, new: &Books, twins: &[Twin]) -> Option<Twins> {
        let mut names = Interner::default();
        for twin in twins {
            names.intern(&twin.name);
        }
        let names = Names::own(names);
        let whose = |side: fn(&Twin) -> Option<u32>| twins.iter().map(side).collect::<Vec<_>>();
        let (of_old, of_new) = (whose(|twin| twin.old), whose(|twin| twin.new));
        let [old_rows, new_rows] =
            both((&old.customers, &of_old), (&new.customers, &of_new), &names)?;
        let (mut old_products, mut new_products) = (None, None);
        let mut units = vec![Vec::new(); twins.len()];
        if let (Some(of_old_units), Some(of_new_units)) = (&old.products, &new.products) {
            let mut pairs: BTreeMap<(usize, String), [Option<u32>; 2]> = BTreeMap::new();
            let sides = [
                (of_old_units, &old.customers, &of_old),
                (of_new_units, &new.customers, &of_new),
            ];
            for (side, (products, customers, wanted)) in sides.into_iter().enumerate() {
                for (place, product, unit) in units_of(products, customers, wanted) {
                    pairs.entry((place, product)).or_default()[side] = Some(unit);
                }
            }
            let mut names = Interner::default();
            for (place, product) in pairs.keys() {
                let name = &twins[*place].name;
                units[*place].push(names.intern(&format!("{name}{UNIT_SEPARATOR}{product}")));
            }
            let side = |side: usize| pairs.values().map(|pair| pair[side]).collect::<Vec<_>>();
            let [first, second] = both(
                (of_old_units, &side(0)),
                (of_new_units, &side(1)),
                &Names::own(names),
            )?;
            (old_products, new_products) = (Some(first), Some(second));
        }
        let books = |customers, products, of: &Books| Books {
            customers,
            products,
            segments_are_products: of.segments_are_products,
        };
        Some(Twins {
            old: books(old_rows, old_products, old),
            new: books(new_rows, new_products, new),
            units,
        })
    }
}

/// The products of the customers wanted: whose place, which product, and the number of both together.
fn units_of(
    products: &Ledger,
    customers: &Ledger,
    wanted: &[Option<u32>],
) -> Vec<(usize, String, u32)> {
    let mut places = vec![None; customers.numbers()];
    for (place, number) in wanted.iter().enumerate() {
        if let Some(number) = number {
            places[*number as usize] = Some(place);
        }
    }
    let mut found = Vec::new();
    for unit in products.customers() {
        let owner = products.owner(*unit, customers);
        let place = owner.and_then(|owner| places[owner as usize]);
        let product = products.names.parts(*unit).1;
        found.extend(place.map(|place| (place, product.unwrap_or_default().to_owned(), *unit)));
    }
    found
}

/// The decimals that two ledgers have room for together: of their cells, and of what is in other currencies.
fn decimals(old: &Ledger, new: &Ledger) -> Option<(u8, u8)> {
    let rates = [old, new].map(|one| {
        one.converted
            .as_ref()
            .map_or(0, |converted| converted.scale)
    });
    let own = [old, new].map(|one| match &one.converted {
        Some(converted) => one.scale() - converted.scale,
        None => 0,
    });
    let rates = rates[0].max(rates[1]);
    let cells = old.scale().max(new.scale()).max(own[0].max(own[1]) + rates);
    (cells <= SCALE_MAX).then_some((cells, rates))
}

/// The same customers of two ledgers as two ledgers that differ in their cells alone.
fn both(
    (old, of_old): (&Ledger, &[Option<u32>]),
    (new, of_new): (&Ledger, &[Option<u32>]),
    names: &Names,
) -> Option<[Ledger; 2]> {
    let (scale, of_rates) = decimals(old, new)?;
    let horizon = (old.first.min(new.first), old.last.max(new.last));
    let mut coverage = old.coverage.clone();
    coverage.merge(new.coverage.clone());
    let rates = [old, new].map(|one| one.converted.as_ref());
    let rates = rates
        .into_iter()
        .flatten()
        .next()
        .map(|converted| &converted.rates);
    let own: BTreeSet<&Box<str>> = [old, new]
        .into_iter()
        .filter_map(|one| one.converted.as_ref())
        .flat_map(|converted| converted.own.keys())
        .collect();
    let one = |ledger: &Ledger, numbers: &[Option<u32>]| {
        let cells = copied(ledger, &ledger.cells, numbers, scale)?;
        let mut bound = cells.magnitude().ok()?;
        let mut amounts = BTreeMap::new();
        for currency in &own {
            let theirs = ledger.converted.as_ref();
            let theirs = theirs.and_then(|converted| converted.own.get(*currency));
            let cells = match theirs {
                Some(theirs) => copied(ledger, theirs, numbers, scale - of_rates)?,
                None => Cells::with_scale(scale - of_rates),
            };
            let (_, most) = rates?.bounds(currency);
            let most = most.units_at(of_rates)?.unsigned_abs();
            bound = bound.checked_add(cells.magnitude().ok()?.checked_mul(most)?)?;
            amounts.insert((*currency).clone(), cells);
        }
        let converted = rates.map(|rates| Converted {
            rates: Arc::clone(rates),
            own: amounts,
            scale: of_rates,
            rows: BTreeMap::new(),
        });
        (bound <= Ledger::MAGNITUDE_MAX).then(|| Ledger {
            names: names.clone(),
            customers: (0..).take(numbers.len()).collect(),
            cells,
            quantities: None,
            attributes: Vec::new(),
            parents: None,
            coverage: coverage.clone(),
            negatives: 0,
            currency: ledger.currency.clone(),
            converted,
            first: horizon.0,
            last: horizon.1,
            threads: ledger.threads,
        })
    };
    Some([one(old, of_old)?, one(new, of_new)?])
}

/// The cells of some numbers inside a ledger's horizon, at more decimals, numbered from 0.
fn copied(ledger: &Ledger, cells: &Cells, numbers: &[Option<u32>], scale: u8) -> Option<Cells> {
    let mut copy = Cells::with_scale(scale);
    for month in ledger.label_ends() {
        for (place, number) in (0..).zip(numbers) {
            let cell = number.map_or(Cell::default(), |number| cells.cell(number, month));
            if cell.is_stated {
                let units = Amount::new(cell.units, cells.scale()).units_at(scale)?;
                copy.put(place, month, Cell { units, ..cell });
            }
        }
    }
    Some(copy)
}

impl Ledger {
    /// Puts what a twin of this ledger has in a month of a customer into this one.
    pub fn take(&mut self, customer: u32, month: Month, twin: &Ledger) {
        self.cells
            .put(customer, month, twin.cells.cell(customer, month));
        if let (Some(mine), Some(theirs)) = (&mut self.converted, &twin.converted) {
            for (currency, amounts) in &mut mine.own {
                let other = theirs.own.get(currency);
                let cell = other.map_or(Cell::default(), |other| other.cell(customer, month));
                amounts.put(customer, month, cell);
            }
        }
    }

    /// True if a customer's month is the same as that of a customer of another ledger: the amount in each currency, and
    /// whether a row states it.
    #[must_use]
    pub fn has_same(&self, customer: u32, month: Month, (other, number): (&Ledger, u32)) -> bool {
        let cell = |ledger: &Ledger, cells: &Cells, number: u32| {
            if month > ledger.last {
                Cell::default()
            } else {
                cells.cell(number, month)
            }
        };
        let is_same = |mine: &Cells, theirs: &Cells| {
            let (left, right) = (cell(self, mine, customer), cell(other, theirs, number));
            left.is_stated == right.is_stated
                && equals((left.units, mine.scale()), (right.units, theirs.scale()))
        };
        if self.converted.is_none() && other.converted.is_none() {
            return is_same(&self.cells, &other.cells);
        }
        let nothing = Cells::default();
        let converted = [self, other].map(|ledger| ledger.converted.as_ref());
        let currencies = converted.into_iter().flatten();
        let mut currencies = currencies.flat_map(|converted| converted.own.keys());
        let amounts = |side: usize, currency: &str| {
            let own = converted[side].and_then(|converted| converted.own.get(currency));
            own.unwrap_or(&nothing)
        };
        is_same(&self.cells, &other.cells)
            && currencies.all(|currency| is_same(amounts(0, currency), amounts(1, currency)))
    }
}

/// True if two amounts are equal, whatever their decimals.
fn equals((left, left_scale): (i128, u8), (right, right_scale): (i128, u8)) -> bool {
    if left_scale > right_scale {
        return equals((right, right_scale), (left, left_scale));
    }
    let power = 10_i128.checked_pow(u32::from(right_scale - left_scale));
    // What does not fit is larger than any amount there is.
    power.and_then(|power| left.checked_mul(power)) == Some(right)
}
