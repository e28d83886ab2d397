"""Orgatlas beside other reasoners: `.venv/bin/python benchmarks/reasoning.py [--only GROUP] [--rounds N]`.

Each figure is measured in a process of its own; where there are rounds, the reasoners take turns in them. Printed is the
median, and the worst. The data are those of organisation.py, with the built-in ontology, as N-Triples.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from organisation import BASE, write_organisation
from pyoxigraph import RdfFormat, parse, serialize
from servers import OTHERS, install

HERE = Path(__file__).parent
ONTOLOGY = HERE.parent / "ontology"
FEW, SOME, MANY = 10_000, 100_000, 1_000_000
"""Triples of the organisations."""

UNDER: dict[str, float] = {
    f"orgatlas, {SOME:,}, closed, s": 1,
    f"orgatlas, {SOME:,}, closed and told, s": 1,
    f"orgatlas, {MANY:,}, closed, s": 10,
    f"orgatlas, {MANY:,}, closed and told, s": 10,
    f"orgatlas, {MANY:,}, peak, MB": 1500,
    "adding a unit, ms": 100,
    "removing it, ms": 300,
    "explaining a triple, built-in, ms": 50,
    f"explaining a triple, {MANY:,}, ms": 500,
}
AT_LEAST: dict[str, float] = {f"as fast as reasonable, {MANY:,}, ×": 2.5, f"as fast as owlrl, {SOME:,}, ×": 50}
"""What the medians have to stay under, and what they have to reach."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where the files of a run are."""

    folder: Path

    def ontology(self) -> Path:
        """The built-in one. Its name ends in .ttl, since reasonable asks for that; N-Triples are Turtle as well."""
        file = self.folder / "ontology.ttl"
        if not file.exists():
            quads = (quad for source in sorted(ONTOLOGY.glob("*.ttl")) for quad in parse(path=source, base_iri=BASE))
            serialize((quad.triple for quad in quads), str(file), RdfFormat.N_TRIPLES)
        return file

    def organisation(self, triples: int) -> Path:
        """One of so many triples."""
        file = self.folder / f"organisation-{triples}.ttl"
        if not file.exists():
            write_organisation(file, triples)
        return file

    def both(self, triples: int) -> tuple[Path, Path]:
        """What the reasoners read."""
        return self.ontology(), self.organisation(triples)


def run(task: str, *files: Path) -> dict[str, Any]:
    """The report of a task of reasoners.py. This process has to stay small: a child's peak is at least its parent's size."""
    python = str(OTHERS / "bin" / "python") if task == "reasonable" else sys.executable
    words = [python, str(HERE / "reasoners.py"), task, *map(str, files)]
    single = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True, env=single)
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def closure(files: Files, rounds: int) -> None:
    """Reading and closing, and telling what follows."""
    install()
    measured = [(task, triples) for triples in (SOME, MANY) for task in ("orgatlas", "reasonable")]
    found: dict[tuple[str, int], list[dict[str, float]]] = {each: [] for each in measured}
    for _ in range(rounds):
        for task, triples in measured:
            found[task, triples].append(run(task, *files.both(triples)))
    for (task, triples), reports in found.items():
        name = f"{task}, {triples:,}"
        if task == "orgatlas":
            figure(f"{name}, closed, s", [report["closed"] for report in reports])
        figure(f"{name}, closed and told, s", [report["told"] for report in reports])
        figure(f"{name}, peak, MB", [report["peak"] for report in reports])
    for triples in (SOME, MANY):
        ratio = _median(found["reasonable", triples]) / _median(found["orgatlas", triples])
        figure(f"as fast as reasonable, {triples:,}, ×", [ratio])


def owlrl(files: Files, rounds: int) -> None:
    """The same beside owlrl, which is run only once: it takes minutes."""
    ours = [run("orgatlas", *files.both(SOME)) for _ in range(rounds)]
    theirs = run("owlrl", *files.both(SOME))
    figure(f"owlrl, {SOME:,}, closed and told, s", [theirs["told"]])
    figure(f"owlrl, {SOME:,}, peak, MB", [theirs["peak"]])
    figure(f"as fast as owlrl, {SOME:,}, ×", [theirs["told"] / _median(ours)])


def completeness(files: Files, _: int) -> None:
    """What only one of two reasoners finds; owlrl knows all rules, reasonable neither chains nor scm-dom and scm-rng."""
    install()
    told = files.folder / "told.nt"
    count = run("orgatlas", *files.both(FEW), told)["count"]
    print(f"    {count:,} triples follow from {FEW:,} and the ontology")
    for task in ("reasonable", "owlrl"):
        report = run(task, *files.both(FEW), told)
        print(f"only in orgatlas, not in {task}: {_named(report['ours'])}")
        verdict = _verdict(not report["theirs"])
        print(f"only in {task}, not in orgatlas: {_named(report['theirs'])}   {verdict}: nothing")
        print(f"    set aside: {_named(report['aside'])}", flush=True)


def changes(files: Files, _: int) -> None:
    """Changes of a closure, taken back each time."""
    report = run("changes", *files.both(MANY))
    for title, took in report["took"].items():
        altered = report["altered"].get(title, ())
        figure(f"{title}, ms", took, f"alters {statistics.median(altered):,.0f} triples" if altered else "")


def explain(files: Files, _: int) -> None:
    """Why a triple follows."""
    for name, sources in ("built-in", ()), (f"{MANY:,}", files.both(MANY)):
        report = run("explanations", *sources)
        if "missing" in report:
            print(f"explaining a triple, {name}: {report['missing']}")
        else:
            figure(f"explaining a triple, {name}, ms", report["took"], f"slowest: {report['slowest']}")


def figure(title: str, values: Sequence[float], remark: str = "") -> None:
    """Print a line: the median, the worst where there are several, the limit for the median, and whether it is met."""
    median = statistics.median(values)
    worst = _number(max(values)) if len(values) > 1 else ""
    limit = ""
    if title in UNDER:
        limit = f"{_verdict(median < UNDER[title])}: under {UNDER[title]:,g}"
    if title in AT_LEAST:
        limit = f"{_verdict(median >= AT_LEAST[title])}: ≥ {AT_LEAST[title]:g}"
    print(f"{title:46}{_number(median):>10}{worst:>10}   {limit:20}  {remark}".rstrip(), flush=True)


def _median(reports: Sequence[dict[str, float]]) -> float:
    return statistics.median(report["told"] for report in reports)


def _named(counts: dict[str, int]) -> str:
    """Numbers by name; of an IRI, its last part."""
    return ", ".join(f"{name.rpartition('#')[2]} {count:,}" for name, count in counts.items()) or "nothing"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}" if value >= 10 else f"{value:,.2f}"


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


GROUPS: dict[str, Callable[[Files, int], None]] = {
    "closure": closure,
    "completeness": completeness,
    "changes": changes,
    "explain": explain,
    "owlrl": owlrl,
}


def main() -> None:
    """Print the table."""
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("--only", choices=GROUPS, help="one group of figures")
    usage.add_argument("--rounds", type=int, default=3, help="in which the reasoners take turns (3)")
    how = usage.parse_args()
    with tempfile.TemporaryDirectory(prefix="orgatlas-bench-") as folder:
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start; {how.rounds} rounds\n")
        print(f"{'':46}{'median':>10}{'worst':>10}")
        for name, figures in GROUPS.items():
            if how.only in (None, name):
                figures(Files(Path(folder)), how.rounds)


if __name__ == "__main__":
    main()
