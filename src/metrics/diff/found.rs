//! Which customers differ between two ledgers, in which months, and who only got another name.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::ledger::{Books, Ledger, Twin, UNIT_SEPARATOR};
use crate::units::{Amount, Month};

/// Who differs.
#[derive(Default)]
pub(super) struct Found {
    /// Everybody that differs in a month up to the last one that matters, or is called otherwise; in byte order of the
    /// newer name.
    pub(super) twins: Vec<Twin>,
    /// For each of them the months that differ, up to the last one that matters.
    pub(super) months: Vec<BTreeSet<Month>>,
    /// How many customer-months differ after it, of those that both ledgers cover.
    pub(super) later: u64,
    /// Customers of the older ledger that have the amounts of one of the newer that is called otherwise, and share
    /// them with others, so that it cannot be told who is who.
    pub(super) ambiguous: Vec<String>,
}

/// Two books, and what of them matters.
pub(super) struct Search<'a> {
    old: &'a Books,
    new: &'a Books,
    /// The months that an amount can stand in, in either.
    months: Vec<Month>,
    /// The first and the last month that both cover.
    common: (Month, Month),
    /// The last month that matters.
    last: Month,
    is_in_old: Vec<bool>,
    is_in_new: Vec<bool>,
}

/// A pair of numbers, and the months that differ.
type Differing = (Twin, BTreeSet<Month>);

