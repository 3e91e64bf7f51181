//! A stream cut into chunks of whole records, so that chunks can be read apart from each other.

use memchr::{memchr, memchr_iter, memchr2, memrchr, memrchr2};

use crate::error::Message;
use crate::input::dialect::Dialect;
use crate::input::encoding::Encoding;
use crate::input::fingerprint::PieceHash;
use crate::input::scan::{MAX_RECORD, is_blank};
use crate::input::source::{Next, Stream};
use crate::input::stream::Unhashed;

/// How far from the end of a text a line end is looked for that is outside of quotes.
const NEAR: usize = 64 << 10;

/// Whole records of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The text, from the start of a record to the end of one.
    pub bytes: Vec<u8>,
    /// The line it starts on.
    pub first_line: u64,
    /// Which chunk it is, from 0, in the order of the file.
    pub number: usize,
    /// True if only rows whose quotes stand by the rules prove that it ends where a record does.
    pub(crate) is_guess: bool,
    /// The block it was cut from, if its hash is still to be made.
    pub(crate) unhashed: Option<UnhashedBlock>,
}

/// A block whose hash is left to whoever reads the chunk that was cut from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnhashedBlock {
    number: usize,
    /// Where it starts in the chunk.
    from: usize,
    /// What follows the chunk.
    rest: Vec<u8>,
}

impl Chunk {
    /// Hashes the block it was cut from, if that is still to be done.
    pub(crate) fn hash(&self) -> Option<PieceHash> {
        let block = self.unhashed.as_ref()?;
        let (number, parts) = (block.number, [&self.bytes[block.from..], &block.rest]);
        Some(PieceHash::of(number, parts))
    }
}

/// What [`Splitter::next_chunk`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The next chunk.
    Chunk(Chunk),
    /// Every record was given.
    End,
    /// The file has to be read again in this encoding; see [`Next::Restart`].
    Restart(Encoding),
}

/// Pulls blocks from a stream and cuts them where a record ends, by the rules of
/// [`Records`](crate::input::scan::Records). Where it cuts never changes what is read.
///
/// It holds one block and the record that the block's end cuts; a record that does not end within
/// [`MAX_RECORD`] is given as it is, as the last chunk, for `Records` to refuse.
pub struct Splitter {
    stream: Stream,
    cutter: Cutter,
    /// True if cuts may be guesses, for whoever reads the chunks to prove.
    may_guess: bool,
    /// Bytes of the `sep=` line still to be left out.
    skip: usize,
    /// The record that was cut, from its start.
    carry: Vec<u8>,
    /// How many quotes stand before it.
    quotes_before: u64,
    line: u64,
    number: usize,
    ended: bool,
    spare: Vec<Vec<u8>>,
}

impl Splitter {
    /// Cuts a stream that was opened and not read yet.
    #[must_use]
    pub fn new(mut stream: Stream, dialect: &Dialect) -> Splitter {
        let line_end = dialect.terminator.byte();
        stream.count_lines_by(line_end);
        Splitter {
            stream,
            cutter: Cutter::new(dialect.delimiter, line_end),
            may_guess: false,
            skip: dialect.preamble,
            carry: Vec::new(),
            quotes_before: 0,
            line: dialect.first_line(),
            number: 0,
            ended: false,
            spare: Vec::new(),
        }
    }

    /// The same with another size of blocks; for tests and measurements.
    #[must_use]
    pub fn with_block_size(mut stream: Stream, dialect: &Dialect, block: usize) -> Splitter {
        stream.set_block(block);
        Splitter::new(stream, dialect)
    }

    /// Cuts faster from here on, where quotes may make it wrong: see [`Chunk::is_guess`].
    pub(crate) fn guess(&mut self) {
        self.may_guess = true;
    }

    /// Gives the next chunk.
    ///
    /// # Errors
    ///
    /// Those of [`Stream::next_block`]; records are not judged here.
    pub fn next_chunk(&mut self) -> Result<Cut, Message> {
        self.next(false)
    }

    /// The same, where the chunk may come with a block to hash: see [`Splitter::put_hash`].
    pub(crate) fn next_chunk_unhashed(&mut self) -> Result<Cut, Message> {
        // The header is cut off the first one.
        self.next(self.number > 0)
    }

