//! The words in cells that are no names, dates or amounts: billing intervals, statuses, kinds of movement,
//! and words for nothing.

use super::cell::content;
use super::header::folded;

/// A length of time that prices are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A day; 365 make twelve months.
    Day,
    /// A week; 52 make twelve months.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// Six months.
    Half,
    /// Twelve months.
    Year,
}

impl Unit {
    /// Its length in months as numerator and denominator, in lowest terms.
    #[must_use]
    pub const fn months(self) -> (u32, u32) {
        match self {
            Unit::Day => (12, 365),
            Unit::Week => (3, 13),
            Unit::Month => (1, 1),
            Unit::Quarter => (3, 1),
            Unit::Half => (6, 1),
            Unit::Year => (12, 1),
        }
    }

    /// What a price is multiplied by to be one of a month, where it has to be said because a year holds no
    /// whole number of these months: `52/12` for a week.
    #[must_use]
    pub const fn factor(self) -> Option<&'static str> {
        match self {
            Unit::Day => Some("365/12"),
            Unit::Week => Some("52/12"),
            _ => None,
        }
    }
}

/// How often a price is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Every so many units; the count is above zero.
    Every(u32, Unit),
    /// A word with two meanings: `bimonthly` is twice a month or every two months.
    Ambiguous,
}

impl Interval {
    /// Its length in months as numerator and denominator, in lowest terms; `None` where the word has two
    /// meanings or the length is beyond what a count holds.
    #[must_use]
    pub fn months(self) -> Option<(u32, u32)> {
        let Interval::Every(count, unit) = self else {
            return None;
        };
        let (numerator, denominator) = unit.months();
        let numerator = numerator.checked_mul(count)?;
        let divisor = common_divisor(numerator, denominator);
        Some((numerator / divisor, denominator / divisor))
    }

    /// So many of it in a row, as a column of counts beside one of units says; `None` for none at all, or
    /// more than a count holds.
    #[must_use]
    pub fn times(self, count: u32) -> Option<Interval> {
        match self {
            Interval::Every(one, unit) if count > 0 => {
                Some(Interval::Every(one.checked_mul(count)?, unit))
            }
            Interval::Every(..) => None,
            Interval::Ambiguous => Some(Interval::Ambiguous),
        }
    }
}

/// The interval that a word or a count with a unit says: `annual`, `Q`, `3 months`, `every 2 weeks`, `P1Y`.
///
/// `None` for any other text, a bare number among them: what it counts stands elsewhere.
#[must_use]
pub fn interval(text: &str) -> Option<Interval> {
    // Folding would drop these, and make `.5 months` five.
    if text.trim_start().starts_with(['-', '.', ':']) {
        return None;
    }
    let folded = folded(text);
    let words = folded
        .strip_prefix("every ")
        .or_else(|| folded.strip_prefix("per "))
        .unwrap_or(&folded);
    if AMBIGUOUS.contains(&words) {
        return Some(Interval::Ambiguous);
    }
    if let Some((_, count, unit)) = INTERVALS.iter().find(|(word, ..)| *word == words) {
        return Some(Interval::Every(*count, *unit));
    }
    counted(words)
}

/// `3 months`, `3m`, `p3m`: a count above zero, then a unit.
fn counted(words: &str) -> Option<Interval> {
    let is_iso = words.starts_with('p') && words.len() > 1;
    let rest = if is_iso { &words[1..] } else { words };
    let at = rest.find(|c: char| !c.is_ascii_digit())?;
    let (digits, word) = rest.split_at(at);
    let count: u32 = digits.parse().ok().filter(|count| *count > 0)?;
    let word = word.trim();
    let unit = match word {
        "d" | "day" | "days" => Unit::Day,
        "w" | "week" | "weeks" | "wk" | "wks" => Unit::Week,
        "m" | "month" | "months" | "mo" | "mos" | "mth" | "mths" => Unit::Month,
        "quarter" | "quarters" | "q" => Unit::Quarter,
        "y" | "year" | "years" | "yr" | "yrs" => Unit::Year,
        _ => return None,
    };
    let fits = !is_iso || word.len() == 1 && word != "q";
    fits.then_some(Interval::Every(count, unit))
}

