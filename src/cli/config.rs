//! What will run: flags over settings file over defaults, each value with where it came from.

mod sides;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::args::{Common, PeriodArgs, ReadArgs, SETTINGS, SettingArgs, setting_names};
use super::environment::Environment;
use super::format_words::FormatWords;
use super::likely_period::likely_period;
use super::settings::{ChosenDefinition, FileSettings, read_definition, read_settings};
use crate::error::{Code, Errors, Message, Place};
use crate::input::LoadOptions;
use crate::input::columns::{Role, Wanted, quoted};
use crate::input::date::DateOrder;
use crate::input::encoding::Encoding;
use crate::input::filter::Filter;
use crate::input::header::{Scale, Unit};
use crate::input::number::Mark;
use crate::input::pattern::Pattern;
use crate::input::preset::with_own;
use crate::input::shape::rules::{AmountIs, Per};
use crate::input::shape::{EndRule, History, Shape};
use crate::metrics::{Ask, Confidence, ControlTotal};
use crate::output::Format;
use crate::policies::{Interval, Level, Origin, POLICIES, Policies};
use crate::text;
use crate::units::{FiscalYear, Grain, Month, Period, PeriodError};
pub(super) use sides::{Differing, OldSettings};
use words::{all_cores, delimiter, or_list, threads};

/// Everything a command needs to know before it reads.
#[derive(Debug)]
pub(super) struct Config {
    /// The choices in force, but for those that the input decides.
    pub(super) policies: Policies,
    /// How to read.
    pub(super) load: LoadOptions,
    /// Which periods.
    pub(super) ask: Ask,
    /// What the amounts have to add up to.
    pub(super) control_totals: Vec<ControlTotal>,
    /// The settings that somebody set, in the order of the registers.
    pub(super) set: Vec<Set>,
    /// How sure rates shall be said to be.
    pub(super) confidence: Option<Confidence>,
    /// True if other choices are to be tried.
    pub(super) is_sensitive: bool,
    /// How the result looks.
    pub(super) format: Format,
    /// The definition that was chosen, by flag or settings file.
    pub(super) definition: Option<ChosenDefinition>,
    /// The files that were read for all this: no result replaces them.
    pub(super) read_from: Vec<PathBuf>,
}

/// A setting or policy that somebody set.
#[derive(Debug)]
pub(super) struct Set {
    /// The flag and the key.
    pub(super) name: &'static str,
    /// As typed; several for a list.
    pub(super) values: Vec<String>,
    /// `flag`, or a line of a settings file.
    pub(super) origin: String,
}

/// Works out what will run.
///
/// # Errors
///
/// Every value that a setting does not take, with the flag or the line that gave it.
pub(super) fn config(
    args: &ReadArgs,
    periods: &PeriodArgs,
    common: &Common,
    environment: &Environment,
) -> Result<Config, Errors> {
    let (config, _) = config_with(args, periods, common, environment, &[])?;
    Ok(config)
}

