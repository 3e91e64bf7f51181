//! All months of 1,024 customers side by side.

use super::super::super::columns::{Values, and, and_not, count, has, or};
use crate::ledger::{Amounts, BLOCK, Bits, Ledger, each_bit};
use crate::machine::{Lanes, Walk, with_widest};
use crate::units::Month;

const NOBODY: Bits = [0; BLOCK / 64];

/// The months of 1,024 numbers.
pub(super) struct Block {
    /// Which block it is.
    pub(super) number: usize,
    values: Vec<Values>,
    /// For each month, one bit for each customer that a row states an amount of.
    stated: Vec<Bits>,
    /// For each month, one bit for each customer with revenue.
    paid: Vec<Bits>,
}

/// From the first month with revenue to the last one.
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) last: usize,
    /// How many months with revenue.
    pub(super) paying: usize,
}

impl Block {
    /// Reads the months of those inside.
    pub(super) fn read(ledger: &Ledger, number: usize, inside: Bits, months: &[Month]) -> Block {
        let mut block = Block {
            number,
            values: Vec::with_capacity(months.len()),
            stated: Vec::with_capacity(months.len()),
            paid: Vec::with_capacity(months.len()),
        };
        for month in months {
            let column = ledger.column(number, *month);
            let amounts = column.amounts();
            let paid = amounts.map_or(NOBODY, Amounts::paid);
            block.values.push(Values::sum(amounts.as_slice()));
            block.stated.push(and(&column.stated(), &inside));
            block.paid.push(and(&paid, &inside));
        }
        block
    }

    pub(super) fn units(&self, slot: usize, index: usize) -> i128 {
        self.values[index].get(slot)
    }

    pub(super) fn row(&self, slot: usize) -> Vec<i128> {
        self.values.iter().map(|values| values.get(slot)).collect()
    }

    /// How many have revenue in a month.
    pub(super) fn paying(&self, index: usize) -> u64 {
        count(&self.paid[index])
    }

    /// Every stated cell without revenue: its place, its month and its amount.
    pub(super) fn without_revenue(&self) -> Vec<(usize, usize, i128)> {
        let mut found = Vec::new();
        for (index, (stated, paid)) in self.stated.iter().zip(&self.paid).enumerate() {
            let bits = and_not(stated, paid);
            found.extend(each_bit(&bits).map(|slot| (slot, index, self.units(slot, index))));
        }
        found
    }

    /// Every absence of at most so many columns between two with revenue: the place and both of these.
    pub(super) fn absences(&self, columns: i32) -> Vec<(usize, usize, usize)> {
        let mut found = Vec::new();
        for (before, paid) in self.paid.iter().enumerate() {
            let mut away = *paid;
            let later = self.paid.iter().enumerate().skip(before + 1);
            for ((after, paid), skipped) in later.zip(0..=columns) {
                if skipped > 0 {
                    let back = and(&away, paid);
                    found.extend(each_bit(&back).map(|slot| (slot, before, after)));
                }
                away = and_not(&away, paid);
            }
        }
        found
    }

    /// From the first to the last month with revenue of one that has any.
    pub(super) fn span(&self, slot: usize) -> Span {
        let paid = || self.paid.iter().map(|paid| has(paid, slot));
        let last = self.paid.iter().rposition(|paid| has(paid, slot));
        Span {
            first: paid().position(|paid| paid).unwrap_or(0),
            last: last.unwrap_or(0),
            paying: paid().filter(|paid| *paid).count(),
        }
    }

    /// The first month with revenue of each customer that has any.
    pub(super) fn starts(&self) -> Vec<(usize, usize)> {
        let (mut seen, mut found) = (NOBODY, Vec::new());
        for (index, paid) in self.paid.iter().enumerate() {
            let new = and_not(paid, &seen);
            found.extend(each_bit(&new).map(|slot| (slot, index)));
            seen = or(&seen, paid);
        }
        found
    }

