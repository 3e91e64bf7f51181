//! Stored bytes on their way to text: counted, fingerprinted, decompressed.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use zstd::stream::read::Decoder;

/// How much of a compressed file is read at once.
const PACKED: usize = 32 << 10;
/// How much is decompressed at once: what is given stays in a core's cache with what it is copied from, which takes a
/// quarter off the time of larger pieces.
const UNPACKED: usize = 64 << 10;

/// Anything that gives bytes, on any thread.
pub(crate) type Reader = Box<dyn Read + Send>;

/// The system's reason without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The stored bytes, counted and hashed as they pass.
pub(crate) struct Raw {
    /// Bytes to give before those of `rest`.
    kept: Vec<u8>,
    given: usize,
    rest: Reader,
    /// Everything given, where it has to be given again.
    pub(crate) record: Option<Vec<u8>>,
    /// Hashes what passes, unless whoever reads does.
    pub(crate) hasher: Option<Box<blake3::Hasher>>,
    pub(crate) count: u64,
    /// Why reading failed, to tell it from damage found by a decompressor.
    pub(crate) failure: Option<String>,
}

impl Raw {
    pub(crate) fn new(kept: Vec<u8>, rest: Reader) -> Raw {
        let hasher = Some(Box::new(blake3::Hasher::new()));
        Raw {
            kept,
            given: 0,
            rest,
            record: None,
            hasher,
            count: 0,
            failure: None,
        }
    }

    /// The first bytes, left in place.
    fn peek(&mut self, want: usize) -> io::Result<&[u8]> {
        let missing = want.saturating_sub(self.kept.len());
        self.rest
            .by_ref()
            .take(missing as u64)
            .read_to_end(&mut self.kept)?;
        Ok(&self.kept)
    }

    pub(crate) fn into_parts(self) -> (Vec<u8>, Reader) {
        let mut kept = self.record.unwrap_or_default();
        kept.extend_from_slice(&self.kept[self.given..]);
        (kept, self.rest)
    }
}

impl Read for Raw {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ahead = &self.kept[self.given..];
        let got = if ahead.is_empty() {
            self.rest.read(into).inspect_err(|error| {
                if error.kind() != io::ErrorKind::Interrupted {
                    self.failure = Some(reason(error));
                }
            })?
        } else {
            let got = ahead.len().min(into.len());
            into[..got].copy_from_slice(&ahead[..got]);
            self.given += got;
            got
        };
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&into[..got]);
        }
        self.count += got as u64;
        if let Some(record) = &mut self.record {
            record.extend_from_slice(&into[..got]);
        }
        Ok(got)
    }
}

/// The stored bytes, decompressed if their first ones say so.
pub(crate) enum Packed {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<BufReader<Raw>>>),
    Zstd(Box<Decoder<'static, BufReader<Raw>>>),
}

impl Packed {
    pub(crate) fn open(mut raw: Raw) -> io::Result<Packed> {
        let buffered = |raw| BufReader::with_capacity(PACKED, raw);
        Ok(match raw.peek(4)? {
            [0x1F, 0x8B, ..] => Packed::Gzip(Box::new(MultiGzDecoder::new(buffered(raw)))),
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => {
                Packed::Zstd(Box::new(Decoder::with_buffer(buffered(raw))?))
            }
            _ => Packed::Plain(raw),
        })
    }

    pub(crate) fn compression(&self) -> Option<&'static str> {
        match self {
            Packed::Plain(_) => None,
            Packed::Gzip(_) => Some("gzip"),
            Packed::Zstd(_) => Some("zstd"),
        }
    }

    /// What is known of the stored bytes that were read so far.
    pub(crate) fn of_raw<T>(&self, look: impl FnOnce(&Raw) -> T) -> T {
        match self {
            Packed::Plain(raw) => look(raw),
            Packed::Gzip(gzip) => look(gzip.get_ref().get_ref()),
            Packed::Zstd(zstd) => look(zstd.get_ref().get_ref()),
        }
    }

    /// Leaves the hashing of what passes to the caller, where bytes pass as they are stored.
    pub(crate) fn leave_hashing(&mut self) -> bool {
        match self {
            Packed::Plain(raw) => {
                raw.hasher = None;
                true
            }
            Packed::Gzip(_) | Packed::Zstd(_) => false,
        }
    }

    pub(crate) fn into_raw(self) -> Raw {
        match self {
            Packed::Plain(raw) => raw,
            Packed::Gzip(gzip) => gzip.into_inner().into_inner(),
            Packed::Zstd(zstd) => zstd.finish().into_inner(),
        }
    }
}

impl Read for Packed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(UNPACKED);
        match self {
            Packed::Plain(raw) => raw.read(into),
            Packed::Gzip(gzip) => gzip.read(&mut into[..most]),
            Packed::Zstd(zstd) => zstd.read(&mut into[..most]),
        }
    }
}
