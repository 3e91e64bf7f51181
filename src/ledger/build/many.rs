//! Many rows at once, and parts that know no customer of each other put together: what threads do.

use std::ops::Range;

use super::super::attributes::{Mark, Values};
use super::super::cells::{Cells, Overflow};
use super::super::intern::{Interner, Sought};
use super::super::parts::in_two;
use super::super::units::Units;
use super::{Part, Sides};
use crate::units::Amount;

/// A row by its customer's name, with an amount of 64 bits.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Small {
    pub(in crate::ledger) name: Sought,
    pub(in crate::ledger) units: i64,
    /// The column of its month.
    pub(in crate::ledger) column: u16,
    pub(in crate::ledger) day: u8,
    pub(in crate::ledger) scale: u8,
    /// The number of its product, where products are kept.
    pub(in crate::ledger) product: u32,
}

/// Rows that count.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Rows {
    pub(in crate::ledger) list: Vec<Small>,
    /// What each has in the columns beside the amounts, row by row.
    pub(in crate::ledger) marks: Vec<Mark>,
    /// The names that are too long for a place of their own, one after the other.
    names: Vec<u8>,
}

impl Rows {
    pub(in crate::ledger) fn clear(&mut self) {
        self.list.clear();
        self.marks.clear();
        self.names.clear();
    }

    /// Keeps a name that has no place of its own.
    pub(in crate::ledger) fn keep_long(&mut self, hash: u64, name: &[u8]) -> Sought {
        let start = self.names.len();
        self.names.extend_from_slice(name);
        Sought::standing_at(start, name.len(), hash)
    }
}

/// How many rows are added together: what is read for all of them before any is added stays in the nearest caches.
const AT_ONCE: usize = 128;

/// The numbers of the customers of some rows, and of their units, in memory that is used again.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Numbers {
    customers: Vec<u32>,
    units: Vec<u32>,
}

/// Rows with the numbers of their customers and of their units, which are their customers' where products are not kept.
struct Numbered<'r> {
    rows: &'r [Small],
    marks: &'r [Mark],
    customers: &'r [u32],
    units: &'r [u32],
}

