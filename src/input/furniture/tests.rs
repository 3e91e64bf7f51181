//! Reports in miniature, rule by rule, and random books written as reports.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::error::{Code, Message};
use crate::input::header::forms;
use crate::input::labels::is_period;
use crate::input::number::read_amount;
use crate::input::record::Record;
use crate::input::role::Role;
use crate::input::scan::Records;
use crate::units::Amount;

/// Every record of a text with commas, in trimmed cells.
fn lines(text: &str) -> Vec<Line> {
    let mut records = Records::with(text.as_bytes(), b',', b'\n', 1);
    let (mut record, mut scratch, mut lines) = (Record::new(), String::new(), Vec::new());
    while records.next(&mut record).expect("the records are readable") {
        let cell = |index| {
            let cell = record.cell(text.as_bytes(), index, &mut scratch);
            cell.trim().to_owned()
        };
        lines.push(Line {
            number: record.line(),
            cells: (0..record.len()).map(cell).collect(),
        });
    }
    lines
}

fn has_role(role: Role, header: &str) -> bool {
    let forms = forms(header);
    let mut names = role.synonyms().iter().copied().flatten();
    names.any(|name| forms.iter().any(|form| form == name))
}

/// What is left of a report: its titles, its furniture, and its rows with their customers.
struct Stripped {
    titles: Titles,
    furniture: Furniture,
    rows: Vec<Line>,
    customer: usize,
    amounts: Vec<usize>,
}

impl Stripped {
    /// A row a line: its number, its customer and its amounts.
    fn rows(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let own = row.cell(self.customer);
            let customer = self.furniture.customer_at(row.number).unwrap_or(own);
            let amounts: Vec<&str> = self.amounts.iter().map(|at| row.cell(*at)).collect();
            let _ = writeln!(text, "{} {customer}: {}", row.number, amounts.join(" | "));
        }
        text
    }

    /// A dropped line a line.
    fn dropped(&self) -> String {
        let mut text = String::new();
        for drop in &self.furniture.dropped {
            let _ = writeln!(text, "{} {:?} {}", drop.line, drop.kind, drop.text);
        }
        text
    }

    fn warning(&self) -> Option<Message> {
        furniture_warning(&self.furniture, &self.titles, &Place::file("report.csv"))
    }
}

fn stripped_with(text: &str, keep_totals: bool) -> Result<Stripped, Vec<Message>> {
    let all = lines(text);
    let is_known = |cell: &str| Role::ALL.into_iter().any(|role| has_role(role, cell));
    let at = find_header(&all, &is_known, &is_period);
    let titles = read_titles(&all[..at]);
    let header = all[at].cells.clone();
    let column = |role: Role| header.iter().position(|name| has_role(role, name));
    let mut amounts: Vec<usize> = (0..header.len())
        .filter(|at| is_period(&header[*at]))
        .collect();
    if amounts.len() < 2 {
        amounts = column(Role::Amount).into_iter().collect();
    }
    let date = header
        .iter()
        .position(|name| name.to_lowercase().contains("date") || name == "month");
    let customer = column(Role::Customer).unwrap_or(0);
    let body = &all[at + 1..];
    let furniture = strip(
        &Body {
            file: &Place::file("report.csv"),
            header: &header,
            lines: body,
            customer,
            date: date.filter(|date| !amounts.contains(date)),
            amounts: &amounts,
            mark: Mark::Dot,
            refused: &[],
            is_titled: at > 0,
        },
        keep_totals,
    )?;
    let rows = body
        .iter()
        .filter(|line| !furniture.is_dropped(line.number))
        .cloned()
        .collect();
    Ok(Stripped {
        titles,
        furniture,
        rows,
        customer,
        amounts,
    })
}

fn stripped(text: &str) -> Stripped {
    match stripped_with(text, false) {
        Ok(stripped) => stripped,
        Err(messages) => panic!("{messages:#?}"),
    }
}

/// The dropped lines of a report without those that are blank.
fn dropped(text: &str) -> String {
    stripped(text).dropped()
}

/// Each error as `LINE headline: found, expected`.
fn faults(text: &str) -> Vec<String> {
    let Err(messages) = stripped_with(text, false) else {
        panic!("a total of this report is wrong:\n{text}");
    };
    let said = messages.iter().map(|message| {
        assert_eq!(message.code, Code::UnprovenTotal);
        let line = message.place.as_ref().and_then(|place| place.line);
        let evidence: Vec<&str> = message
            .evidence
            .iter()
            .map(|said| said.text.as_str())
            .collect();
        format!(
            "{} {}: {}",
            line.unwrap_or_default(),
            message.headline,
            evidence.join("; ")
        )
    });
    said.collect()
}

