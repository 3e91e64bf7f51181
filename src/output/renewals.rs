//! What comes up for renewal, as people, machines and calendars are shown it: one record a contract.

mod ics;
mod sheets;

use std::io::{self, Write};

use super::document::{Document, More};
use super::fields::{Wire, amount, segment_name};
use super::report::Report;
use super::sheet::Sheet;
use super::{head, number};
use crate::metrics::{Renewal, RenewalSums, Renewals, RenewalsAsk, Status};
use crate::units::Ratio;

/// The name of the JSON form of `nrr renewals`.
pub(super) const SCHEMA: &str = "nrr.renewals/1";

/// The fields before those of the columns of `--by`.
pub(super) const FIELDS: [&str; 13] = [
    "customer",
    "contract",
    "end",
    "amount",
    "status",
    "product",
    "start",
    "new_contract",
    "new_start",
    "new_amount",
    "days_late",
    "file",
    "line",
];

/// The fields after them.
pub(super) const LAST: [&str; 4] = ["as_of", "currency", "definition", "input_fingerprint"];

/// The fields of what was asked.
pub(super) const WINDOW_FIELDS: [&str; 7] = [
    "as_of",
    "within_days",
    "first_day",
    "last_day",
    "late_days",
    "open_ended",
    "worthless",
];

/// The fields of counts, sums and rates.
pub(super) const SUM_FIELDS: [&str; 16] = [
    "due",
    "due_amount",
    "ended",
    "renewed",
    "expanded",
    "contracted",
    "late",
    "late_amount",
    "lost",
    "old_amount",
    "new_amount",
    "new_amount_capped",
    "renewal_rate",
    "net_renewal_rate",
    "gross_renewal_rate",
    "undefined",
];

/// How many digits of the definition's fingerprint a record carries.
const DIGITS: usize = 12;

/// Why a rate over nothing is undefined.
const NOTHING_DECIDED: &str = "no contract that ended is renewed or lost";

/// The result of `nrr renewals`.
pub struct RenewalsReport<'a> {
    /// What is declared with it.
    pub report: Report,
    /// What is due and what ended.
    pub renewals: Renewals<'a>,
    /// What was asked.
    pub ask: RenewalsAsk,
    /// The statuses asked for; empty where nobody said.
    pub statuses: Vec<Status>,
    /// Why the input gives no rates, where it does not.
    pub no_rates: Option<String>,
}

