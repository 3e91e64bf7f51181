//! What is wrong with a row, said to a person.

use super::super::columns::Role;
use super::super::date::{DateFault, DateOrder, read_when};
use super::super::number::{AmountFault, read_amount};
use super::super::repeats::Repeats;
use super::super::scan::Record;
use super::long::Plan;
use crate::error::{Code, Message, Place};
use crate::ledger::RowPlace;

/// The row at hand, for messages about it.
pub(super) struct Faults<'a> {
    pub(super) plan: &'a Plan<'a>,
    pub(super) record: &'a Record,
    pub(super) bytes: &'a [u8],
}

impl Faults<'_> {
    /// Remembers the row at hand by all its cells, for finding rows that are equal in every column.
    pub(super) fn remember(&self, repeats: &mut Repeats, place: RowPlace) {
        let cells = (0..self.record.len()).map(|index| self.record.stored(self.bytes, index));
        repeats.add(cells, place);
    }

    /// `None` where the whole column decides: the cell is readable under the other mark, and which one
    /// holds is settled when every row was seen.
    pub(super) fn amount(&self, cell: &str, fault: AmountFault) -> Option<Message> {
        let (mark, is_set) = self.plan.mark;
        let reason = match fault {
            AmountFault::TooLarge => {
                let headline = format!("`{cell}` is more than 1,000,000,000,000");
                return Some(
                    Message::new(Code::AmountTooLarge, headline).at(self.place(Role::Amount)),
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
            format!("cannot read `{cell}` as an amount"),
        )
        .at(self.place(Role::Amount));
        Some(if is_other {
            let other = mark.other().sign();
            message
                .note(format!("the decimal mark `{}` was set", mark.sign()))
                .help(format!(
                    "if every amount is written this way, pass `--decimal {other}`"
                ))
        } else {
            message.note(format!("the cell {reason}"))
        })
    }

    /// `None` where the whole file decides: the cell is a date in the other order.
    pub(super) fn date(&self, cell: &str, fault: DateFault) -> Option<Message> {
        let (order, is_set) = self.plan.order;
        let other = match order {
            DateOrder::DayFirst => DateOrder::MonthFirst,
            DateOrder::MonthFirst => DateOrder::DayFirst,
        };
        let is_other = matches!(fault, DateFault::NoSuchDay)
            && read_when(cell, other, self.plan.fiscal_year).1.is_ok();
        if is_other && !is_set {
            return None;
        }
        let unreadable = Message::new(
            Code::UnreadableDate,
            format!("cannot read `{cell}` as a date or period"),
        );
        let message = match fault {
            DateFault::OutOfRange(year) => Message::new(
                Code::DateOutOfRange,
                format!("`{cell}` lies outside 1990 to 2100"),
            )
            .found(format!("the year {year}")),
            DateFault::Placeholder => Message::new(
                Code::DateOutOfRange,
                format!("`{cell}` is a placeholder, not a date"),
            ),
            DateFault::FiscalStartUnknown => Message::new(
                Code::FiscalStartUnknown,
                format!("`{cell}` is a fiscal period, and the start of fiscal years is not known"),
            )
            .help("say in which month they start, such as `--fiscal-year-start 2`"),
            DateFault::YearUnknown => unreadable.note("it names no year"),
            DateFault::Relative => {
                unreadable.note("it counts from a month that the file does not name")
            }
            DateFault::NoSuchDay if is_other => unreadable
                .note("the order of day and month was set")
                .help(format!(
                    "if every date is written this way, pass `--date-order {}`",
                    order_flag(other)
                )),
            DateFault::NoSuchDay => unreadable.note("the calendar has no such day"),
            DateFault::Unreadable => unreadable,
        };
        Some(message.at(self.place(Role::Date)))
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
        .note("files were put one after the other")
        .help("give the files one by one: `nrr calc a.csv b.csv`")
    }

    pub(super) fn empty_amount(&self) -> Message {
        Message::new(
            Code::EmptyAmount,
            "a row names a customer and a period but no amount",
        )
        .at(self.place(Role::Amount))
        .help("if it means nothing was paid, pass `--empty-amount zero`")
    }

    pub(super) fn empty_customer(&self) -> Message {
        Message::new(Code::EmptyCustomer, "a row with revenue names no customer")
            .at(self.place(Role::Customer))
    }

    pub(super) fn empty_date(&self) -> Message {
        Message::new(Code::EmptyDate, "a row with revenue names no date").at(self.place(Role::Date))
    }

    pub(super) fn damaged_id(&self, id: &str) -> Message {
        Message::new(
            Code::DamagedId,
            format!("`{id}` is an id that a spreadsheet has rounded"),
        )
        .at(self.place(Role::Customer))
        .note("several customers may have become one")
        .help("export again with the column as text")
    }

    pub(super) fn currency_conflict(&self, sign: &str) -> Message {
        let code = self.plan.columns.name(Role::Currency).unwrap_or_default();
        Message::new(
            Code::CurrencyConflict,
            format!("the amount is in `{sign}`, the column `{code}` says otherwise"),
        )
        .at(self.place(Role::Currency))
    }

    pub(super) fn too_many_decimals(&self, cell: &str) -> Message {
        Message::new(
            Code::UnreadableAmount,
            format!("cannot read `{cell}` as an amount"),
        )
        .at(self.place(Role::Amount))
        .note("in major units it has more than 18 decimals")
    }

    fn place(&self, role: Role) -> Place {
        let columns = self.plan.columns;
        self.cell_place(
            columns.of(role).unwrap_or_default(),
            columns.name(role).map(str::to_owned),
        )
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

/// The word of `--date-order`.
pub(crate) const fn order_flag(order: DateOrder) -> &'static str {
    match order {
        DateOrder::DayFirst => "dmy",
        DateOrder::MonthFirst => "mdy",
    }
}
