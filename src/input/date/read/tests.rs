use proptest::prelude::*;

use super::*;

/// The last month with the grain's word unless it is a month; the fault as it is named.
fn read_as(cell: &str, order: DateOrder, start: u8) -> String {
    let fiscal = FiscalYear::starting_in(start).unwrap();
    match read_when(cell, order, fiscal).1 {
        Ok(None) => "empty".to_owned(),
        Ok(Some(When {
            month,
            grain: Grain::Month,
            ..
        })) => month.to_string(),
        Ok(Some(When { month, grain, .. })) => format!("{} to {month}", grain.word()),
        Err(fault) => format!("{fault:?}"),
    }
}

fn read(cell: &str) -> String {
    read_as(cell, DateOrder::DayFirst, 1)
}

#[track_caller]
fn assert_all(expected: &str, cells: &[&str]) {
    for cell in cells {
        assert_eq!(read(cell), expected, "{cell:?}");
    }
}

#[test]
fn dates_fall_into_their_month() {
    assert_all(
        "2024-01",
        &[
            "2024-01-31",
            "2024/01/31",
            "2024-1-5",
            "2024.01.31",
            "20240131",
            " 2024-01-31\u{a0}",
            "=\"2024-01-31\"",
            "'2024-01-31",
            "2024-01-31 08:26",
            "2024-01-31T08:26:00Z",
            "2024-01-31T08:26:00.123+02:00",
            "2024-01-31 08:26:00 -0400",
            "2024-01-31 08:26:00 UTC",
            "2024-01-31 23:59 PST",
            "31.01.2024",
            "31.1.24",
            "31/01/2024",
            "31-01-2024",
            "31/1/24 8:26",
            "31-Jan-2024",
            "31 Jan 2024",
            "31-Jan-24",
            "31JAN2024",
            "Jan 31, 2024",
            "January 31, 2024",
            "Jan. 31, 2024",
            "Wed Jan 31 2024",
            "Wed, 31 Jan 2024 08:26:00 +0000",
            "2024-Jan-31",
            "31st January 2024",
            "1er janvier 2024",
            "31 de enero de 2024",
            "31. Januar 2024",
            "31. Jän. 2024",
            "31-janv.-2024",
            "Wed Jan 31 2024 08:26:00 GMT+0100",
            "01/01/2024",
            "31 gennaio 2024",
        ],
    );
    assert_all(
        "2024-03",
        &["31. Mär 2024", "31 März 2024", "1 mars 2024", "2024-03-31"],
    );
    assert_all("2024-02", &["29 févr. 2024", "2024-02-29"]);
    assert_all("2024-05", &["1. Mai 2024", "1 mei 2024"]);
    assert_all("2024-12", &["1 dic 2024", "1 déc. 2024", "1. Dez. 2024"]);
}

#[test]
fn numbers_can_be_dates() {
    assert_all(
        "2024-01",
        &["45322", "45322.5", "45322.0", "1706659200", "1706659200000"],
    );
    for (cell, expected) in [
        ("36526", "2000-01"),
        ("54788", "2049-12"),
        ("36525", "Unreadable"),
        ("54789", "Unreadable"),
        ("2524607999", "2049-12"),
        ("9999999999", "Unreadable"),
        ("73050", "Placeholder"),
        ("2958465", "Placeholder"),
        ("123", "Unreadable"),
        ("1234567", "Unreadable"),
        ("12345678", "Unreadable"),
        ("31012024", "Unreadable"),
        ("19891231", "OutOfRange(1989)"),
        ("20240231", "NoSuchDay"),
        ("202413", "NoSuchDay"),
        ("310124", "Unreadable"),
        ("1.5", "Unreadable"),
        ("45322.25", "Unreadable"),
        ("-45322", "Unreadable"),
    ] {
        assert_eq!(read(cell), expected, "{cell}");
    }
}

#[test]
fn labels_name_months() {
    assert_all(
        "2024-01",
        &[
            "2024-01",
            "2024/01",
            "2024_01",
            "202401",
            "2024M01",
            "2024-M1",
            "2024m1",
            "01/2024",
            "1-2024",
            "01.2024",
            "Jan-24",
            "Jan 24",
            "Jan'24",
            "Jan’24",
            "Jan-2024",
            "Jan 2024",
            "January 2024",
            "JAN 2024",
            "2024 Jan",
            "2024-Jan",
            "Jan24",
            "Jan.-24",
            "janv.-24",
            "enero 2024",
            "2024-1",
        ],
    );
    assert_all("1995-01", &["95-Jan", "Jan-95"]);
}

