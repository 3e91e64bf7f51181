//! The number that a rule asks for.

use crate::units::Amount;

/// What stands behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Nothing.
    Plain,
    /// `%`.
    Percent,
    /// `pp`, percentage points.
    Points,
}

/// A number as it was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The number before its sign.
    pub number: Amount,
    /// Its sign.
    pub sign: Sign,
}

impl Bound {
    /// Reads `100%`, `2pp`, `1.05`, `-3`, `1_000_000`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Bound> {
        let text = text.trim();
        let signed = |sign: &str| text.strip_suffix(sign).map(str::trim_end);
        let (digits, sign) = if let Some(digits) = signed("%") {
            (digits, Sign::Percent)
        } else if let Some(digits) = signed("pp") {
            (digits, Sign::Points)
        } else {
            (text, Sign::Plain)
        };
        let (minus, digits) = match digits.strip_prefix(['-', '−']) {
            Some(digits) => ("-", digits),
            None => ("", digits),
        };
        let is_well_marked = digits.split('_').all(|group| !group.is_empty());
        let digits: String = digits
            .chars()
            .filter(|character| *character != '_')
            .collect();
        let number = Amount::parse_plain(&format!("{minus}{digits}"));
        let number = number.filter(|number| is_well_marked && number.scale() <= 16)?;
        Some(Bound { number, sign })
    }

    /// The number as it counts: percent and points as fractions.
    #[must_use]
    pub fn value(self) -> Amount {
        match self.sign {
            Sign::Plain => self.number,
            Sign::Percent | Sign::Points => {
                Amount::new(self.number.units(), self.number.scale() + 2)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_digits_and_signs() {
        for (text, value) in [
            ("100%", "1.00"),
            ("97.5 %", "0.975"),
            ("2pp", "0.02"),
            ("-2 pp", "-0.02"),
            ("−2pp", "-0.02"),
            ("1_000_000.50", "1000000.50"),
            ("0", "0"),
            ("1.05", "1.05"),
        ] {
            let bound = Bound::parse(text).expect(text);
            assert_eq!(bound.value().to_string(), value, "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_number() {
        for text in [
            "",
            "%",
            "pp",
            "1,000",
            "1 000",
            "ten",
            "1__0",
            "_1",
            "1_",
            "1e3",
            "+5",
            "5 %%",
            "--1",
            "0.12345678901234567",
        ] {
            assert_eq!(Bound::parse(text), None, "{text}");
        }
    }
}
