//! Who moved the number: every customer's change, what it moves NRR and GRR by, and concentration.

use std::collections::{BTreeMap, BTreeSet};

use super::anchors::{Anchors, anchors};
use super::calc::Faults;
use super::concentration::{Concentration, concentration};
use super::effects::{Effects, NoEffect, Part, effects};
use super::moved::Moved;
use super::movements::{Class, Movement};
use super::order::ordered;
use super::periods::Asked;
use super::problems;
use super::rollforward::Rollforward;
use super::segments::home;
use crate::error::Errors;
use crate::ledger::{Books, Ledger, in_parts};
use crate::policies::Policies;
use crate::units::{Amount, Period, Ratio};

/// How many customers are made ready at a time, and how many of them by a thread at once.
const BATCH: usize = 8192;
const SHARE: usize = 256;

/// By what customers are ordered, the largest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// By how much they move NRR.
    #[default]
    Nrr,
    /// By how much they move GRR.
    Grr,
    /// By how much what they pay changed.
    Change,
}

impl SortBy {
    /// Every order, the default first.
    pub const ALL: [SortBy; 3] = [SortBy::Nrr, SortBy::Grr, SortBy::Change];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            SortBy::Nrr => "nrr",
            SortBy::Grr => "grr",
            SortBy::Change => "change",
        }
    }
}

/// One customer between the two ends.
#[derive(Clone, Debug)]
pub struct CustomerChange<'a> {
    /// Its place in the order of everybody, from 1.
    pub rank: u64,
    /// Who.
    pub customer: &'a str,
    /// What became of it.
    pub class: Class,
    /// What it paid at the opening.
    pub opening: Amount,
    /// What it pays at the closing.
    pub closing: Amount,
    /// closing − opening.
    pub change: Amount,
    /// What it moves NRR and GRR by, or why that cannot be said.
    pub effects: Result<Effects, NoEffect>,
    /// Its opening over that of the base; `None` for one that a policy leaves out.
    pub share_of_opening: Option<Ratio>,
    /// Without revenue at the closing, the first period of the ledger's grain after its last revenue.
    pub silent_since: Option<Period>,
    /// The values of the columns of `--by`, each `None` without one.
    pub attributes: Vec<Option<&'a str>>,
}

/// What one customer is in the figures, whether it moved or not.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it paid at the opening.
    pub opening: Amount,
    /// What it pays at the closing.
    pub closing: Amount,
    /// closing − opening.
    pub change: Amount,
    /// What it moves NRR and GRR by, or why that cannot be said.
    pub effects: Result<Effects, NoEffect>,
    /// Its opening over that of the base; `None` for one that a policy leaves out.
    pub share_of_opening: Option<Ratio>,
}

/// Which customers are asked for.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Their order.
    pub sort: SortBy,
    /// Their classes; all if there are none.
    pub classes: Vec<Class>,
    /// How many of them at most, the first ones.
    pub top: Option<usize>,
}

impl Listing {
    /// Everybody in an order.
    #[must_use]
    pub fn by(sort: SortBy) -> Listing {
        Listing {
            sort,
            ..Listing::default()
        }
    }

    fn has(&self, movement: &Movement) -> bool {
        movement
            .class
            .is_some_and(|class| self.classes.is_empty() || self.classes.contains(&class))
    }
}

/// All customers of the classes asked for, however many of them are listed.
///
/// # Units
///
/// Amounts in major units of the ledger's currency. They leave out whom a policy leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selected {
    /// How many there are, those left out too.
    pub customers: u64,
    /// How many there are without those left out.
    pub counted: u64,
    /// What they paid at the opening.
    pub opening: Amount,
    /// What they pay at the closing.
    pub closing: Amount,
    /// closing − opening.
    pub change: Amount,
}

/// Everybody between the two ends of one period.
pub struct Customers<'a> {
    /// The sums of everybody that counts.
    pub total: Rollforward,
    /// What stands with the largest.
    pub concentration: Vec<Concentration>,
    /// The sums of those asked for.
    pub selected: Selected,
    pub(super) ledger: &'a Ledger,
    pub(super) policies: &'a Policies,
    pub(super) ends: Anchors,
    pub(super) moved: Moved,
    /// The ranks of those listed, and the numbers of their movements.
    listed: Vec<(u64, u32)>,
}

