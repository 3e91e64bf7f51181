//! Whether ends are the last day or the first day after it: decided over all rows of the input.

use super::kept::{End, Kept, Span};
use super::spans::{EndRule, spans};
use crate::error::{Code, Message, Place};
use crate::ledger::RowPlace;
use crate::text;
use crate::units::Day;

/// How many rows speak for each rule.
#[derive(Debug, Default)]
struct Votes {
    /// Rows with an end that is a day.
    ended: u64,
    inclusive: u64,
    exclusive: u64,
    /// Rows that speak for both.
    both: u64,
    /// The first row whose worth depends on the rule.
    decisive: Option<(RowPlace, Day)>,
}

impl Votes {
    /// True if half of the ends or more speak for a rule, and no more than one in twenty of those that
    /// speak at all for the other one alone.
    fn agree(&self, for_it: u64, for_other: u64) -> bool {
        let speaking = self.inclusive + self.exclusive - self.both;
        for_it > 0 && for_it * 2 >= self.ended && (for_other - self.both) * 20 <= speaking
    }
}

/// The rule that the rows show, and by what.
///
/// A row speaks for an inclusive end where it ends the day before the next one of its customer starts or with a
/// month, for an exclusive one where it ends on the day the next one starts or on the day of the month that it
/// started on. Ends on any other day, as of contracts that were broken off, say nothing. Where days are counted,
/// every end depends on the rule, else only those on the last day of a month.
///
/// # Errors
///
/// [`Code::AmbiguousEnd`] where they don't agree and the rule makes a difference.
pub(super) fn decide(
    kept: &[Kept],
    counts_days: bool,
    column: Option<String>,
    place: &dyn Fn(RowPlace) -> Place,
) -> Result<(EndRule, String), Message> {
    let votes = count(kept, counts_days);
    let of_all = |count: u64| format!("{count} of {}", text::count(votes.ended, "end"));
    let is_inclusive = votes.agree(votes.inclusive, votes.exclusive);
    let is_exclusive = votes.agree(votes.exclusive, votes.inclusive);
    match (is_inclusive, is_exclusive) {
        (true, false) => {
            let evidence = "close a month or come the day before a start";
            let evidence = format!("{} {evidence}", of_all(votes.inclusive));
            return Ok((EndRule::Inclusive, evidence));
        }
        (false, true) => {
            let evidence = "fall on a start or on the day of the month of their own";
            let evidence = format!("{} {evidence}", of_all(votes.exclusive));
            return Ok((EndRule::Exclusive, evidence));
        }
        _ => {}
    }
    let Some((row, day)) = votes.decisive else {
        return Ok((EndRule::Inclusive, "no amount depends on it".to_owned()));
    };
    let headline =
        format!("an end on {day} may be the last day that counts or the first that does not");
    Err(Message::new(Code::AmbiguousEnd, headline)
        .at(Place {
            column,
            ..place(row)
        })
        .found(format!(
            "{} look like last days, {} like the first day after",
            of_all(votes.inclusive),
            votes.exclusive
        ))
        .note("a contract counts in the months on whose last day it runs, so the month of this end counts or does not")
        .help("pass `--end inclusive` or `--end exclusive`"))
}

fn count(kept: &[Kept], counts_days: bool) -> Votes {
    let mut rows: Vec<(&Kept, &Span)> = spans(kept).collect();
    rows.sort_by_key(|(kept, span)| (&kept.customer, &kept.product, span.start, kept.place));
    let mut votes = Votes::default();
    for (index, (kept, span)) in rows.iter().enumerate() {
        let End::On(day) = span.end else {
            continue;
        };
        let next = rows
            .get(index + 1)
            .filter(|(next, _)| (&next.customer, &next.product) == (&kept.customer, &kept.product));
        let follows = |after: Day| next.is_some_and(|(_, next)| next.start == after);
        votes.ended += 1;
        let is_inclusive = follows(day.next()) || day.ends_month();
        let is_exclusive = follows(day) || is_anniversary(span.start, day);
        votes.inclusive += u64::from(is_inclusive);
        votes.exclusive += u64::from(is_exclusive);
        votes.both += u64::from(is_inclusive && is_exclusive);
        let matters = counts_days || day.ends_month();
        if matters && votes.decisive.is_none_or(|(first, _)| kept.place < first) {
            votes.decisive = Some((kept.place, day));
        }
    }
    votes
}

/// True if an end falls on the day of the month that a start fell on, or on the last day of a shorter month.
fn is_anniversary(start: Day, end: Day) -> bool {
    let is_cut = end.ends_month() && start.number() > end.number();
    end > start && (start.number() == end.number() || is_cut)
}
