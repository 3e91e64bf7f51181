//! How a file separates cells and records, found in its first records.
//!
//! Cells are counted by reading records, quotes and all; the header and the evidence of every record
//! decide, not how often a character occurs.

use std::cmp::Reverse;

use memchr::memchr2;

use crate::error::{Code, Message, Place};
use crate::input::scan::{Record, Records, is_blank};
use crate::text::count;

/// The delimiters that are tried.
const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How many records are looked at: a header and 50 rows.
const LOOKED_AT: usize = 51;

/// What ends a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// A line feed, with or without a carriage return before it.
    Newline,
    /// A carriage return alone, as old Macs write it.
    Return,
}

impl Terminator {
    /// The byte that ends a line.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Terminator::Newline => b'\n',
            Terminator::Return => b'\r',
        }
    }
}

/// What a CSV file looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The byte between cells.
    pub delimiter: u8,
    /// What ends a record.
    pub terminator: Terminator,
    /// How many bytes stand before the header: a first line `sep=;`, the titles of a report.
    pub preamble: usize,
    /// How many lines they are.
    pub lines_before: u64,
    /// What the delimiter was known by: `` `;` splits all 51 records of the sample into 7 cells ``.
    pub evidence: String,
    /// Whether the delimiter was set, not detected.
    pub set: bool,
}

impl Dialect {
    /// The line on which the first record, or the blank lines before it, starts.
    #[must_use]
    pub fn first_line(&self) -> u64 {
        1 + self.lines_before
    }
}

/// Finds out the dialect from the beginning of a file, decoded and without a byte order mark;
/// `complete` says that it is the whole file. A file of one column has a comma.
///
/// # Errors
///
/// [`Code::AmbiguousDelimiter`] if two delimiters explain the records equally well, or if a set one does not
/// fit: the first line names another, or only another splits the records.
pub fn detect_dialect(
    sample: &[u8],
    complete: bool,
    delimiter: Option<u8>,
    file: &str,
) -> Result<Dialect, Message> {
    if let Some((named, preamble)) = separator_line(sample) {
        if let Some(set) = delimiter.filter(|set| *set != named) {
            return Err(contradicted(
                set,
                format!("the first line says `sep={}`", char::from(named)),
                file,
                1,
            )
            .help("leave out `--delimiter`"));
        }
        let terminator = terminator(&sample[preamble..], named);
        let evidence = format!("the first line says {} separates cells", shown(named));
        return Ok(Dialect {
            delimiter: named,
            terminator,
            preamble,
            lines_before: 1,
            evidence,
            set: delimiter.is_some(),
        });
    }
    let mut fits: Vec<Fit> = CANDIDATES
        .iter()
        .map(|byte| Fit::of(sample, complete, *byte))
        .collect();
    fits.sort_by_key(|fit| Reverse(fit.rank()));
    if let Some(set) = delimiter {
        let fit = Fit::of(sample, complete, set);
        if let Some(other) = fits
            .first()
            .filter(|other| fit.width < 2 && other.is_clear())
        {
            return Err(contradicted(set, other.evidence(), file, other.line)
                .help(format!("pass `--delimiter {}`", typed(other.delimiter))));
        }
        return Ok(fit.into_dialect(true));
    }
    match <[Fit; 4]>::try_from(fits) {
        Ok([best, next, ..]) if best.is_tied(&next) => Err(ambiguous(&best, &next, file)),
        Ok([best, ..]) if best.width >= 2 => Ok(best.into_dialect(false)),
        _ => Ok(Fit::of(sample, complete, b',').into_dialect(false)),
    }
}

/// Reads a first line `sep=;` as Excel writes and obeys it: the delimiter and the length of the line.
fn separator_line(sample: &[u8]) -> Option<(u8, usize)> {
    let end = memchr2(b'\n', b'\r', sample)?;
    let line = &sample[..end];
    let line = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""))
        .unwrap_or(line);
    let (word, rest) = line.split_first_chunk::<4>()?;
    let &[delimiter] = rest else { return None };
    if !word.eq_ignore_ascii_case(b"sep=")
        || !delimiter.is_ascii()
        || matches!(delimiter, b'"' | b'0'..=b'9')
    {
        return None;
    }
    let is_pair = sample[end] == b'\r' && sample.get(end + 1) == Some(&b'\n');
    Some((delimiter, end + 1 + usize::from(is_pair)))
}

