//! Why a figure is another one in a later export, as people and machines are shown it: one record a customer and month.

mod sheets;

use std::collections::BTreeMap;

use super::document::{Document, More};
use super::fields::{Wire, amount, amount_or_null, rate, text_or_null};
use super::report::{Input, Report};
use super::sheet::Sheet;
use super::{Format, escape, head, number};
use crate::metrics::{
    ChangeKind, ChangedCustomer, ChangedMonth, Changes, Effects, NoRate, Rollforward,
};
use crate::units::{Difference, FiscalYear, Month, Period, Ratio};

/// The name of the JSON form of `nrr diff`.
pub(super) const SCHEMA: &str = "nrr.diff/1";

/// The fields of a record.
pub(super) const FIELDS: [&str; 22] = [
    "customer",
    "old_customer",
    "month",
    "old_amount",
    "new_amount",
    "rates_of",
    "kind",
    "effect_on_nrr",
    "effect_on_grr",
    "old_file",
    "old_line",
    "old_rows",
    "new_file",
    "new_line",
    "new_rows",
    "period",
    "opening_period",
    "currency",
    "undefined",
    "definition",
    "old_input_fingerprint",
    "input_fingerprint",
];

/// The fields of an export.
pub(super) const EXPORT_FIELDS: [&str; 18] = [
    "files",
    "rows",
    "customers",
    "first_month",
    "last_month",
    "fingerprint",
    "opening",
    "retained",
    "retained_capped",
    "closing",
    "opening_customers",
    "retained_customers",
    "churned_customers",
    "closing_customers",
    "nrr",
    "grr",
    "logo_retention",
    "undefined",
];

/// The fields of the change.
pub(super) const CHANGE_FIELDS: [&str; 11] = [
    "nrr",
    "grr",
    "settings_effect_on_nrr",
    "settings_effect_on_grr",
    "data_effect_on_nrr",
    "data_effect_on_grr",
    "customers",
    "customer_months",
    "customer_months_elsewhere",
    "renamed_elsewhere",
    "undefined",
];

/// The fields of a setting that is another one.
pub(super) const SETTING_FIELDS: [&str; 13] = [
    "setting",
    "old_value",
    "new_value",
    "origin",
    "opening",
    "retained",
    "retained_capped",
    "nrr",
    "grr",
    "effect_on_nrr",
    "effect_on_grr",
    "step",
    "undefined",
];

/// How many digits of the definition's fingerprint a record carries.
const DIGITS: usize = 12;

/// How many customers people are shown where they did not say how many.
const SHOWN: usize = 20;

/// Why a rate of an export is undefined.
const NO_BASE: &str = "no customer has revenue at the opening";

/// A setting that is another one.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// What it was, as it would be typed; `None` where nobody set it.
    pub old: Option<String>,
    /// What it is.
    pub new: Option<String>,
    /// True if the input decided it, and nobody set it.
    pub is_detected: bool,
}

/// What settings do on top of those before them, on the old export.
#[derive(Clone, Debug)]
pub struct SettingStep {
    /// Which; several where one alone cannot be measured.
    pub settings: Vec<Setting>,
    /// The figures before.
    pub before: Rollforward,
    /// The figures with them.
    pub after: Rollforward,
}

/// The rows of one export that add to a month of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsBehind {
    /// The file of the first one, by its number.
    pub file: usize,
    /// The line that its amount stands on.
    pub line: u64,
    /// How many there are.
    pub rows: u64,
}

impl SettingStep {
    fn effects(&self) -> Option<[Difference; 2]> {
        between(&self.before, &self.after)
    }
}

/// How far the rates of two figures are apart; `None` where one is undefined.
fn between(before: &Rollforward, after: &Rollforward) -> Option<[Difference; 2]> {
    let nrr = after.nrr().minus(before.nrr())?;
    Some([nrr, after.grr().minus(before.grr())?])
}

