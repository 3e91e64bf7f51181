//! Which value each customer's month carries: one small number a cell, as long as all its rows carry the same.
//!
//! Sums by value are kept only of cells in which several values met. What the first one carries is what the cell
//! held until then, so that a row of the usual cell costs one comparison.

use hashbrown::HashMap;

use super::ValueId;
use crate::units::{Amount, Month};

/// How many customers of a month share a block.
const BLOCK: usize = 1024;

/// The first month a column can stand for: January 1990, the earliest date that is read.
const ORIGIN: i32 = 1990 * 12;

/// How many columns there can be: to the end of 2100, the latest date that is read.
const COLUMNS_MAX: usize = (2101 - 1990) * 12;

/// What stands in a cell: a value, or that a row has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::ledger) struct Mark(u32);

impl Mark {
    /// No row stands in the cell.
    const NOTHING: Mark = Mark(0);
    /// Rows with several values stand in the cell.
    pub(super) const SEVERAL: Mark = Mark(1);
    /// The cell of the row is empty.
    pub(in crate::ledger) const VALUELESS: Mark = Mark(2);
    const FIRST: u32 = 3;

    pub(super) fn of(value: ValueId) -> Mark {
        let mark = value.checked_add(Mark::FIRST);
        Mark(mark.expect("fewer than 2^32 - 3 values"))
    }

    pub(in crate::ledger) const fn value(self) -> Option<ValueId> {
        self.0.checked_sub(Mark::FIRST)
    }
}

/// The values of customers × months.
#[derive(Debug, Default)]
pub(super) struct Grid {
    columns: Vec<Vec<Option<Block>>>,
    /// The decimals of every sum.
    scale: u8,
}

/// The values of 1,024 customers in one month.
#[derive(Debug)]
struct Block {
    marks: Marks,
    /// How much each value carries in the cells with several.
    sums: Option<Box<HashMap<(u16, Mark), i128>>>,
}

/// A mark a cell, as narrow as they all fit in.
#[derive(Debug)]
enum Marks {
    Bytes(Box<[u8; BLOCK]>),
    Shorts(Box<[u16; BLOCK]>),
    Words(Box<[u32; BLOCK]>),
}

/// What one value carries in a customer's month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) number: u32,
    pub(super) month: Month,
    pub(super) mark: Mark,
    /// At the scale of the grid.
    pub(super) units: i128,
}

impl Grid {
    /// The decimals of every sum.
    pub(super) const fn scale(&self) -> u8 {
        self.scale
    }

    /// Adds a row, of which `before` says what its cell held until then; `None` where 128 bits do not hold a sum.
    #[inline]
    pub(super) fn add(
        &mut self,
        (number, month): (u32, Month),
        mark: Mark,
        amount: Amount,
        before: impl FnOnce() -> Amount,
    ) -> Option<()> {
        if self.settle(number, month, mark)? {
            return Some(());
        }
        self.spill(number, month, before)?;
        self.add_share(number, month, mark, amount)
    }

    /// True if this is the only value of the cell, which it is from now on where nothing stood there.
    #[inline]
    pub(super) fn settle(&mut self, number: u32, month: Month, mark: Mark) -> Option<bool> {
        let (block, slot) = self.open(number, month)?;
        let known = block.marks.get(slot);
        if known == Mark::NOTHING {
            block.marks.set(slot, mark);
        }
        Some(known == mark || known == Mark::NOTHING)
    }

    /// Keeps sums by value in a cell from now on; the value that stands there alone carries what the cell holds.
    pub(super) fn spill(
        &mut self,
        number: u32,
        month: Month,
        held: impl FnOnce() -> Amount,
    ) -> Option<()> {
        let (block, slot) = self.open(number, month)?;
        let first = block.marks.get(slot);
        if first == Mark::SEVERAL {
            return Some(());
        }
        block.marks.set(slot, Mark::SEVERAL);
        if first == Mark::NOTHING {
            return Some(());
        }
        self.add_share(number, month, first, held())
    }

    /// Adds to what a value carries in a cell with several.
    pub(super) fn add_share(
        &mut self,
        number: u32,
        month: Month,
        mark: Mark,
        amount: Amount,
    ) -> Option<()> {
        self.widen_to(amount.scale())?;
        let units = amount.units_at(self.scale)?;
        let (block, slot) = self.open(number, month)?;
        let slot = u16::try_from(slot).unwrap_or_default();
        let sum = block.sums.get_or_insert_default();
        let sum = sum.entry((slot, mark)).or_default();
        *sum = sum.checked_add(units)?;
        Some(())
    }

