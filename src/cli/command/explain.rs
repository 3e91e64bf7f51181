//! `nrr explain`: the long text of a code, or what a metric, a policy, a setting or a preset means.

mod settings;

use super::super::Streams;
use super::super::args::{ExplainArgs, SETTINGS};
use super::super::exit::Failure;
use crate::error::{CODES, Code, Message};
use crate::input::preset::{self, Preset};
use crate::metrics::registry;
use crate::policies::{DEFINITIONS, NamedDefinition, POLICIES, Policies};
use crate::text;

/// The page of all codes, with the text of each as it is printed.
const ERRORS: &str = include_str!("../../../docs/errors.md");

/// The page of what every number means, with a section for each policy.
const MEANINGS: &str = include_str!("../../../docs/definitions.md");

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

/// Prints the section of a code, the entry of anything else that has a name, or without a name what there is.
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
        // `control-total` is the name of both.
        let both = setting(asked).or_else(|| policy(asked));
        let both = both.map_or_else(String::new, |text| format!("\n{text}"));
        return Ok(section(code) + &both);
    }
    let mut texts: Vec<String> = [metric(asked), policy(asked)]
        .into_iter()
        .flatten()
        .collect();
    if texts.is_empty() {
        let others = setting(asked)
            .or_else(|| of_preset(asked))
            .or_else(|| definition(asked));
        texts.push(others.ok_or_else(|| unknown(asked))?);
    }
    Ok(texts.join("\n"))
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
        list("Settings", &mut SETTINGS.iter().map(|one| one.name)),
        list("Definitions", &mut DEFINITIONS.iter().map(|one| one.name)),
        list(
            "Presets",
            &mut preset::builtin().iter().map(|one| one.name.as_str()),
        ),
        list(
            "Errors and warnings",
            &mut CODES.iter().map(|code| code.name()),
        ),
    ]
    .join("\n")
}

/// A code's section of the page, from its heading to the next.
fn section(code: Code) -> String {
    let heading = format!("\n## {code}\n");
    let text = ERRORS.split_once(&heading).map_or("", |(_, rest)| rest);
    let text = text.split_once("\n## ").map_or(text, |(text, _)| text);
    if text.is_empty() {
        format!("{code}\n\n{}\n", code.explanation())
    } else {
        format!("{code}\n{}\n", text.trim_end())
    }
}

/// What the page of meanings says under a name, as plain text; nothing where it has no such section.
fn meaning(name: &str) -> String {
    let heading = format!("\n### {name}\n");
    let text = MEANINGS.split_once(&heading).map_or("", |(_, rest)| rest);
    let ends = [text.find("\n## "), text.find("\n### ")];
    let end = ends.into_iter().flatten().min().unwrap_or(text.len());
    unlinked(text[..end].trim())
}

/// A text with an empty line behind it, if it is any.
fn paragraph(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n\n")
    }
}

/// A text of Markdown without the targets of its links.
fn unlinked(text: &str) -> String {
    let mut parts = text.split("](");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let link = plain.rfind('[').zip(part.find(')'));
        let Some((start, end)) = link else {
            plain.push_str("](");
            plain.push_str(part);
            continue;
        };
        plain.remove(start);
        plain.push_str(&part[end + 1..]);
    }
    plain
}

fn metric(name: &str) -> Option<String> {
    let meant = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, meant)| meant);
    let field = registry::field(&meant.replace('-', "_"))?;
    Some(format!(
        "{}: {}\n\n  {}\n\n{}See docs/definitions.md for its policies and sources.\n",
        field.name,
        field.label,
        field.formula,
        paragraph(&meaning(field.label))
    ))
}

/// A named definition's entry: what it makes of the numbers, after whom, and its choices.
fn definition(name: &str) -> Option<String> {
    let NamedDefinition {
        name,
        about,
        after,
        caution,
        choices,
    } = NamedDefinition::named(name)?;
    let choices: Vec<String> = choices
        .iter()
        .map(|(policy, value)| format!("  {policy} {value}\n"))
        .collect();
    let choices = if choices.is_empty() {
        "  all at their defaults\n".to_owned()
    } else {
        choices.concat()
    };
    let caution = if caution.is_empty() {
        String::new()
    } else {
        format!("\nBeware: {caution}.\n")
    };
    Some(format!(
        "{name}: {about}\nAfter: {after}.\n\n{choices}{caution}\nMeasure by it with --definition {name}; `nrr definitions {name}` prints it as a file.\n"
    ))
}

/// A policy's entry: what it decides, what it takes, and its default.
fn policy(name: &str) -> Option<String> {
    let defaults = Policies::default();
    let (policy, default, _) = defaults
        .choices()
        .find(|(policy, ..)| policy.name == name)?;
    Some(format!(
        "{name}: {}\n\n  takes    {}\n  default  {default}\n\n{}A flag `--{name}` and a key of nrr.toml; docs/definitions.md has it among the others.\n",
        policy.about,
        policy.values,
        paragraph(&meaning(name))
    ))
}

