//! Sums by number and month, against a map of them.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn amount(text: &str) -> Amount {
    Amount::parse_plain(text).unwrap()
}

#[test]
fn sums_are_exact_across_scales_and_widths() {
    let mut cells = Cells::default();
    let march = month("2024-03");
    for text in [
        "1000000000000",
        "0.000001",
        "-999999999999.5",
        "0.123456789012345678",
    ] {
        cells.add(5000, march, amount(text)).unwrap();
    }
    let sum = Amount::new(cells.units(5000, march), cells.scale());
    assert_eq!(sum, amount("0.623457789012345678"));
    assert_eq!(cells.units(5001, march), 0);
    assert!(!cells.is_stated(5001, march));
}

#[test]
fn a_stated_zero_is_told_from_nothing() {
    let mut cells = Cells::default();
    cells.add(0, month("2024-01"), Amount::ZERO).unwrap();
    assert!(cells.is_stated(0, month("2024-01")));
    assert!(!cells.is_stated(0, month("2024-02")));
    assert!(!cells.is_stated(0, month("1980-01")));
}

#[test]
fn merging_renumbers_customers() {
    let (mut left, mut right) = (Cells::default(), Cells::default());
    left.add(0, month("2024-01"), amount("1.5")).unwrap();
    right.add(0, month("2024-01"), amount("2")).unwrap();
    right.add(1, month("2024-02"), amount("0.25")).unwrap();
    left.merge(&right, &[7, 0]).unwrap();
    assert_eq!(left.units(7, month("2024-01")), 200);
    assert_eq!(left.units(0, month("2024-02")), 25);
    assert_eq!(left.magnitude(), Ok(375));
}

#[test]
fn a_sum_beyond_128_bits_is_reported() {
    let mut cells = Cells::default();
    cells
        .add(0, month("2024-01"), Amount::new(i128::MAX, 0))
        .unwrap();
    assert_eq!(
        cells.add(0, month("2024-01"), Amount::new(1, 0)),
        Err(Overflow)
    );
    assert_eq!(
        cells.add(0, month("2024-02"), Amount::new(1, 2)),
        Err(Overflow)
    );
}

/// The same grid as a map, cell by cell.
#[derive(Default)]
struct Model {
    cells: BTreeMap<(u32, Month), (i128, BTreeSet<u8>)>,
}

impl Model {
    fn assert_is(&self, cells: &Cells) {
        let stated: BTreeSet<(u32, Month)> = cells.stated().collect();
        assert!(stated.iter().eq(self.cells.keys()), "what is stated");
        let mut several = cells.with_several_days();
        several.sort_unstable();
        let days = self.cells.iter().filter(|(_, (_, days))| days.len() > 1);
        assert!(
            several.iter().eq(days.map(|(place, _)| place)),
            "several days"
        );
        let mut months: Vec<Month> = self.cells.keys().map(|(_, month)| *month).collect();
        months.sort_unstable();
        months.dedup();
        let mut rows = 0;
        cells.each_row(&months, 0..usize::MAX, &mut |number, row| {
            for (month, cell) in months.iter().zip(row) {
                let known = self.cells.get(&(number, *month));
                rows += usize::from(known.is_some());
                let expected = Cell {
                    units: known.map_or(0, |(units, _)| *units),
                    is_stated: known.is_some(),
                };
                assert_eq!(*cell, expected, "{number} in {month}, in a row");
                assert_eq!(cells.cell(number, *month), expected, "{number} in {month}");
            }
        });
        assert_eq!(rows, self.cells.len(), "every row is shown");
        let magnitudes = self.cells.values().map(|(units, _)| units.unsigned_abs());
        assert_eq!(cells.magnitude(), Ok(magnitudes.sum()));
    }
}

/// Numbers drawn by a rule, the same in every run.
struct Drawn(u64);

impl Drawn {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }

    /// Most of them few, some beyond 32 bits, a few beyond 64.
    fn units(&mut self) -> i128 {
        let units = i128::from(self.below(2000)) - 1000;
        match self.below(400) {
            0 => units << 80,
            1..4 => units << 30,
            _ => units,
        }
    }
}

/// Rows that go from month to month, one of so many late, some with dates.
fn filled(drawn: &mut Drawn, numbers: u64, months: i32, late: u64) -> (Cells, Model) {
    let (mut cells, mut model) = (Cells::default(), Model::default());
    let first = month("2020-01");
    for index in 0..months {
        for _ in 0..numbers / 2 {
            let back = if drawn.below(late) == 0 {
                drawn.below(8)
            } else {
                0
            };
            let index = (index - i32::try_from(back).unwrap()).max(0);
            let month = Month::from_index(first.index() + index);
            let number = u32::try_from(drawn.below(numbers)).unwrap();
            let (units, day) = (
                drawn.units(),
                [0, 1, 1, 1, 1, 1, 1, 2][usize::try_from(drawn.below(8)).unwrap()],
            );
            let sum = if let Ok(units) = i64::try_from(units) {
                let column = Cells::column_of(month).unwrap();
                cells.add_small(number, column, units).unwrap()
            } else {
                cells.add(number, month, Amount::new(units, 0)).unwrap();
                cells.units(number, month)
            };
            cells.note_day(number, month, day);
            let known = model.cells.entry((number, month)).or_default();
            known.0 += units;
            known.1.extend((day > 0).then_some(day));
            assert_eq!(sum, known.0);
        }
    }
    (cells, model)
}

