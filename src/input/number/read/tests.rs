use proptest::prelude::*;

use super::*;
use crate::text::group_digits;

/// The amount as its plain decimal, with the currency before it; the fault in words.
fn read(cell: &str, mark: Mark) -> String {
    match read_amount(cell, mark).1 {
        Ok(None) => "empty".to_owned(),
        Ok(Some(Reading {
            amount,
            currency: None,
        })) => amount.to_string(),
        Ok(Some(Reading {
            amount,
            currency: Some(name),
        })) => format!("{name} {amount}"),
        Err(AmountFault::Unreadable(reason)) => format!("it {reason}"),
        Err(AmountFault::TooLarge) => "too large".to_owned(),
    }
}

#[track_caller]
fn assert_reads(mark: Mark, table: &[(&str, &str)]) {
    for (cell, expected) in table {
        assert_eq!(read(cell, mark), *expected, "{cell:?}");
    }
}

#[test]
fn plain_amounts_keep_their_decimals() {
    assert_reads(
        Mark::Dot,
        &[
            ("1234.50", "1234.50"),
            ("-12", "-12"),
            ("0", "0"),
            ("100.00", "100.00"),
            ("-0.00", "0.00"),
            ("+7", "7"),
            (".5", "0.5"),
            ("5.", "5"),
            ("-.5", "-0.5"),
            ("007", "7"),
            ("0.125", "0.125"),
            ("1249.9999999999998", "1249.9999999999998"),
            ("1.000000", "1.000000"),
            ("12.3456", "12.3456"),
            ("1.0000000000000000000000", "1.000000"),
            ("0.1234567000", "0.1234567"),
            ("0.123456789012345678", "0.123456789012345678"),
        ],
    );
    assert_reads(
        Mark::Comma,
        &[
            ("1234,50", "1234.50"),
            ("-0,5", "-0.5"),
            (",5", "0.5"),
            ("5,", "5"),
            ("12", "12"),
        ],
    );
}

#[test]
fn empty_cells_and_dashes_are_told_apart() {
    for cell in ["", " ", "\u{a0}", "\u{202f}\u{2009}", "=\"\"", "'"] {
        assert_eq!(read(cell, Mark::Dot), "empty", "{cell:?}");
    }
    assert_reads(
        Mark::Dot,
        &[
            ("-", "0"),
            (" – ", "0"),
            ("—", "0"),
            ("\u{2212}", "0"),
            (" $ -   ", "$ 0"),
            ("-   €", "EUR 0"),
            ("--", "it has two signs"),
            ("+", "it has no digit"),
            ("$", "it has no digit"),
            ("()", "it has no digit"),
        ],
    );
}

#[test]
fn thousands_marks_of_every_country_are_understood() {
    assert_reads(
        Mark::Dot,
        &[
            ("1,234.50", "1234.50"),
            ("1,234,567", "1234567"),
            ("1,399", "1399"),
            ("1.399", "1.399"),
            ("1 234.50", "1234.50"),
            ("1\u{a0}234\u{a0}567", "1234567"),
            ("1\u{202f}234.5", "1234.5"),
            ("1\u{2009}234", "1234"),
            ("1'234.50", "1234.50"),
            ("1’234’567.05", "1234567.05"),
            ("1,23,456.78", "123456.78"),
            ("1,00,00,000", "10000000"),
        ],
    );
    assert_reads(
        Mark::Comma,
        &[
            ("1.234,50", "1234.50"),
            ("1.234.567", "1234567"),
            ("1.399", "1399"),
            ("1,399", "1.399"),
            ("1 234,567", "1234.567"),
        ],
    );
}

#[test]
fn minuses_of_every_kind_are_understood() {
    for cell in [
        "-5",
        "\u{2212}5",
        "5-",
        "5\u{2212}",
        "(5)",
        "( 5 )",
        "5 CR",
        "5CR",
        "-$5",
        "$-5",
        "($5)",
        "$(5)",
        "$ -5",
        "€5-",
        "5- €",
        "(5) USD",
        "(5 USD)",
        "USD -5",
        "- 5",
        "(5 €)",
    ] {
        let Ok(Some(reading)) = read_amount(cell, Mark::Dot).1 else {
            panic!("{cell:?} is an amount");
        };
        assert_eq!(reading.amount.to_string(), "-5", "{cell:?}");
    }
    assert_reads(
        Mark::Dot,
        &[
            ("--5", "it has two signs"),
            ("-5-", "it has two signs"),
            ("(-5)", "it has two signs"),
            ("-(5)", "it has two signs"),
            ("+-5", "it has two signs"),
            ("((5))", "it has two signs"),
            ("-5 CR", "it has two signs"),
            ("(5", "it has a parenthesis without its other half"),
            ("5)", "it has a parenthesis without its other half"),
            ("5.-", "it ends in a dash that can mean a minus or no cents"),
            ("5,-", "it ends in a dash that can mean a minus or no cents"),
        ],
    );
}

