//! Runs of `nrr`: within the test's own process, which is quick enough for thousands, or as a program.

use std::ffi::OsString;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use nrr::cli::{Environment, Streams};

/// What a run left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The codes of the errors it printed, in their order.
    pub fn errors(&self) -> Vec<String> {
        let code = |line: &str| Some(line.strip_prefix("error[")?.split_once(']')?.0.to_owned());
        self.stderr.lines().filter_map(code).collect()
    }

    /// Its standard output.
    ///
    /// # Panics
    ///
    /// Panics with the whole run if it did not end with 0.
    pub fn done(self) -> String {
        assert_eq!(self.code, 0, "the run failed: {self:#?}");
        self.stdout
    }
}

/// Runs `nrr` with these arguments in the package's folder, without variables and without input.
pub fn run(args: &[&str]) -> Run {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), args)
}

/// The same in a folder.
pub fn run_in(folder: &Path, args: &[&str]) -> Run {
    run_within(folder, args, None)
}

/// The same in the package's folder, with bytes piped into it.
pub fn run_with_stdin(args: &[&str], bytes: &[u8]) -> Run {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    run_within(folder, args, Some(bytes))
}

/// Runs the program itself, in the package's folder.
pub fn run_binary(args: &[&str]) -> Run {
    finish(program().args(args))
}

/// The program, to be given arguments, variables and streams.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nrr"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM", "COLUMNS"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A path as an argument.
pub fn word(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// A file in a folder, written.
pub fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).expect("the file is written");
    path
}

fn run_within(folder: &Path, args: &[&str], stdin: Option<&[u8]>) -> Run {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: Box::new(Cursor::new(stdin.unwrap_or_default().to_vec())),
        stdin_is_terminal: stdin.is_none(),
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        terminal_width: None,
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    let words = std::iter::once("nrr").chain(args.iter().copied());
    let environment = Environment::in_folder(folder);
    let outcome = nrr::cli::run(words.map(OsString::from), &environment, streams);
    Run {
        code: i32::from(outcome.code()),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the output is UTF-8")
}
