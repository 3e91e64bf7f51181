//! Names to dense numbers; the only place with a hash table of names.
//!
//! What makes it fast is how few cache lines a name costs: a slot of four bytes, and 24 bytes that hold the name
//! itself. A batch looks for all its slots before it compares a name, so that the waits for memory overlap.

mod key;
mod recent;
mod slots;
mod uuid;

use key::Key;
pub(super) use key::{Hashing, Sought};
pub(super) use recent::Recent;
use slots::Slots;

use crate::machine::bring_near;

/// A set of names, each with a number from 0 in order of first appearance.
///
/// A name of up to 23 bytes costs 24 bytes and two to four slots of four; a longer one its bytes more.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    keys: Vec<Key>,
    /// The longer names, one after the other.
    long: String,
    /// The table of the latest names, counted from the first one of them.
    slots: Slots,
    /// The number of that one.
    first: u32,
    /// Those before them, likewise: each table with the number of its first name.
    before: Vec<(u32, Slots)>,
    hashing: Hashing,
}

impl Interner {
    /// One without names that hashes as others do.
    pub(super) fn hashing_as(hashing: Hashing) -> Interner {
        Interner {
            hashing,
            ..Interner::default()
        }
    }

    /// How many names there are, holes among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True without names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// True for a number that stands for no name.
    pub(super) fn is_hole(&self, number: u32) -> bool {
        self.keys[number as usize] == Key::HOLE
    }

