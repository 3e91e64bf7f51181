//! `map` and `level` once more: a book rewritten row by row, and then measured by the model that knows
//! neither.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare;
use crate::oracle::ask;
use crate::oracle::model::{Answer, Expected, Model};
use crate::oracle::settings::Settings;
use crate::oracle::span::Span;
use crate::support::book::{Book, Row, month_label};
use crate::support::random::{Dice, Mix, book as random_book};
use crate::support::runner::{word, written};
use crate::support::table::Table;
use crate::support::{calc, words};

/// How many random books are measured.
const BOOKS: u64 = 1_500;
const SEED: u64 = 20_241_122;

/// One row of a map.
#[derive(Clone, Debug)]
pub struct Rule {
    from: String,
    to: String,
    /// As `12·year + month − 1`.
    effective: Option<i32>,
}

/// The answer under the map and the level that the settings name, if they do; the worked cases are such. The
/// column of parents is the last one.
pub fn answer(book: &Book, settings: &Settings) -> Answer {
    let mut settings = settings.clone();
    let by_parent = settings.flags.remove("level").is_some();
    let rules = settings.flags.remove("map").map(|name| read(&name));
    if !by_parent && rules.is_none() {
        return Model::new(book, &settings).answer();
    }
    let mut book = book.clone();
    if !by_parent {
        book.traits.push("parent_id".to_owned());
        let rows = book.rows.iter_mut();
        rows.for_each(|row| row.traits.push(String::new()));
    }
    let trial = Trial {
        book,
        rules: rules.unwrap_or_default(),
        by_parent,
        settings,
    };
    trial.answer()
}

fn read(name: &str) -> Vec<Rule> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let mut reader = csv::Reader::from_path(path).expect("the map");
    let rules = reader.records().map(|record| {
        let record = record.expect("a row");
        let month = record.get(2).filter(|month| !month.is_empty());
        Rule {
            from: record[0].to_owned(),
            to: record[1].to_owned(),
            effective: month.map(|month| Span::parse(month, 1).last),
        }
    });
    rules.collect()
}

/// The id at the end of the chain in a month.
fn named(rules: &[Rule], id: &str, month: i32) -> String {
    let holds = |rule: &&Rule| rule.from == id && rule.effective.is_none_or(|start| start <= month);
    let rule = rules.iter().filter(holds).max_by_key(|rule| rule.effective);
    rule.map_or_else(|| id.to_owned(), |rule| named(rules, &rule.to, month))
}

/// One question: a book with a column of parents at its end, a map, and settings that know of neither.
struct Trial {
    book: Book,
    rules: Vec<Rule>,
    by_parent: bool,
    settings: Settings,
}

impl Trial {
    fn random(seed: u64) -> Trial {
        let mut dice = Dice::new(seed);
        let mix = Mix {
            coarse: 0,
            ..Mix::WILD
        };
        let mut book = random_book(&mut dice, mix);
        let mut settings = ask::settings(&mut dice, &book);
        let months = || book.rows.iter().map(|row| row.months().1);
        let (first, last) = (months().min().unwrap_or(0), months().max().unwrap_or(0));
        if settings.spans().is_none() {
            settings.set("from", month_label(first));
            settings.set("to", month_label(last));
            settings.set("every", "month");
        }
        let ids: BTreeSet<&String> = book.rows.iter().map(|row| &row.customer).collect();
        let mut ids: Vec<String> = ids.into_iter().cloned().collect();
        ids.extend(words(&["holding", "group"]));
        let rules = if dice.chance(70) {
            rules(&mut dice, &ids, first, last)
        } else {
            Vec::new()
        };
        book.traits.push("parent_id".to_owned());
        let is_steady = dice.chance(50);
        let mut last_parent: BTreeMap<String, String> = BTreeMap::new();
        for row in &mut book.rows {
            let known = last_parent.get(&row.customer).filter(|_| is_steady);
            let parent = match known {
                Some(parent) => parent.clone(),
                None if dice.chance(50) => dice.pick(&ids).clone(),
                None => String::new(),
            };
            last_parent.insert(row.customer.clone(), parent.clone());
            row.traits.push(parent);
        }
        let by_parent = dice.chance(60);
        // These put comparisons of many closings together, each with parents of its own.
        let is_of_many = |settings: &Settings| {
            ["compound", "trailing-average"].contains(&settings.get("method").unwrap_or_default())
        };
        if by_parent && is_of_many(&settings) {
            settings.flags.remove("method");
        }
        Trial {
            book,
            rules,
            by_parent,
            settings,
        }
    }

