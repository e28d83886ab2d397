"""The keeper: a process that holds the current edition and forks a reader for each question put to it.

A fork is a frozen snapshot. It may crash, or be killed at its deadline, and costs nobody but its own question anything.
The keeper is a process of its own, without threads, because a fork takes only the calling thread along.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from io import BufferedRWPair
from pathlib import Path
from typing import Any

from orgatlas.graph.build import build, edition_store
from orgatlas.graph.bundle import Bundle, empty_bundle, open_bundle
from orgatlas.graph.confinement import confine
from orgatlas.graph.errors import AtlasError, EvaluationFailed, QueryError, UnknownFormat
from orgatlas.graph.formats import GRAPH_FORMATS, TABLE_FORMATS, GraphFormat, TableFormat, named
from orgatlas.graph.frames import (
    LENGTH,
    Frames,
    VisitorGone,
    pack_error,
    pack_json,
    unpack_query,
)
from orgatlas.graph.store import MemoryStore


def keep(order: dict[str, Any]) -> None:
    """Load what the order names, say so on standard output, and serve the socket until standard input closes."""
    paths, base = [Path(path) for path in order["paths"]], order["base_iri"]
    bundle = empty_bundle(base) if order["empty"] else open_bundle(paths, base)
    store, digest = _load(bundle, order["reasoning"])
    gc.collect()
    gc.freeze()  # what is held now is never looked at again, so that forks keep sharing its memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the HTTP process, whose end is ours
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as waiting:
        Path(order["socket"]).unlink(missing_ok=True)  # that of a keeper that died
        door.bind(order["socket"])
        door.listen(128)
        print(json.dumps({"digest": digest, "triples": len(store)}), flush=True)
        waiting.register(door, selectors.EVENT_READ)
        waiting.register(sys.stdin, selectors.EVENT_READ)
        while not any(key.fileobj is sys.stdin for key, _ in waiting.select()):
            visitor, _ = door.accept()
            # Where no process can be made now, the visitor is let go, and hears that its reader is lost.
            with visitor, contextlib.suppress(OSError):
                if os.fork() == 0:
                    door.close()
                    _read(visitor, store, bundle, order["memory"])


def _load(bundle: Bundle, reasoning: bool) -> tuple[MemoryStore, str]:
    """The store alone: what it was filled from would double the memory that every fork has to share."""
    edition = build(bundle, reasoning)
    return edition_store(edition), edition.digest


def _read(visitor: socket.socket, store: MemoryStore, bundle: Bundle, memory: int) -> None:
    """Answer one question and end the process, whatever happens."""
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        confine(memory)
        with visitor.makefile("rwb") as stream:
            stream.write(pack_json({"pid": os.getpid()}))
            stream.flush()
            size = stream.read(LENGTH.size)
            if len(size) == LENGTH.size:
                message = json.loads(stream.read(*LENGTH.unpack(size)))
                # The default action of SIGALRM ends the process at once; no code of ours has to run for that.
                signal.setitimer(signal.ITIMER_REAL, message["deadline"])
                _answer(stream, message, store, bundle)
                stream.read(1)  # stay until the visitor goes, so that it never signals another process of this number
    except (OSError, VisitorGone):
        pass
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(0)


def _answer(stream: BufferedRWPair, message: dict[str, Any], store: MemoryStore, bundle: Bundle) -> None:
    frames = Frames(stream, b"")
    try:
        answer = store.query(unpack_query(message, bundle.base, bundle.prefixes))
        form: GraphFormat | TableFormat = (
            named(message["graph"], GRAPH_FORMATS)
            if answer.kind == "triples"
            else named(message["table"], TABLE_FORMATS)
        )
        frames = Frames(stream, pack_json({"kind": answer.kind, "form": form.name}))
        answer.write(frames, form)  # type: ignore[arg-type]  # write() is all the engine asks of a file
        frames.end()
    except (QueryError, UnknownFormat) as error:
        _tell(stream, frames, error)
    except (OSError, RuntimeError, ValueError) as error:  # the engine's own
        _tell(stream, frames, EvaluationFailed(str(error)))


def _tell(stream: BufferedRWPair, frames: Frames, error: AtlasError) -> None:
    """Tell of an error, unless part of the answer is on its way: then only breaking off says so."""
    if not frames.begun:
        stream.write(pack_error(error))
        stream.flush()


def main() -> None:
    """Take an order as one line of JSON on standard input."""
    try:
        keep(json.loads(sys.stdin.readline()))
    except AtlasError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
