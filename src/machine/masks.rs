//! Which of 64 bytes are equal to one, as the bits of a number.

#![expect(
    clippy::inline_always,
    reason = "what is compiled for a processor has to be inlined into what is"
)]

/// How bytes are compared: with the instructions of some processors, or with those of all.
pub(crate) trait Lanes: Copy {
    /// One bit for each byte that equals `wanted`, the first byte lowest.
    fn equal(self, block: &[u8; 64], wanted: u8) -> u64;

    /// Writes the places of bits, counted from `base`, lowest first, and says how many there are. Eight or sixteen are written
    /// at a time, however many there are: the next ones are to be written over what is too much.
    #[inline(always)]
    fn places(self, mut bits: u64, base: u32, into: &mut [u32; ROOM]) -> usize {
        let count = bits.count_ones() as usize;
        let (eights, _) = into.as_chunks_mut::<8>();
        for eight in eights.iter_mut().take(count.div_ceil(8)) {
            for place in eight {
                *place = base.wrapping_add(bits.trailing_zeros());
                bits &= bits.wrapping_sub(1);
            }
        }
        count
    }

    /// Writes the bytes that bits are set for one after the other, and says how many there are; what stands behind them is
    /// to be written over. `None` where the processor has no instruction for it.
    #[inline(always)]
    fn picked(self, _block: &[u8; 64], _bits: u64, _into: &mut [u8; 64]) -> Option<usize> {
        None
    }
}

/// Room for the places of 64 bits, and for those that are written over.
pub(crate) const ROOM: usize = 80;

/// One bit for each byte that equals `wanted`, the first byte lowest; with instructions that every processor of its kind
/// has.
#[inline]
pub(crate) fn equal(block: &[u8; 64], wanted: u8) -> u64 {
    lanes::Common.equal(block, wanted)
}

/// A loop over blocks. It gives the same whatever instructions it is compiled for.
pub(crate) trait Walk {
    type Found;

    /// Runs it; to be inlined.
    fn walk(self, lanes: impl Lanes) -> Self::Found;
}

/// Runs a loop as it is compiled for the instructions that the processor at hand has.
pub(crate) fn with_widest<W: Walk>(walk: W) -> W::Found {
    lanes::with_widest(walk)
}

/// What is to be known of a text before it is cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// True if every byte is ASCII and none is NUL.
    pub(crate) is_plain: bool,
    /// How many line ends there are.
    pub(crate) lines: u64,
    /// How many quotes.
    pub(crate) quotes: u64,
}

/// Looks through a text once.
pub(crate) fn survey(text: &[u8], line_end: u8) -> Survey {
    with_widest(Counting { text, line_end })
}

struct Counting<'t> {
    text: &'t [u8],
    line_end: u8,
}

impl Walk for Counting<'_> {
    type Found = Survey;

    #[inline(always)]
    fn walk(self, lanes: impl Lanes) -> Survey {
        let mut survey = Survey {
            is_plain: true,
            ..Survey::default()
        };
        let (blocks, rest) = self.text.as_chunks::<64>();
        // What is filled up with is no line end, no quote and no other byte that counts.
        let mut last = [b' '; 64];
        last[..rest.len()].copy_from_slice(rest);
        let mut odd = 0;
        for block in blocks.iter().chain([&last]) {
            let (words, _) = block.as_chunks::<8>();
            for word in words {
                odd |= u64::from_le_bytes(*word) & 0x8080_8080_8080_8080;
            }
            odd |= lanes.equal(block, 0);
            survey.lines += u64::from(lanes.equal(block, self.line_end).count_ones());
            survey.quotes += u64::from(lanes.equal(block, b'"').count_ones());
        }
        survey.is_plain = odd == 0;
        survey
    }
}

/// What x86 processors of 64 bits have: all of them comparisons of 16 bytes, newer ones of 32 and of 64.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "the intrinsics want what a processor has; they read no memory but their arguments"
)]
mod lanes {
    use std::arch::x86_64::{
        __m128i, __m256i, __m512i, _mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set1_epi8,
        _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set1_epi8, _mm512_cmpeq_epi8_mask,
        _mm512_maskz_compress_epi8, _mm512_set1_epi8,
    };
    use std::mem::transmute;

    use super::{Lanes, ROOM, Walk};

    /// SSE2.
    #[derive(Clone, Copy)]
    pub(super) struct Common;

    /// AVX2; one is made only where the processor has it.
    #[derive(Clone, Copy)]
    pub(super) struct Wide(());

