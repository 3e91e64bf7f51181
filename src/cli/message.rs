//! Errors and warnings onto standard error, as text or JSON lines.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::CommandFactory;

use super::Streams;
use super::args::{Args, Color, Common, MessageFormat};
use super::environment::Environment;
use super::exit::{Failure, Outcome};
use super::output_file::cannot_write;
use crate::error::{Code, Errors, Message};
use crate::output::{write_message, write_message_json};
use crate::text;

/// How many errors are drawn; all are in `--message-format json`.
const SHOWN: usize = 20;

/// Prints messages as the run wants them.
pub(super) struct Messenger {
    /// True where messages are colored.
    pub(super) color: bool,
    format: MessageFormat,
}

impl Messenger {
    pub(super) fn new(common: &Common, environment: &Environment, is_terminal: bool) -> Messenger {
        let color = color(common.color, environment, is_terminal);
        Messenger {
            color,
            format: common.message_format,
        }
    }

    /// True where messages are text for people.
    pub(super) fn is_text(&self) -> bool {
        self.format == MessageFormat::Text
    }

    /// Prints why a run could not be done, and gives how it ended: a reader that went away is no fault.
    pub(super) fn report(&self, failure: Failure, stderr: &mut dyn Write) -> Outcome {
        let errors = match failure {
            Failure::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Outcome::Done;
            }
            Failure::Missed(missed) => {
                let _ = self.write_errors(&missed, "failure", stderr);
                return Outcome::Missed;
            }
            Failure::Stdout(error) => Errors::from(cannot_write("<stdout>", &error)),
            Failure::Errors(errors) => errors,
        };
        // Standard error is the last place to write to: what fails there cannot be said.
        let _ = self.write_errors(&errors, "error", stderr);
        Outcome::Failed
    }

    /// Prints one message.
    pub(super) fn write(&self, message: &Message, stderr: &mut dyn Write) -> io::Result<()> {
        match self.format {
            MessageFormat::Text => write_message(message, self.color, stderr),
            MessageFormat::Json => write_message_json(message, stderr),
        }
    }

    fn write_errors(&self, errors: &Errors, noun: &str, stderr: &mut dyn Write) -> io::Result<()> {
        let shown = if self.format == MessageFormat::Text {
            SHOWN
        } else {
            errors.list.len()
        };
        for (index, message) in errors.list.iter().take(shown).enumerate() {
            if index > 0 && self.format == MessageFormat::Text {
                writeln!(stderr)?;
            }
            self.write(message, stderr)?;
        }
        let more = errors.total - errors.list.len().min(shown) as u64;
        if more > 0 && self.format == MessageFormat::Text {
            writeln!(
                stderr,
                "\nand {}; all with `--message-format json`",
                text::count(more, &format!("more {noun}"))
            )?;
        }
        stderr.flush()
    }
}

/// Whether a stream is colored.
pub(super) fn color(choice: Color, environment: &Environment, is_terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => environment.wants_color(is_terminal),
    }
}

