//! `nrr diff`: cases worked by hand, what has to hold for random edits of random books, and a second model.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the models are shared with another test"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the test reads the project's schemas"
)]

#[path = "formats/schema.rs"]
mod schema;
mod support;

#[path = "oracle"]
mod oracle {
    pub mod ask;
    pub mod customers;
    pub mod diff;
    pub mod method;
    pub mod model;
    pub mod settings;
    pub mod span;
}

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use oracle::customers::millionths;
use oracle::diff::{DueRow, Unlike, due};
use oracle::model::{Answer, Model, rounded};
use oracle::settings::Settings;
use oracle::span::Span;
use support::book::{Book, ONE, month_label, text_of, units_of};
use support::random::{Dice, Mix, book, policies};
use support::runner::written;
use support::table::{Record, Table};
use support::{Run, marks, run_in, words};

/// How many random books each property looks at.
const BOOKS: u64 = 150;
/// How many pairs of books the model is asked about.
const TRIALS: u64 = 2_500;

/// Runs `nrr diff` on two books.
fn on(old: &Book, new: &Book, args: &[String]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "old.csv", old.to_csv().as_bytes());
    written(folder.path(), "new.csv", new.to_csv().as_bytes());
    let mut args = args.to_vec();
    if args.iter().all(|arg| arg != "--decimal") {
        args.extend(if marks(old).is_empty() {
            marks(new)
        } else {
            marks(old)
        });
    }
    within(folder.path(), &args)
}

/// Runs it on `old.csv` and `new.csv` of a folder.
fn within(folder: &Path, args: &[String]) -> Run {
    let mut line = words(&["diff", "old.csv", "new.csv", "--quiet"]);
    if args.iter().all(|arg| arg != "--config") {
        line.push("--no-config".to_owned());
    }
    line.extend(args.iter().cloned());
    run_in(folder, &line.iter().map(String::as_str).collect::<Vec<_>>())
}

fn listed(old: &Book, new: &Book, args: &[&str]) -> Table {
    on(old, new, &words(&[args, &["--format", "csv"]].concat())).table()
}

fn document(old: &Book, new: &Book, args: &[String]) -> Value {
    let args = [args, &words(&["--format", "json"])].concat();
    serde_json::from_str(&on(old, new, &args).done()).expect("a document")
}

/// A rate in millionths; the reader of JSON makes a float of it.
fn number(value: &Value) -> Option<i128> {
    units_of(&format!("{:.6}", value.as_f64()?))
}

/// Fields of each record, with blanks between them and `.` for an empty cell.
fn shown(table: &Table, fields: &[&str]) -> Vec<String> {
    let cell = |record: &Record, field: &str| match record.text(field) {
        "" => ".".to_owned(),
        text => text.to_owned(),
    };
    let line = |record: &Record| {
        let cells: Vec<String> = fields.iter().map(|field| cell(record, field)).collect();
        cells.join(" ")
    };
    table.records.iter().map(line).collect()
}

const ROW: [&str; 7] = [
    "customer",
    "month",
    "old_amount",
    "new_amount",
    "kind",
    "effect_on_nrr",
    "effect_on_grr",
];

/// NRR is 440 / 400, GRR 360 / 400.
fn base() -> Book {
    Book::table(
        "        2023-12  2024-01  2024-02
         acme        .      100      180
         birch       .      200      160
         cedar       .      100      100
         dune       30        .       30",
    )
}

/// A random book that was exported again.
fn edited(dice: &mut Dice, book: &Book) -> Book {
    let mut new = book.clone();
    for _ in 0..dice.between(0, 5) {
        if new.rows.is_empty() {
            break;
        }
        let one = dice.pick(&new.rows).clone();
        match dice.between(0, 9) {
            0..=2 => {
                // Where the ends are read more often than not.
                let last = new.rows.iter().map(|row| row.months().1).max();
                let late = |month: i32| last.is_some_and(|last| last - month < 4);
                let place = new.rows.iter().rposition(|row| late(row.months().1));
                let place = if dice.chance(50) {
                    place
                } else {
                    new.rows.iter().position(|row| *row == one)
                };
                let other = i128::from(dice.between(0, 4_000)) * ONE / *dice.pick(&[1, 10, 100]);
                new.rows[place.expect("it is there")].amount = text_of(other);
            }
            3 => {
                let place = new.rows.iter().position(|row| *row == one);
                new.rows.remove(place.expect("it is there"));
            }
            4 | 5 => {
                let name = format!("{} gmbh", one.customer);
                let own = new
                    .rows
                    .iter_mut()
                    .filter(|row| row.customer == one.customer);
                own.for_each(|row| row.customer.clone_from(&name));
            }
            6 => new.rows.retain(|row| row.customer != one.customer),
            7 => {
                let own = new.rows.iter().filter(|row| row.customer == one.customer);
                let mut copy: Vec<_> = own.cloned().collect();
                for row in &mut copy {
                    "newcomer".clone_into(&mut row.customer);
                }
                new.rows.extend(copy);
            }
            8 => {
                let last = new
                    .rows
                    .iter()
                    .map(|row| row.months().1)
                    .max()
                    .expect("rows");
                let of_last = new.rows.iter().filter(|row| row.months() == (last, last));
                let mut next: Vec<_> = of_last.cloned().collect();
                for row in &mut next {
                    row.label = month_label(last + 1);
                }
                new.rows.extend(next);
            }
            _ => {
                let end = *dice.pick(&[true, false]);
                let months = new.rows.iter().map(|row| row.months().1);
                let gone = if end { months.max() } else { months.min() };
                new.rows.retain(|row| Some(row.months().1) != gone);
            }
        }
    }
    if new.rows.is_empty() {
        book.clone()
    } else {
        new
    }
}

/// The settings of a trial, about one period of everybody.
fn settings(dice: &mut Dice, book: &Book) -> Settings {
    let mut settings = oracle::ask::settings(dice, book);
    let last = book
        .rows
        .iter()
        .map(|row| row.months().1)
        .max()
        .unwrap_or(0);
    if settings.get("period").is_none() {
        settings.set("period", month_label(last - dice.between(0, 3)));
    }
    for name in [
        "from",
        "to",
        "every",
        "method",
        "length",
        "by",
        "segment-at",
    ] {
        settings.flags.remove(name);
    }
    settings
}

fn cells(row: &DueRow, grain: i32) -> Vec<(&'static str, String)> {
    let amount = |amount: Option<i128>| amount.map_or_else(String::new, text_of);
    let effect = |which: usize| {
        row.effects[which].map_or_else(String::new, |exact| text_of(millionths(exact)))
    };
    let label = |month| Span::holding(month, grain, 1).label(1);
    vec![
        ("customer", row.customer.clone()),
        ("old_customer", row.old_customer.clone()),
        ("month", row.month.map_or_else(String::new, label)),
        ("old_amount", amount(row.old)),
        ("new_amount", amount(row.new)),
        ("kind", row.kind.to_owned()),
        ("effect_on_nrr", effect(0)),
        ("effect_on_grr", effect(1)),
    ]
}

