//! The row at hand as it stands in the file: what is wrong with it, said to a person.

use std::borrow::Cow;

use super::super::columns::{Role, quoted};
use super::super::date::{DateFault, read_when};
use super::super::log::NO_YEAR;
use super::super::number::{AmountFault, read_amount};
use super::super::repeats::{Repeats, content, under};
use super::super::scan::Record;
use super::plan::Plan;
use super::reader::trimmed;
use crate::error::{Code, Message, Place};
use crate::ledger::RowPlace;
use crate::units::Amount;

/// The row at hand, for messages about it.
pub(super) struct RawRow<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) record: &'a Record,
    pub(super) bytes: &'a [u8],
}

impl RawRow<'_> {
    /// Remembers the row at hand by all its cells, for finding rows that are equal in every column.
    pub(super) fn remember(&self, repeats: &mut Repeats, place: RowPlace) {
        let cells = (0..self.record.len()).map(|index| {
            let cell = self.record.stored(self.bytes, index);
            (cell, self.record.is_quoted(index))
        });
        let mut row = Vec::new();
        content(cells, self.plan.dialect.delimiter, &mut row);
        repeats.add(&row, under(self.plan.periods), place);
    }

    /// `None` where the whole column decides: the cell is readable under the other mark, and which one
    /// holds is settled when every row was seen.
    pub(super) fn amount(&self, column: usize, cell: &str, fault: AmountFault) -> Option<Message> {
        let (mark, is_set) = self.plan.mark;
        let reason = match fault {
            AmountFault::TooLarge => {
                let headline = format!("`{}` is more than 1,000,000,000,000", short(cell));
                return Some(
                    Message::new(Code::AmountTooLarge, headline)
                        .at(self.column_place(column))
                        .note("an id or a date in the column of the amount looks like this"),
                );
            }
            AmountFault::Unreadable(reason) => reason,
        };
        let is_other = read_amount(cell, mark.other()).1.is_ok();
        if is_other && !is_set {
            return None;
        }
        let message = Message::new(
            Code::UnreadableAmount,
            format!("cannot read `{}` as an amount", short(cell)),
        )
        .at(self.column_place(column));
        Some(if is_other {
            let other = mark.other().sign();
            message
                .note(format!(
                    "the decimal mark `{}` was set by {}",
                    mark.sign(),
                    self.plan.set_by("decimal")
                ))
                .help(format!(
                    "if every amount is written this way, pass `--decimal {other}`"
                ))
        } else {
            let message = message.note(format!("the cell {reason}"));
            match cell.as_bytes() {
                [b'#' | b'0'..=b'9' | b'-' | b'+', ..] => message,
                _ => message.expected("a number; no word is read as zero"),
            }
        })
    }

    /// `None` where the whole file decides: the cell is a date in the other order.
    pub(super) fn date(&self, column: usize, cell: &str, fault: DateFault) -> Option<Message> {
        let (order, is_set) = self.plan.order;
        let other = order.other();
        let is_other = matches!(fault, DateFault::NoSuchDay)
            && read_when(cell, other, self.plan.fiscal_year).1.is_ok();
        if is_other && !is_set {
            return None;
        }
        let unreadable = Message::new(
            Code::UnreadableDate,
            format!("cannot read `{}` as a date or period", short(cell)),
        );
        let message = match fault {
            DateFault::OutOfRange(year) => Message::new(
                Code::DateOutOfRange,
                format!("`{cell}` lies outside 1990 to 2100"),
            )
            .found(format!("the year {year}"))
            .note("a slip or a placeholder would stretch the data over empty months"),
            DateFault::Placeholder => Message::new(
                Code::DateOutOfRange,
                format!("`{cell}` is a placeholder, not a date"),
            )
            .expected("a date from 1990 to 2100"),
            DateFault::FiscalStartUnknown => Message::new(
                Code::FiscalStartUnknown,
                format!("`{cell}` is a fiscal period, and the start of fiscal years is not known"),
            )
            .help("say in which month they start, such as `--fiscal-year-start 2`"),
            DateFault::YearUnknown => unreadable.note(NO_YEAR[0]).expected(FORMS),
            DateFault::Relative => unreadable.note(NO_YEAR[1]).expected(FORMS),
            DateFault::NoSuchDay if is_other => unreadable
                .note(format!(
                    "the order `{}` was set by {}",
                    order.word(),
                    self.plan.set_by("date-order")
                ))
                .help(format!(
                    "if every date is written this way, pass `--date-order {}`",
                    other.word()
                )),
            DateFault::NoSuchDay => unreadable.note("the calendar has no such day or month"),
            DateFault::Unreadable => unreadable.expected(FORMS),
        };
        Some(message.at(self.column_place(column)))
    }

    pub(super) fn extra_cells(&self, index: usize) -> Message {
        let width = self.plan.columns.header.len();
        Message::new(
            Code::ExtraCells,
            format!(
                "a row has {} cells under {width} headers",
                self.record.len()
            ),
        )
        .at(self.cell_place(index, None))
        .note("a delimiter inside a text that is not quoted shifts every later cell")
        .help("put the text in quotes, or export the file again")
    }

    pub(super) fn repeated_header(&self) -> Message {
        Message::new(
            Code::RepeatedHeader,
            "the header stands again among the rows",
        )
        .at(self.cell_place(0, None))
        .note("the columns below it may stand in another order")
        .help("if files were put one after the other, give them one by one, else remove the line")
    }

    pub(super) fn empty_amount(&self) -> Message {
        Message::new(
            Code::EmptyAmount,
            "a row names a customer and a period but no amount",
        )
        .at(self.place(Role::Amount))
        .note("it may mean that nothing was paid, or that the export lost the amount")
        .help("if it means nothing was paid, pass `--empty-amount zero`")
    }

    pub(super) fn empty_customer(&self) -> Message {
        let message = Message::new(Code::EmptyCustomer, "a row with revenue names no customer");
        self.without_cell(message, Role::Customer)
    }

    pub(super) fn empty_date(&self, role: Role) -> Message {
        let headline = if role == Role::Date {
            "a row with revenue names no date or period".to_owned()
        } else {
            format!("a row with revenue names no {}", role.noun())
        };
        self.without_cell(Message::new(Code::EmptyDate, headline), role)
    }

    /// An empty cell where one is needed, beside the amount that needs it.
    fn without_cell(&self, message: Message, role: Role) -> Message {
        let column = |role: Role| self.plan.columns.name(role).unwrap_or_default();
        let message = message.at(self.place(role)).found(format!(
            "`{}` in `{}`, nothing in `{}`",
            self.text(Role::Amount),
            column(Role::Amount),
            column(role)
        ));
        let customer = self.text(Role::Customer);
        if is_total(&customer) {
            message
                .note(format!("`{customer}` looks like a row of totals"))
                .help("remove it: totals are computed")
        } else {
            message
        }
    }

    pub(super) fn damaged_id(&self, id: &str) -> Message {
        let headline = if id.starts_with('#') {
            format!("`{id}` stands in place of an id: a spreadsheet wrote it")
        } else {
            format!("`{id}` is an id that a spreadsheet has rounded")
        };
        Message::new(Code::DamagedId, headline)
            .at(self.place(Role::Customer))
            .note("several customers may have become one")
            .help("export again with the column as text")
    }

    /// A sign beside an amount that another currency is named for, in the row or in the header.
    pub(super) fn currency_conflict(&self, column: usize, sign: &str) -> Message {
        let amount = &self.plan.columns.header[column];
        let stated = self.text(Role::Currency);
        let (headline, named) = match (stated.as_str(), self.plan.header_currency) {
            ("", Some(code)) => (
                format!("an amount in {sign} stands in a column of {code}"),
                format!("`{code}` in the header `{amount}`"),
            ),
            (code, _) => {
                let column = self.plan.columns.name(Role::Currency).unwrap_or_default();
                (
                    format!("an amount in {sign} stands in a row of {code}"),
                    format!("`{code}` in `{column}`"),
                )
            }
        };
        Message::new(Code::CurrencyConflict, headline)
            .at(self.column_place(column))
            .found(format!("`{}` in `{amount}`, {named}", self.text_at(column)))
    }

    pub(super) fn too_many_decimals(&self, column: usize, cell: &str) -> Message {
        Message::new(
            Code::UnreadableAmount,
            format!("cannot read `{}` as an amount", short(cell)),
        )
        .at(self.column_place(column))
        .note("in major units it has more than 18 decimals")
    }

    /// The cell of a role as it stands in the file.
    pub(super) fn text(&self, role: Role) -> String {
        self.text_at(self.plan.columns.of(role).unwrap_or(usize::MAX))
    }

    /// The cell of a column as it stands in the file, blanks around it left out.
    pub(super) fn text_at(&self, column: usize) -> String {
        trimmed(self.record.cell(self.bytes, column, &mut String::new())).to_owned()
    }

    /// What is wrong with an amount that counts cents and has decimals.
    pub(super) fn part_of_cent(&self, column: usize, amount: Amount) -> Option<Message> {
        let is_doubtful = self.plan.is_minor
            && !self.plan.is_minor_sure
            && amount.units() % 10_i128.pow(u32::from(amount.scale())) != 0;
        is_doubtful.then(|| {
            let name = &self.plan.columns.header[column];
            let headline = format!("`{name}` should count cents, and {amount} has decimals");
            Message::new(Code::AmbiguousUnit, headline)
                .at(self.column_place(column))
                .note("divided by a hundred, sums would be a hundred times too low")
                .help(
                    "pass `--unit major` if amounts are in dollars and the like, or `--unit minor`",
                )
        })
    }

    /// What is wrong with a row whose yearly run rate is not twelve times its monthly one.
    pub(super) fn no_twin(&self, amount: Amount) -> Option<Message> {
        let column = self.plan.columns.yearly_twin?;
        let (_, yearly) = read_amount(&self.text_at(column), self.plan.mark.0);
        let yearly = yearly.ok().flatten()?.amount;
        if amount.checked_mul(12) == Some(yearly) {
            return None;
        }
        let (name, twin) = (
            self.plan.columns.name(Role::Amount).unwrap_or_default(),
            &self.plan.columns.header[column],
        );
        let headline = format!(
            "`{twin}` is not twelve times `{name}` in every row, and either could be the amount"
        );
        Some(
            Message::new(Code::AmbiguousColumn, headline)
                .at(self.column_place(column))
                .found(format!("{amount} in `{name}`, {yearly} in `{twin}`"))
                .help(format!(
                    "say which: `--amount {}` or `--amount {}`",
                    quoted(name),
                    quoted(twin)
                )),
        )
    }

    /// Where the row stands.
    pub(super) fn row_place(&self) -> RowPlace {
        RowPlace {
            file: self.plan.file.0,
            line: self.record.line(),
        }
    }

    /// The column of a role; the first one for a role without a column.
    pub(super) fn column(&self, role: Role) -> usize {
        self.plan.columns.of(role).unwrap_or_default()
    }

    pub(super) fn place(&self, role: Role) -> Place {
        let columns = self.plan.columns;
        self.cell_place(
            columns.of(role).unwrap_or_default(),
            columns.name(role).map(str::to_owned),
        )
    }

    /// The cell of a column.
    pub(super) fn column_place(&self, column: usize) -> Place {
        let name = self.plan.columns.header.get(column).cloned();
        self.cell_place(column, name)
    }

    fn cell_place(&self, index: usize, column: Option<String>) -> Place {
        let (file_number, file) = self.plan.file;
        Place {
            file_number,
            file: file.to_owned(),
            line: Some(self.record.cell_line(self.bytes, index)),
            column,
            excerpt: Some(self.record.excerpt(self.bytes, index)),
        }
    }
}