fn unindented(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::new(), |all, line| all + line + "\n")
}

#[test]
fn quickbooks_summary_is_stripped() {
    let report = stripped(include_str!(
        "../../../fixtures/reports/quickbooks-summary.csv"
    ));
    assert_eq!(
        report.rows(),
        unindented(
            "6 Alder Gliders: 1,000.00 | 1,000.00 | 1,200.00
             8 Birch Balloons:Birch North: 300.00 | 300.00 |
             9 Birch Balloons:Birch South: 200.00 | 250.00 | 250.00
             10 Birch Balloons: 50.00 |  | -50.00
             12 Cedar Yachts:  |  | 480.00
             13 Total Wine & Co: 75.00 | 75.00 | 75.00"
        )
        .replace("300.00 |\n", "300.00 | \n")
    );
    assert_eq!(
        report.dropped(),
        unindented(
            "7 Group Birch Balloons
             11 Total Total for Birch Balloons
             14 Total TOTAL
             15 Blank #
             16 Footer Monday, August 03, 2026 04:19 PM GMT-06:00 - Accrual Basis"
        )
        .replace('#', "")
    );
    assert_eq!(report.titles.year, Some(2024));
    assert_eq!(report.titles.report, Some("Sales by Customer Summary"));
    assert_eq!(report.furniture.basis_word, Some("Accrual"));
    assert_eq!(
        (report.furniture.proof, report.furniture.rows),
        (Some(14), 6)
    );
    let warning = report.warning().expect("there is furniture");
    let said: Vec<&str> = warning
        .evidence
        .iter()
        .map(|said| said.text.as_str())
        .collect();
    assert_eq!(warning.code, Code::Furniture);
    assert_eq!(
        warning.headline,
        "8 lines of `report.csv` stand around its rows and were left out"
    );
    assert_eq!(
        said,
        [
            "titles in lines 1 to 4: `Example Kites, Inc.`, `Sales by Customer Summary` and \
             `January - March 2024`",
            "group in line 7: `Birch Balloons`",
            "totals in lines 11 and 14, each the sum of its rows: `Total for Birch Balloons` and \
             `TOTAL`",
            "footer in line 16: `Monday, August 03, 2026 04:19 PM GMT-06…`",
            "2 sub-customers of 1 customer count by themselves: `Birch Balloons:Birch North` and \
             `Birch Balloons:Birch South`",
            "the total in line 14 is the sum of the 6 rows that are left",
        ]
    );
}

#[test]
fn quickbooks_desktop_is_stripped() {
    let bytes = include_bytes!("../../../fixtures/reports/quickbooks-desktop.csv");
    let (text, _, _) = encoding_rs::WINDOWS_1252.decode(bytes);
    let report = stripped(&text);
    let customers: Vec<String> = report
        .rows()
        .lines()
        .filter_map(|row| {
            row.rsplit_once(": ")
                .map(|(customer, _)| customer.to_owned())
        })
        .collect();
    assert_eq!(
        customers,
        [
            "4 Café Dune",
            "6 Elm École:Elm Nord",
            "7 Elm École:Elm Sud",
            "8 Elm École",
            "10 Fjord Bakery"
        ]
    );
    assert_eq!(
        report.dropped(),
        "5 Group Elm École\n9 Total Total Elm École\n11 Total TOTAL\n"
    );
    assert_eq!(report.titles.year, Some(2024));
    assert_eq!(report.amounts.len(), 12);
}

#[test]
fn quickbooks_detail_is_stripped() {
    let report = stripped(include_str!(
        "../../../fixtures/reports/quickbooks-detail.csv"
    ));
    assert_eq!(
        report.rows(),
        unindented(
            "7 Alder Gliders: 1,200.00
             8 Alder Gliders: 1,200.00
             9 Alder Gliders: -300.00
             13 Birch Balloons: 100.00
             15 Birch Balloons:Birch North: 50.00
             16 Birch Balloons:Birch North: 60.00
             18 Birch Balloons: 40.00
             21 Cedar Yachts: 80.00
             22 Cedar Yachts: -80.00"
        )
    );
    assert_eq!(
        report.dropped(),
        unindented(
            "6 Group Alder Gliders
             11 Total Total for Alder Gliders
             12 Group Birch Balloons
             14 Group Birch North
             17 Total Total for Birch North
             19 Total Total for Birch Balloons
             20 Group Cedar Yachts
             23 Total Total for Cedar Yachts
             24 Total TOTAL
             25 Blank #
             26 Footer Monday, August 03, 2026 04:19 PM GMT-06:00"
        )
        .replace('#', "")
    );
    assert_eq!(report.furniture.proof, Some(24));
}

