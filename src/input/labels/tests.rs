use proptest::prelude::*;

use super::*;
use crate::error::Code;
use crate::units::Period;

fn cells(header: &str) -> Vec<String> {
    header.split(';').map(str::to_owned).collect()
}

fn asking(change: impl Fn(&mut LabelAsk)) -> LabelAsk {
    let mut ask = LabelAsk::default();
    change(&mut ask);
    ask
}

/// `column:period` for each label, or the codes of the problems.
fn read_as(header: &str, ask: &LabelAsk) -> String {
    match read_headers(&cells(header), ask) {
        Ok(found) => {
            let labels = found.labels.iter().map(|label| {
                let period = Period::ending(label.last, label.grain);
                format!("{}:{}", label.index, period.label(ask.fiscal))
            });
            labels.collect::<Vec<_>>().join(" ")
        }
        Err(problems) => {
            let codes: Vec<&str> = problems.iter().map(|problem| problem.code.name()).collect();
            codes.join(" ")
        }
    }
}

fn read(header: &str) -> String {
    read_as(header, &LabelAsk::default())
}

fn problem(header: &str, ask: &LabelAsk) -> Message {
    let mut problems = read_headers(&cells(header), ask).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

#[test]
fn months_are_read_in_every_form() {
    for header in [
        "customer;2024-01;2024-02",
        "customer;2024/01;2024/02",
        "customer;2024_01;2024_02",
        "customer;202401;202402",
        "customer;2024M01;2024M02",
        "customer;2024-M1;2024-M2",
        "customer;01/2024;02/2024",
        "customer;1-2024;2-2024",
        "customer;Jan-24;Feb-24",
        "customer;Jan 24;Feb 24",
        "customer;Jan'24;Feb'24",
        "customer;Jan-2024;Feb-2024",
        "customer;January 2024;February 2024",
        "customer;2024 Jan;2024 Feb",
        "customer;janv.-24;févr.-24",
        "customer;MRR 2024-01;MRR 2024-02",
        "customer;2024-01 ARR;2024-02 ARR",
        "customer;mrr_2024_01;mrr_2024_02",
        "customer;Jan 2024 (USD);Feb 2024 (USD)",
        "customer;2024-01-01;2024-02-01",
        "customer;2024-01-31;2024-02-29",
        "customer;2024-01-01 00:00:00;2024-02-01 00:00:00",
        "customer;31.01.2024;29.02.2024",
        "customer;20240131;20240229",
        "customer;45292;45323",
        "customer;45322;45351",
    ] {
        assert_eq!(read(header), "1:2024-01 2:2024-02", "{header}");
    }
}

#[test]
fn longer_periods_are_read_in_every_form() {
    for header in [
        "id;2024Q1;2024Q2",
        "id;2024-Q1;2024-Q2",
        "id;Q1 2024;Q2 2024",
        "id;Q1-24;Q2-24",
        "id;1Q24;2Q24",
        "id;Jan - Mar 2024;Apr - Jun 2024",
    ] {
        assert_eq!(read(header), "1:2024-Q1 2:2024-Q2", "{header}");
    }
    for header in [
        "2023;2024",
        "CY2023;CY2024",
        "Jan - Dec 2023;Jan - Dec 2024",
    ] {
        assert_eq!(read(header), "0:2023 1:2024", "{header}");
    }
}

#[test]
fn newest_first_keeps_the_order_of_the_file() {
    assert_eq!(
        read("Feb 2024;Jan 2024;Dec 2023"),
        "0:2024-02 1:2024-01 2:2023-12"
    );
    assert_eq!(read("2024;2023"), "0:2024 1:2023");
}

#[test]
fn lone_numbers_are_no_periods() {
    for (header, expected) in [
        ("2024;2024-01;2024-02", "1:2024-01 2:2024-02"),
        ("2020;2024;x", ""),
        ("45292;x", ""),
        ("45293;45324", ""),
        ("12345;67890", ""),
        ("202413;202499", ""),
        ("1706659200;1706659201", ""),
    ] {
        assert_eq!(read(header), expected, "{header}");
    }
}

#[test]
fn fiscal_labels_need_a_start() {
    let february = asking(|ask| ask.fiscal = FiscalYear::starting_in(2).unwrap());
    let calendar = asking(|ask| ask.is_fiscal_known = true);
    for (header, starts_in_february, starts_in_january) in [
        ("FY23;FY24", "0:FY2023 1:FY2024", "0:2023 1:2024"),
        (
            "FY2024 Q1;FY2024 Q2",
            "0:FY2024-Q1 1:FY2024-Q2",
            "0:2024-Q1 1:2024-Q2",
        ),
        (
            "Q1 FY24;Q2 FY24",
            "0:FY2024-Q1 1:FY2024-Q2",
            "0:2024-Q1 1:2024-Q2",
        ),
        (
            "P01-2024;P02-2024",
            "0:2023-02 1:2023-03",
            "0:2024-01 1:2024-02",
        ),
    ] {
        assert_eq!(read(header), "fiscal-start-unknown", "{header}");
        assert_eq!(read_as(header, &february), starts_in_february, "{header}");
        assert_eq!(read_as(header, &calendar), starts_in_january, "{header}");
    }
    let asked = problem("id;FY23;FY24", &LabelAsk::default());
    assert_eq!(
        asked.help,
        ["say in which month they start, such as `--fiscal-year-start 2`"]
    );
}

#[test]
fn periods_without_a_year_take_the_one_given() {
    let year = asking(|ask| ask.year = Some(2024));
    for (header, expected) in [
        ("Jan;Feb", "0:2024-01 1:2024-02"),
        ("January;February;Total", "0:2024-01 1:2024-02"),
        ("Nov;Dec;Jan;Feb", "0:2024-11 1:2024-12 2:2025-01 3:2025-02"),
        ("Feb;Jan;Dec", "0:2024-02 1:2024-01 2:2023-12"),
        ("Jan;Mar;Jun", "0:2024-01 1:2024-03 2:2024-06"),
        ("Q3;Q4;Q1", "0:2024-Q3 1:2024-Q4 2:2025-Q1"),
        ("H1;H2", "0:2024-H1 1:2024-H2"),
        ("MRR Jan;MRR Feb", "0:2024-01 1:2024-02"),
        ("Jan;Jan", "repeated-period"),
    ] {
        assert_eq!(read_as(header, &year), expected, "{header}");
    }
    let asked = problem("customer;Jan;Feb;Mar;Apr", &LabelAsk::default());
    assert_eq!(asked.code, Code::YearlessPeriods);
    assert_eq!(asked.headline, "4 columns name no year");
    assert_eq!(
        asked.help,
        ["give the year of `Jan`, such as `--year 2024`"]
    );
}

#[test]
fn two_years_of_months_run_on() {
    let year = asking(|ask| ask.year = Some(2023));
    let names = "Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec";
    let read = read_as(&format!("{names};{names}"), &year);
    assert!(
        read.starts_with("0:2023-01 ") && read.ends_with(" 23:2024-12"),
        "{read}"
    );
}

#[test]
fn counted_periods_take_the_first_one_given() {
    let first = asking(|ask| ask.first_period = Month::new(2024, 1));
    for (header, expected) in [
        ("month_1;month_2", "0:2024-01 1:2024-02"),
        ("M2;M1", "0:2024-02 1:2024-01"),
        ("Period 0;Period 1", "0:2024-01 1:2024-02"),
        ("P1;P13", "0:2024-01 1:2025-01"),
        ("Quarter 1;Quarter 2", "0:2024-Q1 1:2024-Q2"),
        ("Year 1;Year 2", "0:2024 1:2025"),
        ("Week 1;Week 2", "relative-periods"),
    ] {
        assert_eq!(read_as(header, &first), expected, "{header}");
    }
    let asked = problem("customer;month_2;month_1", &LabelAsk::default());
    assert_eq!(asked.code, Code::RelativePeriods);
    assert_eq!(
        asked.help,
        ["say which period `month_1` is, such as `--first-period 2024-01`"]
    );
}

#[test]
fn one_grain_is_kept_when_it_is_asked_for() {
    let header = "id;2024-01;2024-02;2024-03;Q1 2024;FY24;2024 YTD;Avg;Budget Jan-24;Total";
    let asked = read_headers(&cells(header), &LabelAsk::default()).unwrap_err();
    assert_eq!(asked[0].code, Code::MixedPeriods);
    assert_eq!(
        asked[0].headline,
        "columns of months, quarters and years stand side by side"
    );
    assert_eq!(
        asked[0].help,
        ["keep one kind with `--periods monthly`, `--periods quarterly` or `--periods annual`"]
    );
    let monthly = asking(|ask| ask.periods = Some(Grain::Month));
    let found = read_headers(&cells(header), &monthly).unwrap();
    assert_eq!(found.labels.len(), 3);
    assert_eq!(
        found.left_out,
        [
            (4, "is a quarter"),
            (5, "is a year"),
            (6, "is a year to date"),
            (7, "is an average"),
            (8, "is a budget"),
            (9, "is a total"),
        ]
    );
    let quarterly = asking(|ask| ask.periods = Some(Grain::Quarter));
    assert_eq!(read_as(header, &quarterly), "4:2024-Q1");
    let none = asking(|ask| ask.periods = Some(Grain::Quarter));
    let asked = problem("2024-01;2024-02", &none);
    assert_eq!(asked.headline, "no column is named after a quarter");
    assert_eq!(asked.help, ["keep one kind with `--periods monthly`"]);
}

#[test]
fn aggregates_beside_periods_are_asked_about() {
    for header in [
        "2024-01;2024-02;YTD",
        "2024-01;2024-02;Average",
        "Jan 2024;Feb 2024;Budget",
        "Jan 2024;Feb 2024;Feb 2024 Forecast",
        "2024-01;2024-02;Total 2024",
        "2024-01;2024-02;2023;2024",
        "MRR 2024-01;ARR 2024-02",
    ] {
        assert_eq!(read(header), "mixed-periods", "{header}");
    }
    for header in ["2024-01;2024-02;Growth", "2024-01;2024-02;Average seats"] {
        assert_eq!(read(header), "0:2024-01 1:2024-02", "{header}");
    }
}

#[test]
fn totals_are_left_to_be_proven() {
    for name in [
        "Total",
        "TOTAL",
        "Grand Total",
        "Summe",
        "Somme",
        "Total MRR",
    ] {
        let found = read_headers(
            &cells(&format!("Customer;Jan 2024;Feb 2024;{name}")),
            &LabelAsk::default(),
        )
        .unwrap();
        assert_eq!((found.labels.len(), found.totals), (2, vec![3]), "{name}");
    }
    let found = read_headers(&cells("Total Wine;2024-01"), &LabelAsk::default()).unwrap();
    assert_eq!(found.totals, [] as [usize; 0]);
}

#[test]
fn one_period_twice_is_refused() {
    let asked = problem("id;2024-01;Jan 2024", &LabelAsk::default());
    assert_eq!(asked.code, Code::RepeatedPeriod);
    assert_eq!(
        asked.headline,
        "`2024-01` and `Jan 2024` name the same month"
    );
    assert_eq!(read("2024-01-01;2024-01-31"), "repeated-period");
    assert_eq!(read("Total;2024-01;Total;2024-02"), "1:2024-01 3:2024-02");
}

#[test]
fn numeric_headers_take_the_order_in_which_they_follow_each_other() {
    for (header, expected, order) in [
        (
            "1/1/2024;2/1/2024;3/1/2024",
            "0:2024-01 1:2024-02 2:2024-03",
            Some(DateOrder::MonthFirst),
        ),
        (
            "01/01/2024;01/02/2024;01/03/2024",
            "0:2024-01 1:2024-02 2:2024-03",
            Some(DateOrder::DayFirst),
        ),
        (
            "01/02/2024;01/01/2024",
            "0:2024-02 1:2024-01",
            Some(DateOrder::DayFirst),
        ),
        (
            "31/01/2024;29/02/2024",
            "0:2024-01 1:2024-02",
            Some(DateOrder::DayFirst),
        ),
        (
            "3/31/24;6/30/24",
            "0:2024-03 1:2024-06",
            Some(DateOrder::MonthFirst),
        ),
        (
            "01/12/2023;2024-01",
            "0:2023-12 1:2024-01",
            Some(DateOrder::DayFirst),
        ),
        ("1/1/2024;2024-02-01", "0:2024-01 1:2024-02", None),
        ("01/03/2024;01/06/2024", "ambiguous-dates", None),
        ("05/04/2024;04/05/2024", "ambiguous-dates", None),
        ("31/01/2024;01/31/2024", "mixed-date-orders", None),
        ("5/5/2024;6/6/2024", "ambiguous-periods", None),
        ("31/02/2024;31/04/2024", "ambiguous-periods", None),
    ] {
        assert_eq!(read(header), expected, "{header}");
        let found = read_headers(&cells(header), &LabelAsk::default()).unwrap_or_default();
        assert_eq!(found.order.map(|(order, _)| order), order, "{header}");
    }
    let set = asking(|ask| ask.order = Some(DateOrder::DayFirst));
    assert_eq!(
        read_as("01/03/2024;01/06/2024", &set),
        "0:2024-03 1:2024-06"
    );
    assert_eq!(read_as("1/1/2024;2/1/2024", &set), "ambiguous-periods");
    let asked = problem("01/03/2024;01/06/2024", &LabelAsk::default());
    assert_eq!(
        asked.headline,
        "all 2 numeric dates in the header can be read day first or month first"
    );
}

#[test]
fn a_month_behind_a_small_number_is_a_question() {
    for (header, expected) in [
        ("24-Dec;25-Jan", "0:2024-12 1:2025-01"),
        ("25-Jan;24-Dec", "0:2025-01 1:2024-12"),
        ("2023-12;24-Jan", "0:2023-12 1:2024-01"),
        ("95-Jan;95-Feb", "0:1995-01 1:1995-02"),
        ("24-Jan;24-Feb", "ambiguous-periods"),
        ("24-Jan;25-Jan", "ambiguous-periods"),
        ("1-Jan;1-Feb", "ambiguous-periods"),
        ("31-Jan;28-Feb", "ambiguous-periods"),
    ] {
        assert_eq!(read(header), expected, "{header}");
    }
    let year = |year| asking(|ask| ask.year = Some(year));
    for (header, asked, expected) in [
        ("24-Jan;24-Feb", 2024, "0:2024-01 1:2024-02"),
        ("1-Jan;1-Feb", 2024, "0:2024-01 1:2024-02"),
        ("31-Jan;29-Feb", 2024, "0:2024-01 1:2024-02"),
        ("24-Jan;24-Feb", 2023, "ambiguous-periods"),
    ] {
        assert_eq!(read_as(header, &year(asked)), expected, "{header}");
    }
    let asked = problem("customer;24-Jan;24-Feb", &LabelAsk::default());
    assert_eq!(asked.evidence[0].text, "24 Jan or Jan 2024");
    assert_eq!(
        asked.help,
        ["if the months are of one year, name it: `--year 2024`"]
    );
}

#[test]
fn days_inside_months_are_no_periods() {
    let asked = problem("2024-01-07;2024-01-14", &LabelAsk::default());
    assert_eq!(asked.code, Code::AmbiguousPeriods);
    assert_eq!(read("2024-13;2024-12"), "ambiguous-periods");
    assert_eq!(read("9999-12-31;2024-12;2024-11"), "1:2024-12 2:2024-11");
    for span in ["Jan - Feb 2024", "Jan 1 - Jan 15, 2024"] {
        let header = format!("{span};2024-12;2024-11;Notes Jan 2024");
        assert_eq!(read(&header), "mixed-periods", "{span}");
        let monthly = asking(|ask| ask.periods = Some(Grain::Month));
        assert_eq!(read_as(&header, &monthly), "1:2024-12 2:2024-11", "{span}");
    }
}

#[test]
fn amounts_are_named_beside_every_period() {
    let word = |header: &str| {
        let found = read_headers(&cells(header), &LabelAsk::default()).unwrap();
        found.amount_word
    };
    assert_eq!(word("customer;MRR 2024-01;MRR 2024-02"), Some("mrr"));
    assert_eq!(word("customer;2024-01 ARR;2024-02 ARR"), Some("arr"));
    assert_eq!(
        word("customer;rev_2024_01;Revenue 2024-02"),
        Some("revenue")
    );
    assert_eq!(word("mrr;2024-01;2024-02"), None);
    assert_eq!(word("customer;MRR 2024-01;2024-02"), Some("mrr"));
}

#[test]
fn a_currency_is_named_beside_every_period() {
    let currency = |header: &str| {
        let found = read_headers(&cells(header), &LabelAsk::default()).unwrap();
        found.currency
    };
    assert_eq!(currency("id;Jan 2024 (USD);Feb 2024 (USD)"), Some("USD"));
    assert_eq!(currency("id;2024-01 €;2024-02 EUR"), Some("EUR"));
    assert_eq!(currency("id;2024-01 USD;2024-02"), None);
    assert_eq!(read("id;2024-01 USD;2024-02 EUR"), "mixed-periods");
}

#[test]
fn totals_of_months_are_months_where_nothing_else_is() {
    for (header, expected) in [
        ("id;Total Jan 2024;Total Feb 2024", "1:2024-01 2:2024-02"),
        ("id;2023 Total;2024 Total", "1:2023 2:2024"),
        (
            "id;Total Jan 2024;Total Feb 2024;Total",
            "1:2024-01 2:2024-02",
        ),
        ("id;Jan 2024;Feb 2024;Total Feb 2024", "mixed-periods"),
        ("id;Total;Grand Total", ""),
    ] {
        assert_eq!(read(header), expected, "{header}");
    }
}

#[test]
fn headers_that_name_periods_make_a_file_wide() {
    for header in [
        "2024-01;2024-02",
        "Jan-24;Feb-24",
        "24-Jan;24-Feb",
        "Jan;Feb",
        "mrr_2024_01;mrr_2024_02",
        "2024-Q1;2024-Q2",
        "2023;2024",
        "FY23;FY24",
        "MRR 2024-01;MRR 2024-02",
        "month_1;month_2",
        "01/01/2024;01/02/2024",
        "45292;45323",
    ] {
        let cells = cells(header);
        assert_eq!(
            period_headers(&cells).map(|found| found.len()),
            Some(2),
            "{header}"
        );
    }
    let header = "customer;mrr;region;plan;month;2024-01;id 1;note 2;;#3;Total;YTD;2023";
    assert!(period_headers(&cells(header)).is_none());
}

proptest! {
    #[test]
    fn no_header_panics(cells in prop::collection::vec(any::<String>(), 0..6), year in any::<i32>()) {
        let ask = asking(|ask| ask.year = Some(year));
        let _ = (read_headers(&cells, &ask), read_headers(&cells, &LabelAsk::default()), period_headers(&cells));
    }

    #[test]
    fn nothing_like_a_header_panics(
        cells in prop::collection::vec("(MRR |month_|FY|Q|P|Total |YTD|)[-/.' 0-9JanFebQHMP_]{0,10}( ARR|)", 0..6),
        year in 1980_i32..2110,
        start in 1_u8..=12,
        first in 0_i32..40_000,
    ) {
        let ask = LabelAsk {
            fiscal: FiscalYear::starting_in(start).unwrap(),
            year: Some(year),
            first_period: Some(Month::from_index(first)),
            ..LabelAsk::default()
        };
        for periods in [None, Some(Grain::Month), Some(Grain::Quarter), Some(Grain::Year)] {
            if let Ok(found) = read_headers(&cells, &LabelAsk { periods, ..ask }) {
                let mut periods: Vec<_> = found.labels.iter().map(|label| (label.grain, label.last)).collect();
                periods.sort_unstable();
                let all = periods.len();
                periods.dedup();
                prop_assert_eq!(periods.len(), all);
            }
        }
    }
}

#[test]
fn a_part_of_a_month_is_not_said_to_count_twice() {
    for part in ["Mar 1-15, 2024", "1 - 15 Mar 2024", "March 5-31, 2024"] {
        let asked = problem(&format!("Jan 2024;Feb 2024;{part}"), &LabelAsk::default());
        let said: Vec<&str> = asked
            .evidence
            .iter()
            .map(|said| said.text.as_str())
            .collect();
        assert_eq!(
            said,
            [
                "2 months: `Jan 2024` and `Feb 2024`",
                &format!("`{part}` covers a part of a month"),
                "a part of a month beside whole ones would look like lost revenue",
            ]
        );
        assert_eq!(asked.help, ["keep one kind with `--periods monthly`"]);
    }
    let whole = problem("Jan 2024;Feb 2024;Mar 1-31, 2024", &LabelAsk::default());
    assert_eq!(
        whole.evidence[1].text,
        "`Mar 1-31, 2024` is no month, quarter, half or year"
    );
}

#[test]
fn totals_of_periods_that_are_left_out_are_not_named() {
    let totals = |header: &str, ask: &LabelAsk| read_headers(&cells(header), ask).unwrap().totals;
    let monthly = asking(|ask| ask.periods = Some(Grain::Month));
    assert_eq!(totals("2024-01;2024-02;Total", &LabelAsk::default()), [2]);
    assert_eq!(totals("2024-01;2024-02;Total", &monthly), [2]);
    let none: [usize; 0] = [];
    assert_eq!(totals("2024-01;2024-02;Q1 2024;Total", &monthly), none);
    assert_eq!(
        totals("Jan 2024;Feb 2024;Mar 1-15, 2024;Total", &monthly),
        none
    );
}
