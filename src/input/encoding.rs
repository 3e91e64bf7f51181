//! Bytes to UTF-8 text, never lossy: what cannot be decoded is an error with its line.
//!
//! Reads nothing by itself; [`source`](crate::input::source) hands it blocks.

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use crate::error::{Code, Message, Place};
use crate::machine::{Survey, survey};

/// How the characters of a file are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first: Excel's "Unicode Text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// One byte a character, western European; what Excel writes as "CSV".
    Windows1252,
}

impl Encoding {
    /// The name shown: `UTF-8`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Windows1252 => "Windows-1252",
        }
    }

    /// The encoding a flag names, in any case: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, or
    /// one of their common other names. `utf-16` alone is taken as low byte first, `latin-1` as
    /// Windows-1252, which holds all its printable characters.
    #[must_use]
    pub fn named(text: &str) -> Option<Encoding> {
        Some(
            match text.trim().to_ascii_lowercase().replace('_', "-").as_str() {
                "utf-8" | "utf8" | "utf-8-sig" | "ascii" | "us-ascii" => Encoding::Utf8,
                "utf-16le" | "utf-16-le" | "utf16le" | "utf-16" | "utf16" => Encoding::Utf16Le,
                "utf-16be" | "utf-16-be" | "utf16be" => Encoding::Utf16Be,
                "windows-1252" | "windows1252" | "cp1252" | "cp-1252" | "latin-1" | "latin1"
                | "iso-8859-1" => Encoding::Windows1252,
                _ => return None,
            },
        )
    }

    /// The text of the flag that sets it: `utf-8`.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1252 => "windows-1252",
        }
    }
}

/// How sure the encoding is when decoding starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Certainty {
    /// Set by the user.
    Set,
    /// Named by a byte order mark or by the pattern of NUL bytes.
    Marked,
    /// Windows-1252, because an earlier reading was no UTF-8.
    Assumed,
    /// UTF-8 until shown otherwise.
    Open,
}

/// Turns blocks of bytes into text, carrying what a block's end cuts off.
pub(crate) struct Decoder {
    file: String,
    encoding: Encoding,
    certainty: Certainty,
    /// Whether the caller can start again in another encoding.
    reopenable: bool,
    /// Whether a character beyond ASCII was read as UTF-8.
    multibyte: bool,
    /// The bytes of a character cut off by the end of a block.
    carry: Vec<u8>,
    utf16: Option<encoding_rs::Decoder>,
    /// Line ends decoded so far.
    lines: u64,
    /// The byte that ends a line.
    line_end: u8,
    /// Quotes decoded so far.
    quotes: u64,
}

