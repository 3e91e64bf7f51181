//! From text to a rule, or to what is wrong with it and which letters of it are meant.

mod meant;

use std::ops::Range;

use super::bound::{Bound, Sign};
use super::measure::{CustomerField, Direction, Measure};
use super::quality::is_finding;
use super::rule::{Comparison, Rule, Scope};
use crate::error::{CODES, Code, Message};
use crate::metrics::Top;
use crate::metrics::registry::{self, Field, Unit};
use crate::text;
use crate::units::Amount;
use meant::{no_percentage, without_commas};

/// What a rule looks like.
const FORM: &str = "a figure, how it compares and a number, such as `nrr >= 100%`";

/// Signs of comparison, the longer ones first.
const SIGNS: [(&str, Comparison); 9] = [
    (">=", Comparison::AtLeast),
    ("≥", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    ("≤", Comparison::AtMost),
    ("!=", Comparison::Unequal),
    ("==", Comparison::Equal),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("=", Comparison::Equal),
];

/// Rates that are parts of a whole, so that no rule can ask for more than all of it.
const PARTS: [&str; 7] = [
    "grr",
    "logo_retention",
    "logo_churn",
    "revenue_churn",
    "contraction_rate",
    "gross_revenue_churn",
    "annual_grr",
];

/// Why a text is no rule.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What is wrong, without a place.
    pub message: Message,
    /// The bytes of the text that are meant.
    pub span: Range<usize>,
}

/// A part of the text and where it starts in it.
#[derive(Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Piece<'a> {
    fn trimmed(self) -> Piece<'a> {
        let start = self.start + (self.text.len() - self.text.trim_start().len());
        Piece {
            text: self.text.trim(),
            start,
        }
    }

    /// What stands before a byte, and what behind a sign of this length.
    fn split(self, at: usize, length: usize) -> (Piece<'a>, Piece<'a>) {
        let behind = at + length;
        (
            Piece {
                text: &self.text[..at],
                start: self.start,
            },
            Piece {
                text: &self.text[behind..],
                start: self.start + behind,
            },
        )
    }

    fn span(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn fault(self, message: Message) -> Fault {
        Fault {
            message,
            span: self.span(),
        }
    }
}

impl Rule {
    /// Reads a rule.
    ///
    /// ```text
    /// [SEGMENT:] FIGURE COMPARISON NUMBER
    /// ```
    ///
    /// A segment is `region=EMEA`, `region=EMEA, plan=Pro`, `each region` or `customer=ACME`; a value with a comma,
    /// a colon or a `*` of its own stands in double quotes.
    ///
    /// # Errors
    ///
    /// A [`Fault`] with [`Code::UnreadableRule`] or [`Code::UnknownField`].
    pub fn parse(typed: &str) -> Result<Rule, Fault> {
        let whole = Piece {
            text: typed,
            start: 0,
        };
        let (scope, condition) = match colon(typed) {
            Some(at) => {
                let (scope, condition) = whole.split(at, 1);
                (self::scope(scope.trimmed())?, condition.trimmed())
            }
            None => (Scope::Total, whole.trimmed()),
        };
        let Some((at, sign, comparison)) = sign_in(condition.text) else {
            let headline = format!("`{}` compares nothing", typed.trim());
            let message = Message::new(Code::UnreadableRule, headline).expected(FORM);
            return Err(condition.fault(message));
        };
        let (figure, number) = condition.split(at, sign);
        let (figure, number) = (figure.trimmed(), number.trimmed());
        let measure = measure(figure, &scope, number)?;
        let number = swapped_sign(number, condition, at)?;
        let bound = bound(number, measure, comparison)?;
        Ok(Rule {
            text: typed.trim().to_owned(),
            scope,
            measure,
            comparison,
            bound,
            name: None,
            owner: None,
            place: None,
        })
    }
}

/// The last colon outside quotes.
fn colon(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    let mut found = None;
    for (at, character) in text.char_indices() {
        match character {
            '"' => is_quoted = !is_quoted,
            ':' if !is_quoted => found = Some(at),
            _ => {}
        }
    }
    found
}

/// The first sign of comparison: where it stands, how long it is, what it means.
fn sign_in(text: &str) -> Option<(usize, usize, Comparison)> {
    let starts = text.char_indices().map(|(at, _)| at);
    let mut found = starts.filter_map(|at| {
        let here = |(sign, _): &&(&str, Comparison)| text[at..].starts_with(*sign);
        let (sign, comparison) = SIGNS.iter().find(here)?;
        Some((at, sign.len(), *comparison))
    });
    found.next()
}

