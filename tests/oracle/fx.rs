//! Revenue in several currencies, measured row by row: no ledger, nothing converted before it is needed.

use std::collections::BTreeMap;

/// At which rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Constant,
    Floating,
    Fixed(i32),
}

/// One row: months are counted from the year 0, amounts are in cents.
#[derive(Clone, Debug)]
pub struct Row {
    pub customer: usize,
    pub month: i32,
    pub currency: &'static str,
    pub cents: i128,
    pub region: &'static str,
}

/// Rows, and the rates of other currencies than the one kept, in ten-thousandths.
#[derive(Clone, Debug)]
pub struct Book {
    pub rows: Vec<Row>,
    pub kept: &'static str,
    pub rates: BTreeMap<(&'static str, i32), i128>,
}

/// What is asked of it: periods of so many months that end in `last`.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub mode: Mode,
    pub is_flow: bool,
    pub length: i32,
    pub lookback: i32,
}

/// Amounts and rates in millionths, counts as they are; `None` is undefined.
pub type Figures = BTreeMap<&'static str, Option<i128>>;

impl Book {
    fn horizon(&self) -> (i32, i32) {
        let months = || self.rows.iter().map(|row| row.month);
        (
            months().min().expect("a row"),
            months().max().expect("a row"),
        )
    }

    fn rate(&self, currency: &'static str, month: i32, mode: Mode) -> i128 {
        let month = match mode {
            Mode::Fixed(fixed) => fixed,
            _ => month,
        };
        if currency == self.kept {
            10_000
        } else {
            self.rates[&(currency, month)]
        }
    }

    /// What a customer paid in some months, each at the rates of so many months before it, and no less than 0.
    fn paid(&self, customer: usize, months: (i32, i32), back: i32, mode: Mode) -> i128 {
        let rows = self.rows.iter().filter(|row| row.customer == customer);
        let read = rows.filter(|row| (months.0..=months.1).contains(&row.month));
        let sum: i128 = read
            .map(|row| row.cents * self.rate(row.currency, row.month - back, mode))
            .sum();
        sum.max(0)
    }

    fn has_paid_by(&self, customer: usize, last: i32, mode: Mode) -> bool {
        let (first, _) = self.horizon();
        (first..=last).any(|month| self.paid(customer, (month, month), 0, mode) > 0)
    }

    fn customers(&self) -> Vec<usize> {
        let mut customers: Vec<usize> = self.rows.iter().map(|row| row.customer).collect();
        customers.sort_unstable();
        customers.dedup();
        customers
    }

    /// The figures of the period that ends in a month.
    pub fn figures(&self, last: i32, ask: &Ask) -> Figures {
        let reads = |last: i32| {
            (
                if ask.is_flow {
                    last - ask.length + 1
                } else {
                    last
                },
                last,
            )
        };
        let compared = self.compared(reads(last), reads(last - ask.lookback), ask);
        let mut figures = compared.unwrap_or_else(|| {
            let own = |customer| self.paid(customer, reads(last), 0, ask.mode);
            let closing = self.customers().into_iter().map(own).sum();
            Figures::from([("closing", Some(closing))])
        });
        let year = Ask {
            lookback: 12,
            ..*ask
        };
        let year = if figures.len() > 1 {
            self.compared(reads(last), reads(last - 12), &year)
        } else {
            None
        };
        let rate = |name| year.as_ref().and_then(|year| year[name]);
        figures.insert("annual_nrr", rate("nrr"));
        figures.insert("annual_grr", rate("grr"));
        figures
    }

    fn compared(&self, closing: (i32, i32), opening: (i32, i32), ask: &Ask) -> Option<Figures> {
        if opening.0 < self.horizon().0 {
            return None;
        }
        let mut sums: BTreeMap<&'static str, i128> = BTreeMap::new();
        let mut add = |name, amount: i128| *sums.entry(name).or_default() += amount;
        for customer in self.customers() {
            let a = self.paid(customer, opening, 0, ask.mode);
            let own = self.paid(customer, closing, 0, ask.mode);
            let back = if matches!(ask.mode, Mode::Fixed(_)) {
                0
            } else {
                ask.lookback
            };
            let at_opening = self.paid(customer, closing, back, ask.mode);
            let b = if ask.mode == Mode::Floating && a == 0 {
                own
            } else {
                at_opening
            };
            let stands = if ask.mode == Mode::Floating { own } else { b };
            add("opening", a);
            add("closing", stands);
            add("fx", stands - b);
            if a == 0 && b > 0 {
                let is_back = self.has_paid_by(customer, opening.1, ask.mode);
                add(if is_back { "reactivation" } else { "new" }, b);
            }
            if a > 0 {
                add("retained", b);
                add("retained_capped", a.min(b));
                add("opening_customers", 1);
                match b {
                    0 => add("churn", a),
                    _ if b > a => add("expansion", b - a),
                    _ => add("contraction", a - b),
                }
            }
        }
        let sum = |name| sums.get(name).copied().unwrap_or(0);
        let names = [
            "opening",
            "closing",
            "fx",
            "reactivation",
            "new",
            "retained",
            "retained_capped",
            "churn",
            "expansion",
            "contraction",
        ];
        let mut figures: Figures = names.map(|name| (name, Some(sum(name)))).into();
        for (name, above) in [("nrr", "retained"), ("grr", "retained_capped")] {
            figures.insert(name, quotient(sum(above), sum("opening")));
        }
        figures.insert(
            "opening_customers",
            Some(sum("opening_customers") * 1_000_000),
        );
        Some(figures)
    }
}

/// A quotient in millionths, half away from zero.
fn quotient(above: i128, below: i128) -> Option<i128> {
    (below != 0).then(|| (2 * above * 1_000_000 + below) / (2 * below))
}
