//! The schema of `nrr check`.

use super::{Schema, assert_in_step, names, properties, schema};
use crate::output::check;

const FILE: &str = include_str!("../../../docs/schema/check.json");

/// The fields of what a rule came to.
const FIELDS: [(&str, &str, &str); 20] = [
    (
        "code",
        r#"["string", "null"]"#,
        "what `nrr explain` takes: that of the failure, or the one that it would have; null where there are many",
    ),
    ("level", r#""string""#, "`failed` or `passed`"),
    (
        "message",
        r#""string""#,
        "what was found and what is asked, in one clause",
    ),
    (
        "count",
        r#"["integer", "null"]"#,
        "how many rows, customers, months or figures it concerns",
    ),
    (
        "places",
        r#"["string", "null"]"#,
        "file and line of the data or of the rule, if they can be named: `nrr.toml:12`",
    ),
    (
        "effect_on_nrr",
        r#"["number", "null"]"#,
        "of a finding about the data: what it moves NRR by, as a fraction; null if that is not worked out",
    ),
    (
        "found",
        r#"["number", "null"]"#,
        "the figure: amounts exact, rates as fractions of 6 decimals; null if undefined",
    ),
    (
        "required",
        r#"["number", "null"]"#,
        "the number asked for, in the same unit; of a restated figure what it was",
    ),
    (
        "difference",
        r#"["number", "null"]"#,
        "found − required, rounded once",
    ),
    (
        "passed",
        r#""boolean""#,
        "true if the rule holds, decided before anything is rounded",
    ),
    (
        "rule",
        r#""string""#,
        "the rule as it was typed, or what else was checked",
    ),
    (
        "name",
        r#"["string", "null"]"#,
        "what the settings file calls the rule",
    ),
    ("owner", r#"["string", "null"]"#, "who answers for the rule"),
    ("period", r#"["string", "null"]"#, "the period"),
    (
        "subject",
        r#"["string", "null"]"#,
        "the segment or customer, `region=EMEA`; null for everybody",
    ),
    (
        "field",
        r#"["string", "null"]"#,
        "the figure: a field of `nrr calc` and the like",
    ),
    (
        "unit",
        r#"["string", "null"]"#,
        "what found and required are in: `amount`, `count`, `fraction` or `quotient`",
    ),
    ("undefined", r#"["string", "null"]"#, "why found is null"),
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

fn made() -> String {
    schema(&Schema {
        command: "check",
        name: check::SCHEMA,
        about: "Whether figures and data are as rules ask, with the definition, the input and the warnings that do not fail.",
        more: &[],
        results: "One record a rule, period and segment; of a restated period one a figure; one a finding that fails.",
        record_rules: r#""additionalProperties": false"#,
        record: properties(&FIELDS),
        record_names: names(check::FIELDS.into_iter()),
    })
}

#[test]
fn the_schema_of_check_is_in_step() {
    assert_eq!(FIELDS.map(|(name, ..)| name), check::FIELDS);
    assert_in_step("docs/schema/check.json", FILE, &made());
}
