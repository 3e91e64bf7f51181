//! Every choice that moves a number, its default, and where the value in force came from.
//!
//! A policy is a flag, a key of `nrr.toml` and a field of `definition` by one name; [`POLICIES`] is
//! the register that all three read. Nothing here applies a policy: the ledger and the metrics do.

mod definitions;
mod loading;
mod measuring;
mod registry;

use std::fmt;

pub use definitions::{DEFINITIONS, NamedDefinition, STANDARD};
pub use loading::{Duplicates, EmptyAmount, Negatives, Overlap, Spread};
pub use measuring::{
    Basis, CohortBase, Fx, Interval, Level, Lookback, Method, MissingMonths, Netting, Partial,
    Reactivation, SegmentAt, Zero,
};
pub use registry::{POLICIES, Policy};

use crate::units::{Amount, FiscalYear, Month, Period};

/// Declares a policy with a fixed set of values: the enum, its words, and how they are read.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident {
        $(#[$first_doc:meta])* $first:ident = $first_word:literal,
        $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $(#[$first_doc])* $first, $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// Every word, as help shows them: `a|b`.
            pub const WORDS: &'static str = concat!($first_word, $("|", $word),+);

            /// The value of this word.
            #[must_use]
            pub fn parse(word: &str) -> Option<$name> {
                match word {
                    $first_word => Some($name::$first),
                    $($word => Some($name::$variant),)+
                    _ => None,
                }
            }

            /// The word typed for it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $name::$first => $first_word, $($name::$variant => $word,)+ }
            }
        }
    };
}
use choice;

/// Where a value came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    #[default]
    Default,
    /// A flag on the command line.
    Flag,
    /// A settings file, as `nrr.toml:12`.
    File(String),
    /// A definition that was chosen: `definition annual`, or the line of its file, `board.toml:4`.
    Definition(String),
    /// The input, with the evidence.
    Detected(String),
}

/// Writes `default`, `flag`, `nrr.toml:12`, `definition annual` or `detected: …`.
impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => out.write_str("default"),
            Origin::Flag => out.write_str("flag"),
            Origin::File(place) | Origin::Definition(place) => out.write_str(place),
            Origin::Detected(evidence) => write!(out, "detected: {evidence}"),
        }
    }
}

/// The choices in force. `Policies::default()` is the definition `standard`.
#[derive(Clone, Debug)]
pub struct Policies {
    /// The name of the set of choices they start from; it moves no number.
    pub definition: String,
    /// What an amount is: a run rate or revenue over time.
    pub basis: Basis,
    /// Whether a stock amount is a month's or a year's.
    pub interval: Interval,
    /// The length of the window that is measured, in months; `None` takes the period asked for.
    pub length: Option<u32>,
    /// How far the opening lies before the closing.
    pub lookback: Lookback,
    /// How the two ends become a rate.
    pub method: Method,
    /// The month that fiscal years start in.
    pub fiscal_year: FiscalYear,
    /// What an empty amount means.
    pub empty_amount: EmptyAmount,
    /// What several rows of one customer, month, product and currency mean.
    pub duplicates: Duplicates,
    /// What contracts that run at the same time mean.
    pub overlap: Overlap,
    /// How the amount of a service period is laid over months.
    pub spread: Spread,
    /// The file that says which ids are one customer.
    pub map: Option<String>,
    /// Who counts as one customer.
    pub level: Level,
    /// The one currency kept; `None` takes the only one there is.
    pub currency: Option<String>,
    /// The file of the rates that other currencies are converted at; without it they are left out.
    pub fx_rates: Option<String>,
    /// Which of its rates.
    pub fx: Fx,
    /// The last month of the horizon; `None` takes the last one of the data.
    pub through: Option<Month>,
    /// How many months without revenue a customer may be away and keep its last amount; 0 is none.
    pub grace: u32,
    /// What an anchor value below zero means.
    pub negatives: Negatives,
    /// What is netted before rises and falls are told apart.
    pub netting: Netting,
    /// The least opening amount a year of a customer in the base.
    pub min_opening: Amount,
    /// The least closing amount a year of a customer in the base.
    pub min_closing: Amount,
    /// Whose values make the base.
    pub cohort_base: CohortBase,
    /// Whether a stated zero keeps the customer.
    pub zero: Zero,
    /// Where revenue of returning customers goes.
    pub reactivation: Reactivation,
    /// The longest absence, in months, that still is a return; `None` is unlimited.
    pub reactivation_window: Option<u32>,
    /// At which end a customer's segment is read.
    pub segment_at: SegmentAt,
    /// Whether a period may end after the data.
    pub partial: Partial,
    /// What a month without any row means.
    pub missing_months: MissingMonths,
    /// Where each value came from, in the order of [`POLICIES`].
    origins: Vec<Origin>,
}

