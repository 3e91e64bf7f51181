//! Ids that look alike.

use unicode_normalization::UnicodeNormalization;

use crate::ledger::Ledger;

/// How long the ids of Salesforce are, which do differ by capitals alone.
const SALESFORCE: [usize; 2] = [15, 18];

/// Customers whose ids differ by nothing that a person would tell them apart by, each group and all groups
/// in byte order.
pub(super) fn similar(ledger: &Ledger) -> Vec<Vec<u32>> {
    let mut key = String::new();
    let mut hashes: Vec<u64> = Vec::with_capacity(ledger.customers().len());
    let mut seen = Seen::for_some(ledger.customers().len());
    for customer in ledger.customers() {
        fold(ledger.name(*customer), &mut key);
        let hash = hash(key.as_bytes());
        seen.add(hash);
        hashes.push(hash);
    }
    let numbered = hashes.into_iter().zip(ledger.customers());
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

/// Which parts of hashes were seen once, and which several times: few are, so few hashes have to be sorted.
struct Seen {
    once: Vec<u64>,
    several: Vec<u64>,
}

impl Seen {
    /// With some twenty bits a hash.
    fn for_some(hashes: usize) -> Seen {
        let words = (hashes / 4).next_power_of_two();
        Seen {
            once: vec![0; words],
            several: vec![0; words],
        }
    }

    fn add(&mut self, hash: u64) {
        let (word, bit) = self.place(hash);
        self.several[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn is_several(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.several[word] & bit != 0
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        // There are never more words than a number of the machine holds.
        let high = usize::try_from(hash >> 32).unwrap_or_default();
        (high & (self.once.len() - 1), 1 << (hash % 64))
    }
}

/// A hash of a key: equal ones are compared in full.
fn hash(key: &[u8]) -> u64 {
    let mut hash = key.len() as u64;
    for part in key.chunks(8) {
        let mut bytes = [0; 8];
        bytes[..part.len()].copy_from_slice(part);
        hash = (hash ^ u64::from_le_bytes(bytes)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 29;
    }
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 32)
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