    /// The name with this number; nothing for a hole.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        self.keys[number as usize].name(&self.long)
    }

    /// The number of a name, if it has one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        let sought = self.hashing.seek(name.as_bytes(), 0, name.len());
        self.known(&sought, name.as_bytes())
    }

    #[inline]
    fn known(&self, sought: &Sought, text: &[u8]) -> Option<u32> {
        let find = |first: u32, slots: &Slots| {
            let is_it = |number| self.is_it(number + first, sought, text);
            Some(slots.find(sought.hash(), is_it)? + first)
        };
        let mut before = self.before.iter();
        find(self.first, &self.slots)
            .or_else(|| before.find_map(|(first, slots)| find(*first, slots)))
    }

    /// The number of a name, given now if it has none.
    ///
    /// # Panics
    ///
    /// Beyond 2^32 names, which is more than fit into memory.
    pub fn intern(&mut self, name: &str) -> u32 {
        let sought = self.hashing.seek(name.as_bytes(), 0, name.len());
        self.number(&sought, name.as_bytes())
    }

    /// The same of a name that stands in a text.
    #[inline]
    pub(super) fn intern_at(&mut self, text: &[u8], (start, length): (usize, usize)) -> u32 {
        let sought = self.hashing.seek(text, start, length);
        self.number(&sought, text)
    }

    /// The number of a name in a text, given now if it has none.
    #[inline]
    fn number(&mut self, sought: &Sought, text: &[u8]) -> u32 {
        if self.slots.is_full(self.keys.len() - self.first as usize) {
            self.slots = self.table();
        }
        let known = self.known(sought, text);
        known.unwrap_or_else(|| self.add(sought, text))
    }

    #[inline(never)]
    fn add(&mut self, sought: &Sought, text: &[u8]) -> u32 {
        let number = u32::try_from(self.keys.len())
            .ok()
            .filter(|number| *number < u32::MAX)
            .expect("fewer than 2^32 names");
        self.keys.push(sought.keep(text, &mut self.long));
        self.slots.put(sought.hash(), number - self.first);
        number
    }

    /// Asks for what is read of names before any of them is compared.
    pub(super) fn bring_near<'s>(&self, sought: impl Iterator<Item = &'s Sought>) {
        if !self.slots.is_empty() {
            sought.for_each(|sought| self.slots.bring_near(sought.hash()));
        }
    }

    /// The numbers of many names of one text, given now to those that have none.
    ///
    /// All are looked for before any name is compared: none of the reads of names waits for another.
    pub(super) fn number_all<'s>(
        &mut self,
        sought: impl Iterator<Item = &'s Sought> + Clone,
        text: &[u8],
        numbers: &mut Vec<u32>,
    ) {
        numbers.clear();
        if self.slots.is_empty() {
            self.slots = self.table();
        }
        for sought in sought.clone() {
            let number = self.slots.candidate(sought.hash());
            let number = number.wrapping_add(self.first);
            bring_near(&self.keys, number as usize);
            numbers.push(number);
        }
        for (number, sought) in numbers.iter_mut().zip(sought) {
            let key = self.keys.get(*number as usize);
            if !key.is_some_and(|key| sought.is_in(key, text, &self.long)) {
                *number = self.number(sought, text);
            }
        }
    }

    /// Makes room for so many names in all.
    pub(super) fn reserve(&mut self, names: usize) {
        self.keys.reserve(names.saturating_sub(self.keys.len()));
    }

    /// Puts the names of another set behind these, the first one under a number that may leave a gap of holes.
    /// No name may be in both.
    pub(super) fn append(&mut self, other: Interner, first: usize) {
        if self.keys.is_empty() && first == 0 {
            *self = other;
            return;
        }
        let number = |count: usize| u32::try_from(count).expect("fewer than 2^32 names");
        if !self.slots.is_empty() {
            self.before
                .push((self.first, std::mem::take(&mut self.slots)));
        }
        self.keys.resize(first.max(self.keys.len()), Key::HOLE);
        self.first = number(self.keys.len());
        let shift = self.long.len();
        self.long.push_str(&other.long);
        self.keys
            .extend(other.keys.into_iter().map(|key| key.moved_by(shift)));
        if self.hashing == other.hashing {
            let tables = other.before.into_iter().chain([(other.first, other.slots)]);
            let tables = tables.filter(|(_, slots)| !slots.is_empty());
            let tables = tables.map(|(first, slots)| (first + self.first, slots));
            self.before.extend(tables);
        } else {
            self.before.push((self.first, self.table()));
        }
        self.first = number(self.keys.len());
    }

    /// Makes one table of those of several sets that were put together, where many names are to be looked for.
    pub(super) fn unite(&mut self) {
        if !self.before.is_empty() {
            self.before.clear();
            self.first = 0;
            self.slots = self.table();
        }
    }

    /// Every number, in byte order of the names: the order of every list shown.
    #[must_use]
    pub fn sorted(&self) -> Vec<u32> {
        let all = (0..).take(self.len());
        let mut numbers: Vec<u32> = all.filter(|number| !self.is_hole(*number)).collect();
        numbers.sort_unstable_by(|left, right| self.name(*left).cmp(self.name(*right)));
        numbers
    }

    #[inline]
    fn is_it(&self, number: u32, sought: &Sought, text: &[u8]) -> bool {
        sought.is_in(&self.keys[number as usize], text, &self.long)
    }

    /// A table of the names that no other one has, with room for more.
    fn table(&self) -> Slots {
        let names = &self.keys[self.first as usize..];
        let mut slots = Slots::for_names(names.len());
        for (number, key) in (0..).zip(names) {
            if *key != Key::HOLE {
                slots.put(self.hashing.of_key(key, &self.long), number);
            }
        }
        slots
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_its_number() {
        let mut names = Interner::default();
        let numbers: Vec<u32> = ["b", "", "a", "b", ""]
            .iter()
            .map(|name| names.intern(name))
            .collect();
        assert_eq!(numbers, [0, 1, 2, 0, 1]);
        assert_eq!(names.sorted(), [1, 2, 0]);
        assert_eq!(names.name(2), "a");
    }

    #[test]
    fn sets_without_a_common_name_are_put_together_with_a_gap() {
        let (mut left, mut right) = (Interner::default(), Interner::default());
        let long = "a name of more bytes than have room";
        left.intern("a");
        left.intern(long);
        right.intern("b");
        right.intern(&long.replace('a', "e"));
        left.append(right, 4);
        assert_eq!(left.len(), 6);
        assert!(left.is_hole(2) && left.is_hole(3) && !left.is_hole(1));
        assert_eq!(left.find("b"), Some(4));
        assert_eq!(left.find("e neme of more bytes then heve room"), Some(5));
        assert_eq!(left.sorted(), [0, 1, 4, 5]);
        assert_eq!((left.intern("b"), left.intern("c")), (4, 6));
        assert_eq!((left.find(long), left.find("d")), (Some(1), None));
    }

    #[test]
    fn sets_that_hash_alike_keep_their_tables() {
        let hashing = Hashing::default();
        let set = |letter: &str| {
            let mut names = Interner::hashing_as(hashing);
            for number in 0..300 {
                names.intern(&format!("{letter}{number:0>width$}", width = number % 40));
            }
            names
        };
        let (mut all, mut others) = (set("a"), set("b"));
        others.append(set("c"), 512);
        all.append(others, 1024);
        assert_eq!(all.before.len(), 3);
        for number in 0..300 {
            all.intern(&format!("d{number}"));
        }
        let mut united = all.clone();
        united.unite();
        assert_eq!((united.before.len(), united.first), (0, 0));
        for mut all in [all, united] {
            for (letter, first) in [("a", 0), ("b", 1024), ("c", 1536)] {
                for (number, expected) in (0..300).zip(first..) {
                    let name = format!("{letter}{number:0>width$}", width = number % 40);
                    let numbers = (all.find(&name), all.intern(&name));
                    assert_eq!(numbers, (Some(expected), expected));
                }
            }
            let numbers = (all.find("d7"), all.find("e7"));
            assert_eq!(numbers, (Some(1536 + 300 + 7), None));
            assert_eq!(all.len(), 1536 + 600);
            assert_eq!((all.intern("e7"), all.find("e7")), (2136, Some(2136)));
        }
    }

    #[test]
    fn names_of_digits_move_with_their_texts() {
        let (mut left, mut right) = (Interner::default(), Interner::default());
        let [one, two] = [
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "0f8fad5b-d9cb-469f-a165-70867728950f",
        ];
        let others = [&one.to_uppercase(), "longer than what has room in a key"];
        for name in [one, others[0]] {
            left.intern(name);
        }
        for name in [others[1], two] {
            right.intern(name);
        }
        left.append(right, 2);
        for (number, name) in (0..).zip([one, others[0], others[1], two]) {
            assert_eq!((left.name(number), left.find(name)), (name, Some(number)));
            assert_eq!(left.intern(name), number);
            assert_eq!(
                left.intern_at(format!("a{name}").as_bytes(), (1, name.len())),
                number
            );
        }
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_a_plain_map(
            batches in prop::collection::vec(prop::collection::vec("[ab]{0,3}|[a-c]{20,30}|é{8,14}|[0-1]{8}-0000-4000-8000-00000000000[a-fA]", 0..40), 0..8),
            room in any::<bool>(),
        ) {
            let (mut names, mut model) = (Interner::default(), BTreeMap::<String, u32>::new());
            for batch in batches {
                let mut text = batch.concat();
                if room {
                    text.push_str(&" ".repeat(24));
                }
                let mut start = 0;
                let sought: Vec<Sought> = batch.iter().map(|name| {
                    let sought = names.hashing.seek(text.as_bytes(), start, name.len());
                    start += name.len();
                    sought
                }).collect();
                let mut numbers = Vec::new();
                names.number_all(sought.iter(), text.as_bytes(), &mut numbers);
                for (name, number) in batch.iter().zip(&numbers) {
                    let next = u32::try_from(model.len()).unwrap();
                    prop_assert_eq!(*model.entry(name.clone()).or_insert(next), *number);
                    prop_assert_eq!(names.name(*number), name.as_str());
                    prop_assert_eq!(names.find(name), Some(*number));
                }
            }
            prop_assert_eq!(names.len(), model.len());
        }
    }
}
