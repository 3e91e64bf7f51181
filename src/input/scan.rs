//! Records and their cells in a piece of text, by RFC 4180 with what real exports add to it: blank
//! lines, blanks around quoted cells, quotes inside unquoted ones.
//!
//! Knows neither files nor what a cell means.

use crate::error::{Code, Excerpt, Message, Place};
use crate::input::dialect::Dialect;
use crate::input::marks::Marks;
use crate::input::record::{Cell, Form, excerpt};

pub use crate::input::record::Record;
pub use crate::input::split::{Chunk, Cut, Splitter};

/// The longest record that is read; a longer one is nearly always a quote that was never closed.
pub const MAX_RECORD: usize = 16 << 20;

/// The longest line that is quoted in a message.
const MAX_EXCERPT: usize = 64 << 10;

/// Whether a byte is a blank beside a quoted cell.
pub(crate) const fn is_blank(byte: u8, delimiter: u8) -> bool {
    (byte == b' ' || byte == b'\t') && byte != delimiter
}

/// A record that cannot be read; nothing after it can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// [`Code::UnclosedQuote`], [`Code::TextAfterQuote`] or [`Code::RecordTooLong`].
    pub code: Code,
    /// The line of the quote, of the text after it, or of the record.
    pub line: u64,
    /// That line, unless it is very long.
    pub excerpt: Option<Excerpt>,
    /// Whether the record was given up because of its length.
    pub too_long: bool,
}

impl Fault {
    /// The fault as an error about a file.
    #[must_use]
    pub fn message(&self, file: &str) -> Message {
        let message = match self.code {
            Code::TextAfterQuote => {
                Message::new(self.code, "text follows a closing quote in the same cell")
                    .help("write a quote inside a quoted cell twice: `\"\"`")
            }
            Code::UnclosedQuote => {
                let message = if self.too_long {
                    Message::new(
                        self.code,
                        "a quote opens a cell and none closes it within 16 MiB",
                    )
                } else {
                    Message::new(self.code, "a quote opens a cell and none closes it")
                        .note("every row up to the end of the file would be one cell")
                };
                message.help("close it, or remove the quote that opens the cell")
            }
            _ => Message::new(self.code, "a record is longer than 16 MiB")
                .found("no end of a line within 16 MiB"),
        };
        message.at(Place {
            excerpt: self.excerpt.clone(),
            ..Place::line(file, self.line)
        })
    }
}

/// The records of a piece of text that starts at a record's start, in order.
pub struct Records<'a> {
    bytes: &'a [u8],
    delimiter: u8,
    line_end: u8,
    at: usize,
    line: u64,
    /// Delimiters and line ends.
    marks: Marks,
    quotes: Marks,
}

impl<'a> Records<'a> {
    /// Starts at the beginning of `bytes`, which is line `first_line` of its file. In a sample the
    /// [`preamble`](Dialect::preamble) is to be cut off before.
    #[must_use]
    pub fn new(bytes: &'a [u8], dialect: &Dialect, first_line: u64) -> Self {
        Self::with(
            bytes,
            dialect.delimiter,
            dialect.terminator.byte(),
            first_line,
        )
    }

    pub(crate) fn with(bytes: &'a [u8], delimiter: u8, line_end: u8, line: u64) -> Self {
        let marks = Marks::new(bytes, delimiter, line_end);
        let quotes = Marks::new(bytes, b'"', b'"');
        Records {
            bytes,
            delimiter,
            line_end,
            at: 0,
            line,
            marks,
            quotes,
        }
    }

