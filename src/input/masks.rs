//! Which of 64 bytes are equal to one, as the bits of a number.

/// One bit for each byte that equals `wanted`, the first byte lowest.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "it has to be compiled for the processor at hand"
)]
pub(crate) fn equal(block: &[u8; 64], wanted: u8) -> u64 {
    lanes::equal(block, wanted)
}

/// A loop over blocks. It gives the same whatever instructions it is compiled for.
pub(crate) trait Walk {
    type Found;

    /// Runs it; to be inlined.
    fn walk(self) -> Self::Found;
}

/// Runs a loop as it is compiled for the instructions that the processor at hand has.
pub(crate) fn with_widest<W: Walk>(walk: W) -> W::Found {
    lanes::with_widest(walk)
}

/// True if every byte is ASCII and none is NUL. Written so that the compiler compares many at once.
pub(crate) fn is_ascii_text(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let is_other = |bytes: &[u8]| {
        let odd = bytes.iter().fold(0, |odd, byte| {
            odd | (byte & 0x80) | (u8::from(*byte == 0) << 7)
        });
        odd != 0
    };
    !blocks.iter().any(|block| is_other(block)) && !is_other(rest)
}

/// Every x86 processor of 64 bits compares 16 bytes at once.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "the intrinsics want SSE2, which is part of x86-64; they read no memory but their arguments"
)]
mod lanes {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};

    use super::Walk;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    pub(super) fn equal(block: &[u8; 64], wanted: u8) -> u64 {
        let (lanes, _) = block.as_chunks::<16>();
        lanes.iter().rev().fold(0, |mask, lane| {
            let (words, _) = lane.as_chunks::<8>();
            let word = |at: usize| i64::from_le_bytes(words[at]);
            // SAFETY: SSE2 is there on every x86-64, and all operands are values.
            let bits = unsafe {
                let (lane, wanted) = (
                    _mm_set_epi64x(word(1), word(0)),
                    _mm_set1_epi8(wanted.cast_signed()),
                );
                _mm_movemask_epi8(_mm_cmpeq_epi8(lane, wanted))
            };
            mask << 16 | u64::from(bits.cast_unsigned())
        })
    }

    /// Counts of bits, their places and wider comparisons are one instruction each on processors since 2013.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn with_avx2<W: Walk>(walk: W) -> W::Found {
        walk.walk()
    }

    pub(super) fn with_widest<W: Walk>(walk: W) -> W::Found {
        let has_all = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        if has_all {
            // SAFETY: the processor has every feature that the function is compiled for.
            unsafe { with_avx2(walk) }
        } else {
            walk.walk()
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
use portable as lanes;

/// The same for any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    #[cfg_attr(test, allow(dead_code))]
    pub(super) fn with_widest<W: super::Walk>(walk: W) -> W::Found {
        walk.walk()
    }

    #[inline]
    pub(super) fn equal(block: &[u8; 64], wanted: u8) -> u64 {
        let (words, _) = block.as_chunks::<8>();
        words.iter().rev().fold(0, |mask, word| {
            let flags = word.map(|byte| u8::from(byte == wanted));
            // The product gathers eight bytes of 0 or 1 in its highest byte.
            let gathered = u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            mask << 8 | gathered
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_way_finds_what_a_loop_finds(bytes in prop::array::uniform32(0_u8..4), more in prop::array::uniform32(any::<u8>()), wanted in 0_u8..5) {
            let mut block = [0; 64];
            block[..32].copy_from_slice(&bytes);
            block[32..].copy_from_slice(&more);
            let expected = (0..64).filter(|at| block[*at] == wanted).fold(0_u64, |mask, at| mask | 1 << at);
            prop_assert_eq!(equal(&block, wanted), expected);
            prop_assert_eq!(portable::equal(&block, wanted), expected);
        }
    }

    #[test]
    fn text_is_told_from_other_bytes_wherever_they_stand() {
        for length in [0, 1, 63, 64, 65, 200] {
            let text = vec![b'a'; length];
            assert!(is_ascii_text(&text));
            for at in 0..length {
                for byte in [0, 0x80, 0xFF] {
                    let mut other = text.clone();
                    other[at] = byte;
                    assert!(!is_ascii_text(&other), "{byte} at {at} of {length}");
                }
            }
        }
    }
}
