"""The server as a process: it stops when told to and leaves nothing behind, and bad neighbours cost nobody else anything."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from orgatlas.api.server import listen
from orgatlas.graph.errors import PortInUse, UsageError

COMMAND = [sys.executable, "-P", "-c", "from orgatlas.api.cli import main; main()", "serve"]
CROSS = "SELECT ?a ?b ?c ?d { ?a ?b ?c . ?d ?e ?f }"


@contextmanager
def server(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*COMMAND, "--port", str(port), *options]
    with subprocess.Popen(command, env={**os.environ, "TMPDIR": str(folder)}, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    httpx.get(f"http://127.0.0.1:{port}/healthz")
                    break
                except httpx.TransportError:
                    assert process.poll() is None
                    time.sleep(0.05)
            yield process, port
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to_and_leaves_nothing_behind(tmp_path: Path, how: signal.Signals) -> None:
    with server(tmp_path) as (process, _):
        assert list(tmp_path.iterdir())
        process.send_signal(how)
        assert process.wait(20) == 128 + how
    assert list(tmp_path.iterdir()) == []


def test_it_stops_with_a_client_that_does_not_read(tmp_path: Path) -> None:
    with server(tmp_path, "--query-timeout", "60") as (process, port), _stalled(port):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM


def test_clients_that_do_not_read_or_leave_at_once_cost_nobody_else_an_answer(tmp_path: Path) -> None:
    with server(tmp_path, "--readers", "2", "--query-timeout", "2") as (_, port):
        with _stalled(port), _stalled(port):
            pass
        for _ in range(10):
            _stalled(port).__enter__().close()
        with _stalled(port), _stalled(port):
            answer = httpx.get(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D", timeout=30)
            while answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                answer = httpx.get(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%7D", timeout=30)
        assert answer.status_code == httpx.codes.OK


def test_the_search_is_ready_before_anybody_asks(tmp_path: Path) -> None:
    with server(tmp_path):
        end = time.monotonic() + 20
        while not list(tmp_path.glob("orgatlas-*/search/*.db")):
            assert time.monotonic() < end
            time.sleep(0.05)


@contextmanager
def _stalled(port: int) -> Iterator[socket.socket]:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.sendall(f"GET /sparql?query={urllib.parse.quote(CROSS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        yield client


def test_odd_targets_are_no_fault_of_ours(tmp_path: Path) -> None:
    with server(tmp_path) as (_, port):
        for line in ("OPTIONS * HTTP/1.1", "GET ?x=1 HTTP/1.1", "GET healthz HTTP/1.1", "GET // HTTP/1.1"):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(f"{line}\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                answer = client.makefile("rb").read()
            assert b" 500 " not in answer.splitlines()[0], line
            assert b"content-security-policy" in answer, line


def test_small_answers_are_not_held_back() -> None:
    """asyncio switches Nagle's algorithm off only on a socket that says it is TCP's."""
    with listen("127.0.0.1", 0) as door:
        assert door.proto == socket.IPPROTO_TCP


def test_an_address_that_is_not_ours_is_no_port_in_use() -> None:
    for host in ("nowhere.invalid", "203.0.113.1"):
        with pytest.raises(UsageError, match=host) as caught:
            listen(host, 0)
        assert not isinstance(caught.value, PortInUse)
