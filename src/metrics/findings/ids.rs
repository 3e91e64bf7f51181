//! Customers that may be one: an id that changes, and ids that differ by what nobody sees.

use std::collections::{BTreeMap, BTreeSet};

use super::View;
use super::names::similar;
use super::scan::Edge;
use crate::error::{Code, Effect, Message};
use crate::ledger::{Amounts, Bits, Stated, in_parts};
use crate::text;

/// A customer that may go on under another id.
struct Change {
    /// The column of its last month.
    index: usize,
    /// What it pays in it, and the other one in the next month.
    units: i128,
    ended: u32,
    started: u32,
}

impl Change {
    /// The columns of both months.
    const fn columns(&self) -> [usize; 2] {
        [self.index, self.index + 1]
    }
}

impl View<'_> {
    /// One id ends, another starts in the next month at the same amount, and nobody else pays it.
    pub(super) fn id_changes(&self) -> Option<Message> {
        let changes = self.rare(self.single_matches());
        if changes.is_empty() {
            return None;
        }
        let mut names: Vec<String> = changes
            .iter()
            .map(|change| {
                let name = |customer| self.ledger.shown_name(customer);
                let [last, next] = change.columns().map(|column| self.month(column));
                let (ended, started) = (name(change.ended), name(change.started));
                format!("{ended} to {last}, {started} from {next}")
            })
            .collect();
        names.sort_unstable();
        let name = |customer: u32| self.ledger.shown_name(customer);
        let pairs = changes
            .iter()
            .map(|change| (name(change.ended), name(change.started)));
        let first = pairs.min().unwrap_or_default();
        let count = changes.len() as u64;
        let headline = format!(
            "{} in the month after another id at the same amount",
            if count == 1 {
                "1 id starts".to_owned()
            } else {
                format!("{} start", text::count(count, "id"))
            }
        );
        let reading = if count == 1 {
            "if they are one customer"
        } else {
            "if the two of each pair are one customer"
        };
        let pairs: Vec<Vec<u32>> = changes
            .iter()
            .map(|change| vec![change.ended, change.started])
            .collect();
        let message = Message::new(Code::IdChange, headline)
            .found(text::examples(&names, names.len()))
            .note(
                "nobody else pays that amount then; the old id counts as churn, the new one as new",
            )
            .help(self.one_id(&first.0, &first.1))
            .counting(count);
        Some(message.effect(self.effect_of_merging(&pairs, reading)))
    }

    /// Where exactly one customer ends with an amount and exactly one starts with it in the next month; by month.
    fn single_matches(&self) -> Vec<Change> {
        let starts = single(&self.scan.starts);
        let matches = single(&self.scan.ends).into_iter().filter_map(|ended| {
            let key = (ended.index + 1, ended.units);
            let place = starts.binary_search_by_key(&key, |start| (start.index, start.units));
            Some(Change {
                index: ended.index,
                units: ended.units,
                ended: ended.customer,
                started: starts[place.ok()?].customer,
            })
        });
        matches.collect()
    }

    /// Without those whose amount somebody else pays too: on a price list such a pair is chance.
    fn rare(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let columns: BTreeSet<usize> = changes.iter().flat_map(Change::columns).collect();
        let payers = |column: &usize| {
            let first = changes.partition_point(|change| change.index + 1 < *column);
            let last = changes.partition_point(|change| change.index <= *column);
            let amounts = changes[first..last].iter().map(|change| change.units);
            (*column, Payers::of(amounts.collect()))
        };
        let all: Vec<(usize, Payers)> = columns.iter().map(payers).collect();
        let (ledger, months) = (self.ledger, &self.scan.months);
        let inside = ledger.inside();
        let count = |(column, payers): &(usize, Payers)| {
            let mut count = payers.count();
            for (block, inside) in inside.iter().enumerate() {
                let amounts = ledger.column(block, months[*column]).amounts();
                count.see(amounts, inside);
            }
            count.counts
        };
        let counts = in_parts(all.len(), 1, ledger.threads(), |columns| {
            all[columns].iter().map(count).collect::<Vec<_>>()
        });
        let counts = counts.concat();
        let pays_alone = |column: usize, units: i128| {
            let at = all.binary_search_by_key(&column, |(column, _)| *column);
            let place = at.ok().and_then(|at| Some((at, all[at].1.place(units)?)));
            place.is_none_or(|(at, place)| counts[at][place] <= 1)
        };
        changes.retain(|change| {
            let mut columns = change.columns().into_iter();
            columns.all(|column| pays_alone(column, change.units))
        });
        changes
    }

    /// Ids that differ by capitals, blanks, invisible characters, normal form or zeros at the start.
    pub(super) fn similar_names(&self) -> Option<Message> {
        let mut groups = similar(self.ledger);
        if let Some(reads) = self.reads {
            let is_there = |customer: &u32| {
                let mut months = reads.iter();
                months.any(|month| self.ledger.units(*customer, *month) != 0)
            };
            groups.retain(|group| group.iter().filter(|one| is_there(one)).count() > 1);
        }
        if groups.is_empty() {
            return None;
        }
        let effect = self.effect_of_merging(&groups, "if those alike are one customer");
        let shown: Vec<String> = groups
            .iter()
            .map(|group| {
                let names = group.iter().map(|one| self.ledger.shown_name(*one));
                let names: Vec<String> = names.collect();
                names.join(" and ")
            })
            .collect();
        let pair = |group: &Vec<u32>| {
            let name = |number: usize| self.ledger.shown_name(group[number]);
            (name(1), name(0))
        };
        let first = groups.iter().map(pair).min().unwrap_or_default();
        let count = groups.iter().map(Vec::len).sum::<usize>() as u64;
        let headline = format!(
            "{} differ only by capitals, blanks, zeros at the start or what cannot be seen",
            text::count(count, "id")
        );
        Some(
            Message::new(Code::SimilarNames, headline)
                .found(text::examples(&shown, shown.len()))
                .note("they were counted as different customers")
                .help(self.one_id(&first.0, &first.1))
                .counting(count)
                .effect(effect),
        )
    }

    /// What to do about two ids that are one: the export says so, or a file of ids that belong together.
    fn one_id(&self, from: &str, to: &str) -> String {
        let line = format!("`{},{}`", cell(from), cell(to));
        let mend = "if they are one customer, give it one id in the export, or";
        match &self.policies.map {
            Some(file) => format!("{mend} add the line {line} to `{file}`"),
            None => format!("{mend} write {line} below `from,to` into a file for `--map FILE`"),
        }
    }

    fn effect_of_merging(&self, groups: &[Vec<u32>], reading: &str) -> Option<Effect> {
        let measure = self.measure.as_ref()?;
        // A customer that starts and ends again can be in two pairs: both are one with it.
        let groups = joined(groups);
        let all: Vec<u32> = groups.iter().flatten().copied().collect();
        measure.effect(&all, &self.ledger.excerpt(&groups), reading)
    }
}

