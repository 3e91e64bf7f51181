//! The words of formats: those of every command, and those that one command has besides.

use crate::error::{Code, Message};
use crate::output::Format;

/// Endings of files that other programs open and that no command writes: text under such a name would not open.
const FOREIGN: [&str; 14] = [
    "xlsx", "xlsm", "xls", "ods", "numbers", "tsv", "tab", "html", "htm", "pdf", "docx", "parquet",
    "yaml", "yml",
];

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
    fn by_ending(&self, output: &str) -> Option<Chosen> {
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

    /// The format of an output file, or of standard output without one: that of its ending, or a table.
    ///
    /// # Errors
    ///
    /// [`Code::BadValue`] for an ending of files that no command writes.
    pub(super) fn of_output(&self, output: Option<&str>) -> Result<Chosen, Message> {
        let table = (Format::Table, None);
        let Some(output) = output else {
            return Ok(table);
        };
        let (name, ending) = output.rsplit_once('.').unwrap_or((output, ""));
        if !FOREIGN.contains(&ending.to_lowercase().as_str()) {
            return Ok(self.by_ending(output).unwrap_or(table));
        }
        let headline = format!("`--output` does not take `{output}`");
        Err(Message::new(Code::BadValue, headline)
            .note(format!(
                "no command writes .{ending}, and a table of text would not open under that name"
            ))
            .expected("a name in .csv, .json, .jsonl or .md, or any with `--format`")
            .help(format!("`-o {name}.csv`, which spreadsheets open")))
    }

    fn other(&self, word: &str) -> Option<&'static str> {
        self.0.iter().copied().find(|other| *other == word)
    }
}
