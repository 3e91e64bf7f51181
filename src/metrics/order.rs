//! Customers by how much they move a rate, the largest first: exact, and cheap where a glance decides.

use std::cmp::{Ordering, Reverse};

use super::customers::SortBy;
use super::effects::{NoEffect, Part, effects};
use super::moved::Moved;
use super::movements::Movement;
use super::rollforward::Rollforward;
use crate::ledger::Ledger;
use crate::units::Difference;

/// So many entries are worth the start of threads.
const MANY: usize = 1 << 14;

/// So many of the first bits of a size are seen at a glance.
const SEEN: u32 = 54;

/// One customer on its way to its place.
#[derive(Clone, Copy, Debug)]
struct Entry {
    /// What is seen at a glance: more here comes before, the same may still differ.
    glance: Reverse<u64>,
    /// The number of its movement.
    number: u32,
    /// True where the glance leaves nothing to find out.
    is_exact: bool,
}

/// The order of everybody with a class, as numbers of movements, the largest magnitude first; of equals the first in
/// byte order. With `first` no more than so many of them.
pub(super) fn ordered(
    moved: &Moved,
    ledger: &Ledger,
    sort: SortBy,
    first: Option<usize>,
) -> impl Iterator<Item = u32> {
    let sizes = Sizes::new(moved, sort);
    let name = |number: u32| ledger.name(moved.customer(number));
    let first = first.filter(|first| *first < moved.len());
    let parts = moved.in_parts(ledger.threads(), |numbers| {
        let entries = numbers.clone().filter_map(|number| sizes.entry(number));
        let entries: Vec<Entry> = entries.collect();
        // Where all are put in order, many are worth the same, and their names lie far apart.
        let numbers = numbers.filter(|_| first.is_none());
        let names: Vec<u128> = numbers.map(|number| beginning(name(number))).collect();
        (entries, names)
    });
    let (mut entries, mut names) = (Vec::new(), Vec::new());
    for (mut some, mut theirs) in parts {
        entries.append(&mut some);
        names.append(&mut theirs);
    }
    let beginning = |number: u32| names.get(number as usize);
    let compare = |left: &Entry, right: &Entry| {
        left.glance.cmp(&right.glance).then_with(|| {
            let by_size = if left.is_exact && right.is_exact {
                Ordering::Equal
            } else {
                sizes.compare(right.number, left.number)
            };
            by_size
                .then_with(|| beginning(left.number).cmp(&beginning(right.number)))
                .then_with(|| name(left.number).cmp(name(right.number)))
        })
    };
    if let Some(first) = first.filter(|first| *first < entries.len()) {
        if first > 0 {
            entries.select_nth_unstable_by(first - 1, compare);
        }
        entries.truncate(first);
    }
    put_in_order(&mut entries, ledger.threads(), &compare);
    entries.into_iter().map(|entry| entry.number)
}

/// Puts entries in order, no two of which are equal: of many each thread those that belong into a part.
fn put_in_order(
    entries: &mut [Entry],
    threads: usize,
    compare: &(impl Fn(&Entry, &Entry) -> Ordering + Sync),
) {
    if threads <= 1 || entries.len() < MANY {
        entries.sort_unstable_by(compare);
        return;
    }
    let fewer = threads / 2;
    let middle = entries.len() / threads * fewer;
    let (before, _, after) = entries.select_nth_unstable_by(middle, compare);
    std::thread::scope(|scope| {
        scope.spawn(|| put_in_order(before, fewer, compare));
        put_in_order(after, threads - fewer, compare);
    });
}

/// A group and a size in 64 bits that are in the order of both: the group, how many bits the size has, and the first
/// of them.
fn glance(group: u8, size: u128) -> u64 {
    let bits = u128::BITS - size.leading_zeros();
    let seen = if bits > SEEN {
        size >> (bits - SEEN)
    } else {
        size << (SEEN - bits)
    };
    let seen = u64::try_from(seen).expect("so many bits are fewer than 64");
    u64::from(group) << 62 | u64::from(bits) << SEEN | seen
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
    moved: &'a Moved,
    total: &'a Rollforward,
    sort: SortBy,
    /// What brings the sizes of all rates to one scale.
    shift: Shift,
}

