//! Errors and warnings as text for people and as JSON lines for machines.

use std::io::{self, Write};

use anstyle::{AnsiColor, Color, Effects, Style};
use serde::Serialize;
use serde_json::value::RawValue;

use super::escape;
use super::excerpt;
use super::number;
use crate::error::{Effect, Level, Message, Place};
use crate::metrics::registry::RATE_DECIMALS;

const RED: Style = style(AnsiColor::Red).effects(Effects::BOLD);
const YELLOW: Style = style(AnsiColor::Yellow).effects(Effects::BOLD);
const CYAN: Style = style(AnsiColor::Cyan);

const fn style(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

/// Draws a message for people.
///
/// # Shape
///
/// ```text
/// LEVEL[CODE]: HEADLINE
///   --> FILE:LINE, column `NAME`
///    |
/// 42 | the line as it is in the file
///    |     ^^^^^
///    = found: EVIDENCE
///    = help: WHAT TO TYPE
/// ```
///
/// The line shows where the message has an excerpt; without marks under it if all of it is meant.
/// Each line of evidence and help is one line, whatever it quotes.
///
/// # Errors
///
/// Those of the writer.
pub fn write_message(message: &Message, color: bool, out: &mut dyn Write) -> io::Result<()> {
    write_headline(message, color, out)?;
    let gutter = gutter(message);
    if let Some(place) = &message.place {
        write_place(message, place, color, out)?;
    }
    for evidence in &message.evidence {
        let (word, text) = (evidence.kind.word(), escape::terminal(&evidence.text));
        writeln!(out, "{:gutter$} = {word}: {text}", "")?;
    }
    if let Some(effect) = &message.effect {
        let text = effect_line(effect);
        writeln!(out, "{:gutter$} = effect: {}", "", escape::terminal(&text))?;
    }
    let cyan = painted(CYAN, color);
    for help in &message.help {
        let text = escape::terminal(help);
        writeln!(out, "{:gutter$} = {cyan}help{cyan:#}: {text}", "")?;
    }
    Ok(())
}

/// An effect in words: `NRR 105.63% → 106.41%` and what lies between.
pub(super) fn effect_line(effect: &Effect) -> String {
    let (before, after) = (
        number::percent(effect.before),
        number::percent(effect.after),
    );
    format!("NRR {before} → {after} {}", effect.reading)
}

/// What an effect moves NRR by, as a fraction, digit by digit for JSON.
pub(super) fn effect_on_nrr(effect: &Effect) -> Option<Box<RawValue>> {
    let moved = effect.after.difference(effect.before, RATE_DECIMALS)?;
    RawValue::from_string(moved.to_string()).ok()
}

/// Draws the first line of a message alone.
///
/// # Errors
///
/// Those of the writer.
fn write_headline(message: &Message, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let level = message.level;
    let style = painted(level_style(level), color);
    let (level, code) = (level.word(), message.code.name());
    let headline = escape::terminal(&message.headline);
    writeln!(out, "{style}{level}[{code}]{style:#}: {headline}")
}

/// Writes a message as one JSON object on a line of its own: `level`, `code`, `message`, `file`,
/// `line`, `column`, `text` (the line it points at), `evidence`, `help`, `count`, `effect_on_nrr`;
/// `null` where there is none.
///
/// # Errors
///
/// Those of the writer.
pub fn write_message_json(message: &Message, out: &mut dyn Write) -> io::Result<()> {
    let place = message.place.as_ref();
    let excerpt = place.and_then(|place| place.excerpt.as_ref());
    let evidence = message.evidence.iter().map(|evidence| WireEvidence {
        kind: evidence.kind.word(),
        text: &evidence.text,
    });
    let wire = WireMessage {
        level: message.level.word(),
        code: message.code.name(),
        message: &message.headline,
        file: place.map(|place| place.file.as_str()),
        line: place.and_then(|place| place.line),
        column: place.and_then(|place| place.column.as_deref()),
        text: excerpt.map(|excerpt| excerpt.text.as_str()),
        evidence: evidence.collect(),
        help: &message.help,
        count: message.count,
        effect_on_nrr: message.effect.as_deref().and_then(effect_on_nrr),
    };
    serde_json::to_writer(&mut *out, &wire).map_err(io::Error::from)?;
    writeln!(out)
}

/// A message on the wire.
#[derive(Serialize)]
struct WireMessage<'a> {
    level: &'static str,
    code: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<u64>,
    column: Option<&'a str>,
    text: Option<&'a str>,
    evidence: Vec<WireEvidence<'a>>,
    help: &'a [String],
    count: Option<u64>,
    effect_on_nrr: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct WireEvidence<'a> {
    kind: &'static str,
    text: &'a str,
}

fn level_style(level: Level) -> Style {
    match level {
        Level::Error | Level::Failed => RED,
        Level::Warning => YELLOW,
    }
}

fn painted(style: Style, color: bool) -> Style {
    if color { style } else { Style::new() }
}

/// How wide the line number is, at least two columns.
fn gutter(message: &Message) -> usize {
    let line = message.place.as_ref().and_then(|place| place.line);
    line.map_or(2, |line| line.to_string().len()).max(2)
}

