//! How much of the revenue stands with the largest customers, and what the rates are without them.

use super::effects::{Part, without};
use super::rollforward::Rollforward;
use crate::units::{Amount, Ratio};

/// How many of the largest customers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Top {
    /// So many customers.
    Customers(u64),
    /// One in five customers, rounded up.
    Fifth,
}

impl Top {
    /// Those that are looked at, in order.
    pub const ALL: [Top; 5] = [
        Top::Customers(1),
        Top::Customers(5),
        Top::Customers(10),
        Top::Customers(20),
        Top::Fifth,
    ];

    /// The name: `5`, or `20%`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Top::Customers(number) => number.to_string(),
            Top::Fifth => "20%".to_owned(),
        }
    }

    /// How many of so many customers these are.
    #[must_use]
    pub fn of(self, customers: u64) -> u64 {
        match self {
            Top::Customers(number) => number.min(customers),
            Top::Fifth => customers.div_ceil(5),
        }
    }
}

/// What stands with the largest customers.
///
/// # Shape
///
/// The largest by closing and the largest by opening are two lists. Of customers with equal amounts the
/// first in byte order comes first. Fewer customers than asked for are all of them.
///
/// # Units
///
/// Amounts in major units; rates as unrounded fractions, undefined where nothing stands below the line.
///
/// # Source
///
/// `docs/definitions.md#customers-and-concentration`.
#[derive(Clone, Debug)]
pub struct Concentration {
    /// Which.
    pub top: Top,
    /// How many customers with revenue at the closing these are.
    pub closing_customers: u64,
    /// What they pay at the closing.
    pub closing: Amount,
    /// Their share of the closing.
    pub share_of_closing: Ratio,
    /// How many customers of the base these are.
    pub opening_customers: u64,
    /// What they paid at the opening.
    pub opening: Amount,
    /// Their share of the opening.
    pub share_of_opening: Ratio,
    /// NRR of the base without them.
    pub nrr_without: Ratio,
    /// GRR of the base without them.
    pub grr_without: Ratio,
}

/// The concentration of a whole; `parts` are its customers' names and sums.
pub(super) fn concentration(total: &Rollforward, parts: &[(&str, &Part)]) -> Vec<Concentration> {
    let paying = largest(parts, |own| own.closing);
    let base = largest(parts, |own| own.opening);
    let of = |top: Top| {
        let closing_customers = top.of(paying.len() as u64);
        let closing = first(&paying, closing_customers).map(|own| own.closing);
        let closing = total.amount(closing.sum());
        let opening_customers = top.of(base.len() as u64);
        let mut largest = Part::default();
        for own in first(&base, opening_customers) {
            largest.add(own);
        }
        let (nrr_without, grr_without) = without(total, &largest);
        Concentration {
            top,
            closing_customers,
            closing,
            share_of_closing: Ratio::new(closing, total.amount(total.closing)),
            opening_customers,
            opening: total.amount(largest.opening),
            share_of_opening: total.over_opening(largest.opening),
            nrr_without,
            grr_without,
        }
    };
    Top::ALL.map(of).to_vec()
}

/// Those above zero, the largest first; of equals the first in byte order.
fn largest<'a>(
    parts: &[(&'a str, &'a Part)],
    value: fn(&Part) -> i128,
) -> Vec<(&'a str, &'a Part)> {
    let above = parts.iter().filter(|(_, own)| value(own) > 0);
    let mut above: Vec<(&str, &Part)> = above.copied().collect();
    above.sort_unstable_by(|left, right| {
        let by_value = value(right.1).cmp(&value(left.1));
        by_value.then_with(|| left.0.cmp(right.0))
    });
    above
}

/// The first so many of a list.
fn first<'a>(list: &'a [(&str, &'a Part)], number: u64) -> impl Iterator<Item = &'a Part> {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    list.iter().take(number).map(|(_, own)| *own)
}
