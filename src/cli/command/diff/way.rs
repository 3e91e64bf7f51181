//! From the old export by its own settings to the old export by those in force, one setting after the other.

use super::super::super::args::{DiffArgs, PeriodArgs, ReadArgs};
use super::super::super::config::{Config, Differing, OldSettings};
use super::super::super::exit::Failure;
use super::super::super::reading::Context;
use super::super::super::report;
use super::super::calc::{bridge, compute};
use crate::error::{Code, Errors, Message};
use crate::input::{FileSummary, Loaded, Retrace};
use crate::metrics::Rollforward;
use crate::output::{Report, Setting, SettingStep};
use crate::policies::{Origin, Policies};
use crate::units::Period;

/// One export as it was read and measured.
pub(super) struct Export {
    pub(super) loaded: Loaded,
    /// What reads its rows again.
    pub(super) retrace: Retrace,
    /// The choices in force, those detected too.
    pub(super) policies: Policies,
    pub(super) report: Report,
    pub(super) period: Period,
    pub(super) total: Rollforward,
}

impl Export {
    /// Computes the one period asked for.
    pub(super) fn measured(
        (mut loaded, retrace): (Loaded, Retrace),
        config: &Config,
    ) -> Result<Export, Errors> {
        let bridged = bridge(&mut loaded)?;
        let report = compute(config, &loaded.policies, &loaded, &bridged)?;
        let record = report.records.first();
        let total = record.and_then(|record| record.rollforward().cloned());
        let (period, total) = record
            .map(|record| record.period)
            .zip(total)
            .ok_or_else(|| Errors::from(Vec::<Message>::new()))?;
        Ok(Export {
            policies: report::detected(&loaded.policies, &loaded),
            report,
            period,
            total,
            loaded,
            retrace,
        })
    }
}

/// Where the way starts: the old export by the settings that it was measured by.
pub(super) struct First {
    pub(super) total: Rollforward,
    /// The files as they were read by the settings in force.
    pub(super) files: Vec<FileSummary>,
}

/// The old export under one set of settings after the other.
pub(super) struct Way<'a, 'c, 's> {
    args: ReadArgs,
    periods: &'a PeriodArgs,
    context: &'a mut Context<'c, 's>,
    /// What the old export is read by in the end.
    config: Config,
    old: Option<OldSettings>,
    now: Export,
    first: First,
    steps: Vec<SettingStep>,
}

