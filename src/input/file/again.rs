//! A file that was read, ready to be read again for the rows of some customers.

use super::super::opened::{Guess, numbered};
use super::super::trace::{Fate, Wanted};
use super::{FileRead, FileReader, Pass, changed};
use crate::error::{Errors, Message};
use crate::ledger::Cited;

/// What a file was read by in the end, and what its bytes were.
pub(in crate::input) struct ReadBy {
    guess: Guess,
    fingerprint: [u8; 32],
}

impl FileReader {
    /// Reads the rows, and gives what reads the file again as it was read.
    pub(in crate::input) fn read_to_trace(
        mut self,
        progress: &(dyn Fn(u64) + Sync),
    ) -> Result<(FileRead, (FileReader, ReadBy)), Errors> {
        let placed = |message: Message| Errors::from(numbered(message, self.start.number));
        self.source.spool().map_err(placed)?;
        let reading = self.read_through(progress)?;
        let by = ReadBy {
            guess: Guess {
                mark: reading.mark.value,
                order: reading.order.value,
            },
            fingerprint: reading.seen.fingerprint,
        };
        let again = FileReader {
            source: self.source.again(),
            start: self.start.clone(),
            furniture: self.furniture.clone(),
            may_guess: self.may_guess,
        };
        Ok((self.close(reading)?, (again, by)))
    }

    /// Reads the file again for the rows of those who are asked for, and what became of them.
    ///
    /// # Errors
    ///
    /// [`Code::ChangedFile`](crate::error::Code::ChangedFile) if it is not what was read before.
    pub(in crate::input) fn follow(
        &mut self,
        by: &ReadBy,
        wanted: &Wanted,
    ) -> Result<Vec<(Cited, Fate)>, Errors> {
        let place = self.start.place();
        let changed = || Errors::from(changed(place.clone()));
        // Once as it was read, once for cuts, once to spare.
        for _ in 0..3 {
            match self.pass(&by.guess, Some(wanted), &|_| {})? {
                Pass::Again => {}
                Pass::Done(found, seen) => {
                    let is_same = seen.fingerprint == by.fingerprint && found.errors.is_empty();
                    return is_same.then_some(found.traced).ok_or_else(changed);
                }
            }
        }
        Err(changed())
    }

    /// The name of the file.
    pub(in crate::input) fn name(&self) -> &str {
        self.source.name()
    }

    /// The headers of its columns.
    pub(in crate::input) fn header(&self) -> &[String] {
        &self.start.columns.header
    }
}
