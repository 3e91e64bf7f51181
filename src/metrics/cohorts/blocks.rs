//! Cohorts of many customers at once, where each customer is no more than its values.

use super::super::anchors::Anchor;
use super::super::columns::{Worth, in_blocks, number};
use super::triangle::{Sum, Tally};
use crate::ledger::{BLOCK, Bits, Ledger, each_bit};

/// What a ledger's customers add up to, and which of them are to be named.
pub(super) struct Blocks {
    pub(super) total: Tally,
    /// Who is below zero in some period.
    pub(super) cut: Vec<u32>,
    /// Who has revenue, and none in any period.
    pub(super) unseen: Vec<u32>,
}

impl Blocks {
    /// Sorts everybody by the first of the ends with a value above zero.
    pub(super) fn of(ledger: &Ledger, anchors: &[Anchor]) -> Blocks {
        let blank = || Part::over(anchors.len());
        let parts = in_blocks(ledger, anchors, blank, Part::add);
        let mut all = Blocks {
            total: Tally::default(),
            cut: Vec::new(),
            unseen: Vec::new(),
        };
        for part in parts {
            for ((cohort, customers), sums) in (0..).zip(part.customers).zip(&part.sums) {
                if customers > 0 {
                    all.total.add_sums(cohort, customers, sums);
                }
            }
            all.cut.extend(part.cut);
            all.unseen.extend(part.unseen);
        }
        all
    }
}

/// What some blocks add up to.
struct Part {
    /// By cohort.
    customers: Vec<u64>,
    /// By cohort and age.
    sums: Vec<Vec<Sum>>,
    cut: Vec<u32>,
    unseen: Vec<u32>,
}

impl Part {
    fn over(ends: usize) -> Part {
        let ages = (0..ends).map(|cohort| vec![Sum::default(); ends - cohort]);
        Part {
            customers: vec![0; ends],
            sums: ages.collect(),
            cut: Vec::new(),
            unseen: Vec::new(),
        }
    }

    /// Adds a block by what it is worth at each end, and who of it ever had revenue.
    fn add(&mut self, block: usize, worths: &[Worth], paid: &Bits) {
        let mut cohorts = [0; BLOCK];
        let mut openings = [0; BLOCK];
        let mut unseen = *paid;
        let mut seen = [0; BLOCK / 64];
        for (index, worth) in worths.iter().enumerate() {
            for slot in each_bit(&worth.paid) {
                let value = worth.values.get(slot);
                if seen[slot / 64] >> (slot % 64) & 1 == 0 {
                    (cohorts[slot], openings[slot]) = (index, value);
                    self.customers[index] += 1;
                }
                let cohort = cohorts[slot];
                self.sums[cohort][index - cohort].add(value, value.min(openings[slot]));
            }
            for (word, paid) in worth.paid.iter().enumerate() {
                seen[word] |= paid;
                unseen[word] &= !paid;
            }
            self.cut.extend(worth.cut.iter().map(|(number, _)| *number));
        }
        let unseen = each_bit(&unseen);
        self.unseen.extend(unseen.map(|slot| number(block, slot)));
    }
}
