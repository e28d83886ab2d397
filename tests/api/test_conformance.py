"""The W3C's SPARQL 1.0 and 1.1 test suites, over HTTP, against the command as it is started from a shell.

https://www.w3.org/2009/sparql/docs/tests/
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

COMMAND = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()", "serve", "--empty", "--writable"]
BY_THE_LETTER = ["--strict-default-graph", "--no-gate", "--no-reasoning"]


@pytest.fixture(scope="module")
def results(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What came of every test."""
    suite, folder = shared / "conformance", tmp_path_factory.mktemp("conformance")
    (folder / "token").write_text("conformance-token\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*COMMAND, *BY_THE_LETTER, "--token-file", str(folder / "token"), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/healthz", server)
            place = f"http://127.0.0.1:{port}"
            subprocess.run(
                [
                    *(sys.executable, str(suite / "sparql_http_suite.py"), "--auth", "conformance-token"),
                    *("--query", f"{place}/sparql", "--update", f"{place}/sparql", "--gsp", f"{place}/graphs"),
                    *("--suites", str(suite / "rdf-tests" / "sparql"), "--json", str(folder / "results.json")),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                check=False,
                timeout=600,
            )
            yield json.loads((folder / "results.json").read_text())
        finally:
            server.terminate()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            httpx.get(address)
            return
        except httpx.TransportError:
            assert server.poll() is None
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("group", "passed"),
    [("protocol", 34), ("gsp", 14), ("sd", 3), ("update11", 102), ("query11", 224), ("results11", 9)],
)
def test_a_group_passes(results: dict[str, Any], group: str, passed: int) -> None:
    counts = Counter(each["result"] for each in results["tests"] if each["group"] == group)
    assert counts["pass"] >= passed, [each["id"] for each in results["tests"] if each["result"] == "fail"]


def test_every_miss_is_one_of_the_engine(results: dict[str, Any], shared: Path) -> None:
    known = (shared / "conformance" / "expect_fail_pyoxigraph-0.5.13.txt").read_text().splitlines()
    missed = {each["id"] for each in results["tests"] if each["result"] == "fail"}
    assert len(results["tests"]) > 1000
    assert missed <= {line.strip() for line in known if line.strip() and not line.startswith("#")}


def test_what_cannot_be_told_is_little(results: dict[str, Any]) -> None:
    """What asks another server, an unknown function or a graph that is not there is refused for that, not for its syntax."""
    skipped = [each for each in results["tests"] if each["result"] == "skip"]
    assert len(skipped) <= 18
    assert all(each["message"].startswith("inconclusive") for each in skipped)
