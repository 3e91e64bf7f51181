//! Which months the rows of the input cover, and at which grain they are labelled.

use super::RowPlace;
use crate::units::{Grain, Month};

/// The months that have a row of anybody, whatever is filtered later.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Sorted, each once.
    months: Vec<Month>,
    /// The first row of each grain, shortest grain first.
    grains: [Option<RowPlace>; 4],
    /// The latest day of the dates of each month from [`ORIGIN`] on; 0 where no row has a date.
    days: Vec<u8>,
}

/// January 1990, the earliest month that a date is read of.
const ORIGIN: i32 = 1990 * 12;

impl Coverage {
    /// Notes a row.
    pub(super) fn add(&mut self, month: Month, grain: Grain, place: RowPlace) {
        if let Err(index) = self.months.binary_search(&month) {
            self.months.insert(index, month);
        }
        let first = &mut self.grains[grain as usize];
        if first.is_none_or(|first| place < first) {
            *first = Some(place);
        }
    }

    /// Notes the day of a row's date; 0 is none.
    pub(super) fn note_day(&mut self, month: Month, day: u8) {
        if day == 0 {
            return;
        }
        let Ok(index) = usize::try_from(month.index() - ORIGIN) else {
            return;
        };
        if self.days.len() <= index {
            self.days.resize(index + 1, 0);
        }
        self.days[index] = self.days[index].max(day);
    }

    /// The latest day of the dates in a month; `None` where no row has a date.
    #[must_use]
    pub fn latest_day(&self, month: Month) -> Option<u8> {
        let index = usize::try_from(month.index() - ORIGIN).ok()?;
        self.days.get(index).copied().filter(|day| *day > 0)
    }

    pub(super) fn merge(&mut self, other: Coverage) {
        for (month, day) in (ORIGIN..).map(Month::from_index).zip(other.days) {
            self.note_day(month, day);
        }
        for month in other.months {
            if let Err(index) = self.months.binary_search(&month) {
                self.months.insert(index, month);
            }
        }
        for (mine, theirs) in self.grains.iter_mut().zip(other.grains) {
            *mine = [*mine, theirs].into_iter().flatten().min();
        }
    }

    /// Every grain that rows are labelled with, shortest first, with its first row.
    pub fn grains(&self) -> impl Iterator<Item = (Grain, RowPlace)> {
        Grain::ALL
            .into_iter()
            .zip(self.grains)
            .filter_map(|(grain, place)| Some((grain, place?)))
    }

    /// The grain of the labels; a month unless every row is labelled by a longer one.
    #[must_use]
    pub fn grain(&self) -> Grain {
        self.grains()
            .next()
            .map_or(Grain::Month, |(grain, _)| grain)
    }

    /// True if some row stands in this month (or in the longer label that ends with it).
    #[must_use]
    pub fn has_rows(&self, month: Month) -> bool {
        self.months.binary_search(&month).is_ok()
    }

    /// The first month of the first label and the last month of the last one; `None` without rows.
    #[must_use]
    pub fn horizon(&self) -> Option<(Month, Month)> {
        let first = self.months.first()?.back(self.grain().months() - 1);
        Some((first, *self.months.last()?))
    }
}
