//! One file read, in as many passes as its columns need.

mod again;

use super::beside::Beside;
use super::chosen::Chosen;
use super::columns::{Columns, Role};
use super::date::{DateDecision, DateOrder};
use super::decide::{self, Column, Settled};
use super::dialect::Dialect;
use super::furniture::{Furniture, Titles, furniture_warning, is_total_like};
use super::head::body;
use super::labels::LabelsFound;
use super::load::LoadOptions;
use super::number::{Mark, MarkDecision};
use super::opened::{Guess, Opened, numbered};
use super::passes::{self, Ended, each_chunk};
use super::report::{self, Report};
use super::scan::{Chunk, Record, Records, Splitter};
use super::shape::Shape;
use super::shape::plan::{Found, Plan};
use super::shape::rules::Per;
use super::source::{Seen, Source};
use super::stream::PIECE_BLOCK;
use super::summary;
use super::trace::Wanted;
use crate::error::{Code, Errors, Message, Place};
use crate::policies::Policies;
use crate::text;

pub(super) use again::ReadBy;

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
    pub(super) billed: Option<String>,
    /// The warnings about lines that are no rows, and columns of totals that are no sums.
    pub(super) furniture: Vec<Message>,
    pub(super) labels: LabelsFound,
    pub(super) per: Option<(Per, String)>,
    pub(super) compression: Option<&'static str>,
    pub(super) encoding_is_set: bool,
    pub(super) seen: Seen,
    pub(super) found: Found,
}

/// One file on its way.
pub(super) struct FileReader {
    pub(super) source: Source,
    pub(super) start: Opened,
    /// The lines around the rows, once they were told apart.
    furniture: Option<Furniture>,
    /// True until a cut between records turned out to be none.
    may_guess: bool,
}

/// What reading a file came to.
struct Reading {
    found: Found,
    seen: Seen,
    mark: Settled<Mark>,
    order: Settled<DateOrder>,
}

/// What a pass came to.
enum Pass {
    Done(Box<Found>, Seen),
    /// It is to be read again, in another encoding or cut with more care.
    Again,
}

impl FileReader {
    /// Finds what the beginning of a file settles.
    pub(super) fn open(
        number: usize,
        mut source: Source,
        options: &LoadOptions,
        policies: &Policies,
    ) -> Result<FileReader, Errors> {
        let start = Opened::of(number, &mut source, options, policies)?;
        Ok(FileReader {
            source,
            start,
            furniture: None,
            may_guess: true,
        })
    }

    /// Reads the rows, again where a whole pass shows that the sample misled.
    pub(super) fn read(mut self, progress: &(dyn Fn(u64) + Sync)) -> Result<FileRead, Errors> {
        let reading = self.read_through(progress)?;
        self.close(reading)
    }

    fn read_through(&mut self, progress: &(dyn Fn(u64) + Sync)) -> Result<Reading, Errors> {
        let (mut guess, is_proven) = self.first_guess();
        let is_report = self.start.is_report();
        if !is_proven || is_report || self.start.sample.complete {
            // A whole pass may show that the sample misled, or that lines stand around the rows; a pipe has to be
            // kept for another. A short one is no burden.
            self.source
                .spool()
                .map_err(|message| Errors::from(numbered(message, self.start.number)))?;
        }
        if is_report {
            self.strip(guess.mark)?;
        }
        // Twice for the mark and the order, twice for an encoding that changes, once for cuts, once to spare.
        for _ in 0..6 {
            let (found, seen) = match self.pass(&guess, None, progress)? {
                Pass::Again => continue,
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
                return Ok(Reading {
                    found,
                    seen,
                    mark,
                    order,
                });
            }
            guess = settled;
        }
        Err(Errors::from(changed(self.start.place())))
    }

    /// True if rows that were read look like lines of a report, and it can be read again.
    fn is_suspicious(&self, found: &Found) -> bool {
        let is_table = matches!(self.start.columns.shape, Shape::Long | Shape::Wide);
        let can_reopen = self.source.can_reopen();
        let is_odd = || {
            found.skipped > 0
                || found
                    .part
                    .has_customer(self.start.options.threads, is_total_like)
                || report::is_suspicious(&found.errors.clone().finish())
        };
        is_table && can_reopen && is_odd()
    }

    /// Tells the rows from the lines around them; true if there are any such lines.
    fn strip(&mut self, mark: Mark) -> Result<bool, Errors> {
        let report = Report {
            place: self.start.place(),
            columns: &self.start.columns,
            labels: &self.start.labels.labels,
            mark,
            is_titled: !self.start.titles.lines.is_empty(),
            keeps_totals: self.start.options.keeps_totals,
            filters: &self.start.options.filters,
            drop_row: self.start.options.drop_row.as_ref(),
        };
        let encoding = self.start.options.encoding;
        let found = report::strip(&mut self.source, encoding, &self.start.dialect, &report)?;
        let found = found.unwrap_or_default();
        let has_any = !found.dropped.is_empty() || !found.groups.is_empty();
        self.furniture = Some(found);
        Ok(has_any)
    }

