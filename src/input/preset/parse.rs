//! Tables of presets to presets, with every slip in them.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{COLUMNS, Fallback, Filter, Preset, SETTINGS};
use crate::error::{Code, Message, Place};
use crate::input::header::folded;
use crate::input::vocabulary;
use crate::text;

/// Reads a file of presets, each a table with its name.
///
/// # Errors
///
/// Text that is no TOML; for each preset, everything that [`parse_table`] finds.
pub fn parse(text: &str, file: &str) -> Result<Vec<Preset>, Vec<Message>> {
    match DeTable::parse(text) {
        Ok(table) => parse_table(table.get_ref(), text, file),
        Err(error) => {
            let headline = format!("cannot read `{file}` as TOML");
            let place = error
                .span()
                .map_or_else(|| Place::file(file), |span| Place::span(file, text, span));
            let message = Message::new(Code::UnreadableSettings, headline)
                .note(error.message())
                .at(place);
            Err(vec![message])
        }
    }
}

/// Reads presets from a table of tables: what stands under `preset` in the settings file whose whole text is
/// given, for messages.
///
/// # Errors
///
/// Keys that no preset has, with the nearest one; values of another kind than their keys take; presets that
/// nothing would be recognised by, or that say neither what a row is nor why the export is refused.
pub fn parse_table(
    table: &DeTable<'_>,
    text: &str,
    file: &str,
) -> Result<Vec<Preset>, Vec<Message>> {
    let mut reader = Reader {
        text,
        file,
        errors: Vec::new(),
    };
    let presets: Vec<Preset> = table
        .iter()
        .filter_map(|(name, value)| reader.preset(name.get_ref(), value))
        .collect();
    let line = |message: &Message| message.place.as_ref().and_then(|place| place.line);
    reader.errors.sort_by_key(line);
    if reader.errors.is_empty() {
        Ok(presets)
    } else {
        Err(reader.errors)
    }
}

/// A value and where it stands.
type Value<'t> = Spanned<DeValue<'t>>;

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    errors: Vec<Message>,
}

