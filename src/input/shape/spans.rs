//! Contracts, versions and lines of invoices: what each is worth in the months it covers.

use std::collections::BTreeMap;

use super::Shape;
use super::kept::{End, Kept, Span, Time};
use super::rules::Months;
use crate::ledger::RowPlace;
use crate::policies::{Basis, Spread};
use crate::units::{Amount, Day, Month};

/// The decimals that run rates and parts are rounded to, where the amount has no more.
const DECIMALS: u8 = 6;

/// Whether an end is the last day of a span or the first one after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndRule {
    /// The last day.
    Inclusive,
    /// The first day after it.
    Exclusive,
}

impl EndRule {
    /// Both.
    pub const ALL: [EndRule; 2] = [EndRule::Inclusive, EndRule::Exclusive];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            EndRule::Inclusive => "inclusive",
            EndRule::Exclusive => "exclusive",
        }
    }
}

/// How spans become months.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) shape: Shape,
    pub(super) basis: Basis,
    pub(super) spread: Spread,
    pub(super) end: EndRule,
    /// The last month that counts.
    pub(super) last: Month,
}

/// A span with the months that it covers.
#[derive(Clone, Debug)]
pub(super) struct Cover<'k> {
    pub(super) kept: &'k Kept,
    pub(super) span: &'k Span,
    /// Its first month.
    pub(super) first: Month,
    /// The last month whose last day it covers, inside the horizon; before `first` where it covers none.
    pub(super) last: Month,
}

/// The rows that are spans, in the order of the input.
pub(super) fn spans(kept: &[Kept]) -> impl Iterator<Item = (&Kept, &Span)> {
    kept.iter().filter_map(|row| match &row.time {
        Time::Span(span) => Some((row, span)),
        Time::Step(_) => None,
    })
}

impl Span {
    /// The first day after the span; `None` while it runs.
    pub(super) fn after(&self, rule: EndRule) -> Option<Day> {
        match (self.end, rule) {
            (End::Open, _) => None,
            (End::On(day), EndRule::Exclusive) => Some(day),
            (End::On(day), EndRule::Inclusive) | (End::Through(day), _) => Some(day.next()),
        }
    }

    /// The last month whose last day it covers; `None` while it runs.
    fn last_month(&self, rule: EndRule) -> Option<Month> {
        self.after(rule).map(|after| after.month().back(1))
    }

    /// How many months it covers at their last day; at least one, so that what it is worth is not lost.
    pub(super) fn months(&self, rule: EndRule) -> Option<u32> {
        let months = self.start.month().until(self.last_month(rule)?) + 1;
        Some(months.max(1).cast_unsigned())
    }
}

/// The month of the latest start, or of the latest bill where amounts stand in the month they were billed in;
/// `None` without any row. What was agreed reaches further, but new contracts of those months are not known yet.
pub(super) fn latest_month(kept: &[Kept], spread: Spread) -> Option<Month> {
    let month = |span: &Span| match span.per {
        None if spread == Spread::None => span.billed.unwrap_or(span.start).month(),
        _ => span.start.month(),
    };
    spans(kept).map(|(_, span)| month(span)).max()
}

/// Every span with the months it covers inside the horizon.
pub(super) fn covers<'k>(kept: &'k [Kept], terms: Terms) -> Vec<Cover<'k>> {
    let cover = |(kept, span): (&'k Kept, &'k Span)| {
        let last = span
            .last_month(terms.end)
            .map_or(terms.last, |last| last.min(terms.last));
        Cover {
            kept,
            span,
            first: span.start.month(),
            last,
        }
    };
    spans(kept).map(cover).collect()
}

/// What a row is worth in each month; `None` where 128 bits don't hold it.
pub(super) fn worth(cover: &Cover<'_>, terms: Terms) -> Option<Vec<(Month, Amount)>> {
    let (amount, span) = (cover.kept.amount, cover.span);
    if span.per.is_some() {
        return Some(level(cover, monthly(cover, terms)?));
    }
    if terms.spread == Spread::None {
        let billed = span.billed.unwrap_or(span.start).month();
        return Some(vec![(billed, amount)]);
    }
    if terms.basis == Basis::Flow && terms.shape == Shape::Invoices {
        let months = parts_of(span, terms);
        let weights: Vec<i128> = months.iter().map(|(_, weight)| *weight).collect();
        let parts = parts(amount, &weights)?;
        return Some(
            months
                .into_iter()
                .map(|(month, _)| month)
                .zip(parts)
                .collect(),
        );
    }
    Some(level(cover, monthly(cover, terms)?))
}

/// What a contract is worth a month, also where its amount is laid into one; `None` where 128 bits don't hold it,
/// or where it runs on and nothing says how long its price is for.
pub(super) fn monthly(cover: &Cover<'_>, terms: Terms) -> Option<Amount> {
    match cover.span.per {
        Some(per) => a_month(cover.kept.amount, per),
        None => run_rate(cover.kept.amount, cover.span, terms),
    }
}

