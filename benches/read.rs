//! The time of the reader's parts beside the `csv` crate, on a file made for it.
//!
//! `cargo bench --bench read`, or with a file of one's own: `cargo bench --bench read -- FILE`. Each way does what the one
//! before it does and one thing more, over all rows, on one thread where it says nothing else. What it comes to is in
//! `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "it prints figures")]
#![expect(clippy::float_arithmetic, reason = "times are no money")]
#![expect(
    clippy::disallowed_methods,
    reason = "it measures time, and writes its own file"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nrr::input::date::{DateOrder, read_when};
use nrr::input::dialect::{Dialect, detect_dialect};
use nrr::input::number::{Mark, read_amount};
use nrr::input::scan::{Cut, Record, Records, Splitter};
use nrr::input::source::Source;
use nrr::input::{LoadOptions, Loaded, load};
use nrr::ledger::{Entry, Interner, Layout, Part, RowPlace};
use nrr::metrics::{Asked, calc};
use nrr::policies::{Duplicates, Policies};
use nrr::units::{Amount, FiscalYear, Grain, Month, Period};

const ROWS: u64 = 1_000_000;
/// Every way is measured so often, in turn, and its median counts.
const TURNS: usize = 5;

/// A way to read the rows of a file; gives how many seconds what it measures took.
type Way = (&'static str, fn(&Path) -> f64);

const WAYS: &[Way] = &[
    ("csv::ByteRecord", |path| timed(|| csv_crate(path))),
    ("split into cells", |path| timed(|| rows(path, |_, _| ()))),
    ("… and parse date and amount", |path| {
        timed(|| rows(path, |cells, _| _ = black_box(parsed(cells))))
    }),
    ("… and number customers", |path| timed(|| numbered(path))),
    ("… and add up months", |path| timed(|| added(path))),
    ("load, 1 thread", |path| timed(|| loaded(path, 1))),
    ("load, 2 threads", |path| timed(|| loaded(path, 2))),
    ("metrics of all months", metrics),
];

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = named.map_or_else(|| generated(folder.path()), PathBuf::from);
    let mut times = vec![Vec::new(); WAYS.len()];
    for _ in 0..TURNS {
        for ((_, seconds), times) in WAYS.iter().zip(&mut times) {
            times.push(seconds(&path));
        }
    }
    println!(
        "medians of {TURNS} runs in turn, and their range, as multiples of the first way's time"
    );
    let first = times[0].clone();
    for ((name, _), times) in WAYS.iter().zip(&times) {
        let mut ratios: Vec<f64> = times
            .iter()
            .zip(&first)
            .map(|(own, first)| own / first)
            .collect();
        ratios.sort_by(f64::total_cmp);
        let (low, high) = (ratios[0], ratios[ratios.len() - 1]);
        println!("{name:<30}{:>8.2}   {low:.2}–{high:.2}", median(ratios));
    }
    println!("the first way takes {:.0} ms", median(first) * 1000.0);
}

fn timed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn csv_crate(path: &Path) -> u64 {
    let mut reader = csv::ReaderBuilder::new()
        .buffer_capacity(1 << 20)
        .from_path(path)
        .expect("the file opens");
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).expect("a record") {
        rows += 1;
    }
    rows
}

fn dialect(source: &mut Source) -> Dialect {
    let sample = source.sample(None).expect("a sample");
    detect_dialect(&sample.text, sample.complete, None, source.name()).expect("a dialect")
}

/// Where the columns stand in the files that this makes.
const CUSTOMER: usize = 0;
const DATE: usize = 1;
const AMOUNT: usize = 2;

/// The cells of one row.
struct Cells<'a> {
    record: &'a Record,
    bytes: &'a [u8],
}

impl Cells<'_> {
    fn with<T>(&self, index: usize, see: impl FnOnce(&str) -> T) -> T {
        let mut scratch = String::new();
        see(self.record.cell(self.bytes, index, &mut scratch))
    }
}

