//! Each customer's change between the two ends, in exactly one class.

use super::anchors::{Anchor, Anchors};
use super::detail::{Detail, Units};
use crate::ledger::Ledger;
use crate::policies::{Basis, CohortBase, Fx, Negatives, Netting, Policies, Reactivation, Zero};
use crate::units::{Amount, Month};

/// What became of a customer between the two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Nothing at the opening and never before, revenue at the closing.
    New,
    /// Nothing at the opening, revenue before it and at the closing.
    Reactivation,
    /// More at the closing than at the opening.
    Expansion,
    /// Less, but something (or a stated zero under `zero active`).
    Contraction,
    /// Nothing left.
    Churn,
    /// As much as before.
    Unchanged,
    /// Nothing at both ends, revenue in between.
    Transient,
}

impl Class {
    /// Every class, in the order of the roll-forward.
    pub const ALL: [Class; 7] = [
        Class::New,
        Class::Reactivation,
        Class::Expansion,
        Class::Contraction,
        Class::Churn,
        Class::Unchanged,
        Class::Transient,
    ];

    /// The class of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Class> {
        Class::ALL.into_iter().find(|class| class.word() == word)
    }

    /// The word typed and shown for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Class::New => "new",
            Class::Reactivation => "reactivation",
            Class::Expansion => "expansion",
            Class::Contraction => "contraction",
            Class::Churn => "churn",
            Class::Unchanged => "unchanged",
            Class::Transient => "transient",
        }
    }
}

/// One customer's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// Whose.
    pub customer: u32,
    /// The opening value in smallest units, after clipping.
    pub opening: i128,
    /// The closing value in smallest units, after clipping; of who pays at the opening it is at the rates of the
    /// opening.
    pub closing: i128,
    /// What the closing value is more at its own rates, under `fx floating`.
    pub fx: i128,
    /// What `negatives clip` cut from the opening.
    pub clipped_opening: i128,
    /// What `negatives clip` cut from the closing.
    pub clipped_closing: i128,
    /// What became of the customer; `None` if nothing but a clipped value is there to show.
    pub class: Option<Class>,
    /// False where a threshold or the base leaves the customer out of every figure.
    pub counts: bool,
    /// What rises and falls of its products offset and is both, with `netting product`; 0 but for kept customers.
    pub swapped: i128,
    /// What moved inside it; nothing but for kept customers.
    pub detail: Detail,
}

impl Movement {
    /// True for a customer of the base that is still one at the closing.
    #[must_use]
    pub fn is_retained(&self) -> bool {
        self.opening > 0 && self.class != Some(Class::Churn)
    }

    /// What stands at the closing, at the rates that are the closing's.
    #[must_use]
    pub fn standing(&self) -> i128 {
        self.closing + self.fx
    }

    /// True with revenue at both ends.
    pub(super) const fn is_kept(&self) -> bool {
        self.opening > 0 && self.closing > 0
    }
}

/// A customer whose value at one end is below zero, under `negatives error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Negative {
    /// Whose, for people; with its product where each is netted on its own.
    pub customer: String,
    /// Which end.
    pub anchor: Anchor,
    /// The value in smallest units.
    pub units: i128,
}

/// Classifies every customer that has anything to show between two ends.
///
/// # Shape
///
/// Gives one [`Movement`] a customer, in the ledger's order; customers with nothing at both ends
/// and in between are left out.
///
/// # Errors
///
/// Every [`Negative`] value, under `negatives error`.
///
/// # Source
///
/// `docs/definitions.md#movements`.
///
/// # Example
///
/// ```
/// use nrr::ledger::Ledger;
/// use nrr::metrics::{anchors, movements, Class};
/// use nrr::policies::Policies;
/// use nrr::units::{FiscalYear, Period};
///
/// let ledger = Ledger::from_table(
///     "       2024-01 2024-02 2024-03
///      acme       100       .       .
///      birch        .       .      50
///      cedar       20      20      30
///      dune        10       .      10",
/// ).unwrap();
/// let march = Period::parse("2024-03", FiscalYear::CALENDAR).unwrap();
/// let policies = Policies::default();
/// let anchors = anchors(&ledger, march, 1, &policies).unwrap();
/// let classes: Vec<Class> = movements(&ledger, &anchors, &policies)
///     .unwrap().iter().filter_map(|movement| movement.class).collect();
/// assert_eq!(classes, [Class::New, Class::Expansion, Class::Reactivation]); // acme left before
/// ```
pub fn movements(
    ledger: &Ledger,
    anchors: &Anchors,
    policies: &Policies,
) -> Result<Vec<Movement>, Vec<Negative>> {
    let reader = Reader::new(ledger, anchors, policies);
    let (mut movements, mut negatives) = (Vec::new(), Vec::new());
    for customer in ledger.customers() {
        match reader.movement(*customer, &mut negatives) {
            Some(movement) if negatives.is_empty() => movements.push(movement),
            _ => {}
        }
    }
    if negatives.is_empty() {
        Ok(movements)
    } else {
        Err(negatives)
    }
}

