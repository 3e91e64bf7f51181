//! The forms that a check is written in: the same results in each, and each as its readers ask for it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::Run;
use super::{OWNED, check_files, records, schema};

/// A rule that holds, three that are missed, a warning, and text that every form has to escape.
fn run(format: &str, args: &[&str]) -> Run {
    let export = OWNED
        .replace("Ben", "<Ben> & \"B\"")
        .replace("cedar,2024-02,50", "cedar,2024-02,0");
    let settings = "\
[check]
period = \"2024-03\"
require = [\"nrr >= 90%\", \"grr >= 99.5%\", \"each owner: grr >= 95%\", \"quick_ratio >= 1\", \"customer=nobody: closing > 0\"]
allow = [\"zero-amounts\"]
";
    let files = [
        ("exports/q1 2024.csv", ""),
        ("nrr.toml", settings),
        ("revenue, 100%.csv", export.as_str()),
    ];
    let args = [&["revenue, 100%.csv", "--format", format], args].concat();
    check_files(&files[1..], &args)
}

#[test]
fn every_form_has_the_same_results_and_exit_code() {
    let json = run("json", &[]);
    let results = records(&json);
    let failed = results.iter().filter(|one| one["passed"] == false).count();
    assert!(failed >= 3 && results.len() > failed, "{json:#?}");
    for format in [
        "table", "markdown", "jsonl", "csv", "junit", "github", "sarif",
    ] {
        let other = run(format, &[]);
        assert_eq!(other.code, 1, "{format}: {other:#?}");
        let lines = other.stdout.lines().count();
        match format {
            "jsonl" => {
                let own: Vec<Value> = other
                    .stdout
                    .lines()
                    .map(|line| serde_json::from_str(line).expect("JSON"))
                    .collect();
                assert_eq!(own, results);
            }
            "csv" => assert_eq!(lines, results.len() + 1),
            "junit" => assert_eq!(other.stdout.matches("<failure ").count(), failed),
            "github" => assert_eq!(other.stdout.matches("::error ").count(), failed),
            "sarif" => assert_eq!(other.stdout.matches("\"level\": \"error\"").count(), failed),
            _ => assert_eq!(
                other.stdout.matches("failed[").count(),
                failed,
                "{}",
                other.stdout
            ),
        }
        // Whoever only sees the log of the run sees what failed.
        let is_said = other.stdout.contains("failed[") || other.stderr.contains("failed[");
        assert!(is_said, "{format}: {other:#?}");
    }
    let quiet = run("csv", &["--quiet"]);
    assert_eq!(
        quiet.stderr.matches("failed[").count(),
        failed,
        "failures are said like errors: {}",
        quiet.stderr
    );
}

#[test]
fn the_document_is_as_its_schema_says() {
    let schema: Value =
        serde_json::from_str(include_str!("../../docs/schema/check.json")).expect("a schema");
    for args in [
        &[][..],
        &["--strict"],
        &["--control-total", "5"],
        &["--by", "owner"],
    ] {
        let run = run("json", args);
        let document: Value = serde_json::from_str(&run.stdout).expect("a document");
        let faults = schema::faults(&schema, &document);
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn a_written_file_names_its_form_by_its_ending() {
    let folder = tempfile::tempdir().expect("a folder");
    super::support::runner::written(folder.path(), "revenue.csv", OWNED.as_bytes());
    for (name, start) in [
        ("nrr.xml", "<?xml"),
        ("nrr.sarif", "{\n  \"$schema\""),
        ("nrr.md", "**revenue.csv"),
        ("nrr.json", "{\n  \"schema\""),
    ] {
        let line = [
            "check",
            "revenue.csv",
            "--no-config",
            "--require",
            "grr >= 99%",
            "--output",
            name,
        ];
        let run = super::support::runner::run_in(folder.path(), &line);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""));
        assert!(
            run.stderr.contains("failed[target-missed]"),
            "{name}: {}",
            run.stderr
        );
        let text = std::fs::read_to_string(folder.path().join(name)).expect("a file");
        assert!(text.starts_with(start), "{name}: {text}");
    }
}

/// One element: its name, attributes, text and children.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

/// Reads XML as far as the program writes it; anything that is not well-formed stops the test.
fn parse(text: &str) -> Element {
    let body = text
        .strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
        .expect("a declaration");
    let mut open: Vec<Element> = vec![Element::default()];
    let mut rest = body;
    while let Some(start) = rest.find('<') {
        let top = open.last_mut().expect("an element");
        top.text.push_str(&resolved(&rest[..start]));
        let end = rest[start..].find('>').expect("an end of a tag") + start;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().expect("an open element");
            assert_eq!(closed.name, name, "each tag closes the one that is open");
            open.last_mut().expect("a parent").children.push(closed);
            continue;
        }
        let (tag, is_empty) = tag
            .strip_suffix('/')
            .map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let element = Element {
            name: name.to_owned(),
            attributes: attributes_of(attributes),
            ..Element::default()
        };
        if is_empty {
            open.last_mut().expect("a parent").children.push(element);
        } else {
            open.push(element);
        }
    }
    assert_eq!(
        (open.len(), rest.trim()),
        (1, ""),
        "one root, and nothing behind it"
    );
    open.remove(0).children.remove(0)
}

fn attributes_of(mut text: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    while let Some((name, rest)) = text.split_once("=\"") {
        let (value, rest) = rest.split_once('"').expect("an attribute ends");
        assert!(!value.contains('<'), "{value}");
        let before = attributes.insert(name.trim().to_owned(), resolved(value));
        assert!(before.is_none(), "{name} stands twice");
        text = rest;
    }
    attributes
}

/// Text without references; every `&` has to start a known one.
fn resolved(text: &str) -> String {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').expect("a reference ends");
        plain.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            number => {
                let code = number
                    .strip_prefix('#')
                    .expect("a number")
                    .parse()
                    .expect("a number");
                char::from_u32(code).expect("a character")
            }
        });
        plain.push_str(rest);
    }
    plain
}

