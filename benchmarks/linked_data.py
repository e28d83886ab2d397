"""How long identifiers, documents, pages and a whole site take: `.venv/bin/python benchmarks/linked_data.py [--triples N]`.

Every request asks about another unit, so that no cache of answers decides; what is kept by its tag is asked for again and again.
"""

import argparse
import http.client
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from organisation import BASE, write_organisation

ONTOLOGY = Path(__file__).parent.parent / "ontology"
BENEATH = (ONTOLOGY / "core.ttl", ONTOLOGY / "levels.ttl")
"""What an organisation is described with."""
ORGATLAS = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()"]

UNITS = 2_000
"""Units that are asked about; there are that many from 20,000 triples on."""

Ask = Callable[[str, dict[str, str]], tuple[int, dict[str, str]]]


@contextmanager
def served(triples: int) -> Iterator[Ask]:
    """A way to ask a server that holds an organisation of so many triples."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "organisation.nt"
        write_organisation(file, triples)
        with started(*BENEATH, file) as port:
            yield asking(port)


@contextmanager
def started(*files: Path) -> Iterator[int]:
    """The port of a server of these files; without any, of the built-in graph."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*ORGATLAS, "serve", *map(str, files), "--port", str(port), *(["--base-iri", BASE] if files else [])]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()


def asking(port: int) -> Ask:
    """A way to ask a server over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    return ask


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except urllib.error.URLError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.05)


def timed(ask: Ask, paths: list[str], status: int, headers: dict[str, str] | None = None) -> list[float]:
    """Milliseconds of each request."""
    took = []
    for path in paths:
        start = time.perf_counter()
        found, _ = ask(path, headers or {})
        took.append(1000 * (time.perf_counter() - start))
        assert found == status, (path, found)
    return took


def site() -> float:
    """Seconds that the static site of the built-in graph takes, start included."""
    folder = Path(tempfile.mkdtemp())
    try:
        start = time.perf_counter()
        subprocess.run([*ORGATLAS, "export", "--site", str(folder / "site")], check=True, stderr=subprocess.DEVNULL)
        return time.perf_counter() - start
    finally:
        shutil.rmtree(folder)


def show(name: str, took: list[float], limit: float | None = None) -> None:
    """Print a line."""
    limits = f"  under {limit:g}" if limit else ""
    print(f"{name:34} median {statistics.median(took):7.2f} ms   greatest {max(took):7.2f} ms{limits}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=300, help="requests of each kind")
    chosen = parser.parse_args()
    units = [f"unit/{number}" for number in range(1, min(UNITS, chosen.triples // 10))]
    with served(chosen.triples) as ask:
        forms = ("ttl", "jsonld", "rdf", "csv")
        for place, form in enumerate(forms):
            some = units[place :: len(forms)][: chosen.rounds]
            show(f"document, {form}", timed(ask, [f"/data/{unit}.{form}" for unit in some], 200), 15)
        show("page", timed(ask, [f"/fr/{unit}" for unit in units[: chosen.rounds]], 200), 30)
        turtle = {"Accept": "text/turtle"}
        show("identifier, 303", timed(ask, [f"/{unit}" for unit in units[: chosen.rounds]], 303, turtle))
        for path in (f"/data/{units[0]}.ttl", f"/en/{units[0]}"):
            _, headers = ask(path, {})
            same = {"If-None-Match": headers["etag"]}
            show(f"304, {path}", timed(ask, [path] * chosen.rounds, 304, same), 2)
        unknown = [f"/id/{quote(f'unit/x{number}')}" for number in range(100)]
        show("not found, with the nearest", timed(ask, unknown, 404, turtle))
    print(f"{'static site, built-in graph':34} {site():.1f} s  under 20")


if __name__ == "__main__":
    main()
