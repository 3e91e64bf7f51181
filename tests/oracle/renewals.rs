//! The naive model of `nrr renewals`: `definitions.md` §8 over a list of contracts, each compared with every other.

/// A contract; days are counted from 1970-01-01, amounts in cents.
#[derive(Clone, Debug)]
pub struct Contract {
    pub customer: String,
    pub product: String,
    pub name: String,
    pub owner: String,
    pub start: i64,
    /// Its last day.
    pub end: Option<i64>,
    pub amount: i64,
}

/// What was asked.
#[derive(Clone, Copy, Debug)]
pub struct Ask {
    pub as_of: i64,
    pub within: i64,
    pub late: i64,
    pub window: (i64, i64),
    /// `overlap latest`.
    pub replaces: bool,
    pub of_versions: bool,
    /// The last day that a contract can begin on.
    pub through: i64,
}

/// What a contract's record should say: its number, its status, and the number of its successor.
pub type Due = (usize, &'static str, Option<usize>);

/// The successor of each contract.
pub fn successors(contracts: &[Contract], ask: &Ask) -> Vec<Option<usize>> {
    let all = || 0..contracts.len();
    let counts = |one: usize| contracts[one].amount > 0 && contracts[one].start <= ask.through;
    let mut found: Vec<Option<usize>> = vec![None; contracts.len()];
    for pass in 0..3 {
        let mut ended: Vec<usize> = all()
            .filter(|one| counts(*one) && contracts[*one].end.is_some())
            .collect();
        ended.sort_by_key(|one| (contracts[*one].end, contracts[*one].start, *one));
        for old in ended {
            if found[old].is_some() {
                continue;
            }
            let candidates = all().filter(|new| {
                let (one, two) = (&contracts[old], &contracts[*new]);
                let same = match pass {
                    0 => !one.name.is_empty() && one.name == two.name && one.product == two.product,
                    1 => ask.of_versions && !one.name.is_empty() && one.name == two.name,
                    _ => one.product == two.product,
                };
                let end = one.end.expect("an end");
                same && counts(*new)
                    && one.customer == two.customer
                    && !found.contains(&Some(*new))
                    && two.start > one.start
                    && two.start - end <= ask.late
                    && (ask.replaces || end - two.start <= ask.late)
                    && two.end.is_none_or(|other| other > end)
            });
            found[old] = candidates.min_by_key(|new| {
                let two = &contracts[*new];
                (two.start, -two.amount, *new)
            });
        }
    }
    found
}

/// The records in their order.
pub fn records(contracts: &[Contract], ask: &Ask) -> Vec<Due> {
    let successors = successors(contracts, ask);
    let mut due: Vec<Due> = Vec::new();
    for (number, one) in contracts.iter().enumerate() {
        let Some(end) = one.end else { continue };
        if one.amount <= 0 || one.start > ask.through {
            continue;
        }
        let new = successors[number].map(|new| contracts[new].amount);
        let status = if end > ask.as_of {
            if end - ask.as_of > ask.within {
                continue;
            }
            "due"
        } else if end < ask.window.0 || end > ask.window.1 {
            continue;
        } else {
            match new {
                Some(new) if new > one.amount => "expanded",
                Some(new) if new < one.amount => "contracted",
                Some(_) => "renewed",
                None if ask.as_of - end > ask.late => "lost",
                None => "late",
            }
        };
        due.push((number, status, successors[number]));
    }
    due.sort_by(|(one, ..), (two, ..)| {
        let key = |number: usize| {
            (
                contracts[number].end,
                contracts[number].customer.as_bytes(),
                number,
            )
        };
        key(*one).cmp(&key(*two))
    });
    due
}

/// How many days a year and its months have.
fn lengths(year: i64) -> (i64, [i64; 12]) {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let february = if is_leap { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (months.iter().sum(), months)
}

/// `2024-02-29` of a number of days.
pub fn date(days: i64) -> String {
    let (mut year, mut rest) = (1970, days);
    while rest >= lengths(year).0 {
        rest -= lengths(year).0;
        year += 1;
    }
    for (month, days) in (1..).zip(lengths(year).1) {
        if rest < days {
            return format!("{year}-{month:02}-{:02}", rest + 1);
        }
        rest -= days;
    }
    unreachable!("a year has twelve months")
}

/// The number of days of a date.
pub fn days(date: &str) -> i64 {
    let parts: Vec<i64> = date
        .split('-')
        .map(|part| part.parse().expect("a number"))
        .collect();
    let years: i64 = (1970..parts[0]).map(|year| lengths(year).0).sum();
    let months = usize::try_from(parts[1]).expect("a month") - 1;
    years + lengths(parts[0]).1[..months].iter().sum::<i64>() + parts[2] - 1
}

/// The last day of the month that a day lies in.
pub fn month_end(day: i64) -> i64 {
    let first = days(&format!("{}-01", month_of(day)));
    let month = month_of(first);
    let mut of_month = first..first + 31;
    of_month
        .rfind(|day| month_of(*day) == month)
        .expect("an end")
}

/// The month that a day lies in.
pub fn month_of(days: i64) -> String {
    date(days)[..7].to_owned()
}
