//! Amounts in other currencies: the rates that convert them, and what is kept so that they can be converted
//! at those of another month.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bridge::Bridged;
use super::build::Draft;
use super::cells::{Cell, Cells};
use super::{Books, Ledger, Part, RowPlace};
use crate::error::{Code, Message, Place};
use crate::policies::Fx;
use crate::units::{Amount, Month, SCALE_MAX};

/// The rates of a file: for each currency and month, how much of the currency that is kept one unit is.
///
/// # Units
///
/// Exact decimals above zero, without zeros at their end. Nothing is said of the currency that is kept: one
/// unit of it is one.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// The file as it was named.
    pub file: String,
    /// How many rows it has below its header.
    pub rows: u64,
    /// BLAKE3 of its bytes as stored.
    pub fingerprint: [u8; 32],
    kept: String,
    fx: Fx,
    by_currency: BTreeMap<String, BTreeMap<Month, Amount>>,
}

impl Rates {
    /// No rates yet, from this file, into this currency.
    #[must_use]
    pub fn new(file: &str, kept: &str, fx: Fx) -> Rates {
        Rates {
            file: file.to_owned(),
            kept: kept.to_owned(),
            fx,
            ..Rates::default()
        }
    }

    /// States a rate, and gives the one that was stated before.
    pub fn state(&mut self, currency: &str, month: Month, rate: Amount) -> Option<Amount> {
        let months = self.by_currency.entry(currency.to_owned()).or_default();
        months.insert(month, rate.trimmed())
    }

    /// The currency that the others are converted to.
    #[must_use]
    pub fn kept(&self) -> &str {
        &self.kept
    }

    /// The currencies with rates, in byte order.
    pub fn currencies(&self) -> impl Iterator<Item = &str> {
        self.by_currency.keys().map(String::as_str)
    }

    /// Every rate as a line of text, in order of currency and month: equal for files that say the same.
    #[must_use]
    pub fn content(&self) -> String {
        let lines = self.by_currency.iter().flat_map(|(currency, months)| {
            let line =
                move |(month, rate): (&Month, &Amount)| format!("{currency} {month} {rate}\n");
            months.iter().map(line)
        });
        lines.collect()
    }

    /// The rate of a month, or of the one month whose rates count for all.
    #[must_use]
    pub fn of(&self, currency: &str, month: Month) -> Option<Amount> {
        let months = self.by_currency.get(currency)?;
        months.get(&self.month_of(month)).copied()
    }

    /// The month whose rates count in this one.
    #[must_use]
    pub fn month_of(&self, month: Month) -> Month {
        match self.fx {
            Fx::Fixed(fixed) => fixed,
            Fx::Constant | Fx::Floating => month,
        }
    }

    /// The decimals and the largest of the rates of a currency.
    pub(super) fn bounds(&self, currency: &str) -> (u8, Amount) {
        let rates = || {
            self.by_currency
                .get(currency)
                .into_iter()
                .flat_map(BTreeMap::values)
        };
        let scale = rates().map(|rate| rate.scale()).max();
        (
            scale.unwrap_or(0),
            rates().copied().max().unwrap_or(Amount::ZERO),
        )
    }
}

/// A rate that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unrated {
    /// Of which currency.
    pub currency: String,
    /// Of which month.
    pub month: Month,
    /// The first row that needs it.
    pub row: Place,
}

