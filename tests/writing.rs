//! Results on their way out: streams that close or fill up, files written whole or not at all, colors.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "tests prepare files of their own"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod support;

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use support::runner::{finish, program, written};
use support::{Run, run_in};
use tempfile::TempDir;

const GOOD: &[u8] = b"customer,month,mrr\nacme,2024-01,100\nbirch,2024-01,50\nacme,2024-02,120\n";
const BAD: &[u8] = b"customer,month,mrr\nacme,2024-01,#REF!\n";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    written(folder.path(), "good.csv", GOOD);
    written(folder.path(), "bad.csv", BAD);
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

/// Writes `good.csv`'s answer to a place and expects it there, whole.
fn write_to(folder: &Path, place: &str) -> String {
    let expected = run_in(folder, &["calc", "good.csv", "--format", "csv"]).done();
    let run = run_in(
        folder,
        &["calc", "good.csv", "--format", "csv", "--output", place],
    );
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:#?}");
    assert_eq!(fs::read_to_string(folder.join(place)).unwrap(), expected);
    expected
}

fn cannot_write(run: &Run) {
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:#?}");
    assert_eq!(run.errors(), ["cannot-write"], "{run:#?}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A file whose answer as JSON is far longer than what a pipe holds.
fn long(folder: &Path) -> PathBuf {
    let months =
        (0..600).map(|number| format!("acme,{}-{:02},10\n", 2000 + number / 12, 1 + number % 12));
    let text = format!("customer,month,mrr\n{}", months.collect::<String>());
    written(folder, "long.csv", text.as_bytes())
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let folder = folder();
    let path = long(folder.path());
    for format in ["json", "csv", "table", "jsonl", "markdown"] {
        let mut child = program()
            .args(["calc", "--quiet", "--format", format])
            .arg(&path)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        stdout.read_exact(&mut [0]).unwrap();
        drop(stdout);
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(0), &b""[..]),
            "{format}"
        );
    }
}

