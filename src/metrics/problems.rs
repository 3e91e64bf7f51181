//! What keeps a period from being computed, said to a person.

use std::collections::BTreeMap;

use super::anchors::Unreadable;
use super::calc::Faults;
use super::movements::Negative;
use super::periods::Asked;
use crate::error::{Code, Errors, Message};
use crate::ledger::Ledger;
use crate::policies::{Basis, Method, Partial, Policies};
use crate::text;
use crate::units::{Amount, Grain, Month, Period};

/// One message a cause; `None` without faults.
pub(super) fn messages(
    ledger: &Ledger,
    policies: &Policies,
    asked: &Asked,
    faults: &Faults,
) -> Option<Errors> {
    let mut list = Vec::new();
    list.extend(
        faults
            .finer
            .first()
            .map(|period| finer_than_data(ledger, policies, (asked, *period))),
    );
    list.extend(
        faults
            .before
            .first()
            .map(|period| before_data(ledger, policies, asked, *period)),
    );
    list.extend(
        faults
            .after
            .first()
            .map(|period| after_data(ledger, policies, asked, *period)),
    );
    let not_one_month = faults.not_one_month.first();
    list.extend(not_one_month.map(|period| method_on_flow(policies, *period)));
    if !faults.missing.is_empty() {
        let missing: Vec<Month> = faults.missing.iter().copied().collect();
        list.push(missing_month(ledger, policies, &missing));
    }
    list.extend(ledger.missing_rates(&faults.unrated));
    list.extend(negative_revenue(ledger, policies, &faults.negatives));
    (!list.is_empty()).then(|| Errors::from(list))
}

/// Why the rates over twelve months are undefined, for the `undefined` field of a record.
pub(super) fn annual_reason(unreadable: &Unreadable) -> String {
    match unreadable {
        Unreadable::BeforeData(_) => "twelve months before lies before the data".to_owned(),
        Unreadable::AfterData(_) => "twelve months before lies after the data".to_owned(),
        Unreadable::FinerThanData(_) => "the data are labelled by longer periods".to_owned(),
        Unreadable::NotOneMonth(_) => "the method goes from month to month".to_owned(),
        Unreadable::Missing(months) => {
            let months: Vec<String> = months.iter().map(Month::to_string).collect();
            format!("{} has no rows", text::list(&months, "and"))
        }
        Unreadable::Unrated(rates) => {
            let rates: Vec<String> = rates
                .iter()
                .map(|rate| format!("{} for {}", rate.currency, rate.month))
                .collect();
            format!("no rate of {}", text::list(&rates, "and"))
        }
    }
}

fn horizon(ledger: &Ledger) -> String {
    format!("the data cover {} to {}", ledger.first(), ledger.last())
}

/// What an end of the comparison reads, in words: `2023-12` or `2023-10 to 2023-12`.
fn reads(policies: &Policies, period: Period) -> String {
    match (policies.basis, period.months()) {
        (Basis::Stock, _) | (_, 1) => period.last().to_string(),
        (Basis::Flow, _) => format!("{} to {}", period.first(), period.last()),
    }
}

fn before_data(ledger: &Ledger, policies: &Policies, asked: &Asked, end: Period) -> Message {
    let label = end.label(policies.fiscal_year);
    let asked_label = asked
        .periods
        .first()
        .map(|period| period.label(policies.fiscal_year))
        .unwrap_or_default();
    let headline = if label == asked_label {
        format!("{label} starts before the data do")
    } else {
        format!("{asked_label} is compared with {label}, which starts before the data do")
    };
    let message = Message::new(Code::PeriodBeforeData, headline)
        .found(horizon(ledger))
        .expected(format!("rows for {}", reads(policies, end)));
    let earliest = asked
        .periods
        .first()
        .map(|period| earliest_period(ledger, policies, *period));
    match earliest.filter(|earliest| earliest.last() <= ledger.last()) {
        Some(earliest) => message.help(format!(
            "the earliest is `--period {}`",
            earliest.label(policies.fiscal_year)
        )),
        None => message,
    }
}

/// The first period of the same kind whose opening can be read.
fn earliest_period(ledger: &Ledger, policies: &Policies, asked: Period) -> Period {
    let grain = asked.grain(policies.fiscal_year);
    // A window of a set length can end with any month.
    let grain = grain.filter(|_| policies.length.is_none());
    let step = grain.map_or(1, Grain::months);
    let mut period = asked;
    while !reaches_back(ledger, policies, period) {
        period = period.later(step);
    }
    period
}

/// True if the data go back to the opening of a period.
fn reaches_back(ledger: &Ledger, policies: &Policies, period: Period) -> bool {
    let opening = period.earlier(policies.lookback_months(period));
    let opening = match policies.method {
        Method::TrailingAverage => Period::ending(opening.last().back(11), Grain::Month),
        _ => opening,
    };
    let first_read = if policies.basis == Basis::Stock {
        opening.last()
    } else {
        opening.first()
    };
    first_read >= ledger.first()
}

