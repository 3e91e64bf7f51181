//! The jobs a column can have, and the header names that say so.

/// A job a column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Who pays.
    Customer,
    /// When: a date or the label of a period.
    Date,
    /// How much.
    Amount,
    /// In which currency.
    Currency,
    /// What for.
    Product,
    /// The first day of a contract, version or service.
    Start,
    /// Its end; empty while it runs.
    End,
    /// For how long the amount is: a month, a year.
    Interval,
    /// How many intervals the amount is for.
    IntervalCount,
    /// Active, canceled, trial …
    Status,
    /// What kind of movement a signed change is.
    Movement,
    /// The customer's balance after a movement.
    Balance,
    /// How many units are paid for.
    Quantity,
    /// The contract or subscription that a row is about.
    Contract,
    /// When a trial ends; what is paid starts then.
    TrialEnd,
    /// When the billing period at hand began.
    PeriodStart,
    /// When it ends: how long it is says what a price is for.
    PeriodEnd,
    /// Whom the customer belongs to, under `level parent`.
    Parent,
}

impl Role {
    /// Every role, in the order they are shown.
    pub const ALL: [Role; Role::COUNT] = [
        Role::Customer,
        Role::Date,
        Role::Amount,
        Role::Currency,
        Role::Product,
        Role::Start,
        Role::End,
        Role::Interval,
        Role::IntervalCount,
        Role::Status,
        Role::Movement,
        Role::Balance,
        Role::Quantity,
        Role::Contract,
        Role::TrialEnd,
        Role::PeriodStart,
        Role::PeriodEnd,
        Role::Parent,
    ];

    /// How many there are.
    pub const COUNT: usize = 18;

    /// How many of the first ones a row of the long shape has.
    pub(super) const LONG: usize = 5;

    /// What it is called in messages.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Role::Customer => "customer",
            Role::Date => "period",
            Role::Amount => "amount",
            Role::Currency => "currency",
            Role::Product => "product",
            Role::Start => "start",
            Role::End => "end",
            Role::Interval => "interval",
            Role::IntervalCount => "number of intervals",
            Role::Status => "status",
            Role::Movement => "movement type",
            Role::Balance => "balance",
            Role::Quantity => "quantity",
            Role::Contract => "contract",
            Role::TrialEnd => "end of the trial",
            Role::PeriodStart => "start of the billing period",
            Role::PeriodEnd => "end of the billing period",
            Role::Parent => "parent",
        }
    }

    /// The flag and key that name its column.
    #[must_use]
    pub const fn setting(self) -> &'static str {
        match self {
            Role::Customer => "customer",
            Role::Date => "date",
            Role::Amount => "amount",
            Role::Currency => "currency-column",
            Role::Product => "product",
            Role::Start => "start-column",
            Role::End => "end-column",
            Role::Interval => "interval-column",
            Role::IntervalCount => "interval-count-column",
            Role::Status => "status-column",
            Role::Movement => "movement-column",
            Role::Balance => "balance-column",
            Role::Quantity => "quantity-column",
            Role::Contract => "contract-column",
            Role::TrialEnd => "trial-end-column",
            Role::PeriodStart => "period-start-column",
            Role::PeriodEnd => "period-end-column",
            Role::Parent => "parent",
        }
    }

    /// Names that hold this role, in ranks: a better rank wins alone, two of one rank are asked about.
    pub(super) const fn synonyms(self) -> &'static [&'static [&'static str]] {
        match self {
            Role::Customer => CUSTOMER,
            Role::Date => DATE,
            Role::Amount => AMOUNT,
            Role::Currency => CURRENCY,
            Role::Product => PRODUCT,
            Role::Start => START,
            Role::End => END,
            Role::Interval => INTERVAL,
            Role::IntervalCount => &[&["interval count", "plan interval count"]],
            Role::Status => &[&["status", "state", "subscription status", "stage"]],
            Role::Movement => MOVEMENT,
            Role::Balance => BALANCE,
            Role::Quantity => &[&["quantity", "qty", "seats", "units"]],
            Role::Contract => CONTRACT,
            Role::TrialEnd => &[&["trial end", "trial ends at", "trial ended at"]],
            Role::PeriodStart => &[&["current period start", "current period started at"]],
            Role::PeriodEnd => &[&["current period end", "current period ends at"]],
            Role::Parent => PARENT,
        }
    }
}

const CUSTOMER: &[&[&str]] = &[
    &[
        "customer id",
        "account id",
        "client id",
        "customer external id",
        "account code",
        "account number",
        "customer number",
        "customer no",
        "client number",
        "customer oid",
        "customer uuid",
        "company id",
        "tenant id",
        "workspace id",
        "organization id",
        "org id",
        "subscriber id",
        "account external key",
    ],
    &[
        "customer",
        "account",
        "client",
        "company",
        "customer name",
        "account name",
        "client name",
        "company name",
        "contactname",
        "contact name",
        "contact",
        "organization",
        "subscriber",
        "logo",
        "name",
    ],
    &["email", "customer email"],
    // Only as the first column: reports leave the header over their customers empty.
    &[""],
];

