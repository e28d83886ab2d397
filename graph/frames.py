"""What the HTTP process and a reader say to each other over a Unix socket: frames of four bytes of length, then that many bytes.

A reader first sends a JSON frame with its process id. It is sent one JSON frame with the query and answers with a JSON frame that
names the kind and form of the answer, then frames of bytes, then an empty frame. An error is a JSON frame, and the last.
"""

import json
import struct
from collections.abc import Mapping
from io import BufferedRWPair
from typing import Any, BinaryIO

from pyoxigraph import Literal, NamedNode

from orgatlas.graph import errors
from orgatlas.graph.store import Query, Term

LENGTH = struct.Struct(">I")
CHUNK = 256 * 1024
"""The engine writes 8 KiB at a time; frames of this size cost a third as much."""

ERRORS: Mapping[str, type[errors.AtlasError]] = {
    each.__name__: each
    for each in (
        errors.EvaluationFailed,
        errors.OutboundRefused,
        errors.QuerySyntaxError,
        errors.UnknownFormat,
        errors.WrongAnswerKind,
    )
}
"""The errors that a reader can tell of; whatever else happens to it, its death tells."""


def pack(payload: bytes) -> bytes:
    """One frame."""
    return LENGTH.pack(len(payload)) + payload


def pack_json(message: Mapping[str, Any]) -> bytes:
    """One frame of JSON."""
    return pack(json.dumps(message).encode())


def pack_query(query: Query, table: str, graph: str, deadline: float) -> bytes:
    """The frame that asks: a query, the forms for either kind of answer, and the seconds it may take."""
    return pack_json(
        {
            "text": query.text,
            "values": {name: _term_out(value) for name, value in query.values.items()},
            "default_graphs": query.default_graphs,
            "named_graphs": query.named_graphs,
            "table": table,
            "graph": graph,
            "deadline": deadline,
        }
    )


def unpack_query(message: Mapping[str, Any], base: str, prefixes: Mapping[str, str]) -> Query:
    """The query of a frame, to be read with the base and prefixes of the graph."""
    values = {name: _term_in(value) for name, value in message["values"].items()}
    graphs = tuple(message["default_graphs"]), tuple(message["named_graphs"])
    return Query(message["text"], base, prefixes, values, *graphs)


def pack_error(error: errors.AtlasError) -> bytes:
    """The frame that tells of an error."""
    fields = {name: value for name, value in vars(error).items() if not name.startswith("_")}
    return pack_json({"error": type(error).__name__, "fields": fields})


def unpack_error(message: Mapping[str, Any]) -> errors.AtlasError:
    """The error that a frame tells of."""
    return ERRORS[message["error"]](**message["fields"])


class VisitorGone(Exception):
    """Nobody reads any more what is sent."""


class Frames:
    """A binary file that gathers small writes and sends frames of about CHUNK bytes, the first behind `head`.

    `begun` says whether anything was sent: until then an error can still be told. Raises VisitorGone.
    """

    def __init__(self, stream: BinaryIO | BufferedRWPair, head: bytes) -> None:
        self._stream, self._head, self._held = stream, head, bytearray()
        self.begun = False

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._held += data
        if len(self._held) >= CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Send what is held."""
        if self._held:
            self._send(pack(bytes(self._held)))
            self._held.clear()

    def end(self) -> None:
        """Send what is held, and the empty frame."""
        self.flush()
        self._send(pack(b""))

    def _send(self, frame: bytes) -> None:
        try:
            self._stream.write(frame if self.begun else self._head + frame)
            self.begun = True
            self._stream.flush()
        except OSError as error:
            raise VisitorGone from error


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
