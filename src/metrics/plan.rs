//! What churn, contraction and expansion would have to be to reach a target, and what the base becomes at the
//! rates of today.

use super::record::{Annual, Record};
use super::rollforward::Rollforward;
use crate::units::{Amount, Month, Ratio};

/// The months from one year to the next.
const YEAR: u32 = 12;

/// The fewest decimals of an amount that is carried forward.
const DECIMALS_MIN: u8 = 2;

/// The rate that a target is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Net revenue retention.
    Nrr,
    /// Gross revenue retention.
    Grr,
}

impl Goal {
    /// The name of its field.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Goal::Nrr => "nrr",
            Goal::Grr => "grr",
        }
    }

    /// Its heading for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Goal::Nrr => "NRR",
            Goal::Grr => "GRR",
        }
    }
}

/// What moves a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lever {
    /// Revenue of customers that left; less of it lifts NRR and GRR.
    Churn,
    /// Revenue that kept customers pay less; less of it lifts NRR and GRR.
    Contraction,
    /// Revenue that kept customers pay more; more of it lifts NRR.
    Expansion,
}

impl Lever {
    /// Every lever, in the order shown.
    pub const ALL: [Lever; 3] = [Lever::Churn, Lever::Contraction, Lever::Expansion];

    /// Its name in records and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Lever::Churn => "churn",
            Lever::Contraction => "contraction",
            Lever::Expansion => "expansion",
        }
    }

    const fn of(self, sums: &Rollforward) -> i128 {
        match self {
            Lever::Churn => sums.churn,
            Lever::Contraction => sums.contraction,
            Lever::Expansion => sums.expansion,
        }
    }
}

/// What is to be planned.
#[derive(Clone, Copy, Debug)]
pub struct PlanAsk {
    /// The rate that is to be reached.
    pub goal: Goal,
    /// How high, as a fraction.
    pub target: Amount,
    /// How much of what is lacking each lever carries, as fractions in the order of [`Lever::ALL`] that add up to 1.
    pub shares: Option<[Amount; 3]>,
    /// How many years the base is carried forward.
    pub years: u32,
    /// What it costs to replace churned revenue, as a multiple of it.
    pub multiple: Option<Amount>,
}

/// Why a lever has no value that would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMove {
    /// There is no rate to start from.
    NoOpening,
    /// Even at zero the lever does not reach the target alone.
    OutOfReach,
    /// There is less of it than its share of what is lacking.
    BeyondShare,
    /// Expansion is no part of GRR.
    NotInRate,
    /// More digits than exact arithmetic holds.
    TooLarge,
}

/// One lever, and where it has to be.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// Which.
    pub lever: Lever,
    /// How much of what is lacking it carries, as a fraction.
    pub share: Amount,
    /// Its amount in the period.
    pub now: Amount,
    /// The amount that it would have to be, or why none does.
    pub needed: Result<Amount, NoMove>,
    /// The rate without any of it, all else as it is; `None` for expansion, which has no end.
    pub rate_without: Option<Ratio>,
}

impl Move {
    /// needed − now; `None` where nothing does.
    #[must_use]
    pub fn change(&self) -> Option<Amount> {
        self.needed.ok()?.checked_sub(self.now)
    }
}

/// The base some years on.
#[derive(Clone, Copy, Debug)]
pub struct Forward {
    /// How many years after the closing.
    pub year: u32,
    /// The month that is the last one of the period then.
    pub month: Month,
    /// closing × `annual_nrr`^year; `None` where 128 bits do not hold it.
    pub at_nrr: Option<Amount>,
    /// closing × `annual_grr`^year: what stands without expansion.
    pub at_grr: Option<Amount>,
}

/// The plan of everybody or of one segment.
///
/// # Units
///
/// Amounts in major units of the ledger's currency, exact but for those carried forward.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The values of the columns of `--by`; `None` for the total.
    pub segments: Option<Vec<String>>,
    /// The opening of the base.
    pub opening: Amount,
    /// The sum above the line of the rate: `retained` or `retained_capped`.
    pub retained: Amount,
    /// What stands at the closing.
    pub closing: Amount,
    /// What the customers that left paid at the opening.
    pub churn: Amount,
    /// target × opening − retained: below zero by the margin where the target is met.
    pub lacking: Result<Amount, NoMove>,
    /// Each lever where the other two stay.
    pub alone: [Move; 3],
    /// Each lever with its share, where shares were given.
    pub shared: Option<[Move; 3]>,
    /// The rates over twelve months, or why there are none to carry forward at.
    pub annual: Result<Annual, String>,
    /// The base from the closing on; empty without these rates.
    pub forward: Vec<Forward>,
    /// churn × multiple, where one was given and it can be written.
    pub replacement_cost: Option<Amount>,
}

impl Plan {
    /// The rate of the period.
    #[must_use]
    pub const fn now(&self) -> Ratio {
        Ratio::new(self.retained, self.opening)
    }

