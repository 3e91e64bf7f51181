//! The shapes a file can have: what a row of each is, which columns it has, and how it is told apart.

use super::super::columns::{Wanted, is_named};
use super::super::labels;
use super::super::role::{CHANGE, Role};
use super::super::vocabulary;
use crate::error::{Code, Message};

/// What a row of a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A customer, a period or date, and an amount.
    #[default]
    Long,
    /// A customer, with one column a period.
    Wide,
    /// A contract: start, end, amount, interval.
    Contracts,
    /// A version of a contract: from, to, amount.
    Versions,
    /// A line of an invoice: service start and end, amount.
    Invoices,
    /// A signed change of a customer's run rate, on a date.
    Movements,
}

impl Shape {
    /// Every shape, in the order of the documentation.
    pub const ALL: [Shape; 6] = [
        Shape::Long,
        Shape::Wide,
        Shape::Contracts,
        Shape::Versions,
        Shape::Invoices,
        Shape::Movements,
    ];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Shape::Long => "long",
            Shape::Wide => "wide",
            Shape::Contracts => "contracts",
            Shape::Versions => "versions",
            Shape::Invoices => "invoices",
            Shape::Movements => "movements",
        }
    }

    /// The shape of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Shape> {
        Shape::ALL.into_iter().find(|shape| shape.word() == word)
    }

    /// True where a row covers a time from a start to an end.
    #[must_use]
    pub const fn has_spans(self) -> bool {
        matches!(self, Shape::Contracts | Shape::Versions | Shape::Invoices)
    }

    /// True where rows are kept until all were read, because what one means depends on others.
    #[must_use]
    pub const fn keeps_rows(self) -> bool {
        self.has_spans() || matches!(self, Shape::Movements)
    }

    /// The roles that are looked for among the headers, in the order they are given away.
    pub(in crate::input) const fn roles(self) -> &'static [Role] {
        use Role::{
            Amount, Balance, Contract, Currency, Customer, Date, End, Interval, IntervalCount,
            Movement, PeriodEnd, PeriodStart, Product, Quantity, Start, Status, TrialEnd,
        };
        match self {
            Shape::Long => &[Customer, Date, Amount, Currency, Product, Status, Quantity],
            Shape::Wide => &[Customer, Currency, Product, Status],
            Shape::Contracts | Shape::Versions => &[
                Customer,
                Amount,
                Currency,
                Product,
                Start,
                End,
                Interval,
                IntervalCount,
                Status,
                Quantity,
                Contract,
                TrialEnd,
                PeriodStart,
                PeriodEnd,
            ],
            Shape::Invoices => &[
                Customer, Date, Amount, Currency, Product, Start, End, Status, Quantity,
            ],
            Shape::Movements => &[
                Customer, Date, Amount, Currency, Product, Movement, Balance, Contract,
            ],
        }
    }

    /// True for a role that means something in it; that of a contract in movements only where it is named.
    pub(in crate::input) fn has_use_for(self, role: Role) -> bool {
        let is_of_balances = self == Shape::Movements && role == Role::Contract;
        is_of_balances || role == Role::Parent || self.roles().contains(&role)
    }

    /// The roles without which it cannot be read.
    pub(in crate::input) const fn needed(self) -> &'static [Role] {
        use Role::{Amount, Customer, Date, End, Start};
        match self {
            Shape::Long | Shape::Movements => &[Customer, Date, Amount],
            Shape::Wide => &[Customer],
            Shape::Contracts | Shape::Versions => &[Customer, Start, Amount],
            Shape::Invoices => &[Customer, Start, End, Amount],
        }
    }

    /// Names that hold a role in this shape, in ranks: a better rank wins alone.
    pub(in crate::input) const fn synonyms(self, role: Role) -> &'static [&'static [&'static str]] {
        match (self, role) {
            (Shape::Movements, Role::Amount) => CHANGE,
            (Shape::Movements, Role::Date) => MOVED,
            (Shape::Invoices, Role::Date) => BILLED,
            (Shape::Long | Shape::Wide, Role::Status) => STATUS,
            _ => role.synonyms(),
        }
    }
}

/// Names of the day of a movement.
const MOVED: &[&[&str]] = &[
    &[
        "date",
        "event date",
        "movement date",
        "effective date",
        "event timestamp",
        "timestamp",
        "occurred at",
    ],
    &["month", "period", "day", "time"],
];

/// Names of a status where rows are no contracts: a state may be of a country there.
const STATUS: &[&[&str]] = &[&["status", "subscription status", "deal stage"]];

/// Names of the day an invoice was written.
const BILLED: &[&[&str]] = &[
    &[
        "invoice date",
        "billed date",
        "billing date",
        "issue date",
        "issuing date",
        "date",
    ],
    &["month", "period", "created", "created at"],
];

/// What the shape of a file is told by.
pub(in crate::input) struct Signs<'a> {
    /// The header's cells.
    pub(in crate::input) cells: &'a [String],
    /// The columns that were named.
    pub(in crate::input) wanted: &'a Wanted,
    /// The first values of a column.
    pub(in crate::input) values: &'a dyn Fn(usize) -> Vec<String>,
}

