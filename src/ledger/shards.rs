//! Rows from several threads into one ledger: customers are dealt out by the hash of their names, so that no
//! two parts know the same one and nothing is added up twice.

mod wide;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use wide::WideBatch;

use super::Part;
use super::attributes::{Mark, Values};
use super::build::{Layout, Rows, Small};
use super::cells::Cells;
use super::intern::{Hashing, Interner, Sought};
use crate::policies::Duplicates;
use crate::units::Month;

/// How many parts there are for each thread: enough that two threads seldom want the same one.
const PARTS_A_THREAD: usize = 4;

/// Parts of one ledger, each with customers of its own.
#[derive(Debug)]
pub struct Shards {
    parts: Vec<Mutex<Part>>,
    hashing: Hashing,
    /// The values of the columns beside the amounts, numbered for all parts alike.
    values: Vec<Mutex<Values>>,
    /// The products, numbered likewise.
    products: Mutex<Interner>,
}

impl Shards {
    /// Parts without rows for so many threads.
    #[must_use]
    pub fn new(threads: usize, duplicates: Duplicates, layout: Layout) -> Shards {
        let hashing = Hashing::default();
        let count = match threads {
            0 | 1 => 1,
            threads => (threads * PARTS_A_THREAD).next_power_of_two(),
        };
        let part = || Mutex::new(Part::hashing_as(duplicates, layout, hashing));
        Shards {
            parts: (0..count).map(|_| part()).collect(),
            hashing,
            values: (0..layout.attributes + layout.parents)
                .map(|_| Mutex::default())
                .collect(),
            products: Mutex::default(),
        }
    }

    /// A thread's place to collect rows in.
    #[must_use]
    pub fn batch(&self) -> Batch<'_> {
        Batch {
            shards: self,
            rows: self.parts.iter().map(|_| Rows::default()).collect(),
            numbers: Vec::new(),
            first: 0,
            known: self.values.iter().map(|_| Known::default()).collect(),
            marks: Vec::new(),
            products: Products::default(),
        }
    }

    /// All of them as one part.
    #[must_use]
    pub fn join(self) -> Option<Part> {
        let parts = self.parts.into_iter();
        let mut parts = parts.map(|part| {
            let mut part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
            part.give_block();
            part
        });
        let mut joined = parts.next()?;
        for part in parts {
            joined.append(part);
        }
        let values = self.values.into_iter();
        let values = values.map(|one| one.into_inner().unwrap_or_else(PoisonError::into_inner));
        let products = self.products.into_inner();
        joined.name_values(products.unwrap_or_else(PoisonError::into_inner), values);
        Some(joined)
    }
}

/// A row whose customer's name stands in a text.
#[derive(Clone, Copy, Debug)]
pub struct ShortRow {
    /// Where its name starts and how many bytes it has.
    pub name: (usize, usize),
    /// The month it counts in.
    pub month: Month,
    /// The day of its date, from 1; 0 if it has a label.
    pub day: u8,
    /// How much, and the decimals of it.
    pub units: (i64, u8),
    /// What for, where products are kept: where it starts and how many bytes it has.
    pub product: Option<(usize, usize)>,
}

/// Rows of one thread on their way, sorted by where they belong.
#[derive(Debug)]
pub struct Batch<'s> {
    shards: &'s Shards,
    rows: Vec<Rows>,
    numbers: Vec<u32>,
    /// The part to begin with, another one each time: threads spread out.
    first: usize,
    known: Vec<Known>,
    /// What the row at hand has in the columns beside the amounts.
    marks: Vec<Mark>,
    products: Products,
}

/// The products that a thread has met, and their numbers for all threads.
#[derive(Debug, Default)]
struct Products {
    values: Values,
    numbers: Vec<u32>,
}

impl Products {
    #[inline]
    fn number(&mut self, product: &str, all: &Mutex<Interner>) -> u32 {
        let own = self.values.number(product) as usize;
        if let Some(number) = self.numbers.get(own) {
            return *number;
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let number = all.intern(product);
        self.numbers.push(number);
        number
    }
}

/// The values of a column that a thread has met, and their marks for all threads.
#[derive(Debug, Default)]
struct Known {
    values: Values,
    marks: Vec<Mark>,
}

impl Known {
    #[inline]
    fn mark(&mut self, value: &str, all: &Mutex<Values>) -> Mark {
        let Some(number) = self.values.mark(value).value() else {
            return Mark::VALUELESS;
        };
        if let Some(mark) = self.marks.get(number as usize) {
            return *mark;
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let mark = all.mark(value);
        self.marks.push(mark);
        mark
    }
}

impl Batch<'_> {
    /// Says what the next row has in a column beside the amounts; to be said of each, in their order.
    #[inline]
    pub fn mark(&mut self, value: &str) {
        let column = self.marks.len();
        let mark = self.known[column].mark(value, &self.shards.values[column]);
        self.marks.push(mark);
    }

    /// Adds a row whose name stands in `text`.
    #[inline]
    pub fn add(&mut self, text: &[u8], row: &ShortRow) {
        let Some(column) =
            Cells::column_of(row.month).and_then(|column| u16::try_from(column).ok())
        else {
            debug_assert!(false, "no date is read outside 1990 to 2100");
            return;
        };
        let name = self.shards.hashing.seek(text, row.name.0, row.name.1);
        let product = row.product.map_or(0, |(start, length)| {
            let product = std::str::from_utf8(&text[start..start + length]);
            let all = &self.shards.products;
            self.products.number(product.unwrap_or_default(), all)
        });
        let rows = &mut self.rows;
        let part = shard(&name, rows.len());
        rows[part].marks.append(&mut self.marks);
        rows[part].rows.push(Small {
            name,
            units: row.units.0,
            column,
            day: row.day,
            scale: row.units.1,
            product,
        });
    }

    /// Adds up what was collected; every name of it stands in `text`.
    pub fn send(&mut self, text: &[u8]) {
        let count = self.rows.len();
        self.first += 1;
        let order = || (0..count).map(|number| (number + self.first) % count);
        // The free ones first: no thread waits while it has something to do.
        let mut busy = Vec::new();
        for number in order() {
            match self.shards.parts[number].try_lock() {
                Ok(part) => take(part, &mut self.rows[number], text, &mut self.numbers),
                Err(_) => busy.push(number),
            }
        }
        for number in busy {
            let part = self.shards.parts[number].lock();
            let part = part.unwrap_or_else(PoisonError::into_inner);
            take(part, &mut self.rows[number], text, &mut self.numbers);
        }
    }
}

fn take(mut part: MutexGuard<'_, Part>, rows: &mut Rows, text: &[u8], numbers: &mut Vec<u32>) {
    part.add_all(rows, text, numbers);
    rows.clear();
}

/// Which part a name belongs to, by bits of its hash that its place in a table is not made from.
#[inline]
fn shard(name: &Sought, count: usize) -> usize {
    (name.hash() >> 26) as usize & (count - 1)
}
