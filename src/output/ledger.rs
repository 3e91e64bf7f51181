//! The ledger as rows: one a customer and month that the input states.

use super::document::{Document, More};
use super::escape;
use super::fields::Wire;
use super::number;
use super::report::Report;
use super::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use crate::ledger::{Attribute, Ledger, NO_VALUE, UNIT_SEPARATOR};
use crate::units::{Amount, FiscalYear, Month, Period};

/// The name of the JSON form of `nrr ledger`.
pub(super) const SCHEMA: &str = "nrr.ledger/1";

/// The fields before those of the columns of `--by`.
pub const FIELDS: [&str; 4] = ["customer", "month", "amount", "currency"];

/// The result of `nrr ledger`.
pub struct LedgerReport<'a> {
    /// What is declared with it; without records.
    pub report: Report,
    /// The ledger; by customer and product where `--by` names the product column.
    pub ledger: &'a Ledger,
    /// The names of the columns of `--by`, in the order of the ledger's attributes.
    pub attributes: Vec<String>,
    /// The fiscal years that longer labels are named by.
    pub fiscal_year: FiscalYear,
    /// The flags under which the rows read back to the same numbers.
    pub read_back: Vec<String>,
}

/// One row.
struct Row<'a> {
    customer: &'a str,
    label: String,
    amount: Amount,
    attributes: Vec<&'a str>,
}

impl LedgerReport<'_> {
    /// The flags under which the rows read back, for people.
    #[must_use]
    pub fn read_back_line(&self) -> String {
        if self.ledger.is_converted() {
            return self.read_back_converted();
        }
        if self.read_back.is_empty() {
            return "reads back to the same numbers without a flag".to_owned();
        }
        let flags = self.read_back.join(" ");
        format!(
            "reads back to the same numbers with `{}`",
            escape::terminal(&flags)
        )
    }

    /// Amounts that were converted come back in one currency, and can be read at no other month's rates.
    fn read_back_converted(&self) -> String {
        let flags = match self.read_back.as_slice() {
            [] => "without a flag".to_owned(),
            flags => format!("with `{}`", escape::terminal(&flags.join(" "))),
        };
        format!(
            "each month at its own rates: reads back to these amounts {flags}, and to all the same figures only if written with `--fx fixed=YYYY-MM`"
        )
    }

    /// The rows in byte order of the customers, then by month, then by product.
    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let ledger = self.ledger;
        let mut customers: Vec<(&str, &str, u32)> = ledger
            .customers()
            .iter()
            .map(|number| {
                let name = ledger.name(*number);
                let (customer, product) = name.split_once(UNIT_SEPARATOR).unwrap_or((name, ""));
                (customer, product, *number)
            })
            .collect();
        customers.sort_unstable();
        let groups = groups(&customers);
        groups.into_iter().flat_map(move |(start, end)| {
            let members = customers.get(start..end).unwrap_or_default();
            let mut rows = Vec::new();
            for month in ledger.first().through(ledger.last()) {
                for (customer, _, number) in members {
                    if ledger.is_stated(*number, month) {
                        rows.push(self.row(customer, *number, month));
                    }
                }
            }
            rows
        })
    }

    fn row<'r>(&'r self, customer: &'r str, number: u32, month: Month) -> Row<'r> {
        let attributes = self.ledger.attributes().iter();
        Row {
            customer,
            label: Period::ending(month, self.ledger.grain()).label(self.fiscal_year),
            amount: self.ledger.amount(number, month),
            attributes: attributes
                .map(|attribute| value(attribute, number, month))
                .collect(),
        }
    }
}

/// The runs of one customer in a sorted list: where each starts and ends.
fn groups(customers: &[(&str, &str, u32)]) -> Vec<(usize, usize)> {
    let mut groups = Vec::new();
    let mut start = 0;
    for run in customers.chunk_by(|left, right| left.0 == right.0) {
        groups.push((start, start + run.len()));
        start += run.len();
    }
    groups
}

/// The value of a column in a customer's month; empty without one.
fn value(attribute: &Attribute, customer: u32, month: Month) -> &str {
    let id = attribute.latest(customer, month, month);
    id.map_or("", |id| attribute.value(id))
}

/// An amount as a file states it: exact, and with four decimals instead of three, for `1.399` could be
/// read as a thousand and more.
fn stated(amount: Amount) -> String {
    let digits = number::plain_amount(amount);
    if amount.scale() == 3 {
        digits + "0"
    } else {
        digits
    }
}

impl Document for LedgerReport<'_> {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        let own = FIELDS.iter().map(|name| (*name).to_owned());
        own.chain(self.attributes.iter().cloned()).collect()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        let text = |text: &str| {
            if text.is_empty() {
                Wire::Null
            } else {
                Wire::Text(text.to_owned())
            }
        };
        let currency = self.ledger.currency().unwrap_or_default();
        Box::new(self.rows().map(move |row| {
            let own = [
                Wire::Text(row.customer.to_owned()),
                Wire::Text(row.label),
                Wire::Number(stated(row.amount)),
                text(currency),
            ];
            let attributes = row.attributes.into_iter().map(text);
            own.into_iter().chain(attributes).collect()
        }))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let column = |heading: &str, is_right| Column {
            heading: escape::terminal(heading).into_owned(),
            is_right,
            group: Group::Core,
        };
        let mut columns = vec![
            column("Customer", false),
            column("Month", false),
            column(&self.report.input.amount_name, true),
        ];
        columns.extend(self.attributes.iter().map(|name| column(name, false)));
        let mut sheet = Sheet::new(Form::Grid, columns);
        let text = |text: &str| Cell::Text(escape::terminal(text).into_owned());
        for row in self.rows() {
            let mut cells = vec![
                text(row.customer),
                Cell::Text(row.label),
                Cell::Amount(row.amount),
            ];
            let shown = row.attributes.iter().map(|value| match *value {
                "" => text(NO_VALUE),
                value => text(value),
            });
            cells.extend(shown);
            sheet.push(Kind::Body, cells);
        }
        sheet.notes.push(self.read_back_line());
        vec![sheet]
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        vec![("read_back", More::Texts(self.read_back.clone()))]
    }
}