#[test]
fn xero_income_by_contact_is_stripped() {
    let report = stripped(include_str!(
        "../../../fixtures/reports/xero-income-by-contact.csv"
    ));
    assert_eq!(
        report.rows(),
        unindented(
            "6 Alder Gliders: 1,100.00 | 1,000.00 | 1,000.00
             7 Birch Balloons: 0.00 | 0.00 | 250.00
             8 Cedar Yachts: 480.00 | - | -"
        )
    );
    assert_eq!(report.dropped(), "9 Total Total\n");
    assert_eq!(report.titles.lines, [1, 2, 3]);
    assert_eq!(report.titles.year, Some(2024));
    assert_eq!(report.titles.report, Some("Income by Contact"));
}

#[test]
fn salesforce_grouped_is_stripped() {
    let report = stripped(include_str!(
        "../../../fixtures/reports/salesforce-grouped.csv"
    ));
    assert_eq!(
        report.rows(),
        unindented(
            "2 Alder Gliders: 1,200.00
             3 Alder Gliders: 300.00
             5 Birch Balloons: 800.00
             7 Total Kites LLC: 950.00
             8 Total Kites LLC: 50.00"
        )
    );
    assert_eq!(
        report.dropped(),
        unindented(
            "4 Total Subtotal (2 records)
             6 Total Subtotal (1 record)
             9 Total Subtotal (2 records)
             10 Total Grand Totals (5 records)
             11 Total #
             13 Footer Confidential Information - Do Not Distribute
             14 Footer Copyright (c) 2000-2024 Example CRM, inc. All rights reserved."
        )
        .replace('#', "")
    );
    assert_eq!(report.furniture.proof, Some(11));
}

#[test]
fn salesforce_details_are_stripped() {
    let text = include_str!("../../../fixtures/reports/salesforce-details.csv");
    let report = stripped(text);
    assert_eq!(
        report.rows(),
        unindented(
            "2 Alder Gliders: 12000
             3 Birch Balloons: 9600
             4 Cedar Yachts: 4800"
        )
    );
    let footers = report.dropped();
    assert_eq!(footers.lines().count(), 6);
    assert!(footers.starts_with("6 Footer Grand Totals (3 records)\n"));
    assert!(footers.ends_with("11 Footer Example Kites Inc\n"));
    assert_eq!(
        faults(&text.replace("(3 records)", "(4 records)")),
        ["6 `Grand Totals (4 records)` does not count the rows there are: 4 records; 3 rows"]
    );
}

#[test]
fn netsuite_sales_are_stripped() {
    let report = stripped(include_str!("../../../fixtures/reports/netsuite-sales.csv"));
    assert_eq!(
        report.rows(),
        unindented(
            "6 Alder Group:Alder East: $1,000.00 | $1,000.00 | $1,000.00
             7 Alder Group:Alder West: $500.00 | ($1,234.56) | $0.00
             9 Birch Balloons: $20.00 | $20.00 | $20.00"
        )
    );
    assert_eq!(
        report.dropped(),
        "5 Group Alder Group\n8 Total Total - Alder Group\n10 Total Total\n"
    );
    assert_eq!(report.titles.currency, Some("USD"));
    assert_eq!(report.titles.year, Some(2024));
}

#[test]
fn zoho_details_have_one_title() {
    let report = stripped(include_str!(
        "../../../fixtures/reports/zoho-mrr-details.csv"
    ));
    assert_eq!(report.titles.lines, [1]);
    assert_eq!(report.titles.amount_word, Some("mrr"));
    assert_eq!(report.dropped(), "");
    assert_eq!(report.rows().lines().next(), Some("3 K-001: 100.00"));
    assert_eq!(report.rows.len(), 4);
}

#[test]
fn an_ordinary_file_has_no_furniture() {
    let report = stripped("customer,month,mrr\nacme,2024-01,5\n,2024-02,5\nTotal,2024-01,5\n");
    assert_eq!(report.furniture.dropped, []);
    // A customer that is missing is missing: nothing shows that the file is a report.
    assert_eq!(report.furniture.groups, []);
    assert_eq!(report.furniture.rows, 3);
    assert_eq!(report.warning(), None);
}

#[test]
fn a_customer_is_not_a_total_for_its_name() {
    let book = "customer,2024-01,2024-02\nacme,5,6\nTotal Wine & More,7,8\n";
    assert_eq!(dropped(book), "");
    assert_eq!(dropped(&format!("{book}TOTAL,12,14\n")), "4 Total TOTAL\n");
    assert_eq!(
        dropped(&format!(
            "{book}Total for Total Wine & More,7,8\nTOTAL,12,14\n"
        )),
        "4 Total Total for Total Wine & More\n5 Total TOTAL\n"
    );
    // Two customers with equal amounts, of whom one is called so, and a third below.
    assert_eq!(
        faults("customer,2024-01,2024-02\nacme,5,6\nTotal,5,6\nbirch,1,1\n"),
        [
            "3 `Total` is not the sum of its rows: `5`; 6, the sum of the 2 rows from line 2; they differ by -1; without `birch` in line 4 it would be"
        ]
    );
}

