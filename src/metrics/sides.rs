//! What the comparisons of one input share.

use std::cell::OnceCell;

use super::anchors::{Anchors, anchor, anchors};
use super::columns::{Columns, Past, Totals};
use super::detail::Units;
use super::method::YEAR;
use super::periods::Asked;
use crate::ledger::{Books, Ledger};
use crate::policies::{Level, Method, Netting, Policies};

/// The ledger of comparisons, and what moves inside its customers, where the input says so.
pub(super) struct Sides<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) units: Option<Units<'a>>,
    pub(super) columns: Columns<'a>,
    past: OnceCell<Past>,
    /// The comparisons that were worked out in advance, all in one pass.
    pub(super) totals: Totals,
    segments_are_products: bool,
}

impl<'a> Sides<'a> {
    pub(super) fn of(books: &'a Books) -> Sides<'a> {
        Sides {
            ledger: &books.customers,
            units: Units::of(books),
            columns: Columns::of(&books.customers),
            past: OnceCell::new(),
            totals: Totals::default(),
            segments_are_products: books.segments_are_products,
        }
    }

    /// Works out the comparisons of a calculation in one pass, where that can be.
    pub(super) fn look_ahead(&mut self, asked: &Asked, policies: &Policies) {
        if !self.are_plain(policies) {
            return;
        }
        let all = comparisons(self.ledger, asked, policies);
        self.totals = Totals::of(&self.columns, self.units.as_ref(), all, policies);
    }

    /// True where everybody's movements by columns, and their products', are all there is to a comparison.
    fn are_plain(&self, policies: &Policies) -> bool {
        let is_detailed = policies.netting == Netting::Product
            || self.segments_are_products
            || self.ledger.has_quantities();
        let is_plain = |units: &Units<'_>| !is_detailed && !units.ledger.has_quantities();
        // What moves inside the customers of a segment is looked at customer by customer.
        let is_whole = match &self.units {
            Some(units) => self.ledger.attributes().is_empty() && is_plain(units),
            None => !is_detailed,
        };
        is_whole && policies.level == Level::Customer && !self.ledger.is_converted()
    }

    /// When customers had revenue.
    pub(super) fn past(&self) -> &Past {
        self.past.get_or_init(|| Past::of(&self.columns))
    }
}

/// The comparisons that a calculation makes between two ends, as far as they can be read.
fn comparisons(ledger: &Ledger, asked: &Asked, policies: &Policies) -> Vec<Anchors> {
    let mut all: Vec<Anchors> = Vec::new();
    if policies.method != Method::PointToPoint {
        return all;
    }
    for period in &asked.periods {
        let lookback = policies.lookback_months(*period);
        let ends = |lookback| anchors(ledger, *period, lookback, policies).ok();
        let own = ends(lookback);
        let is_partial = own.is_some_and(|own| own.partial);
        let annual = own.filter(|_| lookback != YEAR && !is_partial);
        all.extend(own);
        all.extend(annual.and_then(|_| ends(YEAR)));
        if own.is_none() && asked.is_range {
            let end = anchor(ledger, *period, policies).ok();
            all.extend(end.map(|(end, partial)| Anchors::still(end, partial)));
        }
    }
    all
}
