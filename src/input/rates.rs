//! The file of rates: `month,currency,rate`, each row how much of the currency that is kept one unit is.

use std::collections::BTreeMap;

use super::dialect::{Dialect, detect_dialect};
use super::header::folded;
use super::scan::{Record, Records};
use super::shape::reader::trimmed;
use super::source::{Next, Seen, Source};
use crate::error::{Code, Errors, Message, Place};
use crate::ledger::Rates;
use crate::policies::Fx;
use crate::text;
use crate::units::{Amount, Day, Month};

/// The columns, in the order of [`Columns`].
const NAMES: [&str; 3] = ["month", "currency", "rate"];

/// Where month, currency and rate stand.
type Columns = [usize; 3];

/// Reads the rates of a file into the currency that is kept.
///
/// # Shape
///
/// One rate a month and currency; a row that says the same again is none too many. A month is `2024-01` or a day
/// of it. Rates are plain decimals with a point.
///
/// # Errors
///
/// [`Code::UnreadableRates`] for the header or every line that cannot be used; and those of reading a file.
pub fn read_rates(mut source: Source, kept: &str, fx: Fx) -> Result<Rates, Errors> {
    let (bytes, seen) = read_all(&mut source)?;
    let file = source.name().to_owned();
    let dialect = detect_dialect(&bytes, true, None, &file)?;
    let text = &bytes[dialect.preamble.min(bytes.len())..];
    let mut rows = Rows {
        text,
        records: Records::new(text, &dialect, dialect.first_line()),
        record: Record::new(),
        header: Vec::new(),
        file: &file,
    };
    let columns = rows.header(&dialect)?;
    let mut rates = Rates::new(&file, kept, fx);
    let mut stated: BTreeMap<(String, Month), (Amount, u64)> = BTreeMap::new();
    let mut errors = Vec::new();
    while rows.next()? {
        rates.rows += 1;
        match rows.rate(&columns, kept) {
            Err(message) => errors.push(message),
            Ok((currency, month, rate)) => {
                let line = rows.record.line();
                let first = stated
                    .entry((currency.clone(), month))
                    .or_insert((rate, line));
                if currency == kept {
                    continue;
                }
                if first.0 == rate {
                    rates.state(&currency, month, rate);
                } else {
                    errors.push(rows.two_rates(&columns, (&currency, month), (rate, *first)));
                }
            }
        }
    }
    if rates.rows == 0 {
        let message = Message::new(Code::UnreadableRates, "no rate stands below the header");
        errors.push(message.at(Place::file(&file)));
    }
    if !errors.is_empty() {
        return Err(Errors::from(errors));
    }
    rates.fingerprint = seen.fingerprint;
    Ok(rates)
}

/// The whole text of a file, and what was seen on the way.
fn read_all(source: &mut Source) -> Result<(Vec<u8>, Seen), Message> {
    loop {
        let mut stream = source.open(None)?;
        let mut text = Vec::new();
        let end = loop {
            match stream.next_block(&mut text)? {
                Next::More => {}
                end => break end,
            }
        };
        match end {
            Next::Restart(encoding) => source.assume(encoding),
            _ => return Ok((text, stream.finish())),
        }
    }
}

/// The rows of the file as they are read.
struct Rows<'a> {
    text: &'a [u8],
    records: Records<'a>,
    record: Record,
    header: Vec<String>,
    file: &'a str,
}