impl Signs<'_> {
    /// The shape that the columns show, and by what.
    ///
    /// # Errors
    ///
    /// [`Code::AmbiguousShape`], without a place.
    pub(in crate::input) fn shape(&self) -> Result<(Shape, String), Message> {
        let date = self.any(Role::Date, Role::Date.synonyms());
        let amount = self.any(Role::Amount, Role::Amount.synonyms());
        if let Some(change) = self.change() {
            return Ok((Shape::Movements, change));
        }
        let periods = labels::period_headers(self.cells).unwrap_or_default();
        let is_long = date.is_some() && amount.is_some();
        if !periods.is_empty() && !is_long {
            let evidence = format!(
                "`{}` to `{}` name periods",
                periods[0],
                periods[periods.len() - 1]
            );
            return Ok((Shape::Wide, evidence));
        }
        let end = self.any(Role::End, Role::End.synonyms());
        let start = self.any(Role::Start, &Role::Start.synonyms()[..1]);
        let start = start.or_else(|| self.late_start(date.as_deref(), end.as_deref()));
        match start {
            // Without an amount that is known, what is missing is the amount, not the period.
            Some(start) if amount.is_some() || end.is_some() && date.is_none() => {
                self.of_spans(&start, end, date.as_deref())
            }
            _ => Ok((Shape::Long, "a row has one period".to_owned())),
        }
    }

    /// True if a column holds the start of a service, by its name or because it was named.
    pub(in crate::input) fn have_service(&self) -> bool {
        self.any(Role::Start, &Role::Start.synonyms()[..1])
            .is_some()
    }

    /// The header of a signed change with a date, or of movement types that the values bear out.
    fn change(&self) -> Option<String> {
        self.any(Role::Date, MOVED)?;
        if let Some(change) = self.named(Role::Amount, &CHANGE[..1]) {
            return Some(format!("`{change}` holds signed changes"));
        }
        self.any(Role::Amount, CHANGE)?;
        let names = Role::Movement.synonyms()[0];
        let column = self.position(|cell| is_named(cell, Role::Movement, names))?;
        let values = (self.values)(column);
        let known = |value: &String| vocabulary::movement(value).is_some();
        let said = values.iter().filter(|value| !value.is_empty());
        (said.clone().count() > 0 && said.clone().all(known)).then(|| {
            let first = said.clone().next().map_or("", String::as_str);
            format!("`{}` names movements such as `{first}`", self.cells[column])
        })
    }

    /// A weak name of a start, such as the day a deal was closed, counts only where nothing else dates a row and
    /// something says how long it runs.
    fn late_start(&self, date: Option<&str>, end: Option<&str>) -> Option<String> {
        let interval = self.any(Role::Interval, &Role::Interval.synonyms()[..1]);
        if date.is_some() || end.is_none() && interval.is_none() {
            return None;
        }
        self.any(Role::Start, Role::Start.synonyms())
    }

    fn of_spans(
        &self,
        start: &str,
        end: Option<String>,
        date: Option<&str>,
    ) -> Result<(Shape, String), Message> {
        let Some(end) = end else {
            let word = |shape| Ok((shape, format!("`{start}` is a start")));
            return word(if date.is_some() {
                Shape::Long
            } else {
                Shape::Contracts
            });
        };
        if let Some(month) = self.named(Role::Date, &Role::Date.synonyms()[..1]) {
            return Ok((Shape::Long, format!("`{month}` is the period of a row")));
        }
        let evidence = format!("`{start}` and `{end}` are a start and an end");
        let says = |word: &str| self.cells.iter().any(|cell| has_word(cell, word));
        if says("invoice") || has_word(start, "service") {
            return Ok((Shape::Invoices, evidence));
        }
        if let Some(date) = date {
            return Err(Message::new(
                Code::AmbiguousShape,
                format!("`{date}`, `{start}` and `{end}` could each say when a row counts"),
            )
            .help("if a row is an amount of one month, pass `--shape long`")
            .help("if it is a contract from start to end, pass `--shape contracts`")
            .help("if it is a line of an invoice for the time from start to end, pass `--shape invoices`"));
        }
        if says("version") {
            return Ok((Shape::Versions, evidence));
        }
        Ok((Shape::Contracts, evidence))
    }

    /// The header that holds a role by one of these names, or the one that was named for it.
    fn any(&self, role: Role, ranks: &[&[&str]]) -> Option<String> {
        if let Some(name) = &self.wanted.roles[role as usize] {
            return Some(name.clone());
        }
        let named = |cell: &str| ranks.iter().any(|names| is_named(cell, role, names));
        let index = self.position(named)?;
        Some(self.cells[index].clone())
    }

    /// The header that holds a role and has one of these names, be it the one that was named for the role.
    fn named(&self, role: Role, ranks: &[&[&str]]) -> Option<String> {
        let is_one = |cell: &str| ranks.iter().any(|names| is_named(cell, role, names));
        let Some(wanted) = &self.wanted.roles[role as usize] else {
            let index = self.position(is_one)?;
            return Some(self.cells[index].clone());
        };
        let number = wanted
            .strip_prefix('#')
            .and_then(|digits| digits.parse().ok());
        let cell = match number {
            Some(number) => self.cells.get(usize::checked_sub(number, 1)?)?,
            None => wanted,
        };
        is_one(cell).then(|| cell.clone())
    }

    fn position(&self, is_meant: impl Fn(&str) -> bool) -> Option<usize> {
        self.cells
            .iter()
            .position(|cell| !cell.is_empty() && is_meant(cell))
    }
}

/// True if a header is that of rows of one period each, whatever stands in its columns.
#[must_use]
pub fn is_surely_long(cells: &[String]) -> bool {
    let signs = Signs {
        cells,
        wanted: &Wanted::default(),
        // The values that show most: a word that names movements.
        values: &|_| vec!["new".to_owned()],
    };
    matches!(signs.shape(), Ok((Shape::Long, _)))
}

fn has_word(header: &str, word: &str) -> bool {
    super::super::header::words(header)
        .iter()
        .any(|found| found == word)
}
