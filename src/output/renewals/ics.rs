//! What is due as a calendar that other programs subscribe to: an all-day event on the last day of each contract.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::RenewalsReport;
use crate::metrics::{Renewal, Status};
use crate::output::{escape, number};
use crate::units::Day;

/// The most bytes of a line, its end aside (RFC 5545, 3.1).
const LINE: usize = 75;

/// How many digits of a hash name an event.
const DIGITS: usize = 32;

/// Writes a calendar: `due` contracts alone, whatever statuses were asked for.
///
/// The time stamp is the day looked from and names come from what an event is about, so that the same input gives
/// the same bytes, and an export of tomorrow changes events in place of adding them again.
pub(super) fn write(report: &RenewalsReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines { out };
    let list = report.renewals.list.iter();
    let due: Vec<&Renewal<'_>> = list.filter(|one| one.status == Status::Due).collect();
    lines.write("BEGIN:VCALENDAR")?;
    lines.write("VERSION:2.0")?;
    lines.write("PRODID:-//nrr//renewals//EN")?;
    lines.write("CALSCALE:GREGORIAN")?;
    lines.write("METHOD:PUBLISH")?;
    let stamp = format!("DTSTAMP:{}T000000Z", plain(report.ask.as_of));
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for one in &due {
        let number = seen.entry(identity(one)).or_default();
        let uid = uid(one, *number);
        *number += 1;
        event(&mut lines, report, one, (&uid, &stamp))?;
    }
    if due.is_empty() {
        // A calendar has to hold something; a note is what no program shows among its events.
        let day = plain(report.ask.as_of);
        lines.write("BEGIN:VJOURNAL")?;
        lines.write(&format!("UID:{day}-none-due@nrr"))?;
        lines.write(&stamp)?;
        lines.write(&format!("DTSTART;VALUE=DATE:{day}"))?;
        lines.write(&format!(
            "SUMMARY:No contract is due within {} days",
            report.ask.within
        ))?;
        lines.write("END:VJOURNAL")?;
    }
    lines.write("END:VCALENDAR")
}

fn event(
    lines: &mut Lines<'_>,
    report: &RenewalsReport<'_>,
    one: &Renewal<'_>,
    (uid, stamp): (&str, &str),
) -> io::Result<()> {
    let contract = one.contract;
    let input = &report.report.input;
    let currency = input.currency.as_deref().unwrap_or_default();
    let amount = format!("{} {currency}", number::amount(contract.amount));
    let amount = format!("{} a month", amount.trim_end());
    let mut about = vec![format!("Customer: {}", contract.customer)];
    for (name, value) in [("Contract", &contract.name), ("Product", &contract.product)] {
        if !value.is_empty() {
            about.push(format!("{name}: {value}"));
        }
    }
    about.push(format!("Run rate: {amount}"));
    let attributes = report.report.by.iter().zip(&contract.attributes);
    about.extend(attributes.map(|(name, value)| format!("{name}: {value}")));
    if let Some(next) = one.successor {
        let new = number::amount(next.amount);
        about.push(format!(
            "Already followed by: {new} a month from {}",
            next.start
        ));
    }
    if let Some(file) = input.files.get(contract.place.file) {
        about.push(format!("Row: {}:{}", file.name, contract.place.line));
    }
    let about: Vec<String> = about.iter().map(|line| escaped(line)).collect();
    let summary = format!("Renewal due: {} ({amount})", contract.customer);
    lines.write("BEGIN:VEVENT")?;
    lines.write(&format!("UID:{uid}"))?;
    lines.write(stamp)?;
    lines.write(&format!("DTSTART;VALUE=DATE:{}", plain(one.end)))?;
    lines.write(&format!("DTEND;VALUE=DATE:{}", plain(one.end.next())))?;
    lines.write(&format!("SUMMARY:{}", escaped(&summary)))?;
    lines.write(&format!("DESCRIPTION:{}", about.join("\\n")))?;
    lines.write("TRANSP:TRANSPARENT")?;
    lines.write("END:VEVENT")
}

/// What makes two events the same one: not the amount, which can change, and not the place of the row.
fn identity(one: &Renewal<'_>) -> String {
    let contract = one.contract;
    let texts = [&contract.customer, &contract.product, &contract.name];
    // Lengths keep names apart that hold any sign.
    let texts = texts.map(|text| format!("{}:{text}", text.len()));
    format!("{} {} {}", texts.concat(), contract.start, one.end)
}

fn uid(one: &Renewal<'_>, number: u64) -> String {
    let hash = blake3::hash(format!("{} {number}", identity(one)).as_bytes());
    let digits: String = hash.to_hex().chars().take(DIGITS).collect();
    format!("{digits}@nrr")
}

/// A day as calendars write it: `20241231`.
fn plain(day: Day) -> String {
    day.to_string().replace('-', "")
}

/// Text without signs that mean something in a calendar, and without control characters.
fn escaped(text: &str) -> String {
    let shown = escape::terminal(text);
    let mut escaped = String::with_capacity(shown.len());
    for sign in shown.chars() {
        if matches!(sign, '\\' | ';' | ',') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

/// Lines that end with CR and LF and are folded where they are long.
struct Lines<'a> {
    out: &'a mut dyn Write,
}

impl Lines<'_> {
    fn write(&mut self, line: &str) -> io::Result<()> {
        let mut rest = line;
        let mut room = LINE;
        loop {
            let mut cut = rest.len().min(room);
            while !rest.is_char_boundary(cut) {
                cut -= 1;
            }
            let (part, after) = rest.split_at(cut);
            self.out.write_all(part.as_bytes())?;
            self.out.write_all(b"\r\n")?;
            if after.is_empty() {
                return Ok(());
            }
            self.out.write_all(b" ")?;
            (rest, room) = (after, LINE - 1);
        }
    }
}
