//! What a run has to say, before it has a look: records, and everything declared with them.

use crate::error::Message;
use crate::metrics::{Alternative, Confidence, Record};
use crate::units::{Grain, Month};

/// The result of `nrr calc`.
#[derive(Clone, Debug)]
pub struct Report {
    /// The choices in force.
    pub definition: Definition,
    /// What was read.
    pub input: Input,
    /// The columns of `--by`, as the header writes them.
    pub by: Vec<String>,
    /// True if one period was asked for, false for a range.
    pub is_single: bool,
    /// The labels of the periods asked for, where not each of them has records.
    pub asked: Vec<String>,
    /// How long a period is where cohorts are shown; `None` elsewhere.
    pub cohorts: Option<Grain>,
    /// The records, in order.
    pub records: Vec<Record>,
    /// At which level intervals are, where they were asked for.
    pub confidence: Option<Confidence>,
    /// The choices that would change the one record asked for; `None` where nobody asked.
    pub sensitivity: Option<Vec<Alternative>>,
    /// What a careful colleague would mention.
    pub warnings: Vec<Message>,
}

/// The choices in force, each with where it came from.
#[derive(Clone, Debug)]
pub struct Definition {
    /// The name of the set of choices it starts from.
    pub name: String,
    /// 64 hexadecimal digits; the first six are shown to people.
    pub fingerprint: String,
    /// Every policy, in the order of the register.
    pub choices: Vec<Choice>,
    /// The filters of `--where`, as typed.
    pub filters: Vec<String>,
    /// Where the filters came from.
    pub filters_origin: String,
}

/// One choice in force.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The policy's name.
    pub name: &'static str,
    /// Its value, as it would be typed.
    pub value: String,
    /// Where the value came from: `default`, `flag`, `nrr.toml:3`, `detected: …`.
    pub origin: String,
    /// True if it is the default's own value, wherever it came from.
    pub is_default: bool,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Every file, in the order given.
    pub files: Vec<InputFile>,
    /// The files that choices name: ids that are one customer, rates of currencies.
    pub choices: Vec<ChoiceFile>,
    /// How many rows they have below their headers.
    pub rows: u64,
    /// How many customers have rows that count.
    pub customers: u64,
    /// The currency, if the input names one.
    pub currency: Option<String>,
    /// The amount as the user says it: `MRR`, `ARR` or `Revenue`.
    pub amount_name: String,
    /// The first month of the horizon.
    pub first: Month,
    /// The last month of the horizon.
    pub last: Month,
    /// What the rows are labelled by.
    pub grain: Grain,
    /// BLAKE3 of the only file, or of all their fingerprints in the order given; 64 hexadecimal digits.
    pub fingerprint: String,
}

/// A file that a choice names.
#[derive(Clone, Debug)]
pub struct ChoiceFile {
    /// The choice: `map` or `fx-rates`.
    pub choice: &'static str,
    /// As it was named.
    pub name: String,
    /// How many rows it has below its header.
    pub rows: u64,
    /// BLAKE3 of its bytes as stored; 64 hexadecimal digits.
    pub fingerprint: String,
}

/// One file and how it was read.
#[derive(Clone, Debug)]
pub struct InputFile {
    /// As it was named; `<stdin>` for a pipe.
    pub name: String,
    /// Its size as stored.
    pub bytes: u64,
    /// How many rows it has below its header.
    pub rows: u64,
    /// BLAKE3 of its bytes as stored; 64 hexadecimal digits.
    pub fingerprint: String,
    /// What was detected or set about it, as name, value and origin: `delimiter`, `,`, `detected: …`.
    pub traits: Vec<(&'static str, String, String)>,
}
