//! What can be typed. Nothing here looks at files, settings or defaults.

mod check;
mod cohorts;
mod compare;
mod customers;
mod diff;
mod plan;
mod renewals;
mod settings;
mod trace;
mod unused;

use clap::{Parser, Subcommand, ValueEnum};

pub(super) use check::CheckArgs;
pub(super) use cohorts::{CohortsArgs, Triangle};
pub(super) use compare::{CompareArgs, DefinitionsArgs};
pub(super) use customers::CustomersArgs;
pub(super) use diff::DiffArgs;
pub(super) use plan::PlanArgs;
pub(super) use renewals::RenewalsArgs;
pub(super) use settings::{SETTINGS, SettingArgs, setting_names};
pub(super) use trace::TraceArgs;
pub(super) use unused::{command, unused};

/// Net revenue retention from CSV exports: exact, declared, traceable.
#[derive(Debug, Parser)]
#[command(name = "nrr", version, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 a rule of `nrr check` was missed, 2 could not run (usage, input, settings)."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Common {
    /// When to color: auto looks at the terminal and at `NO_COLOR`
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value = "auto",
        hide_default_value = true
    )]
    pub(super) color: Color,
    /// Print results and errors, no other words
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// How errors and warnings are printed: text, or one JSON object a line
    #[arg(
        long,
        global = true,
        value_name = "FORM",
        value_enum,
        default_value = "text",
        hide_default_value = true
    )]
    pub(super) message_format: MessageFormat,
    /// Read settings from this file instead of the nearest nrr.toml above the working folder
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_config")]
    pub(super) config: Option<String>,
    /// Read no settings file
    #[arg(long, global = true)]
    pub(super) no_config: bool,
}

/// When to color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

/// How messages are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MessageFormat {
    Text,
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compute opening, movements, closing, NRR, GRR and the other rates
    Calc(Box<CalcArgs>),
    /// Check figures and data against rules and targets, for CI and for whoever has one to meet
    Check(Box<CheckArgs>),
    /// Compute retention triangles: NRR, GRR and logos by the period in which customers started
    Cohorts(Box<CohortsArgs>),
    /// List who moved NRR and GRR, and by how much; concentration, and the rates without the largest customers
    Customers(Box<CustomersArgs>),
    /// Say what churn, contraction or expansion would have to be to reach a target, and carry the base forward
    Plan(Box<PlanArgs>),
    /// List what comes up for renewal, and compute the renewal rate of the contracts that ended
    Renewals(Box<RenewalsArgs>),
    /// Show the rows behind a period's figures: file, line, column, the amount as written, and what became of it
    Trace(Box<TraceArgs>),
    /// Say why the NRR of one period is another one in a later export: whose rows changed, and by how many points
    Diff(Box<DiffArgs>),
    /// Show what is read: delimiter, columns, months, and what a careful colleague would mention
    Inspect(Box<InspectArgs>),
    /// Write the ledger, one row a customer and month, as a file that reads back to itself
    Ledger(Box<LedgerArgs>),
    /// Write a settings file, nrr.toml, from what was detected
    Init(Box<InitArgs>),
    /// Compute one period under every named definition, and say why they differ
    Compare(Box<CompareArgs>),
    /// List the named definitions, or print one as a file that can be changed
    Definitions(DefinitionsArgs),
    /// Print the long text of an error code, or the meaning of a metric, policy, setting, definition or preset
    Explain(ExplainArgs),
}

impl Command {
    /// The word typed for it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Command::Calc(_) => "calc",
            Command::Check(_) => "check",
            Command::Cohorts(_) => "cohorts",
            Command::Customers(_) => "customers",
            Command::Plan(_) => "plan",
            Command::Renewals(_) => "renewals",
            Command::Trace(_) => "trace",
            Command::Diff(_) => "diff",
            Command::Inspect(_) => "inspect",
            Command::Ledger(_) => "ledger",
            Command::Init(_) => "init",
            Command::Compare(_) => "compare",
            Command::Definitions(_) => "definitions",
            Command::Explain(_) => "explain",
        }
    }
}

/// What `nrr explain` takes.
#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A code such as mixed-currencies, a metric such as grr, a policy such as lookback, a setting such as shape or a preset such as stripe-invoices; without it, all of them
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
}

/// What `nrr calc` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = CALC_EXAMPLES)]
pub(super) struct CalcArgs {
    #[command(flatten)]
    pub(super) periods: PeriodArgs,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

/// What every command that reads files takes.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ReadArgs {
    /// CSV files, also .gz and .zst; several are one input, - is standard input
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<String>,
    #[command(flatten)]
    pub(super) settings: SettingArgs,
    /// Write to this file, whole or not at all, instead of standard output; .csv, .json, .jsonl and .md name the format
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<String>,
}

/// Which periods.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct PeriodArgs {
    /// One period: 2024-03, 2024-Q1, 2024-H1, 2024, TTM-2024-03 or 2024-01..2024-03
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to", "every"], help_heading = "Periods")]
    pub(super) period: Option<String>,
    /// The first period of a range
    #[arg(long, value_name = "PERIOD", help_heading = "Periods")]
    pub(super) from: Option<String>,
    /// The last period of a range
    #[arg(long, value_name = "PERIOD", help_heading = "Periods")]
    pub(super) to: Option<String>,
}

/// What `nrr inspect` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = INSPECT_EXAMPLES)]
pub(super) struct InspectArgs {
    /// Show only the findings with this code
    #[arg(long, value_name = "CODE", help_heading = "Findings")]
    pub(super) rule: Option<String>,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

/// What `nrr ledger` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = LEDGER_EXAMPLES)]
pub(super) struct LedgerArgs {
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

/// What `nrr init` takes.
#[derive(Debug, clap::Args)]
#[command(after_help = INIT_EXAMPLES)]
pub(super) struct InitArgs {
    /// Replace the file if there is one; without --output it is nrr.toml, and --output - prints
    #[arg(long, help_heading = "Output")]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

const CALC_EXAMPLES: &str = "\
Examples:
  nrr calc revenue.csv --period 2024-Q1
  nrr calc revenue.csv --from 2023-Q1 --to 2024-Q1 --by region --format csv
  nrr calc jan.csv feb.csv mar.csv --period 2024-03 --lookback 12
  gzip -dc revenue.csv.gz | nrr calc - --every quarter --format json";

const INSPECT_EXAMPLES: &str = "\
Examples:
  nrr inspect revenue.csv
  nrr inspect revenue.csv --rule several-dates
  nrr inspect export.csv --control-total 1204300.00 --control-total 2024-03=98120.50";

const LEDGER_EXAMPLES: &str = "\
Examples:
  nrr ledger export.csv --output ledger.csv
  nrr ledger export.csv --by region --format csv | nrr calc - --basis stock --by region";

const INIT_EXAMPLES: &str = "\
Examples:
  nrr init revenue.csv
  nrr init revenue.csv --output nrr.toml
  nrr init revenue.csv --date-order dmy --output nrr.toml --force";
