//! What a check has to say of each rule: one line for tables, one message for whoever has to act.

use super::check::CheckReport;
use super::number;
use crate::check::baseline::Restated;
use crate::check::{
    Basis, Finding, Kind, Losses, Quantity, Restatement, Rule, Sign, Subject, Target, kind_of,
};
use crate::error::{Code, Message};
use crate::metrics::registry;
use crate::text;
use crate::units::Amount;

/// How many fields of a restated record a message lists.
const FIELDS_SHOWN: usize = 8;

/// One rule in a table.
pub(super) struct Line {
    pub(super) rule: String,
    pub(super) period: String,
    pub(super) subject: String,
    pub(super) found: String,
    pub(super) required: String,
    pub(super) difference: String,
}

impl Line {
    fn of(rule: String, found: String, required: &str) -> Line {
        Line {
            rule,
            period: String::new(),
            subject: String::new(),
            found,
            required: required.to_owned(),
            difference: String::new(),
        }
    }

    /// A rule of the list.
    fn of_rule(rule: &Rule, found: String) -> Line {
        let required = format!("{} {}", rule.comparison.sign(), required(rule));
        Line::of(rule.text.clone(), found, &required)
    }
}

/// The rule, and what it came to, on one line.
pub(super) fn line(report: &CheckReport, finding: &Finding) -> Line {
    match finding {
        Finding::Target(target) => {
            let found = found(target).unwrap_or_else(|| number::UNDEFINED.to_owned());
            Line {
                period: target.period.label(target.fiscal_year),
                subject: target.subject.text(),
                difference: difference(target).unwrap_or_default(),
                ..Line::of_rule(&report.rules[target.rule], found)
            }
        }
        Finding::Counted { rule, found, .. } => {
            Line::of_rule(&report.rules[*rule], number::count(*found))
        }
        Finding::Control(control) => {
            let said = |word| evidence(control.missed.as_ref(), word).unwrap_or_default();
            let rule = format!("control-total {}", control.typed);
            Line {
                difference: said("difference"),
                ..Line::of(rule, said("found"), &said("expected"))
            }
        }
        Finding::Data(message) => {
            let found = match message.count {
                Some(count) => format!("{} ({})", message.code, number::count(count)),
                None => message.code.to_string(),
            };
            Line::of(format!("findings, {}", report.tier), found, "none")
        }
        Finding::Clean(tier) => Line::of(format!("findings, {tier}"), "none".to_owned(), "none"),
        Finding::Restated(restated) => {
            let changed = text::count(restated.fields.len() as u64, "figure");
            let verb = if restated.is_gone { "gone" } else { "changed" };
            let rule = format!("baseline {}", restated.place.file);
            Line {
                period: restated.period.clone(),
                subject: restated.subject.clone(),
                ..Line::of(rule, format!("{changed} {verb}"), "as before")
            }
        }
        Finding::OtherDefinition(message) => {
            let place = message.place.as_ref();
            let rule = format!("baseline {}", place.map_or("", |place| &place.file));
            Line::of(rule, "another definition".to_owned(), "the same")
        }
        Finding::Uncompared(message) => {
            let place = message.place.as_ref();
            let rule = format!("baseline {}", place.map_or("", |place| &place.file));
            Line::of(rule, "0 figures compared".to_owned(), "as before")
        }
        Finding::AsBefore { file, figures, .. } => {
            let found = format!("{} the same", text::count(*figures, "figure"));
            Line::of(format!("baseline {file}"), found, "as before")
        }
    }
}

/// The text of the first evidence of this kind.
fn evidence(message: Option<&Message>, word: &str) -> Option<String> {
    let mut known = message?.evidence.iter();
    let found = known.find(|evidence| evidence.kind.word() == word)?;
    Some(found.text.clone())
}

/// What is to be said of a finding that fails; `None` of one that holds.
pub(super) fn message(report: &CheckReport, finding: &Finding) -> Option<Message> {
    if finding.passed() {
        return None;
    }
    match finding {
        Finding::Target(target) => Some(target_message(report, target)),
        Finding::Counted {
            rule,
            found,
            message,
            ..
        } => {
            let rule = &report.rules[*rule];
            let code = message
                .as_ref()
                .map_or(Code::TargetMissed, |message| message.code);
            let headline = format!(
                "{} concerns {}, the rule asks for {} {}",
                rule.measure.said(),
                number::count(*found),
                rule.comparison.words(),
                required(rule)
            );
            let mut missed = Message::new(code, headline).failed().counting(*found);
            if let Some(message) = message {
                missed.place.clone_from(&message.place);
                missed = missed.note(&message.headline);
                missed.evidence.extend(message.evidence.iter().cloned());
                missed.help.clone_from(&message.help);
            }
            missed.place = missed.place.or_else(|| rule.place.clone());
            Some(with_owner(with_rule(missed, rule), rule))
        }
        Finding::Control(control) => control.missed.clone().map(Message::failed),
        Finding::Data(message)
        | Finding::OtherDefinition(message)
        | Finding::Uncompared(message) => Some(message.clone().failed()),
        Finding::Restated(restated) => {
            let message = restated_message(restated);
            Some(match report.diff_command(restated) {
                Some(command) => message.help(format!(
                    "`{command}` shows the customers and rows that changed it; OLD is the export that the baseline was made from"
                )),
                None => message,
            })
        }
        Finding::Clean(_) | Finding::AsBefore { .. } => None,
    }
}

