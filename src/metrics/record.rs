//! One period and segment of a calculation, before it has a look.

use super::confidence::Intervals;
use super::rollforward::Rollforward;
use crate::units::{Amount, FiscalYear, Period, Ratio};

/// One period, of everybody or of one segment.
#[derive(Clone, Debug)]
pub struct Record {
    /// The period.
    pub period: Period,
    /// The period it is compared with.
    pub opening_period: Period,
    /// How periods are named.
    pub fiscal_year: FiscalYear,
    /// The currency, if the input names one.
    pub currency: Option<String>,
    /// The values of the columns of `--by`; `None` for the total.
    pub segments: Option<Vec<String>>,
    /// The sums and counts; without them the closing alone.
    pub figures: Figures,
    /// The same closing against twelve months before.
    pub annual: Result<Annual, String>,
    /// How sure NRR and GRR are, where it was asked, or why that cannot be said.
    pub intervals: Option<Result<Intervals, String>>,
    /// True if the data end before the period does.
    pub partial: bool,
    /// True if the input has a product column.
    pub has_products: bool,
    /// True if the input has a column of quantities.
    pub has_quantities: bool,
}

/// What could be worked out.
#[derive(Clone, Debug)]
pub enum Figures {
    /// Both ends were there.
    Full(Box<Rollforward>),
    /// The opening lies before the data.
    ClosingOnly {
        /// Why there is no more.
        reason: String,
        /// The closing value, if its months are there.
        closing: Option<(Amount, u64)>,
    },
}

/// The three rates over twelve months.
#[derive(Clone, Copy, Debug)]
pub struct Annual {
    /// Net revenue retention.
    pub nrr: Ratio,
    /// Gross revenue retention.
    pub grr: Ratio,
    /// Logo retention.
    pub logo_retention: Ratio,
}

impl Annual {
    /// The rates of a roll-forward over twelve months.
    #[must_use]
    pub fn of(total: &Rollforward) -> Annual {
        Annual {
            nrr: total.nrr(),
            grr: total.grr(),
            logo_retention: total.logo_retention(),
        }
    }
}

impl Record {
    /// The sums and counts, where both ends were there.
    #[must_use]
    pub fn rollforward(&self) -> Option<&Rollforward> {
        match &self.figures {
            Figures::Full(rollforward) => Some(rollforward),
            Figures::ClosingOnly { .. } => None,
        }
    }
}
