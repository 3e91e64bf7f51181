//! First and last months with revenue, of which few can belong together.

use crate::ledger::{Ledger, in_two};
use crate::units::Month;

/// The first or the last month with revenue of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::metrics::findings) struct Edge {
    /// Its column.
    pub(in crate::metrics::findings) index: usize,
    pub(in crate::metrics::findings) units: i128,
    pub(in crate::metrics::findings) customer: u32,
}

/// An edge while others are found: its amount is looked up again for the few that may match.
#[derive(Clone, Copy, Debug)]
struct Seen {
    customer: u32,
    /// A hash of the amount, above the column.
    amount: u32,
}

/// How many bits a column has: a horizon has less than 2^11 months.
const COLUMN_BITS: u32 = 11;

/// How many bits the hash of an amount has: a mark is made of as many of them as there is use for.
const HASH_BITS: u32 = u32::BITS - COLUMN_BITS;

/// How many marks there are for each edge of a month, so that few edges have the mark of another amount.
const MARKS_AN_EDGE: usize = 16;

/// For each column one bit for each mark of an amount that stands in it.
struct Marks {
    columns: Vec<Vec<u64>>,
    /// The bits that a mark is made of.
    mask: u32,
}

/// The edges of some customers.
#[derive(Default)]
pub(super) struct Edges {
    starts: Vec<Seen>,
    ends: Vec<Seen>,
}

impl Edges {
    pub(super) fn add_start(&mut self, customer: u32, index: usize, units: i128) {
        self.starts.push(Seen::new(customer, index, units));
    }

    pub(super) fn add_end(&mut self, customer: u32, index: usize, units: i128) {
        self.ends.push(Seen::new(customer, index, units));
    }

    /// Of the edges of all customers: the starts with a mark that an end of the month before has too, and the ends with one
    /// of a start of the month after: whatever stands at the same amount is among them. Both by month, then amount.
    pub(super) fn that_may_match(
        all: &[Edges],
        ledger: &Ledger,
        months: &[Month],
    ) -> (Vec<Edge>, Vec<Edge>) {
        let (starts, ends) = (
            || all.iter().flat_map(|edges| &edges.starts),
            || all.iter().flat_map(|edges| &edges.ends),
        );
        let counts = |of: fn(&Edges) -> &Vec<Seen>| all.iter().map(|edges| of(edges).len()).sum();
        let (start_count, end_count) = (counts(|edges| &edges.starts), counts(|edges| &edges.ends));
        let (start_marks, end_marks) = in_two(
            ledger.threads(),
            || Marks::of(starts(), start_count, months.len()),
            || Marks::of(ends(), end_count, months.len()),
        );
        let may_start = |seen: &&Seen| {
            let before = seen.index().checked_sub(1);
            before.is_some_and(|before| end_marks.has(before, **seen))
        };
        let may_end = |seen: &&Seen| start_marks.has(seen.index() + 1, **seen);
        let edge = |seen: &Seen| Edge {
            index: seen.index(),
            units: ledger.units(seen.customer, months[seen.index()]),
            customer: seen.customer,
        };
        in_two(
            ledger.threads(),
            || sorted(starts().filter(may_start).map(edge)),
            || sorted(ends().filter(may_end).map(edge)),
        )
    }
}

fn sorted(edges: impl Iterator<Item = Edge>) -> Vec<Edge> {
    let mut edges: Vec<Edge> = edges.collect();
    edges.sort_unstable();
    edges
}

impl Seen {
    fn new(customer: u32, index: usize, units: i128) -> Seen {
        let column = u32::try_from(index).unwrap_or(u32::MAX);
        assert!(
            column < 1 << COLUMN_BITS,
            "a horizon has less than 2^11 months"
        );
        let low = u64::try_from(units & i128::from(u64::MAX)).unwrap_or_default();
        let hash = low.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - HASH_BITS);
        let hash = u32::try_from(hash).unwrap_or_default();
        Seen {
            customer,
            amount: hash << COLUMN_BITS | column,
        }
    }

    const fn index(self) -> usize {
        (self.amount & ((1 << COLUMN_BITS) - 1)) as usize
    }
}

impl Marks {
    /// Those of so many edges.
    fn of<'s>(edges: impl Iterator<Item = &'s Seen>, count: usize, columns: usize) -> Marks {
        let each = (count / columns.max(1) * MARKS_AN_EDGE).next_power_of_two();
        let bits = each.clamp(1 << 10, 1 << HASH_BITS);
        let mut marks = Marks {
            columns: vec![Vec::new(); columns],
            mask: u32::try_from(bits - 1).unwrap_or(0),
        };
        for seen in edges {
            let (word, bit) = marks.place(*seen);
            let column = &mut marks.columns[seen.index()];
            if column.is_empty() {
                column.resize(bits / 64, 0);
            }
            column[word] |= bit;
        }
        marks
    }

    /// The word and the bit of a mark.
    const fn place(&self, seen: Seen) -> (usize, u64) {
        let mark = seen.amount >> COLUMN_BITS & self.mask;
        (mark as usize / 64, 1 << (mark % 64))
    }

    /// True if an amount with the mark of this edge's stands in a column.
    fn has(&self, column: usize, seen: Seen) -> bool {
        let (word, bit) = self.place(seen);
        let word = self.columns.get(column).and_then(|marks| marks.get(word));
        word.is_some_and(|word| word & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt::Write;

    use super::*;

    #[test]
    fn whatever_stands_at_one_amount_is_among_those_that_may_match() {
        // Each of many customers pays in one of three months.
        let paid = |customer: u32| {
            (
                customer as usize % 3,
                customer.wrapping_mul(48_271) % 9973 + 1,
            )
        };
        let mut table = "2024-01 2024-02 2024-03".to_owned();
        let mut edges = Edges::default();
        for customer in 0..9000 {
            let (index, units) = paid(customer);
            let cell = |at: usize| {
                if at == index {
                    units.to_string()
                } else {
                    ".".to_owned()
                }
            };
            write!(table, "\nC-{customer} {} {} {}", cell(0), cell(1), cell(2)).unwrap();
            edges.add_start(customer, index, units.into());
            edges.add_end(customer, index, units.into());
        }
        let ledger = Ledger::from_table(&table).unwrap();
        let months: Vec<Month> = ["2024-01", "2024-02", "2024-03"]
            .iter()
            .map(|label| Month::parse(label).unwrap())
            .collect();
        let all: BTreeSet<(usize, u32)> = (0..9000).map(paid).collect();
        let (starts, ends) = Edges::that_may_match(&[edges, Edges::default()], &ledger, &months);
        for (found, step) in [(starts, -1), (ends, 1)] {
            assert!(found.is_sorted() && found.len() < 4000, "{}", found.len());
            let found: BTreeSet<u32> = found.iter().map(|edge| edge.customer).collect();
            for customer in 0..9000 {
                let (index, units) = paid(customer);
                let other = index.checked_add_signed(step);
                let matches = other.is_some_and(|other| all.contains(&(other, units)));
                assert!(!matches || found.contains(&customer), "{customer}");
            }
        }
    }
}
