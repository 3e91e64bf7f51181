//! Which ids are one customer, and from which month on: what `map` says.

use std::collections::{BTreeMap, BTreeSet};

use crate::units::Month;

/// Ids that count as others. The rule of an id with the latest month that has come holds.
///
/// # Example
///
/// ```
/// use nrr::ledger::IdMap;
/// use nrr::units::Month;
///
/// let mut map = IdMap::default();
/// map.insert("old", None, "middle");
/// map.insert("middle", Month::parse("2024-06"), "new");
///
/// assert_eq!(map.name("old", Month::new(2024, 5).unwrap()), Some("middle"));
/// assert_eq!(map.name("old", Month::new(2024, 6).unwrap()), Some("new"));
/// assert_eq!(map.name("new", Month::new(2024, 6).unwrap()), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdMap {
    /// By id, and then by the month it holds from: always, where there is none.
    rules: BTreeMap<String, BTreeMap<Option<Month>, String>>,
}

/// Ids that lead back to the first of them, in order.
pub type Cycle = Vec<(String, Option<Month>)>;

impl IdMap {
    /// Adds a rule. Gives what stands there already and stays, if `from` has one for the same month.
    pub fn insert(&mut self, from: &str, effective: Option<Month>, to: &str) -> Option<String> {
        use std::collections::btree_map::Entry;
        let rules = self.rules.entry(from.to_owned()).or_default();
        match rules.entry(effective) {
            Entry::Vacant(place) => {
                place.insert(to.to_owned());
                None
            }
            Entry::Occupied(there) => Some(there.get().clone()),
        }
    }

    /// True if it says something about an id.
    #[must_use]
    pub fn has(&self, from: &str) -> bool {
        self.rules.contains_key(from)
    }

    /// Every rule as from, month and to, in order.
    pub fn rules(&self) -> impl Iterator<Item = (&str, Option<Month>, &str)> {
        let rules = self.rules.iter();
        rules.flat_map(|(from, rules)| {
            let rules = rules.iter();
            rules.map(move |(effective, to)| (from.as_str(), *effective, to.as_str()))
        })
    }

    /// The rule of an id that holds in a month.
    fn rule(&self, from: &str, month: Option<Month>) -> Option<(Option<Month>, &str)> {
        let (effective, to) = self.rules.get(from)?.range(..=month).next_back()?;
        Some((*effective, to))
    }

    /// The id that this one counts as in a month, at the end of its chain; `None` if it is itself.
    #[must_use]
    pub fn name(&self, from: &str, month: Month) -> Option<&str> {
        let mut found = None;
        // A chain without a cycle is no longer than there are ids.
        for _ in 0..self.rules.len() {
            match self.rule(found.unwrap_or(from), Some(month)) {
                Some((_, to)) => found = Some(to),
                None => break,
            }
        }
        found
    }

    /// Every cycle that stands in some month, each once, from its first id in byte order.
    #[must_use]
    pub fn cycles(&self) -> Vec<Cycle> {
        let months: BTreeSet<Option<Month>> = self.rules().map(|rule| rule.1).collect();
        let mut found: BTreeSet<Cycle> = BTreeSet::new();
        for month in months {
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            for start in self.rules.keys() {
                let mut path: Vec<(&str, Option<Month>)> = Vec::new();
                let mut at = start.as_str();
                while let Some((effective, to)) = self.rule(at, month) {
                    if !seen.insert(at) {
                        break;
                    }
                    path.push((at, effective));
                    at = to;
                }
                let back = path.iter().position(|(id, _)| *id == at);
                found.extend(back.map(|back| from_first(&path[back..])));
            }
        }
        found.into_iter().collect()
    }
}

/// A cycle from its first id in byte order.
fn from_first(path: &[(&str, Option<Month>)]) -> Cycle {
    let first = (0..path.len()).min_by_key(|index| path[*index].0);
    let (before, after) = path.split_at(first.unwrap_or(0));
    let all = after.iter().chain(before);
    all.map(|(id, month)| ((*id).to_owned(), *month)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    fn map(rules: &[(&str, &str, &str)]) -> IdMap {
        let mut map = IdMap::default();
        for (from, to, effective) in rules {
            assert_eq!(map.insert(from, Month::parse(effective), to), None);
        }
        map
    }

    #[test]
    fn the_latest_rule_that_has_begun_holds() {
        let map = map(&[("a", "b", "2024-03"), ("a", "c", "2024-06")]);
        assert_eq!(map.name("a", month("2024-02")), None);
        assert_eq!(map.name("a", month("2024-05")), Some("b"));
        assert_eq!(map.name("a", month("2024-06")), Some("c"));
    }

    #[test]
    fn a_second_rule_for_the_same_month_is_not_taken() {
        let mut map = map(&[("a", "b", "")]);
        assert_eq!(map.insert("a", None, "c").as_deref(), Some("b"));
        assert_eq!(map.name("a", month("2024-01")), Some("b"));
    }

    #[test]
    fn a_cycle_is_found_once_in_whichever_month_it_stands() {
        assert!(map(&[("a", "b", ""), ("b", "c", "")]).cycles().is_empty());
        assert_eq!(map(&[("a", "a", "")]).cycles().len(), 1);
        let late = map(&[("a", "b", ""), ("b", "c", ""), ("b", "a", "2024-06")]);
        let cycle = [
            ("a".to_owned(), None),
            ("b".to_owned(), Some(month("2024-06"))),
        ];
        assert_eq!(late.cycles(), [cycle.to_vec()]);
        let into = map(&[
            ("a", "c", ""),
            ("b", "c", ""),
            ("c", "d", ""),
            ("d", "c", ""),
        ]);
        assert_eq!(into.cycles().len(), 1);
        // One that a later rule breaks stands before it.
        let broken = map(&[("a", "b", ""), ("b", "a", ""), ("b", "c", "2024-06")]);
        assert_eq!(broken.cycles().len(), 1);
    }
}
