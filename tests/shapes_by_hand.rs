//! What each shape makes of a few rows, worked by hand.

mod support;

use support::book::{text_of, units_of};
use support::run_with_stdin;

/// The ledger of a file, a line for each customer and month, amounts in their shortest form.
fn ledger(text: &str, flags: &[&str]) -> Vec<String> {
    let args = [
        &["ledger", "-", "--no-config", "--quiet", "--format", "csv"],
        flags,
    ]
    .concat();
    let run = run_with_stdin(&args, text.as_bytes());
    assert_eq!(run.code, 0, "{}\n{text}", run.stderr);
    let cells = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let amount = units_of(cells[2]).map_or_else(|| cells[2].to_owned(), text_of);
        format!("{} {} {amount}", cells[0], cells[1])
    };
    run.stdout.lines().skip(1).map(cells).collect()
}

/// The amounts of one customer, in order of the months.
fn amounts(text: &str, customer: &str, flags: &[&str]) -> Vec<String> {
    let is_of = |line: &String| line.starts_with(&format!("{customer} "));
    let amount = |line: String| line.rsplit(' ').next().unwrap_or_default().to_owned();
    ledger(text, flags)
        .into_iter()
        .filter(is_of)
        .map(amount)
        .collect()
}

/// What is printed of a file that cannot be read, or is read with a warning.
fn said(text: &str, flags: &[&str]) -> String {
    let args = [&["calc", "-", "--no-config", "--format", "csv"], flags].concat();
    run_with_stdin(&args, text.as_bytes()).stderr
}

fn contracts(header: &str, rows: &str) -> String {
    format!("{header}\n{rows}")
}

/// Flags for contracts of which none has to have ended.
const RUNS: &[&str] = &[
    "--allow-no-churn",
    "--end",
    "inclusive",
    "--through",
    "2024-12",
];

#[test]
fn a_price_becomes_a_level_run_rate() {
    let header = "customer,start date,end date,price,interval";
    for (price, interval, rate) in [
        ("1200", "annual", "100"),
        ("1000", "annual", "83.333333"),
        ("90", "3 months", "30"),
        ("100", "quarterly", "33.333333"),
        ("100", "half-yearly", "16.666667"),
        ("12", "weekly", "52"),
        ("2.4", "daily", "73"),
        ("2400", "2 years", "100"),
        ("-1200", "annual", "-100"),
    ] {
        let rows = format!("A,2024-01-01,,{price},{interval}\n");
        let text = contracts(header, &rows);
        assert_eq!(
            amounts(&text, "A", RUNS),
            vec![rate; 12],
            "{price} {interval}"
        );
    }
}

#[test]
fn a_count_of_intervals_stands_in_a_column_of_its_own_or_in_the_header() {
    let text = "customer,start date,price,interval,interval count\nA,2024-12-01,90,month,3\n";
    assert_eq!(amounts(text, "A", RUNS), ["30"]);
    let text = "customer,start date,price,term (months)\nA,2024-12-01,240,24\n";
    assert_eq!(amounts(text, "A", RUNS), ["10"]);
}

#[test]
fn the_price_of_a_whole_term_is_divided_by_its_months() {
    let text = "customer,start date,end date,tcv\nA,2024-01-15,2025-07-14,1800\n";
    assert_eq!(amounts(text, "A", RUNS), vec!["100"; 12]);
    // 731 days of 2024 and 2025 make 1,800 × 365 ÷ (12 × 731) a month.
    let text = "customer,start date,end date,tcv\nA,2024-01-01,2025-12-31,1800\n";
    let daily = [RUNS, &["--spread", "daily"]].concat();
    assert_eq!(amounts(text, "A", &daily), vec!["74.897401"; 12]);
}

#[test]
fn a_contract_counts_in_the_months_on_whose_last_day_it_runs() {
    let header = "customer,start date,end date,mrr";
    for (start, end, months) in [
        ("2024-01-31", "2024-01-31", 1),
        ("2024-01-15", "2024-02-28", 1),
        ("2024-01-15", "2024-02-29", 2),
        ("2024-01-15", "2024-03-01", 2),
        ("2024-01", "2024-03", 3),
    ] {
        let text = contracts(header, &format!("A,{start},{end},5\n"));
        assert_eq!(amounts(&text, "A", RUNS).len(), months, "{start} {end}");
    }
    let text = "customer,start date,end date,mrr\nA,2024-01-01,,5\nB,2024-02-02,2024-02-20,7\n";
    assert!(amounts(text, "B", RUNS).is_empty());
    assert!(said(text, RUNS).contains("warning[never-live]: 1 contract runs on no last day"));
}

