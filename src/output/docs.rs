//! The pages and the schema that are made from the registers, and that they are in step.
//!
//! `UPDATE_DOCS=1 cargo test --lib output::docs` rewrites them.

#![expect(
    clippy::disallowed_methods,
    reason = "compares pages of the project with the registers, and rewrites them when asked to"
)]

use std::fmt::Write;

use super::fields::LAST;
use super::json::SCHEMA;
use crate::metrics::registry::{FIELDS, Field, HEAD, Unit};
use crate::policies::POLICIES;

const PAGE: &str = include_str!("../../docs/outputs.md");
const SCHEMA_FILE: &str = include_str!("../../docs/schema/calc.json");
const START: &str = "<!-- fields: made from the register by a test -->\n";
const END: &str = "<!-- end of fields -->\n";

/// What the fields after the register's mean.
const LAST_MEANINGS: [(&str, &str); 3] = [
    (
        "text",
        "why fields are null: their names, then the reason; null if all are defined",
    ),
    (
        "text",
        "name and first 12 digits of the fingerprint of the choices in force",
    ),
    (
        "text",
        "BLAKE3 of the only file, or of all files' fingerprints in the order given",
    ),
];

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Text => "text",
        Unit::Amount => "major units, exact",
        Unit::Customers => "customers",
        Unit::Fraction => "fraction, 6 decimals",
        Unit::Quotient => "quotient, 6 decimals",
        Unit::AverageAmount => "major units, 6 decimals",
        Unit::Flag => "true or false",
    }
}

fn meaning(field: &Field) -> &'static str {
    if field.formula.is_empty() {
        "its label: `2024-03`, `2024-Q1`, `FY2024`"
    } else {
        field.formula
    }
}

fn field_table() -> String {
    let mut table = String::from("| field | unit | what it is |\n| :-- | :-- | :-- |\n");
    let mut row = |name: &str, unit: &str, meaning: &str| {
        writeln!(table, "| `{name}` | {unit} | {meaning} |").unwrap();
    };
    for field in HEAD {
        row(field.name, unit(field.unit), meaning(field));
    }
    row(
        "segment.COL",
        "text",
        "the value of each column of `--by`; none on totals",
    );
    for field in FIELDS {
        row(field.name, unit(field.unit), meaning(field));
    }
    for (name, (unit, meaning)) in LAST.iter().zip(LAST_MEANINGS) {
        row(name, unit, meaning);
    }
    table
}

fn page() -> String {
    let (before, rest) = PAGE.split_once(START).expect("the start marker");
    let (_, after) = rest.split_once(END).expect("the end marker");
    format!("{before}{START}{}{END}{after}", field_table())
}

fn json_type(field: &Field) -> &'static str {
    match field.unit {
        Unit::Text if field.name == "currency" => r#"["string", "null"]"#,
        Unit::Text => r#""string""#,
        Unit::Customers => r#"["integer", "null"]"#,
        Unit::Flag => r#""boolean""#,
        Unit::Amount | Unit::Fraction | Unit::Quotient | Unit::AverageAmount => {
            r#"["number", "null"]"#
        }
    }
}

/// One property to a line.
fn property(name: &str, kind: &str, description: &str) -> String {
    let description = serde_json::to_string(description).unwrap();
    format!(r#""{name}": {{ "type": {kind}, "description": {description} }}"#)
}

fn record_properties() -> String {
    let own = |field: &Field| {
        let description = format!("{} ({})", meaning(field), unit(field.unit));
        property(field.name, json_type(field), &description)
    };
    let last = LAST.iter().zip(LAST_MEANINGS).map(|(name, (_, meaning))| {
        let is_optional = *name == "undefined";
        let kind = if is_optional {
            r#"["string", "null"]"#
        } else {
            r#""string""#
        };
        property(name, kind, meaning)
    });
    let properties: Vec<String> = HEAD.iter().chain(FIELDS).map(own).chain(last).collect();
    properties.join(",\n        ")
}

fn policy_properties() -> String {
    let properties: Vec<String> = POLICIES
        .iter()
        .map(|policy| {
            let description = format!("{}: {}", policy.about, policy.values);
            property(policy.name, r#""string""#, &description)
        })
        .collect();
    properties.join(",\n        ")
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

fn schema() -> String {
    let record = HEAD
        .iter()
        .chain(FIELDS)
        .map(|field| field.name)
        .chain(LAST);
    let policies = || names(POLICIES.iter().map(|policy| policy.name));
    include_str!("calc.schema.in")
        .replace("@SCHEMA@", SCHEMA)
        .replace("@RECORD@", &record_properties())
        .replace("@RECORD_NAMES@", &names(record))
        .replace("@POLICIES@", &policy_properties())
        .replace("@POLICY_NAMES@", &policies())
}

fn assert_in_step(path: &str, found: &str, made: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, made).unwrap();
        return;
    }
    assert_eq!(
        found, made,
        "{path} is out of step; see the head of this file"
    );
}

#[test]
fn the_page_lists_every_field() {
    assert_in_step("docs/outputs.md", PAGE, &page());
}

#[test]
fn the_schema_is_in_step_with_the_registers() {
    assert_in_step("docs/schema/calc.json", SCHEMA_FILE, &schema());
}

#[test]
fn the_schema_allows_exactly_the_fields_of_a_record() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA_FILE).unwrap();
    let record = &schema["$defs"]["record"];
    let mut found: Vec<&str> = record["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    found.sort_unstable();
    let fields = HEAD.iter().chain(FIELDS).map(|field| field.name);
    let mut expected: Vec<&str> = fields.chain(LAST).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(record["additionalProperties"], false);
    assert_eq!(record["required"].as_array().unwrap().len(), expected.len());
}
