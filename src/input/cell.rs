//! The text of a cell without what spreadsheets and copying put around it.

/// True for blanks and for the invisible characters that come along when text is copied.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

/// The cell without blanks around it and without the guards that keep a spreadsheet from
/// converting it: `="123.4"` and a leading `'`.
pub(super) fn content(cell: &str) -> &str {
    let text = trim(cell);
    if let Some(guarded) = text
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
    {
        return trim(guarded);
    }
    text.strip_prefix('\'').map_or(text, trim)
}

/// True for a cell that has neither blanks nor guards nor quotes around it.
#[inline]
pub(super) fn is_ascii_word(cell: &[u8]) -> bool {
    let is_inner = |byte: &u8| byte.is_ascii_graphic() && *byte != b'"';
    let is_first = |byte: &u8| is_inner(byte) && !matches!(byte, b'=' | b'\'');
    cell.first().is_some_and(is_first) && cell.last().is_some_and(is_inner)
}

fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [only] if only.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(is_blank),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_guards_fall_away() {
        for (cell, expected) in [
            ("12", "12"),
            ("", ""),
            (" \u{a0}\u{202f}\u{2009}", ""),
            ("\u{feff}12\u{a0}", "12"),
            ("=\"123.4\"", "123.4"),
            ("=\"\"", ""),
            (" =\" 7 \" ", "7"),
            ("'0012", "0012"),
            ("'", ""),
            ("=\"", "=\""),
            ("=1+2", "=1+2"),
        ] {
            assert_eq!(content(cell), expected, "{cell:?}");
        }
    }
}