/// What was seen of some customers of the older ledger.
#[derive(Default)]
struct Seen {
    differing: Vec<Differing>,
    removed: Vec<u32>,
    later: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(old: &'a Books, new: &'a Books, last: Month) -> Search<'a> {
        let (of_old, of_new) = (&old.customers, &new.customers);
        let months: BTreeSet<Month> = of_old
            .label_ends()
            .into_iter()
            .chain(of_new.label_ends())
            .collect();
        Search {
            months: months.into_iter().collect(),
            common: (
                of_old.first().max(of_new.first()),
                of_old.last().min(of_new.last()),
            ),
            last,
            is_in_old: members(of_old),
            is_in_new: members(of_new),
            old,
            new,
        }
    }

    /// Looks at everybody; `by_product` asks for products that differ where their customer does not.
    pub(super) fn run(&self, by_product: bool) -> Found {
        let (old, new) = (&self.old.customers, &self.new.customers);
        let mut found = Found::default();
        let mut all: BTreeMap<String, Differing> = BTreeMap::new();
        let mut removed = Vec::new();
        for seen in old.each_part(|blocks| self.seen(blocks)) {
            found.later += seen.later;
            removed.extend(seen.removed);
            let differing = seen.differing.into_iter();
            all.extend(differing.map(|one| (one.0.name.clone(), one)));
        }
        let added = new.customers().iter().copied();
        let added = added.filter(|number| self.in_old(new.name(*number)).is_none());
        let added: Vec<u32> = added.collect();
        let renamed = self.renamed(&removed, &added, &mut found.ambiguous);
        let is_new_name: BTreeSet<u32> = renamed.values().copied().collect();
        let gone = removed.iter().map(|number| {
            let other = renamed.get(number).copied();
            let name = other.map_or_else(|| old.name(*number), |other| new.name(other));
            (name, Some(*number), other)
        });
        let came = added.iter().filter(|number| !is_new_name.contains(number));
        let came = came.map(|number| (new.name(*number), None, Some(*number)));
        for (name, old, new) in gone.chain(came) {
            let twin = Twin {
                name: name.to_owned(),
                old,
                new,
            };
            let months = self.differing(&twin, &mut found.later);
            all.insert(name.to_owned(), (twin, months));
        }
        if by_product {
            self.add_products(&renamed, &mut all);
        }
        for (twin, months) in all.into_values() {
            let is_renamed = twin.old.is_some_and(|number| old.name(number) != twin.name);
            if is_renamed || !months.is_empty() {
                found.twins.push(twin);
                found.months.push(months);
            }
        }
        found
    }

    /// The customer of this name in the older ledger.
    fn in_old(&self, name: &str) -> Option<u32> {
        let number = self.old.customers.find(name)?;
        self.is_in_old[number as usize].then_some(number)
    }

    /// The customer of this name in the newer ledger.
    fn in_new(&self, name: &str) -> Option<u32> {
        let number = self.new.customers.find(name)?;
        self.is_in_new[number as usize].then_some(number)
    }

    /// Looks at the customers of some blocks of the older ledger.
    fn seen(&self, blocks: Range<usize>) -> Seen {
        let old = &self.old.customers;
        let mut seen = Seen::default();
        old.each_row_of(blocks, &mut |customer, _| {
            let name = old.name(customer);
            let Some(number) = self.in_new(name) else {
                seen.removed.push(customer);
                return;
            };
            let mut twin = Twin {
                name: String::new(),
                old: Some(customer),
                new: Some(number),
            };
            let months = self.differing(&twin, &mut seen.later);
            if !months.is_empty() {
                name.clone_into(&mut twin.name);
                seen.differing.push((twin, months));
            }
        });
        seen
    }

    /// The months that differ up to the last one that matters; counts those after it that both ledgers cover.
    fn differing(&self, twin: &Twin, later: &mut u64) -> BTreeSet<Month> {
        let (old, new) = (&self.old.customers, &self.new.customers);
        let mut months = BTreeSet::new();
        for month in &self.months {
            if is_same((old, twin.old), (new, twin.new), *month) {
                continue;
            }
            if *month <= self.last {
                months.insert(*month);
            } else {
                *later += u64::from(self.is_common(*month));
            }
        }
        months
    }

    pub(super) fn is_common(&self, month: Month) -> bool {
        (self.common.0..=self.common.1).contains(&month)
    }

    /// Adds the months in which products differ, whatever their customer does.
    fn add_products(&self, renamed: &BTreeMap<u32, u32>, all: &mut BTreeMap<String, Differing>) {
        let (Some(old), Some(new)) = (&self.old.products, &self.new.products) else {
            return;
        };
        let (of_old, of_new) = (&self.old.customers, &self.new.customers);
        let mut units: BTreeMap<(String, &str), [Option<u32>; 2]> = BTreeMap::new();
        for unit in old.customers() {
            let Some(owner) = old.owner(*unit, of_old) else {
                continue;
            };
            let name = match renamed.get(&owner) {
                Some(other) => of_new.name(*other),
                None => of_old.name(owner),
            };
            units
                .entry((name.to_owned(), product(old, *unit)))
                .or_default()[0] = Some(*unit);
        }
        for unit in new.customers() {
            if let Some(owner) = new.owner(*unit, of_new) {
                let key = (of_new.name(owner).to_owned(), product(new, *unit));
                units.entry(key).or_default()[1] = Some(*unit);
            }
        }
        for ((name, _), [old_unit, new_unit]) in units {
            let months = self.months.iter().filter(|month| **month <= self.last);
            let differs = |month: &&Month| !is_same((old, old_unit), (new, new_unit), **month);
            let months: Vec<Month> = months.filter(differs).copied().collect();
            if months.is_empty() {
                continue;
            }
            let twin = || Twin {
                old: self.in_old(&name),
                new: self.in_new(&name),
                name: name.clone(),
            };
            let one = all.entry(name.clone());
            one.or_insert_with(|| (twin(), BTreeSet::new()))
                .1
                .extend(months);
        }
    }

    /// Who of those that are gone is who of those that came: the same amounts in every month that both ledgers cover,
    /// and nobody else with them.
    fn renamed(
        &self,
        removed: &[u32],
        added: &[u32],
        ambiguous: &mut Vec<String>,
    ) -> BTreeMap<u32, u32> {
        let (old, new) = (&self.old.customers, &self.new.customers);
        let mut alike: BTreeMap<u64, [Vec<u32>; 2]> = BTreeMap::new();
        for (side, ledger, numbers) in [(0, old, removed), (1, new, added)] {
            for number in numbers {
                if let Some(hash) = self.hash(ledger, *number) {
                    alike.entry(hash).or_default()[side].push(*number);
                }
            }
        }
        let mut renamed = BTreeMap::new();
        for [gone, came] in alike.into_values() {
            // Equal hashes are a hint; the amounts decide.
            let is_twin = |gone: u32, came: u32| self.has_same_amounts(gone, came);
            match (gone.as_slice(), came.as_slice()) {
                ([gone], [came]) if is_twin(*gone, *came) => {
                    renamed.insert(*gone, *came);
                }
                (_, []) => {}
                (gone, came) => {
                    let some = |one: &&u32| came.iter().any(|other| is_twin(**one, *other));
                    let names = gone
                        .iter()
                        .filter(some)
                        .map(|one| old.name(*one).to_owned());
                    ambiguous.extend(names);
                }
            }
        }
        ambiguous.sort_unstable();
        renamed
    }

    /// A hash of the amounts in the months that both ledgers cover; `None` without any.
    fn hash(&self, ledger: &Ledger, number: u32) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        let mut is_empty = true;
        for month in self.months.iter().filter(|month| self.is_common(**month)) {
            let amount = ledger.amount(number, *month);
            if !amount.is_zero() {
                is_empty = false;
                (month.index(), plain(amount)).hash(&mut hasher);
            }
        }
        (!is_empty).then(|| hasher.finish())
    }

    fn has_same_amounts(&self, gone: u32, came: u32) -> bool {
        let (old, new) = (&self.old.customers, &self.new.customers);
        let mut months = self.months.iter().filter(|month| self.is_common(**month));
        months.all(|month| plain(old.amount(gone, *month)) == plain(new.amount(came, *month)))
    }
}

/// Which numbers are those of customers with rows that count.
fn members(ledger: &Ledger) -> Vec<bool> {
    let mut members = vec![false; ledger.numbers()];
    for number in ledger.customers() {
        members[*number as usize] = true;
    }
    members
}

/// True if a month is the same in both ledgers; who is not in one has nothing there.
fn is_same(
    (old, of_old): (&Ledger, Option<u32>),
    (new, of_new): (&Ledger, Option<u32>),
    month: Month,
) -> bool {
    match (of_old, of_new) {
        (Some(one), Some(other)) => old.has_same(one, month, (new, other)),
        (Some(one), None) => !old.is_stated(one, month),
        (None, Some(other)) => !new.is_stated(other, month),
        (None, None) => true,
    }
}

/// The product of a unit.
fn product(products: &Ledger, unit: u32) -> &str {
    let parts = products.name(unit).split_once(UNIT_SEPARATOR);
    parts.map_or("", |(_, product)| product)
}

/// An amount without zeros at the end of its decimals: equal amounts have equal ones.
fn plain(amount: Amount) -> (i128, u8) {
    let amount = amount.trimmed();
    (amount.units(), amount.scale())
}
