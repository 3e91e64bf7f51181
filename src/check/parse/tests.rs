use super::*;
use crate::check::Kind;

fn parsed(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|fault| panic!("{text}: {}", fault.message.headline))
}

/// The code, the letters meant and what is proposed.
fn refused(text: &str) -> (Code, String, Vec<String>) {
    let fault = Rule::parse(text)
        .err()
        .unwrap_or_else(|| panic!("{text} is a rule"));
    let meant = text[fault.span].to_owned();
    (fault.message.code, meant, fault.message.help)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of forms")]
fn every_form_of_a_rule_is_read() {
    for (text, measure, kind, comparison, required) in [
        (
            "nrr >= 100%",
            "nrr",
            Kind::Percent,
            Comparison::AtLeast,
            "1.000000",
        ),
        (
            "  grr>0.9 ",
            "grr",
            Kind::Percent,
            Comparison::Above,
            "0.900000",
        ),
        (
            "churned_customers <= 5",
            "churned_customers",
            Kind::Count,
            Comparison::AtMost,
            "5.000000",
        ),
        (
            "closing >= 1_000_000.5",
            "closing",
            Kind::Amount,
            Comparison::AtLeast,
            "1000000.500000",
        ),
        (
            "quick_ratio ≥ 3.5",
            "quick_ratio",
            Kind::Quotient,
            Comparison::AtLeast,
            "3.500000",
        ),
        ("fx == 0", "fx", Kind::Amount, Comparison::Equal, "0.000000"),
        (
            "transfer_in != 0",
            "transfer_in",
            Kind::Amount,
            Comparison::Unequal,
            "0.000000",
        ),
        (
            "net_growth > -5%",
            "net_growth",
            Kind::Percent,
            Comparison::Above,
            "-0.050000",
        ),
        (
            "nrr drop <= 2pp",
            "nrr drop",
            Kind::Points,
            Comparison::AtMost,
            "0.020000",
        ),
        (
            "closing drop <= 5%",
            "closing drop",
            Kind::Percent,
            Comparison::AtMost,
            "0.050000",
        ),
        (
            "closing rise >= 100",
            "closing rise",
            Kind::Amount,
            Comparison::AtLeast,
            "100.000000",
        ),
        (
            "closing_customers drop < 3",
            "closing_customers drop",
            Kind::Count,
            Comparison::Below,
            "3.000000",
        ),
        (
            "top1 <= 20%",
            "top1",
            Kind::Percent,
            Comparison::AtMost,
            "0.200000",
        ),
        (
            "top20% <= 80%",
            "top20%",
            Kind::Percent,
            Comparison::AtMost,
            "0.800000",
        ),
        (
            "finding late-renewals <= 3",
            "finding late-renewals",
            Kind::Count,
            Comparison::AtMost,
            "3.000000",
        ),
        (
            "customer=ACME: closing >= 1000",
            "closing",
            Kind::Amount,
            Comparison::AtLeast,
            "1000.000000",
        ),
        (
            "customer=ACME: effect_on_nrr >= -2pp",
            "effect_on_nrr",
            Kind::Points,
            Comparison::AtLeast,
            "-0.020000",
        ),
        (
            "customer=ACME: share_of_opening <= 10%",
            "share_of_opening",
            Kind::Percent,
            Comparison::AtMost,
            "0.100000",
        ),
    ] {
        let rule = parsed(text);
        assert_eq!(rule.measure.name(), measure, "{text}");
        assert_eq!((rule.kind(), rule.comparison), (kind, comparison), "{text}");
        let found = rule.required().value.rounded(6).unwrap().to_string();
        assert_eq!(found, required, "{text}");
    }
}

#[test]
fn whose_figure_it_is_stands_before_the_colon() {
    let pair = |column: &str, value: Option<&str>| (column.to_owned(), value.map(str::to_owned));
    for (text, parts) in [
        ("region=EMEA: nrr >= 1", vec![pair("region", Some("EMEA"))]),
        (
            "Sales Rep = Ana Lima : nrr >= 1",
            vec![pair("Sales Rep", Some("Ana Lima"))],
        ),
        (
            "region=EMEA, plan=Pro: nrr >= 1",
            vec![pair("region", Some("EMEA")), pair("plan", Some("Pro"))],
        ),
        ("each owner: nrr >= 1", vec![pair("owner", None)]),
        ("owner=*: nrr >= 1", vec![pair("owner", None)]),
        (
            "each region, plan: nrr >= 1",
            vec![pair("region", None), pair("plan", None)],
        ),
        (
            "region=EMEA, plan=*: nrr >= 1",
            vec![pair("region", Some("EMEA")), pair("plan", None)],
        ),
        (
            "team=\"A, B: C\": nrr >= 1",
            vec![pair("team", Some("A, B: C"))],
        ),
        ("team=\"*\": nrr >= 1", vec![pair("team", Some("*"))]),
    ] {
        assert_eq!(parsed(text).scope, Scope::Segment(parts), "{text}");
    }
    let acme = Scope::Customer("ACME, Inc".to_owned());
    assert_eq!(parsed("customer=\"ACME, Inc\": change >= 0").scope, acme);
}

#[test]
fn what_is_no_rule_is_refused_with_the_letters_that_are_meant() {
    for (text, meant) in [
        ("nrr 100%", "nrr 100%"),
        ("", ""),
        (">= 5", ""),
        ("nrr >=", ""),
        ("nrr >= ten", "ten"),
        ("closing >= 1,000", "1,000"),
        ("nrr => 100%", "=>"),
        ("nrr =< 100%", "=<"),
        ("nrr >= 100", "100"),
        ("nrr >= 2pp", "2pp"),
        ("grr >= 1.5", "1.5"),
        ("closing >= 5%", "5%"),
        ("quick_ratio >= 400%", "400%"),
        ("nrr drop <= 2%", "2%"),
        ("nrr drop <= 2", "2"),
        ("top1 <= 20", "20"),
        ("region: nrr >= 1", "region"),
        ("=EMEA: nrr >= 1", "=EMEA"),
        ("region=: nrr >= 1", "region="),
        ("each : nrr >= 1", "each"),
        ("region=A, region=B: nrr >= 1", "region=B"),
        ("customer=*: closing >= 1", "customer=*"),
        ("customer=A, region=B: closing >= 1", "customer=A, region=B"),
        ("region=EMEA: top1 <= 20%", "top1"),
        ("customer=A: effect_on_nrr >= -2%", "-2%"),
        ("90% <= grr <= 100%", "90%"),
        ("nrr >= 100% and grr >= 90%", "100% and grr >= 90%"),
    ] {
        let (code, found, _) = refused(text);
        assert_eq!(found, meant, "{text}");
        let is_field = text.starts_with("90%");
        let expected = if is_field {
            Code::UnknownField
        } else {
            Code::UnreadableRule
        };
        assert_eq!(code, expected, "{text}");
    }
}

#[test]
fn what_was_meant_is_proposed() {
    for (text, proposed) in [
        ("nrr => 100%", "`nrr >= 100%`"),
        ("closing >= 1,000.50", "`closing >= 1_000.50`"),
        ("nrr >= 100", "`nrr >= 100%`"),
        ("nrr >= 1,0", "`nrr >= 1.0`"),
        ("nrr >= 97,5%", "`nrr >= 97.5%`"),
        ("closing >= 1,000,000", "`closing >= 1_000_000`"),
        ("churn <= 5%", "`revenue_churn <= 5%`"),
        ("churn <= 5%", "`gross_revenue_churn <= 5%`"),
        ("churned_customers <= 5%", "`logo_churn <= 5%`"),
        ("quick_ratio >= 400%", "`quick_ratio >= 4`"),
        ("top1 drop <= 1pp", "`top1 <= 20%`"),
        ("nrr drop <= 2%", "`nrr drop <= 2pp`"),
        ("nr >= 100%", "`nrr` is one"),
        ("churned_customer <= 5", "`churned_customers` is one"),
        ("customer=A: openin >= 5", "`opening` is one"),
        ("finding late-renewal <= 0", "`finding late-renewals`"),
        (
            "customer=*: closing >= 1",
            "for the largest customer: `top1 <= 20%`",
        ),
        (
            "region=EMEA grr >= 90%",
            "a segment ends with a colon, such as `region=VALUE: grr >= 90%`",
        ),
    ] {
        let (_, _, help) = refused(text);
        assert!(help.iter().any(|help| help == proposed), "{text}: {help:?}");
    }
}

#[test]
fn what_is_proposed_would_be_taken() {
    for text in [
        "nrr >= 1,0",
        "nrr >= 1,000",
        "closing >= 1,000",
        "closing >= 10,5",
        "churn <= 5%",
        "contraction <= 5%",
        "expansion >= 5%",
        "retained >= 95%",
        "retained_capped >= 95%",
        "churned_customers <= 5%",
        "retained_customers >= 5%",
        "quick_ratio >= 350%",
        "top1 drop <= 1pp",
        "closing >= 10%",
        "new_customers <= 10%",
    ] {
        for help in refused(text).2 {
            parsed(help.trim_matches('`'));
        }
    }
}

#[test]
fn an_amount_that_has_no_rate_is_said_to_be_one() {
    let fault = Rule::parse("closing >= 10%").err().expect("a fault");
    assert_eq!(
        fault.message.headline,
        "`closing` is an amount, and no percentage"
    );
    assert!(fault.message.help.is_empty());
    let said: Vec<&str> = fault
        .message
        .evidence
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "a number without `%`, such as `closing >= 1_000_000`",
            "how far it moved is a percentage: `closing rise >= 10%`"
        ]
    );
    let fault = Rule::parse("top3 <= 20%").err().expect("a fault");
    assert_eq!(
        fault.message.evidence[0].text,
        "top1, top5, top10, top20 or top20%"
    );
    assert!(fault.message.help.is_empty());
}

