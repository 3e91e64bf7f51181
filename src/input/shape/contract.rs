//! Rows that are contracts, handed out beside the ledger where a command asks for them.

use super::Shape;
use super::spans::{self, Cover, Terms};
use crate::ledger::Contract;
use crate::units::Amount;

/// The contracts of the rows that no filter leaves out and that begin inside the horizon, in the order of the
/// input; none where rows are no contracts.
///
/// What a contract is worth is its run rate, rounded once, as the ledger has it in the months it runs. Where
/// `spread none` lays an amount into one month, it is the rate of `spread monthly`: a contract has no other.
pub(super) fn contracts(covers: &[Cover<'_>], terms: Terms) -> Vec<Contract> {
    if !matches!(terms.shape, Shape::Contracts | Shape::Versions) {
        return Vec::new();
    }
    let counts = |cover: &&Cover<'_>| cover.kept.passes && cover.first <= terms.last;
    let contract = |cover: &Cover<'_>| {
        let kept = cover.kept;
        Contract {
            place: kept.place,
            customer: kept.customer.clone(),
            product: kept.product.clone(),
            name: kept.contract.clone(),
            attributes: kept.attributes.clone(),
            start: cover.span.start,
            after: cover.span.after(terms.end),
            // What outgrows 128 bits has stopped the reading by then.
            amount: spans::monthly(cover, terms).unwrap_or(Amount::ZERO),
        }
    };
    covers.iter().filter(counts).map(contract).collect()
}
