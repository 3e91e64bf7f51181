//! The values of a column as numbers.

use super::grid::Mark;
use super::{NO_VALUE, ValueId};
use crate::ledger::intern::Interner;

/// The values of a column, numbered in order of first appearance.
#[derive(Debug, Default)]
pub(in crate::ledger) struct Values {
    names: Interner,
}

impl Values {
    /// What stands for a value in the grid; a number is given now if it has none.
    #[inline]
    pub(in crate::ledger) fn mark(&mut self, value: &str) -> Mark {
        if value.is_empty() || value == NO_VALUE {
            return Mark::VALUELESS;
        }
        Mark::of(self.number(value))
    }

    /// The number of any text, given now if it has none.
    #[inline]
    pub(in crate::ledger) fn number(&mut self, text: &str) -> u32 {
        self.number_at(text.as_bytes(), (0, text.len()))
    }

    /// The same of a value that stands in a text: where it starts and how many bytes it has.
    #[inline]
    pub(in crate::ledger) fn mark_at(&mut self, text: &[u8], value: (usize, usize)) -> Mark {
        let (start, length) = value;
        if length == 0 || &text[start..start + length] == NO_VALUE.as_bytes() {
            return Mark::VALUELESS;
        }
        Mark::of(self.number_at(text, value))
    }

    /// The number of what stands in a text, given now if it has none.
    #[inline]
    pub(in crate::ledger) fn number_at(&mut self, text: &[u8], value: (usize, usize)) -> u32 {
        self.names.intern_at(text, value)
    }

    /// The text of a value.
    pub(super) fn name(&self, value: ValueId) -> &str {
        self.names.name(value)
    }

    /// The text that a mark stands for; none where rows have no value.
    pub(super) fn text(&self, mark: Mark) -> &str {
        mark.value().map_or("", |value| self.name(value))
    }

    /// Every value, in order of their numbers.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        (0..).take(self.names.len()).map(|value| self.name(value))
    }
}
