//! How much of the revenue stands with the largest customers, and what the rates are without them.

use std::cmp::Reverse;

use super::effects::{Part, without};
use super::moved::Moved;
use super::rollforward::Rollforward;
use crate::ledger::{Ledger, in_parts};
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

/// The concentration of everybody that moved.
pub(super) fn concentration(
    total: &Rollforward,
    moved: &Moved,
    ledger: &Ledger,
) -> Vec<Concentration> {
    let values: [fn(&Part) -> i128; 2] = [|own| own.closing, |own| own.opening];
    let lists = in_parts(values.len(), 1, ledger.threads(), |list| {
        largest(moved, ledger, values[list.start])
    });
    let (paying, base) = (lists[0], lists[1]);
    let of = |(top, (paying, base)): (Top, (&Largest, &Largest))| {
        let closing = total.amount(paying.sums.closing);
        let (nrr_without, grr_without) = without(total, &base.sums);
        Concentration {
            top,
            closing_customers: paying.customers,
            closing,
            share_of_closing: Ratio::new(closing, total.amount(total.closing)),
            opening_customers: base.customers,
            opening: total.amount(base.sums.opening),
            share_of_opening: total.over_opening(base.sums.opening),
            nrr_without,
            grr_without,
        }
    };
    let pairs = paying.iter().zip(&base);
    Top::ALL.into_iter().zip(pairs).map(of).collect()
}

/// Several customers together.
#[derive(Clone, Copy, Debug, Default)]
struct Largest {
    customers: u64,
    sums: Part,
}

/// The largest of those above zero, for each of [`Top::ALL`]; of equals the first in byte order.
fn largest(moved: &Moved, ledger: &Ledger, value: fn(&Part) -> i128) -> [Largest; Top::ALL.len()] {
    let valued = moved.all().zip(0..);
    let valued = valued.map(|(one, number)| (value(&moved.own(&one)), number));
    let mut above: Vec<(i128, u32)> = valued.filter(|(value, _)| *value > 0).collect();
    let name = |number: u32| ledger.name(moved.customer(number));
    let customers = Top::ALL.map(|top| top.of(above.len() as u64));
    // From the most customers to the fewest: each time only those are looked at that were among them before.
    let mut tops: Vec<usize> = (0..Top::ALL.len()).collect();
    tops.sort_unstable_by_key(|top| Reverse(customers[*top]));
    let mut found = [Largest::default(); Top::ALL.len()];
    for top in tops {
        let number = usize::try_from(customers[top]).unwrap_or(above.len());
        if 0 < number && number < above.len() {
            above.select_nth_unstable_by(number - 1, |left, right| {
                let by_value = right.0.cmp(&left.0);
                by_value.then_with(|| name(left.1).cmp(name(right.1)))
            });
        }
        above.truncate(number);
        let mut sums = Part::default();
        for (_, number) in &above {
            sums.add(&moved.own(&moved.movement(*number)));
        }
        let customers = customers[top];
        found[top] = Largest { customers, sums };
    }
    found
}
