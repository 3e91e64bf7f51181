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

/// What a byte says at the edges of a cell: bit 0 that it may be the last one of a plain cell, bit 1 the first one.
const EDGES: [u8; 256] = {
    let mut edges = [0; 256];
    let mut byte = 0x21;
    while byte < 0x7F {
        edges[byte] = 3;
        byte += 1;
    }
    edges[b'"' as usize] = 0;
    edges[b'=' as usize] = 1;
    edges[b'\'' as usize] = 1;
    edges
};

/// True for a cell that has neither blanks nor guards nor quotes around it.
#[inline]
pub(super) fn is_ascii_word(cell: &[u8]) -> bool {
    match (cell.first(), cell.last()) {
        (Some(first), Some(last)) => is_ascii_word_between(*first, *last),
        _ => false,
    }
}

/// True for a cell that has neither around it, by its first byte and its last one.
#[inline]
pub(super) fn is_ascii_word_between(first: u8, last: u8) -> bool {
    EDGES[usize::from(first)] & EDGES[usize::from(last)] << 1 & 2 != 0
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
    fn a_word_has_nothing_around_it() {
        for byte in 0..=u8::MAX {
            let is_inner = byte.is_ascii_graphic() && byte != b'"';
            let is_first = is_inner && byte != b'=' && byte != b'\'';
            assert_eq!(is_ascii_word(&[byte, b'a']), is_first, "{byte}");
            assert_eq!(is_ascii_word(&[b'a', byte]), is_inner, "{byte}");
        }
        assert!(!is_ascii_word(b""));
    }

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
