//! Presets: the table that comes with the program, recognition, slips in a user's own.

use super::*;
use crate::error::{Code, Message, Place};

fn cells(header: &str) -> Vec<String> {
    header.split(',').map(str::to_owned).collect()
}

fn own(text: &str) -> Vec<Preset> {
    parse(text, "nrr.toml").unwrap()
}

fn slips(text: &str) -> Vec<String> {
    let errors = parse(text, "nrr.toml").unwrap_err();
    let shown = |error: &Message| {
        let line = error.place.as_ref().and_then(|place| place.line);
        format!(
            "{} {}: {} {:?}",
            line.unwrap_or_default(),
            error.code,
            error.headline,
            error.help
        )
    };
    errors.iter().map(shown).collect()
}

/// The name of what headers are recognised as, among the presets that come with the program.
fn recognised(header: &str, titles: &[&str], periods: usize) -> String {
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    match recognise(builtin(), &cells(header), &titles, periods) {
        Recognised::Preset(preset) => preset.name.clone(),
        Recognised::Refused(preset) => format!("refused {}", preset.name),
        Recognised::Tie(presets) => {
            let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
            format!("tie {}", names.join(" "))
        }
        Recognised::Nothing => "nothing".to_owned(),
    }
}

#[test]
fn the_table_that_comes_with_the_program_has_no_slips() {
    let presets = parse(include_str!("../presets.toml"), "presets.toml").unwrap();
    assert_eq!(presets, builtin());
    let names: Vec<&str> = presets.iter().map(|preset| preset.name.as_str()).collect();
    assert_eq!(names.len(), 24);
    assert!(names.is_sorted());
    for preset in &presets {
        let name = &preset.name;
        assert!(!preset.about.is_empty(), "{name} says what it is");
        for header in preset.headers.iter().flatten() {
            assert_eq!(&folded(header), header, "{name}: headers are folded");
        }
        if preset.refuse.is_some() {
            assert!(preset.better.is_some(), "{name} names a better export");
            continue;
        }
        let is_said = |key: &str| preset.setting(key).is_some();
        for key in ["shape", "history", "unit", "basis"] {
            assert!(is_said(key), "{name}: {key}");
        }
        assert!(
            !preset.candidates("customer").is_empty(),
            "{name}: customer"
        );
        if preset.setting("history") == Some("none") {
            assert!(preset.better.is_some(), "{name} names a better export");
        }
        if ["contracts", "versions", "invoices"].contains(&preset.setting("shape").unwrap()) {
            assert!(is_said("end"), "{name}: inclusive or exclusive");
            assert!(
                !preset.candidates("start-column").is_empty(),
                "{name}: start"
            );
        }
    }
}

#[test]
fn every_preset_is_recognised_by_what_it_asks_for_and_by_nothing_less() {
    for preset in builtin() {
        let names: Vec<String> = preset
            .headers
            .iter()
            .map(|names| names[0].clone())
            .collect();
        let title = preset.titles.first().cloned();
        let found = recognise(
            builtin(),
            &names,
            &title.into_iter().collect::<Vec<_>>(),
            preset.period_headers,
        );
        match found {
            Recognised::Preset(found) | Recognised::Refused(found) => assert_eq!(found, preset),
            other => panic!("{}: {other:?}", preset.name),
        }
        for left_out in 0..names.len() {
            let mut fewer = names.clone();
            // Another header in its place, so that an empty first one is not moved.
            fewer[left_out] = "something else".to_owned();
            let found = recognise(builtin(), &fewer, &[], preset.period_headers);
            assert!(
                !matches!(found, Recognised::Preset(found) | Recognised::Refused(found) if found == preset),
                "{} without {}",
                preset.name,
                names[left_out]
            );
        }
    }
}

#[test]
fn headers_are_compared_folded_and_in_any_order() {
    assert_eq!(
        recognised(
            "Currency,Customer,Customer Email,Customer ID,2024-01",
            &[],
            1
        ),
        "stripe-mrr-monthly"
    );
    assert_eq!(
        recognised("Currency,Customer,Customer Email,Customer ID", &[], 0),
        "nothing"
    );
    assert_eq!(
        recognised(
            "InvoiceItem.ChargeAmount,InvoiceItem.ServiceStartDate,InvoiceItem.ServiceEndDate",
            &[],
            0
        ),
        "zuora-invoice-items"
    );
    assert_eq!(
        recognised(
            "*ContactName,*InvoiceNumber,*InvoiceDate,LineAmount",
            &[],
            0
        ),
        "xero-invoices"
    );
}

