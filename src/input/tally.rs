//! Which currencies, statuses or other words the rows have, with how many rows each and where the first stands.

use std::collections::BTreeMap;

use crate::ledger::RowPlace;

/// Rows by a word.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    entries: BTreeMap<String, TallyEntry>,
}

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyEntry {
    /// The code, sign or word; empty where a row has none.
    pub code: String,
    /// How many rows are in it.
    pub rows: u64,
    /// The first of them.
    pub first: RowPlace,
}

impl Tally {
    /// Counts a row.
    pub fn add(&mut self, code: &str, place: RowPlace) {
        self.add_rows(code, 1, place);
    }

    /// Takes in what another thread counted.
    pub fn merge(&mut self, other: Tally) {
        for entry in other.entries.into_values() {
            self.add_rows(&entry.code, entry.rows, entry.first);
        }
    }

    /// Every word, the one with the most rows first, then in byte order.
    #[must_use]
    pub fn by_rows(&self) -> Vec<&TallyEntry> {
        let mut entries: Vec<&TallyEntry> = self.entries.values().collect();
        entries.sort_by(|left, right| {
            right
                .rows
                .cmp(&left.rows)
                .then_with(|| left.code.cmp(&right.code))
        });
        entries
    }

    /// Counts rows of one word, of which `first` is the first.
    pub fn add_rows(&mut self, code: &str, rows: u64, first: RowPlace) {
        if let Some(entry) = self.entries.get_mut(code) {
            entry.rows += rows;
            entry.first = entry.first.min(first);
        } else {
            let entry = TallyEntry {
                code: code.to_owned(),
                rows,
                first,
            };
            self.entries.insert(code.to_owned(), entry);
        }
    }
}
