//! What the short way finds is what the general way finds, whatever the cells are and wherever pieces end.

use proptest::prelude::*;

use super::super::plan::Found;
use super::super::reader::RowReader;
use super::super::ways::{opened, pieces, shown};
use super::*;
use crate::input::date::DateOrder;
use crate::input::load::LoadOptions;
use crate::input::number::Mark;
use crate::input::opened::Guess;
use crate::policies::Policies;
use crate::units::Month;

/// All that is found by the general way, or by the short one on some threads.
fn read(plan: &Plan<'_>, pieces: &[(Vec<u8>, u64)], threads: Option<usize>) -> Found {
    let Some(threads) = threads else {
        let mut reader = RowReader::new(plan);
        let _ = pieces
            .iter()
            .all(|(text, line)| reader.read_text(text, *line));
        return reader.found;
    };
    let shards = shards(plan, threads).expect("the plan is simple");
    let reader = || {
        let fast = FastReader::new(plan, &shards).expect("as above");
        (RowReader::new(plan), fast)
    };
    let mut readers: Vec<_> = (0..threads).map(|_| reader()).collect();
    for (number, (text, line)) in pieces.iter().enumerate() {
        let (reader, fast) = &mut readers[number % threads];
        if !fast.read(text, *line, reader) {
            break;
        }
    }
    let founds = readers.into_iter().map(|(reader, _)| reader.found);
    let mut found = founds
        .reduce(|mut found, other| {
            found.merge(other);
            found
        })
        .expect("there is a thread");
    let general = std::mem::replace(
        &mut found.part,
        shards.join(threads).expect("there is a part"),
    );
    found.part.merge(general);
    found
}

/// A cell of an amount: mostly as machines write it, at times as people do or not at all.
fn amount() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?[1-9][0-9]{0,4}\\.[0-9]{2}",
        3 => "-?[0-9]{1,3}|0|0\\.00",
        2 => "-?[0-9]{1,9}\\.[0-9]{1,6}",
        1 => "\"[0-9]{1,5}\\.[0-9]{2}\"|\"\"|-|| ",
        1 => "\"[0-9]{1,3},[0-9]{2,3}\"| [0-9]{1,3} |[0-9]\\.[0-9]{3}|[0-9]{1,5},[0-9]{2}",
        1 => "\\$[0-9]{1,3}|[0-9]{1,3} EUR|x|\\([0-9]{1,3}\\)|[0-9]{14,20}|[0-9]k|\"a\"\"b\"|1e3|–",
    ]
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "2024-0[1-9]-[0-2][0-9]",
        2 => "2024-(0[1-9]|1[0-2])|2024-Q[1-4]|2025-01-31",
        1 => "\"2024-03-05\"|(0[1-9]|[12][0-9])/0[1-9]/2024|2024-05-03T10:00:00Z| 2024-02-01 |Jan 2024",
        1 => "|2024-02-30|1989-12-31|2099-12-31|9999-12-31|x",
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-d]",
        3 => "cus_[a-zA-Z0-9]{2,30}",
        1 => "\"[a-d]\"|\"Acme, Inc\\. [a-d]\"| [a-d] |'=a|=\"00[12]\"|é[a-d]|\"a\"\"b\"|[a-d]é",
        1 => "1E\\+05|####||\"\"|[0-9]{3}|\"a\nb\"|Total",
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[x-z]",
        1 => "|\\(none\\)|\"x\"|\"y, z\"| x |é|\"y\"\"z\"|a longer value than fits",
    ]
}

