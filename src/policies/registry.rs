//! The register of policies: names, values, help, and how each is set and shown.

use super::{
    Basis, CohortBase, Duplicates, EmptyAmount, Fx, Interval, Level, Lookback, Method,
    MissingMonths, Negatives, Netting, Overlap, Partial, Policies, Reactivation, SegmentAt, Spread,
    Zero,
};
use crate::units::{Amount, FiscalYear, MAJOR_UNITS_MAX, Month};

/// One row of the register.
#[derive(Debug)]
pub struct Policy {
    /// The flag, the key and the field of `definition`.
    pub name: &'static str,
    /// What it takes, for help and messages: `separate|in-nrr|as-new|as-expansion`.
    pub values: &'static str,
    /// One line of help.
    pub about: &'static str,
    /// Sets it from a typed value; false if it takes none such.
    pub(super) set: fn(&mut Policies, &str) -> bool,
    /// The value in force, as it would be typed.
    pub(super) show: fn(&Policies) -> String,
}

impl Policy {
    /// Where the policy of this name stands in [`POLICIES`].
    #[must_use]
    pub fn index(name: &str) -> Option<usize> {
        POLICIES.iter().position(|policy| policy.name == name)
    }
}

/// A row whose values are the words of an enum.
macro_rules! words {
    ($name:literal, $field:ident: $kind:ident, $about:literal) => {
        Policy {
            name: $name,
            values: $kind::WORDS,
            about: $about,
            set: |policies, word| store(&mut policies.$field, $kind::parse(word)),
            show: |policies| policies.$field.word().to_owned(),
        }
    };
}

/// Every policy, in the order they act.
pub const POLICIES: &[Policy] = &[
    words!("empty-amount", empty_amount: EmptyAmount, "What a row without an amount means"),
    words!("duplicates", duplicates: Duplicates,
        "What several rows of one customer, month, product and currency mean"),
    words!("overlap", overlap: Overlap,
        "What contracts of one customer and product mean that run at the same time"),
    words!("spread", spread: Spread, "How the amount of a service period is laid over months"),
    Policy {
        name: "map",
        values: "a CSV file of from,to[,effective], or none",
        about: "Merge ids: each from is its to, from a month on where one is given",
        set: |policies, file| set_file(&mut policies.map, file),
        show: |policies| shown_file(policies.map.as_deref()),
    },
    words!("level", level: Level, "Who counts as one customer: each by itself, or all with the same parent (--parent)"),
    Policy {
        name: "currency",
        values: "a currency code such as USD, or all",
        about: "Keep the rows in one currency; without it several are an error (to convert: --fx-rates)",
        set: |policies, code| set_currency(policies, code),
        show: |policies| {
            policies
                .currency
                .clone()
                .unwrap_or_else(|| "all".to_owned())
        },
    },
    Policy {
        name: "fx-rates",
        values: "a CSV file of month,currency,rate, or none",
        about: "Convert other currencies to the one of --currency at these rates instead of leaving them out",
        set: |policies, file| set_file(&mut policies.fx_rates, file),
        show: |policies| shown_file(policies.fx_rates.as_deref()),
    },
    Policy {
        name: "fx",
        values: "constant|floating|fixed=YYYY-MM",
        about: "At which rates: those of the opening at both ends, each end at its own, or all at one month's",
        set: |policies, word| store(&mut policies.fx, parse_fx(word)),
        show: |policies| match policies.fx {
            Fx::Constant => "constant".to_owned(),
            Fx::Floating => "floating".to_owned(),
            Fx::Fixed(month) => format!("fixed={month}"),
        },
    },
    Policy {
        name: "through",
        values: "a month such as 2024-03, or data-end",
        about: "The last month of the data that counts",
        set: |policies, month| set_through(policies, month),
        show: |policies| {
            policies
                .through
                .map_or_else(|| "data-end".to_owned(), |month| month.to_string())
        },
    },
    Policy {
        name: "grace",
        values: "a number of months from 0 to 1200",
        about: "Keep customers at their last amount through absences of at most this many months; stock only",
        set: |policies, months| store(&mut policies.grace, parse_months(months)),
        show: |policies| policies.grace.to_string(),
    },
    words!("basis", basis: Basis,
        "What an amount is: stock (MRR, ARR; read in the last month) or flow (revenue; summed over the months)"),
    words!("interval", interval: Interval, "The time an amount is for: a stock amount, for the thresholds, or a contract's price"),
    Policy {
        name: "fiscal-year-start",
        values: "a month from 1 to 12",
        about: "The month that fiscal years start in; quarters, halves and years become fiscal",
        set: |policies, number| {
            store(
                &mut policies.fiscal_year,
                number.parse().ok().and_then(FiscalYear::starting_in),
            )
        },
        show: |policies| policies.fiscal_year.start().to_string(),
    },
    Policy {
        name: "length",
        values: "a number of months from 1 to 1200, or period",
        about: "Measure a window of so many months that ends with the period asked for, whatever its own length",
        set: |policies, months| set_length(policies, months),
        show: |policies| {
            policies
                .length
                .map_or_else(|| "period".to_owned(), |months| months.to_string())
        },
    },
    Policy {
        name: "lookback",
        values: "a number of months from 1 to 1200, or period",
        about: "How many months before the closing the opening lies; by default the period's own length",
        set: |policies, months| store(&mut policies.lookback, parse_lookback(months)),
        show: |policies| match policies.lookback {
            Lookback::Period => "period".to_owned(),
            Lookback::Months(months) => months.to_string(),
        },
    },
    words!("method", method: Method, "How two ends become a rate; all but point-to-point are labelled"),
    words!("partial", partial: Partial, "Whether a period may end after the data"),
    words!("missing-months", missing_months: MissingMonths, "What a month without any row means"),
    words!("negatives", negatives: Negatives, "What a customer's value below zero means"),
    words!("netting", netting: Netting, "What is netted before rises and falls are told apart"),
    Policy {
        name: "min-opening",
        values: "an amount a year, 0 or more",
        about: "Leave customers below this opening amount a year out of the base",
        set: |policies, amount| store(&mut policies.min_opening, parse_threshold(amount)),
        show: |policies| policies.min_opening.to_string(),
    },
    Policy {
        name: "min-closing",
        values: "an amount a year, 0 or more",
        about: "Leave customers below this closing amount a year out of the base; hides losses",
        set: |policies, amount| store(&mut policies.min_closing, parse_threshold(amount)),
        show: |policies| policies.min_closing.to_string(),
    },
    words!("cohort-base", cohort_base: CohortBase, "Whose values make the base; survivors hides churn"),
    words!("zero", zero: Zero, "Whether a row of exactly 0 keeps the customer"),
    words!("reactivation", reactivation: Reactivation, "Where the revenue of returning customers goes"),
    Policy {
        name: "reactivation-window",
        values: "a number of months from 0 to 1200, or unlimited",
        about: "A customer absent for more months than this is new when it returns",
        set: |policies, months| set_window(policies, months),
        show: |policies| {
            policies
                .reactivation_window
                .map_or_else(|| "unlimited".to_owned(), |months| months.to_string())
        },
    },
    words!("segment-at", segment_at: SegmentAt, "At which end a customer's segment is read"),
];