/// The number, unless `=>` or `=<` was written for its mirror.
fn swapped_sign<'a>(
    number: Piece<'a>,
    condition: Piece<'_>,
    at: usize,
) -> Result<Piece<'a>, Fault> {
    let meant = match (&condition.text[at..], number.text.chars().next()) {
        (rest, Some('>')) if rest.starts_with("=>") => ">=",
        (rest, Some('<')) if rest.starts_with("=<") => "<=",
        _ => return Ok(number),
    };
    let (before, rest) = (condition.text[..at].trim(), number.text[1..].trim());
    let headline = format!("`{}` is no comparison", &condition.text[at..at + 2]);
    let message = Message::new(Code::UnreadableRule, headline)
        .expected(">=, >, <=, <, = or !=")
        .help(format!("`{before} {meant} {rest}`"));
    let start = condition.start + at;
    Err(Fault {
        message,
        span: start..start + 2,
    })
}

/// Whose figure.
fn scope(piece: Piece<'_>) -> Result<Scope, Fault> {
    let expected = "`region=EMEA`, `each region` or `customer=ACME` before the colon";
    let unreadable = |piece: Piece<'_>| {
        let headline = format!("`{}` names no segment", piece.text);
        piece.fault(Message::new(Code::UnreadableRule, headline).expected(expected))
    };
    let each = piece.text.strip_prefix("each ");
    let mut parts = Vec::new();
    for part in parts_of(piece, each.map_or(0, |_| "each ".len())) {
        let part = part.trimmed();
        let (column, value) = match (each, part.text.split_once('=')) {
            (Some(_), None) => (part.text.trim(), None),
            (None, Some((column, value))) => (column.trim(), Some(value.trim())),
            _ => return Err(unreadable(part)),
        };
        if column.is_empty() || value.is_some_and(str::is_empty) {
            return Err(unreadable(part));
        }
        let digits = column.strip_prefix('#').unwrap_or_default();
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let headline = format!("`{column}` is the number of a column, and a rule names it");
            let message = Message::new(Code::UnreadableRule, headline).expected("its header");
            return Err(part.fault(message));
        }
        let value = value.filter(|value| *value != "*").map(unquoted);
        if parts.iter().any(|(known, _)| known == column) {
            let headline = format!("`{column}` stands twice in one segment");
            let message = Message::new(Code::UnreadableRule, headline)
                .expected("one value a column; a second value is a rule of its own");
            return Err(part.fault(message));
        }
        parts.push((column.to_owned(), value));
    }
    if !parts.iter().any(|(column, _)| column == "customer") {
        return Ok(Scope::Segment(parts));
    }
    match parts.as_slice() {
        [(_, Some(name))] => Ok(Scope::Customer(name.clone())),
        [(_, None)] => {
            let message =
                Message::new(Code::UnreadableRule, "a rule is about one customer by name")
                    .help("for the largest customer: `top1 <= 20%`");
            Err(piece.fault(message))
        }
        _ => {
            let message = Message::new(
                Code::UnreadableRule,
                "a rule is about a customer or about a segment, not about both",
            )
            .expected("`customer=ACME` alone");
            Err(piece.fault(message))
        }
    }
}

/// The parts of a segment, at commas outside quotes.
fn parts_of(piece: Piece<'_>, skipped: usize) -> Vec<Piece<'_>> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted) = (skipped, false);
    let push = |parts: &mut Vec<_>, from: usize, to: usize| {
        let (start, text) = (piece.start + from, &piece.text[from..to]);
        parts.push(Piece { text, start });
    };
    for (at, character) in piece.text.char_indices().filter(|(at, _)| *at >= skipped) {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                push(&mut parts, start, at);
                start = at + 1;
            }
            _ => {}
        }
    }
    push(&mut parts, start, piece.text.len());
    parts
}

fn unquoted(value: &str) -> String {
    let inside = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    inside.unwrap_or(value).to_owned()
}

/// Which figure.
fn measure(piece: Piece<'_>, scope: &Scope, number: Piece<'_>) -> Result<Measure, Fault> {
    // Names are told apart by their letters alone: `NRR` is `nrr`.
    let lower = piece.text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    if let Scope::Customer(_) = scope {
        return customer_field(piece, &lower);
    }
    let found = match words.as_slice() {
        [] => {
            let message = Message::new(
                Code::UnreadableRule,
                "no figure stands before the comparison",
            )
            .expected(FORM);
            return Err(piece.fault(message));
        }
        ["finding", name] => finding(piece, name)?,
        [name] if top(name).is_some() => {
            top(name).map_or(Measure::Concentration(Top::Fifth), Measure::Concentration)
        }
        [name] => Measure::Figure(field(piece, name, number)?),
        [name, _] if top(name).is_some() => return Err(moved_share(piece, name)),
        [name, word] => {
            let direction = Direction::ALL.into_iter().find(|one| one.word() == *word);
            let Some(direction) = direction else {
                return Err(unknown(piece, piece.text, number));
            };
            Measure::Change(field(piece, name, number)?, direction)
        }
        _ => return Err(unknown(piece, piece.text, number)),
    };
    let is_of_all = matches!(found, Measure::Concentration(_) | Measure::Finding(_));
    if is_of_all && *scope != Scope::Total {
        let headline = format!(
            "`{}` is about all customers, not about a segment",
            found.name()
        );
        let message = Message::new(Code::UnreadableRule, headline)
            .help(format!(
                "leave out what stands before the colon: `{} …`",
                found.name()
            ))
            .note("to look at a part of the book, read only its rows with `--where`");
        return Err(piece.fault(message));
    }
    Ok(found)
}

