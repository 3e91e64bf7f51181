//! Which contract follows which: pairs in which each contract follows one other at most.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::RenewalsAsk;
use crate::ledger::Contract;
use crate::units::Day;

/// What contracts have to share for one to follow the other; `None` where a contract has none of it.
type Key<'c> = Option<(&'c str, &'c str, &'c str)>;

/// The number of each contract's successor.
pub(super) fn successors(contracts: &[&Contract], ask: &RenewalsAsk) -> Vec<Option<usize>> {
    let mut pairs = Pairs {
        contracts,
        ask,
        successor: vec![None; contracts.len()],
        is_taken: vec![false; contracts.len()],
    };
    let named = |contract: &Contract| !contract.name.is_empty();
    pairs.find(|contract| {
        let key = (&*contract.customer, &*contract.product, &*contract.name);
        named(contract).then_some(key)
    });
    if ask.of_versions {
        // A version of the same contract follows, also where the plan is another one.
        pairs.find(|contract| {
            let key = (&*contract.customer, "", &*contract.name);
            named(contract).then_some(key)
        });
    }
    pairs.find(|contract| Some((&*contract.customer, &*contract.product, "")));
    pairs.successor
}

struct Pairs<'c> {
    contracts: &'c [&'c Contract],
    ask: &'c RenewalsAsk,
    successor: Vec<Option<usize>>,
    /// True of those that follow one already.
    is_taken: Vec<bool>,
}

impl<'c> Pairs<'c> {
    /// Pairs those that are left and share a key.
    fn find(&mut self, key: impl Fn(&'c Contract) -> Key<'c>) {
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (number, contract) in self.contracts.iter().enumerate() {
            if let Some(key) = key(contract) {
                groups.entry(key).or_default().push(number);
            }
        }
        for group in groups.values().filter(|group| group.len() > 1) {
            self.pair(group);
        }
    }

    /// Pairs those of a group: whichever ends first takes the first one that may follow it.
    fn pair(&mut self, group: &[usize]) {
        let of = |number: &usize| self.contracts[*number];
        let mut open: Vec<usize> = group
            .iter()
            .filter(|number| !self.is_taken[**number])
            .copied()
            .collect();
        open.sort_by_key(|number| {
            let one = of(number);
            (one.start, Reverse(one.amount), one.place)
        });
        let mut ended: Vec<(Day, usize)> = group
            .iter()
            .filter(|number| self.successor[**number].is_none())
            .filter_map(|number| Some((of(number).after?, *number)))
            .collect();
        ended.sort_by_key(|(after, number)| (*after, of(number).start, of(number).place));
        let starts: Vec<Day> = open.iter().map(|number| of(number).start).collect();
        // The first place from each one on that is not taken.
        let mut free: Vec<usize> = (0..=open.len()).collect();
        for (after, number) in ended {
            let end = self.contracts[number].end().unwrap_or(after);
            let last = end.plus(self.ask.late);
            let earliest = self.earliest(self.contracts[number], end);
            let mut place = starts.partition_point(|start| *start < earliest);
            loop {
                place = first_free(&mut free, place);
                let Some(candidate) = open.get(place).copied().filter(|_| starts[place] <= last)
                else {
                    break;
                };
                let runs_on = self.contracts[candidate]
                    .after
                    .is_none_or(|end| end > after);
                if runs_on {
                    self.successor[number] = Some(candidate);
                    self.is_taken[candidate] = true;
                    free[place] = place + 1;
                    break;
                }
                place += 1;
            }
        }
    }

    /// The first day that a successor can begin on: after the contract did and, unless it replaces it, no more days
    /// before its end than it may come after it.
    fn earliest(&self, contract: &Contract, end: Day) -> Day {
        let later = contract.start.next();
        if self.ask.replaces {
            later
        } else {
            later.max(end.minus(self.ask.late))
        }
    }
}

/// The first free place from one on, and a shorter way to it for who asks next.
fn first_free(free: &mut [usize], from: usize) -> usize {
    let mut place = from;
    while free[place] != place {
        free[place] = free[free[place]];
        place = free[place];
    }
    place
}
