"""The job by DuckDB: duckdb_job.py FILE [--wide] [--decimal-comma]. Prints the movements of every month as CSV."""

import sys

import duckdb

LONG = """
  SELECT customer_id AS customer, (year(date) * 12 + month(date) - 1)::INTEGER AS month, sum(amount) AS revenue
  FROM read_csv('{file}', header = true, delim = '{delimiter}', quote = '"', escape = '"', auto_detect = false,
       decimal_separator = '{mark}', columns = {{'customer_id': 'VARCHAR', 'date': 'DATE', 'amount': 'DECIMAL(18,2)',
       'currency': 'VARCHAR', 'segment': 'VARCHAR', 'product': 'VARCHAR'}})
  GROUP BY ALL HAVING sum(amount) > 0
"""

# The columns of months by name and type, so that no text is parsed twice. A customer may have several rows: they are added up.
WIDE = """
  SELECT customer_id AS customer, (left(name, 4)::INTEGER * 12 + right(name, 2)::INTEGER - 1)::INTEGER AS month,
         sum(revenue) AS revenue
  FROM (UNPIVOT (FROM read_csv('{file}', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false,
       columns = {{{columns}}}))
       ON COLUMNS(* EXCLUDE (customer_id, segment)) INTO NAME name VALUE revenue)
  GROUP BY ALL HAVING sum(revenue) > 0
"""

# One pass over each customer's months; what churned is seen from the last month that was paid.
MOVEMENTS = """
WITH ledger AS ({ledger}),
steps AS (
  SELECT month, revenue,
         lag(month) OVER months AS last_month, lag(revenue) OVER months AS last_revenue, lead(month) OVER months AS next_month
  FROM ledger WINDOW months AS (PARTITION BY customer ORDER BY month)
),
present AS (
  SELECT month, sum(revenue) AS closing, count(*) AS closing_customers,
         sum(revenue) FILTER (WHERE last_month IS NULL) AS new,
         count(*) FILTER (WHERE last_month IS NULL) AS new_customers,
         sum(revenue) FILTER (WHERE last_month < month - 1) AS reactivation,
         count(*) FILTER (WHERE last_month < month - 1) AS reactivated_customers,
         sum(revenue - last_revenue) FILTER (WHERE last_month = month - 1 AND revenue > last_revenue) AS expansion,
         sum(last_revenue - revenue) FILTER (WHERE last_month = month - 1 AND revenue < last_revenue) AS contraction
  FROM steps GROUP BY month
),
lost AS (
  SELECT month + 1 AS month, sum(revenue) AS churn, count(*) AS churned_customers
  FROM steps WHERE next_month IS NULL OR next_month > month + 1 GROUP BY month
),
figures AS (
  SELECT month, lag(closing) OVER (ORDER BY month) AS opening, lag(closing_customers) OVER (ORDER BY month) AS opening_customers,
         closing, new_customers, reactivated_customers, coalesce(churned_customers, 0) AS churned_customers,
         coalesce(new, 0) AS new, coalesce(reactivation, 0) AS reactivation, coalesce(expansion, 0) AS expansion,
         coalesce(contraction, 0) AS contraction, coalesce(churn, 0) AS churn
  FROM present LEFT JOIN lost USING (month)
)
SELECT printf('%04d-%02d', month // 12, month % 12 + 1) AS period,
       opening, new, reactivation, expansion, contraction, churn, closing,
       opening_customers, new_customers, reactivated_customers, churned_customers,
       round((opening + expansion - contraction - churn)::DOUBLE / opening::DOUBLE, 6) AS nrr,
       round((opening - contraction - churn)::DOUBLE / opening::DOUBLE, 6) AS grr
FROM figures ORDER BY month
"""


def ledger(file, flags):
    if "--wide" in flags:
        with open(file, encoding="utf-8") as text:
            names = text.readline().strip().split(",")
        types = ["VARCHAR" if "-" not in name else "DECIMAL(18,2)" for name in names]
        return WIDE.format(file=file, columns=", ".join(f"'{name}': '{kind}'" for name, kind in zip(names, types)))
    has_comma = "--decimal-comma" in flags
    return LONG.format(file=file, delimiter=";" if has_comma else ",", mark="," if has_comma else ".")


def main():
    file, *flags = sys.argv[1:]
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET preserve_insertion_order = false")
    rows = connection.execute(MOVEMENTS.format(ledger=ledger(file.replace("'", "''"), flags)))
    print(",".join(column[0] for column in rows.description))
    for row in rows.fetchall():
        print(",".join("" if cell is None else str(cell) for cell in row))


main()
