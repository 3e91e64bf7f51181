//! Amounts by customer and month, in blocks that exist only where something was added.
//!
//! A column is a month, a block 1,024 customers of it. Amounts are integers at one scale for the
//! whole grid; a block is 64 bits wide until a sum outgrows it.

use crate::units::{Amount, Month};

const BLOCK: usize = 1024;
const BLOCK_U32: u32 = 1024;

/// How many customers' rows are put together at once.
const ROWS: usize = 16;

/// The first month a column can stand for: January 1990, the earliest date that is read.
const ORIGIN: i32 = 1990 * 12;

/// How many columns there can be: to the end of 2100, the latest date that is read.
const COLUMNS_MAX: usize = (2101 - 1990) * 12;

/// A sum that 128 bits do not hold, or a month that no date reaches.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Overflow;

/// What stands in one cell of a ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// The sum in smallest units; 0 where nothing was added.
    pub units: i128,
    /// True if a row stated it, be it zero.
    pub is_stated: bool,
}

/// A grid of sums, customers × months.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    scale: u8,
    columns: Vec<Vec<Option<Box<Block>>>>,
}

#[derive(Clone, Debug)]
struct Block {
    sums: Sums,
    /// One bit a customer: a row stated this cell, be it zero.
    stated: [u64; BLOCK / 64],
    /// The day of the dates of each cell, where rows have dates; [`SEVERAL`] if there are several.
    days: Option<Box<[u8; BLOCK]>>,
}

/// Stands for more than one day.
const SEVERAL: u8 = u8::MAX;

#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "every block is in a box of its own already"
)]
enum Sums {
    Narrow([i64; BLOCK]),
    Wide(Box<[i128; BLOCK]>),
}

impl Cells {
    /// How many customers share a block.
    pub(super) const BLOCK: usize = BLOCK;

