//! The text of a source as it is read: blocks of whole characters, and what was seen on the way.

use std::io::{self, Read};

use crate::error::{Code, Message, Place};
use crate::input::encoding::{Certainty, Decoder, Encoding};
use crate::input::fingerprint::{self, Fingerprint, PieceHash};
use crate::input::packed::{Packed, Raw, reason};
use crate::input::sniff::{byte_order_mark, refuse_other_formats, utf16_by_nuls};
use crate::machine::survey;

/// How much text a block holds at most, before decoding.
pub const BLOCK: usize = 1 << 20;
/// The same where many are read, one after the other: what fits into the nearer caches.
pub(crate) const PIECE_BLOCK: usize = fingerprint::PIECE;
/// How much is looked at to recognise what a file is.
const HEAD: usize = 8 << 10;

/// What [`Stream::next_block`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Text was appended (perhaps none yet, if a block ended inside a character).
    More,
    /// All text was given before.
    End,
    /// The bytes stopped being UTF-8 after characters beyond ASCII had been read as such: everything is
    /// to be read again in this encoding ([`Source::assume`](crate::input::source::Source::assume), then open), or refused.
    Restart(Encoding),
}

/// What a whole reading showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The encoding at the end.
    pub encoding: Encoding,
    /// Whether Windows-1252 was assumed because the bytes are no UTF-8.
    pub assumed: bool,
    /// How many stored bytes were read.
    pub bytes_read: u64,
    /// The BLAKE3 hash of the stored bytes that were read.
    pub fingerprint: [u8; 32],
}

/// How a source is to be read.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) name: &'a str,
    /// The encoding the user set.
    pub(crate) set: Option<Encoding>,
    /// The encoding an earlier reading found necessary.
    pub(crate) assumed: Option<Encoding>,
    /// Whether it can be read again in another encoding.
    pub(crate) reopenable: bool,
}

/// The text of a source, block by block.
pub struct Stream {
    name: String,
    reader: Packed,
    /// Bytes read ahead to recognise the file, and how many of them were given.
    held: Vec<u8>,
    given: usize,
    /// How many bytes the byte order mark has, until the first block is read.
    mark: usize,
    decoder: Decoder,
    block: usize,
    ended: bool,
    hashing: Hashing,
}

/// How the stored bytes are hashed.
enum Hashing {
    /// As they are read.
    Below,
    /// Block by block, one after the other.
    Running(Box<blake3::Hasher>),
    /// Block by block, perhaps later and on another thread. Blocks are then pieces of the whole.
    Pieces(Fingerprint, usize),
}

/// A block that is still to be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unhashed {
    pub(crate) number: usize,
    /// Where it starts in the text that it was appended to; it reaches to the end.
    pub(crate) from: usize,
}

impl Stream {
    pub(crate) fn start(raw: Raw, reading: Reading) -> Result<Stream, Message> {
        let Reading {
            name,
            set,
            assumed,
            reopenable,
        } = reading;
        let name = name.to_owned();
        let decoder = Decoder::new(&name, Encoding::Utf8, Certainty::Open, reopenable);
        let reader = Packed::open(raw).map_err(|error| cannot_read(&name, &reason(&error)))?;
        let mut stream = Stream {
            name,
            reader,
            held: Vec::new(),
            given: 0,
            mark: 0,
            decoder,
            block: BLOCK,
            ended: false,
            hashing: Hashing::Below,
        };
        if stream.reader.leave_hashing() {
            stream.hashing = Hashing::Running(Box::default());
        }
        let mut held = Vec::new();
        stream.fill(&mut held, HEAD)?;
        let mark = byte_order_mark(&held);
        stream.mark = mark.map_or(0, |(_, length)| length);
        stream.given = stream.mark;
        refuse_other_formats(&stream.name, &held, &held[stream.given..])?;
        let (encoding, certainty) = match (set, mark, utf16_by_nuls(&held)) {
            (Some(set), Some((marked, _)), _) if set != marked => {
                return Err(stream.contradicted(set, marked));
            }
            (Some(set), ..) => (set, Certainty::Set),
            (None, Some((marked, _)), _) | (None, None, Some(marked)) => {
                (marked, Certainty::Marked)
            }
            (None, None, None) => match assumed {
                Some(assumed) => (assumed, Certainty::Assumed),
                None => (Encoding::Utf8, Certainty::Open),
            },
        };
        stream.decoder = Decoder::new(&stream.name, encoding, certainty, reopenable);
        // Until the dialect is known: old Macs end lines with a carriage return alone.
        if held.contains(&b'\r') && !held.contains(&b'\n') {
            stream.decoder.count_lines_by(b'\r');
        }
        stream.held = held;
        Ok(stream)
    }

