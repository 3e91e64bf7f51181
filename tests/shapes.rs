//! One book written in every shape gives one ledger.
//!
//! A random book is a level amount a month for each customer and product. It is written as each shape can hold it, and
//! every file has to give the records of the long one, which in turn hold what a few lines here count.
//!
//! Where shapes differ by what they are, the book is made so that they don't: contracts and lines of invoices reach
//! forward, so their horizon ends with the month of the latest start, and the book's last month has a start; a list of
//! contracts needs one that has ended, and the book has one; contracts run on through months in which nobody pays,
//! so one customer pays throughout; a wide cell holds one amount, so a customer's product has one row.

#![expect(
    clippy::disallowed_methods,
    reason = "writes the files that the program reads"
)]

mod support;

use std::fmt::Write as _;

use support::book::{month_label, text_of};
use support::random::Dice;
use support::run;
use support::table::{Record, Table};

const SEED: u64 = 20_240_229;
const BOOKS: u64 = 60;
/// How many units a cent has.
const CENT: i128 = 10_000;

/// What one customer pays for one product, a month each.
#[derive(Clone, Debug)]
struct Line {
    customer: String,
    product: &'static str,
    region: &'static str,
    /// In cents.
    amounts: Vec<i128>,
}

/// Months in a row at one amount.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: usize,
    last: usize,
    amount: i128,
}

impl Line {
    fn stretches(&self) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (month, amount) in self.amounts.iter().copied().enumerate() {
            match stretches.last_mut() {
                Some(last) if last.amount == amount && last.last + 1 == month => last.last = month,
                _ if amount == 0 => {}
                _ => stretches.push(Stretch {
                    first: month,
                    last: month,
                    amount,
                }),
            }
        }
        stretches.retain(|stretch| stretch.amount != 0);
        stretches
    }
}

/// A random book.
#[derive(Clone, Debug)]
struct Book {
    start: i32,
    months: usize,
    lines: Vec<Line>,
}

impl Book {
    fn random(dice: &mut Dice) -> Book {
        let months = usize::try_from(dice.between(3, 20)).expect("a few");
        let mut lines = vec![
            // Pays throughout, so that no month is missing.
            line("steady", "Basic", vec![25_000; months]),
            // Has ended, so that not only who stays is in the list.
            line("early", "Pro", until(months, 1, 12_345)),
            // Starts in the last month, where the horizon of contracts ends.
            line("late", "Pro", from(months, months - 1, 6_000)),
        ];
        for number in 0..dice.between(1, 8) {
            let region = *dice.pick(&["EU", "US", ""]);
            let products: &[&str] =
                dice.pick::<&[&str]>(&[&["Basic"], &["Pro"], &["Basic", "Pro"]]);
            for product in products.iter().copied() {
                let customer = format!("C-{number:03}");
                let amounts = amounts(dice, months);
                lines.push(Line {
                    customer,
                    product,
                    region,
                    amounts,
                });
            }
        }
        Book {
            start: 2021 * 12 + dice.between(0, 30),
            months,
            lines,
        }
    }

    fn month(&self, index: usize) -> i32 {
        self.start + i32::try_from(index).expect("few months")
    }

    /// What everybody pays in a month, in cents, a customer each.
    fn paid(&self, month: usize) -> Vec<(&str, i128)> {
        let mut paid: Vec<(&str, i128)> = Vec::new();
        for line in &self.lines {
            match paid.iter_mut().find(|(name, _)| *name == line.customer) {
                Some((_, sum)) => *sum += line.amounts[month],
                None => paid.push((&line.customer, line.amounts[month])),
            }
        }
        paid
    }

    /// Opening, new, reactivation, expansion, contraction, churn and closing of a month, as the definitions say.
    fn expected(&self, month: usize) -> [i128; 7] {
        let mut sums = [0; 7];
        for (index, (_, after)) in self.paid(month).into_iter().enumerate() {
            let past: Vec<i128> = (0..month).map(|month| self.paid(month)[index].1).collect();
            let before = past.last().copied().unwrap_or(0);
            let came_back = past.iter().any(|amount| *amount > 0);
            let class = match (before, after) {
                (0, 0) => None,
                (0, _) if came_back => Some(2),
                (0, _) => Some(1),
                (_, 0) => Some(5),
                _ if after > before => Some(3),
                _ if after < before => Some(4),
                _ => None,
            };
            if let Some(class) = class {
                sums[class] += (after - before).abs();
            }
            sums[0] += before;
            sums[6] += after;
        }
        sums
    }
}

