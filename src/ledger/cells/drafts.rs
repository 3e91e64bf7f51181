//! Cells while rows come in: the sum and the day of each in one number, so that a row in any order waits for memory once.

use super::block::BLOCK;
use crate::machine::bring_near;

/// The bits of a cell that say what it was added up from; the sum stands above them.
const STATE_BITS: u32 = 6;

/// How far from zero a sum may be: 26 bits with the sign.
const SUM_MAX: i64 = (1 << (31 - STATE_BITS)) - 1;

/// The cells of 1,024 numbers in one month.
pub(super) type Draft = [DraftCell; BLOCK];

/// A cell: 0 where no row states it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DraftCell(u32);

/// Of which day the rows of a cell are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Of no day: they have no date.
    Dateless,
    /// All dates are of this one.
    Day(u8),
    /// Of several.
    Several,
}

impl DraftCell {
    /// As numbers: no row, a row without a date, one more than the day, and several days.
    const NONE: u32 = 0;
    const DATELESS: u32 = 1;
    const SEVERAL: u32 = 33;

    /// A cell with a sum, if it is not too large for one.
    pub(super) fn new(sum: i128, stated: Stated) -> Option<DraftCell> {
        let state = match stated {
            Stated::Dateless => DraftCell::DATELESS,
            Stated::Day(day @ 1..=31) => u32::from(day) + 1,
            Stated::Day(_) => return None,
            Stated::Several => DraftCell::SEVERAL,
        };
        DraftCell::of(i64::try_from(sum).ok()?, state)
    }

    #[inline]
    fn of(sum: i64, state: u32) -> Option<DraftCell> {
        if !(-SUM_MAX..=SUM_MAX).contains(&sum) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "it has at most 26 bits")]
        let sum = sum as i32;
        Some(DraftCell((sum << STATE_BITS).cast_unsigned() | state))
    }

    /// Adds a row with a date on this day of the month, 0 without one, and gives the sum; `None` where the sum is too
    /// large, and nothing is added then.
    #[inline]
    pub(super) fn add(&mut self, units: i64, day: u8) -> Option<i64> {
        let sum = self.sum().checked_add(units)?;
        let (known, wanted) = (self.state(), u32::from(day) + 1);
        let state = if known <= DraftCell::DATELESS || known == wanted {
            wanted
        } else if wanted == DraftCell::DATELESS {
            known
        } else {
            DraftCell::SEVERAL
        };
        *self = DraftCell::of(sum, state)?;
        Some(sum)
    }

    #[inline]
    pub(super) const fn sum(self) -> i64 {
        (self.0.cast_signed() >> STATE_BITS) as i64
    }

    #[inline]
    const fn state(self) -> u32 {
        self.0 & ((1 << STATE_BITS) - 1)
    }

    /// What rows state it; `None` where none does.
    pub(super) fn stated(self) -> Option<Stated> {
        match self.state() {
            DraftCell::NONE => None,
            DraftCell::DATELESS => Some(Stated::Dateless),
            DraftCell::SEVERAL => Some(Stated::Several),
            above => Some(Stated::Day(u8::try_from(above - 1).unwrap_or(0))),
        }
    }
}

/// The states of many cells, one bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct States(u64);

impl States {
    #[inline]
    pub(super) const fn add(&mut self, cell: DraftCell) {
        self.0 |= 1 << cell.state();
    }

    /// The states of cells with dates.
    pub(super) fn dated(self) -> impl Iterator<Item = Stated> {
        let states = DraftCell::DATELESS + 1..u64::BITS;
        let has = move |state: &u32| self.0 >> state & 1 == 1;
        states
            .filter(has)
            .filter_map(|state| DraftCell(state).stated())
    }
}

/// Drafts by column and block.
#[derive(Clone, Debug, Default)]
pub(super) struct Drafts {
    /// One step from a place to its draft: a second list between them would be one more wait for each row.
    columns: Vec<Vec<Option<Box<Draft>>>>,
    /// How many there are.
    count: usize,
    /// Those that are not in use.
    free: Vec<Box<Draft>>,
}

