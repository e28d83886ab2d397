"""How long questions take by their addresses: `.venv/bin/python benchmarks/questions.py [--triples N] [--rounds N] ...`.

The answers are CSV. Uncached, every request asks of another unit; cached, the same one again and again. A crowd asks all of
them in whatever order, so that the first to ask waits and those behind are given what is kept.
"""

import argparse
import asyncio
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from linked_data import asking, started, timed
from organisation import BASE, write_organisation

ROOT = Path(__file__).parent.parent

CROWD = 100
"""Users that ask at a time, each over a connection of its own."""

SEED = 20260101


@contextmanager
def bundled(triples: int) -> Iterator[int]:
    """The port of a server for an organisation of so many triples, with the questions of the library."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "graph" / "data").mkdir(parents=True)
        write_organisation(folder / "graph" / "data" / "organisation.nt", triples)
        shutil.copytree(ROOT / "queries", folder / "queries")
        shutil.copy(ROOT / "atlas.toml", folder)
        with started(folder) as port:
            yield port


def addresses(numbers: list[int]) -> dict[str, list[str]]:
    """Addresses by what they ask; each list holds as many different ones as there are numbers."""

    def some(question: str, **parameters: str) -> list[str]:
        return [
            f"/queries/{question}.csv?{urlencode({name: value.format(number) for name, value in parameters.items()})}"
            for number in numbers
        ]

    unit = f"{BASE}unit/{{}}"
    return {
        "units directly inside": some("units-directly-inside", unit=unit),
        "units inside, at any depth": some("units-inside", unit=unit),
        "the chain above": some("chain-above", unit=unit),
        "all that is said of a unit": some("describe", resource=unit),
        "what a unit oversees": some("engagements-overseen", unit=unit),
        "for a spreadsheet: inside": some("units-inside", unit=unit, spreadsheet="true"),
    }


def show(name: str, took: list[float], limit: float | None = None) -> None:
    """Print a line; `took` are milliseconds."""
    ordered = sorted(took)
    late = ordered[int(0.95 * (len(ordered) - 1))]
    limits = f"   under {limit:g}" if limit else ""
    print(
        f"{name:38} median {statistics.median(took):7.2f} ms   p95 {late:7.2f} ms   worst {ordered[-1]:7.2f} ms{limits}"
    )


async def user(port: int, paths: Iterator[str], end: float, took: list[float], failures: list[str]) -> None:
    """Ask until the end comes; the milliseconds of each answer are kept, and what was no answer."""
    stream, writer = await asyncio.open_connection("127.0.0.1", port)
    while (start := time.perf_counter()) < end:
        path = next(paths)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        try:
            head = (await stream.readuntil(b"\r\n\r\n")).lower()
            if b"transfer-encoding: chunked" in head:
                while size := int((await stream.readline()).partition(b";")[0], 16):
                    await stream.readexactly(size + 2)
                await stream.readline()
            else:
                await stream.readexactly(int(head.partition(b"content-length:")[2].split()[0]))
        except (OSError, asyncio.IncompleteReadError) as error:
            failures.append(repr(error))
            stream, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        if int(head.split(None, 2)[1]) != 200:
            failures.append(f"{path}: {head.split(None, 2)[1].decode()}")
        took.append(1000 * (time.perf_counter() - start))
    writer.close()


async def crowd(port: int, paths: list[str], seconds: float) -> tuple[list[float], list[str]]:
    """The milliseconds of all answers that a crowd got, and its failures."""
    took, failures = list[float](), list[str]()
    chance = random.Random(SEED)
    end = time.perf_counter() + seconds
    turns = [iter(chance.sample(paths, len(paths)) * 1000) for _ in range(CROWD)]
    await asyncio.gather(*(user(port, turn, end, took, failures) for turn in turns))
    return took, failures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200, help="requests of each kind")
    parser.add_argument("--seconds", type=float, default=10, help="that the crowd asks")
    chosen = parser.parse_args()
    numbers = random.Random(SEED).sample(range(1, chosen.triples // 10), chosen.rounds)
    with bundled(chosen.triples) as port:
        ask, every = asking(port), addresses(numbers)
        for name, paths in every.items():
            timed(ask, paths[:3], 200)  # the reader has read nothing yet
            show(f"uncached: {name}", timed(ask, paths[3:], 200), 25)
        for name, paths in every.items():
            show(f"cached: {name}", timed(ask, paths[:1] * chosen.rounds, 200), 10)
        some = [path for paths in every.values() for path in paths]
        took, failures = asyncio.run(crowd(port, some, chosen.seconds))
        show(f"{CROWD} users at a time", took)
        print(
            f"{len(took):,} answers, {len(took) / chosen.seconds:,.0f} a second, {len(failures)} failures {failures[:3]}"
        )


if __name__ == "__main__":
    main()
