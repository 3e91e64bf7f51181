//! The two ends of a comparison and the months that each of them reads.

use std::collections::BTreeSet;

use crate::ledger::{Ledger, Unrated};
use crate::policies::{Basis, Fx, MissingMonths, Negatives, Partial, Policies};
use crate::units::{Month, Period};

/// One end of a comparison: its period, and the months of it that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The period as asked for.
    pub period: Period,
    /// The first month read.
    pub first: Month,
    /// The last month read.
    pub last: Month,
}

impl Anchor {
    /// How many months of the period count: those read, or the one month that a stock amount is for.
    #[must_use]
    pub fn months(self) -> i128 {
        i128::from(self.first.until(self.last)) + 1
    }

    /// What a customer's months that are read add up to, in smallest units.
    #[must_use]
    pub fn units(self, ledger: &Ledger, customer: u32) -> i128 {
        let months = self.first.through(self.last);
        months.map(|month| ledger.units(customer, month)).sum()
    }

    /// The same with what is in other currencies at the rates of other months; nothing for a month without a rate.
    pub(super) fn units_at(
        self,
        ledger: &Ledger,
        customer: u32,
        rates_of: &impl Fn(Month) -> Month,
    ) -> i128 {
        if !ledger.is_converted() {
            return self.units(ledger, customer);
        }
        let months = self.first.through(self.last);
        let at = |month| ledger.units_at(customer, month, rates_of(month));
        months.map(|month| at(month).unwrap_or_default()).sum()
    }
}

/// Both ends, and whether one was cut short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// The earlier end.
    pub opening: Anchor,
    /// The later end.
    pub closing: Anchor,
    /// True if an end reaches past the data and only the months there are were read.
    pub partial: bool,
    /// The month at whose rates other currencies are compared, where it is not the opening's own.
    pub rates_of: Option<Month>,
}

impl Anchors {
    /// An end against itself.
    pub(super) const fn still(end: Anchor, partial: bool) -> Anchors {
        Anchors {
            opening: end,
            closing: end,
            partial,
            rates_of: None,
        }
    }
}

/// Why an end cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Months before the horizon would be read.
    BeforeData(Period),
    /// Months after the horizon would be read.
    AfterData(Period),
    /// Months without any row would be read.
    Missing(Vec<Month>),
    /// Amounts of the closing have no rate in the opening's months.
    Unrated(BTreeSet<Unrated>),
    /// The period is no whole number of the ledger's own periods.
    FinerThanData(Period),
    /// Each end reads several months, and the method goes from month to month.
    NotOneMonth(Period),
}

/// Finds the two ends of a period's comparison.
///
/// # Shape
///
/// The closing is `period`; the opening has the same length and ends `lookback` months earlier.
///
/// # Errors
///
/// [`Unreadable`] for an end that cannot be read: a closing after the data, then the opening, then the
/// closing; months without rows of both ends at once; rates that are missing.
///
/// # Source
///
/// `docs/definitions.md#anchors`.
pub fn anchors(
    ledger: &Ledger,
    period: Period,
    lookback: u32,
    policies: &Policies,
) -> Result<Anchors, Unreadable> {
    anchors_at(ledger, (period, lookback), None, policies)
}

/// The two ends of a step on the way from one opening to a closing, both at the rates of that opening's month.
pub(super) fn anchors_at(
    ledger: &Ledger,
    (period, lookback): (Period, u32),
    rates_of: Option<Month>,
    policies: &Policies,
) -> Result<Anchors, Unreadable> {
    if !is_whole(ledger, period) {
        return Err(Unreadable::FinerThanData(period));
    }
    let opening = anchor(ledger, period.earlier(lookback), policies);
    let closing = anchor(ledger, period, policies);
    let ((opening, opening_cut), (closing, closing_cut)) = match (opening, closing) {
        (Ok(opening), Ok(closing)) => (opening, closing),
        (_, Err(Unreadable::AfterData(period))) => return Err(Unreadable::AfterData(period)),
        (Err(Unreadable::Missing(mut months)), Err(Unreadable::Missing(more))) => {
            months.extend(more);
            return Err(Unreadable::Missing(months));
        }
        (Err(unreadable), _) | (_, Err(unreadable)) => return Err(unreadable),
    };
    // Cut to the same months, both ends would say that nothing ever changes.
    if (opening.first, opening.last) == (closing.first, closing.last) {
        return Err(Unreadable::AfterData(period));
    }
    let ends = Anchors {
        opening,
        closing,
        partial: opening_cut || closing_cut,
        rates_of,
    };
    let unrated = unrated(ledger, &ends, policies);
    if unrated.is_empty() {
        Ok(ends)
    } else {
        Err(Unreadable::Unrated(unrated))
    }
}

impl Anchors {
    /// The month whose rates a month of the opening is read at.
    pub(super) fn opening_rates_of(&self, month: Month) -> Month {
        self.rates_of.unwrap_or(month)
    }

    /// The month whose rates a month of the closing is compared at: as far back as the opening lies, and where one
    /// month stands for each end, the opening's.
    pub(super) fn closing_rates_of(&self, month: Month) -> Month {
        let is_one = |anchor: Anchor| anchor.first == anchor.last;
        let back = self.opening.period.last().until(self.closing.period.last());
        let own = if is_one(self.opening) && is_one(self.closing) {
            self.opening.last
        } else {
            month.back(back.unsigned_abs())
        };
        self.rates_of.unwrap_or(own)
    }
}