/// The largest customers that this names: `top1`, `top5`, `top10`, `top20`, `top20%`.
fn top(name: &str) -> Option<Top> {
    let number = name.strip_prefix("top")?;
    Top::ALL.into_iter().find(|top| top.name() == number)
}

fn top_names() -> Vec<String> {
    Top::ALL.map(|top| format!("top{}", top.name())).to_vec()
}

/// The share of the largest customers has no change.
fn moved_share(piece: Piece<'_>, name: &str) -> Fault {
    let headline = format!("`{name}` is held against a number, not against the period before");
    let message = Message::new(Code::UnreadableRule, headline);
    piece.fault(message.help(format!("`{name} <= 20%`")))
}

/// The field of the register, if it is a number.
fn field(piece: Piece<'_>, name: &str, number: Piece<'_>) -> Result<&'static Field, Fault> {
    let Some(field) = registry::field(name) else {
        return Err(unknown(piece, name, number));
    };
    if matches!(field.unit, Unit::Text | Unit::Flag) {
        let headline = format!("`{name}` is no number that a rule could compare");
        let message = Message::new(Code::UnknownField, headline);
        let message = match field.unit {
            Unit::Flag => {
                message.note("a period that the data end in fails by itself, as a finding")
            }
            _ => message.expected("a figure such as `nrr`, `closing` or `churned_customers`"),
        };
        return Err(piece.fault(message));
    }
    Ok(field)
}

/// No such figure: the nearest name, or what there is.
fn unknown(piece: Piece<'_>, name: &str, number: Piece<'_>) -> Fault {
    let message = Message::new(Code::UnknownField, format!("`{name}` is no figure"));
    let tops = top_names();
    let known = registry::FIELDS
        .iter()
        .filter(|field| !matches!(field.unit, Unit::Text | Unit::Flag))
        .map(|field| field.name)
        .chain(tops.iter().map(String::as_str));
    let first = name.split_whitespace().next().unwrap_or_default();
    // `top3` is near to `top1`, but no other one is meant more than the rest.
    let is_top = first
        .strip_prefix("top")
        .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()));
    let near = text::nearest(name, known.clone()).or_else(|| text::nearest(first, known));
    let near = near.filter(|_| !is_top);
    let message = match near {
        Some(near) if near != name => message.help(format!("`{near}` is one")),
        _ if name.starts_with("top") => message.expected(text::list(&tops, "or")),
        _ if name.starts_with("finding") => {
            message.expected("`finding` and the code of one finding, such as `finding equal-rows <= 0`")
        }
        _ => message
            .expected("a field of `nrr calc`, such as `nrr` or `churned_customers`; for its change `nrr drop` or `nrr rise`")
            .help("`nrr explain` lists them"),
    };
    // `region=EMEA grr >= 90%`: the first sign is that of the segment, whose colon is missing.
    let message = match sign_in(number.text) {
        Some(_) => message.help(format!(
            "a segment ends with a colon, such as `{first}=VALUE: grr >= 90%`"
        )),
        None => message,
    };
    piece.fault(message)
}

fn finding(piece: Piece<'_>, name: &str) -> Result<Measure, Fault> {
    if let Some(code) = Code::named(name).filter(|code| is_finding(*code)) {
        return Ok(Measure::Finding(code));
    }
    let headline = format!("`{name}` is no finding about the data");
    let message = Message::new(Code::UnknownField, headline);
    let known = CODES.iter().filter(|code| is_finding(**code));
    Err(
        piece.fault(match text::nearest(name, known.map(|code| code.name())) {
            Some(near) => message.help(format!("`finding {near}`")),
            None => message
                .expected("the code of a warning, such as `equal-rows`")
                .help("`nrr explain` lists them"),
        }),
    )
}

