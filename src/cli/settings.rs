//! `nrr.toml` and files of definitions: every key a flag's name, every value with the line it stands on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::args::{Common, setting_names};
use super::check_file::{CheckFile, Lines, parse_check};
use super::environment::Environment;
use crate::error::{Code, Errors, Message, Place};
use crate::input::preset::{Preset, parse_table};
use crate::policies::{DEFINITIONS, NamedDefinition, Origin, POLICIES, Policies, Policy};
use crate::text;

/// The file's name.
const NAME: &str = "nrr.toml";

/// One value of a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileValue {
    /// One text, or several for a list.
    pub(super) values: Vec<String>,
    /// Where it stands.
    pub(super) place: Place,
}

/// What a settings file says; nothing without one.
#[derive(Clone, Debug, Default)]
pub(super) struct FileSettings {
    /// The values by key.
    pub(super) values: BTreeMap<String, FileValue>,
    /// The presets of its tables `[presets.NAME]`.
    pub(super) presets: Vec<Preset>,
    /// What its table `[check]` says.
    pub(super) check: CheckFile,
    /// The folder it stands in, from which the paths in it are looked for.
    pub(super) folder: PathBuf,
    /// The file itself.
    pub(super) file: Option<PathBuf>,
}

/// A definition from a file, or one that comes with the program.
#[derive(Debug, Default)]
pub(super) struct ChosenDefinition {
    /// Its name.
    pub(super) name: String,
    /// The policies it names, each with its value and where that came from.
    pub(super) choices: BTreeMap<String, (FileValue, Origin)>,
    /// True if a flag chose it, and not a settings file.
    pub(super) is_typed: bool,
    /// True if it comes with the program.
    pub(super) is_shipped: bool,
    /// The file that it was read from.
    pub(super) file: Option<PathBuf>,
}

/// Reads the settings file that is named, or the nearest above the working folder.
///
/// # Errors
///
/// A named file that cannot be read, text that is no TOML, every key that is no setting, and every value of
/// a kind that no setting takes.
pub(super) fn read_settings(
    common: &Common,
    environment: &Environment,
) -> Result<FileSettings, Errors> {
    if common.no_config && common.config.is_some() {
        // Clap sees a conflict only where both stand on the same side of the command.
        let headline = "`--config` cannot be used with `--no-config`";
        return Err(Errors::from(Message::new(Code::Usage, headline)));
    }
    let Some(path) = settings_path(common, environment) else {
        return Ok(FileSettings::default());
    };
    let name = common
        .config
        .clone()
        .unwrap_or_else(|| shown(&path, environment));
    let text = read_file(&path).map_err(|error| {
        let headline = format!("cannot read the settings file `{name}`");
        Message::new(Code::UnreadableSettings, headline)
            .at(Place::file(&name))
            .note(format!("{error:#}"))
    })?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let settings = parse_settings(&text, &name)?;
    Ok(FileSettings {
        folder,
        file: Some(path),
        ..settings
    })
}

/// The definition of this name, or of the file of this path, looked for from a folder.
///
/// # Errors
///
/// [`Code::UnknownDefinition`]; a file that cannot be read, that is no TOML, or that holds anything but a
/// name and policies.
pub(super) fn read_definition(
    asked: &str,
    folder: &Path,
    environment: &Environment,
) -> Result<ChosenDefinition, Errors> {
    if let Some(definition) = NamedDefinition::named(asked) {
        return Ok(shipped(definition));
    }
    let path = folder.join(asked);
    let is_path = asked.contains(['/', '\\', '.']) || path.is_file();
    if !is_path {
        return Err(Errors::from(unknown_definition(asked)));
    }
    let name = shown(&path, environment);
    let text = read_file(&path).map_err(|error| {
        let headline = format!("cannot read the definition `{name}`");
        Message::new(Code::UnreadableSettings, headline)
            .at(Place::file(&name))
            .note(format!("{error:#}"))
    })?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let definition = parse_definition(&text, &name, &stem)?;
    Ok(ChosenDefinition {
        file: Some(path),
        ..definition
    })
}

/// A definition that comes with the program.
fn shipped(definition: &NamedDefinition) -> ChosenDefinition {
    let choice = |(name, value): &(&str, &str)| {
        let value = FileValue {
            values: vec![(*value).to_owned()],
            place: Place::default(),
        };
        ((*name).to_owned(), (value, definition.origin()))
    };
    ChosenDefinition {
        name: definition.name.to_owned(),
        choices: definition.choices.iter().map(choice).collect(),
        is_shipped: true,
        ..ChosenDefinition::default()
    }
}

/// No such definition: the nearest one, or where they are listed.
pub(super) fn unknown_definition(asked: &str) -> Message {
    let names = DEFINITIONS.iter().map(|definition| definition.name);
    let headline = format!("`{asked}` is no definition");
    let message = Message::new(Code::UnknownDefinition, headline);
    match text::nearest(asked, names) {
        Some(near) => message.help(format!("`{near}` is one")),
        None => message
            .expected("a name that `nrr definitions` lists, or a file")
            .help("`nrr definitions`"),
    }
}

