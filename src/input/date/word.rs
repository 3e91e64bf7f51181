//! The words in dates: months in seven languages, weekdays, quarters, fiscal years, counted periods.

/// What a word in a date means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A month by its name, 1 to 12.
    Month(u32),
    /// A weekday, which says nothing more.
    Weekday,
    /// `de`, `of`, and the endings of ordinals.
    Filler,
    /// `Q`.
    Quarter,
    /// `H`.
    Half,
    /// `FY`.
    Fiscal,
    /// `CY`.
    Calendar,
    /// `M`, as in `2024M01` and `M1`.
    M,
    /// `P`, as in `P03-2024` and `P1`.
    P,
    /// A period that is counted, not named: `month_1`, `Period 1`.
    Counted,
}

/// Longer words are none of these.
const LENGTH_MAX: usize = 12;

impl Word {
    /// The meaning of a run of letters in any case; accents don't matter. `None` for other words.
    pub(super) fn of(text: &str) -> Option<Word> {
        let mut folded = [0_u8; LENGTH_MAX];
        let mut length = 0;
        for character in text.chars() {
            *folded.get_mut(length)? = fold(character)?;
            length += 1;
        }
        let folded = folded.get(..length)?;
        month(folded).map(Word::Month).or_else(|| other(folded))
    }
}

fn fold(character: char) -> Option<u8> {
    if let Ok(ascii) = u8::try_from(character)
        && ascii.is_ascii()
    {
        return Some(ascii.to_ascii_lowercase());
    }
    match character {
        'ä' | 'Ä' => Some(b'a'),
        'é' | 'É' | 'è' | 'È' => Some(b'e'),
        'û' | 'Û' => Some(b'u'),
        'ç' | 'Ç' => Some(b'c'),
        _ => None,
    }
}

/// English, German, French, Spanish, Portuguese, Dutch, Italian; no name means two months.
fn month(folded: &[u8]) -> Option<u32> {
    Some(match folded {
        b"jan" | b"january" | b"januar" | b"janner" | b"janv" | b"janvier" | b"ene" | b"enero"
        | b"janeiro" | b"januari" | b"gen" | b"gennaio" => 1,
        b"feb" | b"febr" | b"feber" | b"february" | b"februar" | b"fev" | b"fevr" | b"fevrier"
        | b"febrero" | b"fevereiro" | b"februari" | b"febbraio" => 2,
        b"mar" | b"march" | b"marz" | b"maerz" | b"mrz" | b"mars" | b"marzo" | b"marco"
        | b"mrt" | b"maart" => 3,
        b"apr" | b"april" | b"avr" | b"avril" | b"abr" | b"abril" | b"aprile" => 4,
        b"may" | b"mai" | b"mayo" | b"maio" | b"mei" | b"mag" | b"maggio" => 5,
        b"jun" | b"june" | b"juni" | b"juin" | b"junio" | b"junho" | b"giu" | b"giugno" => 6,
        b"jul" | b"july" | b"juli" | b"juil" | b"juill" | b"juillet" | b"julio" | b"julho"
        | b"lug" | b"luglio" => 7,
        b"aug" | b"august" | b"aout" | b"ago" | b"agosto" | b"augustus" => 8,
        b"sep" | b"sept" | b"september" | b"septembre" | b"septiembre" | b"setiembre" | b"set"
        | b"setembro" | b"sett" | b"settembre" => 9,
        b"oct" | b"october" | b"okt" | b"oktober" | b"octobre" | b"octubre" | b"out"
        | b"outubro" | b"ott" | b"ottobre" => 10,
        b"nov" | b"november" | b"novembre" | b"noviembre" | b"novembro" => 11,
        b"dec" | b"december" | b"dez" | b"dezember" | b"decembre" | b"dic" | b"diciembre"
        | b"dezembro" | b"dicembre" => 12,
        _ => return None,
    })
}

fn other(folded: &[u8]) -> Option<Word> {
    Some(match folded {
        b"mon" | b"monday" | b"tue" | b"tues" | b"tuesday" | b"wed" | b"wednesday" | b"thu"
        | b"thur" | b"thurs" | b"thursday" | b"fri" | b"friday" | b"sat" | b"saturday" | b"sun"
        | b"sunday" => Word::Weekday,
        b"de" | b"del" | b"of" | b"st" | b"nd" | b"rd" | b"th" | b"er" => Word::Filler,
        b"q" => Word::Quarter,
        b"h" => Word::Half,
        b"fy" => Word::Fiscal,
        b"cy" => Word::Calendar,
        b"m" => Word::M,
        b"p" => Word::P,
        b"month" | b"period" | b"year" | b"quarter" | b"week" | b"day" | b"y" => Word::Counted,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_names_in_seven_languages() {
        for (names, number) in [
            ("Jan JANUARY Jänner janv enero janeiro gennaio", 1),
            ("Feb febr Feber févr fevereiro Febbraio", 2),
            ("Mär März mars março maart mrt", 3),
            ("avr abril aprile", 4),
            ("May mai mei maggio", 5),
            ("juin junho giu", 6),
            ("juil juill luglio", 7),
            ("août AOÛT ago augustus", 8),
            ("Sept sett setembro settembre", 9),
            ("okt outubro ott", 10),
            ("noviembre", 11),
            ("dic Dez déc Dezember décembre", 12),
        ] {
            for name in names.split(' ') {
                assert_eq!(Word::of(name), Some(Word::Month(number)), "{name}");
            }
        }
    }

    #[test]
    fn other_words_mean_nothing() {
        for text in ["", "ja", "Marketing", "ñ", "averyverylongword", "Total"] {
            assert_eq!(Word::of(text), None, "{text}");
        }
    }
}
