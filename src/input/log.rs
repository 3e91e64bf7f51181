//! Errors of rows as they are found: the first ones in full, the others counted.

use std::collections::BTreeMap;

use crate::error::{Code, Errors, Message};
use crate::text;

/// The errors of one thread, which meets rows in the order of the file.
///
/// Rows with one cause that one thing mends are one message, at the first of them, with a count.
#[derive(Clone, Debug, Default)]
pub struct ErrorLog {
    list: Vec<Message>,
    total: u64,
    /// The first message of a cause, and how many rows have it.
    causes: BTreeMap<(Code, String), (Message, u64)>,
    /// The first line from which on records cannot be told apart.
    lost_from: Option<u64>,
}

impl ErrorLog {
    /// Adds an error.
    pub fn add(&mut self, message: Message) {
        if let Some(cause) = cause(&message) {
            return self.add_cause(cause, message, 1);
        }
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

    /// True if records could not be told apart somewhere: what all rows show cannot be known.
    #[must_use]
    pub fn is_cut_short(&self) -> bool {
        self.lost_from.is_some()
    }

    /// Takes in what another thread found; what is kept is the same whichever thread found it.
    pub fn merge(&mut self, other: ErrorLog) {
        for (cause, (message, rows)) in other.causes {
            self.add_cause(cause, message, rows);
        }
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

    /// True without errors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0 && self.causes.is_empty()
    }

    /// Every error, by file and line.
    #[must_use]
    pub fn finish(mut self) -> Errors {
        for (message, rows) in std::mem::take(&mut self.causes).into_values() {
            self.total += 1;
            self.list.push(match rows - 1 {
                0 => message,
                _ if self.is_cut_short() => message,
                more => message
                    .note(format!("so it is in {}", text::count(more, "more row")))
                    .counting(rows),
            });
        }
        self.list
            .sort_by(|left, right| place(left).cmp(&place(right)));
        if let Some(lost_from) = self.lost_from {
            let stands_before =
                |message: &Message| place(message).1.is_none_or(|line| line <= lost_from);
            self.list.retain(stands_before);
            self.total = self.list.len() as u64;
        }
        self.list.truncate(Errors::KEPT);
        Errors {
            list: self.list,
            total: self.total,
        }
    }

    fn add_cause(&mut self, cause: (Code, String), message: Message, rows: u64) {
        let held = self.causes.entry(cause).or_insert((message.clone(), 0));
        held.1 += rows;
        if place(&message) < place(&held.0) {
            held.0 = message;
        }
    }
}

/// What rows have in common that one flag, or one better export, mends; `None` where each row is a
/// case of its own.
fn cause(message: &Message) -> Option<(Code, String)> {
    let same = match message.code {
        Code::FiscalStartUnknown
        | Code::RepeatedHeader
        | Code::AmbiguousColumn
        | Code::UnitOrTotal
        | Code::AmbiguousUnit => String::new(),
        // What was set fits none of them: the flag in the help mends all.
        Code::UnreadableAmount | Code::UnreadableDate if !message.help.is_empty() => {
            message.help.join("\n")
        }
        Code::DamagedId => message.headline.clone(),
        Code::UnreadableDate => message
            .evidence
            .iter()
            .find(|evidence| NO_YEAR.contains(&evidence.text.as_str()))?
            .text
            .clone(),
        _ => return None,
    };
    Some((message.code, same))
}

/// Why a whole column of labels cannot be read.
pub(super) const NO_YEAR: [&str; 2] = [
    "it names no year",
    "it counts from a month that the file does not name",
];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Place;

    fn log(rows: &[(Code, &str, u64)]) -> ErrorLog {
        let mut log = ErrorLog::default();
        for (code, headline, line) in rows {
            log.add(Message::new(*code, *headline).at(Place::line("a.csv", *line)));
        }
        log
    }

    #[test]
    fn one_cause_is_one_message_whichever_thread_met_it() {
        let early = [
            (Code::DamagedId, "x", 2),
            (Code::EmptyDate, "d", 3),
            (Code::EmptyDate, "d", 4),
        ];
        let late = [(Code::DamagedId, "x", 7), (Code::DamagedId, "y", 8)];
        let mut forward = log(&early);
        forward.merge(log(&late));
        let mut backward = log(&late);
        backward.merge(log(&early));
        let (forward, backward) = (forward.finish(), backward.finish());
        assert_eq!(forward, backward);
        assert_eq!(forward.total, 4);
        let lines: Vec<_> = forward
            .list
            .iter()
            .map(|error| {
                (
                    error.place.as_ref().and_then(|place| place.line),
                    error.count,
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                (Some(2), Some(2)),
                (Some(3), None),
                (Some(4), None),
                (Some(8), None)
            ]
        );
    }
}