/// How many customers a format shows at most where nobody said how many: people are not shown all.
#[must_use]
pub fn shown(format: Format) -> Option<usize> {
    matches!(format, Format::Table | Format::Markdown).then_some(SHOWN)
}

/// The result of `nrr diff`.
pub struct DiffReport {
    /// What is declared with it: the new export and the choices in force; its one record is that of the new export.
    pub report: Report,
    /// The old export.
    pub old_input: Input,
    /// The old export by the settings that it was measured by.
    pub first: Rollforward,
    /// The old export by the settings in force.
    pub old: Rollforward,
    /// The new one by them.
    pub new: Rollforward,
    /// What lies between the first two.
    pub steps: Vec<SettingStep>,
    /// What lies between the last two.
    pub changes: Changes,
    /// How many customers were asked for.
    pub top: Option<usize>,
    /// The rows behind the months of those that are shown, by customer and month, of the old export and of the new one.
    pub places: [BTreeMap<(String, Month), RowsBehind>; 2],
    /// The fiscal years that periods are named by.
    pub fiscal_year: FiscalYear,
}

impl DiffReport {
    /// What bare records cannot say: both figures, and what settings did.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let rates = |what: &str, before: Ratio, after: Ratio| {
            let moved = after.minus(before);
            let moved = moved.map_or_else(|| number::UNDEFINED.to_owned(), |by| number::moved(&by));
            format!(
                "{what} {} → {}, {moved}",
                number::percent(before),
                number::percent(after)
            )
        };
        let (first, new) = (&self.first, &self.new);
        let mut lines = vec![format!(
            "{}; {}",
            rates("NRR", first.nrr(), new.nrr()),
            rates("GRR", first.grr(), new.grr())
        )];
        for step in &self.steps {
            let settings: Vec<String> = step.settings.iter().map(said).collect();
            let line = format!(
                "{}: {}",
                settings.join(", "),
                rates("NRR", step.before.nrr(), step.after.nrr())
            );
            lines.push(escape::terminal(&line).into_owned());
        }
        lines.extend(self.notes());
        lines
    }

    /// Those who are shown.
    fn listed(&self) -> &[ChangedCustomer] {
        self.changes.listed(self.top)
    }

    /// Those who people are shown.
    fn shown(&self) -> &[ChangedCustomer] {
        self.changes.listed(self.top.or(Some(SHOWN)))
    }

    /// The rows behind a month of a customer, of the old export and of the new one.
    fn rows_behind(&self, customer: &ChangedCustomer, month: Month) -> [Option<RowsBehind>; 2] {
        let old_name = customer.old_name.as_ref().unwrap_or(&customer.customer);
        let names = [old_name, &customer.customer];
        [0, 1].map(|side: usize| {
            let key = (names[side].clone(), month);
            self.places[side].get(&key).copied()
        })
    }

    fn label(&self, period: fn(&crate::metrics::Record) -> Period) -> Option<String> {
        let record = self.report.records.first()?;
        Some(period(record).label(self.fiscal_year))
    }

    fn last(&self, none: Option<NoRate>) -> [Wire; 7] {
        [
            text_or_null(self.label(|record| record.period)),
            text_or_null(self.label(|record| record.opening_period)),
            text_or_null(self.report.input.currency.clone()),
            text_or_null(
                none.map(|none| format!("effect_on_nrr, effect_on_grr: {}", none.reason())),
            ),
            Wire::Text(head::definition(&self.report, DIGITS)),
            Wire::Text(self.old_input.fingerprint.clone()),
            Wire::Text(self.report.input.fingerprint.clone()),
        ]
    }

    /// The records of one customer: its new name, then its months.
    fn records_of<'a>(
        &'a self,
        customer: &'a ChangedCustomer,
    ) -> impl Iterator<Item = Vec<Wire>> + 'a {
        let name = || {
            [
                Wire::Text(customer.customer.clone()),
                text_or_null(customer.old_name.clone()),
            ]
        };
        let renamed = customer.old_name.as_ref().map(|_| {
            let none = customer.effects.as_ref().err().copied();
            let effects = none.map_or_else(nothing_moved, |_| [Wire::Null, Wire::Null]);
            let kind = Wire::Text(ChangeKind::Renamed.word().to_owned());
            let own = [Wire::Null, Wire::Null, Wire::Null, Wire::Null, kind].into_iter();
            let all = name().into_iter().chain(own).chain(effects);
            let places = [const { Wire::Null }; 6];
            all.chain(places).chain(self.last(none)).collect()
        });
        let months = customer.months.iter().map(move |month| {
            let own = [
                Wire::Text(self.month(month)),
                amount_or_null(month.old),
                amount_or_null(month.new),
                text_or_null(month.rates_of.map(|month| month.to_string())),
                Wire::Text(month.kind.word().to_owned()),
            ];
            let effects = effects_wire(month.effects.as_ref().ok());
            let all = name().into_iter().chain(own).chain(effects);
            let places = self.places_of(customer, month.month);
            all.chain(places)
                .chain(self.last(month.effects.as_ref().err().copied()))
                .collect()
        });
        renamed.into_iter().chain(months)
    }

    /// File and line of the first row behind a month, and how many rows there are, of both exports.
    fn places_of(&self, customer: &ChangedCustomer, month: Month) -> impl Iterator<Item = Wire> {
        let inputs = [&self.old_input, &self.report.input];
        let behind = inputs.into_iter().zip(self.rows_behind(customer, month));
        let wires: Vec<Wire> = behind
            .flat_map(|(input, behind)| match behind {
                None => [const { Wire::Null }; 3],
                Some(behind) => [
                    text_or_null(input.files.get(behind.file).map(|file| file.name.clone())),
                    Wire::Number(behind.line.to_string()),
                    Wire::Number(behind.rows.to_string()),
                ],
            })
            .collect();
        wires.into_iter()
    }

    /// A month as the rows label it.
    fn month(&self, one: &ChangedMonth) -> String {
        Period::ending(one.month, self.report.input.grain).label(self.fiscal_year)
    }

    fn change(&self) -> Vec<Wire> {
        let settings = between(&self.first, &self.old);
        let whole = between(&self.first, &self.new);
        let data = self.changes.effects.as_ref().ok();
        let months = self.changes.customers.iter().map(|one| one.months.len());
        let count = |count: usize| Wire::Number(count.to_string());
        let mut undefined = Vec::new();
        for (names, is_defined) in [
            ("nrr, grr", whole.is_some()),
            (
                "settings_effect_on_nrr, settings_effect_on_grr",
                settings.is_some(),
            ),
            ("data_effect_on_nrr, data_effect_on_grr", data.is_some()),
        ] {
            if !is_defined {
                undefined.push(names);
            }
        }
        let reason = (!undefined.is_empty()).then(|| {
            let reason = NoRate::between(&self.old, &self.new);
            let reason = reason.map_or(self.no_rate(), NoRate::reason);
            format!("{}: {reason}", undefined.join(", "))
        });
        let pair = |pair: Option<[Difference; 2]>| {
            pair.map_or([Wire::Null, Wire::Null], |pair| pair.map(|one| plain(&one)))
        };
        pair(whole)
            .into_iter()
            .chain(pair(settings))
            .chain(effects_wire(data))
            .chain([
                count(self.changes.customers.len()),
                count(months.sum()),
                Wire::Number(self.changes.elsewhere.to_string()),
                Wire::Number(self.changes.renamed_elsewhere.to_string()),
                text_or_null(reason),
            ])
            .collect()
    }

    fn setting_records(&self) -> Vec<Vec<Wire>> {
        let mut records = Vec::new();
        for (number, step) in (1..).zip(&self.steps) {
            let (number, after) = (Wire::Number(u64::to_string(&number)), &step.after);
            for (place, one) in (1..).zip(&step.settings) {
                let origin = if one.is_detected {
                    "detected"
                } else {
                    "settings"
                };
                let mut values = vec![
                    Wire::Text(one.name.to_owned()),
                    text_or_null(one.old.clone()),
                    text_or_null(one.new.clone()),
                    Wire::Text(origin.to_owned()),
                ];
                if place < step.settings.len() {
                    values.extend([const { Wire::Null }; 7]);
                    let reason = "it can be measured with the next setting only";
                    values.extend([number.clone(), Wire::Text(reason.to_owned())]);
                } else {
                    let sums = [after.opening, after.retained, after.retained_capped];
                    values.extend(sums.map(|units| amount(after.amount(units))));
                    values.extend([after.nrr(), after.grr()].map(rate));
                    let effects = step.effects();
                    let is_defined = effects.is_some();
                    let effects = effects.map(|both| both.map(|one| plain(&one)));
                    values.extend(effects.unwrap_or([Wire::Null, Wire::Null]));
                    let reason = format!("effect_on_nrr, effect_on_grr: {NO_BASE}");
                    let reason = (!is_defined).then_some(reason);
                    values.extend([number.clone(), text_or_null(reason)]);
                }
                records.push(values);
            }
        }
        records
    }
}

