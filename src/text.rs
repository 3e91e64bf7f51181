//! Words for people: counts with their nouns, lists, and the nearest known name.

use std::borrow::Cow;

/// A count with its noun, the plural made with `s` unless given: `1 row`, `1,204 rows`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// A whole number with thousands marks: `14,203`.
#[must_use]
pub fn grouped(number: u64) -> String {
    group_digits(&number.to_string())
}

/// Puts a comma between groups of three in a run of digits.
#[must_use]
pub fn group_digits(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A list as it is said: `a`, `a or b`, `a, b or c`.
#[must_use]
pub fn list(items: &[impl AsRef<str>], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [most @ .., end] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", most.join(", "), end.as_ref())
        }
    }
}

/// At most three examples in backticks, then how many more: `` `a`, `b`, `c` and 34 more ``.
#[must_use]
pub fn examples(items: &[impl AsRef<str>], total: usize) -> String {
    let shown: Vec<String> = items
        .iter()
        .take(3)
        .map(|item| format!("`{}`", item.as_ref()))
        .collect();
    match total - shown.len() {
        0 => list(&shown, "and"),
        more => format!("{} and {} more", shown.join(", "), grouped(more as u64)),
    }
}

/// The known name nearest to what was typed, if it is near enough to be meant.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    known
        .into_iter()
        .map(|name| {
            (
                strsim::damerau_levenshtein(&typed, &name.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, name)| *distance <= name.chars().count().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// True for a word that is one slip away from another: a letter too many, too few, wrong, or two of them swapped.
#[must_use]
pub fn is_slip(word: &str, meant: &str) -> bool {
    strsim::damerau_levenshtein(word, meant) == 1
}

/// True for text that a spreadsheet runs as a formula, behind any number of guards.
fn looks_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// Text that no spreadsheet takes for a formula: one that starts like one gets a `'`, and so does one that
/// only looks as if it had got it, so that [`unguarded`] gives every text back.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that was [`guarded`].
#[must_use]
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_is_put_before_formulas_and_taken_off_again() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("-2", "'-2"),
            ("'t Hart", "'t Hart"),
            ("'", "'"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), written);
            assert_eq!(unguarded(written), text);
        }
    }

    #[test]
    fn counts_have_nouns_and_marks() {
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(0, "row"), "0 rows");
        assert_eq!(count(1_234_567, "customer"), "1,234,567 customers");
    }

    #[test]
    fn lists_read_aloud() {
        assert_eq!(list(&["a"], "or"), "a");
        assert_eq!(list(&["a", "b", "c"], "or"), "a, b or c");
        assert_eq!(
            examples(&["a", "b", "c", "d"], 37),
            "`a`, `b`, `c` and 34 more"
        );
        assert_eq!(examples(&["a", "b"], 2), "`a` and `b`");
    }

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_none() {
        assert_eq!(
            nearest("reactivaton", ["reactivation", "negatives"]),
            Some("reactivation")
        );
        assert_eq!(nearest("colour", ["reactivation", "negatives"]), None);
    }
}
