//! What somebody may have meant by a number that is none of the figure.

use super::super::bound::Bound;
use super::super::measure::Measure;
use super::super::rule::Comparison;
use crate::error::{Code, Message};
use crate::metrics::registry::Unit;
use crate::units::Amount;

/// A percentage of what is none: the rate that was meant, where there is one.
pub(super) fn no_percentage(
    measure: Measure,
    unit: Unit,
    bound: Bound,
    comparison: Comparison,
) -> Message {
    let (name, sign, number) = (measure.name(), comparison.sign(), bound.number);
    let (what, example) = match unit {
        Unit::Amount | Unit::AverageAmount => ("is an amount", "1_000_000"),
        Unit::Quotient => ("is a quotient", "4"),
        _ => ("is a number of things", "5"),
    };
    let headline = format!("`{name}` {what}, and no percentage");
    let message = Message::new(Code::UnreadableRule, headline);
    let rates: &[&str] = match (measure, name.as_str()) {
        (Measure::Figure(_), "churn") => &["revenue_churn", "gross_revenue_churn"],
        (Measure::Figure(_), "contraction") => &["contraction_rate"],
        (Measure::Figure(_), "expansion") => &["expansion_rate"],
        (Measure::Figure(_), "retained") => &["nrr"],
        (Measure::Figure(_), "retained_capped") => &["grr"],
        (Measure::Figure(_), "churned_customers") => &["logo_churn"],
        (Measure::Figure(_), "retained_customers") => &["logo_retention"],
        _ => &[],
    };
    if unit == Unit::Quotient {
        let value = Amount::parse_plain(
            bound
                .value()
                .to_string()
                .trim_end_matches('0')
                .trim_end_matches('.'),
        );
        let value = value.unwrap_or(bound.value());
        return message.help(format!("`{name} {sign} {value}`"));
    }
    if rates.is_empty() {
        let message = message.expected(format!(
            "a number without `%`, such as `{name} {sign} {example}`"
        ));
        let has_change = matches!(measure, Measure::Figure(_));
        return match comparison.wants_more().filter(|_| has_change) {
            Some(true) => message.note(format!(
                "how far it moved is a percentage: `{name} rise {sign} {number}%`"
            )),
            Some(false) => message.note(format!(
                "how far it moved is a percentage: `{name} drop {sign} {number}%`"
            )),
            None => message,
        };
    }
    rates.iter().fold(message, |message, rate| {
        message.help(format!("`{rate} {sign} {number}%`"))
    })
}

/// What a number with commas can be: thousands where they stand between three digits each, else decimals.
pub(super) fn without_commas(text: &str) -> Vec<String> {
    let mut groups = text.split(',').skip(1).peekable();
    if groups.peek().is_none() {
        return Vec::new();
    }
    let are_thousands = groups.all(|group| {
        let digits = group
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(group.len());
        digits == 3
    });
    let mut meant = Vec::new();
    meant.extend(are_thousands.then(|| text.replace(',', "_")));
    let is_decimal = text.matches(',').count() == 1 && !text.contains('.');
    meant.extend(is_decimal.then(|| text.replace(',', ".")));
    meant
}
