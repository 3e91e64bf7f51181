//! The rules and choices of a check: those of the command line beside those of the settings file.

use std::collections::BTreeSet;

use super::super::super::args::{CheckArgs, PeriodArgs};
use super::super::super::check_file::{CheckFile, FileRule};
use super::super::super::settings::FileValue;
use super::unfit;
use crate::check::{Fault, Rule, Scope, Selection, is_finding};
use crate::error::{CODES, Code, Errors, Excerpt, Message, Place};
use crate::input::Loaded;
use crate::input::header::folded;
use crate::policies::{Origin, Policies};
use crate::text;

/// Reads every rule.
///
/// # Errors
///
/// Every text that is no rule, with the letters that are meant.
pub(super) fn read(args: &CheckArgs, file: &CheckFile) -> Result<Vec<Rule>, Errors> {
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    for known in &file.rules {
        match Rule::parse(&known.text) {
            Ok(rule) => rules.push(Rule {
                name: known.name.clone(),
                owner: known.owner.clone(),
                place: Some(known.place.clone()),
                ..rule
            }),
            Err(fault) => errors.push(in_file(fault, known)),
        }
    }
    for typed in &args.require {
        match Rule::parse(typed) {
            Ok(rule) => rules.push(rule),
            Err(fault) => errors.push(in_flag(fault, typed)),
        }
    }
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(Errors::from(errors))
    }
}

/// The letters meant, on the line of the settings file.
fn in_file(fault: Fault, known: &FileRule) -> Message {
    let mut place = known.place.clone();
    if let (Some(excerpt), true) = (&mut place.excerpt, known.is_verbatim) {
        let within = |at: usize| (excerpt.start + at).min(excerpt.text.len());
        (excerpt.start, excerpt.end) = (within(fault.span.start), within(fault.span.end));
    }
    fault.message.at(place)
}

/// The letters meant, in the flag.
fn in_flag(fault: Fault, typed: &str) -> Message {
    let excerpt = Excerpt {
        text: typed.to_owned(),
        start: fault.span.start,
        end: fault.span.end,
    };
    fault.message.at(Place {
        excerpt: Some(excerpt),
        ..Place::file("--require")
    })
}

/// Which findings fail.
///
/// # Errors
///
/// A code that is none, or none of a finding; one that is both forbidden and allowed.
pub(super) fn selection(args: &CheckArgs, file: &CheckFile) -> Result<Selection, Message> {
    let typed = args.read.settings.value("strict");
    let strict = match typed {
        Some(word) => matches!(word, "yes" | "true"),
        None => file.strict.unwrap_or(false),
    };
    let forbid = codes("forbid", &args.forbid, &file.forbid)?;
    let allow = codes("allow", &args.allow, &file.allow)?;
    if let Some(code) = forbid.intersection(&allow).next() {
        let headline = format!("`{code}` is both forbidden and allowed");
        return Err(Message::new(Code::Usage, headline).help("leave it out of one of the two"));
    }
    Ok(Selection {
        strict,
        forbid,
        allow,
    })
}

/// The same where a question of the basic tier was answered: files whose rows somebody said to add up may overlap.
pub(super) fn answered(mut selection: Selection, policies: &Policies) -> Selection {
    let code = Code::OverlappingFiles;
    let is_said = policies.origin("duplicates") != &Origin::Default;
    if is_said && !selection.strict && !selection.forbid.contains(&code) {
        selection.allow.insert(code);
    }
    selection
}

