//! Hostile input: whatever the bytes, the arguments and the settings, an answer or an error.
#![allow(
    clippy::disallowed_methods,
    reason = "tests prepare files of their own"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::path::Path;
use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::runner::written;
use support::{Run, run, run_in, run_with_stdin};

/// Seeds of failures are not kept: what broke something, or a test of ours, becomes a file in
/// `fixtures/corpus`, beside some that once broke other readers.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// What holds for every run, whatever was asked.
fn judge(run: &Run, args: &[&str]) {
    assert!([0, 2].contains(&run.code), "{args:?} {run:#?}");
    if run.code == 2 {
        assert!(!run.stderr.trim().is_empty(), "silent: {args:?} {run:#?}");
        assert!(run.stdout.is_empty(), "half an answer: {args:?} {run:#?}");
    }
    let raw = |text: &str| {
        text.chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
    };
    let has = |words: [&str; 2]| {
        args.windows(2).any(|pair| pair == words) || args.contains(&words.join("=").as_str())
    };
    // JSON may hold DEL and the C1 controls as they are; everything below a blank it escapes.
    let is_json = has(["--message-format", "json"]);
    assert!(
        has(["--color", "always"]) || is_json || !raw(&run.stderr),
        "control characters: {args:?} {run:#?}"
    );
}

/// The words of the flags that read a file in one of many ways.
fn ways() -> impl Strategy<Value = Vec<&'static str>> {
    let format = select(vec![
        vec!["--format", "json"],
        vec!["--format", "jsonl"],
        vec!["--format", "csv"],
        vec!["--format", "table"],
        vec!["--format", "markdown"],
    ]);
    let threads = select(vec!["1", "2", "3"]);
    let lenient = select(vec![
        vec![],
        vec!["--negatives", "clip", "--missing-months", "zero"],
        vec![
            "--empty-amount",
            "zero",
            "--partial",
            "allow",
            "--negatives",
            "clip",
            "--missing-months",
            "zero",
        ],
        vec!["--message-format", "json"],
        vec!["--decimal", ".", "--date-order", "dmy", "--currency", "USD"],
    ]);
    (format, threads, lenient).prop_map(|(format, threads, lenient)| {
        [format, vec!["--threads", threads], lenient].concat()
    })
}

/// Reads bytes as a file and from a pipe, and holds both runs to the rules and to each other.
fn read(bytes: &[u8], ways: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), "a.csv", bytes);
    let from = |name| [&["calc", name], ways].concat();
    let (as_file, as_pipe) = (from("a.csv"), from("-"));
    let file = run_in(folder.path(), &as_file);
    judge(&file, &as_file);
    let pipe = run_with_stdin(&as_pipe, bytes);
    judge(&pipe, &as_pipe);
    let is_json = ways.starts_with(&["--format", "json"]);
    if file.code == 0 && is_json {
        let found: Result<serde_json::Value, _> = serde_json::from_str(&file.stdout);
        let found = found.unwrap_or_else(|error| panic!("{error}: {file:#?}"));
        assert!(
            found["schema"].is_string() && found["results"].is_array(),
            "{file:#?}"
        );
    }
    assert_eq!(file.code, pipe.code, "{file:#?} {pipe:#?}");
    let named = |text: &str| {
        text.replace("&lt;stdin&gt;", "a.csv")
            .replace("<stdin>", "a.csv")
    };
    assert_eq!(named(&file.stdout), named(&pipe.stdout));
    file
}