    /// Appends up to 1 MiB of text, never part of a character.
    ///
    /// # Errors
    ///
    /// - [`Code::CannotRead`] or [`Code::BrokenCompression`] if the bytes stop coming.
    /// - [`Code::UnreadableText`] with the line, if they are no text in the encoding.
    /// - [`Code::NulByte`] with the line.
    pub fn next_block(&mut self, into: &mut Vec<u8>) -> Result<Next, Message> {
        let (next, unhashed) = self.next_block_unhashed(into)?;
        if let Some(Unhashed { number, from }) = unhashed {
            self.put_hash(PieceHash::of(number, [&into[from..], &[]]));
        }
        Ok(next)
    }

    /// The same, where the block may be left to the caller to hash.
    pub(crate) fn next_block_unhashed(
        &mut self,
        into: &mut Vec<u8>,
    ) -> Result<(Next, Option<Unhashed>), Message> {
        if self.ended {
            return Ok((Next::End, None));
        }
        let from = into.len();
        self.decoder.begin(into);
        let carried = into.len();
        let mark = std::mem::take(&mut self.mark);
        let want = match self.hashing {
            Hashing::Pieces(..) => self.block - mark,
            _ => self.block,
        };
        self.ended = self.fill(into, want)? < want;
        let seen = survey(&into[from..], self.decoder.line_end());
        let mark = &self.held[..mark];
        let mut unhashed = None;
        match &mut self.hashing {
            Hashing::Below => {}
            Hashing::Running(hasher) => {
                hasher.update(mark).update(&into[carried..]);
            }
            Hashing::Pieces(..) if carried == into.len() && mark.is_empty() => {}
            Hashing::Pieces(fingerprint, number) => {
                // What is no ASCII may be changed by decoding, or be cut.
                if mark.is_empty() && carried == from && seen.is_plain {
                    unhashed = Some(Unhashed {
                        number: *number,
                        from,
                    });
                } else {
                    fingerprint.put(PieceHash::of(*number, [mark, &into[carried..]]));
                }
                *number += 1;
            }
        }
        let restart = self.decoder.decode((into, from), self.ended, seen)?;
        let next = match restart {
            Some(encoding) => {
                self.ended = true;
                Next::Restart(encoding)
            }
            None if self.ended && into.len() == from => Next::End,
            None => Next::More,
        };
        Ok((next, unhashed))
    }

    /// Takes the hash of a block that was left to the caller.
    pub(crate) fn put_hash(&mut self, hash: PieceHash) {
        if let Hashing::Pieces(fingerprint, _) = &mut self.hashing {
            fingerprint.put(hash);
        }
    }

