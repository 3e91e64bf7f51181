//! The words of formats: those of every command, and those that one command has besides.

use crate::output::Format;

/// The words that a command takes besides those of [`Format`].
pub(super) struct FormatWords<'a>(pub(super) &'a [&'static str]);

/// A format, or the word of one that is none of those that every command has.
type Chosen = (Format, Option<&'static str>);

impl FormatWords<'_> {
    /// All of them.
    pub(super) fn words(&self) -> Vec<&'static str> {
        let words = Format::ALL.map(Format::word).into_iter();
        words.chain(self.0.iter().copied()).collect()
    }

    /// The format of a word.
    pub(super) fn parse(&self, word: &str) -> Option<Chosen> {
        match self.other(word) {
            Some(other) => Some((Format::Table, Some(other))),
            None => Some((Format::parse(word)?, None)),
        }
    }

    /// The format that the ending of an output file names.
    pub(super) fn by_ending(&self, output: &str) -> Option<Chosen> {
        let (_, ending) = output.rsplit_once('.')?;
        match ending.to_lowercase().as_str() {
            "md" => Some((Format::Markdown, None)),
            "ndjson" => Some((Format::Jsonl, None)),
            "table" => None,
            "xml" => Some((Format::Table, Some(self.other("junit")?))),
            word => self
                .parse(word)
                .filter(|_| word != "junit" && word != "github"),
        }
    }

    fn other(&self, word: &str) -> Option<&'static str> {
        self.0.iter().copied().find(|other| *other == word)
    }
}
