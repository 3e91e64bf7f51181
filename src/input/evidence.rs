//! The first cell of each kind in a column, whatever order its rows are seen in.

/// For each of up to 16 kinds (bits) the first line that shows it, and the cell there.
///
/// # Shape
///
/// `N` kinds, numbered from 0. Of two cells in one line the smaller text is kept, so that the
/// result depends neither on the order of rows nor on that of merging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Firsts<const N: usize> {
    seen: u16,
    /// The largest line kept: rows after it can add nothing to the kinds already seen.
    last: u64,
    cells: [Option<(u64, Box<str>)>; N],
}

impl<const N: usize> Firsts<N> {
    /// Takes note of one cell; almost free once its kinds are known.
    #[inline]
    pub(super) fn add(&mut self, kinds: u16, line: u64, cell: &str) {
        if self.is_news(kinds, line) {
            self.insert(kinds, line, cell);
        }
    }

    /// True for a cell that would change something; rows after all that are kept seldom do.
    #[inline]
    pub(super) const fn is_news(&self, kinds: u16, line: u64) -> bool {
        kinds & !self.seen != 0 || (line <= self.last && kinds != 0)
    }

    #[cold]
    fn insert(&mut self, kinds: u16, line: u64, cell: &str) {
        self.seen |= kinds;
        for (_, slot) in self
            .cells
            .iter_mut()
            .enumerate()
            .filter(|(kind, _)| kinds >> kind & 1 == 1)
        {
            if slot
                .as_ref()
                .is_none_or(|(first, text)| (line, cell) < (*first, text))
            {
                *slot = Some((line, cell.into()));
            }
        }
        self.last = self
            .cells
            .iter()
            .flatten()
            .map(|(line, _)| *line)
            .max()
            .unwrap_or(0);
    }

    /// Takes in what another part of the column showed.
    pub(super) fn merge(&mut self, other: Firsts<N>) {
        for (kind, slot) in other.cells.into_iter().enumerate() {
            if let Some((line, cell)) = slot {
                self.add(1 << kind, line, &cell);
            }
        }
    }

    /// The first cell of a kind, with its line; `None` if no cell shows it.
    pub(super) fn first(&self, kind: usize) -> Option<(u64, &str)> {
        let (line, cell) = self.cells.get(kind)?.as_ref()?;
        Some((*line, cell))
    }
}

impl<const N: usize> Default for Firsts<N> {
    fn default() -> Firsts<N> {
        Firsts {
            seen: 0,
            last: 0,
            cells: [const { None }; N],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_wins_in_any_order() {
        let rows = [
            (0b01, 5, "e"),
            (0b10, 3, "c"),
            (0b11, 4, "d"),
            (0b01, 4, "b"),
            (0, 1, "a"),
        ];
        let mut forward = Firsts::<2>::default();
        for (kinds, line, cell) in rows {
            forward.add(kinds, line, cell);
        }
        let mut backward = Firsts::<2>::default();
        for (kinds, line, cell) in rows.into_iter().rev() {
            backward.add(kinds, line, cell);
        }
        let mut merged = Firsts::<2>::default();
        for (kinds, line, cell) in rows {
            let mut part = Firsts::default();
            part.add(kinds, line, cell);
            merged.merge(part);
        }
        assert_eq!(forward, backward);
        assert_eq!(forward, merged);
        assert_eq!(
            (forward.first(0), forward.first(1)),
            (Some((4, "b")), Some((3, "c")))
        );
        assert_eq!(forward.first(2), None);
    }
}
