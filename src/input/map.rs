//! The file of `map`: which ids are one customer, read like any other file.

use std::collections::BTreeMap;

use super::columns::quoted;
use super::date::{DateEvidence, DateFault, DateOrder, read_when};
use super::decide::{self, Column};
use super::dialect::{Dialect, detect_dialect};
use super::head::read_header;
use super::header;
use super::load::LoadOptions;
use super::passes::each_chunk;
use super::scan::{Chunk, Record, Records, Splitter};
use super::shape::reader::trimmed;
use super::source::{Seen, Source};
use crate::error::{Code, Errors, Excerpt, Message, Place};
use crate::ledger::{IdMap, Ledger};
use crate::text;
use crate::units::{FiscalYear, Grain, Month};

/// The columns, in the order of [`Row::cells`]; the last one may be missing.
const COLUMNS: [&str; 3] = ["from", "to", "effective"];
const FROM: usize = 0;
const TO: usize = 1;
const EFFECTIVE: usize = 2;

/// A file of ids that are one customer, read.
#[derive(Clone, Debug)]
pub struct MapFile {
    /// As it is said in messages.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// BLAKE3 of its bytes as stored.
    pub fingerprint: [u8; 32],
    /// What it says.
    pub map: IdMap,
    /// The line of each rule.
    lines: Lines,
}

/// The line of each rule, by from and month.
type Lines = BTreeMap<(String, Option<Month>), u64>;

/// A line of the file, and where its cells stand.
struct Row {
    line: u64,
    cells: [String; COLUMNS.len()],
    excerpts: [Excerpt; COLUMNS.len()],
}

/// Reads a file of ids that are one customer. Dates are in the order that was set for the input, or in the one
/// that they show.
///
/// # Shape
///
/// A header `from,to` or `from,to,effective`, then a row an id; without `effective` a row holds in every month.
///
/// # Errors
///
/// Every row that names no id or whose month cannot be read, every id that counts as two in one month, and every
/// chain of ids that leads back to where it starts.
pub fn read_map(mut source: Source, options: &LoadOptions) -> Result<MapFile, Errors> {
    let name = source.name().to_owned();
    source.spool().map_err(Errors::from)?;
    let sample = source.sample(None).map_err(Errors::from)?;
    let dialect = detect_dialect(&sample.text, sample.complete, None, &name)?;
    let (cells, place) = read_header(&sample, &dialect, 0, &name)?;
    let columns = columns(&cells, &place)?;
    let mut reader = Reader {
        dialect: &dialect,
        columns: &columns,
        width: cells.len(),
        name: &name,
        rows: Vec::new(),
        errors: Vec::new(),
    };
    let seen = reader.read(&mut source)?;
    let Reader { rows, errors, .. } = reader;
    if rows.is_empty() && errors.is_empty() {
        let message = Message::new(Code::NoRows, "no row stands below the header").at(place);
        return Err(Errors::from(message));
    }
    let mut builder = Builder {
        name: &name,
        errors,
        map: IdMap::default(),
        lines: Lines::new(),
    };
    let order = builder.order(&rows, options);
    for row in &rows {
        builder.add(row, order);
    }
    builder.refuse_cycles(&rows);
    let mut errors = builder.errors;
    if errors.is_empty() {
        return Ok(MapFile {
            map: builder.map,
            lines: builder.lines,
            rows: rows.len() as u64,
            fingerprint: seen.fingerprint,
            name,
        });
    }
    errors.sort_by_key(|error| error.place.as_ref().and_then(|place| place.line));
    Err(Errors::from(errors))
}

impl MapFile {
    /// What it says, a line a rule, in order: the same for files that say the same.
    #[must_use]
    pub fn content(&self) -> Vec<String> {
        let rules = self.map.rules();
        let line = |(from, effective, to): (&str, Option<Month>, &str)| {
            // Lengths keep ids apart that hold any sign.
            let effective = effective.map_or_else(String::new, |month| month.to_string());
            format!("map={}:{from}{}:{to}{effective}", from.len(), to.len())
        };
        rules.map(line).collect()
    }

