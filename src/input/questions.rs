//! What stops once all files were read together: settings that fit nothing, units and currencies that do not
//! agree, words that nobody knows.

use super::columns::{Columns, Role, quoted};
use super::file::FileRead;
use super::filter::Filter;
use super::findings::{counted, line, shown_code};
use super::load::LoadOptions;
use super::shape::Shape;
use super::shape::rules::Per;
use super::summary::Merged;
use super::tally::Tally;
use crate::error::{Code, Message, Place};
use crate::ledger::{Clash, Part, RowPlace};
use crate::policies::{Netting, Origin, Policies};
use crate::text;
use crate::units::Grain;

/// Files in cents beside files in dollars, as far as nobody said what amounts count.
pub(super) fn mixed_units(files: &[FileRead]) -> Option<Message> {
    // Lines of invoices differ by how long they are for, and movements by their kind.
    let is_level = |file: &FileRead| matches!(file.columns.shape, Shape::Long | Shape::Wide);
    let is_open =
        |file: &&FileRead| file.options.unit.is_none() && !file.is_minor && is_level(file);
    let files: Vec<&FileRead> = files.iter().filter(is_open).collect();
    let pair = files.iter().find_map(|cents| {
        let dollars = files.iter().find(|other| {
            cents.found.sizes.are_cents_beside(&other.found.sizes)
                && other
                    .found
                    .part
                    .has_customer(other.options.threads, |name| cents.found.part.knows(name))
        })?;
        Some((cents, dollars))
    });
    let (cents, dollars) = pair?;
    let headline = format!(
        "amounts of `{}` look like cents, those of `{}` like dollars",
        cents.name, dollars.name
    );
    Some(
        Message::new(Code::MixedUnits, headline)
            .at(cents.header_place.clone())
            .note("all are whole numbers and about a hundred times as large as the others")
            .help("export both in one unit; if they are, confirm it with `--unit major` or `--unit minor`"),
    )
}

/// An input of today's prices, where those are not to be measured.
pub(super) fn no_history(better: Option<&str>, file: &str) -> Message {
    let headline =
        "price changes inside a contract are not in this file, and `strict` asks for them";
    let message = Message::new(Code::HistoryMissing, headline).at(Place::file(file));
    match better {
        Some(better) => message.help(format!("the better export: {better}")),
        None => message.help("if every price is a row of its own, pass `--history full`"),
    }
}

/// Settings that have nothing to act on in a file of this shape, columns named for roles that it does not have
/// among them.
pub(super) fn unfit_settings(
    columns: &Columns,
    options: &LoadOptions,
    policies: &Policies,
    file: &str,
) -> Vec<Message> {
    let (shape, has_status) = (columns.shape, columns.of(Role::Status).is_some());
    let runs = matches!(shape, Shape::Contracts | Shape::Versions);
    let is_kept = shape.keeps_rows();
    let unfit = [
        ("overlap", policies.is_set("overlap") && !runs),
        ("spread", policies.is_set("spread") && !shape.has_spans()),
        ("duplicates", policies.is_set("duplicates") && is_kept),
        ("year", options.year.is_some() && shape != Shape::Wide),
        (
            "first-period",
            options.first_period.is_some() && shape != Shape::Wide,
        ),
        ("periods", options.periods.is_some() && shape != Shape::Wide),
        (
            "interval",
            options.per == Some(Per::Term) && !shape.has_spans(),
        ),
        ("end", options.end.is_some() && !shape.has_spans()),
        (
            "amount-is",
            options.amount_is.is_some() && columns.of(Role::Quantity).is_none(),
        ),
        (
            "keep-status",
            !options.keep_status.is_empty() && !has_status,
        ),
        (
            "drop-status",
            !options.drop_status.is_empty() && !has_status,
        ),
        (
            "allow-no-churn",
            options.allows_no_churn && shape != Shape::Contracts,
        ),
    ];
    let is_named = |role: &Role| {
        let name = options.columns.roles[*role as usize].as_deref();
        name.is_some_and(|name| name != "none") && !shape.has_use_for(*role)
    };
    let roles = Role::ALL.into_iter().filter(is_named).map(Role::setting);
    let message = |name: &str| {
        let headline = format!(
            "`{name}` has nothing to act on in the shape `{}`",
            shape.word()
        );
        Message::new(Code::UnfitSetting, headline)
            .at(Place::file(file))
            .note(format!("set by {}", options.origin(name)))
            .help(format!(
                "leave out `{name}`, or name the shape that it is for with `--shape`"
            ))
    };
    // What a preset says of a file was said with its shape in mind.
    let is_typed = |name: &str| !options.origin(name).starts_with("preset ");
    let unfit = unfit.iter().filter(|(_, is_unfit)| *is_unfit);
    unfit
        .map(|(name, _)| *name)
        .chain(roles)
        .filter(|name| is_typed(name))
        .map(message)
        .chain(unfit_netting(columns, policies, file))
        .collect()
}