prop_compose! {
    fn table()(
        rows in prop::collection::vec((name(), date(), amount(), word(), word(), 0_u8..30, 0_u8..40), 0..25),
        columns in prop::sample::subsequence(vec!["currency", "segment", "product"], 0..=3),
        ends in prop::sample::select(vec!["\n", "\r\n"]),
        delimiter in prop::sample::select(vec![",", ",", ";", "\t"]),
        is_open in any::<bool>(),
    ) -> String {
        let mut header = vec!["customer", "date", "mrr"];
        header.extend(&columns);
        let mut lines = vec![header.join(delimiter)];
        for (name, date, amount, segment, product, money, odd) in rows {
            let mut row = vec![name, date, amount];
            for column in &columns {
                row.push(match (*column, money) {
                    ("currency", 0) => "EUR".to_owned(),
                    ("currency", 1) => String::new(),
                    ("currency", 2) => "usd".to_owned(),
                    ("currency", _) => "USD".to_owned(),
                    ("segment", _) => segment.clone(),
                    _ => product.clone(),
                });
            }
            match odd {
                0 => drop(row.pop()),
                1 => row.push("x".to_owned()),
                2 => row.push(String::new()),
                3 => lines.push(String::new()),
                4 => lines.push(row.join(delimiter)),
                5 => lines.push(header.join(delimiter)),
                6 => row[0] = " \"late\"".to_owned(),
                _ => {}
            }
            lines.push(row.join(delimiter));
        }
        let mut text = lines.join(ends);
        if !is_open {
            text.push_str(ends);
        }
        text
    }
}

/// One of many plain texts, or seldom of others.
fn mostly(
    plain: &'static str,
    other: impl Strategy<Value = String>,
) -> impl Strategy<Value = String> {
    prop_oneof![60 => plain, 1 => other]
}

