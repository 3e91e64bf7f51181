//! A check as JUnit XML: each rule a test case, each failure a failed one.
//!
//! The elements and attributes are those that Jenkins, GitLab and the like agree on. There are no times: the same check
//! has the same bytes.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::check::{CheckReport, code};
use super::check_words::{line, message};
use super::message::write_message;
use crate::check::Finding;
use crate::error::{Level, Message};

/// Writes all test cases as one suite.
pub(super) fn write(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let (all, failed) = (
        report.findings.len(),
        report
            .findings
            .iter()
            .filter(|finding| !finding.passed())
            .count(),
    );
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="nrr check" tests="{all}" failures="{failed}" errors="0">"#
    )?;
    let name = attribute(report.file());
    writeln!(
        out,
        r#"  <testsuite name="{name}" tests="{all}" failures="{failed}" errors="0" skipped="0">"#
    )?;
    for finding in &report.findings {
        write_case(report, finding, out)?;
    }
    let warnings = &report.report.warnings;
    if !warnings.is_empty() {
        let drawn: Vec<String> = warnings.iter().map(drawn).collect();
        writeln!(
            out,
            "    <system-out>{}</system-out>",
            content(&drawn.join("\n"))
        )?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

/// Writes one test case for each message that is all there is of a check: what kept it from being run is an error, a
/// fault of the data that stopped the reading is a failure.
pub(super) fn write_errors(errors: &[Message], file: &str, out: &mut dyn Write) -> io::Result<()> {
    let is_failure = |error: &&Message| error.level == Level::Failed;
    let all = errors.len();
    let failures = errors.iter().filter(is_failure).count();
    let stopped = all - failures;
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="nrr check" tests="{all}" failures="{failures}" errors="{stopped}">"#
    )?;
    writeln!(
        out,
        r#"  <testsuite name="{}" tests="{all}" failures="{failures}" errors="{stopped}" skipped="0">"#,
        attribute(file)
    )?;
    for error in errors {
        let (headline, code) = (attribute(&error.headline), error.code);
        let (class, element) = if is_failure(&error) {
            ("findings", "failure")
        } else {
            ("reading", "error")
        };
        writeln!(
            out,
            r#"    <testcase name="{headline}" classname="nrr.check.{class}">"#
        )?;
        writeln!(
            out,
            r#"      <{element} message="{headline}" type="{code}">{}</{element}>"#,
            content(&drawn(error))
        )?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn write_case(report: &CheckReport, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let shown = line(report, finding);
    let mut name = shown.rule;
    for more in [shown.subject, shown.period] {
        if !more.is_empty() {
            let _ = write!(name, ", {more}");
        }
    }
    if let (Finding::Data(message), true) = (finding, !finding.passed()) {
        let _ = write!(name, ", {}", message.code);
    }
    let class = match finding {
        Finding::Target(_) | Finding::Counted { .. } => "nrr.check.rules",
        Finding::Control(_) => "nrr.check.control-totals",
        Finding::Data(_) | Finding::Clean(_) => "nrr.check.findings",
        _ => "nrr.check.baseline",
    };
    write!(
        out,
        r#"    <testcase name="{}" classname="{class}""#,
        attribute(&name)
    )?;
    let Some(message) = message(report, finding) else {
        return writeln!(out, "/>");
    };
    let code = code(finding, Some(&message)).map_or("", crate::error::Code::name);
    writeln!(out, ">")?;
    writeln!(
        out,
        r#"      <failure message="{}" type="{code}">{}</failure>"#,
        attribute(&message.headline),
        content(&drawn(&message))
    )?;
    writeln!(out, "    </testcase>")
}

/// A message as it stands in a terminal.
fn drawn(message: &Message) -> String {
    let mut drawn = Vec::new();
    // A vector takes everything.
    let _ = write_message(message, false, &mut drawn);
    String::from_utf8_lossy(&drawn).into_owned()
}

/// Text between quotes of an attribute.
fn attribute(text: &str) -> String {
    escaped(text, true)
}

/// Text between tags.
fn content(text: &str) -> String {
    escaped(text, false)
}

/// Text with what XML reads as markup as references, and what it cannot hold as `U+FFFD`.
fn escaped(text: &str, is_attribute: bool) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\n' | '\r' | '\t' if is_attribute => {
                let _ = write!(shown, "&#{};", u32::from(character));
            }
            '\n' | '\t' => shown.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => shown.push('\u{fffd}'),
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            attribute("<a b=\"1\">&\n"),
            "&lt;a b=&quot;1&quot;&gt;&amp;&#10;"
        );
        assert_eq!(content("]]>\u{1b}[31m\n"), "]]&gt;\u{fffd}[31m\n");
    }
}
