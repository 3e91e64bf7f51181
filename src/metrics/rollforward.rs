//! Opening plus movements is closing: the sums and counts of one period and group, and its rates.

use super::detail::Detail;
use super::method::Rates;
use super::movements::{Class, Movement};
use crate::policies::Reactivation;
use crate::units::{Amount, Ratio};

/// The sums and counts of one period and group, in smallest units at the ledger's scale.
///
/// # Units
///
/// Movement amounts are magnitudes; the name carries the sign. Counts are customers.
///
/// # Source
///
/// `docs/definitions.md#roll-forward` and `#rates`.
///
/// # Example
///
/// ```
/// use nrr::ledger::Ledger;
/// use nrr::metrics::{anchors, movements, Rollforward};
/// use nrr::policies::Policies;
/// use nrr::units::{FiscalYear, Period};
///
/// let ledger = Ledger::from_table(
///     "          2024-03  2025-03
///      acme         100      120
///      birch         80       60
///      cedar         20        .
///      dune           .       50",
/// ).unwrap();
/// let policies = Policies::default();
/// let march = Period::parse("2025-03", FiscalYear::CALENDAR).unwrap();
/// let anchors = anchors(&ledger, march, 12, &policies).unwrap();
/// let movements = movements(&ledger, &anchors, &policies).unwrap();
/// let total = Rollforward::total(&movements, policies.reactivation, ledger.scale());
///
/// assert_eq!(total.nrr().value(), Some("0.90".parse().unwrap())); // 180 / 200: dune is new
/// assert_eq!(total.grr().value(), Some("0.80".parse().unwrap())); // 160 / 200: acme counts 100
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is a record field, described in metrics::registry"
)]
pub struct Rollforward {
    pub scale: u8,
    pub rates: Rates,
    pub opening: i128,
    pub new: i128,
    pub reactivation: i128,
    pub expansion: i128,
    pub contraction: i128,
    pub churn: i128,
    pub fx: i128,
    pub transfer_in: i128,
    pub transfer_out: i128,
    pub closing: i128,
    pub clipped_opening: i128,
    pub clipped_closing: i128,
    pub retained: i128,
    pub retained_capped: i128,
    pub excluded_opening: i128,
    pub excluded_closing: i128,
    pub excluded_customers: u64,
    pub opening_customers: u64,
    pub new_customers: u64,
    pub reactivated_customers: u64,
    pub expanded_customers: u64,
    pub contracted_customers: u64,
    pub churned_customers: u64,
    pub unchanged_customers: u64,
    pub transient_customers: u64,
    pub retained_customers: u64,
    pub closing_customers: u64,
    /// Customers with revenue at the closing: the divisor of `average_revenue_per_customer`.
    pub paying_customers: u64,
    /// What moved inside kept customers, by product and quantity.
    pub detail: Detail,
    /// What `expansion` holds of customers that return, and `contraction` of those that a stated zero keeps: no
    /// part of the detail.
    pub(super) beside_detail: (i128, i128),
}

impl Rollforward {
    /// A roll-forward of nobody.
    #[must_use]
    pub fn empty(scale: u8) -> Rollforward {
        Rollforward {
            scale,
            ..Rollforward::default()
        }
    }

    /// The roll-forward of everybody.
    ///
    /// # Panics
    ///
    /// If the identity does not hold: a bug of the program, never of the data.
    #[must_use]
    pub fn total(movements: &[Movement], policy: Reactivation, scale: u8) -> Rollforward {
        let mut total = Rollforward::empty(scale);
        for movement in movements {
            total.add_opening_side(movement, policy);
            total.add_closing_side(movement);
        }
        total.assert_identity();
        total.assert_customers();
        total
    }

    /// Adds all of a movement but what stands at the closing.
    pub(super) fn add_opening_side(&mut self, movement: &Movement, policy: Reactivation) {
        let (opening, closing) = (movement.opening, movement.closing);
        if !movement.counts {
            self.excluded_customers += 1;
            self.excluded_opening += opening;
            self.excluded_closing += movement.standing();
            return;
        }
        self.fx += movement.fx;
        self.clipped_opening += movement.clipped_opening;
        if opening > 0 {
            self.opening += opening;
            self.opening_customers += 1;
            self.retained += closing;
            self.retained_capped += opening.min(closing);
            self.retained_customers += u64::from(movement.is_retained());
            self.expansion += movement.swapped;
            self.contraction += movement.swapped;
            self.retained_capped -= movement.swapped;
            self.detail.add(&movement.detail);
        }
        self.add_class(movement, policy);
    }

    /// Adds what stands at the closing.
    pub(super) fn add_closing_side(&mut self, movement: &Movement) {
        if movement.counts {
            self.clipped_closing += movement.clipped_closing;
            self.closing += movement.standing();
            self.closing_customers += u64::from(movement.closing > 0 || movement.is_retained());
            self.paying_customers += u64::from(movement.closing > 0);
        }
    }

