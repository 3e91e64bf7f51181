//! Rows that are equal in every column, found in bounded memory whatever the order of rows.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use super::labels::Label;
use crate::ledger::RowPlace;
use crate::several::Several;

/// How many rows are remembered before only a share of them is: 4 MiB a thread.
const KEPT: usize = 1 << 18;

/// The most zero bits that a hash must have.
const ZEROS_MAX: u32 = 63;

/// A set of row hashes with their places: of all rows while they are few, then of the share of rows
/// whose hash starts with so many zero bits.
///
/// Which rows are remembered depends on the rows alone, so neither their order nor the number of
/// threads shows in what is found.
#[derive(Debug, Default)]
pub struct Repeats {
    rows: Vec<(u64, ShortPlace)>,
    /// How many leading zero bits a hash must have.
    zeros: u32,
    all: Digest,
}

/// How many rows there are, and all of them in one number: the same in whatever order they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) rows: u64,
    /// The sum of their hashes; what has no room is left out.
    sum: u64,
}

impl Digest {
    const fn and(self, other: Digest) -> Digest {
        Digest {
            rows: self.rows + other.rows,
            sum: self.sum.wrapping_add(other.sum),
        }
    }
}

/// A place in 64 bits, ordered as it is: 24 bits for the file, the others for the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ShortPlace(u64);

impl ShortPlace {
    const LINE_BITS: u32 = 40;

    /// Beyond what has room, which no command line and no disk reaches, the last file and the last line.
    fn of(place: RowPlace) -> ShortPlace {
        let file = (place.file as u64).min(u64::MAX >> ShortPlace::LINE_BITS);
        let line = place.line.min((1 << ShortPlace::LINE_BITS) - 1);
        ShortPlace(file << ShortPlace::LINE_BITS | line)
    }

    fn place(self) -> RowPlace {
        RowPlace {
            file: usize::try_from(self.0 >> ShortPlace::LINE_BITS).unwrap_or(usize::MAX),
            line: self.0 & ((1 << ShortPlace::LINE_BITS) - 1),
        }
    }
}

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Repeated {
    /// How many rows repeat an earlier one.
    pub rows: u64,
    /// The first of them, each with the row it repeats; at most three.
    pub places: Vec<(RowPlace, RowPlace)>,
    /// One in so many distinct rows was looked at; 1 if all were.
    pub share: u64,
}

impl Repeats {
    /// Remembers a row by its `content` and by what it stands `under`: the same cells under other periods are
    /// another row.
    #[inline]
    pub fn add(&mut self, content: &[u8], under: u64, place: RowPlace) {
        self.add_hashed(hashed(content, under), place);
    }

    /// The same of a row by its hash.
    #[inline]
    pub(super) fn add_hashed(&mut self, hash: u64, place: RowPlace) {
        self.all = self.all.and(Digest { rows: 1, sum: hash });
        if self.has(hash) {
            self.remember(hash, place);
        }
    }

    #[inline(never)]
    fn remember(&mut self, hash: u64, place: RowPlace) {
        // Half of the share, and so again until there is room or this row is no longer in it.
        while self.rows.len() >= KEPT && self.zeros < ZEROS_MAX && self.has(hash) {
            self.keep(self.zeros + 1);
        }
        if self.has(hash) {
            self.rows.push((hash, ShortPlace::of(place)));
        }
    }

    /// True for a hash of the share.
    const fn has(&self, hash: u64) -> bool {
        hash.leading_zeros() >= self.zeros
    }

    /// Keeps those alone whose hash has so many zeros.
    fn keep(&mut self, zeros: u32) {
        if zeros == self.zeros {
            return;
        }
        self.zeros = zeros;
        // Every other one goes, as by the toss of a coin: a branch would be foreseen as often as that.
        let mut kept = 0;
        for at in 0..self.rows.len() {
            let row = self.rows[at];
            self.rows[kept] = row;
            kept += usize::from(row.0.leading_zeros() >= zeros);
        }
        self.rows.truncate(kept);
    }

