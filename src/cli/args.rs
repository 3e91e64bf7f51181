//! What can be typed. Nothing here looks at files, settings or defaults.

mod cohorts;
mod compare;
mod customers;

use clap::{
    ArgAction, ArgMatches, Command as ClapCommand, FromArgMatches, Parser, Subcommand, ValueEnum,
};

pub(super) use compare::{CompareArgs, DefinitionsArgs};

use crate::policies::POLICIES;
pub(super) use cohorts::{CohortsArgs, Triangle};

pub(super) use customers::CustomersArgs;

/// Net revenue retention from CSV exports: exact, declared, traceable.
#[derive(Debug, Parser)]
#[command(
    name = "nrr",
    version,
    max_term_width = 100,
    disable_help_subcommand = true
)]
#[command(after_help = "Exit codes: 0 done, 2 could not run (usage, input, settings).")]
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
    /// Compute retention triangles: NRR, GRR and logos by the period in which customers started
    Cohorts(Box<CohortsArgs>),
    /// List who moved NRR and GRR, and by how much; concentration, and the rates without the largest customers
    Customers(Box<CustomersArgs>),
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
    /// Print the long text of an error code, or the meaning of a metric, policy, setting or preset
    Explain(ExplainArgs),
}

impl Command {
    /// The word typed for it.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Command::Calc(_) => "calc",
            Command::Cohorts(_) => "cohorts",
            Command::Customers(_) => "customers",
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

/// A flag that is a key of nrr.toml too.
#[derive(Debug)]
pub(super) struct Setting {
    /// The flag and the key.
    pub(super) name: &'static str,
    /// What it takes.
    pub(super) value_name: &'static str,
    pub(super) about: &'static str,
    heading: &'static str,
    /// True if it can be given several times.
    pub(super) is_list: bool,
    /// True if it can be typed without a value, for `yes`.
    is_switch: bool,
}

const fn setting(
    name: &'static str,
    value_name: &'static str,
    heading: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        name,
        value_name,
        about,
        heading,
        is_list: false,
        is_switch: false,
    }
}

const fn switch(name: &'static str, heading: &'static str, about: &'static str) -> Setting {
    Setting {
        is_switch: true,
        ..setting(name, "yes|no", heading, about)
    }
}

const fn list(
    name: &'static str,
    value_name: &'static str,
    heading: &'static str,
    about: &'static str,
) -> Setting {
    Setting {
        is_list: true,
        ..setting(name, value_name, heading, about)
    }
}

