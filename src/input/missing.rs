//! What to say where no column was recognised for something that is needed.

use super::columns::{HeaderLine, Role, Roles, quoted};
use crate::error::{Code, Message};
use crate::text;

/// One message for all roles that no column holds, as they have one cause: the header.
pub(super) fn missing(line: &HeaderLine<'_>, roles: &Roles, missing: &[Role]) -> Message {
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
fn taken(cells: &[String], roles: &Roles) -> Option<String> {
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
