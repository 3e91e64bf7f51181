//! Which of many hashes were seen more than once, in a few bits for each.

/// Which parts of hashes were seen once, and which several times: few are, so few hashes have to be sorted to find equal
/// ones.
pub(crate) struct Several {
    once: Vec<u64>,
    several: Vec<u64>,
}

impl Several {
    /// With some twenty bits for each of so many.
    pub(crate) fn for_some(hashes: usize) -> Several {
        let words = (hashes / 4).next_power_of_two();
        Several {
            once: vec![0; words],
            several: vec![0; words],
        }
    }

    pub(crate) fn add(&mut self, hash: u64) {
        let (word, bit) = self.place(hash);
        self.several[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    /// True for a hash that was added several times, and seldom for one that was not.
    pub(crate) fn is_several(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.several[word] & bit != 0
    }

    /// The word and the bit of a hash, by its lower half: the upper bits of some that are kept are all zeros.
    fn place(&self, hash: u64) -> (usize, u64) {
        let words = self.once.len() as u64 - 1;
        let word = usize::try_from(hash >> 6 & words).unwrap_or_default();
        (word, 1 << (hash & 63))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_hashes_are_never_missed() {
        for count in [0, 1, 5, 1000] {
            let hash = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8;
            let mut seen = Several::for_some(count);
            let doubled = |number: &u64| number % 10 == 3;
            let numbers = 0..count as u64;
            numbers.clone().for_each(|number| seen.add(hash(number)));
            numbers
                .clone()
                .filter(doubled)
                .for_each(|number| seen.add(hash(number)));
            assert!(
                numbers
                    .clone()
                    .filter(doubled)
                    .all(|number| seen.is_several(hash(number)))
            );
            let wrong = numbers.filter(|number| !doubled(number) && seen.is_several(hash(*number)));
            assert!(wrong.count() <= count / 5, "of {count}");
        }
    }
}
