//! Patterns that are typed for rows to be left out.

use std::fmt;

use regex_lite::Regex;

/// A regular expression with its text.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads a pattern; `None` if it is no regular expression, or a huge one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Pattern> {
        Regex::new(text).ok().map(Pattern)
    }

    /// True if it matches somewhere in a text.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Writes the pattern as it was typed.
impl fmt::Display for Pattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_anywhere_unless_they_are_anchored() {
        let pattern = Pattern::parse("^Total .*").unwrap();
        assert!(pattern.matches("Total Acme") && !pattern.matches("Grand Total Acme"));
        assert_eq!(pattern.to_string(), "^Total .*");
        assert!(Pattern::parse("(").is_none());
    }
}
