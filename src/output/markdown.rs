//! Reports as GitHub Markdown.

use std::io::{self, Write};

use super::document::Document;
use super::escape;
use super::head::Head;
use super::message::write_message;
use super::sheet::{Column, Group, Kind, Sheet};
use crate::error::Message;

/// Writes the whole report: declaration, sheets, choices, warnings.
pub(super) fn write_document(document: &dyn Document, out: &mut dyn Write) -> io::Result<()> {
    let report = document.report();
    let head = Head::of(report);
    writeln!(out, "**{}**\n", escape::markdown(&head.input.join(" · ")))?;
    writeln!(out, "{}", escape::markdown(&head.scope.join(" · ")))?;
    for mut sheet in document.sheets() {
        sheet.remove(Group::Bars);
        sheet.remove(Group::Word);
        writeln!(out)?;
        write_sheet(&sheet, out)?;
    }
    writeln!(out)?;
    for choice in &head.set {
        writeln!(out, "- {}", escape::markdown(choice))?;
    }
    if !head.defaults.is_empty() {
        let defaults = escape::markdown(&head.defaults.join(" · "));
        writeln!(out, "- {}{defaults}", head.defaults_label())?;
    }
    for warning in &document.messages() {
        writeln!(out)?;
        write_quoted(warning, out)?;
    }
    Ok(())
}

/// Writes one table and what is to be said below it.
pub(super) fn write_sheet(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    let headings = sheet
        .columns
        .iter()
        .map(|column| escape::markdown(&column.heading));
    write_row(headings, out)?;
    let rule = |column: &Column| String::from(if column.is_right { "--:" } else { ":--" });
    write_row(sheet.columns.iter().map(rule), out)?;
    for row in &sheet.rows {
        let cells = row.cells.iter().map(|cell| {
            let shown = escape::markdown(&cell.shown());
            if row.kind == Kind::Total && !shown.is_empty() {
                format!("**{shown}**")
            } else {
                shown
            }
        });
        write_row(cells, out)?;
    }
    let reasons = sheet.reasons(sheet.rows.iter());
    for note in reasons.iter().chain(&sheet.notes) {
        writeln!(out, "\n{}", escape::markdown(note))?;
    }
    Ok(())
}

fn write_row(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

/// A warning as it stands in a terminal, quoted, in a fence that nothing in it can close.
fn write_quoted(warning: &Message, out: &mut dyn Write) -> io::Result<()> {
    let mut drawn = Vec::new();
    write_message(warning, false, &mut drawn)?;
    let drawn = String::from_utf8_lossy(&drawn);
    let longest = drawn
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "> {fence}text")?;
    for line in drawn.lines() {
        writeln!(out, "> {line}")?;
    }
    writeln!(out, "> {fence}")
}
