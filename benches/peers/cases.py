"""What is measured: files, runs that are taken in turn, and the ratios that come of them with what is asked of each."""

from dataclasses import dataclass, field

PERIOD = "2024-12"


@dataclass(frozen=True)
class File:
    """A file of the generator's; `packed` is a suffix, `book` names the rows, which several files may write differently."""

    name: str
    flags: str
    packed: str = ""

    @property
    def book(self):
        """The flags that decide which rows there are: files of one book have one answer."""
        words = self.flags.split()
        return " ".join(f"{a} {b}" for a, b in zip(words, words[1:]) if a in ("--rows", "--customers")) + (
            " wide" if "wide" in words else ""
        )


@dataclass(frozen=True)
class Run:
    """One program over one file. `rounds` is the most often it is worth running."""

    tool: str
    file: str
    rounds: int = 99

    @property
    def name(self):
        return f"{self.tool} {self.file}"


@dataclass(frozen=True)
class Measure:
    """A figure of two runs or of one. `least` tells a figure that should be high from one that should be low."""

    title: str
    kind: str  # faster: walls of `other` ÷ walls of `run`; share: the other way round; peak, peak_share, peak_month, wall
    run: str
    other: str = ""
    floor: float = None
    goal: float = None

    @property
    def least(self):
        return self.kind == "faster"


@dataclass
class Group:
    """Runs that are taken in turn, round after round."""

    title: str
    runs: list
    measures: list
    fewer: bool = False
    files: list = field(default_factory=list)


def measured(size):
    """The file sizes by name: rows and the flags."""
    return {"5k": 5_000, "1m": 1_000_000, "10m": 10_000_000, "50m": 50_000_000}[size]


def plain(size, order):
    return File(f"{size}-{order}.csv", f"--rows {measured(size)} --order {order}")


def against_peers(size, order, floors, extra=()):
    """One size and order: this program with two threads and with one, all it computes, and the peers."""
    file = plain(size, order)
    name, is_large = file.name, size == "50m"
    runs = [Run("nrr", name), Run("duckdb", name), Run("nrr-1", name), Run("nrr-full", name)]
    runs += [Run("polars", name, 3), Run("wc", name)]
    measures = [
        Measure("DuckDB ÷ nrr", "faster", "nrr", "duckdb", *floors.get("duckdb", ())),
        Measure("DuckDB (2 threads) ÷ nrr (1 thread)", "faster", "nrr-1", "duckdb", *floors.get("one", ())),
        Measure("DuckDB ÷ nrr with upsell and cross-sell by product", "faster", "nrr-full", "duckdb"),
        Measure("Polars ÷ nrr", "faster", "nrr", "polars"),
        Measure("nrr ÷ `wc -l`", "share", "nrr", "wc", *floors.get("wc", ())),
        Measure("peak memory, nrr ÷ DuckDB", "peak_share", "nrr", "duckdb", *floors.get("peak", ())),
        Measure("peak memory a customer-month, bytes", "peak_month", "nrr", "", *floors.get("month", ())),
        *extra,
    ]
    title = f"{measured(size) // 1_000_000} million rows, {'in order of months' if order == 'month' else 'shuffled'}"
    return Group(title, runs, measures, is_large, [file])


def variants(size):
    """The same rows written in other ways, and one column more computed."""
    base = plain(size, "month")
    ways = [
        ("CRLF", "crlf", "--crlf"),
        ("decimal comma", "comma", "--decimal comma"),
        ("a quoted field in every row", "quoted", "--quoted 100"),
        ("all fields quoted", "quote-all", "--quote-all"),
        ("36-character ids", "long-ids", "--id long"),
        ("ids that are numbers", "int-ids", "--id int"),
    ]
    files = [File(f"{size}-{short}.csv", f"{base.flags} {flags}") for _, short, flags in ways]
    runs = [Run("nrr", base.name), *(Run("nrr", file.name) for file in files), Run("nrr-by", base.name)]
    limits = (1.5, 1.3)
    measures = [
        Measure(f"{way[0]} ÷ plain", "share", f"nrr {file.name}", f"nrr {base.name}", *limits)
        for way, file in zip(ways, files)
    ]
    measures.append(Measure("`--by segment` ÷ plain", "share", f"nrr-by {base.name}", f"nrr {base.name}", *limits))
    return Group("The same rows written differently", runs, measures, False, [base, *files])


