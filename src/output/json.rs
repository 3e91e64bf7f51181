//! Reports as one JSON document, or as one record a line.
//!
//! Numbers are written digit by digit as they are, never through a float. The choices of the
//! definition are strings, as they would be typed, also where they are numbers.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::document::{Document, More};
use super::fields::Wire;
use super::message::{effect_line, effect_on_nrr};
use super::report::{ChoiceFile, Definition, Input, InputFile};
use crate::error::Message;

/// The name of the form of `nrr calc`; it changes when a field changes its meaning or goes.
pub const SCHEMA: &str = "nrr.calc/1";

/// Writes one document, indented by two spaces.
pub(super) fn write_document(document: &dyn Document, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &WireDocument(document))?;
    writeln!(out)
}

/// Writes records that nothing was read for: one document of them, or one a line.
pub(super) fn write_records(
    schema: &str,
    (names, records): (&[String], Vec<Vec<Wire>>),
    is_lines: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let records = records.into_iter();
    let mut records = records.map(|values| WireRecord { names, values });
    if is_lines {
        return records.try_for_each(|record| {
            serde_json::to_writer(&mut *out, &record)?;
            writeln!(out)
        });
    }
    let bare = WireBare {
        schema,
        results: records.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &bare)?;
    writeln!(out)
}

#[derive(serde::Serialize)]
struct WireBare<'a> {
    schema: &'a str,
    results: Vec<WireRecord<'a>>,
}

/// Writes one record a line.
pub(super) fn write_lines(document: &dyn Document, out: &mut dyn Write) -> io::Result<()> {
    let names = document.names();
    for values in document.records() {
        let record = WireRecord {
            names: &names,
            values,
        };
        serde_json::to_writer(&mut *out, &record)?;
        writeln!(out)?;
    }
    Ok(())
}

struct WireDocument<'a>(&'a dyn Document);

impl Serialize for WireDocument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (document, report) = (self.0, self.0.report());
        let warnings: Vec<_> = report.warnings.iter().map(WireWarning::of).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", document.schema())?;
        map.serialize_entry("definition", &WireDefinition(&report.definition))?;
        map.serialize_entry("input", &WireInput(&report.input))?;
        for (name, more) in document.more() {
            match more {
                More::Null => map.serialize_entry(name, &())?,
                More::Record(names, values) => {
                    let names = &names;
                    map.serialize_entry(name, &WireRecord { names, values })?;
                }
                More::Texts(texts) => map.serialize_entry(name, &texts)?,
                More::Records(names, records) => {
                    let records = records.into_iter();
                    let wire = |values| WireRecord {
                        names: &names,
                        values,
                    };
                    map.serialize_entry(name, &records.map(wire).collect::<Vec<_>>())?;
                }
            }
        }
        map.serialize_entry("results", &WireRecords(document))?;
        map.serialize_entry("warnings", &warnings)?;
        map.end()
    }
}

/// The records as they come, so that none but the one at hand is kept.
struct WireRecords<'a>(&'a dyn Document);

impl Serialize for WireRecords<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = self.0.names();
        let records = self.0.records();
        serializer.collect_seq(records.map(|values| WireRecord {
            names: &names,
            values,
        }))
    }
}

struct WireDefinition<'a>(&'a Definition);

impl Serialize for WireDefinition<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let definition = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &definition.name)?;
        map.serialize_entry("fingerprint", &definition.fingerprint)?;
        for choice in &definition.choices {
            map.serialize_entry(choice.name, &choice.value)?;
        }
        map.serialize_entry("where", &definition.filters)?;
        map.serialize_entry("origins", &WireOrigins(definition))?;
        map.end()
    }
}

struct WireOrigins<'a>(&'a Definition);

impl Serialize for WireOrigins<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let choices = self.0.choices.iter();
        let choices = choices.map(|choice| (choice.name, &choice.origin));
        let filters = (!self.0.filters.is_empty()).then_some(("where", &self.0.filters_origin));
        serializer.collect_map(choices.chain(filters))
    }
}

struct WireInput<'a>(&'a Input);

impl Serialize for WireInput<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let input = self.0;
        let files: Vec<_> = input.files.iter().map(WireFile).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("files", &files)?;
        if !input.choices.is_empty() {
            let choices: Vec<_> = input.choices.iter().map(WireChoiceFile::of).collect();
            map.serialize_entry("choice_files", &choices)?;
        }
        map.serialize_entry("rows", &input.rows)?;
        map.serialize_entry("customers", &input.customers)?;
        map.serialize_entry("currency", &input.currency)?;
        map.serialize_entry("amount", &input.amount_name)?;
        map.serialize_entry("first_month", &input.first.to_string())?;
        map.serialize_entry("last_month", &input.last.to_string())?;
        map.serialize_entry("grain", input.grain.word())?;
        map.serialize_entry("fingerprint", &input.fingerprint)?;
        map.end()
    }
}

#[derive(serde::Serialize)]
struct WireChoiceFile<'a> {
    choice: &'a str,
    name: &'a str,
    rows: u64,
    fingerprint: &'a str,
}

impl WireChoiceFile<'_> {
    fn of(file: &ChoiceFile) -> WireChoiceFile<'_> {
        WireChoiceFile {
            choice: file.choice,
            name: &file.name,
            rows: file.rows,
            fingerprint: &file.fingerprint,
        }
    }
}

struct WireFile<'a>(&'a InputFile);

impl Serialize for WireFile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let file = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &file.name)?;
        map.serialize_entry("bytes", &file.bytes)?;
        map.serialize_entry("rows", &file.rows)?;
        map.serialize_entry("fingerprint", &file.fingerprint)?;
        for (name, value, origin) in &file.traits {
            map.serialize_entry(name, &WireTrait { value, origin })?;
        }
        map.end()
    }
}

#[derive(serde::Serialize)]
struct WireTrait<'a> {
    value: &'a str,
    origin: &'a str,
}

#[derive(serde::Serialize)]
struct WireWarning<'a> {
    code: &'static str,
    text: &'a str,
    count: Option<u64>,
    file: Option<&'a str>,
    line: Option<u64>,
    effect_on_nrr: Option<Box<RawValue>>,
    evidence: Vec<String>,
    help: &'a [String],
}

impl WireWarning<'_> {
    fn of(warning: &Message) -> WireWarning<'_> {
        let place = warning.place.as_ref();
        let effect = warning.effect.as_deref();
        let evidence = warning.evidence.iter();
        let evidence =
            evidence.map(|evidence| format!("{}: {}", evidence.kind.word(), evidence.text));
        let said = effect.map(|effect| format!("effect: {}", effect_line(effect)));
        WireWarning {
            code: warning.code.name(),
            text: &warning.headline,
            count: warning.count,
            file: place.map(|place| place.file.as_str()),
            line: place.and_then(|place| place.line),
            effect_on_nrr: effect.and_then(effect_on_nrr),
            evidence: evidence.chain(said).collect(),
            help: &warning.help,
        }
    }
}

/// One record, without the fields that it does not have.
struct WireRecord<'a> {
    names: &'a [String],
    values: Vec<Wire>,
}

impl Serialize for WireRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.names.iter().zip(&self.values);
        serializer.collect_map(fields.filter(|(_, value)| **value != Wire::Absent))
    }
}

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Wire::Null | Wire::Absent => serializer.serialize_none(),
            Wire::Text(text) => serializer.serialize_str(text),
            Wire::Flag(flag) => serializer.serialize_bool(*flag),
            Wire::Number(digits) => RawValue::from_string(digits.clone())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
        }
    }
}
