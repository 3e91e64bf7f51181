//! The pages for users, run as tests: every command in them gives the output below it.
//!
//! `tests/cases/*.md` run in the folder `*.in` beside them, the README and `docs/*.md` in the root. A file that a page
//! shows stands in a block that starts with `csv file=NAME` (or `toml`, `text`), and is compared with the file that the
//! commands read.
//!
//! `TRYCMD=overwrite cargo test --test cases` rewrites the outputs, `UPDATE_CASES=1` the files shown. Both make it easy
//! to write down a mistake: read what changed.

#![expect(
    clippy::disallowed_methods,
    reason = "compares pages with the files they show, and writes those when asked to"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// The pages whose commands run in the root. `docs/errors.md` is made and tested elsewhere.
const PAGES: &[&str] = &[
    "README.md",
    "docs/ci.md",
    "docs/definitions.md",
    "docs/inputs.md",
    "docs/outputs.md",
    "docs/design.md",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_command_gives_the_output_below_it() {
    let cases = trycmd::TestCases::new();
    cases.env("COLUMNS", "150").env("NO_COLOR", "1");
    for page in PAGES {
        cases.case(root().join(page));
    }
    cases.case("tests/cases/*.md").case("tests/cases/*.toml");
}

#[test]
fn every_file_shown_is_the_file_read() {
    for (page, folder) in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for (name, content) in shown_files(&text) {
            let path = folder.join(name);
            if std::env::var_os("UPDATE_CASES").is_some() {
                fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
                fs::write(&path, &content).expect("a file written");
            }
            let found = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(
                found,
                content,
                "{} as {} shows it",
                path.display(),
                page.display()
            );
        }
    }
}

/// Every page with the folder that the files it shows stand in.
fn pages() -> Vec<(PathBuf, PathBuf)> {
    let mut pages: Vec<(PathBuf, PathBuf)> = PAGES
        .iter()
        .map(|page| (root().join(page), root().to_path_buf()))
        .collect();
    for entry in fs::read_dir(root().join("tests/cases")).expect("the cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            pages.push((path.clone(), path.with_extension("in")));
        }
    }
    pages
}

/// The blocks that say which file they show, as name and content.
fn shown_files(text: &str) -> Vec<(&str, String)> {
    let mut files = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let shown = line
            .strip_prefix("```")
            .and_then(|info| info.split_once(" file="));
        let Some((_, name)) = shown else { continue };
        let content = lines.by_ref().take_while(|line| *line != "```");
        let content = content.fold(String::new(), |content, line| content + line + "\n");
        files.push((name.trim(), content));
    }
    files
}
