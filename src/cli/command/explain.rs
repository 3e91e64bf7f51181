//! `nrr explain`: the long text of a code, or what a metric means.

use super::super::Streams;
use super::super::args::ExplainArgs;
use super::super::exit::Failure;
use crate::error::{CODES, Code, Message};
use crate::metrics::registry::{FIELDS, Field};
use crate::text;

/// The page of all codes, with the text of each as it is printed.
const ERRORS: &str = include_str!("../../../docs/errors.md");

/// Names that the field also uses for a metric of ours.
const ALIASES: &[(&str, &str)] = &[
    ("ndr", "nrr"),
    ("dbnrr", "nrr"),
    ("net-dollar-retention", "nrr"),
    ("net-revenue-retention", "nrr"),
    ("gdr", "grr"),
    ("gross-revenue-retention", "grr"),
    ("gross-dollar-retention", "grr"),
    ("customer-retention", "logo_retention"),
];

/// Prints the section of a code, or the entry of a metric.
pub(in crate::cli) fn run(args: &ExplainArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    // As it stands in a message: `error[mixed-currencies]`.
    let asked = args.code.trim().trim_end_matches(':').to_lowercase();
    let asked = asked
        .split_once('[')
        .map_or(asked.as_str(), |(_, code)| code.trim_end_matches(']'));
    let text = if let Some(code) = Code::named(asked) {
        section(code)
    } else {
        metric(asked).ok_or_else(|| unknown(asked))?
    };
    streams
        .stdout
        .write_all(text.as_bytes())
        .map_err(Failure::Stdout)
}

/// A code's section of the page, from its heading to the next.
fn section(code: Code) -> String {
    let heading = format!("## {code}\n");
    let text = ERRORS.split_once(&heading).map_or("", |(_, rest)| rest);
    let text = text.split_once("\n## ").map_or(text, |(text, _)| text);
    if text.is_empty() {
        format!("{code}\n\n{}\n", code.explanation())
    } else {
        format!("{code}\n{}\n", text.trim_end())
    }
}

fn metric(name: &str) -> Option<String> {
    let meant = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, meant)| meant);
    let Field {
        name,
        label,
        formula,
        ..
    } = FIELDS
        .iter()
        .find(|field| field.name == meant.replace('-', "_"))?;
    Some(format!(
        "{name}: {label}\n\n  {formula}\n\nSee docs/definitions.md for its policies and sources.\n"
    ))
}

fn unknown(asked: &str) -> Message {
    let known = CODES
        .iter()
        .map(|code| code.name())
        .chain(FIELDS.iter().map(|field| field.name));
    let message = Message::new(
        Code::UnknownCode,
        format!("`{asked}` is no code and no metric"),
    );
    match text::nearest(asked, known) {
        Some(near) => message.help(format!("`nrr explain {near}`")),
        None => message.expected("a code such as `mixed-currencies`, or a metric such as `grr`"),
    }
}
