//! What everybody is worth at one end of a comparison.

use super::{Grid, and, and_not, number, or};
use crate::ledger::{Amounts, BLOCK, Bits, each_bit};
use crate::units::Month;

/// Amounts below this in magnitude are added up in 64 bits: a horizon has less than 2^11 months.
const MEDIUM_MAX: i64 = 1 << 52;

/// The values of all customers.
#[derive(Debug, Default)]
pub(in crate::metrics) struct End {
    blocks: Vec<Worth>,
}

/// The values of a block.
#[derive(Debug, Default)]
pub(in crate::metrics) struct Worth {
    pub(in crate::metrics) values: Values,
    /// Their sum.
    pub(super) total: i128,
    /// Who is worth more than nothing; or where values below zero are kept, who has any row.
    pub(in crate::metrics) paid: Bits,
    /// Who was below zero and is cut to zero, and by how much, in the order of numbers.
    pub(in crate::metrics) cut: Vec<(u32, i128)>,
}

/// Values of a block, one a place.
#[derive(Debug, Default)]
pub(in crate::metrics) enum Values {
    /// All are zero.
    #[default]
    None,
    Small(Box<[i32; BLOCK]>),
    Medium(Box<[i64; BLOCK]>),
    Wide(Box<[i128; BLOCK]>),
}

/// What stands behind the last block.
static NOTHING: Worth = Worth {
    values: Values::None,
    total: 0,
    paid: [0; BLOCK / 64],
    cut: Vec::new(),
};

impl Worth {
    /// Adds up the months from the first to the last one for the customers of a block.
    pub(super) fn read(grid: &Grid<'_>, block: usize, (first, last): (Month, Month)) -> Worth {
        let inside = &grid.inside[block];
        let mut amounts = Vec::new();
        let mut stated = [0; BLOCK / 64];
        for month in first.through(last) {
            let column = grid.ledger.column(block, month);
            amounts.extend(column.amounts());
            stated = or(&stated, &column.stated());
        }
        let mut worth = Worth {
            values: Values::sum(&amounts),
            total: 0,
            paid: and(&stated, inside),
            cut: Vec::new(),
        };
        for slot in each_bit(&and_not(&stated, inside)) {
            worth.values.clear(slot);
        }
        if !grid.keeps_below {
            worth.paid = match amounts.as_slice() {
                [one] => and(&one.paid(), inside),
                _ => worth.values.paid(),
            };
            if worth.values.has_below() {
                worth.cut_at_zero(block, &stated);
            }
        }
        worth.total = worth.values.total();
        worth
    }

    fn cut_at_zero(&mut self, block: usize, stated: &Bits) {
        for slot in each_bit(stated) {
            let units = self.values.get(slot);
            if units < 0 {
                self.cut.push((number(block, slot), -units));
                self.values.clear(slot);
            }
        }
    }

    /// Who was cut to zero.
    pub(super) fn cut_bits(&self) -> Bits {
        let mut bits = [0; BLOCK / 64];
        for (number, _) in &self.cut {
            let slot = *number as usize % BLOCK;
            bits[slot / 64] |= 1 << (slot % 64);
        }
        bits
    }

    /// What was cut of a customer.
    pub(super) fn cut_of(&self, number: u32) -> i128 {
        let place = self.cut.binary_search_by_key(&number, |cut| cut.0);
        place.map_or(0, |place| self.cut[place].1)
    }
}

impl End {
    /// Adds up the months from the first to the last one.
    pub(super) fn read(grid: &Grid<'_>, months: (Month, Month)) -> End {
        let parts = grid.ledger.each_part(|blocks| {
            let worths = blocks.map(|block| Worth::read(grid, block, months));
            worths.collect::<Vec<Worth>>()
        });
        End {
            blocks: parts.into_iter().flatten().collect(),
        }
    }

    /// Who was cut to zero, and by how much.
    pub(super) fn cut(&self) -> impl Iterator<Item = (u32, i128)> {
        let blocks = self.blocks.iter();
        blocks.flat_map(|worth| worth.cut.iter().copied())
    }

