//! Names in 24 bytes, and their hashes.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use super::uuid;

/// The most bytes that a name's own place holds.
const SHORT: usize = 23;

/// The last byte of the place of a name whose text lies elsewhere, with its digits here or without, and of one that is no
/// name.
const UUID: u8 = 253;
const LONG: u8 = 254;
const HOLE: u8 = 255;

/// The bits of the last word that say of which form a key is.
const FORM: u64 = 0xFF << 56;

/// The bits of 24 bytes that belong to the first so many.
const KEPT: [[u64; 3]; SHORT + 1] = {
    let mut kept = [[0; 3]; SHORT + 1];
    let mut length = 0;
    while length <= SHORT {
        let mut byte = 0;
        while byte < length {
            kept[length][byte / 8] |= 0xFF << (8 * (byte % 8));
            byte += 1;
        }
        length += 1;
    }
    kept
};

/// A name in 24 bytes: its text and in the last byte its length; or where a longer one lies, which may be found by its digits
/// alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Key([u8; SHORT + 1]);

impl Key {
    pub(super) const HOLE: Key = Key([HOLE; SHORT + 1]);

    /// The key of a name that fits.
    fn short(name: &[u8]) -> Option<Key> {
        let mut key = [0; SHORT + 1];
        key.get_mut(..name.len())
            .filter(|place| place.len() <= SHORT)?
            .copy_from_slice(name);
        key[SHORT] = u8::try_from(name.len()).ok()?;
        Some(Key(key))
    }

    fn of(words: [u64; 3]) -> Key {
        let mut key = [0; SHORT + 1];
        for (place, word) in key.as_chunks_mut::<8>().0.iter_mut().zip(words) {
            *place = word.to_le_bytes();
        }
        Key(key)
    }

    /// Its bytes as numbers.
    #[inline]
    fn words(&self) -> [u64; 3] {
        u192(&self.0)
    }

    /// The key of a name that lies elsewhere.
    fn long(start: usize, length: usize) -> Key {
        let mut key = [0; SHORT + 1];
        key[..8].copy_from_slice(&(start as u64).to_le_bytes());
        key[8..16].copy_from_slice(&(length as u64).to_le_bytes());
        key[SHORT] = LONG;
        Key(key)
    }

    /// Where the text lies that is not here.
    fn elsewhere(&self) -> Option<Range<usize>> {
        let [first, second, last] = self.words();
        let (start, length) = match self.0[SHORT] {
            UUID => (last & !FORM, uuid::LENGTH as u64),
            LONG => (first, second),
            _ => return None,
        };
        let start = usize::try_from(start).ok()?;
        Some(start..start + usize::try_from(length).ok()?)
    }

    /// The same name where texts lie so much further behind.
    pub(super) fn moved_by(self, shift: usize) -> Key {
        let shift = shift as u64;
        let [first, second, last] = self.words();
        match self.0[SHORT] {
            UUID => Key::of([first, second, last + shift]),
            LONG => Key::of([first + shift, second, last]),
            _ => self,
        }
    }

    /// The name itself, nothing for a hole, given the text of longer ones.
    pub(super) fn name<'n>(&'n self, long: &'n str) -> &'n str {
        if let Some(range) = self.elsewhere() {
            return long.get(range).unwrap_or_default();
        }
        let name = self.0.get(..usize::from(self.0[SHORT]));
        let name = name.filter(|_| self.0[SHORT] != HOLE);
        std::str::from_utf8(name.unwrap_or_default()).unwrap_or_default()
    }
}

/// The words of the key of a name that stands in a text: no loop over its bytes where there is room behind it; `None` for a
/// name that does not fit.
#[inline(always)]
#[expect(clippy::inline_always, reason = "what it gives stays in registers")]
pub(super) fn words_at(text: &[u8], start: usize, length: usize) -> Option<[u64; 3]> {
    if length > SHORT {
        return None;
    }
    let Some(around) = text.get(start..).and_then(<[u8]>::first_chunk::<24>) else {
        let end = start.wrapping_add(length);
        return Key::short(text.get(start..end)?).map(|key| key.words());
    };
    let ([a, b, c], kept) = (u192(around), &KEPT[length]);
    let last = c & kept[2] | (length as u64) << 56;
    Some([a & kept[0], b & kept[1], last])
}

/// 24 bytes as three numbers.
#[inline]
fn u192(bytes: &[u8; 24]) -> [u64; 3] {
    let (words, _) = bytes.as_chunks::<8>();
    [0, 1, 2].map(|word| u64::from_le_bytes(words[word]))
}

/// How names are hashed: with a secret of the process, so that no file can be made to collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ledger) struct Hashing {
    secret: [u64; 4],
}

impl Default for Hashing {
    fn default() -> Hashing {
        let state = RandomState::new();
        Hashing {
            secret: [1, 2, 3, 4_u64].map(|number| state.hash_one(number) | 1),
        }
    }
}

