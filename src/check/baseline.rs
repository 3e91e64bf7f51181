//! What was reported before, as `nrr calc` wrote it, against what the data say now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::error::{Code, Message};
use crate::metrics::registry::{self, Field, Unit, Value};
use crate::metrics::{Record, registry::RATE_DECIMALS};
use crate::text;
use crate::units::{Amount, FiscalYear, Period, SCALE_MAX};

/// The start of a field that holds the value of a segment's column.
const SEGMENT: &str = "segment.";

/// Records that were kept.
#[derive(Debug, Default)]
pub struct Baseline {
    /// The definition they were made under: `standard@3f9a2c…`.
    pub definition: Option<String>,
    /// Its choices, where they were kept too.
    pub choices: BTreeMap<String, String>,
    /// The fingerprint of what was read.
    pub input: Option<String>,
    /// The columns of the segments.
    pub columns: Vec<String>,
    /// The records.
    pub records: Vec<Kept>,
}

/// One record that was kept.
#[derive(Debug)]
pub struct Kept {
    /// The label of its period.
    pub period: String,
    /// The values of its segment; `None` for a total.
    pub segments: Option<Vec<String>>,
    /// Its numbers by field; `None` where a field was undefined.
    pub figures: BTreeMap<&'static str, Option<Amount>>,
}

/// A field of a record that is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The field.
    pub field: &'static str,
    /// What it was; `None` for undefined.
    pub old: Option<Amount>,
    /// What it is.
    pub new: Option<Amount>,
}

type Raw<'a> = BTreeMap<String, &'a RawValue>;

/// Text by field; `None` where a record holds nothing.
type Texts = BTreeMap<String, Option<String>>;

impl Baseline {
    /// Reads what `nrr calc` wrote as JSON, JSON Lines or CSV.
    ///
    /// # Errors
    ///
    /// [`Code::UnreadableBaseline`], with the line where one can be named.
    pub fn parse(text: &str) -> Result<Baseline, (Message, Option<u64>)> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut baseline = Baseline::default();
        let start = text.trim_start();
        let rows = if !start.starts_with('{') {
            csv_rows(text)?
        } else if let Ok(document) = serde_json::from_str::<Raw<'_>>(text)
            && document.contains_key("results")
        {
            baseline.declare(&document)?;
            let results = document.get("results").map_or("[]", |raw| raw.get());
            let records: Vec<&RawValue> =
                serde_json::from_str(results).map_err(|error| no_json(&error, None))?;
            let rows = records.iter().map(|raw| object(raw.get(), None));
            rows.map(|row| Ok((None, row?))).collect::<Result<_, _>>()?
        } else {
            json_lines(text)?
        };
        baseline.take(rows)?;
        Ok(baseline)
    }

    /// Takes the definition and the input's fingerprint off a document.
    fn declare(&mut self, document: &Raw<'_>) -> Result<(), (Message, Option<u64>)> {
        let schema = document
            .get("schema")
            .map(|raw| raw.get().trim_matches('"'));
        if !schema.is_some_and(|schema| schema.starts_with("nrr.calc/")) {
            let found = schema.unwrap_or("no schema");
            let message = unreadable("the baseline is no result of `nrr calc`").found(found);
            return Err((message.expected("nrr.calc/1"), None));
        }
        let definition = document.get("definition").map_or("{}", |raw| raw.get());
        for (name, value) in object(definition, None)? {
            let is_choice = !matches!(name.as_str(), "name" | "fingerprint" | "where" | "origins");
            if let (Some(value), true) = (value, is_choice) {
                self.choices.insert(name, value);
            }
        }
        Ok(())
    }

    fn take(&mut self, rows: Vec<(Option<u64>, Texts)>) -> Result<(), (Message, Option<u64>)> {
        let columns = rows.iter().flat_map(|(_, row)| row.keys());
        let columns = columns.filter_map(|name| name.strip_prefix(SEGMENT));
        let columns: BTreeSet<&str> = columns.collect();
        self.columns = columns.into_iter().map(str::to_owned).collect();
        for (line, row) in rows {
            let kept = self.kept(&row).map_err(|message| (message, line))?;
            self.records.push(kept);
        }
        if self.records.is_empty() {
            return Err((unreadable("the baseline holds no records"), None));
        }
        Ok(())
    }

    fn kept(&mut self, row: &Texts) -> Result<Kept, Message> {
        let said = |name: &str| row.get(name).and_then(Clone::clone);
        let Some(period) = said("period") else {
            return Err(
                unreadable("a record of the baseline has no period").expected("the field `period`")
            );
        };
        self.definition = self.definition.take().or_else(|| said("definition"));
        self.input = self.input.take().or_else(|| said("input_fingerprint"));
        let value = |column: &String| said(&format!("{SEGMENT}{column}"));
        let values: Option<Vec<String>> = self.columns.iter().map(value).collect();
        let segments = values.filter(|values| !values.is_empty());
        let mut figures = BTreeMap::new();
        for field in numbers() {
            let Some(text) = row.get(field.name) else {
                continue;
            };
            let number = text.as_deref().map(|text| {
                // No figure is larger, and a difference of two such still fits.
                let is_known = |number: &Amount| {
                    let units = number.units_at(SCALE_MAX);
                    units.is_some_and(|units| units.unsigned_abs() <= i128::MAX.unsigned_abs() / 4)
                };
                let number = Amount::parse_plain(text).filter(is_known);
                let headline = format!("cannot read `{text}` in the baseline as a number");
                let found = format!("`{}` of {period}", field.name);
                number.ok_or_else(|| unreadable(&headline).found(found))
            });
            figures.insert(field.name, number.transpose()?);
        }
        Ok(Kept {
            period,
            segments,
            figures,
        })
    }
}

