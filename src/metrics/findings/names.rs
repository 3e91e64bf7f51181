//! Ids that look alike.

use unicode_normalization::UnicodeNormalization;

use crate::ledger::{Ledger, in_parts};
use crate::several::Several;

/// How many names a thread looks at before it takes more.
const NAMES: usize = 1 << 14;

/// How long the ids of Salesforce are, which do differ by capitals alone.
const SALESFORCE: [usize; 2] = [15, 18];

/// Customers whose ids differ by nothing that a person would tell them apart by, each group and all groups
/// in byte order.
pub(super) fn similar(ledger: &Ledger) -> Vec<Vec<u32>> {
    let customers = ledger.customers();
    let hashes = in_parts(customers.len(), NAMES, ledger.threads(), |part| {
        let mut key = String::new();
        let names = customers[part].iter().map(|number| ledger.name(*number));
        let hash = |name: &str| plain_hash(name).unwrap_or_else(|| folded_hash(name, &mut key));
        names.map(hash).collect::<Vec<u64>>()
    });
    let hashes = || hashes.iter().flatten().copied();
    let mut seen = Several::for_some(customers.len());
    hashes().for_each(|hash| seen.add(hash));
    let numbered = hashes().zip(customers);
    let several = numbered.filter(|(hash, _)| seen.is_several(*hash));
    let mut keys: Vec<(u64, u32)> = several.map(|(hash, customer)| (hash, *customer)).collect();
    keys.sort_unstable();
    let mut groups = Vec::new();
    for run in keys.chunk_by(|left, right| left.0 == right.0) {
        if run.len() > 1 {
            groups.extend(alike(ledger, run));
        }
    }
    groups.sort_unstable_by_key(|group| ledger.name(group[0]));
    groups
}

/// The hash of what an id folds to.
fn folded_hash(name: &str, key: &mut String) -> u64 {
    fold(name, key);
    let mut hash = Hash::of(key.as_bytes());
    each_word(key.as_bytes(), |word| hash.add(word));
    hash.finished()
}

/// The same straight from the id, where folding only makes letters small; `None` where it may do more.
fn plain_hash(name: &str) -> Option<u64> {
    let name = name.as_bytes();
    // Zeros at the beginning go, and the ids of Salesforce start with some.
    if name.first() == Some(&b'0') {
        return None;
    }
    let (mut hash, mut unplain) = (Hash::of(name), 0);
    each_word(name, |word| {
        let low = word & !HIGH;
        let is_graphic = low + (0x80 - 0x21) * ONES;
        unplain |= word | !is_graphic | (low + ONES);
        hash.add(word);
    });
    (unplain & HIGH == 0).then(|| hash.finished())
}

/// A byte of 1 in each place of a word.
const ONES: u64 = u64::MAX / 0xff;

/// The highest bit of each byte of a word.
const HIGH: u64 = 0x80 * ONES;

/// Shows the bytes eight at a time; the last eight may hold some again, and fewer are filled up with letters.
fn each_word(bytes: &[u8], mut see: impl FnMut(u64)) {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        see(u64::from_le_bytes(*word));
    }
    if let (false, Some(last)) = (rest.is_empty(), bytes.last_chunk::<8>()) {
        see(u64::from_le_bytes(*last));
    } else if !rest.is_empty() {
        let mut word = [b'a'; 8];
        word[..rest.len()].copy_from_slice(rest);
        see(u64::from_le_bytes(word));
    }
}

/// A hash that takes large letters for small ones: what has the same is compared in full.
struct Hash(u64);

impl Hash {
    fn of(bytes: &[u8]) -> Hash {
        Hash(bytes.len() as u64)
    }

    fn add(&mut self, word: u64) {
        let small = word | (0x20 * ONES);
        self.0 = (self.0 ^ small).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 29;
    }

    fn finished(self) -> u64 {
        let hash = self.0.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        hash ^ (hash >> 32)
    }
}

/// The groups among customers of one hash: two keys seldom share one, but they may.
fn alike(ledger: &Ledger, run: &[(u64, u32)]) -> Vec<Vec<u32>> {
    let mut keyed: Vec<(String, &str, u32)> = Vec::with_capacity(run.len());
    for (_, customer) in run {
        let (name, mut key) = (ledger.name(*customer), String::new());
        fold(name, &mut key);
        keyed.push((key, name, *customer));
    }
    keyed.sort_unstable();
    let same = keyed.chunk_by(|left, right| left.0 == right.0);
    let same = same.filter(|group| group.len() > 1);
    same.map(|group| group.iter().map(|(.., customer)| *customer).collect())
        .collect()
}