impl Part {
    /// Adds many rows; only where rows of one key are added up.
    pub(in crate::ledger) fn add_all<'r>(&mut self, rows: &'r Rows, numbers: &mut Numbers) {
        let scale = rows.list.iter().map(|row| row.scale).max().unwrap_or(0);
        self.overflows |= self.cells.widen_to(scale).is_err();
        if self.layout.by_product {
            self.overflows |= self.unit_cells.widen_to(scale).is_err();
        }
        let mut marks = rows.marks.chunks(AT_ONCE * self.attributes.len().max(1));
        let mut chunks = rows.list.chunks(AT_ONCE).peekable();
        let names = |rows: &&'r [Small]| rows.iter().map(|row| &row.name);
        self.customers
            .bring_near(chunks.peek().into_iter().flat_map(names));
        while let Some(some) = chunks.next() {
            // What the next ones need is on its way while these are added.
            self.customers
                .bring_near(chunks.peek().into_iter().flat_map(names));
            let marks = marks.next().unwrap_or_default();
            self.add_some(some, marks, &rows.names, numbers);
        }
    }

    fn add_some(&mut self, rows: &[Small], marks: &[Mark], names: &[u8], numbers: &mut Numbers) {
        let Numbers { customers, units } = numbers;
        let sought = rows.iter().map(|row| &row.name);
        self.customers.number_all(sought, names, customers);
        let inside = Sides {
            inside: true,
            ..Sides::default()
        };
        self.sides.resize(self.customers.len(), inside);
        bring_near(&self.cells, rows, customers);
        self.negatives += rows.iter().filter(|row| row.units < 0).count() as u64;
        units.clear();
        if self.layout.by_product {
            let numbered = rows.iter().zip(customers.iter());
            for (row, number) in numbered.clone() {
                self.units.bring_near(*number, row.product);
            }
            units.extend(numbered.map(|(row, number)| self.units.number(*number, row.product)));
            bring_near(&self.unit_cells, rows, units);
        }
        let numbered = Numbered {
            rows,
            marks,
            customers,
            units: if self.layout.by_product {
                units
            } else {
                customers
            },
        };
        if self.attributes.is_empty() {
            self.add_run(&numbered, 0..rows.len());
        } else {
            self.add_valued(&numbered);
        }
    }

    /// Adds rows with values. As long as each cell has one value, as nearly all have, values and amounts need nothing of
    /// each other.
    fn add_valued(&mut self, numbered: &Numbered<'_>) {
        let mut first = 0;
        while first < numbered.rows.len() {
            let mut run = first..numbered.rows.len();
            let end = run.position(|number| !self.settles(numbered, number));
            let end = end.map_or(numbered.rows.len(), |length| first + length);
            self.add_run(numbered, first..end);
            if end < numbered.rows.len() {
                let held = self.add_small(numbered, end);
                self.overflows |= held.is_none();
            }
            first = end + 1;
        }
    }

    /// True if the values of a row are those that its cells have, or the first ones that they get.
    #[inline]
    fn settles(&mut self, numbered: &Numbered<'_>, number: usize) -> bool {
        let month = Cells::month_of(numbered.rows[number].column.into());
        let (unit, customer) = (numbered.units[number], numbered.customers[number]);
        let columns = self.attributes.len();
        let marks = &numbered.marks[number * columns..][..columns];
        let mut columns = self.attributes.iter_mut().zip(marks).enumerate();
        columns.all(|(index, (draft, mark))| {
            let whose = self.layout.attribute_by(index, unit, customer);
            draft.settle((whose, month), *mark)
        })
    }

    /// Adds the amounts of some rows.
    #[inline]
    fn add_run(&mut self, numbered: &Numbered<'_>, run: Range<usize>) {
        let rows = &numbered.rows[run.clone()];
        let customers = &numbered.customers[run.clone()];
        let mut held = add_each(&mut self.cells, rows, customers, |row| row.day);
        if self.layout.by_product {
            held &= add_each(&mut self.unit_cells, rows, &numbered.units[run], |_| 0);
        }
        self.overflows |= !held;
    }

    /// Notes the latest days of the dates of months, from the first column on; 0 is none.
    pub(in crate::ledger) fn note_latest_days(&mut self, days: &[u8]) {
        for (column, day) in days.iter().enumerate() {
            self.coverage.note_day(Cells::month_of(column), *day);
        }
    }

    /// Ends the adding of many rows: only now may anything be asked.
    pub(in crate::ledger) fn settle_cells(&mut self) {
        self.cells.settle();
        self.unit_cells.settle();
    }

    /// Adds a row to the cell of its customer, and to that of its product where those are kept; `None` where 128 bits
    /// do not hold a sum.
    #[inline(never)]
    fn add_small(&mut self, numbered: &Numbered<'_>, row: usize) -> Option<()> {
        let (number, unit) = (numbered.customers[row], numbered.units[row]);
        let columns = self.attributes.len();
        let marks = &numbered.marks[row * columns..][..columns];
        let row = &numbered.rows[row];
        let (column, amount) = (
            usize::from(row.column),
            Amount::new(row.units.into(), row.scale),
        );
        let sum = add(&mut self.cells, number, column, row, row.day)?;
        let unit_sum = if self.layout.by_product {
            add(&mut self.unit_cells, unit, column, row, 0)?
        } else {
            sum
        };
        let (month, layout) = (Cells::month_of(column), self.layout);
        let of_unit = (unit, unit_sum, self.unit_cells.scale());
        let of_customer = (number, sum, self.cells.scale());
        for (index, (draft, mark)) in self.attributes.iter_mut().zip(marks).enumerate() {
            let (whose, sum, scale) = layout.attribute_by(index, of_unit, of_customer);
            // What stood there before this row was added, both at the scale of the grid.
            let before = || Amount::new(sum - amount.units_at(scale).unwrap_or_default(), scale);
            draft.add_marked((whose, month), *mark, amount, before)?;
        }
        Some(())
    }

    /// Parts as one, put behind each other by two of the threads; `None` of none. No customer may be in two, and products
    /// and marks of values have to mean the same.
    pub(in crate::ledger) fn joined(mut parts: Vec<Part>, threads: usize) -> Option<Part> {
        let (firsts, count) = firsts(parts.iter().map(|part| part.customers.len()));
        let (first_units, unit_count) = self::firsts(parts.iter().map(|part| part.units.len()));
        let units = parts.iter_mut().map(|part| {
            let cells = std::mem::take(&mut part.unit_cells);
            (std::mem::take(&mut part.units), cells)
        });
        let units: Vec<(Units, Cells)> = units.collect();
        let mut parts = parts.into_iter();
        let mut joined = parts.next()?;
        let by_product = joined.layout.by_product;
        let places = || firsts.iter().zip(&first_units).skip(1);
        let join_units = || {
            let mut units = units.into_iter();
            let (mut all, mut cells) = units.next().unwrap_or_default();
            all.reserve(count, unit_count);
            let mut held = Ok(());
            for ((other, others), (customer, first)) in units.zip(places()) {
                all.append(other, number(*customer), number(*first));
                held = held.and(cells.append(others, first / Cells::BLOCK));
            }
            (all, cells, held)
        };
        let (units, ()) = in_two(
            threads,
            || by_product.then(join_units),
            || {
                joined.customers.reserve(count);
                joined.sides.reserve(count);
                for (other, (first, first_unit)) in parts.zip(places()) {
                    joined.append(other, *first, *first_unit);
                }
            },
        );
        if let Some((units, cells, held)) = units {
            (joined.units, joined.unit_cells) = (units, cells);
            joined.overflows |= held.is_err();
        }
        Some(joined)
    }

    /// Puts another part but for its units behind this one: its customers and units start with these numbers.
    fn append(&mut self, other: Part, first: usize, first_unit: usize) {
        self.customers.append(other.customers, first);
        self.sides.resize(first, Sides::default());
        self.sides.extend(other.sides);
        let mut held = self.cells.append(other.cells, first / Cells::BLOCK);
        for (index, (mine, theirs)) in self.attributes.iter_mut().zip(other.attributes).enumerate()
        {
            let first = self.layout.attribute_by(index, first_unit, first);
            held = held.and(mine.append(theirs, first).ok_or(Overflow));
        }
        self.overflows |= other.overflows | held.is_err();
        self.negatives += other.negatives;
        self.coverage.merge(other.coverage);
    }

    /// Says what the numbers of products and the marks of each column beside the amounts stand for.
    pub(in crate::ledger) fn name_values(
        &mut self,
        products: Interner,
        columns: impl Iterator<Item = Values>,
    ) {
        self.products = products;
        for (draft, values) in self.attributes.iter_mut().zip(columns) {
            draft.name_values(values);
        }
    }
}