#[test]
fn totals_that_do_not_add_up_are_asked_about() {
    let book = "customer,2024-01,2024-02\nacme,5,6\nbirch,7,8\nTotal Acme,5,60\nTotal,12,14\n";
    assert_eq!(
        faults(book),
        [
            "4 `Total Acme` is not the sum of its rows: `60`; 6, the sum of the 1 row of that name; they differ by 54"
        ]
    );
    // Kept as a customer, which the total then does not hold.
    let kept = stripped_with(book, true).unwrap_or_else(|messages| panic!("{messages:?}"));
    assert_eq!(kept.furniture.dropped, []);
    let whole = book.replace("12,14", "17,74");
    let kept = stripped_with(&whole, true).unwrap_or_else(|messages| panic!("{messages:?}"));
    assert_eq!(kept.dropped(), "5 Total Total\n");
    assert_eq!((kept.furniture.proof, kept.furniture.rows), (Some(5), 3));
    // One cause, one error: the last line is right if the one before it is a customer.
    assert_eq!(faults(&whole).len(), 1);
    assert_eq!(
        faults("customer,2024-01,2024-02\nTotal Jan,1,1\nJan,5,6\nTotal,5,#REF!\n"),
        [
            "2 `Total Jan` is not the sum of its rows: no row above it is of that name",
            "4 `Total` is not the sum of its rows: `#REF!`; 6, the sum of the 1 row from line 2"
        ]
    );
    assert_eq!(
        faults("customer,2024-01,2024-02\nacme,5,#REF!\nTotal,5,0\n"),
        [
            "3 `Total` is not the sum of its rows: of the cells of the 1 row from line 2, 1 cannot be read"
        ]
    );
}

#[test]
fn a_grand_total_is_that_of_all_rows() {
    let report = "customer,date,amount\nacme,,\n,2024-01-01,5\nbirch,,\n,2024-01-01,7\nTotal,,7\n";
    assert_eq!(
        dropped(report),
        "2 Group acme\n4 Group birch\n6 Total Total\n"
    );
    assert_eq!(stripped(report).furniture.proof, None);
    assert_eq!(
        faults(&report.replace("Total", "Grand Total")),
        [
            "6 `Grand Total` is not the sum of its rows: `7`; 12, the sum of the 2 rows from line 2; they differ by -5; without line 3 it would be"
        ]
    );
}

#[test]
fn a_total_may_stand_above_its_rows() {
    assert_eq!(
        dropped("customer,2024-01,2024-02\nTotal,12,14\nacme,5,6\nbirch,7,8\n"),
        "2 Total Total\n"
    );
}

#[test]
fn rows_with_a_date_are_rows() {
    let report =
        stripped("customer,month,mrr\nacme,2024-01,5\nTotal,2024-01,7\nTotal acme,2024-01,8\n");
    assert_eq!(report.dropped(), "");
}

#[test]
fn groups_name_the_customer_of_their_rows() {
    let report = stripped(
        "customer,date,amount\nacme,,\n,2024-01-01,5\n,2024-02-01,5\n,,\n,2024-03-01,5\nbirch,,\n,2024-01-01,7\ncedar,2024-01-01,9\n,2024-02-01,9\n",
    );
    assert_eq!(report.dropped(), "2 Group acme\n5 Blank \n7 Group birch\n");
    let groups: Vec<(u64, u64, &str)> = report
        .furniture
        .groups
        .iter()
        .map(|group| (group.first, group.last, group.customer.as_str()))
        .collect();
    // The row below `cedar` has no group, and nothing proves a report.
    assert_eq!(groups, [(3, 6, "acme"), (8, 8, "birch")]);
}

#[test]
fn groups_of_another_column_leave_customers_alone() {
    let report = stripped(
        "region,customer,2024-01,2024-02\nNorth,,,\n,acme,5,6\n,birch,7,8\nTotal North,,12,14\nSouth,,,\n,cedar,1,1\nTotal South,,1,1\nGrand Total,,13,15\n",
    );
    assert_eq!(
        report.dropped(),
        "2 Group North\n5 Total Total North\n6 Group South\n8 Total Total South\n9 Total Grand Total\n"
    );
    assert_eq!(report.furniture.groups, []);
    let report = stripped(
        "region,customer,2024-01,2024-02\nNorth,acme,5,6\nNorth,birch,7,8\nTotal North,,12,14\nSouth,cedar,1,1\nTotal South,,1,1\n",
    );
    assert_eq!(
        report.dropped(),
        "4 Total Total North\n6 Total Total South\n"
    );
}

