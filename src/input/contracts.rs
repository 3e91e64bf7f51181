//! Contracts beside the ledger: whose they are once totals were left out and ids merged.

use std::collections::BTreeSet;

use crate::ledger::{Contract, IdMap, Ledger};

/// The contracts of the ledger's customers, without lines that turned out to be totals, under the ids that they
/// count as at the end of the data.
pub(super) fn of_customers(
    mut contracts: Vec<Contract>,
    ledger: &Ledger,
    map: Option<&IdMap>,
) -> Vec<Contract> {
    if contracts.is_empty() {
        return contracts;
    }
    let counted: BTreeSet<u32> = ledger.customers().iter().copied().collect();
    contracts.retain(|contract| {
        let number = ledger.find(&contract.customer);
        number.is_none_or(|number| counted.contains(&number))
    });
    for contract in &mut contracts {
        let name = map.and_then(|map| map.name(&contract.customer, ledger.last()));
        if let Some(name) = name {
            contract.customer = Box::from(name);
        }
    }
    contracts
}