    /// The rows that count: under `duplicates last` the last one of a customer's month, and a row that passes no
    /// filter only says that its month is there.
    fn settled(&self) -> (Vec<Row>, Vec<Row>, bool) {
        let column = |name: &str| self.book.traits.iter().position(|other| other == name);
        let filter = self
            .settings
            .get("where")
            .and_then(|text| text.split_once('='));
        let through = self
            .settings
            .get("through")
            .map(|label| Span::parse(label, 1).last);
        let passes = |row: &Row| {
            let currency = self.settings.get("currency");
            let is_in = |(name, value): (&str, &str)| {
                column(name).is_some_and(|index| row.traits[index] == value)
            };
            filter.is_none_or(is_in)
                && currency.is_none_or(|code| row.currency == code)
                && through.is_none_or(|last| row.months().1 <= last)
        };
        let (inside, outside): (Vec<Row>, Vec<Row>) =
            self.book.rows.iter().cloned().partition(passes);
        let is_repeated = |index: usize| {
            let row: &Row = &inside[index];
            let mut later = inside[index + 1..].iter();
            later.any(|other| other.customer == row.customer && other.months() == row.months())
        };
        let repeated: Vec<usize> = (0..inside.len())
            .filter(|index| is_repeated(*index))
            .collect();
        let is_doubled = !repeated.is_empty() && self.settings.is("duplicates", "error");
        if !self.settings.is("duplicates", "last") {
            return (inside, outside, is_doubled);
        }
        let kept = inside.iter().enumerate();
        let kept = kept.filter(|(index, _)| !repeated.contains(index));
        (kept.map(|(_, row)| row.clone()).collect(), outside, false)
    }

    /// The book as it is at a closing: rows under the names of their units.
    fn rewritten(&self, closing: i32) -> Book {
        let (mut inside, outside, _) = self.settled();
        for row in &mut inside {
            let month = row.months().1;
            let own = row.customer.clone();
            let parent = row.traits.last_mut().expect("the parent");
            if !parent.is_empty() {
                *parent = named(&self.rules, parent, month);
            }
            row.customer = named(&self.rules, &own, month);
        }
        if self.by_parent {
            let parents = parents(&inside, closing);
            for row in &mut inside {
                if let Some(parent) = parents.get(&row.customer) {
                    row.customer.clone_from(parent);
                }
            }
        }
        inside.extend(outside);
        Book {
            rows: inside,
            ..self.book.clone()
        }
    }

    /// What the run should give: each span by itself, for parents are those of its closing.
    fn answer(&self) -> Answer {
        let mut settings = self.settings.clone();
        settings.flags.remove("duplicates");
        let (mut errors, mut records): (BTreeSet<&'static str>, Vec<Expected>) = Default::default();
        if self.settled().2 {
            errors.insert("duplicate-rows");
        }
        let is_single = settings.get("period").is_some();
        let months = self.book.rows.iter().map(|row| row.months().1);
        let data_end = settings
            .get("through")
            .map(|label| Span::parse(label, 1).last)
            .or(months.max())
            .unwrap_or(0);
        for span in settings.spans().expect("spans") {
            if !is_single {
                settings.set("from", month_label(span.first()));
                settings.set("to", month_label(span.last));
            }
            let book = self.rewritten(span.last.min(data_end));
            match Model::new(&book, &settings).answer() {
                Answer::Errors(codes) => errors.extend(codes),
                Answer::Records(found) => records.extend(found),
            }
        }
        if errors.is_empty() {
            Answer::Records(records)
        } else {
            Answer::Errors(errors)
        }
    }

    fn map(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(["from", "to", "effective"])
            .expect("written");
        for rule in &self.rules {
            let month = rule.effective.map_or_else(String::new, month_label);
            let row = [&rule.from, &rule.to, &month];
            writer.write_record(row).expect("written");
        }
        String::from_utf8(writer.into_inner().expect("written")).expect("UTF-8")
    }

    fn args(&self, folder: &std::path::Path) -> Vec<String> {
        let mut args = self.settings.args();
        args.extend(words(&["--format", "csv"]));
        if self.by_parent {
            args.extend(words(&["--level", "parent"]));
        }
        if !self.rules.is_empty() {
            let path = written(folder, "ids.csv", self.map().as_bytes());
            args.extend(words(&["--map", word(&path)]));
        }
        args
    }

    fn differences(&self) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = calc(&self.book, 1, &self.args(folder.path()));
        match self.answer() {
            Answer::Errors(codes) => {
                let found = run.errors();
                let is_due = |code: &String| codes.contains(code.as_str());
                if run.code == 2 && !found.is_empty() && found.iter().all(is_due) {
                    return Vec::new();
                }
                vec![format!(
                    "an error of {codes:?} is due: {} {}",
                    run.code, run.stderr
                )]
            }
            Answer::Records(due) if run.code == 0 => compare(&due, &Table::read(&run.stdout)),
            Answer::Records(_) => vec![format!("records are due: {}", run.stderr)],
        }
    }
}

