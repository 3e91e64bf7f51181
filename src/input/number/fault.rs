//! Why a cell is no amount, in words for the note of a message.

/// Why a cell is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountFault {
    /// It cannot be read; the reason completes the sentence "the cell …": `is a percentage`.
    Unreadable(&'static str),
    /// Its magnitude is above [`MAJOR_UNITS_MAX`](crate::units::MAJOR_UNITS_MAX).
    TooLarge,
}

/// Every reason, so that one thing is said in one way.
pub(super) mod reason {
    pub(in super::super) const PERCENTAGE: &str = "is a percentage";
    pub(in super::super) const SCIENTIFIC: &str = "is in scientific notation";
    pub(in super::super) const ERROR_CELL: &str = "is an error cell of a spreadsheet";
    pub(in super::super) const WORD: &str = "is a word";
    pub(in super::super) const NO_DIGIT: &str = "has no digit";
    pub(in super::super) const FOREIGN_DIGITS: &str = "has digits other than 0 to 9";
    pub(in super::super) const SCALE_SUFFIX: &str = "ends in a suffix that can mean several scales";
    pub(in super::super) const LETTERS: &str = "has letters that are no currency";
    pub(in super::super) const TWO_NUMBERS: &str = "holds two numbers";
    pub(in super::super) const TWO_SIGNS: &str = "has two signs";
    pub(in super::super) const TWO_CURRENCIES: &str = "names two currencies";
    pub(in super::super) const PARENTHESIS: &str = "has a parenthesis without its other half";
    pub(in super::super) const NO_CENTS_DASH: &str =
        "ends in a dash that can mean a minus or no cents";
    pub(in super::super) const DECIMALS: &str = "has more than 18 decimals";
    pub(in super::super) const GROUPS: &str =
        "has thousands marks that do not stand in groups of three";
    pub(in super::super) const DOT_THOUSANDS: &str =
        "has `.` as a thousands mark, not before decimals";
    pub(in super::super) const COMMA_THOUSANDS: &str =
        "has `,` as a thousands mark, not before decimals";
    pub(in super::super) const DOT_DECIMAL: &str =
        "has `.` before decimals, not as a thousands mark";
    pub(in super::super) const COMMA_DECIMAL: &str =
        "has `,` before decimals, not as a thousands mark";
    pub(in super::super) const OTHER: &str = "is no number";
}

/// Says what is the matter with a text that is not made of digits and marks.
///
/// `text` is the whole cell, `core` what is left of it without signs and currency.
#[cold]
pub(super) fn explain(text: &str, core: &str) -> &'static str {
    if text.ends_with(['%', '‰', '％']) || text.starts_with('%') {
        return reason::PERCENTAGE;
    }
    if text.starts_with('#') {
        return reason::ERROR_CELL;
    }
    if !core.bytes().any(|byte| byte.is_ascii_digit()) {
        return match core {
            _ if core.chars().any(char::is_numeric) => reason::FOREIGN_DIGITS,
            _ if core.chars().any(char::is_alphabetic) => reason::WORD,
            _ => reason::NO_DIGIT,
        };
    }
    let number_end = core
        .bytes()
        .position(|byte| !is_number_byte(byte))
        .unwrap_or(core.len());
    let (number, rest) = core.split_at_checked(number_end).unwrap_or((core, ""));
    let rest = rest.trim_start();
    let holds_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    match rest.as_bytes() {
        _ if !holds_digit(number) && rest.starts_with(char::is_alphabetic) => reason::WORD,
        [b'e' | b'E', b'+' | b'-', b'0'..=b'9', ..] | [b'e' | b'E', b'0'..=b'9', ..] => {
            reason::SCIENTIFIC
        }
        _ if is_scale(rest) => reason::SCALE_SUFFIX,
        _ if rest
            .chars()
            .any(|other| other.is_numeric() && !other.is_ascii_digit()) =>
        {
            reason::FOREIGN_DIGITS
        }
        _ if holds_digit(number) && holds_digit(rest) => reason::TWO_NUMBERS,
        _ if core.chars().any(char::is_alphabetic) => reason::LETTERS,
        _ => reason::OTHER,
    }
}

fn is_number_byte(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ' | b'\'')
}

fn is_scale(text: &str) -> bool {
    [
        "k", "m", "mm", "b", "bn", "mn", "mio", "mio.", "mrd", "tsd", "cr", "lakh", "crore",
    ]
    .iter()
    .any(|scale| text.eq_ignore_ascii_case(scale))
}
