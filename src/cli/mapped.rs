//! What is said of the file of `map`: that it was read, and what it did.

use super::report::hexadecimal;
use crate::error::{Code, Effect, Message};
use crate::input::Loaded;
use crate::output::ChoiceFile;
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
    Some(message.counting(count).effect(effect))
}
