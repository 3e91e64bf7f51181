//! `nrr definitions`: the named definitions as a list, or one of them as a file.

use std::fmt::Write as _;

use super::super::args::DefinitionsArgs;
use super::super::exit::Failure;
use super::super::reading::{Context, Target};
use super::super::settings::{toml_text, unknown_definition};
use crate::error::{Code, Message};
use crate::output::{Format, render_definitions};
use crate::policies::{NamedDefinition, Policies};
use crate::text;

/// Prints the list, or the definition that was named.
pub(in crate::cli) fn run(
    args: &DefinitionsArgs,
    mut context: Context<'_, '_>,
) -> Result<(), Failure> {
    if let Some(name) = &args.name {
        let definition = NamedDefinition::named(name).ok_or_else(|| unknown(name))?;
        let text = file(definition);
        return context.write(Target::stdout(), |_, out| out.write_all(text.as_bytes()));
    }
    let format = args.format.as_deref().map_or(Ok(Format::Table), format)?;
    context.write(Target::stdout(), |look, out| {
        render_definitions(format, look, out)
    })
}

fn unknown(name: &str) -> Message {
    let mut message = unknown_definition(name);
    for help in &mut message.help {
        if let Some(near) = help.strip_suffix(" is one") {
            *help = format!("`nrr definitions {}`", near.trim_matches('`'));
        }
    }
    message
}

fn format(word: &str) -> Result<Format, Message> {
    Format::parse(word).ok_or_else(|| {
        let words = Format::ALL.map(Format::word);
        let headline = format!("`--format` does not take `{word}`");
        let message = Message::new(Code::BadValue, headline).expected(text::list(&words, "or"));
        match text::nearest(word, words) {
            Some(near) => message.help(format!("`--format {near}`")),
            None => message,
        }
    })
}

/// A definition as a file: its choices as keys, and every other policy with its default behind `#`.
fn file(definition: &NamedDefinition) -> String {
    let name = definition.name;
    let mut text = format!(
        "# {name}: {}.\n# After: {}.\n",
        definition.about, definition.after
    );
    // Writing to a text cannot fail.
    if !definition.caution.is_empty() {
        let _ = writeln!(text, "# Note: {}.", definition.caution);
    }
    let _ = writeln!(
        text,
        "#\n# Give it a name of its own, change what is to differ, and measure by it:\n\
         #   nrr calc FILE --period 2024-03 --definition THIS_FILE\n\
         # A definition holds its name and policies, nothing else; `nrr explain POLICY` says more of each.\n\n\
         name = {}",
        toml_text(name)
    );
    let is_chosen = |policy: &str| definition.choices.iter().any(|(own, _)| *own == policy);
    let policies = Policies::default().under(definition);
    if !definition.choices.is_empty() {
        text.push_str("\n# What it chooses:\n");
    }
    for (policy, value, _) in policies.choices().filter(|one| is_chosen(one.0.name)) {
        push(
            &mut text,
            (policy.name, policy.about, policy.values),
            &value,
            "",
        );
    }
    text.push_str("\n# What it leaves at the default:\n");
    for (policy, value, _) in policies.choices().filter(|one| !is_chosen(one.0.name)) {
        // What an amount is follows from the file where nobody says it.
        let about = match policy.name {
            "basis" => "What an amount is: stock or flow; by default what the data say",
            _ => policy.about,
        };
        push(&mut text, (policy.name, about, policy.values), &value, "# ");
    }
    text
}

/// Adds a key below what it is and what it takes.
fn push(text: &mut String, (name, about, values): (&str, &str, &str), value: &str, mark: &str) {
    let values = values.replace('|', ", ");
    let _ = writeln!(
        text,
        "\n# {about}: {values}\n{mark}{name} = {}",
        toml_text(value)
    );
}
