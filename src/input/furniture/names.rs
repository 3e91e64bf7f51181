//! The names that totals carry: which of them the file knows, where they opened and what their rows add up to.

use std::collections::BTreeMap;

use super::Body;
use super::row::{Row, Stated};
use super::sums::Sums;
use super::words::{Form, key};

/// A name that a total may be of.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// Whether the file has a customer, group or period of this name.
    is_known: bool,
    /// The last row that may be its total.
    last_total: usize,
    /// Where its first row since its last total stands.
    opened: Option<Start>,
    /// Where its last unbroken run of rows starts.
    run: Option<Start>,
    /// The last row under it.
    last_row: Option<usize>,
    /// How many open groups have it.
    entered: usize,
    /// The sums of its own rows since its last total, wherever they stand.
    own: Sums,
}

/// A place in the body, and the sums of what stands above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) row: usize,
    pub(super) above: Sums,
}

/// Every name that a candidate carries.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    names: BTreeMap<String, Name>,
}

impl Names {
    /// Collects the names of all candidates, and which of them the file knows.
    pub(super) fn of(body: &Body<'_>, rows: &[Row<'_>]) -> Names {
        let mut names: BTreeMap<String, Name> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let Form::Named(carried) = &row.form else {
                continue;
            };
            for name in carried {
                let new = || Name {
                    is_known: false,
                    last_total: at,
                    opened: None,
                    run: None,
                    last_row: None,
                    entered: 0,
                    own: Sums::new(body.amounts.len()),
                };
                names.entry(name.clone()).or_insert_with(new).last_total = at;
            }
        }
        let mut all = Names { names };
        if !all.names.is_empty() {
            for (row, line) in rows.iter().zip(body.lines) {
                all.know(row.label);
                all.know(line.cell(body.customer));
                all.know(line.cell(0));
                all.know(body.date.map_or("", |date| line.cell(date)));
            }
            for column in body.amounts {
                all.know(body.header.get(*column).map_or("", String::as_str));
            }
        }
        all
    }

    fn know(&mut self, name: &str) {
        if let Some(name) = self.find(name) {
            name.is_known = true;
        }
    }

    fn find(&mut self, name: &str) -> Option<&mut Name> {
        if name.is_empty() || self.names.is_empty() {
            return None;
        }
        self.names.get_mut(&key(name))
    }

    /// The first of a candidate's names that the file knows.
    pub(super) fn known<'n>(&self, carried: &'n [String]) -> Option<&'n str> {
        carried
            .iter()
            .map(String::as_str)
            .find(|name| self.names.get(*name).is_some_and(|name| name.is_known))
    }

    /// Whether a total of this name may follow below a row.
    pub(super) fn has_total_below(&self, name: &str, row: usize) -> bool {
        !self.names.is_empty()
            && self
                .names
                .get(&key(name))
                .is_some_and(|name| name.last_total > row)
    }

    /// Opens a name at a row, whose amounts are not yet among the sums.
    pub(super) fn open(&mut self, name: &str, row: usize, above: &Sums) {
        if let Some(name) = self.find(name) {
            let start = || Start {
                row,
                above: above.clone(),
            };
            name.opened.get_or_insert_with(start);
            if row == 0 || name.last_row != Some(row - 1) {
                name.run = Some(start());
            }
            name.last_row = Some(row);
        }
    }

    /// Keeps a name's run unbroken by a row that is filled down or blank.
    pub(super) fn carry(&mut self, name: &str, row: usize) {
        if let Some(name) = self.find(name) {
            name.last_row = Some(row);
        }
    }

    /// Counts a row among those of a name.
    pub(super) fn add_to(&mut self, name: &str, row: &[Stated]) {
        if let Some(name) = self.find(name) {
            name.own.add(row);
        }
    }

    /// A group of this name, given as a key, opens.
    pub(super) fn enter(&mut self, name: &str) {
        if let Some(name) = self.names.get_mut(name) {
            name.entered += 1;
        }
    }

    /// A group of this name, given as a key, is no longer open.
    pub(super) fn leave(&mut self, name: &str) {
        if let Some(name) = self.names.get_mut(name) {
            name.entered = name.entered.saturating_sub(1);
        }
    }

    /// Whether a group of this name, given as a key, is open.
    pub(super) fn is_entered(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|name| name.entered > 0)
    }

    /// What a total of this name may be the sum of, likeliest first, and the row where that starts.
    pub(super) fn parts(&self, name: &str, now: &Sums) -> Vec<(Option<usize>, Sums)> {
        let Some(name) = self.names.get(name) else {
            return Vec::new();
        };
        let starts = [&name.opened, &name.run].into_iter().flatten();
        let mut parts: Vec<(Option<usize>, Sums)> = starts
            .map(|start| (Some(start.row), now.since(&start.above)))
            .collect();
        if name.own.rows > 0 {
            parts.push((None, name.own.clone()));
        }
        parts
    }

    /// Closes a name: its next row opens it anew.
    pub(super) fn close(&mut self, name: &str) {
        if let Some(name) = self.names.get_mut(name) {
            (name.opened, name.run, name.last_row) = (None, None, None);
            name.own = Sums::new(name.own.columns.len());
        }
    }
}
