//! The table `[check]` of a settings file: rules and what else a check asks for, each with its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::settings::FileValue;
use crate::error::{Code, Excerpt, Message, Place};
use crate::text;

/// The keys of the table.
const KEYS: [&str; 9] = [
    "require", "rule", "period", "from", "to", "strict", "forbid", "allow", "baseline",
];

/// The keys of a table of a rule.
const RULE_KEYS: [&str; 3] = ["require", "name", "owner"];

/// What a settings file says of checks; nothing without the table.
#[derive(Clone, Debug, Default)]
pub(super) struct CheckFile {
    /// The rules, in the order of their lines.
    pub(super) rules: Vec<FileRule>,
    /// The period.
    pub(super) period: Option<FileValue>,
    /// The first period of a range.
    pub(super) from: Option<FileValue>,
    /// The last period of a range.
    pub(super) to: Option<FileValue>,
    /// True if all findings fail.
    pub(super) strict: Option<bool>,
    /// Codes of findings that fail.
    pub(super) forbid: Vec<FileValue>,
    /// Codes of findings that do not.
    pub(super) allow: Vec<FileValue>,
    /// The file of earlier figures.
    pub(super) baseline: Option<FileValue>,
}

/// A rule as it stands there.
#[derive(Clone, Debug)]
pub(super) struct FileRule {
    /// The rule.
    pub(super) text: String,
    /// Its line, with the rule marked.
    pub(super) place: Place,
    /// True if the marked letters are those of the rule, one for one.
    pub(super) is_verbatim: bool,
    /// What it is called.
    pub(super) name: Option<String>,
    /// Who answers for it.
    pub(super) owner: Option<String>,
}

/// A text and where its lines start, so that a line is found without counting from the top.
pub(super) struct Lines<'a> {
    file: &'a str,
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(file: &'a str, text: &'a str) -> Lines<'a> {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            file,
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The line that a span of bytes starts in, with the span marked.
    fn place(&self, span: Range<usize>) -> Place {
        let start = span.start.min(self.text.len());
        let number = self.starts.partition_point(|from| *from <= start);
        let from = self.starts[number.saturating_sub(1)];
        let line = self.text[from..].lines().next().unwrap_or_default();
        let within = |at: usize| at.saturating_sub(from).min(line.len());
        Place {
            excerpt: Some(Excerpt {
                text: line.to_owned(),
                start: within(span.start),
                end: within(span.end),
            }),
            ..Place::line(self.file, number as u64)
        }
    }
}

struct Reader<'a> {
    lines: &'a Lines<'a>,
    errors: Vec<Message>,
}

/// Reads the table.
///
/// # Errors
///
/// Every key that is none, and every value of another kind than its key takes.
pub(super) fn parse_check(
    table: &DeTable<'_>,
    lines: &Lines<'_>,
) -> Result<CheckFile, Vec<Message>> {
    let mut reader = Reader {
        lines,
        errors: Vec::new(),
    };
    let mut check = CheckFile::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "require" => {
                let rules = reader.texts("require", value);
                check
                    .rules
                    .extend(rules.into_iter().map(|text| reader.rule(text)));
            }
            "rule" => check.rules.extend(reader.rules(value)),
            "period" => check.period = reader.value("period", value),
            "from" => check.from = reader.value("from", value),
            "to" => check.to = reader.value("to", value),
            "baseline" => check.baseline = reader.value("baseline", value),
            "forbid" => check.forbid = reader.values("forbid", value),
            "allow" => check.allow = reader.values("allow", value),
            "strict" => match value.get_ref() {
                DeValue::Boolean(strict) => check.strict = Some(*strict),
                _ => reader.refuse("`strict` takes true or false", value.span()),
            },
            other => reader.unknown(other, key.span(), "[check]", &KEYS),
        }
    }
    check.rules.sort_by_key(|rule| {
        (
            rule.place.line,
            rule.place.excerpt.as_ref().map(|one| one.start),
        )
    });
    if reader.errors.is_empty() {
        Ok(check)
    } else {
        Err(reader.errors)
    }
}

