//! The amounts of a month, 1,024 numbers at a time: for whoever looks at all customers.

use std::ops::Range;

use super::Ledger;
use super::cells::{BLOCK, Bits, Block, Sums};
use crate::units::Month;

/// The cells of 1,024 numbers in one month: block `n` is of the numbers from 1,024 × `n` on.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a>(Option<&'a Block>);

/// The amounts of a column, in smallest units, as wide as its largest needs.
#[derive(Clone, Copy, Debug)]
pub enum Amounts<'a> {
    /// 32 bits.
    Small(Stated<'a, i32>),
    /// 64 bits.
    Medium(Stated<'a, i64>),
    /// 128 bits.
    Wide(Stated<'a, i128>),
}

/// The stated cells of a column.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a, T> {
    bits: &'a Bits,
    values: &'a [T],
    is_packed: bool,
}

impl<'a> Column<'a> {
    /// One bit for each cell that a row states, be it zero.
    #[must_use]
    pub fn stated(self) -> Bits {
        self.0.map_or([0; BLOCK / 64], |block| *block.stated())
    }

    /// The amounts; `None` where no row states any.
    #[must_use]
    pub fn amounts(self) -> Option<Amounts<'a>> {
        let block = self.0?;
        Some(match block.sums() {
            Sums::Small(values) => Amounts::Small(Stated::new(block, values)),
            Sums::Medium(values) => Amounts::Medium(Stated::new(block, values)),
            Sums::Wide(values) => Amounts::Wide(Stated::new(block, values)),
        })
    }
}

impl<'a, T: Copy + Default + Ord> Stated<'a, T> {
    fn new(block: &'a Block, values: &'a [T]) -> Stated<'a, T> {
        Stated {
            bits: block.stated(),
            values,
            is_packed: block.is_packed(),
        }
    }

    /// Shows each stated cell by its place in the block, in order.
    #[inline]
    pub fn each(self, mut see: impl FnMut(usize, T)) {
        let mut rank = 0;
        for (word, first) in self.bits.iter().zip((0..).step_by(64)) {
            let mut left = *word;
            while left != 0 {
                let slot = first + left.trailing_zeros() as usize;
                left &= left - 1;
                see(slot, self.values[if self.is_packed { rank } else { slot }]);
                rank += 1;
            }
        }
    }

    /// The amounts one a place, if they are kept so: nothing where no row states one.
    #[must_use]
    pub fn by_place(self) -> Option<&'a [T; BLOCK]> {
        if self.is_packed {
            None
        } else {
            self.values.try_into().ok()
        }
    }

    /// One bit for each amount above zero.
    #[must_use]
    pub fn paid(self) -> Bits {
        let stated: u32 = self.bits.iter().map(|word| word.count_ones()).sum();
        // There are 1,024 at most: wrapping leaves the loop to vectors.
        let above = self.values.iter().fold(0_u32, |above, value| {
            above.wrapping_add(u32::from(*value > T::default()))
        });
        if above == stated {
            return *self.bits;
        }
        let mut paid = [0; BLOCK / 64];
        self.each(|slot, value| {
            paid[slot / 64] |= u64::from(value > T::default()) << (slot % 64);
        });
        paid
    }
}

impl Amounts<'_> {
    /// One bit for each amount above zero.
    #[must_use]
    pub fn paid(self) -> Bits {
        match self {
            Amounts::Small(stated) => stated.paid(),
            Amounts::Medium(stated) => stated.paid(),
            Amounts::Wide(stated) => stated.paid(),
        }
    }
}

impl Ledger {
    /// How many blocks of numbers there are.
    #[must_use]
    pub fn blocks(&self) -> usize {
        let last = self.customers.last();
        last.map_or(0, |last| *last as usize / BLOCK + 1)
    }

    /// The cells of a block in one month; none after the horizon.
    #[must_use]
    pub fn column(&self, block: usize, month: Month) -> Column<'_> {
        let is_inside = month <= self.last;
        Column(
            is_inside
                .then(|| self.cells.block_at(block, month))
                .flatten(),
        )
    }

    /// Shows the number and the amount, in smallest units, of everybody inside some blocks whom a row of the month states, in the
    /// order of numbers; `inside` as [`Ledger::inside`] gives it.
    ///
    /// # Panics
    ///
    /// Not where `inside` is this ledger's: its numbers are 32 bits.
    pub fn each_amount(
        &self,
        blocks: Range<usize>,
        month: Month,
        inside: &[Bits],
        mut see: impl FnMut(u32, i128),
    ) {
        for block in blocks {
            let mut seen = |slot: usize, amount: i128| {
                if inside[block][slot / 64] >> (slot % 64) & 1 == 1 {
                    let number = u32::try_from(block * BLOCK + slot);
                    see(number.expect("a ledger's numbers are 32 bits"), amount);
                }
            };
            match self.column(block, month).amounts() {
                Some(Amounts::Small(stated)) => stated.each(|at, amount| seen(at, amount.into())),
                Some(Amounts::Medium(stated)) => stated.each(|at, amount| seen(at, amount.into())),
                Some(Amounts::Wide(stated)) => stated.each(seen),
                None => {}
            }
        }
    }

    /// For each block, one bit a number that is a customer of [`Ledger::customers`].
    #[must_use]
    pub fn inside(&self) -> Vec<Bits> {
        let mut inside = vec![[0; BLOCK / 64]; self.blocks()];
        let mut rest = self.customers.as_slice();
        while let Some(customer) = rest.first() {
            let (block, slot) = (*customer as usize / BLOCK, *customer as usize % BLOCK);
            // They are in order: sixty-four of a word are all of it.
            let is_whole = slot % 64 == 0 && rest.get(63) == Some(&(customer + 63));
            let (bits, count) = if is_whole {
                (u64::MAX, 64)
            } else {
                (1 << (slot % 64), 1)
            };
            inside[block][slot / 64] |= bits;
            rest = &rest[count..];
        }
        inside
    }
}
