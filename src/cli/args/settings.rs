//! The register of settings: flags that are keys of nrr.toml too, and how clap takes them and the policies.

use clap::{ArgAction, ArgMatches, Command as ClapCommand, FromArgMatches};

use crate::policies::POLICIES;

/// A flag that is a key of nrr.toml too.
#[derive(Debug)]
pub(in crate::cli) struct Setting {
    /// The flag and the key.
    pub(in crate::cli) name: &'static str,
    /// What it takes.
    pub(in crate::cli) value_name: &'static str,
    pub(in crate::cli) about: &'static str,
    heading: &'static str,
    /// True if it can be given several times.
    pub(in crate::cli) is_list: bool,
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
pub(in crate::cli) const SETTINGS: &[Setting] = &[
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
        "Stop where price changes inside a contract are not in the file, instead of warning; `nrr check` fails on every finding",
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
        "table, json, jsonl, csv or markdown; `nrr check` also junit, github or sarif",
    ),
];

/// The name of every setting and policy, as a flag and as a key.
pub(in crate::cli) fn setting_names() -> impl Iterator<Item = &'static str> {
    let settings = SETTINGS.iter().map(|setting| setting.name);
    settings.chain(POLICIES.iter().map(|policy| policy.name))
}

/// The settings and policies that were typed.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct SettingArgs {
    /// Name and value, in the order of the registers; several values for a list.
    pub(in crate::cli) typed: Vec<(&'static str, Vec<String>)>,
}

impl SettingArgs {
    /// What was typed for a setting that takes one value.
    pub(in crate::cli) fn value(&self, name: &str) -> Option<&str> {
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
