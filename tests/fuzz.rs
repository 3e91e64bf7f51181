//! Files that were broken on purpose: whatever was cut, doubled, swapped or written in another encoding, and
//! whatever is set, an error with its place or a ledger that reads back to itself.
//!
//! The fuzzer in `fuzz/` searches further by the same rules; what it finds becomes a file of its corpus.
#![allow(
    clippy::disallowed_methods,
    reason = "tests prepare files of their own"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "support/reading.rs"]
mod reading;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use reading::{Reading, cut, judge, run, settings};

/// The folders whose files are broken.
const FOLDERS: &[&str] = &[
    "fuzz/corpus/read",
    "fixtures/corpus",
    "fixtures/dialects",
    "fixtures/inputs",
    "fixtures/packed",
    "fixtures/reports",
];

/// The longest file that is broken, and what it may grow to: time is bounded by size.
const LONGEST: usize = 8 << 10;
const LARGEST: usize = 64 << 10;

/// A file's name, its bytes and the settings it was found under.
type Seed = (String, Vec<u8>, Vec<&'static str>);

static SEEDS: LazyLock<Vec<Seed>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = FOLDERS
        .iter()
        .flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_none_or(|end| end != "md" && end != "json" && end != "error")
    });
    paths.sort();
    let seed = |path: &Path| {
        let data = fs::read(path).unwrap();
        let (bytes, settings) = cut(&data);
        (path.display().to_string(), bytes.to_vec(), settings)
    };
    paths.iter().map(|path| seed(path)).collect()
});