impl Drafts {
    /// A cell of a block that has a draft.
    #[inline]
    pub(super) fn cell(
        &mut self,
        column: usize,
        block: usize,
        slot: usize,
    ) -> Option<&mut DraftCell> {
        let draft = self.columns.get_mut(column)?.get_mut(block)?.as_mut()?;
        draft.get_mut(slot)
    }

    /// Asks for a cell, if there is one.
    #[inline]
    pub(super) fn bring_near(&self, column: usize, block: usize, slot: usize) {
        let blocks = self.columns.get(column);
        if let Some(Some(draft)) = blocks.and_then(|blocks| blocks.get(block)) {
            bring_near(draft.as_slice(), slot);
        }
    }

    /// True if some block of a column has one.
    pub(super) fn has_column(&self, column: usize) -> bool {
        let blocks = self.columns.get(column);
        blocks.is_some_and(|blocks| blocks.iter().any(Option::is_some))
    }

    /// Begins one for a block that has none, with these cells.
    pub(super) fn begin(&mut self, column: usize, block: usize, cells: &Draft) {
        if self.columns.len() <= column {
            self.columns.resize_with(column + 1, Vec::new);
        }
        let blocks = &mut self.columns[column];
        if blocks.len() <= block {
            blocks.resize_with(block + 1, || None);
        }
        let draft = match self.free.pop() {
            None => Box::new(*cells),
            Some(mut draft) => {
                *draft = *cells;
                draft
            }
        };
        blocks[block] = Some(draft);
        self.count += 1;
    }

    /// Ends that of a block, if it has one, and shows its cells.
    pub(super) fn end<T>(
        &mut self,
        column: usize,
        block: usize,
        see: impl FnOnce(&Draft) -> T,
    ) -> Option<T> {
        let draft = self.columns.get_mut(column)?.get_mut(block)?.take()?;
        let seen = see(&draft);
        self.count -= 1;
        self.free.push(draft);
        Some(seen)
    }

    /// How many columns and blocks there may be.
    pub(super) fn blocks(&self, column: usize) -> usize {
        self.columns.get(column).map_or(0, Vec::len)
    }

    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// True where no block has one.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Gives the memory of those that are not in use back, if none is.
    pub(super) fn shrink(&mut self) {
        if self.is_empty() {
            *self = Drafts::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cell_adds_up_and_knows_its_day(
            rows in prop::collection::vec((-20_000_000_i64..20_000_000, prop::sample::select(vec![0_u8, 1, 1, 31])), 0..6),
        ) {
            let (mut cell, mut sum, mut days) = (DraftCell::default(), 0, Vec::new());
            for (number, (units, day)) in rows.iter().enumerate() {
                let added = cell.add(*units, *day);
                if (sum + units).abs() > SUM_MAX {
                    prop_assert_eq!(added, None);
                    break;
                }
                sum += units;
                prop_assert_eq!((added, cell.sum()), (Some(sum), sum));
                days.extend((*day > 0).then_some(*day));
                days.dedup();
                let expected = match days.as_slice() {
                    [] => Stated::Dateless,
                    [day] => Stated::Day(*day),
                    _ => Stated::Several,
                };
                prop_assert_eq!(cell.stated(), Some(expected), "row {}", number);
                prop_assert_eq!(DraftCell::new(sum.into(), expected), Some(cell));
            }
            prop_assert_eq!(rows.is_empty(), cell.stated().is_none());
        }
    }

    #[test]
    fn a_draft_that_ended_is_used_again() {
        let mut drafts = Drafts::default();
        let mut cells = [DraftCell::default(); BLOCK];
        cells[5] = DraftCell::new(7, Stated::Day(3)).unwrap();
        drafts.begin(2, 1, &cells);
        assert!(drafts.has_column(2) && !drafts.has_column(1));
        assert_eq!(drafts.cell(2, 0, 5), None);
        assert_eq!(drafts.cell(2, 1, 5).unwrap().add(1, 3), Some(8));
        assert_eq!(drafts.end(2, 1, |draft| draft[5].sum()), Some(8));
        assert_eq!(drafts.end(2, 1, |_| ()), None);
        assert!(drafts.is_empty());
        drafts.begin(0, 0, &[DraftCell::default(); BLOCK]);
        assert!(drafts.free.is_empty());
        assert_eq!(drafts.cell(0, 0, 5).unwrap().stated(), None);
    }
}
