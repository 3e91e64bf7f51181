//! Sub-customers: rows between a customer and its proved total, named after both.
//!
//! Two customers may each have one called `Support`; by its own name alone their revenue would be added up as
//! one customer's.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::row::Row;
use super::strip::Fill;
use super::words::{key, other_of};
use super::{Body, Group, Subs};

/// A customer with a proved total below its rows.
pub(super) struct Proven<'a> {
    /// The row that it opens with: a label alone, or what it sells itself.
    pub(super) first: usize,
    /// The row of its total.
    pub(super) last: usize,
    /// Its name as written.
    pub(super) name: &'a str,
}

/// A customer around the row that is looked at.
struct Level {
    last: usize,
    key: String,
    /// Its name after those of the customers around it: `Acme:East`.
    path: String,
}

/// The walk over the rows.
struct Levels<'w, 'a> {
    proven: std::iter::Peekable<std::slice::Iter<'w, Proven<'a>>>,
    open: Vec<Level>,
}

impl Levels<'_, '_> {
    /// Leaves the customers whose total stands above a row, and enters those that open with it.
    fn go_to(&mut self, row: usize) {
        while self.open.last().is_some_and(|level| level.last < row) {
            self.open.pop();
        }
        while let Some(group) = self.proven.next_if(|group| group.first <= row) {
            let around = self.open.last();
            // Groups that overlap without one being inside the other are no tree.
            if group.last > row && around.is_none_or(|level| group.last <= level.last) {
                let path = self.called(group.name).into_owned();
                self.open.push(Level {
                    last: group.last,
                    key: key(group.name),
                    path,
                });
            }
        }
    }

    /// What a customer is called at this place.
    fn called<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let Some(level) = self.open.last() else {
            return Cow::Borrowed(name);
        };
        let is_level = |name: &str| key(name) == level.key;
        let rest = name.strip_prefix(&level.path);
        if is_level(name) || other_of(name).is_some_and(is_level) {
            Cow::Owned(level.path.clone())
        } else if rest.is_some_and(|rest| rest.starts_with(':')) {
            // Some reports write the whole name in every row.
            Cow::Borrowed(name)
        } else {
            Cow::Owned(format!("{}:{name}", level.path))
        }
    }
}

/// The rows whose customer is not what their own cell says, and the sub-customers among them.
pub(super) fn groups<'a>(
    body: &Body<'a>,
    rows: &[Row<'a>],
    fills: &[&Fill<'a>],
    mut proven: Vec<Proven<'a>>,
    is_dropped: impl Fn(u64) -> bool,
) -> (Vec<Group>, Subs) {
    proven.sort_by_key(|group| (group.first, std::cmp::Reverse(group.last)));
    let mut levels = Levels {
        proven: proven.iter().peekable(),
        open: Vec::new(),
    };
    let mut fills = fills.iter().peekable();
    let (mut groups, mut names) = (Vec::<Group>::new(), Names::default());
    // Whether the row before took its customer from the last group.
    let mut goes_on = false;
    for (at, (row, line)) in rows.iter().zip(body.lines).enumerate() {
        levels.go_to(at);
        while fills.next_if(|fill| fill.last < at).is_some() {}
        if is_dropped(line.number) {
            goes_on &= row.is_blank();
            continue;
        }
        let own = line.cell(body.customer);
        let fill = fills.peek().filter(|fill| fill.first <= at);
        let name = fill.map_or(own, |fill| fill.customer);
        let called = match name {
            "" => Cow::Borrowed(name),
            name => levels.called(name),
        };
        if row.has_amount && !name.is_empty() {
            names.add(&levels, &called);
        }
        if fill.is_none() && called == own {
            goes_on = false;
            continue;
        }
        match groups.last_mut() {
            Some(group) if goes_on && group.customer == called => group.last = line.number,
            _ => groups.push(Group {
                first: line.number,
                last: line.number,
                customer: called.into_owned(),
            }),
        }
        goes_on = true;
    }
    (groups, names.counted())
}

/// The sub-customers met so far, and the customers they belong to.
#[derive(Default)]
struct Names {
    subs: BTreeSet<String>,
    parents: BTreeSet<String>,
}

impl Names {
    fn add(&mut self, levels: &Levels<'_, '_>, called: &str) {
        let Some(outermost) = levels.open.first() else {
            return;
        };
        if called != outermost.path && !self.subs.contains(called) {
            self.subs.insert(called.to_owned());
            self.parents.insert(outermost.path.clone());
        }
    }

    fn counted(self) -> Subs {
        Subs {
            count: self.subs.len() as u64,
            parents: self.parents.len() as u64,
            examples: self.subs.into_iter().take(3).collect(),
        }
    }
}
