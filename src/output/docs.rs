//! The pages and the schemas that are made from the registers, and that they are in step.
//!
//! `UPDATE_DOCS=1 cargo test --lib output::docs` rewrites them.

#![expect(
    clippy::disallowed_methods,
    reason = "compares pages of the project with the registers, and rewrites them when asked to"
)]

mod check;
mod diff;
mod plan;
mod renewals;
mod trace;

use std::fmt::Write;

use super::fields::LAST;
use super::json::SCHEMA;
use super::{cohorts, compare, customers, definitions, inspection, ledger};
use crate::metrics::registry::{FIELDS, Field, HEAD, Unit};
use crate::policies::POLICIES;

const PAGE: &str = include_str!("../../docs/outputs.md");
const SCHEMA_FILE: &str = include_str!("../../docs/schema/calc.json");
const LEDGER_FILE: &str = include_str!("../../docs/schema/ledger.json");
const CUSTOMERS_FILE: &str = include_str!("../../docs/schema/customers.json");
const INSPECT_FILE: &str = include_str!("../../docs/schema/inspect.json");
const COHORTS_FILE: &str = include_str!("../../docs/schema/cohorts.json");
const COMPARE_FILE: &str = include_str!("../../docs/schema/compare.json");
const DEFINITIONS_FILE: &str = include_str!("../../docs/schema/definitions.json");
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

/// What the schemas of two commands differ in.
struct Schema<'a> {
    command: &'static str,
    name: &'static str,
    about: &'static str,
    /// Name and schema of every member before the results.
    more: &'a [(&'static str, &'a str)],
    results: &'static str,
    /// What holds of a record besides its fields.
    record_rules: &'static str,
    record: String,
    record_names: String,
}

fn schema(of: &Schema<'_>) -> String {
    let policies = || names(POLICIES.iter().map(|policy| policy.name));
    let member = |(name, schema): &(&str, &str)| format!("\"{name}\": {schema},\n    ");
    let more_names = of.more.iter().map(|(name, _)| format!("\"{name}\", "));
    include_str!("calc.schema.in")
        .replace("@SCHEMA@", of.name)
        .replace("@COMMAND@", of.command)
        .replace("@ABOUT@", of.about)
        .replace("@MORE_NAMES@", &more_names.collect::<String>())
        .replace("@MORE@", &of.more.iter().map(member).collect::<String>())
        .replace("@RESULTS@", of.results)
        .replace("@RECORD_RULES@", of.record_rules)
        .replace("@RECORD@", &of.record)
        .replace("@RECORD_NAMES@", &of.record_names)
        .replace("@POLICIES@", &policy_properties())
        .replace("@POLICY_NAMES@", &policies())
}

fn calc_schema() -> String {
    let record = HEAD.iter().chain(FIELDS).map(|field| field.name);
    schema(&Schema {
        command: "calc",
        name: SCHEMA,
        about: "Net revenue retention of one or more periods, with the definition, the input and the warnings behind it.",
        more: &[
            (
                "confidence",
                r#"{
      "type": ["object", "null"],
      "description": "What the intervals of the records are; null where none were asked for.",
      "additionalProperties": false,
      "required": ["level", "seed", "draws"],
      "properties": {
        "level": { "type": "number", "description": "The share of draws inside, in percent." },
        "seed": { "type": "integer", "description": "Where the draws start." },
        "draws": { "type": "integer", "description": "How often the base was drawn." }
      }
    }"#,
            ),
            (
                "sensitivity",
                r#"{
      "type": ["array", "null"],
      "description": "Every other choice that changes NRR, GRR or logo retention of the total; null where nobody asked.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["policy", "value", "nrr", "difference", "grr", "logo_retention"],
        "properties": {
          "policy": { "type": "string", "description": "The policy that is chosen otherwise." },
          "value": { "type": "string", "description": "The other value, as it would be typed." },
          "nrr": { "type": ["number", "null"], "description": "NRR under it, a fraction." },
          "difference": { "type": ["number", "null"], "description": "What NRR gains under it, a fraction." },
          "grr": { "type": ["number", "null"], "description": "GRR under it, a fraction." },
          "logo_retention": { "type": ["number", "null"], "description": "Logo retention under it, a fraction." }
        }
      }
    }"#,
            ),
        ],
        results: "One record a period; with --by the total of a period and then one record a segment.",
        record_rules: r#""description": "Amounts are exact; rates are rounded half away from zero to 6 decimals; undefined is null, with the reason in `undefined`.",
      "additionalProperties": false,
      "patternProperties": {
        "^segment\\.": { "type": "string", "description": "The value of a column of --by; absent on totals." }
      }"#,
        record: record_properties(),
        record_names: names(record.chain(LAST)),
    })
}