/// Splits a file and shows each row but the header, with its number.
fn rows(path: &Path, mut see: impl FnMut(&Cells<'_>, u64)) {
    let mut source = Source::path(path);
    let dialect = dialect(&mut source);
    let mut splitter = Splitter::new(source.open(None).expect("the file opens"), &dialect);
    let (mut record, mut number) = (Record::new(), 0);
    while let Cut::Chunk(chunk) = splitter.next_chunk().expect("a chunk") {
        let mut records = Records::new(&chunk.bytes, &dialect, chunk.first_line);
        while records.next(&mut record).expect("a record") {
            number += 1;
            if number > 1 {
                let cells = Cells {
                    record: &record,
                    bytes: &chunk.bytes,
                };
                see(&cells, number);
            }
        }
        splitter.give_back(chunk.bytes);
    }
}

fn parsed(cells: &Cells<'_>) -> (Month, u8, Amount) {
    let when = cells.with(DATE, |cell| {
        read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR).1
    });
    let when = when.expect("a date").expect("no empty cell");
    let amount = cells.with(AMOUNT, |cell| read_amount(cell, Mark::Dot).1);
    let amount = amount.expect("an amount").expect("no empty cell");
    (when.month, when.day, amount.amount)
}

fn numbered(path: &Path) -> Interner {
    let mut customers = Interner::default();
    rows(path, |cells, _| {
        black_box(parsed(cells));
        black_box(cells.with(CUSTOMER, |name| customers.intern(name)));
    });
    customers
}

fn added(path: &Path) -> Part {
    let mut part = Part::new(Duplicates::Sum, Layout::default());
    rows(path, |cells, line| {
        let (month, day, amount) = parsed(cells);
        let place = RowPlace { file: 0, line };
        part.cover(month, Grain::Month, place);
        cells.with(CUSTOMER, |customer| {
            part.add(&Entry {
                customer,
                month,
                day,
                amount,
                quantity: None,
                product: "",
                attributes: &[],
                place,
            });
        });
    });
    part
}

fn loaded(path: &Path, threads: usize) -> Loaded {
    let options = LoadOptions {
        threads,
        ..LoadOptions::default()
    };
    let loaded = load(
        vec![Source::path(path)],
        &options,
        &Policies::default(),
        &|_| {},
    );
    loaded.expect("the file loads")
}

/// The metrics alone, of a ledger that was loaded before.
fn metrics(path: &Path) -> f64 {
    let loaded = loaded(path, 2);
    let first = Month::new(2020, 1).expect("a month");
    let months = first.through(first.forward(59));
    let asked = Asked {
        periods: months
            .map(|month| Period::ending(month, Grain::Month))
            .collect(),
        is_range: true,
    };
    timed(|| calc(&loaded.books, &asked, &loaded.policies).expect("figures"))
}

/// A file in order of months, as billing systems export them: six columns, about 54 bytes a row, one
/// product in twenty quoted, one row in fifty a credit.
fn generated(folder: &Path) -> PathBuf {
    let path = folder.join("revenue.csv");
    let mut text = String::from("customer_id,date,amount,currency,segment,product\n");
    let mut state = 1_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    for row in 0..ROWS {
        let month = row * 60 / ROWS;
        let (year, month) = (2020 + month / 12, 1 + month % 12);
        let (customer, day) = (next(ROWS / 32), 1 + next(28));
        let sign = if next(50) == 0 { "-" } else { "" };
        let (whole, cents) = (10 + next(2_000), next(100));
        let product = if next(20) == 0 {
            "\"seats, extra\""
        } else {
            "analytics"
        };
        let id = customer.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let _ = writeln!(
            text,
            "cus_{id:014x},{year}-{month:02}-{day:02},{sign}{whole}.{cents:02},USD,smb,{product}"
        );
    }
    std::fs::write(&path, text).expect("the file is written");
    path
}
