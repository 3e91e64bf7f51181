//! The register of record fields: names, labels, formulas, units, and how each is read off a record.
//!
//! JSON, CSV, tables, help and docs take their fields from here, in this order.

use super::method::Rates;
use super::record::{Annual, Figures, Record};
use super::rollforward::Rollforward;
use crate::units::{Amount, Ratio};

/// What stands in one field of one record.
#[derive(Clone, Debug)]
pub enum Value {
    /// A label or a date.
    Text(String),
    /// An exact amount in major units.
    Amount(Amount),
    /// A number of customers.
    Count(u64),
    /// A rate as a fraction, or another quotient; rounded where it is printed.
    Rate(Ratio),
    /// True or false.
    Flag(bool),
    /// Nothing to say, without a reason: a currency that the input does not name.
    Absent,
    /// Undefined, with the reason.
    Undefined(String),
}

/// What a field is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A label or a date.
    Text,
    /// Major units of the record's currency.
    Amount,
    /// Customers.
    Customers,
    /// A fraction: 1.04 is 104%.
    Fraction,
    /// A quotient that is no percentage.
    Quotient,
    /// Major units of the record's currency, rounded to six decimals.
    AverageAmount,
    /// True or false.
    Flag,
}

/// One field of the records of `calc`.
pub struct Field {
    /// Its name in JSON, CSV and rules.
    pub name: &'static str,
    /// Its heading for people.
    pub label: &'static str,
    /// What it is made of, in the names of other fields.
    pub formula: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Reads it off a record.
    pub read: fn(&Record) -> Value,
}

/// A field that is a sum of the roll-forward.
macro_rules! amount {
    ($field:ident, $label:literal, $formula:literal) => {
        Field {
            name: stringify!($field),
            label: $label,
            formula: $formula,
            unit: Unit::Amount,
            read: |record| full(record, |sums| Value::Amount(sums.amount(sums.$field))),
        }
    };
}

/// A field of what moved inside kept customers, by product or by quantity.
macro_rules! detail {
    ($field:ident, $label:literal, $formula:literal, $is_there:ident, $inside:ident) => {
        Field {
            name: stringify!($field),
            label: $label,
            formula: $formula,
            unit: Unit::Amount,
            read: |record| match record.$is_there {
                true => full(record, |sums| $inside(sums, sums.detail.$field)),
                false => Value::Absent,
            },
        }
    };
}

/// A field that counts customers of the roll-forward.
macro_rules! customers {
    ($field:ident, $label:literal, $formula:literal) => {
        Field {
            name: stringify!($field),
            label: $label,
            formula: $formula,
            unit: Unit::Customers,
            read: |record| full(record, |sums| Value::Count(sums.$field)),
        }
    };
}

/// A field that is a rate of the roll-forward, undefined for a stated reason over zero.
macro_rules! rate {
    ($name:literal, $label:literal, $formula:literal, $unit:ident, $reason:ident, $ratio:expr) => {
        Field {
            name: $name,
            label: $label,
            formula: $formula,
            unit: Unit::$unit,
            read: |record| {
                full(record, |sums| {
                    defined($ratio(sums), reason_of(sums, $reason))
                })
            },
        }
    };
}

/// A field that is a rate over twelve months.
macro_rules! annual {
    ($name:literal, $label:literal, $formula:literal, $field:ident) => {
        Field {
            name: $name,
            label: $label,
            formula: $formula,
            unit: Unit::Fraction,
            read: |record| over_a_year(record, |annual| annual.$field),
        }
    };
}

/// A field that is an end of an interval; absent where none was asked for.
macro_rules! interval {
    ($name:literal, $label:literal, $formula:literal, $rate:ident.$end:tt) => {
        Field {
            name: $name,
            label: $label,
            formula: $formula,
            unit: Unit::Fraction,
            read: |record| match &record.intervals {
                None => Value::Absent,
                Some(Ok(intervals)) => defined(intervals.$rate.$end, NO_OPENING),
                Some(Err(reason)) => Value::Undefined(reason.clone()),
            },
        }
    };
}

const NO_NUMERATOR: &str = "`method compound` multiplies rates, and has no sum above the line";
const NO_BASE_COUNT: &str = "`method summed` counts movements, and a customer can make several";
const NO_BASE: &str = "thresholds or the base leave nobody with revenue at the opening";
const NO_OPENING: &str = "no customer has revenue at the opening";
const NOTHING_LOST: &str = "nothing was lost";
const NO_CLOSING: &str = "no customer has revenue at the closing";
const NO_YEAR: &str = "no customer has revenue twelve months before";
const TOO_LARGE: &str = "larger than exact arithmetic holds";

