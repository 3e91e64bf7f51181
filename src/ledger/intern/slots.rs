//! Where names are looked for: a table of numbers by hash.

use crate::machine::bring_near;

/// A slot without a number; none is as large. Not 0: pages of zeros that are read before they are written to are made twice.
const FREE: u32 = u32::MAX;

/// How many slots a table starts with.
const LEAST: usize = 64;

/// Numbers by hash, in four bytes each: the fewer cache lines there are, the more of them are near.
#[derive(Clone, Debug, Default)]
pub(super) struct Slots {
    /// A number, and above it as much of its hash as has room.
    list: Vec<u32>,
    /// The bits that are of the hash.
    tags: u32,
}

impl Slots {
    /// A table with room for more names than these.
    ///
    /// # Panics
    ///
    /// Beyond 2^30 names, whose table would not fit into memory.
    pub(super) fn for_names(count: usize) -> Slots {
        let wanted = (count * 4).next_power_of_two().max(LEAST);
        let largest = u32::try_from(wanted - 1).expect("fewer than 2^30 names");
        Slots {
            list: vec![FREE; wanted],
            tags: !largest,
        }
    }

    /// True if another number should not come into a table with so many: half of the slots stay free.
    pub(super) fn is_full(&self, count: usize) -> bool {
        count * 2 >= self.list.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Asks for where the search for a hash starts.
    #[inline]
    pub(super) fn bring_near(&self, hash: u64) {
        bring_near(&self.list, self.place(hash));
    }

    /// The number of the first name that a slot says may be the one; `u32::MAX` if none may.
    #[inline]
    pub(super) fn candidate(&self, hash: u64) -> u32 {
        let mut at = self.place(hash);
        loop {
            let slot = self.list[at];
            if slot == FREE {
                return u32::MAX;
            }
            if (slot ^ tag(hash)) & self.tags == 0 {
                return slot & !self.tags;
            }
            at = self.behind(at);
        }
    }

    /// The number that `is_it` says yes to, of those that may have a hash.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_it: impl FnMut(u32) -> bool) -> Option<u32> {
        if self.list.is_empty() {
            return None;
        }
        let mut at = self.place(hash);
        // Half of the slots are free.
        while self.list[at] != FREE {
            let slot = self.list[at];
            let number = slot & !self.tags;
            if (slot ^ tag(hash)) & self.tags == 0 && is_it(number) {
                return Some(number);
            }
            at = self.behind(at);
        }
        None
    }

    /// Puts a number into the next free slot.
    pub(super) fn put(&mut self, hash: u64, number: u32) {
        let mut at = self.place(hash);
        while self.list[at] != FREE {
            at = self.behind(at);
        }
        self.list[at] = tag(hash) & self.tags | number;
    }

    /// Where the search for a hash starts.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "only lower bits are used")]
    fn place(&self, hash: u64) -> usize {
        hash as usize & self.list.len().wrapping_sub(1)
    }

    #[inline]
    fn behind(&self, at: usize) -> usize {
        (at + 1) & self.list.len().wrapping_sub(1)
    }
}

/// What of a hash is kept, as far as there is room.
#[inline]
const fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}
