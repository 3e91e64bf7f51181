//! From a report to bytes in a writer: one typed model, many looks.
//!
//! ```text
//! Document ─► Head + Sheets ─► table, markdown        for people
//!          └► flat fields   ─► json, jsonl, csv       for machines
//! Message ─► write_message, write_message_json
//! ```
//!
//! Nothing here opens, computes or decides: numbers come from [`crate::metrics`], and every byte
//! goes into the writer that was passed in. Same report, same bytes.

mod certainty;
mod check;
mod check_words;
mod cohorts;
mod compare;
mod csv;
mod customers;
mod definitions;
mod diff;
#[cfg(test)]
mod docs;
mod document;
pub mod escape;
mod excerpt;
mod fields;
mod github;
pub mod head;
mod heat;
mod inspection;
mod json;
mod junit;
mod layout;
mod ledger;
mod markdown;
mod message;
pub mod number;
mod plan;
mod renewals;
mod report;
mod sarif;
pub mod sheet;
mod statement;
mod table;
#[cfg(test)]
mod tests;
mod trace;

use std::io::{self, Write};

pub use check::{CheckFormat, CheckReport, render_check, render_check_errors};
pub use cohorts::{CohortsReport, Measure};
pub use compare::{CompareReport, CompareRow};
pub use customers::{CustomersReport, shown as shown_customers};
pub use definitions::render_definitions;
pub use diff::{DiffReport, RowsBehind, Setting, SettingStep, shown as shown_changes};
pub use document::{Document, More};
pub use fields::Wire;
pub use inspection::{Beginning, Inspection};
pub use json::SCHEMA;
pub use layout::sheets;
pub use ledger::{FIELDS as LEDGER_FIELDS, LedgerReport};
pub use message::{write_message, write_message_json};
pub use plan::PlanReport;
pub use renewals::RenewalsReport;
pub use report::{Choice, ChoiceFile, Definition, Input, InputFile, Report};
pub use trace::{TraceReport, TracedPlace};

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Table,
    /// One document with everything declared in it.
    Json,
    /// One record a line.
    Jsonl,
    /// A header and one line a record.
    Csv,
    /// For people on a page: GitHub Markdown.
    Markdown,
}

impl Format {
    /// Every format, the default first.
    pub const ALL: [Format; 5] = [
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Markdown,
    ];

    /// The format of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Markdown => "markdown",
        }
    }

    /// True if the output itself says how its numbers were made; for the others
    /// [`render_declaration`] says it beside them.
    #[must_use]
    pub const fn is_declared(self) -> bool {
        matches!(self, Format::Table | Format::Json | Format::Markdown)
    }
}

/// What a terminal can show; formats for machines and Markdown do not look at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// How many columns there are; `None` is without limit.
    pub width: Option<usize>,
    /// True where colors and bold are wanted.
    pub color: bool,
}

/// Writes a result in a format.
///
/// # Errors
///
/// Those of the writer.
pub fn render(
    document: &dyn Document,
    format: Format,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table::write_document(document, look, out),
        Format::Json => json::write_document(document, out),
        Format::Jsonl => json::write_lines(document, out),
        Format::Csv => csv::write_document(document, out),
        Format::Markdown => markdown::write_document(document, out),
    }
}

/// Writes what the beginnings of files show, where reading them stopped. Formats for machines have no place
/// for it.
///
/// # Errors
///
/// Those of the writer.
pub fn render_beginnings(
    files: &[Beginning],
    format: Format,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let sheet = inspection::beginnings(files);
    match format {
        Format::Table => table::write_sheet(&sheet.fitted(look.width), look, out),
        Format::Markdown => markdown::write_sheet(&sheet, out),
        Format::Json | Format::Jsonl | Format::Csv => Ok(()),
    }
}

/// Writes what a reader must know beside bare records: input, definition and every choice with where it
/// came from. Warnings are the caller's to write.
///
/// # Errors
///
/// Those of the writer.
pub fn render_declaration(report: &Report, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let head = head::Head::of(report);
    writeln!(out, "{}", head.input.join(" · "))?;
    writeln!(out, "{}", head.scope.join(" · "))?;
    let width = look.width.unwrap_or(head::WORDS_WIDTH);
    let set = head::wrapped("", &head.set, width);
    let defaults = head::wrapped(head.defaults_label(), &head.defaults, width);
    for line in set.iter().chain(&defaults) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
