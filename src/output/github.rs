//! A check as workflow commands of GitHub Actions, which become annotations at a line of a file.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::check::CheckReport;
use super::check_words::message;
use crate::error::Message;

/// Writes one command a failure and a warning, then how many rules there were.
pub(super) fn write(report: &CheckReport, out: &mut dyn Write) -> io::Result<()> {
    let failing = report.findings.iter();
    for finding in failing.filter(|finding| !finding.passed()) {
        if let Some(message) = message(report, finding) {
            write_command("error", &message, report.file(), out)?;
        }
    }
    for warning in &report.report.warnings {
        write_command("warning", warning, report.file(), out)?;
    }
    writeln!(out, "nrr check: {}", report.summary())
}

/// Writes one command an error that kept the check from being run.
pub(super) fn write_errors(errors: &[Message], file: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut errors = errors.iter();
    errors.try_for_each(|error| write_command("error", error, file, out))
}

fn write_command(
    command: &str,
    message: &Message,
    file: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let place = message.place.as_ref();
    let file = place.map_or(file, |place| &place.file);
    write!(out, "::{command} ")?;
    // Without a file the annotation stands at the run itself.
    if file != "<stdin>" {
        write!(out, "file={},", property(file))?;
        if let Some(line) = place.and_then(|place| place.line) {
            write!(out, "line={line},")?;
        }
    }
    let title = format!("{}[{}]", message.level.word(), message.code);
    let mut text = message.headline.clone();
    for evidence in &message.evidence {
        let _ = write!(text, "\n{}: {}", evidence.kind.word(), evidence.text);
    }
    for help in &message.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    writeln!(out, "title={}::{}", property(&title), data(&text))
}

/// Text behind `::`: nothing in it can end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text of a property: nothing in it can start another one.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Place};

    #[test]
    fn nothing_in_a_message_starts_a_command_of_its_own() {
        let place = Place::line("a,b:c%.csv", 7);
        let message = Message::new(Code::TargetMissed, "100% is not\n::error::this")
            .at(place)
            .note("a\rb");
        let mut out = Vec::new();
        write_command("error", &message, "x.csv", &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "::error file=a%2Cb%3Ac%25.csv,line=7,title=failed[target-missed]::100%25 is not%0A::error::this%0Anote: a%0Db\n"
        );
    }
}
