//! Values of settings that are words of no register.

/// The byte that separates cells; `None` for what cannot.
pub(super) fn delimiter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        _ if text == "tab" || text == "\\t" => Some(b'\t'),
        [only] if only.is_ascii_punctuation() && !b"\"'.-".contains(only) => Some(*only),
        [b'\t'] => Some(b'\t'),
        _ => None,
    }
}

/// How many threads read; `None` outside of what is sensible.
pub(super) fn threads(text: &str) -> Option<usize> {
    text.parse()
        .ok()
        .filter(|threads| (1..=64).contains(threads))
}

/// A thread a core.
pub(super) fn all_cores() -> usize {
    std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(64)
}

/// Values as a policy lists them, as they are said: `stock or flow`.
pub(super) fn or_list(values: &str) -> String {
    crate::text::list(&values.split('|').collect::<Vec<_>>(), "or")
}