/// What says that rates are missing, and where rows need them; nothing without any.
fn missing_rates(unrated: &BTreeSet<Unrated>, file: &str) -> Option<Message> {
    let first = unrated
        .iter()
        .min_by(|left, right| left.row.cmp(&right.row))?;
    let mut months: BTreeMap<&str, BTreeMap<Month, &Place>> = BTreeMap::new();
    for one in unrated {
        let rows = months.entry(&one.currency).or_default();
        let row = rows.entry(one.month).or_insert(&one.row);
        *row = (*row).min(&one.row);
    }
    let count: usize = months.values().map(BTreeMap::len).sum();
    let headline = if count == 1 {
        format!(
            "`{file}` has no rate of {} for {}",
            first.currency, first.month
        )
    } else {
        format!("`{file}` lacks {count} rates")
    };
    let mut message = Message::new(Code::MissingRate, headline)
        .at(first.row.clone())
        .counting(count as u64);
    for (currency, rows) in &months {
        let row = rows.values().min();
        let row = row.map_or(String::new(), |row| {
            format!("{}:{}", row.file, row.line.unwrap_or_default())
        });
        let said = runs(rows.keys().copied());
        message = message.found(format!("{currency} for {said}, first needed in {row}"));
    }
    let typed = format!("`{},{},RATE`", first.month, first.currency);
    Some(message.help(format!("add a row such as {typed} to `{file}`")))
}

/// Months as they are said: `2024-01 to 2024-03 and 2024-07`.
fn runs(months: impl Iterator<Item = Month>) -> String {
    let mut runs: Vec<(Month, Month)> = Vec::new();
    for month in months {
        match runs.last_mut() {
            Some((_, last)) if last.forward(1) == month => *last = month,
            _ => runs.push((month, month)),
        }
    }
    let said = |(first, last): &(Month, Month)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        }
    };
    let said: Vec<String> = runs.iter().map(said).collect();
    match said.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => said.join(""),
    }
}

/// The rows of one other currency while they come in.
#[derive(Debug)]
pub(super) struct Foreign {
    /// Added up as if there were no others.
    pub(super) part: Part,
    /// The first row of each month.
    pub(super) rows: BTreeMap<Month, RowPlace>,
}

impl Foreign {
    pub(super) fn merge(&mut self, other: Foreign) {
        self.part.merge(other.part);
        for (month, row) in other.rows {
            self.note(month, row);
        }
    }

    pub(super) fn note(&mut self, month: Month, row: RowPlace) {
        let first = self.rows.entry(month).or_insert(row);
        *first = row.min(*first);
    }
}

/// What a ledger keeps of the amounts that were converted: each currency's own, by customer and month.
#[derive(Clone, Debug)]
pub(super) struct Converted {
    pub(super) rates: Arc<Rates>,
    /// All at one scale: the ledger's less that of the rates.
    pub(super) own: BTreeMap<Box<str>, Cells>,
    /// The decimals of the rates.
    pub(super) scale: u8,
    /// The first row of each currency and month.
    pub(super) rows: BTreeMap<Box<str>, BTreeMap<Month, Place>>,
}

impl Converted {
    /// The same with every customer's month counted as the unit's that `unit` gives.
    pub(super) fn regrouped(&self, unit: &dyn Fn(u32, Month) -> Option<u32>) -> Converted {
        let own = self.own.iter();
        Converted {
            own: own
                .map(|(currency, cells)| (currency.clone(), cells.regrouped(unit)))
                .collect(),
            rates: Arc::clone(&self.rates),
            scale: self.scale,
            rows: self.rows.clone(),
        }
    }
}

/// The most that a sum can grow to under the rates of any month.
struct Bound(Option<u128>);

impl Bound {
    fn add(&mut self, magnitude: Option<u128>, times: u128) {
        let more = magnitude.and_then(|magnitude| magnitude.checked_mul(times));
        self.0 = self
            .0
            .zip(more)
            .and_then(|(sum, more)| sum.checked_add(more));
    }

    fn holds(&self) -> bool {
        self.0.is_some_and(|sum| sum <= Ledger::MAGNITUDE_MAX)
    }
}