    /// True if somebody has revenue at either end.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.opening.is_zero() || !self.closing.is_zero()
    }

    /// True if nothing is lacking; `None` where that is undefined.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        self.lacking.ok().map(|lacking| lacking <= Amount::ZERO)
    }
}

/// Works out what each lever would have to be for the record's rate to reach a target.
///
/// `None` for a record without an opening's figures.
///
/// # Shape
///
/// ```text
/// lacking = target × opening − retained
/// churn      needed = churn − lacking         not below 0
/// contraction needed = contraction − lacking   not below 0
/// expansion  needed = expansion + lacking
/// ```
///
/// With shares each lever moves by its share of `lacking`. Where nothing is lacking, every lever stays. For a target of
/// GRR `retained` is `retained_capped`, and expansion does nothing.
///
/// # Source
///
/// `docs/definitions.md#plan`.
#[must_use]
pub fn plan(record: &Record, ask: &PlanAsk) -> Option<Plan> {
    let sums = record.rollforward()?;
    let retained = match ask.goal {
        Goal::Nrr => sums.retained,
        Goal::Grr => sums.retained_capped,
    };
    let lacking = lacking(sums, retained, ask.target);
    let whole = Amount::new(1, 0);
    let lever = |lever: Lever, share: Amount, is_alone: bool| Move {
        lever,
        share,
        now: sums.amount(lever.of(sums)),
        needed: lacking.and_then(|lacking| {
            let part = lacking.max(Amount::ZERO).checked_product(share);
            let part = part.ok_or(NoMove::TooLarge)?;
            needed(sums, (lever, ask.goal), part).map_err(|none| match none {
                NoMove::OutOfReach if !is_alone => NoMove::BeyondShare,
                other => other,
            })
        }),
        rate_without: (lever != Lever::Expansion)
            .then(|| sums.over_opening(retained + lever.of(sums))),
    };
    let annual = annual(record);
    let closing = sums.amount(sums.closing);
    let forward = annual
        .as_ref()
        .map(|annual| forward(annual, closing, record.period.last(), ask.years));
    Some(Plan {
        segments: record.segments.clone(),
        opening: sums.amount(sums.opening),
        retained: sums.amount(retained),
        closing,
        churn: sums.amount(sums.churn),
        lacking,
        alone: Lever::ALL.map(|one| lever(one, whole, true)),
        shared: ask.shares.map(|[churn, contraction, expansion]| {
            [
                lever(Lever::Churn, churn, false),
                lever(Lever::Contraction, contraction, false),
                lever(Lever::Expansion, expansion, false),
            ]
        }),
        forward: forward.unwrap_or_default(),
        annual,
        replacement_cost: ask
            .multiple
            .and_then(|multiple| sums.amount(sums.churn).checked_product(multiple)),
    })
}

fn lacking(sums: &Rollforward, retained: i128, target: Amount) -> Result<Amount, NoMove> {
    if sums.opening == 0 {
        return Err(NoMove::NoOpening);
    }
    let wanted = sums.amount(sums.opening).checked_product(target);
    let lacking = wanted.and_then(|wanted| wanted.checked_sub(sums.amount(retained)));
    lacking.ok_or(NoMove::TooLarge)
}

/// What a lever has to be to move the numerator up by `part`.
fn needed(
    sums: &Rollforward,
    (lever, goal): (Lever, Goal),
    part: Amount,
) -> Result<Amount, NoMove> {
    let now = sums.amount(lever.of(sums));
    if part.is_zero() {
        return Ok(now);
    }
    if lever == Lever::Expansion {
        return match goal {
            Goal::Nrr => now.checked_add(part).ok_or(NoMove::TooLarge),
            Goal::Grr => Err(NoMove::NotInRate),
        };
    }
    let left = now.checked_sub(part).ok_or(NoMove::TooLarge)?;
    if left.is_negative() {
        Err(NoMove::OutOfReach)
    } else {
        Ok(left)
    }
}

/// The rates over twelve months, where there are any to go on with.
fn annual(record: &Record) -> Result<Annual, String> {
    let annual = record.annual.clone()?;
    if !annual.nrr.is_defined() || !annual.grr.is_defined() {
        return Err("no customer has revenue twelve months before".to_owned());
    }
    let is_negative = |rate: Ratio| rate.numerator().is_negative();
    if is_negative(annual.nrr) || is_negative(annual.grr) {
        return Err("a rate below zero cannot go on from year to year".to_owned());
    }
    Ok(annual)
}

fn forward(annual: &Annual, closing: Amount, last: Month, years: u32) -> Vec<Forward> {
    let decimals = closing.scale().max(DECIMALS_MIN);
    let at = |rate: Ratio, year: u32| rate.carried(closing, year, decimals);
    let one = |year: u32| Forward {
        year,
        month: last.forward(YEAR * year),
        at_nrr: at(annual.nrr, year),
        at_grr: at(annual.grr, year),
    };
    (0..=years).map(one).collect()
}
