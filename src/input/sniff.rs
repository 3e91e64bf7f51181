//! What a file is by its first bytes: text in which encoding, or no delimited text at all.

use memchr::memmem;

use crate::error::{Code, Message, Place};
use crate::input::encoding::Encoding;

/// The encoding a byte order mark names, and the length of the mark.
pub(crate) fn byte_order_mark(head: &[u8]) -> Option<(Encoding, usize)> {
    match head {
        [0xEF, 0xBB, 0xBF, ..] => Some((Encoding::Utf8, 3)),
        [0xFF, 0xFE, ..] => Some((Encoding::Utf16Le, 2)),
        [0xFE, 0xFF, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    }
}

/// UTF-16 without a mark, known by its many NUL bytes on one side of each pair and few on the other.
pub(crate) fn utf16_by_nuls(head: &[u8]) -> Option<Encoding> {
    let (pairs, _) = head[..head.len().min(4096)].as_chunks::<2>();
    let high = pairs.iter().filter(|pair| pair[0] == 0).count();
    let low = pairs.iter().filter(|pair| pair[1] == 0).count();
    let (many, few) = ((pairs.len() / 4).max(2), pairs.len() / 20);
    match (high, low) {
        (high, low) if low > many && high <= few => Some(Encoding::Utf16Le),
        (high, low) if high > many && low <= few => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// Refuses what is no delimited text, by its first bytes: `text` is `head` without its mark.
pub(crate) fn refuse_other_formats(name: &str, head: &[u8], text: &[u8]) -> Result<(), Message> {
    if text.is_empty() {
        return Err(
            Message::new(Code::EmptyFile, format!("`{name}` is empty")).at(Place::file(name))
        );
    }
    refuse_archives(name, head)?;
    if let Some(kind) = other_format(head) {
        return Err(
            Message::new(Code::OtherFormat, format!("`{name}` is {kind}, not CSV"))
                .at(Place::file(name))
                .help("export the data as CSV"),
        );
    }
    refuse_markup(name, text)
}

/// What to do with a sheet that was not saved as text.
const SAVE: &str = "open it in a spreadsheet and save the sheet as `CSV UTF-8`";

/// Refuses workbooks and zip archives.
fn refuse_archives(name: &str, head: &[u8]) -> Result<(), Message> {
    let is_zip = head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06");
    if is_zip || head.starts_with(b"\xD0\xCF\x11\xE0") {
        let is_workbook = !is_zip
            || [&b"[Content_Types].xml"[..], b"xl/", b"mimetype"]
                .iter()
                .any(|part| memmem::find(head, part).is_some());
        let (what, help) = if is_workbook {
            ("a workbook", SAVE.to_owned())
        } else {
            (
                "a zip archive",
                format!("unpack it; if it is a workbook, {SAVE}"),
            )
        };
        return Err(Message::new(
            Code::SpreadsheetFile,
            format!("`{name}` is {what}, not CSV"),
        )
        .at(Place::file(name))
        .help(help));
    }
    Ok(())
}

/// Refuses HTML, XML and JSON.
fn refuse_markup(name: &str, text: &[u8]) -> Result<(), Message> {
    // Without NUL bytes, so that UTF-16 is recognised too.
    let start = text
        .iter()
        .copied()
        .filter(|byte| *byte != 0)
        .skip_while(u8::is_ascii_whitespace);
    let start: Vec<u8> = start
        .take(9)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let markup = [
        ("<html", "an HTML page"),
        ("<!doctype", "an HTML page"),
        ("<table", "an HTML page"),
        ("<head", "an HTML page"),
        ("<body", "an HTML page"),
        ("<!--", "an HTML page"),
        ("<?xml", "XML"),
    ];
    if let [b'[' | b'{', rest @ ..] = start.as_slice()
        && let Some(b'{' | b'[' | b'"') = rest.iter().find(|byte| !byte.is_ascii_whitespace())
    {
        let headline = format!("`{name}` is JSON, not CSV");
        return Err(Message::new(Code::OtherFormat, headline)
            .at(Place::line(name, 1))
            .help("export the data as CSV"));
    }
    match markup
        .iter()
        .find(|(tag, _)| start.starts_with(tag.as_bytes()))
    {
        Some((_, what)) => Err(Message::new(
            Code::MarkupFile,
            format!("`{name}` is {what}, not CSV"),
        )
        .at(Place::line(name, 1))
        .help(SAVE)),
        None => Ok(()),
    }
}

/// What a file of another kind starts with.
const FORMATS: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "an image"),
    (b"\xFF\xD8\xFF", "an image"),
    (b"GIF8", "an image"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
];

fn other_format(head: &[u8]) -> Option<&'static str> {
    let (_, kind) = FORMATS.iter().find(|(start, _)| head.starts_with(start))?;
    // Text can start with the letters of a bzip2 archive, but not with its level and block.
    let is_text = head.starts_with(b"BZh") && head.get(4..7) != Some(b"1AY");
    (!is_text).then_some(kind)
}