/// Where the numbers of parts start that stand behind each other, each at the start of a block, and where the last one ends; given
/// how many each has.
fn firsts(counts: impl Iterator<Item = usize>) -> (Vec<usize>, usize) {
    let mut end: usize = 0;
    let firsts = counts.map(|count| {
        let first = end.next_multiple_of(Cells::BLOCK);
        end = first + count;
        first
    });
    let firsts = firsts.collect();
    (firsts, end)
}

/// A number as they are kept.
fn number(number: usize) -> u32 {
    u32::try_from(number).expect("fewer than 2^32 numbers")
}

/// Asks for the cells of rows before any is added to.
fn bring_near(cells: &Cells, rows: &[Small], numbers: &[u32]) {
    for (row, number) in rows.iter().zip(numbers) {
        cells.bring_near(*number, usize::from(row.column));
    }
}

/// Adds rows to the cells of their numbers, as far as there are numbers; false if 128 bits do not hold a sum.
#[inline]
fn add_each(
    cells: &mut Cells,
    rows: &[Small],
    numbers: &[u32],
    day: impl Fn(&Small) -> u8,
) -> bool {
    let scale = cells.scale();
    let mut are_held = true;
    for (row, number) in rows.iter().zip(numbers) {
        let (column, day) = (row.column.into(), day(row));
        are_held &= if row.scale == scale {
            cells.add_dated(*number, column, row.units, day).is_ok()
        } else {
            add(cells, *number, column, row, day).is_some()
        };
    }
    are_held
}

/// Adds a row to a cell of a grid with at least its decimals, notes the day of its date, and gives the sum.
#[inline]
fn add(cells: &mut Cells, number: u32, column: usize, row: &Small, day: u8) -> Option<i128> {
    let scale = cells.scale();
    let amount = || Amount::new(row.units.into(), row.scale);
    let units = if row.scale == scale {
        Some(row.units)
    } else {
        let units = amount().units_at(scale);
        units.and_then(|units| i64::try_from(units).ok())
    };
    if let Some(units) = units {
        return cells.add_dated(number, column, units, day).ok();
    }
    let sum = cells.add_large(number, column, amount()).ok()?;
    cells.note_day_at(number, column, day);
    Some(sum)
}