/// How many decimals a rate has in a record.
pub const RATE_DECIMALS: u8 = 6;

/// The label of the period: the first column of every table.
pub const PERIOD: Field = Field {
    name: "period",
    label: "Period",
    formula: "",
    unit: Unit::Text,
    read: |record| Value::Text(record.period.label(record.fiscal_year)),
};

/// Every field after the segments, in order. [`HEAD`] stands before them.
pub const FIELDS: &[Field] = &[
    amount!(opening, "Opening", "Σ opening of the base"),
    amount!(new, "New", "Σ closing of customers never seen before"),
    amount!(
        reactivation,
        "Reactivation",
        "Σ closing of customers that return"
    ),
    amount!(
        expansion,
        "Expansion",
        "Σ closing − opening of customers that pay more"
    ),
    amount!(
        contraction,
        "Contraction",
        "Σ opening − closing of customers that pay less"
    ),
    amount!(churn, "Churn", "Σ opening of customers that left"),
    amount!(
        fx,
        "Currency effect",
        "under `fx floating`: Σ closing of the base at closing rates − at opening rates; else 0"
    ),
    amount!(
        transfer_in,
        "Transfer in",
        "Σ closing of customers that came from another segment"
    ),
    amount!(
        transfer_out,
        "Transfer out",
        "Σ closing of customers that went to another segment"
    ),
    Field {
        name: "closing",
        label: "Closing",
        formula: "opening + new + reactivation + expansion − contraction − churn + fx + transfer_in − transfer_out",
        unit: Unit::Amount,
        read: |record| {
            closing(
                record,
                |sums| Value::Amount(sums.amount(sums.closing)),
                |(amount, _)| Value::Amount(amount),
            )
        },
    },
    amount!(
        clipped_opening,
        "Clipped at opening",
        "what `negatives clip` cut from the opening"
    ),
    amount!(
        clipped_closing,
        "Clipped at closing",
        "what `negatives clip` cut from the closing"
    ),
    Field {
        name: "retained",
        label: "Retained",
        formula: "Σ closing of the base, and what `reactivation` adds",
        unit: Unit::Amount,
        read: |record| summable(record, |sums| sums.retained),
    },
    Field {
        name: "retained_capped",
        label: "Retained, capped",
        formula: "Σ min(opening, closing) of the base",
        unit: Unit::Amount,
        read: |record| summable(record, |sums| sums.retained_capped),
    },
    rate!(
        "nrr",
        "NRR",
        "retained ÷ opening",
        Fraction,
        NO_OPENING,
        Rollforward::nrr
    ),
    rate!(
        "grr",
        "GRR",
        "retained_capped ÷ opening",
        Fraction,
        NO_OPENING,
        Rollforward::grr
    ),
    rate!(
        "gross_revenue_churn",
        "Gross revenue churn",
        "1 − grr",
        Fraction,
        NO_OPENING,
        |sums: &Rollforward| sums.grr().complement()
    ),
    rate!(
        "net_revenue_churn",
        "Net revenue churn",
        "1 − nrr",
        Fraction,
        NO_OPENING,
        |sums: &Rollforward| sums.nrr().complement()
    ),
    rate!(
        "revenue_churn",
        "Revenue churn",
        "churn ÷ opening",
        Fraction,
        NO_OPENING,
        |sums: &Rollforward| sums.over_opening(sums.churn)
    ),
    rate!(
        "contraction_rate",
        "Contraction rate",
        "contraction ÷ opening",
        Fraction,
        NO_OPENING,
        |sums: &Rollforward| sums.over_opening(sums.contraction)
    ),
    rate!(
        "expansion_rate",
        "Expansion rate",
        "expansion ÷ opening",
        Fraction,
        NO_OPENING,
        |sums: &Rollforward| sums.over_opening(sums.expansion)
    ),
    rate!(
        "logo_retention",
        "Logo retention",
        "retained_customers ÷ opening_customers",
        Fraction,
        NO_OPENING,
        Rollforward::logo_retention
    ),
    rate!(
        "logo_churn",
        "Logo churn",
        "1 − logo_retention",
        Fraction,
        NO_OPENING,
        |sums: &Rollforward| sums.logo_retention().complement()
    ),
    rate!(
        "quick_ratio",
        "Quick ratio",
        "(new + reactivation + expansion) ÷ (contraction + churn)",
        Quotient,
        NOTHING_LOST,
        Rollforward::quick_ratio
    ),
    rate!(
        "net_growth",
        "Net growth",
        "closing ÷ opening − 1",
        Fraction,
        NO_OPENING,
        Rollforward::net_growth
    ),
    rate!(
        "average_revenue_per_customer",
        "Average revenue per customer",
        "closing ÷ customers with revenue at the closing",
        AverageAmount,
        NO_CLOSING,
        Rollforward::average_revenue_per_customer
    ),
    customers!(
        excluded_customers,
        "Excluded customers",
        "customers that a threshold leaves out"
    ),
    amount!(excluded_opening, "Excluded opening", "their opening"),
    amount!(excluded_closing, "Excluded closing", "their closing"),
    customers!(
        opening_customers,
        "Opening customers",
        "customers of the base"
    ),
    customers!(
        new_customers,
        "New customers",
        "customers never seen before"
    ),
    customers!(
        reactivated_customers,
        "Reactivated customers",
        "customers that return"
    ),
    customers!(
        expanded_customers,
        "Expanded customers",
        "customers that pay more"
    ),
    customers!(
        contracted_customers,
        "Contracted customers",
        "customers that pay less"
    ),
    customers!(
        churned_customers,
        "Churned customers",
        "customers that left"
    ),
    Field {
        name: "unchanged_customers",
        label: "Unchanged customers",
        formula: "customers that pay the same",
        unit: Unit::Customers,
        read: |record| countable(record, |sums| sums.unchanged_customers),
    },
    customers!(
        transient_customers,
        "Transient customers",
        "customers that came and left in between"
    ),
    Field {
        name: "retained_customers",
        label: "Retained customers",
        formula: "customers of the base that are kept",
        unit: Unit::Customers,
        read: |record| countable(record, |sums| sums.retained_customers),
    },
    Field {
        name: "closing_customers",
        label: "Closing customers",
        formula: "customers at the closing; in the total opening_customers + new_customers + reactivated_customers − churned_customers",
        unit: Unit::Customers,
        read: |record| {
            closing(
                record,
                |sums| Value::Count(sums.closing_customers),
                |(_, count)| Value::Count(count),
            )
        },
    },
    annual!(
        "annual_nrr",
        "NRR, 12 months",
        "nrr with `lookback 12`",
        nrr
    ),
    annual!(
        "annual_grr",
        "GRR, 12 months",
        "grr with `lookback 12`",
        grr
    ),
    annual!(
        "annual_logo_retention",
        "Logo retention, 12 months",
        "logo_retention with `lookback 12`",
        logo_retention
    ),
    interval!(
        "nrr_low",
        "NRR, low",
        "lower end of the interval of nrr that `--confidence` asks for",
        nrr.0
    ),
    interval!(
        "nrr_high",
        "NRR, high",
        "upper end of the interval of nrr",
        nrr.1
    ),
    interval!(
        "grr_low",
        "GRR, low",
        "lower end of the interval of grr",
        grr.0
    ),
    interval!(
        "grr_high",
        "GRR, high",
        "upper end of the interval of grr",
        grr.1
    ),
    Field {
        name: "partial",
        label: "Partial",
        formula: "the data end before the period does",
        unit: Unit::Flag,
        read: |record| Value::Flag(record.partial),
    },
    detail!(
        upsell,
        "Upsell",
        "Σ rises of products that kept customers had; null without a product column",
        has_products,
        by_product
    ),
    detail!(
        cross_sell,
        "Cross-sell",
        "Σ rises of products new to kept customers; null without a product column",
        has_products,
        by_product
    ),
    detail!(
        downsell,
        "Downsell",
        "Σ falls of products that kept customers keep; null without a product column",
        has_products,
        by_product
    ),
    detail!(
        product_churn,
        "Product churn",
        "Σ falls of products that kept customers drop; null without a product column",
        has_products,
        by_product
    ),
    detail!(
        product_swap,
        "Product swap",
        "Σ min(rises, falls) of each kept customer's products; 0 with `netting product`; null without a product column",
        has_products,
        by_product
    ),
    detail!(
        volume_change,
        "Volume",
        "Σ price at the opening × change of quantity, of kept customers; null without a column of quantities",
        has_quantities,
        by_quantity
    ),
    detail!(
        price_change,
        "Price",
        "Σ closing − opening of kept customers − volume_change; null without a column of quantities",
        has_quantities,
        by_quantity
    ),
];

