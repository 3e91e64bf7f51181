//! What each customer puts above and below the line of NRR, so that a difference between two measurements can
//! be told by customer.

use super::anchors::{Anchors, anchors};
use super::detail::Units;
use super::movements::{Class, Movement, detailed};
use super::rollforward::Rollforward;
use crate::ledger::{Books, Ledger};
use crate::policies::{Level, Method, Netting, Policies, Reactivation};
use crate::units::{Amount, Period, Ratio};

/// How many customers are named.
const NAMED: usize = 3;

const YEAR: u32 = 12;

/// What a customer puts into NRR: above and below the line, in smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    retained: i128,
    opening: i128,
}

/// The shares of all customers in one measurement, by their numbers in its ledger.
pub(super) struct Shares<'a> {
    ledger: &'a Ledger,
    /// What moves inside customers, where products are cut at zero one by one.
    units: Option<Units<'a>>,
    of: Vec<Share>,
    /// False where rates are multiplied: then the shares are those of the movements that are in the rates.
    adds_up: bool,
}

/// The customers that make a difference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// How many count otherwise.
    pub customers: u64,
    /// Those that move NRR the most, by name, each with what it moves NRR by where that can be said of one
    /// customer: rounded to six decimals, and all together the whole difference.
    pub largest: Vec<(String, Option<Amount>)>,
}

impl<'a> Shares<'a> {
    /// The shares behind a figure; `None` if they do not add up to it.
    pub(super) fn of(
        books: &'a Books,
        period: Period,
        policies: &Policies,
        total: &Rollforward,
    ) -> Option<Shares<'a>> {
        let ledger = &books.customers;
        let goes_by_steps = matches!(policies.method, Method::Compound | Method::Summed);
        if policies.level == Level::Parent || ledger.is_converted() && goes_by_steps {
            // Units are no customers of this ledger, and steps can be at the rates of another month.
            return None;
        }
        let ends = |period, lookback| anchors(ledger, period, lookback, policies).ok();
        let lookback = policies.lookback_months(period);
        let is_netted = policies.netting == Netting::Product;
        let mut shares = Shares {
            ledger,
            units: is_netted.then(|| Units::of(books)).flatten(),
            of: vec![Share::default(); ledger.numbers()],
            adds_up: policies.method != Method::Compound,
        };
        match policies.method {
            Method::PointToPoint => {
                shares.add(&ends(period, lookback)?, policies)?;
            }
            Method::TrailingAverage => {
                let grain = ledger.grain();
                for back in (0..YEAR).step_by(grain.months() as usize) {
                    let month = Period::ending(period.last().back(back), grain);
                    shares.add(&ends(month, lookback)?, policies)?;
                }
            }
            Method::Compound | Method::Summed => {
                shares.add_steps(&ends(period, lookback)?, policies)?;
            }
        }
        let sum = |read: fn(&Share) -> i128| shares.of.iter().map(read).sum::<i128>();
        let found = (sum(|share| share.retained), sum(|share| share.opening));
        (!shares.adds_up || found == (total.retained, total.opening)).then_some(shares)
    }

    fn movements(&self, ends: &Anchors, policies: &Policies) -> Option<Vec<Movement>> {
        detailed(self.ledger, self.units.as_ref(), ends, policies).ok()
    }

    fn add(&mut self, ends: &Anchors, policies: &Policies) -> Option<()> {
        for movement in self.movements(ends, policies)? {
            let share = &mut self.of[movement.customer as usize];
            if movement.counts {
                share.opening += movement.opening;
                share.retained += retained(&movement, policies);
            }
        }
        Some(())
    }

    /// The opening of the whole, and above the line what the movements of every step make of it. Whom the whole
    /// leaves out is out of every step.
    fn add_steps(&mut self, ends: &Anchors, policies: &Policies) -> Option<()> {
        let mut is_out = vec![false; self.of.len()];
        for movement in self.movements(ends, policies)? {
            let number = movement.customer as usize;
            is_out[number] = !movement.counts;
            if movement.counts {
                self.of[number].opening = movement.opening;
                self.of[number].retained = movement.opening;
            }
        }
        let grain = self.ledger.grain();
        // Summed, whom the whole leaves out is out of every step; compounded, each step asks for itself.
        let is_compound = policies.method == Method::Compound;
        let everybody = policies.without_thresholds();
        let of_step = if is_compound { policies } else { &everybody };
        let mut last = ends.opening.last.forward(grain.months());
        while last <= ends.closing.last {
            let period = Period::ending(last, grain);
            let step = anchors(self.ledger, period, grain.months(), policies).ok()?;
            for movement in self.movements(&step, of_step)? {
                let number = movement.customer as usize;
                if movement.counts && (is_compound || !is_out[number]) {
                    self.of[number].retained += retained(&movement, policies) - movement.opening;
                }
            }
            last = last.forward(grain.months());
        }
        Some(())
    }

    /// The share of a customer of another ledger of the same input, at this scale.
    fn find(&self, other: &Shares<'_>, number: usize) -> Share {
        if std::ptr::eq(self.ledger, other.ledger) {
            return other.of[number];
        }
        let name = self.ledger.name(u32::try_from(number).unwrap_or(u32::MAX));
        let found = other.ledger.find(name);
        let share = found.map_or_else(Share::default, |found| other.of[found as usize]);
        let at = |units| {
            let amount = Amount::new(units, other.ledger.scale());
            amount.round(self.ledger.scale()).units()
        };
        Share {
            retained: at(share.retained),
            opening: at(share.opening),
        }
    }

    /// The customers that count otherwise here than before, where NRR was `before`.
    ///
    /// With `a` below and `b` above the line of NRR, a customer's part in the difference is
    ///
    /// ```text
    /// ((b − nrr_before · a) − (b_before − nrr_before · a_before)) ÷ opening
    /// ```
    ///
    /// Over all customers that is the whole difference, for before their sum is zero.
    pub(super) fn touched(&self, before: &Shares<'_>, nrr: Ratio) -> Touched {
        let mut changed: Vec<(usize, Share)> = Vec::new();
        for (number, share) in self.of.iter().enumerate() {
            let old = self.find(before, number);
            if old != *share {
                let moved = Share {
                    retained: share.retained - old.retained,
                    opening: share.opening - old.opening,
                };
                changed.push((number, moved));
            }
        }
        let opening: i128 = self.of.iter().map(|share| share.opening).sum();
        let parts = changed.iter().map(|(number, moved)| {
            let part = self.part(*moved, nrr, opening);
            let weight = part.map_or(moved.retained, Amount::units).unsigned_abs();
            let name = self.ledger.name(u32::try_from(*number).unwrap_or(u32::MAX));
            (weight, name, part.map(|part| part.round(6)))
        });
        let mut parts: Vec<_> = parts.collect();
        parts.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(right.1)));
        let named = parts.into_iter().take(NAMED);
        Touched {
            customers: changed.len() as u64,
            largest: named
                .map(|(_, name, part)| (name.to_owned(), part))
                .collect(),
        }
    }

    /// What one customer's change does to NRR; `None` where that cannot be said of one customer.
    fn part(&self, moved: Share, nrr: Ratio, opening: i128) -> Option<Amount> {
        const DECIMALS: u8 = 12;
        let (above, below) = (nrr.numerator(), nrr.denominator());
        if !self.adds_up || above.scale() != below.scale() {
            return None;
        }
        let kept = moved.retained.checked_mul(below.units())?;
        let due = moved.opening.checked_mul(above.units())?;
        let whole = opening.checked_mul(below.units())?;
        Ratio::new(
            Amount::new(kept.checked_sub(due)?, 0),
            Amount::new(whole, 0),
        )
        .rounded(DECIMALS)
    }
}

