//! Short texts that were met lately, and what is known of them: most columns have few values.

use super::key::words_at;

/// How many texts are remembered at most: two with the same place push each other out.
const PLACES: usize = 256;

/// What is known of texts.
#[derive(Clone, Debug)]
pub(in crate::ledger) struct Recent<T> {
    /// By [`place`], a text and what is known of it.
    known: Vec<Option<([u64; 3], T)>>,
}

impl<T: Copy> Default for Recent<T> {
    fn default() -> Recent<T> {
        Recent {
            known: vec![None; PLACES],
        }
    }
}

impl<T: Copy> Recent<T> {
    /// What is known of what stands at a place in a text; if nothing is, `find` says it.
    #[inline]
    pub(in crate::ledger) fn get(
        &mut self,
        text: &[u8],
        (start, length): (usize, usize),
        find: impl FnOnce() -> T,
    ) -> T {
        let Some(words) = words_at(text, start, length) else {
            return find();
        };
        let known = &mut self.known[place(words)];
        if let Some((same, known)) = known
            && *same == words
        {
            return *known;
        }
        let found = find();
        *known = Some((words, found));
        found
    }
}

/// Where a text is looked for.
#[inline]
fn place([first, second, last]: [u64; 3]) -> usize {
    let mixed = first ^ second.rotate_left(23) ^ last.rotate_left(41);
    let [place, ..] = mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    place.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_is_known_as_what_was_found_for_it() {
        let mut recent = Recent::default();
        let names: Vec<String> = (0..2000)
            .map(|number: usize| "a name ".repeat(number % 5) + &(number % 700).to_string())
            .collect();
        let mut found = 0;
        for name in names.iter().chain(&names) {
            let text = format!("{name}, and what follows");
            let number = recent.get(text.as_bytes(), (0, name.len()), || {
                found += 1;
                name.clone().leak() as &str
            });
            assert_eq!(number, name);
        }
        assert!(found < 2 * names.len());
    }
}
