//! Files and pipes that misbehave while they are read: they change, they trickle, they end early, their disk is full. Each
//! through the program itself, with what it must print.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests prepare files of their own"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::Run;
use support::runner::{finish, program, word, written};

const HEADER: &str = "customer,date,amount,note\n";

/// Rows of 40 customers in 24 months, `times` a customer and month, of 40 bytes about.
fn rows(times: usize) -> String {
    let mut text = HEADER.to_owned();
    for month in 0..24 {
        let (year, month) = (2022 + month / 12, 1 + month % 12);
        for number in 0..40 * times {
            let (customer, cents) = (number % 40, number % 97);
            let _ = writeln!(
                text,
                "customer {customer},{year}-{month:02}-28,{}.{cents:02},a note",
                100 + number % 7
            );
        }
    }
    text
}

const ARGS: [&str; 7] = [
    "calc",
    "--format",
    "csv",
    "--quiet",
    "--no-config",
    "--threads",
    "2",
];

fn calc(path: &Path) -> Run {
    finish(program().args(ARGS).arg(word(path)))
}

/// An answer without the fingerprint of its input, the last column.
fn figures(run: Run) -> Vec<String> {
    let text = run.done();
    assert!(text.lines().count() > 12, "{text}");
    text.lines()
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned())
        .collect()
}

/// An error and nothing else, with exactly these lines.
fn refused(run: &Run, lines: &[&str]) {
    assert_eq!(run.code, 2, "{run:#?}");
    assert_eq!(run.stdout, "", "half an answer");
    assert_eq!(run.stderr.lines().collect::<Vec<_>>(), lines);
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(text, ruzstd::encoding::CompressionLevel::Fastest)
}

/// Starts a reading and stops it in its middle, after `bytes` at least were read.
fn stopped_after(path: &Path, bytes: u64) -> Child {
    let mut command = program();
    command.args(ARGS).arg(word(path));
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    let counts = format!("/proc/{}/io", child.id());
    while bytes_read(&counts) < bytes && Instant::now() < deadline {
        thread::yield_now();
    }
    signal(&child, "STOP");
    assert!(bytes_read(&counts) >= bytes, "it does not read");
    child
}

fn bytes_read(counts: &str) -> u64 {
    let text = fs::read_to_string(counts).unwrap_or_default();
    let read = text
        .lines()
        .find_map(|line| line.strip_prefix("rchar: ")?.parse().ok());
    read.unwrap_or_default()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

fn ended(child: Child) -> Run {
    signal(&child, "CONT");
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_file_that_is_cut_while_it_is_read_is_refused_even_between_two_rows() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows(200);
    let whole = written(folder.path(), "whole.csv", text.as_bytes());
    let whole = figures(calc(&whole));
    for (at, suffix) in [(1 << 20, "csv"), (3 << 20, "csv"), (100, "csv")] {
        let path = written(folder.path(), &format!("cut.{suffix}"), text.as_bytes());
        let child = stopped_after(&path, 2 << 20);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(at).unwrap();
        let run = ended(child);
        if run.code == 0 {
            // It had been read to its end before it was cut.
            assert_eq!(figures(run), whole);
        } else {
            let is_refused = run.stderr.starts_with("error[changed-file]");
            assert!(is_refused && run.stdout.is_empty(), "{run:#?}");
        }
    }
}

#[test]
fn a_compressed_file_that_is_cut_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // Bytes without a pattern, so that the file stays large.
    let mut text = rows(1);
    let mut state = 1_u64;
    for number in 0..120_000_u64 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(number | 1);
        let _ = writeln!(
            text,
            "customer 1,2022-01-28,1.00,{state:016x}{:016x}",
            state.rotate_left(17) ^ number
        );
    }
    for (name, kind, bytes) in [
        ("cut.csv.gz", "gzip", gzip(text.as_bytes())),
        ("cut.csv.zst", "zstd", zstd(text.as_bytes())),
    ] {
        assert!(bytes.len() > 2 << 20, "{}", bytes.len());
        let path = written(folder.path(), name, &bytes);
        // The sample is about 600 KB of it, read twice.
        let child = stopped_after(&path, 1_200_000);
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(1 << 20).unwrap();
        let run = ended(child);
        assert_eq!(run.code, 2, "{run:#?}");
        assert!(
            run.stderr.starts_with(&format!(
                "error[broken-compression]: the {kind} file `{}` ends early or is damaged\n",
                word(&path)
            )),
            "{run:#?}"
        );
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_is_answered_up_to_some_row() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows(100);
    let path = written(folder.path(), "growing.csv", text.as_bytes());
    let more = "customer 7,2023-12-28,1000000.00,late\n";
    let writer = {
        let path = path.clone();
        thread::spawn(move || {
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            for _ in 0..300 {
                file.write_all(more.as_bytes()).unwrap();
                thread::sleep(Duration::from_millis(1));
            }
        })
    };
    let run = calc(&path);
    writer.join().unwrap();
    let lines = figures(run);
    // December 2023 has what had been written by some moment: a whole number of the late rows.
    let closing = |line: &str| line.split(',').nth(14).unwrap().replace('.', "");
    let settled = figures(calc(&written(
        folder.path(),
        "settled.csv",
        text.as_bytes(),
    )));
    let last = |lines: &[String]| closing(lines.last().unwrap()).parse::<u64>().unwrap();
    let added = last(&lines) - last(&settled);
    assert_eq!(added % 100_000_000, 0, "{added}");
    assert!(added / 100_000_000 <= 300, "{added}");
    assert_eq!(lines[..24], settled[..24]);
}

