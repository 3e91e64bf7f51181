//! Renewals for people: the rates, a calendar of months, and the contracts that need somebody.

use super::RenewalsReport;
use crate::ledger::NO_VALUE;
use crate::metrics::{Renewal, RenewalSums, Status};
use crate::output::escape;
use crate::output::sheet::{Cell, Column, Form, Group, Kind, Sheet};
use crate::text;
use crate::units::Ratio;

/// The sheets of a report.
pub(super) fn of(report: &RenewalsReport<'_>) -> Vec<Sheet> {
    let mut sheets = vec![rates(report)];
    sheets.extend(segments(report));
    sheets.extend(calendar(report));
    sheets.push(contracts(report));
    sheets.iter_mut().for_each(Sheet::align_amounts);
    sheets
}

fn column(heading: &str, is_right: bool, group: Group) -> Column {
    Column {
        heading: heading.to_owned(),
        is_right,
        group,
    }
}

fn shown(text: &str) -> Cell {
    Cell::Text(escape::terminal(text).into_owned())
}

/// A rate, or why there is none.
fn percent(report: &RenewalsReport<'_>, ratio: Ratio) -> Cell {
    match report.rate(ratio) {
        Ok(ratio) => Cell::Percent(ratio),
        Err(reason) => Cell::Undefined(reason.to_owned()),
    }
}

/// The rates of all, and what they are of.
fn rates(report: &RenewalsReport<'_>) -> Sheet {
    let headings = ["", "Renewal rate", "Net renewal rate", "Gross renewal rate"];
    let columns = headings.map(|heading| column(heading, true, Group::Core));
    let mut sheet = Sheet::new(Form::Line, columns.to_vec());
    let total = &report.renewals.total;
    let all = [
        total.renewal_rate(),
        total.net_renewal_rate(),
        total.gross_renewal_rate(),
    ];
    let mut cells = vec![Cell::Blank];
    cells.extend(all.map(|ratio| percent(report, ratio)));
    sheet.push(Kind::Body, cells);
    sheet.notes = notes(report);
    sheet
}

fn notes(report: &RenewalsReport<'_>) -> Vec<String> {
    let (ask, renewals) = (&report.ask, &report.renewals);
    let (first, last) = ask.window;
    let contracts = |count: u64| text::count(count, "contract");
    let mut notes = vec![
        format!(
            "of {} that ended {first} to {last}; {} due in the {} days after {}",
            contracts(renewals.total.ended()),
            renewals.total.count(Status::Due),
            ask.within,
            ask.as_of
        ),
        format!(
            "by count, and by run rates of a month: Σ new ÷ Σ old, Σ min(old, new) ÷ Σ old; late, in no rate: ended up to {} days ago, and none followed yet",
            ask.late
        ),
    ];
    if ask.of_versions {
        notes.push("each version of a contract counts as one: a price that changed inside a term reads as a renewal".to_owned());
    }
    if renewals.open_ended > 0 {
        let verb = if renewals.open_ended == 1 {
            "runs"
        } else {
            "run"
        };
        notes.push(format!(
            "{} {verb} on without an end, and {} never due",
            contracts(renewals.open_ended),
            if renewals.open_ended == 1 {
                "is"
            } else {
                "are"
            }
        ));
    }
    if renewals.worthless > 0 {
        notes.push(format!(
            "{} left out for an amount of nothing or less",
            contracts(renewals.worthless)
        ));
    }
    notes
}

/// The columns of counts and rates after the first ones.
fn sum_columns() -> Vec<Column> {
    [
        ("Due", Group::Core),
        ("Amount due", Group::Core),
        ("Ended", Group::Core),
        ("Amount ended", Group::Detail),
        ("Renewed", Group::Core),
        ("Late", Group::Core),
        ("Lost", Group::Core),
        ("Renewal rate", Group::Core),
        ("Net", Group::Movements),
        ("Gross", Group::Movements),
    ]
    .map(|(heading, group)| column(heading, true, group))
    .to_vec()
}

fn sum_cells(report: &RenewalsReport<'_>, sums: &RenewalSums) -> Vec<Cell> {
    let ended = sums.decided_amount() + sums.amount(Status::Late);
    let rate = |ratio: Ratio| {
        if sums.ended() == 0 {
            Cell::Blank
        } else {
            percent(report, ratio)
        }
    };
    vec![
        Cell::Count(sums.count(Status::Due)),
        Cell::Amount(sums.amount(Status::Due)),
        Cell::Count(sums.ended()),
        Cell::Amount(ended),
        Cell::Count(sums.followed()),
        Cell::Count(sums.count(Status::Late)),
        Cell::Count(sums.count(Status::Lost)),
        rate(sums.renewal_rate()),
        rate(sums.net_renewal_rate()),
        rate(sums.gross_renewal_rate()),
    ]
}

