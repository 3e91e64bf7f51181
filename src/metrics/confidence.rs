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

/// How many draws are made side by side.
const LANES: usize = 4;

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
    let draws = match narrow(&members) {
        Some(narrow) => drawn(&narrow, confidence.seed),
        None => drawn(&members, confidence.seed),
    };
    let ratio = |above, below| Ratio::new(Amount::new(above, scale), Amount::new(below, scale));
    let nrr = |sums: &Sums| ratio(sums.retained + returned, sums.opening);
    let grr = |sums: &Sums| ratio(sums.capped, sums.opening);
    Some(Intervals {
        nrr: ends(&mut draws.iter().map(nrr).collect::<Vec<_>>(), confidence),
        grr: ends(&mut draws.iter().map(grr).collect::<Vec<_>>(), confidence),
    })
}

/// The sums of one draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    opening: i128,
    retained: i128,
    capped: i128,
}

/// What can be drawn.
trait Drawn {
    /// Sums while they grow.
    type Growing: Copy + Default;

    fn add_to(&self, sums: &mut Self::Growing);
    fn finished(sums: Self::Growing) -> Sums;
}

impl Drawn for Member {
    type Growing = Sums;

    fn add_to(&self, sums: &mut Sums) {
        sums.opening += self.opening;
        sums.retained += self.retained;
        sums.capped += self.capped;
    }

    fn finished(sums: Sums) -> Sums {
        sums
    }
}

/// A member whose capped amount is the lower of the two others: a base of them stays in the nearest caches.
#[derive(Clone, Copy, Debug)]
struct Narrow {
    opening: u32,
    retained: u32,
}

impl Drawn for Narrow {
    /// Opening, retained, capped: 2^32 customers of 32 bits each fit.
    type Growing = [u64; 3];

    fn add_to(&self, sums: &mut [u64; 3]) {
        sums[0] += u64::from(self.opening);
        sums[1] += u64::from(self.retained);
        sums[2] += u64::from(self.opening.min(self.retained));
    }

    fn finished([opening, retained, capped]: [u64; 3]) -> Sums {
        Sums {
            opening: opening.into(),
            retained: retained.into(),
            capped: capped.into(),
        }
    }
}

/// The members in 32 bits; `None` where one of them does not fit.
fn narrow(members: &[Member]) -> Option<Vec<Narrow>> {
    let narrow = |member: &Member| {
        let is_lower = member.capped == member.opening.min(member.retained);
        let narrow = Narrow {
            opening: u32::try_from(member.opening).ok()?,
            retained: u32::try_from(member.retained).ok()?,
        };
        is_lower.then_some(narrow)
    };
    members.iter().map(narrow).collect()
}

/// The sums of every draw, in their order.
fn drawn<T: Drawn>(members: &[T], seed: u64) -> Vec<Sums> {
    let size = members.len();
    let mut next = Pcg64::new(u128::from(seed), STREAM);
    let mut draws = Vec::with_capacity(DRAWS + LANES);
    while draws.len() < DRAWS {
        // A number is made from the one before it. Draws have their own stretch of numbers each, so a few of them
        // side by side need not wait.
        let mut lanes: [Pcg64; LANES] = std::array::from_fn(|_| {
            let own = next.clone();
            next.advance(size as u128);
            own
        });
        let mut sums = [T::Growing::default(); LANES];
        for _ in 0..size {
            for (generator, sums) in lanes.iter_mut().zip(&mut sums) {
                members[below(generator, size)].add_to(sums);
            }
        }
        draws.extend(sums.map(T::finished));
    }
    draws.truncate(DRAWS);
    draws
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
    fn draws_are_the_same_side_by_side_and_one_after_the_other() {
        for size in [1, 7, 40] {
            let members: Vec<Member> = (1..=size).map(|n| member(n * 10, n * n)).collect();
            let mut generator = Pcg64::new(7, STREAM);
            let one_draw = |_| {
                let mut sums = Sums::default();
                for _ in 0..members.len() {
                    members[below(&mut generator, members.len())].add_to(&mut sums);
                }
                sums
            };
            let due: Vec<Sums> = (0..DRAWS).map(one_draw).collect();
            assert_eq!(drawn(&members, 7), due);
            let narrow = narrow(&members).expect("small amounts");
            assert_eq!(drawn(&narrow, 7), due);
        }
    }

    #[test]
    fn what_does_not_fit_is_drawn_as_it_is() {
        let large = i128::from(u32::MAX);
        assert!(narrow(&[member(large, 1)]).is_some());
        assert!(narrow(&[member(large + 1, 1)]).is_none());
        let swapped = Member {
            capped: 50,
            ..member(100, 80)
        };
        assert!(narrow(&[swapped]).is_none());
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
