//! Flags that a command gets with those of all settings and has no use for.

use clap::{Command as ClapCommand, CommandFactory};

use super::Args;

/// By command. It refuses them and says why, and its help does not list them; a settings file can hold them all the same, for
/// other commands.
const UNUSED: [(&str, &[&str]); 10] = [
    ("check", &["confidence", "seed", "sensitivity"]),
    ("customers", &["confidence", "seed", "sensitivity", "every"]),
    ("plan", &["confidence", "seed", "sensitivity", "every"]),
    ("renewals", &["confidence", "seed", "sensitivity"]),
    (
        "trace",
        &["by", "confidence", "seed", "sensitivity", "every"],
    ),
    (
        "diff",
        &["by", "confidence", "seed", "sensitivity", "every"],
    ),
    ("compare", &["by", "sensitivity", "every"]),
    ("inspect", &["confidence", "seed", "sensitivity", "every"]),
    ("ledger", &["confidence", "seed", "sensitivity", "every"]),
    ("init", &["confidence", "seed", "sensitivity"]),
];

/// Those of a command.
pub(in crate::cli) fn unused(command: &str) -> &'static [&'static str] {
    let found = UNUSED.iter().find(|(name, _)| *name == command);
    found.map_or(&[], |(_, flags)| flags)
}

/// All that can be typed, with the flags hidden that are of no use.
pub(in crate::cli) fn command() -> ClapCommand {
    let hide = |command: ClapCommand, flag: &&str| command.mut_arg(*flag, |flag| flag.hide(true));
    UNUSED.iter().fold(Args::command(), |all, (name, flags)| {
        all.mut_subcommand(*name, |command| flags.iter().fold(command, hide))
    })
}