/// What ends the records: a carriage return only if no line feed stands outside quotes.
fn terminator(sample: &[u8], delimiter: u8) -> Terminator {
    let mut at = 0;
    let (mut at_start, mut returned) = (true, false);
    while let Some(&byte) = sample.get(at) {
        match byte {
            b'\n' => return Terminator::Newline,
            b'"' if at_start => {
                at = closing_quote(sample, at + 1);
                at_start = false;
            }
            b'\r' => (at_start, returned) = (true, true),
            _ => at_start = byte == delimiter || (at_start && is_blank(byte, delimiter)),
        }
        at += 1;
    }
    if returned {
        Terminator::Return
    } else {
        Terminator::Newline
    }
}

/// The quote that closes a cell, or the end of the text.
fn closing_quote(sample: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(quote) = memchr::memchr(b'"', sample.get(at..).unwrap_or_default()) {
        if sample.get(at + quote + 1) != Some(&b'"') {
            return at + quote;
        }
        at += quote + 2;
    }
    sample.len()
}

/// Whether an unquoted cell has a quote in it.
fn has_stray_quote(record: &Record, sample: &[u8]) -> bool {
    (0..record.len()).any(|at| !record.is_quoted(at) && record.stored(sample, at).contains(&b'"'))
}

/// How well a delimiter explains the first records.
struct Fit {
    delimiter: u8,
    terminator: Terminator,
    /// How many records were read.
    records: usize,
    /// The commonest number of cells above one, or one.
    width: usize,
    /// How many records have that width.
    full: usize,
    /// How many have it or are cut short, less those that interrupt them unsplit.
    agreeing: isize,
    /// Whether the first record that is split has that width.
    headed: bool,
    /// How many records have quotes where no cell starts, as another delimiter's quoted cells look.
    stray: usize,
    /// Whether a record cannot be read.
    faulty: bool,
    /// The line of the first record that is split.
    line: u64,
}

impl Fit {
    fn of(sample: &[u8], complete: bool, delimiter: u8) -> Fit {
        let terminator = terminator(sample, delimiter);
        let mut records = Records::with(sample, delimiter, terminator.byte(), 1);
        let mut record = Record::new();
        let mut found: Vec<(usize, u64)> = Vec::with_capacity(LOOKED_AT);
        let (mut faulty, mut stray) = (false, 0);
        while found.len() < LOOKED_AT {
            match records.next(&mut record) {
                // The last record of a part of a file may be cut anywhere.
                Ok(true) if records.is_at_end() && !complete => break,
                Ok(true) => {
                    found.push((record.len(), record.line()));
                    stray += usize::from(has_stray_quote(&record, sample));
                }
                Ok(false) => break,
                Err(fault) => {
                    faulty = complete || fault.code != Code::UnclosedQuote;
                    break;
                }
            }
        }
        Fit {
            stray,
            faulty,
            ..Fit::measure(delimiter, terminator, &found)
        }
    }

    fn measure(delimiter: u8, terminator: Terminator, found: &[(usize, u64)]) -> Fit {
        let widths = || found.iter().map(|(width, _)| *width);
        let times = |wanted: usize| widths().filter(|width| *width == wanted).count();
        let width = widths()
            .filter(|width| *width > 1)
            .max_by_key(|width| (times(*width), *width))
            .unwrap_or(1);
        let header = found.iter().find(|(cells, _)| *cells > 1);
        // An unsplit record between full ones speaks against a delimiter; title rows before and
        // footers after do not, and group rows count alike for all.
        let first = widths().position(|cells| cells == width).unwrap_or(0);
        let last = widths()
            .rposition(|cells| cells == width)
            .map_or(0, |at| at + 1);
        let breaks = found[first..last.max(first)]
            .iter()
            .filter(|(cells, _)| *cells == 1)
            .count();
        let agreeing = widths().filter(|cells| (2..=width).contains(cells)).count();
        Fit {
            delimiter,
            terminator,
            records: found.len(),
            width,
            full: times(width),
            agreeing: agreeing.cast_signed() - 2 * if width > 1 { breaks.cast_signed() } else { 0 },
            headed: header.is_some_and(|(cells, _)| *cells == width),
            stray: 0,
            faulty: false,
            line: header.map_or(1, |(_, line)| *line),
        }
    }

