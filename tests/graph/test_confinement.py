"""A confined process reaches no server, by either lock, and its memory has an end."""

import os
import socket
from collections.abc import Callable

import pytest

from orgatlas.graph import confinement

pytestmark = pytest.mark.skipif(os.uname().sysname != "Linux", reason="the locks are Linux's")


def has_network() -> bool:
    """Whether this process could still reach a server on this machine: it tries to, at a port where none answers."""
    try:
        with socket.socket() as probe:
            probe.settimeout(1)
            probe.connect(("127.0.0.1", 9))
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return True


def in_child(work: Callable[[], bool]) -> bool:
    """Whether work, done in a fork, is true."""
    child = os.fork()
    if child == 0:
        os._exit(0 if work() else 1)
    return os.waitpid(child, 0)[1] == 0


def test_an_unconfined_process_has_a_network() -> None:
    assert in_child(has_network)


def test_a_confined_process_has_none() -> None:
    def work() -> bool:
        confinement.confine(512)
        return not has_network()

    assert in_child(work)


def test_it_has_none_where_namespaces_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "_leave_network", lambda: False)

    def work() -> bool:
        confinement.confine(512)
        return not has_network()

    assert in_child(work)


def test_memory_has_an_end() -> None:
    def work() -> bool:
        confinement.confine(64)
        try:
            bytearray(128 * 2**20)
        except MemoryError:
            return True
        return False

    assert in_child(work)