/// What a run of trials reached.
#[derive(Debug, Default)]
struct Seen {
    errors: usize,
    other_months: usize,
    moved: usize,
    undefined: usize,
    kinds: BTreeMap<String, usize>,
    of_the_past: usize,
    elsewhere: usize,
}

/// Where the program and the model differ on one pair of books.
fn difference(trial: u64, seen: &mut Seen) -> Option<String> {
    let mut dice = Dice::new(trial);
    let old = book(&mut dice, Mix::WILD);
    let new = edited(&mut dice, &old);
    let settings = settings(&mut dice, &old);
    let args = settings.args();
    let context = |what: String| {
        let (old, new) = (old.to_csv(), new.to_csv());
        Some(format!("seed {trial} {args:?}\n{old}\n{new}\n{what}"))
    };
    let codes = [&old, &new].map(|book| match Model::new(book, &settings).answer() {
        Answer::Errors(codes) => codes,
        Answer::Records(_) => std::collections::BTreeSet::new(),
    });
    let csv = [args.clone(), words(&["--format", "csv"])].concat();
    let run = on(&old, &new, &csv);
    if codes.iter().any(|codes| !codes.is_empty()) {
        seen.errors += 1;
        let known = |code: &String| codes.iter().any(|codes| codes.contains(code.as_str()));
        let fits = run.code == 2 && !run.errors().is_empty() && run.errors().iter().all(known);
        return if fits {
            None
        } else {
            context(format!("{codes:?} {run:?}"))
        };
    }
    let due = match due(&old, &new, &settings) {
        Ok(due) => due,
        Err(unlike) => {
            seen.other_months += 1;
            let fits = unlike == Unlike::OtherMonths && run.errors() == ["incomparable-exports"];
            return if fits {
                None
            } else {
                context(format!("{unlike:?} {run:?}"))
            };
        }
    };
    if run.errors() == ["incomparable-exports"] && old.has_currency {
        return None;
    }
    if run.code != 0 {
        return context(format!("{run:?}"));
    }
    let found = run.table();
    let grain = Model::new(&new, &settings).grain;
    note(&due, seen);
    let is_bridged = settings.get("grace").is_some_and(|grace| grace != "0");
    let unlike = if is_bridged {
        // The months that are filled are the program's; what becomes of each customer is compared.
        unlike_customers(&due, &found)
    } else {
        unlike_rows(&due, &found, grain)
            .or_else(|| unlike_figures(&due, &document(&old, &new, &args)))
    };
    unlike.and_then(context)
}

/// Where whole customers differ, each known to half a millionth a row.
fn unlike_customers(due: &oracle::diff::Due, found: &Table) -> Option<String> {
    let mut sums: BTreeMap<&str, [i128; 3]> = BTreeMap::new();
    for record in &found.records {
        let sum = sums.entry(record.text("customer")).or_default();
        sum[0] += record.number("effect_on_nrr").unwrap_or(0);
        sum[1] += record.number("effect_on_grr").unwrap_or(0);
        sum[2] += 1;
    }
    due.customers.iter().find_map(|(customer, effects)| {
        let [nrr, grr, rows] = sums.get(customer.as_str()).copied().unwrap_or([0; 3]);
        let exact = effects.map(|effect| effect.map_or(0, millionths));
        let is_off = (exact[0] - nrr).abs() > rows || (exact[1] - grr).abs() > rows;
        is_off.then(|| format!("{customer}: {exact:?}, program {nrr} {grr}"))
    })
}

fn unlike_rows(due: &oracle::diff::Due, found: &Table, grain: i32) -> Option<String> {
    let told: Vec<_> = due.rows.iter().map(|row| cells(row, grain)).collect();
    let plain = |name: &str, text: &str| match units_of(text) {
        Some(units) if name.ends_with("amount") || name.starts_with("effect") => text_of(units),
        _ => text.to_owned(),
    };
    let read = |record: &Record| {
        let names = ["customer", "old_customer"].into_iter();
        let names = names.chain(ROW.into_iter().skip(1));
        let cell = |name: &'static str| (name, plain(name, record.text(name)));
        names.map(cell).collect::<Vec<_>>()
    };
    let read: Vec<_> = found.records.iter().map(read).collect();
    (read != told).then(|| format!("program {read:#?}\nmodel {told:#?}"))
}

fn unlike_figures(due: &oracle::diff::Due, document: &Value) -> Option<String> {
    let change = &document["change"];
    for (side, sums) in [("old", due.old), ("new", due.new)] {
        let rates = ["nrr", "grr"].map(|rate| number(&document[side][rate]));
        if rates != [rounded(sums[0], sums[2]), rounded(sums[1], sums[2])] {
            return Some(format!("{side}: {rates:?} {sums:?}"));
        }
    }
    let (old_sums, new_sums) = (due.old, due.new);
    for (which, name) in [(0, "nrr"), (1, "grr")] {
        let above = new_sums[which] * old_sums[2] - old_sums[which] * new_sums[2];
        let below = new_sums[2] * old_sums[2];
        let exact = (below > 0).then(|| millionths((above, below)));
        if number(&change[name]) != exact {
            return Some(format!("{name}: model {exact:?} program {change}"));
        }
    }
    (change["customer_months_elsewhere"] != due.elsewhere)
        .then(|| format!("elsewhere: model {} program {change}", due.elsewhere))
}

fn note(due: &oracle::diff::Due, seen: &mut Seen) {
    let is_moved = |row: &DueRow| row.effects[0].is_some_and(|(above, _)| above != 0);
    seen.moved += usize::from(due.rows.iter().any(is_moved));
    seen.undefined += usize::from(due.old[2] == 0 || due.new[2] == 0);
    seen.elsewhere += usize::from(due.elsewhere > 0);
    seen.of_the_past += due.of_the_past;
    for row in &due.rows {
        *seen.kinds.entry(row.kind.to_owned()).or_default() += 1;
    }
}

#[test]
fn program_agrees_with_the_naive_model() {
    let mut seen = Seen::default();
    let differences: Vec<String> = (0..TRIALS)
        .filter_map(|trial| difference(91_000 + trial, &mut seen))
        .take(2)
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let kinds = ["added", "removed", "changed", "renamed"];
    let kinds = kinds.map(|kind| seen.kinds.get(kind).copied().unwrap_or(0));
    assert!(
        seen.errors > 100
            && seen.other_months > 0
            && seen.moved > 200
            && seen.of_the_past > 10
            && seen.undefined > 20
            && seen.elsewhere > 100
            && kinds.iter().all(|count| *count > 100),
        "the trials reach too little: {seen:?}"
    );
}