    /// AVX-512 with comparisons of bytes, products of 64 bits and bytes picked by a mask: Intel's since Ice Lake, AMD's since
    /// Zen 4, while older ones with AVX-512 go by AVX2. One is made only where the processor has it.
    #[derive(Clone, Copy)]
    pub(super) struct Widest(());

    impl Lanes for Common {
        #[inline(always)]
        fn equal(self, block: &[u8; 64], wanted: u8) -> u64 {
            let (lanes, _) = block.as_chunks::<16>();
            let mut mask = 0;
            for lane in lanes.iter().rev() {
                // SAFETY: SSE2 is there on every x86-64, and sixteen bytes are one of its values.
                let bits = unsafe {
                    let lane = transmute::<[u8; 16], __m128i>(*lane);
                    _mm_movemask_epi8(_mm_cmpeq_epi8(lane, _mm_set1_epi8(wanted.cast_signed())))
                };
                mask = mask << 16 | u64::from(bits.cast_unsigned());
            }
            mask
        }
    }

    impl Lanes for Wide {
        #[inline(always)]
        fn equal(self, block: &[u8; 64], wanted: u8) -> u64 {
            let (halves, _) = block.as_chunks::<32>();
            let mut mask = 0;
            for half in halves.iter().rev() {
                // SAFETY: there is a `Wide` only where the processor has AVX2, and 32 bytes are one of its values.
                let bits = unsafe {
                    let half = transmute::<[u8; 32], __m256i>(*half);
                    let wanted = _mm256_set1_epi8(wanted.cast_signed());
                    _mm256_movemask_epi8(_mm256_cmpeq_epi8(half, wanted))
                };
                mask = mask << 32 | u64::from(bits.cast_unsigned());
            }
            mask
        }
    }

    impl Lanes for Widest {
        #[inline(always)]
        fn equal(self, block: &[u8; 64], wanted: u8) -> u64 {
            // SAFETY: there is a `Widest` only where the processor has AVX-512BW, and 64 bytes are one of its values.
            unsafe {
                let lane = transmute::<[u8; 64], __m512i>(*block);
                _mm512_cmpeq_epi8_mask(lane, _mm512_set1_epi8(wanted.cast_signed()))
            }
        }

        #[inline(always)]
        fn places(self, bits: u64, base: u32, into: &mut [u32; ROOM]) -> usize {
            const EACH: [u8; 64] = {
                let mut each = [0; 64];
                let mut at = 0;
                while at < 64 {
                    each[at as usize] = at;
                    at += 1;
                }
                each
            };
            let count = bits.count_ones() as usize;
            // SAFETY: there is a `Widest` only where the processor has AVX-512VBMI2, and 64 bytes are one of its values.
            let places = unsafe {
                let each = transmute::<[u8; 64], __m512i>(EACH);
                transmute::<__m512i, [u8; 64]>(_mm512_maskz_compress_epi8(bits, each))
            };
            let (sixteens, _) = into.as_chunks_mut::<16>();
            let places = places.as_chunks::<16>().0.iter();
            for (room, places) in sixteens
                .iter_mut()
                .zip(places)
                .take(count.div_ceil(16).max(1))
            {
                *room = places.map(|place| base.wrapping_add(place.into()));
            }
            count
        }

        #[inline(always)]
        fn picked(self, block: &[u8; 64], bits: u64, into: &mut [u8; 64]) -> Option<usize> {
            // SAFETY: there is a `Widest` only where the processor has AVX-512VBMI2, and 64 bytes are one of its values.
            *into = unsafe {
                let block = transmute::<[u8; 64], __m512i>(*block);
                transmute::<__m512i, [u8; 64]>(_mm512_maskz_compress_epi8(bits, block))
            };
            Some(bits.count_ones() as usize)
        }
    }

    impl Wide {
        /// Counts of bits and their places are one instruction each on the same processors, all since 2013.
        pub(super) fn detect() -> Option<Wide> {
            let has_all = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            has_all.then_some(Wide(()))
        }
    }

    impl Widest {
        pub(super) fn detect() -> Option<Widest> {
            let has_all = Wide::detect().is_some()
                && is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512vl")
                && is_x86_feature_detected!("avx512vbmi2");
            has_all.then_some(Widest(()))
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    fn with_avx2<W: Walk>(walk: W, lanes: Wide) -> W::Found {
        walk.walk(lanes)
    }

    #[target_feature(
        enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,avx2,bmi1,bmi2,lzcnt,popcnt"
    )]
    fn with_avx512<W: Walk>(walk: W, lanes: Widest) -> W::Found {
        walk.walk(lanes)
    }

