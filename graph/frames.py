"""What the HTTP process and the keeper's children say to each other over a Unix socket: frames of a length, a kind, and bytes.

A child first says who it is: HELLO, in JSON. It is then sent one ASK after another, in JSON, and answers each with a HEAD in
JSON, DATA frames and an END in JSON, or with an ERROR in JSON. Whatever else happens to it, its death tells.
"""

import json
import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, BinaryIO

from pyoxigraph import Literal, NamedNode

from orgatlas.graph import errors
from orgatlas.graph.encodings import ENCODERS, WORTH_IT, Encoder
from orgatlas.graph.matching import mentions
from orgatlas.graph.store import Query, Term

READ, ASK_OUTSIDE, WRITE = DOORS = ("read", "outside", "write")
"""The names of the keeper's sockets: each is the door for one kind of visitor."""

HEADER = struct.Struct(">IB")
CHUNK = 256 * 1024
"""The engine writes 8 KiB at a time; frames of this size cost a third as much."""


class Kind(IntEnum):
    """What a frame is."""

    HELLO, ASK, HEAD, DATA, END, ERROR = range(6)


ERRORS: Mapping[str, type[errors.AtlasError]] = {
    each.__name__: each
    for each in (
        errors.EngineFailed,
        errors.EvaluationFailed,
        errors.Inexpressible,
        errors.OutboundRefused,
        errors.ParameterError,
        errors.ProofTooLarge,
        errors.QuerySyntaxError,
        errors.ShapesViolated,
        errors.TooMuchFollows,
        errors.UnknownFormat,
        errors.UnknownGraph,
        errors.UnknownProfile,
        errors.UnknownResource,
        errors.UnreadableData,
        errors.WriteRefused,
        errors.WrongAnswerKind,
    )
}
"""The errors that a child can tell of."""


def pack(kind: Kind, payload: bytes = b"") -> bytes:
    """One frame."""
    return HEADER.pack(len(payload), kind) + payload


def pack_json(kind: Kind, message: Mapping[str, Any]) -> bytes:
    """One frame of JSON."""
    return pack(kind, json.dumps(message).encode())


def read_frame(stream: BinaryIO) -> tuple[Kind, bytes] | None:
    """The next frame of a stream, or None where it has ended."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    size, kind = HEADER.unpack(head)
    payload = stream.read(size)
    return (Kind(kind), payload) if len(payload) == size else None


def query_message(query: Query, table: str | None, graph: str | None, encoding: str, seconds: float) -> dict[str, Any]:
    """What asks: a query, the forms for either kind of answer, a content coding, and the seconds it may take.

    `matching` says whether it looks into the search index; whoever sends it puts the path of that in its place.
    """
    return {
        "do": "query",
        "text": query.text,
        "values": {name: _term_out(value) for name, value in query.values.items()},
        "default": query.default_graphs,
        "named": query.named_graphs,
        "inferred": query.inferred,
        "whole": query.whole,
        "matching": mentions(query.text),
        "table": table,
        "graph": graph,
        "encoding": encoding,
        "seconds": seconds,
    }


def query_of(message: Mapping[str, Any], base: str, prefixes: Mapping[str, str]) -> Query:
    """The query of a message, to be read with the base and prefixes of the graph."""
    values = {name: _term_in(value) for name, value in message["values"].items()}
    graphs = tuple(message["default"]), tuple(message["named"])
    index = Path(message["matching"]) if message["matching"] else None
    return Query(
        message["text"], base, prefixes, values, *graphs,
        inferred=message["inferred"], whole=message["whole"], index=index,
    )  # fmt: skip


def pack_error(error: errors.AtlasError, leaving: bool = False) -> bytes:
    """The frame that tells of an error; `leaving` says that it is the last of its child."""
    name = type(error).__name__ if type(error).__name__ in ERRORS else "EngineFailed"
    fields = {key: value for key, value in vars(error).items() if not key.startswith("_")}
    if name == "EngineFailed":
        fields = {"reason": str(error)}
    return pack_json(Kind.ERROR, {"error": name, "fields": fields, "leaving": leaving})


def unpack_error(payload: bytes) -> tuple[errors.AtlasError, bool]:
    """The error that a frame tells of, and whether it is the last of its child."""
    message = json.loads(payload)
    kind = ERRORS[message["error"]]
    if kind is errors.EngineFailed:
        return kind(message["fields"]["reason"]), message["leaving"]
    return kind(**message["fields"]), message["leaving"]


class VisitorGone(Exception):
    """Nobody reads any more what is sent."""


class Frames:
    """A binary file that gathers small writes and sends DATA frames of about CHUNK bytes, the first behind a HEAD.

    `begun` says whether anything was sent: until then an error can still be told. What fits into one frame is sent whole with
    its head, which then says whether it was cut. Raises VisitorGone.
    """

    def __init__(
        self, send: Callable[[bytes | bytearray | memoryview], None], head: Mapping[str, Any], encoding: str = ""
    ) -> None:
        self._send_all, self._head, self._encoding = send, {"cut": None, **head}, encoding
        self._held = bytearray()
        self._encoder: Encoder | None = None
        self.begun = False

    def write(self, data: bytes | memoryview) -> int:
        """Take some bytes."""
        if not self._held and len(data) >= CHUNK // 2:
            self._pass_on(data)
            return len(data)
        self._held += data
        if len(self._held) >= CHUNK:
            self._pass_on(self._held)
            self._held.clear()
        return len(data)

    def _pass_on(self, data: bytes | bytearray | memoryview) -> None:
        """Send a frame of this data; where it is not coded it is not copied either."""
        first = self._first()
        if self._encoder is not None:
            self._send(first + self._coded(data))
        else:
            self._send(first + HEADER.pack(len(data), Kind.DATA))
            self._send(data)

    def flush(self) -> None:
        """Nothing: what is held goes out when there is enough of it."""

    def end(self, cut: str | None = None, **more: Any) -> None:
        """Send what is held, and the end; `cut` names the cap that cut the answer."""
        whole = not self.begun
        if whole:
            self._head["cut"] = cut or self._head["cut"]
            if len(self._held) < WORTH_IT:
                self._encoding = ""
        first = self._first()
        last = self._coded(self._held) + (_data(self._encoder.flush()) if self._encoder else b"")
        self._send(first + last + pack_json(Kind.END, {"cut": cut, **more}))

    def _first(self) -> bytes:
        if self.begun:
            return b""
        self.begun = True
        if self._encoding:
            self._encoder = ENCODERS[self._encoding]()
        return pack_json(Kind.HEAD, {**self._head, "encoding": self._encoding})

    def _coded(self, data: bytes | bytearray | memoryview) -> bytes:
        return _data(self._encoder.compress(data) if self._encoder else bytes(data))

    def _send(self, frames: bytes | bytearray | memoryview) -> None:
        try:
            self._send_all(frames)
        except OSError as error:
            raise VisitorGone from error


def _data(payload: bytes) -> bytes:
    return pack(Kind.DATA, payload) if payload else b""


def _term_out(term: Term) -> dict[str, str | None]:
    if isinstance(term, NamedNode):
        return {"iri": term.value}
    if isinstance(term, Literal):
        return {"value": term.value, "language": term.language, "datatype": term.datatype.value}
    raise TypeError(f"a parameter is an IRI or a literal, not {type(term).__name__}")


def _term_in(term: Mapping[str, str]) -> Term:
    if "iri" in term:
        return NamedNode(term["iri"])
    if term["language"]:
        return Literal(term["value"], language=term["language"])
    return Literal(term["value"], datatype=NamedNode(term["datatype"]))