impl RenewalsReport<'_> {
    /// Writes what is due as a calendar (RFC 5545).
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write_calendar(&self, out: &mut dyn Write) -> io::Result<()> {
        ics::write(self, out)
    }

    /// The contracts of the statuses asked for; people who did not say are shown those that need somebody.
    fn listed(&self, is_for_people: bool) -> impl Iterator<Item = &Renewal<'_>> {
        const OPEN: [Status; 2] = [Status::Due, Status::Late];
        self.renewals.list.iter().filter(move |one| {
            if self.statuses.is_empty() {
                !is_for_people || OPEN.contains(&one.status)
            } else {
                self.statuses.contains(&one.status)
            }
        })
    }

    /// The names of the columns of `--by`: their own, with `segment.` before one that a field has already.
    fn attribute_names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for column in &self.report.by {
            let mut name = column.clone();
            let is_field = |name: &str| FIELDS.contains(&name) || LAST.contains(&name);
            while is_field(&name) || names.contains(&name) {
                name = segment_name(&name);
            }
            names.push(name);
        }
        names
    }

    fn values(&self, one: &Renewal<'_>) -> Vec<Wire> {
        let contract = one.contract;
        let successor = one.successor;
        let file = self.report.input.files.get(contract.place.file);
        let own = [
            Wire::Text(contract.customer.to_string()),
            filled(&contract.name),
            Wire::Text(one.end.to_string()),
            amount(contract.amount),
            Wire::Text(one.status.word().to_owned()),
            filled(&contract.product),
            Wire::Text(contract.start.to_string()),
            successor.map_or(Wire::Null, |next| filled(&next.name)),
            successor.map_or(Wire::Null, |next| Wire::Text(next.start.to_string())),
            successor.map_or(Wire::Null, |next| amount(next.amount)),
            one.days_late()
                .map_or(Wire::Null, |days| Wire::Number(days.to_string())),
            file.map_or(Wire::Null, |file| Wire::Text(file.name.clone())),
            Wire::Number(contract.place.line.to_string()),
        ];
        let last = [
            Wire::Text(self.ask.as_of.to_string()),
            filled(self.report.input.currency.as_deref().unwrap_or_default()),
            Wire::Text(head::definition(&self.report, DIGITS)),
            Wire::Text(self.report.input.fingerprint.clone()),
        ];
        let attributes = contract.attributes.iter().map(|value| filled(value));
        own.into_iter().chain(attributes).chain(last).collect()
    }

    fn window(&self) -> Vec<Wire> {
        let ask = &self.ask;
        let day = |day: crate::units::Day| Wire::Text(day.to_string());
        vec![
            day(ask.as_of),
            Wire::Number(ask.within.to_string()),
            day(ask.window.0),
            day(ask.window.1),
            Wire::Number(ask.late.to_string()),
            Wire::Number(self.renewals.open_ended.to_string()),
            Wire::Number(self.renewals.worthless.to_string()),
        ]
    }

    /// A rate, unless the input gives none.
    fn rate(&self, ratio: Ratio) -> Result<Ratio, &str> {
        match &self.no_rates {
            Some(reason) => Err(reason),
            None if ratio.is_defined() => Ok(ratio),
            None => Err(NOTHING_DECIDED),
        }
    }

    fn sums(&self, sums: &RenewalSums) -> Vec<Wire> {
        let count = |status: Status| Wire::Number(sums.count(status).to_string());
        let rate = |ratio: Ratio| {
            let plain = self.rate(ratio).ok().and_then(number::plain_rate);
            plain.map_or(Wire::Null, Wire::Number)
        };
        let undefined = self.rate(sums.renewal_rate()).err();
        let undefined = undefined
            .map(|reason| format!("renewal_rate, net_renewal_rate, gross_renewal_rate: {reason}"));
        vec![
            count(Status::Due),
            amount(sums.amount(Status::Due)),
            Wire::Number(sums.ended().to_string()),
            count(Status::Renewed),
            count(Status::Expanded),
            count(Status::Contracted),
            count(Status::Late),
            amount(sums.amount(Status::Late)),
            count(Status::Lost),
            amount(sums.decided_amount()),
            amount(sums.new),
            amount(sums.capped),
            rate(sums.renewal_rate()),
            rate(sums.net_renewal_rate()),
            rate(sums.gross_renewal_rate()),
            undefined.map_or(Wire::Null, Wire::Text),
        ]
    }

    /// The sums of everybody, then those of each segment.
    fn rates(&self) -> More {
        let by = &self.report.by;
        let names = by.iter().map(|column| segment_name(column));
        let names = names.chain(SUM_FIELDS.map(str::to_owned)).collect();
        let total = by.iter().map(|_| Wire::Absent);
        let mut records = vec![total.chain(self.sums(&self.renewals.total)).collect()];
        records.extend(self.renewals.segments.iter().map(|(segment, sums)| {
            let values = segment.iter().cloned().map(Wire::Text);
            values.chain(self.sums(sums)).collect::<Vec<_>>()
        }));
        More::Records(names, records)
    }

    fn calendar(&self) -> More {
        let names = ["month"].into_iter().chain(SUM_FIELDS);
        let records = self.renewals.months.iter().map(|(month, sums)| {
            let mut values = vec![Wire::Text(month.to_string())];
            values.extend(self.sums(sums));
            values
        });
        More::Records(names.map(str::to_owned).collect(), records.collect())
    }
}

/// A text; null where it is empty.
fn filled(text: &str) -> Wire {
    if text.is_empty() {
        Wire::Null
    } else {
        Wire::Text(text.to_owned())
    }
}

impl Document for RenewalsReport<'_> {
    fn schema(&self) -> &'static str {
        SCHEMA
    }

    fn report(&self) -> &Report {
        &self.report
    }

    fn names(&self) -> Vec<String> {
        let own = FIELDS.iter().map(|name| (*name).to_owned());
        own.chain(self.attribute_names())
            .chain(LAST.map(str::to_owned))
            .collect()
    }

    fn records(&self) -> Box<dyn Iterator<Item = Vec<Wire>> + '_> {
        Box::new(self.listed(false).map(|one| self.values(one)))
    }

    fn sheets(&self) -> Vec<Sheet> {
        sheets::of(self)
    }

    fn more(&self) -> Vec<(&'static str, More)> {
        let window = More::Record(WINDOW_FIELDS.map(str::to_owned).to_vec(), self.window());
        vec![
            ("window", window),
            ("rates", self.rates()),
            ("calendar", self.calendar()),
        ]
    }
}