#[test]
fn each_kind_of_change_has_its_effect() {
    let new = Book::table(
        "        2023-12  2024-01  2024-02
         acme        .      100      150
         cedar       .      100      100
         dune       30        .       30
         elm         .       50       50",
    );
    let found = listed(&base(), &new, &["--period", "2024-02"]);
    // NRR 440/400 to 300/250, GRR 360/400 to 250/250. Without birch (−160 + 1.1 × 200) / 250 more, acme −30 / 250,
    // elm 50 less 1.1 × 50 over 250.
    assert_eq!(
        shown(&found, &ROW),
        [
            "birch 2024-01 200 . removed 0.240000 0.080000",
            "birch 2024-02 160 . removed 0.000000 0.000000",
            "acme 2024-02 180 150 changed -0.120000 0.000000",
            "elm 2024-01 . 50 added -0.220000 -0.180000",
            "elm 2024-02 . 50 added 0.200000 0.200000",
        ]
    );
    let found = document(&base(), &new, &words(&["--period", "2024-02"]));
    let change = &found["change"];
    assert_eq!(
        (&change["nrr"], &change["grr"]),
        (&Value::from(0.1), &Value::from(0.1))
    );
    assert_eq!(
        (&change["customers"], &change["customer_months"]),
        (&Value::from(3), &Value::from(5))
    );
    assert_eq!(
        (&found["old"]["nrr"], &found["new"]["nrr"]),
        (&Value::from(1.1), &Value::from(1.2))
    );
}

#[test]
fn a_new_name_alone_moves_nothing() {
    let mut new = base();
    for row in new.rows.iter_mut().filter(|row| row.customer == "birch") {
        "birch gmbh".clone_into(&mut row.customer);
    }
    let found = listed(&base(), &new, &["--period", "2024-02"]);
    let fields = [&["old_customer"][..], &ROW].concat();
    let one = "birch birch gmbh . . . renamed 0.000000 0.000000";
    assert_eq!(shown(&found, &fields), [one]);
    // With another amount beside, the two are no twins.
    let place = new
        .rows
        .iter()
        .position(|row| row.label == "2024-02" && row.customer == "birch gmbh");
    "161".clone_into(&mut new.rows[place.expect("a row")].amount);
    let found = listed(&base(), &new, &["--period", "2024-02"]);
    let kinds: Vec<&str> = found
        .records
        .iter()
        .map(|record| record.text("kind"))
        .collect();
    assert_eq!(kinds, ["removed", "removed", "added", "added"]);
}

#[test]
fn a_map_says_who_is_who_where_amounts_do_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = base()
        .to_csv()
        .replace("birch", "birch gmbh")
        .replace(",160", ",150");
    written(folder.path(), "old.csv", base().to_csv().as_bytes());
    written(folder.path(), "new.csv", new.as_bytes());
    written(folder.path(), "ids.csv", b"from,to\nbirch,birch gmbh\n");
    let args = ["--period", "2024-02", "--map", "ids.csv", "--format", "csv"];
    let found = within(folder.path(), &words(&args)).table();
    assert_eq!(
        shown(&found, &ROW),
        ["birch gmbh 2024-02 160 150 changed -0.025000 -0.025000"]
    );
}

#[test]
fn customers_that_cannot_be_told_apart_stay_added_and_removed() {
    let twins = "        2024-01  2024-02
                 acme       10       10
                 birch      10       10
                 cedar      40       50";
    let new = Book::table(&twins.replace("acme ", "elm  ").replace("birch", "fir  "));
    let run = on(
        &Book::table(twins),
        &new,
        &words(&["--period", "2024-02", "--format", "json"]),
    );
    let found: Value = serde_json::from_str(&run.done()).expect("a document");
    let kinds: Vec<&Value> = found["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(
        kinds,
        [
            "removed", "removed", "removed", "removed", "added", "added", "added", "added"
        ]
    );
    let warning = &found["warnings"][0];
    assert_eq!(warning["code"], "ambiguous-renames");
    assert_eq!(warning["count"], 2);
}

#[test]
fn a_map_between_two_exports_is_looked_at_on_both_sides() {
    let twins = "customer,month,mrr\nacme,2024-01,10\nacme,2024-02,10\nbirch,2024-01,10\nbirch,2024-02,10\ncedar,2024-01,40\ncedar,2024-02,50\n";
    let renamed = twins.replace("acme", "elm").replace("birch", "fir");
    let warnings = |old: &str, new: &str, map: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), "old.csv", old.as_bytes());
        written(folder.path(), "new.csv", new.as_bytes());
        written(folder.path(), "ids.csv", map.as_bytes());
        let args = [
            "--period", "2024-02", "--map", "ids.csv", "--format", "json",
        ];
        let run = within(folder.path(), &words(&args)).done();
        let found: Value = serde_json::from_str(&run).expect("a document");
        let warnings = found["warnings"].as_array().expect("a list").clone();
        assert_eq!(found["results"], Value::Array(Vec::new()), "{run}");
        let said = |one: &Value| {
            format!(
                "{}: {}",
                one["code"].as_str().unwrap_or_default(),
                one["text"].as_str().unwrap_or_default()
            )
        };
        (warnings.iter().map(said).collect::<Vec<_>>(), run)
    };
    let map = "from,to\nacme,elm\nbirch,fir\n";
    let (said, run) = warnings(twins, &renamed, map);
    let counted = "mapped-customers: 2 ids count as another's, as `map` says";
    assert_eq!(said, [counted]);
    assert!(run.contains("this is about the old export"), "{run}");
    // The other way round it acts on the new export, and an id that neither has is told once.
    let (said, run) = warnings(&renamed, twins, &format!("{map}gone,fir\n"));
    assert_eq!(
        said,
        ["unknown-id: 1 id of the map is no customer", counted]
    );
    assert!(!run.contains("this is about the old export"), "{run}");
    let (said, _) = warnings(twins, twins, "from,to\nno,one\n");
    assert_eq!(said.len(), 2, "{said:?}");
}

#[test]
fn a_month_that_no_end_reads_is_listed_where_it_decides() {
    let new = Book::table(
        "        2023-12  2024-01  2024-02
         acme        5      100      180
         birch       .      200      160
         cedar       .      100      100
         dune        .        .       30",
    );
    let separate = listed(&base(), &new, &["--period", "2024-02"]);
    assert_eq!(shown(&separate, &ROW), [""; 0]);
    let returns = listed(
        &base(),
        &new,
        &["--period", "2024-02", "--reactivation", "in-nrr"],
    );
    assert_eq!(
        shown(&returns, &ROW),
        ["dune 2023-12 30 . removed -0.075000 0.000000"]
    );
    let found = document(&base(), &new, &words(&["--period", "2024-02"]));
    assert_eq!(found["change"]["customer_months_elsewhere"], 2);
}

