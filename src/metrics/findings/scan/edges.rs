//! First and last months with revenue, of which few can belong together.

use crate::ledger::Ledger;
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
    index: u16,
    mark: u16,
}

/// One bit for each mark of an amount that stands in a month.
type Marks = Vec<u64>;

/// All edges of a ledger, or of some of its customers.
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

    /// Adds the edges of other customers.
    pub(super) fn append(&mut self, other: Edges) {
        self.starts.extend(other.starts);
        self.ends.extend(other.ends);
    }

    /// The starts with a mark that an end of the month before has too, and the ends with one of a start of the month
    /// after: whatever stands at the same amount is among them. Both by month, then amount.
    pub(super) fn that_may_match(
        self,
        ledger: &Ledger,
        months: &[Month],
    ) -> (Vec<Edge>, Vec<Edge>) {
        let start_marks = marks(&self.starts, months.len());
        let end_marks = marks(&self.ends, months.len());
        let may_start = |seen: &&Seen| {
            let before = usize::from(seen.index).checked_sub(1);
            before.is_some_and(|before| is_set(&end_marks[before], seen.mark))
        };
        let may_end = |seen: &&Seen| {
            let after = start_marks.get(usize::from(seen.index) + 1);
            after.is_some_and(|after| is_set(after, seen.mark))
        };
        let edge = |seen: &Seen| Edge {
            index: seen.index.into(),
            units: ledger.units(seen.customer, months[usize::from(seen.index)]),
            customer: seen.customer,
        };
        let mut starts: Vec<Edge> = self.starts.iter().filter(may_start).map(edge).collect();
        let mut ends: Vec<Edge> = self.ends.iter().filter(may_end).map(edge).collect();
        starts.sort_unstable();
        ends.sort_unstable();
        (starts, ends)
    }
}

impl Seen {
    fn new(customer: u32, index: usize, units: i128) -> Seen {
        // A horizon has less than 2^11 months.
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let low = u64::try_from(units & i128::from(u64::MAX)).unwrap_or_default();
        let [high, next, ..] = low.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        Seen {
            customer,
            index,
            mark: u16::from_be_bytes([high, next]),
        }
    }
}

/// The marks of edges, by column.
fn marks(edges: &[Seen], columns: usize) -> Vec<Marks> {
    let mut marks = vec![Marks::new(); columns];
    for seen in edges {
        set(&mut marks[usize::from(seen.index)], seen.mark);
    }
    marks
}

fn set(marks: &mut Marks, mark: u16) {
    if marks.is_empty() {
        marks.resize(1 << 10, 0);
    }
    marks[usize::from(mark / 64)] |= 1 << (mark % 64);
}

fn is_set(marks: &Marks, mark: u16) -> bool {
    let word = marks.get(usize::from(mark / 64));
    word.is_some_and(|word| word >> (mark % 64) & 1 == 1)
}
