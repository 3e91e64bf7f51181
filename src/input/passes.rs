//! One pass over a file: its chunks cut, and read by all threads alike.

use std::sync::atomic::{AtomicBool, Ordering};

use super::chunks::{Chunks, End, Queue};
use super::dialect::Dialect;
use super::encoding::Encoding;
use super::scan::{Chunk, Splitter};
use super::shape::Shape;
use super::shape::fast::{self, Detour, FastReader};
use super::shape::plan::{Found, Plan};
use super::shape::reader::RowReader;
use super::shape::wide_fast::{self, WideReader};
use super::split::ends_with_record;
use crate::error::Message;
use crate::ledger::{Shards, in_two};

/// How far a pass came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// To the end.
    Whole,
    /// To where it shows that everything is to be read again in this encoding.
    OtherEncoding(Encoding),
    /// To a chunk that does not end where a record does: what was read is worth nothing.
    CutWrong,
}

/// Reads every chunk. Each thread takes the next one as soon as it is done with its last; what they found is put
/// together at the end.
pub(super) fn read(
    plan: &Plan<'_>,
    splitter: &mut Splitter,
    threads: usize,
    progress: &(dyn Fn(u64) + Sync),
) -> (Found, Result<Ended, Message>) {
    let (shards, detour) = match shards(plan, threads) {
        Ok(shards) => (Some(shards), None),
        Err(detour) => (None, Some(detour)),
    };
    let chunks = Queue::new(Chunks::new(splitter, plan.dialect, progress), threads);
    let stop = Stop::default();
    let read_all = || read_all(plan, shards.as_ref(), &chunks, &stop);
    let (mut found, others) = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(read_all)).collect();
        let found = read_all();
        let others = others.into_iter().map(|other| match other.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        (found, others.collect::<Vec<Found>>())
    });
    let (joined, ()) = in_two(
        threads,
        || shards.and_then(|shards| shards.join(threads)),
        || others.into_iter().for_each(|other| found.merge(other)),
    );
    if let Some(mut joined) = joined {
        std::mem::swap(&mut found.part, &mut joined);
        found.part.merge(joined);
    }
    found.detour = detour;
    if stop.is_cut_wrong.load(Ordering::Relaxed) {
        return (found, Ok(Ended::CutWrong));
    }
    (
        found,
        chunks
            .end()
            .map(|again| again.map_or(Ended::Whole, Ended::OtherEncoding)),
    )
}

/// The parts that threads fill where rows have a short way.
fn shards(plan: &Plan<'_>, threads: usize) -> Result<Shards, Detour> {
    if plan.wanted.is_some() {
        return Err(Detour::Trace);
    }
    match plan.columns.shape {
        Shape::Wide => wide_fast::shards(plan, threads),
        _ => fast::shards(plan, threads),
    }
}

/// Why threads take no more chunks.
#[derive(Default)]
struct Stop {
    /// A record could not be told from the next.
    is_lost: AtomicBool,
    /// A chunk does not end where a record does.
    is_cut_wrong: AtomicBool,
}

impl Stop {
    fn is_said(&self) -> bool {
        self.is_lost.load(Ordering::Relaxed) || self.is_cut_wrong.load(Ordering::Relaxed)
    }
}

/// Reads chunks until there are no more.
fn read_all<'a>(
    plan: &'a Plan<'a>,
    shards: Option<&'a Shards>,
    chunks: &Queue<'_>,
    stop: &Stop,
) -> Found {
    let mut reader = PieceReader::new(plan, shards);
    let mut done = None;
    while !stop.is_said() {
        let Some(chunk) = chunks.next(done.take()) else {
            break;
        };
        let hash = chunk.hash();
        match reader.read_chunk(&chunk) {
            Ok(()) => {}
            Err(Lost::Record) => stop.is_lost.store(true, Ordering::Relaxed),
            Err(Lost::Cut) => stop.is_cut_wrong.store(true, Ordering::Relaxed),
        }
        done = Some((chunk.bytes, hash));
    }
    reader.rows.found
}

/// Reads pieces of text, the short way where there is one.
struct PieceReader<'a> {
    rows: RowReader<'a>,
    long: Option<FastReader<'a>>,
    wide: Option<WideReader<'a>>,
    dialect: &'a Dialect,
}

impl<'a> PieceReader<'a> {
    fn new(plan: &'a Plan<'a>, shards: Option<&'a Shards>) -> PieceReader<'a> {
        PieceReader {
            rows: RowReader::new(plan),
            long: shards.and_then(|shards| FastReader::new(plan, shards)),
            wide: shards.and_then(|shards| WideReader::new(plan, shards)),
            dialect: plan.dialect,
        }
    }

    /// Reads a chunk that ends where a record does.
    fn read_chunk(&mut self, chunk: &Chunk) -> Result<(), Lost> {
        let is_whole = self.read(&chunk.bytes, chunk.first_line);
        if chunk.is_guess && !self.is_by_rules() && !ends_with_record(&chunk.bytes, self.dialect) {
            return Err(Lost::Cut);
        }
        is_whole.then_some(()).ok_or(Lost::Record)
    }

    /// Reads a text that starts with a record; false if a record cannot be told from the next.
    fn read(&mut self, text: &[u8], line: u64) -> bool {
        match (&mut self.long, &mut self.wide) {
            (Some(long), _) => long.read(text, line, &mut self.rows),
            (None, Some(wide)) => wide.read(text, line, &mut self.rows),
            (None, None) => self.rows.read_text(text, line),
        }
    }

    /// True if the quotes of the last text are known to stand by the rules.
    fn is_by_rules(&self) -> bool {
        match (&self.long, &self.wide) {
            (Some(long), _) => long.is_by_rules(),
            (None, Some(wide)) => wide.is_by_rules(),
            (None, None) => false,
        }
    }
}

/// What of a chunk is lost.
enum Lost {
    /// What follows a record.
    Record,
    /// The record at its end.
    Cut,
}

/// What the rows of a text show; the amounts of its customers are not kept.
pub(super) fn evidence(plan: &Plan<'_>, text: &[u8], line: u64) -> Found {
    let shards = shards(plan, 1);
    let mut reader = PieceReader::new(plan, shards.as_ref().ok());
    reader.read(text, line);
    let mut found = reader.rows.found;
    found.detour = shards.err();
    found
}

/// Gives every chunk to `read` until it says stop, the header cut off the first one.
pub(super) fn each_chunk(
    splitter: &mut Splitter,
    dialect: &Dialect,
    mut read: impl FnMut(Chunk) -> bool,
) -> End {
    let mut chunks = Chunks::new(splitter, dialect, &|_| {});
    let mut done = None;
    while let Some(chunk) = chunks.next(done.take()) {
        done = Some((Vec::new(), chunk.hash()));
        if !read(chunk) {
            return Ok(None);
        }
    }
    chunks.end()
}
