"""RDF documents of unknown origin: read whole, or refused with the place and the reason.

https://www.w3.org/TR/rdf12-concepts/#section-graph-exchange

No document leads outside: the engine fetches no JSON-LD context, and no XML entity from elsewhere is resolved.
"""

import re
from codecs import BOM_UTF8
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path
from xml.parsers import expat

import pyoxigraph as ox

from orgatlas.graph.errors import UnreadableData
from orgatlas.graph.formats import GRAPH_FORMATS, GraphFormat

DEPTH_LIMIT = 500
"""Levels of objects and lists that a JSON-LD document may have, and of elements an RDF/XML one."""

TERM_LIMIT = 20
"""Levels of triples within triples that a term may have."""

PARTS_LIMIT = 1000
"""Documents that may come in one body."""

IN_WORDS = {
    "LoadDocumentCallback": "it asks for a context from elsewhere, and none is fetched: write the context into the document",
    "<!ENTITY values": "it asks for an entity from elsewhere, and none is fetched",
}
"""What the engine means by some of its messages."""

MULTIPART = "multipart/form-data"
MEDIA_TYPES = {form.media_type: form for form in GRAPH_FORMATS}
"""The forms that are read, by media type."""


def read_document(form: GraphFormat, base: str | None, source: bytes | Path) -> list[ox.Quad]:
    """The quads of a document, whose blank nodes are like no others. Raises UnreadableData and OSError."""
    try:
        if form.name in ("rdfxml", "jsonld"):
            content = source.read_bytes() if isinstance(source, Path) else source
            _require_sound_xml(content) if form.name == "rdfxml" else _require_shallow(content)
            source = content
        given = {"path": str(source)} if isinstance(source, Path) else {"input": source}
        return list(ox.parse(**given, format=form.engine, base_iri=base, rename_blank_nodes=True))
    except expat.ExpatError as error:
        raise UnreadableData(form.name, expat.ErrorString(error.code), error.lineno, error.offset + 1) from None
    except SyntaxError as error:
        reason = re.sub(r"^Parser error [^:]*: ", "", str(error.msg))
        reason = next((words for noise, words in IN_WORDS.items() if noise in reason), reason)
        raise UnreadableData(form.name, reason, error.lineno, error.offset) from None
    except MemoryError as error:
        raise UnreadableData(form.name, f"too much for the parser: {str(error) or 'no memory is left'}") from None
    except (ValueError, LookupError) as error:  # a lookup fails where XML says that it is in an encoding that is none
        raise UnreadableData(form.name, str(error)) from None


def read_triples(content: bytes, content_type: str, base: str | None) -> list[ox.Triple]:
    """The triples of a body: of one document, or of several in a multipart body. Raises UnreadableData.

    A document that names graphs of its own is refused, because the graph is named by who sends it.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == MULTIPART:
        return [triple for part, kind in _parts(content, content_type) for triple in read_triples(part, kind, base)]
    form = MEDIA_TYPES.get(media_type)
    if form is None:
        raise UnreadableData("RDF", f"a part of the body is {media_type or 'of no type'}, which is no form of RDF")
    quads = read_document(form, base, content.removeprefix(BOM_UTF8))
    for quad in quads:
        if quad.graph_name != ox.DefaultGraph():
            raise UnreadableData(
                form.name, f"it names the graph {quad.graph_name}; only triples can be put into a graph"
            )
        if _depth(quad.object) > TERM_LIMIT:
            raise UnreadableData(form.name, f"triples within triples, more than {TERM_LIMIT} levels deep")
    return [quad.triple for quad in quads]


def _parts(content: bytes, content_type: str) -> list[tuple[bytes, str]]:
    """The documents of a multipart body, each with its media type."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = message_from_bytes(head + content, policy=policy.HTTP)
    if not message.is_multipart() or message.defects:
        raise UnreadableData(MULTIPART, "the parts cannot be told apart; is the boundary right?")
    found = []
    for part in message.get_payload():
        body = part.get_payload(decode=True) if isinstance(part, Message) else None
        if not isinstance(part, Message) or not isinstance(body, bytes):
            raise UnreadableData(MULTIPART, "a part has parts of its own")
        found.append((body, str(part.get("Content-Type", ""))))
    if len(found) > PARTS_LIMIT:
        raise UnreadableData(MULTIPART, f"more than {PARTS_LIMIT:,} parts")
    return found


def _depth(term: object) -> int:
    """How many triples are within each other, and no further than the limit: a term may be deeper than a stack."""
    depth = 0
    while isinstance(term, ox.Triple) and depth <= TERM_LIMIT:
        term, depth = term.object, depth + 1
    return depth


def _require_sound_xml(content: bytes) -> None:
    """The RDF/XML parser takes a document that breaks off for a whole one, so XML itself is asked first.

    Raises ExpatError, also for entities that grow beyond measure, and ValueError.
    """
    parser, depth = expat.ParserCreate(), 0

    def begun(name: str, attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEPTH_LIMIT:
            raise ValueError(f"nested more than {DEPTH_LIMIT} levels deep")

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begun, ended
    parser.Parse(content, True)


def _require_shallow(content: bytes) -> None:
    """The JSON-LD parser works with its stack, and overflows it."""
    depth = 0
    for token in re.finditer(rb'"(?:[^"\\]|\\.)*+"?|[\[{\]}]', content, re.DOTALL):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        if depth > DEPTH_LIMIT:
            raise ValueError(f"nested more than {DEPTH_LIMIT} levels deep")