#[test]
fn a_title_above_the_header_recognises_a_report() {
    let titles = [
        "Invented Ltd",
        "Sales by Customer Summary",
        "January - March 2024",
    ];
    assert_eq!(
        recognised(",Jan 2024,Feb 2024,Total", &titles, 2),
        "quickbooks-summary"
    );
    assert_eq!(
        recognised(",Jan 2024,Feb 2024,Total", &titles[..1], 2),
        "nothing"
    );
    assert_eq!(recognised("name,sum", &titles, 0), "nothing");
}

#[test]
fn an_empty_header_is_the_first_column_alone() {
    let rest = "Transaction date,Transaction type,Num,Amount,Balance";
    assert_eq!(recognised(&format!(",{rest}"), &[], 0), "quickbooks-detail");
    assert_eq!(recognised(&format!("{rest},"), &[], 0), "nothing");
}

#[test]
fn cash_and_counted_months_are_refused() {
    assert_eq!(
        recognised("id,Customer ID,Converted Amount,Captured", &[], 0),
        "refused stripe-payments"
    );
    assert_eq!(
        recognised("id,Converted Amount,Seller Message", &[], 0),
        "refused stripe-payments"
    );
    assert_eq!(
        recognised("reporting_category,currency,gross,fee,net", &[], 0),
        "refused stripe-balance"
    );
    assert_eq!(
        recognised("plan,month_1,month_2,deferred_revenue_balance", &[], 0),
        "refused recurly-revrec"
    );
}

#[test]
fn the_preset_that_asks_for_more_wins_and_equals_are_asked_about() {
    let presets = own("[small]\nheaders = [\"a\"]\nshape = \"long\"\n\
         [twin]\nheaders = [\"a\", \"c\"]\nshape = \"long\"\n\
         [large]\nheaders = [\"a\", \"b\"]\nshape = \"long\"\n");
    let found = |header: &str| recognise(&presets, &cells(header), &[], 0);
    assert!(matches!(found("b,a"), Recognised::Preset(preset) if preset.name == "large"));
    assert!(matches!(found("a,x"), Recognised::Preset(preset) if preset.name == "small"));
    let Recognised::Tie(tie) = found("a,b,c") else {
        panic!("a tie");
    };
    let message = ambiguous(&tie, Place::file("a.csv"));
    assert_eq!(message.code, Code::AmbiguousPreset);
    assert_eq!(
        message.help,
        ["say which: `--preset large`, `--preset twin` or `--preset none`"]
    );
}

#[test]
fn the_first_candidate_that_is_there_is_the_column() {
    let preset = named(builtin(), "stripe-subscriptions").unwrap();
    let headers = cells("id,Customer ID,Created (UTC),Start Date (UTC),Amount");
    assert_eq!(preset.columns("start-column", &headers), [3]);
    assert_eq!(preset.columns("start-column", &headers[..3]), [2]);
    assert_eq!(preset.columns("end-column", &headers), [] as [usize; 0]);
    assert_eq!(
        preset.columns("customer", &cells("customer_id,Customer ID")),
        [0, 1]
    );
}

#[test]
fn rows_are_filtered_and_ends_found_by_folded_values() {
    let preset = named(builtin(), "chargebee-subscriptions").unwrap();
    let headers = cells("subscriptions.id,subscriptions.current_term_end");
    let fallback = &preset.end_fallback[0];
    assert_eq!(fallback.column_of(&headers), Some(1));
    assert!(fallback.holds("Non Renewing") && fallback.holds("non_renewing"));
    assert!(!fallback.holds("Active"));
    let lago = named(builtin(), "lago-fees").unwrap();
    assert!(lago.keep[0].holds("Subscription"));
    assert!(!lago.keep[0].holds("charge"));
    assert_eq!(lago.less_columns(&cells("fee_taxes_amount_cents,x")), [0]);
}

