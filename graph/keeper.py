"""The keeper: a process that holds the current edition, and forks for whatever is risky: a reader, or the rehearsal of a change.

A fork is a frozen snapshot. It may crash, or be killed at its deadline, and costs nobody but its own question anything.
The keeper is a process of its own, without threads, because a fork takes only the calling thread along.
"""

import contextlib
import gc
import hashlib
import json
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import Any, NoReturn

from pyoxigraph import NamedNode

from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle, empty_bundle, open_bundle
from orgatlas.graph.caps import UNCOUNTED, Caps
from orgatlas.graph.commit import Rules, closed, commit
from orgatlas.graph.context import context
from orgatlas.graph.directory import Directory
from orgatlas.graph.errors import AtlasError
from orgatlas.graph.frames import ASK_OUTSIDE, DOORS, READ, WRITE, Kind, VisitorGone, pack_json, read_frame
from orgatlas.graph.hierarchy import Hierarchy
from orgatlas.graph.journal import Journal
from orgatlas.graph.patch import read
from orgatlas.graph.profiles import profiles_of
from orgatlas.graph.reader import Snapshot, answer_questions, answer_with_services
from orgatlas.graph.rehearsal import rehearse_change
from orgatlas.graph.store import MemoryStore
from orgatlas.graph.vocabulary import VOCABULARY_GRAPH


