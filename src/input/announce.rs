//! What is said about dates that were read with a doubt.

use super::columns::Role;
use super::date::{Announced, Announcement, DateEvidence, DateOrder, read_when};
use super::decide::Column;
use super::file::FileRead;
use crate::error::{Code, Message};
use crate::text;
use crate::units::FiscalYear;

/// The warnings about a file's date column.
pub(super) fn dates_of(file: &FileRead) -> Vec<Message> {
    let column = Column {
        file: (file.number(), &file.name),
        name: file
            .columns
            .name(Role::Date)
            .or(file.columns.name(Role::Start)),
    };
    dates(&file.found.dates, &column)
}

/// The warnings about a column of dates: [`Code::DatesAsNumbers`] and [`Code::ZoneIgnored`].
pub(super) fn dates(evidence: &DateEvidence, column: &Column<'_>) -> Vec<Message> {
    let announced = evidence.announced();
    let messages = announced.iter().map(|one| message(one, column));
    messages.collect()
}

fn message(one: &Announced, column: &Column<'_>) -> Message {
    let name = column.name.unwrap_or(Role::Date.noun());
    let (code, headline) = match one.what {
        Announcement::Serials => (
            Code::DatesAsNumbers,
            format!("the dates in `{name}` are numbers of days, as spreadsheets count them"),
        ),
        Announcement::Epochs => (
            Code::DatesAsNumbers,
            format!("the dates in `{name}` are seconds or milliseconds since 1970"),
        ),
        Announcement::ZoneNames => (
            Code::ZoneIgnored,
            format!("times in `{name}` name their zone, which was not used"),
        ),
        Announcement::NearEdges(count) => {
            let verb = if count == 1 { "lies" } else { "lie" };
            let times = text::count(count, "time");
            (
                Code::ZoneIgnored,
                format!("{times} in `{name}` {verb} in UTC within 14 hours of another month"),
            )
        }
    };
    let message = Message::new(code, headline)
        .at(column.place(one.line))
        .found(reading(one));
    match one.what {
        Announcement::Serials => message.note("they are counted from 1900"),
        Announcement::Epochs => message,
        Announcement::ZoneNames => message.note("each date counts as it is written"),
        Announcement::NearEdges(count) => message
            .note("each counts in its month in UTC; where the account is, it may be the other")
            .counting(count),
    }
}

/// The first cell and the date it was read as: `` `45322` is 2024-01-31 ``.
fn reading(one: &Announced) -> String {
    // Neither order matters: numbers have none, and of the others only the cell is shown.
    let (_, when) = read_when(&one.cell, DateOrder::DayFirst, FiscalYear::CALENDAR);
    match (one.what, when) {
        (Announcement::Serials | Announcement::Epochs, Ok(Some(when))) => {
            format!("`{}` is {}-{:02}", one.cell, when.month, when.day)
        }
        _ => format!("`{}`", one.cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubts_are_said_with_their_first_cell() {
        let said = |cells: &[&str]| {
            let mut evidence = DateEvidence::default();
            for (line, cell) in (2..).zip(cells) {
                let marks = read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR).0;
                evidence.add(marks, line, cell);
            }
            let column = Column {
                file: (0, "invented.csv"),
                name: Some("date"),
            };
            let messages = dates(&evidence, &column);
            let said = messages
                .iter()
                .map(|message| format!("{}: {}", message.headline, message.evidence[0].text));
            said.collect::<Vec<_>>()
        };
        for (cell, expected) in [
            (
                "45322",
                "the dates in `date` are numbers of days, as spreadsheets count them: `45322` is 2024-01-31",
            ),
            (
                "1706659200",
                "the dates in `date` are seconds or milliseconds since 1970: `1706659200` is 2024-01-31",
            ),
            (
                "2024-01-31 08:26 PST",
                "times in `date` name their zone, which was not used: `2024-01-31 08:26 PST`",
            ),
            (
                "2024-01-31T22:00:00Z",
                "1 time in `date` lies in UTC within 14 hours of another month: `2024-01-31T22:00:00Z`",
            ),
        ] {
            assert_eq!(said(&["", cell]), [expected]);
        }
        assert_eq!(said(&["2024-01-31"]), [] as [&str; 0]);
    }
}
