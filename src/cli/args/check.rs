//! What can be typed after `nrr check`.

use super::ReadArgs;

/// What `nrr check` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(in crate::cli) struct CheckArgs {
    /// A rule, such as 'nrr >= 100%', 'region=EMEA: grr >= 90%', 'each owner: nrr >= 100%', 'customer=ACME: closing >= 1000',
    /// 'top1 <= 20%', 'nrr drop <= 2pp' or 'finding equal-rows <= 0'; several times for several, beside those of nrr.toml
    #[arg(
        long,
        value_name = "RULE",
        allow_hyphen_values = true,
        help_heading = "Rules"
    )]
    pub(in crate::cli) require: Vec<String>,
    /// Fail if a figure is not what it was in this file, which `nrr calc` wrote as JSON, JSON Lines or CSV
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(in crate::cli) baseline: Option<String>,
    /// Also fail on findings of this code; several with commas
    #[arg(
        long,
        value_name = "CODE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(in crate::cli) forbid: Vec<String>,
    /// Do not fail on findings of this code; several with commas
    #[arg(
        long,
        value_name = "CODE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub(in crate::cli) allow: Vec<String>,
    /// One period: 2024-03, 2024-Q1, TTM-2024-03 and so on, or latest for the last whole one; with nothing, all of them
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to"], help_heading = "Periods")]
    pub(in crate::cli) period: Option<String>,
    /// The first period of a range
    #[arg(long, value_name = "PERIOD", help_heading = "Periods")]
    pub(in crate::cli) from: Option<String>,
    /// The last period of a range
    #[arg(long, value_name = "PERIOD", help_heading = "Periods")]
    pub(in crate::cli) to: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

const CHECK_EXAMPLES: &str = "\
Examples:
  nrr check revenue.csv
  nrr check revenue.csv --period latest --require 'nrr >= 100%' --require 'nrr drop <= 2pp'
  nrr check revenue.csv --period 2024-Q1 --by owner --require 'each owner: nrr >= 100%'
  nrr check revenue.csv --strict --allow similar-names --format junit --output nrr.xml
  nrr check revenue.csv --baseline reported.json --format github";
