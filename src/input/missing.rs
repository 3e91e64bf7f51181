//! What to say where no column was recognised for something that is needed.

use super::columns::{HeaderLine, Role, quoted};
use super::labels;
use crate::error::{Code, Message};
use crate::text;

/// One message for all roles that no column holds, as they have one cause: the header.
pub(super) fn missing(
    line: &HeaderLine<'_>,
    roles: &[Option<usize>; 5],
    missing: &[Role],
) -> Message {
    let periods = labels::period_headers(line.cells);
    match periods {
        Some(periods) if missing.contains(&Role::Date) => wide_file(line, &periods),
        _ => no_column(line, roles, missing),
    }
}

fn wide_file(line: &HeaderLine<'_>, periods: &[&str]) -> Message {
    Message::new(
        Code::MissingColumn,
        "no column holds the period: the file looks wide, with one column a period",
    )
    .at(line.place.clone())
    .found(format!(
        "{} named after a period: {}",
        text::count(periods.len() as u64, "column"),
        text::examples(periods, periods.len())
    ))
    .expected("one row a customer and period, under a header such as `customer,month,mrr`")
    .help("unpivot the columns in a spreadsheet, or export one row a month")
}

fn no_column(line: &HeaderLine<'_>, roles: &[Option<usize>; 5], missing: &[Role]) -> Message {
    let nouns: Vec<String> = missing
        .iter()
        .map(|role| format!("the {}", role.noun()))
        .collect();
    let headline = format!("no column holds {}", text::list(&nouns, "or"));
    let mut message = Message::new(Code::MissingColumn, headline).at(line.place.clone());
    if let Some(taken) = taken(line.cells, roles) {
        message = message.note(taken);
    }
    if let Some((number, cells)) = line.wider.filter(|_| missing.len() > 1) {
        let header = line.place.line.unwrap_or(1);
        return message
            .note(format!(
                "line {header} was taken as the header and has {}, line {number} has {cells}",
                text::count(line.cells.len() as u64, "cell")
            ))
            .help("remove the lines above the header");
    }
    let free: Vec<&str> = (0..line.cells.len())
        .filter(|index| !roles.contains(&Some(*index)) && !line.cells[*index].is_empty())
        .map(|index| line.cells[index].as_str())
        .collect();
    let flags = |column: &str| -> String {
        let flags: Vec<String> = missing
            .iter()
            .map(|role| format!("--{} {column}", role.setting()))
            .collect();
        flags.join(" ")
    };
    match (missing, free.as_slice()) {
        ([role], [only]) => {
            message.help(format!("name it: `--{} {}`", role.setting(), quoted(only)))
        }
        ([_], [_, ..]) => message.help(format!(
            "name it by its header or number: `{}`",
            flags("COL")
        )),
        (_, free) if free.len() >= missing.len() => {
            message.help(format!("name them by header or number: `{}`", flags("COL")))
        }
        _ => message,
    }
}

/// What was recognised: `` `Month` was taken as the period, `MRR (USD)` as the amount ``.
fn taken(cells: &[String], roles: &[Option<usize>; 5]) -> Option<String> {
    let found = Role::ALL
        .into_iter()
        .filter_map(|role| Some((role, &cells[roles[role as usize]?])));
    let parts: Vec<String> = found
        .enumerate()
        .map(|(number, (role, cell))| {
            let verb = if number == 0 { "was taken as" } else { "as" };
            let cell = if cell.is_empty() {
                "the column without a header".to_owned()
            } else {
                format!("`{cell}`")
            };
            format!("{cell} {verb} the {}", role.noun())
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
