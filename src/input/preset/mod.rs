//! Presets: the exports of known vendors as settings, recognised by their headers.
//!
//! What a preset says is data: `presets.toml` for those that come with the program, tables of `nrr.toml` for a
//! user's own. A preset is made of settings that could be typed, and of what only it says: its headers, which
//! rows don't count, and what the file cannot answer.

mod parse;
mod recognise;
mod say;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::header::folded;

pub use parse::{parse, parse_table};
pub use recognise::{
    CustomerList, Recognised, list_without_periods, missing_headers, named, recognise, with_own,
};
pub use say::{ambiguous, announcement, list_refused, refused, unfit, unknown};

/// An export that is recognised: how it is read, or why it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preset {
    /// What it is called: `stripe-mrr-monthly`.
    pub name: String,
    /// Whose export of what, in one line.
    pub about: String,
    /// The headers that have to be there, folded; each with its other spellings.
    pub headers: Vec<Vec<String>>,
    /// How many headers have to be labels of periods, at least.
    pub period_headers: usize,
    /// Words of which one has to stand in the lines above the header; none if there need be no such lines.
    pub titles: Vec<String>,
    /// Why the export is refused, where it is.
    pub refuse: Option<String>,
    /// The export of the same vendor that answers more.
    pub better: Option<String>,
    /// What the export cannot answer, and what to know of its amounts.
    pub notes: Vec<String>,
    /// What to do where no column holds the customer.
    pub missing_customer: Option<String>,
    /// Rows that alone count, by columns that need not be there.
    pub keep: Vec<Filter>,
    /// Rows that don't count, by columns that need not be there.
    pub drop: Vec<Filter>,
    /// Columns that are taken off the amount, as many as are there: tax and discounts.
    pub less: Vec<String>,
    /// Where a row's end stands if the end column has nothing in it.
    pub end_fallback: Vec<Fallback>,
    /// Settings by their names as on the command line: `shape`, `unit`, `end`.
    settings: BTreeMap<&'static str, Vec<String>>,
    /// For each key that names a column, the headers it may have, folded, best first.
    columns: BTreeMap<&'static str, Vec<String>>,
}

impl Preset {
    /// What the preset says for a setting that takes one value: one of [`SETTINGS`].
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.get(name)?.first().map(String::as_str)
    }

    /// What the preset says for a setting that takes several values: `keep-status` and `drop-status`.
    #[must_use]
    pub fn values(&self, name: &str) -> &[String] {
        self.settings.get(name).map_or(&[], Vec::as_slice)
    }

    /// The headers that a column may have, folded and best first: by one of [`COLUMNS`].
    #[must_use]
    pub fn candidates(&self, key: &str) -> &[String] {
        self.columns.get(key).map_or(&[], Vec::as_slice)
    }

    /// The columns under the first candidate that is there: none, one, or several where a header stands
    /// twice. An empty candidate is the first column without a header.
    #[must_use]
    pub fn columns(&self, key: &str, headers: &[String]) -> Vec<usize> {
        let found = self
            .candidates(key)
            .iter()
            .map(|candidate| places(candidate, headers));
        found
            .into_iter()
            .find(|places| !places.is_empty())
            .unwrap_or_default()
    }

    /// The columns that are taken off the amount, of those that are there.
    #[must_use]
    pub fn less_columns(&self, headers: &[String]) -> Vec<usize> {
        self.less
            .iter()
            .flat_map(|name| places(name, headers))
            .collect()
    }

    /// How many things have to be there for it to be recognised.
    #[must_use]
    pub fn requirements(&self) -> usize {
        self.headers.len()
            + usize::from(self.period_headers > 0)
            + usize::from(!self.titles.is_empty())
    }
}

/// Rows by the values of a column, both folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The column's header; empty for the first column without one.
    pub column: String,
    /// The values that are meant.
    pub values: Vec<String>,
}

impl Filter {
    /// Its column, if there is one.
    #[must_use]
    pub fn column_of(&self, headers: &[String]) -> Option<usize> {
        places(&self.column, headers).first().copied()
    }

    /// True if a cell holds one of the values.
    #[must_use]
    pub fn holds(&self, cell: &str) -> bool {
        let cell = folded(cell);
        self.values.contains(&cell)
    }
}

/// Another column for the end of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// The statuses, folded, of the rows it holds for; every row if there are none.
    pub statuses: Vec<String>,
    /// The column's header, folded.
    pub column: String,
}

impl Fallback {
    /// Its column, if there is one.
    #[must_use]
    pub fn column_of(&self, headers: &[String]) -> Option<usize> {
        places(&self.column, headers).first().copied()
    }

    /// True if it holds for a row with this status.
    #[must_use]
    pub fn holds(&self, status: &str) -> bool {
        self.statuses.is_empty() || self.statuses.contains(&folded(status))
    }
}

/// Where a folded header stands; an empty one is the first column alone.
fn places(name: &str, headers: &[String]) -> Vec<usize> {
    let meant = if name.is_empty() {
        &headers[..headers.len().min(1)]
    } else {
        headers
    };
    (0..meant.len())
        .filter(|index| folded(&meant[*index]) == name)
        .collect()
}

/// The keys that name columns, as they are typed.
pub const COLUMNS: &[&str] = &[
    "customer",
    "date",
    "amount",
    "currency-column",
    "product",
    "start-column",
    "end-column",
    "trial-end-column",
    "period-start-column",
    "period-end-column",
    "interval-column",
    "interval-count-column",
    "status-column",
    "movement-column",
    "balance-column",
    "quantity-column",
    "contract-column",
    "billed-column",
];

/// The settings that take one of a few words, with the words.
pub const SETTINGS: &[(&str, &[&str])] = &[
    (
        "shape",
        &[
            "long",
            "wide",
            "contracts",
            "versions",
            "invoices",
            "movements",
        ],
    ),
    ("history", &["full", "billed", "none"]),
    ("unit", &["major", "minor", "ask"]),
    ("basis", &["stock", "flow"]),
    ("amount-is", &["unit", "total"]),
    ("end", &["inclusive", "exclusive"]),
    ("overlap", &["add", "latest", "error"]),
    ("date-order", &["dmy", "mdy"]),
    ("decimal", &[".", ","]),
    ("spread", &["monthly", "daily", "none"]),
];

/// The presets that come with the program, in order of their names.
#[must_use]
pub fn builtin() -> &'static [Preset] {
    // A test says that the table can be read; without one, no export would be recognised.
    static BUILTIN: LazyLock<Vec<Preset>> = LazyLock::new(|| {
        parse(include_str!("../presets.toml"), "presets.toml").unwrap_or_default()
    });
    &BUILTIN
}

#[cfg(test)]
mod tests;
