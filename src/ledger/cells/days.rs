//! The days of the dates that a block's cells were added up from.

use super::block::{BLOCK, Bits, each_bit};
use super::drafts::{Draft, Stated, States};
use super::sums::{insert, picked, spread};

/// Stands for more than one day.
pub(super) const SEVERAL: u8 = u8::MAX;

/// The day of each cell; 0 where its rows have no date.
#[derive(Clone, Debug)]
pub(super) enum Days {
    /// No row has a date.
    None,
    /// All dates are of one day, in these cells.
    Same { day: u8, dated: Box<Bits> },
    /// One a place of the sums; [`SEVERAL`] if there are several.
    Each(Box<[u8]>),
}

impl Days {
    /// Notes a day; false where that takes [`Days::note_another`].
    pub(super) fn note(&mut self, slot: usize, place: usize, day: u8) -> bool {
        match self {
            Days::None => {
                let mut dated = Box::new([0; BLOCK / 64]);
                dated[slot / 64] = 1 << (slot % 64);
                *self = Days::Same { day, dated };
            }
            Days::Same { day: known, dated } if *known == day => {
                dated[slot / 64] |= 1 << (slot % 64);
            }
            Days::Same { .. } => return false,
            Days::Each(days) => {
                let known = &mut days[place];
                *known = if *known == 0 || *known == day {
                    day
                } else {
                    SEVERAL
                };
            }
        }
        true
    }

    /// Those of a draft with cells of these states, of which `count` are stated; one a stated cell, or one a slot.
    pub(super) fn of_draft(
        (draft, states): (&Draft, States),
        bits: &Bits,
        packs: bool,
        count: usize,
    ) -> Days {
        let day_of = |stated: Stated| match stated {
            Stated::Dateless => 0,
            Stated::Day(day) => day,
            Stated::Several => SEVERAL,
        };
        let day = |slot: usize| draft[slot].stated().map_or(0, day_of);
        let mut dated = states.dated().map(day_of);
        let Some(first) = dated.next() else {
            return Days::None;
        };
        if dated.next().is_none() {
            let mut dated = Box::new(*bits);
            for slot in each_bit(bits).filter(|slot| day(*slot) == 0) {
                dated[slot / 64] &= !(1 << (slot % 64));
            }
            return Days::Same { day: first, dated };
        }
        let mut days = Vec::with_capacity(if packs { count } else { BLOCK });
        if packs {
            days.extend(each_bit(bits).map(day));
        } else {
            days.extend((0..BLOCK).map(day));
        }
        Days::Each(days.into())
    }

    /// Notes a day beside another one, in a block that is open.
    pub(super) fn note_another(&mut self, slot: usize, day: u8) {
        if let Days::Same { day: known, dated } = self {
            let mut days = vec![0; BLOCK];
            for slot in each_bit(dated) {
                days[slot] = *known;
            }
            *self = Days::Each(days.into());
        }
        self.note(slot, slot, day);
    }

    /// The day of a cell.
    pub(super) fn of(&self, slot: usize, place: usize) -> u8 {
        match self {
            Days::Same { day, dated } if dated[slot / 64] & (1 << (slot % 64)) != 0 => *day,
            Days::None | Days::Same { .. } => 0,
            Days::Each(days) => days[place],
        }
    }

    /// Goes with the sums when the block is packed.
    pub(super) fn pick(&mut self, stated: &Bits) {
        if let Days::Each(days) = self {
            let count: u32 = stated.iter().map(|word| word.count_ones()).sum();
            *days = picked(days, each_bit(stated), count as usize);
        }
    }

    /// Goes with the sums when a packed block makes room before a place.
    pub(super) fn insert(&mut self, place: usize) {
        if let Days::Each(days) = self {
            insert(days, place);
        }
    }

    /// Goes with the sums when the block is opened.
    pub(super) fn spread(&mut self, stated: &Bits) {
        if let Days::Each(days) = self {
            *days = spread(days, each_bit(stated));
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        match self {
            Days::None => 0,
            Days::Same { dated, .. } => size_of_val(&**dated),
            Days::Each(days) => days.len(),
        }
    }
}