/// The fields of a ledger row: name, type and meaning.
const LEDGER_FIELDS: [(&str, &str, &str); 4] = [
    (
        "customer",
        r#""string""#,
        "who pays, as the input writes it",
    ),
    (
        "month",
        r#""string""#,
        "the month, or the longer label that the input has: `2024-03`, `2024-Q1`",
    ),
    (
        "amount",
        r#""number""#,
        "the sum of the rows that count, in major units, exact",
    ),
    (
        "currency",
        r#"["string", "null"]"#,
        "the currency of every amount; null if the input names none",
    ),
];

/// The fields of a cell of a triangle, but those of `--by`.
const COHORT_FIELDS: [(&str, &str, &str); 14] = [
    (
        "cohort",
        r#""string""#,
        "the period it starts in; `average` for all cohorts that have reached the age",
    ),
    ("age", r#""integer""#, "how many periods later this is"),
    (
        "period",
        r#"["string", "null"]"#,
        "the period at this age; null for the average",
    ),
    (
        "currency",
        r#"["string", "null"]"#,
        "the currency of every amount; null if the input names none",
    ),
    ("customers", r#""integer""#, "customers of the cohort"),
    (
        "active_customers",
        r#""integer""#,
        "those of them with revenue at this age",
    ),
    (
        "opening",
        r#"["number", "null"]"#,
        "Σ revenue at age 0; null if that lies before the data",
    ),
    ("amount", r#""number""#, "Σ revenue at this age"),
    (
        "amount_capped",
        r#"["number", "null"]"#,
        "Σ min(revenue at age 0, revenue at this age), customer by customer",
    ),
    ("nrr", r#"["number", "null"]"#, "amount ÷ opening"),
    ("grr", r#"["number", "null"]"#, "amount_capped ÷ opening"),
    (
        "logo_retention",
        r#"["number", "null"]"#,
        "active_customers ÷ customers",
    ),
    (
        "includes_older",
        r#""boolean""#,
        "true if everyone older than the data is in it",
    ),
    (
        "partial",
        r#""boolean""#,
        "the data end before the period does",
    ),
];

/// The fields of a finding.
const INSPECT_FIELDS: [(&str, &str, &str); 6] = [
    ("code", r#""string""#, "what `nrr explain` takes"),
    (
        "level",
        r#""string""#,
        "`warning`, or `error` where a calculation over all periods would stop",
    ),
    (
        "message",
        r#""string""#,
        "what is the matter, in one clause",
    ),
    (
        "count",
        r#"["integer", "null"]"#,
        "how many rows, customers or months it concerns",
    ),
    (
        "places",
        r#"["string", "null"]"#,
        "file and line, if they can be named: `revenue.csv:42`",
    ),
    (
        "effect_on_nrr",
        r#"["number", "null"]"#,
        "what it moves NRR by, as a fraction; null if that is not worked out",
    ),
];

fn properties(fields: &[(&str, &str, &str)]) -> String {
    let properties: Vec<String> = fields
        .iter()
        .map(|(name, kind, meaning)| property(name, kind, meaning))
        .collect();
    properties.join(",\n        ")
}

fn ledger_schema() -> String {
    schema(&Schema {
        command: "ledger",
        name: ledger::SCHEMA,
        about: "Who paid how much in which month, with the definition, the input and the warnings behind it.",
        more: &[(
            "read_back",
            r#"{ "type": "array", "description": "The flags under which the rows, as CSV, give the same numbers.", "items": { "type": "string" } }"#,
        )],
        results: "One record a customer and month that the input states, by customer in byte order, then by month.",
        record_rules: r#""description": "Every further property is the value of a column of --by; null without one.",
      "additionalProperties": { "type": ["string", "null"] }"#,
        record: properties(&LEDGER_FIELDS),
        record_names: names(ledger::FIELDS.into_iter()),
    })
}

fn cohorts_schema() -> String {
    let last = LAST.iter().zip(LAST_MEANINGS).map(|(name, (_, meaning))| {
        let kind = if *name == "undefined" {
            r#"["string", "null"]"#
        } else {
            r#""string""#
        };
        (*name, kind, meaning)
    });
    let fields: Vec<(&str, &str, &str)> = COHORT_FIELDS.into_iter().chain(last).collect();
    schema(&Schema {
        command: "cohorts",
        name: cohorts::SCHEMA,
        about: "Retention triangles by first period, with the definition, the input and the warnings behind them.",
        more: &[],
        results: "One record a cohort and age, then the average of each age; with --by those of everybody, then those of each segment.",
        record_rules: r#""description": "Amounts are exact; rates are rounded half away from zero to 6 decimals; undefined is null, with the reason in `undefined`.",
      "additionalProperties": false,
      "patternProperties": {
        "^segment\\.": { "type": "string", "description": "The value of a column of --by; absent where everybody is meant." }
      }"#,
        record: properties(&fields),
        record_names: names(fields.iter().map(|(name, ..)| *name)),
    })
}

/// The fields of a customer's record before and after the columns of `--by`.
const CUSTOMERS_FIELDS: [(&str, &str, &str); 16] = [
    (
        "rank",
        r#""integer""#,
        "its place in the order of everybody, from 1",
    ),
    ("customer", r#""string""#, "who, as the input writes it"),
    ("class", r#""string""#, "what became of it"),
    (
        "opening",
        r#""number""#,
        "what it paid at the opening, in major units, exact",
    ),
    (
        "closing",
        r#""number""#,
        "what it pays at the closing, in major units, exact",
    ),
    ("change", r#""number""#, "closing − opening, exact"),
    (
        "effect_on_nrr",
        r#"["number", "null"]"#,
        "nrr less nrr without the customer (fraction, 6 decimals)",
    ),
    (
        "effect_on_grr",
        r#"["number", "null"]"#,
        "grr less grr without the customer (fraction, 6 decimals)",
    ),
    (
        "share_of_opening",
        r#"["number", "null"]"#,
        "opening ÷ opening of the base (fraction, 6 decimals)",
    ),
    (
        "silent_since",
        r#"["string", "null"]"#,
        "without revenue at the closing, the first month without after its last revenue; null with revenue",
    ),
    ("period", r#"["string", "null"]"#, "the period"),
    (
        "opening_period",
        r#"["string", "null"]"#,
        "the period it is compared with",
    ),
    (
        "currency",
        r#"["string", "null"]"#,
        "the currency of every amount; null if the input names none",
    ),
    (
        "undefined",
        r#"["string", "null"]"#,
        "why effects or share are null: their names, then the reason; null if all are defined",
    ),
    (
        "definition",
        r#""string""#,
        "name and first 12 digits of the fingerprint of the choices in force",
    ),
    (
        "input_fingerprint",
        r#""string""#,
        "BLAKE3 of the only file, or of all files' fingerprints in the order given",
    ),
];

fn customers_schema() -> String {
    schema(&Schema {
        command: "customers",
        name: customers::SCHEMA,
        about: "Who moved NRR and GRR of one period and by how much, and how much stands with the largest customers.",
        more: &[(
            "concentration",
            r##"{
      "type": "array",
      "description": "The top 1, 5, 10 and 20 customers and the top 20% of them, rounded up; fewer customers than that are all of them.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["top", "closing_customers", "closing", "share_of_closing", "opening_customers", "opening", "share_of_opening", "nrr_without", "grr_without", "undefined"],
        "properties": {
          "top": { "type": "string", "description": "How many: a number, or 20%." },
          "closing_customers": { "$ref": "#/$defs/count", "description": "How many customers with revenue at the closing these are." },
          "closing": { "type": "number", "description": "What the largest by closing pay there, in major units, exact." },
          "share_of_closing": { "type": ["number", "null"], "description": "Its share of the closing of everybody." },
          "opening_customers": { "$ref": "#/$defs/count", "description": "How many customers of the base these are." },
          "opening": { "type": "number", "description": "What the largest by opening paid there, in major units, exact." },
          "share_of_opening": { "type": ["number", "null"], "description": "Its share of the opening of the base." },
          "nrr_without": { "type": ["number", "null"], "description": "nrr without the largest by opening." },
          "grr_without": { "type": ["number", "null"], "description": "grr without the largest by opening." },
          "undefined": { "type": ["string", "null"], "description": "Why fields are null: their names, then the reason." }
        }
      }
    }"##,
        )],
        results: "One record a customer, the largest effect first; of equals the first in byte order.",
        record_rules: r#""description": "Every further property is the value of a column of --by; null without one.",
      "additionalProperties": { "type": ["string", "null"] }"#,
        record: properties(&CUSTOMERS_FIELDS),
        record_names: names(CUSTOMERS_FIELDS.iter().map(|(name, ..)| *name)),
    })
}

fn inspect_schema() -> String {
    schema(&Schema {
        command: "inspect",
        name: inspection::SCHEMA,
        about: "What the loader sees: the input with every trait and its evidence, each month, and every finding.",
        more: &[(
            "months",
            r##"{
      "type": "array",
      "description": "Every month of the data, or every longer label, earliest first.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["month", "rows", "customers", "amount"],
        "properties": {
          "month": { "type": "string", "description": "Its label." },
          "rows": { "type": "boolean", "description": "False if nobody has a row in it." },
          "customers": { "$ref": "#/$defs/count", "description": "Customers with an amount above zero." },
          "amount": { "type": "number", "description": "The sum of all amounts, in major units, exact." }
        }
      }
    }"##,
        )],
        results: "One record a finding; the warnings are the same findings with their evidence and help.",
        record_rules: r#""additionalProperties": false"#,
        record: properties(&INSPECT_FIELDS),
        record_names: names(inspection::FIELDS.into_iter()),
    })
}

/// The fields of a comparison that a calculation does not have.
const COMPARE_FIELDS: [(&str, &str, &str); 2] = [
    (
        "difference",
        r#"["number", "null"]"#,
        "nrr less that of `standard`, as they are printed: a fraction; null where one is undefined",
    ),
    (
        "because",
        r#"["string", "null"]"#,
        "which rules make the difference, by how many points each, with the sums and the customers; or why there are no figures",
    ),
];

fn compare_schema() -> String {
    let record = HEAD.iter().chain(FIELDS).map(|field| field.name);
    let own = compare::OWN.into_iter();
    schema(&Schema {
        command: "compare",
        name: compare::SCHEMA,
        about: "Net revenue retention of one period under every definition, with what makes the differences.",
        more: &[
            (
                "confidence",
                r#"{
      "type": ["object", "null"],
      "description": "What the intervals of the records are; null where none were asked for.",
      "additionalProperties": false,
      "required": ["level", "seed", "draws"],
      "properties": {
        "level": { "type": "number", "description": "The share of draws inside, in percent." },
        "seed": { "type": "integer", "description": "Where the draws start." },
        "draws": { "type": "integer", "description": "How often the base was drawn." }
      }
    }"#,
            ),
            (
                "steps",
                r##"{
      "type": "array",
      "description": "What each rule does to nrr, one after another, from `standard` to each definition.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["definition", "step", "rules", "difference", "opening", "retained", "customers", "largest", "because"],
        "properties": {
          "definition": { "type": "string", "description": "That of the record." },
          "step": { "$ref": "#/$defs/count", "description": "From 1, in the order applied." },
          "rules": { "type": "string", "description": "What is changed, as policies and values; several where only together they give a figure." },
          "difference": { "type": "number", "description": "What nrr moves by, as a fraction; the steps of a definition add up to its difference." },
          "opening": { "type": ["number", "null"], "description": "The opening after the step, in major units, exact." },
          "retained": { "type": ["number", "null"], "description": "The sum above the line after the step; null where rates are multiplied." },
          "customers": { "type": ["integer", "null"], "description": "How many customers count otherwise; null where they cannot be told." },
          "largest": { "type": ["string", "null"], "description": "Those that move nrr the most, each with its percentage points." },
          "because": { "type": "string", "description": "The step in words." }
        }
      }
    }"##,
            ),
        ],
        results: "One record a definition, by nrr from the highest to the lowest, those without one last.",
        record_rules: r#""description": "Amounts are exact; rates are rounded half away from zero to 6 decimals; undefined is null, with the reason in `undefined`.",
      "additionalProperties": false"#,
        record: [record_properties(), properties(&COMPARE_FIELDS)].join(",\n        "),
        record_names: names(record.chain(LAST).chain(own)),
    })
}

/// The schema of the list of definitions, which nothing is read for.
fn definitions_schema() -> String {
    let meanings = [
        "what is typed for it",
        "its choices, as policies and values",
        "what it makes of the numbers",
        "whose practice it follows",
        "what a reader has to know beside the number; null if there is nothing",
    ];
    let fields = definitions::FIELDS.iter().zip(meanings);
    let fields: Vec<String> = fields
        .map(|(name, meaning)| {
            let kind = if *name == "caution" {
                r#"["string", "null"]"#
            } else {
                r#""string""#
            };
            property(name, kind, meaning)
        })
        .collect();
    format!(
        r#"{{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "urn:nrr:schema:definitions:1",
  "title": "nrr definitions --format json",
  "description": "Every named definition.",
  "type": "object",
  "additionalProperties": false,
  "required": ["schema", "results"],
  "properties": {{
    "schema": {{ "const": "{}", "description": "Name and version of this form." }},
    "results": {{
      "type": "array",
      "description": "One record a definition, in the order of the register.",
      "items": {{
        "type": "object",
        "additionalProperties": false,
        "required": [{}],
        "properties": {{
          {}
        }}
      }}
    }}
  }}
}}
"#,
        definitions::SCHEMA,
        names(definitions::FIELDS.into_iter()),
        fields.join(",\n          ")
    )
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
    assert_in_step("docs/schema/calc.json", SCHEMA_FILE, &calc_schema());
    assert_in_step("docs/schema/cohorts.json", COHORTS_FILE, &cohorts_schema());
    assert_in_step("docs/schema/ledger.json", LEDGER_FILE, &ledger_schema());
    assert_in_step(
        "docs/schema/customers.json",
        CUSTOMERS_FILE,
        &customers_schema(),
    );
    assert_in_step("docs/schema/inspect.json", INSPECT_FILE, &inspect_schema());
    assert_in_step("docs/schema/compare.json", COMPARE_FILE, &compare_schema());
    assert_in_step(
        "docs/schema/definitions.json",
        DEFINITIONS_FILE,
        &definitions_schema(),
    );
}

#[test]
fn the_fields_that_the_schemas_describe_are_those_written() {
    let of_cohorts = cohorts::FIRST.into_iter().chain(cohorts::FIELDS);
    let described = COHORT_FIELDS.map(|(name, ..)| name);
    assert!(of_cohorts.eq(described));
    assert_eq!(LEDGER_FIELDS.map(|(name, ..)| name), ledger::FIELDS);
    let own = CUSTOMERS_FIELDS.map(|(name, ..)| name);
    let both: Vec<&str> = customers::FIELDS
        .into_iter()
        .chain(customers::LAST)
        .collect();
    assert_eq!(own.as_slice(), both);
    let schema: serde_json::Value = serde_json::from_str(CUSTOMERS_FILE).unwrap();
    let lines = schema["properties"]["concentration"]["items"]["required"].as_array();
    let lines = lines.unwrap().iter().filter_map(serde_json::Value::as_str);
    assert!(lines.eq(customers::CONCENTRATION_FIELDS));
    assert_eq!(INSPECT_FIELDS.map(|(name, ..)| name), inspection::FIELDS);
    assert_eq!(COMPARE_FIELDS.map(|(name, ..)| name), compare::OWN);
    let schema: serde_json::Value = serde_json::from_str(COMPARE_FILE).unwrap();
    let steps = &schema["properties"]["steps"]["items"]["required"];
    let steps: Vec<&str> = steps
        .as_array()
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_str)
        .collect();
    assert_eq!(steps, compare::STEP_FIELDS);
    let schema: serde_json::Value = serde_json::from_str(INSPECT_FILE).unwrap();
    let months = &schema["properties"]["months"]["items"];
    let required: Vec<&str> = months["required"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_str)
        .collect();
    assert_eq!(required, inspection::MONTH_FIELDS);
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