impl Kept {
    /// The period that its label names.
    #[must_use]
    pub fn period(&self, fiscal: FiscalYear) -> Option<Period> {
        Period::parse(&self.period, fiscal).ok()
    }

    /// Every figure that both hold and that is another one now; all of them where the record is gone.
    ///
    /// # Units
    ///
    /// Amounts and counts are compared exactly, rates as they are printed for machines: with six decimals.
    #[must_use]
    pub fn restated(&self, now: Option<&Record>) -> Vec<Restated> {
        let known = numbers().filter_map(|field| Some((field, *self.figures.get(field.name)?)));
        let pairs = known.map(|(field, old)| Restated {
            field: field.name,
            old,
            new: now.and_then(|record| printed(field, record)),
        });
        pairs.filter(|pair| pair.old != pair.new).collect()
    }
}

/// The fields that are numbers.
fn numbers() -> impl Iterator<Item = &'static Field> {
    let fields = registry::FIELDS.iter();
    fields.filter(|field| !matches!(field.unit, Unit::Text | Unit::Flag))
}

/// A field as it is printed for machines.
fn printed(field: &Field, record: &Record) -> Option<Amount> {
    match (field.read)(record) {
        Value::Amount(amount) => Some(amount),
        Value::Count(count) => Some(Amount::new(i128::from(count), 0)),
        Value::Rate(ratio) => ratio.rounded(RATE_DECIMALS),
        _ => None,
    }
}

fn unreadable(headline: &str) -> Message {
    Message::new(Code::UnreadableBaseline, headline)
}

fn no_json(error: &serde_json::Error, line: Option<u64>) -> (Message, Option<u64>) {
    let message = unreadable("the baseline is no JSON that could be read");
    let line = line.or_else(|| u64::try_from(error.line()).ok().filter(|line| *line > 0));
    (message.note(error.to_string()), line)
}

/// The members of an object as text: numbers digit by digit, nothing for null.
fn object(text: &str, line: Option<u64>) -> Result<Texts, (Message, Option<u64>)> {
    let members: Raw<'_> = serde_json::from_str(text).map_err(|error| no_json(&error, line))?;
    let plain = |raw: &RawValue| {
        let text = raw.get();
        match text {
            "null" => None,
            _ if text.starts_with('"') => serde_json::from_str(text).ok(),
            _ => Some(text.to_owned()),
        }
    };
    let members = members.into_iter();
    Ok(members.map(|(name, raw)| (name, plain(raw))).collect())
}

type Rows = Vec<(Option<u64>, Texts)>;

fn json_lines(text: &str) -> Result<Rows, (Message, Option<u64>)> {
    let lines = (1..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| Ok((Some(number), object(line, Some(number))?)))
        .collect()
}

fn csv_rows(text: &str) -> Result<Rows, (Message, Option<u64>)> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let failed = |error: &csv::Error| {
        let line = error.position().map(csv::Position::line);
        (
            unreadable("the baseline is no CSV that could be read"),
            line,
        )
    };
    let header = reader.headers().map_err(|error| failed(&error))?.clone();
    if !header.iter().any(|name| name == "period") {
        let message = unreadable("the baseline is no result of `nrr calc`")
            .expected("a JSON document, or records with the field `period`");
        return Err((message, Some(1)));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| failed(&error))?;
        let line = record.position().map(csv::Position::line);
        let cell = |cell: &str| (!cell.is_empty()).then(|| text::unguarded(cell).to_owned());
        let names = header.iter().map(|name| text::unguarded(name).to_owned());
        rows.push((line, names.zip(record.iter().map(cell)).collect()));
    }
    Ok(rows)
}
