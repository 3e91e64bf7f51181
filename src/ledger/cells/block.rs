//! The cells of 1,024 numbers in one month.
//!
//! A block starts *open*, one place a number; once its month is behind it is *packed*: the stated cells alone, in
//! the order of their numbers.

use super::days::{Days, SEVERAL};
use super::drafts::{Draft, DraftCell, Stated, States};
use super::sums::Sums;
use super::{Cell, Overflow};

/// How many numbers a block is of.
pub const BLOCK: usize = 1024;

/// One bit a number of a block.
pub type Bits = [u64; BLOCK / 64];

/// A block with more stated cells than this is not worth packing.
const PACKED_MAX: usize = BLOCK / 4 * 3;

/// How many cells a packed block takes in between the others before it is opened again.
const LATE_MAX: u8 = 64;

#[derive(Clone, Debug)]
pub(in crate::ledger) struct Block {
    /// One bit a number: a row stated this cell, be it zero.
    stated: Bits,
    /// How many cells are stated before each word of bits, where the block is packed.
    before: Option<Box<[u16; BLOCK / 64]>>,
    /// How many cells came after the block was packed.
    late: u8,
    sums: Sums,
    days: Days,
}

impl Default for Block {
    fn default() -> Block {
        Block {
            stated: [0; BLOCK / 64],
            before: None,
            late: 0,
            sums: Sums::zeros(),
            days: Days::None,
        }
    }
}

impl Block {
    /// A block with these cells, whose sums are given in their order; packed if that is wanted and less.
    pub(super) fn of(stated: Bits, sums: Sums, is_packed: bool) -> Block {
        let mut block = Block {
            stated,
            before: None,
            late: 0,
            sums,
            days: Days::None,
        };
        let (before, count) = ranks(&stated);
        debug_assert_eq!(count, block.sums.len(), "a cell has one sum");
        block.before = Some(Box::new(before));
        if !is_packed || count > PACKED_MAX {
            block.open();
        }
        block
    }

    /// Adds to a cell, and gives its sum.
    pub(in crate::ledger) fn add(&mut self, slot: usize, units: i128) -> Result<i128, Overflow> {
        if !self.is_stated(slot) {
            self.state(slot);
        }
        let place = self.place(slot);
        self.sums.add(place, units)
    }

    /// Makes room for a cell that was not stated so far.
    fn state(&mut self, slot: usize) {
        if self.late == LATE_MAX {
            self.open();
        }
        let place = self.place(slot);
        if let Some(before) = &mut self.before {
            self.sums.insert(place);
            self.days.insert(place);
            before[slot / 64 + 1..]
                .iter_mut()
                .for_each(|rank| *rank += 1);
            self.late += 1;
        }
        self.stated[slot / 64] |= 1 << (slot % 64);
    }

    /// The same of few units, which is almost always one sum of 32 bits.
    #[inline]
    pub(in crate::ledger) fn add_small(
        &mut self,
        slot: usize,
        units: i64,
    ) -> Result<i128, Overflow> {
        if self.before.is_none()
            && let Some(sum) = self.sums.add_small(slot, units)
        {
            self.stated[slot / 64] |= 1 << (slot % 64);
            return Ok(i128::from(sum));
        }
        self.add(slot, i128::from(units))
    }

    /// What rows were added to, as a block; packed if asked for and worth it.
    pub(super) fn from_draft(draft: &Draft, packs: bool) -> Block {
        let (mut stated, mut seen) = ([0; BLOCK / 64], States::default());
        for (word, cells) in stated.iter_mut().zip(draft.as_chunks::<64>().0) {
            for (bit, cell) in cells.iter().enumerate() {
                *word |= u64::from(*cell != DraftCell::default()) << bit;
                seen.add(*cell);
            }
        }
        let (before, count) = ranks(&stated);
        let packs = packs && count <= PACKED_MAX;
        // A draft holds sums of 26 bits.
        let sum = |cell: DraftCell| i32::try_from(cell.sum()).unwrap_or_default();
        let mut sums = Vec::with_capacity(if packs { count } else { BLOCK });
        if packs {
            sums.extend(each_bit(&stated).map(|slot| sum(draft[slot])));
        } else {
            sums.extend(draft.iter().map(|cell| sum(*cell)));
        }
        let days = Days::of_draft((draft, seen), &stated, packs, count);
        Block {
            stated,
            before: packs.then(|| Box::new(before)),
            late: 0,
            sums: Sums::Small(sums.into()),
            days,
        }
    }

    /// The cells to go on with as a draft: of a packed block that many rows came late to, if its sums have room.
    pub(super) fn as_draft(&self) -> Option<Box<Draft>> {
        if self.late < LATE_MAX || self.before.is_none() {
            return None;
        }
        let mut draft = Box::new([DraftCell::default(); BLOCK]);
        for (slot, place) in self.places() {
            let stated = match self.days.of(slot, place) {
                0 => Stated::Dateless,
                SEVERAL => Stated::Several,
                day => Stated::Day(day),
            };
            draft[slot] = DraftCell::new(self.sums.get(place), stated)?;
        }
        Some(draft)
    }

