//! Customers that are named as totals are, and lines of a roll-forward in place of customers.

use super::columns::quoted;
use super::furniture::may_hold_total;
use super::header;
use super::shape::is_total;
use crate::error::{Code, Message};
use crate::ledger::{Ledger, in_parts};
use crate::text;
use crate::units::Month;

/// How many names a thread looks at before it takes more.
const NAMES: usize = 1 << 14;

/// How a customer that is named as totals are relates to the others.
enum Sum {
    /// It is the sum of the others in each month that it states.
    EachMonth,
    /// It is their sum over all months.
    AllMonths,
    /// It is no sum of them.
    None,
}

fn sum_of_others(ledger: &Ledger, total: u32, named: &[u32]) -> Sum {
    let months = || ledger.first().through(ledger.last());
    let others = |month: Month| -> i128 {
        let others = ledger
            .customers()
            .iter()
            .filter(|other| !named.contains(other));
        others.map(|other| ledger.units(*other, month)).sum()
    };
    let mut stated = months()
        .filter(|month| ledger.units(total, *month) != 0)
        .peekable();
    if stated.peek().is_none() {
        return Sum::None;
    }
    if stated.all(|month| ledger.units(total, month) == others(month)) {
        return Sum::EachMonth;
    }
    let sum: i128 = months().map(|month| ledger.units(total, month)).sum();
    if sum == months().map(others).sum::<i128>() {
        Sum::AllMonths
    } else {
        Sum::None
    }
}

/// A total's name, or that of a subtotal, which is no sum of all others but would count revenue twice as well.
fn is_total_name(name: &str) -> bool {
    if !may_hold_total(name) {
        return false;
    }
    let name_in_small = name.to_lowercase();
    let is_sub = ["subtotal ", "sub-total ", "sub total "]
        .iter()
        .any(|word| name_in_small.starts_with(word));
    is_sub || is_total(name)
}

/// The customers that are named as totals are.
fn named_as_totals(ledger: &Ledger) -> Vec<u32> {
    let customers = ledger.customers();
    let parts = in_parts(customers.len(), NAMES, ledger.threads(), |part| {
        let named = customers[part].iter().copied();
        let named = named.filter(|number| is_total_name(ledger.name(*number)));
        named.collect::<Vec<u32>>()
    });
    parts.concat()
}

/// A customer of any name that is the sum of all others in every month, where so many months and others are no chance.
fn unnamed_total(ledger: &Ledger) -> Option<u32> {
    const NO_CHANCE: usize = 8;
    let inside = ledger.inside();
    let sum = |month: Month| {
        let mut sum: i128 = 0;
        ledger.each_amount(month, &inside, |_, amount| sum += amount);
        sum
    };
    let last = sum(ledger.last());
    let mut halves = Vec::new();
    ledger.each_amount(ledger.last(), &inside, |number, amount| {
        halves.extend((amount != 0 && amount * 2 == last).then_some(number));
    });
    let others = ledger.customers().len().saturating_sub(1);
    let is_total = |half: &u32| {
        let mut amounts = Vec::new();
        for month in ledger.first().through(ledger.last()) {
            let amount = ledger.units(*half, month);
            if sum(month) != amount * 2 {
                return false;
            }
            amounts.extend((amount != 0).then_some(amount));
        }
        let changes = amounts.iter().any(|amount| *amount != amounts[0]);
        changes && amounts.len() * others >= NO_CHANCE
    };
    // Of two customers that pay the same each is the sum of all others.
    halves.into_iter().find(|half| others > 1 && is_total(half))
}

/// Leaves out customers that are named as totals are and are the sum of all others in each of their months, and says
/// so: then they prove that the others are complete.
///
/// # Errors
///
/// [`Code::TotalRow`] for one that is their sum over all months alone, or in every month under any other name, and
/// [`Code::UnprovenTotal`] for one that is no sum, unless such names are to be kept.
pub(super) fn without_totals(
    ledgers: (&mut Ledger, Option<&mut Ledger>),
    column: Option<String>,
    keeps_totals: bool,
) -> Result<Vec<Message>, Message> {
    let (ledger, mut products) = ledgers;
    let mut named = named_as_totals(ledger);
    named.sort_unstable_by_key(|number| ledger.name(*number));
    let column = column.unwrap_or_default();
    let mut warnings = Vec::new();
    if let Some(total) = unnamed_total(ledger).filter(|total| !named.contains(total)) {
        warnings.push(of_any_name(ledger.name(total), &column, keeps_totals)?);
    }
    let all = named.clone();
    for total in named {
        let name = ledger.name(total).to_owned();
        let filter = quoted(&format!("{column}!={name}"));
        match sum_of_others(ledger, total, &all) {
            Sum::EachMonth => {
                ledger.leave_out(&name);
                if let Some(products) = &mut products {
                    products.leave_out(&name);
                }
                let headline = format!(
                    "`{name}` is the sum of all other customers in each of its months, and was left out"
                );
                warnings.push(
                    Message::new(Code::Furniture, headline)
                        .note("it proves that the rows are complete"),
                );
            }
            Sum::AllMonths => {
                let headline =
                    format!("`{name}` is the sum of all other customers over all months");
                return Err(Message::new(Code::TotalRow, headline)
                    .note("as a customer it would double the revenue")
                    .help(format!("leave it out with `--where {filter}`")));
            }
            Sum::None if keeps_totals => warnings.push(total_name(&name, &filter)),
            Sum::None => {
                let headline = format!(
                    "`{name}` is named like a total and is not the sum of the other customers"
                );
                return Err(Message::new(Code::UnprovenTotal, headline)
                    .note("as a total it would count revenue twice; rows may be missing that it counts")
                    .help(format!("if it is a total, leave it out with `--where {filter}`"))
                    .help("if it is a customer, pass `--keep-totals`"));
            }
        }
    }
    Ok(warnings)
}