#[test]
fn labels_name_longer_periods() {
    assert_all(
        "quarter to 2024-03",
        &[
            "2024-Q1",
            "2024Q1",
            "2024 Q1",
            "Q1 2024",
            "Q1-24",
            "Q1'24",
            "1Q24",
            "1Q 2024",
            "q1 2024",
            "Jan - Mar 2024",
        ],
    );
    assert_all(
        "half to 2024-12",
        &["2024-H2", "H2 2024", "2H24", "2024H2", "Jul–Dec 2024"],
    );
    assert_all(
        "year to 2024-12",
        &["2024", "CY2024", "CY24", "Jan - Dec 2024"],
    );
    assert_all(
        "Unreadable",
        &[
            "2024-Q5",
            "Q0 2024",
            "H3 2024",
            "24Q1",
            "Q124",
            "Feb - Apr 2024",
            "Mar - Jan 2024",
        ],
    );
}

#[test]
fn fiscal_labels_need_a_start() {
    for (cell, february) in [
        ("FY24", "year to 2024-01"),
        ("FY2024", "year to 2024-01"),
        ("FY 2024", "year to 2024-01"),
        ("FY2024 Q1", "quarter to 2023-04"),
        ("FY24Q1", "quarter to 2023-04"),
        ("FY2024-Q4", "quarter to 2024-01"),
        ("Q1 FY24", "quarter to 2023-04"),
        ("Q1FY24", "quarter to 2023-04"),
        ("1H FY24", "half to 2023-07"),
        ("H2 FY2024", "half to 2024-01"),
        ("P03-2024", "2023-04"),
        ("FY24 P12", "2024-01"),
    ] {
        assert_eq!(read(cell), "FiscalStartUnknown", "{cell}");
        assert_eq!(read_as(cell, DateOrder::DayFirst, 2), february, "{cell}");
    }
    for (cell, february) in [
        ("2024", "year to 2024-01"),
        ("CY2024", "year to 2024-12"),
        ("2024-Q1", "quarter to 2023-04"),
        ("1Q24", "quarter to 2023-04"),
        ("2024-01", "2024-01"),
        ("Feb - Apr 2024", "quarter to 2024-04"),
        ("Jan - Mar 2024", "Unreadable"),
    ] {
        assert_eq!(read_as(cell, DateOrder::DayFirst, 2), february, "{cell}");
    }
}

#[test]
fn the_order_decides_slashed_dates_only() {
    for (cell, day_first, month_first, shows) in [
        ("03/04/2025", "2025-04", "2025-03", Some(Shows::Either)),
        ("3-4-2025", "2025-04", "2025-03", Some(Shows::Either)),
        ("05/05/2025", "2025-05", "2025-05", None),
        (
            "31/01/2024",
            "2024-01",
            "NoSuchDay",
            Some(Shows::NeedsDayFirst),
        ),
        (
            "1/31/24",
            "NoSuchDay",
            "2024-01",
            Some(Shows::NeedsMonthFirst),
        ),
        (
            "1/31/24 8:26 AM",
            "NoSuchDay",
            "2024-01",
            Some(Shows::NeedsMonthFirst),
        ),
        ("31/02/2024", "NoSuchDay", "NoSuchDay", None),
        ("13/13/2024", "NoSuchDay", "NoSuchDay", None),
        ("03.04.2025", "2025-04", "2025-04", None),
        ("31.4.2025", "NoSuchDay", "NoSuchDay", None),
        ("2025/03/04", "2025-03", "2025-03", None),
        (
            "12/31/9999",
            "NoSuchDay",
            "Placeholder",
            Some(Shows::NeedsMonthFirst),
        ),
    ] {
        assert_eq!(read_as(cell, DateOrder::DayFirst, 1), day_first, "{cell}");
        assert_eq!(
            read_as(cell, DateOrder::MonthFirst, 1),
            month_first,
            "{cell}"
        );
        let marks = read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR).0;
        let expected = shows.map_or(DateMarks::TEXT, |shows| DateMarks::TEXT.with(shows));
        assert_eq!(marks, expected, "{cell}");
    }
}