#[expect(clippy::too_many_lines, reason = "pools of words")]
fn cell(kind: &'static str) -> BoxedStrategy<String> {
    let words: Vec<&'static str> = match kind {
        "customer" => vec![
            "acme",
            "Acme",
            "acme ",
            "1e5",
            "007",
            "NaN",
            "null",
            "1.23457E+11",
            "",
            " ",
            "\u{a0}",
            "a\u{301}",
            "á",
            "=cmd|' /C calc'!A0",
            "@x",
            "-",
            "\u{202e}evil",
            "\u{7}bell",
            "\u{1b}[31mred",
            "Total",
            "Total Wine & More",
            "00D5g000004C2Qz",
            "00D5g000004C2QZ",
            "=\"00123\"",
            "Ünïcödé 🦀",
            "x'y",
            "a/b",
            "\u{feff}b",
            "\u{200b}",
        ],
        "date" => vec![
            "2024-01-31",
            "2024-02-01",
            "2024-02-29",
            "2023-02-29",
            "01/02/2024",
            "13/02/2024",
            "02/13/2024",
            "2024-01",
            "2024-Q1",
            "FY24",
            "Jan 2024",
            "January 5, 2024",
            "45292",
            "1704067200",
            "1704067200000",
            "9999-12-31",
            "1989-12-31",
            "2101-01-01",
            "0000-00-00",
            "",
            "-",
            "2024-13-01",
            "2024-W05",
            "20240131",
            "202401",
            "2024-01-31T23:59:59Z",
            "2024-01-31 23:59:59 +0200",
            "31.01.2024",
            "5/6/24",
            "99999999999999999999",
            "2024",
            "１２/０１/２０２４",
            "tomorrow",
            "2024-02-31",
        ],
        "amount" => vec![
            "10",
            "0",
            "-5",
            "12.50",
            "12,50",
            "1,399",
            "1.399",
            "1.234.567,89",
            "1,234,567.89",
            "1'234.50",
            "1 234,50",
            "1\u{a0}234",
            "1\u{202f}234,5",
            "(500)",
            "500-",
            "−5",
            "–",
            "-",
            "+7",
            "$1,000.00",
            "€ 5",
            "5 EUR",
            "£-3",
            "USD 4",
            "NaN",
            "inf",
            "N/A",
            "NULL",
            "#REF!",
            "1e400",
            "1e-9",
            "12%",
            "",
            " ",
            "0.000001",
            "0.0000001",
            "999999999999",
            "1000000000000",
            "1000000000001",
            "170141183460469231731687303715884105728",
            "00012",
            ".5",
            "5.",
            ".",
            ",",
            "--5",
            "1,2,3",
            "1.2.3",
            "12,34,567.00",
            "１２",
            "0x10",
            "$",
            "($1.00)",
            "-0",
            "(0)",
            "1_000",
        ],
        "currency" => vec![
            "USD",
            "usd",
            "EUR",
            "",
            "$",
            "€",
            "XXX",
            "Bitcoin",
            "US Dollar",
            " ",
        ],
        _ => vec![
            "north",
            "",
            "a,b",
            "a;b",
            "x\ny",
            "\"",
            "\"\"",
            "emoji 🙂",
            "\t",
            "null",
            "=1+1",
            "\r",
        ],
    };
    prop_oneof![8 => select(words).prop_map(str::to_owned), 1 => "[ -~]{0,12}", 1 => "\\PC{0,6}"]
        .boxed()
}

/// Cells that read: most rows hold these, so that most runs go the whole way.
fn good(kind: &'static str) -> BoxedStrategy<String> {
    let words = match kind {
        "customer" => vec!["acme", "birch", "cedar", "dune", "Total"],
        "date" => vec![
            "2024-01-05",
            "2024-02-29",
            "2024-03-31",
            "2024-04-01",
            "2025-01-01",
        ],
        "amount" => vec!["10", "12.50", "0", "7.25", "-1.00", "1250.75"],
        "currency" => vec!["USD"],
        _ => vec!["north", "south", ""],
    };
    select(words).prop_map(str::to_owned).boxed()
}