/// What is to be said of a finding that holds.
pub(super) fn holds(report: &CheckReport, finding: &Finding) -> String {
    match finding {
        Finding::Target(target) => {
            let rule = &report.rules[target.rule];
            let found = found(target).unwrap_or_else(|| number::UNDEFINED.to_owned());
            format!(
                "{} is {found}, and the rule asks for {} {}",
                about(target, rule),
                rule.comparison.words(),
                required(rule)
            )
        }
        Finding::Counted { rule, found, .. } => {
            let rule = &report.rules[*rule];
            let (words, required) = (rule.comparison.words(), required(rule));
            format!(
                "{} concerns {found}, and the rule asks for {words} {required}",
                rule.measure.said()
            )
        }
        Finding::Control(control) => {
            format!("the amounts add up to the control total {}", control.typed)
        }
        Finding::Clean(tier) => {
            format!("nothing was found in the data that fails in the {tier} tier")
        }
        Finding::AsBefore {
            figures, before, ..
        } => {
            let figures = text::count(*figures, "figure");
            match before {
                0 => format!("{figures} are those of the baseline"),
                before => format!(
                    "{figures} are those of the baseline; of {} before the data none could be compared",
                    text::count(*before, "period")
                ),
            }
        }
        Finding::Data(_)
        | Finding::Restated(_)
        | Finding::OtherDefinition(_)
        | Finding::Uncompared(_) => String::new(),
    }
}

/// The figure and whose it is: ``net revenue retention of `region=EMEA` in 2024-Q1``.
fn about(target: &Target, rule: &Rule) -> String {
    let label = target.period.label(target.fiscal_year);
    let said = rule.measure.said();
    match &target.subject {
        Subject::Total => format!("{said} in {label}"),
        Subject::Customer(name) => format!("{said} of customer `{name}` in {label}"),
        Subject::Segment(_) => format!("{said} of `{}` in {label}", target.subject.text()),
    }
}

fn target_message(report: &CheckReport, target: &Target) -> Message {
    let rule = &report.rules[target.rule];
    let about = about(target, rule);
    let (words, required) = (rule.comparison.words(), required(rule));
    let asks = format!("the rule asks for {words} {required}");
    let mut message = if let Err(reason) = &target.found {
        let headline = format!("{about} is undefined, and {asks}");
        Message::new(Code::UndefinedTarget, headline).note(reason)
    } else {
        let found = found(target).unwrap_or_default();
        let message = Message::new(Code::TargetMissed, format!("{about} is {found}, {asks}"));
        message.found(made_of(target).unwrap_or(found))
    };
    message.place.clone_from(&rule.place);
    let message = with_rule(message, rule);
    let message = match difference(target) {
        Some(difference) => message.difference(difference),
        None => message,
    };
    let message = with_owner(message, rule);
    let Some(losses) = target.losses.as_ref().filter(|losses| losses.customers > 0) else {
        return message;
    };
    let message = message.note(largest(
        losses,
        target.basis.currency.as_deref(),
        rule.measure.is_of_grr(),
    ));
    match report.customers_command(target) {
        Some(command) => message.help(format!("see them with `{command}`")),
        None => message,
    }
}

/// Says which rule it is.
fn with_rule(message: Message, rule: &Rule) -> Message {
    message.expected(match (&rule.place, &rule.name) {
        (None, _) => format!("`{}` (flag)", rule.text),
        (Some(_), Some(name)) => format!("`{}` ({name})", rule.text),
        (Some(_), None) => format!("`{}`", rule.text),
    })
}

/// Says who answers for it.
fn with_owner(message: Message, rule: &Rule) -> Message {
    match &rule.owner {
        Some(owner) => message.note(format!("{owner} answers for it")),
        None => message,
    }
}

/// The sums behind a rate: `1,792.00 of 1,840.00 USD, 412 customers, 2023-Q4 to 2024-Q1`.
fn made_of(target: &Target) -> Option<String> {
    let Basis {
        sums,
        customers,
        opening_period,
        currency,
    } = &target.basis;
    let (above, below) = (*sums)?;
    let mut parts = Vec::new();
    let currency = currency
        .as_ref()
        .map_or_else(String::new, |code| format!(" {code}"));
    parts.push(format!(
        "{} of {}{currency}",
        number::amount(above),
        number::amount(below)
    ));
    parts.extend(customers.map(|customers| text::count(customers, "customer")));
    if let Some(opening) = opening_period {
        let (from, to) = (
            opening.label(target.fiscal_year),
            target.period.label(target.fiscal_year),
        );
        parts.push(format!("{from} to {to}"));
    }
    Some(parts.join(", "))
}

