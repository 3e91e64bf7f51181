//! Columns named as the sum of each row's periods, proved while rows are read.
//!
//! This is the one place that proves them, whatever stands around the rows and however long the file is.

use super::super::furniture::{grouped, is_same};
use super::super::number::read_amount;
use super::plan::Plan;
use super::raw_row::RawRow;
use crate::error::{Code, Message, Place};
use crate::text;
use crate::units::Amount;

/// What rows show about the columns of totals.
#[derive(Clone, Debug, Default)]
pub struct RowTotals {
    /// One a column of totals, in the order of the plan; none before the first row.
    columns: Vec<RowTotal>,
}

#[derive(Clone, Debug, Default)]
struct RowTotal {
    /// How many rows state their sum.
    proved: u64,
    /// How many state something else.
    unproven: u64,
    /// The first of these.
    first: Option<Difference>,
}

/// A row that states another total than its periods make.
#[derive(Clone, Debug)]
struct Difference {
    place: Place,
    cell: String,
    stated: Amount,
    sum: Amount,
    periods: u64,
}

impl RowTotals {
    /// Compares what a row states with the sum of its periods. A cell that is no amount is for others to report.
    pub(super) fn add(&mut self, plan: &Plan<'_>, raw: &RawRow<'_>) {
        if plan.totals.is_empty() {
            return;
        }
        self.columns
            .resize_with(plan.totals.len(), RowTotal::default);
        let read = |column: usize| {
            let (_, reading) = read_amount(&raw.text_at(column), plan.mark.0);
            let reading = reading.ok()?;
            Some(reading.map(|reading| reading.amount))
        };
        let mut amounts = plan.periods.iter().map(|label| read(label.index));
        let sum = amounts.try_fold(Amount::ZERO, |sum, amount| {
            sum.checked_add(amount?.unwrap_or(Amount::ZERO))
        });
        let Some(sum) = sum else {
            return;
        };
        let periods = plan.periods.len() as u64;
        for (column, total) in self.columns.iter_mut().zip(plan.totals) {
            let Some(Some(stated)) = read(*total) else {
                continue;
            };
            if is_same(sum, stated, periods) {
                column.proved += 1;
                continue;
            }
            column.unproven += 1;
            column.first.get_or_insert_with(|| Difference {
                place: raw.column_place(*total),
                cell: raw.text_at(*total),
                stated,
                sum,
                periods,
            });
        }
    }

    /// Takes note of a row that states no other total than its periods make, and of the columns that state it.
    #[inline]
    pub(super) fn add_proved(&mut self, proved: &[bool]) {
        if self.columns.len() < proved.len() {
            self.columns.resize_with(proved.len(), RowTotal::default);
        }
        for (column, proved) in self.columns.iter_mut().zip(proved) {
            column.proved += u64::from(*proved);
        }
    }

    /// Takes in what another thread saw.
    pub(super) fn merge(&mut self, other: RowTotals) {
        if self.columns.is_empty() {
            *self = other;
            return;
        }
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.proved += theirs.proved;
            mine.unproven += theirs.unproven;
            let both = [mine.first.take(), theirs.first];
            let both = both.into_iter().flatten();
            mine.first = both.min_by_key(|difference| difference.place.line);
        }
    }

    /// True if some column of totals is the sum of each row.
    pub(in crate::input) fn has_proved(&self) -> bool {
        let mut columns = self.columns.iter();
        columns.any(|column| column.proved > 0 && column.unproven == 0)
    }

    /// One message a column that is not the sum of each row: an error, or with `--keep-totals` a warning.
    pub(in crate::input) fn unproven(&self, keeps_totals: bool) -> Vec<Message> {
        let columns = self.columns.iter();
        columns
            .filter_map(|column| {
                Some(message(
                    column.first.as_ref()?,
                    column.unproven,
                    keeps_totals,
                ))
            })
            .collect()
    }
}

