//! Rows of many months each: a customer is looked for once a row, and its cells are added one after the other.

use super::super::cells::{Cells, Overflow};
use super::super::intern::Sought;
use super::{Part, Sides};
use crate::units::{Amount, Month};

/// A row of many months: whose it is, and where its cells stand among those of its batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct WideRow {
    pub(in crate::ledger) name: Sought,
    pub(in crate::ledger) first: u32,
    pub(in crate::ledger) count: u32,
}

/// One amount of such a row in eight bytes: units above the column of its month, above its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct WideCell(u64);

const UNITS_BITS: u32 = 48;
const COLUMN_BITS: u32 = 11;
const SCALE_BITS: u32 = 5;

impl WideCell {
    /// The largest magnitude of units that has room.
    pub(in crate::ledger) const UNITS_MAX: i64 = (1 << (UNITS_BITS - 1)) - 1;

    /// The number of a month's column, for [`WideCell::new`].
    pub(in crate::ledger) fn column(month: Month) -> Option<u16> {
        let column = Cells::column_of(month)?;
        u16::try_from(column)
            .ok()
            .filter(|column| column >> COLUMN_BITS == 0)
    }

    /// An amount of at most [`WideCell::UNITS_MAX`] units and 31 decimals.
    #[inline]
    pub(in crate::ledger) const fn new(column: u16, units: i64, scale: u8) -> WideCell {
        let low = (column as u64) << SCALE_BITS | scale as u64;
        WideCell(units.cast_unsigned() << (COLUMN_BITS + SCALE_BITS) | low)
    }

    /// The amount.
    pub(in crate::ledger) fn amount(self) -> Amount {
        let (_, units, scale) = self.parts();
        Amount::new(units.into(), scale)
    }

    /// The number of its month's column.
    #[inline]
    pub(in crate::ledger) const fn month(self) -> u16 {
        #[expect(clippy::cast_possible_truncation, reason = "of so many bits")]
        let column = (self.0 >> SCALE_BITS) as u16;
        column & ((1 << COLUMN_BITS) - 1)
    }

    #[inline]
    fn parts(self) -> (usize, i64, u8) {
        #[expect(clippy::cast_possible_truncation, reason = "of so many bits")]
        let scale = self.0 as u8 & ((1 << SCALE_BITS) - 1);
        let units = self.0.cast_signed() >> (COLUMN_BITS + SCALE_BITS);
        (usize::from(self.month()), units, scale)
    }
}

impl Part {
    /// Adds many rows that count, the names of which stand in one text; only where rows of one key are added up.
    ///
    /// No amount may have more than `scale` decimals.
    pub(in crate::ledger) fn add_wide(
        &mut self,
        (rows, cells, scale): (&[WideRow], &[WideCell], u8),
        text: &[u8],
        numbers: &mut Vec<u32>,
    ) {
        let names = rows.iter().map(|row| &row.name);
        let whole = self.customers.len() / Cells::BLOCK;
        self.customers.number_all(names, text, numbers);
        let inside = Sides {
            inside: true,
            ..Sides::default()
        };
        self.sides.resize(self.customers.len(), inside);
        let mut held = self.cells.widen_to(scale);
        let factors = factors(self.cells.scale());
        for (row, number) in rows.iter().zip(numbers) {
            let range = row.first as usize..(row.first + row.count) as usize;
            for cell in &cells[range] {
                let (column, units, scale) = cell.parts();
                self.negatives += u64::from(units < 0);
                let factor = factors[usize::from(scale)];
                let added = match units.checked_mul(factor) {
                    Some(units) if factor > 0 => {
                        self.cells.add_small(*number, column, units).map(|_| ())
                    }
                    _ => self.add_large(*number, column, (units, scale)),
                };
                held = held.and(added);
            }
        }
        self.cells
            .pack_rows(whole..self.customers.len() / Cells::BLOCK);
        self.overflows |= held.is_err();
    }

    /// The same for a sum beyond 64 bits.
    #[cold]
    fn add_large(
        &mut self,
        number: u32,
        column: usize,
        (units, scale): (i64, u8),
    ) -> Result<(), Overflow> {
        let amount = Amount::new(units.into(), scale);
        self.cells.add(number, Cells::month_of(column), amount)
    }
}

/// What units of each scale are multiplied by to be at this one; 0 where 64 bits do not hold it.
fn factors(scale: u8) -> [i64; 1 << SCALE_BITS] {
    let mut factors = [0; 1 << SCALE_BITS];
    for (factor, less) in factors.iter_mut().zip((0..=scale).rev()) {
        *factor = 10_i64.checked_pow(less.into()).unwrap_or(0);
    }
    factors
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cell_keeps_what_it_is_made_of(
            column in 0_u16..1 << COLUMN_BITS,
            units in -WideCell::UNITS_MAX..=WideCell::UNITS_MAX,
            scale in 0_u8..=18,
        ) {
            prop_assert_eq!(WideCell::new(column, units, scale).parts(), (usize::from(column), units, scale));
        }
    }

    #[test]
    fn every_month_that_is_read_has_a_column() {
        for (year, is_one) in [(1989, false), (1990, true), (2100, true), (2101, false)] {
            let month = Month::new(year, if is_one && year == 2100 { 12 } else { 1 }).unwrap();
            assert_eq!(WideCell::column(month).is_some(), is_one, "{year}");
        }
    }
}