    /// The line on which the next record starts, or the blank lines before it.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Whether the last record read ended with the text, not with a line end.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.at > self.bytes.len()
    }

    /// Where the next record, or the blank lines before it, starts in the text.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at.min(self.bytes.len())
    }

    /// Reads the next record that is not blank; false at the end.
    ///
    /// # Errors
    ///
    /// A [`Fault`] if a quote does not close, text follows a closing quote, or the record is longer than
    /// [`MAX_RECORD`]. After it there are no more records.
    pub fn next(&mut self, record: &mut Record) -> Result<bool, Fault> {
        while self.at < self.bytes.len() {
            record.begin(self.at, self.line, self.line_end);
            if let Err(fault) = self.read(record) {
                self.at = self.bytes.len();
                return Err(fault);
            }
            if !record.is_blank(self.bytes) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn read(&mut self, record: &mut Record) -> Result<(), Fault> {
        let bytes = self.bytes;
        let mut start = self.at;
        loop {
            let quote = self.opening_quote(start);
            let end = match quote {
                None => {
                    let end = self.marks.next(bytes);
                    record.cells.push(Cell {
                        start,
                        end,
                        form: Form::Plain,
                    });
                    end
                }
                Some(quote) => self.read_quoted(record, quote)?,
            };
            if end - record.start > MAX_RECORD {
                let line = record.line();
                return Err(Fault {
                    code: Code::RecordTooLong,
                    line,
                    excerpt: None,
                    too_long: true,
                });
            }
            if bytes.get(end) == Some(&self.delimiter) {
                start = end + 1;
                continue;
            }
            record.end = end;
            if self.line_end == b'\n' && end > start && bytes[end - 1] == b'\r' {
                record.end = end - 1;
                if let Some(Cell {
                    end,
                    form: Form::Plain,
                    ..
                }) = record.cells.last_mut()
                {
                    *end -= 1;
                }
            }
            self.line += u64::from(end < bytes.len());
            self.at = end + 1;
            return Ok(());
        }
    }

    /// The quote that opens the cell at `start`, if one does.
    #[inline]
    fn opening_quote(&self, start: usize) -> Option<usize> {
        match self.bytes.get(start) {
            Some(b'"') => Some(start),
            Some(byte) if is_blank(*byte, self.delimiter) => {
                let quote = self.skip_blanks(start);
                (self.bytes.get(quote) == Some(&b'"')).then_some(quote)
            }
            _ => None,
        }
    }

    fn skip_blanks(&self, from: usize) -> usize {
        let blanks = self.bytes[from..]
            .iter()
            .take_while(|byte| is_blank(**byte, self.delimiter));
        from + blanks.count()
    }

    /// Reads a quoted cell and gives the place of the delimiter or line end after it.
    // Apart from `read`, whose loop over unquoted cells is a tenth faster without it.
    #[inline(never)]
    fn read_quoted(&mut self, record: &mut Record, quote: usize) -> Result<usize, Fault> {
        let bytes = self.bytes;
        let mut form = Form::Quoted;
        self.quotes.seek(bytes, quote + 1);
        let close = loop {
            let close = self.quotes.next(bytes);
            if close >= bytes.len() || close - record.start > MAX_RECORD {
                let too_long = bytes.len() - record.start > MAX_RECORD;
                return Err(Fault {
                    too_long,
                    ..self.fault(Code::UnclosedQuote, quote)
                });
            }
            if bytes.get(close + 1) != Some(&b'"') {
                break close;
            }
            form = Form::Doubled;
            self.quotes.seek(bytes, close + 2);
        };
        record.cells.push(Cell {
            start: quote + 1,
            end: close,
            form,
        });
        // The delimiters and line ends inside are passed; the next one ends the cell.
        let end = loop {
            let mark = self.marks.next(bytes);
            if mark > close {
                break mark;
            }
            self.line += u64::from(bytes[mark] == self.line_end);
        };
        if end > close + 1 {
            let after = self.skip_blanks(close + 1);
            if after < end && !(after + 1 == end && self.is_return(after)) {
                return Err(self.fault(Code::TextAfterQuote, after));
            }
        }
        Ok(end)
    }

    /// Whether the byte is the carriage return before a line feed or the end of the text.
    fn is_return(&self, at: usize) -> bool {
        self.line_end == b'\n'
            && self.bytes.get(at) == Some(&b'\r')
            && self.bytes.get(at + 1).is_none_or(|byte| *byte == b'\n')
    }

    /// A fault on the line that is being read.
    fn fault(&self, code: Code, at: usize) -> Fault {
        let excerpt = excerpt(self.bytes, at..at + 1, self.line_end);
        let excerpt = (excerpt.text.len() <= MAX_EXCERPT).then_some(excerpt);
        Fault {
            code,
            line: self.line,
            excerpt,
            too_long: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every record as its line and cells joined by `·`, then the fault if there is one.
    fn read(text: &str, delimiter: u8, line_end: u8) -> Vec<String> {
        let mut records = Records::with(text.as_bytes(), delimiter, line_end, 1);
        let (mut record, mut scratch, mut lines) = (Record::new(), String::new(), Vec::new());
        loop {
            match records.next(&mut record) {
                Ok(false) => return lines,
                Err(fault) => {
                    lines.push(format!("{} {}", fault.line, fault.code));
                    return lines;
                }
                Ok(true) => {
                    let cells: Vec<String> = (0..record.len())
                        .map(|index| record.cell(text.as_bytes(), index, &mut scratch).to_owned())
                        .collect();
                    lines.push(format!("{} {}", record.line(), cells.join("·")));
                }
            }
        }
    }

    #[test]
    fn cells_are_split_by_rfc_4180() {
        assert_eq!(read("a,b\nc,d\n", b',', b'\n'), ["1 a·b", "2 c·d"]);
        assert_eq!(read("a,b\r\nc,", b',', b'\n'), ["1 a·b", "2 c·"]);
        assert_eq!(
            read("\"a, \"\"b\"\"\",\"\"\n", b',', b'\n'),
            ["1 a, \"b\"·"]
        );
        assert_eq!(
            read("\"a\nb\",c\r\nd,e\r\n", b',', b'\n'),
            ["1 a\nb·c", "3 d·e"]
        );
        assert_eq!(
            read("a;\"b\rc\"\rd;e\r", b';', b'\r'),
            ["1 a·b\rc", "3 d·e"]
        );
        assert_eq!(read("\"\"\n", b',', b'\n'), ["1 "]);
    }

    #[test]
    fn blank_lines_are_no_records() {
        assert_eq!(read("\n\r\na\n \t\n\nb\n\n", b',', b'\n'), ["3 a", "6 b"]);
        assert_eq!(read("a\tb\n\t\n", b'\t', b'\n'), ["1 a·b", "2 ·"]);
        assert_eq!(read("", b',', b'\n'), [""; 0]);
    }

    #[test]
    fn quotes_inside_a_cell_are_characters_and_blanks_beside_quotes_are_not() {
        assert_eq!(
            read("5\" pipe,a \"b\"\n", b',', b'\n'),
            ["1 5\" pipe·a \"b\""]
        );
        assert_eq!(read("a, \"b, c\" ,d\r\n", b',', b'\n'), ["1 a·b, c·d"]);
        assert_eq!(read(" a ,b \n", b',', b'\n'), ["1  a ·b "]);
    }

    #[test]
    fn faults_name_the_line_they_stand_on() {
        assert_eq!(
            read("a\n\"b\nc\"x,d\ne", b',', b'\n'),
            ["1 a", "3 text-after-quote"]
        );
        assert_eq!(
            read("a\n\"b\nc\",\"d\ne\n", b',', b'\n'),
            ["1 a", "3 unclosed-quote"]
        );
        assert_eq!(read("a\n\"", b',', b'\n'), ["1 a", "2 unclosed-quote"]);
        assert_eq!(read("\"a\"\rb\n", b',', b'\n'), ["1 text-after-quote"]);
    }

    #[test]
    fn records_beyond_the_longest_are_refused() {
        let long = "x,".repeat(MAX_RECORD / 2 + 1);
        assert_eq!(
            read(&format!("a\n{long}\nb\n"), b',', b'\n'),
            ["1 a", "2 record-too-long"]
        );
        assert_eq!(
            read(&format!("a\n\n\"{long}\",\"\"\n"), b',', b'\n'),
            ["1 a", "3 unclosed-quote"]
        );
        let longest = "x".repeat(MAX_RECORD);
        assert_eq!(
            read(&format!("{longest}\n"), b',', b'\n'),
            [format!("1 {longest}")]
        );
    }

    #[test]
    fn excerpts_are_lines_of_the_file() {
        let text = "h\r\nx,\"1\n2\",\"3 \"\"\"\r\ny";
        let mut records = Records::with(text.as_bytes(), b',', b'\n', 10);
        let mut record = Record::new();
        assert_eq!(records.next(&mut record), Ok(true));
        assert_eq!(records.next(&mut record), Ok(true));
        let excerpt = |index| record.excerpt(text.as_bytes(), index);
        let part = |index| {
            let found = excerpt(index);
            found.text[found.start..found.end].to_owned()
        };
        assert_eq!((excerpt(1).text.as_str(), part(1).as_str()), ("x,\"1", "1"));
        assert_eq!(
            (excerpt(2).text.as_str(), part(2).as_str()),
            ("2\",\"3 \"\"\"", "3 \"\"")
        );
        assert_eq!(
            (
                record.cell_line(text.as_bytes(), 1),
                record.cell_line(text.as_bytes(), 2)
            ),
            (11, 12)
        );
        assert_eq!((excerpt(9).text.len(), excerpt(9).start), (9, 9));
        assert_eq!(record.bytes(text.as_bytes(), 2), None);
        assert_eq!(&text[record.span()], "x,\"1\n2\",\"3 \"\"\"");
    }

    #[test]
    fn any_text_is_read_or_refused() {
        proptest::proptest!(|(text in "[a,;\"\r\n \té]{0,200}", delimiter in 0_u8..=255)| {
            read(&text, delimiter, b'\n');
            read(&text, b',', b'\r');
        });
    }
}
