//! Policies on what a row becomes.

use super::choice;

choice! {
    /// What a row means that names a customer and a month and leaves the amount empty.
    EmptyAmount {
        /// It is an error: the amount may have been lost.
        #[default]
        Error = "error",
        /// It is a stated zero.
        Zero = "zero",
    }
}

choice! {
    /// What several rows of one customer, month, product and currency mean.
    Duplicates {
        /// Line items: they add up.
        #[default]
        Sum = "sum",
        /// Revisions: the last row of the last file counts.
        Last = "last",
        /// A fault of the export.
        Error = "error",
    }
}

choice! {
    /// How the amount of a service period is laid over months.
    Spread {
        /// In equal parts over the months it covers.
        #[default]
        Monthly = "monthly",
        /// By the days it covers in each month.
        Daily = "daily",
        /// Whole, in the month it was billed or began.
        None = "none",
    }
}

choice! {
    /// What contracts of one customer and product mean that run at the same time.
    Overlap {
        /// It is an error: a renewal would count twice.
        #[default]
        Error = "error",
        /// They add up.
        Add = "add",
        /// The one that began last counts.
        Latest = "latest",
    }
}

choice! {
    /// What a customer's anchor value below zero means.
    Negatives {
        /// It is an error: a ratio of revenue kept has no place for it.
        #[default]
        Error = "error",
        /// It counts as zero, and how much was cut is printed.
        Clip = "clip",
    }
}