/// Works out what each customer moves the rates of a period by.
///
/// # Shape
///
/// [`Customers::list`] gives one [`CustomerChange`] for everybody asked for that has a class, those left out of the
/// base too. The largest magnitude comes first, compared exactly; of equals the first in byte order. Whoever is the
/// whole base comes before everybody, whoever is left out after. Ranks are those among all customers.
///
/// # Units
///
/// Effects are exact differences of fractions. A customer without revenue at the opening moves neither rate,
/// unless `reactivation` adds what it pays to NRR.
///
/// # Errors
///
/// All that keep the period from being computed, as of [`calc`](super::calc()).
///
/// # Source
///
/// `docs/definitions.md#customers-and-concentration`.
///
/// # Example
///
/// ```
/// use nrr::ledger::{Books, Ledger};
/// use nrr::metrics::{CustomerChange, Listing, SortBy, customers};
/// use nrr::policies::Policies;
/// use nrr::units::{Amount, FiscalYear, Period};
///
/// let ledger = Ledger::from_table(
///     "       2024-01 2024-02
///      acme       100     150
///      birch      100       .
///      cedar      100     100",
/// ).unwrap();
/// let february = Period::parse("2024-02", FiscalYear::CALENDAR).unwrap();
/// let (books, policies) = (Books::of(ledger), Policies::default());
/// let found = customers(&books, february, &policies, &Listing::by(SortBy::Nrr)).unwrap();
/// let list: Vec<CustomerChange> = found.list().collect();
///
/// // NRR is 250 / 300; without birch it is 250 / 200, without acme 100 / 200.
/// let effect = |index: usize| list[index].effects.as_ref().unwrap().nrr.rounded(6).unwrap();
/// assert_eq!((list[0].customer, effect(0)), ("birch", Amount::new(-416_667, 6)));
/// assert_eq!((list[1].customer, effect(1)), ("acme", Amount::new(333_333, 6)));
/// assert_eq!((list[2].customer, effect(2)), ("cedar", Amount::new(83_333, 6)));
/// ```
pub fn customers<'a>(
    books: &'a Books,
    period: Period,
    policies: &'a Policies,
    listing: &Listing,
) -> Result<Customers<'a>, Errors> {
    let ledger = &books.customers;
    let (ends, moved) = compared(books, period, policies)?;
    let total = moved.total().clone();
    Ok(Customers {
        concentration: concentration(&total, &moved, ledger),
        selected: selected(&total, &moved, listing, ledger.threads()),
        listed: listed(&moved, ledger, listing),
        total,
        ledger,
        policies,
        ends,
        moved,
    })
}

/// The ranks of those asked for, and the numbers of their movements.
fn listed(moved: &Moved, ledger: &Ledger, listing: &Listing) -> Vec<(u64, u32)> {
    // The rank of one of some classes is known when everybody has one.
    let first = listing.top.filter(|_| listing.classes.is_empty());
    let order = ordered(moved, ledger, listing.sort, first);
    let asked = (1..).zip(order);
    let is_asked = |number: u32| listing.classes.is_empty() || listing.has(&moved.movement(number));
    let asked = asked.filter(|(_, number)| is_asked(*number));
    asked.take(listing.top.unwrap_or(usize::MAX)).collect()
}

/// The sums of everybody of the classes asked for.
fn selected(total: &Rollforward, moved: &Moved, listing: &Listing, threads: usize) -> Selected {
    let parts = moved.in_parts(threads, |numbers| {
        let (mut customers, mut counted) = (0, 0);
        let (mut opening, mut closing) = (0, 0);
        let movements = numbers.map(|number| moved.movement(number));
        for movement in movements.filter(|one| listing.has(one)) {
            customers += 1;
            if movement.counts {
                counted += 1;
                opening += movement.opening;
                closing += movement.closing;
            }
        }
        ((customers, counted), (opening, closing))
    });
    let count = |of: fn(&(u64, u64)) -> u64| parts.iter().map(|(counts, _)| of(counts)).sum();
    let sum = |of: fn(&(i128, i128)) -> i128| parts.iter().map(|(_, sums)| of(sums)).sum();
    let (opening, closing): (i128, i128) = (sum(|sums| sums.0), sum(|sums| sums.1));
    Selected {
        customers: count(|counts| counts.0),
        counted: count(|counts| counts.1),
        opening: total.amount(opening),
        closing: total.amount(closing),
        change: total.amount(closing - opening),
    }
}

