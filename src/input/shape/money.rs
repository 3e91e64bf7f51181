//! A row's amount in major units of the currency that is kept, or of one that is converted to it.

use std::borrow::Cow;

use super::super::columns::Role;
use super::super::number::{AmountFault, Reading, is_meant_by};
use super::plan::{Found, Plan};
use super::raw_row::RawRow;
use crate::error::Message;
use crate::ledger::{Became, Rates, RowPlace};
use crate::units::{Amount, MAJOR_UNITS_MAX, SCALE_MAX};

/// One cell of an amount and the row around it.
pub(super) struct Stated<'r> {
    /// The column, and the cell as it stands there.
    pub(super) cell: (usize, &'r str),
    /// The cell of the currency's column; empty without one.
    pub(super) currency: &'r str,
    pub(super) customer: &'r str,
    pub(super) place: RowPlace,
}

/// An amount and its currency.
pub(super) struct Money {
    /// In major units.
    pub(super) amount: Amount,
    /// The currency that it has to be converted from; empty for the one that is kept.
    pub(super) currency: Box<str>,
}

/// An amount in major units, or nothing where it is in a currency that is not kept.
///
/// # Errors
///
/// What is wrong with it, or nothing where the whole file has to decide first.
pub(super) fn in_kept_currency(
    plan: &Plan<'_>,
    found: &mut Found,
    raw: &RawRow<'_>,
    stated: &Stated<'_>,
    reading: &Reading,
) -> Result<Option<Money>, Option<Message>> {
    let (column, cell) = stated.cell;
    let mut converted = Box::default();
    let code = match currency(plan, stated.currency, reading) {
        Currency::Conflict(sign) => return Err(Some(raw.currency_conflict(column, sign))),
        Currency::Other(code) => {
            found.other_currencies.add(&code, stated.place);
            found.part.leave_in_other_currency(stated.customer);
            found.became(plan, column, || Became::Dropped {
                month: None,
                why: format!(
                    "it is in {code}, and `currency {}` is kept",
                    plan.currency.unwrap_or_default()
                ),
            });
            return Ok(None);
        }
        Currency::Converted(code) => {
            found.converted.add(&code, stated.place);
            converted = Box::from(code.as_ref());
            code
        }
        Currency::Kept(code) => {
            // A row of nothing need not say in which currency.
            if !(reading.amount.is_zero() && stated.currency.is_empty()) {
                found.tally.add(&code, stated.place);
            }
            code
        }
    };
    if let Some(message) = raw.part_of_cent(column, reading.amount) {
        return Err(Some(message));
    }
    let amount = in_major_units(plan, reading.amount, &code)
        .ok_or_else(|| Some(raw.too_many_decimals(column, cell)))?;
    let scaled = amount.checked_mul(plan.factor).filter(is_in_bounds);
    let money = |amount| Money {
        amount,
        currency: converted,
    };
    scaled
        .map(|amount| Some(money(amount)))
        .ok_or_else(|| raw.amount(column, cell, AmountFault::TooLarge))
}

/// Whether a row's currency is the one kept.
enum Currency<'r> {
    Kept(Cow<'r, str>),
    Other(Cow<'r, str>),
    Converted(Cow<'r, str>),
    Conflict(&'static str),
}

/// The code of a currency's cell beside an amount without a sign, if it is the one that is kept.
pub(super) fn kept_currency(plan: &Plan<'_>, cell: &str) -> Option<String> {
    let reading = Reading {
        amount: Amount::new(1, 0),
        currency: None,
    };
    match currency(plan, cell, &reading) {
        Currency::Kept(code) => Some(code.into_owned()),
        _ => None,
    }
}

fn currency<'r>(plan: &'r Plan<'_>, cell: &'r str, reading: &Reading) -> Currency<'r> {
    let code = match (cell, reading.currency) {
        ("", Some(sign))
            if plan
                .header_currency
                .is_some_and(|code| !is_meant_by(code, sign)) =>
        {
            return Currency::Conflict(sign);
        }
        ("", Some(sign)) => Cow::Borrowed(sign),
        ("", None) => Cow::Borrowed(plan.header_currency.unwrap_or_default()),
        (code, Some(sign)) if !is_meant_by(&upper(code), sign) => {
            return Currency::Conflict(sign);
        }
        (code, _) => upper(code),
    };
    match plan.currency {
        None => Currency::Kept(code),
        Some(kept) if is_meant_by(kept, &code) => Currency::Kept(Cow::Borrowed(kept)),
        Some(kept) if code.is_empty() && plan.columns.of(Role::Currency).is_none() => {
            Currency::Kept(Cow::Borrowed(kept))
        }
        // Nothing is nothing in any currency.
        Some(kept) if plan.rates.is_some() && code.is_empty() && reading.amount.is_zero() => {
            Currency::Kept(Cow::Borrowed(kept))
        }
        Some(_) if let Some(rates) = plan.rates.filter(|_| !code.is_empty()) => {
            Currency::Converted(rated(rates, code))
        }
        Some(_) => Currency::Other(code),
    }
}

/// The only currency with rates that can be meant; the code or sign as it stands if there are none or several.
fn rated<'r>(rates: &'r Rates, code: Cow<'r, str>) -> Cow<'r, str> {
    let mut meant = rates.currencies().filter(|rated| is_meant_by(rated, &code));
    match (meant.next(), meant.next()) {
        (Some(only), None) => Cow::Borrowed(only),
        _ => code,
    }
}

/// A code in capitals, copied only where it is not yet.
fn upper(code: &str) -> Cow<'_, str> {
    if code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Cow::Borrowed(code)
    } else {
        Cow::Owned(code.to_uppercase())
    }
}

/// True up to the largest amount that a row can have.
pub(super) fn is_in_bounds(amount: &Amount) -> bool {
    let max = MAJOR_UNITS_MAX * 10_i128.pow(u32::from(amount.scale()));
    // The least of 128 bits has no positive of its own.
    amount.units().unsigned_abs() <= max.unsigned_abs()
}

/// An amount of minor units in major ones, by the decimals of its currency.
pub(super) fn in_major_units(plan: &Plan<'_>, amount: Amount, currency: &str) -> Option<Amount> {
    const WHOLE: &[&str] = &[
        "JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XOF", "XAF", "XPF", "PYG", "RWF", "BIF", "DJF",
        "GNF", "KMF", "VUV",
    ];
    const THOUSANDTHS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
    if !plan.is_minor {
        return Some(amount);
    }
    let named = if currency.is_empty() {
        plan.header_currency.or(plan.currency).unwrap_or_default()
    } else {
        currency
    };
    let code = named.to_uppercase();
    let decimals = match code.as_str() {
        code if WHOLE.contains(&code) => 0,
        code if THOUSANDTHS.contains(&code) => 3,
        _ => 2,
    };
    let scale = amount.scale() + decimals;
    (scale <= SCALE_MAX).then(|| Amount::new(amount.units(), scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_128_bits_are_in_bounds_or_not() {
        let largest = MAJOR_UNITS_MAX * 100;
        for (units, is_in) in [
            (largest, true),
            (-largest, true),
            (largest + 1, false),
            (i128::MIN, false),
            (i128::MAX, false),
        ] {
            assert_eq!(is_in_bounds(&Amount::new(units, 2)), is_in, "{units}");
        }
    }

    #[test]
    fn signs_fit_their_currencies() {
        assert!(is_meant_by("CAD", "$") && is_meant_by("EUR", "EUR") && is_meant_by("SEK", "kr"));
        assert!(!is_meant_by("EUR", "$") && !is_meant_by("AED", "$") && !is_meant_by("USD", "EUR"));
    }
}
