//! The schema of `nrr diff`.

use super::{Schema, assert_in_step, names, properties, schema};
use crate::output::diff;

const FILE: &str = include_str!("../../../docs/schema/diff.json");

/// The fields of a record of a difference.
const FIELDS: [(&str, &str, &str); 22] = [
    (
        "customer",
        r#""string""#,
        "who, as the new export writes it, or the old one where that alone has it",
    ),
    (
        "old_customer",
        r#"["string", "null"]"#,
        "its name in the old export, where it is another one",
    ),
    (
        "month",
        r#"["string", "null"]"#,
        "the month, or the longer label that the input has; null for a name that is another one",
    ),
    (
        "old_amount",
        r#"["number", "null"]"#,
        "what the old export has there, in major units, exact; null without a row",
    ),
    (
        "new_amount",
        r#"["number", "null"]"#,
        "what the new one has there",
    ),
    (
        "rates_of",
        r#"["string", "null"]"#,
        "the month at whose rates other currencies are in both amounts: the one that effects are at, but for a month that both ends read, which is at its own; null where nothing is converted at rates of several months",
    ),
    (
        "kind",
        r#""string", "enum": ["added", "removed", "changed", "renamed"]"#,
        "what became of it",
    ),
    (
        "effect_on_nrr",
        r#"["number", "null"]"#,
        "what it moves nrr by (fraction, 6 decimals); over all records the change that the data made",
    ),
    (
        "effect_on_grr",
        r#"["number", "null"]"#,
        "what it moves grr by (fraction, 6 decimals)",
    ),
    (
        "old_file",
        r#"["string", "null"]"#,
        "the file of the first row behind old_amount; null where no row states it",
    ),
    ("old_line", r#"["integer", "null"]"#, "the line of that row"),
    (
        "old_rows",
        r#"["integer", "null"]"#,
        "how many rows add up to old_amount",
    ),
    (
        "new_file",
        r#"["string", "null"]"#,
        "the file of the first row behind new_amount",
    ),
    ("new_line", r#"["integer", "null"]"#, "the line of that row"),
    (
        "new_rows",
        r#"["integer", "null"]"#,
        "how many rows add up to new_amount",
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
        "why effects are null: their names, then the reason; null if all are defined",
    ),
    (
        "definition",
        r#""string""#,
        "name and first 12 digits of the fingerprint of the choices in force",
    ),
    (
        "old_input_fingerprint",
        r#""string""#,
        "BLAKE3 of the old export",
    ),
    (
        "input_fingerprint",
        r#""string""#,
        "BLAKE3 of the new export",
    ),
];

/// A flat record as a member of a document.
fn member(about: &str, fields: &[(&str, &str, &str)]) -> String {
    format!(
        r#"{{
      "type": "object",
      "description": "{about}",
      "additionalProperties": false,
      "required": [{}],
      "properties": {{
        {}
      }}
    }}"#,
        fields
            .iter()
            .map(|(name, ..)| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", "),
        properties(fields)
    )
}