/// What is said of a customer that is the sum of all others and not named as totals are.
fn of_any_name(name: &str, column: &str, keeps_totals: bool) -> Result<Message, Message> {
    let headline = format!("`{name}` is the sum of all other customers in every month");
    let filter = quoted(&format!("{column}!={name}"));
    let leave_out = format!("if it is a total, leave it out with `--where {filter}`");
    if keeps_totals {
        let message = Message::new(Code::TotalName, headline);
        return Ok(message.note("it was counted as a customer").help(leave_out));
    }
    Err(Message::new(Code::TotalRow, headline)
        .note("as a customer it would double the revenue")
        .help(leave_out)
        .help("if it is a customer, pass `--keep-totals`"))
}

/// A customer named as totals are that is not the sum of the others.
fn total_name(name: &str, filter: &str) -> Message {
    let headline = format!("the customer `{name}` is named like a total");
    Message::new(Code::TotalName, headline)
        .note("it is not the sum of the others, and was counted as a customer")
        .help(format!(
            "if it is a total, leave it out with `--where {filter}`"
        ))
}

/// Lines of a roll-forward in place of customers: what the tool computes, not what it computes from.
pub(super) fn roll_forward(ledger: &Ledger, column: Option<String>) -> Option<Message> {
    const LINES: &[&str] = &[
        "beginning",
        "opening",
        "starting",
        "ending",
        "closing",
        "new",
        "new logo",
        "new logos",
        "new business",
        "expansion",
        "upsell",
        "contraction",
        "downsell",
        "churn",
        "churned",
        "reactivation",
        "net new",
    ];
    const AMOUNTS: &[&str] = &["arr", "mrr", "revenue", "balance", "customers"];
    const MANY: usize = 40;
    if ledger.customers().len() > MANY {
        return None;
    }
    let is_line = |name: &&str| {
        let words = header::words(name);
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .filter(|word| !AMOUNTS.contains(word))
            .collect();
        LINES.contains(&words.join(" ").as_str())
    };
    let names = ledger.customers().iter().map(|number| ledger.name(*number));
    let mut lines: Vec<&str> = names.filter(is_line).collect();
    lines.sort_unstable();
    (lines.len() >= 3 && lines.len() * 2 > ledger.customers().len()).then(|| {
        let headline = "the rows are the lines of a roll-forward, not customers";
        let message = Message::new(Code::RefusedExport, headline)
            .found(text::examples(&lines, lines.len()))
            .note("retention is counted customer by customer; sums of all of them hide who left")
            .help("export the customers behind it, one row a customer and month");
        match column {
            Some(column) => message.note(format!("`{column}` was taken as the customer")),
            None => message,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// A ledger of others with these amounts, and of `All`, which is their sum and one more in one month.
    fn ledger(others: &[[i64; 4]], off: Option<usize>) -> Ledger {
        let mut table = "2024-01 2024-02 2024-03 2024-04".to_owned();
        let mut row = |name: &str, amounts: [i64; 4]| {
            let amounts = amounts.map(|amount| amount.to_string()).join(" ");
            write!(table, "\n{name} {amounts}").unwrap();
        };
        for (number, amounts) in others.iter().enumerate() {
            row(&format!("C-{number}"), *amounts);
        }
        row(
            "All",
            std::array::from_fn(|month| {
                let sum: i64 = others.iter().map(|amounts| amounts[month]).sum();
                sum + i64::from(off == Some(month))
            }),
        );
        Ledger::from_table(&table).unwrap()
    }

    fn found(ledger: &Ledger) -> Option<&str> {
        unnamed_total(ledger).map(|number| ledger.name(number))
    }

    #[test]
    fn a_total_of_any_name_is_the_sum_of_all_others_in_every_month() {
        let others = [[10, 10, 20, 20], [5, 0, 0, 7], [0, 3, 3, 3]];
        assert_eq!(found(&ledger(&others, None)), Some("All"));
        for month in 0..4 {
            assert_eq!(found(&ledger(&others, Some(month))), None, "{month}");
        }
    }

    #[test]
    fn what_may_be_chance_is_no_total() {
        assert_eq!(
            found(&ledger(&[[10, 11, 12, 13]], None)),
            None,
            "two that pay the same"
        );
        assert_eq!(
            found(&ledger(&[[10; 4], [5; 4]], None)),
            None,
            "nothing changes"
        );
        assert_eq!(
            found(&ledger(&[[0, 0, 10, 11], [0, 0, 5, 5]], None)),
            None,
            "two months of two"
        );
    }
}