#[test]
fn names_are_taken_in_any_case() {
    for (text, name) in [
        ("NRR >= 100%", "nrr"),
        ("Quick_Ratio >= 4", "quick_ratio"),
        ("Top10 <= 40%", "top10"),
        ("NRR Drop <= 2pp", "nrr drop"),
        ("customer=ACME: Closing >= 5", "closing"),
    ] {
        let rule = parsed(text);
        assert_eq!(
            (rule.measure.name().as_str(), rule.text.as_str()),
            (name, text)
        );
    }
}

#[test]
fn fields_that_are_no_numbers_and_unknown_ones_are_refused() {
    for text in [
        "period >= 1",
        "partial = 0",
        "currency = 1",
        "ndr >= 1",
        "nrr fall <= 2pp",
        "top2 <= 20%",
        "finding <= 1",
        "finding usage <= 1",
        "customer=A: nrr >= 1",
    ] {
        assert_eq!(refused(text).0, Code::UnknownField, "{text}");
    }
}

#[test]
fn no_text_is_too_odd() {
    let odd = [
        "é≥≤:",
        "\"",
        "::::",
        "=:=:=",
        "each",
        "a=\"b: nrr >= 1",
        "≥",
        "customer=: x > 1",
        "%",
        "−",
        "nrr>=−",
        "\u{0}=\u{0}:\u{0}<1",
    ];
    for text in odd {
        if let Err(fault) = Rule::parse(text) {
            assert!(
                text.get(fault.span.clone()).is_some(),
                "{text}: {:?}",
                fault.span
            );
        }
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_typed_is_a_rule_or_has_letters_that_are_meant(
        text in "(each |region=|customer=|\"|nrr|closing drop|top1|finding |:|,|=|>=|<|=>|≥|%|pp|−|_|1|0|\\.|é| ){0,12}"
    ) {
        match Rule::parse(&text) {
            Ok(rule) => {
                proptest::prop_assert_eq!(&rule.text, text.trim());
                let again = Rule::parse(&rule.text).map(|again| again.required().value.rounded(9));
                proptest::prop_assert_eq!(again.ok(), Some(rule.required().value.rounded(9)));
            }
            Err(fault) => proptest::prop_assert!(text.get(fault.span).is_some()),
        }
    }
}