/// Classifies customers, with what moved inside them by product and quantity.
///
/// With `netting product` a customer's value is what its products, each cut at zero by itself, add up to, and
/// what offsets among them is both expansion and contraction. A threshold leaves out a customer with all its products.
///
/// # Errors
///
/// As [`movements`], of products where those are netted.
pub(super) fn detailed(
    ledger: &Ledger,
    units: Option<&Units<'_>>,
    anchors: &Anchors,
    policies: &Policies,
) -> Result<Vec<Movement>, Vec<Negative>> {
    let Some(units) = units else {
        return movements(ledger, anchors, policies);
    };
    if policies.netting == Netting::Customer {
        let mut found = movements(ledger, anchors, policies)?;
        for movement in found.iter_mut().filter(|one| one.is_kept()) {
            let values = (movement.opening, movement.closing);
            movement.detail = units.detail(movement.customer, anchors, values);
        }
        return Ok(found);
    }
    let reader = Reader::new(ledger, anchors, policies);
    let products = Reader::new(units.ledger, anchors, policies);
    let (mut found, mut negatives) = (Vec::new(), Vec::new());
    for customer in ledger.customers() {
        let movement = reader.netted(*customer, (units, &products), &mut negatives);
        found.extend(movement);
    }
    if negatives.is_empty() {
        Ok(found)
    } else {
        Err(negatives)
    }
}

/// Classifies products, each a unit of its own; those of customers that are left out are left out too.
///
/// # Errors
///
/// As [`movements`].
pub(super) fn of_products(
    units: &Units<'_>,
    customers: &[Movement],
    anchors: &Anchors,
    policies: &Policies,
) -> Result<Vec<Movement>, Vec<Negative>> {
    let mut found = movements(units.ledger, anchors, &policies.without_thresholds())?;
    let left_out = customers.iter().filter(|movement| !movement.counts);
    let mut left_out: Vec<u32> = left_out.map(|movement| movement.customer).collect();
    left_out.sort_unstable();
    for unit in &mut found {
        unit.counts = left_out.binary_search(&units.owner(unit.customer)).is_err();
        if unit.is_kept() {
            unit.detail = units.alone(unit.customer, anchors, (unit.opening, unit.closing));
        }
    }
    Ok(found)
}

/// A value at one end: what counts and what was cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Value {
    pub(super) units: i128,
    pub(super) clipped: i128,
}

impl Value {
    /// What counts of the units at an end, and what `negatives` does to those below zero.
    pub(super) fn of(
        units: i128,
        (ledger, customer): (&Ledger, u32),
        anchor: Anchor,
        policies: &Policies,
        negatives: &mut Vec<Negative>,
    ) -> Value {
        if units >= 0 {
            return Value { units, clipped: 0 };
        }
        if policies.negatives == Negatives::Error {
            negatives.push(Negative {
                customer: ledger.shown_name(customer),
                anchor,
                units,
            });
        }
        Value {
            units: 0,
            clipped: -units,
        }
    }

    /// Adds another one.
    pub(super) fn add(&mut self, other: Value) {
        self.units += other.units;
        self.clipped += other.clipped;
    }
}

/// The values that a movement is between.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ends {
    pub(super) opening: Value,
    /// The closing as it is compared: at the rates of the opening.
    pub(super) closing: Value,
    /// The closing as it stands: under `fx floating` at its own rates.
    pub(super) standing: Value,
}

impl Ends {
    /// The closing as a movement is made to it: of who pays at the opening it is at the rates of the opening.
    fn compared(&self) -> Value {
        if self.opening.units > 0 {
            self.closing
        } else {
            self.standing
        }
    }

    /// Adds those of another one.
    pub(super) fn add(&mut self, other: &Ends) {
        self.opening.add(other.opening);
        self.closing.add(other.closing);
        self.standing.add(other.standing);
    }
}

