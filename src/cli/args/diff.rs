//! What can be typed after `nrr diff`.

use super::{ReadArgs, SettingArgs};

/// What `nrr diff` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = DIFF_EXAMPLES)]
pub(in crate::cli) struct DiffArgs {
    /// The earlier export, a CSV file, also .gz and .zst; - is standard input
    #[arg(value_name = "OLD")]
    pub(in crate::cli) old: String,
    /// The later export of the same
    #[arg(value_name = "NEW")]
    pub(in crate::cli) new: String,
    /// The period: 2024-03, 2024-Q1, 2024-H1, 2024, TTM-2024-03 or 2024-01..2024-03
    #[arg(
        long,
        value_name = "PERIOD",
        conflicts_with = "every",
        help_heading = "Periods"
    )]
    pub(in crate::cli) period: Option<String>,
    /// The settings file that OLD was measured by, where it was another one: what settings changed is told apart from what data changed
    #[arg(long, value_name = "FILE", help_heading = "Differences")]
    pub(in crate::cli) old_config: Option<String>,
    /// Only the first so many customers; the others are one line
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Differences")]
    pub(in crate::cli) top: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) settings: SettingArgs,
    /// Write to this file, whole or not at all, instead of standard output; .csv, .json, .jsonl and .md name the format
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(in crate::cli) output: Option<String>,
}

impl DiffArgs {
    /// What a command would take that reads these files alone.
    pub(in crate::cli) fn reading(&self, files: &[&String]) -> ReadArgs {
        ReadArgs {
            files: files.iter().copied().cloned().collect(),
            settings: self.settings.clone(),
            output: self.output.clone(),
        }
    }
}

const DIFF_EXAMPLES: &str = "\
Examples:
  nrr diff march.csv april.csv --period 2024-Q1
  nrr diff march.csv april.csv --period 2024-Q1 --format csv --output why.csv
  nrr diff march.csv april.csv --period 2024-Q1 --old-config march.toml
  nrr diff march.csv april.csv --period 2024-03 --lookback 12 --map ids.csv";
