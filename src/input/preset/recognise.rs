//! Which preset a file's headers are those of.

use super::{Preset, builtin, places, say};
use crate::error::Message;
use crate::input::header::{folded, forms, words};
use crate::input::role::Role;

/// What the headers of a file are those of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised<'p> {
    /// This export: of all that fit, the one that asks for the most.
    Preset(&'p Preset),
    /// This export, which is not read.
    Refused(&'p Preset),
    /// Several exports equally well, in order of their names.
    Tie(Vec<&'p Preset>),
    /// No known export.
    Nothing,
}

/// Finds the preset whose headers are all there, by the header's cells, the lines above it and the number of
/// headers that are labels of periods.
///
/// # Shape
///
/// Of several that fit, the one that asks for the most wins; of several that ask for as much, none.
#[must_use]
pub fn recognise<'p>(
    presets: &'p [Preset],
    headers: &[String],
    titles: &[String],
    periods: usize,
) -> Recognised<'p> {
    let fits = |preset: &&Preset| {
        missing_headers(preset, headers).is_empty()
            && periods >= preset.period_headers
            && has_title(preset, titles)
    };
    let mut found: Vec<&Preset> = presets.iter().filter(fits).collect();
    let most = found.iter().map(|preset| preset.requirements()).max();
    found.retain(|preset| Some(preset.requirements()) == most);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    match found.as_slice() {
        [] => Recognised::Nothing,
        [only] if only.refuse.is_some() => Recognised::Refused(only),
        [only] => Recognised::Preset(only),
        _ => Recognised::Tie(found),
    }
}

/// The headers that a preset asks for and a file lacks, each in its first spelling.
#[must_use]
pub fn missing_headers<'p>(preset: &'p Preset, headers: &[String]) -> Vec<&'p str> {
    let is_missing =
        |names: &&Vec<String>| !names.iter().any(|name| !places(name, headers).is_empty());
    let missing = preset.headers.iter().filter(is_missing);
    missing
        .map(|names| names.first().map_or("", String::as_str))
        .collect()
}

fn has_title(preset: &Preset, titles: &[String]) -> bool {
    let is_there = |wanted: &String| {
        let wanted = folded(wanted);
        titles.iter().any(|title| folded(title).contains(&wanted))
    };
    preset.titles.is_empty() || preset.titles.iter().any(is_there)
}

/// The preset that was asked for by name.
///
/// # Errors
///
/// `unknown-preset` if there is none of that name.
pub fn named<'p>(presets: &'p [Preset], name: &str) -> Result<&'p Preset, Message> {
    let found = presets.iter().find(|preset| preset.name == name);
    found.ok_or_else(|| say::unknown(presets, name))
}

/// The presets that come with the program and a user's own; one of the user's replaces one of the same name.
#[must_use]
pub fn with_own(own: Vec<Preset>) -> Vec<Preset> {
    let is_kept = |preset: &&Preset| own.iter().all(|mine| mine.name != preset.name);
    let mut presets: Vec<Preset> = builtin().iter().filter(is_kept).cloned().collect();
    presets.extend(own);
    presets.sort_by(|one, other| one.name.cmp(&other.name));
    presets
}

/// The columns of a list of customers as of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerList {
    /// The column of the customer.
    pub customer: usize,
    /// The column of the run rate.
    pub amount: usize,
}

/// The columns of a list of customers and their run rates that names no time at all, by its headers.
///
/// # Shape
///
/// `None` if a header is one of a date, a period or a start, if some are labels of periods, or if no header
/// is one of a customer or of a run rate. Whether each customer has one row is for the caller to look at.
#[must_use]
pub fn list_without_periods(headers: &[String], periods: usize) -> Option<CustomerList> {
    if periods > 0 || headers.iter().any(|header| is_time(header)) {
        return None;
    }
    let find = |names: &[&[&str]]| {
        names.iter().find_map(|rank| {
            headers.iter().position(|header| {
                !header.is_empty() && forms(header).iter().any(|form| rank.contains(&&**form))
            })
        })
    };
    Some(CustomerList {
        customer: find(Role::Customer.synonyms())?,
        // The names of the first rank are those of run rates.
        amount: find(&Role::Amount.synonyms()[..1])?,
    })
}

/// True if a header names a date, a period or a start. When a customer signed up is no such time:
/// `Subscriber since` stands in lists of today.
fn is_time(header: &str) -> bool {
    const WORDS: &[&str] = &[
        "date", "month", "months", "period", "quarter", "year", "week", "day", "start", "started",
        "begin", "from",
    ];
    const NAMES: &[&str] = &["ds", "ym", "as of", "activated at", "created", "created at"];
    let words = words(header);
    let says = |meant: &[&str]| words.iter().any(|word| meant.contains(&&**word));
    // When the next renewal is due is no time of the amount beside it.
    let is_due = says(&["renewal", "renews", "current", "next", "end", "expires"]);
    let is_word = says(WORDS) && !is_due;
    is_word || NAMES.contains(&&*folded(header))
}