const fn common_divisor(mut larger: u32, mut smaller: u32) -> u32 {
    while smaller > 0 {
        (larger, smaller) = (smaller, larger % smaller);
    }
    larger
}

/// Words that mean twice in a period to some and every second period to others.
const AMBIGUOUS: &[&str] = &[
    "bi annual",
    "bi annually",
    "bi yearly",
    "biyearly",
    "bi monthly",
    "bimonthly",
    "bi weekly",
    "biweekly",
];

/// Words for intervals, folded.
const INTERVALS: &[(&str, u32, Unit)] = &[
    ("d", 1, Unit::Day),
    ("day", 1, Unit::Day),
    ("days", 1, Unit::Day),
    ("daily", 1, Unit::Day),
    ("w", 1, Unit::Week),
    ("week", 1, Unit::Week),
    ("weeks", 1, Unit::Week),
    ("weekly", 1, Unit::Week),
    ("fortnight", 2, Unit::Week),
    ("fortnightly", 2, Unit::Week),
    ("m", 1, Unit::Month),
    ("mo", 1, Unit::Month),
    ("month", 1, Unit::Month),
    ("months", 1, Unit::Month),
    ("monthly", 1, Unit::Month),
    ("q", 1, Unit::Quarter),
    ("quarter", 1, Unit::Quarter),
    ("quarters", 1, Unit::Quarter),
    ("quarterly", 1, Unit::Quarter),
    ("half", 1, Unit::Half),
    ("half year", 1, Unit::Half),
    ("half yearly", 1, Unit::Half),
    ("halfyearly", 1, Unit::Half),
    ("semi annual", 1, Unit::Half),
    ("semi annually", 1, Unit::Half),
    ("semiannual", 1, Unit::Half),
    ("semiannually", 1, Unit::Half),
    ("biannual", 1, Unit::Half),
    ("biannually", 1, Unit::Half),
    ("a", 1, Unit::Year),
    ("y", 1, Unit::Year),
    ("year", 1, Unit::Year),
    ("years", 1, Unit::Year),
    ("yearly", 1, Unit::Year),
    ("annual", 1, Unit::Year),
    ("annually", 1, Unit::Year),
    ("annum", 1, Unit::Year),
    ("biennial", 2, Unit::Year),
    ("biennially", 2, Unit::Year),
    ("triennial", 3, Unit::Year),
    ("triennially", 3, Unit::Year),
];

/// What becomes of rows with a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// They count.
    Keep,
    /// They don't: trials, drafts, what failed or has not begun.
    Drop,
    /// Some count them and some don't; it has to be said.
    Ask,
}

/// What a status says of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// What becomes of the row.
    pub treatment: Treatment,
    /// True if the word says that it is over or will be: such a row needs an end date.
    pub is_ended: bool,
}

/// What a status says, in any case and with blanks, `_` and `-` alike; `None` for a word that is not known,
/// which must never be taken for an active one.
#[must_use]
pub fn status(text: &str) -> Option<Status> {
    let word = folded(text);
    let is_in = |words: &[&str]| words.contains(&word.as_str());
    let is_ended = is_in(ENDED);
    let treatment = if is_ended || is_in(KEPT) {
        Treatment::Keep
    } else if is_in(DROPPED) {
        Treatment::Drop
    } else if is_in(ASKED) {
        Treatment::Ask
    } else {
        return None;
    };
    Some(Status {
        treatment,
        is_ended,
    })
}

const ENDED: &[&str] = &["canceled", "cancelled", "expired", "churned"];

const KEPT: &[&str] = &[
    "active",
    "live",
    "past due",
    "overdue",
    "non renewing",
    "paid",
    "open",
    "closed won",
];