    /// The ids that no customer of the data has, as one warning; of several ledgers, those that none of them has.
    #[must_use]
    pub fn unknown_ids(&self, ledgers: &[&Ledger]) -> Option<Message> {
        let is_customer = |id: &str| ledgers.iter().any(|ledger| ledger.find(id).is_some());
        let mut unknown: Vec<(u64, &str, &str)> = Vec::new();
        for ((from, effective, to), column) in self
            .map
            .rules()
            .flat_map(|rule| [(rule, COLUMNS[FROM]), (rule, COLUMNS[TO])])
        {
            let id = if column == COLUMNS[FROM] { from } else { to };
            // The end of a chain is a rule's own; what stands between is said once, as where it starts.
            let is_said = column == COLUMNS[TO] && self.map.has(to);
            if !is_customer(id) && !is_said {
                let line = self.lines.get(&(from.to_owned(), effective));
                unknown.push((line.copied().unwrap_or_default(), column, id));
            }
        }
        unknown.sort_unstable();
        let (first, ..) = unknown.first()?;
        let shown: Vec<String> = unknown
            .iter()
            .map(|(line, column, id)| format!("{id} ({column}, line {line})"))
            .collect();
        let count = unknown.len() as u64;
        let verb = if count == 1 { "is" } else { "are" };
        let headline = format!("{} of the map {verb} no customer", text::count(count, "id"));
        Some(
            Message::new(Code::UnknownId, headline)
                .at(Place::line(&self.name, *first))
                .found(text::examples(&shown, shown.len()))
                .note("an id has to be written as it is in the data, capitals and zeros at its start too")
                .counting(count),
        )
    }
}

/// Where each column stands.
fn columns(cells: &[String], place: &Place) -> Result<[Option<usize>; COLUMNS.len()], Errors> {
    let expected = "the header `from,to` or `from,to,effective`";
    let folded: Vec<String> = cells.iter().map(|cell| header::folded(cell)).collect();
    let mut errors = Vec::new();
    let found = COLUMNS.map(|column| folded.iter().position(|cell| cell == column));
    let missing: Vec<String> = (0..EFFECTIVE)
        .filter(|column| found[*column].is_none())
        .map(|column| format!("`{}`", COLUMNS[column]))
        .collect();
    if !missing.is_empty() {
        let headline = format!("the map has no column {}", text::list(&missing, "and"));
        let message = Message::new(Code::MissingColumn, headline).at(place.clone());
        errors.push(message.expected(expected));
    }
    for (number, cell) in cells.iter().enumerate() {
        // One that is misspelt would leave every row in force in every month.
        if !found.contains(&Some(number)) && missing.is_empty() {
            let headline = format!(
                "the map has a column {} that means nothing in it",
                quoted(cell)
            );
            let message = Message::new(Code::UnknownColumn, headline).at(place.clone());
            errors.push(message.expected(expected));
        }
    }
    if errors.is_empty() {
        Ok(found)
    } else {
        Err(Errors::from(errors))
    }
}

/// Reads the rows, and keeps them until all were seen.
struct Reader<'a> {
    dialect: &'a Dialect,
    columns: &'a [Option<usize>; COLUMNS.len()],
    width: usize,
    name: &'a str,
    rows: Vec<Row>,
    errors: Vec<Message>,
}

impl Reader<'_> {
    fn read(&mut self, source: &mut Source) -> Result<Seen, Errors> {
        // Twice for an encoding that changes on the way, once to spare.
        for _ in 0..3 {
            (self.rows, self.errors) = (Vec::new(), Vec::new());
            let stream = source.open(None)?;
            let dialect = self.dialect;
            let mut splitter = Splitter::new(stream, dialect);
            let read = |chunk: Chunk| self.read_chunk(&chunk);
            match each_chunk(&mut splitter, dialect, read)? {
                None => return Ok(splitter.into_stream().finish()),
                Some(encoding) => source.assume(encoding),
            }
        }
        let headline = format!("`{}` changed while it was read", self.name);
        Err(Errors::from(
            Message::new(Code::ChangedFile, headline).at(Place::file(self.name)),
        ))
    }

    fn read_chunk(&mut self, chunk: &Chunk) -> bool {
        let mut records = Records::new(&chunk.bytes, self.dialect, chunk.first_line);
        let mut record = Record::new();
        loop {
            match records.next(&mut record) {
                Ok(true) => self.read_row(&record, &chunk.bytes),
                Ok(false) => return true,
                Err(fault) => {
                    self.errors.push(fault.message(self.name));
                    return false;
                }
            }
        }
    }

    fn read_row(&mut self, record: &Record, bytes: &[u8]) {
        let mut scratch = String::new();
        let mut extra = self.width..record.len();
        if let Some(index) = extra.find(|index| !record.stored(bytes, *index).is_empty()) {
            let headline = format!(
                "a row has {}, and the header {}",
                text::count(record.len() as u64, "cell"),
                self.width
            );
            let place = Place {
                excerpt: Some(record.excerpt(bytes, index)),
                ..Place::line(self.name, record.line())
            };
            let message = Message::new(Code::ExtraCells, headline).at(place);
            return self.errors.push(message);
        }
        let column = |number: usize| self.columns[number].unwrap_or(self.width);
        let cells = [FROM, TO, EFFECTIVE]
            .map(|number| trimmed(record.cell(bytes, column(number), &mut scratch)).to_owned());
        self.rows.push(Row {
            line: record.line(),
            cells,
            excerpts: [FROM, TO, EFFECTIVE].map(|number| record.excerpt(bytes, column(number))),
        });
    }
}

