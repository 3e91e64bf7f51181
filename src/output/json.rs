//! Reports as one JSON document, or as one record a line.
//!
//! Numbers are written digit by digit as they are, never through a float. The choices of the
//! definition are strings, as they would be typed, also where they are numbers.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::fields::{Wire, names, values};
use super::message::{effect_line, effect_on_nrr};
use super::report::{Definition, Input, InputFile, Report};
use crate::error::Message;
use crate::metrics::Record;

/// The name of the document's form; it changes when a field changes its meaning or goes.
pub const SCHEMA: &str = "nrr.calc/1";

/// Writes one document, indented by two spaces.
pub(super) fn write_document(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &WireReport(report))?;
    writeln!(out)
}

/// Writes one record a line.
pub(super) fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let names = names(report);
    for record in &report.records {
        let record = WireRecord::of(report, &names, record);
        serde_json::to_writer(&mut *out, &record)?;
        writeln!(out)?;
    }
    Ok(())
}

struct WireReport<'a>(&'a Report);

impl Serialize for WireReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let names = names(report);
        let records = report.records.iter();
        let results: Vec<_> = records
            .map(|record| WireRecord::of(report, &names, record))
            .collect();
        let warnings: Vec<_> = report.warnings.iter().map(WireWarning::of).collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("definition", &WireDefinition(&report.definition))?;
        map.serialize_entry("input", &WireInput(&report.input))?;
        map.serialize_entry("results", &results)?;
        map.serialize_entry("warnings", &warnings)?;
        map.end()
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

/// One record; the segments of a total are left out.
struct WireRecord<'a> {
    names: &'a [String],
    values: Vec<Wire>,
    is_total: bool,
}

impl WireRecord<'_> {
    fn of<'a>(report: &Report, names: &'a [String], record: &Record) -> WireRecord<'a> {
        WireRecord {
            names,
            values: values(report, record),
            is_total: record.segments.is_none(),
        }
    }
}

impl Serialize for WireRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.names.iter().zip(&self.values);
        let is_shown = |name: &str| !(self.is_total && name.starts_with("segment."));
        serializer.collect_map(fields.filter(|(name, _)| is_shown(name)))
    }
}

impl Serialize for Wire {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Wire::Null => serializer.serialize_none(),
            Wire::Text(text) => serializer.serialize_str(text),
            Wire::Flag(flag) => serializer.serialize_bool(*flag),
            Wire::Number(digits) => RawValue::from_string(digits.clone())
                .map_err(serde::ser::Error::custom)?
                .serialize(serializer),
        }
    }
}