fn customer_field(piece: Piece<'_>, name: &str) -> Result<Measure, Fault> {
    let mut fields = CustomerField::ALL.into_iter();
    if let Some(field) = fields.find(|field| field.name() == name) {
        return Ok(Measure::Customer(field));
    }
    let headline = format!("`{}` is no figure of one customer", piece.text);
    let message = Message::new(Code::UnknownField, headline);
    let names = CustomerField::ALL.map(CustomerField::name);
    Err(piece.fault(match text::nearest(name, names) {
        Some(near) => message.help(format!("`{near}` is one")),
        None => message.expected(text::list(&names, "or")),
    }))
}

/// The number, in a unit that the figure is measured in.
fn bound(piece: Piece<'_>, measure: Measure, comparison: Comparison) -> Result<Bound, Fault> {
    let (name, sign) = (measure.name(), comparison.sign());
    let Some(bound) = Bound::parse(piece.text) else {
        return Err(no_number(piece, measure, comparison));
    };
    let refuse = |headline: String, help: &[String]| {
        let message = Message::new(Code::UnreadableRule, headline);
        let message = help.iter().fold(message, |message, number| {
            message.help(format!("`{name} {sign} {number}`"))
        });
        piece.fault(message)
    };
    let number = bound.number;
    let said = piece.text;
    let is_fraction = |field: &Field| field.unit == Unit::Fraction;
    match (measure, bound.sign) {
        (Measure::Change(field, _), Sign::Points) if is_fraction(field) => Ok(bound),
        (Measure::Change(field, _), _) if is_fraction(field) => Err(refuse(
            format!("`{said}` of a rate can be percentage points, or a share of the rate"),
            &[format!("{number}pp")],
        )),
        (Measure::Customer(CustomerField::EffectOnNrr | CustomerField::EffectOnGrr), sign) => {
            let is_points = sign == Sign::Points;
            let help = [format!("{number}pp")];
            is_points.then_some(bound).ok_or_else(|| {
                refuse(
                    format!("an effect on a rate is in percentage points, and `{said}` is not"),
                    &help,
                )
            })
        }
        (Measure::Change(..), Sign::Plain | Sign::Percent) => Ok(bound),
        (_, Sign::Points) => Err(refuse(
            format!("`pp` is what a rate moves by, and `{name}` is no change of a rate"),
            &[format!("{number}%")],
        )),
        _ => match fit_plain(measure, bound, comparison) {
            Ok(()) => Ok(bound),
            Err(message) => Err(piece.fault(message)),
        },
    }
}

/// Whether a plain number or a percentage can be one of this figure.
fn fit_plain(measure: Measure, bound: Bound, comparison: Comparison) -> Result<(), Message> {
    let name = measure.name();
    let number = bound.number;
    let unit = match measure {
        Measure::Figure(field) => field.unit,
        Measure::Customer(field) => field.unit(),
        Measure::Concentration(_) => Unit::Fraction,
        _ => Unit::Customers,
    };
    let is_percent = bound.sign == Sign::Percent;
    if unit != Unit::Fraction {
        return if is_percent {
            Err(no_percentage(measure, unit, bound, comparison))
        } else {
            Ok(())
        };
    }
    let is_part = PARTS.contains(&name.as_str()) || matches!(measure, Measure::Concentration(_));
    let most = if is_part { 1 } else { 2 };
    let magnitude = if number.is_negative() {
        -number
    } else {
        number
    };
    let is_too_large =
        magnitude > Amount::new(most, 0) || (!is_part && magnitude == Amount::new(2, 0));
    if !is_percent && is_too_large {
        let headline = format!("`{number}` can be {number}%, or the fraction {number}");
        let message = Message::new(Code::UnreadableRule, headline);
        return Err(message.help(format!("`{name} {} {number}%`", comparison.sign())));
    }
    Ok(())
}

/// What stands where a number has to.
fn no_number(piece: Piece<'_>, measure: Measure, comparison: Comparison) -> Fault {
    let headline = if piece.text.is_empty() {
        "no number stands behind the comparison".to_owned()
    } else {
        format!("cannot read `{}` as a number", piece.text)
    };
    let message = Message::new(Code::UnreadableRule, headline);
    // Only what would be taken is proposed.
    let is_taken = |text: &String| {
        let start = piece.start;
        Bound::parse(text).is_some() && bound(Piece { text, start }, measure, comparison).is_ok()
    };
    let meant = without_commas(piece.text).into_iter().find(is_taken);
    piece.fault(match meant {
        Some(meant) => message
            .note("a comma is a decimal mark to some readers and a thousands mark to others")
            .help(format!(
                "`{} {} {meant}`",
                measure.name(),
                comparison.sign()
            )),
        None => {
            message.expected("a number such as 100%, 2pp, 0.95 or 1_000_000; one comparison a rule")
        }
    })
}

#[cfg(test)]
mod tests;
