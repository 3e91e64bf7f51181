//! Rows from several threads into one ledger: customers are dealt out by the hash of their names, so that no
//! two parts know the same one and nothing is added up twice.

mod wide;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use wide::WideBatch;

use super::Part;
use super::attributes::{Mark, Values};
use super::build::{Layout, Numbers, Rows, Small};
use super::cells::Cells;
use super::intern::{Hashing, Interner, Recent, Sought};
use crate::policies::Duplicates;
use crate::units::Month;

/// How many parts there are for each thread: enough that two threads seldom want the same one.
const PARTS_A_THREAD: usize = 4;

/// How many rows are added up, or handed over, before a piece ends: few enough to stay in the caches.
const MUCH: usize = 256;

/// How many lists of rows may wait for the thread that a part is of.
const WAITING_MAX: usize = 8;

/// Parts of one ledger, each with customers of its own.
#[derive(Debug)]
pub struct Shards {
    parts: Vec<Mutex<Part>>,
    /// For each part, rows on their way to the thread that adds them up. Each part is of one thread, in whose caches it
    /// stays: what another one wrote is slow to read.
    waiting: Vec<Mutex<Vec<Rows>>>,
    threads: usize,
    /// How many threads have a batch.
    batches: AtomicUsize,
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
            waiting: (0..count).map(|_| Mutex::default()).collect(),
            threads: threads.max(1),
            batches: AtomicUsize::new(0),
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
            thread: self.batches.fetch_add(1, Ordering::Relaxed) % self.threads,
            rows: self.parts.iter().map(|_| Rows::default()).collect(),
            spare: Vec::new(),
            numbers: Numbers::default(),
            known: self.values.iter().map(|_| Known::default()).collect(),
            marks: Vec::new(),
            names: Vec::new(),
            numbered: Vec::new(),
            products: Products::default(),
            days: Vec::new(),
            has_new_days: false,
        }
    }

    /// All of them as one part, put together by so many threads.
    #[must_use]
    pub fn join(self, threads: usize) -> Option<Part> {
        let parts = self.parts.into_iter().zip(self.waiting);
        let mut parts: Vec<(Part, Vec<Rows>)> = parts
            .map(|(part, waiting)| {
                let waiting = waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
                let part = part.into_inner().unwrap_or_else(PoisonError::into_inner);
                (part, waiting)
            })
            .collect();
        let each = parts.len().div_ceil(threads.max(1)).max(1);
        let settle = |parts: &mut [(Part, Vec<Rows>)]| {
            for (part, waiting) in parts {
                for rows in std::mem::take(waiting) {
                    part.add_all(&rows, &mut Numbers::default());
                }
                part.settle_cells();
                part.give_block();
            }
        };
        std::thread::scope(|scope| {
            let mut shares = parts.chunks_mut(each);
            let mine = shares.next();
            for share in shares {
                scope.spawn(move || settle(share));
            }
            mine.into_iter().for_each(settle);
        });
        let parts = parts.into_iter().map(|(part, _)| part);
        let mut joined = Part::joined(parts.collect(), threads)?;
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
    /// The column of the month it counts in.
    pub column: u16,
    /// The day of its date, from 1; 0 if it has a label.
    pub day: u8,
    /// How much, and the decimals of it.
    pub units: (i64, u8),
    /// What for, where products are kept: where it starts and how many bytes it has.
    pub product: Option<(usize, usize)>,
}

impl ShortRow {
    /// The column of a month; `None` for one that no date reaches.
    #[must_use]
    pub fn column_of(month: Month) -> Option<u16> {
        u16::try_from(Cells::column_of(month)?).ok()
    }
}

/// Rows of one thread on their way, sorted by where they belong.
#[derive(Debug)]
pub struct Batch<'s> {
    shards: &'s Shards,
    /// Which of the threads it is.
    thread: usize,
    rows: Vec<Rows>,
    /// Lists without rows, to use their memory again.
    spare: Vec<Rows>,
    numbers: Numbers,
    known: Vec<Known>,
    /// What the rows at hand have in the columns beside the amounts, row by row.
    marks: Vec<Mark>,
    /// Their names, and the numbers of their products.
    names: Vec<Sought>,
    numbered: Vec<u32>,
    products: Products,
    /// The latest day of the dates of each column's month; 0 is none.
    days: Vec<u8>,
    has_new_days: bool,
}

/// The products that a thread has met, and their numbers for all threads.
#[derive(Debug, Default)]
struct Products {
    recent: Recent<u32>,
    values: Values,
    numbers: Vec<u32>,
}

impl Products {
    #[inline]
    fn number(&mut self, text: &[u8], product: (usize, usize), all: &Mutex<Interner>) -> u32 {
        let Products {
            recent,
            values,
            numbers,
        } = self;
        recent.get(text, product, || {
            let own = values.number_at(text, product) as usize;
            if let Some(number) = numbers.get(own) {
                return *number;
            }
            let number = held(all).intern_at(text, product);
            numbers.push(number);
            number
        })
    }
}

/// The values of a column that a thread has met, and their marks for all threads.
#[derive(Debug, Default)]
struct Known {
    recent: Recent<Mark>,
    values: Values,
    marks: Vec<Mark>,
}

