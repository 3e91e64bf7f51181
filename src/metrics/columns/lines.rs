//! What moved inside everybody in several comparisons, by product, in one pass over all products.
//!
//! A customer that is kept pays at both ends. Who pays when is turned once, from one bit a customer for each end to one
//! bit an end for each customer, so that a product asks once for all that is to be known of its owner.

use super::super::detail::{Detail, Units};
use super::end::Worth;
use super::{NOBODY, and, or};
use crate::ledger::{BLOCK, Bits, each_bit};
use crate::machine::{Lanes, Walk, with_widest};
use crate::units::Month;

/// How many ends stand in one number.
const ENDS: usize = 64;

/// At which ends each customer has revenue.
#[derive(Clone, Debug)]
pub(super) struct PaidAt {
    /// How many numbers a customer has.
    width: usize,
    /// By customer, a bit for each end.
    bits: Vec<u64>,
}

impl PaidAt {
    /// Nobody, at so many ends.
    pub(super) const fn ends(count: usize) -> PaidAt {
        PaidAt {
            width: count.div_ceil(ENDS),
            bits: Vec::new(),
        }
    }

    /// Makes room for the customers of so many blocks.
    pub(super) fn reserve(&mut self, blocks: usize) {
        self.bits.reserve(blocks * BLOCK * self.width);
    }

    /// Adds the customers of the next block: for each end one bit a customer.
    pub(super) fn add_block(&mut self, paid: &[Bits]) {
        let first = self.bits.len();
        self.bits.resize(first + BLOCK * self.width, 0);
        for (index, ends) in paid.chunks(ENDS).enumerate() {
            for (word, customers) in self.bits[first..].chunks_mut(64 * self.width).enumerate() {
                let mut square = [0; 64];
                for (row, end) in square.iter_mut().zip(ends) {
                    *row = end[word];
                }
                turn(&mut square);
                let places = customers.iter_mut().skip(index).step_by(self.width);
                places.zip(square).for_each(|(place, row)| *place = row);
            }
        }
    }

    /// Adds the customers of the next blocks.
    pub(super) fn append(&mut self, mut next: PaidAt) {
        self.bits.append(&mut next.bits);
    }

    /// For each end one bit for each of some customers, of as many as a block holds at most; those that nobody has get
    /// none.
    pub(super) fn of(&self, customers: &[u32]) -> Vec<Bits> {
        let mut paid = vec![NOBODY; self.width * ENDS];
        for (index, ends) in paid.chunks_mut(ENDS).enumerate() {
            for (word, customers) in customers.chunks(64).enumerate() {
                let mut square = [0; 64];
                for (row, customer) in square.iter_mut().zip(customers) {
                    let first = (*customer as usize).saturating_mul(self.width);
                    let place = self.bits.get(first.saturating_add(index));
                    *row = place.copied().unwrap_or_default();
                }
                turn(&mut square);
                ends.iter_mut()
                    .zip(square)
                    .for_each(|(end, row)| end[word] = row);
            }
        }
        paid
    }
}

/// Makes rows of 64 bits columns: bit `m` of number `n` becomes bit `n` of number `m`.
fn turn(square: &mut [u64; 64]) {
    let (mut step, mut mask) = (32, u64::MAX >> 32);
    while step > 0 {
        for low in (0..64).filter(|row| row & step == 0) {
            let high = low | step;
            let changed = (square[low] >> step ^ square[high]) & mask;
            square[low] ^= changed << step;
            square[high] ^= changed;
        }
        step /= 2;
        mask ^= mask << step;
    }
}

/// The lines of products in comparisons, each between two of the ends, of those who pay at both.
pub(super) fn of_everybody(
    units: &Units<'_>,
    ends: &[(Month, Month)],
    paid: &PaidAt,
    comparisons: &[[usize; 2]],
) -> Vec<Detail> {
    let (grid, owners) = (&units.columns().grid, units.owners(0));
    let parts = units.ledger.each_part(|blocks| {
        let mut found = vec![Detail::default(); comparisons.len()];
        for block in blocks {
            let owners = owners.chunks(BLOCK).nth(block).unwrap_or_default();
            let paid = paid.of(owners);
            let worths = ends.iter();
            let worths = worths.map(|end| Worth::read(grid, block, *end));
            let worths: Vec<Worth> = worths.collect();
            for (found, [opening, closing]) in found.iter_mut().zip(comparisons) {
                let kept = and(&paid[*opening], &paid[*closing]);
                add_lines(found, [&worths[*opening], &worths[*closing]], &kept);
            }
        }
        found
    });
    let mut found = vec![Detail::default(); comparisons.len()];
    for part in &parts {
        found
            .iter_mut()
            .zip(part)
            .for_each(|(sum, part)| sum.add(part));
    }
    found
}

/// Adds the lines of some of a block's products.
pub(super) fn add_lines(found: &mut Detail, [opening, closing]: [&Worth; 2], kept: &Bits) {
    let stated = or(&opening.paid, &closing.paid);
    let kept = and(kept, &stated);
    if kept == NOBODY {
        return;
    }
    match (opening.values.small(), closing.values.small()) {
        (Some(opening), Some(closing)) => {
            let kept = &kept;
            let lines = with_widest(Small {
                opening,
                closing,
                kept,
            });
            found.upsell += i128::from(lines.rises - lines.arrived);
            found.cross_sell += i128::from(lines.arrived);
            found.downsell += i128::from(lines.falls - lines.gone);
            found.product_churn += i128::from(lines.gone);
        }
        _ => {
            for slot in each_bit(&kept) {
                found.add_line(opening.values.get(slot), closing.values.get(slot));
            }
        }
    }
}

