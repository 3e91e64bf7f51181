//! Records as flat rows for machines: the names and values that JSON, JSON Lines and CSV share.

use super::head;
use super::number;
use super::report::Report;
use crate::metrics::Record;
use crate::metrics::registry::{self, FIELDS, Field, HEAD, Value};
use crate::units::{Amount, Ratio};

/// The fields after those of the register, in order.
pub(super) const LAST: [&str; 3] = ["undefined", "definition", "input_fingerprint"];

/// How many digits of the definition's fingerprint a record carries.
pub(super) const DIGITS: usize = 12;

/// A value on its way to a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Undefined, or nothing to say.
    Null,
    /// A label, a date, a reason.
    Text(String),
    /// A plain decimal.
    Number(String),
    /// True or false.
    Flag(bool),
    /// No such field in this record: an empty cell in CSV, nothing in JSON.
    Absent,
}

/// Takes the values of a record one after the other, in the order of their names.
pub(super) trait Fields {
    /// Undefined, or nothing to say.
    fn null(&mut self);

    /// A label, a date, a reason.
    fn text(&mut self, text: &str);

    /// A plain decimal.
    fn number(&mut self, number: Amount);

    /// A text; null without one.
    fn text_or_null(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    /// A plain decimal; null without one.
    fn number_or_null(&mut self, number: Option<Amount>) {
        match number {
            Some(number) => self.number(number),
            None => self.null(),
        }
    }
}

impl Fields for Vec<Wire> {
    fn null(&mut self) {
        self.push(Wire::Null);
    }

    fn text(&mut self, text: &str) {
        self.push(Wire::Text(text.to_owned()));
    }

    fn number(&mut self, number: Amount) {
        self.push(amount(number));
    }
}

/// The names of all columns: before the segments, one a column of `--by`, after them.
pub(super) fn names(report: &Report) -> Vec<String> {
    let own = |field: &Field| field.name.to_owned();
    let segments = report.by.iter().map(|column| segment_name(column));
    HEAD.iter()
        .map(own)
        .chain(segments)
        .chain(FIELDS.iter().map(own))
        .chain(LAST.map(str::to_owned))
        .collect()
}

/// The values of a record in the order of [`names`]; segments are [`Wire::Absent`] on totals.
pub(super) fn values(report: &Report, record: &Record) -> Vec<Wire> {
    let own = |field: &Field| wire((field.read)(record));
    let segment = |index: usize| {
        let values = record.segments.as_ref();
        values
            .and_then(|values| values.get(index).cloned())
            .map_or(Wire::Absent, Wire::Text)
    };
    let undefined = registry::undefined(record).map_or(Wire::Null, Wire::Text);
    HEAD.iter()
        .map(own)
        .chain((0..report.by.len()).map(segment))
        .chain(FIELDS.iter().map(own))
        .chain([
            undefined,
            Wire::Text(head::definition(report, DIGITS)),
            Wire::Text(report.input.fingerprint.clone()),
        ])
        .collect()
}

/// The name of a segment column.
pub(super) fn segment_name(column: &str) -> String {
    format!("segment.{column}")
}

/// An amount, exact.
pub(super) fn amount(amount: Amount) -> Wire {
    Wire::Number(number::plain_amount(amount))
}

/// The same; null without one.
pub(super) fn amount_or_null(one: Option<Amount>) -> Wire {
    one.map_or(Wire::Null, amount)
}

/// A rate of six decimals; null where it is undefined.
pub(super) fn rate(ratio: Ratio) -> Wire {
    number::plain_rate(ratio).map_or(Wire::Null, Wire::Number)
}

/// A text; null without one.
pub(super) fn text_or_null(text: Option<String>) -> Wire {
    text.map_or(Wire::Null, Wire::Text)
}

/// A value as machines get it.
pub(super) fn wire(value: Value) -> Wire {
    match value {
        Value::Text(text) => Wire::Text(text),
        Value::Amount(one) => amount(one),
        Value::Count(count) => Wire::Number(count.to_string()),
        Value::Rate(ratio) => rate(ratio),
        Value::Flag(flag) => Wire::Flag(flag),
        Value::Absent | Value::Undefined(_) => Wire::Null,
    }
}
