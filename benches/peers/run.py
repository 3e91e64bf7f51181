"""Whole processes of nrr against DuckDB and Polars, in turn, on files made for it: ratios, never seconds alone.

    python3 benches/peers/run.py                  all but 50 million rows; about 8 GB of files below target/peers
    python3 benches/peers/run.py --quick          a million rows, a few minutes
    python3 benches/peers/run.py --large          50 million rows too; 6 GB more
    python3 benches/peers/run.py --only gz        groups whose title holds a word

It builds nrr and the generator, makes a virtual environment with the peers of the versions below, makes the files, warms the
page cache, runs the programs of a group in turn, round after round, checks that all answers agree (money to the cent, counts
exactly) and that nrr answers the same bytes each time. Results go to benches/results/DATE.json, .md and .svg, and with
`--page` into docs/performance.md. A case that fails is reported, and the others go on. Needs Python 3.9 and Rust; gzip, zstd and
wc where they are there.
"""

import argparse
import datetime
import filecmp
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import answers
import cases
import chart
import report

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PEERS = {"duckdb": "2.0.0", "polars": "2.1.0"}


class Failure(Exception):
    """Why a case has no figure."""


def say(text):
    print(text, file=sys.stderr, flush=True)


def called(command, **options):
    """Runs a program for what it prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return done.stdout


class Bench:
    """The programs, the files made so far, and what was measured."""

    def __init__(self, options):
        self.options = options
        self.data = pathlib.Path(options.data)
        self.data.mkdir(parents=True, exist_ok=True)
        self.python = None
        self.facts = {}
        self.expected = {}

    def build(self):
        """Builds nrr as it is released, unless a program is named, and the generator, which is one file without packages."""
        say("building")
        built = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "nrr"
        if not self.options.nrr:
            subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "nrr"], cwd=ROOT, check=True)
        self.nrr = str(pathlib.Path(self.options.nrr or built).resolve())
        self.generator = str(self.data / "generate")
        source = str(HERE / "generate.rs")
        subprocess.run(["rustc", "--edition", "2024", "-O", source, "-o", self.generator], check=True)

    def install(self):
        """Makes the environment of the peers once."""
        folder = self.data / "venv"
        self.python = str(folder / "bin" / "python")
        wanted = [f"{name}=={version}" for name, version in PEERS.items()]
        try:
            if not os.path.exists(self.python):
                say("installing " + ", ".join(wanted))
                called([sys.executable, "-m", "venv", str(folder)])
            called([self.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])
        except Failure as failure:
            say(f"the peers cannot be installed: {failure}")

    def made(self, file):
        """The path of a file, generated and compressed if it is not there."""
        path = self.data / file.name
        facts = path.with_name(path.name + ".json")
        if not facts.exists():
            say(f"making {file.name}")
            part = path.with_name(path.name + ".part")
            if file.packed:
                base = cases.File(file.name[: -len(file.packed)], file.flags)
                self.compress(self.made(base), file.packed, part)
                text = (self.data / (base.name + ".json")).read_text()
            else:
                text = called([self.generator, *file.flags.split(), "--out", str(part)])
            part.replace(path)
            facts.write_text(text)
        self.facts[file.name] = {**json.loads(facts.read_text()), "bytes": path.stat().st_size, "book": file.book}
        return path

    def compress(self, path, packed, into):
        command = {".gz": ["gzip", "-6", "-c"], ".zst": ["zstd", "-3", "-q", "-c"]}[packed]
        if not shutil.which(command[0]):
            raise Failure(f"{command[0]} is not here")
        with open(into, "wb") as out:
            subprocess.run([*command, str(path)], stdout=out, check=True)

    def command(self, run):
        """The words of a run."""
        path = str(self.data / run.file)
        peer = [self.python, str(HERE / f"{run.tool}_job.py"), path]
        if run.tool == "duckdb":
            flags = {"wide": "--wide", "comma": "--decimal-comma"}
            return peer + [flag for word, flag in flags.items() if word in run.file]
        if run.tool == "polars":
            return peer
        if run.tool in ("gzip", "zstd"):
            return [run.tool, "-dc", path]
        if run.tool == "wc":
            return ["wc", "-l", path]
        plain = ["--format", "csv", "--quiet", "--no-config", "--product", "none", "--threads"]
        words = {
            "nrr": ["calc", path, *plain, "2"],
            "nrr-1": ["calc", path, *plain, "1"],
            "nrr-full": ["calc", path, "--format", "csv", "--quiet", "--no-config", "--negatives", "clip", "--threads", "2"],
            "nrr-by": ["calc", path, "--by", "segment", *plain, "2"],
            "nrr-compare": ["compare", path, "--period", cases.PERIOD, *plain, "2"],
            "nrr-customers": ["customers", path, "--period", cases.PERIOD, *plain, "2"],
            "nrr-cohorts": ["cohorts", path, *plain, "2"],
        }[run.tool]
        return [self.nrr, *words]

    def once(self, run, into):
        """One run, measured; its answer goes to a file."""
        command = self.command(run)
        if not shutil.which(command[0]):
            raise Failure(f"{pathlib.Path(command[0]).name} is not here")
        errors = self.data / "stderr"
        launcher = [sys.executable, "-I", "-S", str(HERE / "measure.py"), str(into), str(errors)]
        wall, cpu, peak, code = called([*launcher, *command]).split()
        if code != "0":
            said = errors.read_text(errors="replace").strip().replace(str(self.data) + "/", "")
            raise Failure(f"{run.tool} ended with {code}: {said[:300]}")
        return {"wall": float(wall), "cpu": float(cpu), "peak": int(peak) * 1024}

    def check(self, run, path):
        """Compares an answer with the first one of the same rows."""
        if run.tool not in ("nrr", "nrr-1", "nrr-full", "nrr-by", "duckdb", "polars"):
            return
        found = answers.read(path)
        book = self.facts[run.file]["book"]
        first, expected = self.expected.setdefault(book, (run.name, found))
        fault = answers.difference(expected, found)
        if fault:
            raise Failure(f"{run.name} does not agree with {first}: {fault}")

    def measure(self, group):
        """All rounds of a group: what each run took, by its name, and what failed."""
        taken, failed = {run.name: [] for run in group.runs}, {}
        for file in group.files:
            try:
                warm(self.made(file))
            except (Failure, OSError, subprocess.CalledProcessError) as failure:
                failed.update({run.name: str(failure) for run in group.runs if run.file == file.name})
        pairs = 3 if group.fewer and not self.options.pairs else self.options.pairs or 7
        for number in range(pairs):
            for run in group.runs:
                if run.name in failed or number >= run.rounds:
                    continue
                first, now = (self.data / f"answer-{run.name.replace(' ', '-')}{end}" for end in ("", "-again"))
                try:
                    taken[run.name].append(self.once(run, now if number else first))
                    if number == 0:
                        self.check(run, first)
                    elif not filecmp.cmp(first, now, shallow=False) and run.tool.startswith("nrr"):
                        raise Failure(f"{run.name} gave other bytes in round {number + 1}")
                except (Failure, OSError) as failure:
                    failed[run.name] = str(failure)
                    say(f"  failed: {failure}")
            say(f"  round {number + 1} of {pairs}")
        return taken, failed


def warm(path):
    with open(path, "rb") as file:
        while file.read(1 << 22):
            pass


def figure(measure, group, taken, facts):
    """The median of a measure and its range over the rounds."""
    named = {}
    for run in group.runs:
        named.setdefault(run.tool, run)
        named[run.name] = run
    run, other = named[measure.run], named.get(measure.other)
    mine = taken[run.name]
    theirs = taken[other.name] if other else mine
    months = facts.get(run.file, {}).get("customer_months", 1)
    of_pair = {
        "faster": lambda a, b: b["wall"] / a["wall"],
        "share": lambda a, b: a["wall"] / b["wall"],
        "peak_share": lambda a, b: a["peak"] / b["peak"],
        "peak_month": lambda a, b: a["peak"] / months,
        "peak": lambda a, b: a["peak"] / 2**20,
        "wall": lambda a, b: a["wall"] * 1000,
    }[measure.kind]
    values = [of_pair(a, b) for a, b in zip(mine, theirs)]
    if not values:
        raise Failure("was not measured")
    return {"median": statistics.median(values), "low": min(values), "high": max(values), "pairs": len(values)}


def results(group, taken, failed, facts):
    """A group as it is kept: its runs and its measures."""
    runs = []
    for run in group.runs:
        found = taken[run.name]
        row = {"tool": run.tool, "file": run.file}
        if run.name in failed:
            row["failed"] = failed[run.name]
        elif found:
            row.update({key: statistics.median(one[key] for one in found) for key in ("wall", "cpu", "peak")})
            row["rounds"] = len(found)
        runs.append(row)
    measures = []
    names = {run.tool: run.name for run in reversed(group.runs)}
    for measure in group.measures:
        row = {"title": measure.title, "kind": measure.kind, "floor": measure.floor, "goal": measure.goal}
        used = [names.get(name, name) for name in (measure.run, measure.other) if name]
        reasons = [failed[name] for name in used if name in failed]
        try:
            if reasons:
                raise Failure(reasons[0])
            row.update(figure(measure, group, taken, facts))
            row["verdict"] = verdict(measure, row["median"])
        except Failure as failure:
            row["failed"] = str(failure)
        measures.append(row)
    return {"title": group.title, "runs": runs, "measures": measures}


def verdict(measure, value):
    """How a figure stands to what is asked of it.

    >>> verdict(cases.Measure("", "faster", "", "", 8, 12), 9.0)
    'floor met'
    >>> verdict(cases.Measure("", "share", "", "", 1.5, 1.3), 1.2)
    'goal met'
    >>> verdict(cases.Measure("", "share", "", "", 1.5, 1.3), 1.6)
    'floor not met'
    """
    if measure.floor is None:
        return None
    met = (lambda limit: value >= limit) if measure.least else (lambda limit: value <= limit)
    return "goal met" if met(measure.goal) else "floor met" if met(measure.floor) else "floor not met"


def machine(bench):
    """What ran, on what: no names of hosts and no paths."""
    cpu = "unknown"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            cpu = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), cpu)
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = {"nrr": called([bench.nrr, "--version"]).split()[-1], **PEERS, "python": sys.version.split()[0]}
    versions["rustc"] = called(["rustc", "--version"]).split()[1]
    try:
        versions["commit"] = called(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT).strip()
    except Failure:
        pass
    return {"cores": len(os.sched_getaffinity(0)), "cpu": cpu, "memory_gib": round(memory), "versions": versions}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a million rows only")
    parser.add_argument("--large", action="store_true", help="50 million rows too")
    parser.add_argument("--only", action="append", default=[], help="groups whose title holds this; may be repeated")
    parser.add_argument("--pairs", type=int, help="rounds of each group; 7 unless told, 3 of the slow ones")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="names the results; today unless told")
    parser.add_argument("--data", default=str(ROOT / "target" / "peers"), help="where files and peers go")
    parser.add_argument("--results", default=str(ROOT / "benches" / "results"), help="where results go")
    parser.add_argument("--nrr", help="a program to measure instead of building one")
    parser.add_argument("--page", action="store_true", help="write the results into docs/performance.md too")
    parser.add_argument("--load-ok", action="store_true", help="do not warn of other work on the machine")
    options = parser.parse_args()
    bench = Bench(options)
    bench.build()
    bench.install()
    if os.getloadavg()[0] > 0.5 and not options.load_ok:
        say(f"other work is running (load {os.getloadavg()[0]:.1f}): ratios will spread")
    kept = {"date": options.date, **machine(bench), "groups": [], "files": {}}
    for group in cases.groups(options.quick, options.large):
        if options.only and not any(word.lower() in group.title.lower() for word in options.only):
            continue
        say(group.title)
        taken, failed = bench.measure(group)
        kept["groups"].append(results(group, taken, failed, bench.facts))
        kept["files"] = bench.facts
        write(kept, options)
    if options.page:
        report.into_page(kept, ROOT / "docs" / "performance.md", options.date)
    print(report.markdown(kept))
    failures = [row for group in kept["groups"] for row in group["measures"] if "failed" in row]
    return 1 if failures else 0


def write(kept, options):
    """Writes what there is, after each group, so that a run that is broken off leaves something."""
    folder = pathlib.Path(options.results)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{options.date}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / f"{options.date}.md").write_text(report.markdown(kept), encoding="utf-8")
    (folder / f"{options.date}.svg").write_text(chart.drawn(kept), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
