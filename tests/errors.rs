//! Every error and warning as a user meets it: each folder of `fixtures/errors` is run through the
//! program, and what it says is compared to the byte.
//!
//! A folder is named after its code and holds `cmd` (the arguments after `nrr`), the input files,
//! `stderr`, where something is printed `stdout`, and where it is not 2 for errors, 1 for failures or 0 for warnings
//! `code`. `setup` prepares what a folder cannot hold, a line each: `append FILE COUNT TEXT`. Folders
//! inside are further cases of the code.
//!
//! `UPDATE_ERRORS=1 cargo test --test errors` writes the expected files and `docs/errors.md` anew.

#![expect(
    clippy::disallowed_methods,
    reason = "a test reads its fixtures and runs the program on files of its own"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nrr::error::{CODES, Code, Level};

/// Codes without a folder, and why: each is tested where it is made.
const EXCEPTIONS: &[(Code, &str)] = &[(
    Code::ChangedFile,
    "a file would have to change between two readings of one run",
)];

/// What a run printed and how it ended.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs the program in a folder; settings only where the folder has its own.
fn nrr(folder: &Path, words: &[String]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nrr"));
    let stdin = fs::File::open(folder.join("stdin")).map_or_else(|_| Stdio::null(), Stdio::from);
    command
        .current_dir(folder)
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(stdin);
    let names_settings = words.iter().any(|word| word == "--config");
    if !names_settings && !folder.join("nrr.toml").exists() {
        command.arg("--no-config");
    }
    let output = command.args(words).output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Ran {
        code: output.status.code().expect("the program ends by itself"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut is_open) = (Vec::new(), String::new(), None, false);
    for character in line.trim_end().chars() {
        match (quote, character) {
            (Some(closing), _) if character == closing => quote = None,
            (None, '\'' | '"') => (quote, is_open) = (Some(character), true),
            (None, ' ') => {
                if is_open {
                    words.push(std::mem::take(&mut word));
                }
                is_open = false;
            }
            _ => {
                word.push(character);
                is_open = true;
            }
        }
    }
    if is_open {
        words.push(word);
    }
    words
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/errors")
}

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md")
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_ERRORS").is_some()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Every folder with a `cmd` under one, in order of their names.
fn cases(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.join("cmd").exists() {
            found.push(entry.clone());
        }
        found.extend(cases(&entry));
    }
    found
}

/// The code that a case is about: the folder directly under the fixtures.
fn code_of(case: &Path) -> Code {
    let inside = case.strip_prefix(fixtures()).expect("a case is a fixture");
    let name = inside.iter().next().expect("a name").to_string_lossy();
    Code::named(&name).unwrap_or_else(|| panic!("`{name}` is no code"))
}

/// Runs a case, in a copy of its folder where something is to be set up.
fn run(case: &Path) -> Ran {
    let line = words(&read(&case.join("cmd")));
    let setup = read(&case.join("setup"));
    if setup.is_empty() {
        return nrr(case, &line);
    }
    let copy = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir(case).expect("a case") {
        let path = entry.expect("an entry").path();
        let to = copy.path().join(path.file_name().expect("a name"));
        fs::copy(&path, to).expect("a copy of a fixture");
    }
    for step in setup.lines() {
        let parts: Vec<&str> = step.splitn(4, ' ').collect();
        let ["append", file, count, text] = parts.as_slice() else {
            panic!("`{step}` is no step of a setup");
        };
        let file = copy.path().join(file);
        let count: usize = count.parse().expect("how often");
        fs::write(&file, read(&file) + &text.repeat(count)).expect("the file is written");
    }
    nrr(copy.path(), &line)
}

fn expected(case: &Path, level: Level) -> Ran {
    let usual = match level {
        Level::Error => 2,
        Level::Failed => 1,
        Level::Warning => 0,
    };
    let code = read(&case.join("code"));
    Ran {
        code: code.trim().parse().unwrap_or(usual),
        stdout: read(&case.join("stdout")),
        stderr: read(&case.join("stderr")),
    }
}

fn update(case: &Path, ran: &Ran) {
    for (name, text) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        let path = case.join(name);
        if text.is_empty() {
            let _ = fs::remove_file(path);
        } else {
            fs::write(path, text).expect("an expected file is written");
        }
    }
}

