//! Customers by how much they move a rate, the largest first: exact, and cheap where a glance decides.

use std::cmp::{Ordering, Reverse};

use super::customers::SortBy;
use super::effects::{Moved, NoEffect, Part, effects};
use super::movements::Movement;
use super::rollforward::Rollforward;
use crate::ledger::Ledger;
use crate::units::Difference;

/// So many entries are worth the start of threads.
const MANY: usize = 1 << 14;

/// One customer on its way to its place.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Whoever is the whole base comes before everybody, whoever is left out after.
    place: Reverse<u8>,
    /// The size, rounded down at one scale for everybody: more here is more, the same may still differ.
    size: Reverse<u128>,
    /// True where the size leaves nothing to find out.
    is_exact: bool,
    /// How its name begins, where all are put in order; 0 where few are.
    name: u128,
    /// Where it stands among the movements.
    index: u32,
}

/// The order of everybody with a class, as places in the list of movements, the largest magnitude first; of equals
/// the first in byte order. With `first` no more than so many of them.
pub(super) fn ordered(
    moved: &Moved,
    ledger: &Ledger,
    sort: SortBy,
    first: Option<usize>,
) -> Vec<u32> {
    let total = moved.total();
    let sizes = Sizes {
        total: &total,
        sort,
    };
    let with_class = moved.movements.iter().zip(0_u32..);
    let with_class = with_class.filter(|(one, _)| one.class.is_some());
    let mut entries = sizes.entries(moved, with_class);
    let own = |entry: &Entry| moved.own(&moved.movements[entry.index as usize]);
    let name = |entry: &Entry| ledger.name(moved.movements[entry.index as usize].customer);
    let compare = |left: &Entry, right: &Entry| {
        let at_a_glance = (left.place, left.size).cmp(&(right.place, right.size));
        let by_size = at_a_glance.then_with(|| {
            if left.is_exact && right.is_exact {
                Ordering::Equal
            } else {
                sizes.compare(&own(right), &own(left))
            }
        });
        by_size
            .then(left.name.cmp(&right.name))
            .then_with(|| name(left).cmp(name(right)))
    };
    match first.filter(|first| *first < entries.len()) {
        Some(first) => {
            if first > 0 {
                entries.select_nth_unstable_by(first - 1, compare);
            }
            entries.truncate(first);
        }
        // Many are worth the same, and their names lie far apart.
        None => {
            for entry in &mut entries {
                entry.name = beginning(name(entry));
            }
        }
    }
    put_in_order(&mut entries, ledger.threads(), compare);
    entries.into_iter().map(|entry| entry.index).collect()
}

/// Puts entries in order, no two of which are equal: each thread a part of many, and then all of them.
fn put_in_order(
    entries: &mut [Entry],
    threads: usize,
    compare: impl Fn(&Entry, &Entry) -> Ordering + Sync,
) {
    if threads <= 1 || entries.len() < MANY {
        entries.sort_unstable_by(compare);
        return;
    }
    let size = entries.len().div_ceil(threads);
    std::thread::scope(|scope| {
        for part in entries.chunks_mut(size) {
            scope.spawn(|| part.sort_unstable_by(&compare));
        }
    });
    // It takes parts that are in order as they are.
    entries.sort_by(compare);
}

/// The first bytes of a name as a number: a smaller one is of a name that comes before.
fn beginning(name: &str) -> u128 {
    let mut bytes = [0; 16];
    for (place, byte) in bytes.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    u128::from_be_bytes(bytes)
}

/// How much customers move what they are ordered by.
struct Sizes<'a> {
    total: &'a Rollforward,
    sort: SortBy,
}

impl Sizes<'_> {
    fn entries<'m>(
        &self,
        moved: &Moved,
        movements: impl Iterator<Item = (&'m Movement, u32)>,
    ) -> Vec<Entry> {
        let opening = self.total.opening.unsigned_abs();
        let mut divisors: Vec<u128> = Vec::new();
        let mut above: Vec<Wide> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for (movement, index) in movements {
            let own = moved.own(movement);
            let rest = opening - own.opening.unsigned_abs();
            let is_rate = self.sort != SortBy::Change;
            let place = match (movement.counts, opening > 0 && rest == 0) {
                (false, _) => 0,
                (true, true) if is_rate => 2,
                _ => 1,
            };
            let (size, divisor) = if is_rate {
                let is_moving = place == 1 && opening > 0;
                let size = is_moving.then(|| self.above(&own));
                (size.unwrap_or_default(), rest.max(1))
            } else {
                let change = movement.closing - movement.opening;
                (Wide::of(change.unsigned_abs()), 1)
            };
            entries.push(Entry {
                place: Reverse(place),
                size: Reverse(0),
                is_exact: !is_rate || size == Wide::default(),
                name: 0,
                index,
            });
            above.push(size);
            divisors.push(divisor);
        }
        let shift = Shift::of(above.iter().copied().max().unwrap_or_default());
        for ((entry, above), divisor) in entries.iter_mut().zip(above).zip(divisors) {
            entry.size = Reverse(shift.apply(above) / divisor);
        }
        entries
    }

    /// The sums of the rate that is ordered by: above the line of everybody, and of a part.
    fn sums(&self, own: &Part) -> (i128, i128) {
        match self.sort {
            SortBy::Grr => (self.total.retained_capped, own.retained_capped),
            _ => (self.total.retained, own.retained),
        }
    }

    /// What stands above the opening without the customer, times the opening, in the size of what it moves a rate by:
    ///
    /// ```text
    /// │R / O − (R − r) / (O − o)│ = │r · O − R · o│ / (O − o) / O
    /// ```
    ///
    /// # Panics
    ///
    /// If a sum over customers is below zero, which values cut at zero never are: a bug of the program.
    fn above(&self, own: &Part) -> Wide {
        let (all, own_sum) = self.sums(own);
        let natural = |units: i128| u128::try_from(units).expect("sums of cut values are natural");
        let mine = Wide::product(natural(own_sum), natural(self.total.opening));
        mine.distance(Wide::product(natural(all), natural(own.opening)))
    }

    /// Compares the sizes of two parts of the same place exactly.
    fn compare(&self, left: &Part, right: &Part) -> Ordering {
        let alike = |one: &Part| (one.opening, self.sums(one).1);
        if self.sort == SortBy::Change || alike(left) == alike(right) {
            // Sizes of whole units are compared as they are.
            return Ordering::Equal;
        }
        match (self.effect(left), self.effect(right)) {
            (Ok(left), Ok(right)) => left.cmp_magnitude(&right),
            _ => Ordering::Equal,
        }
    }

    fn effect(&self, own: &Part) -> Result<Difference, NoEffect> {
        let effects = effects(self.total, own)?;
        Ok(match self.sort {
            SortBy::Grr => effects.grr,
            _ => effects.nrr,
        })
    }
}