#[test]
fn ends_are_inclusive_or_exclusive_by_what_follows_them() {
    let is = |rows: &str| {
        let text = contracts("customer,start date,end date,mrr", rows);
        let months = amounts(&text, "A", &["--overlap", "add"]);
        months.join(" ")
    };
    // The next one starts the day after the end, or on it.
    let inclusive = "A,2024-01-01,2024-01-31,1\nA,2024-02-01,,2\nB,2024-03-01,,3\n";
    assert_eq!(is(inclusive), "1 2 2");
    let exclusive = "A,2024-01-10,2024-02-10,1\nA,2024-02-10,,2\nB,2024-03-01,,3\n";
    assert_eq!(is(exclusive), "1 2 2");
    // Ends that were broken off on some day say nothing, and take nothing from those that do.
    let broken = "A,2024-01-01,2024-01-31,1\nB,2024-01-03,2024-02-17,2\nC,2024-02-01,,3\n";
    assert_eq!(is(broken), "1");
    // From the last day of a month to the last day of a month fits both.
    let both = "customer,start date,end date,mrr\nA,2024-01-31,2024-03-31,1\nC,2024-04-01,,3\n";
    assert!(said(both, &[]).starts_with("error[ambiguous-end]"));
    let months = |rule| amounts(both, "A", &["--end", rule]).len();
    assert_eq!((months("inclusive"), months("exclusive")), (3, 2));
    // One of each kind is asked about, if a month depends on it.
    let mixed = "customer,start date,end date,mrr\nA,2024-01-01,2024-02-29,1\nB,2024-01-05,2024-03-05,1\nC,2024-04-01,,3\n";
    assert!(said(mixed, &[]).starts_with("error[ambiguous-end]"));
    let no_month = mixed.replace("2024-02-29", "2024-02-27");
    assert_eq!(amounts(&no_month, "A", &[]), ["1"]);
}

#[test]
fn no_end_is_written_in_many_ways() {
    for end in [
        "",
        "-",
        "NULL",
        "n/a",
        "9999-12-31",
        "2099-12-31",
        "0000-00-00",
    ] {
        let text = format!("customer,start date,end date,mrr\nA,2024-10-01,{end},5\n");
        assert_eq!(amounts(&text, "A", RUNS), ["5", "5", "5"], "{end}");
    }
}

#[test]
fn a_start_before_its_end_settles_day_and_month() {
    // Month first, the second row would end in February, before it starts.
    let text =
        "customer,start date,end date,mrr\nA,01/02/2024,01/06/2024,5\nB,03/04/2024,02/05/2024,7\n";
    let flags = [
        "--end",
        "exclusive",
        "--through",
        "2024-06",
        "--allow-no-churn",
    ];
    assert_eq!(
        ledger(text, &flags),
        [
            "A 2024-02 5",
            "A 2024-03 5",
            "A 2024-04 5",
            "A 2024-05 5",
            "B 2024-04 7"
        ]
    );
    let neither = "customer,start date,end date,mrr\nA,01/02/2024,03/04/2024,5\n";
    assert!(said(neither, &flags).starts_with("error[ambiguous-dates]"));
}

#[test]
fn what_is_paid_starts_where_the_trial_ends() {
    let text = "\
customer,start date,trial end,end date,mrr
A,2024-09-20,2024-10-04,,5
B,2024-09-20,2024-09-30,2024-09-30,7
C,2024-10-20,,,8
";
    assert_eq!(
        amounts(text, "A", &["--allow-no-churn", "--through", "2024-11"]),
        ["5", "5"]
    );
    // A trial that nothing followed was never paid.
    assert!(said(text, RUNS).contains("a trial that nothing followed in 1 row"));
    assert!(amounts(text, "B", RUNS).is_empty());
}

