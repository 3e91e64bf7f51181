//! One reading of any bytes under any settings, and what has to hold of it. The fuzzer in `fuzz/` and
//! `tests/fuzz.rs` both stand on this file, so it names nothing of the other tests.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each of the two uses a part of it"
)]

use std::ffi::OsString;
use std::io::Cursor;
use std::path::Path;

use nrr::cli::{Environment, Streams};
use nrr::error::Code;

/// What stands between the bytes of a file and those that choose settings, in an input of the fuzzer.
const CUT: &[u8] = b"\0\0\0";

/// How many settings are taken together at most.
const AT_ONCE: usize = 5;

/// The settings that are tried. An input's bytes choose among them by their numbers: new ones go to the end.
pub const SETTINGS: &[&[&str]] = &[
    &["--shape", "long"],
    &["--shape", "wide"],
    &["--shape", "contracts"],
    &["--shape", "versions"],
    &["--shape", "invoices"],
    &["--shape", "movements"],
    &["--preset", "none"],
    &["--preset", "stripe-subscriptions"],
    &["--preset", "stripe-mrr-events"],
    &["--history", "full"],
    &["--history", "none"],
    &["--end", "inclusive"],
    &["--end", "exclusive"],
    &["--amount-is", "unit"],
    &["--amount-is", "total"],
    &["--keep-status", "active,canceled,x"],
    &["--drop-status", "trialing"],
    &["--allow-no-churn"],
    &["--periods", "monthly"],
    &["--periods", "annual"],
    &["--year", "2024"],
    &["--year", "2100"],
    &["--first-period", "2024-01"],
    &["--first-period", "2100-12"],
    &["--keep-totals"],
    &["--unit", "minor"],
    &["--unit", "major"],
    &["--scale", "units"],
    &["--scale", "millions"],
    &["--decimal", "."],
    &["--decimal", ","],
    &["--date-order", "dmy"],
    &["--date-order", "mdy"],
    &["--spread", "monthly"],
    &["--spread", "daily"],
    &["--spread", "none"],
    &["--overlap", "add"],
    &["--overlap", "latest"],
    &["--overlap", "error"],
    &["--basis", "flow"],
    &["--basis", "stock"],
    &["--interval", "month"],
    &["--interval", "year"],
    &["--duplicates", "last"],
    &["--duplicates", "error"],
    &["--empty-amount", "zero"],
    &["--fiscal-year-start", "2"],
    &["--fiscal-year-start", "12"],
    &["--currency", "USD"],
    &["--currency", "JPY"],
    &["--through", "2024-03"],
    &["--through", "1990-01"],
    &["--through", "2100-12"],
    &["--delimiter", ";"],
    &["--delimiter", "tab"],
    &["--encoding", "utf-8"],
    &["--encoding", "windows-1252"],
    &["--encoding", "utf-16le"],
    &["--by", "#1"],
    &["--by", "#4"],
    &["--by", "#2,#5"],
    &["--product", "none"],
    &["--product", "#3"],
    &["--customer", "#2"],
    &["--date", "#3"],
    &["--amount", "#4"],
    &["--start-column", "#2"],
    &["--end-column", "#3"],
    &["--interval-column", "#5"],
    &["--status-column", "none"],
    &["--movement-column", "#4"],
    &["--balance-column", "#5"],
    &["--quantity-column", "#5"],
    &["--contract-column", "#1"],
    &["--where", "#1!=acme"],
    &["--where", "#4=EU"],
    &["--interval", "quarter"],
    &["--balance-column", "none"],
    &["--quantity-column", "none"],
    &["--period-start-column", "#2"],
    &["--period-end-column", "#3"],
    &["--trial-end-column", "#4"],
];

/// What a run left behind.
#[derive(Debug)]
pub struct Reading {
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
}

/// The bytes of the file in an input of the fuzzer, and the settings that its end chooses.
pub fn cut(data: &[u8]) -> (&[u8], Vec<&'static str>) {
    let at = data.windows(CUT.len()).rposition(|window| window == CUT);
    match at {
        None => (data, Vec::new()),
        Some(at) => (&data[..at], settings(&data[at + CUT.len()..])),
    }
}

/// The words of the settings that these bytes choose, each flag once.
pub fn settings(choices: &[u8]) -> Vec<&'static str> {
    let mut words: Vec<&'static str> = Vec::new();
    for choice in choices.iter().take(AT_ONCE) {
        let setting = SETTINGS[usize::from(*choice) % SETTINGS.len()];
        if !words.contains(&setting[0]) {
            words.extend(setting);
        }
    }
    words
}

/// Reads bytes from a pipe and holds what comes of it to the rules.
///
/// # Panics
///
/// Panics where a rule is broken, with all there is to see of it.
pub fn judge(bytes: &[u8], settings: &[&str]) -> Reading {
    let words = [
        &["ledger", "-", "--format", "csv", "--threads", "1"],
        settings,
    ]
    .concat();
    let read = run(None, &words, bytes);
    match read.code {
        0 => {
            reads_back(&read, settings);
            adds_up(bytes, settings);
        }
        2 => refuses(&read),
        code => panic!("ended with {code}: {settings:?} {read:#?}"),
    }
    read
}

