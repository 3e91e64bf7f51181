//! The pages are in step with the registers: no choice, field, column name or code without its place.

#![expect(
    clippy::disallowed_methods,
    reason = "reads pages of the project and files of packages"
)]

use std::collections::BTreeSet;
use std::path::Path;

use nrr::error::Code;
use nrr::metrics::registry::{FIELDS, HEAD};
use nrr::policies::{POLICIES, Policies};

fn page(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text from a heading to the next heading of any level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("no heading `{heading}`"));
    let rest = &page[start + heading.len() + 2..];
    rest.split_once("\n#").map_or(rest, |(text, _)| text)
}

/// What stands between backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The anchors that GitHub gives the headings of a page; a second heading of one name gets `-1`.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for heading in page.lines().filter(|line| line.starts_with('#')) {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        if !anchors.insert(anchor.clone()) {
            anchors.insert(format!("{anchor}-1"));
        }
    }
    anchors
}

#[test]
fn every_policy_has_its_section_with_its_values_and_default() {
    let page = page("docs/definitions.md");
    let defaults = Policies::default();
    for (policy, default, _) in defaults.choices() {
        let text = section(&page, &format!("### {}", policy.name));
        let quoted = quoted(text);
        if policy.values.contains('|') {
            for value in policy.values.split('|') {
                assert!(quoted.contains(value), "{}: `{value}`", policy.name);
            }
        }
        let first = text.split('`').nth(1).unwrap_or_default();
        assert_eq!(
            first, default,
            "the default of {} stands first",
            policy.name
        );
    }
}

#[test]
fn the_policies_stand_in_the_order_in_which_they_act() {
    let page = page("docs/definitions.md");
    let places: Vec<usize> = POLICIES
        .iter()
        .map(|policy| {
            page.find(&format!("\n### {}\n", policy.name))
                .expect(policy.name)
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn every_field_is_named_in_the_definitions() {
    let page = page("docs/definitions.md");
    let quoted = quoted(&page);
    for field in HEAD.iter().chain(FIELDS) {
        assert!(quoted.contains(field.name), "`{}`", field.name);
    }
}

/// The text of every file of code below a folder.
fn code(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder of code");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                code(&path)
            } else {
                vec![std::fs::read_to_string(path).expect("code is text")]
            }
        })
        .collect()
}

#[test]
fn every_anchor_that_the_code_links_to_is_there() {
    let page = page("docs/definitions.md");
    let anchors = anchors(&page);
    let files = code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let links = files
        .iter()
        .flat_map(|text| text.split("docs/definitions.md#").skip(1));
    let wanted: BTreeSet<&str> = links.filter_map(|rest| rest.split('`').next()).collect();
    assert!(wanted.contains("anchors"), "{wanted:?}");
    let absent: Vec<&&str> = wanted
        .iter()
        .filter(|anchor| !anchors.contains(**anchor))
        .collect();
    assert!(absent.is_empty(), "{absent:?}");
}

#[test]
fn every_link_to_a_heading_leads_to_one() {
    for (name, folder) in [
        ("README.md", ""),
        ("docs/ci.md", "docs/"),
        ("docs/definitions.md", "docs/"),
        ("docs/inputs.md", "docs/"),
        ("docs/outputs.md", "docs/"),
        ("docs/design.md", "docs/"),
    ] {
        let text = page(name);
        let links = text.split("](").skip(1);
        for link in links.filter_map(|rest| rest.split(')').next()) {
            let Some((path, heading)) = link.split_once('#') else {
                continue;
            };
            let target = match path {
                "" => text.clone(),
                path => page(&format!("{folder}{path}")),
            };
            assert!(anchors(&target).contains(heading), "{name} links to {link}");
        }
    }
}