    fn add_class(&mut self, movement: &Movement, policy: Reactivation) {
        let change = movement.closing - movement.opening;
        let (amount, customers) = match movement.class {
            Some(Class::New) => (&mut self.new, &mut self.new_customers),
            Some(Class::Reactivation) if policy == Reactivation::AsExpansion => {
                self.retained += change;
                self.beside_detail.0 += change;
                (&mut self.expansion, &mut self.reactivated_customers)
            }
            Some(Class::Reactivation) => {
                self.retained += if policy == Reactivation::InNrr {
                    change
                } else {
                    0
                };
                (&mut self.reactivation, &mut self.reactivated_customers)
            }
            Some(Class::Expansion) => (&mut self.expansion, &mut self.expanded_customers),
            Some(Class::Contraction) => {
                self.beside_detail.1 -= if movement.closing == 0 { change } else { 0 };
                (&mut self.contraction, &mut self.contracted_customers)
            }
            Some(Class::Churn) => (&mut self.churn, &mut self.churned_customers),
            Some(Class::Unchanged) => return self.unchanged_customers += 1,
            Some(Class::Transient) => return self.transient_customers += 1,
            None => return,
        };
        *amount += change.abs();
        *customers += 1;
    }

    /// Sets what moved inside kept customers, by product, from its lines alone.
    ///
    /// What rises and falls of one customer offset is the smaller of both: half of what they are more than their
    /// difference, which is the customer's expansion or contraction. What those two hold of customers who paid at one end
    /// only is taken off first: their products are no part of the detail.
    ///
    /// # Panics
    ///
    /// If that is below zero, or more than what rises or falls: a bug of the program, never of the data.
    pub(super) fn set_lines(&mut self, lines: &Detail) {
        let (rises, falls) = (lines.rises(), lines.falls());
        let changes = self.expansion + self.contraction;
        let changes = changes - self.beside_detail.0 - self.beside_detail.1;
        let swap = (rises + falls - changes) / 2;
        assert!(
            (0..=rises.min(falls)).contains(&swap),
            "a customer's products offset no more than they move"
        );
        self.detail = Detail {
            product_swap: swap,
            price_change: rises - falls,
            ..*lines
        };
    }

    /// Asserts that opening plus movements is closing, and that the base falls into its classes.
    pub(super) fn assert_identity(&self) {
        self.assert_amounts();
        self.assert_classes();
    }

    fn assert_amounts(&self) {
        let rises = self.new + self.reactivation + self.expansion + self.transfer_in;
        let falls = self.contraction + self.churn + self.transfer_out;
        assert_eq!(
            self.opening + rises - falls + self.fx,
            self.closing,
            "opening plus movements is closing"
        );
    }

    fn assert_classes(&self) {
        let kept = self.expanded_customers + self.contracted_customers + self.unchanged_customers;
        assert_eq!(
            kept + self.churned_customers,
            self.opening_customers,
            "every customer has a class"
        );
        assert_eq!(
            kept, self.retained_customers,
            "kept customers are retained customers"
        );
    }

    /// Asserts that the lines of products are those of the roll-forward, and volume and price what is left of them;
    /// only where there are products, or quantities.
    pub(super) fn assert_detail(&self, has_products: bool, has_quantities: bool) {
        let detail = &self.detail;
        let expansion = self.expansion - self.beside_detail.0;
        let contraction = self.contraction - self.beside_detail.1;
        if has_products {
            let swap = detail.product_swap;
            assert_eq!(expansion, detail.rises() - swap, "rises are expansion");
            assert_eq!(contraction, detail.falls() - swap, "falls are contraction");
        }
        if has_quantities && !detail.is_too_large {
            assert_eq!(
                detail.volume_change + detail.price_change,
                expansion - contraction,
                "volume and price add up"
            );
        }
    }

    /// Asserts the identity of customers, which holds for the total alone: segments have movers.
    pub(super) fn assert_customers(&self) {
        let arrived = self.opening_customers + self.new_customers + self.reactivated_customers;
        assert_eq!(
            arrived - self.churned_customers,
            self.closing_customers,
            "customers add up"
        );
    }

    /// Takes its rates from the steps on the way: each one multiplied.
    pub(super) fn multiply(&mut self, steps: &[&Rollforward]) {
        let product =
            |rate: fn(&Rollforward) -> Ratio| Ratio::product(steps.iter().map(|step| rate(step)));
        self.rates = Rates::Multiplied {
            nrr: product(Rollforward::nrr),
            grr: product(Rollforward::grr),
            logo_retention: product(Rollforward::logo_retention),
        };
    }

