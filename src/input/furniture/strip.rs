//! The walk over the records below the header: what opens, what adds up, what is left.

use super::columns::total_columns;
use super::message::{self, Unproven};
use super::names::Names;
use super::row::{Row, Stated, label_columns, rows, stated};
use super::sums::Sums;
use super::words::{Form, basis_word, is_footer, key, other_of};
use super::{Body, Dropped, Furniture, Group, Kind, Line};
use crate::error::Message;

/// Tells the rows of a report from what stands around them.
///
/// # Shape
///
/// Totals are dropped only where their amounts are the sums of their group, of the rows since the last total,
/// or of all rows, in every amount column; zeros of a group's own total included. With `keep_totals` a total
/// that does not add up is a row, and a column of totals that does not is passed over.
///
/// # Errors
///
/// One [`unproven-total`](crate::error::Code::UnprovenTotal) for each total that does not add up or that counts
/// other rows than there are, in order of their lines.
pub fn strip(body: &Body<'_>, keep_totals: bool) -> Result<Furniture, Vec<Message>> {
    let rows = rows(body);
    let mut walk = Walk::new(body, &rows, keep_totals);
    for at in 0..rows.len() {
        walk.step(at);
    }
    walk.settle_bare();
    let total_columns = match total_columns(body, &rows) {
        Ok(columns) => columns,
        Err(_) if keep_totals => Vec::new(),
        Err(faults) => {
            walk.faults.extend(faults);
            Vec::new()
        }
    };
    walk.finish(total_columns)
}

/// Groups inside each other beyond this are no report's; the bound keeps the walk in one pass.
const DEEPEST: usize = 64;

/// The group, or the row of a customer, that rows without a customer belong to.
struct Owner<'a> {
    customer: &'a str,
    is_group: bool,
    /// Whether its name is a customer's, and not that of a column before it.
    fills: bool,
    /// The sums of what stands above it.
    above: Sums,
}

/// A group row that is not closed.
struct Open<'a> {
    key: String,
    customer: &'a str,
    fills: bool,
    has_total: bool,
    above: Sums,
}

/// A total without a name, settled when all rows are known.
struct Bare {
    row: usize,
    /// The line with its word, where that stands alone above it.
    word: Option<usize>,
    stated: Vec<Stated>,
    /// The rows of its group or since the last total, where it is their sum.
    part: Option<u64>,
}

/// Rows that take their customer from a group.
struct Fill<'a> {
    first: usize,
    last: usize,
    customer: &'a str,
    /// Filled down from a row with amounts: only a report leaves cells empty that way.
    needs_report: bool,
}

struct Walk<'a> {
    body: &'a Body<'a>,
    rows: &'a [Row<'a>],
    keep_totals: bool,
    names: Names,
    labels: Vec<usize>,
    /// The first row below which only labels stand.
    end: usize,
    /// Whether a bare total stands below the last row with amounts, so that totals cover all rows.
    is_covered: bool,
    /// The rows kept so far.
    now: Sums,
    /// What was kept up to the last bare total.
    covered: Sums,
    /// The totals of a name that did not add up.
    unproven: Sums,
    owner: Option<Owner<'a>>,
    open: Vec<Open<'a>>,
    word: Option<usize>,
    bare: Vec<Bare>,
    fills: Vec<Fill<'a>>,
    /// The last row that went on with the last fill.
    filled_to: Option<usize>,
    /// Whether titles, a total or the words of a footer show that the file is a report.
    is_report: bool,
    furniture: Furniture,
    faults: Vec<(u64, Message)>,
}