/// Writes what is left of an id without what nobody sees.
fn fold(name: &str, key: &mut String) {
    key.clear();
    if name.is_ascii() {
        if name.bytes().all(|byte| byte.is_ascii_graphic()) {
            key.push_str(name);
        } else {
            let kept = name.bytes().filter(u8::is_ascii_graphic);
            key.extend(kept.map(char::from));
        }
    } else {
        let seen = name.nfc().filter(|character| !is_unseen(*character));
        key.extend(seen);
    }
    if !is_salesforce(key) {
        if key.is_ascii() {
            key.make_ascii_lowercase();
        } else {
            *key = key.to_lowercase();
        }
    }
    if key.bytes().all(|byte| byte.is_ascii_digit()) {
        let zeros = key.len() - key.trim_start_matches('0').len();
        key.drain(..zeros.min(key.len().saturating_sub(1)));
    }
}

/// Blanks, control characters, and those that take no room: joiners, marks of direction, soft hyphens.
fn is_unseen(character: char) -> bool {
    let takes_no_room = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    character.is_whitespace() || character.is_control() || takes_no_room
}

fn is_salesforce(name: &str) -> bool {
    SALESFORCE.contains(&name.len())
        && name.starts_with("00")
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> String {
        let mut key = String::new();
        fold(name, &mut key);
        key
    }

    #[test]
    fn what_nobody_sees_makes_no_difference() {
        assert_eq!(key("Acme  Ltd"), key("acme ltd"));
        assert_eq!(key("Acme\u{a0}Ltd"), key("Acme Ltd"));
        assert_eq!(key("Ac\u{200b}me"), key("Acme"));
        assert_eq!(key("Ko\u{308}ln"), key("KÖLN"));
        assert_eq!(key("007"), key("7"));
        assert_eq!(key("000"), "0");
    }

    #[test]
    fn what_a_person_tells_apart_stays_apart() {
        assert_ne!(key("acme-1"), key("acme1"));
        assert_ne!(key("C-007"), key("C-7"));
        assert_ne!(key("Köln"), key("Koln"));
        assert_ne!(key("0013000000abcDE"), key("0013000000abcDe"));
    }

    #[test]
    fn a_plain_id_has_the_hash_of_what_it_folds_to() {
        let mut key = String::new();
        let mut is_plain = |name: &str| {
            let plain = plain_hash(name);
            assert!(
                plain.is_none_or(|hash| hash == folded_hash(name, &mut key)),
                "{name}"
            );
            plain.is_some()
        };
        for name in [
            "",
            "a",
            "Acme-1",
            "cus_9sXkQ2",
            "cus_9sXkQ2rT0abZ",
            "70",
            "~!@[`{",
        ] {
            assert!(is_plain(name), "{name}");
        }
        for name in [
            "007",
            "0a",
            "Acme Ltd",
            "Acme\tLtd",
            "Köln",
            "acme\u{7f}",
            "\u{1}",
            "0013000000abcDE",
        ] {
            assert!(!is_plain(name), "{name}");
        }
        for length in 1..40 {
            let name: String = "aBcDeFgHiJ-_.:1234567890"
                .chars()
                .cycle()
                .take(length)
                .collect();
            assert!(is_plain(&name), "{name}");
            for odd in [" ", "\u{7f}", "é", "\u{1f}"] {
                assert!(!is_plain(&format!("{}{odd}", &name[1..])));
            }
        }
    }

    #[test]
    fn groups_and_their_members_stand_in_byte_order() {
        let table = "2024-01\nbirch 1\nacme 1\nBIRCH 1\nACME 1\n7 1\ncedar 1\n07 1";
        let ledger = Ledger::from_table(table).unwrap();
        let groups = similar(&ledger);
        let names: Vec<Vec<&str>> = groups
            .iter()
            .map(|group| group.iter().map(|one| ledger.name(*one)).collect())
            .collect();
        assert_eq!(names, [["07", "7"], ["ACME", "acme"], ["BIRCH", "birch"]]);
    }
}