impl Sizes<'_> {
    fn new(moved: &Moved, sort: SortBy) -> Sizes<'_> {
        let total = moved.total();
        let mut sizes = Sizes {
            moved,
            total,
            sort,
            shift: Shift::Left(0),
        };
        // Nobody is more of a sum than all of it.
        let all = sizes.sums(&Part::default()).0;
        sizes.shift = Shift::of(Wide::product(natural(all), natural(total.opening)));
        sizes
    }

    /// One with a class on its way to its place. Whoever is the whole base comes before everybody, whoever is left
    /// out after.
    fn entry(&self, number: u32) -> Option<Entry> {
        let movement = self.moved.movement(number);
        movement.class?;
        let own = self.moved.own(&movement);
        let opening = natural(self.total.opening);
        let rest = opening - natural(own.opening);
        let is_rate = self.sort != SortBy::Change;
        let group = match (movement.counts, opening > 0 && rest == 0) {
            (false, _) => 0,
            (true, true) if is_rate => 2,
            _ => 1,
        };
        let (size, is_exact) = if !is_rate {
            let change = change(&movement);
            (change, change >> SEEN == 0)
        } else if group == 1 && opening > 0 {
            let above = self.above(&own);
            (self.shift.apply(above) / rest, above == Wide::default())
        } else {
            (0, true)
        };
        Some(Entry {
            glance: Reverse(glance(group, size)),
            number,
            is_exact,
        })
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
    fn above(&self, own: &Part) -> Wide {
        let (all, own_sum) = self.sums(own);
        let mine = Wide::product(natural(own_sum), natural(self.total.opening));
        mine.distance(Wide::product(natural(all), natural(own.opening)))
    }

    /// Compares the sizes of two of the same group exactly.
    fn compare(&self, left: u32, right: u32) -> Ordering {
        let (left, right) = (self.moved.movement(left), self.moved.movement(right));
        if self.sort == SortBy::Change {
            return change(&left).cmp(&change(&right));
        }
        let (left, right) = (&self.moved.own(&left), &self.moved.own(&right));
        let alike = |one: &Part| (one.opening, self.sums(one).1);
        if alike(left) == alike(right) {
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

/// How much what a customer pays changed, up or down.
fn change(movement: &Movement) -> u128 {
    (movement.closing - movement.opening).unsigned_abs()
}

/// A sum of values that were cut at zero.
///
/// # Panics
///
/// If it is below zero: a bug of the program.
fn natural(units: i128) -> u128 {
    u128::try_from(units).expect("sums of cut values are natural")
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

/// How far numbers are moved so that the largest that they can be fills 128 bits.
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

    #[test]
    fn many_entries_are_put_in_order_by_any_number_of_threads() {
        let entry = |number: u32| Entry {
            glance: Reverse(u64::from(number.wrapping_mul(2_654_435_761) % 97)),
            number: number.wrapping_mul(48_271) % 40_009,
            is_exact: true,
        };
        let compare = |left: &Entry, right: &Entry| {
            let by_glance = left.glance.cmp(&right.glance);
            by_glance.then_with(|| left.number.cmp(&right.number))
        };
        let entries: Vec<Entry> = (0..40_000).map(entry).collect();
        let mut expected = entries.clone();
        expected.sort_by(compare);
        let numbers = |entries: &[Entry]| entries.iter().map(|one| one.number).collect::<Vec<_>>();
        for threads in [1, 2, 3, 7] {
            let mut found = entries.clone();
            put_in_order(&mut found, threads, &compare);
            assert_eq!(numbers(&found), numbers(&expected), "{threads} threads");
        }
    }

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

    #[test]
    fn a_glance_is_in_the_order_of_groups_and_sizes() {
        let mut sizes: Vec<u128> = (0..128).map(|bits| 1 << bits).collect();
        sizes.extend((0..128).map(|bits| u128::MAX >> bits));
        sizes.extend([0, 3, 1_000_000_007, (1 << SEEN) + 1]);
        sizes.sort_unstable();
        for pair in sizes.windows(2) {
            assert!(glance(1, pair[0]) <= glance(1, pair[1]), "{pair:?}");
            let is_seen = pair[1] >> SEEN == 0;
            let is_same = glance(1, pair[0]) == glance(1, pair[1]);
            assert!(!is_seen || is_same == (pair[0] == pair[1]), "{pair:?}");
        }
        assert!(glance(0, u128::MAX) < glance(1, 0) && glance(1, u128::MAX) < glance(2, 0));
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