    /// What is compared, the weightiest first.
    fn rank(&self) -> (bool, isize, usize, Reverse<usize>, bool, usize) {
        let splits = self.width > 1;
        (
            splits && !self.faulty,
            self.agreeing,
            self.full,
            Reverse(self.stray),
            self.headed,
            self.width,
        )
    }

    /// Whether another explains the records as well.
    fn is_tied(&self, other: &Fit) -> bool {
        self.width > 1 && !self.faulty && self.rank() == other.rank()
    }

    /// Whether it splits nearly all records alike.
    fn is_clear(&self) -> bool {
        self.width > 1 && !self.faulty && self.headed && self.full * 10 >= self.records * 9
    }

    fn evidence(&self) -> String {
        let name = shown(self.delimiter);
        if self.width < 2 {
            return format!("{name} splits no record of the sample: one column");
        }
        let records = count(self.records as u64, "record");
        if self.full == self.records {
            format!(
                "{name} splits all {records} of the sample into {} cells",
                self.width
            )
        } else {
            format!(
                "{name} splits {} of {records} of the sample into {} cells",
                self.full, self.width
            )
        }
    }

    fn into_dialect(self, set: bool) -> Dialect {
        let evidence = if set {
            format!("{} is set", shown(self.delimiter))
        } else {
            self.evidence()
        };
        Dialect {
            delimiter: self.delimiter,
            terminator: self.terminator,
            preamble: 0,
            lines_before: 0,
            evidence,
            set,
        }
    }
}

fn ambiguous(best: &Fit, next: &Fit, file: &str) -> Message {
    let (one, other) = (best.delimiter, next.delimiter);
    let headline = format!(
        "cells can be separated by {} or by {}",
        shown(one),
        shown(other)
    );
    Message::new(Code::AmbiguousDelimiter, headline)
        .at(Place::line(file, best.line))
        .found(best.evidence())
        .found(next.evidence())
        .help(format!(
            "pass `--delimiter {}` or `--delimiter {}`",
            typed(one),
            typed(other)
        ))
}

fn contradicted(set: u8, found: String, file: &str, line: u64) -> Message {
    let headline = format!(
        "{} is set as the delimiter but does not fit the file",
        shown(set)
    );
    Message::new(Code::AmbiguousDelimiter, headline)
        .at(Place::line(file, line))
        .found(found)
}

/// A delimiter as a sentence names it.
fn shown(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "a tab".to_owned(),
        byte => format!("`{}`", char::from(byte).escape_default()),
    }
}

