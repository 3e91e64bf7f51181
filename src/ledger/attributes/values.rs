//! The values of a column as numbers.

use super::grid::Mark;
use super::{NO_VALUE, ValueId};
use crate::ledger::intern::Interner;

/// How many values that were met lately are found again without a hash of their text.
const RECENT: usize = 256;

/// The values of a column, numbered in order of first appearance.
#[derive(Debug)]
pub(in crate::ledger) struct Values {
    names: Interner,
    /// By [`place`], the number above that of a value met there; 0 where none was.
    recent: [u32; RECENT],
}

impl Default for Values {
    fn default() -> Values {
        Values {
            names: Interner::default(),
            recent: [0; RECENT],
        }
    }
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
        let (start, length) = value;
        if length == 0 {
            return self.names.intern_at(text, value);
        }
        let place = place(&text[start..start + length]);
        if let Some(known) = self.recent[place].checked_sub(1)
            && self.names.is_at(known, text, value)
        {
            return known;
        }
        let number = self.names.intern_at(text, value);
        self.recent[place] = number + 1;
        number
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

/// Where a text is looked for first: by its length and a few of its bytes.
#[inline]
fn place(text: &[u8]) -> usize {
    let (length, last) = (text.len(), text.len() - 1);
    let bytes = [0, length / 2, last.saturating_sub(1), last].map(|at| usize::from(text[at]));
    let [first, middle, before, last] = bytes;
    (length ^ first.wrapping_mul(3) ^ middle.wrapping_mul(37) ^ before.wrapping_mul(11))
        .wrapping_add(last.wrapping_mul(101))
        % RECENT
}