/// One way to break a file; places are taken modulo its length.
#[derive(Clone, Debug)]
enum Break {
    Truncate(Index),
    Remove(Index, usize),
    Double(Index, usize),
    Swap(Index, Index),
    Set(Index, u8),
    Insert(Index, &'static str),
    Splice(Index, Index, Index),
    DoubleLine(Index),
    Delimit(u8),
    End(&'static str),
    Encode(&'static str),
}

fn breaks() -> impl Strategy<Value = Break> {
    let at = any::<Index>;
    let text = select(vec![
        ",",
        ";",
        "\t",
        "|",
        "\"",
        "\"\"",
        "\n",
        "\r",
        "\r\n",
        "'",
        "=",
        "-",
        "(",
        ".",
        "0",
        "9",
        "000000000",
        "\u{feff}",
        "\u{a0}",
        "\u{2028}",
        "\u{c}",
        "É",
        "%",
        "k",
        "2024-02-30",
        "1990-01-01",
        "2100-12-31",
        "Total",
        "USD",
        "999999999999",
        "0.000000000000000001",
        "active",
        "sep=;\n",
        ",,,,",
        "x".repeat(300).leak(),
    ]);
    prop_oneof![
        1 => at().prop_map(Break::Truncate),
        1 => (at(), 1..40_usize).prop_map(|(at, length)| Break::Remove(at, length)),
        1 => (at(), 1..80_usize).prop_map(|(at, length)| Break::Double(at, length)),
        1 => (at(), at()).prop_map(|(one, other)| Break::Swap(one, other)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Break::Set(at, byte)),
        4 => (at(), text).prop_map(|(at, text)| Break::Insert(at, text)),
        2 => (at(), at(), at()).prop_map(|(at, file, from)| Break::Splice(at, file, from)),
        2 => at().prop_map(Break::DoubleLine),
        1 => select(vec![b',', b';', b'\t', b'|', b' ']).prop_map(Break::Delimit),
        1 => select(vec!["\n", "\r", "\r\n", "\n\n"]).prop_map(Break::End),
        1 => select(vec!["bom", "utf-16le", "utf-16be", "bare utf-16le", "windows-1252"]).prop_map(Break::Encode),
    ]
}

/// Breaks a file in one way.
fn broken(mut bytes: Vec<u8>, way: &Break) -> Vec<u8> {
    if bytes.is_empty() {
        return bytes;
    }
    let length = bytes.len();
    let run = |at: &Index, run: usize| at.index(length)..(at.index(length) + run).min(length);
    match way {
        Break::Truncate(at) => bytes.truncate(at.index(length)),
        Break::Remove(at, count) => drop(bytes.drain(run(at, *count))),
        Break::Double(at, count) => {
            let piece = bytes[run(at, *count)].to_vec();
            insert(&mut bytes, at.index(length), &piece);
        }
        Break::Swap(one, other) => bytes.swap(one.index(length), other.index(length)),
        Break::Set(at, byte) => bytes[at.index(length)] = *byte,
        Break::Insert(at, text) => insert(&mut bytes, at.index(length), text.as_bytes()),
        Break::Splice(at, file, from) => {
            let other = &SEEDS[file.index(SEEDS.len())].1;
            bytes.truncate(at.index(length));
            if !other.is_empty() && other.len() <= LONGEST {
                bytes.extend_from_slice(&other[from.index(other.len())..]);
            }
        }
        Break::DoubleLine(at) => {
            let start = at.index(length);
            let end = bytes[start..].iter().position(|byte| *byte == b'\n');
            let end = end.map_or(length, |end| start + end + 1);
            let lines = bytes[..end].split_inclusive(|byte| *byte == b'\n');
            let line = { lines }.next_back().unwrap_or_default().to_vec();
            insert(&mut bytes, end, &line);
        }
        Break::Delimit(delimiter) => swap_delimiters(&mut bytes, *delimiter),
        Break::End(end) => {
            bytes = String::from_utf8_lossy(&bytes)
                .replace('\n', end)
                .into_bytes();
        }
        Break::Encode(encoding) => bytes = encoded(&String::from_utf8_lossy(&bytes), encoding),
    }
    bytes.truncate(LARGEST);
    bytes
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// Another byte between cells, quoted ones too.
fn swap_delimiters(bytes: &mut [u8], delimiter: u8) {
    let has = |byte: u8| bytes.contains(&byte);
    let old = [b';', b'\t', b'|', b',']
        .into_iter()
        .find(|byte| has(*byte));
    for byte in bytes.iter_mut().filter(|byte| Some(**byte) == old) {
        *byte = delimiter;
    }
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let marked = || std::iter::once(0xFEFF).chain(text.encode_utf16());
    match encoding {
        "bom" => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        "utf-16le" => marked().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => marked().flat_map(u16::to_be_bytes).collect(),
        "bare utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
            .collect(),
    }
}

/// A file, a pipe and two threads say the same.
fn agrees(pipe: &Reading, bytes: &[u8], words: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.csv"), bytes).unwrap();
    for (name, threads) in [("a.csv", "1"), ("a.csv", "2"), ("-", "2")] {
        let run_by = ["ledger", name, "--format", "csv", "--threads", threads];
        let other = run(Some(folder.path()), &[&run_by, words].concat(), bytes);
        let text = other.stderr.replace("a.csv", "<stdin>");
        assert_eq!(
            (pipe.code, &pipe.stdout, &pipe.stderr),
            (other.code, &other.stdout, &text),
            "{name} with {threads}: {words:?} {:?}",
            String::from_utf8_lossy(bytes)
        );
    }
}

#[test]
fn every_seed_is_read_or_refused() {
    assert!(SEEDS.len() > 100, "{}", SEEDS.len());
    let mut failed = Vec::new();
    for (name, bytes, settings) in SEEDS.iter().filter(|seed| seed.1.len() <= LARGEST) {
        let held = std::panic::catch_unwind(|| {
            agrees(&judge(bytes, settings), bytes, settings);
            judge(bytes, &[]);
        });
        if held.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Seeds of failures are not kept: what broke something becomes a file of the corpus.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }
}

fn broken_files() -> impl Strategy<Value = (Vec<u8>, Vec<&'static str>)> {
    (
        any::<Index>(),
        vec(breaks(), 0..5),
        vec(any::<u8>(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(seed, ways, choices, keeps)| {
            let (_, bytes, own) = &SEEDS[seed.index(SEEDS.len())];
            let bytes = if bytes.len() > LONGEST {
                &bytes[..LONGEST]
            } else {
                bytes
            };
            let bytes = ways.iter().fold(bytes.to_vec(), broken);
            let words = if keeps {
                own.clone()
            } else {
                settings(&choices)
            };
            (bytes, words)
        })
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn broken_files_are_read_or_refused((bytes, words) in broken_files()) {
        judge(&bytes, &words);
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn files_pipes_and_threads_agree_on_broken_files((bytes, words) in broken_files()) {
        let pipe = run(None, &[&["ledger", "-", "--format", "csv", "--threads", "1"], words.as_slice()].concat(), &bytes);
        agrees(&pipe, &bytes, &words);
    }
}