impl Default for Policies {
    fn default() -> Policies {
        Policies {
            definition: STANDARD.name.to_owned(),
            basis: Basis::default(),
            interval: Interval::default(),
            length: None,
            lookback: Lookback::default(),
            method: Method::default(),
            fiscal_year: FiscalYear::CALENDAR,
            empty_amount: EmptyAmount::default(),
            duplicates: Duplicates::default(),
            overlap: Overlap::default(),
            spread: Spread::default(),
            map: None,
            level: Level::default(),
            currency: None,
            fx_rates: None,
            fx: Fx::default(),
            through: None,
            grace: 0,
            negatives: Negatives::default(),
            netting: Netting::default(),
            min_opening: Amount::ZERO,
            min_closing: Amount::ZERO,
            cohort_base: CohortBase::default(),
            zero: Zero::default(),
            reactivation: Reactivation::default(),
            reactivation_window: None,
            segment_at: SegmentAt::default(),
            partial: Partial::default(),
            missing_months: MissingMonths::default(),
            origins: vec![Origin::Default; POLICIES.len()],
        }
    }
}

impl Policies {
    /// Sets the policy of this name from the word typed for it.
    ///
    /// # Errors
    ///
    /// What the policy takes instead, for a message; `None` if there is no such policy.
    pub fn set(&mut self, name: &str, value: &str, origin: Origin) -> Result<(), Option<String>> {
        let index = Policy::index(name).ok_or(None)?;
        let policy = &POLICIES[index];
        if !(policy.set)(self, value) {
            return Err(Some(policy.values.to_owned()));
        }
        self.origins[index] = origin;
        Ok(())
    }

    /// Where the value in force of this policy came from.
    #[must_use]
    pub fn origin(&self, name: &str) -> &Origin {
        Policy::index(name).map_or(&Origin::Default, |index| &self.origins[index])
    }