/// Puts the rules together.
struct Builder<'a> {
    name: &'a str,
    errors: Vec<Message>,
    map: IdMap,
    lines: Lines,
}

impl Builder<'_> {
    /// The order of day and month: as was set, else as the dates show.
    fn order(&mut self, rows: &[Row], options: &LoadOptions) -> DateOrder {
        let mut dates = DateEvidence::default();
        for row in rows {
            let cell = &row.cells[EFFECTIVE];
            let (marks, _) = read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR);
            dates.add(marks, row.line, cell);
        }
        let column = Column {
            file: (0, self.name),
            name: Some(COLUMNS[EFFECTIVE]),
        };
        let decided = match options.date_order {
            Some(order) => return order,
            None => decide::order(dates.decide(), &column),
        };
        decided.map_or_else(
            |message| {
                self.errors.push(message);
                DateOrder::DayFirst
            },
            |order| order.value,
        )
    }

    fn add(&mut self, row: &Row, order: DateOrder) {
        let [from, to, effective] = &row.cells;
        for number in [FROM, TO] {
            if row.cells[number].is_empty() {
                let headline = format!("a row of the map has nothing in `{}`", COLUMNS[number]);
                let message = Message::new(Code::EmptyId, headline).at(self.place(row, number));
                self.errors.push(message);
            }
        }
        let effective = match month(effective, order) {
            Ok(effective) => effective,
            Err(message) => {
                let message = message.at(self.place(row, EFFECTIVE));
                return self.errors.push(message);
            }
        };
        if from.is_empty() || to.is_empty() {
            return;
        }
        let Some(other) = self.map.insert(from, effective, to) else {
            self.lines.insert((from.clone(), effective), row.line);
            return;
        };
        let from_when = effective.map_or_else(
            || "in every month".to_owned(),
            |month| format!("from {month} on"),
        );
        let headline = if other == *to {
            format!("`{from}` is mapped to `{to}` twice")
        } else {
            format!("`{from}` is mapped to `{other}` and to `{to}`")
        };
        let first = self.lines.get(&(from.clone(), effective)).copied();
        let first = first.unwrap_or_default();
        let message = Message::new(Code::MapClash, headline)
            .at(self.place(row, FROM))
            .found(format!("line {first}: `{from}` to `{other}`, {from_when}"));
        self.errors.push(message);
    }

    /// One message a cycle, at the last of its lines.
    fn refuse_cycles(&mut self, rows: &[Row]) {
        for cycle in self.map.cycles() {
            let lines = cycle.iter().filter_map(|rule| self.lines.get(rule));
            let last = lines.max().copied().unwrap_or_default();
            let row = rows.iter().find(|row| row.line == last);
            let place = row.map_or_else(|| Place::file(self.name), |row| self.place(row, TO));
            let shown = |rule: &(String, Option<Month>)| {
                let line = self.lines.get(rule).copied().unwrap_or_default();
                format!("{} in line {line}", rule.0)
            };
            let ids: Vec<String> = cycle.iter().map(shown).collect();
            let start = cycle.first().map_or("", |rule| &rule.0);
            let headline = format!("the map leads from `{start}` back to it");
            let message = Message::new(Code::MapCycle, headline)
                .at(place)
                .found(text::examples(&ids, ids.len()));
            self.errors.push(message);
        }
    }

    fn place(&self, row: &Row, number: usize) -> Place {
        Place {
            column: Some(COLUMNS[number].to_owned()),
            excerpt: Some(row.excerpts[number].clone()),
            ..Place::line(self.name, row.line)
        }
    }
}

/// The month a rule holds from; `None` for every month.
fn month(cell: &str, order: DateOrder) -> Result<Option<Month>, Message> {
    let expected = "a month such as 2024-03, a date in it, or nothing";
    let unreadable = || {
        let headline = format!("cannot read `{cell}` as a month or date");
        Message::new(Code::UnreadableDate, headline).expected(expected)
    };
    match read_when(cell, order, FiscalYear::CALENDAR).1 {
        Ok(None) => Ok(None),
        Ok(Some(when)) if when.grain == Grain::Month => Ok(Some(when.month)),
        Ok(Some(_)) => Err(unreadable().note("a longer period has several months")),
        Err(DateFault::OutOfRange(_) | DateFault::Placeholder) => {
            let headline = format!("`{cell}` lies outside 1990 to 2100");
            Err(Message::new(Code::DateOutOfRange, headline).expected(expected))
        }
        Err(_) => Err(unreadable()),
    }
}
