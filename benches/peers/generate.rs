//! Revenue rows for measuring, the same ones every time.
//!
//! ```text
//! generate --rows N --out FILE [--customers C] [--months 60] [--seed 1] [--order month|shuffled|customer]
//!          [--id short|long|int] [--quoted PERCENT] [--quote-all] [--decimal comma] [--crlf] [--shape long|wide]
//! ```
//!
//! Rows, customers, months and seed fix which rows there are; the other flags only change where they stand and how
//! they are written. A customer has a segment, a billing day, a first month and a monthly price that grows, shrinks,
//! ends and sometimes returns. Each of its months is split into line items, about 1.5 where nothing else is asked for,
//! a few of them credits, which add up to the price: no month is negative. Nothing is kept but the customer-months, so 50 million rows take half a gigabyte.
#![expect(
    clippy::disallowed_methods,
    reason = "it writes the file it was asked for"
)]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

const SEGMENTS: [&str; 3] = ["smb", "mid-market", "enterprise"];
const PRODUCTS: [&str; 6] = ["core", "analytics", "seats", "storage", "support", "api"];
const FIRST_YEAR: u32 = 2020;
const DAYS: u32 = 28;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Order {
    Month,
    Shuffled,
    Customer,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Id {
    Short,
    Long,
    Int,
}

#[derive(Clone, Debug)]
struct Wanted {
    rows: u64,
    customers: u64,
    months: u32,
    seed: u64,
    order: Order,
    id: Id,
    /// How many rows of a hundred have a product with a delimiter in it, and so in quotes.
    quoted: u64,
    is_quoted_throughout: bool,
    /// The decimal mark; a comma makes the delimiter a semicolon.
    decimal: char,
    is_crlf: bool,
    is_wide: bool,
    out: String,
}

impl Wanted {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Wanted, String> {
        let mut wanted = Wanted {
            rows: 1_000_000,
            customers: 0,
            months: 60,
            seed: 1,
            order: Order::Month,
            id: Id::Short,
            quoted: 5,
            is_quoted_throughout: false,
            decimal: '.',
            is_crlf: false,
            is_wide: false,
            out: String::new(),
        };
        while let Some(flag) = words.next() {
            match flag.as_str() {
                "--quote-all" => wanted.is_quoted_throughout = true,
                "--crlf" => wanted.is_crlf = true,
                _ => {
                    let value = words.next().ok_or(format!("{flag} needs a value"))?;
                    wanted.set(&flag, value)?;
                }
            }
        }
        if wanted.customers == 0 {
            wanted.customers = (wanted.rows / 32).max(1);
        }
        if wanted.out.is_empty() {
            return Err("--out names no file".to_owned());
        }
        Ok(wanted)
    }

    fn set(&mut self, flag: &str, value: String) -> Result<(), String> {
        let number = || {
            let digits = value.replace('_', "");
            digits
                .parse::<u64>()
                .map_err(|_| format!("`{value}` is no number"))
        };
        let unknown = || Err(format!("{flag} knows no `{value}`"));
        match flag {
            "--rows" => self.rows = number()?,
            "--customers" => self.customers = number()?,
            "--months" => self.months = u32::try_from(number()?).map_err(|e| e.to_string())?,
            "--seed" => self.seed = number()?,
            "--quoted" => self.quoted = number()?,
            "--order" => match value.as_str() {
                "month" => self.order = Order::Month,
                "shuffled" => self.order = Order::Shuffled,
                "customer" => self.order = Order::Customer,
                _ => return unknown(),
            },
            "--id" => match value.as_str() {
                "short" => self.id = Id::Short,
                "long" => self.id = Id::Long,
                "int" => self.id = Id::Int,
                _ => return unknown(),
            },
            "--decimal" => match value.as_str() {
                "comma" => self.decimal = ',',
                "point" => self.decimal = '.',
                _ => return unknown(),
            },
            "--shape" => match value.as_str() {
                "long" => self.is_wide = false,
                "wide" => self.is_wide = true,
                _ => return unknown(),
            },
            "--out" => self.out = value,
            _ => return Err(format!("there is no {flag}")),
        }
        Ok(())
    }
}

/// Murmur's finalizer: a bijection of 64 bits that looks like chance.
fn scrambled(mut word: u64) -> u64 {
    word ^= word >> 33;
    word = word.wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    word ^= word >> 33;
    word = word.wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    word ^ (word >> 33)
}

/// A stream of numbers that depends on its key alone.
struct Draws(u64);

impl Draws {
    fn keyed(seed: u64, key: u64) -> Draws {
        Draws(scrambled(
            scrambled(seed.wrapping_add(0x1234_5678_9ABC_DEF1)) ^ key,
        ))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0xD1B5_4A32_D192_ED03);
        (scrambled(self.0) >> 16) % end
    }

    fn between(&mut self, low: u64, high: u64) -> i64 {
        (low + self.below(high - low)).cast_signed()
    }
}

