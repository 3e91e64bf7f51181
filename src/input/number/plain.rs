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
#[expect(
    clippy::inline_always,
    reason = "what it gives is taken apart at once, and a call would write it to memory"
)]
fn read_eight(text: &[u8], (start, end): (usize, usize), mark: Mark) -> Option<Plain> {
    let before = text.get(..end)?.last_chunk::<8>()?;
    let length = end.wrapping_sub(start) as u64;
    let short = Short::of_eight(u64::from_le_bytes(*before), length, mark);
    if !short.is_one {
        return None;
    }
    let mut shown = Shown::default();
    shown.add_if(true, short);
    Some(Plain {
        units: short.units.into(),
        scale: short.scale,
        marks: shown.marks(mark),
    })
}

/// An amount of up to eight bytes, with two, one or no decimals.
#[derive(Clone, Copy, Debug)]
pub(in crate::input) struct Short {
    /// True if it is one; all else says nothing then.
    pub(in crate::input) is_one: bool,
    /// The smallest units.
    pub(in crate::input) units: i32,
    /// How many decimals it has.
    pub(in crate::input) scale: u8,
    /// How many digits stand before the decimal mark.
    whole: u8,
}

impl Short {
    /// The amount that the last of eight bytes write, so many of them. There is no branch in it: many are read at once.
    #[inline(always)]
    #[expect(clippy::needless_bitwise_bool, reason = "`&&` is a branch")]
    pub(in crate::input) fn of_eight(bytes: u64, length: u64, mark: Mark) -> Short {
        const MINUS: u64 = (b'-' ^ b'0') as u64;
        // Digits as numbers; what stands before the cell counts as zeros.
        let ahead = 64_u64.wrapping_sub(length.wrapping_mul(8)) & 63;
        let eight = (bytes ^ ZEROS) >> ahead << ahead;
        let is_negative = eight >> ahead & 0xFF == MINUS;
        let eight = eight ^ if is_negative { MINUS << ahead } else { 0 };
        let sign = u64::from(if mark == Mark::Dot { b'.' } else { b',' });
        let has_two = (bytes >> 40 & 0xFF == sign) & (length > 3);
        let has_one = (bytes >> 48 & 0xFF == sign) & (length > 2);
        // The digits before the mark move to where it stood.
        let (digits, scale, fraction) = if has_two {
            (eight & 0xFFFF << 48 | (eight & 0xFF_FFFF_FFFF) << 8, 2, 3)
        } else if has_one {
            (eight & 0xFF << 56 | (eight & 0xFFFF_FFFF_FFFF) << 8, 1, 2)
        } else {
            (eight, 0, 0)
        };
        let whole = length.wrapping_sub(u64::from(is_negative) + fraction);
        let (value, are_digits) = value_of(digits);
        let units = value.cast_signed();
        Short {
            is_one: are_digits & (length.wrapping_sub(1) < 8) & (whole.wrapping_sub(1) < 8),
            units: if is_negative {
                units.wrapping_neg()
            } else {
                units
            },
            scale,
            whole: whole.to_le_bytes()[0],
        }
    }
}

/// What amounts show about the decimal mark of their column, all of them together.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::input) struct Shown {
    scales: u8,
    units: i32,
    whole: u8,
}

impl Shown {
    /// Takes note of an amount that counts.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as above")]
    pub(in crate::input) fn add_if(&mut self, counts: bool, short: Short) {
        self.scales |= if counts { short.scale } else { 0 };
        self.units |= if counts { short.units } else { 0 };
        self.whole = self.whole.max(if counts { short.whole } else { 0 });
    }

    /// The same as marks, of amounts with this decimal mark.
    pub(in crate::input) const fn marks(self, mark: Mark) -> Marks {
        Marks::NONE
            .with_if(self.scales != 0, Shows::Decimal(mark))
            .with_if(self.whole >= 4, Shows::Ungrouped)
            .with_if(self.units != 0, Shows::Unsuffixed)
    }
}

/// Eight zeros as they are written.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The number that eight digits write, the first one in the lowest byte; `None` if one of them is none.
#[inline]
pub(in crate::input) fn value_of_eight(digits: u64) -> Option<u32> {
    let (value, are_digits) = value_of(digits ^ ZEROS);
    are_digits.then_some(value)
}

/// The same of digits as numbers, a byte each, and whether all are digits.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
const fn value_of(digits: u64) -> (u32, bool) {
    // A byte above 9 reaches 128 with this added, or is above it already.
    let above = digits.wrapping_add(0x7676_7676_7676_7676) | digits;
    // Neighbours are put together: ones to tens, tens to hundreds, and so on.
    let pairs = digits.wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & 0x00FF_00FF_00FF_00FF).wrapping_mul(100 << 16 | 1) >> 16;
    let eight = (fours & 0x0000_FFFF_0000_FFFF).wrapping_mul(10_000 << 32 | 1) >> 32;
    let value = eight as u32;
    (value, above & 0x8080_8080_8080_8080 == 0)
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