impl Part {
    /// Adds a row in another currency than the one that is kept, to be converted when all were read.
    pub fn add_in(&mut self, currency: &str, entry: &super::Entry<'_>) {
        if currency.is_empty() || self.counts_in_any(entry) {
            return self.add(entry);
        }
        self.note(entry);
        if !self.foreign_mut().contains_key(currency) {
            let (part, rows) = (self.alike(), BTreeMap::new());
            let foreign = Foreign { part, rows };
            self.foreign_mut().insert(Box::from(currency), foreign);
        }
        let foreign = self.foreign_mut();
        if let Some(foreign) = foreign.get_mut(currency) {
            foreign.note(entry.month, entry.place);
            foreign.part.add(entry);
        }
    }

    /// Closes the part as [`Part::finish`] does, once what is in other currencies was converted at `rates`.
    ///
    /// # Shape
    ///
    /// Each month's amounts are at its own rates, exactly; [`Ledger::units_at`] gives them at those of another.
    ///
    /// # Errors
    ///
    /// [`Code::MissingRate`] for the months with rows in a currency without a rate, [`Code::AmountTooLarge`] where
    /// a sum outgrows exact arithmetic.
    pub fn finish_at(
        mut self,
        rates: &Arc<Rates>,
        place: &dyn Fn(RowPlace) -> Place,
        columns: &[String],
        through: Option<Month>,
    ) -> Result<Books, Message> {
        let currency = Some(rates.kept.clone());
        let foreign = std::mem::take(self.foreign_mut());
        if foreign.is_empty() {
            return self.finish(columns, currency, through);
        }
        let mut rows: BTreeMap<Box<str>, BTreeMap<Month, Place>> = BTreeMap::new();
        for (currency, foreign) in &foreign {
            let placed = foreign
                .rows
                .iter()
                .map(|(month, row)| (*month, place(*row)));
            rows.insert(currency.clone(), placed.collect());
        }
        if let Some(message) = missing_rates(&unrated_rows(rates, &rows), &rates.file) {
            return Err(message);
        }
        let named = foreign.keys().map(|currency| rates.bounds(currency));
        let scale = named.map(|(scale, _)| scale).max().unwrap_or(0);
        self.decide();
        let mut drafts = Vec::new();
        let mut own: [BTreeMap<Box<str>, Cells>; 2] = Default::default();
        for (currency, foreign) in foreign {
            let (amounts, draft) = self.take_in(foreign.part);
            for (own, amounts) in own.iter_mut().zip(amounts) {
                own.insert(currency.clone(), amounts);
            }
            drafts.push((currency, draft));
        }
        let kept = self.grids_mut().map(|cells| cells.scale());
        let scales = own.iter().flat_map(|own| own.values().map(Cells::scale));
        let decimals = scales.chain(kept).max().unwrap_or(0);
        if decimals + scale > SCALE_MAX {
            return Err(too_fine(decimals, scale));
        }
        let mut converted = own.map(|own| Converted {
            rates: Arc::clone(rates),
            own,
            scale,
            rows: rows.clone(),
        });
        if self.convert(&mut converted, decimals, drafts).is_none() {
            self.overflow();
        }
        let mut books = self.finish(columns, currency, through)?;
        if rates.fx == Fx::Constant || rates.fx == Fx::Floating {
            let [of_customers, of_units] = converted;
            books.customers.converted = Some(of_customers);
            if let Some(products) = &mut books.products {
                products.converted = Some(of_units);
            }
        }
        Ok(books)
    }

    /// Adds the other currencies' amounts at each month's own rates; `None` where 128 bits do not hold a sum, be
    /// it at the rates of another month.
    fn convert(
        &mut self,
        converted: &mut [Converted; 2],
        decimals: u8,
        drafts: Vec<(Box<str>, Draft)>,
    ) -> Option<()> {
        let mut bounds = Vec::new();
        for (cells, converted) in self.grids_mut().into_iter().zip(converted.iter_mut()) {
            bounds.push(converted.widen(cells, decimals)?);
        }
        for (currency, draft) in drafts {
            let own = [0, 1].map(|grid: usize| converted[grid].own.get(&currency));
            let [Some(of_customers), Some(of_units)] = own else {
                continue;
            };
            let rate = |month| converted[0].rates.of(&currency, month);
            self.weigh(&draft, [of_customers, of_units], &rate)?;
            let grids = self.grids_mut().into_iter().zip(converted.iter());
            for ((cells, converted), bound) in grids.zip(&mut bounds) {
                converted.add_to(cells, &currency, bound)?;
            }
        }
        bounds.iter().all(Bound::holds).then_some(())
    }
}

