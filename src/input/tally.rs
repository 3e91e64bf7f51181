//! Which currencies the rows are in, with how many rows each and where the first stands.

use crate::ledger::RowPlace;

/// Rows by currency; few currencies, so a list.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    entries: Vec<TallyEntry>,
}

/// One currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyEntry {
    /// Its code or sign; empty where a row names none.
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
        for entry in other.entries {
            self.add_rows(&entry.code, entry.rows, entry.first);
        }
    }

    /// Every currency, the one with the most rows first, then by the code.
    #[must_use]
    pub fn by_rows(&self) -> Vec<&TallyEntry> {
        let mut entries: Vec<&TallyEntry> = self.entries.iter().collect();
        entries.sort_by(|left, right| {
            right
                .rows
                .cmp(&left.rows)
                .then_with(|| left.code.cmp(&right.code))
        });
        entries
    }

    fn add_rows(&mut self, code: &str, rows: u64, first: RowPlace) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.code == code) {
            entry.rows += rows;
            entry.first = entry.first.min(first);
        } else {
            self.entries.push(TallyEntry {
                code: code.to_owned(),
                rows,
                first,
            });
        }
    }
}
