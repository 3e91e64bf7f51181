//! The decimal mark of a column: what single cells show, and the decision over all of them.

use crate::input::evidence::Firsts;

/// The sign that stands before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// `1,234.50`.
    Dot,
    /// `1.234,50`.
    Comma,
}

impl Mark {
    /// Both marks.
    pub const ALL: [Mark; 2] = [Mark::Dot, Mark::Comma];

    /// The other one, which can only be a thousands mark.
    #[must_use]
    pub const fn other(self) -> Mark {
        match self {
            Mark::Dot => Mark::Comma,
            Mark::Comma => Mark::Dot,
        }
    }

    /// The sign itself.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Mark::Dot => '.',
            Mark::Comma => ',',
        }
    }
}

/// One thing a cell can show; its number is a bit of [`Marks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// The sign stands before decimals, without doubt.
    Decimal(Mark),
    /// The sign stands between thousands, without doubt.
    Thousands(Mark),
    /// The sign stands once, with one to three digits before it and three after.
    Either(Mark),
    /// As `Decimal`, with three decimals or more.
    LongDecimals(Mark),
    /// Four digits or more before the decimals, and no thousands mark.
    Ungrouped,
    /// The suffix of a scale stands behind it.
    Suffixed(Suffix),
    /// No suffix stands behind it, though it is not zero.
    Unsuffixed,
}

/// A suffix that says how many units an amount of 1 stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suffix {
    /// `k`, `K`: a thousand.
    Thousand,
    /// `M`: a million.
    Million,
    /// `mm`, `MM`: a million, where `M` may be a thousand.
    DoubleM,
}

impl Suffix {
    /// Every suffix.
    const ALL: [Suffix; 3] = [Suffix::Thousand, Suffix::Million, Suffix::DoubleM];

    /// As it is written, longer ones first.
    pub(super) const WRITTEN: [(&str, Suffix); 5] = [
        ("mm", Suffix::DoubleM),
        ("MM", Suffix::DoubleM),
        ("k", Suffix::Thousand),
        ("K", Suffix::Thousand),
        ("M", Suffix::Million),
    ];

    /// How many places the decimal mark moves.
    pub(super) const fn places(self) -> u8 {
        match self {
            Suffix::Thousand => 3,
            Suffix::Million | Suffix::DoubleM => 6,
        }
    }
}

impl Shows {
    const fn kind(self) -> usize {
        const fn at(base: usize, mark: Mark) -> usize {
            base + mark as usize
        }
        match self {
            Shows::Decimal(mark) => at(0, mark),
            Shows::Thousands(mark) => at(2, mark),
            Shows::Either(mark) => at(4, mark),
            Shows::LongDecimals(mark) => at(6, mark),
            Shows::Ungrouped => 8,
            Shows::Suffixed(suffix) => 9 + suffix as usize,
            Shows::Unsuffixed => 12,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Shows::Decimal(Mark::Dot) | Shows::LongDecimals(Mark::Dot) => "`.` is a decimal mark",
            Shows::Decimal(Mark::Comma) | Shows::LongDecimals(Mark::Comma) => {
                "`,` is a decimal mark"
            }
            Shows::Thousands(Mark::Dot) => "`.` is a thousands mark",
            Shows::Thousands(Mark::Comma) => "`,` is a thousands mark",
            Shows::Either(Mark::Dot) => "`.` stands before three digits, as a thousands mark does",
            Shows::Either(Mark::Comma) => {
                "`,` stands before three digits, as a thousands mark does"
            }
            Shows::Ungrouped => "a value of 1000 or more has no thousands mark",
            Shows::Suffixed(Suffix::Thousand) => "the suffix stands for a thousand",
            Shows::Suffixed(_) => "the suffix stands for a million",
            Shows::Unsuffixed => "no suffix stands behind it",
        }
    }
}

/// What one cell shows about the marks and the scale of its column: a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u16);

impl Marks {
    /// A cell that shows nothing: zero, an empty one, or one that no mark makes readable.
    pub const NONE: Marks = Marks(0);

    pub(super) const fn with(self, shows: Shows) -> Marks {
        Marks(self.0 | 1 << shows.kind())
    }

