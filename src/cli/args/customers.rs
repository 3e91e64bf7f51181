//! What can be typed after `nrr customers`.

use clap::builder::PossibleValuesParser;

use super::ReadArgs;
use crate::metrics::{Class, SortBy};

/// What `nrr customers` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = CUSTOMERS_EXAMPLES)]
pub(in crate::cli) struct CustomersArgs {
    /// The period: 2024-03, 2024-Q1, 2024-H1, 2024, TTM-2024-03 or 2024-01..2024-03
    #[arg(
        long,
        value_name = "PERIOD",
        conflicts_with = "every",
        help_heading = "Periods"
    )]
    pub(in crate::cli) period: Option<String>,
    /// Only customers of these classes; several with commas
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = classes(), help_heading = "Customers")]
    pub(in crate::cli) class: Vec<String>,
    /// Only the first so many of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Customers")]
    pub(in crate::cli) top: Option<u32>,
    /// The order, largest magnitude first: effect on NRR, effect on GRR, or change of revenue
    #[arg(long, value_name = "BY", value_parser = orders(), default_value = "nrr", hide_default_value = true, help_heading = "Customers")]
    pub(in crate::cli) sort: String,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

fn classes() -> PossibleValuesParser {
    PossibleValuesParser::new(Class::ALL.map(Class::word))
}

fn orders() -> PossibleValuesParser {
    PossibleValuesParser::new(SortBy::ALL.map(SortBy::word))
}

const CUSTOMERS_EXAMPLES: &str = "\
Examples:
  nrr customers revenue.csv --period 2024-Q1
  nrr customers revenue.csv --period 2024-Q1 --class churn,contraction --by owner --format csv
  nrr customers revenue.csv --period 2024-Q1 --class expansion --top 10
  nrr customers revenue.csv --period 2024-03 --lookback 12 --where region=EU --sort grr";
