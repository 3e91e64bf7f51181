//! Other columns of amounts in a file, which may settle the decimal mark where the amounts do not.

use super::columns::{Columns, Role};
use super::dialect::Dialect;
use super::header;
use super::number::{Mark, MarkEvidence, read_amount};
use super::scan::{Chunk, Record, Records};

/// What the columns beside the amount show about their decimal marks.
#[derive(Default)]
pub(super) struct Beside {
    /// Which columns, and what their cells show.
    columns: Vec<(usize, MarkEvidence)>,
}

impl Beside {
    /// The columns whose headers speak of amounts, and that have no other job.
    pub(super) fn of(columns: &Columns) -> Beside {
        let is_taken = |index: usize| {
            Role::ALL
                .into_iter()
                .any(|role| columns.of(role) == Some(index))
        };
        let headers = columns.header.iter().enumerate();
        let meant = headers.filter(|(index, name)| !is_taken(*index) && speaks_of_amounts(name));
        Beside {
            columns: meant
                .map(|(index, _)| (index, MarkEvidence::default()))
                .collect(),
        }
    }

    /// True if there is no such column.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Takes note of every row of a chunk; false where records cannot be told apart.
    pub(super) fn read_chunk(&mut self, chunk: &Chunk, dialect: &Dialect) -> bool {
        let mut records = Records::new(&chunk.bytes, dialect, chunk.first_line);
        let mut record = Record::new();
        let mut scratch = String::new();
        loop {
            match records.next(&mut record) {
                Ok(true) => {}
                Ok(false) => return true,
                Err(_) => return false,
            }
            for (index, marks) in &mut self.columns {
                let cell = record.cell(&chunk.bytes, *index, &mut scratch);
                // Marks are the same whichever mark is read by.
                marks.add(read_amount(cell, Mark::Dot).0, record.line(), cell);
            }
        }
    }

    /// Each column by its header with what it shows.
    pub(super) fn named<'a>(&'a self, columns: &'a Columns) -> Vec<(&'a str, &'a MarkEvidence)> {
        let named = self.columns.iter();
        let named = named.filter_map(|(index, marks)| Some((columns.header.get(*index)?, marks)));
        named.map(|(name, marks)| (name.as_str(), marks)).collect()
    }
}

/// True for `Discount amount` and `tax_total`. A count under such a name does no harm: it has no decimals.
fn speaks_of_amounts(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "mrr", "arr", "acv", "tcv", "amount", "revenue", "price", "total", "subtotal", "sales",
        "tax", "vat", "discount", "fee", "fees", "net", "gross", "paid", "balance", "cost",
        "charge",
    ];
    let words = header::words(name);
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_amounts_are_told_by_their_words() {
        for name in ["Tax total", "discount_amount", "Net", "feeAmount", "ARR"] {
            assert!(speaks_of_amounts(name), "{name}");
        }
        for name in ["", "region", "version", "totally", "id"] {
            assert!(!speaks_of_amounts(name), "{name}");
        }
    }
}
