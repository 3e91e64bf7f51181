//! The whole way: every source read, in as many passes as its columns need, into one ledger.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

use super::beside::Beside;
use super::chosen::{Chosen, choose};
use super::columns::{Columns, HeaderLine, Role, Wanted, assign};
use super::date::{DateDecision, DateOrder};
use super::decide::{self, Column, Settled};
use super::dialect::{Dialect, detect_dialect};
use super::encoding::Encoding;
use super::filter::Filter;
use super::furniture::{Furniture, Titles, furniture_warning, is_total_like};
use super::head::{body, cut_header, first_values, read_header, wider_record};
use super::header::{self, Scale, Unit};
use super::labels::{self, LabelAsk, LabelsFound, read_headers};
use super::number::{Mark, MarkDecision};
use super::preset::{self, Preset};
use super::report::{self, Report};
use super::scan::{Chunk, Cut, Record, Records, Splitter};
use super::shape::plan::{Found, Plan};
use super::shape::reader::RowReader;
use super::shape::rules::{AmountIs, Per, Rules, per};
use super::shape::{EndRule, History, Shape, Signs};
use super::source::{Sample, Seen, Source};
use super::summary::{self, FileSummary, Trait};
use super::traits::Beginning;
use crate::error::{Code, Errors, Message, Place};
use crate::ledger::Ledger;
use crate::policies::{Basis, Policies};
use crate::units::{Grain, Month};

/// How to read: everything that is not detected.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The columns named.
    pub columns: Wanted,
    /// The filters, in the order of `columns.filters`.
    pub filters: Vec<Filter>,
    /// The delimiter.
    pub delimiter: Option<u8>,
    /// The encoding.
    pub encoding: Option<Encoding>,
    /// The decimal mark of the amounts.
    pub decimal: Option<Mark>,
    /// How many units an amount of 1 stands for.
    pub scale: Option<Scale>,
    /// The order of day and month.
    pub date_order: Option<DateOrder>,
    /// What a row is.
    pub shape: Option<Shape>,
    /// How much of the past the input holds.
    pub history: Option<History>,
    /// Whether an end is the last day or the day after it.
    pub end: Option<EndRule>,
    /// What an amount beside a quantity is.
    pub amount_is: Option<AmountIs>,
    /// How long the amount of a contract is for.
    pub per: Option<Per>,
    /// Statuses that count.
    pub keep_status: Vec<String>,
    /// Statuses that don't.
    pub drop_status: Vec<String>,
    /// True if contracts may all be running.
    pub allows_no_churn: bool,
    /// The grain of the columns of periods that count.
    pub periods: Option<Grain>,
    /// The year of periods that name none.
    pub year: Option<i32>,
    /// True if lines that are named like totals are kept as customers.
    pub keeps_totals: bool,
    /// The preset to read by, or `none`; without one it is recognised.
    pub preset: Option<String>,
    /// The presets that are known.
    pub presets: Vec<Preset>,
    /// What an amount counts.
    pub unit: Option<Unit>,
    /// The month that counted periods count from.
    pub first_period: Option<Month>,
    /// How many threads read rows; at least one.
    pub threads: usize,
    /// Which flag or line gave a setting, by its name, for messages.
    pub origins: BTreeMap<&'static str, String>,
}

