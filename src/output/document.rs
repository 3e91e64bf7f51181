//! What every result has in common, whatever command it is of: the one thing that all formats write.

use super::certainty;
use super::fields::{self, Wire};
use super::json::SCHEMA;
use super::layout;
use super::report::Report;
use super::sheet::Sheet;
use crate::error::Message;

/// A result with everything declared beside it.
pub trait Document {
    /// The name of its JSON form: `nrr.calc/1`.
    fn schema(&self) -> &'static str;

    /// The definition, the input and the warnings.
    fn report(&self) -> &Report;

    /// The names of the fields of a record, in order.
    fn names(&self) -> Vec<String>;

    /// The records, each with one value a name.
    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_>;

    /// The same as the lines of a CSV, many at a time, of a result that has a quicker way to them than by records.
    fn csv_lines(&self) -> Option<Box<dyn Iterator<Item = String> + '_>> {
        None
    }

    /// What is to be said below the result, for people.
    fn messages(&self) -> Vec<Message> {
        self.report().warnings.clone()
    }

    /// The result as people see it.
    fn sheets(&self) -> Vec<Sheet>;

    /// What its JSON form has besides, before the results.
    fn more(&self) -> Vec<(&'static str, More)> {
        Vec::new()
    }
}

/// A further member of a JSON document.
#[derive(Clone, Debug)]
pub enum More {
    /// Nothing was asked for.
    Null,
    /// One flat record: its names, then its values.
    Record(Vec<String>, Vec<Wire>),
    /// A list of texts.
    Texts(Vec<String>),
    /// Flat records: their names, then their values.
    Records(Vec<String>, Vec<Vec<Wire>>),
}

/// The result of `nrr calc`.
impl Document for Report {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        self
    }

    fn names(&self) -> Vec<String> {
        fields::names(self)
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        let records = self.records.iter();
        Box::new(records.map(|record| fields::values(self, record)))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let mut sheets = layout::sheets(self);
        sheets.extend(certainty::sheet(self));
        sheets
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        certainty::more(self)
    }
}