fn line(customer: &str, product: &'static str, amounts: Vec<i128>) -> Line {
    Line {
        customer: customer.to_owned(),
        product,
        region: "EU",
        amounts,
    }
}

fn until(months: usize, end: usize, amount: i128) -> Vec<i128> {
    (0..months)
        .map(|month| if month < end { amount } else { 0 })
        .collect()
}

fn from(months: usize, start: usize, amount: i128) -> Vec<i128> {
    (0..months)
        .map(|month| if month < start { 0 } else { amount })
        .collect()
}

/// Level amounts with changes and gaps.
fn amounts(dice: &mut Dice, months: usize) -> Vec<i128> {
    let mut amount = 0;
    let mut amounts = Vec::new();
    for month in 0..months {
        if (month == 0 && dice.chance(60)) || (month > 0 && dice.chance(25)) {
            let price = i128::from(dice.between(1, 400));
            let is_off = amount != 0 && dice.chance(40);
            amount = if is_off {
                0
            } else {
                price * *dice.pick(&[25, 100, 1_000])
            };
        }
        amounts.push(amount);
    }
    if amounts.iter().all(|amount| *amount == 0) {
        amounts[0] = 100;
    }
    amounts
}

/// A file to be: its header, rows and the flags that it needs.
#[derive(Clone, Debug)]
struct File {
    header: String,
    rows: Vec<String>,
    flags: Vec<&'static str>,
}

