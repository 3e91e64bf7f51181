//! What a thread knows before it reads rows, and what it found in them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::columns::{Columns, Role};
use super::super::date::{DateEvidence, DateOrder};
use super::super::dialect::Dialect;
use super::super::filter::Filter;
use super::super::furniture::Furniture;
use super::super::labels::Label;
use super::super::log::ErrorLog;
use super::super::number::{Mark, MarkEvidence};
use super::super::pattern::Pattern;
use super::super::repeats::Repeats;
use super::super::sizes::Sizes;
use super::super::tally::Tally;
use super::super::trace::{Fate, Wanted};
use super::fast::Detour;
use super::kept::Kept;
use super::row_totals::RowTotals;
use super::rules::Rules;
use crate::ledger::{Became, Cited, Layout, Part, Rates, RowPlace};
use crate::policies::{Duplicates, EmptyAmount};
use crate::units::{FiscalYear, Month};

/// How many different values of a filter's column are remembered for messages.
const VALUES_KEPT: usize = 50;

/// Everything a thread needs to know to read rows of one file.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// Where everything stands.
    pub columns: &'a Columns,
    /// How records are written.
    pub dialect: &'a Dialect,
    /// The filters, in the order of `columns.filters`.
    pub filters: &'a [Filter],
    /// The file's number and name.
    pub file: (usize, &'a str),
    /// The decimal mark to read by, and whether it was set rather than guessed.
    pub mark: (Mark, bool),
    /// The date order to read by, and whether it was set rather than guessed.
    pub order: (DateOrder, bool),
    /// How fiscal labels are read.
    pub fiscal_year: FiscalYear,
    /// What a row without an amount means.
    pub empty_amount: EmptyAmount,
    /// What several rows of one key mean.
    pub duplicates: Duplicates,
    /// The last month that counts.
    pub through: Option<Month>,
    /// The one currency kept.
    pub currency: Option<&'a str>,
    /// The rates that others are converted at; without them they are left out.
    pub rates: Option<&'a Rates>,
    /// The currency that the amount's header names.
    pub header_currency: Option<&'static str>,
    /// True if amounts are in minor units.
    pub is_minor: bool,
    /// Rows one of whose cells matches are left out.
    pub drop_row: Option<&'a Pattern>,
    /// True if there are other files to compare amounts with.
    pub has_others: bool,
    /// True if a person said what amounts count.
    pub is_minor_sure: bool,
    /// What every amount is multiplied by.
    pub factor: i128,
    /// What rows mean beyond their cells.
    pub rules: &'a Rules,
    /// The lines that are no rows, and the customers of groups.
    pub furniture: Option<&'a Furniture>,
    /// The columns of periods, of the wide shape.
    pub periods: &'a [Label],
    /// The columns that are named as sums of these.
    pub totals: &'a [usize],
    /// Which flag or line gave a setting, by its name.
    pub origins: &'a BTreeMap<&'static str, String>,
    /// The customers and months whose rows are followed; all others are passed by.
    pub wanted: Option<&'a Wanted>,
}

impl Plan<'_> {
    /// Who set a setting: a flag, or a line of a settings file.
    #[must_use]
    pub fn set_by(&self, name: &str) -> String {
        let origin = self.origins.get(name).cloned();
        origin.unwrap_or_else(|| format!("`--{name}`"))
    }
}

/// What a thread found in the rows it read.
#[derive(Debug)]
pub struct Found {
    /// The rows, added up.
    pub part: Part,
    /// What the amounts show about the decimal mark.
    pub marks: MarkEvidence,
    /// What the dates show about their order.
    pub dates: DateEvidence,
    /// Rows equal in every column.
    pub repeats: Repeats,
    /// Rows by currency, of those that count.
    pub tally: Tally,
    /// Rows in other currencies than the one kept.
    pub other_currencies: Tally,
    /// Rows in currencies that are converted to the one kept.
    pub converted: Tally,
    /// Values seen in the columns of the filters, the first ones in byte order.
    pub values: Vec<BTreeSet<String>>,
    /// Rows that are kept until all were read.
    pub kept: Vec<Kept>,
    /// Rows that rules or their status leave out, by reason.
    pub left_out: Tally,
    /// Rows whose status is empty.
    pub without_status: Tally,
    /// Rows whose quantity is no number, where the amount does not need it.
    pub without_quantity: Tally,
    /// True if some row has a status.
    pub has_status: bool,
    /// How large amounts are, where several files are compared.
    pub sizes: Sizes,
    /// Ends that stand for none, such as `9999-12-31`.
    pub open_ends: Tally,
    /// Rows with statuses that have to be asked about.
    pub statuses: Tally,
    /// Rows with kinds of movement that have to be asked about.
    pub movements: Tally,
    /// What the columns of totals state beside the sums of their rows.
    pub totals: RowTotals,
    /// For each order of dates, the first row that would end before it starts under it.
    pub reversed: [Option<(u64, String)>; 2],
    /// Rows that name neither a customer and period nor an amount.
    pub skipped: u64,
    /// How many rows there are.
    pub rows: u64,
    /// How many of them were read the short way.
    pub short: u64,
    /// Why no row was, if none could be.
    pub detour: Option<Detour>,
    /// How many rows with a date lie inside the horizon.
    pub in_horizon: u64,
    /// How many of them pass the filters.
    pub passed: u64,
    /// What could not be read.
    pub errors: ErrorLog,
    /// What became of the row at hand, where rows are followed, with the column of its amount.
    pub fates: Vec<(usize, Fate)>,
    /// What became of the rows that are followed.
    pub traced: Vec<(Cited, Fate)>,
}