/// Pipes bytes into a run, a few at a time.
fn trickled(bytes: &[u8], step: usize) -> Run {
    let mut command = program();
    command.args(ARGS).arg("-");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    for piece in bytes.chunks(step) {
        stdin.write_all(piece).unwrap();
        thread::sleep(Duration::from_micros(200));
    }
    drop(stdin);
    ended(child)
}

#[test]
fn a_pipe_that_trickles_gives_what_the_file_gives() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows(1);
    let expected = figures(calc(&written(folder.path(), "whole.csv", text.as_bytes())));
    assert_eq!(figures(trickled(text.as_bytes(), 37)), expected);
    assert_eq!(figures(trickled(&gzip(text.as_bytes()), 3)), expected);
    assert_eq!(figures(trickled(&zstd(text.as_bytes()), 3)), expected);
    // More than one block of a file, in pieces that end anywhere.
    let text = rows(30);
    let expected = figures(calc(&written(folder.path(), "whole.csv", text.as_bytes())));
    assert_eq!(figures(trickled(text.as_bytes(), 4093)), expected);
}

/// A run whose files must not grow beyond a block or two of 512 bytes.
fn run_on_a_full_disk(folder: &Path, args: &str, stdin: Stdio) -> Run {
    let script = "ulimit -f 1; trap '' XFSZ; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_nrr")])
        .args(args.split(' '));
    finish(
        command
            .env("TMPDIR", folder)
            .current_dir(folder)
            .stdin(stdin),
    )
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_disk_that_fills_up_leaves_the_old_result() {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), "revenue.csv", rows(1).as_bytes());
    written(folder.path(), "result.csv", b"the old one");
    let args = "calc revenue.csv --format csv --output result.csv --no-config --quiet";
    let run = run_on_a_full_disk(folder.path(), args, Stdio::null());
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(
        run.stderr
            .starts_with("error[cannot-write]: cannot write `result.csv`\n"),
        "{run:#?}"
    );
    let kept = fs::read(folder.path().join("result.csv")).unwrap();
    assert_eq!(kept, b"the old one");
    assert_eq!(names(folder.path()), ["result.csv", "revenue.csv"]);
}

#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "revenue.csv", rows(1).as_bytes());
    for format in ["csv", "json", "table", "markdown"] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = program();
        command.args(["calc", word(&path), "--format", format, "--no-config"]);
        let run = finish(command.stdout(Stdio::from(full)));
        assert_eq!(run.code, 2, "{run:#?}");
        assert!(
            run.stderr.contains("error[cannot-write]:"),
            "{format}: {run:#?}"
        );
    }
}

