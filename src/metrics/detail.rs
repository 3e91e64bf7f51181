//! What the products and quantities of a kept customer say about its change: upsell and cross-sell, volume and
//! price.

use std::cell::OnceCell;

use super::anchors::{Anchor, Anchors};
use super::columns::Columns;
use super::movements::{Ends, Negative, Reader};
use crate::ledger::{Books, Ledger, in_parts};
use crate::units::Month;

/// How many units a thread finds the customers of before it takes more.
const UNITS: usize = 1 << 14;

/// The change of customers with revenue at both ends, by what moved, in smallest units at the ledger's scale.
///
/// # Units
///
/// Magnitudes, but for `volume_change` and `price_change`, which are signed. All are 0 where the input has no such
/// column.
///
/// # Source
///
/// `docs/definitions.md#products` and `#quantities`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Rises of products that the customer had.
    pub upsell: i128,
    /// Products that the customer did not have.
    pub cross_sell: i128,
    /// Falls of products that the customer kept.
    pub downsell: i128,
    /// Products that the customer dropped.
    pub product_churn: i128,
    /// What rises and falls of one customer offset.
    pub product_swap: i128,
    /// What comes from quantities, at the opening's prices.
    pub volume_change: i128,
    /// The rest.
    pub price_change: i128,
    /// True if a volume is more than exact arithmetic holds.
    pub is_too_large: bool,
}

impl Detail {
    /// Adds another one.
    pub(super) fn add(&mut self, other: &Detail) {
        self.upsell += other.upsell;
        self.cross_sell += other.cross_sell;
        self.downsell += other.downsell;
        self.product_churn += other.product_churn;
        self.product_swap += other.product_swap;
        self.is_too_large |= other.is_too_large;
        self.add_volume(Some(other.volume_change), other.price_change);
    }

    /// Everything that rose.
    #[must_use]
    pub const fn rises(&self) -> i128 {
        self.upsell + self.cross_sell
    }

    /// Everything that fell.
    #[must_use]
    pub const fn falls(&self) -> i128 {
        self.downsell + self.product_churn
    }

    /// Sets what rises and falls of one customer offset, once all its units were added.
    fn settle(&mut self) {
        self.product_swap = self.rises().min(self.falls());
    }

    /// The same where no unit has quantities: all of the change is price.
    pub(super) fn settle_amounts(&mut self) {
        self.settle();
        self.price_change = self.rises() - self.falls();
    }

    /// Adds one unit: the change of its amount by what it was before and after, and by quantity and price.
    fn add_unit(&mut self, unit: &Unit) {
        let change = self.add_line(unit.opening, unit.closing);
        let volume = unit.volume();
        let price = volume.and_then(|volume| change.checked_sub(volume));
        self.add_volume(volume, price.unwrap_or_default());
    }

    /// Adds the change of a unit to its line, and gives it.
    pub(super) fn add_line(&mut self, opening: i128, closing: i128) -> i128 {
        let change = closing - opening;
        let line = match (opening > 0, closing > 0, change > 0) {
            (false, true, _) => &mut self.cross_sell,
            (true, false, _) => &mut self.product_churn,
            (_, _, true) => &mut self.upsell,
            _ => &mut self.downsell,
        };
        *line += change.abs();
        change
    }

    fn add_volume(&mut self, volume: Option<i128>, price: i128) {
        let volume = volume.and_then(|volume| self.volume_change.checked_add(volume));
        match volume.zip(self.price_change.checked_add(price)) {
            Some(sums) => (self.volume_change, self.price_change) = sums,
            None => self.is_too_large = true,
        }
    }
}

/// One customer's product, or the customer where there are none, at both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Unit {
    opening: i128,
    closing: i128,
    opening_quantity: i128,
    closing_quantity: i128,
}

impl Unit {
    /// The opening's price of one times the change of the quantity, rounded once, half away from zero; nothing
    /// where an end has no quantity above zero. `None` where 128 bits don't hold it.
    fn volume(&self) -> Option<i128> {
        let (before, after) = (self.opening_quantity, self.closing_quantity);
        if before <= 0 || after <= 0 {
            return Some(0);
        }
        share(self.opening, after - before, before)
    }
}

/// Whose amounts a customer's are made of: its products', or its own where there are none.
pub(super) struct Units<'a> {
    /// The ledger that holds them.
    pub(super) ledger: &'a Ledger,
    /// Their amounts by month, also those below zero.
    columns: Columns<'a>,
    /// The customer of each number of the ledger of units.
    owners: Vec<u32>,
    /// How many numbers the customers have.
    customers: usize,
    /// Made once somebody asks: totals of everybody never do.
    by_customer: OnceCell<ByCustomer>,
}

/// The units of each customer.
struct ByCustomer {
    /// Where those of a customer start in `sorted`; the next one's start is their end.
    starts: Vec<usize>,
    sorted: Vec<u32>,
}

