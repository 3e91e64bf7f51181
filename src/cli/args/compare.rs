//! What the commands about definitions take.

use super::{PeriodArgs, ReadArgs};

/// What `nrr compare` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = COMPARE_EXAMPLES)]
pub(in crate::cli) struct CompareArgs {
    /// The period: 2024-03, 2024-Q1, 2024-H1, 2024, TTM-2024-03 or 2024-01..2024-03
    #[arg(
        long,
        value_name = "PERIOD",
        required = true,
        conflicts_with = "every",
        help_heading = "Periods"
    )]
    period: String,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

impl CompareArgs {
    /// The one period.
    pub(in crate::cli) fn periods(&self) -> PeriodArgs {
        PeriodArgs {
            period: Some(self.period.clone()),
            ..PeriodArgs::default()
        }
    }
}

/// What `nrr definitions` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = DEFINITIONS_EXAMPLES)]
pub(in crate::cli) struct DefinitionsArgs {
    /// The definition to print as a file; without it, all of them are listed
    #[arg(value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// How the list is written: table, json, jsonl, csv or markdown
    #[arg(
        long,
        value_name = "FORMAT",
        help_heading = "Output",
        conflicts_with = "name"
    )]
    pub(in crate::cli) format: Option<String>,
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  nrr compare revenue.csv --period 2024-12
  nrr compare revenue.csv --period 2024-Q4 --definition board.toml --format markdown
  nrr compare revenue.csv --period 2024-12 --format csv --output compared.csv";

const DEFINITIONS_EXAMPLES: &str = "\
Examples:
  nrr definitions
  nrr definitions annual > board.toml
  nrr calc revenue.csv --period 2024-03 --definition board.toml";
