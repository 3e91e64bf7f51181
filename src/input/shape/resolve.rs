//! Kept rows become a ledger, once all rows of all files were read.

mod noted;

use std::collections::BTreeSet;

use super::super::columns::{Columns, Role};
use super::super::summary::Trait;
use super::contract::contracts;
use super::end;
use super::kept::{End, Kept};
use super::plan::layout;
use super::spans::{self, Clash, Cover, EndRule, Terms};
use super::steps::{self, Places};
use super::{History, Shape};
use crate::error::{Code, Errors, Message, Place};
use crate::input::trace::Log;
use crate::ledger::{Contract, Entry, Part, RowPlace};
use crate::policies::{Basis, Duplicates, Overlap, Policies, Spread};
use crate::text;
use crate::units::{Amount, Grain, Month};
use noted::{laid, note_steps};

/// What kept rows are resolved by.
pub(in crate::input) struct Ask<'a> {
    pub(in crate::input) columns: &'a Columns,
    pub(in crate::input) policies: &'a Policies,
    pub(in crate::input) basis: Basis,
    /// The rule of ends and where it came from, if it was set.
    pub(in crate::input) end: Option<(EndRule, String)>,
    /// The history and where it came from, if it was set.
    pub(in crate::input) history: Option<(History, String)>,
    /// True if contracts may all be running.
    pub(in crate::input) allows_no_churn: bool,
    /// True if contracts are handed out beside the ledger.
    pub(in crate::input) keeps_contracts: bool,
    pub(in crate::input) place: &'a dyn Fn(RowPlace) -> Place,
    /// Where it is noted what became of rows, where some are followed.
    pub(in crate::input) log: Option<&'a Log<'a>>,
}

/// What they became.
pub(in crate::input) struct Resolved {
    pub(in crate::input) part: Part,
    pub(in crate::input) history: History,
    /// What was decided over all rows.
    pub(in crate::input) traits: Vec<Trait>,
    pub(in crate::input) warnings: Vec<Message>,
    /// The contracts, where they were asked for.
    pub(in crate::input) contracts: Vec<Contract>,
}

/// Makes a ledger of rows that were kept.
///
/// # Errors
///
/// What only all rows together show: ends that may be the last day or the day after, contracts that overlap,
/// movements that do not add up.
pub(in crate::input) fn resolve(mut kept: Vec<Kept>, ask: &Ask<'_>) -> Result<Resolved, Errors> {
    kept.sort_by_key(|row| row.place);
    if ask.columns.shape == Shape::Movements {
        of_steps(kept, ask)
    } else {
        of_spans(&kept, ask)
    }
}

fn of_spans(kept: &[Kept], ask: &Ask<'_>) -> Result<Resolved, Errors> {
    let end_column = ask.columns.name(Role::End).map(str::to_owned);
    let (rule, origin) = if let Some((rule, origin)) = &ask.end {
        (*rule, origin.clone())
    } else {
        let counts_days = ask.policies.spread == Spread::Daily;
        let (rule, evidence) = end::decide(kept, counts_days, end_column, ask.place)?;
        (rule, format!("detected: {evidence}"))
    };
    let Some(latest) = spans::latest_month(kept, ask.policies.spread) else {
        return Ok(Books::new(ask).closed(History::Full, Vec::new(), Vec::new()));
    };
    let terms = Terms {
        shape: ask.columns.shape,
        basis: ask.basis,
        spread: ask.policies.spread,
        end: rule,
        last: ask.policies.through.unwrap_or(latest),
    };
    no_ended_rows(kept, terms.last.max(latest), ask)?;
    let covers = spans::covers(kept, terms);
    let mut warnings = Vec::new();
    warnings.extend(never_live(&covers, terms, ask));
    let mut books = Books::new(ask);
    if ask.columns.shape == Shape::Invoices {
        for cover in &covers {
            books.add_worth(cover, terms, ask, |_| None)?;
        }
    } else {
        add_contracts(&covers, terms, ask, &mut books, &mut warnings)?;
        books.cover_all(&covers, terms.last);
    }
    let (history, evidence) = match &ask.history {
        Some((history, origin)) => (*history, origin.clone()),
        None => history(&covers, ask.columns.shape),
    };
    let told = |name, value: &str, origin| Trait {
        name,
        value: value.to_owned(),
        origin,
    };
    let traits = vec![
        told("end", rule.word(), origin),
        told("history", history.word(), evidence),
    ];
    let resolved = books.resolved(history, traits, warnings, kept, ask)?;
    Ok(Resolved {
        contracts: if ask.keeps_contracts {
            contracts(&covers, terms)
        } else {
            Vec::new()
        },
        ..resolved
    })
}

