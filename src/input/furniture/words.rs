//! The words by which totals and footers are told from rows: candidates, never more.

use crate::input::shape::is_total;

/// A name as it is compared: words of small letters and digits, without what stands between them.
pub(super) fn key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            key.extend(letter.to_lowercase());
        } else if !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.truncate(key.trim_end().len());
    key
}

/// What a label can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// No word for a total.
    #[default]
    Plain,
    /// A word for a total alone.
    Bare,
    /// A word for a total beside something that may be a name: the keys it may have, likeliest first.
    Named(Vec<String>),
}

/// The form of a label, and the number of records that it states: `Grand Totals (12 records)`.
pub(super) fn form_of(label: &str) -> (Form, Option<u64>) {
    let key = key(label);
    let (name, count) = without_count(&key);
    if is_bare(name) {
        return (Form::Bare, count);
    }
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !name.is_empty() && !names.iter().any(|other| other == name) {
            names.push(name.to_owned());
        }
    };
    for name in [name, key.as_str()] {
        for rest in WORDS.iter().filter_map(|word| after(name, word)) {
            let joined = JOINTS.iter().filter_map(|joint| after(rest, joint));
            joined.chain([rest]).for_each(&mut add);
        }
        let ends = WORDS.iter().filter_map(|word| name.strip_suffix(word));
        ends.filter_map(|rest| rest.strip_suffix(' '))
            .for_each(&mut add);
    }
    if names.is_empty() {
        return (Form::Plain, None);
    }
    (Form::Named(names), count)
}

/// True for a name that may be a total's, alone or beside another name.
#[must_use]
pub fn is_total_like(name: &str) -> bool {
    may_hold_total(name) && form_of(name).0 != Form::Plain
}

/// False for nearly every name of a customer: no word for a total is without one of these.
#[must_use]
pub fn may_hold_total(name: &str) -> bool {
    let (mut state, mut found, mut bytes) = (0_u32, 0, 0);
    for byte in name.bytes() {
        // A stem of which this byte is no next letter ends here; each byte can start all of them.
        state = (state << STEMS.len() | FIRST) & NEXT[usize::from(byte)];
        found |= state;
        bytes |= byte;
    }
    found & LAST != 0 || !bytes.is_ascii()
}

/// What every word for a total holds one of.
const STEMS: [[u8; 3]; 6] = [*b"tot", *b"sum", *b"som", *b"ges", *b"erg", *b"all"];

/// The first letters of all stems; a stem's next letter stands as many bits higher as there are stems.
const FIRST: u32 = (1 << STEMS.len()) - 1;

/// The last letters of all stems.
const LAST: u32 = FIRST << (2 * STEMS.len());

/// For each byte one bit for every letter of a stem that it is, large or small.
static NEXT: [u32; 256] = {
    let mut next = [0; 256];
    let mut stem = 0;
    while stem < STEMS.len() {
        let mut letter = 0;
        while letter < 3 {
            let small = STEMS[stem][letter] as usize;
            let bit = 1 << (letter * STEMS.len() + stem);
            next[small] |= bit;
            next[small - 0x20] |= bit;
            letter += 1;
        }
        stem += 1;
    }
    next
};

/// True for a word for a total alone, in a key.
pub(super) fn is_bare(key: &str) -> bool {
    const MORE: &[&str] = &[
        "grand totals",
        "sub total",
        "subtotals",
        "report total",
        "overall total",
        "net total",
        "total revenue",
        "total sales",
        "total income",
        "total amount",
        "total mrr",
        "total arr",
        "total all customers",
        "sum total",
        "zwischensumme",
        "gesamtergebnis",
        "sous total",
        "total general",
        "total général",
        "eindtotaal",
        "subtotaal",
        "suma total",
        "soma",
    ];
    is_total(key) || MORE.contains(&key)
}

/// True for a label that speaks of the whole report, not of a part of it.
pub(super) fn is_grand(label: &str) -> bool {
    let words = key(label);
    ["grand", "overall", "report", "gesamtergebnis"]
        .iter()
        .any(|word| words.starts_with(word))
}

/// The words that stand before or after the name of what they are the total of.
const WORDS: &[&str] = &[
    "grand total",
    "total",
    "totals",
    "subtotal",
    "sub total",
    "sum",
    "summe",
    "zwischensumme",
    "gesamt",
    "ergebnis",
    "somme",
    "sous total",
    "totale",
    "totaal",
    "suma",
];

/// What may stand between the word and the name.
const JOINTS: &[&str] = &[
    "for", "of", "für", "von", "de", "pour", "du", "voor", "di", "para",
];

fn after<'a>(name: &'a str, word: &str) -> Option<&'a str> {
    name.strip_prefix(word)?.strip_prefix(' ')
}

