//! The register of codes: their names, levels and long texts. `docs/errors.md` is made from it.

use std::fmt;

/// How much a message weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No result.
    Error,
    /// A result, but look.
    Warning,
    /// A result, and a rule of `nrr check` that it misses.
    Failed,
}

impl Level {
    /// The word a message starts with.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Failed => "failed",
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

            /// How much it weighs, but where `nrr check` fails for it.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Code::$variant => Level::$level,)+ }
            }

            /// The long text: what it means, why it is asked, what to do.
            #[must_use]
            pub fn explanation(self) -> String {
                let lines: &[&str] = match self { $(Code::$variant => &[$($doc),+],)+ };
                let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
                lines.join("\n")
            }
        }
    };
}

codes! {
    /// A file that was named does not exist. Nothing was read, not even the other files,
    /// because a result from a part of the input would be a wrong one. Look at the spelling
    /// and at the folder the command runs in; a name that comes close is offered.
    FileNotFound = "file-not-found", Error;
    /// A file exists, or something on its way does, but it cannot be read: no permission, a
    /// device error, a share that went away. The reason is the system's own. Open the file
    /// in another program to see whether it can be read at all, then run again.
    CannotRead = "cannot-read", Error;
    /// A folder was given where a file is expected. Which of its files belong to the input
    /// is not guessed, for an old export beside a new one would count twice. Name the
    /// files, for instance with `folder/*.csv`.
    IsAFolder = "is-a-folder", Error;
    /// Two of the files have the same bytes: one file named twice, a link to it, or a copy.
    /// Or they have the same rows, all of them under the same header and titles: a copy that
    /// was compressed, sorted or quoted in another way. Its revenue would count twice. Name
    /// one of them.
    RepeatedFile = "repeated-file", Error;
    /// A file changed while it was read, so what was decided from its beginning may not
    /// hold for its end. A number from such a reading belongs to no state of the file. Copy
    /// the file, then run on the copy.
    ChangedFile = "changed-file", Error;
    /// A file has no bytes, or none but a byte order mark or blank lines. An export that
    /// failed often leaves such a file behind. Export it again; leave the file out if it is
    /// meant to be empty.
    EmptyFile = "empty-file", Error;
    /// A file has a header and nothing below it. A file without rows is more often a failed
    /// export, or a filter left on, than a month in which nobody paid. Export it again;
    /// leave the file out if it is meant to be empty.
    NoRows = "no-rows", Error;
    /// The file is an Excel workbook or a zip archive, whatever its name says. A workbook
    /// has several sheets, formats and formulas, and none of it is text. Open it and save
    /// the sheet as `CSV UTF-8`.
    SpreadsheetFile = "spreadsheet-file", Error;
    /// The file is an HTML page or an XML document. Web applications save such files as
    /// `.xls` or `.csv`; a page that asks for a login looks the same. Open it in a
    /// spreadsheet and save the sheet as `CSV UTF-8`, or export again as CSV.
    MarkupFile = "markup-file", Error;
    /// The first bytes are those of another kind of file: a PDF, an image, JSON, a
    /// database, an archive. Nothing in it can be read as rows and cells. Export the data
    /// as CSV from the program that made the file.
    OtherFormat = "other-format", Error;
    /// A gzip or zstd file ends early or is damaged; often a download or a copy was
    /// interrupted. What could be read of it is not used, for a part of the rows gives a
    /// wrong number. Fetch or export the file again.
    BrokenCompression = "broken-compression", Error;
    /// The bytes are not in the encoding that was set, or stop being in the one that was
    /// found. A character read wrongly splits a customer in two, so nothing is replaced or
    /// left out. Set the right encoding with `--encoding`, or save the file again as `CSV
    /// UTF-8`.
    UnreadableText = "unreadable-text", Error;
    /// A NUL byte stands in the text. The file is no text, was damaged on its way, or is in
    /// an encoding other than the one it was read in. Save or export it again as `CSV
    /// UTF-8`.
    NulByte = "nul-byte", Error;
    /// A quote opens a cell and none closes it, so that every row after it would be one
    /// cell. The line named is where the quote opens, which is nearly always the line to
    /// mend. Close the quote, or remove the one that opens the cell; a quote inside a
    /// quoted cell is written twice.
    UnclosedQuote = "unclosed-quote", Error;
    /// Text follows a closing quote in the same cell. Where the cell ends is then open, and
    /// the cells after it may have shifted. Write a quote inside a quoted cell twice: `"Foo
    /// ""Bar"" Ltd"`.
    TextAfterQuote = "text-after-quote", Error;
    /// A record is longer than 16 MiB. It is almost always a quote that was never closed,
    /// or a file whose lines do not end. Look at the line named, and at the delimiter and
    /// the line ends of the file.
    RecordTooLong = "record-too-long", Error;
    /// The records come out equally well under two delimiters, or the delimiter that was
    /// set splits none of them. The wrong one would cut amounts such as `1,50` in two. Say
    /// which one it is with `--delimiter`.
    AmbiguousDelimiter = "ambiguous-delimiter", Error;
    /// A row has more cells than the header has names. A comma in a text without quotes
    /// shifts every later cell, so an amount may stand under another header and nothing of
    /// the row can be trusted. Put the text in quotes, or export the file again; empty
    /// cells at the end do no harm.
    ExtraCells = "extra-cells", Error;
    /// Two columns have the same header, and one of them is needed. Which one is meant is
    /// not guessed, as their cells may differ. Name the column by its number, such as
    /// `--amount "#3"`.
    DuplicateHeader = "duplicate-header", Error;
    /// The header stands a second time among the rows. Files were put one after the other,
    /// and rows below a second header may have their columns in another order. Give the
    /// files one by one, or remove the line.
    RepeatedHeader = "repeated-header", Error;
    /// No column was recognised for something that is needed: the customer, the period or
    /// the amount. Columns are recognised by their headers, and a header that is not known
    /// is not guessed from its cells. Name the column by its header or its number with
    /// `--customer`, `--date`, `--amount`, or for another shape as `--start-column` and the
    /// like. docs/inputs.md lists the names that are known.
    MissingColumn = "missing-column", Error;
    /// Several columns could hold the same thing, and neither name is better than the
    /// other. They usually give different numbers: `arr` is twelve times `mrr`, and a
    /// billed amount is no run rate. Say which one with the flag that the message names.
    AmbiguousColumn = "ambiguous-column", Error;
    /// A column that was named is not in the file. Headers are compared without case,
    /// blanks, `_` and `-`; columns can be named by number too, such as `"#3"`. The message
    /// lists the columns there are.
    UnknownColumn = "unknown-column", Error;
    /// One column was named for two jobs, such as the customer and the period. One of the
    /// two flags is a slip, and the result would mean nothing. Give each job a column of
    /// its own.
    ColumnTwice = "column-twice", Error;
    /// Several files are one input only if the columns that are read have the same names in
    /// all of them. Under another name an amount may be something else, such as revenue
    /// instead of MRR. Export the files in the same way, rename the column, or run on each
    /// file alone. The order of the columns may differ.
    HeadersDiffer = "headers-differ", Error;
    /// A cell of the amount column is no amount. Words such as `N/A` and `#REF!` are not
    /// zero, and neither is a percentage or a number in scientific notation, whose digits
    /// are lost: to read one as zero would look like churn. Mend the cell, or, where all
    /// amounts are written that way, set `--decimal`.
    UnreadableAmount = "unreadable-amount", Error;
    /// A row names a customer and a period but no amount. It may mean that nothing was
    /// paid, or that the export lost the amount; the first is churn, the second a damaged
    /// file. If it means that nothing was paid, pass `--empty-amount zero`.
    EmptyAmount = "empty-amount", Error;
    /// Every separator in the amounts can be a decimal mark or a thousands mark: `1,399` is
    /// 1399 or 1.399. No other amount of the column settles it, and the two readings differ
    /// a thousandfold. Pass `--decimal .` if a dot stands before the decimals, `--decimal
    /// ,` if a comma does.
    AmbiguousDecimal = "ambiguous-decimal", Error;
    /// The amounts of one column cannot all be meant in one way: a mark that is decimal in
    /// one row is a thousands mark in another. Rows from two sources, or a file edited in
    /// two countries, look like this. Mend the rows that are named; if one mark does hold
    /// for all of them, set it with `--decimal`.
    MixedDecimals = "mixed-decimals", Error;
    /// Some amounts of a column carry a suffix such as `k` or `M` and others none, `M` and `mm` stand in one
    /// column, or a suffix stands where `--scale` multiplies too. Which amounts are in thousands cannot be told
    /// then, and a wrong guess is off a thousandfold. Write every amount with its suffix, or all of them in full.
    MixedScales = "mixed-scales", Error;
    /// The amount's header says that amounts are in thousands or millions. Rates would be the same either way,
    /// but every amount and every threshold would be off by that much. Say what holds: `--scale thousands`
    /// multiplies the amounts, `--scale units` takes them as they are written.
    ScaledAmounts = "scaled-amounts", Error;
    /// An amount is beyond 10^12 major units, or a sum is larger than exact arithmetic
    /// holds. An id or a date in the amount column is the usual cause. Look at the line
    /// named, and at which column was taken as the amount.
    AmountTooLarge = "amount-too-large", Error;
    /// A cell of the period column is no date and no period, or one that names no year.
    /// Guessing would put revenue in the wrong month. Write it as a date such as
    /// `2024-01-31` or a period such as `2024-01` or `2024-Q1`, or name another column with
    /// `--date`.
    UnreadableDate = "unreadable-date", Error;
    /// A row has an amount other than zero and no date or period. Without one its revenue
    /// belongs nowhere, and leaving it out would understate some month. Fill in the period;
    /// if the row is a total, remove it.
    EmptyDate = "empty-date", Error;
    /// Every date can be read day first and month first: `03/04/2025` is 3 April or 4
    /// March. The other order would put revenue in other months, and neither the language
    /// of the machine nor today's date says which holds. Pass `--date-order dmy` or
    /// `--date-order mdy`.
    AmbiguousDates = "ambiguous-dates", Error;
    /// Some dates can only be read day first and others only month first: two sources were
    /// pasted together, or a spreadsheet turned some of the dates. The dates that fit both
    /// orders cannot be trusted then. Write all dates as `2024-01-31`, or give the two
    /// sources as two files.
    MixedDateOrders = "mixed-date-orders", Error;
    /// Dates as numbers, such as Excel serials or epoch seconds, stand among dates as text.
    /// A number among dates is as likely an amount or an id that slipped into the column.
    /// Write all dates in one way, best as `2024-01-31`.
    MixedDateForms = "mixed-date-forms", Error;
    /// Numbers stand behind the names of months, as in `Jan-05`, that can be years or days. Years of one file
    /// follow each other; these are too many, or have gaps between them. Read as years, days would put revenue
    /// decades away. Write months as `2024-01` and dates as `2024-01-31`.
    AmbiguousMonthNames = "ambiguous-month-names", Error;
    /// A date lies before 1990 or after 2100, or is a placeholder such as `9999-12-31`. One
    /// slip of that size would stretch the data over decades of empty months. Mend the
    /// date, or leave the row out.
    DateOutOfRange = "date-out-of-range", Error;
    /// Months and longer periods stand in one column. A quarter beside its months would
    /// count the same revenue twice. Keep the rows of one grain, or give each grain as a
    /// file of its own.
    MixedGrains = "mixed-grains", Error;
    /// Columns are named after months or quarters without a year, as some accounting programs do: `Jan` to
    /// `Dec`. Give the year of the first of them with `--year`; where they run on past the end of a year, the
    /// year does too.
    YearlessPeriods = "yearless-periods", Error;
    /// Columns count periods from a beginning that the file does not name: `month_1`, `M1`, `Period 1`. In
    /// tables by age each row has a beginning of its own, and no period can be told at all. If the columns are
    /// the same months for every customer, say which the first one is with `--first-period`.
    RelativePeriods = "relative-periods", Error;
    /// Columns of months stand beside columns of quarters or years, of averages, budgets or forecasts, or of
    /// another amount. Read together they would count the same revenue twice. `--periods monthly`, `quarterly`
    /// or `annual` keeps the columns of one kind and leaves out the others.
    MixedPeriods = "mixed-periods", Error;
    /// Two columns name the same period. Adding them up or taking one of them would be a guess: the second
    /// may be a revision, another currency or another amount. Remove or rename one of them.
    RepeatedPeriod = "repeated-period", Error;
    /// A column is named after something that can be a period and something else: `24-Jan` is January 2024 or
    /// the 24th of a January, and `2024-01-15` is a day inside a month. Write periods as `2024-01`, or say the
    /// year with `--year` where the message proposes it.
    AmbiguousPeriods = "ambiguous-periods", Error;
    /// A row has an amount other than zero and names no customer. Retention follows
    /// customers, so its revenue could be neither kept nor lost. Fill in the customer; if
    /// the row is a total, remove it.
    EmptyCustomer = "empty-customer", Error;
    /// An id is written as Excel writes large numbers, such as `1.23457E+11`: its last
    /// digits are gone, and several customers may have become one. What was lost cannot be
    /// brought back from this file. Export again, and keep the column as text if a
    /// spreadsheet opens the file in between.
    DamagedId = "damaged-id", Error;
    /// A customer is the sum of all others: one named `Total`, or another word for it, over all
    /// months, or one of any other name, such as `MRR` or `All`, in each of its months. Read as a
    /// customer it would double the revenue, the largest customer by far. Leave it out with `--where`,
    /// as the message shows, or remove the row. Two customers beside it, two months, or amounts that all
    /// grow alike are too little to tell: that is no error, but may be the warning `total-name`.
    TotalRow = "total-row", Error;
    /// Amounts are in several currencies, and a retention ratio needs one: added up as they
    /// are, or converted at rates that move, they show the exchange rate and not what
    /// customers did. Rows that name no currency count as one of their own. Keep one with
    /// `--currency`, and convert the others to it with `--fx-rates`. Rows that name none
    /// cannot be converted.
    MixedCurrencies = "mixed-currencies", Error;
    /// The file of `fx-rates` cannot be read as one: the header is not month, currency and
    /// rate, a month, currency or rate cannot be read, a rate is zero or below, one month
    /// has two rates of a currency, or the currency that is converted to has another rate
    /// than 1. Rates are plain decimals such as 1.0842: how much of the currency that is
    /// kept one unit of the other is. All such lines of the file are shown.
    UnreadableRates = "unreadable-rates", Error;
    /// Amounts have to be converted and the file of `fx-rates` has no rate of their currency
    /// for a month: one in which rows stand, or one that `fx constant` or `floating` reads a
    /// later month at. A missing rate is never taken for 1, nor for that of another month.
    /// The message lists currencies and months, and where they are first needed.
    MissingRate = "missing-rate", Error;
    /// No row is in the currency that was asked for with `currency`. The message lists the
    /// currencies there are. Ask for one of those, or for none if there is only one.
    UnknownCurrency = "unknown-currency", Error;
    /// An amount carries the sign of another currency than the row's currency column names.
    /// One of the two is wrong, and which one cannot be told from the file. Mend the row,
    /// or export the amounts without signs.
    CurrencyConflict = "currency-conflict", Error;
    /// The amounts do not add up to the total that was given with `control-total`, the sum that
    /// another system shows for the same customers and months. Rows are missing, doubled or in
    /// other units, or the total is of something else: it is compared with every row that counts,
    /// after filters, `currency`, `duplicates` and `through`. `nrr inspect` shows the sum of each
    /// month, and totals can be given by month, `2024-03=1234.50`, to see where they part.
    ControlTotal = "control-total", Error;
    /// Several rows stand for the same customer, month, product and currency, and
    /// `duplicates error` is set. They may be line items that add up, or revisions of which
    /// the last holds; the figures differ. Say which with `--duplicates sum` or
    /// `--duplicates last`.
    DuplicateRows = "duplicate-rows", Error;
    /// No row passes the filters, so there is nothing to compute. Values are compared to
    /// the letter, capitals included. The message shows values that the column does hold.
    NoRowsLeft = "no-rows-left", Error;
    /// A label given to `--period`, `--from` or `--to` is no period. Periods are written
    /// with the year first: a month `2024-03`, a quarter `2024-Q1`, a half `2024-H1`, a
    /// year `2024`, a fiscal period `FY2024-Q1`, twelve months `TTM-2024-03`, or months
    /// from one to another `2024-01..2024-03`.
    UnreadablePeriod = "unreadable-period", Error;
    /// A label names a fiscal year or quarter, but the month in which fiscal years start is
    /// not known. `FY2024-Q1` is January to March for one company and February to April of
    /// 2023 for another. Say the month with `--fiscal-year-start`, such as
    /// `--fiscal-year-start 2`.
    FiscalStartUnknown = "fiscal-start-unknown", Error;
    /// A range ends before it starts, does not consist of whole periods of its grain, or
    /// holds none. A quarter of two months is not compared with one of three. Give a range
    /// of whole periods, or a shorter grain with `--every`.
    UnusableRange = "unusable-range", Error;
    /// The headers are those of an export that no retention can be computed from: payments,
    /// which are cash; months counted from the day of a download; a list of customers as of
    /// one day. The message names the export of the same vendor that holds what is needed.
    /// If the file is something else, `--preset none` reads it by its columns.
    RefusedExport = "refused-export", Error;
    /// The headers are those of two known exports, and neither asks for more of them than
    /// the other. They are read differently, so it has to be said which one it is, with
    /// `--preset`; `--preset none` reads the file by its columns.
    AmbiguousPreset = "ambiguous-preset", Error;
    /// `--preset` names an export that is not known. The presets that come with the program
    /// are described in `docs/inputs.md`; your own stand in `nrr.toml` under `[presets.NAME]`.
    /// A name that comes close is offered.
    UnknownPreset = "unknown-preset", Error;
    /// The period, or the one it is compared with, starts before the data do. Without the
    /// earlier months every customer would look new. Ask for a later period or a shorter
    /// `--lookback`, or add the files that hold the months before.
    PeriodBeforeData = "period-before-data", Error;
    /// The period ends after the data do. What is missing is not churn, and a month that is
    /// not over looks like one in which customers left. Ask for an earlier period, add the
    /// files, or take the months there are with `--partial allow`.
    PeriodAfterData = "period-after-data", Error;
    /// A month that the figure reads has no row of any customer. That is a missing export
    /// far more often than a month in which everybody left. Add the file that holds it, or
    /// count the month as nothing with `--missing-months zero`.
    MissingMonth = "missing-month", Error;
    /// The data are labelled by quarter, half or year, and a shorter period was asked for.
    /// How a quarter's revenue falls on its months is not in the file. Ask for periods as
    /// long as the labels, or export by month.
    FinerThanData = "finer-than-data", Error;
    /// A customer's revenue at one end of the comparison is below zero, after all its rows
    /// were added up. A retention ratio has no place for it: a refund larger than the
    /// revenue would turn a loss into growth. Look at the customer's rows, or count such
    /// values as zero with `--negatives clip`, which prints how much was cut.
    NegativeRevenue = "negative-revenue", Error;
    /// A row or column named as totals are is not the sum of what it should be the total of. Either rows are
    /// missing or changed, or the name is a customer's. A total that is left out wrongly loses revenue, one that
    /// is kept wrongly counts it twice, so neither is done. Each row may be off by
    /// a cent for each amount in it. Export the report again; `--keep-totals` keeps a customer of such a name, and
    /// leaves a column out unproved. `--where 'Customer!=Total'` leaves a row out, whatever it states, and the
    /// warning `furniture` names it.
    UnprovenTotal = "unproven-total", Error;
    /// `grace` fills a short absence with the last amount before it, and amounts are revenue over time. A run
    /// rate goes on while a renewal is late; revenue that nobody earned would be invented. Leave `grace` out, or
    /// pass `--basis stock` if the amounts are run rates.
    GraceOnFlow = "grace-on-flow", Error;
    /// The methods but `point-to-point` go from month to month, and the amounts are revenue
    /// over time of a period that is longer than one. Its opening and closing are sums of
    /// months, and no chain of months leads from one sum to the other. Ask for a single month,
    /// measure run rates with `--basis stock`, or take `--method point-to-point`.
    MethodOnFlow = "method-on-flow", Error;
    /// A command that is about one period was not told which. Over several periods a customer can be new, expand
    /// and leave, so there is no one class and no one effect to list. Name the period with `--period`; the message
    /// proposes the latest whole one of the data.
    PeriodNeeded = "period-needed", Error;
    /// A customer was named whom no row names, whatever became of the row. Names are compared as they stand in the file,
    /// with capitals and blanks inside; the message proposes the nearest one.
    UnknownCustomer = "unknown-customer", Error;
    /// The effect of a customer on a rate is the rate less the rate without that customer, and `nrr customers` works
    /// it out between one opening and one closing. Under `method compound`, `summed` or `trailing-average` a rate is
    /// made of many months, each with a base of its own. Leave `method` out or pass `--method point-to-point`.
    MethodWithoutEffects = "method-without-effects", Error;
    /// A plan moves one churn, one contraction and one expansion over one opening. The
    /// `compound` method multiplies monthly rates, each over a base of its own, and the
    /// `trailing-average` adds up twelve comparisons, so that no amount of one of them would
    /// reach a target. Take `--method point-to-point`, such as with `--definition annual`.
    MethodWithoutPlan = "method-without-plan", Error;
    /// Renewals were asked of rows that say nothing of how long anything was agreed for:
    /// amounts by month, movements, or lines of invoices, whose service periods are what was
    /// billed and not the term of a contract. To read them as contracts would make every
    /// monthly invoice a renewal. Export contracts with their first and last day.
    WithoutContracts = "without-contracts", Error;
    /// Two exports cannot be compared: their amounts are in other currencies, their rows are labelled by periods of
    /// other lengths, the period reads other months of each, or something that the input decides is another thing in
    /// each and cannot be made the same. A difference between such figures would be about none of the customers. The message says
    /// what differs and what to type.
    IncomparableExports = "incomparable-exports", Error;
    /// `nrr customers` was asked for the product column as an attribute of the customer. A customer can have several
    /// products, and naming one of them would hide the others. Leave the column out of `--by`, read the rows of one
    /// product with `--where`, or say with `--product none` that the column is a trait of the customer.
    ProductAsAttribute = "product-as-attribute", Error;
    /// A row of the file of `map` names no id where one has to stand: which id counts as another's is said by both
    /// `from` and `to`. Fill it in or remove the row.
    EmptyId = "empty-id", Error;
    /// The file of `map` gives an id twice for the same month. Its rows can count as one customer's alone, and a row that
    /// was entered twice may be a slip of another. Remove one of them; a later row with a month in `effective` takes
    /// the place of an earlier one from then on.
    MapClash = "map-clash", Error;
    /// In the file of `map` an id leads to another, that to a third, and the last one back to the first. Nobody can be
    /// told whose the rows are. Remove one of the rows, or give them months in `effective` that do not overlap.
    MapCycle = "map-cycle", Error;
    /// A flag, or a combination of flags, that cannot be run. Nothing was read. `nrr
    /// --help` and `nrr calc --help` list every flag with what it takes.
    Usage = "usage", Error;
    /// A setting has a value that it does not take, from a flag or from a line of
    /// `nrr.toml`. Running with the default instead would give a number under another
    /// definition than the one asked for. The message lists what the setting takes.
    BadValue = "bad-value", Error;
    /// A settings file holds a key that is no setting. A slip there would silently leave a
    /// default in force, so it stops the run. Keys have the names of the flags, such as
    /// `lookback` or `date-order`; `nrr calc --help` lists them. Files and periods are
    /// given on the command line alone.
    UnknownSetting = "unknown-setting", Error;
    /// A definition was asked for that neither comes with the program nor is a file. The
    /// nearest name is offered; `nrr definitions` lists them all, and a file of one's own is
    /// named by its path, such as `--definition board.toml`.
    UnknownDefinition = "unknown-definition", Error;
    /// A settings file cannot be read, or is not TOML. Each line holds a key, `=` and a
    /// value: texts in quotes, numbers without, lists in brackets. Mend the line named,
    /// choose another file with `--config`, or run without one with `--no-config`.
    UnreadableSettings = "unreadable-settings", Error;
    /// The result cannot be written: a full disk, no permission, a folder that does not
    /// exist. A file named with `--output` is written whole or not at all, so what stood
    /// there before still does. Name another place, or make the folder first.
    CannotWrite = "cannot-write", Error;
    /// `nrr explain` was asked for a name that does not exist. Codes stand in brackets at the
    /// start of every message; metrics have the names of the fields in the output; policies,
    /// settings and presets are what `--help` and docs/inputs.md call them. A name that comes
    /// close is offered.
    UnknownCode = "unknown-code", Error;
    /// The vendor's export is known, but not whether its amounts are in major or minor units, dollars or cents. No
    /// size of an amount settles it. Say so with `--unit`.
    AmbiguousUnit = "ambiguous-unit", Error;
    /// Amounts of one file are whole numbers and far larger than those of another, as cents are beside dollars.
    /// Put together, a customer would seem to grow a hundredfold from one file to the next. Export both in one unit, or
    /// confirm that they are with `--unit`.
    MixedUnits = "mixed-units", Error;
    /// The input shows today's prices alone, and `--strict` asks for more: expansion and contraction inside a contract cannot
    /// be seen in it. Export a history; without `--strict` this is the warning `no-history`.
    HistoryMissing = "history-missing", Error;
    /// The columns fit several shapes, and each gives another ledger: a row may be an amount of one month, a
    /// contract that runs from a start to an end, or a line of an invoice for a time of service. Say which with
    /// `--shape`.
    AmbiguousShape = "ambiguous-shape", Error;
    /// A setting has nothing to act on in a file of this shape or with these columns, so what was asked for would not
    /// happen. Leave it out, or name the shape with `--shape` or the column that it is for.
    UnfitSetting = "unfit-setting", Error;
    /// Nothing says whether the price of a contract is for a month, a year or its whole time, and taking a
    /// price of a year for one of a month is wrong by a factor of twelve. Name the column that holds the interval
    /// with `--interval-column`, or say what all of them are with `--interval`.
    MissingInterval = "missing-interval", Error;
    /// A billing interval is written in a word that is not known, or in one that has two meanings, such as
    /// `bimonthly`. Mend the cell, or say with `--interval` what all rows are for.
    UnknownInterval = "unknown-interval", Error;
    /// There is an amount and a number of units, and nothing says whether the amount is the price of one unit or
    /// of all of them. Say so with `--amount-is unit` or `--amount-is total`.
    UnitOrTotal = "unit-or-total", Error;
    /// A contract ends before it starts. One of the two dates is a slip, or they stand in the wrong columns.
    EndBeforeStart = "end-before-start", Error;
    /// A status says that a contract is over, and no date says since when. Counting it as running would hide
    /// that it was lost. Export the column of the end, or leave such rows out with `--drop-status`.
    MissingEnd = "missing-end", Error;
    /// Ends fall on last days of months, and the file does not show whether that day still counts. Each such
    /// contract would gain or lose a month. Say so with `--end inclusive` or `--end exclusive`.
    AmbiguousEnd = "ambiguous-end", Error;
    /// Two contracts of one customer and product run at the same time. If one is the renewal of the other, adding
    /// them up counts it twice; if both are paid, leaving one out loses revenue. Say which with
    /// `--overlap add` or `--overlap latest`.
    OverlappingContracts = "overlapping-contracts", Error;
    /// No contract in the file has ended. Most exports of subscriptions leave out those that were canceled, and
    /// retention measured on the rest is near 100% whatever happened. Export ended contracts too; if nobody has left
    /// so far, say so with `--allow-no-churn`.
    NoEndedRows = "no-ended-rows", Error;
    /// Rows have a status of which it is not known whether they count, such as `paused`. Taking it for active
    /// would invent revenue. A `canceled` row of one date with an amount is such a row too: no end says up to when it
    /// was paid. Say what becomes of it with `--keep-status` or `--drop-status`.
    UndecidedStatus = "undecided-status", Error;
    /// Rows are of a kind of movement that is not known, or that means a change of money to some systems and of the
    /// length of the plan to others. If the signed amounts hold whatever the kind says, pass `--movement-column none`.
    UnknownMovement = "unknown-movement", Error;
    /// The kind of a movement and the sign of its amount contradict each other: a loss adds revenue, or a gain
    /// takes it away. Losses may all be written without a sign, but not some of them.
    MovementSign = "movement-sign", Error;
    /// The balance after a movement is not what the movements before it add up to. The export was filtered, or
    /// lost rows, or holds rows twice.
    BalanceMismatch = "balance-mismatch", Error;
    /// Movements do not begin at zero: the first of a customer is not new, or they take away more than they gave. What
    /// the customer paid before is unknown, and so is every later month. Export all movements from the first one on,
    /// or with the balance after each.
    NotFromZero = "not-from-zero", Error;
    /// The bytes are no UTF-8; they were read as Windows-1252, which is what Excel writes
    /// as plain CSV, and which fits nearly any bytes. If the guess is wrong, names with
    /// accents are too, but no amount is. Look at such a name; if it is right, set
    /// `--encoding windows-1252`.
    AssumedEncoding = "assumed-encoding", Warning;
    /// Every date of a column is a number: of days, as spreadsheets count them, or of seconds since 1970. They
    /// were read so. Numbers of days from a spreadsheet that counts from 1904 lie four years off; ids that
    /// look like dates do too. Look at the date in the message; if it is wrong, name another column with
    /// `--date`.
    DatesAsNumbers = "dates-as-numbers", Warning;
    /// Times carry a zone, and each date counts as it is written: nothing is shifted. An abbreviation such as
    /// `PST` or `IST` names several zones. Times in UTC near the end of a month may lie in another month where
    /// the customer or the account is. Where that matters, export in the account's own zone.
    ZoneIgnored = "zone-ignored", Warning;
    /// Rows are equal to another in every column. They were added up, as line items of one
    /// invoice have to be; if the export holds rows twice, revenue is counted twice. If so,
    /// keep one of each with `--duplicates last`, or have them refused with `--duplicates
    /// error`.
    EqualRows = "equal-rows", Warning;
    /// A month inside the data has no row of any customer. No figure asked for reads it, or
    /// the month was declared to be zero, so the result stands; a month that was never
    /// exported is still worth knowing of. Figures that do read it are refused.
    EmptyMonth = "empty-month", Warning;
    /// The data end before the period does, and `partial allow` is set. The figure is of
    /// the months there are, and changes when the others come. Do not compare it with one
    /// of a whole period.
    PartialPeriod = "partial-period", Warning;
    /// Rows in other currencies were left out, as `currency` asks. The figure is of one
    /// currency's book, not of the whole; a customer who changes currency looks lost. How
    /// many rows of which currency is in the message.
    OtherCurrencies = "other-currencies", Warning;
    /// Rows in other currencies were converted at the rates of `fx-rates`. At which of them
    /// says `fx`: a figure at floating rates moves with them, on a line of its own. How many
    /// rows of which currency is in the message.
    ConvertedCurrencies = "converted-currencies", Warning;
    /// Some customers have rows inside and outside the filter. What moves out of it counts
    /// as churn, and what moves in as new or returning, although nobody left. Filter by
    /// something that a customer keeps, such as the country it signed in.
    SplitByFilter = "split-by-filter", Warning;
    /// A customer stands in two segments in the same month. Its whole revenue of that month
    /// counts in the one with the larger amount, or with equal amounts in the first by
    /// name. The totals are right; shares of the segments may not be.
    TwoSegments = "two-segments", Warning;
    /// `--by` names the product column, so each product of a customer is netted on its own. In the total, what a
    /// customer drops of one product and adds of another is contraction and expansion, where its net change
    /// alone would count otherwise: NRR stays, GRR falls. In each product a customer that drops it is churn, one
    /// that adds it is new. If the column is no product but a trait of the customer, such as its plan,
    /// `--product none` makes a change of it a transfer.
    ProductsNetted = "products-netted", Warning;
    /// `nrr diff` read the two exports otherwise: another column, another decimal mark, another order of day and month,
    /// another preset. Each is right where the exports are written so, and then it changes no number by itself; where one
    /// was detected wrongly, all amounts of it are other ones. The message says what was found in which and why. Set
    /// it by its flag for both where it is wrong.
    ReadDifferently = "read-differently", Warning;
    /// Customers that only the old export has pay the same in every month as customers that only the new one has, and
    /// several share the same amounts. One of them may be the other under a new name, but nobody can say which, so they count
    /// as removed and added. Their effects add up to the same either way. A file for `--map` says who is who.
    AmbiguousRenames = "ambiguous-renames", Warning;
    /// Several files have rows for the same customer and month. They were added up: right where each file
    /// holds a part of the revenue, wrong where exports overlap. `--duplicates last` keeps the row of the last
    /// file, `--duplicates error` lists them.
    OverlappingFiles = "overlapping-files", Warning;
    /// A customer has rows of several dates in one month, and amounts are run rates. They were added up: right
    /// for line items, wrong for snapshots taken several times a month, of which `--duplicates last` keeps the
    /// last.
    SeveralDates = "several-dates", Warning;
    /// A customer is named as total rows are and is not the sum of the others, and `--keep-totals` keeps it; or it is
    /// their sum under another name, where that may be chance or `--keep-totals` keeps it. If it is a total, its revenue counts twice: leave it out with `--where`.
    TotalName = "total-name", Warning;
    /// The file is a report: around its rows stand titles, group rows, totals or footers. They were left out, and
    /// each total among them is the sum of its rows. The message lists their lines. Look at those that you do not
    /// expect; a row that was taken for one of them is missing from the figures. A sub-customer between a customer
    /// and its total counts by itself, as `Customer:Sub-customer`; the message says how many there are. A column of
    /// totals that `--keep-totals` leaves out unproved is named too.
    Furniture = "furniture", Warning;
    /// A policy in force makes the rate look better than the whole book is, such as leaving
    /// out customers that became small. The figure is not wrong for what it says, but it is
    /// not the company's retention. Quote the policy with the number, or leave it at its
    /// default.
    FlatteringPolicy = "flattering-policy", Warning;
    /// An interval was asked for, and fewer than 30 customers have revenue at the opening. With
    /// so few one customer decides, and the draws of an interval see only those that happen to
    /// be there. Say the number of customers with the rate, or measure a longer period.
    SmallBase = "small-base", Warning;
    /// A choice was made that has nothing to act on in this result. Cohorts are compared with their own first period, so
    /// how far back to look, who is in the base and what a return counts as is not asked there. The figure is the same
    /// without the choice.
    UnusedPolicy = "unused-policy", Warning;
    /// Cohorts are made by signup, and some customers with revenue have none: the cell of the column is empty on all
    /// their rows. They are in no cohort, because any other one would be a guess. Fill in the column, or leave
    /// `--signup` out to make cohorts by first revenue.
    MissingSignup = "missing-signup", Warning;
    /// Some customers have revenue in the data, and none in what any period of the cohorts reads: with run rates that is
    /// the last month of each. They came and left between two such months, so they are in no cohort and in no average,
    /// and retention looks better than it was. A shorter grain, such as `--every month`, sees them.
    WithoutCohort = "without-cohort", Warning;
    /// Some customers have revenue before the period of their signup. It lies before age 0 and stands in no cell, so the
    /// cohorts add up to less than all revenue. A signup that is filled in when a contract is renewed looks like this.
    LateSignup = "late-signup", Warning;
    /// Values below zero at one end of the comparison were cut to zero, as `negatives clip`
    /// asks. How much was cut is printed with the result. If it is much, look for credit
    /// notes booked in the wrong month.
    ClippedRevenue = "clipped-revenue", Warning;
    /// The input shows today's prices alone. Customers that came and went are seen, but a contract whose price
    /// rose or fell is not, so expansion and contraction are too low and NRR is near GRR. Export a history instead:
    /// the message names the better export where it is known.
    NoHistory = "no-history", Warning;
    /// Amounts stand in the month they were billed in, so an invoice for a year looks like eleven months of churn. A
    /// window of 12 months evens that out: use `--lookback 12` with a period of twelve months, such as `TTM-2024-03`.
    BilledRevenue = "billed-revenue", Warning;
    /// Movements begin with balances that customers had before, so the export begins later than the business did. What
    /// these customers paid before is known from the balances, but customers that paid all along without any movement are
    /// not in the file, and every rate is computed without them. Export all movements from the first one on.
    FilteredExport = "filtered-export", Warning;
    /// Amounts are taken as revenue over time because nothing in the file says what they are, and over more than one month
    /// that is another number than a run rate gives. If they are MRR or ARR, pass `--basis stock`; if they are revenue,
    /// confirm it with `--basis flow`.
    AssumedBasis = "assumed-basis", Warning;
    /// The only date of an end is the day of a cancellation. It is when somebody clicked, and what was paid mostly runs on
    /// to the end of the term, so churn stands too early. Export the end itself, or confirm the column with
    /// `--end-column`.
    CanceledAsEnd = "canceled-as-end", Warning;
    /// Rows have an empty status where other rows have one. They are counted. If they are drafts or trials, give them
    /// their status, or leave them out with `--where`.
    WithoutStatus = "without-status", Warning;
    /// Rows have a quantity that is no number, beside an amount that is of all units. They count with their amounts;
    /// in `volume_change` and `price_change` they have no quantity, so that all of their change is price. Mend the
    /// cells, or pass `--quantity-column none` if the column holds no quantities.
    UnreadableQuantity = "unreadable-quantity", Warning;
    /// Customers have rows in the currency that is kept and in another one, which is left out. One that changed its
    /// currency reads as churn, though it goes on paying. Export all amounts in one currency.
    CurrencyChange = "currency-change", Warning;
    /// Rows were left out because of their status or because of a rule of the preset in force: trials, drafts,
    /// one-time charges. Each reason is listed with its count.
    RowsLeftOut = "rows-left-out", Warning;
    /// Contracts of one customer and product run at the same time, and were added up or replaced as `overlap`
    /// says.
    OverlapsResolved = "overlaps-resolved", Warning;
    /// Contracts, or lines of invoices that are read as run rates, begin and end between two month ends. They count
    /// in the months on whose last day they run, so these count in none. Revenue of such lines is not lost with
    /// `--basis flow`.
    NeverLive = "never-live", Warning;
    /// Customers were away for no longer than `grace` allows and came back; they were counted at their last
    /// amount in between. The message says how many months were filled and what NRR is without that. An absence
    /// that has not ended yet is never filled.
    BridgedMonths = "bridged-months", Warning;
    /// Customers had no revenue for one or two months and came back at the same amount or more. A renewal signed late
    /// looks like this: it counts as churn, then as a return. Look at these customers; if they were customers all the
    /// time, `--grace 2` keeps them at their last amount in between.
    LateRenewals = "late-renewals", Warning;
    /// One id ends and another starts in the next month at the same amount, which nobody else pays. It may be one customer
    /// under a new id, after a migration or a new contract; then its churn and its arrival are both wrong, and NRR
    /// reads too low. If it is one customer, give it one id in the export, or name both in a file for `--map`.
    IdChange = "id-change", Warning;
    /// Ids differ by nothing but capitals, blanks, invisible characters, the way an accented letter is stored, or zeros at
    /// their start. They count as different customers, for some systems do tell ids apart by capitals. If they are
    /// one, give them one id in the export; zeros at the start are lost when a spreadsheet reads an id as a number.
    SimilarNames = "similar-names", Warning;
    /// In one month half of the customers or more had no revenue any more. An export that was cut off, or that holds a
    /// part of the book, looks like this far more often than a company that loses half of its customers. Export
    /// the month again.
    HalvedMonth = "halved-month", Warning;
    /// The last month may not be over: its latest row stands much earlier in the month than those of the other months do,
    /// or less than half of the customers have revenue in it. What is not billed yet reads as churn. Nothing is cut by
    /// itself: leave the month out with `--through`.
    UnfinishedMonth = "unfinished-month", Warning;
    /// Rows of some ids were counted as another's, as the file of `map` says. The message says how many ids, and what
    /// NRR is without the map. A map moves the number like any other choice: it stands in the definition.
    MappedCustomers = "mapped-customers", Warning;
    /// The file of `map` names ids that no customer of the data has. A slip, another system's id, or zeros that a
    /// spreadsheet took from the start of an id look like this; such a row merges nothing, or gives a customer a name that
    /// nobody had. Write ids as they are in the data.
    UnknownId = "unknown-id", Warning;
    /// Rows state an amount of exactly zero. They count as no revenue, and move no money. Under `zero active` such a row
    /// keeps the customer; some exports write one for every customer that ever was.
    ZeroAmounts = "zero-amounts", Warning;
    /// Rows have amounts below zero: refunds, credits, discounts as lines of their own. They are netted against the other
    /// rows of the customer's month, which is right where they belong to that month.
    NegativeAmounts = "negative-amounts", Warning;
    /// In some months a customer's rows add up to less than zero: more was given back than was billed. The refund belongs
    /// to revenue of an earlier month, so that month reads too high and this one too low. Book credits in the months
    /// that they are for, if the rate is to say what customers pay.
    RefundsOverRevenue = "refunds-over-revenue", Warning;
    /// An amount is about a hundred times the customer's usual one, or a hundredth of it. Cents read as whole units look
    /// like this, and so does a decimal mark that was lost. Look at the rows; nothing is changed by itself.
    UnitMixUp = "unit-mix-up", Warning;
    /// In a single month a customer's amount is more than three times its usual one. A setup fee, a true-up or a year paid
    /// in advance looks like this; in a retention rate it is expansion first and contraction after. Leave one-time
    /// amounts out of the export, or give them a column to filter by.
    OneTimeAmounts = "one-time-amounts", Warning;
    /// A rule of `nrr check` cannot be read. A rule names a figure, how it compares, and a number: `nrr >= 100%`,
    /// `region=EMEA: grr >= 90%`, `nrr drop <= 2pp`. A number has to be in the figure's own unit, because 100 can be
    /// 100% or the fraction 100. docs/ci.md lists every form.
    UnreadableRule = "unreadable-rule", Error;
    /// A rule of `nrr check` names a figure that does not exist, or one that is no number. The names are those of the
    /// fields of `nrr calc` in JSON and CSV, such as `nrr` or `churned_customers`; in a rule about a customer those of
    /// `nrr customers`. A name that comes close is offered.
    UnknownField = "unknown-field", Error;
    /// The file of `--baseline` is not what `nrr calc` writes as JSON, JSON Lines or CSV, or a record of it has no period
    /// or a number that cannot be read. Nothing can be compared with it. Write it again with `nrr calc FILE --format
    /// json --output baseline.json`.
    UnreadableBaseline = "unreadable-baseline", Error;
    /// A figure is not as a rule of `nrr check` asks. The message gives what was found, what is required and how far they
    /// are apart, compared exactly and before anything is rounded; where customers explain it, the largest of them stand
    /// below. The run ends with exit code 1.
    TargetMissed = "target-missed", Failed;
    /// A rule of `nrr check` is about a figure that is undefined, or about a segment or customer that is not there. It
    /// is neither met nor missed, and a rule that cannot be proven must not pass unseen. The message says why there is no
    /// such figure. Check a period that has it, or mend the name.
    UndefinedTarget = "undefined-target", Failed;
    /// A figure of a period that was reported before, and is kept in the file of `--baseline`, is another one now. The
    /// definition is the same, so the data have changed: rows were added, removed or corrected after the fact. Find out which;
    /// if the change is right, write the baseline again and say so to whoever was told the old figure. A period or a segment
    /// that the data no longer hold counts as changed, and so does a baseline of which nothing could be compared.
    Restated = "restated", Failed;
    /// The baseline was made under other choices than those in force, so its figures are other figures, and whether the data
    /// changed cannot be told from them. The message lists the choices that differ, where the baseline holds them. Check under the
    /// choices of the baseline, or write it again under these.
    OtherDefinition = "other-definition", Failed;
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