#[test]
fn customers_may_be_indented_into_columns_without_headers() {
    let report = stripped(
        ",,Jan,Feb,TOTAL\nacme,,5,6,11\nbirch,,,,\n,north,1,2,3\n,south,3,4,7\n,birch - Other,1,1,2\nTotal birch,,5,7,12\nTOTAL,,10,13,23\n",
    );
    assert_eq!(
        report.rows(),
        "2 acme: 5 | 6\n4 birch:north: 1 | 2\n5 birch:south: 3 | 4\n6 birch: 1 | 1\n"
    );
    assert_eq!(
        report.dropped(),
        "3 Group birch\n7 Total Total birch\n8 Total TOTAL\n"
    );
    let report = stripped(
        ",,Date,Amount\nbirch,,,\n,north,,\n,,2024-01-01,5\n,Total north,,5\n,,2024-01-02,6\nTotal birch,,,11\n",
    );
    assert_eq!(report.rows(), "4 birch:north: 5\n6 birch: 6\n");
}

#[test]
fn subtotals_in_the_way_of_spreadsheets_are_dropped() {
    let report = "customer,date,amount\nacme,2024-01-01,5\nacme,2024-02-01,6\nacme Total,,11\nbirch,2024-01-01,7\nbirch Total,,7\nGrand Total,,18\n";
    assert_eq!(
        dropped(report),
        "4 Total acme Total\n6 Total birch Total\n7 Total Grand Total\n"
    );
    let bare = report.replace("acme Total", "Subtotal");
    let bare = bare.replace("birch Total", "Subtotal");
    assert_eq!(
        dropped(&bare),
        "4 Total Subtotal\n6 Total Subtotal\n7 Total Grand Total\n"
    );
    let months = "customer,month,mrr\nacme,2024-01,5\nbirch,2024-01,6\nTotal 2024-01,,11\nacme,2024-02,7\nTotal 2024-02,,7\n";
    assert_eq!(
        dropped(months),
        "4 Total Total 2024-01\n6 Total Total 2024-02\n"
    );
}

#[test]
fn a_total_without_a_label_is_nobodys_row() {
    let report = stripped("customer,date,amount\nacme,,\n,2024-01-01,5\n,,5\n");
    assert_eq!(report.dropped(), "2 Group acme\n");
    assert_eq!(report.furniture.customer_at(3), Some("acme"));
    assert_eq!(report.furniture.customer_at(4), None);
}

#[test]
fn totals_of_nothing_close_their_group() {
    let report = stripped(
        "customer,date,amount\nacme,,\nTotal for acme,,\nbirch,,\n,2024-01-01,5\nTotal for birch,,\nTotal,,5\n",
    );
    assert_eq!(
        report.dropped(),
        "2 Group acme\n3 Total Total for acme\n4 Group birch\n6 Silent Total for birch\n7 Total Total\n"
    );
    // Without a group, a name and nothing else may be a customer.
    assert_eq!(
        dropped("customer,2024-01,2024-02\nwine,5,6\nTotal wine,,\nacme,5,6\n"),
        ""
    );
}

#[test]
fn rounded_totals_are_totals() {
    let report = "customer,2024-01,2024-02\na,1.01,1.00\nb,1.01,1.00\nTotal,2.03,2\n";
    assert_eq!(dropped(report), "4 Total Total\n");
    assert_eq!(faults(&report.replace("2.03", "2.05")).len(), 1);
}

#[test]
fn amounts_of_a_total_have_thousands_marks() {
    let report = "customer,2024-01,2024-02\na,1000,1\nb,-2500.50,1\nTotal,9,2\n";
    assert_eq!(
        faults(report),
        [
            "4 `Total` is not the sum of its rows: `9`; -1,500.50, the sum of the 2 rows from line 2; they differ by 1,509.50"
        ]
    );
}

/// Two customers with sub-customers of one name; one of them sells something itself.
const TWO_OF_ONE_NAME: &str = "customer,2024-01,2024-02\n\
    \"Cedar, Inc.\",70,70\n\"Cedar, East\",175,175\nSupport,105,105\n\"Total Cedar, Inc.\",350,350\n\
    Dune,,\nSupport,5,5\nDune - Other,1,1\nTotal Dune,6,6\n\
    Support,9,9\nTOTAL,365,365\n";

