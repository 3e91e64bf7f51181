//! One cell of an amount, straight from its bytes.

use super::super::super::number::{Mark, Marks, Plain, read_plain_at};

/// A cell for the general way to look at.
pub(super) struct NotPlain;

/// Reads a cell; nothing where it states no amount.
#[inline]
pub(super) fn read(
    text: &[u8],
    cell: (usize, usize),
    mark: Mark,
) -> Result<Option<Plain>, NotPlain> {
    match read_plain_at(text, cell, mark) {
        Some(plain) => Ok(Some(plain)),
        None => read_rare(text, cell, mark),
    }
}

/// A cell in quotes, or a dash; nothing for one that is empty.
#[cold]
fn read_rare(
    text: &[u8],
    (start, end): (usize, usize),
    mark: Mark,
) -> Result<Option<Plain>, NotPlain> {
    match text.get(start..end) {
        Some(b"-") => Ok(Some(Plain::ZERO)),
        Some([b'"', b'"']) => Ok(None),
        Some([b'"', .., b'"']) => {
            let plain = read_plain_at(text, (start + 1, end - 1), mark);
            plain.map(Some).ok_or(NotPlain)
        }
        _ => Err(NotPlain),
    }
}

/// The bytes of a cell of up to eight as one number, another one for each; 0 for a longer one.
#[inline]
pub(super) fn short_bytes(text: &[u8], (start, end): (usize, usize)) -> u64 {
    let length = end.wrapping_sub(start);
    let eight = end.checked_sub(8).and_then(|from| text.get(from..end));
    match eight.and_then(<[u8]>::first_chunk) {
        // No text holds a byte of 0.
        Some(eight) if (1..=8).contains(&length) => u64::from_le_bytes(*eight) >> (64 - 8 * length),
        _ => 0,
    }
}

/// What the cells of a row show.
pub(super) struct Seen {
    pub(super) marks: Marks,
    /// The sum of all periods, where it is wanted.
    pub(super) total: (i64, u8),
    /// True if some cell states an amount.
    pub(super) is_stated: bool,
    /// Where the customer's cell starts and ends.
    pub(super) customer: Option<(usize, usize)>,
}

impl Seen {
    /// Nothing yet.
    pub(super) const NOTHING: Seen = Seen {
        marks: Marks::NONE,
        total: (0, 0),
        is_stated: false,
        customer: None,
    };

    /// Notes what an amount shows.
    #[inline]
    pub(super) fn note(&mut self, plain: &Plain) {
        self.is_stated = true;
        self.marks = self.marks.and(plain.marks);
    }

    /// Adds to the sum; `None` where 64 bits do not hold it.
    #[inline]
    pub(super) fn add(&mut self, plain: &Plain) -> Option<()> {
        let (units, scale) = self.total;
        let most = scale.max(plain.scale);
        let at = |units: i64, scale: u8| {
            let factor = 10_i64.checked_pow((most - scale).into())?;
            units.checked_mul(factor)
        };
        let units = at(units, scale)?.checked_add(at(plain.units, plain.scale)?)?;
        self.total = (units, most);
        Some(())
    }
}