    /// Puts a sum into a cell, whatever stood there.
    pub(in crate::ledger) fn put(&mut self, slot: usize, cell: Cell) {
        debug_assert!(cell.is_stated || cell.units == 0, "what is there is stated");
        self.open();
        let bit = 1 << (slot % 64);
        if cell.is_stated {
            self.stated[slot / 64] |= bit;
        } else {
            self.stated[slot / 64] &= !bit;
        }
        self.sums.set(slot, cell.units);
    }

    pub(in crate::ledger) fn is_stated(&self, slot: usize) -> bool {
        self.stated[slot / 64] & (1 << (slot % 64)) != 0
    }

    /// The sum of a cell; 0 where nothing was added.
    pub(in crate::ledger) fn units(&self, slot: usize) -> i128 {
        if self.before.is_some() && !self.is_stated(slot) {
            return 0;
        }
        self.sums.get(self.place(slot))
    }

    /// One bit for each cell that a row stated.
    pub(in crate::ledger) const fn stated(&self) -> &Bits {
        &self.stated
    }

    /// The stated cells in the order of their numbers, each with its place among the sums.
    pub(in crate::ledger) fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let is_packed = self.before.is_some();
        let slots = each_bit(&self.stated).zip(0..);
        slots.map(move |(slot, rank)| (slot, if is_packed { rank } else { slot }))
    }

    /// The sums: one a slot, or where [`Block::is_packed`] one a stated cell.
    pub(in crate::ledger) const fn sums(&self) -> &Sums {
        &self.sums
    }

    pub(in crate::ledger) const fn is_packed(&self) -> bool {
        self.before.is_some()
    }

    /// Notes the day of a row that was added to a cell.
    pub(in crate::ledger) fn note_day(&mut self, slot: usize, day: u8) {
        if day > 0 && !self.days.note(slot, self.place(slot), day) {
            // Days of several kinds stand one a place, and places move once more are stated.
            self.open();
            self.days.note_another(slot, day);
        }
    }

    /// The day of a cell's dates; 0 where it has none.
    pub(in crate::ledger) fn day(&self, slot: usize) -> u8 {
        if self.is_stated(slot) {
            self.day_at((slot, self.place(slot)))
        } else {
            0
        }
    }

    /// The same of a stated cell, by its slot and its place.
    pub(in crate::ledger) fn day_at(&self, (slot, place): (usize, usize)) -> u8 {
        self.days.of(slot, place)
    }

    /// False where no cell has rows of several dates.
    pub(in crate::ledger) const fn may_have_several_days(&self) -> bool {
        matches!(self.days, Days::Each(_) | Days::Same { day: SEVERAL, .. })
    }

    /// Multiplies every sum.
    pub(in crate::ledger) fn multiply(&mut self, factor: i128) -> Result<(), Overflow> {
        self.sums.multiply(factor)
    }

    /// The sum of all magnitudes.
    pub(in crate::ledger) fn magnitude(&self) -> Result<u128, Overflow> {
        self.sums.magnitude()
    }

    /// Keeps the stated cells alone, if that is less.
    pub(in crate::ledger) fn pack(&mut self) {
        let (before, count) = ranks(&self.stated);
        if self.before.is_some() || count > PACKED_MAX {
            return;
        }
        self.sums = self.sums.picked(each_bit(&self.stated), count);
        self.days.pick(&self.stated);
        self.before = Some(Box::new(before));
    }

    /// Gives every number a place again.
    fn open(&mut self) {
        if self.before.take().is_some() {
            self.sums = self.sums.spread(each_bit(&self.stated));
            self.days.spread(&self.stated);
        }
    }

    /// Where the sum of a cell stands, or in a packed block would stand once it is stated.
    fn place(&self, slot: usize) -> usize {
        match &self.before {
            None => slot,
            Some(before) => {
                let below = self.stated[slot / 64] & ((1 << (slot % 64)) - 1);
                usize::from(before[slot / 64]) + below.count_ones() as usize
            }
        }
    }

    /// How many bytes it takes.
    #[cfg(test)]
    pub(in crate::ledger) fn bytes(&self) -> usize {
        let ranks = self
            .before
            .as_ref()
            .map_or(0, |before| size_of_val(&**before));
        size_of::<Block>() + ranks + self.sums.bytes() + self.days.bytes()
    }
}

/// How many bits are set before each word, and in all.
fn ranks(bits: &Bits) -> ([u16; BLOCK / 64], usize) {
    let (mut before, mut count) = ([0; BLOCK / 64], 0);
    for (before, word) in before.iter_mut().zip(bits) {
        *before = count;
        // Never more than 1,024 in all.
        count += u16::try_from(word.count_ones()).unwrap_or(0);
    }
    (before, count.into())
}

/// The numbers of the bits that are set, in order.
#[inline]
pub fn each_bit(bits: &Bits) -> impl Iterator<Item = usize> + use<> {
    SetBits {
        words: *bits,
        next: 0,
        left: 0,
    }
}

struct SetBits {
    words: Bits,
    /// The number of the next word.
    next: usize,
    /// What was not shown yet of the word before it.
    left: u64,
}

impl Iterator for SetBits {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.left = *self.words.get(self.next)?;
            self.next += 1;
        }
        let bit = self.left.trailing_zeros() as usize;
        self.left &= self.left - 1;
        Some((self.next - 1) * 64 + bit)
    }
}
