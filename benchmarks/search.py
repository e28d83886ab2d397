"""How long a search takes in a large organisation: `.venv/bin/python benchmarks/search.py [--triples N] [--rounds N]`.

Every request looks for something else, so that no cache of answers decides. The index is made when the server starts; the first
request waits for it.
"""

import argparse
import random
import statistics
from urllib.parse import urlencode

from linked_data import Ask, served, timed

UNITS = 100_000
"""Units of an organisation of nine hundred thousand triples."""

SEED = 20260101


def typed(numbers: list[int]) -> dict[str, list[str]]:
    """What people might type, by what it is like."""
    return {
        "a whole name": [f"unit {number}" for number in numbers],
        "the other language": [f"UNITÉ {number}" for number in numbers],
        "the beginning of a name": [f"unit {number // 30}" for number in numbers],
        "a few letters": [f"{'unit'[: 1 + number % 4]} {number // 1000}" for number in numbers],
        "two things at once": [f"unit service {number}" for number in numbers],
        "a misspelling": [f"unti {number}" for number in numbers],
        "nothing there is": [f"zebra {number}" for number in numbers],
    }


def show(name: str, took: list[float], limit: float) -> None:
    """Print a line."""
    ordered = sorted(took)
    late = ordered[int(0.95 * (len(ordered) - 1))]
    print(f"{name:34} median {statistics.median(took):7.2f} ms   p95 {late:7.2f} ms   under {limit:g}")


def asked(ask: Ask, path: str, texts: list[str], **more: str) -> list[float]:
    """Milliseconds of each search."""
    return timed(ask, [f"{path}?{urlencode({'q': text, **more})}" for text in texts], 200)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=900_000)
    parser.add_argument("--rounds", type=int, default=300, help="requests of each kind")
    chosen = parser.parse_args()
    chance = random.Random(SEED)
    numbers = [chance.randrange(1, UNITS) for _ in range(chosen.rounds)]
    with served(chosen.triples) as ask:
        print(f"{'index made, first answer':34} {timed(ask, ['/suggest?q=begin'], 200)[0] / 1000:.1f} s")
        for name, texts in typed(numbers).items():
            show(f"suggestions: {name}", asked(ask, "/suggest", texts, lang="en"), 50)
        for name, texts in typed(numbers).items():
            show(f"page: {name}", asked(ask, "/en/search", texts[:100]), 100)
        _, headers = ask("/suggest?q=unit&lang=en", {})
        same = {"If-None-Match": headers["etag"]}
        show("304", timed(ask, ["/suggest?q=unit&lang=en"] * chosen.rounds, 304, same), 2)


if __name__ == "__main__":
    main()