#[test]
fn a_copy_of_a_pipe_that_fits_nowhere_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "revenue.csv", rows(60).as_bytes());
    let stdin = Stdio::from(File::open(path).unwrap());
    let run = run_on_a_full_disk(
        folder.path(),
        "calc - --format csv --no-config --quiet",
        stdin,
    );
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(
        run.stderr
            .starts_with("error[cannot-read]: cannot keep a copy of `<stdin>` to read it twice\n"),
        "{run:#?}"
    );
    assert_eq!(names(folder.path()), ["revenue.csv"]);
}

/// The longest record that is read.
const LONGEST: usize = 16 << 20;

#[test]
fn a_record_of_16_mebibytes_is_read_and_one_byte_more_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let small = rows(1);
    let expected = figures(calc(&written(folder.path(), "small.csv", small.as_bytes())));
    // The note of the last row is made so long that the record is.
    let start = small.trim_end().rfind('\n').unwrap() + 1;
    let (before, row) = small.split_at(start);
    let row = row.strip_suffix("a note\n").unwrap();
    for (open, close) in [("", ""), ("\"", "\"")] {
        let fits = LONGEST - row.len() - open.len() - close.len();
        for ending in ["\n", ""] {
            let record =
                |note: usize| format!("{before}{row}{open}{}{close}{ending}", "x".repeat(note));
            let path = written(folder.path(), "longest.csv", record(fits).as_bytes());
            assert_eq!(figures(calc(&path)), expected, "{open}{ending:?}");
            let path = written(folder.path(), "longer.csv", record(fits + 1).as_bytes());
            let run = calc(&path);
            assert_eq!(
                run.errors(),
                ["record-too-long"],
                "{open}{ending:?} {run:#?}"
            );
            assert!(run.stderr.contains("longer.csv:961"), "{run:#?}");
            assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        }
    }
}

#[test]
fn a_field_of_16_mebibytes_makes_its_record_too_long() {
    let folder = tempfile::tempdir().unwrap();
    for length in [LONGEST, LONGEST + 1] {
        let text = format!(
            "{}customer 1,2024-01-28,1.00,{}\n",
            rows(1),
            "x".repeat(length)
        );
        let run = calc(&written(folder.path(), "field.csv", text.as_bytes()));
        assert_eq!(run.errors(), ["record-too-long"], "{run:#?}");
    }
}

/// Where a compressed file is worth cutting: every byte of its head and of its tail, and some between.
fn cuts(length: usize) -> Vec<usize> {
    let between = (1..16).map(|part| length * part / 16);
    let mut cuts: Vec<usize> = (4..40).chain(between).chain(length - 20..length).collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

#[test]
fn a_compressed_file_that_ends_early_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows(12);
    for (name, kind, bytes) in [
        ("early.csv.gz", "gzip", gzip(text.as_bytes())),
        ("early.csv.zst", "zstd", zstd(text.as_bytes())),
    ] {
        for end in cuts(bytes.len()) {
            let path = written(folder.path(), name, &bytes[..end]);
            let path = word(&path);
            let headline = format!(
                "error[broken-compression]: the {kind} file `{path}` ends early or is damaged"
            );
            refused(
                &calc(Path::new(path)),
                &[
                    &headline,
                    &format!("  --> {path}"),
                    "   = note: it ends in the middle of its compressed data",
                    "   = help: fetch or export it again",
                ],
            );
        }
    }
}

/// What a program says that reads with so many threads.
fn calc_with(threads: &str, path: &Path) -> Run {
    let last = ARGS.len() - 1;
    finish(program().args(&ARGS[..last]).arg(threads).arg(word(path)))
}