#[test]
fn every_folder_says_what_it_says_and_the_page_repeats_it() {
    let mut wrong = Vec::new();
    for case in cases(&fixtures()) {
        let code = code_of(&case);
        let ran = run(&case);
        let name = case.strip_prefix(fixtures()).expect("a case").display();
        let is_json = read(&case.join("cmd")).contains("--message-format json");
        let says = match code.level().word() {
            _ if is_json => format!("\"code\":\"{code}\""),
            level => format!("{level}[{code}]: "),
        };
        if !ran.stdout.contains(&says) && !ran.stderr.contains(&says) {
            wrong.push(format!("{name}: `{says}` is not said\n{ran:#?}"));
        }
        if code.level() == Level::Error && !ran.stdout.is_empty() {
            wrong.push(format!("{name}: an error, and yet something on stdout"));
        }
        if is_update() {
            update(&case, &ran);
        }
        let expected = expected(&case, code.level());
        if ran != expected {
            let (stdout, stderr) = (&ran.stdout, &ran.stderr);
            let Ran { code, .. } = ran;
            wrong.push(format!(
                "{name}: exit code {code}, expected {}\n--- stdout\n{stdout}--- stderr\n{stderr}--- expected stdout\n{}--- expected stderr\n{}",
                expected.code, expected.stdout, expected.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    the_page_is_up_to_date();
}

#[test]
fn every_code_has_a_folder_and_every_folder_a_code() {
    for code in CODES {
        let has_folder = fixtures().join(code.name()).join("cmd").exists();
        let is_exception = EXCEPTIONS.iter().any(|(exception, _)| exception == code);
        assert!(has_folder != is_exception, "{code}");
    }
    for entry in fs::read_dir(fixtures()).expect("fixtures") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(Code::named(&name).is_some(), "`{name}` is no code");
    }
}

/// `docs/errors.md` as it follows from the register and the fixtures.
fn generated() -> String {
    let mut page = String::from(
        "# Errors and warnings\n\n\
         Every message has a code in brackets; `nrr explain CODE` prints its section of this page.\n\
         An error means that there is no result (exit code 2), a warning that there is one, but look, and failed that a rule\n\
         of `nrr check` is missed (exit code 1).\n\
         With `--message-format json` every message is one JSON object a line. The examples are run as\n\
         tests: each text stands here as it is printed for the files in `fixtures/errors`.\n",
    );
    for code in CODES {
        let case = fixtures().join(code.name());
        let (stdout, stderr) = (read(&case.join("stdout")), read(&case.join("stderr")));
        let _ = write!(page, "\n## {code}\n\n{}", code.explanation().trim_end());
        let start = format!("{}[{code}]", code.level().word());
        let said = [stderr, stdout]
            .into_iter()
            .find_map(|text| text.find(&start).map(|at| text[at..].to_owned()));
        page.push('\n');
        if let Some(said) = said {
            // The first message alone.
            let said = said.split("\n\n").next().unwrap_or_default().trim_end();
            let command = read(&case.join("cmd"));
            let _ = write!(
                page,
                "\n```text\n$ nrr {}\n{said}\n```\n",
                command.trim_end()
            );
        }
    }
    page
}

/// Compares the page with what the fixtures say, after they were looked at.
fn the_page_is_up_to_date() {
    let generated = generated();
    if is_update() {
        fs::write(page(), &generated).expect("the page is written");
    }
    assert!(
        read(&page()) == generated,
        "docs/errors.md is not up to date: UPDATE_ERRORS=1 cargo test --test errors"
    );
}

/// Runs the program on files of a folder made for it.
fn on_files(files: &[(&str, &str)], line: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file is written");
    }
    nrr(folder.path(), &words(line))
}

#[test]
fn every_error_is_one_json_object_a_line() {
    let fields = [
        "level",
        "code",
        "message",
        "file",
        "line",
        "column",
        "text",
        "evidence",
        "help",
        "count",
        "effect_on_nrr",
    ];
    let codes = [
        Code::UnreadableAmount,
        Code::MissingColumn,
        Code::AmbiguousDates,
        Code::MixedCurrencies,
        Code::FileNotFound,
        Code::BadValue,
        Code::Usage,
        Code::UnreadableSettings,
    ];
    for code in codes {
        let case = fixtures().join(code.name());
        let mut line = words(&read(&case.join("cmd")));
        line.extend(["--message-format".to_owned(), "json".to_owned()]);
        let ran = nrr(&case, &line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{code}");
        assert!(!ran.stderr.is_empty(), "{code}");
        for line in ran.stderr.lines() {
            let object: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let object = object.as_object().expect("an object");
            assert_eq!(object.len(), fields.len(), "{line}");
            assert!(
                fields.iter().all(|field| object.contains_key(*field)),
                "{line}"
            );
            assert_eq!(
                (&object["level"], &object["code"]),
                (&"error".into(), &code.name().into())
            );
        }
    }
}

/// A file in which every row is wrong, in a way of its own.
fn wrong_rows(rows: usize) -> String {
    let row = |number: usize| match number % 2 {
        0 => format!("C-{number},2024-01,word{number}\n"),
        _ => format!("C-{number},spring {number}x,100\n"),
    };
    "customer,month,mrr\n".to_owned() + &(0..rows).map(row).collect::<String>()
}

#[test]
fn errors_stand_in_order_of_their_lines_and_those_beyond_twenty_are_counted() {
    let file = wrong_rows(1234);
    let ran = on_files(&[("a.csv", &file)], "calc a.csv");
    let places: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.contains("--> "))
        .collect();
    let expected = |number: usize| {
        let column = if number.is_multiple_of(2) {
            "mrr"
        } else {
            "month"
        };
        format!("--> a.csv:{}, column `{column}`", number + 2)
    };
    assert_eq!(places.len(), 20);
    for (number, place) in places.iter().enumerate() {
        assert!(place.ends_with(&expected(number)), "{place}");
    }
    assert!(
        ran.stderr
            .ends_with("\nand 1,214 more errors; all with `--message-format json`\n"),
        "{}",
        ran.stderr
    );
    let all = on_files(&[("a.csv", &file)], "calc a.csv --message-format json");
    assert_eq!((all.code, all.stderr.lines().count()), (2, 1234));
}

#[test]
fn two_files_with_errors_are_both_reported() {
    let (one, two) = (wrong_rows(2), wrong_rows(3));
    let ran = on_files(&[("b.csv", &one), ("a.csv", &two)], "calc b.csv a.csv");
    let places: Vec<&str> = ran
        .stderr
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--> ")?.split(',').next())
        .collect();
    assert_eq!(
        places,
        ["b.csv:2", "b.csv:3", "a.csv:2", "a.csv:3", "a.csv:4"]
    );
}

#[test]
fn what_only_the_machine_can_provoke_is_answered_too() {
    let revenue = ("a.csv", "customer,month,mrr\nA,2024-01,1\nA,2024-02,1\n");
    #[cfg(target_os = "linux")]
    {
        let ran = on_files(&[revenue], "calc a.csv --period 2024-02 -o /dev/full");
        assert_eq!(ran.code, 2);
        assert!(
            ran.stderr
                .contains("error[cannot-write]: cannot write `/dev/full`")
        );
        assert!(
            ran.stderr.contains("no space left on device"),
            "{}",
            ran.stderr
        );
    }
    #[cfg(unix)]
    {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.csv"), revenue.1).expect("a file");
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, folder.path().join(name)).expect("a link");
        };
        link("loop.csv", "loop.csv");
        link("a.csv", "link.csv");
        let ran = nrr(folder.path(), &words("calc loop.csv"));
        assert!(
            ran.stderr.starts_with("error[cannot-read]: "),
            "{}",
            ran.stderr
        );
        let ran = nrr(folder.path(), &words("calc a.csv link.csv"));
        assert!(
            ran.stderr.starts_with("error[repeated-file]: "),
            "{}",
            ran.stderr
        );
    }
    let ran = on_files(&[revenue], "calc a.csv --no-config --config x.toml");
    assert!(ran.stderr.starts_with("error[usage]: "), "{}", ran.stderr);
}

#[test]
fn a_code_is_explained_as_it_stands_in_a_message() {
    let folder = fixtures();
    let plain = nrr(&folder, &words("explain mixed-currencies"));
    let pasted = nrr(&folder, &words("explain 'error[mixed-currencies]:'"));
    assert_eq!((plain.code, &plain), (0, &pasted));
    assert!(
        plain
            .stdout
            .contains("error[mixed-currencies]: amounts are in")
    );
}
