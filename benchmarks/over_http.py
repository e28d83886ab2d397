"""Orgatlas beside other servers, over HTTP: `.venv/bin/python benchmarks/over_http.py [--only NAME] [--seconds S] ...`.

Prints the medians of rounds in which the servers take turns, since a shared machine is never equally busy twice; one
server is asked at a time. Every request asks something else, so that no cache of results decides.
"""

import argparse
import contextlib
import itertools
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from servers import Server, orgatlas, servers

HERE = Path(__file__).parent
BASE, ORG, SKOS = "https://example.org/", "http://www.w3.org/ns/org#", "http://www.w3.org/2004/02/skos/core#"
PREFIXES = f"PREFIX : <{BASE}> PREFIX org: <{ORG}> PREFIX skos: <{SKOS}> "
ACCEPT = "application/sparql-results+json"

LOOK_UP = f"SELECT ?p ?o {{ <{BASE}unit/UNIT> ?p ?o }} LIMIT SERIAL"
EVERYTHING = "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT "
LEVELS = (
    f"{PREFIXES} SELECT ?level ?above (COUNT(*) AS ?units) {{ ?unit org:classification ?level ; "
    "org:subOrganizationOf/org:classification ?above ; :staff ?staff FILTER(?staff != SERIAL) } GROUP BY ?level ?above"
)
PROPERTIES = "SELECT ?p (COUNT(*) + SERIAL AS ?n) { ?s ?p ?o } GROUP BY ?p"

# Queries that have no end, or none that anybody would live to see.
RUNAWAYS = {
    "three-fold cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "ORDER BY a cross product": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c",
    "GROUP_CONCAT of a cross product": "SELECT (GROUP_CONCAT(CONCAT(STR(?c), STR(?f))) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
    "CONCAT doubled 40 times": 'SELECT (STRLEN(?x40) AS ?n) { BIND("0123456789abcdef" AS ?x0) '
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
    + " }",
    "a new regex for every pair": f"{PREFIXES} SELECT (COUNT(*) AS ?n) {{ ?a skos:prefLabel ?b . ?c skos:prefLabel ?d "
    'FILTER(REGEX(?b, CONCAT("(\\\\w{1,20}", STR(?d), "){9}$"))) }',
    "paths between all pairs": f"{PREFIXES} SELECT (COUNT(*) AS ?n) {{ ?a (:staff|!:staff|^:staff|!^:staff)* ?b }}",
    "5,000 nested groups": f"SELECT * {{ {'{' * 5000} ?s ?p ?o {'}' * 5000} }}",
}

DEADLINE, GRACE, PAUSE = 3.0, 0.5, 0.25
"""Seconds: what a runaway may take, what it may take in fact, and between two of them."""

UNFINISHED = 30.0
"""Seconds after which a streamed answer is given up."""

AT_LEAST = {"look-ups": ("RocksDB", 0.4), "aggregate": ("memory", 1.5), "JSON": ("memory", 1.0)}
"""By the first word of a figure: the server that ours is held against, and the part of its speed that ours must reach."""

serials = itertools.count(1_000_000, 1_000_000)
"""Where each run begins to count, so that no two runs ask the same."""