def compressed(size, packed, tool, floors):
    base = plain(size, "month")
    file = File(base.name + packed, base.flags, packed)
    runs = [Run("nrr", file.name), Run("duckdb", file.name), Run(tool, file.name), Run("nrr", base.name)]
    measures = [
        Measure("DuckDB ÷ nrr", "faster", f"nrr {file.name}", f"duckdb {file.name}", *floors),
        Measure(f"nrr ÷ `{tool} -dc`", "share", f"nrr {file.name}", f"{tool} {file.name}"),
        Measure("compressed ÷ plain", "share", f"nrr {file.name}", f"nrr {base.name}"),
    ]
    return Group(f"{packed} of {measured(size) // 1_000_000} million rows", runs, measures, False, [base, file])


def commands(size):
    name = plain(size, "month").name
    tools = ["compare", "cohorts", "customers"]
    runs = [Run("nrr", name), *(Run(f"nrr-{tool}", name) for tool in tools)]
    measures = [Measure(f"`{tool}` ÷ `calc`", "share", f"nrr-{tool}", "nrr", 1.3, 1.2) for tool in tools]
    return Group("Other commands against calc", runs, measures, False, [plain(size, "month")])


def few_customers(size, customers, limits):
    rows = measured(size)
    file = File(f"{size}-{customers}-customers.csv", f"--rows {rows} --customers {customers} --order month")
    runs = [Run("nrr", file.name), Run("duckdb", file.name)]
    measures = [
        Measure("peak memory, MiB", "peak", "nrr", "", *limits),
        Measure("DuckDB ÷ nrr", "faster", "nrr", "duckdb"),
    ]
    return Group(f"{rows // 1_000_000} million rows of {customers:,} customers", runs, measures, True, [file])


def wide(customers, floors):
    file = File(f"wide-{customers}.csv", f"--rows 0 --customers {customers} --shape wide")
    runs = [Run("nrr", file.name), Run("duckdb", file.name)]
    measures = [
        Measure("DuckDB ÷ nrr", "faster", "nrr", "duckdb", *floors),
        Measure("peak memory, nrr ÷ DuckDB", "peak_share", "nrr", "duckdb"),
    ]
    return Group(f"Wide cube, {customers:,} customers × 60 months", runs, measures, True, [file])


def small():
    file = plain("5k", "month")
    measures = [
        Measure("whole process, milliseconds", "wall", "nrr", "", 20, 10),
        Measure("DuckDB ÷ nrr", "faster", "nrr", "duckdb"),
    ]
    return Group("A typical export, 5,000 rows", [Run("nrr", file.name), Run("duckdb", file.name)], measures, False, [file])


def groups(quick, large):
    """All of it; with `quick` nothing above a million rows, with `large` also 50 million."""
    size = "1m" if quick else "10m"
    million = {"duckdb": (8, 15)}
    share = (1 / 6, 1 / 10)
    sorted_10 = {"duckdb": (8, 12), "one": (5, 8), "wc": (6, 3.6), "peak": share, "month": (20, 12)}
    shuffled_10 = {"duckdb": (7, 11), "wc": (8, 4.6), "peak": share, "month": (30, 16)}
    found = [small(), against_peers("1m", "month", million), against_peers("1m", "shuffled", {})]
    if not quick:
        found += [against_peers("10m", "month", sorted_10), against_peers("10m", "shuffled", shuffled_10)]
    if large:
        sorted_50 = {"duckdb": (7, 10), "peak": share, "month": (20, 12)}
        shuffled_50 = {"duckdb": (5, 8), "peak": share, "month": (30, 16)}
        found += [against_peers("50m", "month", sorted_50), against_peers("50m", "shuffled", shuffled_50)]
    judged = (lambda *limits: ()) if quick else (lambda *limits: limits)
    found += [
        variants(size),
        commands(size),
        compressed(size, ".gz", "gzip", judged(3, 4.5)),
        compressed(size, ".zst", "zstd", judged(4, 6)),
        wide(100_000 if quick else 1_000_000, judged(15, 35)),
        few_customers(size, 500 if quick else 5_000, judged(32, 16)),
        few_customers(size, 5_000 if quick else 50_000, ()),
    ]
    return found