#[test]
fn overlaps_are_asked_about_added_or_replaced() {
    let text = "\
customer,start date,end date,mrr
A,2024-01-01,2024-03-31,5
A,2024-03-01,2024-04-30,7
B,2024-06-01,,1
";
    assert!(
        said(text, &[])
            .starts_with("error[overlapping-contracts]: two contracts of `A` run in 2024-03")
    );
    assert_eq!(
        amounts(text, "A", &["--overlap", "add"]),
        ["5", "5", "12", "7"]
    );
    assert_eq!(
        amounts(text, "A", &["--overlap", "latest"]),
        ["5", "5", "7", "7"]
    );
    // Of two products, both count.
    let products = text
        .replace("mrr\n", "mrr,plan\n")
        .replace("31,5", "31,5,Basic")
        .replace("30,7", "30,7,Pro")
        .replace(",,1", ",,1,Pro");
    assert_eq!(amounts(&products, "A", &[]), ["5", "5", "12", "7"]);
}

#[test]
fn a_status_keeps_drops_or_asks() {
    let text = "\
customer,start date,end date,mrr,status
A,2024-01-01,2024-01-31,1,canceled
B,2024-01-01,,2,paused
C,2024-02-01,,3,active
D,2024-01-01,,4,trialing
E,2024-01-01,,5,gold
";
    let asked = said(text, &[]);
    assert!(
        asked.contains("with the status `gold` (1 row) or `paused` (1 row)"),
        "{asked}"
    );
    assert!(asked.contains("--keep-status \"gold,paused\""), "{asked}");
    let flags = ["--keep-status", "Paused,trialing", "--drop-status", "gold"];
    let found = ledger(text, &flags);
    assert_eq!(
        found,
        [
            "A 2024-01 1",
            "B 2024-01 2",
            "B 2024-02 2",
            "C 2024-02 3",
            "D 2024-01 4",
            "D 2024-02 4"
        ]
    );
    // Who is gone without an end would count for ever.
    let endless = text.replace("2024-01-31,1", ",1");
    assert!(said(&endless, &flags).starts_with("error[missing-end]"));
}

#[test]
fn a_quantity_multiplies_the_price_of_a_unit() {
    let text = "customer,start date,price,interval,quantity\nA,2024-12-01,12.5,month,3\n";
    let is = |which| amounts(text, "A", &[RUNS, &["--amount-is", which]].concat());
    assert_eq!(
        (is("unit"), is("total")),
        (vec!["37.5".into()], vec!["12.5".into()])
    );
    assert!(said(text, RUNS).starts_with("error[unit-or-total]"));
    let one = text.replace(",3", ",1");
    assert_eq!(amounts(&one, "A", RUNS), ["12.5"]);
    // A run rate is of all units by its name.
    let rate = text.replace("price", "mrr");
    assert_eq!(amounts(&rate, "A", RUNS), ["12.5"]);
}

const LINES: &str = "customer,invoice date,service start,service end,amount\n";

#[test]
fn an_invoice_is_spread_and_adds_up_to_itself() {
    let year = format!("{LINES}A,2024-01-05,2024-01-01,2024-12-31,1000\n");
    let flags = ["--through", "2024-12", "--end", "inclusive"];
    // What rounding leaves goes to the first months.
    let mut expected = vec!["83.333334"; 4];
    expected.extend(vec!["83.333333"; 8]);
    assert_eq!(amounts(&year, "A", &flags), expected);
    // A credit takes back what was charged, month by month.
    let credited = format!("{year}A,2024-01-06,2024-01-01,2024-12-31,-1000\n");
    assert_eq!(amounts(&credited, "A", &flags), vec!["0"; 12]);
    let quarter = format!("{LINES}A,2024-01-05,2024-01-16,2024-03-31,760\n");
    let daily = [&flags[..], &["--spread", "daily"]].concat();
    // 16, 29 and 31 of 76 days at 10 a day.
    assert_eq!(amounts(&quarter, "A", &daily), ["160", "290", "310"]);
    assert_eq!(
        amounts(&quarter, "A", &flags),
        ["253.333334", "253.333333", "253.333333"]
    );
    let none = [&flags[..], &["--spread", "none"]].concat();
    assert_eq!(amounts(&quarter, "A", &none), ["760"]);
}

#[test]
fn a_part_of_a_month_counts_in_it_as_revenue_and_not_as_a_run_rate() {
    let text = format!(
        "{LINES}A,2024-01-05,2024-01-05,2024-01-20,100\nB,2024-01-05,2024-01-01,2024-01-31,70\n"
    );
    assert_eq!(ledger(&text, &[]), ["A 2024-01 100", "B 2024-01 70"]);
    assert_eq!(ledger(&text, &["--basis", "stock"]), ["B 2024-01 70"]);
    let never = "warning[never-live]: 1 line runs on no last day of a month";
    assert!(said(&text, &["--basis", "stock"]).contains(never));
}