prop_compose! {
    /// More rows than are read at once, nearly all of them plain; in quotes or not, and with line ends of both kinds.
    ///
    /// Half of the tables end with a column that nobody reads: then nothing but the row as a whole shows how its line
    /// ends. Which rows have which end is drawn, so that rows that are read at once begin with one of either kind.
    fn long_table()(
        rows in prop::collection::vec(
            (
                mostly("[a-d]|[0-9]{3}|cus_[a-z0-9]{14}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-F0-9-]{36}", name()),
                mostly("202[34]-0[1-9]-[0-2][1-9]", date()),
                mostly("-?[1-9][0-9]{0,4}\\.[0-9]{2}|[0-9]{1,8}|[0-9]{1,3}\\.[0-9]", amount()),
                mostly("[x-z]|core, new|a \"\"b", word()),
            ),
            1..60,
        ),
        times in 1_usize..20,
        quotes in prop::sample::select(vec![vec![false], vec![false], vec![true], vec![false, true, false, false, true]]),
        ends in prop_oneof![
            1 => Just(vec!["\n"]),
            1 => Just(vec!["\r\n"]),
            3 => prop::collection::vec(prop::sample::select(vec!["\n", "\r\n"]), 2..6),
        ],
        moved in 0_usize..4,
        note in prop::sample::select(vec!["", ",a note"]),
    ) -> String {
        let mut quotes = quotes.into_iter().cycle();
        let line = |mut cells: [String; 6], last: &str| {
            // Another column is the last one.
            cells.rotate_left(moved);
            cells.join(",") + last
        };
        let names = ["customer", "date", "mrr", "currency", "segment", "product"].map(str::to_owned);
        let mut lines = vec![line(names, if note.is_empty() { "" } else { ",note" })];
        for number in 0..times {
            for (name, date, amount, word) in &rows {
                let currency = if number == 7 && name == "a" { "EUR" } else { "USD" };
                let cells = [name, date, amount, currency, word, word].map(|cell| {
                    let has_quotes = cell.starts_with('"');
                    let wants = quotes.next() == Some(true) || cell.contains([',', '"']);
                    if wants && !has_quotes { format!("\"{cell}\"") } else { cell.to_owned() }
                });
                lines.push(line(cells, note));
            }
        }
        let ends = ends.into_iter().cycle();
        lines.into_iter().zip(ends).map(|(line, end)| line + end).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_short_way_finds_what_the_general_way_finds(
        text in table(),
        sizes in prop::collection::vec(1_usize..8, 1..4),
        comma in any::<bool>(),
        month_first in any::<bool>(),
        files in 1_usize..3,
        through in prop::option::of(0_i32..12),
        currency in prop::option::of(Just("USD")),
        by in prop::sample::select(vec![None, Some("segment"), Some("product")]),
    ) {
        let mark = if comma { Mark::Comma } else { Mark::Dot };
        let order = if month_first { DateOrder::MonthFirst } else { DateOrder::DayFirst };
        let mut options = LoadOptions { files, ..LoadOptions::default() };
        options.columns.by = by.map(str::to_owned).into_iter().collect();
        let mut policies = Policies::default();
        policies.through = through.map(|month| Month::from_index(2024 * 12 + month));
        policies.currency = currency.map(str::to_owned);
        let guess = Guess { mark, order };
        if let Some((short, general)) = both(&text, &sizes, (&options, &policies), &guess) {
            for short in short {
                prop_assert_eq!(&short, &general);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn many_plain_rows_are_found_as_the_general_way_finds_them(
        text in long_table(),
        sizes in prop::collection::vec(prop::sample::select(vec![1_usize, 100, 256, 257, 258, 600, 2000]), 1..3),
        through in prop::option::of(0_i32..12),
        by in prop::sample::select(vec![None, Some("segment")]),
        has_products in any::<bool>(),
    ) {
        let mut options = LoadOptions::default();
        options.columns.by = by.map(str::to_owned).into_iter().collect();
        if !has_products {
            options.columns.roles[Role::Product as usize] = Some("none".to_owned());
        }
        let mut policies = Policies::default();
        policies.through = through.map(|month| Month::from_index(2024 * 12 + month));
        let guess = Guess { mark: Mark::Dot, order: DateOrder::DayFirst };
        if let Some((short, general)) = both(&text, &sizes, (&options, &policies), &guess) {
            for short in short {
                prop_assert_eq!(&short, &general);
            }
        }
    }
}

/// What is found of a text the short way on 1, 2 and 7 threads, and the general way; `None` for files that are asked about
/// before any row is read, and for those without a short way.
fn both(
    text: &str,
    sizes: &[usize],
    (options, policies): (&LoadOptions, &Policies),
    guess: &Guess,
) -> Option<([String; 3], String)> {
    let opened = opened(text, options, policies)?;
    let plan = opened.plan(guess, None);
    cells(&plan).ok()?;
    let pieces = pieces(&opened, sizes);
    let found = |threads| shown(read(&plan, &pieces, threads), &options.columns.by);
    Some(([1, 2, 7].map(|threads| found(Some(threads))), found(None)))
}

#[test]
fn plain_rows_take_the_short_way() {
    let text = "customer,date,mrr,currency\r\n\"Acme, Inc.\",2024-01-31,1000.50,USD\r\nb,2024-02,-5,USD\r\n";
    let opened = opened(text, &LoadOptions::default(), &Policies::default()).unwrap();
    let guess = Guess {
        mark: Mark::Dot,
        order: DateOrder::DayFirst,
    };
    let plan = opened.plan(&guess, None);
    let found = read(&plan, &pieces(&opened, &[10]), Some(2));
    assert_eq!((found.rows, found.short, found.passed), (2, 2, 2));
    assert_eq!(found.tally.by_rows()[0].rows, 2);
    assert!(found.part.knows("Acme, Inc.") && found.part.knows("b"));
}

#[test]
fn a_row_of_nothing_before_the_currency_is_known_is_evidence_all_the_same() {
    let text =
        "customer,date,mrr,currency\n\na,,1.00,EUR\n\na,2024-01-01,0,\n\na,2024-01-10,1.00,usd\n";
    let guess = Guess {
        mark: Mark::Dot,
        order: DateOrder::DayFirst,
    };
    let (options, policies) = (LoadOptions::default(), Policies::default());
    for size in 1..8 {
        let (short, general) = both(text, &[size], (&options, &policies), &guess).unwrap();
        assert!(general.contains("2024-01-01"), "{general}");
        assert_eq!(short, [&general; 3].map(String::clone), "{size}");
    }
}

#[test]
fn a_row_is_the_same_whatever_ends_its_line() {
    let row =
        |number: usize, end: &str| format!("c{number},2024-01-05,{number}.50,USD,a note{end}");
    let mut text = "customer,date,mrr,currency,note\n".to_owned();
    text.extend((0..20).map(|number| row(number, "\n")));
    // The column of notes is not read, and the first rows have no carriage return.
    text.push_str(&row(7, "\r\n"));
    let guess = Guess {
        mark: Mark::Dot,
        order: DateOrder::DayFirst,
    };
    let (options, policies) = (LoadOptions::default(), Policies::default());
    let opened = opened(&text, &options, &policies).unwrap();
    let plan = opened.plan(&guess, None);
    let pieces = pieces(&opened, &[100]);
    for threads in [None, Some(1)] {
        let repeated = read(&plan, &pieces, threads).repeats.finish();
        let repeated = repeated.expect("the last row repeats another one");
        let (last, first) = repeated.places[0];
        assert_eq!((repeated.rows, last.line, first.line), (1, 22, 9));
    }
}

#[test]
fn a_row_is_the_same_whatever_is_quoted_in_it() {
    let mut text = "customer,date,mrr,currency,note\n".to_owned();
    let written = |number: usize, note: &str, style: usize| {
        let quoted = |cell: String, which: usize| {
            let needs = cell.contains(',') || style >> which & 1 == 1;
            if needs { format!("\"{cell}\"") } else { cell }
        };
        let name = if number.is_multiple_of(5) {
            "Acme, Inc. "
        } else {
            "c"
        };
        let cells = [
            quoted(format!("{name}{number}"), 0),
            quoted("2024-01-05".to_owned(), 1),
            quoted(format!("{number}.50"), 2),
            quoted("USD".to_owned(), 3),
            quoted(note.to_owned(), 4),
        ];
        cells.join(",") + "\n"
    };
    // Notes of every length that is copied in another way, without a delimiter, with one, and empty.
    let notes: Vec<String> = (0..30)
        .map(|number| match number % 3 {
            0 => "n".repeat(number * 9),
            1 => format!("one, {}", "n".repeat(number)),
            _ => String::new(),
        })
        .collect();
    for style in [0, 31, 16, 5] {
        let rows = notes.iter().enumerate();
        text.extend(rows.map(|(number, note)| written(number, note, style)));
    }
    let guess = Guess {
        mark: Mark::Dot,
        order: DateOrder::DayFirst,
    };
    let (options, policies) = (LoadOptions::default(), Policies::default());
    let opened = opened(&text, &options, &policies).unwrap();
    let plan = opened.plan(&guess, None);
    for size in [1000, 17, 1] {
        let pieces = pieces(&opened, &[size]);
        for threads in [None, Some(1)] {
            let found = read(&plan, &pieces, threads);
            let repeated = found.repeats.finish().expect("each row stands four times");
            assert_eq!(repeated.rows, 3 * 30, "pieces of {size}");
        }
    }
}

#[test]
fn what_stands_against_the_short_way_is_named() {
    let long = "customer,date,mrr,status\na,2024-01-31,1.50,active\n";
    let wide = "customer,region,2024-01,2024-02\na,x,1.50,2\n";
    let by = |name: &str| {
        let mut options = LoadOptions::default();
        options.columns.by = vec![name.to_owned()];
        options
    };
    for (text, options, detour) in [
        (long, LoadOptions::default(), Detour::Columns),
        (wide, by("region"), Detour::Beside),
    ] {
        let opened = opened(text, &options, &Policies::default()).unwrap();
        let guess = Guess {
            mark: Mark::Dot,
            order: DateOrder::DayFirst,
        };
        let plan = opened.plan(&guess, None);
        let pieces = pieces(&opened, &[10]);
        let found = crate::input::passes::evidence(&plan, &pieces[0].0, pieces[0].1);
        assert_eq!((found.rows, found.short), (1, 0));
        assert_eq!(found.detour, Some(detour));
    }
}