const DATE: &[&[&str]] = &[
    &[
        "month",
        "period",
        "mrr month",
        "date month",
        "reporting month",
        "snapshot month",
        "month end",
        "as of",
        "as of date",
        "snapshot date",
        "billing month",
    ],
    &[
        "date",
        "quarter",
        "year month",
        "ym",
        "transaction date",
        "invoice date",
        "fiscal period",
        "posting period",
        "ds",
        "year",
    ],
];

const AMOUNT: &[&[&str]] = &[
    &[
        "mrr",
        "monthly recurring revenue",
        "mrr amount",
        "monthly amount",
        "ending mrr",
        "arr",
        "annual recurring revenue",
        "ending arr",
        "acv",
        "annual contract value",
    ],
    &[
        "amount",
        "annual amount",
        "annual value",
        "yearly amount",
        "net amount",
        "contract value",
        "total contract value",
        "subscription fees",
        "revenue",
        "net revenue",
        "recurring revenue",
        "value",
        "total",
        "subtotal",
        "price",
        "line total",
        "lineamount",
        "line amount",
        "sales",
        "charge amount",
        "tcv",
    ],
];

/// Looked for under `level parent` alone.
const PARENT: &[&[&str]] = &[
    &[
        "parent id",
        "parent customer id",
        "parent account id",
        "parent company id",
        "parent client id",
        "parent organization id",
        "parent org id",
        "parent account number",
        "parent customer number",
    ],
    &[
        "parent",
        "parent customer",
        "parent account",
        "parent company",
        "parent client",
        "parent organization",
        "parent name",
        "parent customer name",
        "parent account name",
        "parent company name",
    ],
];

const CURRENCY: &[&[&str]] = &[
    &[
        "currency",
        "currency code",
        "iso currency",
        "billing currency code",
    ],
    &["amount currency", "plan currency"],
];

const PRODUCT: &[&[&str]] = &[
    &[
        "product",
        "product name",
        "plan",
        "plan name",
        "plan code",
        "plan id",
        "sku",
        "plan tier",
    ],
    &[
        "item",
        "product service full name",
        "price id",
        "charge name",
        "edition",
    ],
];

const START: &[&[&str]] = &[
    &[
        "start date",
        "started at",
        "start",
        "subscription start",
        "subscription start date",
        "contract start",
        "contract start date",
        "activated at",
        "service start",
        "service start date",
        "service period start",
        "effective start date",
        "term start",
        "valid from",
        "version started at",
        "from",
    ],
    &[
        "created",
        "created at",
        "signup date",
        "close date",
        "activation date",
    ],
];

/// The end of a billing period is not here: it is the next renewal, never an end.
const END: &[&[&str]] = &[
    &[
        "end date",
        "ended at",
        "end",
        "subscription end",
        "subscription end date",
        "contract end",
        "contract end date",
        "expires at",
        "expiration date",
        "service end",
        "service end date",
        "service period end",
        "effective end date",
        "term end",
        "valid to",
        "version ended at",
        "to",
    ],
    &[
        "canceled at",
        "cancelled at",
        "cancel date",
        "cancellation date",
        "canceled date",
        "cancelled date",
        "canceled on",
        "cancelled on",
        "churn date",
        "churned on",
        "termination date",
    ],
];

const INTERVAL: &[&[&str]] = &[
    &[
        "interval",
        "billing interval",
        "billing period",
        "billing frequency",
        "plan interval",
        "billing cycle",
        "term (months)",
        "contract term (months)",
        "term months",
        "contract term months",
    ],
    &["frequency", "term"],
];

const MOVEMENT: &[&[&str]] = &[
    &[
        "type",
        "movement type",
        "event type",
        "activity",
        "change category",
        "mrr type",
    ],
    &["category", "event"],
];

/// Names of a signed change: with one of them a file is of movements.
pub(super) const CHANGE: &[&[&str]] = &[
    &[
        "mrr movement",
        "activity mrr movement",
        "mrr change",
        "delta mrr",
        "mrr delta",
        "change in mrr",
        "arr movement",
        "arr change",
        "delta arr",
        "arr delta",
    ],
    &["change", "delta", "amount"],
];

const BALANCE: &[&[&str]] = &[
    &[
        "balance",
        "balance after",
        "mrr after",
        "activity mrr",
        "ending mrr",
        "arr after",
        "ending arr",
        "new mrr",
    ],
    &["mrr", "arr"],
];

const CONTRACT: &[&[&str]] = &[&[
    "contract id",
    "subscription id",
    "contract",
    "subscription",
    "subscription uuid",
    "subscription number",
    "contract number",
]];
