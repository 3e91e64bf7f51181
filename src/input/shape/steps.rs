//! Movements: signed changes become the run rate that each customer has at the end of each month.

use std::collections::{BTreeMap, BTreeSet};

use super::kept::{Kept, Step, Time};
use crate::error::{Code, Message, Place};
use crate::input::vocabulary::MovementType;
use crate::ledger::RowPlace;
use crate::text;
use crate::units::{Amount, Day, Month};

/// The changes of one customer, or of one contract of it, in order of time.
type Group<'k> = Vec<(&'k Kept, &'k Step)>;

/// Who a balance is of: the customer, or its contract or product.
type Key<'k> = (&'k str, &'k str, &'k str);

/// Where rows stand and what their columns are called, for messages.
pub(super) struct Places<'a> {
    pub(super) place: &'a dyn Fn(RowPlace) -> Place,
    pub(super) amount: Option<String>,
    pub(super) balance: Option<String>,
}

impl Places<'_> {
    fn at(&self, row: RowPlace, column: Option<&String>) -> Place {
        Place {
            column: column.cloned(),
            ..(self.place)(row)
        }
    }
}

/// The rows that are movements, in the order of the input.
pub(super) fn steps(kept: &[Kept]) -> impl Iterator<Item = (&Kept, &Step)> {
    kept.iter().filter_map(|row| match &row.time {
        Time::Step(step) => Some((row, step)),
        Time::Span(_) => None,
    })
}

/// Turns losses that are stored as magnitudes into negative changes; true if they were.
///
/// # Errors
///
/// [`Code::MovementSign`] where kinds and signs contradict each other.
pub(super) fn sign(kept: &mut [Kept], places: &Places<'_>) -> Result<bool, Message> {
    let is_loss = |step: &Step| step.movement.and_then(MovementType::is_loss);
    let mut seen: [Option<(RowPlace, Amount)>; 2] = [None, None];
    for (row, step) in steps(kept) {
        if is_loss(step) == Some(true) && !row.amount.is_zero() {
            seen[usize::from(row.amount.is_negative())].get_or_insert((row.place, row.amount));
        }
    }
    if let [Some(positive), Some(negative)] = seen {
        let shown = |(row, amount): (RowPlace, Amount)| {
            let line = (places.place)(row).line.unwrap_or_default();
            format!("{amount} in line {line}")
        };
        let headline = "losses stand here with a minus sign and there without";
        return Err(Message::new(Code::MovementSign, headline)
            .at(places.at(positive.0.max(negative.0), places.amount.as_ref()))
            .found(format!("{} and {}", shown(positive), shown(negative)))
            .help("mend the rows: either every loss is negative or none is"));
    }
    let gain =
        |(row, step): &(&Kept, &Step)| is_loss(step) == Some(false) && row.amount.is_negative();
    if let Some((row, _)) = steps(kept).find(gain) {
        let headline = format!("a movement that adds revenue is {}", row.amount);
        return Err(Message::new(Code::MovementSign, headline)
            .at(places.at(row.place, places.amount.as_ref()))
            .help("mend the row; if kinds do not matter, pass `--movement-column none`"));
    }
    let are_magnitudes = seen[0].is_some();
    for row in kept.iter_mut().filter(|_| are_magnitudes) {
        if let Time::Step(step) = &row.time
            && is_loss(step) == Some(true)
        {
            row.amount = -row.amount;
        }
    }
    Ok(are_magnitudes)
}