/// An error has a code that is known, and says which file it is about; nothing was printed beside it.
fn refuses(read: &Reading) {
    assert!(read.stdout.is_empty(), "half an answer: {read:#?}");
    let messages = messages(read);
    let mut errors = messages
        .iter()
        .filter(|message| message["level"] == "error")
        .peekable();
    assert!(errors.peek().is_some(), "silent: {read:#?}");
    for error in errors {
        let code = error["code"].as_str().unwrap_or_default();
        assert!(Code::named(code).is_some(), "no code: {read:#?}");
        let is_of_settings = ["usage", "bad-value"].contains(&code);
        assert!(
            is_of_settings || error["file"] == "<stdin>",
            "no file: {read:#?}"
        );
    }
}

/// What a run said, message by message.
fn messages(read: &Reading) -> Vec<serde_json::Value> {
    let lines = read.stderr.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {read:#?}")))
        .collect()
}

/// A ledger reads back to the same ledger.
fn reads_back(read: &Reading, settings: &[&str]) {
    if read.stdout.lines().count() < 2 {
        return;
    }
    let mut words = vec![
        "ledger",
        "-",
        "--format",
        "csv",
        "--preset",
        "none",
        "--keep-totals",
    ];
    for pair in settings.windows(2) {
        if pair[0] == "--fiscal-year-start" {
            words.extend(pair);
        }
    }
    let by = match settings.iter().position(|word| *word == "--by") {
        Some(at) if settings[at + 1].contains(',') => &["--by", "#5,#6"][..],
        Some(_) => &["--by", "#5"],
        None => &[],
    };
    words.extend(by);
    let again = run(None, &words, read.stdout.as_bytes());
    if again.code == 2
        && messages(&again)
            .iter()
            .all(|message| message["code"] == "amount-too-large")
    {
        // Rows that are each in bounds may add up to more than one row may hold.
        return;
    }
    assert_eq!(
        (again.code, shortest(&again.stdout)),
        (0, shortest(&read.stdout)),
        "{settings:?} {read:#?} {again:#?}"
    );
}

/// A text without zeros at the ends of decimals: rows that cancel out leave their decimals behind.
fn shortest(text: &str) -> String {
    let mut pieces = text.split('.');
    let mut short = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (decimals, rest) = piece.split_at(digits);
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        short = short + point + decimals + rest;
    }
    short
}

/// What opened and what moved is what closed, in every record of a result; where there is none, it says why.
fn adds_up(bytes: &[u8], settings: &[&str]) {
    let lenient = [
        "--negatives",
        "clip",
        "--missing-months",
        "zero",
        "--partial",
        "allow",
    ];
    let words = [
        &["calc", "-", "--format", "jsonl", "--every", "month"],
        &lenient[..],
        settings,
    ]
    .concat();
    let result = run(None, &words, bytes);
    if result.code != 0 {
        assert_eq!(result.code, 2, "{settings:?} {result:#?}");
        assert!(!messages(&result).is_empty(), "silent: {result:#?}");
        return;
    }
    for line in result.stdout.lines() {
        let Some(amounts) = AMOUNTS.iter().map(|field| units(line, field)).collect() else {
            continue;
        };
        let amounts: Vec<i128> = amounts;
        let (gained, lost): (i128, i128) = (amounts[..6].iter().sum(), amounts[6..].iter().sum());
        assert_eq!(gained, lost, "{settings:?} {line}");
    }
}

/// Six that come in, then four that go out or stay; a record without an opening does not state them.
const AMOUNTS: &[&str] = &[
    "opening",
    "new",
    "reactivation",
    "expansion",
    "fx",
    "transfer_in",
    "contraction",
    "churn",
    "transfer_out",
    "closing",
];

/// An amount of a record in 10^-18, exactly as it is written; `None` for `null`.
fn units(line: &str, field: &str) -> Option<i128> {
    const DECIMALS: usize = 18;
    let (_, rest) = line.split_once(&format!("\"{field}\":"))?;
    let text = rest
        .split([',', '}'])
        .next()
        .filter(|text| *text != "null")?;
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{decimals:0<DECIMALS$}");
    Some(
        digits
            .parse()
            .unwrap_or_else(|_| panic!("no amount: {text}")),
    )
}

/// Runs `nrr` in a folder, or in the working folder, without variables and without a settings file.
pub fn run(folder: Option<&Path>, words: &[&str], stdin: &[u8]) -> Reading {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let streams = Streams {
        stdin: Box::new(Cursor::new(stdin.to_vec())),
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        stderr_is_terminal: false,
        terminal_width: None,
        stdout: &mut stdout,
        stderr: &mut stderr,
    };
    let fixed = ["--no-config", "--message-format", "json"];
    let words = std::iter::once("nrr")
        .chain(words.iter().copied())
        .chain(fixed);
    let folder = folder.unwrap_or(Path::new("."));
    let environment = Environment::in_folder(folder);
    let outcome = nrr::cli::run(words.map(OsString::from), &environment, streams);
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    Reading {
        code: outcome.code(),
        stdout: text(stdout),
        stderr: text(stderr),
    }
}