#[test]
fn settings_are_told_apart_from_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = base().to_csv().replace(",160", ",200");
    written(folder.path(), "old.csv", base().to_csv().as_bytes());
    written(folder.path(), "new.csv", new.as_bytes());
    written(
        folder.path(),
        "old.toml",
        b"min-opening = 2000\nreactivation = \"in-nrr\"\n",
    );
    let args = [
        "--period",
        "2024-02",
        "--old-config",
        "old.toml",
        "--format",
        "json",
    ];
    let run = within(folder.path(), &words(&args));
    let found: Value = serde_json::from_str(&run.done()).expect("a document");
    // 2,000 a year leaves birch alone with dune's return: 190 / 200; everybody with it 470 / 400, without it 440 / 400.
    let step = |place: usize| {
        let step = &found["settings"][place];
        let fields = ["setting", "old_value", "new_value", "nrr", "effect_on_nrr"];
        fields.map(|field| step[field].to_string()).join(" ")
    };
    assert_eq!(
        [step(0), step(1)],
        [
            r#""min-opening" "2000" "0" 1.175 0.225"#,
            r#""reactivation" "in-nrr" "separate" 1.1 -0.075"#,
        ]
    );
    let change = ["nrr", "settings_effect_on_nrr", "data_effect_on_nrr"];
    assert_eq!(
        change.map(|field| found["change"][field].to_string()),
        ["0.25", "0.15", "0.1"]
    );
    assert_eq!(
        (
            found["old"]["nrr"].to_string(),
            found["new"]["nrr"].to_string()
        ),
        ("0.95".into(), "1.2".into())
    );
    assert_adds_up(&found);
    // A flag holds for both sides, and is no change.
    let flags = [
        &args[..],
        &["--reactivation", "as-new", "--min-opening", "0"],
    ]
    .concat();
    let found = within(folder.path(), &words(&flags)).done();
    let found: Value = serde_json::from_str(&found).expect("a document");
    assert_eq!(found["settings"], Value::Array(Vec::new()));
}

#[test]
fn the_old_export_is_read_by_the_columns_and_signs_of_its_own_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let german = "Kunde;Monat;Umsatz;Netto\nacme;2024-01;1.000,50;900\nacme;2024-02;1.100,50;950\n";
    let english = "customer,month,revenue,net\nacme,2024-01,\"1,000.50\",900\nacme,2024-02,\"1,100.50\",950\n";
    written(folder.path(), "old.csv", german.as_bytes());
    written(folder.path(), "new.csv", english.as_bytes());
    let settings = "customer = \"Kunde\"\ndate = \"Monat\"\namount = \"Umsatz\"\ndecimal = \",\"\ndelimiter = \";\"\n";
    written(folder.path(), "old.toml", settings.as_bytes());
    written(
        folder.path(),
        "new.toml",
        b"amount = \"revenue\"\nmin-opening = 10\n",
    );
    let args = ["--period", "2024-02", "--format", "json"];
    let run = |more: &[&str]| within(folder.path(), &words(&[&args[..], more].concat()));
    for more in [
        &["--old-config", "old.toml"][..],
        &["--old-config", "old.toml", "--amount", "revenue"],
        &["--old-config", "old.toml", "--config", "new.toml"],
    ] {
        let run = run(more);
        if more.contains(&"--amount") {
            // A flag holds for both.
            assert_eq!(run.errors(), ["unknown-column"], "{}", run.stderr);
            continue;
        }
        let found: Value = serde_json::from_str(&run.done()).expect("a document");
        assert_eq!(found["results"], Value::Array(Vec::new()), "{found}");
        assert_eq!(found["change"]["nrr"].to_string(), "0.0");
        let steps: Vec<&Value> = found["settings"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|step| &step["setting"])
            .collect();
        // `amount` is named in both, and the old export has no `revenue`: it stays as it was.
        assert_eq!(
            steps.len(),
            usize::from(more.contains(&"new.toml")),
            "{steps:?}"
        );
        assert!(found["warnings"].to_string().contains("read-differently"));
    }
    // Where the old export has the column that is named now, it is a choice and a step.
    written(folder.path(), "new.csv", german.as_bytes());
    written(
        folder.path(),
        "new.toml",
        settings.replace("Umsatz", "Netto").as_bytes(),
    );
    let run = run(&["--old-config", "old.toml", "--config", "new.toml"]);
    let found: Value = serde_json::from_str(&run.done()).expect("a document");
    assert_eq!(found["settings"][0]["setting"], "amount", "{found}");
    assert_adds_up(&found);
    // Without its settings the message says where they go.
    let run = within(
        folder.path(),
        &words(&["--period", "2024-02", "--customer", "client"]),
    );
    assert!(
        run.code == 2 && !run.stderr.contains("--old-config"),
        "{}",
        run.stderr
    );
    written(
        folder.path(),
        "new.csv",
        english.replace("customer", "client").as_bytes(),
    );
    let run = within(
        folder.path(),
        &words(&[
            "--period",
            "2024-02",
            "--customer",
            "client",
            "--amount",
            "revenue",
        ]),
    );
    assert!(
        run.stderr.contains("`--old-config old.toml`"),
        "{}",
        run.stderr
    );
}

#[test]
fn settings_that_need_each_other_are_one_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let book = "customer,month,amount,currency\nacme,2024-01,100,USD\nacme,2024-02,90,USD\n";
    for name in ["old.csv", "new.csv"] {
        written(folder.path(), name, book.as_bytes());
    }
    written(
        folder.path(),
        "rates.csv",
        b"month,currency,rate\n2024-01,EUR,1.1\n",
    );
    written(
        folder.path(),
        "old.toml",
        b"fx-rates = \"rates.csv\"\ncurrency = \"USD\"\n",
    );
    let args = [
        "--period",
        "2024-02",
        "--old-config",
        "old.toml",
        "--format",
        "json",
    ];
    let run = within(folder.path(), &words(&args));
    let found: Value = serde_json::from_str(&run.done()).expect("a document");
    let steps = found["settings"].as_array().expect("a list");
    let names: Vec<&Value> = steps.iter().map(|step| &step["setting"]).collect();
    assert_eq!(names, ["currency", "fx-rates"]);
    assert_eq!(
        steps[0]["undefined"],
        "it can be measured with the next setting only"
    );
    assert_eq!(
        (&steps[0]["step"], &steps[1]["step"]),
        (&Value::from(1), &Value::from(1))
    );
    assert_eq!(steps[1]["effect_on_nrr"].to_string(), "0.0");
    assert_schema(&found);
}

#[test]
fn what_the_exports_show_otherwise_is_a_setting_and_no_change_of_data() {
    let old = Book::table(
        "        2023-10 2023-11 2023-12 2024-01 2024-02 2024-03
         acme       100     100     100     100     100     200
         birch       50      50      50      50      50      50",
    );
    let mut new = old.clone();
    "revenue".clone_into(&mut new.amount);
    let found = document(&old, &new, &words(&["--period", "2024-Q1"]));
    // 250 / 150 of the last months, 550 / 450 of all of them.
    let step = &found["settings"][0];
    let fields = [
        "setting",
        "old_value",
        "new_value",
        "origin",
        "nrr",
        "effect_on_nrr",
    ];
    assert_eq!(
        fields.map(|field| step[field].to_string()).join(" "),
        r#""basis" "stock" "flow" "detected" 1.222222 -0.444444"#
    );
    assert_eq!(found["results"], Value::Array(Vec::new()));
    let warning = &found["warnings"][0];
    assert_eq!(warning["code"], "read-differently");
    assert!(warning["text"].as_str().expect("text").contains("`amount`"));
    assert_adds_up(&found);
}