impl Known {
    #[inline]
    fn mark(&mut self, text: &[u8], value: (usize, usize), all: &Mutex<Values>) -> Mark {
        let Known {
            recent,
            values,
            marks,
        } = self;
        recent.get(text, value, || {
            let Some(number) = values.mark_at(text, value).value() else {
                return Mark::VALUELESS;
            };
            if let Some(mark) = marks.get(number as usize) {
                return *mark;
            }
            let mark = held(all).mark_at(text, value);
            marks.push(mark);
            mark
        })
    }
}

impl Batch<'_> {
    /// Says what the next row has in a column beside the amounts; to be said of each, row by row and in their order.
    #[inline]
    pub fn mark(&mut self, column: usize, value: &str) {
        self.mark_at(column, value.as_bytes(), (0, value.len()));
    }

    /// The same of a value that stands in a text: where it starts and how many bytes it has.
    #[inline]
    pub fn mark_at(&mut self, column: usize, text: &[u8], value: (usize, usize)) {
        debug_assert_eq!(
            column,
            self.marks.len() % self.known.len(),
            "columns come in order"
        );
        let mark = self.known[column].mark(text, value, &self.shards.values[column]);
        self.marks.push(mark);
    }

    /// Adds rows whose names stand in `text`. Their days are to be [noted](Batch::note_day) too.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what rows say is read where it lies")]
    pub fn add_all(&mut self, text: &[u8], rows: impl Iterator<Item = ShortRow> + Clone) {
        let Batch {
            shards,
            names,
            numbered,
            products,
            ..
        } = self;
        let hashing = &shards.hashing;
        names.clear();
        names.extend(
            rows.clone()
                .map(|ShortRow { name, .. }| hashing.seek(text, name.0, name.1)),
        );
        numbered.clear();
        numbered.extend(rows.clone().map(|row| {
            let product = row.product;
            product.map_or(0, |product| {
                products.number(text, product, &shards.products)
            })
        }));
        let mut marks = self.marks.chunks_exact(self.known.len().max(1));
        for ((row, name), product) in rows.zip(&self.names).zip(&self.numbered) {
            let part = &mut self.rows[shard(name, self.shards.parts.len())];
            part.marks
                .extend_from_slice(marks.next().unwrap_or_default());
            let small = |name| Small {
                name,
                units: row.units.0,
                column: row.column,
                day: row.day,
                scale: row.units.1,
                product: *product,
            };
            if name.is_long() {
                let (start, length) = row.name;
                let name = part.keep_long(name.hash(), &text[start..start + length]);
                part.list.push(small(name));
            } else {
                part.list.push(small(*name));
            }
        }
        self.marks.clear();
    }

    /// Notes a day of the month of a column, 0 for none; true if it is later than all that were noted of it.
    #[inline]
    pub fn note_day(&mut self, column: u16, day: u8) -> bool {
        let known = self.days.get(usize::from(column));
        let is_later = known.is_none_or(|known| *known < day);
        if is_later {
            self.note_later_day(column.into(), day);
        }
        is_later
    }

    #[cold]
    fn note_later_day(&mut self, column: usize, day: u8) {
        if self.days.len() <= column {
            self.days.resize(column + 1, 0);
        }
        self.days[column] = day;
        self.has_new_days = true;
    }

    /// Adds up what was collected for the parts of this thread, by it and by others, where it is much, and hands much over.
    #[inline]
    pub fn send_much(&mut self) {
        self.send_from(MUCH);
    }

    /// The same of all there is.
    pub fn send(&mut self) {
        self.send_from(0);
    }

    fn send_from(&mut self, least: usize) {
        let shards = self.shards;
        if std::mem::take(&mut self.has_new_days) {
            held(&shards.parts[0]).note_latest_days(&self.days);
        }
        for (number, (part, waiting)) in shards.parts.iter().zip(&shards.waiting).enumerate() {
            let is_mine = number % shards.threads == self.thread;
            let count = self.rows[number].list.len();
            if count < least || (!is_mine && count == 0) {
                continue;
            }
            let mut rows = std::mem::take(&mut self.rows[number]);
            if !is_mine {
                let mut waiting = held(waiting);
                if waiting.len() < WAITING_MAX {
                    waiting.push(rows);
                    self.rows[number] = self.spare.pop().unwrap_or_default();
                    continue;
                }
            }
            // A part whose thread is behind is no longer left to it.
            let others = std::mem::take(&mut *held(waiting));
            let mut part = held(part);
            part.add_all(&rows, &mut self.numbers);
            for mut rows in others {
                part.add_all(&rows, &mut self.numbers);
                // Two threads seldom hand over as much as they get: what is too much would grow with the file.
                if self.spare.len() < shards.parts.len() {
                    rows.clear();
                    self.spare.push(rows);
                }
            }
            rows.clear();
            self.rows[number] = rows;
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Which part a name belongs to, by bits of its hash that its place in a table is not made from.
#[inline]
fn shard(name: &Sought, count: usize) -> usize {
    (name.hash() >> 26) as usize & (count - 1)
}