#[test]
fn a_closed_standard_error_does_not_stop_the_answer() {
    let folder = folder();
    let mut child = program()
        .args(["calc", "good.csv", "--format", "csv"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.starts_with(b"period,"));
}

#[test]
fn a_full_disk_is_an_error() {
    let folder = folder();
    long(folder.path());
    for args in [
        &["calc", "good.csv"][..],
        &["calc", "long.csv", "--format", "json"],
        &["calc", "--help"],
        &["--version"],
        &["explain", "grr"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let run = finish(program().args(args).current_dir(folder.path()).stdout(full));
        cannot_write(&run);
    }
    for name in ["good.csv", "long.csv"] {
        cannot_write(&run_in(
            folder.path(),
            &["calc", name, "--output", "/dev/full"],
        ));
    }
    assert_eq!(names(folder.path()), ["bad.csv", "good.csv", "long.csv"]);
}

#[test]
fn a_device_is_written_to_not_replaced() {
    let folder = folder();
    let run = run_in(
        folder.path(),
        &["calc", "good.csv", "--output", "/dev/null"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:#?}");
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn places_that_cannot_be_written_are_refused_before_reading() {
    let folder = folder();
    fs::create_dir(folder.path().join("below")).unwrap();
    for place in [
        "missing/out.csv",
        "below",
        "good.csv/out.csv",
        "",
        ".",
        "..",
    ] {
        let run = run_in(folder.path(), &["calc", "bad.csv", "--output", place]);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (2, ""),
            "{place}: {run:#?}"
        );
        assert_eq!(run.errors(), ["cannot-write"], "{place}: {run:#?}");
    }
    let guarded = written(folder.path(), "guarded.csv", b"old");
    fs::set_permissions(&guarded, Permissions::from_mode(0o444)).unwrap();
    cannot_write(&run_in(
        folder.path(),
        &["calc", "good.csv", "--output", "guarded.csv"],
    ));
    assert_eq!(fs::read(&guarded).unwrap(), b"old");
    assert_eq!(
        names(folder.path()),
        ["bad.csv", "below", "good.csv", "guarded.csv"]
    );
}

#[test]
fn a_file_is_replaced_only_by_a_whole_answer() {
    let folder = folder();
    let out = written(folder.path(), "out.csv", b"old");
    let run = run_in(
        folder.path(),
        &["calc", "bad.csv", "--format", "csv", "--output", "out.csv"],
    );
    assert_eq!(run.errors(), ["unreadable-amount"], "{run:#?}");
    assert_eq!(fs::read(&out).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["bad.csv", "good.csv", "out.csv"]);
    write_to(folder.path(), "out.csv");
    assert_eq!(names(folder.path()), ["bad.csv", "good.csv", "out.csv"]);
    let run = run_in(folder.path(), &["calc", "bad.csv", "--output", "new.csv"]);
    assert_eq!(run.code, 2);
    assert_eq!(names(folder.path()), ["bad.csv", "good.csv", "out.csv"]);
}

#[test]
fn an_input_is_never_replaced_by_its_answer() {
    let folder = folder();
    let before = fs::read(folder.path().join("good.csv")).unwrap();
    symlink("good.csv", folder.path().join("link.csv")).unwrap();
    for output in ["good.csv", "./good.csv", "link.csv"] {
        let run = run_in(folder.path(), &["calc", "good.csv", "--output", output]);
        assert_eq!(
            (run.code, run.errors()),
            (2, vec!["usage".to_owned()]),
            "{run:#?}"
        );
        assert_eq!(fs::read(folder.path().join("good.csv")).unwrap(), before);
    }
}

#[test]
fn no_file_that_a_run_reads_is_replaced_by_its_answer() {
    let folder = folder();
    let folder = folder.path();
    let files: &[(&str, &[u8])] = &[
        ("map.csv", b"from,to\nbirch,acme\n"),
        ("rates.csv", b"month,currency,rate\n2024-01,EUR,1.1\n"),
        ("own.toml", b"lookback = \"1\"\n"),
        ("house.toml", b"name = \"house\"\nlookback = \"1\"\n"),
        ("nrr.toml", b"lookback = \"1\"\n"),
        ("base.csv", b"period,opening,nrr\n2024-02,150,0.8\n"),
        (
            "new.csv",
            b"customer,month,mrr\nacme,2024-01,100\nacme,2024-02,120\n",
        ),
    ];
    for (name, bytes) in files {
        written(folder, name, bytes);
    }
    let lines: &[&str] = &[
        "calc good.csv --map map.csv -o map.csv",
        "calc good.csv --currency USD --fx-rates rates.csv -o rates.csv",
        "calc good.csv --config own.toml -o own.toml",
        "calc good.csv --definition house.toml -o ./house.toml",
        "calc good.csv -o nrr.toml",
        "check good.csv --baseline base.csv -o base.csv",
        "check good.csv --config own.toml --require nrr>=1% --format junit -o own.toml",
        "diff good.csv new.csv --period 2024-02 --old-config own.toml -o own.toml",
        "trace good.csv --period 2024-02 --map map.csv -o map.csv",
    ];
    for line in lines {
        let run = run_in(folder, &line.split(' ').collect::<Vec<_>>());
        assert_eq!(run.code, 2, "{line} {run:#?}");
        assert!(run.stderr.contains("would replace"), "{line} {run:#?}");
    }
    for (name, bytes) in files {
        assert_eq!(&fs::read(folder.join(name)).unwrap(), bytes, "{name}");
    }
    // What `nrr init --force` is for.
    let forced = run_in(
        folder,
        &["init", "good.csv", "--output", "nrr.toml", "--force"],
    );
    assert_eq!(forced.code, 0, "{forced:#?}");
}

#[test]
fn a_link_stays_a_link() {
    let folder = folder();
    fs::create_dir(folder.path().join("below")).unwrap();
    written(folder.path(), "below/real.csv", b"old");
    symlink("below/real.csv", folder.path().join("link.csv")).unwrap();
    let expected = write_to(folder.path(), "link.csv");
    assert!(
        fs::symlink_metadata(folder.path().join("link.csv"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("below/real.csv")).unwrap(),
        expected
    );
    assert_eq!(names(&folder.path().join("below")), ["real.csv"]);
}

#[test]
fn a_link_to_nothing_stays_a_link() {
    let folder = folder();
    symlink("absent.csv", folder.path().join("link.csv")).unwrap();
    let expected = write_to(folder.path(), "link.csv");
    assert!(
        fs::symlink_metadata(folder.path().join("link.csv"))
            .unwrap()
            .is_symlink()
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("absent.csv")).unwrap(),
        expected
    );
}

#[test]
fn permissions_are_the_usual_ones_and_stay() {
    let folder = folder();
    let usual = mode(&written(folder.path(), "usual", b""));
    write_to(folder.path(), "new.csv");
    assert_eq!(mode(&folder.path().join("new.csv")), usual);
    for kept in [0o600, 0o640, 0o755] {
        assert_kept(folder.path(), kept);
    }
}

fn assert_kept(folder: &Path, kept: u32) {
    let old = written(folder, "old.csv", b"old");
    fs::set_permissions(&old, Permissions::from_mode(kept)).unwrap();
    let owner = fs::metadata(&old).unwrap().uid();
    write_to(folder, "old.csv");
    assert_eq!(format!("{:o}", mode(&old)), format!("{kept:o}"));
    assert_eq!(fs::metadata(&old).unwrap().uid(), owner);
}

#[test]
fn permissions_wider_than_the_mask_stay() {
    assert_kept(folder().path(), 0o666);
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = folder();
    let loud = run_in(folder.path(), &["calc", "good.csv", "--format", "csv"]);
    let quiet = run_in(
        folder.path(),
        &["calc", "good.csv", "--format", "csv", "--quiet"],
    );
    assert!(!loud.stderr.is_empty());
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    assert_eq!(quiet.stdout, loud.stdout);
    let failed = run_in(folder.path(), &["calc", "bad.csv", "--quiet"]);
    assert_eq!(
        (failed.code, failed.errors()),
        (2, vec!["unreadable-amount".to_owned()])
    );
}

/// Whether standard output and standard error are colored for these arguments and variables.
fn colored(args: &[&str], variables: &[(&str, &str)]) -> (bool, bool) {
    let folder = folder();
    let run = |file: &str| {
        let mut command = program();
        command
            .arg("calc")
            .arg(file)
            .args(args)
            .current_dir(folder.path());
        finish(command.envs(variables.iter().copied()))
    };
    (
        run("good.csv").stdout.contains("\x1b["),
        run("bad.csv").stderr.contains("\x1b["),
    )
}

#[test]
fn color_follows_the_flag_then_the_variables_then_the_terminal() {
    assert_eq!(colored(&[], &[]), (false, false));
    assert_eq!(colored(&["--color", "always"], &[]), (true, true));
    assert_eq!(
        colored(&["--color", "always"], &[("NO_COLOR", "1")]),
        (true, true)
    );
    assert_eq!(
        colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]),
        (false, false)
    );
    assert_eq!(colored(&[], &[("CLICOLOR_FORCE", "1")]), (true, true));
    assert_eq!(colored(&[], &[("CLICOLOR_FORCE", "0")]), (false, false));
    assert_eq!(
        colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]),
        (false, false)
    );
    for format in ["json", "jsonl", "csv", "markdown"] {
        let args = ["--color", "always", "--format", format];
        assert!(!colored(&args, &[]).0, "{format}");
    }
}