/// What each customer had before its first row, from the balances after each; empty without balances.
///
/// Balances are the customer's or, where those do not hold, its contracts' or products'.
///
/// # Errors
///
/// [`Code::BalanceMismatch`] where they hold for none of them, [`Code::NotFromZero`] where there are none and
/// the changes do not begin at zero.
pub(super) fn openings<'k>(
    kept: &'k [Kept],
    places: &Places<'_>,
) -> Result<Vec<(&'k Kept, Amount)>, Vec<Message>> {
    let levels: [fn(&'k Kept) -> Key<'k>; 3] = [
        |row| (&row.customer, "", ""),
        |row| (&row.customer, &row.contract, ""),
        |row| (&row.customer, &row.contract, &row.product),
    ];
    let is_newest_first = is_newest_first(kept);
    let mut first_errors = None;
    for level in levels {
        let groups = grouped(kept, level);
        let mut openings = Vec::new();
        let mut errors = Vec::new();
        for group in groups.values() {
            match opening(group, is_newest_first, places) {
                Ok(opening) => openings.push((group[0].0, opening)),
                Err(message) => errors.push(*message),
            }
        }
        if errors.is_empty() {
            return Ok(openings);
        }
        first_errors.get_or_insert(grouped_errors(errors));
        if places.balance.is_none() {
            break;
        }
    }
    Err(first_errors.unwrap_or_default())
}

/// Customers whose movements do not begin at zero have one cause, and are one message.
fn grouped_errors(errors: Vec<Message>) -> Vec<Message> {
    let (mut late, mut others): (Vec<Message>, Vec<Message>) = errors
        .into_iter()
        .partition(|message| message.code == Code::NotFromZero);
    late.sort_by_key(|message| {
        let place = message.place.as_ref();
        place.map(|place| (place.file_number, place.line))
    });
    let more = late.len().saturating_sub(1) as u64;
    if let Some(first) = late.into_iter().next() {
        others.push(match more {
            0 => first,
            _ => first
                .note(format!(
                    "so it is with {}",
                    text::count(more, "more customer")
                ))
                .counting(more + 1),
        });
    }
    others
}

fn grouped<'k>(
    kept: &'k [Kept],
    key: impl Fn(&'k Kept) -> Key<'k>,
) -> BTreeMap<Key<'k>, Group<'k>> {
    let mut groups: BTreeMap<Key<'_>, Group<'_>> = BTreeMap::new();
    for (row, step) in steps(kept) {
        groups.entry(key(row)).or_default().push((row, step));
    }
    for group in groups.values_mut() {
        group.sort_by_key(|(row, step)| (step.day, row.place));
    }
    groups
}

/// What was there before the first change of a group. Rows of one day may stand in any order.
fn opening(
    group: &Group<'_>,
    is_newest_first: bool,
    places: &Places<'_>,
) -> Result<Amount, Box<Message>> {
    let days: Vec<&[(&Kept, &Step)]> = group
        .chunk_by(|left, right| left.1.day == right.1.day)
        .collect();
    let has_balance = |day: &&&[(&Kept, &Step)]| day.iter().any(|(_, step)| step.balance.is_some());
    let Some(stated) = days.iter().find(has_balance) else {
        return from_zero(group, places).map(|()| Amount::ZERO);
    };
    let starts_new = days[0]
        .iter()
        .any(|(_, step)| step.movement == Some(MovementType::New));
    let candidates = if starts_new {
        vec![Amount::ZERO]
    } else {
        // Balances may begin later than the changes do.
        let before = days.iter().take_while(|day| !has_balance(day));
        let before = before.flat_map(|day| day.iter().map(|(row, _)| row.amount));
        let before = before.fold(Amount::ZERO, |sum, amount| sum + amount);
        let candidates = openings_of(stated, is_newest_first);
        candidates
            .into_iter()
            .map(|amount| amount - before)
            .collect()
    };
    let mut fault = None;
    for opening in candidates {
        match check(&days, opening) {
            None => return Ok(opening),
            Some(found) => {
                fault.get_or_insert(found);
            }
        }
    }
    let Some((row, expected, stated)) = fault else {
        return Ok(Amount::ZERO);
    };
    let headline = format!(
        "the balance of `{}` is {stated}, its movements make {expected}",
        row.customer
    );
    Err(Box::new(
        Message::new(Code::BalanceMismatch, headline)
            .at(places.at(row.place, places.balance.as_ref()))
            .note("rows are missing, or stand twice")
            .help("export all movements again, without a filter"),
    ))
}

/// What a day may have begun with, by the balances that its rows state, the likeliest first.
///
/// A balance without its change is one that stood before; of the rows of one day all are the balance after
/// another one but the first. Where they go round in a circle, the order of the file tells the first one. Where all
/// state the same, it is that of the end of the day.
fn openings_of(day: &[(&Kept, &Step)], is_newest_first: bool) -> Vec<Amount> {
    let stated = |(row, step): &(&Kept, &Step)| Some((step.balance? - row.amount, step.balance?));
    let mut moves: Vec<(Amount, Amount)> = day.iter().filter_map(stated).collect();
    if is_newest_first {
        moves.reverse();
    }
    // How often an amount stands before a change, less how often after one.
    let mut excess: BTreeMap<Amount, i64> = BTreeMap::new();
    for (before, after) in &moves {
        *excess.entry(*before).or_default() += 1;
        *excess.entry(*after).or_default() -= 1;
    }
    let befores = moves.iter().map(|(before, _)| *before);
    let unexplained = befores.clone().filter(|before| excess[before] > 0);
    let sum = day
        .iter()
        .fold(Amount::ZERO, |sum, (row, _)| sum + row.amount);
    let ends = moves.iter().map(|(_, after)| *after - sum);
    let has_one_end = moves.iter().all(|(_, after)| *after == moves[0].1);
    let mut candidates: Vec<Amount> = if has_one_end && moves.len() > 1 {
        ends.take(1).collect()
    } else if moves.len() < day.len() {
        ends.collect()
    } else {
        unexplained.collect()
    };
    candidates.extend(befores);
    let mut seen = BTreeSet::new();
    candidates.retain(|amount| seen.insert(*amount));
    candidates.truncate(CANDIDATES);
    candidates
}

/// How many openings are tried: more are no help, and each takes a look at every row.
const CANDIDATES: usize = 8;

/// True if the rows of the input stand from the latest to the first.
fn is_newest_first(kept: &[Kept]) -> bool {
    let days: Vec<Day> = steps(kept).map(|(_, step)| step.day).collect();
    let count = |is_so: fn(&Day, &Day) -> bool| {
        let pairs = days.windows(2);
        pairs.filter(|pair| is_so(&pair[0], &pair[1])).count()
    };
    count(|day, next| day > next) > count(|day, next| day < next)
}

/// The first day whose balances do not hold what the changes up to it make: the day's last row, the sum, and
/// the balance stated.
fn check<'k>(
    days: &[&[(&'k Kept, &'k Step)]],
    opening: Amount,
) -> Option<(&'k Kept, Amount, Amount)> {
    let mut running = opening;
    for day in days {
        for (row, _) in *day {
            running = running.checked_add(row.amount)?;
        }
        let mut stated = day.iter().filter_map(|(_, step)| step.balance);
        let is_stated = stated.clone().any(|balance| balance == running);
        if let (Some(balance), false) = (stated.next_back(), is_stated) {
            let last = day.iter().rfind(|(_, step)| step.balance.is_some());
            return last.map(|(row, _)| (*row, running, balance));
        }
    }
    None
}

