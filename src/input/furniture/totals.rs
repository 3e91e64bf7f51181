//! Totals: of a name or bare, proved by the sums of their rows or asked about.

use super::Kind;
use super::message::{self, Unproven};
use super::row::Stated;
use super::strip::Walk;
use super::sums::Sums;
use super::words::{Form, is_grand};

/// How many totals that do not add up are looked into.
const FEW: usize = 20;

/// A total without a name, settled when all rows are known.
pub(super) struct Bare {
    row: usize,
    /// The line with its word, where that stands alone above it.
    word: Option<usize>,
    stated: Vec<Stated>,
    /// How many rows its group has, or stand since the last total, where it is their sum.
    part: Option<u64>,
}

impl Walk<'_> {
    /// A total of a name that the file knows.
    pub(super) fn named(&mut self, at: usize, name: &str) {
        let stated = self.stated(at);
        let parts = self.names.parts(name, &self.now);
        let proof = parts.iter().find(|(_, sums)| sums.is_stated_by(&stated));
        if let Some((first, sums)) = proof {
            self.count(at, sums.rows);
            self.prove(name, *first, at);
            self.close(name);
            return self.drop(at, Kind::Total);
        }
        if self.keep_totals {
            return self.data(at);
        }
        if self.is_refused(at) {
            self.close(name);
            return self.drop(at, Kind::Filtered);
        }
        // The reading that comes closest is the one to show; the first of equals.
        let rows = parts
            .into_iter()
            .rev()
            .max_by_key(|(_, sums)| sums.agreements(&stated));
        let rows = rows.map(|(first, sums)| (sums, first.map(|at| self.line(at).number)));
        let message = message::unproven_row(
            self.body,
            &Unproven {
                line: self.line(at),
                label: self.rows[at].label,
                stated: &stated,
                rows,
                asks_rows: self.faults.len() < FEW,
            },
        );
        self.fault(at, message);
        self.unproven.add(&stated);
        self.close(name);
    }

    /// A total of a known name that states no amount; it closes its group, and drops nothing that counts.
    pub(super) fn silent(&mut self, at: usize, name: &str) {
        if !self.names.is_entered(name) {
            return self.label(at);
        }
        let parts = self.names.parts(name, &self.now);
        let zero = parts.first().filter(|(_, sums)| sums.is_zero());
        let is_zero = zero.is_some();
        if let Some((first, _)) = zero {
            self.prove(name, *first, at);
        }
        self.close(name);
        self.drop(at, if is_zero { Kind::Total } else { Kind::Silent });
    }

    /// The word for a total alone.
    pub(super) fn bare(&mut self, at: usize) {
        let row = &self.rows[at];
        if row.is_label_only() {
            let next = self.rows.get(at + 1);
            if next.is_some_and(|next| next.is_amounts_only() && next.form == Form::Bare) {
                self.word = Some(at);
            } else if at >= self.end {
                self.count(at, self.now.rows);
                self.drop(at, Kind::Footer);
            } else {
                self.label(at);
            }
            return;
        }
        let stated = self.stated(at);
        let label = self.rows[self.word.unwrap_or(at)].label;
        let part = self.part(&stated).filter(|_| !is_grand(label));
        self.bare.push(Bare {
            row: at,
            word: self.word.take(),
            stated,
            part,
        });
        self.covered = self.now.clone();
        while !self.open.is_empty() {
            self.pop();
        }
        self.owner = None;
    }

    /// How many rows of the group, or since the last total, a bare total is the sum of.
    fn part(&self, stated: &[Stated]) -> Option<u64> {
        let group = self.owner.as_ref().and_then(|owner| {
            let sums = self.now.since(&owner.above);
            // One row and its like may be two customers, of whom one is called `Total`.
            let is_group = owner.is_group || sums.rows >= 2;
            (is_group && sums.is_stated_by(stated)).then_some(sums.rows)
        });
        group.or_else(|| {
            let sums = self.now.since(&self.covered);
            (self.is_covered && sums.rows > 0 && sums.is_stated_by(stated)).then_some(sums.rows)
        })
    }

    /// Compares the number of records that a total states with the rows it stands for.
    fn count(&mut self, at: usize, rows: u64) {
        if let Some(count) = self.rows[at].count
            && count != rows
        {
            let message = message::unproven_count(self.body, self.line(at), count, rows);
            self.fault(at, message);
        }
    }

    /// Settles the totals without a name against their part, all rows, and all rows with what is asked about.
    pub(super) fn settle_bare(&mut self) {
        let whole = self.now.clone();
        let mut with_unproven = whole.plus(&self.unproven);
        for bare in std::mem::take(&mut self.bare) {
            let is_whole = whole.is_stated_by(&bare.stated);
            let rows = match bare.part {
                _ if is_whole => Some(whole.rows),
                Some(rows) => Some(rows),
                None => with_unproven
                    .is_stated_by(&bare.stated)
                    .then_some(with_unproven.rows),
            };
            let Some(rows) = rows else {
                if !self.leaves_out(&bare) {
                    with_unproven.add(&bare.stated);
                    self.keep_or_ask(&bare, &whole);
                }
                continue;
            };
            if is_whole && whole.rows > 0 && with_unproven.rows == whole.rows {
                self.furniture.proof = Some(self.line(bare.row).number);
            }
            self.count(bare.row, rows);
            if let Some(word) = bare.word {
                self.drop(word, Kind::Total);
            }
            self.drop(bare.row, Kind::Total);
        }
    }

    /// True for a line that a filter leaves out by its label.
    fn is_refused(&self, at: usize) -> bool {
        let row = &self.rows[at];
        let mut refused = self.body.refused.iter();
        refused.any(|(column, value)| *column == row.label_at && row.label == *value)
    }

    /// Drops a total that a filter leaves out; false for others.
    fn leaves_out(&mut self, bare: &Bare) -> bool {
        let is_refused = !self.keep_totals && self.is_refused(bare.word.unwrap_or(bare.row));
        if is_refused {
            let word = bare.word.into_iter();
            word.chain([bare.row])
                .for_each(|at| self.drop(at, Kind::Filtered));
        }
        is_refused
    }

    fn keep_or_ask(&mut self, bare: &Bare, whole: &Sums) {
        if self.keep_totals {
            // A total that was proved holds without this row, which is left now.
            self.furniture.proof = None;
            self.now.rows += 1;
            return;
        }
        let first = self.body.lines.first().map(|line| line.number);
        let message = message::unproven_row(
            self.body,
            &Unproven {
                line: self.line(bare.row),
                label: self.rows[bare.word.unwrap_or(bare.row)].label,
                stated: &bare.stated,
                rows: Some((whole.clone(), first)),
                asks_rows: self.faults.len() < FEW,
            },
        );
        self.fault(bare.row, message);
    }
}