/// Reads a definition's file: its name, by default that of the file, and policies.
fn parse_definition(text: &str, file: &str, stem: &str) -> Result<ChosenDefinition, Errors> {
    let table = parse_toml(text, file)?;
    let mut definition = ChosenDefinition {
        name: stem.to_owned(),
        ..ChosenDefinition::default()
    };
    let mut errors = Vec::new();
    for (key, value) in table.get_ref() {
        let at = place(text, file, key.span());
        let is_policy = Policy::index(key.get_ref()).is_some();
        match texts(value.get_ref()) {
            _ if !is_policy && key.get_ref() != "name" => {
                errors.push(no_policy(key.get_ref(), at));
            }
            Some(values) if is_policy => {
                let line = at.line.unwrap_or_default();
                let origin = Origin::Definition(format!("{file}:{line}"));
                let value = FileValue { values, place: at };
                let key = key.get_ref().to_string();
                definition.choices.insert(key, (value, origin));
            }
            Some(values) if is_name(&values) => definition.name = values.concat(),
            _ => {
                let headline = format!("`{}` takes one text", key.get_ref());
                let at = place(text, file, value.span());
                errors.push(Message::new(Code::BadValue, headline).at(at));
            }
        }
    }
    errors.extend(borrowed_name(&definition, file));
    errors.sort_by_key(|error| error.place.as_ref().and_then(|place| place.line));
    if errors.is_empty() {
        Ok(definition)
    } else {
        Err(Errors::from(errors))
    }
}

/// A file that has the name of a definition that comes with the program, and makes other choices: two numbers would
/// be called by one name.
fn borrowed_name(definition: &ChosenDefinition, file: &str) -> Option<Message> {
    let shipped = NamedDefinition::named(&definition.name)?;
    let value = |name: &str| {
        let own = definition.choices.get(name);
        own.map(|(value, _)| value.values.concat())
    };
    let is_same = POLICIES.iter().all(|policy| {
        let theirs = shipped
            .choices
            .iter()
            .find(|choice| choice.0 == policy.name);
        let default = || Policies::default().value(policy.name);
        let theirs = theirs.map_or_else(default, |choice| Some(choice.1.to_owned()));
        value(policy.name).or_else(default) == theirs
    });
    let name = &definition.name;
    let headline = format!(
        "`{name}` is a definition that comes with the program, and `{file}` makes other choices"
    );
    (!is_same).then(|| {
        Message::new(Code::BadValue, headline)
            .at(Place::file(file))
            .note("two numbers would be called by one name")
            .help(format!(
                "give it a name of its own, such as `name = \"our-{name}\"`"
            ))
    })
}

/// True for one text that can be shown on a line.
fn is_name(values: &[String]) -> bool {
    let is_shown = |name: &String| !name.trim().is_empty() && !name.chars().any(char::is_control);
    matches!(values, [name] if is_shown(name))
}

/// A key of a definition that is none.
fn no_policy(key: &str, at: Place) -> Message {
    let message = Message::new(Code::UnknownSetting, format!("`{key}` is no policy")).at(at);
    if setting_names().any(|name| name == key) {
        return message
            .note("a definition holds its name and policies; how a file is read is none of it")
            .help(format!("put `{key}` into nrr.toml"));
    }
    let known = POLICIES.iter().map(|policy| policy.name);
    match text::nearest(key, known.chain(["name"])) {
        Some(near) => message.help(format!("`{near}` is one")),
        None => message
            .expected("`name`, or a policy such as `lookback`")
            .help("see them with `nrr definitions standard`"),
    }
}

fn parse_toml<'a>(text: &'a str, name: &str) -> Result<Spanned<DeTable<'a>>, Message> {
    DeTable::parse(text).map_err(|error| {
        let message = Message::new(
            Code::UnreadableSettings,
            format!("cannot read `{name}` as TOML"),
        )
        .note(error.message());
        message.at(error
            .span()
            .map_or_else(|| Place::file(name), |span| place(text, name, span)))
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the rim: settings are read here and nowhere else"
)]
pub(super) fn read_file(path: &Path) -> anyhow::Result<String> {
    use anyhow::Context;
    let bytes =
        std::fs::read(path).map_err(|error| anyhow::anyhow!(crate::input::reason(&error)))?;
    String::from_utf8(bytes).context("it is no UTF-8")
}

fn settings_path(common: &Common, environment: &Environment) -> Option<PathBuf> {
    if common.no_config {
        return None;
    }
    if let Some(path) = &common.config {
        return Some(
            environment
                .folder()
                .map_or_else(|| PathBuf::from(path), |folder| folder.join(path)),
        );
    }
    environment
        .folder()?
        .ancestors()
        .map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
}

/// A path as short as it can be said: relative to the working folder where it lies in it.
fn shown(path: &Path, environment: &Environment) -> String {
    let inside = environment
        .folder()
        .and_then(|folder| path.strip_prefix(folder).ok());
    inside.unwrap_or(path).display().to_string()
}

