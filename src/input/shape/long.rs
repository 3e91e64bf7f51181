//! The long shape: a row is a customer, a period or date, and an amount.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::super::columns::{Columns, Role};
use super::super::date::{DateEvidence, DateFault, DateOrder, When, read_when};
use super::super::dialect::Dialect;
use super::super::filter::{Filter, passes};
use super::super::log::ErrorLog;
use super::super::number::{AmountFault, Mark, MarkEvidence, Reading, is_meant_by, read_amount};
use super::super::repeats::Repeats;
use super::super::scan::{Chunk, Record, Records};
use super::super::tally::Tally;
use super::raw_row::RawRow;
use crate::ledger::{Entry, Part, RowPlace, UNIT_SEPARATOR};
use crate::policies::{Duplicates, EmptyAmount};
use crate::text::unguarded;
use crate::units::{Amount, FiscalYear, MAJOR_UNITS_MAX, Month, SCALE_MAX};

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
    /// The currency that the amount's header names.
    pub header_currency: Option<&'static str>,
    /// True if amounts are in minor units.
    pub is_minor: bool,
    /// What every amount is multiplied by.
    pub factor: i128,
    /// Which flag or line gave a setting, by its name.
    pub origins: &'a BTreeMap<&'static str, String>,
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
    /// The same by customer and product, where `--by` names the product column.
    pub products: Option<Part>,
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
    /// Values seen in the columns of the filters, the first ones in byte order.
    pub values: Vec<BTreeSet<String>>,
    /// How many rows there are.
    pub rows: u64,
    /// How many rows with a date lie inside the horizon.
    pub in_horizon: u64,
    /// How many of them pass the filters.
    pub passed: u64,
    /// What could not be read.
    pub errors: ErrorLog,
}

impl Found {
    /// Nothing read yet.
    #[must_use]
    pub fn new(plan: &Plan<'_>) -> Found {
        let (by_product, attributes) = (plan.columns.counts_products(), plan.columns.by.len());
        Found {
            part: Part::new(plan.duplicates, if by_product { 0 } else { attributes }),
            products: by_product.then(|| Part::new(plan.duplicates, attributes)),
            marks: MarkEvidence::default(),
            dates: DateEvidence::default(),
            repeats: Repeats::default(),
            tally: Tally::default(),
            other_currencies: Tally::default(),
            values: vec![BTreeSet::new(); plan.filters.len()],
            rows: 0,
            in_horizon: 0,
            passed: 0,
            errors: ErrorLog::default(),
        }
    }

    /// Takes in what another thread found.
    pub fn merge(&mut self, other: Found) {
        self.part.merge(other.part);
        if let (Some(mine), Some(theirs)) = (&mut self.products, other.products) {
            mine.merge(theirs);
        }
        self.marks.merge(other.marks);
        self.dates.merge(other.dates);
        self.repeats.merge(other.repeats);
        self.tally.merge(other.tally);
        self.other_currencies.merge(other.other_currencies);
        for (mine, theirs) in self.values.iter_mut().zip(other.values) {
            mine.extend(theirs);
            keep_first(mine);
        }
        self.rows += other.rows;
        self.in_horizon += other.in_horizon;
        self.passed += other.passed;
        self.errors.merge(other.errors);
    }
}

/// Reads rows into what was found; one a thread.
pub struct RowReader<'a> {
    plan: &'a Plan<'a>,
    /// What was found so far.
    pub found: Found,
    record: Record,
    scratch: Scratch,
}

/// Room for cells whose quotes are doubled.
#[derive(Default)]
struct Scratch {
    roles: [String; 5],
    by: Vec<String>,
    filters: Vec<String>,
}

/// The cells of one row that matter, blanks around them left out.
struct Row<'r> {
    roles: [&'r str; 5],
    by: Vec<&'r str>,
    filters: Vec<&'r str>,
}

impl<'r> Row<'r> {
    fn cell(&self, role: Role) -> &'r str {
        self.roles[role as usize]
    }
}

