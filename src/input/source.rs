//! Named files and pipes: opened, decompressed, decoded and fingerprinted. The only file that reads
//! data; it does not know what a record is.

#![expect(
    clippy::disallowed_methods,
    reason = "the rim: the one file that reads data"
)]

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::error::{Code, Message, Place};
use crate::input::packed::{Raw, Reader, reason};
use crate::input::stream::{Reading, cannot_read};
use crate::text::nearest;

pub use crate::input::encoding::Encoding;
pub use crate::input::stream::{BLOCK, Next, Seen, Stream};

/// A file or a pipe with its name, not yet opened.
pub struct Source {
    name: String,
    origin: Origin,
    /// The encoding found necessary by an earlier reading.
    assumed: Option<Encoding>,
}

enum Origin {
    Path(PathBuf),
    /// What was read of it already, and the rest, unless it was handed to a stream.
    Pipe {
        kept: Vec<u8>,
        rest: Option<Reader>,
    },
    /// A pipe that was read to its end.
    Held(Arc<[u8]>),
    Spooled(Arc<Mutex<File>>),
}

/// The beginning of an input, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The text as UTF-8, without a byte order mark; ends anywhere between two characters.
    pub text: Vec<u8>,
    /// Whether it is the whole input.
    pub complete: bool,
    /// The encoding it was read in.
    pub encoding: Encoding,
    /// Whether Windows-1252 was assumed because the bytes are no UTF-8.
    pub assumed: bool,
    /// `gzip` or `zstd`, if it was compressed.
    pub compression: Option<&'static str>,
}