    fn close(self, reading: Reading) -> Result<FileRead, Errors> {
        let Reading {
            mut found,
            seen,
            mark,
            order,
        } = reading;
        let keeps_totals = self.start.options.keeps_totals;
        let mut unproven = found.totals.unproven(keeps_totals);
        if !keeps_totals {
            unproven.drain(..).for_each(|error| found.errors.add(error));
        }
        if !found.errors.is_empty() {
            return Err(found.errors.finish());
        }
        if found.rows == 0 {
            let message = Message::new(Code::NoRows, "no row stands below the header")
                .at(self.start.header_place);
            return Err(Errors::from(message));
        }
        let order = match &self.start.labels.order {
            Some((value, evidence)) => Settled {
                value: *value,
                origin: format!("detected: {evidence}"),
            },
            None => order,
        };
        Ok(FileRead {
            is_minor: self.start.is_minor(),
            encoding_is_set: self.start.options.encoding.is_some(),
            furniture: self.furniture_warnings(&found, unproven),
            shape_origin: self.start.shape_origin,
            chosen: self.start.chosen,
            options: self.start.options,
            policies: self.start.policies,
            titles: self.start.titles,
            billed: self.start.billed,
            labels: self.start.labels,
            per: self.start.per,
            name: self.source.name().to_owned(),
            columns: self.start.columns,
            header_place: self.start.header_place,
            dialect: self.start.dialect,
            mark,
            order,
            compression: self.start.sample.compression,
            seen,
            found,
        })
    }

    /// What is worth a warning about the lines around the rows and the columns of totals.
    fn furniture_warnings(&self, found: &Found, unproven: Vec<Message>) -> Vec<Message> {
        let lines = self.furniture.as_ref().and_then(|furniture| {
            furniture_warning(furniture, &self.start.titles, &self.start.place())
        });
        let lines = lines.map(|message| {
            if found.totals.has_proved() {
                message.note("each row adds up to its total")
            } else {
                message
            }
        });
        let columns = self.columns_left_out();
        lines.into_iter().chain(columns).chain(unproven).collect()
    }

    /// The columns that are left out because one grain was asked for.
    fn columns_left_out(&self) -> Option<Message> {
        let left_out = &self.start.labels.left_out;
        let named: Vec<String> = left_out
            .iter()
            .map(|(column, _)| self.start.columns.header[*column].clone())
            .collect();
        let count = named.len() as u64;
        (count > 0).then(|| {
            let verb = if count == 1 { "was" } else { "were" };
            let headline = format!(
                "{} of `{}` {verb} left out, as `periods` says",
                text::count(count, "column"),
                self.start.name
            );
            Message::new(Code::Furniture, headline)
                .at(self.start.header_place.clone())
                .found(text::examples(&named, named.len()))
                .counting(count)
        })
    }

    /// What the sample suggests, and whether it leaves nothing open.
    fn first_guess(&self) -> (Guess, bool) {
        let plan = self.start.plan(
            &Guess {
                mark: Mark::Dot,
                order: DateOrder::DayFirst,
            },
            None,
        );
        let (bytes, first_line) = body(&self.start.sample, &self.start.dialect);
        let found = passes::evidence(&plan, bytes, first_line);
        let beside = self.beside_in_sample(&found);
        let (marks, dates) = (
            found.marks.decide_with(&beside.named(&self.start.columns)),
            found.dates.decide_order(),
        );
        let is_proven = (self.start.options.decimal.is_some()
            || matches!(marks, MarkDecision::Proven { .. }))
            && (self.start.options.date_order.is_some()
                || matches!(dates, DateDecision::Proven { .. }));
        let column = Column {
            file: (self.start.number, ""),
            name: None,
        };
        let mark = self
            .start
            .options
            .decimal
            .or(decide::mark(marks, &column).ok().map(|mark| mark.value));
        let order = self
            .start
            .options
            .date_order
            .or(order(dates, &found.reversed, &column)
                .ok()
                .map(|order| order.value));
        let guess = Guess {
            mark: mark.unwrap_or(Mark::Dot),
            order: order.unwrap_or(DateOrder::DayFirst),
        };
        (guess, is_proven)
    }

    /// What other columns of amounts show, read only where the amounts leave two decimal marks.
    fn beside(&mut self, found: &Found) -> Result<Beside, Errors> {
        let mut beside = self.beside_in_sample(found);
        if beside.is_empty() || self.start.sample.complete || !self.source.can_reopen() {
            return Ok(beside);
        }
        let placed = |message: Message| Errors::from(numbered(message, self.start.number));
        let stream = self
            .source
            .open(self.start.options.encoding)
            .map_err(placed)?;
        let mut splitter = Splitter::new(stream, &self.start.dialect);
        let read = |chunk: Chunk| beside.read_chunk(&chunk, &self.start.dialect);
        each_chunk(&mut splitter, &self.start.dialect, read).map_err(placed)?;
        Ok(beside)
    }

