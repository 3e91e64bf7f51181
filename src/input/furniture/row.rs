//! Each record below the header: its label, and what else it holds.

use super::words::{Form, form_of, is_bare, key};
use super::{Body, Line};
use crate::input::number::{Mark, read_amount};
use crate::units::Amount;

/// What an amount cell states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Nothing: it is empty.
    Nothing,
    /// An amount.
    Amount(Amount),
    /// What is no amount.
    Unread,
}

impl Stated {
    pub(super) fn read(cell: &str, mark: Mark) -> Stated {
        if cell.is_empty() {
            return Stated::Nothing;
        }
        match read_amount(cell, mark).1 {
            Ok(Some(reading)) => Stated::Amount(reading.amount),
            Ok(None) => Stated::Nothing,
            Err(_) => Stated::Unread,
        }
    }

    /// The amount, nothing being zero; `None` where it is not known.
    pub(super) fn amount(self) -> Option<Amount> {
        match self {
            Stated::Nothing => Some(Amount::ZERO),
            Stated::Amount(amount) => Some(amount),
            Stated::Unread => None,
        }
    }
}

/// One record.
#[derive(Clone, Debug, Default)]
pub(super) struct Row<'a> {
    /// What it is called by: its customer, or the first text there is. Empty if it has none.
    pub(super) label: &'a str,
    /// The column of the label.
    pub(super) label_at: usize,
    /// What the label can be; plain for rows with a date.
    pub(super) form: Form,
    /// How many records the label states.
    pub(super) count: Option<u64>,
    /// Whether an amount cell holds something.
    pub(super) has_amount: bool,
    /// Whether a cell beside the label and the amounts holds something.
    pub(super) has_more: bool,
}

impl Row<'_> {
    /// Nothing at all.
    pub(super) fn is_blank(&self) -> bool {
        self.label.is_empty() && !self.has_amount
    }

    /// A label and nothing else.
    pub(super) fn is_label_only(&self) -> bool {
        !self.label.is_empty() && !self.has_amount && !self.has_more
    }

    /// Amounts and nothing else.
    pub(super) fn is_amounts_only(&self) -> bool {
        self.label.is_empty() && self.has_amount
    }
}

/// Looks at every record.
pub(super) fn rows<'a>(body: &Body<'a>) -> Vec<Row<'a>> {
    let mut is_amount = vec![false; body.amounts.iter().max().map_or(0, |last| last + 1)];
    for column in body.amounts {
        is_amount[*column] = true;
    }
    let mut rows: Vec<Row<'a>> = Vec::with_capacity(body.lines.len());
    for line in body.lines {
        let mut row = row(body, line, &is_amount);
        // Some reports give a total's word a line of its own, and the amounts the next.
        if row.is_amounts_only()
            && let Some(above) = rows.last()
            && above.form == Form::Bare
            && above.is_label_only()
        {
            (row.form, row.count) = (Form::Bare, above.count);
        }
        rows.push(row);
    }
    rows
}

fn row<'a>(body: &Body<'a>, line: &'a Line, is_amount: &[bool]) -> Row<'a> {
    let is_amount = |column: usize| is_amount.get(column) == Some(&true);
    let filled = |column: &usize| !line.cell(*column).is_empty();
    let mut texts = (0..line.cells.len()).filter(|column| filled(column) && !is_amount(*column));
    let first = texts.next();
    let leads = |column: &usize| *column == 0 && is_bare(&key(line.cell(*column)));
    let customer = Some(body.customer).filter(|column| filled(column) && !is_amount(*column));
    let label_at = first.filter(leads).or(customer).or(first);
    let label = label_at.map_or("", |column| line.cell(column));
    let label_at = label_at.unwrap_or_default();
    let is_dated = body
        .date
        .is_some_and(|date| date != label_at && filled(&date));
    let (form, count) = if is_dated {
        (Form::Plain, None)
    } else {
        form_of(label)
    };
    Row {
        label,
        label_at,
        form,
        count,
        has_amount: (0..line.cells.len()).any(|column| is_amount(column) && filled(&column)),
        has_more: texts.next().is_some(),
    }
}

/// The columns that names of customers stand in: the customer's, and where it is the first and has no header,
/// those beside it without one, into which some reports indent what belongs to a customer.
pub(super) fn label_columns(body: &Body<'_>) -> Vec<usize> {
    let unnamed = body.header.iter().take_while(|name| name.is_empty());
    let indented = if body.customer == 0 {
        1..unnamed.count()
    } else {
        0..0
    };
    let beside = indented.filter(|column| !body.amounts.contains(column));
    std::iter::once(body.customer).chain(beside).collect()
}

/// What a record states in each amount column.
pub(super) fn stated(body: &Body<'_>, line: &Line) -> Vec<Stated> {
    let cells = body.amounts.iter().map(|column| line.cell(*column));
    cells.map(|cell| Stated::read(cell, body.mark)).collect()
}
