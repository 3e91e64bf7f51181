//! What can be typed after `nrr renewals`.

use clap::builder::PossibleValuesParser;

use super::{PeriodArgs, ReadArgs};
use crate::metrics::Status;

/// What `nrr renewals` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = RENEWALS_EXAMPLES)]
pub(in crate::cli) struct RenewalsArgs {
    /// What is due within so many days; 90d by default
    #[arg(
        long,
        value_name = "DAYS",
        default_value = "90d",
        hide_default_value = true,
        help_heading = "Renewals"
    )]
    pub(in crate::cli) within: String,
    /// The day looked from, such as 2024-12-31; by default the last day of the data, never today
    #[arg(long, value_name = "DAY", help_heading = "Renewals")]
    pub(in crate::cli) as_of: Option<String>,
    /// How long after its end a contract can still be renewed; 90d by default
    #[arg(
        long,
        value_name = "DAYS",
        default_value = "90d",
        hide_default_value = true,
        help_heading = "Renewals"
    )]
    pub(in crate::cli) late: String,
    /// Only contracts of these statuses; several with commas. The rates are of all
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = statuses(), help_heading = "Renewals")]
    pub(in crate::cli) status: Vec<String>,
    /// The period whose ended contracts the rates are of; by default the 12 months up to --as-of
    #[arg(
        long,
        value_name = "PERIOD",
        conflicts_with = "every",
        help_heading = "Periods"
    )]
    period: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

impl RenewalsArgs {
    /// The window of what ended.
    pub(in crate::cli) fn periods(&self) -> PeriodArgs {
        PeriodArgs {
            period: self.period.clone(),
            ..PeriodArgs::default()
        }
    }
}

fn statuses() -> PossibleValuesParser {
    PossibleValuesParser::new(Status::ALL.map(Status::word))
}

const RENEWALS_EXAMPLES: &str = "\
Examples:
  nrr renewals contracts.csv --within 90d
  nrr renewals contracts.csv --period 2024 --as-of 2024-12-31 --by owner
  nrr renewals contracts.csv --status late,lost --format csv
  nrr renewals contracts.csv --within 180d --output renewals.ics

--format ics, or --output with a name that ends in .ics, writes what is due as a calendar.";
