//! Filters on rows: `COL=VALUE` and `COL!=VALUE`.

/// One `--where`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The column, as typed.
    pub column: String,
    /// The value, blanks around it left out.
    pub value: String,
    /// True for `=`, false for `!=`.
    pub is_equal: bool,
}

impl Filter {
    /// Reads `region=EMEA` or `region!=EMEA`; `None` without a column or without `=`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Filter> {
        let (column, value) = text.split_once('=')?;
        let (column, is_equal) = match column.strip_suffix('!') {
            Some(column) => (column, false),
            None => (column, true),
        };
        let column = column.trim();
        (!column.is_empty()).then(|| Filter {
            column: column.to_owned(),
            value: value.trim().to_owned(),
            is_equal,
        })
    }

    /// The filter as it would be typed.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}{}{}",
            self.column,
            if self.is_equal { "=" } else { "!=" },
            self.value
        )
    }
}

/// True if a row passes: `!=` all at once, `=` of one column any of its values.
///
/// `cell` gives the row's value of the filter with this number.
pub fn passes<'a>(filters: &[Filter], columns: &[usize], cell: impl Fn(usize) -> &'a str) -> bool {
    filters.iter().enumerate().all(|(number, filter)| {
        let is_same =
            |other: &usize| columns[*other] == columns[number] && filters[*other].is_equal;
        if filter.is_equal {
            (0..filters.len())
                .filter(is_same)
                .any(|other| cell(other) == filters[other].value)
        } else {
            cell(number) != filter.value
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(filters: &[&str], columns: &[usize], row: &[&str]) -> bool {
        let filters: Vec<Filter> = filters
            .iter()
            .map(|text| Filter::parse(text).unwrap())
            .collect();
        passes(&filters, columns, |number| row[columns[number]])
    }

    #[test]
    fn values_of_one_column_are_alternatives_and_columns_conditions() {
        let row = ["EMEA", "pro"];
        assert!(pass(&["region=EMEA", "region=APAC"], &[0, 0], &row));
        assert!(!pass(&["region=EMEA", "plan=free"], &[0, 1], &row));
        assert!(!pass(&["region=EMEA", "region!=EMEA"], &[0, 0], &row));
        assert!(pass(&["plan!=free", "plan!=trial"], &[1, 1], &row));
        assert!(pass(&[], &[], &row));
    }

    #[test]
    fn filters_read_back() {
        for text in ["region=EMEA", "plan!=free", "note=", "a=b=c"] {
            assert_eq!(Filter::parse(text).unwrap().text(), text);
        }
        assert_eq!(Filter::parse("region"), None);
        assert_eq!(Filter::parse("=x"), None);
    }
}
