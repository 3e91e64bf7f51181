//! What can be typed after `nrr trace`.

use clap::builder::PossibleValuesParser;

use super::ReadArgs;
use crate::metrics::Class;

/// What `nrr trace` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = TRACE_EXAMPLES)]
// `--customer` is whom to trace here, and the column goes by a longer name.
#[command(mut_arg("customer", |column| column.long("customer-column")))]
pub(in crate::cli) struct TraceArgs {
    /// The period: 2024-03, 2024-Q1, 2024-H1, 2024, TTM-2024-03 or 2024-01..2024-03
    #[arg(
        long,
        value_name = "PERIOD",
        conflicts_with = "every",
        help_heading = "Periods"
    )]
    pub(in crate::cli) period: Option<String>,
    /// Only this customer; may be repeated. Its rows that add to nothing are shown with the reason
    #[arg(
        long = "customer",
        value_name = "NAME",
        conflicts_with_all = ["class", "top"],
        help_heading = "Customers"
    )]
    pub(in crate::cli) customers: Vec<String>,
    /// Only customers of these classes; several with commas
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = classes(), help_heading = "Customers")]
    pub(in crate::cli) class: Vec<String>,
    /// Only the first so many of them, those with the largest effect on NRR first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Customers")]
    pub(in crate::cli) top: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) read: ReadArgs,
}

fn classes() -> PossibleValuesParser {
    PossibleValuesParser::new(Class::ALL.map(Class::word))
}

const TRACE_EXAMPLES: &str = "\
Examples:
  nrr trace revenue.csv --period 2024-Q1 --class churn
  nrr trace revenue.csv --period 2024-Q1 --customer 'Acme Ltd'
  nrr trace jan.csv.gz feb.csv.gz --period 2024-02 --top 5
  nrr trace revenue.csv --period 2024-03 --lookback 12 --format csv --output trace.csv";
