//! Random books of revenue from a seed, small enough to read when one of them fails.

use super::book::{Book, ONE, Row, month_label, text_of};

/// A seeded source of numbers (`SplitMix64`): the same seed gives the same book on every machine.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall the same way for the same seed.
    pub const fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ (word >> 31)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = u64::from(high.abs_diff(low)) + 1;
        low + i32::try_from(self.next() % width).expect("a width of 32 bits")
    }

    /// True that often in a hundred.
    pub fn chance(&mut self, percent: i32) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let last = i32::try_from(choices.len()).expect("few choices") - 1;
        &choices[usize::try_from(self.between(0, last)).expect("an index")]
    }

    /// Puts these in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.between(0, i32::try_from(last).expect("few items"));
            items.swap(last, usize::try_from(other).expect("an index"));
        }
    }
}

/// What may stand in a random book, each in percent.
#[derive(Clone, Copy, Debug)]
pub struct Mix {
    /// Rows below zero.
    pub negatives: i32,
    /// Rows of exactly zero.
    pub zeros: i32,
    /// Cells made of several rows.
    pub several: i32,
    /// Books in which one month has no row.
    pub holes: i32,
    /// Rows without a segment.
    pub blanks: i32,
    /// Rows in another currency, in a book with a currency column.
    pub foreign: i32,
    /// Books whose rows are labelled by quarter or year.
    pub coarse: i32,
    /// The fewest months of a book.
    pub months_min: i32,
}

impl Mix {
    /// Everything that an export can hold.
    pub const WILD: Mix = Mix {
        negatives: 3,
        zeros: 6,
        several: 15,
        holes: 12,
        blanks: 10,
        foreign: 8,
        coarse: 10,
        months_min: 1,
    };

    /// No amount below zero, a row in every month, one currency.
    pub const TAME: Mix = Mix {
        negatives: 0,
        zeros: 6,
        several: 15,
        holes: 0,
        blanks: 10,
        foreign: 0,
        coarse: 0,
        months_min: 15,
    };
}

const NAMES: [&str; 12] = [
    "acme",
    "birch",
    "cedar",
    "Dune, Inc",
    "elm",
    "fir",
    "Gingko \"G\"",
    "hazel",
    "iris",
    "juniper",
    "köln",
    "007",
];
const REGIONS: [&str; 4] = ["EU", "US", "apac", "Z"];
const OWNERS: [&str; 3] = ["kim", "lee", "Ada"];

/// A random book; segments stand in the columns `region` and `owner`.
pub fn book(dice: &mut Dice, mix: Mix) -> Book {
    let step = if dice.chance(mix.coarse) {
        *dice.pick(&[3, 12])
    } else {
        1
    };
    let count = if step == 1 {
        dice.between(mix.months_min, 30)
    } else {
        dice.between(2, 10)
    };
    let first =
        (2022 * 12 + if step == 1 { dice.between(-7, 7) } else { 0 }).div_euclid(step) * step;
    let has_currency = dice.chance(30);
    let scale = *dice.pick(&[1, 10, 100, 1000]);
    let style = dice.between(0, 2);
    let mut rows = Vec::new();
    for customer in NAMES
        .iter()
        .take(usize::try_from(dice.between(1, 12)).expect("a few"))
    {
        for (slot, amounts) in life(dice, mix, count) {
            let label = label(first + slot * step, step, style, dice);
            rows.extend(amounts.into_iter().map(|amount| Row {
                customer: (*customer).to_owned(),
                label: label.clone(),
                amount: text_of(i128::from(amount) * ONE / scale),
                currency: currency(dice, mix, has_currency),
                traits: Vec::new(),
            }));
        }
    }
    // Segments belong to the customer and change now and then, so they follow in a second pass.
    add_traits(dice, mix, &mut rows);
    if dice.chance(mix.holes) && step == 1 {
        let hole = month_label(first + dice.between(0, count));
        rows.retain(|row| !row.label.starts_with(&hole));
    }
    if mix.holes == 0 || rows.is_empty() || step != 1 {
        cover(&mut rows, first, count, step, style, dice, has_currency);
    }
    if dice.chance(50) {
        dice.shuffle(&mut rows);
    }
    let date = if step == 1 {
        *dice.pick(&["month", "period"])
    } else {
        "period"
    };
    let amount = *dice.pick(&["mrr", "mrr", "arr", "revenue", "amount"]);
    let traits = vec!["region".to_owned(), "owner".to_owned()];
    Book {
        date: date.to_owned(),
        amount: amount.to_owned(),
        has_currency,
        traits,
        rows,
    }
}