/// Amounts and rates whose product has more decimals than are kept.
fn too_fine(decimals: u8, scale: u8) -> Message {
    let headline = "amounts at their rates have more decimals than exact arithmetic holds";
    Message::new(Code::AmountTooLarge, headline)
        .found(format!("{decimals} decimals of amounts, {scale} of rates"))
        .expected(format!("{SCALE_MAX} together at most"))
}

/// The months with rows that have no rate.
fn unrated_rows(
    rates: &Rates,
    rows: &BTreeMap<Box<str>, BTreeMap<Month, Place>>,
) -> BTreeSet<Unrated> {
    let months = rows.iter().flat_map(|(currency, months)| {
        let unrated = move |(month, row): (&Month, &Place)| {
            let needed = rates.month_of(*month);
            rates.of(currency, *month).is_none().then(|| Unrated {
                currency: currency.to_string(),
                month: needed,
                row: row.clone(),
            })
        };
        months.iter().filter_map(unrated)
    });
    months.collect()
}

impl Converted {
    /// Gives both grids the decimals that they need together, and what the sums in the currency that is kept can
    /// grow to.
    fn widen(&mut self, cells: &mut Cells, decimals: u8) -> Option<Bound> {
        cells.widen_to(decimals + self.scale).ok()?;
        for amounts in self.own.values_mut() {
            amounts.widen_to(decimals).ok()?;
        }
        Some(Bound(cells.magnitude().ok()))
    }

    /// Adds the amounts of a currency to those in the one that is kept, as [`Part::convert`] says.
    fn add_to(&self, cells: &mut Cells, currency: &str, bound: &mut Bound) -> Option<()> {
        let amounts = self.own.get(currency)?;
        let (_, most) = self.rates.bounds(currency);
        let most = most.units_at(self.scale)?.unsigned_abs();
        bound.add(amounts.magnitude().ok(), most);
        let added = cells.add_times(amounts, |month| self.rates.of(currency, month));
        added.ok()
    }

    /// What a customer's month is more at the rates of another month than at its own; `None` without a rate.
    fn difference(&self, customer: u32, month: Month, rates_of: Month) -> Option<i128> {
        let mut sum = 0;
        for (currency, amounts) in &self.own {
            if amounts.is_stated(customer, month) {
                let rate = |month| self.rates.of(currency, month)?.units_at(self.scale);
                sum += amounts.units(customer, month) * (rate(rates_of)? - rate(month)?);
            }
        }
        Some(sum)
    }

    /// A customer's amounts that were converted, at the rates of some month; 0 without a rate.
    fn sum(&self, customer: u32, month: Month, rates_of: Month) -> i128 {
        let sums = self.own.iter().map(|(currency, amounts)| {
            let rate = self.rates.of(currency, rates_of);
            let rate = rate.and_then(|rate| rate.units_at(self.scale)).unwrap_or(0);
            amounts.units(customer, month) * rate
        });
        sums.sum()
    }
}

impl Ledger {
    /// True if amounts depend on the months that they are compared with: some are in other currencies, and not all
    /// at the rates of one month.
    #[must_use]
    pub fn is_converted(&self) -> bool {
        self.converted.is_some()
    }

    /// A customer's amount in a month at the rates of another month, in smallest units; `None` where a rate that
    /// it needs is missing.
    ///
    /// # Source
    ///
    /// `docs/definitions.md#fx`.
    #[must_use]
    pub fn units_at(&self, customer: u32, month: Month, rates_of: Month) -> Option<i128> {
        let units = self.units(customer, month);
        match &self.converted {
            Some(converted) if month <= self.last => {
                Some(units + converted.difference(customer, month, rates_of)?)
            }
            _ => Some(units),
        }
    }