/// Every setting that is no policy.
pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "definition",
        "NAME|FILE",
        "Definition",
        "A set of choices: one that `nrr definitions` lists, or a file of them; flags win over it",
    ),
    setting(
        "every",
        "GRAIN",
        "Periods",
        "The grain of a range: month, quarter, half or year",
    ),
    list(
        "by",
        "COL",
        "Segments",
        "Also compute each value of a column; several with commas",
    ),
    list(
        "where",
        "COL=VALUE",
        "Segments",
        "Read only rows with this value, or without it: COL!=VALUE; values of one column are alternatives",
    ),
    setting(
        "customer",
        "COL",
        "Columns",
        "The column of the customer, by header or number (#1)",
    ),
    setting("date", "COL", "Columns", "The column of the date or period"),
    setting("amount", "COL", "Columns", "The column of the amount"),
    setting(
        "currency-column",
        "COL",
        "Columns",
        "The column of the currency",
    ),
    setting(
        "product",
        "COL",
        "Columns",
        "The column of the product, or none",
    ),
    setting(
        "start-column",
        "COL",
        "Columns",
        "The column of the first day of a contract or service",
    ),
    setting("end-column", "COL", "Columns", "The column of its end"),
    setting(
        "interval-column",
        "COL",
        "Columns",
        "The column that says how long a price is for",
    ),
    setting(
        "interval-count-column",
        "COL",
        "Columns",
        "The column of how many such intervals it is for",
    ),
    setting(
        "status-column",
        "COL",
        "Columns",
        "The column of the status, or none",
    ),
    setting(
        "movement-column",
        "COL",
        "Columns",
        "The column of the kind of movement, or none",
    ),
    setting(
        "balance-column",
        "COL",
        "Columns",
        "The column of the balance after a movement, or none",
    ),
    setting(
        "quantity-column",
        "COL",
        "Columns",
        "The column of the quantity, or none",
    ),
    setting(
        "contract-column",
        "COL",
        "Columns",
        "The column of the contract or subscription, or none",
    ),
    setting(
        "trial-end-column",
        "COL",
        "Columns",
        "The column of the end of a trial; what is paid starts then",
    ),
    setting(
        "period-start-column",
        "COL",
        "Columns",
        "The column of the start of the billing period, where nothing else says how long a price is for",
    ),
    setting(
        "period-end-column",
        "COL",
        "Columns",
        "The column of the end of the billing period",
    ),
    setting(
        "parent",
        "COL",
        "Columns",
        "The column of whom a customer belongs to, for --level parent",
    ),
    setting(
        "preset",
        "NAME",
        "Shape",
        "Read as this vendor's export; none recognises no vendor",
    ),
    setting(
        "shape",
        "SHAPE",
        "Shape",
        "What a row is: long, wide, contracts, versions, invoices or movements",
    ),
    setting(
        "periods",
        "GRAIN",
        "Shape",
        "Which columns of periods count where months, quarters and years stand side by side: monthly, quarterly, half-yearly or annual",
    ),
    setting(
        "year",
        "YEAR",
        "Shape",
        "The year of columns such as Jan to Dec that name none",
    ),
    setting(
        "first-period",
        "MONTH",
        "Shape",
        "The month of the first of columns such as month_1, month_2",
    ),
    setting(
        "history",
        "HISTORY",
        "Shape",
        "How much of the past the file holds: full, billed or none",
    ),
    setting(
        "end",
        "RULE",
        "Shape",
        "Whether an end is the last day that counts, inclusive, or the day after it, exclusive",
    ),
    setting(
        "amount-is",
        "WHICH",
        "Shape",
        "Whether an amount beside a quantity is the price of one unit or the total",
    ),
    list(
        "keep-status",
        "STATUS",
        "Shape",
        "Count rows with this status; several with commas",
    ),
    list(
        "drop-status",
        "STATUS",
        "Shape",
        "Leave out rows with this status; several with commas",
    ),
    switch(
        "keep-totals",
        "Shape",
        "Take rows that are named like totals as customers",
    ),
    setting(
        "drop-row",
        "REGEX",
        "Shape",
        "Leave out rows one of whose cells matches this pattern",
    ),
    switch(
        "strict",
        "Shape",
        "Stop where price changes inside a contract are not in the file, instead of warning",
    ),
    switch(
        "allow-no-churn",
        "Shape",
        "Take a list of contracts none of which has ended",
    ),
    setting(
        "delimiter",
        "CHAR",
        "Reading",
        "What separates cells: , ; | or tab",
    ),
    setting(
        "encoding",
        "NAME",
        "Reading",
        "utf-8, utf-16le, utf-16be or windows-1252",
    ),
    setting(
        "decimal",
        "MARK",
        "Reading",
        "The decimal mark of the amounts: . or ,",
    ),
    setting(
        "unit",
        "UNIT",
        "Reading",
        "What amounts count: major units such as dollars, or minor ones such as cents",
    ),
    setting(
        "scale",
        "SCALE",
        "Reading",
        "What an amount of 1 stands for: units, thousands or millions",
    ),
    setting(
        "date-order",
        "ORDER",
        "Reading",
        "How numeric dates are written: dmy or mdy",
    ),
    list(
        "control-total",
        "AMOUNT",
        "Reading",
        "What all amounts add up to, or those of a period: 2024-03=AMOUNT; stop if they do not",
    ),
    setting(
        "threads",
        "N",
        "Reading",
        "How many threads read; by default one a core",
    ),
    setting(
        "confidence",
        "PERCENT",
        "Certainty",
        "How sure NRR and GRR are: the interval that holds them at this level, such as 95",
    ),
    setting(
        "seed",
        "N",
        "Certainty",
        "Where the draws of --confidence start; 1 by default",
    ),
    switch(
        "sensitivity",
        "Certainty",
        "List every other choice that changes the number, with what it would be",
    ),
    setting(
        "format",
        "FORMAT",
        "Output",
        "table, json, jsonl, csv or markdown",
    ),
];

/// The name of every setting and policy, as a flag and as a key.
pub(super) fn setting_names() -> impl Iterator<Item = &'static str> {
    let settings = SETTINGS.iter().map(|setting| setting.name);
    settings.chain(POLICIES.iter().map(|policy| policy.name))
}

/// The settings and policies that were typed.
#[derive(Clone, Debug, Default)]
pub(super) struct SettingArgs {
    /// Name and value, in the order of the registers; several values for a list.
    pub(super) typed: Vec<(&'static str, Vec<String>)>,
}

impl SettingArgs {
    /// What was typed for a setting that takes one value.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let (_, values) = self.typed.iter().find(|(typed, _)| *typed == name)?;
        values.first().map(String::as_str)
    }
}

impl clap::Args for SettingArgs {
    fn augment_args(command: ClapCommand) -> ClapCommand {
        let flag = |name: &'static str| clap::Arg::new(name).long(name);
        let settings = SETTINGS.iter().map(|setting| {
            let action = if setting.is_list {
                ArgAction::Append
            } else {
                ArgAction::Set
            };
            let flag = flag(setting.name).action(action);
            let flag = if setting.is_switch {
                flag.num_args(0..=1)
                    .require_equals(true)
                    .default_missing_value("yes")
            } else {
                flag
            };
            flag.allow_negative_numbers(true)
                .value_name(setting.value_name)
                .help(setting.about)
                .help_heading(setting.heading)
        });
        let policies = POLICIES.iter().map(|policy| {
            let is_words = policy.values.contains('|');
            let value_name = if is_words { policy.values } else { "VALUE" };
            let help = if is_words {
                policy.about.to_owned()
            } else {
                format!("{}: {}", policy.about, policy.values)
            };
            flag(policy.name)
                .allow_negative_numbers(true)
                .value_name(value_name)
                .help(help)
                .help_heading("Policies (docs/definitions.md)")
        });
        command.args(settings).args(policies)
    }

    fn augment_args_for_update(command: ClapCommand) -> ClapCommand {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<SettingArgs, clap::Error> {
        let typed =
            |name: &'static str| Some((name, matches.get_many::<String>(name)?.cloned().collect()));
        Ok(SettingArgs {
            typed: setting_names().filter_map(typed).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = SettingArgs::from_arg_matches(matches)?;
        Ok(())
    }
}
