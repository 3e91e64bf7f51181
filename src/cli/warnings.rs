//! What is worth a warning beside a figure: the choices behind it, and what was read.

use crate::error::{Code, Effect, Message};
use crate::input::Loaded;
use crate::input::shape::{History, Shape};
use crate::ledger::Books;
use crate::metrics::{Asked, Calculation, Record, SMALL_BASE, billed_once_a_year, calc};
use crate::policies::{
    Basis, CohortBase, Duplicates, NamedDefinition, Origin, Policies, SegmentAt, Spread,
};
use crate::text;
use crate::units::{Month, Ratio};

pub(super) fn partial(records: &[Record], last: Month) -> Option<Message> {
    let cut: Vec<String> = records
        .iter()
        .filter(|record| record.partial && record.segments.is_none())
        .map(|record| record.period.label(record.fiscal_year))
        .collect();
    (!cut.is_empty()).then(|| {
        let verb = if cut.len() == 1 { "ends" } else { "end" };
        Message::new(
            Code::PartialPeriod,
            format!(
                "{} {verb} after the data do",
                text::examples(&cut, cut.len())
            ),
        )
        .note(format!("only the months to {last} were read"))
        .counting(cut.len() as u64)
    })
}

/// Months inside the horizon without any row; those that a figure reads were declared to be zero.
pub(super) fn empty_months(loaded: &Loaded, calculation: &Calculation) -> Option<Message> {
    let ledger = &loaded.books.customers;
    let empty: Vec<Month> = ledger
        .first()
        .through(ledger.last())
        .filter(|month| ledger.is_label_end(*month) && !ledger.has_rows(*month))
        .collect();
    let read = empty
        .iter()
        .filter(|month| calculation.months_read.contains(month))
        .count();
    let names: Vec<String> = empty.iter().map(Month::to_string).collect();
    (!names.is_empty()).then(|| {
        let verb = if names.len() == 1 { "has" } else { "have" };
        let headline = format!(
            "{} {verb} no rows of any customer",
            text::examples(&names, names.len())
        );
        let note = if read == 0 {
            "no figure here reads it"
        } else {
            "it counts as nothing paid, as `missing-months zero` says"
        };
        Message::new(Code::EmptyMonth, headline)
            .note(note)
            .counting(names.len() as u64)
    })
}

/// Run rates of several dates in one month: line items add up, snapshots do not.
pub(super) fn several_dates(policies: &Policies, loaded: &Loaded) -> Option<Message> {
    if policies.basis != Basis::Stock || policies.duplicates != Duplicates::Sum {
        return None;
    }
    let shown = |(customer, month): &(u32, Month)| {
        format!(
            "{} in {month}",
            loaded.books.customers.shown_name(*customer)
        )
    };
    let mut names: Vec<String> = loaded
        .books
        .customers
        .with_several_dates()
        .iter()
        .map(shown)
        .collect();
    names.sort_unstable();
    let count = names.len() as u64;
    (count > 0).then(|| {
        let verb = if count == 1 { "has" } else { "have" };
        let headline = format!(
            "{} {verb} rows of several dates",
            text::count(count, "customer month")
        );
        Message::new(Code::SeveralDates, headline)
            .found(text::examples(&names, names.len()))
            .note("amounts are run rates, and were added up as line items are")
            .help("if they are snapshots, keep the last row of each month with `--duplicates last`")
            .counting(count)
    })
}

/// Today's prices alone: what changed inside a contract cannot be seen.
pub(super) fn no_history(loaded: &Loaded) -> Option<Message> {
    (loaded.history == History::None).then(|| {
        let headline = "price changes inside a contract are not in this file; only starts and ends are measured";
        let message = Message::new(Code::NoHistory, headline)
            .note("expansion and contraction are too low, and NRR is near GRR");
        match &loaded.better {
            Some(better) => message.help(format!("the better export: {better}")),
            None => message.help("if every price is a row of its own, pass `--history full`"),
        }
    })
}