    /// Takes in what another thread remembers.
    pub fn merge(&mut self, mut other: Repeats) {
        self.all = self.all.and(other.all);
        let mut zeros = self.zeros.max(other.zeros);
        let mut keep = |zeros| {
            self.keep(zeros);
            other.keep(zeros);
            self.rows.len() + other.rows.len()
        };
        while keep(zeros) > KEPT && zeros < ZEROS_MAX {
            zeros += 1;
        }
        if self.rows.is_empty() {
            self.rows = other.rows;
        } else {
            self.rows.append(&mut other.rows);
        }
    }

    /// What tells these rows from others: the same for the same rows, as often and in any order.
    pub(super) const fn digest(&self) -> Digest {
        self.all
    }

    /// Says what repeats; `None` if nothing does.
    #[must_use]
    pub fn finish(mut self) -> Option<Repeated> {
        // Few rows share some bits of their hash with another one: only these are sorted.
        let mut seen = Several::for_some(self.rows.len());
        self.rows.iter().for_each(|(hash, _)| seen.add(*hash));
        self.rows.retain(|(hash, _)| seen.is_several(*hash));
        self.rows.sort_unstable();
        let mut pairs: Vec<(RowPlace, RowPlace)> = Vec::new();
        for run in self.rows.chunk_by(|left, right| left.0 == right.0) {
            let first = run[0].1.place();
            pairs.extend(run[1..].iter().map(|(_, place)| (place.place(), first)));
        }
        pairs.sort_unstable();
        let rows = pairs.len() as u64;
        pairs.truncate(3);
        (rows > 0).then_some(Repeated {
            rows,
            places: pairs,
            share: 1 << self.zeros,
        })
    }
}

/// What keeps words that stand in different places of a row apart.
const SECRETS: [u64; 9] = [
    0x2d35_8dcc_aa6c_78a5,
    0x8bb8_4b93_962e_acc9,
    0x4b33_a62e_d433_d4a3,
    0xa0d2_1ab6_8d07_3f5b,
    0x5c9e_e1f3_70c4_2d19,
    0xe73b_0f8c_19a5_d647,
    0x3f64_c7da_b218_9e0d,
    0x96f1_58a7_4ecb_03b5,
    0xd18a_3c65_f729_b4ef,
];

/// A row as 64 bits. Rows of 32 to 128 bytes, as most are, in one go: their first 32 or 64 bytes and their last ones, which
/// may overlap; others 32 bytes after each other, the last of them likewise.
///
/// Always the same for the same row: which rows are remembered may not change from run to run.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is shorter than most calls")]
pub(super) fn hashed(content: &[u8], under: u64) -> u64 {
    let (Some(first), Some(last)) = (content.first_chunk::<32>(), content.last_chunk::<32>())
    else {
        return finished(mixed(&filled(content), 0) ^ under, content.len());
    };
    let mut hash = mixed(first, 0) ^ mixed(last, 4) ^ under;
    if content.len() > 64 {
        hash ^= between(content);
    }
    finished(hash, content.len())
}

/// What a long row has between its ends.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn between(content: &[u8]) -> u64 {
    let (_, behind) = content.split_at(32);
    let (before, _) = content.split_at(content.len().wrapping_sub(32));
    match (behind.first_chunk(), before.last_chunk()) {
        (Some(behind), Some(before)) if content.len() <= 128 => {
            folded(mixed(behind, 1) ^ SECRETS[0], mixed(before, 3))
        }
        _ => mixed_long(content),
    }
}

/// 32 bytes as one number, where they stand among others.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn mixed(bytes: &[u8; 32], place: usize) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    let word = |at: usize| u64::from_le_bytes(words[at]) ^ SECRETS[place + at];
    folded(word(0), word(1)) ^ folded(word(2), word(3))
}