/// The sums of each segment, where there are any.
fn segments(report: &RenewalsReport<'_>) -> Option<Sheet> {
    let by = report.report.by.iter();
    let mut columns: Vec<Column> = by
        .map(|name| column(&escape::terminal(name), false, Group::Core))
        .collect();
    columns.extend(sum_columns());
    let mut sheet = Sheet::new(Form::Grid, columns);
    for (segment, sums) in &report.renewals.segments {
        let values = segment.iter().map(|value| {
            let is_there = !value.is_empty();
            shown(if is_there { value } else { NO_VALUE })
        });
        sheet.push(Kind::Body, values.chain(sum_cells(report, sums)).collect());
    }
    (!sheet.rows.is_empty()).then_some(sheet)
}

/// The months, each with what ends in it.
fn calendar(report: &RenewalsReport<'_>) -> Option<Sheet> {
    let mut columns = vec![column("Month of end", false, Group::Core)];
    columns.extend(sum_columns());
    let mut sheet = Sheet::new(Form::Grid, columns);
    let months = &report.renewals.months;
    if months.is_empty() {
        return None;
    }
    let mut cells = vec![Cell::Text("all".to_owned())];
    cells.extend(sum_cells(report, &report.renewals.total));
    sheet.push(Kind::Total, cells);
    for (month, sums) in months {
        let mut cells = vec![Cell::Text(month.to_string())];
        cells.extend(sum_cells(report, sums));
        sheet.push(Kind::Body, cells);
    }
    Some(sheet)
}

/// The contracts, by their end.
fn contracts(report: &RenewalsReport<'_>) -> Sheet {
    let listed: Vec<&Renewal<'_>> = report.listed(true).collect();
    let has = |is_there: fn(&Renewal<'_>) -> bool| listed.iter().any(|one| is_there(one));
    let has_name = has(|one| !one.contract.name.is_empty());
    let has_product = has(|one| !one.contract.product.is_empty());
    let has_successor = has(|one| one.successor.is_some());
    let mut columns = vec![
        column("End", false, Group::Core),
        column("Customer", false, Group::Core),
    ];
    columns.extend(has_name.then(|| column("Contract", false, Group::Core)));
    columns.extend(has_product.then(|| column("Product", false, Group::Core)));
    let by = report.report.by.iter();
    columns.extend(by.map(|name| column(&escape::terminal(name), false, Group::Core)));
    columns.push(column("Status", false, Group::Core));
    columns.push(column("Amount", true, Group::Core));
    if has_successor {
        columns.push(column("Followed by", false, Group::Core));
        columns.push(column("New amount", true, Group::Core));
    }
    let mut sheet = Sheet::new(Form::Grid, columns);
    for one in &listed {
        let contract = one.contract;
        let mut cells = vec![Cell::Text(one.end.to_string()), shown(&contract.customer)];
        cells.extend(has_name.then(|| shown(&contract.name)));
        cells.extend(has_product.then(|| shown(&contract.product)));
        cells.extend(contract.attributes.iter().map(|value| {
            let is_there = !value.is_empty();
            shown(if is_there { value } else { NO_VALUE })
        }));
        cells.push(Cell::Text(one.status.word().to_owned()));
        cells.push(Cell::Amount(contract.amount));
        if has_successor {
            let start = one.successor.map(|next| Cell::Text(next.start.to_string()));
            let amount = one.successor.map(|next| Cell::Amount(next.amount));
            cells.extend([start, amount].map(|cell| cell.unwrap_or(Cell::Blank)));
        }
        sheet.push(Kind::Body, cells);
    }
    sheet.notes = below(report, listed.len());
    sheet
}

/// What the list leaves out, and what its amounts are.
fn below(report: &RenewalsReport<'_>, listed: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if listed == 0 {
        let words: Vec<&str> = if report.statuses.is_empty() {
            vec![Status::Due.word(), Status::Late.word()]
        } else {
            report.statuses.iter().map(|status| status.word()).collect()
        };
        notes.push(format!("no contract is {}", text::list(&words, "or")));
    } else {
        notes.push("amounts are run rates of a month; the end is the last day".to_owned());
    }
    let more = report.renewals.list.len().saturating_sub(listed);
    if more > 0 && report.statuses.is_empty() {
        let verb = if more == 1 { "was" } else { "were" };
        notes.push(format!(
            "{} that ended and {verb} renewed or lost: `--status lost,renewed,expanded,contracted` lists them, and so does `--format csv`",
            text::count(more as u64, "contract")
        ));
    }
    notes
}
