//! `nrr check`: every form of a rule held and missed, worked by hand; what the data fail for; baselines; a second model.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the models are shared with another test"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the test writes settings and reads the project's schemas"
)]

#[path = "formats/schema.rs"]
mod schema;
mod support;

#[path = "check/formats.rs"]
mod formats;

#[path = "oracle"]
mod oracle {
    pub mod ask;
    pub mod method;
    pub mod model;
    pub mod settings;
    pub mod span;
}

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use oracle::model::{Answer, Cell, Expected, Model};
use support::book::{Book, units_of};
use support::random::{Dice, Mix, book};
use support::runner::{run_in, written};
use support::{Run, fixture, marks, run_with_stdin, words};

/// Six customers of which each class but transient has one. From 2024-02 to 2024-03 NRR is 460 / 500 and GRR 410 / 500.
fn six() -> Book {
    Book::table(
        "        2024-01  2024-02  2024-03
         acme        .      200      250
         birch       .      100       60
         cedar       .       50        .
         dune        .      150      150
         elm         .        .       40
         fir        30        .       30",
    )
}

/// The same with who looks after whom.
const OWNED: &str = "\
customer,month,mrr,owner,region
acme,2024-02,200,Ana,EU
birch,2024-02,100,Ana,US
cedar,2024-02,50,Ben,EU
dune,2024-02,150,Ben,US
acme,2024-03,250,Ana,EU
birch,2024-03,60,Ana,US
dune,2024-03,150,Ben,US
";

/// Runs `nrr check` on a book.
fn check(book: &Book, args: &[&str]) -> Run {
    let mut line = words(&[
        "check",
        "-",
        "--no-config",
        "--allow",
        "unfinished-month,halved-month",
    ]);
    line.extend(marks(book));
    line.extend(words(args));
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    run_with_stdin(&line, book.to_csv().as_bytes())
}

/// Runs it in a folder with these files.
fn check_files(files: &[(&str, &str)], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        written(folder.path(), name, text.as_bytes());
    }
    run_in(folder.path(), &[&["check"], args].concat())
}

/// The records of a run.
fn records(run: &Run) -> Vec<Value> {
    let document: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"));
    document["results"].as_array().expect("results").clone()
}

/// Whether one rule holds in 2024-03.
fn holds(rule: &str) -> bool {
    let run = check(
        &six(),
        &["--period", "2024-03", "--require", rule, "--format", "json"],
    );
    let records = records(&run);
    let target = records.iter().find(|record| record["rule"] == rule);
    let target = target.unwrap_or_else(|| panic!("{rule}: {run:#?}"));
    let passed = target["passed"].as_bool().expect("a flag");
    assert_eq!(run.code, i32::from(!passed), "{rule}: {run:#?}");
    assert_eq!(passed, !run.stderr.contains("failed["), "{rule}: {run:#?}");
    passed
}

#[test]
fn every_form_of_a_rule_holds_and_is_missed() {
    // opening 500, new 40, reactivation 30, expansion 50, contraction 40, churn 50, closing 530.
    for (held, missed) in [
        ("nrr >= 92%", "nrr > 92%"),
        ("nrr = 0.92", "nrr != 92%"),
        ("nrr <= 92.0%", "nrr < 92%"),
        ("nrr > 91.9999999999%", "nrr >= 92.0000000001%"),
        ("grr == 82%", "grr >= 82.01%"),
        ("logo_retention >= 75%", "logo_retention >= 75.1%"),
        ("gross_revenue_churn <= 18%", "gross_revenue_churn < 18%"),
        ("churned_customers <= 1", "churned_customers < 1"),
        ("closing_customers = 5", "closing_customers = 4"),
        ("closing >= 530", "closing >= 530.01"),
        ("closing >= 5_30", "closing >= 1_000_000"),
        ("quick_ratio > 1.3333", "quick_ratio >= 1.3334"),
        ("net_growth = 6%", "net_growth > 6%"),
        (
            "average_revenue_per_customer = 106",
            "average_revenue_per_customer > 106",
        ),
        // NRR of 2024-02 is 0 / 30; closing rose from 500.
        ("nrr rise >= 92pp", "nrr rise > 92pp"),
        ("nrr drop <= -92pp", "nrr drop <= -92.1pp"),
        ("closing rise = 6%", "closing rise > 6%"),
        ("closing rise = 30", "closing drop >= 0"),
        ("closing_customers rise = 1", "closing_customers rise = 2"),
        // 250 of 530; five customers, so the top fifth is one.
        ("top1 <= 47.17%", "top1 <= 47.16%"),
        ("top20% <= 48%", "top20% < 47%"),
        ("top5 = 100%", "top10 < 100%"),
        (
            "customer=acme: closing >= 250",
            "customer=acme: closing > 250",
        ),
        (
            "customer=birch: opening = 100",
            "customer=birch: change >= -39",
        ),
        (
            "customer=acme: share_of_opening = 40%",
            "customer=acme: share_of_opening < 40%",
        ),
        // 460/500 − 210/300, and 410/500 − 210/300.
        (
            "customer=acme: effect_on_nrr = 22pp",
            "customer=acme: effect_on_nrr < 22pp",
        ),
        (
            "customer=acme: effect_on_grr = 12pp",
            "customer=acme: effect_on_grr > 12pp",
        ),
        ("finding late-renewals = 1", "finding late-renewals <= 0"),
    ] {
        assert!(holds(held), "{held}");
        assert!(!holds(missed), "{missed}");
    }
}