#[test]
fn another_decimal_mark_is_told_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    written(
        folder.path(),
        "old.csv",
        b"customer,month,mrr\nacme,2024-01,10.50\nacme,2024-02,12.25\n",
    );
    written(
        folder.path(),
        "new.csv",
        b"customer;month;mrr\nacme;2024-01;10,5\nacme;2024-02;12,25\n",
    );
    let run = within(
        folder.path(),
        &words(&["--period", "2024-02", "--format", "json"]),
    );
    let found: Value = serde_json::from_str(&run.done()).expect("a document");
    assert_eq!(found["results"], Value::Array(Vec::new()));
    assert_eq!(found["warnings"][0]["code"], "read-differently");
    assert_eq!(
        found["warnings"][0]["text"],
        "the two exports are read otherwise: `decimal`"
    );
}

/// Runs it on two texts.
fn texts(old: &str, new: &str, args: &[&str]) -> Run {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "old.csv", old.as_bytes());
    written(folder.path(), "new.csv", new.as_bytes());
    written(
        folder.path(),
        "rates.csv",
        b"month,currency,rate\n2024-01,EUR,1.1\n2024-02,EUR,1.25\n",
    );
    within(folder.path(), &words(args))
}

#[test]
fn exports_that_cannot_be_compared_are_refused() {
    let row = |month: &str, amount: &str, code: &str| format!("acme,{month},{amount},{code}\n");
    let book = |code: &str| {
        let rows = [row("2024-01", "10", code), row("2024-02", "12", code)].concat();
        format!("customer,month,mrr,currency\n{rows}")
    };
    let run = texts(&book("EUR"), &book("USD"), &["--period", "2024-02"]);
    assert_eq!(
        (run.code, run.errors()),
        (2, vec!["incomparable-exports".to_owned()])
    );
    assert!(
        run.stderr
            .contains("in EUR in the old export and in USD in the new one"),
        "{}",
        run.stderr
    );
    let months = "customer,period,revenue\nacme,2023-10,1\nacme,2023-11,1\nacme,2023-12,1\nacme,2024-01,1\nacme,2024-02,1\nacme,2024-03,1\n";
    let quarters = "customer,period,revenue\nacme,2023-Q4,3\nacme,2024-Q1,3\n";
    let run = texts(months, quarters, &["--period", "2024-Q1"]);
    assert_eq!(run.errors(), ["incomparable-exports"], "{}", run.stderr);
    let longer = months.replace("acme,2024-03,1\n", "");
    let args = ["--period", "2024-Q1", "--partial", "allow"];
    let run = texts(&longer, months, &args);
    assert_eq!(run.errors(), ["incomparable-exports"], "{}", run.stderr);
    assert!(run.stderr.contains("`--through 2024-02`"), "{}", run.stderr);
}

