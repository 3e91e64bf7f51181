//! What was detected or set about a file, told with its evidence.

use super::chosen::Chosen;
use super::columns::{ByWhom, Columns, Role};
use super::dialect::Dialect;
use super::file::FileRead;
use super::header::Unit;
use super::load::LoadOptions;
use super::shape::Shape;
use super::summary::{FileSummary, Trait};
use crate::text;
use crate::units::Grain;

/// What a file's first records settle: dialect, preset, shape and columns.
pub(super) struct Beginning<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) columns: &'a Columns,
    pub(super) shape_origin: &'a str,
    pub(super) chosen: Option<&'a Chosen>,
    pub(super) options: &'a LoadOptions,
}

impl Beginning<'_> {
    /// As traits, the delimiter first.
    pub(super) fn traits(&self) -> Vec<Trait> {
        let delimiter = match self.dialect.delimiter {
            b'\t' => "tab".to_owned(),
            byte => char::from(byte).to_string(),
        };
        let evidence = &self.dialect.evidence;
        let origin = set_or(self.options, self.dialect.set, "delimiter", evidence);
        let mut traits = vec![found("delimiter", &delimiter, origin)];
        if let Some(chosen) = self.chosen {
            traits.push(found("preset", &chosen.preset.name, chosen.origin.clone()));
        }
        let shape = self.columns.shape.word();
        traits.push(found("shape", shape, self.shape_origin.to_owned()));
        traits.extend(Role::ALL.into_iter().filter_map(|role| self.column(role)));
        traits
    }

    fn column(&self, role: Role) -> Option<Trait> {
        let by_whom = self.columns.by_whom[role as usize];
        let origin = match (by_whom, self.chosen) {
            (ByWhom::Preset, Some(chosen)) => chosen.said_by(),
            (by_whom, _) => {
                let is_set = by_whom == ByWhom::Person;
                let twin = self.columns.yearly_twin.filter(|_| role == Role::Amount);
                let evidence = twin.map_or_else(
                    || "its header".to_owned(),
                    |twin| {
                        format!(
                            "`{}` is twelve times it in every row",
                            self.columns.header[twin]
                        )
                    },
                );
                set_or(self.options, is_set, role.setting(), &evidence)
            }
        };
        // A role that was set and has no column was set to none.
        let none = (by_whom == ByWhom::Person).then_some("none");
        let name = self.columns.name(role).or(none)?;
        Some(found(role.setting(), name, origin))
    }
}

fn found(name: &'static str, value: &str, origin: String) -> Trait {
    Trait {
        name,
        value: value.to_owned(),
        origin,
    }
}

/// Who set something, or how it was detected.
fn set_or(options: &LoadOptions, is_set: bool, setting: &str, evidence: &str) -> String {
    if is_set {
        options.origin(setting)
    } else {
        format!("detected: {evidence}")
    }
}

/// A file that was read, with all that is told of it.
pub(super) fn summary(file: &FileRead) -> FileSummary {
    let options = &file.options;
    let encoding = file.seen.encoding.name();
    let origin = set_or(options, file.encoding_is_set, "encoding", "its bytes");
    let mut traits = vec![found("encoding", encoding, origin)];
    if let Some(compression) = file.compression {
        let origin = "detected: its first bytes".to_owned();
        traits.push(found("compression", compression, origin));
    }
    let beginning = Beginning {
        dialect: &file.dialect,
        columns: &file.columns,
        shape_origin: &file.shape_origin,
        chosen: file.chosen.as_ref(),
        options,
    };
    let mut settled = beginning.traits().into_iter();
    traits.extend(settled.next());
    let mark = file.mark.value.sign().to_string();
    traits.push(found("decimal", &mark, file.mark.origin.clone()));
    let order = file.order.value.word();
    traits.push(found("date-order", order, file.order.origin.clone()));
    traits.extend(settled);
    traits.extend(meaning(file));
    FileSummary {
        name: file.name.clone(),
        bytes: file.seen.bytes_read,
        rows: file.found.rows,
        fingerprint: file.seen.fingerprint,
        traits,
        way: way(file),
    }
}

