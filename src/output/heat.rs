//! Colors behind the rates of a triangle; the figures stand there as they do without.

use std::fmt::Write as _;

use anstyle::{Ansi256Color, Effects, Style};
use unicode_width::UnicodeWidthStr;

use super::number;
use super::sheet::{Cell, Kind, Row, Sheet};
use crate::units::{Amount, Ratio};

/// Black, on every background below.
const INK: Ansi256Color = Ansi256Color(16);

/// The background from a rate on, in hundredths: red below, pale around 100%, green above.
const GROUNDS: [(i128, Ansi256Color); 8] = [
    (120, Ansi256Color(114)),
    (105, Ansi256Color(157)),
    (100, Ansi256Color(194)),
    (90, Ansi256Color(230)),
    (75, Ansi256Color(223)),
    (50, Ansi256Color(216)),
    (25, Ansi256Color(210)),
    (0, Ansi256Color(203)),
];

/// The background of a rate; `None` where it is undefined.
fn ground(ratio: Ratio) -> Option<Ansi256Color> {
    let rate = ratio.rounded(number::PERCENT_DECIMALS)?;
    let is_below = |from: i128| (rate + -Amount::new(from, 2)).is_negative();
    let found = GROUNDS.iter().find(|(from, _)| !is_below(*from));
    found.or(GROUNDS.last()).map(|(_, ground)| *ground)
}

/// A line that was laid out, with the color of each rate behind its column; `None` for a row without any.
pub(super) fn line(sheet: &Sheet, row: &Row, line: &str) -> Option<String> {
    let is_warm = |cell: &Cell| matches!(cell, Cell::Heat(_));
    if !row.cells.iter().any(is_warm) {
        return None;
    }
    let plain = match row.kind {
        Kind::Body => Style::new(),
        Kind::Total => Style::new().effects(Effects::BOLD),
    };
    let mut drawn = String::new();
    let mut rest = line;
    for (index, cell) in row.cells.iter().enumerate() {
        let text = sheet.drawn(cell);
        let Some(length) = piece(rest, &text) else {
            continue;
        };
        let (part, after) = rest.split_at(length);
        let ground = match cell {
            Cell::Heat(ratio) => ground(*ratio),
            _ => None,
        };
        let mut styled = |part: &str, style: Style| {
            if part.is_empty() {
                return Ok(());
            }
            write!(drawn, "{style}{part}{style:#}")
        };
        if let Some(ground) = ground {
            // Blank cells before this one have no color.
            let before = part.width().saturating_sub(sheet.column_width(index) + 2);
            let (blank, part) = part.split_at(before);
            let style = plain
                .fg_color(Some(INK.into()))
                .bg_color(Some(ground.into()));
            styled(blank, plain)
                .and_then(|()| styled(part, style))
                .ok()?;
        } else {
            styled(part, plain).ok()?;
        }
        rest = after;
    }
    drawn.push_str(rest);
    Some(drawn)
}

/// How long the piece of a line is that ends with a cell's text, the room before it included.
fn piece(rest: &str, text: &str) -> Option<usize> {
    let room = rest.len() - rest.trim_start().len();
    let is_next = !text.is_empty() && rest.get(room..)?.starts_with(text);
    is_next.then_some(room + text.len())
}