impl Source {
    /// A file.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Source {
        let path = path.into();
        Source {
            name: path.display().to_string(),
            origin: Origin::Path(path),
            assumed: None,
        }
    }

    /// A file as it was named, looked for from a folder.
    #[must_use]
    pub fn path_in(folder: Option<&PathBuf>, name: &str) -> Source {
        let path = folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
        Source {
            name: name.to_owned(),
            ..Source::path(path)
        }
    }

    /// Standard input, or anything else that can be read once.
    #[must_use]
    pub fn stdin(reader: Box<dyn Read + Send>) -> Source {
        let origin = Origin::Pipe {
            kept: Vec::new(),
            rest: Some(reader),
        };
        Source {
            name: "<stdin>".to_owned(),
            origin,
            assumed: None,
        }
    }

    /// The name as typed, `<stdin>` for standard input.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the first block, about 1 MiB of text. What was read of a pipe is kept for `open`; one that ends
    /// within it can be opened again and again.
    ///
    /// # Errors
    ///
    /// Those of [`Source::open`] and [`Stream::next_block`].
    pub fn sample(&mut self, encoding: Option<Encoding>) -> Result<Sample, Message> {
        let mut raw = self.raw()?;
        let is_pipe = matches!(self.origin, Origin::Pipe { .. });
        raw.record = is_pipe.then(Vec::new);
        let mut stream = Stream::start(raw, self.reading(encoding, true))?;
        let mut text = Vec::new();
        let next = stream.next_block(&mut text);
        let (encoding_read, assumed) = stream.encoding();
        let (complete, compression) = (stream.is_ended(), stream.compression());
        if is_pipe {
            let (kept, rest) = stream.into_raw().into_parts();
            self.origin = if complete && next.is_ok() {
                Origin::Held(Arc::from(kept))
            } else {
                Origin::Pipe {
                    kept,
                    rest: Some(rest),
                }
            };
        }
        if let Next::Restart(other) = next? {
            self.assume(other);
            return self.sample(encoding);
        }
        Ok(Sample {
            text,
            complete,
            encoding: encoding_read,
            assumed,
            compression,
        })
    }

    /// The same source once more; a pipe that was not kept is one without an end that was read.
    #[must_use]
    pub fn again(&self) -> Source {
        let origin = match &self.origin {
            Origin::Path(path) => Origin::Path(path.clone()),
            Origin::Held(bytes) => Origin::Held(Arc::clone(bytes)),
            Origin::Spooled(file) => Origin::Spooled(Arc::clone(file)),
            Origin::Pipe { .. } => Origin::Pipe {
                kept: Vec::new(),
                rest: None,
            },
        };
        Source {
            name: self.name.clone(),
            origin,
            assumed: self.assumed,
        }
    }

    /// Whether it can be opened more than once. A pipe can after [`Source::spool`].
    #[must_use]
    pub fn can_reopen(&self) -> bool {
        match &self.origin {
            Origin::Path(path) => fs::metadata(path).is_ok_and(|found| found.is_file()),
            Origin::Pipe { .. } => false,
            Origin::Held(_) | Origin::Spooled(_) => true,
        }
    }

    /// Takes an encoding as the one to read in from now on where none is set and no mark names one:
    /// what [`Next::Restart`] asks for.
    pub fn assume(&mut self, encoding: Encoding) {
        self.assumed = Some(encoding);
    }

    /// Copies a pipe to a temporary file without a name, so that it can be opened again. Does nothing
    /// to a file.
    ///
    /// # Errors
    ///
    /// [`Code::CannotRead`] if the pipe cannot be read or the copy not be written.
    pub fn spool(&mut self) -> Result<(), Message> {
        if self.can_reopen() {
            return Ok(());
        }
        let mut raw = self.raw()?;
        let mut copy = || -> io::Result<File> {
            let mut file = tempfile::tempfile()?;
            io::copy(&mut raw, &mut file)?;
            Ok(file)
        };
        let file = copy().map_err(|error| {
            Message::new(
                Code::CannotRead,
                format!("cannot keep a copy of `{}` to read it twice", self.name),
            )
            .at(Place::file(&self.name))
            .note(reason(&error))
            .help("save it as a file and name that")
        })?;
        self.origin = Origin::Spooled(Arc::new(Mutex::new(file)));
        Ok(())
    }

    /// Opens it at its beginning. Without a set encoding it is detected.
    ///
    /// # Errors
    ///
    /// - [`Code::FileNotFound`], [`Code::IsAFolder`], [`Code::CannotRead`] if it cannot be opened, or is
    ///   a pipe that was opened before.
    /// - [`Code::EmptyFile`], [`Code::SpreadsheetFile`], [`Code::MarkupFile`], [`Code::BrokenCompression`]
    ///   by what its first bytes show.
    /// - [`Code::UnreadableText`] if a byte order mark contradicts the set encoding.
    pub fn open(&mut self, encoding: Option<Encoding>) -> Result<Stream, Message> {
        let raw = self.raw()?;
        let reopenable = !matches!(self.origin, Origin::Pipe { .. });
        Stream::start(raw, self.reading(encoding, reopenable))
    }

    /// How many bytes are stored, where that is known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        let found = match &self.origin {
            Origin::Path(path) => fs::metadata(path).ok().filter(fs::Metadata::is_file)?,
            Origin::Pipe { .. } => return None,
            Origin::Held(bytes) => return Some(bytes.len() as u64),
            Origin::Spooled(file) => file.lock().ok()?.metadata().ok()?,
        };
        Some(found.len())
    }

    fn reading(&self, set: Option<Encoding>, reopenable: bool) -> Reading<'_> {
        Reading {
            name: &self.name,
            set,
            assumed: self.assumed,
            reopenable,
        }
    }

    /// Opens the stored bytes. A path that is no regular file becomes a pipe.
    fn raw(&mut self) -> Result<Raw, Message> {
        if let Origin::Path(path) = &self.origin {
            if self.name.is_empty() {
                let headline = "the name of a file is empty";
                return Err(Message::new(Code::FileNotFound, headline));
            }
            let found = fs::metadata(path).map_err(|error| self.cannot_open(path, &error))?;
            if found.is_dir() {
                return Err(self.is_a_folder());
            }
            let file = File::open(path).map_err(|error| self.cannot_open(path, &error))?;
            if found.is_file() {
                return Ok(Raw::new(Vec::new(), Box::new(file)));
            }
            self.origin = Origin::Pipe {
                kept: Vec::new(),
                rest: Some(Box::new(file)),
            };
        }
        match &mut self.origin {
            Origin::Pipe { kept, rest } => rest
                .take()
                .map(|rest| Raw::new(std::mem::take(kept), rest))
                .ok_or_else(|| cannot_read(&self.name, "a pipe can be read only once")),
            Origin::Held(bytes) => {
                let bytes = io::Cursor::new(Arc::clone(bytes));
                Ok(Raw::new(Vec::new(), Box::new(bytes)))
            }
            Origin::Spooled(file) => Ok(Raw::new(
                Vec::new(),
                Box::new(Spooled {
                    file: Arc::clone(file),
                    at: 0,
                }),
            )),
            Origin::Path(_) => Err(cannot_read(&self.name, "it is no file")),
        }
    }

    fn cannot_open(&self, path: &Path, error: &io::Error) -> Message {
        if error.kind() != io::ErrorKind::NotFound {
            return cannot_read(&self.name, &reason(error));
        }
        let message = Message::new(Code::FileNotFound, format!("no file `{}`", self.name))
            .at(Place::file(&self.name));
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        if !folder.is_dir() {
            let typed = Path::new(&self.name).parent().unwrap_or(folder);
            return message.note(format!("there is no folder `{}`", typed.display()));
        }
        let names = file_names(folder);
        let typed = path.file_name().unwrap_or_default().to_string_lossy();
        match nearest(&typed, names.iter().map(String::as_str)) {
            Some(near) => message.help(format!(
                "`{}` is there",
                Path::new(&self.name).with_file_name(near).display()
            )),
            None => message,
        }
    }

    fn is_a_folder(&self) -> Message {
        let files = Path::new(&self.name).join("*.csv");
        Message::new(Code::IsAFolder, format!("`{}` is a folder", self.name))
            .at(Place::file(&self.name))
            .help(format!("name its files: `{}`", files.display()))
    }
}