/// The same amount in every month covered.
fn level(cover: &Cover<'_>, rate: Amount) -> Vec<(Month, Amount)> {
    let months = cover.first.through(cover.last);
    months.map(|month| (month, rate)).collect()
}

/// A price of so many months as one of a month, rounded once.
fn a_month(amount: Amount, (numerator, denominator): Months) -> Option<Amount> {
    let scale = amount.scale().max(DECIMALS);
    if (numerator, denominator) == (1, 1) {
        return Some(amount);
    }
    amount.times(i128::from(denominator), i128::from(numerator), scale)
}

/// The monthly run rate of an amount for the whole time of a span.
fn run_rate(amount: Amount, span: &Span, terms: Terms) -> Option<Amount> {
    let scale = amount.scale().max(DECIMALS);
    let after = span.after(terms.end)?;
    if terms.spread == Spread::Daily {
        let days = span.start.until(after).max(1);
        return amount.times(365, 12 * i128::from(days), scale);
    }
    amount.times(1, i128::from(span.months(terms.end)?), scale)
}

/// The months that share an amount, each with its weight.
fn parts_of(span: &Span, terms: Terms) -> Vec<(Month, i128)> {
    let first = span.start.month();
    let Some(after) = span.after(terms.end) else {
        return vec![(first, 1)];
    };
    if terms.spread == Spread::Daily && span.start < after {
        let days = |month: Month| {
            let from = Day::first_of(month).max(span.start);
            let to = Day::first_of(month.forward(1)).min(after);
            (month, i128::from(from.until(to)))
        };
        return first.through(after.before().month()).map(days).collect();
    }
    let months = span.months(terms.end).unwrap_or(1);
    first
        .through(first.forward(months - 1))
        .map(|month| (month, 1))
        .collect()
}

/// An amount in parts by weight that add up to it exactly: what rounding down leaves goes, a smallest unit
/// each, to the largest remainders, the first ones first. A credit is split as the charge is that it takes back.
fn parts(amount: Amount, weights: &[i128]) -> Option<Vec<Amount>> {
    let scale = amount.scale().max(DECIMALS);
    let units = amount.units_at(scale)?;
    let (sign, units) = (units.signum(), units.checked_abs()?);
    let total: i128 = weights.iter().sum();
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let product = units.checked_mul(*weight)?;
        shares.push(product.div_euclid(total));
        remainders.push((std::cmp::Reverse(product.rem_euclid(total)), index));
    }
    let left = units - shares.iter().sum::<i128>();
    remainders.sort_unstable();
    for (_, index) in remainders.into_iter().take(usize::try_from(left).ok()?) {
        shares[index] += 1;
    }
    let part = |units: i128| Amount::new(sign * units, scale);
    Some(shares.into_iter().map(part).collect())
}

/// Spans of one key that cover a month together.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) earlier: RowPlace,
    pub(super) later: RowPlace,
    pub(super) customer: String,
    /// The first and the last month of both.
    pub(super) months: (Month, Month),
}

/// The spans of each key, by their start.
pub(super) fn by_key<'c, 'k>(
    covers: &'c [Cover<'k>],
    key: impl Fn(&'k Kept) -> (&'k str, &'k str),
) -> BTreeMap<(&'k str, &'k str), Vec<&'c Cover<'k>>> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Cover<'_>>> = BTreeMap::new();
    for cover in covers {
        groups.entry(key(cover.kept)).or_default().push(cover);
    }
    for group in groups.values_mut() {
        group.sort_by_key(|cover| (cover.span.start, cover.kept.place));
    }
    groups
}

/// Every span that runs at the same time as an earlier one of its key.
pub(super) fn clashes(group: &[&Cover<'_>]) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let mut longest: Option<&Cover<'_>> = None;
    for cover in group.iter().filter(|cover| cover.first <= cover.last) {
        if let Some(earlier) = longest.filter(|earlier| earlier.last >= cover.first) {
            clashes.push(Clash {
                earlier: earlier.kept.place,
                later: cover.kept.place,
                customer: cover.kept.customer.to_string(),
                months: (cover.first, cover.last.min(earlier.last)),
            });
        }
        if longest.is_none_or(|earlier| earlier.last < cover.last) {
            longest = Some(cover);
        }
    }
    clashes
}

/// For each month the span of a key that began last.
pub(super) fn latest<'c, 'k>(group: &[&'c Cover<'k>]) -> BTreeMap<Month, &'c Cover<'k>> {
    let mut winners = BTreeMap::new();
    for cover in group {
        winners.extend(cover.first.through(cover.last).map(|month| (month, *cover)));
    }
    winners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_what_is_left_goes_to_the_first_of_the_largest_remainders() {
        let split = |units, weights: &[i128]| -> Vec<i128> {
            let parts = parts(Amount::new(units, 6), weights).unwrap();
            parts.into_iter().map(Amount::units).collect()
        };
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(101, &[1, 1, 1]), [34, 34, 33]);
        assert_eq!(split(-100, &[1, 1, 1]), [-34, -33, -33]);
        assert_eq!(split(10, &[31, 29]), [5, 5]);
        assert_eq!(split(0, &[1, 2]), [0, 0]);
    }
}