/// A delimiter as it is typed in a shell.
fn typed(delimiter: u8) -> String {
    match delimiter {
        b'\t' => "tab".to_owned(),
        b',' => ",".to_owned(),
        byte => format!("'{}'", char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sample: &str) -> (char, Terminator, String) {
        let dialect = detect_dialect(sample.as_bytes(), true, None, "a.csv").unwrap();
        (
            char::from(dialect.delimiter),
            dialect.terminator,
            dialect.evidence,
        )
    }

    fn refused(sample: &str, delimiter: Option<u8>) -> Message {
        detect_dialect(sample.as_bytes(), true, delimiter, "a.csv").unwrap_err()
    }

    #[test]
    fn consistent_width_decides_the_delimiter() {
        let (delimiter, terminator, evidence) =
            found("id;month;mrr\na;2024-01;1,50\nb;2024-01;2,50\n");
        assert_eq!((delimiter, terminator), (';', Terminator::Newline));
        assert_eq!(
            evidence,
            "`;` splits all 3 records of the sample into 3 cells"
        );
        assert_eq!(
            found("id\tname\na\tx, y\nb\tz, w\n").2,
            "a tab splits all 3 records of the sample into 2 cells"
        );
        assert_eq!(found("a|b|c\n1|2|3\n").0, '|');
        assert_eq!(found("id,\"a;b;c\",x\n1,\"2;3;4\",y\n").0, ',');
    }

    #[test]
    fn the_header_settles_what_rows_leave_open() {
        assert_eq!(found("id;mrr\na;1,50\nb;2,50\nc;3,25\n").0, ';');
        assert_eq!(found("id,tags,mrr\na,x|y|z|w,1\nb,p|q|r|s,2\n").0, ',');
        assert_eq!(found("id;jan;feb\na;1,5;2,5\nb;1,5;2,5\n").0, ';');
    }

    #[test]
    fn titles_footers_and_short_rows_do_not_mislead() {
        let report =
            "Acme, Inc.\nAs of March 3, 2025\n\nid;mrr;product\na;1,50;x\nb;2,50;y\nTotal;4,00\n";
        assert_eq!(found(report).0, ';');
        assert_eq!(found("id;m;p\na;1,5\nb;1,5\nc;1,5;z\nd;1,5;z\n").0, ';');
        assert_eq!(found("id,m\nGroup\na,1\n\"b, c\",2\nGroup\nd,4\n").0, ',');
    }

    #[test]
    fn one_column_is_a_comma() {
        assert_eq!(found("id\na\nb\n").0, ',');
        assert!(found("id\n").2.ends_with("one column"));
    }

    #[test]
    fn a_tie_is_asked_about() {
        let message = refused("id;mrr, EUR\na;1,50\nb;2,50\n", None);
        assert_eq!(message.code, Code::AmbiguousDelimiter);
        assert_eq!(message.evidence.len(), 2);
        assert_eq!(message.help, ["pass `--delimiter ,` or `--delimiter ';'`"]);
    }

    #[test]
    fn a_set_delimiter_has_to_fit() {
        let dialect = detect_dialect(b"a;b\n1;2\n", true, Some(b';'), "a.csv").unwrap();
        assert_eq!(
            (dialect.delimiter, dialect.set, dialect.evidence.as_str()),
            (b';', true, "`;` is set")
        );
        assert_eq!(
            refused("a;b\n1;2\n", Some(b',')).help,
            ["pass `--delimiter ';'`"]
        );
        assert_eq!(
            refused("sep=;\na;b\n", Some(b',')).help,
            ["leave out `--delimiter`"]
        );
        assert!(detect_dialect(b"id\na\n", true, Some(b';'), "a.csv").is_ok());
    }

    #[test]
    fn a_separator_line_is_obeyed_and_left_out() {
        for line in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\r\n"] {
            let text = format!("{line}a,b;c\n");
            let dialect = detect_dialect(text.as_bytes(), true, None, "a.csv").unwrap();
            assert_eq!(
                (dialect.delimiter, dialect.preamble, dialect.first_line()),
                (b';', line.len(), 2)
            );
        }
        assert_eq!(
            detect_dialect(b"sep=\ta\n1\t2\n", true, None, "a.csv")
                .unwrap()
                .preamble,
            0
        );
    }

    #[test]
    fn carriage_returns_end_lines_only_alone() {
        assert_eq!(found("a,b\r1,2\r").1, Terminator::Return);
        assert_eq!(found("a,b\r\"1\n\",2\r").1, Terminator::Return);
        assert_eq!(found("a,b\r\n\"1\r\",2\r\n").1, Terminator::Newline);
        assert_eq!(found("a,b\r1,2\n").1, Terminator::Newline);
    }

    #[test]
    fn what_the_end_of_a_sample_cuts_does_not_count() {
        let cut = |sample: &str| {
            detect_dialect(sample.as_bytes(), false, None, "a.csv")
                .unwrap()
                .evidence
        };
        assert_eq!(
            cut("a,b,c\n1,2,3\n4,5"),
            "`,` splits all 2 records of the sample into 3 cells"
        );
        assert_eq!(
            cut("a,b,c\n1,2,3\n4,\"5\n6,7,8"),
            "`,` splits all 2 records of the sample into 3 cells"
        );
    }
}
