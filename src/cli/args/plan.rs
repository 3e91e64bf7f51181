//! What can be typed after `nrr plan`.

use super::{PeriodArgs, ReadArgs};

/// What `nrr plan` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = PLAN_EXAMPLES)]
pub(in crate::cli) struct PlanArgs {
    /// The period: 2024-03, 2024-Q1, 2024-H1, 2024, TTM-2024-03 or 2024-01..2024-03
    #[arg(
        long,
        value_name = "PERIOD",
        conflicts_with = "every",
        help_heading = "Periods"
    )]
    period: Option<String>,
    /// The NRR to reach, such as 110%, or as a fraction with a point: 1.1
    #[arg(
        long,
        value_name = "PERCENT",
        allow_hyphen_values = true,
        help_heading = "Plan"
    )]
    pub(in crate::cli) target: Option<String>,
    /// The GRR to reach instead, such as 90%; churn and contraction alone move it
    #[arg(
        long,
        value_name = "PERCENT",
        allow_hyphen_values = true,
        conflicts_with = "target",
        help_heading = "Plan"
    )]
    pub(in crate::cli) target_grr: Option<String>,
    /// How much of what is lacking each lever carries: churn=50%,contraction=20%,expansion=30%
    #[arg(
        long,
        value_name = "LEVER=PERCENT",
        value_delimiter = ',',
        help_heading = "Plan"
    )]
    pub(in crate::cli) shares: Vec<String>,
    /// How many years the base is carried forward at the rates over twelve months; 3 by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50), default_value = "3", hide_default_value = true, help_heading = "Plan")]
    pub(in crate::cli) years: u32,
    /// What replacing churned revenue costs, as a multiple of it, such as 1.5; without it no cost is shown
    #[arg(long, value_name = "TIMES", help_heading = "Plan")]
    pub(in crate::cli) multiple: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

impl PlanArgs {
    /// The one period.
    pub(in crate::cli) fn periods(&self) -> PeriodArgs {
        PeriodArgs {
            period: self.period.clone(),
            ..PeriodArgs::default()
        }
    }
}

const PLAN_EXAMPLES: &str = "\
Examples:
  nrr plan revenue.csv --period 2024-12 --lookback 12 --target 110%
  nrr plan revenue.csv --period 2024-12 --definition annual --target 105% --shares churn=50%,expansion=50%
  nrr plan revenue.csv --period 2024-12 --lookback 12 --target-grr 90% --by region --format csv
  nrr plan revenue.csv --period 2024-12 --lookback 12 --target 110% --years 5 --multiple 1.5";