/// Puts a parsed value into its field; false if there was none.
fn store<T>(field: &mut T, value: Option<T>) -> bool {
    value.map(|value| *field = value).is_some()
}

fn set_currency(policies: &mut Policies, code: &str) -> bool {
    let code = code.trim();
    let usable = !code.is_empty() && !code.chars().any(char::is_control);
    let kept = (code != "all").then(|| code.to_uppercase());
    usable && store(&mut policies.currency, Some(kept))
}

fn set_through(policies: &mut Policies, month: &str) -> bool {
    let through = if month == "data-end" {
        Some(None)
    } else {
        Month::parse(month).map(Some)
    };
    store(&mut policies.through, through)
}

fn set_window(policies: &mut Policies, months: &str) -> bool {
    let window = if months == "unlimited" {
        Some(None)
    } else {
        parse_months(months).map(Some)
    };
    store(&mut policies.reactivation_window, window)
}

/// A number of months, at most a century: beyond it nothing changes but the risk of overflow.
fn parse_months(text: &str) -> Option<u32> {
    text.parse().ok().filter(|months| *months <= 1200)
}

fn set_file(field: &mut Option<String>, name: &str) -> bool {
    *field = (name != "none").then(|| name.to_owned());
    !name.is_empty() && !name.chars().any(char::is_control)
}

fn shown_file(name: Option<&str>) -> String {
    name.unwrap_or("none").to_owned()
}

fn parse_fx(word: &str) -> Option<Fx> {
    match word {
        "constant" => Some(Fx::Constant),
        "floating" => Some(Fx::Floating),
        _ => Month::parse(word.strip_prefix("fixed=")?).map(Fx::Fixed),
    }
}

fn set_length(policies: &mut Policies, text: &str) -> bool {
    let length = if text == "period" {
        Some(None)
    } else {
        parse_months(text).filter(|months| *months > 0).map(Some)
    };
    store(&mut policies.length, length)
}

fn parse_lookback(text: &str) -> Option<Lookback> {
    if text == "period" {
        return Some(Lookback::Period);
    }
    parse_months(text)
        .filter(|months| *months > 0)
        .map(Lookback::Months)
}

/// Without zeros at the end of its decimals: 5000.00 and 5000 are one choice.
fn trimmed(amount: Amount) -> Amount {
    let (mut units, mut scale) = (amount.units(), amount.scale());
    while scale > 0 && units % 10 == 0 {
        (units, scale) = (units / 10, scale - 1);
    }
    Amount::new(units, scale)
}

/// A threshold is compared after multiplying by 12, so it stays far below what 128 bits hold.
fn parse_threshold(text: &str) -> Option<Amount> {
    let amount = Amount::parse_plain(text)?;
    let amount = trimmed(amount);
    let bounded = amount <= Amount::new(MAJOR_UNITS_MAX, 0);
    (!amount.is_negative() && bounded).then_some(amount)
}