/// What one customer pays in one month, in cents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Cell {
    customer: u32,
    month: u16,
    cents: i64,
}

#[derive(Clone, Copy)]
struct Customer {
    segment: u8,
    day: u8,
}

struct Book {
    customers: Vec<Customer>,
    /// In order of customers, then of months.
    cells: Vec<Cell>,
}

impl Book {
    fn simulated(wanted: &Wanted) -> Book {
        let mut book = Book {
            customers: Vec::new(),
            cells: Vec::new(),
        };
        for customer in 0..u32::try_from(wanted.customers).unwrap_or(u32::MAX) {
            let mut draws = Draws::keyed(wanted.seed, u64::from(customer));
            let (segment, low, high, leaving) = match draws.below(20) {
                0..=14 => (0, 2_000, 40_000, 30),
                15..=18 => (1, 40_000, 400_000, 15),
                _ => (2, 400_000, 6_000_000, 8),
            };
            let day = 1 + u8::try_from(draws.below(DAYS.into())).unwrap_or(0);
            book.customers.push(Customer { segment, day });
            // The later of two draws for most: a book that grows.
            let months = u64::from(wanted.months);
            let (one, other) = (draws.below(months), draws.below(months));
            let first = match draws.below(10) {
                0 | 1 => 0,
                2 | 3 => one,
                _ => one.max(other),
            };
            let mut price = draws.between(low, high);
            let mut is_active = true;
            for month in first..months {
                match (is_active, draws.below(1_000)) {
                    (true, draw) if month > first && draw < leaving => is_active = false,
                    (true, 900..=939) => price += price * draws.between(3, 40) / 100,
                    (true, 940..=959) => price -= price * draws.between(3, 40) / 100,
                    (false, 0..=19) => is_active = true,
                    _ => {}
                }
                if is_active {
                    book.cells.push(Cell {
                        customer,
                        month: u16::try_from(month).unwrap_or(u16::MAX),
                        cents: price.max(100),
                    });
                }
            }
        }
        book
    }

    /// The rows of a customer-month, as numbers of rows: each gets its share of all of them, to the row.
    fn rows_of(&self, cell: u64, rows: u64) -> std::ops::Range<u64> {
        let cells = self.cells.len() as u128;
        let until = |cell: u64| {
            let share = u128::from(cell) * u128::from(rows) / cells;
            u64::try_from(share).unwrap_or(u64::MAX)
        };
        until(cell)..until(cell + 1)
    }

    /// The customer-month that a row belongs to.
    fn cell_of(&self, row: u64, rows: u64) -> u64 {
        let cells = self.cells.len() as u128;
        let above = ((u128::from(row) + 1) * cells).div_ceil(u128::from(rows));
        u64::try_from(above).unwrap_or(u64::MAX) - 1
    }

    /// Customer-months as they are billed: by month, by day, then by customer.
    fn billed(&self, months: u32) -> Vec<u32> {
        let key = |cell: &Cell| {
            let day = self.customers[cell.customer as usize].day - 1;
            usize::from(cell.month) * DAYS as usize + usize::from(day)
        };
        let mut ends = vec![0_u32; (months * DAYS) as usize + 1];
        for cell in &self.cells {
            ends[key(cell) + 1] += 1;
        }
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        let mut order = vec![0; self.cells.len()];
        for (number, cell) in (0..).zip(&self.cells) {
            let place = &mut ends[key(cell)];
            order[*place as usize] = number;
            *place += 1;
        }
        order
    }
}