    /// The same, as far as the sample reaches.
    fn beside_in_sample(&self, found: &Found) -> Beside {
        let is_open = self.start.options.decimal.is_none()
            && matches!(found.marks.decide(), MarkDecision::Ambiguous { .. });
        if !is_open {
            return Beside::default();
        }
        let mut beside = Beside::of(&self.start.columns);
        let (bytes, first_line) = body(&self.start.sample, &self.start.dialect);
        let chunk = Chunk {
            bytes: bytes.to_vec(),
            first_line,
            number: 0,
            is_guess: false,
            unhashed: None,
        };
        beside.read_chunk(&chunk, &self.start.dialect);
        beside
    }

    /// What all rows together say about the mark and the order; set ones are taken as they are.
    fn settle(
        &self,
        found: &Found,
        beside: &Beside,
    ) -> Result<(Settled<Mark>, Settled<DateOrder>), Errors> {
        let file = (self.start.number, self.source.name());
        let amount = Column {
            file,
            name: self.start.columns.name(Role::Amount),
        };
        let date = Column {
            file,
            name: self
                .start
                .columns
                .name(Role::Date)
                .or(self.start.columns.name(Role::Start)),
        };
        let mark = match (self.start.options.decimal, found.marks.decide_scale()) {
            (_, Some(fault)) => decide::mark(fault, &amount),
            (Some(value), None) => Ok(Settled {
                value,
                origin: self.start.options.origin("decimal"),
            }),
            (None, None) => {
                let others = beside.named(&self.start.columns);
                decide::mark(found.marks.decide_with(&others), &amount)
            }
        };
        let mark = mark.and_then(|mark| {
            decide::scale(&found.marks, self.start.options.scale, &amount)?;
            Ok(mark)
        });
        let order = match self.start.options.date_order {
            Some(value) => match found.dates.decide_form() {
                Some(fault) => decide::order(fault, &date),
                None => Ok(Settled {
                    value,
                    origin: self.start.options.origin("date-order"),
                }),
            },
            None => order(found.dates.decide(), &found.reversed, &date),
        };
        let order = order.and_then(|order| self.not_reversed(found, order));
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

    /// Rows that would end before they start under the order that holds, which their own reading left to the whole
    /// file to decide.
    fn not_reversed(
        &self,
        found: &Found,
        order: Settled<DateOrder>,
    ) -> Result<Settled<DateOrder>, Message> {
        let Some((line, text)) = &found.reversed[order.value as usize] else {
            return Ok(order);
        };
        let errors = found.errors.clone().finish();
        let is_said = errors
            .list
            .iter()
            .any(|error| error.code == Code::EndBeforeStart);
        if is_said || self.start.options.date_order.is_some() {
            return Ok(order);
        }
        let place = Place {
            line: Some(*line),
            column: self.start.columns.name(Role::End).map(str::to_owned),
            ..self.start.place()
        };
        Err(
            Message::new(Code::EndBeforeStart, "a row ends before it starts")
                .at(place)
                .found(format!("`{text}`"))
                .note(format!(
                    "dates are {}, {}",
                    order.value.word(),
                    order.origin
                )),
        )
    }

    /// One reading of the whole file, or of the rows of those who are asked for.
    fn pass(
        &mut self,
        guess: &Guess,
        wanted: Option<&Wanted>,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<Pass, Errors> {
        let placed = |message: Message| Errors::from(numbered(message, self.start.number));
        let size = self.source.size();
        let stream = self
            .source
            .open(self.start.options.encoding)
            .map_err(placed)?;
        let mut splitter = Splitter::with_block_size(stream, &self.start.dialect, PIECE_BLOCK);
        if self.may_guess && self.source.can_reopen() {
            splitter.guess();
        }
        let plan = Plan {
            wanted,
            ..self.start.plan(guess, self.furniture.as_ref())
        };
        let threads = self.start.options.threads;
        let (found, end) = passes::read(&plan, &mut splitter, threads, progress);
        match end {
            Ok(Ended::Whole) => {
                let seen = splitter.into_stream().finish();
                // Somebody cut it: at the end of a row nothing else would show that rows are missing.
                if size.is_some_and(|size| seen.bytes_read < size) && !found.errors.is_cut_short() {
                    return Err(Errors::from(changed(self.start.place())));
                }
                Ok(Pass::Done(Box::new(found), seen))
            }
            Ok(Ended::OtherEncoding(encoding)) => {
                self.source.assume(encoding);
                Ok(Pass::Again)
            }
            Ok(Ended::CutWrong) => {
                self.may_guess = false;
                Ok(Pass::Again)
            }
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
            .find(|role| self.start.columns.name(*role) == column)
            .and_then(|role| self.start.columns.of(role));
        let (bytes, first_line) = body(&self.start.sample, &self.start.dialect);
        let mut records = Records::new(bytes, &self.start.dialect, first_line);
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
}

/// The error for a file that no two passes agree on.
fn changed(place: Place) -> Message {
    let headline = format!("`{}` changed while it was read", place.file);
    Message::new(Code::ChangedFile, headline)
        .at(place)
        .help("copy it and run on the copy")
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
