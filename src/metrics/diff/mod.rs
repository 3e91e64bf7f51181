//! Why the figure of one period is another one in a later export: whose months changed, and what each moves.
//!
//! ```text
//! two Books ─► Found (who differs, in which months) ─► Twins (their rows side by side) ─► Steps (month by month) ─► Changes
//! ```

mod found;
mod steps;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::anchors::{Anchor, Anchors, anchors};
use super::effects::{Effects, Part};
use super::rollforward::Rollforward;
use crate::ledger::{Books, Ledger, Twin, Twins};
use crate::policies::{Fx, Netting, Policies};
use crate::units::{Amount, Difference, Month, Period};
use found::{Found, Search};
use steps::{Step, steps};

/// What became of a customer, or of one of its months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Only the new export has it.
    Added,
    /// Only the old export has it.
    Removed,
    /// Both have it, with other amounts.
    Changed,
    /// Both have it, under other names.
    Renamed,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [ChangeKind; 4] = [
        ChangeKind::Added,
        ChangeKind::Removed,
        ChangeKind::Changed,
        ChangeKind::Renamed,
    ];

    /// The word shown for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            ChangeKind::Added => "added",
            ChangeKind::Removed => "removed",
            ChangeKind::Changed => "changed",
            ChangeKind::Renamed => "renamed",
        }
    }
}

/// Why nothing has an effect that could be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRate {
    /// Nobody has revenue at the opening in the old export.
    Old,
    /// Nobody has in the new one.
    New,
    /// Nobody has in either.
    Both,
}

impl NoRate {
    /// The reason, for the `undefined` field of a record.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            NoRate::Old => "no customer has revenue at the opening in the old export",
            NoRate::New => "no customer has revenue at the opening in the new export",
            NoRate::Both => "no customer has revenue at the opening in either export",
        }
    }

    /// Why two figures have no difference; `None` if they have.
    #[must_use]
    pub const fn between(old: &Rollforward, new: &Rollforward) -> Option<NoRate> {
        match (old.opening == 0, new.opening == 0) {
            (true, true) => Some(NoRate::Both),
            (true, false) => Some(NoRate::Old),
            (false, true) => Some(NoRate::New),
            (false, false) => None,
        }
    }
}

/// One month of a customer.
#[derive(Clone, Debug)]
pub struct ChangedMonth {
    /// Which; the last month of a longer label.
    pub month: Month,
    /// What the old export has there; `None` without a row.
    pub old: Option<Amount>,
    /// What the new one has there.
    pub new: Option<Amount>,
    /// The month at whose rates other currencies are in both; `None` where amounts are in no other one, or all months
    /// are at the rates of one.
    pub rates_of: Option<Month>,
    /// What became of it.
    pub kind: ChangeKind,
    /// What it moves the rates by, or why that cannot be said.
    pub effects: Result<Effects, NoRate>,
}

/// One customer.
#[derive(Clone, Debug)]
pub struct ChangedCustomer {
    /// Its name in the new export, or in the old one where that alone has it.
    pub customer: String,
    /// Its name in the old export, where it is another one.
    pub old_name: Option<String>,
    /// What became of it.
    pub kind: ChangeKind,
    /// What all of its months move the rates by.
    pub effects: Result<Effects, NoRate>,
    /// Its months that are read or decide, in their order; none where its name alone is another one.
    pub months: Vec<ChangedMonth>,
}

/// All that makes a figure another one.
#[derive(Clone, Debug)]
pub struct Changes {
    /// What the rates moved by, the sum of the effects of all customers.
    pub effects: Result<Effects, NoRate>,
    /// The customers that changed, the largest effect on NRR first, then the largest on GRR, then in byte order.
    pub customers: Vec<ChangedCustomer>,
    /// How many customer-months differ, of those that both exports cover, without any say in this figure.
    pub elsewhere: u64,
    /// How many customers are called otherwise that have no amount in what is read.
    pub renamed_elsewhere: u64,
    /// Customers of the old export that may have got another name: others have the same amounts.
    pub ambiguous: Vec<String>,
}

/// Why two exports cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unlike {
    /// Their labels are of other lengths, or start elsewhere.
    Labels,
    /// The ends read other months: where these start and end, of each.
    Months([(Month, Month); 2], [(Month, Month); 2]),
    /// Products are netted, and one export has none.
    Products,
    /// Exact arithmetic does not hold the amounts at the decimals of both.
    TooLarge,
}