/// The amount of one line item of `items`. Each lends the next one something, the last the first, so they add up
/// to the month's; in three months of a hundred the first is a credit.
fn item(cents: i64, cell: u64, number: u64, items: u64, seed: u64) -> i64 {
    if items == 1 {
        return cents;
    }
    let count = items.cast_signed();
    let share = |number: u64| {
        let number = number.cast_signed();
        cents * (number + 1) / count - cents * number / count
    };
    let lent = |number: u64| {
        let most = (cents / count / 3).max(1).cast_unsigned();
        Draws::keyed(seed ^ 0x1E4D, cell * 64 + number % items)
            .below(most)
            .cast_signed()
    };
    let plain = |number: u64| share(number) + lent(number) - lent(number + 1);
    let has_credit = Draws::keyed(seed ^ 0xC4ED, cell).below(100) < 3;
    let moved = plain(0) + cents / 40 + 1;
    match number {
        0 if has_credit => plain(0) - moved,
        1 if has_credit => plain(1) + moved,
        _ => plain(number),
    }
}

/// A permutation of the numbers below `end`: rounds that swap halves, repeated until the number is small enough.
struct Shuffle {
    end: u64,
    half: u32,
    seed: u64,
}

impl Shuffle {
    fn new(end: u64, seed: u64) -> Shuffle {
        let bits = u64::BITS - end.saturating_sub(1).leading_zeros();
        let half = bits.div_ceil(2).max(1);
        Shuffle { end, half, seed }
    }

    fn at(&self, mut number: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        loop {
            for round in 0..4_u64 {
                let (high, low) = (number >> self.half, number & mask);
                let noise = scrambled(low ^ (self.seed << 32) ^ (round << 60)) & mask;
                number = (low << self.half) | (high ^ noise);
            }
            if number < self.end {
                return number;
            }
        }
    }
}

/// Writes rows as they were asked for.
struct Writer<'a> {
    wanted: &'a Wanted,
    book: &'a Book,
    out: BufWriter<Box<dyn Write>>,
    line: Vec<u8>,
}

