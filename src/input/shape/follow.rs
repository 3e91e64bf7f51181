//! The rows of customers that were asked for, with what became of them.

use super::super::columns::Role;
use super::super::date::{CommonDates, read_when};
use super::super::trace::{Fate, Wanted};
use super::Shape;
use super::plan::Found;
use super::raw_row::RawRow;
use super::reader::trimmed;
use crate::ledger::{Became, Cited};
use crate::units::Month;

impl RawRow<'_> {
    /// True if the row is of somebody who is followed, in a month that is, as far as the row by itself says. The month
    /// is asked first: it takes no look into memory.
    pub(super) fn is_followed(&self, wanted: &Wanted, dates: &mut CommonDates) -> bool {
        let is_in = self.month(dates).is_none_or(|month| wanted.reads(month));
        is_in && wanted.has(self.customer(&mut String::new()))
    }

    /// Keeps what became of the row at hand.
    pub(super) fn follow(
        &self,
        found: &mut Found,
        wanted: Option<&Wanted>,
        dates: &mut CommonDates,
    ) {
        let Some(wanted) = wanted else {
            return;
        };
        for (column, fate) in std::mem::take(&mut found.fates) {
            match fate {
                Fate::Known(Became::Dropped { month: None, why }) => {
                    let month = self.month(dates);
                    self.drop_cells(found, wanted, (column, month, &why));
                }
                fate if fate.month().is_none_or(|month| wanted.reads(month)) => {
                    found.traced.push((self.cited(column), fate));
                }
                _ => {}
            }
        }
    }

    /// Keeps why an amount, or the amounts of a whole wide row, add to nothing, with the month that each is of.
    fn drop_cells(
        &self,
        found: &mut Found,
        wanted: &Wanted,
        (column, named, why): (usize, Option<Month>, &str),
    ) {
        let mut drop = |column: usize, month: Option<Month>| {
            let why = why.to_owned();
            let fate = Fate::Known(Became::Dropped { month, why });
            found.traced.push((self.cited(column), fate));
        };
        let periods = self.plan.periods;
        let is_whole = !periods.iter().any(|label| label.index == column);
        if periods.is_empty() {
            return drop(column, named);
        }
        for label in periods
            .iter()
            .filter(|label| is_whole || label.index == column)
        {
            if wanted.reads(label.last) && !self.text_at(label.index).is_empty() {
                drop(label.index, Some(label.last));
            }
        }
    }

    fn cited(&self, column: usize) -> Cited {
        Cited {
            place: self.row_place(),
            line: self.record.cell_line(self.bytes, column),
            column,
            raw: self.text_at(column).into(),
            customer: self.customer(&mut String::new()).into(),
            product: self.text(Role::Product).into(),
        }
    }

    /// The customer of the row: its own cell, or that of the group it stands in.
    fn customer<'t>(&'t self, scratch: &'t mut String) -> &'t str {
        let line = self.record.line();
        let group = self
            .plan
            .furniture
            .and_then(|furniture| furniture.customer_at(line));
        group.unwrap_or_else(|| {
            let column = self.column(Role::Customer);
            trimmed(self.record.cell(self.bytes, column, scratch))
        })
    }

    /// The month that the date of a long row names.
    fn month(&self, dates: &mut CommonDates) -> Option<Month> {
        if self.plan.columns.shape != Shape::Long {
            return None;
        }
        let column = self.column(Role::Date);
        let common = self.record.bytes(self.bytes, column);
        if let Some(when) = common.and_then(|cell| dates.read(cell)) {
            return Some(when.month);
        }
        let mut scratch = String::new();
        let date = trimmed(self.record.cell(self.bytes, column, &mut scratch));
        let (_, when) = read_when(date, self.plan.order.0, self.plan.fiscal_year);
        when.ok().flatten().map(|when| when.month)
    }
}