#[test]
fn packing_and_widening_change_nothing() {
    for (seed, late) in (0..).zip([1000, 50, 20, 5, 3, 2]) {
        let mut drawn = Drawn(seed);
        let (mut cells, mut model) = filled(&mut drawn, 200 + 700 * seed, 12, late);
        let mut blocks = cells.columns.iter().flatten().flatten();
        assert!(blocks.any(|block| block.is_packed()), "some are packed");
        model.assert_is(&cells);
        cells.widen_to(3).unwrap();
        model
            .cells
            .values_mut()
            .for_each(|(units, _)| *units *= 1000);
        model.assert_is(&cells);
        for (place, is_stated) in [(0, true), (5, false), (199, true)] {
            let units = if is_stated { drawn.units() } else { 0 };
            cells.put(place, month("2020-02"), Cell { units, is_stated });
            let known = model.cells.entry((place, month("2020-02"))).or_default();
            known.0 = units;
            if !is_stated {
                model.cells.remove(&(place, month("2020-02")));
            }
        }
        model.assert_is(&cells);
        let mut merged = Cells::default();
        let numbers: Vec<u32> = (0..8000).collect();
        merged.merge(&cells, &numbers).unwrap();
        model.assert_is(&merged);
        model.assert_is(&merged.regrouped(&|number, _| Some(number)));
    }
}

#[test]
fn blocks_are_moved_behind_those_of_another_grid() {
    let mut drawn = Drawn(7);
    let (mut left, mut model) = filled(&mut drawn, 1500, 7, 30);
    let (right, others) = filled(&mut drawn, 900, 11, 30);
    left.append(right, 3).unwrap();
    let others = others.cells.into_iter();
    let moved = others.map(|((number, month), held)| ((number + 3 * 1024, month), held));
    model.cells.extend(moved);
    model.assert_is(&left);
}

#[test]
fn blocks_of_another_scale_are_moved_at_the_larger_one() {
    let (mut left, mut right) = (Cells::default(), Cells::default());
    left.add(0, month("2024-01"), amount("1.5")).unwrap();
    right.add(0, month("2024-01"), amount("0.25")).unwrap();
    left.append(right, 1).unwrap();
    assert_eq!(left.scale(), 2);
    assert_eq!(left.units(0, month("2024-01")), 150);
    assert_eq!(left.units(1024, month("2024-01")), 25);
}

#[test]
fn a_month_that_no_date_reaches_has_no_column() {
    assert_eq!(Cells::column_of(month("1989-12")), None);
    assert_eq!(Cells::column_of(month("1990-01")), Some(0));
    assert_eq!(Cells::column_of(month("2101-01")), None);
    let beyond = Cells::default().add_small(0, COLUMNS_MAX, 1);
    assert_eq!(beyond, Err(Overflow));
}

#[test]
fn a_customers_month_takes_few_bytes() {
    let mut cells = Cells::default();
    let (mut drawn, first, mut count) = (Drawn(1), month("2020-01"), 0);
    for index in 0..60 {
        let month = Month::from_index(first.index() + index);
        let column = Cells::column_of(month).unwrap();
        // A third of all customers pays in each month.
        for number in 0..3 * 1024 {
            if drawn.below(3) == 0 {
                cells.add_small(number, column, 12_345).unwrap();
                cells.note_day(number, month, 1);
                count += 1;
            }
        }
    }
    let each = cells.bytes() / count;
    assert!(each <= 6, "{each} bytes a cell");
}

#[test]
fn a_month_that_many_rows_come_late_to_is_opened_again() {
    let (mut cells, first) = (Cells::default(), month("2020-01"));
    for index in 0..5 {
        let month = Month::from_index(first.index() + index);
        cells.add(7, month, amount("1")).unwrap();
    }
    let is_packed = |cells: &Cells| {
        cells.columns[cells.opened[0]][0]
            .as_ref()
            .unwrap()
            .is_packed()
    };
    assert!(is_packed(&cells));
    for number in (0..200).rev().step_by(2) {
        cells.add(number, first, amount("2")).unwrap();
    }
    assert!(!is_packed(&cells));
    assert_eq!(cells.units(7, first), 3);
    assert_eq!(
        cells.stated().filter(|(_, month)| *month == first).count(),
        100
    );
}