    /// Takes the hash of a block that came with a chunk.
    pub(crate) fn put_hash(&mut self, hash: PieceHash) {
        self.stream.put_hash(hash);
    }

    fn next(&mut self, may_wait: bool) -> Result<Cut, Message> {
        let mut waiting: Option<Unhashed> = None;
        let mut buffer = self.spare.pop().unwrap_or_default();
        buffer.clear();
        buffer.append(&mut self.carry);
        while !self.ended {
            if let Some(Unhashed { number, from }) = waiting.take() {
                self.put_hash(PieceHash::of(number, [&buffer[from..], &[]]));
            }
            let next = if may_wait && self.skip == 0 {
                let (next, unhashed) = self.stream.next_block_unhashed(&mut buffer)?;
                waiting = unhashed;
                next
            } else {
                self.stream.next_block(&mut buffer)?
            };
            match next {
                Next::Restart(encoding) => {
                    self.ended = true;
                    return Ok(Cut::Restart(encoding));
                }
                Next::End => {
                    self.ended = true;
                    return Ok(if buffer.is_empty() {
                        Cut::End
                    } else {
                        Cut::Chunk(self.chunk(buffer, None))
                    });
                }
                Next::More => {}
            }
            if self.skip > 0 {
                let skipped = self.skip.min(buffer.len());
                self.quotes_before += quotes_in(&buffer[..skipped]);
                buffer.drain(..skipped);
                self.skip -= skipped;
            }
            if let Some((end, is_guess)) = self.last_end(&buffer) {
                self.carry.extend_from_slice(&buffer[end..]);
                self.cutter.resume -= end;
                self.quotes_before = self.stream.quotes() - quotes_in(&self.carry);
                buffer.truncate(end);
                let mut chunk = self.chunk(buffer, waiting);
                chunk.is_guess = is_guess;
                return Ok(Cut::Chunk(chunk));
            }
            if buffer.len() > MAX_RECORD {
                self.ended = true;
                return Ok(Cut::Chunk(self.chunk(buffer, waiting)));
            }
        }
        Ok(Cut::End)
    }

    /// Takes the bytes of a chunk back, to use their memory again.
    pub fn give_back(&mut self, bytes: Vec<u8>) {
        self.spare.push(bytes);
    }

    /// Whether what it cuts has to be decompressed first.
    pub(crate) fn is_compressed(&self) -> bool {
        self.stream.compression().is_some()
    }

    /// How many stored bytes were read so far, for a progress bar.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.stream.bytes_read()
    }

    /// The stream, to finish it.
    #[must_use]
    pub fn into_stream(self) -> Stream {
        self.stream
    }

    fn chunk(&mut self, bytes: Vec<u8>, waiting: Option<Unhashed>) -> Chunk {
        let mut chunk = Chunk {
            bytes,
            first_line: self.line,
            number: self.number,
            is_guess: false,
            unhashed: None,
        };
        if let Some(Unhashed { number, from }) = waiting {
            // The carry may reach back before the block: what stands before it was hashed with the last one.
            let before = from.saturating_sub(chunk.bytes.len());
            chunk.unhashed = Some(UnhashedBlock {
                number,
                from: from.min(chunk.bytes.len()),
                rest: self.carry[before..].to_vec(),
            });
        }
        let carried = memchr_iter(self.cutter.line_end, &self.carry).count() as u64;
        self.line = 1 + self.stream.lines() - carried;
        self.number += 1;
        chunk
    }
    /// Where the last record of a buffer ends that starts with one, and whether that is a guess: the last line end behind
    /// an even number of quotes, which is right where quotes stand by the rules.
    fn last_end(&mut self, buffer: &[u8]) -> Option<(usize, bool)> {
        let quotes = self.stream.quotes() - self.quotes_before;
        if self.may_guess
            && let Some(end) = last_even_end(buffer, self.cutter.line_end, quotes)
        {
            self.cutter.stand_at(end);
            return Some((end, quotes > 0));
        }
        Some((self.cutter.last_end(buffer)?, false))
    }
}