impl LoadOptions {
    /// Where a value that was set came from: `flag`, or a line of a settings file.
    #[must_use]
    pub fn origin(&self, setting: &str) -> String {
        let in_file = self.origins.get(setting).cloned();
        in_file.unwrap_or_else(|| "flag".to_owned())
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Loaded {
    /// The ledger.
    pub ledger: Ledger,
    /// Every file and how it was read, in the order given.
    pub files: Vec<FileSummary>,
    /// The header of the amount column: what amounts are called, and what the basis is detected from.
    pub amount_column: String,
    /// The ledger by customer and product with the columns of `--by`, where they name the product column:
    /// each product is then netted on its own.
    pub products: Option<Ledger>,
    /// The header of the product column in that case.
    pub product_column: Option<String>,
    /// The headers of the columns of `--by`.
    pub by: Vec<String>,
    /// What a row is.
    pub shape: Shape,
    /// How much of the past the input holds.
    pub history: History,
    /// What amounts are where the shape says so, and by what.
    pub basis: Option<(Basis, String)>,
    /// The policies with what the preset says where nobody said otherwise.
    pub policies: Policies,
    /// The export of the same vendor that holds more of the past.
    pub better: Option<String>,
    /// What a careful colleague would mention.
    pub warnings: Vec<Message>,
}

/// Told how many bytes of all sources were read so far.
pub type Progress<'a> = &'a (dyn Fn(u64) + Sync);

/// Reads every source into one ledger.
///
/// # Shape
///
/// Rows are added up as they are read; memory grows with customers × months. A file is read once where
/// its beginning already settles the decimal mark and the date order, else twice; a pipe that may need
/// a second pass is kept in a temporary file without a name.
///
/// # Errors
///
/// Every error of every file, in order of file and line.
pub fn load(
    sources: Vec<Source>,
    options: &LoadOptions,
    policies: &Policies,
    progress: Progress<'_>,
) -> Result<Loaded, Errors> {
    let mut errors = Vec::new();
    let mut read: Vec<FileRead> = Vec::new();
    let mut bytes_before = 0;
    for (number, source) in sources.into_iter().enumerate() {
        let add = |bytes: u64| progress(bytes_before + bytes);
        match FileReader::open(number, source, options, policies)
            .and_then(|reader| reader.read(&add))
        {
            Ok(file) => {
                bytes_before += file.seen.bytes_read;
                read.push(file);
            }
            Err(failed) => errors.push(failed),
        }
    }
    if !errors.is_empty() {
        return Err(summary::joined(errors));
    }
    summary::close(read)
}

/// What the beginnings of files show, by file: delimiter and columns. For those who look at files whose rows
/// cannot be read; a file whose beginning cannot be is left out.
#[must_use]
pub fn look(
    sources: Vec<Source>,
    options: &LoadOptions,
    policies: &Policies,
) -> Vec<(String, Vec<Trait>)> {
    let opened = (0..)
        .zip(sources)
        .filter_map(|(number, source)| FileReader::open(number, source, options, policies).ok());
    let seen = |file: FileReader| {
        let beginning = Beginning {
            dialect: &file.dialect,
            columns: &file.columns,
            shape_origin: &file.shape_origin,
            chosen: file.chosen.as_ref(),
            options: &file.options,
        };
        (file.source.name().to_owned(), beginning.traits())
    };
    opened.map(seen).collect()
}

/// One file, read.
pub(super) struct FileRead {
    pub(super) name: String,
    pub(super) columns: Columns,
    pub(super) header_place: Place,
    pub(super) dialect: Dialect,
    pub(super) mark: Settled<Mark>,
    pub(super) order: Settled<DateOrder>,
    pub(super) is_minor: bool,
    pub(super) shape_origin: String,
    pub(super) chosen: Option<Chosen>,
    /// The settings and policies with what the preset says.
    pub(super) options: LoadOptions,
    pub(super) policies: Policies,
    pub(super) titles: Titles,
    /// The warning about lines that are no rows.
    pub(super) furniture: Option<Message>,
    pub(super) labels: LabelsFound,
    pub(super) per: Option<(Per, String)>,
    pub(super) compression: Option<&'static str>,
    pub(super) encoding_is_set: bool,
    pub(super) seen: Seen,
    pub(super) found: Found,
}

/// One file on its way.
struct FileReader {
    number: usize,
    source: Source,
    sample: Sample,
    dialect: Dialect,
    columns: Columns,
    shape_origin: String,
    rules: Rules,
    per: Option<(Per, String)>,
    labels: LabelsFound,
    titles: Titles,
    chosen: Option<Chosen>,
    /// The lines around the rows, once they were told apart.
    furniture: Option<Furniture>,
    header_place: Place,
    options: LoadOptions,
    policies: Policies,
}

/// What a pass reads by.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Guess {
    mark: Mark,
    order: DateOrder,
}

/// What a pass came to.
enum Pass {
    Done(Box<Found>, Seen),
    Restart(Encoding),
}

impl FileReader {
    /// Finds dialect and columns from the beginning of a file.
    fn open(
        number: usize,
        mut source: Source,
        options: &LoadOptions,
        policies: &Policies,
    ) -> Result<FileReader, Errors> {
        let placed = |message: Message| Errors::from(numbered(message, number));
        let sample = source.sample(options.encoding).map_err(placed)?;
        let name = source.name().to_owned();
        let mut dialect = detect_dialect(&sample.text, sample.complete, options.delimiter, &name)
            .map_err(placed)?;
        let titles = report::cut_titles(&sample, &mut dialect);
        let (cells, header_place) =
            read_header(&sample, &dialect, number, &name).map_err(placed)?;
        let line = HeaderLine {
            cells: &cells,
            place: header_place.clone(),
            wider: wider_record(&sample, &dialect, cells.len()),
        };
        let chosen = choose(options, &cells, &titles.text, &header_place)?;
        let (mut options, mut policies) = (options.clone(), policies.clone());
        if let Some(chosen) = &chosen {
            chosen.complete(&mut options, &mut policies, &header_place)?;
        }
        let values = |column: usize| first_values(&sample, &dialect, column);
        let (shape, shape_origin) = match options.shape {
            Some(shape) => (shape, options.origin("shape")),
            None => Signs {
                cells: &cells,
                wanted: &options.columns,
                values: &values,
            }
            .shape()
            .map(|(shape, evidence)| (shape, format!("detected: {evidence}")))
            .map_err(|message| Errors::from(message.at(header_place.clone())))?,
        };
        let preset = chosen.as_ref().map(|chosen| chosen.roles(&cells));
        let columns = assign(
            &line,
            shape,
            preset.as_ref(),
            &options.columns,
            &options.origins,
        );
        let columns = match (columns, &chosen) {
            (Err(errors), Some(chosen)) => return Err(chosen.explain(errors)),
            (Err(errors), None) => return Err(as_list(errors, &cells, &values, &header_place)),
            (Ok(columns), _) => columns,
        };
        if options.scale.is_none() {
            refuse_scaled(&columns, &titles, &header_place)?;
        }
        let per = columns
            .shape
            .has_spans()
            .then(|| per(&columns, options.per, &header_place));
        let per = per.transpose()?;
        let rules = rules(
            &options,
            per.as_ref(),
            chosen.as_ref().map(|chosen| chosen.rules(&cells)),
        );
        let labels = if columns.shape == Shape::Wide {
            labels(&columns, titles.year, &options, &policies, &header_place)?
        } else {
            LabelsFound::default()
        };
        Ok(FileReader {
            number,
            source,
            sample,
            dialect,
            columns,
            shape_origin,
            rules,
            per,
            labels,
            titles,
            chosen,
            furniture: None,
            header_place,
            options,
            policies,
        })
    }

