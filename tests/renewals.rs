//! `nrr renewals`: cases worked by hand, what has to hold of random contracts, and a second model.

#![allow(
    unreachable_pub,
    dead_code,
    reason = "the models are shared with another test"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "the test reads the project's schemas, and what was written to files"
)]

#[path = "formats/schema.rs"]
mod schema;
mod support;

#[path = "oracle"]
mod oracle {
    pub mod renewals;
}

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use oracle::renewals::{Ask, Contract, date, days, month_end, month_of, records};
use support::random::Dice;
use support::table::{Record, Table};
use support::{Run, run, run_with_stdin};

/// How many random lists of contracts the model is asked about.
const TRIALS: u64 = 1_500;

const START: [&str; 6] = [
    "renewals",
    "-",
    "--no-config",
    "--quiet",
    "--interval",
    "month",
];

fn on(text: &str, args: &[&str]) -> Run {
    run_with_stdin(&[&START[..], args].concat(), text.as_bytes())
}

fn listed(text: &str, args: &[&str]) -> Table {
    on(text, &[args, &["--format", "csv"]].concat()).table()
}

fn document(text: &str, args: &[&str]) -> Value {
    let run = on(text, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&run.done()).expect("a document")
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

/// One contract of each status at the end of 2024.
const EACH: &str = "\
contract_id,customer,start_date,end_date,mrr
K1,acme,2023-01-01,2023-12-31,100
K2,acme,2024-01-01,2024-12-31,120
K3,birch,2023-04-01,2024-03-31,300
K4,birch,2024-04-01,2025-03-31,250
K5,cedar,2023-07-01,2024-06-30,80
K6,dune,2023-10-01,2024-09-30,200
K7,dune,2024-11-15,2025-11-14,200
K8,elm,2023-11-01,2024-11-30,60
K9,fir,2024-02-01,2025-01-31,90
K0,gorse,2024-12-01,,40
";

const AT_END: [&str; 4] = ["--as-of", "2024-12-31", "--within", "90d"];

#[test]
fn a_window_ends_with_the_day_looked_from() {
    let args = ["--as-of", "2024-09-30", "--period", "2024"];
    let found = document(EACH, &args);
    assert_eq!(found["window"]["last_day"], "2024-09-30");
    // Nothing that ends later was counted before either.
    let table = on(EACH, &args).done();
    assert!(
        table.contains("of 3 contracts that ended 2024-01-01 to 2024-09-30"),
        "{table}"
    );
}

#[test]
fn amounts_of_a_column_have_the_same_decimals_and_one_contract_was() {
    let text = EACH.replace(",250\n", ",1250.50\n");
    let table = on(&text, &AT_END).done();
    let rows = |start: &str| {
        let row = table
            .lines()
            .rfind(|line| line.trim_start().starts_with(start));
        row.unwrap_or_default().to_owned()
    };
    assert!(rows("2025-01-31").contains("90.00"), "{table}");
    assert!(rows("2025-03-31").contains("1,250.50"), "{table}");
    assert!(!table.lines().any(|line| line.ends_with("  90")), "{table}");
    assert!(
        table.contains("3 contracts that ended and were renewed or lost"),
        "{table}"
    );
    let one = on(EACH, &["--as-of", "2024-12-31", "--period", "2024-06"]).done();
    assert!(
        one.contains("1 contract that ended and was renewed or lost"),
        "{one}"
    );
}

#[test]
fn every_status_is_told_by_hand() {
    // In 2024 ended: birch 300 → 250, cedar 80 → none, dune 200 → 200 after 45 days, elm 60 → none, 31 days ago.
    let found = listed(EACH, &AT_END);
    let fields = [
        "contract",
        "end",
        "amount",
        "status",
        "new_contract",
        "new_amount",
        "days_late",
    ];
    assert_eq!(
        shown(&found, &fields),
        [
            "K3 2024-03-31 300 contracted K4 250 0",
            "K5 2024-06-30 80 lost . . .",
            "K6 2024-09-30 200 renewed K7 200 45",
            "K8 2024-11-30 60 late . . .",
            "K2 2024-12-31 120 late . . .",
            "K9 2025-01-31 90 due . . .",
            "K4 2025-03-31 250 due . . .",
        ]
    );
    // The year before, acme's 100 became 120.
    let before = listed(EACH, &[&AT_END[..], &["--period", "2023"]].concat());
    assert_eq!(
        shown(&before, &fields)[0],
        "K1 2023-12-31 100 expanded K2 120 0"
    );
}

#[test]
fn rates_are_of_what_ended_and_is_not_late() {
    // Renewed 2 of 3; old 300 + 80 + 200, new 250 + 200, capped the same.
    let found = document(EACH, &AT_END);
    let total = &found["rates"][0];
    let numbers = [
        "ended",
        "renewed",
        "expanded",
        "contracted",
        "late",
        "lost",
        "due",
    ];
    assert_eq!(
        numbers.map(|field| total[field].to_string()).join(" "),
        "5 1 0 1 2 1 2"
    );
    let amounts = [
        "old_amount",
        "new_amount",
        "new_amount_capped",
        "late_amount",
        "due_amount",
    ];
    assert_eq!(
        amounts.map(|field| total[field].to_string()).join(" "),
        "580 450 450 180 340"
    );
    let rates = ["renewal_rate", "net_renewal_rate", "gross_renewal_rate"];
    assert_eq!(
        rates.map(|field| total[field].to_string()).join(" "),
        "0.666667 0.775862 0.775862"
    );
    let window = &found["window"];
    assert_eq!(window["first_day"], "2024-01-01");
    assert_eq!(
        (&window["open_ended"], &window["as_of"]),
        (&1.into(), &"2024-12-31".into())
    );
    // Of 2023 alone: 100 → 120. What was added counts net, and not gross.
    let before = document(EACH, &[&AT_END[..], &["--period", "2023"]].concat());
    let total = &before["rates"][0];
    assert_eq!(
        rates.map(|field| total[field].to_string()).join(" "),
        "1.0 1.2 1.0"
    );
}

#[test]
fn published_rates_come_out() {
    // codingace.net, "Renewal Percentage Calculator", example table: starting base, renewed base, expansion,
    // contraction; gross renewal 102 ÷ 120, net renewal (102 + 8 − 4) ÷ 120. As contracts of 1 each, the expansion is
    // that of the first one renewed, the contraction that of as many others as it takes at 0.5 each. Its gross renewal
    // leaves contraction out, and so is ours by count; by amount ours takes it off, as GRR does.
    for (base, renewed, expansion, contraction, by_count, net) in [
        (120, 102, 8, 4, "0.85", "0.883333"),
        (135, 118, 9, 3, "0.874074", "0.918519"),
        (150, 126, 12, 5, "0.84", "0.886667"),
        (140, 124, 10, 2, "0.885714", "0.942857"),
    ] {
        let mut text = "customer,start_date,end_date,mrr\n".to_owned();
        for number in 0..base {
            writeln!(text, "c{number},2023-02-01,2024-01-31,1").expect("text grows");
            let amount = match number {
                0 => format!("{}", 1 + expansion),
                _ if number <= 2 * contraction => "0.5".to_owned(),
                _ => "1".to_owned(),
            };
            if number < renewed {
                writeln!(text, "c{number},2024-02-01,2025-01-31,{amount}").expect("text grows");
            }
        }
        let args = [
            "--period",
            "2024-01",
            "--through",
            "2024-12",
            "--allow-no-churn",
        ];
        let found = &document(&text, &args)["rates"][0];
        assert_eq!(found["renewal_rate"].to_string(), by_count, "{base}");
        assert_eq!(found["net_renewal_rate"].to_string(), net, "{base}");
        let gross = millionths(found, "gross_renewal_rate");
        assert_eq!(gross, quotient(renewed - contraction, base), "{base}");
    }
}

#[test]
fn late_turns_into_lost_when_the_days_have_passed() {
    let at = |as_of: &str, late: &str| {
        let args = [
            "--as-of",
            as_of,
            "--late",
            late,
            "--through",
            "2025-06",
            "--status",
            "late,lost",
        ];
        let found = listed(EACH, &args);
        let elm = found
            .records
            .iter()
            .find(|one| one.text("customer") == "elm");
        elm.map(|one| one.text("status").to_owned())
            .unwrap_or_default()
    };
    // 2024-11-30 and 90 days is 2025-02-28.
    assert_eq!(at("2024-12-01", "90d"), "late");
    assert_eq!(at("2025-02-28", "90d"), "late");
    assert_eq!(at("2025-03-01", "90d"), "lost");
    assert_eq!(at("2024-12-01", "0"), "lost");
    // A successor that begins too late is none.
    let found = listed(EACH, &[&AT_END[..], &["--late", "44d"]].concat());
    assert!(shown(&found, &["contract", "status"]).contains(&"K6 lost".to_owned()));
    let found = listed(EACH, &[&AT_END[..], &["--late", "46d"]].concat());
    assert!(shown(&found, &["contract", "status"]).contains(&"K6 renewed".to_owned()));
}

#[test]
fn what_ends_on_the_day_looked_from_has_ended_and_the_day_after_is_due() {
    let status = |as_of: &str, within: &str| {
        let found = listed(
            EACH,
            &["--as-of", as_of, "--within", within, "--through", "2025-06"],
        );
        let fir = found
            .records
            .iter()
            .find(|one| one.text("customer") == "fir");
        fir.map(|one| one.text("status").to_owned())
            .unwrap_or_default()
    };
    assert_eq!(status("2025-01-31", "0d"), "late");
    assert_eq!(status("2025-01-30", "1d"), "due");
    assert_eq!(status("2025-01-30", "0d"), "");
    assert_eq!(status("2024-11-02", "90d"), "due");
    assert_eq!(status("2024-11-01", "90"), "");
}

#[test]
fn the_day_looked_from_is_the_last_of_the_data_and_never_today() {
    let found = document(EACH, &[]);
    assert_eq!(found["window"]["as_of"], "2024-12-31");
    let through = document(EACH, &["--through", "2025-02"]);
    assert_eq!(through["window"]["as_of"], "2025-02-28");
    assert_eq!(through["window"]["first_day"], "2024-03-01");
}

#[test]
fn a_successor_is_of_the_same_product_and_follows_one_contract_alone() {
    let text = "customer,product,start_date,end_date,mrr\n\
        acme,core,2023-01-01,2023-12-31,100\nacme,plus,2023-01-01,2023-12-31,30\n\
        acme,core,2024-01-01,2024-12-31,110\n\
        birch,core,2023-01-01,2023-12-31,50\nbirch,core,2023-01-01,2023-12-31,50\n\
        birch,core,2024-01-01,2024-12-31,100\n";
    let args = [
        "--period",
        "2023",
        "--overlap",
        "add",
        "--through",
        "2024-12",
    ];
    let found = listed(text, &args);
    assert_eq!(
        shown(
            &found,
            &["customer", "product", "amount", "status", "new_amount"]
        ),
        [
            "acme core 100 expanded 110",
            "acme plus 30 lost .",
            "birch core 50 expanded 100",
            "birch core 50 lost .",
        ]
    );
    // Nothing counts twice: 110 + 100 over 100 + 30 + 50 + 50.
    let total = &document(text, &args)["rates"][0];
    assert_eq!(
        (
            total["new_amount"].to_string(),
            total["old_amount"].to_string()
        ),
        ("210".into(), "230".into())
    );
}

#[test]
fn a_contract_that_begins_early_follows_where_it_replaces_or_begins_near_the_end() {
    let text = "customer,start_date,end_date,mrr\n\
        acme,2023-01-01,2023-12-31,100\nacme,2023-11-15,2024-11-14,110\n\
        birch,2023-01-01,2023-12-31,50\nbirch,2023-06-01,2024-05-31,60\n";
    let statuses = |overlap: &str| {
        let args = [
            "--period",
            "2023",
            "--overlap",
            overlap,
            "--through",
            "2024-12",
        ];
        shown(&listed(text, &args), &["customer", "status", "days_late"])
    };
    // Both paid: 47 days early is a renewal, seven months early a second contract.
    assert_eq!(statuses("add"), ["acme expanded -47", "birch lost ."]);
    assert_eq!(
        statuses("latest"),
        ["acme expanded -47", "birch expanded -214"]
    );
    let refused = on(text, &["--period", "2023", "--through", "2024-12"]);
    assert_eq!(refused.errors(), ["overlapping-contracts"]);
}

#[test]
fn versions_count_each_and_follow_in_their_own_contract_first() {
    let text = "subscription_id,customer,plan,version_start,version_end,mrr\n\
        S1,acme,basic,2023-01-01,2023-06-30,100\nS2,acme,basic,2023-07-01,2024-06-30,70\n\
        S1,acme,pro,2023-07-02,,150\n";
    let args = [
        "--shape",
        "versions",
        "--start-column",
        "version_start",
        "--end-column",
        "version_end",
        "--contract-column",
        "subscription_id",
        "--product",
        "plan",
        "--period",
        "2023",
        "--as-of",
        "2023-07-31",
        "--end",
        "inclusive",
        "--history",
        "full",
    ];
    let found = listed(text, &args);
    assert_eq!(
        shown(
            &found,
            &[
                "contract",
                "status",
                "new_contract",
                "new_amount",
                "days_late"
            ]
        ),
        ["S1 expanded S1 150 1"]
    );
    let said = on(text, &args).done();
    assert!(
        said.contains("each version of a contract counts as one"),
        "{said}"
    );
}

#[test]
fn a_list_of_what_runs_today_says_what_is_due_and_no_rate() {
    let text = "customer,start_date,end_date,mrr\nacme,2024-03-01,2025-02-28,100\nbirch,2024-06-15,2025-06-14,200\n";
    let found = document(text, &["--within", "365d"]);
    let total = &found["rates"][0];
    assert_eq!(
        (&total["due"], &total["renewal_rate"]),
        (&2.into(), &Value::Null)
    );
    let said = total["undefined"].as_str().expect("a reason");
    assert!(
        said.contains("what was renewed is not in the file"),
        "{said}"
    );
    assert!(found["warnings"].to_string().contains("no-history"));
    // Who ended may have been renewed outside the file: lost is said, a rate is not.
    let ended = "customer,start_date,end_date,mrr\nacme,2023-03-01,2023-08-31,100\nbirch,2024-06-15,2025-06-14,200\n";
    let found = document(ended, &["--period", "2023"]);
    assert_eq!(
        (
            &found["rates"][0]["lost"],
            &found["rates"][0]["renewal_rate"]
        ),
        (&1.into(), &Value::Null)
    );
    let found = document(ended, &["--period", "2023", "--history", "full"]);
    assert_eq!(found["rates"][0]["renewal_rate"].to_string(), "0.0");
}

#[test]
fn contracts_of_nothing_are_left_out_and_renew_none() {
    let text = "customer,start_date,end_date,mrr\nacme,2023-01-01,2023-12-31,100\nacme,2024-01-01,2024-12-31,0\n\
        birch,2023-01-01,2023-12-31,0\ncedar,2023-01-01,2023-12-31,10\ncedar,2024-01-01,2024-12-31,10\n";
    let found = document(text, &["--period", "2023", "--through", "2024-06"]);
    assert_eq!(found["window"]["worthless"], 2);
    assert_eq!(
        (&found["rates"][0]["lost"], &found["rates"][0]["ended"]),
        (&1.into(), &2.into())
    );
}

#[test]
fn filters_currencies_and_ids_are_those_of_the_ledger() {
    let text = "customer,start_date,end_date,mrr,currency,owner\n\
        old,2023-01-01,2023-12-31,100,USD,kim\nnew,2024-01-01,2024-12-31,100,USD,lee\n\
        euro,2023-01-01,2023-12-31,70,EUR,kim\neuro,2024-01-01,2024-12-31,70,EUR,kim\n";
    let folder = tempfile::tempdir().expect("a folder");
    let map = folder.path().join("map.csv");
    std::fs::write(&map, "from,to\nold,new\n").expect("the map is written");
    let map = map.to_str().expect("a plain path");
    let end = [
        "--period",
        "2023",
        "--through",
        "2024-06",
        "--end",
        "inclusive",
        "--history",
        "full",
    ];
    let found = |args: &[&str]| {
        let found = listed(text, &[&end[..], args].concat());
        shown(&found, &["customer", "status"])
    };
    assert_eq!(found(&["--currency", "USD"]), ["old lost"]);
    assert_eq!(found(&["--currency", "USD", "--map", map]), ["new renewed"]);
    assert_eq!(found(&["--currency", "EUR"]), ["euro renewed"]);
    assert_eq!(
        found(&["--currency", "USD", "--where", "owner=lee"]),
        [""; 0]
    );
    let by = listed(
        text,
        &[&end[..], &["--currency", "USD", "--by", "owner"]].concat(),
    );
    assert_eq!(shown(&by, &["customer", "owner"]), ["old kim"]);
}

#[test]
fn what_cannot_be_asked_is_refused_by_name() {
    let refused = |text: &str, args: &[&str], code: &str, said: &str| {
        let run = on(text, args);
        assert_eq!(run.code, 2, "{args:?}");
        assert_eq!(run.errors(), [code], "{args:?} {}", run.stderr);
        assert!(run.stderr.contains(said), "{args:?} {}", run.stderr);
        assert!(run.stdout.is_empty());
    };
    refused(
        EACH,
        &["--within", "x"],
        "bad-value",
        "`--within` does not take `x`",
    );
    refused(
        EACH,
        &["--within", "99999999999d"],
        "bad-value",
        "a number of days",
    );
    refused(
        EACH,
        &["--late", "3m"],
        "bad-value",
        "`--late` does not take `3m`",
    );
    refused(
        EACH,
        &["--as-of", "31.12.2024"],
        "bad-value",
        "a day such as 2024-12-31",
    );
    refused(
        EACH,
        &["--as-of", "2025-06-30"],
        "period-after-data",
        "`--through 2025-06`",
    );
    refused(
        EACH,
        &["--as-of", "2023-11-30", "--period", "2024"],
        "period-after-data",
        "2024 begins after 2023-11-30, the day looked from",
    );
    refused(
        EACH,
        &["--as-of", "2022-12-31"],
        "period-before-data",
        "the data cover 2023-01",
    );
    refused(
        EACH,
        &["--level", "parent", "--parent", "customer"],
        "unfit-setting",
        "`level`",
    );
    refused(EACH, &["--status", "gone"], "usage", "gone");
    refused(EACH, &["--confidence", "95"], "usage", "--confidence");
    refused(EACH, &["--format", "xml"], "bad-value", "xml");
    let long = "customer,month,mrr\nacme,2024-01,5\nacme,2024-02,5\n";
    let run = run_with_stdin(&["renewals", "-", "--no-config"], long.as_bytes());
    assert_eq!(run.errors(), ["without-contracts"]);
    let line = [
        "renewals",
        "-",
        "--no-config",
        "--shape",
        "invoices",
        "--basis",
        "flow",
    ];
    let run = run_with_stdin(
        &line,
        EACH.replace("mrr", "amount")
            .replace(",40\n", ",0\n")
            .as_bytes(),
    );
    assert_eq!(run.errors(), ["without-contracts"], "{}", run.stderr);
    // No other command has a calendar.
    let run = run_with_stdin(
        &["calc", "-", "--no-config", "--format", "ics"],
        long.as_bytes(),
    );
    assert_eq!(run.errors(), ["bad-value"]);
}

/// The lines of a calendar, unfolded; panics where one is not as RFC 5545 has it.
fn calendar(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    assert!(text.ends_with("\r\n"), "{text:?}");
    for line in text.split_terminator("\r\n") {
        assert!(!line.contains(['\r', '\n']), "a bare line end in {line:?}");
        assert!(line.len() <= 75, "{} bytes: {line:?}", line.len());
        match line.strip_prefix(' ') {
            Some(rest) => lines.last_mut().expect("a line before").push_str(rest),
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

/// The events of a calendar, each as its properties.
fn events(text: &str) -> Vec<Vec<(String, String)>> {
    let lines = calendar(text);
    let (first, last) = (lines.first().expect("lines"), lines.last().expect("lines"));
    assert_eq!(
        (first.as_str(), last.as_str()),
        ("BEGIN:VCALENDAR", "END:VCALENDAR")
    );
    let mut events = Vec::new();
    let mut open: Option<Vec<(String, String)>> = None;
    for line in &lines[1..lines.len() - 1] {
        let (name, value) = line.split_once(':').expect("a property");
        match (name, value) {
            ("BEGIN", "VEVENT") => assert!(open.replace(Vec::new()).is_none()),
            ("END", "VEVENT") => events.push(open.take().expect("an event")),
            _ => {
                if let Some(event) = &mut open {
                    event.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
    assert!(open.is_none() && lines.iter().any(|line| line == "VERSION:2.0"));
    events
}

fn property<'e>(event: &'e [(String, String)], name: &str) -> &'e str {
    let mut found = event.iter().filter(|(known, _)| known == name);
    let (_, value) = found
        .next()
        .unwrap_or_else(|| panic!("no {name} in {event:?}"));
    assert!(found.next().is_none(), "{name} once");
    value
}

#[test]
fn a_calendar_has_an_event_for_each_contract_that_is_due() {
    let text = EACH.replace(
        "K9,fir,",
        "K9,\"Fir, Söhne; \\ & Co, a name that is longer than one line holds 🌲🌲🌲\",",
    );
    let run = on(&text, &[&AT_END[..], &["--format", "ics"]].concat());
    let written = run.done();
    let events = events(&written);
    assert_eq!(events.len(), 2);
    let fir = &events[0];
    assert_eq!(property(fir, "DTSTART;VALUE=DATE"), "20250131");
    assert_eq!(property(fir, "DTEND;VALUE=DATE"), "20250201");
    assert_eq!(property(fir, "DTSTAMP"), "20241231T000000Z");
    assert_eq!(
        property(fir, "SUMMARY"),
        "Renewal due: Fir\\, Söhne\\; \\\\ & Co\\, a name that is longer than one line holds 🌲🌲🌲 (90 a month)"
    );
    assert!(property(fir, "DESCRIPTION").contains("\\nContract: K9\\n"));
    // The same bytes again, and the same name of the event where only the amount is another one.
    assert_eq!(
        on(&text, &[&AT_END[..], &["--format", "ics"]].concat()).done(),
        written
    );
    let dearer = on(
        &text.replace(",90\n", ",95\n"),
        &[&AT_END[..], &["--format", "ics"]].concat(),
    );
    let dearer = self::events(&dearer.done());
    assert_eq!(property(&dearer[0], "UID"), property(fir, "UID"));
    assert_ne!(property(fir, "UID"), property(&events[1], "UID"));
}

#[test]
fn the_ending_of_a_file_names_the_calendar_and_an_empty_one_is_none_without_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let [input, output] = ["contracts.csv", "due.ics"].map(|name| folder.path().join(name));
    std::fs::write(&input, EACH).expect("written");
    let [input, output] = [&input, &output].map(|path| path.to_str().expect("a plain path"));
    let line = [
        "renewals",
        input,
        "--no-config",
        "--interval",
        "month",
        "--output",
        output,
    ];
    let done = run(&line);
    assert_eq!(
        (done.code, done.stdout.as_str()),
        (0, ""),
        "{}",
        done.stderr
    );
    let written = std::fs::read_to_string(output).expect("a calendar");
    assert_eq!(events(&written).len(), 2);
    let none = on(
        EACH,
        &["--as-of", "2024-01-31", "--within", "0d", "--format", "ics"],
    )
    .done();
    assert!(events(&none).is_empty());
    assert!(calendar(&none).contains(&"BEGIN:VJOURNAL".to_owned()));
}

/// A random list of contracts: mostly one after another, some at the same time, a few that run on.
fn contracts(dice: &mut Dice) -> Vec<Contract> {
    let mut list = Vec::new();
    let first = days("2022-01-01");
    for customer in ["acme", "birch, \"B\"", "cedar", "Dune\nInc"]
        .iter()
        .take(usize::try_from(dice.between(1, 4)).expect("few"))
    {
        let mut start = first + i64::from(dice.between(0, 500));
        let mut amount = i64::from(dice.between(0, 30)) * 100;
        for number in 0..dice.between(1, 7) {
            let end = (!dice.chance(8)).then(|| start + i64::from(dice.between(0, 400)));
            list.push(Contract {
                customer: (*customer).to_owned(),
                product: (*dice.pick(&["core", "core", "plus"])).to_owned(),
                name: if dice.chance(30) {
                    String::new()
                } else {
                    format!("K{}", number % 3)
                },
                owner: (*dice.pick(&["kim", "lee", ""])).to_owned(),
                start,
                end,
                amount,
            });
            if dice.chance(50) {
                amount = (amount + i64::from(dice.between(-8, 8)) * 50).max(0);
            }
            let gap = *dice.pick(&[1, 1, 1, 15, 60, 91, 120, -20, -60, -200]);
            start = (end.unwrap_or(start) + gap).max(first);
        }
    }
    if dice.chance(50) {
        dice.shuffle(&mut list);
    }
    list
}

fn csv(list: &[Contract]) -> String {
    let mut text = "contract,customer,product,owner,start_date,end_date,mrr\n".to_owned();
    for one in list {
        let name = format!("\"{}\"", one.customer.replace('"', "\"\""));
        let end = one.end.map_or_else(String::new, date);
        let amount = format!("{}.{:02}", one.amount / 100, one.amount % 100);
        let (contract, product, owner) = (&one.name, &one.product, &one.owner);
        writeln!(
            text,
            "{contract},{name},{product},{owner},{},{end},{amount}",
            date(one.start)
        )
        .expect("text grows");
    }
    text
}

fn asked(dice: &mut Dice, list: &[Contract]) -> (Ask, Vec<String>) {
    let latest = list.iter().map(|one| one.start).max().expect("contracts");
    let earliest = list.iter().map(|one| one.start).min().expect("contracts");
    let end = month_end((latest + i64::from(dice.between(-40, 200))).max(earliest));
    let through = month_of(end);
    let as_of = (end - i64::from(dice.between(0, 500))).max(earliest);
    let (within, late) = (dice.between(0, 200), dice.between(0, 150));
    // A year that begins after the day looked from is refused.
    let latest: i32 = date(as_of)[..4].parse().expect("a year");
    let year = (2022 + dice.between(0, 3)).min(latest);
    let (replaces, of_versions) = (dice.chance(50), dice.chance(40));
    let ask = Ask {
        as_of,
        within: within.into(),
        late: late.into(),
        window: (
            days(&format!("{year}-01-01")),
            days(&format!("{year}-12-31")),
        ),
        replaces,
        of_versions,
        through: end,
    };
    let args = [
        ("--as-of", date(as_of)),
        ("--within", format!("{within}d")),
        ("--late", format!("{late}d")),
        ("--period", year.to_string()),
        (
            "--overlap",
            if replaces { "latest" } else { "add" }.to_owned(),
        ),
        (
            "--shape",
            if of_versions { "versions" } else { "contracts" }.to_owned(),
        ),
        ("--through", through),
        ("--end", "inclusive".to_owned()),
        ("--history", "full".to_owned()),
        ("--contract-column", "contract".to_owned()),
        ("--by", "owner".to_owned()),
    ];
    (
        ask,
        args.into_iter()
            .flat_map(|(flag, value)| [flag.to_owned(), value])
            .collect(),
    )
}

fn cents(text: &str) -> i64 {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{decimals:0<2}").parse().expect("an amount")
}

const STATUSES: [&str; 6] = ["due", "late", "lost", "renewed", "expanded", "contracted"];

/// A quotient in millionths, rounded half up; `None` over zero.
fn quotient(above: i64, below: i64) -> Option<i64> {
    (below > 0).then(|| (2 * above * 1_000_000 + below) / (2 * below))
}

/// A rate in millionths; `None` for null.
fn millionths(sums: &Value, field: &str) -> Option<i64> {
    let rate = sums[field].as_f64()?;
    format!("{rate:.6}").replace('.', "").parse().ok()
}

/// How the sums differ from those of the records due: each list of sums is of the same contracts, and what ended
/// falls into its statuses.
fn unlike_sums(list: &[Contract], due: &[oracle::renewals::Due], found: &Value) -> Option<String> {
    let number = |value: &Value, field: &str| {
        let number = value[field].as_i64();
        number.unwrap_or_else(|| panic!("{field} in {value}"))
    };
    let all = found["rates"].as_array().expect("a list");
    let total = &all[0];
    let of = |word: &str| {
        let found = due.iter().filter(|(_, status, _)| *status == word);
        i64::try_from(found.count()).expect("few")
    };
    let counted = STATUSES.map(of);
    let ended: i64 = counted[1..].iter().sum();
    let decided = due
        .iter()
        .filter(|(_, status, _)| !["due", "late"].contains(status));
    let (mut old, mut new, mut capped) = (0, 0, 0);
    for (one, _, next) in decided {
        let next = next.map_or(0, |next| list[next].amount);
        old += list[*one].amount;
        new += next;
        capped += next.min(list[*one].amount);
    }
    let amounts = ["old_amount", "new_amount", "new_amount_capped"];
    let followed = ended - counted[1] - counted[2];
    let rates = ["renewal_rate", "net_renewal_rate", "gross_renewal_rate"];
    let due_rates = [
        quotient(followed, followed + counted[2]),
        quotient(new, old),
        quotient(capped, old),
    ];
    let sum = |list: &[Value], field: &str| list.iter().map(|one| number(one, field)).sum::<i64>();
    let months = found["calendar"].as_array().expect("a list");
    let adds_up = |field: &&str| {
        let whole = number(total, field);
        sum(months, field) == whole && sum(&all[1..], field) == whole
    };
    let holds = STATUSES.map(|word| number(total, word)) == counted
        && number(total, "ended") == ended
        && amounts.map(|field| cents(&total[field].to_string())) == [old, new, capped]
        && rates.map(|field| millionths(total, field)) == due_rates
        && ["ended", "due", "lost"].iter().all(adds_up);
    (!holds)
        .then(|| format!("model {counted:?} {old} {new} {capped} {due_rates:?}\nprogram {total:#}"))
}

/// Where the program and the model differ on one list.
fn difference(number: u64, seen: &mut [usize; 7]) -> Option<String> {
    let mut dice = Dice::new(number);
    let list = contracts(&mut dice);
    let (ask, args) = asked(&mut dice, &list);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let text = csv(&list);
    let context = |what: String| Some(format!("seed {number} {args:?}\n{text}\n{what}"));
    let run = on(&text, &[&args[..], &["--format", "json"]].concat());
    if run.code != 0 {
        // All rows can lie after the last month that counts.
        seen[6] += 1;
        return (run.errors() != ["no-rows-left"])
            .then(|| context(run.stderr))
            .flatten();
    }
    let found: Value = serde_json::from_str(&run.stdout).expect("a document");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/renewals.json");
    let schema: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the schema")).expect("JSON");
    let faults = schema::faults(&schema, &found);
    if !faults.is_empty() {
        return context(faults.join("\n"));
    }
    let due = records(&list, &ask);
    let written = found["results"].as_array()?;
    let line = |(number, status, successor): &oracle::renewals::Due| {
        let one = &list[*number];
        let next = successor.map(|next| &list[next]);
        let end = one.end.expect("an end");
        format!(
            "{} {} {end} {} {status} {:?}",
            one.customer,
            one.name,
            one.amount,
            next.map(|next| (date(next.start), next.amount, next.start - end - 1))
        )
    };
    let text_of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = |value: &Value| {
        let next = value["new_start"].as_str().map(|start| {
            let late = value["days_late"].as_i64().expect("days");
            (
                start.to_owned(),
                cents(&value["new_amount"].to_string()),
                late,
            )
        });
        format!(
            "{} {} {} {} {} {next:?}",
            text_of(&value["customer"]),
            text_of(&value["contract"]),
            days(value["end"].as_str().expect("a day")),
            cents(&value["amount"].to_string()),
            text_of(&value["status"]),
        )
    };
    let (due_lines, told): (Vec<String>, Vec<String>) = (
        due.iter().map(line).collect(),
        written.iter().map(told).collect(),
    );
    if due_lines != told {
        return context(format!("model {due_lines:#?}\nprogram {told:#?}"));
    }
    for (place, word) in STATUSES.iter().enumerate() {
        seen[place] += due.iter().filter(|(_, status, _)| status == word).count();
    }
    if let Some(what) = unlike_sums(&list, &due, &found) {
        return context(what);
    }
    let is_due = |(_, status, _): &&oracle::renewals::Due| *status == "due";
    let counted = due.iter().filter(is_due).count();
    let events = events(&on(&text, &[&args[..], &["--format", "ics"]].concat()).done());
    let names: BTreeSet<&str> = events.iter().map(|event| property(event, "UID")).collect();
    (events.len() != counted || names.len() != events.len())
        .then(|| context(format!("{} events of {counted} due", events.len())))
        .flatten()
}

#[test]
fn program_agrees_with_the_naive_model() {
    let mut seen = [0; 7];
    let differences: Vec<String> = (0..TRIALS)
        .filter_map(|trial| difference(31_000 + trial, &mut seen))
        .take(2)
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(
        seen[..6].iter().all(|count| *count > 100),
        "the trials reach too little: {seen:?}"
    );
}

#[test]
fn a_customer_with_very_many_contracts_is_paired_in_no_time() {
    let mut text = "customer,start_date,end_date,mrr\n".to_owned();
    for _ in 0..30_000 {
        text.push_str("acme,2023-01-01,2023-12-31,1\n");
        text.push_str("acme,2024-01-01,2024-12-31,1\n");
    }
    let args = [
        "--overlap",
        "add",
        "--period",
        "2023",
        "--through",
        "2024-12",
    ];
    let found = document(&text, &args);
    assert_eq!(found["rates"][0]["renewed"], 30_000);
}