/// What decides the class of a customer beside its two values.
pub(super) trait Past {
    /// What a customer with nothing at the opening and revenue at the closing is: new, or back.
    fn arrival(&self) -> Class;
    /// True if, under `zero active`, a row states that the closing is zero.
    fn states_zero(&self) -> bool;
    /// True with revenue after the opening and before the closing.
    fn has_revenue_between(&self) -> bool;
}

/// The class of a customer with these values; `None` with nothing at both ends and in between.
pub(super) fn class(opening: i128, closing: i128, past: &impl Past) -> Option<Class> {
    match (opening > 0, closing > 0) {
        (true, true) if closing > opening => Some(Class::Expansion),
        (true, true) if closing < opening => Some(Class::Contraction),
        (true, true) => Some(Class::Unchanged),
        (true, false) if past.states_zero() => Some(Class::Contraction),
        (true, false) => Some(Class::Churn),
        (false, true) => Some(past.arrival()),
        (false, false) if past.has_revenue_between() => Some(Class::Transient),
        (false, false) => None,
    }
}

/// A customer whose past is looked up in the ledger.
struct InLedger<'a> {
    reader: &'a Reader<'a>,
    customer: u32,
    closing: Value,
}

impl Past for InLedger<'_> {
    fn arrival(&self) -> Class {
        self.reader.arrival(self.customer)
    }

    fn states_zero(&self) -> bool {
        self.reader.states_zero(self.customer, self.closing)
    }

    fn has_revenue_between(&self) -> bool {
        self.reader.has_revenue_between(self.customer)
    }
}