impl<'a> Walk<'a> {
    fn new(body: &'a Body<'a>, rows: &'a [Row<'a>], keep_totals: bool) -> Walk<'a> {
        let names = Names::of(body, rows);
        let is_row = |row: &Row<'_>| match &row.form {
            Form::Plain => true,
            Form::Bare => false,
            Form::Named(carried) => names.known(carried).is_none(),
        };
        let is_text = |row: &Row<'_>| row.is_blank() || row.is_label_only();
        let last_row = rows.iter().rposition(|row| row.has_amount && is_row(row));
        let last_bare = rows
            .iter()
            .rposition(|row| row.has_amount && row.form == Form::Bare);
        let none = Sums::new(body.amounts.len());
        Walk {
            body,
            rows,
            keep_totals,
            end: rows
                .iter()
                .rposition(|row| !is_text(row))
                .map_or(usize::MAX, |at| at + 1),
            is_covered: last_bare > last_row,
            names,
            labels: label_columns(body),
            now: none.clone(),
            covered: none.clone(),
            unproven: none,
            owner: None,
            open: Vec::new(),
            word: None,
            bare: Vec::new(),
            fills: Vec::new(),
            filled_to: None,
            is_report: body.is_titled,
            furniture: Furniture::default(),
            faults: Vec::new(),
        }
    }

    fn line(&self, at: usize) -> &'a Line {
        &self.body.lines[at]
    }

    fn stated(&self, at: usize) -> Vec<Stated> {
        stated(self.body, self.line(at))
    }

    fn drop(&mut self, at: usize, kind: Kind) {
        let text = self.rows[at].label.to_owned();
        if kind == Kind::Footer {
            self.is_report |= is_footer(&text);
            let basis = self.furniture.basis_word;
            self.furniture.basis_word = basis.or_else(|| basis_word(&text));
        }
        self.is_report |= kind == Kind::Total;
        self.furniture.dropped.push(Dropped {
            line: self.line(at).number,
            kind,
            text,
        });
    }

    fn fault(&mut self, at: usize, message: Message) {
        self.faults.push((self.line(at).number, message));
    }

    fn step(&mut self, at: usize) {
        let row = &self.rows[at];
        if row.is_blank() {
            return self.blank(at);
        }
        let can_be_total = row.has_amount || row.is_label_only();
        match &row.form {
            Form::Bare if can_be_total => self.bare(at),
            Form::Named(carried) if can_be_total => match self.names.known(carried) {
                Some(name) if row.has_amount => self.named(at, name),
                Some(name) => self.silent(at, name),
                None => self.plain(at),
            },
            _ => self.plain(at),
        }
    }

    fn blank(&mut self, at: usize) {
        if at > 0 && self.filled_to == Some(at - 1) {
            self.filled_to = Some(at);
        }
        if let Some(owner) = &self.owner {
            self.names.carry(owner.customer, at);
        }
        self.drop(at, Kind::Blank);
    }

    fn plain(&mut self, at: usize) {
        if self.rows[at].is_label_only() {
            self.label(at);
        } else {
            self.data(at);
        }
    }

    /// A label alone: a group, a footer, or a customer without revenue.
    fn label(&mut self, at: usize) {
        let row = &self.rows[at];
        self.names.open(row.label, at, &self.now);
        if self.opens_group(at) {
            self.push(at);
            self.drop(at, Kind::Group);
        } else if at >= self.end {
            self.drop(at, Kind::Footer);
        } else {
            self.owner = None;
        }
    }

    fn opens_group(&self, at: usize) -> bool {
        let row = &self.rows[at];
        if self.names.has_total_below(row.label, at) {
            return true;
        }
        let below = self.rows[at + 1..].iter().zip(&self.body.lines[at + 1..]);
        let next = below.into_iter().find(|(next, _)| !next.is_blank());
        next.is_some_and(|(next, line)| {
            line.cell(row.label_at).is_empty() && !next.is_amounts_only()
        })
    }

    fn push(&mut self, at: usize) {
        let row = &self.rows[at];
        let has_total = self.names.has_total_below(row.label, at);
        let customer = self.parent_of(row.label).unwrap_or(row.label);
        let is_replaced = self.open.last().is_some_and(|open| !open.has_total);
        if is_replaced || self.open.len() >= DEEPEST {
            self.pop();
        }
        let open = Open {
            key: key(row.label),
            customer,
            fills: self.labels.contains(&row.label_at),
            has_total,
            above: self.now.clone(),
        };
        self.names.enter(&open.key);
        self.open.push(open);
        self.own();
    }

    fn pop(&mut self) {
        if let Some(open) = self.open.pop() {
            self.names.leave(&open.key);
        }
    }

    /// The innermost open group owns what follows.
    fn own(&mut self) {
        self.owner = self.open.last().map(|open| Owner {
            customer: open.customer,
            is_group: true,
            fills: open.fills,
            above: open.above.clone(),
        });
    }

    /// Closes a name, the group of that name and those inside it.
    fn close(&mut self, name: &str) {
        self.names.close(name);
        if self.names.is_entered(name) {
            while self.open.last().is_some_and(|open| open.key != name) {
                self.pop();
            }
            self.pop();
        }
        self.own();
    }

    /// The open group that a label such as `Acme - Other` speaks of.
    fn parent_of(&self, label: &str) -> Option<&'a str> {
        let parent = key(other_of(label)?);
        if !self.names.is_entered(&parent) {
            return None;
        }
        let open = self.open.iter().rev().find(|open| open.key == parent)?;
        Some(open.customer)
    }

    /// A row of the book.
    fn data(&mut self, at: usize) {
        let (line, amounts) = (self.line(at), self.stated(at));
        if self.body.customer != 0 {
            self.names.open(line.cell(0), at, &self.now);
            self.names.add_to(line.cell(0), &amounts);
        }
        let column = self.labels.iter().copied();
        match column.filter(|at| !line.cell(*at).is_empty()).min() {
            Some(column) => self.labelled(at, column, &amounts),
            None => self.unlabelled(at, &amounts),
        }
        if let Some(date) = self.body.date {
            self.names.add_to(line.cell(date), &amounts);
        }
        self.now.add(&amounts);
    }

    /// A row with a customer of its own.
    fn labelled(&mut self, at: usize, column: usize, amounts: &[Stated]) {
        let customer = self.line(at).cell(column);
        self.names.open(customer, at, &self.now);
        self.names.add_to(customer, amounts);
        if let Some(parent) = self.parent_of(customer) {
            self.fill(at, parent, false);
        } else if column != self.body.customer {
            self.fill(at, customer, false);
        }
        let goes_on = self
            .owner
            .as_ref()
            .is_some_and(|owner| !owner.is_group && owner.customer == customer);
        if !goes_on {
            self.owner = Some(Owner {
                customer,
                is_group: false,
                fills: true,
                above: self.now.clone(),
            });
        }
    }

    /// A row without a customer of its own: its group's, unless nothing but amounts stands in it.
    fn unlabelled(&mut self, at: usize, amounts: &[Stated]) {
        let Some(owner) = &self.owner else {
            return;
        };
        if !owner.fills || self.rows[at].label.is_empty() {
            return;
        }
        let (customer, needs_report) = (owner.customer, !owner.is_group);
        self.names.carry(customer, at);
        self.names.add_to(customer, amounts);
        self.fill(at, customer, needs_report);
    }

    fn fill(&mut self, at: usize, customer: &'a str, needs_report: bool) {
        let goes_on = at > 0 && self.filled_to == Some(at - 1);
        self.filled_to = Some(at);
        match self.fills.last_mut() {
            Some(fill)
                if goes_on && fill.customer == customer && fill.needs_report == needs_report =>
            {
                fill.last = at;
            }
            _ => self.fills.push(Fill {
                first: at,
                last: at,
                customer,
                needs_report,
            }),
        }
    }

    /// A total of a name that the file knows.
    fn named(&mut self, at: usize, name: &str) {
        let stated = self.stated(at);
        let parts = self.names.parts(name, &self.now);
        let proof = parts.iter().find(|(_, sums)| sums.is_stated_by(&stated));
        if let Some((_, sums)) = proof {
            self.count(at, sums.rows);
            self.close(name);
            return self.drop(at, Kind::Total);
        }
        if self.keep_totals {
            return self.data(at);
        }
        // The reading that comes closest is the one to show; the first of equals.
        let rows = parts
            .into_iter()
            .rev()
            .max_by_key(|(_, sums)| sums.agreements(&stated));
        let rows = rows.map(|(first, sums)| (sums, first.map(|at| self.line(at).number)));
        let message = message::unproven_row(
            self.body,
            &Unproven {
                line: self.line(at),
                label: self.rows[at].label,
                stated: &stated,
                rows,
            },
        );
        self.fault(at, message);
        self.unproven.add(&stated);
        self.close(name);
    }

    /// A total of a known name that states no amount; it closes its group, and drops nothing that counts.
    fn silent(&mut self, at: usize, name: &str) {
        if !self.names.is_entered(name) {
            return self.label(at);
        }
        let parts = self.names.parts(name, &self.now);
        let is_zero = parts.first().is_some_and(|(_, sums)| sums.is_zero());
        self.close(name);
        self.drop(at, if is_zero { Kind::Total } else { Kind::Silent });
    }

    /// The word for a total alone.
    fn bare(&mut self, at: usize) {
        let row = &self.rows[at];
        if row.is_label_only() {
            let next = self.rows.get(at + 1);
            if next.is_some_and(|next| next.is_amounts_only() && next.form == Form::Bare) {
                self.word = Some(at);
            } else if at >= self.end {
                self.count(at, self.now.rows);
                self.drop(at, Kind::Footer);
            } else {
                self.label(at);
            }
            return;
        }
        let stated = self.stated(at);
        let part = self.part(&stated);
        self.bare.push(Bare {
            row: at,
            word: self.word.take(),
            stated,
            part,
        });
        self.covered = self.now.clone();
        while !self.open.is_empty() {
            self.pop();
        }
        self.owner = None;
    }

    /// How many rows of the group, or since the last total, a bare total is the sum of.
    fn part(&self, stated: &[Stated]) -> Option<u64> {
        let group = self.owner.as_ref().and_then(|owner| {
            let sums = self.now.since(&owner.above);
            // One row and its like may be two customers, of whom one is called `Total`.
            let is_group = owner.is_group || sums.rows >= 2;
            (is_group && sums.is_stated_by(stated)).then_some(sums.rows)
        });
        group.or_else(|| {
            let sums = self.now.since(&self.covered);
            (self.is_covered && sums.rows > 0 && sums.is_stated_by(stated)).then_some(sums.rows)
        })
    }

    /// Compares the number of records that a total states with the rows it stands for.
    fn count(&mut self, at: usize, rows: u64) {
        if let Some(count) = self.rows[at].count
            && count != rows
        {
            let message = message::unproven_count(self.body, self.line(at), count, rows);
            self.fault(at, message);
        }
    }

    /// Settles the totals without a name against their part, all rows, and all rows with what is asked about.
    fn settle_bare(&mut self) {
        let whole = self.now.clone();
        let mut with_unproven = whole.plus(&self.unproven);
        for bare in std::mem::take(&mut self.bare) {
            let is_whole = whole.is_stated_by(&bare.stated);
            let rows = match bare.part {
                _ if is_whole => Some(whole.rows),
                Some(rows) => Some(rows),
                None => with_unproven
                    .is_stated_by(&bare.stated)
                    .then_some(with_unproven.rows),
            };
            let Some(rows) = rows else {
                with_unproven.add(&bare.stated);
                self.keep_or_ask(&bare, &whole);
                continue;
            };
            if is_whole && whole.rows > 0 && with_unproven.rows == whole.rows {
                self.furniture.proof = Some(self.line(bare.row).number);
            }
            self.count(bare.row, rows);
            if let Some(word) = bare.word {
                self.drop(word, Kind::Total);
            }
            self.drop(bare.row, Kind::Total);
        }
    }

    fn keep_or_ask(&mut self, bare: &Bare, whole: &Sums) {
        if self.keep_totals {
            // A total that was proved holds without this row, which is left now.
            self.furniture.proof = None;
            self.now.rows += 1;
            return;
        }
        let first = self.body.lines.first().map(|line| line.number);
        let message = message::unproven_row(
            self.body,
            &Unproven {
                line: self.line(bare.row),
                label: self.rows[bare.word.unwrap_or(bare.row)].label,
                stated: &bare.stated,
                rows: Some((whole.clone(), first)),
            },
        );
        self.fault(bare.row, message);
    }

    fn finish(mut self, total_columns: Vec<usize>) -> Result<Furniture, Vec<Message>> {
        if !self.faults.is_empty() {
            self.faults.sort_by_key(|(line, _)| *line);
            return Err(self.faults.into_iter().map(|(_, fault)| fault).collect());
        }
        let is_report = self.is_report;
        let lines = self.body.lines;
        let mut furniture = self.furniture;
        furniture.dropped.sort_by_key(|drop| drop.line);
        furniture.groups = self
            .fills
            .iter()
            .filter(|fill| is_report || !fill.needs_report)
            .map(|fill| Group {
                first: lines[fill.first].number,
                last: lines[fill.last].number,
                customer: fill.customer.to_owned(),
            })
            .collect();
        furniture.total_columns = total_columns;
        furniture.rows = self.now.rows;
        Ok(furniture)
    }
}
