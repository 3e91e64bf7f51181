//! What two files may not disagree about, and files that were given twice.

use super::columns::Role;
use super::file::FileRead;
use super::header;
use crate::error::{Code, Message, Place};

/// Files that were given twice, and mapped columns with other names than in the first file.
pub(super) fn disagreements(files: &[FileRead]) -> Vec<Message> {
    let mut messages = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let mut others = files[..number].iter();
        let twin = others.find_map(|other| Some((other, shared(other, file)?)));
        if let Some((twin, shared)) = twin {
            let headline = format!("`{}` and `{}` hold the same {shared}", twin.name, file.name);
            let place = Place {
                file_number: number,
                ..Place::file(&file.name)
            };
            messages.push(
                Message::new(Code::RepeatedFile, headline)
                    .at(place)
                    .note("their revenue would count twice")
                    .help("name one of them"),
            );
        } else if let Some(first) = files.first().filter(|_| number > 0) {
            messages.extend(
                Role::ALL
                    .into_iter()
                    .filter_map(|role| other_header(first, file, role)),
            );
            messages.extend(other_less(first, file));
        }
    }
    messages
}

/// What two files have in common that makes one of them needless: a compressed copy, or one in another order, has other
/// bytes. Rows say the same only under the same header and titles, which may name a year or a currency; and of rows that are left out
/// nothing is known.
fn shared(one: &FileRead, other: &FileRead) -> Option<&'static str> {
    if one.seen.fingerprint == other.seen.fingerprint {
        return Some("bytes");
    }
    let rows = |file: &FileRead| {
        let digest = file.found.repeats.digest();
        let are_all = digest.rows > 0 && digest.rows == file.found.rows;
        are_all.then_some(digest)
    };
    let above = |file: &FileRead| (file.columns.header.clone(), file.titles.text.clone());
    let are_same = rows(one)? == rows(other)? && above(one) == above(other);
    are_same.then_some("rows")
}

/// Two files of a preset of which one has columns to take off its amounts that the other lacks.
fn other_less(first: &FileRead, file: &FileRead) -> Option<Message> {
    let less = |file: &FileRead| {
        let chosen = file.chosen.as_ref()?;
        let names = chosen.less(&file.columns.header);
        Some(
            names
                .iter()
                .map(|name| header::folded(name))
                .collect::<Vec<_>>(),
        )
    };
    if less(first) == less(file) {
        return None;
    }
    let shown = |file: &FileRead| match less(file).unwrap_or_default() {
        names if names.is_empty() => format!("nothing in `{}`", file.name),
        names => format!("`{}` in `{}`", names.join("`, `"), file.name),
    };
    let headline = "what is taken off the amounts is not the same in two files";
    Some(
        Message::new(Code::HeadersDiffer, headline)
            .at(file.header_place.clone())
            .found(shown(first))
            .found(shown(file))
            .help("export both with the same columns"),
    )
}

fn other_header(first: &FileRead, file: &FileRead, role: Role) -> Option<Message> {
    let folded = |file: &FileRead| file.columns.name(role).map(header::folded);
    if folded(first) == folded(file) {
        return None;
    }
    let shown = |file: &FileRead| match file.columns.name(role) {
        Some(name) => format!("`{name}` in `{}`", file.name),
        None => format!("no such column in `{}`", file.name),
    };
    let headline = format!(
        "the {} stands under other headers in two files",
        role.noun()
    );
    let message = Message::new(Code::HeadersDiffer, headline).at(file.header_place.clone());
    Some(
        message
            .found(shown(first))
            .found(shown(file))
            .help("export both in the same way, or rename the column"),
    )
}

impl FileRead {
    /// Where it stands among the inputs.
    pub(super) fn number(&self) -> usize {
        self.header_place.file_number
    }
}
