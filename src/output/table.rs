//! Reports for a terminal.

use std::io::{self, Write};

use anstyle::{Effects, Style};
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use unicode_width::UnicodeWidthStr;

use super::Look;
use super::document::Document;
use super::head::{Head, WORDS_WIDTH, folded, wrapped};
use super::heat;
use super::message::write_message;
use super::sheet::{Cell, Form, Group, Kind, Row, Sheet};

const BOLD: Style = Style::new().effects(Effects::BOLD);
const DIM: Style = Style::new().effects(Effects::DIMMED);

/// Between two rates on one line.
const GAP: &str = "    ";

/// Writes the whole report: declaration, sheets, notes, warnings.
pub(super) fn write_document(
    document: &dyn Document,
    look: &Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let report = document.report();
    let head = Head::of(report);
    write_head(&head, look, out)?;
    for sheet in document.sheets() {
        writeln!(out)?;
        write_sheet(&sheet.fitted(look.width), look, out)?;
    }
    write_defaults(&head, look, out)?;
    for warning in &document.messages() {
        writeln!(out)?;
        write_message(warning, look.color, out)?;
    }
    Ok(())
}

fn write_head(head: &Head, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let width = look.width.unwrap_or(WORDS_WIDTH);
    for line in wrapped("", &head.input, width) {
        write_line(&line, look.color.then_some(BOLD), out)?;
    }
    for line in wrapped("", &head.scope, width) {
        write_line(&line, None, out)?;
    }
    if !head.set.is_empty() {
        for line in wrapped("", &head.set, width) {
            write_line(&line, None, out)?;
        }
    }
    Ok(())
}

/// The choices that nobody made, below the figures: declared, but not in their way.
fn write_defaults(head: &Head, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    if head.defaults.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let width = look.width.unwrap_or(WORDS_WIDTH);
    for line in wrapped(head.defaults_label(), &head.defaults, width) {
        write_line(&line, look.color.then_some(DIM), out)?;
    }
    Ok(())
}

fn write_line(line: &str, style: Option<Style>, out: &mut dyn Write) -> io::Result<()> {
    match style {
        Some(style) => writeln!(out, "{style}{line}{style:#}"),
        None => writeln!(out, "{line}"),
    }
}

/// Writes one table and what is to be said below it.
pub(super) fn write_sheet(sheet: &Sheet, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let reasons = if sheet.form == Form::Line {
        write_rates(sheet, look, out)?;
        sheet.reasons(sheet.rows.iter().filter(|row| whole_reason(row).is_none()))
    } else {
        write_grid(sheet, look, out)?;
        sheet.reasons(sheet.rows.iter())
    };
    let width = look.width.unwrap_or(WORDS_WIDTH).saturating_sub(2);
    for note in reasons.iter().chain(&sheet.notes) {
        for line in folded(note, width) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

fn write_grid(sheet: &Sheet, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
    if sheet.form == Form::Grid {
        table.set_header(
            sheet
                .columns
                .iter()
                .map(|column| sheet.cut(&column.heading)),
        );
    }
    for row in &sheet.rows {
        table.add_row(row.cells.iter().map(|cell| sheet.drawn(cell)));
    }
    for (index, column) in sheet.columns.iter().enumerate() {
        if let Some(drawn) = table.column_mut(index) {
            let before = if column.group == Group::Word { 1 } else { 2 };
            drawn.set_padding((before, 0));
            if column.is_right {
                drawn.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let head_lines = if sheet.form == Form::Grid { 2 } else { 0 };
    for (index, line) in table.lines().enumerate() {
        let row = index.checked_sub(head_lines);
        let is_total = row
            .and_then(|row| sheet.rows.get(row))
            .is_some_and(|row| row.kind == Kind::Total);
        let line = match row {
            None if index == 1 => line.replacen("──", "  ", 1),
            _ => line,
        };
        let line = line.trim_end();
        let warm = row.and_then(|row| sheet.rows.get(row));
        let warm = warm.filter(|_| look.color);
        if let Some(line) = warm.and_then(|row| heat::line(sheet, row, line)) {
            writeln!(out, "{line}")?;
            continue;
        }
        let is_bold = look.color && (is_total || row.is_none() && index == 0);
        write_line(line, is_bold.then_some(BOLD), out)?;
    }
    Ok(())
}

/// The one reason why nothing of a row is defined.
fn whole_reason(row: &Row) -> Option<&str> {
    let mut reasons = row.cells.iter().skip(1).filter_map(|cell| match cell {
        Cell::Blank => None,
        Cell::Undefined(reason) => Some(Some(reason.as_str())),
        _ => Some(None),
    });
    let first = reasons.next()??;
    reasons.all(|reason| reason == Some(first)).then_some(first)
}

/// Each row as `  label:  NRR 105.63%    GRR 93.85%`, broken between rates.
fn write_rates(sheet: &Sheet, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    for row in &sheet.rows {
        let mut line = String::from("  ");
        let mut is_fresh = true;
        if let Some(Cell::Text(label)) = row.cells.first() {
            line.push_str(label);
            line.push_str(":  ");
        }
        let mut items: Vec<String> = Vec::new();
        if let Some(reason) = whole_reason(row) {
            items.push(format!("{} {reason}", super::number::UNDEFINED));
        } else {
            let cells = sheet.columns.iter().zip(&row.cells).skip(1);
            let shown = cells
                .filter(|(_, cell)| !matches!(cell, Cell::Blank))
                .map(|(column, cell)| format!("{} {}", column.heading, cell.shown()));
            items.extend(shown);
        }
        for item in items {
            let used = line.width() + GAP.len() + item.width();
            if !is_fresh && look.width.is_some_and(|width| used > width) {
                writeln!(out, "{line}")?;
                line = String::from("  ");
            } else if !is_fresh {
                line.push_str(GAP);
            }
            line.push_str(&item);
            is_fresh = false;
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}
