//! The named definitions as a list: for people a table, for machines records.

use std::io::{self, Write};

use super::csv::write_records as write_csv;
use super::fields::Wire;
use super::sheet::{Cell, Column, Form, Group, Kind, SENTENCE_WIDTH, Sheet};
use super::{Format, Look, json, markdown, table};
use crate::policies::{DEFINITIONS, NamedDefinition};

/// The name of the JSON form of `nrr definitions`.
pub(super) const SCHEMA: &str = "nrr.definitions/1";

/// The fields of a definition.
pub(super) const FIELDS: [&str; 5] = ["name", "choices", "about", "after", "caution"];

/// Writes every definition that comes with the program, in the order of the register.
///
/// # Errors
///
/// Those of the writer.
pub fn render_definitions(format: Format, look: &Look, out: &mut dyn Write) -> io::Result<()> {
    let names = FIELDS.map(str::to_owned).to_vec();
    let records = DEFINITIONS.iter().map(record);
    match format {
        Format::Table => table::write_sheet(&sheet().fitted(look.width), look, out),
        Format::Markdown => markdown::write_sheet(&sheet(), out),
        Format::Csv => write_csv(names, records, out),
        Format::Json | Format::Jsonl => {
            let is_lines = format == Format::Jsonl;
            json::write_records(SCHEMA, (&names, records.collect()), is_lines, out)
        }
    }
}

/// The choices of a definition in a line: `basis stock, lookback 12`.
fn choices_line(definition: &NamedDefinition) -> String {
    let choices = definition.choices.iter();
    let choices: Vec<String> = choices
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    if choices.is_empty() {
        "all at their defaults".to_owned()
    } else {
        choices.join(", ")
    }
}

fn record(definition: &NamedDefinition) -> Vec<Wire> {
    let text = |text: &str| Wire::Text(text.to_owned());
    vec![
        text(definition.name),
        Wire::Text(choices_line(definition)),
        text(definition.about),
        text(definition.after),
        if definition.caution.is_empty() {
            Wire::Null
        } else {
            text(definition.caution)
        },
    ]
}

fn sheet() -> Sheet {
    let column = |heading: &str| Column {
        heading: heading.to_owned(),
        is_right: false,
        group: Group::Core,
    };
    let columns = ["Definition", "Choices", "After"].map(column).to_vec();
    let mut sheet = Sheet::new(Form::Grid, columns);
    sheet.text_width = SENTENCE_WIDTH;
    for definition in DEFINITIONS {
        let choices = choices_line(definition);
        let cells = [definition.name, &choices, definition.after];
        let cells = cells.map(|text| Cell::Text(text.to_owned()));
        sheet.push(Kind::Body, cells.to_vec());
    }
    sheet.notes.push(
        "`nrr definitions NAME` prints one as a file that can be changed; `--definition NAME` or `--definition FILE` measures by it"
            .to_owned(),
    );
    sheet
}
