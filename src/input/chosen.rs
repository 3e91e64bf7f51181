//! The preset of a file, and what it says where nobody said otherwise.

use super::columns::{Origins, Role, Roles};
use super::date::DateOrder;
use super::header::{Unit, folded};
use super::load::LoadOptions;
use super::number::Mark;
use super::preset::{self, Preset, Recognised};
use super::shape::rules::{AmountIs, Per, Rules};
use super::shape::{EndRule, History, Shape};
use super::{labels, vocabulary};
use crate::error::{Code, Errors, Message, Place};
use crate::policies::{Origin, Policies};

/// A preset in force, and what says so.
#[derive(Clone, Debug)]
pub(super) struct Chosen {
    pub(super) preset: Preset,
    /// `flag`, a line of a settings file, or `detected: …`.
    pub(super) origin: String,
}

/// The preset that was asked for, else the one that a file's headers are those of.
///
/// # Errors
///
/// [`Code::RefusedExport`], [`Code::AmbiguousPreset`], [`Code::UnknownPreset`], and where one that was asked for
/// needs headers that are not there.
pub(super) fn choose(
    options: &LoadOptions,
    headers: &[String],
    titles: &[String],
    place: &Place,
) -> Result<Option<Chosen>, Message> {
    let presets = &options.presets;
    match options.preset.as_deref() {
        Some("none") => return Ok(None),
        Some(name) => {
            let preset = preset::named(presets, name)?;
            if let Some(message) = preset::unfit(preset, headers, place.clone()) {
                return Err(message);
            }
            if preset.refuse.is_some() {
                return Err(preset::refused(preset, place.clone()));
            }
            return Ok(Some(Chosen {
                preset: preset.clone(),
                origin: options.origin("preset"),
            }));
        }
        None => {}
    }
    let periods = labels::count(headers);
    match preset::recognise(presets, headers, titles, periods) {
        Recognised::Nothing => Ok(None),
        Recognised::Refused(preset) => Err(preset::refused(preset, place.clone())),
        Recognised::Tie(tied) => Err(preset::ambiguous(&tied, place.clone())),
        Recognised::Preset(preset) => Ok(Some(Chosen {
            origin: preset::announcement(preset, headers),
            preset: preset.clone(),
        })),
    }
}

impl Chosen {
    /// Who said what the preset says.
    pub(super) fn said_by(&self) -> String {
        format!("preset {}", self.preset.name)
    }

    /// The settings with what the preset says where nobody said otherwise.
    ///
    /// # Errors
    ///
    /// [`Code::AmbiguousUnit`] where the vendor's unit is not known and nobody named it.
    pub(super) fn complete(
        &self,
        options: &mut LoadOptions,
        policies: &mut Policies,
        place: &Place,
    ) -> Result<(), Message> {
        let preset = &self.preset;
        if preset.setting("unit") == Some("ask") && options.unit.is_none() {
            return Err(self.unit_asked(place));
        }
        let by = self.said_by();
        let mut gap = Gap {
            preset,
            origins: &mut options.origins,
            by: &by,
        };
        gap.fill("shape", &mut options.shape, Shape::parse);
        gap.fill("history", &mut options.history, |word| {
            named(&History::ALL, History::word, word)
        });
        gap.fill("end", &mut options.end, |word| {
            named(&EndRule::ALL, EndRule::word, word)
        });
        gap.fill("amount-is", &mut options.amount_is, |word| {
            named(&AmountIs::ALL, AmountIs::word, word)
        });
        gap.fill("unit", &mut options.unit, |word| {
            named(&Unit::ALL, Unit::word, word)
        });
        gap.fill("date-order", &mut options.date_order, |word| {
            named(&DateOrder::ALL, DateOrder::word, word)
        });
        gap.fill("decimal", &mut options.decimal, |sign| {
            Mark::ALL
                .into_iter()
                .find(|mark| sign.starts_with(mark.sign()))
        });
        gap.fill("interval", &mut options.per, |word| {
            vocabulary::interval(word)?.months().map(Per::Months)
        });
        self.add_statuses(options);
        for name in ["basis", "overlap", "spread"] {
            if let Some(value) = preset.setting(name).filter(|_| !policies.is_set(name)) {
                // A table that is read has only words that policies take.
                let _ = policies.set(name, value, Origin::Detected(self.said_by()));
            }
        }
        Ok(())
    }