impl<'a> RowReader<'a> {
    /// A reader that found nothing yet.
    #[must_use]
    pub fn new(plan: &'a Plan<'a>) -> RowReader<'a> {
        let scratch = Scratch {
            roles: Default::default(),
            by: vec![String::new(); plan.columns.by.len()],
            filters: vec![String::new(); plan.columns.filters.len()],
        };
        RowReader {
            plan,
            found: Found::new(plan),
            record: Record::new(),
            scratch,
        }
    }

    /// Reads every row of a chunk. False if a record cannot be told from the next: what follows is lost.
    pub fn read_chunk(&mut self, chunk: &Chunk) -> bool {
        let mut records = Records::new(&chunk.bytes, self.plan.dialect, chunk.first_line);
        loop {
            match records.next(&mut self.record) {
                Ok(true) => self.read_row(&chunk.bytes),
                Ok(false) => return true,
                Err(fault) => {
                    let mut message = fault.message(self.plan.file.1);
                    if let Some(place) = &mut message.place {
                        place.file_number = self.plan.file.0;
                    }
                    self.found.errors.add_last(message);
                    return false;
                }
            }
        }
    }

    fn read_row(&mut self, bytes: &[u8]) {
        let RowReader {
            plan,
            found,
            record,
            scratch,
        } = self;
        let raw = RawRow {
            plan,
            record,
            bytes,
        };
        found.rows += 1;
        let place = RowPlace {
            file: plan.file.0,
            line: record.line(),
        };
        if let Some(column) = first_extra_cell(record, bytes, plan.columns.header.len()) {
            return found.errors.add(raw.extra_cells(column));
        }
        let row = cells(record, bytes, plan, scratch);
        if let Some(message) = read_cells(plan, found, &row, &raw, place) {
            found
                .errors
                .add(if is_header(record, bytes, &plan.columns.header) {
                    raw.repeated_header()
                } else {
                    message
                });
        }
    }
}

/// Reads the cells of a row into what was found, or says what is wrong with it.
fn read_cells(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
) -> Option<crate::error::Message> {
    let (customer, date) = (row.cell(Role::Customer), row.cell(Role::Date));
    let reading = match read_amount_cell(plan, found, row.cell(Role::Amount), place.line) {
        Ok(reading) => reading,
        Err(fault) => {
            // Under the other mark the row may be sound, and then its date is evidence.
            let _ = read_date_cell(plan, found, date, place.line);
            return raw.amount(row.cell(Role::Amount), fault);
        }
    };
    let is_nothing = reading.is_none_or(|reading| reading.amount.is_zero());
    if is_nothing && (customer.is_empty() || date.is_empty()) {
        return None;
    }
    let Some(reading) = reading.or_else(|| zero(plan)) else {
        return Some(raw.empty_amount());
    };
    if customer.is_empty() {
        return Some(raw.empty_customer());
    }
    if is_damaged_id(customer) {
        return Some(raw.damaged_id(customer));
    }
    let when = match read_date_cell(plan, found, date, place.line) {
        Ok(Some(when)) => when,
        Ok(None) => return Some(raw.empty_date()),
        Err(fault) => return raw.date(date, fault),
    };
    if plan.through.is_some_and(|through| when.month > through) {
        return None;
    }
    found.in_horizon += 1;
    for part in found.products.iter_mut().chain([&mut found.part]) {
        part.cover(when.month, when.grain, place);
    }
    if !passes_filters(plan, found, row) {
        found.part.leave_out(customer);
        return None;
    }
    add_row(plan, found, row, raw, place, (when, reading))
}