/// Nothing beside the periods says what amounts are: over several months, revenue and a run rate are two numbers.
pub(super) fn assumed_basis(
    policies: &Policies,
    loaded: &Loaded,
    asked: &Asked,
    records: &[Record],
) -> Option<Message> {
    let is_assumed = matches!(policies.origin("basis"), Origin::Detected(_))
        && policies.basis == Basis::Flow
        && loaded.shape == Shape::Wide
        && loaded.history == History::Full;
    if !is_assumed || asked.periods.iter().all(|period| period.months() == 1) {
        return None;
    }
    let message = Message::new(
        Code::AssumedBasis,
        "nothing says whether amounts are revenue or a run rate, and they were taken as revenue",
    )
    .note("as MRR or ARR only the last month of a period counts, and not the sum of its months")
    .help("`--basis stock` if they are MRR or ARR, `--basis flow` if they are revenue");
    let mut stock = policies.clone();
    let effect = match (records, stock.set("basis", "stock", Origin::Default)) {
        ([record], Ok(())) => nrr_under(&stock, loaded, asked).zip(Some(record)),
        _ => None,
    };
    let effect = effect.and_then(|(after, record)| {
        let before = record.rollforward()?.nrr();
        (before.is_defined() && after.is_defined()).then(|| Effect {
            before,
            after,
            reading: "with `--basis stock`".to_owned(),
        })
    });
    Some(message.effect(effect))
}

/// NRR of the one period asked for as it is without the map.
pub(super) fn without_map(
    policies: &Policies,
    loaded: &Loaded,
    asked: &Asked,
    records: &[Record],
) -> Option<Effect> {
    let mapped = loaded.mapped.as_ref().filter(|_| !asked.is_range)?;
    let before = records.first()?.rollforward()?.nrr();
    let after = nrr_of(&mapped.unmapped, policies, asked)?;
    (before.is_defined() && after.is_defined()).then(|| Effect {
        before,
        after,
        reading: "without the map".to_owned(),
    })
}

/// NRR of the one period asked for under other choices.
pub(super) fn nrr_under(policies: &Policies, loaded: &Loaded, asked: &Asked) -> Option<Ratio> {
    nrr_of(&loaded.books, policies, asked)
}

/// NRR of the one period asked for, on these books.
pub(super) fn nrr_of(books: &Books, policies: &Policies, asked: &Asked) -> Option<Ratio> {
    let calculation = calc(books, asked, policies).ok()?;
    let record = calculation.records.first().filter(|_| !asked.is_range)?;
    Some(record.rollforward()?.nrr())
}

/// What is billed once a year reads as a loss in every window shorter than that.
pub(super) fn billed_revenue(
    policies: &Policies,
    loaded: &Loaded,
    asked: &Asked,
) -> Option<Message> {
    let is_spread = loaded.shape == Shape::Invoices && policies.spread != Spread::None;
    let is_short = asked.periods.iter().any(|period| period.months() < 12);
    if loaded.history != History::Billed || is_spread || !is_short {
        return None;
    }
    let yearly = billed_once_a_year(&loaded.books.customers).len() as u64;
    let verb = if yearly <= 1 { "is" } else { "are" };
    let customers = if yearly == 0 {
        "no customer".to_owned()
    } else {
        text::count(yearly, "customer")
    };
    let last = loaded.books.customers.last();
    Some(
        Message::new(
            Code::BilledRevenue,
            "amounts stand in the month they were billed in, and a period is shorter than a year",
        )
        .found(format!(
            "{customers} {verb} billed once a year, as far as the data show"
        ))
        .note("an invoice for a year reads as growth in one month and as churn in the next")
        .help(format!(
            "measure twelve months against the twelve before: `--period TTM-{last}`"
        ))
        .counting(yearly),
    )
}