#[test]
fn a_product_that_changes_inside_a_customer_has_an_effect_where_products_are_netted() {
    let old = "customer,month,product,mrr\nacme,2024-01,core,100\nacme,2024-02,core,100\nbirch,2024-01,core,100\nbirch,2024-02,core,100\n";
    let new = old.replace("acme,2024-02,core", "acme,2024-02,plus");
    let args = ["--period", "2024-02", "--format", "csv"];
    assert_eq!(shown(&texts(old, &new, &args).table(), &ROW), [""; 0]);
    let args = [&args[..], &["--netting", "product"]].concat();
    assert_eq!(
        shown(&texts(old, &new, &args).table(), &ROW),
        ["acme 2024-02 100 100 changed 0.000000 -0.500000"]
    );
    // The same under another name: one customer, whose products are held against each other.
    let renamed = new.replace("acme", "acme ltd");
    assert_eq!(
        shown(&texts(old, &renamed, &args).table(), &ROW),
        [
            "acme ltd . . . renamed 0.000000 0.000000",
            "acme ltd 2024-02 100 100 changed 0.000000 -0.500000",
        ]
    );
    let bare = "customer,month,mrr\nacme,2024-01,100\nacme,2024-02,100\n";
    let run = texts(old, bare, &args);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn converted_amounts_are_compared_at_the_rates_of_the_figure() {
    let old = "customer,month,mrr,currency\nacme,2024-01,100,EUR\nacme,2024-02,100,EUR\nbirch,2024-01,100,USD\nbirch,2024-02,100,USD\n";
    let new = old.replace(
        "acme,2024-02,100,EUR",
        "acme,2024-02,90.5,EUR\nacme,2024-02,5,USD",
    );
    for fx in ["constant", "floating", "fixed=2024-01"] {
        let args = [
            "--period",
            "2024-02",
            "--currency",
            "USD",
            "--fx-rates",
            "rates.csv",
            "--fx",
            fx,
        ];
        let args = [&args[..], &["--format", "json"]].concat();
        let found: Value = serde_json::from_str(&texts(old, &new, &args).done()).expect("JSON");
        // At the opening's rate: (90.5 × 1.1 + 5 − 110) / 210.
        assert_eq!(found["change"]["nrr"].to_string(), "-0.025952", "{fx}");
        assert_adds_up(&found);
        assert_eq!(found["results"].as_array().map(Vec::len), Some(1), "{fx}");
    }
    // The same sum, made of other currencies: at the closing's own rates nothing changed, at the opening's it did.
    let swapped = old.replace("acme,2024-02,100,EUR", "acme,2024-02,125,USD");
    let args = [
        "--period",
        "2024-02",
        "--currency",
        "USD",
        "--fx-rates",
        "rates.csv",
        "--format",
        "csv",
    ];
    assert_eq!(
        shown(&texts(old, &swapped, &args).table(), &ROW),
        ["acme 2024-02 110.00 125.00 changed 0.071429 0.000000"]
    );
}

#[test]
fn amounts_are_at_the_rates_at_which_they_are_compared() {
    let old = "customer,month,mrr,currency\nacme,2024-01,100,USD\nbeta,2024-01,100,EUR\nacme,2024-02,110,USD\nbeta,2024-02,120,EUR\nceta,2024-02,40,EUR\n";
    let new = old
        .replace("beta,2024-02,120", "beta,2024-02,130")
        .replace("ceta,2024-02,40", "ceta,2024-02,20");
    let args = |fx: &'static str, format: &'static str| {
        let line = ["--period", "2024-02", "--currency", "USD", "--fx", fx];
        let more = ["--fx-rates", "rates.csv", "--format", format];
        [&line[..], &more].concat()
    };
    let fields = [
        "customer",
        "month",
        "old_amount",
        "new_amount",
        "rates_of",
        "effect_on_nrr",
    ];
    let rows = |fx| shown(&texts(old, &new, &args(fx, "csv")).table(), &fields);
    // 11 ÷ 210; whoever is new has no effect, and under `fx floating` counts at the rates of its own month.
    let beta = "beta 2024-02 132.00 143.00 2024-01 0.052381";
    assert_eq!(
        rows("constant"),
        [beta, "ceta 2024-02 44.00 22.00 2024-01 0.000000"]
    );
    assert_eq!(
        rows("floating"),
        [beta, "ceta 2024-02 50.00 25.00 2024-02 0.000000"]
    );
    let fixed = rows("fixed=2024-02");
    assert_eq!(
        fixed[0], "beta 2024-02 150.00 162.50 . 0.055556",
        "{fixed:?}"
    );
    let table = texts(old, &new, &args("constant", "table")).done();
    assert!(table.contains("2024-02 at the rates of 2024-01"), "{table}");
    let found: Value =
        serde_json::from_str(&texts(old, &new, &args("constant", "json")).done()).expect("JSON");
    assert_schema(&found);
    assert_adds_up(&found);
    // A month that both ends read has two rates, and is at its own.
    let old = "customer,month,revenue,currency\nbeta,2024-01,100,EUR\nbeta,2024-02,100,EUR\nbeta,2024-03,100,USD\n";
    let new = old.replace("2024-02,100", "2024-02,90");
    let more = ["--period", "2024-02..2024-03", "--lookback", "1"];
    let line = [&args("constant", "csv")[2..], &more].concat();
    assert_eq!(
        shown(&texts(old, &new, &line).table(), &fields[..5]),
        ["beta 2024-02 125.00 112.50 2024-02"]
    );
    let line = [&args("constant", "table")[2..], &more].concat();
    let table = texts(old, &new, &line).done();
    assert!(table.contains("at the rates of their own month"), "{table}");
}

#[test]
fn customers_are_those_of_the_level_in_force() {
    let old = "customer,month,mrr,parent\na1,2024-01,100,a\na1,2024-02,50,a\na2,2024-01,50,a\na2,2024-02,90,a\nb1,2024-01,10,b\nb1,2024-02,10,b\n";
    let new = old
        .replace("a2,2024-01,50,a", "a2,2024-01,50,b")
        .replace("a2,2024-02,90,a", "a2,2024-02,90,b");
    let args = [
        "--period", "2024-02", "--level", "parent", "--format", "json",
    ];
    let found: Value = serde_json::from_str(&texts(old, &new, &args).done()).expect("JSON");
    let names: Vec<&Value> = found["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["customer"])
        .collect();
    assert_eq!(names, ["a", "a", "b", "b"]);
    assert_eq!(found["change"]["nrr"].to_string(), "0.0");
    assert_adds_up(&found);
}

#[test]
fn contracts_are_compared_by_the_months_they_become() {
    let old = "customer,start,end,mrr\nacme,2023-01-01,2024-12-31,100\nbirch,2023-01-01,2024-01-31,50\ncedar,2024-02-01,2024-12-31,10\ndune,2023-01-01,2023-06-30,10\n";
    let new = old.replace(
        "birch,2023-01-01,2024-01-31,50",
        "birch,2023-01-01,2024-12-31,50",
    );
    let args = [
        "--period",
        "2024-02",
        "--end",
        "inclusive",
        "--format",
        "json",
    ];
    let found: Value = serde_json::from_str(&texts(old, &new, &args).done()).expect("JSON");
    assert_eq!(found["change"]["nrr"].to_string(), "0.333333");
    assert_eq!(found["results"][0]["month"], "2024-02");
    assert_adds_up(&found);
}

#[test]
fn without_a_base_nothing_has_an_effect_and_it_is_said() {
    let old = Book::table("      2024-01 2024-02\nacme  . 10\nbirch 0 5");
    let new = Book::table("      2024-01 2024-02\nacme  10 10\nbirch 0 5");
    let found = document(&old, &new, &words(&["--period", "2024-02"]));
    let record = &found["results"][0];
    assert_eq!(record["effect_on_nrr"], Value::Null);
    assert_eq!(
        record["undefined"],
        "effect_on_nrr, effect_on_grr: no customer has revenue at the opening in the old export"
    );
    assert_eq!(found["change"]["nrr"], Value::Null);
    assert_schema(&found);
}

#[test]
fn equal_exports_have_no_difference() {
    let run = on(&base(), &base(), &words(&["--period", "2024-02"])).done();
    assert!(
        run.contains("the two exports are the same, byte for byte"),
        "{run}"
    );
    let mut other = base();
    other.rows.reverse();
    let run = on(&base(), &other, &words(&["--period", "2024-02"])).done();
    assert!(
        run.contains("nothing that decides 2024-02 is another in the new export"),
        "{run}"
    );
}

#[test]
fn one_side_can_be_a_pipe_and_segments_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = written(folder.path(), "old.csv", base().to_csv().as_bytes());
    let path = path.to_str().expect("a path");
    let new = base().to_csv().replace(",160", ",200");
    let line = [
        "diff",
        path,
        "-",
        "--period",
        "2024-02",
        "--no-config",
        "--format",
        "csv",
        "--quiet",
    ];
    let found = support::run_with_stdin(&line, new.as_bytes()).table();
    assert_eq!(
        shown(&found, &ROW),
        ["birch 2024-02 160 200 changed 0.100000 0.100000"]
    );
    for (args, said) in [
        (
            &["diff", "-", "-", "--period", "2024-02"][..],
            "named twice",
        ),
        (
            &["diff", path, path, "--period", "2024-02", "--by", "month"],
            "asks for segments",
        ),
        (
            &[
                "diff", path, path, "--period", "2024-02", "--method", "compound",
            ],
            "method-without-effects",
        ),
        (&["diff", path, path], "period-needed"),
    ] {
        let run = support::run_with_stdin(args, b"");
        assert!(
            run.code == 2 && run.stderr.contains(said),
            "{args:?} {run:?}"
        );
    }
}

#[test]
fn the_old_export_can_be_a_pipe_and_is_read_as_often_as_it_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = base().to_csv().replace(",160", ",200");
    // Another name of the amounts makes the old export be read once more, by what the new one shows.
    let revenue = new.replacen("amount", "revenue", 1);
    let settings = "min-opening = 2000\nreactivation = \"in-nrr\"\n";
    let old = written(folder.path(), "old.csv", base().to_csv().as_bytes());
    let new = written(folder.path(), "new.csv", new.as_bytes());
    let revenue = written(folder.path(), "revenue.csv", revenue.as_bytes());
    let settings = written(folder.path(), "old.toml", settings.as_bytes());
    let word = support::runner::word;
    for (new, more) in [
        (word(&new), &[][..]),
        (word(&revenue), &[]),
        (word(&new), &["--old-config", word(&settings)]),
    ] {
        let run = |old: &str| {
            let line = ["diff", old, new, "--period", "2024-02", "--no-config"];
            let line = [&line[..], &["--format", "csv", "--quiet"], more].concat();
            let run = support::run_with_stdin(&line, base().to_csv().as_bytes()).done();
            run.replace(if old == "-" { "<stdin>" } else { old }, "OLD")
        };
        let piped = run("-");
        assert!(piped.contains("OLD,"), "{piped}");
        assert_eq!(piped, run(word(&old)));
    }
}

#[test]
fn the_first_so_many_leave_a_line_for_the_others() {
    let new = Book::table(
        "        2023-12  2024-01  2024-02
         acme        .      100      150
         birch       .      200      150
         cedar       .      100      101
         dune       30        .       30",
    );
    let args = words(&["--period", "2024-02", "--top", "1"]);
    let run = on(&base(), &new, &args).done();
    let rows: Vec<Vec<&str>> = run
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for due in [
        &[
            "acme", "2024-02", "180", "150", "changed", "−7.50", "pp", "0.00", "pp",
        ][..],
        &["2", "more", "customers", "−2.25", "pp", "−2.50", "pp"],
        &["all", "customers", "−9.75", "pp", "−2.50", "pp"],
    ] {
        assert!(rows.iter().any(|row| row.starts_with(due)), "{due:?} {run}");
    }
    let csv = [args, words(&["--format", "csv"])].concat();
    assert_eq!(on(&base(), &new, &csv).table().records.len(), 1);
}