#[test]
fn bills_after_the_service_stand_in_the_month_of_the_bill() {
    let text = format!(
        "{LINES}A,2024-02-03,2024-01-01,2024-01-31,5\nA,2024-03-03,2024-02-01,2024-02-29,6\n"
    );
    assert_eq!(
        ledger(&text, &["--spread", "none"]),
        ["A 2024-02 5", "A 2024-03 6"]
    );
    assert_eq!(ledger(&text, &[]), ["A 2024-01 5", "A 2024-02 6"]);
}

#[test]
fn what_was_agreed_for_later_waits_for_its_month() {
    let text = "\
customer,start date,end date,mrr
A,2024-01-01,2025-12-31,5
B,2024-01-01,2024-02-29,6
C,2024-03-01,,7
";
    assert_eq!(amounts(text, "A", &[]).len(), 3);
    assert_eq!(amounts(text, "A", &["--through", "2024-08"]).len(), 8);
    assert_eq!(
        ledger(text, &["--through", "2024-01"]),
        ["A 2024-01 5", "B 2024-01 6"]
    );
    assert!(said(text, &["--through", "2023-12"]).starts_with("error[no-rows-left]"));
    assert!(!said(text, &["--through", "2024-02"]).contains("never-live"));
    let invoice = format!("{LINES}A,2024-01-05,2024-01-01,2024-12-31,12\n");
    assert_eq!(amounts(&invoice, "A", &[]), ["1"]);
    assert!(said(&invoice, &["--through", "2023-12"]).starts_with("error[no-rows-left]"));
}

#[test]
fn a_list_that_nobody_left_is_asked_about() {
    let text = "customer,start date,end date,mrr\nA,2024-01-01,,5\nB,2024-03-01,2025-02-28,7\n";
    assert!(said(text, &[]).starts_with("error[no-ended-rows]"));
    assert_eq!(amounts(text, "A", &["--allow-no-churn"]).len(), 3);
}

const MOVES: &str = "customer,date,mrr change,balance\n";

#[test]
fn balances_tell_what_was_there_before() {
    let text = format!(
        "{MOVES}A,2024-01-05,20,120\nA,2024-02-05,-30,90\nB,2024-01-05,10,10\nB,2024-03-05,-10,0\n"
    );
    assert_eq!(
        ledger(&text, &[]),
        [
            "A 2024-01 120",
            "A 2024-02 90",
            "A 2024-03 90",
            "B 2024-01 10",
            "B 2024-02 10"
        ]
    );
    assert!(said(&text, &["--through", "2023-12"]).starts_with("error[no-rows-left]"));
}

#[test]
fn rows_of_one_day_are_put_in_order_by_their_balances() {
    let rows = [
        "A,2024-01-05,10,110",
        "A,2024-01-05,20,130",
        "A,2024-01-05,-5,125",
    ];
    for order in [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
        [1, 0, 2],
        [0, 2, 1],
        [2, 0, 1],
    ] {
        let [first, second, third] = order.map(|index| rows[index]);
        let text = format!("{MOVES}{first}\n{second}\n{third}\n");
        assert_eq!(ledger(&text, &[]), ["A 2024-01 125"], "{order:?}");
    }
    // Up and down again: the order of the file says which came first.
    let later = "B,2024-02-01,1,1\n";
    let up = "A,2024-01-05,10,110\nA,2024-01-05,-10,100\n";
    assert_eq!(
        ledger(&format!("{MOVES}{up}{later}"), &[])[0],
        "A 2024-01 100"
    );
    let down = "A,2024-01-05,10,110\nA,2024-01-05,-10,100\n";
    assert_eq!(
        ledger(&format!("{MOVES}{later}{down}"), &[])[0],
        "A 2024-01 110"
    );
}

#[test]
fn balances_that_begin_late_or_state_the_end_of_the_day_hold_too() {
    let late = format!("{MOVES}A,2024-01-05,20,\nA,2024-02-05,-5,115\n");
    assert_eq!(ledger(&late, &[]), ["A 2024-01 120", "A 2024-02 115"]);
    let ends = format!("{MOVES}A,2024-01-31,20,115\nA,2024-01-31,-5,115\nA,2024-02-05,5,120\n");
    assert_eq!(ledger(&ends, &[]), ["A 2024-01 115", "A 2024-02 120"]);
}

