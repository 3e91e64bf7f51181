//! What can go wrong, as data: a code, a place, the evidence of both sides, and what to type next.
//!
//! One [`Code`] a kind of fault; the text is made where the fault is found. Nothing here draws:
//! [`crate::output`] turns a [`Message`] into text or a JSON line.

mod code;

use std::ops::Range;

pub use code::{CODES, Code, Level};

use crate::units::Ratio;

/// One error or warning with everything a reader needs to act on it.
///
/// # Shape
///
/// `headline` is one lowercase clause that is true on its own. `evidence` stands in the order it is
/// to be read; `help` holds only things that can be typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The kind of fault; a code is forever.
    pub code: Code,
    /// How much it weighs: as its code says, or a failure of `nrr check`.
    pub level: Level,
    /// What is wrong, in one clause.
    pub headline: String,
    /// Where, if a place can be named.
    pub place: Option<Place>,
    /// What was found, expected, set or detected.
    pub evidence: Vec<Evidence>,
    /// What to type next.
    pub help: Vec<String>,
    /// How many rows, customers or months it concerns, where that is counted.
    pub count: Option<u64>,
    /// What it does to NRR, where that was worked out.
    pub effect: Option<Box<Effect>>,
}

impl Message {
    /// A message without place, evidence or help yet.
    #[must_use]
    pub fn new(code: Code, headline: impl Into<String>) -> Message {
        Message {
            code,
            level: code.level(),
            headline: headline.into(),
            place: None,
            evidence: Vec::new(),
            help: Vec::new(),
            count: None,
            effect: None,
        }
    }

    /// Adds where it was found.
    #[must_use]
    pub fn at(mut self, place: Place) -> Message {
        self.place = Some(place);
        self
    }

    /// Makes it a failure of `nrr check`.
    #[must_use]
    pub fn failed(mut self) -> Message {
        self.level = Level::Failed;
        self
    }

    /// Adds what was found.
    #[must_use]
    pub fn found(self, text: impl Into<String>) -> Message {
        self.with(Kind::Found, text)
    }

    /// Adds what was expected.
    #[must_use]
    pub fn expected(self, text: impl Into<String>) -> Message {
        self.with(Kind::Expected, text)
    }

    /// Adds by how much what was found differs from what was expected.
    #[must_use]
    pub fn difference(self, text: impl Into<String>) -> Message {
        self.with(Kind::Difference, text)
    }

    /// Adds a circumstance: what was detected and from where, what was set and by whom.
    #[must_use]
    pub fn note(self, text: impl Into<String>) -> Message {
        self.with(Kind::Note, text)
    }

    /// Adds what NRR is under another reading, if that is known.
    #[must_use]
    pub fn effect(mut self, effect: Option<Effect>) -> Message {
        self.effect = effect.map(Box::new);
        self
    }

    /// Adds something that can be typed to settle it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Message {
        self.help.push(text.into());
        self
    }

    /// Adds how many things it concerns.
    #[must_use]
    pub fn counting(mut self, count: u64) -> Message {
        self.count = Some(count);
        self
    }

    fn with(mut self, kind: Kind, text: impl Into<String>) -> Message {
        self.evidence.push(Evidence {
            kind,
            text: text.into(),
        });
        self
    }
}

/// What a line of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What stands in the file or was computed.
    Found,
    /// What should stand there.
    Expected,
    /// What was found less what was expected.
    Difference,
    /// A circumstance.
    Note,
}

impl Kind {
    /// The word shown before the text.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Found => "found",
            Kind::Expected => "expected",
            Kind::Difference => "difference",
            Kind::Note => "note",
        }
    }
}

/// One line of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the line is.
    pub kind: Kind,
    /// The line.
    pub text: String,
}

/// What NRR of the asked period would be under another reading of the same data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// NRR as it stands in the result.
    pub before: Ratio,
    /// NRR under the other reading.
    pub after: Ratio,
    /// What the other reading is, to stand after the rates: with some flag.
    pub reading: String,
}

/// A place in an input or settings file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Where the file stands among the inputs; orders messages.
    pub file_number: usize,
    /// The file as it was named, `<stdin>` for a pipe.
    pub file: String,
    /// The line, from 1, where one can be named.
    pub line: Option<u64>,
    /// The column by its header, where there is one.
    pub column: Option<String>,
    /// The line itself, with what is meant in it.
    pub excerpt: Option<Excerpt>,
}

impl Place {
    /// A file as a whole.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Place {
        Place {
            file: file.into(),
            ..Place::default()
        }
    }

    /// A line of a file.
    #[must_use]
    pub fn line(file: impl Into<String>, line: u64) -> Place {
        Place {
            file: file.into(),
            line: Some(line),
            ..Place::default()
        }
    }

    /// A span of bytes in a text, on its line.
    #[must_use]
    pub fn span(file: impl Into<String>, text: &str, span: Range<usize>) -> Place {
        let start = span.start.min(text.len());
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let number = text[..start].matches('\n').count() as u64 + 1;
        let within = |at: usize| at.saturating_sub(line_start).min(line.len());
        let excerpt = Excerpt {
            text: line.to_owned(),
            start: within(span.start),
            end: within(span.end),
        };
        Place {
            excerpt: Some(excerpt),
            ..Place::line(file, number)
        }
    }
}

/// A line as it stands in the file, and the bytes of it that are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// The line without its end.
    pub text: String,
    /// The first byte meant.
    pub start: usize,
    /// The byte after the last one meant; equal to `start` where nothing stands.
    pub end: usize,
}

/// Every error of a run, in order of file and line, and how many there were in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors {
    /// The errors kept; at most [`Errors::KEPT`] of them.
    pub list: Vec<Message>,
    /// How many there were.
    pub total: u64,
}

impl Errors {
    /// How many errors are kept in full; the others are counted.
    pub const KEPT: usize = 10_000;
}

impl From<Message> for Errors {
    fn from(message: Message) -> Errors {
        Errors {
            list: vec![message],
            total: 1,
        }
    }
}

impl From<Vec<Message>> for Errors {
    fn from(list: Vec<Message>) -> Errors {
        let total = list.len() as u64;
        Errors { list, total }
    }
}

/// A result whose failure is every error at once.
pub type Result<T> = std::result::Result<T, Errors>;