/// Adds a row that passes the filters to the ledger, or says what is wrong with its amount.
fn add_row(
    plan: &Plan<'_>,
    found: &mut Found,
    row: &Row<'_>,
    raw: &RawRow<'_>,
    place: RowPlace,
    (when, reading): (When, Reading),
) -> Option<crate::error::Message> {
    let customer = row.cell(Role::Customer);
    found.passed += 1;
    match currency(plan, row.cell(Role::Currency), &reading) {
        Currency::Conflict(sign) => return Some(raw.currency_conflict(sign)),
        Currency::Other(code) => {
            found.other_currencies.add(&code, place);
            return None;
        }
        Currency::Kept(_) if reading.amount.is_zero() && row.cell(Role::Currency).is_empty() => {}
        Currency::Kept(code) => found.tally.add(&code, place),
    }
    let Some(amount) = in_major_units(plan, reading.amount, row.cell(Role::Currency)) else {
        return Some(raw.too_many_decimals(row.cell(Role::Amount)));
    };
    let Some(amount) = amount.checked_mul(plan.factor).filter(is_in_bounds) else {
        return raw.amount(row.cell(Role::Amount), AmountFault::TooLarge);
    };
    raw.remember(&mut found.repeats, place);
    let product = row.cell(Role::Product);
    let entry = Entry {
        customer,
        month: when.month,
        day: when.day,
        amount,
        product,
        attributes: &row.by,
        place,
    };
    if let Some(products) = &mut found.products {
        let customer = format!("{customer}{UNIT_SEPARATOR}{product}");
        products.add(&Entry {
            customer: &customer,
            ..entry
        });
        found.part.add(&Entry {
            attributes: &[],
            ..entry
        });
    } else {
        found.part.add(&entry);
    }
    None
}

fn read_amount_cell(
    plan: &Plan<'_>,
    found: &mut Found,
    cell: &str,
    line: u64,
) -> Result<Option<Reading>, AmountFault> {
    let (marks, reading) = read_amount(cell, plan.mark.0);
    found.marks.add(marks, line, cell);
    reading
}

fn read_date_cell(
    plan: &Plan<'_>,
    found: &mut Found,
    cell: &str,
    line: u64,
) -> Result<Option<When>, DateFault> {
    let (marks, when) = read_when(cell, plan.order.0, plan.fiscal_year);
    found.dates.add(marks, line, cell);
    when
}

/// What an empty amount stands for under `empty-amount zero`.
fn zero(plan: &Plan<'_>) -> Option<Reading> {
    (plan.empty_amount == EmptyAmount::Zero).then_some(Reading {
        amount: Amount::ZERO,
        currency: None,
    })
}

fn passes_filters(plan: &Plan<'_>, found: &mut Found, row: &Row<'_>) -> bool {
    for (values, value) in found.values.iter_mut().zip(&row.filters) {
        if !values.contains(*value) {
            values.insert((*value).to_owned());
            keep_first(values);
        }
    }
    passes(plan.filters, &plan.columns.filters, |number| {
        row.filters[number]
    })
}

fn keep_first(values: &mut BTreeSet<String>) {
    while values.len() > VALUES_KEPT {
        values.pop_last();
    }
}

/// Whether a row's currency is the one kept.
enum Currency<'r> {
    Kept(Cow<'r, str>),
    Other(Cow<'r, str>),
    Conflict(&'static str),
}

fn currency<'r>(plan: &'r Plan<'_>, cell: &'r str, reading: &Reading) -> Currency<'r> {
    let code = match (cell, reading.currency) {
        ("", Some(sign)) => Cow::Borrowed(sign),
        ("", None) => Cow::Borrowed(plan.header_currency.unwrap_or_default()),
        (code, Some(sign)) if !is_meant_by(&upper(code), sign) => {
            return Currency::Conflict(sign);
        }
        (code, _) => upper(code),
    };
    match plan.currency {
        None => Currency::Kept(code),
        Some(kept) if is_meant_by(kept, &code) => Currency::Kept(Cow::Borrowed(kept)),
        Some(kept) if code.is_empty() && plan.columns.of(Role::Currency).is_none() => {
            Currency::Kept(Cow::Borrowed(kept))
        }
        Some(_) => Currency::Other(code),
    }
}

/// A code in capitals, copied only where it is not yet.
fn upper(code: &str) -> Cow<'_, str> {
    if code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Cow::Borrowed(code)
    } else {
        Cow::Owned(code.to_uppercase())
    }
}

/// True up to the largest amount that a row can have.
fn is_in_bounds(amount: &Amount) -> bool {
    let max = MAJOR_UNITS_MAX * 10_i128.pow(u32::from(amount.scale()));
    amount.units().abs() <= max
}

