//! Reports as CSV: a header, then one line a record, ended by LF.
//!
//! Undefined is an empty cell. Text that a spreadsheet would run as a formula gets a leading `'`;
//! numbers are never touched.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::document::Document;
use super::escape;
use super::fields::Wire;

/// Writes every record.
pub(super) fn write_document(document: &dyn Document, out: &mut dyn Write) -> io::Result<()> {
    write_records(document.names(), document.records(), out)
}

/// Writes a header and these records.
pub(super) fn write_records(
    names: Vec<String>,
    records: impl Iterator<Item = Vec<Wire>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::Any(b'\n'))
        .from_writer(out);
    let names = names
        .into_iter()
        .map(|name| escape::spreadsheet(&name).into_owned());
    writer.write_record(names).map_err(io_error)?;
    for record in records {
        let cells = record.into_iter().map(|value| match value {
            Wire::Null | Wire::Absent => String::new(),
            Wire::Text(text) => escape::spreadsheet(&text).into_owned(),
            Wire::Number(number) => number,
            Wire::Flag(flag) => flag.to_string(),
        });
        writer.write_record(cells).map_err(io_error)?;
    }
    writer.flush()
}

/// The writer's own error, so that a closed pipe is still known as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