/// Column kinds with a header each.
fn headers() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let customer = select(vec![
        "customer",
        "Customer ID",
        "account_id",
        "Company Name",
        "email",
        "",
        "Kunde",
    ]);
    let date = select(vec![
        "date",
        "Month",
        "period",
        "invoice date",
        "created",
        "MRR month",
        "Datum",
    ]);
    let amount = select(vec![
        "amount",
        "MRR",
        "ARR",
        "revenue",
        "Amount (EUR)",
        "amount_cents",
        "Betrag",
        "total",
    ]);
    let rest = vec(
        select(vec![
            ("currency", "currency"),
            ("currency", "Currency Code"),
            ("product", "product"),
            ("product", "plan"),
            ("other", "region"),
            ("other", "region"),
            ("amount", "amount"),
            ("date", "end date"),
            ("customer", "customer name"),
            ("other", ""),
            ("other", "a \"b\""),
        ]),
        0..4,
    );
    (customer, date, amount, rest, any::<bool>()).prop_map(
        |(customer, date, amount, rest, turned)| {
            let mut all = vec![("customer", customer), ("date", date), ("amount", amount)];
            all.extend(rest);
            if turned {
                all.reverse();
            }
            all
        },
    )
}

/// Text that looks like an export, in one of the encodings.
fn exports() -> impl Strategy<Value = Vec<u8>> {
    let table = headers().prop_flat_map(|headers| {
        let row: Vec<_> = headers
            .iter()
            .map(|(kind, _)| {
                (
                    prop_oneof![11 => good(kind), 1 => cell(kind)],
                    prop::bool::weighted(0.2),
                )
            })
            .collect();
        (Just(headers), vec(row, 0..12))
    });
    let form = (
        select(vec![',', ',', ';', '\t', '|']),
        select(vec!["\n", "\n", "\r\n", "\r"]),
        select(vec![
            "",
            "",
            "",
            "sep=;\n",
            "sep=,\r\n",
            "Report\n\n",
            "\n\n",
        ]),
        select(vec![
            "",
            "",
            "\"",
            "\"x",
            ",,,",
            "\"a\"b,1",
            "Total,,",
            "\0",
            "customer,date,amount",
        ]),
        select(vec![
            "utf-8",
            "utf-8",
            "utf-8",
            "bom",
            "utf-16le",
            "utf-16be",
            "windows-1252",
        ]),
    );
    (table, form).prop_map(
        |((headers, rows), (delimiter, end, first, last, encoding))| {
            let names = headers.iter().map(|(_, name)| (*name).to_owned()).collect();
            let quoted = |(cell, quote): (String, bool)| {
                if quote || cell.contains(delimiter) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell
                }
            };
            let mut lines: Vec<Vec<String>> = vec![names];
            lines.extend(
                rows.into_iter()
                    .map(|row| row.into_iter().map(quoted).collect()),
            );
            let lines: Vec<String> = lines
                .iter()
                .map(|row| row.join(&delimiter.to_string()))
                .collect();
            encoded(&format!("{first}{}{end}{last}", lines.join(end)), encoding)
        },
    )
}

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let marked = || std::iter::once(0xFEFF).chain(text.encode_utf16());
    match encoding {
        "bom" => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        "utf-16le" => marked().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => marked().flat_map(u16::to_be_bytes).collect(),
        "windows-1252" => text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'\x80'))
            .collect(),
        _ => text.as_bytes().to_vec(),
    }
}

const VALID: &str = "customer_id,date,amount,currency,region\r\n\
    acme,2024-01-31,100.00,USD,north\r\n\
    \"birch, \"\"the\"\" tree\",2024-01-31,80.50,USD,south\r\n\
    acme,2024-02-29,\"1,120.00\",USD,north\r\n\
    \"two\nlines\",2024-02-29,60.00,USD,\r\n\
    acme,2024-03-31,-20.00,USD,north\r\n\
    acme,2024-03-31,100.00,USD,north\r\n\
    birch,2024-03-31,5,USD,südlich\r\n";

/// The flags there are, as help prints them.
static FLAGS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let help = run(&["calc", "--help"]).done();
    let words = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let mut flags: Vec<String> = words
        .filter(|word| word.starts_with("--") && word.len() > 2)
        .map(str::to_owned)
        .collect();
    flags.sort_unstable();
    flags.dedup();
    flags
});

