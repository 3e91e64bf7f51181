//! A second, naive model of what moves inside customers: products and quantities, in loops over rows, sharing nothing
//! with the program.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::book::{month_label, text_of};
use crate::support::random::Dice;

/// One row; amounts and quantities in millionths.
#[derive(Clone, Debug)]
pub struct Row {
    pub customer: String,
    pub month: i32,
    pub region: String,
    pub product: String,
    pub quantity: Option<i128>,
    pub amount: i128,
}

/// What is asked, as far as the model knows it.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Question {
    pub is_stock: bool,
    pub nets_products: bool,
    /// How many months each end has, and how many lie between their last months.
    pub length: i32,
    pub lookback: i32,
    pub last: i32,
    pub keeps_last_row: bool,
    pub returns_expand: bool,
    pub zero_stays: bool,
    pub opening_min: i128,
}

impl Question {
    /// The flags that ask it.
    pub fn args(&self) -> Vec<String> {
        let from = month_label(self.last - self.length + 1);
        let pairs = [
            ("--period", format!("{from}..{}", month_label(self.last))),
            ("--lookback", self.lookback.to_string()),
            ("--basis", pick(self.is_stock, "stock", "flow")),
            ("--netting", pick(self.nets_products, "product", "customer")),
            ("--negatives", "clip".to_owned()),
            ("--duplicates", pick(self.keeps_last_row, "last", "sum")),
            (
                "--reactivation",
                pick(self.returns_expand, "as-expansion", "separate"),
            ),
            ("--zero", pick(self.zero_stays, "active", "inactive")),
            ("--min-opening", text_of(self.opening_min)),
            ("--interval", "month".to_owned()),
            ("--amount-is", "total".to_owned()),
        ];
        let pairs = pairs.into_iter();
        pairs
            .flat_map(|(flag, value)| [flag.to_owned(), value])
            .collect()
    }
}

fn pick(first: bool, yes: &str, no: &str) -> String {
    if first { yes } else { no }.to_owned()
}

/// Rows of a few customers, each in one region, with a few products; every month has a row.
pub fn rows(dice: &mut Dice, months: i32, has_negatives: bool) -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..dice.between(2, 6) {
        let region = (*dice.pick(&["EU", "US"])).to_owned();
        for product in ["basic", "pro", "seats", ""] {
            let mut level = dice.between(1, 30) * 100;
            let mut seats = dice.between(1, 9);
            for month in 0..months {
                if dice.chance(35) {
                    continue;
                }
                if dice.chance(50) {
                    level = (level + dice.between(-900, 900)).max(1);
                    seats = (seats + dice.between(-3, 3)).max(0);
                }
                let is_credit = has_negatives && dice.chance(12);
                let amount = i128::from(if is_credit { -level } else { level });
                let row = Row {
                    customer: format!("customer {number}"),
                    month: 2024 * 12 + month,
                    region: region.clone(),
                    product: product.to_owned(),
                    quantity: dice.chance(85).then_some(i128::from(seats) * 500_000),
                    amount: amount * 10_000,
                };
                if dice.chance(10) {
                    let quantity = Some(1_000_000);
                    rows.push(Row {
                        quantity,
                        ..row.clone()
                    });
                }
                if dice.chance(5) {
                    rows.push(Row {
                        amount: -row.amount,
                        ..row.clone()
                    });
                }
                rows.push(row);
            }
        }
    }
    for month in 0..months {
        rows.push(Row {
            customer: "steady".to_owned(),
            month: 2024 * 12 + month,
            region: "EU".to_owned(),
            product: "basic".to_owned(),
            quantity: Some(1_000_000),
            // The decimals of the file, whatever rows are kept.
            amount: 250_010_000,
        });
    }
    rows
}

