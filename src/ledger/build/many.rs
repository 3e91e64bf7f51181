//! Many rows at once, and parts that know no customer of each other put together: what threads do.

use super::super::attributes::{Mark, Values};
use super::super::cells::{Cells, Overflow};
use super::super::intern::Sought;
use super::{Part, Sides};
use crate::units::Amount;

/// A row by its customer's name in a text, with an amount of 64 bits.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Small {
    pub(in crate::ledger) name: Sought,
    pub(in crate::ledger) units: i64,
    /// The column of its month.
    pub(in crate::ledger) column: u16,
    pub(in crate::ledger) day: u8,
    pub(in crate::ledger) scale: u8,
}

/// Rows that count.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Rows {
    pub(in crate::ledger) rows: Vec<Small>,
    /// What each has in the columns beside the amounts, row by row.
    pub(in crate::ledger) marks: Vec<Mark>,
}

impl Rows {
    pub(in crate::ledger) fn clear(&mut self) {
        self.rows.clear();
        self.marks.clear();
    }
}

impl Part {
    /// Adds many rows, the names of which stand in one text; only where rows of one key are added up.
    pub(in crate::ledger) fn add_all(&mut self, rows: &Rows, text: &[u8], numbers: &mut Vec<u32>) {
        let scale = rows.rows.iter().map(|row| row.scale).max().unwrap_or(0);
        self.overflows |= self.cells.widen_to(scale).is_err();
        let names = rows.rows.iter().map(|row| &row.name);
        self.customers.number_all(names, text, numbers);
        let inside = Sides {
            inside: true,
            ..Sides::default()
        };
        self.sides.resize(self.customers.len(), inside);
        let mut marks = rows.marks.chunks_exact(self.attributes.len().max(1));
        for (row, number) in rows.rows.iter().zip(numbers) {
            let held = self.add_small(row, *number, marks.next().unwrap_or_default());
            self.overflows |= held.is_none();
            if row.day > 0 {
                let column = usize::from(row.column);
                self.cells.note_day_at(*number, column, row.day);
                self.coverage.note_day(Cells::month_of(column), row.day);
            }
            self.negatives += u64::from(row.units < 0);
        }
    }

    /// Adds a row to the cell of its customer; `None` where 128 bits do not hold a sum.
    #[inline]
    fn add_small(&mut self, row: &Small, number: u32, marks: &[Mark]) -> Option<()> {
        let (column, amount) = (usize::from(row.column), Amount::new(row.units.into(), row.scale));
        let scale = self.cells.scale();
        let units = if row.scale == scale {
            Some(row.units)
        } else {
            amount.units_at(scale).and_then(|units| i64::try_from(units).ok())
        };
        let sum = match units {
            Some(units) => self.cells.add_small(number, column, units).ok()?,
            None => self.cells.add_large(number, column, amount).ok()?,
        };
        let month = Cells::month_of(column);
        for (draft, mark) in self.attributes.iter_mut().zip(marks) {
            // What stood there before this row was added, both at the scale of the grid.
            let before = || Amount::new(sum - amount.units_at(scale).unwrap_or_default(), scale);
            draft.add_marked((number, month), *mark, amount, before)?;
        }
        Some(())
    }

    /// Puts another part behind this one. No customer may be in both, and marks of values have to mean the same.
    pub(in crate::ledger) fn append(&mut self, other: Part) {
        let first = self.customers.len().next_multiple_of(Cells::BLOCK);
        self.customers.append(other.customers, first);
        self.sides.resize(first, Sides::default());
        self.sides.extend(other.sides);
        let mut held = self.cells.append(other.cells, first / Cells::BLOCK);
        for (mine, theirs) in self.attributes.iter_mut().zip(other.attributes) {
            held = held.and(mine.append(theirs, first).ok_or(Overflow));
        }
        self.overflows |= other.overflows | held.is_err();
        self.negatives += other.negatives;
        self.coverage.merge(other.coverage);
    }

    /// Says what the marks of each column beside the amounts stand for.
    pub(in crate::ledger) fn name_values(&mut self, columns: impl Iterator<Item = Values>) {
        for (draft, values) in self.attributes.iter_mut().zip(columns) {
            draft.name_values(values);
        }
    }
}
