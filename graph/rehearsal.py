"""The rehearsal of a change, in a fork of the keeper: its outcome goes to the keeper, its errors to whoever sent it.

Here data from outside is parsed, applied, reasoned on and validated. It may be the end of this process, and of nothing else.
"""

import json
import signal
import socket
from pathlib import Path

from orgatlas.graph.closure import Closure
from orgatlas.graph.commit import Change, Rules, rehearse
from orgatlas.graph.confinement import confine
from orgatlas.graph.errors import AtlasError, EvaluationFailed
from orgatlas.graph.frames import Kind, pack, pack_error, pack_json, read_frame
from orgatlas.graph.patch import read, written
from orgatlas.graph.store import MemoryStore


def rehearse_change(
    visitor: socket.socket,
    outlet: socket.socket,
    store: MemoryStore,
    closure: Closure | None,
    rules: Rules,
    memory: int,
) -> None:
    """Rehearse the change that a visitor asks for; `memory` is what that may take, in MiB."""
    if (frame := read_frame(visitor.makefile("rb"))) is None:
        return
    message = json.loads(frame[1])
    signal.setitimer(signal.ITIMER_REAL, message["seconds"])
    confine(memory)
    try:
        change = Change(**message["change"], content=Path(message["content"]).read_bytes())
        patch = rehearse(store, change, rules, closure)
        text = written(patch)
        read(text)  # as the keeper will: what would be the end of it is the end of this process instead
    except AtlasError as error:
        _tell(visitor, error)
    except (OSError, RuntimeError, ValueError, SyntaxError, MemoryError) as error:  # the engine's own
        _tell(visitor, EvaluationFailed(str(error)))
    else:
        outcome = {"changed": bool(patch), "made": bool(patch.made), "triples": len(store)}
        signal.setitimer(signal.ITIMER_REAL, 0)  # from here on it is the keeper's
        outlet.sendall(pack_json(Kind.HEAD, outcome) + pack(Kind.DATA, text))


def _tell(visitor: socket.socket, error: AtlasError) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0)
    visitor.sendall(pack_error(error))