    /// Reads the rows, again where a whole pass shows that the sample misled.
    fn read(mut self, progress: &dyn Fn(u64)) -> Result<FileRead, Errors> {
        let (mut guess, is_proven) = self.first_guess();
        let is_report = !self.titles.lines.is_empty() || self.columns.header[0].is_empty();
        if (!is_proven || is_report) && !self.sample.complete {
            // A whole pass may show that the sample misled; a pipe has to be kept for another.
            self.source
                .spool()
                .map_err(|message| Errors::from(numbered(message, self.number)))?;
        }
        if is_report {
            self.strip(guess.mark)?;
        }
        // Twice for the mark and the order, twice for an encoding that changes, once to spare.
        for _ in 0..5 {
            let (found, seen) = match self.pass(&guess, progress)? {
                Pass::Restart(encoding) => {
                    self.source.assume(encoding);
                    continue;
                }
                Pass::Done(found, seen) => (*found, seen),
            };
            if found.errors.is_cut_short() {
                return Err(found.errors.finish());
            }
            if self.furniture.is_none() && self.is_suspicious(&found) && self.strip(guess.mark)? {
                continue;
            }
            let beside = self.beside(&found)?;
            let (mark, order) = self.settle(&found, &beside)?;
            let settled = Guess {
                mark: mark.value,
                order: order.value,
            };
            if settled == guess {
                return self.close(found, seen, mark, order);
            }
            guess = settled;
        }
        Err(Errors::from(changed(self.file_place())))
    }