    /// The steps on the way from an opening to a closing as one roll-forward: its movements are all of theirs.
    /// What was left out and cut is that of the `whole` comparison.
    ///
    /// # Panics
    ///
    /// If the identity does not hold: a bug of the program, never of the data.
    pub(super) fn chained(steps: &[&Rollforward], whole: &Rollforward) -> Rollforward {
        let mut chain = Rollforward::empty(whole.scale);
        for step in steps {
            chain.add(step);
        }
        let over_steps = |pick: fn(&Rollforward) -> i128| steps.iter().map(|step| pick(step)).sum();
        let gained: i128 = over_steps(|step| step.retained - step.opening);
        let lost: i128 = over_steps(|step| step.retained_capped - step.opening);
        if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
            chain.opening = first.opening;
            chain.opening_customers = first.opening_customers;
            chain.clipped_opening = first.clipped_opening;
            chain.closing = last.closing;
            chain.closing_customers = last.closing_customers;
            chain.paying_customers = last.paying_customers;
            chain.clipped_closing = last.clipped_closing;
        }
        chain.retained = chain.opening + gained;
        chain.retained_capped = chain.opening + lost;
        chain.excluded_customers = whole.excluded_customers;
        chain.excluded_opening = whole.excluded_opening;
        chain.excluded_closing = whole.excluded_closing;
        chain.rates = Rates::OfMovements;
        chain.assert_amounts();
        chain
    }

    /// Adds every sum and count of another comparison.
    pub(super) fn add(&mut self, other: &Rollforward) {
        let Rollforward {
            scale: _,
            rates: _,
            opening,
            new,
            reactivation,
            expansion,
            contraction,
            churn,
            fx,
            transfer_in,
            transfer_out,
            closing,
            clipped_opening,
            clipped_closing,
            retained,
            retained_capped,
            excluded_opening,
            excluded_closing,
            excluded_customers,
            opening_customers,
            new_customers,
            reactivated_customers,
            expanded_customers,
            contracted_customers,
            churned_customers,
            unchanged_customers,
            transient_customers,
            retained_customers,
            closing_customers,
            paying_customers,
            detail,
            beside_detail,
        } = other;
        self.opening += opening;
        self.new += new;
        self.reactivation += reactivation;
        self.expansion += expansion;
        self.contraction += contraction;
        self.churn += churn;
        self.fx += fx;
        self.transfer_in += transfer_in;
        self.transfer_out += transfer_out;
        self.closing += closing;
        self.clipped_opening += clipped_opening;
        self.clipped_closing += clipped_closing;
        self.retained += retained;
        self.retained_capped += retained_capped;
        self.excluded_opening += excluded_opening;
        self.excluded_closing += excluded_closing;
        self.excluded_customers += excluded_customers;
        self.opening_customers += opening_customers;
        self.new_customers += new_customers;
        self.reactivated_customers += reactivated_customers;
        self.expanded_customers += expanded_customers;
        self.contracted_customers += contracted_customers;
        self.churned_customers += churned_customers;
        self.unchanged_customers += unchanged_customers;
        self.transient_customers += transient_customers;
        self.retained_customers += retained_customers;
        self.closing_customers += closing_customers;
        self.paying_customers += paying_customers;
        self.detail.add(detail);
        self.beside_detail.0 += beside_detail.0;
        self.beside_detail.1 += beside_detail.1;
    }

    /// Σ closing ÷ Σ opening of the base, and what the policy on reactivation adds; under `method compound` the
    /// product of the steps'.
    #[must_use]
    pub fn nrr(&self) -> Ratio {
        match self.rates {
            Rates::Multiplied { nrr, .. } => nrr,
            _ => self.over_opening(self.retained),
        }
    }

    /// Σ min(opening, closing) ÷ Σ opening of the base; under `method compound` the product of the steps'.
    #[must_use]
    pub fn grr(&self) -> Ratio {
        match self.rates {
            Rates::Multiplied { grr, .. } => grr,
            _ => self.over_opening(self.retained_capped),
        }
    }

    /// The share of the base's customers that are kept; under `method compound` the product of the steps'.
    #[must_use]
    pub fn logo_retention(&self) -> Ratio {
        match self.rates {
            Rates::Multiplied { logo_retention, .. } => logo_retention,
            Rates::OfSums => Ratio::of_counts(self.retained_customers, self.opening_customers),
            Rates::OfMovements => {
                let count = |customers| Amount::new(i128::from(customers), 0);
                let left = count(self.opening_customers) - count(self.churned_customers);
                Ratio::new(left, count(self.opening_customers))
            }
        }
    }

    /// What came in over what went out.
    #[must_use]
    pub fn quick_ratio(&self) -> Ratio {
        let gained = self.new + self.reactivation + self.expansion;
        Ratio::new(
            self.amount(gained),
            self.amount(self.contraction + self.churn),
        )
    }

    /// closing ÷ opening − 1.
    #[must_use]
    pub fn net_growth(&self) -> Ratio {
        self.over_opening(self.closing - self.opening)
    }

    /// closing ÷ customers with revenue there.
    #[must_use]
    pub fn average_revenue_per_customer(&self) -> Ratio {
        Ratio::new(
            self.amount(self.closing),
            Amount::new(i128::from(self.paying_customers), 0),
        )
    }

    /// A sum of this roll-forward over its opening.
    #[must_use]
    pub fn over_opening(&self, units: i128) -> Ratio {
        Ratio::new(self.amount(units), self.amount(self.opening))
    }

    /// Smallest units as an amount.
    #[must_use]
    pub fn amount(&self, units: i128) -> Amount {
        Amount::new(units, self.scale)
    }

    /// True if nothing at all falls into it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Rollforward::empty(self.scale)
    }
}
