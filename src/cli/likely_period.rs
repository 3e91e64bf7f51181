//! What a person meant who typed a period that is none.

/// The label that a person probably meant: `Q1 2024` is `2024-Q1`, `Mar 24` is `2024-03`. `None` where
/// the year or the part of it cannot be told.
pub(super) fn likely_period(label: &str) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ];
    let label = label.to_uppercase();
    let runs = || label.split(|c: char| !c.is_ascii_digit());
    let year = runs().find(|run| run.len() == 4 && run.starts_with(['1', '2']));
    let short = runs()
        .rfind(|run| run.len() == 2)
        .filter(|_| year.is_none());
    let year = year
        .map(str::to_owned)
        .or(short.map(|digits| format!("20{digits}")))?;
    let part = ["Q1", "Q2", "Q3", "Q4", "H1", "H2"]
        .into_iter()
        .find(|part| label.contains(part));
    if let Some(part) = part {
        return Some(format!("{year}-{part}"));
    }
    let named = MONTHS.iter().position(|month| label.contains(month));
    let is_number = !label.chars().any(char::is_alphabetic);
    let number = runs()
        .filter(|_| is_number)
        .filter(|run| (1..=2).contains(&run.len()) && short != Some(*run))
        .find_map(|run| run.parse().ok().filter(|month| (1..=12).contains(month)));
    let month = named.map(|index| index + 1).or(number)?;
    Some(format!("{year}-{month:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_names_the_period_meant() {
        for (typed, meant) in [
            ("Q1 2024", Some("2024-Q1")),
            ("2024q3", Some("2024-Q3")),
            ("H2/2023", Some("2023-H2")),
            ("March 2024", Some("2024-03")),
            ("2024-3", Some("2024-03")),
            ("Mar-24", Some("2024-03")),
            ("2024-13", None),
            ("2024-Q5", None),
            ("March", None),
        ] {
            assert_eq!(likely_period(typed).as_deref(), meant, "{typed}");
        }
    }
}