/// The fields before the segments: which period, against which, in which currency.
pub const HEAD: &[Field] = &[
    PERIOD,
    Field {
        name: "period_start",
        label: "Period start",
        formula: "first day of the period",
        unit: Unit::Text,
        read: |record| Value::Text(record.period.first().first_day()),
    },
    Field {
        name: "period_end",
        label: "Period end",
        formula: "last day of the period",
        unit: Unit::Text,
        read: |record| Value::Text(record.period.last().last_day()),
    },
    Field {
        name: "opening_period",
        label: "Opening period",
        formula: "the period it is compared with",
        unit: Unit::Text,
        read: |record| Value::Text(record.opening_period.label(record.fiscal_year)),
    },
    Field {
        name: "currency",
        label: "Currency",
        formula: "the currency of every amount",
        unit: Unit::Text,
        read: |record| record.currency.clone().map_or(Value::Absent, Value::Text),
    },
];

/// Every field, in order.
pub fn all() -> impl Iterator<Item = &'static Field> {
    HEAD.iter().chain(FIELDS)
}

/// The field with this name.
#[must_use]
pub fn field(name: &str) -> Option<&'static Field> {
    all().find(|field| field.name == name)
}

/// Every reason why something of a record is undefined, with the fields it concerns:
/// `nrr, grr: no customer has revenue at the opening; quick_ratio: nothing was lost`. `None` if all is defined.
#[must_use]
pub fn undefined(record: &Record) -> Option<String> {
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    for field in FIELDS {
        let Value::Undefined(reason) = (field.read)(record) else {
            continue;
        };
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(field.name),
            None => reasons.push((reason, vec![field.name])),
        }
    }
    let clause = |(reason, names): &(String, Vec<&str>)| format!("{}: {reason}", names.join(", "));
    let clauses: Vec<String> = reasons.iter().map(clause).collect();
    (!clauses.is_empty()).then(|| clauses.join("; "))
}