/// What a customer puts above the line.
fn retained(movement: &Movement, policies: &Policies) -> i128 {
    let returns = matches!(
        policies.reactivation,
        Reactivation::InNrr | Reactivation::AsExpansion
    );
    if movement.opening > 0 {
        movement.closing
    } else if returns && movement.class == Some(Class::Reactivation) {
        movement.closing - movement.opening
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::super::calc::calc;
    use super::super::periods::{Ask, Asked};
    use super::*;
    use crate::policies::Origin;
    use crate::units::FiscalYear;

    fn measured(books: &Books, settings: &[(&str, &str)]) -> (Policies, Period, Rollforward) {
        let mut policies = Policies::default();
        for (name, value) in settings {
            policies.set(name, value, Origin::Flag).expect("a value");
        }
        let ask = Ask {
            period: Period::parse("2024-04", FiscalYear::CALENDAR).ok(),
            ..Ask::default()
        };
        let asked: Asked = ask.on(&books.customers, &policies).expect("a period");
        let calculation = calc(books, &asked, &policies).expect("figures");
        let total = calculation.records[0].rollforward().expect("both ends");
        (policies, asked.periods[0], total.clone())
    }

    #[test]
    fn the_parts_of_customers_are_the_difference() {
        let books = Books::of(
            Ledger::from_table(
                "       2024-01 2024-02 2024-03 2024-04
                 acme        50       .       .      60
                 birch      100     100     100     130
                 cedar       40      30      20       .",
            )
            .expect("a table"),
        );
        let stock = ("basis", "stock");
        let (policies, period, total) = measured(&books, &[stock]);
        let before = Shares::of(&books, period, &policies, &total).expect("shares");
        for settings in [
            vec![stock, ("reactivation", "in-nrr")],
            vec![stock, ("lookback", "3")],
            vec![stock, ("lookback", "3"), ("method", "summed")],
            vec![("basis", "flow"), ("length", "2")],
            vec![stock, ("min-opening", "300")],
        ] {
            let (policies, period, other) = measured(&books, &settings);
            let after = Shares::of(&books, period, &policies, &other).expect("shares");
            let touched = after.touched(&before, total.nrr());
            let parts = touched.largest.iter().filter_map(|(_, part)| *part);
            let sum: i128 = parts.map(Amount::units).sum();
            let due = other
                .nrr()
                .difference(total.nrr(), 6)
                .expect("a difference");
            assert!((sum - due.units()).abs() <= 3, "{settings:?} {touched:?}");
        }
    }
}
