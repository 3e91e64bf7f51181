//! The CSV that `nrr` writes, as named cells.

use std::collections::BTreeMap;

use super::book::{text_of, units_of};

/// Records under a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub records: Vec<Record>,
}

impl Table {
    /// Reads RFC 4180 with a header.
    pub fn read(text: &str) -> Table {
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let header: Vec<String> = reader
            .headers()
            .expect("a header")
            .iter()
            .map(str::to_owned)
            .collect();
        let record = |cells: csv::StringRecord| Record {
            cells: header
                .iter()
                .cloned()
                .zip(cells.iter().map(str::to_owned))
                .collect(),
        };
        let records = reader
            .records()
            .map(|cells| record(cells.expect("as many cells as names")))
            .collect();
        Table { header, records }
    }

    /// The table without a column.
    pub fn without(mut self, column: &str) -> Table {
        self.header.retain(|name| name != column);
        for record in &mut self.records {
            record.cells.remove(column);
        }
        self
    }

    /// The table with every number in its shortest form: amounts are written to the ledger's scale,
    /// which is that of its finest amount.
    pub fn shortest(mut self) -> Table {
        for cell in self
            .records
            .iter_mut()
            .flat_map(|record| record.cells.values_mut())
        {
            if let Some(units) = units_of(cell) {
                *cell = text_of(units);
            }
        }
        self
    }

    /// The records of the whole book, without those of segments.
    pub fn totals(&self) -> Vec<&Record> {
        self.records
            .iter()
            .filter(|record| record.segment().is_empty())
            .collect()
    }

    /// The only record there should be.
    pub fn only(&self) -> &Record {
        assert_eq!(self.records.len(), 1, "one record: {self:#?}");
        &self.records[0]
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub cells: BTreeMap<String, String>,
}

impl Record {
    /// A cell as it is written; empty stands for undefined.
    pub fn text(&self, field: &str) -> &str {
        self.cells
            .get(field)
            .unwrap_or_else(|| panic!("no column `{field}` in {:?}", self.cells.keys()))
    }

    /// A number in millionths; `None` if the cell is empty.
    pub fn number(&self, field: &str) -> Option<i128> {
        let text = self.text(field);
        let read = || {
            units_of(text).unwrap_or_else(|| panic!("`{field}` holds `{text}`, no plain decimal"))
        };
        (!text.is_empty()).then(read)
    }

    /// A number in millionths that has to be there.
    pub fn amount(&self, field: &str) -> i128 {
        self.number(field)
            .unwrap_or_else(|| panic!("`{field}` is undefined in {self:#?}"))
    }

    /// False for a row of a range whose opening lies before the data.
    pub fn is_defined(&self) -> bool {
        !self.text("opening").is_empty()
    }

    /// The segment's values by column; empty for the total.
    pub fn segment(&self) -> BTreeMap<&str, &str> {
        let value = |(name, value): (&'_ String, &'_ String)| {
            name.starts_with("segment.") && !value.is_empty()
        };
        self.cells
            .iter()
            .filter(|cell| value(*cell))
            .map(|(name, value)| (&name[8..], value.as_str()))
            .collect()
    }
}