/// An id as a cell of a CSV file.
fn cell(id: &str) -> String {
    if id.contains(['"', ',', ';', '\n', '\r']) {
        format!("\"{}\"", id.replace('"', "\"\""))
    } else {
        id.to_owned()
    }
}

/// The edges that share month and amount with no other, in the order of both that they stand in.
fn single(edges: &[Edge]) -> Vec<Edge> {
    let same = |left: &Edge, right: &Edge| (left.index, left.units) == (right.index, right.units);
    let runs = edges.chunk_by(same);
    runs.filter(|run| run.len() == 1)
        .map(|run| run[0])
        .collect()
}

/// How many bits there are for each amount.
const MARKS: usize = 16;

/// The fewest that there are for all of them: eight KiB.
const MARKS_LEAST: usize = 1 << 16;

/// The most: they are to stay in the nearer caches.
const MARKS_MOST: usize = 1 << 20;

/// Some amounts, to tell those that one customer pays from those that several do.
struct Payers {
    /// The amounts, sorted, each once.
    amounts: Vec<i128>,
}

impl Payers {
    fn of(mut amounts: Vec<i128>) -> Payers {
        amounts.sort_unstable();
        amounts.dedup();
        Payers { amounts }
    }

    /// Where an amount stands among them.
    fn place(&self, units: i128) -> Option<usize> {
        self.amounts.binary_search(&units).ok()
    }

