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
}

impl Role {
    /// Every role, in the order they are shown.
    pub const ALL: [Role; 5] = [
        Role::Customer,
        Role::Date,
        Role::Amount,
        Role::Currency,
        Role::Product,
    ];

    /// What it is called in messages.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Role::Customer => "customer",
            Role::Date => "period",
            Role::Amount => "amount",
            Role::Currency => "currency",
            Role::Product => "product",
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
        }
    }

    pub(super) const fn is_needed(self) -> bool {
        matches!(self, Role::Customer | Role::Date | Role::Amount)
    }

    /// Names that hold this role, in ranks: a better rank wins alone, two of one rank are asked about.
    pub(super) const fn synonyms(self) -> &'static [&'static [&'static str]] {
        match self {
            Role::Customer => CUSTOMER,
            Role::Date => DATE,
            Role::Amount => AMOUNT,
            Role::Currency => CURRENCY,
            Role::Product => PRODUCT,
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
    ],
    &[
        "amount",
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
