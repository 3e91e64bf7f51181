//! What stands between two exports that are compared: other currencies, other labels, other readings.

use super::way::{Export, differing};
use crate::error::{Code, Errors, Message, Place};
use crate::input::{FileSummary, Loaded, Trait};
use crate::metrics::{Changes, Unlike};
use crate::text;
use crate::units::{Month, Period};

/// What of a file does not say what its rows mean, or differs from file to file by itself.
const OF_BYTES: [&str; 6] = [
    "encoding",
    "compression",
    "delimiter",
    "reading",
    "open-end",
    "control-total",
];

/// The name of the file of an export.
fn name(export: &Export) -> String {
    let first = export.loaded.files.first();
    first.map_or_else(String::new, |file| file.name.clone())
}

fn incomparable(headline: String, old: &Export, new: &Export) -> Message {
    Message::new(Code::IncomparableExports, headline)
        .at(Place::file(name(new)))
        .note(format!("compared with `{}`", name(old)))
}

/// Amounts in two currencies have no difference.
pub(super) fn refuse_unlike(old: &Export, new: &Export) -> Result<(), Errors> {
    let currency = |export: &Export| export.loaded.books.customers.currency().map(str::to_owned);
    let (Some(before), Some(after)) = (currency(old), currency(new)) else {
        return Ok(());
    };
    if before == after {
        return Ok(());
    }
    let headline =
        format!("amounts are in {before} in the old export and in {after} in the new one");
    let message = incomparable(headline, old, new).help(format!(
        "convert both: `--currency {after} --fx-rates rates.csv`"
    ));
    Err(Errors::from(message))
}

/// Choices that the input decides and nothing could make the same.
pub(super) fn unlike_choices(old: &Export, new: &Export) -> Result<(), Errors> {
    let differing = differing(&old.policies, &new.policies);
    let Some((choice, before, after)) = differing.first() else {
        return Ok(());
    };
    let headline =
        format!("`{choice}` is `{before}` in the old export and `{after}` in the new one");
    let message = incomparable(headline, old, new)
        .help(format!("say what it is in both: `--{choice} {after}`"));
    Err(Errors::from(message))
}

/// Why two figures of one period are not made of the same months.
pub(super) fn unlike(why: &Unlike, period: Period, old: &Export, new: &Export) -> Message {
    let label = period.label(new.policies.fiscal_year);
    match why {
        Unlike::Labels => {
            let grain = |export: &Export| export.loaded.books.customers.grain().word();
            let headline = if grain(old) == grain(new) {
                format!("{}s start in other months in the two exports", grain(new))
            } else {
                format!(
                    "the old export is labelled by {} and the new one by {}",
                    grain(old),
                    grain(new)
                )
            };
            incomparable(headline, old, new)
                .help("export both with the same labels, such as a row a month")
        }
        Unlike::Months(before, after) => {
            let said = |ends: &[(Month, Month); 2]| {
                let ends = ends.map(|(first, last)| {
                    if first == last {
                        first.to_string()
                    } else {
                        format!("{first} to {last}")
                    }
                });
                format!("{} and {}", ends[0], ends[1])
            };
            let headline = format!(
                "{label} reads other months in the two exports, for the data of one end before it does"
            );
            let last = old.loaded.books.customers.last();
            let last = last.min(new.loaded.books.customers.last());
            incomparable(headline, old, new)
                .found(format!("{} in the old export", said(before)))
                .found(format!("{} in the new one", said(after)))
                .help(format!("cut both to what both have: `--through {last}`"))
        }
        Unlike::Products => incomparable(
            "products are netted, and one of the exports has no product column".to_owned(),
            old,
            new,
        )
        .help("`--netting customer`"),
        Unlike::TooLarge => Message::new(
            Code::AmountTooLarge,
            "amounts outgrow exact arithmetic at the decimals that both exports need together",
        ),
    }
}

/// What is known of the two files otherwise: told, for it can be why all amounts differ.
pub(super) fn read_differently(old: &[FileSummary], new: &[FileSummary]) -> Option<Message> {
    let (old_file, new_file) = (old.first()?, new.first()?);
    let of = |file: &FileSummary, name: &str| {
        let mut traits = file.traits.iter();
        traits.find(|found| found.name == name).cloned()
    };
    let mut names: Vec<&'static str> = Vec::new();
    for found in old_file.traits.iter().chain(&new_file.traits) {
        if !names.contains(&found.name) && !OF_BYTES.contains(&found.name) {
            names.push(found.name);
        }
    }
    let said = |found: Option<Trait>| {
        found.map_or_else(
            || "nothing".to_owned(),
            |found| format!("`{}` ({})", found.value, found.origin),
        )
    };
    let mut differing = Vec::new();
    for name in names {
        let (before, after) = (of(old_file, name), of(new_file, name));
        let value = |found: &Option<Trait>| found.as_ref().map(|found| found.value.clone());
        if value(&before) != value(&after) {
            differing.push((name, said(before), said(after)));
        }
    }
    if differing.is_empty() {
        return None;
    }
    let names: Vec<String> = differing.iter().map(|one| format!("`{}`", one.0)).collect();
    let headline = format!(
        "the two exports are read otherwise: {}",
        text::list(&names, "and")
    );
    let mut message = Message::new(Code::ReadDifferently, headline)
        .at(Place::file(&new_file.name))
        .counting(differing.len() as u64);
    for (name, before, after) in differing {
        message = message.found(format!(
            "{name}: {before} in `{}`, {after} here",
            old_file.name
        ));
    }
    Some(message.help("where one of them is wrong, set it for both by its flag"))
}

/// Customers that may be called otherwise, and nobody can say who is who.
pub(super) fn ambiguous_renames(found: &Changes, new: &Loaded) -> Option<Message> {
    let count = found.ambiguous.len();
    if count == 0 {
        return None;
    }
    let headline = format!(
        "{} of the old export may have another name in the new one, and cannot be told apart",
        text::count(count as u64, "customer")
    );
    let place = new.files.first().map(|file| Place::file(&file.name));
    let message = Message::new(Code::AmbiguousRenames, headline)
        .counting(count as u64)
        .found(text::examples(&found.ambiguous, count))
        .note("several customers have the same amounts in every month; they count as removed and added")
        .help("say who is who in a file of ids: `--map ids.csv`");
    Some(match place {
        Some(place) => message.at(place),
        None => message,
    })
}
