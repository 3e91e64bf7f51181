"""The answers of all programs, brought to one form and compared: money to the cent, counts exactly, rates to five decimals."""

import csv
from decimal import Decimal

MONEY = ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"]
COUNTS = ["opening_customers", "new_customers", "reactivated_customers", "churned_customers"]
RATES = ["nrr", "grr"]
CLOSE = Decimal("0.00001")


def read(path):
    """The months of an answer that have a month before them: name → figures. Rows of segments are left out."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row.get("segment.segment")]
    found = {}
    for row in rows[1:]:
        figures = {name: Decimal(row[name]).quantize(Decimal("0.01")) for name in MONEY}
        figures.update({name: int(row[name]) for name in COUNTS})
        figures.update({name: Decimal(row[name]) for name in RATES})
        found[row["period"]] = figures
    return found


def difference(expected, found):
    """What differs first, in words; nothing if all agrees and every month adds up.

    >>> month = dict.fromkeys(MONEY + COUNTS + RATES, Decimal(1))
    >>> month.update(opening=Decimal(10), closing=Decimal(11), nrr=Decimal("0.9"), grr=Decimal("0.8"))
    >>> difference({"2024-01": month}, {"2024-01": dict(month)})
    >>> difference({"2024-01": month}, {"2024-01": dict(month, churn=Decimal(2))})
    '2024-01 churn is 2, not 1'
    >>> difference({"2024-01": month}, {})
    'months 0, not 1'
    """
    if not found or expected.keys() != found.keys():
        return f"months {len(found)}, not {len(expected)}"
    for period, figures in found.items():
        for name, value in figures.items():
            wanted = expected[period][name]
            if abs(value - wanted) > (CLOSE if name in RATES else 0):
                return f"{period} {name} is {value}, not {wanted}"
        opening, new, back, more, less, lost, closing = (figures[name] for name in MONEY)
        if opening + new + back + more - less - lost != closing:
            return f"{period} does not add up"
        for name, kept in (("nrr", opening + more - less - lost), ("grr", opening - less - lost)):
            if abs(figures[name] - kept / opening) > CLOSE:
                return f"{period} {name} is not what its sums say"
    return None