/// Without balances the changes have to begin at zero: with a new customer, and never below zero.
fn from_zero(group: &Group<'_>, places: &Places<'_>) -> Result<(), Box<Message>> {
    let (first, step) = group[0];
    let begins =
        |movement: MovementType| !matches!(movement, MovementType::New | MovementType::Ask);
    let same_day = group.iter().take_while(|(_, other)| other.day == step.day);
    let is_new = same_day
        .clone()
        .any(|(_, step)| step.movement == Some(MovementType::New));
    let mut running = Amount::ZERO;
    let mut below = None;
    for day in group.chunk_by(|left, right| left.1.day == right.1.day) {
        for (row, _) in day {
            running = running.checked_add(row.amount).unwrap_or(running);
        }
        if running.is_negative() && below.is_none() {
            below = day.last().map(|(row, _)| *row);
        }
    }
    let starts_late = !is_new && step.movement.is_some_and(begins);
    let Some(row) = below.or(starts_late.then_some(first)) else {
        return Ok(());
    };
    let headline = format!("the movements of `{}` do not begin at zero", row.customer);
    let message =
        Message::new(Code::NotFromZero, headline).at(places.at(row.place, places.amount.as_ref()));
    let message = if below.is_some() {
        message.note("they take away more than they gave")
    } else {
        message.note("the first of them is not of a new customer")
    };
    Err(Box::new(message.help(
        "export all movements from the first one on, or with the balance after each",
    )))
}

/// What a customer has at the end of a month, with the row that it rests on.
pub(super) struct Level<'k> {
    pub(super) row: &'k Kept,
    pub(super) month: Month,
    pub(super) amount: Amount,
}

/// The run rate of each customer and product at the end of every month up to `last`; none where it is zero.
/// `None` where 128 bits don't hold it.
pub(super) fn levels<'k>(
    kept: &'k [Kept],
    openings: &[(&'k Kept, Amount)],
    (first, last): (Month, Month),
) -> Option<Vec<Level<'k>>> {
    let unit = |row: &'k Kept| -> Key<'k> { (&row.customer, &row.product, "") };
    let mut before: BTreeMap<Key<'k>, Amount> = BTreeMap::new();
    for (row, amount) in openings {
        let sum = before.entry(unit(row)).or_insert(Amount::ZERO);
        *sum = sum.checked_add(*amount)?;
    }
    let mut levels = Vec::new();
    for (key, group) in grouped(kept, unit) {
        let mut running = before.get(&key).copied().unwrap_or(Amount::ZERO);
        let mut row = group[0].0;
        let mut changes = group.into_iter().peekable();
        for month in first.through(last) {
            let until = Day::last_of(month);
            while let Some((next, _)) = changes.next_if(|(_, step)| step.day <= until) {
                running = running.checked_add(next.amount)?;
                row = next;
            }
            if !running.is_zero() {
                levels.push(Level {
                    row,
                    month,
                    amount: running,
                });
            }
        }
    }
    Some(levels)
}

/// The first and the last month with a change.
pub(super) fn horizon(kept: &[Kept]) -> Option<(Month, Month)> {
    let months = || steps(kept).map(|(_, step)| step.day.month());
    Some((months().min()?, months().max()?))
}