/// The customers that lost most: ``largest losses `C-1` 21,000.00 USD (−1.14 pp on NRR), and 34 more``.
fn largest(losses: &Losses, currency: Option<&str>, is_of_grr: bool) -> String {
    let unit = currency.map_or_else(String::new, |code| format!(" {code}"));
    let shown = losses.largest.iter().map(|loss| {
        let (name, amount) = (&loss.customer, number::amount(loss.amount));
        let effect = loss.effects.as_ref().map(|effects| {
            let (effect, rate) = if is_of_grr {
                (&effects.grr, "GRR")
            } else {
                (&effects.nrr, "NRR")
            };
            format!(" ({} on {rate})", number::moved(effect))
        });
        format!("`{name}` {amount}{unit}{}", effect.unwrap_or_default())
    });
    let mut shown: Vec<String> = shown.collect();
    let more = losses.customers.saturating_sub(shown.len() as u64);
    if more > 0 {
        shown.push(format!("and {} more", text::grouped(more)));
    }
    format!("largest losses {}", shown.join(", "))
}

fn restated_message(restated: &Restatement) -> Message {
    let Restatement {
        fields,
        reason,
        is_gone,
        same_input,
        place,
        ..
    } = restated;
    let whose = whose(restated);
    let count = text::count(fields.len() as u64, "figure");
    let (are, verb) = if fields.len() == 1 {
        ("is", "it was")
    } else {
        ("are", "they were")
    };
    let headline = if *is_gone {
        format!("{count} of {whose} {are} gone")
    } else {
        format!("{count} of {whose} {are} not what {verb}")
    };
    let mut message = Message::new(Code::Restated, headline)
        .at(place.clone())
        .counting(fields.len() as u64);
    for field in fields.iter().take(FIELDS_SHOWN) {
        let (old, new, moved) = moved(field);
        let moved = moved.map_or_else(String::new, |moved| format!(", {moved}"));
        message = message.difference(format!("{} {old} → {new}{moved}", field.field));
    }
    if let Some(more) = fields
        .len()
        .checked_sub(FIELDS_SHOWN)
        .filter(|more| *more > 0)
    {
        message = message.note(format!("and {}", text::count(more as u64, "more figure")));
    }
    if let Some(reason) = reason {
        message = message.note(reason);
    }
    if *same_input {
        message = message.note("the input has the bytes that the baseline was made from, so it is not the data that changed");
    }
    message
}

/// What is to be said of one figure that is another one now.
pub(super) fn restated_field(restated: &Restatement, field: &Restated) -> String {
    let whose = whose(restated);
    let (old, new, _) = moved(field);
    format!("`{}` of {whose} is {new}, and was {old}", field.field)
}

/// What a figure was, what it is, and by how much it moved where it is neither time undefined.
fn moved(restated: &Restated) -> (String, String, Option<String>) {
    let field = registry::field(restated.field);
    let kind = field.map_or(Kind::Quotient, |field| kind_of(field.unit));
    let quantity = |value: Option<Amount>| value.map(|value| Quantity::of(value, kind));
    let (old, new) = (quantity(restated.old), quantity(restated.new));
    let said = |one: &Option<Quantity>, other: &Option<Quantity>| {
        one.as_ref().map_or_else(
            || "undefined".to_owned(),
            |one| number::quantity(one, other.as_ref().unwrap_or(one)),
        )
    };
    let moved = old.as_ref().zip(new.as_ref()).map(|(old, new)| {
        let moved = apart(new, old);
        let is_rise = kind != Kind::Percent && new.compare(old).is_gt();
        if is_rise { format!("+{moved}") } else { moved }
    });
    (said(&old, &new), said(&new, &old), moved)
}

/// How far one value is from another.
fn apart(one: &Quantity, other: &Quantity) -> String {
    let difference = one.less(other);
    let nothing = Quantity {
        value: difference.value.less(&difference.value),
        ..difference.clone()
    };
    number::quantity(&difference, &nothing)
}

/// The period, and the segment where it is of one.
fn whose(restated: &Restatement) -> String {
    if restated.subject.is_empty() {
        restated.period.clone()
    } else {
        format!("`{}` in {}", restated.subject, restated.period)
    }
}

/// The figure as it is shown; `None` where there is none.
pub(super) fn found(target: &Target) -> Option<String> {
    let found = target.found.as_ref().ok()?;
    let shown = number::quantity(found, &target.required);
    // What a change amounts to has a sign; the word before it says which way.
    Some(match found.kind {
        Kind::Points => shown.trim_start_matches('+').to_owned(),
        _ => shown,
    })
}

/// How far the figure is from what is asked, where they are not the same.
fn difference(target: &Target) -> Option<String> {
    let found = target.found.as_ref().ok()?;
    let is_same = found.compare(&target.required).is_eq();
    (!is_same).then(|| apart(found, &target.required))
}

/// The number asked for, as it was typed but for its marks.
pub(super) fn required(rule: &Rule) -> String {
    let typed = rule.bound.number;
    let digits = number::grouped(typed);
    match rule.bound.sign {
        Sign::Percent => format!("{digits}%"),
        Sign::Points => format!("{digits} pp"),
        Sign::Plain if rule.kind() == Kind::Percent => format!("{digits} (as a fraction)"),
        Sign::Plain => digits,
    }
}