/// The parent of each customer in its latest month up to a closing: of several the one with the larger
/// amount, then the first in byte order.
fn parents(rows: &[Row], closing: i32) -> BTreeMap<String, String> {
    let mut latest: BTreeMap<&String, i32> = BTreeMap::new();
    let up_to = || rows.iter().filter(|row| row.months().1 <= closing);
    for row in up_to() {
        let month = latest.entry(&row.customer).or_insert(row.months().1);
        *month = (*month).max(row.months().1);
    }
    let mut amounts: BTreeMap<(&String, &String), i128> = BTreeMap::new();
    for row in up_to().filter(|row| latest[&row.customer] == row.months().1) {
        let parent = row.traits.last().expect("the parent");
        *amounts.entry((&row.customer, parent)).or_default() += row.units();
    }
    let mut best: BTreeMap<String, (String, i128)> = BTreeMap::new();
    for ((customer, parent), amount) in amounts {
        // Parents come in byte order, so only a larger amount takes the place of one; nobody gives way to any.
        let loses = |held: &(String, i128)| held.0.is_empty() || held.1 < amount;
        if best.get(customer).is_none_or(loses) {
            best.insert(customer.clone(), (parent.clone(), amount));
        }
    }
    let plain = best.into_iter();
    plain
        .filter(|(_, (parent, _))| !parent.is_empty())
        .map(|(customer, (parent, _))| (customer, parent))
        .collect()
}

/// Rules that lead nowhere back: an id counts as one later in a random order.
fn rules(dice: &mut Dice, ids: &[String], first: i32, last: i32) -> Vec<Rule> {
    let mut order = ids.to_vec();
    dice.shuffle(&mut order);
    let mut rules = Vec::new();
    for (index, from) in order.iter().enumerate().take(order.len() - 1) {
        let mut seen = BTreeSet::new();
        for _ in 0..dice.between(0, 2) {
            let effective = dice.chance(60).then(|| dice.between(first - 1, last));
            if seen.insert(effective) {
                rules.push(Rule {
                    from: from.clone(),
                    to: dice.pick(&order[index + 1..]).clone(),
                    effective,
                });
            }
        }
    }
    rules
}

#[test]
fn program_agrees_on_merged_ids_and_parents() {
    let mut failures = Vec::new();
    let (mut with_records, mut of_parents) = (0, 0);
    for seed in SEED..SEED + BOOKS {
        let trial = Trial::random(seed);
        let differences = trial.differences();
        if !differences.is_empty() {
            failures.push(format!(
                "seed {seed}\n{}{}{:?} by_parent {}\n  {}",
                trial.book.to_csv(),
                trial.map(),
                trial.settings.args(),
                trial.by_parent,
                differences.join("\n  ")
            ));
        }
        if let Answer::Records(_) = trial.answer() {
            with_records += 1;
            of_parents += u32::from(trial.by_parent && !trial.rules.is_empty());
        }
        if failures.len() == 3 {
            break;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(
        with_records > 600,
        "most trials give numbers: {with_records}"
    );
    assert!(of_parents > 150, "many trials have both: {of_parents}");
}