    pub(super) fn with_widest<W: Walk>(walk: W) -> W::Found {
        if let Some(lanes) = Widest::detect() {
            // SAFETY: the processor has every feature that the function is compiled for.
            unsafe { with_avx512(walk, lanes) }
        } else if let Some(lanes) = Wide::detect() {
            // SAFETY: as above.
            unsafe { with_avx2(walk, lanes) }
        } else {
            walk.walk(Common)
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
use portable as lanes;

/// The same for any processor.
#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::{Lanes, Walk};

    #[derive(Clone, Copy)]
    pub(super) struct Common;

    impl Lanes for Common {
        #[inline]
        fn equal(self, block: &[u8; 64], wanted: u8) -> u64 {
            let (words, _) = block.as_chunks::<8>();
            words.iter().rev().fold(0, |mask, word| {
                let flags = word.map(|byte| u8::from(byte == wanted));
                // The product gathers eight bytes of 0 or 1 in its highest byte.
                let gathered = u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                mask << 8 | gathered
            })
        }
    }

    #[cfg_attr(test, allow(dead_code))]
    pub(super) fn with_widest<W: Walk>(walk: W) -> W::Found {
        walk.walk(Common)
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
            prop_assert_eq!(portable::Common.equal(&block, wanted), expected);
            #[cfg(target_arch = "x86_64")]
            {
                let wide = lanes::Wide::detect().map(|lanes| lanes.equal(&block, wanted));
                prop_assert_eq!(wide.unwrap_or(expected), expected);
                let widest = lanes::Widest::detect().map(|lanes| lanes.equal(&block, wanted));
                prop_assert_eq!(widest.unwrap_or(expected), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn each_way_finds_the_places_that_a_loop_finds(some in any::<u64>(), other in any::<u64>(), base in 0_u32..1 << 30) {
            for bits in [some, some & other, some & other & some.rotate_left(7), 0, u64::MAX] {
                let expected: Vec<u32> = (0..64).filter(|at| bits >> at & 1 == 1).map(|at| base + at).collect();
                let found = |lanes: &dyn Fn(&mut [u32; ROOM]) -> usize| {
                    let mut room = [0; ROOM];
                    let count = lanes(&mut room);
                    room[..count].to_vec()
                };
                prop_assert_eq!(found(&|room| portable::Common.places(bits, base, room)), &expected[..]);
                #[cfg(target_arch = "x86_64")]
                if let Some(lanes) = lanes::Widest::detect() {
                    prop_assert_eq!(found(&|room| lanes.places(bits, base, room)), &expected[..]);
                }
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    proptest! {
        #[test]
        fn bytes_are_picked_as_a_loop_picks_them(low in prop::array::uniform32(any::<u8>()), high in prop::array::uniform32(any::<u8>()), bits in any::<u64>(), other in any::<u64>()) {
            let mut block = [0; 64];
            block[..32].copy_from_slice(&low);
            block[32..].copy_from_slice(&high);
            for bits in [bits, bits & other, 0, u64::MAX] {
                let expected: Vec<u8> = (0..64).filter(|at| bits >> at & 1 == 1).map(|at| block[at]).collect();
                let mut into = [0; 64];
                if let Some(count) = lanes::Widest::detect().and_then(|lanes| lanes.picked(&block, bits, &mut into)) {
                    prop_assert_eq!(&into[..count], &expected[..]);
                }
            }
        }
    }

    #[test]
    fn text_is_told_from_other_bytes_wherever_they_stand() {
        for length in [0, 1, 63, 64, 65, 200] {
            let text = vec![b'a'; length];
            assert!(survey(&text, b'\n').is_plain);
            for at in 0..length {
                for byte in [0, 0x80, 0xFF] {
                    let mut other = text.clone();
                    other[at] = byte;
                    assert!(
                        !survey(&other, b'\n').is_plain,
                        "{byte} at {at} of {length}"
                    );
                }
            }
        }
    }

    proptest! {
        #[test]
        fn line_ends_and_quotes_are_counted(text in "[a\"\n\r]{0,200}", returns in any::<bool>()) {
            let line_end = if returns { b'\r' } else { b'\n' };
            let count = |wanted| text.bytes().filter(|byte| *byte == wanted).count() as u64;
            let expected = Survey { is_plain: true, lines: count(line_end), quotes: count(b'"') };
            prop_assert_eq!(survey(text.as_bytes(), line_end), expected);
            let portable = Counting { text: text.as_bytes(), line_end }.walk(portable::Common);
            prop_assert_eq!(portable, expected);
        }
    }
}