/// The files of a folder, in order of their names.
fn file_names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| !entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort_unstable();
    names
}

/// A reader of a temporary file with a place of its own.
struct Spooled {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for Spooled {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self
            .file
            .lock()
            .map_err(|_| io::Error::other("another reader of the copy failed"))?;
        file.seek(SeekFrom::Start(self.at))?;
        let got = file.read(into)?;
        self.at += got as u64;
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    /// A file in a folder of its own.
    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Folder {
            Folder(tempfile::tempdir().unwrap())
        }

        fn source(&self, name: &str, bytes: &[u8]) -> Source {
            let path = self.0.path().join(name);
            fs::write(&path, bytes).unwrap();
            Source::path(path)
        }
    }

    fn pipe(bytes: &[u8]) -> Source {
        Source::stdin(Box::new(Cursor::new(bytes.to_vec())))
    }

    /// Reads everything in blocks of a size, starting again where that is asked for.
    fn read(
        source: &mut Source,
        set: Option<Encoding>,
        block: usize,
    ) -> Result<(String, Seen), Message> {
        let mut stream = source.open(set)?;
        stream.set_block(block);
        let mut text = Vec::new();
        loop {
            match stream.next_block(&mut text)? {
                Next::More => assert!(std::str::from_utf8(&text).is_ok()),
                Next::End => return Ok((String::from_utf8(text).unwrap(), stream.finish())),
                Next::Restart(encoding) => {
                    source.assume(encoding);
                    return read(source, set, block);
                }
            }
        }
    }

    /// The text and encoding, the same for every size of blocks and for a pipe.
    fn text(bytes: &[u8]) -> (String, Encoding, bool) {
        let folder = Folder::new();
        let mut source = folder.source("a.csv", bytes);
        let (text, seen) = read(&mut source, None, BLOCK).unwrap();
        assert_eq!(seen.fingerprint, *blake3::hash(bytes).as_bytes());
        assert_eq!(seen.bytes_read, bytes.len() as u64);
        for block in 1..9 {
            assert_eq!(
                read(&mut source, None, block).unwrap(),
                (text.clone(), seen.clone()),
                "block {block}"
            );
        }
        let mut pipe = pipe(bytes);
        let sample = pipe.sample(None).unwrap();
        assert_eq!(
            (sample.text.as_slice(), sample.complete),
            (text.as_bytes(), true)
        );
        assert_eq!(
            (sample.encoding, sample.assumed),
            (seen.encoding, seen.assumed)
        );
        assert_eq!(
            read(&mut pipe, None, 3).unwrap(),
            (text.clone(), seen.clone())
        );
        (text, seen.encoding, seen.assumed)
    }

    fn refused(bytes: &[u8], set: Option<Encoding>) -> (Code, Option<u64>) {
        let folder = Folder::new();
        let mut source = folder.source("a.csv", bytes);
        let message = read(&mut source, set, BLOCK).unwrap_err();
        let small = read(&mut source, set, 1).unwrap_err();
        assert_eq!(small, message);
        let place = message.place.unwrap();
        assert_eq!(place.file, source.name());
        (message.code, place.line)
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    fn utf16(text: &str, mark: bool, encode: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xFEFF);
        mark.into_iter()
            .chain(text.encode_utf16())
            .flat_map(encode)
            .collect()
    }

