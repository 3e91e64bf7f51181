//! Tables before they have a look: typed cells, and which columns go first when there is no room.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use super::{escape, number};
use crate::text;
use crate::units::{Amount, Difference, Ratio};

/// Below this many columns no bars are drawn.
const BARS_FROM: usize = 70;

/// How wide a text cell may be, from roomy to cramped.
const TEXT_WIDTHS: [usize; 14] = [120, 100, 80, 64, 50, 40, 32, 28, 24, 20, 16, 13, 10, 8];

/// How wide a text cell is at most, but where sentences stand in it.
const TEXT_WIDTH: usize = 40;

/// How wide a text cell is at most where sentences stand in it.
pub(super) const SENTENCE_WIDTH: usize = TEXT_WIDTHS[0];

/// One table with what is to be said below it.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// How it is drawn in a terminal.
    pub form: Form,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with one cell a column.
    pub rows: Vec<Row>,
    /// Clauses to be said below it.
    pub notes: Vec<String>,
    /// How wide a text cell may be drawn.
    pub text_width: usize,
}

/// How a sheet is drawn in a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Headings above rows.
    Grid,
    /// Rows alone.
    Plain,
    /// Each row as one line of heading and value; the first cell is a label.
    Line,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its heading, escaped for a terminal.
    pub heading: String,
    /// True if its cells stand to the right, as numbers do.
    pub is_right: bool,
    /// What it belongs to.
    pub group: Group,
}

/// Columns that come and go together; the last group goes first when there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Always there.
    Core,
    /// A noun after a number; for a terminal only.
    Word,
    /// The movements between opening and closing.
    Movements,
    /// Logo retention.
    Logo,
    /// The rates over twelve months.
    Annual,
    /// What only a closer look asks for.
    Detail,
    /// Bars; for a terminal only.
    Bars,
    /// The rates of cohorts at one age; the number ranks the ages.
    Age(u32),
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// What it is.
    pub kind: Kind,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One among others.
    Body,
    /// The sum of others.
    Total,
}

/// One cell.
#[derive(Clone, Debug)]
pub enum Cell {
    /// Text, escaped for a terminal.
    Text(String),
    /// An amount.
    Amount(Amount),
    /// A number of customers.
    Count(u64),
    /// A rate, shown as percent.
    Percent(Ratio),
    /// The same with a color behind it in a terminal, by how much it is.
    Heat(Ratio),
    /// What a rate is moved by, shown as percentage points.
    Points(Difference),
    /// A quotient that is no percentage.
    Quotient(Ratio),
    /// A part of a whole, drawn as a bar.
    Bar(u128, u128),
    /// Undefined, with the reason.
    Undefined(String),
    /// Nothing to say.
    Blank,
}

impl Cell {
    /// The cell as people read it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Amount(amount) => number::amount(*amount),
            Cell::Count(count) => number::count(*count),
            Cell::Percent(ratio) | Cell::Heat(ratio) => number::percent(*ratio),
            Cell::Points(difference) => number::moved(difference),
            Cell::Quotient(ratio) => number::quotient(*ratio),
            Cell::Bar(part, whole) => number::bar(*part, *whole),
            Cell::Undefined(_) => number::UNDEFINED.to_owned(),
            Cell::Blank => String::new(),
        }
    }
}

impl Sheet {
    /// A sheet without rows.
    #[must_use]
    pub fn new(form: Form, columns: Vec<Column>) -> Sheet {
        Sheet {
            form,
            columns,
            rows: Vec::new(),
            notes: Vec::new(),
            text_width: TEXT_WIDTH,
        }
    }

    /// Adds a row.
    pub fn push(&mut self, kind: Kind, cells: Vec<Cell>) {
        self.rows.push(Row { cells, kind });
    }

    /// Gives the amounts of each column as many decimals as one of them has, at most the two that are shown.
    pub fn align_amounts(&mut self) {
        for place in 0..self.columns.len() {
            let amounts = self
                .rows
                .iter()
                .filter_map(|row| match row.cells.get(place) {
                    Some(Cell::Amount(amount)) => Some(amount.round(2).scale()),
                    _ => None,
                });
            let scale = if amounts.max() > Some(0) { 2 } else { 0 };
            for row in &mut self.rows {
                if let Some(Cell::Amount(amount)) = row.cells.get_mut(place)
                    && let Some(units) = amount.units_at(scale)
                {
                    *amount = Amount::new(units, scale);
                }
            }
        }
    }