#[test]
fn sub_customers_are_named_after_their_customer() {
    let report = stripped(TWO_OF_ONE_NAME);
    assert_eq!(
        report.rows(),
        unindented(
            "2 Cedar, Inc.: 70 | 70
             3 Cedar, Inc.:Cedar, East: 175 | 175
             4 Cedar, Inc.:Support: 105 | 105
             7 Dune:Support: 5 | 5
             8 Dune: 1 | 1
             10 Support: 9 | 9"
        )
    );
    let warning = report.warning().expect("there is furniture");
    assert_eq!(
        warning.evidence[2].text,
        "3 sub-customers of 2 customers count by themselves: `Cedar, Inc.:Cedar, East`, \
         `Cedar, Inc.:Support` and `Dune:Support`"
    );
}

#[test]
fn what_a_customer_sells_itself_beside_sub_customers_is_its_own() {
    let report = stripped(
        "customer,2024-01,2024-02\nDune,3,3\nEast,5,5\nDune - Other,1,1\nTotal Dune,9,9\n",
    );
    assert_eq!(
        report.rows(),
        "2 Dune: 3 | 3\n3 Dune:East: 5 | 5\n4 Dune: 1 | 1\n"
    );
}

#[test]
fn sub_customers_of_sub_customers_name_both() {
    let report = stripped(
        "customer,2024-01,2024-02\nA,,\nB,1,1\nC,2,2\nB - Other,3,3\nA:B:D,4,4\nTotal B,10,10\nE,5,5\nTotal A,15,15\n",
    );
    assert_eq!(
        report.rows(),
        unindented(
            "3 A:B: 1 | 1
             4 A:B:C: 2 | 2
             5 A:B: 3 | 3
             6 A:B:D: 4 | 4
             8 A:E: 5 | 5"
        )
    );
    assert_eq!(report.furniture.subs.count, 4);
    assert_eq!(report.furniture.subs.parents, 1);
}

#[test]
fn rows_above_a_total_that_is_kept_have_no_customer_around_them() {
    let wrong = TWO_OF_ONE_NAME.replace("350,350", "351,350");
    let kept = stripped_with(&wrong, true).unwrap_or_else(|messages| panic!("{messages:?}"));
    assert_eq!(kept.furniture.customer_at(4), None);
    assert_eq!(kept.furniture.customer_at(7), Some("Dune:Support"));
}

#[test]
fn footers_stand_below_the_last_row() {
    assert_eq!(
        dropped("customer,2024-01,2024-02\na,1,2\nzero,,\nb,1,2\nCash Basis\n,\nprinted today\n"),
        "5 Footer Cash Basis\n6 Blank \n7 Footer printed today\n"
    );
    assert_eq!(dropped("customer,2024-01,2024-02\na\nb\n"), "");
}

/// A book of groups with their rows, as a report is made of it.
#[derive(Clone, Debug)]
struct Book {
    /// Each group with the cents of its rows, two columns each.
    groups: Vec<Vec<(i64, i64)>>,
    titles: usize,
    footers: usize,
    total: usize,
    has_group_rows: bool,
    has_column: bool,
}

impl Book {
    fn any() -> impl Strategy<Value = Book> {
        let rows = prop::collection::vec((-99_999_i64..999_999, -99_999_i64..999_999), 1..4);
        let groups = prop::collection::vec(rows, 1..6);
        let rest = (
            0_usize..4,
            0..3_usize,
            0..4_usize,
            any::<bool>(),
            any::<bool>(),
        );
        (groups, rest).prop_map(
            |(groups, (titles, footers, total, has_group_rows, has_column))| Book {
                groups,
                titles,
                footers,
                total,
                has_group_rows,
                has_column,
            },
        )
    }

    /// The report, and the rows that are to be left: customer, first cents, second cents.
    fn report(&self) -> (String, Vec<(String, i64, i64)>) {
        const TITLES: [&str; 3] = [
            "Example Kites",
            "Sales by Customer Summary",
            "January - February 2024",
        ];
        const FOOTERS: [&str; 2] = ["Accrual Basis", "Monday at 04:19 PM"];
        let (mut text, mut left) = (String::new(), Vec::new());
        for title in TITLES.iter().take(self.titles) {
            let _ = writeln!(text, "{title}");
        }
        let total = if self.has_column { ",Total" } else { "" };
        let _ = writeln!(text, "Customer,Plan,Jan 2024,Feb 2024{total}");
        let mut all = (0, 0);
        for (number, group) in self.groups.iter().enumerate() {
            // One customer is named like a total; nobody is called as it would have to be.
            let name = match number {
                2 => "Total Wine & Co".to_owned(),
                _ => format!("Kite {number}"),
            };
            if self.has_group_rows {
                let _ = writeln!(text, "{name},,,");
            }
            let mut sum = (0, 0);
            for row in group {
                let label = if self.has_group_rows { "" } else { &name };
                self.line(&mut text, label, "plan", *row);
                sum = (sum.0 + row.0, sum.1 + row.1);
                left.push((name.clone(), row.0, row.1));
            }
            let label = ["Total for ", "Total ", "Total - ", ""][self.total];
            if !label.is_empty() {
                self.line(&mut text, &format!("{label}{name}"), "", sum);
            }
            all = (all.0 + sum.0, all.1 + sum.1);
        }
        self.line(&mut text, "TOTAL", "", all);
        for footer in FOOTERS.iter().take(self.footers) {
            let _ = writeln!(text, "{footer}");
        }
        (text, left)
    }