/// What one comparison needs to know of the settings, worked out once.
pub(super) struct Reader<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) anchors: &'a Anchors,
    policies: &'a Policies,
    opening_min: i128,
    closing_min: i128,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        anchors: &'a Anchors,
        policies: &'a Policies,
    ) -> Reader<'a> {
        let min = |amount, anchor| threshold(amount, anchor, ledger.scale(), policies);
        let opening_min = min(policies.min_opening, anchors.opening);
        let closing_min = min(policies.min_closing, anchors.closing);
        Reader {
            ledger,
            anchors,
            policies,
            opening_min,
            closing_min,
        }
    }

    /// A customer's movement.
    pub(super) fn movement(
        &self,
        customer: u32,
        negatives: &mut Vec<Negative>,
    ) -> Option<Movement> {
        let ends = self.ends(customer, negatives);
        self.moved(customer, ends)
    }

    /// The same with each product of the customer cut at zero by itself, as their own reader reads them.
    pub(super) fn netted(
        &self,
        customer: u32,
        (units, products): (&Units<'_>, &Reader<'_>),
        negatives: &mut Vec<Negative>,
    ) -> Option<Movement> {
        let (ends, detail) = units.netted(customer, products, negatives);
        let movement = self.moved(customer, ends)?;
        if !movement.is_kept() {
            return Some(movement);
        }
        Some(Movement {
            swapped: detail.product_swap,
            detail: Detail {
                product_swap: 0,
                ..detail
            },
            ..movement
        })
    }

    /// What a customer is worth at both ends.
    pub(super) fn ends(&self, customer: u32, negatives: &mut Vec<Negative>) -> Ends {
        let Anchors {
            opening, closing, ..
        } = *self.anchors;
        let own = |month: Month| month;
        let compared_at = |month: Month| self.anchors.closing_rates_of(month);
        let opening_at = |month: Month| self.anchors.opening_rates_of(month);
        let at_opening = self.value(customer, opening, &opening_at, negatives);
        if !self.ledger.is_converted() {
            let standing = self.value(customer, closing, &own, negatives);
            return Ends {
                opening: at_opening,
                closing: standing,
                standing,
            };
        }
        let (mut below, mut below_standing) = (Vec::new(), Vec::new());
        let compared = self.value(customer, closing, &compared_at, &mut below);
        if self.policies.fx != Fx::Floating {
            negatives.extend(below);
            return Ends {
                opening: at_opening,
                closing: compared,
                standing: compared,
            };
        }
        let standing = self.value(customer, closing, &own, &mut below_standing);
        // Only of who pays at the opening does anything read the closing at those rates, and one is enough.
        let is_read = at_opening.units > 0 && !below.is_empty();
        negatives.extend(if is_read { below } else { below_standing });
        Ends {
            opening: at_opening,
            closing: compared,
            standing,
        }
    }

    /// The movement between two values of a customer; `None` if there is nothing to show.
    fn moved(&self, customer: u32, ends: Ends) -> Option<Movement> {
        let closing = ends.compared();
        let past = InLedger {
            reader: self,
            customer,
            closing,
        };
        let class = class(ends.opening.units, closing.units, &past);
        self.moved_as(customer, ends, class)
    }

    /// The same for a customer of a class.
    pub(super) fn moved_as(
        &self,
        customer: u32,
        ends: Ends,
        class: Option<Class>,
    ) -> Option<Movement> {
        let Ends {
            opening, standing, ..
        } = ends;
        let closing = ends.compared();
        if class.is_none() && opening.clipped == 0 && closing.clipped == 0 {
            return None;
        }
        let is_below =
            is_under(opening.units, self.opening_min) || is_under(closing.units, self.closing_min);
        Some(Movement {
            customer,
            opening: opening.units,
            closing: closing.units,
            clipped_opening: opening.clipped,
            fx: standing.units - closing.units,
            clipped_closing: closing.clipped.max(standing.clipped),
            class,
            counts: opening.units <= 0 || !is_below && self.is_in_base(customer, closing.units),
            swapped: 0,
            detail: Detail::default(),
        })
    }

    /// True if `cohort-base` keeps a customer with revenue at the opening.
    fn is_in_base(&self, customer: u32, closing: i128) -> bool {
        match self.policies.cohort_base {
            CohortBase::Opening => true,
            CohortBase::FirstMonth => self
                .ledger
                .has_revenue(customer, self.anchors.opening.first),
            CohortBase::Survivors => closing > 0,
        }
    }

    /// The value at an end, each month at the rates of another one.
    fn value(
        &self,
        customer: u32,
        anchor: Anchor,
        rates_of: &impl Fn(Month) -> Month,
        negatives: &mut Vec<Negative>,
    ) -> Value {
        // Where a rate is missing nobody's movement needs it: `anchors` saw to that.
        let units = anchor.units_at(self.ledger, customer, rates_of);
        let whose = (self.ledger, customer);
        Value::of(units, whose, anchor, self.policies, negatives)
    }

    /// True if no threshold and no base leaves anybody out.
    pub(super) fn counts_everybody(&self) -> bool {
        let is_low = self.opening_min <= 0 && self.closing_min <= 0;
        is_low && self.policies.cohort_base == CohortBase::Opening
    }

    /// New, or back within the window.
    pub(super) fn arrival(&self, customer: u32) -> Class {
        let opening_end = self.anchors.opening.period.last();
        let Some(last) = self.ledger.last_revenue_through(customer, opening_end) else {
            return Class::New;
        };
        let absent = self
            .ledger
            .next_revenue_after(customer, opening_end)
            .map_or(0, |next| last.until(next) - 1);
        let window = self.policies.reactivation_window;
        let is_too_long = window.is_some_and(|window| absent > window.cast_signed());
        if is_too_long || self.policies.reactivation == Reactivation::AsNew {
            Class::New
        } else {
            Class::Reactivation
        }
    }

    /// True if, under `zero active`, a month of the closing is stated to be exactly zero.
    pub(super) fn states_zero(&self, customer: u32, closing: Value) -> bool {
        let Anchor { first, last, .. } = self.anchors.closing;
        self.policies.zero == Zero::Active
            && closing.clipped == 0
            && first.through(last).any(|month| {
                self.ledger.is_stated(customer, month) && self.ledger.units(customer, month) == 0
            })
    }

    fn has_revenue_between(&self, customer: u32) -> bool {
        let after_opening = self.anchors.opening.last.forward(1);
        let before_closing = self.anchors.closing.first.back(1);
        after_opening
            .through(before_closing)
            .any(|month: Month| self.ledger.has_revenue(customer, month))
    }
}

/// True if a value that is not below zero is under a threshold of [`threshold`], which is none at zero.
pub(super) const fn is_under(units: i128, min: i128) -> bool {
    // A checked product of 128 bits is slow, and mostly there is no threshold.
    min > 0 && units * 12 < min
}

/// What twelve times a value must reach: `min` a year, at the length of what the anchor reads.
///
/// Rounded up to the ledger's scale, which changes no comparison of whole units.
pub(super) fn threshold(min: Amount, anchor: Anchor, scale: u8, policies: &Policies) -> i128 {
    let months = match policies.basis {
        Basis::Stock => policies.interval.months().map_or(1, i128::from),
        Basis::Flow => anchor.months(),
    };
    let units = min.units() * months;
    if let Some(more) = scale.checked_sub(min.scale()) {
        return units * 10_i128.pow(u32::from(more));
    }
    let divisor = 10_i128.pow(u32::from(min.scale() - scale));
    units.div_euclid(divisor) + i128::from(units.rem_euclid(divisor) > 0)
}