    /// Puts the cells of another grid behind these, its first customer under the first number of a block.
    pub(super) fn append(&mut self, mut other: Cells, block: usize) -> Result<(), Overflow> {
        self.widen_to(other.scale)?;
        other.widen_to(self.scale)?;
        if self.columns.len() < other.columns.len() {
            self.columns.resize_with(other.columns.len(), Vec::new);
        }
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            if !theirs.is_empty() {
                mine.resize_with(block, || None);
                mine.extend(theirs);
            }
        }
        Ok(())
    }

    /// The decimals of every cell.
    pub(super) const fn scale(&self) -> u8 {
        self.scale
    }

    /// Adds an amount to a cell; the scale of the grid grows where the amount has more decimals.
    pub(super) fn add(
        &mut self,
        customer: u32,
        month: Month,
        amount: Amount,
    ) -> Result<(), Overflow> {
        if amount.scale() > self.scale {
            self.rescale(amount.scale())?;
        }
        let units = amount.units_at(self.scale).ok_or(Overflow)?;
        let (block, slot) = self.open(customer, month)?;
        block.add(slot, units)
    }

    /// A grid without cells whose amounts have so many decimals.
    pub(super) fn with_scale(scale: u8) -> Cells {
        Cells {
            scale,
            ..Cells::default()
        }
    }

    /// Puts a sum into a cell, whatever stood there.
    pub(super) fn put(&mut self, customer: u32, month: Month, cell: Cell) {
        // No month is out of reach that was in a grid of the same horizon.
        if let Ok((block, slot)) = self.open(customer, month) {
            block.put(slot, cell);
        }
    }

    /// What stands in a cell.
    pub(super) fn cell(&self, customer: u32, month: Month) -> Cell {
        Cell {
            units: self.units(customer, month),
            is_stated: self.is_stated(customer, month),
        }
    }

    /// Shows each customer's cells of these months, customers in the order of their numbers.
    pub(super) fn each_row(&self, months: &[Month], see: &mut dyn FnMut(u32, &[Cell])) {
        if months.is_empty() {
            return;
        }
        let columns: Vec<Option<&Vec<Option<Box<Block>>>>> = months
            .iter()
            .map(|month| self.columns.get(position(0, *month).0))
            .collect();
        let deepest = columns.iter().flatten().map(|column| column.len()).max();
        let width = months.len();
        let mut rows = vec![Cell::default(); width * ROWS];
        for (number, first) in (0..deepest.unwrap_or(0)).zip((0..).step_by(BLOCK)) {
            let blocks: Vec<Option<&Block>> = columns
                .iter()
                .map(|column| column.and_then(|column| column.get(number)?.as_deref()))
                .collect();
            for (slot, customer) in (0..BLOCK).zip(first..).step_by(ROWS) {
                // A few customers at a time: their rows fit into the nearest cache, and each block is found once.
                for (column, block) in blocks.iter().enumerate() {
                    let place = rows.iter_mut().skip(column).step_by(width);
                    Block::copy(*block, slot, place);
                }
                for (row, customer) in rows.chunks_exact(width).zip(customer..) {
                    see(customer, row);
                }
            }
        }
    }

    /// The block and the place in it of a cell, made if it is not there yet.
    fn open(&mut self, customer: u32, month: Month) -> Result<(&mut Block, usize), Overflow> {
        let (column, block, slot) = position(customer, month);
        if column >= COLUMNS_MAX {
            return Err(Overflow);
        }
        if self.columns.len() <= column {
            self.columns.resize_with(column + 1, Vec::new);
        }
        let blocks = &mut self.columns[column];
        if blocks.len() <= block {
            blocks.resize_with(block + 1, || None);
        }
        Ok((blocks[block].get_or_insert_default(), slot))
    }

    /// Notes the day of a row that was added to a cell; 0 is none.
    pub(super) fn note_day(&mut self, customer: u32, month: Month, day: u8) {
        let (column, block, slot) = position(customer, month);
        let block = self
            .columns
            .get_mut(column)
            .and_then(|blocks| blocks.get_mut(block));
        if let (Some(Some(block)), true) = (block, day > 0) {
            let known = &mut block.days.get_or_insert_with(|| Box::new([0; BLOCK]))[slot];
            *known = if *known == 0 || *known == day {
                day
            } else {
                SEVERAL
            };
        }
    }

    /// Every cell whose rows have several dates, by month and number.
    pub(super) fn with_several_days(&self) -> Vec<(u32, Month)> {
        let mut found = Vec::new();
        for (month, column) in (ORIGIN..).map(Month::from_index).zip(&self.columns) {
            for (block, number) in column.iter().zip(0..) {
                let days = block.as_ref().and_then(|block| block.days.as_ref());
                let slots = days.into_iter().flat_map(|days| days.iter().zip(0..));
                let several = slots.filter(|(day, _)| **day == SEVERAL);
                found.extend(several.map(|(_, slot)| (number * BLOCK_U32 + slot, month)));
            }
        }
        found
    }

    /// The sum of a cell in smallest units; 0 where nothing was added.
    pub(super) fn units(&self, customer: u32, month: Month) -> i128 {
        let (_, _, slot) = position(customer, month);
        match self.block(customer, month).map(|block| &block.sums) {
            None => 0,
            Some(Sums::Narrow(sums)) => i128::from(sums[slot]),
            Some(Sums::Wide(sums)) => sums[slot],
        }
    }

    /// Every cell that a row was added to, by month and number.
    pub(super) fn stated(&self) -> impl Iterator<Item = (u32, Month)> {
        let months = (ORIGIN..).map(Month::from_index).zip(&self.columns);
        let blocks = months.flat_map(|(month, column)| {
            let numbered = column.iter().zip(0..);
            numbered.filter_map(move |(block, number)| Some((month, number, block.as_ref()?)))
        });
        blocks.flat_map(|(month, number, block)| {
            let slots = (0..BLOCK)
                .zip(0..)
                .filter(|(slot, _)| block.is_stated(*slot));
            slots.map(move |(_, slot)| (number * BLOCK_U32 + slot, month))
        })
    }

    /// True if a row was added to the cell, be it of zero.
    pub(super) fn is_stated(&self, customer: u32, month: Month) -> bool {
        let (_, _, slot) = position(customer, month);
        self.block(customer, month)
            .is_some_and(|block| block.is_stated(slot))
    }

    /// Adds every cell of another grid, its customers renumbered.
    pub(super) fn merge(&mut self, other: &Cells, renumbered: &[u32]) -> Result<(), Overflow> {
        for (month, column) in (ORIGIN..).map(Month::from_index).zip(&other.columns) {
            for (number, block) in column.iter().enumerate() {
                let Some(block) = block else { continue };
                for slot in (0..BLOCK).filter(|slot| block.is_stated(*slot)) {
                    let amount = Amount::new(block.sums.get(slot), other.scale);
                    let customer = renumbered[number * BLOCK + slot];
                    self.add(customer, month, amount)?;
                    let day = block.days.as_ref().map_or(0, |days| days[slot]);
                    self.note_day(customer, month, day);
                }
            }
        }
        Ok(())
    }

    /// The same cells, each counted for the number that `unit` gives for its customer and month, or left out.
    ///
    /// Customers with rows of one date each are no customer with several: days of different numbers are not held
    /// against each other.
    pub(super) fn regrouped(&self, unit: &dyn Fn(u32, Month) -> Option<u32>) -> Cells {
        let mut regrouped = Cells::with_scale(self.scale);
        for (customer, month) in self.stated() {
            let Some(number) = unit(customer, month) else {
                continue;
            };
            // No sum is larger than that of all magnitudes, which was found to fit.
            let amount = Amount::new(self.units(customer, month), self.scale);
            let added = regrouped.add(number, month, amount);
            debug_assert!(added.is_ok(), "the magnitudes of a ledger are bounded");
            let day = self.day(customer, month);
            if day == SEVERAL || regrouped.day(number, month) == 0 {
                regrouped.note_day(number, month, day);
            }
        }
        regrouped
    }

    /// The day of a cell's dates; 0 where it has none.
    fn day(&self, customer: u32, month: Month) -> u8 {
        let (_, _, slot) = position(customer, month);
        let block = self.block(customer, month);
        let days = block.and_then(|block| block.days.as_ref());
        days.map_or(0, |days| days[slot])
    }

    /// The sum of the magnitudes of all cells: no sum formed later is larger.
    pub(super) fn magnitude(&self) -> Result<u128, Overflow> {
        let mut total: u128 = 0;
        for block in self.columns.iter().flatten().flatten() {
            for slot in 0..BLOCK {
                total = total
                    .checked_add(block.sums.get(slot).unsigned_abs())
                    .ok_or(Overflow)?;
            }
        }
        Ok(total)
    }

    /// Adds every cell of another grid over the same customers times the rate of its month; cells of a month
    /// without a rate are left out.
    pub(super) fn add_times(
        &mut self,
        other: &Cells,
        rate: impl Fn(Month) -> Option<Amount>,
    ) -> Result<(), Overflow> {
        for (month, column) in (ORIGIN..).map(Month::from_index).zip(&other.columns) {
            let Some(rate) = rate(month) else { continue };
            for (block, first) in column.iter().zip((0..).step_by(BLOCK)) {
                let Some(block) = block else { continue };
                for (slot, number) in (0..BLOCK).zip(0..) {
                    if block.is_stated(slot) {
                        let units = block.sums.get(slot).checked_mul(rate.units());
                        let scale = other.scale + rate.scale();
                        let amount = Amount::new(units.ok_or(Overflow)?, scale);
                        self.add(first + number, month, amount)?;
                        let day = block.days.as_ref().map_or(0, |days| days[slot]);
                        self.note_day(first + number, month, day);
                    }
                }
            }
        }
        Ok(())
    }

    /// Gives every amount at least so many decimals.
    pub(super) fn widen_to(&mut self, scale: u8) -> Result<(), Overflow> {
        if scale > self.scale {
            self.rescale(scale)?;
        }
        Ok(())
    }

    fn block(&self, customer: u32, month: Month) -> Option<&Block> {
        let (column, block, _) = position(customer, month);
        self.columns.get(column)?.get(block)?.as_deref()
    }

    fn rescale(&mut self, scale: u8) -> Result<(), Overflow> {
        let factor = 10_i128.pow(u32::from(scale - self.scale));
        for block in self.columns.iter_mut().flatten().flatten() {
            block.sums.multiply(factor)?;
        }
        self.scale = scale;
        Ok(())
    }
}

