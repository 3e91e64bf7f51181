//! What tests of the short ways share: a small file, its pieces, and all that is found in it.

use std::io::Cursor;

use super::plan::Found;
use crate::input::head::body;
use crate::input::load::LoadOptions;
use crate::input::opened::Opened;
use crate::input::scan::Records;
use crate::input::source::Source;
use crate::ledger::Ledger;
use crate::policies::Policies;
use crate::units::Month;

/// The beginning of a file, which here is all of it.
pub(super) fn opened(text: &str, options: &LoadOptions, policies: &Policies) -> Option<Opened> {
    let mut source = Source::stdin(Box::new(Cursor::new(text.as_bytes().to_vec())));
    Opened::of(0, &mut source, options, policies).ok()
}

/// The text in pieces of whole records, each with its line.
pub(super) fn pieces(opened: &Opened, sizes: &[usize]) -> Vec<(Vec<u8>, u64)> {
    let (text, line) = body(&opened.sample, &opened.dialect);
    let mut records = Records::new(text, &opened.dialect, line);
    let mut record = crate::input::scan::Record::new();
    let (mut pieces, mut start, mut first_line) = (Vec::new(), 0, line);
    let mut sizes = sizes.iter().copied().cycle();
    let mut left = sizes.next().unwrap_or(usize::MAX);
    while let Ok(true) = records.next(&mut record) {
        left = left.saturating_sub(1);
        if left == 0 {
            pieces.push((text[start..records.offset()].to_vec(), first_line));
            (start, first_line) = (records.offset(), records.line());
            left = sizes.next().unwrap_or(usize::MAX);
        }
    }
    pieces.push((text[start..].to_vec(), first_line));
    pieces
}

/// Everything found, as text that can be compared.
pub(super) fn shown(found: Found, columns: &[String]) -> String {
    let counts = (found.skipped, found.rows, found.in_horizon, found.passed);
    let errors = match found.errors.finish() {
        errors if errors.list.is_empty() => String::new(),
        errors => format!("{errors:?}"),
    };
    let digest = found.repeats.digest();
    let beside = format!(
        "{:?} {:?} {:?} {:?} {counts:?} {digest:?} {:?} {:?} {:?} {:?} {:?} {errors}",
        found.marks,
        found.dates,
        found.tally,
        found.sizes,
        found.totals,
        found.repeats.finish(),
        found.other_currencies,
        found.part.in_two_currencies(),
        found.part.coverage(),
    );
    match found.part.finish(columns, None, None) {
        Ok(books) => {
            let products = books.products.iter().map(rows_of);
            format!(
                "{beside}\n{}\n{}",
                rows_of(&books.customers),
                products.collect::<String>()
            )
        }
        Err(message) => format!("{beside}\n{message:?}"),
    }
}

/// Every cell of a ledger with what stands beside it, in order of names.
fn rows_of(ledger: &Ledger) -> String {
    let months = || (ledger.first().index()..=ledger.last().index()).map(Month::from_index);
    let mut rows: Vec<String> = Vec::new();
    for customer in ledger.customers() {
        let cells = months().map(|month| {
            let values = ledger.attributes().iter().map(|attribute| {
                let value = attribute.latest(*customer, month, month);
                value.map_or("", |value| attribute.value(value)).to_owned()
            });
            let values: Vec<String> = values.collect();
            let is_stated = u8::from(ledger.is_stated(*customer, month));
            format!(
                "{}|{is_stated}{}",
                ledger.units(*customer, month),
                values.join("|")
            )
        });
        let cells: Vec<String> = cells.collect();
        rows.push(format!("{} {}", ledger.name(*customer), cells.join(" ")));
    }
    rows.sort_unstable();
    let mut several: Vec<String> = ledger
        .with_several_dates()
        .into_iter()
        .map(|(customer, month)| format!("{} {month}", ledger.name(customer)))
        .collect();
    several.sort_unstable();
    let days: Vec<Option<u8>> = months().map(|month| ledger.latest_day(month)).collect();
    format!(
        "{} {} {} {several:?} {days:?}\n{}",
        ledger.scale(),
        ledger.first(),
        ledger.negative_rows(),
        rows.join("\n")
    )
}
