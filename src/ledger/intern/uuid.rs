//! Names of the form `0f8fad5b-d9cb-469f-a165-70867728950e` in sixteen bytes: many systems number customers so.

/// How many bytes such a name has.
pub(super) const LENGTH: usize = 36;

/// Where the dashes stand.
const DASHES: [usize; 4] = [8, 13, 18, 23];

/// Where the digits stand, four at a time.
const FOURS: [usize; 8] = [0, 4, 9, 14, 19, 24, 28, 32];

/// The digits of such a name, if they are all small ones.
#[inline]
pub(super) fn packed(name: &[u8; LENGTH]) -> Option<[u64; 2]> {
    if DASHES.iter().fold(0, |odd, at| odd | name[*at] ^ b'-') != 0 {
        return None;
    }
    let eight = |place: usize| {
        let four = |place: usize| {
            let bytes = name[FOURS[place]..].first_chunk().copied();
            u64::from(u32::from_le_bytes(bytes.unwrap_or_default()))
        };
        digits(four(2 * place) | four(2 * place + 1) << 32)
    };
    let [(a, b), (c, d)] = [(eight(0), eight(1)), (eight(2), eight(3))];
    let are_digits = a.1 & b.1 & c.1 & d.1;
    are_digits.then_some([a.0 | b.0 << 32, c.0 | d.0 << 32])
}

/// The value of eight digits, four bits each, in some order that is always the same, and whether they are digits.
#[inline]
const fn digits(text: u64) -> (u64, bool) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // Letters are the bytes with this bit; they stand for what their lower half says and nine more.
    let letters = text >> 6 & ONES;
    let values = (text & (0x0F * ONES)) + 9 * letters;
    let is_upper_half = text & (0xF0 * ONES) == 0x30 * ONES + 0x30 * letters;
    let above_nine = (values + 6 * ONES) >> 4 & ONES;
    let are_digits = is_upper_half && above_nine == letters && values & (0x10 * ONES) == 0;
    let pairs = (values | values >> 4) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
    ((fours | fours >> 16) & 0xFFFF_FFFF, are_digits)
}

/// The name that was packed so.
pub(super) fn unpacked(packed: [u64; 2]) -> [u8; LENGTH] {
    let mut name = [b'-'; LENGTH];
    for (number, from) in FOURS.into_iter().enumerate() {
        let four = packed[number / 4] >> (number % 4 * 16) & 0xFFFF;
        for digit in 0..4 {
            // As `digits` folds them: the second of two stands above the first, the second pair above the first one.
            let value = four >> (8 * (digit / 2) + 4 * (digit % 2)) & 0xF;
            let value = u32::try_from(value).unwrap_or_default();
            let text = char::from_digit(value, 16).unwrap_or_default();
            name[from + digit] = u8::try_from(text).unwrap_or_default();
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(name in "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") {
            let name: &[u8; LENGTH] = name.as_bytes().try_into().unwrap();
            prop_assert_eq!(&unpacked(packed(name).unwrap()), name);
        }

        #[test]
        fn one_other_byte_is_no_digit(at in 0..LENGTH, byte in any::<u8>()) {
            let mut name = *b"0f8fad5b-d9cb-469f-a165-70867728950e";
            let is_right = match name[at] {
                b'-' => byte == b'-',
                _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            };
            name[at] = byte;
            prop_assert_eq!(packed(&name).is_some(), is_right);
        }
    }
}
