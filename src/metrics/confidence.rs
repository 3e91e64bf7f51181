//! How sure a rate is: what it would have been with other customers of the same kind.
//!
//! A percentile bootstrap: as many customers as the base has are drawn from it, again and again, and the rates of
//! the draws are put in order.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

use super::movements::Movement;
use crate::units::{Amount, Ratio};

/// How often a base is drawn. One more is a round number, so that tails are whole draws.
pub const DRAWS: usize = 1_999;

/// Below so many customers an interval says little.
pub const SMALL_BASE: u64 = 30;

/// A second number that starts the generator; any odd one would do.
const STREAM: u128 = 0x5eed;

/// What share of intervals holds the rate, and where the draws start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confidence {
    /// The level in tenths of a percent, from 500 to 999.
    tenths: u16,
    /// The seed of the draws.
    pub seed: u64,
}

impl Confidence {
    /// The seed where none is given.
    pub const SEED: u64 = 1;

    /// A level in percent with at most one decimal, from 50 to 99.9.
    #[must_use]
    pub fn parse(percent: &str, seed: u64) -> Option<Confidence> {
        let tenths = Amount::parse_plain(percent)?.units_at(1)?;
        let tenths = u16::try_from(tenths).ok()?;
        (500..=999)
            .contains(&tenths)
            .then_some(Confidence { tenths, seed })
    }

    /// The level as it is typed: `95` or `99.9`.
    #[must_use]
    pub fn level(self) -> String {
        match self.tenths % 10 {
            0 => format!("{}", self.tenths / 10),
            rest => format!("{}.{rest}", self.tenths / 10),
        }
    }
}

/// One customer of a base, in smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    opening: i128,
    pub(super) retained: i128,
    capped: i128,
}

impl Member {
    /// The member that a movement is of; `None` for one outside the base.
    pub(super) fn of(movement: &Movement) -> Option<Member> {
        let is_in = movement.counts && movement.opening > 0;
        is_in.then_some(Member {
            opening: movement.opening,
            retained: movement.closing,
            capped: movement.opening.min(movement.closing) - movement.swapped,
        })
    }
}

/// The lower and the upper end of NRR and GRR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intervals {
    /// Net revenue retention.
    pub nrr: (Ratio, Ratio),
    /// Gross revenue retention.
    pub grr: (Ratio, Ratio),
}

/// The intervals of a base; `None` for one without customers.
///
/// # Shape
///
/// `returned` is what the policy on reactivation adds to NRR's numerator; it is no customer's of the base and the
/// same in every draw. The members' order makes no difference, and neither do their names.
///
/// # Source
///
/// `docs/definitions.md#confidence`.
pub(super) fn intervals(
    mut members: Vec<Member>,
    returned: i128,
    scale: u8,
    confidence: Confidence,
) -> Option<Intervals> {
    if members.is_empty() {
        return None;
    }
    members.sort_unstable();
    let mut generator = Pcg64::new(u128::from(confidence.seed), STREAM);
    let ratio = |above, below| Ratio::new(Amount::new(above, scale), Amount::new(below, scale));
    let (mut nrr, mut grr) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let (mut opening, mut retained, mut capped) = (0, returned, 0);
        for _ in 0..members.len() {
            let member = members[below(&mut generator, members.len())];
            opening += member.opening;
            retained += member.retained;
            capped += member.capped;
        }
        nrr.push(ratio(retained, opening));
        grr.push(ratio(capped, opening));
    }
    Some(Intervals {
        nrr: ends(&mut nrr, confidence),
        grr: ends(&mut grr, confidence),
    })
}

/// A number from 0 to one less than `bound`, each as likely as the others.
fn below(generator: &mut Pcg64, bound: usize) -> usize {
    let wide = u128::from(generator.next_u64()) * bound as u128;
    // The upper half of the product is below the bound.
    usize::try_from(wide >> 64).unwrap_or(0)
}

/// The rates that leave the same number of draws below and above.
fn ends(rates: &mut [Ratio], confidence: Confidence) -> (Ratio, Ratio) {
    // Far behind what is printed; draws that agree so far are as good as each other.
    const KEPT: u8 = 12;
    rates.sort_by_cached_key(|rate| rate.rounded(KEPT));
    // (draws + 1) · (1 − level) ÷ 2, which comes out even.
    let tail = (DRAWS + 1) * usize::from(1_000 - confidence.tenths) / 2_000;
    (rates[tail - 1], rates[DRAWS - tail])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(opening: i128, retained: i128) -> Member {
        Member {
            opening,
            retained,
            capped: opening.min(retained),
        }
    }

    fn confidence(level: &str) -> Confidence {
        Confidence::parse(level, 7).unwrap()
    }

    #[test]
    fn levels_are_read_to_a_tenth() {
        for (typed, shown) in [
            ("95", Some("95")),
            ("99.9", Some("99.9")),
            ("50.0", Some("50")),
        ] {
            let level = Confidence::parse(typed, 1).map(Confidence::level);
            assert_eq!(level.as_deref(), shown, "{typed}");
        }
        for typed in ["49.9", "100", "95.55", "-95", "95%", ""] {
            assert_eq!(Confidence::parse(typed, 1), None, "{typed}");
        }
    }

    #[test]
    fn a_base_of_equals_has_no_width() {
        let all = vec![member(100, 90); 12];
        let found = intervals(all, 0, 2, confidence("95")).unwrap();
        for end in [found.nrr.0, found.nrr.1, found.grr.0, found.grr.1] {
            assert_eq!(end.rounded(6), Some(Amount::new(900_000, 6)));
        }
        assert!(intervals(Vec::new(), 0, 2, confidence("95")).is_none());
    }

    /// Every draw of a small base is as likely as every other, so the true quantiles can be counted out.
    #[test]
    fn quantiles_are_those_of_all_draws_that_there_are() {
        let members = [
            member(100, 0),
            member(50, 60),
            member(200, 260),
            member(10, 10),
            member(75, 40),
        ];
        let size = members.len();
        let mut all: Vec<Amount> = Vec::new();
        for code in 0..size.pow(5) {
            let drawn = (0..5).map(|place| members[code / size.pow(place) % size]);
            let (above, below) = drawn.fold((0, 0), |(above, below), one| {
                (above + one.retained, below + one.opening)
            });
            let rate = Ratio::new(Amount::new(above, 0), Amount::new(below, 0));
            all.push(rate.rounded(6).unwrap());
        }
        all.sort_unstable();
        for (level, low, high) in [("80", 10, 90), ("60", 20, 80)] {
            let found = intervals(members.to_vec(), 0, 0, confidence(level)).unwrap();
            let (found_low, found_high) = (
                found.nrr.0.rounded(6).unwrap(),
                found.nrr.1.rounded(6).unwrap(),
            );
            // Three percent of all draws to either side is over four times the error of a quantile of 1,999.
            let around = |percent: usize| {
                let at = |percent: usize| all[all.len() * percent / 100];
                at(percent - 3)..=at(percent + 3)
            };
            assert!(around(low).contains(&found_low), "{level}: {found_low}");
            assert!(around(high).contains(&found_high), "{level}: {found_high}");
        }
    }

    #[test]
    fn the_seed_decides_and_the_order_does_not() {
        let members: Vec<Member> = (1..40).map(|n| member(n * 10, n * n)).collect();
        let mut reversed = members.clone();
        reversed.reverse();
        let one = intervals(members.clone(), 0, 0, confidence("95"));
        assert_eq!(one, intervals(reversed, 0, 0, confidence("95")));
        let other = intervals(members, 0, 0, Confidence::parse("95", 8).unwrap());
        assert_ne!(one, other);
    }
}
