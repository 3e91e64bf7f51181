//! The command line: arguments and settings in, an outcome out, printing only into the given streams.
//!
//! Every run goes through three stages: `args` (what was typed) → `config` (what will run, each value
//! with its origin) → `command` (the work).

mod args;
mod check_file;
mod command;
mod config;
mod environment;
mod exit;
mod format_words;
mod likely_period;
mod mapped;
mod message;
mod output_file;
mod progress;
mod reading;
mod report;
mod settings;
mod warnings;

use std::ffi::OsString;
use std::io::{Read, Write};

use clap::FromArgMatches;

pub use environment::Environment;
pub use exit::Outcome;

use args::{Args, Command};
use message::Messenger;
use reading::Context;

/// Where a run reads and writes.
pub struct Streams<'a> {
    /// Standard input.
    pub stdin: Box<dyn Read + Send>,
    /// True if nobody pipes into it.
    pub stdin_is_terminal: bool,
    /// True if a person looks at the result.
    pub stdout_is_terminal: bool,
    /// True if a person looks at the words beside it.
    pub stderr_is_terminal: bool,
    /// How many columns the terminal has.
    pub terminal_width: Option<usize>,
    /// For results alone.
    pub stdout: &'a mut dyn Write,
    /// For words.
    pub stderr: &'a mut dyn Write,
}

/// Runs one command line, the program's name included.
pub fn run(
    words: impl IntoIterator<Item = OsString>,
    environment: &Environment,
    mut streams: Streams<'_>,
) -> Outcome {
    let words: Vec<OsString> = words.into_iter().collect();
    let matches = args::command().try_get_matches_from(&words);
    let args = match matches.and_then(|matches| Args::from_arg_matches(&matches)) {
        Ok(args) => args,
        Err(error) => return message::report_usage(&error, &words, environment, &mut streams),
    };
    let messenger = Messenger::new(&args.common, environment, streams.stderr_is_terminal);
    let context = Context {
        command: args.command.name(),
        common: &args.common,
        environment,
        streams: &mut streams,
        messenger: &messenger,
        pipe: None,
    };
    let outcome = match &args.command {
        Command::Calc(calc) => command::calc::run(calc, context),
        Command::Check(check) => command::check::run(check, context),
        Command::Cohorts(cohorts) => command::cohorts::run(cohorts, context),
        Command::Customers(customers) => command::customers::run(customers, context),
        Command::Renewals(renewals) => command::renewals::run(renewals, context),
        Command::Plan(plan) => command::plan::run(plan, context),
        Command::Trace(trace) => command::trace::run(trace, context),
        Command::Diff(diff) => command::diff::run(diff, context),
        Command::Inspect(inspect) => command::inspect::run(inspect, context),
        Command::Ledger(ledger) => command::ledger::run(ledger, context),
        Command::Init(init) => command::init::run(init, context),
        Command::Compare(compare) => command::compare::run(compare, context),
        Command::Definitions(definitions) => command::definitions::run(definitions, context),
        Command::Explain(explain) => command::explain::run(explain, context.streams),
    };
    let outcome = match outcome {
        Ok(()) | Err(exit::Failure::Missed(_)) => {
            let flushed = streams.stdout.flush().map_err(exit::Failure::Stdout);
            flushed.and(outcome)
        }
        failed => failed,
    };
    match outcome {
        Ok(()) => Outcome::Done,
        Err(failure) => messenger.report(failure, streams.stderr),
    }
}