fn codes(key: &str, typed: &[String], file: &[FileValue]) -> Result<BTreeSet<Code>, Message> {
    let typed = typed.iter().map(|name| (name.trim(), None));
    let of_file = |value: &'_ FileValue| {
        value
            .values
            .first()
            .map(String::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let named: Vec<(String, Option<Place>)> = typed
        .map(|(name, place)| (name.to_owned(), place))
        .chain(
            file.iter()
                .map(|value| (of_file(value), Some(value.place.clone()))),
        )
        .collect();
    let mut codes = BTreeSet::new();
    for (name, place) in named {
        match Code::named(&name).filter(|code| is_finding(*code)) {
            Some(code) => codes.insert(code),
            None => return Err(no_finding(key, &name, place)),
        };
    }
    Ok(codes)
}

fn no_finding(key: &str, name: &str, place: Option<Place>) -> Message {
    let shown = match &place {
        Some(_) => format!("`{key}`"),
        None => format!("`--{key}`"),
    };
    let headline = format!("{shown} does not take `{name}`");
    let message = Message::new(Code::UnknownCode, headline);
    let known = CODES.iter().filter(|code| is_finding(**code));
    let message = match text::nearest(name, known.map(|code| code.name())) {
        Some(near) if place.is_some() => message.help(format!("`{key} = [\"{near}\"]`")),
        Some(near) => message.help(format!("`--{key} {near}`")),
        None => message
            .expected("the code of a finding about the data, such as `late-renewals`")
            .help("`nrr explain` lists them"),
    };
    match place {
        Some(place) => message.at(place),
        None => message,
    }
}

/// The periods that were named, and by whom.
pub(super) struct Chosen {
    pub(super) periods: PeriodArgs,
    /// True if the last whole one is meant.
    pub(super) is_latest: bool,
    /// Where they stand, if a settings file names them.
    place: Option<Place>,
}

impl Chosen {
    /// True if nobody named any.
    pub(super) fn are_all(&self) -> bool {
        let PeriodArgs { period, from, to } = &self.periods;
        !self.is_latest && period.is_none() && from.is_none() && to.is_none()
    }

    /// Errors about periods at the line that names them.
    pub(super) fn placed(&self, mut errors: Errors) -> Errors {
        let is_of_period = |code: Code| {
            matches!(
                code,
                Code::UnreadablePeriod | Code::FiscalStartUnknown | Code::UnusableRange
            )
        };
        for error in &mut errors.list {
            if error.code == Code::UnreadablePeriod && self.periods.period.is_some() {
                error.evidence.iter_mut().for_each(|said| {
                    if said.kind.word() == "expected" {
                        said.text = format!("latest, {}", said.text);
                    }
                });
                let last = ["last", "newest", "current", "now"];
                let typed = self.periods.period.as_deref().unwrap_or_default();
                let is_meant = text::nearest(typed, ["latest"]).is_some()
                    || last.contains(&typed.to_lowercase().as_str());
                if is_meant {
                    error.help = vec![match self.place {
                        Some(_) => "`period = \"latest\"`".to_owned(),
                        None => "`--period latest`".to_owned(),
                    }];
                }
            }
            if error.place.is_none() && is_of_period(error.code) {
                error.place.clone_from(&self.place);
            }
        }
        errors
    }
}

/// The periods of the command line, or else those of the settings file.
///
/// # Errors
///
/// A period beside a range, or beside the grain of one.
pub(super) fn periods(args: &CheckArgs, file: &CheckFile) -> Result<Chosen, Message> {
    let is_typed = args.period.is_some() || args.from.is_some() || args.to.is_some();
    let (typed, place) = if is_typed {
        let typed = PeriodArgs {
            period: args.period.clone(),
            from: args.from.clone(),
            to: args.to.clone(),
        };
        (typed, None)
    } else {
        let text = |value: &Option<FileValue>| value.as_ref().map(|value| value.values.concat());
        let given = [&file.period, &file.from, &file.to];
        let place = given.into_iter().flatten().next();
        let typed = PeriodArgs {
            period: text(&file.period),
            from: text(&file.from),
            to: text(&file.to),
        };
        (typed, place.map(|value| value.place.clone()))
    };
    let is_latest = typed.period.as_deref() == Some("latest");
    let refuse = |headline: &str, help: &str| {
        let message = Message::new(Code::Usage, headline).help(help);
        Err(match &place {
            Some(place) => message.at(place.clone()),
            None => message,
        })
    };
    if typed.period.is_some() && (typed.from.is_some() || typed.to.is_some()) {
        return refuse(
            "`period` is one period, and `from` and `to` are a range",
            "leave out one of the two",
        );
    }
    if typed.period.is_some() && !is_latest && args.read.settings.value("every").is_some() {
        return refuse(
            "`--every` is the grain of a range, and one period was named",
            "for the last whole one of a grain: `--period latest --every quarter`",
        );
    }
    let period = typed.period.filter(|_| !is_latest);
    Ok(Chosen {
        periods: PeriodArgs { period, ..typed },
        is_latest,
        place,
    })
}

/// Errors about columns that nobody but rules named, with those rules mended.
pub(super) fn about_columns(mut errors: Errors, rules: &[Rule], by: &[String]) -> Errors {
    let unknown = errors.list.iter_mut();
    for error in unknown.filter(|error| error.code == Code::UnknownColumn) {
        let is_meant = |column: &String| {
            !by.contains(column) && error.headline.ends_with(&format!("`{column}`"))
        };
        let named = rules.iter().flat_map(|rule| {
            let columns = rule.scope.columns().into_iter();
            columns.map(move |column| (rule, column))
        });
        let Some((rule, column)) = named.into_iter().find(|(_, column)| is_meant(column)) else {
            continue;
        };
        for help in &mut error.help {
            let near = help
                .strip_prefix("`--by ")
                .and_then(|rest| rest.strip_suffix('`'));
            if let Some(near) = near {
                let near = near.trim_matches(['"', '\'']);
                *help = format!("`{}`", rule.text.replacen(&column, near, 1));
            }
        }
        let asks = match &rule.place {
            Some(_) => format!("asked for by the rule `{}`", rule.text),
            None => format!("asked for by `--require '{}'`", rule.text),
        };
        error
            .evidence
            .retain(|said| !said.text.starts_with("`by` was set by"));
        let told = std::mem::replace(error, Message::new(Code::UnknownColumn, ""));
        *error = told.note(asks);
    }
    errors
}

/// Rates asked of everybody, asked of each segment of `--by` too.
pub(super) fn for_each_segment(rules: &[Rule], by: &[String]) -> Vec<Rule> {
    if by.is_empty() {
        return Vec::new();
    }
    let each: Vec<(String, Option<String>)> =
        by.iter().map(|column| (column.clone(), None)).collect();
    let is_meant = |rule: &&Rule| rule.scope == Scope::Total && rule.measure.is_rate();
    let rules = rules.iter().filter(is_meant);
    rules
        .map(|rule| Rule {
            scope: Scope::Segment(each.clone()),
            ..rule.clone()
        })
        .collect()
}

/// A rule on products would net every product by itself, and change what the other rules see.
///
/// # Errors
///
/// [`Code::UnreadableRule`] where nobody asked for that with `--by`.
pub(super) fn refuse_products(
    rules: &[Rule],
    by: &[String],
    loaded: &Loaded,
) -> Result<(), Message> {
    let Some(product) = &loaded.product_column else {
        return Ok(());
    };
    let is_product = |column: &String| folded(column) == folded(product);
    if by.iter().any(is_product) {
        return Ok(());
    }
    let named = |rule: &&Rule| rule.scope.columns().iter().any(is_product);
    let Some(rule) = rules.iter().find(named) else {
        return Ok(());
    };
    let headline =
        format!("`{product}` is the product column, and rules on it net each product by itself");
    let message = Message::new(Code::UnreadableRule, headline)
        .note("the figures of the other rules would be netted so too")
        .help(format!("if that is meant, pass `--by {product}`"))
        .help(format!(
            "if `{product}` is a trait of the customer, pass `--product none`"
        ));
    Err(unfit(rule, message))
}
