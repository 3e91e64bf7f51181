//! What comes up for renewal, what became of the contracts that ended, and the share of them that was renewed.

mod successors;

use std::collections::BTreeMap;

use crate::ledger::Contract;
use crate::units::{Amount, Day, Month, Ratio};

/// What became of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It ends after the day looked from.
    Due,
    /// It ended and none followed, and one still may.
    Late,
    /// It ended and none followed in time.
    Lost,
    /// One of the same amount followed.
    Renewed,
    /// One of a larger amount followed.
    Expanded,
    /// One of a smaller amount followed.
    Contracted,
}

impl Status {
    /// Every status, those that need somebody first.
    pub const ALL: [Status; 6] = [
        Status::Due,
        Status::Late,
        Status::Lost,
        Status::Renewed,
        Status::Expanded,
        Status::Contracted,
    ];

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Status::Due => "due",
            Status::Late => "late",
            Status::Lost => "lost",
            Status::Renewed => "renewed",
            Status::Expanded => "expanded",
            Status::Contracted => "contracted",
        }
    }

    /// The status of this name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Which contracts, seen from when.
#[derive(Clone, Copy, Debug)]
pub struct RenewalsAsk {
    /// The day looked from: what ends after it is due.
    pub as_of: Day,
    /// How many days ahead.
    pub within: u16,
    /// The first and the last day of the window that ended contracts lie in.
    pub window: (Day, Day),
    /// How many days after its end a contract can still be renewed.
    pub late: u16,
    /// True if a contract that begins while another runs replaces it, however early, as `overlap latest` says.
    pub replaces: bool,
    /// True if rows are versions of contracts.
    pub of_versions: bool,
}

/// A contract that is due or has ended.
#[derive(Clone, Copy, Debug)]
pub struct Renewal<'a> {
    /// Which.
    pub contract: &'a Contract,
    /// Its last day.
    pub end: Day,
    /// What became of it.
    pub status: Status,
    /// The one that followed, known already of some that are due.
    pub successor: Option<&'a Contract>,
}

impl Renewal<'_> {
    /// How many days lie between its last day and the first one of its successor; below zero where they overlap.
    #[must_use]
    pub fn days_late(&self) -> Option<i32> {
        self.successor
            .map(|successor| self.end.next().until(successor.start))
    }
}

/// Counts and sums of contracts.
///
/// # Units
///
/// Amounts are run rates of a month, in major units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenewalSums {
    /// How many contracts have each status, in the order of [`Status::ALL`].
    pub counts: [u64; 6],
    /// What they are worth, in the same order.
    pub amounts: [Amount; 6],
    /// What the successors of those renewed, expanded and contracted are worth.
    pub new: Amount,
    /// The same, each no more than what it follows.
    pub capped: Amount,
}

impl Default for RenewalSums {
    fn default() -> RenewalSums {
        RenewalSums {
            counts: [0; 6],
            amounts: [Amount::ZERO; 6],
            new: Amount::ZERO,
            capped: Amount::ZERO,
        }
    }
}

impl RenewalSums {
    fn add(&mut self, one: &Renewal<'_>) {
        let place = one.status as usize;
        self.counts[place] += 1;
        self.amounts[place] += one.contract.amount;
        if let (Some(successor), true) = (one.successor, one.status != Status::Due) {
            self.new += successor.amount;
            self.capped += successor.amount.min(one.contract.amount);
        }
    }

    /// How many have a status.
    #[must_use]
    pub const fn count(&self, status: Status) -> u64 {
        self.counts[status as usize]
    }

    /// What those of a status are worth.
    #[must_use]
    pub const fn amount(&self, status: Status) -> Amount {
        self.amounts[status as usize]
    }

    /// How many were followed by another, of whatever amount.
    #[must_use]
    pub const fn followed(&self) -> u64 {
        self.count(Status::Renewed) + self.count(Status::Expanded) + self.count(Status::Contracted)
    }

    /// How many ended.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.followed() + self.count(Status::Late) + self.count(Status::Lost)
    }

    /// What those are worth that ended and are not late: the divisor of both rates by amount.
    #[must_use]
    pub fn decided_amount(&self) -> Amount {
        let decided = [
            Status::Lost,
            Status::Renewed,
            Status::Expanded,
            Status::Contracted,
        ];
        decided.into_iter().map(|status| self.amount(status)).sum()
    }

    /// Those followed over those that ended and are not late.
    #[must_use]
    pub fn renewal_rate(&self) -> Ratio {
        let followed = self.followed();
        Ratio::of_counts(followed, followed + self.count(Status::Lost))
    }

    /// Σ new ÷ Σ old.
    #[must_use]
    pub fn net_renewal_rate(&self) -> Ratio {
        Ratio::new(self.new, self.decided_amount())
    }

    /// Σ min(old, new) ÷ Σ old.
    #[must_use]
    pub fn gross_renewal_rate(&self) -> Ratio {
        Ratio::new(self.capped, self.decided_amount())
    }
}