#[test]
fn balances_can_be_those_of_contracts() {
    let text = "\
customer,date,mrr change,balance,subscription id
A,2024-01-05,20,120,one
A,2024-01-09,7,7,two
A,2024-02-05,-20,100,one
";
    let none = ["--contract-column", "none"];
    assert!(said(text, &none).starts_with("error[balance-mismatch]"));
    assert_eq!(ledger(text, &[]), ["A 2024-01 127", "A 2024-02 107"]);
}

#[test]
fn movements_that_do_not_add_up_are_refused() {
    let mismatch = format!("{MOVES}A,2024-01-05,20,120\nA,2024-02-05,-30,100\n");
    assert!(said(&mismatch, &[]).starts_with("error[balance-mismatch]"));
    let huge = format!(
        "{MOVES}A,2024-01-05,0.000000000000000001,{}\n",
        "9".repeat(30)
    );
    assert!(said(&huge, &[]).starts_with("error[amount-too-large]"));
    let typed = "customer,date,type,mrr change\n";
    let late = format!("{typed}A,2024-01-05,expansion,20\n");
    assert!(said(&late, &[]).starts_with("error[not-from-zero]"));
    let below = "customer,date,mrr change\nA,2024-01-05,20\nA,2024-02-05,-30\n";
    assert!(said(below, &[]).starts_with("error[not-from-zero]"));
    let mixed =
        format!("{typed}A,2024-01-05,new,20\nA,2024-02-05,churn,-5\nA,2024-02-09,churn,5\n");
    assert!(said(&mixed, &[]).starts_with("error[movement-sign]"));
    let gain = format!("{typed}A,2024-01-05,new,20\nA,2024-02-05,expansion,-5\n");
    assert!(said(&gain, &[]).starts_with("error[movement-sign]"));
    let magnitudes =
        format!("{typed}A,2024-01-05,new,20\nA,2024-02-05,downgrade,5\nB,2024-01-01,new,1\n");
    assert_eq!(
        ledger(&magnitudes, &[]),
        ["A 2024-01 20", "A 2024-02 15", "B 2024-01 1", "B 2024-02 1"]
    );
}

#[test]
fn several_rows_of_a_wide_file_add_up_and_an_empty_cell_is_no_row() {
    let text = "customer,Feb 2024,Jan 2024,Total\nA,5,,5\nA,1,2,3\nB,,-,\n";
    let found = ledger(text, &["--basis", "stock"]);
    assert_eq!(found[..2], ["A 2024-01 2", "A 2024-02 6"]);
}

#[test]
fn a_named_amount_is_a_change_only_by_its_name() {
    let text = "Kunde,Monat,Umsatz\nA,2024-01,100\nA,2024-02,110\n";
    let flags = ["--customer", "Kunde", "--date", "Monat", "--amount"];
    for amount in ["Umsatz", "#3"] {
        let flags = [&flags[..], &[amount]].concat();
        assert_eq!(ledger(text, &flags), ["A 2024-01 100", "A 2024-02 110"]);
    }
    let text = text.replace("Umsatz", "MRR change");
    for amount in ["mrr change", "#3"] {
        let flags = [&flags[..], &[amount]].concat();
        assert_eq!(ledger(&text, &flags), ["A 2024-01 100", "A 2024-02 210"]);
    }
}

/// Whole numbers whose totals were added up before they were rounded, as a table and as a report.
const ROUNDED: [&str; 2] = [
    "customer,Jan 2024,Feb 2024,Mar 2024,Total\nA,333,333,333,1000\nB,1,2,3,6\n",
    "Invented Ltd\nRevenue\n\ncustomer,Jan 2024,Feb 2024,Mar 2024,Total\nA,333,333,333,1000\nB,1,2,3,6\n",
];

