"""Results as Markdown: for benches/results, and between two marks of docs/performance.md."""

NAMES = {
    "nrr": "`nrr calc`, 2 threads",
    "nrr-1": "`nrr calc`, 1 thread",
    "nrr-full": "`nrr calc`, 2 threads, also upsell and cross-sell by product",
    "nrr-by": "`nrr calc --by segment`, 2 threads",
    "nrr-compare": "`nrr compare`, 2 threads",
    "nrr-cohorts": "`nrr cohorts`, 2 threads",
    "nrr-customers": "`nrr customers`, 2 threads",
    "duckdb": "DuckDB, 2 threads",
    "polars": "Polars, 2 threads",
    "wc": "`wc -l`",
    "gzip": "`gzip -dc`",
    "zstd": "`zstd -dc`",
}
START, END = "<!-- results: written by benches/peers/run.py -->", "<!-- end of results -->"


def short(value):
    """A figure with two digits after its point where it is small, fewer where it is large.

    >>> [short(value) for value in (0.0634, 1.279, 12.34, 312.5, 12345.0)]
    ['0.06', '1.28', '12.3', '312', '12,345']
    """
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def limit(measure, name):
    value = measure.get(name)
    if value is None:
        return "–"
    return ("≥ " if measure["kind"] == "faster" else "≤ ") + short(value)


def judged(kept):
    """All figures that something is asked of, and the others, in one table."""
    lines = ["| measure | median | range | pairs | floor | goal | |", "| :-- | --: | --: | --: | --: | --: | :-- |"]
    for group in kept["groups"]:
        lines.append(f"| **{group['title']}** | | | | | | |")
        for row in group["measures"]:
            if "failed" in row:
                lines.append(f"| {row['title']} | – | – | – | {limit(row, 'floor')} | {limit(row, 'goal')} | not measured |")
                continue
            between = f"{short(row['low'])}–{short(row['high'])}"
            verdict = {"floor not met": "**floor not met**"}.get(row["verdict"], row["verdict"] or "")
            lines.append(
                f"| {row['title']} | {short(row['median'])} | {between} | {row['pairs']} "
                f"| {limit(row, 'floor')} | {limit(row, 'goal')} | {verdict} |"
            )
    return "\n".join(lines)


def taken(kept):
    """Seconds and memory of each program, which mean something beside each other only."""
    lines = ["| program | file | seconds | CPU seconds | peak, MiB |", "| :-- | :-- | --: | --: | --: |"]
    seen = set()
    for group in kept["groups"]:
        for run in group["runs"]:
            key = (run["tool"], run["file"])
            if key in seen:
                continue
            seen.add(key)
            name = NAMES[run["tool"]]
            if "wall" not in run:
                lines.append(f"| {name} | {run['file']} | – | – | – |")
                continue
            lines.append(f"| {name} | {run['file']} | {run['wall']:.3f} | {run['cpu']:.2f} | {run['peak'] / 2**20:.0f} |")
    return "\n".join(lines)


def ran(kept):
    versions = kept["versions"]
    named = f"DuckDB {versions['duckdb']} and Polars {versions['polars']} (Python wheels)"
    return (
        f"{kept['date']}, {kept['cores']} cores of {kept['cpu']}, {kept['memory_gib']} GiB; nrr {versions['nrr']}"
        f" ({versions.get('commit', 'no commit')}), {named}, rustc {versions['rustc']}."
    )


def failures(kept):
    found = {}
    for group in kept["groups"]:
        for row in [*group["runs"], *group["measures"]]:
            if "failed" in row:
                found.setdefault(row["failed"].replace("\n", " "), None)
    return [f"- {reason}" for reason in found]


def markdown(kept):
    parts = [f"# Measured {kept['date']}", ran(kept), judged(kept), "## What each program took", taken(kept)]
    if failures(kept):
        parts += ["## What failed", "\n".join(failures(kept))]
    return "\n\n".join(parts) + "\n"


def into_page(kept, path, date):
    """Puts the tables between the marks of a page."""
    page = path.read_text(encoding="utf-8")
    before, rest = page.split(START)
    _, after = rest.split(END)
    chart = f"![Seconds and peak memory against rows and customers](../benches/results/{date}.svg)"
    tables = [ran(kept), chart, judged(kept), "Each program's seconds and memory:", taken(kept)]
    path.write_text(f"{before}{START}\n\n" + "\n\n".join(tables) + f"\n\n{END}{after}", encoding="utf-8")