#[test]
fn suffixes_multiply() {
    assert_reads(
        Mark::Dot,
        &[
            ("5k", "5000"),
            ("5 K", "5000"),
            ("1.5k", "1500"),
            ("$1.2M", "$ 1200000"),
            ("1.2M USD", "USD 1200000"),
            ("5 mm", "5000000"),
            ("1.23456MM", "1234560"),
            ("1.2345k", "1234.5"),
            ("(5k)", "-5000"),
            ("5k-", "-5000"),
            ("5k CR", "-5000"),
            ("5 RM", "MYR 5"),
            ("1000000M", "1000000000000"),
            ("1000001M", "too large"),
            ("0k", "0"),
        ],
    );
    assert_eq!(read("1,5k", Mark::Comma), "1500");
}

#[test]
fn currencies_are_named_once() {
    assert_reads(
        Mark::Dot,
        &[
            ("$1,234.50", "$ 1234.50"),
            ("US$5", "USD 5"),
            ("A$5", "AUD 5"),
            ("C$5", "CAD 5"),
            ("€ 5", "EUR 5"),
            ("5 €", "EUR 5"),
            ("£5", "GBP 5"),
            ("¥500", "¥ 500"),
            ("₹1,23,456.78", "INR 123456.78"),
            ("R$5", "BRL 5"),
            ("5 zł", "PLN 5"),
            ("1 000 kr", "kr 1000"),
            ("1 000 kr.", "kr 1000"),
            ("CHF 1'234.50", "CHF 1234.50"),
            ("USD 1,000", "USD 1000"),
            ("1,000 USD", "USD 1000"),
            ("USD1,000", "USD 1000"),
            ("$100.00 CAD", "CAD 100.00"),
            ("€5 EUR", "EUR 5"),
            ("€5 USD", "it names two currencies"),
            ("=\"123.4\"", "123.4"),
            ("'123.4", "123.4"),
        ],
    );
}

#[test]
fn what_is_no_amount_says_why() {
    assert_reads(
        Mark::Dot,
        &[
            ("12%", "it is a percentage"),
            ("-12.5 %", "it is a percentage"),
            ("1e400", "it is in scientific notation"),
            ("1.2E+3", "it is in scientific notation"),
            ("-1e-7", "it is in scientific notation"),
            ("#REF!", "it is an error cell of a spreadsheet"),
            ("#DIV/0!", "it is an error cell of a spreadsheet"),
            ("#N/A", "it is an error cell of a spreadsheet"),
            ("####", "it is an error cell of a spreadsheet"),
            ("NaN", "it is a word"),
            ("N/A", "it is a word"),
            ("NULL", "it is a word"),
            ("-inf", "it is a word"),
            ("free", "it is a word"),
            ("5m", "it ends in a suffix that can mean several scales"),
            ("$1.2bn", "it ends in a suffix that can mean several scales"),
            ("5 Cr", "it ends in a suffix that can mean several scales"),
            ("5kk", "it has letters that are no currency"),
            ("5/6", "it holds two numbers"),
            ("5 - 6", "it holds two numbers"),
            ("2024-01", "it holds two numbers"),
            ("0x1F", "it holds two numbers"),
            ("5 apples", "it has letters that are no currency"),
            ("٣", "it has digits other than 0 to 9"),
            ("１２", "it has digits other than 0 to 9"),
            ("1٣", "it has digits other than 0 to 9"),
            ("!!", "it has no digit"),
            ("=1+2", "it is no number"),
            ("0.1234567890123456789", "it has more than 18 decimals"),
        ],
    );
}

