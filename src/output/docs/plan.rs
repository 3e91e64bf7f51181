//! The schema of `nrr plan`.

use super::{Schema, assert_in_step, names, properties, schema};
use crate::output::plan;

const FILE: &str = include_str!("../../../docs/schema/plan.json");

/// The fields of a lever's record before and after the columns of `--by`.
const FIELDS: [(&str, &str, &str); 19] = [
    ("lever", r#""string""#, "churn, contraction or expansion"),
    (
        "now",
        r#"["number", "null"]"#,
        "its amount over the opening (fraction, 6 decimals)",
    ),
    (
        "needed",
        r#"["number", "null"]"#,
        "what that would have to be (fraction, 6 decimals)",
    ),
    (
        "change",
        r#"["number", "null"]"#,
        "needed − now, rounded once (fraction, 6 decimals)",
    ),
    (
        "amount",
        r#"["number", "null"]"#,
        "needed_amount − now_amount, in major units, exact",
    ),
    (
        "now_amount",
        r#"["number", "null"]"#,
        "its amount in the period, in major units, exact",
    ),
    (
        "needed_amount",
        r#"["number", "null"]"#,
        "what that would have to be, in major units, exact",
    ),
    (
        "rate_without",
        r#"["number", "null"]"#,
        "the rate without any of it, all else as it is; null for expansion",
    ),
    (
        "scenario",
        r#""string""#,
        "alone: the other two stay; shares: each lever with its share at once",
    ),
    (
        "share",
        r#""number""#,
        "how much of what is lacking it carries, a fraction",
    ),
    ("rate", r#""string""#, "the rate to be reached: nrr or grr"),
    ("target", r#""number""#, "how high, a fraction"),
    (
        "lacking",
        r#"["number", "null"]"#,
        "target × opening − retained (of grr: − retained_capped), exact; below zero by the margin where the target is met",
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
        "why fields are null: their names, then the reason; null if all are defined",
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

/// What is lacking.
const TARGETS: &str = r#"{
      "type": "array",
      "description": "What is lacking: of everybody, then of each segment.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "patternProperties": {
          "^segment\\.": { "type": "string", "description": "The value of a column of --by; absent where everybody is meant." }
        },
        "required": ["rate", "target", "now", "opening", "retained", "lacking", "met", "churn", "multiple", "replacement_cost", "undefined"],
        "properties": {
          "rate": { "type": "string", "description": "The rate to be reached: nrr or grr." },
          "target": { "type": "number", "description": "How high, a fraction." },
          "now": { "type": ["number", "null"], "description": "The rate of the period." },
          "opening": { "type": "number", "description": "The opening of the base, in major units, exact." },
          "retained": { "type": "number", "description": "retained, or retained_capped for grr, in major units, exact." },
          "lacking": { "type": ["number", "null"], "description": "target × opening − retained, exact." },
          "met": { "type": ["boolean", "null"], "description": "True if nothing is lacking." },
          "churn": { "type": "number", "description": "What the customers that left paid at the opening." },
          "multiple": { "type": ["number", "null"], "description": "What was given as --multiple." },
          "replacement_cost": { "type": ["number", "null"], "description": "churn × multiple, exact." },
          "undefined": { "type": ["string", "null"], "description": "Why fields are null: their names, then the reason." }
        }
      }
    }"#;

/// The base carried forward.
const FORWARD: &str = r##"{
      "type": "array",
      "description": "The closing carried forward, year by year from 0: of everybody, then of each segment. One record without amounts where there are no rates over twelve months.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "patternProperties": {
          "^segment\\.": { "type": "string", "description": "The value of a column of --by; absent where everybody is meant." }
        },
        "required": ["year", "month", "at_nrr", "at_grr", "annual_nrr", "annual_grr", "undefined"],
        "properties": {
          "year": { "$ref": "#/$defs/count", "description": "How many years after the closing." },
          "month": { "type": "string", "description": "The last month of the period then." },
          "at_nrr": { "type": ["number", "null"], "description": "closing × annual_nrr^year, rounded once to the decimals of the amounts, at least two." },
          "at_grr": { "type": ["number", "null"], "description": "closing × annual_grr^year: what stands without expansion." },
          "annual_nrr": { "type": ["number", "null"], "description": "As in the records of calc." },
          "annual_grr": { "type": ["number", "null"], "description": "As in the records of calc." },
          "undefined": { "type": ["string", "null"], "description": "Why fields are null: their names, then the reason." }
        }
      }
    }"##;

fn plan_schema() -> String {
    schema(&Schema {
        command: "plan",
        name: plan::SCHEMA,
        about: "What churn, contraction and expansion would have to be for a rate to reach a target, and the base carried forward.",
        more: &[
            ("targets", TARGETS),
            ("forward", FORWARD),
            (
                "assumptions",
                r#"{
      "type": "array",
      "description": "What is assumed, in words.",
      "items": { "type": "string" }
    }"#,
            ),
        ],
        results: "Each lever alone, then each with its share where shares were given; with --by those of everybody, then those of each segment.",
        record_rules: r#""description": "Amounts are exact; rates are rounded half away from zero to 6 decimals; undefined is null, with the reason in `undefined`.",
      "additionalProperties": false,
      "patternProperties": {
        "^segment\\.": { "type": "string", "description": "The value of a column of --by; absent where everybody is meant." }
      }"#,
        record: properties(&FIELDS),
        record_names: names(FIELDS.iter().map(|(name, ..)| *name)),
    })
}

#[test]
fn the_schema_of_plans_is_in_step() {
    assert_in_step("docs/schema/plan.json", FILE, &plan_schema());
}

#[test]
fn the_fields_that_the_schema_describes_are_those_written() {
    let both = plan::FIELDS.into_iter().chain(plan::LAST);
    assert!(both.eq(FIELDS.map(|(name, ..)| name)));
    let schema: serde_json::Value = serde_json::from_str(FILE).unwrap();
    let required = |member: &str| {
        let list = schema["properties"][member]["items"]["required"].as_array();
        let names = list.unwrap().iter().filter_map(serde_json::Value::as_str);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(required("targets"), plan::TARGET_FIELDS);
    assert_eq!(required("forward"), plan::FORWARD_FIELDS);
}
