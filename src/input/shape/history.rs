//! What an input knows of the past.

/// How much of the past an input holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// Every price at its time.
    #[default]
    Full,
    /// What was billed, when it was billed: a year's invoice stands in one month.
    Billed,
    /// Today's prices alone: what became more or less inside a contract cannot be seen.
    None,
}

impl History {
    /// Every one.
    pub const ALL: [History; 3] = [History::Full, History::Billed, History::None];

    /// The word typed for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            History::Full => "full",
            History::Billed => "billed",
            History::None => "none",
        }
    }
}