/// All contracts that are due or have ended.
#[derive(Clone, Debug, Default)]
pub struct Renewals<'a> {
    /// Each, by its end, then by customer in byte order, then as the input has them.
    pub list: Vec<Renewal<'a>>,
    /// The sums of all.
    pub total: RenewalSums,
    /// The sums by the values of the columns of `--by`; empty without them.
    pub segments: BTreeMap<Vec<String>, RenewalSums>,
    /// The sums by the month of the end, every month from the first one to the last.
    pub months: BTreeMap<Month, RenewalSums>,
    /// How many contracts run on without an end.
    pub open_ended: u64,
    /// How many contracts are worth nothing, or less: they are in no figure, and renew none.
    pub worthless: u64,
}

/// Works out what is due, and what became of what ended.
///
/// # Shape
///
/// Contracts that end after `as_of` and no more than `within` days later are due; those that end inside the window,
/// up to `as_of`, have ended. No other is listed, though each can be a successor.
///
/// The successor is a contract of the same customer and product, first of all one of the same name, that begins
/// after it did, runs on after it, and begins no later than `late` days after its end. It follows one contract only:
/// no revenue counts twice. Of several the one that begins first follows, then the larger one, then the first in the
/// input. One that begins more than `late` days before the end runs beside it and follows it only where `replaces`
/// says so.
///
/// # Units
///
/// Rates are fractions of counts, or of run rates of a month; over nothing that is decided they are undefined.
///
/// # Source
///
/// `docs/definitions.md#renewal-rate`.
#[must_use]
pub fn renewals<'a>(contracts: &'a [Contract], ask: &RenewalsAsk) -> Renewals<'a> {
    let (counted, worthless): (Vec<&Contract>, Vec<&Contract>) = contracts
        .iter()
        .partition(|contract| contract.amount > Amount::ZERO);
    let successors = successors::successors(&counted, ask);
    let mut found = Renewals {
        open_ended: counted
            .iter()
            .filter(|contract| contract.end().is_none())
            .count() as u64,
        worthless: worthless.len() as u64,
        ..Renewals::default()
    };
    for (contract, successor) in counted.iter().zip(successors) {
        let successor = successor.map(|number| counted[number]);
        let status = contract
            .end()
            .and_then(|end| status(contract, end, successor, ask));
        if let (Some(end), Some(status)) = (contract.end(), status) {
            found.list.push(Renewal {
                contract,
                end,
                status,
                successor,
            });
        }
    }
    found.list.sort_by_key(|one| {
        let contract = one.contract;
        (one.end, &contract.customer, contract.place)
    });
    found.add_up();
    found
}

/// What became of a contract that is asked about; `None` for one that is not.
fn status(
    contract: &Contract,
    end: Day,
    successor: Option<&Contract>,
    ask: &RenewalsAsk,
) -> Option<Status> {
    if end > ask.as_of {
        return (end <= ask.as_of.plus(ask.within)).then_some(Status::Due);
    }
    if end < ask.window.0 || end > ask.window.1 {
        return None;
    }
    Some(match successor {
        Some(successor) if successor.amount > contract.amount => Status::Expanded,
        Some(successor) if successor.amount < contract.amount => Status::Contracted,
        Some(_) => Status::Renewed,
        None if ask.as_of > end.plus(ask.late) => Status::Lost,
        None => Status::Late,
    })
}

impl Renewals<'_> {
    fn add_up(&mut self) {
        for one in &self.list {
            self.total.add(one);
            let attributes = &one.contract.attributes;
            if !attributes.is_empty() {
                let segment = attributes.iter().map(ToString::to_string).collect();
                self.segments.entry(segment).or_default().add(one);
            }
        }
        let (first, last) = (self.list.first(), self.list.last());
        let ends = first.zip(last).map(|(first, last)| (first.end, last.end));
        for month in ends
            .into_iter()
            .flat_map(|(first, last)| first.month().through(last.month()))
        {
            self.months.insert(month, RenewalSums::default());
        }
        for one in &self.list {
            self.months.entry(one.end.month()).or_default().add(one);
        }
    }
}
