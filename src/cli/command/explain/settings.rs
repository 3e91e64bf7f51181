//! What `nrr explain` says of each setting beyond its line of help.

/// A setting's text.
pub(super) struct Text {
    /// The flag and key.
    pub(super) name: &'static str,
    /// The values that it takes, the default first where there is one.
    pub(super) takes: &'static str,
    /// What it does and when it is needed.
    pub(super) more: &'static str,
}

const fn text(name: &'static str, takes: &'static str, more: &'static str) -> Text {
    Text { name, takes, more }
}

/// A text for every setting, in the order of their register.
pub(super) const TEXTS: &[Text] = &[
    text(
        "definition",
        "a name that `nrr definitions` lists, or a file",
        "A set of choices with a name, such as `annual`. A flag wins over it, and it wins over nrr.toml where a
flag names it; named in nrr.toml, the other keys there win. A file holds a `name` and policies:
`nrr definitions annual > board.toml` makes one. Its path is looked for from the working folder, or where
nrr.toml names it from the folder of that.",
    ),
    text(
        "every",
        "month, quarter, half or year",
        "With --from and --to, or alone for all of the data, each period of this length becomes a row.
Without it months do, or what the data are labelled by.",
    ),
    text(
        "by",
        "a column by header or number, several with commas",
        "Each value becomes a row beside the total. The parts add up to it; a customer that changes its
value is a transfer. On the column of the product each product is netted on its own.",
    ),
    text(
        "where",
        "COL=VALUE or COL!=VALUE, several times",
        "Rows are filtered, not customers: one whose rows move out of the filter reads as churn.",
    ),
    text(
        "customer",
        COLUMN,
        "Who pays. The choice between a parent and its branches moves NRR: a branch that leaves is churn of
a customer in one reading and contraction of the parent in the other.",
    ),
    text(
        "date",
        COLUMN,
        "When a row counts: a date, or the label of a month, quarter, half or year. Of movements it is the day
of the change, of invoices the day of the bill.",
    ),
    text(
        "amount",
        COLUMN,
        "How much. Where amounts with and without tax stand side by side, name the one without.",
    ),
    text(
        "currency-column",
        COLUMN,
        "Several currencies have no sum: keep one with --currency, or convert the others to it with --fx-rates.",
    ),
    text(
        "product",
        OPTIONAL_COLUMN,
        "It tells apart rows of one customer and month, and contracts that overlap. With --by on it each
product is netted on its own.",
    ),
    text(
        "start-column",
        COLUMN,
        "The first day of a contract, of a version of one or of a service.",
    ),
    text(
        "end-column",
        COLUMN,
        "The end of it; empty while it runs. The day somebody clicked on cancel is rarely the day that was
last paid for: prefer a column of the end of the term.",
    ),
    text(
        "interval-column",
        COLUMN,
        "How long a price is for, in words such as month, annual, 3 months or P1Y.",
    ),
    text(
        "interval-count-column",
        COLUMN,
        "A number beside the interval: 3 beside month is a quarter.",
    ),
    text(
        "status-column",
        OPTIONAL_COLUMN,
        "Rows of trials, drafts and the like are left out by it. With none every row counts, whatever its status.",
    ),
    text(
        "movement-column",
        OPTIONAL_COLUMN,
        "New, expansion, contraction, churn or reactivation: compared with the sign of the change. With none
the signs alone count.",
    ),
    text(
        "balance-column",
        OPTIONAL_COLUMN,
        "What the customer pays after the change. It proves every row, and says what was paid before the
first one.",
    ),
    text(
        "quantity-column",
        OPTIONAL_COLUMN,
        "How many units. Where it is not 1, --amount-is says what the amount is.",
    ),
    text(
        "contract-column",
        OPTIONAL_COLUMN,
        "The id of the contract or subscription. Versions of one must not overlap; several contracts of a
customer add up.",
    ),
    text(
        "trial-end-column",
        COLUMN,
        "The start of a contract moves to the end of its trial.",
    ),
    text(
        "period-start-column",
        COLUMN,
        "With --period-end-column the length of the billing period at hand says how long a price is for.",
    ),
    text(
        "period-end-column",
        COLUMN,
        "The end of the billing period at hand. It is the next renewal, and never the end of a contract.",
    ),
    text(
        "parent",
        COLUMN,
        "Whom a customer belongs to, by id; empty where it belongs to nobody. Read under `level parent` alone, where
a column is found by headers such as `parent_id` or `parent_account`. As a flag it is an error without that.",
    ),
    text(
        "preset",
        "the name of a preset, or none",
        "A preset is the set of settings for a vendor's export, and is recognised by the export's headers. `none`
reads the file by its headers alone. Your own stand in nrr.toml under [presets.NAME]. `nrr explain NAME`
says what a preset reads.",
    ),
    text(
        "shape",
        "long, wide, contracts, versions, invoices or movements; by default what the headers show",
        "long: a customer, a month, an amount. wide: a column a month. contracts: from a start to an end at a price.
versions: what a contract said from one day to another. invoices: a line with its time of service.
movements: a signed change on a date.",
    ),
    text(
        "periods",
        "monthly, quarterly, half-yearly or annual",
        "In a wide file with columns of several lengths those of this length count, and the others are left out
with totals, averages and budgets: together they would count the same revenue twice.",
    ),
    text(
        "year",
        "a year such as 2024",
        "Columns named Jan to Dec or Q1 to Q4 begin in this year; where they run past December the year goes on.",
    ),
    text(
        "first-period",
        "a month such as 2024-01",
        "Columns named month_1, month_2 and so on begin with this month, the same for every customer.",
    ),
    text(
        "history",
        "full, billed or none; by default what the shape or the preset says",
        "full: every price at its time. billed: what was invoiced, in the month of the invoice, so that a year
paid at once needs windows of twelve months (warning billed-revenue). none: today's prices alone, so that
expansion and contraction inside a contract cannot be seen (warning no-history).",
    ),
    text(
        "end",
        "inclusive or exclusive; by default what the ends show",
        "inclusive: the end is the last day that counts, as 31 December. exclusive: it is the day after it, as
1 January. Where the rows don't show which, each contract
gains or loses a month by it.",
    ),
    text(
        "amount-is",
        "unit or total",
        "Whether an amount beside a quantity is the price of one unit, to be multiplied, or that of all.",
    ),
    text(
        "keep-status",
        "statuses, several with commas",
        "Rows with this status count. It settles words that are asked about, such as paused, and outweighs
the list that leaves out trials and drafts.",
    ),
    text(
        "drop-status",
        "statuses, several with commas",
        "Rows with this status are left out, and counted in the warning rows-left-out.",
    ),
    text(
        "keep-totals",
        "yes or no",
        "Rows and columns named like totals that are not the sum of anything are taken as what they are: a
customer called Total Wine, a column that is no sum. A total that adds up is left out all the same.",
    ),
    text(
        "drop-row",
        "a regular expression such as ^Total",
        "Rows one of whose cells matches are left out, with a warning that counts them. For lines of a report
that are no rows and that nothing proves.",
    ),
    text(
        "strict",
        "yes or no",
        "A list of today's prices cannot show what became more or less inside a contract. Without this it is
measured with the warning no-history, with it refused.",
    ),
    text(
        "allow-no-churn",
        "yes or no",
        "A list of contracts in which nothing has ended is refused, as most exports leave out who left. If
nobody has left so far, say so.",
    ),
    text(
        "delimiter",
        "one of , ; | or tab; by default what the records show",
        "What separates cells. A first line sep=; is obeyed.",
    ),
    text(
        "encoding",
        "utf-8, utf-16le, utf-16be or windows-1252; by default what the bytes show",
        "How letters are written. Names with wrong letters mean that it is wrong.",
    ),
    text(
        "decimal",
        ". or ,; by default what the column shows",
        "1,200 is twelve hundred with a point as the mark and 1.2 with a comma. It is decided over the whole column,
and asked where no amount settles it.",
    ),
    text(
        "unit",
        "major or minor; by default major, or what the header or the preset says",
        "minor: amounts are in cents or pence, and are divided by 100, or by what the currency has. A wrong unit
changes no rate of one file, but every amount.",
    ),
    text(
        "scale",
        "units, thousands or millions",
        "A header that speaks of thousands is asked about: thousands multiplies the amounts, units takes them
as they are written.",
    ),
    text(
        "date-order",
        "dmy or mdy; by default what the dates show",
        "03/04/2024 is 3 April or 4 March. One date above 12 settles it for the file; else it is asked.",
    ),
    text(
        "control-total",
        "an amount, or PERIOD=AMOUNT, several times",
        "What another system shows for the same data. The sum has to be met exactly, or the run stops with both
and their difference.",
    ),
    text(
        "threads",
        "a number; by default one a core",
        "How many threads read. The result is the same bytes with any number.",
    ),
    text(
        "confidence",
        "a level in percent from 50 to 99.9",
        "What NRR and GRR would be with other customers of the same kind: the customers of the opening are drawn
1,999 times with replacement, and the interval holds this share of the draws. Below 30 customers it says little,
and small-base warns. It covers chance alone, and no fault of the data.",
    ),
    text(
        "seed",
        "a whole number; by default 1",
        "The same seed and customers give the same interval on every machine. Another one shows how much of
it is the luck of the draws.",
    ),
    text(
        "sensitivity",
        "yes or no; by default no",
        "One period under each other choice of a policy, where that changes NRR, GRR or logo retention. Choices
that say how rows become a ledger, such as duplicates, are tried by reading the files again.",
    ),
    text(
        "format",
        "table, json, jsonl, csv or markdown",
        "How the result is written. --output takes it from the end of the file's name.",
    ),
];

const COLUMN: &str =
    "a column by its header or its number, such as #3; by default the header says it";

const OPTIONAL_COLUMN: &str =
    "a column by its header or its number, such as #3, or none; by default the header says it";