/// A setting with both of its values: `lookback 1 → 12`.
fn said(one: &Setting) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    format!("{} {} → {}", one.name, value(&one.old), value(&one.new))
}

fn files(input: &Input) -> String {
    let names: Vec<&str> = input.files.iter().map(|file| file.name.as_str()).collect();
    names.join(", ")
}

/// One export's figures, flat.
fn export(input: &Input, sums: &Rollforward) -> Vec<Wire> {
    let count = |count: u64| Wire::Number(count.to_string());
    let amount = |units| amount(sums.amount(units));
    let reason = (sums.opening == 0).then(|| format!("nrr, grr, logo_retention: {NO_BASE}"));
    let counts = [
        sums.opening_customers,
        sums.retained_customers,
        sums.churned_customers,
        sums.closing_customers,
    ];
    let amounts = [
        sums.opening,
        sums.retained,
        sums.retained_capped,
        sums.closing,
    ];
    [
        Wire::Text(files(input)),
        count(input.rows),
        count(input.customers),
        Wire::Text(input.first.to_string()),
        Wire::Text(input.last.to_string()),
        Wire::Text(input.fingerprint.clone()),
    ]
    .into_iter()
    .chain(amounts.map(amount))
    .chain(counts.map(count))
    .chain([sums.nrr(), sums.grr(), sums.logo_retention()].map(rate))
    .chain([text_or_null(reason)])
    .collect()
}