/// Prints what clap has to say: help and version are results, anything else is a usage error.
pub(super) fn report_usage(
    error: &clap::Error,
    words: &[OsString],
    environment: &Environment,
    streams: &mut Streams<'_>,
) -> Outcome {
    let common = Common {
        color: Color::Auto,
        quiet: false,
        message_format: message_format(words),
        config: None,
        no_config: false,
    };
    let messenger = Messenger::new(&common, environment, streams.stderr_is_terminal);
    if error.use_stderr() {
        return messenger.report(
            Failure::from(usage(&error.render().to_string(), command_of(words))),
            streams.stderr,
        );
    }
    let text = error.render();
    let text = if environment.wants_color(streams.stdout_is_terminal) {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    let written = streams
        .stdout
        .write_all(text.as_bytes())
        .and_then(|()| streams.stdout.flush());
    match written {
        Ok(()) => Outcome::Done,
        Err(error) => messenger.report(Failure::Stdout(error), streams.stderr),
    }
}

/// The form that was asked for in words that could not be parsed as a whole.
fn message_format(words: &[OsString]) -> MessageFormat {
    let is_pair = |pair: &[OsString]| pair[0] == "--message-format" && pair[1] == "json";
    let is_json =
        words.iter().any(|word| word == "--message-format=json") || words.windows(2).any(is_pair);
    if is_json {
        MessageFormat::Json
    } else {
        MessageFormat::Text
    }
}

/// The command that was typed; `calc` where none can be told.
fn command_of(words: &[OsString]) -> &str {
    let commands = Args::command();
    let known = |word: &&OsString| {
        let mut names = commands.get_subcommands().map(clap::Command::get_name);
        word.to_str()
            .is_some_and(|word| names.any(|name| name == word))
    };
    let typed = words.iter().skip(1).find(known);
    typed.and_then(|word| word.to_str()).unwrap_or("calc")
}

/// Clap's text as one of our messages: the first line is the headline, tips are help.
fn usage(said: &str, command: &str) -> Message {
    let ticked = |line: &str| {
        line.replace(" '", " `")
            .replace("' ", "` ")
            .replace('\'', "`")
    };
    let mut lines = said.lines();
    let first = lines.next().unwrap_or_default();
    let mut headline = ticked(first.strip_prefix("error: ").unwrap_or(first));
    let (mut found, mut help) = (Vec::new(), Vec::new());
    for line in lines {
        let line = line.trim();
        if let Some(tip) = line.strip_prefix("tip: ") {
            // A tip to pass a flag's look-alike as a value would make a file of it.
            if !tip.starts_with("to pass") {
                help.push(ticked(tip));
            }
        } else if let Some(values) = line.strip_prefix("[possible values: ") {
            let values: Vec<&str> = values.trim_end_matches(']').split(", ").collect();
            found.push(text::list(&values, "or"));
        } else if headline.ends_with(':') && !line.is_empty() && !line.starts_with("Usage") {
            headline = format!("{headline} {line}");
        }
    }
    let value = headline
        .strip_prefix("invalid value ")
        .and_then(|rest| rest.split_once(" for "))
        .map(|(value, flag)| (value.to_owned(), flag.to_owned()));
    if let Some((value, flag)) = value {
        let flag = flag.split([' ', '`']).find(|word| !word.is_empty());
        headline = format!("`{}` does not take {value}", flag.unwrap_or_default());
    }
    if said.contains("requires a subcommand") || said.starts_with("Net revenue retention") {
        "no command was given".clone_into(&mut headline);
        help.push("`nrr calc revenue.csv --period 2024-Q1`".to_owned());
    }
    if said.contains("unrecognized subcommand") && said.contains(".csv") {
        help.push("`nrr calc` comes before the file".to_owned());
    }
    let is_commandless = headline == "no command was given";
    let mut message = Message::new(Code::Usage, headline);
    for values in found.into_iter().filter(|_| !is_commandless) {
        message = message.expected(values);
    }
    for tip in help {
        message = message.help(tip);
    }
    if message.help.is_empty() {
        message.help(format!("see `nrr --help` and `nrr {command} --help`"))
    } else {
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clap_says_becomes_a_message() {
        let message = usage(
            "error: unexpected argument '--perod' found\n\n  tip: a similar argument exists: '--period'\n\nUsage: nrr",
            "calc",
        );
        assert_eq!(message.headline, "unexpected argument `--perod` found");
        assert_eq!(message.help, ["a similar argument exists: `--period`"]);
        let message = usage(
            "error: invalid value 'no' for '--color <WHEN>'\n  [possible values: auto, always, never]\n",
            "calc",
        );
        assert_eq!(message.headline, "`--color` does not take `no`");
        assert_eq!(message.evidence[0].text, "auto, always or never");
    }
}