class Keeper:
    """The current edition, and whoever is at the doors. `order` says what to load and within which limits."""

    def __init__(self, order: dict[str, Any]) -> None:
        paths, base = [Path(path) for path in order["paths"]], order["base_iri"]
        bundle = empty_bundle(base) if order["empty"] else open_bundle(paths, base)
        self.order, self.folder = order, Path(order["folder"])
        self.rules = Rules(bundle, order["reasoning"], order["gate"])
        self.journal = Journal(self.folder)
        store, self.digest = _loaded(bundle, self.rules, order["strict"], self.journal)
        closure = closed(store, self.rules)
        if closure is not None:
            store.infer(closure)
        caps = Caps(order["max_rows"] or UNCOUNTED, order["max_bytes"])
        texts = Path(order["sources"]) if order["sources"] else None
        services, writable = tuple(order["services"]), order["writable"]
        vocabulary = store.quads_of(NamedNode(bundle.base + VOCABULARY_GRAPH))
        known = (
            Directory(store, bundle.base), Hierarchy(store), profiles_of(bundle), context(bundle.prefixes, vocabulary),
        )  # fmt: skip
        self.snapshot = Snapshot(
            store, closure, bundle, *known, order["query_memory"], caps, services, texts, writable=writable
        )
        self.selector = selectors.DefaultSelector()
        self.doors: dict[str, socket.socket] = {}
        self.rehearsal: tuple[socket.socket, socket.socket] | None = None
        """Who waits for the change that is being rehearsed, and where its outcome will come from. One at a time."""

    def serve(self) -> None:
        """Answer at the doors until standard input closes."""
        self.doors = {name: _opened(self.folder / name) for name in DOORS}
        loaded = {"digest": self.digest, "triples": len(self.snapshot.store), "modified": self._modified()}
        print(json.dumps(loaded), flush=True)
        for source in (sys.stdin, *self.doors.values()):
            self.selector.register(source, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj is sys.stdin:
                    return
                # Where no process can be made now, the visitor is let go, and hears that its reader is lost.
                with contextlib.suppress(OSError):
                    if key.fileobj is self.doors[READ]:
                        self._fork(self.doors[READ], answer_questions)
                    elif key.fileobj is self.doors[ASK_OUTSIDE]:
                        self._fork(self.doors[ASK_OUTSIDE], answer_with_services)
                    elif key.fileobj is self.doors[WRITE]:
                        self._rehearse()
                    else:
                        self._conclude()

    def _modified(self) -> float:
        """When what is held was last changed, in seconds since 1970."""
        bundle = self.snapshot.bundle
        files = bundle.data if bundle.plain else bundle.ontology + bundle.data
        return max((file.stat().st_mtime for file in (*files, *self.journal.files)), default=time.time())

    def _fork(self, door: socket.socket, work: Callable[[socket.socket, Snapshot], None]) -> None:
        visitor, _ = door.accept()
        with visitor:
            if os.fork() == 0:
                self._child(visitor, lambda: work(visitor, self.snapshot))

    def _rehearse(self) -> None:
        """Let a fork try a change, and look at no other until its outcome is known."""
        visitor, _ = self.doors[WRITE].accept()
        inlet, outlet = socket.socketpair()
        with outlet:
            if os.fork() == 0:
                inlet.close()  # or it would speak to itself once the keeper is gone
                memory = self.order["write_memory"]
                now = self.snapshot
                self._child(
                    visitor, lambda: rehearse_change(visitor, outlet, now.store, now.closure, self.rules, memory)
                )
        self.rehearsal = visitor, inlet
        self.selector.unregister(self.doors[WRITE])
        self.selector.register(inlet, selectors.EVENT_READ)

    def _conclude(self) -> None:
        """Make the change that was rehearsed, if it came to one, and tell of it."""
        assert self.rehearsal
        visitor, inlet = self.rehearsal
        self.rehearsal = None
        self.selector.unregister(inlet)
        self.selector.register(self.doors[WRITE], selectors.EVENT_READ)
        with visitor, inlet, inlet.makefile("rb") as stream:
            outcome, change = read_frame(stream), read_frame(stream)
            if outcome is None or change is None:
                return  # it failed, and has said so itself, or its death does
            told = json.loads(outcome[1])
            if told["changed"]:
                self._commit(change[1])
            visitor.sendall(
                pack_json(Kind.HEAD, {**told, "digest": self.digest}) + pack_json(Kind.END, {"leaving": True})
            )

    def _commit(self, change: bytes) -> None:
        """What is written down first is what is there after a restart, whenever that comes."""
        store = self.snapshot.store
        self.journal.begin(lambda: chain(store.stated(), store.quads_of(self.rules.inferred)), self.digest)
        self.journal.append(change)
        patch = read(change)
        commit(store, patch, self.rules, self.snapshot.closure)
        self.snapshot.directory.learn(patch.added)
        self.snapshot.hierarchy.learn(patch)
        self.digest = _next_digest(self.digest, change)

    def _child(self, visitor: socket.socket, work: Callable[[], None]) -> NoReturn:
        """Do what a visitor came for and end the process, whatever happens."""

        def begin() -> None:
            try:
                visitor.sendall(pack_json(Kind.HELLO, {"pid": os.getpid(), "digest": self.digest}))
                work()
            except (OSError, VisitorGone):
                pass
            except Exception:
                traceback.print_exc()

        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            # What stays open here would keep others waiting for an end that the keeper has long made.
            for left in (*self.doors.values(), *(self.rehearsal or ())):
                left.close()
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, 0)
            os.dup2(nothing, 1)
            self.selector.close()
            # The engine has a source of chance for each thread. A fork would go on with that of the keeper as every other does,
            # and the blank nodes of two changes, or the UUIDs of two queries, would be the same.
            thread = Thread(target=begin)
            thread.start()
            thread.join()
        except OSError:
            pass
        finally:
            os._exit(0)


def _loaded(bundle: Bundle, rules: Rules, strict: bool, journal: Journal) -> tuple[MemoryStore, str]:
    """The store alone, with its digest: what it was filled from would double the memory that every fork has to share."""
    if (changed := journal.before()) is not None:
        store, digest = MemoryStore(changed.quads, rules.inferred, strict), changed.digest
    else:
        edition = build(bundle, reasoning=False)  # what follows comes when the changes have been made
        store, digest = edition_store(edition, strict=strict), edition.digest
    for change in journal.changes():
        store.apply(read(change))
        digest = _next_digest(digest, change)
    return store, digest


def _next_digest(digest: str, change: bytes) -> str:
    return hashlib.sha256(bytes.fromhex(digest) + change).hexdigest()


def _opened(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # that of a keeper that died
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(path))
    door.listen(128)
    return door


def main() -> None:
    """Take an order as one line of JSON on standard input, and say on standard output what was loaded."""
    try:
        keeper = Keeper(json.loads(sys.stdin.readline()))
    except AtlasError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        sys.exit(1)
    gc.collect()
    gc.freeze()  # what is held now is never looked at again, so that forks keep sharing its memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the HTTP process, whose end is ours
    keeper.serve()


if __name__ == "__main__":
    main()
