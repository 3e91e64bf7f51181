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