fn full(record: &Record, read: impl Fn(&Rollforward) -> Value) -> Value {
    match &record.figures {
        Figures::Full(sums) => read(sums),
        Figures::ClosingOnly { reason, .. } => Value::Undefined(reason.clone()),
    }
}

/// A numerator of a rate, which there is none of where rates are multiplied.
fn summable(record: &Record, read: fn(&Rollforward) -> i128) -> Value {
    full(record, |sums| match sums.rates {
        Rates::Multiplied { .. } => Value::Undefined(NO_NUMERATOR.to_owned()),
        _ => Value::Amount(sums.amount(read(sums))),
    })
}

/// A count of customers of the base, which one customer can leave and enter again in a chain of steps.
fn countable(record: &Record, read: fn(&Rollforward) -> u64) -> Value {
    full(record, |sums| match sums.rates {
        Rates::OfMovements => Value::Undefined(NO_BASE_COUNT.to_owned()),
        _ => Value::Count(read(sums)),
    })
}

fn by_product(sums: &Rollforward, units: i128) -> Value {
    Value::Amount(sums.amount(units))
}

fn by_quantity(sums: &Rollforward, units: i128) -> Value {
    if sums.detail.is_too_large {
        Value::Undefined(TOO_LARGE.to_owned())
    } else {
        Value::Amount(sums.amount(units))
    }
}

fn closing(
    record: &Record,
    read: impl Fn(&Rollforward) -> Value,
    standing: impl Fn((Amount, u64)) -> Value,
) -> Value {
    match &record.figures {
        Figures::Full(sums) => read(sums),
        Figures::ClosingOnly {
            closing: Some(value),
            ..
        } => standing(*value),
        Figures::ClosingOnly {
            reason,
            closing: None,
        } => Value::Undefined(reason.clone()),
    }
}

/// Why a rate over the opening is undefined: nobody was there, or nobody was left.
fn reason_of(sums: &Rollforward, reason: &'static str) -> &'static str {
    if reason == NO_OPENING && sums.excluded_customers > 0 {
        NO_BASE
    } else {
        reason
    }
}

/// A rate, or why there is none.
pub(super) fn defined(ratio: Ratio, reason: &str) -> Value {
    if !ratio.is_defined() {
        Value::Undefined(reason.to_owned())
    } else if ratio.rounded(RATE_DECIMALS).is_none() {
        Value::Undefined(TOO_LARGE.to_owned())
    } else {
        Value::Rate(ratio)
    }
}

fn over_a_year(record: &Record, read: impl Fn(&Annual) -> Ratio) -> Value {
    match &record.annual {
        Ok(annual) => defined(read(annual), NO_YEAR),
        Err(reason) => Value::Undefined(reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_that_cannot_be_written_has_a_reason() {
        let sums = Rollforward {
            scale: 18,
            opening: 1,
            retained: i128::MAX / 64,
            ..Rollforward::default()
        };
        assert!(matches!(
            defined(sums.nrr(), NO_OPENING),
            Value::Undefined(reason) if reason == TOO_LARGE
        ));
        assert!(matches!(defined(sums.grr(), NO_OPENING), Value::Rate(_)));
        assert!(matches!(
            defined(Rollforward::empty(18).nrr(), NO_OPENING),
            Value::Undefined(reason) if reason == NO_OPENING
        ));
    }
}