/// What the schema of JUnit's XML, as Jenkins and others publish it, allows: element, its attributes with those
/// that it must have first, and its children in their order.
const JUNIT: [(&str, &[&str], usize, &[&str]); 6] = [
    (
        "testsuites",
        &["name", "time", "tests", "failures", "disabled", "errors"],
        0,
        &["testsuite"],
    ),
    (
        "testsuite",
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        ],
        2,
        &["properties", "testcase", "system-out", "system-err"],
    ),
    (
        "testcase",
        &["name", "assertions", "time", "classname", "status"],
        1,
        &["skipped", "error", "failure", "system-out", "system-err"],
    ),
    ("failure", &["type", "message"], 0, &[]),
    ("error", &["type", "message"], 0, &[]),
    ("system-out", &[], 0, &[]),
];

fn assert_junit(element: &Element) {
    let rule = JUNIT.iter().find(|(name, ..)| *name == element.name);
    let (_, attributes, required, children) = rule.unwrap_or_else(|| panic!("<{}>", element.name));
    for name in element.attributes.keys() {
        assert!(
            attributes.contains(&name.as_str()),
            "<{} {name}>",
            element.name
        );
    }
    for name in &attributes[..*required] {
        assert!(
            element.attributes.contains_key(*name),
            "<{}> has no {name}",
            element.name
        );
    }
    let places = element
        .children
        .iter()
        .map(|child| children.iter().position(|name| *name == child.name));
    let places: Vec<usize> = places
        .map(|place| place.expect("a child that is allowed"))
        .collect();
    assert!(
        places.is_sorted(),
        "<{}> has its children in another order",
        element.name
    );
    element.children.iter().for_each(assert_junit);
}

#[test]
fn junit_is_what_its_schema_allows() {
    for args in [&[][..], &["--strict"], &["--control-total", "5"]] {
        let run = run("junit", args);
        let root = parse(&run.stdout);
        assert_junit(&root);
        let suite = &root.children[0];
        let cases: Vec<&Element> = suite
            .children
            .iter()
            .filter(|child| child.name == "testcase")
            .collect();
        let failed = cases
            .iter()
            .filter(|case| !case.children.is_empty())
            .count();
        assert_eq!(suite.attributes["tests"], cases.len().to_string());
        assert_eq!(suite.attributes["failures"], failed.to_string());
        assert_eq!(
            (&root.attributes["tests"], &root.attributes["failures"]),
            (&suite.attributes["tests"], &suite.attributes["failures"])
        );
        assert_eq!(suite.attributes["name"], "revenue, 100%.csv");
        let ben = cases
            .iter()
            .find(|case| case.attributes["name"].contains("<Ben>"))
            .expect("Ben");
        assert_eq!(
            ben.attributes["name"],
            "each owner: grr >= 95%, owner=<Ben> & \"B\", 2024-03"
        );
    }
    let run = run("junit", &[]);
    let root = parse(&run.stdout);
    let failure = root.children[0]
        .children
        .iter()
        .find_map(|case| case.children.first())
        .expect("a failure");
    assert_eq!(failure.attributes["type"], "target-missed");
    assert!(
        failure
            .text
            .contains("failed[target-missed]: gross revenue retention in 2024-03 is 91.11%"),
        "{}",
        failure.text
    );
    assert!(failure.text.contains("--> nrr.toml:3"), "{}", failure.text);
}