    /// Puts the values of another grid behind these, its first customer under the first number of a block.
    pub(super) fn append(&mut self, mut other: Grid, first: usize) -> Option<()> {
        self.widen_to(other.scale)?;
        other.widen_to(self.scale)?;
        if self.columns.len() < other.columns.len() {
            self.columns.resize_with(other.columns.len(), Vec::new);
        }
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            if !theirs.is_empty() {
                mine.resize_with(first / BLOCK, || None);
                mine.extend(theirs);
            }
        }
        Some(())
    }

    /// What stands in a cell, where anything does.
    #[inline]
    pub(super) fn mark(&self, number: u32, month: Month) -> Option<Mark> {
        let column = self.columns.get(column(month)?)?;
        let block = column.get(number as usize / BLOCK)?.as_ref()?;
        let mark = block.marks.get(number as usize % BLOCK);
        (mark != Mark::NOTHING).then_some(mark)
    }

    /// Puts a value into a cell, whatever stood there.
    pub(super) fn put(&mut self, number: u32, month: Month, mark: Mark) {
        // No month is out of reach that has rows.
        if let Some((block, slot)) = self.open(number, month) {
            block.marks.set(slot, mark);
        }
    }

    /// The months in which anything stands, or may.
    pub(super) fn months(&self) -> impl DoubleEndedIterator<Item = Month> {
        let last = (ORIGIN..).zip(&self.columns).last();
        let last = last.map_or(ORIGIN - 1, |(index, _)| index);
        let held = |index: &i32| {
            let column = usize::try_from(index - ORIGIN).unwrap_or_default();
            !self.columns[column].is_empty()
        };
        (ORIGIN..=last).filter(held).map(Month::from_index)
    }

    /// Every cell in which something stands, by month and number.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u32, Month, Mark)> {
        self.blocks().flat_map(|(month, first, block)| {
            let marks = (first..).zip(0..BLOCK);
            let marks = marks.map(|(number, slot)| (number, block.marks.get(slot)));
            let marks = marks.filter(|(_, mark)| *mark != Mark::NOTHING);
            marks.map(move |(number, mark)| (number, month, mark))
        })
    }

    /// What each value carries in the cells with several, by month, number and mark.
    pub(super) fn shares(&self) -> Vec<Share> {
        let mut shares = Vec::new();
        for (month, first, block) in self.blocks() {
            let start = shares.len();
            let sums = block.sums.iter().flat_map(|sums| sums.iter());
            shares.extend(sums.map(|((slot, mark), units)| Share {
                number: first + u32::from(*slot),
                month,
                mark: *mark,
                units: *units,
            }));
            shares[start..].sort_unstable_by_key(|share| (share.number, share.mark));
        }
        shares
    }

    /// Forgets what each value carries.
    pub(super) fn forget_shares(&mut self) {
        for block in self.columns.iter_mut().flatten().flatten() {
            block.sums = None;
        }
    }

    fn blocks(&self) -> impl Iterator<Item = (Month, u32, &Block)> {
        let months = (ORIGIN..).map(Month::from_index).zip(&self.columns);
        months.flat_map(|(month, column)| {
            let blocks = column.iter().zip((0..).step_by(BLOCK));
            blocks.filter_map(move |(block, first)| Some((month, first, block.as_ref()?)))
        })
    }

    #[inline]
    fn open(&mut self, number: u32, month: Month) -> Option<(&mut Block, usize)> {
        let (place, slot) = (number as usize / BLOCK, number as usize % BLOCK);
        let column = column(month).filter(|column| *column < COLUMNS_MAX)?;
        if self.columns.len() <= column {
            self.columns.resize_with(column + 1, Vec::new);
        }
        let blocks = &mut self.columns[column];
        if blocks.len() <= place {
            blocks.resize_with(place + 1, || None);
        }
        Some((blocks[place].get_or_insert_with(Block::new), slot))
    }

    fn widen_to(&mut self, scale: u8) -> Option<()> {
        if scale <= self.scale {
            return Some(());
        }
        let factor = 10_i128.pow(u32::from(scale - self.scale));
        let blocks = self.columns.iter_mut().flatten().flatten();
        let sums = blocks.filter_map(|block| block.sums.as_mut());
        for sum in sums.flat_map(|sums| sums.values_mut()) {
            *sum = sum.checked_mul(factor)?;
        }
        self.scale = scale;
        Some(())
    }
}

/// Which column a month is.
#[inline]
fn column(month: Month) -> Option<usize> {
    usize::try_from(month.index() - ORIGIN).ok()
}

impl Block {
    fn new() -> Block {
        Block {
            marks: Marks::Bytes(Box::new([0; BLOCK])),
            sums: None,
        }
    }
}

impl Marks {
    #[inline]
    fn get(&self, slot: usize) -> Mark {
        Mark(match self {
            Marks::Bytes(marks) => u32::from(marks[slot]),
            Marks::Shorts(marks) => u32::from(marks[slot]),
            Marks::Words(marks) => marks[slot],
        })
    }

    #[inline]
    fn set(&mut self, slot: usize, mark: Mark) {
        match (&mut *self, u8::try_from(mark.0), u16::try_from(mark.0)) {
            (Marks::Bytes(marks), Ok(mark), _) => marks[slot] = mark,
            (Marks::Shorts(marks), _, Ok(mark)) => marks[slot] = mark,
            (Marks::Words(marks), _, _) => marks[slot] = mark.0,
            (Marks::Bytes(_) | Marks::Shorts(_), _, _) => {
                self.widen();
                self.set(slot, mark);
            }
        }
    }

    #[cold]
    fn widen(&mut self) {
        let wider = match self {
            Marks::Bytes(marks) => Marks::Shorts(Box::new(marks.map(u16::from))),
            Marks::Shorts(marks) => Marks::Words(Box::new(marks.map(u32::from))),
            Marks::Words(_) => return,
        };
        *self = wider;
    }
}