    /// True if amounts are in minor units: as was said, else by the header.
    fn is_minor(&self) -> bool {
        let amount = self.columns.name(Role::Amount).unwrap_or_default();
        match self.options.unit {
            Some(unit) => unit == Unit::Minor,
            None => header::is_minor(amount),
        }
    }

    /// True if rows that were read look like lines of a report, and it can be read again.
    fn is_suspicious(&self, found: &Found) -> bool {
        let is_table = matches!(self.columns.shape, Shape::Long | Shape::Wide);
        let can_reopen = self.sample.complete || self.source.can_reopen();
        let is_odd = || {
            found.skipped > 0
                || found.part.has_customer(is_total_like)
                || report::is_suspicious(&found.errors.clone().finish())
        };
        is_table && can_reopen && is_odd()
    }

    /// Tells the rows from the lines around them; true if there are any such lines.
    fn strip(&mut self, mark: Mark) -> Result<bool, Errors> {
        let report = Report {
            place: self.file_place(),
            columns: &self.columns,
            labels: &self.labels.labels,
            mark,
            is_titled: !self.titles.lines.is_empty(),
            keeps_totals: self.options.keeps_totals,
        };
        let encoding = self.options.encoding;
        let found = report::strip(&mut self.source, encoding, &self.dialect, &report)?;
        let found = found.unwrap_or_default();
        let has_any = !found.dropped.is_empty() || !found.groups.is_empty();
        self.furniture = Some(found);
        Ok(has_any)
    }

    fn close(
        self,
        found: Found,
        seen: Seen,
        mark: Settled<Mark>,
        order: Settled<DateOrder>,
    ) -> Result<FileRead, Errors> {
        if !found.errors.is_empty() {
            return Err(found.errors.finish());
        }
        if found.rows == 0 {
            let message =
                Message::new(Code::NoRows, "no row stands below the header").at(self.header_place);
            return Err(Errors::from(message));
        }
        Ok(FileRead {
            is_minor: self.is_minor(),
            encoding_is_set: self.options.encoding.is_some(),
            furniture: self.furniture.as_ref().and_then(|furniture| {
                let place = Place {
                    file_number: self.number,
                    ..Place::file(self.source.name())
                };
                furniture_warning(furniture, &self.titles, &place)
            }),
            shape_origin: self.shape_origin,
            chosen: self.chosen,
            options: self.options,
            policies: self.policies,
            titles: self.titles,
            labels: self.labels,
            per: self.per,
            name: self.source.name().to_owned(),
            columns: self.columns,
            header_place: self.header_place,
            dialect: self.dialect,
            mark,
            order,
            compression: self.sample.compression,
            seen,
            found,
        })
    }

    /// What the sample suggests, and whether it leaves nothing open.
    fn first_guess(&self) -> (Guess, bool) {
        let plan = self.plan(&Guess {
            mark: Mark::Dot,
            order: DateOrder::DayFirst,
        });
        let mut reader = RowReader::new(&plan);
        let (bytes, first_line) = body(&self.sample, &self.dialect);
        reader.read_chunk(&Chunk {
            bytes: bytes.to_vec(),
            first_line,
            number: 0,
        });
        let beside = self.beside_in_sample(&reader.found);
        let (marks, dates) = (
            reader.found.marks.decide_with(&beside.named(&self.columns)),
            reader.found.dates.decide_order(),
        );
        let is_proven = (self.options.decimal.is_some()
            || matches!(marks, MarkDecision::Proven { .. }))
            && (self.options.date_order.is_some() || matches!(dates, DateDecision::Proven { .. }));
        let column = Column {
            file: (self.number, ""),
            name: None,
        };
        let mark = self
            .options
            .decimal
            .or(decide::mark(marks, &column).ok().map(|mark| mark.value));
        let order = self
            .options
            .date_order
            .or(order(dates, &reader.found.reversed, &column)
                .ok()
                .map(|order| order.value));
        let guess = Guess {
            mark: mark.unwrap_or(Mark::Dot),
            order: order.unwrap_or(DateOrder::DayFirst),
        };
        (guess, is_proven)
    }