/// `netting` against the columns: `product` without a column of products, and `customer` typed beside `--by` on it,
/// which makes each product a unit of its own. A settings file or a definition gives way to `--by`.
fn unfit_netting(columns: &Columns, policies: &Policies, file: &str) -> Option<Message> {
    let origin = policies.origin("netting");
    let is_typed = *origin == Origin::Flag;
    let message = |headline: String| {
        Message::new(Code::UnfitSetting, headline)
            .at(Place::file(file))
            .note(format!(
                "`netting {}` set by {origin}",
                policies.netting.word()
            ))
    };
    match columns.name(Role::Product) {
        None if policies.netting == Netting::Product => Some(
            message("`netting product` needs a column of products".to_owned())
                .help("name it with `--product COL`, or leave out `--netting product`"),
        ),
        Some(product)
            if columns.counts_products() && is_typed && policies.netting == Netting::Customer =>
        {
            let headline = format!(
                "`--by {product}` nets each product on its own, against `netting customer`"
            );
            Some(
                message(headline)
                    .help("leave out `--netting customer`")
                    .help(format!(
                        "if `{product}` is a trait of the customer, pass `--product none`"
                    )),
            )
        }
        _ => None,
    }
}

/// Statuses and kinds of movement of which it is not known what they mean.
pub(super) fn undecided(
    all: &Merged,
    columns: &Columns,
    place: &impl Fn(RowPlace) -> Place,
) -> Vec<Message> {
    let listed = |tally: &Tally| {
        let entries = tally.by_rows();
        let counted = entries.iter().take(12);
        let counted: Vec<String> = counted
            .map(|entry| format!("`{}` ({})", entry.code, text::count(entry.rows, "row")))
            .collect();
        let rows: u64 = entries.iter().map(|entry| entry.rows).sum();
        let first = entries.iter().map(|entry| entry.first).min();
        let names: Vec<String> = entries
            .iter()
            .take(12)
            .map(|entry| entry.code.clone())
            .collect();
        first.map(|first| (first, rows, counted, names))
    };
    let at = |row: RowPlace, role: Role| Place {
        column: columns.name(role).map(str::to_owned),
        ..place(row)
    };
    let mut messages = Vec::new();
    if let Some((first, rows, counted, names)) = listed(&all.statuses) {
        let headline = format!(
            "it is not known whether rows with the status {} count",
            text::list(&counted, "or")
        );
        let typed = quoted(&names.join(","));
        messages.push(
            Message::new(Code::UndecidedStatus, headline)
                .at(at(first, Role::Status))
                .counting(rows)
                .note("taking them for active would invent revenue, leaving them out would lose it")
                .help(format!("if they are paid, pass `--keep-status {typed}`; if not, `--drop-status {typed}`")),
        );
    }
    if let Some((first, rows, counted, _)) = listed(&all.movements) {
        let headline = format!("it is not known what {} mean", text::list(&counted, "and"));
        messages.push(
            Message::new(Code::UnknownMovement, headline)
                .at(at(first, Role::Movement))
                .counting(rows)
                .help("if the signed amounts hold whatever the kind says, pass `--movement-column none`"),
        );
    }
    messages
}

pub(super) fn mixed_grains(
    part: &Part,
    column: Option<String>,
    place: &impl Fn(RowPlace) -> Place,
) -> Option<Message> {
    let grains: Vec<(Grain, RowPlace)> = part.coverage().grains().collect();
    let [(first, at), (second, other), ..] = grains.as_slice() else {
        return None;
    };
    let (early, late) = if at < other {
        ((first, at), (second, other))
    } else {
        ((second, other), (first, at))
    };
    Some(
        Message::new(
            Code::MixedGrains,
            format!(
                "{} and {} stand in one column",
                first.plural(),
                second.plural()
            ),
        )
        .at(Place {
            column,
            ..place(*late.1)
        })
        .found(format!(
            "a {} in {}",
            early.0.word(),
            line(&place(*early.1))
        ))
        .found(format!("a {} in {}", late.0.word(), line(&place(*late.1))))
        .note("together they would count the same revenue twice")
        .help("keep the rows of one grain"),
    )
}

pub(super) fn clashes(part: &Part, place: &impl Fn(RowPlace) -> Place) -> Vec<Message> {
    let message = |clash: &Clash| {
        let product = if clash.product.is_empty() {
            String::new()
        } else {
            format!(" of `{}`", clash.product)
        };
        let lines: Vec<String> = clash
            .places
            .iter()
            .take(3)
            .map(|row| line(&place(*row)))
            .collect();
        let headline = format!(
            "{} stand for `{}`{product} in {}",
            text::count(clash.places.len() as u64, "row"),
            clash.customer,
            clash.month
        );
        let more = match clash.places.len() - lines.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Message::new(Code::DuplicateRows, headline)
            .at(place(clash.places[1]))
            .found(format!("{}{more}", lines.join(", ")))
            .help("add them up with `--duplicates sum`, or keep the last with `--duplicates last`")
    };
    part.clashes().iter().map(message).collect()
}

