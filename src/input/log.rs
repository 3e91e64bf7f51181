//! Errors of rows as they are found: the first ones in full, the others counted.

use crate::error::{Errors, Message};

/// The errors of one thread, which meets rows in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct ErrorLog {
    list: Vec<Message>,
    total: u64,
    /// The first line from which on records cannot be told apart.
    lost_from: Option<u64>,
}

impl ErrorLog {
    /// Adds an error.
    pub fn add(&mut self, message: Message) {
        self.total += 1;
        if self.list.len() < Errors::KEPT {
            self.list.push(message);
        }
    }

    /// Adds an error after which nothing can be trusted: what other threads find behind it is left out,
    /// as if one thread had stopped there.
    pub fn add_last(&mut self, message: Message) {
        let line = message.place.as_ref().and_then(|place| place.line);
        self.lost_from = [self.lost_from, line].into_iter().flatten().min();
        self.add(message);
    }

    /// Takes in what another thread found; what is kept is the same whichever thread found it.
    pub fn merge(&mut self, other: ErrorLog) {
        self.total += other.total;
        self.lost_from = [self.lost_from, other.lost_from]
            .into_iter()
            .flatten()
            .min();
        self.list.extend(other.list);
        self.list
            .sort_by(|left, right| place(left).cmp(&place(right)));
        self.list.truncate(Errors::KEPT);
    }

    /// True if nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Every error, by file and line.
    #[must_use]
    pub fn finish(mut self) -> Errors {
        self.list
            .sort_by(|left, right| place(left).cmp(&place(right)));
        if let Some(lost_from) = self.lost_from {
            let stands_before =
                |message: &Message| place(message).1.is_none_or(|line| line <= lost_from);
            self.list.retain(stands_before);
            self.total = self.list.len() as u64;
        }
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