impl Writer<'_> {
    fn delimiter(&self) -> u8 {
        if self.wanted.decimal == ',' {
            b';'
        } else {
            b','
        }
    }

    fn field(&mut self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        if !self.line.is_empty() {
            let delimiter = self.delimiter();
            self.line.push(delimiter);
        }
        if self.wanted.is_quoted_throughout {
            self.line.push(b'"');
            self.line.write_fmt(text)?;
            self.line.push(b'"');
            return Ok(());
        }
        self.line.write_fmt(text)
    }

    fn end_line(&mut self) -> io::Result<()> {
        let end: &[u8] = if self.wanted.is_crlf { b"\r\n" } else { b"\n" };
        self.line.extend_from_slice(end);
        self.out.write_all(&self.line)?;
        self.line.clear();
        Ok(())
    }

    fn id(&mut self, customer: u64) -> io::Result<()> {
        let word = scrambled(customer + 1 + (self.wanted.seed << 40));
        match self.wanted.id {
            Id::Int => self.field(format_args!("{}", 100_000 + customer)),
            // Eighteen characters, unique as the number is scrambled by a bijection and cut nowhere.
            Id::Short => {
                const DIGITS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
                let text: [u8; 14] = std::array::from_fn(|at| {
                    DIGITS[usize::try_from((word >> (5 * at).min(59)) & 31).unwrap_or(0)]
                });
                let text = std::str::from_utf8(&text).unwrap_or_default();
                self.field(format_args!("cus_{text}"))
            }
            Id::Long => {
                let other = scrambled(!word);
                self.field(format_args!(
                    "{:08x}-{:04x}-4{:03x}-8{:03x}-{:08x}{:04x}",
                    word >> 32,
                    (word >> 16) & 0xFFFF,
                    other & 0xFFF,
                    (other >> 12) & 0xFFF,
                    other >> 32,
                    word & 0xFFFF,
                ))
            }
        }
    }

    fn amount(&mut self, cents: i64) -> io::Result<()> {
        let sign = if cents < 0 { "-" } else { "" };
        let mark = self.wanted.decimal;
        let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
        self.field(format_args!("{sign}{whole}{mark}{rest:02}"))
    }

    fn row(&mut self, number: u64, items: u64, cell: u64) -> io::Result<()> {
        let Cell {
            customer,
            month,
            cents,
        } = self.book.cells[usize::try_from(cell).unwrap_or(0)];
        let Customer { segment, day } = self.book.customers[customer as usize];
        let mut draws = Draws::keyed(self.wanted.seed ^ 0xF1E1D, cell * 64 + number);
        self.id(customer.into())?;
        let (year, month) = (FIRST_YEAR + u32::from(month) / 12, 1 + month % 12);
        self.field(format_args!("{year}-{month:02}-{day:02}"))?;
        self.amount(item(cents, cell, number, items, self.wanted.seed))?;
        self.field(format_args!("USD"))?;
        self.field(format_args!("{}", SEGMENTS[usize::from(segment)]))?;
        if draws.below(100) < self.wanted.quoted {
            let delimiter = char::from(self.delimiter());
            let quote = if self.wanted.is_quoted_throughout {
                ""
            } else {
                "\""
            };
            self.field(format_args!("{quote}add-on{delimiter} custom{quote}"))?;
        } else {
            let first = scrambled(customer.into()) >> 32;
            let product = (first + number) % PRODUCTS.len() as u64;
            self.field(format_args!(
                "{}",
                PRODUCTS[usize::try_from(product).unwrap_or(0)]
            ))?;
        }
        self.end_line()
    }

    fn long(&mut self) -> io::Result<()> {
        let rows = self.wanted.rows;
        for name in [
            "customer_id",
            "date",
            "amount",
            "currency",
            "segment",
            "product",
        ] {
            self.field(format_args!("{name}"))?;
        }
        self.end_line()?;
        let cells = self.book.cells.len() as u64;
        let order = match self.wanted.order {
            Order::Month => self.book.billed(self.wanted.months),
            Order::Customer => (0..).take(self.book.cells.len()).collect(),
            Order::Shuffled => {
                let shuffle = Shuffle::new(rows, self.wanted.seed);
                for place in 0..rows {
                    let row = shuffle.at(place);
                    let cell = self.book.cell_of(row, rows);
                    let range = self.book.rows_of(cell, rows);
                    self.row(row - range.start, range.end - range.start, cell)?;
                }
                return Ok(());
            }
        };
        debug_assert_eq!(order.len() as u64, cells);
        for cell in order {
            let range = self.book.rows_of(cell.into(), rows);
            let items = range.end - range.start;
            for number in 0..items {
                self.row(number, items, cell.into())?;
            }
        }
        Ok(())
    }

    /// A row a customer, a column a month; nothing where nothing was paid.
    fn wide(&mut self) -> io::Result<()> {
        self.field(format_args!("customer_id"))?;
        self.field(format_args!("segment"))?;
        for month in 0..self.wanted.months {
            let (year, month) = (FIRST_YEAR + month / 12, 1 + month % 12);
            self.field(format_args!("{year}-{month:02}"))?;
        }
        self.end_line()?;
        let mut cells = self.book.cells.iter().peekable();
        for (number, customer) in (0..).zip(&self.book.customers) {
            self.id(number)?;
            self.field(format_args!("{}", SEGMENTS[usize::from(customer.segment)]))?;
            for month in 0..self.wanted.months {
                let is_paid = |cell: &&Cell| {
                    u64::from(cell.customer) == number && u32::from(cell.month) == month
                };
                match cells.next_if(is_paid) {
                    Some(cell) => self.amount(cell.cents)?,
                    None => self.field(format_args!(""))?,
                }
            }
            self.end_line()?;
        }
        Ok(())
    }
}

fn write(wanted: &Wanted, book: &Book, out: Box<dyn Write>) -> io::Result<()> {
    let mut writer = Writer {
        wanted,
        book,
        out: BufWriter::with_capacity(1 << 20, out),
        line: Vec::new(),
    };
    if wanted.is_wide {
        writer.wide()?;
    } else {
        writer.long()?;
    }
    writer.out.flush()
}

