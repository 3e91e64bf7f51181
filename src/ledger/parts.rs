//! Work on many numbers, done by several threads in parts.
//!
//! What a part gives depends on the part alone, and parts are put together in their order: how many threads there
//! are shows in no result.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Books, Ledger};

/// How many parts of a ledger there are for each thread: so many that all end together, and no more, for what each
/// of them gives is kept until then.
const PARTS: usize = 16;

/// Lets threads see the parts of `0..end`, each of `size` but the last one; what they give stands in the order
/// of parts.
pub fn in_parts<T: Send>(
    end: usize,
    size: usize,
    threads: usize,
    see: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let parts = end.div_ceil(size);
    let part = |number: usize| see(number * size..end.min((number + 1) * size));
    let threads = threads.min(parts);
    if threads <= 1 {
        return (0..parts).map(part).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= parts {
                return found;
            }
            found.push((number, part(number)));
        }
    };
    let mut found = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            match other.join() {
                Ok(more) => found.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        found
    });
    found.sort_unstable_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, found)| found).collect()
}

/// Does two things that do not need each other: at the same time where there are several threads.
pub fn in_two<A: Send, B>(
    threads: usize,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B,
) -> (A, B) {
    if threads <= 1 {
        return (first(), second());
    }
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

impl Ledger {
    /// How many threads may look at it at once.
    #[must_use]
    pub const fn threads(&self) -> usize {
        self.threads
    }

    /// Lets threads see all blocks, some at a time; what they give stands in the order of blocks.
    pub fn each_part<T: Send>(&self, see: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
        let blocks = self.blocks();
        let size = blocks.div_ceil(self.threads * PARTS).max(1);
        in_parts(blocks, size, self.threads, see)
    }
}

impl Books {
    /// Sets how many threads may look at the ledgers at once.
    pub fn set_threads(&mut self, threads: usize) {
        let ledgers = [Some(&mut self.customers), self.products.as_mut()];
        for ledger in ledgers.into_iter().flatten() {
            ledger.threads = threads.max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_things_are_done_with_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            let mut done = Vec::new();
            assert_eq!(in_two(threads, || 1, || done.push(2)), (1, ()));
            assert_eq!(done, [2]);
        }
    }

    #[test]
    fn parts_stand_in_their_order_with_any_number_of_threads() {
        for (end, size) in [(0, 3), (1, 3), (9, 3), (1000, 7)] {
            let all: Vec<usize> = (0..end).collect();
            for threads in [0, 1, 2, 5] {
                let parts = in_parts(end, size, threads, |part| {
                    assert!(part.len() <= size && !part.is_empty());
                    part.collect::<Vec<usize>>()
                });
                assert_eq!(parts.concat(), all);
            }
        }
    }
}