impl Found {
    /// Nothing read yet.
    #[must_use]
    pub fn new(plan: &Plan<'_>) -> Found {
        Found {
            part: Part::new(plan.duplicates, layout(plan.columns)),
            marks: MarkEvidence::default(),
            dates: DateEvidence::default(),
            repeats: Repeats::default(),
            tally: Tally::default(),
            other_currencies: Tally::default(),
            converted: Tally::default(),
            values: vec![BTreeSet::new(); plan.filters.len()],
            kept: Vec::new(),
            left_out: Tally::default(),
            without_status: Tally::default(),
            without_quantity: Tally::default(),
            has_status: false,
            sizes: Sizes::default(),
            open_ends: Tally::default(),
            statuses: Tally::default(),
            movements: Tally::default(),
            totals: RowTotals::default(),
            reversed: [None, None],
            skipped: 0,
            rows: 0,
            short: 0,
            detour: None,
            in_horizon: 0,
            passed: 0,
            errors: ErrorLog::default(),
            fates: Vec::new(),
            traced: Vec::new(),
        }
    }

    /// Notes what became of the row at hand, where rows are followed.
    pub(super) fn became(
        &mut self,
        plan: &Plan<'_>,
        column: usize,
        became: impl FnOnce() -> Became,
    ) {
        if plan.wanted.is_some() {
            self.fates.push((column, Fate::Known(became())));
        }
    }

    /// Leaves the row at hand out.
    pub(super) fn leave_out(&mut self, plan: &Plan<'_>, reason: &str, place: RowPlace) {
        self.left_out.add(reason, place);
        self.drop_row(plan, || reason.to_owned());
    }

    /// Notes that the row at hand adds to nothing, where rows are followed.
    pub(super) fn drop_row(&mut self, plan: &Plan<'_>, why: impl FnOnce() -> String) {
        let column = plan.columns.of(Role::Amount).unwrap_or_default();
        self.became(plan, column, || Became::Dropped {
            month: None,
            why: why(),
        });
    }

    /// Takes in what another thread found.
    pub fn merge(&mut self, other: Found) {
        self.part.merge(other.part);
        self.marks.merge(other.marks);
        self.dates.merge(other.dates);
        self.repeats.merge(other.repeats);
        self.tally.merge(other.tally);
        self.other_currencies.merge(other.other_currencies);
        self.converted.merge(other.converted);
        for (mine, theirs) in self.values.iter_mut().zip(other.values) {
            mine.extend(theirs);
            keep_first(mine);
        }
        self.kept.extend(other.kept);
        self.left_out.merge(other.left_out);
        self.without_status.merge(other.without_status);
        self.without_quantity.merge(other.without_quantity);
        self.has_status |= other.has_status;
        self.sizes.merge(other.sizes);
        self.open_ends.merge(other.open_ends);
        self.statuses.merge(other.statuses);
        self.movements.merge(other.movements);
        self.totals.merge(other.totals);
        for (mine, theirs) in self.reversed.iter_mut().zip(other.reversed) {
            *mine = [mine.take(), theirs].into_iter().flatten().min();
        }
        self.skipped += other.skipped;
        self.rows += other.rows;
        self.short += other.short;
        self.detour = self.detour.or(other.detour);
        self.in_horizon += other.in_horizon;
        self.passed += other.passed;
        self.errors.merge(other.errors);
        self.traced.extend(other.traced);
    }
}

/// What the columns say of more than customers and amounts.
pub(in crate::input) fn layout(columns: &Columns) -> Layout {
    Layout {
        attributes: columns.by.len(),
        parents: columns.of(Role::Parent).iter().len(),
        by_product: columns.of(Role::Product).is_some(),
        segments_are_products: columns.counts_products(),
        by_quantity: columns.of(Role::Quantity).is_some(),
    }
}

/// Keeps the first values in byte order.
pub(super) fn keep_first(values: &mut BTreeSet<String>) {
    while values.len() > VALUES_KEPT {
        values.pop_last();
    }
}
