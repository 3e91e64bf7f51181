//! What is said of the file of `map`: that it was read, and what it did.

use super::report::hexadecimal;
use crate::error::{Code, Effect, Message};
use crate::input::Loaded;
use crate::output::{ChoiceFile, Report};
use crate::text;
use crate::units::Month;

/// How many digits of its fingerprint people are shown.
const SHOWN: usize = 6;

/// The file, where there is one.
pub(super) fn choice_file(loaded: &Loaded) -> Option<ChoiceFile> {
    let file = &loaded.mapped.as_ref()?.file;
    Some(ChoiceFile {
        choice: "map",
        name: file.name.clone(),
        rows: file.rows,
        fingerprint: hexadecimal(file.fingerprint),
    })
}

/// What is said of the map of two exports that are compared. It is one for both: an id has to be in one of them, and
/// what it does is said of those in which it does something.
pub(super) fn of_both(old: (&Loaded, &Report), new: (&Loaded, &Report)) -> [Vec<Message>; 2] {
    let is_own = |(loaded, _): &(&Loaded, &Report)| {
        let merges = loaded
            .mapped
            .as_ref()
            .is_some_and(|one| !one.merged.is_empty());
        merges || !idle(loaded).is_empty()
    };
    let said = |(_, report): (&Loaded, &Report)| {
        let mut warnings = report.warnings.iter();
        warnings
            .find(|one| one.code == Code::MappedCustomers)
            .cloned()
    };
    let mapped = old.0.mapped.as_ref().zip(new.0.mapped.as_ref());
    let unknown = mapped.and_then(|(old, new)| {
        let ledgers = [old, new].map(|one| &one.unmapped.customers);
        new.file.unknown_ids(&ledgers)
    });
    let is_of_old = is_own(&old);
    let of_old = is_of_old.then(|| said(old)).flatten();
    let of_new = (is_own(&new) || !is_of_old).then(|| said(new)).flatten();
    [
        of_old.into_iter().collect(),
        unknown.into_iter().chain(of_new).collect(),
    ]
}

/// How many ids count as another's, and what NRR is without that.
pub(super) fn mapped_customers(loaded: &Loaded, effect: Option<Effect>) -> Option<Message> {
    let mapped = loaded.mapped.as_ref()?;
    let (file, count) = (&mapped.file, mapped.merged.len() as u64);
    let shown = |(from, to, month): &(String, String, Month)| format!("{from} → {to} from {month}");
    let names: Vec<String> = mapped.merged.iter().map(shown).collect();
    let verb = if count == 1 { "counts" } else { "count" };
    let headline = format!(
        "{} {verb} as another's, as `map` says",
        text::count(count, "id")
    );
    let digits = hexadecimal(file.fingerprint);
    let message = Message::new(Code::MappedCustomers, headline).note(format!(
        "{}, {}, {}…",
        file.name,
        text::count(file.rows, "row"),
        &digits[..SHOWN]
    ));
    let message = if count == 0 {
        message.note("no figure depends on it")
    } else {
        message.found(text::examples(&names, names.len()))
    };
    let message = message.counting(count).effect(effect);
    Some(match idle(loaded).first() {
        None => message,
        Some((from, month)) => message
            .note(format!("`{from}` has rows, and none from {month} on"))
            .help("to merge all months of an id leave `effective` empty"),
    })
}

/// Ids with rows that a rule of the map begins too late for: those of the rows, and from which month on.
fn idle(loaded: &Loaded) -> Vec<(&str, Month)> {
    let Some(mapped) = &loaded.mapped else {
        return Vec::new();
    };
    let ledger = &mapped.unmapped.customers;
    let is_idle = |(from, effective, _): (&'_ str, Option<Month>, &'_ str)| {
        let customer = ledger.find(from)?;
        let month = effective?;
        let mut rest = month.max(ledger.first()).through(ledger.last());
        let has_rows = rest.any(|month| ledger.is_stated(customer, month));
        (!has_rows).then_some(month)
    };
    let rules = mapped.file.map.rules();
    rules
        .filter_map(|rule| Some((rule.0, is_idle(rule)?)))
        .collect()
}
