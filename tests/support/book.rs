//! A book of revenue as rows, written to CSV and read back; nothing here computes a metric.

use std::fmt::Write as _;

/// How many units one major unit has here: six decimals, the least that `nrr` promises to keep.
pub const ONE: i128 = 1_000_000;

/// One row as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub customer: String,
    pub label: String,
    pub amount: String,
    pub currency: String,
    pub traits: Vec<String>,
}

impl Row {
    /// The first and the last month that the row's label covers, as `12·year + month − 1`.
    pub fn months(&self) -> (i32, i32) {
        months_of(&self.label)
    }

    /// How many digits stand after the decimal mark.
    pub fn decimals(&self) -> usize {
        self.amount
            .split_once('.')
            .map_or(0, |(_, part)| part.len())
    }

    /// Its amount in millionths.
    pub fn units(&self) -> i128 {
        units_of(&self.amount).unwrap_or_else(|| panic!("`{}` is no amount", self.amount))
    }
}

/// Rows with the headers they stand under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    pub date: String,
    pub amount: String,
    pub has_currency: bool,
    pub traits: Vec<String>,
    pub rows: Vec<Row>,
}

impl Book {
    /// A book of customers and months from a table for people: a header of months, a row a customer,
    /// `.` for no row, `+` between the amounts of several rows.
    pub fn table(text: &str) -> Book {
        let mut lines = text.lines().map(str::split_whitespace);
        let months: Vec<&str> = lines.next().expect("a header").collect();
        let mut rows = Vec::new();
        for mut cells in lines {
            let Some(customer) = cells.next() else {
                continue;
            };
            for (month, cell) in months.iter().zip(cells) {
                for amount in cell.split('+').filter(|amount| *amount != ".") {
                    rows.push(Row {
                        customer: customer.to_owned(),
                        label: (*month).to_owned(),
                        amount: amount.to_owned(),
                        currency: String::new(),
                        traits: Vec::new(),
                    });
                }
            }
        }
        Book {
            date: "month".into(),
            amount: "mrr".into(),
            has_currency: false,
            traits: Vec::new(),
            rows,
        }
    }

    /// Reads a CSV whose first three columns are customer, period and amount, and in which a
    /// column `currency` may follow; every other column is a trait.
    pub fn read(text: &str) -> Book {
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let header: Vec<String> = reader
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let has_currency = header.get(3).is_some_and(|name| name == "currency");
        let skip = if has_currency { 4 } else { 3 };
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.expect("a record");
            rows.push(Row {
                customer: record[0].to_owned(),
                label: record[1].to_owned(),
                amount: record[2].to_owned(),
                currency: if has_currency {
                    record[3].to_owned()
                } else {
                    String::new()
                },
                traits: record.iter().skip(skip).map(str::to_owned).collect(),
            });
        }
        let traits = header.iter().skip(skip).cloned().collect();
        Book {
            date: header[1].clone(),
            amount: header[2].clone(),
            has_currency,
            traits,
            rows,
        }
    }

    /// The whole book as one CSV file.
    pub fn to_csv(&self) -> String {
        self.csv_of(&self.rows)
    }

    /// The book as this many CSV files, in order; fewer if there are fewer rows.
    pub fn split(&self, files: usize) -> Vec<String> {
        let size = self.rows.len().div_ceil(files.max(1)).max(1);
        if self.rows.is_empty() {
            return vec![self.to_csv()];
        }
        self.rows
            .chunks(size)
            .map(|rows| self.csv_of(rows))
            .collect()
    }

    fn csv_of(&self, rows: &[Row]) -> String {
        let mut text = format!("customer_id,{},{}", self.date, self.amount);
        if self.has_currency {
            text.push_str(",currency");
        }
        for name in &self.traits {
            write!(text, ",{name}").expect("text grows");
        }
        text.push('\n');
        for row in rows {
            write!(
                text,
                "{},{},{}",
                quoted(&row.customer),
                row.label,
                row.amount
            )
            .expect("text grows");
            if self.has_currency {
                write!(text, ",{}", row.currency).expect("text grows");
            }
            for value in &row.traits {
                write!(text, ",{}", quoted(value)).expect("text grows");
            }
            text.push('\n');
        }
        text
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The first and last month of `2024-03`, `2024-03-15`, `2024-Q1` or `2024`.
pub fn months_of(label: &str) -> (i32, i32) {
    let year: i32 = label[..4].parse().expect("a label starts with its year");
    let january = year * 12;
    match label.get(5..) {
        None | Some("") => (january, january + 11),
        Some(quarter) if quarter.starts_with('Q') => {
            let first = january + 3 * (quarter[1..].parse::<i32>().expect("a quarter") - 1);
            (first, first + 2)
        }
        Some(rest) => {
            let month = january + rest[..2].parse::<i32>().expect("a month") - 1;
            (month, month)
        }
    }
}

/// `2024-03` of `12·2024 + 2`.
pub fn month_label(month: i32) -> String {
    format!(
        "{:04}-{:02}",
        month.div_euclid(12),
        month.rem_euclid(12) + 1
    )
}

/// A plain decimal in millionths; `None` if it is no such number or has more than six decimals.
pub fn units_of(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(part) {
        return None;
    }
    // Digits beyond the sixth may only be zeros, or an amount would not be exact.
    if part.len() > 6 && part[6..].bytes().any(|byte| byte != b'0') {
        return None;
    }
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let units = whole.parse::<i128>().ok()? * ONE + part.parse::<i128>().ok()?;
    Some(if negative { -units } else { units })
}

/// Millionths as the shortest plain decimal.
pub fn text_of(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.abs() / ONE, units.abs() % ONE);
    if part == 0 {
        return format!("{sign}{whole}");
    }
    format!(
        "{sign}{whole}.{}",
        format!("{part:06}").trim_end_matches('0')
    )
}