/// What an export's figures are.
const EXPORT_FIELDS: [(&str, &str, &str); 18] = [
    ("files", r#""string""#, "the file"),
    ("rows", r#""integer""#, "its rows below the header"),
    (
        "customers",
        r#""integer""#,
        "customers with rows that count",
    ),
    ("first_month", r#""string""#, "the first month of its data"),
    ("last_month", r#""string""#, "the last month of its data"),
    ("fingerprint", r#""string""#, "BLAKE3 of it"),
    ("opening", r#""number""#, "Σ opening of the base, exact"),
    ("retained", r#""number""#, "nrr × opening, exact"),
    ("retained_capped", r#""number""#, "grr × opening, exact"),
    ("closing", r#""number""#, "Σ closing of everybody, exact"),
    ("opening_customers", r#""integer""#, "customers of the base"),
    (
        "retained_customers",
        r#""integer""#,
        "customers of the base that are kept",
    ),
    ("churned_customers", r#""integer""#, "customers that left"),
    (
        "closing_customers",
        r#""integer""#,
        "customers at the closing",
    ),
    ("nrr", r#"["number", "null"]"#, "retained ÷ opening"),
    ("grr", r#"["number", "null"]"#, "retained_capped ÷ opening"),
    (
        "logo_retention",
        r#"["number", "null"]"#,
        "retained_customers ÷ opening_customers",
    ),
    (
        "undefined",
        r#"["string", "null"]"#,
        "why rates are null: their names, then the reason",
    ),
];

/// What the change is.
const CHANGE_FIELDS: [(&str, &str, &str); 11] = [
    (
        "nrr",
        r#"["number", "null"]"#,
        "nrr of the new export less that of the old one",
    ),
    (
        "grr",
        r#"["number", "null"]"#,
        "grr of the new export less that of the old one",
    ),
    (
        "settings_effect_on_nrr",
        r#"["number", "null"]"#,
        "what settings did to nrr, on the old export",
    ),
    (
        "settings_effect_on_grr",
        r#"["number", "null"]"#,
        "what settings did to grr, on the old export",
    ),
    (
        "data_effect_on_nrr",
        r#"["number", "null"]"#,
        "what the data did to nrr: the sum over all records",
    ),
    (
        "data_effect_on_grr",
        r#"["number", "null"]"#,
        "what the data did to grr: the sum over all records",
    ),
    ("customers", r#""integer""#, "how many customers changed"),
    (
        "customer_months",
        r#""integer""#,
        "in how many customer-months that the period reads, or that decide",
    ),
    (
        "customer_months_elsewhere",
        r#""integer""#,
        "how many other customer-months differ, of those that both exports cover",
    ),
    (
        "renamed_elsewhere",
        r#""integer""#,
        "how many customers without revenue in what the period reads have another name",
    ),
    (
        "undefined",
        r#"["string", "null"]"#,
        "why effects are null: their names, then the reason",
    ),
];

/// What a setting is that is another one.
const SETTING_FIELDS: [(&str, &str, &str); 13] = [
    ("setting", r#""string""#, "its name"),
    (
        "old_value",
        r#"["string", "null"]"#,
        "what it was, as it would be typed; null where nobody set it",
    ),
    ("new_value", r#"["string", "null"]"#, "what it is"),
    (
        "origin",
        r#""string", "enum": ["settings", "detected"]"#,
        "whether somebody set it, or the exports show it",
    ),
    (
        "opening",
        r#"["number", "null"]"#,
        "opening of the old export with it",
    ),
    ("retained", r#"["number", "null"]"#, "retained then"),
    (
        "retained_capped",
        r#"["number", "null"]"#,
        "retained_capped then",
    ),
    ("nrr", r#"["number", "null"]"#, "nrr then"),
    ("grr", r#"["number", "null"]"#, "grr then"),
    (
        "effect_on_nrr",
        r#"["number", "null"]"#,
        "what it moves nrr by, on top of those before it",
    ),
    (
        "effect_on_grr",
        r#"["number", "null"]"#,
        "what it moves grr by, on top of those before it",
    ),
    ("step", r#""integer""#, "the step it is taken in, from 1"),
    ("undefined", r#"["string", "null"]"#, "why fields are null"),
];

fn made() -> String {
    let export = |what: &str| member(&format!("The figures of the {what}."), &EXPORT_FIELDS);
    let old = export("old export, by the settings that it was measured by");
    let new = export("new export, by the settings in force");
    let change = member("How far the two are apart, and by what.", &CHANGE_FIELDS);
    let settings = format!(
        r#"{{
      "type": "array",
      "description": "What settings did, one after the other.",
      "items": {}
    }}"#,
        member("One setting that is another one.", &SETTING_FIELDS)
    );
    schema(&Schema {
        command: "diff",
        name: diff::SCHEMA,
        about: "Why NRR and GRR of one period are other ones in a later export: settings, and whose rows, with the definition, the input and the warnings behind them.",
        more: &[
            ("old", &old),
            ("new", &new),
            ("change", &change),
            ("settings", &settings),
        ],
        results: "One record a customer and month, and one for each name that is another one; the customer with the largest effect first, of equals the first in byte order.",
        record_rules: r#""additionalProperties": false"#,
        record: properties(&FIELDS),
        record_names: names(diff::FIELDS.into_iter()),
    })
}

#[test]
fn the_schema_of_diff_is_in_step() {
    assert_eq!(FIELDS.map(|(name, ..)| name), diff::FIELDS);
    assert_eq!(EXPORT_FIELDS.map(|(name, ..)| name), diff::EXPORT_FIELDS);
    assert_eq!(CHANGE_FIELDS.map(|(name, ..)| name), diff::CHANGE_FIELDS);
    assert_eq!(SETTING_FIELDS.map(|(name, ..)| name), diff::SETTING_FIELDS);
    assert_in_step("docs/schema/diff.json", FILE, &made());
}
