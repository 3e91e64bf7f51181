//! The sample repository of `docs/ci.md`: every `nrr` command of its jobs, on an export that passes and on one that
//! must not.

#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "reads the jobs of a sample repository and runs them in a copy"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

const JOBS: [&str; 3] = [
    ".github/workflows/retention.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
];

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ci")
}

/// Every command of a job that starts with `nrr`.
fn commands(job: &str) -> Vec<String> {
    let text = std::fs::read_to_string(sample().join(job)).expect(job);
    let starts = ["run: ", "- ", "entry: "];
    let command = |line: &str| {
        let line = line.trim();
        let rest = starts.iter().find_map(|start| line.strip_prefix(start));
        rest.filter(|rest| rest.starts_with("nrr "))
            .map(str::to_owned)
    };
    text.lines().filter_map(command).collect()
}

/// A copy of the repository, with the export that must not pass where that is asked.
fn copy(is_bad: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let to = |name: &str| folder.path().join(name);
    std::fs::create_dir(to("exports")).expect("a folder");
    for name in ["nrr.toml", "reported.json"] {
        std::fs::copy(sample().join(name), to(name)).expect(name);
    }
    let export = if is_bad {
        "bad/revenue.csv"
    } else {
        "exports/revenue.csv"
    };
    std::fs::copy(sample().join(export), to("exports/revenue.csv")).expect(export);
    folder
}

/// What a command printed and how it ended, in a copy.
fn run(command: &str, folder: &Path) -> (Option<i32>, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_nrr"));
    let programs = binary.parent().expect("a folder").display();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{programs}:/usr/bin:/bin"))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .output()
        .expect("a shell");
    let summary = std::fs::read(folder.join("summary.md")).unwrap_or_default();
    let text = [output.stdout, output.stderr, summary].concat();
    (
        output.status.code(),
        String::from_utf8(text).expect("UTF-8"),
    )
}

#[test]
fn every_command_of_the_jobs_passes_the_good_export_and_stops_the_bad_one() {
    let mut seen = 0;
    for job in JOBS {
        let commands = commands(job);
        assert!(!commands.is_empty(), "{job} runs nrr");
        for command in commands {
            seen += 1;
            let (good, bad) = (copy(false), copy(true));
            let (ended, said) = run(&command, good.path());
            assert_eq!(ended, Some(0), "{command}\n{said}");
            let (ended, said) = run(&command, bad.path());
            assert_eq!(ended, Some(1), "{command}\n{said}");
            assert!(said.contains("failed[restated]"), "{command}\n{said}");
            assert!(said.contains("failed[equal-rows]"), "{command}\n{said}");
            assert!(said.contains("failed[target-missed]"), "{command}\n{said}");
        }
    }
    assert_eq!(seen, 5);
}

#[test]
fn annotations_point_at_the_line_of_the_export_and_of_the_rule() {
    let bad = copy(true);
    let export =
        std::fs::read_to_string(bad.path().join("exports/revenue.csv")).expect("an export");
    let lines: Vec<&str> = export.lines().collect();
    let twice = lines
        .windows(2)
        .position(|pair| pair[0] == pair[1])
        .expect("a row that stands twice")
        + 2;
    let (_, said) = run("nrr check exports/revenue.csv --format github", bad.path());
    let place = format!("::error file=exports/revenue.csv,line={twice},title=failed[equal-rows]::");
    assert!(said.contains(&place), "{said}");
    let settings = std::fs::read_to_string(bad.path().join("nrr.toml")).expect("settings");
    let rule = settings
        .lines()
        .position(|line| line.contains("\"grr >= 85%\""))
        .expect("a rule")
        + 1;
    let place = format!(
        "::error file=nrr.toml,line={rule},title=failed[target-missed]::gross revenue retention"
    );
    assert!(said.contains(&place), "{said}");
}

#[test]
fn the_baseline_is_what_its_page_says_made_it() {
    let good = copy(false);
    let page = std::fs::read_to_string(sample().join("README.md")).expect("a page");
    let command = page
        .split('`')
        .find(|text| text.starts_with("nrr calc "))
        .expect("the command");
    let kept = std::fs::read_to_string(good.path().join("reported.json")).expect("a baseline");
    let (ended, said) = run(command, good.path());
    assert_eq!(ended, Some(0), "{said}");
    let made = std::fs::read_to_string(good.path().join("reported.json")).expect("a baseline");
    assert_eq!(made, kept);
}

#[test]
fn the_invented_data_say_so() {
    let page = std::fs::read_to_string(sample().join("README.md")).expect("a page");
    assert!(page.contains("invented"), "{page}");
}