#[test]
fn damage_in_the_middle_is_refused_alike_by_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    // Many pieces, some of them cut before the damage is reached, and a row in one of the first that is wrong as well.
    let text = rows(200);
    let wrong = text.replacen(",2022-02-28,", ",2022-02-30,", 1);
    for (name, bytes) in [
        ("early.csv.gz", gzip(text.as_bytes())),
        ("early.csv.zst", zstd(text.as_bytes())),
        ("wrong.csv.gz", gzip(wrong.as_bytes())),
        ("wrong.csv.zst", zstd(wrong.as_bytes())),
    ] {
        let path = written(folder.path(), name, &bytes[..bytes.len() * 3 / 4]);
        let one = calc_with("1", &path);
        let codes = one.errors();
        assert!(codes.contains(&"broken-compression".to_owned()), "{one:#?}");
        assert_eq!(codes.len() == 2, name.starts_with("wrong"), "{one:#?}");
        for threads in ["2", "7"] {
            assert_eq!(calc_with(threads, &path), one, "{name}, {threads} threads");
        }
    }
}

#[test]
fn a_checksum_that_does_not_match_is_damage() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows(12);
    for (name, bytes, from_end) in [
        ("sum.csv.gz", gzip(text.as_bytes()), 8),
        ("length.csv.gz", gzip(text.as_bytes()), 4),
        ("sum.csv.zst", zstd(text.as_bytes()), 4),
    ] {
        let mut bytes = bytes;
        let at = bytes.len() - from_end;
        bytes[at] ^= 1;
        let run = calc(&written(folder.path(), name, &bytes));
        assert_eq!(run.errors(), ["broken-compression"], "{name} {run:#?}");
        assert!(!run.stderr.contains("in the middle"), "{run:#?}");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    }
}

#[test]
fn members_and_frames_in_a_row_are_one_file_and_empty_ones_are_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows(12);
    let expected = figures(calc(&written(folder.path(), "whole.csv", text.as_bytes())));
    // Cut in the middle of a row.
    let (one, other) = text.as_bytes().split_at(text.len() / 2 + 5);
    let skippable = b"\x53\x2A\x4D\x18\x05\0\0\0abcde";
    for (name, bytes) in [
        ("two.csv.gz", [gzip(one), gzip(other)].concat()),
        (
            "empty-first.csv.gz",
            [gzip(b""), gzip(one), gzip(other)].concat(),
        ),
        (
            "empty-between.csv.gz",
            [gzip(one), gzip(b""), gzip(b""), gzip(other)].concat(),
        ),
        (
            "empty-last.csv.gz",
            [gzip(one), gzip(other), gzip(b"")].concat(),
        ),
        ("two.csv.zst", [zstd(one), zstd(other)].concat()),
        (
            "empty-first.csv.zst",
            [zstd(b""), zstd(one), zstd(other)].concat(),
        ),
        (
            "empty-between.csv.zst",
            [zstd(one), zstd(b""), zstd(b""), zstd(other)].concat(),
        ),
        (
            "empty-last.csv.zst",
            [zstd(one), zstd(other), zstd(b"")].concat(),
        ),
        (
            "skipped.csv.zst",
            [
                &skippable[..],
                &zstd(one),
                skippable,
                &zstd(other),
                skippable,
            ]
            .concat(),
        ),
    ] {
        let path = written(folder.path(), name, &bytes);
        assert_eq!(figures(calc(&path)), expected, "{name}");
        assert_eq!(figures(trickled(&bytes, 1000)), expected, "{name} piped");
        // The next member is there and ends early: what was whole is no answer.
        let cut = written(folder.path(), name, &[&bytes[..], &bytes[..12]].concat());
        assert_eq!(calc(&cut).errors(), ["broken-compression"], "{name}");
    }
}

#[test]
fn compressed_nothing_is_an_empty_file() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("nothing.csv.gz", gzip(b"")),
        ("nothings.csv.gz", [gzip(b""), gzip(b"")].concat()),
        ("nothing.csv.zst", zstd(b"")),
        ("skipped.csv.zst", b"\x50\x2A\x4D\x18\0\0\0\0".to_vec()),
    ] {
        let path = written(folder.path(), name, &bytes);
        let path = word(&path);
        refused(
            &calc(Path::new(path)),
            &[
                &format!("error[empty-file]: `{path}` is empty"),
                &format!("  --> {path}"),
            ],
        );
    }
}
