//! What kept rows become, noted for those that are followed.

use super::super::kept::Kept;
use super::super::spans::{Cover, Terms};
use super::super::steps;
use super::Ask;
use crate::ledger::{Added, Became, How, Over, RowPlace};
use crate::policies::Spread;
use crate::units::{Amount, Month};

impl Ask<'_> {
    /// Notes what a row adds to a month, where rows are followed.
    pub(super) fn added(&self, row: &Kept, added: Added) {
        let Some(log) = self.log else {
            return;
        };
        log.add(row, added.month, || {
            if row.passes {
                return Became::Added(added);
            }
            Became::Dropped {
                month: Some(added.month),
                why: "it does not pass `where`".to_owned(),
            }
        });
    }

    /// Notes that another row counts in a month.
    pub(super) fn replaced(&self, row: &Kept, month: Month, by: RowPlace) {
        let Some(log) = self.log else {
            return;
        };
        log.add(row, month, || {
            let place = (self.place)(by);
            let line = place.line.unwrap_or_default();
            Became::Dropped {
                month: Some(month),
                why: format!("`overlap latest` keeps {}:{line}", place.file),
            }
        });
    }
}

/// What a row adds to a month that it covers.
pub(super) fn laid(cover: &Cover<'_>, terms: Terms, (month, amount): (Month, Amount)) -> Added {
    let kept = Added::kept(month, amount, cover.kept.currency.clone());
    if amount == cover.kept.amount {
        return kept;
    }
    let after = cover.span.after(terms.end);
    let whole = || Some((cover.span.months(terms.end)?, 1));
    let by_days = terms.spread == Spread::Daily && cover.span.per.is_none();
    Added {
        how: How::Spread,
        over: Some(Over {
            first: cover.first,
            last: after.map(|after| after.before().month()),
            months: cover.span.per.or_else(whole).filter(|_| !by_days),
        }),
        ..kept
    }
}

/// Notes in which months changes, and what stood before them, are part of a balance, where rows are followed.
pub(super) fn note_steps(
    rows: &[Kept],
    openings: &[(&Kept, Amount)],
    (first, last): (Month, Month),
    ask: &Ask<'_>,
) {
    let Some(log) = ask.log else {
        return;
    };
    for month in log
        .wanted
        .months()
        .filter(|month| (first..=last).contains(month))
    {
        let part = |row: &Kept, amount: Amount, how: How| {
            let kept = Added::kept(month, amount, row.currency.clone());
            ask.added(row, Added { how, ..kept });
        };
        for (row, amount) in openings.iter().filter(|(_, amount)| !amount.is_zero()) {
            part(row, *amount, How::Balance);
        }
        for (row, _) in steps::steps(rows).filter(|(_, step)| step.day.month() <= month) {
            part(row, row.amount, How::Movement);
        }
    }
}