const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "2",
    "-1",
    "12",
    "13",
    "1200",
    "1201",
    "99999999999999999999999",
    "2024-03",
    "2024-Q1",
    "2024-H1",
    "2024",
    "TTM-2024-03",
    "2024-01..2024-03",
    "2024-03..2024-01",
    "FY2024",
    "1990-01",
    "2100-12",
    "0000-00",
    "9999-12",
    "2024-13",
    "..",
    "month",
    "quarter",
    "half",
    "year",
    "region",
    "Region",
    "customer",
    "amount",
    "date",
    "#1",
    "#0",
    "#5",
    "#6",
    "#99999999999999999999",
    "#",
    "#-1",
    "region=north",
    "region!=north",
    "region=",
    "=",
    "!=",
    "=x",
    "a=b=c",
    ",",
    ";",
    "|",
    "tab",
    "\t",
    ".",
    "dmy",
    "mdy",
    "utf-8",
    "utf-16le",
    "windows-1252",
    "latin-1",
    "json",
    "jsonl",
    "csv",
    "table",
    "markdown",
    "stock",
    "flow",
    "error",
    "sum",
    "last",
    "zero",
    "USD",
    "usd",
    "EUR",
    "all",
    "\u{7f}",
    "\u{1b}[2J",
    "\u{202e}",
    "é",
    "🦀",
    "period",
    "unlimited",
    "data-end",
    "in-nrr",
    "as-new",
    "as-expansion",
    "separate",
    "allow",
    "refuse",
    "clip",
    "active",
    "inactive",
    "closing",
    "opening",
    "first",
    "latest",
    "1e400",
    "NaN",
    "-0",
    "0.000001",
    "1000000000000",
    "170141183460469231731687303715884105727",
    "always",
    "never",
    "auto",
    "text",
    "a.csv",
    "missing.csv",
    "-",
    "--",
    "*.csv",
    ".",
    "x\ny",
    "explain",
    "mixed-currencies",
    "nrr",
];