    /// The values of a block.
    pub(super) fn worth(&self, block: usize) -> &Worth {
        self.blocks.get(block).unwrap_or(&NOTHING)
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The value of a customer.
    pub(in crate::metrics) fn units(&self, number: u32) -> i128 {
        let number = number as usize;
        self.worth(number / BLOCK).values.get(number % BLOCK)
    }
}

impl Values {
    /// The sums over some columns.
    pub(in crate::metrics) fn sum(amounts: &[Amounts<'_>]) -> Values {
        match amounts {
            [] => Values::None,
            [Amounts::Small(only)] => {
                let mut values = zeros();
                match only.by_place() {
                    Some(all) => *values = *all,
                    None => only.each(|slot, value| values[slot] = value),
                }
                Values::Small(values)
            }
            several => medium_sum(several).map_or_else(|| wide_sum(several), narrowed),
        }
    }

    #[inline]
    pub(in crate::metrics) fn get(&self, slot: usize) -> i128 {
        match self {
            Values::None => 0,
            Values::Small(values) => values[slot].into(),
            Values::Medium(values) => values[slot].into(),
            Values::Wide(values) => values[slot],
        }
    }

    /// The values, if 32 bits hold them.
    pub(super) fn small(&self) -> Option<&[i32; BLOCK]> {
        match self {
            Values::None => Some(&[0; BLOCK]),
            Values::Small(values) => Some(values),
            Values::Medium(_) | Values::Wide(_) => None,
        }
    }

    fn clear(&mut self, slot: usize) {
        match self {
            Values::None => {}
            Values::Small(values) => values[slot] = 0,
            Values::Medium(values) => values[slot] = 0,
            Values::Wide(values) => values[slot] = 0,
        }
    }

    fn has_below(&self) -> bool {
        match self {
            Values::None => false,
            Values::Small(values) => lowest(values) < 0,
            Values::Medium(values) => lowest(values) < 0,
            Values::Wide(values) => lowest(values) < 0,
        }
    }

    /// One bit for each value above zero.
    fn paid(&self) -> Bits {
        match self {
            Values::None => [0; BLOCK / 64],
            Values::Small(values) => above(values),
            Values::Medium(values) => above(values),
            Values::Wide(values) => above(values),
        }
    }

    /// The sum of the values at these places.
    pub(super) fn sum_of(&self, bits: &Bits) -> i128 {
        match self {
            Values::None => 0,
            // 1,024 values of 32 bits stay below 2^42.
            Values::Small(values) => each_bit(bits)
                .fold(0_i64, |sum, slot| sum.wrapping_add(values[slot].into()))
                .into(),
            _ => each_bit(bits).map(|slot| self.get(slot)).sum(),
        }
    }

    /// The sum of all values.
    fn total(&self) -> i128 {
        match self {
            Values::None => 0,
            // 1,024 values of 32 bits stay below 2^42.
            Values::Small(values) => values
                .iter()
                .fold(0_i64, |sum, value| sum.wrapping_add(i64::from(*value)))
                .into(),
            Values::Medium(values) => values.iter().map(|value| i128::from(*value)).sum(),
            Values::Wide(values) => values.iter().sum(),
        }
    }
}

/// Made where it stays: an array would be copied there.
#[expect(
    clippy::unnecessary_box_returns,
    reason = "it is too large to be moved about"
)]
fn zeros<T: Copy + Default>() -> Box<[T; BLOCK]> {
    let zeros = vec![T::default(); BLOCK].into_boxed_slice();
    zeros.try_into().ok().expect("a block has so many places")
}

fn lowest<T: Copy + Ord + Default>(values: &[T; BLOCK]) -> T {
    values.iter().copied().fold(T::default(), Ord::min)
}

fn above<T: Copy + Ord + Default>(values: &[T; BLOCK]) -> Bits {
    let mut above = [0; BLOCK / 64];
    for (word, values) in above.iter_mut().zip(values.chunks_exact(64)) {
        for (value, bit) in values.iter().zip(0..) {
            *word |= u64::from(*value > T::default()) << bit;
        }
    }
    above
}

/// The sums in 64 bits; `None` if they may not hold them.
fn medium_sum(amounts: &[Amounts<'_>]) -> Option<Box<[i64; BLOCK]>> {
    let mut sums = zeros::<i64>();
    for amounts in amounts {
        match amounts {
            Amounts::Small(stated) => match stated.by_place() {
                Some(all) => {
                    for (sum, value) in sums.iter_mut().zip(all) {
                        *sum = sum.wrapping_add(i64::from(*value));
                    }
                }
                None => stated.each(|slot, value| sums[slot] += i64::from(value)),
            },
            Amounts::Medium(stated) => {
                let mut fits = true;
                stated.each(|slot, value| {
                    fits &= (-MEDIUM_MAX..MEDIUM_MAX).contains(&value);
                    sums[slot] = sums[slot].wrapping_add(value);
                });
                if !fits {
                    return None;
                }
            }
            Amounts::Wide(_) => return None,
        }
    }
    Some(sums)
}

fn wide_sum(amounts: &[Amounts<'_>]) -> Values {
    let mut sums = zeros();
    for amounts in amounts {
        match amounts {
            Amounts::Small(stated) => stated.each(|slot, value| sums[slot] += i128::from(value)),
            Amounts::Medium(stated) => stated.each(|slot, value| sums[slot] += i128::from(value)),
            Amounts::Wide(stated) => stated.each(|slot, value| sums[slot] += value),
        }
    }
    Values::Wide(sums)
}

/// The same in 32 bits, where those hold all.
fn narrowed(sums: Box<[i64; BLOCK]>) -> Values {
    let lowest = sums.iter().copied().fold(0, Ord::min);
    let highest = sums.iter().copied().fold(0, Ord::max);
    if i32::try_from(lowest).is_err() || i32::try_from(highest).is_err() {
        return Values::Medium(sums);
    }
    let mut small = zeros();
    for (small, sum) in small.iter_mut().zip(sums.iter()) {
        *small = i32::try_from(*sum).unwrap_or_default();
    }
    Values::Small(small)
}