impl Reader<'_> {
    fn refuse(&mut self, headline: &str, span: Range<usize>) {
        let message = Message::new(Code::BadValue, headline).at(self.lines.place(span));
        self.errors.push(message);
    }

    fn unknown(&mut self, key: &str, span: Range<usize>, table: &str, keys: &[&str]) {
        let headline = format!("`{key}` is no key of `{table}`");
        let message = Message::new(Code::UnknownSetting, headline).at(self.lines.place(span));
        self.errors
            .push(match text::nearest(key, keys.iter().copied()) {
                Some(near) => message.help(format!("`{near}` is one")),
                None => message.expected(text::list(keys, "or")),
            });
    }

    /// One text, or each of a list, with its bytes.
    fn texts(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<(String, Range<usize>)> {
        let headline = format!("`{key}` takes a text or a list of texts");
        let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push((text.to_string(), item.span())),
                _ => self.refuse(&headline, item.span()),
            }
        }
        texts
    }

    fn values(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Vec<FileValue> {
        let texts = self.texts(key, value);
        texts
            .into_iter()
            .map(|(text, span)| FileValue {
                values: vec![text],
                place: self.lines.place(span),
            })
            .collect()
    }

    fn value(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<FileValue> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.to_string(),
            // A year is a number to TOML.
            DeValue::Integer(number) if key != "baseline" => number.to_string(),
            _ => {
                self.refuse(&format!("`{key}` takes one text"), value.span());
                return None;
            }
        };
        Some(FileValue {
            values: vec![text],
            place: self.lines.place(value.span()),
        })
    }

    fn rule(&self, (text, span): (String, Range<usize>)) -> FileRule {
        let written = self.lines.text.get(span.clone()).unwrap_or_default();
        // Between its quotes a text stands as it is, unless something in it is escaped.
        let inside = written
            .get(1..written.len().saturating_sub(1))
            .unwrap_or_default();
        let is_verbatim = inside == text;
        let span = if is_verbatim {
            span.start + 1..span.end - 1
        } else {
            span
        };
        FileRule {
            text,
            place: self.lines.place(span),
            is_verbatim,
            name: None,
            owner: None,
        }
    }

    /// The tables `[[check.rule]]`.
    fn rules(&mut self, value: &Spanned<DeValue<'_>>) -> Vec<FileRule> {
        const HEADLINE: &str = "`rule` takes tables: `[[check.rule]]`";
        let DeValue::Array(items) = value.get_ref() else {
            self.refuse(HEADLINE, value.span());
            return Vec::new();
        };
        let mut rules = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => rules.extend(self.rule_table(table, item.span())),
                _ => self.refuse(HEADLINE, item.span()),
            }
        }
        rules
    }

    fn rule_table(&mut self, table: &DeTable<'_>, span: Range<usize>) -> Vec<FileRule> {
        let (mut rules, mut name, mut owner) = (Vec::new(), None, None);
        let mut has_require = false;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "require" => {
                    has_require = true;
                    rules = self.texts("require", value);
                }
                "name" => name = self.value("name", value).map(|value| value.values.concat()),
                "owner" => {
                    owner = self
                        .value("owner", value)
                        .map(|value| value.values.concat());
                }
                other => self.unknown(other, key.span(), "[[check.rule]]", &RULE_KEYS),
            }
        }
        if !has_require {
            let message = Message::new(
                Code::BadValue,
                "a rule of `[[check.rule]]` asks for nothing",
            )
            .at(self.lines.place(span))
            .help("`require = \"nrr >= 100%\"`");
            self.errors.push(message);
        }
        let rules = rules.into_iter().map(|rule| FileRule {
            name: name.clone(),
            owner: owner.clone(),
            ..self.rule(rule)
        });
        rules.collect()
    }
}
