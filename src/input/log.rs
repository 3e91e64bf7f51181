//! Errors of rows as they are found: the first ones in full, the others counted.

use crate::error::{Errors, Message};

/// The errors of one thread, which meets rows in the order of the file.
#[derive(Debug, Default)]
pub struct ErrorLog {
    list: Vec<Message>,
    total: u64,
}

impl ErrorLog {
    /// Adds an error.
    pub fn add(&mut self, message: Message) {
        self.total += 1;
        if self.list.len() < Errors::KEPT {
            self.list.push(message);
        }
    }

    /// Takes in what another thread found; what is kept is the same whichever thread found it.
    pub fn merge(&mut self, other: ErrorLog) {
        self.total += other.total;
        self.list.extend(other.list);
        self.list
            .sort_by(|left, right| place(left).cmp(&place(right)));
        self.list.truncate(Errors::KEPT);
    }

    /// True without errors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Every error found so far, by file and line.
    #[must_use]
    pub fn so_far(&self) -> Errors {
        ErrorLog {
            list: self.list.clone(),
            total: self.total,
        }
        .finish()
    }

    /// Every error, by file and line.
    #[must_use]
    pub fn finish(mut self) -> Errors {
        self.list
            .sort_by(|left, right| place(left).cmp(&place(right)));
        Errors {
            list: self.list,
            total: self.total,
        }
    }
}

/// What orders messages: file, line, column; those without a line come first.
fn place(message: &Message) -> (usize, Option<u64>, Option<&str>, &str) {
    let place = message.place.as_ref();
    (
        place.map_or(0, |place| place.file_number),
        place.and_then(|place| place.line),
        place.and_then(|place| place.column.as_deref()),
        &message.headline,
    )
}