    fn line(&self, text: &mut String, label: &str, plan: &str, (one, two): (i64, i64)) {
        let _ = write!(text, "{label},{plan},{},{}", money(one), money(two));
        let total = if self.has_column {
            format!(",{}", money(one + two))
        } else {
            String::new()
        };
        let _ = writeln!(text, "{total}");
    }
}

/// An amount of cents as reports write it: in quotes, with thousands marks, below zero in parentheses.
fn money(cents: i64) -> String {
    let whole = crate::text::grouped(cents.unsigned_abs() / 100);
    let text = format!("{whole}.{:02}", cents.unsigned_abs() % 100);
    if cents < 0 {
        format!("\"(${text})\"")
    } else {
        format!("\"${text}\"")
    }
}

fn units(cell: &str) -> i128 {
    let amount = read_amount(cell, Mark::Dot).1.ok().flatten();
    let amount = amount.map_or(Amount::ZERO, |reading| reading.amount);
    amount.units_at(2).unwrap_or_default()
}

/// Cells of which anything can be made.
fn table() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let label = prop::sample::select(vec![
        "",
        "",
        "A",
        "B",
        "Total",
        "Total A",
        "B Total",
        "TOTAL",
        "Subtotal",
        "A - Other",
        "Total Wine",
        "Grand Totals (2 records)",
        "Summe",
        "Total for B",
    ]);
    let amount = prop::sample::select(vec!["", "0", "1", "1", "2", "3", "-1", "(2)", "#REF!"]);
    let row = (
        label,
        prop::sample::select(vec!["", "", "", "x"]),
        amount.clone(),
        amount,
    );
    let cells = row.prop_map(|(label, more, one, two)| vec![label, more, one, two]);
    prop::collection::vec(cells, 0..12)
}

/// Whether a total is the sum of rows that stand together, or of the rows of one label; rows with a word for a
/// total alone, kept because they were to be, may be in it with all rows or in none.
fn is_sum_of_rows(total: &Line, body: &[Line], furniture: &Furniture) -> bool {
    let is_bare = |line: &Line| words::form_of(line.cell(0)).0 == words::Form::Bare;
    let kept: Vec<&Line> = body
        .iter()
        .filter(|line| !furniture.is_dropped(line.number))
        .collect();
    let (bare, others): (Vec<&Line>, Vec<&Line>) = kept.iter().partition(|line| is_bare(line));
    let is_sum = |rows: &[&Line]| {
        [2, 3].into_iter().all(|column| {
            let sum: i128 = rows.iter().map(|row| units(row.cell(column))).sum();
            (sum - units(total.cell(column))).unsigned_abs() <= rows.len() as u128
        })
    };
    let together = |rows: &[&Line]| {
        (0..=rows.len())
            .flat_map(|first| (first..=rows.len()).map(move |last| (first, last)))
            .any(|(first, last)| is_sum(&rows[first..last]))
    };
    let customer = |line: &Line| match furniture.customer_at(line.number) {
        // The total of a sub-customer names it without those around it.
        Some(customer) => customer.rsplit(':').next().unwrap_or(customer).to_owned(),
        None => line.cell(0).to_owned(),
    };
    let of_label = |label: &str| {
        let rows: Vec<&Line> = kept
            .iter()
            .copied()
            .filter(|line| customer(line) == label)
            .collect();
        is_sum(&rows)
    };
    let with_bare = |count: usize| is_sum(&[&others[..], &bare[..count]].concat());
    together(&others)
        || (0..=bare.len()).any(with_bare)
        || ["A", "B", "Total Wine"].into_iter().any(of_label)
}

