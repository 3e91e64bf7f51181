//! What is said of presets: which one was recognised, why an export is refused, what has to be chosen.

use super::{Preset, missing_headers};
use crate::error::{Code, Message, Place};
use crate::text;

/// The line that announces a preset: `detected: recurly-subscription-history (4/4 headers), versions, amounts
/// in major units`.
#[must_use]
pub fn announcement(preset: &Preset, headers: &[String]) -> String {
    let needed = preset.headers.len();
    let there = needed - missing_headers(preset, headers).len();
    let by = match (needed, preset.titles.is_empty()) {
        (0, _) => "by its title".to_owned(),
        (_, true) => format!("{there}/{needed} headers"),
        (_, false) => format!("{there}/{needed} headers and its title"),
    };
    let mut parts = vec![format!("detected: {} ({by})", preset.name)];
    parts.extend(preset.setting("shape").map(str::to_owned));
    match preset.setting("history") {
        Some("none") => parts.push("prices of today alone".to_owned()),
        Some("billed") => parts.push("what was billed".to_owned()),
        _ => {}
    }
    match preset.setting("unit") {
        Some("ask") | None => {}
        Some(unit) => parts.push(format!("amounts in {unit} units")),
    }
    parts.join(", ")
}

/// Why an export that was recognised is not read.
#[must_use]
pub fn refused(preset: &Preset, place: Place) -> Message {
    let about = if preset.about.is_empty() {
        &preset.name
    } else {
        &preset.about
    };
    let headline = format!("this is an export that has no retention in it: {about}");
    let mut message = Message::new(Code::RefusedExport, headline)
        .at(place)
        .found(found(preset));
    if let Some(reason) = &preset.refuse {
        message = message.note(reason);
    }
    if let Some(better) = &preset.better {
        message = message.help(format!("export instead: {better}"));
    }
    message.help("if it is another file, pass `--preset none`")
}

/// Why a list of customers without any time is not read.
#[must_use]
pub fn list_refused(customer: &str, amount: &str, place: Place) -> Message {
    let headline = "this is a list of customers as of one day: no column holds a period";
    Message::new(Code::RefusedExport, headline)
        .at(place)
        .found(format!(
            "`{customer}` and `{amount}`, one row a customer, and no date"
        ))
        .note("retention compares two times of the same customers")
        .help("add a column with the month of the list to each of two or more such files, and give them all")
        .help("if a column holds the period, name it with `--date COL`")
}

/// Asks which of several presets is meant.
#[must_use]
pub fn ambiguous(presets: &[&Preset], place: Place) -> Message {
    let ticked: Vec<String> = presets
        .iter()
        .map(|preset| format!("`{}`", preset.name))
        .collect();
    let mut flags: Vec<String> = presets
        .iter()
        .map(|preset| format!("`--preset {}`", preset.name))
        .collect();
    flags.push("`--preset none`".to_owned());
    let headline = format!("the headers are those of {}", text::list(&ticked, "and of"));
    Message::new(Code::AmbiguousPreset, headline)
        .at(place)
        .help(format!("say which: {}", text::list(&flags, "or")))
}

/// Says that no preset has a name.
#[must_use]
pub fn unknown(presets: &[Preset], name: &str) -> Message {
    let names = || presets.iter().map(|preset| preset.name.as_str());
    let message = Message::new(Code::UnknownPreset, format!("there is no preset `{name}`"));
    if let Some(near) = text::nearest(name, names()) {
        return message.help(format!("`--preset {near}`"));
    }
    let ticked: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    message.expected(format!("{}; or `none`", text::list(&ticked, "or")))
}

/// Says that a preset that was asked for does not fit a file; `None` if it does.
#[must_use]
pub fn unfit(preset: &Preset, headers: &[String], place: Place) -> Option<Message> {
    let missing = missing_headers(preset, headers);
    if missing.is_empty() {
        return None;
    }
    let shown: Vec<&str> = missing
        .iter()
        .map(|name| if name.is_empty() { "(none)" } else { *name })
        .collect();
    let headline = format!(
        "the preset `{}` asks for {} that the file lacks",
        preset.name,
        text::count(missing.len() as u64, "header")
    );
    let message = Message::new(Code::MissingColumn, headline)
        .at(place)
        .expected(format!("also {}", text::examples(&shown, shown.len())))
        .help("let the file be recognised without `--preset`, or pass `--preset none`");
    Some(message)
}

/// The headers by which a preset was recognised.
fn found(preset: &Preset) -> String {
    let names: Vec<&str> = preset
        .headers
        .iter()
        .filter_map(|names| names.first().map(String::as_str))
        .collect();
    format!("headers {}", text::examples(&names, names.len()))
}