fn write_place(
    message: &Message,
    place: &Place,
    color: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let gutter = gutter(message);
    let cyan = painted(CYAN, color);
    write!(
        out,
        "{:gutter$}--> {cyan}{}",
        "",
        escape::terminal(&place.file)
    )?;
    if let Some(line) = place.line {
        write!(out, ":{line}")?;
    }
    write!(out, "{cyan:#}")?;
    if let Some(column) = &place.column {
        write!(out, ", column `{}`", escape::terminal(column))?;
    }
    writeln!(out)?;
    let Some(excerpt) = &place.excerpt else {
        return Ok(());
    };
    let number = place.line.map(|line| line.to_string()).unwrap_or_default();
    let drawn = excerpt::drawn(excerpt);
    writeln!(out, "{:gutter$} |", "")?;
    writeln!(out, "{number:>gutter$} | {}", drawn.line)?;
    if drawn.marks.is_empty() {
        return Ok(());
    }
    let style = painted(level_style(message.level), color);
    writeln!(out, "{:gutter$} | {style}{}{style:#}", "", drawn.marks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Excerpt};
    use crate::units::{Amount, Ratio};

    fn text(message: &Message) -> String {
        let mut out = Vec::new();
        write_message(message, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn unreadable(line: u64, text: &str, meant: &str) -> Message {
        let start = text.find(meant).unwrap();
        let mut place = Place::line("q3-export.csv", line);
        place.column = Some("mrr".to_owned());
        place.excerpt = Some(Excerpt {
            text: text.to_owned(),
            start,
            end: start + meant.len(),
        });
        let headline = format!("cannot read `{meant}` as an amount");
        Message::new(Code::UnreadableAmount, headline).at(place)
    }

    #[test]
    fn a_message_has_the_anatomy_of_all_messages() {
        let message = unreadable(42, "C-0118,2025-07,\"1.200,50\",EUR", "1.200,50")
            .note("the decimal mark `.` was detected from lines 2 to 41")
            .help("if every amount is written this way, pass `--decimal ,`");
        let expected = "\
error[unreadable-amount]: cannot read `1.200,50` as an amount
  --> q3-export.csv:42, column `mrr`
   |
42 | C-0118,2025-07,\"1.200,50\",EUR
   |                 ^^^^^^^^
   = note: the decimal mark `.` was detected from lines 2 to 41
   = help: if every amount is written this way, pass `--decimal ,`
";
        assert_eq!(text(&message), expected);
    }

    #[test]
    fn the_gutter_grows_with_the_line_number() {
        let expected = "\
error[unreadable-amount]: cannot read `x` as an amount
      --> q3-export.csv:123456, column `mrr`
       |
123456 | a,x
       |   ^
       = found: x
";
        assert_eq!(text(&unreadable(123_456, "a,x", "x").found("x")), expected);
        assert!(text(&unreadable(1, "a,x", "x")).contains("\n 1 | a,x\n   |   ^\n"));
    }

    #[test]
    fn a_message_is_never_more_lines_than_it_has_parts() {
        let message = Message::new(Code::MissingColumn, "no column\n\u{1b}[2Jholds it")
            .at(Place::file("a\u{202e}b.csv"))
            .found("x\n   = help: run this")
            .help("name it");
        let expected = "\
error[missing-column]: no column␊␛[2Jholds it
  --> a<U+202E>b.csv
   = found: x␊   = help: run this
   = help: name it
";
        assert_eq!(text(&message), expected);
    }

    #[test]
    fn an_effect_shows_both_rates_and_what_lies_between() {
        let rate = |above| Ratio::new(Amount::new(above, 0), Amount::new(8, 0));
        let effect = Effect {
            before: rate(7),
            after: rate(9),
            reading: "with `--grace 2`".to_owned(),
        };
        let message = Message::new(Code::LateRenewals, "7 customers").effect(Some(effect));
        let line = "   = effect: NRR 87.50% → 112.50% with `--grace 2`\n";
        assert!(text(&message).ends_with(line), "{}", text(&message));
        let mut out = Vec::new();
        write_message_json(&message, &mut out).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert!(json.ends_with("\"effect_on_nrr\":0.250000}\n"), "{json}");
    }

    #[test]
    fn color_is_red_for_errors_and_cyan_for_paths_and_help() {
        let mut out = Vec::new();
        let message = unreadable(2, "a,x", "x").help("do");
        write_message(&message, true, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("\u{1b}[1m\u{1b}[31merror[unreadable-amount]\u{1b}[0m: "));
        assert!(
            text.contains("--> \u{1b}[36mq3-export.csv:2\u{1b}[0m, column"),
            "{text:?}"
        );
        assert!(text.contains("= \u{1b}[36mhelp\u{1b}[0m: do"), "{text:?}");
    }

    #[test]
    fn a_message_is_one_json_object_a_line() {
        let mut out = Vec::new();
        let message = unreadable(2, "a,\"x\ny\"", "x").found("x").counting(3);
        write_message_json(&message, &mut out).unwrap();
        let expected = concat!(
            r#"{"level":"error","code":"unreadable-amount","message":"cannot read `x` as an amount","#,
            r#""file":"q3-export.csv","line":2,"column":"mrr","text":"a,\"x\ny\"","#,
            r#""evidence":[{"kind":"found","text":"x"}],"help":[],"count":3,"effect_on_nrr":null}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
