//! A part becomes the ledgers of a run: what is keyed is decided, attributes settle, the horizon is fixed.

use super::super::attributes::{Attribute, AttributeDraft, Totals, held};
use super::super::cells::Cells;
use super::super::names::Names;
use super::super::{Books, Ledger};
use super::{Part, Sides};
use crate::error::{Code, Message};
use crate::units::{Amount, Month};

/// What the attributes of another part carry, and the numbers of its customers and units in the whole.
pub(in crate::ledger) struct Draft {
    customers: Vec<u32>,
    units: Vec<u32>,
    attributes: Vec<AttributeDraft>,
}

impl Part {
    /// Closes the part: decides the keyed rows, settles the attributes, fixes the horizon.
    ///
    /// `columns` are the columns of `--by` by their headers.
    ///
    /// # Errors
    ///
    /// [`Code::AmountTooLarge`] where a sum outgrows exact arithmetic.
    pub fn finish(
        mut self,
        columns: &[String],
        currency: Option<String>,
        through: Option<Month>,
    ) -> Result<Books, Message> {
        self.decide();
        self.refuse_overflow()?;
        let (parents, attributes) = self.settle(columns);
        let (segments_are_products, layout) = (self.layout.segments_are_products, self.layout);
        let (of_customers, of_products) = if segments_are_products {
            (Vec::new(), attributes)
        } else {
            (attributes, Vec::new())
        };
        let quantities = layout.by_quantity.then_some(self.quantities);
        let (of_customer, of_product) = if layout.by_product {
            (None, quantities)
        } else {
            (quantities, None)
        };
        let (first, last) = self
            .coverage
            .horizon()
            .unwrap_or((Month::from_index(0), Month::from_index(-1)));
        let last = through.unwrap_or(last);
        let mut customers = Ledger {
            customers: numbers(&self.sides),
            names: Names::own(self.customers),
            cells: self.cells,
            quantities: of_customer,
            attributes: of_customers,
            parents,
            coverage: self.coverage,
            negatives: self.negatives,
            currency,
            converted: None,
            first,
            last,
            threads: 1,
        };
        customers.number_parents();
        let products = layout.by_product.then(|| Ledger {
            customers: self.units.numbers().collect(),
            names: Names::of_units(self.units, &customers.names, self.products),
            cells: self.unit_cells,
            quantities: of_product,
            attributes: of_products,
            parents: None,
            coverage: customers.coverage.clone(),
            negatives: self.negatives,
            currency: customers.currency.clone(),
            converted: None,
            first,
            last,
            threads: 1,
        });
        Ok(Books {
            customers,
            products,
            segments_are_products,
        })
    }

    /// Settles the parents and the columns of `--by`.
    fn settle(&mut self, columns: &[String]) -> (Option<Attribute>, Vec<Attribute>) {
        let keeps_sums = self.is_regrouped;
        let mut drafts = std::mem::take(&mut self.attributes);
        let parents = drafts.pop_if(|_| self.layout.parents > 0);
        let attributes = drafts.into_iter().zip(columns);
        let attributes = attributes.map(|(draft, column)| draft.finish(column.clone(), keeps_sums));
        (
            parents.map(|draft| draft.finish(String::new(), keeps_sums)),
            attributes.collect(),
        )
    }

    /// Refuses sums that a later one could outgrow exact arithmetic with.
    fn refuse_overflow(&self) -> Result<(), Message> {
        let is_bounded = |cells: &Cells| cells.is_within(Ledger::MAGNITUDE_MAX);
        // What products cut from one another stands in theirs alone.
        let amounts = [&self.cells, &self.unit_cells];
        let (what, scale) = if self.overflows || !amounts.into_iter().all(is_bounded) {
            ("amounts", self.cells.scale())
        } else if is_bounded(&self.quantities) {
            return Ok(());
        } else {
            ("quantities", self.quantities.scale())
        };
        let headline = format!("the {what} add up to more than exact arithmetic holds");
        Err(Message::new(Code::AmountTooLarge, headline)
            .note(format!("they are kept with {scale} decimals in 128 bits")))
    }

    /// Decides which row of each key counts, where not all do.
    pub(in crate::ledger) fn decide(&mut self) {
        for (key, keyed) in std::mem::take(&mut self.keyed) {
            let attributes: Vec<&str> = keyed.attributes.iter().map(AsRef::as_ref).collect();
            self.add_to_cells(key, (keyed.amount, keyed.quantity), &attributes);
        }
    }

    /// The amounts of another part's customers and units by the numbers they have here, and its attributes; its
    /// quantities are added to those here, for they are in no currency.
    pub(in crate::ledger) fn take_in(&mut self, mut other: Part) -> ([Cells; 2], Draft) {
        other.decide();
        let names = (0..).take(other.customers.len());
        let renumbered: Vec<u32> = names
            .map(|number| self.customer_of(&other, number))
            .collect();
        let (_, units) = self.renumber(&other, &renumbered);
        let mut amounts =
            [&other.cells, &other.unit_cells].map(|own| Cells::with_scale(own.scale()));
        let merged = [
            amounts[0].merge(&other.cells, &renumbered),
            amounts[1].merge(&other.unit_cells, &units),
            self.quantities.merge(
                &other.quantities,
                self.layout.quantities_by(&units, &renumbered),
            ),
        ];
        self.overflows |= other.overflows || merged.iter().any(Result::is_err);
        let draft = Draft {
            customers: renumbered,
            units,
            attributes: other.attributes,
        };
        (amounts, draft)
    }

    /// Adds what another part's attributes carry, each month's at its rate, while its amounts, by customer and by
    /// unit as [`Part::take_in`] gave them, are not among those here yet; `None` where 128 bits do not hold it.
    pub(in crate::ledger) fn weigh(
        &mut self,
        draft: &Draft,
        amounts: [&Cells; 2],
        rate: &dyn Fn(Month) -> Option<Amount>,
    ) -> Option<()> {
        let (customers, units, layout) = (&draft.customers, &draft.units, self.layout);
        let both = self.attributes.iter_mut().zip(&draft.attributes);
        for (index, (mine, theirs)) in both.enumerate() {
            let numbers = layout.attribute_by(index, units, customers);
            let cells = layout.attribute_by(index, &self.unit_cells, &self.cells);
            let others = layout.attribute_by(index, amounts[1], amounts[0]);
            let totals = Totals {
                mine: &|number, month| held(cells, number, month),
                theirs: &|number, month| held(others, numbers[number as usize], month),
            };
            mine.merge_at(theirs, numbers, &totals, rate)?;
        }
        Some(())
    }

    /// The amounts by customer, and by unit where products are kept.
    pub(in crate::ledger) fn grids_mut(&mut self) -> [&mut Cells; 2] {
        [&mut self.cells, &mut self.unit_cells]
    }

    /// Notes that a sum outgrew exact arithmetic.
    pub(in crate::ledger) fn overflow(&mut self) {
        self.overflows = true;
    }
}

/// The numbers of those that are inside.
fn numbers(sides: &[Sides]) -> Vec<u32> {
    let mut numbers = Vec::with_capacity(sides.len());
    let numbered = (0..).zip(sides).filter(|(_, sides)| sides.inside);
    numbers.extend(numbered.map(|(number, _)| number));
    numbers
}