proptest! {
    #[test]
    fn a_report_of_any_book_strips_back_to_it(book in Book::any()) {
        let (text, expected) = book.report();
        let report = stripped(&text);
        let left: Vec<(String, i128, i128)> = report
            .rows
            .iter()
            .map(|row| {
                let own = row.cell(0);
                let customer = report.furniture.customer_at(row.number).unwrap_or(own);
                (customer.to_owned(), units(row.cell(2)), units(row.cell(3)))
            })
            .collect();
        let expected: Vec<(String, i128, i128)> = expected
            .into_iter()
            .map(|(name, one, two)| (name, one.into(), two.into()))
            .collect();
        prop_assert_eq!(left, expected, "{}", text);
        prop_assert!(report.furniture.proof.is_some());
        prop_assert_eq!(report.titles.lines.len(), book.titles);
    }

    #[test]
    fn a_report_that_lost_a_row_is_asked_about(book in Book::any(), which: prop::sample::Index) {
        let (text, _) = book.report();
        let rows: Vec<usize> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains(",plan,"))
            .map(|(at, _)| at)
            .collect();
        let lost = rows[which.index(rows.len())];
        let row = &lines(text.lines().nth(lost).unwrap())[0];
        // What rounding could have done is no loss, and a name without rows may be a customer's.
        let is_large = [2, 3].into_iter().any(|at| units(row.cell(at)).abs() > 100);
        let has_names = book.has_group_rows || book.groups.iter().all(|group| group.len() > 1);
        if !is_large || !has_names {
            return Ok(());
        }
        let left = text.lines().enumerate().filter(|(at, _)| *at != lost);
        let left = left.fold(String::new(), |all, (_, line)| all + line + "\n");
        prop_assert!(stripped_with(&left, false).is_err(), "{}", left);
    }

    #[test]
    fn no_amount_is_dropped_without_proof(table in table(), is_titled: bool, keep_totals: bool) {
        let body: Vec<Line> = (2..)
            .zip(&table)
            .map(|(number, row)| Line {
                number,
                cells: row.iter().map(|cell| (*cell).to_owned()).collect(),
            })
            .collect();
        let header = ["Customer", "Plan", "2024-01", "2024-02"].map(str::to_owned);
        let stripped = strip(
            &Body {
                file: &Place::file("report.csv"),
                header: &header,
                lines: &body,
                customer: 0,
                date: None,
                amounts: &[2, 3],
                mark: Mark::Dot,
                refused: &[],
                is_titled,
            },
            keep_totals,
        );
        prop_assert!(stripped.is_ok() || !keep_totals || table.iter().flatten().any(|cell| cell.contains("records")));
        let Ok(furniture) = stripped else {
            return Ok(());
        };
        for line in body.iter().filter(|line| furniture.is_dropped(line.number)) {
            let is_zero = [2, 3].into_iter().all(|at| units(line.cell(at)) == 0);
            prop_assert!(line.cell(2) != "#REF!" && line.cell(3) != "#REF!");
            prop_assert!(is_zero || is_sum_of_rows(line, &body, &furniture), "{:?} {:?}", line, body);
        }
        prop_assert!(furniture.groups.is_sorted_by(|one, two| one.last < two.first));
    }

    #[test]
    fn any_records_are_read(table in prop::collection::vec(prop::collection::vec("[ -~é–]{0,12}", 0..5), 0..40)) {
        let all: Vec<Line> = (1..)
            .zip(table)
            .map(|(number, cells)| Line { number, cells })
            .collect();
        let at = find_header(&all, &|cell| cell.len() > 8, &is_period);
        prop_assert!(at == 0 || at < all.len());
        let titles = read_titles(&all[..at]);
        let body = Body {
            file: &Place::file("report.csv"),
            header: &[],
            lines: &all[at..],
            customer: 7,
            date: Some(1),
            amounts: &[2, 9],
            mark: Mark::Comma,
            refused: &[],
            is_titled: true,
        };
        if let Ok(furniture) = strip(&body, false) {
            let _ = furniture_warning(&furniture, &titles, body.file);
        }
    }
}

/// A report of many lines in each of the ways that could be read more than once.
#[test]
fn long_reports_are_read_in_one_pass() {
    let mut named = String::from("customer,date,amount\n");
    let mut nested = named.clone();
    let mut bare = named.clone();
    for number in 0..25_000 {
        let _ = writeln!(
            named,
            "kite {number},,\n,2024-01-01,5\n,2024-02-01,6\nTotal kite {number},,11"
        );
        let _ = writeln!(nested, "kite {number},,");
        let _ = writeln!(bare, "kite {number},2024-01-01,5\nTotal,,5\n,,\n,,");
    }
    for number in 0..25_000 {
        let _ = writeln!(nested, ",2024-01-01,5\nTotal kite {number},,0");
    }
    let report = stripped(&named);
    assert_eq!(report.furniture.groups.len(), 25_000);
    assert_eq!(report.rows.len(), 50_000);
    assert_eq!(stripped(&bare).rows.len(), 25_000);
    assert!(stripped_with(&nested, false).is_err());
}
