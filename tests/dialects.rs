//! Every file of `fixtures/dialects` is read as it says beside it, at once and in blocks of any size.
#![expect(clippy::disallowed_methods, reason = "reads what is expected")]

use std::fs;
use std::path::{Path, PathBuf};

use nrr::error::{Code, Message};
use nrr::input::dialect::{Dialect, Terminator, detect_dialect};
use nrr::input::scan::{Cut, Record, Records, Splitter};
use nrr::input::source::Source;
use serde_json::Value;

/// A record: the line it starts on, and its cells.
type Row = (u64, Vec<String>);

/// What a file was read as.
#[derive(Debug, PartialEq)]
struct Seen {
    delimiter: String,
    ends: String,
    encoding: String,
    records: Vec<Row>,
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialects");
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "csv"));
    files.sort();
    files
}

/// Reads a file's beginning, and with it its records.
fn read_at_once(path: &Path) -> Result<Seen, Message> {
    let mut source = Source::path(path);
    let sample = source.sample(None)?;
    let dialect = detect_dialect(&sample.text, sample.complete, None, source.name())?;
    let text = &sample.text[dialect.preamble..];
    let mut records = Vec::new();
    add(
        text,
        &dialect,
        dialect.first_line(),
        source.name(),
        &mut records,
    )?;
    Ok(seen(&dialect, sample.encoding.name(), records))
}

/// Reads a file in blocks of a size; the dialect is that of its beginning.
fn read_in_blocks(path: &Path, block: usize) -> Result<Seen, Message> {
    let mut source = Source::path(path);
    let sample = source.sample(None)?;
    let dialect = detect_dialect(&sample.text, sample.complete, None, source.name())?;
    let stream = source.open(Some(sample.encoding))?;
    let mut splitter = Splitter::with_block_size(stream, &dialect, block);
    let mut records = Vec::new();
    while let Cut::Chunk(chunk) = splitter.next_chunk()? {
        add(
            &chunk.bytes,
            &dialect,
            chunk.first_line,
            source.name(),
            &mut records,
        )?;
    }
    Ok(seen(&dialect, sample.encoding.name(), records))
}

fn add(
    bytes: &[u8],
    dialect: &Dialect,
    line: u64,
    file: &str,
    rows: &mut Vec<Row>,
) -> Result<(), Message> {
    let (mut record, mut scratch) = (Record::new(), String::new());
    let mut records = Records::new(bytes, dialect, line);
    while records
        .next(&mut record)
        .map_err(|fault| fault.message(file))?
    {
        let cells = (0..record.len()).map(|at| record.cell(bytes, at, &mut scratch).to_owned());
        rows.push((record.line(), cells.collect()));
    }
    Ok(())
}

fn seen(dialect: &Dialect, encoding: &str, records: Vec<Row>) -> Seen {
    let ends = match dialect.terminator {
        Terminator::Newline => "newline",
        Terminator::Return => "return",
    };
    Seen {
        delimiter: char::from(dialect.delimiter).to_string(),
        ends: ends.to_owned(),
        encoding: encoding.to_owned(),
        records,
    }
}

/// What stands beside a file: what it is, or the code of the error.
fn expected(path: &Path) -> Result<Seen, Code> {
    if let Ok(code) = fs::read_to_string(path.with_extension("error")) {
        return Err(Code::named(code.trim()).unwrap_or_else(|| panic!("no code `{code}`")));
    }
    let page = fs::read_to_string(path.with_extension("json"));
    let page = page.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let page: Value = serde_json::from_str(&page).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let row = |row: &Value| {
        let cells = row["cells"].as_array().expect("cells");
        (
            row["line"].as_u64().expect("a line"),
            cells.iter().map(text).collect(),
        )
    };
    let records = page["records"].as_array().expect("records");
    Ok(Seen {
        delimiter: text(&page["delimiter"]),
        ends: text(&page["ends"]),
        encoding: text(&page["encoding"]),
        records: records.iter().map(row).collect(),
    })
}

#[test]
fn every_file_is_read_as_it_says() {
    let files = files();
    assert!(files.len() >= 30, "{}", files.len());
    let mut wrong = Vec::new();
    for path in &files {
        let expected = expected(path);
        let found = read_at_once(path);
        if let Err(message) = &found {
            let place = message.place.as_ref().expect("a place");
            assert_eq!(place.file, path.display().to_string());
        }
        let found = found.map_err(|message| message.code);
        if found != expected {
            wrong.push(format!(
                "{}: {found:?}, expected {expected:?}",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn blocks_change_nothing() {
    for path in files() {
        let expected = expected(&path);
        for block in [1, 2, 3, 7, 16, 100, 1 << 20] {
            let found = read_in_blocks(&path, block).map_err(|message| message.code);
            assert_eq!(found, expected, "{} in blocks of {block}", path.display());
        }
    }
}

#[test]
fn the_page_names_every_file_and_no_other() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dialects");
    let page = fs::read_to_string(folder.join("README.md")).expect("the page");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let mut named: Vec<&str> = rows.map(|(name, _)| name).collect();
    named.sort_unstable();
    let mut stems: Vec<String> = files()
        .iter()
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    stems.sort_unstable();
    assert_eq!(named, stems);
}
