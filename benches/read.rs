//! Rows a second of the reader's parts beside the `csv` crate, on a file made for it.
//!
//! `cargo bench --bench read`, or with a file of one's own: `cargo bench --bench read -- FILE`. What it came
//! to, and how to read it, is in `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "it prints figures")]
#![expect(clippy::float_arithmetic, reason = "times are no money")]
#![expect(
    clippy::disallowed_methods,
    reason = "it measures time, and writes its own file"
)]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use nrr::input::dialect::{Dialect, detect_dialect};
use nrr::input::scan::{Cut, Record, Records, Splitter};
use nrr::input::source::Source;
use nrr::input::{LoadOptions, load};
use nrr::policies::Policies;

const ROWS: u64 = 1_000_000;
/// Every way is measured so often, in turn, and its median counts.
const TURNS: usize = 5;

/// A way to read the rows of a file; gives how many there are, the header included or not.
type Way = (&'static str, fn(&Path) -> u64);

const WAYS: &[Way] = &[
    ("csv::ByteRecord", csv_crate),
    ("Splitter and Records", records),
    ("load, 1 thread", |path| loaded(path, 1)),
    ("load, 2 threads", |path| loaded(path, 2)),
];

fn main() {
    let named = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = named.map_or_else(|| generated(folder.path()), PathBuf::from);
    let mut times = vec![Vec::new(); WAYS.len()];
    let mut rows = 0;
    for _ in 0..TURNS {
        for ((_, read), times) in WAYS.iter().zip(&mut times) {
            let start = Instant::now();
            rows = black_box(read(&path));
            times.push(start.elapsed().as_secs_f64());
        }
    }
    let medians: Vec<f64> = times.into_iter().map(median).collect();
    println!("{rows} rows, medians of {TURNS} runs in turn");
    println!(
        "{:<22}{:>14}{:>20}",
        "", "rows a second", "÷ csv::ByteRecord"
    );
    for ((name, _), median) in WAYS.iter().zip(&medians) {
        let speed = rows as f64 / median;
        println!("{name:<22}{speed:>14.0}{:>20.2}", medians[0] / median);
    }
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

fn records(path: &Path) -> u64 {
    let mut source = Source::path(path);
    let dialect = dialect(&mut source);
    let mut splitter = Splitter::new(source.open(None).expect("the file opens"), &dialect);
    let (mut record, mut rows) = (Record::new(), 0);
    while let Cut::Chunk(chunk) = splitter.next_chunk().expect("a chunk") {
        let mut records = Records::new(&chunk.bytes, &dialect, chunk.first_line);
        while records.next(&mut record).expect("a record") {
            rows += 1;
        }
        splitter.give_back(chunk.bytes);
    }
    rows - 1
}

fn loaded(path: &Path, threads: usize) -> u64 {
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
    let loaded = loaded.expect("the file loads");
    loaded.files.iter().map(|file| file.rows).sum()
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