#[test]
fn every_code_that_a_page_names_exists() {
    let text = page("docs/inputs.md");
    let refused = section(&text, "## What is refused");
    let codes = quoted(refused);
    let unknown: Vec<&&str> = codes
        .iter()
        .filter(|code| !code.contains(' ') && Code::named(code).is_none())
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// The names in quotes of a constant, or of a role's arm where its few names stand in no constant.
fn names_in<'a>(source: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let body = source.split(start).nth(1).expect(start);
    let body = body.split(end).next().unwrap_or_default();
    body.split('"')
        .skip(1)
        .step_by(2)
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn the_column_names_of_the_page_are_those_recognised() {
    let text = page("docs/inputs.md");
    let (roles, shapes) = (page("src/input/role.rs"), page("src/input/shape/kind.rs"));
    let table = section(&text, "## Columns");
    for (shown, source, name) in [
        ("`--customer`", &roles, "CUSTOMER"),
        ("`--date`", &roles, "DATE"),
        ("`--date`, invoices", &shapes, "BILLED"),
        ("`--date`, movements", &shapes, "MOVED"),
        ("`--amount`", &roles, "AMOUNT"),
        ("`--amount`, movements", &roles, "CHANGE"),
        ("`--currency-column`", &roles, "CURRENCY"),
        ("`--product`", &roles, "PRODUCT"),
        ("`--start-column`", &roles, "START"),
        ("`--end-column`", &roles, "END"),
        ("`--interval-column`", &roles, "INTERVAL"),
        ("`--interval-count-column`", &roles, "IntervalCount"),
        ("`--status-column`", &roles, "Status"),
        ("`--status-column`, long and wide", &shapes, "STATUS"),
        ("`--movement-column`", &roles, "MOVEMENT"),
        ("`--balance-column`", &roles, "BALANCE"),
        ("`--quantity-column`", &roles, "Quantity"),
        ("`--contract-column`", &roles, "CONTRACT"),
        ("`--trial-end-column`", &roles, "TrialEnd"),
        ("`--period-start-column`", &roles, "PeriodStart"),
        ("`--period-end-column`", &roles, "PeriodEnd"),
        ("`--parent`, under `level parent`", &roles, "PARENT"),
    ] {
        let rows = table
            .lines()
            .filter(|line| line.starts_with(&format!("| {shown} |")));
        let cells = rows.filter_map(|line| line.trim_end_matches(" |").rsplit(" | ").next());
        let listed: Vec<&str> = cells
            .flat_map(|names| names.split(", "))
            .filter(|name| !name.starts_with('('))
            .collect();
        let known =
            if name.starts_with(|c: char| c.is_uppercase()) && name.contains(char::is_lowercase) {
                names_in(source, &format!("Role::{name} => &[&["), "]],\n")
            } else {
                names_in(source, &format!("const {name}: "), "];\n")
            };
        assert_eq!(listed, known, "{shown}");
    }
}

#[test]
fn every_shape_and_preset_has_its_place() {
    let inputs = page("docs/inputs.md");
    let presets = page("src/input/presets.toml");
    let names = presets
        .lines()
        .filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    for name in names {
        assert!(
            inputs.contains(&format!("`{name}`")) || inputs.contains(&format!("\n### {name}\n")),
            "{name}"
        );
    }
    for shape in nrr::input::shape::Shape::ALL {
        assert!(quoted(&inputs).contains(shape.word()), "{}", shape.word());
    }
}

#[test]
fn the_packages_of_the_design_are_those_of_the_manifest() {
    let text = page("docs/design.md");
    let table = section(&text, "## Which packages, and why");
    let shown = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let shown: BTreeSet<&str> = shown.collect();
    let manifest = page("Cargo.toml");
    let dependencies = manifest
        .split("dependencies]\n")
        .skip(1)
        .filter_map(|rest| rest.split("\n[").next());
    let known: BTreeSet<&str> = dependencies
        .flat_map(str::lines)
        .filter_map(|line| line.split(" = ").next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect();
    assert_eq!(shown, known);
}
