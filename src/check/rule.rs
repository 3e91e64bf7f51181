//! One expectation: whose figure, which, how it compares, with what.

use std::cmp::Ordering;
use std::fmt;

use super::bound::{Bound, Sign};
use super::measure::Measure;
use super::quantity::{Kind, Quantity};
use crate::error::Place;
use crate::metrics::registry::Unit;

/// One rule of a check.
///
/// # Example
///
/// ```
/// use nrr::check::{Rule, Scope};
///
/// let rule = Rule::parse("region=EMEA: grr >= 90%").unwrap();
/// let emea = ("region".to_owned(), Some("EMEA".to_owned()));
/// assert_eq!(rule.scope, Scope::Segment(vec![emea]));
/// assert_eq!(rule.required().value.rounded(2).unwrap().to_string(), "0.90");
/// ```
#[derive(Clone)]
pub struct Rule {
    /// As it was typed.
    pub text: String,
    /// Whose figure.
    pub scope: Scope,
    /// Which figure.
    pub measure: Measure,
    /// How it compares.
    pub comparison: Comparison,
    /// With what.
    pub bound: Bound,
    /// What it is called, where somebody gave it a name.
    pub name: Option<String>,
    /// Who answers for it, where somebody said so.
    pub owner: Option<String>,
    /// Where it stands; `None` for one of the command line.
    pub place: Option<Place>,
}

/// Whose figure a rule is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everybody's.
    Total,
    /// That of the segment with these values, each with its column; `None` for each value there is.
    Segment(Vec<(String, Option<String>)>),
    /// One customer's.
    Customer(String),
}

impl Scope {
    /// The columns of its segments, in their order.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        match self {
            Scope::Segment(parts) => parts.iter().map(|(column, _)| column.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// The values of the one segment it names; `None` if it names each, or none.
    #[must_use]
    pub fn values(&self) -> Option<Vec<String>> {
        match self {
            Scope::Segment(parts) => parts.iter().map(|(_, value)| value.clone()).collect(),
            _ => None,
        }
    }
}

/// How a figure has to compare with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
    /// `=` or `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    /// True if a value that stands so to the number is as it has to be.
    #[must_use]
    pub const fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::AtLeast => !matches!(order, Ordering::Less),
            Comparison::Above => matches!(order, Ordering::Greater),
            Comparison::AtMost => !matches!(order, Ordering::Greater),
            Comparison::Below => matches!(order, Ordering::Less),
            Comparison::Equal => matches!(order, Ordering::Equal),
            Comparison::Unequal => !matches!(order, Ordering::Equal),
        }
    }

    /// The sign shown for it.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Comparison::AtLeast => ">=",
            Comparison::Above => ">",
            Comparison::AtMost => "<=",
            Comparison::Below => "<",
            Comparison::Equal => "=",
            Comparison::Unequal => "!=",
        }
    }

    /// The words between what asks and the number.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Comparison::AtLeast => "at least",
            Comparison::Above => "more than",
            Comparison::AtMost => "at most",
            Comparison::Below => "less than",
            Comparison::Equal => "exactly",
            Comparison::Unequal => "anything but",
        }
    }

    /// True if a larger value is nearer to what is asked, false if a smaller one is; `None` if neither.
    #[must_use]
    pub const fn wants_more(self) -> Option<bool> {
        match self {
            Comparison::AtLeast | Comparison::Above => Some(true),
            Comparison::AtMost | Comparison::Below => Some(false),
            Comparison::Equal | Comparison::Unequal => None,
        }
    }
}

impl Rule {
    /// The number asked for, in the unit of the figure.
    #[must_use]
    pub fn required(&self) -> Quantity {
        Quantity::of(self.bound.value(), self.kind())
    }

    /// What the figure is measured in.
    #[must_use]
    pub fn kind(&self) -> Kind {
        use super::measure::CustomerField;
        match self.measure {
            Measure::Figure(field) => kind_of(field.unit),
            Measure::Change(..) if self.is_relative() => Kind::Percent,
            Measure::Change(field, _) => match kind_of(field.unit) {
                Kind::Percent => Kind::Points,
                kind => kind,
            },
            Measure::Concentration(_) => Kind::Percent,
            Measure::Customer(CustomerField::EffectOnNrr | CustomerField::EffectOnGrr) => {
                Kind::Points
            }
            Measure::Customer(field) => kind_of(field.unit()),
            Measure::Finding(_) => Kind::Count,
        }
    }

    /// True if a change is asked for as a share of what was there before.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        matches!(self.measure, Measure::Change(..)) && self.bound.sign == Sign::Percent
    }
}

/// How a field of the register is measured here.
#[must_use]
pub fn kind_of(unit: Unit) -> Kind {
    match unit {
        Unit::Amount => Kind::Amount,
        Unit::AverageAmount => Kind::Average,
        Unit::Fraction => Kind::Percent,
        Unit::Quotient => Kind::Quotient,
        // Rules on text and flags are refused when they are read.
        Unit::Customers | Unit::Text | Unit::Flag => Kind::Count,
    }
}

/// The rule as it was typed.
impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