#[test]
fn what_is_said_of_a_column_of_totals_is_enough_to_go_on() {
    for text in ROUNDED {
        let asked = said(text, &[]);
        assert!(
            asked.contains("error[unproven-total]: `Total` is not the sum of its row in 1 row")
        );
        assert!(asked.contains("expected: 999, the sum of 3 columns of this row"));
        assert!(asked.contains("leave the column out unproved with `--keep-totals`"));
        assert_eq!(amounts(text, "A", &["--keep-totals"]), ["333"; 3]);
        let warned = said(text, &["--keep-totals"]);
        assert!(!warned.contains("unproven-total"), "{warned}");
        assert!(
            warned.contains("in 1 row and was left out unproved"),
            "{warned}"
        );
    }
}

#[test]
fn a_part_of_a_month_is_left_out_and_with_it_the_proof_of_totals() {
    for text in ROUNDED {
        let text = text.replace("Mar 2024", "\"Mar 1-15, 2024\"");
        let asked = said(&text, &[]);
        assert!(
            asked.contains("`Mar 1-15, 2024` covers a part of a month"),
            "{asked}"
        );
        assert!(!asked.contains("twice"), "{asked}");
        assert_eq!(amounts(&text, "A", &["--periods", "monthly"]), ["333"; 2]);
    }
}

#[test]
fn sub_customers_of_one_name_are_two_customers() {
    let text = "Invented Ltd\nSales by Customer Summary\nJanuary - February 2024\n\n\
        ,Jan 2024,Feb 2024,Total\nCedar Invented,70,70,140\n   Cedar East,175,175,350\n   Support,105,105,210\n\
        Total Cedar Invented,350,350,700\nDune Invented,1,1,2\n   Support,5,0,5\nTotal Dune Invented,6,1,7\n\
        TOTAL,356,351,707\n";
    assert_eq!(amounts(text, "Cedar Invented:Support", &[]), ["105", "105"]);
    assert_eq!(amounts(text, "Dune Invented:Support", &[])[0], "5");
    assert_eq!(amounts(text, "Cedar Invented", &[]), ["70", "70"]);
    assert!(said(text, &[]).contains(
        "3 sub-customers of 2 customers count by themselves: `Cedar Invented:Cedar East`, \
         `Cedar Invented:Support` and `Dune Invented:Support`"
    ));
}

#[test]
fn a_status_counts_in_long_files_as_it_does_in_contracts() {
    let text = "\
customer,month,mrr,status
A,2024-01,100,active
B,2024-01,50,void
C,2024-01,70,trial
";
    assert_eq!(ledger(text, &[]), ["A 2024-01 100"]);
    let kept = ledger(text, &["--keep-status", "void,trial"]);
    assert_eq!(kept, ["A 2024-01 100", "B 2024-01 50", "C 2024-01 70"]);
    let unknown = text.replace("void", "wibble");
    assert!(said(&unknown, &[]).starts_with("error[undecided-status]"));
    assert_eq!(ledger(&unknown, &["--status-column", "none"]), kept);
    // Whoever segments by it has decided what it means.
    assert_eq!(ledger(&unknown, &["--by", "status"]), kept);
}

#[test]
fn a_quantity_is_asked_about_in_long_files_and_invoices_too() {
    let long = "customer,month,price,quantity\nA,2024-01,100,3\n";
    assert!(said(long, &[]).starts_with("error[unit-or-total]"));
    assert_eq!(ledger(long, &["--amount-is", "unit"]), ["A 2024-01 300"]);
    assert_eq!(ledger(long, &["--amount-is", "total"]), ["A 2024-01 100"]);
    let invoices =
        "customer,service start,service end,price,quantity\nA,2024-01-01,2024-01-31,100,3\n";
    assert!(said(invoices, &[]).starts_with("error[unit-or-total]"));
    let all = ["--amount-is", "unit", "--end", "inclusive"];
    assert_eq!(ledger(invoices, &all), ["A 2024-01 300"]);
}

#[test]
fn a_term_in_months_is_the_end_of_a_contract_without_one() {
    let text = "\
customer,start date,contract term (months),amount
A,2023-11-01,2,240
A,2024-01-01,12,1200
B,2024-02-01,12,600
";
    let a = amounts(text, "A", &[]);
    assert_eq!(
        a,
        ["120", "120", "100", "100"],
        "two months at 120, then twelve at 100 up to the last start"
    );
    assert_eq!(amounts(text, "B", &["--through", "2025-03"]).len(), 12);
}

