//! Files that are reports: the lines around their rows, found before rows are read.

use super::columns::{Columns, Role};
use super::dialect::Dialect;
use super::encoding::Encoding;
use super::filter::Filter;
use super::furniture::{self, Body, Furniture, Line, Titles};
use super::labels::{Label, is_period};
use super::number::Mark;
use super::pattern::Pattern;
use super::scan::{Cut, Record, Records, Splitter};
use super::shape::Shape;
use super::shape::reader::trimmed;
use super::source::{Sample, Source};
use crate::error::{Code, Errors, Message, Place};

/// The largest file that is looked through for lines that are no rows, in bytes of text: reports are for people, and
/// its lines are held in memory.
const LARGEST: usize = 8 << 20;

/// What stands above the header, by the sample; the dialect then begins at the header.
pub(super) fn cut_titles(sample: &Sample, dialect: &mut Dialect) -> Titles {
    const LOOKED_AT: usize = 60;
    let start = dialect.preamble.min(sample.text.len());
    let text = &sample.text[start..];
    let mut records = Records::new(text, dialect, dialect.first_line());
    let (mut record, mut lines, mut starts) = (Record::new(), Vec::new(), Vec::new());
    while lines.len() < LOOKED_AT && matches!(records.next(&mut record), Ok(true)) {
        starts.push((record.span().start, record.line()));
        lines.push(line(&record, text));
    }
    if !sample.complete && lines.len() < LOOKED_AT {
        // The last record may be cut short.
        lines.pop();
    }
    let header = furniture::find_header(&lines, &is_known, &is_period);
    let Some((offset, number)) = starts.get(header).filter(|_| header > 0) else {
        return Titles::default();
    };
    dialect.preamble = start + offset;
    dialect.lines_before = number - 1;
    furniture::read_titles(&lines[..header])
}

/// True for a header that some role knows by a name that is more than a word.
fn is_known(cell: &str) -> bool {
    let mut roles = Role::ALL.into_iter();
    roles.any(|role| {
        let mut ranks = role.synonyms().iter();
        ranks.any(|names| super::columns::is_named(cell, role, names))
    })
}

fn line(record: &Record, bytes: &[u8]) -> Line {
    let mut scratch = String::new();
    let cells = (0..record.len())
        .map(|index| trimmed(record.cell(bytes, index, &mut scratch)).to_owned())
        .collect();
    Line {
        number: record.line(),
        cells,
    }
}

/// What is known of a report before its lines are told apart.
pub(super) struct Report<'a> {
    pub(super) place: Place,
    pub(super) columns: &'a Columns,
    pub(super) labels: &'a [Label],
    pub(super) mark: Mark,
    pub(super) is_titled: bool,
    pub(super) keeps_totals: bool,
    pub(super) filters: &'a [Filter],
    /// Rows that were said to be none: they take part in no sum.
    pub(super) drop_row: Option<&'a Pattern>,
}

/// Reads a file and tells its rows from the lines around them; `None` for one that is too large to be a report,
/// or cannot be told into records: reading its rows says why.
///
/// # Errors
///
/// Totals that do not add up.
pub(super) fn strip(
    source: &mut Source,
    encoding: Option<Encoding>,
    dialect: &Dialect,
    report: &Report<'_>,
) -> Result<Option<Furniture>, Errors> {
    let Some(mut lines) = lines(source, encoding, dialect)? else {
        return Ok(None);
    };
    if let Some(pattern) = report.drop_row {
        lines.retain(|line| !line.cells.iter().any(|cell| pattern.matches(cell)));
    }
    let columns = report.columns;
    let amounts: Vec<usize> = match columns.shape {
        Shape::Wide => report.labels.iter().map(|label| label.index).collect(),
        _ => columns.of(Role::Amount).into_iter().collect(),
    };
    let filters = columns.filters.iter().zip(report.filters);
    let refused: Vec<(usize, &str)> = filters
        .filter(|(_, filter)| !filter.is_equal && !filter.value.is_empty())
        .map(|(column, filter)| (*column, filter.value.as_str()))
        .collect();
    let body = Body {
        file: &report.place,
        header: &columns.header,
        lines: &lines,
        customer: columns.of(Role::Customer).unwrap_or_default(),
        date: columns.of(Role::Date).or(columns.of(Role::Start)),
        amounts: &amounts,
        mark: report.mark,
        refused: &refused,
        is_titled: report.is_titled,
    };
    furniture::strip(&body, report.keeps_totals)
        .map(Some)
        .map_err(Errors::from)
}

/// Every record below the header.
fn lines(
    source: &mut Source,
    encoding: Option<Encoding>,
    dialect: &Dialect,
) -> Result<Option<Vec<Line>>, Message> {
    let stream = source.open(encoding)?;
    let mut splitter = Splitter::new(stream, dialect);
    let (mut lines, mut size, mut is_header) = (Vec::new(), 0, true);
    loop {
        let chunk = match splitter.next_chunk()? {
            Cut::End => return Ok(Some(lines)),
            Cut::Restart(_) => return Ok(None),
            Cut::Chunk(chunk) => chunk,
        };
        size += chunk.bytes.len();
        if size > LARGEST {
            return Ok(None);
        }
        let mut records = Records::new(&chunk.bytes, dialect, chunk.first_line);
        let mut record = Record::new();
        loop {
            match records.next(&mut record) {
                Ok(true) if std::mem::take(&mut is_header) => {}
                Ok(true) => lines.push(line(&record, &chunk.bytes)),
                Ok(false) => break,
                Err(_) => return Ok(None),
            }
        }
    }
}

/// True for what the rows of a file with lines that are no rows come to: worth a look at all of it.
pub(super) fn is_suspicious(errors: &Errors) -> bool {
    let codes = [
        Code::EmptyCustomer,
        Code::EmptyDate,
        Code::EmptyAmount,
        Code::UnreadableDate,
        Code::UnreadableAmount,
        Code::ExtraCells,
        Code::UndecidedStatus,
    ];
    errors.list.iter().any(|error| codes.contains(&error.code))
}
