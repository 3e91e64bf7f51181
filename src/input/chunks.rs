//! The chunks of a file, handed out to threads, and cut ahead of them where that takes long.
//!
//! One thread at a time reads, decompresses and cuts. Of a file as it is stored that is little, and whoever wants the next
//! chunk cuts it. Decompressing takes as long as reading rows does: a thread that finds nobody at it and little waiting
//! takes a turn, so that the others find chunks and need not wait for theirs to be decompressed.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::dialect::Dialect;
use super::encoding::Encoding;
use super::fingerprint::PieceHash;
use super::head::cut_header;
use super::scan::{Chunk, Cut, Splitter};
use crate::error::Message;

/// How the chunks ended: with the last one, or with the encoding to start again in.
pub(super) type End = Result<Option<Encoding>, Message>;

/// How much text is cut ahead, in bytes: a few chunks, so that threads that take longer for one than for another do not
/// wait for each other.
const AHEAD: usize = 2 << 20;

/// A chunk that was read: its memory, and the hash of its block.
pub(super) type Done = (Vec<u8>, Option<PieceHash>);

/// Where the next chunk comes from, for one thread at a time.
pub(super) struct Chunks<'s> {
    splitter: &'s mut Splitter,
    dialect: &'s Dialect,
    progress: &'s (dyn Fn(u64) + Sync),
    is_first: bool,
    /// How it ended, once it has.
    end: Option<End>,
}

impl<'s> Chunks<'s> {
    pub(super) fn new(
        splitter: &'s mut Splitter,
        dialect: &'s Dialect,
        progress: &'s (dyn Fn(u64) + Sync),
    ) -> Chunks<'s> {
        Chunks {
            splitter,
            dialect,
            progress,
            is_first: true,
            end: None,
        }
    }

    /// Takes back the memory of a chunk that was read.
    fn take_back(&mut self, (bytes, hash): Done) {
        self.splitter.give_back(bytes);
        if let Some(hash) = hash {
            self.splitter.put_hash(hash);
        }
    }

    /// The next chunk, the header cut off the first one; takes back what was read.
    pub(super) fn next(&mut self, done: impl IntoIterator<Item = Done>) -> Option<Chunk> {
        done.into_iter().for_each(|done| self.take_back(done));
        if self.end.is_some() {
            return None;
        }
        match self.splitter.next_chunk_unhashed() {
            Ok(Cut::Chunk(mut chunk)) => {
                if std::mem::take(&mut self.is_first) {
                    cut_header(&mut chunk, self.dialect);
                }
                (self.progress)(self.splitter.bytes_read());
                return Some(chunk);
            }
            Ok(Cut::End) => self.end = Some(Ok(None)),
            Ok(Cut::Restart(encoding)) => self.end = Some(Ok(Some(encoding))),
            Err(message) => self.end = Some(Err(message)),
        }
        None
    }

    /// How they ended; where nobody asked for the last one, as if it had been.
    pub(super) fn end(self) -> End {
        self.end.unwrap_or(Ok(None))
    }
}

/// The chunks of a file for several threads.
pub(super) struct Queue<'s> {
    chunks: Mutex<Chunks<'s>>,
    /// How many bytes may wait before nobody cuts any more; `None` where nothing is cut ahead.
    ahead: Option<usize>,
    waiting: Mutex<Waiting>,
    /// Told when a chunk came, when there are no more, and when nobody is cutting any longer.
    came: Condvar,
}

/// Chunks that were cut and not taken yet, in the order of the file.
#[derive(Default)]
struct Waiting {
    chunks: VecDeque<Chunk>,
    bytes: usize,
    /// What was read, until somebody cuts again.
    done: Vec<Done>,
    /// True while a thread is cutting.
    is_cutting: bool,
    is_ended: bool,
}

