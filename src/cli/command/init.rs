//! `nrr init`: a settings file from what was detected, each key with its evidence.

use std::fmt::Write as _;

use super::super::args::{InitArgs, PeriodArgs, ReadArgs, SETTINGS, setting_names};
use super::super::config::{Config, Set, config};
use super::super::exit::Failure;
use super::super::reading::Context;
use super::super::report;
use super::super::settings::{ChosenDefinition, toml_text};
use crate::error::{Code, Message};
use crate::input::Loaded;
use crate::output::escape;
use crate::policies::{Origin, Policies};

/// The file that is written if none is named: the one that every command looks for.
const DEFAULT: &str = "nrr.toml";

/// Reads, and writes what was found as settings.
pub(in crate::cli) fn run(args: &InitArgs, mut context: Context<'_, '_>) -> Result<(), Failure> {
    let name = args.read.output.as_deref().unwrap_or(DEFAULT);
    let read = ReadArgs {
        // A single dash is standard output, as it is standard input among the files.
        output: (name != "-").then(|| name.to_owned()),
        ..args.read.clone()
    };
    if !args.force && read.output.is_some() {
        refuse_replacing(name, &context)?;
    }
    let mut config = config(
        &read,
        &PeriodArgs::default(),
        context.common,
        context.environment,
    )?;
    // Settings that were read may be what is to be replaced: that was asked about above.
    config.read_from.clear();
    context.refuse_unused(&config)?;
    let (loaded, target) = context.load(&read, &config)?;
    let text = settings(&config, &loaded);
    context.write(target, |_, out| out.write_all(text.as_bytes()))?;
    if read.output.is_some() {
        context.say(&format!(
            "{name} was written; every command in this folder reads it, `--no-config` reads none"
        ));
    }
    // A key that is set may silence what is only guessed.
    context.write_warnings(&loaded.warnings);
    Ok(())
}

/// Settings that somebody wrote are not replaced unasked.
fn refuse_replacing(name: &str, context: &Context<'_, '_>) -> Result<(), Message> {
    let folder = context.environment.folder().cloned().unwrap_or_default();
    if folder.join(name).is_file() {
        let headline = format!("`--output {name}` would replace a file");
        return Err(Message::new(Code::Usage, headline)
            .help("pass `--force` to replace it, or name another file"));
    }
    Ok(())
}

/// One key with what it says.
struct Line {
    name: &'static str,
    /// As it stands in the file.
    value: String,
    /// Where the value came from.
    origin: String,
    /// False where it only says what holds without it.
    is_key: bool,
}

/// The whole file.
fn settings(config: &Config, loaded: &Loaded) -> String {
    let names: Vec<&str> = loaded.files.iter().map(|file| file.name.as_str()).collect();
    let mut text = format!(
        "# Settings for nrr, made by `nrr init` from {}.\n\
         # A key is the name of a flag, and a flag wins over it. `nrr explain NAME` says more of a policy.\n",
        escape::terminal(&names.join(", "))
    );
    text.push_str("\n# Reading: what was set, or detected in the file.\n");
    for setting in SETTINGS {
        if let Some(mut line) = set_or_found(setting.name, config, loaded) {
            // The path of a file holds from one folder alone; its choices stand among the policies.
            let is_file = |chosen: &ChosenDefinition| !chosen.is_shipped;
            if setting.name == "definition" && config.definition.as_ref().is_some_and(is_file) {
                line.is_key = false;
            }
            push(&mut text, &line, setting.about, None);
        }
    }
    push_facts(&mut text, loaded);
    text.push_str(
        "\n# Policies: every choice that moves the number. Those with `#` before them are at their defaults.\n",
    );
    let policies = report::detected(&loaded.policies, loaded);
    let defaults = Policies::default();
    let choices = policies.choices().zip(defaults.choices());
    let names_definition = config
        .definition
        .as_ref()
        .is_some_and(|chosen| chosen.is_shipped);
    for ((policy, value, origin), (_, default, _)) in choices {
        // The key `definition` says it already, where the file can be told from anywhere.
        let is_said = names_definition && matches!(origin, Origin::Definition(_));
        let origin = origin.to_string();
        let line = Line {
            name: policy.name,
            is_key: !is_said && (origin != "default" || value != default),
            value: toml_text(&value),
            origin,
        };
        push(&mut text, &line, policy.about, Some(policy.values));
    }
    text
}

/// Adds a key below what it is, what it takes and where it came from.
fn push(text: &mut String, line: &Line, about: &str, values: Option<&str>) {
    let values = values.map(|values| format!(": {}", values.replace('|', ", ")));
    let (values, origin) = (values.unwrap_or_default(), escape::terminal(&line.origin));
    let mark = if line.is_key { "" } else { "# " };
    // Writing to a text cannot fail.
    let _ = writeln!(text, "\n# {about}{values}");
    if line.origin != "default" {
        let _ = writeln!(text, "# {origin}");
    }
    let _ = writeln!(text, "{mark}{} = {}", line.name, line.value);
}

/// A setting as somebody set it, else as all files were found to have it.
fn set_or_found(name: &'static str, config: &Config, loaded: &Loaded) -> Option<Line> {
    if let Some(set) = config.set.iter().find(|set| set.name == name) {
        return Some(Line {
            name,
            value: set_value(set),
            origin: set.origin.clone(),
            is_key: true,
        });
    }
    let mut files = loaded.files.iter();
    let mut found = files.by_ref().map(|file| {
        let mut traits = file.traits.iter();
        traits.find(|found| found.name == name)
    });
    let first = found.next()??;
    let is_same = found.all(|other| other.is_some_and(|other| other.value == first.value));
    let origin = if is_same {
        first.origin.clone()
    } else {
        format!("not the same in all files: {}", first.origin)
    };
    // Nothing hangs on it in this file, and another file may have it otherwise.
    let is_open = first.origin.starts_with("detected: no ");
    // A header that is empty or looks like a number names no column.
    let names_column = !first.value.is_empty() && !first.value.starts_with('#');
    Some(Line {
        name,
        value: toml_text(&first.value),
        origin,
        is_key: is_same && names_column && !is_open,
    })
}

/// Several values as a list.
fn set_value(set: &Set) -> String {
    let is_list = SETTINGS
        .iter()
        .any(|setting| setting.name == set.name && setting.is_list);
    match set.values.as_slice() {
        [only] if !is_list => toml_text(only),
        several => {
            let texts: Vec<String> = several.iter().map(|text| toml_text(text)).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// What was found and is no setting, for the reader.
fn push_facts(text: &mut String, loaded: &Loaded) {
    let is_setting = |name: &str| setting_names().any(|setting| setting == name);
    let facts = loaded.files.iter().flat_map(|file| {
        let facts = file.traits.iter().filter(|found| !is_setting(found.name));
        facts.map(|found| {
            format!(
                "{}: {} {} ({})",
                file.name, found.name, found.value, found.origin
            )
        })
    });
    for fact in facts {
        let _ = writeln!(text, "\n# {}", escape::terminal(&fact));
    }
    let (first, last) = (
        loaded.books.customers.first(),
        loaded.books.customers.last(),
    );
    let _ = writeln!(text, "\n# The data cover {first} to {last}.");
}
