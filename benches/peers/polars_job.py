"""The job by Polars, streaming, with exact decimals: polars_job.py FILE. Prints the movements of every month as CSV."""

import os
import sys

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl  # noqa: E402  (it reads the number of threads when it is imported)


def ledger(file):
    text, money = pl.String, pl.Decimal(18, 2)
    names = {"customer_id": text, "date": text, "amount": money, "currency": text, "segment": text, "product": text}
    year, month = (pl.col("date").str.slice(at, width).cast(pl.Int32) for at, width in ((0, 4), (5, 2)))
    rows = pl.scan_csv(file, schema=names).select("customer_id", "amount", month=year * 12 + month - 1)
    sums = rows.group_by("customer_id", "month").agg(revenue=pl.col("amount").sum())
    return sums.filter(pl.col("revenue") > 0).sort("customer_id", "month")


def movements(ledger):
    customer, month, revenue = pl.col("customer_id"), pl.col("month"), pl.col("revenue")
    had, has = customer == customer.shift(1), customer == customer.shift(-1)
    steps = ledger.select(
        "month",
        "revenue",
        last_month=pl.when(had).then(month.shift(1)),
        last_revenue=pl.when(had).then(revenue.shift(1)),
        next_month=pl.when(has).then(month.shift(-1)),
    ).collect(engine="streaming").lazy()
    last_month, last, next_month = pl.col("last_month"), pl.col("last_revenue"), pl.col("next_month")
    is_new, is_back, is_kept = last_month.is_null(), last_month < month - 1, last_month == month - 1
    present = steps.group_by("month").agg(
        closing=revenue.sum(),
        closing_customers=pl.len(),
        new=revenue.filter(is_new).sum(),
        new_customers=is_new.sum(),
        reactivation=revenue.filter(is_back).sum(),
        reactivated_customers=is_back.sum(),
        expansion=(revenue - last).filter(is_kept & (revenue > last)).sum(),
        contraction=(last - revenue).filter(is_kept & (revenue < last)).sum(),
    )
    lost = steps.filter(next_month.is_null() | (next_month > month + 1))
    lost = lost.group_by(month=month + 1).agg(churn=revenue.sum(), churned_customers=pl.len())
    before = {"opening": pl.col("closing").shift(1), "opening_customers": pl.col("closing_customers").shift(1)}
    return present.join(lost, on="month", how="left").sort("month").with_columns(**before).collect(engine="streaming")


MONEY = ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"]
COUNTS = ["opening_customers", "new_customers", "reactivated_customers", "churned_customers"]


def main():
    print(",".join(["period", *MONEY, *COUNTS, "nrr", "grr"]))
    for row in movements(ledger(sys.argv[1])).iter_rows(named=True):
        cells = [f"{row['month'] // 12:04d}-{row['month'] % 12 + 1:02d}"]
        cells += [str(row[name] or 0) for name in MONEY + COUNTS]
        opening, gained = row["opening"], row["expansion"]
        if opening:
            kept = opening - (row["contraction"] or 0) - (row["churn"] or 0)
            cells += [f"{float(kept + gained) / float(opening):.6f}", f"{float(kept) / float(opening):.6f}"]
        else:
            cells += ["", ""]
        print(",".join(cells))


main()