#[test]
fn marks_out_of_place_are_refused() {
    let groups = "it has thousands marks that do not stand in groups of three";
    for cell in [
        "1,2,3",
        "12,34,56",
        "1,2.50",
        "1.5.3",
        "31.01.2024",
        "12 50",
        "1  000",
        "1,234 567",
        "1 234'567",
        ",123,456",
        "1,,000",
        "1.234,567.8",
        "1234,567,890",
        "1,23,45",
    ] {
        assert_eq!(read(cell, Mark::Dot), groups, "{cell:?}");
        assert_eq!(read_amount(cell, Mark::Dot).0, Marks::NONE, "{cell:?}");
    }
    assert_reads(
        Mark::Dot,
        &[
            (
                "1200,50",
                "it has `,` before decimals, not as a thousands mark",
            ),
            (
                "1.200,50",
                "it has `.` as a thousands mark, not before decimals",
            ),
            (
                "0,125",
                "it has `,` before decimals, not as a thousands mark",
            ),
        ],
    );
    assert_reads(
        Mark::Comma,
        &[
            (
                "1,234,567",
                "it has `,` as a thousands mark, not before decimals",
            ),
            (
                "839.2",
                "it has `.` before decimals, not as a thousands mark",
            ),
        ],
    );
}

#[test]
fn amounts_end_at_a_million_million() {
    assert_reads(
        Mark::Dot,
        &[
            ("1000000000000", "1000000000000"),
            ("1,000,000,000,000.00", "1000000000000.00"),
            ("-1000000000000.000000", "-1000000000000.000000"),
            ("000000000000000000001", "1"),
            ("1000000000000.01", "too large"),
            ("1000000000001", "too large"),
            (
                "999999999999.999999999999999999",
                "999999999999.999999999999999999",
            ),
            ("99999999999999999999999999999999999999999999", "too large"),
        ],
    );
}

#[test]
fn marks_are_the_same_under_both_guesses() {
    for cell in [
        "1.399",
        "1,399",
        "839.2",
        "839,2",
        "1,234.50",
        "1234",
        "0.125",
        "$1.234.567",
        "12",
        "5.",
        "1234.5",
    ] {
        assert_eq!(
            read_amount(cell, Mark::Dot).0,
            read_amount(cell, Mark::Comma).0,
            "{cell}"
        );
    }
}

/// Puts Indian thousands marks into a run of digits.
fn indian(whole: &str) -> String {
    let Some((head, tail)) = whole
        .len()
        .checked_sub(3)
        .map(|at| whole.split_at(at))
        .filter(|(head, _)| !head.is_empty())
    else {
        return whole.to_owned();
    };
    let mut text = String::new();
    for (at, digit) in head.chars().enumerate() {
        if at > 0 && (head.len() - at).is_multiple_of(2) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text},{tail}")
}

proptest! {
    #[test]
    fn no_cell_panics(cell in any::<String>()) {
        let _ = (read_amount(&cell, Mark::Dot), read_amount(&cell, Mark::Comma));
    }

    #[test]
    fn nothing_like_an_amount_panics(cell in "[-+−–()$€krmMK.'’ ,0-9eE%CUSDR\u{a0}=\"#]{0,24}") {
        let (dot, comma) = (read_amount(&cell, Mark::Dot), read_amount(&cell, Mark::Comma));
        prop_assert_eq!(dot.0, comma.0);
    }

    #[test]
    fn every_way_of_writing_reads_back(units in -10_i128.pow(12)..=10_i128.pow(12), scale in 0_u8..=6) {
        let amount = Amount::new(units, scale);
        let plain = amount.to_string();
        let (minus, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let join = |whole: String, mark: &str| {
            if decimals.is_empty() { whole } else { format!("{whole}{mark}{decimals}") }
        };
        let grouped = group_digits(whole);
        let dot = join(grouped.clone(), ".");
        let accounting = if minus.is_empty() { format!(" ${dot} ") } else { format!("$({dot})") };
        for (cell, mark) in [
            (plain.clone(), Mark::Dot),
            (format!("{minus}{dot}"), Mark::Dot),
            (format!("{minus}{}", join(grouped.replace(',', "."), ",")), Mark::Comma),
            (format!("CHF {minus}{}", join(grouped.replace(',', "’"), ".")), Mark::Dot),
            (format!("{minus}{} €", join(grouped.replace(',', "\u{202f}"), ",")), Mark::Comma),
            (format!("₹{minus}{}", join(indian(whole), ".")), Mark::Dot),
            (accounting, Mark::Dot),
            (format!("{dot}{minus}"), Mark::Dot),
        ] {
            let reading = read_amount(&cell, mark).1;
            let read = reading.ok().flatten().map(|reading| reading.amount.to_string());
            prop_assert_eq!(read.as_deref(), Some(plain.as_str()), "{}", cell);
        }
    }
}
