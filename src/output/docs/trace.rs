//! The schema of `nrr trace`.

use super::super::trace::{CUSTOMER_FIELDS, FIELDS, SCHEMA};
use super::{Schema, assert_in_step, names, properties, schema};

const FILE: &str = include_str!("../../../docs/schema/trace.json");

const OR_NULL: &str = r#"["string", "null"]"#;
const TEXT: &str = r#""string""#;

const RECORD: [(&str, &str, &str); 17] = [
    ("customer", TEXT, "whose figure it is part of"),
    (
        "class",
        OR_NULL,
        "what became of the customer; null for one in no figure",
    ),
    (
        "anchor",
        OR_NULL,
        "the end it is part of, opening or closing; null for a row that names no month and adds to nothing",
    ),
    (
        "month",
        OR_NULL,
        "the month of that end that it adds to; null for what was cut below zero, and for a row that names none",
    ),
    (
        "amount",
        r#""number""#,
        "what it adds, in major units of the currency, exact",
    ),
    (
        "file",
        OR_NULL,
        "the file it stands in; null for what no row states",
    ),
    (
        "line",
        r#"["integer", "null"]"#,
        "the line that its amount stands on, from 1",
    ),
    ("column", OR_NULL, "the header above its amount"),
    ("raw_amount", OR_NULL, "the amount as it is written there"),
    (
        "became",
        TEXT,
        "what became of it, with blanks between: kept, spread, movement or balance, then merged, bridged, converted; or dropped or clipped",
    ),
    ("why", OR_NULL, "why, where these words leave that open"),
    (
        "row_customer",
        OR_NULL,
        "the customer that the row names, which differs where ids or parents are merged",
    ),
    ("period", TEXT, "the period"),
    ("opening_period", TEXT, "the period it is compared with"),
    (
        "currency",
        OR_NULL,
        "the currency of every amount; null if the input names none",
    ),
    (
        "definition",
        TEXT,
        "name and first 12 digits of the fingerprint of the choices in force",
    ),
    (
        "input_fingerprint",
        TEXT,
        "BLAKE3 of the only file, or of all files' fingerprints in the order given",
    ),
];

fn trace_schema() -> String {
    schema(&Schema {
        command: "trace",
        name: SCHEMA,
        about: "The rows behind the figures of one period: where each stands, what it says, and what became of it.",
        more: &[(
            "customers",
            r##"{
      "type": "array",
      "description": "Everybody that is traced, the largest effect on NRR first. The rows of each add up to its opening and closing, exactly.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["customer", "class", "opening", "closing", "change", "rows"],
        "properties": {
          "customer": { "type": "string", "description": "Who." },
          "class": { "type": ["string", "null"], "description": "What became of it; null for somebody who was named and is in no figure." },
          "opening": { "type": "number", "description": "What it paid at the opening, in major units, exact." },
          "closing": { "type": "number", "description": "What it pays at the closing, at the rates that it is compared at." },
          "change": { "type": "number", "description": "closing − opening." },
          "rows": { "$ref": "#/$defs/count", "description": "How many records are its own." }
        }
      }
    }"##,
        )],
        results: "One record a row and month, by customer, end, month, file and line.",
        record_rules: r#""description": "One row, and what it adds to one month.",
      "additionalProperties": false"#,
        record: properties(&RECORD),
        record_names: names(RECORD.iter().map(|(name, ..)| *name)),
    })
}

#[test]
fn the_schema_of_trace_is_in_step() {
    assert_eq!(RECORD.map(|(name, ..)| name), FIELDS);
    assert_in_step("docs/schema/trace.json", FILE, &trace_schema());
    let schema: serde_json::Value = serde_json::from_str(FILE).unwrap();
    let required = schema["properties"]["customers"]["items"]["required"].as_array();
    let required = required
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_str);
    assert!(required.eq(CUSTOMER_FIELDS));
}