/// One export as it was measured.
#[derive(Clone, Copy)]
pub struct Measured<'a> {
    /// Its books, by parent where units are parents.
    pub books: &'a Books,
    /// What came out of them.
    pub total: &'a Rollforward,
}

/// Finds who makes the difference between two figures of one period, each measured on one export by the same choices.
///
/// ```text
/// effect of a customer = (Δ retained − NRR of the old export × Δ opening) ÷ opening of the new one
/// ```
///
/// That is linear, so that the effects add up to the difference exactly, which is asserted. Inside a customer each month
/// has the effect of putting it in place of the old one, the earlier months being the new ones already.
///
/// # Shape
///
/// Months are listed that an end reads, and others that decide, such as one long ago that makes a new customer one that
/// is back.
///
/// # Errors
///
/// [`Unlike`] where the two figures are not made of the same months.
///
/// # Source
///
/// `docs/definitions.md#differences-between-two-exports`.
///
/// # Panics
///
/// If the effects do not add up: a bug of the program, never of the data.
///
/// # Example
///
/// ```
/// use nrr::ledger::{Books, Ledger};
/// use nrr::metrics::{ChangeKind, Measured, Rollforward, anchors, changes, movements};
/// use nrr::policies::Policies;
/// use nrr::units::{Amount, FiscalYear, Period};
///
/// let read = |table: &str| Books::of(Ledger::from_table(table).unwrap());
/// let old = read("2024-01 2024-02\nacme 100 150\nbirch 100 100");
/// let new = read("2024-01 2024-02\nacme 100 130\nbirch 100 100\ncedar 50 50");
/// let (policies, february) = (Policies::default(), Period::parse("2024-02", FiscalYear::CALENDAR).unwrap());
/// let total = |books: &Books| {
///     let ends = anchors(&books.customers, february, 1, &policies).unwrap();
///     let movements = movements(&books.customers, &ends, &policies).unwrap();
///     Rollforward::total(&movements, policies.reactivation, books.customers.scale())
/// };
/// let (of_old, of_new) = (total(&old), total(&new));
/// let measured = [
///     Measured { books: &old, total: &of_old },
///     Measured { books: &new, total: &of_new },
/// ];
/// let found = changes(measured, february, &policies).unwrap();
///
/// // NRR fell from 250 / 200 to 280 / 250: acme pays 20 less, and cedar keeps 100% where the others keep 125%.
/// let effect = |place: usize| found.customers[place].effects.as_ref().unwrap().nrr.rounded(6);
/// assert_eq!((found.customers[0].customer.as_str(), effect(0)), ("acme", Some(Amount::new(-80_000, 6))));
/// assert_eq!((found.customers[1].kind, effect(1)), (ChangeKind::Added, Some(Amount::new(-50_000, 6))));
/// assert_eq!(found.effects.unwrap().nrr.rounded(6), Some(Amount::new(-130_000, 6)));
/// ```
pub fn changes(
    [old, new]: [Measured<'_>; 2],
    period: Period,
    policies: &Policies,
) -> Result<Changes, Unlike> {
    let ends = ends(old.books, new.books, period, policies)?;
    let by_product = policies.netting == Netting::Product;
    if by_product && old.books.products.is_some() != new.books.products.is_some() {
        return Err(Unlike::Products);
    }
    let search = Search::new(old.books, new.books, ends.closing.last);
    let Found {
        twins,
        months,
        later,
        ambiguous,
    } = search.run(by_product);
    let mut both = Twins::of(old.books, new.books, &twins).ok_or(Unlike::TooLarge)?;
    let scale = both.new.customers.scale();
    let mut by_month: BTreeMap<Month, Vec<u32>> = BTreeMap::new();
    for (number, months) in (0..).zip(&months) {
        for month in months {
            by_month.entry(*month).or_default().push(number);
        }
    }
    // The rows of the old export are gone once the steps were taken.
    let before = Twins::of(old.books, new.books, &twins).ok_or(Unlike::TooLarge)?;
    let steps = steps(&mut both, &by_month, &ends, policies);
    let weigh = Weigh {
        measured: [old, new],
        scale,
    };
    let mut found = Changes {
        effects: weigh.whole(),
        customers: Vec::new(),
        elsewhere: later,
        renamed_elsewhere: 0,
        ambiguous,
    };
    for (number, (twin, steps)) in (0..).zip(twins.iter().zip(steps)) {
        let reader = Reader {
            twins: &before,
            ends: &ends,
            number,
            fx: policies.fx,
        };
        let (decisive, others): (Vec<Step>, Vec<Step>) = steps
            .into_iter()
            .partition(|step| reader.reads(step.month) || step.moves_a_rate());
        let others = others.iter().filter(|step| search.is_common(step.month));
        found.elsewhere += others.count() as u64;
        let old_name = old_name(old.books, twin);
        if decisive.is_empty() && !(old_name.is_some() && reader.has_amount()) {
            found.renamed_elsewhere += u64::from(old_name.is_some());
        } else {
            let changed = reader.customer(twin, old_name, &decisive, &weigh);
            found.customers.push(changed);
        }
    }
    found.customers.sort_by(by_effect);
    found.assert_sum();
    Ok(found)
}

/// The ends of both, which have to be the same months.
fn ends(old: &Books, new: &Books, period: Period, policies: &Policies) -> Result<Anchors, Unlike> {
    let (old, new) = (&old.customers, &new.customers);
    let grain = old.grain();
    let is_aligned = old.first().until(new.first()) % grain.months().cast_signed() == 0;
    if grain != new.grain() || !is_aligned {
        return Err(Unlike::Labels);
    }
    let lookback = policies.lookback_months(period);
    let read = |ledger| anchors(ledger, period, lookback, policies);
    // Both were measured, so both can be read.
    let (Ok(of_old), Ok(of_new)) = (read(old), read(new)) else {
        return Err(Unlike::Labels);
    };
    let months =
        |ends: &Anchors| [ends.opening, ends.closing].map(|end: Anchor| (end.first, end.last));
    if months(&of_old) != months(&of_new) {
        return Err(Unlike::Months(months(&of_old), months(&of_new)));
    }
    Ok(of_new)
}

/// The name in the old export, where it is another one.
fn old_name(old: &Books, twin: &Twin) -> Option<String> {
    let name = old.customers.name(twin.old?);
    (twin.new.is_some() && name != twin.name).then(|| name.to_owned())
}

const fn kind(is_in_old: bool, is_in_new: bool, is_renamed: bool) -> ChangeKind {
    match (is_in_old, is_in_new) {
        (false, _) => ChangeKind::Added,
        (_, false) => ChangeKind::Removed,
        _ if is_renamed => ChangeKind::Renamed,
        _ => ChangeKind::Changed,
    }
}

/// The largest effect first.
fn by_effect(left: &ChangedCustomer, right: &ChangedCustomer) -> Ordering {
    let by_name = left.customer.cmp(&right.customer);
    let (Ok(mine), Ok(other)) = (&left.effects, &right.effects) else {
        return by_name;
    };
    let first = other.nrr.cmp_magnitude(&mine.nrr);
    let second = || other.grr.cmp_magnitude(&mine.grr);
    first.then_with(second).then(by_name)
}

/// Both figures, which parts of the change are held against.
struct Weigh<'a> {
    measured: [Measured<'a>; 2],
    /// The decimals of the parts.
    scale: u8,
}

impl Weigh<'_> {
    /// What a part of the change of the sums moves the rates by.
    fn part(&self, part: &Part) -> Result<Effects, NoRate> {
        let amount = |units| Amount::new(units, self.scale);
        self.effects(
            amount(part.retained),
            amount(part.retained_capped),
            amount(part.opening),
        )
    }

    fn effects(
        &self,
        retained: Amount,
        capped: Amount,
        opening: Amount,
    ) -> Result<Effects, NoRate> {
        let [old, new] = self.measured.map(|measured| measured.total);
        if let Some(none) = NoRate::between(old, new) {
            return Err(none);
        }
        let nrr = Difference::of_part(old.nrr(), new.nrr(), retained, opening);
        let grr = Difference::of_part(old.grr(), new.grr(), capped, opening);
        let (nrr, grr) = nrr.zip(grr).ok_or(NoRate::Both)?;
        Ok(Effects { nrr, grr })
    }

    /// What the rates moved by.
    fn whole(&self) -> Result<Effects, NoRate> {
        let [old, new] = self.measured.map(|measured| measured.total);
        if let Some(none) = NoRate::between(old, new) {
            return Err(none);
        }
        let pair = new.nrr().minus(old.nrr()).zip(new.grr().minus(old.grr()));
        let (nrr, grr) = pair.ok_or(NoRate::Both)?;
        Ok(Effects { nrr, grr })
    }
}