/// The rates that are missing to read both ends at those of the opening: for everybody's amounts, or under
/// `fx floating` for those of who pays at the opening.
pub(super) fn unrated(ledger: &Ledger, ends: &Anchors, policies: &Policies) -> BTreeSet<Unrated> {
    let (opening, closing) = (ends.opening, ends.closing);
    let reads_all = policies.fx != Fx::Floating || policies.negatives == Negatives::Clip;
    let pays = |customer: u32| {
        let months = opening.first.through(opening.last);
        let units = months.map(|month| ledger.units(customer, month));
        units.sum::<i128>() > 0
    };
    let counts = |customer: u32| reads_all || pays(customer);
    let rates_of = |month: Month| ends.closing_rates_of(month);
    let mut found = ledger.unrated((closing.first, closing.last), rates_of, counts);
    let rates_of = |month: Month| ends.opening_rates_of(month);
    found.extend(ledger.unrated((opening.first, opening.last), rates_of, counts));
    found
}

/// True if a period is a whole number of the ledger's own.
fn is_whole(ledger: &Ledger, period: Period) -> bool {
    ledger.is_label_end(period.last()) && period.months().is_multiple_of(ledger.grain().months())
}

/// One end, and whether it was cut short.
///
/// # Errors
///
/// [`Unreadable`] if the months it reads are not all there.
pub fn anchor(
    ledger: &Ledger,
    period: Period,
    policies: &Policies,
) -> Result<(Anchor, bool), Unreadable> {
    if !is_whole(ledger, period) {
        return Err(Unreadable::FinerThanData(period));
    }
    let is_cut = period.last() > ledger.last();
    if is_cut && (policies.partial == Partial::Refuse || period.first() > ledger.last()) {
        return Err(Unreadable::AfterData(period));
    }
    let last = period.last().min(ledger.last());
    let first = if policies.basis == Basis::Stock {
        last
    } else {
        period.first()
    };
    if first < ledger.first() {
        return Err(Unreadable::BeforeData(period));
    }
    let missing = |month: &Month| ledger.is_label_end(*month) && !ledger.has_rows(*month);
    let missing: Vec<Month> = first.through(last).filter(missing).collect();
    if !missing.is_empty() && policies.missing_months == MissingMonths::Refuse {
        return Err(Unreadable::Missing(missing));
    }
    Ok((
        Anchor {
            period,
            first,
            last,
        },
        is_cut,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::Origin;
    use crate::units::FiscalYear;

    fn ledger() -> Ledger {
        Ledger::from_table(
            "       2023-12 2024-01 2024-03 2024-04
             acme        10       .      12       1",
        )
        .unwrap()
    }

    fn read(label: &str, settings: &[(&str, &str)]) -> Result<(String, String), Unreadable> {
        let mut policies = Policies::default();
        for (name, value) in settings {
            policies.set(name, value, Origin::Flag).unwrap();
        }
        let period = Period::parse(label, FiscalYear::CALENDAR).unwrap();
        let lookback = policies.lookback_months(period);
        let anchors = anchors(&ledger(), period, lookback, &policies)?;
        let months = |anchor: Anchor| format!("{}..{}", anchor.first, anchor.last);
        Ok((months(anchors.opening), months(anchors.closing)))
    }

    fn pair(opening: &str, closing: &str) -> (String, String) {
        (opening.into(), closing.into())
    }

    #[test]
    fn stock_reads_last_months_whatever_stands_between() {
        assert_eq!(
            read("2024-Q1", &[("basis", "stock")]),
            Ok(pair("2023-12..2023-12", "2024-03..2024-03"))
        );
    }

    #[test]
    fn flow_reads_every_month_and_misses_those_before_the_data() {
        assert!(matches!(
            read("2024-Q1", &[]),
            Err(Unreadable::BeforeData(_))
        ));
        assert_eq!(
            read("2024-01", &[]),
            Ok(pair("2023-12..2023-12", "2024-01..2024-01"))
        );
    }

    #[test]
    fn a_month_without_rows_is_missing_unless_declared_zero() {
        let february = Month::parse("2024-02").unwrap();
        assert_eq!(
            read("2024-02", &[]),
            Err(Unreadable::Missing(vec![february]))
        );
        assert_eq!(
            read("2024-02", &[("missing-months", "zero")]),
            Ok(pair("2024-01..2024-01", "2024-02..2024-02"))
        );
    }

    #[test]
    fn a_period_past_the_data_is_cut_when_allowed() {
        let stock = ("basis", "stock");
        assert!(matches!(
            read("2024-Q2", &[stock]),
            Err(Unreadable::AfterData(_))
        ));
        let allowed = [stock, ("partial", "allow")];
        assert_eq!(
            read("2024-Q2", &allowed),
            Ok(pair("2024-03..2024-03", "2024-04..2024-04"))
        );
        assert!(matches!(
            read("2024-Q3", &allowed),
            Err(Unreadable::AfterData(_))
        ));
    }
}