fn arguments() -> impl Strategy<Value = Vec<String>> {
    let value = || select(VALUES).prop_map(str::to_owned);
    let flag = || select(FLAGS.clone());
    let piece = prop_oneof![
        6 => (flag(), value()).prop_map(|(flag, value)| vec![flag, value]),
        2 => (flag(), value()).prop_map(|(flag, value)| vec![format!("{flag}={value}")]),
        1 => value().prop_map(|value| vec![value]),
        1 => flag().prop_map(|flag| vec![flag]),
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn settings() -> impl Strategy<Value = Vec<u8>> {
    let key = prop_oneof![
        8 => select(FLAGS.clone()).prop_map(|flag| flag.trim_start_matches('-').to_owned()),
        1 => "[a-z-]{0,10}",
        1 => select(vec!["[basis]", "a.b", "\"\"", "\"\\u0000\"", "[[by]]"]).prop_map(str::to_owned),
    ];
    let value = prop_oneof![
        6 => select(VALUES).prop_map(|value| format!("{value:?}")),
        2 => select(VALUES).prop_map(str::to_owned),
        1 => vec(select(VALUES), 0..3).prop_map(|values| format!("{values:?}")),
        1 => select(vec!["1.5", "true", "2024-01-31", "{ a = 1 }", "'''x\ny'''", "[[1], [2]]", "0x1F", "1e400", "inf"])
            .prop_map(str::to_owned),
    ];
    let line = (key, value).prop_map(|(key, value)| format!("{key} = {value}\n"));
    prop_oneof![
        6 => vec(line, 0..3).prop_map(|lines| lines.concat().into_bytes()),
        1 => "\\PC{0,40}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
    ]
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn arbitrary_bytes_are_answered(bytes in vec(any::<u8>(), 0..300), ways in ways()) {
        read(&bytes, &ways);
    }

    #[test]
    fn bytes_after_a_magic_number_are_answered(
        magic in select(vec![
            &b"\x1F\x8B"[..], b"\x1F\x8B\x08\0\0\0\0\0\0\x03", b"\x28\xB5\x2F\xFD", b"\x50\x2A\x4D\x18", b"PK\x03\x04",
            b"\xFF\xFE", b"\xFE\xFF", b"\xEF\xBB\xBF", b"<html>", b"\xD0\xCF\x11\xE0", b"sep=", b"sep=;", b"sep=\"\n",
            b"customer,date,amount\n", b"customer\tdate\tamount\r", b"\x28\xB5\x2F\xFD\x04\x00",
        ]),
        bytes in vec(any::<u8>(), 0..60),
        ways in ways(),
    ) {
        read(&[magic, &bytes].concat(), &ways);
    }

    #[test]
    fn text_that_looks_like_an_export_is_answered(bytes in exports(), ways in ways()) {
        read(&bytes, &ways);
    }

    #[test]
    fn a_valid_file_with_one_byte_changed_is_answered(
        at in 0..VALID.len(),
        byte in prop_oneof![any::<u8>(), select(b"\",;\t\r\n\0 -.0".to_vec())],
        ways in ways(),
    ) {
        let mut bytes = VALID.as_bytes().to_vec();
        bytes[at] = byte;
        read(&bytes, &ways);
    }

    #[test]
    fn a_compressed_file_with_one_byte_changed_is_answered(at in 0_usize..10_000, byte in any::<u8>(), is_zstd in any::<bool>()) {
        let mut bytes = packed(is_zstd);
        let at = at % bytes.len();
        bytes[at] = byte;
        read(&bytes, &["--format", "json"]);
    }

    #[test]
    fn any_arguments_are_answered(args in arguments(), first in select(vec!["calc", "calc", "calc", "calc", "explain", ""])) {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), "a.csv", VALID.as_bytes());
        let mut words = vec![first];
        if first == "calc" {
            words.extend(["a.csv", "--format", "json"]);
        }
        words.extend(args.iter().map(String::as_str));
        let run = run_in(folder.path(), &words);
        judge(&run, &words);
    }

    #[test]
    fn any_settings_are_answered(settings in settings()) {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path(), "a.csv", VALID.as_bytes());
        written(folder.path(), "nrr.toml", &settings);
        let args = ["calc", "a.csv"];
        judge(&run_in(folder.path(), &args), &args);
    }
}

fn packed(is_zstd: bool) -> Vec<u8> {
    use std::io::Write;
    if is_zstd {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        return ruzstd::encoding::compress_to_vec(VALID.as_bytes(), level);
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(VALID.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_valid_file_cut_anywhere_is_answered() {
    let whole = read(VALID.as_bytes(), &["--format", "json"]);
    assert_eq!(whole.code, 0, "{whole:#?}");
    for end in 0..VALID.len() {
        read(&VALID.as_bytes()[..end], &["--format", "json"]);
    }
}

#[test]
fn a_compressed_file_cut_anywhere_is_refused() {
    for is_zstd in [false, true] {
        let bytes = packed(is_zstd);
        assert_eq!(read(&bytes, &["--format", "json"]).code, 0);
        for end in 0..bytes.len() {
            let run = read(&bytes[..end], &["--format", "json"]);
            assert_eq!(run.code, 2, "{end} of {} bytes: {run:#?}", bytes.len());
        }
    }
}

#[test]
fn what_once_broke_something_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpus");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort_unstable();
    assert!(!paths.is_empty());
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        for format in ["json", "jsonl", "csv", "table", "markdown"] {
            for threads in ["1", "2"] {
                read(&bytes, &["--format", format, "--threads", threads]);
            }
        }
    }
}

#[test]
fn arguments_that_are_no_text_are_answered() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"\xFF\xFE.csv");
    let run = support::runner::finish(support::runner::program().arg("calc").arg(odd));
    judge(&run, &["calc"]);
    assert_eq!(run.code, 2);
}