impl Customers<'_> {
    /// Those asked for, in their order.
    pub fn list(&self) -> impl Iterator<Item = CustomerChange<'_>> {
        let shares = self.listed.chunks(SHARE);
        shares.flat_map(|share| self.part(share))
    }

    /// The same with what `see` makes of some hundred of them, some thousand at a time on all threads: no more than
    /// that is kept.
    pub fn parts<T: Send>(
        &self,
        see: impl Fn(&mut dyn Iterator<Item = CustomerChange<'_>>) -> T + Sync,
    ) -> impl Iterator<Item = T> {
        let batches = self.listed.chunks(BATCH);
        batches.flat_map(move |batch| {
            in_parts(batch.len(), SHARE, self.ledger.threads(), |part| {
                see(&mut self.part(&batch[part]))
            })
        })
    }

    /// Some of those asked for; one without anything to show is left out.
    fn part<'a>(&'a self, listed: &'a [(u64, u32)]) -> impl Iterator<Item = CustomerChange<'a>> {
        // They lie far apart: in a short loop memory is waited for several at a time, and then it is near.
        let customers = listed
            .iter()
            .map(|(_, number)| self.moved.customer(*number));
        let customers: Vec<u32> = customers.collect();
        let names = customers.iter().map(|customer| self.ledger.name(*customer));
        let names: Vec<&str> = names.collect();
        listed
            .iter()
            .zip(names)
            .filter_map(|((rank, number), name)| {
                let movement = self.moved.movement(*number);
                self.change(*rank, name, &movement)
            })
    }

    /// What each of these customers is in the figures; those that the data do not have are left out.
    #[must_use]
    pub fn standings(&self, names: &BTreeSet<String>) -> BTreeMap<String, Standing> {
        let numbers = self.ledger.customers().iter();
        let asked = numbers.filter(|number| names.contains(self.ledger.name(**number)));
        let mut found: BTreeMap<u32, Option<Movement>> =
            asked.map(|number| (*number, None)).collect();
        for movement in self.moved.all() {
            if let Some(known) = found.get_mut(&movement.customer) {
                *known = Some(movement);
            }
        }
        let known = found.into_iter();
        let standing = |(number, movement): (u32, Option<Movement>)| {
            let name = self.ledger.name(number).to_owned();
            (name, self.standing(movement.as_ref()))
        };
        known.map(standing).collect()
    }

    /// What one customer is in the figures; nothing at both ends without a movement.
    fn standing(&self, movement: Option<&Movement>) -> Standing {
        let total = &self.total;
        let counts = movement.is_none_or(|movement| movement.counts);
        let own = movement.map_or_else(Part::default, |movement| self.moved.own(movement));
        let (opening, closing) = movement.map_or((0, 0), |one| (one.opening, one.closing));
        Standing {
            opening: total.amount(opening),
            closing: total.amount(closing),
            change: total.amount(closing - opening),
            effects: if counts {
                effects(total, &own)
            } else {
                Err(NoEffect::LeftOut)
            },
            share_of_opening: counts.then(|| total.over_opening(opening)),
        }
    }

    /// The movements of those asked for that are in the figures, in their order.
    pub(super) fn movements(&self) -> impl Iterator<Item = Movement> {
        let listed = self.listed.iter();
        let movements = listed.map(|(_, number)| self.moved.movement(*number));
        movements.filter(|movement| movement.counts)
    }

    /// One customer's change; `None` where nothing but a clipped value is there to show.
    fn change<'a>(
        &'a self,
        rank: u64,
        customer: &'a str,
        movement: &Movement,
    ) -> Option<CustomerChange<'a>> {
        let class = movement.class?;
        let (ledger, total) = (self.ledger, &self.total);
        let effects = if movement.counts {
            effects(total, &self.moved.own(movement))
        } else {
            Err(NoEffect::LeftOut)
        };
        let (opening, closing) = (movement.opening, movement.closing);
        Some(CustomerChange {
            rank,
            customer,
            class,
            opening: total.amount(opening),
            closing: total.amount(closing),
            change: total.amount(closing - opening),
            effects,
            share_of_opening: movement.counts.then(|| total.over_opening(opening)),
            silent_since: silent_since(ledger, &self.ends, movement),
            attributes: home(ledger, &self.ends, movement, self.policies.segment_at),
        })
    }
}

/// The two ends of the period and everybody's movement between them.
fn compared(
    books: &Books,
    period: Period,
    policies: &Policies,
) -> Result<(Anchors, Moved), Errors> {
    let ledger = &books.customers;
    let lookback = policies.lookback_months(period);
    let mut faults = Faults::default();
    match anchors(ledger, period, lookback, policies) {
        Ok(ends) => match Moved::of(books, &ends, policies) {
            Ok(moved) => return Ok((ends, moved)),
            Err(negatives) => faults.negatives = negatives,
        },
        Err(unreadable) => faults.add(unreadable),
    }
    let asked = Asked {
        periods: vec![period],
        is_range: false,
    };
    let messages = problems::messages(ledger, policies, &asked, &faults);
    Err(messages.unwrap_or_else(|| Errors::from(Vec::new())))
}

/// The period after a customer's last revenue, where it has none at the closing. Refunds can leave a closing
/// of nothing although its last month has revenue; nobody is silent then.
fn silent_since(ledger: &Ledger, ends: &Anchors, movement: &Movement) -> Option<Period> {
    if movement.closing > 0 {
        return None;
    }
    let closing_end = ends.closing.last;
    let last = ledger.last_revenue_through(movement.customer, closing_end)?;
    let grain = ledger.grain();
    let next = last.forward(grain.months());
    (next <= closing_end).then(|| Period::ending(next, grain))
}