/// One customer in both exports.
struct Reader<'a> {
    twins: &'a Twins,
    ends: &'a Anchors,
    number: u32,
    fx: Fx,
}

impl Reader<'_> {
    /// True for a month that an end reads.
    fn reads(&self, month: Month) -> bool {
        let ends = [self.ends.opening, self.ends.closing];
        ends.iter()
            .any(|end| (end.first..=end.last).contains(&month))
    }

    /// True if something stands in a month that an end reads, in either export.
    fn has_amount(&self) -> bool {
        let ends = [self.ends.opening, self.ends.closing];
        let mut months = ends.iter().flat_map(|end| end.first.through(end.last));
        months.any(|month| {
            let ledgers = [&self.twins.old.customers, &self.twins.new.customers];
            ledgers
                .iter()
                .any(|ledger| ledger.units(self.number, month) != 0)
        })
    }

    /// The customer with its months that decide.
    fn customer(
        &self,
        twin: &Twin,
        old_name: Option<String>,
        steps: &[Step],
        weigh: &Weigh<'_>,
    ) -> ChangedCustomer {
        let mut moved = Part::default();
        for step in steps {
            moved.add(&step.moved);
        }
        let month = |step: &Step| self.month(step, weigh.part(&step.moved));
        ChangedCustomer {
            customer: twin.name.clone(),
            kind: kind(twin.old.is_some(), twin.new.is_some(), old_name.is_some()),
            old_name,
            effects: weigh.part(&moved),
            months: steps.iter().map(month).collect(),
        }
    }

    /// The month at whose rates a month is compared: of the closing that of the opening, and under `fx floating` only
    /// for who pays there. A month that both ends read has two, and is at its own.
    fn rates_of(&self, month: Month) -> Month {
        let is_in = |end: Anchor| (end.first..=end.last).contains(&month);
        if is_in(self.ends.opening) || !is_in(self.ends.closing) {
            return month;
        }
        let ledgers = [&self.twins.old.customers, &self.twins.new.customers];
        let pays = |ledger: &&Ledger| {
            let own = |month| self.ends.opening_rates_of(month);
            self.ends.opening.units_at(ledger, self.number, &own) > 0
        };
        let other = self.ends.closing_rates_of(month);
        let has_rate = |ledger: &&Ledger| ledger.units_at(self.number, month, other).is_some();
        let is_compared = self.fx != Fx::Floating || ledgers.iter().any(pays);
        if is_compared && ledgers.iter().all(has_rate) {
            other
        } else {
            month
        }
    }

    fn month(&self, step: &Step, effects: Result<Effects, NoRate>) -> ChangedMonth {
        let ledgers = [&self.twins.old.customers, &self.twins.new.customers];
        let is_converted = ledgers.iter().any(|ledger| ledger.is_converted());
        let rates_of = is_converted.then(|| self.rates_of(step.month));
        let [old, new] = ledgers.map(|ledger| {
            let is_stated = ledger.is_stated(self.number, step.month);
            let units = ledger.units_at(self.number, step.month, rates_of.unwrap_or(step.month));
            units
                .filter(|_| is_stated)
                .map(|units| Amount::new(units, ledger.scale()))
        });
        ChangedMonth {
            month: step.month,
            rates_of,
            kind: kind(old.is_some(), new.is_some(), false),
            old,
            new,
            effects,
        }
    }
}

