//! Whole numbers beyond 128 bits: products of up to four sums, for comparing quotients exactly.

use std::cmp::Ordering;

/// How many words of 64 bits there are.
const WORDS: usize = 8;

/// A whole number of up to 512 bits, never below zero: room for the product of four 128-bit numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wide {
    /// The words, the least significant first.
    words: [u64; WORDS],
}

impl Wide {
    const ZERO: Wide = Wide { words: [0; WORDS] };

    /// A number of 128 bits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "each cast keeps the half that it is for"
    )]
    pub(super) const fn of(number: u128) -> Wide {
        let mut words = [0; WORDS];
        words[0] = number as u64;
        words[1] = (number >> 64) as u64;
        Wide { words }
    }

    pub(super) fn is_zero(self) -> bool {
        self == Wide::ZERO
    }

    /// How many bits it takes; 0 for zero.
    fn bits(self) -> u32 {
        let top = self.words.iter().rposition(|word| *word != 0);
        top.map_or(0, |top| {
            let whole = u32::try_from(top).unwrap_or_default() * 64;
            whole + u64::BITS - self.words[top].leading_zeros()
        })
    }

    /// The sum.
    ///
    /// # Panics
    ///
    /// Beyond 512 bits.
    pub(super) fn plus(self, other: Wide) -> Wide {
        let (mut sum, mut carry) = (Wide::ZERO, false);
        for (index, word) in sum.words.iter_mut().enumerate() {
            let (part, first) = self.words[index].overflowing_add(other.words[index]);
            let (part, second) = part.overflowing_add(u64::from(carry));
            (*word, carry) = (part, first || second);
        }
        assert!(!carry, "512 bits hold the sum");
        sum
    }

    /// The difference.
    ///
    /// # Panics
    ///
    /// If `other` is larger.
    pub(super) fn minus(self, other: Wide) -> Wide {
        let (mut rest, mut borrow) = (Wide::ZERO, false);
        for (index, word) in rest.words.iter_mut().enumerate() {
            let (part, first) = self.words[index].overflowing_sub(other.words[index]);
            let (part, second) = part.overflowing_sub(u64::from(borrow));
            (*word, borrow) = (part, first || second);
        }
        assert!(!borrow, "the larger number comes first");
        rest
    }

    /// The product.
    ///
    /// # Panics
    ///
    /// Beyond 512 bits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a word is the low half of a product, its carry the high one"
    )]
    pub(super) fn times(self, other: Wide) -> Wide {
        let mut product = Wide::ZERO;
        for (left, word) in self.words.iter().enumerate() {
            // Most numbers are far shorter than there is room for.
            if *word == 0 {
                continue;
            }
            let mut carry = 0;
            for (right, factor) in other.words.iter().enumerate() {
                let Some(place) = product.words.get_mut(left + right) else {
                    assert!(*factor == 0 && carry == 0, "512 bits hold the product");
                    continue;
                };
                let part = u128::from(*word) * u128::from(*factor) + u128::from(*place) + carry;
                *place = part as u64;
                carry = part >> 64;
            }
            assert!(carry == 0, "512 bits hold the product");
        }
        product
    }

    /// How often `divisor` goes into it, and what is left; `None` for a quotient beyond 128 bits.
    pub(super) fn divided(self, divisor: Wide) -> Option<(u128, Wide)> {
        let shift = self.bits().saturating_sub(divisor.bits());
        let (mut part, mut rest, mut quotient) = (divisor.doubled(shift), self, 0_u128);
        for _ in 0..=shift {
            quotient = quotient.checked_mul(2)?;
            if rest >= part {
                rest = rest.minus(part);
                quotient += 1;
            }
            part = part.halved();
        }
        Some((quotient, rest))
    }

    /// Times two, so many times over; the caller knows that the bits are there.
    fn doubled(self, times: u32) -> Wide {
        let (words, bits) = ((times / 64) as usize, times % 64);
        let word = |index: usize| self.words.get(index).copied().unwrap_or(0);
        let mut doubled = Wide::ZERO;
        for (index, place) in doubled.words.iter_mut().enumerate().skip(words) {
            let from = index - words;
            let below = from.checked_sub(1).map_or(0, word);
            let carried = below.checked_shr(64 - bits).unwrap_or(0);
            *place = word(from) << bits | carried;
        }
        doubled
    }

    fn halved(self) -> Wide {
        let mut halved = Wide::ZERO;
        for (index, place) in halved.words.iter_mut().enumerate() {
            let above = self.words.get(index + 1).copied().unwrap_or(0);
            *place = self.words[index] >> 1 | above << 63;
        }
        halved
    }
}

impl Ord for Wide {
    fn cmp(&self, other: &Wide) -> Ordering {
        self.words.iter().rev().cmp(other.words.iter().rev())
    }
}

impl PartialOrd for Wide {
    fn partial_cmp(&self, other: &Wide) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGEST: u128 = u128::MAX;

    fn wide(number: u128) -> Wide {
        Wide::of(number)
    }

    #[test]
    fn small_numbers_are_the_machine_s() {
        for (left, right) in [(7, 3), (1 << 70, 1 << 20), (12_345, 678), (0, 5), (64, 64)] {
            assert_eq!(wide(left).plus(wide(right)), wide(left + right));
            assert_eq!(wide(left).times(wide(right)), wide(left * right));
            assert_eq!(wide(left).cmp(&wide(right)), left.cmp(&right));
            let divided = Some((left / right, wide(left % right)));
            assert_eq!(wide(left).divided(wide(right)), divided);
        }
    }

    #[test]
    fn products_divide_back_to_their_factors() {
        let factors = [LARGEST, LARGEST - 1, 1 << 127, (1 << 64) + 1, 3, 1];
        for left in factors {
            for right in factors {
                let product = wide(left).times(wide(right));
                assert_eq!(product, wide(right).times(wide(left)));
                assert_eq!(product.divided(wide(right)), Some((left, Wide::ZERO)));
                let more = product.plus(wide(right - 1));
                assert_eq!(more.divided(wide(right)), Some((left, wide(right - 1))));
                assert_eq!(more.minus(product), wide(right - 1));
                assert!(more >= product);
            }
        }
    }

    #[test]
    fn four_of_the_largest_fit() {
        let square = wide(LARGEST).times(wide(LARGEST));
        let fourth = square.times(square);
        assert_eq!(fourth.bits(), 512);
        assert!(fourth > square && square > wide(LARGEST));
        assert_eq!(square.divided(wide(3)), None);
        let third = fourth.divided(square.times(wide(3)));
        assert_eq!(third, None);
        assert_eq!(fourth.divided(fourth), Some((1, Wide::ZERO)));
    }
}