/// An amount of minor units in major ones, by the decimals of its currency.
fn in_major_units(plan: &Plan<'_>, amount: Amount, currency: &str) -> Option<Amount> {
    const WHOLE: &[&str] = &[
        "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XOF", "XAF", "XPF", "PYG", "RWF", "BIF", "DJF",
        "GNF", "KMF", "VUV",
    ];
    const THOUSANDTHS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
    if !plan.is_minor {
        return Some(amount);
    }
    let named = if currency.is_empty() {
        plan.header_currency.or(plan.currency).unwrap_or_default()
    } else {
        currency
    };
    let code = named.to_uppercase();
    let decimals = match code.as_str() {
        code if WHOLE.contains(&code) => 0,
        code if THOUSANDTHS.contains(&code) => 3,
        _ => 2,
    };
    let scale = amount.scale() + decimals;
    (scale <= SCALE_MAX).then(|| Amount::new(amount.units(), scale))
}

/// True for an id as Excel writes large numbers: mantissa, `E`, sign, exponent.
fn is_damaged_id(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // Nearly every id ends the check here, at its first letter `E` or at none.
    let Some((mantissa, exponent)) = id.split_once('E') else {
        return false;
    };
    let Some(exponent) = exponent.strip_prefix(['+', '-']) else {
        return false;
    };
    let (whole, decimals) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(decimals) && digits(exponent)
}

/// The first cell beyond the header that is not empty.
fn first_extra_cell(record: &Record, bytes: &[u8], width: usize) -> Option<usize> {
    (width..record.len()).find(|index| !record.stored(bytes, *index).trim_ascii().is_empty())
}

fn is_header(record: &Record, bytes: &[u8], header: &[String]) -> bool {
    let mut scratch = String::new();
    header
        .iter()
        .enumerate()
        .all(|(index, name)| trimmed(record.cell(bytes, index, &mut scratch)) == name)
}

fn cells<'r>(
    record: &Record,
    bytes: &'r [u8],
    plan: &Plan<'_>,
    scratch: &'r mut Scratch,
) -> Row<'r> {
    let mut roles = [""; 5];
    for ((cell, column), scratch) in roles
        .iter_mut()
        .zip(plan.columns.roles)
        .zip(&mut scratch.roles)
    {
        if let Some(index) = column {
            *cell = trimmed(record.cell(bytes, index, scratch));
        }
    }
    let read =
        |(index, scratch): (&usize, &'r mut String)| trimmed(record.cell(bytes, *index, scratch));
    let by = plan
        .columns
        .by
        .iter()
        .zip(&mut scratch.by)
        .map(read)
        .collect();
    let filters = plan
        .columns
        .filters
        .iter()
        .zip(&mut scratch.filters)
        .map(read)
        .collect();
    Row { roles, by, filters }
}

/// The text of a cell without blanks around it, and without the guards that keep a spreadsheet from
/// making a number of an id, `="00123"`, or a formula of a name, `'=acme`.
#[must_use]
pub fn trimmed(cell: &str) -> &str {
    let cell = cell.trim();
    match cell.as_bytes().first() {
        Some(b'=') => cell
            .strip_prefix("=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .map_or(cell, str::trim),
        Some(b'\'') => unguarded(cell),
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_as_excel_writes_large_numbers_are_damaged() {
        for id in ["1.23457E+11", "1E+05", "1,23E+11", "4E-7"] {
            assert!(is_damaged_id(id), "{id}");
        }
        for id in ["1e5", "007", "NaN", "null", "E+1", "AE+1", "1.2E11", "12E+"] {
            assert!(!is_damaged_id(id), "{id}");
        }
    }

    #[test]
    fn signs_fit_their_currencies() {
        assert!(is_meant_by("CAD", "$") && is_meant_by("EUR", "EUR") && is_meant_by("SEK", "kr"));
        assert!(!is_meant_by("EUR", "$") && !is_meant_by("AED", "$") && !is_meant_by("USD", "EUR"));
    }

    #[test]
    fn guards_and_blanks_are_left_out_of_ids() {
        assert_eq!(trimmed("\u{a0}=\"00123\" "), "00123");
        assert_eq!(trimmed(" a b "), "a b");
        assert_eq!(trimmed(" '=acme"), "=acme");
        assert_eq!(trimmed("'t Hart"), "'t Hart");
    }
}
