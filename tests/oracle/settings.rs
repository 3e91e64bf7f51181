//! The flags of a run, as typed; the model asks for them by name.

use std::collections::BTreeMap;

use crate::oracle::span::Span;
use crate::support::book::units_of;

/// Flags and their values. The defaults are those of `definitions.md` §5.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    pub flags: BTreeMap<String, String>,
}

impl Settings {
    /// Reads `--flag value --flag value`; flags without a value are not known here.
    pub fn parse(args: &[String]) -> Settings {
        let mut settings = Settings::default();
        for pair in args.chunks(2) {
            let name = pair[0].strip_prefix("--").expect("a flag");
            settings.set(name, pair[1].clone());
        }
        settings
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.flags.insert(name.to_owned(), value.into());
    }

    /// As it is typed.
    pub fn args(&self) -> Vec<String> {
        self.flags
            .iter()
            .flat_map(|(name, value)| [format!("--{name}"), value.clone()])
            .collect()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.flags.get(name).map(String::as_str)
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.get(name) == Some(value)
    }

    pub fn number(&self, name: &str) -> Option<i32> {
        self.get(name)
            .map(|text| text.parse().expect("a whole number"))
    }

    pub fn units(&self, name: &str) -> i128 {
        self.get(name)
            .map_or(0, |text| units_of(text).expect("an amount"))
    }

    pub fn fiscal(&self) -> i32 {
        self.number("fiscal-year-start").unwrap_or(1)
    }

    /// The columns of `--by`.
    pub fn by(&self) -> Vec<String> {
        self.get("by").map_or_else(Vec::new, |names| {
            names.split(',').map(str::to_owned).collect()
        })
    }

    /// The periods of `--period`, or of `--from`, `--to` and `--every`; `None` for all of the ledger.
    pub fn spans(&self) -> Option<Vec<Span>> {
        let fiscal = self.fiscal();
        if let Some(label) = self.get("period") {
            return Some(vec![Span::parse(label, fiscal)]);
        }
        let from = Span::parse(self.get("from")?, fiscal).first();
        let to = Span::parse(self.get("to")?, fiscal).last;
        let length = length_of(self.get("every")?);
        let mut spans = Vec::new();
        let mut span = Span::holding(from, length, fiscal);
        while span.last <= to {
            spans.push(span);
            span = Span::calendar(span.last + length, length);
        }
        Some(spans)
    }
}

pub fn length_of(grain: &str) -> i32 {
    match grain {
        "month" => 1,
        "quarter" => 3,
        "half" => 6,
        "year" => 12,
        other => panic!("`{other}` is no grain"),
    }
}