/// Which way the rows were read, and why.
fn way(file: &FileRead) -> Trait {
    let (short, rows) = (file.found.short, file.found.rows);
    let (way, evidence) = match file.found.detour {
        Some(detour) => ("general", detour.to_string()),
        None if short == rows => ("short", "every row has plain cells".to_owned()),
        None => {
            let evidence = format!("{} of {} have plain cells", short, text::count(rows, "row"));
            (if short > 0 { "short" } else { "general" }, evidence)
        }
    };
    found("reading", way, format!("detected: {evidence}"))
}

/// What was said about columns of periods, totals and contracts that runs through no cell; a year also by a title.
fn said(file: &FileRead) -> Vec<Trait> {
    let options = &file.options;
    let by_title = file.titles.year.filter(|_| file.labels.has_yearless);
    let mut traits = Vec::new();
    if let Some(year) = options.year.or(by_title) {
        let origin = set_or(
            options,
            options.year.is_some(),
            "year",
            "a title above the header",
        );
        traits.push(found("year", &year.to_string(), origin));
    }
    let settings = [
        (
            "periods",
            options.periods.map(|grain| periods_word(grain).to_owned()),
        ),
        (
            "first-period",
            options.first_period.map(|month| month.to_string()),
        ),
        (
            "keep-totals",
            options.keeps_totals.then(|| "yes".to_owned()),
        ),
        (
            "allow-no-churn",
            options.allows_no_churn.then(|| "yes".to_owned()),
        ),
    ];
    for (name, value) in settings {
        traits.extend(value.map(|value| found(name, &value, options.origin(name))));
    }
    traits
}

/// The word typed for the columns of a grain.
const fn periods_word(grain: Grain) -> &'static str {
    match grain {
        Grain::Month => "monthly",
        Grain::Quarter => "quarterly",
        Grain::Half => "half-yearly",
        Grain::Year => "annual",
    }
}

/// What rows mean beyond their cells.
fn meaning(file: &FileRead) -> Vec<Trait> {
    let options = &file.options;
    let mut traits = Vec::new();
    let is_told = file.columns.shape != Shape::Invoices;
    if let Some((per, evidence)) = file.per.as_ref().filter(|_| is_told) {
        let origin = set_or(options, options.per.is_some(), "interval", evidence);
        traits.push(found("interval", &per.text(), origin));
    }
    if let Some(amount_is) = options.amount_is {
        let origin = options.origin("amount-is");
        traits.push(found("amount-is", amount_is.word(), origin));
    }
    if let Some(chosen) = &file.chosen {
        let less = chosen.less(&file.columns.header);
        if !less.is_empty() {
            traits.push(found("less", &less.join(","), chosen.said_by()));
        }
    }
    let statuses = [
        ("keep-status", &options.keep_status),
        ("drop-status", &options.drop_status),
    ];
    for (name, words) in statuses {
        if !words.is_empty() {
            traits.push(found(name, &words.join(","), options.origin(name)));
        }
    }
    for entry in file.found.open_ends.by_rows() {
        let origin = format!(
            "detected: it stands for no end in {}",
            text::count(entry.rows, "row")
        );
        traits.push(found("open-end", &entry.code, origin));
    }
    traits.extend(said(file));
    if let Some(pattern) = &options.drop_row {
        traits.push(found(
            "drop-row",
            &pattern.to_string(),
            options.origin("drop-row"),
        ));
    }
    if let Some(scale) = options.scale {
        traits.push(found("scale", scale.word(), options.origin("scale")));
    }
    if file.is_minor || options.unit.is_some() {
        let unit = if file.is_minor {
            Unit::Minor
        } else {
            Unit::Major
        };
        let origin = set_or(
            options,
            options.unit.is_some(),
            "unit",
            "the header of the amount",
        );
        traits.push(found("unit", unit.word(), origin));
    }
    traits
}