impl Rows<'_> {
    /// Reads the next row; false at the end.
    fn next(&mut self) -> Result<bool, Message> {
        let read = self.records.next(&mut self.record);
        read.map_err(|fault| fault.message(self.file))
    }

    /// The text of a cell; nothing where the row is too short.
    fn cell(&self, index: usize) -> String {
        let mut scratch = String::new();
        trimmed(self.record.cell(self.text, index, &mut scratch)).to_owned()
    }

    /// Finds the columns by their headers.
    fn header(&mut self, dialect: &Dialect) -> Result<Columns, Message> {
        if !self.next()? {
            let headline = format!("`{}` has no header and no rows", self.file);
            return Err(Message::new(Code::UnreadableRates, headline).at(Place::file(self.file)));
        }
        let cells: Vec<String> = (0..self.record.len())
            .map(|index| self.cell(index))
            .collect();
        let names: Vec<String> = cells.iter().map(|cell| folded(cell)).collect();
        let found = NAMES.map(|name| names.iter().position(|cell| cell == name));
        if let ([Some(month), Some(currency), Some(rate)], 3) = (found, cells.len()) {
            self.header = cells;
            return Ok([month, currency, rate]);
        }
        let shown: Vec<String> = cells.iter().map(|cell| format!("`{cell}`")).collect();
        let message = Message::new(
            Code::UnreadableRates,
            format!(
                "`{}` has no columns month, currency and rate alone",
                self.file
            ),
        )
        .at(Place::line(self.file, self.record.line()))
        .found(text::list(&shown, "and"))
        .expected("`month,currency,rate`");
        Err(if cells.len() == 1 {
            let delimiter = char::from(dialect.delimiter);
            message.note(format!("`{delimiter}` does not divide the line"))
        } else {
            message
        })
    }

    /// What a row states, or what is wrong with it.
    fn rate(&self, columns: &Columns, kept: &str) -> Result<(String, Month, Amount), Message> {
        let [month, currency, rate] = columns.map(|index| self.cell(index));
        let extra = (NAMES.len()..self.record.len()).find(|index| !self.cell(*index).is_empty());
        if let Some(index) = extra {
            let headline = "a row has more cells than the header";
            return Err(self
                .fault(headline.to_owned(), index)
                .help("if the cells are numbers with a comma, write them with a point: `1.0842`"));
        }
        let Some(read) = read_month(&month) else {
            let headline = format!("cannot read `{month}` as a month");
            return Err(self
                .fault(headline, columns[0])
                .expected("2024-01, or a day of it such as 2024-01-31"));
        };
        let code = currency.to_uppercase();
        if code.is_empty() || !code.chars().all(char::is_alphanumeric) {
            let headline = format!("cannot read `{currency}` as a currency");
            return Err(self
                .fault(headline, columns[1])
                .expected("a code such as EUR"));
        }
        let amount = Amount::parse_plain(&rate).ok_or_else(|| {
            let headline = format!("cannot read `{rate}` as a rate");
            self.fault(headline, columns[2])
                .expected("a plain decimal with a point and at most 18 decimals, such as 1.0842")
        })?;
        if amount.is_zero() || amount.is_negative() {
            let headline =
                format!("the rate of {code} for {read} is {amount}, and has to be above zero");
            return Err(self.fault(headline, columns[2]));
        }
        if code == kept && amount != Amount::new(1, 0) {
            let headline = format!(
                "the rate of {kept} for {read} is {amount}, and amounts are converted to {kept}"
            );
            return Err(self
                .fault(headline, columns[2])
                .expected(format!("1, or no row for {kept}"))
                .help(
                    "a rate is how much of the currency of `--currency` one unit of the other is",
                ));
        }
        Ok((code, read, amount))
    }

    fn two_rates(
        &self,
        columns: &Columns,
        (currency, month): (&str, Month),
        (rate, (first, line)): (Amount, (Amount, u64)),
    ) -> Message {
        let headline = format!("{month} has two rates of {currency}: {first} and {rate}");
        let message = self.fault(headline, columns[2]);
        message.found(format!("{first} in {}:{line}", self.file))
    }

    fn fault(&self, headline: String, index: usize) -> Message {
        Message::new(Code::UnreadableRates, headline).at(Place {
            column: self.header.get(index).cloned(),
            excerpt: Some(self.record.excerpt(self.text, index)),
            ..Place::line(self.file, self.record.cell_line(self.text, index))
        })
    }
}

fn read_month(cell: &str) -> Option<Month> {
    Month::parse(cell).or_else(|| {
        let (month, day) = cell.rsplit_once('-')?;
        let month = Month::parse(month)?;
        let day = Day::new(month, day.parse().ok()?);
        day.filter(|_| cell.len() == 10).map(|_| month)
    })
}
