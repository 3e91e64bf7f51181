//! `nrr explain`: the long text of a code, or what a metric means.

use super::super::Streams;
use super::super::args::ExplainArgs;
use super::super::exit::Failure;
use crate::error::{CODES, Code, Message};
use crate::metrics::registry;
use crate::policies::{POLICIES, Policies};
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

/// Prints the section of a code, the entry of a metric or policy, or without a name what there is.
pub(in crate::cli) fn run(args: &ExplainArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let text = match &args.name {
        Some(name) => entry(name)?,
        None => names(),
    };
    streams
        .stdout
        .write_all(text.as_bytes())
        .map_err(Failure::Stdout)
}

fn entry(name: &str) -> Result<String, Message> {
    // As it stands in a message: `error[mixed-currencies]`.
    let asked = name.trim().trim_end_matches(':').to_lowercase();
    let asked = asked
        .split_once('[')
        .map_or(asked.as_str(), |(_, code)| code.trim_end_matches(']'));
    if let Some(code) = Code::named(asked) {
        return Ok(section(code));
    }
    metric(asked)
        .or_else(|| policy(asked))
        .ok_or_else(|| unknown(asked))
}

/// Everything that can be explained.
fn names() -> String {
    let list = |heading: &str, names: &mut dyn Iterator<Item = &'static str>| {
        let names: Vec<&str> = names.collect();
        format!("{heading}\n  {}\n", names.join("\n  "))
    };
    [
        list("Metrics", &mut registry::all().map(|field| field.name)),
        list("Policies", &mut POLICIES.iter().map(|policy| policy.name)),
        list(
            "Errors and warnings",
            &mut CODES.iter().map(|code| code.name()),
        ),
    ]
    .join("\n")
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
    let field = registry::field(&meant.replace('-', "_"))?;
    Some(format!(
        "{}: {}\n\n  {}\n\nSee docs/definitions.md for its policies and sources.\n",
        field.name, field.label, field.formula
    ))
}

/// A policy's entry: what it decides, what it takes, and its default.
fn policy(name: &str) -> Option<String> {
    let defaults = Policies::default();
    let (policy, default, _) = defaults
        .choices()
        .find(|(policy, ..)| policy.name == name)?;
    Some(format!(
        "{name}: {}\n\n  takes    {}\n  default  {default}\n\nA flag `--{name}` and a key of nrr.toml; see docs/definitions.md for what it does to the number.\n",
        policy.about, policy.values
    ))
}

fn unknown(asked: &str) -> Message {
    let known = CODES
        .iter()
        .map(|code| code.name())
        .chain(registry::all().map(|field| field.name))
        .chain(POLICIES.iter().map(|policy| policy.name));
    let message = Message::new(
        Code::UnknownCode,
        format!("`{asked}` is no code, metric or policy"),
    );
    match text::nearest(asked, known) {
        Some(near) => message.help(format!("`nrr explain {near}`")),
        None => message.expected("a code such as `mixed-currencies`, a metric such as `grr` or a policy such as `lookback`"),
    }
}
