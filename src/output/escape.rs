//! Text from the data made harmless for the place it goes to.
//!
//! A terminal must not be driven, a spreadsheet must not compute, a page must not run.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text;

/// Text that drives no terminal: control characters as their pictures (`␛`, `␊`), what turns or
/// breaks lines unseen by its number (`<U+202E>`).
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_visible(&mut shown, character);
    }
    Cow::Owned(shown)
}

/// Adds a character as [`terminal`] shows it.
pub(super) fn push_visible(shown: &mut String, character: char) {
    let code = u32::from(character);
    match code {
        0x00..=0x1f => shown.push(char::from_u32(0x2400 + code).unwrap_or('␦')),
        0x7f => shown.push('␡'),
        _ if is_hidden(character) => shown.extend(format!("<U+{code:04X}>").chars()),
        _ => shown.push(character),
    }
}

/// True for what moves the cursor, turns the direction of writing or cannot be seen.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// How many columns a character of [`terminal`] text takes.
pub(super) fn columns(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Text cut to at most this many columns, with `…` where something is gone.
#[must_use]
pub fn cut(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut used) = (String::new(), 0);
    for character in text.chars() {
        used += columns(character);
        if used >= width {
            break;
        }
        shown.push(character);
    }
    shown.push('…');
    Cow::Owned(shown)
}

/// A text cell that no spreadsheet takes for a formula: one that starts like a formula gets a `'`, which
/// reading takes off again.
#[must_use]
pub fn spreadsheet(text: &str) -> Cow<'_, str> {
    text::guarded(text)
}

/// Text that is only text in Markdown: no cell ends, no HTML, no emphasis, links or code.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 8);
    for character in terminal(text).chars() {
        match character {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => {
                shown.push('\\');
                shown.push(character);
            }
            _ => shown.push(character),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_the_data_drives_the_terminal() {
        for (raw, shown) in [
            ("Übermaß 株式会社", "Übermaß 株式会社"),
            ("\u{1b}[31mred\u{7}", "␛[31mred␇"),
            ("two\nlines\ttab\u{7f}", "two␊lines␉tab␡"),
            ("\u{9b}31m", "<U+009B>31m"),
            ("abc\u{202e}txt\u{2066}", "abc<U+202E>txt<U+2066>"),
        ] {
            assert_eq!(terminal(raw), shown);
        }
    }

    #[test]
    fn cuts_count_columns_and_not_characters() {
        assert_eq!(cut("acme", 4), "acme");
        assert_eq!(cut("acme corp", 5), "acme…");
        assert_eq!(cut("株式会社", 5), "株式…");
        assert_eq!(cut("株式会社", 0), "…");
    }

    #[test]
    fn formulas_become_text() {
        assert_eq!(spreadsheet("=cmd()"), "'=cmd()");
        assert_eq!(spreadsheet("-1+1"), "'-1+1");
        assert_eq!(spreadsheet("\t=1"), "'\t=1");
        assert_eq!(spreadsheet("acme = b"), "acme = b");
    }

    #[test]
    fn markdown_stays_text() {
        assert_eq!(
            markdown("a|b <script>\n*x*"),
            "a\\|b &lt;script&gt;␊\\*x\\*"
        );
    }
}