impl Hashing {
    #[inline]
    fn of(&self, [a, b, c]: [u64; 3]) -> u64 {
        let first = folded(a ^ self.secret[0], b ^ self.secret[1]);
        folded(first ^ self.secret[2], c ^ self.secret[3])
    }

    #[cold]
    fn of_long(&self, name: &[u8]) -> u64 {
        let (words, rest) = name.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let words = words
            .iter()
            .chain([&last])
            .map(|word| u64::from_le_bytes(*word));
        let start = self.secret[0] ^ name.len() as u64;
        words.fold(start, |hash, word| {
            folded(hash ^ self.secret[2], word ^ self.secret[1])
        })
    }
}

/// Both halves of a product in one.
#[inline]
fn folded(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the halves are what is wanted"
    )]
    let (low, high) = (product as u64, (product >> 64) as u64);
    low ^ high
}

/// A name of a batch: by itself where it is short or of digits, else where it stands in the text of the batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Sought {
    /// Its key, without where its text lies if it is known by its digits; that of a longer one says where it stands.
    words: [u64; 3],
    hash: u64,
}

impl Sought {
    /// The hash of the name.
    #[inline]
    pub(in crate::ledger) const fn hash(&self) -> u64 {
        self.hash
    }

    /// True for one that stands in a text.
    #[inline]
    pub(in crate::ledger) const fn is_long(&self) -> bool {
        self.form() == LONG
    }

    #[inline]
    const fn form(&self) -> u8 {
        self.words[2].to_le_bytes()[7]
    }

    /// A name with a hash that stands in another text.
    pub(in crate::ledger) fn standing_at(start: usize, length: usize, hash: u64) -> Sought {
        let words = Key::long(start, length).words();
        Sought { words, hash }
    }

    /// True if a key is that of this name, which may stand in a text; those of other longer ones lie in `long`.
    #[inline]
    pub(super) fn is_in(&self, key: &Key, text: &[u8], long: &str) -> bool {
        let (mine, theirs, form) = (self.words, key.words(), self.form());
        if form == LONG {
            return self.is_long_in(key, text, long);
        }
        let last = mine[2] ^ theirs[2];
        let is_last = last == 0 || form == UUID && last & FORM == 0;
        mine[0] == theirs[0] && mine[1] == theirs[1] && is_last
    }

    #[inline(never)]
    fn is_long_in(&self, key: &Key, text: &[u8], long: &str) -> bool {
        let name = Key::of(self.words)
            .elsewhere()
            .and_then(|range| text.get(range));
        key.0[SHORT] == LONG && name == Some(key.name(long).as_bytes())
    }

    /// Its key; the text of a longer one is put behind those of others.
    pub(super) fn keep(&self, text: &[u8], long: &mut String) -> Key {
        let [first, second, last] = self.words;
        let start = long.len();
        match self.form() {
            UUID => {
                let name = uuid::unpacked([first, second]);
                long.push_str(std::str::from_utf8(&name).unwrap_or_default());
                Key::of([first, second, last | start as u64])
            }
            LONG => {
                let name = Key::of(self.words)
                    .elsewhere()
                    .and_then(|range| text.get(range));
                let name = std::str::from_utf8(name.unwrap_or_default()).unwrap_or_default();
                long.push_str(name);
                Key::long(start, name.len())
            }
            _ => Key::of(self.words),
        }
    }
}

impl Hashing {
    /// A name that stands in a text.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "what it gives would be written to memory twice"
    )]
    pub(in crate::ledger) fn seek(&self, text: &[u8], start: usize, length: usize) -> Sought {
        if let Some(words) = words_at(text, start, length) {
            let hash = self.of(words);
            return Sought { words, hash };
        }
        // Number by number: what is given in memory would make the other way go through memory too, and the processor
        // waits where numbers that were written one by one are read two at a time.
        let long = self.seek_long(text, start, length);
        let ([first, second, last], hash) = (long.words, long.hash);
        Sought {
            words: [first, second, last],
            hash,
        }
    }

    #[inline(never)]
    fn seek_long(&self, text: &[u8], start: usize, length: usize) -> Sought {
        let name = text
            .get(start..start.wrapping_add(length))
            .unwrap_or_default();
        if let Some([first, second]) = name.try_into().ok().and_then(uuid::packed) {
            let words = [first, second, u64::from(UUID) << 56];
            return Sought {
                words,
                hash: self.of(words),
            };
        }
        Sought {
            words: Key::long(start, length).words(),
            hash: self.of_long(name),
        }
    }

    /// The hash of the name with a key.
    pub(super) fn of_key(&self, key: &Key, long: &str) -> u64 {
        let [first, second, last] = key.words();
        match key.0[SHORT] {
            UUID => self.of([first, second, last & FORM]),
            LONG => self.of_long(key.name(long).as_bytes()),
            _ => self.of(key.words()),
        }
    }
}