    #[test]
    fn text_is_decoded_by_mark_pattern_or_trial() {
        let words = "id,naïve €\nα,🦀\n";
        let plain = (words.to_owned(), Encoding::Utf8, false);
        assert_eq!(text(words.as_bytes()), plain);
        assert_eq!(text(format!("\u{FEFF}{words}").as_bytes()), plain);
        let as_le = (words.to_owned(), Encoding::Utf16Le, false);
        assert_eq!(text(&utf16(words, true, u16::to_le_bytes)), as_le);
        assert_eq!(text(&utf16(words, false, u16::to_le_bytes)), as_le);
        assert_eq!(
            text(&utf16(words, true, u16::to_be_bytes)).1,
            Encoding::Utf16Be
        );
        assert_eq!(text(&utf16(words, false, u16::to_be_bytes)).0, words);
    }

    #[test]
    fn bytes_that_are_no_utf8_are_read_as_windows_1252_and_it_is_said() {
        let assumed = |words: &str| (words.to_owned(), Encoding::Windows1252, true);
        assert_eq!(
            text(b"id,name\na,Caf\xE9\nb,\x80 5"),
            assumed("id,name\na,Café\nb,€ 5")
        );
        assert_eq!(text(b"id\nCaf\xE9"), assumed("id\nCafé"));
        // Characters that look like UTF-8 come first: the file is read again from its start.
        let folder = Folder::new();
        let mut source = folder.source(
            "a.csv",
            "Ã©\n"
                .as_bytes()
                .iter()
                .chain(b"\xE9\n")
                .copied()
                .collect::<Vec<u8>>()
                .as_slice(),
        );
        let (read_again, seen) = read(&mut source, None, 2).unwrap();
        assert_eq!((seen.encoding, seen.assumed), (Encoding::Windows1252, true));
        assert!(read_again.ends_with("é\n"));
    }

    #[test]
    fn a_pipe_that_would_have_to_be_read_again_is_refused_unless_copied() {
        let bytes = [&b"\xC3\xA9\n"[..], &b"x\n".repeat(BLOCK), b"\xE9\n"].concat();
        let message = read(&mut pipe(&bytes), None, BLOCK).unwrap_err();
        assert_eq!(
            (message.code, message.place.unwrap().line),
            (Code::UnreadableText, Some(BLOCK as u64 + 2))
        );
        assert_eq!(message.help, ["pass `--encoding windows-1252`"]);
        let mut copied = pipe(&bytes);
        assert!(!copied.sample(None).unwrap().complete);
        copied.spool().unwrap();
        assert_eq!(
            (copied.can_reopen(), copied.size()),
            (true, Some(bytes.len() as u64))
        );
        assert!(read(&mut copied, None, BLOCK).unwrap().1.assumed);
        let mut short = pipe(b"a\n");
        assert!(short.sample(None).unwrap().complete && short.can_reopen());
        for _ in 0..2 {
            assert!(read(&mut short, None, BLOCK).is_ok());
        }
        let mut read_twice = pipe(b"a\n");
        assert!(read(&mut read_twice, None, BLOCK).is_ok());
        assert_eq!(
            read(&mut read_twice, None, BLOCK).unwrap_err().code,
            Code::CannotRead
        );
    }

    #[test]
    fn text_that_cannot_be_read_is_refused_with_its_line() {
        assert_eq!(
            refused(b"a\nb\xE9\n", Some(Encoding::Utf8)),
            (Code::UnreadableText, Some(2))
        );
        assert_eq!(
            refused(b"a\rb\xE9\r", Some(Encoding::Utf8)),
            (Code::UnreadableText, Some(2))
        );
        assert_eq!(
            refused(b"\xEF\xBB\xBFa\nb\xE9\n", None),
            (Code::UnreadableText, Some(2))
        );
        assert_eq!(
            refused(b"a\n\xE9\n\x81\n", None),
            (Code::UnreadableText, Some(3))
        );
        assert_eq!(
            refused(b"a\n\x9D\n", Some(Encoding::Windows1252)),
            (Code::UnreadableText, Some(2))
        );
        assert_eq!(
            refused(b"\xFF\xFEa\0\n\0\x00\xD8b\0", None),
            (Code::UnreadableText, Some(2))
        );
        assert_eq!(
            refused(b"\xFF\xFEa\0\n\0b", None),
            (Code::UnreadableText, Some(2))
        );
        assert_eq!(
            refused(b"\xFF\xFEa\0", Some(Encoding::Utf8)),
            (Code::UnreadableText, Some(1))
        );
        assert_eq!(refused(b"a,b\nc,\0\n", None), (Code::NulByte, Some(2)));
        assert_eq!(
            refused(b"a\0\n\xE9", Some(Encoding::Windows1252)),
            (Code::NulByte, Some(1))
        );
        assert_eq!(
            refused(b"\xFF\xFEa\0\n\0\0\0", None),
            (Code::NulByte, Some(2))
        );
    }