fn assert_schema(document: &Value) {
    let schema = std::fs::read_to_string("docs/schema/diff.json").expect("a schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let faults = schema::faults(&schema, document);
    assert!(faults.is_empty(), "{faults:?}\n{document:#}");
}

/// Each effect is rounded to a millionth, so a sum can be off by half of one an effect.
fn assert_adds_up(document: &Value) {
    assert_schema(document);
    let change = &document["change"];
    for rate in ["nrr", "grr"] {
        let Some(whole) = number(&change[rate]) else {
            continue;
        };
        let of_records = document["results"].as_array().expect("a list").iter();
        let of_records = of_records.filter_map(|one| number(&one[format!("effect_on_{rate}")]));
        let of_records: Vec<i128> = of_records.collect();
        let of_settings = document["settings"].as_array().expect("a list").iter();
        let of_settings = of_settings.filter_map(|one| number(&one[format!("effect_on_{rate}")]));
        let of_settings: Vec<i128> = of_settings.collect();
        for (parts, name) in [(of_records, "data"), (of_settings, "settings")] {
            let due = number(&change[format!("{name}_effect_on_{rate}")]).expect("defined");
            let off = (parts.iter().sum::<i128>() - due).unsigned_abs();
            assert!(off <= parts.len() as u128, "{name} {rate} {document:#}");
        }
        let both = ["settings", "data"]
            .map(|name| number(&change[format!("{name}_effect_on_{rate}")]).expect("defined"));
        assert!(
            (both[0] + both[1] - whole).abs() <= 1,
            "{rate} {document:#}"
        );
    }
}

/// Runs a check on random books, each exported again, under random policies that fit.
fn each_pair(salt: u64, check: impl Fn(&mut Dice, &Book, &Book, &[String])) {
    for number in 0..BOOKS {
        let mut dice = Dice::new(salt * 1_000_000 + number);
        let old = book(&mut dice, Mix::TAME);
        let mut new = edited(&mut dice, &old);
        let last = |book: &Book| {
            book.rows
                .iter()
                .map(|row| row.months().1)
                .max()
                .expect("rows")
        };
        let end = last(&old).min(last(&new));
        // Every month has a row, so that none is missing.
        for month in end - 26..=end {
            let label = month_label(month);
            if !new.rows.iter().any(|row| row.label.starts_with(&label)) {
                let mut row = old.rows[0].clone();
                "steady two".clone_into(&mut row.customer);
                row.label = label;
                new.rows.push(row);
            }
        }
        let mut args = policies(&mut dice);
        if let Some(place) = args.iter().position(|arg| arg == "--segment-at") {
            args.drain(place..place + 2);
        }
        args.extend(words(&[
            "--period",
            &month_label(end),
            "--missing-months",
            "zero",
        ]));
        check(&mut dice, &old, &new, &args);
    }
}

#[test]
fn effects_add_up_for_random_edits_and_both_figures_are_those_of_a_calculation() {
    each_pair(1, |_, old, new, args| {
        let run = on(old, new, &[args, &words(&["--format", "json"])].concat());
        let context = || format!("{args:?}\n{}\n{}\n{run:?}", old.to_csv(), new.to_csv());
        assert_eq!(run.code, 0, "{}", context());
        let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_adds_up(&found);
        for (side, book) in [("old", old), ("new", new)] {
            let mut line = [args, &words(&["--format", "json"])].concat();
            // The other book may be why the mark has to be said.
            if marks(book).is_empty() && [old, new].iter().any(|one| !marks(one).is_empty()) {
                line.extend(words(&["--decimal", "."]));
            }
            let calc = support::calc(book, 1, &line).done();
            let calc: Value = serde_json::from_str(&calc).expect("JSON");
            for field in [
                "nrr",
                "grr",
                "opening",
                "retained",
                "retained_capped",
                "closing",
            ] {
                let due = &calc["results"][0][field];
                assert_eq!(&found[side][field], due, "{side} {field} {}", context());
            }
        }
    });
}

#[test]
fn the_order_of_the_rows_makes_no_difference() {
    each_pair(2, |dice, old, new, args| {
        if args.iter().any(|arg| arg == "last") {
            return;
        }
        let (mut other_old, mut other_new) = (old.clone(), new.clone());
        dice.shuffle(&mut other_old.rows);
        dice.shuffle(&mut other_new.rows);
        let plain = |old: &Book, new: &Book, threads: &str| {
            let mut found = document(old, new, &[args, &words(&["--threads", threads])].concat());
            for record in found["results"].as_array_mut().expect("a list") {
                let record = record.as_object_mut().expect("a record");
                record.remove("input_fingerprint");
                for name in ["old_input_fingerprint", "old_line", "new_line"] {
                    record.remove(name);
                }
            }
            [
                found["results"].clone(),
                found["change"].clone(),
                found["settings"].clone(),
            ]
        };
        let due = plain(old, new, "1");
        assert_eq!(
            plain(&other_old, &other_new, "3"),
            due,
            "{args:?}\n{}",
            old.to_csv()
        );
    });
}

#[test]
fn the_way_back_is_the_way_with_the_other_sign() {
    each_pair(3, |_, old, new, args| {
        let (there, back) = (document(old, new, args), document(new, old, args));
        for rate in ["nrr", "grr"] {
            let moved = |found: &Value| number(&found["change"][rate]);
            let sum = moved(&there)
                .zip(moved(&back))
                .map(|(one, other)| one + other);
            assert!(sum.is_none_or(|sum| sum == 0), "{args:?} {there:#}");
        }
        let customers = |found: &Value| found["change"]["customers"].clone();
        assert_eq!(customers(&there), customers(&back));
    });
}

#[test]
fn every_format_says_the_same_records() {
    let new =
        Book::table("        2023-12  2024-01  2024-02\nacme . 100 150\nbirch . 200 150\n=x . 1 2");
    let run = |format: &str| {
        on(
            &base(),
            &new,
            &words(&["--period", "2024-02", "--format", format]),
        )
        .done()
    };
    let document: Value = serde_json::from_str(&run("json")).expect("JSON");
    let lines: Vec<Value> = run("jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(document["results"].as_array(), Some(&lines));
    let table = Table::read(&run("csv"));
    assert_eq!(table.records.len(), lines.len());
    assert!(
        table
            .records
            .iter()
            .any(|one| one.text("customer") == "'=x")
    );
    assert!(run("markdown").contains("| **all customers** |"));
}

#[test]
fn the_rows_behind_a_month_are_those_of_the_files() {
    each_pair(4, |_, old, new, args| {
        if args.iter().any(|arg| arg == "last") {
            return;
        }
        let csv = [args, &words(&["--format", "csv"])].concat();
        let table = on(old, new, &csv).table();
        let is_bridged = args.iter().any(|arg| arg == "--grace");
        for record in table
            .records
            .iter()
            .filter(|one| !one.text("month").is_empty())
        {
            let old_name = match record.text("old_customer") {
                "" => record.text("customer"),
                name => name,
            };
            for (book, side, name) in [
                (old, "old", old_name),
                (new, "new", record.text("customer")),
            ] {
                let behind: Vec<usize> = (2..)
                    .zip(&book.rows)
                    .filter(|(_, row)| {
                        row.customer == name && month_label(row.months().1) == record.text("month")
                    })
                    .map(|(line, _)| line)
                    .collect();
                let cell = |what: &str| record.text(&format!("{side}_{what}")).to_owned();
                let due = match behind.first() {
                    Some(line) => [
                        format!("{side}.csv"),
                        line.to_string(),
                        behind.len().to_string(),
                    ],
                    None => [const { String::new() }; 3],
                };
                assert_eq!(
                    [cell("file"), cell("line"), cell("rows")],
                    due,
                    "{record:?} {args:?}"
                );
                let has_amount = !cell("amount").is_empty();
                assert!(
                    has_amount != behind.is_empty() || is_bridged,
                    "{record:?} {args:?}"
                );
            }
        }
    });
}

#[test]
fn rows_of_merged_ids_and_of_the_units_of_a_parent_are_found() {
    let old = "customer,month,mrr,parent\na1,2024-01,100,a\na2,2024-01,50,a\na1,2024-02,50,a\na2,2024-02,90,a\nb1,2024-01,10,b\nb1,2024-02,10,b\n";
    let new = old.replace("a2,2024-02,90,a\n", "").replace(
        "b1,2024-02,10,b",
        "b1,2024-02,10,b\na2,2024-02,80,a\na2,2024-02,5,a",
    );
    let fields = [
        "customer",
        "old_amount",
        "old_line",
        "old_rows",
        "new_amount",
        "new_line",
        "new_rows",
    ];
    let args = ["--period", "2024-02", "--format", "csv"];
    let by_parent = [&args[..], &["--level", "parent"]].concat();
    assert_eq!(
        shown(&texts(old, &new, &by_parent).table(), &fields),
        ["a 140 4 2 135 4 3"]
    );
    assert_eq!(
        shown(&texts(old, &new, &args).table(), &fields),
        ["a2 90 5 1 85 7 2"]
    );
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), "old.csv", old.as_bytes());
    written(folder.path(), "new.csv", new.as_bytes());
    written(folder.path(), "ids.csv", b"from,to\na2,b1\n");
    let mapped = [&args[..], &["--map", "ids.csv"]].concat();
    let found = within(folder.path(), &words(&mapped)).table();
    assert_eq!(shown(&found, &fields), ["b1 100 5 2 95 6 3"]);
}

