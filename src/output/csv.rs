//! Reports as CSV: a header, then one line a record, ended by LF.
//!
//! Undefined is an empty cell. Text that a spreadsheet would run as a formula gets a leading `'`;
//! numbers are never touched.

use std::io::{self, Write};

use csv::{Terminator, WriterBuilder};

use super::document::Document;
use super::fields::{Fields, Wire};
use super::{escape, number};
use crate::units::Amount;

/// Writes every record.
pub(super) fn write_document(document: &dyn Document, out: &mut dyn Write) -> io::Result<()> {
    let Some(parts) = document.csv_lines() else {
        return write_records(document.names(), document.records(), out);
    };
    write_records(document.names(), std::iter::empty(), out)?;
    for lines in parts {
        out.write_all(lines.as_bytes())?;
    }
    out.flush()
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

/// Lines while they are put together, one value after the other, as [`write_records`] writes them.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    is_within: bool,
}

impl Lines {
    /// Ends a line.
    pub(super) fn end(&mut self) {
        self.text.push('\n');
        self.is_within = false;
    }

    /// Adds the values of a line that was not ended.
    pub(super) fn add(&mut self, values: &Lines) {
        if values.is_within {
            self.next().push_str(&values.text);
        }
    }

    /// What was put together.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn next(&mut self) -> &mut String {
        if self.is_within {
            self.text.push(',');
        }
        self.is_within = true;
        &mut self.text
    }
}

impl Fields for Lines {
    fn null(&mut self) {
        self.next();
    }

    fn text(&mut self, text: &str) {
        let text = escape::spreadsheet(text);
        let line = self.next();
        // All bytes are looked at, which is quicker than to stop at one.
        let is_special = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
        if text.bytes().fold(false, |any, byte| any | is_special(byte)) {
            line.push('"');
            line.push_str(&text.replace('"', "\"\""));
            line.push('"');
        } else {
            line.push_str(&text);
        }
    }

    fn number(&mut self, number: Amount) {
        number::push_plain(number, self.next());
    }
}

/// The writer's own error, so that a closed pipe is still known as one.
fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(fields: &mut impl Fields, text: &str, number: Amount) {
        fields.text(text);
        fields.null();
        fields.number(number);
        fields.text_or_null(Some(text));
        fields.number_or_null(None);
    }

    #[test]
    fn lines_are_those_of_records() {
        let texts = [
            "acme",
            "",
            "a,b",
            "say \"hi\"",
            "\"",
            "two\nlines",
            "\r",
            "=1+1",
            "-x,y",
            "'=1",
            "a;b\tc",
            "Ünï",
            " blank ",
        ];
        let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
        let (mut records, mut lines) = (Vec::new(), Lines::default());
        for (text, units) in texts.into_iter().zip(-3..) {
            let mut record: Vec<Wire> = Vec::new();
            fill(&mut record, text, Amount::new(units, 2));
            records.push(record);
            // Every other line is put together from others.
            if units % 2 == 0 {
                fill(&mut lines, text, Amount::new(units, 2));
            } else {
                let mut values = Lines::default();
                lines.add(&values);
                fill(&mut values, text, Amount::new(units, 2));
                lines.add(&values);
            }
            lines.end();
        }
        let mut expected = Vec::new();
        write_records(names.to_vec(), records.into_iter(), &mut expected).unwrap();
        let lines = format!("a,b,c,d,e\n{}", lines.into_text());
        assert_eq!(lines.as_bytes(), expected);
    }
}
