"""How long the commands take from the shell, start included: `.venv/bin/python benchmarks/commands.py [RUNS]`.

Prints the least, the middle and the greatest of the seconds of each, beside what they must stay under.
"""

import json
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

ORGATLAS = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()"]


def command(*words: str) -> Callable[[], float]:
    """Seconds for one run of a command."""

    def run() -> float:
        start = time.perf_counter()
        subprocess.run([*ORGATLAS, *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return time.perf_counter() - start

    return run


def first_answer() -> float:
    """Seconds from the start of `serve` to the answer to a first query."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    query = urllib.parse.urlencode({"query": "SELECT (COUNT(*) AS ?n) { ?unit a org:OrganizationalUnit }"})
    start = time.perf_counter()
    with subprocess.Popen([*ORGATLAS, "serve", "--port", str(port)], stderr=subprocess.DEVNULL) as server:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql?{query}") as answer:
                    assert json.load(answer)["results"]["bindings"][0]["n"]["value"] == "7"
                    break
            except urllib.error.URLError:
                assert server.poll() is None, "the server ended"
                time.sleep(0.01)
        took = time.perf_counter() - start
        server.terminate()
    return took


FIGURES: list[tuple[str, Callable[[], float], float]] = [
    ("orgatlas check", command("check"), 5.0),
    ("orgatlas query directorates-of-branch", command("query", "directorates-of-branch"), 1.0),
    ("orgatlas serve, to the first answer", first_answer, 2.0),
]


def main() -> None:
    """Print a line for each figure."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, measure, limit in FIGURES:
        took = sorted(measure() for _ in range(runs))
        least, middle, most = took[0], statistics.median(took), took[-1]
        print(f"{name:40} {least:6.2f} {middle:6.2f} {most:6.2f} s   (under {limit:g} s)")


if __name__ == "__main__":
    main()
