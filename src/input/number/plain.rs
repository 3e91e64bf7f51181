//! The amounts that machines write, `204.72` and `-12`, read eight bytes at once.

use super::mark::{Mark, Marks, Shows};
use super::read::read_plain;

/// An amount in a plain form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::input) struct Plain {
    /// The smallest units.
    pub(in crate::input) units: i64,
    /// How many decimals it has.
    pub(in crate::input) scale: u8,
    /// What it shows about the decimal mark of its column.
    pub(in crate::input) marks: Marks,
}

impl Plain {
    /// What a dash alone is.
    pub(in crate::input) const ZERO: Plain = Plain {
        units: 0,
        scale: 0,
        marks: Marks::NONE,
    };
}

/// Reads the cell at a place in a text as [`read_amount`](super::read_amount) reads it, if it has one of the plain forms.
/// Nothing is said of other cells: they may be amounts all the same.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "what it gives is taken apart at once, and a call would write it to memory"
)]
pub(in crate::input) fn read_plain_at(
    text: &[u8],
    (start, end): (usize, usize),
    mark: Mark,
) -> Option<Plain> {
    if let Some(plain) = read_eight(text, (start, end), mark) {
        return Some(plain);
    }
    read_any(text.get(start..end)?, mark)
}

#[inline(never)]
fn read_any(cell: &[u8], mark: Mark) -> Option<Plain> {
    let (marks, amount) = read_plain(cell, mark)?;
    let units = i64::try_from(amount.units()).ok()?;
    Some(Plain {
        units,
        scale: amount.scale(),
        marks,
    })
}

/// Amounts of up to eight bytes, with two, one or no decimals.
#[inline(always)]
fn read_eight(text: &[u8], (start, end): (usize, usize), mark: Mark) -> Option<Plain> {
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    const MINUS: u64 = (b'-' ^ b'0') as u64;
    let mut length = end.wrapping_sub(start);
    let before = text.get(..end)?.last_chunk::<8>()?;
    if length.wrapping_sub(1) > 7 {
        return None;
    }
    // What stands before the cell counts as zeros.
    let ahead = 64 - 8 * length;
    let inside = u64::MAX << ahead;
    let mut eight = u64::from_le_bytes(*before) & inside | ZEROS & !inside;
    let is_negative = text[start] == b'-';
    if is_negative {
        eight ^= MINUS << ahead;
        length -= 1;
    }
    let sign = if mark == Mark::Dot { b'.' } else { b',' };
    // The digits before the mark move to where it stood.
    let (digits, decimals) = if before[5] == sign && length > 3 {
        let digits = eight & 0xFFFF << 48 | (eight & 0xFF_FFFF_FFFF) << 8 | 0x30;
        (digits, 2)
    } else if before[6] == sign && length > 2 {
        let digits = eight & 0xFF << 56 | (eight & 0xFFFF_FFFF_FFFF) << 8 | 0x30;
        (digits, 1)
    } else {
        (eight, 0)
    };
    let units = i64::from(value_of_eight(digits)?);
    if length == 0 {
        return None;
    }
    let whole = length - usize::from(decimals) - usize::from(decimals > 0);
    let marks = Marks::NONE
        .with_if(decimals > 0, Shows::Decimal(mark))
        .with_if(whole >= 4, Shows::Ungrouped)
        .with_if(units != 0, Shows::Unsuffixed);
    Some(Plain {
        units: if is_negative { -units } else { units },
        scale: decimals,
        marks,
    })
}

/// The number that eight digits write, the first one in the lowest byte; `None` if one of them is none.
#[inline]
pub(in crate::input) fn value_of_eight(digits: u64) -> Option<u32> {
    const HIGH: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let above = digits.wrapping_add(0x0606_0606_0606_0606);
    if digits & HIGH != ZEROS || above & HIGH != ZEROS {
        return None;
    }
    // Neighbours are put together: ones to tens, tens to hundreds, and so on.
    let pairs = (digits & 0x0F0F_0F0F_0F0F_0F0F).wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(100 << 16 | 1) >> 16;
    let eight = (fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(10_000 << 32 | 1) >> 32;
    u32::try_from(eight).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Reading, read_amount};
    use super::*;

    /// The cell in the middle of a text, behind what stood before it.
    fn read(before: &str, cell: &str, mark: Mark) -> Option<Plain> {
        let text = format!("{before}{cell}");
        read_plain_at(text.as_bytes(), (before.len(), text.len()), mark)
    }

    #[test]
    fn plain_forms_are_taken_and_others_left() {
        for (cell, units, scale) in [
            ("0", 0, 0),
            ("7", 7, 0),
            ("-12", -12, 0),
            ("12345678", 12_345_678, 0),
            ("204.72", 20_472, 2),
            ("99999.99", 9_999_999, 2),
            ("-99999.99", -9_999_999, 2),
            ("0.5", 5, 1),
            ("123456789.25", 12_345_678_925, 2),
            ("1.2345", 12_345, 4),
            ("-0.00", 0, 2),
        ] {
            for before in ["", "1", ",,", "customer,12.34,9"] {
                let plain = read(before, cell, Mark::Dot).expect(cell);
                assert_eq!(
                    (plain.units, plain.scale),
                    (units, scale),
                    "{before}|{cell}"
                );
            }
        }
        for cell in [
            "", "-", ".5", "5.", "1,2", "1.234", "--1", " 1", "1 ", "1e3", "$1", "+1", "1.2.3",
            "1/2", "1:2",
        ] {
            assert_eq!(read("12345678", cell, Mark::Dot), None, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn what_it_reads_is_what_the_general_way_reads(
            before in "[0-9.,;-]{0,9}",
            cell in "-?[0-9]{0,9}[.,]?[0-9]{0,3}|[-+0-9.,/: a]{0,10}",
            comma in any::<bool>(),
        ) {
            let mark = if comma { Mark::Comma } else { Mark::Dot };
            if let Some(plain) = read(&before, &cell, mark) {
                let (marks, general) = read_amount(&cell, mark);
                let Ok(Some(Reading { amount, currency: None })) = general else {
                    return Err(TestCaseError::fail(format!("{cell} is no plain amount")));
                };
                prop_assert_eq!(marks, plain.marks);
                prop_assert_eq!((amount.units(), amount.scale()), (plain.units.into(), plain.scale));
            }
        }
    }
}
