//! The rows behind the months that changed: both exports are read once more for them.

use std::collections::{BTreeMap, BTreeSet};

use super::way::Export;
use crate::error::Errors;
use crate::input::Wanted;
use crate::ledger::{Became, Units, Whose};
use crate::metrics::ChangedCustomer;
use crate::output::RowsBehind;
use crate::units::Month;

/// Months of customers by their names in one export, each with the rows that add to it.
pub(super) type Places = BTreeMap<(String, Month), RowsBehind>;

/// Which of two exports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// Finds the rows behind the months of some customers in one export; a month that no row states has none.
///
/// # Errors
///
/// Those of reading, such as a file that is not what it was.
pub(super) fn places(
    export: &mut Export,
    units: Option<&Units>,
    customers: &[ChangedCustomer],
    side: Side,
) -> Result<Places, Errors> {
    let mut months: BTreeSet<Month> = BTreeSet::new();
    let mut asked: BTreeMap<&str, BTreeSet<Month>> = BTreeMap::new();
    for customer in customers {
        let own = customer.months.iter().filter(|month| match side {
            Side::Old => month.old.is_some(),
            Side::New => month.new.is_some(),
        });
        let own: BTreeSet<Month> = own.map(|month| month.month).collect();
        let name = match (&customer.old_name, side) {
            (Some(name), Side::Old) => name,
            _ => &customer.customer,
        };
        months.extend(&own);
        asked.insert(name, own);
    }
    if months.is_empty() {
        return Ok(Places::new());
    }
    let loaded = &export.loaded;
    let mapped = loaded.mapped.as_ref();
    let whose = Whose {
        map: mapped.map(|mapped| &mapped.file.map),
        units: units.map(|units| (units, &loaded.books.customers)),
    };
    let is_asked = |name: &str, month: Month| {
        let months = asked.get(whose.name(name, month));
        months.is_some_and(|months| months.contains(&month))
    };
    let read = mapped.map_or(&loaded.books, |mapped| &mapped.unmapped);
    let names = read.customers.customers().iter();
    let names = names.map(|number| read.customers.name(*number));
    let names: Vec<&str> = names
        .filter(|name| months.iter().any(|month| is_asked(name, *month)))
        .collect();
    let rows = export.retrace.rows(&Wanted::new(names, months))?;
    let mut found = Places::new();
    for row in rows {
        let Became::Added(added) = &row.became else {
            continue;
        };
        let (customer, month) = (&*row.cited.customer, added.month);
        if !is_asked(customer, month) {
            continue;
        }
        // Rows come in the order of files and lines: the first one stays.
        let key = (whose.name(customer, month).to_owned(), month);
        let place = found.entry(key).or_insert_with(|| RowsBehind {
            file: row.cited.place.file,
            line: row.cited.line,
            rows: 0,
        });
        place.rows += 1;
    }
    Ok(found)
}