@dataclass(frozen=True, slots=True)
class Run:
    """Figures of one run of look-ups or the like; `rate` is answers a second, `median` seconds."""

    rate: float
    failures: int
    median: float


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer, read and thrown away; `status` is 0 where none came, and `size` counts bytes."""

    status: int
    size: int
    seconds: float
    complete: bool


def write_data(file: Path, triples: int) -> int:
    """An organisation of so many triples in N-Triples, always the same; returns how many units are whole."""
    with file.open("w", encoding="utf-8") as out:
        out.writelines(itertools.islice(_statements(), triples))
    return triples // 6


def _statements() -> Iterator[str]:
    for unit in itertools.count():
        subject = f"<{BASE}unit/{unit}>"
        yield f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{ORG}OrganizationalUnit> .\n"
        yield f'{subject} <{SKOS}prefLabel> "Unit {unit}"@en .\n'
        yield f'{subject} <{SKOS}prefLabel> "Unité {unit}"@fr .\n'
        yield f"{subject} <{ORG}classification> <{BASE}level/{unit * 7919 % 7}> .\n"
        yield f'{subject} <{BASE}staff> "{unit * 104729 % 500}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        yield f"{subject} <{ORG}subOrganizationOf> <{BASE}unit/{max(unit - 1, 0) // 8}> .\n"


def load(server: Server, query: str, units: int, clients: int, seconds: float) -> Run:
    """Ask a query with UNIT and SERIAL in it for some seconds, by a program of its own: wrk, or client.py without it."""
    path, serial = server.request(query), str(next(serials))
    if wrk := shutil.which("wrk"):
        place = f"http://127.0.0.1:{server.port}"
        # One thread: several would each count from the same serial.
        words = [
            wrk,
            "-t1",
            f"-c{clients}",
            f"-d{max(seconds, 1):.0f}s",
            "--timeout",
            "30s",
            "-s",
            str(HERE / "load.lua"),
        ]
        words += [place, "--", path, str(units), serial]
    else:
        client = [sys.executable, str(HERE / "client.py")]
        words = [*client, str(server.port), path, str(units), serial, str(clients), str(seconds)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=seconds + 60)
    found = json.loads(done.stdout.splitlines()[-1])
    return Run(found["answers"] / found["seconds"], found["failures"], found["median"])


def fetch(server: Server, query: str, patience: float) -> Fetched:
    """Post a query and throw the answer away as fast as it comes, by a bare socket."""
    body = query.encode()
    head = (
        f"POST {server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {ACCEPT}\r\nConnection: close\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    start, received, tail, first, buffer = time.perf_counter(), 0, b"", b"", memoryview(bytearray(2**20))
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), patience) as link:
        link.sendall(head.encode() + body)
        while time.perf_counter() < start + patience and (count := link.recv_into(buffer)):
            received += count
            tail = (tail + bytes(buffer[max(count - 8, 0) : count]))[-8:]
            if b"\r\n\r\n" not in first:
                first += bytes(buffer[:count])
    took = time.perf_counter() - start
    lines = first.partition(b"\r\n\r\n")[0].lower()
    size = max(received - len(lines) - 4, 0)
    length = lines.partition(b"content-length:")[2].split()
    complete = size == int(length[0]) if length else tail.endswith(b"\r\n0\r\n\r\n")
    return Fetched(int(lines.split()[1]) if lines else 0, size, took, complete)


def rows(server: Server, query: str) -> list[str]:
    """The rows of an answer, in some order that is always the same."""
    place = f"http://127.0.0.1:{server.port}{server.request(query)}"
    with urllib.request.urlopen(
        urllib.request.Request(place, headers={"Accept": ACCEPT}), timeout=UNFINISHED
    ) as answer:
        return sorted(json.dumps(row, sort_keys=True) for row in json.load(answer)["results"]["bindings"])


def compare(title: str, all_servers: list[Server], rounds: int, measure: Callable[[Server], float | None]) -> None:
    """Measure the servers in turns and print a line; a server that did not finish once is not asked again."""
    found = {server.name: list[float]() for server in all_servers}
    asked = list(all_servers)
    for _ in range(rounds):
        for server in list(asked):
            if (value := measure(server)) is None:
                asked.remove(server)
            else:
                found[server.name].append(value)
            server.calm()
    medians = {server.name: statistics.median(found[server.name]) for server in asked}
    print(f"{title:32}" + "".join(f"{_number(medians.get(server.name)):>10}" for server in all_servers), end="")
    other, limit = AT_LEAST.get(title.split()[0].rstrip(","), ("", 0.0))
    if other in medians:
        ratio = medians.get("orgatlas", 0.0) / medians[other]
        print(f"   {ratio:5.2f} × {other}, {_verdict(ratio >= limit)}: ≥ {limit}", end="")
    print(flush=True)


def rates(title: str, all_servers: list[Server], query: str, units: int, clients: int, how: argparse.Namespace) -> None:
    """Answers a second to a query, which all have to answer alike. rdflib-endpoint is not waited for where it is slow."""
    sample = query.replace("UNIT", str(units - 1)).replace("SERIAL", "1000")
    first, *rest = all_servers if query == LOOK_UP else all_servers[:3]
    expected = rows(first, sample)
    assert expected, "an empty answer"
    assert all(rows(server, sample) == expected for server in rest), "answers differ"
    failures = dict[str, int]()

    def rate(server: Server) -> float | None:
        run = load(server, query, units, clients, how.seconds)
        failures[server.name] = failures.get(server.name, 0) + run.failures
        return run.rate or None

    compare(title, all_servers, how.rounds, rate)
    if failed := ", ".join(f"{name} {count:,}" for name, count in failures.items() if count):
        print(f"    failures: {failed}")


def look_ups(all_servers: list[Server], units: int, how: argparse.Namespace) -> None:
    """What is said of one unit."""
    for clients in (1, 8):
        rates(f"look-ups, {_many(clients)}, /s", all_servers, LOOK_UP, units, clients, how)


def aggregates(all_servers: list[Server], units: int, how: argparse.Namespace) -> None:
    """Counts by group: of units by their level and that of the unit above, and of all triples by property."""
    rates("aggregate, join, 8 clients, /s", all_servers, LEVELS, units, 8, how)
    rates("aggregate, all, 8 clients, /s", all_servers, PROPERTIES, units, 8, how)
    rates("aggregate, the same, 8 clients, /s", all_servers, LEVELS.replace("SERIAL", "-1"), units, 8, how)


def stream(all_servers: list[Server], units: int, how: argparse.Namespace) -> None:
    """Everything as JSON, to one client."""
    sizes = dict[str, str]()

    def speed(server: Server) -> float | None:
        fetched = fetch(server, f"{EVERYTHING}{next(serials)}", UNFINISHED)
        whole = fetched.status == 200 and fetched.complete
        sizes[server.name] = f"{fetched.size / 1e6:.1f}" + ("" if whole else f" (status {fetched.status}, not whole)")
        return fetched.size / 1e6 / fetched.seconds if whole else None

    compare("JSON, 1 client, MB/s", all_servers, how.rounds, speed)
    print("    size in MB: " + ", ".join(f"{name} {size}" for name, size in sizes.items()))


def runaways(server: Server, units: int) -> None:
    """What one runaway does to the look-ups beside it, and to memory."""
    heads = "status  longest look-ups alone,   beside     ratio failed MB before, after"
    print(f"\n{'a runaway at a time, in orgatlas':32} {heads}")
    for name, query in RUNAWAYS.items():
        alone = load(server, LOOK_UP, units, 1, 2)
        before, end = server.memory(), time.monotonic() + 2 * DEADLINE
        with ThreadPoolExecutor(1) as apart:
            running = apart.submit(_again_and_again, server, query, end)
            time.sleep(0.1)
            beside = load(server, LOOK_UP, units, 1, 2 * DEADLINE - 1)
            ends = running.result()
        time.sleep(2)
        longest, ratio = max(run.seconds for run in ends), beside.median / alone.median if alone.median else 0.0
        statuses = "/".join(sorted({str(run.status) if run.complete else f"{run.status}!" for run in ends}))
        met = longest <= DEADLINE + GRACE and 0 < ratio <= 3 and not beside.failures
        print(
            f"{name:32} {statuses:6} {longest:6.2f} s {alone.median * 1000:9.2f} {beside.median * 1000:9.2f} ms"
            f" {ratio:7.2f} × {beside.failures:6} {before:9.0f} {server.memory():6.0f}   {_verdict(met)}",
            flush=True,
        )
    print(f"    limits: longest {DEADLINE + GRACE:g} s, ratio 3, failed 0; an exclamation mark: broken off")


def _again_and_again(server: Server, query: str, end: float) -> list[Fetched]:
    """One runaway after another until the end; those that end at once do not follow each other at once."""
    ends = list[Fetched]()
    while time.monotonic() < end:
        ends.append(fetch(server, query, UNFINISHED))
        time.sleep(PAUSE if ends[-1].seconds < PAUSE else 0)
    return ends


def crowd(all_servers: list[Server], units: int, how: argparse.Namespace) -> None:
    """Failures when many clients come at once. rdflib-endpoint stays out of it: it would not come to an end."""
    part, three = how.triples * 10 // 19, all_servers[:3]

    def streams(server: Server) -> int:
        queries = [f"{EVERYTHING}{part + i}" for i in range(16)]
        with ThreadPoolExecutor(len(queries)) as clients:
            fetched = list(clients.map(partial(fetch, server, patience=2 * UNFINISHED), queries))
        return sum(one.status != 200 or not one.complete for one in fetched)

    def many(server: Server) -> int:
        run = load(server, LOOK_UP, units, 200, how.seconds)
        return run.failures if run.rate else 200  # none of them got an answer

    for title, measure in ("failures of 16 streams of 10 MB", streams), ("failures, 200 looking up", many):
        failures = list[int]()
        for server in three:
            failures.append(measure(server))
            server.calm()
        print(
            f"{title:32}{''.join(f'{each:10,}' for each in failures)}{'-':>10}   {_verdict(not failures[0])}: 0",
            flush=True,
        )


def _many(clients: int) -> str:
    return f"{clients} client{'s' if clients > 1 else ''}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def main() -> None:
    """Print the tables."""
    usage = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    usage.add_argument("--only", choices=[*COMPARED, "runaways"], help="one group of figures")
    usage.add_argument("--seconds", type=float, default=3, help="of each run of look-ups and aggregates (3)")
    usage.add_argument("--rounds", type=int, default=3, help="in which the servers take turns (3)")
    usage.add_argument("--triples", type=int, default=100_000, help="of the organisation (100,000)")
    how = usage.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="orgatlas-bench-")))
        data = folder / "ministry.nt"
        units = write_data(data, how.triples)
        program = "wrk" if shutil.which("wrk") else "client.py, slower than wrk"
        print(f"{how.triples:,} triples, {units:,} units; load by {program}; medians of {how.rounds} rounds of "
              f"{how.seconds:g} s; {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start\n")  # fmt: skip
        if how.only != "runaways":
            with contextlib.ExitStack() as running:
                all_servers = [running.enter_context(server) for server in servers(data, folder)]
                print(" " * 32 + "".join(f"{server.name:>10}" for server in all_servers))
                for name, figures in COMPARED.items():
                    if how.only in (None, name):
                        figures(all_servers, units, how)
        if how.only in (None, "runaways"):
            with orgatlas(data, folder, "--query-timeout", str(DEADLINE)) as server:
                runaways(server, units)


COMPARED: dict[str, Callable[[list[Server], int, argparse.Namespace], None]] = {
    "look-ups": look_ups,
    "aggregates": aggregates,
    "stream": stream,
    "crowd": crowd,
}

if __name__ == "__main__":
    main()