    fn plan<'p>(&'p self, guess: &Guess) -> Plan<'p> {
        let amount = self.columns.name(Role::Amount).unwrap_or_default();
        Plan {
            columns: &self.columns,
            dialect: &self.dialect,
            filters: &self.options.filters,
            file: (self.number, self.source.name()),
            mark: (guess.mark, self.options.decimal.is_some()),
            order: (guess.order, self.options.date_order.is_some()),
            fiscal_year: self.policies.fiscal_year,
            empty_amount: self.policies.empty_amount,
            duplicates: self.policies.duplicates,
            through: self.policies.through,
            currency: self.policies.currency.as_deref(),
            header_currency: header::currency_of(amount).or(self.titles.currency),
            is_minor: self.is_minor(),
            rules: &self.rules,
            furniture: self.furniture.as_ref(),
            periods: &self.labels.labels,
            totals: &self.labels.totals,
            origins: &self.options.origins,
            factor: self.options.scale.unwrap_or_default().factor(),
        }
    }

    /// What other columns of amounts show, read only where the amounts leave two decimal marks.
    fn beside(&mut self, found: &Found) -> Result<Beside, Errors> {
        let mut beside = self.beside_in_sample(found);
        if beside.is_empty() || self.sample.complete || !self.source.can_reopen() {
            return Ok(beside);
        }
        let placed = |message: Message| Errors::from(numbered(message, self.number));
        let stream = self.source.open(self.options.encoding).map_err(placed)?;
        let mut splitter = Splitter::new(stream, &self.dialect);
        let read = |chunk: Chunk| beside.read_chunk(&chunk, &self.dialect);
        each_chunk(&mut splitter, &self.dialect, &|_| {}, read).map_err(placed)?;
        Ok(beside)
    }

    /// The same, as far as the sample reaches.
    fn beside_in_sample(&self, found: &Found) -> Beside {
        let is_open = self.options.decimal.is_none()
            && matches!(found.marks.decide(), MarkDecision::Ambiguous { .. });
        if !is_open {
            return Beside::default();
        }
        let mut beside = Beside::of(&self.columns);
        let (bytes, first_line) = body(&self.sample, &self.dialect);
        let chunk = Chunk {
            bytes: bytes.to_vec(),
            first_line,
            number: 0,
        };
        beside.read_chunk(&chunk, &self.dialect);
        beside
    }

    /// What all rows together say about the mark and the order; set ones are taken as they are.
    fn settle(
        &self,
        found: &Found,
        beside: &Beside,
    ) -> Result<(Settled<Mark>, Settled<DateOrder>), Errors> {
        let file = (self.number, self.source.name());
        let amount = Column {
            file,
            name: self.columns.name(Role::Amount),
        };
        let date = Column {
            file,
            name: self
                .columns
                .name(Role::Date)
                .or(self.columns.name(Role::Start)),
        };
        let mark = match (self.options.decimal, found.marks.decide_scale()) {
            (_, Some(fault)) => decide::mark(fault, &amount),
            (Some(value), None) => Ok(Settled {
                value,
                origin: self.options.origin("decimal"),
            }),
            (None, None) => {
                let others = beside.named(&self.columns);
                decide::mark(found.marks.decide_with(&others), &amount)
            }
        };
        let mark = mark.and_then(|mark| {
            decide::scale(&found.marks, self.options.scale, &amount)?;
            Ok(mark)
        });
        let order = match self.options.date_order {
            Some(value) => match found.dates.decide_form() {
                Some(fault) => decide::order(fault, &date),
                None => Ok(Settled {
                    value,
                    origin: self.options.origin("date-order"),
                }),
            },
            None => order(found.dates.decide(), &found.reversed, &date),
        };
        match (mark, order) {
            (Ok(mark), Ok(order)) => Ok((mark, order)),
            (mark, order) => {
                let open = [mark.err(), order.err()].into_iter().flatten();
                let open: Vec<Message> = open.map(|message| self.with_excerpt(message)).collect();
                Err(summary::joined(vec![
                    Errors::from(open),
                    found.errors.clone().finish(),
                ]))
            }
        }
    }

    /// One reading of the whole file.
    fn pass(&mut self, guess: &Guess, progress: &dyn Fn(u64)) -> Result<Pass, Errors> {
        let placed = |message: Message| Errors::from(numbered(message, self.number));
        let stream = self.source.open(self.options.encoding).map_err(placed)?;
        let mut splitter = Splitter::new(stream, &self.dialect);
        let plan = self.plan(guess);
        let (found, end) = if self.options.threads <= 1 {
            read_here(&plan, &mut splitter, progress)
        } else {
            read_on_threads(&plan, &mut splitter, self.options.threads, progress)
        };
        match end {
            Ok(None) => Ok(Pass::Done(Box::new(found), splitter.into_stream().finish())),
            Ok(Some(encoding)) => Ok(Pass::Restart(encoding)),
            Err(message) => Err(summary::joined(vec![
                found.errors.finish(),
                placed(message),
            ])),
        }
    }

    /// The message with its line, where the sample holds it.
    fn with_excerpt(&self, mut message: Message) -> Message {
        let Some(place) = &mut message.place else {
            return message;
        };
        let column = place.column.as_deref();
        let index = Role::ALL
            .into_iter()
            .find(|role| self.columns.name(*role) == column)
            .and_then(|role| self.columns.of(role));
        let (bytes, first_line) = body(&self.sample, &self.dialect);
        let mut records = Records::new(bytes, &self.dialect, first_line);
        let mut record = Record::new();
        while let Ok(true) = records.next(&mut record) {
            if Some(record.line()) >= place.line {
                let is_it = Some(record.line()) == place.line;
                place.excerpt = index
                    .filter(|_| is_it)
                    .map(|index| record.excerpt(bytes, index));
                break;
            }
        }
        message
    }

    fn file_place(&self) -> Place {
        Place {
            file_number: self.number,
            ..Place::file(self.source.name())
        }
    }
}

