"""The whole data set in the form a tool reads: stated quads, or these with what follows; the same bytes whenever it is built.

Blank nodes get canonical labels (https://www.w3.org/TR/rdf-canon/), the same ones in every form. N-Quads are written as the quads
come; the other forms are sorted, so that people find things in them, and hold the data set in memory once more to do so.
"""

import gzip
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import IO, cast

import pyoxigraph as ox

from orgatlas.graph.build import Edition
from orgatlas.graph.canonical import ground, labels_for, relabelled
from orgatlas.graph.context import context, write_jsonld
from orgatlas.graph.formats import TURTLE_12, GraphFormat
from orgatlas.graph.rdfxml import write_rdfxml
from orgatlas.graph.store import UNNAMED, MemoryStore
from orgatlas.graph.turtle12 import write_turtle_12
from orgatlas.graph.vocabulary import PREFIXES, name

PIECE = 256 * 1024
"""Bytes that are looked at and passed on at once: the engine writes 8 KiB at a time."""

LEVEL = 6
"""How hard gzip tries, of nine: beyond, it takes twice the time for a tenth of the size."""

TYPE, XSD = name("rdf:type"), PREFIXES["xsd"]
UNQUOTED = {XSD + each for each in ("boolean", "decimal", "double", "integer", "string")}
"""Datatypes that the engine has no need to name in Turtle."""

Prefixes = Mapping[str, str]


def statements(source: Edition | MemoryStore, full: bool = False) -> Iterator[ox.Quad]:
    """What an edition or a store states, each quad once, and what follows from it if `full`; in an order of its own.

    Literals are as they were stated. A store tells graph by graph, and last what follows.
    """
    if isinstance(source, Edition):
        return chain(source.ontology, source.data, source.inferred() if full else ())
    inferred = source.quads_of(source.inferred) if full and source.inferred else ()
    if any(True for _ in source.sent_literals()):
        return chain(source.stated(), inferred)
    named = sorted(source.named_graphs() - {source.inferred}, key=str)
    return chain(source.stated_in(UNNAMED), chain.from_iterable(map(source.quads_of, named)), inferred)


def export(
    quads: Iterable[ox.Quad],
    form: GraphFormat,
    output: IO[bytes],
    prefixes: Prefixes | None = None,
    ontology: Iterable[ox.Quad] = (),
) -> int:
    """Write quads, each of which comes once, in a form of DUMP_FORMATS; returns how many statements were written.

    Forms without named graphs get each triple once. The terms of JSON-LD are those of the ontology. N-Quads take memory only
    for quads with blank nodes. Raises Inexpressible for what RDF/XML or JSON-LD cannot say, before anything is written.
    """
    if form.engine == ox.RdfFormat.N_QUADS:
        return _write_nquads(quads, output)
    known = prefixes or {}
    ordered = sorted(dict.fromkeys(_labelled(quads)), key=_place)
    if form.engine == ox.RdfFormat.JSON_LD:
        write_jsonld(ordered, context(known, ontology), output)
    elif form.engine == ox.RdfFormat.TRIG:
        ox.serialize(ordered, output, format=form.engine, prefixes=_used(known, _iris(ordered)))
    if form.datasets:
        return len(ordered)
    graphs: dict[ox.Triple, list[ox.Quad]] = {}
    for quad in ordered:
        graphs.setdefault(quad.triple, []).append(quad)
    triples = sorted(graphs, key=_triple_place)
    if form == TURTLE_12:
        write_turtle_12(triples, graphs, output, known)
    elif form.engine == ox.RdfFormat.RDF_XML:
        write_rdfxml(triples, output, known)
    else:
        used = _used(known, _iris(triples)) if form.engine == ox.RdfFormat.TURTLE else None
        ox.serialize(triples, output, format=form.engine, prefixes=used)
    return len(triples)


def write_file(file: Path, write: Callable[[IO[bytes]], int]) -> tuple[int, str]:
    """Make a file, compressed if its name ends in .gz: what `write` returns of it, and its SHA-256 in hexadecimal digits.

    Neither a time nor its own name stands in it, so that the same content is the same file. What was there before stays until
    all of it is written; only what is no regular file, such as a pipe, is written to at once.
    """
    if file.exists() and not file.is_file():
        with file.open("wb") as opened:
            return _write_into(opened, write, packed=is_packed(file.name))
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name[:100]}-", delete=False) as opened:
        try:
            made = _write_into(cast("IO[bytes]", opened), write, packed=is_packed(file.name))
            opened.flush()
            Path(opened.name).chmod(file.stat().st_mode if file.exists() else 0o666 & ~_umask())
            Path(opened.name).replace(file)
        except BaseException:
            Path(opened.name).unlink(missing_ok=True)
            raise
    return made