    /// The last month with revenue of each customer that has several.
    pub(super) fn ends_of_several(&self) -> Vec<(usize, usize)> {
        let (mut seen, mut several) = (NOBODY, NOBODY);
        for paid in &self.paid {
            several = or(&several, &and(&seen, paid));
            seen = or(&seen, paid);
        }
        let (mut later, mut found) = (NOBODY, Vec::new());
        for (index, paid) in self.paid.iter().enumerate().rev() {
            let last = and(&and_not(paid, &later), &several);
            found.extend(each_bit(&last).map(|slot| (slot, index)));
            later = or(&later, paid);
        }
        found
    }

    /// Who may have an amount far from the usual one: three months with revenue or more, and either most of them at
    /// a third of the highest amount or less, or one of them at an eightieth.
    pub(super) fn uneven(&self) -> Vec<usize> {
        let (mut small, mut medium) = (Vec::new(), Vec::new());
        for values in &self.values {
            match values {
                Values::None => {}
                Values::Small(values) => small.push(&**values),
                Values::Medium(values) => medium.push(&**values),
                Values::Wide(_) => return self.all_with_revenue(),
            }
        }
        let mut found = if medium.is_empty() {
            with_widest(Uneven(&small))
        } else {
            // A sum that outgrew 32 bits is rare, and so is all of the block at 64.
            let wider: Vec<Box<[i64; BLOCK]>> = small
                .iter()
                .map(|values| Box::new(values.map(i64::from)))
                .collect();
            medium.extend(wider.iter().map(|values| &**values));
            with_widest(Uneven(&medium))
        };
        let any = self.paid.iter().fold(NOBODY, |any, paid| or(&any, paid));
        found.retain(|slot| has(&any, *slot));
        found
    }

    fn all_with_revenue(&self) -> Vec<usize> {
        let any = self.paid.iter().fold(NOBODY, |any, paid| or(&any, paid));
        let is_uneven = |slot: &usize| self.span(*slot).paying >= 3;
        each_bit(&any).filter(is_uneven).collect()
    }
}

/// An amount of a width.
trait Number: Copy + Ord + Default {
    const MAX: Self;

    fn over(self, divisor: i8) -> Self;
}

impl Number for i32 {
    const MAX: i32 = i32::MAX;

    fn over(self, divisor: i8) -> i32 {
        self / i32::from(divisor)
    }
}

impl Number for i64 {
    const MAX: i64 = i64::MAX;

    fn over(self, divisor: i8) -> i64 {
        self / i64::from(divisor)
    }
}

/// The places in columns that [`Block::uneven`] looks for.
struct Uneven<'b, T>(&'b [&'b [T; BLOCK]]);

impl<T: Number> Walk for Uneven<'_, T> {
    type Found = Vec<usize>;

    #[expect(
        clippy::inline_always,
        reason = "it has to be compiled for the processor"
    )]
    #[inline(always)]
    fn walk(self, _: impl Lanes) -> Vec<usize> {
        let nothing = T::default();
        let (mut highest, mut lowest) = ([nothing; BLOCK], [T::MAX; BLOCK]);
        let mut paying = [0_u32; BLOCK];
        for column in self.0 {
            for (highest, value) in highest.iter_mut().zip(*column) {
                *highest = (*value).max(*highest);
            }
            for (lowest, value) in lowest.iter_mut().zip(*column) {
                let value = if *value > nothing { *value } else { T::MAX };
                *lowest = value.min(*lowest);
            }
            for (paying, value) in paying.iter_mut().zip(*column) {
                *paying = paying.wrapping_add(u32::from(*value > nothing));
            }
        }
        let third = highest.map(|highest| highest.over(3));
        let mut low = [0_u32; BLOCK];
        for column in self.0 {
            for ((low, value), third) in low.iter_mut().zip(*column).zip(&third) {
                *low = low.wrapping_add(u32::from(*value > nothing && value <= third));
            }
        }
        let is_uneven = |slot: &usize| {
            let has_most_low = low[*slot] > paying[*slot].saturating_sub(1) / 2;
            let has_tiny = highest[*slot].over(80) >= lowest[*slot];
            let is_spread = third[*slot] >= lowest[*slot];
            paying[*slot] >= 3 && is_spread && (has_most_low || has_tiny)
        };
        (0..BLOCK).filter(is_uneven).collect()
    }
}
