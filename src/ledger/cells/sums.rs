//! Sums of a block, as wide as the largest of them needs.

use super::Overflow;
use super::block::BLOCK;

/// Sums of 32 bits until one outgrows them, then of 64, then of 128.
#[derive(Clone, Debug)]
pub(in crate::ledger) enum Sums {
    Small(Box<[i32]>),
    Medium(Box<[i64]>),
    Wide(Box<[i128]>),
}

impl Sums {
    /// One a slot, all zero.
    pub(super) fn zeros() -> Sums {
        Sums::Small(vec![0; BLOCK].into())
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> i128 {
        match self {
            Sums::Small(sums) => sums[place].into(),
            Sums::Medium(sums) => sums[place].into(),
            Sums::Wide(sums) => sums[place],
        }
    }

    pub(super) fn set(&mut self, place: usize, sum: i128) {
        match self {
            Sums::Small(sums) => {
                if let Ok(sum) = i32::try_from(sum) {
                    sums[place] = sum;
                    return;
                }
            }
            Sums::Medium(sums) => {
                if let Ok(sum) = i64::try_from(sum) {
                    sums[place] = sum;
                    return;
                }
            }
            Sums::Wide(sums) => return sums[place] = sum,
        }
        self.widen();
        self.set(place, sum);
    }

    /// Adds to a sum, and gives it.
    pub(super) fn add(&mut self, place: usize, units: i128) -> Result<i128, Overflow> {
        let sum = self.get(place).checked_add(units).ok_or(Overflow)?;
        self.set(place, sum);
        Ok(sum)
    }

    /// Adds to a sum and gives it, if sums need not grow wider for it.
    #[inline]
    pub(super) fn add_small(&mut self, place: usize, units: i64) -> Option<i64> {
        match self {
            Sums::Small(sums) => {
                let sum = &mut sums[place];
                *sum = sum.checked_add(i32::try_from(units).ok()?)?;
                Some(i64::from(*sum))
            }
            Sums::Medium(sums) => {
                let sum = &mut sums[place];
                *sum = sum.checked_add(units)?;
                Some(*sum)
            }
            Sums::Wide(_) => None,
        }
    }

    pub(super) fn multiply(&mut self, factor: i128) -> Result<(), Overflow> {
        for place in 0..self.len() {
            let sum = self.get(place).checked_mul(factor).ok_or(Overflow)?;
            self.set(place, sum);
        }
        Ok(())
    }

    /// What the sum of all magnitudes is never above; `None` for sums of 128 bits.
    pub(super) const fn bound(&self) -> Option<u128> {
        match self {
            Sums::Small(_) => Some((BLOCK as u128) << 31),
            Sums::Medium(_) => Some((BLOCK as u128) << 63),
            Sums::Wide(_) => None,
        }
    }

    pub(super) fn magnitude(&self) -> Result<u128, Overflow> {
        match self {
            // No block has so many that 64 bits do not hold them.
            Sums::Small(sums) => Ok(sums
                .iter()
                .map(|sum| u64::from(sum.unsigned_abs()))
                .sum::<u64>()
                .into()),
            Sums::Medium(sums) => Ok(sums.iter().map(|sum| u128::from(sum.unsigned_abs())).sum()),
            Sums::Wide(sums) => {
                let mut magnitudes = sums.iter().map(|sum| sum.unsigned_abs());
                let total = magnitudes.try_fold(0_u128, u128::checked_add);
                total.ok_or(Overflow)
            }
        }
    }

    /// Those at some places, of which there are `count`.
    pub(super) fn picked(&self, places: impl Iterator<Item = usize>, count: usize) -> Sums {
        match self {
            Sums::Small(sums) => Sums::Small(picked(sums, places, count)),
            Sums::Medium(sums) => Sums::Medium(picked(sums, places, count)),
            Sums::Wide(sums) => Sums::Wide(picked(sums, places, count)),
        }
    }

    /// What [`Sums::picked`] was given.
    pub(super) fn spread(&self, places: impl Iterator<Item = usize>) -> Sums {
        match self {
            Sums::Small(sums) => Sums::Small(spread(sums, places)),
            Sums::Medium(sums) => Sums::Medium(spread(sums, places)),
            Sums::Wide(sums) => Sums::Wide(spread(sums, places)),
        }
    }

    /// Makes room for one more before a place.
    pub(super) fn insert(&mut self, place: usize) {
        match self {
            Sums::Small(sums) => insert(sums, place),
            Sums::Medium(sums) => insert(sums, place),
            Sums::Wide(sums) => insert(sums, place),
        }
    }

    fn widen(&mut self) {
        *self = match self {
            Sums::Small(sums) => Sums::Medium(sums.iter().map(|sum| i64::from(*sum)).collect()),
            Sums::Medium(sums) => Sums::Wide(sums.iter().map(|sum| i128::from(*sum)).collect()),
            Sums::Wide(_) => return,
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Sums::Small(sums) => sums.len(),
            Sums::Medium(sums) => sums.len(),
            Sums::Wide(sums) => sums.len(),
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        match self {
            Sums::Small(sums) => size_of_val(&**sums),
            Sums::Medium(sums) => size_of_val(&**sums),
            Sums::Wide(sums) => size_of_val(&**sums),
        }
    }
}

/// The values at some places, of which there are `count`.
pub(super) fn picked<T: Copy>(
    values: &[T],
    places: impl Iterator<Item = usize>,
    count: usize,
) -> Box<[T]> {
    let mut kept = Vec::with_capacity(count);
    kept.extend(places.map(|place| values[place]));
    kept.into()
}

/// The values at their places again, nothing elsewhere.
pub(super) fn spread<T: Copy + Default>(
    values: &[T],
    places: impl Iterator<Item = usize>,
) -> Box<[T]> {
    let mut all = vec![T::default(); BLOCK];
    for (place, value) in places.zip(values) {
        all[place] = *value;
    }
    all.into()
}

/// Makes room for one more before a place.
pub(super) fn insert<T: Default>(values: &mut Box<[T]>, place: usize) {
    let mut more = std::mem::take(values).into_vec();
    more.reserve_exact(1);
    more.insert(place, T::default());
    *values = more.into();
}
