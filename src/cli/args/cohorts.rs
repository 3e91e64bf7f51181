//! What can be typed after `nrr cohorts`.

use clap::ValueEnum;

use super::ReadArgs;

/// What `nrr cohorts` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = COHORTS_EXAMPLES)]
pub(in crate::cli) struct CohortsArgs {
    /// Which triangles a table shows, with commas; without it, all. Formats for machines hold all of them
    #[arg(
        long,
        value_name = "RATE",
        value_enum,
        value_delimiter = ',',
        help_heading = "Cohorts"
    )]
    pub(in crate::cli) show: Vec<Triangle>,
    /// The column of the day on which a customer signed up: cohorts by it, instead of by first revenue
    #[arg(long, value_name = "COL", help_heading = "Cohorts")]
    pub(in crate::cli) signup: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

/// A triangle of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Triangle {
    Nrr,
    Grr,
    Logos,
}

const COHORTS_EXAMPLES: &str = "\
Examples:
  nrr cohorts revenue.csv --every quarter
  nrr cohorts revenue.csv --every quarter --show nrr,logos --by region
  nrr cohorts revenue.csv --every year --format csv --output cohorts.csv
  nrr cohorts revenue.csv --signup signed_up_on";
