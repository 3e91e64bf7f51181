"""Results as a picture: time against rows, memory against rows, memory against customers. SVG by hand, for light and dark."""

import math

TOOLS = [
    ("nrr", "nrr, 2 threads", "#2f81f7", ""),
    ("nrr-1", "nrr, 1 thread", "#2f81f7", "5 4"),
    ("duckdb", "DuckDB, 2 threads", "#d29922", ""),
    ("polars", "Polars, 2 threads", "#bf5af2", ""),
    ("wc", "wc -l", "#8b949e", ""),
]
WIDTH, HEIGHT, LEFT, TOP = 320, 250, 64, 74
GAP = 22
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-size:14px;font-weight:600;fill:#24292f}"
    ".grid{stroke:#8b949e;stroke-opacity:.3}"
    "@media(prefers-color-scheme:dark){text{fill:#9ea7b3}.title{fill:#e6edf3}}"
)


def decades(low, high):
    """The powers of ten around a range.

    >>> decades(0.03, 7.2)
    [0.01, 0.1, 1.0, 10.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def count(value):
    """A number of rows or customers as an axis names it.

    >>> [count(value) for value in (500, 5000, 312500, 10000000)]
    ['500', '5k', '312k', '10M']
    """
    if value >= 1e6:
        return f"{value / 1e6:g}M"
    return f"{int(value / 1e3)}k" if value >= 1e3 else f"{value:g}"


def points(kept, over, value, chosen):
    """Each tool's points: (x, median, low, high) by what the runs of the chosen files took."""
    found = {}
    for group in kept["groups"]:
        for run in group["runs"]:
            facts = kept["files"].get(run["file"])
            if "wall" in run and facts and chosen(run["file"]):
                found.setdefault(run["tool"], {})[facts[over]] = run[value]
    return {tool: sorted(one.items()) for tool, one in found.items()}


def panel(at, title, unit, series, x_name):
    """One pair of logarithmic axes with a line a tool."""
    flat = [point for one in series.values() for point in one if point[1] > 0]
    left, bottom = at, TOP + HEIGHT
    parts = [f'<text class="title" x="{left}" y="{TOP - 14}">{title}</text>']
    if not flat:
        return parts + [f'<text x="{left}" y="{TOP + 20}">not measured</text>']
    ys = decades(min(y for _, y in flat), max(y for _, y in flat))
    xs = sorted({x for x, _ in flat})
    low, high = math.log10(xs[0]), math.log10(xs[-1])

    def across(x):
        return left + WIDTH * (0.08 + 0.84 * ((math.log10(x) - low) / (high - low) if high > low else 0.5))

    def down(y):
        return bottom - HEIGHT * math.log10(y / ys[0]) / math.log10(ys[-1] / ys[0])

    for y in ys:
        parts.append(f'<line class="grid" x1="{left}" x2="{left + WIDTH}" y1="{down(y):.1f}" y2="{down(y):.1f}"/>')
        parts.append(f'<text x="{left - 6}" y="{down(y) + 4:.1f}" text-anchor="end">{y:g} {unit}</text>')
    for x in xs:
        parts.append(f'<line class="grid" x1="{across(x):.1f}" x2="{across(x):.1f}" y1="{TOP}" y2="{bottom}"/>')
        parts.append(f'<text x="{across(x):.1f}" y="{bottom + 17}" text-anchor="middle">{count(x)}</text>')
    parts.append(f'<text x="{left + WIDTH / 2}" y="{bottom + 36}" text-anchor="middle">{x_name}</text>')
    for tool, name, color, dashes in TOOLS:
        line = [(across(x), down(y)) for x, y in series.get(tool, []) if y > 0]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"{dashed}/>')
        for (x, y), (_, value) in zip(line, series.get(tool, [])):
            said = f"{name}: {value:.3g} {unit}"
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"><title>{said}</title></circle>')
    return parts


def drawn(kept):
    """The picture as text."""
    def in_order(name):
        return name.endswith("-month.csv") and not name.startswith("5k")

    biggest = max((facts["rows"] for name, facts in kept["files"].items() if in_order(name) and not name.startswith("50m")), default=0)

    def by_customers(name):
        facts = kept["files"][name]
        return facts["rows"] == biggest and (in_order(name) or name.endswith("-customers.csv"))

    def mebibytes(series):
        # `wc -l` holds nothing, and one thread of ours next to nothing else than two.
        return {tool: [(x, y / 2**20) for x, y in one] for tool, one in series.items() if tool != "wc"}

    panels = [
        ("Time, rows in order of months", "s", points(kept, "rows", "wall", in_order), "rows"),
        ("Peak memory", "MiB", mebibytes(points(kept, "rows", "peak", in_order)), "rows"),
        (
            f"Peak memory, {count(biggest)} rows",
            "MiB",
            {tool: one for tool, one in mebibytes(points(kept, "customers", "peak", by_customers)).items() if len(one) > 1},
            "customers",
        ),
    ]
    step = WIDTH + LEFT + GAP
    width, height = LEFT + 3 * step - GAP - LEFT + 16, TOP + HEIGHT + 50
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>Seconds and peak memory of nrr, DuckDB and Polars; both axes are logarithmic</title>",
        f"<style>{STYLE}</style>",
    ]
    x = LEFT
    for _, name, color, dashes in TOOLS:
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        parts.append(f'<line x1="{x}" x2="{x + 26}" y1="22" y2="22" stroke="{color}" stroke-width="2"{dashed}/>')
        parts.append(f'<text x="{x + 32}" y="26">{name}</text>')
        x += 60 + 7 * len(name)
    for number, (title, unit, series, x_name) in enumerate(panels):
        parts += panel(LEFT + number * step, title, unit, series, x_name)
    return "\n".join([*parts, "</svg>"]) + "\n"