pub(super) fn products_netted(loaded: &Loaded) -> Option<Message> {
    let product = loaded.product_column.as_ref()?;
    let headline = format!("each value of `{product}` is netted on its own");
    Some(
        Message::new(Code::ProductsNetted, headline)
            .note("what a customer drops of one product and adds of another is contraction and expansion in the total, churn and new in the products")
            .help(format!("for the company's own total leave out `--by {product}`; if `{product}` is a trait of the customer, pass `--product none`")),
    )
}

pub(super) fn flattering(policies: &Policies, loaded: &Loaded) -> Vec<Message> {
    let mut messages = Vec::new();
    let named = NamedDefinition::named(&policies.definition);
    let reads_high = |choice: &NamedDefinition| choice.name == "teamviewer";
    let is_kept = policies.basis == Basis::Flow && policies.cohort_base == CohortBase::Opening;
    if let Some(definition) = named.filter(|one| is_kept && reads_high(one)) {
        let headline = format!("`{}` reads high", definition.name);
        messages.push(
            Message::new(Code::FlatteringPolicy, headline)
                .note(definition.caution)
                .help("`--definition snowflake` measures only who paid in the first month"),
        );
    }
    if !policies.min_closing.is_zero() {
        let headline = "`min-closing` leaves customers out that shrank or left, and hides losses";
        messages.push(
            Message::new(Code::FlatteringPolicy, headline)
                .note("what was left out stands in `excluded_opening` and `excluded_closing`")
                .help("`--min-closing 0`"),
        );
    }
    if policies.cohort_base == CohortBase::Survivors {
        let headline =
            "`cohort-base survivors` leaves out every customer that left, and hides churn";
        messages.push(
            Message::new(Code::FlatteringPolicy, headline)
                .note("what was left out stands in `excluded_opening` and `excluded_closing`")
                .help("`--cohort-base opening`"),
        );
    }
    let is_biased = matches!(policies.segment_at, SegmentAt::Closing | SegmentAt::Latest);
    if is_biased && !loaded.by.is_empty() {
        let headline = format!(
            "`segment-at {}` reads segments late: customers that left have none or an old one",
            policies.segment_at.word()
        );
        messages.push(
            Message::new(Code::FlatteringPolicy, headline)
                .note("a segment that loses customers looks better than it is")
                .help("`--segment-at opening`"),
        );
    }
    messages
}

/// Rates of so few customers that an interval says little.
pub(super) fn small_base(records: &[Record]) -> Option<Message> {
    let is_small = |record: &&Record| {
        let size = record
            .rollforward()
            .map_or(0, |sums| sums.opening_customers);
        (1..SMALL_BASE).contains(&size)
    };
    let small: Vec<&Record> = records.iter().filter(is_small).collect();
    let first = small.first()?;
    let least = first.rollforward()?.opening_customers;
    let label = first.period.label(first.fiscal_year);
    let named = match &first.segments {
        Some(values) => format!("{label}, {}", values.join(", ")),
        None => label,
    };
    let headline = match small.len() {
        1 => format!(
            "{named} has {} at the opening, and an interval needs {SMALL_BASE}",
            text::count(least, "customer")
        ),
        several => {
            format!("{several} records have fewer than {SMALL_BASE} customers at the opening")
        }
    };
    Some(
        Message::new(Code::SmallBase, headline)
            .note("with so few, one customer decides the rate, and an interval says little")
            .counting(small.len() as u64),
    )
}

/// Customers whose values below zero were cut to zero where they count.
pub(super) fn clipped(calculation: &Calculation, loaded: &Loaded) -> Option<Message> {
    let name = |customer: &u32| loaded.books.customers.shown_name(*customer);
    let mut names: Vec<String> = calculation.clipped.iter().map(name).collect();
    names.sort_unstable();
    let count = names.len() as u64;
    (count > 0).then(|| {
        let headline = format!("values below zero of {} were cut to zero", text::count(count, "customer"));
        Message::new(Code::ClippedRevenue, headline)
            .found(text::examples(&names, names.len()))
            .note("a customer cut to zero at one end counts as gone there; how much was cut stands in `clipped_opening` and `clipped_closing`")
            .counting(count)
    })
}