    /// How many stored bytes were read so far, for a progress bar.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.reader.of_raw(|raw| raw.count)
    }

    /// Ends the reading and tells what was seen.
    #[must_use]
    pub fn finish(self) -> Seen {
        Seen {
            encoding: self.decoder.encoding(),
            assumed: self.decoder.is_assumed(),
            bytes_read: self.bytes_read(),
            fingerprint: self.fingerprint(),
        }
    }

    fn fingerprint(&self) -> [u8; 32] {
        let below = |raw: &Raw| Some(*raw.hasher.as_ref()?.finalize().as_bytes());
        match &self.hashing {
            Hashing::Below => self.reader.of_raw(below),
            Hashing::Running(hasher) => Some(*hasher.finalize().as_bytes()),
            Hashing::Pieces(fingerprint, _) => fingerprint.finish(),
        }
        // A piece is missing only where reading was given up.
        .unwrap_or_default()
    }

    /// The encoding it is read in, and whether that was assumed.
    pub(crate) fn encoding(&self) -> (Encoding, bool) {
        (self.decoder.encoding(), self.decoder.is_assumed())
    }

    /// Whether the last block was given.
    pub(crate) fn is_ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn compression(&self) -> Option<&'static str> {
        self.reader.compression()
    }

    pub(crate) fn into_raw(self) -> Raw {
        self.reader.into_raw()
    }

    /// Sets how much is read for a block.
    pub(crate) fn set_block(&mut self, bytes: usize) {
        self.block = bytes.max(1);
        if bytes == PIECE_BLOCK && matches!(self.hashing, Hashing::Running(_)) {
            self.hashing = Hashing::Pieces(Fingerprint::default(), 0);
        }
    }

    /// Sets the byte that ends a line, before any block is read.
    pub(crate) fn count_lines_by(&mut self, line_end: u8) {
        self.decoder.count_lines_by(line_end);
    }

    /// How many line ends were given so far.
    pub(crate) fn lines(&self) -> u64 {
        self.decoder.lines()
    }

    /// How many quotes were given so far.
    pub(crate) fn quotes(&self) -> u64 {
        self.decoder.quotes()
    }

    /// Appends exactly `want` bytes, or fewer at the end.
    fn fill(&mut self, into: &mut Vec<u8>, want: usize) -> Result<usize, Message> {
        let ahead = &self.held[self.given..];
        let ahead = &ahead[..ahead.len().min(want)];
        into.extend_from_slice(ahead);
        let mut got = ahead.len();
        self.given += got;
        let start = into.len() - got;
        into.resize(start + want, 0);
        while got < want {
            match self.reader.read(&mut into[start + got..]) {
                Ok(0) => break,
                Ok(more) => got += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.broken(&error)),
            }
        }
        into.truncate(start + got);
        Ok(got)
    }

    fn broken(&self, error: &io::Error) -> Message {
        let failure = self.reader.of_raw(|raw| raw.failure.clone());
        match (failure, self.reader.compression()) {
            (None, Some(kind)) => Message::new(
                Code::BrokenCompression,
                format!("the {kind} file `{}` ends early or is damaged", self.name),
            )
            .at(Place::file(&self.name))
            .note(damage(error))
            .help("fetch or export it again"),
            (Some(failure), _) => cannot_read(&self.name, &failure),
            (None, None) => cannot_read(&self.name, &reason(error)),
        }
    }

    fn contradicted(&self, set: Encoding, marked: Encoding) -> Message {
        let headline = format!(
            "{} is set, but `{}` is {}",
            set.name(),
            self.name,
            marked.name()
        );
        Message::new(Code::UnreadableText, headline)
            .at(Place::line(&self.name, 1))
            .note(format!(
                "it starts with the byte order mark of {}",
                marked.name()
            ))
            .help(format!(
                "leave out `--encoding`, or pass `--encoding {}`",
                marked.flag()
            ))
    }
}

/// What a decompressor found, without the words of its library.
fn damage(error: &io::Error) -> String {
    let text = reason(error);
    let is_cut = error.kind() == io::ErrorKind::UnexpectedEof || text.contains("incomplete");
    if is_cut {
        "it ends in the middle of its compressed data".to_owned()
    } else {
        text
    }
}

pub(crate) fn cannot_read(name: &str, why: &str) -> Message {
    Message::new(Code::CannotRead, format!("cannot read `{name}`"))
        .at(Place::file(name))
        .note(why)
}
