//! What every test stands on: the one way to run `nrr`, its tables as cells, books of revenue as values.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test binary uses a part of it"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests write what the program reads"
)]

pub mod book;
pub mod random;
pub mod runner;
pub mod table;
pub mod worked;

use std::path::PathBuf;

pub use runner::{Run, run, run_binary, run_in, run_with_stdin};

use book::Book;
use table::Table;

impl Run {
    /// Its standard output as a table.
    ///
    /// # Panics
    ///
    /// Panics with the whole run if it did not end with 0.
    pub fn table(&self) -> Table {
        assert_eq!(self.code, 0, "the run failed: {self:#?}");
        Table::read(&self.stdout)
    }
}

/// Runs `nrr calc` on a book, written to as many files as asked, with these further arguments.
pub fn calc(book: &Book, files: usize, args: &[String]) -> Run {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut line = vec!["calc".to_owned()];
    for (number, text) in book.split(files).iter().enumerate() {
        let path = folder.path().join(format!("book{number}.csv"));
        std::fs::write(&path, text).expect("the book is written");
        line.push(path.to_str().expect("a plain path").to_owned());
    }
    line.push("--no-config".to_owned());
    line.extend(marks(book));
    line.extend(args.iter().cloned());
    run(&line.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What a book with three decimals has to say: `1.250` can be 1250 as well, and a column that also
/// holds `1.5` is refused for it.
pub fn marks(book: &Book) -> Vec<String> {
    let three = book.rows.iter().any(|row| row.decimals() == 3);
    words(if three { &["--decimal", "."] } else { &[] })
}

/// Runs `nrr calc` on a book and gives its CSV output, but for the fingerprint of the input's bytes.
pub fn measure(book: &Book, args: &[&str]) -> Table {
    let mut args = words(args);
    args.extend(words(&["--format", "csv"]));
    let run = calc(book, 1, &args);
    assert_eq!(run.code, 0, "{args:?}\n{}\n{run:#?}", book.to_csv());
    run.table().without("input_fingerprint")
}

/// The same words, owned.
pub fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A path inside `fixtures/`.
pub fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(path)
}

/// The text of a file inside `fixtures/`.
pub fn read_fixture(path: &str) -> String {
    std::fs::read_to_string(fixture(path))
        .unwrap_or_else(|error| panic!("fixtures/{path}: {error}"))
}