fn message(first: &Difference, count: u64, keeps_totals: bool) -> Message {
    let name = first.place.column.as_deref().unwrap_or_default();
    let is_not = format!(
        "`{name}` is not the sum of its row in {}",
        text::count(count, "row")
    );
    let (code, headline) = if keeps_totals {
        (
            Code::Furniture,
            format!("{is_not} and was left out unproved"),
        )
    } else {
        (Code::UnprovenTotal, is_not)
    };
    let message = Message::new(code, headline)
        .at(first.place.clone())
        .found(format!("`{}`", first.cell))
        .expected(format!(
            "{}, the sum of {} of this row",
            grouped(first.sum),
            text::count(first.periods, "column")
        ))
        .counting(count);
    let message = match first.stated.checked_add(-first.sum) {
        Some(difference) => message.note(format!("they differ by {}", grouped(difference))),
        None => message,
    };
    if keeps_totals {
        return message;
    }
    message.help("mend the row, or leave the column out unproved with `--keep-totals`")
}

#[cfg(test)]
mod tests {
    use crate::error::{Code, Errors};
    use crate::input::load::{LoadOptions, Loaded, load};
    use crate::input::source::Source;
    use crate::policies::Policies;
    use crate::units::Grain;

    fn loaded(text: &str, change: impl Fn(&mut LoadOptions)) -> Result<Loaded, Errors> {
        let mut options = LoadOptions::default();
        change(&mut options);
        let source = Source::stdin(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())));
        load(vec![source], &options, &Policies::default(), &|_| {})
    }

    fn as_it_is(_: &mut LoadOptions) {}

    fn keeping(options: &mut LoadOptions) {
        options.keeps_totals = true;
    }

    /// The headlines of warnings about columns of totals.
    fn warned(loaded: &Loaded) -> Vec<&str> {
        let warnings = loaded.warnings.iter();
        let warnings = warnings.filter(|warning| warning.headline.contains("is not the sum"));
        warnings.map(|warning| warning.headline.as_str()).collect()
    }

    /// A plain table, and a report, which is read through once more before its rows are.
    const FILES: [&str; 2] = [
        "customer,Jan 2024,Feb 2024,Mar 2024,Total\nA,1,2,3,6\nB,33,33,33,100\nC,1333,1333,1333,4000\n",
        "Invented Ltd\nRevenue\n\ncustomer,Jan 2024,Feb 2024,Mar 2024,Total\nA,1,2,3,6\nB,33,33,33,100\n\
         C,1333,1333,1333,4000\nTotal,1367,1368,1369,4106\n",
    ];

    #[test]
    fn a_column_that_is_no_sum_is_asked_about_once() {
        for text in FILES {
            let errors = loaded(text, as_it_is).expect_err("a total is wrong").list;
            assert_eq!(errors.len(), 1, "{text}");
            let error = &errors[0];
            assert_eq!(error.code, Code::UnprovenTotal);
            assert_eq!(
                error.headline,
                "`Total` is not the sum of its row in 2 rows"
            );
            let said: Vec<&str> = error
                .evidence
                .iter()
                .map(|said| said.text.as_str())
                .collect();
            assert_eq!(
                said,
                [
                    "`100`",
                    "99, the sum of 3 columns of this row",
                    "they differ by 1"
                ]
            );
            assert_eq!(
                error.help,
                ["mend the row, or leave the column out unproved with `--keep-totals`"]
            );
        }
    }

    #[test]
    fn a_column_that_is_no_sum_is_left_out_where_that_was_asked_for() {
        for text in FILES {
            let loaded = loaded(text, keeping).expect("the column is left out");
            assert_eq!(
                warned(&loaded),
                ["`Total` is not the sum of its row in 2 rows and was left out unproved"]
            );
        }
    }

    #[test]
    fn a_sum_may_be_off_by_a_cent_a_column() {
        for text in FILES {
            let near = text
                .replace(",100\n", ",99.03\n")
                .replace("4000", "3998.97");
            let near = loaded(&near, as_it_is).expect("each row was rounded");
            assert_eq!(warned(&near), [""; 0]);
            let far = text.replace(",100\n", ",99.04\n").replace("4000", "3999");
            assert_eq!(loaded(&far, as_it_is).expect_err("not so far").total, 1);
        }
    }

    #[test]
    fn a_total_of_columns_that_were_left_out_is_not_proved() {
        let monthly = |options: &mut LoadOptions| options.periods = Some(Grain::Month);
        for text in FILES {
            let partial = text
                .replace("Mar 2024", "\"Mar 1-15, 2024\"")
                .replace("1,2,3,6", "1,2,3,7");
            assert!(loaded(&partial, monthly).is_ok(), "{partial}");
            // Nothing but the total itself was left out here.
            assert!(loaded(text, monthly).is_err(), "{text}");
        }
    }
}