/// The same where the format can also be one of these words; gives the one that was chosen.
///
/// # Errors
///
/// Those of [`config`].
pub(super) fn config_with(
    args: &ReadArgs,
    periods: &PeriodArgs,
    common: &Common,
    environment: &Environment,
    formats: &[&'static str],
) -> Result<(Config, Option<&'static str>), Errors> {
    let file = read_settings(common, environment)?;
    let definition = chosen_definition(&args.settings, &file, environment)?;
    resolved_with(args, periods, &file, definition, formats)
}

/// What will run by a settings file that was read, and a definition.
fn resolved(
    args: &ReadArgs,
    periods: &PeriodArgs,
    file: &FileSettings,
    definition: Option<ChosenDefinition>,
) -> Result<Config, Errors> {
    let (config, _) = resolved_with(args, periods, file, definition, &[])?;
    Ok(config)
}

/// The same where the format can also be one of these words.
fn resolved_with(
    args: &ReadArgs,
    periods: &PeriodArgs,
    file: &FileSettings,
    definition: Option<ChosenDefinition>,
    formats: &[&'static str],
) -> Result<(Config, Option<&'static str>), Errors> {
    let mut resolver = Resolver {
        typed: &args.settings,
        file,
        definition: definition.as_ref(),
        errors: Vec::new(),
    };
    let policies = resolver.policies();
    let ask = resolver.ask(periods, policies.fiscal_year);
    let load = resolver.load_options();
    let control_totals = resolver.control_totals(policies.fiscal_year);
    let confidence = resolver.confidence();
    let is_sensitive = resolver.switch("sensitivity");
    let known = FormatWords(formats);
    let typed = resolver.parsed("format", &known.words(), |word| known.parse(word));
    let output = args.output.as_deref();
    let output = output.filter(|_| resolver.one("format").is_none());
    let chosen = typed.map_or_else(|| known.of_output(output), Ok);
    let (format, other) = chosen.unwrap_or_else(|error| {
        resolver.errors.push(error);
        (Format::Table, None)
    });
    if resolver.errors.is_empty() {
        let named = definition.as_ref().and_then(|one| one.file.as_ref());
        let config = Config {
            policies,
            load,
            ask,
            control_totals,
            confidence,
            is_sensitive,
            set: resolver.set(),
            format,
            read_from: file.file.iter().chain(named).cloned().collect(),
            definition,
        };
        Ok((config, other))
    } else {
        let mut errors = resolver.errors;
        errors.sort_by_key(|error| error.place.as_ref().map(|place| place.line));
        Err(Errors::from(errors))
    }
}

/// The definition that a flag names, from the working folder, or else the settings file, from its own.
fn chosen_definition(
    typed: &SettingArgs,
    file: &FileSettings,
    environment: &Environment,
) -> Result<Option<ChosenDefinition>, Errors> {
    const NAME: &str = "definition";
    if let Some(asked) = typed.value(NAME) {
        let folder = environment.folder().cloned().unwrap_or_default();
        let definition = read_definition(asked, &folder, environment)?;
        return Ok(Some(ChosenDefinition {
            is_typed: true,
            ..definition
        }));
    }
    let Some(value) = file.values.get(NAME) else {
        return Ok(None);
    };
    let placed = |mut errors: Errors| {
        for error in &mut errors.list {
            let place = error.place.get_or_insert_with(|| value.place.clone());
            if place.line.is_none() {
                *place = value.place.clone();
            }
        }
        errors
    };
    let [asked] = value.values.as_slice() else {
        let message = Message::new(Code::BadValue, "`definition` takes one name or file");
        return Err(placed(Errors::from(message)));
    };
    read_definition(asked, &file.folder, environment)
        .map(Some)
        .map_err(placed)
}

struct Resolver<'a> {
    typed: &'a SettingArgs,
    file: &'a FileSettings,
    definition: Option<&'a ChosenDefinition>,
    errors: Vec<Message>,
}

/// The values of one setting and where they came from.
struct Given {
    values: Vec<String>,
    origin: Origin,
    place: Option<Place>,
}

impl Resolver<'_> {
    /// What was said of a setting: by flag, by a definition that a flag chose, in the settings file, by the
    /// definition that is named there.
    fn given(&self, name: &str) -> Option<Given> {
        if let Some((_, values)) = self.typed.typed.iter().find(|(typed, _)| *typed == name) {
            return Some(Given {
                values: values.clone(),
                origin: Origin::Flag,
                place: None,
            });
        }
        if self.definition.is_some_and(|chosen| chosen.is_typed) {
            self.by_definition(name).or_else(|| self.by_file(name))
        } else {
            self.by_file(name).or_else(|| self.by_definition(name))
        }
    }

    fn by_definition(&self, name: &str) -> Option<Given> {
        let (value, origin) = self.definition?.choices.get(name)?;
        Some(Given {
            values: value.values.clone(),
            origin: origin.clone(),
            place: Some(value.place.clone()),
        })
    }

    fn by_file(&self, name: &str) -> Option<Given> {
        let value = self.file.values.get(name)?;
        let line = value.place.line.unwrap_or_default();
        let origin = Origin::File(format!("{}:{line}", value.place.file));
        Some(Given {
            values: value.values.clone(),
            origin,
            place: Some(value.place.clone()),
        })
    }

    /// The only value of a setting.
    fn one(&mut self, name: &str) -> Option<(String, Given)> {
        let given = self.given(name)?;
        if let [value] = given.values.as_slice() {
            return Some((value.clone(), given));
        }
        self.refuse(name, &given.values.join(", "), "one value", &given);
        None
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        words: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let (value, given) = self.one(name)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            let near = text::nearest(&value, words.iter().copied());
            self.refuse(name, &value, &text::list(words, "or"), &given);
            self.propose(name, near, &given);
        }
        parsed
    }

    /// Adds the nearest value to the last error, as it would be typed where it came from.
    fn propose(&mut self, name: &str, near: Option<&str>, given: &Given) {
        if let (Some(near), Some(error)) = (near, self.errors.last_mut()) {
            error.help.push(if given.place.is_some() {
                format!("`{name} = \"{near}\"`")
            } else {
                format!("`--{name} {near}`")
            });
        }
    }

    fn refuse(&mut self, name: &str, value: &str, expected: &str, given: &Given) {
        let shown = if given.place.is_some() {
            format!("`{name}`")
        } else {
            format!("`--{name}`")
        };
        let message = Message::new(Code::BadValue, format!("{shown} does not take `{value}`"))
            .expected(expected);
        self.errors.push(match &given.place {
            Some(place) => message.at(place.clone()),
            None => message,
        });
    }

    fn policies(&mut self) -> Policies {
        let mut policies = Policies::default();
        if let Some(chosen) = self.definition {
            chosen.name.clone_into(&mut policies.definition);
        }
        for policy in POLICIES {
            let Some((value, given)) = self.one(policy.name) else {
                continue;
            };
            if let Err(expected) = policies.set(policy.name, &value, given.origin.clone()) {
                self.refuse(
                    policy.name,
                    &value,
                    &or_list(&expected.unwrap_or_default()),
                    &given,
                );
                let near = text::nearest(&value, policy.values.split('|'))
                    .filter(|_| policy.values.contains('|'));
                self.propose(policy.name, near, &given);
            }
        }
        policies
    }

    fn ask(&mut self, typed: &PeriodArgs, fiscal: FiscalYear) -> Ask {
        let every = if typed.period.is_some() {
            None
        } else {
            let words = Grain::ALL.map(Grain::word);
            self.parsed("every", &words, |word| {
                Grain::ALL.into_iter().find(|grain| grain.word() == word)
            })
        };
        Ask {
            period: self.period("period", typed.period.as_deref(), fiscal),
            from: self.period("from", typed.from.as_deref(), fiscal),
            to: self.period("to", typed.to.as_deref(), fiscal),
            every,
        }
    }

    fn period(&mut self, flag: &str, label: Option<&str>, fiscal: FiscalYear) -> Option<Period> {
        let label = label?;
        let error = match Period::parse(label, fiscal) {
            Ok(period) => return Some(period),
            Err(error) => error,
        };
        self.errors.push(match error {
            PeriodError::FiscalStartUnknown => {
                let headline = format!(
                    "`{label}` is a fiscal period, and the start of fiscal years is not known"
                );
                Message::new(Code::FiscalStartUnknown, headline)
                    .help("say in which month they start, such as `--fiscal-year-start 2`")
            }
            PeriodError::Reversed => Message::new(
                Code::UnusableRange,
                format!("`{label}` ends before it starts"),
            ),
            PeriodError::Unreadable => {
                let message = Message::new(
                    Code::UnreadablePeriod,
                    format!("`{label}` is no period"),
                )
                .expected(
                    "2024-03, 2024-Q1, 2024-H1, 2024, FY2024-Q1, TTM-2024-03 or 2024-01..2024-03",
                );
                match likely_period(label) {
                    Some(likely) => message.help(format!("`--{flag} {likely}`")),
                    None => message,
                }
            }
        });
        None
    }

    fn load_options(&mut self) -> LoadOptions {
        let by = self.list("by", true);
        let origin = self.given("where");
        let filters: Vec<Filter> = self
            .list("where", false)
            .iter()
            .filter_map(|text| self.filter(text, origin.as_ref()))
            .collect();
        let origins = SETTINGS
            .iter()
            .map(|setting| setting.name)
            .filter_map(|name| match self.given(name)?.origin {
                Origin::File(line) => Some((name, line)),
                _ => None,
            });
        let origins: BTreeMap<&'static str, String> = origins.collect();
        let has_parents = self.has_parents();
        let roles = Role::ALL.map(|role| self.one(role.setting()).map(|(value, _)| value));
        LoadOptions {
            columns: Wanted {
                roles,
                signup: None,
                by,
                has_parents,
                filters: filters.iter().map(|filter| filter.column.clone()).collect(),
            },
            origins,
            filters,
            delimiter: self.parsed("delimiter", &[",", ";", "|", "tab"], delimiter),
            encoding: self.parsed(
                "encoding",
                &["utf-8", "utf-16le", "utf-16be", "windows-1252"],
                Encoding::named,
            ),
            decimal: self.parsed("decimal", &[".", ","], |mark| {
                Mark::ALL.into_iter().find(|m| mark == m.sign().to_string())
            }),
            scale: self.parsed("scale", &Scale::ALL.map(Scale::word), |word| {
                Scale::ALL.into_iter().find(|scale| scale.word() == word)
            }),
            date_order: self.parsed("date-order", &DateOrder::ALL.map(DateOrder::word), |word| {
                DateOrder::ALL
                    .into_iter()
                    .find(|order| order.word() == word)
            }),
            threads: self
                .parsed("threads", &["a number from 1 to 64"], threads)
                .unwrap_or_else(all_cores),
            ..self.shape_options()
        }
    }

    /// True if units are parents; a flag that names their column without that would do nothing.
    fn has_parents(&mut self) -> bool {
        let level = self
            .given("level")
            .and_then(|given| given.values.last().cloned());
        let has_parents = level.as_deref() == Some(Level::Parent.word());
        // Who says that customers count by themselves knows that the column does nothing.
        let is_said = level.is_some() && !has_parents;
        let typed = self
            .given("parent")
            .filter(|given| given.origin == Origin::Flag);
        if let (Some(given), false) = (typed, has_parents || is_said) {
            let headline = "`--parent` names the column of parents, and nothing counts by parent";
            let parent = quoted(given.values.last().map_or("COL", String::as_str));
            self.errors.push(
                Message::new(Code::UnfitSetting, headline)
                    .help(format!("`--level parent --parent {parent}`")),
            );
        }
        has_parents
    }

    /// What a row is and how it is taken, as far as it was said.
    fn shape_options(&mut self) -> LoadOptions {
        LoadOptions {
            shape: self.parsed("shape", &Shape::ALL.map(Shape::word), Shape::parse),
            history: self.worded("history", &History::ALL, History::word),
            end: self.worded("end", &EndRule::ALL, EndRule::word),
            amount_is: self.worded("amount-is", &AmountIs::ALL, AmountIs::word),
            per: self.per(),
            keep_status: self.list("keep-status", true),
            drop_status: self.list("drop-status", true),
            keeps_totals: self.switch("keep-totals"),
            drop_row: self.parsed(
                "drop-row",
                &["a regular expression such as `^Total`"],
                Pattern::parse,
            ),
            is_strict: self.switch("strict"),
            allows_no_churn: self.switch("allow-no-churn"),
            periods: self.parsed(
                "periods",
                &["monthly", "quarterly", "half-yearly", "annual"],
                |word| match word {
                    "monthly" => Some(Grain::Month),
                    "quarterly" => Some(Grain::Quarter),
                    "half-yearly" => Some(Grain::Half),
                    "annual" => Some(Grain::Year),
                    _ => None,
                },
            ),
            year: self.parsed("year", &["a year from 1990 to 2100"], |year| {
                year.parse()
                    .ok()
                    .filter(|year| (1990..=2100).contains(year))
            }),
            first_period: self.parsed("first-period", &["a month such as 2024-01"], Month::parse),
            preset: self.one("preset").map(|(value, _)| value),
            presets: with_own(self.file.presets.clone()),
            unit: self.worded("unit", &Unit::ALL, Unit::word),
            ..LoadOptions::default()
        }
    }

    /// The value of a setting that takes one of some words.
    fn worded<T: Copy>(
        &mut self,
        name: &str,
        values: &[T],
        word: fn(T) -> &'static str,
    ) -> Option<T> {
        let words: Vec<&str> = values.iter().map(|value| word(*value)).collect();
        self.parsed(name, &words, |typed| {
            values.iter().copied().find(|value| word(*value) == typed)
        })
    }

    fn switch(&mut self, name: &str) -> bool {
        let value = self.parsed(name, &["yes", "no"], |word| match word {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        });
        value.unwrap_or(false)
    }

    /// What a contract's price is for, where the policy `interval` was set.
    fn per(&mut self) -> Option<Per> {
        let (word, _) = self.one("interval")?;
        Interval::parse(&word).map(|interval| match interval.months() {
            Some(months) => Per::Months((months, 1)),
            None => Per::Term,
        })
    }

    fn confidence(&mut self) -> Option<Confidence> {
        let seed = self.parsed("seed", &["a whole number"], |seed| seed.parse::<u64>().ok());
        let level = self.one("confidence").map(|(level, _)| level);
        if let (None, Some(seed), Some(given)) = (&level, seed, self.given("seed"))
            && given.origin == Origin::Flag
        {
            let expected = "no seed without `--confidence`, such as `--confidence 95`";
            self.refuse("seed", &seed.to_string(), expected, &given);
        }
        level.as_ref()?;
        let expected = ["a level in percent from 50 to 99.9, such as 95"];
        self.parsed("confidence", &expected, |level| {
            Confidence::parse(level, seed.unwrap_or(Confidence::SEED))
        })
    }

    fn control_totals(&mut self, fiscal: FiscalYear) -> Vec<ControlTotal> {
        let Some(given) = self.given("control-total") else {
            return Vec::new();
        };
        let mut totals = Vec::new();
        for text in &given.values {
            if let Some(total) = ControlTotal::parse(text, fiscal) {
                totals.push(total);
            } else {
                let expected = "an amount such as 1234.50, or one of a period: 2024-03=1234.50";
                self.refuse("control-total", text, expected, &given);
            }
        }
        totals
    }

    /// Everything that was set, wherever it was.
    fn set(&self) -> Vec<Set> {
        let set = setting_names().filter_map(|name| {
            let given = self.given(name)?;
            Some(Set {
                name,
                values: given.values,
                origin: given.origin.to_string(),
            })
        });
        set.collect()
    }

    /// The values of a list; with commas between them where `splits` says so.
    fn list(&mut self, name: &str, splits: bool) -> Vec<String> {
        let Some(given) = self.given(name) else {
            return Vec::new();
        };
        if !splits {
            return given.values;
        }
        let parts = given.values.iter().flat_map(|value| value.split(','));
        let parts: Vec<String> = parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        if parts.is_empty() && !given.values.is_empty() {
            self.refuse(name, &given.values.join(", "), "names of columns", &given);
        }
        parts
    }

    fn filter(&mut self, text: &str, given: Option<&Given>) -> Option<Filter> {
        let filter = Filter::parse(text);
        if let (None, Some(given)) = (&filter, given) {
            let expected = "COL=VALUE or COL!=VALUE, such as `region=EMEA`";
            self.refuse("where", text, expected, given);
        }
        filter
    }
}