impl<'a, 'c, 's> Way<'a, 'c, 's> {
    /// Measures the old export by the settings that it was measured by, or where nobody named them by those in force.
    ///
    /// # Errors
    ///
    /// Those of settings, of reading and of measuring.
    pub(super) fn new(
        args: &DiffArgs,
        periods: &'a PeriodArgs,
        context: &'a mut Context<'c, 's>,
        config: &'a Config,
    ) -> Result<Way<'a, 'c, 's>, Failure> {
        let read = args.reading(&[&args.old]);
        let old = args.old_config.as_deref().map(|name| {
            let typed = (&read, periods);
            OldSettings::read(name, typed, context.common, context.environment, config)
        });
        let mut old = old.transpose()?;
        if let Some(old) = &mut old {
            old.config.load.columns.by.clear();
        }
        let then = old.as_ref().map_or(config, |old| &old.config);
        let loaded = context.read_files(&read, then);
        let loaded = loaded.map_err(|failure| match (failure, &old) {
            (Failure::Errors(errors), None) => Failure::Errors(other_columns(errors)),
            (failure, _) => failure,
        })?;
        let now = Export::measured(loaded, then)?;
        let mut way = Way {
            args: read,
            periods,
            context,
            config: old
                .as_ref()
                .map_or_else(|| config.again(), |old| old.in_force(config)),
            old: None,
            first: First {
                total: now.total.clone(),
                files: now.loaded.files.clone(),
            },
            now,
            steps: Vec::new(),
        };
        if let Some(old) = old.as_mut().filter(|old| old.has_other_columns())
            && let Err(errors) = way.again(&way.config)
            && errors.list.iter().any(is_of_columns)
        {
            old.keep_columns();
            way.config = old.in_force(config);
        }
        way.old = old;
        Ok(way)
    }

    /// Takes the settings that differ one by one as they are now. One under which nothing can be measured is no step
    /// of its own.
    ///
    /// # Errors
    ///
    /// Those of the old export by all settings in force.
    pub(super) fn by_settings(&mut self) -> Result<(), Failure> {
        let Some(old) = self.old.take() else {
            return Ok(());
        };
        let mut taken: Vec<Setting> = Vec::new();
        for (count, one) in (1..).zip(&old.differing) {
            taken.push(setting(one));
            let found = if count == old.differing.len() {
                Ok(self.again(&self.config)?)
            } else {
                let config = old.after(count, &self.args, self.periods);
                config.and_then(|mut config| {
                    config.load.columns.by.clear();
                    self.again(&config)
                })
            };
            if let Ok(found) = found {
                self.step(std::mem::take(&mut taken), found);
            }
        }
        Ok(())
    }

    /// Takes the choices that the input decides, and decides otherwise in the new export, one by one as they are
    /// there.
    ///
    /// # Errors
    ///
    /// Where the old export cannot be measured by them.
    pub(super) fn by_detection(&mut self, new: &Export) -> Result<(), Failure> {
        self.first.files.clone_from(&self.now.loaded.files);
        let mut config = self.config.again();
        let pairs: Vec<(&'static str, String, String)> =
            differing(&self.now.policies, &new.policies);
        let last = pairs.len();
        let mut taken: Vec<Setting> = Vec::new();
        for (count, (name, old, new)) in (1..).zip(pairs) {
            let is_set = config.policies.set(name, &new, Origin::Flag);
            debug_assert!(is_set.is_ok(), "a value in force is a value");
            taken.push(Setting {
                name,
                old: Some(old),
                new: Some(new),
                is_detected: true,
            });
            match self.again(&config) {
                Ok(found) => self.step(std::mem::take(&mut taken), found),
                Err(errors) if count == last => return Err(errors.into()),
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// The old export as it is by all of them, where the way started, and the steps between.
    pub(super) fn end(self) -> (Export, First, Vec<SettingStep>) {
        (self.now, self.first, self.steps)
    }

    /// The old export under other settings.
    fn again(&self, config: &Config) -> Result<Export, Errors> {
        let Some(loaded) = self.context.read_files_again(&self.args, config) else {
            return Err(Errors::from(Vec::<Message>::new()));
        };
        Export::measured(loaded?, config)
    }

    fn step(&mut self, settings: Vec<Setting>, found: Export) {
        self.steps.push(SettingStep {
            settings,
            before: self.now.total.clone(),
            after: found.total.clone(),
        });
        self.now = found;
    }
}

/// True if a file lacks a column.
const fn is_of_columns(error: &Message) -> bool {
    matches!(error.code, Code::MissingColumn | Code::UnknownColumn)
}

/// Says where the names of columns go that only the old export has.
fn other_columns(mut errors: Errors) -> Errors {
    for error in &mut errors.list {
        if is_of_columns(error) {
            error.help.push(
                "columns that have other names in OLD alone stand in a settings file for it: `--old-config old.toml`"
                    .to_owned(),
            );
        }
    }
    errors
}

/// What differs of the choices that the input decides. How long a stock amount is for counts where a threshold is held
/// against it.
pub(super) fn differing(old: &Policies, new: &Policies) -> Vec<(&'static str, String, String)> {
    let pairs = old.choices().zip(new.choices());
    let pairs = pairs.filter(|((_, one, _), (_, other, _))| one != other);
    let has_threshold = !(new.min_opening.is_zero() && new.min_closing.is_zero());
    let pairs = pairs.filter(|((policy, ..), _)| policy.name != "interval" || has_threshold);
    pairs
        .map(|((policy, one, _), (_, other, _))| (policy.name, one, other))
        .collect()
}

fn setting(one: &Differing) -> Setting {
    Setting {
        name: one.name,
        old: one.old.clone(),
        new: one.new.clone(),
        is_detected: false,
    }
}
