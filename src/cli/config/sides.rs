//! The settings that an earlier export was measured by, and the way from them to those in force.

use std::collections::BTreeMap;

use super::super::args::{Common, PeriodArgs, ReadArgs, setting_names};
use super::super::environment::Environment;
use super::super::reading::beside_settings;
use super::super::settings::{FileSettings, FileValue, read_settings};
use super::{Config, Resolver, chosen_definition, resolved};
use crate::error::Errors;
use crate::input::columns::Role;
use crate::policies::Policies;

/// The settings that are no part of how a number is made.
const BESIDE: [&str; 9] = [
    "definition",
    "every",
    "by",
    "control-total",
    "threads",
    "confidence",
    "seed",
    "sensitivity",
    "format",
];

/// The settings that say how a file is written. They hold for the file that they were written for.
const OF_FILE: [&str; 9] = [
    "preset",
    "shape",
    "year",
    "first-period",
    "delimiter",
    "encoding",
    "decimal",
    "scale",
    "date-order",
];

/// What stands for the tables of presets among the settings.
const PRESETS: &str = "presets";

/// A setting that is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Differing {
    /// Its name.
    pub(in crate::cli) name: &'static str,
    /// What it was, as it would be typed; `None` where nobody set it.
    pub(in crate::cli) old: Option<String>,
    /// What it is.
    pub(in crate::cli) new: Option<String>,
}

impl Config {
    /// The same for another reading: what is declared with a result and proven of an input is left out.
    pub(in crate::cli) fn again(&self) -> Config {
        Config {
            policies: self.policies.clone(),
            load: self.load.clone(),
            set: Vec::new(),
            read_from: Vec::new(),
            control_totals: Vec::new(),
            definition: None,
            ..*self
        }
    }
}

/// The settings that an earlier export was measured by.
#[derive(Debug)]
pub(in crate::cli) struct OldSettings {
    /// What ran then.
    pub(in crate::cli) config: Config,
    /// What differs from what will run, in the order of the registers: settings, then policies.
    pub(in crate::cli) differing: Vec<Differing>,
    old: FileSettings,
    new: FileSettings,
    /// What holds for the old export all the way.
    kept: Vec<&'static str>,
}

impl OldSettings {
    /// Reads the settings file that is named. Flags hold for both: they are of this run and no part of either file.
    ///
    /// # Errors
    ///
    /// Those of settings files.
    pub(in crate::cli) fn read(
        name: &str,
        (args, periods): (&ReadArgs, &PeriodArgs),
        common: &Common,
        environment: &Environment,
        new: &Config,
    ) -> Result<OldSettings, Errors> {
        let then = Common {
            config: Some(name.to_owned()),
            no_config: false,
            ..common.clone()
        };
        let old_file = flat(args, &read_settings(&then, environment)?, environment)?;
        let new_file = flat(args, &read_settings(common, environment)?, environment)?;
        let old = resolved(args, periods, &old_file, None)?;
        let differing = differing((&old, &old_file), (new, &new_file));
        let mut settings = OldSettings {
            config: old,
            differing,
            old: old_file,
            new: new_file,
            kept: Vec::new(),
        };
        settings
            .keep(|one| OF_FILE.contains(&one.name) || is_column(one.name) && one.new.is_none());
        Ok(settings)
    }

    /// True if both settings name columns, and other ones.
    pub(in crate::cli) fn has_other_columns(&self) -> bool {
        self.differing
            .iter()
            .any(|one| is_column(one.name) && one.old.is_some())
    }

    /// Leaves the columns as they were: those of the settings in force are not in the old export.
    pub(in crate::cli) fn keep_columns(&mut self) {
        self.keep(|one| is_column(one.name));
    }

    /// Takes settings that the old file has out of those that differ.
    fn keep(&mut self, is_kept: impl Fn(&Differing) -> bool) {
        let is_kept = |one: &Differing| one.old.is_some() && is_kept(one);
        let kept = self.differing.iter().filter(|one| is_kept(one));
        self.kept.extend(kept.map(|one| one.name));
        let has_preset = self.kept.contains(&"preset");
        self.differing
            .retain(|one| !(is_kept(one) || has_preset && one.name == PRESETS));
    }