impl Reader<'_> {
    fn preset(&mut self, name: &str, value: &Value<'_>) -> Option<Preset> {
        let DeValue::Table(table) = value.get_ref() else {
            self.bad(
                value,
                format!("the preset `{name}` is no table"),
                "keys and their values",
            );
            return None;
        };
        let mut preset = Preset {
            name: name.to_owned(),
            ..Preset::default()
        };
        for (key, value) in table {
            if !self.entry(&mut preset, key.get_ref(), value) {
                let place = Place::span(self.file, self.text, key.span());
                self.errors.push(unknown_key(key.get_ref(), place));
            }
        }
        self.check(&preset, value);
        Some(preset)
    }

    /// Reads one key; false if no preset has it.
    fn entry(&mut self, preset: &mut Preset, key: &str, value: &Value<'_>) -> bool {
        match key {
            "about" => preset.about = self.text(key, value).unwrap_or_default(),
            "refuse" => preset.refuse = self.text(key, value),
            "better" => preset.better = self.text(key, value),
            "missing-customer" => preset.missing_customer = self.text(key, value),
            "headers" => preset.headers = self.headers(value),
            "period-headers" => preset.period_headers = self.count(key, value),
            "title" => preset.titles = self.texts(key, value),
            "notes" => preset.notes = self.texts(key, value),
            "less" => preset.less = self.folded(key, value),
            "keep" => preset.keep = self.filters(key, value),
            "drop" => preset.drop = self.filters(key, value),
            "end-fallback" => preset.end_fallback = self.fallbacks(value),
            _ => return self.setting(preset, key, value),
        }
        true
    }

    /// Reads a key that could be typed as well; false if it is none.
    fn setting(&mut self, preset: &mut Preset, key: &str, value: &Value<'_>) -> bool {
        if let Some(key) = COLUMNS.iter().find(|name| **name == key) {
            let candidates = self.folded(key, value);
            preset.columns.insert(key, candidates);
        } else if let Some((key, words)) = SETTINGS.iter().find(|(name, _)| *name == key) {
            let word = self.word(key, words, value);
            preset.settings.insert(key, word.into_iter().collect());
        } else if let Some(key) = STATUSES.iter().find(|name| **name == key) {
            let statuses = self.folded(key, value);
            preset.settings.insert(key, statuses);
        } else if key == "interval" {
            let interval = self.interval(value);
            preset
                .settings
                .insert("interval", interval.into_iter().collect());
        } else {
            return false;
        }
        true
    }

    /// Says what a preset lacks that is of no use without it.
    fn check(&mut self, preset: &Preset, value: &Value<'_>) {
        let name = &preset.name;
        if preset.headers.is_empty() && preset.titles.is_empty() {
            let headline = format!("nothing says which files the preset `{name}` is for");
            self.bad(
                value,
                headline,
                "`headers`, the names that have to be there",
            );
        }
        if preset.refuse.is_none() && preset.setting("shape").is_none() {
            let headline = format!("the preset `{name}` doesn't say what a row is");
            self.bad(value, headline, "`shape`, or `refuse` with the reason");
        }
    }

    fn bad(&mut self, value: &Value<'_>, headline: String, expected: &str) {
        let place = Place::span(self.file, self.text, value.span());
        self.errors.push(
            Message::new(Code::BadValue, headline)
                .at(place)
                .expected(expected),
        );
    }

    fn text(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        let found = string(value);
        if found.is_none() {
            self.bad(value, format!("`{key}` takes one text"), "a text in quotes");
        }
        found
    }

    /// One text, or a list of them.
    fn texts(&mut self, key: &str, value: &Value<'_>) -> Vec<String> {
        let found = match value.get_ref() {
            DeValue::Array(items) => items.iter().map(string).collect(),
            _ => string(value).map(|one| vec![one]),
        };
        found.unwrap_or_else(|| {
            let headline = format!("`{key}` takes texts");
            self.bad(value, headline, "a text in quotes, or a list of texts");
            Vec::new()
        })
    }

    /// Texts as headers and values are compared.
    fn folded(&mut self, key: &str, value: &Value<'_>) -> Vec<String> {
        let texts = self.texts(key, value);
        texts.iter().map(|text| folded(text)).collect()
    }

    fn headers(&mut self, value: &Value<'_>) -> Vec<Vec<String>> {
        let DeValue::Array(items) = value.get_ref() else {
            return vec![self.folded("headers", value)];
        };
        items
            .iter()
            .map(|item| self.folded("headers", item))
            .collect()
    }

    fn count(&mut self, key: &str, value: &Value<'_>) -> usize {
        let found = match value.get_ref() {
            DeValue::Integer(number) => number.to_string().parse().ok(),
            _ => None,
        };
        found.unwrap_or_else(|| {
            self.bad(value, format!("`{key}` takes a count"), "a whole number");
            0
        })
    }

    fn word(&mut self, key: &str, words: &[&str], value: &Value<'_>) -> Option<String> {
        let found = string(value).filter(|text| words.contains(&text.as_str()));
        if found.is_none() {
            let ticked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            let headline = format!("`{key}` does not take this value");
            self.bad(value, headline, &text::list(&ticked, "or"));
        }
        found
    }

    fn interval(&mut self, value: &Value<'_>) -> Option<String> {
        let found = string(value)
            .filter(|text| vocabulary::interval(text).is_some_and(|one| one.months().is_some()));
        if found.is_none() {
            let headline = "`interval` does not take this value".to_owned();
            self.bad(value, headline, "an interval such as `month` or `3 months`");
        }
        found
    }

    /// Tables of a column and values.
    fn filters(&mut self, key: &str, value: &Value<'_>) -> Vec<Filter> {
        let rows = self.rows(key, value, &["column", "values"]);
        let read = |reader: &mut Self, row: &DeTable<'_>| {
            if !row.contains_key("values") {
                reader.bad(value, format!("`{key}` names no values"), "`values`");
            }
            Filter {
                column: reader.column(key, row, value),
                values: reader.listed(row, "values"),
            }
        };
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    fn fallbacks(&mut self, value: &Value<'_>) -> Vec<Fallback> {
        let rows = self.rows("end-fallback", value, &["status", "column"]);
        let read = |reader: &mut Self, row: &DeTable<'_>| Fallback {
            statuses: reader.listed(row, "status"),
            column: reader.column("end-fallback", row, value),
        };
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    /// The tables of a list, of which each key has to be one of these.
    fn rows<'v, 't>(
        &mut self,
        key: &str,
        value: &'v Value<'t>,
        keys: &[&str],
    ) -> Vec<&'v DeTable<'t>> {
        let DeValue::Array(items) = value.get_ref() else {
            self.bad(
                value,
                format!("`{key}` takes a list of tables"),
                "`[{ … }]`",
            );
            return Vec::new();
        };
        let mut rows = Vec::new();
        for item in items {
            let DeValue::Table(row) = item.get_ref() else {
                self.bad(item, format!("`{key}` takes tables"), "`{ … }`");
                continue;
            };
            for name in row.keys().filter(|name| !keys.contains(&&**name.get_ref())) {
                let place = Place::span(self.file, self.text, name.span());
                self.errors.push(nearest_key(name.get_ref(), keys, place));
            }
            rows.push(row);
        }
        rows
    }

    fn column(&mut self, key: &str, row: &DeTable<'_>, whole: &Value<'_>) -> String {
        let Some(value) = row.get("column") else {
            self.bad(whole, format!("`{key}` names no column"), "`column`");
            return String::new();
        };
        folded(&self.text("column", value).unwrap_or_default())
    }

    fn listed(&mut self, row: &DeTable<'_>, key: &str) -> Vec<String> {
        row.get(key)
            .map_or_else(Vec::new, |value| self.folded(key, value))
    }
}

/// The keys that take statuses.
const STATUSES: &[&str] = &["keep-status", "drop-status"];

/// The keys that only a preset has.
const OWN: &[&str] = &[
    "about",
    "refuse",
    "better",
    "missing-customer",
    "headers",
    "period-headers",
    "title",
    "notes",
    "less",
    "keep",
    "drop",
    "end-fallback",
    "interval",
];

fn string(value: &Value<'_>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

fn unknown_key(key: &str, place: Place) -> Message {
    let settings = SETTINGS.iter().map(|(name, _)| *name);
    let known: Vec<&str> = OWN
        .iter()
        .chain(COLUMNS)
        .chain(STATUSES)
        .copied()
        .chain(settings)
        .collect();
    nearest_key(key, &known, place)
}

fn nearest_key(key: &str, known: &[&str], place: Place) -> Message {
    let headline = format!("`{key}` is no key of a preset");
    let message = Message::new(Code::UnknownSetting, headline).at(place);
    match text::nearest(key, known.iter().copied()) {
        Some(near) => message.help(format!("`{near}` is one")),
        None => message.expected("a key such as `headers`, `shape` or `customer`"),
    }
}
