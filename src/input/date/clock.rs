//! The time of day behind a date: recognised, checked, and not used.

use crate::input::cell::is_blank;

/// The date before a time of day; `None` if there is no time or it is none.
pub(super) fn split(text: &str) -> Option<&str> {
    let colon = text.find(':')?;
    let before = text.get(..colon)?;
    let hour_length = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&hour_length) {
        return None;
    }
    let (date, hour) = before.split_at_checked(colon - hour_length)?;
    let date = match date.strip_suffix(['T', 't']) {
        Some(date) if date.ends_with(|last: char| last.is_ascii_digit()) => date,
        _ if date.ends_with(is_blank) => date.trim_end_matches(is_blank).trim_end_matches(','),
        _ => return None,
    };
    let rest = after_minutes(hour, text.get(colon + 1..)?)?;
    is_zone(half_of_day(rest)).then_some(date)
}

/// Checks hour, minutes, seconds and their fraction; gives what follows.
fn after_minutes<'a>(hour: &str, text: &'a str) -> Option<&'a str> {
    let (minute, mut rest) = two_digits(text)?;
    let mut second = 0;
    if let Some(seconds) = rest.strip_prefix(':') {
        (second, rest) = two_digits(seconds)?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if rest.len() == fraction.len() {
                return None;
            }
        }
    }
    let in_day = hour.parse::<u8>().is_ok_and(|hour| hour <= 24) && minute < 60 && second <= 60;
    in_day.then_some(rest)
}

fn two_digits(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let well_formed = digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((digits.parse().ok().filter(|_| well_formed)?, rest))
}

/// What follows `AM` or `PM`, if one of them is there.
fn half_of_day(text: &str) -> &str {
    let trimmed = text.trim_start_matches(is_blank);
    for word in ["a.m.", "p.m.", "am", "pm"] {
        if let Some((start, rest)) = trimmed.split_at_checked(word.len())
            && start.eq_ignore_ascii_case(word)
            && !rest.starts_with(char::is_alphanumeric)
        {
            return rest;
        }
    }
    text
}

/// True for a zone: nothing, `Z`, `+02:00`, `-0400`, `+02`, an abbreviation, or `GMT+0100`.
fn is_zone(text: &str) -> bool {
    let text = text.trim_matches(is_blank);
    let name_length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let Some((name, offset)) = text.split_at_checked(name_length) else {
        return false;
    };
    let is_utc = ["z", "utc", "gmt"]
        .iter()
        .any(|utc| name.eq_ignore_ascii_case(utc));
    if offset.is_empty() {
        is_utc || matches!(name_length, 0 | 2..=5)
    } else {
        (name.is_empty() || is_utc) && is_offset(offset)
    }
}

/// True for an offset from UTC.
fn is_offset(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(['+', '-', '\u{2212}']) else {
        return false;
    };
    let is_number = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    match digits.as_bytes() {
        [hours @ .., b':', m1, m2] => {
            hours.len() == 2 && is_number(hours) && is_number(&[*m1, *m2])
        }
        all => matches!(all.len(), 2 | 4) && is_number(all),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_split_off() {
        for (text, date) in [
            ("d8 8:26", "d8"),
            ("2024-01-31T08:26:00Z", "2024-01-31"),
            ("2024-01-31 08:26:00.123456 UTC", "2024-01-31"),
            ("2024-01-31T08:26:00+02:00", "2024-01-31"),
            ("2024-01-31 08:26:00 -0400", "2024-01-31"),
            ("2024-01-31 08:26:00+00", "2024-01-31"),
            ("2024-01-31 08:26 PDT", "2024-01-31"),
            ("1/31/24, 8:26 PM", "1/31/24"),
            ("1/31/24 8:26:59 p.m. EST", "1/31/24"),
            ("Jan 31 2024 08:26:00 GMT+0100", "Jan 31 2024"),
        ] {
            assert_eq!(split(text), Some(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_split() {
        for text in [
            "",
            "2024-01-31",
            "2024-01-31 25:00",
            "2024-01-31 08:60",
            "2024-01-31 08:26:61",
            "2024-01-31 8:2",
            "2024-01-31x08:26",
            "2024-01-31 08:26 and more",
            "2024-01-31 08:26:00.",
            "2024-01-31 08:26+2",
            "2024-01-31 08:26 PST+02:00",
            ":",
            "8:26",
            "2024-01-31 +8:26",
        ] {
            assert_eq!(split(text), None, "{text}");
        }
    }
}