/// A key without a count of records at its end, and the count.
fn without_count(key: &str) -> (&str, Option<u64>) {
    const NOUNS: &[&str] = &["records", "record", "rows", "row", "datensätze"];
    let stripped = NOUNS.iter().find_map(|noun| {
        let before = key.strip_suffix(noun)?.strip_suffix(' ')?;
        let (name, count) = before.rsplit_once(' ')?;
        // A thousands mark is a blank in a key.
        let at = name
            .rfind(|c: char| !c.is_ascii_digit() && c != ' ')
            .map_or(0, |at| at + 1);
        let digits: String = key[at..before.len()].split(' ').collect();
        let is_count = count.bytes().all(|byte| byte.is_ascii_digit());
        let count = is_count.then(|| digits.parse().ok()).flatten()?;
        Some((name[..at].trim_end(), Some(count)))
    });
    stripped.unwrap_or((key, None))
}

/// The customer of a row such as `Acme - Other`: what a parent sells beside its branches.
pub(super) fn other_of(label: &str) -> Option<&str> {
    let at = label.len().checked_sub("other".len())?;
    let (rest, word) = label.split_at_checked(at)?;
    let rest = rest.trim_end().strip_suffix(['-', '–'])?;
    word.eq_ignore_ascii_case("other")
        .then_some(rest.trim_end())
}

/// `Accrual` or `Cash`, where a text says that it is the basis.
pub(super) fn basis_word(text: &str) -> Option<&'static str> {
    let words = format!(" {} ", key(text));
    [("Accrual", "accrual"), ("Cash", "cash")]
        .into_iter()
        .find(|(_, word)| {
            words.trim() == *word
                || words.contains(&format!(" {word} basis "))
                || words.contains(&format!(" basis {word} "))
        })
        .map(|(shown, _)| shown)
}

/// True for what only the end of a report says.
pub(super) fn is_footer(text: &str) -> bool {
    let words = key(text);
    ["confidential", "copyright", "generated by", "c 20"]
        .iter()
        .any(|start| words.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_for_a_total_is_looked_at() {
        assert!(WORDS.iter().all(|word| may_hold_total(word)));
        for word in [
            "All customers",
            "SOMA",
            "Zwischensumme",
            "Gesamtergebnis",
            "suma total",
        ] {
            assert!(may_hold_total(word) && is_total_like(word), "{word}");
        }
        for (name, holds) in [
            ("", false),
            ("to", false),
            ("tto", false),
            ("TotTo", true),
            ("sototo", true),
            ("esgerg", true),
            ("al-l", false),
            ("x aLL", true),
            ("é", true),
        ] {
            assert_eq!(may_hold_total(name), holds, "{name}");
        }
        assert!(!may_hold_total("cus_9sXkQ2") && !is_total_like("cus_9sXkQ2"));
    }

    #[test]
    fn labels_have_forms() {
        for label in [
            "Total",
            "TOTAL",
            "Total:",
            "Grand Total",
            "Sub-Total",
            "Summe",
            "Gesamt",
            "Somme",
        ] {
            assert_eq!(form_of(label), (Form::Bare, None), "{label}");
        }
        for (label, name) in [
            ("Total for Acme, Inc.", "acme inc"),
            ("Total Acme", "acme"),
            ("Total - Acme", "acme"),
            ("Subtotal: Acme", "acme"),
            ("Acme Total", "acme"),
            ("Summe für Acme", "acme"),
            ("Acme Ergebnis", "acme"),
            ("Total for Total Wine", "total wine"),
        ] {
            let (Form::Named(names), None) = form_of(label) else {
                panic!("{label} may name a total");
            };
            assert_eq!(names[0], name, "{label}");
        }
        for label in [
            "Totally Kites",
            "Acme",
            "",
            "&",
            "Summer Camp",
            "Subtotals Inc",
        ] {
            assert_eq!(form_of(label).0, Form::Plain, "{label}");
        }
    }

    #[test]
    fn labels_count_records() {
        assert_eq!(form_of("Grand Totals (12 records)"), (Form::Bare, Some(12)));
        assert_eq!(form_of("Total (1,234 records)"), (Form::Bare, Some(1234)));
        let (form, count) = form_of("Total Acme (2 records)");
        assert!(matches!(form, Form::Named(names) if names[0] == "acme"));
        assert_eq!(count, Some(2));
        assert_eq!(form_of("12 records").0, Form::Plain);
    }

    #[test]
    fn other_rows_name_their_parent() {
        assert_eq!(other_of("Acme - Other"), Some("Acme"));
        assert_eq!(other_of("Acme Other"), None);
        assert_eq!(other_of("Other"), None);
        assert_eq!(other_of("é"), None);
    }
}