fn effects_wire(effects: Option<&Effects>) -> [Wire; 2] {
    effects.map_or([Wire::Null, Wire::Null], |effects| {
        [plain(&effects.nrr), plain(&effects.grr)]
    })
}

/// The effects of a name: none, exactly.
fn nothing_moved() -> [Wire; 2] {
    [plain(&Difference::none()), plain(&Difference::none())]
}

fn plain(difference: &Difference) -> Wire {
    number::plain_difference(difference).map_or(Wire::Null, Wire::Number)
}

impl Document for DiffReport {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        FIELDS.map(str::to_owned).to_vec()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        let listed = self.listed().iter();
        Box::new(listed.flat_map(|customer| self.records_of(customer)))
    }

    fn sheets(&self) -> Vec<Sheet> {
        let sheets = [
            Some(self.figures()),
            self.settings(),
            Some(self.customers()),
        ];
        sheets.into_iter().flatten().collect()
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let old = export(&self.old_input, &self.first);
        let new = export(&self.report.input, &self.new);
        vec![
            ("old", More::Record(names(&EXPORT_FIELDS), old)),
            ("new", More::Record(names(&EXPORT_FIELDS), new)),
            ("change", More::Record(names(&CHANGE_FIELDS), self.change())),
            (
                "settings",
                More::Records(names(&SETTING_FIELDS), self.setting_records()),
            ),
        ]
    }
}