/// The months in which a customer has rows, with their amounts; equal amounts are common, because
/// the classes differ where amounts are equal.
fn life(dice: &mut Dice, mix: Mix, count: i32) -> Vec<(i32, Vec<i32>)> {
    let mut cells = Vec::new();
    let (mut level, mut live) = (
        dice.between(1, 40) * 100 + dice.between(0, 1) * dice.between(0, 999),
        dice.chance(60),
    );
    for slot in 0..count {
        if dice.chance(if live { 7 } else { 22 }) {
            live = !live;
        }
        if !live {
            if dice.chance(mix.zeros) {
                cells.push((slot, vec![0]));
            }
            continue;
        }
        if dice.chance(25) {
            level = (level + dice.between(-900, 1000)).max(1);
        }
        let mut amounts = vec![level];
        if dice.chance(mix.several) {
            let part = dice.between(1, level);
            amounts = vec![part, level - part];
        }
        if dice.chance(mix.zeros) {
            amounts.push(0);
        }
        if dice.chance(mix.negatives) {
            amounts.push(-dice.between(1, 2 * level));
        }
        // A cell of several rows that cancel out is zero without a row that says so.
        if dice.chance(mix.negatives) {
            amounts = vec![level, -level];
        }
        cells.push((slot, amounts));
    }
    cells
}

fn label(month: i32, step: i32, style: i32, dice: &mut Dice) -> String {
    match (step, style) {
        (3, _) => format!("{}-Q{}", month.div_euclid(12), month.rem_euclid(12) / 3 + 1),
        (12, _) => month.div_euclid(12).to_string(),
        (_, 0) => month_label(month),
        (_, 1) => format!("{}-01", month_label(month)),
        _ => format!("{}-{:02}", month_label(month), dice.between(1, 28)),
    }
}

fn currency(dice: &mut Dice, mix: Mix, has_currency: bool) -> String {
    match (has_currency, dice.chance(mix.foreign)) {
        (false, _) => String::new(),
        (true, false) => "USD".to_owned(),
        (true, true) => "EUR".to_owned(),
    }
}

fn add_traits(dice: &mut Dice, mix: Mix, rows: &mut [Row]) {
    let (mut customer, mut region, mut owner) = (String::new(), "", "");
    for row in rows {
        let fresh = row.customer != customer;
        if fresh || dice.chance(8) {
            region = *dice.pick(&REGIONS);
        }
        if fresh || dice.chance(5) {
            owner = *dice.pick(&OWNERS);
        }
        customer.clone_from(&row.customer);
        let blank = |dice: &mut Dice, value: &str| {
            if dice.chance(mix.blanks) {
                String::new()
            } else {
                value.to_owned()
            }
        };
        row.traits = vec![blank(dice, region), blank(dice, owner)];
    }
}

/// Gives every month a row, so that no month is missing.
fn cover(
    rows: &mut Vec<Row>,
    first: i32,
    count: i32,
    step: i32,
    style: i32,
    dice: &mut Dice,
    has_currency: bool,
) {
    for slot in 0..count {
        let label = label(first + slot * step, step, style, dice);
        rows.push(Row {
            customer: "steady".to_owned(),
            label,
            amount: "250".to_owned(),
            currency: if has_currency {
                "USD".to_owned()
            } else {
                String::new()
            },
            traits: vec!["EU".to_owned(), "kim".to_owned()],
        });
    }
}

/// Policies that move amounts between lines or leave customers out, and never stop a run on a book
/// of [`Mix::TAME`].
pub fn policies(dice: &mut Dice) -> Vec<String> {
    let choices: [(&str, i32, &[&str]); 10] = [
        ("--basis", 60, &["stock", "flow"]),
        ("--lookback", 40, &["1", "2", "3", "12"]),
        (
            "--reactivation",
            75,
            &["separate", "in-nrr", "as-new", "as-expansion"],
        ),
        ("--reactivation-window", 30, &["0", "1", "3"]),
        ("--negatives", 100, &["clip"]),
        ("--duplicates", 30, &["sum", "last"]),
        ("--min-opening", 20, &["100", "2500.5"]),
        ("--min-closing", 20, &["100", "2500.5"]),
        ("--zero", 50, &["active", "inactive"]),
        (
            "--segment-at",
            70,
            &["opening", "closing", "first", "latest"],
        ),
    ];
    let mut args = Vec::new();
    for (flag, percent, values) in choices {
        if dice.chance(percent) {
            args.extend([flag.to_owned(), (*dice.pick(values)).to_owned()]);
        }
    }
    // On a flow it would be an error, and a book's name alone may make it one.
    if args.iter().any(|arg| arg == "stock") && dice.chance(40) {
        let months = *dice.pick(&["1", "2", "6"]);
        args.extend(["--grace".to_owned(), months.to_owned()]);
    }
    args
}
