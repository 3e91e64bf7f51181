//! The time of day behind a date: recognised and checked, and not used for the date.

use crate::input::cell::is_blank;

/// A time of day, and what it says about its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// 0 to 24.
    hour: u8,
    /// True at the first moment of a day: a date without a time is often written so.
    is_midnight: bool,
    /// The zone named.
    pub(super) zone: Zone,
}

/// The zone that stands behind a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zone {
    /// None.
    Unnamed,
    /// `Z`, `UTC`, `GMT`, `+00:00`.
    Utc,
    /// `+02:00`, `-0400`.
    Offset,
    /// An abbreviation such as `PST`, which several zones share.
    Name,
}

impl Clock {
    /// True if the time lies within 14 hours of the end or of the beginning of a month, whose days are
    /// these: somewhere on earth it is the other month then.
    pub(super) fn is_near_edge(self, day: u8, last_day: u8) -> bool {
        let ends = day == last_day && self.hour >= 10;
        let begins = day == 1 && self.hour < 14;
        (ends || begins) && !self.is_midnight
    }

    /// The time of this many seconds after midnight, in UTC.
    pub(super) fn of_seconds(seconds: u64) -> Clock {
        Clock {
            hour: u8::try_from(seconds / 3_600).unwrap_or_default(),
            is_midnight: seconds == 0,
            zone: Zone::Utc,
        }
    }
}

/// The date before a time of day, and the time; `None` if there is no time or it is none.
pub(super) fn split(text: &str) -> Option<(&str, Clock)> {
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
    let hour: u8 = hour.parse().ok().filter(|hour| *hour <= 24)?;
    let (rest, is_full_hour) = after_minutes(text.get(colon + 1..)?)?;
    let (rest, half) = half_of_day(rest);
    let hour = match half {
        Some(Half::Morning) if hour == 12 => 0,
        Some(Half::Evening) if hour < 12 => hour + 12,
        _ => hour,
    };
    let clock = Clock {
        hour,
        is_midnight: hour == 0 && is_full_hour,
        zone: zone(rest)?,
    };
    Some((date, clock))
}

/// Checks minutes, seconds and their fraction; gives what follows, and whether all of them are zero.
fn after_minutes(text: &str) -> Option<(&str, bool)> {
    let (minute, mut rest) = two_digits(text)?;
    let mut second = 0;
    let mut is_whole = true;
    if let Some(seconds) = rest.strip_prefix(':') {
        (second, rest) = two_digits(seconds)?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            let digits = fraction.get(..fraction.len() - rest.len())?;
            is_whole = digits.bytes().all(|digit| digit == b'0');
            if digits.is_empty() {
                return None;
            }
        }
    }
    let is_full_hour = minute == 0 && second == 0 && is_whole;
    (minute < 60 && second <= 60).then_some((rest, is_full_hour))
}

fn two_digits(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.split_at_checked(2)?;
    let well_formed = digits.bytes().all(|byte| byte.is_ascii_digit());
    Some((digits.parse().ok().filter(|_| well_formed)?, rest))
}

/// Which half of the day an hour up to 12 lies in.
#[derive(Clone, Copy)]
enum Half {
    Morning,
    Evening,
}

/// What follows `AM` or `PM`, and which of them it is; the text itself if none of them is there.
fn half_of_day(text: &str) -> (&str, Option<Half>) {
    let trimmed = text.trim_start_matches(is_blank);
    for (word, half) in [
        ("a.m.", Half::Morning),
        ("p.m.", Half::Evening),
        ("am", Half::Morning),
        ("pm", Half::Evening),
    ] {
        if let Some((start, rest)) = trimmed.split_at_checked(word.len())
            && start.eq_ignore_ascii_case(word)
            && !rest.starts_with(char::is_alphanumeric)
        {
            return (rest, Some(half));
        }
    }
    (text, None)
}

/// The zone in what follows a time: nothing, `Z`, `+02:00`, `-0400`, `+02`, an abbreviation, or
/// `GMT+0100`; `None` for anything else.
fn zone(text: &str) -> Option<Zone> {
    let text = text.trim_matches(is_blank);
    let name_length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (name, offset) = text.split_at_checked(name_length)?;
    let is_utc = ["z", "utc", "gmt"]
        .iter()
        .any(|utc| name.eq_ignore_ascii_case(utc));
    match (offset.is_empty(), name_length) {
        (true, 0) => Some(Zone::Unnamed),
        (true, _) if is_utc => Some(Zone::Utc),
        (true, 2..=5) => Some(Zone::Name),
        (true, _) => None,
        (false, length) => {
            let is_zero = offset
                .bytes()
                .all(|byte| matches!(byte, b'+' | b'-' | b'0' | b':'));
            let zone = if is_zero { Zone::Utc } else { Zone::Offset };
            ((length == 0 || is_utc) && is_offset(offset)).then_some(zone)
        }
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
            assert_eq!(split(text).map(|(date, _)| date), Some(date), "{text}");
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

    #[test]
    fn zones_are_told_apart() {
        for (text, zone) in [
            ("d1 08:26", Zone::Unnamed),
            ("d1 08:26 PM", Zone::Unnamed),
            ("2024-01-31T08:26:00Z", Zone::Utc),
            ("d1 08:26 UTC", Zone::Utc),
            ("d1 08:26 gmt", Zone::Utc),
            ("d1 08:26+00:00", Zone::Utc),
            ("d1 08:26 GMT+0100", Zone::Offset),
            ("d1 08:26 -0400", Zone::Offset),
            ("d1 08:26 PDT", Zone::Name),
            ("d1 8:26 AM EST", Zone::Name),
        ] {
            assert_eq!(
                split(text).map(|(_, clock)| clock.zone),
                Some(zone),
                "{text}"
            );
        }
    }

    #[test]
    fn times_near_another_month_are_told() {
        for (time, day, is_near) in [
            ("d 23:59", 31, true),
            ("d 10:00", 31, true),
            ("d 10:00 PM", 31, true),
            ("d 09:59", 31, false),
            ("d 12:30 AM", 31, false),
            ("d 13:59", 1, true),
            ("d 14:00", 1, false),
            ("d 00:00:00", 1, false),
            ("d 00:00:00.001", 1, true),
            ("d 12:00 AM", 1, false),
            ("d 23:59", 30, false),
        ] {
            let clock = split(time).map(|(_, clock)| clock);
            assert_eq!(
                clock.map(|clock| clock.is_near_edge(day, 31)),
                Some(is_near),
                "{time} {day}"
            );
        }
    }
}