impl Changes {
    /// The first so many customers; all of them without a number.
    #[must_use]
    pub fn listed(&self, most: Option<usize>) -> &[ChangedCustomer] {
        let all = self.customers.as_slice();
        &all[..most.unwrap_or(all.len()).min(all.len())]
    }

    /// The effects of months are those of their customers, and those of customers that of all.
    fn assert_sum(&self) {
        let Ok(whole) = &self.effects else { return };
        let mut all = [Difference::none(), Difference::none()];
        for customer in &self.customers {
            let Ok(own) = &customer.effects else { continue };
            let mut months = [Difference::none(), Difference::none()];
            for effects in customer
                .months
                .iter()
                .filter_map(|month| month.effects.as_ref().ok())
            {
                months = [months[0].plus(&effects.nrr), months[1].plus(&effects.grr)];
            }
            let is_sum = months[0].is_same(&own.nrr) && months[1].is_same(&own.grr);
            assert!(is_sum, "the months of a customer add up to its effect");
            all = [all[0].plus(&own.nrr), all[1].plus(&own.grr)];
        }
        let is_sum = all[0].is_same(&whole.nrr) && all[1].is_same(&whole.grr);
        assert!(is_sum, "the effects of all customers add up to the change");
    }
}

#[cfg(test)]
mod tests;