/// What leaves no row at all: the end of the horizon, the filters, the currency.
pub(super) fn no_rows_left(
    all: &Merged,
    options: &LoadOptions,
    policies: &Policies,
    names: &[String],
) -> Option<Message> {
    let place = names.first().map(Place::file).unwrap_or_default();
    if all.in_horizon == 0 {
        let headline = match policies.through {
            Some(through) => format!("no row lies in {through} or before"),
            None => "no row holds a customer, a date and an amount".to_owned(),
        };
        return Some(Message::new(Code::NoRowsLeft, headline).at(place));
    }
    if all.passed == 0 {
        return Some(none_passes(all, options).at(place));
    }
    let kept = policies.currency.as_deref()?;
    let others = all.other_currencies.by_rows();
    let is_empty = all.tally.by_rows().is_empty() && all.converted.by_rows().is_empty();
    if !is_empty || others.is_empty() || options.rates.is_some() {
        return None;
    }
    let (code, headline) = if options.filters.is_empty() {
        (Code::UnknownCurrency, format!("no row is in {kept}"))
    } else {
        let headline = format!("no row that passes the filters is in {kept}");
        (Code::NoRowsLeft, headline)
    };
    let codes: Vec<String> = others.iter().map(|entry| shown_code(&entry.code)).collect();
    let message = Message::new(code, headline)
        .at(place)
        .found(format!("rows in {}", text::list(&codes, "and")));
    Some(match others.iter().find(|entry| !entry.code.is_empty()) {
        Some(entry) => message.help(format!("`--currency {}`", quoted(&entry.code))),
        None => message,
    })
}

/// The one currency of the rows that count; `None` where they name none.
pub(super) fn one_currency(
    tally: &Tally,
    column: Option<String>,
    place: &impl Fn(RowPlace) -> Place,
) -> Result<Option<String>, Message> {
    let entries = tally.by_rows();
    let Some(most) = entries.first() else {
        return Ok(None);
    };
    if entries.len() == 1 {
        return Ok(Some(most.code.clone()).filter(|code| !code.is_empty()));
    }
    let odd = entries[1];
    let headline = format!(
        "amounts are in {} currencies: {}",
        entries.len(),
        counted(&entries)
    );
    let message = Message::new(Code::MixedCurrencies, headline)
        .at(Place {
            column,
            ..place(odd.first)
        })
        .counting(odd.rows)
        .note(format!(
            "line {} is the first in {}; a retention ratio needs one currency",
            odd.first.line,
            shown_code(&odd.code)
        ));
    let codes: Vec<String> = entries
        .iter()
        .filter(|entry| !entry.code.is_empty())
        .map(|entry| format!("`--currency {}`", quoted(&entry.code)))
        .collect();
    let convert = "or convert the others to it with `--fx-rates FILE` beside it";
    let message = message.help(format!("keep one with {}", text::list(&codes, "or")));
    Err(if codes.is_empty() {
        message
    } else {
        message.help(convert)
    })
}

/// The currency that all rows are converted to; a row that names none has no rate.
pub(super) fn unnamed_currency(
    others: &Tally,
    kept: &str,
    column: Option<String>,
    place: &impl Fn(RowPlace) -> Place,
) -> Result<Option<String>, Message> {
    let entries = others.by_rows();
    let Some(entry) = entries.first() else {
        return Ok(Some(kept.to_owned()));
    };
    let verb = if entry.rows == 1 { "names" } else { "name" };
    let headline = format!(
        "{} {verb} no currency to be converted from",
        text::count(entry.rows, "row")
    );
    Err(Message::new(Code::MixedCurrencies, headline)
        .at(Place {
            column,
            ..place(entry.first)
        })
        .counting(entry.rows)
        .note(format!("taken for {kept} they might be wrong by any rate"))
        .help("fill the column, or leave out `--fx-rates` to leave them out"))
}

fn none_passes(all: &Merged, options: &LoadOptions) -> Message {
    let ticked = |filter: &Filter| format!("`{}`", filter.text());
    let filters: Vec<String> = options.filters.iter().map(ticked).collect();
    let headline = format!("no row passes {}", text::list(&filters, "and"));
    let mut message = Message::new(Code::NoRowsLeft, headline);
    for (filter, values) in options.filters.iter().zip(&all.values) {
        let named: Vec<&str> = values.iter().map(String::as_str).collect();
        let shown = |value: &&str| {
            if value.is_empty() {
                "(empty)".to_owned()
            } else {
                (*value).to_owned()
            }
        };
        let held: Vec<String> = named.iter().map(shown).collect();
        let held = text::examples(&held, held.len());
        message = message.found(format!("`{}` holds {held}", filter.column));
        let near = text::nearest(&filter.value, named.iter().copied());
        if let Some(near) = near.filter(|near| *near != filter.value && filter.is_equal) {
            let typed = format!("{}={near}", filter.column);
            message = message.help(format!("`--where {}`", quoted(&typed)));
        }
    }
    message
}
