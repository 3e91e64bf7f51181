//! Where delimiters, line ends or quotes stand in a text, found many bytes at a time.

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

    /// The mask of the 64 bytes from `base` on. Written so that the compiler compares many at once.
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
        let mut flags = [0_u8; 64];
        for (flag, byte) in flags.iter_mut().zip(block) {
            *flag = u8::from(*byte == self.one) | u8::from(*byte == self.other);
        }
        let (words, _) = flags.as_chunks::<8>();
        // Each word holds eight bytes of 0 or 1; the product gathers them in its highest byte.
        words.iter().rev().fold(0, |mask, word| {
            let gathered = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            mask << 8 | gathered
        })
    }
}