const DROPPED: &[&str] = &[
    "trial",
    "trialing",
    "trialling",
    "in trial",
    "incomplete",
    "incomplete expired",
    "draft",
    "void",
    "voided",
    "pending",
    "future",
    "failed",
    "lead",
    "test",
];

const ASKED: &[&str] = &[
    "paused",
    "on hold",
    "unpaid",
    "suspended",
    "uncollectible",
    "free",
];

/// What a row of movements says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementType {
    /// A customer came.
    New,
    /// A customer came back.
    Reactivation,
    /// A customer pays more.
    Expansion,
    /// A customer pays less.
    Contraction,
    /// A customer left.
    Churn,
    /// A word that means money to some vendors and the length of the plan to others: `increase`.
    Ask,
}

impl MovementType {
    /// True where the change of revenue is a loss; `None` where the word doesn't say.
    #[must_use]
    pub const fn is_loss(self) -> Option<bool> {
        match self {
            MovementType::New | MovementType::Reactivation | MovementType::Expansion => Some(false),
            MovementType::Contraction | MovementType::Churn => Some(true),
            MovementType::Ask => None,
        }
    }
}

/// What a word for a movement says; `None` for one that is not known.
#[must_use]
pub fn movement(text: &str) -> Option<MovementType> {
    let word = folded(text);
    MOVEMENTS
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, movement)| *movement)
}

/// Words for movements, folded.
const MOVEMENTS: &[(&str, MovementType)] = &[
    ("new", MovementType::New),
    ("new biz", MovementType::New),
    ("new business", MovementType::New),
    ("new logo", MovementType::New),
    ("new customer", MovementType::New),
    ("new cancelled", MovementType::New),
    ("new canceled", MovementType::New),
    ("expansion", MovementType::Expansion),
    ("upgrade", MovementType::Expansion),
    ("upsell", MovementType::Expansion),
    ("cross sell", MovementType::Expansion),
    ("price uplift", MovementType::Expansion),
    ("price increase", MovementType::Expansion),
    ("contraction", MovementType::Contraction),
    ("downgrade", MovementType::Contraction),
    ("downsell", MovementType::Contraction),
    ("churn", MovementType::Churn),
    ("churned", MovementType::Churn),
    ("lost", MovementType::Churn),
    ("cancelled", MovementType::Churn),
    ("canceled", MovementType::Churn),
    ("churn delinquent", MovementType::Churn),
    ("cancellation", MovementType::Churn),
    ("reactivation", MovementType::Reactivation),
    ("reactivated", MovementType::Reactivation),
    ("winback", MovementType::Reactivation),
    ("resurrected", MovementType::Reactivation),
    ("increase", MovementType::Ask),
    ("decrease", MovementType::Ask),
];