    /// The rates that are missing where the months from one to another are read at those of others, for the customers
    /// that count.
    #[must_use]
    pub fn unrated(
        &self,
        (first, last): (Month, Month),
        rates_of: impl Fn(Month) -> Month,
        counts: impl Fn(u32) -> bool,
    ) -> BTreeSet<Unrated> {
        let Some(converted) = &self.converted else {
            return BTreeSet::new();
        };
        let mut found = BTreeSet::new();
        for (currency, amounts) in &converted.own {
            let lacks = |month: &Month| converted.rates.of(currency, rates_of(*month)).is_none();
            for month in first.through(last).filter(lacks) {
                let mut customers = self.customers.iter();
                if customers.any(|one| amounts.is_stated(*one, month) && counts(*one)) {
                    let rows = converted.rows.get(currency);
                    found.insert(Unrated {
                        currency: currency.to_string(),
                        month: rates_of(month),
                        row: rows
                            .and_then(|rows| rows.get(&month))
                            .cloned()
                            .unwrap_or_default(),
                    });
                }
            }
        }
        found
    }

    /// What says that rates of the ledger's file are missing; nothing without any.
    #[must_use]
    pub fn missing_rates(&self, unrated: &BTreeSet<Unrated>) -> Option<Message> {
        missing_rates(unrated, &self.converted.as_ref()?.rates.file)
    }

    /// The rates that are missing for months with amounts that no row states: those that `grace` filled.
    #[must_use]
    pub fn unrated_months(&self) -> BTreeSet<Unrated> {
        let converted = self.converted.iter();
        converted
            .flat_map(|converted| unrated_rows(&converted.rates, &converted.rows))
            .collect()
    }

    /// Fills a customer's month with the amounts of an earlier one, each in its own currency, at the month's own
    /// rates; gives the sum, or nothing where all is in one currency.
    pub(super) fn carry_currencies(&mut self, bridged: &Bridged) -> Option<Cell> {
        let Bridged {
            customer,
            month,
            from,
            ..
        } = *bridged;
        let before = self.cells.units(customer, from);
        let converted = self.converted.as_mut()?;
        let kept = before - converted.sum(customer, from, from);
        for (currency, amounts) in &mut converted.own {
            let cell = amounts.cell(customer, from);
            amounts.put(customer, month, cell);
            let rows = converted.rows.entry(currency.clone()).or_default();
            if let (true, Some(row)) = (cell.is_stated, rows.get(&from).cloned()) {
                rows.entry(month).or_insert(row);
            }
        }
        Some(Cell {
            units: kept + converted.sum(customer, month, month),
            is_stated: true,
        })
    }

    /// The same of some customers alone, each group of them as one.
    pub(super) fn converted_of(&self, groups: &[Vec<u32>], months: &[Month]) -> Option<Converted> {
        let converted = self.converted.as_ref()?;
        let grouped = |amounts: &Cells| {
            let mut cells = Cells::with_scale(amounts.scale());
            for (group, number) in groups.iter().filter(|group| !group.is_empty()).zip(0..) {
                for month in months.iter().copied() {
                    if group.iter().any(|one| amounts.is_stated(*one, month)) {
                        let units = group.iter().map(|one| amounts.units(*one, month)).sum();
                        let is_stated = true;
                        cells.put(number, month, Cell { units, is_stated });
                    }
                }
            }
            cells
        };
        let own = converted.own.iter();
        let own = own.map(|(currency, amounts)| (currency.clone(), grouped(amounts)));
        Some(Converted {
            rates: Arc::clone(&converted.rates),
            own: own.collect(),
            scale: converted.scale,
            rows: converted.rows.clone(),
        })
    }
}
