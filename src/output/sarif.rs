//! A check as SARIF 2.1.0, which code scanning reads: each code a rule, each failure and warning a result.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::check::CheckReport;
use super::check_words::message;
use crate::error::{Code, Level, Message};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes one run.
pub(super) fn write(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let failing = report.findings.iter().filter(|finding| !finding.passed());
    let failures = failing.filter_map(|finding| message(report, finding));
    let warnings = report.report.warnings.iter().cloned();
    let messages: Vec<Message> = failures.chain(warnings).collect();
    write_messages(&messages, report.file(), out)
}

/// Writes messages as the results of one run; those without a place stand at this file.
pub(super) fn write_messages(
    messages: &[Message],
    file: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut rules: BTreeMap<&str, (Code, usize)> = BTreeMap::new();
    for message in messages {
        rules.insert(message.code.name(), (message.code, 0));
    }
    for (index, (_, place)) in rules.values_mut().enumerate() {
        *place = index;
    }
    let results: Vec<Value> = messages
        .iter()
        .map(|message| result(message, file, rules[message.code.name()].1))
        .collect();
    let described: Vec<Value> = rules.values().map(|(code, _)| rule(*code)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "nrr",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": described,
                }
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule(code: Code) -> Value {
    let text = code.explanation();
    let first = text
        .split(". ")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    json!({
        "id": code.name(),
        "shortDescription": { "text": format!("{}.", first.trim_end_matches('.')) },
        "fullDescription": { "text": text.replace('\n', " ") },
        "help": { "text": format!("nrr explain {code}") },
    })
}

fn result(message: &Message, file: &str, rule: usize) -> Value {
    let mut text = message.headline.clone();
    for evidence in &message.evidence {
        let _ = write!(text, "\n{}: {}", evidence.kind.word(), evidence.text);
    }
    for help in &message.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    let level = if message.level == Level::Warning {
        "warning"
    } else {
        "error"
    };
    let place = message.place.as_ref();
    let file = place.map_or(file, |place| &place.file);
    let mut physical = json!({ "artifactLocation": { "uri": uri(file) } });
    if let Some(line) = place.and_then(|place| place.line) {
        physical["region"] = json!({ "startLine": line });
    }
    json!({
        "ruleId": message.code.name(),
        "ruleIndex": rule,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": physical }],
    })
}

/// A path as a reference: relative to the root of the repository, or `file:` where it starts at a root of its own.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    let mut shown = String::new();
    if path.starts_with('/') {
        shown.push_str("file://");
    } else if path.as_bytes().get(1) == Some(&b':') {
        shown.push_str("file:///");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            shown.push(char::from(byte));
        } else {
            let _ = write!(shown, "%{byte:02X}");
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references() {
        for (path, expected) in [
            ("exports/q1 2024.csv", "exports/q1%202024.csv"),
            ("./a.csv", "a.csv"),
            ("/tmp/é.csv", "file:///tmp/%C3%A9.csv"),
            ("data\\a.csv", "data/a.csv"),
            ("C:\\a.csv", "file:///C%3A/a.csv"),
            ("<stdin>", "%3Cstdin%3E"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