/// Adds contracts and versions; what runs at the same time is as the policy says.
fn add_contracts(
    covers: &[Cover<'_>],
    terms: Terms,
    ask: &Ask<'_>,
    books: &mut Books,
    warnings: &mut Vec<Message>,
) -> Result<(), Errors> {
    // Versions are of a contract; contracts follow one another in a customer and product.
    let has_contract = ask.columns.of(Role::Contract).is_some();
    let by_contract = terms.shape == Shape::Versions && has_contract;
    let groups = spans::by_key(covers, |row| {
        (
            &row.customer,
            if by_contract {
                &row.contract
            } else {
                &row.product
            },
        )
    });
    let clashes: Vec<Clash> = groups
        .values()
        .flat_map(|group| spans::clashes(group))
        .collect();
    let overlap = ask.policies.overlap;
    match overlap {
        Overlap::Error if !clashes.is_empty() => {
            return Err(Errors::from(
                overlapping(clashes, ask).into_iter().collect::<Vec<_>>(),
            ));
        }
        Overlap::Add | Overlap::Latest => warnings.extend(overlap_finding(&clashes, overlap)),
        Overlap::Error => {}
    }
    for group in groups.values() {
        let latest = (overlap == Overlap::Latest).then(|| spans::latest(group));
        for cover in group {
            let instead = |month: Month| {
                let winner = latest.as_ref().and_then(|latest| latest.get(&month));
                let winner = winner.map(|winner| winner.kept.place);
                winner.filter(|winner| *winner != cover.kept.place)
            };
            books.add_worth(cover, terms, ask, instead)?;
        }
    }
    Ok(())
}

/// The ledger in the making.
struct Books {
    part: Part,
}

impl Books {
    fn new(ask: &Ask<'_>) -> Books {
        Books {
            part: Part::new(Duplicates::Sum, layout(ask.columns)),
        }
    }

    fn add_worth(
        &mut self,
        cover: &Cover<'_>,
        terms: Terms,
        ask: &Ask<'_>,
        instead: impl Fn(Month) -> Option<RowPlace>,
    ) -> Result<(), Errors> {
        let Some(worth) = spans::worth(cover, terms) else {
            return Err(Errors::from(too_large(cover.kept, ask)));
        };
        for (month, amount) in worth {
            if month > terms.last {
                break;
            }
            self.cover(month, cover.kept.place);
            if let Some(winner) = instead(month) {
                ask.replaced(cover.kept, month, winner);
                continue;
            }
            ask.added(cover.kept, laid(cover, terms, (month, amount)));
            self.add(cover.kept, month, amount);
        }
        Ok(())
    }

    /// Contracts run on between rows: no month from the first start on is missing.
    fn cover_all(&mut self, covers: &[Cover<'_>], last: Month) {
        let Some(first) = covers.iter().min_by_key(|cover| cover.first) else {
            return;
        };
        for month in first.first.through(last) {
            self.cover(month, first.kept.place);
        }
    }

    fn cover(&mut self, month: Month, place: RowPlace) {
        self.part.cover(month, Grain::Month, place);
    }

    fn add(&mut self, row: &Kept, month: Month, amount: Amount) {
        if !row.passes {
            return self.part.leave_out(&row.customer);
        }
        let attributes: Vec<&str> = row.attributes.iter().map(AsRef::as_ref).collect();
        let entry = Entry {
            customer: &row.customer,
            month,
            day: 0,
            amount,
            quantity: row.quantity,
            product: &row.product,
            attributes: &attributes,
            place: row.place,
        };
        self.part.add_in(&row.currency, &entry);
    }

    /// What the rows became.
    ///
    /// # Errors
    ///
    /// [`Code::NoRowsLeft`] where all of them lie after the last month that counts.
    fn resolved(
        self,
        history: History,
        traits: Vec<Trait>,
        warnings: Vec<Message>,
        kept: &[Kept],
        ask: &Ask<'_>,
    ) -> Result<Resolved, Errors> {
        let is_empty = self.part.coverage().grains().next().is_none();
        if let (true, Some(through), Some(row)) = (is_empty, ask.policies.through, kept.first()) {
            let headline = format!("no row lies in {through} or before");
            let message = Message::new(Code::NoRowsLeft, headline).at(Place {
                line: None,
                ..(ask.place)(row.place)
            });
            return Err(Errors::from(message));
        }
        Ok(self.closed(history, traits, warnings))
    }

    fn closed(self, history: History, traits: Vec<Trait>, warnings: Vec<Message>) -> Resolved {
        Resolved {
            part: self.part,
            history,
            traits,
            warnings,
            contracts: Vec::new(),
        }
    }
}

/// Prices that change show as a row that begins in the month after another of its customer; in a list of what
/// runs today a customer has several only where it left and came back.
fn history(covers: &[Cover<'_>], shape: Shape) -> (History, String) {
    match shape {
        Shape::Versions => return (History::Full, "detected: a row is a version".to_owned()),
        Shape::Invoices => {
            return (
                History::Full,
                "detected: a row is what was billed".to_owned(),
            );
        }
        _ => {}
    }
    let groups = spans::by_key(covers, |row| (&row.customer, ""));
    let follows = groups.values().find_map(|group| {
        let live = || group.iter().filter(|cover| cover.first <= cover.last);
        let ends: BTreeSet<Month> = live().map(|cover| cover.last.forward(1)).collect();
        let next = live().find(|cover| ends.contains(&cover.first));
        next.map(|cover| cover.kept.customer.clone())
    });
    match follows {
        Some(customer) => {
            let evidence =
                format!("detected: `{customer}` has a row that begins where another ended");
            (History::Full, evidence)
        }
        None => (
            History::None,
            "detected: no row begins where another of its customer ended".to_owned(),
        ),
    }
}

/// A list without a contract that ended is one of those that survived.
fn no_ended_rows(kept: &[Kept], last: Month, ask: &Ask<'_>) -> Result<(), Message> {
    let ends = spans::spans(kept).filter_map(|(_, span)| match span.end {
        End::Open => None,
        End::On(day) | End::Through(day) => Some(day.month()),
    });
    let first_end = ends.min();
    let has_ended = first_end.is_some_and(|end| end <= last);
    // What comes up for renewal can be said of a list of what runs today, its retention cannot.
    let is_fine = has_ended || ask.allows_no_churn || ask.keeps_contracts;
    if is_fine || ask.columns.shape != Shape::Contracts {
        return Ok(());
    }
    let headline = format!("no contract of the file ends by {last}");
    let message = Message::new(Code::NoEndedRows, headline)
        .note("an export of what runs today leaves out who left, and its retention is too high");
    let message = match kept.first() {
        Some(row) => message.at(Place {
            line: None,
            ..(ask.place)(row.place)
        }),
        None => message,
    };
    let message = match first_end.filter(|_| ask.policies.through.is_none()) {
        Some(later) => message
            .note("the data end with the month of the latest start, for an end after it may be one that is planned")
            .help(format!("if later ends did happen, say through which month the export is complete, such as `--through {later}`")),
        None => message,
    };
    Err(message
        .help("export ended contracts too, with the day they ended")
        .help("if nobody has left so far, pass `--allow-no-churn`"))
}

/// One message for all of them: one setting mends them.
fn overlapping(mut clashes: Vec<Clash>, ask: &Ask<'_>) -> Option<Message> {
    clashes.sort_by_key(|clash| clash.later);
    let line = |row: RowPlace| {
        let place = (ask.place)(row);
        format!("{}:{}", place.file, place.line.unwrap_or_default())
    };
    let months = |(first, last): (Month, Month)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        }
    };
    let count = clashes.len() as u64;
    let first = clashes.first()?;
    let headline = if count == 1 {
        format!(
            "two contracts of `{}` run in {}",
            first.customer,
            months(first.months)
        )
    } else {
        format!(
            "{} run at the same time as another of their customer",
            text::count(count, "contract")
        )
    };
    let mut message = Message::new(Code::OverlappingContracts, headline)
        .at((ask.place)(first.later))
        .counting(count);
    for clash in clashes.iter().take(3) {
        let (earlier, later) = (line(clash.earlier), line(clash.later));
        message = message.found(format!(
            "`{}` in {}: {earlier} and {later}",
            clash.customer,
            months(clash.months)
        ));
    }
    Some(message.help("if both are paid, pass `--overlap add`; if the later one replaces the other, `--overlap latest`"))
}

fn overlap_finding(clashes: &[Clash], overlap: Overlap) -> Option<Message> {
    let mut names: Vec<String> = clashes
        .iter()
        .map(|clash| format!("{} in {}", clash.customer, clash.months.0))
        .collect();
    names.sort_unstable();
    let count = names.len() as u64;
    (count > 0).then(|| {
        let verb = if count == 1 { "runs" } else { "run" };
        let headline = format!(
            "{} {verb} at the same time as another",
            text::count(count, "contract")
        );
        let note = if overlap == Overlap::Add {
            "they were added up, as `overlap add` says"
        } else {
            "the one that began last counts, as `overlap latest` says"
        };
        Message::new(Code::OverlapsResolved, headline)
            .found(text::examples(&names, names.len()))
            .note(note)
            .counting(count)
    })
}

/// What runs on no month's last day counts in no month, unless its amount is laid over months as a whole.
fn never_live(covers: &[Cover<'_>], terms: Terms, ask: &Ask<'_>) -> Option<Message> {
    let noun = match terms.shape {
        Shape::Invoices if terms.basis == Basis::Flow => return None,
        Shape::Invoices => "line",
        _ => "contract",
    };
    if terms.spread == Spread::None && covers.iter().all(|cover| cover.span.per.is_none()) {
        return None;
    }
    let ends_before = |cover: &&Cover<'_>| {
        let after = cover.span.after(terms.end);
        after.is_some_and(|after| after.month() <= cover.first)
    };
    let rows: Vec<&Cover<'_>> = covers.iter().filter(ends_before).collect();
    let first = rows.first()?;
    let count = rows.len() as u64;
    let verb = if count == 1 { "runs" } else { "run" };
    let headline = format!(
        "{} {verb} on no last day of a month",
        text::count(count, noun)
    );
    Some(
        Message::new(Code::NeverLive, headline)
            .at((ask.place)(first.kept.place))
            .note(format!(
                "a {noun} counts in the months on whose last day it runs"
            ))
            .counting(count),
    )
}

fn too_large(row: &Kept, ask: &Ask<'_>) -> Message {
    Message::new(
        Code::AmountTooLarge,
        "a run rate is more than exact arithmetic holds",
    )
    .at((ask.place)(row.place))
}

/// Customers that had something before their first row show that the export begins later than the business: those
/// without a movement since are not in it at all.
fn filtered(openings: &[(&Kept, Amount)], ask: &Ask<'_>) -> Option<Message> {
    let mut held: Vec<&(&Kept, Amount)> = openings
        .iter()
        .filter(|(_, amount)| !amount.is_zero())
        .collect();
    held.sort_by_key(|(row, _)| row.place);
    let (first, _) = held.first()?;
    let count = held.len() as u64;
    let verb = if count == 1 { "has" } else { "have" };
    let headline = format!(
        "{} {verb} a balance before the first movement in the file",
        text::count(count, "customer")
    );
    let names: Vec<String> = held
        .iter()
        .map(|(row, _)| row.customer.to_string())
        .collect();
    Some(
        Message::new(Code::FilteredExport, headline)
            .at((ask.place)(first.place))
            .found(text::examples(&names, names.len()))
            .note("the file begins after the business did: customers that paid all along without a movement are not in it, and every rate leaves them out")
            .help("export all movements from the first one on")
            .counting(count),
    )
}

fn of_steps(mut kept: Vec<Kept>, ask: &Ask<'_>) -> Result<Resolved, Errors> {
    let places = Places {
        place: ask.place,
        amount: ask.columns.name(Role::Amount).map(str::to_owned),
        balance: ask.columns.name(Role::Balance).map(str::to_owned),
    };
    let are_magnitudes = steps::sign(&mut kept, &places)?;
    let horizon = steps::horizon(&kept);
    // A balance runs in one currency.
    kept.sort_by(|left, right| (&left.currency, left.place).cmp(&(&right.currency, right.place)));
    let mut books = Books::new(ask);
    let mut openings = Vec::new();
    for rows in kept.chunk_by(|left, right| left.currency == right.currency) {
        openings.extend(add_steps(rows, horizon, &places, ask, &mut books)?);
    }
    let warnings: Vec<Message> = filtered(&openings, ask).into_iter().collect();
    let (history, origin) = ask.history.clone().unwrap_or_else(|| {
        let proof = if places.balance.is_some() {
            "balances hold"
        } else {
            "changes begin at zero"
        };
        (History::Full, format!("detected: {proof}"))
    });
    let mut traits = vec![Trait {
        name: "history",
        value: history.word().to_owned(),
        origin,
    }];
    if are_magnitudes {
        traits.push(Trait {
            name: "losses",
            value: "magnitudes".to_owned(),
            origin: "detected: no loss has a minus sign".to_owned(),
        });
    }
    books.resolved(history, traits, warnings, &kept, ask)
}

/// Adds the run rates that the movements in one currency make, and gives what stood before them.
fn add_steps<'k>(
    rows: &'k [Kept],
    horizon: Option<(Month, Month)>,
    places: &Places<'_>,
    ask: &Ask<'_>,
    books: &mut Books,
) -> Result<Vec<(&'k Kept, Amount)>, Errors> {
    let openings = steps::openings(rows, places).map_err(Errors::from)?;
    let Some((first, last)) = horizon else {
        return Ok(openings);
    };
    let last = ask.policies.through.unwrap_or(last);
    let levels = steps::levels(rows, &openings, (first, last));
    let levels = levels.ok_or_else(|| too_large(&rows[0], ask))?;
    for month in first.through(last) {
        books.cover(month, rows[0].place);
    }
    for level in levels {
        books.add(level.row, level.month, level.amount);
    }
    note_steps(rows, &openings, (first, last), ask);
    Ok(openings)
}
