//! Currencies as they stand beside an amount: signs, abbreviations and ISO codes.

/// Signs and abbreviations with the name they get; a longer one stands before those it contains.
///
/// What several countries write the same way (`$`, `kr`, `¥`, `Rs`) keeps its own name.
const SIGNS: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("US $", "USD"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("AU$", "AUD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("S$", "SGD"),
    ("NT$", "TWD"),
    ("MX$", "MXN"),
    ("R$", "BRL"),
    ("$", "$"),
    ("€", "EUR"),
    ("Euros", "EUR"),
    ("Euro", "EUR"),
    ("euros", "EUR"),
    ("euro", "EUR"),
    ("£", "GBP"),
    ("CN¥", "CNY"),
    ("JP¥", "JPY"),
    ("¥", "¥"),
    ("￥", "¥"),
    ("元", "CNY"),
    ("円", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("₫", "VND"),
    ("₺", "TRY"),
    ("₽", "RUB"),
    ("₴", "UAH"),
    ("₦", "NGN"),
    ("₱", "PHP"),
    ("฿", "THB"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("Fr.", "CHF"),
    ("SFr.", "CHF"),
    ("RM", "MYR"),
    ("Rs.", "Rs"),
    ("Rs", "Rs"),
    ("Rp", "IDR"),
    ("kr.", "kr"),
    ("kr", "kr"),
    ("Kr", "kr"),
    ("lei", "RON"),
    ("R", "ZAR"),
];

/// The codes of ISO 4217 in use, sorted.
const CODES: [&str; 155] = [
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
    "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD",
    "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DJF", "DKK", "DOP", "DZD",
    "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ",
    "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IQD", "IRR", "ISK", "JMD",
    "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR",
    "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "OMR", "PAB",
    "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD",
    "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
    "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD", "UYU",
    "UZS", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZAR", "ZMW",
];

/// The currency that `text` starts with and what follows it; `None` if it starts with none.
pub(super) fn strip_prefix(text: &str) -> Option<(&'static str, &str)> {
    if let Some((code, rest)) = text.split_at_checked(3)
        && let Some(name) = named(code)
        && !rest.starts_with(char::is_alphabetic)
    {
        return Some((name, rest));
    }
    SIGNS.iter().find_map(|(sign, name)| {
        let rest = text.strip_prefix(sign)?;
        let whole = !(sign.ends_with(char::is_alphabetic) && rest.starts_with(char::is_alphabetic));
        whole.then_some((*name, rest))
    })
}

/// The currency that `text` ends with and what stands before it; `None` if it ends with none.
pub(super) fn strip_suffix(text: &str) -> Option<(&'static str, &str)> {
    if let Some((rest, code)) = text
        .len()
        .checked_sub(3)
        .and_then(|at| text.split_at_checked(at))
        && let Some(name) = named(code)
        && !rest.ends_with(char::is_alphabetic)
    {
        return Some((name, rest));
    }
    SIGNS.iter().find_map(|(sign, name)| {
        let rest = text.strip_suffix(sign)?;
        let whole = !(sign.starts_with(char::is_alphabetic) && rest.ends_with(char::is_alphabetic));
        whole.then_some((*name, rest))
    })
}

/// The name for both of two currencies beside one amount (`$100 CAD`); `None` if they contradict.
pub(super) fn joined(one: &'static str, two: &'static str) -> Option<&'static str> {
    if one == two || writes_as(two, one) {
        Some(two)
    } else {
        writes_as(one, two).then_some(one)
    }
}

fn named(code: &str) -> Option<&'static str> {
    CODES
        .binary_search(&code)
        .ok()
        .and_then(|at| CODES.get(at))
        .copied()
}

/// The currencies that are written with a bare `$`, ISO 4217.
const DOLLARS: &[&str] = &[
    "USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "DOP",
    "BBD", "BMD", "BND", "BSD", "BZD", "FJD", "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD",
    "TTD", "XCD",
];

/// True if the currency with this code is also written with the shared sign.
pub(super) fn writes_as(code: &str, sign: &str) -> bool {
    match sign {
        "$" => DOLLARS.contains(&code),
        "kr" => matches!(code, "SEK" | "NOK" | "DKK" | "ISK"),
        "¥" => matches!(code, "JPY" | "CNY"),
        "Rs" => matches!(code, "INR" | "PKR" | "LKR" | "NPR" | "MUR" | "SCR"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(CODES.is_sorted());
        for (at, (sign, _)) in SIGNS.iter().enumerate() {
            let hidden = SIGNS[..at]
                .iter()
                .any(|(earlier, _)| sign.starts_with(earlier) && !sign.starts_with("Rs"));
            assert!(!hidden, "{sign} is never reached");
        }
    }

    #[test]
    fn names_are_whole_words() {
        assert_eq!(strip_prefix("USD 5"), Some(("USD", " 5")));
        assert_eq!(strip_prefix("USDT 5"), None);
        assert_eq!(strip_prefix("XYZ 5"), None);
        assert_eq!(strip_prefix("R$5"), Some(("BRL", "5")));
        assert_eq!(strip_prefix("Refund"), None);
        assert_eq!(strip_suffix("5 US$"), Some(("USD", "5 ")));
        assert_eq!(strip_suffix("5kr."), Some(("kr", "5")));
        assert_eq!(strip_suffix("5 mark"), None);
    }

    #[test]
    fn shared_signs_take_the_code_beside_them() {
        assert_eq!(joined("$", "CAD"), Some("CAD"));
        assert_eq!(joined("SEK", "kr"), Some("SEK"));
        assert_eq!(joined("USD", "USD"), Some("USD"));
        assert_eq!(joined("EUR", "USD"), None);
        assert_eq!(joined("$", "EUR"), None);
    }
}