/// True for what programs write where there is nothing: in columns of ends, statuses and attributes alone.
/// Among amounts and customers these are errors or names.
#[must_use]
pub fn is_nothing(text: &str) -> bool {
    const WORDS: [&str; 8] = ["-", "–", "—", "n/a", "null", "none", "\\n", "nan"];
    let text = content(text);
    text.is_empty() || WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(text: &str) -> Option<(u32, u32)> {
        interval(text)?.months()
    }

    #[test]
    fn words_for_intervals_are_lengths_in_months() {
        for (length, words) in [
            ((1, 1), "month|Monthly|M|1 month|P1M|months|per month|1mo"),
            (
                (3, 1),
                "quarter|Quarterly|Q|3 months|every 3 months|P3M|3-month|1 quarter",
            ),
            (
                (6, 1),
                "semi-annual|semi_annually|biannual|half-yearly|6 months|P6M",
            ),
            (
                (12, 1),
                "year|YEARLY|annual|annually|A|12 months|12m|P1Y|1 year",
            ),
            ((24, 1), "biennial|2 years|24 months|P2Y"),
            ((3, 13), "week|weekly|1 week|P1W"),
            ((12, 365), "day|daily|P1D"),
        ] {
            for word in words.split('|') {
                assert_eq!(months(word), Some(length), "{word}");
            }
        }
        assert_eq!(months("2 weeks"), Some((6, 13)));
        assert_eq!(months("52 weeks"), Some((12, 1)));
        assert_eq!(months("365 days"), Some((12, 1)));
    }

    #[test]
    fn a_week_and_a_day_say_their_factor() {
        assert_eq!(Unit::Week.factor(), Some("52/12"));
        assert_eq!(Unit::Day.factor(), Some("365/12"));
        assert_eq!(Unit::Year.factor(), None);
    }

    #[test]
    fn words_with_two_meanings_are_asked_about() {
        for word in [
            "bi-annual",
            "bimonthly",
            "Biweekly",
            "bi weekly",
            "BI_MONTHLY",
        ] {
            assert_eq!(interval(word), Some(Interval::Ambiguous), "{word}");
            assert_eq!(months(word), None, "{word}");
        }
    }

    #[test]
    fn what_is_no_interval_is_none() {
        for word in [
            "",
            "12",
            "0 months",
            "one-time",
            "P",
            "P1",
            "p1month",
            "P1Q",
            "month to month",
            "-1 months",
            ".5 months",
            "1.5 months",
            "1/2 year",
            "99999999999 months",
        ] {
            assert_eq!(interval(word), None, "{word}");
        }
    }

    #[test]
    fn a_count_beside_the_unit_multiplies_it() {
        let month = interval("months").unwrap();
        assert_eq!(month.times(3).and_then(Interval::months), Some((3, 1)));
        assert_eq!(month.times(0), None);
        assert_eq!(
            interval("year")
                .unwrap()
                .times(u32::MAX)
                .and_then(Interval::months),
            None
        );
        assert_eq!(Interval::Ambiguous.times(2), Some(Interval::Ambiguous));
    }

    #[test]
    fn statuses_are_kept_dropped_or_asked_about() {
        let treatment = |word| status(word).map(|status| status.treatment);
        for word in ["Active", "past_due", "Non Renewing", "canceled", "expired"] {
            assert_eq!(treatment(word), Some(Treatment::Keep), "{word}");
        }
        for word in ["trialing", "In Trial", "incomplete_expired", "void", "Test"] {
            assert_eq!(treatment(word), Some(Treatment::Drop), "{word}");
        }
        for word in ["paused", "on_hold", "Unpaid", "free"] {
            assert_eq!(treatment(word), Some(Treatment::Ask), "{word}");
        }
        for word in ["", "enabled", "activ", "trial ended"] {
            assert_eq!(treatment(word), None, "{word}");
        }
    }

    #[test]
    fn an_ended_row_is_one_whose_status_says_so() {
        let is_ended = |word| status(word).is_some_and(|status| status.is_ended);
        for word in ["canceled", "Cancelled", "expired", "churned"] {
            assert!(is_ended(word), "{word}");
        }
        for word in ["active", "non_renewing", "void", "paused"] {
            assert!(!is_ended(word), "{word}");
        }
    }

    #[test]
    fn movements_are_known_by_many_words() {
        for (word, expected) in [
            ("new_biz", MovementType::New),
            ("New Business", MovementType::New),
            ("new_cancelled", MovementType::New),
            ("Cross-Sell", MovementType::Expansion),
            ("downgrade", MovementType::Contraction),
            ("churn_delinquent", MovementType::Churn),
            ("Winback", MovementType::Reactivation),
            ("increase", MovementType::Ask),
        ] {
            assert_eq!(movement(word), Some(expected), "{word}");
        }
        assert_eq!(movement("renewal"), None);
        assert_eq!(MovementType::Churn.is_loss(), Some(true));
        assert_eq!(MovementType::Ask.is_loss(), None);
    }

    #[test]
    fn words_for_nothing_are_few() {
        for word in ["", " ", "-", "–", "—", "N/A", "NULL", "None", "\\N", "NaN"] {
            assert!(is_nothing(word), "{word:?}");
        }
        for word in ["0", "na", "no", "#N/A"] {
            assert!(!is_nothing(word), "{word}");
        }
    }
}