/// A cell as a headline quotes it; the line below shows more of it.
pub(super) fn short(cell: &str) -> Cow<'_, str> {
    const LONGEST: usize = 60;
    match cell.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}…", &cell[..end])),
        None => Cow::Borrowed(cell),
    }
}

/// How a period can be written.
const FORMS: &str = "a date such as 2024-01-31 or a period such as 2024-01 or 2024-Q1";

/// True for a word that rows of totals have in place of a customer.
pub(crate) fn is_total(customer: &str) -> bool {
    const WORDS: &[&str] = &[
        "total",
        "totals",
        "grand total",
        "grand totals",
        "subtotal",
        "sum",
        "all customers",
        "summe",
        "gesamt",
        "gesamtsumme",
        "insgesamt",
        "totale",
        "totaal",
        "suma",
        "somme",
    ];
    // `Total MRR`, `Grand Total (USD)` and `Company total` are the same.
    const BESIDE: &[&str] = &[
        "mrr",
        "arr",
        "acv",
        "revenue",
        "company",
        "monthly",
        "annual",
        "portfolio",
        "net",
        "overall",
        "usd",
        "eur",
        "gbp",
        "chf",
    ];
    let customer = customer.trim_end_matches([':', ' ']).to_lowercase();
    if WORDS.contains(&customer.as_str()) {
        return true;
    }
    // Nearly every name ends here: what is below takes it apart.
    if !WORDS.iter().any(|word| customer.contains(word)) {
        return false;
    }
    let words = customer.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words
        .filter(|word| !word.is_empty() && !BESIDE.contains(word))
        .collect();
    WORDS.contains(&words.join(" ").as_str())
}
