//! Policies on what a number means.

use super::choice;
use crate::units::Month;

choice! {
    /// What an amount is.
    Basis {
        /// A run rate at a moment (MRR, ARR, ACV): a period's value is that of its last month.
        Stock = "stock",
        /// Revenue or billings over time: a period's value is the sum of its months.
        #[default]
        Flow = "flow",
    }
}

choice! {
    /// The time an amount is for: of a stock amount, for the thresholds; of a contract, for its monthly run rate.
    Interval {
        /// A month's, as MRR.
        #[default]
        Month = "month",
        /// A quarter's.
        Quarter = "quarter",
        /// Half a year's.
        Half = "half",
        /// A year's, as ARR.
        Year = "year",
        /// The whole time of a contract; other amounts have no such time.
        Term = "term",
    }
}

impl Interval {
    /// Its months; `None` for a term, which each contract has of its own.
    #[must_use]
    pub const fn months(self) -> Option<u32> {
        match self {
            Interval::Month => Some(1),
            Interval::Quarter => Some(3),
            Interval::Half => Some(6),
            Interval::Year => Some(12),
            Interval::Term => None,
        }
    }
}

/// How far the opening lies before the closing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lookback {
    /// As far as the period is long: the period before.
    #[default]
    Period,
    /// This many months.
    Months(u32),
}

impl Lookback {
    /// The distance in months for a period of this length.
    #[must_use]
    pub const fn months(self, period_months: u32) -> u32 {
        match self {
            Lookback::Period => period_months,
            Lookback::Months(months) => months,
        }
    }
}

choice! {
    /// How the two ends of a comparison become a rate.
    Method {
        /// Opening and closing, customer by customer.
        #[default]
        PointToPoint = "point-to-point",
        /// The rates of the months in between multiplied, each over its own month's base.
        Compound = "compound",
        /// The movements of the months in between added up, over the opening.
        Summed = "summed",
        /// The weighted average of the rates over twelve months of the last twelve months.
        TrailingAverage = "trailing-average",
    }
}

choice! {
    /// What is netted before rises and falls are told apart.
    Netting {
        /// All that a customer pays.
        #[default]
        Customer = "customer",
        /// Each product of a customer by itself: a swap is both expansion and contraction.
        Product = "product",
    }
}

choice! {
    /// Who counts as one customer.
    Level {
        /// Each customer by itself.
        #[default]
        Customer = "customer",
        /// All customers with the same parent.
        Parent = "parent",
    }
}

choice! {
    /// Whose opening and closing make the base.
    CohortBase {
        /// Everybody with revenue at the opening.
        #[default]
        Opening = "opening",
        /// Customers with revenue in the first month that the opening reads (Snowflake).
        FirstMonth = "first-month",
        /// Customers with revenue at both ends: hides churn.
        Survivors = "survivors",
    }
}

/// At which rates amounts in other currencies are converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fx {
    /// Both ends at the rates of the opening: no currency effect in NRR.
    #[default]
    Constant,
    /// Each end at its own rates, with the effect on a line of its own.
    Floating,
    /// Every month at the rates of this one.
    Fixed(Month),
}

choice! {
    /// Where the revenue of customers goes that come back.
    Reactivation {
        /// A line of its own, in no rate.
        #[default]
        Separate = "separate",
        /// Its own line, and in NRR's numerator (ChartMogul, Maxio).
        InNrr = "in-nrr",
        /// Amount and customers count as new.
        AsNew = "as-new",
        /// The amount moves to expansion, and so into NRR (Chargebee).
        AsExpansion = "as-expansion",
    }
}

choice! {
    /// Whether a stated zero keeps the customer.
    Zero {
        /// No revenue is no customer.
        #[default]
        Inactive = "inactive",
        /// A row of zero at the closing is contraction to zero, not churn.
        Active = "active",
    }
}

choice! {
    /// At which end a customer's segment is read.
    SegmentAt {
        /// At the opening; movers leave through transfers, and the parts add up.
        #[default]
        Opening = "opening",
        /// At the closing: biased by survivors.
        Closing = "closing",
        /// In the first month of the data that names one.
        First = "first",
        /// In the last month of the data that names one: biased by survivors.
        Latest = "latest",
    }
}

choice! {
    /// Whether a period may end after the data.
    Partial {
        /// It is an error.
        #[default]
        Refuse = "refuse",
        /// The months there are count.
        Allow = "allow",
    }
}

choice! {
    /// What a month means in which no customer has a row.
    MissingMonths {
        /// It is an error where a figure reads it.
        #[default]
        Refuse = "refuse",
        /// Nobody paid.
        Zero = "zero",
    }
}