impl File {
    fn new(header: &str, flags: &[&'static str]) -> File {
        File {
            header: header.to_owned(),
            rows: Vec::new(),
            flags: flags.to_vec(),
        }
    }

    fn text(&self, rows: &[String]) -> String {
        format!("{}\n{}\n", self.header, rows.join("\n"))
    }

    /// The same rows in another order.
    fn shuffled(mut self, dice: &mut Dice) -> File {
        dice.shuffle(&mut self.rows);
        self
    }

    /// The records of the program, written to this many files, but for what names the input.
    fn records(&self, files: usize, flags: &[&str]) -> Table {
        let folder = tempfile::tempdir().expect("a folder");
        let size = self.rows.len().div_ceil(files);
        let mut args = vec!["calc".to_owned()];
        for (number, rows) in self.rows.chunks(size).enumerate() {
            let path = folder.path().join(format!("{number}.csv"));
            std::fs::write(&path, self.text(rows)).expect("written");
            args.push(path.to_str().expect("a plain path").to_owned());
        }
        let words = ["--no-config", "--every", "month", "--format", "csv"];
        let words = words.iter().chain(&self.flags).chain(flags);
        args.extend(words.map(|word| (*word).to_owned()));
        let run = run(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(
            run.code,
            0,
            "{args:?}\n{}\n{}",
            run.stderr,
            self.text(&self.rows)
        );
        // What a file is and how it was settled is part of neither the ledger nor the figures.
        let table = Table::read(&run.stdout).without("input_fingerprint");
        table.without("definition").shortest()
    }

    /// The rows behind the figures of a month.
    fn traced(&self, period: &str) -> Table {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("book.csv");
        std::fs::write(&path, self.text(&self.rows)).expect("written");
        let path = path.to_str().expect("a plain path");
        let words = ["trace", path, "--no-config", "--format", "csv"];
        let period = ["--period", period];
        let args: Vec<&str> = words
            .iter()
            .chain(&self.flags)
            .chain(&period)
            .copied()
            .collect();
        Table::read(&run(&args).done())
    }

    /// The ledger, as a long file.
    fn ledger(&self) -> File {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("book.csv");
        std::fs::write(&path, self.text(&self.rows)).expect("written");
        let path = path.to_str().expect("a plain path");
        let words = [
            "ledger",
            path,
            "--no-config",
            "--format",
            "csv",
            "--basis",
            "stock",
        ];
        let flags = self
            .flags
            .iter()
            .filter(|flag| **flag != "--basis" && **flag != "stock");
        let args: Vec<&str> = words.iter().chain(flags).copied().collect();
        let written = run(&args).done();
        let (header, rows) = written.split_once('\n').expect("a header");
        let mut file = File::new(header, &["--basis", "stock"]);
        file.rows = rows.lines().map(str::to_owned).collect();
        file
    }
}

fn money(cents: i128) -> String {
    text_of(cents * CENT)
}

fn long(book: &Book) -> File {
    let mut file = File::new("customer,month,mrr,plan,region", &["--basis", "stock"]);
    for line in &book.lines {
        for (month, amount) in line.amounts.iter().enumerate() {
            if *amount != 0 {
                let label = month_label(book.month(month));
                let (customer, amount) = (&line.customer, money(*amount));
                file.rows.push(format!(
                    "{customer},{label},{amount},{},{}",
                    line.product, line.region
                ));
            }
        }
    }
    file
}

/// A label of a month, in one of several spellings.
fn label(month: i32, style: usize) -> String {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (year, number) = (month.div_euclid(12), month.rem_euclid(12));
    let name = NAMES[usize::try_from(number).expect("a month")];
    match style {
        0 => month_label(month),
        1 => format!("{name} {year}"),
        2 => format!("{name}-{:02}", year % 100),
        3 => format!("MRR {}", month_label(month)),
        _ => format!("{name} {year} MRR"),
    }
}

fn wide(book: &Book, dice: &mut Dice) -> File {
    let style = usize::try_from(dice.between(0, 4)).expect("a style");
    let mut order: Vec<usize> = (0..book.months).collect();
    if dice.chance(50) {
        order.reverse();
    }
    let has_total = dice.chance(50);
    let empty = *dice.pick(&["", "0", "-"]);
    let mut header = "customer,plan,region".to_owned();
    for month in &order {
        write!(header, ",{}", label(book.month(*month), style)).expect("text grows");
    }
    if has_total {
        header.push_str(",Total");
    }
    let mut file = File::new(&header, &["--basis", "stock"]);
    for line in &book.lines {
        let mut row = format!("{},{},{}", line.customer, line.product, line.region);
        for month in &order {
            let amount = line.amounts[*month];
            let cell = if amount == 0 {
                empty.to_owned()
            } else {
                money(amount)
            };
            write!(row, ",{cell}").expect("text grows");
        }
        if has_total {
            write!(row, ",{}", money(line.amounts.iter().sum())).expect("text grows");
        }
        file.rows.push(row);
    }
    file
}

/// The day of a month; one beyond its end is in the next.
fn day(month: i32, day: i32) -> String {
    format!("{}-{day:02}", month_label(month))
}

fn last_day(month: i32) -> i32 {
    let year = month.div_euclid(12);
    match month.rem_euclid(12) {
        1 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        1 => 28,
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    }
}

/// Start and end of every stretch of a line. A stretch covers the months on whose last day it runs.
fn spans(
    book: &Book,
    line: &Line,
    is_inclusive: bool,
    is_aligned: bool,
    dice: &mut Dice,
) -> Vec<(Stretch, String, Option<String>)> {
    let stretches = line.stretches();
    let starts: Vec<i32> = stretches
        .iter()
        .map(|_| if is_aligned { 1 } else { dice.between(1, 28) })
        .collect();
    let mut spans = Vec::new();
    for (index, stretch) in stretches.iter().enumerate() {
        let start = day(book.month(stretch.first), starts[index]);
        let month = book.month(stretch.last);
        let next = stretches
            .get(index + 1)
            .filter(|next| next.first == stretch.last + 1);
        let is_open = stretch.last + 1 == book.months && dice.chance(60);
        // The first day after it, in the month after its last one.
        let after = match next {
            Some(_) => starts[index + 1],
            None if is_aligned => 1,
            None => dice.between(1, 28),
        };
        let end = match (is_inclusive, after) {
            _ if is_open => None,
            (true, 1) => Some(day(month, last_day(month))),
            (true, _) => Some(day(month + 1, after - 1)),
            (false, _) => Some(day(month + 1, after)),
        };
        spans.push((*stretch, start, end));
    }
    spans
}

fn contracts(book: &Book, dice: &mut Dice) -> File {
    let (is_inclusive, is_aligned) = (dice.chance(50), dice.chance(50));
    let has_interval = dice.chance(70);
    let header = if has_interval {
        "customer,start date,end date,price,billing interval,plan,region,status"
    } else {
        "customer,start date,end date,arr,plan,region,status"
    };
    let mut file = File::new(header, &[]);
    if !is_aligned || dice.chance(30) {
        let rule = if is_inclusive {
            "inclusive"
        } else {
            "exclusive"
        };
        file.flags.extend(["--end", rule]);
    }
    for line in &book.lines {
        for (stretch, start, end) in spans(book, line, is_inclusive, is_aligned, dice) {
            let (price, interval) = if has_interval {
                let (months, word) = *dice.pick(&[
                    (1, "monthly"),
                    (3, "quarterly"),
                    (6, "6 months"),
                    (12, "annual"),
                    (24, "2 years"),
                ]);
                (stretch.amount * months, format!(",{word}"))
            } else {
                (stretch.amount * 12, String::new())
            };
            let status = if end.is_some() { "canceled" } else { "active" };
            let open = *dice.pick(&["", "9999-12-31", "NULL", "-"]);
            let end = end.unwrap_or_else(|| open.to_owned());
            file.rows.push(format!(
                "{},{start},{end},{}{interval},{},{},{status}",
                line.customer,
                money(price),
                line.product,
                line.region
            ));
        }
    }
    // A trial counts nowhere, whatever it says.
    let interval = if has_interval { ",monthly" } else { "" };
    let start = day(book.start, 1);
    let trial = format!("trial,{start},,500{interval},Pro,EU,in trial");
    file.rows.push(trial);
    file
}

fn versions(book: &Book, dice: &mut Dice) -> File {
    let is_inclusive = dice.chance(50);
    let header = "subscription id,customer,valid from,valid to,mrr,plan,region";
    let mut file = File::new(header, &["--shape", "versions"]);
    let rule = if is_inclusive {
        "inclusive"
    } else {
        "exclusive"
    };
    file.flags.extend(["--end", rule]);
    for line in &book.lines {
        for (stretch, start, end) in spans(book, line, is_inclusive, false, dice) {
            file.rows.push(format!(
                "{}-{},{},{start},{},{},{},{}",
                line.customer,
                line.product,
                line.customer,
                end.unwrap_or_default(),
                money(stretch.amount),
                line.product,
                line.region
            ));
        }
    }
    file
}

fn invoices(book: &Book, is_monthly: bool, dice: &mut Dice) -> File {
    let header = "customer,invoice date,service start,service end,amount,plan,region";
    let mut file = File::new(header, &[]);
    let is_inclusive = dice.chance(50);
    for line in &book.lines {
        for stretch in line.stretches() {
            let step = if is_monthly {
                1
            } else {
                stretch.last + 1 - stretch.first
            };
            for first in (stretch.first..=stretch.last).step_by(step) {
                let last = book.month(first + step - 1);
                let end = if is_inclusive {
                    day(last, last_day(last))
                } else {
                    day(last + 1, 1)
                };
                let months = i128::try_from(step).expect("a few months");
                file.rows.push(format!(
                    "{},{},{},{end},{},{},{}",
                    line.customer,
                    day(book.month(first), 9),
                    day(book.month(first), 1),
                    money(stretch.amount * months),
                    line.product,
                    line.region
                ));
            }
        }
    }
    file
}

/// One change of a line.
struct Change<'a> {
    line: &'a Line,
    month: usize,
    amount: i128,
}

fn movements(book: &Book, dice: &mut Dice) -> File {
    let (has_balance, has_type) = (dice.chance(50), dice.chance(60));
    let are_magnitudes = has_type && dice.chance(50);
    let is_one_day = dice.chance(50);
    let mut header = "customer,date,mrr change,plan,region".to_owned();
    for (is_there, name) in [(has_type, ",type"), (has_balance, ",balance")] {
        header.push_str(if is_there { name } else { "" });
    }
    let mut file = File::new(&header, &[]);
    for change in changes(book) {
        let Change {
            line,
            month,
            amount,
        } = change.1;
        let before = change.0;
        let after = before + amount;
        let (date, is_loss) = (if is_one_day { 5 } else { product_day(line) }, amount < 0);
        let word = match (before, after) {
            _ if !change.2 && amount > 0 && before == 0 => "new",
            (0, _) => "reactivation",
            (_, 0) => "churn",
            _ if is_loss => "downgrade",
            _ => "expansion",
        };
        let shown = if is_loss && are_magnitudes {
            -amount
        } else {
            amount
        };
        let mut row = format!(
            "{},{},{},{},{}",
            line.customer,
            day(book.month(month), date),
            money(shown),
            line.product,
            line.region
        );
        if has_type {
            write!(row, ",{word}").expect("text grows");
        }
        if has_balance {
            write!(row, ",{}", money(after)).expect("text grows");
        }
        file.rows.push(row);
    }
    if dice.chance(40) {
        file.rows.reverse();
    }
    file
}

fn product_day(line: &Line) -> i32 {
    if line.product == "Basic" { 4 } else { 17 }
}

/// Every change in order of time, with the customer's balance before it and whether it ever paid before.
fn changes(book: &Book) -> Vec<(i128, Change<'_>, bool)> {
    let mut changes = Vec::new();
    let mut balances: Vec<(&str, i128, bool)> = Vec::new();
    for month in 0..book.months {
        for line in &book.lines {
            let before = if month == 0 {
                0
            } else {
                line.amounts[month - 1]
            };
            let change = line.amounts[month] - before;
            if change == 0 {
                continue;
            }
            let known = balances
                .iter()
                .position(|(name, ..)| *name == line.customer);
            let index = known.unwrap_or_else(|| {
                balances.push((&line.customer, 0, false));
                balances.len() - 1
            });
            let (_, balance, has_paid) = &mut balances[index];
            changes.push((
                *balance,
                Change {
                    line,
                    month,
                    amount: change,
                },
                *has_paid,
            ));
            *balance += change;
            *has_paid = true;
        }
    }
    changes
}

/// The first record that differs, with the fields that do.
fn difference(left: &Table, right: &Table) -> Option<String> {
    if left == right {
        return None;
    }
    if left.records.len() != right.records.len() {
        return Some(format!(
            "{} and {} records",
            left.records.len(),
            right.records.len()
        ));
    }
    let pairs = left.records.iter().zip(&right.records);
    let mut text = String::new();
    for (left, right) in pairs.filter(|(left, right)| left != right).take(2) {
        for (name, value) in &left.cells {
            if Some(value) != right.cells.get(name) {
                let (period, other) = (&left.cells["period"], right.cells.get(name));
                write!(text, "{period} {name}: {value} and {other:?}; ").expect("text grows");
            }
        }
    }
    Some(format!("{text}{:?} {:?}", left.header, right.header))
}

fn all_shapes(book: &Book, dice: &mut Dice) -> Vec<(&'static str, File)> {
    let stock = |mut file: File| {
        file.flags.extend(["--basis", "stock"]);
        file
    };
    vec![
        ("wide", wide(book, dice)),
        ("contracts", contracts(book, dice)),
        ("versions", versions(book, dice)),
        ("invoices a month", stock(invoices(book, true, dice))),
        ("invoices a term", stock(invoices(book, false, dice))),
        ("movements", movements(book, dice)),
    ]
}

#[test]
fn one_book_in_every_shape_is_one_ledger() {
    for seed in SEED..SEED + BOOKS {
        let dice = &mut Dice::new(seed);
        let book = Book::random(dice);
        let plain = long(&book);
        for flags in [&[][..], &["--by", "region"], &["--by", "plan"]] {
            let expected = plain.records(1, flags);
            if flags.is_empty() {
                is_as_counted(&book, &expected);
            }
            for (shape, file) in all_shapes(&book, dice) {
                let found = file.records(1, flags);
                let difference = difference(&expected, &found);
                assert_eq!(
                    difference,
                    None,
                    "{shape}, seed {seed}, {flags:?} {:?}\n{}\n{}",
                    file.flags,
                    plain.text(&plain.rows),
                    file.text(&file.rows)
                );
            }
        }
    }
}

fn is_as_counted(book: &Book, table: &Table) {
    let fields = [
        "opening",
        "new",
        "reactivation",
        "expansion",
        "contraction",
        "churn",
        "closing",
    ];
    assert_eq!(table.records.len(), book.months);
    for (month, record) in table.records.iter().enumerate().skip(1) {
        let found = fields.map(|field| record.amount(field));
        assert_eq!(
            found,
            book.expected(month).map(|cents| cents * CENT),
            "{book:#?}"
        );
    }
}

#[test]
fn neither_order_nor_files_nor_threads_change_a_ledger() {
    for seed in SEED..SEED + BOOKS / 3 {
        let dice = &mut Dice::new(seed);
        let book = Book::random(dice);
        for (shape, file) in all_shapes(&book, dice) {
            let expected = file.records(1, &["--threads", "1"]);
            let shuffled = file.clone().shuffled(dice);
            // An order of time is all that tells what a day began with whose changes cancel each other.
            let is_told_by_order = file.header.contains("balance");
            let shuffled = if is_told_by_order { &file } else { &shuffled };
            for (files, threads) in [(1, "2"), (2, "1"), (3, "2")] {
                let found = shuffled.records(files, &["--threads", threads]);
                let difference = difference(&expected, &found);
                assert_eq!(difference, None, "{shape}, seed {seed}, {files} files");
            }
        }
    }
}

#[test]
fn the_ledger_of_any_shape_is_a_long_file_of_the_same_ledger() {
    for seed in SEED..SEED + BOOKS / 3 {
        let dice = &mut Dice::new(seed);
        let book = Book::random(dice);
        // A ledger by customer does not say what moved inside one.
        let expected = long(&book).records(1, &["--product", "none"]);
        for (shape, file) in all_shapes(&book, dice) {
            let found = file.ledger().records(1, &[]);
            let difference = difference(&expected, &found);
            assert_eq!(difference, None, "{shape}, seed {seed}");
        }
    }
}

#[test]
fn the_rows_behind_a_figure_add_up_to_it_in_every_shape() {
    for seed in SEED..SEED + BOOKS / 2 {
        let dice = &mut Dice::new(seed);
        let book = Book::random(dice);
        let month = book.months - 1;
        let period = month_label(book.month(month));
        let (before, after) = (book.paid(month - 1), book.paid(month));
        for (shape, file) in all_shapes(&book, dice) {
            let lines = file.traced(&period);
            for (paid, end) in [(&before, "opening"), (&after, "closing")] {
                for (customer, cents) in paid {
                    let own = |one: &&Record| {
                        one.text("customer") == *customer && one.text("anchor") == end
                    };
                    let own = lines.records.iter().filter(own);
                    let sum: i128 = own.map(|one| one.amount("amount")).sum();
                    assert_eq!(
                        sum,
                        cents * CENT,
                        "{shape}, seed {seed}, {end} of {customer}\n{}",
                        file.text(&file.rows)
                    );
                }
            }
        }
    }
}

#[test]
fn invoices_of_whole_terms_spread_to_the_revenue_of_their_months() {
    for seed in SEED..SEED + BOOKS / 3 {
        let dice = &mut Dice::new(seed);
        let book = Book::random(dice);
        let mut plain = long(&book);
        plain.flags = vec!["--basis", "flow"];
        let expected = plain.records(1, &[]);
        for is_monthly in [true, false] {
            let found = invoices(&book, is_monthly, dice).records(1, &["--basis", "flow"]);
            let difference = difference(&expected, &found);
            assert_eq!(difference, None, "seed {seed}, {is_monthly}");
        }
    }
}
