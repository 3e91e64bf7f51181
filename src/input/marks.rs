//! Where delimiters, line ends or quotes stand in a text, found many bytes at a time.

use crate::machine::equal;

/// The places of two bytes in a text, found 64 bytes at a time.
pub(crate) struct Marks {
    one: u8,
    other: u8,
    base: usize,
    /// One bit a byte from `base` on that was not given yet.
    mask: u64,
}

impl Marks {
    pub(crate) fn new(bytes: &[u8], one: u8, other: u8) -> Marks {
        let mut marks = Marks {
            one,
            other,
            base: 0,
            mask: 0,
        };
        marks.mask = marks.load(bytes);
        marks
    }

    /// Goes on from a place, forward or back.
    pub(crate) fn seek(&mut self, bytes: &[u8], at: usize) {
        let ahead = at.wrapping_sub(self.base);
        if ahead < 64 {
            self.mask &= u64::MAX << ahead;
        } else {
            self.base = at;
            self.mask = self.load(bytes);
        }
    }

    /// The next place, or the length of the text.
    #[inline]
    pub(crate) fn next(&mut self, bytes: &[u8]) -> usize {
        while self.mask == 0 {
            self.base += 64;
            if self.base >= bytes.len() {
                self.base = bytes.len();
                return bytes.len();
            }
            self.mask = self.load(bytes);
        }
        let place = self.base + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        place.min(bytes.len())
    }

    /// The mask of the 64 bytes from `base` on.
    #[inline]
    fn load(&self, bytes: &[u8]) -> u64 {
        let rest = bytes.get(self.base..).unwrap_or_default();
        if let Some(block) = rest.first_chunk::<64>() {
            return self.mask_of(block);
        }
        let mut block = [0; 64];
        block[..rest.len()].copy_from_slice(rest);
        self.mask_of(&block)
    }

    #[inline]
    fn mask_of(&self, block: &[u8; 64]) -> u64 {
        equal(block, self.one) | equal(block, self.other)
    }
}
