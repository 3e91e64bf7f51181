//! Customers that are totals, by their names or by their amounts, and lines of a roll-forward in place of customers.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::columns::quoted;
use super::furniture::may_hold_total;
use super::header;
use super::shape::is_total;
use crate::error::{Code, Message};
use crate::ledger::{Bits, Ledger, in_parts};
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

/// A customer that is the sum of all others in each of its months, whatever it is called.
struct Unnamed {
    number: u32,
    /// False where it may be chance.
    is_sure: bool,
}

/// The one customer that is such a sum, in every month with rows or all but one: the last one may lack its total yet.
fn unnamed_total(ledger: &Ledger) -> Option<Unnamed> {
    let inside = ledger.inside();
    let months = ledger.first().through(ledger.last());
    let months: Vec<Month> = months.filter(|month| ledger.has_rows(*month)).collect();
    let sums = vec![OnceCell::new(); months.len()];
    let sum = |at: usize| *sums[at].get_or_init(|| sum_of(ledger, months[at], &inside));
    let looked_at = months.len().saturating_sub(2);
    let month = *months.get(looked_at)?;
    let (half, is_even) = (sum(looked_at) / 2, sum(looked_at) % 2 == 0);
    if half == 0 || !is_even {
        return None;
    }
    let halves = ledger.each_part(|blocks| {
        let mut halves = Vec::new();
        ledger.each_amount(blocks, month, &inside, |number, amount| {
            halves.extend((amount == half).then_some(number));
        });
        halves
    });
    let stated = |number: u32| {
        let amounts = months.iter().map(|month| ledger.units(number, *month));
        let stated: Vec<(usize, i128)> = amounts
            .enumerate()
            .filter(|(_, amount)| *amount != 0)
            .collect();
        stated
    };
    let is_sum = |number: &u32| {
        let stated = stated(*number);
        stated.len() + 1 >= months.len() && stated.iter().all(|(at, amount)| sum(*at) == amount * 2)
    };
    let mut found = halves
        .into_iter()
        .flatten()
        .filter(is_sum)
        .filter_map(|number| {
            let stated = stated(number)
                .into_iter()
                .map(|(at, amount)| (months[at], amount));
            let is_sure = surety(ledger, number, &stated.collect::<Vec<_>>())?;
            Some(Unnamed { number, is_sure })
        });
    // Of two that pay the same each is the sum of all others, and neither a total.
    found.next().filter(|_| found.next().is_none())
}

fn sum_of(ledger: &Ledger, month: Month, inside: &[Bits]) -> i128 {
    let sums = ledger.each_part(|blocks| {
        let mut sum = 0;
        ledger.each_amount(blocks, month, inside, |_, amount| sum += amount);
        sum
    });
    sums.iter().sum()
}

/// Whether a sum of others in these months is surely no chance; `None` where it may well be one: where one customer grows
/// or all of them grow alike, one sum is all that was seen.
fn surety(ledger: &Ledger, total: u32, stated: &[(Month, i128)]) -> Option<bool> {
    const MANY_AMOUNTS: usize = 20;
    let others = || ledger.customers().iter().filter(|other| **other != total);
    let paid = |month: Month| others().map(move |other| ledger.units(*other, month));
    let (mut sums, mut payers) = (1, 0);
    for (at, (month, amount)) in stated.iter().enumerate() {
        let paying: Vec<i128> = paid(*month).filter(|units| *units != 0).collect();
        payers = paying.len().max(payers);
        if paying.into_iter().collect::<BTreeSet<i128>>().len() >= MANY_AMOUNTS {
            return Some(true);
        }
        if let Some((before, amount_before)) = at.checked_sub(1).map(|at| stated[at]) {
            let mut both = paid(before).zip(paid(*month));
            let is_another =
                both.any(|(old, new)| old.checked_mul(*amount) != new.checked_mul(amount_before));
            sums += usize::from(is_another);
        }
        if payers > 1 && (sums > 2 || sums == 2 && payers > 3) {
            return Some(true);
        }
    }
    (payers > 1 && sums > 1).then_some(false)
}

/// Leaves out customers that are named as totals are and are the sum of all others in each of their months, and says
/// so: then they prove that the others are complete.
///
/// # Errors
///
/// [`Code::TotalRow`] for one that is their sum over all months alone, or in each month under any other name, and
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
    let unnamed = unnamed_total(ledger).filter(|total| !all.contains(&total.number));
    if let Some(Unnamed { number, is_sure }) = unnamed {
        let message = of_any_name(ledger.name(number), &column, keeps_totals || !is_sure);
        warnings.push(message?);
    }
    Ok(warnings)
}

/// What is said of a customer that is the sum of all others and not named as totals are.
fn of_any_name(name: &str, column: &str, is_kept: bool) -> Result<Message, Message> {
    let headline = format!("`{name}` is the sum of all other customers in each of its months");
    let filter = quoted(&format!("{column}!={name}"));
    let leave_out = format!("if it is a total, leave it out with `--where {filter}`");
    if is_kept {
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

    fn found(ledger: &Ledger) -> Option<(&str, bool)> {
        unnamed_total(ledger).map(|total| (ledger.name(total.number), total.is_sure))
    }

    #[test]
    fn a_total_of_any_name_is_the_sum_of_all_others_in_each_month() {
        let others = [[10, 10, 20, 20], [5, 0, 0, 7], [0, 3, 3, 3]];
        assert_eq!(found(&ledger(&others, None)), Some(("All", true)));
        for month in 0..4 {
            assert_eq!(found(&ledger(&others, Some(month))), None, "{month}");
        }
        let distinct: Vec<[i64; 4]> = (1..30).map(|customer| [customer; 4]).collect();
        assert_eq!(
            found(&ledger(&distinct, None)),
            Some(("All", true)),
            "nothing changes, but the amounts are many"
        );
    }

    #[test]
    fn a_total_that_lacks_in_the_last_month_is_one() {
        let table = "2024-01 2024-02 2024-03\nA 10 10 12\nB 5 7 7\nC 1 1 2\nD 2 3 3\nAll 18 21 .";
        let ledger = Ledger::from_table(table).unwrap();
        assert_eq!(found(&ledger), Some(("All", true)));
    }

    #[test]
    fn what_may_be_chance_is_no_total() {
        let none =
            |others: &[[i64; 4]]| assert_eq!(found(&ledger(others, None)), None, "{others:?}");
        none(&[[10, 11, 12, 13]]);
        none(&[[10, 11, 12, 13], [0; 4]]);
        none(&[[10; 4], [5; 4]]);
        // One price for all, and seats that add up.
        none(&[[100, 100, 110, 110], [100, 100, 110, 110]]);
        let few = [[0, 0, 10, 11], [0, 0, 5, 5]];
        assert_eq!(
            found(&ledger(&few, None)),
            None,
            "it states two months of four"
        );
        let two = [[10, 10, 10, 11], [5, 5, 5, 5]];
        assert_eq!(found(&ledger(&two, None)), Some(("All", false)));
    }
}