/// Products whose values 32 bits hold.
struct Small<'b> {
    opening: &'b [i32; BLOCK],
    closing: &'b [i32; BLOCK],
    kept: &'b Bits,
}

/// What rose and what fell of them, and what of it is all of a product.
#[derive(Default)]
struct Lines {
    rises: i64,
    falls: i64,
    arrived: i64,
    gone: i64,
}

impl Walk for Small<'_> {
    type Found = Lines;

    #[expect(
        clippy::inline_always,
        reason = "it has to be compiled for the processor"
    )]
    #[inline(always)]
    fn walk(self, _: impl Lanes) -> Lines {
        let mut lines = Lines::default();
        let (opening, _) = self.opening.as_chunks::<64>();
        let (closing, _) = self.closing.as_chunks::<64>();
        for ((opening, closing), kept) in opening.iter().zip(closing).zip(self.kept) {
            if *kept == 0 {
                continue;
            }
            // No sum of 1,024 outgrows its bits: wrapping leaves the loop to vectors.
            for bit in 0..64 {
                let (opening, closing) = (i64::from(opening[bit]), i64::from(closing[bit]));
                let is_kept = (kept >> bit & 1).cast_signed().wrapping_neg();
                let change = closing.wrapping_sub(opening) & is_kept;
                let (rise, fall) = (change.max(0), change.wrapping_neg().max(0));
                let (had, has) = (opening > 0, closing > 0);
                lines.rises = lines.rises.wrapping_add(rise);
                lines.falls = lines.falls.wrapping_add(fall);
                lines.arrived = lines
                    .arrived
                    .wrapping_add(if has && !had { rise } else { 0 });
                lines.gone = lines.gone.wrapping_add(if had && !has { fall } else { 0 });
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::super::end::Values;
    use super::*;

    #[test]
    fn lines_of_small_values_are_those_of_wide_ones() {
        let mut drawn = 7_u64;
        let mut below = |end: u64| {
            drawn = drawn
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (drawn >> 33) % end
        };
        for _ in 0..20 {
            let mut column = || {
                let mut values = Box::new([0; BLOCK]);
                for value in &mut *values {
                    *value = match below(8) {
                        0..3 => 0,
                        3 => i32::MAX,
                        4 => i32::MIN,
                        _ => i32::try_from(below(9)).unwrap() - 4,
                    };
                }
                let paid = std::array::from_fn(|_| if below(9) == 0 { 0 } else { u64::MAX });
                let wide = Box::new(std::array::from_fn(|slot| values[slot].into()));
                [Values::Small(values), Values::Wide(wide)].map(|values| Worth {
                    values,
                    paid,
                    ..Worth::default()
                })
            };
            let [(opening, wide_opening), (closing, wide_closing)] =
                [column(), column()].map(|[small, wide]| (small, wide));
            let kept = std::array::from_fn(|_| below(u64::MAX) | below(u64::MAX) << 32);
            let (mut found, mut expected) = (Detail::default(), Detail::default());
            add_lines(&mut found, [&opening, &closing], &kept);
            add_lines(&mut expected, [&wide_opening, &wide_closing], &kept);
            assert_eq!(found, expected);
            assert!(found.rises() > 0 && found.falls() > 0);
        }
    }

    #[test]
    fn rows_become_columns() {
        let mut square: [u64; 64] = std::array::from_fn(|row| {
            (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 1 << row
        });
        let before = square;
        turn(&mut square);
        for (row, bits) in before.iter().enumerate() {
            for (column, turned) in square.iter().enumerate() {
                assert_eq!(bits >> column & 1, turned >> row & 1);
            }
        }
    }

    #[test]
    fn who_pays_is_told_for_each_product_by_its_owner() {
        const COUNT: usize = 130;
        // Customer `c` pays at every end that `c` and a number of the end's own divide evenly.
        let pays = |customer: usize, end: usize| (customer + 1).is_multiple_of(end % 7 + 2);
        let mut paid = PaidAt::ends(COUNT);
        for block in 0..2 {
            let block: Vec<Bits> = (0..COUNT)
                .map(|end| {
                    let mut bits = NOBODY;
                    for slot in (0..BLOCK).filter(|slot| pays(block * BLOCK + slot, end)) {
                        bits[slot / 64] |= 1 << (slot % 64);
                    }
                    bits
                })
                .collect();
            paid.add_block(&block);
        }
        let owners: Vec<u32> = (0..70).map(|unit| unit * 29).chain([u32::MAX]).collect();
        let found = paid.of(&owners);
        for (end, bits) in found.iter().enumerate().take(COUNT) {
            for (slot, owner) in owners.iter().enumerate() {
                let expected = *owner != u32::MAX && pays(*owner as usize, end);
                assert_eq!(super::super::has(bits, slot), expected, "{owner} at {end}");
            }
            assert_eq!(bits[2..], NOBODY[2..]);
        }
    }
}