    /// The statuses that the preset keeps and drops, but for those that somebody decided otherwise.
    fn add_statuses(&self, options: &mut LoadOptions) {
        let typed: Vec<String> = options
            .keep_status
            .iter()
            .chain(&options.drop_status)
            .map(|word| folded(word))
            .collect();
        let lists = [
            ("keep-status", &mut options.keep_status),
            ("drop-status", &mut options.drop_status),
        ];
        for (name, words) in lists {
            let said = self.preset.values(name).iter();
            let said: Vec<String> = said.filter(|word| !typed.contains(word)).cloned().collect();
            if words.is_empty() && !said.is_empty() {
                options
                    .origins
                    .insert(name, format!("preset {}", self.preset.name));
            }
            words.extend(said);
        }
    }

    fn unit_asked(&self, place: &Place) -> Message {
        let headline = format!(
            "whether amounts of `{}` are in minor units is not known",
            self.preset.name
        );
        Message::new(Code::AmbiguousUnit, headline)
            .at(place.clone())
            .note("amounts that are a hundred times too high or too low change no rate, but every sum")
            .help("pass `--unit minor` for cents, or `--unit major`")
    }

    /// The columns of the roles, as far as they are there.
    pub(super) fn roles(&self, headers: &[String]) -> Roles {
        Role::ALL.map(|role| {
            let key = if role == Role::Date && self.preset.setting("shape") == Some("invoices") {
                "billed-column"
            } else {
                role.setting()
            };
            self.preset.columns(key, headers).first().copied()
        })
    }

    /// The headers of the columns that are taken off the amount.
    pub(super) fn less<'h>(&self, headers: &'h [String]) -> Vec<&'h str> {
        let columns = self.preset.less_columns(headers).into_iter();
        columns.map(|column| headers[column].as_str()).collect()
    }

    /// What the preset says of rows.
    pub(super) fn rules(&self, headers: &[String]) -> Rules {
        let values = |filters: &[preset::Filter]| {
            let rule =
                |filter: &preset::Filter| Some((filter.column_of(headers)?, filter.values.clone()));
            filters.iter().filter_map(rule).collect()
        };
        let fallback = |fallback: &preset::Fallback| {
            Some((fallback.statuses.clone(), fallback.column_of(headers)?))
        };
        Rules {
            keep: values(&self.preset.keep),
            drop: values(&self.preset.drop),
            less: self.preset.less_columns(headers),
            end_fallback: self
                .preset
                .end_fallback
                .iter()
                .filter_map(fallback)
                .collect(),
            ..Rules::default()
        }
    }

    /// What a column is missing for, where the vendor's file is known to lack it.
    pub(super) fn explain(&self, mut errors: Errors) -> Errors {
        let Some(help) = &self.preset.missing_customer else {
            return errors;
        };
        let missing = errors
            .list
            .iter_mut()
            .filter(|message| message.code == Code::MissingColumn);
        for message in missing {
            message.help = vec![help.clone()];
        }
        errors
    }

    /// What the file cannot answer, for a warning: the vendor's better export.
    pub(super) fn better(&self) -> Option<String> {
        self.preset.better.clone()
    }
}

/// Puts what a preset says where nobody said anything.
struct Gap<'a> {
    preset: &'a Preset,
    origins: &'a mut Origins,
    by: &'a str,
}

impl Gap<'_> {
    fn fill<T>(
        &mut self,
        name: &'static str,
        slot: &mut Option<T>,
        read: impl Fn(&str) -> Option<T>,
    ) {
        if slot.is_some() {
            return;
        }
        *slot = self.preset.setting(name).and_then(read);
        if slot.is_some() {
            self.origins.insert(name, self.by.to_owned());
        }
    }
}

/// The value of a word.
fn named<T: Copy>(values: &[T], word: fn(T) -> &'static str, typed: &str) -> Option<T> {
    values.iter().copied().find(|value| word(*value) == typed)
}