fn after_data(ledger: &Ledger, policies: &Policies, asked: &Asked, end: Period) -> Message {
    let label = end.label(policies.fiscal_year);
    let message = Message::new(
        Code::PeriodAfterData,
        format!("{label} ends after the data do"),
    )
    .found(horizon(ledger))
    .expected(format!("rows for {}", reads(policies, end)));
    let step = end.grain(policies.fiscal_year).map_or(1, Grain::months);
    let mut latest = end;
    while latest.last() > ledger.last() {
        latest = latest.earlier(step);
    }
    let flag = if asked.is_range { "--to" } else { "--period" };
    let label = latest.label(policies.fiscal_year);
    let message = if asked.is_range || reaches_back(ledger, policies, latest) {
        message.help(format!("the latest is `{flag} {label}`"))
    } else {
        message
    };
    if policies.partial == Partial::Allow && end.first() <= ledger.last() {
        message.note("cut to the data, both ends of the comparison would read the same months")
    } else if policies.partial == Partial::Refuse && end.first() <= ledger.last() {
        message.help("take the months there are with `--partial allow`")
    } else {
        message
    }
}

fn finer_than_data(
    ledger: &Ledger,
    policies: &Policies,
    (asked, period): (&Asked, Period),
) -> Message {
    let label = period.label(policies.fiscal_year);
    let whole = if asked.is_range {
        format!("`--every {}`", ledger.grain().word())
    } else {
        let whole = Period::holding(period.last(), ledger.grain(), policies.fiscal_year);
        format!("`--period {}`", whole.label(policies.fiscal_year))
    };
    let (grain, grains) = (ledger.grain().word(), ledger.grain().plural());
    Message::new(
        Code::FinerThanData,
        format!("{label} is no whole number of {grains}, and the data are labelled by {grain}"),
    )
    .found(horizon(ledger))
    .help(format!("ask for whole {grains}, such as {whole}"))
}

fn method_on_flow(policies: &Policies, period: Period) -> Message {
    let (label, method) = (period.label(policies.fiscal_year), policies.method.word());
    let headline =
        format!("`method {method}` goes from month to month, and {label} is a sum of months");
    Message::new(Code::MethodOnFlow, headline)
        .found(format!("`method {method}` ({})", policies.origin("method")))
        .found(format!("`basis flow` ({})", policies.origin("basis")))
        .help(format!("ask for a month: `--period {}`", period.last()))
        .help("or pass `--basis stock` if amounts are run rates")
}

fn missing_month(ledger: &Ledger, policies: &Policies, missing: &[Month]) -> Message {
    let months: Vec<String> = missing.iter().map(Month::to_string).collect();
    let verb = if missing.len() == 1 { "has" } else { "have" };
    let message = Message::new(
        Code::MissingMonth,
        format!(
            "{} {verb} no rows of any customer",
            text::examples(&months, months.len())
        ),
    )
    .found(horizon(ledger))
    .counting(missing.len() as u64);
    if let Some(grain) = cadence(ledger, policies) {
        let word = grain.word();
        return message
            .note(format!("rows stand in the last month of each {word} alone"))
            .help(format!(
                "ask for whole {}: `--every {word}`",
                grain.plural()
            ));
    }
    message
        .note("a month that was not exported looks like one in which everybody left")
        .help("add the file that holds it, or count it as nothing with `--missing-months zero`")
}

/// The longer period at whose ends alone rows stand: what a quarterly snapshot looks like.
fn cadence(ledger: &Ledger, policies: &Policies) -> Option<Grain> {
    let covered = || {
        let months = ledger.first().through(ledger.last());
        months.filter(|month| ledger.has_rows(*month))
    };
    let is_end =
        |month: Month, grain| Period::holding(month, grain, policies.fiscal_year).last() == month;
    let longer = [Grain::Year, Grain::Half, Grain::Quarter].into_iter();
    let mut longer = longer.filter(|_| policies.basis == Basis::Stock && covered().count() > 1);
    longer.find(|grain| covered().all(|month| is_end(month, *grain)))
}

/// One message a customer, in byte order of the names.
fn negative_revenue(ledger: &Ledger, policies: &Policies, negatives: &[Negative]) -> Vec<Message> {
    let mut by_customer: BTreeMap<String, BTreeMap<Period, &Negative>> = BTreeMap::new();
    for negative in negatives {
        let name = negative.customer.clone();
        by_customer
            .entry(name)
            .or_default()
            .insert(negative.anchor.period, negative);
    }
    let currency = ledger
        .currency()
        .map(|code| format!(" {code}"))
        .unwrap_or_default();
    let message = |(name, ends): (String, BTreeMap<Period, &Negative>)| {
        let (period, negative) = ends.first_key_value()?;
        let label = period.label(policies.fiscal_year);
        let amount = Amount::new(negative.units, ledger.scale());
        let headline = format!("revenue of `{name}` in {label} is below zero");
        let message =
            Message::new(Code::NegativeRevenue, headline).found(format!("{amount}{currency}"));
        let message = match ends.len() - 1 {
            0 => message,
            more => message.note(format!(
                "and in {} more",
                text::count(more as u64, "period")
            )),
        };
        Some(
            message.help("count it as zero, and have what is cut printed, with `--negatives clip`"),
        )
    };
    by_customer.into_iter().filter_map(message).collect()
}
