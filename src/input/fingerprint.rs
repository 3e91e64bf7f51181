//! The BLAKE3 hash of what was read, from pieces that can be hashed at the same time and in any order.
//!
//! BLAKE3 hashes a tree; a piece of a length that is a power of two is a branch of it. The result is the hash of the
//! whole, as `b3sum` gives it.

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};

/// How many bytes a piece has; the last one may have fewer.
pub(crate) const PIECE: usize = 256 << 10;

/// The hash of one piece.
#[derive(Debug)]
pub(crate) struct PieceHash {
    number: usize,
    length: u64,
    branch: ChainingValue,
    /// The hash of the whole, if it is this piece.
    whole: [u8; 32],
}

impl PieceHash {
    /// Hashes a piece that stands in one or two parts.
    pub(crate) fn of(number: usize, parts: [&[u8]; 2]) -> PieceHash {
        let mut hasher = Hasher::new();
        hasher.set_input_offset((number * PIECE) as u64);
        for part in parts {
            hasher.update(part);
        }
        let is_first = number == 0;
        PieceHash {
            number,
            length: parts.iter().map(|part| part.len() as u64).sum(),
            branch: hasher.finalize_non_root(),
            whole: if is_first {
                *hasher.finalize().as_bytes()
            } else {
                [0; 32]
            },
        }
    }
}

/// The hashes of the pieces so far.
#[derive(Debug, Default)]
pub(crate) struct Fingerprint {
    pieces: Vec<Option<PieceHash>>,
}

impl Fingerprint {
    /// Takes the hash of a piece.
    pub(crate) fn put(&mut self, piece: PieceHash) {
        if self.pieces.len() <= piece.number {
            self.pieces.resize_with(piece.number + 1, || None);
        }
        let place = piece.number;
        self.pieces[place] = Some(piece);
    }

    /// The hash of the whole; `None` where a piece is missing.
    pub(crate) fn finish(&self) -> Option<[u8; 32]> {
        let pieces: Option<Vec<&PieceHash>> = self.pieces.iter().map(Option::as_ref).collect();
        let pieces = pieces?;
        let branches: Vec<ChainingValue> = pieces.iter().map(|piece| piece.branch).collect();
        let length = pieces.iter().map(|piece| piece.length).sum();
        match pieces.as_slice() {
            [] => Some(*blake3::hash(&[]).as_bytes()),
            [only] => Some(only.whole),
            _ => {
                let (left, right) = halves(&branches, length);
                let root = merge_subtrees_root(&left, &right, Mode::Hash);
                Some(*root.as_bytes())
            }
        }
    }
}

/// The two branches that a piece of a tree is made of.
fn halves(branches: &[ChainingValue], length: u64) -> (ChainingValue, ChainingValue) {
    let left = left_subtree_len(length);
    let middle = usize::try_from(left).unwrap_or(usize::MAX) / PIECE;
    let (before, after) = branches.split_at(middle);
    (branch(before, left), branch(after, length - left))
}

fn branch(branches: &[ChainingValue], length: u64) -> ChainingValue {
    if let [only] = branches {
        return *only;
    }
    let (left, right) = halves(branches, length);
    merge_subtrees_non_root(&left, &right, Mode::Hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_any_order_give_the_hash_of_the_whole() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 6 * PIECE + 77] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            let mut fingerprint = Fingerprint::default();
            let pieces: Vec<&[u8]> = bytes.chunks(PIECE).collect();
            for (number, piece) in pieces.iter().enumerate().rev() {
                let (one, two) = piece.split_at(piece.len() / 3);
                fingerprint.put(PieceHash::of(number, [one, two]));
            }
            let expected = *blake3::hash(&bytes).as_bytes();
            assert_eq!(fingerprint.finish(), Some(expected), "{length}");
        }
    }

    #[test]
    fn a_missing_piece_is_noticed() {
        let mut fingerprint = Fingerprint::default();
        fingerprint.put(PieceHash::of(1, [b"b", b""]));
        assert_eq!(fingerprint.finish(), None);
    }
}