impl Default for Block {
    fn default() -> Block {
        Block {
            sums: Sums::Narrow([0; BLOCK]),
            stated: [0; BLOCK / 64],
            days: None,
        }
    }
}

impl Block {
    /// Copies the cells from a slot on, as many as there are places; nothing stands where there is no block.
    fn copy<'a>(block: Option<&Block>, slot: usize, places: impl Iterator<Item = &'a mut Cell>) {
        let Some(block) = block else {
            return places.for_each(|place| *place = Cell::default());
        };
        let is_stated = |slot: usize| block.is_stated(slot);
        match &block.sums {
            Sums::Narrow(sums) => {
                for ((place, units), slot) in places.zip(&sums[slot..]).zip(slot..) {
                    *place = Cell {
                        units: i128::from(*units),
                        is_stated: is_stated(slot),
                    };
                }
            }
            Sums::Wide(sums) => {
                for ((place, units), slot) in places.zip(&sums[slot..]).zip(slot..) {
                    *place = Cell {
                        units: *units,
                        is_stated: is_stated(slot),
                    };
                }
            }
        }
    }

    fn add(&mut self, slot: usize, units: i128) -> Result<(), Overflow> {
        self.stated[slot / 64] |= 1 << (slot % 64);
        let narrow = i64::try_from(units).ok();
        if let (Sums::Narrow(sums), Some(units)) = (&mut self.sums, narrow)
            && let Some(sum) = sums[slot].checked_add(units)
        {
            sums[slot] = sum;
            return Ok(());
        }
        let sums = self.sums.widen();
        sums[slot] = sums[slot].checked_add(units).ok_or(Overflow)?;
        Ok(())
    }

    fn put(&mut self, slot: usize, cell: Cell) {
        let bit = 1 << (slot % 64);
        if cell.is_stated {
            self.stated[slot / 64] |= bit;
        } else {
            self.stated[slot / 64] &= !bit;
        }
        match (&mut self.sums, i64::try_from(cell.units)) {
            (Sums::Narrow(sums), Ok(units)) => sums[slot] = units,
            (sums, _) => sums.widen()[slot] = cell.units,
        }
    }

    fn is_stated(&self, slot: usize) -> bool {
        self.stated[slot / 64] & (1 << (slot % 64)) != 0
    }
}