#[test]
fn what_is_no_date_says_why() {
    for cell in ["", " ", "\u{a0}\u{202f}", "=\"\""] {
        assert_eq!(read(cell), "empty", "{cell:?}");
    }
    assert_all(
        "Placeholder",
        &[
            "9999-12-31",
            "2099-12-31",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "1900-01-00",
            "1/0/1900",
            "00/00/0000",
            "31.12.9999",
            "99991231",
            "00000000",
        ],
    );
    assert_all(
        "OutOfRange(1989)",
        &[
            "1989-12-31",
            "1989-12",
            "Dec-89",
            "31/12/1989",
            "1989",
            "1989-Q4",
        ],
    );
    assert_all("OutOfRange(2101)", &["2101-01-01", "2101", "Jan 2101"]);
    assert_all("OutOfRange(1970)", &["1970-01-01", "1.1.70"]);
    assert_all("OutOfRange(1)", &["0001-01-01"]);
    assert_all("1990-01", &["1990-01-01"]);
    assert_all("2100-12", &["2100-12-31"]);
    assert_all(
        "NoSuchDay",
        &[
            "2024-02-31",
            "2023-02-29",
            "2024-13-01",
            "2024-13",
            "2024-00-10",
            "31 Feb 2024",
            "13/2024",
        ],
    );
    assert_all(
        "YearUnknown",
        &[
            "Jan", "January", "24-Jan", "24 Jan", "Jan 5", "Q1", "H2", "1/31", "01/24",
        ],
    );
    assert_all(
        "Relative",
        &[
            "month_1", "M1", "M12", "Period 1", "Month 3", "P1", "Week 7",
        ],
    );
    assert_all(
        "Unreadable",
        &[
            "Total",
            "N/A",
            "-",
            "2024-01-31x",
            "2024-01-31 25:00",
            "24-01-31",
            "31-01-24",
            "2024.01",
            "31 01 2024",
            "2024-01/31",
            "2024--01",
            "٢٠٢٤-٠١-٣١",
            "1,234.50",
            "Jan Feb",
            "Wed",
            "31/Foo/2024",
            "2024-01-31-01",
            "Jan 2024 08:00",
            "Q10",
            "P13-2024",
            "=2024",
            "Customer 7",
            "Jan 31 24 Jan",
            "99999999999999999999",
        ],
    );
}

#[test]
fn faults_of_form_show_nothing() {
    for cell in ["", "Total", "24-01-31", "12345"] {
        assert_eq!(
            read_when(cell, DateOrder::DayFirst, FiscalYear::CALENDAR).0,
            DateMarks::NONE,
            "{cell}"
        );
    }
}

#[test]
fn common_dates_are_what_they_are_elsewhere() {
    let mut dates = CommonDates::default();
    for year in [1989, 1990, 1999, 2000, 2023, 2024, 2089, 2090, 2099] {
        for month in 0..=13 {
            for day in 0..=32 {
                let cell = format!("{year}-{month:02}-{day:02}");
                let (marks, when) = read_when(&cell, DateOrder::DayFirst, FiscalYear::CALENDAR);
                let common = dates.read(cell.as_bytes());
                if let Some(common) = common {
                    assert_eq!((marks, when), (DateMarks::TEXT, Ok(Some(common))), "{cell}");
                }
                let is_taken = (1990..2090).contains(&year) && matches!(when, Ok(Some(_)));
                assert_eq!(common.is_some(), is_taken, "{cell}");
            }
        }
    }
    for cell in [
        "2024-3-05x",
        "2024/03/05",
        "2024-03-5 ",
        "2024-03-0:",
        "2024-03-:0",
        "2O24-03-05",
    ] {
        assert_eq!(dates.read(cell.as_bytes()), None, "{cell}");
    }
}

proptest! {
    #[test]
    fn no_cell_panics(cell in any::<String>()) {
        let day_first = read_when(&cell, DateOrder::DayFirst, FiscalYear::CALENDAR);
        prop_assert_eq!(day_first.0, read_when(&cell, DateOrder::MonthFirst, FiscalYear::CALENDAR).0);
    }

    #[test]
    fn nothing_like_a_date_panics(cell in "[-/.,:' 0-9JanFebMärQHFYMPTZ+_’–]{0,24}", start in 1_u8..=12) {
        let fiscal = FiscalYear::starting_in(start).unwrap();
        let day_first = read_when(&cell, DateOrder::DayFirst, fiscal);
        prop_assert_eq!(day_first.0, read_when(&cell, DateOrder::MonthFirst, fiscal).0);
    }

    #[test]
    fn every_date_is_read_in_its_month(day in 7_305_i32..47_846) {
        let date = chrono::NaiveDate::from_epoch_days(day).unwrap();
        let expected = date.format("%Y-%m").to_string();
        prop_assume!(date.to_string() != "2099-12-31");
        for pattern in ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%B %-d, %Y", "%a %b %d %Y", "%Y-%m-%dT%H:%M"] {
            let cell = date.and_hms_opt(23, 30, 0).unwrap().format(pattern).to_string();
            prop_assert_eq!(read(&cell), expected.as_str(), "{}", cell);
        }
        let serial = day + 25_569;
        if (36_526..=54_788).contains(&serial) {
            prop_assert_eq!(read(&serial.to_string()), expected);
        }
    }
}
