"""The keeper: a process that holds the current edition and forks a reader for each question put to it.

A fork is a frozen snapshot. It may crash, or be killed at its deadline, and costs nobody but its own question anything.
The keeper is a process of its own, without threads, because a fork takes only the calling thread along.
"""

import ctypes
import gc
import json
import os
import resource
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle, empty_bundle, open_bundle
from orgatlas.graph.errors import AtlasError, QueryError, UnknownFormat
from orgatlas.graph.frames import LENGTH, Frames, graph_form, pack_error, pack_json, table_form, unpack_query
from orgatlas.graph.store import MemoryStore

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def keep(order: dict[str, Any]) -> None:
    """Load what the order names, say so on standard output, and serve the socket until standard input closes."""
    paths, base = [Path(path) for path in order["paths"]], order["base_iri"]
    bundle = empty_bundle(base) if order["empty"] else open_bundle(paths, base)
    edition = build(bundle, order["reasoning"])
    store = edition_store(edition)
    gc.freeze()  # what is held now is never looked at again, so that forks keep sharing its memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the HTTP process, whose end is ours
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as waiting:
        door.bind(order["socket"])
        door.listen(128)
        print(json.dumps({"digest": edition.digest, "triples": len(store)}), flush=True)
        waiting.register(door, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        while not any(key.fileobj is sys.stdin for key, _ in waiting.select()):
            visitor, _ = door.accept()
            with visitor:
                if os.fork() == 0:
                    _read(visitor, store, bundle, order["memory"])


def _read(visitor: socket.socket, store: MemoryStore, bundle: Bundle, memory: int) -> None:
    """Answer one question and end the process, whatever happens."""
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        _confine(memory)
        with visitor.makefile("rwb") as stream:
            stream.write(pack_json({"pid": os.getpid()}))
            stream.flush()
            size = stream.read(LENGTH.size)
            if len(size) == LENGTH.size:
                message = json.loads(stream.read(*LENGTH.unpack(size)))
                # The default action of SIGALRM ends the process at once; no code of ours has to run for that.
                signal.setitimer(signal.ITIMER_REAL, message["deadline"])
                try:
                    answer = store.query(unpack_query(message, bundle.base, bundle.prefixes))
                    form = graph_form(message["graph"]) if answer.kind == "triples" else table_form(message["table"])
                    stream.write(pack_json({"kind": answer.kind, "form": form.name}))
                    frames = Frames(stream)
                    answer.write(frames, form)  # type: ignore[arg-type]  # write() is all the engine asks of a file
                    frames.end()
                except (QueryError, UnknownFormat) as error:
                    stream.write(pack_error(error))
                    stream.flush()
                stream.read(1)  # stay until the visitor goes, so that it never signals another process of this number
    except OSError:
        pass  # the visitor is gone
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(0)


def _confine(memory: int) -> None:
    """No core dump, no more memory than allowed (in MiB, beside what is shared), and no network where the kernel lets us."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = (
        int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize() if sys.platform == "linux" else 0
    )
    limit = used + memory * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    unshare = getattr(ctypes.CDLL(None), "unshare", None)
    if unshare is not None and unshare(CLONE_NEWNET) != 0:
        unshare(CLONE_NEWUSER | CLONE_NEWNET)


def main() -> None:
    """Take an order as one line of JSON on standard input."""
    try:
        keep(json.loads(sys.stdin.readline()))
    except AtlasError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