    #[test]
    fn other_formats_are_named() {
        assert_eq!(refused(b"", None), (Code::EmptyFile, None));
        assert_eq!(refused(b"\xEF\xBB\xBF", None), (Code::EmptyFile, None));
        assert_eq!(refused(&gzip(b""), None), (Code::EmptyFile, None));
        assert_eq!(
            refused(b"PK\x03\x04xl/", None),
            (Code::SpreadsheetFile, None)
        );
        assert_eq!(
            refused(&gzip(b"\xD0\xCF\x11\xE0\xA1"), None),
            (Code::SpreadsheetFile, None)
        );
        assert_eq!(
            refused(b"\xEF\xBB\xBF \r\n<!DOCTYPE html>", None),
            (Code::MarkupFile, Some(1))
        );
        assert_eq!(
            refused(&utf16("<?xml version", true, u16::to_be_bytes), None),
            (Code::MarkupFile, Some(1))
        );
        assert_eq!(text(b"<none>,b\n").0, "<none>,b\n");
    }

    #[test]
    fn compressed_files_are_read_whole_or_refused() {
        let words = "a,b\n".repeat(5_000);
        for pack in [gzip, zstd] {
            let (one, other) = (pack(words.as_bytes()), pack(b"c,d\n"));
            let both = [one.clone(), other].concat();
            assert_eq!(text(&both).0, format!("{words}c,d\n"));
            let cut = &one[..one.len() - 9];
            assert_eq!(refused(cut, None), (Code::BrokenCompression, None));
            assert_eq!(
                refused(&[one, b"garbage".to_vec()].concat(), None),
                (Code::BrokenCompression, None)
            );
        }
        let skipped = [b"\x50\x2A\x4D\x18\x02\0\0\0xx".to_vec(), zstd(b"a,b\n")].concat();
        assert_eq!(text(&skipped).0, "a,b\n");
        assert_eq!(
            pipe(&gzip(b"a")).sample(None).unwrap().compression,
            Some("gzip")
        );
        assert_eq!(
            pipe(&skipped).sample(None).unwrap().compression,
            Some("zstd")
        );
    }

    #[test]
    fn a_stream_can_run_on_its_own_thread() {
        fn sent<T: Send>(_: &T) {}
        sent(&pipe(b"a\n"));
        sent(&pipe(b"a\n").open(None).unwrap());
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let folder = Folder::new();
        drop(folder.source("revenue.csv", b"a\n"));
        let message = Source::path(folder.0.path().join("revenu.csv"))
            .open(None)
            .err()
            .unwrap();
        assert_eq!(message.code, Code::FileNotFound);
        assert!(
            message.help[0].ends_with("revenue.csv` is there"),
            "{:?}",
            message.help
        );
        assert_eq!(
            Source::path(folder.0.path()).open(None).err().unwrap().code,
            Code::IsAFolder
        );
        let below = folder.0.path().join("revenue.csv").join("x");
        let message = Source::path(below).open(None).err().unwrap();
        assert_eq!(message.code, Code::CannotRead);
        assert_eq!(message.evidence[0].text, "Not a directory");
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        proptest::proptest!(|(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), magic in 0..5_usize)| {
            let magic = [&b""[..], b"\x1F\x8B\x08\0", b"\x28\xB5\x2F\xFD", b"\xFF\xFE", b"PK"][magic];
            let bytes = [magic, &bytes].concat();
            let _ = pipe(&bytes).sample(None);
            for set in [Encoding::Utf16Be, Encoding::Windows1252] {
                let _ = read(&mut pipe(&bytes), Some(set), 7);
            }
        });
    }
}