    /// The same, if it is so.
    pub(super) const fn with_if(self, is_so: bool, shows: Shows) -> Marks {
        Marks(self.0 | (is_so as u16) << shows.kind())
    }

    /// Everything that either shows.
    pub(in crate::input) const fn and(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    pub(super) const fn has(self, shows: Shows) -> bool {
        self.0 >> shows.kind() & 1 == 1
    }
}

/// What all cells of a column show: for each kind of evidence the first line and its cell.
///
/// # Example
///
/// ```
/// use nrr::input::number::{Mark, MarkDecision, MarkEvidence, read_amount};
///
/// let mut evidence = MarkEvidence::default();
/// for (line, cell) in [(2, "1.399"), (3, "12,50")] {
///     evidence.add(read_amount(cell, Mark::Dot).0, line, cell);
/// }
/// let decision = evidence.decide();
/// assert!(matches!(decision, MarkDecision::Proven { mark: Mark::Comma, line: 3, .. }));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkEvidence {
    firsts: Firsts<13>,
}

/// Which decimal mark a column has, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkDecision {
    /// The cells leave one reading.
    Proven {
        /// The decimal mark.
        mark: Mark,
        /// The first line that proves it.
        line: u64,
        /// The cell in that line, as written.
        cell: String,
    },
    /// No sign that matters: every cell reads the same under both marks.
    Neutral,
    /// Every sign can be a decimal mark or a thousands mark: `1,399`.
    Ambiguous {
        /// The first line with two readings.
        line: u64,
        /// The cell in that line, as written.
        cell: String,
    },
    /// Two cells that no one mark explains, earlier line first: line, cell as written, and what it
    /// shows in words.
    Mixed {
        /// The earlier of the two.
        first: (u64, String, &'static str),
        /// The later of the two.
        second: (u64, String, &'static str),
    },
    /// The cells leave two readings, and other columns of amounts in the file settle it.
    Borrowed {
        /// The decimal mark.
        mark: Mark,
        /// The column that settles it, by its header.
        column: String,
        /// The first line there that does.
        line: u64,
        /// The cell in that line, as written.
        cell: String,
    },
    /// A suffix such as `k` stands behind some amounts and not behind others, or `M` and `mm` stand in one
    /// column, where `M` may be a thousand: line and cell as written, earlier line first.
    MixedScales {
        /// The earlier of the two.
        first: (u64, String, &'static str),
        /// The later of the two.
        second: (u64, String, &'static str),
    },
}

/// A cell with its line, and what it shows in words.
type Shown = (u64, String, &'static str);

impl MarkEvidence {
    /// Takes note of what one cell shows.
    #[inline]
    pub fn add(&mut self, marks: Marks, line: u64, cell: &str) {
        self.firsts.add(marks.0, line, cell);
    }

    /// True for marks that change something if they are added.
    #[inline]
    #[must_use]
    pub fn is_news(&self, marks: Marks, line: u64) -> bool {
        self.firsts.is_news(marks.0, line)
    }

    /// Takes in what another part of the column showed; the order of merging does not matter.
    pub fn merge(&mut self, other: MarkEvidence) {
        self.firsts.merge(other.firsts);
    }

    /// Says why the amounts cannot all be of one scale, whatever the decimal mark; `None` if they can.
    #[must_use]
    pub fn decide_scale(&self) -> Option<MarkDecision> {
        let suffixes = Suffix::ALL.into_iter().map(Shows::Suffixed);
        let seen = suffixes.filter_map(|shows| Some((self.first(shows)?, shows)));
        let (_, earliest) = seen.min_by_key(|(first, _)| *first)?;
        let (million, double) = (
            Shows::Suffixed(Suffix::Million),
            Shows::Suffixed(Suffix::DoubleM),
        );
        let (one, two) = if self.saw(Shows::Unsuffixed) {
            (earliest, Shows::Unsuffixed)
        } else if self.saw(million) && self.saw(double) {
            (million, double)
        } else {
            return None;
        };
        let (first, second) = self.shown_in_order(one, two);
        Some(MarkDecision::MixedScales { first, second })
    }

    /// The first cell with a suffix such as `k`, and its line.
    #[must_use]
    pub fn suffixed(&self) -> Option<(u64, &str)> {
        let suffixes = Suffix::ALL.into_iter();
        suffixes
            .filter_map(|suffix| self.first(Shows::Suffixed(suffix)))
            .min()
    }

    /// As [`decide`](MarkEvidence::decide); where the column leaves two readings, other columns of amounts in
    /// the same file, by their headers, settle it if all of them that show a mark show the same.
    #[must_use]
    pub fn decide_with(&self, others: &[(&str, &MarkEvidence)]) -> MarkDecision {
        let own = self.decide();
        if !matches!(own, MarkDecision::Ambiguous { .. }) {
            return own;
        }
        let mut borrowed: Option<(Mark, String, u64, String)> = None;
        for (column, other) in others {
            match (other.decide(), &borrowed) {
                (MarkDecision::Proven { mark, line, cell }, None) => {
                    borrowed = Some((mark, (*column).to_owned(), line, cell));
                }
                (MarkDecision::Proven { mark, .. }, Some((known, ..))) if mark == *known => {}
                (MarkDecision::Neutral | MarkDecision::Ambiguous { .. }, _) => {}
                _ => return own,
            }
        }
        match borrowed {
            Some((mark, column, line, cell)) if self.fits(mark) => MarkDecision::Borrowed {
                mark,
                column,
                line,
                cell,
            },
            _ => own,
        }
    }

    /// True if no cell of the column speaks against a mark that it does not prove.
    fn fits(&self, mark: Mark) -> bool {
        let is_grouped = self.saw(Shows::Either(mark.other()));
        let speaks_against =
            self.saw(Shows::Thousands(mark)) || (is_grouped && self.saw(Shows::Ungrouped));
        !speaks_against
    }

    /// Decides the column's decimal mark from everything seen.
    ///
    /// A sign proven decimal is the decimal mark; one proven to stand between thousands leaves the
    /// other. Contradictions, and columns without proof, are not decided: see [`MarkDecision`].
    #[must_use]
    pub fn decide(&self) -> MarkDecision {
        use Shows::{Decimal, Thousands};
        if let Some(mixed) = self.decide_scale() {
            return mixed;
        }
        let contradictions = [
            (Decimal(Mark::Dot), Decimal(Mark::Comma)),
            (Decimal(Mark::Dot), Thousands(Mark::Dot)),
            (Decimal(Mark::Comma), Thousands(Mark::Comma)),
            (Thousands(Mark::Dot), Thousands(Mark::Comma)),
        ];
        if let Some((one, two)) = contradictions
            .into_iter()
            .find(|(one, two)| self.saw(*one) && self.saw(*two))
        {
            return self.mixed(one, two);
        }
        for mark in Mark::ALL {
            if self.saw(Decimal(mark)) {
                return self.decide_decimal(mark);
            }
        }
        for mark in Mark::ALL {
            if self.saw(Thousands(mark)) {
                return self.decide_thousands(mark);
            }
        }
        let either = Mark::ALL
            .into_iter()
            .filter_map(|mark| self.first(Shows::Either(mark)))
            .min();
        match either {
            Some((line, cell)) => MarkDecision::Ambiguous {
                line,
                cell: cell.to_owned(),
            },
            None => MarkDecision::Neutral,
        }
    }

    /// With `mark` proven decimal: do the cells with two readings fit?
    fn decide_decimal(&self, mark: Mark) -> MarkDecision {
        let grouped = Shows::Thousands(mark.other());
        let usual = [Shows::LongDecimals(mark), Shows::Ungrouped, grouped];
        if self.saw(Shows::Either(mark)) && !usual.into_iter().any(|shows| self.saw(shows)) {
            return self.mixed(Shows::Decimal(mark), Shows::Either(mark));
        }
        let maybe_grouped = Shows::Either(mark.other());
        if self.saw(maybe_grouped) && self.saw(Shows::Ungrouped) && !self.saw(grouped) {
            return self.mixed(maybe_grouped, Shows::Ungrouped);
        }
        self.proven(mark, Shows::Decimal(mark))
    }

    /// With `mark` proven to stand between thousands and no decimals anywhere.
    fn decide_thousands(&self, mark: Mark) -> MarkDecision {
        if let Some((line, cell)) = self.first(Shows::Either(mark.other())) {
            return MarkDecision::Ambiguous {
                line,
                cell: cell.to_owned(),
            };
        }
        if self.saw(Shows::Ungrouped) {
            return self.mixed(Shows::Thousands(mark), Shows::Ungrouped);
        }
        self.proven(mark.other(), Shows::Thousands(mark))
    }

    fn proven(&self, mark: Mark, by: Shows) -> MarkDecision {
        let (line, cell) = self.first(by).unwrap_or_default();
        MarkDecision::Proven {
            mark,
            line,
            cell: cell.to_owned(),
        }
    }

    fn mixed(&self, one: Shows, two: Shows) -> MarkDecision {
        let (first, second) = self.shown_in_order(one, two);
        MarkDecision::Mixed { first, second }
    }

    /// The first cells of two kinds, the earlier line first.
    fn shown_in_order(&self, one: Shows, two: Shows) -> (Shown, Shown) {
        let shown = |shows: Shows| {
            let (line, cell) = self.first(shows).unwrap_or_default();
            (line, cell.to_owned(), shows.words())
        };
        let (one, two) = (shown(one), shown(two));
        if two.0 < one.0 {
            (two, one)
        } else {
            (one, two)
        }
    }

    fn saw(&self, shows: Shows) -> bool {
        self.first(shows).is_some()
    }

    fn first(&self, shows: Shows) -> Option<(u64, &str)> {
        self.firsts.first(shows.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::number::read_amount;

    fn evidence(cells: &[&str]) -> MarkEvidence {
        let mut evidence = MarkEvidence::default();
        for (cell, line) in cells.iter().zip(2..) {
            evidence.add(read_amount(cell, Mark::Dot).0, line, cell);
        }
        evidence
    }

    /// `mark line`, or the kind of indecision with its lines.
    fn decided(cells: &[&str]) -> String {
        match evidence(cells).decide() {
            MarkDecision::Proven { mark, line, .. } => format!("{} {line}", mark.sign()),
            MarkDecision::Neutral => "neutral".to_owned(),
            MarkDecision::Ambiguous { line, .. } => format!("ambiguous {line}"),
            MarkDecision::Mixed { first, second } => format!("mixed {} {}", first.0, second.0),
            MarkDecision::Borrowed {
                mark, column, line, ..
            } => {
                format!("{} {column} {line}", mark.sign())
            }
            MarkDecision::MixedScales { first, second } => {
                format!("scales {} {}", first.0, second.0)
            }
        }
    }

    #[test]
    fn a_column_decides_its_mark() {
        for (cells, expected) in [
            (&["12", "1200", "-5", "", "1 000", "1'000"][..], "neutral"),
            (&["12", "12.50"], ". 3"),
            (&["12", "12,50"], ", 3"),
            (&["1,234.50"], ". 2"),
            (&["1.234,50"], ", 2"),
            (&["1,234,567"], ". 2"),
            (&["1.234.567"], ", 2"),
            (&["1,23,456"], ". 2"),
            (&["0.125"], ". 2"),
            (&[".125"], ". 2"),
            (&["1234.567"], ". 2"),
            (&["1 234,567"], ", 2"),
            (&["5."], ". 2"),
        ] {
            assert_eq!(decided(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn three_digits_after_a_lone_mark_have_two_readings() {
        for (cells, expected) in [
            (&["12", "1,399", "2,500"][..], "ambiguous 3"),
            (&["2.500", "1,399"], "ambiguous 2"),
            (&["1,399", "5000"], "ambiguous 2"),
            (&["1.399", "839,2"], ", 3"),
            (&["1,399", "839.2"], ". 3"),
            (&["1,399", "839.2", "1,234.50"], ". 3"),
            (&["1,399", "839.2", "1234"], "mixed 2 4"),
            (&["1,399", "839.2", "1234", "1,234.50"], ". 3"),
        ] {
            assert_eq!(decided(cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn suffixes_stand_behind_all_amounts_or_none() {
        for (cells, expected) in [
            (&["5k", "12k", "", "0", "-"][..], "neutral"),
            (&["5k", "1.5M"], ". 3"),
            (&["5K", "$1.25mm"], ". 3"),
            (&["5k", "1200"], "scales 2 3"),
            (&["12", "7", "5k"], "scales 2 4"),
            (&["12.50", "5M"], "scales 2 3"),
            (&["5M", "7mm"], "scales 2 3"),
            (&["1,250k"], "ambiguous 2"),
        ] {
            assert_eq!(decided(cells), expected, "{cells:?}");
        }
        assert_eq!(evidence(&["0", "5k", "3M"]).suffixed(), Some((3, "5k")));
        assert_eq!(evidence(&["5", "12.50"]).suffixed(), None);
    }

    #[test]
    fn other_columns_settle_what_one_leaves_open() {
        let with = |own: &[&str], others: &[&[&str]]| {
            let seen: Vec<MarkEvidence> = others.iter().map(|cells| evidence(cells)).collect();
            let others: Vec<(&str, &MarkEvidence)> =
                ["tax", "fee"].into_iter().zip(&seen).collect();
            match evidence(own).decide_with(&others) {
                MarkDecision::Borrowed {
                    mark,
                    column,
                    line,
                    cell,
                } => {
                    format!("{} {column} {line} {cell}", mark.sign())
                }
                MarkDecision::Proven { mark, .. } => format!("own {}", mark.sign()),
                MarkDecision::Ambiguous { .. } => "ambiguous".to_owned(),
                other => format!("{other:?}"),
            }
        };
        for (own, others, expected) in [
            (&["1,399"][..], &[&["5", "12.50"][..]][..], ". tax 3 12.50"),
            (&["1,399"], &[&["12,50"]], ", tax 2 12,50"),
            (&["1,399"], &[&["1,200"], &["12.50"]], ". fee 2 12.50"),
            (&["1,399"], &[&["12.50"], &["0.5"]], ". tax 2 12.50"),
            (&["1,399"], &[&["12.50"], &["12,50"]], "ambiguous"),
            (&["1,399"], &[&["839.2", "839,2"]], "ambiguous"),
            (&["1,399"], &[&["12", "1,200"]], "ambiguous"),
            (&["1,399"], &[], "ambiguous"),
            (&["1,399", "5000"], &[&["12.50"]], "ambiguous"),
            (&["12.50"], &[&["12,50"]], "own ."),
        ] {
            assert_eq!(with(own, others), expected, "{own:?} {others:?}");
        }
    }

    #[test]
    fn contradictions_name_both_lines() {
        for (cells, expected) in [
            (&["839.2", "1.399"][..], "mixed 2 3"),
            (&["1.399", "5", "839.2"], "mixed 2 4"),
            (&["839.2", "1.399", "0.125"], ". 2"),
            (&["839.2", "1.399", "1200"], ". 2"),
            (&["839.2", "1.399", "1,234.50"], ". 2"),
            (&["839.2", "839,2"], "mixed 2 3"),
            (&["1.234.567", "839.2"], "mixed 2 3"),
            (&["1,234,567", "1.234.567"], "mixed 2 3"),
            (&["1,234,567", "1.399"], "ambiguous 3"),
            (&["1,234,567", "12", "1000"], "mixed 2 4"),
            (&["1,234,567", "12", "999", "1,000"], ". 2"),
        ] {
            assert_eq!(decided(cells), expected, "{cells:?}");
        }
        let MarkDecision::Mixed { first, second } = evidence(&["€839.2", "€1.399"]).decide()
        else {
            panic!("the two cells contradict each other");
        };
        assert_eq!(first, (2, "€839.2".to_owned(), "`.` is a decimal mark"));
        assert_eq!((second.0, second.1.as_str()), (3, "€1.399"));
    }

    #[test]
    fn evidence_does_not_depend_on_the_order_of_parts() {
        let cells = ["12", "1,399", "839.2", "1,234.50", "7,5", "1234"];
        let part = |line: u64, cell: &str| {
            let mut part = MarkEvidence::default();
            part.add(read_amount(cell, Mark::Comma).0, line, cell);
            part
        };
        let rows: Vec<(u64, &str)> = (2..).zip(cells).collect();
        let mut forward = MarkEvidence::default();
        for (line, cell) in &rows {
            forward.merge(part(*line, cell));
        }
        let mut backward = MarkEvidence::default();
        for (line, cell) in rows.iter().rev() {
            backward.merge(part(*line, cell));
        }
        assert_eq!(forward, backward);
        assert_eq!(forward, evidence(&cells));
    }
}
