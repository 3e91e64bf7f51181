//! The walk over the records below the header: what opens, what adds up, what is left.

use super::names::Names;
use super::row::{Row, Stated, label_columns, rows, stated};
use super::subs::{self, Proven};
use super::sums::Sums;
use super::totals::Bare;
use super::words::{Form, basis_word, is_footer, key, other_of};
use super::{Body, Dropped, Furniture, Kind, Line};
use crate::error::Message;

/// Tells the rows of a report from what stands around them.
///
/// # Shape
///
/// Totals are dropped only where their amounts are the sums of their group, of the rows since the last total,
/// or of all rows, in every amount column; zeros of a group's own total included. With `keep_totals` a total
/// that does not add up is a row.
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
    walk.finish()
}

/// Groups inside each other beyond this are no report's; the bound keeps the walk in one pass.
const DEEPEST: usize = 64;

/// The group, or the row of a customer, that rows without a customer belong to.
pub(super) struct Owner<'a> {
    pub(super) customer: &'a str,
    pub(super) is_group: bool,
    /// Whether its name is a customer's, and not that of a column before it.
    pub(super) fills: bool,
    /// The sums of what stands above it.
    pub(super) above: Sums,
}

/// A group row that is not closed.
pub(super) struct Open<'a> {
    key: String,
    customer: &'a str,
    fills: bool,
    has_total: bool,
    above: Sums,
}

/// Rows that take their customer from a group.
pub(super) struct Fill<'a> {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) customer: &'a str,
    /// Filled down from a row with amounts: only a report leaves cells empty that way.
    needs_report: bool,
}

pub(super) struct Walk<'a> {
    pub(super) body: &'a Body<'a>,
    pub(super) rows: &'a [Row<'a>],
    pub(super) keep_totals: bool,
    pub(super) names: Names,
    pub(super) labels: Vec<usize>,
    /// The first row below which only labels stand.
    pub(super) end: usize,
    /// Whether a bare total stands below the last row with amounts, so that totals cover all rows.
    pub(super) is_covered: bool,
    /// The rows kept so far.
    pub(super) now: Sums,
    /// What was kept up to the last bare total.
    pub(super) covered: Sums,
    /// The totals of a name that did not add up.
    pub(super) unproven: Sums,
    pub(super) owner: Option<Owner<'a>>,
    pub(super) open: Vec<Open<'a>>,
    pub(super) word: Option<usize>,
    pub(super) bare: Vec<Bare>,
    pub(super) fills: Vec<Fill<'a>>,
    /// The customers whose total was proved.
    pub(super) proven: Vec<Proven<'a>>,
    /// The last row that went on with the last fill.
    pub(super) filled_to: Option<usize>,
    /// Whether titles, a total or the words of a footer show that the file is a report.
    pub(super) is_report: bool,
    pub(super) furniture: Furniture,
    pub(super) faults: Vec<(u64, Message)>,
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
            proven: Vec::new(),
            filled_to: None,
            is_report: body.is_titled,
            furniture: Furniture::default(),
            faults: Vec::new(),
        }
    }

    pub(super) fn line(&self, at: usize) -> &'a Line {
        &self.body.lines[at]
    }

    pub(super) fn stated(&self, at: usize) -> Vec<Stated> {
        stated(self.body, self.line(at))
    }

    pub(super) fn drop(&mut self, at: usize, kind: Kind) {
        let text = self.rows[at].label.to_owned();
        if kind == Kind::Footer {
            self.is_report |= is_footer(&text);
            let basis = self.furniture.basis_word;
            self.furniture.basis_word = basis.or_else(|| basis_word(&text));
        }
        self.is_report |= matches!(kind, Kind::Total | Kind::Filtered);
        self.furniture.dropped.push(Dropped {
            line: self.line(at).number,
            kind,
            text,
        });
    }

    pub(super) fn fault(&mut self, at: usize, message: Message) {
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
    pub(super) fn label(&mut self, at: usize) {
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

    pub(super) fn pop(&mut self) {
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
    pub(super) fn close(&mut self, name: &str) {
        self.names.close(name);
        if self.names.is_entered(name) {
            while self.open.last().is_some_and(|open| open.key != name) {
                self.pop();
            }
            self.pop();
        }
        self.own();
    }

    /// The total of a name was proved at a row: what stands between it and the row that the name opened with
    /// belongs to that customer. Groups of another column, or of periods, are no customers.
    pub(super) fn prove(&mut self, name: &str, first: Option<usize>, last: usize) {
        let Some(first) = first else {
            return;
        };
        let row = &self.rows[first];
        if self.labels.contains(&row.label_at) && key(row.label) == name {
            self.proven.push(Proven {
                first,
                last,
                name: row.label,
            });
        }
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
    pub(super) fn data(&mut self, at: usize) {
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

    fn finish(mut self) -> Result<Furniture, Vec<Message>> {
        if !self.faults.is_empty() {
            self.faults.sort_by_key(|(line, _)| *line);
            return Err(self.faults.into_iter().map(|(_, fault)| fault).collect());
        }
        let mut furniture = self.furniture;
        furniture.dropped.sort_by_key(|drop| drop.line);
        let fills = self.fills.iter();
        let fills: Vec<&Fill<'_>> = fills
            .filter(|fill| self.is_report || !fill.needs_report)
            .collect();
        let is_dropped = |line: u64| furniture.is_dropped(line);
        let (groups, subs) = subs::groups(self.body, self.rows, &fills, self.proven, is_dropped);
        (furniture.groups, furniture.subs) = (groups, subs);
        furniture.rows = self.now.rows;
        Ok(furniture)
    }
}
