//! Hands the arguments and streams to the library and returns its code.

use std::io::{self, BufWriter, IsTerminal};
use std::process::ExitCode;

use nrr::cli::{Environment, Streams, run};

fn main() -> ExitCode {
    let terminal_width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let mut stdout = BufWriter::new(io::stdout());
    let mut stderr = io::stderr();
    let streams = Streams {
        stdin: Box::new(io::stdin()),
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout_is_terminal: io::stdout().is_terminal(),
        stderr_is_terminal: io::stderr().is_terminal(),
        terminal_width,
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    let outcome = run(std::env::args_os(), &Environment::of_process(), streams);
    ExitCode::from(outcome.code())
}