/// The error for a file that no two passes agree on.
fn changed(place: Place) -> Message {
    let headline = format!("`{}` changed while it was read", place.file);
    Message::new(Code::ChangedFile, headline)
        .at(place)
        .help("copy it and run on the copy")
}

/// How a pass over the chunks ended: at the end, or with the encoding to start again in.
type End = Result<Option<Encoding>, Message>;

fn read_here(plan: &Plan<'_>, splitter: &mut Splitter, progress: &dyn Fn(u64)) -> (Found, End) {
    let mut reader = RowReader::new(plan);
    let end = each_chunk(splitter, plan.dialect, progress, |chunk| {
        reader.read_chunk(&chunk)
    });
    (reader.found, end)
}

/// The calling thread cuts chunks, the others read them; what they found is merged at the end.
fn read_on_threads(
    plan: &Plan<'_>,
    splitter: &mut Splitter,
    threads: usize,
    progress: &dyn Fn(u64),
) -> (Found, End) {
    let (send, receive) = sync_channel::<Chunk>(threads * 2);
    let receive = Mutex::new(receive);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| read_all(plan, &receive)))
            .collect();
        let end = each_chunk(splitter, plan.dialect, progress, |chunk| {
            send.send(chunk).is_ok()
        });
        drop(send);
        let mut found = Found::new(plan);
        for worker in workers {
            match worker.join() {
                Ok(part) => found.merge(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        (found, end)
    })
}

fn read_all(plan: &Plan<'_>, receive: &Mutex<Receiver<Chunk>>) -> Found {
    let mut reader = RowReader::new(plan);
    loop {
        let next = receive.lock().map(|receive| receive.recv());
        let Ok(Ok(chunk)) = next else {
            return reader.found;
        };
        reader.read_chunk(&chunk);
    }
}

/// Gives every chunk to `read` until it says stop, the header cut off the first one.
fn each_chunk(
    splitter: &mut Splitter,
    dialect: &Dialect,
    progress: &dyn Fn(u64),
    mut read: impl FnMut(Chunk) -> bool,
) -> End {
    let mut is_first = true;
    loop {
        match splitter.next_chunk()? {
            Cut::End => return Ok(None),
            Cut::Restart(encoding) => return Ok(Some(encoding)),
            Cut::Chunk(mut chunk) => {
                if std::mem::take(&mut is_first) {
                    cut_header(&mut chunk, dialect);
                }
                if !read(chunk) {
                    return Ok(None);
                }
                progress(splitter.bytes_read());
            }
        }
    }
}

