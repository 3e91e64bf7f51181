//! The register of codes: their names, levels and long texts. `docs/errors.md` is made from it.

use std::fmt;

/// How much a message weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No result.
    Error,
    /// A result, but look.
    Warning,
}

impl Level {
    /// The word a message starts with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal, $level:ident;)+) => {
        /// A kind of error or warning, named after the bad thing. A code is forever.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        /// Every code, in the order of the register.
        pub const CODES: &[Code] = &[$(Code::$variant),+];

        impl Code {
            /// The name shown in brackets: `mixed-currencies`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// Whether it stops the run.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Code::$variant => Level::$level,)+ }
            }

            /// The long text: what it means, why it is asked, what to do.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc, "\n"),+),)+ }
            }
        }
    };
}

codes! {
    /// A file that was named does not exist. Nothing was read, not even the other files.
    FileNotFound = "file-not-found", Error;
    /// A file exists but cannot be read: no permission, a device error, a share that went away.
    CannotRead = "cannot-read", Error;
    /// A folder was given where a file is expected. Name its files, for instance with `folder/*.csv`.
    IsAFolder = "is-a-folder", Error;
    /// The same file was given twice. Its revenue would count twice.
    RepeatedFile = "repeated-file", Error;
    /// A file changed while it was read, so what was decided from its beginning may not hold.
    /// Copy it first, then run on the copy.
    ChangedFile = "changed-file", Error;
    /// A file has no bytes, or none but a byte order mark.
    EmptyFile = "empty-file", Error;
    /// A file has a header and nothing below it.
    NoRows = "no-rows", Error;
    /// An Excel workbook or a zip archive under another name. Open it and save the sheet as CSV (UTF-8).
    SpreadsheetFile = "spreadsheet-file", Error;
    /// An HTML page or an XML document, often saved by a web application as `.xls` or `.csv`.
    /// Open it in a spreadsheet and save the sheet as CSV.
    MarkupFile = "markup-file", Error;
    /// A gzip or zstd file that ends early or is damaged. Fetch it again.
    BrokenCompression = "broken-compression", Error;
    /// The bytes are not in the encoding that was set, or stop being in the one that was found.
    UnreadableText = "unreadable-text", Error;
    /// A NUL byte: the file is binary, or was damaged on its way.
    NulByte = "nul-byte", Error;
    /// A quote opens and never closes, so everything after it would be one cell.
    UnclosedQuote = "unclosed-quote", Error;
    /// Text follows a closing quote in the same cell. A quote inside a quoted cell is written twice.
    TextAfterQuote = "text-after-quote", Error;
    /// A record is longer than 16 MiB: almost always a quote that was never closed.
    RecordTooLong = "record-too-long", Error;
    /// The records are consistent under two delimiters, or under none.
    AmbiguousDelimiter = "ambiguous-delimiter", Error;
    /// A row has more cells than the header has names; a comma in an unquoted text shifts
    /// every later cell, so nothing of the row can be trusted.
    ExtraCells = "extra-cells", Error;
    /// Two columns have the same header, and one of them is needed. Columns can be named by number: `#3`.
    DuplicateHeader = "duplicate-header", Error;
    /// The header stands a second time among the rows: files were put one after the other.
    RepeatedHeader = "repeated-header", Error;
    /// No column was recognised for something that is needed.
    MissingColumn = "missing-column", Error;
    /// Several columns could hold the same thing, and they are not equally good.
    AmbiguousColumn = "ambiguous-column", Error;
    /// A column that was named is not in the file.
    UnknownColumn = "unknown-column", Error;
    /// One column was given two jobs.
    ColumnTwice = "column-twice", Error;
    /// Several files are one input only if their columns have the same names and their periods one grain.
    HeadersDiffer = "headers-differ", Error;
    /// A cell of the amount column is no amount. Words such as `N/A` and `#REF!` are not zero,
    /// and neither is a percentage or a number in scientific notation.
    UnreadableAmount = "unreadable-amount", Error;
    /// A row names a customer and a period but no amount. It may mean nothing, or that the export lost it.
    EmptyAmount = "empty-amount", Error;
    /// Every separator in the amounts can be a decimal mark or a thousands mark: `1,399` is 1399 or 1.399.
    AmbiguousDecimal = "ambiguous-decimal", Error;
    /// The amounts of one column cannot all be meant in one way: a mark that is decimal in one
    /// row is a thousands mark in another.
    MixedDecimals = "mixed-decimals", Error;
    /// An amount beyond 10^12 major units, or a sum that exact arithmetic cannot hold.
    AmountTooLarge = "amount-too-large", Error;
    /// A cell of the period column is no date and no period.
    UnreadableDate = "unreadable-date", Error;
    /// A row with revenue names no date.
    EmptyDate = "empty-date", Error;
    /// Every date can be read day first and month first.
    AmbiguousDates = "ambiguous-dates", Error;
    /// Some dates can only be read day first and others only month first: two sources were pasted together.
    MixedDateOrders = "mixed-date-orders", Error;
    /// Dates as numbers (Excel serials, epoch seconds) stand among dates as text.
    MixedDateForms = "mixed-date-forms", Error;
    /// A date before 1990 or after 2100, which is a placeholder or a slip.
    DateOutOfRange = "date-out-of-range", Error;
    /// Months and longer periods stand in one column, so revenue would be counted at two grains.
    MixedGrains = "mixed-grains", Error;
    /// A row with revenue names no customer.
    EmptyCustomer = "empty-customer", Error;
    /// An id as Excel writes large numbers, `1.23457E+11`: its last digits are gone and several
    /// customers may have become one.
    DamagedId = "damaged-id", Error;
    /// Amounts in several currencies; a retention ratio needs one.
    MixedCurrencies = "mixed-currencies", Error;
    /// No row is in the currency that was asked for.
    UnknownCurrency = "unknown-currency", Error;
    /// An amount carries the sign of another currency than the row's currency column names.
    CurrencyConflict = "currency-conflict", Error;
    /// Several rows stand for the same customer, month, product and currency, and `--duplicates error` is set.
    DuplicateRows = "duplicate-rows", Error;
    /// No row passes the filters.
    NoRowsLeft = "no-rows-left", Error;
    /// A label that is no period.
    UnreadablePeriod = "unreadable-period", Error;
    /// A fiscal label, but the month in which fiscal years start is not known.
    FiscalStartUnknown = "fiscal-start-unknown", Error;
    /// A range that ends before it starts, or does not consist of whole periods.
    UnusableRange = "unusable-range", Error;
    /// The period, or the one it is compared with, starts before the data do.
    PeriodBeforeData = "period-before-data", Error;
    /// The period ends after the data do. What is missing is not churn.
    PeriodAfterData = "period-after-data", Error;
    /// A month that the figure reads has no row of any customer: a missing export, not a mass churn.
    MissingMonth = "missing-month", Error;
    /// The data are labelled by quarter or year, and a shorter period was asked for.
    FinerThanData = "finer-than-data", Error;
    /// A customer's revenue at one end of the comparison is below zero; a retention ratio has no place for it.
    NegativeRevenue = "negative-revenue", Error;
    /// A flag, or a combination of flags, that cannot be run.
    Usage = "usage", Error;
    /// A setting has a value it does not take.
    BadValue = "bad-value", Error;
    /// A settings file holds a key that is no setting. A slip there would silently leave a default in force.
    UnknownSetting = "unknown-setting", Error;
    /// A settings file cannot be read as TOML.
    UnreadableSettings = "unreadable-settings", Error;
    /// The result cannot be written: a full disk, no permission, a folder that does not exist.
    CannotWrite = "cannot-write", Error;
    /// `nrr explain` was asked for a code or metric that does not exist.
    UnknownCode = "unknown-code", Error;
    /// The bytes are no UTF-8; they were read as Windows-1252, which never fails. Look at the names
    /// with accents.
    AssumedEncoding = "assumed-encoding", Warning;
    /// Rows that are equal in every column. They were added up, as line items are; if the export holds
    /// rows twice, revenue is counted twice.
    EqualRows = "equal-rows", Warning;
    /// A month inside the data has no row of any customer. No figure asked for reads it.
    EmptyMonth = "empty-month", Warning;
    /// The data end before the period does, and `--partial allow` is set.
    PartialPeriod = "partial-period", Warning;
    /// Rows in other currencies were left out, as asked.
    OtherCurrencies = "other-currencies", Warning;
    /// Customers with rows inside and outside the filter: what moves out of it counts as churn.
    SplitByFilter = "split-by-filter", Warning;
    /// A customer stands in two segments in the same month; the one with the larger amount counts.
    TwoSegments = "two-segments", Warning;
    /// A policy in force makes the rate look better than the whole book is.
    FlatteringPolicy = "flattering-policy", Warning;
    /// Negative anchor values were cut to zero, as asked.
    ClippedRevenue = "clipped-revenue", Warning;
}

impl Code {
    /// The code with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Code> {
        CODES.iter().copied().find(|code| code.name() == name)
    }
}

/// Writes the name.
impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}
