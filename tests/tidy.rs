//! The house rules that a compiler doesn't hold: who imports whom, which package stands where, how
//! long a file and a function may be, which words must not stay.

#![expect(clippy::disallowed_methods, reason = "reads the project's own files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src`, with its path below it.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    /// The folder or file right below `src`: the module that the tables speak of.
    fn module(&self) -> &str {
        let top = self.path.split('/').next().unwrap_or_default();
        top.strip_suffix(".rs").unwrap_or(top)
    }

    /// The text without its unit tests.
    fn production(&self) -> &str {
        self.text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default()
    }

    /// The lines of code: comments and docs are not where imports stand.
    fn code_lines(&self) -> impl Iterator<Item = &str> {
        self.production()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
    }
}

fn rust_files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(below).expect("the folder is there") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The production files: whole files of tests are left out.
fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: PathBuf| SourceFile {
        text: fs::read_to_string(&path).expect("source files are text"),
        path: path
            .strip_prefix(&root)
            .expect("below src")
            .to_string_lossy()
            .replace('\\', "/"),
    };
    let is_test =
        |file: &SourceFile| file.path.ends_with("tests.rs") || file.path == "output/docs.rs";
    rust_files(&root)
        .into_iter()
        .map(read)
        .filter(|file| !is_test(file))
        .collect()
}

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// The rows of the Markdown table whose header starts with this cell, as first cell and rest.
fn table_rows(page: &str, header: &str) -> Vec<(String, String)> {
    let start = format!("| {header} |");
    let rows = page
        .lines()
        .skip_while(|line| !line.starts_with(&start))
        .skip(2);
    let cells = |line: &str| {
        let mut cells = line
            .trim_matches('|')
            .splitn(2, '|')
            .map(|cell| cell.trim().replace('`', ""));
        (
            cells.next().unwrap_or_default(),
            cells.next().unwrap_or_default(),
        )
    };
    rows.take_while(|line| line.starts_with('|'))
        .map(cells)
        .collect()
}

fn listed(text: &str) -> BTreeSet<String> {
    text.split([',', ' ', '·'])
        .map(str::trim)
        .filter(|word| !word.is_empty() && *word != "–")
        .map(str::to_owned)
        .collect()
}

/// True if a line names `word` as a path segment that starts there: `word::` after no letter.
fn names_path(line: &str, word: &str) -> bool {
    let pattern = format!("{word}::");
    line.match_indices(&pattern).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    })
}

#[test]
fn imports_point_the_way_the_design_says() {
    let mut allowed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (modules, may_import) in table_rows(&page("docs/design.md"), "module") {
        for module in listed(&modules) {
            allowed.insert(module, listed(&may_import));
        }
    }
    let files = sources();
    let modules: BTreeSet<&str> = files
        .iter()
        .map(SourceFile::module)
        .filter(|name| !["lib", "main"].contains(name))
        .collect();
    assert_eq!(
        allowed.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        modules,
        "docs/design.md lists every module"
    );
    let mut faults = Vec::new();
    for file in files
        .iter()
        .filter(|file| modules.contains(file.module()) && file.module() != "cli")
    {
        for line in file.code_lines() {
            for other in modules.iter().filter(|other| **other != file.module()) {
                if line.contains(&format!("crate::{other}"))
                    && !allowed[file.module()].contains(*other)
                {
                    faults.push(format!("{} imports {other}: {}", file.path, line.trim()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn packages_stand_where_the_design_says() {
    let mut faults = Vec::new();
    let rules = table_rows(&page("docs/design.md"), "package");
    assert!(rules.len() > 5, "docs/design.md has a table of packages");
    for (package, places) in rules {
        let places = listed(places.split('|').next().unwrap_or_default());
        for file in sources() {
            let is_allowed = places
                .iter()
                .any(|place| file.path == *place || file.path.starts_with(&format!("{place}/")));
            for line in file.code_lines().filter(|line| names_path(line, &package)) {
                if !is_allowed {
                    faults.push(format!("{} names {package}: {}", file.path, line.trim()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn files_and_functions_fit() {
    /// Tables of data, which may be longer.
    const TABLES: &[&str] = &["error/code.rs", "metrics/registry.rs"];
    let files = sources();
    let lengths: Vec<usize> = files
        .iter()
        .map(|file| file.production().lines().count())
        .collect();
    let mut sorted = lengths.clone();
    sorted.sort_unstable();
    assert!(
        sorted[sorted.len() / 2] < 200,
        "half of the files are short"
    );
    let mut faults = Vec::new();
    for (file, length) in files.iter().zip(&lengths) {
        if *length > 600 && !TABLES.contains(&file.path.as_str()) {
            faults.push(format!("{} has {length} lines", file.path));
        }
        faults.extend(long_functions(file));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Functions of more than 70 lines, by their indentation as rustfmt leaves it.
fn long_functions(file: &SourceFile) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Option<(usize, usize, &str)> = None;
    for (number, line) in file.production().lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let is_start = line.contains("fn ")
            && !line.trim_start().starts_with("//")
            && !line.trim_end().ends_with(';');
        match open {
            Some((start, at, name)) if indent == at && line.trim() == "}" => {
                if number - start > 70 {
                    faults.push(format!(
                        "{}:{} is {} lines long: {}",
                        file.path,
                        start + 1,
                        number - start,
                        name.trim()
                    ));
                }
                open = None;
            }
            None if is_start => open = Some((number, indent, line)),
            _ => {}
        }
    }
    faults
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.path)
        .collect();
    assert_eq!(
        silent,
        [] as [String; 0],
        "the first line of a file says what it holds"
    );
}

#[test]
fn words_that_must_not_stay_do_not() {
    // Split so that this file does not hold them.
    let banned = [
        "todo!",
        "unimplemented!",
        "dbg!",
        "FIXME",
        "XXX",
        "get_mut_unchecked",
        "process_",
        "handle_",
    ];
    let mut faults = Vec::new();
    for file in sources() {
        for (number, line) in file.production().lines().enumerate() {
            for word in banned {
                if line.contains(word) {
                    faults.push(format!("{}:{}: {word}", file.path, number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pages_have_one_title_and_links_that_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    for entry in fs::read_dir(root.join("docs")).expect("docs") {
        pages.push(entry.expect("readable").path());
    }
    let mut faults = Vec::new();
    for path in pages
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
    {
        let text = fs::read_to_string(path).expect("a page is text");
        let folder = path.parent().expect("a page lies in a folder");
        let prose = without_fences(&text);
        let titles = prose.lines().filter(|line| line.starts_with("# ")).count();
        if titles != 1 {
            faults.push(format!("{} has {titles} titles", path.display()));
        }
        for target in prose
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                faults.push(format!("{} links to {target}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn without_fences(text: &str) -> String {
    text.split("```").step_by(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_changelog_starts_with_an_open_section() {
    let text = page("CHANGELOG.md");
    let first = text
        .lines()
        .find(|line| line.starts_with("## "))
        .expect("a section");
    assert!(first.to_lowercase().contains("unreleased"), "{first}");
}