#[test]
fn dates_that_stand_for_no_end_are_told() {
    let text = "customer,start date,end date,mrr\nA,2024-01-01,9999-12-31,10\nB,2024-01-01,2024-01-31,5\nB,2024-02-01,,6\n";
    let flags = ["inspect", "-", "--no-config", "--end", "inclusive"];
    let shown = run_with_stdin(&flags, text.as_bytes()).stdout;
    assert!(
        shown.contains("9999-12-31") && shown.contains("it stands for no end in 1 row"),
        "{shown}"
    );
}

#[test]
fn a_total_among_customers_is_left_out_where_it_proves_them() {
    let text = "customer,month,mrr\nA,2024-01,1\nB,2024-01,2\nTotal,2024-01,3\nA,2024-02,4\nTotal,2024-02,4\n";
    assert_eq!(
        ledger(text, &[]),
        ["A 2024-01 1", "A 2024-02 4", "B 2024-01 2"]
    );
    let wrong = text.replace("Total,2024-02,4", "Total,2024-02,5");
    assert!(said(&wrong, &[]).starts_with("error[unproven-total]"));
    assert_eq!(ledger(&wrong, &["--keep-totals"]).len(), 5);
}

#[test]
fn totals_of_other_names_and_two_at_once_are_no_customers() {
    let text = "customer,month,mrr\nA,2024-01,1\nB,2024-01,2\nTotal MRR,2024-01,3\nGrand total,2024-01,3\n";
    assert_eq!(ledger(text, &[]), ["A 2024-01 1", "B 2024-01 2"]);
    let wine = text.replace("Total MRR", "Total Wine");
    assert_eq!(
        said(&wine, &[]).lines().next(),
        Some(
            "error[unproven-total]: `Grand total` is named like a total and is not the sum of the other customers"
        )
    );
    let sub = "customer,month,mrr\nA,2024-01,1\nSubtotal EMEA,2024-01,1\nB,2024-01,2\n";
    assert!(said(sub, &[]).starts_with("error[unproven-total]"));
}

#[test]
fn a_currency_beside_an_amount_or_in_a_period_says_what_the_amount_is() {
    let yen = "customer,month,amount_in_cents\nA,2024-01,JPY 100\n";
    assert_eq!(ledger(yen, &[]), ["A 2024-01 100"]);
    let dollars = yen.replace("JPY", "USD");
    assert_eq!(ledger(&dollars, &[]), ["A 2024-01 1"]);
    let part = yen.replace("JPY 100", "100.50");
    assert!(said(&part, &[]).starts_with("error[ambiguous-unit]"));
    assert_eq!(ledger(&part, &["--unit", "major"]), ["A 2024-01 100.5"]);
    let wide = "customer,Jan 2024 (USD),Feb 2024 (USD)\nA,1,2\n";
    let euros = ["--currency", "EUR"];
    assert!(said(wide, &euros).starts_with("error[unknown-currency]"));
    assert_eq!(ledger(wide, &["--currency", "USD"]).len(), 2);
}

#[test]
fn the_name_of_a_run_rate_says_more_than_an_interval_beside_it_also_when_both_are_written_down() {
    let text = "customer,start date,end date,billing interval,mrr\nA,2024-01-01,2024-01-31,annual,120\nA,2024-02-01,,annual,240\n";
    let flags = ["--end", "inclusive"];
    assert_eq!(amounts(text, "A", &flags), ["120", "240"]);
    let args = ["init", "-", "--no-config", "-o", "-", "--end", "inclusive"];
    let settings = run_with_stdin(&args, text.as_bytes()).stdout;
    assert!(settings.contains("shape = \"contracts\""), "{settings}");
    assert!(!settings.contains("\ninterval-column"), "{settings}");
}

#[test]
fn a_term_beyond_all_dates_is_asked_about() {
    let text = "customer,start date,contract term (months),amount\nA,2024-01-01,2147483647,5\n";
    assert!(said(text, &[]).starts_with("error[unknown-interval]"));
    let open = "customer,start date,end date,term (months),mrr\nB,2023-01-01,2023-12-31,12,9\nA,2024-01-01,,2,5\nC,2024-04-01,,12,1\n";
    let flags = ["--end", "inclusive"];
    assert_eq!(amounts(open, "A", &flags), ["5", "5"]);
}

#[test]
fn many_movements_of_one_day_are_checked_in_time() {
    // Balances lie further apart than all changes together reach.
    let row = |number: u32| format!("A,2024-01-05,1,{}\n", 30_000 * number);
    let rows: String = (0..20_000).map(row).collect();
    let text = format!("customer,date,mrr change,balance\n{rows}");
    assert!(said(&text, &[]).starts_with("error[balance-mismatch]"));
}