    /// A cell as a terminal shows it: long text is cut.
    #[must_use]
    pub fn drawn(&self, cell: &Cell) -> String {
        match cell {
            Cell::Text(text) => self.cut(text),
            _ => cell.shown(),
        }
    }

    /// Text as a terminal shows it: cut where it is long.
    #[must_use]
    pub fn cut(&self, text: &str) -> String {
        escape::cut(text, self.text_width).into_owned()
    }

    /// The sheet made to fit: whole groups of columns go, the last first, then long texts are cut;
    /// a note says what went.
    #[must_use]
    pub fn fitted(mut self, width: Option<usize>) -> Sheet {
        let Some(width) = width.filter(|_| self.form != Form::Line) else {
            return self;
        };
        if width < BARS_FROM {
            self.remove(Group::Bars);
        }
        let mut gone = Vec::new();
        let mut ages: u64 = 0;
        while self.width() > width {
            let last = self.columns.iter().map(|column| column.group).max();
            match last.filter(|group| *group >= Group::Movements) {
                None => break,
                Some(Group::Age(rank)) => ages += self.remove(Group::Age(rank)).len() as u64,
                Some(group) => gone.splice(0..0, self.remove(group)).for_each(drop),
            }
        }
        if ages > 0 {
            gone.push(text::count(ages, "age"));
        }
        if !gone.is_empty() {
            self.notes.push(format!(
                "left out for want of width: {}; `--format csv` has all",
                gone.join(", ")
            ));
        }
        let widest = self.text_width;
        for text_width in TEXT_WIDTHS.into_iter().filter(|tried| *tried <= widest) {
            self.text_width = text_width;
            if self.width() <= width {
                break;
            }
        }
        self
    }

    /// Takes the columns of a group out; gives their headings but those of ornaments.
    pub fn remove(&mut self, group: Group) -> Vec<String> {
        let is_gone: Vec<bool> = self
            .columns
            .iter()
            .map(|column| column.group == group)
            .collect();
        let mut gone = Vec::new();
        let is_kept = |index: usize| !is_gone.get(index).copied().unwrap_or(false);
        for (index, column) in self.columns.iter().enumerate() {
            if !is_kept(index) && group != Group::Bars {
                gone.push(column.heading.clone());
            }
        }
        let mut index = 0..;
        self.columns.retain(|_| index.next().is_none_or(&is_kept));
        for row in &mut self.rows {
            let mut index = 0..;
            row.cells.retain(|_| index.next().is_none_or(&is_kept));
        }
        gone
    }

    /// How many columns of a terminal it takes: each column with two spaces before it.
    fn width(&self) -> usize {
        let columns = 0..self.columns.len();
        columns.map(|index| self.column_width(index) + 2).sum()
    }

    /// How wide the widest cell of a column is drawn.
    pub(super) fn column_width(&self, index: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.cells.get(index));
        let widest = cells.map(|cell| self.drawn(cell).width()).max();
        let heading = self
            .columns
            .get(index)
            .filter(|_| self.form == Form::Grid)
            .map_or(0, |column| self.cut(&column.heading).width());
        widest.unwrap_or(0).max(heading)
    }

    /// Why some cells are undefined: each reason once, with the headings it concerns where they are
    /// few.
    #[must_use]
    pub fn reasons<'a>(&'a self, rows: impl Iterator<Item = &'a Row>) -> Vec<String> {
        let mut reasons: Vec<(&str, BTreeSet<usize>)> = Vec::new();
        for row in rows {
            for (index, cell) in row.cells.iter().enumerate() {
                let Cell::Undefined(reason) = cell else {
                    continue;
                };
                if let Some((_, concerned)) = reasons.iter_mut().find(|(known, _)| known == reason)
                {
                    concerned.insert(index);
                } else {
                    reasons.push((reason, BTreeSet::from([index])));
                }
            }
        }
        let clause = |(reason, concerned): (&str, BTreeSet<usize>)| {
            let headings: Vec<&str> = concerned
                .iter()
                .filter_map(|index| Some(self.columns.get(*index)?.heading.as_str()))
                .collect();
            if headings.len() > 4 {
                format!("{} {reason}", number::UNDEFINED)
            } else {
                format!("{} {}: {reason}", number::UNDEFINED, headings.join(", "))
            }
        };
        reasons.into_iter().map(clause).collect()
    }
}
