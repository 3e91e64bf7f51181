//! Random settings for a random book.

use crate::oracle::settings::{Settings, length_of};
use crate::oracle::span::Span;
use crate::support::book::{Book, month_label};
use crate::support::random::Dice;

/// Settings that fit the book more often than not, so that most runs give numbers.
pub fn settings(dice: &mut Dice, book: &Book) -> Settings {
    let mut settings = Settings::default();
    let first = book
        .rows
        .iter()
        .map(|row| row.months().0)
        .min()
        .unwrap_or(0);
    let mut last = book
        .rows
        .iter()
        .map(|row| row.months().1)
        .max()
        .unwrap_or(0);
    let grain = book
        .rows
        .iter()
        .map(|row| row.months().1 - row.months().0 + 1)
        .max()
        .unwrap_or(1);
    if grain == 1 && dice.chance(10) {
        last = (last - dice.between(-1, 4)).max(first);
        settings.set("through", month_label(last));
    }
    loading(dice, book, &mut settings);
    measuring(dice, grain, &book.amount, &mut settings);
    periods(dice, first, last, grain, &mut settings);
    segments(dice, book, &mut settings);
    if dice.chance(40) {
        settings.set("threads", dice.between(1, 3).to_string());
    }
    settings
}

fn sometimes(dice: &mut Dice, percent: i32, name: &str, values: &[&str], settings: &mut Settings) {
    if dice.chance(percent) {
        settings.set(name, *dice.pick(values));
    }
}

fn loading(dice: &mut Dice, book: &Book, settings: &mut Settings) {
    sometimes(
        dice,
        30,
        "duplicates",
        &["sum", "last", "last", "error"],
        settings,
    );
    sometimes(
        dice,
        60,
        "negatives",
        &["error", "clip", "clip", "clip"],
        settings,
    );
    sometimes(
        dice,
        50,
        "missing-months",
        &["refuse", "zero", "zero"],
        settings,
    );
    let mixed = book.rows.iter().any(|row| row.currency == "EUR");
    let has_dollars = book.rows.iter().any(|row| row.currency == "USD");
    if book.has_currency && has_dollars && dice.chance(if mixed { 92 } else { 20 }) {
        settings.set("currency", "USD");
    }
    // A filter by a value that some row holds; none is left only if another filter takes the rest.
    if dice.chance(15) && !book.rows.is_empty() {
        let column = *dice.pick(&[0, 1]);
        let value = dice.pick(&book.rows).traits[column].clone();
        if !value.is_empty() {
            settings.set("where", format!("{}={value}", book.traits[column]));
        }
    }
}

fn measuring(dice: &mut Dice, grain: i32, amount: &str, settings: &mut Settings) {
    sometimes(dice, 50, "basis", &["stock", "flow"], settings);
    if !settings.is("basis", "flow") && dice.chance(15) {
        settings.set("basis", "stock");
        settings.set("interval", *dice.pick(&["month", "year"]));
    }
    // On a flow it is an error, which is tried now and then.
    let is_stock = settings
        .get("basis")
        .map_or(["mrr", "arr"].contains(&amount), |basis| basis == "stock");
    if dice.chance(if is_stock { 30 } else { 5 }) {
        settings.set("grace", *dice.pick(&["0", "1", "2", "2", "3", "5", "12"]));
    }
    sometimes(
        dice,
        60,
        "reactivation",
        &["separate", "in-nrr", "as-new", "as-expansion"],
        settings,
    );
    if grain == 1 {
        sometimes(
            dice,
            25,
            "reactivation-window",
            &["0", "1", "2", "3", "6"],
            settings,
        );
    }
    sometimes(
        dice,
        30,
        "zero",
        &["inactive", "active", "active"],
        settings,
    );
    sometimes(
        dice,
        15,
        "min-opening",
        &["0", "12", "120.5", "250", "3000"],
        settings,
    );
    sometimes(
        dice,
        15,
        "min-closing",
        &["0", "12", "120.5", "250", "3000"],
        settings,
    );
    sometimes(
        dice,
        25,
        "method",
        &["compound", "summed", "trailing-average"],
        settings,
    );
    sometimes(
        dice,
        20,
        "cohort-base",
        &["opening", "first-month", "survivors"],
        settings,
    );
    sometimes(dice, 40, "partial", &["refuse", "allow", "allow"], settings);
}

fn periods(dice: &mut Dice, first: i32, last: i32, grain: i32, settings: &mut Settings) {
    // Labels of a coarse book are calendar ones, so fiscal years are asked of months only.
    let fiscal = if grain == 1 && dice.chance(25) {
        dice.between(2, 12)
    } else {
        1
    };
    if fiscal != 1 {
        settings.set("fiscal-year-start", fiscal.to_string());
    }
    let finer = dice.chance(35);
    let fitting = ["month", "quarter", "half", "year"]
        .into_iter()
        .filter(|every| finer || length_of(every) >= grain);
    let every = *dice.pick(&fitting.collect::<Vec<_>>());
    let length = length_of(every);
    let form = dice.between(0, 99);
    if form < 45 {
        let end = last - dice.between(0, (last - first).max(2) / 2) + dice.between(0, 99) / 97;
        let mut label =
            Span::holding(end - (length - 1) * dice.between(0, 1), length, fiscal).label(fiscal);
        if grain == 1 && form < 5 {
            label = format!("TTM-{}", month_label(end));
        } else if grain == 1 && form < 10 {
            label = format!(
                "{}..{}",
                month_label(end - dice.between(1, 5)),
                month_label(end)
            );
        } else if dice.chance(50) {
            label = label.replace("FY", "");
        }
        settings.set("period", label);
    } else if form < 80 {
        range(dice, first, last, length, fiscal, settings);
        settings.set("every", every);
    }
    if dice.chance(15) {
        let months = grain * *dice.pick(&[1, 1, 2, 3, 3, 6, 12]);
        settings.set("length", months.to_string());
    }
    if dice.chance(35) {
        let step = if grain == 1 {
            *dice.pick(&[1, 2, 3, 6, 12, 12, 12, 24])
        } else {
            grain * dice.between(1, 4)
        };
        settings.set("lookback", step.to_string());
    }
}

fn range(
    dice: &mut Dice,
    first: i32,
    last: i32,
    length: i32,
    fiscal: i32,
    settings: &mut Settings,
) {
    let mut from = Span::holding(first + dice.between(0, (last - first) / 2), length, fiscal);
    let mut to = Span::holding(last, length, fiscal);
    // A range that reaches past the data is an error; keep that the exception.
    while to.last > last && to.last > from.last && dice.chance(95) {
        to = Span::calendar(to.last - length, length);
    }
    while from.last > to.last {
        from = Span::calendar(from.last - length, length);
    }
    settings.set("from", from.label(fiscal));
    settings.set("to", to.label(fiscal));
}

fn segments(dice: &mut Dice, book: &Book, settings: &mut Settings) {
    if dice.chance(50) {
        settings.set(
            "by",
            *dice.pick(&[
                "region",
                "region",
                "region",
                "owner",
                "region,owner",
                "owner,region",
            ]),
        );
        let values = ["opening", "opening", "closing", "first", "latest"];
        sometimes(dice, 60, "segment-at", &values, settings);
    }
    debug_assert_eq!(book.traits, ["region", "owner"]);
}
