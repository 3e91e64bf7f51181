//! Totals from another system that a ledger has to add up to.

use super::MonthTotal;
use crate::error::{Code, Message};
use crate::ledger::Ledger;
use crate::units::{Amount, FiscalYear, Period};

/// What the amounts add up to, over the whole horizon or in one period.
///
/// # Units
///
/// Major units of the ledger's currency, after `scale`. The sum is that of every row that counts: inside the
/// filters, in the currency kept, in the horizon, and after `duplicates`; amounts below zero are part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlTotal {
    /// The period whose amounts add up to it; `None` for all there are.
    pub period: Option<Period>,
    /// What they add up to.
    pub amount: Amount,
    /// As it was typed.
    pub typed: String,
}

impl ControlTotal {
    /// Reads `1234.50`, or `2024-03=1234.50` for one period; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str, fiscal: FiscalYear) -> Option<ControlTotal> {
        let (period, amount) = match text.split_once('=') {
            Some((label, amount)) => (Some(Period::parse(label, fiscal).ok()?), amount),
            None => (None, text),
        };
        Some(ControlTotal {
            period,
            amount: Amount::parse_plain(amount.trim())?,
            typed: text.trim().to_owned(),
        })
    }

    /// Compares it with the [`months`](super::months()) of a ledger, exactly.
    ///
    /// # Errors
    ///
    /// [`Code::ControlTotal`] with both sums and their difference.
    pub fn check(
        &self,
        ledger: &Ledger,
        months: &[MonthTotal],
        fiscal: FiscalYear,
    ) -> Result<(), Message> {
        let is_meant = |label: Period| {
            let holds =
                |period: &Period| period.first() <= label.first() && label.last() <= period.last();
            self.period.as_ref().is_none_or(holds)
        };
        let meant = months.iter().filter(|month| is_meant(month.period));
        let found: Amount = meant.map(|month| month.amount).sum();
        // Where 128 bits do not hold the difference, the two are not equal.
        let difference = found.checked_add(-self.amount);
        if difference.is_some_and(Amount::is_zero) {
            return Ok(());
        }
        let currency = ledger.currency();
        let shown = |amount: Amount| match currency {
            Some(code) => format!("{amount} {code}"),
            None => amount.to_string(),
        };
        let headline = match self.period {
            Some(period) => format!(
                "the amounts of {} do not add up to the control total",
                period.label(fiscal)
            ),
            None => "the amounts do not add up to the control total".to_owned(),
        };
        let message = Message::new(Code::ControlTotal, headline)
            .found(shown(found))
            .expected(shown(self.amount));
        Err(match difference {
            Some(difference) => message.difference(shown(difference)),
            None => message,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::months;

    fn ledger() -> Ledger {
        Ledger::from_table(
            "       2024-01  2024-02  2024-03
             acme     100.5      .      100
             birch    -20        .       30.25",
        )
        .unwrap()
    }

    fn check(text: &str) -> Result<(), Vec<String>> {
        let total = ControlTotal::parse(text, FiscalYear::CALENDAR).expect(text);
        let ledger = ledger();
        let checked = total.check(&ledger, &months(&ledger), FiscalYear::CALENDAR);
        checked.map_err(|message| {
            let evidence = message.evidence.into_iter();
            evidence.map(|evidence| evidence.text).collect()
        })
    }

    #[test]
    fn a_total_has_to_be_met_exactly() {
        for text in [
            "210.75",
            "210.750000",
            "2024-01=80.5",
            "2024-Q1=210.75",
            "2024-02=0",
            "2025=0",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        let expected = ["210.75", "210.749", "0.001"].map(str::to_owned);
        assert_eq!(check("210.749"), Err(expected.to_vec()));
        let expected = ["130.25", "-130.25", "260.50"].map(str::to_owned);
        assert_eq!(check("2024-03=-130.25"), Err(expected.to_vec()));
    }

    #[test]
    fn a_total_beyond_exact_arithmetic_is_not_met() {
        let huge = "99999999999999999999999999999999999999";
        assert_eq!(check(huge).unwrap_err().len(), 2);
        assert!(check("0.000000000000000001").is_err());
    }

    #[test]
    fn anything_but_an_amount_is_refused() {
        for text in ["", "1,000", "2024-13=5", "=5", "2024-03=", "ten"] {
            assert_eq!(
                ControlTotal::parse(text, FiscalYear::CALENDAR),
                None,
                "{text}"
            );
        }
    }
}
