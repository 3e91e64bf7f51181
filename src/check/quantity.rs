//! A value on either side of a comparison: exact, with what it is measured in.

use std::cmp::Ordering;

use crate::units::{Amount, Difference, Ratio};

/// What a value is measured in, and so how it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Major units of the currency, exact.
    Amount,
    /// An average in major units of the currency.
    Average,
    /// Customers, or places of a finding.
    Count,
    /// A fraction that is shown as percent.
    Percent,
    /// A difference of two fractions that is shown as percentage points.
    Points,
    /// A quotient that is no percentage.
    Quotient,
}

/// One exact value.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// The value, unrounded; percent as fractions.
    pub value: Difference,
    /// What it is measured in.
    pub kind: Kind,
    /// How many decimals an amount has.
    pub scale: u8,
}

impl Quantity {
    /// A value that has this many decimals.
    #[must_use]
    pub fn of(amount: Amount, kind: Kind) -> Quantity {
        let one = Amount::new(1, 0);
        let value = Ratio::new(amount, one).exact();
        Quantity {
            value: value.unwrap_or_else(|| unreachable!("one is no zero")),
            kind,
            scale: amount.scale(),
        }
    }

    /// A quotient; `None` where it is undefined.
    #[must_use]
    pub fn of_ratio(ratio: Ratio, kind: Kind) -> Option<Quantity> {
        Some(Quantity::exactly(ratio.exact()?, kind))
    }

    /// A value that need not have an end to its decimals.
    #[must_use]
    pub fn exactly(value: Difference, kind: Kind) -> Quantity {
        Quantity {
            value,
            kind,
            scale: 0,
        }
    }

    /// A number of customers or places.
    #[must_use]
    pub fn count(count: u64) -> Quantity {
        Quantity::of(Amount::new(i128::from(count), 0), Kind::Count)
    }

    /// This less another; two rates are points apart.
    #[must_use]
    pub fn less(&self, other: &Quantity) -> Quantity {
        let kind = match self.kind {
            Kind::Percent => Kind::Points,
            kind => kind,
        };
        Quantity {
            value: self.value.less(&other.value),
            kind,
            scale: self.scale.max(other.scale),
        }
    }

    /// Compares the values, exactly.
    #[must_use]
    pub fn compare(&self, other: &Quantity) -> Ordering {
        self.value.compare(&other.value)
    }
}