/// The rows as a file.
pub fn csv(rows: &[Row]) -> String {
    let mut text = "customer,month,mrr,region,plan,seats\n".to_owned();
    for row in rows {
        let quantity = row.quantity.map_or_else(String::new, text_of);
        let cells = [
            row.customer.clone(),
            month_label(row.month),
            text_of(row.amount),
            row.region.clone(),
            row.product.clone(),
            quantity,
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// Amount and quantity of one customer and product at one end, and whether its month is stated to be nothing.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    amount: i128,
    quantity: i128,
}

/// Every field that the model knows, of the total or of one region.
pub fn answer(
    rows: &[Row],
    question: &Question,
    region: Option<&str>,
) -> BTreeMap<&'static str, i128> {
    let rows = counted(rows, question);
    let reads = |last: i32| {
        let first = if question.is_stock {
            last
        } else {
            last - question.length + 1
        };
        first..=last
    };
    let (from, to) = (
        reads(question.last - question.lookback),
        reads(question.last),
    );
    let customers: BTreeSet<&str> = rows.iter().map(|row| row.customer.as_str()).collect();
    let mut fields: BTreeMap<&'static str, i128> = BTreeMap::new();
    for field in FIELDS {
        fields.insert(field, 0);
    }
    for customer in customers {
        let own: Vec<&Row> = rows.iter().filter(|row| row.customer == customer).collect();
        if region.is_some_and(|region| own[0].region != region) {
            continue;
        }
        let products: BTreeSet<&str> = own.iter().map(|row| row.product.as_str()).collect();
        let end = |product: &str, months: &std::ops::RangeInclusive<i32>| {
            let mut end = End::default();
            for row in &own {
                if row.product == product && months.contains(&row.month) {
                    end.amount += row.amount;
                    end.quantity += row.quantity.unwrap_or(0);
                }
            }
            if question.nets_products {
                end.amount = end.amount.max(0);
            }
            end
        };
        let units: Vec<(End, End)> = products
            .iter()
            .map(|p| (end(p, &from), end(p, &to)))
            .collect();
        let a: i128 = units.iter().map(|unit| unit.0.amount).sum::<i128>().max(0);
        let raw_b: i128 = own
            .iter()
            .filter(|row| to.contains(&row.month))
            .map(|row| row.amount)
            .sum();
        let b: i128 = units.iter().map(|unit| unit.1.amount).sum::<i128>().max(0);
        let months = if question.is_stock {
            1
        } else {
            question.length
        };
        if a > 0 && a * 12 < question.opening_min * i128::from(months) {
            continue;
        }
        let mut add =
            |field: &'static str, amount: i128| *fields.entry(field).or_default() += amount;
        add("opening", a);
        add("closing", b);
        if a == 0 && b > 0 && question.returns_expand && had_revenue(&own, question) {
            add("expansion", b);
            add("retained", b);
        }
        let states_zero = stated_zero(&own, &to) && raw_b >= 0;
        if a > 0 && b == 0 && question.zero_stays && states_zero && !is_cut(&own, &to, question) {
            add("contraction", a);
        }
        if a > 0 {
            add("retained", b);
        }
        if a > 0 && b > 0 {
            for (field, amount) in inside(&units, question.nets_products) {
                add(field, amount);
            }
        }
    }
    fields
}

pub const FIELDS: [&str; 13] = [
    "opening",
    "closing",
    "expansion",
    "contraction",
    "retained",
    "retained_capped",
    "upsell",
    "cross_sell",
    "downsell",
    "product_churn",
    "product_swap",
    "volume_change",
    "price_change",
];

/// The rows that count, in their order.
fn counted(rows: &[Row], question: &Question) -> Vec<Row> {
    let same = |left: &Row, right: &Row| {
        (&left.customer, left.month, &left.product)
            == (&right.customer, right.month, &right.product)
    };
    let kept = |(index, row): &(usize, &Row)| {
        !question.keeps_last_row || !rows[index + 1..].iter().any(|later| same(row, later))
    };
    let rows = rows.iter().enumerate().filter(kept);
    rows.map(|(_, row)| row.clone()).collect()
}

/// The lines of one kept customer.
fn inside(units: &[(End, End)], nets_products: bool) -> Vec<(&'static str, i128)> {
    let mut lines: BTreeMap<&'static str, i128> = BTreeMap::new();
    for (opening, closing) in units {
        let change = closing.amount - opening.amount;
        let had = opening.amount > 0;
        let has = closing.amount > 0;
        let field = if has && !had {
            "cross_sell"
        } else if had && !has {
            "product_churn"
        } else if change > 0 {
            "upsell"
        } else {
            "downsell"
        };
        *lines.entry(field).or_default() += change.abs();
        let volume = if opening.quantity > 0 && closing.quantity > 0 {
            // At two decimals, which the file has; halves go away from zero.
            let cents = opening.amount / 10_000 * (closing.quantity - opening.quantity);
            let half = if cents < 0 {
                -opening.quantity
            } else {
                opening.quantity
            };
            (2 * cents + half) / (2 * opening.quantity) * 10_000
        } else {
            0
        };
        *lines.entry("volume_change").or_default() += volume;
        *lines.entry("price_change").or_default() += change - volume;
    }
    let line = |name: &str| lines.get(name).copied().unwrap_or(0);
    let rises = line("upsell") + line("cross_sell");
    let falls = line("downsell") + line("product_churn");
    let swap = rises.min(falls);
    let a: i128 = units.iter().map(|unit| unit.0.amount).sum();
    let (seen, hidden) = if nets_products { (0, swap) } else { (swap, 0) };
    let capped = a - (falls - swap) - hidden;
    let mut lines: Vec<(&'static str, i128)> = lines.into_iter().collect();
    lines.extend([
        ("product_swap", seen),
        ("expansion", rises - seen),
        ("contraction", falls - seen),
        ("retained_capped", capped),
    ]);
    lines
}

/// True if a month up to the opening's end has revenue.
fn had_revenue(own: &[&Row], question: &Question) -> bool {
    let until = question.last - question.lookback;
    let months: BTreeSet<i32> = own
        .iter()
        .map(|row| row.month)
        .filter(|m| *m <= until)
        .collect();
    months.into_iter().any(|month| {
        let in_month = own.iter().filter(|row| row.month == month);
        in_month.map(|row| row.amount).sum::<i128>() > 0
    })
}

/// True if the rows of a month of the closing add up to nothing.
fn stated_zero(own: &[&Row], to: &std::ops::RangeInclusive<i32>) -> bool {
    to.clone().any(|month| {
        let in_month = || own.iter().filter(|row| row.month == month);
        in_month().count() > 0 && in_month().map(|row| row.amount).sum::<i128>() == 0
    })
}

/// True if something of the closing was cut at zero.
fn is_cut(own: &[&Row], to: &std::ops::RangeInclusive<i32>, question: &Question) -> bool {
    let inside = || own.iter().filter(|row| to.contains(&row.month));
    let products: BTreeSet<&str> = inside().map(|row| row.product.as_str()).collect();
    let of = |product: &str| -> i128 {
        let rows = inside().filter(|row| row.product == product);
        rows.map(|row| row.amount).sum()
    };
    if question.nets_products {
        products.iter().any(|product| of(product) < 0)
    } else {
        inside().map(|row| row.amount).sum::<i128>() < 0
    }
}