fn run() -> Result<(), String> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    let book = Book::simulated(&wanted);
    let cells = book.cells.len() as u64;
    if !wanted.is_wide && cells > wanted.rows {
        return Err(format!(
            "{} customers have {cells} months with revenue, more than {} rows",
            wanted.customers, wanted.rows
        ));
    }
    let file = File::create(&wanted.out).map_err(|error| format!("{}: {error}", wanted.out))?;
    write(&wanted, &book, Box::new(file)).map_err(|error| format!("{}: {error}", wanted.out))?;
    let rows = if wanted.is_wide {
        wanted.customers
    } else {
        wanted.rows
    };
    let facts = format!(
        "{{\"rows\": {rows}, \"customers\": {}, \"customer_months\": {cells}}}\n",
        wanted.customers
    );
    io::stdout()
        .write_all(facts.as_bytes())
        .map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "generate: {message}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn generated(flags: &str) -> String {
        let words = flags.split(' ').chain(["--out", "-"]).map(str::to_owned);
        let wanted = Wanted::read(words).unwrap();
        let kept = Kept::default();
        write(&wanted, &Book::simulated(&wanted), Box::new(kept.clone())).unwrap();
        let bytes = std::mem::take(&mut *kept.0.lock().unwrap());
        String::from_utf8(bytes).unwrap()
    }

    fn sorted(text: &str) -> Vec<&str> {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn an_order_moves_rows_and_changes_none() {
        let month = generated("--rows 5000");
        assert_eq!(month.lines().count(), 5001);
        for order in ["shuffled", "customer"] {
            let other = generated(&format!("--rows 5000 --order {order}"));
            assert_ne!(month, other);
            assert_eq!(sorted(&month), sorted(&other));
        }
        let dates: Vec<&str> = month
            .lines()
            .skip(1)
            .map(|line| line.split(',').nth(1).unwrap())
            .collect();
        assert!(dates.is_sorted());
        assert_eq!(month, generated("--rows 5000"));
        assert_ne!(month, generated("--rows 5000 --seed 2"));
    }

    #[test]
    fn line_items_add_up_and_some_are_credits() {
        for (items, cents) in [(2, 100), (3, 12_345), (7, 99_999), (60, 250_000)] {
            for cell in 0..200 {
                let sum: i64 = (0..items)
                    .map(|number| item(cents, cell, number, items, 1))
                    .sum();
                assert_eq!(sum, cents, "{items} items of customer-month {cell}");
            }
        }
        assert!(generated("--rows 5000").contains(",-"));
    }

    #[test]
    fn the_long_rows_are_the_wide_ones() {
        let cents = |text: &str| text.replace(['.', '"'], "").parse::<i64>().unwrap();
        let mut sums = std::collections::BTreeMap::new();
        let long = generated("--rows 4000 --customers 100 --order shuffled");
        for line in long.lines().skip(1) {
            let fields: Vec<&str> = line.split(',').collect();
            *sums
                .entry((fields[0].to_owned(), fields[1][..7].to_owned()))
                .or_insert(0) += cents(fields[2]);
        }
        let wide = generated("--rows 4000 --customers 100 --shape wide");
        let mut lines = wide.lines();
        let months: Vec<&str> = lines.next().unwrap().split(',').skip(2).collect();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            for (month, field) in months.iter().zip(&fields[2..]) {
                let sum = sums.remove(&(fields[0].to_owned(), (*month).to_owned()));
                assert_eq!(sum, (!field.is_empty()).then(|| cents(field)));
            }
        }
        assert!(sums.is_empty(), "{sums:?}");
    }

    #[test]
    fn ids_are_unique_and_as_long_as_they_should_be() {
        for (id, length) in [("short", 18), ("long", 36), ("int", 6)] {
            let text = generated(&format!(
                "--rows 9000 --customers 3000 --months 3 --id {id}"
            ));
            let ids: std::collections::BTreeSet<&str> = text
                .lines()
                .skip(1)
                .map(|line| line.split(',').next().unwrap())
                .collect();
            assert_eq!(ids.len(), 3000, "{id}");
            assert!(ids.iter().all(|id| id.len() == length), "{id}");
        }
    }

    #[test]
    fn a_file_is_written_as_it_was_asked_for() {
        let text = generated("--rows 2000 --quoted 100 --decimal comma --crlf");
        let line = text.lines().nth(1).unwrap();
        assert!(line.ends_with(";\"add-on; custom\""), "{line}");
        assert!(text.contains(",00;") || text.contains(','), "{line}");
        assert_eq!(text.matches("\r\n").count(), 2001);
        let text = generated("--rows 2000 --quote-all");
        assert!(
            text.lines()
                .all(|line| line.matches('"').count() == 12 && line.starts_with('"'))
        );
        assert!(Wanted::read(["--order", "name"].map(str::to_owned).into_iter()).is_err());
    }
}