/// All of a long row but its end.
#[inline(never)]
fn mixed_long(content: &[u8]) -> u64 {
    let (chunks, _) = content.as_chunks::<32>();
    let mix = |hash: u64, chunk| folded(hash ^ SECRETS[8], SECRETS[0] ^ mixed(chunk, 0));
    chunks.iter().fold(0, mix)
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "as above")]
fn finished(hash: u64, length: usize) -> u64 {
    folded(hash ^ SECRETS[8], SECRETS[1] ^ length as u64)
}

/// A row of fewer than 32 bytes, filled up.
#[cold]
fn filled(content: &[u8]) -> [u8; 32] {
    let mut last = [0; 32];
    last[..content.len()].copy_from_slice(content);
    last
}

/// Both halves of a product in one.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "the halves are what is wanted"
)]
fn folded(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

/// The headers of periods in one number; 0 where there are none.
pub(super) fn under(periods: &[Label]) -> u64 {
    if periods.is_empty() {
        return 0;
    }
    let mut hasher = FixedState::default().build_hasher();
    for period in periods {
        hasher.write(period.text.as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

/// Writes the cells of a row as they are told from those of others: how they are quoted makes no difference, and what
/// stands in which cell does. So quotes stay around delimiters and quotes alone; a row without quotes is written as it stands.
pub(super) fn content<'a>(
    cells: impl Iterator<Item = (&'a [u8], bool)>,
    delimiter: u8,
    into: &mut Vec<u8>,
) {
    into.clear();
    for (number, (cell, is_quoted)) in cells.enumerate() {
        if number > 0 {
            into.push(delimiter);
        }
        if is_quoted && memchr::memchr2(b'"', delimiter, cell).is_some() {
            into.push(b'"');
            into.extend_from_slice(cell);
            into.push(b'"');
        } else {
            into.extend_from_slice(cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(repeats: &mut Repeats, cells: &[&str], line: u64) {
        let mut row = Vec::new();
        content(
            cells.iter().map(|cell| (cell.as_bytes(), true)),
            b',',
            &mut row,
        );
        repeats.add(&row, 0, RowPlace { file: 0, line });
    }

    #[test]
    fn equal_rows_are_found_with_the_row_they_repeat() {
        let (mut left, mut right) = (Repeats::default(), Repeats::default());
        row(&mut right, &["a", "b"], 4);
        row(&mut left, &["a", "b"], 2);
        row(&mut left, &["ab", ""], 3);
        left.merge(right);
        let found = left.finish().unwrap();
        let place = |line| RowPlace { file: 0, line };
        assert_eq!(
            found,
            Repeated {
                rows: 1,
                places: vec![(place(4), place(2))],
                share: 1
            }
        );
    }

    #[test]
    fn the_same_rows_in_another_order_have_the_same_digest() {
        let rows = |cells: &[&str]| {
            let mut repeats = Repeats::default();
            for (line, cell) in (2..).zip(cells) {
                row(&mut repeats, &[cell], line);
            }
            repeats
        };
        let one = rows(&["a", "b", "b"]);
        assert_eq!(one.digest(), rows(&["b", "a", "b"]).digest());
        let mut parts = rows(&["b"]);
        parts.merge(rows(&["b", "a"]));
        assert_eq!(one.digest(), parts.digest());
        for other in [rows(&["a", "b"]), rows(&["a", "a", "b"]), rows(&[])] {
            assert_ne!(one.digest(), other.digest());
        }
    }

    #[test]
    fn a_share_of_many_rows_does_not_depend_on_their_order() {
        let fill = |lines: &mut dyn Iterator<Item = u64>| {
            let mut repeats = Repeats::default();
            for line in lines {
                row(&mut repeats, &[&(line % 900_000).to_string()], line);
            }
            repeats.finish().unwrap()
        };
        let forward = fill(&mut (0..1_000_000));
        let backward = fill(&mut (0..1_000_000).rev());
        assert_eq!(forward, backward);
        assert!(forward.share > 1);
        let estimate = forward.rows * forward.share;
        assert!((90_000..110_000).contains(&estimate), "{estimate}");
    }
}
