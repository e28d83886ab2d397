"""Exports beside the engine's own dump: `.venv/bin/python benchmarks/export.py [--triples N] [--rounds N]`.

The quads are those of organisation.py, each once, in a hundred named graphs. Form by form, a process of its own tells what it
takes of time, and of memory beyond its quads; then all ways of writing N-Quads take turns in one process, each into a file.
"""

import argparse
import ctypes
import gc
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox
from organisation import BASE, write_organisation

from orgatlas.graph.build import Edition
from orgatlas.graph.bundle import open_bundle, read_files
from orgatlas.graph.canonical import canonical_hash
from orgatlas.graph.closure import Closure
from orgatlas.graph.export import LEVEL, export, statements, write_file
from orgatlas.graph.formats import DUMP_FORMATS, named
from orgatlas.graph.store import MemoryStore, flat
from orgatlas.graph.vocabulary import PREFIXES

MANY = 1_000_000
NQUADS = named("nquads", DUMP_FORMATS)
DUMP, DUMP_PACKED, DUMP_FULL = "the engine's dump", "the engine's dump, gzip", "the engine's dump, full"
RATIOS = {
    "from quads": DUMP,
    "from a store": DUMP,
    "from quads, gzip": DUMP_PACKED,
    "from a store, gzip": DUMP_PACKED,
    "from an edition, full": DUMP_FULL,
}
"""What is measured, and beside which; a ratio is how many times as fast it is."""

LIMITS = {"from quads": 0.8, "from a store": 0.8, "from an edition, full": 0.8}
HASHED = "canonical hash"
MEMORY = {"nquads": 20, HASHED: 1000}
"""Megabytes beyond the quads themselves."""

FILE = "organisation.nt"


def organisation(folder: Path, triples: int) -> tuple[ox.Quad, ...]:
    """The quads of the file in this folder, each once, in a hundred graphs."""
    graphs = [ox.NamedNode(f"{BASE}graph/{number}") for number in range(100)]
    size = -(-triples // len(graphs))
    parsed = ox.parse(path=str(folder / FILE), format=ox.RdfFormat.N_TRIPLES)
    placed = (ox.Quad(*quad.triple, graphs[number // size]) for number, quad in enumerate(parsed))
    return tuple(dict.fromkeys(placed))


def ways(quads: tuple[ox.Quad, ...]) -> dict[str, Callable[[Path], None]]:
    """The ways of writing N-Quads into a file."""
    engine, store = ox.Store(), MemoryStore(quads)
    engine.bulk_extend(quads)

    def dump(output: IO[bytes]) -> object:
        return engine.dump(output, format=ox.RdfFormat.N_QUADS)

    def from_quads(output: IO[bytes]) -> object:
        return export(iter(quads), NQUADS, output)

    def from_store(output: IO[bytes]) -> object:
        return export(statements(store), NQUADS, output)

    plain = {DUMP: dump, "from quads": from_quads, "from a store": from_store}
    return {title: _into_file(write) for title, write in plain.items()} | {
        f"{title}, gzip": _into_gzip(write) for title, write in plain.items()
    }


def full_ways(quads: tuple[ox.Quad, ...]) -> dict[str, Callable[[Path], None]]:
    """The same for the quads, the built-in ontology and all that follows from both, which an edition tells from its closure."""
    bundle = open_bundle([])
    ontology = tuple(read_files(bundle, bundle.ontology))
    edition = Edition(bundle, ontology, quads, Closure(flat(ontology + quads)), "")
    engine = ox.Store()
    engine.bulk_extend(statements(edition, full=True))
    return {
        DUMP_FULL: _into_file(lambda output: engine.dump(output, format=ox.RdfFormat.N_QUADS)),
        "from an edition, full": _into_file(lambda output: export(statements(edition, full=True), NQUADS, output)),
    }


def _into_file(write: Callable[[IO[bytes]], object]) -> Callable[[Path], None]:
    def written(file: Path) -> None:
        with file.open("wb") as output:
            write(output)

    return written


def _into_gzip(write: Callable[[IO[bytes]], object]) -> Callable[[Path], None]:
    def written(file: Path) -> None:
        with file.open("wb") as opened, gzip.GzipFile("", "wb", LEVEL, opened, mtime=0) as output:
            write(cast("IO[bytes]", output))

    return written


def side_by_side(written: dict[str, Callable[[Path], None]], folder: Path, rounds: int) -> None:
    """Print the seconds of each way; the first round is not counted."""
    took: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        for title, write in written.items():
            began = time.perf_counter()
            write(folder / "written.nq")
            if number:
                took.setdefault(title, []).append(time.perf_counter() - began)
    for title, seconds in took.items():
        median = statistics.median(seconds)
        beside, limit = RATIOS.get(title), LIMITS.get(title)
        ratio = statistics.median(took[beside]) / median if beside else None
        told = f"{ratio:.2f} × {beside}" if ratio else ""
        verdict = f"{'met' if ratio and ratio >= limit else 'MISSED'}: ≥ {limit:g}" if limit else ""
        print(f"{title:32}{median:>8.2f}{max(seconds):>8.2f}   {told:34}{verdict}".rstrip(), flush=True)


def measure(quads: tuple[ox.Quad, ...], form: str, folder: Path) -> dict[str, float]:
    """Seconds that a form takes, and by how many megabytes the process has grown beyond its quads at most."""
    before = _begun()
    began = time.perf_counter()
    if form == HASHED:
        canonical_hash(quads)
    else:
        chosen = named(form, DUMP_FORMATS)
        write_file(folder / "measured", lambda output: export(iter(quads), chosen, output, PREFIXES))
    return {"seconds": time.perf_counter() - began, "megabytes": _memory("VmHWM") - before}


def _begun() -> float:
    """Megabytes held now. What was freed is given back first, and the peak forgotten, or growth would hide in either."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(kind: str) -> float:
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(kind)]
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the table."""
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("--triples", type=int, default=MANY, help=f"of the organisation ({MANY:,})")
    usage.add_argument("--rounds", type=int, default=7, help="in which the ways take turns (7)")
    usage.add_argument("--measure", nargs=2, metavar=("FORM", "FOLDER"), help="one form, in this process")
    how = usage.parse_args()
    if how.measure:
        form, folder = how.measure
        print(json.dumps(measure(organisation(Path(folder), how.triples), form, Path(folder))))
        return
    # The processes that are measured come first: a child's peak is at least its parent's size.
    with tempfile.TemporaryDirectory(prefix="orgatlas-bench-") as name:
        folder = Path(name)
        write_organisation(folder / FILE, how.triples)
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start; {how.triples:,} triples\n")
        print(f"{'in a process of its own':32}{'s':>8}{'MB':>8}")
        for form in [*(form.name for form in DUMP_FORMATS), HASHED]:
            words = [sys.executable, __file__, "--triples", str(how.triples), "--measure", form, name]
            report = json.loads(subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout)
            limit = MEMORY.get(form)
            verdict = f"   {'met' if report['megabytes'] < limit else 'MISSED'}: under {limit} MB" if limit else ""
            print(f"{form:32}{report['seconds']:>8.2f}{report['megabytes']:>8.0f}{verdict}", flush=True)
        print(f"\n{f'N-Quads, {how.rounds} rounds':32}{'median':>8}{'worst':>8}")
        quads = organisation(folder, how.triples)
        for written in ways, full_ways:
            side_by_side(written(quads), folder, how.rounds)


if __name__ == "__main__":
    main()