def is_packed(name: str) -> bool:
    """Whether the name of a file says that it is compressed."""
    return name.lower().endswith(".gz")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_into(opened: IO[bytes], write: Callable[[IO[bytes]], int], packed: bool) -> tuple[int, str]:
    summed = _Summed(opened)
    plain = cast("IO[bytes]", summed)
    if not packed:
        return write(plain), summed.total.hexdigest()
    with gzip.GzipFile("", "wb", LEVEL, plain, mtime=0) as compressed:
        count = write(cast("IO[bytes]", compressed))
    return count, summed.total.hexdigest()


class _Summed:
    """A binary file that knows the SHA-256 of what went through it."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output, self.total = output, sha256()

    def write(self, data: bytes) -> int:
        self._output.write(data)
        self.total.update(data)
        return len(data)

    def flush(self) -> None:
        self._output.flush()


# The order of the sorted forms, and their labels and prefixes.


def _place(quad: ox.Quad) -> tuple[str, ...]:
    """By graph first, because a form that groups statements by graph opens each one once."""
    graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
    return graph, *_triple_place(quad.triple)


def _triple_place(triple: ox.Triple) -> tuple[str, str, str]:
    """By subject, and what it is before what else is said of it."""
    subject, predicate, object = triple
    return str(subject), "" if predicate == TYPE else str(predicate), str(object)


def _labelled(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    aside: list[ox.Quad] = []
    yield from ground(quads, aside)
    yield from relabelled(aside, labels_for(aside))


def _iris(statements: Iterable[ox.Quad] | Iterable[ox.Triple]) -> Iterator[str]:
    """The IRIs for which Turtle or TriG may use prefixes."""
    for each in statements:
        terms: list[object] = [each.subject, each.object]
        if each.predicate != TYPE:
            terms.append(each.predicate)
        if isinstance(each, ox.Quad):
            terms.append(each.graph_name)
        while terms:
            term = terms.pop()
            if isinstance(term, ox.NamedNode):
                yield term.value
            elif isinstance(term, ox.Literal) and not term.language and term.datatype.value not in UNQUOTED:
                yield term.datatype.value
            elif isinstance(term, ox.Triple):
                terms += term


def _used(prefixes: Prefixes, iris: Iterable[str]) -> dict[str, str]:
    """The prefixes that IRIs begin with; the longest counts."""
    spaces = sorted(prefixes.values(), key=lambda each: -len(each))
    beginning = re.compile("|".join(map(re.escape, spaces)) or "(?!)")
    used = {found[0] for found in map(beginning.match, set(iris)) if found}
    return {prefix: space for prefix, space in prefixes.items() if space in used}


# N-Quads: the engine writes them as they come; only lines with blank nodes are looked at.


def _write_nquads(quads: Iterable[ox.Quad], output: IO[bytes]) -> int:
    lines = _Lines(output)
    ox.serialize(quads, cast("IO[bytes]", lines), format=ox.RdfFormat.N_QUADS)
    lines.end()
    found = list(ox.parse(b"".join(lines.aside), format=ox.RdfFormat.N_QUADS))
    aside = relabelled(found, labels_for(found))
    ox.serialize(aside, output, format=ox.RdfFormat.N_QUADS)
    return lines.count + len(aside)


class _Lines:
    """A binary file for N-Quads that passes on lines, and puts aside those in which there may be a blank node."""

    def __init__(self, output: IO[bytes]) -> None:
        self._output = output
        self._held = bytearray()
        self.aside: list[bytes] = []
        self.count = 0

    def write(self, data: bytes) -> int:
        self._held += data
        if len(self._held) >= PIECE:
            self._pass_on(self._held.rfind(b"\n") + 1)
        return len(data)

    def flush(self) -> None:
        """The engine asks for it."""

    def end(self) -> None:
        """Pass on what is held."""
        self._pass_on(len(self._held))

    def _pass_on(self, end: int) -> None:
        with memoryview(self._held) as held:
            piece = bytes(held[:end])
        del self._held[:end]
        if b"_:" in piece:
            lines = piece.splitlines(keepends=True)
            # It may stand within an IRI or a text too; that is found out when the line is parsed.
            self.aside += (line for line in lines if b"_:" in line)
            piece = b"".join(line for line in lines if b"_:" not in line)
        self.count += piece.count(b"\n")
        self._output.write(piece)