impl<'s> Queue<'s> {
    pub(super) fn new(chunks: Chunks<'s>, threads: usize) -> Queue<'s> {
        let is_slow = chunks.splitter.is_compressed();
        Queue {
            chunks: Mutex::new(chunks),
            ahead: (is_slow && threads > 1).then_some(AHEAD),
            waiting: Mutex::default(),
            came: Condvar::new(),
        }
    }

    /// The next chunk, cut by this thread or another; takes back the last one.
    pub(super) fn next(&self, done: Option<Done>) -> Option<Chunk> {
        let Some(ahead) = self.ahead else {
            return held(&self.chunks).next(done);
        };
        let mut waiting = held(&self.waiting);
        waiting.done.extend(done);
        loop {
            if !waiting.is_cutting && !waiting.is_ended && waiting.bytes < ahead {
                let done = waiting.begin();
                drop(waiting);
                self.cut(done);
                waiting = held(&self.waiting);
            } else if let Some(chunk) = waiting.chunks.pop_front() {
                waiting.bytes -= chunk.bytes.len();
                return Some(chunk);
            } else if waiting.is_ended {
                return None;
            } else {
                let woken = self.came.wait(waiting);
                waiting = woken.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Cuts one chunk while nobody else does.
    fn cut(&self, done: Vec<Done>) {
        let turn = Turn(self);
        let next = held(&self.chunks).next(done);
        held(&self.waiting).put(next);
        drop(turn);
    }

    /// How the chunks ended; takes back what was read since the last turn.
    pub(super) fn end(self) -> End {
        let chunks = self.chunks.into_inner();
        let mut chunks = chunks.unwrap_or_else(PoisonError::into_inner);
        let waiting = self.waiting.into_inner();
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let done = waiting.done.into_iter();
        done.for_each(|done| chunks.take_back(done));
        chunks.end()
    }
}

impl Waiting {
    /// Begins a turn, with what was read since the last one.
    fn begin(&mut self) -> Vec<Done> {
        self.is_cutting = true;
        std::mem::take(&mut self.done)
    }

    /// Takes what a turn gave.
    fn put(&mut self, next: Option<Chunk>) {
        match next {
            Some(chunk) => {
                self.bytes += chunk.bytes.len();
                self.chunks.push_back(chunk);
            }
            None => self.is_ended = true,
        }
    }
}

/// A thread's turn at cutting. It ends however cutting does, or those who wait would wait forever.
struct Turn<'q, 's>(&'q Queue<'s>);

impl Drop for Turn<'_, '_> {
    fn drop(&mut self) {
        let mut waiting = held(&self.0.waiting);
        waiting.is_cutting = false;
        let is_ended = waiting.is_ended;
        drop(waiting);
        if is_ended {
            self.0.came.notify_all();
        } else {
            self.0.came.notify_one();
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::thread;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::error::Code;
    use crate::input::dialect::{Dialect, Terminator};
    use crate::input::source::Source;

    const BLOCK: usize = 1000;

    /// Lines that pack badly, so that a file that ends early has lost some of them.
    fn lines() -> String {
        let line = |number: u32| format!("{number},{}\n", number.wrapping_mul(2_654_435_761));
        (0..20_000).map(line).collect()
    }

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &str) -> Vec<u8> {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(text.as_bytes(), level)
    }

    fn dialect() -> Dialect {
        Dialect {
            delimiter: b',',
            terminator: Terminator::Newline,
            preamble: 0,
            lines_before: 0,
            evidence: String::new(),
            set: true,
        }
    }

    fn splitter(bytes: &[u8]) -> Splitter {
        let mut source = Source::stdin(Box::new(Cursor::new(bytes.to_vec())));
        let stream = source.open(None).unwrap();
        Splitter::with_block_size(stream, &dialect(), BLOCK)
    }

    /// What each of the threads got, and how the chunks ended.
    fn taken(
        bytes: &[u8],
        threads: usize,
        progress: &(dyn Fn(u64) + Sync),
    ) -> (Vec<thread::Result<Vec<Chunk>>>, End) {
        let (mut splitter, dialect) = (splitter(bytes), dialect());
        let mut queue = Queue::new(Chunks::new(&mut splitter, &dialect, progress), threads);
        queue.ahead = queue.ahead.map(|_| 5 * BLOCK);
        let take_all = || {
            let (mut taken, mut done) = (Vec::new(), None);
            while let Some(chunk) = queue.next(done.take()) {
                // The last one is begun while there is room.
                assert!(held(&queue.waiting).bytes <= 6 * BLOCK + BLOCK / 2);
                done = Some((chunk.bytes.clone(), chunk.hash()));
                taken.push(chunk);
            }
            taken
        };
        let taken = thread::scope(|scope| {
            let all: Vec<_> = (0..threads).map(|_| scope.spawn(take_all)).collect();
            all.into_iter()
                .map(thread::ScopedJoinHandle::join)
                .collect()
        });
        (taken, queue.end())
    }

    /// The chunks in the order of the file, each thread having taken its own in that order.
    fn in_order(taken: Vec<thread::Result<Vec<Chunk>>>) -> Vec<Chunk> {
        let taken: Vec<Vec<Chunk>> = taken.into_iter().map(Result::unwrap).collect();
        let is_sorted = |chunks: &Vec<Chunk>| chunks.is_sorted_by_key(|chunk| chunk.number);
        assert!(taken.iter().all(is_sorted));
        let mut chunks = taken.concat();
        chunks.sort_by_key(|chunk| chunk.number);
        chunks
    }

    #[test]
    fn chunks_cut_ahead_are_those_that_one_thread_cuts() {
        for bytes in [gzip(&lines()), zstd(&lines())] {
            let (one, end) = taken(&bytes, 1, &|_| {});
            let one = in_order(one);
            assert!(one.len() > 200 && end == Ok(None));
            for threads in [2, 7] {
                let (several, end) = taken(&bytes, threads, &|_| {});
                assert!(in_order(several) == one, "{threads} threads");
                assert_eq!(end, Ok(None));
            }
        }
    }

    #[test]
    fn what_stands_before_damage_is_handed_out_and_all_threads_end() {
        for bytes in [gzip(&lines()), zstd(&lines())] {
            let bytes = &bytes[..bytes.len() / 2];
            let (one, end) = taken(bytes, 1, &|_| {});
            let (one, message) = (in_order(one), end.unwrap_err());
            assert_eq!(message.code, Code::BrokenCompression);
            assert!(one.len() > 20, "{}", one.len());
            for threads in [2, 7] {
                let (several, end) = taken(bytes, threads, &|_| {});
                assert!(in_order(several) == one, "{threads} threads");
                assert_eq!(end, Err(message.clone()));
            }
        }
    }

    #[test]
    fn a_thread_that_fails_while_it_cuts_leaves_nobody_waiting() {
        let bytes = gzip(&lines());
        let count = std::sync::atomic::AtomicUsize::new(0);
        let fail_once = |_| {
            let before = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            assert_ne!(before, 50, "the failure of this test");
        };
        for threads in [2, 7] {
            count.store(0, std::sync::atomic::Ordering::Relaxed);
            let (several, end) = taken(&bytes, threads, &fail_once);
            let failed = several.iter().filter(|one| one.is_err()).count();
            assert_eq!((failed, end), (1, Ok(None)));
        }
    }
}