#[test]
fn a_slip_in_a_preset_is_an_error_with_its_line() {
    let good = "[ours]\nheaders = [\"a\"]\nshape = \"long\"\n";
    assert_eq!(own(good)[0].headers, [["a"]]);
    assert_eq!(
        slips(&format!("{good}custmer = \"b\"\n")),
        ["4 unknown-setting: `custmer` is no key of a preset [\"`customer` is one\"]"]
    );
    assert_eq!(
        slips(&format!("{good}end = \"open\"\ninterval = \"bimonthly\"\n")),
        [
            "4 bad-value: `end` does not take this value []",
            "5 bad-value: `interval` does not take this value []"
        ]
    );
    assert_eq!(
        slips(&format!("{good}keep = [{{ colum = \"x\" }}]\n")).len(),
        3
    );
    assert_eq!(
        slips("[ours]\nheaders = [\"a\"]\n"),
        ["1 bad-value: the preset `ours` doesn't say what a row is []"]
    );
    assert_eq!(
        slips("[ours]\nshape = \"long\"\n"),
        ["1 bad-value: nothing says which files the preset `ours` is for []"]
    );
    assert!(slips("ours = 1")[0].contains("is no table"));
    assert!(slips("[ours")[0].contains("unreadable-settings"));
    for line in [
        "headers = 1",
        "period-headers = \"one\"",
        "about = [\"x\"]",
        "notes = [1]",
        "keep = 1",
        "keep = [1]",
        "drop = [{ values = [\"x\"] }]",
        "unit = 1",
    ] {
        let preset = format!("[ours]\ntitle = \"t\"\nshape = \"long\"\n{line}\n");
        assert!(slips(&preset)[0].starts_with("4 bad-value"), "{line}");
    }
}

#[test]
fn a_preset_of_the_users_replaces_one_of_the_same_name() {
    let presets = with_own(own(
        "[lago-fees]\nheaders = [\"mine\"]\nshape = \"long\"\n[ours]\ntitle = \"t\"\nshape = \"wide\"\n",
    ));
    assert_eq!(presets.len(), builtin().len() + 1);
    assert_eq!(named(&presets, "lago-fees").unwrap().headers, [["mine"]]);
    assert!(named(&presets, "ours").is_ok());
}

#[test]
fn a_name_that_is_no_preset_is_an_error_with_the_nearest() {
    let message = named(builtin(), "stripe-invoces").unwrap_err();
    assert_eq!(message.code, Code::UnknownPreset);
    assert_eq!(message.help, ["`--preset stripe-invoices`"]);
    assert!(named(builtin(), "spreadsheet").unwrap_err().help.is_empty());
}

#[test]
fn a_preset_that_was_asked_for_has_to_fit() {
    let preset = named(builtin(), "mrr-playbook").unwrap();
    let place = || Place::file("a.csv");
    assert_eq!(
        unfit(
            preset,
            &cells("subscription_id,customer_id,start_date,end_date,monthly_amount"),
            place()
        ),
        None
    );
    let message = unfit(
        preset,
        &cells("subscription_id,customer_id,start_date"),
        place(),
    )
    .unwrap();
    assert_eq!(message.code, Code::MissingColumn);
    assert_eq!(
        message.evidence[0].text,
        "also `end date` and `monthly amount`"
    );
}

#[test]
fn what_was_recognised_is_announced_in_one_line() {
    let preset = named(builtin(), "recurly-subscription-history").unwrap();
    let headers = cells(
        "subscription_uuid,version_started_at,version_total_recurring_amount,version_plan_interval_unit",
    );
    assert_eq!(
        announcement(preset, &headers),
        "detected: recurly-subscription-history (4/4 headers), versions, amounts in major units"
    );
    let summary = named(builtin(), "quickbooks-summary").unwrap();
    assert_eq!(
        announcement(summary, &[]),
        "detected: quickbooks-summary (by its title), wide, what was billed, amounts in major units"
    );
}

#[test]
fn a_refusal_says_why_and_what_to_export_instead() {
    let preset = named(builtin(), "recurly-revrec").unwrap();
    let message = refused(preset, Place::file("a.csv"));
    assert_eq!(message.code, Code::RefusedExport);
    assert_eq!(
        message.evidence[0].text,
        "headers `month 1` and `deferred revenue balance`"
    );
    assert_eq!(
        message.help,
        [
            "export instead: Subscriptions - History (Analytics > Exports)",
            "if it is another file, pass `--preset none`"
        ]
    );
}

#[test]
fn a_list_of_customers_without_any_time_is_told_apart() {
    let list = |header: &str| list_without_periods(&cells(header), 0);
    assert_eq!(
        list("Name,Customer ID,Subscriber since,MRR,ARR"),
        Some(CustomerList {
            customer: 1,
            amount: 3
        })
    );
    for header in [
        "customer,month,mrr",
        "customer,start date,mrr",
        "customer,created at,mrr",
        "customer,amount",
        "region,mrr",
        ",mrr",
    ] {
        assert_eq!(list(header), None, "{header}");
    }
    assert_eq!(
        list_without_periods(&cells("customer,mrr,2024-01"), 1),
        None
    );
}