    /// A count of the customers that pay each of them, of nobody so far.
    fn count(&self) -> Count<'_> {
        let bits = (self.amounts.len() * MARKS).next_power_of_two();
        let mut count = Count {
            payers: self,
            counts: vec![0; self.amounts.len()],
            marks: vec![0; bits.clamp(MARKS_LEAST, MARKS_MOST) / 64],
            open: 0,
            settled: 0,
        };
        count.mark_open();
        count
    }
}

/// For each of some amounts how many customers pay it, as far as two: that is several, however many there are.
struct Count<'p> {
    payers: &'p Payers,
    counts: Vec<u32>,
    /// A bit for every amount with the same end that is open: most others are told apart without a search.
    marks: Vec<u64>,
    /// How many amounts had fewer than two payers when the marks were made, and how many of them have two by now.
    open: usize,
    settled: usize,
}

impl Count<'_> {
    /// Counts whoever of a block is inside.
    fn see(&mut self, amounts: Option<Amounts<'_>>, inside: &Bits) {
        match amounts {
            Some(Amounts::Small(stated)) => self.see_all(stated, inside),
            Some(Amounts::Medium(stated)) => self.see_all(stated, inside),
            Some(Amounts::Wide(stated)) => self.see_all(stated, inside),
            None => {}
        }
        if self.settled * 2 > self.open {
            self.mark_open();
        }
    }

    fn see_all<T: Copy + Default + Ord + Into<i128>>(
        &mut self,
        stated: Stated<'_, T>,
        inside: &Bits,
    ) {
        stated.each(|slot, units| {
            let (word, bit) = self.mark(units.into());
            if self.marks[word] & bit != 0
                && inside[slot / 64] >> (slot % 64) & 1 == 1
                && let Some(place) = self.payers.place(units.into())
                && self.counts[place] < 2
            {
                self.counts[place] += 1;
                self.settled += usize::from(self.counts[place] == 2);
            }
        });
    }

    /// Marks the amounts with fewer than two payers.
    fn mark_open(&mut self) {
        self.marks.fill(0);
        (self.open, self.settled) = (0, 0);
        let counted = self.payers.amounts.iter().zip(&self.counts);
        for (units, _) in counted.filter(|(_, count)| **count < 2) {
            let (word, bit) = self.mark(*units);
            self.marks[word] |= bit;
            self.open += 1;
        }
    }

    /// The word and the bit that stand for an amount: its lowest bits, whichever sign it has.
    #[expect(clippy::cast_sign_loss, reason = "only the lowest bits are used")]
    fn mark(&self, units: i128) -> (usize, u64) {
        let low = units as usize;
        // There is a power of two of them.
        ((low / 64) & (self.marks.len() - 1), 1 << (low % 64))
    }
}

/// Groups that share a member as one, each in the order given.
fn joined(groups: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut joined: Vec<Vec<u32>> = Vec::new();
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    for group in groups {
        let held = group.iter().find_map(|one| places.get(one).copied());
        let place = held.unwrap_or_else(|| {
            joined.push(Vec::new());
            joined.len() - 1
        });
        for one in group {
            if places.insert(*one, place).is_none() {
                joined[place].push(*one);
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Ledger;
    use crate::units::Month;
    use std::fmt::Write;

    #[test]
    fn who_pays_one_of_many_amounts_is_counted_as_far_as_two() {
        // More amounts than the fewest marks are for, and all of them divisible by a hundred.
        let amount = |customer: u64| customer * customer % 7919 * 100;
        let mut table = "2024-03".to_owned();
        for customer in 0..9000 {
            write!(table, "\nC-{customer} {}", amount(customer)).unwrap();
        }
        let ledger = Ledger::from_table(&table).unwrap();
        let month = Month::parse("2024-03").unwrap();
        let payers = Payers::of((0..6000).map(|number| i128::from(number * 100)).collect());
        let mut count = payers.count();
        assert!(count.marks.len() * 64 > MARKS_LEAST);
        for (block, inside) in ledger.inside().iter().enumerate() {
            count.see(ledger.column(block, month).amounts(), inside);
        }
        let mut expected: BTreeMap<i128, u32> = BTreeMap::new();
        for customer in 0..9000 {
            *expected.entry(amount(customer).into()).or_default() += 1;
        }
        for (units, found) in payers.amounts.iter().zip(&count.counts) {
            let all = expected.get(units).copied().unwrap_or(0);
            assert_eq!(*found, all.min(2), "{units}");
        }
    }
}