/// The columns of periods, of a wide file.
fn labels(
    columns: &Columns,
    year_of_titles: Option<i32>,
    options: &LoadOptions,
    policies: &Policies,
    header_place: &Place,
) -> Result<LabelsFound, Errors> {
    let ask = LabelAsk {
        order: options.date_order,
        fiscal: policies.fiscal_year,
        is_fiscal_known: policies.is_set("fiscal-year-start"),
        year: options.year.or(year_of_titles),
        first_period: options.first_period,
        periods: options.periods,
    };
    let placed = |message: Message| message.at(header_place.clone());
    let found = read_headers(&columns.header, &ask)
        .map_err(|messages| Errors::from(messages.into_iter().map(placed).collect::<Vec<_>>()))?;
    if found.labels.is_empty() {
        let message = Message::new(Code::MissingColumn, "no column is named after a period");
        return Err(Errors::from(
            placed(message).expected("headers such as `2024-01` or `Jan 2024`"),
        ));
    }
    Ok(found)
}

/// Where the columns of a list of customers as of one day were asked of it: that it is one.
fn as_list(
    errors: Errors,
    cells: &[String],
    values: &dyn Fn(usize) -> Vec<String>,
    header_place: &Place,
) -> Errors {
    let Some(list) = preset::list_without_periods(cells, labels::count(cells)) else {
        return errors;
    };
    let mut customers = values(list.customer);
    let rows = customers.len();
    customers.sort_unstable();
    customers.dedup();
    if customers.len() < rows {
        return errors;
    }
    let (customer, amount) = (&cells[list.customer], &cells[list.amount]);
    Errors::from(preset::list_refused(customer, amount, header_place.clone()))
}

/// The order of dates; where no date settles it, the one under which no row ends before it starts.
fn order(
    decision: DateDecision,
    reversed: &[Option<(u64, String)>; 2],
    column: &Column<'_>,
) -> Result<Settled<DateOrder>, Message> {
    let is_open = matches!(decision, DateDecision::Ambiguous { .. });
    for order in DateOrder::ALL.into_iter().filter(|_| is_open) {
        let (mine, other) = (&reversed[order as usize], &reversed[order.other() as usize]);
        if let (None, Some((line, text))) = (mine, other) {
            let wrong = order.other().word();
            return Ok(Settled {
                value: order,
                origin: format!(
                    "detected: as {wrong}, `{text}` in line {line} would end before it starts"
                ),
            });
        }
    }
    decide::order(decision, column)
}

/// What rows mean beyond their cells, as far as settings say so.
fn rules(options: &LoadOptions, per: Option<&(Per, String)>, preset: Option<Rules>) -> Rules {
    let folded = |words: &[String]| words.iter().map(|word| header::folded(word)).collect();
    Rules {
        keep_status: folded(&options.keep_status),
        drop_status: folded(&options.drop_status),
        amount_is: options.amount_is,
        per: per.map(|(per, _)| *per).unwrap_or_default(),
        ..preset.unwrap_or_default()
    }
}

/// Asks where the amount's header says that amounts are in thousands or millions.
fn refuse_scaled(columns: &Columns, titles: &Titles, header_place: &Place) -> Result<(), Errors> {
    let name = columns.name(Role::Amount).unwrap_or_default();
    let (scale, headline) = match (header::scale_of(name), titles.scale) {
        (Some(scale), _) => (
            scale,
            format!(
                "the header `{name}` says that amounts are in {}",
                scale.word()
            ),
        ),
        (None, Some(scale)) => (
            scale,
            format!(
                "a title above the header says that amounts are in {}",
                scale.word()
            ),
        ),
        (None, None) => return Ok(()),
    };
    let word = scale.word();
    let message = Message::new(Code::ScaledAmounts, headline)
        .at(header_place.clone())
        .help(format!(
            "pass `--scale {word}`, or `--scale units` if they are not"
        ));
    Err(Errors::from(message))
}

/// A message that knows which file it is about.
fn numbered(mut message: Message, number: usize) -> Message {
    if let Some(place) = &mut message.place {
        place.file_number = number;
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_named_with_what_to_do() {
        let message = changed(Place::file("live.csv"));
        assert_eq!(message.code, Code::ChangedFile);
        assert_eq!(message.headline, "`live.csv` changed while it was read");
        assert_eq!(message.help, ["copy it and run on the copy"]);
    }
}