/// Behind the last line end near the end of a text with an even number of its `quotes` before it.
fn last_even_end(text: &[u8], line_end: u8, quotes: u64) -> Option<usize> {
    let near = text.len().saturating_sub(NEAR);
    let (mut is_inside, mut end) = (quotes % 2 == 1, text.len());
    while let Some(at) = memrchr(line_end, &text[near..end]) {
        let at = near + at;
        is_inside ^= memchr_iter(b'"', &text[at..end]).count() % 2 == 1;
        if !is_inside {
            return Some(at + 1);
        }
        end = at;
    }
    None
}

fn quotes_in(text: &[u8]) -> u64 {
    memchr_iter(b'"', text).count() as u64
}

/// True if a text that starts with a record also ends with one, whatever quotes stand in it.
pub(crate) fn ends_with_record(text: &[u8], dialect: &Dialect) -> bool {
    let mut cutter = Cutter::new(dialect.delimiter, dialect.terminator.byte());
    cutter.last_end(text) == Some(text.len())
}

/// Finds where records end, by the rules of [`Records`](crate::input::scan::Records).
struct Cutter {
    delimiter: u8,
    line_end: u8,
    /// Where to go on looking in a text that grew: at the start of a cell, or inside a quoted one.
    resume: usize,
    quoted: bool,
}

impl Cutter {
    const fn new(delimiter: u8, line_end: u8) -> Cutter {
        Cutter {
            delimiter,
            line_end,
            resume: 0,
            quoted: false,
        }
    }

    /// Goes on from here, where a record starts.
    const fn stand_at(&mut self, start: usize) {
        (self.resume, self.quoted) = (start, false);
    }