fn parse_settings(text: &str, name: &str) -> Result<FileSettings, Errors> {
    let table = parse_toml(text, name)?;
    let (mut settings, mut errors) = (FileSettings::default(), Vec::new());
    for (key, value) in table.get_ref() {
        let at = place(text, name, key.span());
        if let ("presets", DeValue::Table(presets)) = (key.get_ref().as_ref(), value.get_ref()) {
            match parse_table(presets, text, name) {
                Ok(presets) => settings.presets = presets,
                Err(messages) => errors.extend(messages),
            }
        } else if let ("check", DeValue::Table(check)) = (key.get_ref().as_ref(), value.get_ref()) {
            match parse_check(check, &Lines::of(name, text)) {
                Ok(check) => settings.check = check,
                Err(messages) => errors.extend(messages),
            }
        } else if !setting_names().any(|name| name == key.get_ref()) {
            errors.push(unknown(key.get_ref(), at));
        } else if let Some(values) = texts(value.get_ref()) {
            settings
                .values
                .insert(key.get_ref().to_string(), FileValue { values, place: at });
        } else {
            let headline = format!(
                "`{}` takes text, a number or a list of texts",
                key.get_ref()
            );
            errors.push(Message::new(Code::BadValue, headline).at(place(text, name, value.span())));
        }
    }
    errors.sort_by_key(|error| error.place.as_ref().and_then(|place| place.line));
    if errors.is_empty() {
        Ok(settings)
    } else {
        Err(Errors::from(errors))
    }
}

fn unknown(key: &str, at: Place) -> Message {
    let message = Message::new(Code::UnknownSetting, format!("`{key}` is no setting")).at(at);
    match text::nearest(key, setting_names()) {
        _ if ["period", "from", "to", "output"].contains(&key) => {
            message.note(format!("`--{key}` is given on the command line alone"))
        }
        _ if ["require", "forbid", "allow", "baseline"].contains(&key) => message
            .note("rules stand in a table of their own")
            .help(format!("write `[check]` on the line above `{key}`")),
        Some(near) => message.help(format!("`{near}` is one")),
        None => message
            .expected("a flag's name, such as `lookback`")
            .help("see them with `nrr calc --help`"),
    }
}

/// A value as it would be typed, or each value of a list; `None` for a table, a list in a list and
/// the like.
fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::Array(items) => items.iter().map(|item| text(item.get_ref())).collect(),
        one => Some(vec![text(one)?]),
    }
}

/// One value as it would be typed; numbers keep their digits, for money is never a float, and `0x10`
/// its base, for it is not 10.
fn text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(value) => Some(if *value { "yes" } else { "no" }.to_owned()),
        _ => None,
    }
}

/// A text as a value of a settings file.
pub(super) fn toml_text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn place(text: &str, name: &str, span: std::ops::Range<usize>) -> Place {
    Place::span(name, text, span)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        let errors = parse_settings(text, "nrr.toml").unwrap_err();
        errors
            .list
            .iter()
            .map(|error| format!("{}: {} {:?}", error.code, error.headline, error.help))
            .collect()
    }

    #[test]
    fn values_keep_their_digits_and_lines() {
        let settings = parse_settings(
            "# ours\nmin-opening = 5000.10\nby = [\"region\", \"plan\"]\n",
            "nrr.toml",
        )
        .unwrap();
        assert_eq!(settings.values["min-opening"].values, ["5000.10"]);
        assert_eq!(settings.values["min-opening"].place.line, Some(2));
        assert_eq!(settings.values["by"].values, ["region", "plan"]);
    }

    #[test]
    fn a_text_reads_back_from_a_settings_file() {
        for text in [
            "",
            "tab",
            "a\"b'c",
            "two\nlines\r\t\u{7f}\u{1b}",
            "#1",
            "\\",
            "\"\"\"'''",
        ] {
            let settings = parse_settings(&format!("date = {}\n", toml_text(text)), "nrr.toml");
            assert_eq!(settings.unwrap().values["date"].values, [text]);
        }
    }

    #[test]
    fn a_slip_in_a_key_is_an_error_with_the_name_meant() {
        assert_eq!(
            codes("reactivaton = \"in-nrr\""),
            ["unknown-setting: `reactivaton` is no setting [\"`reactivation` is one\"]"]
        );
    }

    #[test]
    fn a_number_keeps_its_base() {
        let settings = parse_settings("lookback = 0x10\nthreads = 1_0\n", "nrr.toml").unwrap();
        assert_eq!(settings.values["lookback"].values, ["0x10"]);
        assert_eq!(settings.values["threads"].values, ["10"]);
    }

    #[test]
    fn tables_lists_in_lists_and_broken_files_are_refused() {
        assert!(codes("[basis]\nx = 1")[0].starts_with("bad-value"));
        assert!(codes("by = [[\"region\", \"plan\"]]")[0].starts_with("bad-value"));
        assert!(codes("basis = ")[0].starts_with("unreadable-settings"));
    }
}
