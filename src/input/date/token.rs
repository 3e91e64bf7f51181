//! A date taken apart: numbers, words, and what stands between them.

use super::word::Word;
use crate::input::cell::is_blank;

/// A number with its digits counted, or a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// At most four digits: the value, and how many digits.
    Number(u32, usize),
    /// A word with a meaning in dates.
    Word(Word),
}

/// What stands before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// Nothing: the token starts the text, or a word meets a number.
    Joined,
    /// Blanks only.
    Blank,
    /// One of `-`, `/`, `.`, `_`, `,` or `'`, perhaps with blanks.
    Sign(char),
}

/// No known form has more.
const TOKENS_MAX: usize = 8;

/// The tokens of a text, and the gap before each.
#[derive(Debug)]
pub(super) struct Tokens {
    items: [Token; TOKENS_MAX],
    gaps: [Gap; TOKENS_MAX],
    length: usize,
}

impl Tokens {
    /// Takes a text apart, leaving out weekdays in front and fillers; `None` if it holds anything
    /// that no date holds.
    pub(super) fn of(mut text: &str) -> Option<Tokens> {
        let mut tokens = Tokens {
            items: [Token::Number(0, 0); TOKENS_MAX],
            gaps: [Gap::Joined; TOKENS_MAX],
            length: 0,
        };
        while !text.is_empty() {
            let (gap, rest) = gap(text)?;
            let (token, rest) = token(rest)?;
            text = rest;
            match token {
                Token::Word(Word::Weekday) if tokens.length == 0 => {}
                Token::Word(Word::Weekday) => return None,
                Token::Word(Word::Filler) if tokens.length > 0 => {}
                _ => tokens.push(gap, token)?,
            }
        }
        Some(tokens)
    }

    fn push(&mut self, gap: Gap, token: Token) -> Option<()> {
        *self.items.get_mut(self.length)? = token;
        *self.gaps.get_mut(self.length)? = gap;
        self.length += 1;
        Some(())
    }

    /// The tokens in order.
    pub(super) fn tokens(&self) -> &[Token] {
        self.items.get(..self.length).unwrap_or_default()
    }

    /// The gaps between the tokens, one fewer than those.
    pub(super) fn gaps(&self) -> &[Gap] {
        self.gaps.get(1..self.length).unwrap_or_default()
    }
}

fn gap(text: &str) -> Option<(Gap, &str)> {
    let rest = text.trim_start_matches(is_blank);
    let blank = if rest.len() == text.len() {
        Gap::Joined
    } else {
        Gap::Blank
    };
    let Some(sign) = rest.chars().next().filter(|first| !first.is_alphanumeric()) else {
        return Some((blank, rest));
    };
    let after = rest.get(sign.len_utf8()..)?.trim_start_matches(is_blank);
    let sign = match sign {
        '-' | '/' | '.' | '_' | ',' | '\'' => sign,
        '–' => '-',
        '’' => '\'',
        _ => return None,
    };
    Some((Gap::Sign(sign), after))
}

fn token(text: &str) -> Option<(Token, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let (number, rest) = text.split_at_checked(digits)?;
        let value = number.parse().ok().filter(|_| digits <= 4)?;
        return Some((Token::Number(value, digits), rest));
    }
    let letters = text
        .find(|other: char| !other.is_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(letters)?;
    // The dot of an abbreviation belongs to it: `janv.-24`, `Jan. 2024`.
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    Some((Token::Word(Word::of(word)?), rest))
}
