//! The schema of `nrr renewals`.

use super::{Schema, assert_in_step, names, properties, schema};
use crate::output::renewals;

const FILE: &str = include_str!("../../../docs/schema/renewals.json");

/// The fields of a contract's record before and after the columns of `--by`.
const FIELDS: [(&str, &str, &str); 17] = [
    ("customer", r#""string""#, "who, as the input writes it"),
    (
        "contract",
        r#"["string", "null"]"#,
        "what it is called; null without a column of contracts",
    ),
    ("end", r#""string""#, "its last day"),
    (
        "amount",
        r#""number""#,
        "its run rate of a month, in major units",
    ),
    (
        "status",
        r#""string""#,
        "due, late, lost, renewed, expanded or contracted",
    ),
    (
        "product",
        r#"["string", "null"]"#,
        "what for; null without a column of products",
    ),
    ("start", r#""string""#, "its first day"),
    (
        "new_contract",
        r#"["string", "null"]"#,
        "what its successor is called; null without one",
    ),
    (
        "new_start",
        r#"["string", "null"]"#,
        "the first day of its successor; null without one",
    ),
    (
        "new_amount",
        r#"["number", "null"]"#,
        "the run rate of its successor; null without one",
    ),
    (
        "days_late",
        r#"["integer", "null"]"#,
        "the days between its end and its successor, 0 where that begins the day after, below zero where both run; null without one",
    ),
    (
        "file",
        r#"["string", "null"]"#,
        "the file that its row stands in",
    ),
    ("line", r#""integer""#, "the line of its row"),
    ("as_of", r#""string""#, "the day looked from"),
    (
        "currency",
        r#"["string", "null"]"#,
        "the currency of every amount; null if the input names none",
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

/// What was asked.
const WINDOW: &str = r##"{
      "type": "object",
      "description": "What was asked, and what is in no figure.",
      "additionalProperties": false,
      "required": ["as_of", "within_days", "first_day", "last_day", "late_days", "open_ended", "worthless"],
      "properties": {
        "as_of": { "type": "string", "description": "The day looked from." },
        "within_days": { "$ref": "#/$defs/count", "description": "How many days ahead." },
        "first_day": { "type": "string", "description": "The first day that a contract of the rates can have ended on." },
        "last_day": { "type": "string", "description": "The last one; none ended after as_of." },
        "late_days": { "$ref": "#/$defs/count", "description": "How many days after its end a contract can still be renewed." },
        "open_ended": { "$ref": "#/$defs/count", "description": "Contracts without an end: they are never due." },
        "worthless": { "$ref": "#/$defs/count", "description": "Contracts of an amount of nothing or less." }
      }
    }"##;

/// A list of counts, sums and rates, with what names each.
const SUMS: &str = r##"{
      "type": "array",
      "description": "@ABOUT@",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": [@NAME_REQUIRED@"due", "due_amount", "ended", "renewed", "expanded", "contracted", "late", "late_amount", "lost", "old_amount", "new_amount", "new_amount_capped", "renewal_rate", "net_renewal_rate", "gross_renewal_rate", "undefined"],
        @NAME@
          "due": { "$ref": "#/$defs/count", "description": "Contracts that are due." },
          "due_amount": { "type": "number", "description": "Their run rates of a month." },
          "ended": { "$ref": "#/$defs/count", "description": "Contracts that ended: renewed + expanded + contracted + late + lost." },
          "renewed": { "$ref": "#/$defs/count", "description": "Those that one of the same amount followed." },
          "expanded": { "$ref": "#/$defs/count", "description": "Those that one of a larger amount followed." },
          "contracted": { "$ref": "#/$defs/count", "description": "Those that one of a smaller amount followed." },
          "late": { "$ref": "#/$defs/count", "description": "Those that none followed and one still may; in no rate." },
          "late_amount": { "type": "number", "description": "Their run rates of a month." },
          "lost": { "$ref": "#/$defs/count", "description": "Those that none followed in time." },
          "old_amount": { "type": "number", "description": "Run rates of those that ended and are not late." },
          "new_amount": { "type": "number", "description": "Run rates of their successors." },
          "new_amount_capped": { "type": "number", "description": "The same, each no more than what it follows." },
          "renewal_rate": { "type": ["number", "null"], "description": "(renewed + expanded + contracted) ÷ (ended − late)." },
          "net_renewal_rate": { "type": ["number", "null"], "description": "new_amount ÷ old_amount." },
          "gross_renewal_rate": { "type": ["number", "null"], "description": "new_amount_capped ÷ old_amount." },
          "undefined": { "type": ["string", "null"], "description": "Why rates are null: their names, then the reason." }
        }
      }
    }"##;

fn sums(about: &str, required: &str, name: &str) -> &'static str {
    let text = SUMS
        .replace("@ABOUT@", about)
        .replace("@NAME_REQUIRED@", required)
        .replace("@NAME@", name);
    text.leak()
}

fn renewals_schema() -> String {
    let by = r#""patternProperties": {
          "^segment\\.": { "type": "string", "description": "The value of a column of --by; absent where everybody is meant." }
        },
        "properties": {"#;
    let month = r#""properties": {
          "month": { "type": "string", "description": "The month of the end." },"#;
    let rates = "Of all contracts, then of each segment.";
    let calendar = "Of each month, from the first end to the last.";
    let more = [
        ("window", WINDOW),
        ("rates", sums(rates, "", by)),
        ("calendar", sums(calendar, "\"month\", ", month)),
    ];
    schema(&Schema {
        command: "renewals",
        name: renewals::SCHEMA,
        about: "What comes up for renewal, what became of the contracts that ended, and the share of them that was renewed.",
        more: Vec::from(more).leak(),
        results: "One record a contract, by its end, then by customer.",
        record_rules: r#""description": "Every further property is the value of a column of --by; null without one.",
      "additionalProperties": { "type": ["string", "null"] }"#,
        record: properties(&FIELDS),
        record_names: names(FIELDS.iter().map(|(name, ..)| *name)),
    })
}

#[test]
fn the_schema_of_renewals_is_in_step() {
    assert_in_step("docs/schema/renewals.json", FILE, &renewals_schema());
}

#[test]
fn the_fields_that_the_schema_describes_are_those_written() {
    let both = renewals::FIELDS.into_iter().chain(renewals::LAST);
    assert!(both.eq(FIELDS.map(|(name, ..)| name)));
    let schema: serde_json::Value = serde_json::from_str(FILE).unwrap();
    let required = |of: &serde_json::Value| {
        let names = of["required"].as_array().unwrap().iter();
        let names = names.filter_map(serde_json::Value::as_str);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let members = &schema["properties"];
    assert_eq!(required(&members["window"]), renewals::WINDOW_FIELDS);
    assert_eq!(required(&members["rates"]["items"]), renewals::SUM_FIELDS);
    let months = required(&members["calendar"]["items"]);
    assert_eq!(months[0], "month");
    assert_eq!(months[1..], renewals::SUM_FIELDS);
}