/// A setting's entry: what it says, what it takes, and when it is needed.
fn setting(name: &str) -> Option<String> {
    let setting = SETTINGS.iter().find(|setting| setting.name == name)?;
    let text = settings::TEXTS.iter().find(|text| text.name == name)?;
    Some(format!(
        "{name}: {}\n\n  takes  {}\n\n{}\n\nA flag `--{name}` and a key of nrr.toml; docs/inputs.md shows it in use.\n",
        setting.about, text.takes, text.more
    ))
}

/// The entry of a preset that comes with the program: how the export is read, and what it cannot answer.
fn of_preset(name: &str) -> Option<String> {
    let preset = preset::builtin()
        .iter()
        .find(|preset| preset.name == name)?;
    let rows = preset_rows(preset);
    let rows = rows
        .iter()
        .map(|(what, value)| format!("  {what:8}  {value}"));
    let rows: Vec<String> = rows.collect();
    let mut parts = vec![format!("{name}: {}", preset.about), rows.join("\n")];
    if !preset.notes.is_empty() {
        parts.push(preset.notes.join("\n"));
    }
    parts.push(if preset.refuse.is_some() {
        "`--preset none` reads a file that is no such export.".to_owned()
    } else {
        "A file with these is read so by itself, and `--preset none` reads it like any other; docs/inputs.md shows rows and ledger.".to_owned()
    });
    Some(parts.join("\n\n") + "\n")
}

fn preset_rows(preset: &Preset) -> Vec<(&'static str, String)> {
    let ticked = |name: &String| match name.as_str() {
        "" => "an empty first header".to_owned(),
        name => format!("`{name}`"),
    };
    let headers = preset.headers.iter().map(|names| {
        let names: Vec<String> = names.iter().map(ticked).collect();
        text::list(&names, "or")
    });
    let titles = preset.titles.iter().map(|title| format!("\"{title}\""));
    let titles: Vec<String> = titles.collect();
    let titles = (!titles.is_empty()).then(|| format!("the title {}", text::list(&titles, "or")));
    let periods = (preset.period_headers > 0).then(|| "a column named after a month".to_owned());
    let known_by: Vec<String> = titles.into_iter().chain(headers).chain(periods).collect();
    let mut rows = vec![("known by", known_by.join(", "))];
    let mut add =
        |what, value: Option<&str>| rows.extend(value.map(|value| (what, value.to_owned())));
    add("shape", preset.setting("shape"));
    add("history", preset.setting("history").map(history));
    add("unit", preset.setting("unit").map(unit));
    add("refused", preset.refuse.as_deref());
    add("better", preset.better.as_deref());
    rows
}

/// What a preset's history means for the figures.
fn history(word: &str) -> &str {
    match word {
        "full" => "full: every price at its time",
        "billed" => "billed: what was invoiced, which need not be what was agreed",
        "none" => {
            "none: prices of today alone; expansion and contraction inside a contract cannot be seen"
        }
        _ => word,
    }
}

fn unit(word: &str) -> &str {
    match word {
        "major" => "major, such as dollars",
        "minor" => "minor, such as cents",
        "ask" => "not known: `--unit minor` or `--unit major`",
        _ => word,
    }
}

fn unknown(asked: &str) -> Message {
    let known = CODES
        .iter()
        .map(|code| code.name())
        .chain(registry::all().map(|field| field.name))
        .chain(POLICIES.iter().map(|policy| policy.name))
        .chain(SETTINGS.iter().map(|setting| setting.name))
        .chain(DEFINITIONS.iter().map(|definition| definition.name))
        .chain(preset::builtin().iter().map(|preset| preset.name.as_str()));
    let message = Message::new(
        Code::UnknownCode,
        format!("`{asked}` is no code, metric, policy, setting, definition or preset"),
    );
    match text::nearest(asked, known) {
        Some(near) => message.help(format!("`nrr explain {near}`")),
        None => message.expected("a code such as `mixed-currencies`, a metric such as `grr`, a policy such as `lookback`, a setting such as `shape` or a preset such as `stripe-invoices`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_text_in_the_order_of_the_register() {
        let texts: Vec<&str> = settings::TEXTS.iter().map(|text| text.name).collect();
        let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        assert_eq!(texts, known);
    }

    #[test]
    fn every_policy_says_what_it_takes_and_what_it_does() {
        for policy in POLICIES {
            let text = entry(policy.name).unwrap_or_default();
            for part in [
                policy.about,
                policy.values,
                &format!("A flag `--{}`", policy.name),
            ] {
                assert!(text.contains(part), "{}: {part}", policy.name);
            }
            assert!(!meaning(policy.name).is_empty(), "{}", policy.name);
        }
    }

    #[test]
    fn links_are_read_without_their_targets() {
        assert_eq!(unlinked("[a](#b) or [`c`](d.md#e)"), "a or `c`");
        assert_eq!(unlinked("f](g) and [h]"), "f](g) and [h]");
    }

    #[test]
    fn every_setting_and_preset_is_reached_by_its_name() {
        for setting in SETTINGS {
            let text = entry(setting.name).unwrap_or_default();
            assert!(text.contains(setting.about), "{}", setting.name);
        }
        for preset in preset::builtin() {
            let text = entry(&preset.name).unwrap_or_default();
            assert!(text.contains(&preset.about), "{}", preset.name);
            for note in preset.notes.iter().chain(&preset.better) {
                assert!(text.contains(note), "{}: {note}", preset.name);
            }
        }
    }
}
