//! What each customer puts above and below the line of NRR, so that a difference between two measurements can
//! be told by customer.

use super::anchors::{Anchors, anchors};
use super::detail::Units;
use super::movements::{Class, Movement, detailed};
use super::ranking::{Part, Ranking, Share, Touched};
use super::touched::{State, returns};
use crate::ledger::Ledger;
use crate::policies::{Level, Method, Netting, Policies};
use crate::units::{Amount, Period, Ratio};

/// The months of a trailing average.
pub(super) const YEAR: u32 = 12;

/// The shares of all customers in one measurement, by their numbers in its ledger.
pub(super) struct Shares<'a> {
    ledger: &'a Ledger,
    /// What moves inside customers, where products are cut at zero one by one.
    units: Option<Units<'a>>,
    of: Vec<Share>,
    /// False where rates are multiplied: then the shares are those of the movements that are in the rates.
    adds_up: bool,
}

impl<'a> Shares<'a> {
    /// The shares behind a figure; `None` if they do not add up to it.
    pub(super) fn of(state: &State<'a>) -> Option<Shares<'a>> {
        let State {
            books,
            period,
            ref policies,
            ref total,
            ..
        } = *state;
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
    pub(super) fn touched(&self, before: &Shares<'_>, nrr: Ratio) -> Touched {
        let mut ranking = Ranking::new(Part {
            adds_up: self.adds_up,
            nrr,
            opening: self.of.iter().map(|share| share.opening).sum(),
        });
        for (number, share) in self.of.iter().enumerate() {
            let old = self.find(before, number);
            if old != *share {
                let customer = u32::try_from(number).unwrap_or(u32::MAX);
                ranking.offer(self.ledger, customer, share.less(old));
            }
        }
        ranking.touched()
    }
}

/// What a customer puts above the line.
fn retained(movement: &Movement, policies: &Policies) -> i128 {
    if movement.opening > 0 {
        movement.closing
    } else if returns(policies) && movement.class == Some(Class::Reactivation) {
        movement.closing - movement.opening
    } else {
        0
    }
}