impl Sums {
    fn get(&self, slot: usize) -> i128 {
        match self {
            Sums::Narrow(sums) => i128::from(sums[slot]),
            Sums::Wide(sums) => sums[slot],
        }
    }

    /// The sums at 128 bits, converted now if they are not yet.
    fn widen(&mut self) -> &mut [i128; BLOCK] {
        if let Sums::Narrow(sums) = self {
            *self = Sums::Wide(Box::new(sums.map(i128::from)));
        }
        match self {
            Sums::Wide(sums) => sums,
            Sums::Narrow(_) => unreachable!("widened above"),
        }
    }

    fn multiply(&mut self, factor: i128) -> Result<(), Overflow> {
        if let Sums::Narrow(sums) = self {
            let multiplied = |sum: i64| i64::try_from(i128::from(sum).checked_mul(factor)?).ok();
            if sums.iter().all(|sum| multiplied(*sum).is_some()) {
                for sum in sums {
                    *sum = multiplied(*sum).ok_or(Overflow)?;
                }
                return Ok(());
            }
        }
        for sum in self.widen() {
            *sum = sum.checked_mul(factor).ok_or(Overflow)?;
        }
        Ok(())
    }
}

/// Which column, block and slot a cell stands in.
fn position(customer: u32, month: Month) -> (usize, usize, usize) {
    let column = usize::try_from(month.index() - ORIGIN).unwrap_or(usize::MAX - 1);
    let customer = customer as usize;
    (column, customer / BLOCK, customer % BLOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    fn amount(text: &str) -> Amount {
        Amount::parse_plain(text).unwrap()
    }

    #[test]
    fn sums_are_exact_across_scales_and_widths() {
        let mut cells = Cells::default();
        let march = month("2024-03");
        for text in [
            "1000000000000",
            "0.000001",
            "-999999999999.5",
            "0.123456789012345678",
        ] {
            cells.add(5000, march, amount(text)).unwrap();
        }
        let sum = Amount::new(cells.units(5000, march), cells.scale());
        assert_eq!(sum, amount("0.623457789012345678"));
        assert_eq!(cells.units(5001, march), 0);
        assert!(!cells.is_stated(5001, march));
    }

    #[test]
    fn a_stated_zero_is_told_from_nothing() {
        let mut cells = Cells::default();
        cells.add(0, month("2024-01"), Amount::ZERO).unwrap();
        assert!(cells.is_stated(0, month("2024-01")));
        assert!(!cells.is_stated(0, month("2024-02")));
        assert!(!cells.is_stated(0, month("1980-01")));
    }

    #[test]
    fn merging_renumbers_customers() {
        let (mut left, mut right) = (Cells::default(), Cells::default());
        left.add(0, month("2024-01"), amount("1.5")).unwrap();
        right.add(0, month("2024-01"), amount("2")).unwrap();
        right.add(1, month("2024-02"), amount("0.25")).unwrap();
        left.merge(&right, &[7, 0]).unwrap();
        assert_eq!(left.units(7, month("2024-01")), 200);
        assert_eq!(left.units(0, month("2024-02")), 25);
        assert_eq!(left.magnitude(), Ok(375));
    }

    #[test]
    fn a_sum_beyond_128_bits_is_reported() {
        let mut cells = Cells::default();
        cells
            .add(0, month("2024-01"), Amount::new(i128::MAX, 0))
            .unwrap();
        assert_eq!(
            cells.add(0, month("2024-01"), Amount::new(1, 0)),
            Err(Overflow)
        );
        assert_eq!(
            cells.add(0, month("2024-02"), Amount::new(1, 2)),
            Err(Overflow)
        );
    }
}