/// A natural number of 256 bits: the upper half, then the lower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Wide(u128, u128);

impl Wide {
    const fn of(number: u128) -> Wide {
        Wide(0, number)
    }

    fn product(left: u128, right: u128) -> Wide {
        if let Some(product) = left.checked_mul(right) {
            return Wide::of(product);
        }
        let halves = |number: u128| (number >> 64, number & u128::from(u64::MAX));
        let ((left_high, left_low), (right_high, right_low)) = (halves(left), halves(right));
        let low = left_low * right_low;
        let (cross, carry) = (left_high * right_low).overflowing_add(left_low * right_high);
        let (low, more) = low.overflowing_add(cross << 64);
        let high = left_high * right_high + (cross >> 64);
        Wide(high + (u128::from(carry) << 64) + u128::from(more), low)
    }

    fn distance(self, other: Wide) -> Wide {
        let (larger, smaller) = (self.max(other), self.min(other));
        let (low, borrow) = larger.1.overflowing_sub(smaller.1);
        Wide(larger.0 - smaller.0 - u128::from(borrow), low)
    }
}

/// How far numbers are moved so that the largest of them fills 128 bits.
#[derive(Clone, Copy, Debug)]
enum Shift {
    Left(u32),
    Right(u32),
}

impl Shift {
    fn of(largest: Wide) -> Shift {
        match largest {
            Wide(0, low) => Shift::Left(low.leading_zeros().min(127)),
            Wide(high, _) => Shift::Right(128 - high.leading_zeros()),
        }
    }

    /// A number no larger than the largest, moved.
    fn apply(self, Wide(high, low): Wide) -> u128 {
        match self {
            Shift::Left(bits) => low << bits,
            Shift::Right(128) => high,
            Shift::Right(bits) => high << (128 - bits) | low >> bits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers of every length, as money and as the largest sums are.
    fn natural() -> impl Strategy<Value = u128> {
        (any::<u128>(), 2_u32..128).prop_map(|(number, bits)| number >> (128 - bits) | 1)
    }

    /// What is left of a number over a prime.
    fn rest(Wide(high, low): Wide, prime: u128) -> u128 {
        let base = (u128::MAX % prime + 1) % prime;
        (high % prime * base + low % prime) % prime
    }

    #[test]
    fn names_begin_in_the_order_of_bytes() {
        let names = [
            "",
            "a",
            "a\u{1}",
            "acme",
            "acme corporation",
            "acme corporation 2",
            "b",
            "é",
        ];
        for pair in names.windows(2) {
            assert!(beginning(pair[0]) <= beginning(pair[1]), "{pair:?}");
        }
        assert_eq!(
            beginning("acme corporation"),
            beginning("acme corporation 2")
        );
        assert!(beginning("acme") < beginning("acme corporation"));
    }

    proptest! {
        #[test]
        fn products_and_distances_lose_no_digit(
            left in natural(), right in natural(), other in natural(), last in natural(),
        ) {
            let (one, two) = (Wide::product(left, right), Wide::product(other, last));
            let (larger, smaller) = (one.max(two), one.min(two));
            let distance = one.distance(two);
            prop_assert_eq!(distance, two.distance(one));
            prop_assert!(distance <= larger);
            for prime in [(1 << 61) - 1, (1 << 31) - 1, 1_000_000_007, 998_244_353] {
                prop_assert_eq!(rest(one, prime), left % prime * (right % prime) % prime);
                let sum = rest(distance, prime) + rest(smaller, prime);
                prop_assert_eq!(sum % prime, rest(larger, prime));
            }
        }

        #[test]
        fn the_largest_fills_128_bits_and_the_order_stays(
            left in natural(), right in natural(), other in natural(), last in natural(),
        ) {
            let (one, two) = (Wide::product(left, right), Wide::product(other, last));
            let (larger, smaller) = (one.max(two), one.min(two));
            let shift = Shift::of(larger);
            prop_assert!(shift.apply(smaller) <= shift.apply(larger));
            prop_assert_eq!(shift.apply(larger).leading_zeros(), 0);
            let moved = |Wide(high, low): Wide| match shift {
                Shift::Left(bits) => low << bits,
                Shift::Right(bits) => (0..128).filter(|bit| {
                    let from = bit + bits;
                    let half = if from < 128 { low >> from } else { high >> (from - 128) };
                    half & 1 == 1
                }).map(|bit| 1 << bit).sum(),
            };
            prop_assert_eq!(shift.apply(smaller), moved(smaller));
            prop_assert_eq!(shift.apply(larger), moved(larger));
        }
    }
}
