//! The beginning of a file: its header, and where the rows below it start.

use super::dialect::Dialect;
use super::scan::{Chunk, Record, Records};
use super::shape::reader::trimmed;
use super::source::Sample;
use crate::error::{Code, Message, Place};

/// Takes the first record off a chunk.
pub(super) fn cut_header(chunk: &mut Chunk, dialect: &Dialect) {
    let mut records = Records::new(&chunk.bytes, dialect, chunk.first_line);
    if records.next(&mut Record::new()).is_ok() {
        let (offset, line) = (records.offset(), records.line());
        chunk.bytes.drain(..offset);
        chunk.first_line = line;
    }
}

/// The sample without its header and without a last record that is cut short, and its first line.
pub(super) fn body<'s>(sample: &'s Sample, dialect: &Dialect) -> (&'s [u8], u64) {
    let text = &sample.text[dialect.preamble.min(sample.text.len())..];
    let mut records = Records::new(text, dialect, dialect.first_line());
    if records.next(&mut Record::new()).is_err() {
        return (&[], 1);
    }
    let (start, line) = (records.offset(), records.line());
    let end = if sample.complete {
        text.len()
    } else {
        text.iter()
            .rposition(|byte| *byte == dialect.terminator.byte())
            .map_or(start, |at| at + 1)
    };
    (&text[start..end.max(start)], line)
}

/// The header's cells and place.
pub(super) fn read_header(
    sample: &Sample,
    dialect: &Dialect,
    number: usize,
    name: &str,
) -> Result<(Vec<String>, Place), Message> {
    let text = &sample.text[dialect.preamble.min(sample.text.len())..];
    let mut record = Record::new();
    let mut records = Records::new(text, dialect, dialect.first_line());
    if !records
        .next(&mut record)
        .map_err(|fault| fault.message(name))?
    {
        return Err(Message::new(
            Code::EmptyFile,
            format!("`{name}` has no header and no rows"),
        )
        .at(Place::file(name)));
    }
    let mut scratch = String::new();
    let cells = (0..record.len())
        .map(|index| trimmed(record.cell(text, index, &mut scratch)).to_owned())
        .collect();
    let mut excerpt = record.excerpt(text, 0);
    (excerpt.start, excerpt.end) = (0, excerpt.text.len());
    let place = Place {
        file_number: number,
        excerpt: Some(excerpt),
        ..Place::line(name, record.line())
    };
    Ok((cells, place))
}

/// The first of the next records that has more cells than the header: its line and how many.
pub(super) fn wider_record(
    sample: &Sample,
    dialect: &Dialect,
    width: usize,
) -> Option<(u64, usize)> {
    const LOOKED_AT: usize = 30;
    let (bytes, first_line) = body(sample, dialect);
    let mut records = Records::new(bytes, dialect, first_line);
    let mut record = Record::new();
    for _ in 0..LOOKED_AT {
        match records.next(&mut record) {
            Ok(true) if record.len() > width => return Some((record.line(), record.len())),
            Ok(true) => {}
            _ => return None,
        }
    }
    None
}

/// The first values of a column, blanks around them left out.
pub(super) fn first_values(sample: &Sample, dialect: &Dialect, column: usize) -> Vec<String> {
    const LOOKED_AT: usize = 1_000;
    let (bytes, first_line) = body(sample, dialect);
    let mut records = Records::new(bytes, dialect, first_line);
    let (mut record, mut scratch, mut values) = (Record::new(), String::new(), Vec::new());
    while values.len() < LOOKED_AT && matches!(records.next(&mut record), Ok(true)) {
        values.push(trimmed(record.cell(bytes, column, &mut scratch)).to_owned());
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::dialect::Terminator;
    use crate::input::encoding::Encoding;

    #[test]
    fn a_record_that_the_sample_cuts_is_left_out_whatever_ends_records() {
        for (terminator, text, whole) in [
            (Terminator::Newline, "id,n\n1,2\n3,", "1,2\n"),
            (Terminator::Return, "id,n\r1,2\r3,", "1,2\r"),
        ] {
            let sample = Sample {
                text: text.into(),
                complete: false,
                encoding: Encoding::Utf8,
                assumed: false,
                compression: None,
            };
            let dialect = Dialect {
                delimiter: b',',
                terminator,
                preamble: 0,
                lines_before: 0,
                evidence: String::new(),
                set: false,
            };
            assert_eq!(body(&sample, &dialect), (whole.as_bytes(), 2));
        }
    }
}
