//! Whether ends are the last day or the first day after it: decided over all rows of the input.

use super::kept::{End, Kept, Span};
use super::spans::{EndRule, spans};
use crate::error::{Code, Message, Place};
use crate::ledger::RowPlace;
use crate::units::Day;

/// How many rows speak for each rule.
#[derive(Debug, Default)]
struct Votes {
    ended: u64,
    inclusive: u64,
    exclusive: u64,
    /// The first row whose months depend on the rule.
    decisive: Option<(RowPlace, Day)>,
}

/// The rule that the rows show, and by what.
///
/// A row speaks for an inclusive end where it ends the day before the next one of its customer starts or with a
/// month, for an exclusive one where it ends on the day the next one starts or on the day of the month that it
/// started on. Nineteen rows of twenty have to agree.
///
/// # Errors
///
/// [`Code::AmbiguousEnd`] where they don't and the rule makes a difference.
pub(super) fn decide(
    kept: &[Kept],
    column: Option<String>,
    place: &dyn Fn(RowPlace) -> Place,
) -> Result<(EndRule, String), Message> {
    let votes = count(kept);
    let agree = |for_it: u64| votes.ended > 0 && for_it * 20 >= votes.ended * 19;
    let of_all = |count: u64| format!("{count} of {} ends", votes.ended);
    if agree(votes.exclusive) && !agree(votes.inclusive) {
        let evidence = format!("{} fall on the day of a start", of_all(votes.exclusive));
        return Ok((EndRule::Exclusive, evidence));
    }
    if agree(votes.inclusive) {
        let evidence = format!(
            "{} close a month or come the day before a start",
            of_all(votes.inclusive)
        );
        return Ok((EndRule::Inclusive, evidence));
    }
    let Some((row, day)) = votes.decisive else {
        return Ok((EndRule::Inclusive, "no month depends on it".to_owned()));
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
        .note("the month of such an end counts, or does not")
        .help("pass `--end inclusive` or `--end exclusive`"))
}

fn count(kept: &[Kept]) -> Votes {
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
        votes.inclusive += u64::from(follows(day.next()) || day.ends_month());
        votes.exclusive += u64::from(follows(day) || is_anniversary(span.start, day));
        if day.ends_month() && votes.decisive.is_none_or(|(first, _)| kept.place < first) {
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