#[test]
fn sarif_is_what_its_standard_asks_for() {
    for args in [&[][..], &["--strict"], &["--allow", "equal-rows"]] {
        let run = run("sarif", args);
        let log: Value = serde_json::from_str(&run.stdout).expect("JSON");
        // §3.13: version and runs; §3.14: tool; §3.19: driver with a name; §3.27: a message in each result.
        assert_eq!(log["version"], "2.1.0");
        assert!(
            log["$schema"]
                .as_str()
                .expect("a schema")
                .contains("sarif-2.1.0")
        );
        let runs = log["runs"].as_array().expect("runs");
        assert_eq!(runs.len(), 1);
        let driver = &runs[0]["tool"]["driver"];
        assert_eq!(driver["name"], "nrr");
        assert!(
            driver["version"]
                .as_str()
                .is_some_and(|version| !version.is_empty())
        );
        let rules = driver["rules"].as_array().expect("rules");
        let ids: Vec<&str> = rules
            .iter()
            .map(|rule| rule["id"].as_str().expect("an id"))
            .collect();
        let mut once = ids.clone();
        once.dedup();
        assert_eq!(once, ids, "each rule has its id alone");
        for rule in rules {
            for text in ["shortDescription", "fullDescription", "help"] {
                let text = rule[text]["text"].as_str().expect("a text");
                assert!(!text.is_empty() && !text.contains('\n'), "{text}");
            }
        }
        assert!(
            ["utf16CodeUnits", "unicodeCodePoints"]
                .contains(&runs[0]["columnKind"].as_str().expect("a kind"))
        );
        for result in runs[0]["results"].as_array().expect("results") {
            let index = result["ruleIndex"].as_u64().expect("an index");
            let index = usize::try_from(index).expect("a small index");
            assert_eq!(result["ruleId"], ids[index]);
            assert!(
                ["none", "note", "warning", "error"]
                    .contains(&result["level"].as_str().expect("a level"))
            );
            assert!(
                result["message"]["text"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
            for location in result["locations"].as_array().expect("locations") {
                let physical = &location["physicalLocation"];
                let uri = physical["artifactLocation"]["uri"]
                    .as_str()
                    .expect("a reference");
                assert!(
                    uri.bytes()
                        .all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`,".contains(&byte)),
                    "{uri}"
                );
                if let Some(region) = physical.get("region") {
                    assert!(region["startLine"].as_u64().expect("a line") >= 1);
                }
            }
            let known = ["ruleId", "ruleIndex", "level", "message", "locations"];
            let members = result.as_object().expect("an object").keys();
            assert!(
                members
                    .into_iter()
                    .all(|name| known.contains(&name.as_str())),
                "{result}"
            );
        }
    }
}

#[test]
fn an_export_that_cannot_be_read_is_annotated_at_its_line() {
    let export = OWNED.replace("birch,2024-03,60", "birch,2024-03,sixty");
    let files = [("revenue.csv", export.as_str())];
    let on =
        |format: &str| check_files(&files, &["revenue.csv", "--no-config", "--format", format]);
    let github = on("github");
    assert_eq!(github.code, 2);
    let start = "::error file=revenue.csv,line=7,title=error[unreadable-amount]::cannot read `sixty` as an amount";
    assert!(github.stdout.starts_with(start), "{}", github.stdout);
    let sarif = on("sarif");
    let log: Value = serde_json::from_str(&sarif.stdout).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(
        (sarif.code, &result["ruleId"], &result["level"]),
        (2, &"unreadable-amount".into(), &"error".into())
    );
    assert_eq!(
        result["locations"][0]["physicalLocation"]["region"]["startLine"],
        7
    );
    let junit = on("junit");
    let root = parse(&junit.stdout);
    assert_junit(&root);
    assert_eq!(
        (junit.code, &root.attributes["errors"]),
        (2, &"1".to_owned())
    );
    let error = &root.children[0].children[0].children[0];
    assert_eq!(
        (&error.name, &error.attributes["type"]),
        (&"error".to_owned(), &"unreadable-amount".to_owned())
    );
    for format in ["table", "json", "csv"] {
        let run = on(format);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.contains("error[unreadable-amount]"));
    }
}

#[test]
fn errors_are_never_written_over_what_was_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    for (name, format) in [
        ("long.csv", &["--format", "junit"][..]),
        ("long.csv", &["--format", "sarif"]),
        ("long.csv", &["--format", "github"]),
        ("./long.csv", &["--format", "junit"]),
        ("long.xml", &[]),
        ("long.sarif", &[]),
    ] {
        let input = name.trim_start_matches("./");
        super::written(path, input, OWNED.as_bytes());
        // The second stops before the output is looked at, for another reason.
        for more in [&[][..], &["--baseline", "gone.json"]] {
            let line = [
                &["check", input, "--no-config", "--output", name],
                format,
                more,
            ]
            .concat();
            let run = super::run_in(path, &line);
            assert_eq!(run.code, 2, "{line:?} {run:#?}");
            let said = if more.is_empty() {
                "would replace the input"
            } else {
                "cannot read the baseline"
            };
            assert!(run.stderr.contains(said), "{line:?} {run:#?}");
            let kept = std::fs::read_to_string(path.join(input)).expect("the input");
            assert_eq!(kept, OWNED, "{line:?}");
        }
    }
    for baseline in ["no baseline", "period\n2024-02\n"] {
        super::written(path, "long.csv", OWNED.as_bytes());
        super::written(path, "kept.xml", baseline.as_bytes());
        let line = [
            "check",
            "long.csv",
            "--no-config",
            "--baseline",
            "kept.xml",
            "--output",
            "kept.xml",
        ];
        assert_eq!(super::run_in(path, &line).code, 2);
        let kept = std::fs::read_to_string(path.join("kept.xml")).expect("the baseline");
        assert_eq!(kept, baseline);
    }
    #[cfg(unix)]
    {
        super::written(path, "long.csv", OWNED.as_bytes());
        std::os::unix::fs::symlink("long.csv", path.join("link.xml")).expect("a link");
        let run = super::run_in(
            path,
            &["check", "long.csv", "--no-config", "--output", "link.xml"],
        );
        assert_eq!(run.code, 2, "{run:#?}");
        let kept = std::fs::read_to_string(path.join("long.csv")).expect("the input");
        assert_eq!(kept, OWNED);
    }
}

#[test]
fn github_gets_one_command_a_failure_at_its_line() {
    let run = run("github", &[]);
    let commands: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("::"))
        .collect();
    let first = commands[0];
    let start = "::error file=nrr.toml,line=3,title=failed[target-missed]::gross revenue retention in 2024-03 is 91.11%25, the rule asks for at least 99.5%25%0A";
    assert!(first.starts_with(start), "{first}");
    for command in &commands {
        let (head, data) = command[2..].split_once("::").expect("a message");
        let (word, properties) = head.split_once(' ').expect("properties");
        assert!(["error", "warning"].contains(&word), "{command}");
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').expect("a property");
            assert!(["file", "line", "title"].contains(&name), "{command}");
            assert!(!value.is_empty() && !value.contains(':'), "{command}");
        }
        for percent in data.match_indices('%').map(|(at, _)| &data[at..at + 3]) {
            assert!(["%25", "%0A", "%0D"].contains(&percent), "{command}");
        }
    }
    let last = run.stdout.lines().last().expect("a line");
    assert!(
        last.starts_with("nrr check: ") && last.ends_with(" failed"),
        "{last}"
    );
}

#[test]
fn a_finding_points_at_the_line_of_the_export() {
    let doubled = format!("{OWNED}dune,2024-03,150,Ben,US\n");
    let files = [("exports.csv", doubled.as_str())];
    let github = check_files(
        &files,
        &["exports.csv", "--no-config", "--format", "github"],
    );
    assert!(
        github
            .stdout
            .contains("::error file=exports.csv,line=9,title=failed[equal-rows]::"),
        "{}",
        github.stdout
    );
    let sarif = check_files(&files, &["exports.csv", "--no-config", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&sarif.stdout).expect("JSON");
    let all = log["runs"][0]["results"].as_array().expect("results");
    let equal = all
        .iter()
        .find(|one| one["ruleId"] == "equal-rows")
        .expect("the finding");
    let place = &equal["locations"][0]["physicalLocation"];
    assert_eq!(
        (
            &place["artifactLocation"]["uri"],
            &place["region"]["startLine"]
        ),
        (&"exports.csv".into(), &9.into())
    );
    let record = check_files(&files, &["exports.csv", "--no-config", "--format", "json"]);
    let record = records(&record)
        .into_iter()
        .find(|one| one["code"] == "equal-rows")
        .expect("a record");
    assert_eq!(
        (&record["places"], &record["count"]),
        (&"exports.csv:9".into(), &1.into())
    );
}