impl Decoder {
    pub(crate) fn new(
        file: &str,
        encoding: Encoding,
        certainty: Certainty,
        reopenable: bool,
    ) -> Decoder {
        let utf16 = match encoding {
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Utf8 | Encoding::Windows1252 => None,
        };
        Decoder {
            file: file.to_owned(),
            encoding,
            certainty,
            reopenable,
            multibyte: false,
            carry: Vec::new(),
            utf16,
            lines: 0,
            line_end: b'\n',
            quotes: 0,
        }
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(crate) fn is_assumed(&self) -> bool {
        self.certainty == Certainty::Assumed
    }

    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    pub(crate) fn quotes(&self) -> u64 {
        self.quotes
    }

    pub(crate) fn line_end(&self) -> u8 {
        self.line_end
    }

    pub(crate) fn count_lines_by(&mut self, line_end: u8) {
        self.line_end = line_end;
    }

    /// Puts what the last block cut off in front of the next one.
    pub(crate) fn begin(&mut self, into: &mut Vec<u8>) {
        into.append(&mut self.carry);
    }

    /// Decodes the bytes of `into` from `from` on in place, of which a [`survey`] is at hand. `last` says that no more
    /// will follow. Gives another encoding when everything has to be read again in it.
    pub(crate) fn decode(
        &mut self,
        (into, from): (&mut Vec<u8>, usize),
        last: bool,
        mut seen: Survey,
    ) -> Result<Option<Encoding>, Message> {
        if self.utf16.is_some() {
            self.decode_utf16(into, from, last)?;
            seen = survey(&into[from..], self.line_end);
        } else if !seen.is_plain {
            self.refuse_nul(into, from)?;
            let restart = match self.encoding {
                Encoding::Windows1252 => self.decode_windows(into, from, from).map(|()| None)?,
                _ => self.check_utf8(into, from, last)?,
            };
            if restart.is_some() {
                return Ok(restart);
            }
        }
        // Neither a character that waits for its end nor what one becomes holds an end of a line or a quote.
        self.lines += seen.lines;
        self.quotes += seen.quotes;
        Ok(None)
    }

    fn check_utf8(
        &mut self,
        into: &mut Vec<u8>,
        from: usize,
        last: bool,
    ) -> Result<Option<Encoding>, Message> {
        if let Err(error) = std::str::from_utf8(&into[from..]) {
            let good = from + error.valid_up_to();
            if last || error.error_len().is_some() {
                return self.leave_utf8(into, from, good);
            }
            self.carry = into.split_off(good);
        }
        self.multibyte = self.multibyte || !into[from..].is_ascii();
        Ok(None)
    }

    /// Decides what bytes are that are no UTF-8 at `good`.
    fn leave_utf8(
        &mut self,
        into: &mut Vec<u8>,
        from: usize,
        good: usize,
    ) -> Result<Option<Encoding>, Message> {
        if self.certainty == Certainty::Open {
            if !self.multibyte && into[from..good].is_ascii() {
                self.encoding = Encoding::Windows1252;
                self.certainty = Certainty::Assumed;
                return self.decode_windows(into, from, good).map(|()| None);
            }
            if self.reopenable {
                into.truncate(from);
                return Ok(Some(Encoding::Windows1252));
            }
        }
        let byte = into.get(good).copied().unwrap_or_default();
        let message = self.unreadable(
            &into[from..good],
            format!("cannot read byte 0x{byte:02X} as UTF-8"),
        );
        Err(match self.certainty {
            Certainty::Marked => message.note("the file starts with the byte order mark of UTF-8"),
            Certainty::Open => message
                .note("characters beyond ASCII were read as UTF-8 before, and a pipe cannot be read again")
                .help("pass `--encoding windows-1252`"),
            Certainty::Set | Certainty::Assumed => {
                message.note("the encoding UTF-8 is set").help("pass `--encoding windows-1252`")
            }
        })
    }

    /// Decodes the bytes from `good` on. Five bytes mean nothing in Windows-1252; they are refused, not
    /// replaced.
    fn decode_windows(&self, into: &mut Vec<u8>, from: usize, good: usize) -> Result<(), Message> {
        let raw = &into[good..];
        if raw.is_ascii() {
            return Ok(());
        }
        let undefined = match (memchr3(0x81, 0x8D, 0x8F, raw), memchr2(0x90, 0x9D, raw)) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if let Some(at) = undefined {
            let headline = format!("byte 0x{:02X} is no character in Windows-1252", raw[at]);
            let message = self.unreadable(&into[from..good + at], headline);
            return Err(match self.certainty {
                Certainty::Set => message.note("the encoding Windows-1252 is set"),
                _ => message.note("the bytes are no UTF-8 either"),
            }
            .help("save it again as CSV UTF-8, or name its encoding with `--encoding`"));
        }
        let raw = into.split_off(good);
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&raw);
        into.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn decode_utf16(&mut self, into: &mut Vec<u8>, from: usize, last: bool) -> Result<(), Message> {
        let Some(decoder) = self.utf16.as_mut() else {
            return Ok(());
        };
        let raw = into.split_off(from);
        let (mut read, mut written) = (0, from);
        let malformed = loop {
            let more = decoder
                .max_utf8_buffer_length_without_replacement(raw.len() - read)
                .unwrap_or(raw.len());
            into.resize(written + more, 0);
            let (result, taken, given) = decoder.decode_to_utf8_without_replacement(
                &raw[read..],
                &mut into[written..],
                last,
            );
            read += taken;
            written += given;
            match result {
                encoding_rs::DecoderResult::InputEmpty => break false,
                encoding_rs::DecoderResult::OutputFull => {}
                encoding_rs::DecoderResult::Malformed(..) => break true,
            }
        };
        into.truncate(written);
        self.refuse_nul(into, from)?;
        if malformed {
            let name = self.encoding.name();
            let message =
                self.unreadable(&into[from..], format!("half a character in {name} text"));
            return Err(match self.certainty {
                Certainty::Set => message.note(format!("the encoding {name} is set")),
                _ => message.note(format!("{name} was detected from the first bytes")),
            });
        }
        Ok(())
    }

    fn refuse_nul(&mut self, into: &[u8], from: usize) -> Result<(), Message> {
        let Some(at) = memchr(0, &into[from..]) else {
            return Ok(());
        };
        let line = self.line_after(&into[from..from + at]);
        Err(Message::new(Code::NulByte, "a NUL byte stands in the text")
            .at(Place::line(&self.file, line))
            .note(format!("the file was read as {}", self.encoding.name()))
            .help("save or export it again as CSV UTF-8"))
    }

    fn unreadable(&self, before: &[u8], headline: String) -> Message {
        let line = self.line_after(before);
        Message::new(Code::UnreadableText, headline).at(Place::line(&self.file, line))
    }

    /// The line on which the byte after `before` stands.
    fn line_after(&self, before: &[u8]) -> u64 {
        1 + self.lines + memchr_iter(self.line_end, before).count() as u64
    }
}
