//! The flags of a run, as typed; the model asks for them by name.

use std::collections::BTreeMap;

use crate::oracle::span::{Form, Span};
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
            if name == "definition" {
                for (policy, value) in definition(&pair[1]) {
                    settings.set(policy, *value);
                }
            } else {
                settings.set(name, pair[1].clone());
            }
        }
        settings
    }

    /// What is measured of a period: with `length` the window of so many months that ends with it.
    pub fn window(&self, span: Span) -> Span {
        let length = self.get("length").and_then(|text| text.parse().ok());
        match length {
            Some(length) if length != span.length => Span {
                last: span.last,
                length,
                form: match length {
                    12 => Form::Trailing,
                    1 | 3 | 6 => Form::Calendar,
                    _ => Form::Free,
                },
            },
            _ => span,
        }
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

/// The choices of a named definition, as `definitions.md` §6 has them.
fn definition(name: &str) -> &'static [(&'static str, &'static str)] {
    const STOCK: (&str, &str) = ("basis", "stock");
    const FLOW: (&str, &str) = ("basis", "flow");
    const YEAR: (&str, &str) = ("lookback", "12");
    match name {
        "standard" => &[],
        "annual" => &[STOCK, YEAR],
        "chartmogul" => &[("length", "1"), ("reactivation", "in-nrr")],
        "chargebee" => &[("reactivation", "as-expansion")],
        "maxio" => &[
            ("length", "1"),
            ("reactivation", "in-nrr"),
            ("reactivation-window", "3"),
        ],
        "twilio" => &[FLOW, ("length", "3"), YEAR],
        "snowflake" => &[FLOW, ("length", "12"), YEAR, ("cohort-base", "first-month")],
        "teamviewer" => &[FLOW, ("length", "12"), YEAR],
        "trailing-average" => &[STOCK, YEAR, ("method", "trailing-average")],
        "posthog" => &[STOCK, YEAR, ("min-opening", "5000")],
        "survivors" => &[
            YEAR,
            ("cohort-base", "survivors"),
            ("min-opening", "10000"),
            ("min-closing", "10000"),
        ],
        "compound" => &[STOCK, YEAR, ("method", "compound")],
        "summed" => &[STOCK, YEAR, ("method", "summed")],
        other => panic!("`{other}` is no definition"),
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