/// Rows with every column that can decide: customer, month, product, parent, currency and amount.
fn wide_rows(dice: &mut Dice) -> Vec<[String; 6]> {
    let mut rows = Vec::new();
    for customer in ["acme", "birch", "cedar", "dune", "elm"] {
        for month in ["2023-11", "2023-12", "2024-01", "2024-02"] {
            for product in ["core", "plus", "data"] {
                if dice.chance(55) {
                    rows.push([
                        customer.to_owned(),
                        month.to_owned(),
                        product.to_owned(),
                        (*dice.pick(&["north", "south", ""])).to_owned(),
                        (*dice.pick(&["USD", "USD", "EUR"])).to_owned(),
                        format!("{}.{:02}", dice.between(0, 300), dice.between(0, 99)),
                    ]);
                }
            }
        }
    }
    rows
}

/// The same exported again, with some cells of some rows changed, rows gone or doubled.
fn wide_edited(dice: &mut Dice, rows: &[[String; 6]]) -> Vec<[String; 6]> {
    let mut new = rows.to_vec();
    for _ in 0..dice.between(0, 6) {
        let place = usize::try_from(dice.between(0, 200)).expect("a place") % new.len();
        match dice.between(0, 6) {
            0 => new[place][0].push_str(" ltd"),
            1 => new[place][2] = String::from(*dice.pick(&["core", "plus", "more"])),
            2 => new[place][3] = String::from(*dice.pick(&["north", "west", ""])),
            3 => new[place][4] = String::from(*dice.pick(&["USD", "EUR"])),
            4 => new[place][5] = format!("{}.{:03}", dice.between(0, 300), dice.between(0, 999)),
            5 if new.len() > 5 => drop(new.remove(place)),
            _ => {
                let customer = new[place][0].clone();
                for row in new.iter_mut().filter(|row| row[0] == customer) {
                    row[0].push_str(" gmbh");
                }
            }
        }
    }
    new
}

#[test]
fn effects_add_up_with_products_parents_and_currencies() {
    let csv = |rows: &[[String; 6]]| {
        let lines = rows.iter().map(|row| row.join(",") + "\n");
        format!(
            "customer,month,product,parent,currency,mrr\n{}",
            lines.collect::<String>()
        )
    };
    let rates = "month,currency,rate\n2023-11,EUR,1.05\n2023-12,EUR,1.2\n2024-01,EUR,1.1\n2024-02,EUR,1.25\n";
    let (mut compared, mut renamed) = (0, 0);
    for seed in 0..BOOKS {
        let mut dice = Dice::new(5_000_000 + seed);
        let old = wide_rows(&mut dice);
        let new = wide_edited(&mut dice, &old);
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), "old.csv", csv(&old).as_bytes());
        written(folder.path(), "new.csv", csv(&new).as_bytes());
        written(folder.path(), "rates.csv", rates.as_bytes());
        let mut args = words(&["--period", "2024-02", "--decimal", ".", "--currency", "USD"]);
        let choices: [(&str, &[&str]); 8] = [
            ("--fx-rates", &["rates.csv"]),
            ("--netting", &["product", "customer"]),
            ("--level", &["parent", "customer"]),
            ("--basis", &["stock", "flow"]),
            ("--lookback", &["1", "2"]),
            ("--reactivation", &["in-nrr", "as-expansion", "separate"]),
            ("--cohort-base", &["survivors", "first-month", "opening"]),
            ("--min-opening", &["600"]),
        ];
        for (flag, values) in choices {
            if dice.chance(60) {
                args.extend([flag.to_owned(), (*dice.pick(values)).to_owned()]);
            }
        }
        if args.iter().any(|arg| arg == "rates.csv") {
            args.extend(words(&[
                "--fx",
                *dice.pick(&["constant", "floating", "fixed=2024-01"]),
            ]));
        }
        args.extend(words(&["--missing-months", "zero", "--format", "json"]));
        let run = within(folder.path(), &args);
        let context = || format!("{args:?}\n{}\n{}\n{run:?}", csv(&old), csv(&new));
        if run.code == 2 && run.errors() == ["period-before-data"] {
            continue;
        }
        assert_eq!(run.code, 0, "{}", context());
        let found: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_adds_up(&found);
        compared += usize::from(number(&found["change"]["nrr"]).is_some_and(|moved| moved != 0));
        let results = found["results"].as_array().expect("a list");
        renamed += usize::from(results.iter().any(|one| one["kind"] == "renamed"));
    }
    assert!(compared > 60 && renamed > 5, "{compared} {renamed}");
}
