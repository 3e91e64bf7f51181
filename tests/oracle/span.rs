//! Periods of the naive model: plain month numbers and their labels.

use crate::support::book::month_label;

/// A run of months. `form` decides how it is labelled when it is no calendar period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub last: i32,
    pub length: i32,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Calendar,
    Trailing,
    Free,
}

impl Span {
    pub const fn calendar(last: i32, length: i32) -> Span {
        Span {
            last,
            length,
            form: Form::Calendar,
        }
    }

    /// The calendar or fiscal period of this length that holds a month.
    pub fn holding(month: i32, length: i32, fiscal: i32) -> Span {
        let place = (month - (fiscal - 1)).rem_euclid(12);
        Span::calendar(month + length - 1 - place % length, length)
    }

    pub const fn first(self) -> i32 {
        self.last - self.length + 1
    }

    pub const fn earlier(self, months: i32) -> Span {
        Span {
            last: self.last - months,
            ..self
        }
    }

    pub fn months(self) -> impl Iterator<Item = i32> {
        self.first()..=self.last
    }

    /// Reads a label; with fiscal years `FY` may stand before it or not.
    pub fn parse(label: &str, fiscal: i32) -> Span {
        if let Some((first, last)) = label.split_once("..") {
            let (first, last) = (month(first), month(last));
            return Span {
                last,
                length: last - first + 1,
                form: Form::Free,
            };
        }
        if let Some(last) = label.strip_prefix("TTM-") {
            return Span {
                last: month(last),
                length: 12,
                form: Form::Trailing,
            };
        }
        let label = label.strip_prefix("FY").unwrap_or(label);
        let year: i32 = label[..4].parse().expect("a year");
        // Fiscal years are named after the calendar year in which they end.
        let start = if fiscal == 1 {
            year * 12
        } else {
            (year - 1) * 12 + fiscal - 1
        };
        let part = |text: &str| text.parse::<i32>().expect("a part of a year");
        match label.get(5..) {
            None => Span::calendar(start + 11, 12),
            Some(rest) if rest.starts_with('Q') => {
                Span::calendar(start + 3 * part(&rest[1..]) - 1, 3)
            }
            Some(rest) if rest.starts_with('H') => {
                Span::calendar(start + 6 * part(&rest[1..]) - 1, 6)
            }
            Some(_) => Span::calendar(month(label), 1),
        }
    }

    /// The label that stands in every output.
    pub fn label(self, fiscal: i32) -> String {
        let place = (self.last - (fiscal - 1)).rem_euclid(12);
        let aligned = [1, 3, 6, 12].contains(&self.length) && (place + 1) % self.length == 0;
        if self.form == Form::Trailing {
            return format!("TTM-{}", month_label(self.last));
        }
        if self.form == Form::Free || !aligned {
            return format!("{}..{}", month_label(self.first()), month_label(self.last));
        }
        let (prefix, shift) = if fiscal == 1 { ("", 0) } else { ("FY", 1) };
        let year = (self.last - (fiscal - 1)).div_euclid(12) + shift;
        let nth = place / self.length + 1;
        match self.length {
            1 => month_label(self.last),
            3 => format!("{prefix}{year}-Q{nth}"),
            6 => format!("{prefix}{year}-H{nth}"),
            _ => format!("{prefix}{year}"),
        }
    }

    pub fn first_day(self) -> String {
        format!("{}-01", month_label(self.first()))
    }

    pub fn last_day(self) -> String {
        let (year, number) = (self.last.div_euclid(12), self.last.rem_euclid(12) + 1);
        let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        let days = match number {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        format!("{}-{days:02}", month_label(self.last))
    }
}

fn month(label: &str) -> i32 {
    crate::support::book::months_of(label).0
}
