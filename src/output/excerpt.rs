//! One line of a file as it is quoted in a message, with marks under what is meant.

use super::escape::{columns, push_visible};
use crate::error::Excerpt;

/// How many columns of a line are shown.
const WIDTH: usize = 96;

/// How many columns before what is meant are shown of a line that is cut.
const LEAD: usize = 24;

/// How many bytes around the start of what is meant are looked at.
const REACH: usize = 1024;

/// How wide a tab is drawn.
const TAB: &str = "    ";

/// A line and the marks under it.
pub(super) struct Drawn {
    /// The line, visible and cut.
    pub(super) line: String,
    /// Spaces and `^`; empty if the whole line is meant.
    pub(super) marks: String,
}

/// One character of the line as it is shown.
struct Glyph {
    text: String,
    width: usize,
    is_meant: bool,
}

/// Draws an excerpt; a line that is too long is cut around what is meant.
pub(super) fn drawn(excerpt: &Excerpt) -> Drawn {
    let (glyphs, cut_before, cut_after) = glyphs(excerpt);
    let first = first_shown(&glyphs, cut_before || cut_after);
    let (mut line, mut marks) = (String::new(), String::new());
    if cut_before || first > 0 {
        line.push('…');
        marks.push(' ');
    }
    let mut used = line.chars().count();
    let mut is_cut = cut_after;
    for glyph in glyphs.iter().skip(first) {
        if used + glyph.width > WIDTH {
            is_cut = true;
            break;
        }
        used += glyph.width;
        line.push_str(&glyph.text);
        let mark = if glyph.is_meant { "^" } else { " " };
        marks.push_str(&mark.repeat(glyph.width));
    }
    if is_cut {
        line.push('…');
    }
    let is_whole = excerpt.start == 0 && excerpt.end >= excerpt.text.len();
    let line = line.trim_end().to_owned();
    let marks = if is_whole { "" } else { marks.trim_end() };
    Drawn {
        line,
        marks: marks.to_owned(),
    }
}

/// The characters near what is meant, and whether more stand before and after them.
fn glyphs(excerpt: &Excerpt) -> (Vec<Glyph>, bool, bool) {
    let (start, end) = (excerpt.start, excerpt.end.max(excerpt.start));
    let mut glyphs = Vec::new();
    let mut is_marked = false;
    let (mut cut_before, mut cut_after) = (false, false);
    for (index, character) in excerpt.text.char_indices() {
        if index.saturating_add(REACH) < start {
            cut_before = true;
            continue;
        }
        if index > start.saturating_add(REACH) {
            cut_after = true;
            break;
        }
        // An empty cell is marked at the delimiter that ends it.
        let is_empty_mark = start == end && index >= start && !is_marked;
        let is_meant = (start..end).contains(&index) || is_empty_mark;
        is_marked |= is_meant;
        glyphs.push(glyph(character, is_meant));
    }
    if !is_marked && !cut_after {
        glyphs.push(Glyph {
            text: " ".to_owned(),
            width: 1,
            is_meant: true,
        });
    }
    (glyphs, cut_before, cut_after)
}

fn glyph(character: char, is_meant: bool) -> Glyph {
    let mut text = String::new();
    if character == '\t' {
        text.push_str(TAB);
    } else {
        push_visible(&mut text, character);
    }
    let width = text.chars().map(columns).sum();
    Glyph {
        text,
        width,
        is_meant,
    }
}

/// Where the shown part starts: at the first character if all fits, else a little before what is
/// meant, and no later than needed to fill the width.
fn first_shown(glyphs: &[Glyph], is_cut: bool) -> usize {
    let total: usize = glyphs.iter().map(|glyph| glyph.width).sum();
    let meant = glyphs.iter().position(|glyph| glyph.is_meant).unwrap_or(0);
    if !is_cut && total <= WIDTH {
        return 0;
    }
    let meant_end = glyphs
        .iter()
        .take(meant + 1)
        .map(|glyph| glyph.width)
        .sum::<usize>();
    if meant_end + LEAD <= WIDTH && meant <= LEAD * 2 {
        return 0;
    }
    let (mut first, mut lead) = (meant, 0);
    while let Some(before) = first.checked_sub(1) {
        lead += glyphs.get(before).map_or(0, |glyph| glyph.width);
        if lead > LEAD {
            break;
        }
        first = before;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(text: &str, meant: &str) -> (String, String) {
        let start = text.find(meant).unwrap();
        let drawn = drawn(&Excerpt {
            text: text.to_owned(),
            start,
            end: start + meant.len(),
        });
        (drawn.line, drawn.marks)
    }

    #[test]
    fn marks_stand_under_wide_characters_tabs_and_pictures() {
        let (line, marks) = draw("株式会社\t\u{1b}[1m,12x", "12x");
        assert_eq!(line, "株式会社    ␛[1m,12x");
        assert_eq!(marks, "                 ^^^");
    }

    #[test]
    fn a_long_line_is_cut_around_what_is_meant() {
        let text = format!("{},12x,{}", "a".repeat(5000), "b".repeat(5000));
        let (line, marks) = draw(&text, "12x");
        assert_eq!(line.chars().count(), WIDTH + 1);
        assert!(line.starts_with("…aaa") && line.ends_with("bbb…"), "{line}");
        let at = |text: &str, what| text.chars().position(|c| c == what).unwrap();
        assert_eq!(at(&line, '1'), at(&marks, '^'));
        assert_eq!(marks.trim_start(), "^^^");
    }

    #[test]
    fn an_empty_cell_has_a_mark_and_a_whole_line_none() {
        let excerpt = |start, end| Excerpt {
            text: "a,,c".to_owned(),
            start,
            end,
        };
        assert_eq!(drawn(&excerpt(2, 2)).marks, "  ^");
        assert_eq!(drawn(&excerpt(4, 4)).marks, "    ^");
        assert_eq!(drawn(&excerpt(0, 4)).marks, "");
        assert_eq!(drawn(&excerpt(900, 2)).marks, "    ^");
    }

    #[test]
    fn a_span_inside_a_character_does_no_harm() {
        let drawn = drawn(&Excerpt {
            text: "ü,1".to_owned(),
            start: 1,
            end: 2,
        });
        assert_eq!(drawn.line, "ü,1");
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(64))]

        #[test]
        fn any_span_of_any_line_can_be_drawn(
            text in "(\\PC|\\s|[a-z,\\x00-\\x1f]|株){0,2000}",
            start in 0_usize..3000,
            end in 0_usize..3000,
        ) {
            let drawn = drawn(&Excerpt { text, start, end });
            let width = drawn.line.chars().map(columns).sum::<usize>();
            proptest::prop_assert!(width <= WIDTH + 2, "{}", drawn.line);
            proptest::prop_assert!(drawn.marks.chars().count() <= WIDTH + 1);
            proptest::prop_assert!(!drawn.line.chars().any(char::is_control));
        }
    }
}
