//! How a run ended, and the code that says so.

use std::io;

use crate::error::Errors;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done; also where the reader of our output went away.
    Done,
    /// Done, and a rule or target was missed.
    Missed,
    /// Could not run: usage, input, settings, or nowhere to write.
    Failed,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Outcome::Done => 0,
            Outcome::Missed => 1,
            Outcome::Failed => 2,
        }
    }
}

/// Why a run did not end well.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something is wrong with what was given.
    Errors(Errors),
    /// Rules or targets were missed: what is still to be said of them.
    Missed(Errors),
    /// Standard output cannot be written.
    Stdout(io::Error),
}

impl From<Errors> for Failure {
    fn from(errors: Errors) -> Failure {
        Failure::Errors(errors)
    }
}

impl From<crate::error::Message> for Failure {
    fn from(message: crate::error::Message) -> Failure {
        Failure::Errors(Errors::from(message))
    }
}
