//! What the short way finds is what the general way finds, whatever the cells are and wherever pieces end.

use proptest::prelude::*;

use super::super::ways::{opened, pieces, shown};
use super::*;
use crate::input::date::DateOrder;
use crate::input::load::LoadOptions;
use crate::input::number::Mark;
use crate::input::opened::Guess;
use crate::policies::Policies;
use crate::units::Month;

/// What is found, and how many rows took the short way: all of them counted by the batch.
fn read(plan: &Plan<'_>, pieces: &[(Vec<u8>, u64)], threads: Option<usize>) -> Found {
    let Some(threads) = threads else {
        let mut reader = RowReader::new(plan);
        for (text, line) in pieces {
            if !reader.read_text(text, *line) {
                break;
            }
        }
        return reader.found;
    };
    let shards = shards(plan, threads).expect("the plan is simple");
    let mut readers: Vec<_> = (0..threads)
        .map(|_| {
            (
                RowReader::new(plan),
                WideReader::new(plan, &shards).expect("as above"),
            )
        })
        .collect();
    for (number, (text, line)) in pieces.iter().enumerate() {
        let (reader, wide) = &mut readers[number % threads];
        if !wide.read(text, *line, reader) {
            break;
        }
    }
    let founds = readers.into_iter().map(|(reader, _)| reader.found);
    let found = founds.reduce(|mut found, other| {
        found.merge(other);
        found
    });
    let mut found = found.expect("there is a thread");
    let general = std::mem::replace(
        &mut found.part,
        shards.join(threads).expect("there is a part"),
    );
    found.part.merge(general);
    found
}

/// Both ways side by side, with pieces of several sizes and one thread or several.
fn compare(
    text: &str,
    options: &LoadOptions,
    policies: &Policies,
    mark: Mark,
    sizes: &[usize],
) -> Option<(String, String)> {
    let opened = opened(text, options, policies)?;
    let guess = Guess {
        mark,
        order: DateOrder::DayFirst,
    };
    let plan = opened.plan(&guess, None);
    if refuse(&plan).is_err() {
        return None;
    }
    let pieces = pieces(&opened, sizes);
    let general = shown(read(&plan, &pieces, None), &[]);
    for threads in [1, 2, 3] {
        let short = shown(read(&plan, &pieces, Some(threads)), &[]);
        if short != general {
            return Some((short, general));
        }
    }
    Some((general.clone(), general))
}

/// A cell: mostly as machines write it, at times as people do or not at all.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[1-9][0-9]{0,4}\\.[0-9]{2}",
        6 => Just(String::new()),
        3 => "-?[0-9]{1,3}",
        2 => "-?[0-9]{1,9}\\.[0-9]{1,6}",
        1 => "\"[0-9]{1,5}\\.[0-9]{2}\"|\"\"|-|\"-\"| ",
        1 => "[0-9]{1,5},[0-9]{2}|\"[0-9]{1,3},[0-9]{2,3}\"| ?[0-9]{1,3} ?|[0-9]\\.[0-9]{3}",
        1 => "\\$[0-9]{1,3}|x|\\([0-9]{1,3}\\)|[0-9]{14,20}|[0-9]k|\"a\"\"b\"|00|1e3|\\+5|–",
    ]
}

/// The cells of a row: mostly several of the same side by side.
fn cells() -> impl Strategy<Value = Vec<String>> {
    let runs = prop::collection::vec((cell(), 1_usize..9), 14);
    runs.prop_map(|runs| {
        let runs = runs.into_iter();
        let cells = runs.flat_map(|(cell, count)| std::iter::repeat_n(cell, count));
        cells.take(14).collect()
    })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-d]",
        2 => "cus_[a-zA-Z0-9]{20,30}",
        1 => "\"[a-d]\"|\"Acme, Inc\\. [a-d]\"| [a-d] |'=a|=\"00[12]\"|é[a-d]|\"a\"\"b\"",
        1 => "1E\\+05|####||\"\"|[0-9]{3}|\"a\nb\"|Total",
    ]
}

