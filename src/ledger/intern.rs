//! Names to dense numbers; the only place with a hash table of names.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// A set of names, each with a number from 0 in order of first appearance.
///
/// All names lie in one buffer, so that a name costs its bytes and a few more.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    bytes: String,
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Interner {
    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The name with this number.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        name_of(&self.bytes, &self.ends, number)
    }

    /// The number of a name, if it has one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<u32> {
        let is_it = |number: &u32| name_of(&self.bytes, &self.ends, *number) == name;
        self.table.find(self.hasher.hash_one(name), is_it).copied()
    }

    /// The number of a name, given now if it has none.
    ///
    /// # Panics
    ///
    /// Beyond 2^32 names, which is more than fit into memory.
    pub fn intern(&mut self, name: &str) -> u32 {
        let Interner {
            bytes,
            ends,
            table,
            hasher,
        } = self;
        let hash = hasher.hash_one(name);
        if let Some(number) = table.find(hash, |number| name_of(bytes, ends, *number) == name) {
            return *number;
        }
        let number = u32::try_from(ends.len()).expect("fewer than 2^32 names");
        bytes.push_str(name);
        ends.push(bytes.len());
        table.insert_unique(hash, number, |number| {
            hasher.hash_one(name_of(bytes, ends, *number))
        });
        number
    }

    /// Every number, in byte order of the names: the order of every list shown.
    #[must_use]
    pub fn sorted(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0..).take(self.len()).collect();
        numbers.sort_unstable_by(|left, right| self.name(*left).cmp(self.name(*right)));
        numbers
    }
}

fn name_of<'a>(bytes: &'a str, ends: &[usize], number: u32) -> &'a str {
    let index = number as usize;
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &bytes[start..ends[index]]
}

#[cfg(test)]
mod tests {
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
}