    /// The value in force of the policy of this name, as it would be typed.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let policy = &POLICIES[Policy::index(name)?];
        Some((policy.show)(self))
    }

    /// True if somebody set it, by flag, file or definition.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        matches!(
            self.origin(name),
            Origin::Flag | Origin::File(_) | Origin::Definition(_)
        )
    }

    /// Puts a policy back to its default.
    pub fn reset(&mut self, name: &str) {
        if let Some(value) = Policies::default().value(name) {
            let taken = self.set(name, &value, Origin::Default);
            debug_assert!(taken.is_ok(), "a default is a value");
        }
    }

    /// The same choices where no definition was chosen: those that definitions differ in are at their defaults.
    ///
    /// What an amount is, said by a flag or `nrr.toml`, is a fact of the data and stays.
    #[must_use]
    pub fn as_standard(&self) -> Policies {
        let mut standard = self.clone();
        STANDARD.name.clone_into(&mut standard.definition);
        for (policy, _, origin) in self.choices() {
            let is_fact = policy.name == "basis" && !matches!(origin, Origin::Definition(_));
            if definitions::is_measuring(policy.name) && !is_fact {
                standard.reset(policy.name);
            }
        }
        standard
    }

    /// These choices with those put over them that somebody made in `other` and that definitions differ in; the
    /// name is that of `other`.
    #[must_use]
    pub fn with_measuring(&self, other: &Policies) -> Policies {
        let mut policies = self.clone();
        policies.definition.clone_from(&other.definition);
        for (policy, value, origin) in other.choices() {
            if definitions::is_measuring(policy.name) && other.is_set(policy.name) {
                let taken = policies.set(policy.name, &value, origin.clone());
                debug_assert!(taken.is_ok(), "a value in force is a value");
            }
        }
        policies
    }

    /// These choices with those of a definition put over them.
    #[must_use]
    pub fn under(&self, definition: &NamedDefinition) -> Policies {
        let mut policies = self.clone();
        definition.name.clone_into(&mut policies.definition);
        for (name, value) in definition.choices {
            let taken = policies.set(name, value, definition.origin());
            debug_assert!(
                taken.is_ok(),
                "the register holds policies and their values"
            );
        }
        policies
    }

    /// How many months before the closing the opening of a period lies. What is averaged over twelve months is
    /// the rate over a year, unless another one was asked for.
    #[must_use]
    pub fn lookback_months(&self, period: Period) -> u32 {
        match (self.method, self.lookback) {
            (Method::TrailingAverage, Lookback::Period) => 12,
            (_, lookback) => lookback.months(period.months()),
        }
    }

    /// The same choices with nobody left out of the base.
    #[must_use]
    pub fn without_thresholds(&self) -> Policies {
        Policies {
            min_opening: Amount::ZERO,
            min_closing: Amount::ZERO,
            cohort_base: CohortBase::Opening,
            ..self.clone()
        }
    }

    /// Every choice as name, value and origin, in the order of the register.
    pub fn choices(&self) -> impl Iterator<Item = (&'static Policy, String, &Origin)> {
        POLICIES
            .iter()
            .zip(&self.origins)
            .map(|(policy, origin)| (policy, (policy.show)(self), origin))
    }

    /// A hash of the choices in force, as 64 hexadecimal digits: it changes when, and only when, a
    /// choice that can move a number changes. `more` are choices that are no policies and can too:
    /// filters, columns that were named, and what the files of `map` and `fx-rates` say.
    #[must_use]
    pub fn fingerprint(&self, more: &[String]) -> String {
        let has_threshold = !(self.min_opening.is_zero() && self.min_closing.is_zero());
        let mut hasher = blake3::Hasher::new();
        for (policy, value, _) in self.choices() {
            // What a file says counts, and not what it is called: that is among the further choices.
            let is_file = match policy.name {
                "map" => self.map.is_some(),
                "fx-rates" => self.fx_rates.is_some(),
                _ => false,
            };
            if !is_file && (policy.name != "interval" || has_threshold) {
                hasher.update(format!("{}={value}\n", policy.name).as_bytes());
            }
        }
        for choice in more {
            hasher.update(
                format!(
                    "{choice}
"
                )
                .as_bytes(),
            );
        }
        hasher.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_takes_back_what_it_shows() {
        let shown: Vec<_> = Policies::default()
            .choices()
            .map(|(policy, value, _)| (policy.name, value))
            .collect();
        for (name, value) in shown {
            let mut policies = Policies::default();
            assert_eq!(
                policies.set(name, &value, Origin::Flag),
                Ok(()),
                "{name} = {value}"
            );
            assert_eq!(
                policies.fingerprint(&[]),
                Policies::default().fingerprint(&[]),
                "{name}"
            );
        }
    }

    #[test]
    fn the_fingerprint_changes_with_a_choice_and_not_with_its_origin() {
        let mut policies = Policies::default();
        let standard = policies.fingerprint(&[]);
        policies
            .set(
                "reactivation",
                "separate",
                Origin::File("nrr.toml:1".into()),
            )
            .unwrap();
        assert_eq!(policies.fingerprint(&[]), standard);
        policies
            .set("reactivation", "in-nrr", Origin::Flag)
            .unwrap();
        assert_ne!(policies.fingerprint(&[]), standard);
    }

    #[test]
    fn the_interval_of_amounts_counts_only_beside_a_threshold() {
        let mut policies = Policies::default();
        let standard = policies.fingerprint(&[]);
        policies.set("interval", "year", Origin::Flag).unwrap();
        assert_eq!(policies.fingerprint(&[]), standard);
        policies.set("min-opening", "5000", Origin::Flag).unwrap();
        let yearly = policies.fingerprint(&[]);
        policies.set("interval", "month", Origin::Flag).unwrap();
        assert_ne!(policies.fingerprint(&[]), yearly);
    }

    #[test]
    fn a_value_that_is_none_is_refused_with_those_that_are() {
        let mut policies = Policies::default();
        let refused = policies.set("zero", "maybe", Origin::Flag);
        assert_eq!(refused, Err(Some("inactive|active".to_owned())));
        assert_eq!(policies.set("colour", "red", Origin::Flag), Err(None));
        assert!(policies.set("min-opening", "-1", Origin::Flag).is_err());
    }
}
