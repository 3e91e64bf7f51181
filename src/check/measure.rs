//! What a rule is about: a figure, its change, a share of the largest customers, one customer's figure, a finding.

use crate::error::Code;
use crate::metrics::registry::{Field, Unit};
use crate::metrics::{Class, Top};

/// What a rule is about.
#[derive(Clone, Copy)]
pub enum Measure {
    /// A field of the records of `calc`.
    Figure(&'static Field),
    /// How far such a field fell or rose since the period before.
    Change(&'static Field, Direction),
    /// The share of closing that stands with the largest customers.
    Concentration(Top),
    /// A field of one customer.
    Customer(CustomerField),
    /// How many things a finding about the data concerns.
    Finding(Code),
}

/// Which way a change is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The period before less this one.
    Drop,
    /// This period less the one before.
    Rise,
}

impl Direction {
    /// Both.
    pub const ALL: [Direction; 2] = [Direction::Drop, Direction::Rise];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Direction::Drop => "drop",
            Direction::Rise => "rise",
        }
    }
}

/// A field of one customer, as `nrr customers` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerField {
    /// What it paid at the opening.
    Opening,
    /// What it pays at the closing.
    Closing,
    /// closing − opening.
    Change,
    /// Its opening over that of the base.
    ShareOfOpening,
    /// What it moves NRR by.
    EffectOnNrr,
    /// What it moves GRR by.
    EffectOnGrr,
}

impl CustomerField {
    /// Every field.
    pub const ALL: [CustomerField; 6] = [
        CustomerField::Opening,
        CustomerField::Closing,
        CustomerField::Change,
        CustomerField::ShareOfOpening,
        CustomerField::EffectOnNrr,
        CustomerField::EffectOnGrr,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CustomerField::Opening => "opening",
            CustomerField::Closing => "closing",
            CustomerField::Change => "change",
            CustomerField::ShareOfOpening => "share_of_opening",
            CustomerField::EffectOnNrr => "effect_on_nrr",
            CustomerField::EffectOnGrr => "effect_on_grr",
        }
    }

    /// What it is measured in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            CustomerField::Opening | CustomerField::Closing | CustomerField::Change => Unit::Amount,
            _ => Unit::Fraction,
        }
    }
}

impl Measure {
    /// The measure as it is typed.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Measure::Figure(field) => field.name.to_owned(),
            Measure::Change(field, direction) => format!("{} {}", field.name, direction.word()),
            Measure::Concentration(top) => format!("top{}", top.name()),
            Measure::Customer(field) => field.name().to_owned(),
            Measure::Finding(code) => format!("finding {code}"),
        }
    }

    /// The measure in the middle of a sentence.
    #[must_use]
    pub fn said(self) -> String {
        match self {
            Measure::Figure(field) => noun(field),
            Measure::Change(field, direction) => {
                format!("the {} of {}", direction.word(), noun(field))
            }
            Measure::Concentration(top) => {
                format!("the share of closing of the top {}", top.name())
            }
            Measure::Customer(field) => field.name().replace('_', " ").replace("nrr", "NRR"),
            Measure::Finding(code) => format!("`{code}`"),
        }
    }

    /// True for a rate, which means the same in a part of the book as in the whole.
    #[must_use]
    pub fn is_rate(self) -> bool {
        let is_rate = |field: &Field| matches!(field.unit, Unit::Fraction | Unit::Quotient);
        matches!(self, Measure::Figure(field) if is_rate(field))
    }

    /// True if it is about the rate that no expansion raises.
    #[must_use]
    pub fn is_of_grr(self) -> bool {
        let of_grr = |field: &Field| {
            matches!(
                field.name,
                "grr"
                    | "gross_revenue_churn"
                    | "revenue_churn"
                    | "contraction_rate"
                    | "retained_capped"
            )
        };
        matches!(self, Measure::Figure(field) | Measure::Change(field, _) if of_grr(field))
    }

    /// True if it needs to know every customer of the period.
    #[must_use]
    pub const fn is_of_customers(self) -> bool {
        matches!(self, Measure::Concentration(_) | Measure::Customer(_))
    }

    /// The classes of customers that make it worse; none where no such thing can be said.
    #[must_use]
    pub fn worsened_by(self) -> &'static [Class] {
        const LOST: &[Class] = &[Class::Churn, Class::Contraction];
        match self {
            Measure::Figure(field) | Measure::Change(field, _) => match field.name {
                "churn" | "revenue_churn" | "logo_churn" | "logo_retention"
                | "churned_customers" | "retained_customers" => &[Class::Churn],
                "contraction" | "contraction_rate" | "contracted_customers" => {
                    &[Class::Contraction]
                }
                "nrr"
                | "grr"
                | "closing"
                | "retained"
                | "retained_capped"
                | "net_growth"
                | "quick_ratio"
                | "gross_revenue_churn"
                | "net_revenue_churn" => LOST,
                _ => &[],
            },
            _ => &[],
        }
    }

    /// True if more of it is better; false if less is.
    #[must_use]
    pub fn is_better_high(self) -> bool {
        let Measure::Figure(field) = self else {
            return false;
        };
        !matches!(
            field.name,
            "churn"
                | "contraction"
                | "revenue_churn"
                | "logo_churn"
                | "contraction_rate"
                | "gross_revenue_churn"
                | "net_revenue_churn"
                | "churned_customers"
                | "contracted_customers"
        )
    }
}

/// A field's label in the middle of a sentence: `net revenue retention`, `closing customers`, `NRR, 12 months`.
fn noun(field: &Field) -> String {
    match field.name {
        "nrr" => return "net revenue retention".to_owned(),
        "grr" => return "gross revenue retention".to_owned(),
        _ => {}
    }
    let is_acronym = field.label.chars().nth(1).is_some_and(char::is_uppercase);
    let mut letters = field.label.chars();
    match letters.next() {
        Some(first) if !is_acronym => first.to_lowercase().chain(letters).collect(),
        _ => field.label.to_owned(),
    }
}