#[test]
fn a_file_is_never_colored() {
    let folder = folder();
    let args = [
        "calc", "good.csv", "--color", "always", "--output", "out.txt",
    ];
    assert_eq!(run_in(folder.path(), &args).code, 0);
    assert!(
        !fs::read_to_string(folder.path().join("out.txt"))
            .unwrap()
            .contains('\x1b')
    );
}

#[test]
fn columns_bound_the_width_of_tables_alone() {
    let folder = folder();
    let run = |columns: &str, format: &str| {
        let mut command = program();
        command
            .args(["calc", "good.csv", "--format", format])
            .current_dir(folder.path());
        finish(command.env("COLUMNS", columns)).done()
    };
    for format in ["json", "csv", "jsonl", "markdown"] {
        assert_eq!(run("40", format), run("200", format), "{format}");
    }
    let unset = run_in(folder.path(), &["calc", "good.csv"]).done();
    for odd in ["", "0", "-1", "wide", "99999999999999999999999"] {
        assert_eq!(run(odd, "table"), unset, "COLUMNS={odd}");
    }
    for tiny in ["1", "2", "10"] {
        assert!(!run(tiny, "table").is_empty());
    }
}

#[test]
fn neither_locale_nor_time_zone_nor_folder_show() {
    let folder = folder();
    let path = folder.path().join("good.csv");
    for format in ["table", "json", "csv", "markdown"] {
        let run = |variables: &[(&str, &str)], from: &str| {
            let mut command = program();
            command
                .args(["calc", "--format", format])
                .arg(&path)
                .current_dir(from);
            finish(command.envs(variables.iter().copied()))
        };
        let plain = run(&[], "/");
        assert_eq!(plain.code, 0, "{plain:#?}");
        for variables in [
            &[("LC_ALL", "de_DE.UTF-8"), ("LANG", "de_DE.UTF-8")][..],
            &[
                ("LC_ALL", "C"),
                ("LANG", "tr_TR.UTF-8"),
                ("LC_NUMERIC", "fr_FR.UTF-8"),
            ],
            &[
                ("TZ", "Pacific/Kiritimati"),
                ("HOME", "/nowhere"),
                ("USER", "someone"),
            ],
            &[("RUST_BACKTRACE", "1"), ("RUST_LOG", "trace")],
        ] {
            assert_eq!(run(variables, "/usr"), plain, "{variables:?}");
        }
    }
}

#[test]
fn a_temporary_folder_that_is_missing_is_said() {
    let folder = folder();
    let mut text = b"customer,date,amount\n".to_vec();
    for _ in 0..60_000 {
        text.extend_from_slice(b"acme,01/02/2024,1.00\n");
    }
    text.extend_from_slice(b"acme,31/01/2024,1.00\n");
    let path = written(folder.path(), "large.csv", &text);
    let mut command = program();
    command
        .args(["calc", "-"])
        .env("TMPDIR", "/nowhere")
        .stdin(File::open(path).unwrap());
    let run = finish(&mut command);
    assert_eq!(
        (run.code, run.errors()),
        (2, vec!["cannot-read".to_owned()]),
        "{run:#?}"
    );
}