#[test]
fn what_moves_amounts_without_a_column_is_declared_and_in_the_fingerprint() {
    let text = "customer,Jan,Feb,Q1 2024\nA,1,2,3\n";
    let shown = |year: &str| {
        let args = [
            "ledger",
            "-",
            "--no-config",
            "--periods",
            "monthly",
            "--year",
            year,
        ];
        let run = run_with_stdin(&args, text.as_bytes());
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout
    };
    let (one, other) = (shown("2023"), shown("2024"));
    assert!(
        one.contains("year 2023 (flag)") && one.contains("periods monthly (flag)"),
        "{one}"
    );
    assert!(one.contains("1 column of `<stdin>` was left out"), "{one}");
    let definition = |text: &str| {
        text.split("definition ")
            .nth(1)
            .map(|rest| rest[..15].to_owned())
    };
    assert_ne!(definition(&one), definition(&other));
}

#[test]
fn a_person_decides_before_a_preset_does() {
    let header = "id,Customer,Subscription,Status,Currency,Amount Due,Amount Paid,Total,Date (UTC),Minimum Line Item Period Start (UTC),Maximum Line Item Period End (UTC)";
    let row = |customer: &str, status: &str| {
        format!(
            "in_1,{customer},sub_1,{status},usd,10,10,10,2024-01-01 00:00,2024-01-01 00:00,2024-02-01 00:00\n"
        )
    };
    let text = format!(
        "{header}\n{}{}",
        row("A", "paid"),
        row("B", "uncollectible")
    );
    assert_eq!(ledger(&text, &[]), ["A 2024-01 10", "B 2024-01 10"]);
    let dropped = ledger(&text, &["--drop-status", "uncollectible"]);
    assert_eq!(dropped, ["A 2024-01 10"]);
}

#[test]
fn an_ended_status_is_asked_about_where_its_row_would_count() {
    let text = "date,customer,mrr,currency,status\n2024-01-01,A,100,EUR,active\n2024-02-01,A,100,EUR,active\n2024-02-01,B,50,USD,cancelled\n";
    let euros = text.replace("USD", "EUR");
    assert!(said(&euros, &[]).contains("error[undecided-status]"));
    assert_eq!(
        amounts(&euros, "B", &["--keep-status", "cancelled"]),
        ["50"]
    );
    let counted = ["A 2024-01 100", "A 2024-02 100"];
    let nothing = euros.replace(",50,", ",0.00,");
    for flags in [["--drop-status", "cancelled"], ["--where", "customer!=B"]] {
        assert_eq!(ledger(&euros, &flags), counted, "{flags:?}");
    }
    assert_eq!(ledger(&euros, &["--through", "2024-01"]), counted[..1]);
    assert_eq!(ledger(text, &["--currency", "EUR"]).len(), 2);
    assert!(!said(&nothing, &[]).contains("error["));
}

#[test]
fn a_total_that_a_filter_leaves_out_proves_no_other() {
    let text = "Invented Ltd\nRevenue\n\nCustomer,Region,2024-01,2024-02\nA,West,100,100\nB,East,50,40\nTotal,,150,141\n";
    let filter = ["--where", "Customer!=Total"];
    assert_eq!(amounts(text, "B", &filter), ["50", "40"]);
    // An empty cell of another column is no name of a total.
    assert!(said(text, &["--where", "Region!="]).contains("error[unproven-total]"));
    let grand = format!("{text}Grand Total,,300,281\n");
    assert!(said(&grand, &filter).contains("error[unproven-total]: `Grand Total`"));
}

#[test]
fn of_two_that_pay_the_same_neither_is_a_total_for_any_number_of_threads() {
    let month = |month: u32| {
        let amount = 10 + month;
        format!("Acme,2024-0{month},{amount}\nBirch,2024-0{month},{amount}\n")
    };
    let months: String = (1..=4).map(month).collect::<Vec<_>>().concat();
    let text = format!("customer,month,mrr\n{months}Idle,2024-01,0\n");
    for threads in ["1", "2", "7"] {
        let said = said(&text, &["--threads", threads]);
        assert!(!said.contains("total-"), "{said}");
    }
}