    /// What the old export is read by in the end: what will run, and what was kept.
    pub(in crate::cli) fn in_force(&self, new: &Config) -> Config {
        let mut config = new.again();
        let (load, old) = (&mut config.load, &self.config.load);
        for name in &self.kept {
            match *name {
                "preset" => {
                    load.preset.clone_from(&old.preset);
                    load.presets.clone_from(&old.presets);
                }
                "shape" => load.shape = old.shape,
                "year" => load.year = old.year,
                "first-period" => load.first_period = old.first_period,
                "delimiter" => load.delimiter = old.delimiter,
                "encoding" => load.encoding = old.encoding,
                "decimal" => load.decimal = old.decimal,
                "scale" => load.scale = old.scale,
                "date-order" => load.date_order = old.date_order,
                column => {
                    for (place, role) in Role::ALL.iter().enumerate() {
                        if role.setting() == column {
                            load.columns.roles[place].clone_from(&old.columns.roles[place]);
                        }
                    }
                }
            }
            match old.origins.get(name) {
                Some(origin) => load.origins.insert(name, origin.clone()),
                None => load.origins.remove(name),
            };
        }
        config
    }

    /// What would run with the first so many of the settings that differ as they are now.
    ///
    /// # Errors
    ///
    /// Settings that cannot stand together.
    pub(in crate::cli) fn after(
        &self,
        count: usize,
        args: &ReadArgs,
        periods: &PeriodArgs,
    ) -> Result<Config, Errors> {
        let mut file = self.old.clone();
        for one in self.differing.iter().take(count) {
            if one.name == PRESETS {
                file.presets.clone_from(&self.new.presets);
                continue;
            }
            match self.new.values.get(one.name) {
                Some(value) => file.values.insert(one.name.to_owned(), value.clone()),
                None => file.values.remove(one.name),
            };
        }
        resolved(args, periods, &file, None)
    }
}

/// True for a setting that names a column of its own.
fn is_column(name: &str) -> bool {
    Role::ALL.iter().any(|role| role.setting() == name)
}

/// A settings file with the choices of the definition that it names as if they stood in it.
fn flat(
    args: &ReadArgs,
    file: &FileSettings,
    environment: &Environment,
) -> Result<FileSettings, Errors> {
    let definition = chosen_definition(&args.settings, file, environment)?;
    let resolver = Resolver {
        typed: &args.settings,
        file,
        definition: definition.as_ref(),
        errors: Vec::new(),
    };
    let said = setting_names().filter(|name| !BESIDE.contains(name));
    let said = said.filter_map(|name| {
        let given = resolver.given(name)?;
        let place = given.place.unwrap_or_default();
        let values = given.values;
        Some((name.to_owned(), FileValue { values, place }))
    });
    let values: BTreeMap<String, FileValue> = said.collect();
    Ok(FileSettings {
        values,
        ..file.clone()
    })
}

/// The settings and policies that differ.
fn differing(
    (old, old_file): (&Config, &FileSettings),
    (new, new_file): (&Config, &FileSettings),
) -> Vec<Differing> {
    let mut found = Vec::new();
    for name in setting_names().filter(|name| !BESIDE.contains(name)) {
        let said = |config: &Config, file: &FileSettings| {
            let typed = file.values.get(name).map(|value| value.values.join(", "));
            config.policies.value(name).or(typed)
        };
        let (before, after) = (said(old, old_file), said(new, new_file));
        let is_same = match name {
            // Paths are looked for beside the file that says them.
            "map" | "fx-rates" => path(&old.policies, name) == path(&new.policies, name),
            _ => before == after,
        };
        if !is_same {
            found.push(Differing {
                name,
                old: before,
                new: after,
            });
        }
    }
    if old_file.presets != new_file.presets {
        let names = |file: &FileSettings| {
            let names = file.presets.iter().map(|preset| preset.name.clone());
            let names: Vec<String> = names.collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        found.push(Differing {
            name: PRESETS,
            old: names(old_file),
            new: names(new_file),
        });
    }
    found
}

/// Where the file of a choice lies.
fn path(policies: &Policies, name: &str) -> Option<String> {
    let file = match name {
        "map" => policies.map.as_deref(),
        _ => policies.fx_rates.as_deref(),
    };
    file.map(|file| beside_settings(file, policies.origin(name)))
}