    /// The last place where a record ends, looking from where the last call stopped. Jumps from quote to
    /// quote: between them, every line end ends a record.
    fn last_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut end = None;
        let mut cell = self.resume;
        loop {
            if self.quoted {
                match self.after_quoted(bytes, cell) {
                    Ok(mark) => {
                        if bytes[mark] == self.line_end {
                            end = Some(mark + 1);
                        }
                        cell = mark + 1;
                        self.quoted = bytes.get(cell) == Some(&b'"');
                        if self.quoted {
                            cell += 1;
                            continue;
                        }
                    }
                    Err(resume) => {
                        self.resume = resume;
                        return end;
                    }
                }
            }
            let quote = self.next_opening(bytes, cell);
            let plain = &bytes[cell..quote.unwrap_or(bytes.len())];
            end = memrchr(self.line_end, plain)
                .map(|at| cell + at + 1)
                .or(end);
            let Some(quote) = quote else {
                let mark = memrchr2(self.delimiter, self.line_end, plain);
                self.resume = mark.map_or(cell, |at| cell + at + 1);
                return end;
            };
            self.quoted = true;
            cell = quote + 1;
        }
    }

    /// The delimiter or line end after a quoted cell, from a place inside it; or, if the text ends
    /// before, where to look again when more of it is there.
    fn after_quoted(&self, bytes: &[u8], from: usize) -> Result<usize, usize> {
        let mut at = from;
        while let Some(quote) = memchr(b'"', &bytes[at..]).map(|quote| at + quote) {
            match bytes.get(quote + 1) {
                None => return Err(quote),
                Some(b'"') => at = quote + 2,
                Some(byte) if *byte == self.delimiter || *byte == self.line_end => {
                    return Ok(quote + 1);
                }
                Some(_) => {
                    let mark = memchr2(self.delimiter, self.line_end, &bytes[quote + 1..]);
                    return mark.map(|mark| quote + 1 + mark).ok_or(quote);
                }
            }
        }
        Err(bytes.len())
    }

    /// The next quote that opens a cell, from the start of a cell. Other quotes are characters.
    fn next_opening(&self, bytes: &[u8], cell: usize) -> Option<usize> {
        let mut at = cell;
        while let Some(quote) = memchr(b'"', &bytes[at..]).map(|quote| at + quote) {
            let before = bytes[cell..quote].iter().rev();
            match before
                .copied()
                .find(|byte| !is_blank(*byte, self.delimiter))
            {
                Some(byte) if byte != self.delimiter && byte != self.line_end => at = quote + 1,
                _ => return Some(quote),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::input::dialect::{Dialect, Terminator};
    use crate::input::scan::{Record, Records};
    use crate::input::source::Source;
    use crate::input::structure::Structure;

    type Table = Vec<(u64, Vec<String>)>;

    fn dialect(delimiter: u8, terminator: Terminator, preamble: usize) -> Dialect {
        Dialect {
            delimiter,
            terminator,
            preamble,
            lines_before: u64::from(preamble > 0),
            evidence: String::new(),
            set: true,
        }
    }

    fn append(bytes: &[u8], dialect: &Dialect, line: u64, table: &mut Table) -> Result<(), String> {
        let (mut record, mut scratch) = (Record::new(), String::new());
        let mut records = Records::new(bytes, dialect, line);
        while records
            .next(&mut record)
            .map_err(|fault| format!("{fault:?}"))?
        {
            let cells = (0..record.len()).map(|at| record.cell(bytes, at, &mut scratch).to_owned());
            table.push((record.line(), cells.collect()));
        }
        Ok(())
    }

    /// The records before the first fault, read at once.
    fn whole(text: &[u8], dialect: &Dialect) -> (Table, Result<(), String>) {
        let mut table = Vec::new();
        let read = append(
            &text[dialect.preamble..],
            dialect,
            dialect.first_line(),
            &mut table,
        );
        (table, read)
    }

    /// The same in blocks of a size.
    fn pieces(text: &[u8], dialect: &Dialect, block: usize) -> (Table, Result<(), String>) {
        let mut source = Source::stdin(Box::new(Cursor::new(text.to_vec())));
        let stream = source.open(Some(Encoding::Utf8)).unwrap();
        let mut splitter = Splitter::with_block_size(stream, dialect, block);
        let (mut table, mut number) = (Vec::new(), 0);
        while let Cut::Chunk(chunk) = splitter.next_chunk().unwrap() {
            assert_eq!(chunk.number, number);
            number += 1;
            let read = append(&chunk.bytes, dialect, chunk.first_line, &mut table);
            if read.is_err() {
                return (table, read);
            }
            splitter.give_back(chunk.bytes);
        }
        (table, Ok(()))
    }

    /// The same by guesses where a chunk may end; `None` where a reader would find one wrong.
    fn guessed(text: &[u8], dialect: &Dialect, block: usize) -> Option<Table> {
        let mut source = Source::stdin(Box::new(Cursor::new(text.to_vec())));
        let stream = source.open(Some(Encoding::Utf8)).unwrap();
        let mut splitter = Splitter::with_block_size(stream, dialect, block);
        splitter.guess();
        let mut table = Vec::new();
        while let Cut::Chunk(chunk) = splitter.next_chunk().unwrap() {
            let is_by_rules = dialect.terminator == Terminator::Newline
                && Structure::default().read(&chunk.bytes, dialect.delimiter);
            if chunk.is_guess && !is_by_rules && !ends_with_record(&chunk.bytes, dialect) {
                return None;
            }
            if append(&chunk.bytes, dialect, chunk.first_line, &mut table).is_err() {
                break;
            }
        }
        Some(table)
    }

    /// Writes a cell as RFC 4180 has it, quoted where it must or when asked.
    fn written(cell: &str, delimiter: char, quote: bool) -> String {
        let special = |c: char| c == delimiter || matches!(c, '"' | '\r' | '\n');
        if quote || cell.contains(special) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    }

    fn tables() -> impl Strategy<Value = Vec<Vec<(String, bool)>>> {
        let cell = ("[ab1é ,;|\t\"\r\n]{0,6}|[x-z]{0,40}", any::<bool>());
        prop::collection::vec(prop::collection::vec(cell, 1..5), 1..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn tables_read_as_the_csv_crate_reads_them(
            table in tables(),
            delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
            crlf in any::<bool>(),
            last in any::<bool>(),
            block in 1_usize..64,
        ) {
            let end = if crlf { "\r\n" } else { "\n" };
            let lines: Vec<String> = table.iter().map(|row| {
                let alone = row.len() == 1 && row[0].0.trim_matches([' ', '\t']).is_empty();
                let cells: Vec<String> =
                    row.iter().map(|(cell, quote)| written(cell, delimiter, *quote || alone)).collect();
                cells.join(&delimiter.to_string())
            }).collect();
            let text = lines.join(end) + if last { end } else { "" };
            let byte = u8::try_from(delimiter).unwrap();
            let mut reader = csv::ReaderBuilder::new()
                .flexible(true).has_headers(false).delimiter(byte).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reader.records()
                .map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let dialect = dialect(byte, Terminator::Newline, 0);
            let (read, fault) = pieces(text.as_bytes(), &dialect, block);
            prop_assert_eq!(fault, Ok(()));
            let cells: Vec<Vec<String>> = read.iter().map(|(_, cells)| cells.clone()).collect();
            prop_assert_eq!(&cells, &expected);
            // A record starts after as many line feeds as stand before it.
            let mut line = 1;
            for ((found, _), text) in read.iter().zip(&lines) {
                prop_assert_eq!(*found, line);
                line += 1 + text.matches('\n').count() as u64;
            }
        }

        #[test]
        fn chunks_never_change_what_is_read(
            text in "[ab1é ,;\"\r\n]{0,120}|([a-c]{0,3}[,\n]|\"[a,\n]{0,3}(\"\")?\"[,\n]| \"){0,40}",
            returns in any::<bool>(),
            sep in any::<bool>(),
        ) {
            prop_assume!(!text.is_empty());
            let terminator = if returns { Terminator::Return } else { Terminator::Newline };
            let first = if !sep { "" } else if returns { "sep=,\r" } else { "sep=,\r\n" };
            let text = format!("{first}{text}");
            let dialect = dialect(b',', terminator, first.len());
            let expected = whole(text.as_bytes(), &dialect);
            for block in (1..17).chain([31, 64, 1 << 20]) {
                prop_assert_eq!(&pieces(text.as_bytes(), &dialect, block), &expected, "block {}", block);
                if let Some(table) = guessed(text.as_bytes(), &dialect, block) {
                    prop_assert_eq!(&table, &expected.0, "block {}, guessed", block);
                }
            }
        }
    }

    #[test]
    fn a_guess_is_right_by_the_rules_and_found_wrong_without() {
        let dialect = dialect(b',', Terminator::Newline, 0);
        let by_rules = "a,\"x\ny\",1\nb,\"\"\"\",2\n".repeat(20);
        for block in 1..60 {
            let table = guessed(by_rules.as_bytes(), &dialect, block).expect("quotes by the rules");
            assert_eq!(table.len(), 40, "{block}");
        }
        // A quote that is a character makes the line end inside the next cell look as if it were outside.
        let others = "a,5\" pipe,1\nb,\"x\ny\",2\n".repeat(20);
        let found: Vec<bool> = (1..60)
            .map(|block| guessed(others.as_bytes(), &dialect, block).is_some())
            .collect();
        assert!(found.contains(&false) && found.contains(&true));
    }

    #[test]
    fn memory_stays_bounded_by_the_longest_record() {
        let text = format!("a,b\n\"{}", "x\n".repeat(MAX_RECORD));
        let (table, fault) = pieces(
            text.as_bytes(),
            &dialect(b',', Terminator::Newline, 0),
            1 << 20,
        );
        assert_eq!(table.len(), 1);
        assert!(fault.unwrap_err().contains("UnclosedQuote, line: 2"));
    }

    #[test]
    fn a_file_in_another_encoding_is_cut_again_from_its_start() {
        let mut source = Source::stdin(Box::new(Cursor::new(b"\xC3\xA9,1\n\xE9,2\n".to_vec())));
        source.spool().unwrap();
        let dialect = dialect(b',', Terminator::Newline, 0);
        let mut splitter = Splitter::with_block_size(source.open(None).unwrap(), &dialect, 5);
        assert!(matches!(splitter.next_chunk(), Ok(Cut::Chunk(_))));
        assert_eq!(
            splitter.next_chunk(),
            Ok(Cut::Restart(Encoding::Windows1252))
        );
        assert_eq!(splitter.next_chunk(), Ok(Cut::End));
        source.assume(Encoding::Windows1252);
        let mut splitter = Splitter::new(source.open(None).unwrap(), &dialect);
        let Ok(Cut::Chunk(chunk)) = splitter.next_chunk() else {
            panic!("no chunk")
        };
        assert_eq!(chunk.bytes, "Ã©,1\né,2\n".as_bytes());
        assert_eq!(splitter.next_chunk(), Ok(Cut::End));
        assert!(splitter.into_stream().finish().assumed);
    }
}