impl ByCustomer {
    fn of(ledger: &Ledger, owners: &[u32], customers: usize) -> ByCustomer {
        let mut starts = vec![0; customers + 1];
        for unit in ledger.customers() {
            starts[owners[*unit as usize] as usize + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let (mut next, mut sorted) = (starts.clone(), vec![0; ledger.customers().len()]);
        for unit in ledger.customers() {
            let place = &mut next[owners[*unit as usize] as usize];
            sorted[*place] = *unit;
            *place += 1;
        }
        ByCustomer { starts, sorted }
    }
}

impl<'a> Units<'a> {
    /// The products of the customers; without them the customers, if there are quantities to tell of.
    pub(super) fn of(books: &'a Books) -> Option<Units<'a>> {
        let customers = &books.customers;
        let (ledger, owners) = match &books.products {
            Some(products) => (products, owners(customers, products)),
            None if customers.has_quantities() => {
                (customers, (0..).take(customers.numbers()).collect())
            }
            None => return None,
        };
        Some(Units {
            ledger,
            columns: Columns::with_below(ledger),
            owners,
            customers: customers.numbers(),
            by_customer: OnceCell::new(),
        })
    }

    /// Their amounts by month, also those below zero.
    pub(super) const fn columns(&self) -> &Columns<'a> {
        &self.columns
    }

    /// Whose the units from a number on are.
    pub(super) fn owners(&self, first: usize) -> &[u32] {
        self.owners.get(first..).unwrap_or_default()
    }

    /// Whose a unit is.
    pub(super) fn owner(&self, unit: u32) -> u32 {
        self.owners[unit as usize]
    }

    /// How many numbers the customers have.
    pub(super) const fn customers(&self) -> usize {
        self.customers
    }

    /// What moved between two ends of a customer that has these values there.
    ///
    /// # Panics
    ///
    /// If the customer's products do not add up to it: a bug of the program, never of the data.
    pub(super) fn detail(&self, customer: u32, ends: &Anchors, values: (i128, i128)) -> Detail {
        let (mut detail, mut sums) = (Detail::default(), (0, 0));
        for unit in self.of_customer(customer) {
            let unit = self.unit(*unit, ends);
            sums = (sums.0 + unit.opening, sums.1 + unit.closing);
            detail.add_unit(&unit);
        }
        assert_eq!(sums, values, "a customer's products add up to it");
        detail.settle();
        detail
    }

    /// The same where each unit is cut at zero by itself, as `reader` reads it, and the values that its units
    /// then add up to.
    pub(super) fn netted(
        &self,
        customer: u32,
        reader: &Reader<'_>,
        negatives: &mut Vec<Negative>,
    ) -> (Ends, Detail) {
        let (mut sums, mut detail) = (Ends::default(), Detail::default());
        for number in self.of_customer(customer) {
            let ends = reader.ends(*number, negatives);
            sums.add(&ends);
            // A product that is new may be a rise of who paid before: it is compared at the rates of the opening.
            detail.add_unit(&Unit {
                opening: ends.opening.units,
                closing: ends.closing.units,
                ..self.quantities(*number, reader.anchors)
            });
        }
        detail.settle();
        (sums, detail)
    }

    /// What moved of a unit that is looked at by itself.
    pub(super) fn alone(&self, number: u32, ends: &Anchors, values: (i128, i128)) -> Detail {
        let (opening, closing) = values;
        let mut detail = Detail::default();
        detail.add_unit(&Unit {
            opening,
            closing,
            ..self.quantities(number, ends)
        });
        detail
    }

    fn of_customer(&self, customer: u32) -> &[u32] {
        let (ledger, owners) = (self.ledger, &self.owners);
        let units = self
            .by_customer
            .get_or_init(|| ByCustomer::of(ledger, owners, self.customers));
        let index = customer as usize;
        &units.sorted[units.starts[index]..units.starts[index + 1]]
    }

    /// A unit at both ends, what is in other currencies at the rates of the opening.
    fn unit(&self, number: u32, ends: &Anchors) -> Unit {
        let opening_at = |month: Month| ends.opening_rates_of(month);
        let closing_at = |month: Month| ends.closing_rates_of(month);
        Unit {
            opening: ends.opening.units_at(self.ledger, number, &opening_at),
            closing: ends.closing.units_at(self.ledger, number, &closing_at),
            ..self.quantities(number, ends)
        }
    }

    /// A unit's quantities at both ends, without its amounts.
    fn quantities(&self, number: u32, ends: &Anchors) -> Unit {
        if !self.ledger.has_quantities() {
            return Unit::default();
        }
        let quantity = |anchor: Anchor| {
            let months = anchor.first.through(anchor.last);
            let quantities = months.map(|month| self.ledger.quantity(number, month));
            quantities.sum()
        };
        Unit {
            opening_quantity: quantity(ends.opening),
            closing_quantity: quantity(ends.closing),
            ..Unit::default()
        }
    }
}

/// The customer of each number of the ledger by product; of one that no product has, none.
pub(super) fn owners(customers: &Ledger, products: &Ledger) -> Vec<u32> {
    let parts = in_parts(products.numbers(), UNITS, products.threads(), |part| {
        let numbers = (0..).skip(part.start).take(part.len());
        let owners = numbers.map(|number| products.owner(number, customers).unwrap_or(u32::MAX));
        owners.collect::<Vec<u32>>()
    });
    parts.concat()
}

/// `units` × `above` ÷ `below`, rounded once, half away from zero; `below` is above zero. `None` where 128 bits
/// don't hold the quotient.
fn share(units: i128, above: i128, below: i128) -> Option<i128> {
    let is_negative = (units < 0) != (above < 0);
    let divisor = below.unsigned_abs();
    let (units, above) = (units.unsigned_abs(), above.unsigned_abs());
    let (mut quotient, rest) = match units.checked_mul(above) {
        Some(product) => (product / divisor, product % divisor),
        None => long_share(units, above, divisor)?,
    };
    if rest >= divisor - rest {
        quotient = quotient.checked_add(1)?;
    }
    let quotient = i128::try_from(quotient).ok()?;
    Some(if is_negative { -quotient } else { quotient })
}

/// Quotient and rest of `units` × `above` ÷ `divisor` where 128 bits don't hold the product: bit by bit of `above`,
/// so that no sum outgrows twice the divisor's own bits.
fn long_share(units: u128, above: u128, divisor: u128) -> Option<(u128, u128)> {
    let (whole, part) = (units / divisor, units % divisor);
    // The sum of two rests, and how often the divisor goes into it.
    let sum = |left: u128, right: u128| {
        if left >= divisor - right {
            (left - (divisor - right), 1)
        } else {
            (left + right, 0)
        }
    };
    let (mut quotient, mut rest) = (0_u128, 0_u128);
    for bit in (0..u128::BITS - above.leading_zeros()).rev() {
        let (doubled, carry) = sum(rest, rest);
        quotient = quotient.checked_mul(2)?.checked_add(carry)?;
        rest = doubled;
        if above >> bit & 1 == 1 {
            let (added, carry) = sum(rest, part);
            quotient = quotient.checked_add(whole)?.checked_add(carry)?;
            rest = added;
        }
    }
    Some((quotient, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_once_half_away_from_zero() {
        assert_eq!(share(100, 1, 3), Some(33));
        assert_eq!(share(5, 1, 2), Some(3));
        assert_eq!(share(5, -1, 2), Some(-3));
        assert_eq!(share(-5, -1, 2), Some(3));
        assert_eq!(share(0, 7, 2), Some(0));
    }

    #[test]
    fn a_share_whose_product_outgrows_128_bits_is_exact() {
        let large = i128::MAX / 3;
        assert_eq!(share(large, large, large), Some(large));
        assert_eq!(share(large, -large, large), Some(-large));
        assert_eq!(share(large, 2, 4), Some(large / 2 + large % 2));
        assert_eq!(share(large, large - 1, large), Some(large - 1));
        assert_eq!(share(large, large, 1), None);
        // The same quotient both ways, where both are possible.
        for (units, above, divisor) in [(7, 9, 4), (1 << 90, 12_345, 678), (999, 1 << 100, 1 << 99)]
        {
            let product = units * above;
            let expected = (product / divisor, product % divisor);
            assert_eq!(long_share(units, above, divisor), Some(expected));
        }
    }

    fn unit(opening: i128, closing: i128, quantities: (i128, i128)) -> Detail {
        let mut detail = Detail::default();
        detail.add_unit(&Unit {
            opening,
            closing,
            opening_quantity: quantities.0,
            closing_quantity: quantities.1,
        });
        detail
    }

    #[test]
    fn a_unit_moves_one_line() {
        let lines = |opening, closing| {
            let detail = unit(opening, closing, (0, 0));
            let Detail {
                upsell,
                cross_sell,
                downsell,
                product_churn,
                ..
            } = detail;
            [upsell, cross_sell, downsell, product_churn]
        };
        assert_eq!(lines(10, 15), [5, 0, 0, 0]);
        assert_eq!(lines(0, 15), [0, 15, 0, 0]);
        assert_eq!(lines(-5, 15), [0, 20, 0, 0]);
        assert_eq!(lines(15, 10), [0, 0, 5, 0]);
        assert_eq!(lines(15, 0), [0, 0, 0, 15]);
        assert_eq!(lines(15, -5), [0, 0, 0, 20]);
        // A discount as a product of its own: less of it is a rise.
        assert_eq!(lines(-20, -5), [15, 0, 0, 0]);
        assert_eq!(lines(-5, -20), [0, 0, 15, 0]);
        assert_eq!(lines(0, -20), [0, 0, 20, 0]);
        assert_eq!(lines(7, 7), [0; 4]);
    }

    #[test]
    fn volume_is_at_the_price_of_the_opening_and_price_is_the_rest() {
        let parts = |opening, closing, quantities| {
            let detail = unit(opening, closing, quantities);
            (detail.volume_change, detail.price_change)
        };
        assert_eq!(parts(100, 180, (10, 15)), (50, 30));
        assert_eq!(parts(100, 60, (3, 2)), (-33, -7));
        assert_eq!(parts(100, 60, (0, 2)), (0, -40));
        assert_eq!(parts(100, 0, (5, 0)), (0, -100));
        let beyond = unit(i128::MAX / 64, 0, (1, i128::MAX / 64));
        assert!(beyond.is_too_large);
    }
}