prop_compose! {
    fn table()(
        rows in prop::collection::vec((name(), cells(), 0_u8..40), 0..20),
        months in 1_usize..14,
        first in 0_usize..14,
        has_total in any::<bool>(),
        ends in prop::sample::select(vec!["\n", "\r\n"]),
        delimiter in prop::sample::select(vec![",", ",", ";", "\t"]),
        is_open in any::<bool>(),
    ) -> String {
        let period = |number: usize| format!("20{}-{:02}", 20 + number / 12, number % 12 + 1);
        let mut header = vec!["customer".to_owned(), "note".to_owned()];
        header.extend((first..=first + months).map(period));
        let line = |cells: &[String]| cells.join(delimiter);
        let total = |cells: &[String]| {
            let cents = |cell: &String| {
                let (whole, decimals) = cell.split_once('.').unwrap_or((cell, "0"));
                Some((whole.parse::<i128>().ok()? * 100, decimals.get(..2).and_then(|d| d.parse::<i128>().ok()).unwrap_or(0)))
            };
            let sum: i128 = cells.iter().filter_map(cents).map(|(whole, decimals)| whole + decimals).sum();
            format!("{}.{:02}", sum / 100, (sum % 100).abs())
        };
        let mut lines = Vec::new();
        if has_total {
            header.push("Total".to_owned());
        }
        lines.push(line(&header));
        for (name, cells, odd) in rows {
            let mut row = vec![name, "n".to_owned()];
            row.extend(cells.into_iter().cycle().take(months + 1));
            if has_total {
                row.push(if odd == 9 { String::new() } else { total(&row[2..]) });
            }
            match odd {
                0 => drop(row.pop()),
                1 => row.push("x".to_owned()),
                2 => row.push(String::new()),
                3 => row[1] = "\"quoted\nlines\"".to_owned(),
                4 => lines.push(String::new()),
                5 => lines.push(line(&row)),
                6 => row[1] = " \"late\"".to_owned(),
                7 => lines.push(line(&header)),
                _ => {}
            }
            lines.push(line(&row));
        }
        let mut text = lines.join(ends);
        if !is_open {
            text.push_str(ends);
        }
        text
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_short_way_finds_what_the_general_way_finds(
        text in table(),
        sizes in prop::collection::vec(1_usize..8, 1..4),
        comma in any::<bool>(),
        files in 1_usize..3,
        is_set in any::<bool>(),
        through in prop::option::of(0_i32..30),
        currency in prop::option::of(Just("USD")),
    ) {
        let mark = if comma { Mark::Comma } else { Mark::Dot };
        let options = LoadOptions {
            files,
            decimal: is_set.then_some(mark),
            ..LoadOptions::default()
        };
        let mut policies = Policies::default();
        policies.through = through.map(|month| Month::from_index(2020 * 12 + month));
        policies.currency = currency.map(str::to_owned);
        // Some files are asked about before any row is read.
        if let Some((short, general)) = compare(&text, &options, &policies, mark, &sizes) {
            prop_assert_eq!(short, general);
        }
    }
}

#[test]
fn plain_rows_take_the_short_way() {
    let header = "customer,segment,2024-01,2024-02,2024-03,Total\r\n";
    let rows = "\"Acme, Inc.\",a,1000.50,,-5,995.5\r\nb,\"x\",\"2.25\",-,,2.25\r\nc,x,,,,\r\n";
    let text = format!("{header}{rows}{}", rows.replace("Acme", "Dune"));
    let opened = opened(&text, &LoadOptions::default(), &Policies::default()).unwrap();
    let guess = Guess {
        mark: Mark::Dot,
        order: DateOrder::DayFirst,
    };
    let plan = opened.plan(&guess, None);
    let shards = shards(&plan, 2).unwrap();
    let (mut reader, mut wide) = (
        RowReader::new(&plan),
        WideReader::new(&plan, &shards).unwrap(),
    );
    // The first cell of each kind is the general reader's; what it saw is no news after.
    assert!(wide.read(&text.as_bytes()[header.len()..], 2, &mut reader));
    assert!(!reader.found.part.knows("Dune, Inc."));
    assert!(reader.found.part.knows("Acme, Inc."));
    assert_eq!(
        (
            reader.found.rows,
            reader.found.in_horizon,
            reader.found.skipped
        ),
        (6, 8, 2)
    );
    drop(wide);
    let joined = shards.join(1).unwrap();
    assert!(joined.knows("Dune, Inc.") && !joined.knows("c"));
}

#[test]
fn amounts_of_many_sizes_and_scales_are_added_up() {
    let mut text = "customer,2024-01,2024-02\n".to_owned();
    for amount in [
        "1",
        "1.5",
        "0.000001",
        "999999999999.99",
        "-999999999999.999999",
        "99999999",
        "-0.00",
    ] {
        let rows = format!("a,{amount},{amount}\nb,{amount},\n");
        text.push_str(&rows);
    }
    let (short, general) = compare(
        &text,
        &LoadOptions::default(),
        &Policies::default(),
        Mark::Dot,
        &[3],
    )
    .unwrap();
    assert_eq!(short, general);
}

/// Rows of so many customers, some of whom have a second row a few rows on, or many.
fn many_rows(customers: u32, amount: &dyn Fn(u32) -> String) -> String {
    let mut text = "customer,2024-01,2024-02,2024-03,2024-04\n".to_owned();
    let mut rows = 0_u32;
    let mut row = |customer: u32| {
        let cells = (0..4).map(|month| {
            let number = rows.wrapping_mul(0x9E37_79B1).rotate_left(7) / 3 + month / 2;
            if number.is_multiple_of(3) {
                String::new()
            } else {
                amount(number)
            }
        });
        let cells: Vec<String> = cells.collect();
        text.push_str(&["c", &customer.to_string(), ",", &cells.join(","), "\n"].concat());
        rows += 1;
    };
    for customer in 0..customers {
        row(customer);
        match customer % 700 {
            3 => row(customer),
            5 => row(customer / 2),
            _ => {}
        }
    }
    text
}

#[test]
fn customers_of_many_blocks_are_added_up_whatever_comes_again() {
    let in_cents = |number: u32| format!("{}.{:02}", number % 900, number % 100);
    let growing = |number: u32| match number % 997 {
        0 => format!("{}.123456", number % 50),
        1 => format!("-{}", number % 70),
        _ => in_cents(number),
    };
    let large = |number: u32| match number % 499 {
        0 => format!("{number}99.50"),
        _ => in_cents(number),
    };
    let amounts: [&dyn Fn(u32) -> String; 3] = [&in_cents, &growing, &large];
    for amount in amounts {
        let text = many_rows(2_600, amount);
        let policies = Policies::default();
        for sizes in [[5_000].as_slice(), &[7, 900, 31]] {
            let options = LoadOptions::default();
            let (short, general) = compare(&text, &options, &policies, Mark::Dot, sizes).unwrap();
            assert_eq!(short, general);
        }
    }
}
