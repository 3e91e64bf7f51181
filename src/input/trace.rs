//! The way back: the rows behind a ledger's cells, read once more from the files that made it.
//!
//! Rows never become a list, so whoever asks for those behind a number reads the files again, by what the first
//! reading settled, and keeps the rows of the customers and months that were asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem::Finder;

use super::file::{FileReader, ReadBy};
use super::shape::Kept;
use super::summary::{Head, lay};
use crate::error::Errors;
use crate::ledger::{Became, Cited, Interner, RowPlace, TracedRow};
use crate::policies::Duplicates;
use crate::units::Month;

/// Up to how many customers are looked for in a whole piece of text before its rows are told apart.
const SOUGHT: usize = 4;

/// Whose rows are asked for, and of which months.
#[derive(Clone, Debug)]
pub struct Wanted {
    customers: Interner,
    months: BTreeSet<Month>,
    /// What a piece of text has to hold; nothing where there are too many customers to look for.
    finders: Vec<Finder<'static>>,
}

impl Wanted {
    /// These customers, as the input names them, in these months.
    #[must_use]
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>, months: BTreeSet<Month>) -> Wanted {
        let mut customers = Interner::default();
        for name in names {
            customers.intern(name);
        }
        let is_few = customers.len() <= SOUGHT;
        let numbers = (0..).take(customers.len()).filter(|_| is_few);
        let names: Vec<&str> = numbers.map(|number| customers.name(number)).collect();
        // A quote inside a cell is written twice, and a name may stand between two of them.
        let can_seek = names
            .iter()
            .all(|name| !name.is_empty() && !name.contains('"'));
        let finder = |name: &str| Finder::new(name).into_owned();
        let finders = names.into_iter().filter(|_| can_seek).map(finder).collect();
        Wanted {
            customers,
            months,
            finders,
        }
    }

    /// True for a customer that is asked for.
    pub(super) fn has(&self, customer: &str) -> bool {
        self.customers.find(customer).is_some()
    }

    /// True for a month that is asked for.
    pub(super) fn reads(&self, month: Month) -> bool {
        self.months.contains(&month)
    }

    /// The months that are asked for, in order.
    pub(super) fn months(&self) -> impl Iterator<Item = Month> {
        self.months.iter().copied()
    }

    /// False for a text in which no customer that is asked for can stand.
    pub(super) fn may_hold(&self, text: &[u8]) -> bool {
        let mut finders = self.finders.iter();
        self.finders.is_empty() || finders.any(|finder| finder.find(text).is_some())
    }
}

/// What became of a row that is followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// This.
    Known(Became),
    /// What the rows of the whole input make of it.
    Open,
}

impl Fate {
    /// The month it is about, where that is known.
    pub(super) const fn month(&self) -> Option<Month> {
        match self {
            Fate::Known(became) => became.month(),
            Fate::Open => None,
        }
    }
}

/// What laying out kept rows says of those that are followed.
pub(super) struct Log<'a> {
    pub(super) wanted: &'a Wanted,
    laid: RefCell<BTreeMap<RowPlace, Vec<Became>>>,
}

impl Log<'_> {
    /// Notes what became of a row in a month.
    pub(super) fn add(&self, row: &Kept, month: Month, became: impl FnOnce() -> Became) {
        if self.wanted.reads(month) && self.wanted.has(&row.customer) {
            self.laid
                .borrow_mut()
                .entry(row.place)
                .or_default()
                .push(became());
        }
    }
}

/// Files that were read into a ledger, ready to be read again.
pub struct Retrace {
    readers: Vec<(FileReader, ReadBy)>,
    kept: Vec<Kept>,
    head: Head,
}

impl Retrace {
    /// What is read again of files that were read.
    pub(super) fn new(readers: Vec<(FileReader, ReadBy)>, kept: Vec<Kept>, head: Head) -> Retrace {
        Retrace {
            readers,
            kept,
            head,
        }
    }

    /// The header of a column.
    #[must_use]
    pub fn column(&self, cited: &Cited) -> &str {
        let reader = self.readers.get(cited.place.file);
        let header = reader.and_then(|(reader, _)| reader.header().get(cited.column));
        header.map_or("", String::as_str)
    }

    /// Reads the files again for the rows that are asked for, in order of file and line.
    ///
    /// # Shape
    ///
    /// A row stands there once a month that it adds to or names; one that adds to nothing stands there with the
    /// reason. The months are those of the ledger before ids are merged or absences filled.
    ///
    /// # Errors
    ///
    /// [`Code::ChangedFile`](crate::error::Code::ChangedFile) where a file is not what it was, and those of reading.
    pub fn rows(&mut self, wanted: &Wanted) -> Result<Vec<TracedRow>, Errors> {
        let mut followed = Vec::new();
        for (reader, by) in &mut self.readers {
            followed.extend(reader.follow(by, wanted)?);
        }
        followed.sort_by(|left, right| left.0.cmp(&right.0));
        let laid = self.laid(wanted)?;
        let mut rows = Vec::new();
        for (cited, fate) in followed {
            match fate {
                Fate::Known(became) => rows.push(TracedRow { cited, became }),
                Fate::Open => {
                    let fates = laid.get(&cited.place).into_iter().flatten();
                    rows.extend(fates.map(|became| TracedRow {
                        cited: cited.clone(),
                        became: became.clone(),
                    }));
                }
            }
        }
        if self.head.policies.duplicates == Duplicates::Last && self.kept.is_empty() {
            self.keep_last(&mut rows);
        }
        Ok(rows)
    }

    /// What kept rows are laid out to.
    fn laid(&self, wanted: &Wanted) -> Result<BTreeMap<RowPlace, Vec<Became>>, Errors> {
        let log = Log {
            wanted,
            laid: RefCell::default(),
        };
        if !self.kept.is_empty() {
            let names = self.readers.iter().map(|(reader, _)| reader.name());
            lay(
                self.kept.clone(),
                &self.head,
                &names.collect::<Vec<_>>(),
                &log,
            )?;
        }
        Ok(log.laid.into_inner())
    }

    /// Of several rows of one key, all but the last one add to nothing.
    fn keep_last(&self, rows: &mut [TracedRow]) {
        let mut last: BTreeMap<_, (RowPlace, u64)> = BTreeMap::new();
        let key = |row: &TracedRow| match &row.became {
            Became::Added(added) => Some((
                row.cited.customer.clone(),
                added.month,
                row.cited.product.clone(),
                added.currency.clone(),
            )),
            Became::Dropped { .. } => None,
        };
        for row in rows.iter() {
            // Rows stand in order: the last one stays.
            last.extend(key(row).map(|key| (key, (row.cited.place, row.cited.line))));
        }
        for row in rows {
            let Some((month, (place, line))) = key(row).map(|key| (key.1, last[&key])) else {
                continue;
            };
            if place != row.cited.place {
                let name = self.readers[place.file].0.name();
                row.became = Became::Dropped {
                    month: Some(month),
                    why: format!("`duplicates last` keeps {name}:{line}"),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_any_of_few_names_is_passed_by() {
        let wanted = |names: &[&'static str]| Wanted::new(names.iter().copied(), BTreeSet::new());
        let few = wanted(&["acme", "birch"]);
        assert!(few.has("acme") && !few.has("acm"));
        assert!(few.may_hold(b"1,birch,2") && !few.may_hold(b"1,cedar,2"));
        // A quote in a name is written twice in the text.
        assert!(wanted(&["a\"b"]).may_hold(b"\"a\"\"b\""));
        assert!(wanted(&["a", "b", "c", "d", "e"]).may_hold(b"x"));
    }
}