#[test]
fn a_figure_is_compared_before_it_is_rounded() {
    let thirds = Book::table(
        "        2024-01  2024-02
         acme       100      100
         birch      100        .
         cedar      100        .",
    );
    let run = check(
        &thirds,
        &["--period", "2024-02", "--require", "nrr >= 33.3333333334%"],
    );
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("net revenue retention in 2024-02 is 33.33333333%, the rule asks for at least 33.3333333334%")
            || run.stdout.contains("is 33.3333333333%, the rule asks for at least 33.3333333334%"),
        "{}",
        run.stdout
    );
    let run = check(
        &thirds,
        &["--period", "2024-02", "--require", "nrr > 33.3333333333%"],
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn what_is_undefined_never_passes() {
    let reason = |rule: &str, args: &[&str], said: &str| {
        let args = [&["--require", rule, "--format", "json"], args].concat();
        let run = check(&six(), &args);
        let all = records(&run);
        let record = all
            .iter()
            .find(|record| record["rule"] == rule)
            .expect(rule);
        assert_eq!(
            (run.code, &record["passed"], &record["code"]),
            (1, &false.into(), &"undefined-target".into())
        );
        let undefined = record["undefined"].as_str().unwrap_or_default();
        assert!(undefined.contains(said), "{rule}: {undefined}");
        assert!(record["found"].is_null() && record["difference"].is_null());
    };
    let march = ["--period", "2024-03"];
    reason(
        "nrr >= 0%",
        &["--period", "2024-01"],
        "2023-12 lies before the data",
    );
    reason(
        "nrr < 900%",
        &["--period", "2024-01"],
        "2023-12 lies before the data",
    );
    reason(
        "nrr != 5%",
        &["--from", "2024-01", "--to", "2024-01"],
        "2023-12 lies before the data",
    );
    reason(
        "nrr drop <= 2pp",
        &["--period", "2024-02"],
        "2024-01, the period before: 2023-12 lies before the data",
    );
    reason(
        "annual_nrr >= 1%",
        &march,
        "twelve months before lies before the data",
    );
    reason(
        "nrr_low >= 1%",
        &march,
        "no interval was asked for with `--confidence`",
    );
    reason("upsell >= 0", &march, "the input has no product column");
    reason(
        "volume_change >= 0",
        &march,
        "the input has no column of quantities",
    );
    reason(
        "customer=acne: closing >= 0",
        &march,
        "no customer is named `acne`; `acme` is one",
    );
    reason(
        "customer=zebra: closing >= 0",
        &march,
        "no customer is named `zebra`",
    );
    let compound = ["--period", "2024-03", "--method", "summed"];
    reason("top1 <= 100%", &compound, "under `method summed`");
}

#[test]
fn of_all_periods_those_without_anything_before_them_are_left_out_and_named() {
    let run = check(
        &six(),
        &[
            "--require",
            "nrr >= 0%",
            "--require",
            "closing >= 0",
            "--format",
            "csv",
        ],
    );
    let count = |rule: &str| {
        run.stdout
            .lines()
            .filter(|line| line.contains(rule))
            .count()
    };
    assert_eq!(
        (run.code, count("nrr >= 0%"), count("closing >= 0")),
        (0, 2, 3),
        "{run:#?}"
    );
    let run = check(&six(), &["--require", "nrr >= 0%"]);
    assert!(
        run.stdout
            .contains("`2024-01` has nothing to be compared with in the data"),
        "{}",
        run.stdout
    );
    let one = Book::table("     2024-01\nacme   5");
    let run = check(&one, &["--require", "nrr >= 0%"]);
    assert_eq!(
        run.code, 1,
        "one month alone can prove nothing: {}",
        run.stdout
    );
    let run = check(&six(), &["--period", "latest", "--require", "nrr = 92%"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let run = check(
        &six(),
        &[
            "--period",
            "latest",
            "--every",
            "quarter",
            "--basis",
            "flow",
            "--require",
            "closing = 1060",
        ],
    );
    assert!(run.stdout.contains("2024-Q1"), "{run:#?}");
}

#[test]
fn a_failure_says_what_was_found_and_who_explains_it() {
    let run = check_files(
        &[("revenue.csv", OWNED)],
        &[
            "revenue.csv",
            "--no-config",
            "--period",
            "2024-03",
            "--require",
            "nrr >= 100%",
            "--basis",
            "stock",
        ],
    );
    let expected = "\
failed[target-missed]: net revenue retention in 2024-03 is 92.00%, the rule asks for at least 100%
   = found: 460 of 500, 4 customers, 2024-02 to 2024-03
   = expected: `nrr >= 100%` (flag)
   = difference: −8.00 pp
   = note: largest losses `cedar` 50 (−10.22 pp on NRR), `birch` 40 (−8.00 pp on NRR)
   = help: see them with `nrr customers revenue.csv --basis stock --period 2024-03`
";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    // What stands on the losing side explains nothing where more was asked to be less.
    let run = check(&six(), &["--period", "2024-03", "--require", "nrr <= 50%"]);
    assert!(!run.stdout.contains("largest losses"), "{}", run.stdout);
    let run = check(
        &six(),
        &["--period", "2024-03", "--require", "churned_customers <= 0"],
    );
    assert!(
        run.stdout
            .contains("largest losses `cedar` 50 (−10.22 pp on NRR)"),
        "{}",
        run.stdout
    );
}

/// Rule, subject and result of each target of a run on [`OWNED`] in 2024-03.
fn owned(args: &[&str]) -> Vec<String> {
    let args = [
        &[
            "revenue.csv",
            "--no-config",
            "--period",
            "2024-03",
            "--format",
            "json",
        ],
        args,
    ]
    .concat();
    let run = check_files(&[("revenue.csv", OWNED)], &args);
    assert!(run.code < 2, "{run:#?}");
    let line = |record: &Value| {
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        format!("{} | {} | {}", text("rule"), text("subject"), text("level"))
    };
    records(&run)
        .iter()
        .filter(|record| !record["field"].is_null())
        .map(line)
        .collect()
}

#[test]
fn segments_and_their_owners_have_targets() {
    // Ana 310 / 300, Ben 150 / 200; EU 250 / 250, US 210 / 250.
    assert_eq!(
        owned(&[
            "--require",
            "owner=Ana: nrr >= 103%",
            "--require",
            "owner=Ben: nrr >= 75.1%"
        ]),
        [
            "owner=Ana: nrr >= 103% | owner=Ana | passed",
            "owner=Ben: nrr >= 75.1% | owner=Ben | failed"
        ]
    );
    assert_eq!(
        owned(&[
            "--require",
            "each owner: nrr >= 100%",
            "--require",
            "region=*: grr >= 80%"
        ]),
        [
            "each owner: nrr >= 100% | owner=Ana | passed",
            "each owner: nrr >= 100% | owner=Ben | failed",
            "region=*: grr >= 80% | region=EU | passed",
            "region=*: grr >= 80% | region=US | passed",
        ]
    );
    // A target of one's own takes the place of everybody's, on the same figure and the same side.
    assert_eq!(
        owned(&[
            "--require",
            "each owner: nrr >= 100%",
            "--require",
            "owner=Ben: nrr >= 70%",
            "--require",
            "owner=Ben: nrr <= 90%"
        ]),
        [
            "each owner: nrr >= 100% | owner=Ana | passed",
            "owner=Ben: nrr >= 70% | owner=Ben | passed",
            "owner=Ben: nrr <= 90% | owner=Ben | passed",
        ]
    );
    assert_eq!(
        owned(&[
            "--require",
            "owner=Ana, region=EU: closing = 250",
            "--require",
            "owner=Ben, region=*: closing >= 1"
        ]),
        [
            "owner=Ana, region=EU: closing = 250 | owner=Ana, region=EU | passed",
            "owner=Ben, region=*: closing >= 1 | owner=Ben, region=EU | failed",
            "owner=Ben, region=*: closing >= 1 | owner=Ben, region=US | passed",
        ]
    );
    assert_eq!(
        owned(&[
            "--by",
            "owner",
            "--require",
            "nrr >= 90%",
            "--require",
            "closing >= 400"
        ]),
        [
            "nrr >= 90% |  | passed",
            "closing >= 400 |  | passed",
            "nrr >= 90% | owner=Ana | passed",
            "nrr >= 90% | owner=Ben | failed",
        ]
    );
    assert_eq!(
        owned(&["--require", "owner=Anna: nrr >= 0%"]),
        ["owner=Anna: nrr >= 0% | owner=Anna | failed"]
    );
}

#[test]
fn where_each_has_a_target_of_its_own_nobody_is_held_to_that_of_all() {
    let own = [
        "--require",
        "owner=Ana: nrr >= 90%",
        "--require",
        "owner=Ben: nrr >= 70%",
    ];
    let args = [&["--require", "each owner: nrr >= 100%"], &own[..]].concat();
    assert_eq!(
        owned(&args),
        [
            "owner=Ana: nrr >= 90% | owner=Ana | passed",
            "owner=Ben: nrr >= 70% | owner=Ben | passed",
        ]
    );
}

#[test]
fn each_segment_of_a_period_without_figures_is_missed_too() {
    let book = "\
customer,month,mrr,owner
acme,2024-01,5,Ana
acme,2024-02,5,Ana
acme,2024-04,5,Ana
acme,2024-05,5,Ana
";
    let args = [
        "revenue.csv",
        "--no-config",
        "--from",
        "2024-02",
        "--to",
        "2024-05",
        "--allow",
        "missing-month,empty-month",
        "--require",
        "each owner: nrr >= 100%",
        "--format",
        "json",
    ];
    let run = check_files(&[("revenue.csv", book)], &args);
    let line = |record: &Value| {
        format!(
            "{} {} {}",
            record["period"], record["subject"], record["passed"]
        )
    };
    let found: Vec<String> = records(&run)
        .iter()
        .filter(|one| one["field"] == "nrr")
        .map(line)
        .collect();
    assert_eq!(
        found,
        [
            "\"2024-02\" \"owner=Ana\" true",
            "\"2024-03\" \"owner=*\" false",
            "\"2024-04\" \"owner=*\" false",
            "\"2024-05\" \"owner=Ana\" true",
        ]
    );
    assert_eq!(run.code, 1);
}

#[test]
fn a_segment_that_is_not_there_is_named_with_those_that_are() {
    let on = |rule: &str| {
        check_files(
            &[("revenue.csv", OWNED)],
            &[
                "revenue.csv",
                "--no-config",
                "--period",
                "2024-03",
                "--require",
                rule,
            ],
        )
    };
    let run = on("owner=Anna: nrr >= 0%");
    assert!(
        run.stdout
            .contains("no customer is in `owner=Anna` in 2024-03; `Ana` comes close"),
        "{}",
        run.stdout
    );
    let run = on("owner=Zoe: nrr >= 0%");
    assert!(
        run.stdout
            .contains("no customer is in `owner=Zoe` in 2024-03; there are `Ana` and `Ben`"),
        "{}",
        run.stdout
    );
    let run = on("team=A: nrr >= 0%");
    assert_eq!(
        (run.code, run.errors()),
        (2, words(&["unknown-column"])),
        "{run:#?}"
    );
    let run = on("owner=Ben: nrr >= 90%");
    assert!(
        run.stdout.contains("largest losses `cedar` 50"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("--period 2024-03 --by owner`"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_rule_on_products_nets_nothing_unseen() {
    let book = "customer,month,mrr,product\na,2024-01,5,x\na,2024-02,5,y\n";
    let args = [
        "r.csv",
        "--no-config",
        "--period",
        "2024-02",
        "--require",
        "product=y: closing >= 5",
    ];
    let run = check_files(&[("r.csv", book)], &args);
    assert_eq!(
        (run.code, run.errors()),
        (2, words(&["unreadable-rule"])),
        "{run:#?}"
    );
    assert!(run.stderr.contains("`--by product`"), "{}", run.stderr);
    let run = check_files(
        &[("r.csv", book)],
        &[&args[..], &["--by", "product"]].concat(),
    );
    assert_eq!(run.code, 0, "{run:#?}");
}

const SETTINGS: &str = "\
basis = \"stock\"

[check]
period = \"2024-03\"
require = [
  \"nrr >= 100%\",
  'grr >= 80%',
]
allow = [\"similar-names\"]

[[check.rule]]
require = \"owner=Ben: nrr >= 80%\"
name = \"Ben's target\"
owner = \"Ben\"
";

#[test]
fn rules_of_a_settings_file_have_lines() {
    let run = check_files(
        &[("revenue.csv", OWNED), ("nrr.toml", SETTINGS)],
        &["revenue.csv"],
    );
    assert_eq!(run.code, 1);
    let expected = "\
failed[target-missed]: net revenue retention in 2024-03 is 92.00%, the rule asks for at least 100%
  --> nrr.toml:6
   |
 6 |   \"nrr >= 100%\",
   |    ^^^^^^^^^^^
";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    let expected = "\
  --> nrr.toml:12
   |
12 | require = \"owner=Ben: nrr >= 80%\"
   |            ^^^^^^^^^^^^^^^^^^^^^
   = found: 150 of 200, 2 customers, 2024-02 to 2024-03
   = expected: `owner=Ben: nrr >= 80%` (Ben's target)
   = difference: −5.00 pp
   = note: Ben answers for it
";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
    let typed = [
        "revenue.csv",
        "--period",
        "2024-03",
        "--require",
        "nrr >= 92%",
    ];
    let run = check_files(&[("revenue.csv", OWNED), ("nrr.toml", SETTINGS)], &typed);
    assert!(
        run.stdout.contains("5 checks, 2 failed"),
        "those of the flags stand beside them: {}",
        run.stdout
    );
    // Other commands read the same file.
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "revenue.csv", OWNED.as_bytes());
    written(folder.path(), "nrr.toml", SETTINGS.as_bytes());
    assert_eq!(run_in(folder.path(), &["calc", "revenue.csv"]).code, 0);
}

#[test]
fn slips_in_a_settings_file_stop_the_run_with_their_line() {
    for (settings, code, says) in [
        (
            "[check]\nrequires = []\n",
            "unknown-setting",
            "`require` is one",
        ),
        (
            "[check]\nfoo = 1\n",
            "unknown-setting",
            "require, rule, period",
        ),
        (
            "[[check.rule]]\nrequire = \"nrr >= 1\"\nowners = \"x\"\n",
            "unknown-setting",
            "`owner` is one",
        ),
        (
            "[[check.rule]]\nname = \"x\"\n",
            "bad-value",
            "asks for nothing",
        ),
        (
            "[check]\nrequire = 5\n",
            "bad-value",
            "takes a text or a list of texts",
        ),
        ("[check]\nrule = 5\n", "bad-value", "`[[check.rule]]`"),
        ("[check]\nstrict = \"yes\"\n", "bad-value", "true or false"),
        (
            "[check]\nallow = [\"equal-row\"]\n",
            "unknown-code",
            "`allow = [\"equal-rows\"]`",
        ),
        (
            "[check]\nforbid = [\"usage\"]\n",
            "unknown-code",
            "the code of a finding",
        ),
        (
            "[check]\nperiod = \"2024-13\"\n",
            "unreadable-period",
            "nrr.toml:2",
        ),
        (
            "[check]\nperiod = \"2024-03\"\nfrom = \"2024-02\"\n",
            "usage",
            "`from` and `to` are a range",
        ),
        (
            "[check]\nbaseline = \"gone.json\"\n",
            "unreadable-baseline",
            "nrr.toml:2",
        ),
        (
            "require = [\"nrr >= 1\"]\n",
            "unknown-setting",
            "write `[check]` on the line above `require`",
        ),
    ] {
        let run = check_files(
            &[("revenue.csv", OWNED), ("nrr.toml", settings)],
            &["revenue.csv"],
        );
        assert_eq!(
            (run.code, run.errors()),
            (2, words(&[code])),
            "{settings}{run:#?}"
        );
        assert!(run.stderr.contains(says), "{settings}{}", run.stderr);
        assert!(
            run.stderr.contains("--> nrr.toml:"),
            "{settings}{}",
            run.stderr
        );
    }
}

#[test]
fn a_rule_that_cannot_be_read_is_shown_where_it_stands() {
    let settings = "[check]\nrequire = [\"nrr >= 100%\", \"grr => 90%\"]\n";
    let run = check_files(
        &[("revenue.csv", OWNED), ("nrr.toml", settings)],
        &["revenue.csv"],
    );
    let expected = "\
error[unreadable-rule]: `=>` is no comparison
  --> nrr.toml:2
   |
 2 | require = [\"nrr >= 100%\", \"grr => 90%\"]
   |                                ^^
   = expected: >=, >, <=, <, = or !=
   = help: `grr >= 90%`
";
    assert_eq!((run.code, run.stderr.as_str()), (2, expected));
    let run = check_files(
        &[("revenue.csv", OWNED)],
        &["revenue.csv", "--no-config", "--require", "nr >= 100%"],
    );
    let expected = "\
error[unknown-field]: `nr` is no figure
  --> --require
   |
   | nr >= 100%
   | ^^
   = help: `nrr` is one
";
    assert_eq!((run.code, run.stderr.as_str()), (2, expected));
    // Escapes move the letters, so the whole text is marked.
    let settings = "[check]\nrequire = \"team=\\\"A\\\": nrrr >= 90%\"\n";
    let run = check_files(
        &[("revenue.csv", OWNED), ("nrr.toml", settings)],
        &["revenue.csv"],
    );
    assert!(run.stderr.contains("--> nrr.toml:2"), "{}", run.stderr);
    assert_eq!(run.errors(), words(&["unknown-field"]));
}

/// The code of the run on an export of `fixtures/errors`, and the findings that failed.
fn on_export(code: &str, args: &[&str]) -> (i32, Vec<String>) {
    let folder = fixture(&format!("errors/{code}"));
    let command = std::fs::read_to_string(folder.join("cmd")).expect("a command");
    let mut line = words(&["check"]);
    // What is shown by `nrr inspect` needs no period.
    let taken = if command.starts_with("inspect") {
        1
    } else {
        usize::MAX
    };
    let typed = command.split_whitespace().skip(1).take(taken);
    line.extend(typed.map(str::to_owned));
    line.extend(words(&["--no-config", "--format", "jsonl", "--quiet"]));
    line.extend(words(args));
    let line: Vec<&str> = line.iter().map(String::as_str).collect();
    let run = run_in(&folder, &line);
    let codes = run
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("failed["));
    let codes = codes.filter_map(|line| line.split_once(']'));
    (run.code, codes.map(|(code, _)| code.to_owned()).collect())
}

#[test]
fn the_basic_tier_fails_for_exports_that_are_cut_doubled_or_clipped() {
    for code in [
        "equal-rows",
        "overlapping-files",
        "empty-month",
        "missing-month",
        "partial-period",
        "period-after-data",
        "clipped-revenue",
        "negative-revenue",
        "no-history",
        "halved-month",
        "unfinished-month",
        "unit-mix-up",
        // One of four customers.
        "id-change",
    ] {
        let (ended, codes) = on_export(code, &[]);
        assert!(
            ended == 1 && codes.iter().any(|found| found == code),
            "{code}: {ended} {codes:?}"
        );
        let (_, codes) = on_export(code, &["--allow", code]);
        assert!(
            !codes.iter().any(|found| found == code),
            "{code}: {codes:?}"
        );
    }
}

#[test]
fn files_that_overlap_pass_where_somebody_said_what_that_means() {
    let failed = |args: &[&str]| on_export("overlapping-files", args).1;
    let code = words(&["overlapping-files"]);
    assert!(failed(&["--duplicates", "sum"]).is_empty());
    assert_eq!(failed(&["--duplicates", "sum", "--forbid", &code[0]]), code);
    assert!(failed(&["--duplicates", "sum", "--strict"]).contains(&code[0]));
}

#[test]
fn other_findings_fail_where_they_are_named_or_all_are() {
    for code in [
        "late-renewals",
        "similar-names",
        "several-dates",
        "zero-amounts",
        "negative-amounts",
    ] {
        let failed = |args: &[&str]| {
            let (ended, codes) = on_export(code, args);
            assert!(ended < 2, "{code} {args:?} {ended}");
            codes.iter().any(|found| found == code)
        };
        assert!(!failed(&[]), "{code}");
        assert!(failed(&["--forbid", code]), "{code}");
        assert!(failed(&["--strict"]), "{code}");
        assert!(!failed(&["--strict", "--allow", code]), "{code}");
        assert!(
            failed(&["--require", &format!("finding {code} <= 0")]),
            "{code}"
        );
        assert!(
            !failed(&["--strict", "--require", &format!("finding {code} <= 1000")]),
            "{code}"
        );
    }
    let run = check(&six(), &["--forbid", "late-renewal"]);
    assert_eq!((run.code, run.errors()), (2, words(&["unknown-code"])));
    assert!(
        run.stderr.contains("`--forbid late-renewals`"),
        "{}",
        run.stderr
    );
    let run = check(
        &six(),
        &[
            "--forbid",
            "late-renewals,similar-names",
            "--allow",
            "late-renewals",
        ],
    );
    assert_eq!(run.code, 2, "{run:#?}");
}

#[test]
fn a_rule_on_a_period_that_the_data_stop_is_missed_and_the_others_are_computed() {
    let holed = Book::table(
        "        2024-01  2024-02  2024-03  2024-04  2024-05
         acme       100      100        .      100      100",
    );
    let run = check(
        &holed,
        &[
            "--from",
            "2024-02",
            "--to",
            "2024-05",
            "--require",
            "nrr >= 100%",
            "--format",
            "json",
        ],
    );
    assert_eq!(run.code, 1, "{run:#?}");
    let results = records(&run);
    let passed: Vec<bool> = results
        .iter()
        .filter(|one| one["field"] == "nrr")
        .map(|one| one["passed"] == true)
        .collect();
    assert_eq!(passed, [true, false, false, true], "{run:#?}");
    assert!(
        results.iter().any(|one| one["code"] == "missing-month"),
        "{run:#?}"
    );
    let undefined: Vec<&str> = results
        .iter()
        .filter_map(|one| one["undefined"].as_str())
        .collect();
    assert!(
        undefined.iter().all(|reason| reason.contains("2024-03")),
        "{undefined:?}"
    );
}

#[test]
fn a_control_total_is_a_rule() {
    let on = |total: &str| {
        check(
            &six(),
            &[
                "--period",
                "2024-03",
                "--control-total",
                total,
                "--format",
                "json",
            ],
        )
    };
    let (held, missed) = (on("2024-03=530"), on("2024-03=530.01"));
    assert_eq!((held.code, missed.code), (0, 1), "{held:#?} {missed:#?}");
    let record = |run: &Run| {
        records(run)
            .into_iter()
            .find(|one| one["code"] == "control-total")
            .expect("a record")
    };
    assert_eq!(record(&held)["passed"], true);
    assert_eq!(record(&missed)["passed"], false);
    assert!(
        missed
            .stderr
            .contains("failed[control-total]: the amounts of 2024-03 do not add up"),
        "{}",
        missed.stderr
    );
    assert!(
        missed.stderr.contains("= difference: -0.01"),
        "{}",
        missed.stderr
    );
}

/// Writes a baseline of [`OWNED`] with `nrr calc`, changes the export, and checks it.
fn against_baseline(format: &str, changed: &str, calc: &[&str], args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    written(path, "revenue.csv", OWNED.as_bytes());
    let line = [
        &[
            "calc",
            "revenue.csv",
            "--no-config",
            "--format",
            format,
            "--output",
            "kept",
        ],
        calc,
    ]
    .concat();
    assert_eq!(run_in(path, &line).code, 0);
    written(path, "revenue.csv", changed.as_bytes());
    run_in(
        path,
        &[
            &["check", "revenue.csv", "--no-config", "--baseline", "kept"],
            args,
        ]
        .concat(),
    )
}

#[test]
fn figures_that_were_reported_are_held_against_those_of_now() {
    let raised = OWNED.replace("acme,2024-03,250", "acme,2024-03,260");
    for format in ["json", "jsonl", "csv"] {
        for calc in [&[][..], &["--by", "owner,region"], &["--period", "2024-03"]] {
            let run = against_baseline(format, OWNED, calc, &[]);
            assert_eq!(run.code, 0, "{format} {calc:?} {run:#?}");
            assert!(run.stdout.contains("figures the same"), "{}", run.stdout);
            let run = against_baseline(format, &raised, calc, &[]);
            assert_eq!(run.code, 1, "{format} {calc:?} {run:#?}");
            for said in [
                "of 2024-03 are not what they were",
                "= difference: expansion 50 → 60, +10",
                "= difference: closing 460 → 470, +10",
                "= difference: nrr 92.00% → 94.00%, +2.00 pp",
                "`nrr diff OLD revenue.csv --period 2024-03` shows the customers and rows",
            ] {
                assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
            }
            assert!(!run.stdout.contains("of 2024-02"), "{}", run.stdout);
        }
    }
    let run = against_baseline("csv", &raised, &["--by", "owner"], &["--format", "json"]);
    let changed = |subject: &str| {
        let all = records(&run);
        let own = all
            .iter()
            .filter(|one| one["subject"] == subject && one["code"] == "restated");
        own.filter_map(|one| one["field"].as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert!(
        changed("owner=Ana").contains(&"closing".to_owned()),
        "{run:#?}"
    );
    assert!(changed("owner=Ben").is_empty(), "{run:#?}");
}

#[test]
fn the_smallest_unit_is_a_restatement_and_a_lost_month_is_none_to_compare() {
    let cent = OWNED.replace("dune,2024-03,150", "dune,2024-03,150.01");
    let run = against_baseline("json", &cent, &[], &[]);
    assert!(
        run.code == 1 && run.stdout.contains("closing 460.00 → 460.01, +0.01"),
        "{}",
        run.stdout
    );
    let march: String = OWNED
        .lines()
        .filter(|line| !line.contains("2024-02"))
        .fold(String::new(), |text, line| text + line + "\n");
    let run = against_baseline("json", &march, &[], &[]);
    assert!(
        run.code == 1 && run.stdout.contains("opening 500 → undefined"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout.contains("2024-02 lies before the data"),
        "{}",
        run.stdout
    );
    let run = against_baseline("json", OWNED, &[], &["--through", "2024-02"]);
    assert!(
        run.stdout.contains("failed[other-definition]"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_reported_period_that_is_gone_is_a_restatement() {
    let without = |month: &str| {
        let lines = OWNED.lines().filter(|line| !line.contains(month));
        lines.fold(String::new(), |text, line| text + line + "\n")
    };
    let cut = without("2024-03");
    for format in ["json", "csv"] {
        for calc in [
            &["--from", "2024-02", "--to", "2024-03"][..],
            &["--period", "2024-03"],
            &["--period", "2024-03", "--by", "owner"],
        ] {
            let run = against_baseline(format, &cut, calc, &[]);
            assert_eq!(run.code, 1, "{calc:?} {run:#?}");
            for said in [
                "failed[restated]: ",
                "figures of 2024-03 are gone",
                "= difference: expansion 50 → undefined",
                "= note: 2024-03 ends after the data do",
            ] {
                assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
            }
            assert!(!run.stdout.contains("nrr diff"), "{}", run.stdout);
        }
    }
    // The data go on at a later month: what lies before them is said, and is no change.
    let rolled = OWNED
        .replace("2024-03", "2024-04")
        .replace("2024-02", "2024-03");
    let (kept, later) = (OWNED, rolled.as_str());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let longer = format!(
        "{kept}{}",
        later
            .lines()
            .filter(|line| line.contains("2024-04"))
            .fold(String::new(), |text, line| text + line + "\n")
    );
    written(path, "revenue.csv", longer.as_bytes());
    let calc = [
        "calc",
        "revenue.csv",
        "--no-config",
        "--from",
        "2024-02",
        "--to",
        "2024-04",
        "--output",
        "kept.csv",
    ];
    assert_eq!(run_in(path, &calc).code, 0);
    let recent: String = longer
        .lines()
        .filter(|line| !line.contains("2024-02"))
        .fold(String::new(), |text, line| text + line + "\n");
    written(path, "revenue.csv", recent.as_bytes());
    let check = [
        "check",
        "revenue.csv",
        "--no-config",
        "--baseline",
        "kept.csv",
        "--period",
        "2024-04",
    ];
    let run = run_in(path, &check);
    assert!(
        run.stdout.contains("1 period of the baseline lies before the data, which begin with 2024-03, and could not be compared"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_baseline_of_which_nothing_can_be_compared_fails() {
    let later = OWNED
        .replace("2024-03", "2025-03")
        .replace("2024-02", "2025-02");
    let run = against_baseline("json", &later, &[], &[]);
    assert_eq!(run.code, 1, "{run:#?}");
    for said in [
        "0 figures compared",
        "failed[restated]: nothing of the baseline could be compared",
        "2 periods of the baseline lie before the data, which begin with 2025-02",
    ] {
        assert!(run.stdout.contains(said), "{said}: {}", run.stdout);
    }
    let files = [("revenue.csv", OWNED), ("kept.csv", "period\n2024-03\n")];
    let run = check_files(
        &files,
        &[
            "revenue.csv",
            "--no-config",
            "--baseline",
            "kept.csv",
            "--format",
            "json",
        ],
    );
    assert_eq!(run.code, 1, "{run:#?}");
    let all = records(&run);
    let own = all
        .iter()
        .find(|one| one["code"] == "restated")
        .expect("a record");
    assert_eq!(
        (&own["level"], &own["passed"]),
        (&"failed".into(), &false.into())
    );
}

#[test]
fn a_segment_that_begins_is_not_asked_for_a_rate_and_named() {
    let zoe = format!("{OWNED}zebra,2024-03,70,Zoe,US\n");
    let files = [("revenue.csv", zoe.as_str())];
    let on = |args: &[&str]| {
        let line = [&["revenue.csv", "--no-config", "--period", "2024-03"], args].concat();
        check_files(&files, &line)
    };
    let note = "`each owner: nrr >= 50%` was not asked of `owner=Zoe` in 2024-03, which has no opening to be compared with yet";
    let run = on(&["--require", "each owner: nrr >= 50%"]);
    assert!(
        run.code == 0 && run.stdout.replace("\n    ", " ").contains(note),
        "{run:#?}"
    );
    for format in ["json", "csv", "junit"] {
        let run = on(&["--require", "each owner: nrr >= 50%", "--format", format]);
        assert!(
            run.code == 0 && run.stderr.contains(note),
            "{format} {run:#?}"
        );
    }
    // What it pays is known, and whoever is named has to have the figure.
    let run = on(&["--require", "each owner: closing >= 71"]);
    assert!(
        run.code == 1 && run.stdout.contains("`owner=Zoe` in 2024-03 is 70"),
        "{run:#?}"
    );
    let run = on(&["--require", "owner=Zoe: nrr >= 50%"]);
    assert!(
        run.code == 1 && run.stdout.contains("failed[undefined-target]"),
        "{run:#?}"
    );
    // Where nobody could be asked, the rule is not proven.
    let run = on(&[
        "--where",
        "owner=Zoe",
        "--require",
        "each owner: nrr >= 50%",
    ]);
    assert!(
        run.code == 1 && run.stdout.contains("failed[undefined-target]"),
        "{run:#?}"
    );
}

#[test]
fn a_rule_on_each_that_others_take_the_place_of_is_named() {
    let files = [("revenue.csv", OWNED)];
    let run = check_files(
        &files,
        &[
            "revenue.csv",
            "--no-config",
            "--period",
            "2024-03",
            "--require",
            "each owner: nrr >= 50%",
            "--require",
            "owner=Ana: nrr >= 60%",
            "--require",
            "owner=Ben: nrr >= 60%",
        ],
    );
    let note = "`each owner: nrr >= 50%` has no row of its own: every segment has a rule that takes its place";
    assert!(
        run.code == 0 && run.stdout.replace("\n    ", " ").contains(note),
        "{run:#?}"
    );
}

#[test]
fn an_unknown_column_of_a_rule_is_mended_in_the_rule() {
    let files = [("revenue.csv", OWNED)];
    let run = check_files(
        &files,
        &[
            "revenue.csv",
            "--no-config",
            "--require",
            "each ownr: nrr >= 1%",
        ],
    );
    assert_eq!(run.code, 2, "{run:#?}");
    assert!(
        run.stderr.contains("= help: `each owner: nrr >= 1%`"),
        "{}",
        run.stderr
    );
    assert!(!run.stderr.contains("--by"), "{}", run.stderr);
    let run = check_files(&files, &["revenue.csv", "--no-config", "--by", "ownr"]);
    assert!(
        run.stderr.contains("= help: `--by owner`"),
        "{}",
        run.stderr
    );
    let run = check_files(&files, &["revenue.csv", "--no-config", "--period", "last"]);
    assert!(
        run.code == 2 && run.stderr.contains("= expected: latest, 2024-03, "),
        "{}",
        run.stderr
    );
    assert!(
        run.stderr.contains("= help: `--period latest`"),
        "{}",
        run.stderr
    );
}

#[test]
fn another_definition_is_told_apart_from_other_data() {
    let raised = OWNED.replace("acme,2024-03,250", "acme,2024-03,260");
    let run = against_baseline("json", &raised, &[], &["--lookback", "2"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("failed[other-definition]: "),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("= difference: `lookback` was `period` and is `2` (flag)"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("failed[restated]"), "{}", run.stdout);
}

#[test]
fn what_is_no_baseline_is_refused() {
    for (text, says) in [
        ("", "no result of `nrr calc`"),
        ("a,b\n1,2\n", "no result of `nrr calc`"),
        ("{}", "has no period"),
        ("{\"schema\":\"nrr.ledger/1\",\"results\":[]}", "nrr.calc/1"),
        (
            "{\"schema\":\"nrr.calc/1\",\"results\":[]}",
            "holds no records",
        ),
        (
            "{\"schema\":\"nrr.calc/1\",\"results\":[{\"opening\":5}]}",
            "has no period",
        ),
        (
            "{\"period\":\"2024-03\",\"opening\":\"many\"}",
            "cannot read `many`",
        ),
        (
            "{\"period\":\"sometime\",\"opening\":5}",
            "`sometime` in the baseline is no period",
        ),
        ("{\"period\":\n", "no JSON"),
        ("period,opening\n2024-03\n", "no CSV"),
        ("period,opening\n2024-03,1e5\n", "cannot read `1e5`"),
    ] {
        let files = [("revenue.csv", OWNED), ("kept", text)];
        let run = check_files(
            &files,
            &["revenue.csv", "--no-config", "--baseline", "kept"],
        );
        assert_eq!(
            (run.code, run.errors()),
            (2, words(&["unreadable-baseline"])),
            "{text} {run:#?}"
        );
        assert!(run.stderr.contains(says), "{text}: {}", run.stderr);
    }
    let run = check_files(
        &[("revenue.csv", OWNED)],
        &["revenue.csv", "--no-config", "--baseline", "kept"],
    );
    assert_eq!(
        (run.code, run.errors()),
        (2, words(&["unreadable-baseline"]))
    );
}

#[test]
fn totals_that_do_not_tie_are_findings() {
    let report = "Customer,Jan 2024,Feb 2024\nAcme,100,110\nBirch,50,50\nTotal,150,170\n";
    let files = [("report.csv", report)];
    for format in [
        "table", "json", "jsonl", "csv", "markdown", "junit", "github", "sarif",
    ] {
        let run = check_files(
            &files,
            &[
                "report.csv",
                "--no-config",
                "--basis",
                "stock",
                "--format",
                format,
            ],
        );
        assert_eq!(run.code, 1, "{format} {run:#?}");
        assert!(
            run.stderr.contains("failed[unproven-total]: "),
            "{format} {run:#?}"
        );
        let said = match format {
            "junit" => "failures=\"1\" errors=\"0\"",
            "github" => "title=failed[unproven-total]::",
            "sarif" => "\"ruleId\": \"unproven-total\"",
            _ => "",
        };
        assert!(run.stdout.contains(said), "{format} {run:#?}");
    }
    // Beside a fault of another kind the check could not be run.
    let files = [
        ("report.csv", report),
        ("other.csv", "customer,month,mrr\na,2024-01,ten\n"),
    ];
    let run = check_files(
        &files,
        &["report.csv", "other.csv", "--no-config", "--basis", "stock"],
    );
    assert_eq!(
        (run.code, run.errors()),
        (2, words(&["unproven-total", "unreadable-amount"])),
        "{run:#?}"
    );
}

/// A book whose customers all pay an amount of their own, some under another id in March.
fn renamed(customers: usize, changed: usize) -> String {
    let mut text = "customer,month,mrr\n".to_owned();
    for month in ["2024-01", "2024-02", "2024-03"] {
        for number in 0..customers {
            let is_new = month == "2024-03" && number < changed;
            let id = if is_new { "new" } else { "old" };
            let _ = writeln!(text, "{id}-{number},{month},{}", 1000 + 7 * number);
        }
    }
    text
}

#[test]
fn many_changed_ids_fail_and_a_few_are_a_warning() {
    for (changed, code) in [(28, 1), (3, 1), (2, 0)] {
        let text = renamed(30, changed);
        for period in [&["--period", "2024-03"][..], &[]] {
            let line = [
                &[
                    "revenue.csv",
                    "--no-config",
                    "--allow",
                    "halved-month,unfinished-month",
                ],
                period,
            ]
            .concat();
            let run = check_files(&[("revenue.csv", &text)], &line);
            assert_eq!(run.code, code, "{changed} {period:?} {run:#?}");
            let said = if code == 1 {
                "failed[id-change]"
            } else {
                "warning[id-change]"
            };
            assert!(run.stdout.contains(said), "{changed} {period:?} {run:#?}");
        }
        let run = check_files(
            &[("revenue.csv", &text)],
            &[
                "revenue.csv",
                "--no-config",
                "--allow",
                "halved-month,unfinished-month,id-change",
            ],
        );
        assert_eq!(run.code, 0, "{changed} {run:#?}");
    }
    // One of many customers, with most of the revenue.
    let large = renamed(30, 1)
        .replace("-0,2024-02,1000", "-0,2024-02,90000")
        .replace("-0,2024-03,1000", "-0,2024-03,90000");
    let run = check_files(
        &[("revenue.csv", &large)],
        &[
            "revenue.csv",
            "--no-config",
            "--allow",
            "halved-month,unfinished-month",
            "--period",
            "2024-03",
        ],
    );
    assert!(
        run.code == 1 && run.stdout.contains("failed[id-change]"),
        "{run:#?}"
    );
}

#[test]
fn the_header_names_the_periods_that_were_asked() {
    let text = OWNED
        .replace("2024-02", "2024-01")
        .replace("2024-03", "2024-02")
        + "acme,2024-03,-5,Ana,EU\nbirch,2024-03,60,Ana,US\n";
    let run = check_files(
        &[("revenue.csv", &text)],
        &["revenue.csv", "--no-config", "--require", "nrr >= 1%"],
    );
    assert_eq!(run.code, 1, "{run:#?}");
    assert!(
        run.stdout.contains("failed[negative-revenue]"),
        "{}",
        run.stdout
    );
    assert!(
        run.stdout
            .contains("3 periods, 2024-01 to 2024-03, each against"),
        "{}",
        run.stdout
    );
}

#[test]
fn what_cannot_be_read_ends_with_two() {
    let run = check_files(&[], &["gone.csv", "--no-config"]);
    assert_eq!((run.code, run.errors()), (2, words(&["file-not-found"])));
    let run = check_files(
        &[("a.csv", "customer,month,mrr\na,2024-01,ten\n")],
        &["a.csv", "--no-config"],
    );
    assert_eq!((run.code, run.errors()), (2, words(&["unreadable-amount"])));
    let run = check(&six(), &["--format", "html"]);
    assert_eq!((run.code, run.errors()), (2, words(&["bad-value"])));
    assert!(
        run.stderr.contains("junit, github or sarif"),
        "{}",
        run.stderr
    );
    let run = run_with_stdin(
        &["calc", "-", "--no-config", "--format", "junit"],
        six().to_csv().as_bytes(),
    );
    assert_eq!((run.code, run.errors()), (2, words(&["bad-value"])));
    let run = check(&six(), &["--period", "2024-03", "--every", "quarter"]);
    assert_eq!((run.code, run.errors()), (2, words(&["usage"])));
}

#[test]
fn a_hundred_thousand_rules_are_read_and_held() {
    let mut settings = "[check]\nperiod = \"2024-03\"\nrequire = [\n".to_owned();
    for number in 0..100_000 {
        let _ = writeln!(settings, "  \"closing >= {}\",", number % 461);
    }
    settings.push_str("]\n");
    let files = [("revenue.csv", OWNED), ("nrr.toml", settings.as_str())];
    let run = check_files(&files, &["revenue.csv", "--format", "csv"]);
    assert_eq!(
        (run.code, run.stdout.lines().count()),
        (0, 100_002),
        "{}",
        run.stderr
    );
    let last = run.stdout.lines().nth(100_000).expect("the last rule");
    assert!(last.contains("nrr.toml:100003"), "{last}");
    let settings = settings.replace("\"closing >= 460\"", "\"closing >= 461\"");
    let files = [("revenue.csv", OWNED), ("nrr.toml", settings.as_str())];
    let run = check_files(&files, &["revenue.csv"]);
    // 460 is the rest of 216 of these numbers.
    assert!(
        run.stdout.contains("100,001 checks, 216 failed"),
        "{}",
        &run.stdout[..2_000]
    );
    assert_eq!(run.stdout.matches("failed[target-missed]").count(), 20);
}

#[test]
fn the_number_of_threads_shows_in_no_byte() {
    let run = |threads: &str| {
        check(
            &six(),
            &[
                "--require",
                "nrr >= 90%",
                "--require",
                "top5 <= 10%",
                "--threads",
                threads,
                "--format",
                "json",
            ],
        )
    };
    assert_eq!(run("1"), run("3"));
}

/// What stands in a cell of the model against a number of millionths.
fn decided(cell: &Cell, sign: &str, bound: i128) -> Option<bool> {
    let order = match cell {
        Cell::Amount(units) => units.cmp(&bound),
        Cell::Count(count) => (count * 1_000_000).cmp(&bound),
        Cell::Rate(_, 0) | Cell::Null => return Some(false),
        Cell::Rate(above, below) => {
            let (above, below) = if *below < 0 {
                (-above, -below)
            } else {
                (*above, *below)
            };
            (above * 1_000_000).cmp(&(bound * below))
        }
        Cell::Product(..) | Cell::Text(_) => return None,
    };
    Some(match sign {
        ">=" => order.is_ge(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        "<" => order.is_lt(),
        _ => order.is_eq(),
    })
}

/// A number of millionths near what stands in a cell, often exactly that where it can be written.
fn near(cell: &Cell, dice: &mut Dice) -> i128 {
    let value = match cell {
        Cell::Amount(units) => *units,
        Cell::Count(count) => count * 1_000_000,
        Cell::Rate(above, below) if *below != 0 => above * 1_000_000 / below,
        _ => 1_000_000,
    };
    value + i128::from(*dice.pick(&[0, 0, 0, 1, -1, 10_000, -10_000]))
}

/// A number of millionths as a rule writes it for a field.
fn typed(field: &str, bound: i128) -> String {
    let sign = if bound < 0 { "-" } else { "" };
    let digits = bound.unsigned_abs();
    let known = nrr::metrics::registry::field(field).expect("a field");
    let is_rate = known.unit == nrr::metrics::registry::Unit::Fraction;
    if is_rate {
        return format!("{sign}{}.{:04}%", digits / 10_000, digits % 10_000);
    }
    format!("{sign}{}.{:06}", digits / 1_000_000, digits % 1_000_000)
}

#[test]
fn a_second_model_decides_the_same() {
    let mut counts = [0_usize; 3];
    for number in 0..400_u64 {
        let mut dice = Dice::new(number);
        let book = book(&mut dice, Mix::WILD);
        let settings = oracle::ask::settings(&mut dice, &book);
        let Answer::Records(expected) = Model::new(&book, &settings).answer() else {
            continue;
        };
        let is_total = |one: &Expected| {
            let mut segment = one.cells.keys().filter(|name| name.starts_with("segment."));
            segment.all(|name| said(one, name).is_empty())
        };
        let totals: Vec<&Expected> = expected.iter().filter(|one| is_total(one)).collect();
        let Some(sample) = totals.last() else {
            continue;
        };
        // Half of the segments are asked for by `--by`, half by the rules themselves.
        let by: Vec<String> = settings
            .get("by")
            .map(|by| by.split(',').map(str::to_owned).collect())
            .unwrap_or_default();
        let mut flags = settings.clone();
        let is_scoped = !by.is_empty() && dice.chance(50);
        if is_scoped {
            flags.flags.remove("by");
        }
        let mut line = words(&["check", "-", "--no-config", "--quiet", "--format", "json"]);
        line.extend(marks(&book));
        line.extend(flags.args());
        let mut rules = Vec::new();
        for (field, cell) in &sample.cells {
            let mut known = nrr::metrics::registry::FIELDS.iter();
            if !known.any(|known| known.name == field) || field == "partial" {
                continue;
            }
            let sign = *dice.pick(&[">=", ">", "<=", "<", "="]);
            let bound = near(cell, &mut dice);
            let scope = if is_scoped && dice.chance(70) {
                format!("each {}: ", by.join(", "))
            } else {
                String::new()
            };
            let text = format!("{scope}{field} {sign} {}", typed(field, bound));
            line.extend(["--require".to_owned(), text.clone()]);
            rules.push((text, field.clone(), sign, bound));
        }
        let args: Vec<&str> = line.iter().map(String::as_str).collect();
        let run = run_with_stdin(&args, book.to_csv().as_bytes());
        let context = || format!("seed {number} {args:?}\n{}\n{}", book.to_csv(), run.stderr);
        assert!(run.code < 2, "{}", context());
        let results = records(&run);
        for (text, field, sign, bound) in &rules {
            for record in results.iter().filter(|one| one["rule"] == text.as_str()) {
                if text.starts_with("each ") && record["subject"].is_null() {
                    // No segment has revenue: what nobody could look at has not passed.
                    assert_eq!(record["passed"], false, "{}", context());
                    continue;
                }
                let is_meant = |one: &&Expected| {
                    let subject = if is_total(one) {
                        String::new()
                    } else {
                        let part = |column: &String| {
                            let value = said(one, &format!("segment.{column}"));
                            format!("{column}={value}")
                        };
                        by.iter().map(part).collect::<Vec<_>>().join(", ")
                    };
                    record["period"] == said(one, "period").as_str()
                        && record["subject"].as_str().unwrap_or_default() == subject
                };
                let Some(expected) = expected.iter().find(is_meant) else {
                    continue;
                };
                let Some(passes) = decided(&expected.cells[field], sign, *bound) else {
                    continue;
                };
                let whose = (&record["period"], &record["subject"]);
                assert_eq!(
                    record["passed"],
                    passes,
                    "{text} of {whose:?}: {}",
                    context()
                );
                counts[usize::from(passes)] += 1;
                counts[2] += usize::from(!is_total(expected));
            }
        }
    }
    assert!(
        counts.iter().all(|count| *count > 1_000),
        "missed, held, of segments: {counts:?}"
    );
}

/// The text of a cell of the model; nothing where there is none.
fn said(one: &Expected, name: &str) -> String {
    match one.cells.get(name) {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

#[test]
fn a_figure_found_is_the_one_that_calc_prints() {
    let folder = tempfile::tempdir().expect("a folder");
    let path: &Path = folder.path();
    written(path, "revenue.csv", OWNED.as_bytes());
    let calc = run_in(
        path,
        &[
            "calc",
            "revenue.csv",
            "--no-config",
            "--period",
            "2024-03",
            "--by",
            "owner",
            "--format",
            "json",
        ],
    );
    let calc: Value = serde_json::from_str(&calc.stdout).expect("a document");
    for field in [
        "nrr",
        "grr",
        "closing",
        "churn",
        "logo_retention",
        "quick_ratio",
        "churned_customers",
    ] {
        let rule = format!("each owner: {field} >= 0");
        let run = run_in(
            path,
            &[
                "check",
                "revenue.csv",
                "--no-config",
                "--period",
                "2024-03",
                "--require",
                &rule,
                "--format",
                "json",
            ],
        );
        for record in records(&run).iter().filter(|one| one["field"] == field) {
            let owner = record["subject"]
                .as_str()
                .expect("a subject")
                .strip_prefix("owner=")
                .expect("an owner");
            let all = calc["results"].as_array().expect("results");
            let own = all
                .iter()
                .find(|one| one["segment.owner"] == owner)
                .expect(owner);
            assert_eq!(record["found"], own[field], "{field} of {owner}");
        }
    }
    assert_eq!(units_of("0.92"), Some(920_000));
}

#[test]
fn no_export_of_the_fixtures_makes_it_panic() {
    const RULES: [&str; 8] = [
        "nrr >= 100%",
        "grr drop <= 5pp",
        "closing rise >= 1%",
        "top1 <= 10%",
        "customer=acme: closing >= 1",
        "customer=acme: effect_on_nrr >= -1pp",
        "average_revenue_per_customer drop <= 1%",
        "finding equal-rows <= 0",
    ];
    let mut ends = [0; 3];
    for folder in ["errors", "presets"] {
        let below = std::fs::read_dir(fixture(folder)).expect(folder);
        let mut cases: Vec<_> = below.map(|entry| entry.expect("an entry").path()).collect();
        cases.sort();
        for case in cases.iter().filter(|case| case.join("cmd").exists()) {
            let command = std::fs::read_to_string(case.join("cmd")).expect("a command");
            let mut line = vec!["check".to_owned()];
            let typed = command.split_whitespace().skip(1);
            line.extend(typed.map(|word| word.replace('\'', "")));
            for rule in RULES {
                line.extend(words(&["--require", rule]));
            }
            for more in [
                &["--strict"][..],
                &["--format", "sarif"],
                &["--basis", "stock"],
            ] {
                let line = line.iter().map(String::as_str).chain(more.iter().copied());
                let run = run_in(case, &line.collect::<Vec<_>>());
                ends[usize::try_from(run.code).expect("an exit code")] += 1;
            }
        }
    }
    assert!(ends[1] > 50 && ends[2] > 100, "{ends:?}");
}

#[test]
fn a_fall_behind_a_month_that_cannot_be_computed_is_not_passed_by() {
    let text = "customer,month,mrr\na,2024-01,100\na,2024-02,100\na,2024-03,20\na,2024-04,20\n\
                b,2024-01,-5\nb,2024-02,100\n";
    let line = [
        "check",
        "-",
        "--no-config",
        "--allow",
        "negative-revenue",
        "--require",
        "closing drop <= 5%",
    ];
    let run = run_with_stdin(&line, text.as_bytes());
    assert_eq!(run.code, 1, "{run:#?}");
}

#[test]
fn a_baseline_beyond_all_amounts_is_refused_and_no_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).expect("written");
    };
    write(
        "book.csv",
        "customer,month,mrr\na,2024-01,1.25\na,2024-02,1.50\n",
    );
    let huge = "9".repeat(38);
    write("base.csv", &format!("period,closing\n2024-02,{huge}\n"));
    let line = ["check", "book.csv", "--no-config", "--baseline", "base.csv"];
    let run = run_in(folder.path(), &line);
    assert_eq!(
        (run.code, run.errors()),
        (2, vec!["unreadable-baseline".to_owned()]),
        "{run:#?}"
    );
}

#[test]
fn a_rule_names_its_column_by_its_header() {
    let text = "customer,month,mrr,region,tier\nacme,2024-01,100,EU,Pro\nacme,2024-02,90,EU,Pro\n\
                dune,2024-01,100,EU,Free\ndune,2024-02,50,EU,Free\n";
    let rules = [
        "region=EU: nrr >= 1%",
        "each #4: nrr >= 72%",
        "each tier: nrr >= 1%",
    ];
    let mut line = vec!["check", "-", "--no-config"];
    line.extend(rules.iter().flat_map(|rule| ["--require", *rule]));
    let run = run_with_stdin(&line, text.as_bytes());
    assert_eq!(
        (run.code, run.errors()),
        (2, vec!["unreadable-rule".to_owned()]),
        "{run:#?}"
    );
}

#[test]
fn a_finding_is_counted_in_all_months_whichever_a_period_reads() {
    let mut rows = vec!["customer,month,mrr".to_owned()];
    for month in 1..=12 {
        let row = |name: String, amount: i32| format!("{name},2023-{month:02},{amount}");
        rows.extend((0..30).map(|number| row(format!("steady-{number}"), 10 * number + 9)));
        if month != 5 {
            rows.extend((0..5).map(|number| row(format!("late-{number}"), 10)));
        }
        if month != 11 {
            rows.push(row("other".to_owned(), 10));
        }
    }
    let text = rows.join("\n");
    let line = ["check", "-", "--no-config", "--period", "2023-12"];
    let rule = ["--require", "finding late-renewals <= 3"];
    let run = run_with_stdin(&[&line[..], &rule].concat(), text.as_bytes());
    assert_eq!(run.code, 1, "{run:#?}");
}
